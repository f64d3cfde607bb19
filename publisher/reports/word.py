"""A letter as DOCX, to be finished, numbered and signed: the layout of decree 30/2020/NĐ-CP, in Times New Roman.

Every text is text: nothing in it can become a field. The only field is the page's number. Same letter, same bytes.
"""

import io
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from publisher.print.typesetting import visible
from publisher.reports.letters import Heading, Letter, Table
from publisher.reports.stretch import LANG
from publisher.words import say
from publisher.workbooks.tidy import tidy

FACE = "Times New Roman"
LEFT, RIGHT, TOP, BOTTOM = 30, 20, 20, 20
"""The margins in millimetres (decree 30/2020, annex I: 30 to 35, 15 to 20, 20 to 25, 20 to 25)."""

WIDTH = 210 - LEFT - RIGHT


def make(letter: Letter) -> bytes:
    """A letter as DOCX."""
    document = docx.Document()
    set_up(document, letter)
    write_head(document, letter)
    for block in letter.blocks:
        if isinstance(block, Table):
            write_table(document, block)
        elif isinstance(block, Heading):
            write(document.add_paragraph(style="Heading 2"), block.text, bold=True)
        else:
            paragraph = document.add_paragraph()
            shape(paragraph, ALIGN.JUSTIFY, after=6, first=10)
            write(paragraph, block.text)
    write_foot(document, letter)
    out = io.BytesIO()
    document.save(out)
    return tidy(out.getvalue())


def set_up(document: Any, letter: Letter) -> None:
    """Paper, margins, letters, the number of every page but the first, and the mark of made-up figures."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.italic = FACE, Pt(13), False
        style.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for of in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{of}"), None)
        for of in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{of}"), FACE)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "vi-VN")
        style.element.get_or_add_rPr().append(language)
        style.paragraph_format.space_before = Pt(8 if name == "Heading 2" else 0)
        style.paragraph_format.space_after = Pt(6 if name == "Heading 2" else 0)
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)
    for footer in (section.footer, section.first_page_footer):
        footer.paragraphs[0].alignment = ALIGN.CENTER
        write(footer.paragraphs[0], letter.mark, bold=True, size=10)


def write_head(document: Any, letter: Letter) -> None:
    """Who writes, the nation's name and motto, number and day, the title or the addressee."""
    table = frame(document, (WIDTH * 5 // 12, WIDTH - WIDTH * 5 // 12), 2)
    (left, right), (number, day) = (row.cells for row in table.rows)
    for text in letter.sender.above:
        write(line(left), text, size=12)
    for text in letter.sender.issuer:
        write(line(left), text, bold=True, size=12)
    rule(line(left), WIDTH * 5 // 12, 24)
    write(line(right), say(LANG, "reports.letter.country"), bold=True, size=12)
    write(line(right), say(LANG, "reports.letter.motto"), bold=True)
    rule(line(right), WIDTH - WIDTH * 5 // 12, 52)
    write(line(number), letter.number)
    write(line(day), say(LANG, "reports.form.day"), italic=True)
    if not letter.name:
        write(line(number), letter.subject, size=12)
    else:
        title = document.add_paragraph(style="Heading 1")
        shape(title, ALIGN.CENTER, before=14)
        write(title, letter.name, bold=True, size=14)
        subject = document.add_paragraph()
        shape(subject, ALIGN.CENTER)
        write(subject, letter.subject, bold=True, size=14)
        rule(document.add_paragraph(), WIDTH, 40)
    if letter.to:
        to = document.add_paragraph()
        shape(to, ALIGN.CENTER, before=12, after=6)
        write(to, f"{say(LANG, 'reports.letter.to')} {letter.to}", size=14)
    shape(document.add_paragraph(), ALIGN.LEFT)


def write_table(document: Any, block: Table) -> None:
    """A table with its title; its heads stand on every page."""
    title = document.add_paragraph()
    shape(title, ALIGN.LEFT, before=6, after=3)
    title.paragraph_format.keep_with_next = True
    write(title, block.title, italic=True, size=12)
    share = (3, 4) if block.worded else (1.5, 1)
    parts = [share[0], *[share[1]] * (len(block.heads) - 1)]
    table = frame(document, [WIDTH * part / sum(parts) for part in parts], 1 + len(block.rows), style="Table Grid")
    for number, (row, texts) in enumerate(zip(table.rows, (block.heads, *block.rows), strict=True)):
        strong = number == 0 or (block.total and number == len(block.rows))
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            left = place == 0 or block.worded
            shape(cell.paragraphs[0], ALIGN.CENTER if number == 0 else ALIGN.LEFT if left else ALIGN.RIGHT)
            write(cell.paragraphs[0], text, bold=strong, size=12)
        kept = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(kept)
        if number == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    shape(document.add_paragraph(), ALIGN.LEFT)


def write_foot(document: Any, letter: Letter) -> None:
    """To whom it goes, and where somebody signs: nobody is named."""
    table = frame(document, (WIDTH / 2, WIDTH / 2), 1)
    receivers, signer = table.rows[0].cells
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    write(line(receivers, ALIGN.LEFT), say(LANG, "reports.letter.receivers"), bold=True, italic=True, size=12)
    for text in letter.receivers:
        write(line(receivers, ALIGN.LEFT), text, size=11)
    for text in letter.sender.signer:
        write(line(signer), text, bold=True)
    for _ in range(5):
        line(signer)


# --- how it is written


def write(paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = 13) -> None:
    """Add text to a paragraph: one line, nothing that turns or hides it."""
    run = paragraph.add_run(visible(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def shape(paragraph: Any, alignment: Any, *, before: float = 0, after: float = 0, first: float = 0) -> None:
    """Alignment, space in points, and the first line's indent in millimetres."""
    form = paragraph.paragraph_format
    paragraph.alignment, form.space_before, form.space_after = alignment, Pt(before), Pt(after)
    form.first_line_indent = Mm(first) if first else None


def frame(document: Any, widths: Any, rows: int, style: str | None = None) -> Any:
    """A table of so many rows; columns so wide in millimetres. Without a style it has no lines."""
    table = document.add_table(rows, len(widths), style)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    return table


def line(cell: Any, alignment: Any = ALIGN.CENTER) -> Any:
    """The next line of a cell, the first one first."""
    first = cell.paragraphs[0]
    paragraph = first if len(cell.paragraphs) == 1 and not first.runs and not first._p.pPr else cell.add_paragraph()
    shape(paragraph, alignment)
    return paragraph


def rule(paragraph: Any, room: float, width: float) -> None:
    """A line of that width in the middle: the border of an empty paragraph, all in millimetres."""
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((room - width) / 2)
    form.line_spacing, form.space_after = Pt(3), Pt(6)
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
