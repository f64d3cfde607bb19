"""What stands in a template: its columns with what they take, its rows, and what last period carries over."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Office
from publisher.catalogue.columns import Column
from publisher.catalogue.kinds import FIXED_COLUMNS
from publisher.catalogue.periods import LABEL, Period, shift
from publisher.catalogue.tables import Entry, Unit
from publisher.checking.submissions import MONTH, Line, read_accepted
from publisher.errors import Mistake
from publisher.words import say

Row = dict[str, str]
"""The cells of a row that are filled in, by column."""

SPARE_ROWS = 10
"""Blank rows below those that are filled in: for what the lists do not foresee."""

LONG_LIST = 40
"""Rows of a register, whose rows nobody can foresee."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the template: the kind's column, its title there, and what may be chosen (empty: anything of its
    type)."""

    column: Column
    title: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A template before it is drawn: for whom and when, its columns, its rows with what is filled in (`carried` are the
    columns that last period gave), and how many blank rows follow."""

    kind: Kind
    unit: Unit
    period: Period
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    carried: frozenset[str]
    spare: int


def plan(office: Office, kind: Kind, unit: str, label: str) -> Plan:
    """What the template of a kind holds for a unit and a period.

    Raises Mistake `template-none` for a kind that nobody hands in, `unknown-unit`, `period-label`, `template-unit` for
    a unit that has nothing to submit then, `template-period` for a month in which the kind has no report.
    """
    if not kind.handed_in or kind.derived:
        raise Mistake("template-none", {"kind": kind.title.vi})
    entry = office.units.get(unit)
    if not isinstance(entry, Unit):
        raise Mistake("unknown-unit", {"unit": unit}, exit_code=2)
    if not LABEL.fullmatch(label):
        raise Mistake("period-label", {"value": label}, exit_code=2)
    if not kind.reports(label):
        raise Mistake("template-period", {"period": label, "kind": kind.title.vi})
    if entry not in office.units_of(kind, label):
        raise Mistake("template-unit", {"unit": entry.name.vi, "period": label, "kind": kind.title.vi})
    period = office.period(kind, label)
    fields = tuple(field(office, column, period) for column in kind.schema_columns if stands(column))
    carried = carried_over(office, kind, entry.code, label, fields)
    rows = tuple(filled(kind, fields, carried, period))
    given = frozenset(
        name for row in rows for name in row if name in {key for cells in carried.values() for key in cells}
    )
    open_ended = any(name not in FIXED_COLUMNS and name != "basis" for name in kind.grain)
    spare = (SPARE_ROWS if rows and rows[0] else LONG_LIST) if open_ended else 0
    return Plan(kind, entry, period, fields, rows, given, spare)


def stands(column: Column) -> bool:
    """Whether a column stands in the table: unit and period stand above it, and what has a default needs no column."""
    return column.name not in FIXED_COLUMNS and not column.default


def field(office: Office, column: Column, period: Period) -> Field:
    """A column with its choices: by name where every name means one entry, otherwise by code."""
    if column.categories:
        return Field(column, column.titles.vi, tuple(item.titles.vi for item in column.categories))
    if not column.table:
        return Field(column, column.titles.vi)
    entries = valid(office, column, period)
    table = office.table(column.table)
    if column.named_by and all(table.named(entry.name.vi) == (entry.code,) for entry in entries):
        return Field(column, column.named_by.titles.vi, tuple(entry.name.vi for entry in entries))
    return Field(column, column.titles.vi, tuple(entry.code for entry in entries))


def valid(office: Office, column: Column, period: Period) -> list[Entry]:
    """The entries of a column's table that are in force on the period's last day."""
    return [entry for entry in office.table(column.table) if entry.is_valid(period.end)]


def filled(
    kind: Kind, fields: Sequence[Field], carried: Mapping[tuple[str, ...], Row], period: Period
) -> Iterable[Row]:
    """A row for each combination of the grain's columns that can be listed, with what is carried over."""
    listed = [one for one in fields if one.column.name in kind.grain and one.column.required and one.choices]
    others = [n for n in kind.grain if n not in FIXED_COLUMNS and n not in {one.column.name for one in listed}]
    if any(kind.columns[name].required and not kind.columns[name].default for name in others):
        listed = []  # a register: which rows it has nobody knows before
    for chosen in itertools.product(*(one.choices for one in listed)):
        row = {one.column.name: text for one, text in zip(listed, chosen, strict=True)}
        row |= carried.get(tuple(chosen), {})
        if "as_of" in kind.columns:
            row["as_of"] = period.end.isoformat()
        yield row


def carried_over(
    office: Office, kind: Kind, unit: str, label: str, fields: Sequence[Field]
) -> dict[tuple[str, ...], Row]:
    """What the rules say is carried over from the unit's accepted period before, by the choices of a row. A blank there
    gives nothing."""
    rules = [rule.carries for rule in kind.rules if rule.carries]
    path = office.data_file(kind.name, unit, shift(label, -kind.months))
    if not rules or not path.exists():
        return {}
    listed = [one for one in fields if one.column.name in kind.grain and one.column.required and one.choices]
    found: dict[tuple[str, ...], Row] = {}
    for line in read_accepted(path, kind, path.name).lines.values():
        if line.basis != MONTH:
            continue
        row = found.setdefault(tuple(shown(office, kind, one, line) for one in listed), {})
        for carry in rules:
            figures = [line.figures[name] for name in carry["from"]]
            if None not in figures:
                row[carry["column"]] = str(int(row.get(carry["column"], "0")) + sum(int(f or 0) for f in figures))
    return found


def shown(office: Office, kind: Kind, one: Field, line: Line) -> str:
    """The text by which a template shows an accepted row's code or category."""
    value = line.cells[list(kind.columns).index(one.column.name)]
    if one.column.categories:
        return next((item.titles.vi for item in one.column.categories if item.value == value), value)
    entry = office.table(one.column.table).get(value)
    return entry.name.vi if entry and entry.name.vi in one.choices else value


def meaning(one: Field) -> str:
    """What a column takes, in words."""
    constraints = one.column.constraints
    if one.choices:
        return say("vi", "template.takes.choice")
    known = {"low": constraints.get("minimum", 0), "high": f"{constraints.get('maximum', 0):,}".replace(",", ".")}
    sort = one.column.type
    if sort == "string":
        return say("vi", "template.takes.string", length=constraints.get("maxLength", 500))
    return say("vi", f"template.takes.{sort}" if "maximum" in constraints or sort in ("date", "time") else
               f"template.takes.any_{sort}", **known)  # fmt: skip
