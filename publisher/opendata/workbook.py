"""A table as a workbook: a sheet that says what it is, and the rows. Written here, for three reasons.

A cell is a number or a text by construction: there is no way to write a formula. The bytes depend on the content alone:
no author, no clock. And it is five times as fast as the libraries that write workbooks, which decides whether a large
office's build can afford one (docs/decisions/ tells what was measured). The parts are those of ECMA-376.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from publisher.opendata.tables import Table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

ZIP_DAY = (1980, 1, 1, 0, 0, 0)
"""The day that every entry bears: the first one that a ZIP file knows."""

CELL_LIMIT = 32_767
"""How many characters a cell of a workbook can hold."""

NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""The characters that no XML file can hold; a workbook has U+FFFD in their place."""

ESCAPED = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)")
"""Where a text looks like the escape that workbooks use for a character; its underscore is escaped then."""

BOLD, WRAPPED = 1, 2
"""The styles of a cell, by their number in STYLES."""

WIDTHS = {"integer": 12, "number": 12, "date": 12, "string": 18}
ABOUT_WIDTHS = (26, 48, 48, 12)
LINE_HEIGHT = 15

STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Arial"/></font>'
    '<font><b/><sz val="11"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook_bytes(table: Table, about: Iterable[Sequence[str]], sheets: tuple[str, str]) -> bytes:
    """A workbook of two sheets with the names `sheets`: the lines `about`, and the table with a header of names.

    Numbers are numbers, everything else is text. The lines are texts too, the first cell of each in bold.
    """
    parts = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": workbook(sheets),
        "xl/_rels/workbook.xml.rels": relations(
            {
                "rId1": ("worksheet", "worksheets/sheet1.xml"),
                "rId2": ("worksheet", "worksheets/sheet2.xml"),
                "rId3": ("styles", "styles.xml"),
            }
        ),
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet(about_rows(about), ABOUT_WIDTHS),
        "xl/worksheets/sheet2.xml": sheet(
            data_rows(table), [WIDTHS[column.type] for column in table.columns], frozen=True
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, text.encode("utf-8"))
    return out.getvalue()


def letters(number: int) -> str:
    """A column's letters: 0 is A, 26 is AA."""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def text_cell(place: str, text: str, style: int = 0) -> str:
    """A cell that holds text, whatever the text looks like."""
    chosen = f' s="{style}"' if style else ""
    return f'<c r="{place}"{chosen}{inline(text)}'


@lru_cache(maxsize=16_384)
def inline(text: str) -> str:
    """The rest of a text's cell. (Kept: a table repeats the same codes and names in every row.)"""
    shown = escape(NOT_XML.sub("\ufffd", ESCAPED.sub("_x005F", text)[:CELL_LIMIT]))
    return f' t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def data_rows(table: Table) -> Iterable[str]:
    """The header and the rows of a table as XML."""
    places = [letters(number) for number in range(len(table.columns))]
    numbers = [column.is_figure for column in table.columns]
    yield row(1, (text_cell(f"{at}1", name, BOLD) for at, name in zip(places, table.names, strict=True)))
    for number, cells in enumerate(table.rows, start=2):
        yield row(
            number,
            (
                f'<c r="{at}{number}"><v>{text}</v></c>' if is_number else text_cell(f"{at}{number}", text)
                for at, is_number, text in zip(places, numbers, cells, strict=True)
                if text
            ),
        )


def about_rows(about: Iterable[Sequence[str]]) -> Iterable[str]:
    """The lines of the first sheet as XML."""
    for number, cells in enumerate(about, start=1):
        lines = max((-(-len(text) // width) for text, width in zip(cells, ABOUT_WIDTHS, strict=False)), default=1)
        yield row(
            number,
            (
                text_cell(f"{letters(column)}{number}", text, WRAPPED if column else BOLD)
                for column, text in enumerate(cells)
                if text
            ),
            height=LINE_HEIGHT * max(lines, 1),
        )


def row(number: int, cells: Iterable[str], height: int = 0) -> str:
    """A row as XML; without a height (in points) it has that of one line."""
    high = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{number}"{high}>{"".join(cells)}</row>'


def sheet(rows: Iterable[str], widths: Sequence[int], *, frozen: bool = False) -> str:
    """A sheet as XML; with `frozen` its first row stays in view."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if frozen else ""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData></worksheet>"
    )


def workbook(sheets: Sequence[str]) -> str:
    """The list of the sheets as XML."""
    found = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{found}</sheets></workbook>'


def relations(targets: dict[str, tuple[str, str]]) -> str:
    """Which part leads to which, as XML."""
    found = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{found}</Relationships>'


def content_types() -> str:
    """What each part is, as XML."""
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/styles.xml": "styles",
        "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/worksheets/sheet2.xml": "worksheet",
    }
    found = "".join(f'<Override PartName="{name}" ContentType="{TYPE}.{kind}+xml"/>' for name, kind in parts.items())
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{found}</Types>'
    )
