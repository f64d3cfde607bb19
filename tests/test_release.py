"""A release is whole or absent."""

import datetime as dt
import errno
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher import release, words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.errors import Mistake, Problem
from scripts import build as build_command
from scripts import terminal
from tests.hand_pages import fingerprint, write_hand_pages
from tests.offices import make_office

COMMAND = (sys.executable, "-m", "scripts.build", "--office")


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds take a few pages written by hand; their text is the release's id."""

    def write(office: Office, book: Any, ledger: Any, problems: Any, coming: Any, out: Path) -> None:
        write_hand_pages(out, unit=coming.id)

    monkeypatch.setattr(release, "write_pages", write)


@pytest.fixture
def quick(by_hand: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds without MkDocs: for what happens around it."""

    def build_html(office: Office, pages: Path, out: Path, **given: Any) -> None:
        (out / "index.html").write_text(given["release_id"], encoding="utf-8")

    monkeypatch.setattr(release, "build_html", build_html)
    monkeypatch.setattr(release, "verify", lambda office, book, out: None)


def change(office: Office, name: str) -> Office:
    """The office with other inputs: its English name is another."""
    path = office.datasets / "publishing.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["name"]["en"] = name
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return open_office(office.root)


def shown(office: Office) -> str:
    """The name of the release that citizens see."""
    return (office.site / "current").resolve().name


# --- the whole way


def test_a_build_shows_a_whole_site_under_a_number_and_its_id(by_hand: None, office: Office) -> None:
    made = release.build(office)
    assert made.folder == office.site / "releases" / f"0001-{made.id[:8]}"
    assert (office.site / "current").readlink() == Path("releases") / made.folder.name
    page = (office.site / "current" / "don-vi" / "phuong-ba-dinh" / "index.html").read_text(encoding="utf-8")
    assert made.id in page
    assert (office.site / "current" / "en" / "index.html").exists()
    assert [p.name for p in office.site.rglob(".*")] == []
    assert list(made.seconds) == ["ledger", "check", "tally", "pages", "html", "paper", "verify", "publish"]


def test_progress_names_every_step_and_every_step_has_its_words(quick: None, office: Office) -> None:
    told: list[tuple[str, int, int]] = []
    made = release.build(office, progress=lambda *step: told.append(step))
    assert list(dict.fromkeys(step for step, _, _ in told)) == list(made.seconds)
    assert {step for step, done, total in told if done == total} == set(made.seconds)
    for step in made.seconds:
        for lang in words.LANGUAGES:
            assert words.say(lang, f"commands.build.steps.{step}")


def test_the_release_may_be_read_by_the_web_servers_user(quick: None, office: Office) -> None:
    assert release.build(office).folder.stat().st_mode & 0o777 == 0o755


def test_warnings_come_along_with_the_release(quick: None, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = Problem("a.csv", "V09", "warning", "Cảnh báo", "A warning")
    monkeypatch.setattr(release, "check_office", lambda office, progress: [warning])
    assert release.build(office).problems == (warning,)


def test_an_error_in_the_data_stops_the_build_with_its_problems(
    quick: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = Problem("a.csv", "V01", "error", "Lỗi", "An error")
    monkeypatch.setattr(release, "check_office", lambda office, progress: [error])
    with pytest.raises(Mistake) as caught:
        release.build(office)
    assert (caught.value.code, caught.value.problems) == ("build-refused", (error,))
    assert not (office.site / "current").exists()


# --- failures


STEPS = (
    *("read_ledger", "check_files", "check_office", "tally_office", "Book", "identify", "write_pages", "build_html"),
    *("verify", "flush", "publish", "show"),
)
FAILURES: tuple[tuple[Callable[[], BaseException], type[BaseException]], ...] = (
    (lambda: Mistake("no-earlier-release", {"folder": "x"}), Mistake),
    (lambda: OSError(errno.ENOSPC, "No space left on device", "x"), Mistake),
    (lambda: RuntimeError("a bug"), RuntimeError),
    (KeyboardInterrupt, KeyboardInterrupt),
)


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_leaves_yesterdays_site(
    quick: None, office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    release.build(office)
    before = fingerprint(office.site)
    changed = change(office, "Office of today")
    for make, expected in FAILURES:
        with monkeypatch.context() as patch:
            patch.setattr(release, step, fail(make()))
            with pytest.raises(expected):
                release.build(changed)
        assert fingerprint(office.site) == before
        with release.only_build(office):
            pass  # the lock is free
    assert release.build(changed).folder.name.startswith("0002-")


def fail(error: BaseException) -> Callable[..., Any]:
    """A function that raises."""

    def raise_it(*args: object, **kwargs: object) -> None:
        raise error

    return raise_it


def test_a_failure_is_one_sentence_and_exit_code_1(
    quick: None, office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "index.html")
    monkeypatch.setattr(release, "write_pages", fail(full))
    assert terminal.run(build_command.main, ["--office", str(office.root)]) == 1
    said = capsys.readouterr().err
    assert "Không ghi được lên đĩa (No space left on device: index.html)" in said
    assert "The disk could not be written" in said
    assert "Traceback" not in said


def test_a_failure_of_mkdocs_itself_leaves_yesterdays_site(
    by_hand: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.build(office)
    before = fingerprint(office.site)

    def write(office: Office, book: Any, ledger: Any, problems: Any, coming: Any, out: Path) -> None:
        write_hand_pages(out)
        (out / "vi" / "phap-ly.md").write_text("# Luật\n\n[x](khong-co.md)\n", encoding="utf-8")

    monkeypatch.setattr(release, "write_pages", write)
    with pytest.raises(Mistake, match="mkdocs-failed"):
        release.build(office)
    assert fingerprint(office.site) == before


def test_a_site_that_does_not_stand_its_test_is_not_shown(
    by_hand: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    release.build(office)
    before = fingerprint(office.site)

    def write(office: Office, book: Any, ledger: Any, problems: Any, coming: Any, out: Path) -> None:
        write_hand_pages(out, unit='<data value="7" data-of="procedures/x/00004/2026-03/month">7</data>')

    monkeypatch.setattr(release, "write_pages", write)
    with pytest.raises(Mistake, match="verify-failed") as caught:
        release.build(office)
    assert {p.code for p in caught.value.problems} == {"site-figure-unknown"}
    assert fingerprint(office.site) == before


def test_what_a_killed_build_left_is_gone_after_the_next_one(quick: None, office: Office) -> None:
    left = office.site / "releases" / f"{release.PARTIAL}killed"
    left.mkdir(parents=True)
    (left / "index.html").write_text("half", encoding="utf-8")
    (office.site / f"{release.PARTIAL}link").symlink_to("nowhere")
    release.build(office)
    assert [p.name for p in office.site.rglob(".*")] == []


# --- real processes


def pages_of(files: dict[str, str]) -> set[str]:
    """The pages among the files of a site; other files may have another name in each release."""
    return {name for name in files if name.endswith(".html")}


def test_killed_at_any_moment_the_shown_site_is_whole_and_the_next_build_works(office: Office) -> None:
    begin = time.monotonic()
    subprocess.run([*COMMAND, office.root], cwd=HOME, check=True, capture_output=True)
    duration = time.monotonic() - begin
    moments = random.Random(20260715)
    for round_ in range(5):
        before = fingerprint(office.site / "current")
        change(office, f"Office {round_}")
        process = subprocess.Popen(
            [*COMMAND, office.root], cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moments.uniform(0.2, 1.0) * duration)
        process.send_signal(signal.SIGKILL)
        process.wait()
        after = fingerprint(office.site / "current")
        assert pages_of(after) == pages_of(before)  # none is missing, old site or new
        name = "Committee" if after == before and round_ == 0 else "Office"
        assert name in (office.site / "current" / "en" / "index.html").read_text(encoding="utf-8")
    subprocess.run([*COMMAND, office.root], cwd=HOME, check=True, capture_output=True)
    assert "Office 4" in (office.site / "current" / "en" / "index.html").read_text(encoding="utf-8")
    assert [p.name for p in office.site.rglob(".*")] == []


def test_a_disk_that_takes_no_more_leaves_yesterdays_site(office: Office) -> None:
    subprocess.run([*COMMAND, office.root], cwd=HOME, check=True, capture_output=True)
    before = fingerprint(office.site)
    limited = (
        "import resource, sys; from scripts import build, terminal;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000));"
        "sys.exit(terminal.run(build.main, ['--office', sys.argv[1]]))"
    )
    done = subprocess.run([sys.executable, "-c", limited, office.root], cwd=HOME, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Trang đang công bố không bị thay đổi" in done.stderr
    assert "Traceback" not in done.stderr
    assert fingerprint(office.site) == before


def test_of_five_builds_at_once_one_runs_and_the_others_say_so(office: Office) -> None:
    script = (
        "import sys; from scripts import build, terminal;"
        "print('ready', flush=True); sys.stdin.readline();"
        "sys.exit(terminal.run(build.main, ['--office', sys.argv[1]]))"
    )
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", script, office.root],
            cwd=HOME,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    for process in builds:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in builds:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate()[1], process.returncode) for process in builds]
    assert sorted(code for _, code in ended) == [0, 1, 1, 1, 1]
    for said, code in ended:
        assert ("Đang có một lần dựng trang khác chạy" in said) == (code == 1)
    assert [p.name[:5] for p in (office.site / "releases").iterdir()] == ["0001-"]


def test_the_same_inputs_give_the_same_bytes_in_any_folder_locale_and_zone(tmp_path: Path) -> None:
    sites = []
    for name, environment in (
        ("here", {"TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C", "PYTHONHASHSEED": "1"}),
        ("some/where else", {"TZ": "America/Los_Angeles", "LC_ALL": "vi_VN.UTF-8", "PYTHONHASHSEED": "2"}),
    ):
        folder = make_office(tmp_path / name)
        given = {**os.environ, **environment}
        subprocess.run([*COMMAND, folder], cwd=HOME, env=given, check=True, capture_output=True)
        sites.append(fingerprint(folder / "site"))
    assert len(sites[0]) > 60
    assert sites[0] == sites[1]


def test_a_reader_never_meets_a_site_without_pages_while_the_link_moves(quick: None, office: Office) -> None:
    first = release.build(office).folder
    second = release.build(change(office, "Office of today")).folder
    page, missed, done = office.site / "current" / "index.html", [], threading.Event()

    def read() -> None:
        while not done.is_set():
            if not page.exists():
                missed.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(500):
        release.show(office, first)
        release.show(office, second)
    done.set()
    reader.join()
    assert missed == []


# --- the id


def test_the_id_changes_with_the_settings_the_tables_the_content_and_the_day(office: Office) -> None:
    def identity(opened: Office) -> str:
        return release.identify(opened, release.read_ledger(opened))

    seen = [identity(office)]
    assert identity(open_office(office.root)) == seen[0]
    office = change(office, "Office of today")
    seen.append(identity(office))
    (office.datasets / "units.csv").open("a", encoding="utf-8").write("00031,Phường Mới,,commune,,,,\n")
    seen.append(identity(open_office(office.root)))
    (office.root / "content" / "vi").mkdir(parents=True)
    (office.root / "content" / "vi" / "phap-ly.md").write_text("# Luật\n", encoding="utf-8")
    seen.append(identity(open_office(office.root)))
    settings = office.datasets / "publishing.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("2026-07-31", "2026-09-30"), encoding="utf-8")
    seen.append(identity(open_office(office.root)))
    assert len(set(seen)) == len(seen)


def test_a_day_on_which_no_period_falls_due_changes_nothing(office: Office) -> None:
    ledger = release.read_ledger(office)
    settings = office.settings
    days = (dt.date(2026, 7, 30), dt.date(2026, 7, 31))
    seen = {release.identify(replace(office, settings=settings.model_copy(update={"today": d})), ledger) for d in days}
    assert len(seen) == 1


# --- releases that are kept


def test_the_last_releases_are_kept_and_the_oldest_go(quick: None, office: Office) -> None:
    for number in range(5):
        release.build(change(office, f"Office {number}"))
    assert [r.name[:4] for r in release.releases(office)] == ["0003", "0004", "0005"]
    assert shown(office).startswith("0005-")


def test_the_shown_release_is_kept_however_old_it_is(quick: None, office: Office) -> None:
    many = replace(office, settings=office.settings.model_copy(update={"keep_releases": 5}))
    made = []
    for number in range(5):
        changed = change(many, f"Office {number}")
        made.append(release.build(replace(changed, settings=changed.settings.model_copy(update={"keep_releases": 5}))))
    release.show(office, made[0].folder)
    release.prune(office)
    assert [r.name[:4] for r in release.releases(office)] == ["0001", "0003", "0004", "0005"]


def test_a_folder_that_is_not_in_the_chain_is_no_release(quick: None, office: Office) -> None:
    release.build(office)
    (office.site / "releases" / "0002-00000000").mkdir()
    second = release.build(change(office, "Office of today")).folder
    assert [r.name for r in release.releases(office)] == [release.releases(office)[0].name, second.name]


def test_building_the_same_again_pushes_no_earlier_release_out(quick: None, office: Office) -> None:
    first = release.build(office).folder
    changed = change(office, "Office of today")
    made = [release.build(changed).folder.name for _ in range(4)]
    assert made == [f"{made[0]}{copy}" for copy in ("", ".2", ".3", ".4")]
    assert release.releases(office) == [first, first.with_name(made[-1])]
    assert release.rollback(office) == first


def test_a_rollback_shows_the_release_before_and_says_when_there_is_none(quick: None, office: Office) -> None:
    with pytest.raises(Mistake, match="no-earlier-release"):
        release.rollback(office)
    first = release.build(office).folder
    second = release.build(change(office, "Office of today")).folder
    assert shown(office) == second.name
    assert release.rollback(office) == first
    assert shown(office) == first.name
    assert second.is_dir()
    with pytest.raises(Mistake, match="no-earlier-release"):
        release.rollback(office)


def test_the_command_rolls_back(quick: None, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    first = release.build(office).folder
    release.build(change(office, "Office of today"))
    assert terminal.run(build_command.main, ["--office", str(office.root), "--rollback"]) == 0
    assert first.name in capsys.readouterr().out
    assert terminal.run(build_command.main, ["--office", str(office.root), "--rollback"]) == 1
    assert "Không có bản công bố nào trước" in capsys.readouterr().err


def test_the_command_ends_with_the_page_to_open(
    quick: None, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.run(build_command.main, ["--office", str(office.root)]) == 0
    out = capsys.readouterr().out
    assert str(office.site / "current" / "index.html") in out
    assert f"scripts/serve.py --office {office.root}" in out


def test_a_release_that_is_being_deleted_does_not_look_whole(
    quick: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release.build(office).folder
    monkeypatch.setattr(release.shutil, "rmtree", fail(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        release.remove(made)
    assert release.releases(office) == []
