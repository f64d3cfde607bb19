"""Who did what when: an append-only journal in the staff database, each line chained to the one before by its hash.

It is private. It holds no contents of files, no passwords and no codes, but names what they belong to.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

import sqlalchemy as sa

from collector.database import Database
from collector.intake import tables

FIRST = "0" * 64
"""What the first line carries in place of the hash of a line before it."""

PROGRAM = ""
"""Who did it when no person who is signed in did."""

COMMAND = "scripts/staff.py"
"""Who did it when somebody with access to the machine did, by a command."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `who` is a login, `action` a key under `intake.journal` in the words, `about` what it was done to."""

    number: int
    at: str
    who: str
    action: str
    about: str
    detail: dict[str, str | int]


def add(
    connection: sa.Connection, at: dt.datetime, who: str, action: str, about: str = "", **detail: str | int
) -> None:
    """Add a line in the transaction in which the thing itself is done: both are there, or neither."""
    last = connection.execute(
        sa.select(tables.journal.c.number, tables.journal.c.digest).order_by(tables.journal.c.number.desc()).limit(1)
    ).first()
    line = {
        "number": last.number + 1 if last else 1,
        "at": at.isoformat(timespec="seconds"),
        "who": who,
        "action": action,
        "about": about,
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True),
        "previous": last.digest if last else FIRST,
    }
    connection.execute(sa.insert(tables.journal), line | {"digest": digest(line)})


def digest(line: dict[str, str | int]) -> str:
    """The hash of a line, over all its columns but the hash itself."""
    text = json.dumps([line[name] for name in NAMES], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


NAMES = tuple(column.name for column in tables.journal.columns if column.name != "digest")


def entries(database: Database, limit: int, before: int | None = None) -> list[Entry]:
    """The latest lines, newest first: `limit` of them, of those with a lower number than `before`."""
    columns = tables.journal.c
    query = sa.select(tables.journal).order_by(columns.number.desc()).limit(limit)
    if before is not None:
        query = query.where(columns.number < before)
    with database.reading() as connection:
        return [
            Entry(row.number, row.at, row.who, row.action, row.about, json.loads(row.detail))
            for row in connection.execute(query)
        ]


def first_broken(database: Database) -> int | None:
    """The number of the first line that does not follow from the one before; None when the chain is whole."""
    previous, number = FIRST, 0
    with database.reading() as connection:
        for row in connection.execute(sa.select(tables.journal).order_by(tables.journal.c.number)):
            line = {name: getattr(row, name) for name in NAMES}
            number += 1
            if row.number != number or row.previous != previous or row.digest != digest(line):
                return number
            previous = row.digest
    return None
