"""The doctor: each thing that it can find, found once it is broken, and nothing found where nothing is."""

import datetime as dt
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from collector.codes import Keys
from collector.intake.tables import builds
from collector.keeping import back_up
from collector.keeping.doctor import Finding, Place, data, look, machine, publishing
from collector.keeping.rows import STAFF
from collector.settings import read_places
from publisher import release, words
from publisher.catalogue import open_office
from publisher.catalogue.office import ZONE
from publisher.print import typesetting
from scripts import doctor, terminal
from tests.hand_pages import fingerprint
from tests.survey_server import free_port
from tests.test_keeping import Kept, make_kept_office
from tests.test_proof import make_quick

ENVIRON = {"COLLECTOR_SECRET_KEY": "s" * 40, "COLLECTOR_PROXIES": "1"}
NOW = dt.datetime.now(ZONE)

HERE = {"closed", "backup_here", "zone"}
"""What is so wherever these tests run: their folder is closed to others, and on one disk with the copies."""


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with everything that it needs, beside a copy of it."""
    root = tmp_path_factory.mktemp("doctor") / "office"
    office = make_kept_office(root)
    change(root, site_url="https://congkhai.xa.gov.vn/", intake={"url": "https://canbo.xa.gov.vn/"})
    change(root, survey={"url": "https://khaosat.xa.gov.vn/"})
    kept = Kept(office, read_places({"COLLECTOR_OFFICE": str(root)}), root.parent / "copies")
    kept.answer("an")
    kept.invite("lan", "minh")
    Keys(kept.places.survey_keys).poster()
    build(root)
    return root


def build(root: Path) -> None:
    """A release of one small page."""
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        release.build(open_office(root))


@pytest.fixture
def place(healthy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of it, to be broken, with a backup of today; how full this machine's disk is does not count."""
    monkeypatch.setattr(machine, "LITTLE", 0)
    root = tmp_path / "office"
    shutil.copytree(healthy, root, symlinks=True)
    environ = {**ENVIRON, "COLLECTOR_OFFICE": str(root)}
    places = read_places(environ)
    back_up(open_office(root), places, tmp_path / "copies", keep=7, now=NOW)
    return Place(places, environ, NOW)


def change(root: Path, **settings: Any) -> None:
    """Other settings in publishing.yaml; None takes one out."""
    path = root / "datasets" / "publishing.yaml"
    known = {**yaml.safe_load(path.read_text(encoding="utf-8")), **settings}
    kept = {key: value for key, value in known.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")


def real(place: Place, **settings: Any) -> Place:
    """An office that is no demonstration."""
    change(place.places.office, demonstration=False, today=None, **settings)
    return place


def codes(findings: list[Finding]) -> set[str]:
    """What was found, but for what is so wherever these tests run."""
    return {finding.code for finding in findings} - HERE


def do(place: Place, name: str, statement: str) -> Place:
    """Do something to a database that nobody should."""
    path = place.places.office / "var" / ("collector" if name == "survey" else "intake") / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)
    return place


def with_file(place: Place, name: str) -> Place:
    """A file below the office, from two days ago."""
    path = place.places.office / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - 2 * 86400,) * 2)
    return place


def given(place: Place, **environ: str) -> Place:
    """With other variables."""
    known = {**place.environ, **environ}
    return replace(place, environ={name: text for name, text in known.items() if text})


def failed_build(place: Place) -> Place:
    """The last build from the staff pages did not end well."""
    with closing(STAFF.at(place.places.staff_database_url)) as database, database.writing() as connection:
        row = {"number": 1, "asked_by": "", "asked_at": "", "started_at": "", "ended_at": "2026-07-20T09:15:00+07:00"}
        said = json.dumps({"vi": "Hết chỗ trên đĩa.", "en": "The disk is full."})
        connection.execute(builds.insert(), row | {"state": "failed", "release": "", "taken": 0, "said": said})
    return place


def rolled_back(place: Place) -> Place:
    """Citizens see the release before the last."""
    change(place.places.office, place={"vi": "Xã khác", "en": "Another commune"})
    build(place.places.office)
    release.rollback(open_office(place.places.office))
    return place


def note(place: Place, **changed: Any) -> Place:
    """What the office remembers of its last backup is otherwise."""
    path = place.places.office / "var" / "backup.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changed}), encoding="utf-8")
    return place


def old_copy(place: Place) -> Place:
    """A copy from long ago stands beside the last."""
    (copies_of(place) / "2020-01-01-020000").mkdir()
    return place


def copies_of(place: Place) -> Path:
    """Where the copies are."""
    return place.places.office.parent / "copies"


def keys_at(place: Place, folder: Path) -> Place:
    """The keys are said to stand elsewhere."""
    return replace(place, places=replace(place.places, survey_keys=folder))


