"""A database as a file of its own: rows out of a running one, and into one that is new.

Whatever the office uses, SQLite or PostgreSQL, the copy is a file of SQLite with the same tables, its rows written in
the order of their keys: so it says nothing of the order in which they came, anybody can read it, and it goes back into
either.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from collector.database import Database, Schema, Sqlite, Unavailable, database_at, said
from collector.intake import tables as staff
from collector.settings import Places
from collector.store import tables as survey
from publisher.errors import Mistake

MANY = 5000
"""So many rows are on their way at a time."""


@dataclass(frozen=True)
class Kept:
    """A database that is kept: its name in a copy, its tables, the variable that says where it is."""

    name: str
    schema: Schema
    metadata: sa.MetaData
    variable: str

    def at(self, url: str) -> Database:
        """The database at an address. Raises Mistake `collector-database-url`."""
        return database_at(url, self.schema, variable=self.variable)

    def file(self, path: Path) -> Sqlite:
        """The database in a file."""
        return Sqlite(sa.URL.create("sqlite", database=str(path)), self.schema)


SURVEY = Kept("survey", survey.SCHEMA, survey.metadata, "COLLECTOR_DATABASE_URL")
STAFF = Kept("staff", staff.SCHEMA, staff.metadata, "COLLECTOR_STAFF_DATABASE_URL")


def databases(places: Places) -> Mapping[Kept, Database]:
    """The databases of an office; nothing is opened yet. Raises Mistake `collector-database-url`."""
    return {SURVEY: SURVEY.at(places.survey_database_url), STAFF: STAFF.at(places.staff_database_url)}


def is_there(database: Database) -> bool:
    """Whether somebody has made a database's tables; none are made by asking. Raises Mistake `collector-database`,
    `collector-database-open`, `collector-database-newer`."""
    if isinstance(database, Sqlite) and not database.path.exists():
        return False
    with answering(database):
        return database.version() is not None


def copy_out(kept: Kept, source: Database, target: Path) -> dict[str, int]:
    """Write the rows of a database, as they are at one moment, into a new file; how many there are in each table.

    Others may go on writing. Raises Mistake `collector-database` when it is damaged, `collector-database-open` when it
    does not answer, `backup-database-older` when its tables are not yet those of this program.
    """
    with answering(source), closing(kept.file(target)) as copy:
        source.look_over()
        if not source.is_current():
            raise Mistake("backup-database-older", {"where": source.name})
        copy.open()
        with source.snapshot() as rows, copy.writing() as there:
            return copy_rows(kept, rows, there)


def copy_in(kept: Kept, source: Path, target: Database) -> dict[str, int]:
    """Bring the rows of a copy into a database without any, made when it is not there; how many in each table.

    The file itself is brought up to date first when it comes from an older program. Raises Mistake
    `restore-database-not-empty`, and those of `Database.open`.
    """
    with closing(kept.file(source)) as copy, answering(target):
        copy.open()
        target.open()
        with copy.snapshot() as rows, target.writing(alone=True) as there:
            for table in kept.metadata.sorted_tables:
                if there.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                    raise Mistake("restore-database-not-empty", {"where": target.name})
            return copy_rows(kept, rows, there)


def copy_rows(kept: Kept, source: sa.Connection, target: sa.Connection) -> dict[str, int]:
    """Every row of every table, in the order of the keys."""
    counts = {}
    for table in kept.metadata.sorted_tables:
        query = sa.select(table).order_by(*table.primary_key)
        found = source.execute(query, execution_options={"yield_per": MANY})
        counts[table.name] = 0
        for part in found.mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in part])
            counts[table.name] += len(part)
    return counts


@contextmanager
def answering(database: Database) -> Iterator[None]:
    """A database that does not answer is a Mistake `collector-database-open`, a file that is damaged a Mistake
    `collector-database`; the connections are let go."""
    try:
        yield
    except (sa.exc.DBAPIError, Unavailable) as error:
        damaged = isinstance(database, Sqlite) and type(error) is sa.exc.DatabaseError  # not one that is merely locked
        code = "collector-database" if damaged else "collector-database-open"
        raise Mistake(code, {"where": database.name, "detail": said(error)}) from error
    finally:
        database.close()
