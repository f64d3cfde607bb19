"""A template: what can be known is filled in, the rest is checked while typing, and what comes back is accepted."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from publisher.catalogue import Kind, Office, open_office
from publisher.checking import check_file
from publisher.errors import Mistake
from publisher.ledger import accept
from publisher.workbooks.template import HEADER_ROW, make
from scripts import accept as accept_command
from scripts import template, terminal
from tests.offices import FIELDS, UNITS, make_office
from tests.submitted import BASES, PROCEDURES, file_of
from tests.workbooks import parts, saved_by_libreoffice

HANDED_IN = ("procedures", "feedback", "service_quality")


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def titles(sheet: Any) -> list[str]:
    """The titles of the table."""
    return [cell.value for cell in sheet[HEADER_ROW]]


def rows(sheet: Any) -> list[list[Any]]:
    """The rows of the table in which something is filled in."""
    found = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)]
    return [row for row in found if any(cell is not None for cell in row)]


def fill(content: bytes, kind: Kind, **figures: Any) -> bytes:
    """The template with the figures of the tests' valid line in every row, as a person types them."""
    book = opened(content)
    sheet = book.worksheets[0]
    place = {title: number for number, title in enumerate(titles(sheet), start=1)}
    line = {**BASES[kind.name], **figures}
    count = max(1, len(rows(sheet)))
    for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + count):
        for name, text in line.items():
            column = kind.columns[name]
            if column.is_figure:
                number = float(str(text).replace(",", "."))
                sheet.cell(row, place[column.titles.vi]).value = int(number) if column.type == "integer" else number
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def errors(office: Office, kind: Kind, content: bytes) -> list[tuple[str, str]]:
    """What keeps a file out."""
    return [(p.code, p.cell) for p in check_file(office, kind, content, name="mau.xlsx").errors]


# --- what is filled in


def test_unit_and_period_stand_above_the_table(office: Office) -> None:
    sheet = opened(make(office, office.kinds["procedures"], "00004", "2026-06")).worksheets[0]
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == [
        "Mẫu nhập: Kết quả giải quyết thủ tục hành chính",
        "Đơn vị báo cáo: Phường Ba Đình",
        "Mã đơn vị: 00004",
        "Kỳ báo cáo: 2026-06 (Tháng 6/2026, từ ngày 15/05/2026 đến ngày 14/06/2026)",
    ]
    assert "Kỳ báo cáo" not in titles(sheet)


def test_each_field_in_force_on_the_last_day_has_a_row(tmp_path: Path) -> None:
    fields = [*FIELDS, {"code": "CU", "name_vi": "Cũ", "valid_to": "2026-06-13"},
              {"code": "MOI", "name_vi": "Mới", "valid_from": "2026-06-14"}]  # fmt: skip
    office = open_office(make_office(tmp_path / "o", fields=fields))
    sheet = opened(make(office, office.kinds["procedures"], "00004", "2026-06")).worksheets[0]
    assert [row[0] for row in rows(sheet)] == [*(field["name_vi"] for field in FIELDS), "Mới"]


def test_each_category_of_the_grain_has_a_row(office: Office) -> None:
    kind = office.kinds["feedback"]
    sheet = opened(make(office, kind, "00004", "2026-06")).worksheets[0]
    assert [row[0] for row in rows(sheet)] == [item.titles.vi for item in kind.columns["feedback_type"].categories]


def test_a_kind_without_further_grain_has_one_row(office: Office) -> None:
    sheet = opened(make(office, office.kinds["service_quality"], "00004", "2026-06")).worksheets[0]
    (row,) = rows(sheet)
    assert row[titles(sheet).index("Số liệu đến ngày")] == dt.datetime(2026, 6, 30)  # noqa: DTZ001 a workbook's day


def test_names_that_two_fields_bear_are_replaced_by_codes(tmp_path: Path) -> None:
    fields = [{"code": "A", "name_vi": "Hộ tịch"}, {"code": "B", "name_vi": "Hộ tịch"}]
    office = open_office(make_office(tmp_path / "o", fields=fields))
    sheet = opened(make(office, office.kinds["procedures"], "00004", "2026-06")).worksheets[0]
    assert titles(sheet)[0] == "Mã lĩnh vực"
    assert [row[0] for row in rows(sheet)] == ["A", "B"]


