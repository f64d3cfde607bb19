"""What Frictionless says, as findings with our sentences: the stable code is its own error type."""

import re
from decimal import Decimal

from publisher.catalogue import Kind
from publisher.catalogue.columns import Column
from publisher.catalogue.text import Text, fold
from publisher.checking.findings import Finding, Shown, sentence

CONSTRAINT = re.compile(r'constraint "(\w+)" is')
COMPLAINTS = ("khieu nai", "to cao")
"""Complaints and denunciations follow their own laws and are no feedback (Nghị định 20/2008/NĐ-CP, điều 1)."""


def judge(kind: Kind, error_type: str, note: str, field: str, value: str) -> Finding:
    """The finding for an error of Frictionless in a cell of a column (`field` is empty for a whole row)."""
    column = kind.columns.get(field)
    if column is None:
        return Finding(error_type, "error", sentence(error_type), next(iter(kind.columns)), (), {"note": note or "—"})
    if error_type == "type-error":
        return Finding(error_type, "error", sentence(f"type.{column.type}"), field, (field,))
    if error_type == "constraint-error":
        constraint = CONSTRAINT.search(note)
        return broken(column, constraint[1] if constraint else "", value)
    return Finding(error_type, "error", sentence(error_type), field, (field,), {"note": note})


def broken(column: Column, constraint: str, value: str) -> Finding:
    """The finding for a cell that breaks one constraint of its column."""
    if constraint == "enum" and any(word in fold(value) for word in COMPLAINTS):
        return Finding("P06b", "error", sentence("P06b"), column.name, (column.name,))
    if constraint == "pattern" and column.name == "period":
        return Finding("constraint-error", "error", sentence("constraint.period"), column.name, (column.name,))
    if constraint == "required" and not column.is_figure:
        return Finding("constraint-error", "error", sentence("constraint.filled"), column.name, (column.name,))
    if constraint not in SENTENCES:
        constraint = "other"
    message = sentence(f"constraint.{constraint}")
    return Finding(
        "constraint-error", "error", message, column.name, (column.name,), {"limit": limit(column, constraint)}
    )


SENTENCES = frozenset(
    {
        "required",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "pattern",
        "enum",
    }
)
"""The constraints with a sentence of their own."""


def limit(column: Column, constraint: str) -> Shown:
    """What the constraint allows, as a sentence prints it: a bound, or the titles of the categories."""
    if constraint == "enum" and column.categories:
        titles = [c.titles for c in column.categories]
        return Text(vi="; ".join(t["vi"] for t in titles), en="; ".join(t["en"] for t in titles))
    given = column.constraints.get(constraint, "")
    if isinstance(given, list):
        return "; ".join(str(one) for one in given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return Decimal(str(given))
    return str(given)
