"""The survey's store, on SQLite and on a real PostgreSQL server: what goes in comes out once, nothing else stays."""

import random
import sqlite3
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from collector import database
from collector.codes import Keys, new_slip, short
from collector.store import Ballot, Outcome, Slip, SlipCount, Store, Unavailable, tables, writer
from collector.store.comments import Comments
from publisher import words
from publisher.errors import Mistake
from tests.postgres import Server, server

OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
COUNTER = "90001-01"
TODAY, LAST_DAY, DAY_AFTER = date(2026, 10, 1), date(2026, 10, 14), date(2026, 10, 15)


def ballot(key: str, **changed: object) -> Ballot:
    """A ballot of the counter form."""
    plain = Ballot(OCTOBER, "90001", COUNTER, "counter", "open", choices={"overall": "5", "time": "4"}, key=key)
    return replace(plain, **changed)  # type: ignore[arg-type]


@dataclass
class Place:
    """A database and the keys beside it, which any number of stores may open."""

    url: str
    folder: Path
    opened: list[Store] = field(default_factory=list)

    @property
    def keys(self) -> Keys:
        return Keys(self.folder / "keys")

    @property
    def file(self) -> Path:
        """SQLite's file."""
        return self.folder / "db" / "survey.sqlite"

    def open(self) -> Store:
        """One more store, as another process would open it."""
        store = Store(self.url, self.keys)
        store.start()
        self.opened.append(store)
        return store

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What a stranger with the database in hand reads."""
        engine = sa.create_engine(database.database_at(self.url, tables.SCHEMA, variable="").url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.exec_driver_sql(statement)]
        engine.dispose()
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process writes and does not come to an end."""
        if self.url.startswith("sqlite"):
            other = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
            other.execute("BEGIN EXCLUSIVE")
            try:
                yield
            finally:
                other.rollback()
                other.close()
        else:
            with psycopg.connect(self.url) as connection:
                connection.execute("LOCK TABLE periods IN ACCESS EXCLUSIVE MODE")
                yield
                connection.rollback()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """One server for all tests here."""
    with server() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of either kind."""
    if request.param == "sqlite":
        here = Place(f"sqlite:///{tmp_path}/db/survey.sqlite", tmp_path)
    else:
        here = Place(request.getfixturevalue("postgres").database(), tmp_path)
    yield here
    for store in here.opened:
        store.stop()


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Iterator[Place]:
    """An empty SQLite database."""
    here = Place(f"sqlite:///{tmp_path}/db/survey.sqlite", tmp_path)
    yield here
    for store in here.opened:
        store.stop()


@pytest.fixture
def store(place: Place) -> Store:
    """A store on it."""
    return place.open()


def stored(store: Store, period: str = OCTOBER) -> list[Ballot]:
    """The answers of a period."""
    return [found for _, found in store.ballots(period)]


def at_once(count: int, work: Callable[[int], Outcome]) -> Counter[Outcome]:
    """The same work in so many threads that begin together: how often each outcome came."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Outcome:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(one, range(count)))


# One ballot


def test_a_ballot_comes_back_without_its_comments_its_key_and_its_slip(store: Store) -> None:
    sent = ballot("k1", comments={"improve": "Chờ lâu"}, marks=frozenset({"hours", "fast"}))
    assert store.submit(sent) is Outcome.STORED
    assert stored(store) == [replace(sent, comments={}, key="")]
    assert store.comments_waiting(OCTOBER) == 1
    assert stored(store, NOVEMBER) == []


def test_the_same_form_with_the_same_answers_is_stored_once(store: Store) -> None:
    sent = ballot("k1", comments={"improve": "Chờ lâu"})
    assert [store.submit(sent) for _ in range(3)] == [Outcome.STORED, Outcome.SAME, Outcome.SAME]
    assert len(stored(store)) == store.comments_waiting(OCTOBER) == 1


def test_a_form_sent_again_is_the_same_whatever_marks_it_gets_the_second_time(store: Store) -> None:
    store.submit(ballot("k1", marks=frozenset({"fast"})))
    assert store.submit(ballot("k1", marks=frozenset({"hours"}))) is Outcome.SAME


@pytest.mark.parametrize(
    "changed", [{"choices": {"overall": "1"}}, {"comments": {"improve": "khác"}}, {"counter": "90001-02"}]
)
def test_the_same_form_with_other_answers_is_a_conflict_and_the_first_stay(
    store: Store, changed: dict[str, object]
) -> None:
    store.submit(ballot("k1"))
    assert store.submit(ballot("k1", **changed)) is Outcome.CONFLICT
    assert stored(store) == [replace(ballot(""))]
    assert store.comments_waiting(OCTOBER) == 0


