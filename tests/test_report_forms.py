"""Form II.06a for the office above: filled from the figures of the pages, and read back by our own reader."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from publisher import reports
from publisher.catalogue import Office, open_office
from publisher.catalogue.forms import Form, read_forms
from publisher.catalogue.office import HOME, ZONE
from publisher.errors import Mistake
from publisher.ledger import accept, declare_nothing, read_ledger
from publisher.measures import EVERY, Book
from publisher.reading import read_file
from publisher.tallies import tally_office
from scripts import report as command
from scripts import terminal
from tests.offices import UNITS, make_office
from tests.submitted import PROCEDURES, file_of
from tests.workbooks import saved_by_libreoffice

COLUMNS = ("received_total", "received_online", "received_offline", "carried_over", "resolved_total", "resolved_early",
           "resolved_on_time", "resolved_late", "pending_total", "pending_in_time", "pending_late")  # fmt: skip
HOSTILE = "=HYPERLINK(1)|Sở Tư pháp"
MONTHS = {"2026-04": ("4", "6"), "2026-05": ("6", "5"), "2026-06": ("5", "7")}
"""Each month's dossiers carried over and pending of one field; those resolved follow."""
ABSENT = {("00025", "2026-06"), ("STP", "2026-04")}
"""What has no rows: the first was not submitted, of the second it was declared that nothing arose."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two wards and a department with a whole quarter, a ward without June; the department is named as a formula is."""
    units = [*UNITS, {"code": "STP", "name_vi": HOSTILE, "name_en": "Justice", "level": "department"}]
    root = make_office(
        tmp_path_factory.mktemp("reports") / "office", units=units, today="2026-07-10",
        first_period="2026-04", datasets={"procedures": {}},
    )  # fmt: skip
    office = open_office(root)
    kind = office.kinds["procedures"]
    for period, (before, left) in MONTHS.items():
        there = [unit for unit in ("00004", "00008", "00025", "STP") if (unit, period) not in ABSENT]
        found = [line for number, unit in enumerate(there) for line in lines(number, unit, period, before, left)]
        now = dt.datetime(2026, int(period[-2:]), 16, 8, tzinfo=ZONE)
        accept(office, kind, file_of(kind, *found), now=now)
        if ("STP", period) in ABSENT:
            declare_nothing(office, kind, "STP", period, now=now)
    return office


def lines(number: int, unit: str, period: str, before: str, left: str) -> Iterator[dict[str, str]]:
    """A month of a unit: civil status always, land in two months with a dossier that was withdrawn."""
    online = 1234 + number
    resolved = online + 30 + int(before) - int(left)
    yield {
        **PROCEDURES, "unit_code": unit, "period": period, "carried_over": before,
        "withdrawn": "0", "received_total": str(online + 30 + int(before)), "received_online": str(online),
        "resolved_total": str(resolved), "resolved_early": str(resolved - 10),
        "pending_total": left, "pending_in_time": left,
    }  # fmt: skip
    if period != "2026-05":
        yield {**PROCEDURES, "unit_code": unit, "period": period, "field_code": "DD", "withdrawn": "1",
               "received_total": "47", "received_online": "13"}  # fmt: skip


def read_back(office: Office, content: bytes, **options: Any) -> dict[str, tuple[int, ...]]:
    """A unit's form as our reader understands it: the figures by field."""
    table = read_file(content, office.kinds["procedures"], office, layout="ii06a", **options)
    rows = [dict(zip(table.kind.columns, row, strict=True)) for _, row in table.rows()]
    assert [p.message_vi for p in table.problems if p.severity == "error"] == []
    return {row["field_code"]: tuple(int(row[name]) for name in COLUMNS) for row in rows}


def of_book(office: Office, unit: str, period: str) -> dict[str, tuple[int, ...]]:
    """The same from the tallies."""
    book = Book(office, tally_office(office, read_ledger(office)))
    found = {}
    for key in book.keys("procedures", "field", unit, period):
        values = [book.tally("procedures", name, unit, period, breakdown="field", key=key) for name in COLUMNS]
        figures = [int(value or 0) for value in values]
        found[key] = (sum(figures[1:4]), *figures[1:])  # received in all of several months is no sum of theirs
    return found


