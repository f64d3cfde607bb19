"""The staff pages' real server as `scripts/serve_intake.py` starts it, and people invited by the real command."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publisher.catalogue.office import HOME
from tests.survey_server import await_port, free_port, stop

SECRET = "secret-of-a-test-0123456789-0123456789"


@dataclass(frozen=True)
class Running:
    """A server that runs: its address with the last slash, what it says, its office."""

    address: str
    log: Path
    office: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of its commands."""
        return environment(self.office)

    def invite(self, login: str, name: str, role: str, unit: str = "") -> str:
        """Invite somebody by the command; the address of the invitation on this server."""
        words = ["invite", "--login", login, "--name", name, "--role", role, *(["--unit", unit] if unit else [])]
        done = subprocess.run(
            [sys.executable, "scripts/staff.py", *words],
            cwd=HOME, env=self.environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found = re.search(r"/moi/(\S+)", done.stdout)
        assert found, done.stdout
        return f"{self.address}moi/{found[1]}"


def environment(office: Path) -> dict[str, str]:
    """The environment of the server and of the command."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("COLLECTOR_")}
    return {**known, "COLLECTOR_OFFICE": str(office), "COLLECTOR_SECRET_KEY": SECRET}


def start(office: Path, port: int, log: Path, *options: str) -> "subprocess.Popen[bytes]":
    """The server's process, in a group of its own; what it says goes to `log`."""
    command = [sys.executable, "scripts/serve_intake.py", "--port", str(port), *options]
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=HOME, env=environment(office), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )


@contextmanager
def serving(office: Path) -> Iterator[Running]:
    """A server of an office, while inside."""
    log, port = office.parent / "server.log", free_port()
    process = start(office, port, log)
    try:
        await_port(port, process, log)
        yield Running(f"http://127.0.0.1:{port}/", log, office)
    finally:
        stop(process)
