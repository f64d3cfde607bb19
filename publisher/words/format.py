"""Numbers, dates and periods as people read them: 1.234 and 98,5% in Vietnamese, 1,234 and 98.5% in English."""

import datetime as dt
import re
from functools import lru_cache

from babel.numbers import format_decimal

from publisher.words import say

PART_OF_YEAR = re.compile(r"(20[0-9]{2})-([QH])([1-4])")
"""A quarter or a half year."""


@lru_cache(maxsize=100_000)
def number(lang: str, value: float, decimals: int = 0) -> str:
    """A number with grouped thousands and exactly `decimals` places (half to even, as Babel does)."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(value, format=pattern, locale=lang))


def percent(lang: str, value: float, decimals: int = 1) -> str:
    """A percentage given in per cent: 98.53 → "98,5%"."""
    return number(lang, value, decimals) + "%"


def date(lang: str, day: dt.date) -> str:
    """A day: 15/10/2026 in Vietnamese, 15 Oct 2026 in English."""
    if lang == "vi":
        return f"{day.day:02d}/{day.month:02d}/{day.year}"
    return f"{day.day} {day:%b} {day.year}"


def short_month(lang: str, label: str) -> str:
    """A month where there is little room: 2026-10 → "10/2026" in Vietnamese, "Oct 2026" in English."""
    year, month = map(int, label.split("-"))
    return f"{month}/{year}" if lang == "vi" else f"{dt.date(year, month, 1):%b %Y}"


def period(lang: str, label: str) -> str:
    """A period's name: 2026-10 → "Tháng 10/2026"; 2026-Q3 → "Quý III/2026"; 2026-H1 → "6 tháng đầu năm 2026"; 2026 →
    "Năm 2026"; 2025-11--2026-10 → "Tháng 11/2025 – Tháng 10/2026"."""
    if "--" in label:
        first, last = label.split("--")
        return say(lang, "pages.period.stretch", first=period(lang, first), last=period(lang, last))
    part = PART_OF_YEAR.fullmatch(label)
    if part and part[2] == "H":
        return say(lang, f"pages.period.half_{part[3]}", year=part[1])
    if part:
        number_of_quarter = ("I", "II", "III", "IV")[int(part[3]) - 1] if lang == "vi" else part[3]
        return say(lang, "pages.period.quarter", year=part[1], quarter=number_of_quarter)
    if len(label) == 4:
        return say(lang, "pages.period.year", year=label)
    year, month = label.split("-")
    name = str(int(month)) if lang == "vi" else dt.date(int(year), int(month), 1).strftime("%B")
    return say(lang, "pages.period.month", year=year, month=name)
