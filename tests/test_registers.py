"""Registers: rules over days and rows that must stay, kinds due by quarter, year or on change."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from publisher.catalogue import Office, open_office
from publisher.catalogue.kinds import Kind
from publisher.checking import check_file, check_office
from publisher.errors import Mistake
from publisher.ledger import accept, declare_nothing, read_ledger
from publisher.measures import Book
from publisher.pages.status import Board
from publisher.reading.values import read_time
from publisher.tallies import tally_office
from tests.offices import UNITS, make_office
from tests.small_kinds import dataset, fields, measure, words

TASK_COLUMNS = ("task_code", "status", "assigned_on", "due_on", "done_on", "days_overdue", "note")


def rule(code: str, severity: str = "error", **test: Any) -> dict[str, Any]:
    """A rule whose sentence shows all that its test fills in."""
    sentence = "{row} {cell} {value}" + "".join(
        f" {{{place}}}"
        for place in {"dates": ["expected"], "days": ["expected"], "weekday": ["expected"],
                      "keeps": ["expected", "previous"], "stays": ["parts", "previous"],
                      "once": ["expected"], "apart": ["expected"]}.get(next(iter(test)), [])
    )  # fmt: skip
    return {"code": code, "severity": severity, "message": words(sentence), **test}


TASKS: dict[str, Any] = {
    "dataset": dataset(
        grain=["unit_code", "period", "task_code"],
        tallies={"tasks": {"count": {}}, "late": {"count": {"status": "done_late"}}},
        measures={"tasks": measure(sum=["tasks"])},
        headline=["tasks"],
        table=["tasks"],
    ),
    "schema": fields(
        {"name": "task_code", "type": "string", "constraints": {"required": True}},
        {
            "name": "status",
            "type": "string",
            "categories": [{"value": value, "titles": words(value)} for value in ("done", "done_late", "open")],
        },
        {"name": "assigned_on", "type": "date"},
        {"name": "due_on", "type": "date"},
        {"name": "done_on", "type": "date"},
        {"name": "days_overdue", "type": "integer", "constraints": {"minimum": 0}},
        {"name": "note", "type": "string"},
    ),
    "rules": [
        rule("R01", dates={"first": "assigned_on", "then": "due_on"}),
        rule("R02", dates={"first": "due_on", "then": "done_on", "strict": True}, where={"status": "done_late"}),
        rule("R03", needs={"column": "done_on"}, where={"status": ["done", "done_late"]}),
        rule("R04", empty={"columns": ["done_on"]}, where={"status": "open"}),
        rule("R05", days={"from": "due_on", "to": "done_on", "stated": "days_overdue"}, where={"status": "done_late"}),
        rule("R06", "warning", days={"from": "assigned_on", "to": "due_on", "at_least": 3}),
        rule("R07", keeps={"column": "due_on"}),
        rule("R08", stays={"while": {"status": ["open"]}}),
        rule("R09", once={"column": "task_code"}),
        rule("R10", "warning", listed={"column": "note", "kind": "titles", "of": "name"}),
    ],
}
TITLES: dict[str, Any] = {
    "dataset": {
        key: value
        for key, value in dataset(
            grain=["unit_code", "period", "name"],
            every="change",
            tallies={"names": {"count": {}}},
            measures={"names": measure(sum=["names"])},
            headline=["names"],
            table=["names"],
        ).items()
        if key != "due"
    },
    "schema": fields({"name": "name", "type": "string", "constraints": {"required": True}}),
}


@pytest.fixture
def register(tmp_path: Path) -> Office:
    """An office that keeps a register of tasks and a list of names."""
    return open_office(make_office(tmp_path / "register", kinds={"tasks": TASKS, "titles": TITLES}))


def content(*rows: str) -> bytes:
    """A file of tasks from lines of unit;period;task;status;assigned;due;done;days;note."""
    return "\n".join([";".join(("unit_code", "period", *TASK_COLUMNS)), *rows, ""]).encode()


def found(office: Office, *rows: str) -> list[tuple[str, str]]:
    """(rule, its sentence) of a file."""
    checked = check_file(office, office.kinds["tasks"], content(*rows))
    return [(p.code, p.message_vi) for p in checked.problems if p.severity != "note"]


FINE = "00004;2026-06;T1;done;2026-05-20;2026-06-01;2026-05-30;;"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (FINE, []),
        ("00004;2026-06;T1;open;2026-05-20;2026-05-20;;;", [("R06", "2 F2 20/05/2026 1")]),
        ("00004;2026-06;T1;open;2026-05-20;2026-05-22;;;", []),
        ("00004;2026-06;T1;open;2026-05-20;2026-05-19;;;", [("R01", "2 E2 20/05/2026 19/05/2026"), ("R06", None)]),
        ("00004;2026-06;T1;done_late;2026-05-01;2026-05-20;2026-05-20;0;", [("R02", "2 F2 20/05/2026 20/05/2026")]),
        ("00004;2026-06;T1;done_late;2026-05-01;2026-05-20;2026-05-25;4;", [("R05", "2 H2 4 5")]),
        ("00004;2026-06;T1;done_late;2026-05-01;2026-05-20;2026-05-25;5;", []),
        ("00004;2026-06;T1;done;2026-05-20;2026-06-01;;;", [("R03", "2 G2 ")]),
        ("00004;2026-06;T1;open;2026-05-20;2026-06-01;2026-05-30;;", [("R04", "2 G2 2026-05-30")]),
    ],
)
def test_days_of_a_row_fit_what_it_says(register: Office, row: str, said: list[tuple[str, str | None]]) -> None:
    problems = found(register, row)
    assert [code for code, _ in problems] == [code for code, _ in said]
    assert [text for (_, text), (_, wanted) in zip(problems, said, strict=True) if wanted] == [w for _, w in said if w]


@pytest.mark.parametrize(
    ("wanted", "said"), [(3, []), (1, ["2 E2 29/04/2026 27/04/2026"]), (5, ["2 E2 29/04/2026 24/04/2026"])]
)
def test_a_day_can_have_to_be_that_day_of_the_week(tmp_path: Path, wanted: int, said: list[str]) -> None:
    """29 April 2026 is a Wednesday."""
    rules = [rule("W1", weekday={"column": "assigned_on", "is": wanted})]
    office = open_office(make_office(tmp_path / "office", kinds={"tasks": {**TASKS, "rules": rules}}))
    assert [text for _, text in found(office, "00004;2026-06;T1;open;2026-04-29;2026-05-20;;;")] == said


@pytest.mark.parametrize(
    ("to", "said"),
    [("2026-05-06", []), ("2026-05-07", [("W1", "2 F2 07/05/2026 3")]), ("2026-04-20", [])],
)
def test_working_days_are_counted_as_the_office_works(tmp_path: Path, to: str, said: list[tuple[str, str]]) -> None:
    """From Wednesday 29 April: two holidays, a weekend, and Monday 4 May, which the office's own table gives free."""
    rules = [rule("W1", days={"from": "assigned_on", "to": "due_on", "at_most": 2, "working": True})]
    root = make_office(tmp_path / "office", kinds={"tasks": {**TASKS, "rules": rules}})
    (root / "datasets" / "holidays.csv").write_text(
        "date,day_type,decision\n2026-05-04,off,Nghỉ bù\n", encoding="utf-8"
    )
    office = open_office(root)
    row = f"00004;2026-06;T1;open;2026-04-29;{to};;;"
    assert found(office, row) == said


