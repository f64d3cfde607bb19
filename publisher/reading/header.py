"""Which column of a file is which column of its kind: by layout, name, title or alias, never by position."""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from publisher.catalogue import Kind
from publisher.catalogue.columns import Column, Layout
from publisher.errors import Mistake, Severity, column_letter
from publisher.reading.decoding import Text
from publisher.reading.labels import folded, labels

HEADER_WITHIN = 15
"""The header stands within the first rows of a file."""
MOST_COLUMNS = 200
DELIMITERS = (",", ";", "\t", "|")
SEP_LINE = re.compile(r'^"?sep=([,;|\t])"?\r?\n?$', re.IGNORECASE)
OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f\u0530-\u058f]")


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a file: canonical name, header as it stands in the file, 1-based place."""

    name: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about the header: a code, a severity, the column it concerns, what fills the sentence.

    `variant` chooses among the sentences of one code.
    """

    code: str
    severity: Severity
    label: str = ""
    number: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a text as one delimiter splits them."""

    delimiter: str
    rows: tuple[list[str], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file and what its columns mean.

    `row` counts from 1 without the `sep=` line, as a spreadsheet does. `columns` holds kind columns and input-only
    name columns (`unit_name`) by name; `aside` the indexes of columns that only number the rows or that a layout
    leaves out, `untitled` those without a header; `width` is the number of columns up to the last header.
    """

    row: int
    head: Head
    width: int
    columns: dict[str, SourceColumn]
    aside: tuple[int, ...]
    untitled: tuple[int, ...]
    canonical: bool
    layout: Layout | None
    findings: tuple[Finding, ...]
    titles: int

    @property
    def decimal(self) -> str:
        """The decimal mark of its numbers."""
        if self.layout:
            return self.layout.decimal
        return "." if self.canonical else ","


def split(text: Text, delimiter: str, *, strict: bool = True) -> Iterator[list[str]]:
    """The records of a text, blank lines as []; a `sep=` line before them is left out, as a spreadsheet does.

    Raises csv.Error while it is read.
    """
    with text.open() as stream:
        if not SEP_LINE.match(stream.readline()):
            stream.seek(0)
        yield from csv.reader(stream, delimiter=delimiter, strict=strict)


def read_heads(text: Text) -> Iterator[Head]:
    """The first rows of a text by each delimiter; only by that of the `sep=` line where there is one."""
    with text.open() as stream:
        sep = SEP_LINE.match(stream.readline(20))
    for delimiter in (sep[1],) if sep else DELIMITERS:
        rows: list[list[str]] = []
        # A quote that never closes ends it early: what stands before may still hold the header.
        with suppress(csv.Error):
            rows.extend(islice(split(text, delimiter, strict=False), HEADER_WITHIN))
        yield Head(delimiter, tuple(rows))


def known_headers(kind: Kind) -> dict[str, str]:
    """Every header of a kind, folded, with the column or the input-only name column that it means."""
    return {folded(text): name for column in kind.schema_columns for name, text in column.headers() if text}


def find_header(text: Text, kind: Kind, layout: str | None, filled: frozenset[str]) -> Header | list[Finding]:
    """The header of a text; a list of findings when there is none.

    `layout` asks for a layout by name, `filled` names columns that the file need not have because the caller gives
    their value. Raises Mistake `unknown-layout`.
    """
    names = [item.name for item in kind.layouts]
    if layout is not None and layout not in names:
        raise Mistake("unknown-layout", {"layout": layout, "known": ", ".join(names) or "-"}, exit_code=2)
    known = known_headers(kind)
    best: tuple[int, int, Head] | None = None
    heads = []
    for head in read_heads(text):
        heads.append(head)
        for index, row in enumerate(head.rows):
            hits = count_hits(row, kind, known)
            if hits >= 2 and (best is None or hits > best[0]):
                best = (hits, index, head)
        if best and best[0] == sum(1 for cell in best[2].rows[best[1]] if cell.strip()):
            break
    widest = max((len(trimmed(row)) for head in heads for row in head.rows), default=0)
    if best is None or len(trimmed(best[2].rows[best[1]])) > MOST_COLUMNS:
        if widest > MOST_COLUMNS:
            return [Finding("columns-many", "error", values={"count": widest, "limit": MOST_COLUMNS})]
        asked = [c for c in kind.schema_columns if c.required and not c.default and c.name not in filled]
        wanted = ", ".join(f"“{column.titles.vi}”" for column in asked)
        return [Finding("header-missing", "error", values={"rows": HEADER_WITHIN, "columns": wanted})]
    _, index, head = best
    return match(kind, head, index, known, layout, filled)


