"""What calamine does not tell of an XLSX sheet: found in its XML by plain searches, looked at closely only where found.

A sheet of 20,000 rows is 20 MB of XML. To parse it a second time would cost more than to read it, so a search for a few
bytes says first whether there is anything to look at.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from publisher.grids.container import Archive, local, plain_name
from publisher.grids.look import Look, Place, Span, join, place
from publisher.grids.number_formats import BUILT_IN, PLAIN, effect

ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
NO_RESULT = re.compile(
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)"
)
ERROR = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt=[\"']e[\"'][^>]*>(.*?)</(?:\w+:)?c>", re.DOTALL)
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")

PREFIXED = re.compile(rb"(?:\s|<\?[^>]*>|<!--.*?-->|\xef\xbb\xbf)*<\w+:", re.DOTALL)
"""A sheet whose tags carry a prefix, as some programs write them."""

HEAD = 4_096
"""In so many bytes shows itself how a program writes attributes."""

OLD_FONTS = (".vn", "vni-")


class Styles:
    """The cell styles that change what a figure shows (index → effect), and those in an old font (index → font)."""

    def __init__(self, tree: ElementTree.Element | None) -> None:
        self.effects: dict[int, str] = {}
        self.old_fonts: dict[int, str] = {}
        codes, fonts = dict(BUILT_IN), []
        for part in tree if tree is not None else ():
            if local(part.tag) == "numFmts":
                codes |= {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in part}
            elif local(part.tag) == "fonts":
                fonts = [font_name(one) for one in part]
            elif local(part.tag) == "cellXfs":
                for index, style in enumerate(part):
                    self.add(index, style, codes, fonts)

    def add(self, index: int, style: ElementTree.Element, codes: dict[int, str], fonts: list[str]) -> None:
        """Remember a style that matters."""
        shows = effect(codes.get(int(style.get("numFmtId", "0")), ""))
        if shows != PLAIN:
            self.effects[index] = shows
        number = int(style.get("fontId", "0"))
        if number < len(fonts) and fonts[number].casefold().startswith(OLD_FONTS):
            self.old_fonts[index] = fonts[number]


def font_name(font: ElementTree.Element) -> str:
    """The name of a font."""
    return next((one.get("val", "") for one in font if local(one.tag) == "name"), "")


def sheet_parts(archive: Archive) -> dict[str, str]:
    """The part of each sheet by the sheet's name."""
    book, relations = archive.tree("xl/workbook.xml"), relations_of(archive, "xl/workbook.xml")
    found = {}
    for sheets in book if book is not None else ():
        for sheet in sheets if local(sheets.tag) == "sheets" else ():
            key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            found[sheet.get("name", "")] = relations.get(key, ("", ""))[0]
    return found


