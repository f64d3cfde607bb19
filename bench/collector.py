"""Answers a second: the real server (Granian, one process, thirty-two threads), loaded by a second process on loopback.

Each request is a whole form of its own with its own signed token, sent to a counter's address and judged, stored and
thanked for as ever; only the limits for one network address and one counter are lifted, since all load comes from here.
This file is also what the two processes run: `python -m bench.collector serve|load|check …`. As a program of its own
(`python -m bench.collector try --seconds 3`) it prints the rows of a short run.

The package `collector` is imported inside functions: for `bench/run.py` this file stands before it under that name.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from bench import clock
from bench.result import Result
from publisher.catalogue.office import HOME

RATE, SECONDS, P99_MS = 500, 60, 100
"""Answers a second, for how long, and how long the slowest hundredth may take."""

WHOLE, TOP_SECONDS, WARM_SECONDS = 0.6, 10, 2
"""The throughput with the store must be at least so much of that without; how long each is measured, after how long."""

CONNECTIONS = 50
COUNTER = "90001-01"
SECRET = "a secret of the benchmark and of nothing else"  # noqa: S105 it signs made-up forms only
STORES = ("real", "nothing", "alone", "in-turn")
"""What stands behind the route: the store; one that does nothing; and two arrangements that decision 0007 compares, in
which each thread commits for itself, waiting for the database's lock, or in turn for a lock of our own."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of load found: how many were sent and acknowledged, in how many seconds, and percentiles of the
    milliseconds from the moment a request was due."""

    sent: int
    acknowledged: int
    seconds: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float

    @property
    def rate(self) -> float:
        """Acknowledged answers a second."""
        return self.acknowledged / self.seconds


def of_collector(folder: Path, repeats: int, *, seconds: int = SECONDS, top: int = TOP_SECONDS) -> list[Result]:
    """500 answers a second for a minute, then the greatest throughput with the store and with one that does nothing, in
    turn. The database is the office's default, SQLite, or `COLLECTOR_DATABASE_URL`."""
    steady, checked = measure(folder / "steady", "real", seconds=seconds, rate=RATE)
    most: dict[str, list[Load]] = {"real": [], "nothing": []}
    for number in range(repeats):
        for store, runs in most.items():
            runs.append(measure(folder / f"{store}-{number}", store, seconds=top, rate=0)[0])
    ratio = clock.ratio([one.rate for one in most["nothing"]], [one.rate for one in most["real"]])
    real, nothing = (median(one.rate for one in runs) for runs in most.values())
    spread = f"half within {steady.p50_ms:.0f} ms, all within {steady.slowest_ms:.0f} ms"
    missing = f"of {checked['acknowledged']:,} acknowledged; {checked['stored']:,} in the database"
    return [
        Result(f"99th percentile at {RATE} answers/s for {seconds} s", steady.p99_ms, P99_MS, spread, " ms"),
        Result(f"Answers refused at {RATE}/s", steady.sent - steady.acknowledged, 0, f"of {steady.sent:,}", exact=True),
        Result("Acknowledged answers lost or doubled", checked["lost"] + checked["doubled"], 0, missing, exact=True),
        Result("Greatest throughput with a store that does nothing ÷ with ours", ratio, round(1 / WHOLE, 2),
               f"{nothing:,.0f}/s ÷ {real:,.0f}/s: {real / nothing:.2f} of it"),
    ]  # fmt: skip


def measure(folder: Path, store: str, *, seconds: int, rate: int) -> tuple[Load, dict[str, int]]:
    """A server in a folder of its own, load on it, and what is in its database afterwards."""
    folder.mkdir(parents=True)
    with serving(folder, store) as port:
        child("load", folder, "--port", port, "--seconds", WARM_SECONDS, "--name", "warm")
        found = child("load", folder, "--port", port, "--seconds", seconds, "--rate", rate, "--name", "load")
    checked = child("check", folder) if store != "nothing" else {}
    return Load(**found), checked


def child(role: str, folder: Path, *arguments: object) -> dict[str, Any]:
    """What a process of this file in another role prints."""
    done = clock.process(["-m", "bench.collector", role, "--folder", str(folder), *map(str, arguments)])
    result: dict[str, Any] = json.loads(done.output)
    return result


@contextmanager
def serving(folder: Path, store: str) -> Iterator[int]:
    """A server in a process of its own, ready, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["serve", "--folder", str(folder), "--port", str(port), "--store", store]
    server = subprocess.Popen([sys.executable, "-m", "bench.collector", *arguments], cwd=HOME)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


# The server


def serve(folder: Path, port: int, store: str) -> None:
    """Serve until a signal comes, as scripts/serve_collector.py does."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from scripts.serve_collector import THREADS

    server = Granian(
        "collector:create_app",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
        log_access=False,
    )
    server.serve(target_loader=partial(load_app, folder, store), wrap_loader=False)


def load_app(folder: Path, store: str) -> Any:
    """The app with its limits lifted and the store that was asked for."""
    from multiprocessing.util import Finalize

    from bench import stores
    from collector import create_app

    app = create_app(settings(folder))
    survey = app.extensions["survey"]
    Finalize(None, survey.store.stop, exitpriority=1)
    app.extensions["survey"] = replace(survey, limits=stores.Boundless(), store=stores.arrange(survey.store, store))
    return app


