"""What becomes of acknowledged answers when a process is killed, the disk full, the database locked or its server gone.

The processes that are killed are this file, run as a program: `python -m tests.test_survey_crash URL KEYS NAME`.
"""

import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from collector import database
from collector.codes import Keys, new_slip
from collector.store import Ballot, Outcome, Store, Unavailable
from publisher.catalogue.office import HOME
from tests.postgres import Server, server

PERIOD = "2026-10"
WRITERS, ROUNDS = 8, 12
LAST_DAY = date(2026, 10, 14)


def ballot(told: str, slip: str = "", **changed: str) -> Ballot:
    """A ballot that can be recognised among the answers."""
    channel = "verified" if slip else "open"
    choices = {"overall": "5", "told": told, **changed}
    return Ballot(PERIOD, "90001", "90001-01", "counter", channel, choices=choices, key=f"key-{told}", slip=slip)


def told(store: Store) -> Counter[str]:
    """How often each ballot stands in the store."""
    return Counter(found.choices["told"] for _, found in store.ballots(PERIOD))


def write_for_ever(url: str, keys: Path, name: str) -> None:
    """Eight writers that say which ballots are acknowledged, each on one whole line, until they are killed. The words
    on stdin are slips for the first ballots."""
    store = Store(url, Keys(keys))
    store.start()
    codes = sys.stdin.read().split()

    def write(writer: int) -> None:
        for number in count():
            slip = codes[writer] if number == 0 and writer < len(codes) else ""
            sent = ballot(f"{name}-{writer}-{number}", slip)
            if store.submit(sent) is not Outcome.STORED:
                os._exit(3)
            os.write(1, f"{sent.choices['told']} {slip}\n".encode())

    for writer in range(WRITERS):
        threading.Thread(target=write, args=(writer,)).start()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a SQLite database and its keys lie."""
    return tmp_path


@pytest.fixture
def url(folder: Path) -> str:
    """A SQLite database that is not there yet."""
    return f"sqlite:///{folder}/db/survey.sqlite"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """One server for the tests here."""
    with server() as found:
        yield found


def opened(url: str, folder: Path) -> Store:
    """A store, ready."""
    store = Store(url, Keys(folder / "keys"))
    store.start()
    return store


def killed_round(url: str, folder: Path, name: str, codes: list[str], seconds: float) -> tuple[list[str], list[str]]:
    """Eight writers in a process of their own, killed so long after their first answer: the ballots that were
    acknowledged and the slips spent with them."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.test_survey_crash", url, str(folder / "keys"), name],
        cwd=HOME,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin
    assert child.stdout
    child.stdin.write(" ".join(codes).encode())
    child.stdin.close()
    first = child.stdout.readline()
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    lines = [first, *child.stdout.readlines()]
    assert child.wait() == -signal.SIGKILL
    pairs = [line.decode().rstrip("\n").split(" ") for line in lines if line.endswith(b"\n")]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs if pair[1]]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_twelve_kills_under_eight_writers_lose_and_double_no_acknowledged_answer(
    kind: str, folder: Path, url: str, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").database()
    store = opened(url, folder)
    chance = random.Random(11)
    acknowledged: list[str] = []
    spent: list[str] = []
    sheet: list[str] = []
    for number in range(ROUNDS):
        codes = [new_slip() for _ in range(WRITERS)]
        store.add_batch(f"b{number}", "90001-01", codes, LAST_DAY, period=PERIOD)
        done, used = killed_round(url, folder, str(number), codes, chance.uniform(0.05, 0.4))
        acknowledged += done
        spent += used
        sheet += codes
    found = told(store)
    assert len(acknowledged) > ROUNDS * WRITERS
    assert len(acknowledged) == len(set(acknowledged))
    assert [name for name in acknowledged if found[name] != 1] == []
    assert max(found.values()) == 1
    # What was not acknowledged may be there or not, at most one ballot a writer and round; sent again it is there once.
    assert found.total() - len(acknowledged) <= ROUNDS * WRITERS
    unspent = [code for code in sheet if store.find_slip(code, LAST_DAY)]
    verified = sum(found.channel == "verified" for _, found in store.ballots(PERIOD))
    assert not set(spent) & set(unspent)
    assert verified + len(unspent) == len(sheet)
    assert {store.submit(ballot(name)) for name in acknowledged[-50:] if not name.endswith("-0")} == {Outcome.SAME}
    store.stop()
    if kind == "sqlite":
        with sqlite3.connect(folder / "db" / "survey.sqlite") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_server_that_stops_at_once_loses_no_acknowledged_answer_and_is_found_again(
    postgres: Server, folder: Path
) -> None:
    store = opened(postgres.database(), folder)
    acknowledged: list[str] = []
    ending = threading.Event()

    def write(writer: int) -> int:
        missed = 0
        for number in count():
            if ending.is_set():
                return missed
            name = f"{writer}-{number}"
            while True:
                try:
                    assert store.submit(ballot(name)) in (Outcome.STORED, Outcome.SAME)
                    break
                except Unavailable:
                    missed += 1
                    time.sleep(0.05)
            acknowledged.append(name)
        raise AssertionError

    with ThreadPoolExecutor(WRITERS) as threads:
        writers = [threads.submit(write, writer) for writer in range(WRITERS)]
        for _ in range(2):
            time.sleep(0.4)
            postgres.stop(signal.SIGQUIT)
            postgres.start()
        time.sleep(0.4)
        ending.set()
        missed = sum(writer.result() for writer in writers)
    assert missed > 0
    assert told(store) == Counter(acknowledged)
    store.stop()


def test_a_full_disk_is_told_loses_nothing_and_needs_no_restart(folder: Path, url: str) -> None:
    """The limit on the size of a file stands for the end of the disk; it holds for a process of its own."""
    child = subprocess.run(
        [sys.executable, "-m", "tests.test_survey_crash", url, str(folder / "keys")],
        cwd=HOME,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    stored, refused, afterwards = map(int, child.stdout.split())
    assert stored > 100
    assert refused > 10
    store = opened(url, folder)
    found = told(store)
    store.stop()
    assert max(found.values()) == 1
    assert found.total() == stored + afterwards
    assert afterwards == refused + 50


def fill_the_disk(url: str, keys: Path) -> None:
    """Ballots until the disk is full, some more, then room again: prints how many were stored, refused, stored then."""
    store = Store(url, Keys(keys))
    store.start()
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    stored: list[str] = []
    refused: list[str] = []
    with ThreadPoolExecutor(WRITERS) as threads:

        def one(number: int) -> None:
            if len(refused) > 40:
                return
            try:
                store.submit(ballot(str(number)))
                stored.append(str(number))
            except Unavailable:
                refused.append(str(number))

        list(threads.map(one, range(20_000)))
        missing = set(stored) - set(told(store))
        assert not missing
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        again = [*refused, *(f"more-{number}" for number in range(50))]
        outcomes = list(threads.map(lambda name: store.submit(ballot(name)), again))
    assert set(outcomes) == {Outcome.STORED}
    store.stop()
    os.write(1, f"{len(stored)} {len(refused)} {len(again)}".encode())


def test_a_database_locked_for_five_seconds_is_waited_for_and_for_fifteen_is_told(folder: Path, url: str) -> None:
    store = opened(url, folder)
    assert database.PATIENCE_S == 10
    other = sqlite3.connect(folder / "db" / "survey.sqlite", isolation_level=None)
    with ThreadPoolExecutor(WRITERS) as threads:
        other.execute("BEGIN EXCLUSIVE")
        begin = time.monotonic()
        waiting = [threads.submit(store.submit, ballot(f"five-{n}")) for n in range(WRITERS)]
        time.sleep(5)
        assert not any(result.done() for result in waiting)
        other.rollback()
        assert [result.result() for result in waiting] == [Outcome.STORED] * WRITERS
        assert 5 <= time.monotonic() - begin < 9

        other.execute("BEGIN EXCLUSIVE")
        begin = time.monotonic()
        waiting = [threads.submit(store.submit, ballot(f"fifteen-{n}")) for n in range(4)]
        time.sleep(3)  # who comes later waits behind those, but for the same lock
        waiting += [threads.submit(store.submit, ballot(f"fifteen-{n}")) for n in range(4, WRITERS)]
        for result in waiting:
            with pytest.raises(Unavailable):
                result.result()
        assert 9 <= time.monotonic() - begin < 14
        other.rollback()
        assert told(store).total() == WRITERS
        again = [threads.submit(store.submit, ballot(f"fifteen-{n}")) for n in range(WRITERS)]
        assert [result.result() for result in again] == [Outcome.STORED] * WRITERS
    other.close()
    assert set(told(store).values()) == {1}
    assert told(store).total() == 2 * WRITERS
    store.stop()


if __name__ == "__main__":
    address, key_folder, *names = sys.argv[1:]
    if names:
        write_for_ever(address, Path(key_folder), names[0])
    else:
        fill_the_disk(address, Path(key_folder))
