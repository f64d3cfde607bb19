"""The records below a header become rows of canonical text, one after the other."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from operator import getitem, itemgetter

from publisher.catalogue import Office
from publisher.catalogue.columns import CODE_RULES, Column
from publisher.catalogue.kinds import FIXED_COLUMNS
from publisher.catalogue.text import Text
from publisher.reading import typed, values
from publisher.reading.header import Header
from publisher.reading.rows import DataRow, ReadTable, tell
from publisher.reading.structure import Aside, Shape
from publisher.reading.totals import Totals, Wrong, adds_up
from publisher.reading.values import Attention, Reader, Remembered

ABSENT = "\0"
"""Stands in for the cell of a column that the file lacks: no cell of a file holds a zero byte."""

MOST_PROBLEMS = 50_000
"""Refused cells after which a file is read no further; the last problem says so."""

DERIVED = ("period_from", "period_to", "as_of")

COUNT = Column(name="", type="integer", titles=Text(vi=""))
"""How a column is read that a layout only adds up."""


class Body:
    """The records below the header of a file whose structure is right, read once."""

    def __init__(self, table: ReadTable, header: Header, shape: Shape, constants: Mapping[str, str]) -> None:
        self.table, self.header, self.shape = table, header, shape
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
            self.caches.append(Remembered(self.typed(values.read_text)))
        self.equations = header.equations
        count = self.typed(partial(values.read_integer, COUNT, header.decimal), COUNT)
        self.others = {source: Remembered(count) for source in self.equations.sources}
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
            read = partial(values.read_name, self.office.table(column.table), rule)
            self.caches.append(Remembered(self.typed(read)))
        else:
            self.sources.append("")
            self.picked.append(self.header.width)
            self.caches.append({ABSENT: constants.get(name, "")})

    def typed(self, read: Reader, column: Column | None = None) -> Reader:
        """The reader of a column, which in a sheet knows numbers and days."""
        if not self.header.head.is_sheet:
            return read
        table = self.office.table(column.table) if column and column.table else None
        return typed.reader(read, column, table)

    def reader(self, column: Column, constants: Mapping[str, str]) -> Reader:
        """How the cells of a column are read."""
        return self.typed(reader(column, self.header.decimal, self.office, constants, self.kind.months == 3), column)

    def remembered(self, column: Column, constants: Mapping[str, str]) -> Remembered:
        """The reader of a column with its memory; count columns with one limit share it, so that it stays small."""
        if column.type != "integer":
            free = column.type == "string" and not (column.table or column.categories or column.cut)
            free = free and column.name != "period"
            return Remembered(self.reader(column, constants), values.longest_of(column) if free else 0)
        bounds = (values.limit_of(column), column.constraints.get("minimum"))
        if bounds not in self.counts:
            self.counts[bounds] = Remembered(self.reader(column, constants))
        return self.counts[bounds]

    def rows(self) -> Iterator[DataRow]:
        """The data rows, and at their end the notes and what is wrong with total rows."""
        table, aside, caches, width = self.table, self.shape.aside, self.caches, self.header.width
        pick = itemgetter(*self.picked)
        size = len(self.names)
        totals = Totals(self.summed) if self.shape.count("total") or self.shape.count("group") else None
        summed = [self.order[name] for name in self.summed]
        stop_at = len(table.problems) + MOST_PROBLEMS
        plain = not self.pairs and not self.derived and not self.equations
        own = [self.order[name] for name in self.kind.own_figures if name in table.columns]
        for number, raw in enumerate(self.header.records(), start=self.header.row + 1):
            if number in aside:
                if totals and aside[number] in ("total", "group"):
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
            if own and not cells[own[0]] and not any(map(cells.__getitem__, own)):
                self.refuse_empty(number, raw)
            if totals:
                self.add_up(totals, number, cells, summed)
            yield number, cells
            if len(table.problems) > stop_at:
                table.tell("problems-many", "error", row=number, count=MOST_PROBLEMS)
                return
        if totals:
            for wrong in totals.finish():
                self.tell_total(wrong)
        self.tell_aside()
        table.finish()

    def refuse_empty(self, number: int, raw: list[str]) -> None:
        """A row without any figure of its own is told once, not once for each column that it leaves blank."""
        table, names = self.table, [name for name in self.kind.own_figures if name in self.table.columns]
        if any((number, name) in table.refused for name in names):
            return
        sources = {**table.columns, **table.inputs}
        keys = [
            key for n in self.kind.grain if n not in FIXED_COLUMNS for key in (n.removesuffix("_code") + "_name", n)
        ]
        label = next((sources[key] for key in keys if key in sources), sources[names[0]])
        table.refuse_at(number, label, raw[label.number - 1], values.fault("row-empty"))
        table.refused.update((number, name) for name, c in self.kind.columns.items() if c.is_figure and c.required)

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
        """Compare codes with the names beside them, make columns of others, and give the days of the period."""
        for offset, name in enumerate(self.pairs, start=len(self.names)):
            self.compare(number, raw, cells, name, cells[offset])
        if self.equations:
            self.solve(number, raw, cells)
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

    def solve(self, number: int, raw: list[str], cells: list[str]) -> None:
        """Make the columns that the layout makes of others; what hangs on a refused cell is refused with it."""
        figures: dict[int, str] = {}
        refused = False
        for source, memory in self.others.items():
            cell = memory.cell(raw[source.number - 1])
            if cell.fault:
                self.table.refuse_at(number, source, raw[source.number - 1], cell)
                refused = True
            figures[source.number] = cell.value
        named = dict(zip(self.names, cells, strict=False))
        refused = refused or any((number, name) in self.table.refused for name in self.names)
        for source, cell in () if refused else self.equations.fill(named, figures):
            self.table.refuse_at(number, source, raw[source.number - 1], cell)
            refused = True
        for name in self.equations.makes:
            cells[self.order[name]] = "" if refused else named[name]
        if refused:
            self.table.refused.update((number, name) for name in self.equations.makes)

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
        """Judge a total row or a heading with a subtotal; its figures are read like any others."""
        raw += [""] * (self.header.width - len(raw))
        stated = []
        for name in self.summed:
            text = raw[self.picked[self.order[name]]]
            unlimited = self.kind.columns[name].model_copy(update={"constraints": {}})
            cell = self.reader(unlimited, {})(text)
            if cell.fault:
                self.table.refuse(number, name, text, cell)
            stated.append(cell.value)
        level = self.shape.levels.get(number, "")
        for wrong in totals.head(number, stated, level) if level else totals.check(number, stated):
            self.tell_total(wrong)

    def tell_total(self, wrong: Wrong) -> None:
        """A figure of a total row, or of a heading, that is not the sum of its rows."""
        table = self.table
        place = table.place(wrong.row, wrong.name)
        variant = "group" if wrong.row in self.shape.levels else "total"
        known = {"value": wrong.stated, "total": wrong.total}
        table.problems.append(tell("V07", "error", table.file, variant=variant, place=place, **known))

    def tell_aside(self) -> None:
        """One note for each sort of row that was passed over."""
        if self.shape.blank_rows:
            self.table.tell("blank-rows", "note", count=self.shape.blank_rows)
        sorts: tuple[tuple[Aside, str], ...] = (
            ("numbers", "number-row"),
            ("total", "total-row"),
            ("group", "group-rows"),
            ("ending", "ending-rows"),
        )
        for sort, code in sorts:
            count = self.shape.count(sort)
            if count:
                first = self.shape.first(sort)
                self.table.tell(code, "note", row=first, count=count)


def reader(column: Column, decimal: str, office: Office, constants: Mapping[str, str], quarterly: bool) -> Reader:
    """How the cells of a column are read; a `quarterly` kind's period may be written as a quarter."""
    if column.name == "period":
        return partial(values.read_period, constants.get("period", ""), quarterly)
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
    if column.cut:
        return partial(values.read_cut, column)
    return lambda raw: values.read_text(raw, values.longest_of(column))
