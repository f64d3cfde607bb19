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
UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
"""Capitals, one by one: beyond Ạ capitals and small letters take turns."""
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
    clean = flat(text)
    return next((kind for kind, pattern in PATTERNS if pattern.search(clean)), None)


def flat(text: str) -> str:
    """A text as it is searched: compatible characters are one, invisible ones gone."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


REMEMBERED_LENGTH = 500
remembered = lru_cache(maxsize=10_000)(search)


# What strangers wrote

MARK = "[…]"
"""What stands in place of words that were taken out of a comment."""

SURNAMES = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đào|Đoàn|Vương|Trịnh|Trương|Đinh|Lâm|Phùng|"
    "Mai|Tô|Hà|Tạ|Lương|Cao|Châu|Thái|Quách|Tăng|Triệu|Kiều|Lưu|Chu|Nông|Giàng|Lò|Quàng|Thào|Vàng|Siu|Ksor|Rơ"
)
"""Frequent ones: a name without a title is mostly found by them."""

LIKE_NAMES = (
    "Hà Nội|Hà Giang|Hà Nam|Hà Tĩnh|Hà Đông|Thái Nguyên|Thái Bình|Cao Bằng|Lâm Đồng|Lâm Giang|Hồ Chí Minh|Mai Châu|"
    "Châu Đốc|Lương Sơn|Lý Sơn"
)
"""Places that begin like a name."""

NAMED = re.compile(
    rf"\b(?!(?i:{LIKE_NAMES})\b)"
    rf"(?:(?:{SURNAMES})(?: [{UPPER}][a-zà-ỹ]*){{1,4}}|(?:{SURNAMES.upper()})(?: [{UPPER}]+){{1,4}}(?![a-zà-ỹ]))"
)

REST_OF_NAME = re.compile(rf"\w*(?: [{UPPER}]\w*)*")
REST_OF_WORD = re.compile(r"\w*")

Doubt = Suspect | Literal["name", "unchecked"]


def doubt(text: str) -> Doubt | None:
    """What keeps a stranger's words from being published as they stand: what `suspect` finds, a name without a title,
    or `unchecked` when the search itself fails. Whoever cannot say that nothing is there holds the text back."""
    try:
        return suspect(text) or ("name" if NAMED.search(flat(text)) else None)
    except Exception:  # whatever it is, it must not let a text through
        return "unchecked"


def taken_out(text: str) -> str:
    """A text with `MARK` in place of all that `doubt` looks for, as a proposal to whoever redacts it; the text itself
    where places cannot be told (characters that are read as others)."""
    if flat(text) != text:
        return text
    found = []
    for kind, pattern in (*PATTERNS, ("name", NAMED)):
        rest = REST_OF_NAME if kind in ("person", "name") else REST_OF_WORD
        for match in pattern.finditer(text):
            further = rest.match(text, match.end())
            found.append((match.start(), further.end() if further else match.end()))
    kept, at = "", 0
    for start, end in sorted(found):
        if end > at:
            kept += text[at : max(start, at)] + (MARK if start >= at else "")
            at = end
    return kept + text[at:]
