"""Serve the staff pages: one process, some threads, no access log."""

import os
import secrets
import sys
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from collector.intake import create_app, trial
from collector.serving import log_to_stderr, serve, take_port
from collector.settings import StaffSettings, read_staff_settings
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from scripts import terminal

if TYPE_CHECKING:
    from flask import Flask

THREADS = 16
"""Each takes in one body of up to 10 MB at a time; checks and builds run in processes of their own."""


def load(settings: StaffSettings, address: str) -> "Flask":
    """The app, in the process that serves it; a person's mistake ends that process and with it the server."""
    log_to_stderr()
    try:
        app = create_app(settings)
    except Mistake as error:
        terminal.tell_mistake(error)
        sys.exit(error.exit_code)
    # A process of multiprocessing leaves without what atexit knows.
    Finalize(None, app.extensions["intake"].stop, exitpriority=1)
    terminal.say("serve_intake.address", address=address)
    return app


def main(argv: list[str] | None = None) -> int:
    """Serves until it is stopped: exit code 0; 1 when it cannot start. Raises Mistake `port-taken` and those of the
    settings."""
    parser = terminal.parser("serve_intake")
    parser.add_argument("--host", default="127.0.0.1", help=terminal.help("serve_intake.host"))
    parser.add_argument("--port", type=int, default=8081, help=terminal.help("serve_intake.port"))
    parser.add_argument("--try", action="store_true", dest="trial", help=terminal.help("serve_intake.try"))
    parser.set_defaults(office=None)
    options = parser.parse_args(argv)
    environ = dict(os.environ)
    if options.office:
        environ["COLLECTOR_OFFICE"] = str(options.office)
    port = take_port(options.host, options.port)
    address = f"http://{options.host}:{port}/"
    if options.trial:
        copy = trial.copy_office(options.office or HOME)
        environ = {"COLLECTOR_SECRET_KEY": secrets.token_urlsafe(32), "COLLECTOR_OFFICE": str(copy)}
    settings = read_staff_settings(environ)
    if options.trial:
        terminal.say("serve_intake.tried", folder=settings.office)
        for one in trial.invite(settings):
            terminal.say(f"serve_intake.{one.role}", login=one.login, unit=one.unit, link=f"{address}{one.path}")
        terminal.say("serve_intake.code")
    serve("collector.intake:create_app", partial(load, settings, address), options.host, port, threads=THREADS)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
