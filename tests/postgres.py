"""A real PostgreSQL server for tests: its own folder, its own socket, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PATIENCE_S = 30


def missing() -> str:
    """Why no server can be started here, or ""."""
    if not programs():
        return "PostgreSQL's initdb is not installed (Debian: postgresql)"
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        return "there is no user postgres, and PostgreSQL refuses to run as root" if os.geteuid() == 0 else ""
    return ""


def programs() -> Path | None:
    """Where initdb and postgres stand: on the path, or in Debian's folder of the newest version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


@dataclass
class Server:
    """A server that can be stopped as a power cut would, and started again."""

    programs: Path
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        """Where it keeps what it knows."""
        return self.folder / "data"

    def run(self, *arguments: str | Path) -> "subprocess.Popen[bytes]":
        """One of its programs, as a user who is not root."""
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(arguments, stdout=log, stderr=log, cwd=self.folder, **user)  # type: ignore[call-overload,no-any-return]

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {"listen_addresses": "", "unix_socket_directories": self.folder, "max_connections": 60}
        settings = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        self.process = self.run(self.programs / "postgres", "-D", self.data, *settings)
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT in order, SIGQUIT at once, as in a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)

    def address(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def ask(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside a transaction; its rows, if it has any."""
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self) -> str:
        """The address of an empty database; whatever was in it, and whoever used it, is gone."""
        for statement in (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        ):
            self.ask(statement)
        return self.address("postgres")


@contextmanager
def server() -> Iterator[Server]:
    """A running server; skips where none can be had."""
    if reason := missing():
        pytest.skip(reason)
    found = programs()
    assert found
    # Not in pytest's own folder, which root alone may enter; in memory where that can be had, since initdb writes much.
    memory = Path("/dev/shm")  # noqa: S108 a folder of its own is made in it
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory if memory.is_dir() else None))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        here = Server(found, folder)
        made = here.run(
            found / "initdb", "-D", here.data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8"
        )
        assert made.wait(PATIENCE_S) == 0, (folder / "log").read_text(encoding="utf-8")
        here.start()
        try:
            yield here
        finally:
            here.stop(signal.SIGQUIT)  # nobody will read it again
    finally:
        shutil.rmtree(folder)
