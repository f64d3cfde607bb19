"""A release: one whole built site, made beside the old one, read again, and only then shown.

`site/releases/` holds the releases as `<number>-<id>`, each with a line in the release chain (`publisher.proof`);
`site/current` is a link to the one that citizens see. Moving that link is the last thing a build does, so whatever
happens before leaves yesterday's site as it was.
"""

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from publisher import proof, words
from publisher.catalogue import Office, addresses
from publisher.catalogue.office import HOME
from publisher.checking import check_office
from publisher.errors import Mistake, Problem
from publisher.ledger import Ledger, check_files, read_ledger
from publisher.measures import Book
from publisher.pages import reporting_units, write_pages
from publisher.print.publishing import print_release
from publisher.proof import Coming, File
from publisher.proof import short as short  # `release.short`, for whoever prints the id of a release
from publisher.site import build_html
from publisher.tallies import tally_office
from publisher.verify import verify

NAME = re.compile(r"^(\d{4,})-([0-9a-f]{8})(?:\.(\d+))?$")
"""A release's folder: its number in the chain, the first letters of its id, and which building of it this is."""

PARTIAL = ".partial-"
"""How the folder of an unfinished release begins."""

LIBRARIES = (
    "babel", "jinja2", "markdown", "mkdocs", "mkdocs-material", "pandas", "pillow", "pyarrow", "segno", "typst",
)  # fmt: skip
"""The libraries whose version can change the bytes of a page or a published file."""

OUR_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
"""What the machine can do to a build without a fault in the program."""


class Progress(Protocol):
    """Told how far a step is: `step` is a key under `commands.build.steps`."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` parts of a step are over; 0 when it begins."""


@dataclass(frozen=True)
class Release:
    """A published release: `id` is the hash of its inputs (64 hex digits), `problems` are the warnings that came
    along, `seconds` how long each step took."""

    id: str
    folder: Path
    problems: tuple[Problem, ...]
    seconds: dict[str, float]


def build(office: Office, *, progress: Progress | None = None) -> Release:
    """Check the office's data, build its site, read it again, and show it to citizens.

    Raises Mistake: `build-running` when another build is at work, `build-refused` with the problems of the data, those
    of the ledger, `mkdocs-failed`, `verify-failed`, `build-disk` when files cannot be written. After any of them, after
    a bug and after a kill alike, `site/current` is what it was.
    """
    words.check()
    with only_build(office), disk_errors():
        clear_partials(office)
        steps = Steps(progress)

        with steps("ledger"):
            ledger = read_ledger(office)
            check_files(office, ledger)

        with steps("check") as parts:
            problems = check_office(office, progress=parts)
            errors = tuple(p for p in problems if p.severity == "error")
            if errors:
                raise Mistake("build-refused", {"count": len(errors)}, problems=errors)

        with steps("tally") as parts:
            book = Book(office, tally_office(office, ledger, progress=parts))

        def make(coming: Coming, site: Path) -> dict[str, File]:
            with steps("pages"):
                pages = fresh(office.build / "pages")
                write_pages(office, book, ledger, problems, coming, pages)

            with steps("html"):
                build_html(office, pages, site, release_id=coming.id, epoch=epoch(office, ledger))
                add_manifests(office, coming, site)

            with steps("paper") as parts:
                print_release(office, book, ledger, problems, short(coming.id), site, progress=parts)

            with steps("verify"):
                verify(office, book, site)

            with steps("publish"):
                return flush(site)

        coming = proof.coming(office, ledger, identify(office, ledger))
        with unfinished(office) as site:
            files = make(coming, site)
            if coming.differs(files):  # the same inputs, other bytes: what was published must not change its files
                coming = coming.anew()
                files = make(coming, emptied(site))
            with steps("publish"):
                keep_addresses(office, site)
                folder = publish(office, site, coming, files)
                prune(office)

    return Release(coming.id, folder, tuple(problems), steps.seconds)


def rollback(office: Office) -> Path:
    """Show the release before the current one again; gives its folder.

    Raises Mistake `no-earlier-release`, `build-running`.
    """
    with only_build(office), disk_errors():
        current = shown(office)
        earlier = [r for r in releases(office) if current and number(r) < number(current)]
        if not earlier:
            raise Mistake("no-earlier-release", {"folder": str(office.site / "releases")})
        show(office, earlier[-1])
        return earlier[-1]