def settings(folder: Path) -> Any:
    """The demonstration with keys and database in a folder of their own."""
    from collector.settings import read_settings

    given = {
        "COLLECTOR_SECRET_KEY": SECRET,
        "COLLECTOR_KEYS": str(folder / "keys"),
        "COLLECTOR_DATABASE_URL": os.environ.get("COLLECTOR_DATABASE_URL", f"sqlite:///{folder}/db/survey.sqlite"),
    }
    return read_settings(given)


# The load


def load(folder: Path, port: int, seconds: int, rate: int, name: str) -> dict[str, Any]:
    """Send forms over fifty connections: so many a second, each at its moment, or (with 0) as fast as answers come."""
    count = rate * seconds if rate else 5000 * seconds
    requests = make_requests(folder, count)
    taken, acknowledged, times, begin, end = asyncio.run(send(port, requests, seconds, rate))
    with (folder / f"{name}.keys").open("w", encoding="ascii") as file:
        file.writelines(f"{requests[number][0]}\n" for number in acknowledged)
    cuts = quantiles(times, n=100)
    return {
        "sent": taken,
        "acknowledged": len(acknowledged),
        "seconds": end - begin,
        "p50_ms": cuts[49] * 1000,
        "p99_ms": cuts[98] * 1000,
        "slowest_ms": max(times) * 1000,
    }


def make_requests(folder: Path, count: int) -> list[tuple[str, bytes]]:
    """So many filled-in forms as whole requests, each with its key. One in ten has a comment."""
    from collector.codes import Keys
    from collector.store import Store
    from collector.survey import pages
    from collector.survey.forms import read_forms
    from publisher.catalogue import open_office

    office = open_office(HOME)
    forms = read_forms(office)
    keys = Keys(folder / "keys")
    signer = pages.make_survey(office, forms, Store(f"sqlite:///{folder}/unused.sqlite", keys), keys, SECRET).signer
    asked = [question for question in forms["counter"].questions if question.type == "select_one"]
    chance = random.Random(count)
    made = []
    for _ in range(count):
        key = secrets.token_hex(16)
        fields = {question.name: chance.choice(question.choices).value for question in asked}
        fields |= {"improve": "waiting", "comment": "Chờ hơi lâu, xin thêm ghế ngồi."} if chance.random() < 0.1 else {}
        fields |= {pages.TOKEN: str(signer.dumps([key, COUNTER, round(time.time(), 1)])), pages.TRAP: ""}
        body = urlencode(fields).encode()
        head = (
            f"POST /k/{COUNTER} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        made.append((key, head.encode() + body))
    return made


async def send(
    port: int, requests: list[tuple[str, bytes]], seconds: int, rate: int
) -> tuple[int, list[int], list[float], float, float]:
    """How many were sent, which were acknowledged, how long each took from the moment it was due, begin and end."""
    acknowledged: list[int] = []
    times: list[float] = []
    numbers = iter(range(len(requests)))
    taken = 0
    begin = time.monotonic()

    async def one() -> None:
        nonlocal taken
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            due = begin + number / rate if rate else time.monotonic()
            if due >= begin + seconds:
                break
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            taken += 1
            writer.write(requests[number][1])
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            times.append(time.monotonic() - due)
            if head.startswith(b"HTTP/1.1 303"):
                acknowledged.append(number)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return taken, acknowledged, times, begin, time.monotonic()


def check(folder: Path) -> dict[str, int]:
    """Acknowledged answers beside those in the database: each must have its receipt, and each receipt one answer."""
    import sqlalchemy as sa

    from collector.calendar import period_of
    from collector.codes import Keys, mac
    from collector.store import Store, tables
    from publisher.catalogue import open_office

    given = settings(folder)
    office = open_office(HOME)
    period = period_of(office, office.today)
    keys = Keys(given.keys)
    acknowledged = [key for path in folder.glob("*.keys") for key in path.read_text(encoding="ascii").split()]
    store = Store(given.database_url, keys)
    with store.database.reading() as connection:
        receipts = set(connection.scalars(sa.select(tables.receipts.c.form_mac)))
        stored = connection.scalar(sa.select(sa.func.count()).select_from(tables.answers)) or 0
    period_key = keys.period(period)
    lost = sum(mac(period_key, "form", key) not in receipts for key in acknowledged)
    return {"acknowledged": len(acknowledged), "stored": stored, "lost": lost, "doubled": stored - len(receipts)}


def main() -> None:
    """One of the roles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["serve", "load", "check", "try"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--name", default="load")
    parser.add_argument("--store", choices=STORES, default="real")
    options = parser.parse_args()
    match options.role:
        case "serve":
            serve(options.folder, options.port, options.store)
        case "load":
            print(json.dumps(load(options.folder, options.port, options.seconds, options.rate, options.name)))
        case "check":
            print(json.dumps(check(options.folder)))
        case "try":
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                if options.store == "real":
                    found = of_collector(Path(folder), options.repeats, seconds=options.seconds, top=options.seconds)
                    print("\n".join(result.row("now") for result in found))
                else:
                    for rate in (RATE, 0):
                        where = Path(folder) / str(rate)
                        print(*measure(where, options.store, seconds=options.seconds, rate=rate))


if __name__ == "__main__":
    main()
