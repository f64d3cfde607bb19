"""Which months a report is about (rule V15): one, all of a quarter or half year, or a year up to now."""

import datetime as dt
from dataclasses import dataclass

from publisher.catalogue import Kind
from publisher.catalogue.periods import is_stretch, months_in, stretch
from publisher.errors import Mistake
from publisher.pages.view import View
from publisher.words import format as formats

LANG = "vi"
"""Offices write to each other in Vietnamese."""


@dataclass(frozen=True)
class Stretch:
    """The months of a report: `label` as it was asked for, `start` and `end` both inside it."""

    label: str
    months: tuple[str, ...]
    start: dt.date
    end: dt.date

    @property
    def key(self) -> str:
        """Under which label the book has the figures: a month, or all months from the first to the last, of which a
        unit must have those in which it was in force."""
        return self.months[0] if len(self.months) == 1 else stretch(self.months[0], self.months[-1])

    @property
    def name(self) -> str:
        """The period as people name it."""
        return formats.period(LANG, self.label)


def months_of(label: str) -> tuple[str, ...]:
    """The months of a label as typed: 2026-10, 2026-Q3, 2026-H1, 2026. Raises Mistake `report-period`."""
    try:
        if not is_stretch(label):
            return months_in(label)
    except ValueError:
        pass
    raise Mistake("report-period", {"value": label}, exit_code=2)


def find(view: View, kind: Kind, label: str) -> Stretch:
    """The months of a report; of a year those from January (or the kind's first period) to the last with data.

    Raises Mistake `report-period` for what is not a period, `report-nothing` when the office has no figures of it,
    `report-unfinished` when months of it are not there yet.
    """
    office, given = view.office, view.book.periods(kind.name)
    months = tuple(month for month in months_of(label) if kind.reports(month))
    if not set(months) & set(given):
        raise Mistake("report-nothing", {"kind": kind.title.vi, "period": formats.period(LANG, label)}, exit_code=2)
    if len(label) == 4:
        months = tuple(month for month in months if office.first_period(kind) <= month <= given[-1])
    lacking = [formats.period(LANG, kind.span(month)) for month in months if month not in given]
    if lacking:
        values = {"kind": kind.title.vi, "period": formats.period(LANG, label), "months": ", ".join(lacking)}
        raise Mistake("report-unfinished", values)
    start, end = (office.period(kind, month) for month in (months[0], months[-1]))
    return Stretch(label, months, start.start, end.end)
