"""What all pages stand on, and what all templates may use."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import current_app, g, has_request_context, request, url_for

from collector.database import Database
from collector.intake.accounts import Accounts
from collector.intake.attempts import Attempts
from collector.intake.checks import Checks
from collector.intake.files import Files
from collector.intake.second_factor import SecondFactor
from collector.intake.sessions import Sessions
from collector.intake.survey import Survey
from collector.intake.uploads import Uploads
from collector.intake.worker import Builds, Worker
from collector.settings import StaffSettings
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME, ZONE
from publisher.errors import Mistake

log = logging.getLogger("collector")


class Offices:
    """The office as it is now: opened again when a day has passed or a definition, a table or the settings changed."""

    def __init__(self, root: Path, now: Callable[[], dt.datetime]) -> None:
        self.root, self.now = root, now
        self.lock = threading.Lock()
        self.state: object = None
        self.open: Office | None = None

    def current(self) -> Office:
        """The office; as it was, with a line in the log, when what changed cannot be used. Raises Mistake at the
        start."""
        with self.lock:
            state = (self.now().date(), tuple(self._files()))
            if self.open is None or state != self.state:
                self.state = state
                try:
                    self.open = open_office(self.root)
                except Mistake as error:
                    if self.open is None:
                        raise
                    log.error("office: %s", words.mistake(error)[0])
            return self.open

    def _files(self) -> Iterator[tuple[str, int, int]]:
        """What the office is made of, with size and time of change."""
        for base in dict.fromkeys((self.root, HOME)):
            for pattern in ("*.yaml", "*.csv", "*/*.yaml", "*/layouts/*.yaml"):
                for path in sorted((base / "datasets").glob(pattern)):
                    found = path.stat()
                    yield str(path), found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class Intake:
    """What the pages stand on. `now` gives the time in Việt Nam."""

    settings: StaffSettings
    offices: Offices
    database: Database
    accounts: Accounts
    sessions: Sessions
    codes: SecondFactor
    attempts: Attempts
    files: Files
    uploads: Uploads
    checks: Checks
    builds: Builds
    worker: Worker
    survey: Survey
    now: Callable[[], dt.datetime]

    def start(self) -> None:
        """Begin to check and to build, in the process that serves."""
        self.checks.start()
        self.worker.start()

    def stop(self) -> None:
        """Let go of everything, in the process that ends."""
        self.worker.stop()
        self.checks.stop()
        self.survey.stop()
        self.database.close()

    @property
    def office(self) -> Office:
        """The office as it is now; within one request it stays the same."""
        if not has_request_context():
            return self.offices.current()
        if "office" not in g:
            g.office = self.offices.current()
        return cast(Office, g.office)

    @property
    def today(self) -> dt.date:
        """Today, or the fixed day of a demonstration."""
        return self.office.settings.today or self.now().date()


def now() -> dt.datetime:
    """The time in Việt Nam."""
    return dt.datetime.now(ZONE)


def here() -> Intake:
    """What the pages of this app stand on."""
    return cast(Intake, current_app.extensions["intake"])


def local_hosts() -> tuple[str, ...]:
    """The names of this very machine: only there a plain connection is safe."""
    return "localhost", "127.0.0.1"


# Words and addresses


def language() -> str:
    """The language of the request: Vietnamese, or what `?lang=` says when the office has it."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in here().office.settings.languages else words.LANGUAGES[0]


def say(key: str, **values: object) -> str:
    """A sentence `intake.<key>` in the language of the request."""
    return words.say(language(), f"intake.{key}", **values)


def told(error: Mistake) -> str:
    """A mistake's sentence in the language of the page."""
    return words.mistake(error)[words.LANGUAGES.index(language())]


def address(endpoint: str, **values: object) -> str:
    """The address of a page of ours in the language of the request."""
    given = {**values, "lang": language()} if language() != words.LANGUAGES[0] else values
    return url_for(endpoint, **cast(dict[str, Any], given))


def other_language() -> Mapping[str, str] | None:
    """The same address in the other language; None where the office has only one."""
    other = next((lang for lang in here().office.settings.languages if lang != language()), None)
    if other is None:
        return None
    given = {name: value for name, value in request.args.items() if name != "lang"}
    given |= {"lang": other} if other != words.LANGUAGES[0] else {}
    return {"lang": other, "address": f"{request.path}?{urlencode(given)}" if given else request.path}
