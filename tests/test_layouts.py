"""The official form and the exports that offices have: read as they are, or refused with what they do not give."""

import csv
import io
from collections.abc import Callable

import openpyxl
import pytest

from publisher.catalogue import Office
from publisher.checking import Checked, check_file
from publisher.errors import Problem
from publisher.reading import read_file
from tests.forms import CLOSING_BALANCE, MERGED_SYSTEMS, OPENING_BALANCE, Header, form, ii06a
from tests.ten_columns import told

FIGURES = ("received_total", "received_online", "received_offline", "carried_over", "resolved_total", "resolved_early",
           "resolved_on_time", "resolved_late", "pending_total", "pending_in_time", "pending_late")  # fmt: skip

HT = [1, "Hộ tịch", 46, 12, 30, 4, 40, 29, 10, 1, 6, 5, 1]
DD = [2, "Đất đai", 20, 5, 10, 5, 12, 2, 8, 2, 8, 6, 2]
BOTH = [None, "Tổng số", 66, 17, 40, 9, 52, 31, 18, 3, 14, 11, 3]


def check(office: Office, content: bytes, kind: str = "procedures", **options: str) -> Checked:
    """A file checked, with its rows kept."""
    return check_file(office, office.kinds[kind], content, collect=True, **options)


def rows_of(checked: Checked, *names: str) -> dict[tuple[str, ...], list[str]]:
    """The figures of each row by unit, period and field."""
    columns = list(checked.kind.columns)
    keys = [columns.index(name) for name in ("unit_code", "period", "field_code")]
    places = [columns.index(name) for name in names or FIGURES]
    lines = [row for rows in checked.submissions.values() for row in rows]
    return {tuple(row[place] for place in keys): [row[place] for place in places] for row in lines}


def texts(line: list[object]) -> list[str]:
    return [str(cell) for cell in line[2:]]


def serious(problems: list[Problem]) -> str:
    """What is told beside notes and warnings."""
    return told([p for p in problems if p.severity == "error"])


def as_csv(content: bytes) -> bytes:
    """A workbook as a spreadsheet program saves it as CSV: merged cells become blanks."""
    text = io.StringIO()
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    csv.writer(text).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode()


# --- form II.06a


def test_form_ii06a_is_read_as_it_is_printed(office: Office) -> None:
    checked = check(office, ii06a([HT, DD, BOTH]))
    assert rows_of(checked) == {("00004", "2026-07", "HT"): texts(HT), ("00004", "2026-07", "DD"): texts(DD)}
    assert [p.code for p in checked.problems if p.severity == "error"] == []
    notes = told(checked.notes).splitlines()
    assert notes == [
        "note blank-rows file", "note unit-above A3", "note period-above A4", "note title-rows row 6",
        "note header-joined row 8", "note number-row row 9", "note total-row row 12", "note ending-rows row 14",
    ]  # fmt: skip


def test_the_days_of_the_form_are_kept(office: Office) -> None:
    checked = check(office, ii06a([HT]))
    assert list(rows_of(checked, "period_from", "period_to").values()) == [["2026-06-15", "2026-07-14"]]


def test_the_form_is_read_the_same_without_merged_cells_and_as_csv(office: Office) -> None:
    merged = ii06a([HT, DD, BOTH])
    wanted = rows_of(check(office, merged))
    assert rows_of(check(office, ii06a([HT, DD, BOTH], merged=False))) == wanted
    assert rows_of(check(office, as_csv(merged))) == wanted


def test_the_layout_of_the_form_is_named(office: Office) -> None:
    assert read_file(ii06a([HT]), office.kinds["procedures"], office).layout == "ii06a"


def test_a_bare_title_is_decided_by_the_title_above_it(office: Office) -> None:
    wrong = [*HT[:-1], 9]
    (problem,) = check(office, ii06a([wrong])).errors
    assert (problem.code, problem.column, problem.cell) == ("V03", "Số hồ sơ đang giải quyết - Tổng số", "K10")


GROUPS = [
    ["I", "Lĩnh vực giải quyết cấp tỉnh", *[None] * 11],
    HT,
    ["II", "Lĩnh vực giải quyết cấp xã", *DD[2:]],
    [1, *DD[1:]],
]


def test_headings_over_groups_are_passed_over_and_their_subtotals_checked(office: Office) -> None:
    checked = check(office, ii06a([*GROUPS, BOTH]))
    assert serious(checked.problems) == ""
    assert "note group-rows row 10" in told(checked.notes)
    assert len(rows_of(checked)) == 2