def trimmed(row: list[str]) -> list[str]:
    """A row without the blank cells at its end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return row[:width]


def count_hits(row: list[str], kind: Kind, known: Mapping[str, str]) -> int:
    """How many cells of a row are headers of the kind or of one of its layouts."""
    cells = {folded(cell) for cell in row[: MOST_COLUMNS + 1]} - {""}
    hits = sum(1 for cell in cells if cell in known)
    return max([hits, *(sum(1 for label in item.columns if folded(label) in cells) for item in kind.layouts)])


def choose_layout(kind: Kind, cells: set[str], asked: str | None) -> Layout | None:
    """The layout asked for, or the one with most columns whose headers all stand in the file."""
    if asked is not None:
        return next(item for item in kind.layouts if item.name == asked)
    fitting = [item for item in kind.layouts if all(folded(label) in cells for label in item.columns)]
    return max(fitting, key=lambda item: len(item.columns), default=None)


def match(
    kind: Kind, head: Head, index: int, known: Mapping[str, str], asked: str | None, filled: frozenset[str]
) -> Header:
    """What each cell of the header row means."""
    row = trimmed(head.rows[index])
    cells = [folded(cell) for cell in row]
    layout = choose_layout(kind, set(cells), asked)
    meant = {**known, **{folded(label): name for label, name in layout.columns.items()}} if layout else known
    left = {folded(label) for label in layout.ignore} if layout else set()
    columns: dict[str, SourceColumn] = {}
    aside: list[int] = []
    findings: list[Finding] = []
    strange: list[tuple[str, int]] = []
    for place, (cell, key) in enumerate(zip(row, cells, strict=True)):
        label = unicodedata.normalize("NFC", " ".join(cell.split()))
        number = place + 1
        name = meant.get(key)
        if not label:
            continue
        script = OTHER_SCRIPT.search(label)
        if script and name is None:
            name = meant.get(folded(labels().latin(label)))
            code = f"{script[0]} (U+{ord(script[0]):04X})"
            findings.append(Finding("column-script", "error", label, number, {"char": code}))
            if name:
                columns.setdefault(name, SourceColumn(name, label, number))
        elif key in left or (name is None and labels().is_row_number(label)):
            aside.append(place)
        elif name is None:
            strange.append((label, number))
        elif name in columns:
            first = columns[name]
            place_of = {"first": column_letter(first.number), "second": column_letter(number)}
            findings.append(Finding("column-twice", "error", label, number, place_of))
        else:
            columns[name] = SourceColumn(name, label, number)
    filled = filled | (frozenset(layout.constants) if layout else frozenset())
    missing = [c for c in kind.schema_columns if not given(c, columns, filled)]
    findings += missing_layout(layout, set(cells)) if asked is not None else []
    findings += strangers(strange, missing)
    findings += [
        Finding("column-missing", "error", values={"title": column.titles.vi, "name": column.name})
        for column in missing
        if column.required
    ]
    exact = {text for column in kind.schema_columns for _, text in column.headers()}
    loose = [c for c in columns.values() if row[c.number - 1] not in exact and not OTHER_SCRIPT.search(c.label)]
    if loose and layout is None:
        listed = ", ".join(f"“{c.label}”" for c in loose)
        findings.append(Finding("header-loose", "note", values={"count": len(loose), "columns": listed}))
    if aside and not layout:
        listed = ", ".join(f"“{row[place].strip()}”" for place in aside)
        findings.append(Finding("column-aside", "note", values={"columns": listed}))
    return Header(
        row=index + 1,
        head=head,
        width=len(row),
        columns=columns,
        aside=tuple(aside),
        untitled=tuple(place for place, cell in enumerate(row) if not cell.strip()),
        canonical=all(column.label == column.name for column in columns.values()) and not aside,
        layout=layout,
        findings=tuple(findings),
        titles=sum(1 for above in head.rows[:index] if any(cell.strip() for cell in above)),
    )


def given(column: Column, columns: Mapping[str, SourceColumn], filled: frozenset[str]) -> bool:
    """Whether a column's values come from somewhere: the file, an entry's name, the caller, a default."""
    name = column.name.removesuffix("_code") + "_name" if column.named_by else column.name
    return bool(column.default) or column.name in columns or name in columns or column.name in filled


def missing_layout(layout: Layout | None, cells: set[str]) -> list[Finding]:
    """The headers that a layout asked for by name does not find."""
    if layout is None:
        return []
    return [
        Finding("layout-column", "error", values={"title": label, "layout": layout.title.vi})
        for label in layout.columns
        if folded(label) not in cells
    ]


def strangers(strange: list[tuple[str, int]], missing: list[Column]) -> list[Finding]:
    """What to say of columns that the kind does not know: personal data, or unknown with the column perhaps meant."""
    titles = {folded(text): column for column in missing for _, text in column.headers() if text}
    required = [column for column in missing if column.required]
    unknown = [item for item in strange if not labels().is_personal(item[0])]
    findings = [
        Finding("column-personal", "error", label, number) for label, number in strange if labels().is_personal(label)
    ]
    for label, number in unknown:
        near = difflib.get_close_matches(folded(label), titles, n=1, cutoff=0.75)
        meant = titles[near[0]] if near else None
        if meant is None and len(unknown) == len(required) == 1:
            meant = required[0]
        if meant is None:
            findings.append(Finding("column-unknown", "error", label, number))
        else:
            findings.append(Finding("column-unknown", "error", label, number, {"title": meant.titles.vi}, "near"))
    return findings
