"""What one cell means: text as it stands, numbers as Vietnamese people write them, never guessed.

Each reader takes the raw text of a cell and gives a Cell: the canonical text, the repairs made on the way (each is told
in a note), or the fault for which it is refused. A file of 400,000 rows repeats its cells, so they are `Remembered`.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from publisher.catalogue.columns import Column
from publisher.catalogue.tables import Table
from publisher.reading.labels import folded, labels

LONGEST_CELL = 500
LARGEST = 1_000_000_000
"""No count of an office comes near it; a larger one is a slip."""

LONGEST_FIGURE = 15
"""Digits beyond which a figure need not be computed to be too large."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff]")
LINE_BREAK = re.compile("[\n\r\x85\u2028\u2029\x0b\x0c]")
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
WIDE_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
FORMULA = "=+-@\t\r＝＋－＠"
MARKUP = re.compile(r"\{\{|\{%|\{#|<[a-zA-Z/!?]|!?\[(?!…\])[^\]]*\]\s*\(|javascript:|--8<--", re.IGNORECASE)
"""What a page or a template would run; […] stands where words were taken out, and no link begins with it."""

HARMLESS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .,/()_%-]*[A-Za-z0-9.,/()_%-])?")
"""Most codes and short texts; none of the patterns above can stand in them."""

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
PLAIN = re.compile(r"0|[1-9][0-9]*")
PADDED = re.compile(r"0[0-9]")
DOT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
SPACE_GROUPS = re.compile(r"[1-9][0-9]{0,2}( [0-9]{3})+")
ZERO_DECIMALS = re.compile(r"(?P<whole>0|[1-9][0-9]*)[.,](?P<zeros>0+)")
GROUPED_ZEROS = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(\.[0-9]{3})+),(?P<zeros>0+)")
COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
DECIMAL = re.compile(r"[0-9]+[.,][0-9]+")
NEGATIVE = re.compile(f"[{DASHES}]\\s*[0-9][0-9.,]*")
VI_NUMBER = re.compile(r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?")
EN_NUMBER = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]+))?")

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
VI_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
TIME = re.compile(r"([0-9]{1,2})(?:\s*(?:[:hH]|gi[oờ])\s*([0-9]{2})?\s*(?:ph[uú]t)?)")
ISO_PERIOD = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
VI_PERIOD = re.compile(r"(?:th[aá]ng\s+)?(0?[1-9]|1[0-2])\s*/\s*(20[0-9]{2})", re.IGNORECASE)
QUARTER = re.compile(
    r"(?:qu[yý]|q)\s*(?P<quarter>I{1,3}|IV|[1-4])\s*(?:[/-]|n[aă]m|\s)\s*(?P<year>20[0-9]{2})"
    r"|(?P<iso_year>20[0-9]{2})-Q(?P<iso>[1-4])",
    re.IGNORECASE,
)
ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
LONG_PERIOD = re.compile(r"th[aá]ng\s+(0?[1-9]|1[0-2])\s+n[aă]m\s+(20[0-9]{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell gives: canonical text, the codes of the notes for what was repaired, or a fault (`V09`, `markup` …)
    with the variant of its sentence and what fills it."""

    value: str = ""
    repairs: tuple[str, ...] = ()
    fault: str = ""
    variant: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


Reader = Callable[[str], Cell]


def fault(code: str, variant: str = "", **detail: Any) -> Cell:
    """A refused cell."""
    return Cell(fault=code, variant=variant, detail=detail)


def clean(raw: str, longest: int = LONGEST_CELL) -> Cell:
    """A cell's text in NFC, without invisible characters and blanks at its ends; refused for what no table holds."""
    if raw.isascii() and raw.isprintable() and len(raw) <= longest:
        text = raw.strip()
        return Cell(text, () if text == raw else ("spaces-trimmed",))
    if len(raw) > longest:
        return fault("cell-long", length=len(raw), limit=longest)
    repairs = []
    text = raw
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        repairs.append("letters-composed")
    if INVISIBLE.search(text):
        text = INVISIBLE.sub("", text)
        repairs.append("invisible-removed")
    if WIDE_SPACE.search(text):
        text = WIDE_SPACE.sub(" ", text)
        repairs.append("spaces-replaced")
    bare = text.strip(" ")
    if bare != text:
        repairs.append("spaces-trimmed")
    turned = TURNED.search(bare)
    if turned:
        return fault("direction", char=f"U+{ord(turned[0]):04X}")
    if LINE_BREAK.search(bare):
        return fault("line-break")
    if "\ufffd" in bare:
        return fault("letter-lost")
    control = CONTROL.search(bare)
    if control:
        return fault("control", char=f"U+{ord(control[0]):04X}")
    return Cell(bare, tuple(repairs))


def read_text(raw: str, longest: int = LONGEST_CELL) -> Cell:
    """A text cell: as `clean`, and refused where a spreadsheet or a page would run it."""
    if raw.startswith(("\t", "\r")) and raw.strip():
        return fault("formula", char="TAB" if raw[0] == "\t" else "CR")
    cell = clean(raw, longest)
    if cell.value.startswith(tuple(FORMULA)):
        return fault("formula", char=cell.value[0])
    if MARKUP.search(cell.value):
        return fault("markup")
    return cell


def repaired(cell: Cell, value: str, *codes: str) -> Cell:
    """A cleaned cell with its canonical value and further repairs. A blank in a number is told once, as grouping."""
    spaces = ("spaces-replaced",) if "number-grouped" in codes else ()
    return Cell(value, tuple(code for code in cell.repairs if code not in spaces) + codes)


def limit_of(column: Column) -> float:
    """The largest value that a figure's column takes."""
    return min(float(column.constraints.get("maximum", LARGEST)), LARGEST)


def shown(limit: float) -> str:
    """A limit as a message shows it, the same in both languages: 1 000 000."""
    return f"{limit:,.10g}".replace(",", " ") if limit != int(limit) else f"{int(limit):,}".replace(",", " ")


def not_a_number(text: str, column: Column) -> Cell:
    """Why a figure's cell is refused, as exactly as it can be said (rule V09)."""
    key = folded(text)
    if text and all(char in DASHES for char in text):
        return fault("V09", "dash")
    if key in labels().nothing:
        return fault("V09", "nothing")
    if any(char.isdigit() and not char.isascii() for char in text):
        return fault("V09", "digits")
    if NEGATIVE.fullmatch(text):
        return fault("V09", "negative")
    if text.startswith(tuple(FORMULA)):
        return fault("formula", char=text[0])
    words = key.split()
    if any(char.isdigit() for char in text) and words and words[-1].lstrip("0123456789") in labels().magnitudes:
        return fault("V09", "magnitude")
    if "%" in text and column.type == "integer":
        return fault("V09", "percent")
    return fault("V09", "text")


def read_integer(column: Column, decimal: str, raw: str) -> Cell:
    """A count: ASCII digits, with dots or blanks between thousands, or decimals that are all zero (rule V09)."""
    limit = limit_of(column)
    if len(raw) <= LONGEST_FIGURE and PLAIN.fullmatch(raw) and int(raw) <= limit:
        return Cell(raw)
    cell = clean(raw)
    text = cell.value
    if cell.fault or not text:
        return cell
    codes: tuple[str, ...] = ()
    if PLAIN.fullmatch(text):
        pass
    elif PADDED.fullmatch(text):
        text, codes = str(int(text)), ("number-padded",)
    elif SPACE_GROUPS.fullmatch(text) or (DOT_GROUPS.fullmatch(text) and decimal == ","):
        text, codes = text.replace(".", "").replace(" ", ""), ("number-grouped",)
    elif COMMA_GROUPS.fullmatch(text) or (DOT_GROUPS.fullmatch(text) and decimal == "."):
        return fault("V09", "ambiguous", plain=re.sub("[.,]", "", text.split(".")[0] if "," in text else text))
    elif found := GROUPED_ZEROS.fullmatch(text):
        text, codes = found["whole"].replace(".", ""), ("number-grouped",)
    elif (found := ZERO_DECIMALS.fullmatch(text)) and len(found["zeros"]) != 3:
        text, codes = found["whole"], ("number-zeros",)
    elif DECIMAL.fullmatch(text):
        return fault("V09", "decimal")
    else:
        return not_a_number(text, column)
    if len(text) > LONGEST_FIGURE or int(text) > limit:
        return fault("V09", "large", limit=shown(limit))
    return repaired(cell, text, *codes)


def read_number(column: Column, decimal: str, raw: str) -> Cell:
    """A number with decimals, as the file's decimal mark says; given with a dot. A column `…_pct` may say "%"."""
    cell = clean(raw)
    text = cell.value
    if cell.fault or not text:
        return cell
    limit = limit_of(column)
    percent = column.name.endswith("_pct") and text.endswith("%")
    bare = text[:-1].rstrip() if percent else text
    negative = bare.startswith("-") and float(column.constraints.get("minimum", 0)) < 0
    bare = bare[1:] if negative else bare
    codes: tuple[str, ...] = ()
    if SPACE_GROUPS.fullmatch(bare.partition(decimal)[0]):
        bare, codes = bare.replace(" ", ""), ("number-grouped",)
    found = (VI_NUMBER if decimal == "," else EN_NUMBER).fullmatch(bare)
    if not found:
        if not DECIMAL.fullmatch(bare):
            return fault("V09", "percent") if "%" in text else not_a_number(text, column)
        other = bare.replace(",", ".") if decimal == "." else bare.replace(".", ",")
        return fault("V09", "mark", plain=other)
    whole, part = found["whole"].replace(".", ""), found["part"]
    if len(whole) > LONGEST_FIGURE or float(f"{whole}.{part or 0}") > limit:
        if decimal == "," and "." in found["whole"] and part is None and bare.count(".") == 1:
            return fault("V09", "mark", plain=bare.replace(".", ","))
        return fault("V09", "large", limit=shown(limit))
    if decimal == "," and COMMA_GROUPS.fullmatch(bare) and int(bare.replace(",", "")) <= limit:
        return fault("V09", "ambiguous", plain=bare.replace(",", ""))
    if "." in found["whole"]:
        codes = ("number-grouped",)
    value = ("-" if negative else "") + whole + (f".{part}" if part else "")
    return repaired(cell, value, *codes)


def read_date(raw: str) -> Cell:
    """A day, ISO or dd/mm/yyyy; given as ISO. 6/5/2026 is refused: a month-first spreadsheet writes so."""
    cell = clean(raw)
    text = cell.value
    if cell.fault or not text:
        return cell
    found = VI_DATE.fullmatch(text)
    iso = f"{found[3]}-{found[2]}-{found[1]}" if found else text
    if not ISO_DATE.fullmatch(iso):
        return fault("date-unclear")
    try:
        dt.date.fromisoformat(iso)
    except ValueError:
        return fault("date-unclear", "impossible")
    return repaired(cell, iso)


def read_time(raw: str) -> Cell:
    """A time of day from 8:30, 08:30, 8h30, 8h, 8 giờ 30; given as 08:30."""
    cell = clean(raw)
    text = cell.value
    if cell.fault or not text:
        return cell
    found = TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return fault("time-unclear")
    value = f"{int(found[1]):02d}:{int(found[2] or 0):02d}"
    return repaired(cell, value, *(("time-read",) if value != text else ()))


def quarter_label(found: re.Match[str]) -> str:
    """The label of a quarter that QUARTER found: that of its last month."""
    said = (found["quarter"] or found["iso"]).upper()
    return f"{found['year'] or found['iso_year']}-{3 * (ROMAN.get(said) or int(said)):02d}"


def read_period(expected: str, quarterly: bool, raw: str) -> Cell:
    """A month's label from 2026-06, 06/2026, Tháng 6/2026, tháng 06 năm 2026; for a `quarterly` kind also from Quý
    III/2026 or 2026-Q3. `expected` is the period that the caller asked for, or empty."""
    cell = read_text(raw)
    text = cell.value
    if cell.fault or not text:
        return cell
    codes: tuple[str, ...] = ()
    if not ISO_PERIOD.fullmatch(text):
        codes = ("period-read",)
        if quarterly and (quarter := QUARTER.fullmatch(text)):
            text = quarter_label(quarter)
        elif found := VI_PERIOD.fullmatch(text) or LONG_PERIOD.fullmatch(text):
            text = f"{found[2]}-{int(found[1]):02d}"
        else:
            return fault("period-unclear")
    if expected and text != expected:
        return fault("period-differs", expected=expected)
    return repaired(cell, text, *codes)


def read_category(column: Column, raw: str) -> Cell:
    """A category's value from its value, titles or aliases; an unknown one passes as it stands."""
    cell = read_text(raw)
    if cell.fault or not cell.value:
        return cell
    values = {
        folded(text): item.value
        for item in column.categories
        for text in (*item.aliases, item.titles.en, item.titles.vi, item.value)
        if text
    }
    return repaired(cell, values.get(folded(cell.value), cell.value))


def read_code(table: Table, raw: str) -> Cell:
    """A code of a reference table in the table's own spelling; an unknown one passes as it stands."""
    cell = read_text(raw)
    if cell.fault or not cell.value:
        return cell
    code = table.code(cell.value) or cell.value
    return repaired(cell, code, *(("code-spelled",) if code != cell.value else ()))


def read_cut(column: Column, raw: str) -> Cell:
    """A text without what the column's `cut` finds at its end, which is told."""
    cell = read_text(raw, longest_of(column))
    if cell.fault or not cell.value:
        return cell
    value = re.sub(f"(?:{column.cut})$", "", cell.value)
    return repaired(cell, value, *(("end-cut",) if value != cell.value else ()))


def read_name(table: Table, rule: str, raw: str) -> Cell:
    """The code of the entry that a cell names. `rule` is V16 for units, V17 for fields."""
    cell = read_text(raw)
    if cell.fault or not cell.value:
        return cell
    codes = table.named(cell.value)
    if not codes:
        return fault(rule, "name")
    if len(codes) > 1:
        return fault(rule, "names", codes=", ".join(sorted(codes)))
    return repaired(cell, codes[0])


class Attention(Exception):
    """A cell of this row needs to be told of: it was repaired or refused."""


class Remembered(dict[str, str]):
    """Raw cell → canonical text for cells that need no word; Attention for the others.

    A plain dict would be as fast, but a column of free text has no end: it is emptied when it grows.
    """

    MOST = 20_000

    def __init__(self, reader: Reader, harmless: int = 0) -> None:
        """`harmless` is the length up to which an ordinary short text needs neither reading nor memory."""
        super().__init__()
        self.reader = reader
        self.harmless = harmless
        self.told: dict[str, Cell] = {}

    def __missing__(self, raw: str) -> str:
        if len(raw) <= self.harmless and HARMLESS.fullmatch(raw):
            return raw
        cell = self.cell(raw)
        if cell.fault or cell.repairs:
            raise Attention
        return cell.value

    def cell(self, raw: str) -> Cell:
        """What a raw cell gives, with its repairs or its fault."""
        found = self.told.get(raw)
        if found is not None:
            return found
        found = self.reader(raw)
        if len(raw) <= LONGEST_CELL:
            self.keep(raw, found)
        return found

    def keep(self, raw: str, cell: Cell) -> None:
        """Remember a cell; the memory is emptied when it is full."""
        if len(self) + len(self.told) >= self.MOST:
            self.clear()
            self.told.clear()
        if cell.fault or cell.repairs:
            self.told[raw] = cell
        else:
            self[raw] = cell.value


def longest_of(column: Column) -> int:
    """How many characters a cell of the column may have."""
    longest: Any = column.constraints.get("maxLength", LONGEST_CELL)
    return int(longest)
