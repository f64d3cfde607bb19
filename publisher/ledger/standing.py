"""How submissions stand: in time, late, missing, not due yet; and how many of a unit's stand how, month by month."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from publisher.catalogue import Kind, Office
from publisher.catalogue.kinds import SUBMISSION_TALLIES
from publisher.catalogue.periods import between
from publisher.ledger.lines import Ledger, Line

State = Literal["in_time", "late", "missing", "waiting"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one submission stands: `missing` means that its due day is over, `waiting` that it is not over yet; `late`
    came after the due day (rule V19). `lines` are its revisions, `days` when each was accepted."""

    state: State
    lines: tuple[Line, ...]
    days: tuple[dt.date, ...]


def standing(ledger: Ledger, key: tuple[str, str, str], due: dt.date | None, today: dt.date) -> Standing:
    """How the submission (kind, unit, period) stands whose last day in time is `due`; what has no due day is never
    late and never missing."""
    lines = tuple(ledger.revisions(*key))
    if not lines:
        return Standing("missing" if due and due < today else "waiting", (), ())
    days = tuple(dt.datetime.fromisoformat(line.accepted_at).date() for line in lines)
    return Standing("late" if due and days[0] > due else "in_time", lines, days)


@dataclass(frozen=True, slots=True)
class Count:
    """How the submissions of one unit stand that were due for the periods which end with one month: `counts` in the
    order of SUBMISSION_TALLIES; `end` is the day on which the month's period ends."""

    unit: str
    period: str
    end: dt.date
    counts: tuple[int, ...]


def count_submissions(office: Office, ledger: Ledger, kind: Kind) -> Iterator[Count]:
    """The counts of every unit that ever had to submit something, for each month from its first to its last one whose
    due day is over; in a month between in which nothing was due, all are 0. `kind` is the one that they are made for:
    its period rule says when a month ends."""
    found: dict[str, dict[str, list[int]]] = {}
    for of in office.kinds.values():
        for period in office.due_periods(of):
            due = office.due_on(of, period)
            for unit in office.expected_units(of, period):
                stands = standing(ledger, (of.name, unit.code, period), due, office.today)
                counts = found.setdefault(unit.code, {}).setdefault(period, [0] * len(SUBMISSION_TALLIES))
                yes = {"due", stands.state} | {"nothing" for line in stands.lines[-1:] if line.nothing}
                yes |= {"corrected"} if len(stands.lines) > 1 else set()
                for place, name in enumerate(SUBMISSION_TALLIES):
                    counts[place] += name in yes
    for code, months in found.items():
        for period in between(min(months), max(months)):
            counts = months.get(period, [0] * len(SUBMISSION_TALLIES))
            yield Count(code, period, office.period(kind, period).end, tuple(counts))
