"""One thread that writes for all: ballots that come while one commit reaches the disk share the next.

A commit costs one wait for the disk and some work, however many ballots are in it. The group is what came while the
last commit was under way and in the two milliseconds after its first ballot. Each submitter is answered after the
commit that holds its ballot.
"""

import hmac
import json
import logging
import queue
import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock, Thread
from traceback import format_tb
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from collector import codes
from collector.database import Database, Unavailable
from collector.store import tables
from collector.store.ballots import Ballot, Outcome, State
from publisher.catalogue.periods import shift
from publisher.errors import Mistake

log = logging.getLogger(__name__)

GROUP = 64
"""At most so many ballots share a commit."""

GATHER_S = 0.002
"""So long the first ballot of a group waits for others. Where the disk is fast nobody would queue behind it, and each
commit would be for one ballot: its work, not the disk, would then be most of what an answer costs."""

PAUSE_S = 1.0
"""How often a writer with nothing to do looks whether there are counts to write or tables to rewrite."""

QUIET_S, QUIET_TIMES = 30.0, 200
"""Tables are rewritten once nothing has come for so long, and for so many times what the last rewrite took."""

REWRITE_LIMIT = 256 * 2**20
"""Larger databases (a million answers and more) are rewritten at the close only, not in quiet moments."""

BLOCKS = 2
"""How many working blocks are remembered."""

ID_BYTES = 16

# Built once: SQLAlchemy takes longer to put a statement together than SQLite to run it.
READ_STATES = sa.select(tables.periods)
FIND_RECEIPTS = sa.select(tables.receipts.c.form_mac, tables.receipts.c.answers_mac).where(
    tables.receipts.c.form_mac.in_(sa.bindparam("asked", expanding=True))
)
INSERTS = {table: sa.insert(table) for table in (tables.answers, tables.comments, tables.receipts)}
SPEND = sa.delete(tables.slips).where(tables.slips.c.long_mac == sa.bindparam("slip"))


def held() -> Lock:
    """A lock that is taken: who waits for it waits until somebody else releases it."""
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class Prepared:
    """A ballot as the writer takes it: all that can be computed without the database is. `slip` is the hash under which
    an unused slip stands; None without a slip, or when none like it is known."""

    ballot: Ballot
    content: str
    slip: bytes | None
    result: Outcome | Exception | None = None
    answered: Lock = field(default_factory=held)  # a Future has three locks, and costs twice as much

    def answer(self, result: Outcome | Exception) -> None:
        """Let its submitter go on."""
        self.result = result
        self.answered.release()

    def wait(self) -> Outcome:
        """What became of it, once the writer has answered. Raises Unavailable, and whatever was wrong with it."""
        with self.answered:
            if isinstance(self.result, Exception):
                raise self.result
            assert self.result
            return self.result


