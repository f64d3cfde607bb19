"""The first working week after each long holiday, beside ordinary weeks of the same unit.

A week is known only where every part of the unit (each counter) reported it: what is blank, or not there, is not
reported and never made up. Weeks have more or fewer working days, so figures are compared per working day.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from publisher.catalogue.periods import DAY, WorkingDays
from publisher.catalogue.registers import Weeks

LONG_HOLIDAY = 3
"""A holiday is long from so many days off running: a weekend has two."""

ENOUGH = 4
"""Of fewer ordinary weeks nobody can say what is ordinary."""

Row = Mapping[str, str]
Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Pace:
    """How much was done on a working day: in the first week, and in the median ordinary week (None: not reported, or
    too few ordinary weeks). `total` is what the first week's rows add up to, `weeks` counts the ordinary weeks."""

    total: int | None
    first: float | None
    ordinary: float | None
    weeks: int


@dataclass(frozen=True, slots=True)
class FirstWeek:
    """The week in which work begins again: the days off before it, its own first and last day, its working days, and
    the pace by column."""

    off: Span
    week: Span
    working_days: int
    pace: Mapping[str, Pace]

    @property
    def days_off(self) -> int:
        """How many days off running went before it."""
        return (self.off[1] - self.off[0]).days + 1


def first_weeks(declared: Weeks, rows: Iterable[Row], calendar: WorkingDays) -> list[FirstWeek]:
    """The first week after each long holiday that falls into what the rows report, in order of time."""
    weeks: dict[Span, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        span = dt.date.fromisoformat(row[declared.begins]), dt.date.fromisoformat(row[declared.ends])
        weeks[span][row[declared.part]] = row
    if not weeks:
        return []
    parts = {part for found in weeks.values() for part in found}
    # a little further than the last week: the days before a holiday that is not over are not ordinary either
    holidays = calendar.breaks(min(weeks)[0], max(end for _, end in weeks) + 14 * DAY, LONG_HOLIDAY)
    after = {
        off: week for off in holidays for week in sorted(weeks, reverse=True) if week[0] <= off[1] + DAY <= week[1]
    }
    ordinary = [week for week in weeks if week not in after.values() and not any(meet(week, off) for off in holidays)]
    totals = {
        (week, column): total(found, parts, column) for week, found in weeks.items() for column in declared.counts
    }
    working = {week: calendar.count(week[0] - DAY, week[1]) for week in weeks}

    def pace(week: Span, column: str) -> Pace:
        per_day = [
            known / working[other]
            for other in ordinary
            if working[other] and (known := totals[other, column]) is not None
        ]
        here = totals[week, column]
        return Pace(
            total=here,
            first=None if here is None else here / working[week],
            ordinary=median(per_day) if len(per_day) >= ENOUGH else None,
            weeks=len(per_day),
        )

    return [
        FirstWeek(off, week, working[week], {column: pace(week, column) for column in declared.counts})
        for off, week in sorted(after.items())
    ]


def meet(one: Span, other: Span) -> bool:
    """Whether two stretches of days share a day."""
    return one[0] <= other[1] and other[0] <= one[1]


def total(found: Mapping[str, Row], parts: set[str], column: str) -> int | None:
    """A week's figure of all parts together; None where one of them did not report it."""
    given = [found[part][column] if part in found else "" for part in parts]
    return sum(int(text) for text in given) if all(given) else None