def test_a_form_sent_again_after_its_period_has_ended_is_the_same(store: Store) -> None:
    store.submit(ballot("k1"))
    assert store.submit(ballot("k1", period=NOVEMBER)) is Outcome.SAME
    assert store.submit(ballot("k1", period=NOVEMBER, choices={"overall": "1"})) is Outcome.CONFLICT
    assert stored(store, NOVEMBER) == []


@pytest.mark.parametrize(
    "changed",
    [{"channel": "verified"}, {"slip": "0" * 16}, {"channel": "web"}, {"marks": frozenset({"odd"})}, {"key": ""}],
)
def test_what_is_no_ballot_is_a_bug(store: Store, changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"ballot|slip"):
        store.submit(replace(ballot("k1"), **changed))  # type: ignore[arg-type]


# Many at once


def test_fifty_threads_with_one_form_store_it_once(store: Store) -> None:
    assert at_once(50, lambda _: store.submit(ballot("k1"))) == {Outcome.STORED: 1, Outcome.SAME: 49}
    assert len(stored(store)) == 1


def test_two_processes_with_one_form_store_it_once(place: Place) -> None:
    stores = [place.open(), place.open()]
    outcomes = at_once(20, lambda n: stores[n % 2].submit(ballot(f"k{n // 2}")))
    assert outcomes == {Outcome.STORED: 10, Outcome.SAME: 10}
    assert len(stored(stores[0])) == 10


def test_a_form_that_another_process_is_storing_is_waited_for(place: Place) -> None:
    one, other = place.open(), place.open()
    sent = ballot("k1")
    with ThreadPoolExecutor(1) as threads:
        with one.database.writing() as connection:
            states = writer.read_states(connection)
            group = [writer.Prepared(sent, writer.content(sent), None)]
            assert writer.record(connection, one.database, place.keys, group, states) == [Outcome.STORED]
            second = threads.submit(other.submit, sent)
            time.sleep(0.3)
            assert not second.done()
        assert second.result() is Outcome.SAME
    assert len(stored(one)) == 1


def test_eight_processes_may_make_the_same_database_at_once(place: Place) -> None:
    def one(number: int) -> Outcome:
        return place.open().submit(ballot(f"k{number}"))

    assert at_once(8, one) == {Outcome.STORED: 8}


def test_a_ballot_that_fails_harms_no_other_of_its_group_and_is_not_logged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    store = place.open()
    store.submit(ballot("old"))
    broken = ballot("broken", choices={"overall": "five \ud800"})  # no database takes half a character
    group = [ballot("k1"), ballot("old", choices={}), broken, ballot("k2"), ballot("k1")]
    with ThreadPoolExecutor(8) as threads:
        with place.locked():
            first = threads.submit(store.submit, ballot("first"))
            time.sleep(0.5)  # the writer has taken it and waits for the lock, the others wait together
            results = []
            for item in group:
                results.append(threads.submit(store.submit, item))
                until(lambda: store.writer.waiting.qsize() == len(results))
        assert first.result() is Outcome.STORED
        with pytest.raises(UnicodeEncodeError):
            results[2].result()
        assert [result.result() for n, result in enumerate(results) if n != 2] == [
            Outcome.STORED,
            Outcome.CONFLICT,
            Outcome.STORED,
            Outcome.SAME,
        ]
    assert len(stored(store)) == 4
    assert "a ballot was not written" in caplog.text
    assert "five" not in caplog.text


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that must come soon."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


# Slips


def printed(store: Store, count: int = 3, *, counter: str = COUNTER, batch: str = "b1") -> list[str]:
    """A sheet of slips, good until LAST_DAY."""
    sheet = [new_slip() for _ in range(count)]
    store.add_batch(batch, counter, sheet, LAST_DAY, period=OCTOBER)
    return sheet


def verified(key: str, slip: str, **changed: object) -> Ballot:
    """A ballot with a slip."""
    return ballot(key, channel="verified", slip=slip, **changed)


def test_a_slip_is_found_by_its_code_and_by_its_typed_part_until_its_last_day(store: Store) -> None:
    sheet = printed(store)
    for code in (*sheet, *map(short, sheet)):
        assert store.find_slip(code, TODAY) == store.find_slip(code, LAST_DAY) == Slip("b1", COUNTER)
        assert store.find_slip(code, DAY_AFTER) is None
    assert store.find_slip(new_slip(), TODAY) is None
    assert store.find_slip(short(new_slip()), TODAY) is None


