"""One file being read: from its records to rows of canonical text, with every problem at its cell."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import getitem, itemgetter
from typing import Any, TypedDict

from publisher import words
from publisher.catalogue import Kind, Office
from publisher.catalogue.columns import CODE_RULES, Column
from publisher.errors import VALUE_LIMIT, Problem, Severity, column_letter
from publisher.reading import values
from publisher.reading.decoding import Text
from publisher.reading.header import Header, SourceColumn
from publisher.reading.structure import Aside, Scan, Shape, records
from publisher.reading.totals import Totals, adds_up
from publisher.reading.values import Attention, Cell, Reader, Remembered

ABSENT = "\0"
"""Stands in for the cell of a column that the file lacks: no cell of a file holds a zero byte."""

MOST_PROBLEMS = 50_000
"""Refused cells after which a file is read no further; the last problem says so."""

DERIVED = ("period_from", "period_to", "as_of")


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

    `columns` are the kind's columns that stand in the file, `problems` what was found so far (complete when the rows
    are exhausted), `stopped` says that the file's structure is wrong and no row comes, `refused` holds (row, column) of
    cells that were refused and already have their problem, `layout` the name of the layout used.
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
        self.inputs: dict[str, SourceColumn] = {}
        self.repairs: dict[tuple[str, str], Repair] = {}
        self.body: Body | None = None

    def stop(self, problem: Problem) -> "ReadTable":
        """End the reading with a structure problem."""
        self.problems.append(problem)
        self.stopped = True
        return self

    def attach(self, text: Text, header: Header, constants: Mapping[str, str]) -> None:
        """Go over the structure below the header; `constants` give columns that the file lacks."""
        self.layout = header.layout.name if header.layout else None
        self.columns = {name: c for name, c in header.columns.items() if name in self.kind.columns}
        self.inputs = {name: c for name, c in header.columns.items() if name not in self.kind.columns}
        shape = Scan(text, header, self.kind, self.office).run()
        for row, finding in shape.faults:
            cell = f"{column_letter(finding.number)}{row}" if finding.number else ""
            place = Place(sheet=self.sheet, row=row, column=finding.label, cell=cell)
            self.stop(tell(finding.code, finding.severity, self.file, place=place, **finding.values))
        if not self.stopped:
            self.body = Body(self, text, header, shape, constants)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The data rows: number as a spreadsheet counts, cells of the kind's columns in their order ("" is blank).

        Numbers are plain digits with a dot for decimals, days ISO, codes and categories in their own spelling.
        """
        if self.stopped or self.body is None:
            return iter(())
        body, self.body = self.body, None
        return body.rows()

    def place(self, row: int, column: str) -> Place:
        """Where a cell stands: the header as in the file and the cell's address; of a code that the file gives by name,
        the name's. A column that the file lacks has its title and no address."""
        source = self.columns.get(column) or self.inputs.get(column.removesuffix("_code") + "_name")
        if source is None:
            known = self.kind.columns.get(column)
            return Place(sheet=self.sheet, row=row, column=known.titles.vi if known else column, cell="")
        return self.at(row, source)

    def at(self, row: int, source: SourceColumn) -> Place:
        """Where a cell of a column of the file stands."""
        return Place(sheet=self.sheet, row=row, column=source.label, cell=f"{column_letter(source.number)}{row}")

    def refuse(self, row: int, name: str, raw: str, cell: Cell) -> None:
        """Remember a refused cell and say why."""
        source = self.columns.get(name) or self.inputs[name]
        self.refused.add((row, name))
        place = self.at(row, source)
        short = raw[: 2 * VALUE_LIMIT]
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
            raw = values.WIDE_SPACE.sub(" ", repair.raw)
            known: dict[str, Any] = {"count": repair.count, "result": repair.value, "value": raw}
            self.problems.append(tell(code, "note", self.file, place=place, **known))


