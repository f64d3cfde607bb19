"""One Frictionless run over the rows of several files of one kind.

Frictionless costs milliseconds before its first row, so the files go through it as one table; `SourceRows` knows
where each row came from.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from frictionless import Checklist, Detector, Resource, Schema
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


class JudgedCells(dict[str, Any]):
    """What Frictionless made of the texts of one column: each different text is judged by it once."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        judged = self.read(text)
        if not judged[1] and len(self) < REMEMBERED_CELLS:  # never with notes: Frictionless takes them apart
            self[text] = judged
        return judged


class RememberingDetector(Detector):
    """Gives the schema's fields a memory for the cells they have judged: figures, days and codes repeat."""

    def detect_schema(self, *args: Any, **options: Any) -> Schema:
        """The schema with fields that remember: they are not copied, since a copy is made from the descriptor alone."""
        schema = super().detect_schema(*args, **options)
        for field in schema.fields:
            read = JudgedCells(field.create_cell_reader()).__getitem__
            field.create_cell_reader = partial(keep, read)  # type: ignore[method-assign]
            field.to_copy = partial(keep, field)  # type: ignore[method-assign]
        return schema


def keep(thing: Any, **_options: Any) -> Any:
    """The thing itself, whatever is asked."""
    return thing


class Run:
    """The rows of several tables as one stream for Frictionless, remembered as far as the results need them."""

    def __init__(self, tables: Sequence[ReadTable], kind: Kind, *, collect: bool) -> None:
        self.tables, self.kind, self.collect = tables, kind, collect
        self.source = SourceRows()
        self.submissions: dict[tuple[str, str], list[list[str]]] = {}
        self.places: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def stream(self) -> Iterator[list[str]]:
        """The header, then the cells of every row."""
        names = list(self.kind.columns)
        yield names
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

    def problems(self, found: Sequence[Any]) -> Iterator[Problem]:
        """The Problems of the errors of one run; silent about cells that could not even be read."""
        columns = list(self.kind.columns)
        for error in found:
            if not isinstance(error, RowError):
                raise TypeError(f"frictionless did not read the rows: {error.type}: {error.note}")
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
    checks = row_checks(kind, office, run.source)
    resource = Resource(
        data=run.stream, schema=Schema.from_descriptor(kind.descriptor()), detector=RememberingDetector()
    )
    task = resource.validate(Checklist(checks=checks), limit_errors=ERROR_LIMIT).task
    problems = [*run.problems(task.errors)]
    if len(task.errors) >= ERROR_LIMIT:
        index, number = run.source.locate(task.errors[-1].row_number)
        last = tables[index]
        problems.append(words.problem("too-many", "error", last.file, sheet=last.sheet, row=number, count=ERROR_LIMIT))
    for table in tables:
        problems.extend(table.problems)
    return Checked(kind, in_order(problems), len(run.source.numbers), run.submissions, run.places)