def test_a_subtotal_that_is_not_the_sum_of_its_rows_is_refused(office: Office) -> None:
    wrong = [*GROUPS[2][:12], 5]
    checked = check(office, ii06a([*GROUPS[:2], wrong, GROUPS[3]]))
    assert serious(checked.problems) == "error V07 M12"


def test_a_heading_with_figures_and_no_rows_is_no_heading(office: Office) -> None:
    checked = check(office, ii06a([HT, ["II", "Lĩnh vực khác", *DD[2:]]]))
    assert {p.code for p in checked.errors} == {"V07"}
    assert "tên phải đúng danh mục" in checked.errors[0].message_vi


def test_headings_within_headings_are_closed_in_their_order(office: Office) -> None:
    rows = [
        ["A", "Sở, ban, ngành", *BOTH[2:]],
        ["I", "Nhóm một", *HT[2:]], HT,
        ["II", "Nhóm hai", *DD[2:]], DD,
        ["B", "Xã, phường", *[None] * 11], [1, "Chứng thực", *HT[2:]],
    ]  # fmt: skip
    assert serious(check(office, ii06a(rows)).problems) == ""
    rows[3] = ["II", "Nhóm hai", *HT[2:]]
    assert "V07" in {p.code for p in check(office, ii06a(rows)).errors}


def test_a_field_numbered_with_roman_numerals_is_data(office: Office) -> None:
    checked = check(office, ii06a([["I", *HT[1:]], ["II", *DD[1:]]]))
    assert len(rows_of(checked)) == 2
    assert serious(checked.problems) == ""


# --- what stands above the table

UNIT = "Đơn vị báo cáo: UBND phường Ba Đình"
ABOVE: list[tuple[str, list[list[object]], dict[str, object], str]] = [
    ("a code", [["Mã đơn vị: 00008"], ["Kỳ báo cáo: 7/2026"]], {}, "00008 2026-07"),
    ("a code in its own cell", [["Mã đơn vị", "00008"], ["Kỳ báo cáo", "2026-07"]], {}, "00008 2026-07"),
    ("a province behind the name", [[f"{UNIT}, thành phố Hà Nội"], ["Kỳ báo cáo: 7/2026"]], {}, "00004 2026-07"),
    ("two lines in one cell", [[f"{UNIT}\nĐơn vị nhận báo cáo: UBND TP", None, "Kỳ báo cáo: 7/2026"]], {},
     "00004 2026-07"),
    ("the month in the title", [["BÁO CÁO THÁNG 7 NĂM 2026"], [UNIT]], {}, "00004 2026-07"),
    ("no month but days", [[UNIT, "(Từ ngày 15/6/2026 đến ngày 14/7/2026)"]], {}, "00004 2026-07"),
    ("days in words", [[UNIT, "Từ ngày 15 tháng 6 năm 2026 đến ngày 14 tháng 7 năm 2026"]], {}, "00004 2026-07"),
    ("the caller's period", [[UNIT]], {"period": "2026-07"}, "00004 2026-07"),
    ("the caller's unit", [["Kỳ báo cáo: Tháng 7/2026"]], {"defaults": {"unit_code": "00025"}}, "00025 2026-07"),
    ("a day is no month", [[UNIT], ["Hà Nội, ngày 14 tháng 7 năm 2026"]], {}, "error column-missing file"),
    ("nothing", [["BÁO CÁO"]], {}, "error column-missing file\nerror column-missing file"),
    ("an unknown unit", [["Đơn vị báo cáo: Sở Lạ"], ["Kỳ báo cáo: 7/2026"]], {}, "error V16 A1"),
    ("no month", [[UNIT], ["Kỳ báo cáo: Quý III/2026"]], {}, "error period-unclear A2"),
    ("a quarter in figures", [[UNIT], ["Kỳ báo cáo: Quý 3/2026"]], {}, "error period-unclear A2"),
    ("a quarter of a year", [[UNIT], ["Kỳ báo cáo: quý 3 năm 2026"]], {}, "error period-unclear A2"),
    ("days of no period", [[UNIT, "Từ ngày 1/7/2026 đến ngày 31/7/2026"]], {}, "error period-unclear B1"),
    ("another period than asked", [[UNIT], ["Kỳ báo cáo: 6/2026"]], {"period": "2026-07"}, "error period-differs A2"),
    ("other days than asked", [[UNIT, "Từ ngày 15/5/2026 đến ngày 14/6/2026"]], {"period": "2026-07"},
     "error period-differs B1"),
    ("another unit than asked", [[UNIT], ["Kỳ báo cáo: 7/2026"]], {"defaults": {"unit_code": "00008"}},
     "error unit-differs A1"),
    ("a code that contradicts the name", [[UNIT], ["Mã đơn vị: 00008"], ["Kỳ báo cáo: 7/2026"]], {},
     "error unit-differs A1"),
    ("two months", [["BÁO CÁO THÁNG 6 NĂM 2026"], [UNIT], ["SỐ LIỆU THÁNG 7/2026"]], {}, "error period-unclear A3"),
]  # fmt: skip