def cells(content: bytes) -> dict[str, list[Any]]:
    """The rows of a form by the name in their second column, and the texts above, beside and below."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return {str(row[1]): row[2:] for row in rows if isinstance(row[2], int)}


def said(content: bytes) -> str:
    """Every text of a form."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str))


# --- the figures


def test_a_units_month_is_read_back_without_a_difference(office: Office) -> None:
    made = reports.form(office, "procedures", "2026-06", unit="00004")
    assert set(of_book(office, "00004", "2026-06")) == {"HT", "DD"}
    assert read_back(office, made) == of_book(office, "00004", "2026-06")


def test_a_quarter_carries_over_the_first_month_and_leaves_the_last_pending(office: Office) -> None:
    made = read_back(
        office, reports.form(office, "procedures", "2026-Q2", unit="00004"), defaults={"period": "2026-06"}
    )
    assert made == of_book(office, "00004", "2026-Q2")
    received, online, offline, carried, *_, pending, _, _ = made["HT"]
    assert (carried, pending, online, offline, received) == (4, 7, 3 * 1234, 90, 3 * 1234 + 90 + 4)


def test_a_year_holds_its_months_until_now(office: Office) -> None:
    quarter = reports.form(office, "procedures", "2026-Q2", unit="00008")
    assert cells(reports.form(office, "procedures", "2026", unit="00008")) == cells(quarter)


def test_libreoffice_saves_the_form_and_nothing_changes(office: Office, tmp_path: Path) -> None:
    made = reports.form(office, "procedures", "2026-06", unit="00004")
    again = saved_by_libreoffice(tmp_path, {"form.xlsx": made}, "ods")["form"]
    assert read_back(office, again) == of_book(office, "00004", "2026-06")


def test_the_units_of_an_office_stand_by_level_with_sums(office: Office) -> None:
    made = reports.form(office, "procedures", "2026-06")
    rows = cells(made)
    assert list(rows) == [
        "Sở, ban, ngành",
        HOSTILE,
        "Xã, phường, đặc khu",
        "Phường Ba Đình",
        "Phường Ngọc Hà",
        "Tổng số",
    ]
    wards = rows["Phường Ba Đình"], rows["Phường Ngọc Hà"]
    assert rows["Xã, phường, đặc khu"] == [a + b for a, b in zip(*wards, strict=True)]
    book = Book(office, tally_office(office, read_ledger(office)))
    assert rows["Tổng số"] == [book.tally("procedures", name, EVERY, "2026-06") for name in COLUMNS]
    assert "Biểu không gồm 1 đơn vị chưa có đủ số liệu tháng của kỳ: Phường Giảng Võ." in said(made)


def test_a_unit_that_lacks_a_month_is_left_out_of_a_quarter_by_name(office: Office) -> None:
    made = reports.form(office, "procedures", "2026-Q2", level="commune")
    assert list(cells(made)) == ["Phường Ba Đình", "Phường Ngọc Hà", "Tổng số"]
    assert "1 đơn vị chưa có đủ số liệu tháng của kỳ: Phường Giảng Võ (thiếu Tháng 6/2026)." in said(made)


def test_a_month_in_which_nothing_arose_is_a_form_of_zeros(office: Office) -> None:
    made = reports.form(office, "procedures", "2026-04", unit="STP")
    assert cells(made) == {"Tổng số": [0] * 11}
    assert "Trong kỳ đơn vị báo không phát sinh." in said(made)


def test_what_the_form_has_no_column_for_is_told_below_it(office: Office) -> None:
    assert "Biểu không có cột riêng cho: Hồ sơ xin rút: 2." in said(
        reports.form(office, "procedures", "2026-Q2", unit="00004")
    )
    assert "Biểu không có cột riêng" not in said(reports.form(office, "procedures", "2026-05", unit="00004"))


