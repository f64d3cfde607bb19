"""Vietnamese text as a key: folding for comparison, slugs for addresses, order for lists."""

import re
import unicodedata
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, field_validator

NOT_KEY = re.compile(r"[\W_]+")
NOT_SLUG = re.compile(r"[^a-z0-9]+")

# The Vietnamese alphabet, with f, j, w and z where names of foreign places need them; letters are compared first,
# then tones in the order of the Unicode collation for Vietnamese: none, à, ả, ã, á, ạ.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(text: str) -> str:
    """Text as it may stand in a page: control characters and line ends become spaces."""
    return CONTROL.sub(" ", text)


class Text(BaseModel):
    """One thing said in Vietnamese and English; English falls back to Vietnamese where it is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str
    en: str = ""

    @field_validator("vi", "en")
    @classmethod
    def without_controls(cls, text: str) -> str:
        """Names and sentences are one line wherever they stand."""
        return one_line(text)

    def __getitem__(self, lang: str) -> str:
        return (self.en if lang == "en" else self.vi) or self.vi


def plain(text: str) -> str:
    """Without tone and vowel marks, đ → d, lower case: "Đúng hạn" → "dung han".

    The Icelandic Ð, which old keyboards typed for Đ, counts as Đ.
    """
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c)).replace("đ", "d").replace("ð", "d")


def fold(text: str) -> str:
    """A label as a key: without marks, case, punctuation or double spaces, so that `ten_don_vi`,
    "TÊN ĐƠN VỊ " and "Tên đơn vị" are one."""
    return NOT_KEY.sub(" ", plain(text)).strip()


def slug(text: str) -> str:
    """A name as a part of an address: ASCII lower case, đ → d, words joined by hyphens."""
    return NOT_SLUG.sub("-", plain(text)).strip("-")


@lru_cache(maxsize=16_384)
def order(text: str) -> tuple[tuple[int, int], ...]:
    """A sort key in the order of the Vietnamese alphabet (đ after d, ă after a), tones last.

    Digits come before letters; other characters by their code.
    """
    letters: list[tuple[int, int]] = []
    tones: list[tuple[int, int]] = []
    for char in unicodedata.normalize("NFC", text.casefold()):
        parts = unicodedata.normalize("NFD", char)
        tone = next((TONES.index(p) + 1 for p in parts if p in TONES), 0)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES))
        if not base:  # a tone that stands on a letter with which it makes no single character
            tones.append((0, tone))
            continue
        place = ALPHABET.find(base)
        letters.append((1000 + place, 0) if place >= 0 else (min(ord(base[0]), 999), 0))
        tones.append((0, tone))
    return (*letters, (-1, 0), *tones)
