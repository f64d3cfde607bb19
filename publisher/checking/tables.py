"""The rows of several files of one kind, judged by Frictionless and by our checks.

Frictionless judges each different text of a column once: figures, days and codes repeat. A row of texts that it has
found right needs no more of it; the others go through one run of its own, which says what is wrong. To give it every
row would take as long again as everything else, and it costs a tenth of a second before its first row.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import getitem
from typing import Any

from frictionless import Check, Resource, Schema
from frictionless.errors import CellError, RowError

from publisher import words
from publisher.catalogue import Kind, Office
from publisher.checking.checked import Checked, in_order
from publisher.checking.findings import Finding, report
from publisher.checking.frictionless_words import judge
from publisher.checking.rows import FoundError, SourceRows, row_checks
from publisher.checking.submissions import place
from publisher.errors import Problem
from publisher.reading import ReadTable

ERROR_LIMIT = 100_000
"""After so many problems the check stops and says so: a file like that needs no longer list."""


REMEMBERED_CELLS = 20_000
"""So many different texts of one column are remembered; more are figures without a pattern, and memory counts too."""


class Noted(Exception):
    """A cell of which Frictionless has something to say."""


class JudgedCells(dict[str, Any]):
    """What Frictionless made of the texts of one column that are right: each different text is judged by it once.
    Raises Noted for a text that is not."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        value, notes = self.read(text)
        if notes:
            raise Noted
        if len(self) < REMEMBERED_CELLS:
            self[text] = value
        return value

    def value(self, text: str) -> Any:
        """What Frictionless made of a text, None where it is not right."""
        try:
            return self[text]
        except Noted:
            return None


class TypedRow(dict[str, Any]):
    """A row as checks see it: typed values by column, and as Frictionless names them its cells, its number (the header
    is row 1) and its columns."""

    __slots__ = ("cells", "field_names", "row_number")

    def __init__(self, names: list[str], values: Sequence[Any], cells: list[str], number: int) -> None:
        super().__init__(zip(names, values, strict=True))
        self.field_names, self.cells, self.row_number = names, cells, number


MOST_SCHEMAS = 64
SCHEMAS: dict[str, Schema] = {}
"""The Table Schemas that were made, by their descriptors: Frictionless takes a tenth of a second for each."""


def schema_of(kind: Kind) -> Schema:
    """A kind's Table Schema."""
    key = repr(kind.descriptor())
    if key not in SCHEMAS:
        if len(SCHEMAS) >= MOST_SCHEMAS:
            SCHEMAS.clear()
        SCHEMAS[key] = Schema.from_descriptor(kind.descriptor())
    return SCHEMAS[key]


class Run:
    """The rows of several tables as one stream, remembered as far as the results need them. `full` is the number of
    the row after which the check stopped, 0 when it came to the end."""

    def __init__(self, tables: Sequence[ReadTable], kind: Kind, *, collect: bool) -> None:
        self.tables, self.kind, self.collect = tables, kind, collect
        self.source = SourceRows()
        self.full = 0
        self.submissions: dict[tuple[str, str], list[list[str]]] = {}
        self.places: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def rows(self) -> Iterator[list[str]]:
        """The cells of every row."""
        names = list(self.kind.columns)
        unit, period = names.index("unit_code"), names.index("period")
        for index, table in enumerate(self.tables):
            self.source.begin()
            for number, cells in table.rows():
                self.source.add(number)
                if self.collect:
                    key = (cells[unit], cells[period])
                    self.submissions.setdefault(key, []).append(cells)
                    self.places.setdefault(key, []).append((index, number))
                yield cells

    def judge(self, schema: Schema, checks: Sequence[Check]) -> list[RowError]:
        """What is wrong with the rows, what Frictionless itself finds first. Stops after ERROR_LIMIT problems."""
        names = list(self.kind.columns)
        columns = [JudgedCells(field.create_cell_reader()) for field in schema.fields]
        alone = any(field.constraints.get("unique") for field in schema.fields)  # that no row can tell by itself
        noted: list[tuple[int, list[str]]] = []
        found: list[RowError] = []
        for number, cells in enumerate(self.rows(), start=2):
            try:
                values = list(map(getitem, columns, cells))
            except Noted:
                values = [column.value(cell) for column, cell in zip(columns, cells, strict=True)]
                noted.append((number, cells))
            else:
                if alone:
                    noted.append((number, cells))
            row = TypedRow(names, values, cells, number)
            for check in checks:
                found.extend(check.validate_row(row))  # type: ignore[arg-type]  # it asks of a row no more than this
            if len(found) + len(noted) * (not alone) >= ERROR_LIMIT:
                self.full = number
                break
        return [*frictionless_errors(schema, names, noted), *found]

    def problems(self, found: Sequence[RowError]) -> Iterator[Problem]:
        """The Problems of the errors of one run; silent about cells that could not even be read."""
        columns = list(self.kind.columns)
        for error in found:
            index, number = self.source.locate(error.row_number)
            table = self.tables[index]
            finding, value = self.finding(error, columns)
            if not any((number, column) in table.refused for column in finding.columns):
                yield report(finding, table.file, place(table, number, finding), value)

    def finding(self, error: RowError, columns: list[str]) -> tuple[Finding, str]:
        """The finding of an error and the text of the cell it is about."""
        if isinstance(error, FoundError):
            return error.finding, error.value
        field = error.field_name if isinstance(error, CellError) else ""
        value = error.cells[columns.index(field)] if field else ""
        return judge(self.kind, error.type, error.note, field, value), value


def run_tables(tables: Sequence[ReadTable], office: Office, *, collect: bool = False) -> Checked:
    """See `publisher.checking.check_tables`."""
    kinds = {table.kind.name: table.kind for table in tables}
    if len(kinds) != 1:
        raise ValueError(f"a run needs tables of one kind, not {sorted(kinds)}")
    (kind,) = kinds.values()
    run = Run(tables, kind, collect=collect)
    errors = run.judge(schema_of(kind), row_checks(kind, office, run.source))
    problems = [*run.problems(errors[:ERROR_LIMIT])]
    if run.full:
        index, number = run.source.locate(run.full)
        last = tables[index]
        problems.append(words.problem("too-many", "error", last.file, sheet=last.sheet, row=number, count=ERROR_LIMIT))
    for table in tables:
        problems.extend(table.problems)
    return Checked(kind, in_order(problems), len(run.source.numbers), run.submissions, run.places)


def frictionless_errors(schema: Schema, names: list[str], noted: Sequence[tuple[int, list[str]]]) -> list[RowError]:
    """What Frictionless says of rows, given with their numbers. Raises TypeError when it did not read them."""
    if not noted:
        return []
    numbers = [number for number, _ in noted]
    resource = Resource(data=[names, *(cells for _, cells in noted)], schema=schema)
    found = []
    for error in resource.validate(limit_errors=ERROR_LIMIT).task.errors:
        if not isinstance(error, RowError):
            raise TypeError(f"frictionless did not read the rows: {error.type}: {error.note}")
        error.row_number = numbers[error.row_number - 2]
        found.append(error)
    return found