class Body:
    """The records below the header of a file whose structure is right, read once."""

    def __init__(
        self, table: ReadTable, text: Text, header: Header, shape: Shape, constants: Mapping[str, str]
    ) -> None:
        self.table, self.text, self.header, self.shape = table, text, header, shape
        self.kind, self.office = table.kind, table.office
        self.names = list(self.kind.columns)
        self.order = {name: index for index, name in enumerate(self.names)}
        self.sources: list[str] = []
        self.picked: list[int] = []
        self.caches: list[Remembered | dict[str, str]] = []
        self.counts: dict[tuple[float, object], Remembered] = {}
        for name, column in self.kind.columns.items():
            self.add(name, column, constants)
        self.pairs = [name for name in table.inputs if f"{name.removesuffix('_name')}_code" in table.columns]
        for name in self.pairs:
            self.sources.append(name)
            self.picked.append(table.inputs[name].number - 1)
            self.caches.append(Remembered(values.read_text))
        self.agreed: set[tuple[str, str, str]] = set()
        self.spans: dict[str, tuple[dt.date, dt.date]] = {}
        self.derived = [name for name in DERIVED if name in self.order and not self.is_given(name, constants)]
        self.summed = [name for name, column in self.kind.columns.items() if adds_up(column) and name in table.columns]

    def is_given(self, name: str, constants: Mapping[str, str]) -> bool:
        """Whether a column stands in the file or has a value for all its rows."""
        return name in self.table.columns or bool(constants.get(name))

    def add(self, name: str, column: Column, constants: Mapping[str, str]) -> None:
        """Where a canonical column comes from: its own column, its entry's name, or one value for all rows."""
        table = self.table
        by_name = column.name.removesuffix("_code") + "_name"
        if name in table.columns:
            self.sources.append(name)
            self.picked.append(table.columns[name].number - 1)
            self.caches.append(self.remembered(column, constants))
        elif by_name in table.inputs:
            rule = CODE_RULES[column.table]
            self.sources.append(by_name)
            self.picked.append(table.inputs[by_name].number - 1)
            self.caches.append(Remembered(partial(values.read_name, self.office.table(column.table), rule)))
        else:
            self.sources.append("")
            self.picked.append(self.header.width)
            self.caches.append({ABSENT: constants.get(name, "")})

    def remembered(self, column: Column, constants: Mapping[str, str]) -> Remembered:
        """The reader of a column with its memory; count columns with one limit share it, so that it stays small."""
        if column.type != "integer":
            free = column.type == "string" and not column.table and not column.categories and column.name != "period"
            read = reader(column, self.header.decimal, self.office, constants)
            return Remembered(read, values.longest_of(column) if free else 0)
        bounds = (values.limit_of(column), column.constraints.get("minimum"))
        if bounds not in self.counts:
            self.counts[bounds] = Remembered(reader(column, self.header.decimal, self.office, constants))
        return self.counts[bounds]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The data rows, and at their end the notes and what is wrong with total rows."""
        table, aside, caches, width = self.table, self.shape.aside, self.caches, self.header.width
        pick = itemgetter(*self.picked)
        size = len(self.names)
        totals = Totals(self.summed) if self.shape.count("total") else None
        summed = [self.order[name] for name in self.summed]
        stop_at = len(table.problems) + MOST_PROBLEMS
        plain = not self.pairs and not self.derived
        for number, raw in enumerate(records(self.text, self.header), start=self.header.row + 1):
            if number in aside:
                if totals and aside[number] == "total":
                    self.check_total(totals, number, raw)
                continue
            if not any(raw):
                continue
            del raw[width:]
            raw.append(ABSENT)
            try:
                cells = list(map(getitem, caches, pick(raw)))
            except Attention:
                cells = self.look(number, raw)
            if not plain:
                self.complete(number, raw, cells)
                del cells[size:]
            if totals:
                self.add_up(totals, number, cells, summed)
            yield number, cells
            if len(table.problems) > stop_at:
                table.problems.append(tell("problems-many", "error", table.file, row=number, count=MOST_PROBLEMS))
                table.stopped = True
                return
        if totals:
            for wrong in totals.finish():
                self.tell_total(*wrong)
        self.tell_aside()
        table.finish()

    def look(self, number: int, raw: list[str]) -> list[str]:
        """A row with a cell that was repaired or refused; refused cells are blank."""
        cells: list[str] = []
        for name, place, cache in zip(self.sources, self.picked, self.caches, strict=True):
            plain = cache.get(raw[place])
            if plain is not None or not isinstance(cache, Remembered):
                cells.append(plain or "")
                continue
            cell = cache.cell(raw[place])
            if cell.fault:
                self.table.refuse(number, name, raw[place], cell)
                if name not in self.kind.columns and name not in self.pairs:
                    self.table.refused.add((number, name.removesuffix("_name") + "_code"))
            elif cell.repairs:
                self.table.note(number, name, raw[place], cell)
            cells.append(cell.value)
        return cells

    def complete(self, number: int, raw: list[str], cells: list[str]) -> None:
        """Compare codes with the names beside them, and give the days of the period."""
        for offset, name in enumerate(self.pairs, start=len(self.names)):
            self.compare(number, raw, cells, name, cells[offset])
        if not self.derived:
            return
        label = cells[self.order["period"]]
        span = self.spans.get(label)
        if span is None:
            try:
                period = self.office.period(self.kind, label)
            except ValueError:
                self.table.refused.update((number, name) for name in self.derived)
                return
            span = self.spans[label] = (period.start, period.end)
        for name in self.derived:
            if name == "as_of" and "period_to" in self.table.columns:
                cells[self.order[name]] = cells[self.order["period_to"]]
            else:
                cells[self.order[name]] = span[0 if name == "period_from" else 1].isoformat()

    def compare(self, number: int, raw: list[str], cells: list[str], name: str, text: str) -> None:
        """A code and the name beside it must mean the same entry; an unknown code is left to the check."""
        column = name.removesuffix("_name") + "_code"
        code = cells[self.order[column]]
        if (column, code, text) in self.agreed:
            return
        entries = self.office.table(self.kind.columns[column].table)
        entry = entries.get(code)
        if not text or (code and entry is None) or (number, column) in self.table.refused:
            return
        if not code:
            self.fill(number, raw, cells, name, column)
        elif entry and code not in entries.named(text):
            known = {"entry": code, "known": entry.name.vi}
            self.table.refuse(number, name, text, values.fault("name-code-differ", **known))
            self.table.refused.add((number, column))
            cells[self.order[column]] = ""
        elif len(self.agreed) < Remembered.MOST:
            self.agreed.add((column, code, text))

    def fill(self, number: int, raw: list[str], cells: list[str], name: str, column: str) -> None:
        """A blank code is found by the name beside it."""
        table_name = self.kind.columns[column].table
        rule = CODE_RULES[table_name]
        source = raw[self.table.inputs[name].number - 1]
        cell = values.read_name(self.office.table(table_name), rule, source)
        if cell.fault:
            self.table.refuse(number, name, source, cell)
            self.table.refused.add((number, column))
        cells[self.order[column]] = cell.value

    def add_up(self, totals: Totals, number: int, cells: list[str], summed: list[int]) -> None:
        """Count a data row into the sums."""
        if self.table.refused:
            for name in self.summed:
                if (number, name) in self.table.refused:
                    totals.spoil(name)
        totals.add([cells[index] for index in summed])

    def check_total(self, totals: Totals, number: int, raw: list[str]) -> None:
        """Judge a total row; its figures are read like any others."""
        raw += [""] * (self.header.width - len(raw))
        stated = []
        for name in self.summed:
            text = raw[self.picked[self.order[name]]]
            unlimited = self.kind.columns[name].model_copy(update={"constraints": {}})
            cell = reader(unlimited, self.header.decimal, self.office, {})(text)
            if cell.fault:
                self.table.refuse(number, name, text, cell)
            stated.append(cell.value)
        for wrong in totals.check(number, stated):
            self.tell_total(*wrong)

    def tell_total(self, row: int, name: str, stated: str, total: str) -> None:
        """A figure of a total row that is not the sum of its column."""
        table = self.table
        place = table.place(row, name)
        table.problems.append(tell("V07", "error", table.file, variant="total", place=place, value=stated, total=total))

    def tell_aside(self) -> None:
        """One note for each sort of row that was passed over."""
        if self.shape.blank_rows:
            self.table.problems.append(tell("blank-rows", "note", self.table.file, count=self.shape.blank_rows))
        sorts: tuple[tuple[Aside, str], ...] = (
            ("numbers", "number-row"),
            ("total", "total-row"),
            ("ending", "ending-rows"),
        )
        for sort, code in sorts:
            count = self.shape.count(sort)
            if count:
                first = self.shape.first(sort)
                self.table.problems.append(tell(code, "note", self.table.file, row=first, count=count))


def reader(column: Column, decimal: str, office: Office, constants: Mapping[str, str]) -> Reader:
    """How the cells of a column are read."""
    if column.name == "period":
        return partial(values.read_period, constants.get("period", ""))
    by_type: dict[str, Callable[[], Reader]] = {
        "integer": lambda: partial(values.read_integer, column, decimal),
        "number": lambda: partial(values.read_number, column, decimal),
        "date": lambda: values.read_date,
        "time": lambda: values.read_time,
        "string": lambda: text_reader(column, office),
    }
    return by_type[column.type]()


def text_reader(column: Column, office: Office) -> Reader:
    """How the cells of a text column are read: codes, categories, free text."""
    if column.table:
        return partial(values.read_code, office.table(column.table))
    if column.categories:
        return partial(values.read_category, column)
    return lambda raw: values.read_text(raw, values.longest_of(column))
