"""From the bytes of a file to rows of text by canonical column: strictly, streamed, nothing guessed.

A file is gone over three times: what it is (text, a workbook), its records (is it a table?), its cells. A sheet of a
workbook gives records like a text does, so everything after the first step is the same for all formats.
"""

from collections.abc import Iterator, Mapping

from publisher.catalogue import Kind, Office
from publisher.catalogue.kinds import FIXED_COLUMNS
from publisher.reading import unseen
from publisher.reading.body import DERIVED, Body
from publisher.reading.book import Book, Sheet, open_book, records_of, source_rows
from publisher.reading.choosing import Page, choose
from publisher.reading.decoding import Refused, Source
from publisher.reading.header import Finding, Header, find_header
from publisher.reading.preamble import read_above
from publisher.reading.rows import ReadTable
from publisher.reading.structure import Scan, ranges
from publisher.reading.titles import SourceColumn

__all__ = [
    "Book",
    "ReadTable",
    "Refused",
    "Sheet",
    "Source",
    "SourceColumn",
    "declares_nothing",
    "guess_kind",
    "open_book",
    "ranges",
    "read_file",
    "records_of",
    "source_rows",
]

NAMES = {";": ";", "\t": "TAB", "|": "|"}

LATER = ("unit_code", "period")
"""Columns that may stand above the table instead."""


def read_file(
    source: Source | Book,
    kind: Kind,
    office: Office,
    *,
    name: str | None = None,
    defaults: Mapping[str, str] | None = None,
    layout: str | None = None,
    sheet: str | None = None,
) -> ReadTable:
    """A file as a ReadTable of its kind: CSV, XLSX, XLS or ODS, as its content says.

    `name` is the file's name in messages; an ending that contradicts the content is refused. `defaults` give columns
    that the file lacks (a `period` there must agree with the file's own), `layout` asks for a layout by name, `sheet`
    for one of several sheets. What is wrong with the file stands in `problems`. Raises Mistake `file-unreadable`,
    `unknown-layout`, `unknown-sheet`.
    """
    table = ReadTable(name or file_name(source), kind, office)
    given = dict(defaults or {})
    try:
        book = open_book(source, name=name, sheet=sheet)
    except Refused as refused:
        table.tell(refused.code, "error", variant=refused.variant, row=refused.row, **refused.values)
        return table
    page = choose(book, kind, layout, frozenset((*given, *DERIVED, *LATER)), sheet)
    table.sheet = page.sheet.name if page.sheet else ""
    describe(table, book, page)
    if isinstance(page.header, Header) and not table.stopped:
        read_page(table, page, page.header, given)
    return table


def declares_nothing(canonical: bytes) -> bool:
    """Whether an accepted file has a header and no rows: the unit declared that nothing arose."""
    return canonical.find(b"\n") == len(canonical) - 1


def file_name(source: Source | Book) -> str:
    """What a source is called in messages."""
    return "-" if isinstance(source, bytes) else source.name


def read_page(table: ReadTable, page: Page, header: Header, given: Mapping[str, str]) -> None:
    """Read what stands above the table, then go over its structure; what is wrong stops the table."""
    kind, office = table.kind, table.office
    layout = header.layout.constants if header.layout else {}
    above = read_above(header.above, kind, office, given, (*header.means, *layout))
    for told in above.told:
        finding = Finding(told.code, told.severity, "", told.said.column, told.values, told.variant)
        table.find(finding, told.said.row, value=told.said.text)
    filled = {**defaults_of(kind), **layout, **above.values, **given}
    for name in LATER:
        if name not in above.failed and not filled.get(name) and name not in header.means:
            column = kind.columns[name]
            table.tell("column-missing", "error", title=column.titles.vi, name=name)
    if table.stopped:
        return
    shape = Scan(header, kind, office).run()
    if page.sheet is not None:
        shape.faults += unseen.faults(page.sheet, header, shape)
        for note in unseen.notes(page.sheet.look):
            table.find(note, note.row)
    for row, finding in shape.faults:
        table.find(finding, row)
    if not table.stopped:
        table.take(header)
        table.body = Body(table, header, shape, filled).rows


def defaults_of(kind: Kind) -> dict[str, str]:
    """The columns that have a value where a file does not say it."""
    return {name: column.default for name, column in kind.columns.items() if column.default}


def describe(table: ReadTable, book: Book, page: Page) -> None:
    """Tell how the file was read, and what is wrong with its header."""
    if book.text is not None and book.text.encoding == "utf-16":
        table.tell("utf16-read", "note")
    if isinstance(page.header, Header) and page.header.head.delimiter in NAMES:
        table.tell("delimiter-read", "note", value=NAMES[page.header.head.delimiter])
    if book.text is not None and book.text.mixed_newlines:
        table.tell("newlines-mixed", "note")
    for finding in page.findings:
        table.find(finding, None)
    found = page.header.findings if isinstance(page.header, Header) else page.header
    row = page.header.row if isinstance(page.header, Header) else None
    for finding in found:
        table.find(finding, finding.row or (row if finding.number else None))


def guess_kind(source: Source | Book, office: Office, *, name: str | None = None) -> Kind | None:
    """The kind whose header the file has; None when no kind or more than one fits best."""
    try:
        book = open_book(source, name=name)
    except Refused:
        return None
    found = sorted(((*fit, kind.name) for kind in office.kinds.values() for fit in fits(book, kind)), reverse=True)
    if not found or (len(found) > 1 and found[0][:2] == found[1][:2] and found[0][2] != found[1][2]):
        return None
    return office.kinds[found[0][2]]


def fits(book: Book, kind: Kind) -> Iterator[tuple[int, int]]:
    """How well each sheet's header, or the text's, fits a kind: the fewer errors and the more known titles, the
    better."""
    for sheet in book.sheets or (None,):
        merged = sheet.look.merged if sheet else ()
        header = find_header(book.heads(sheet), kind, None, frozenset((*DERIVED, *LATER)), merged)
        if isinstance(header, Header) and set(header.columns) & (set(kind.columns) - set(FIXED_COLUMNS)):
            yield -header.errors, header.hits
