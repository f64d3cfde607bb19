"""The shape of a file, before any cell is judged: rows as long as the header, quotes that close, rows aside.

A wrong delimiter or an unquoted comma spoils every row; told here, it is one message.
"""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import Literal

from publisher.catalogue import Kind, Office
from publisher.catalogue.columns import Column
from publisher.errors import column_letter
from publisher.grids.marks import bare
from publisher.reading.header import Finding, Header
from publisher.reading.heads import Row
from publisher.reading.labels import folded, labels

Aside = Literal["blank", "numbers", "total", "group", "ending"]
NUMBER_CELL = re.compile(r"[(\[]?([0-9]{1,2}|[A-Za-z])[)\]]?(\s*=.*)?")
DIGIT = re.compile("[0-9]")
NUMERAL = re.compile(r"[(\[]?(?:([IVX]+)|[A-HJ-UWYZ])[).\]]?")
"""How headings are numbered: I, II, III (the group matches), or A, B, C."""

ENDING_CELLS = 3
"""A row under a signature block has at most this many filled cells (name, office, name)."""
PLAIN_MOST = 20_000
RANGES_SHOWN = 10


@dataclass
class Shape:
    """What the first pass found: `aside` names the rows that are not data, `levels` the sort of each heading
    among them, `blank_rows` counts empty ones, `faults` are structure errors (row, finding)."""

    aside: dict[int, Aside] = field(default_factory=dict)
    levels: dict[int, str] = field(default_factory=dict)
    blank_rows: int = 0
    data_rows: int = 0
    faults: list[tuple[int | None, Finding]] = field(default_factory=list)

    def count(self, kind: Aside) -> int:
        """How many rows of one sort are passed over."""
        return sum(1 for found in self.aside.values() if found == kind)

    def first(self, kind: Aside) -> int:
        """The first of them."""
        return min(row for row, found in self.aside.items() if found == kind)


