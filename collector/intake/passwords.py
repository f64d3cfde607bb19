"""Which passwords are refused. Length is what counts (NIST SP 800-63B, OWASP ASVS 5.0 §6.2): no rules about signs and
digits, no forced change, pasting allowed. But what many people use, and what anybody would try at this office, does
not count towards the length.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from publisher.catalogue.text import slug

LEAST, MOST = 15, 200
"""Characters of a password. Fifteen is what one factor alone needs; more than two hundred only keep the server busy."""

LEFT = 8
"""So many letters or digits must be left once known words are taken out."""

KNOWN = sorted((Path(__file__).parent / "known_words.txt").read_text(encoding="utf-8").split(), key=len, reverse=True)
"""What people use in passwords everywhere and here, without marks; the longest first."""

RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
"""Rows of keys and digits: three or more of their signs in order are no secret."""

LOOK_ALIKE = str.maketrans({"@": "a", "$": "s", "!": "i", "|": "l"})
"""Signs that people write for letters."""


def fault(password: str, own: Iterable[str]) -> str:
    """What is wrong with a password, as a key under `intake.password`: `short`, `long`, `known`; "" when nothing is.

    `own` are the words of the office and of the person: names of units, the login, the person's name.
    """
    length = len(unicodedata.normalize("NFC", password))
    if length < LEAST:
        return "short"
    if length > MOST:
        return "long"
    return "" if len(set_apart(password, own)) >= LEFT else "known"


def set_apart(password: str, own: Iterable[str]) -> str:
    """What is left of a password, as plain letters and digits, once known words, the words of `own`, rows of keys,
    repetitions and years are taken out."""
    left = squeezed(password.translate(LOOK_ALIKE))
    words = sorted({part for text in own for part in (squeezed(text), *map(squeezed, text.split())) if len(part) > 2})
    for word in (*sorted(words, key=len, reverse=True), *KNOWN):
        left = left.replace(word, " ")
    left = re.sub(r"(.)\1{2,}", r"\1", left)
    left = re.sub(r"(..+?)\1+", r"\1", left)
    left = re.sub(r"(?<!\d)(19|20)\d\d(?!\d)", " ", left)
    for run in RUNS:
        for size in range(len(run), 2, -1):
            for start in range(len(run) - size + 1):
                left = left.replace(run[start : start + size], " ")
    return left.replace(" ", "")


def squeezed(text: str) -> str:
    """Letters and digits only, small and without marks."""
    return slug(text).replace("-", "")
