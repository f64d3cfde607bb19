"""counters.csv: where citizens are served and asked."""

from pathlib import Path

import pytest

from publisher.catalogue import Counter, open_office
from publisher.errors import Mistake
from tests.offices import make_office

DESK = {
    "counter_code": "00004-01",
    "unit_code": "00004",
    "name_vi": "Quầy 1: Hộ tịch",
    "contact_point": "procedures",
    "form": "counter",
    "valid_from": "2026-03-01",
}


def test_a_counter_names_its_unit_its_contact_point_and_its_form(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office", counters=[DESK]))
    (desk,) = office.counters
    assert isinstance(desk, Counter)
    assert (desk.code, desk.unit, desk.contact_point, desk.form) == ("00004-01", "00004", "procedures", "counter")
    assert (desk.name["vi"], desk.name["en"]) == ("Quầy 1: Hộ tịch", "Quầy 1: Hộ tịch")
    assert desk.valid_from is not None
    assert not desk.is_valid(desk.valid_from.replace(day=1, month=2))


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("unit_code", "99999", "counter-line"),
        ("contact_point", "canteen", "counter-line"),
        ("counter_code", "../k", "table-code"),
        ("valid_from", "1/3/2026", "table-date"),
    ],
)
def test_a_line_that_names_what_there_is_not_is_a_mistake(tmp_path: Path, column: str, value: str, code: str) -> None:
    root = make_office(tmp_path / "office", counters=[DESK | {column: value}])
    with pytest.raises(Mistake) as mistake:
        open_office(root)
    assert mistake.value.code == code
    assert value in str(mistake.value.values)


def test_a_counter_code_that_repeats_is_a_mistake(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", counters=[DESK, DESK | {"name_vi": "Quầy 2"}])
    with pytest.raises(Mistake) as mistake:
        open_office(root)
    assert mistake.value.code == "table-code"
