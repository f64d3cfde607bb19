"""One submission (kind, unit, period) as the rules across periods see it: rows, figures, and where a row stands."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from publisher.catalogue import Kind, Office
from publisher.checking.findings import Finding, report
from publisher.errors import Problem, column_letter
from publisher.reading import ReadTable

Number = int | Decimal
Key = tuple[str, ...]
Place = Mapping[str, Any]
Placer = Callable[[int, Finding], Place]

MONTH = "month"
YEAR_TO_DATE = "year_to_date"

NO_KEY = frozenset({"unit_code", "period", "basis", "as_of"})
"""The columns of a grain that do not tell rows of one submission and basis apart."""


@dataclass(frozen=True)
class Line:
    """One row of a submission: its index there, its basis, its other keys, and its figures by column (None = blank)."""

    index: int
    basis: str
    key: Key
    cells: Sequence[str]
    figures: dict[str, Number | None]


@dataclass(frozen=True)
class Submission:
    """The rows of one unit in one period; `place` says where row `index` stands in `file`, for a finding."""

    kind: Kind
    unit: str
    period: str
    file: str
    rows: Sequence[Sequence[str]]
    place: Placer

    @cached_property
    def lines(self) -> dict[tuple[str, Key], Line]:
        """The rows by basis and by what tells rows of one basis apart: the kind's grain without unit and period.

        The as-of date is no part of it: figures of two days are the same series.
        """
        numbers = {name: number for number, name in enumerate(self.kind.columns)}
        keys = [numbers[n] for n in self.kind.grain if n not in NO_KEY]
        readers = {"integer": whole_number, "number": decimal_number}
        figures = [(c.name, readers[c.type], numbers[c.name]) for c in self.kind.schema_columns if c.is_figure]
        basis = numbers.get("basis")
        found = {}
        for index, cells in enumerate(self.rows):
            line = Line(
                index,
                MONTH if basis is None else cells[basis],
                tuple([cells[n] for n in keys]),
                cells,
                {name: read(cells[n]) for name, read, n in figures},
            )
            found[line.basis, line.key] = line
        return found

    def monthly(self) -> list[Line]:
        """The rows of the month itself."""
        return [line for line in self.lines.values() if line.basis == MONTH]

    def problem(self, line: Line, finding: Finding) -> Problem:
        """The Problem of a finding about one row."""
        value = line.cells[list(self.kind.columns).index(finding.column)]
        return report(finding, self.file, self.place(line.index, finding), value)


@lru_cache(maxsize=50_000)
def whole_number(text: str) -> int | None:
    """A canonical count; None when blank or not a number. The same few thousand come again and again."""
    try:
        return int(text)
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def decimal_number(text: str) -> Decimal | None:
    """A canonical figure with decimals; None when blank or not a number."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def read_accepted(path: Path, kind: Kind, file: str) -> Submission:
    """A submission as it was accepted (canonical CSV: header in the kind's order, UTF-8)."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader, None)
        width = len(kind.columns)
        rows = [cells for cells in reader if len(cells) == width]
    columns = list(kind.columns)

    def place(index: int, finding: Finding) -> Place:
        cell = f"{column_letter(columns.index(finding.column) + 1)}{index + 2}"
        return {"sheet": "", "row": index + 2, "column": finding.column, "cell": cell}

    return Submission(kind, path.stem, path.parent.name, file, rows, place)


def latest_label(office: Office, kind: str, unit: str, until: str) -> str:
    """The label of a unit's latest accepted submission of a kind up to a period; "" when there is none."""
    found = (path.parent.name for path in (office.datasets / kind / "data").glob(f"*/{unit}.csv"))
    return max((label for label in found if label <= until), default="")


def place(table: ReadTable, row: int, finding: Finding) -> Place:
    """Where a person finds what a finding is about; without an address when the file has no such column."""
    found = table.place(row, finding.column)
    return table.place(row, finding.instead) if finding.instead and not found["cell"] else found