def test_what_was_pending_is_carried_over(office: Office) -> None:
    kind = office.kinds["procedures"]
    lines = [PROCEDURES, {**PROCEDURES, "field_code": "DD", "carried_over": "4", "procedure_code": "1.001193"},
             {**PROCEDURES, "field_code": "DD", "procedure_code": "1.001194"}]  # fmt: skip
    accept(office, kind, file_of(kind, *lines))
    sheet = opened(make(office, kind, "00004", "2026-07")).worksheets[0]
    place = titles(sheet).index("Kỳ trước chuyển qua")
    assert [(row[0], row[place]) for row in rows(sheet)] == [
        ("Hộ tịch", 6), ("Chứng thực", None), ("Đất đai", 12), ("Xây dựng", None),
        ("Lao động - Thương binh và Xã hội", None),
    ]  # fmt: skip
    guide = opened(make(office, kind, "00004", "2026-07"))["Hướng dẫn"]
    assert any("“Kỳ trước chuyển qua”" in str(row[0].value) for row in guide.iter_rows())


# --- what it keeps from going wrong


def test_the_header_is_locked_and_the_cells_are_open(office: Office) -> None:
    sheet = opened(make(office, office.kinds["procedures"], "00004", "2026-06")).worksheets[0]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet.cell(HEADER_ROW, 1).protection.locked
    assert not sheet.protection.deleteRows
    below = [cell for row in sheet.iter_rows(min_row=HEADER_ROW + 1) for cell in row]
    assert below
    assert not any(cell.protection.locked for cell in below)


def test_cells_take_what_their_column_takes_and_say_so_in_vietnamese(office: Office) -> None:
    book = opened(make(office, office.kinds["procedures"], "00004", "2026-06"))
    checks = {str(one.sqref): one for one in book.worksheets[0].data_validations.dataValidation}
    by_type = {one.type for one in checks.values()}
    assert {"list", "whole", "decimal", "textLength"} <= by_type
    (fields,) = [one for one in checks.values() if one.type == "list"]
    assert fields.formula1 == "'Danh mục'!$A$2:$A$6"
    assert [book["Danh mục"].cell(row, 1).value for row in range(2, 7)] == [field["name_vi"] for field in FIELDS]
    whole = next(one for one in checks.values() if one.type == "whole")
    assert (whole.formula1, whole.formula2, whole.errorTitle) == ("0", "1000000", "Chưa đúng")
    assert "Số nguyên từ 0 đến 1.000.000" in whole.error
    assert all(len(one.error) < 255 for one in checks.values())


def test_codes_typed_into_the_template_keep_their_zeros(office: Office) -> None:
    sheet = opened(make(office, office.kinds["procedures"], "00004", "2026-06")).worksheets[0]
    place = titles(sheet).index("Mã thủ tục hành chính")
    assert sheet.cell(HEADER_ROW + 1, place + 1).number_format == "@"


def test_the_instructions_explain_every_column_and_every_rule(office: Office) -> None:
    kind = office.kinds["procedures"]
    book = opened(make(office, kind, "00004", "2026-06"))
    said = [str(cell.value) for row in book["Hướng dẫn"].iter_rows() for cell in row if cell.value]
    assert set(titles(book.worksheets[0])) <= set(said)
    for rule in kind.rules:
        assert any(rule.title.vi in line for line in said)
    assert any("Ô trống không phải là 0" in line for line in said)


# --- what comes back


@pytest.mark.parametrize("name", HANDED_IN)
def test_a_template_filled_in_is_accepted_as_it_is(office: Office, name: str) -> None:
    kind = office.kinds[name]
    content = fill(make(office, kind, "00004", "2026-06"), kind)
    assert errors(office, kind, content) == []
    accepted = accept(office, kind, content, name="mau.xlsx", only_unit="00004", period="2026-06")
    assert [(line.unit, line.period) for line in accepted.lines] == [("00004", "2026-06")]


def test_a_template_saved_by_libreoffice_is_accepted_too(office: Office, tmp_path: Path) -> None:
    kind = office.kinds["procedures"]
    content = fill(make(office, kind, "00004", "2026-06"), kind)
    for ending in ("xlsx", "ods"):
        saved = saved_by_libreoffice(tmp_path / ending, {"mau.xlsx": content}, ending)["mau"]
        checked = check_file(office, kind, saved, collect=True)
        assert checked.errors == []
        assert checked.submissions == check_file(office, kind, content, collect=True).submissions


