"""Serve the survey: one process, thirty-two threads, no access log.

The name is not `collector.py`: a file of that name would stand before the package `collector` for every command here.
"""

import os
import secrets
import sys
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from collector import create_app
from collector.serving import log_to_stderr, serve, take_port
from collector.settings import Settings, read_settings
from publisher.errors import Mistake
from scripts import terminal

if TYPE_CHECKING:
    from flask import Flask

THREADS = 32
"""Those that wait for the one writer make its groups; with eight, groups were small: docs/decisions/0007."""


def load(settings: Settings, address: str) -> "Flask":
    """The app, in the process that serves it; a person's mistake ends that process and with it the server."""
    log_to_stderr()
    try:
        app = create_app(settings)
    except Mistake as error:
        terminal.tell_mistake(error)
        sys.exit(error.exit_code)
    # A process of multiprocessing leaves without what atexit knows.
    Finalize(None, app.extensions["survey"].store.stop, exitpriority=1)
    terminal.say("serve_collector.address", address=address)
    return app


def main(argv: list[str] | None = None) -> int:
    """Serves until it is stopped: exit code 0; 1 when it cannot start. Raises Mistake `port-taken` and those of the
    settings."""
    parser = terminal.parser("serve_collector")
    parser.add_argument("--host", default="127.0.0.1", help=terminal.help("serve_collector.host"))
    parser.add_argument("--port", type=int, default=8080, help=terminal.help("serve_collector.port"))
    parser.add_argument("--try", action="store_true", dest="trial", help=terminal.help("serve_collector.try"))
    parser.set_defaults(office=None)
    options = parser.parse_args(argv)
    environ = dict(os.environ)
    if options.office:
        environ["COLLECTOR_OFFICE"] = str(options.office)
    if options.trial and not environ.get("COLLECTOR_SECRET_KEY"):
        environ["COLLECTOR_SECRET_KEY"] = secrets.token_urlsafe(32)
        terminal.say("serve_collector.tried")
    settings = read_settings(environ)
    port = take_port(options.host, options.port)
    address = f"http://{options.host}:{port}/"
    serve("collector:create_app", partial(load, settings, address), options.host, port, threads=THREADS)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
