"""Looking at the site while working on it."""

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from watchdog.events import DirModifiedEvent, FileClosedNoWriteEvent, FileModifiedEvent, FileOpenedEvent

from publisher.catalogue import Office
from publisher.catalogue.office import HOME
from scripts import serve, terminal


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server of a made-up release; its port."""
    for name, text in (("index.html", "nhà"), ("404.html", "không có"), ("en/404.html", "not there")):
        path = tmp_path / "releases" / "0001-aaaaaaaa" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "current").symlink_to("releases/0001-aaaaaaaa")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(serve.Pages, directory=str(tmp_path / "current")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str, method: str = "GET") -> tuple[int, str, str]:
    """Status, text and Cache-Control of one address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers["Cache-Control"]


def test_a_page_is_served_and_not_kept(port: int) -> None:
    assert get(port, "/") == (200, "nhà", "no-store")


def test_what_is_not_there_gets_the_sites_own_page_in_its_language(port: int) -> None:
    assert get(port, "/khong-co/") == (404, "không có", "no-store")
    assert get(port, "/en/khong-co/") == (404, "not there", "no-store")
    assert get(port, "/khong-co/", "HEAD") == (404, "", "no-store")


def test_nothing_outside_the_release_is_served(port: int) -> None:
    assert get(port, "/../../../../etc/passwd")[0] == 404
    assert get(port, "/%2e%2e/%2e%2e/etc/passwd")[0] == 404


def test_the_next_release_is_served_from_the_moment_it_is_shown(port: int, tmp_path: Path) -> None:
    new = tmp_path / "releases" / "0002-bbbbbbbb"
    new.mkdir()
    (new / "index.html").write_text("mới", encoding="utf-8")
    (tmp_path / "link").symlink_to("releases/0002-bbbbbbbb")
    (tmp_path / "link").replace(tmp_path / "current")
    assert get(port, "/")[1] == "mới"


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (FileModifiedEvent("/o/datasets/units.csv"), True),
        (FileOpenedEvent("/o/datasets/units.csv"), False),
        (FileClosedNoWriteEvent("/o/datasets/units.csv"), False),
        (DirModifiedEvent("/o/datasets"), False),
        (FileModifiedEvent("/o/content/vi/.phap-ly.md.swp"), False),
        (FileModifiedEvent("/o/content/vi/phap-ly.md~"), False),
        (FileModifiedEvent("/p/words/__pycache__/format.cpython-311.pyc"), False),
    ],
)
def test_only_a_changed_file_of_the_site_counts(event: FileModifiedEvent, counts: bool) -> None:
    changes = serve.Changes()
    changes.on_any_event(event)
    assert changes.seen.is_set() is counts


def test_many_changes_at_once_are_one_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "QUIET", 0.05)
    changes = serve.Changes()
    for _ in range(10):
        changes.on_any_event(FileModifiedEvent("/o/datasets/units.csv"))
    changes.wait()
    assert not changes.seen.is_set()


def test_a_port_that_is_taken_is_a_sentence(office: Office, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.run(serve.main, ["--office", str(office.root), "--port", str(port)]) == 1
    assert f"Không mở được cổng {port}" in capsys.readouterr().err
    assert terminal.run(serve.main, ["--office", str(office.root), "--port", "99999"]) == 1


def test_it_builds_anew_on_a_change_and_keeps_the_last_good_site(office: Office, tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    with said.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve", "--office", office.root, "--port", "0"],
            cwd=HOME,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        text = partial(said.read_text, encoding="utf-8")
        wait_for(lambda: "http://127.0.0.1:" in text())
        port = int(text().split("http://127.0.0.1:")[1].split("/")[0])
        assert "phường Thử Nghiệm" in get(port, "/")[1]

        settings = office.datasets / "publishing.yaml"
        good = settings.read_text(encoding="utf-8")
        settings.write_text(good.replace("Thử Nghiệm", "Đổi Tên"), encoding="utf-8")
        wait_for(lambda: "phường Đổi Tên" in get(port, "/")[1])

        settings.write_text("name: [", encoding="utf-8")
        wait_for(lambda: "vẫn hiện bản tốt gần nhất" in text())
        assert "publishing.yaml" in text()
        assert "phường Đổi Tên" in get(port, "/")[1]

        settings.write_text(good, encoding="utf-8")
        wait_for(lambda: "phường Thử Nghiệm" in get(port, "/")[1])
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in said.read_text(encoding="utf-8")


def wait_for(true: Callable[[], bool]) -> None:
    """Wait at most a minute for something to come true."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