def put(office: Office, *rows: str) -> None:
    """Accept a file of tasks."""
    accept(office, office.kinds["tasks"], content(*rows), now=dt.datetime(2026, 7, 20, tzinfo=dt.UTC))


def test_the_first_due_day_stays_and_an_open_task_does_not_vanish(register: Office) -> None:
    put(register, "00004;2026-05;T1;open;2026-04-20;2026-05-01;;;", "00004;2026-05;T2;open;2026-04-20;2026-05-01;;;",
        "00004;2026-05;T3;done;2026-04-20;2026-05-01;2026-04-30;;")  # fmt: skip
    assert found(register, "00004;2026-06;T1;open;2026-04-20;2026-05-09;;;") == [
        ("R08", "2 C2 T1 T2 5/2026".replace("5/2026", "05/2026")),
        ("R07", "2 F2 2026-05-09 2026-05-01 05/2026"),
    ]
    both = ("00004;2026-06;T1;open;2026-04-20;2026-05-01;;;", "00004;2026-06;T2;open;2026-04-20;2026-05-01;;;")
    assert found(register, *both) == []


def test_one_task_belongs_to_one_unit(register: Office) -> None:
    put(register, FINE)
    assert found(register, FINE.replace("00004", "00008")) == [("R09", "2 C2 T1 00004")]
    assert found(register, FINE.replace("00004", "00008").replace("T1", "T9")) == []
    two = (FINE.replace("00004", "00008").replace("T1", "T7"), FINE.replace("00004", "00025").replace("T1", "T7"))
    assert [code for code, _ in found(register, *two)] == ["R09", "R09"]


