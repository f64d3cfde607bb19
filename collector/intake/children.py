"""Work in processes of its own: checks of files and what else would hold up the pages or could end the program.

A child is forked from a server process that has loaded the checker once, so it starts in some milliseconds; it has a
limit of processor time, of memory and of wall-clock time, and when it is killed, hangs or breaks, its caller learns it
and nothing else happens.
"""

import contextlib
import logging
import multiprocessing
import resource
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from publisher.errors import Mistake

log = logging.getLogger("collector")

MEMORY = 2 << 30
"""Bytes that a child may have in its address space beside what its server had loaded."""

PRELOADED = ["collector.intake.examining", "collector.intake.warm"]
"""What the server process loads once."""

starting = threading.Lock()

context = multiprocessing.get_context("forkserver")


class ChildFailed(Exception):
    """A child gave no answer: `time` when it took too long, `ended` when it died, `bug` when it broke."""


def preload() -> None:
    """Tell what the server process loads, before it starts."""
    context.set_forkserver_preload(PRELOADED)


def run(job: Callable[..., Any], *args: Any, seconds: float) -> Any:
    """What a function gives, called in a child; its arguments and its answer are plain values.

    Raises ChildFailed, and Mistake as the function does.
    """
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(theirs, job, args, int(seconds)), daemon=True)
    start(process)
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise ChildFailed("time")
        how, answer = ours.recv()
    except (EOFError, OSError) as error:
        raise ChildFailed("ended") from error
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()
    if how == "mistake":
        raise Mistake(*answer)
    if how == "bug":
        log.error("%s: %s", job.__name__, answer)
        raise ChildFailed("bug")
    return answer


def start(process: multiprocessing.process.BaseProcess) -> None:
    """Start a child without the program's main module: no job stands in it, and each child would run it again, with all
    it imports. (The server process cannot load it once for all: before Python 3.13 it looks for it under another name
    than it is told, CPython issue 126631.)"""
    main = vars(sys.modules["__main__"])
    with starting:
        path = main.pop("__file__", None)
        try:
            process.start()
        finally:
            if path is not None:
                main["__file__"] = path


def work(pipe: Connection, job: Callable[..., Any], args: tuple[Any, ...], seconds: int) -> None:
    """In the child: the job, within its limits. A bug is told by where it happened, never by its message: that may
    repeat what stands in a file."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, limit in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, used_memory() + MEMORY)):
        _, hard = resource.getrlimit(what)  # it stays: the sandbox of a workbook sets limits of its own
        resource.setrlimit(what, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        answer: tuple[str, Any] = ("done", job(*args))
    except Mistake as error:
        answer = ("mistake", (error.code, error.values, error.exit_code, error.problems))
    except MemoryError:
        return  # the pipe closes: the caller learns that it ended
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        answer = ("bug", f"{type(error).__name__}: {where}")
    with contextlib.suppress(BrokenPipeError):
        pipe.send(answer)


def used_memory() -> int:
    """Bytes of the process's address space."""
    with open("/proc/self/statm", encoding="ascii") as found:  # noqa: PTH123 as plain as can be, in a fresh child
        return int(found.read().split()[0]) * resource.getpagesize()
