"""A workbook to fill in: for one dataset, unit and period, with what can be known filled in already.

Three sheets: the table (its header locked, its cells open, drop-downs, checks in Vietnamese while typing), the
instructions, and the lists behind the drop-downs. Filled in rightly it is accepted as it is.
"""

import datetime as dt
import io
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped]

from publisher.catalogue import Kind, Office
from publisher.words import format as formats
from publisher.words import say
from publisher.workbooks.plan import Field, Plan, meaning, plan
from publisher.workbooks.tidy import tidy

HEADER_ROW = 8
LETTERS = "Arial"
DARK, PALE, CARRIED = "FF1F3A5F", "FFE8EDF3", "FFE3F1E5"
LINE = Side(style="thin", color="FFB8C2CC")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
WRAPPED = Alignment(wrap_text=True, vertical="center", horizontal="center")
TOP = Alignment(wrap_text=True, vertical="top")
OPEN = Protection(locked=False)
EARLIEST = dt.date(2020, 1, 1)


def make(office: Office, kind: Kind, unit: str, period: str) -> bytes:
    """The template as XLSX; the same bytes for the same office and day. Raises the Mistakes of `plan`."""
    wanted = plan(office, kind, unit, period)
    book = openpyxl.Workbook()
    table = book.active
    table.title = say("vi", "template.sheets.table")
    guide = book.create_sheet(say("vi", "template.sheets.guide"))
    lists = book.create_sheet(say("vi", "template.sheets.lists"))
    places = write_lists(lists, wanted)
    write_table(table, wanted, places)
    write_guide(guide, wanted)
    out = io.BytesIO()
    book.save(out)
    return tidy(out.getvalue())


def span_text(wanted: Plan) -> str:
    """The period as people name it, with its days."""
    name = formats.period("vi", wanted.kind.span(wanted.period.label))
    start, end = (formats.date("vi", day) for day in (wanted.period.start, wanted.period.end))
    return say("vi", "template.period", label=wanted.period.label, name=name, start=start, end=end)


def write_table(sheet: Any, wanted: Plan, places: dict[str, str]) -> None:
    """The sheet to fill in."""
    above = [
        (say("vi", "template.title", kind=wanted.kind.title.vi), Font(name=LETTERS, bold=True, size=14)),
        (say("vi", "template.unit", name=wanted.unit.name.vi), Font(name=LETTERS, bold=True)),
        (say("vi", "template.code", code=wanted.unit.code), Font(name=LETTERS)),
        (span_text(wanted), Font(name=LETTERS, bold=True)),
        (say("vi", "template.zero"), Font(name=LETTERS, italic=True, color="FFB3261E")),
    ]
    for row, (text, font) in enumerate(above, start=1):
        write(sheet.cell(row, 1), text, font)
    last = HEADER_ROW + len(wanted.rows) + wanted.spare
    for number, one in enumerate(wanted.fields, start=1):
        write_header(sheet, number, one)
        check = validation(one, places.get(one.column.name, ""))
        if check is not None:
            letter = get_column_letter(number)
            check.add(f"{letter}{HEADER_ROW + 1}:{letter}{last}")
            sheet.add_data_validation(check)
    for row in range(HEADER_ROW + 1, last + 1):
        index = row - HEADER_ROW - 1
        given = wanted.rows[index] if index < len(wanted.rows) else {}
        for number, one in enumerate(wanted.fields, start=1):
            fill_in(
                sheet.cell(row, number), one, given.get(one.column.name, ""), carried=one.column.name in wanted.carried
            )
        sheet.row_dimensions[row].height = 18
    sheet.row_dimensions[HEADER_ROW].height = 62
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2)
    lock(sheet)
    print_wide(sheet)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def write_header(sheet: Any, number: int, one: Field) -> None:
    """A column's title, and above it whether it must be filled in."""
    required = one.column.required
    write(sheet.cell(HEADER_ROW - 1, number), say("vi", f"template.{'required' if required else 'optional'}"),
          Font(name=LETTERS, size=9, italic=True), WRAPPED)  # fmt: skip
    cell = sheet.cell(HEADER_ROW, number)
    write(cell, one.title, Font(name=LETTERS, bold=required, color="FFFFFFFF" if required else "FF1F3A5F"), WRAPPED)
    cell.fill = PatternFill("solid", fgColor=DARK if required else PALE)
    cell.border = BORDER
    free = 30 if "maxLength" in one.column.constraints else 18
    width = {"integer": 13, "number": 13, "date": 13, "time": 11}.get(one.column.type, free)
    longest = max(map(len, one.choices), default=0)
    sheet.column_dimensions[get_column_letter(number)].width = max(width, min(34, longest + 2))


def fill_in(cell: Any, one: Field, text: str, *, carried: bool) -> None:
    """A cell of the table, open for typing, with what is known already."""
    cell.protection, cell.border = OPEN, BORDER
    font = Font(name=LETTERS)
    cell.font = font
    if one.column.type == "date":
        cell.number_format = "dd/mm/yyyy"
        cell.value = dt.date.fromisoformat(text) if text else None
    elif one.column.is_figure:
        cell.value = int(text) if text else None
    else:
        cell.number_format = "@"  # a code keeps its zeros, whatever is typed
        if text:
            write(cell, text, font)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    if carried and text:
        cell.fill = PatternFill("solid", fgColor=CARRIED)


