"""The ledger: one line for each accepted submission, nothing half done, nothing lost, nothing changed in silence."""

import datetime as dt
import errno
import hashlib
import json
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import (
    Accepted,
    Ledger,
    accept,
    accepting,
    check_files,
    declare_nothing,
    hold,
    read_ledger,
    recover,
)
from publisher.ledger.lines import FIRST
from tests.offices import make_office

NOW = dt.datetime(2026, 7, 20, 9, 30, tzinfo=ZONE)
THINGS: dict[str, Any] = {
    "dataset": {
        "title": {"vi": "Đồ vật"},
        "short": {"vi": "Đồ vật"},
        "purpose": {"vi": "Thử"},
        "owner": {"vi": "Thử"},
        "due": {"working_days": 5},
        "grain": ["unit_code", "period"],
        "tallies": {"amount": {"sum": ["amount"]}},
        "measures": {"amount": {"title": {"vi": "Số lượng"}, "definition": {"vi": "Số lượng"}, "sum": ["amount"]}},
        "headline": ["amount"],
        "table": ["amount"],
    },
    "schema": {
        "fields": [
            {
                "name": "unit_code",
                "type": "string",
                "titles": {"vi": "Mã đơn vị"},
                "table": "units",
                "constraints": {"required": True},
            },
            {"name": "period", "type": "string", "titles": {"vi": "Kỳ"}, "constraints": {"required": True}},
            {"name": "period_from", "type": "date", "titles": {"vi": "Từ ngày"}, "constraints": {"required": True}},
            {"name": "period_to", "type": "date", "titles": {"vi": "Đến ngày"}, "constraints": {"required": True}},
            {"name": "amount", "type": "integer", "titles": {"vi": "Số lượng"}, "constraints": {"minimum": 0}},
            {"name": "note", "type": "string", "titles": {"vi": "Ghi chú"}},
        ]
    },
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A small office that publishes one tiny kind."""
    return open_office(make_office(tmp_path / "office", kinds={"things": THINGS}))


def things(*rows: tuple[str, str, int]) -> bytes:
    """A file as a clerk sends it, from (unit, period, amount)."""
    lines = [f"{unit};{period};{amount};" for unit, period, amount in rows]
    return "\r\n".join(["Mã đơn vị;Kỳ;Số lượng;Ghi chú", *lines, ""]).encode()


def take(office: Office, *rows: tuple[str, str, int], **options: Any) -> Accepted:
    """Accept such a file."""
    return accept(office, office.kinds["things"], things(*rows), **{"now": NOW, **options})


def tree(office: Office) -> dict[str, bytes]:
    """Every file under datasets/ with its bytes."""
    return {
        path.relative_to(office.datasets).as_posix(): path.read_bytes()
        for path in sorted(office.datasets.rglob("*"))
        if path.is_file()
    }


def refused(code: str, action: Callable[[], Any]) -> Mistake:
    """The mistake that an action ends in; its sentences must be whole in both languages."""
    with pytest.raises(Mistake) as caught:
        action()
    assert caught.value.code == code, caught.value
    assert all("{" not in sentence for sentence in words.mistake(caught.value))
    return caught.value


# What is written


def test_an_accepted_file_stands_in_canonical_form_with_its_line(office: Office) -> None:
    done = take(office, ("00004", "2026-03", 5), role="one-stop-desk")
    path = office.datasets / "things" / "data" / "2026-03" / "00004.csv"
    assert path.read_text(encoding="utf-8") == (
        "unit_code,period,period_from,period_to,amount,note\n00004,2026-03,2026-02-15,2026-03-14,5,\n"
    )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert office.ledger.read_text(encoding="utf-8") == (
        f'{{"number":1,"previous":"{FIRST}","kind":"things","unit":"00004","period":"2026-03","revision":1,'
        f'"sha256":"{sha256}","accepted_at":"2026-07-20T09:30:00+07:00","reason":"","role":"one-stop-desk"}}\n'
    )
    assert done.lines == tuple(read_ledger(office).lines)
    assert done.unchanged == ()


def test_a_file_of_many_units_and_periods_is_split(office: Office) -> None:
    rows = [("00008", "2026-03", 1), ("00004", "2026-03", 2), ("00004", "2026-04", 3)]
    done = take(office, *rows)
    assert [(line.number, line.unit, line.period, line.revision) for line in done.lines] == [
        (1, "00004", "2026-03", 1),
        (2, "00004", "2026-04", 1),
        (3, "00008", "2026-03", 1),
    ]
    ledger = read_ledger(office)
    assert set(ledger.current) == {("things", unit, period) for unit, period, _ in rows}
    assert ledger.head == hashlib.sha256(office.ledger.read_bytes().splitlines()[-1]).hexdigest()
    check_files(office, ledger)


def test_every_line_carries_the_hash_of_the_line_before(office: Office) -> None:
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    take(office, ("00025", "2026-03", 1))
    lines = office.ledger.read_bytes().splitlines()
    carried = [json.loads(line)["previous"] for line in lines]
    assert carried == [FIRST, *(hashlib.sha256(line).hexdigest() for line in lines[:-1])]


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    before = tree(office)
    done = take(office, ("00008", "2026-03", 1), ("00004", "2026-03", 1), reason="Nộp lại")
    assert (done.lines, done.unchanged) == ((), (("00004", "2026-03"), ("00008", "2026-03")))
    assert tree(office) == before


def test_a_correction_needs_a_reason_and_keeps_what_it_replaced(office: Office) -> None:
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    before = tree(office)
    mistake = refused("reason-needed", lambda: take(office, ("00004", "2026-03", 2), ("00008", "2026-03", 1)))
    assert mistake.values == {"submissions": "00004 (2026-03)", "count": 1}
    assert tree(office) == before

    done = take(
        office, ("00004", "2026-03", 2), ("00008", "2026-03", 1), ("00025", "2026-03", 1), reason=" Cộng sót hồ sơ "
    )
    assert [(line.unit, line.revision, line.reason) for line in done.lines] == [
        ("00004", 2, "Cộng sót hồ sơ"),
        ("00025", 1, ""),
    ]
    after = tree(office)
    assert after["things/revisions/2026-03/00004.1.csv"] == before["things/data/2026-03/00004.csv"]
    assert b",2,\n" in after["things/data/2026-03/00004.csv"]
    check_files(office, read_ledger(office))


def test_going_back_to_an_earlier_file_is_a_revision_too(office: Office) -> None:
    for amount in (1, 2, 1):
        take(office, ("00004", "2026-03", amount), reason="Sửa theo hồ sơ gốc")
    ledger = read_ledger(office)
    found = ledger.revisions("things", "00004", "2026-03")
    assert [line.revision for line in found] == [1, 2, 3]
    assert found[0].sha256 == found[2].sha256 == ledger.current["things", "00004", "2026-03"].sha256
    assert ledger.revisions("things", "00008", "2026-03") == []
    check_files(office, ledger)


def test_many_corrections_are_named_up_to_ten_and_counted(office: Office) -> None:
    periods = [f"2026-{month:02d}" for month in range(1, 7)]
    rows = [(unit, period) for unit in ("00004", "00008") for period in periods]
    take(office, *[(unit, period, 10) for unit, period in rows])
    mistake = refused("reason-needed", lambda: take(office, *[(unit, period, 11) for unit, period in rows]))
    assert mistake.values["count"] == 12
    assert mistake.values["submissions"].endswith("00008 (2026-04), … +2")


# What is refused


def test_a_file_with_an_error_is_refused_with_its_problems_and_nothing_is_written(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    before = tree(office)
    mistake = refused(
        "refused", lambda: take(office, ("00008", "2026-03", 1), ("00025", "2026-03", -1), name="tháng 3.csv")
    )
    assert mistake.values == {"file": "tháng 3.csv", "count": 1}
    errors = [problem for problem in mistake.problems if problem.severity == "error"]
    assert [(problem.row, problem.value) for problem in errors] == [(3, "-1")]
    assert tree(office) == before


def test_a_file_without_rows_is_refused(office: Office) -> None:
    with pytest.raises(Mistake):
        take(office)
    assert not office.ledger.exists()


@pytest.mark.parametrize("rows", [[("00008", "2026-03", 1)], [("00004", "2026-03", 1), ("00008", "2026-03", 1)]])
def test_an_account_of_one_unit_cannot_submit_for_another(office: Office, rows: list[tuple[str, str, int]]) -> None:
    mistake = refused("not-your-unit", lambda: take(office, *rows, only_unit="00004"))
    assert mistake.values == {"unit": "00004", "others": "00008", "count": 1}
    assert not office.ledger.exists()
    assert [line.unit for line in take(office, ("00004", "2026-03", 1), only_unit="00004").lines] == ["00004"]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("=HYPERLINK(1)", "reason-formula"),
        ("＝1", "reason-formula"),
        ("+84", "reason-formula"),
        ("@x", "reason-formula"),
        ("-1 hồ sơ", "reason-formula"),
        ("Sửa\nhai dòng", "reason-control"),
        ("Sửa\x00", "reason-control"),
        ("Sửa \u202eol", "reason-control"),
        ("Sửa\u200b số", "reason-control"),
        ("Sửa\u2028số", "reason-control"),
        ("Sửa \ud800", "reason-control"),
        ("ă" * 501, "reason-long"),
        ("...", "reason-words"),
        ("Nhầm của chủ hồ sơ 0912 345 678", "reason-personal"),
        ("Theo thư gửi a.b@example.vn", "reason-personal"),
        ("Hồ sơ của bà Nguyễn Thị Lan bị sót", "reason-personal"),
    ],
)
def test_a_reason_that_cannot_be_published_is_refused(office: Office, reason: str, code: str) -> None:
    refused(code, lambda: take(office, ("00004", "2026-03", 1), reason=reason))
    assert not office.ledger.exists()


def test_a_reason_is_kept_as_people_write_it(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    take(
        office,
        ("00004", "2026-03", 2),
        reason='  Cộng sót 3 ho\u0300 sơ "trực tuyến" ngày 02/3; Nghị định 118/2025/NĐ-CP 😀 ',
    )
    assert (
        read_ledger(office).lines[-1].reason == 'Cộng sót 3 hò sơ "trực tuyến" ngày 02/3; Nghị định 118/2025/NĐ-CP 😀'
    )
    take(office, ("00004", "2026-03", 3), reason="ă" * 500)


@pytest.mark.parametrize("role", ["", "Nguyễn Văn A", "clerk ", "CLERK", "a" * 40, "../x"])
def test_a_role_is_a_word_and_never_a_name(office: Office, role: str) -> None:
    refused("role", lambda: take(office, ("00004", "2026-03", 1), role=role))


# Time


def test_a_clock_that_went_back_stops_the_acceptance(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    before = tree(office)
    mistake = refused("clock-back", lambda: take(office, ("00008", "2026-03", 1), now=NOW - dt.timedelta(seconds=1)))
    assert mistake.values == {"now": "2026-07-20 09:29:59", "last": "2026-07-20 09:30:00"}
    assert tree(office) == before
    take(office, ("00008", "2026-03", 1), now=NOW)


def test_time_is_written_in_the_zone_of_viet_nam(office: Office) -> None:
    done = take(office, ("00004", "2026-03", 1), now=dt.datetime(2026, 7, 19, 20, 0, 0, 999, tzinfo=dt.UTC))
    assert done.lines[0].accepted_at == "2026-07-20T03:00:00+07:00"
    with pytest.raises(ValueError, match="time zone"):
        take(office, ("00008", "2026-03", 1), now=dt.datetime(2026, 7, 21))  # noqa: DTZ001


def test_the_day_of_a_demonstration_stands_still_and_never_goes_back(office: Office) -> None:
    first = take(office, ("00004", "2026-03", 1), now=None).lines[0]
    take(office, ("00008", "2026-03", 1), now=dt.datetime(2026, 9, 1, tzinfo=ZONE))
    last = take(office, ("00025", "2026-03", 1), now=None).lines[0]
    assert [first.accepted_at, last.accepted_at] == ["2026-07-31T00:00:00+07:00", "2026-09-01T00:00:00+07:00"]


def test_without_a_fixed_day_the_time_is_now(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "real", kinds={"things": THINGS}, today=None, demonstration=False))
    at = dt.datetime.fromisoformat(take(office, ("00004", "2026-03", 1), now=None).lines[0].accepted_at)
    assert abs(dt.datetime.now(dt.UTC) - at) < dt.timedelta(minutes=1)


# A broken chain


def filled(office: Office) -> list[bytes]:
    """Four lines with a correction among them."""
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    take(office, ("00004", "2026-03", 2), reason="Cộng sót hồ sơ")
    take(office, ("00025", "2026-03", 1), now=NOW + dt.timedelta(days=1))
    return office.ledger.read_bytes().splitlines(keepends=True)


def edit(line: bytes, **values: Any) -> bytes:
    """A line with other values."""
    content = json.loads(line) | values
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    ("break_it", "line"),
    [
        (lambda x: [edit(x[0], reason="x"), *x[1:]], 2),
        (lambda x: [x[0], edit(x[1], sha256="0" * 64), *x[2:]], 3),
        (lambda x: x[1:], 1),
        (lambda x: [x[0], *x[2:]], 2),
        (lambda x: [x[1], x[0], *x[2:]], 1),
        (lambda x: [*x, x[-1]], 5),
        (lambda x: [*x[:3], edit(x[3], revision=2)], 4),
        (lambda x: [*x[:3], edit(x[3], number=5)], 4),
        (lambda x: [*x[:3], edit(x[3], accepted_at="2026-07-20T09:29:59+07:00")], 4),
        (lambda x: [*x[:3], edit(x[3], accepted_at="hôm nay")], 4),
        (lambda x: [*x[:3], edit(x[3], unit="../../x")], 4),
        (lambda x: [*x[:3], edit(x[3], number="4")], 4),
        (lambda x: [*x[:3], edit(x[3], number=True)], 4),
        (lambda x: [*x[:3], edit(x[3], extra=1)], 4),
        (lambda x: [*x[:3], x[3].replace(b'":', b'": ')], 4),
        (lambda x: [*x[:3], x[3][:-1]], 4),
        (lambda x: [*x[:3], x[3][:40]], 4),
        (lambda x: [*x, b"\n"], 5),
        (lambda x: [*x[:2], b"{}\n", *x[2:]], 3),
        (lambda x: [*x[:2], b"\xff\n", *x[2:]], 3),
        (lambda x: [*x[:2], b"[" * 100_000 + b"\n", *x[2:]], 3),
        (lambda x: [line.replace(b"\n", b"\r\n") for line in x], 1),
        (lambda x: [b"\xef\xbb\xbf" + x[0], *x[1:]], 1),
    ],
)
def test_a_broken_chain_is_found_at_its_line(
    office: Office, break_it: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    office.ledger.write_bytes(b"".join(break_it(filled(office))))
    assert refused("ledger-broken", lambda: read_ledger(office)).values == {"line": line}
    refused("ledger-broken", lambda: take(office, ("00025", "2026-04", 1)))


def test_an_office_without_a_ledger_has_an_empty_one(office: Office) -> None:
    assert read_ledger(office) == Ledger()
    check_files(office, Ledger())


# Files that are not as the ledger says


def test_files_that_differ_from_the_ledger_are_all_named(office: Office) -> None:
    filled(office)
    data = office.datasets / "things" / "data" / "2026-03"
    revision = office.datasets / "things" / "revisions" / "2026-03" / "00004.1.csv"
    for path in (data / "00008.csv", revision):
        path.write_bytes(path.read_bytes() + b"\n")
    (data / "00025.csv").unlink()
    (data / "99999.CSV").write_text("x", encoding="utf-8")
    (data / ".hidden.csv").write_text("x", encoding="utf-8")
    (data / "notes.txt").write_text("x", encoding="utf-8")
    mistake = refused("file-changed", lambda: check_files(office, read_ledger(office)))
    assert mistake.values["count"] == 4
    assert sorted((problem.code, problem.file.removeprefix("datasets/things/")) for problem in mistake.problems) == [
        ("file-changed", "data/2026-03/00008.csv"),
        ("file-changed", "revisions/2026-03/00004.1.csv"),
        ("file-missing", "data/2026-03/00025.csv"),
        ("file-unknown", "data/2026-03/99999.CSV"),
    ]


@pytest.mark.parametrize("kind", ["things", "weather"])
def test_a_file_that_was_never_accepted_is_refused_whatever_its_kind(office: Office, kind: str) -> None:
    path = office.data_file(kind, "00004", "2026-03")
    path.parent.mkdir(parents=True)
    path.write_text("x", encoding="utf-8")
    mistake = refused("file-unknown", lambda: check_files(office, read_ledger(office)))
    assert mistake.values == {"path": f"datasets/{kind}/data/2026-03/00004.csv", "count": 1}


def test_accepting_the_same_file_again_puts_a_changed_or_missing_one_back(office: Office) -> None:
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    before = tree(office)
    office.data_file("things", "00004", "2026-03").write_text("x", encoding="utf-8")
    office.data_file("things", "00008", "2026-03").unlink()
    done = take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    assert done.lines == ()
    assert tree(office) == before


def test_a_correction_of_a_file_changed_by_hand_waits_until_it_is_restored(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    path = office.data_file("things", "00004", "2026-03")
    path.write_bytes(path.read_bytes().replace(b",1,", b",2,"))
    refused("file-changed", lambda: accept(office, office.kinds["things"], path, reason="Sửa số", now=NOW))
    take(office, ("00004", "2026-03", 1))
    take(office, ("00004", "2026-03", 2), reason="Sửa số")
    check_files(office, read_ledger(office))


# Nothing half done

STEPS = ("write", "fsync", "replace", "unlink", "rmdir", "mkdir")


@contextmanager
def at_step(number: int, action: Callable[[str, tuple[Any, ...]], Any]) -> Iterator[list[str]]:
    """Do `action` in place of the numbered call that changes the disk; gives the names of all calls so far."""
    real = {name: getattr(os, name) for name in STEPS}
    seen: list[str] = []

    def wrapped(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            seen.append(name)
            return action(name, args) if len(seen) == number else real[name](*args, **kwargs)

        return call

    try:
        for name in STEPS:
            setattr(os, name, wrapped(name))
        yield seen
    finally:
        for name in STEPS:
            setattr(os, name, real[name])


def crashed(number: int, action: Callable[[], Any], *, half: bool = False) -> bool:
    """Do something in a child process that dies at the numbered step (`half`: in the middle of that write), if it
    comes so far; whether it did."""
    write, exit_now = os.write, os._exit
    child = os.fork()
    if not child:

        def crash(name: str, args: tuple[Any, ...]) -> None:
            if half:
                write(args[0], args[1][: len(args[1]) // 2])
            exit_now(137)

        with at_step(number, crash):
            action()
        exit_now(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137


def correct_and_add(office: Office) -> Accepted:
    """One file that corrects one submission, adds two and leaves one as it is."""
    rows = [("00004", "2026-03", 2), ("00008", "2026-03", 1), ("00008", "2026-04", 1), ("00025", "2026-04", 7)]
    return take(office, *rows, reason="Cộng sót hồ sơ")


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, dict[str, bytes], dict[str, bytes]]:
    """An office before `correct_and_add`, its files, and its files after."""
    roots = [tmp_path / name for name in ("before", "after")]
    office = open_office(make_office(roots[0], kinds={"things": THINGS}))
    take(office, ("00004", "2026-03", 1), ("00008", "2026-03", 1))
    shutil.copytree(*roots)
    after = open_office(roots[1])
    correct_and_add(after)
    return roots[0], tree(office), tree(after)


def steps_needed(root: Path, tmp_path: Path) -> list[str]:
    """The calls of an undisturbed run."""
    shutil.copytree(root, tmp_path / "counted")
    with at_step(0, lambda *_: None) as seen:
        correct_and_add(open_office(tmp_path / "counted"))
    return seen


def test_a_crash_at_any_step_leaves_everything_or_nothing(
    states: tuple[Path, dict[str, bytes], dict[str, bytes]], tmp_path: Path
) -> None:
    root, before, after = states
    steps = steps_needed(root, tmp_path)
    outcomes = []
    for number, name in enumerate(steps, start=1):
        for half in (False, True) if name == "write" else (False,):
            office = open_office(shutil.copytree(root, tmp_path / f"crash-{number}-{half}"))
            assert crashed(number, lambda office=office: correct_and_add(office), half=half)
            check_files(office, read_ledger(office))
            found = tree(office)
            assert found in (before, after), f"step {number}: {name}"
            outcomes.append(found == after)
            correct_and_add(office)
            assert tree(office) == after
    assert outcomes == sorted(outcomes), "from one step on, everything is kept"
    assert {True, False} == set(outcomes)


def test_a_crash_while_finishing_after_a_crash_loses_nothing(
    states: tuple[Path, dict[str, bytes], dict[str, bytes]], tmp_path: Path
) -> None:
    root, _, after = states
    promise = steps_needed(root, tmp_path).index("replace") + 1
    office = open_office(shutil.copytree(root, tmp_path / "promised"))
    assert crashed(promise + 1, lambda: correct_and_add(office))
    for number in range(1, 100):
        again = open_office(shutil.copytree(office.root, tmp_path / f"again-{number}"))
        if not crashed(number, lambda again=again: recover(again)):
            break
        check_files(again, read_ledger(again))
        assert tree(again) == after
    assert number > 10


def test_a_full_disk_at_any_step_leaves_everything_or_nothing(
    states: tuple[Path, dict[str, bytes], dict[str, bytes]], tmp_path: Path
) -> None:
    root, before, after = states
    steps = steps_needed(root, tmp_path)

    def full(name: str, args: tuple[Any, ...]) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    mistakes: list[tuple[str, str]] = []
    for number in range(1, len(steps) + 1):
        office = open_office(shutil.copytree(root, tmp_path / f"full-{number}"))
        with at_step(number, full):
            try:
                correct_and_add(office)
            except Mistake as mistake:
                mistakes.append((mistake.code, steps[number - 1]))
        recover(office)
        assert tree(office) in (before, after), f"step {number}: {steps[number - 1]}"
        correct_and_add(office)
        assert tree(office) == after
    assert set(mistakes) == {("cannot-write", name) for name in steps}


def test_everything_is_on_the_disk_before_the_promise_and_the_ledger_before_the_files(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    events: list[tuple[str, str]] = []
    real_fsync, real_replace = os.fsync, os.replace

    def name(handle: int) -> str:
        return Path(f"/proc/self/fd/{handle}").resolve().name

    def fsync(handle: int) -> None:
        events.append(("fsync", name(handle)))
        real_fsync(handle)

    def replace(source: Any, target: Any) -> None:
        events.append(("replace", Path(target).name))
        real_replace(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "replace", replace)
        line = take(office, ("00004", "2026-03", 2), reason="Sửa số").lines[0]
    order = [event for event in events if event[1] not in ("things", "data", "revisions")]
    assert order == [
        ("fsync", f"{line.sha256}.csv"),
        ("fsync", "unfinished"),
        ("fsync", ".staged"),
        ("fsync", "datasets"),
        ("replace", order[4][1]),
        ("fsync", ".staged"),
        ("fsync", "ledger.jsonl"),
        ("replace", "00004.1.csv"),
        ("replace", "00004.csv"),
        *order[9:-1],
        ("fsync", ".staged"),
    ]
    assert order[4][1].startswith("lines.")
    assert sorted(order[9:-1]) == [("fsync", "2026-03")] * 2 + [("fsync", "datasets")] * 2


def test_a_promise_that_does_not_fit_the_ledger_is_not_carried_out(office: Office) -> None:
    lines = filled(office)
    staged = office.datasets / ".staged"
    for content, size in ((lines[0], 10_000), (lines[0], 0 + len(b"".join(lines)) - 5)):
        staged.mkdir()
        (staged / f"lines.{size}").write_bytes(content)
        refused("ledger-broken", lambda: read_ledger(office))
        shutil.rmtree(staged)
    assert office.ledger.read_bytes() == b"".join(lines)


# Two at once


def test_twenty_who_accept_the_same_file_make_one_line(office: Office) -> None:
    barrier = threading.Barrier(20)

    def one(_: int) -> int:
        barrier.wait()
        return len(take(office, ("00004", "2026-03", 1)).lines)

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(one, range(20))) == 1
    assert len(read_ledger(office).lines) == 1


def other_process(root: Path, amount: int, results: Any) -> None:
    """Accept a file in a process of its own and tell how it ended."""
    try:
        results.put(str(len(take(open_office(root), ("00004", "2026-03", amount)).lines)))
    except Mistake as mistake:
        results.put(mistake.code)


@pytest.mark.parametrize(("amounts", "expected"), [([1] * 6, ["0"] * 5 + ["1"]), ([1, 2], ["1", "reason-needed"])])
def test_of_two_files_at_once_the_second_needs_a_reason(
    office: Office, amounts: list[int], expected: list[str]
) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    processes = [context.Process(target=other_process, args=(office.root, amount, results)) for amount in amounts]
    for process in processes:
        process.start()
    assert sorted(results.get(timeout=60) for _ in processes) == expected
    for process in processes:
        process.join()
    assert len(read_ledger(office).lines) == 1


def test_who_holds_the_ledger_reads_it_while_others_wait(office: Office) -> None:
    take(office, ("00004", "2026-03", 1))
    with ThreadPoolExecutor(1) as pool:
        with hold(office):
            waiting = pool.submit(take, office, ("00008", "2026-03", 1))
            ledger = read_ledger(office)
            check_files(office, ledger)
            assert len(ledger.lines) == 1
            assert not waiting.done()
        assert len(waiting.result(timeout=60).lines) == 1


def test_a_check_is_made_again_when_another_was_accepted_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = accepting.check_file, []

    def slow(*args: Any, **options: Any) -> Any:
        checked = real(*args, **options)
        calls.append(1)
        if len(calls) == 1:
            take(office, ("00008", "2026-03", 1))
        return checked

    monkeypatch.setattr(accepting, "check_file", slow)
    take(office, ("00004", "2026-03", 1))
    assert len(calls) == 3
    assert [line.unit for line in read_ledger(office).lines] == ["00008", "00004"]


# Any history


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.dictionaries(
                st.tuples(st.sampled_from(["00004", "00008"]), st.sampled_from(["2026-02", "2026-03"])),
                st.integers(0, 2),
                min_size=1,
            ),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_after_any_history_the_ledger_tells_what_was_accepted(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[dict[tuple[str, str], int], bool]]
) -> None:
    office = open_office(make_office(tmp_path_factory.mktemp("h") / "office", kinds={"things": THINGS}))
    model: dict[tuple[str, str], list[int]] = {}
    for amounts, with_reason in history:
        replaces = any(place in model and model[place][-1] != amount for place, amount in amounts.items())
        rows = [(*place, amount) for place, amount in amounts.items()]
        if replaces and not with_reason:
            refused("reason-needed", lambda rows=rows: take(office, *rows))
            continue
        take(office, *rows, reason="Sửa số" if with_reason else "")
        for place, amount in amounts.items():
            if model.get(place, [None])[-1] != amount:
                model.setdefault(place, []).append(amount)
    ledger = read_ledger(office)
    assert len(ledger.lines) == sum(map(len, model.values()))
    for (unit, period), amounts_seen in model.items():
        assert len(ledger.revisions("things", unit, period)) == len(amounts_seen)
        text = office.data_file("things", unit, period).read_text(encoding="utf-8")
        assert text.splitlines()[1].split(",")[4] == str(amounts_seen[-1])
    check_files(office, ledger)


# What a unit says, and months without anything

WARNED: dict[str, Any] = {
    **THINGS,
    "rules": [
        {
            "code": "T01",
            "severity": "warning",
            "message": {
                "vi": "Dòng {row}: {value} không lớn hơn {expected}",
                "en": "Row {row}: {value} above {expected}",
            },
            "at_most": {"part": ["amount"], "whole": ["usual"]},
        },
        {
            "code": "T02",
            "severity": "warning",
            "message": {"vi": "Kỳ {previous} còn {expected}", "en": "{expected} were left by {previous}"},
            "carries": {"column": "carried", "from": ["left"]},
        },
    ],
    "schema": {
        "fields": [
            *THINGS["schema"]["fields"],
            *(
                {"name": name, "type": "integer", "titles": {"vi": title}}
                for name, title in (("usual", "Mức thường"), ("carried", "Chuyển qua"), ("left", "Còn lại"))
            ),
        ]
    },
}


@pytest.fixture
def warned(tmp_path: Path) -> Office:
    """An office whose kind has a warning, and figures that are carried over."""
    return open_office(make_office(tmp_path / "warned", kinds={"things": WARNED}))


def send(office: Office, *rows: str, **options: Any) -> Accepted:
    """Accept rows of unit;period;amount;usual;carried;left."""
    head = "Mã đơn vị;Kỳ;Số lượng;Mức thường;Chuyển qua;Còn lại"
    content = "\n".join([head, *rows, ""]).encode()
    return accept(office, office.kinds["things"], content, **{"now": NOW, **options})


def test_an_explanation_stands_with_the_submission_that_has_the_warning(warned: Office) -> None:
    said = {"T01": " Nhận thêm hồ sơ của phường cũ ", "V18a": "Không có cảnh báo này"}
    done = send(warned, "00004;2026-03;9;5;0;0", "00008;2026-03;1;5;0;0", explanations=said)
    assert [(line.unit, dict(line.explanations)) for line in done.lines] == [
        ("00004", {"T01": "Nhận thêm hồ sơ của phường cũ"}),
        ("00008", {}),
    ]
    first, second = warned.ledger.read_text(encoding="utf-8").splitlines()
    assert first.endswith('"role":"clerk","explanations":{"T01":"Nhận thêm hồ sơ của phường cũ"}}')
    assert second.endswith('"role":"clerk"}')
    assert read_ledger(warned).lines == list(done.lines)


def test_an_explanation_is_public_text_like_a_reason(warned: Office) -> None:
    for text, code in (("=cmd", "reason-formula"), ("gọi 0912345678", "reason-personal"), ("123", "reason-words")):
        refused(code, lambda text=text: send(warned, "00004;2026-03;9;5;0;0", explanations={"T01": text}))
    assert not warned.ledger.exists()


def test_that_nothing_arose_is_a_file_without_rows_and_a_line_that_says_so(warned: Office) -> None:
    kind = warned.kinds["things"]
    done = declare_nothing(warned, kind, "00004", "2026-03", now=NOW)
    path = warned.datasets / "things" / "data" / "2026-03" / "00004.csv"
    assert path.read_text(encoding="utf-8") == ",".join(kind.columns) + "\n"
    assert warned.ledger.read_text(encoding="utf-8").endswith('"role":"clerk","nothing":true}\n')
    assert done.lines[0].nothing
    assert read_ledger(warned).lines == list(done.lines)
    check_files(warned, read_ledger(warned))
    assert check_office(warned) == []
    assert declare_nothing(warned, kind, "00004", "2026-03", now=NOW).lines == ()


def test_what_was_nothing_may_be_corrected_with_a_reason(warned: Office) -> None:
    declare_nothing(warned, warned.kinds["things"], "00004", "2026-03", now=NOW)
    refused("reason-needed", lambda: send(warned, "00004;2026-03;1;5;0;0"))
    done = send(warned, "00004;2026-03;1;5;0;0", reason="Có hồ sơ nhập muộn")
    assert [(line.revision, line.nothing) for line in done.lines] == [(2, False)]


def test_nothing_cannot_be_declared_while_something_is_open(warned: Office) -> None:
    kind = warned.kinds["things"]
    send(warned, "00004;2026-03;1;5;0;3")
    found = refused("nothing-carried", lambda: declare_nothing(warned, kind, "00004", "2026-04", now=NOW))
    assert found.values["count"] == 3
    refused("period-open", lambda: declare_nothing(warned, kind, "00008", "2026-08", now=NOW))
    refused("unknown-unit", lambda: declare_nothing(warned, kind, "99999", "2026-03", now=NOW))
    refused("reason-formula", lambda: declare_nothing(warned, kind, "00008", "2026-03", reason="=1", now=NOW))


def test_a_unit_that_has_nothing_to_submit_declares_nothing(tmp_path: Path) -> None:
    kinds = {"things": {**WARNED, "dataset": {**WARNED["dataset"], "levels": ["department"]}}}
    other = open_office(make_office(tmp_path / "other", kinds=kinds))
    refused("nothing-expected", lambda: declare_nothing(other, other.kinds["things"], "00004", "2026-03", now=NOW))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.replace(b'"nothing":true', b'"nothing":false'),
        lambda raw: raw.replace(b'"nothing":true', b'"nothing":1'),
        lambda raw: raw.replace(b'"nothing":true', b'"explanations":{},"nothing":true'),
        lambda raw: raw.replace(b'"nothing":true', b'"explanations":{"b":"x","a":"y"},"nothing":true'),
        lambda raw: raw.replace(b'"nothing":true', b'"explanations":{"a":""},"nothing":true'),
        lambda raw: raw.replace(b'"nothing":true', b'"nothing":true,"more":1'),
    ],
)
def test_what_a_line_may_say_beside_has_one_form(warned: Office, spoil: Callable[[bytes], bytes]) -> None:
    declare_nothing(warned, warned.kinds["things"], "00004", "2026-03", now=NOW)
    raw = warned.ledger.read_bytes()
    assert spoil(raw) != raw
    warned.ledger.write_bytes(spoil(raw))
    assert refused("ledger-broken", lambda: read_ledger(warned)).values == {"line": 1}
