"""What is missing, late, corrected or flagged: said where the figure would stand."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from publisher.catalogue import Kind, Office, Unit
from publisher.errors import Problem
from publisher.ledger import Ledger

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
    the due day (rule V19). `due` and `accepted` are days, `warnings` what the check noted.
    """

    kind: str
    unit: str
    period: str
    state: Literal["in_time", "late", "missing", "waiting"]
    due: dt.date
    accepted: dt.date | None = None
    corrections: tuple[Correction, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass
class Board:
    """The status of every submission of an office, looked up by kind, unit and period."""

    office: Office
    ledger: Ledger
    warnings: dict[tuple[str, str, str], list[Problem]] = field(default_factory=dict)
    known: dict[tuple[str, str, str], Status] = field(default_factory=dict)

    @classmethod
    def make(cls, office: Office, ledger: Ledger, problems: Iterable[Problem]) -> "Board":
        """A board with the warnings of the check sorted by the file they speak of."""
        board = cls(office, ledger)
        for problem in problems:
            match = DATA_FILE.search(problem.file.replace("\\", "/"))
            if match and problem.severity == "warning":
                board.warnings.setdefault((match[1], match[3], match[2]), []).append(problem)
        return board

    def status(self, kind: Kind, unit: str, period: str) -> Status:
        """The status of one submission."""
        key = (kind.name, unit, period)
        if key not in self.known:
            self.known[key] = self.make_status(kind, unit, period)
        return self.known[key]

    def make_status(self, kind: Kind, unit: str, period: str) -> Status:
        """The status from the ledger and the due day."""
        due = self.office.due_on(kind, period)
        lines = self.ledger.revisions(kind.name, unit, period)
        if not lines:
            state: Literal["missing", "waiting"] = "missing" if due < self.office.today else "waiting"
            return Status(kind.name, unit, period, state, due)
        days = [dt.datetime.fromisoformat(line.accepted_at).date() for line in lines]
        return Status(
            kind.name,
            unit,
            period,
            "late" if days[0] > due else "in_time",
            due,
            days[0],
            tuple(
                Correction(number, day, line.reason)
                for number, (day, line) in enumerate(zip(days[1:], lines[1:], strict=True), start=1)
            ),
            tuple(self.warnings.get((kind.name, unit, period), ())),
        )

    def periods(self, kind: Kind) -> list[str]:
        """Every period of a kind that is due or has data, first to last."""
        given = {line.period for line in self.ledger.current.values() if line.kind == kind.name}
        return sorted(given | set(self.office.due_periods(kind)))

    def missing_units(self, kind: Kind, period: str) -> list[Unit]:
        """The units that had to submit and did not, once the due day is over."""
        return [
            unit
            for unit in self.office.expected_units(kind, period)
            if self.status(kind, unit.code, period).state == "missing"
        ]
