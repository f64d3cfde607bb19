"""Accepted data: months beside each other, a unit beside its parts, and a memory that never lies."""

from pathlib import Path

import pytest

from publisher.catalogue import Office, open_office
from publisher.checking import check_file, check_office
from publisher.checking import office as office_module
from publisher.errors import Mistake, Problem
from tests.offices import UNITS, make_office
from tests.submitted import PROCEDURES, file_of, put

PROVINCE = {"code": "01", "name_vi": "Thành phố Hà Nội", "level": "province"}
STEADY = {"carried_over": "6", "received_total": "48", "resolved_total": "42", "resolved_early": "32"}


@pytest.fixture
def town(tmp_path: Path) -> Office:
    """Two months of one unit that do not fit together, one month of another, and a province above."""
    units = [PROVINCE, *({**unit, "parent": "01"} for unit in UNITS)]
    office = open_office(make_office(tmp_path / "office", units=units))
    kind = office.kinds["procedures"]
    put(office, kind, {**PROCEDURES, "period": "2026-05"})
    put(office, kind, PROCEDURES)
    put(office, kind, {**PROCEDURES, "unit_code": "00008", "received_online": "13"})
    return office


def seen(problems: list[Problem]) -> list[tuple[str, int | None, str]]:
    """File, row and code."""
    return [(p.file.removeprefix("datasets/procedures/data/"), p.row, p.code) for p in problems]


EXPECTED = [
    ("2026-06/00004.csv", 2, "V05"),
    ("2026-06/00004.csv", 2, "V18b"),
    ("2026-06/00008.csv", 2, "V01"),
]


def test_the_whole_office_is_checked_by_row_and_by_month(town: Office) -> None:
    found = check_office(town)
    assert sorted(seen(found)) == EXPECTED
    assert {p.cell for p in found if p.code == "V05"} == {"N2"}


def test_a_kind_and_a_period_can_be_chosen(town: Office) -> None:
    assert check_office(town, kind="feedback") == []
    assert check_office(town, period="2026-05") == []
    assert sorted(seen(check_office(town, kind="procedures", period="2026-06"))) == EXPECTED
    with pytest.raises(Mistake, match="unknown-kind"):
        check_office(town, kind="nothing")


def test_a_second_run_checks_nothing_and_finds_the_same(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check_office(town)

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("checked again")

    monkeypatch.setattr(office_module, "check_tables", refuse)
    monkeypatch.setattr(office_module, "read_accepted", refuse)
    assert check_office(town) == first


def test_a_changed_file_is_checked_again_and_only_it(town: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    check_office(town)
    checked: list[str] = []
    real = office_module.read_file

    def watch(*args: object, name: str) -> object:
        checked.append(name)
        return real(*args, name=name)

    monkeypatch.setattr(office_module, "read_file", watch)
    put(town, town.kinds["procedures"], {**PROCEDURES, "unit_code": "00008"})
    assert ("2026-06/00008.csv", 2, "V01") not in seen(check_office(town))
    assert checked == ["datasets/procedures/data/2026-06/00008.csv"]


def test_a_changed_month_is_seen_in_the_month_after(town: Office) -> None:
    check_office(town)
    corrected = {"received_total": "50", "received_online": "16", "pending_total": "4", "pending_in_time": "4"}
    resolved = {"resolved_total": "46", "resolved_early": "36"}
    put(town, town.kinds["procedures"], {**PROCEDURES, "period": "2026-05", **corrected, **resolved})
    assert seen(check_office(town)) == [("2026-06/00008.csv", 2, "V01")]


def test_a_removed_file_takes_its_problems_with_it(town: Office) -> None:
    check_office(town)
    town.data_file("procedures", "00008", "2026-06").unlink()
    town.data_file("procedures", "00004", "2026-05").unlink()
    assert check_office(town) == []


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"program": 1}'])
def test_a_broken_memory_is_no_memory(town: Office, broken: str) -> None:
    check_office(town)
    (town.cache / "checked" / "procedures.json").write_text(broken, encoding="utf-8")
    assert sorted(seen(check_office(town))) == EXPECTED


def test_other_definitions_are_other_results(town: Office) -> None:
    check_office(town)
    units = town.datasets / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("00008,", "00009,"), encoding="utf-8")
    assert ("2026-06/00008.csv", 2, "V16") in seen(check_office(open_office(town.root)))


def test_a_period_that_is_not_over_is_judged_anew_each_day(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", today="2026-06-10")
    early = open_office(root)
    put(early, early.kinds["procedures"], PROCEDURES)
    assert [code for _, _, code in seen(check_office(early))] == ["period-future"]
    settings = root / "datasets" / "publishing.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("2026-06-10", "2026-07-31"), encoding="utf-8")
    assert check_office(open_office(root)) == []


def test_a_parent_that_already_contains_its_communes_is_named(town: Office) -> None:
    kind = town.kinds["procedures"]
    put(town, kind, {**PROCEDURES, "unit_code": "00008"})
    double = {name: str(2 * int(value)) if value.isdigit() and name not in ("unit_code",) else value
              for name, value in PROCEDURES.items()}  # fmt: skip
    put(town, kind, {**double, "unit_code": "01", "field_code": "HT"})
    assert ("2026-06/01.csv", 2, "V08") in seen(check_office(town))
    put(town, kind, {**double, "unit_code": "01", "returned": "1"})
    assert ("2026-06/01.csv", 2, "V08") not in seen(check_office(town))


def test_an_incoming_file_is_compared_with_what_was_accepted(town: Office) -> None:
    kind = town.kinds["procedures"]
    found = check_file(town, kind, file_of(kind, {**PROCEDURES, "period": "2026-07", **STEADY}), name="thang7.csv")
    assert [(p.file, p.code) for p in found.problems] == []
    found = check_file(town, kind, file_of(kind, {**PROCEDURES, "period": "2026-07"}), name="thang7.csv")
    assert [(p.file, p.code) for p in found.problems] == [("thang7.csv", "V18b"), ("thang7.csv", "V05")]


def test_a_missing_month_in_between_is_no_gap(town: Office) -> None:
    kind = town.kinds["procedures"]
    town.data_file("procedures", "00004", "2026-06").unlink()
    found = check_file(town, kind, file_of(kind, {**PROCEDURES, "period": "2026-07"}))
    assert found.problems == []


def test_figures_of_different_bases_are_never_compared(town: Office) -> None:
    kind = town.kinds["procedures"]
    found = check_file(town, kind, file_of(kind, {**PROCEDURES, "period": "2026-07", "basis": "year_to_date"}))
    assert found.problems == []
