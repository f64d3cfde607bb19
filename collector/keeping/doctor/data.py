"""The office's folders: who may read and write them, and whether what stands there is whole."""

import datetime as dt
import os
import pwd
import time
from collections.abc import Iterator
from pathlib import Path

from collector.database import Sqlite
from collector.keeping.copies import files_below, verify_office
from collector.keeping.doctor.findings import Finding, Place, found, mode_of
from collector.keeping.restore import STAGED
from collector.keeping.rows import databases
from publisher import proof
from publisher.errors import Mistake
from publisher.ledger.lines import build_ledger

AGAIN_S = 1.0

OLD_S = 24 * 3600
"""What is under way for longer than a day is left over."""


def files_of_databases(place: Place) -> list[Path]:
    """The files of SQLite."""
    return [database.path for database in databases(place.places).values() if isinstance(database, Sqlite)]


def private_folders(place: Place) -> list[Path]:
    """The folders of keys, of what staff hand in, and of databases."""
    folders = [path.parent for path in files_of_databases(place)]
    return [*dict.fromkeys([place.places.survey_keys, place.places.staff_files, *folders])]


def rights(place: Place) -> Iterator[Finding]:
    """What is private is closed to others, what is public is written by one user only."""
    for path in (place.places.survey_keys, place.places.staff_files, *files_of_databases(place)):
        if path.exists() and path.stat().st_mode & 0o077:
            yield found("open", "error", path=path, mode=mode_of(path))
    for folder in (place.places.office / name for name in ("datasets", "site", "var")):
        if folder.is_dir() and folder.stat().st_mode & 0o002:
            yield found("writable", "error", folder=folder, mode=mode_of(folder))
        if folder.is_dir() and not os.access(folder, os.W_OK):
            yield found("not_writable", "error", folder=folder, user=user(os.geteuid()))
    for folder in (place.places.office / name for name in ("datasets", "content", "site")):
        if place.places.survey_keys.is_relative_to(folder):
            yield found("keys_inside", "error", folder=place.places.survey_keys)


def owners(place: Place) -> Iterator[Finding]:
    """Everything belongs to one user: a file that another command made as root stops the programs later."""
    top = place.places.office / "datasets"
    owner = top.stat().st_uid
    folders = [top, *(place.places.office / name for name in ("content", "site", "var")), *private_folders(place)]
    others = [
        path
        for folder in folders
        if folder.is_dir()
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_uid != owner
    ]
    if others:
        yield found("owner", "error", path=others[0], count=len(others), user=user(owner))
    elif os.geteuid() != owner:
        yield found("user", "note", user=user(owner))


def user(uid: int) -> str:
    """A user's name, or number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def ledger(place: Place) -> Iterator[Finding]:
    """The ledger, its files and the chain of releases fit. Raises Mistake as these do."""
    if place.office:
        try:
            verify_office(place.office)
        except Mistake:
            time.sleep(AGAIN_S)  # somebody may be handing figures in at this moment
            verify_office(place.office)
    yield from ()


def clock(place: Place) -> Iterator[Finding]:
    """The clock is not behind what was written down before."""
    if place.office and not place.office.settings.today:
        path = place.office.ledger
        accepted = build_ledger(path.read_bytes()).lines[-1:] if path.exists() else []
        times = [line.accepted_at for line in accepted]
        times += [line.published_at for line in proof.read_chain(place.office).lines[-1:]]
        last = max(times, default="")
        if last and place.now < dt.datetime.fromisoformat(last):
            yield found("clock", "error", now=f"{place.now:%Y-%m-%d %H:%M}", last=last[:16].replace("T", " "))


def left_over(place: Place) -> Iterator[Finding]:
    """What killed programs left, and what a restore kept aside."""
    at = place.places
    roots = dict.fromkeys([at.office, at.staff_files, *(folder.parent for folder in private_folders(place))])
    half = [path for root in roots for path in root.glob(f"{STAGED}-*")]
    before = place.now.timestamp() - OLD_S
    uploads = [path for path in at.staff_files.glob("*/.part-*") if path.stat().st_mtime < before]
    partial = [path for path in (at.office / "site").glob("**/.partial-*") if path.lstat().st_mtime < before]
    staged = [path for path in files_below(at.office / "datasets" / ".staged") if path.stat().st_mtime < before]
    for path in (*half[:1], *uploads[:1], *partial[:1], *staged[:1]):
        yield found("left", "note", path=path)
    if aside := sorted({path for root in (*roots, *private_folders(place)) for path in root.glob("*.before-20*")}):
        yield found("aside", "warning", path=aside[0], count=len(aside))