def touched(place: Place, name: str, write: Callable[[Path], object]) -> Place:
    """Something was done to a path below the office."""
    write(place.places.office / name)
    return place


BROKEN: dict[str, tuple[str, Callable[[Place], Place]]] = {
    "open": ("error", lambda at: touched(at, "var/keys", lambda path: path.chmod(0o755))),
    "writable": ("error", lambda at: touched(at, "datasets", lambda path: path.chmod(0o777))),
    "keys_inside": (
        "error",
        lambda at: replace(at, places=replace(at.places, survey_keys=at.places.office / "site/k")),
    ),
    "clock": ("error", lambda at: replace(real(at), now=dt.datetime(2026, 1, 1, tzinfo=ZONE))),
    "left": ("note", lambda at: with_file(at, "var/intake/uploads/.part-0123")),
    "aside": ("warning", lambda at: with_file(at, "datasets.before-20260720-021500/units.csv")),
    "secret": ("note", lambda at: given(at, COLLECTOR_SECRET_KEY="")),
    "hosts": ("error", lambda at: given(at, COLLECTOR_STAFF_HOSTS="canbo.khac.vn")),
    "proxies": ("warning", lambda at: given(at, COLLECTOR_PROXIES="")),
    "collector-secret": ("error", lambda at: given(at, COLLECTOR_SECRET_KEY="short")),
    "collector-number": ("error", lambda at: given(at, COLLECTOR_IDLE_MINUTES="nửa giờ")),
    "poster": ("error", lambda at: touched(at, "var/keys/poster", Path.unlink)),
    "collector-keys": ("error", lambda at: touched(at, "var/keys/poster", lambda path: path.chmod(0o644))),
    "no_survey": ("note", lambda at: touched(at, "var/collector/survey.sqlite", Path.unlink)),
    "no_staff": ("note", lambda at: touched(at, "var/intake/staff.sqlite", Path.unlink)),
    "older": ("warning", lambda at: do(at, "survey", "UPDATE alembic_version SET version_num = '0001'")),
    "collector-database-newer": ("error", lambda at: do(at, "staff", "UPDATE staff_version SET version_num = '9999'")),
    "collector-database": (
        "error",
        lambda at: touched(at, "var/intake/staff.sqlite", lambda path: path.write_bytes(path.read_bytes()[:9000])),
    ),
    "journal": ("error", lambda at: do(at, "staff", "UPDATE journal SET who = 'ai đó' WHERE number = 1")),
    "build_failed": ("error", failed_build),
    "ledger-broken": ("error", lambda at: touched(at, "datasets/ledger.jsonl", lambda path: path.write_bytes(b"x"))),
    "file-missing": (
        "error",
        lambda at: touched(at, "datasets/procedures/data", lambda path: next(path.glob("*/*.csv")).unlink()),
    ),
    "chain-broken": ("error", lambda at: touched(at, "datasets/releases.jsonl", lambda path: path.write_bytes(b"x\n"))),
    "settings": ("error", lambda at: touched(at, ".", lambda path: change(path, keep_releases=0))),
    "no-office": ("error", lambda at: touched(at, "datasets/publishing.yaml", Path.unlink)),
    "mail": ("error", lambda at: given(at, CONG_KHAI_SMTP_URL=f"smtp://127.0.0.1:{free_port()}")),
    "smtp-url": ("error", lambda at: given(at, CONG_KHAI_SMTP_URL="thu.tinh.gov.vn")),
    "example": ("error", lambda at: real(at, site_url="https://congkhai.example.vn/")),
    "plain": ("error", lambda at: real(at, survey={"url": "http://khaosat.xa.gov.vn/"})),
    "same_host": ("warning", lambda at: real(at, intake={"url": "https://congkhai.xa.gov.vn/canbo/"})),
    "fixed_day": ("error", lambda at: touched(at, ".", lambda path: change(path, demonstration=False))),
    "no_site": ("warning", lambda at: touched(at, "site", shutil.rmtree)),
    "link": ("error", lambda at: touched(at, "site/releases", shutil.rmtree)),
    "rolled_back": ("warning", rolled_back),
    "built_long_ago": ("warning", lambda at: replace(real(at), now=NOW + dt.timedelta(days=3))),
    "no_backup": ("warning", lambda at: touched(at, "var/backup.json", Path.unlink)),
    "backup_gone": ("warning", lambda at: touched(at, "../copies", shutil.rmtree)),
    "backup_wrong": ("error", lambda at: note(at, wrong="file-changed")),
    "backup_long_ago": ("warning", lambda at: replace(at, now=NOW + dt.timedelta(days=2))),
    "backup_old": ("warning", old_copy),
}
"""What can be found → how bad it is, and what makes it so."""


def test_nothing_is_found_where_nothing_is_wrong_and_nothing_is_changed(place: Place) -> None:
    before = fingerprint(place.places.office)
    assert codes(look(place)) == set()
    assert fingerprint(place.places.office) == before


