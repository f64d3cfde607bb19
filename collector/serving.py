"""How an app of ours is served: Granian, one process, some threads, no access log."""

import logging
import socket
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from publisher.errors import Mistake

HEADER_BYTES = 16 * 1024
"""The request line and all headers together; more is refused with 431 before any of our code runs."""

HEADER_SECONDS = 10
"""Who has not sent all headers by then is let go."""


def take_port(host: str, port: int) -> int:
    """The port, once it is known that nobody else serves there (for 0 any free one). Two servers of Granian would share
    a port without a word. Raises Mistake `port-taken`."""
    try:
        with socket.create_server((host, port)) as found:
            return int(found.getsockname()[1])
    except (OSError, OverflowError) as error:
        raise Mistake("port-taken", {"port": port, "detail": error}) from error


def serve(app: str, load: Callable[..., Any], host: str, port: int, *, threads: int) -> None:
    """Serve the app of that name, which `load` makes in the process that serves it, until it is stopped."""
    server = Granian(
        app,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=threads,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADER_BYTES),
        log_level=LogLevels.error,
        log_access=False,
    )
    server.serve(target_loader=load, wrap_loader=False)


def log_to_stderr() -> None:
    """Say what there is to say on stderr, without a time: whoever runs the program stamps its lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("collector: %(message)s"))
    logging.getLogger("collector").addHandler(handler)
