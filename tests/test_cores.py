"""The same work on several parts at once: in their order, in other processes, and no failure lost."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures.process import BrokenProcessPool

import pytest

from publisher import cores
from publisher.errors import Mistake

two_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="this machine gives the tests one core")


def test_the_parts_come_back_in_their_order_with_what_the_work_holds() -> None:
    held = {"of": 10}
    assert cores.each(lambda part: part * held["of"], range(50)) == [part * 10 for part in range(50)]


@two_cores
def test_many_parts_are_done_in_other_processes_and_one_part_here() -> None:
    here = os.getpid()
    assert here not in cores.each(lambda _: os.getpid(), range(4))
    assert cores.each(lambda _: os.getpid(), ["one"]) == [here]


def test_a_mistake_in_one_part_reaches_whoever_asked() -> None:
    def work(part: int) -> int:
        if part == 3:
            raise Mistake("no-unit", {"code": part}, exit_code=2)
        return part

    with pytest.raises(Mistake) as caught:
        cores.each(work, range(5))
    assert (caught.value.code, caught.value.values, caught.value.exit_code) == ("no-unit", {"code": 3}, 2)


@two_cores
def test_a_killed_process_is_told_and_not_waited_for() -> None:
    with pytest.raises(BrokenProcessPool):
        cores.each(lambda _: os.kill(os.getpid(), signal.SIGKILL), range(2))


@two_cores
def test_the_processes_end_with_a_killed_parent_and_give_its_locks_back() -> None:
    program = """
import fcntl, os, sys, time
from publisher import cores
with open(sys.argv[1], "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    cores.each(lambda _: (os.write(1, b"at work\\n"), time.sleep(600)), range(2))
"""
    with tempfile.NamedTemporaryFile() as lock:
        parent = subprocess.Popen([sys.executable, "-c", program, lock.name], stdout=subprocess.PIPE)
        assert parent.stdout is not None
        assert [parent.stdout.readline() for _ in range(2)] == [b"at work\n"] * 2
        parent.kill()
        assert parent.stdout.read() == b""  # ends when no process has it any more
        parent.wait()
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