@pytest.mark.parametrize("name", HANDED_IN)
def test_an_unfilled_template_is_refused_in_one_sentence(office: Office, name: str) -> None:
    kind = office.kinds[name]
    checked = check_file(office, kind, make(office, kind, "00004", "2026-06"))
    assert [p.code for p in checked.errors] == ["no-figures"]


def test_every_kind_that_is_handed_in_has_a_template(office: Office) -> None:
    for kind in office.kinds.values():
        if kind.handed_in and not kind.derived:
            content = make(office, kind, "00004", "2025-12")
            codes = {p.code for p in check_file(office, kind, content).errors}
            assert codes in ({"no-figures"}, {"no-rows"}), kind.name


def test_what_is_carried_over_alone_is_still_an_unfilled_template(office: Office) -> None:
    kind = office.kinds["procedures"]
    accept(office, kind, file_of(kind, PROCEDURES))
    assert errors(office, kind, make(office, kind, "00004", "2026-07")) == [("no-figures", "")]


def test_a_row_that_was_left_is_told_once(office: Office) -> None:
    kind = office.kinds["procedures"]
    book = opened(fill(make(office, kind, "00004", "2026-06"), kind))
    sheet = book.worksheets[0]
    for column in range(2, sheet.max_column + 1):
        sheet.cell(HEADER_ROW + 3, column).value = None
    out = io.BytesIO()
    book.save(out)
    (problem,) = check_file(office, kind, out.getvalue()).errors
    assert (problem.code, problem.cell, problem.value) == ("row-empty", "A11", "Đất đai")
    sheet.delete_rows(HEADER_ROW + 3)
    out = io.BytesIO()
    book.save(out)
    assert errors(office, kind, out.getvalue()) == []


def test_another_unit_or_period_than_the_template_s_is_refused(office: Office) -> None:
    kind = office.kinds["procedures"]
    content = fill(make(office, kind, "00004", "2026-06"), kind)
    with pytest.raises(Mistake, match="not-your-unit"):
        accept(office, kind, content, only_unit="00008")
    assert [p.code for p in check_file(office, kind, content, period="2026-07").errors] == ["period-differs"]


# --- bytes, mistakes, command


def test_the_same_template_has_the_same_bytes_and_names_nobody(office: Office) -> None:
    kind = office.kinds["feedback"]
    first, second = (make(office, kind, "00004", "2026-06") for _ in range(2))
    assert first == second
    found = parts(first)
    assert b"openpyxl" not in found["docProps/core.xml"] + found["docProps/app.xml"]


def test_what_has_no_template_says_why(tmp_path: Path) -> None:
    units = [*UNITS, {"code": "S1", "name_vi": "Sở Một", "level": "department"},
             {"code": "CU", "name_vi": "Phường Cũ", "level": "commune", "valid_to": "2025-06-30"}]  # fmt: skip
    office = open_office(make_office(tmp_path / "o", units=units))
    for kind, unit, period, code in (
        ("satisfaction", "00004", "2026-06", "template-none"),
        ("procedures", "99999", "2026-06", "unknown-unit"),
        ("procedures", "00004", "2026-13", "period-label"),
        ("feedback", "S1", "2026-06", "template-unit"),
        ("procedures", "CU", "2026-06", "template-unit"),
    ):
        with pytest.raises(Mistake, match=code):
            make(office, office.kinds[kind], unit, period)


def test_the_command_writes_a_template_that_the_command_accepts(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mau.xlsx"
    asked = ["--office", str(office.root), "--dataset", "procedures"]
    assert terminal.run(template.main, [*asked, "--unit", "00004", "--period", "2026-06", str(out)]) == 0
    assert "Đã ghi mẫu Kết quả giải quyết thủ tục hành chính của Phường Ba Đình" in capsys.readouterr().out
    out.write_bytes(fill(out.read_bytes(), office.kinds["procedures"]))
    assert terminal.run(accept_command.main, [*asked, str(out)]) == 0
    assert terminal.run(template.main, [*asked, "--unit", "99999", "--period", "2026-06", str(out)]) == 2
    assert terminal.run(template.main, [*asked[:3], "none", "--unit", "00004", "--period", "2026-06", str(out)]) == 2
