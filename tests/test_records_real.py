"""Real tasks and receptions that offices published, judged by the rules of the kinds that ask for them."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from publisher.catalogue import Office, open_office
from publisher.checking import check_file
from publisher.ledger import accept, read_ledger
from publisher.measures import Book
from publisher.tallies import tally_office
from tests.offices import make_office
from tests.submitted import TASKS, file_of

TASK_COLUMNS = ("tasks_total", "done_on_time", "done_late", "open_in_time", "open_overdue")


@pytest.fixture
def city(tmp_path: Path) -> Office:
    """An office that publishes tasks and receptions."""
    kinds = {"tasks": {}, "reception": {}}
    return open_office(make_office(tmp_path / "office", datasets=kinds, first_period="2017-01", period_rule="calendar"))


def records(shared: Path, name: str) -> list[dict[str, str]]:
    """The lines of one of the files."""
    with (shared / "real" / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def task_line(record: dict[str, str], period: str, **changes: str) -> dict[str, str]:
    """A published record of tasks as a row of the kind: what it does not tell is blank or, for what was carried over,
    nothing."""
    given = {name: record[name] for name in TASK_COLUMNS}
    reason = {"overdue_days_max": "120", "late_reason": "Nêu trong báo cáo"}
    return {
        **TASKS,
        **given,
        **reason,
        "period": period,
        "carried_over": "0",
        "assigned_new": given["tasks_total"],
        **changes,
    }


def test_the_tasks_of_the_government_in_2017_add_up_and_are_accepted(city: Office, shared: Path) -> None:
    (record,) = [line for line in records(shared, "tasks_assigned_reported.csv") if line["record_id"] == "CP-2017"]
    kind = city.kinds["tasks"]
    content = file_of(kind, task_line(record, "2017-12", stated_due_done_pct="98,62"))
    assert check_file(city, kind, content).problems == []
    accept(city, kind, content)
    book = Book(city, tally_office(city, read_ledger(city)))
    done, whole = 14068 + 1983, 14068 + 1983 + 223
    assert book.figure("tasks", "due_done_pct", "00004", "2017-12").value == pytest.approx(100 * done / whole)
    assert book.figure("tasks", "on_time_pct", "00004", "2017-12").value == pytest.approx(100 * 14068 / whole)
    assert book.figure("tasks", "open_total", "00004", "2017-12").value == int(record["open_total"]) == 5863


def test_the_share_overdue_of_the_same_report_is_what_no_denominator_gives(city: Office, shared: Path) -> None:
    (record,) = [line for line in records(shared, "tasks_assigned_reported.csv") if line["record_id"] == "CP-2017"]
    overdue, total = Decimal(record["open_overdue"]), Decimal(record["tasks_total"])
    for denominator in (total, total - Decimal(record["open_in_time"])):
        assert round(100 * overdue / denominator, 2) != Decimal("1.38")
    kind = city.kinds["tasks"]
    stated = file_of(kind, task_line(record, "2017-12", stated_due_done_pct="98,5"))
    (problem,) = check_file(city, kind, stated).problems
    assert (problem.code, problem.severity) == ("N05", "warning")
    assert "98,63%" in problem.message_vi


def test_the_tasks_of_quang_nam_do_not_tell_what_was_done_on_time(city: Office, shared: Path) -> None:
    (record,) = [line for line in records(shared, "tasks_assigned_reported.csv") if line["record_id"] == "QN-2020"]
    kind = city.kinds["tasks"]
    found = check_file(city, kind, file_of(kind, task_line(record, "2020-06"))).errors
    assert [(p.column, p.code) for p in found] == [
        (kind.columns[name].titles.vi, "constraint-error") for name in ("done_on_time", "done_late")
    ]
    # What it tells adds up: 585 done and 67 + 181 open are the 833 tasks.
    on_time = task_line(record, "2020-06", done_on_time=record["done_total"], done_late="0")
    assert check_file(city, kind, file_of(kind, on_time)).problems == []


def test_the_citizens_received_in_lam_dong_in_april_2017(city: Office, shared: Path) -> None:
    lines = records(shared, "citizen_reception_lamdong_2017-04.csv")
    kind = city.kinds["reception"]
    rows = [f"Phường Ba Đình,2017-04,{line['loai']},{line['luot_cong_dan']},{line['so_nguoi']}" for line in lines[:2]]
    total = f"Tổng,,,{lines[2]['luot_cong_dan']},{lines[2]['so_nguoi']}"
    content = "\n".join(["Đơn vị,Tháng,loai,luot_cong_dan,so_nguoi", *rows, total, ""])
    checked = check_file(city, kind, content.encode())
    assert (checked.errors, checked.warnings, checked.rows) == ([], [], 2)
    accept(city, kind, content.encode())
    book = Book(city, tally_office(city, read_ledger(city)))
    values = {m: book.figure("reception", m, "00004", "2017-04") for m in ("visits", "persons", "matters_total")}
    assert [figure.value for figure in values.values()] == [259, 316, None]
    assert values["matters_total"].state == "blank"
    assert book.figure("reception", "visits", "00004", "2017-04", breakdown="type", key="scheduled").value == 98
    wrong = check_file(city, kind, content.replace("259,316", "259,317").encode())
    assert [p.code for p in wrong.errors] == ["V07"]
    swapped = check_file(city, kind, content.replace("161,201", "201,161").replace("259,316", "299,276").encode())
    assert [p.code for p in swapped.errors] == ["T01"]
