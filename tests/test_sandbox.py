"""Work in a process of its own: what goes wrong there ends there, in time, and leaves nothing behind."""

import errno
import tempfile
import time
from pathlib import Path

import pytest

from publisher import sandbox
from publisher.sandbox import Limits, Stopped

SOON = Limits(clock=1.5, processor=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything temporary stands during a test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def job(name: str) -> str:
    return f"tests.sandbox_jobs:{name}"


def test_a_job_gets_the_bytes_and_gives_plain_values_back(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    payload = {"sheet": None, "numbers": (1, 2.5), "text": "Phường Ba Đình"}
    for source in (path, b"abc"):
        assert sandbox.run(job("echo"), source, payload) == [b"abc", payload]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hang", "time"),
        ("burn", "time"),
        ("swallow", "memory"),
        ("abort", "memory"),
        ("fail", "crash"),
        ("chatter", "output"),
    ],
)
def test_what_goes_wrong_in_a_job_is_told_by_its_reason(name: str, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        sandbox.run(job(name), b"", None, SOON)
    assert stopped.value.reason == reason
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["tests.sandbox_jobs:unknown", "tests.nowhere:echo"])
def test_a_job_that_is_not_there_is_a_fault_of_ours_and_not_of_the_file(name: str) -> None:
    with pytest.raises(RuntimeError, match="did not begin"):
        sandbox.run(name, b"")


def test_a_fault_of_ours_can_be_looked_for() -> None:
    with pytest.raises(Stopped) as stopped:
        sandbox.run(job("fail"), b"")
    assert stopped.value.detail == "KeyError: 'where'"


def test_nothing_is_left_behind_and_nothing_goes_on(folder: Path) -> None:
    late = folder / "late"
    for name in ("echo", "hang", "swallow", "abort", "fork"):
        try:
            sandbox.run(job(name), b"abc", str(late), SOON)
        except Stopped:
            continue
    time.sleep(1)
    assert list(folder.iterdir()) == []


def test_a_job_writes_only_in_a_folder_that_goes_and_only_so_much(folder: Path) -> None:
    code, environment, here = sandbox.run(job("litter"), b"", None, Limits(file=100))
    assert code == errno.EFBIG
    assert set(environment) <= {"TMPDIR", "MALLOC_ARENA_MAX", "LC_CTYPE", "LD_LIBRARY_PATH"}
    assert Path(here).parent == folder
    assert not Path(here).exists()


def test_without_leave_no_file_is_written_at_all() -> None:
    with pytest.raises(Stopped) as stopped:
        sandbox.run(job("litter"), b"")
    assert "File too large" in stopped.value.detail
