"""How a cell that is no text stands in a row of text: a mark no text begins with, then its value.

`NUMBER 98.5`, or `NUMBER 0.985 SHOWN 98.5%` where its format shows another figure; `DAY 2026-10-14`, or
`DAY 2026-10-01 SHOWN 2026-10` where its format shows the month alone; `BROKEN #N/A` for a formula's error.
"""

NUMBER = "\x01"
DAY = "\x02"
BROKEN = "\x03"
TEXT = "\x04"
"""Stands before a text that begins like a mark."""

MARKS = NUMBER + DAY + BROKEN + TEXT
SHOWN = "\x1f"
OTHERWISE = "?"
"""After SHOWN: the format shows some other figure, or none."""


def bare(cell: str) -> str:
    """A cell as a person would copy it: what its format shows, or its value with a decimal comma, without marks."""
    if cell[:1] not in MARKS or not cell:
        return cell
    value, _, shown = cell[1:].partition(SHOWN)
    text = shown if shown not in ("", OTHERWISE) else value
    return text.replace(".", ",") if cell[0] == NUMBER else text


def value(cell: str) -> str:
    """A marked cell's value."""
    return cell[1:].partition(SHOWN)[0]


def shown(cell: str) -> str:
    """What a marked cell's format shows where it is another figure; empty where it is the value."""
    return cell[1:].partition(SHOWN)[2]
