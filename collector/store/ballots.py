"""What goes into the store and what comes out: values without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

State = Literal["open", "closing", "closed"]
"""Of a period. From `closing` on no answer goes into it."""

CHANNELS = ("open", "old", "typed", "kiosk", "verified", "paper")
"""How an answer came: current poster, poster of an earlier period, address typed without a code, tablet at the counter,
slip, sheet of paper typed in by staff."""

MARKS = ("burst", "fast", "hours", "same")
"""What made an answer notable when it arrived (`same`: at the close). Only shown with and without, never dropped."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """One filled-in form, as it is to be stored.

    `choices` are question → value, `comments` question → text (never stored beside the choices). `suspect` says that a
    comment seems to hold personal data. `key` is the form's own random key: the same key again is the same form.
    `slip` is the code of the slip as `codes.read_slip` gives it, "" without one. Ballots read back from the store have
    neither comments nor key nor slip.
    """

    period: str
    unit: str
    counter: str
    form: str
    channel: str
    marks: frozenset[str] = frozenset()
    choices: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    suspect: bool = False
    key: str = ""
    slip: str = ""


class Outcome(StrEnum):
    """What became of a ballot."""

    STORED = "stored"
    """It is durable, and its slip is spent."""

    SAME = "same"
    """The same form with the same answers was stored before; nothing has changed."""

    CONFLICT = "conflict"
    """The same form was stored before with other answers; those stay, these are not stored."""

    SLIP_USED = "slip-used"
    """The slip is used, expired, unknown or of another counter: one answer, so that nothing is learnt. Not stored."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that may still be used: its batch and the counter it was printed for."""

    batch: str
    counter: str


@dataclass(frozen=True, slots=True)
class SlipCount:
    """Slips of one counter in one period: printed then, and used then (whenever they were printed)."""

    printed: int = 0
    used: int = 0
