"""The build queue: approved submissions go through the ledger's one door, then the site is built by the command that
people type. One worker at a time in an office, whatever process it runs in.

Killed at any point, a submission is approved still, or accepted exactly once: before the ledger is touched its length
is noted, and after a start the ledger itself tells whether the submission came in.
"""

import datetime as dt
import fcntl
import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from collector.database import Database, Unavailable
from collector.intake import children, journal
from collector.intake.files import Files
from collector.intake.tables import builds
from collector.intake.uploads import Upload, Uploads, stamp
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from publisher.ledger import accept, declare_nothing, read_ledger

log = logging.getLogger("collector")

POLL = 2.0
"""So often it is looked whether there is something to build (seconds)."""

ACCEPT_SECONDS = 120
BUILD_SECONDS = 3600

RETRY = dt.timedelta(minutes=1)
"""When another build is at work, the next attempt comes after so long."""

SHOWN_LINES = 20
"""So many lines of what a failed build says are kept."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build; see `tables.builds`. `said` is why it failed, by language."""

    number: int
    asked_by: str
    asked_at: str
    started_at: str
    ended_at: str
    state: str
    release: str
    taken: int
    said: Mapping[str, str]


class Builds:
    """The builds in the staff database. Raises Unavailable when it does not answer."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        self.database, self.now = database, now

    def latest(self, limit: int) -> list[Build]:
        """The latest ones, newest first."""
        query = sa.select(builds).order_by(builds.c.number.desc()).limit(limit)
        with self.database.reading() as connection:
            return [Build(**{**row._mapping, "said": json.loads(row.said)}) for row in connection.execute(query)]

    def waiting(self) -> Build | None:
        """The one that waits, or that ran when the program ended."""
        return next((one for one in self.latest(5) if one.state in ("waiting", "running")), None)

    def ask(self, who: str) -> None:
        """Have the site built; once is enough."""
        with self.database.writing() as connection:
            there = sa.select(sa.func.count()).where(builds.c.state == "waiting")
            if not connection.scalar(there):
                number = (connection.scalar(sa.select(sa.func.max(builds.c.number))) or 0) + 1
                row = {
                    "number": number, "asked_by": who, "asked_at": stamp(self.now()), "started_at": "",
                    "ended_at": "", "state": "waiting", "release": "", "taken": 0, "said": "{}",
                }  # fmt: skip
                connection.execute(sa.insert(builds), row)
            journal.add(connection, self.now(), who, "build-asked")

    def change(self, number: int, **values: Any) -> None:
        """Note how far a build is."""
        with self.database.writing() as connection:
            connection.execute(sa.update(builds).where(builds.c.number == number).values(**values))


class Worker:
    """The thread that accepts and builds. `now` gives the time in Việt Nam."""

    def __init__(
        self, office: Path, uploads: Uploads, queue: Builds, files: Files, now: Callable[[], dt.datetime]
    ) -> None:
        self.office, self.uploads, self.queue, self.files, self.now = office, uploads, queue, files, now
        self.wakened, self.stopping = threading.Event(), threading.Event()
        self.not_before: dt.datetime | None = None
        self.child: subprocess.Popen[str] | None = None
        self.thread = threading.Thread(target=self._work, name="build", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.thread.start()

    def stop(self) -> None:
        """End; a build at work is ended too, and begun again after the next start."""
        self.stopping.set()
        self.wakened.set()
        if self.child and self.child.poll() is None:
            self.child.terminate()
        if self.thread.is_alive():
            self.thread.join(30)

    def wake(self) -> None:
        """Something was approved or asked for."""
        self.wakened.set()

    def _work(self) -> None:
        while not self.stopping.is_set():
            try:
                self.round()
            except Unavailable:
                log.warning("build: the database does not answer")
            except Exception:
                log.exception("build")
            self.wakened.wait(POLL)
            self.wakened.clear()

    def due(self) -> bool:
        """Whether it is time: somebody asked, something was left half done, or an approval has waited long enough."""
        if self.not_before and self.now() < self.not_before:
            return False
        if self.queue.waiting() or self.uploads.in_states(["accepting"]):
            return True
        approved = self.uploads.in_states(["approved"])
        minutes = open_office(self.office).settings.intake.build_after_minutes if approved else 0
        waited = stamp(self.now() - dt.timedelta(minutes=minutes))
        return any(one.decided_at <= waited for one in approved)

    def round(self) -> None:
        """One look, and one build when it is due."""
        if not self.due():
            return
        with only_worker(self.files.folder) as alone:
            if not alone:
                return
            build = self.queue.waiting()
            if build is None:
                self.queue.ask(journal.PROGRAM)
                build = self.queue.waiting()
                assert build
            self.queue.change(build.number, state="running", started_at=stamp(self.now()))
            taken = build.taken + self.take_in()
            self.queue.change(build.number, taken=taken)
            self.build(build)

    # The ledger's door

    def take_in(self) -> int:
        """Accept what is approved, the first approved first; gives how many came in."""
        office = open_office(self.office)
        taken = 0
        for upload in reversed(self.uploads.in_states(["accepting"])):
            taken += self._settle(office, upload)
        for upload in sorted(self.uploads.in_states(["approved"]), key=lambda one: (one.decided_at, one.key)):
            if self.uploads.begin_accepting(upload, len(read_ledger(office).lines)):
                taken += self._accept(office, upload)
        return taken

    def _settle(self, office: Office, upload: Upload) -> int:
        """What was on its way when the program ended: in already, or on its way again."""
        lines = read_ledger(office).lines[upload.ledger_lines :]
        place = (upload.kind, upload.unit, upload.period)
        if any(line.key == place and line.sha256 == upload.candidate for line in lines):
            self.uploads.accepted(upload)
            return 1
        return self._accept(office, upload)

    def _accept(self, office: Office, upload: Upload) -> int:
        try:
            children.run(
                enter, office.root, upload.kind, upload.unit, upload.period, self.files.candidate(upload.key),
                upload.candidate, upload.reason, dict(upload.explanations), upload.nothing, seconds=ACCEPT_SECONDS,
            )  # fmt: skip
        except Mistake as error:
            vi, en = words.mistake(error)
            first = error.problems[0] if error.problems else None
            more = {"vi": f" {first.message_vi}", "en": f" {first.message_en}"} if first else {"vi": "", "en": ""}
            self.uploads.refused_at_the_door(upload, {"vi": vi + more["vi"], "en": en + more["en"]})
            return 0
        except children.ChildFailed as failed:
            said = {lang: words.say(lang, f"intake.failed.{failed}") for lang in words.LANGUAGES}
            self.uploads.refused_at_the_door(upload, said)
            return 0
        self.uploads.accepted(upload)
        return 1

    # The build

    def build(self, build: Build) -> None:
        """Run the command and note what came of it. When another build is at work it is tried again a minute later."""
        command = [sys.executable, str(HOME / "scripts" / "build.py"), "--office", str(self.office), "--json"]
        self.child = subprocess.Popen(  # noqa: S603 our own command
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            env={name: value for name, value in os.environ.items() if not name.startswith("COLLECTOR_")},
        )  # fmt: skip
        try:
            out, err = self.child.communicate(timeout=BUILD_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            out, err = self.child.communicate()
        if self.stopping.is_set() and self.child.returncode < 0:
            return  # begun again after the next start
        try:
            told: dict[str, Any] = json.loads(out)
        except ValueError:
            text = "\n".join(err.strip().splitlines()[-SHOWN_LINES:])
            log.error("build: %s", text)
            told = {"mistake": "bug", **{lang: words.say(lang, "intake.failed.bug") for lang in words.LANGUAGES}}
        if told.get("mistake") == "build-running":
            self.not_before = self.now() + RETRY
            self.queue.change(build.number, state="waiting")
            return
        self.not_before = None
        failed = "mistake" in told
        said = {lang: told[lang] for lang in words.LANGUAGES} if failed else {}
        self.queue.change(
            build.number,
            state="failed" if failed else "done",
            ended_at=stamp(self.now()),
            release=told.get("release", ""),
            said=json.dumps(said, ensure_ascii=False),
        )


def enter(
    root: Path,
    kind: str,
    unit: str,
    period: str,
    candidate: Path,
    sha256: str,
    reason: str,
    explanations: dict[str, str],
    nothing: bool,
) -> None:
    """Accept one submission, in a child: the canonical file that was previewed and approved, checked again.

    Raises Mistake `candidate-changed` when it is no longer that file, and as `accept` and `declare_nothing` do.
    """
    office = open_office(root)
    if not candidate.exists() or hashlib.sha256(candidate.read_bytes()).hexdigest() != sha256:
        raise Mistake("candidate-changed", {"path": str(candidate)})
    if nothing:
        declare_nothing(office, office.kinds[kind], unit, period, reason=reason, role="approver")
        return
    accept(
        office, office.kinds[kind], candidate, name=candidate.name, only_unit=unit, reason=reason,
        explanations=explanations, role="approver",
    )  # fmt: skip


@contextmanager
def only_worker(folder: Path) -> Iterator[bool]:
    """Whether no other worker of this office is at work; the system frees the lock of a process that dies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)
