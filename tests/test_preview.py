"""What a file would change, told before it is accepted: the figures of a preview, and cells one by one."""

from pathlib import Path

import pytest

from publisher.catalogue import Office
from publisher.checking import check_file
from publisher.ledger import accept, changes, declare_nothing, read_ledger
from publisher.ledger.accepting import canonical
from publisher.measures import Book, preview
from publisher.tallies import tally_office
from tests.submitted import BASES, PROCEDURES, Line, file_of

UNIT, MAY, JUNE = "00004", "2026-05", "2026-06"


def candidate(office: Office, name: str, folder: Path, *lines: Line) -> Path:
    """The canonical file that some lines make."""
    kind = office.kinds[name]
    checked = check_file(office, kind, file_of(kind, *lines), collect=True)
    assert checked.errors == []
    (rows,) = checked.submissions.values()
    path = folder / "candidate.csv"
    path.write_bytes(canonical(kind, rows))
    return path


def put(office: Office, name: str, *lines: Line, reason: str = "") -> None:
    """Accept some lines."""
    kind = office.kinds[name]
    accept(office, kind, file_of(kind, *lines), reason=reason)


@pytest.mark.parametrize("name", ["procedures", "feedback", "service_quality", "satisfaction"])
def test_a_preview_shows_the_very_figures_that_accepting_the_file_publishes(
    office: Office, tmp_path: Path, name: str
) -> None:
    base = {**BASES[name], "period": MAY, **({"as_of": "2026-05-31"} if "as_of" in BASES[name] else {})}
    put(office, name, base)
    line = {**BASES[name], "unit_code": UNIT}
    found = preview(office, office.kinds[name], UNIT, JUNE, candidate(office, name, tmp_path, line))
    assert all(row.published.state == "blank" for row in found.rows)
    put(office, name, line)
    book = Book(office, tally_office(office, read_ledger(office)))
    assert len(found.rows) >= 5
    for row in found.rows:
        assert row.coming == book.at(row.coming.address)
        assert row.before == book.at(row.before.address)
    assert any(row.coming.state == "given" for row in found.rows)


def test_a_preview_of_a_correction_has_what_is_published_now(office: Office, tmp_path: Path) -> None:
    put(office, "procedures", PROCEDURES)
    late = {"resolved_on_time": "8", "resolved_late": "2", "apologies_sent": "2", "late_reason": "Phải xác minh."}
    path = candidate(office, "procedures", tmp_path, {**PROCEDURES, **late})
    found = preview(office, office.kinds["procedures"], UNIT, JUNE, path)
    values = {row.published.measure: (row.published.value, row.coming.value) for row in found.rows}
    assert values["resolved_total"] == (40, 40)
    assert values["on_time_pct"] == (100, 95)


def test_a_jump_is_marked(office: Office, tmp_path: Path) -> None:
    put(office, "procedures", {**PROCEDURES, "period": MAY})
    more = {
        **PROCEDURES, "carried_over": "6", "received_online": "82", "received_total": "118",
        "resolved_total": "100", "resolved_early": "40", "resolved_on_time": "10", "resolved_late": "50",
        "pending_total": "18", "pending_in_time": "18",
    }  # fmt: skip
    found = preview(office, office.kinds["procedures"], UNIT, JUNE, candidate(office, "procedures", tmp_path, more))
    marked = {row.coming.measure: row.jump for row in found.rows}
    assert marked["received_new"], "42 became 112"
    assert marked["on_time_pct"], "100 % became 50 %"
    assert not marked["pending_total"], "6 became 18: below thirty"


def test_a_preview_of_nothing_shows_zeros(office: Office, tmp_path: Path) -> None:
    kind = office.kinds["procedures"]
    path = tmp_path / "nothing.csv"
    path.write_bytes(canonical(kind, ()))
    found = preview(office, kind, UNIT, JUNE, path)
    declare_nothing(office, kind, UNIT, JUNE)
    book = Book(office, tally_office(office, read_ledger(office)))
    for row in found.rows:
        assert row.coming == book.at(row.coming.address)
    assert {row.coming.value for row in found.rows if row.coming.measure == "received_new"} == {0}


def test_changes_are_found_by_what_tells_rows_apart_and_not_by_their_order(office: Office) -> None:
    kind = office.kinds["procedures"]

    def file(*lines: Line) -> bytes:
        checked = check_file(office, kind, file_of(kind, *lines), collect=True)
        (rows,) = checked.submissions.values()
        return canonical(kind, rows)

    ht, ct, dd = ({**PROCEDURES, "field_code": field} for field in ("HT", "CT", "DD"))
    assert changes(kind, file(ht, ct), file(ct, ht)) == []
    corrected = {**ht, "resolved_early": "29", "resolved_on_time": "11"}
    found = [
        (change.row["field_code"], change.column, change.was, change.now)
        for change in changes(kind, file(ht, ct), file(dd, corrected))
    ]
    assert found == [
        ("DD", "", None, ""),
        ("HT", "resolved_early", "30", "29"),
        ("HT", "resolved_on_time", "10", "11"),
        ("CT", "", "", None),
    ]


def test_a_column_that_came_later_is_blank_in_the_older_file(office: Office) -> None:
    kind = office.kinds["procedures"]
    before, after = b"field_code,basis,late_reason\nHT,month,\n", b"field_code,basis\nHT,month\n"
    assert changes(kind, before, after) == []
    found = changes(kind, b"field_code,basis\nHT,month\n", b"field_code,basis,late_reason\nHT,month,Mua\n")
    assert [(change.column, change.was, change.now) for change in found] == [("late_reason", "", "Mua")]
