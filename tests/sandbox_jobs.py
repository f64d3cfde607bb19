"""Jobs for tests of the sandbox: each does one thing that must not reach further than its process."""

import os
import time
from pathlib import Path
from typing import Any, BinaryIO


def echo(source: BinaryIO, payload: Any) -> list[Any]:
    """The bytes and the payload."""
    return [source.read(), payload]


def hang(_source: BinaryIO, _payload: Any) -> None:
    """Never ends, and uses nothing."""
    time.sleep(600)


def burn(_source: BinaryIO, _payload: Any) -> None:
    """Never ends, and uses the processor."""
    while True:
        pass


def swallow(_source: BinaryIO, _payload: Any) -> bytes:
    """Wants more memory than there is."""
    return b"x" * (4 << 30)


def abort(_source: BinaryIO, _payload: Any) -> None:
    """Ends as a library in Rust does that gets no memory."""
    os.abort()


def fail(_source: BinaryIO, _payload: Any) -> None:
    """A fault of the program."""
    raise KeyError("where")


def chatter(_source: BinaryIO, _payload: Any) -> bytes:
    """Answers without end."""
    return b"x" * (97 << 20)


def fork(_source: BinaryIO, payload: Any) -> None:
    """Leaves a child that would write a file later."""
    if os.fork() == 0:
        time.sleep(2)
        Path(payload).write_text("late", encoding="utf-8")
        os._exit(0)
    time.sleep(600)


def litter(_source: BinaryIO, _payload: Any) -> list[Any]:
    """Writes a file where it stands; gives how far that went, and what else it sees."""
    Path("small").write_bytes(b"x" * 10)
    try:
        Path("large").write_bytes(b"x" * 10_000)
    except OSError as error:
        return [error.errno, sorted(os.environ), str(Path.cwd())]
    return []