@pytest.mark.parametrize("first", [str, short])
@pytest.mark.parametrize("second", [str, short])
def test_a_slip_counts_once_scanned_or_typed(
    store: Store, first: Callable[[str], str], second: Callable[[str], str]
) -> None:
    sheet = printed(store)
    assert store.submit(verified("k1", first(sheet[0]))) is Outcome.STORED
    assert store.submit(verified("k2", second(sheet[0]))) is Outcome.SLIP_USED
    assert store.find_slip(second(sheet[0]), TODAY) is None
    assert store.find_slip(sheet[1], TODAY)
    assert len(stored(store)) == 1


def test_looking_at_a_slip_does_not_spend_it(store: Store) -> None:
    sheet = printed(store)
    for _ in range(3):
        assert store.find_slip(sheet[0], TODAY)
    assert store.submit(verified("k1", sheet[0])) is Outcome.STORED


def test_a_form_with_a_spent_slip_sent_again_is_the_same(store: Store) -> None:
    sheet = printed(store)
    assert [store.submit(verified("k1", sheet[0])) for _ in range(2)] == [Outcome.STORED, Outcome.SAME]


def test_a_conflict_spends_no_slip(store: Store) -> None:
    sheet = printed(store)
    store.submit(ballot("k1"))
    assert store.submit(verified("k1", sheet[0], choices={"overall": "1"})) is Outcome.CONFLICT
    assert store.find_slip(sheet[0], TODAY)


def test_an_unknown_slip_and_one_of_another_counter_get_the_same_answer(store: Store) -> None:
    sheet = printed(store, counter="90001-02")
    assert store.submit(verified("k1", new_slip())) is Outcome.SLIP_USED
    assert store.submit(verified("k2", sheet[0])) is Outcome.SLIP_USED
    assert store.find_slip(sheet[0], TODAY)
    assert stored(store) == []


def test_fifty_threads_with_one_slip_are_one_answer(place: Place) -> None:
    stores = [place.open(), place.open()]
    sheet = printed(stores[0])
    outcomes = at_once(50, lambda n: stores[n % 2].submit(verified(f"k{n}", sheet[0])))
    assert outcomes == {Outcome.STORED: 1, Outcome.SLIP_USED: 49}
    assert len(stored(stores[0])) == 1


def test_a_batch_is_added_whole_or_not_at_all(store: Store) -> None:
    sheet = printed(store)
    with pytest.raises(ValueError, match="b1"):
        store.add_batch("b1", COUNTER, [new_slip()], LAST_DAY, period=OCTOBER)
    with pytest.raises(ValueError, match="b2"):
        store.add_batch("b2", COUNTER, [sheet[0], sheet[0]], LAST_DAY, period=OCTOBER)
    assert store.slips(OCTOBER) == {COUNTER: SlipCount(printed=3)}


def test_the_order_of_a_sheet_is_not_the_order_of_its_rows(place: Place) -> None:
    store = place.open()
    printed(store, 40)
    order = "" if place.url.startswith("sqlite") else "ORDER BY ctid"
    macs = [row[0] for row in place.rows(f"SELECT long_mac FROM slips {order}")]  # noqa: S608 our own words
    assert macs == sorted(macs)  # type: ignore[type-var]


def test_slips_are_counted_by_counter_where_they_were_printed_and_where_they_were_used(store: Store) -> None:
    sheet = printed(store, 4)
    printed(store, 2, counter="90002-01", batch="b2")
    store.submit(verified("k1", sheet[0]))
    store.submit(verified("k2", sheet[1], period=NOVEMBER))
    store.submit(ballot("k3", counter="90003-01"))
    assert store.slips(OCTOBER) == {COUNTER: SlipCount(4, 1), "90002-01": SlipCount(2, 0)}
    assert store.slips(NOVEMBER) == {COUNTER: SlipCount(0, 1)}


def test_expired_slips_and_their_key_are_forgotten(place: Place) -> None:
    store = place.open()
    sheet = printed(store)
    assert store.forget_expired(LAST_DAY) == ()
    assert store.find_slip(sheet[0], LAST_DAY)
    assert store.forget_expired(DAY_AFTER) == store.forget_expired(DAY_AFTER) == ("b1",)
    assert place.keys.batches() == ()
    assert place.rows("SELECT * FROM slips") == []
    assert store.submit(verified("k1", sheet[0])) is Outcome.SLIP_USED
    assert store.slips(OCTOBER) == {COUNTER: SlipCount(printed=3)}


