"""Reporting periods and due days.

The default rule is that of the reporting decree (Nghị định 09/2019/NĐ-CP, điều 12): a month runs from the
15th of the month before to the 14th. Units also publish 21→20 and by calendar month, so the start day
is data.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import holidays as holidays_library

LABEL = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
LONG_PERIOD = re.compile(r"(20\d\d)(?:-([QH])([1-4]))?")
"""A year, a quarter (2026-Q3) or a half year (2026-H1)."""
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One month of reporting: `label` is `2026-10`; `start` and `end` are both inside it."""

    label: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """Which days a month's label stands for. `start_day` 15 means 15th of the month before → 14th;
    1 means the calendar month. 2 … 28 are allowed."""

    start_day: int = 15

    def period(self, label: str) -> Period:
        """The period of a label. Raises ValueError for anything but `YYYY-MM`."""
        year, month = parts(label)
        if self.start_day == 1:
            start = dt.date(year, month, 1)
            return Period(label, start, dt.date(*next_month(year, month), 1) - DAY)
        start = dt.date(*previous_month(year, month), self.start_day)
        return Period(label, start, dt.date(year, month, self.start_day) - DAY)

    def label_on(self, day: dt.date) -> str:
        """The label of the period in which a day falls."""
        if self.start_day > 1 and day.day >= self.start_day:
            return label(*next_month(day.year, day.month))
        return label(day.year, day.month)


def parts(text: str) -> tuple[int, int]:
    """`2026-10` → (2026, 10). Raises ValueError."""
    match = LABEL.fullmatch(text)
    if not match:
        raise ValueError(f"not a period: {text!r}")
    return int(match[1]), int(match[2])


def label(year: int, month: int) -> str:
    """(2026, 10) → `2026-10`."""
    return f"{year:04d}-{month:02d}"


def next_month(year: int, month: int) -> tuple[int, int]:
    """The month after."""
    return (year + 1, 1) if month == 12 else (year, month + 1)


def previous_month(year: int, month: int) -> tuple[int, int]:
    """The month before."""
    return (year - 1, 12) if month == 1 else (year, month - 1)


def shift(text: str, months: int) -> str:
    """A label moved by a number of months: shift("2026-01", -1) is "2025-12"."""
    year, month = parts(text)
    index = year * 12 + month - 1 + months
    return label(index // 12, index % 12 + 1)


def between(first: str, last: str) -> list[str]:
    """All labels from first to last, both included; empty when last is before first."""
    labels, here = [], first
    while here <= last:
        labels.append(here)
        here = shift(here, 1)
    return labels


@lru_cache(maxsize=4096)
def months_in(period: str) -> tuple[str, ...]:
    """The labels of the months of a month, quarter, half year, year or stretch of months.

    Raises ValueError for anything else.
    """
    if LABEL.fullmatch(period):
        return (period,)
    if is_stretch(period):
        return tuple(between(*period.split("--")))
    match = LONG_PERIOD.fullmatch(period)
    if not match or (match[2] == "H" and match[3] not in "12"):
        raise ValueError(f"not a period: {period!r}")
    length = {"Q": 3, "H": 6}.get(match[2], 12)
    first = length * (int(match[3] or 1) - 1) + 1
    return tuple(label(int(match[1]), number) for number in range(first, first + length))


def stretch(first: str, last: str) -> str:
    """The label of all months from first to last: `2025-11--2026-10`, as ISO 8601 writes an interval."""
    return f"{first}--{last}"


def is_stretch(text: str) -> bool:
    """Whether a label is that of a stretch of at least two months."""
    first, _, last = text.partition("--")
    return bool(LABEL.fullmatch(first) and LABEL.fullmatch(last)) and first < last


def span(text: str, months: int) -> str:
    """The period of so many months that a label ends: span("2026-09", 3) is "2026-Q3"; one month's is the label."""
    year, month = parts(text)
    if months == 1:
        return text
    if months == 12:
        return f"{year:04d}"
    return f"{year:04d}-{'Q' if months == 3 else 'H'}{(month + months - 1) // months}"


@cache
def public_holidays(year: int) -> frozenset[dt.date]:
    """Vietnamese public holidays of a year, Tết included (the `holidays` library)."""
    return frozenset(holidays_library.country_holidays("VN", years=year))


@cache
def swapped_working_days(year: int) -> frozenset[dt.date]:
    """The Saturdays of a year worked by national decision for a Friday or Monday given free (the same library).

    The swap is declared with the day that is free, which may stand in the year before or after.
    """
    known = holidays_library.country_holidays("VN", years=(year - 1, year, year + 1)).weekend_workdays
    return frozenset(day for day in known if day.year == year)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working calendar: Monday to Friday without public holidays, and what decisions changed.

    `off` and `working` come from the office's holidays.csv (swapped working days) and go before what the
    library of public holidays knows.
    """

    off: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()

    def is_working(self, day: dt.date) -> bool:
        """Whether offices work on that day."""
        if day in self.working:
            return True
        if day in self.off or day in public_holidays(day.year):
            return False
        return day.weekday() < 5 or day in swapped_working_days(day.year)

    def after(self, day: dt.date, count: int) -> dt.date:
        """The count-th working day after a day."""
        while count > 0:
            day += DAY
            if self.is_working(day):
                count -= 1
        return day

    def breaks(self, first: dt.date, last: dt.date, at_least: int = 3) -> list[tuple[dt.date, dt.date]]:
        """The stretches of at least so many days off running after which work begins again between two days, each as
        (first day off, last day off)."""
        found: list[tuple[dt.date, dt.date]] = []
        start = day = first - 31 * DAY
        while day <= last:
            if self.is_working(day):
                if day >= first and (day - start).days >= at_least:
                    found.append((start, day - DAY))
                start = day + DAY
            day += DAY
        return found

    def count(self, first: dt.date, last: dt.date) -> int:
        """How many working days follow a day up to another one: 0 for the same day or an earlier one."""
        days = (first + n * DAY for n in range(1, (last - first).days + 1))
        return sum(self.is_working(day) for day in days)
