"""A form as a workbook: its head, its header of merged cells with the row of column numbers, rows, total, signatures.

Numbers are numbers and texts are texts, whatever they begin with. The same form is the same bytes.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Font, Side  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped]

from publisher.catalogue.forms import FIRST, Form
from publisher.print.typesetting import visible
from publisher.reports.stretch import LANG
from publisher.reports.tables import Figures, Filled
from publisher.words import format as formats
from publisher.words import say
from publisher.workbooks.tidy import tidy

LETTERS = "Times New Roman"
LINE = Side(style="thin")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
FORMULA = ("=", "+", "-", "@")
"""How a text begins that a spreadsheet would take for a formula once somebody edits its cell."""

SIDE, NUMBER, NAME, FIGURE = 3, 6, 34, 10.5
"""How many columns stand left and right of the form's title; widths of the columns."""

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


@dataclass(frozen=True)
class Title:
    """A title of the header: its rows and columns, from 1, both ends included."""

    text: str
    top: int
    bottom: int
    left: int
    right: int


def make(filled: Filled) -> bytes:
    """A form as XLSX."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = say(LANG, "reports.form.sheet")
    top = write_head(sheet, filled)
    row = write_header(sheet, filled.form, filled.head, top)
    sheet.print_title_rows = f"{top}:{row - 1}"
    sheet.freeze_panes = sheet.cell(row, FIRST)
    row = write_rows(sheet, filled, row)
    write_foot(sheet, filled, row)
    last = FIRST - 1 + len(filled.form.columns)
    for number in range(1, last + 1):
        width = {1: NUMBER, 2: NAME}.get(number, FIGURE)
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.oddFooter.center.text = "&P/&N"
    out = io.BytesIO()
    book.save(out)
    return tidy(out.getvalue())


def write_head(sheet: Any, filled: Filled) -> int:
    """What stands above the table: the form's code, its title and period, who reports to whom. Gives the next row."""
    form, stretch = filled.form, filled.stretch
    last = FIRST - 1 + len(form.columns)
    left, right = SIDE, last - SIDE + 1
    start, end = (formats.date(LANG, day) for day in (stretch.start, stretch.end))
    dots = say(LANG, "reports.dots")
    lines = [
        (form.code, form.title, say(LANG, "reports.form.reporter", name=filled.reporter), True),
        (
            form.issued,
            say(LANG, "reports.form.period", name=stretch.name, start=start, end=end),
            say(LANG, "reports.form.code", code=filled.code) if filled.code else "",
            False,
        ),
        ("", "", say(LANG, "reports.form.receiver", name=filled.receiver or dots), False),
    ]
    for row, (first, middle, side, strong) in enumerate(lines, 1):
        font = Font(name=LETTERS, size=11, bold=strong)
        text(sheet, row, 1, first, font, TOP, to=left)
        size = 13 if strong else 11
        text(sheet, row, left + 1, middle, Font(name=LETTERS, size=size, bold=strong), MIDDLE, to=right - 1)
        text(sheet, row, right, side, Font(name=LETTERS, size=11), TOP, to=last)
        sheet.row_dimensions[row].height = 32
    counted = say(LANG, "reports.form.counted", name=form.counted)
    row = len(lines) + 1
    text(sheet, row, 1, filled.mark, Font(name=LETTERS, size=11, bold=True), LEFT, to=left)
    text(sheet, row, right, counted, Font(name=LETTERS, size=11, italic=True), RIGHT, to=last)
    return row + 1


def write_header(sheet: Any, form: Form, head: str, top: int) -> int:
    """The header and the row of column numbers. Gives the next row."""
    bottom = top + form.depth - 1
    font = Font(name=LETTERS, size=11, bold=True)
    titles = [Title(say(LANG, "reports.form.number"), top, bottom, 1, 1), Title(head, top, bottom, 2, 2)]
    for title in (*titles, *headings(form, top)):
        text(sheet, title.top, title.left, title.text, font, MIDDLE, to=title.right, down=title.bottom, border=True)
    for number in range(1, FIRST + len(form.columns)):
        adds = form.columns[number - FIRST].adds if number >= FIRST else ()
        shown = f"({number})" + ("=" + "+".join(f"({part})" for part in adds) if adds else "")
        text(sheet, bottom + 1, number, shown, Font(name=LETTERS, size=8, italic=True), MIDDLE, border=True)
    for row in range(top, bottom + 1):
        sheet.row_dimensions[row].height = 46 if row == bottom else 18
    sheet.row_dimensions[bottom + 1].height = 26
    return bottom + 2