# Counts


def test_what_was_discarded_is_counted_by_period_counter_and_kind(place: Place) -> None:
    store = place.open()
    store.tell(OCTOBER, COUNTER, "bot")
    store.tell(OCTOBER, COUNTER, "bot", 4)
    store.tell(OCTOBER, COUNTER, "unknown_field")
    store.tell(NOVEMBER, COUNTER, "bot")
    store.stop()
    again = place.open()
    again.tell(OCTOBER, COUNTER, "bot")
    until(lambda: again.discarded(OCTOBER).get((COUNTER, "bot")) == 6)
    assert again.discarded(OCTOBER) == {(COUNTER, "bot"): 6, (COUNTER, "unknown_field"): 1}


def test_only_the_two_last_working_blocks_of_a_counter_are_kept(store: Store) -> None:
    for block in ("000010", "000015", "000020"):
        store.heard(COUNTER, block)
    store.heard("90001-02", "000015")
    until(lambda: bool(store.blocks()))
    assert store.blocks() == {COUNTER: {"000015", "000020"}, "90001-02": {"000015"}}


# Closing


def test_no_answer_goes_into_a_period_that_is_being_closed(store: Store) -> None:
    store.submit(ballot("k1"))
    assert (store.state(OCTOBER), store.first_open(OCTOBER)) == ("open", OCTOBER)
    store.begin_close(OCTOBER)
    assert (store.state(OCTOBER), store.first_open(OCTOBER)) == ("closing", NOVEMBER)
    assert store.submit(ballot("k2")) is Outcome.STORED
    assert [len(stored(store, period)) for period in (OCTOBER, NOVEMBER)] == [1, 1]


def test_when_the_clock_goes_back_answers_go_after_the_last_closed_period(store: Store) -> None:
    for period in (OCTOBER, NOVEMBER):
        store.begin_close(period)
        store.finish_close(period, keep_from="2025-10")
    for period in ("2026-07", OCTOBER, NOVEMBER, DECEMBER):
        assert store.first_open(period) == DECEMBER
        assert store.submit(ballot(period, period=period)) is Outcome.STORED
    assert len(stored(store, DECEMBER)) == 4
    assert store.first_open("2027-01") == "2027-01"


def test_answers_that_arrive_while_a_period_closes_are_in_it_or_in_the_next(place: Place) -> None:
    server_side, closing = place.open(), place.open()
    counts: list[int] = []

    def close() -> Outcome:
        time.sleep(0.05)
        closing.begin_close(OCTOBER)
        counts.append(len(stored(closing)))
        return Outcome.SAME

    outcomes = at_once(9, lambda n: close() if n == 8 else submit_many(server_side, n, 60))
    assert outcomes == {Outcome.STORED: 8, Outcome.SAME: 1}
    october, november = (len(stored(closing, period)) for period in (OCTOBER, NOVEMBER))
    assert october == counts[0]
    assert october + november == 8 * 60


def test_the_close_waits_for_answers_that_are_being_stored(place: Place) -> None:
    store, closing = place.open(), place.open()
    with ThreadPoolExecutor(1) as threads:
        with store.database.writing() as connection:
            assert writer.read_states(connection) == {}
            begun = threads.submit(closing.begin_close, OCTOBER)
            time.sleep(0.3)
            assert not begun.done()
        begun.result()
    assert store.state(OCTOBER) == "closing"


def submit_many(store: Store, thread: int, count: int) -> Outcome:
    """One thread's ballots, all of which must be stored."""
    assert {store.submit(ballot(f"{thread}-{n}")) for n in range(count)} == {Outcome.STORED}
    return Outcome.STORED


def test_a_mark_is_added_once_and_keeps_the_others(store: Store) -> None:
    store.submit(ballot("k1", marks=frozenset({"fast", "hours"})))
    store.submit(ballot("k2"))
    ids = [found for found, _ in store.ballots(OCTOBER)]
    store.mark(ids, "same")
    store.mark(ids[:1], "same")
    store.mark([], "same")
    marks = Counter(found.marks for found in stored(store))
    assert marks == {frozenset({"fast", "hours", "same"}): 1, frozenset({"same"}): 1}
    with pytest.raises(ValueError, match="odd"):
        store.mark(ids, "odd")


