"""Backups and the way back: the drill, and every way in which a copy could be less than it seems."""

import datetime as dt
import itertools
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from collector.codes import Keys, poster_path
from collector.database import Database
from collector.intake import journal
from collector.intake.accounts import Accounts
from collector.intake.files import Files
from collector.intake.here import now as clock
from collector.keeping import back_up, backup, copies, examine, restore
from collector.keeping.rows import STAFF, SURVEY, copy_out
from collector.settings import Places, read_places
from collector.store import Ballot, Store, tables
from publisher import release
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME, ZONE
from publisher.errors import Mistake
from publisher.examination import examine as judge
from publisher.ledger import accept, check_files, read_ledger
from publisher.words import mistake
from scripts import backup as backup_command
from scripts import restore as restore_command
from scripts import terminal
from tests.hand_pages import fingerprint
from tests.postgres import Server, server
from tests.submitted import PROCEDURES, file_of
from tests.survey_app import HERE, make_survey_office
from tests.survey_server import serving

NOW = dt.datetime(2026, 7, 20, 2, 15, tzinfo=ZONE)
PERIOD = "2026-08"


def make_kept_office(root: Path) -> Office:
    """A survey's office with figures of one unit."""
    settings = {"datasets": {"procedures": {}, "satisfaction": {}}, "first_period": "2026-06", "last_period": "2026-06"}
    office = open_office(make_survey_office(root, languages=["vi"], **settings))
    submit(office)
    return office


def submit(office: Office, received: int = 46, reason: str = "") -> None:
    """Accept a month of one unit."""
    kind = office.kinds["procedures"]
    pending = str(received - 40)
    row = {"received_total": str(received), "received_online": "12", "received_offline": str(received - 16)}
    row |= {"pending_total": pending, "pending_in_time": pending}
    accept(office, kind, file_of(kind, {**PROCEDURES, **row}), reason=reason)


def ballot(key: str, **changed: Any) -> Ballot:
    """An answer with a comment."""
    plain = Ballot(PERIOD, "00004", HERE, "small", "open", choices={"overall": "5"}, key=key, comments={"comment": key})
    return replace(plain, **changed)


@dataclass
class Kept:
    """An office with what it keeps; where copies of it go."""

    office: Office
    places: Places
    out: Path

    def answer(self, *keys: str) -> None:
        """Store answers."""
        with self.store() as store:
            for key in keys:
                store.submit(ballot(key))

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The survey's store."""
        store = Store(self.places.survey_database_url, Keys(self.places.survey_keys))
        store.start()
        try:
            yield store
        finally:
            store.stop()

    def invite(self, *logins: str) -> None:
        """Accounts of staff, each with a line of the journal, and a file for each."""
        with closing(STAFF.at(self.places.staff_database_url)) as database:
            database.open()
            for login in logins:
                Files(self.places.staff_files).keep(BytesIO(login.encode()))  # first the file, as for an upload
                Accounts(database, clock).invite(login, login, ["clerk"], ["00004"], known_units=["00004"], who="test")

    def copy(self, now: dt.datetime = NOW, keep: int = 7) -> backup.Made:
        """A copy of it."""
        return back_up(self.office, self.places, self.out, keep=keep, now=now)

    def wipe(self) -> None:
        """The disk is gone, and with it everything of the office."""
        shutil.rmtree(self.office.root)

    def rows(self, name: str) -> dict[str, list[tuple[Any, ...]]]:
        """What stands in a database, table by table."""
        return rows_of((SURVEY if name == "survey" else STAFF).at(getattr(self.places, f"{name}_database_url")))


def rows_of(database: Any) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in a database, table by table, by key."""
    metadata = SURVEY.metadata if database.schema is tables.SCHEMA else STAFF.metadata
    with closing(database), database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """An office with figures, answers, staff and keys."""
    office = make_kept_office(tmp_path / "office")
    found = Kept(office, read_places({"COLLECTOR_OFFICE": str(office.root)}), tmp_path / "copies")
    found.answer("an", "binh")
    found.invite("lan", "minh")
    return found


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A real server."""
    with server() as found:
        yield found


# --- the drill


