"""How accepted files reach the disk: entirely, or not at all, whatever happens in between.

New files and the new lines are first written to `datasets/.staged/`. One rename there makes the promise
(`lines.<size of the ledger before>`); until then nothing has happened. From then on `finish` carries the promise out,
as often as it takes: it appends what the ledger lacks of the lines and moves each file to its place. After a crash
the next reader finishes first.
"""

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from publisher.catalogue import Office
from publisher.errors import Mistake
from publisher.ledger.lines import Ledger, Line, build_ledger, decode, encode, revision_file

PROMISE = "lines."
UNFINISHED = "unfinished"


class Held(threading.local):
    """The locks that this thread holds, so that a holder may read without waiting for itself."""

    def __init__(self) -> None:
        self.paths: set[Path] = set()


held = Held()


@contextmanager
def hold(office: Office) -> Iterator[None]:
    """Nobody else accepts a submission in this office while inside; others wait.

    The operating system frees the lock of a process that dies. Raises Mistake `cannot-write` when `var/` cannot be
    written.
    """
    path = office.root / "var" / "ledger.lock"
    if path in held.paths:
        yield
        return
    with writing(path):
        path.parent.mkdir(exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        held.paths.add(path)
        yield
    finally:
        held.paths.discard(path)
        os.close(lock)


def read_ledger(office: Office) -> Ledger:
    """The office's ledger, every link verified, after finishing what a crash may have left.

    Raises Mistake `ledger-broken` naming the line.
    """
    with hold(office):
        recover(office)
        return build_ledger(content(office))


def recover(office: Office) -> None:
    """Carry out what was promised before a crash, and drop what was not."""
    with hold(office), writing(staging(office)):
        finish(office)


def store(office: Office, lines: Iterable[Line], files: Mapping[str, bytes], restored: Mapping[Path, str]) -> None:
    """Write new lines with their files (sha-256 → bytes), and put files that were lost back (path → sha-256).

    The caller holds the lock and has made the lines for the ledger as it is. Raises Mistake `cannot-write` when the
    disk is full or closed; then either nothing was accepted or the next reader finishes.
    """
    staged = staging(office)
    with writing(staged):
        staged.mkdir(exist_ok=True)
        for sha256, data in files.items():
            write(staged / f"{sha256}.csv", data)
        for path, sha256 in restored.items():
            move(staged / f"{sha256}.csv", path)
            sync_up(path.parent, office.datasets)
        if promised := encode(lines):
            write(staged / UNFINISHED, promised)
            sync(staged)
            sync(office.datasets)
            (staged / UNFINISHED).replace(staged / f"{PROMISE}{len(content(office))}")
            sync(staged)
        finish(office)


def finish(office: Office) -> None:
    """Carry out the promise in the staging folder, if there is one, and empty the folder. Safe to repeat."""
    staged = staging(office)
    if not staged.is_dir():
        return
    for promise in staged.glob(f"{PROMISE}*"):
        promised = promise.read_bytes()
        append(office, promised, size=int(promise.name.removeprefix(PROMISE)))
        touched: set[Path] = set()
        for line in filter(None, map(decode, promised.splitlines())):
            new, target = staged / f"{line.sha256}.csv", office.data_file(line.kind, line.unit, line.period)
            if new.exists():
                if line.revision > 1 and target.exists():
                    move(target, revision_file(office, replace(line, revision=line.revision - 1)))
                move(new, target)
            touched |= {target.parent, revision_file(office, line).parent}
        for folder in filter(Path.is_dir, touched):
            sync_up(folder, office.datasets)
        promise.unlink()
        sync(staged)
    for path in staged.iterdir():
        path.unlink()
    staged.rmdir()


def append(office: Office, promised: bytes, *, size: int) -> None:
    """Append to a ledger that had `size` bytes what it lacks of the promised lines.

    Raises Mistake `ledger-broken` when the ledger is shorter than it was, or goes on otherwise.
    """
    found = content(office)
    if len(found) < size or not promised.startswith(found[size:]):
        raise Mistake("ledger-broken", {"line": found.count(b"\n") + 1})
    ledger = os.open(office.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        write_all(ledger, promised[len(found) - size :])
        os.fsync(ledger)
    finally:
        os.close(ledger)


def staging(office: Office) -> Path:
    """Where new files wait; on the file system of their places, so that moving them is one step."""
    return office.datasets / ".staged"


def content(office: Office) -> bytes:
    """The ledger's bytes; none before the first submission."""
    return office.ledger.read_bytes() if office.ledger.exists() else b""


def move(source: Path, target: Path) -> None:
    """Move a file to its place, over what stands there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def write(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all bytes, however few the system takes at a time."""
    while data:
        data = data[os.write(handle, data) :]


def sync(folder: Path) -> None:
    """Wait until a folder's names are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_up(folder: Path, top: Path) -> None:
    """`sync` for a folder and those above it up to `top`: they may all be new."""
    sync(folder)
    while folder != top:
        folder = folder.parent
        sync(folder)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A full or closed disk as a Mistake `cannot-write` with the path and what the system says."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or path)
        raise Mistake("cannot-write", {"path": where, "detail": error.strerror or str(error)}) from error
