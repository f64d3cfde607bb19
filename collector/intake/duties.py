"""What is to be handed in: by whom, until when, and how far it is."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from collector.intake.uploads import Upload
from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.periods import between, label, shift
from publisher.ledger import Ledger, Line

MONTHS = 6
"""What is older and was never handed in is still shown in public, but no longer listed here."""


@dataclass(frozen=True)
class Duty:
    """One submission that a unit owes or owed. `line` is what the ledger holds, `upload` the latest that was handed in;
    `late` is how many days the due day is past while neither is there."""

    kind: Kind
    unit: Unit
    period: str
    due: dt.date | None
    line: Line | None
    upload: Upload | None
    today: dt.date

    @property
    def state(self) -> str:
        """A key under `intake.duty`: that of the upload while one is under way, else whether the ledger has it."""
        if self.upload and self.upload.state != "accepted":
            return self.upload.state
        if self.line:
            return "nothing" if self.line.nothing else "accepted"
        return "late" if self.late else "open"

    @property
    def late(self) -> int:
        """Days past the due day."""
        return max(0, (self.today - self.due).days) if self.due else 0

    @property
    def is_done(self) -> bool:
        """Whether the ledger has it, and nothing newer is under way."""
        return self.state in ("accepted", "nothing")

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return not self.is_done and self.state not in ("submitted", "approved", "accepting")


def kinds(office: Office) -> list[Kind]:
    """The kinds that staff hand in."""
    return [kind for kind in office.kinds.values() if kind.handed_in]


def periods(office: Office, kind: Kind, today: dt.date) -> list[str]:
    """The periods of a kind for which something may be handed in, first to last: those that are over, of a register
    that which runs, and any where the kind looks ahead."""
    here = label(today.year, today.month)
    labels = between(office.first_period(kind), office.settings.last_period or shift(here, 1 + kind.months))
    spans = [(one, office.period(kind, one)) for one in labels if kind.reports(one)]
    return [one for one, days in spans if kind.ahead or kind.told_from(days.start, days.end) < today]


def duties(
    office: Office,
    ledger: Ledger,
    may: Callable[[str], bool],
    latest: Callable[[str, str, str], Upload | None],
    today: dt.date,
) -> Iterator[Duty]:
    """What the units that somebody is responsible for owe, of the last months: the latest period of each kind, and of
    earlier ones what is not there."""
    for kind in kinds(office):
        recent = periods(office, kind, today)[-max(1, MONTHS // kind.months) :]
        for period in recent:
            for unit in office.expected_units(kind, period):
                if may(unit.code):
                    line = ledger.current.get((kind.name, unit.code, period))
                    found = Duty(
                        kind, unit, period, office.due_on(kind, period), line,
                        latest(kind.name, unit.code, period), today,
                    )  # fmt: skip
                    if period == recent[-1] or not found.is_done:
                        yield found