def test_the_drill_back_up_under_load_wipe_restore_verify_build_and_the_manifest_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_kept_office(tmp_path / "office")
    monkeypatch.setenv("COLLECTOR_OFFICE", str(office.root))
    kept = Kept(office, read_places(), tmp_path / "copies")
    poster = poster_path(Keys(kept.places.survey_keys), HERE, PERIOD)
    before = release.build(office)
    published = (before.folder / "manifest.json").read_bytes()
    over, sent, done = threading.Event(), [], threading.Semaphore(0)

    def answer() -> None:
        while not over.wait(0.2):  # all of them from one address, which may send sixty at once
            sent.append(survey.send(f"/{poster}", overall="5", comment="Cán bộ hướng dẫn rõ ràng"))
            if sent[-1] == 303:
                done.release()

    def work() -> None:
        for number in itertools.count():
            if over.is_set():
                return
            kept.invite(f"canbo{number}")
            submit(office)  # the same again: nothing new, but it takes the ledger's lock

    with serving(tmp_path) as survey, ThreadPoolExecutor(3) as people:
        load = [people.submit(task) for task in (work, answer, answer)]
        for _ in range(8):
            assert done.acquire(timeout=60)
        acknowledged = sum(status == 303 for status in sent)
        assert terminal.run(backup_command.main, [str(kept.out)]) == 0
        for _ in range(4):  # it went on meanwhile, and goes on
            assert done.acquire(timeout=60)
        over.set()
        for one in load:
            one.result()
    assert {*sent} <= {303, 429}
    key = (kept.places.survey_keys / "poster").read_bytes()  # what an office keeps elsewhere

    kept.wipe()
    (copy,) = kept.out.iterdir()
    assert terminal.run(restore_command.main, [str(copy), "--office", str(office.root)]) == 0
    assert not kept.places.survey_keys.exists()
    Keys(kept.places.survey_keys).poster()
    (kept.places.survey_keys / "poster").write_bytes(key)

    again = open_office(office.root)
    check_files(again, read_ledger(again))
    answers, staff = kept.rows("survey"), kept.rows("staff")
    assert 8 <= acknowledged <= len(answers["answers"]) == len(answers["comments"]) <= sent.count(303)
    with closing(STAFF.at(kept.places.staff_database_url)) as database:
        assert journal.first_broken(database) is None
    uploads = {path.read_bytes().decode() for path in (kept.places.staff_files / "uploads").iterdir()}
    assert {row[1] for row in staff["accounts"]} <= uploads
    built = release.build(again)
    assert built.id == before.id
    assert (built.folder / "manifest.json").read_bytes() == published
    assert judge(again.site).is_fine
    with serving(tmp_path) as survey:  # the posters that hang are good, and the survey goes on
        assert survey.send(f"/{poster}", overall="4") == 303
        assert survey.stored() == len(answers["answers"]) + 1


# --- what is in a copy


def test_a_copy_holds_what_an_office_keeps_and_gives_it_back_row_by_row(kept: Kept) -> None:
    before = fingerprint(kept.office.datasets), kept.rows("survey"), kept.rows("staff")
    made = kept.copy()
    assert made.backup.folder.name == "2026-07-20-021500"
    assert made.missing == ()
    assert made.wrong is None
    assert made.backup.facts.lines == 1
    assert made.backup.facts.databases["survey"]["answers"] == 2
    kept.wipe()
    restored = restore(made.backup.folder, kept.places, now=NOW)
    assert restored.aside == ()
    assert (fingerprint(kept.office.datasets), kept.rows("survey"), kept.rows("staff")) == before


def test_no_key_is_in_a_copy_wherever_the_keys_are(tmp_path: Path) -> None:
    office = make_kept_office(tmp_path / "office")
    inside = office.root / "content" / "keys"  # nobody should, but a variable can say so
    places = read_places({"COLLECTOR_OFFICE": str(office.root), "COLLECTOR_KEYS": str(inside)})
    kept = Kept(office, places, tmp_path / "copies")
    keys = Keys(inside)
    kept.answer("an")
    secrets = [keys.poster(), keys.batch("abc"), keys.period(PERIOD)]
    made = kept.copy()
    copied = b"".join(path.read_bytes() for path in made.backup.folder.rglob("*") if path.is_file())
    assert b"comments" in copied
    for secret in secrets:
        assert secret not in copied
        assert secret.hex().encode() not in copied
    assert not [name for name in made.backup.files if "keys" in name]


