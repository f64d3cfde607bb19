"""What a clerk waits for, and what citizens notice of it: the real server of the staff pages, over HTTP.

First a workbook of 20,000 rows, every column of the form filled, from the moment it is sent to the page that shows what
it would publish, beside the bare reading of its values by calamine. Then fifty clerks who hand in at the same moment,
while answers to the survey come in on the same machine.

The package `collector` is imported inside functions: for `bench/run.py` the file `collector.py` beside this one stands
before it under that name.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from threading import Barrier
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import openpyxl  # type: ignore[import-untyped]
from lxml import html

from bench import checker, clock, collector, offices
from bench.result import Result
from publisher.catalogue import Office
from publisher.catalogue.office import HOME

ROWS, CLERKS, FEW_ROWS = 20_000, 50, 12
MONTH = "2026-10"
TIMES, P99_MS = 6, 300
ANSWERS_PER_SECOND, LOAD_S = 100, 30
PASSWORD = "con mèo ngồi trên mái nhà"  # noqa: S105 of made-up people
LOOK_AGAIN = 0.02
"""A browser looks again after seconds; here the moment counts at which the answer is there."""


def of_intake(
    folder: Path, repeats: int, *, count: int = ROWS, clerks: int = CLERKS, load_s: int = LOAD_S
) -> list[Result]:
    """One large file, `repeats` times, and many small ones at once beside the survey."""
    office = offices.empty(folder / "office", clerks, [MONTH])
    with serving(office, folder) as (address, invitations):
        people = [Clerk.join(address, unit, invitation) for unit, invitation in invitations.items()]
        answered, bare = large(office, people[0], folder, repeats, count)
        seconds, survey = many(office, people, folder, load_s)
    return [
        Result(f"A workbook of {count:,} rows answered on the staff pages ÷ its bare reading",
               clock.ratio(answered, bare), TIMES, f"{median(answered):.2f} s ÷ {median(bare):.2f} s"),
        Result(f"Files not answered of {clerks} handed in at once", clerks - len(seconds), 0,
               f"half within {median(seconds):.1f} s, all within {max(seconds):.1f} s", exact=True),
        Result(f"99th percentile of the survey meanwhile, {ANSWERS_PER_SECOND} answers/s", survey.p99_ms, P99_MS,
               f"{survey.acknowledged:,} of {survey.sent:,} acknowledged, half within {survey.p50_ms:.0f} ms", " ms"),
    ]  # fmt: skip


# Files


def write_file(office: Office, path: Path, unit: str, count: int, note: str) -> Path:
    """A workbook of one unit and month by procedure, every column filled, in which every rule holds."""
    kind = office.kinds[offices.KIND]
    names = [name for name in kind.columns if name not in ("received_non_local",)]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([kind.columns[name].titles.vi for name in names])
    for number, row in enumerate(checker.rows(office, count, 0, months=[MONTH])):
        row |= {"unit_code": unit, "procedure_code": f"1.{number:06d}", "note": note}
        sheet.append([number_of(name, row.get(name, "")) for name in names])
    book.save(path)
    return path


def number_of(name: str, value: object) -> object:
    """A cell as a spreadsheet holds it: shares are numbers."""
    return float(str(value)) if name.endswith("_pct") and value not in ("", None) else value


# The server and its people


@contextmanager
def serving(office: Office, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The server of an office; gives its address and the path of an invitation for a clerk of each unit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {name: value for name, value in os.environ.items() if not name.startswith("COLLECTOR_")}
    environ = {**known, "COLLECTOR_OFFICE": str(office.root), "COLLECTOR_SECRET_KEY": secrets.token_hex(32)}
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "scripts/serve_intake.py", "--port", str(port)]
        server = subprocess.Popen(command, cwd=HOME, env=environ, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/", invite([entry.code for entry in office.units], environ)
    finally:
        server.terminate()
        server.wait(60)


def invite(units: list[str], environ: Mapping[str, str]) -> dict[str, str]:
    """An invitation for a clerk of each unit, as scripts/staff.py makes one: unit → path."""
    found = {}
    for unit in units:
        words = ["invite", "--login", f"clerk{unit}", "--name", f"Clerk {unit}", "--role", "clerk", "--unit", unit]
        command = [sys.executable, "scripts/staff.py", *words]
        done = subprocess.run(command, cwd=HOME, env=dict(environ), capture_output=True, text=True, check=True)
        said = re.search(r"moi/(\S+)", done.stdout)
        assert said, done.stdout
        found[unit] = f"moi/{said[1]}"
    return found


class Clerk:
    """A clerk of one unit with a browser that keeps cookies."""

    def __init__(self, address: str, unit: str) -> None:
        self.address, self.unit = address, unit
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    @classmethod
    def join(cls, address: str, unit: str, invitation: str) -> "Clerk":
        """Take an invitation up."""
        clerk = cls(address, unit)
        token = clerk.token(clerk.get(invitation))
        fields = urlencode({"csrf_token": token, "password": PASSWORD, "again": PASSWORD}).encode()
        clerk.browser.open(urljoin(address, invitation), fields).read()
        return clerk

    def get(self, path: str) -> html.HtmlElement:
        """A page."""
        return html.document_fromstring(self.browser.open(urljoin(self.address, path)).read())

    def token(self, page: html.HtmlElement) -> str:
        """The token of a page's form."""
        return str(page.xpath("//input[@name='csrf_token']/@value")[0])

    def hand_in(self, path: Path, barrier: Barrier | None = None) -> float:
        """Hand a file in; seconds until its preview is there. Raises AssertionError for a file that is refused."""
        place = f"nop/{offices.KIND}/{self.unit}/{MONTH}"
        token, edge = self.token(self.get(place)), secrets.token_hex(16)
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode(),
            path.read_bytes(),
            f"\r\n--{edge}--\r\n".encode(),
        ]
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        request = Request(urljoin(self.address, place), b"".join(parts), headers)  # noqa: S310 our own server
        if barrier:
            barrier.wait()
        begin = time.monotonic()
        answer = self.browser.open(request)
        page, at = html.document_fromstring(answer.read()), answer.geturl()
        while page.xpath("//meta[@http-equiv='refresh']"):
            time.sleep(LOOK_AGAIN)
            page = self.get(at)
        seconds = time.monotonic() - begin
        assert page.xpath("//form[contains(@action, '/gui')]"), " ".join(page.text_content().split())[:500]
        return seconds


