"""How sheets are set: the one place that drives Typst and draws QR codes.

Names, sentences and figures reach a template as one JSON value, so nothing in them is ever read as markup; no font but
those of the repository is used. The same data are the same bytes on any machine and on any day.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from publisher.catalogue.text import one_line

FONTS = Path(__file__).resolve().parents[1] / "fonts"

BORDER = 4
"""White modules around a QR code, as its standard asks."""

WORD_LIMIT = 16
"""A longer word may be broken after so many characters."""

BLANKS = re.compile(r"\s+")

LACKING = re.compile(r'the text `?"(.*?)"`? could not be displayed')
"""How Typst says that no font has a letter."""

Standard = Literal["ua-1", "1.7"]
"""What a PDF keeps to: PDF/UA-1, or no more than PDF 1.7."""


@dataclass
class LackingLetters(Exception):
    """Text in letters that the fonts lack: an accessible PDF has no blank boxes."""

    letters: str


@cache
def fonts(folder: Path) -> typst.Fonts:
    """The fonts of a folder, and none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def pdf(template: Path, data: str, *, standard: Standard = "ua-1", letters: Path = FONTS) -> bytes:
    """A template filled with data (`encode`) as a tagged PDF; what it imports stands beside it, its fonts in `letters`.

    It has no date of its own: same data, same bytes. Threads may set sheets at the same time.

    By default the file keeps PDF/UA-1. Raises LackingLetters for text in letters that the fonts lack; as plain PDF 1.7
    those are printed as boxes.
    """
    try:
        made: bytes = typst.compile(
            template,
            root=template.parent,
            font_paths=fonts(letters),
            sys_inputs={"data": data},
            format="pdf",
            pdf_standards=[standard],
        )
    except typst.TypstError as error:
        lacking = LACKING.search(error.message)
        if not lacking:
            raise
        raise LackingLetters(lacking[1]) from error
    return made


def encode(data: Mapping[str, Any]) -> str:
    """Data as templates read them: JSON; a dataclass is an object of its fields."""
    return json.dumps(data, ensure_ascii=False, default=vars)


# Text


def clean(text: str, limit: int) -> str:
    """A name as it is set (`soft`), without blanks at its ends and not endless."""
    plain = visible(text).strip()
    return break_words(plain if len(plain) <= limit else plain[: limit - 1] + "…")


@lru_cache(maxsize=16_384)
def soft(text: str) -> str:
    """A piece of a sentence as it is set: whole letters (NFC), one line, nothing that turns or hides text, and long
    words may break. A blank at an end stays: another piece follows."""
    return break_words(visible(text))


def visible(text: str) -> str:
    """Text without what turns or hides it; what is blank, however long, is one blank."""
    plain = unicodedata.normalize("NFC", one_line(text))
    return BLANKS.sub(" ", "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")))


def break_words(text: str) -> str:
    """Text whose long words may break."""
    return " ".join(break_word(word) for word in text.split(" "))


def break_word(word: str) -> str:
    """A word with a place where it may break after every WORD_LIMIT characters; most words have none."""
    return "\u200b".join(word[n : n + WORD_LIMIT] for n in range(0, len(word), WORD_LIMIT))


def breakable(text: str, after: str) -> str:
    """An address that may break after each slash, should it be too long for one line."""
    return text.replace(after, f"{after}\u200b")


def shown(url: str) -> str:
    """An address as people type it: without `https://`."""
    return url.partition("://")[2]


# QR codes


@lru_cache(maxsize=256)
def qr_code(text: str) -> dict[str, Any]:
    """A QR code as SVG (`qr`) and how many modules it is wide, border included (`modules`). Level Q: a quarter of it
    may be dirty or torn.

    One path of rectangles: segno's own SVG strokes each row, and viewers show hairlines between them.
    """
    code = segno.make(text, error="q", boost_error=False, micro=False)
    rows = [bytes(row) for row in code.matrix_iter(border=BORDER)]
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in runs(row))
    side = len(rows)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
    return {"qr": svg, "modules": side}


def runs(row: bytes) -> Iterable[tuple[int, int]]:
    """The dark runs of a row as (first, length)."""
    start = None
    for x, dark in enumerate(row + b"\0"):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
