"""Which column of a file is which column of its kind: by layout, name, title or alias, never by position."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from publisher.catalogue import Kind
from publisher.catalogue.columns import Column, Layout
from publisher.errors import Mistake, Severity, column_letter
from publisher.grids.look import Range
from publisher.reading.equations import Equations, equations_of
from publisher.reading.heads import HEADER_WITHIN, Head, Row
from publisher.reading.labels import folded, labels
from publisher.reading.titles import DEEPEST, Known, SourceColumn, Titles, joined, known_of, single, trimmed

Best = tuple[int, Head, Titles]
"""The header found so far: how many of its titles are known, where it stands, its titles."""

MOST_COLUMNS = 200
OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f\u0530-\u058f]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about the header: a code, a severity, the column it concerns, what fills the sentence.

    `variant` chooses among the sentences of one code; `row` is the row where it differs from the header's last.
    """

    code: str
    severity: Severity
    label: str = ""
    number: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file and what its columns mean.

    `row` is its last row and `first` its first, counted from 1 without the `sep=` line, as a spreadsheet does.
    `columns` holds kind columns and input-only name columns (`unit_name`) by name, `equations` what a layout makes of
    others; `aside` are the indexes of columns that only number the rows or that a layout leaves out, `untitled` those
    without a header; `width` is the number of columns up to the last header, of a sheet all of them; `hits` says how
    many titles were known.
    """

    row: int
    first: int
    head: Head
    width: int
    columns: dict[str, SourceColumn]
    equations: Equations
    aside: tuple[int, ...]
    untitled: tuple[int, ...]
    canonical: bool
    layout: Layout | None
    findings: tuple[Finding, ...]
    hits: int

    @property
    def decimal(self) -> str:
        """The decimal mark of its numbers."""
        if self.layout:
            return self.layout.decimal
        return "." if self.canonical else ","

    @property
    def errors(self) -> int:
        """How many errors the header has."""
        return sum(1 for finding in self.findings if finding.severity == "error")

    @property
    def above(self) -> Sequence[Row]:
        """The rows above it."""
        return self.head.rows[: self.first - 1]

    @property
    def means(self) -> set[str]:
        """The kind's columns that it gives, by themselves or by a column of names."""
        return {name.removesuffix("_name") + "_code" if name.endswith("_name") else name for name in self.columns}

    @property
    def used(self) -> dict[int, str]:
        """The columns of which something is read: place → header. Those that only number rows are not among them."""
        return {c.number: c.label for c in (*self.columns.values(), *self.equations.sources)}

    def records(self) -> Iterator[Row]:
        """The records below it, strictly split. Raises csv.Error while they are read."""
        return islice(self.head.read(), self.row, None)


def find_header(
    heads: Iterable[Head],
    kind: Kind,
    layout: str | None,
    filled: frozenset[str],
    merged: Sequence[Range] = (),
) -> Header | list[Finding]:
    """The header among the first rows; a list of findings when there is none.

    `layout` asks for a layout by name, `filled` names columns that the file need not have because somebody else gives
    their value, `merged` are a sheet's merged cells. Raises Mistake `unknown-layout`.
    """
    names = [item.name for item in kind.layouts]
    if layout is not None and layout not in names:
        raise Mistake("unknown-layout", {"layout": layout, "known": ", ".join(names) or "-"}, exit_code=2)
    known = known_headers(kind)
    best: Best | None = None
    seen: list[Head] = []
    for head in heads:
        seen.append(head)
        for index, row in enumerate(head.rows):
            hits = row_hits(row, known)
            if hits >= 2 and (best is None or hits > best[0]):
                best = (hits, head, single(head.rows, index))
        if best and best[0] == sum(1 for title in best[2].titles if title.label):
            break
    if not best or best[0] < sum(1 for title in best[2].titles if title.label) or is_grouped(best, known):
        best = deeper(seen, known, merged, best)
    widest = max((len(trimmed(row)) for head in seen for row in head.rows), default=0)
    if best is None or len(best[2].titles) > MOST_COLUMNS:
        if widest > MOST_COLUMNS:
            return [Finding("columns-many", "error", values={"count": widest, "limit": MOST_COLUMNS})]
        asked = [c for c in kind.schema_columns if c.required and not c.default and c.name not in filled]
        wanted = ", ".join(f"“{column.titles.vi}”" for column in asked)
        variant = "sheet" if seen and seen[0].is_sheet else ""
        return [Finding("header-missing", "error", values={"rows": HEADER_WITHIN, "columns": wanted}, variant=variant)]
    return Match(kind, *best, known, layout, filled).header()


