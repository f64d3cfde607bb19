"""What a copy of an office is: a folder of plain files with a list of their hashes.

2026-11-25-021500/
    backup.json            what it is: of which office, from when, its ledger, its databases
    SHA256SUMS             every other file; `sha256sum -c SHA256SUMS` judges it without this program
    office/datasets, content
    databases/survey.sqlite, staff.sqlite
    staff/uploads, answers, candidates
"""

import fcntl
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from collector.settings import Places
from publisher import proof, words
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake, Problem
from publisher.ledger import Ledger, check_files
from publisher.ledger.lines import build_ledger

FORMAT = 1
"""Raised when a program of today could not read what a later one writes."""

NAME = re.compile(r"20\d{2}-\d{2}-\d{2}-\d{6}")
FACTS, SUMS, OFFICE = "backup.json", "SHA256SUMS", "office"

SHOWN = 20
"""So many damaged files are named."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Facts:
    """What a copy says of itself. `made_at` is ISO time; `office` the folder that was copied; `lines` and `head` are
    the ledger's, `release` is the id of the last release (blank before the first); `databases` says of each database in
    it how many rows its tables have."""

    format: int
    program: str
    made_at: str
    office: str
    lines: int
    head: str
    release: str
    databases: Mapping[str, Mapping[str, int]]

    def encode(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True)
class Backup:
    """A copy that was looked over: where it stands, what it says, its files with their hashes."""

    folder: Path
    facts: Facts
    files: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A folder of files: its name in a copy, and where it stands in earnest."""

    name: str
    place: Path


def parts(places: Places) -> list[Part]:
    """The folders that are copied. Keys, caches and built sites are none of them."""
    office = [Part(f"{OFFICE}/{name}", places.office / name) for name in ("datasets", "content")]
    return office + [Part(f"staff/{name}", places.staff_files / name) for name in ("uploads", "answers", "candidates")]


def examine(folder: Path, progress: Progress = lambda _done, _total: None) -> Backup:
    """A copy, once every file has the hash of the list, the ledger and its files fit, and the databases are whole.

    Raises Mistake `backup-none` for a folder that is no copy, `backup-newer` for one by a later program,
    `backup-damaged` with a problem for each file, those of the ledger and the office, `collector-database`.
    """
    try:
        sums = (folder / SUMS).read_text(encoding="utf-8")
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Mistake("backup-none", {"folder": str(folder), "file": Path(error.filename).name}) from error
    except ValueError:
        raise damaged([FACTS]) from None
    except OSError as error:
        raise cannot(error, folder) from error
    if not isinstance(facts, dict) or not isinstance(facts.get("format"), int):
        raise damaged([FACTS])
    if facts["format"] > FORMAT:
        raise Mistake("backup-newer", {"folder": str(folder), "program": facts.get("program", "?")})
    listed = decode(sums)
    found = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    found.pop(SUMS, None)
    with troubles(folder):
        hashes = hash_all(found, progress)
    wrong = sorted({*listed.items()} ^ {*hashes.items()})
    if wrong:
        raise damaged(dict.fromkeys(name for name, _ in wrong))
    for path in sorted((folder / "databases").glob("*.sqlite")):
        look_over(path)
    verify_office(open_office(folder / OFFICE))
    try:
        return Backup(folder, Facts(**facts), listed)
    except TypeError:
        raise damaged([FACTS]) from None


def verify_office(office: Office) -> tuple[Ledger, str]:
    """The ledger, once every link and file fits, and the id of the last release. Writes nothing. Raises Mistake as the
    ledger and the chain do."""
    ledger = build_ledger(office.ledger.read_bytes() if office.ledger.exists() else b"")
    check_files(office, ledger)
    chain = proof.read_chain(office)
    return ledger, chain.lines[-1].id if chain.lines else ""


def look_over(path: Path) -> None:
    """Check every page of a copied database, without a trace beside it. Raises Mistake `collector-database`."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as copy:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Mistake("collector-database", {"where": str(path), "detail": found})


def damaged(names: Iterable[str]) -> Mistake:
    """The Mistake that names the files of a copy that are not as its list says."""
    found = list(names)
    problems: list[Problem] = [words.problem("backup-damaged", "error", name) for name in found[:SHOWN]]
    return Mistake("backup-damaged", {"count": len(found)}, problems=tuple(problems))


def encode(files: Mapping[str, str]) -> str:
    """A list of hashes as sha256sum writes it."""
    return "".join(line(name, files[name]) for name in sorted(files))


def line(name: str, sha256: str) -> str:
    """One line; a name with a backslash or a line break is written as sha256sum does."""
    shown = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return ("\\" if shown != name else "") + f"{sha256}  {shown}\n"


def decode(text: str) -> dict[str, str]:
    """The list that `encode` wrote. Raises Mistake `backup-damaged` for any other text."""
    found = {}
    for row in text.split("\n")[:-1]:
        escaped, sha256, name = row.startswith("\\"), *row.removeprefix("\\").partition("  ")[::2]
        if escaped:
            name = re.sub(r"\\(.)", lambda match: {"n": "\n", "r": "\r"}.get(match[1], match[1]), name)
        found[name] = sha256
    if encode(found) != text:
        raise damaged([SUMS])
    return found


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder, none when it is not there. Raises Mistake `backup-link` for a link to a folder: what is
    behind it would be missing without a word."""
    for above, names, files in os.walk(folder):
        names.sort()
        for name in names:
            if (Path(above) / name).is_symlink():
                raise Mistake("backup-link", {"path": str(Path(above) / name)})
        yield from (path for name in sorted(files) if (path := Path(above) / name).is_file())


def hash_all(files: Mapping[str, Path], progress: Progress = lambda _done, _total: None) -> dict[str, str]:
    """The hash of each file, once the disk has it."""
    hashes = {}
    with ThreadPoolExecutor(8) as pool:
        for name, sha256 in zip(files, pool.map(settled, files.values()), strict=True):
            hashes[name] = sha256
            progress(len(hashes), len(files))
    return hashes


def settled(path: Path) -> str:
    """The hash of a file that is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder against others who back up or restore there. Raises Mistake `keeping-busy`."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Mistake("keeping-busy", {"folder": str(folder)}) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def troubles(place: Path) -> Iterator[None]:
    """What the machine can do to a copy is a Mistake `keeping-disk`."""
    try:
        yield
    except OSError as error:
        raise cannot(error, place) from error


def cannot(error: OSError, place: Path) -> Mistake:
    """The Mistake that says which path failed, and how."""
    return Mistake("keeping-disk", {"path": str(error.filename or place), "detail": error.strerror or str(error)})
