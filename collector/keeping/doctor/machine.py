"""The machine and the program on it."""

import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import typst

from collector.database import Sqlite
from collector.keeping.doctor.findings import Finding, Place, found
from collector.keeping.rows import databases
from publisher import sandbox as sandboxes
from publisher import words as sentences
from publisher.catalogue.office import HOME
from publisher.print import typesetting

PYTHON, SQLITE = (3, 11), (3, 37)
"""The oldest that will do: SQLite has strict tables from 3.37 on."""

REQUIREMENTS = HOME / "requirements.txt"
NAMED = 5
"""So many packages are named."""

LITTLE, NEARLY_NONE = 2 * 10**9, 300 * 10**6
"""Bytes of free disk below which a warning, an error comes: a release of a province takes some hundred megabytes."""

LETTERS = "Ủy ban nhân dân xã Đường Lâm: số liệu tháng 10, đã giải quyết đúng hạn"
LINE = f"""#set document(title: "x")
#set text(font: "Noto Sans", lang: "vi", fallback: false)
{LETTERS} *{LETTERS}* #text(font: "Noto Sans Mono", weight: "bold")[9143-6124]
"""
"""A line in each font of the repository; a PDF names those that it was set in."""

HOURS = 7
"""How far Việt Nam is ahead of UTC."""


def python(_place: Place) -> Iterator[Finding]:
    """Python and SQLite are new enough."""
    if sys.version_info < PYTHON:
        yield found("python", "error", found=sys.version.split()[0], least=".".join(map(str, PYTHON)))
    if sqlite3.sqlite_version_info < SQLITE:
        yield found("sqlite", "error", found=sqlite3.sqlite_version, least=".".join(map(str, SQLITE)))


def packages(_place: Place) -> Iterator[Finding]:
    """The packages are those of requirements.txt."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    other = [f"{name} {has or '–'} (≠ {wanted})" for name, wanted in pins if (has := installed(name)) != wanted]
    if other:
        yield found("packages", "error", count=len(other), packages=", ".join(other[:NAMED]))


def installed(name: str) -> str:
    """The version of a package; blank when it is not there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def words(_place: Place) -> Iterator[Finding]:
    """No sentence is missing. Raises Mistake `words-differ`."""
    sentences.check()
    yield from ()


def fonts(_place: Place) -> Iterator[Finding]:
    """A line of Vietnamese can be set in every font of the repository."""
    with tempfile.TemporaryDirectory(prefix="cong-khai-") as folder:
        template = Path(folder) / "line.typ"
        template.write_text(LINE, encoding="utf-8")
        try:
            made = typesetting.pdf(template, "{}", letters=typesetting.FONTS)
        except (typesetting.LackingLetters, typst.TypstError):
            made = b""
    if any(name not in made for name in (b"NotoSans-Regular", b"NotoSans-Bold", b"NotoSansMono-Bold")):
        yield found("fonts", "error", folder=typesetting.FONTS)


def sandbox(_place: Place) -> Iterator[Finding]:
    """A process of its own can be started for a workbook; that this one is none is not the question."""
    try:
        sandboxes.run("publisher.grids.job:read_workbook", b"")
    except sandboxes.Stopped:
        pass
    except RuntimeError as error:
        yield found("sandbox", "error", detail=error)


def disk(place: Place) -> Iterator[Finding]:
    """Every disk on which something is written has room."""
    at = place.places
    files = [database.path for database in databases(at).values() if isinstance(database, Sqlite)]
    folders = {there(path) for path in (at.office, at.office / "site", at.office / "var", at.staff_files, *files)}
    disks = {folder.stat().st_dev: folder for folder in sorted(folders, reverse=True)}
    for folder in disks.values():
        free = shutil.disk_usage(folder).free
        if free < LITTLE:
            yield found("disk", "error" if free < NEARLY_NONE else "warning", folder=folder, megabytes=free // 10**6)


def there(path: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return path if path.is_dir() else there(path.parent)


def zone(place: Place) -> Iterator[Finding]:
    """The machine's own zone is that of Việt Nam: the programs do not mind, timers do."""
    offset = place.now.astimezone(None).utcoffset()
    if offset is None or offset.total_seconds() != HOURS * 3600:
        yield found("zone", "note")