# What is measured


def large(office: Office, clerk: Clerk, folder: Path, repeats: int, count: int) -> tuple[list[float], list[float]]:
    """Seconds of the answer and of the bare reading of a large file, in turn."""
    answered, bare = [], []
    clerk.hand_in(write_file(office, folder / "first.xlsx", clerk.unit, FEW_ROWS, "first"))  # a server is warm by day
    for number in range(repeats):
        path = write_file(office, folder / f"large-{number}.xlsx", clerk.unit, count, f"round {number}")
        said = json.loads(clock.process(["-m", "bench.workbooks", "bare", office.root, path]).output)
        assert said["rows"] == count, said
        bare.append(said["seconds"])
        answered.append(clerk.hand_in(path))
    return answered, bare


def many(office: Office, people: list[Clerk], folder: Path, load_s: int) -> tuple[list[float], collector.Load]:
    """Seconds of each answer when all clerks hand in at once, and what the survey's load found meanwhile."""
    files = [write_file(office, folder / f"{clerk.unit}.xlsx", clerk.unit, FEW_ROWS, "together") for clerk in people]
    barrier = Barrier(len(people) + 1)
    with ThreadPoolExecutor(len(people) + 1) as pool:
        survey = pool.submit(collector.measure, folder / "survey", "real", seconds=load_s, rate=ANSWERS_PER_SECOND)
        waiting = [pool.submit(clerk.hand_in, path, barrier) for clerk, path in zip(people, files, strict=True)]
        time.sleep(load_s / 3)  # the survey's server has started, and its load is under way
        barrier.wait()
        return [one.result() for one in waiting], survey.result()[0]