def deeper(heads: Sequence[Head], known: Known, merged: Sequence[Range], best: Best | None) -> Best | None:
    """A header of two or three rows that says more than the best one of a single row; the best one otherwise.

    A row of known groups belongs to the header below it: without them "Đúng hạn" could mean another column.
    """
    if best and is_grouped(best, known):
        best = None
    for head in heads:
        for depth in range(2, DEEPEST + 1):
            for first in range(len(head.rows) - depth + 1):
                for ranges in (merged, ()) if merged else ((),):
                    found = joined(head.rows, first, first + depth - 1, ranges, known)
                    here = (count_hits(found, known), head, found)
                    whole = depth == DEEPEST or not is_grouped(here, known)
                    if whole and here[0] >= 2 and (best is None or here[0] > best[0]):
                        best = here
    return best


def is_grouped(best: Best, known: Known) -> bool:
    """Whether the row above a header holds a known group's title."""
    _, head, found = best
    above = head.rows[found.first - 1][: MOST_COLUMNS + 1] if found.first else []
    return any(folded(cell) in known.groups for cell in above if cell)


@lru_cache(maxsize=64)
def known_of_labels(headers: tuple[tuple[str, str], ...], layouts: tuple[tuple[str, ...], ...]) -> Known:
    """What these headers and layouts make known; the same for every file of a kind."""
    return known_of(headers, layouts)


def known_headers(kind: Kind) -> Known:
    """Every header of a kind, with the column or the input-only name column that it means; the groups' titles, also
    those of its layouts."""
    return known_of_labels(*kind.headers)


def row_hits(row: Row, known: Known) -> int:
    """How many cells of a single row are headers of the kind or of one of its layouts: before its titles are made."""
    cells = {folded(cell) for cell in row[: MOST_COLUMNS + 1]} - {""}
    hits = sum(1 for cell in cells if cell in known.names)
    return max([hits, *(sum(1 for key in keys if key in cells) for keys in known.layouts)])


def count_hits(found: Titles, known: Known) -> int:
    """How many titles are headers of the kind or of one of its layouts."""
    if len(found.titles) > MOST_COLUMNS:
        found = Titles(found.first, found.last, found.titles[: MOST_COLUMNS + 1])
    names = {next((key for key in title.keys if key in known.names), "") for title in found.titles} - {""}
    keys = found.keys
    return max([len(names), *(sum(1 for key in labels if key in keys) for labels in known.layouts)])


def choose_layout(kind: Kind, keys: set[str], asked: str | None) -> Layout | None:
    """The layout asked for, or the one with most columns whose headers all stand in the file."""
    if asked is not None:
        return next(item for item in kind.layouts if item.name == asked)
    fitting = [item for item in kind.layouts if all(folded(label) in keys for label in item.labels)]
    return max(fitting, key=lambda item: len(item.labels), default=None)


