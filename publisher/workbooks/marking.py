"""The job that marks a workbook: colours, comments, and a first sheet that lists what is wrong.

Runs in a process of its own (publisher.sandbox). Knows no words: `payload` brings every sentence.
"""

import datetime as dt
import io
import re
from typing import Any, BinaryIO

import openpyxl  # type: ignore[import-untyped]
from openpyxl.cell.cell import MergedCell  # type: ignore[import-untyped]
from openpyxl.comments import Comment  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter, quote_sheetname  # type: ignore[import-untyped]
from openpyxl.worksheet.hyperlink import Hyperlink  # type: ignore[import-untyped]
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped]

from publisher.grids.container import Archive, recognise
from publisher.grids.marks import BROKEN, DAY, MARKS, NUMBER, TEXT, shown, value
from publisher.workbooks.tidy import tidy

FILLS = {
    "error": PatternFill("solid", fgColor="FFF8B4B4"),
    "warning": PatternFill("solid", fgColor="FFFCE19A"),
}
"""Red for errors, amber for warnings; shades that nobody picks by hand, so that they can be taken off again."""

OURS = frozenset(fill.fgColor.rgb for fill in FILLS.values())
AUTHOR = "Công khai"

MOST_LINKS = 65_000
"""Excel opens no sheet with more than 65,530 links."""

MOST_COMMENTS = 5_000
"""Each comment is a drawing of its own; more of them and Excel takes minutes to open the file."""

CELL_LIMIT = 32_767
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What no XML file can hold; it is shown as U+FFFD."""

WIDTHS = (6, 12, 20, 84, 60)
NUMBER_FORMATS = {"%": "0.0##%", "month": "mm/yyyy", "day": "dd/mm/yyyy"}


def mark_workbook(source: BinaryIO, payload: Any) -> bytes:
    """The source, or the grid in `payload`, marked.

    `payload` has `list` (the first sheet: `sheet`, `head`, `titles`, `lines`, `more_links`, `more_comments`), `marks`
    (sheet → (row, column, severity, text)), `first` (the sheet that a mark without one belongs to) and `grid` (sheets
    to build in place of the source: name and rows of marked text), if any.
    """
    if payload["grid"] is None:
        book = opened(source.read())
    else:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in payload["grid"]:
            build(book.create_sheet(name), rows)
    capped = mark(book, payload["marks"])
    name = payload["list"]["sheet"]
    if name in book.sheetnames and len(book.sheetnames) > 1:
        del book[name]
    write_list(book.create_sheet(name, 0), payload["list"], capped=capped)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == name
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return tidy(out.getvalue())


def opened(content: bytes) -> Any:
    """A workbook of which everything is kept that openpyxl can keep, but nobody's name."""
    archive = Archive(io.BytesIO(content))
    recognise(archive)
    archive.refuse_declarations()
    book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
    book.custom_doc_props = type(book.custom_doc_props)()
    if was_marked(archive):
        for sheet in book.worksheets:
            clean(sheet)
    return book


def was_marked(archive: Archive) -> bool:
    """Whether a workbook bears marks of ours."""
    fills = archive.read("xl/styles.xml")
    notes = [archive.read(name) for name in archive.names() if "comments" in name]
    return any(colour.encode() in fills for colour in OURS) or any(AUTHOR.encode() in note for note in notes)