def test_the_close_deletes_receipts_and_key_and_what_is_older_than_is_kept(place: Place) -> None:
    store = place.open()
    printed(store)
    store.submit(ballot("old", period="2025-09", comments={"improve": "cũ"}))
    store.submit(ballot("k1", comments={"improve": "mới"}))
    store.submit(ballot("k2", period=NOVEMBER))
    store.tell("2025-09", COUNTER, "bot")
    until(lambda: bool(store.discarded("2025-09")))
    for _ in range(2):  # once more after a crash between the last step and the report
        store.begin_close(OCTOBER)
        store.finish_close(OCTOBER, keep_from="2025-10")
        assert store.state(OCTOBER) == "closed"
    assert place.rows("SELECT DISTINCT period FROM receipts ORDER BY period") == [("2025-09",), (NOVEMBER,)]
    assert sorted(path.name for path in (place.folder / "keys" / "periods").iterdir()) == ["2025-09", NOVEMBER]
    assert [len(stored(store, period)) for period in ("2025-09", OCTOBER, NOVEMBER)] == [0, 1, 1]
    assert [store.comments_waiting(period) for period in ("2025-09", OCTOBER)] == [0, 1]
    assert store.discarded("2025-09") == {}
    assert store.slips(OCTOBER) == {COUNTER: SlipCount(printed=3)}


def test_after_the_close_no_key_of_that_period_is_made_again(place: Place) -> None:
    store = place.open()
    store.submit(ballot("k1"))
    store.begin_close(OCTOBER)
    store.finish_close(OCTOBER, keep_from="2025-10")
    store.submit(ballot("k2"))
    assert [path.name for path in (place.folder / "keys" / "periods").iterdir()] == [NOVEMBER]


# Comments

SEPTEMBER = "2026-09"


def closed(store: Store, *periods: str) -> None:
    """Close periods, one after the other."""
    for period in periods:
        store.begin_close(period)
        store.finish_close(period, keep_from="2025-10")


def test_each_comment_of_a_closed_period_is_decided_about_once(place: Place) -> None:
    store = place.open()
    for number in range(3):
        store.submit(ballot(f"k{number}", period=SEPTEMBER, comments={"improve": f"Ý kiến {number}"}))
    store.submit(ballot("open", period=OCTOBER, comments={"improve": "Kỳ này chưa chốt"}))
    comments = Comments(store.database, least=3)
    assert (comments.of_unit("90001"), comments.counts()) == ([], [])
    closed(store, SEPTEMBER)
    first, second, third = comments.of_unit("90001")
    assert {one.text for one in (first, second, third)} == {"Ý kiến 0", "Ý kiến 1", "Ý kiến 2"}
    assert comments.decide(first, "released", first.text)
    assert comments.decide(second, "redacted", "Ý kiến […]")
    assert comments.decide(third, "withheld")
    assert not comments.decide(first, "withheld"), "somebody else was first"
    (count,) = comments.counts()
    assert (count.period, count.answers, count.received) == (SEPTEMBER, 3, 3)
    assert (count.waiting, count.released, count.redacted, count.withheld) == (0, 1, 1, 1)
    now = {one.id: one for one in comments.of_unit("90001")}
    assert (now[second.id].text, now[second.id].published) == (second.text, "Ý kiến […]")
    assert comments.reopen(now[second.id])
    assert not comments.reopen(now[second.id]), "it waits already"
    assert comments.counts()[0].waiting == 1


def test_comments_of_few_people_are_read_with_those_of_later_months(place: Place) -> None:
    store = place.open()
    for period, people in (("2026-07", 4), ("2026-08", 3), (SEPTEMBER, 4), (OCTOBER, 2)):
        for number in range(people):
            store.submit(ballot(f"{period}-{number}", period=period, comments={"improve": f"{period} {number}"}))
    closed(store, "2026-07", "2026-08", SEPTEMBER, OCTOBER)
    found = Comments(store.database, least=6).counts()
    assert [(one.period, one.received, one.answers) for one in found] == [
        ("2026-08", 4, 4),  # July's 4 with August's 3
        (SEPTEMBER, 3, 3),  # August's 3 with September's 4
        (OCTOBER, 4, 4),  # September's 4 with October's 2
        (None, 2, 2),  # October's wait for November
    ]
    whole = Comments(store.database, least=100)
    assert {one.period for one in whole.of_unit("90001")} == {None}


# What is on the disk

FORBIDDEN = (
    "time",
    "date",
    "day",
    "_at",
    "_on",
    "address",
    "ip",
    "agent",
    "host",
    "cookie",
    "session",
    "seq",
    "serial",
)
"""Parts of a column's name or type that would speak of when or from where an answer came."""