def validation(one: Field, choices: str) -> Any:
    """What a cell takes, told while typing; None for free text."""
    column, limits = one.column, one.column.constraints
    low, high = limits.get("minimum", 0), limits.get("maximum", 1_000_000_000)
    if choices:
        check = DataValidation(type="list", formula1=choices, allow_blank=True)
    elif column.type == "integer":
        check = DataValidation(
            type="whole", operator="between", formula1=str(low), formula2=str(high), allow_blank=True
        )
    elif column.type == "number":
        check = DataValidation(
            type="decimal", operator="between", formula1=str(low), formula2=str(high), allow_blank=True
        )
    elif column.type == "date":
        first = (EARLIEST - dt.date(1899, 12, 30)).days
        check = DataValidation(type="date", operator="greaterThan", formula1=str(first), allow_blank=True)
    elif column.type == "string":
        longest = str(limits.get("maxLength", 500))
        check = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=longest, allow_blank=True)
    else:
        return None
    check.errorTitle = say("vi", "template.wrong")
    check.error = f"{one.title}: {meaning(one)}"[:250]
    check.showErrorMessage = True
    return check


def write_lists(sheet: Any, wanted: Plan) -> dict[str, str]:
    """The lists behind the drop-downs; gives where each column's choices stand."""
    places = {}
    listed = [one for one in wanted.fields if one.choices]
    for number, one in enumerate(listed, start=1):
        write(sheet.cell(1, number), say("vi", "template.list", title=one.title), Font(name=LETTERS, bold=True), TOP)
        for row, choice in enumerate(one.choices, start=2):
            write(sheet.cell(row, number), choice, Font(name=LETTERS))
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 40
        places[one.column.name] = f"'{sheet.title}'!${letter}$2:${letter}${len(one.choices) + 1}"
    lock(sheet)
    return places


def write_guide(sheet: Any, wanted: Plan) -> None:
    """The instructions: what to do, what each column means, and what will be checked."""
    kind = wanted.kind
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 38, 14
    sheet.column_dimensions["C"].width = 90
    heading, plain = Font(name=LETTERS, bold=True, size=12), Font(name=LETTERS)
    lines: list[tuple[Any, ...]] = [
        (say("vi", "template.title", kind=kind.title.vi), heading),
        (kind.purpose.vi, plain),
    ]
    lines += [
        (say("vi", f"template.steps.{key}"), plain) for key in ("fill", "zero", "rows", "types", "private", "send")
    ]
    if wanted.carried:
        named = ", ".join(f"“{kind.columns[name].titles.vi}”" for name in kind.columns if name in wanted.carried)
        lines.append((say("vi", "template.steps.carried", columns=named), plain))
    row = 0
    for row, (text, font) in enumerate(lines, start=1):
        write(sheet.cell(row, 1), text, font, TOP)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=3)
        sheet.row_dimensions[row].height = 16 * (1 + len(text) // 135) + 2
    row += 2
    for column, key in enumerate(("column", "needed", "means"), start=1):
        title(sheet.cell(row, column), say("vi", f"template.guide.{key}"))
    for one in wanted.fields:
        row += 1
        needed = say("vi", f"template.{'required' if one.column.required else 'optional'}")
        said = " ".join(part for part in (sentence(one.column.description.vi), meaning(one)) if part)
        for column, text in enumerate((one.title, needed, said), start=1):
            write(sheet.cell(row, column), text, plain, TOP)
        sheet.row_dimensions[row].height = 16 * (1 + max(len(said) // 95, len(one.title) // 36)) + 2
    rules = [rule for rule in kind.rules if rule.title.vi]
    if rules:
        row += 2
        title(sheet.cell(row, 1), say("vi", "template.guide.rules"))
        for rule in rules:
            row += 1
            text = say("vi", f"template.rule.{rule.severity}", rule=rule.title.vi)
            write(sheet.cell(row, 1), text, plain, TOP)
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=3)
            sheet.row_dimensions[row].height = 16 * (1 + len(text) // 135) + 2
    lock(sheet)
    print_wide(sheet)


def sentence(text: str) -> str:
    """A description as a sentence of its own."""
    return text if not text or text.endswith(".") else f"{text}."


def title(cell: Any, text: str) -> None:
    """The title of a column of the instructions."""
    write(cell, text, Font(name=LETTERS, bold=True, color="FFFFFFFF"), TOP)
    cell.fill = PatternFill("solid", fgColor=DARK)


def write(cell: Any, text: str, font: Any, alignment: Any = None) -> None:
    """Text into a cell: never a formula, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"
    cell.font = font
    if alignment is not None:
        cell.alignment = alignment


def lock(sheet: Any) -> None:
    """Protect a sheet against slips; without a password, and rows may be added and deleted."""
    sheet.protection.sheet = True
    for name in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)


def print_wide(sheet: Any) -> None:
    """On paper a sheet is as wide as an A4 page on its side."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