class Match:
    """What each title of a header means."""

    def __init__(
        self,
        kind: Kind,
        hits: int,
        head: Head,
        found: Titles,
        known: Known,
        asked: str | None,
        filled: frozenset[str],
    ) -> None:
        self.kind, self.hits, self.head, self.found, self.asked = kind, hits, head, found, asked
        self.layout = layout = choose_layout(kind, found.keys, asked)
        self.meant = {**known.names, **{folded(k): v for k, v in layout.columns.items()}} if layout else known.names
        self.left = {folded(label) for label in layout.ignore} if layout else set()
        self.added = {folded(label) for label in (*layout.added, *layout.equals)} if layout else set()
        self.filled = filled | (frozenset(layout.constants) if layout else frozenset())
        self.columns: dict[str, SourceColumn] = {}
        self.others: dict[str, SourceColumn] = {}
        self.aside: list[int] = []
        self.findings: list[Finding] = []
        self.strange: list[tuple[str, int, int]] = []

    def header(self) -> Header:
        """The header with everything that is to be said of it."""
        for place in range(len(self.found.titles)):
            self.look(place)
        layout, titles = self.layout, self.found.titles
        equations = equations_of(layout, self.columns, self.others)
        filled = self.filled | equations.makes
        missing = [c for c in self.kind.schema_columns if not given(c, self.columns, filled)]
        self.findings += missing_layout(layout, self.found.keys) if self.asked is not None else []
        self.findings += strangers(self.strange, missing)
        self.findings += missing_columns(layout, [column for column in missing if column.required])
        self.note()
        width = len(self.head.rows[self.found.last]) if self.head.is_sheet else len(titles)
        untitled = [place for place, title in enumerate(titles) if not title.label]
        return Header(
            row=self.found.last + 1,
            first=self.found.first + 1,
            head=self.head,
            width=width,
            columns=self.columns,
            equations=equations,
            aside=tuple(self.aside),
            untitled=(*untitled, *range(len(titles), width)),
            canonical=all(column.label == column.name for column in self.columns.values()) and not self.aside,
            layout=layout,
            findings=tuple(self.findings),
            hits=self.hits,
        )

    def look(self, place: int) -> None:
        """What the title at that place means."""
        title, number = self.found.titles[place], place + 1
        if not title.label:
            return
        whole = title.keys[0] if title.keys else ""
        # what a layout only adds up or compares is no column, whatever the kind would take it for
        only_added = whole in self.added and not (self.layout and whole in map(folded, self.layout.columns))
        name = None if only_added else next((self.meant[key] for key in title.keys if key in self.meant), None)
        source = SourceColumn(name or "", title.label, number)
        if whole in self.added:
            self.others[whole] = source
        script = OTHER_SCRIPT.search(title.label)
        if script and name is None:
            name = self.meant.get(folded(labels().latin(title.label)))
            code = f"{script[0]} (U+{ord(script[0]):04X})"
            self.tell("column-script", place, char=code)
            if name:
                self.columns.setdefault(name, SourceColumn(name, title.label, number))
        elif whole in self.left or (name is None and any(map(labels().is_row_number, (title.label, *title.keys[-1:])))):
            self.aside.append(place)
        elif name is None:
            if whole not in self.added:
                self.strange.append((title.label, number, title.row + 1))
        elif name in self.columns:
            first = self.columns[name]
            self.tell("column-twice", place, first=column_letter(first.number), second=column_letter(number))
        else:
            self.columns[name] = source

    def tell(self, code: str, place: int, **values: str) -> None:
        """An error about the title at that place."""
        title = self.found.titles[place]
        self.findings.append(Finding(code, "error", title.label, place + 1, values, row=title.row + 1))

    def note(self) -> None:
        """What was made of the header beside its errors."""
        titles, depth = self.found.titles, self.found.last - self.found.first + 1
        count = sum(1 for above in self.head.rows[: self.found.first] if any(cell.strip() for cell in above))
        if count:
            self.findings.insert(0, Finding("title-rows", "note", values={"count": count}, row=self.found.first + 1))
        if depth > 1:
            values = {"count": depth, "first": self.found.first + 1, "last": self.found.last + 1}
            self.findings.append(Finding("header-joined", "note", values=values, row=self.found.last + 1))
        exact = {text for _, text in self.kind.headers[0]}
        cells = self.head.rows[self.found.last]
        loose = [
            c for c in self.columns.values() if cells[c.number - 1] not in exact and not OTHER_SCRIPT.search(c.label)
        ]
        if loose and self.layout is None and depth == 1:
            listed = ", ".join(f"“{c.label}”" for c in loose)
            self.findings.append(Finding("header-loose", "note", values={"count": len(loose), "columns": listed}))
        if self.aside and not self.layout:
            listed = ", ".join(f"“{titles[place].label}”" for place in self.aside)
            self.findings.append(Finding("column-aside", "note", values={"columns": listed}))


def given(column: Column, columns: Mapping[str, SourceColumn], filled: frozenset[str]) -> bool:
    """Whether a column's values come from somewhere: the file, an entry's name, the caller, a default."""
    name = column.name.removesuffix("_code") + "_name" if column.named_by else column.name
    return bool(column.default) or column.name in columns or name in columns or column.name in filled


def missing_layout(layout: Layout | None, keys: set[str]) -> list[Finding]:
    """The headers that a layout asked for by name does not find."""
    if layout is None:
        return []
    return [
        Finding("layout-column", "error", values={"title": label, "layout": layout.title.vi})
        for label in layout.labels
        if folded(label) not in keys
    ]


def missing_columns(layout: Layout | None, missing: Sequence[Column]) -> list[Finding]:
    """The required columns that the file lacks; of an export, one sentence that says what the system does not give."""
    if layout and missing:
        listed = ", ".join(f"“{column.titles.vi}”" for column in missing)
        return [Finding("layout-lacks", "error", values={"layout": layout.title.vi, "columns": listed})]
    return [
        Finding("column-missing", "error", values={"title": column.titles.vi, "name": column.name})
        for column in missing
    ]


def strangers(strange: Sequence[tuple[str, int, int]], missing: Sequence[Column]) -> list[Finding]:
    """What to say of columns that the kind does not know, given as (header, place, row): personal data, or unknown with
    the column perhaps meant."""
    titles = {folded(text): column for column in missing for _, text in column.headers() if text}
    required = [column for column in missing if column.required]
    unknown = [item for item in strange if not labels().is_personal(item[0])]
    findings = [
        Finding("column-personal", "error", label, number, row=row)
        for label, number, row in strange
        if labels().is_personal(label)
    ]
    for label, number, row in unknown:
        near = difflib.get_close_matches(folded(label), titles, n=1, cutoff=0.75)
        meant = titles[near[0]] if near else None
        if meant is None and len(unknown) == len(required) == 1:
            meant = required[0]
        if meant is None:
            findings.append(Finding("column-unknown", "error", label, number, row=row))
        else:
            values = {"title": meant.titles.vi}
            findings.append(Finding("column-unknown", "error", label, number, values, "near", row))
    return findings
