"""The same work on several parts at once, each in a process of its own: Python runs one thread at a time.

The processes are forks: what the parent holds (the office, the book of figures) is theirs without being copied over.
"""

import multiprocessing
import os
import threading
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Part = TypeVar("Part")
Made = TypeVar("Made")

FORK = multiprocessing.get_context("fork")

_work: Callable[[Any], Any]
"""In a child: what it does with each part."""


def each(work: Callable[[Part], Made], parts: Iterable[Part]) -> list[Made]:
    """What `work` makes of each part, in their order; parts and what is made of them must pickle, `work` need not.

    On one core, or with one part, the work is done here. Raises what `work` raises; BrokenProcessPool when a process
    was killed.
    """
    todo = list(parts)
    processes = min(len(os.sched_getaffinity(0)), len(todo))
    if processes < 2:
        return [work(part) for part in todo]
    alive, ours = os.pipe()
    try:
        with warnings.catch_warnings():
            # Python ≥ 3.12 warns of forks beside threads: those of a build have ended, and a child takes none of the
            # locks that others (pyarrow's pool) may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            with ProcessPoolExecutor(processes, FORK, initializer=_begin, initargs=(work, alive, ours)) as pool:
                return list(pool.map(_do, todo))
    finally:
        os.close(alive)
        os.close(ours)


def _begin(work: Callable[[Any], Any], alive: int, ours: int) -> None:
    """A child keeps its work, and ends when its parent is gone: it holds whatever lock the parent held."""
    global _work
    _work = work
    os.close(ours)
    threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()


def _end_with_parent(alive: int) -> None:
    """Wait until nobody has the other end of the pipe, then end."""
    os.read(alive, 1)
    os._exit(1)


def _do(part: Any) -> Any:
    """A child does one part."""
    return _work(part)