@pytest.mark.parametrize(("above", "options", "expected"), [c[1:] for c in ABOVE], ids=[c[0] for c in ABOVE])
def test_unit_and_period_stand_above_the_table(
    office: Office, above: list[list[object]], options: dict[str, str], expected: str
) -> None:
    checked = check(office, ii06a([HT], above=above), **options)
    found = [" ".join(key[:2]) for key in rows_of(checked)]
    assert (serious(checked.problems) or found[0]) == expected
    assert not (serious(checked.problems) and found)


def test_days_that_are_not_those_of_the_period_are_a_warning(office: Office) -> None:
    above = [[UNIT], ["Kỳ báo cáo: Tháng 7/2026 (từ ngày 1/7/2026 đến ngày 31/7/2026)"]]
    checked = check(office, ii06a([HT], above=above))
    assert serious(checked.problems) == ""
    assert "V06" in {p.code for p in checked.warnings}


def test_a_table_with_its_own_columns_takes_nothing_from_above(office: Office) -> None:
    header = {"Đơn vị": None, "Kỳ báo cáo": None, "Lĩnh vực": None, **dict(list(II_COLUMNS.items()))}
    rows = [["Phường Ngọc Hà", "2026-06", "Hộ tịch", *HT[2:]]]
    checked = check(office, form(header, rows, [["Đơn vị báo cáo: UBND phường Ba Đình"], ["Kỳ báo cáo: 7/2026"]]))
    assert list(rows_of(checked)) == [("00008", "2026-06", "HT")]


II_COLUMNS: Header = {
    "Số hồ sơ tiếp nhận": {"Tổng số": None, "Trong kỳ": {"Trực tuyến": None, "Trực tiếp, dịch vụ bưu chính": None},
                            "Từ kỳ trước": None},
    "Số hồ sơ đã giải quyết": {"Tổng số": None, "Trước hạn": None, "Đúng hạn": None, "Quá hạn": None},
    "Số hồ sơ đang giải quyết": {"Tổng số": None, "Trong hạn": None, "Quá hạn": None},
}  # fmt: skip


# --- headers of several rows


def header_of(*groups: str) -> Header:
    """A header whose groups over resolved and pending dossiers are called otherwise."""
    return {
        "Đơn vị": None, "Tháng": None, "Lĩnh vực": None, "Tổng số tiếp nhận": None, "Trực tuyến": None,
        "Trực tiếp, bưu chính": None, "Từ kỳ trước": None,
        groups[0]: {"Tổng": None, "Sớm hạn": None, "Đúng hạn": None, "Trễ hạn": None},
        groups[1]: {"Cộng": None, "Trong hạn": None, "Đã quá hạn": None},
    }  # fmt: skip


def test_a_title_below_an_unknown_group_stands_for_itself(office: Office) -> None:
    header = header_of("Kết quả", "Tồn")
    header["Kết quả"] = {"Đã giải quyết": None, "Sớm hạn": None, "Đúng hạn": None, "Trễ hạn": None}
    header["Tồn"] = {"Chưa xử lý": None, "Trong hạn": None, "Đã quá hạn": None}
    checked = check(office, form(header, [["Phường Ba Đình", "7/2026", *HT[1:]]], [["BÁO CÁO"]]))
    assert rows_of(checked) == {("00004", "2026-07", "HT"): texts(HT)}


def test_a_known_title_below_another_known_group_is_not_that_column(office: Office) -> None:
    header = dict(II_COLUMNS)
    header["Số hồ sơ đang giải quyết"] = {"Tổng số": None, "Đúng hạn": None, "Quá hạn": None}
    checked = check(office, form({"Lĩnh vực": None, **header}, [HT[1:]], [[UNIT], ["Kỳ báo cáo: 7/2026"]]))
    found = [(p.code, p.column, p.cell) for p in checked.errors]
    assert ("column-unknown", "Số hồ sơ đang giải quyết - Đúng hạn", "K4") in found
    assert rows_of(checked) == {}


