"""Work on a stranger's bytes in a process of its own, with limits: what goes wrong there ends there.

A job is a function `job(source, payload)` named as `module:function`. It gets the bytes as an open file and one plain
value, and gives one plain value back: None, bool, int, float, str, bytes, and lists, tuples and dicts of them. It runs
in a fresh Python that imports nothing but the job's module. Jobs being names and values plain, a server that has much
to read may keep processes ready and hand them the same jobs.

docs/decisions/0015-workbooks-in-a-process-of-their-own.md says why.
"""

import marshal
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

CHILD = Path(__file__).with_name("child.py")
MEGABYTE = 1 << 20

KEPT = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
"""What a Python may need to start at all where its library stands elsewhere."""

NEVER_BEGAN = (1, 2, 127)
NOT_THERE = ("ModuleNotFoundError", "ImportError", "AttributeError: module")
"""How a job ends that could not begin: Python's own exit codes, and what child.py says of a job that is not there."""

Reason = Literal["memory", "time", "output", "crash"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use: bytes of address space, seconds of processor, seconds on the clock, bytes of its answer, and
    bytes of each file that it may write in a folder of its own, which goes when it ends."""

    memory: int = 448 * MEGABYTE
    processor: int = 20
    clock: float = 20.0
    answer: int = 96 * MEGABYTE
    file: int = 0


@dataclass
class Stopped(Exception):
    """A job that did not end well: why, and its last words for whoever looks for a fault of ours."""

    reason: Reason
    detail: str = ""


def run(job: str, source: Path | bytes, payload: Any = None, limits: Limits | None = None) -> Any:
    """What the job gives for a source.

    Raises Stopped, OSError when the source cannot be opened, and RuntimeError when the job cannot even begin: that is a
    fault of the installation and says nothing of the source.
    """
    limits = limits or Limits()
    with opened(source) as stream, tempfile.TemporaryDirectory(prefix="cong-khai-") as folder:
        words = [job, *map(str, (stream.fileno(), limits.memory, limits.processor, limits.file, limits.answer))]
        process = subprocess.Popen(  # noqa: S603 our own file, with numbers and the name of one of our functions
            [sys.executable, "-I", "-B", str(CHILD), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(stream.fileno(),),
            cwd=folder,
            # one arena: a second one would reserve a seventh of the address space for nothing
            env={"TMPDIR": folder, "MALLOC_ARENA_MAX": "1", **KEPT},
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(marshal.dumps(payload), timeout=limits.clock)
        except subprocess.TimeoutExpired as error:
            raise Stopped("time") from error
        finally:
            end(process)
    detail = said[-2000:].decode("utf-8", errors="replace") if process.returncode else ""
    if process.returncode in NEVER_BEGAN or detail.startswith(NOT_THERE):
        raise RuntimeError(f"{job} did not begin: {detail or process.returncode}")
    if process.returncode != 0:
        raise Stopped(reason_of(process.returncode), detail)
    return marshal.loads(said)  # noqa: S302 our own child wrote it


def end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that nothing of a job goes on."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextmanager
def opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """A source as an open file that has no name of its own."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as copy:
        copy.write(source)
        copy.flush()
        copy.seek(0)
        yield copy


def reason_of(code: int) -> Reason:
    """Why a process with this exit code ended; 3 and 4 are said by child.py."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "time"
    if code in (3, -signal.SIGABRT):  # a Rust library that gets no memory aborts
        return "memory"
    return "output" if code == 4 else "crash"