class Writer:
    """The thread, what waits for it, and the counts it writes along."""

    def __init__(self, database: Database, keys: codes.Keys) -> None:
        self.database, self.keys = database, keys
        self.waiting: queue.SimpleQueue[Prepared | None] = queue.SimpleQueue()
        self.lock = Lock()
        self.stopping = False
        self.discarded: Counter[tuple[str, str, str]] = Counter()
        self.heard: set[tuple[str, str]] = set()
        self.known: set[tuple[str, str]] = set()
        self.states: dict[str, State] | None = None
        self.wrote, self.unordered = False, True  # what a process before this one wrote may lie in order
        self.last, self.took = time.monotonic(), 0.0
        self.thread = Thread(target=self.run, name="survey-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self.thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        with self.lock:
            if not self.stopping:
                self.stopping = True
                self.waiting.put(None)
        if self.thread.is_alive():
            self.thread.join()

    def submit(self, prepared: Prepared) -> Outcome:
        """Hand a ballot over and wait for the commit. Raises Unavailable."""
        with self.lock:
            if self.stopping:
                raise Unavailable("the store is stopped")
            self.waiting.put(prepared)
        return prepared.wait()

    def tell(self, period: str, counter: str, what: str, n: int) -> None:
        """Count something discarded."""
        with self.lock:
            self.discarded[period, counter, what] += n

    def hear(self, counter: str, block: str) -> None:
        """Note a counter's working block, once."""
        with self.lock:
            if (counter, block) not in self.known:
                self.known.add((counter, block))
                self.heard.add((counter, block))

    def run(self) -> None:
        """Until `stop`: take what waits, write it in one transaction, answer."""
        ending = False
        while not ending:
            group, ending = self.take()
            if group or self.discarded or self.heard:
                self.write(group)
            elif not ending:
                self.rest()
        if self.wrote and self.unordered:
            self.rewrite()

    def take(self) -> tuple[list[Prepared], bool]:
        """What waits (after a pause perhaps nothing), and whether to end after it."""
        group: list[Prepared] = []
        try:
            item = self.waiting.get(timeout=PAUSE_S)
            if item is not None:
                time.sleep(GATHER_S)
            while item is not None:
                group.append(item)
                if len(group) == GROUP:
                    return group, False
                item = self.waiting.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def write(self, group: Sequence[Prepared], *, again: bool = False) -> None:
        """Write a group and answer everybody in it."""
        try:
            outcomes = self.commit(group)
        except Unavailable as error:
            # Who came in the meantime has waited for the same lock or disk: the answer is the same.
            for prepared in (*group, *self.drain()):
                prepared.answer(Unavailable(str(error)))
        except Exception as error:
            if len(group) > 1:
                # One ballot is at fault: the others must not suffer, so each tries alone.
                for prepared in group:
                    self.write([prepared])
            elif isinstance(error, IntegrityError) and not again:
                # Another process stored the same form just now: its receipt can be read by now.
                self.write(group, again=True)
            else:
                log.error("a ballot was not written: %s\n%s", type(error), "".join(format_tb(error.__traceback__)))
                for prepared in group:
                    prepared.answer(error)
        else:
            for prepared, outcome in zip(group, outcomes, strict=True):
                prepared.answer(outcome)

    def drain(self) -> Iterable[Prepared]:
        """All that waits, taken off; a sign to end is put back."""
        for _ in range(self.waiting.qsize()):
            try:
                item = self.waiting.get_nowait()
            except queue.Empty:
                return
            if item is None:
                self.waiting.put(None)
                return
            yield item

    def commit(self, group: Sequence[Prepared]) -> list[Outcome]:
        """One transaction with a group and the counts of the moment. Raises Unavailable; then nothing of it happened,
        as far as anybody can know: a ballot sent again is found by its receipt."""
        with self.lock:
            discarded, self.discarded = self.discarded, Counter()
            heard, self.heard = self.heard, set()
        try:
            with self.database.writing() as connection:
                self.states = read_states(connection)
                outcomes = record(connection, self.database, self.keys, group, self.states)
                note(connection, self.database, discarded, heard)
        except BaseException as error:
            with self.lock:
                self.discarded.update(discarded)
                self.heard |= heard
            if isinstance(error, Unavailable):
                log.warning("the database does not answer: %s", error)
            if isinstance(error, Mistake):
                log.error("a key cannot be used: %s", error)
                raise Unavailable(str(error)) from error
            raise
        self.wrote, self.unordered, self.last = True, True, time.monotonic()
        return outcomes

    def rest(self) -> None:
        """In a quiet moment, rewrite the tables: what came since the last time loses its order."""
        quiet = max(QUIET_S, QUIET_TIMES * self.took)
        if self.unordered and time.monotonic() - self.last >= quiet:
            self.rewrite()

    def rewrite(self) -> None:
        """Rewrite unless the database is too large for it; when it cannot be done now, another moment will come."""
        begin = time.monotonic()
        try:
            if self.database.size() <= REWRITE_LIMIT:
                self.database.rewrite()
        except Unavailable as error:
            log.warning("the tables were not rewritten: %s", error)
        else:
            self.unordered = False
        self.last = time.monotonic()
        self.took = self.last - begin


def first_open(period: str, states: Mapping[str, State]) -> str:
    """The period into which an answer of `period` goes, by the states of all periods that have one."""
    over = max((label for label, state in states.items() if state != "open"), default="")
    return period if period > over else shift(over, 1)


def read_states(connection: sa.Connection) -> dict[str, State]:
    """The periods that have answers or were closed, with their states."""
    return {row.period: row.state for row in connection.execute(READ_STATES)}


def content(ballot: Ballot) -> str:
    """What was answered, as one text that is the same for the same answers."""
    said = json.dumps([ballot.counter, ballot.form, dict(ballot.choices), dict(ballot.comments)], sort_keys=True)
    return sha256(said.encode()).hexdigest()


def record(
    connection: sa.Connection,
    database: Database,
    keys: codes.Keys,
    group: Sequence[Prepared],
    states: Mapping[str, State],
) -> list[Outcome]:
    """Decide about each ballot of a group, in its order, and insert those that are new.

    A receipt is looked for under the key of every open period, since a form may be sent again after a period has ended.
    """
    if not group:
        return []
    targets = [first_open(prepared.ballot.period, states) for prepared in group]
    labels = {*targets, *(label for label, state in states.items() if state == "open")}
    by_label = {label: keys.period(label) for label in sorted(labels)}
    forms = [
        {label: codes.mac(key, "form", prepared.ballot.key) for label, key in by_label.items()} for prepared in group
    ]
    asked = [form_mac for macs in forms for form_mac in macs.values()]
    known = {row.form_mac: row.answers_mac for row in connection.execute(FIND_RECEIPTS, {"asked": asked})}

    outcomes: list[Outcome] = []
    rows: dict[sa.Table, list[dict[str, Any]]] = {table: [] for table in INSERTS}
    for prepared, period, macs in zip(group, targets, forms, strict=True):
        found = next((label for label, form_mac in macs.items() if form_mac in known), None)
        answers_mac = codes.mac(by_label[found or period], "answers", prepared.content)
        if found:
            same = hmac.compare_digest(known[macs[found]], answers_mac)
            outcomes.append(Outcome.SAME if same else Outcome.CONFLICT)
        elif prepared.ballot.slip and not spend(connection, prepared.slip):
            outcomes.append(Outcome.SLIP_USED)
        else:
            known[macs[period]] = answers_mac
            rows[tables.answers].append(answer_row(prepared.ballot, period))
            rows[tables.comments] += comment_rows(prepared.ballot, period)
            rows[tables.receipts].append({"form_mac": macs[period], "answers_mac": answers_mac, "period": period})
            outcomes.append(Outcome.STORED)

    new = [{"period": label, "state": "open"} for label in sorted({*targets} - states.keys())]
    if new and rows[tables.receipts]:
        connection.execute(database.insert(tables.periods).on_conflict_do_nothing(), new)
    for table, added in rows.items():
        if added:
            key = table.primary_key.columns[0].name
            connection.execute(INSERTS[table], sorted(added, key=lambda row: row[key]))
    return outcomes


def spend(connection: sa.Connection, slip: bytes | None) -> bool:
    """Delete an unused slip; whether there was one."""
    if slip is None:
        return False
    return connection.execute(SPEND, {"slip": slip}).rowcount == 1


def answer_row(ballot: Ballot, period: str) -> dict[str, Any]:
    """What is kept of the choices."""
    return {
        "id": secrets.token_bytes(ID_BYTES),
        "period": period,
        "unit": ballot.unit,
        "counter": ballot.counter,
        "form": ballot.form,
        "channel": ballot.channel,
        "marks": " ".join(sorted(ballot.marks)),
        "choices": json.dumps(dict(ballot.choices), sort_keys=True, ensure_ascii=False),
    }


def comment_rows(ballot: Ballot, period: str) -> list[dict[str, Any]]:
    """What is kept of the comments: each for itself."""
    return [
        {
            "id": secrets.token_bytes(ID_BYTES),
            "period": period,
            "unit": ballot.unit,
            "question": question,
            "text": text,
            "suspect": int(ballot.suspect),
            "state": "waiting",
        }
        for question, text in ballot.comments.items()
    ]


def note(
    connection: sa.Connection,
    database: Database,
    discarded: Mapping[tuple[str, str, str], int],
    heard: Iterable[tuple[str, str]],
) -> None:
    """Add counts of what was discarded, and the blocks in which counters were heard."""
    if discarded:
        insert = database.insert(tables.discarded)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=list(tables.discarded.primary_key),
                set_={"n": tables.discarded.c.n + insert.excluded.n},
            ),
            [dict(zip(("period", "counter", "what"), key, strict=True), n=n) for key, n in sorted(discarded.items())],
        )
    pairs = sorted(heard)
    if pairs:
        insert = database.insert(tables.heard).on_conflict_do_nothing()
        connection.execute(insert, [{"counter": counter, "block": block} for counter, block in pairs])
        blocks = sa.select(tables.heard.c.block).distinct().order_by(tables.heard.c.block.desc()).limit(BLOCKS)
        kept = connection.scalars(blocks).all()
        connection.execute(sa.delete(tables.heard).where(tables.heard.c.block.not_in(kept)))
