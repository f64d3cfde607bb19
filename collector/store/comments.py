"""Comments of closed periods as the person sees them who decides about each: released, redacted or withheld.

Where few people answered, a comment could be known by those who served them. So a comment is read and published with
those of later months, once the months together have at least `thresholds.small_group` answers; it then counts as one of
the last of these. Nothing here knows an answer, a counter or a day.
Why it is so: docs/decisions/0023-comments.md.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import sqlalchemy as sa

from collector.database import Database
from collector.store import tables

Decision = Literal["released", "redacted", "withheld"]
CommentState = Literal["waiting", "released", "redacted", "withheld"]

STATES: tuple[CommentState, ...] = get_args(CommentState)


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment of a closed period. `id` are random hexadecimal digits, `period` the month under which it is
    published (None while too few people have answered), `suspect` whether it seemed to hold personal data when it came,
    `published` what may be published of it, "" unless it is released or redacted."""

    id: str
    unit: str
    period: str | None
    question: str
    text: str
    suspect: bool
    state: CommentState
    published: str


@dataclass(frozen=True, slots=True)
class CommentCount:
    """How many comments a unit received under one month (None: those of months with too few answers as yet), and what
    became of them. `answers` are those of the months that stand under it."""

    unit: str
    period: str | None
    answers: int
    waiting: int
    released: int
    redacted: int
    withheld: int

    @property
    def received(self) -> int:
        """All of them."""
        return self.waiting + self.released + self.redacted + self.withheld


class Comments:
    """The comments of one database. `least` is how many answers months must have together. Raises Unavailable."""

    def __init__(self, database: Database, least: int) -> None:
        self.database, self.least = database, least

    def counts(self) -> list[CommentCount]:
        """What became of comments: each unit and month under which they stand, in that order; a month without comments
        too, once it has enough answers."""
        pools = self._pools()
        comments = tables.comments.c
        query = sa.select(comments.unit, comments.period, comments.state, sa.func.count()).group_by(
            comments.unit, comments.period, comments.state
        )
        found: dict[tuple[str, str | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for unit, months in pools.items():
            for pool, answers in months.values():
                found[unit, pool]["answers"] += answers
        with self.database.reading() as connection:
            for unit, period, state, n in connection.execute(query):
                if period in pools.get(unit, {}):
                    found[unit, pools[unit][period][0]][state] += n
        made = [
            CommentCount(unit, pool, n["answers"], *(n[state] for state in STATES)) for (unit, pool), n in found.items()
        ]
        return sorted(made, key=lambda one: (one.unit, one.period or "9"))

    def of_unit(self, unit: str) -> list[Comment]:
        """The comments of a unit's closed periods in the order of their random ids."""
        months = self._pools().get(unit, {})
        query = sa.select(tables.comments).where(tables.comments.c.unit == unit).order_by(tables.comments.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Comment(
                row.id.hex(), unit, months[row.period][0], row.question, row.text, bool(row.suspect), row.state,
                row.published,
            )
            for row in rows
            if row.period in months
        ]  # fmt: skip

    def decide(self, comment: Comment, decision: Decision, published: str = "") -> bool:
        """Say what becomes of a comment that waits; False when somebody else has said so meanwhile. Raises ValueError
        for words that are published of a withheld comment, or none of another."""
        if bool(published) == (decision == "withheld"):
            raise ValueError("what is released has words, and what is withheld has none")
        return self._move(comment, "waiting", decision, published)

    def reopen(self, comment: Comment) -> bool:
        """Have a comment wait again; False when it has changed meanwhile."""
        return comment.state != "waiting" and self._move(comment, comment.state, "waiting", "")

    def _move(self, comment: Comment, before: CommentState, to: CommentState, published: str) -> bool:
        columns = tables.comments.c
        there = (columns.id == bytes.fromhex(comment.id)) & (columns.state == before)
        with self.database.writing() as connection:
            change = sa.update(tables.comments).where(there).values(state=to, published=published)
            return connection.execute(change).rowcount == 1

    def _pools(self) -> Mapping[str, Mapping[str, tuple[str | None, int]]]:
        """Unit → closed month → the month under which its comments are published, and how many answered in it."""
        answers, periods = tables.answers.c, tables.periods.c
        closed = sa.select(periods.period).where(periods.state == "closed")
        query = (
            sa.select(answers.unit, answers.period, sa.func.count())
            .where(answers.period.in_(closed))
            .group_by(answers.unit, answers.period)
            .order_by(answers.unit, answers.period)
        )
        months: dict[str, dict[str, int]] = defaultdict(dict)
        with self.database.reading() as connection:
            for unit, period, n in connection.execute(query):
                months[unit][period] = n
        return {unit: pooled(found, self.least) for unit, found in months.items()}


def pooled(answers: Mapping[str, int], least: int) -> dict[str, tuple[str | None, int]]:
    """For each month, in order, the first month until which it and those after it have `least` answers together (None
    while there is none), and its own answers. Months that are deleted before it change nothing."""
    found: dict[str, tuple[str | None, int]] = {}
    labels = list(answers)
    for at, label in enumerate(labels):
        together, pool = 0, None
        for later in labels[at:]:
            together += answers[later]
            if together >= least:
                pool = later
                break
        found[label] = (pool, answers[label])
    return found