def test_only_its_owner_may_read_a_copy(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.out.stat().st_mode) == 0o700


def test_what_is_restored_can_be_read_by_whom_it_was_meant_for(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    kept.wipe()
    restore(folder, kept.places, now=NOW)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in kept.office.root.rglob("*")}
    assert modes[kept.office.ledger] & 0o044 == 0o044
    assert modes[kept.office.datasets] & 0o055 == 0o055
    private = [path for path in modes if {"collector", "intake"} & {*path.relative_to(kept.office.root).parts}]
    assert len(private) > 5
    assert [path for path in private if modes[path] & 0o077] == []


def test_anybody_can_check_a_copy_without_this_program(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: "\0" not in name), st.just("a" * 64)))
def test_the_list_of_hashes_reads_as_it_was_written(files: dict[str, str]) -> None:
    assert copies.decode(copies.encode(files)) == files


def test_an_office_without_survey_and_staff_pages_is_copied_and_told_so(office: Office, tmp_path: Path) -> None:
    kept = Kept(office, read_places({"COLLECTOR_OFFICE": str(office.root)}), tmp_path / "copies")
    made = kept.copy()
    assert made.missing == ("survey", "staff")
    assert made.wrong is None
    kept.wipe()
    restore(made.backup.folder, kept.places, now=NOW)
    assert open_office(office.root).settings == office.settings
    assert not (office.root / "var" / "collector").exists()


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_a_copy_says_nothing_of_the_order_in_which_answers_came(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    files = []
    for name, order in (("one", (1, 2, 3)), ("other", (3, 1, 2))):
        if kind == "SQLite":
            source: Database = SURVEY.file(tmp_path / f"{name}.sqlite")
        else:
            source = SURVEY.at(request.getfixturevalue("postgres").database())
        source.open()
        for number in order:
            row = {"id": bytes([number]) * 16, "period": PERIOD, "unit": "u", "counter": "c", "form": "f"}
            with source.writing() as connection:
                connection.execute(
                    sa.insert(tables.answers), row | {"channel": "open", "marks": "", "choices": str(number)}
                )
        copy_out(SURVEY, source, tmp_path / f"{name}-copy.sqlite")
        files.append((tmp_path / f"{name}-copy.sqlite").read_bytes())
    assert files[0] == files[1]
    assert [p.name for p in tmp_path.glob("*-copy*-*")] == []


# --- while it runs


def test_figures_of_a_copy_are_of_one_moment_however_many_are_accepted_meanwhile(kept: Kept) -> None:
    over = threading.Event()

    def accept_on() -> None:
        for number in itertools.count(47):
            if over.is_set():
                return
            submit(kept.office, number, reason=f"Bổ sung hồ sơ lần {number}.")

    with ThreadPoolExecutor(1) as person:
        task = person.submit(accept_on)
        try:
            made = [kept.copy(NOW + dt.timedelta(minutes=n)) for n in range(3)]
        finally:
            over.set()
        task.result()
    lines = [one.backup.facts.lines for one in made]
    assert lines == sorted(lines)
    for one in made:
        assert one.wrong is None
        assert examine(one.backup.folder).facts == one.backup.facts


def test_a_copy_taken_in_the_middle_of_a_build_is_what_a_kill_would_have_left(kept: Kept) -> None:
    names = ["addresses.csv", "publishing.yaml", "releases/0001-a.json.gz", "public_ledger.jsonl", "releases.jsonl"]
    assert sorted(names, key=lambda name: backup.order(Path(name)))[:4] == [
        "releases.jsonl", "releases/0001-a.json.gz", "public_ledger.jsonl", "addresses.csv",
    ]  # fmt: skip


def test_two_copies_at_once_are_refused(kept: Kept) -> None:
    kept.out.mkdir()
    with copies.alone(kept.out), pytest.raises(Mistake) as refused:
        kept.copy()
    assert refused.value.code == "keeping-busy"


def test_a_full_disk_leaves_no_copy_and_takes_none_away(kept: Kept) -> None:
    kept.copy()
    (kept.places.staff_files / "uploads" / "large").write_bytes(bytes(3_000_000))
    done = subprocess.run(
        [sys.executable, "scripts/backup.py", str(kept.out), "--office", str(kept.office.root), "--keep", "1"],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)),
    )
    assert done.returncode == 1
    assert "Không đọc hoặc không ghi được" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in kept.out.iterdir()] == ["2026-07-20-021500"]