def relations_of(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id → (name of the part, last word of its type)."""
    folder, _, name = part.rpartition("/")
    tree = archive.tree(f"{folder}/_rels/{name}.rels")
    found = {}
    for one in tree if tree is not None else ():
        target = one.get("Target", "")
        full = target if target.startswith("/") else f"{folder}/{target}"
        found[one.get("Id", "")] = (resolved(full), one.get("Type", "").rpartition("/")[2].casefold())
    return found


def resolved(name: str) -> str:
    """A part's name without `..`."""
    steps: list[str] = []
    for step in plain_name(name).split("/"):
        steps = steps[:-1] if step == ".." else [*steps, step] if step not in ("", ".") else steps
    return "/".join(steps)


def look_at(archive: Archive, part: str, styles: Styles) -> Look:
    """What there is to tell of a sheet beside its values."""
    xml = archive.read(part)
    found = Look(comments=comments(archive, part))
    data = max(0, xml.find(b"sheetData"))
    if b"hidden" in xml:
        found.hidden_columns = join(hidden_columns(xml[:data]))
        found.hidden_rows = join(hidden_rows(xml))
    first = first_formula(xml)
    if first:
        found.formulas = xml.count(b"<f>") + xml.count(b"<f ") or 1
        found.first_formula = cell_at(xml, first.start())
        found.no_result = [at for one in NO_RESULT.finditer(xml) if (at := without_result(xml, one))]
    if b't="e"' in xml or (b"='" in xml[:HEAD] and b"t='e'" in xml):
        found.errors = {cell_at(xml, one.end()): error(one[1]) for one in ERROR.finditer(xml)}
    if styles.effects:
        found.effects = {at: styles.effects[style] for at, style in styled(xml, list(styles.effects))}
    if styles.old_fonts:
        found.old_fonts = {at: styles.old_fonts[style] for at, style in styled(xml, list(styles.old_fonts))}
    return found


def first_formula(xml: bytes) -> re.Match[bytes] | None:
    """The first formula. Looked for by its plain beginning, and by a pattern only where the tags have a prefix."""
    prefixed = PREFIXED.match(xml)
    at = 0 if prefixed else xml.find(b"<f")
    return FORMULA.search(xml, at) if at >= 0 else None


def comments(archive: Archive, part: str) -> int:
    """How many comments a sheet has; threaded ones stand as plain ones too."""
    parts = [name for name, sort in relations_of(archive, part).values() if sort == "comments"]
    return sum(len(re.findall(rb"<(?:\w+:)?comment\s", archive.read(name))) for name in parts)


def without_result(xml: bytes, formula: re.Match[bytes]) -> Place | None:
    """The cell of a formula without a stored result; None where the result is an empty text."""
    tag = xml[max(0, xml.rfind(b"<", 0, formula.start())) : formula.start()]
    if b't="str"' in tag and b"v>" in formula[0]:
        return None
    return cell_at(xml, formula.start())


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag."""
    return dict(ATTRIBUTE.findall(tag))


def is_hidden(tag: bytes) -> bool:
    """Whether a row or column says that it is hidden."""
    return b"hidden" in tag and attributes(tag).get(b"hidden") in (b"1", b"true", b"on")


def hidden_columns(head: bytes) -> Iterator[Span]:
    """The hidden columns, from what stands before the rows."""
    for column in COLUMN.finditer(head):
        if is_hidden(column[1]):
            known = attributes(column[1])
            yield int(known.get(b"min", b"1")), int(known.get(b"max", b"1"))


def hidden_rows(xml: bytes) -> Iterator[Span]:
    """The hidden rows: by hand, by a filter or by an outline, all are written alike."""
    number = 0
    for row in ROW.finditer(xml):
        given = attributes(row[1]).get(b"r", b"") if b"r=" in row[1] else b""
        number = int(given) if given.isdigit() else number + 1
        if is_hidden(row[1]):
            yield number, number


def error(inside: bytes) -> str:
    """The error that a cell holds."""
    found = VALUE.search(inside)
    return found[1].decode("utf-8", errors="replace") if found else "#?"


def styled(xml: bytes, styles: list[int]) -> Iterator[tuple[Place, int]]:
    """The cells that have one of these styles."""
    wanted = b"|".join(str(style).encode() for style in styles)
    for one in re.finditer(rb"<(?:\w+:)?c\b[^>]*?\ss=[\"'](" + wanted + rb")[\"']", xml):
        yield cell_at(xml, one.end()), int(one[1])


def cell_at(xml: bytes, position: int) -> Place:
    """The address of the cell whose tag begins last before a position; counted where the tag does not give it."""
    start = max(xml.rfind(b"<c ", 0, position), xml.rfind(b":c ", 0, position), xml.rfind(b"<c>", 0, position))
    tag = CELL.match(xml, start if xml[start : start + 1] == b"<" else xml.rfind(b"<", 0, start + 1))
    given = attributes(tag[1]).get(b"r", b"") if tag else b""
    known = place(given.decode("ascii", errors="replace"))
    if known:
        return known
    rows = list(ROW.finditer(xml, 0, start))
    row = rows[-1] if rows else None
    if row is None:
        return (0, 0)
    number = attributes(row[1]).get(b"r", b"")
    column = sum(1 for _ in CELL.finditer(xml, row.end(), start)) + 1
    return (int(number) if number.isdigit() else len(rows), column)