def test_what_another_register_lacks_is_told_with_the_latest_of_it(register: Office) -> None:
    named = FINE + "Hộ tịch"
    assert found(register, named) == []
    titles = register.kinds["titles"]
    accept(register, titles, "unit_code;period;name\n00004;2026-04;Hộ tịch\n".encode())
    assert found(register, named) == []
    accept(register, titles, "unit_code;period;name\n00004;2026-05;Đất đai\n".encode())
    assert found(register, named) == [("R10", "2 I2 Hộ tịch")]


def test_accepted_registers_are_checked_by_the_same_rules_and_with_a_memory(register: Office) -> None:
    put(register, "00004;2026-05;T1;open;2026-04-20;2026-05-01;;;")
    put(register, "00008;2026-06;T8;open;2026-04-20;2026-05-01;;;")
    path = register.data_file("tasks", "00004", "2026-06")
    path.parent.mkdir(parents=True, exist_ok=True)
    other = register.data_file("tasks", "00008", "2026-06").read_text(encoding="utf-8")
    path.write_text(other.replace("00008", "00004"), encoding="utf-8")
    codes = sorted(p.code for p in check_office(register))
    assert codes == ["R08", "R09", "R09"]
    assert sorted(p.code for p in check_office(register)) == codes
    path.write_text(other.replace("00008", "00004").replace("T8", "T1"), encoding="utf-8")
    assert sorted(p.code for p in check_office(register)) == []


# How often


def due(every: str, **more: Any) -> dict[str, Any]:
    """A kind due every so often."""
    about = dataset(
        every=every,
        tallies={"spent": {"sum": ["spent"]}},
        measures={"spent": measure(sum=["spent"])},
        headline=["spent"],
        table=["spent"],
        **more,
    )
    return {"dataset": about, "schema": fields({"name": "spent", "type": "integer"})}


