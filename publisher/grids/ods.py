"""What calamine does not tell of an ODS sheet (OpenDocument 1.2 and 1.3), by one walk over its rows where needed."""

import re
from collections.abc import Iterator

from publisher.grids.look import Look, Place, join
from publisher.grids.number_formats import MONTH, PERCENT

SHEET = re.compile(rb"<table:table\s([^>]*)>")
TOKEN = re.compile(rb"<table:(table-column|table-row|table-cell|covered-table-cell)\b([^>]*?)(/?)>", re.DOTALL)
ATTRIBUTE = re.compile(rb"([\w:-]+)=\"([^\"]*)\"")
PARAGRAPH = re.compile(rb"<text:p\b[^>]*>(.*?)</text:p>", re.DOTALL)
TAG = re.compile(rb"<[^>]*>")
STYLE = re.compile(rb"<style:style\s([^>]*?)>(.*?)</style:style>", re.DOTALL)
OLD_FONT = re.compile(rb"(?:font-name|font-family)(?:-\w+)?=\"('?)(\.Vn|VNI-)([^\"]*)\"", re.IGNORECASE)

WORTH_A_WALK = (
    b"table:visibility=",
    b"-spanned=",
    b"table:formula=",
    b'value-type="error"',
    b'value-type="percentage"',
    b'value-type="date"',
    b"office:annotation",
)
PADDED = re.compile(rb"min-integer-digits=\"([2-9]|[1-9][0-9])\"")

MOST_REPEATED = 1_024
"""A cell repeated further says the same of a whole row, and no table of figures has so many columns."""


def sheets(xml: bytes) -> list[bytes]:
    """The XML of each sheet, in their order."""
    starts = [one.start() for one in SHEET.finditer(xml)]
    return [xml[a:b] for a, b in zip(starts, [*starts[1:], len(xml)], strict=True)]


def hidden_sheets(xml: bytes) -> list[bool]:
    """Whether each sheet is hidden, in their order: its style says so."""
    styles = {
        attributes(one[1]).get(b"style:name", b"")
        for one in STYLE.finditer(xml)
        if b'table:display="false"' in one[2] + one[1]
    }
    return [attributes(one[1]).get(b"table:style-name", b"-") in styles for one in SHEET.finditer(xml)]


def old_styles(xml: bytes) -> dict[bytes, str]:
    """The cell styles in a font of the time before Unicode."""
    found = {}
    for one in STYLE.finditer(xml):
        font = OLD_FONT.search(one[2])
        if font:
            found[attributes(one[1]).get(b"style:name", b"")] = (font[2] + font[3]).decode("utf-8", errors="replace")
    return found


def look_at(sheet: bytes, styles: dict[bytes, str], padded: bool) -> Look:
    """What there is to tell of a sheet beside its values; `padded` says that some style shows zeros before a number."""
    found = Look()
    if styles or padded or any(sign in sheet for sign in WORTH_A_WALK):
        Walk(sheet, styles, found).run()
    return found


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag."""
    return dict(ATTRIBUTE.findall(tag))


def times(known: dict[bytes, bytes], key: bytes) -> int:
    """How often something is repeated or spans; once where nothing is said."""
    text = known.get(key, b"1")
    return max(1, int(text)) if text.isdigit() and len(text) < 9 else 1


class Walk:
    """One walk over the columns, rows and cells of a sheet."""

    def __init__(self, sheet: bytes, styles: dict[bytes, str], found: Look) -> None:
        self.sheet, self.styles, self.found = sheet, styles, found
        self.row = self.column = 0
        self.repeat = 1
        self.columns = 0

    def run(self) -> None:
        """Fill in what is found."""
        hidden_rows, hidden_columns = [], []
        for token in TOKEN.finditer(self.sheet):
            what, known = token[1], attributes(token[2])
            hidden = known.get(b"table:visibility") in (b"collapse", b"filter")
            if what == b"table-column":
                count = times(known, b"table:number-columns-repeated")
                if hidden:
                    hidden_columns.append((self.columns + 1, self.columns + count))
                self.columns += count
            elif what == b"table-row":
                self.row += self.repeat
                self.repeat, self.column = times(known, b"table:number-rows-repeated"), 0
                if hidden:
                    hidden_rows.append((self.row, self.row + self.repeat - 1))
            else:
                inside = b"" if token[3] else self.inside(token.end())
                self.cell(known, inside)
                self.column += times(known, b"table:number-columns-repeated")
        self.found.hidden_rows, self.found.hidden_columns = join(hidden_rows), join(hidden_columns)

    def inside(self, start: int) -> bytes:
        """What stands between a cell's tags."""
        end = self.sheet.find(b"</table:", start)
        return self.sheet[start:end]

    def places(self, known: dict[bytes, bytes]) -> Iterator[Place]:
        """The addresses that a cell with its repeats takes."""
        for row in range(self.row, self.row + min(self.repeat, MOST_REPEATED)):
            count = min(times(known, b"table:number-columns-repeated"), MOST_REPEATED)
            for column in range(self.column + 1, self.column + count + 1):
                yield row, column

    def cell(self, known: dict[bytes, bytes], inside: bytes) -> None:
        """What one cell has to tell."""
        found, here = self.found, (self.row, self.column + 1)
        wide, high = times(known, b"table:number-columns-spanned"), times(known, b"table:number-rows-spanned")
        if wide > 1 or high > 1:
            found.merged.append((*here, here[0] + high - 1, here[1] + wide - 1))
        found.comments += b"<office:annotation" in inside
        sort = known.get(b"office:value-type", b"")
        paragraph = PARAGRAPH.search(inside)
        text = TAG.sub(b"", paragraph[1]).decode("utf-8", errors="replace").strip() if paragraph else ""
        if b"table:formula" in known:
            found.formulas += 1
            found.first_formula = found.first_formula if found.formulas > 1 else here
            if not sort:
                found.no_result.append(here)
        if known.get(b"calcext:value-type") == b"error":
            found.errors |= dict.fromkeys(self.places(known), text or "#?")
        if sort == b"percentage":
            found.effects |= dict.fromkeys(self.places(known), PERCENT)
        elif sort == b"float" and re.fullmatch("0[0-9]+", text):
            found.effects |= dict.fromkeys(self.places(known), "0" * len(text))
        elif sort == b"date" and re.fullmatch("[0-9]{1,2}[/-][0-9]{4}", text):
            found.effects |= dict.fromkeys(self.places(known), MONTH)
        font = self.styles.get(known.get(b"table:style-name", b"-"))
        if font:
            found.old_fonts |= dict.fromkeys(self.places(known), font)
