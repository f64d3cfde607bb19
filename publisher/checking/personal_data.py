"""Personal data in text that would be published (rule P06; Luật 91/2025/QH15): what it seems to be, or None.

The expressions are linear in the text: no repetition stands inside another. They must find what officials really
type (spaces, dots and invisible characters inside numbers) and stay silent on money, law numbers, procedure codes and
hotlines. Names without a title and digits spelled in words are beyond them: a person reads what is published.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Suspect = Literal["identity", "phone", "email", "plate", "dossier", "passport", "address", "land", "person"]

DOUBTFUL: frozenset[str] = frozenset({"address", "land", "person"})
"""What may as well be a place or a public person: a warning, where the others are errors."""

INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
GAP = r"[ \t.\-–·()]{0,2}"
"""What people put between the digits of one number."""
LEFT = r"(?<![\w/])(?<!\d[.,])(?!\d\d?[.\-]\d\d?[.\-](?:19|20)\d\d)"
RIGHT = r"(?![\w/])(?![.,]\d)(?!\s{0,2}(?:đồng|đ\b|vnđ|vnd|usd|triệu|tỷ|nghìn|ngàn))"
"""A number stands alone: not the end of a longer one or of a code, not a date, not an amount of money."""
UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠ-Ỹ"
PLACES = r"(?!Rịa|Điểm|Nà\b|Đen|Quốc|Trang\b|Sơn\b)"
"""Bà Rịa, Bà Điểm, Anh Quốc, Anh Sơn … are places."""


def digits(*classes: str) -> str:
    """Digit classes one after the other, each pair with a gap allowed between them."""
    return GAP.join(classes)


def any_digits(count: int) -> tuple[str, ...]:
    """So many digits of any value."""
    return (r"\d",) * count


MOBILE = rf"{LEFT}(?:\+?84|0){GAP}{digits('[35789]', *any_digits(8))}{RIGHT}"
LANDLINE = rf"{LEFT}{digits('0', '2', *any_digits(9))}{RIGHT}"
CITIZEN_CARD = rf"{LEFT}{digits('0', *any_digits(2), '[0-3]', *any_digits(8))}{RIGHT}"
OLD_CARD = rf"(?:cmnd|cmt|cccd|căn cước|chứng minh)[^\d\n]{{0,20}}{digits(*any_digits(9))}(?!\d)"

PATTERNS: tuple[tuple[Suspect, re.Pattern[str]], ...] = (
    ("email", re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w\-]{1,63}\.\w{2}", re.I)),
    ("dossier", re.compile(r"\bH\d\d(?:\.\d{1,3}){0,4}-\d{6}-\d{3,6}\b")),
    ("phone", re.compile(f"{MOBILE}|{LANDLINE}", re.I)),
    ("identity", re.compile(f"{CITIZEN_CARD}|{OLD_CARD}", re.I)),
    ("plate", re.compile(r"\b[1-9]\d-?[A-Z]{1,2}\d?[ .\-]\d{3}\.?\d{2}\b")),
    ("passport", re.compile(r"\b[A-Z]\d{7}\b")),
    ("land", re.compile(r"\b(?:thửa(?: đất)?|tờ bản đồ)(?: số)? ?:? ?\d", re.I)),
    ("address", re.compile(r"\b(?:số nhà|ngõ|ngách|hẻm|kiệt|tổ|thôn|ấp)(?: số)? \d", re.I)),
    ("person", re.compile(rf"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Ee]m|[Cc]án bộ|[Đđ]ồng chí) {PLACES}[{UPPER}][a-zà-ỹ]")),
)


def suspect(text: str) -> Suspect | None:
    """What kind of personal data a text seems to hold, the surest kind first, or None."""
    return remembered(text) if len(text) <= REMEMBERED_LENGTH else search(text)


def search(text: str) -> Suspect | None:
    """The first kind whose expression finds something in the text."""
    clean = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return next((kind for kind, pattern in PATTERNS if pattern.search(clean)), None)


REMEMBERED_LENGTH = 500
remembered = lru_cache(maxsize=10_000)(search)
