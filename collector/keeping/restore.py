"""From a copy back to an office: looked over first, then laid beside its places, then moved there."""

import contextlib
import datetime as dt
import shutil
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from collector.database import Database, Sqlite
from collector.keeping.copies import (
    OFFICE,
    Backup,
    Progress,
    alone,
    damaged,
    examine,
    hash_all,
    parts,
    sync,
    troubles,
)
from collector.keeping.rows import Kept, copy_in, databases
from collector.settings import Places
from publisher.catalogue import open_office
from publisher.errors import Mistake
from publisher.ledger import hold
from publisher.release import only_build

STAGED = ".restoring"
"""How what is not yet in its place is called."""


@dataclass(frozen=True)
class Restored:
    """What came of it: the copy, the places that were filled, and what stood there before, under new names."""

    backup: Backup
    places: tuple[Path, ...]
    aside: tuple[Path, ...]


def restore(
    folder: Path,
    places: Places,
    *,
    over: bool = False,
    now: dt.datetime,
    progress: Progress = lambda _done, _total: None,
) -> Restored:
    """Bring a copy back to where the places say. With `over`, what stands there is kept beside it under another name.

    Raises Mistake as `examine` does, `restore-not-empty` naming what stands there (not with `over`), `restore-in-use`
    when a program has a database open, `restore-database-not-empty`, `keeping-busy`, `keeping-disk`; after any of them
    everything is as it was.
    """
    backup = examine(folder.resolve(), progress)
    taken = [place for place in every_place(places) if is_taken(place)]
    if taken and not over:
        raise Mistake("restore-not-empty", {"place": str(taken[0])})
    with troubles(places.office), ExitStack() as stack:
        places.office.mkdir(parents=True, exist_ok=True)
        stack.enter_context(alone(places.office))
        office = replace(open_office(backup.folder / OFFICE), root=places.office)
        stack.enter_context(hold(office))
        stack.enter_context(only_build(office))
        for database in databases(places).values():
            refuse_use(database)
        staged = lay_beside(backup, places, stack) + fill_files(backup, places, stack)
        aside = []
        with ExitStack() as undo:  # until the last step is done, every move is taken back when one fails
            for place in taken:
                aside += move_aside(place, now, undo)
            for beside, place in staged:
                move(beside, place, undo)
            fill_servers(backup, places, stack)
            undo.pop_all()
    return Restored(backup, tuple(place for _, place in staged), tuple(aside))


def every_place(places: Places) -> list[Path]:
    """What a copy may fill: folders of files, and the files of SQLite."""
    files = dict.fromkeys(d.path for d in databases(places).values() if isinstance(d, Sqlite))
    return [*(part.place for part in parts(places)), *files]


def is_taken(place: Path) -> bool:
    """Whether something stands there that would be lost, or that would be taken for a part of what comes there."""
    return any(place.iterdir()) if place.is_dir() else any(path.exists() for path in (place, *journals(place)))


def refuse_use(database: Database) -> None:
    """Raises Mistake `restore-in-use` when a program has a file of SQLite open: only who is alone with it may leave the
    write-ahead log. One that is damaged is in nobody's use."""
    if not isinstance(database, Sqlite) or not database.path.exists():
        return
    with contextlib.suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database.path, timeout=0)) as found:
        try:
            found.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Mistake("restore-in-use", {"where": str(database.path)}) from error


def lay_beside(backup: Backup, places: Places, stack: ExitStack) -> list[tuple[Path, Path]]:
    """Copy all folders beside their places and compare them with the list again; (where it lies, its place). Whatever
    still lies there when the stack ends is removed."""
    places.staff_files.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged: list[tuple[Path, Path]] = []
    copied: dict[str, Path] = {}
    for part in parts(places):
        if (backup.folder / part.name).is_dir():
            beside = stage(part.place, stack)
            mode = 0o755 if part.name.startswith(OFFICE) else 0o700
            for name in backup.files:
                if name.startswith(f"{part.name}/"):
                    copied[name] = beside / name.removeprefix(f"{part.name}/")
                    copy_file(backup.folder / name, copied[name], mode)
            staged.append((beside, part.place))
    wrong = [name for name, sha256 in hash_all(copied).items() if sha256 != backup.files[name]]
    if wrong:
        raise damaged(wrong)
    return staged


def fill_files(backup: Backup, places: Places, stack: ExitStack) -> list[tuple[Path, Path]]:
    """Fill new files of SQLite beside their places; (where it lies, its place). Both databases may be in one."""
    staged: dict[Path, Path] = {}
    for kept, target in databases(places).items():
        if isinstance(target, Sqlite) and in_backup(kept, backup):
            if target.path not in staged:
                target.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                staged[target.path] = stage(target.path, stack)
            fill(kept, backup, kept.file(staged[target.path]), stage(places.office / kept.name, stack))
    return [(beside, place) for place, beside in staged.items()]


def fill_servers(backup: Backup, places: Places, stack: ExitStack) -> None:
    """Fill databases of PostgreSQL where they are."""
    for kept, target in databases(places).items():
        if not isinstance(target, Sqlite) and in_backup(kept, backup):
            fill(kept, backup, target, stage(places.office / kept.name, stack))


def in_backup(kept: Kept, backup: Backup) -> bool:
    """Whether a backup has a database."""
    return name_of(kept) in backup.files


def name_of(kept: Kept) -> str:
    """Where a database is in a backup."""
    return f"databases/{kept.name}.sqlite"


def fill(kept: Kept, backup: Backup, target: Database, copy: Path) -> None:
    """Fill a database; the backup's file is brought up to date in a copy of it. Raises Mistake `backup-damaged` when
    other numbers of rows come in than went out."""
    copy_file(backup.folder / name_of(kept), copy, 0o600)
    if copy_in(kept, copy, target) != backup.facts.databases.get(kept.name):
        raise damaged([name_of(kept)])


def stage(place: Path, stack: ExitStack) -> Path:
    """A name beside a place, under which nothing stands, now and when the stack ends."""
    beside = place.with_name(f"{STAGED}-{place.name}")
    clear(beside)
    stack.callback(clear, beside)
    return beside


def clear(beside: Path) -> None:
    """Remove what stands under a name."""
    if beside.is_dir():
        shutil.rmtree(beside)
    for path in (beside, *journals(beside)):
        path.unlink(missing_ok=True)


def journals(path: Path) -> tuple[Path, Path]:
    """What SQLite keeps beside a file of its own while it is open."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def copy_file(source: Path, target: Path, mode: int) -> None:
    """Copy a file into a folder of that mode; who may enter the folder may read the file."""
    target.parent.mkdir(mode=mode, parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(mode & 0o666)


def move_aside(place: Path, now: dt.datetime, undo: ExitStack) -> list[Path]:
    """Give what stands in a place another name beside it; that name, but for the journals of SQLite."""
    aside = []
    for path in (place, *journals(place)):
        if path.exists():
            name = f"{place.name}.before-{now:%Y%m%d-%H%M%S}{path.name.removeprefix(place.name)}"
            move(path, path.with_name(name), undo)
            aside += [path.with_name(name)] if path == place else []
    return aside


def move(source: Path, target: Path, undo: ExitStack) -> None:
    """Move something within its folder, and be ready to move it back."""
    source.rename(target)
    undo.callback(target.rename, source)
    sync(target.parent)