def test_a_title_row_over_everything_is_no_part_of_the_header(office: Office) -> None:
    content = form(
        II_COLUMNS | {"Lĩnh vực": None}, [[*HT[2:], "Hộ tịch"]], [[UNIT, "Kỳ báo cáo: 7/2026"], ["BÁO CÁO CHUNG"]]
    )
    checked = check(office, content)
    assert serious(checked.problems) == ""
    assert "note title-rows row 3" in told(checked.notes)


# --- exports of other systems


def figures(office: Office, content: bytes) -> dict[tuple[str, ...], list[str]] | str:
    """The rows of an export for July 2026, or what is wrong with it."""
    checked = check(office, content, period="2026-07")
    return serious(checked.problems) or rows_of(checked)


def lacking(office: Office, content: bytes) -> list[str]:
    """The figures that an export is said to lack."""
    (problem,) = check(office, content, period="2026-07").errors
    assert problem.code == "layout-lacks"
    return [
        part.strip(" “”") for part in problem.message_vi.partition("bắt buộc: ")[2].partition(". Hãy")[0].split("”, “")
    ]


ABOVE_EXPORT = [["Đơn vị báo cáo: UBND phường Ba Đình"]]
CLOSING = [1, "Hộ tịch", 46, 42, 4, 40, 29, 10, 1, 6, 5, 1, 0, 0, 6]


def test_the_export_with_a_closing_balance_lacks_the_way_of_submission(office: Office) -> None:
    content = form(CLOSING_BALANCE, [CLOSING], ABOVE_EXPORT)
    assert lacking(office, content) == ["Tiếp nhận trực tuyến", "Tiếp nhận trực tiếp, dịch vụ bưu chính"]


def test_one_added_column_determines_the_other(office: Office) -> None:
    content = form({**CLOSING_BALANCE, "Tiếp nhận trực tuyến": None}, [[*CLOSING, 12]], ABOVE_EXPORT)
    assert figures(office, content) == {("00004", "2026-07", "HT"): texts(HT)}
    too_many = form({**CLOSING_BALANCE, "Tiếp nhận trực tuyến": None}, [[*CLOSING, 43]], ABOVE_EXPORT)
    assert figures(office, too_many) == "error layout-equal D4"


def test_two_added_columns_are_checked_against_their_sum(office: Office) -> None:
    header = {**CLOSING_BALANCE, "Tiếp nhận trực tuyến": None, "Trực tiếp, bưu chính": None}
    assert figures(office, form(header, [[*CLOSING, 12, 30]], ABOVE_EXPORT)) == {("00004", "2026-07", "HT"): texts(HT)}
    assert figures(office, form(header, [[*CLOSING, 12, 31]], ABOVE_EXPORT)) == "error V01 C4\nerror layout-equal D4"


def test_a_closing_balance_that_is_not_what_is_pending_is_refused(office: Office) -> None:
    header = {**CLOSING_BALANCE, "Tiếp nhận trực tuyến": None}
    assert figures(office, form(header, [[*CLOSING[:-1], 7, 12]], ABOVE_EXPORT)) == "error layout-equal O4"


OPENING = [1, "Phường Ba Đình", "Hộ tịch", 4, 4, 42, 40, 29, 10, 1, 6, 2, 0, 0]


def test_the_export_with_an_opening_balance_is_completed_by_its_sums(office: Office) -> None:
    assert lacking(office, form(OPENING_BALANCE, [OPENING])) == [
        "Tiếp nhận trực tuyến", "Tiếp nhận trực tiếp, dịch vụ bưu chính",
    ]  # fmt: skip
    content = form({**OPENING_BALANCE, "Tiếp nhận trực tuyến": None}, [[*OPENING, 12]])
    assert figures(office, content) == {("00004", "2026-07", "HT"): texts(HT)}
    differs = form({**OPENING_BALANCE, "Tiếp nhận trực tuyến": None}, [[*OPENING[:3], 5, *OPENING[4:], 12]])
    assert figures(office, differs) == "error layout-equal D3"


SYSTEMS = [1, "Phường Ba Đình", "Hộ tịch", 25, 8, 3, 1, 2, 4, 5, 39, 1, 0, 5, 0, 1, 9, 9, 0, 0, 0, 0, 0, 0]