def picker(places: Sequence[int]) -> Callable[[Row], tuple[str, ...]]:
    """The cells at those places of a row, as a tuple whatever their number."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[place] for place in places)


class Scan:
    """One pass over the records below the header."""

    def __init__(self, header: Header, kind: Kind, office: Office) -> None:
        self.header = header
        figures = {name for name, column in kind.columns.items() if column.is_figure}
        self.figures = [c.number - 1 for name, c in header.columns.items() if name in figures]
        self.own = [c.number - 1 for name, c in header.columns.items() if name in kind.own_figures]
        self.label_places = sorted(label_places(header, kind))
        self.numbering = [number for number, place in enumerate(self.label_places) if place in header.aside]
        self.columns = {c.number - 1: column_of(kind, name) for name, c in header.columns.items()}
        self.kind = kind
        self.office = office
        self.plain: set[str] = set()
        self.shape = Shape()
        self.long: list[int] = []
        self.short: list[int] = []
        self.first_width = {"long": 0, "short": 0}
        self.signed = self.filled = False

    def run(self) -> Shape:
        """The shape of the file."""
        width, plain, pick = self.header.width, self.plain, picker(self.label_places)
        untitled, own = picker(self.header.untitled), picker(self.own)
        number = self.header.row
        data = 0
        try:
            for number, row in enumerate(self.header.records(), start=self.header.row + 1):
                if len(row) == width and plain and not self.signed:
                    cells = pick(row)
                    if any(cells) and (plain.issuperset(cells) or self.harmless(cells)) and not any(untitled(row)):
                        data += 1
                        self.filled = self.filled or any(own(row))
                        continue
                self.look(number, row)
        except csv.Error as error:
            self.shape.faults.append((number + 1, csv_finding(error)))
        self.shape.data_rows += data
        self.widths()
        if not self.shape.faults and not self.shape.data_rows:
            self.shape.faults.append((None, Finding("no-rows", "error")))
        if not self.shape.faults and self.own and not self.filled:
            self.shape.faults.append((None, Finding("no-figures", "error", values={"count": self.shape.data_rows})))
        return self.shape

    def harmless(self, cells: tuple[str, ...]) -> bool:
        """Whether cells not seen before cannot be the label of a total or a note, by their first letters."""
        if any(labels().may_be_aside(bare(cell)) for cell in cells if cell not in self.plain):
            return False
        if any(NUMERAL.fullmatch(cells[place].strip()) for place in self.numbering):
            return False
        self.keep(cells)
        return True

    def keep(self, cells: Iterable[str]) -> None:
        """Remember cells that ordinary rows hold."""
        if len(self.plain) >= PLAIN_MOST:
            self.plain.clear()
        self.plain.update(cells)

    def look(self, number: int, row: Row) -> None:
        """Say what an unusual row is."""
        width, marked = self.header.width, self.header.head.is_sheet
        cells = [*(map(bare, row) if marked else row[:width]), *[""] * (width - len(row))]
        filled = [cell for cell in (cells if marked else row) if cell.strip()]
        if not filled:
            self.shape.blank_rows += 1
            if any(row):
                self.shape.aside[number] = "blank"
            return
        sort = self.sort(cells, filled)
        if sort:
            self.shape.aside[number] = sort
            if sort == "group":
                self.shape.levels[number] = self.level(cells)
            return
        self.shape.data_rows += 1
        self.filled = self.filled or any(cells[place].strip() for place in self.own)
        if any(cell.strip() for cell in row[width:]):
            self.first_width["long"] = self.first_width["long"] or len(row)
            self.long.append(number)
        elif len(row) < width:
            self.first_width["short"] = self.first_width["short"] or len(row)
            self.short.append(number)
        for place in self.header.untitled:
            if cells[place].strip() and not any(f.code == "column-untitled" for _, f in self.shape.faults):
                finding = Finding("column-untitled", "error", column_letter(place + 1), place + 1)
                self.shape.faults.append((number, finding))
        row += [""] * (width - len(row))
        self.keep(row[place] for place in self.label_places)

    def sort(self, cells: list[str], filled: list[str]) -> Aside | None:
        """Which sort of row that is no data it is, if any."""
        if not self.shape.data_rows and not self.shape.aside and is_numbers(filled):
            return "numbers"
        named = [cells[place] for place in self.label_places if cells[place].strip()]
        if any(map(self.is_total, named or filled[:1])):
            return "total"
        if self.level(cells):
            return "group"
        if any(DIGIT.search(cells[place]) for place in self.figures):
            return None
        if labels().is_ending(filled[0]) or (self.signed and len(filled) <= ENDING_CELLS):
            self.signed = True
            return "ending"
        return None

    def level(self, cells: list[str]) -> str:
        """The sort of heading that a row is (`roman`, `letter`, `label`); empty when it is none.

        Form II.06a puts units and fields under such rows, with a subtotal or without. A row whose name is listed (a
        field numbered I) is data.
        """
        named = [place for place in self.label_places if place not in self.header.aside and cells[place].strip()]
        if any(self.is_listed(self.columns.get(place), cells[place]) for place in named):
            return ""
        for place in self.header.aside:
            found = NUMERAL.fullmatch(cells[place].strip())
            if found and named:
                return "roman" if found[1] else "letter"
        return "label" if named and labels().is_group(cells[named[0]]) else ""

    def is_total(self, cell: str) -> bool:
        """Whether a cell says "total", and is no code, name or category that is data."""
        return labels().is_total(cell) and not any(self.is_listed(c, cell) for c in self.kind.schema_columns)

    def is_listed(self, column: Column | None, cell: str) -> bool:
        """Whether a cell is a code, a name or a category of a column."""
        if column and column.table:
            table = self.office.table(column.table)
            return bool(table.named(cell) or table.code(cell))
        return bool(column and folded(cell) in category_keys(column))

    def widths(self) -> None:
        """Tell of the rows that are longer or shorter than the header, each sort once."""
        for code, rows in (("long", self.long), ("short", self.short)):
            if rows:
                found = {"count": len(rows), "rows": ranges(rows), "found": self.first_width[code]}
                finding = Finding(f"row-{code}", "error", values={**found, "expected": self.header.width})
                self.shape.faults.append((rows[0], finding))


def label_places(header: Header, kind: Kind) -> set[int]:
    """The places of the columns that name a row (codes, names, categories, row numbers): there a total or a signature
    shows itself. Free text is left alone."""
    named = {
        name
        for name, column in kind.columns.items()
        if column.table or column.categories or name in ("period", "unit_code")
    }
    places = {c.number - 1 for name, c in header.columns.items() if name in named or name not in kind.columns}
    return places | set(header.aside)


def column_of(kind: Kind, name: str) -> Column | None:
    """A column of the kind; of a column of names, the one that holds the codes."""
    return kind.columns.get(name) or kind.columns.get(name.removesuffix("_name") + "_code")


def category_keys(column: Column) -> set[str]:
    """Every word for a column's categories, folded."""
    words = ((item.value, item.titles.vi, item.titles.en, *item.aliases) for item in column.categories)
    return {folded(word) for item in words for word in item}


def is_numbers(filled: list[str]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), A B 1 2, 3=4+5+6."""
    found = [NUMBER_CELL.fullmatch(cell.strip()) for cell in filled]
    if len(filled) < 3 or not all(found):
        return False
    numbers = [int(match[1]) for match in found if match and match[1].isdigit()]
    return len(numbers) >= 2 and all(b == a + 1 for a, b in pairwise(numbers))


def csv_finding(error: csv.Error) -> Finding:
    """What the csv module's complaint means."""
    text = str(error)
    if "field larger" in text:
        return Finding("row-huge", "error")
    if "unexpected end of data" in text:
        return Finding("quote-open", "error")
    return Finding("quote-wrong", "error")


def ranges(rows: Sequence[int]) -> str:
    """Row numbers as 2–6, 9, 11; after ten pieces "…" stands (the count is told beside)."""
    pieces: list[tuple[int, int]] = []
    for row in rows:
        if pieces and row == pieces[-1][1] + 1:
            pieces[-1] = (pieces[-1][0], row)
        else:
            pieces.append((row, row))
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in pieces[:RANGES_SHOWN]]
    return ", ".join(shown + ["…"] * (len(pieces) > RANGES_SHOWN))