EXPIRY = ("slip_batches", "expires_on")
"""The one exception: printed on a sheet before anybody answers."""


def test_no_column_speaks_of_a_time_a_day_an_address_or_a_browser(place: Place) -> None:
    place.open()
    engine = sa.create_engine(database.database_at(place.url, tables.SCHEMA, variable="").url)
    inspector = sa.inspect(engine)
    names = set(inspector.get_table_names())
    assert names == set(tables.metadata.tables) | {"alembic_version"}
    found = {
        (table, column["name"], str(column["type"]).lower())
        for table in names
        for column in inspector.get_columns(table)
    }
    engine.dispose()
    guilty = {
        (table, name)
        for table, name, kind in found
        for word in FORBIDDEN
        if word in f"_{name}_{kind}".split("_") or (word.startswith("_") and name.endswith(word))
    }
    assert guilty == {EXPIRY}
    assert {kind for table, _, kind in found if table != "alembic_version"} <= {"text", "integer", "blob", "bytea"}


def test_a_comment_shares_nothing_with_its_answer_but_period_and_unit(place: Place) -> None:
    store = place.open()
    store.submit(ballot("k1", comments={"improve": "Chờ lâu"}, suspect=True))
    answers = {str(value) for row in place.rows("SELECT * FROM answers") for value in row}
    comments = {str(value) for row in place.rows("SELECT * FROM comments") for value in row}
    assert answers & comments - {""} == {OCTOBER, "90001"}
    assert COUNTER not in comments
    assert place.rows("SELECT unit, question, text, suspect, state FROM comments") == [
        ("90001", "improve", "Chờ lâu", 1, "waiting")
    ]


def test_sqlite_tables_are_strict_and_have_no_row_numbers(sqlite_place: Place) -> None:
    sqlite_place.open()
    listed = {row[1]: row[4:6] for row in sqlite_place.rows("PRAGMA table_list")}
    assert {listed[name] for name in tables.metadata.tables} == {(1, 1)}
    with pytest.raises(sa.exc.OperationalError, match="rowid"):
        sqlite_place.rows("SELECT rowid FROM answers")


def test_the_tables_that_the_migrations_make_are_those_of_the_code(place: Place) -> None:
    place.open()
    engine = sa.create_engine(database.database_at(place.url, tables.SCHEMA, variable="").url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()


def correlation(order: Sequence[object], arrival: Sequence[object]) -> float:
    """Spearman's rank correlation of two orders of the same things."""
    place_of = {item: place for place, item in enumerate(order)}
    count = len(arrival)
    squares = sum((place_of[item] - place) ** 2 for place, item in enumerate(arrival))
    return 1 - 6 * squares / (count * (count**2 - 1))


def arrivals(store: Store, count: int) -> list[str]:
    """So many answers one after the other (eight at a time), and what tells them apart, in their order."""
    told = [f"{number:04x}" for number in range(count)]
    random.Random(3).shuffle(told)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda mark: store.submit(ballot(f"key-{mark}", choices={"overall": mark})), told))
    return told


MANY = 2000
"""Chance alone gives so many a correlation of more than 0.1 once in a hundred thousand runs."""