class Steps:
    """Times the steps of a build and tells of them."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """One step; it may say itself how many of how many parts are done."""

        def tell(done: int, total: int) -> None:
            if self.progress:
                self.progress(name, done, total)

        begin = time.monotonic()
        tell(0, 1)
        yield tell
        self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - begin
        tell(1, 1)


@contextlib.contextmanager
def only_build(office: Office) -> Iterator[None]:
    """Hold the office's lock, which the system takes back when this process ends, however it ends.

    Raises Mistake `build-running` at once when another one holds it.
    """
    path = office.root / "var" / "build.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Mistake("build-running", {"folder": str(office.root)}) from error
        yield


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Turn a full or read-only disk into Mistake `build-disk`; other errors of the system are bugs."""
    try:
        yield
    except OSError as error:
        if error.errno not in OUR_DISK:
            raise
        raise Mistake("build-disk", {"detail": f"{error.strerror}: {error.filename}"}) from error


def identify(office: Office, ledger: Ledger) -> str:
    """sha-256 over everything that the pages depend on but the releases before: with them it makes the release's id.

    That is: the accepted data (the ledger's head stands for it), the kinds' definitions, the office's settings and
    tables, the addresses of units and fields, the hand-written pages, the program with its words and theme, its
    libraries, and the periods that are over and the units in force by now, which is all that today's date changes. No
    path outside the folders counts, so two checkouts agree. Nor does addresses.csv count, which the first build writes,
    but what comes of it.
    """
    found = hashlib.sha256()

    def add(name: str, content: bytes) -> None:
        found.update(f"{name}\0{len(content)}\0".encode() + content)

    add("ledger", ledger.head.encode())
    for kind in office.kinds.values():
        add(f"kind {kind.name}", kind.digest.encode())
        add("due", " ".join(office.due_periods(kind)).encode())
        for path in sorted(kind.folder.glob("*.j2")):
            add(path.name, path.read_bytes())
    for path in sorted(office.datasets.glob("*.*")):
        written = path.suffix == ".jsonl" or path == office.addresses or path.name.startswith(".")
        if path.is_file() and not written:
            add(path.name, path.read_bytes())
    for name in ("units", "fields"):
        add(f"addresses of {name}", "\n".join(f"{entry.code} {entry.slug}" for entry in office.table(name)).encode())
    add("in force", " ".join(unit.code for unit in office.units if unit.is_valid(office.today)).encode())
    add("with a page", " ".join(unit.code for unit in reporting_units(office, ledger)).encode())
    for folder in (*office.content, HOME / "publisher"):
        for path in files_in(folder):
            add(path.relative_to(folder).as_posix(), path.read_bytes())
    for path in sorted(HOME.glob("mkdocs*.yml")):
        add(path.name, path.read_bytes())
    libraries = [f"{name} {version(name)}" for name in LIBRARIES] + [f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]
    add("libraries", " ".join(libraries).encode())
    return found.hexdigest()


def files_in(folder: Path) -> list[Path]:
    """The files below a folder, in a fixed order, without what Python and editors leave there."""
    hidden = re.compile(r"(^|/)(\.|__pycache__/)|~$")
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and not hidden.search(p.relative_to(folder).as_posix())]


def epoch(office: Office, ledger: Ledger) -> int:
    """The time that stands in the site's files, in seconds: that of the last accepted file, or the start of the
    office's first period. Never the clock's: the same inputs give the same bytes on any day."""
    if ledger.lines:
        return int(dt.datetime.fromisoformat(ledger.lines[-1].accepted_at).timestamp())
    return int(dt.datetime.fromisoformat(f"{office.settings.first_period}-01T00:00:00+07:00").timestamp())


def fresh(folder: Path) -> Path:
    """An empty folder, whatever stood there."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def emptied(folder: Path) -> Path:
    """A folder without what stood in it."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return folder


