"""What a later file of a submission says otherwise than an earlier one, cell by cell."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind

Key = tuple[str, ...]

SAME_IN_ALL = frozenset({"unit_code", "period"})
"""Columns of a grain that are the same in all rows of a submission."""


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs, or a row that is new or gone.

    `row` names the row: its values in the kind's grain, without unit and period, column → canonical text. `column` is
    "" for a whole row; `was` is None where the row is new, `now` where it is gone; else canonical text, "" for blank.
    """

    row: Mapping[str, str]
    column: str
    was: str | None
    now: str | None


def read_rows(canonical: bytes) -> list[dict[str, str]]:
    """The rows of a canonical file, column → text."""
    return list(csv.DictReader(io.StringIO(canonical.decode("utf-8"), newline=""), strict=True))


def changes(kind: Kind, before: bytes, after: bytes) -> list[Change]:
    """What differs between two canonical files of one submission: rows are the same when they agree in the kind's
    grain, whatever their order. Changed cells and new rows in the order of the later file, then the rows that are gone.
    A column that one of the files lacks (it was declared later) is blank there."""
    return row_changes(kind, read_rows(before), read_rows(after))


def row_changes(kind: Kind, before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]) -> list[Change]:
    """The same of rows that were read, or of what is public in them."""
    keys = [name for name in kind.grain if name not in SAME_IN_ALL]
    old, new = by_key(keys, before), by_key(keys, after)
    found: list[Change] = []
    for key, row in new.items():
        name = dict(zip(keys, key, strict=True))
        if key not in old:
            found.append(Change(name, "", None, ""))
            continue
        cells = ((column, old[key].get(column, ""), row.get(column, "")) for column in kind.columns)
        found += [Change(name, column, was, now) for column, was, now in cells if was != now]
    gone = (key for key in old if key not in new)
    return found + [Change(dict(zip(keys, key, strict=True)), "", "", None) for key in gone]


def by_key(keys: Sequence[str], rows: Iterable[Mapping[str, str]]) -> dict[Key, Mapping[str, str]]:
    """Rows by what tells them apart."""
    return {tuple(row.get(name, "") for name in keys): row for row in rows}
