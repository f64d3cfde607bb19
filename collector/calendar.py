"""Which period an answer belongs to, when a period is over, and the blocks of working days that the silence alarm
remembers. Days come in from outside (`office.today`); nothing here looks at a clock."""

import datetime as dt
from bisect import bisect_right
from functools import cache

from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import PeriodRule, WorkingDays
from publisher.errors import Mistake

SATISFACTION = "satisfaction"
"""The dataset kind into which answers are counted."""

FIRST_YEAR = 2020
"""Working days are numbered from the first one of this year."""

DIGITS = 6
"""How wide the number of a block is written: such numbers sort as text."""

DAY = dt.timedelta(days=1)


def survey_kind(office: Office) -> Kind:
    """The kind `satisfaction` as the office publishes it.

    Raises Mistake `survey-not-published` when the office does not list it.
    """
    kind = office.kinds.get(SATISFACTION)
    if kind is None:
        raise Mistake("survey-not-published", {"kind": SATISFACTION, "known": ", ".join(sorted(office.kinds))})
    return kind


def survey_rule(office: Office) -> PeriodRule:
    """Which days a label stands for: the rule of the kind `satisfaction`, or the office's own while it does not publish
    that kind."""
    if kind := office.kinds.get(SATISFACTION):
        return office.period_rule(kind)
    chosen = office.settings.period_rule
    return PeriodRule(1 if chosen == "calendar" else chosen)


def period_of(office: Office, day: dt.date) -> str:
    """The label of the reporting period in which an answer of that day counts, such as `2026-10`."""
    return survey_rule(office).label_on(day)


def is_over(office: Office, label: str, day: dt.date) -> bool:
    """Whether a period's last day lies before that day. Raises ValueError for anything but `YYYY-MM`."""
    return survey_rule(office).period(label).end < day


def working_block(office: Office, day: dt.date) -> str:
    """The block of `survey.silent_working_days` working days in which a day falls: the number, in six digits, of the
    block's first working day, counted from 2020. Later blocks sort later as text, also after that setting was changed.

    A day off belongs to the block of the working day before it. A number and not a date, so that nothing kept with it
    says on which day somebody answered.
    """
    return block(working_number(office.working_days, day), office.settings.survey.silent_working_days)


def block_before(office: Office, day: dt.date) -> str:
    """The block before `working_block(office, day)`."""
    length = office.settings.survey.silent_working_days
    return block(working_number(office.working_days, day) // length * length - 1, length)


def block_start(office: Office, label: str) -> dt.date:
    """The first day of a block, a working day."""
    number, year = int(label), FIRST_YEAR
    while number >= len(days := working_year(office.working_days, year)):
        number -= len(days)
        year += 1
    return days[number]


def block(number: int, length: int) -> str:
    """The label of the block of so many working days that holds the working day of that number."""
    return f"{max(number, 0) // length * length:0{DIGITS}d}"


def working_number(calendar: WorkingDays, day: dt.date) -> int:
    """How many working days lie between the start of 2020 and a day, that day not counted if it is one; a day off has
    the number of the working day before it. 0 for days before 2020."""
    before = sum(len(working_year(calendar, year)) for year in range(FIRST_YEAR, day.year))
    return max(before + bisect_right(working_year(calendar, day.year), day) - 1, 0) if day.year >= FIRST_YEAR else 0


@cache
def working_year(calendar: WorkingDays, year: int) -> tuple[dt.date, ...]:
    """The working days of a year, in order."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    days = (first + DAY * n for n in range((last - first).days + 1))
    return tuple(day for day in days if calendar.is_working(day))