@contextlib.contextmanager
def unfinished(office: Office) -> Iterator[Path]:
    """A new folder beside the releases, gone again unless it was renamed."""
    base = office.site / "releases"
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=base))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_partials(office: Office) -> None:
    """Remove what killed builds left."""
    for left in (*office.site.glob(f"releases/{PARTIAL}*"), *office.site.glob(f"{PARTIAL}*")):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink()


def add_manifests(office: Office, coming: Coming, site: Path) -> None:
    """Put the manifests of the releases before into a site. One that was lost is missed by whoever checks the site."""
    for line in coming.before.lines:
        kept = proof.archived(office, line)
        if kept.exists():
            target = site / proof.MANIFESTS / kept.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(kept.read_bytes())


def flush(folder: Path) -> dict[str, File]:
    """Wait until the disk has every file and folder: the link must never point at what a power cut can take. Gives
    the files by their path, hashed on the way."""
    paths = [*folder.rglob("*"), folder]
    with ThreadPoolExecutor(16) as pool:
        found = pool.map(sync, paths)
        return {path.relative_to(folder).as_posix(): file for path, file in zip(paths, found, strict=True) if file}


def sync(path: Path) -> File | None:
    """fsync of one file or folder; a file's size and hash."""
    file = None if path.is_dir() else hashed(path.read_bytes())
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return file


def hashed(content: bytes) -> File:
    """The size and the hash of a file's bytes."""
    return File(len(content), hashlib.sha256(content).hexdigest())


def keep_addresses(office: Office, site: Path) -> None:
    """Write down the address of every unit and field that has a page in a site that is about to be shown."""
    shown = {
        table: [(e.code, e.slug) for e in office.table(table) if (site / folder / e.slug / "index.html").is_file()]
        for table, folder in (("units", "don-vi"), ("fields", "linh-vuc"))
    }
    addresses.keep(office.addresses, shown)


def publish(office: Office, site: Path, coming: Coming, files: Mapping[str, File]) -> Path:
    """Write a verified site into the chain, give it its name among the releases, and show it.

    Its line is written first, so that no release was ever shown that the chain does not have. A release that is built
    again stands beside itself as `0042-9f8e7d6c.2` until the link has moved.
    """
    manifest = proof.record(office, coming, files)
    (site / proof.MANIFEST).write_bytes(manifest.encode())
    for path in (site / proof.MANIFEST, site):
        sync(path)
    name = f"{manifest.number:04d}-{manifest.id[:8]}"
    copies = [copy_of(r) for r in releases(office) if r.name.partition(".")[0] == name]
    folder = site.with_name(f"{name}.{max(copies) + 1}" if copies else name)
    site.rename(folder)
    sync(folder.parent)
    try:
        show(office, folder)
    finally:
        if shown(office) != folder:
            remove(folder)
    return folder


def show(office: Office, folder: Path) -> None:
    """Move the link `site/current` to a release, in one step that no reader can see half done."""
    link = office.site / f"{PARTIAL}link"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("releases") / folder.name)
    link.replace(office.site / "current")
    sync(office.site)


def releases(office: Office) -> list[Path]:
    """The finished releases, oldest first."""
    found = (p for p in office.site.glob("releases/*") if NAME.match(p.name) and p.is_dir())
    return sorted(found, key=lambda release: (number(release), copy_of(release)))


def number(release: Path) -> int:
    """A release's number."""
    match = NAME.match(release.name)
    assert match
    return int(match[1])


def copy_of(release: Path) -> int:
    """Which building of the same release a folder is: 1 for the first."""
    match = NAME.match(release.name)
    assert match
    return int(match[3] or 1)


def shown(office: Office) -> Path | None:
    """The release that citizens see; None before the first one."""
    link = office.site / "current"
    return link.resolve() if link.exists() else None


def prune(office: Office) -> None:
    """Keep the last releases of the chain (`keep_releases`), of each the last building, and the current one whatever
    its number."""
    current, found = shown(office), releases(office)
    known = {line.name for line in proof.read_chain(office).lines}
    last = {name: r for r in found if (name := r.name.partition(".")[0]) in known}
    kept = {*list(last.values())[-office.settings.keep_releases :], current}
    for old in found:
        if old not in kept:
            remove(old)


def remove(release: Path) -> None:
    """Delete a release; killed half way, it does not look like a whole one that a rollback could show."""
    doomed = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=release.parent))
    release.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
