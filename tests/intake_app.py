"""The staff pages as tests meet them: a small office, its app with a clock that tests set, people with browsers."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from collector.intake import create_app
from collector.intake.accounts import Account
from collector.intake.attempts import Attempts
from collector.intake.here import Intake
from collector.settings import StaffSettings
from publisher.catalogue.office import ZONE
from tests.offices import make_office
from tests.survey_app import Clock, Page, read_page

URL = "https://canbo.example.vn/"
SECRET = "secret-of-a-test-0123456789-0123456789"
PASSWORD = "con mèo ngồi trên mái nhà"
PEOPLE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clerk": (("clerk",), ("00004",)),
    "other": (("clerk",), ("00008",)),
    "approver": (("approver",), ("*",)),
    "administrator": (("administrator",), ()),
}
"""Somebody of each role, and a clerk of another unit: login → (roles, units)."""


@dataclass
class Person:
    """Somebody with a browser of their own, which keeps cookies."""

    desk: "Desk"
    login: str
    client: FlaskClient = field(init=False)
    secret: str = ""
    recovery: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A browser without any cookie."""
        self.client = self.desk.app.test_client()

    def open(self, path: str, follow: bool = True, **options: Any) -> Page:
        """GET, redirects followed."""
        return read_page(self.client.get(path, base_url=URL, follow_redirects=follow, **options))

    def post(self, path: str, fields: Mapping[str, Any] | None = None, follow: bool = True, **options: Any) -> Page:
        """POST of these fields and no others, redirects followed."""
        return read_page(
            self.client.post(path, data=dict(fields or {}), base_url=URL, follow_redirects=follow, **options)
        )

    def send(self, page: Page, fields: Mapping[str, Any] | None = None, *, action: str = "", **options: Any) -> Page:
        """Fill in and send a form of a page: the one whose action ends so, else the only one in its main part."""
        (form,) = [
            form
            for form in page.tree.xpath("//main//form[@method='post']")
            if not action or str(form.get("action", "")).partition("?")[0].endswith(action)
        ]
        known = dict(form.form_values())
        return self.post(form.get("action") or self.last(page), {**known, **(fields or {})}, **options)

    def last(self, page: Page) -> str:
        """The address of a page whose form says none: the page's own."""
        return page.headers.get("X-Test-Path", "")

    def token(self) -> str:
        """The token of this person's forms, taken from a page that everybody has."""
        page = self.open("/tai-khoan" if self.login else "/dang-nhap")
        return str(page.tree.xpath("//input[@name='csrf_token']/@value")[0])

    def act(self, path: str, fields: Mapping[str, Any] | None = None, **options: Any) -> Page:
        """POST with a good token, whatever page the form would stand on."""
        return self.post(path, {"csrf_token": self.token(), **(fields or {})}, **options)

    def code(self) -> str:
        """What the person's phone shows now."""
        token = TOTP(key=self.secret).generate(time=self.desk.clock.now().timestamp()).token
        return str(token)

    def sign_in(self, password: str = PASSWORD) -> Page:
        """Login, password, and the code where one is asked for. A code is good once: time passes before."""
        self.desk.clock.move(seconds=31)
        page = self.send(self.open("/dang-nhap"), {"login": self.login, "password": password})
        return self.send(page, {"code": self.code()}) if page.tree.xpath("//input[@id='code']") else page

    def use_invitation(self, token: str, password: str = PASSWORD) -> Page:
        """Open an invitation, set the password, and set up the second factor where one is needed."""
        path = f"/moi/{token}"
        page = self.open(path)
        fields = {"csrf_token": page.fields["csrf_token"][0], "password": password, "again": password}
        page = self.post(path, fields)
        if found := page.tree.xpath("//code[@class='key']"):
            self.secret = re.sub(r"[^A-Z2-7]", "", found[0].text_content())
            page = self.send(page, {"code": self.code()})
            self.recovery = tuple(code.text_content() for code in page.tree.xpath("//ul[@class='codes']//code"))
        return page


@dataclass
class Desk:
    """The running app of one office, its clock, and who works there."""

    app: Flask
    clock: Clock
    office: Path
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def intake(self) -> Intake:
        """What the pages stand on."""
        found = self.app.extensions["intake"]
        assert isinstance(found, Intake)
        return found

    def change(self, **parts: object) -> None:
        """Put another part in the place of one."""
        self.app.extensions["intake"] = replace(self.intake, **parts)

    def nobody(self) -> Person:
        """Somebody who is not known here."""
        return Person(self, "")

    def account(self, login: str) -> Account:
        """An account as it is now."""
        return self.intake.accounts.known(login)

    def invite(self, login: str, roles: Sequence[str], units: Sequence[str] = ()) -> str:
        """An invitation for somebody new; its token."""
        units_known = ["00004", "00008", "00025"]
        return self.intake.accounts.invite(login, f"Người {login}", roles, units, known_units=units_known, who="test")

    def join(self, login: str, roles: Sequence[str], units: Sequence[str] = ()) -> Person:
        """Somebody new who has come in by an invitation."""
        person = Person(self, login)
        person.use_invitation(self.invite(login, roles, units))
        self.people[login] = person
        return person

    def forgive(self) -> None:
        """Forget all wrong attempts."""
        self.change(attempts=Attempts(self.clock.seconds))

    def journal(self) -> list[tuple[str, str, str]]:
        """The journal, oldest first: (who, action, about)."""
        from collector.intake.journal import entries

        return [(e.who, e.action, e.about) for e in reversed(entries(self.intake.database, 10_000))]


def staff_settings(office: Path, **settings: Any) -> StaffSettings:
    """The settings of a test's app, all in the office's own `var/`."""
    files = office / "var" / "intake"
    given = {
        "secret_key": SECRET,
        "database_url": f"sqlite:///{files / 'staff.sqlite'}",
        "office": office,
        "files": files,
        "survey_database_url": f"sqlite:///{office / 'var' / 'collector' / 'survey.sqlite'}",
        "survey_keys": office / "var" / "keys",
    }
    return StaffSettings(**{**given, **settings})


@contextmanager
def opened(office: Path, **settings: Any) -> Iterator[Desk]:
    """The app of an office while inside."""
    app = create_app(staff_settings(office, **settings), work=False)
    clock = Clock(at=dt.datetime.now(dt.UTC).astimezone(ZONE).replace(hour=9, minute=0))
    desk = Desk(app, clock, office)
    intake = desk.intake
    for part in (intake.accounts, intake.sessions, intake.uploads, intake.builds, intake.worker):
        part.now = clock.now
    intake.checks.start()
    desk.change(now=clock.now, attempts=Attempts(clock.seconds))
    try:
        yield desk
    finally:
        intake.stop()


def make_staff_office(root: Path, **settings: Any) -> Path:
    """A small office that has staff pages."""
    return make_office(root, **{"intake": {"url": URL}, **settings})
