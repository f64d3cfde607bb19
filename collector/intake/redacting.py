"""A comment as it may be published: on one line, with words taken out and none put in."""

import re

from publisher.checking.personal_data import MARK
from publisher.ledger.accepting import FORMULA_STARTS

MARKS = re.compile(r"\[\s*(?:…|\.{2,4})\s*\]")
"""How people write `MARK`."""

BULLETS = "".join(FORMULA_STARTS) + "*•·–— "
"""With these a list begins, and in a spreadsheet a formula."""

CLOSING = ",.;:!?)”"
"""Before these no blank is written."""


def one_line(text: str) -> str:
    """A text on one line, without the bullet of a list before it."""
    return " ".join(text.split()).lstrip(BULLETS)


def redact(original: str, edited: str) -> str | None:
    """What is left of a text: `edited` is that text with `MARK` in place of what somebody took out.

    Whole words go: where a part of one was taken out, the rest of it is too. None when `edited` holds words that do not
    stand in the text in this order, or lacks words without a mark in their place; "" when nothing is left.
    """
    kept = places(original, [part.strip() for part in MARKS.split(one_line(edited))])
    if kept is None:
        return None
    left, at = "", 0
    for start, end in (whole_words(original, *place) for place in kept):
        part = original[start:end].strip()
        if not part:
            continue
        gap = original[at:start]
        if gap.strip():
            gap = f" {MARK}" if part[0] in CLOSING else f" {MARK} "
        left += gap + part
        at = end
    if not left:
        return ""
    return (left + (f" {MARK}" if original[at:].strip() else "")).strip()


def places(original: str, parts: list[str]) -> list[tuple[int, int]] | None:
    """Where the parts stand in the text, one after the other, the first at its beginning and the last at its end; None
    where they do not."""
    if len(parts) == 1:
        return [(0, len(original))] if parts[0] == original else None
    found, at = [], 0
    for number, part in enumerate(parts):
        if number == len(parts) - 1:
            start = len(original) - len(part) if original.endswith(part) else -1
        elif number == 0:
            start = 0 if original.startswith(part) else -1
        else:
            start = original.find(part, at)
        if start < at:
            return None
        at = start + len(part)
        found.append((start, at))
    return found


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a text without the pieces of words at its ends."""
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start += 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end -= 1
    return start, end
