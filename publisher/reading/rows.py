"""One file being read: its problems at their cells, and the way to its rows of canonical text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

from publisher import words
from publisher.catalogue import Kind, Office
from publisher.errors import VALUE_LIMIT, Problem, Severity, column_letter
from publisher.grids.marks import bare
from publisher.reading import values
from publisher.reading.header import Finding, Header
from publisher.reading.titles import SourceColumn
from publisher.reading.values import Cell

DataRow = tuple[int, list[str]]
"""A row's number as a spreadsheet counts, and its canonical cells."""


class Place(TypedDict):
    """Where a problem is: keyword arguments of `words.problem`."""

    sheet: str
    row: int | None
    column: str
    cell: str


@dataclass(slots=True)
class Repair:
    """A repair made in one column: how often, and the first."""

    count: int
    row: int
    raw: str
    value: str


def tell(
    code: str, severity: Severity, file: str, *, variant: str = "", place: Place | None = None, **known: Any
) -> Problem:
    """A Problem; `variant` chooses the sentence `problems.<code>.<variant>` of the same code."""
    where: dict[str, Any] = {**(place or {}), **known}
    if variant:
        key = f"problems.{code}.{variant}"
        where |= {"vi": words.load("vi")[key], "en": words.load("en")[key]}
    return words.problem(code, severity, file, **where)


class ReadTable:
    """One file being read; `rows()` gives its rows once.

    `sheet` is the sheet's name, empty for a text; `columns` are the kind's columns that stand in the file, `problems`
    what was found so far (complete when the rows are exhausted), `stopped` says that the file's structure is wrong and
    no row comes, `refused` holds (row, column) of cells that were refused and already have their problem, `layout` the
    name of the layout used.
    """

    def __init__(self, file: str, kind: Kind, office: Office) -> None:
        self.file = file
        self.sheet = ""
        self.kind = kind
        self.office = office
        self.columns: dict[str, SourceColumn] = {}
        self.problems: list[Problem] = []
        self.stopped = False
        self.refused: set[tuple[int, str]] = set()
        self.layout: str | None = None
        self.stand_ins: dict[str, SourceColumn] = {}
        self.inputs: dict[str, SourceColumn] = {}
        self.repairs: dict[tuple[str, str], Repair] = {}
        self.body: Callable[[], Iterator[DataRow]] | None = None

    def tell(self, code: str, severity: Severity, **known: Any) -> None:
        """Add a problem of this file."""
        self.problems.append(tell(code, severity, self.file, sheet=self.sheet, **known))
        self.stopped = self.stopped or severity == "error"

    def find(self, found: Finding, row: int | None, value: str | None = None) -> None:
        """Add what was found about a column or row of this file; an error stops the reading. `value` is the cell's text
        where it is no header."""
        cell = f"{column_letter(found.number)}{row}" if found.number and row else ""
        self.tell(
            found.code, found.severity, variant=found.variant, row=row, column=found.label, cell=cell,
            value=found.label if value is None else value, **found.values,
        )  # fmt: skip

    def take(self, header: Header) -> None:
        """Take over what the columns mean."""
        self.layout = header.layout.name if header.layout else None
        self.columns = {name: c for name, c in header.columns.items() if name in self.kind.columns}
        self.inputs = {name: c for name, c in header.columns.items() if name not in self.kind.columns}
        self.stand_ins = header.equations.stand_ins()

    def rows(self) -> Iterator[DataRow]:
        """The data rows: number as a spreadsheet counts, cells of the kind's columns in their order ("" is blank).

        Numbers are plain digits with a dot for decimals, days ISO, codes and categories in their own spelling.
        """
        if self.stopped or self.body is None:
            return iter(())
        body, self.body = self.body, None
        return body()

    def place(self, row: int, column: str) -> Place:
        """Where a cell stands: the header as in the file and the cell's address; of a code that the file gives by name,
        the name's; of a column made from others, the first of them. A column that the file lacks has its title and no
        address."""
        source = self.columns.get(column) or self.inputs.get(column.removesuffix("_code") + "_name")
        source = source or self.stand_ins.get(column)
        if source is None:
            known = self.kind.columns.get(column)
            return Place(sheet=self.sheet, row=row, column=known.titles.vi if known else column, cell="")
        return self.at(row, source)

    def at(self, row: int, source: SourceColumn) -> Place:
        """Where a cell of a column of the file stands."""
        return Place(sheet=self.sheet, row=row, column=source.label, cell=f"{column_letter(source.number)}{row}")

    def refuse(self, row: int, name: str, raw: str, cell: Cell) -> None:
        """Remember a refused cell and say why."""
        self.refused.add((row, name))
        self.refuse_at(row, self.columns.get(name) or self.inputs[name], raw, cell)

    def refuse_at(self, row: int, source: SourceColumn, raw: str, cell: Cell) -> None:
        """Say why the cell of a column of the file is refused."""
        place = self.at(row, source)
        short = bare(raw[: 2 * VALUE_LIMIT])
        self.problems.append(
            tell(cell.fault, "error", self.file, variant=cell.variant, place=place, value=short, **cell.detail)
        )

    def note(self, row: int, name: str, raw: str, cell: Cell) -> None:
        """Count the repairs of a cell; they are told when the rows end."""
        for code in cell.repairs:
            repair = self.repairs.get((code, name))
            if repair is None:
                self.repairs[code, name] = Repair(1, row, raw, cell.value)
            else:
                repair.count += 1

    def finish(self) -> None:
        """Tell of the repairs, one note for each sort and column."""
        for (code, name), repair in self.repairs.items():
            place = self.at(repair.row, self.columns.get(name) or self.inputs[name])
            raw = values.WIDE_SPACE.sub(" ", bare(repair.raw))
            known: dict[str, Any] = {"count": repair.count, "result": repair.value, "value": raw}
            self.problems.append(tell(code, "note", self.file, place=place, **known))
