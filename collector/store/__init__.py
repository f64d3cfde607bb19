"""The survey's store: answers in, counts out, and nothing that could tell who answered or when.

SQLite in a file of the office, or PostgreSQL by address; both behave alike. `tables` says what is kept, `writer` how it
gets there, `database` what differs between the two, `migrations` how a table changes from version to version.
Why it is built so: docs/decisions/0007-survey-storage.md.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from collector.codes import SLIP_LENGTH, Keys, short, slip_mac
from collector.database import Sqlite, Unavailable, database_at
from collector.store import tables
from collector.store.ballots import CHANNELS, MARKS, Ballot, Outcome, Slip, SlipCount, State
from collector.store.tables import SCHEMA
from collector.store.writer import Prepared, Writer, content, first_open, read_states
from publisher.errors import Mistake

__all__ = ["CHANNELS", "MARKS", "Ballot", "Outcome", "Slip", "SlipCount", "State", "Store", "Unavailable"]


class Store:
    """One database of answers. Safe to use from any number of threads; several processes may use one database.

    Every function but `start` and `stop` raises Unavailable when the database does not answer within ten seconds, or
    when a key cannot be read.
    """

    def __init__(self, url: str, keys: Keys) -> None:
        """`url` as SQLAlchemy writes it: `sqlite:////folder/survey.sqlite` or `postgresql://user@host/database`.

        Opens nothing yet. Raises Mistake `collector-database-url` for any other database.
        """
        self.database = database_at(url, SCHEMA, variable="COLLECTOR_DATABASE_URL")
        self.keys = keys
        self.writer = Writer(self.database, keys)

    def start(self) -> None:
        """Make or open the database, look it over, bring its tables up to date, and be ready to `submit`.

        Raises Mistake `collector-database` when it is damaged, `collector-database-open` when it cannot be opened or
        reached, `collector-database-newer` when a newer version of the program has changed its tables, and
        `collector-database-gone` when its file is not there although a key says that answers were stored.
        """
        stored_before = any((self.keys.folder / "periods").glob("20*"))
        if stored_before and isinstance(self.database, Sqlite) and not self.database.path.exists():
            raise Mistake("collector-database-gone", {"where": self.database.name, "keys": str(self.keys.folder)})
        self.database.open()
        self.writer.start()

    def stop(self) -> None:
        """Write what waits, rewrite the tables so that no order of arrival stays on the disk; let go."""
        self.writer.stop()
        self.database.close()

    def _unused(self, code: str) -> sa.Row[*tuple[Any, ...]] | None:
        """The slip with this code that nobody has used, expired or not."""
        slips, batches = tables.slips.c, tables.slip_batches.c
        try:
            macs = [slip_mac(self.keys.batch(batch), code) for batch in self.keys.batches()]
        except Mistake as error:
            raise Unavailable(str(error)) from error
        query = (
            sa.select(slips.long_mac, slips.batch, batches.counter, batches.expires_on)
            .join_from(tables.slips, tables.slip_batches, batches.batch == slips.batch)
            .where((slips.long_mac if len(code) == SLIP_LENGTH else slips.short_mac).in_(macs))
        )
        with self.database.reading() as connection:
            return connection.execute(query).first()

    # What the pages use.

    def submit(self, ballot: Ballot) -> Outcome:
        """Store one ballot; returns when it is durable.

        Answer, comments, receipt and the spending of the slip are one transaction. A ballot of a period that is closed
        or closing goes into `first_open` of it. Whether the slip has expired is for `find_slip` to say, which the page
        asks anyway to learn the counter. Raises ValueError for a channel or mark that there is not, a ballot without a
        key, and a slip with another channel than `verified` or the other way round.
        """
        if ballot.channel not in CHANNELS or not ballot.marks <= set(MARKS) or not ballot.key:
            raise ValueError(f"not a ballot: channel {ballot.channel!r}, marks {sorted(ballot.marks)}")
        if (ballot.channel == "verified") != bool(ballot.slip):
            raise ValueError("a slip makes a ballot verified, and nothing else does")
        slip = self._unused(ballot.slip) if ballot.slip else None
        mine = slip if slip and slip.counter == ballot.counter else None
        return self.writer.submit(Prepared(ballot, content(ballot), mine.long_mac if mine else None))

    def find_slip(self, code: str, today: date) -> Slip | None:
        """The slip with this code (as `codes.read_slip` gives it, 16 characters or 8), None when it is unknown, used or
        expired. Changes nothing."""
        slip = self._unused(code)
        return Slip(slip.batch, slip.counter) if slip and today.isoformat() <= slip.expires_on else None

    def first_open(self, period: str) -> str:
        """The period into which an answer of `period` goes: that one, or the one after the last that is closed or
        closing (the clock may have gone back). What was so at this process's last `submit` is taken to be so still."""
        states = self.writer.states
        if states is None:
            with self.database.reading() as connection:
                states = read_states(connection)
        return first_open(period, states)

    def tell(self, period: str, counter: str, what: str, n: int = 1) -> None:
        """Count what was discarded (`bot`, `unknown_field` …). Written within a second or so; a crash may lose it."""
        self.writer.tell(period, counter, what, n)

    def heard(self, counter: str, block: str) -> None:
        """Note that a counter had an answer in a working block (a label of `collector.calendar`). Only the two last
        blocks by label are kept. Written within a second or so; a crash may lose it."""
        self.writer.hear(counter, block)

    def count(self, period: str, counter: str, channel: str) -> int:
        """How many answers of a channel a counter has in a period."""
        answers = tables.answers.c
        here = (answers.period == period) & (answers.counter == counter) & (answers.channel == channel)
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).where(here)).scalar_one())

    def blocks(self) -> dict[str, set[str]]:
        """In which of the two last working blocks each counter had an answer: counter → blocks."""
        found: dict[str, set[str]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(sa.select(tables.heard)):
                found.setdefault(row.counter, set()).add(row.block)
        return found

    # What the printing of slips uses.

    def add_batch(self, batch: str, counter: str, codes: Sequence[str], expires_on: date, *, period: str) -> None:
        """Make slips known: only keyed hashes are stored, of each code and of its first eight characters.

        The codes are those of `codes.new_slip`, printed in `period` and good until `expires_on`, that day included.
        All or nothing. Raises ValueError when the batch is known or two codes begin alike.
        """
        key = self.keys.batch(batch)
        rows: list[dict[str, Any]] = [
            {"long_mac": slip_mac(key, code), "short_mac": slip_mac(key, short(code)), "batch": batch} for code in codes
        ]
        about = {"batch": batch, "counter": counter, "period": period, "printed": len(rows)}
        try:
            with self.database.writing() as connection:
                connection.execute(sa.insert(tables.slip_batches), {**about, "expires_on": expires_on.isoformat()})
                # By hash, so that the table does not tell the order of the sheet.
                connection.execute(sa.insert(tables.slips), sorted(rows, key=lambda row: row["long_mac"]))
        except sa.exc.IntegrityError as error:
            raise ValueError(f"batch {batch} is known, or two of its codes begin alike") from error

    def forget_expired(self, today: date) -> tuple[str, ...]:
        """Delete the hashes of slips whose last day is over, and destroy the keys of their batches. Gives the batches.
        May be repeated. Raises Mistake `collector-keys`."""
        over = sa.select(tables.slip_batches.c.batch).where(tables.slip_batches.c.expires_on < today.isoformat())
        with self.database.writing() as connection:
            batches = tuple(sorted(connection.scalars(over)))
            connection.execute(sa.delete(tables.slips).where(tables.slips.c.batch.in_(over)))
        for batch in batches:
            self.keys.destroy_batch(batch)
        return batches

    # What the close uses, in this order; each may be repeated after a crash.

    def state(self, period: str) -> State:
        """`open`, `closing` or `closed`."""
        with self.database.reading() as connection:
            return read_states(connection).get(period, "open")

    def begin_close(self, period: str) -> None:
        """From here on no answer goes into this period, whatever process sends it. A closed period stays closed."""
        with self.database.writing(alone=True) as connection:
            self.writer.states = None
            if read_states(connection).get(period) != "closed":
                self._set_state(connection, period, "closing")

    def ballots(self, period: str) -> Iterator[tuple[bytes, Ballot]]:
        """The answers of a period with their random ids, in the order of the ids, without comments, key and slip."""
        query = sa.select(tables.answers).where(tables.answers.c.period == period).order_by(tables.answers.c.id)
        with self.database.reading() as connection:
            for row in connection.execute(query):
                marks, choices = frozenset(row.marks.split()), json.loads(row.choices)
                yield row.id, Ballot(row.period, row.unit, row.counter, row.form, row.channel, marks, choices)

    def mark(self, ids: Iterable[bytes], mark: str) -> None:
        """Add a mark to answers; those that have it keep it once. Raises ValueError for a mark that there is not."""
        if mark not in MARKS:
            raise ValueError(f"not a mark: {mark!r}")
        without = sa.func.instr if isinstance(self.database, Sqlite) else sa.func.strpos
        rows = [{"which": answer} for answer in ids]
        if rows:
            with self.database.writing() as connection:
                connection.execute(
                    sa.update(tables.answers)
                    .where(tables.answers.c.id == sa.bindparam("which"), without(tables.answers.c.marks, mark) == 0)
                    .values(marks=sa.func.trim(tables.answers.c.marks + " " + mark)),
                    rows,
                )

    def slips(self, period: str) -> Mapping[str, SlipCount]:
        """Slips printed and used in a period: counter → counts; counters without any are left out."""
        batches, answers = tables.slip_batches.c, tables.answers.c
        printed = sa.select(batches.counter, sa.func.sum(batches.printed)).where(batches.period == period)
        verified = answers.period == period, answers.channel == "verified"
        used = sa.select(answers.counter, sa.func.count()).where(*verified)
        with self.database.reading() as connection:
            counts = [
                {counter: int(n) for counter, n in connection.execute(query.group_by(sa.column("counter")))}
                for query in (printed, used)
            ]
        return {
            counter: SlipCount(counts[0].get(counter, 0), counts[1].get(counter, 0))
            for counter in sorted({*counts[0], *counts[1]})
        }

    def discarded(self, period: str) -> Mapping[tuple[str, str], int]:
        """What `tell` counted in a period: (counter, what) → how many."""
        counts = tables.discarded
        query = sa.select(counts).where(counts.c.period == period).order_by(*counts.primary_key)
        with self.database.reading() as connection:
            return {(row.counter, row.what): row.n for row in connection.execute(query)}

    def comments_waiting(self, period: str) -> int:
        """How many comments of a period wait for a person."""
        comments = tables.comments.c
        query = sa.select(sa.func.count()).where(comments.period == period, comments.state == "waiting")
        with self.database.reading() as connection:
            return connection.scalar(query) or 0

    def finish_close(self, period: str, *, keep_from: str) -> None:
        """Delete the receipts of the period and everything of periods before `keep_from`, rewrite the tables in the
        order of their random keys, destroy the period's key, and only then call the period closed.

        Raises Mistake `collector-keys`.
        """
        with self.database.writing(alone=True) as connection:
            connection.execute(sa.delete(tables.receipts).where(tables.receipts.c.period == period))
            for table in (tables.answers, tables.comments, tables.discarded):
                connection.execute(sa.delete(table).where(table.c.period < keep_from))
            in_use = tables.slip_batches.c.batch.in_(self.keys.batches())
            connection.execute(sa.delete(tables.slip_batches).where(tables.slip_batches.c.period < keep_from, ~in_use))
        self.database.rewrite()
        self.keys.destroy_period(period)
        with self.database.writing(alone=True) as connection:
            self._set_state(connection, period, "closed")

    def _set_state(self, connection: sa.Connection, period: str, state: State) -> None:
        insert = self.database.insert(tables.periods).values(period=period, state=state)
        connection.execute(
            insert.on_conflict_do_update(index_elements=[tables.periods.c.period], set_={"state": state})
        )
