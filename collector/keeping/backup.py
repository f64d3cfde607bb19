"""A copy of an office while it runs: all of one moment, whole or not there at all."""

import contextlib
import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from collector.keeping.copies import (
    FACTS,
    FORMAT,
    NAME,
    OFFICE,
    SUMS,
    Backup,
    Facts,
    Part,
    Progress,
    alone,
    encode,
    files_below,
    hash_all,
    parts,
    sync,
    troubles,
    verify_office,
)
from collector.keeping.rows import STAFF, SURVEY, copy_out, databases, is_there
from collector.settings import Places
from publisher import __version__
from publisher.catalogue import Office
from publisher.errors import Mistake
from publisher.ledger import hold, recover

PARTIAL = ".partial-"

BUILT_LAST = ("releases.jsonl", "releases", "public_ledger.jsonl", "addresses.csv")
"""What a build writes under datasets/, its last file first. In this order a copy taken in the middle of a build is what
a kill at that moment would have left, from which the next build goes on."""

NOTE = Path("var", "backup.json")
"""Where an office remembers its last copy, for scripts/doctor.py: its folder, when it was made, whether it is right."""

PASSED_OVER = {".staged", ".unfinished", "__pycache__"}
"""What is under way, or made by the machine."""


@dataclass(frozen=True)
class Made:
    """A copy that was made: `missing` names the databases that are not there, `removed` the older copies that went.
    `wrong` says what is not as it should be in it, if anything: its files do not fit the ledger, or a database is not
    there that was in the copy before. Then no older copy was removed."""

    backup: Backup
    missing: tuple[str, ...]
    removed: tuple[Path, ...]
    wrong: Mistake | None


def back_up(
    office: Office,
    places: Places,
    out: Path,
    *,
    keep: int,
    now: dt.datetime,
    progress: Progress = lambda _done, _total: None,
) -> Made:
    """Copy an office into a new folder below `out`, and keep the last `keep` copies of this office there.

    Everything may run meanwhile; who hands figures in waits until they are copied. Databases and figures are of one
    moment: nothing is accepted between them. Raises Mistake `backup-inside`, `backup-link`, `keeping-busy`,
    `keeping-disk`, and those of `copy_out`; then nothing is left and nothing was removed.
    """
    out = out.resolve()
    copied = (*(part.place for part in parts(places)), office.site, places.survey_keys)
    if any(out.is_relative_to(folder) for folder in copied):
        raise Mistake("backup-inside", {"folder": str(out)})
    with troubles(out):
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(out):
            for left in out.glob(f"{PARTIAL}*"):
                shutil.rmtree(left)
            partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=out))  # 0700: only its owner may enter
            try:
                backup, missing, wrong = fill(office, places, partial, now, progress)
                wrong = wrong or lost(office, out, missing)
                folder = name_it(partial, out, now)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            removed = () if wrong else tuple(remove_older(office, out, keep))
        note = {"folder": str(folder), "made_at": backup.facts.made_at, "wrong": wrong.code if wrong else ""}
        (office.root / NOTE).write_text(json.dumps(note) + "\n", encoding="utf-8")
    return Made(replace(backup, folder=folder), missing, removed, wrong)


def fill(
    office: Office, places: Places, folder: Path, now: dt.datetime, progress: Progress
) -> tuple[Backup, tuple[str, ...], Mistake | None]:
    """Copy everything into an empty folder and wait for the disk; the copy, the databases that are not there, and
    whether its ledger fits."""
    (folder / "databases").mkdir()
    rows, missing = {}, []
    with hold(office):
        recover(office)
        for kept, source in databases(places).items():
            if is_there(source):
                rows[kept.name] = copy_out(kept, source, folder / "databases" / f"{kept.name}.sqlite")
            else:
                missing.append(kept.name)
        for part in parts(places):
            copy_part(part, folder / part.name, places.survey_keys)
    (folder / OFFICE / "datasets").mkdir(parents=True, exist_ok=True)
    wrong = None
    lines, head, release = 0, "", ""
    try:
        ledger, release = verify_office(replace(office, root=folder / OFFICE))
        lines, head = len(ledger.lines), ledger.head
    except Mistake as error:
        wrong = error
    made_at = now.isoformat(timespec="seconds")
    facts = Facts(FORMAT, __version__, made_at, str(office.root), lines, head, release, rows)
    (folder / FACTS).write_text(facts.encode(), encoding="utf-8")
    files = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    hashes = hash_all(files, progress)
    (folder / SUMS).write_text(encode(hashes), encoding="utf-8")
    hash_all({SUMS: folder / SUMS})
    for above, _, _ in os.walk(folder):
        sync(Path(above))
    return Backup(folder, facts, hashes), tuple(missing), wrong


def copy_part(part: Part, target: Path, keys: Path) -> None:
    """Copy the files of a part, those that a build writes last at first; nothing of the keys, wherever they are."""
    for source in sorted(wanted(part.place, keys), key=lambda path: order(path.relative_to(part.place))):
        copy = target / source.relative_to(part.place)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # gone since it was listed: what is accepted cannot go
            shutil.copyfile(source, copy)


def wanted(folder: Path, keys: Path) -> Iterator[Path]:
    """The files of a part that belong into a copy."""
    for path in files_below(folder):
        inside = path.relative_to(folder)
        under_way = PASSED_OVER & {*inside.parts} or path.name.startswith(".part-")
        if not under_way and not path.is_relative_to(keys):
            yield path


def order(inside: Path) -> int:
    """When a file's turn comes."""
    return BUILT_LAST.index(inside.parts[0]) if inside.parts[0] in BUILT_LAST else len(BUILT_LAST)


def name_it(partial: Path, out: Path, now: dt.datetime) -> Path:
    """Give a whole copy its name: the time at which it was begun, or the next second that is free."""
    at = now
    while (folder := out / at.strftime("%Y-%m-%d-%H%M%S")).exists():
        at += dt.timedelta(seconds=1)
    partial.rename(folder)
    sync(out)
    return folder


def lost(office: Office, out: Path, missing: tuple[str, ...]) -> Mistake | None:
    """The Mistake `backup-database-lost` when the last copy has a database that is not there now: a variable that was
    not given is likelier than a survey that ended."""
    last = next(reversed(copies_of(office, out)), None)
    gone = [name for name in missing if last and (last / "databases" / f"{name}.sqlite").exists()]
    variables = {kept.name: kept.variable for kept in (SURVEY, STAFF)}
    return Mistake("backup-database-lost", {"variable": variables[gone[0]], "before": str(last)}) if gone else None


def remove_older(office: Office, out: Path, keep: int) -> Iterator[Path]:
    """Remove the copies of this office but for the last `keep`; gives what went."""
    for old in copies_of(office, out)[:-keep]:
        doomed = old.with_name(f"{PARTIAL}{old.name}")  # killed half way, it does not look like a whole one
        old.rename(doomed)
        shutil.rmtree(doomed)
        yield old


def copies_of(office: Office, out: Path) -> list[Path]:
    """The whole copies of an office in a folder, oldest first."""
    found = (path for path in sorted(out.iterdir()) if NAME.fullmatch(path.name) and (path / SUMS).is_file())
    return [path for path in found if of_office(path) == str(office.root)]


def of_office(folder: Path) -> str:
    """The folder of which a copy is one; blank when it does not say."""
    try:
        return str(json.loads((folder / FACTS).read_text(encoding="utf-8"))["office"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