def headings(form: Form, top: int) -> Iterator[Title]:
    """The titles over the columns of figures: equal ones side by side are one, the last of a column goes down to the
    bottom."""
    bottom = top + form.depth - 1
    for level in range(form.depth):
        numbered = enumerate(form.columns, FIRST)
        for path, group in groupby(numbered, key=lambda one: one[1].head[: level + 1]):
            found = list(group)
            if len(path) == level + 1:
                ends = all(len(column.head) == level + 1 for _, column in found)
                left, right = found[0][0], found[-1][0]
                yield Title(path[-1], top + level, bottom if ends else top + level, left, right)


def write_rows(sheet: Any, filled: Filled, row: int) -> int:
    """The rows and the total. Gives the next row."""
    count = groups = 0
    for line in filled.lines:
        if line.heading:
            groups, count = groups + 1, 0
            number: int | str = ROMAN[min(groups, len(ROMAN)) - 1]
        else:
            count += 1
            number = count
        write_line(sheet, row, number, line.name, line.figures, strong=line.heading)
        row += 1
    write_line(sheet, row, "", say(LANG, "reports.form.total"), filled.total, strong=True)
    return row + 1


def write_line(sheet: Any, row: int, number: int | str, name: str, figures: Figures, *, strong: bool) -> None:
    """One row of the table."""
    font = Font(name=LETTERS, size=11, bold=strong)
    cell = sheet.cell(row, 1)
    if isinstance(number, int):
        cell.value, cell.font, cell.alignment, cell.border = number, font, MIDDLE, BORDER
    else:
        text(sheet, row, 1, number, font, MIDDLE, border=True)
    text(sheet, row, 2, name, font, LEFT, border=True)
    for column, value in enumerate(figures, FIRST):
        cell = sheet.cell(row, column, value)
        cell.font, cell.alignment, cell.border, cell.number_format = font, RIGHT, BORDER, "#,##0"
    sheet.row_dimensions[row].height = 17 * -(-max(len(name), 1) // (NAME - 2))


def write_foot(sheet: Any, filled: Filled, row: int) -> None:
    """The notes, and where it is signed: nobody is named."""
    last = FIRST - 1 + len(filled.form.columns)
    for note in filled.notes:
        text(sheet, row, 1, note, Font(name=LETTERS, size=11, italic=True), TOP, to=last)
        sheet.row_dimensions[row].height = 15 * (1 + len(note) // 130)
        row += 1
    middle = last - 5
    bold, plain = Font(name=LETTERS, size=12, bold=True), Font(name=LETTERS, size=11, italic=True)
    text(sheet, row + 1, middle, say(LANG, "reports.form.day"), plain, MIDDLE, to=last)
    for offset, key, font in ((2, "who", bold), (3, "how", plain)):
        text(sheet, row + offset, 1, say(LANG, f"reports.form.maker_{key}"), font, MIDDLE, to=4)
        text(sheet, row + offset, middle, say(LANG, f"reports.form.head_{key}"), font, MIDDLE, to=last)


def text(
    sheet: Any,
    row: int,
    column: int,
    said: str,
    font: Any,
    alignment: Any,
    *,
    to: int = 0,
    down: int = 0,
    border: bool = False,
) -> None:
    """Text in a cell, or in one merged from it to a column and a row: never a formula."""
    cell = sheet.cell(row, column)
    shown = visible(said)
    if shown:
        cell.value, cell.data_type = shown, "s"
        cell.quotePrefix = shown.startswith(FORMULA)
    cell.font, cell.alignment = font, alignment
    right, bottom = max(to, column), max(down, row)
    if border:
        for each in range(column, right + 1):
            for below in range(row, bottom + 1):
                sheet.cell(below, each).border = BORDER
    if (right, bottom) != (column, row):
        sheet.merge_cells(start_row=row, start_column=column, end_row=bottom, end_column=right)
