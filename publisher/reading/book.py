"""A file that was opened: the text of a CSV, or the sheets of a workbook. What it is its content says, not its name."""

import csv
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from publisher import sandbox
from publisher.errors import Mistake
from publisher.grids.look import Look
from publisher.grids.marks import MARKS, bare
from publisher.reading.decoding import Refused, Seen, Source, Text, decode, open_bytes
from publisher.reading.heads import Head, head_of_sheet, heads_of_text, split

LOG = logging.getLogger(__name__)

JOB = "publisher.grids.job:read_workbook"
OLE2 = b"\xd0\xcf\x11\xe0"
ZIP = b"PK"

ENDINGS: Mapping[str, tuple[str, ...]] = {
    "text": (".csv", ".txt", ".tsv"),
    "xlsx": (".xlsx",),
    "xls": (".xls",),
    "ods": (".ods",),
}
"""The endings that say what a file is; any other ending says nothing."""

FIRST_ROWS = 500
"""Of a sheet, in which letters of an old code page are looked for."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, whether people see it, its rows from A1 on (all of one length), and what no value tells."""

    name: str
    visible: bool
    rows: list[list[str]]
    look: Look

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for row in self.rows for cell in row)

    def letters(self) -> str:
        """The text of its first rows."""
        cells = (cell for row in self.rows[:FIRST_ROWS] for cell in row)
        return "\n".join(cell for cell in cells if cell and cell[0] not in MARKS)


@dataclass(frozen=True, slots=True)
class Book:
    """An opened file. `format` is `text`, `xlsx`, `xls` or `ods`; a text has no sheets, a workbook no text; `names` are
    the names of all sheets, also of those that were not read."""

    name: str
    source: Source
    format: str
    text: Text | None = None
    sheets: tuple[Sheet, ...] = ()
    names: tuple[str, ...] = ()

    def heads(self, sheet: Sheet | None) -> Iterable[Head]:
        """The first rows of a sheet, or of the text by each delimiter."""
        if sheet is not None:
            return [head_of_sheet(sheet.name, sheet.rows)]
        return heads_of_text(self.text) if self.text else []


def open_book(source: Source | Book, *, name: str | None = None, sheet: str | None = None) -> Book:
    """A file opened by its content; `sheet` reads that sheet of a workbook alone. A Book is given back as it is.

    `name` is the file's name: an ending that contradicts the content is refused. Raises Refused, and Mistake
    `file-unreadable`.
    """
    if isinstance(source, Book):
        return source
    file = name or (source.name if isinstance(source, Path) else "-")
    with open_bytes(source) as stream:
        start = stream.read(len(OLE2))
    if start.startswith((ZIP, OLE2)):
        book = open_workbook(source, file, sheet)
    else:
        text = decode(source)
        book = Book(file, source, "text", text)
    refuse_ending(book)
    return book


def refuse_ending(book: Book) -> None:
    """Refuse a name whose ending says something else than the content. Raises Refused `ending-differs`."""
    ending = PurePath(book.name).suffix.casefold()
    said = next((sort for sort, endings in ENDINGS.items() if ending in endings), "")
    if said and said != book.format:
        values = {"ending": ending, "right": ENDINGS[book.format][0]}
        raise Refused("ending-differs", values=values, variant="text" if book.format == "text" else "workbook")


def open_workbook(source: Source, file: str, sheet: str | None) -> Book:
    """A workbook's sheets, read in a process of its own. Raises Refused, Mistake `file-unreadable`."""
    try:
        found: dict[str, Any] = sandbox.run(JOB, source, sheet)
    except sandbox.Stopped as stopped:
        code = {"time": "workbook-time", "memory": "workbook-memory", "output": "workbook-memory"}
        if stopped.reason == "crash":  # damaged, or a case that we did not think of: only its name, never what it held
            LOG.warning("reading a workbook ended with %s", stopped.detail.partition(":")[0] or "a signal")
        raise Refused(code.get(stopped.reason, "workbook-damaged")) from stopped
    except OSError as error:
        raise Mistake("file-unreadable", {"file": file, "detail": error.strerror or ""}, exit_code=2) from error
    if "refused" in found:
        code, values = found["refused"]
        raise Refused(code, values=values)
    sheets = tuple(Sheet(one["name"], one["visible"], one["rows"], Look(**one["look"])) for one in found["sheets"])
    if sheets or sheet is None:
        refuse_letters(sheets)
    return Book(file, source, found["format"], sheets=sheets, names=tuple(found["names"]))


def refuse_letters(sheets: Iterable[Sheet]) -> None:
    """Refuse text of an old code page. Raises Refused `encoding-…`, or `file-empty` where no sheet holds anything."""
    seen = Seen()
    for sheet in sheets:
        seen.look(sheet.letters())
    if all(sheet.is_empty for sheet in sheets):
        raise Refused("file-empty")
    seen.refuse_letters()


def source_rows(
    source: Source | Book, rows: Iterable[int], *, name: str | None = None, sheet: str = ""
) -> dict[int, list[str]]:
    """Rows of a file as a person sees them, by the number that a spreadsheet shows: text, or what a number's format
    shows, with a decimal comma. Rows that the file does not have are left out.

    `sheet` is the sheet's name, as a Problem has it. Raises Refused and Mistake as open_book.
    """
    book = open_book(source, name=name)
    wanted = set(rows)
    found = {}
    with suppress(csv.Error):  # what stands before a record that cannot be split can still be shown
        for number, row in enumerate(records_of(book, sheet), start=1):
            if number in wanted:
                found[number] = [bare(cell) for cell in row]
            if len(found) == len(wanted):
                break
    return found


def records_of(book: Book, sheet: str) -> Iterator[list[str]]:
    """All records of a sheet, or of the text by the delimiter that splits its first rows into most cells."""
    if book.text is None:
        return iter(next((one.rows for one in book.sheets if one.name == sheet), []))
    heads = list(heads_of_text(book.text))
    widest = max(heads, key=lambda head: sum(len(row) for row in head.rows))
    return split(book.text, widest.delimiter, strict=False)
