"""Look at the site while working on it: serves `site/current`, and builds anew when a file changes."""

import datetime as dt
import subprocess
import sys
import threading
import time
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from scripts import terminal

QUIET = 0.3
"""How many seconds without a further change it takes to build: an editor saves in several steps."""

CHANGES = frozenset({"created", "modified", "deleted", "moved"})


class Pages(SimpleHTTPRequestHandler):
    """The files of the current release; what is not there gets the site's own page for that."""

    def end_headers(self) -> None:
        """Nothing is kept by the browser: the next release has the same addresses."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """404.html of the page's language where there is one."""
        page = Path(self.directory) / ("en" if self.path.startswith("/en/") else "") / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name the library calls it by
        """The terminal is for what the builds say."""


class Changes(FileSystemEventHandler):
    """Notes when a file changes that a site is made of."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Reading a file is an event too; what Python and editors leave beside it does not count."""
        name = Path(str(event.src_path)).name
        left = name.startswith(".") or name.endswith(("~", ".pyc")) or name == "__pycache__"
        if event.event_type in CHANGES and not event.is_directory and not left:
            self.seen.set()

    def wait(self) -> None:
        """Until something changed, and then until nothing changes any more."""
        self.seen.wait()
        while self.seen.is_set():
            self.seen.clear()
            time.sleep(QUIET)


def watched(office: Office) -> list[Path]:
    """The folders that a site is made of."""
    program = [HOME / "publisher" / name for name in ("templates", "theme", "words")]
    return [p for p in dict.fromkeys([office.datasets, HOME / "datasets", *office.content, *program]) if p.is_dir()]


def build(office: Office) -> None:
    """One build, in a process of its own so that it reads everything anew; it says itself what is wrong."""
    command = [sys.executable, "-m", "scripts.build", "--quiet", "--office", str(office.root)]
    done = subprocess.run(command, cwd=HOME, check=False)  # noqa: S603  # the project's own command
    if done.returncode == terminal.FINE:
        terminal.say("serve.built", time=f"{dt.datetime.now():%H:%M:%S}")  # noqa: DTZ005  # the clock on the wall
    else:
        terminal.say("serve.kept", style="bold red", error=True)


def watch(office: Office) -> Changes:
    """Changes, noted from now on."""
    changes, observer = Changes(), Observer()
    for folder in watched(office):
        observer.schedule(changes, str(folder), recursive=True)
    observer.start()
    return changes


def main(argv: list[str] | None = None) -> int:
    """Serves until it is stopped: exit code 0. A failed build keeps the last good site. Raises Mistake `port-taken`."""
    parser = terminal.parser("serve")
    parser.add_argument("--port", type=int, default=8000, help=terminal.help("serve.port"))
    options = parser.parse_args(argv)
    office = open_office(options.office)
    pages = partial(Pages, directory=str(office.site / "current"))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), pages)
    except (OSError, OverflowError) as error:
        raise Mistake("port-taken", {"port": options.port, "detail": error}) from error
    changes = watch(office)
    build(office)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    terminal.say("serve.address", address=f"http://127.0.0.1:{server.server_port}/")
    try:
        while True:
            changes.wait()
            build(office)
    except KeyboardInterrupt:
        return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
