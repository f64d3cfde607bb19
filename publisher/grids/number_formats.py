"""What a cell's number format does to its figure: nothing worth telling, or one of a few things.

Formats are those of ECMA-376, part 1, 18.8.30 and 18.8.31 (numFmts).
"""

import re
from decimal import Decimal

from publisher.grids.marks import OTHERWISE

BUILT_IN = {9: "0%", 10: "0.00%", 14: "mm-dd-yy", 17: "mmm-yy"}
"""The built-in formats of which a figure or a month must be told; the others change nothing."""

QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
BRACKETS = re.compile(r"\[[^\]]*\]")
SCALED = re.compile(r"[0#?],+(?![0#?,])")

PLAIN, PERCENT, MONTH, OTHER = "", "percent", "month", "other"
"""What a format may do; beside them `"0…"`, so many digits with zeros before."""


def effect(code: str) -> str:
    """What a format code does to a positive figure or a day."""
    bare = BRACKETS.sub("", QUOTED.sub("", code).partition(";")[0]).strip()
    folded = bare.casefold()
    if not code or "general" in folded or "@" in bare:
        return PLAIN
    if "%" in bare:
        return PERCENT
    if re.search("[dmyhs]", folded.replace("e+", "").replace("e-", "")):
        return MONTH if "m" in folded and "y" in folded and not re.search("[dhs]", folded) else PLAIN
    if not re.search("[0#?]", bare) or SCALED.search(bare):
        return OTHER
    return bare if re.fullmatch("0{2,}", bare) and bare == code.strip() else PLAIN


def figure_shown(effect: str, value: str) -> str:
    """What a figure with that effect shows, for the mark; empty when it shows its value."""
    if effect == PERCENT:
        return plain_decimal(Decimal(value) * 100) + "%"
    if effect == OTHER:
        return OTHERWISE
    if effect.startswith("0") and value.isdigit() and len(value) < len(effect):
        return value.zfill(len(effect))
    return ""


def plain_decimal(value: Decimal) -> str:
    """A number without an exponent and without zeros at its end: 98.50 → 98.5."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_number(value: float) -> str:
    """A number as a spreadsheet counts it, to fifteen digits and without an exponent: 0.1 + 0.2 is 0.3."""
    if value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    text = format(value, ".15g")
    return plain_decimal(Decimal(text)) if "e" in text else text