@pytest.mark.parametrize("code", BROKEN)
def test_what_is_broken_is_found(place: Place, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "AGAIN_S", 0.0)
    severity, make = BROKEN[code]
    findings = look(make(place))
    found = [finding for finding in findings if finding.code == code]
    assert [finding.severity for finding in found] == [severity], findings
    assert found[0].vi
    assert found[0].en != found[0].vi
    also = {"built_long_ago": {"backup_long_ago"}, "keys_inside": {"poster"}}
    assert codes(findings) - {code} <= also.get(code, set())


def machines(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Break the machine in one way after the other; gives what must be found."""
    for code, name, value in (
        ("python", "PYTHON", (99, 0)),
        ("sqlite", "SQLITE", (99, 0)),
        ("disk", "LITTLE", 10**18),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(machine, name, value)
            yield code
    with monkeypatch.context() as patch:
        pins = tmp_path / "requirements.txt"
        pins.write_text("flask==0.0.1 \\\n    --hash=sha256:00\nkhong-co==1.0\n", encoding="utf-8")
        patch.setattr(machine, "REQUIREMENTS", pins)
        yield "packages"
    with monkeypatch.context() as patch:
        (tmp_path / "fonts").mkdir()
        patch.setattr(typesetting, "FONTS", tmp_path / "fonts")
        typesetting.fonts.cache_clear()
        yield "fonts"
    typesetting.fonts.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr("publisher.sandbox.CHILD", tmp_path / "gone.py")
        yield "sandbox"
    with monkeypatch.context() as patch:
        # Root may write everywhere, so what the system says of rights is put in the mouth of a user who may not.
        patch.setattr(os, "access", lambda path, mode: Path(path).name != "datasets")
        yield "not_writable"
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: 12345)
        yield "user"
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield "zone"
    time.tzset()


MACHINE = ("python", "sqlite", "disk", "packages", "fonts", "sandbox", "not_writable", "user", "zone")


def test_what_is_broken_on_the_machine_is_found(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []
    for code in machines(place, monkeypatch, tmp_path):
        assert code in {finding.code for finding in look(place)}, code
        seen.append(code)
    assert seen == [*MACHINE]


def test_the_packages_that_differ_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: Place) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("flask==0.0.1 \\\n    --hash=sha256:00\nkhong-co==1.0\n", encoding="utf-8")
    monkeypatch.setattr(machine, "REQUIREMENTS", pins)
    (found,) = machine.packages(place)
    assert "2 thư viện" in found.vi
    assert "khong-co – (≠ 1.0)" in found.vi


def test_a_file_of_another_user_is_found(place: Place) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to somebody else")
    path = place.places.office / "var" / "ledger.lock"
    os.chown(path, 12345, -1)
    (found,) = (finding for finding in look(place) if finding.code == "owner")
    assert str(path) in found.vi


def test_what_a_web_server_cannot_read_is_found(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir(mode=0o755)
    (site / "index.html").touch(0o644)
    below = [path for path in publishing.closed_to_others(site) if path.is_relative_to(site)]
    assert below == []
    (site / "index.html").chmod(0o600)
    assert [*publishing.closed_to_others(site)][-1] == site / "index.html"
    site.chmod(0o750)
    assert site in [*publishing.closed_to_others(site)]


def test_what_may_not_be_looked_at_is_a_finding_and_no_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_place: Place) -> Iterator[Finding]:
        raise PermissionError(13, "Permission denied", "/srv/kin")
        yield

    monkeypatch.setattr("collector.keeping.doctor.CHECKS", (refuse, publishing.backups))
    first = look(place)[0]
    assert (first.code, first.severity) == ("unreadable", "error")
    assert "backup_here" in {finding.code for finding in look(place)}


def test_everything_that_can_be_said_is_tested() -> None:
    said = {key.removeprefix("doctor.") for key in words.load("vi") if key.startswith("doctor.")}
    assert said <= {*BROKEN, *MACHINE, *HERE, "owner", "unreadable"}


def test_the_command_says_it_in_both_languages_and_to_programs(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in ENVIRON.items():
        monkeypatch.setenv(name, text)
    office = ["--office", str(place.places.office)]
    assert terminal.run(doctor.main, office) == 0
    assert "Phải sửa" not in capsys.readouterr().out
    (place.places.survey_keys / "poster").unlink()
    assert terminal.run(doctor.main, office) == 1
    said = capsys.readouterr().out
    assert "Có 1 lỗi phải sửa" in said
    assert "hãy chép lại tệp khóa đã cất riêng" in said.lower()
    assert "There are answers but no key of the posters" in said
    assert terminal.run(doctor.main, [*office, "--json"]) == 1
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["code"], first["severity"]) == ("poster", "error")
    assert set(first) == {"code", "severity", "message_vi", "message_en"}