def test_a_copy_that_was_killed_is_no_copy_and_goes_with_the_next(kept: Kept) -> None:
    (kept.out / ".partial-killed" / "office").mkdir(parents=True)
    kept.copy()
    assert [path.name for path in kept.out.iterdir()] == ["2026-07-20-021500"]


def test_a_database_of_an_earlier_version_is_named(kept: Kept) -> None:
    with closing(SURVEY.at(kept.places.survey_database_url)) as database, database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(Mistake) as refused:
        kept.copy()
    assert refused.value.code == "backup-database-older"
    assert [*kept.out.iterdir()] == []


def test_a_damaged_database_is_not_copied_over_good_copies(kept: Kept) -> None:
    kept.copy()
    file = kept.office.root / "var" / "collector" / "survey.sqlite"
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 4096 + file.read_bytes()[8192:])
    with pytest.raises(Mistake) as refused:
        kept.copy(NOW + dt.timedelta(days=1), keep=1)
    assert refused.value.code in ("collector-database", "collector-database-open")
    assert [path.name for path in kept.out.iterdir()] == ["2026-07-20-021500"]


@pytest.mark.parametrize("inside", ["datasets", "site/sao-luu", "content", "var/keys", "var/intake/uploads/x"])
def test_a_copy_goes_nowhere_where_it_would_be_published_or_copied_itself(kept: Kept, inside: str) -> None:
    with pytest.raises(Mistake) as refused:
        replace(kept, out=kept.office.root / inside).copy()
    assert refused.value.code == "backup-inside"


