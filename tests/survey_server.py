"""The survey's real server as `scripts/serve_collector.py` starts it, for tests that meet it over sockets."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from lxml import html

from publisher.catalogue.office import HOME
from tests.survey_app import make_survey_office

SECRET = "secret-of-a-test-0123456789-0123456789"
FORM = "application/x-www-form-urlencoded"


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Running:
    """A server that runs: its port, what it says, its office."""

    port: int
    log: Path
    office: Path

    def raw(self, *parts: bytes, wait: float = 10, pause: float = 0) -> bytes:
        """What comes back to these bytes until the server closes or has sent the head of an answer."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=wait)) as found:
            got = b""
            with suppress(ConnectionResetError, BrokenPipeError):
                for part in parts:
                    found.sendall(part)
                    time.sleep(pause)
            with suppress(ConnectionResetError):
                while b"\r\n\r\n" not in got and (more := found.recv(65536)):
                    got += more
        return got

    def status(self, *parts: bytes, wait: float = 10, pause: float = 0) -> int:
        """The status that comes back; 0 when the connection was closed without an answer."""
        match = re.match(rb"HTTP/1\.[01] (\d{3})", self.raw(*parts, wait=wait, pause=pause))
        return int(match[1]) if match else 0

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
        """One whole request, well made; the response has been read (`response.text`)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, ({"Content-Type": FORM} if body else {}) | given)
        response = connection.getresponse()
        response.text = response.read().decode("utf-8")  # type: ignore[attr-defined]
        connection.close()
        return response

    def send(self, path: str, **answers: str) -> int:
        """A person opens a form, fills it in and sends it."""
        page = html.document_fromstring(self.ask("GET", path).text)  # type: ignore[attr-defined]
        (form,) = page.xpath("//form[@method='post']")
        fields = {name: value for name, value in form.form_values() if value} | answers
        return self.ask("POST", form.get("action"), urlencode(fields)).status

    def stored(self, statement: str = "SELECT count(*) FROM answers") -> int:
        """A number from the database."""
        with closing(sqlite3.connect(self.office / "var" / "collector" / "survey.sqlite", timeout=20)) as database:
            return int(database.execute(statement).fetchone()[0])


def start(office: Path, port: int, log: Path, *options: str, **environ: str) -> subprocess.Popen[bytes]:
    """The server's process, in a group of its own; what it says goes to `log`."""
    command = [sys.executable, "scripts/serve_collector.py", "--port", str(port), *options]
    known = {name: value for name, value in os.environ.items() if not name.startswith("COLLECTOR_")}
    with log.open("wb") as out:
        return subprocess.Popen(
            command,
            cwd=HOME,
            env={**known, "COLLECTOR_OFFICE": str(office), **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> int:
    """The exit code after a friendly end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        return process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until somebody answers there."""
    for _ in range(300):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@contextmanager
def serving(folder: Path, **environ: str) -> Iterator[Running]:
    """A server of an office in a folder, while inside."""
    office = folder / "office"
    if not office.exists():
        make_survey_office(office)
    log, port = folder / "server.log", free_port()
    process = start(office, port, log, **{"COLLECTOR_SECRET_KEY": SECRET, **environ})
    try:
        await_port(port, process, log)
        yield Running(port, log, office)
    finally:
        stop(process)
