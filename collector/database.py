"""What differs between SQLite and PostgreSQL: opening, locking, rewriting. Above it both are one.

The survey's store and the staff pages' each have one, with a schema of their own. Both kinds are asked for the same: a
commit is on the disk before it is acknowledged, who finds the database locked waits ten seconds, and after a rewrite
nothing on the disk says in which order rows came.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite

from publisher.errors import Mistake

PATIENCE_S = 10
"""How long a locked or distant database is waited for."""

MIGRATION_LOCK = 0x5075624C6963
"""The advisory lock under which one process at a time changes PostgreSQL's tables."""

WRITER_LOCK = 0x5374616666
"""The advisory lock of PostgreSQL under which one writes at a time, where a schema has no guard."""

ENGINE: dict[str, Any] = {"hide_parameters": True, "pool_size": 10, "pool_timeout": PATIENCE_S}
"""Errors never repeat what was answered; each of Granian's eight threads and the writer has a connection."""

OURS = (exc.IntegrityError, exc.DataError, exc.ProgrammingError, exc.NotSupportedError)
"""Errors of the database that speak of our statements or values, not of its own state."""


class Unavailable(Exception):
    """The database did not answer: locked for too long, disk full, server away. Nothing of what was asked happened, or
    it happened and could not be acknowledged: whoever asks again must be prepared for both."""


@dataclass(frozen=True)
class Schema:
    """What one store keeps: its folder of migrations, the table in which they note their version, the tables whose rows
    are written anew by `rewrite`, and the table that every writer of PostgreSQL takes first (without one, writers come
    one at a time, as they do in SQLite)."""

    migrations: Path
    versions: str = "alembic_version"
    personal: tuple[sa.Table, ...] = ()
    guard: sa.Table | None = None


class Database(ABC):
    """An engine, and the few things that are said differently to each."""

    def __init__(self, url: sa.URL, schema: Schema, engine: sa.Engine, insert: Callable[[sa.Table], Any]) -> None:
        self.url, self.schema, self.engine, self.insert = url, schema, engine, insert
        self.writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    @property
    def name(self) -> str:
        """The address as people may see it: without a password."""
        return self.url.render_as_string(hide_password=True)

    def open(self) -> None:
        """Reach or make the database, look it over, bring its tables up to date.

        Raises Mistake `collector-database`, `collector-database-open`, `collector-database-newer`.
        """
        try:
            self.look_over()
            self.migrate()
        except exc.DBAPIError as error:
            self.engine.dispose()
            raise Mistake("collector-database-open", {"where": self.name, "detail": said(error)}) from error

    def migrate(self) -> None:
        """Run what Alembic finds to be missing, in one transaction, one process at a time."""
        config, script = self.migrations()
        if self.version() == script.get_current_head():
            return
        with self.writer.begin() as connection:
            self.lock_migration(connection)
            if self.revision(connection, script) != script.get_current_head():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def migrations(self) -> tuple[Config, ScriptDirectory]:
        """What Alembic is told, and the versions that it finds."""
        config = Config()
        config.set_main_option("script_location", str(self.schema.migrations))
        config.attributes["versions"] = self.schema.versions
        return config, ScriptDirectory.from_config(config)

    def version(self) -> str | None:
        """The version of the tables; None where there are none yet. Raises Mistake `collector-database-newer`,
        DBAPIError."""
        with self.engine.connect() as connection:
            return self.revision(connection, self.migrations()[1])

    def is_current(self) -> bool:
        """Whether the tables are those of this program. Raises as `version`."""
        return self.version() == self.migrations()[1].get_current_head()

    def revision(self, connection: sa.Connection, script: ScriptDirectory) -> str | None:
        """The version of the tables. Raises Mistake `collector-database-newer` when this program does not know it."""
        noted = {"version_table": self.schema.versions}
        found = MigrationContext.configure(connection, opts=noted).get_current_revision()
        if found is not None and found not in {known.revision for known in script.walk_revisions()}:
            raise Mistake("collector-database-newer", {"where": self.name, "revision": found})
        return found

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection to read from. Raises Unavailable."""
        with judging(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment, from its first query on, whatever others write. Raises Unavailable."""
        with self.reading() as connection:
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[sa.Connection]:
        """A transaction that may write: committed and durable at its end, or nothing of it happened. `alone` keeps all
        other writers out, whatever process they are in. Raises Unavailable."""
        with judging(), self.writer.begin() as connection:
            self.lock(connection, alone=alone)
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @abstractmethod
    def look_over(self) -> None:
        """Refuse a damaged database before anything is written. Raises Mistake `collector-database`, DBAPIError."""

    @abstractmethod
    def lock_migration(self, connection: sa.Connection) -> None:
        """Keep other processes from changing tables until the transaction ends."""

    @abstractmethod
    def lock(self, connection: sa.Connection, *, alone: bool) -> None:
        """Keep writers apart from those that want to be alone, until the transaction ends."""

    @abstractmethod
    def rewrite(self) -> None:
        """Write the tables anew in the order of their random keys, and drop the old copy. Raises Unavailable."""

    @abstractmethod
    def size(self) -> int:
        """Bytes that a rewrite would write. Raises Unavailable."""


