"""The whole loop: a person answers through the QR code at the counter, the month is closed, the site is built, and
anyone reads the figure. Each user is played: citizens, the clerk at the end of the month, the reader."""

import csv
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import yaml
from lxml import html
from playwright.sync_api import expect

from collector.codes import Keys, poster_path
from publisher.catalogue.office import HOME
from tests.browser import chromium, visit
from tests.offices import make_office

PERIOD = "2026-10"
SURVEYED, COUNTED = "2026-10-08", "2026-10-16"
"""A day inside the period (15 September to 14 October), and one after its end."""

COUNTERS = [
    {"counter_code": "00004-01", "unit_code": "00004", "contact_point": "procedures", "form": "counter"},
    {"counter_code": "00004-02", "unit_code": "00004", "contact_point": "procedures", "form": "counter"},
    {"counter_code": "00004-03", "unit_code": "00004", "contact_point": "work", "form": "ward"},
    {"counter_code": "00008-01", "unit_code": "00008", "contact_point": "procedures", "form": "counter"},
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with four counters in the middle of a period."""
    return make_office(
        tmp_path_factory.mktemp("loop") / "office",
        counters=[{**line, "name_vi": f"Quầy {line['counter_code'][-2:]}"} for line in COUNTERS],
        datasets={"satisfaction": {}},
        first_period=PERIOD,
        today=SURVEYED,
        survey={"url": "https://khaosat.example.vn/"},
        languages=["vi"],
    )


def on(office: Path, day: str) -> None:
    """Let the office's calendar show a day."""
    path = office / "datasets" / "publishing.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**settings, "today": day}, allow_unicode=True), encoding="utf-8")


def environment(office: Path) -> dict[str, str]:
    """What every process of the collector is told."""
    return {**os.environ, "COLLECTOR_SECRET_KEY": "k" * 40, "COLLECTOR_OFFICE": str(office), "COLLECTOR_PROXIES": "1"}


@contextmanager
def collector(office: Path) -> Iterator[str]:
    """The address of the real server while inside."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "scripts/serve_collector.py", "--port", str(port)]
    process = subprocess.Popen(command, cwd=HOME, env=environment(office), start_new_session=True)
    try:
        for _ in range(150):
            assert process.poll() is None
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def send(address: str, path: str, visitor: int, answers: dict[str, str]) -> int:
    """One citizen behind an address of their own opens a form and sends it; the status that came back."""
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=20)
    headers = {"X-Forwarded-For": f"192.0.2.{visitor}", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("GET", "/" + path, headers=headers)
    page = html.fromstring(connection.getresponse().read().decode("utf-8"))
    (form,) = page.xpath("//form[@method='post']")
    fields = {name: value for name, value in form.form_values() if value} | answers
    connection.request("POST", form.get("action"), urllib.parse.urlencode(fields), headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def run(command: str, office: Path, *arguments: str) -> str:
    """A command of the project, to its end; what it said."""
    done = subprocess.run(
        [sys.executable, f"scripts/{command}.py", *arguments, "--office", str(office)],
        cwd=HOME,
        env=environment(office),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(office: Path) -> Path:
    """The site built after citizens answered and the month was closed.

    Phường Ba Đình, procedures: 12 answers through posters (7 satisfied or very satisfied at counter 1, 2 at counter 2).
    The same unit's other work: 9 answers. Phường Ngọc Hà: exactly 10, all satisfied.
    """
    keys = Keys(office / "var" / "keys")
    poster = {line["counter_code"]: poster_path(keys, line["counter_code"], PERIOD) for line in COUNTERS}
    with collector(office) as address:
        with chromium() as browser, visit(browser, address, viewport={"width": 360, "height": 740}) as visited:
            page = visited.open(poster["00004-01"])
            assert "Quầy 01" in page.inner_text("main")
            assert "Phường Ba Đình" in page.inner_text("main")
            page.get_by_label("Hài lòng", exact=True).first.check()
            page.get_by_role("button", name=re.compile("Gửi")).click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("ảm ơn")
            assert visited.foreign == []
            assert visited.errors == []
        plan = [("00004-01", score) for score in "554433"] + [("00004-02", score) for score in "52111"]
        plan += [("00008-01", score) for score in "5554444444"]
        for visitor, (counter, score) in enumerate(plan):
            assert send(address, poster[counter], visitor, {"overall": score}) == 303
        for visitor in range(9):
            items = {f"q_{number}": "1" for number in range(1, 10)}
            assert send(address, poster["00004-03"], 100 + visitor, {"overall": "1", **items}) == 303
    on(office, COUNTED)
    said = run("close_month", office, PERIOD)
    assert "Phường Ba Đình" in said
    run("build", office, "--quiet")
    return office / "site" / "current"


def figures(site: Path, page: str) -> dict[str, str]:
    """The figures of a page by address: what a machine reads."""
    document = html.parse(str(site / page / "index.html"))
    return {element.get("data-of"): element.get("value", "") for element in document.iter("data")}


def test_the_answers_stand_on_the_public_page_as_they_were_given(site: Path) -> None:
    found = figures(site, "don-vi/phuong-ba-dinh")
    rate = next(of for of in found if of.startswith("satisfaction/open_pct/00004/") and "#" not in of)
    # 12 people; satisfied: the one in the browser, four at counter 1, one at counter 2
    assert (found[f"{rate}#numerator"], found[f"{rate}#denominator"]) == ("6", "12")
    assert float(found[rate]) == 50.0


def test_exactly_ten_answers_are_published_and_nine_are_not(site: Path, office: Path) -> None:
    found = figures(site, "don-vi/phuong-ngoc-ha")
    rate = next(of for of in found if of.startswith("satisfaction/open_pct/00008/") and "#" not in of)
    assert (found[f"{rate}#numerator"], found[f"{rate}#denominator"]) == ("10", "10")
    page = html.parse(str(site / "don-vi/phuong-ba-dinh" / "index.html")).getroot().text_content()
    assert "dưới 10 phiếu" in page
    rows = list(csv.DictReader((office / "datasets/satisfaction/data" / PERIOD / "00004.csv").open(encoding="utf-8")))
    work = [row for row in rows if row["contact_point"] == "work"]
    assert work
    assert not any(row["answers"] or row["satisfied"] or row["level_1"] for row in work)


def test_the_month_is_closed_once_and_a_second_time_changes_nothing(site: Path, office: Path) -> None:
    before = (office / "datasets" / "ledger.jsonl").read_bytes()
    run("close_month", office, PERIOD)
    assert (office / "datasets" / "ledger.jsonl").read_bytes() == before


def test_nothing_of_the_visitors_is_on_the_disk(site: Path, office: Path) -> None:
    for path in office.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"192.0.2." not in content, path
            assert b"Mozilla/5.0" not in content or "site" in path.parts, path
