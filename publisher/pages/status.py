"""What is missing, late, corrected or flagged: said where the figure would stand."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from publisher.catalogue import Kind, Office, Unit
from publisher.errors import Problem
from publisher.ledger import Ledger, State, standing

DATA_FILE = re.compile(r"datasets/([^/]+)/data/([^/]+)/([^/]+)\.csv$")


@dataclass(frozen=True, slots=True)
class Correction:
    """One replacement of an accepted file: its number (1 = the first correction), day and public reason."""

    number: int
    day: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """How one submission stands.

    `missing` means that its due day is over; `waiting` that it is not over yet. `late` submissions came after
    the due day (rule V19); a kind that is never awaited has no due day and is always in time. `due` and `accepted` are
    days, `warnings` what the check noted, `explanations` what the unit says about them by rule code, `nothing` whether
    it declared that nothing arose.
    """

    kind: str
    unit: str
    period: str
    state: State
    due: dt.date | None
    accepted: dt.date | None = None
    corrections: tuple[Correction, ...] = ()
    warnings: tuple[Problem, ...] = ()
    explanations: Mapping[str, str] = field(default_factory=dict)
    nothing: bool = False


def last_change(statuses: Iterable[Status]) -> str:
    """The last day on which one of some submissions came, was corrected or was found missing: ISO text, or ""."""
    days = [
        day
        for status in statuses
        for day in (
            status.accepted,
            *(correction.day for correction in status.corrections),
            status.due + dt.timedelta(1) if status.due and status.state == "missing" else None,
        )
        if day
    ]
    return max(days).isoformat() if days else ""


class Board:
    """The status of every submission of an office, looked up by kind, unit and period.

    What a kind awaits in a period is found once, not for each unit: thousands of pages ask. `day` is that of the last
    accepted file, which is the release's; none while there is none.
    """

    def __init__(self, office: Office, ledger: Ledger, problems: Iterable[Problem]) -> None:
        self.office, self.ledger = office, ledger
        self.warnings: dict[tuple[str, str, str], list[Problem]] = {}
        self.known: dict[tuple[str, str, str], Status] = {}
        self.given = {(line.kind, line.period) for line in ledger.current.values()}
        days = (dt.datetime.fromisoformat(line.accepted_at).date() for line in ledger.lines)
        self.day = max(days, default=None)
        self.due = cache(self.find_due)
        self.expected = cache(self.find_expected)
        self.labels = cache(self.find_labels)
        self.changed_of = cache(self.find_changed)
        for problem in problems:
            match = DATA_FILE.search(problem.file.replace("\\", "/"))
            if match and problem.severity == "warning":
                self.warnings.setdefault((match[1], match[3], match[2]), []).append(problem)

    def find_due(self, kind: str, period: str) -> dt.date | None:
        """The last day on which a submission is in time."""
        return self.office.due_on(self.office.kinds[kind], period)

    def find_expected(self, kind: str, period: str) -> dict[str, Unit]:
        """The units that must submit, by code."""
        return {unit.code: unit for unit in self.office.expected_units(self.office.kinds[kind], period)}

    def find_labels(self, kind: str) -> tuple[str, ...]:
        """The labels of `periods`."""
        given = {period for of, period in self.given if of == kind}
        return tuple(sorted(given.union(self.office.due_periods(self.office.kinds[kind]))))

    def changed(self, *kinds: str) -> str:
        """The day on which the figures of some kinds last changed: ISO text, or "". Those of a derived kind change with
        any other's."""
        names = self.office.kinds if any(self.office.kinds[name].derived for name in kinds) else kinds
        return max(map(self.changed_of, names), default="")

    def find_changed(self, name: str) -> str:
        """The same of one kind; a derived one has no submissions."""
        kind = self.office.kinds[name]
        return last_change(
            self.status(kind, unit.code, period)
            for period in self.labels(name)
            for unit in self.office.units
            if self.concerns(kind, unit.code, period)
        )

    def status(self, kind: Kind, unit: str, period: str) -> Status:
        """The status of one submission."""
        key = (kind.name, unit, period)
        if key not in self.known:
            self.known[key] = self.make_status(kind, unit, period)
        return self.known[key]

    def make_status(self, kind: Kind, unit: str, period: str) -> Status:
        """The status from the ledger and the due day."""
        due = self.due(kind.name, period)
        stands = standing(self.ledger, (kind.name, unit, period), due, self.office.today)
        lines, days = stands.lines, stands.days
        if not lines:
            return Status(kind.name, unit, period, stands.state, due)
        return Status(
            kind.name,
            unit,
            period,
            stands.state,
            due,
            days[0],
            tuple(
                Correction(number, day, line.reason)
                for number, (day, line) in enumerate(zip(days[1:], lines[1:], strict=True), start=1)
            ),
            tuple(self.warnings.get((kind.name, unit, period), ())),
            lines[-1].explanations,
            lines[-1].nothing,
        )

    def latest(self, kind: Kind, unit: str) -> Status | None:
        """How a unit's last submission that was due stands; None when none of it has been due."""
        for period in reversed(self.labels(kind.name)):
            if unit in self.expected(kind.name, period):
                found = self.status(kind, unit, period)
                if found.due and found.due < self.office.today:
                    return found
        return None

    def periods(self, kind: Kind) -> list[str]:
        """Every period of a kind that is due or has data, first to last."""
        return list(self.labels(kind.name))

    def concerns(self, kind: Kind, unit: str, period: str) -> bool:
        """Whether a unit had to submit for a period or did: before it began and after it merged neither holds."""
        return unit in self.expected(kind.name, period) or bool(self.ledger.revisions(kind.name, unit, period))

    def missing_units(self, kind: Kind, period: str) -> list[Unit]:
        """The units that had to submit and did not, once the due day is over."""
        found = self.expected(kind.name, period).values()
        return [unit for unit in found if self.status(kind, unit.code, period).state == "missing"]