def build(sheet: Any, rows: list[list[str]]) -> None:
    """A sheet with the cells of a grid at the same addresses. Text is text: also what is typed into such a cell later,
    so that 00004 stays a code."""
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell:
                fill_in(sheet.cell(number, column), cell)
    for column in range(1, max(map(len, rows), default=0) + 1):
        longest = max((len(row[column - 1]) for row in rows[:200] if len(row) >= column), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(40, max(9, longest + 2))
    print_wide(sheet)


def print_wide(sheet: Any) -> None:
    """On paper a sheet is as wide as an A4 page on its side."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def fill_in(cell: Any, text: str) -> None:
    """One cell of a grid: a number, a day, or text."""
    mark, plain, shows = text[:1], value(text), shown(text)
    if mark == NUMBER and plain.replace(".", "", 1).lstrip("-").isdigit():
        cell.value = float(plain) if "." in plain else int(plain)
        if shows.endswith("%"):
            cell.number_format = NUMBER_FORMATS["%"]
        elif shows.isdigit():
            cell.number_format = "0" * len(shows)
    elif mark == DAY and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", plain):
        cell.value = dt.date.fromisoformat(plain)
        cell.number_format = NUMBER_FORMATS["month" if shows else "day"]
    else:
        bare = text[1:] if mark and mark in TEXT + BROKEN else plain if mark and mark in MARKS else text
        write(cell, bare)
        cell.number_format = "@"


def write(cell: Any, text: str) -> None:
    """Text into a cell: never a formula, whatever it begins with."""
    text = NOT_XML.sub("\ufffd", text)
    cell.value = text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 1] + "…"
    cell.data_type = "s"


def clean(sheet: Any) -> None:
    """Take off the marks of an earlier time: a clerk corrects the marked file and hands that in."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
            if cell.has_style and cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in OURS:
                cell.fill = PatternFill()


def mark(book: Any, marks: dict[str, list[tuple[int, int, str, str]]]) -> bool:
    """Colour the cells and write a comment on each. Gives whether some got no comment because they are too many."""
    left = MOST_COMMENTS
    for name, places in marks.items():
        if name not in book.sheetnames:
            continue
        for row, column, severity, text in places:
            cell = anchor(book[name], row, column)
            cell.fill = FILLS[severity]
            if left > 0:
                left -= 1
                before = f"\n\n{cell.comment.text}" if cell.comment is not None else ""
                comment = Comment(NOT_XML.sub("\ufffd", text)[:2_000] + before[:2_000], AUTHOR)
                comment.width, comment.height = 420, 60 + 22 * (1 + len(text) // 60)
                cell.comment = comment
    return left <= 0


def anchor(sheet: Any, row: int, column: int) -> Any:
    """The cell of an address; of merged cells the first, which alone can bear a mark."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
                return sheet.cell(merged.min_row, merged.min_col)
    return cell


def write_list(sheet: Any, said: dict[str, Any], *, capped: bool) -> None:
    """The first sheet: the verdict, how to use the sheet, and a line for each problem, with a link to its cell."""
    head = list(said["head"])
    if capped:
        head.append(("note", said["more_comments"]))
    if len(said["lines"]) > MOST_LINKS:
        head.append(("note", said["more_links"]))
    number = 0
    for number, (kind, text) in enumerate(head, start=1):
        write(sheet.cell(number, 1), text)
        sheet.cell(number, 1).font = HEADS[kind]
        sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(WIDTHS))
        sheet.row_dimensions[number].height = height([text], [sum(WIDTHS)], 22 if kind == "verdict" else 16)
    top = number + 2
    for column, title in enumerate(said["titles"], start=1):
        cell = sheet.cell(top, column)
        write(cell, title)
        cell.font = Font(name=LETTERS, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F3A5F")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[column - 1]
    for row, line in enumerate(said["lines"], start=top + 1):
        write_line(sheet, row, line, linked=row - top <= MOST_LINKS)
    sheet.freeze_panes = sheet.cell(top + 1, 1)
    sheet.sheet_properties.outlinePr.summaryBelow = False
    print_wide(sheet)
    sheet.print_title_rows = f"{top}:{top}"
    sheet.sheet_properties.tabColor = "FFC0392B"


LETTERS = "Arial"
GREY = "FF5F6368"
HEADS = {
    "verdict": Font(name=LETTERS, bold=True, size=15),
    "refused": Font(name=LETTERS, bold=True, size=15, color="FFB3261E"),
    "text": Font(name=LETTERS, size=11),
    "note": Font(name=LETTERS, size=11, italic=True),
    "other": Font(name=LETTERS, size=11, color=GREY),
}


def write_line(sheet: Any, row: int, line: Any, *, linked: bool) -> None:
    """One line of the list: (depth, severity, cells, sheet, address, folded). A line of depth 1 belongs to the group
    above it, of depth 2; where the group has many, its lines are folded away behind the + at the side."""
    depth, severity, cells, target, address, folded = line
    for column, text in enumerate(cells, start=1):
        cell = sheet.cell(row, column)
        if isinstance(text, int):
            cell.value = text
        else:
            write(cell, text)
        indent = depth if column == 4 and depth == 1 else 0
        centre = "center" if column == 1 else None
        cell.alignment = Alignment(wrap_text=True, vertical="top", indent=indent, horizontal=centre)
        cell.font = Font(name=LETTERS, bold=depth == 2, color=GREY if column == 5 else None)
    if severity in FILLS:
        sheet.cell(row, 2).fill = FILLS[severity]
    if address and linked:
        cell = sheet.cell(row, 3)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(target)}!{address}")
        cell.font = Font(name=LETTERS, underline="single", color="FF1A56B0")
    sheet.row_dimensions[row].height = height([str(text) for text in cells[3:5]], WIDTHS[3:5], 15)
    if depth == 1:
        sheet.row_dimensions[row].outlineLevel = 1
        sheet.row_dimensions[row].hidden = folded
    elif folded:
        sheet.row_dimensions[row].collapsed = True


def height(texts: list[str], widths: Any, line: float) -> float:
    """How high a row must be for its texts to be seen whole: not every program makes room by itself."""
    lines = max((1 + len(text) // max(1, int(width)) for text, width in zip(texts, widths, strict=True)), default=1)
    return min(400.0, line * lines + 3)
