"""What was handed in, and what became of it: one row for each file or declaration, in one of these states.

    waiting → checking → refused | failed | checked
    checked | returned → submitted → approved → accepting → accepted
    submitted → returned;  submitted | approved → checked (withdrawn by who handed it in, or by an approver)
    accepting → returned (refused at the door after all)

Every step is a conditional update: of two people who press a button at once, one does it. The ledger is touched in
`accepting` only (`collector.intake.worker`).
"""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from collector.database import Database
from collector.intake import journal
from collector.intake.accounts import EVERY_UNIT
from collector.intake.tables import uploads

State = Literal[
    "waiting", "checking", "refused", "failed", "checked", "submitted", "returned", "approved", "accepting", "accepted"
]

UNDER_WAY = ("submitted", "approved", "accepting")
"""States in which a submission is on its way to the site; for one (kind, unit, period) there is one at a time."""

A_DAY = 100
"""So many files one person may hand in on a day: somebody who corrects is far below it, a program is stopped."""

NAME_LIMIT = 120

Place = tuple[str, str, str]
"""(kind, unit, period)."""

Columns = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file or declaration; see `tables.uploads`. `reading`: `layout` (a name), `sheet`, `own` (a layout made for
    this file), each where it is asked for."""

    key: str
    kind: str
    unit: str
    period: str
    by: str
    at: str
    name: str
    sha256: str
    size: int
    reading: Mapping[str, Any]
    state: State
    errors: int
    warnings: int
    rows: int
    candidate: str
    reason: str
    explanations: Mapping[str, str]
    submitted_by: str
    submitted_at: str
    decided_by: str
    decided_at: str
    remark: Mapping[str, str]
    ledger_lines: int
    accepted_at: str

    @property
    def nothing(self) -> bool:
        """Whether it declares that nothing arose."""
        return not self.sha256

    @property
    def hands(self) -> frozenset[str]:
        """The logins of who handed it in."""
        return frozenset({self.by, self.submitted_by} - {""})

    @property
    def matter(self) -> str:
        """What an approver approves, as one hash: the figures and the sentences that are published with them."""
        said = json.dumps([self.candidate, self.reason, sorted(self.explanations.items())])
        return hashlib.sha256(said.encode()).hexdigest()


def read_upload(row: sa.Row[Any]) -> Upload:
    """An upload from its row."""
    values = dict(row._mapping)
    for name in ("reading", "explanations", "remark"):
        values[name] = json.loads(values[name])
    return Upload(**values)


class Busy(Exception):
    """The person has handed in as much as one may in a day."""


class UnderWay(Exception):
    """Another file for the same kind, unit and period is on its way already."""


class Uploads:
    """The rows in the staff database. Raises Unavailable when it does not answer."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        self.database, self.now = database, now

    # Looking

    def get(self, key: str) -> Upload | None:
        """The one of that key."""
        return next(iter(self._all(uploads.c.key == key)), None)

    def of_place(self, kind: str, unit: str, period: str) -> list[Upload]:
        """Everything handed in for one (kind, unit, period), the latest first."""
        return self._all((uploads.c.kind == kind) & (uploads.c.unit == unit) & (uploads.c.period == period))

    def in_states(self, states: Collection[State], units: Collection[str] = (EVERY_UNIT,)) -> list[Upload]:
        """Those in some states, of some units, the latest first."""
        mine = sa.true() if EVERY_UNIT in units else uploads.c.unit.in_(units)
        return self._all(uploads.c.state.in_(states) & mine)

    def latest(self, units: Iterable[str], periods: Iterable[str]) -> dict[tuple[str, str, str], Upload]:
        """The latest of each (kind, unit, period) of these units and periods."""
        found = self._all(uploads.c.unit.in_(list(units)) & uploads.c.period.in_(list(periods)))
        return {(one.kind, one.unit, one.period): one for one in reversed(found)}

    def _all(self, condition: Columns) -> list[Upload]:
        query = sa.select(uploads).where(condition).order_by(uploads.c.at.desc(), uploads.c.key)
        with self.database.reading() as connection:
            return [read_upload(row) for row in connection.execute(query)]

    # Handing in and checking

    def add(
        self,
        place: Place,
        *,
        by: str,
        name: str = "",
        sha256: str = "",
        size: int = 0,
        reading: Mapping[str, Any] | None = None,
        candidate: str = "",
        key: str = "",
    ) -> Upload:
        """A new row: `waiting` to be checked; a declaration that nothing arose, whose `candidate` is there under its
        `key`, is `checked`. Raises Busy."""
        now, (kind, unit, period) = self.now(), place
        row = {
            "key": key or new_key(), "kind": kind, "unit": unit, "period": period, "by": by,
            "at": now.isoformat(timespec="microseconds"),  # the order in which they came
            "name": name[:NAME_LIMIT], "sha256": sha256, "size": size, "reading": json.dumps(reading or {}),
            "state": "checked" if candidate else "waiting", "errors": 0, "warnings": 0, "rows": 0,
            "candidate": candidate, "reason": "", "explanations": "{}", "submitted_by": "", "submitted_at": "",
            "decided_by": "", "decided_at": "", "remark": "{}", "ledger_lines": 0, "accepted_at": "",
        }  # fmt: skip
        today = (uploads.c.by == by) & (uploads.c.at >= f"{now:%Y-%m-%d}")
        with self.database.writing() as connection:
            count = connection.scalar(sa.select(sa.func.count()).where(today))
            if count is not None and count >= A_DAY:
                raise Busy
            connection.execute(sa.insert(uploads), row)
            about = place_text(kind, unit, period)
            journal.add(connection, now, by, "handed-in" if sha256 else "nothing-declared", about, file=sha256[:16])
        found = self.get(str(row["key"]))
        assert found
        return found

    def same(self, place: Place, *, by: str, sha256: str, reading: Mapping[str, Any]) -> Upload | None:
        """The same file that this person handed in before for the same place, read the same way."""
        for one in self.of_place(*place):
            if one.by == by and one.sha256 == sha256 and one.reading == dict(reading):
                return one
        return None

    def claim(self) -> Upload | None:
        """The next file to be checked, now `checking`: the oldest of a person of whom none is being checked."""
        checking = sa.select(uploads.c.by).where(uploads.c.state == "checking")
        free = (uploads.c.state == "waiting") & uploads.c.by.not_in(checking)
        query = sa.select(uploads.c.key).where(free).order_by(uploads.c.at, uploads.c.key).limit(1)
        with self.database.reading() as connection:
            if connection.scalar(query) is None:  # asked often, and mostly in vain: nobody is kept from writing
                return None
        with self.database.writing() as connection:
            key = connection.scalar(query)
            if key is None or not self._move(connection, key, ("waiting",), "checking"):
                return None
        return self.get(key)

    def ahead(self, upload: Upload) -> int:
        """How many files are checked before this one."""
        before = uploads.c.state.in_(("waiting", "checking")) & (uploads.c.at < upload.at)
        with self.database.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).where(before)) or 0

    def settle(self, key: str, state: State, **found: Any) -> None:
        """The end of a check."""
        with self.database.writing() as connection:
            self._move(connection, key, ("checking",), state, **found)

    def check_again(self, upload: Upload, who: str, reading: Mapping[str, Any] | None = None) -> bool:
        """Have a file checked again, perhaps read in another way."""
        values = {} if reading is None else {"reading": json.dumps(reading)}
        with self.database.writing() as connection:
            moved = self._move(
                connection, upload.key, ("refused", "failed", "checked", "returned"), "waiting", candidate="", **values
            )
            if moved:
                journal.add(connection, self.now(), who, "check-again", about(upload))
        return moved

    def recover(self) -> None:
        """After a start: what was being checked when the program ended is checked again."""
        with self.database.writing() as connection:
            stuck = sa.update(uploads).where(uploads.c.state == "checking").values(state="waiting")
            connection.execute(stuck)

    def forget(self, upload: Upload, who: str, action: str, **detail: str | int) -> None:
        """Take a file out again as if it had never come, but for the journal."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(uploads).where(uploads.c.key == upload.key))
            journal.add(connection, self.now(), who, action, about(upload), **detail)

    def is_kept(self, sha256: str) -> bool:
        """Whether some row still needs the file of that hash."""
        with self.database.reading() as connection:
            query = sa.select(sa.func.count()).where(uploads.c.sha256 == sha256)
            return bool(connection.scalar(query))

    # Submitting, deciding, accepting

    def submit(self, upload: Upload, who: str, *, reason: str, explanations: Mapping[str, str]) -> bool:
        """Hand a checked file to an approver, with what is said in public about it. Raises UnderWay."""
        same = (uploads.c.kind == upload.kind) & (uploads.c.unit == upload.unit) & (uploads.c.period == upload.period)
        with self.database.writing() as connection:
            if connection.scalar(sa.select(sa.func.count()).where(same, uploads.c.state.in_(UNDER_WAY))):
                raise UnderWay
            moved = self._move(
                connection, upload.key, ("checked", "returned"), "submitted",
                reason=reason, explanations=json.dumps(dict(explanations), ensure_ascii=False),
                submitted_by=who, submitted_at=stamp(self.now()), decided_by="", decided_at="", remark="{}",
            )  # fmt: skip
            if moved:
                journal.add(connection, self.now(), who, "submitted", about(upload), candidate=upload.candidate[:16])
        return moved

    def withdraw(self, upload: Upload, who: str) -> bool:
        """Take back what is not accepted yet."""
        with self.database.writing() as connection:
            moved = self._move(connection, upload.key, ("submitted", "approved"), "checked")
            if moved:
                journal.add(connection, self.now(), who, "withdrawn", about(upload))
        return moved

    def approve(self, upload: Upload, who: str) -> bool:
        """Let it onto the site with the next build, if it is still what `upload` says: meanwhile it may have been
        withdrawn and submitted with another reading of the file or other sentences."""
        return self._decide(upload, who, "approved", "approved", {})

    def give_back(self, upload: Upload, who: str, remark: Mapping[str, str]) -> bool:
        """Return it with a sentence in each language."""
        return self._decide(upload, who, "returned", "returned", remark)

    def _decide(self, upload: Upload, who: str, state: State, action: str, remark: Mapping[str, str]) -> bool:
        said = json.dumps(dict(remark), ensure_ascii=False)
        with self.database.writing() as connection:
            query = sa.select(uploads).where(uploads.c.key == upload.key).with_for_update()
            row = connection.execute(query).one_or_none()
            if row is None or read_upload(row).matter != upload.matter:
                return False
            moved = self._move(
                connection, upload.key, ("submitted",), state,
                decided_by=who, decided_at=stamp(self.now()), remark=said,
            )  # fmt: skip
            if moved:
                journal.add(connection, self.now(), who, action, about(upload), candidate=upload.candidate[:16])
        return moved

    def begin_accepting(self, upload: Upload, ledger_lines: int) -> bool:
        """From here on it cannot be withdrawn; the ledger had so many lines then."""
        with self.database.writing() as connection:
            return self._move(connection, upload.key, ("approved",), "accepting", ledger_lines=ledger_lines)

    def accepted(self, upload: Upload) -> None:
        """It stands in the ledger."""
        with self.database.writing() as connection:
            if self._move(connection, upload.key, ("accepting",), "accepted", accepted_at=stamp(self.now())):
                journal.add(connection, self.now(), journal.PROGRAM, "accepted", about(upload))

    def refused_at_the_door(self, upload: Upload, remark: Mapping[str, str]) -> None:
        """The ledger refused it; it goes back with the sentence."""
        said = json.dumps(dict(remark), ensure_ascii=False)
        with self.database.writing() as connection:
            if self._move(connection, upload.key, ("accepting",), "returned", remark=said):
                journal.add(connection, self.now(), journal.PROGRAM, "refused-at-the-door", about(upload))

    def _move(self, connection: sa.Connection, key: str, before: Iterable[State], to: State, **values: Any) -> bool:
        """From one of some states into another; False when it was in none of them."""
        there = (uploads.c.key == key) & uploads.c.state.in_(list(before))
        result = connection.execute(sa.update(uploads).where(there).values(state=to, **values))
        return result.rowcount == 1


def new_key() -> str:
    """A key that names an upload in its address."""
    return secrets.token_hex(8)


def stamp(at: dt.datetime) -> str:
    """A time as the tables hold it."""
    return at.isoformat(timespec="seconds")


def place_text(kind: str, unit: str, period: str) -> str:
    """A (kind, unit, period) as the journal names it."""
    return f"{kind}/{unit}/{period}"


def about(upload: Upload) -> str:
    """An upload as the journal names it."""
    return f"{place_text(upload.kind, upload.unit, upload.period)} {upload.key}"