def test_on_sqlite_the_order_of_rows_never_says_in_which_order_answers_came(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    told = arrivals(store, MANY)
    for table, column in (("answers", "choices"), ("receipts", "hex(form_mac)")):
        stored_order = [row[0] for row in sqlite_place.rows(f"SELECT {column} FROM {table}")]  # noqa: S608 our own names
        if table == "answers":
            assert abs(correlation(stored_order, [f'{{"overall": "{mark}"}}' for mark in told])) < 0.1
        else:
            assert stored_order == sorted(stored_order)
    assert correlation(told, told) == 1


def test_after_the_close_the_place_on_the_disk_does_not_say_in_which_order_answers_came(place: Place) -> None:
    store = place.open()
    told = arrivals(store, MANY)
    store.begin_close(OCTOBER)
    store.finish_close(OCTOBER, keep_from="2025-10")
    if place.url.startswith("sqlite"):
        found = place.file.read_bytes()
        assert on_disk([place.folder], "overall") == ["survey.sqlite"]  # not in the log
        where = {mark: found.index(f'{{"overall": "{mark}"}}'.encode()) for mark in told}
        order: list[object] = sorted(told, key=lambda mark: where[mark])
    else:
        order = [str(row[0])[13:17] for row in place.rows("SELECT choices FROM answers ORDER BY ctid")]
        assert place.rows("SELECT count(DISTINCT xmin::text) FROM answers") == [(1,)]
        ids = [row[0] for row in place.rows("SELECT id FROM answers ORDER BY ctid")]
        assert ids == sorted(ids)  # type: ignore[type-var]
    assert abs(correlation(order, told)) < 0.1


def test_the_same_answers_in_any_order_leave_the_same_file(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [
        {**writer.answer_row(ballot(""), OCTOBER), "id": chance.randbytes(16), "choices": f'{{"overall":"{n}"}}'}
        for n in range(300)
    ]
    files = []
    for name, order in (("one", rows), ("two", chance.sample(rows, len(rows)))):
        here = Place(f"sqlite:///{tmp_path}/{name}/db/survey.sqlite", tmp_path / name)
        store = here.open()
        for row in order:
            with store.database.writing() as connection:
                connection.execute(sa.insert(tables.answers), [row])
        store.database.rewrite()
        store.stop()
        files.append(here.file.read_bytes()[100:])  # before it SQLite counts its transactions
    assert files[0] == files[1]


def test_in_a_quiet_moment_the_log_is_emptied_and_the_table_rewritten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET_S", 0.3)
    monkeypatch.setattr(writer, "PAUSE_S", 0.05)
    store = place.open()
    for number in range(40):
        store.submit(ballot(f"k{number}", comments={"improve": str(number)}))
    if place.url.startswith("sqlite"):
        log = place.file.with_name("survey.sqlite-wal")
        assert log.stat().st_size > 0
        until(lambda: log.stat().st_size == 0)
    else:
        # The number of the transaction would join a comment to the answer that came with it.
        joined = "SELECT count(*) FROM answers a JOIN comments c ON a.xmin = c.xmin"
        assert place.rows(joined) == [(40,)]
        until(lambda: place.rows(joined) == [(1600,)])
    assert store.submit(ballot("after")) is Outcome.STORED
    assert len(stored(store)) == 41


PLANTED = {
    "phone": "0912 345 678",
    "identity": "001099012345",
    "address": "số 5 ngõ 10 phố Hàng Gai",
    "e-mail": "nguyen.van.a@example.vn",
}


def on_disk(folders: Sequence[Path], *texts: str) -> list[str]:
    """The files that hold one of these texts."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    found = ((path.name, path.read_bytes()) for path in files)
    return [name for name, content in found if any(text.encode() in content for text in texts)]


@pytest.fixture
def folders(place: Place, request: pytest.FixtureRequest) -> list[Path]:
    """Where a database and its keys lie. PostgreSQL's own log of changes (pg_wal) is the server's, and told in the
    decision."""
    if place.url.startswith("sqlite"):
        return [place.folder]
    server_side: Server = request.getfixturevalue("postgres")
    [[oid]] = server_side.ask(
        "SELECT oid FROM pg_database WHERE datname = current_database()", str(sa.make_url(place.url).database)
    )
    return [place.folder, server_side.data / "base" / str(oid), server_side.data / "global"]


def test_what_is_deleted_is_nowhere_on_the_disk(
    place: Place, folders: list[Path], request: pytest.FixtureRequest
) -> None:
    store = place.open()
    for number in range(200):
        text = " ".join(PLANTED.values()) if number % 50 == 7 else "Chờ lâu"
        store.submit(ballot(f"k{number}", period="2025-09", comments={"improve": text}, suspect=True))
    store.submit(ballot("new", comments={"improve": "Cán bộ hướng dẫn rõ"}))

    def written() -> None:
        if not place.url.startswith("sqlite"):
            request.getfixturevalue("postgres").ask("CHECKPOINT")
            request.getfixturevalue("postgres").ask("CHECKPOINT")  # files of the old tables go with the second

    written()
    assert on_disk(folders, PLANTED["identity"])
    store.begin_close(OCTOBER)
    store.finish_close(OCTOBER, keep_from="2025-10")
    written()
    assert on_disk(folders, *PLANTED.values(), "Chờ lâu") == []
    assert on_disk(folders, "Cán bộ hướng dẫn rõ")


def test_neither_a_form_key_nor_a_slip_ever_reaches_the_disk(
    place: Place, folders: list[Path], request: pytest.FixtureRequest
) -> None:
    store = place.open()
    sheet = printed(store, 20)
    for number, code in enumerate(sheet[:10]):
        store.submit(verified(f"form-key-{number}", code))
    store.submit(verified("form-key-9", sheet[11], choices={}))
    if not place.url.startswith("sqlite"):
        request.getfixturevalue("postgres").ask("CHECKPOINT")
        folders = [*folders, request.getfixturevalue("postgres").data / "pg_wal"]
    assert on_disk(folders, COUNTER)
    assert on_disk(folders, *sheet, *map(short, sheet), "form-key-") == []


def test_files_and_folder_are_for_their_owner_only(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    store.submit(ballot("k1"))
    folder = sqlite_place.file.parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes.pop("db") == 0o700
    assert set(modes.values()) == {0o600}
    assert "survey.sqlite-wal" in modes


def test_sqlite_waits_for_the_disk_and_overwrites_what_is_deleted(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    with store.database.writing() as connection:
        pragmas = ("journal_mode", "synchronous", "secure_delete", "temp_store", "busy_timeout")
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas}
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 10_000,
    }


# What cannot be opened


def refused(url: str, folder: Path) -> Mistake:
    """What starting says, whose sentence must be there in both languages."""
    with pytest.raises(Mistake) as raised:
        Store(url, Keys(folder / "keys")).start()
    assert all(words.mistake(raised.value))
    return raised.value


@pytest.mark.parametrize("how", ["not a database", "a page overwritten", "cut short"])
def test_a_damaged_database_is_refused_and_left_as_it_is(sqlite_place: Place, how: str) -> None:
    store = sqlite_place.open()
    submit_many(store, 0, 300)
    store.stop()
    damaged = bytearray(sqlite_place.file.read_bytes())
    if how == "not a database":
        damaged[:16] = b"not a database!!"
    elif how == "a page overwritten":
        damaged[3 * 4096 : 4 * 4096] = bytes(4096)
    else:
        del damaged[len(damaged) // 2 :]
    sqlite_place.file.write_bytes(damaged)
    mistake = refused(sqlite_place.url, sqlite_place.folder)
    assert mistake.code == "collector-database"
    assert str(sqlite_place.file) in words.mistake(mistake)[0]
    assert sqlite_place.file.read_bytes() == damaged


def test_a_database_that_is_gone_is_not_silently_begun_anew(sqlite_place: Place) -> None:
    store = sqlite_place.open()
    store.submit(ballot("k1"))
    store.stop()
    for path in sqlite_place.file.parent.iterdir():
        path.unlink()
    assert refused(sqlite_place.url, sqlite_place.folder).code == "collector-database-gone"
    assert not sqlite_place.file.exists()


def test_tables_of_a_newer_program_are_refused(place: Place) -> None:
    place.open()
    engine = sa.create_engine(database.database_at(place.url, tables.SCHEMA, variable="").url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert refused(place.url, place.folder).code == "collector-database-newer"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("a file")
    assert refused(f"sqlite:///{tmp_path}/db/survey.sqlite", tmp_path).code == "collector-database-open"


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    mistake = refused(f"postgresql://office:geheim@/survey?host={tmp_path}", tmp_path)
    assert mistake.code == "collector-database-open"
    assert "geheim" not in " ".join(words.mistake(mistake))


@pytest.mark.parametrize(
    "url", ["", "survey.sqlite", "sqlite://", "sqlite:///:memory:", "mysql://host/db", "postgresql://host"]
)
def test_an_address_of_no_database_we_know_is_refused(url: str, tmp_path: Path) -> None:
    assert refused(url, tmp_path).code == "collector-database-url"


# What goes wrong while running


def test_a_stopped_store_says_so_and_may_be_stopped_again(place: Place) -> None:
    store = place.open()
    store.stop()
    store.stop()
    with pytest.raises(Unavailable):
        store.submit(ballot("k1"))


def test_a_key_that_cannot_be_read_loses_no_answer(place: Place) -> None:
    store = place.open()
    store.submit(ballot("k1"))
    key = place.folder / "keys" / "periods" / OCTOBER
    key.chmod(0o644)
    with pytest.raises(Unavailable):
        store.submit(ballot("k2"))
    key.chmod(0o600)
    assert store.submit(ballot("k2")) is Outcome.STORED


def test_a_database_that_is_locked_for_longer_than_patience_is_unavailable_and_recovers(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE_S", 1)
    store = place.open()
    with place.locked(), pytest.raises(Unavailable):
        store.submit(ballot("k1"))
    assert store.submit(ballot("k1")) is Outcome.STORED
    with ThreadPoolExecutor(1) as threads:
        with place.locked():
            waiting = threads.submit(store.submit, ballot("k2"))
            time.sleep(0.5)
            assert not waiting.done()
        assert waiting.result() is Outcome.STORED
    assert len(stored(store)) == 2
