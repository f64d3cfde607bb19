"""Time and memory of whole processes, and ratios that a busy machine does not falsify."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from publisher.catalogue.office import HOME

MEGABYTE = 1024
"""How many kilobytes: the unit in which Linux counts a process's memory."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took: wall seconds, seconds of processor with its children, peak memory in MB, its output."""

    seconds: float
    cpu: float
    peak: float
    output: str


def process(arguments: Sequence[str | Path], *, cwd: Path = HOME, home: Path = HOME) -> Spent:
    """Run a Python process to its end, with the project's code at `home`. Raises RuntimeError with its last words when
    it fails."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(home), "PYTHONUTF8": "1"}
    begin = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    output = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"{arguments[0]} ended with {child.returncode}: {output[-500:]}")
    seconds = time.monotonic() - begin
    return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / MEGABYTE, output)


def together(parts: Sequence[Spent]) -> Spent:
    """Processes one after the other as one."""
    return Spent(
        sum(part.seconds for part in parts), sum(part.cpu for part in parts), max(part.peak for part in parts), ""
    )


def interleave(works: Sequence[Callable[[], Spent]], repeats: int) -> list[list[Spent]]:
    """What each work took, `repeats` times, one after the other in every round: A B A B …"""
    rounds = [[work() for work in works] for _ in range(repeats)]
    return [list(column) for column in zip(*rounds, strict=True)]


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the ratios of each round."""
    return median(a / b for a, b in zip(above, below, strict=True))
