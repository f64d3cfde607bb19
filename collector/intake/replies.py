"""What a unit answers to what citizens said, until it is handed in: rows of the dataset `feedback_answers`.

A comment of the survey stands here under its own random id, whether somebody has answered it or not; what was said in
another way is written down by staff. What the rows become is a file like any other: checked, previewed, approved.
"""

import csv
import datetime as dt
import io
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa

from collector.database import Database
from collector.intake import journal
from collector.intake.tables import replies
from collector.store.comments import Comment, CommentCount
from publisher.catalogue import Kind
from publisher.catalogue.periods import shift

KIND = "feedback_answers"

OPEN = "open"

NEEDED = {
    OPEN: (),
    "done": ("answered", "done_on"),
    "planned": ("answered", "planned_on"),
    "not_possible": ("reason",),
}
"""What a state needs; what it does not need is left blank, but for words beside a reason."""

PUBLISHED = ("released", "redacted")


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said and what is answered; see `tables.replies`. Days are ISO or "". `source` is `survey` or `other`."""

    key: str
    unit: str
    said_in: str
    source: str
    theme: str
    said: str
    status: str = OPEN
    answered: str = ""
    done_on: str = ""
    planned_on: str = ""
    reason: str = ""

    @property
    def code(self) -> str:
        """What its row is called in the dataset."""
        return f"G-{self.key[:12]}"

    @property
    def day(self) -> dt.date | None:
        """The day on which it was done, or for which it is promised."""
        text = self.done_on or self.planned_on
        return dt.date.fromisoformat(text) if text else None


COLUMNS = [replies.c[field.name] for field in fields(Reply)]


class Replies:
    """The rows in the staff database. Raises Unavailable when it does not answer."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        self.database, self.now = database, now

    def of_unit(self, unit: str) -> dict[str, Reply]:
        """A unit's rows by key."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(*COLUMNS).where(replies.c.unit == unit))
            return {row.key: Reply(**row._mapping) for row in rows}

    def units(self) -> set[str]:
        """The units that have rows."""
        with self.database.reading() as connection:
            return set(connection.scalars(sa.select(replies.c.unit).distinct()))

    def put(self, reply: Reply, who: str) -> None:
        """Write a row, in place of an earlier one. The journal says that, never what."""
        values = asdict(reply)
        insert = self.database.insert(replies).values(values)
        with self.database.writing() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=[replies.c.key], set_=values))
            journal.add(connection, self.now(), who, "reply-saved", f"{reply.unit}/{reply.said_in} {reply.code}")

    def remove(self, reply: Reply, who: str) -> None:
        """Take a row away."""
        with self.database.writing() as connection:
            connection.execute(sa.delete(replies).where(replies.c.key == reply.key))
            journal.add(connection, self.now(), who, "reply-removed", f"{reply.unit}/{reply.said_in} {reply.code}")


def new_key() -> str:
    """The key of something that was not said in the survey."""
    return secrets.token_hex(16)


def register(saved: dict[str, Reply], comments: Iterable[Comment], since: str) -> list[Reply]:
    """Everything that stands in a unit's register: what was said in months from `since` on, newest month first.

    A comment of the survey is in it as long as it is published, with the words that are published now; when the survey
    has deleted it with the answers of its month, with those that were published then.
    """
    known = {comment.id: comment for comment in comments}
    found = []
    for comment in known.values():
        if comment.state in PUBLISHED and comment.period:
            blank = Reply(comment.id, comment.unit, comment.period, "survey", "", comment.published)
            reply = saved.get(comment.id, blank)
            found.append(Reply(**{**asdict(reply), "said_in": comment.period, "said": comment.published}))
    found += [reply for key, reply in saved.items() if key not in known]
    kept = [reply for reply in found if reply.said_in >= since]
    by_key = sorted(kept, key=lambda reply: reply.key)
    return sorted(by_key, key=lambda reply: reply.said_in, reverse=True)


def first_month(period: str, months: int) -> str:
    """The first month of a register of so many months that ends with a period."""
    return shift(period, 1 - months)


def as_file(kind: Kind, unit: str, period: str, entries: Sequence[Reply], counts: Iterable[CommentCount]) -> bytes:
    """A register as a file with the columns of the kind (the days of the period are filled in by the check): what came
    in each month and what became of it, then what was said. The same register gives the same bytes."""
    text = io.StringIO()
    columns = [name for name in kind.columns if name not in ("period_from", "period_to")]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    key = {"unit_code": unit, "period": period}
    for count in counts:
        writer.writerow(
            {
                **key, "row_kind": "month", "entry_code": f"T{count.period}", "said_in": count.period,
                "received": count.received, "published_whole": count.released, "published_redacted": count.redacted,
                "withheld": count.withheld, "waiting": count.waiting,
            }
        )  # fmt: skip
    for reply in entries:
        told = {name: value for name, value in asdict(reply).items() if name in kind.columns}
        theme = reply.theme or "other"
        writer.writerow({**key, "row_kind": "entry", "entry_code": reply.code, **told, "theme": theme})
    return text.getvalue().encode()