def test_the_merged_table_lacks_what_it_never_tells_apart(office: Office) -> None:
    content = form(MERGED_SYSTEMS, [SYSTEMS])
    assert lacking(office, content) == ["Đã giải quyết trước hạn", "Đã giải quyết đúng hạn"]


@pytest.mark.parametrize("place", ["beside", "in the group"])
def test_the_merged_table_with_early_ones_is_read(office: Office, place: str) -> None:
    if place == "beside":
        content = form({**MERGED_SYSTEMS, "Đã giải quyết trước hạn": None}, [[*SYSTEMS, 29]])
    else:
        header = {**MERGED_SYSTEMS, "Đã giải quyết": {**MERGED_SYSTEMS["Đã giải quyết"], "Trước hạn": None}}
        content = form(header, [[*SYSTEMS[:13], 29, *SYSTEMS[13:]]])
    assert figures(office, content) == {("00004", "2026-07", "HT"): texts(HT)}
    checked = check(office, content, period="2026-07")
    named = rows_of(
        checked, "received_in_person", "received_postal", "received_non_local", "withdrawn", "apologies_sent"
    )
    assert list(named.values()) == [["25", "5", "2", "0", ""]]


def test_a_blank_part_of_a_sum_is_refused_and_all_blank_is_blank(office: Office) -> None:
    header = {**MERGED_SYSTEMS, "Đã giải quyết trước hạn": None}
    blank = [*SYSTEMS[:5], None, *SYSTEMS[6:], 29]
    assert "error part-blank F3" in str(figures(office, form(header, [blank])))
    nothing = [*SYSTEMS[:4], None, None, None, *SYSTEMS[7:], 29]
    assert "error" in str(figures(office, form(header, [nothing])))


def test_a_problem_of_a_made_column_is_shown_where_it_comes_from(office: Office) -> None:
    content = form({**MERGED_SYSTEMS, "Đã giải quyết trước hạn": None}, [[*SYSTEMS[:13], 4, *SYSTEMS[14:], 29]])
    (problem,) = check(office, content, period="2026-07").errors
    assert (problem.code, problem.cell) == ("V04", "D3")


def test_a_refused_part_is_told_once(office: Office) -> None:
    content = form({**MERGED_SYSTEMS, "Đã giải quyết trước hạn": None}, [[*SYSTEMS[:4], "tám", *SYSTEMS[5:], 29]])
    assert figures(office, content) == "error V09 E3"


# --- the table of Decision 766


def test_the_download_of_decision_766_is_read_as_workbook_and_as_csv(office: Office) -> None:
    names = ["ID", "TEN", "TEN_COQUAN", "MA_COQUAN", "LOAI_COQUAN", "CAPDONVIID", "ID_COQUAN", "TDGQ", "MDHL", "MDSH",
             "TTTT", "CLGQ", "CKMB", "TONG_SCORE", "ROW_STT"]  # fmt: skip
    row = [470705, "UBND phường Ba Đình", "UBND phường Ba Đình", "00004", 3, 2, 470705, 19.81, 18, 20.75, 8.55, 8.1, 18,
           93.21, 2]  # fmt: skip
    content = form(dict.fromkeys(names), [row])
    for file in (content, as_csv(content)):
        checked = check(office, file, "service_quality", period="2026-06", defaults={"as_of": "2026-06-30"})
        assert serious(checked.problems) == ""
        columns = list(checked.kind.columns)
        ((cells,),) = checked.submissions.values()
        found = [cells[columns.index(name)] for name in ("progress_score", "digitisation_score", "total_score")]
        assert found == ["19.81", "20.75", "93.21"]


def test_every_layout_of_the_repository_has_its_file_here(office: Office) -> None:
    made: dict[str, Callable[[], bytes]] = {
        "ii06a": lambda: ii06a([HT]),
        "closing_balance": lambda: form(CLOSING_BALANCE, [CLOSING]),
        "opening_balance": lambda: form(OPENING_BALANCE, [OPENING]),
        "merged_systems": lambda: form(MERGED_SYSTEMS, [SYSTEMS]),
    }
    kind = office.kinds["procedures"]
    assert {layout.name for layout in kind.layouts} == set(made)
    for name, make in made.items():
        table = read_file(make(), kind, office, layout=name)
        assert "layout-column" not in {p.code for p in table.problems}
