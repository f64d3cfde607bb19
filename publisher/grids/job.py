"""The job that reads a workbook: which sheets it has, their cells as rows of text, and what is to be told of each.

Gives `{"refused": (code, values)}`, or `{"format": "xlsx", "names": […], "sheets": [{"name", "visible", "rows",
"look"}]}`: `rows` are equally long lists of text from A1 on (marks of publisher.grids.marks before what is no text),
`look` the keys of Look, `names` the names of all sheets.
"""

import datetime as dt
import io
from typing import Any, BinaryIO

import python_calamine as calamine

from publisher.grids import ods, xls, xlsx
from publisher.grids.container import Archive, Unfit, recognise
from publisher.grids.look import Look
from publisher.grids.marks import BROKEN, DAY, MARKS, NUMBER, SHOWN, TEXT
from publisher.grids.number_formats import MONTH, figure_shown, plain_number

HIDDEN_ROWS_READ = 40
"""Of a hidden sheet only the beginning is read: enough to say that figures stand there."""

OLE2 = b"\xd0\xcf\x11\xe0"
PLAIN_TYPES = {str, float, int}

MOST_CELLS = 4_000_000
"""As many cells as errors may stretch a sheet to."""


def read_workbook(source: BinaryIO, payload: Any) -> dict[str, Any]:
    """Read a workbook. `payload` may name the one sheet that is wanted."""
    content = source.read()
    try:
        looker = Xls(content) if content.startswith(OLE2) else zipped(content)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            read_sheet(book, number, sheet, looker)
            for number, sheet in enumerate(book.sheets_metadata)
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and payload in (None, sheet.name)
        ]
        names = [sheet.name for sheet in book.sheets_metadata]
    except Unfit as unfit:
        return {"refused": (unfit.code, unfit.values)}
    except calamine.PasswordError:
        return {"refused": ("workbook-password", {})}
    except calamine.CalamineError:
        return {"refused": ("workbook-damaged", {})}
    return {"format": looker.name, "names": names, "sheets": sheets}


class Xlsx:
    """Looks at the sheets of an XLSX workbook."""

    name = "xlsx"

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.parts = xlsx.sheet_parts(archive)
        self.styles = xlsx.Styles(archive.tree("xl/styles.xml"))

    def visible(self, _number: int, sheet: calamine.SheetMetadata) -> bool:
        """Whether people see the sheet."""
        return sheet.visible == calamine.SheetVisibleEnum.Visible

    def look(self, _number: int, name: str) -> Look:
        """What is to be told of a sheet."""
        return xlsx.look_at(self.archive, self.parts.get(name, ""), self.styles)


class Ods:
    """Looks at the sheets of an ODS workbook."""

    name = "ods"

    def __init__(self, archive: Archive) -> None:
        content = archive.read("content.xml")
        if b"<table:table-source" in content:
            raise Unfit("workbook-links")
        styles = content + archive.read("styles.xml")
        self.sheets = ods.sheets(content)
        self.hidden = ods.hidden_sheets(content)
        self.old_styles = ods.old_styles(styles)
        self.padded = bool(ods.PADDED.search(styles))

    def visible(self, number: int, _sheet: calamine.SheetMetadata) -> bool:
        """Whether people see the sheet."""
        return not (number < len(self.hidden) and self.hidden[number])

    def look(self, number: int, _name: str) -> Look:
        """What is to be told of a sheet."""
        if number >= len(self.sheets):
            return Look()
        return ods.look_at(self.sheets[number], self.old_styles, padded=self.padded)


class Xls:
    """Looks at the sheets of an XLS workbook."""

    name = "xls"

    def __init__(self, content: bytes) -> None:
        self.looks = xls.looks_at(xls.stream_of(content))

    def visible(self, _number: int, sheet: calamine.SheetMetadata) -> bool:
        """Whether people see the sheet."""
        return sheet.visible == calamine.SheetVisibleEnum.Visible

    def look(self, number: int, _name: str) -> Look:
        """What is to be told of a sheet."""
        return self.looks[number] if number < len(self.looks) else Look()