@pytest.mark.parametrize(
    ("every", "labels", "first"),
    [
        ("month", ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"], "2026-05-15"),
        ("quarter", ["2026-03", "2026-06"], "2026-03-15"),
        ("half", ["2026-06"], "2025-12-15"),
    ],
)
def test_a_period_is_as_long_as_the_kind_says(tmp_path: Path, every: str, labels: list[str], first: str) -> None:
    office = open_office(make_office(tmp_path / "office", kinds={"spending": due(every)}, first_period="2026-01"))
    kind = office.kinds["spending"]
    assert office.due_periods(kind) == labels + (["2026-07"] if every == "month" else [])
    assert office.period(kind, "2026-06").start.isoformat() == first
    assert office.period(kind, "2026-06").end.isoformat() == "2026-06-14"


def test_a_quarter_is_labelled_by_its_last_month_only(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office", kinds={"spending": due("quarter")}))
    kind = office.kinds["spending"]
    checked = check_file(office, kind, b"unit_code;period;spent\n00004;2026-05;7\n")
    assert [p.code for p in checked.errors] == ["period-every"]
    accept(office, kind, b"unit_code;period;spent\n00004;2026-03;7\n00004;2026-06;5\n")
    assert [p for p in check_office(office) if p.severity == "error"] == []
    book = Book(office, tally_office(office, read_ledger(office)))
    assert [book.figure("spending", "spent", "00004", label).value for label in ("2026-06", "2026-Q2", "2026-Q1")] == [
        5,
        5,
        7,
    ]
    assert book.figure("spending", "spent", "00004", "2026").value == 12


def test_a_register_is_never_missing_and_never_declared_empty(register: Office) -> None:
    kind = register.kinds["titles"]
    assert register.due_periods(kind) == []
    assert register.expected_units(kind, "2026-05") == []
    accept(register, kind, "unit_code;period;name\n00004;2026-05;Hộ tịch\n".encode())
    board = Board(register, read_ledger(register), [])
    assert board.missing_units(kind, "2026-05") == []
    assert board.status(kind, "00004", "2026-05").state == "in_time"
    with pytest.raises(Mistake, match="nothing-expected"):
        declare_nothing(register, kind, "00008", "2026-05")


def test_what_is_awaited_has_a_due_day(tmp_path: Path) -> None:
    for about in (due("change"), {**due("month"), "dataset": {**due("month")["dataset"], "due": None}}):
        with pytest.raises((Mistake, ValidationError), match="due"):
            open_office(make_office(tmp_path / str(len(list(tmp_path.iterdir()))), kinds={"spending": about}))


def test_a_schedule_may_speak_of_days_to_come(tmp_path: Path) -> None:
    for ahead, codes in ((False, ["period-future"]), (True, [])):
        kinds = {"spending": due("month", ahead=ahead)}
        office = open_office(make_office(tmp_path / str(ahead), kinds=kinds))
        checked = check_file(office, office.kinds["spending"], b"unit_code;period;spent\n00004;2026-08;7\n")
        assert [p.code for p in checked.errors] == codes


def test_private_rows_are_those_that_the_kind_names(register: Office) -> None:
    kind = Kind(**{**dict(register.kinds["tasks"]), "private": {"status": ("open", "done_late")}})
    assert [kind.is_private({"status": status}) for status in ("open", "done", "done_late")] == [True, False, True]
    assert not register.kinds["tasks"].is_private({"status": "open"})


# Times of day


@pytest.mark.parametrize(
    ("written", "kept"),
    [("08:30", "08:30"), ("8:30", "08:30"), ("8h30", "08:30"), ("14h", "14:00"), ("8 giờ 30 phút", "08:30"), ("", "")],
)
def test_a_time_of_day_is_read_as_people_write_it(written: str, kept: str) -> None:
    cell = read_time(written)
    assert (cell.value, cell.fault) == (kept, "")
    assert bool(cell.repairs) == (written not in ("08:30", ""))


@pytest.mark.parametrize("written", ["24:00", "8:60", "8", "sáng", "8.30", "08:30:00"])
def test_what_is_no_time_of_day_is_refused(written: str) -> None:
    assert read_time(written).fault == "time-unclear"


def test_a_column_of_times_is_checked_with_its_cell(tmp_path: Path) -> None:
    about = due("change")
    del about["dataset"]["due"]
    about["schema"]["fields"].append({"name": "begins_at", "type": "time", "titles": words("Giờ")})
    office = open_office(make_office(tmp_path / "office", kinds={"plan": about}))
    kind = office.kinds["plan"]
    checked = check_file(office, kind, "unit_code;period;spent;Giờ\n00004;2026-05;1;8h30\n".encode(), collect=True)
    assert [(p.code, p.cell) for p in checked.problems] == [("delimiter-read", ""), ("time-read", "D2")]
    assert checked.submissions["00004", "2026-05"][0][-1] == "08:30"
    wrong = check_file(office, kind, "unit_code;period;spent;Giờ\n00004;2026-05;1;chiều\n".encode())
    assert [(p.code, p.cell) for p in wrong.errors] == [("time-unclear", "D2")]


SCHEDULE: dict[str, Any] = {
    "dataset": {
        key: value
        for key, value in dataset(
            grain=["unit_code", "period", "entry"],
            every="change",
            ahead=True,
            tallies={"entries": {"count": {}}},
            measures={"entries": measure(sum=["entries"])},
            headline=["entries"],
            table=["entries"],
        ).items()
        if key != "due"
    },
    "schema": fields(
        {"name": "entry", "type": "string", "constraints": {"required": True}},
        {"name": "leader", "type": "string"},
        {"name": "on", "type": "date"},
        {"name": "begins_at", "type": "time"},
        {"name": "ends_at", "type": "time"},
    ),
    "rules": [
        rule("T1", dates={"first": "begins_at", "then": "ends_at", "strict": True}),
        rule("T2", "warning", apart={"columns": ["leader", "on"], "begins": "begins_at", "ends": "ends_at"},
             where={"leader": ["chair", "head"]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["chair;2026-06-01;08:00;10:00", "chair;2026-06-01;10:00;11:00"], []),
        (["chair;2026-06-01;08:00;10:00", "chair;2026-06-01;09:59;11:00"], [("T2", "3 F3 09:59 08:00–10:00")]),
        (["chair;2026-06-01;09:00;11:00", "chair;2026-06-01;08:00;10:00"], [("T2", "2 F2 09:00 08:00–10:00")]),
        (["chair;2026-06-01;08:00;12:00", "chair;2026-06-01;08:30;09:00", "chair;2026-06-01;11:00;"],
         [("T2", "3 F3 08:30 08:00–12:00"), ("T2", "4 F4 11:00 08:00–12:00")]),
        (["chair;2026-06-01;08:00;", "chair;2026-06-01;08:00;"], [("T2", "3 F3 08:00 08:00–08:00")]),
        (["chair;2026-06-01;08:00;10:00", "chair;2026-06-02;08:00;10:00"], []),
        (["chair;2026-06-01;08:00;10:00", "head;2026-06-01;08:00;10:00"], []),
        (["deputy;2026-06-01;08:00;10:00", "deputy;2026-06-01;08:00;10:00"], []),
        (["chair;2026-06-01;;", "chair;2026-06-01;;"], []),
        (["chair;2026-06-01;10:00;08:00"], [("T1", "2 F2 10:00 08:00")]),
        (["chair;2026-06-01;10:00;10:00"], [("T1", "2 F2 10:00 10:00")]),
        (["chair;2026-06-01;10:00;"], []),
    ],
)  # fmt: skip
def test_nobody_is_at_two_places_at_once_and_nothing_ends_before_it_begins(
    tmp_path: Path, rows: list[str], said: list[tuple[str, str]]
) -> None:
    office = open_office(make_office(tmp_path / "office", kinds={"plan": SCHEDULE}))
    head = "unit_code;period;entry;leader;on;begins_at;ends_at"
    lines = [head, *(f"00004;2026-06;E{number};{row}" for number, row in enumerate(rows))]
    checked = check_file(office, office.kinds["plan"], "\n".join(lines).encode())
    assert [(p.code, p.message_vi) for p in checked.problems if p.severity != "note"] == said


# Days put off, rows without a word, names of persons

PUT_OFF: dict[str, Any] = {
    "dataset": {**TASKS["dataset"], "grain": ["unit_code", "period", "task_code"]},
    "schema": fields(
        {"name": "task_code", "type": "string", "constraints": {"required": True}},
        {"name": "title", "type": "string", "persons": "refuse"},
        {"name": "status", "type": "string"},
        {"name": "due_on", "type": "date"},
        {"name": "put_off_to", "type": "date"},
        {"name": "done_on", "type": "date"},
        {"name": "days_overdue", "type": "integer"},
    ),
    "rules": [
        rule("X1", dates={"first": "done_on", "then": ["put_off_to", "due_on"]}, where={"status": "done"}),
        rule("X2", days={"from": ["put_off_to", "due_on"], "to": "done_on", "stated": "days_overdue"},
             where={"status": "late"}),
        rule("X3", needs={"column": "due_on"}, where={"status": ""}),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Làm đường;done;2026-05-01;;2026-05-02;", [("X1", "2 H2 02/05/2026 01/05/2026")]),
        ("Làm đường;done;2026-05-01;2026-05-03;2026-05-02;", []),
        ("Làm đường;late;2026-05-01;2026-05-03;2026-05-05;4", [("X2", "2 I2 4 2")]),
        ("Làm đường;late;2026-05-01;;2026-05-05;4", []),
        ("Làm đường;;;;;", [("X3", "2 F2 ")]),
        ("Làm đường;open;;;;", []),
        ("Giao Ông Nguyễn Văn A;open;;;;", [("P06", None)]),
    ],
)
def test_the_later_due_day_counts_and_a_blank_is_a_value(
    tmp_path: Path, row: str, said: list[tuple[str, str | None]]
) -> None:
    office = open_office(make_office(tmp_path / "office", kinds={"tasks": PUT_OFF}))
    header = "unit_code;period;task_code;title;status;due_on;put_off_to;done_on;days_overdue"
    checked = check_file(office, office.kinds["tasks"], f"{header}\n00004;2026-05;T1;{row}\n".encode())
    assert [p.code for p in checked.errors] == [code for code, _ in said]
    for problem, (_, sentence) in zip(checked.errors, said, strict=True):
        assert sentence in (None, problem.message_vi)


def test_an_office_says_which_levels_keep_a_register(tmp_path: Path) -> None:
    units = [*UNITS, {"code": "STP", "name_vi": "Sở Tư pháp", "level": "department"}]
    kinds = {"spending": due("month")}
    everyone = open_office(make_office(tmp_path / "all", units=units, kinds=kinds))
    some = open_office(
        make_office(tmp_path / "some", units=units, kinds=kinds, datasets={"spending": {"levels": ["department"]}})
    )
    expected = [
        [unit.code for unit in office.expected_units(office.kinds["spending"], "2026-05")]
        for office in (everyone, some)
    ]
    assert expected == [["00004", "00008", "00025", "STP"], ["STP"]]
