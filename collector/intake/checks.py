"""The queue of files to be checked: a bounded number at once, one of each person, the others wait. No page waits for
long: it asks again until the answer is there.
"""

import json
import logging
import threading
import time
from collections import deque
from pathlib import Path

from collector.database import Unavailable
from collector.intake import children
from collector.intake.accounts import EVERY_UNIT, Accounts
from collector.intake.examining import Task, examine, marked
from collector.intake.files import Files
from collector.intake.uploads import Upload, Uploads
from publisher import words
from publisher.errors import Mistake

log = logging.getLogger("collector")

AT_ONCE = 2
"""So many files are checked at once: each keeps one processor busy."""

SECONDS = 60
"""So long a check may take; a file with twenty thousand rows takes some seconds."""

MARK_SECONDS = 180
"""So long the making of a marked workbook may take: a person waits for it who asked for it."""

POLL = 0.5
"""Another process may have handed something in: the queue is looked at so often (seconds)."""


FOREIGN = 1000
"""Of so many files that were another unit's it is remembered that they were: their page says why they are gone."""


class Checks:
    """The threads that have files checked. `office` is the office's folder."""

    def __init__(self, office: Path, uploads: Uploads, accounts: Accounts, files: Files) -> None:
        self.office, self.uploads, self.accounts, self.files = office, uploads, accounts, files
        self.changed = threading.Condition()
        self.stopping = False
        self.marking = threading.Semaphore(AT_ONCE)
        self.foreign: deque[str] = deque(maxlen=FOREIGN)
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; what was being checked when the program ended before is checked again."""
        children.preload()
        self.files.clear_parts()
        self.uploads.recover()
        for number in range(AT_ONCE):
            thread = threading.Thread(target=self._work, name=f"check-{number}", daemon=True)
            thread.start()
            self.threads.append(thread)

    def stop(self) -> None:
        """End once the files at hand are checked."""
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join(SECONDS)

    def wake(self) -> None:
        """Something was handed in."""
        with self.changed:
            self.changed.notify_all()

    def wait(self, key: str, seconds: float) -> Upload | None:
        """The upload once it is checked, or as it stands after so many seconds."""
        end = time.monotonic() + seconds
        while True:
            found = self.uploads.get(key)
            left = end - time.monotonic()
            if found is None or found.state not in ("waiting", "checking") or left <= 0:
                return found
            with self.changed:
                self.changed.wait(min(left, 0.1))

    def _work(self) -> None:
        while not self.stopping:
            try:
                upload = self.uploads.claim()
            except Unavailable:
                upload = None
            if upload is None:
                with self.changed:
                    if not self.stopping:
                        self.changed.wait(POLL)
                continue
            try:
                self._check(upload)
            except Unavailable:
                log.warning("check: the database does not answer; the file is checked again after the next start")
            with self.changed:
                self.changed.notify_all()

    def task(self, upload: Upload) -> Task:
        """An upload as a child is given it."""
        account = self.accounts.find_user(login=upload.by)
        units = None if account is None or EVERY_UNIT in account.units else tuple(sorted(account.units))
        return Task(
            office=self.office, source=self.files.upload(upload.sha256), name=upload.name, kind=upload.kind,
            unit=upload.unit, period=upload.period, reading=upload.reading, units=units,
            answer=self.files.answer(upload.key), candidate=self.files.candidate(upload.key),
        )  # fmt: skip

    def marked(self, upload: Upload) -> bytes:
        """The file as a workbook with what is wrong marked in it. Raises ChildFailed, and Mistake as `mark` does."""
        with self.marking:
            found: bytes = children.run(marked, self.task(upload), seconds=MARK_SECONDS)
        return found

    def _check(self, upload: Upload) -> None:
        """Check one file, whatever comes of it."""
        task = self.task(upload)
        for path in (task.answer, task.candidate):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            found = children.run(examine, task, seconds=SECONDS)
        except children.ChildFailed as failed:
            self.uploads.settle(upload.key, "failed", remark=remark(f"intake.failed.{failed}"))
            return
        except Mistake as error:
            vi, en = words.mistake(error)
            said = json.dumps({"vi": vi, "en": en}, ensure_ascii=False)
            self.uploads.settle(upload.key, "failed", remark=said)
            return
        if "foreign" in found:
            self.foreign.append(upload.key)
            self.uploads.forget(upload, upload.by, "foreign-unit", units=" ".join(found["foreign"]))
            if not self.uploads.is_kept(upload.sha256):
                self.files.remove(task.source)
            return
        self.uploads.settle(upload.key, "checked" if found["candidate"] else "refused", remark="{}", **found)


def remark(key: str) -> str:
    """A sentence in both languages as the table holds it."""
    return json.dumps({lang: words.say(lang, key) for lang in words.LANGUAGES}, ensure_ascii=False)
