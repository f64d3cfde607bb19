"""The survey as tests meet it: a small office with counters, its app with a clock that tests set, pages taken apart."""

import datetime as dt
import sqlite3
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from collector import create_app
from collector.codes import Keys, new_batch, new_slip, poster_path
from collector.limits import Limits
from collector.settings import Settings
from collector.store import Ballot, Store
from collector.survey.pages import Survey
from tests.offices import UNITS, make_office

HERE, OTHER, CLOSED, GONE = "00004-01", "00008-01", "00004-09", "00009-01"
PERIOD, BEFORE = "2026-08", "2026-07"
TODAY = dt.date(2026, 7, 31)
NOON = dt.datetime(2026, 7, 31, 11, 0, tzinfo=zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh"))
"""A working day inside the period 2026-08 (15 July to 14 August), in office hours."""

COUNTERS: tuple[Mapping[str, str], ...] = (
    {"counter_code": HERE, "unit_code": "00004", "name_vi": "Quầy 1: Hộ tịch, chứng thực", "name_en": "Counter 1"},
    {"counter_code": "00004-02", "unit_code": "00004", "name_vi": "Quầy 2: Đất đai"},
    {"counter_code": CLOSED, "unit_code": "00004", "name_vi": "Quầy cũ", "valid_to": "2026-06-30"},
    {"counter_code": OTHER, "unit_code": "00008", "name_vi": "Bộ phận một cửa"},
    {"counter_code": GONE, "unit_code": "00009", "name_vi": "Quầy của phường đã sáp nhập"},
)
MERGED = {"code": "00009", "name_vi": "Phường Đã Sáp Nhập", "level": "commune", "valid_to": "2026-06-30"}

FORM = """survey
,type,name,label::Tiếng Việt (vi),label::English (en),required,constraint,constraint_message::Tiếng Việt (vi),appearance
,select_one levels5,overall,Ông/Bà hài lòng ở mức nào?,How satisfied are you?,yes,,,likert
,begin_group,more,Chi tiết,Details,,,,
,select_one levels5,time,Thời gian giải quyết,The time it took,,,,likert
,integer,trips,Ông/Bà phải đến mấy lần?,How many times did you come?,,. <= 20,Xin ghi từ 0 đến 20 lần.,
,select_multiple wish,wish,Cần cải thiện điều gì?,What should be improved?,,,,
,end_group,,,,,,,
,text,comment,Góp ý thêm,Anything to add?,,,,
choices
,list_name,name,label::Tiếng Việt (vi),label::English (en)
,levels5,5,Rất hài lòng,Very satisfied
,levels5,4,Hài lòng,Satisfied
,levels5,3,Bình thường,Neutral
,levels5,2,Không hài lòng,Dissatisfied
,levels5,1,Rất không hài lòng,Very dissatisfied
,wish,waiting,Giảm thời gian chờ,Shorter waiting time
,wish,trips,Giảm số lần đi lại,Fewer trips
settings
,form_title,form_title_en,form_id,version,default_language
,Phiếu lấy ý kiến,Your opinion,small,1,Tiếng Việt (vi)
"""


def make_survey_office(root: Path, **settings: object) -> Path:
    """An office with five counters (one closed, one of a unit that is gone) that all use one small form."""
    chosen = {"today": TODAY.isoformat(), "survey": {"url": "https://khaosat.example.vn/"}, **settings}
    counters = [{"contact_point": "procedures", "form": "small", **line} for line in COUNTERS]
    make_office(root, units=[*UNITS, MERGED], counters=counters, **chosen)
    forms = root / "datasets" / "satisfaction" / "surveys"
    forms.mkdir(parents=True)
    (forms / "small.csv").write_text(FORM, encoding="utf-8")
    return root


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: dt.datetime = NOON
    passed: float = 0

    def now(self) -> dt.datetime:
        """The time in Việt Nam."""
        return self.at

    def seconds(self) -> float:
        """Seconds that never go back, for limits."""
        return self.passed

    def move(self, **by: float) -> None:
        """Let time pass, or the calendar go back."""
        step = dt.timedelta(**by)
        self.at += step
        self.passed += max(step.total_seconds(), 0)


@dataclass(frozen=True)
class Page:
    """One answer of the app: its status, its headers, its text as people read it, and what its form sends."""

    status: int
    headers: Mapping[str, str]
    body: str
    tree: html.HtmlElement = field(repr=False)

    @property
    def text(self) -> str:
        """The words of the page, without its style sheet."""
        return " ".join(" ".join(self.tree.xpath("//body//text()")).split())

    @property
    def fields(self) -> dict[str, list[str]]:
        """What the browser would send, were "Gửi phiếu" pressed now: field → values."""
        found: dict[str, list[str]] = {}
        for form in self.tree.xpath("//form[@method='post']"):
            for name, value in form.form_values():
                # A browser leaves out the line break with which our text fields begin.
                found.setdefault(name, []).append(value.removeprefix("\n"))
        return found

    @property
    def action(self) -> str:
        """Where the form is sent."""
        (form,) = self.tree.xpath("//form[@method='post']")
        return str(form.get("action"))

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [str(link) for link in self.tree.xpath("//a/@href")]

    @property
    def faults(self) -> list[str]:
        """The sentences of the error summary that lead to a question."""
        return [" ".join(a.text_content().split()) for a in self.tree.xpath("//*[@role='alert']//li/a")]


def read_page(response: TestResponse) -> Page:
    """A response as a Page."""
    body = "" if response.mimetype == "application/zip" else response.get_data(as_text=True)
    return Page(response.status_code, dict(response.headers), body, html.document_fromstring(body or "<html></html>"))


@dataclass
class Desk:
    """The running app of one office, its clock, its database, and somebody who answers."""

    app: Flask
    clock: Clock
    database: Path

    @property
    def survey(self) -> Survey:
        """What the pages stand on."""
        found = self.app.extensions["survey"]
        assert isinstance(found, Survey)
        return found

    @property
    def store(self) -> Store:
        """Where answers go."""
        return self.survey.store

    @property
    def client(self) -> FlaskClient:
        """A browser without cookies."""
        return self.app.test_client(use_cookies=False)

    @contextmanager
    def anew(self, folder: Path) -> Iterator["Desk"]:
        """The same app while inside, with a store, keys, limits and a clock that know nothing yet."""
        before = self.survey
        keys = Keys(folder / "keys")
        database = folder / "survey.sqlite"
        store = Store(f"sqlite:///{database}", keys)
        store.start()
        desk = Desk(self.app, Clock(), database)
        desk.change(store=store, keys=keys, now=desk.clock.now, limits=Limits(desk.clock.seconds))
        try:
            yield desk
        finally:
            store.stop()
            self.app.extensions["survey"] = before

    def change(self, **parts: object) -> None:
        """Put another part in the place of one of the survey's."""
        self.app.extensions["survey"] = replace(self.survey, **parts)

    def open(self, path: str) -> Page:
        """GET, redirects followed."""
        return read_page(self.client.get(path, follow_redirects=True))

    def post(self, path: str, fields: Mapping[str, str | Sequence[str]], **options: object) -> Page:
        """POST of a form's fields, redirects not followed."""
        body = urlencode(fields, doseq=True)
        kind = "application/x-www-form-urlencoded"
        return read_page(self.client.post(path, data=body, content_type=kind, **options))  # type: ignore[arg-type]

    def send(self, path: str, **answers: str | Sequence[str]) -> Page:
        """Open a form, take ten seconds to fill it in, send it; the page to which that leads."""
        page = self.open(path)
        self.clock.move(seconds=10)
        sent = self.post(page.action, {**page.fields, **answers})
        return self.open(sent.headers["Location"]) if sent.status == 303 else sent

    def ballots(self, period: str = PERIOD) -> list[Ballot]:
        """The answers of a period."""
        return [ballot for _, ballot in self.store.ballots(period)]

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What stands in the database."""
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def discarded(self) -> dict[tuple[object, object], object]:
        """What was counted and not stored: (counter, what) → how many. Stops the store, which writes them late."""
        self.store.stop()
        return {(counter, what): n for counter, what, n in self.rows("SELECT counter, what, n FROM discarded")}

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        tables = [str(name) for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr) for name in tables}  # noqa: S608 our names

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process writes to the database and does not come to an end."""
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.rollback()
            other.close()

    def comments(self) -> list[tuple[object, ...]]:
        """Comments: (question, text, suspect)."""
        return self.rows("SELECT question, text, suspect FROM comments ORDER BY text")

    def poster(self, counter: str = HERE, period: str = PERIOD) -> str:
        """The path of a poster."""
        return "/" + poster_path(self.survey.keys, counter, period)

    def slips(self, count: int = 1, *, counter: str = HERE, expires: dt.date = TODAY) -> list[str]:
        """The codes of slips that were printed."""
        codes = [new_slip() for _ in range(count)]
        self.store.add_batch(new_batch(), counter, codes, expires, period=PERIOD)
        return codes


@contextmanager
def opened(office: Path, **settings: object) -> Iterator[Desk]:
    """The app of an office while inside, with its database and keys in the office's `var/`."""
    database = office / "var" / "survey.sqlite"
    given: dict[str, object] = {
        "secret_key": "t" * 40,
        "database_url": f"sqlite:///{database}",
        "office": office,
        "keys": office / "var" / "keys",
        **settings,
    }
    app = create_app(Settings(**given))  # type: ignore[arg-type]
    desk = Desk(app, Clock(), database)
    desk.change(now=desk.clock.now, limits=Limits(desk.clock.seconds))
    try:
        yield desk
    finally:
        desk.store.stop()