def test_a_link_to_a_folder_elsewhere_is_named_and_not_passed_over(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (kept.office.datasets / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Mistake) as refused:
        kept.copy()
    assert refused.value.code == "backup-link"


# --- which copies stay


def test_the_last_copies_of_this_office_stay_and_nothing_else_is_touched(kept: Kept, tmp_path: Path) -> None:
    other = make_kept_office(tmp_path / "other")
    places = read_places({"COLLECTOR_OFFICE": str(other.root)})
    back_up(other, places, kept.out, keep=1, now=NOW - dt.timedelta(days=9))
    (kept.out / "ghi-chu.txt").write_text("của người quản trị", encoding="utf-8")
    for day in range(4):
        made = kept.copy(NOW + dt.timedelta(days=day), keep=2)
    assert [path.name for path in made.removed] == ["2026-07-21-021500"]
    names = ["2026-07-11-021500", "2026-07-22-021500", "2026-07-23-021500", "ghi-chu.txt"]
    assert sorted(path.name for path in kept.out.iterdir()) == names


def test_two_copies_in_one_second_both_stay(kept: Kept) -> None:
    assert [kept.copy().backup.folder.name, kept.copy().backup.folder.name] == [
        "2026-07-20-021500", "2026-07-20-021501",
    ]  # fmt: skip


def test_a_ledger_that_does_not_fit_is_copied_told_and_no_older_copy_goes(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.copy()
    data = next(kept.office.datasets.glob("procedures/data/*/*.csv"))
    data.write_bytes(data.read_bytes() + b"x")
    assert terminal.run(backup_command.main, [str(kept.out), "--office", str(kept.office.root), "--keep", "1"]) == 1
    said = capsys.readouterr().err
    assert "không còn đúng như khi được nhận" in said
    assert "chưa xóa bản cũ nào" in said
    assert len([*kept.out.iterdir()]) == 2
    newest = max(kept.out.iterdir())
    with pytest.raises(Mistake) as refused:
        examine(newest)
    assert refused.value.code == "file-changed"


def test_a_database_that_was_in_the_copy_before_and_is_not_found_now_is_told(kept: Kept) -> None:
    kept.copy()
    shutil.rmtree(kept.office.root / "var" / "collector")
    made = kept.copy(NOW + dt.timedelta(days=1), keep=1)
    assert made.wrong
    assert made.wrong.code == "backup-database-lost"
    assert "COLLECTOR_DATABASE_URL" in mistake(made.wrong)[0]
    assert made.removed == ()


# --- what is not restored


def overwrite(path: Path) -> None:
    """One letter is another."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a figure changed": lambda copy: overwrite(next(copy.glob("office/datasets/procedures/data/*/*.csv"))),
    "the ledger cut": lambda copy: (copy / "office/datasets/ledger.jsonl").write_bytes(b""),
    "a file gone": lambda copy: (copy / "office/datasets/units.csv").unlink(),
    "a file added": lambda copy: (copy / "office/datasets/more.csv").write_bytes(b"x"),
    "an answer changed": lambda copy: overwrite(copy / "databases/survey.sqlite"),
    "a file of staff changed": lambda copy: overwrite(next(copy.glob("staff/uploads/*"))),
    "what it says of itself": lambda copy: overwrite(copy / "backup.json"),
    "the list cut": lambda copy: (copy / "SHA256SUMS").write_bytes((copy / "SHA256SUMS").read_bytes()[:-200]),
    "the list changed": lambda copy: overwrite(copy / "SHA256SUMS"),
    "the list gone": lambda copy: (copy / "SHA256SUMS").unlink(),
    "no copy at all": lambda copy: shutil.rmtree(copy),
}


def test_a_damaged_copy_is_refused_in_one_sentence_and_nothing_is_there_afterwards(kept: Kept, tmp_path: Path) -> None:
    folder = kept.copy().backup.folder
    kept.wipe()
    for damage in DAMAGE:
        copy = tmp_path / damage.replace(" ", "-")
        shutil.copytree(folder, copy)
        DAMAGE[damage](copy)
        with pytest.raises(Mistake) as refused:
            restore(copy, kept.places, now=NOW)
        assert refused.value.code in ("backup-damaged", "backup-none"), damage
        assert all(mistake(refused.value))
        assert not kept.office.root.exists(), damage


def test_a_copy_that_was_made_by_a_later_program_is_refused(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    facts = (folder / "backup.json").read_text(encoding="utf-8").replace('"format": 1', '"format": 2')
    (folder / "backup.json").write_text(facts.replace('"program": "0', '"program": "9'), encoding="utf-8")
    kept.wipe()
    with pytest.raises(Mistake) as refused:
        restore(folder, kept.places, now=NOW)
    assert refused.value.code == "backup-newer"
    assert "9.1.0" in mistake(refused.value)[0]


def test_a_database_of_a_later_program_is_refused_although_its_hash_is_right(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    with closing(sqlite3.connect(folder / "databases" / "staff.sqlite")) as database, database:
        database.execute("UPDATE staff_version SET version_num = '9999'")
    with closing(sqlite3.connect(folder / "databases" / "staff.sqlite")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = {p.relative_to(folder).as_posix(): p for p in copies.files_below(folder) if p.name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_text(copies.encode(copies.hash_all(files)), encoding="utf-8")
    kept.wipe()
    with pytest.raises(Mistake) as refused:
        restore(folder, kept.places, now=NOW)
    assert refused.value.code == "collector-database-newer"
    assert {path.name for path in kept.office.root.iterdir()} <= {"var"}
    assert [*kept.office.root.rglob("*.sqlite*")] == []


@pytest.mark.parametrize("there", ["datasets/units.csv", "content/vi/a.md", "var/collector/survey.sqlite",
                                   "var/intake/staff.sqlite", "var/intake/uploads/x"])  # fmt: skip
def test_nothing_is_restored_over_what_stands_there(kept: Kept, there: str) -> None:
    folder = kept.copy().backup.folder
    kept.wipe()
    path = kept.office.root / there
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    with pytest.raises(Mistake) as refused:
        restore(folder, kept.places, now=NOW)
    assert refused.value.code == "restore-not-empty"
    assert [p for p in kept.office.root.rglob("*") if p.is_file()] == [path]


def test_with_over_what_stood_there_is_kept_beside_it(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    before, answers = fingerprint(kept.office.datasets), kept.rows("survey")
    submit(kept.office, 50, reason="Bổ sung bốn hồ sơ nhập muộn.")
    kept.answer("sau")
    after, later = fingerprint(kept.office.datasets), kept.rows("survey")
    restored = restore(folder, kept.places, over=True, now=NOW)
    assert fingerprint(kept.office.datasets) == before
    assert kept.rows("survey") == answers
    aside = {path.name: path for path in restored.aside}
    assert fingerprint(aside["datasets.before-20260720-021500"]) == after
    old = aside["survey.sqlite.before-20260720-021500"]
    assert rows_of(SURVEY.file(old)) == later
    assert not (kept.office.datasets / "releases.jsonl").exists()


def test_a_restore_that_fails_at_its_last_step_takes_every_step_back(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    submit(kept.office, 50, reason="Bổ sung bốn hồ sơ nhập muộn.")
    before, answers = fingerprint(kept.office.datasets), kept.rows("survey")
    there = "postgresql://nobody@/nothing?host=/nowhere"
    with pytest.raises(Mistake) as refused:
        restore(folder, replace(kept.places, staff_database_url=there), over=True, now=NOW)
    assert refused.value.code == "collector-database-open"
    assert (fingerprint(kept.office.datasets), kept.rows("survey")) == (before, answers)
    assert [path for part in ("before", "restoring") for path in kept.office.root.rglob(f"*{part}*")] == []


def test_a_log_that_a_lost_database_left_is_not_taken_for_the_log_of_the_restored_one(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    answers = kept.rows("survey")
    kept.wipe()
    log = kept.office.root / "var" / "collector" / "survey.sqlite-wal"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"of another time")
    with pytest.raises(Mistake) as refused:
        restore(folder, kept.places, now=NOW)
    assert refused.value.code == "restore-not-empty"
    restore(folder, kept.places, over=True, now=NOW)
    assert kept.rows("survey") == answers
    assert (log.parent / "survey.sqlite.before-20260720-021500-wal").read_bytes() == b"of another time"


def test_a_database_that_a_program_has_open_is_not_replaced(kept: Kept) -> None:
    folder = kept.copy().backup.folder
    before = fingerprint(kept.office.datasets)
    with kept.store() as store:
        with pytest.raises(Mistake) as refused:
            restore(folder, kept.places, over=True, now=NOW)
        store.submit(ballot("sau"))  # it noticed nothing
    assert refused.value.code == "restore-in-use"
    assert fingerprint(kept.office.datasets) == before
    assert list(kept.office.root.rglob("*before*")) == []


def test_a_copy_is_checked_without_restoring_and_a_folder_must_be_named(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kept.copy().backup.folder
    assert terminal.run(restore_command.main, [str(folder), "--check"]) == 0
    assert "lúc 20/07/2026 02:15 còn nguyên vẹn" in capsys.readouterr().out
    assert terminal.run(restore_command.main, [str(folder)]) == 2
    overwrite(folder / "office" / "datasets" / "units.csv")
    assert terminal.run(restore_command.main, [str(folder), "--check"]) == 1
    assert "office/datasets/units.csv" in capsys.readouterr().err


# --- PostgreSQL


def test_answers_go_from_one_kind_of_database_into_the_other_and_back(
    kept: Kept, postgres: Server, tmp_path: Path
) -> None:
    before = kept.rows("survey"), kept.rows("staff")
    folder = kept.copy().backup.folder
    kept.wipe()
    there = postgres.database()
    both = {"survey_database_url": there, "staff_database_url": there}  # one database for both, as an office may have
    restore(folder, replace(kept.places, **both), now=NOW)
    moved = replace(kept, places=replace(kept.places, **both))
    assert (moved.rows("survey"), moved.rows("staff")) == before
    moved.answer("sau")
    more = moved.rows("survey")
    again = moved.copy(NOW + dt.timedelta(days=1)).backup.folder
    with pytest.raises(Mistake) as refused:
        restore(again, replace(moved.places, office=tmp_path / "new", staff_files=tmp_path / "files"), now=NOW)
    assert refused.value.code == "restore-database-not-empty"
    assert [p.name for p in (tmp_path / "new").iterdir()] in ([], ["var"])
    kept.wipe()
    restore(again, kept.places, now=NOW)
    assert (kept.rows("survey"), kept.rows("staff")) == (more, before[1])


def test_a_server_that_is_not_there_is_told_in_a_sentence(kept: Kept) -> None:
    places = replace(kept.places, survey_database_url="postgresql://nobody@/nothing?host=/nowhere")
    with pytest.raises(Mistake) as refused:
        replace(kept, places=places).copy()
    assert refused.value.code == "collector-database-open"