# --- the paper


def test_the_form_has_the_head_and_the_foot_that_the_circular_asks_for(office: Office) -> None:
    made = said(reports.form(office, "procedures", "2026-Q2", unit="00004", to="Văn phòng UBND tỉnh"))
    for text in (
        "SỐ LIỆU MINH HỌA", "Biểu số II.06a/VPCP/KSTT", "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        "Đơn vị báo cáo: Phường Ba Đình",
        "Đơn vị nhận báo cáo: Văn phòng UBND tỉnh", "Kỳ báo cáo: Quý II/2026 (Từ ngày 15/03/2026 đến ngày 14/06/2026)",
        "(3)=(4)+(5)+(6)", "(13)", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ",
    ):  # fmt: skip
        assert text in made


def test_a_unit_named_as_a_formula_is_text(office: Office) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(reports.form(office, "procedures", "2026-06"))).active
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == HOSTILE]
    assert [(cell.data_type, cell.quotePrefix) for cell in found] == [("s", True)]
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_form_is_the_same_bytes_and_names_nobody(office: Office) -> None:
    made = reports.form(office, "procedures", "2026-06", unit="00004")
    assert reports.form(office, "procedures", "2026-06", unit="00004") == made
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert not re.search(rb"creator|author|created|modified", b"".join(map(parts.read, parts.namelist())))


# --- what is refused


@pytest.mark.parametrize(
    ("kind", "period", "where", "code"),
    [
        ("satisfaction", "2026-06", {}, "report-what"),
        ("procedures", "tháng 6", {}, "report-period"),
        ("procedures", "2026-01..2026-03", {}, "report-period"),
        ("procedures", "2027-01", {}, "report-nothing"),
        ("procedures", "2026-Q3", {}, "report-nothing"),
        ("procedures", "2026-H1", {}, "report-unfinished"),
        ("procedures", "2026-06", {"unit": "99999"}, "print-unit"),
        ("procedures", "2026-06", {"unit": "00025"}, "report-unit"),
        ("procedures", "2026-06", {"level": "district"}, "report-level"),
    ],
)
def test_a_report_that_cannot_be_whole_is_refused(
    office: Office, kind: str, period: str, where: dict[str, str], code: str
) -> None:
    with pytest.raises(Mistake) as told:
        reports.form(office, kind, period, **where)
    assert told.value.code == code


def test_the_command_writes_the_file_and_takes_one_choice(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--office", str(office.root), "procedures", "2026-06", str(tmp_path / "out.xlsx")]
    assert terminal.run(command.main, words) == terminal.FINE
    assert (tmp_path / "out.xlsx").read_bytes() == reports.form(office, "procedures", "2026-06")
    assert terminal.run(command.main, [*words, "--unit", "00004", "--level", "commune"]) == terminal.USAGE
    assert "Chỉ chọn một" in capsys.readouterr().err


def test_every_form_that_is_declared_fits_its_kind() -> None:
    forms = [form for kind in open_office(HOME).kinds.values() for form in read_forms(kind)]
    assert [form.code for form in forms] == ["Biểu số II.06a/VPCP/KSTT"]


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ({"columns": [{"head": ["Tổng số"], "sum": ["received"]}]}, ["received"]),
        ({"columns": [{"head": ["Trả lại"], "sum": ["returned"]}]}, ["returned"]),
        ({"columns": [{"head": ["Tổng số"], "adds": [4]}]}, ["4"]),
        ({"rows": {"breakdown": "ward", "head": "Phường"}}, ["ward"]),
        ({"beside": ["lost"]}, ["lost"]),
    ],
)
def test_a_form_that_names_what_is_not_there_or_may_be_blank_is_told(
    office: Office, change: dict[str, Any], unknown: list[str]
) -> None:
    kind = office.kinds["procedures"]
    (form,) = read_forms(kind)
    assert form.unknown(kind) == []
    assert Form.model_validate({**form.model_dump(), **change}).unknown(kind) == unknown