class Sqlite(Database):
    """One file, its write-ahead log beside it, one writer at a time."""

    def __init__(self, url: sa.URL, schema: Schema) -> None:
        engine = sa.create_engine(url, connect_args={"timeout": PATIENCE_S}, **ENGINE)
        sa.event.listen(engine, "connect", set_pragmas)
        sa.event.listen(engine, "begin", begin)
        super().__init__(url, schema, engine, sqlite.insert)
        self.path = Path(url.database or "")

    def look_over(self) -> None:
        """Make the file when it is not there, readable for its owner only, and check every page of one that is."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise Mistake("collector-database-open", {"where": self.name, "detail": error.strerror}) from error
        try:
            with self.engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        except exc.OperationalError:
            raise
        except exc.DatabaseError as error:  # not a database, or malformed
            found = said(error)
        if found != "ok":
            self.engine.dispose()
            raise Mistake("collector-database", {"where": self.name, "detail": found})

    def lock_migration(self, connection: sa.Connection) -> None:
        """BEGIN IMMEDIATE has done it."""

    def lock(self, connection: sa.Connection, *, alone: bool) -> None:
        """BEGIN IMMEDIATE has done it."""

    def rewrite(self) -> None:
        """VACUUM copies every table in the order of its key; the log, which holds pages as they came, is emptied."""
        with judging(), self.engine.execution_options(begin="").connect() as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            if busy:
                raise Unavailable("a reader keeps the log from being emptied")

    def size(self) -> int:
        """The file's pages."""
        with self.reading() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


class Postgres(Database):
    """A server of the office's own; more than one process or machine may write."""

    def __init__(self, url: sa.URL, schema: Schema) -> None:
        url = url.set(drivername="postgresql+psycopg")
        arguments = {
            "connect_timeout": PATIENCE_S,
            "tcp_user_timeout": PATIENCE_S * 1000,
            "options": f"-c lock_timeout={PATIENCE_S}s -c synchronous_commit=on",
        }
        engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True, **ENGINE)
        super().__init__(url, schema, engine, postgresql.insert)

    def look_over(self) -> None:
        """Reach the server. It looks after its own pages."""
        self.engine.connect().close()

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A transaction that sees what was committed before it began."""
        with judging(), self.engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
            yield connection

    def lock_migration(self, connection: sa.Connection) -> None:
        """An advisory lock: there may be no table yet to lock."""
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))

    def lock(self, connection: sa.Connection, *, alone: bool) -> None:
        """Every writer takes the guard first, so that nobody waits for anybody in a circle."""
        if self.schema.guard is None:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
            return
        mode = "ACCESS EXCLUSIVE" if alone else "ACCESS SHARE"
        connection.exec_driver_sql(f"LOCK TABLE {self.schema.guard.name} IN {mode} MODE")

    def rewrite(self) -> None:
        """All rows go into the tables anew, in the order of their keys and in one transaction.

        CLUSTER would leave each row's `xmin` as it was: the number of the transaction in which it came.
        """
        with self.writing(alone=True) as connection:
            for table in self.schema.personal:
                columns = ", ".join(column.name for column in table.columns)
                key = ", ".join(column.name for column in table.primary_key)
                for statement in (
                    f"CREATE TEMPORARY TABLE kept_{table.name} ON COMMIT DROP AS SELECT {columns} FROM {table.name}",  # noqa: S608 our own names
                    f"TRUNCATE {table.name}",
                    f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM kept_{table.name} ORDER BY {key}",  # noqa: S608 our own names
                ):
                    connection.exec_driver_sql(statement)

    def size(self) -> int:
        """The tables with their indexes."""
        with self.reading() as connection:
            sizes = [sa.func.pg_total_relation_size(table.name) for table in self.schema.personal]
            return sum(connection.execute(sa.select(*sizes)).one())


def database_at(url: str, schema: Schema, *, variable: str) -> Database:
    """The database at an address, which stands in an environment variable; nothing is opened yet.

    Raises Mistake `collector-database-url`.
    """
    try:
        parsed = sa.make_url(url)
        kind = parsed.get_backend_name()
    except exc.ArgumentError as error:
        raise Mistake("collector-database-url", {"variable": variable}, exit_code=2) from error
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:" and not parsed.query:
        return Sqlite(parsed, schema)
    if kind == "postgresql" and parsed.database:
        return Postgres(parsed, schema)
    raise Mistake("collector-database-url", {"variable": variable}, exit_code=2)


def set_pragmas(connection: Any, _record: object) -> None:
    """How every connection to SQLite behaves. Transactions are begun by `begin`, not by the driver's guess."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a commit is on the disk before it is acknowledged
        "secure_delete = ON",  # what is deleted is overwritten
        "temp_store = MEMORY",  # VACUUM's copy never lies in a temporary file
    ):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: sa.Connection) -> None:
    """Begin as the engine's option `begin` says. A writer takes the lock at once: one who has read before could not
    wait for it."""
    if statement := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(cast(str, statement))


@contextmanager
def judging() -> Iterator[None]:
    """The database's own troubles become Unavailable; errors in our statements stay what they are."""
    try:
        yield
    except OURS:
        raise
    except (exc.DBAPIError, exc.TimeoutError) as error:
        raise Unavailable(said(error)) from error


def said(error: Exception) -> str:
    """What the database said, on one line, without our statement and its values."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