def zipped(content: bytes) -> Xlsx | Ods:
    """Who looks at a workbook that is an archive. Raises Unfit."""
    archive = Archive(io.BytesIO(content))
    sort = recognise(archive)
    archive.refuse_declarations()
    return Ods(archive) if sort == "ods" else Xlsx(archive)


def read_sheet(
    book: calamine.CalamineWorkbook, number: int, sheet: calamine.SheetMetadata, looker: Xlsx | Ods | Xls
) -> dict[str, Any]:
    """One sheet as plain data."""
    visible = looker.visible(number, sheet)
    look = looker.look(number, sheet.name) if visible else Look()
    grid = book.get_sheet_by_index(number)
    if visible:
        look.merged += [(a + 1, b + 1, c + 1, d + 1) for (a, b), (c, d) in grid.merged_cell_ranges or []]
    rows = marked(grid.to_python(skip_empty_area=False, nrows=None if visible else HIDDEN_ROWS_READ))
    show(rows, look)
    keep_foreign(rows, look)
    return {"name": sheet.name, "visible": visible, "rows": rows, "look": look.as_plain()}


class Texts(dict[Any, str]):
    """Cells as text; the same cell comes back as the same object, which also makes the answer shorter."""

    def __missing__(self, cell: Any) -> str:
        text = self[cell] = as_text(cell)
        return text


def as_text(cell: Any) -> str:
    """A cell that is neither a bool nor broken, as it stands in a row of text."""
    if isinstance(cell, str):
        return TEXT + cell if cell[:1] in MARKS and cell else cell
    if isinstance(cell, int | float):
        return NUMBER + plain_number(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return DAY + (cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell))


def marked(rows: list[list[Any]]) -> list[list[str]]:
    """Rows of cells as rows of text."""
    texts = Texts()
    found = []
    for row in rows:
        if not PLAIN_TYPES.issuperset(map(type, row)):  # True and 1 are one key: what is no text or number goes first
            row = [str(cell).upper() if isinstance(cell, bool) else cell for cell in row]
        found.append(list(map(texts.__getitem__, row)))
    return found


def show(rows: list[list[str]], look: Look) -> None:
    """Put errors in their cells, which calamine leaves blank, and what formats show beside the values. Raises Unfit."""
    width = max([len(rows[0]) if rows else 0, *(column for _, column in look.errors)])
    height = max([len(rows), *(row for row, _ in look.errors)])
    if look.errors:
        if width * height > MOST_CELLS:
            raise Unfit("workbook-memory")
        for line in rows:
            line += [""] * (width - len(line))
        rows += [[""] * width for _ in range(height - len(rows))]
    for (row, column), error in look.errors.items():
        rows[row - 1][column - 1] = BROKEN + error
    for (row, column), effect in look.effects.items():
        if row <= len(rows) and column <= width:
            rows[row - 1][column - 1] = with_effect(rows[row - 1][column - 1], effect)
    look.errors, look.effects = {}, {}


def with_effect(cell: str, effect: str) -> str:
    """A marked cell with what its format shows, where that is another figure."""
    if cell.startswith(DAY):
        return f"{cell[:11]}{SHOWN}{cell[1:8]}" if effect == MONTH else cell
    shows = figure_shown(effect, cell[1:]) if cell.startswith(NUMBER) else ""
    return f"{cell}{SHOWN}{shows}" if shows else cell


def keep_foreign(rows: list[list[str]], look: Look) -> None:
    """Of the cells in an old font keep those that hold more than ASCII: only there the font decides what people see."""
    look.old_fonts = {
        (row, column): font
        for (row, column), font in look.old_fonts.items()
        if row <= len(rows) and column <= len(rows[row - 1]) and not rows[row - 1][column - 1].isascii()
    }
