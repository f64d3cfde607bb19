"""A real Chromium for tests, and a folder served to it over 127.0.0.1."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A Chromium of the system, without a window; skips with the reason where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        reason = f"no Chromium on this machine: none of {', '.join(NAMES)} is on the path"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name that the library gives it
        """Nothing."""


class Server(ThreadingHTTPServer):
    """A browser that goes away in the middle of a file is nothing to speak of."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address, with its last slash, at which a folder is served while inside."""
    server = Server(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Watched:
    """A page and what it did: requests to other hosts, errors of the console and of scripts, dialogs."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Watch from the first request on."""
        self.page.on("request", self.on_request)
        self.page.on("response", self.on_response)
        self.page.on("console", self.on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def on_request(self, request: Request) -> None:
        """Keep a request that leaves."""
        if not request.url.startswith((self.address, "data:", "blob:" + self.address)):
            self.foreign.append(request.url)

    def on_response(self, response: Response) -> None:
        """Keep what is not there."""
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.url}")

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep an error."""
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, path: str) -> Page:
        """Open a page of the site by its path below the root; it must be there."""
        answer = self.page.goto(self.address + path)
        assert answer, path
        assert answer.status == 200, path
        return self.page


@contextmanager
def visit(browser: Browser, address: str, **options: Any) -> Iterator[Watched]:
    """A watched page in a context of its own; `options` are those of a context (viewport, java_script_enabled …).

    Waiting for something on a page evaluates text, which the site's own policy forbids: it holds only with
    `bypass_csp=False`, where the test is about what the policy lets through.
    """
    context = browser.new_context(**{"bypass_csp": True, **options})
    context.set_default_timeout(15_000)
    yield Watched(context.new_page(), address)
    context.close()
