"""Workbooks: the same rows as a CSV of the same table, whatever program saved them; what nobody sees is refused."""

import datetime as dt
import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from publisher.catalogue import Office, open_office
from publisher.errors import Mistake, Problem
from publisher.reading import Refused, guess_kind, open_book, read_file, source_rows
from tests.offices import make_office
from tests.small_kinds import dataset, fields
from tests.ten_columns import CANONICAL, KIND, LABELS, ROW, kind_of, reading_office, told
from tests.workbooks import SHEET, Edit, Rows, changed, numbers, packed, parts, saved_by_libreoffice, workbook

TABLE = f"{LABELS}\n{ROW}\n"
SECOND = ["00004", "2026-06", "2026-05-15", "2026-06-14", "CT", "121", "80", "30", "5", "6", "", "", "", ""]
ROWS: Rows = numbers(TABLE + ROW.replace("HT,Hộ tịch,120,80,30,4", "CT,Chứng thực,121,80,30,5"))
DATA = [(2, CANONICAL), (3, SECOND)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return reading_office(tmp_path_factory.mktemp("workbooks") / "office")


def read(office: Office, content: bytes, **options: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """A workbook read to its end: its rows and its problems."""
    table = read_file(content, kind_of(office), office, **options)
    rows = list(table.rows())
    return rows, table.problems


def findings(office: Office, content: bytes, **options: str) -> str:
    """What is told of a workbook."""
    return told(read(office, content, **options)[1])


# --- rows


def test_a_workbook_gives_the_rows_of_the_same_table_as_csv(office: Office) -> None:
    assert read(office, workbook(ROWS)) == (DATA, [])


def test_a_problem_names_sheet_row_header_and_cell(office: Office) -> None:
    (problem,) = read(office, workbook([ROWS[0], [*ROWS[1][:8], -4, 6]]))[1]
    assert (problem.sheet, problem.row, problem.column, problem.cell, problem.value) == (
        "So lieu", 2, "qua_han", "I2", "-4",
    )  # fmt: skip
    assert problem.code == "V09"


def with_cell(column: str, value: object, number_format: str = "General") -> bytes:
    """The table with one more cell format: the value in that column of its only row, K for a title that is added."""

    def edit(sheet: Worksheet) -> None:
        place = {"late": "I2", "unit": "A2", "month": "C2", "name": "B2"}.get(column, "K2")
        if place == "K2":
            sheet["K1"] = column
        sheet[place] = value
        sheet[place].number_format = number_format

    return workbook(ROWS[:2], edit)


CELLS: list[tuple[str, object, str, str]] = [
    # a number is exact, whatever its format rounds or groups
    ("late", 4.0, "#,##0.00", "4"),
    ("late", 2062, "#,##0", "2062"),
    ("late", 0, '_(* #,##0_);_(* "-"??_)', "0"),
    ("late", 4.5, "0", "error V09 I2"),
    ("late", 1.234, "General", "error V09 I2"),
    ("late", 2_000_000, "General", "error V09 I2"),
    ("late", "1.234", "@", "1234 note number-grouped I2"),
    ("late", "2,062", "@", "error V09 I2"),
    ("late", 0.04, "0%", "error V09 I2"),
    ("late", 4000, "#,##0,", "error shown-otherwise I2"),
    ("late", 4, ";;;", "error shown-otherwise I2"),
    ("late", dt.date(2026, 10, 5), "dd/mm/yyyy", "error V09 I2"),
    ("late", True, "General", "error V09 I2"),
    ("Giờ làm", 7.25, "General", "7.25"),
    ("Giờ làm", 0.1 + 0.2, "General", "0.3"),
    ("Giờ làm", 1.234, "General", "1.234"),
    ("Giờ làm", 0.5, "0%", "error V09 K2"),
    ("Tỷ lệ", 0.985, "0.0%", "98.5 note percent-shown K2"),
    ("Tỷ lệ", 0.07, "0%", "7 note percent-shown K2"),
    ("Tỷ lệ", 98.5, "0.0", "98.5"),
    # codes: what people see must be a code
    ("unit", 4, "General", "error code-number A2"),
    ("unit", 4, "00000", "00004"),
    ("unit", 4, "000", "error code-number A2"),
    ("unit", dt.date(2026, 4, 1), "dd/mm/yyyy", "error code-number A2"),
    ("unit", "00004", "@", "00004"),
    # months: typed as 6/2026, Excel keeps a day and shows a month
    ("month", dt.date(2026, 6, 1), "mm/yyyy", "2026-06 note period-read C2"),
    ("month", dt.date(2026, 6, 1), "mmm-yy", "2026-06 note period-read C2"),
    ("month", dt.date(2026, 6, 1), "dd/mm/yyyy", "error period-unclear C2"),
    ("month", 202606, "General", "error period-unclear C2"),
    ("Đến ngày", dt.date(2026, 6, 14), "dd/mm/yyyy", "2026-06-14"),
    ("Đến ngày", dt.date(2026, 6, 14), "mmm-yy", "2026-06-14"),
    ("Đến ngày", 46187.25, "dd/mm/yyyy", "error date-unclear K2"),
    ("Đến ngày", 46187, "General", "error date-unclear K2"),
    ("Ghi chú", 12, "General", "12"),
    ("Ghi chú", 7, "00", "07"),
    ("Ghi chú", 1.001193, "General", "1.001193"),
    ("Ghi chú", "\u200bkhông", "General", "không note invisible-removed K2"),
    ("Ghi chú", "=1+1", "@", "error formula K2"),
    ("Kênh", "Trực tuyến", "General", "web"),
    ("name", "Phường Lạ", "General", "error name-code-differ B2"),
]  # fmt: skip
PLACES = {
    "late": 8,
    "Giờ làm": 11,
    "Tỷ lệ": 10,
    "unit": 0,
    "month": 1,
    "Đến ngày": 3,
    "Ghi chú": 13,
    "Kênh": 12,
    "name": 0,
}


@pytest.mark.parametrize(("column", "value", "code", "expected"), CELLS)
def test_a_cell_means_what_people_see_or_is_refused(
    office: Office, column: str, value: object, code: str, expected: str
) -> None:
    content = with_cell(column, value, code)
    if value == "=1+1":  # openpyxl takes it for a formula; a text cell that begins so is something else
        content = changed(
            content, SHEET, ('<c r="K2"', '<c r="K2" t="str"'), ("<f>1+1</f>", ""), ("<v></v>", "<v>=1+1</v>")
        )
    rows, problems = read(office, content)
    found = told(problems) if problems and problems[0].severity == "error" else rows[0][1][PLACES[column]]
    if problems and problems[0].severity == "note":
        found += f" {told(problems)}"
    assert found == expected


def test_an_exact_integer_of_a_number_stays_one_to_fifteen_digits(office: Office) -> None:
    for value in (999_999, 10**6):
        rows, _ = read(office, with_cell("late", value))
        assert rows[0][1][8] == str(value)
    assert findings(office, with_cell("late", 1e300)) == "error V09 I2"


# --- what nobody sees


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def fold_rows(sheet: Worksheet) -> None:
    sheet.row_dimensions.group(2, 3, outline_level=1, hidden=True)


def filter_rows(sheet: Worksheet) -> None:
    sheet.auto_filter.ref = "A1:J3"
    sheet.auto_filter.add_filter_column(3, ["HT"])
    hide_row(sheet)


def hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["I"].hidden = True


def merge(*ranges: str) -> Edit:
    def edit(sheet: Worksheet) -> None:
        for one in ranges:
            sheet.merge_cells(one)

    return edit


def put(**cells: object) -> Edit:
    def edit(sheet: Worksheet) -> None:
        for place, value in cells.items():
            sheet[place] = value

    return edit


def old_font(sheet: Worksheet) -> None:
    sheet["E2"] = "Hé tÞch"
    sheet["E2"].font = Font(name=".VnTime")
    sheet["I2"].font = Font(name="VNI-Times")


def comment(sheet: Worksheet) -> None:
    sheet["E2"].comment = Comment("ông Nguyễn Văn A, 0912 345 678", "x")


UNSEEN: list[tuple[str, Edit, str]] = [
    ("a hidden row", hide_row, "error rows-hidden row 3"),
    ("rows folded by an outline", fold_rows, "error rows-hidden row 2"),
    ("a row hidden by a filter", filter_rows, "error rows-hidden row 3"),
    ("a hidden column", hide_column, "error column-hidden I1"),
    ("merged codes", merge("A2:A3"), "error cells-merged A2"),
    ("merged cells in a row", merge("F2:G2"), "error cells-merged F2"),
    ("a formula without result", put(I2="=2+2", I3="=2+3"), "note formulas-read I2\nerror formula-empty I2"),
    ("an error", put(I2="#N/A"), "error formula-error I2"),
    ("an error in the last column of the last row", put(J3="#DIV/0!"), "error formula-error J3"),
    ("a whole column of errors at the end", put(J2="#REF!", J3="#VALUE!"),
     "error formula-error J2\nerror formula-error J3"),
    ("letters of an old font", old_font, "error font-old E2"),
    ("a comment", comment, "note comments-dropped file"),
    ("two tables side by side", put(L1="Tiếp nhận", M1="Trước hạn", L2=5, M2=6),
     "error column-twice L1\nerror column-twice M1"),
    ("figures without a title", put(L3=5), "error column-untitled L3"),
    ("a hidden row far below", lambda sheet: setattr(sheet.row_dimensions[30], "hidden", True), ""),
    ("a hidden column beside the table", lambda sheet: setattr(sheet.column_dimensions["M"], "hidden", True), ""),
    ("a signature", put(A5="Người lập biểu", F5="THỦ TRƯỞNG ĐƠN VỊ"), "note blank-rows file\nnote ending-rows row 5"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), [case[1:] for case in UNSEEN], ids=[case[0] for case in UNSEEN])
def test_what_nobody_sees_is_refused_where_it_touches_the_figures(office: Office, edit: Edit, expected: str) -> None:
    content = workbook(ROWS, edit)
    assert findings(office, content) == expected


def test_merged_cells_of_totals_and_signatures_are_no_fault(office: Office) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.append(["Tổng cộng", None, None, None, None, 241, 160, 60, 9, 12])
        sheet.append([])
        sheet.append(["Người lập biểu", None, None, None, None, "THỦ TRƯỞNG"])
        for one in ("A4:E4", "A6:C6", "F6:J6"):
            sheet.merge_cells(one)

    assert findings(office, workbook(ROWS, edit)) == (
        "note blank-rows file\nnote total-row row 4\nnote ending-rows row 6"
    )


def test_a_stored_result_of_a_formula_is_taken_with_a_note(office: Office) -> None:
    content = changed(workbook(ROWS, put(I2="=2+2")), SHEET, ("<f>2+2</f><v></v>", "<f>2+2</f><v>4</v>"))
    assert read(office, content)[0] == DATA
    assert findings(office, content) == "note formulas-read I2"


def test_a_formula_whose_result_is_an_empty_text_is_a_blank_cell(office: Office) -> None:
    blank = changed(
        workbook(ROWS, put(K1="Ghi chú", K2="=A1&B1")),
        SHEET,
        ('<c r="K2"><f>A1&amp;B1</f><v></v></c>', '<c r="K2" t="str"><f>IF(A1="","","")</f><v></v></c>'),
    )
    assert read(office, blank)[0] == DATA


def test_a_hidden_column_that_only_numbers_the_rows_is_no_fault(office: Office) -> None:
    rows = [["STT", *ROWS[0]], [1, *ROWS[1]], [2, *ROWS[2]]]
    content = workbook(rows, lambda sheet: setattr(sheet.column_dimensions["A"], "hidden", True))
    assert findings(office, content) == "note column-aside file"


def test_old_fonts_are_no_fault_where_the_letters_are_unicode(office: Office) -> None:
    def edit(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            for cell in row:
                cell.font = Font(name=".VnTime")

    assert findings(office, workbook(ROWS, edit)) == ""


def test_text_of_an_old_code_page_is_named(office: Office) -> None:
    rows = [[*ROWS[0]], ["00004", "Ph­êng Ba §×nh", "2026-06", "HT", "Hé tÞch", 120, 80, 30, 4, 6]]
    assert findings(office, workbook(rows)) == "error encoding-tcvn3 file"


# --- sheets


NOTES_SHEET = [["Hướng dẫn"], ["Điền số vào trang So lieu"]]


def test_the_one_sheet_with_the_header_is_read_and_the_others_named(office: Office) -> None:
    rows, problems = read(office, workbook(ROWS, Huong_dan=NOTES_SHEET, Trong=[]))
    assert rows == DATA
    assert told(problems) == "note sheets-passed file"
    assert "“Huong_dan”" in problems[0].message_vi
    assert "Trong" not in problems[0].message_vi


def test_two_sheets_with_the_header_need_a_choice(office: Office) -> None:
    content = workbook(ROWS, Thang_5=[*ROWS[:1], [*ROWS[1][:2], "2026-05", *ROWS[1][3:]]])
    (problem,) = read(office, content)[1]
    assert (problem.code, problem.message_vi[:54]) == (
        "sheets-several", "Có 2 trang tính cùng có bảng số liệu này: “So lieu”, “",
    )  # fmt: skip
    rows, _ = read(office, content, sheet="Thang_5")
    assert [cells[1] for _, cells in rows] == ["2026-05"]
    with pytest.raises(Mistake, match="unknown-sheet") as caught:
        read(office, content, sheet="Thang_6")
    assert caught.value.values["known"] == "So lieu, Thang_5"


def test_figures_in_a_hidden_sheet_are_refused_and_other_hidden_sheets_told_of(office: Office) -> None:
    for state in ("hidden", "veryHidden"):
        hidden = workbook(ROWS, lambda sheet: setattr(sheet, "sheet_state", state), Bia=[["Bìa"]])  # noqa: B023
        assert findings(office, hidden) == "error sheet-hidden file"
        assert findings(office, hidden, sheet="So lieu") == "error sheet-hidden file"
    beside = workbook(ROWS, lambda sheet: setattr(sheet.parent["Cu"], "sheet_state", "hidden"), Cu=ROWS)
    rows, problems = read(office, beside)
    assert (rows, told(problems)) == (DATA, "note sheets-hidden file")


def test_a_sheet_with_a_quote_in_its_name_is_a_sheet(office: Office) -> None:
    content = workbook(ROWS, lambda sheet: setattr(sheet, "title", "So lieu '6' <b>"))
    assert read(office, content)[0] == DATA
    assert source_rows(content, [2], sheet="So lieu '6' <b>")[2][0] == "00004"


def test_no_header_in_any_sheet_is_said_of_sheets(office: Office) -> None:
    (problem,) = read(office, workbook([["a", "b"], [1, 2]]))[1]
    assert problem.code == "header-missing"
    assert "trang tính nào" in problem.message_vi


def test_the_kind_of_a_workbook_is_guessed_by_its_sheets(tmp_path: Path) -> None:
    other = {"dataset": dataset(tallies={}, measures={}), "schema": fields({"name": "rainfall", "type": "number"})}
    office = open_office(make_office(tmp_path / "office", kinds={"received": KIND, "rain": other}))
    for content, expected in (
        (workbook(ROWS, Bia=[["Bìa"]]), "received"),
        (workbook([["x"]], Mua=[["unit_code", "period", "rainfall"]]), "rain"),
        (workbook([["x"]]), None),
    ):
        kind = guess_kind(content, office)
        assert (kind.name if kind else None) == expected


# --- other programs


def rich(sheet: Worksheet) -> None:
    """Everything that another program may write in its own way."""
    sheet["K1"] = "Tỷ lệ"
    sheet["K2"], sheet["K2"].number_format = 0.985, "0.0%"
    sheet["A2"], sheet["A2"].number_format = 4, "00000"
    sheet["C2"], sheet["C2"].number_format = dt.date(2026, 6, 1), "mm/yyyy"
    sheet["I3"] = "=2+3"
    sheet["E3"].comment = Comment("ghi chú", "x")
    sheet["L1"], sheet["L2"], sheet["L2"].number_format = "Đến ngày", dt.date(2026, 6, 14), "dd/mm/yyyy"


def unseen(sheet: Worksheet) -> None:
    """One of each of what is refused, in one file."""
    sheet.append([*ROWS[2][:3], "DD", "Đất đai", *ROWS[2][5:]])
    sheet.append([*ROWS[2][:3], "XD", "Xây dựng", *ROWS[2][5:]])
    hide_row(sheet)
    sheet.column_dimensions["G"].hidden = True
    sheet.merge_cells("B4:B5")
    sheet.parent["Cu"].sheet_state = "hidden"


def errors(sheet: Worksheet) -> None:
    """Formulas that end in an error."""
    sheet["I2"], sheet["J3"] = "=NA()", "=1/0"


def old_letters(sheet: Worksheet) -> None:
    """A font of the time before Unicode, with an error beside it."""
    errors(sheet)
    old_font(sheet)


EDITS = (rich, unseen, errors, old_letters)
ENDINGS = ("xlsx", "xls", "ods")
Twins = dict[str, dict[str, bytes]]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Each of the edits as LibreOffice saves it, by ending and name."""
    files = {f"{edit.__name__}.xlsx": workbook(ROWS, edit, Cu=[["cũ"]]) for edit in EDITS}
    folder = tmp_path_factory.mktemp("twins")
    return {ending: saved_by_libreoffice(folder / ending, files, ending) for ending in ENDINGS}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_workbook_saved_by_libreoffice_gives_the_same_rows_and_notes(
    office: Office, twins: Twins, ending: str
) -> None:
    rows, problems = read(office, twins[ending]["rich"], name=f"so-lieu.{ending}")
    expected = [[*cells] for _, cells in DATA]
    expected[0][10] = "98.5"
    expected[1][3] = ""  # the column stands in the file, blank in the second row
    assert [cells for _, cells in rows] == expected
    wanted = {"percent-shown", "period-read", "formulas-read", "comments-dropped", "sheets-passed"}
    assert {p.code for p in problems} == wanted


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_nobody_sees_is_found_in_every_format(office: Office, twins: Twins, ending: str) -> None:
    found = findings(office, twins[ending]["unseen"])
    assert found == "note sheets-hidden file\nerror column-hidden G1\nerror rows-hidden row 3\nerror cells-merged B4"


@pytest.mark.parametrize("ending", ENDINGS)
def test_old_fonts_are_found_in_every_format(office: Office, twins: Twins, ending: str) -> None:
    found = findings(office, twins[ending]["old_letters"])
    assert found == "note sheets-passed file\nnote formulas-read I2\nerror font-old E2"


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_error_is_named_in_every_format(office: Office, twins: Twins, ending: str) -> None:
    problems = [p for p in read(office, twins[ending]["errors"])[1] if p.severity == "error"]
    assert [(p.code, p.cell, p.value) for p in problems] == [
        ("formula-error", "I2", "#N/A"),
        ("formula-error", "J3", "#DIV/0!"),
    ]


def test_days_of_1904_are_the_days_that_people_see(office: Office, tmp_path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904
        sheet["K1"], sheet["K2"] = "Đến ngày", dt.date(2026, 6, 14)
        sheet["K3"] = dt.date(2026, 6, 14)

    content = workbook(ROWS, edit)
    assert b'date1904="1"' in parts(content)["xl/workbook.xml"]
    assert read(office, content) == (DATA, [])


def test_a_strict_workbook_is_read_like_any_other(office: Office) -> None:
    strict = {
        name: part.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, part in parts(workbook(ROWS, hide_column)).items()
    }
    assert findings(office, packed(strict)) == "error column-hidden I1"


def test_a_workbook_whose_shared_strings_are_missing_is_refused(office: Office) -> None:
    found = parts(workbook(ROWS))
    shared = found[SHEET].replace(b't="inlineStr"><is><t>00004</t></is>', b't="s"><v>7</v>')
    assert "error" in findings(office, packed({**found, SHEET: shared}))


# --- hostile and broken files

OLE_ENTRY = 128


def ole2(*names: str) -> bytes:
    """A small OLE2 container with empty streams of these names."""
    directory = b""
    for name, sort in (("Root Entry", 5), *((name, 2) for name in names)):
        encoded = (name + "\0").encode("utf-16-le")
        entry = encoded.ljust(64, b"\0") + struct.pack("<HBB", len(encoded), sort, 1) + b"\xff" * 12
        directory += entry.ljust(116, b"\0") + struct.pack("<IIxxxx", 0xFFFFFFFE, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    return header + table + directory.ljust(512, b"\0")


def with_part(name: str, part: bytes | str = "x") -> bytes:
    return packed({**parts(workbook(ROWS)), name: part})


def stored(entries: int) -> bytes:
    return packed({**parts(workbook(ROWS)), **{f"xl/media/{n}.png": "x" for n in range(entries)}})


def far() -> bytes:
    return changed(
        workbook(ROWS), SHEET, ("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    )


def doctype() -> bytes:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet'
    return changed(workbook(ROWS), SHEET, ("<worksheet", laughs))


def in_utf16() -> bytes:
    found = parts(workbook(ROWS))
    text = found[SHEET].decode().replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "ha">]><worksheet')
    return packed({**found, SHEET: text.encode("utf-16")})


def encrypted_entry() -> bytes:
    content = bytearray(workbook(ROWS))
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("a part outside", lambda: with_part("../../etc/passwd"), "workbook-strange"),
    ("a part from the root", lambda: with_part("/etc/passwd"), "workbook-strange"),
    ("a part of a drive", lambda: with_part("C:\\x"), "workbook-strange"),
    ("one part twice", lambda: with_part("XL/worksheets/sheet1.xml"), "workbook-strange"),
    ("macros", lambda: with_part("xl/vbaProject.bin"), "workbook-macros"),
    ("macros declared", lambda: changed(workbook(ROWS), "[Content_Types].xml", (
        "spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main")), "workbook-macros"),
    ("figures of another file", lambda: with_part("xl/externalLinks/externalLink1.xml"), "workbook-links"),
    ("XLSB", lambda: with_part("xl/workbook.bin"), "workbook-binary"),
    ("a document", lambda: changed(workbook(ROWS), "[Content_Types].xml", (
        "spreadsheetml.sheet.main", "wordprocessingml.document.main")), "workbook-other"),
    ("any archive", lambda: packed({"a.csv": TABLE}), "workbook-other"),
    ("no content types", lambda: packed({"xl/workbook.xml": "<x/>"}), "workbook-other"),
    ("too many parts", lambda: stored(1_001), "workbook-parts"),
    ("a bomb", lambda: with_part("xl/media/a.png", b" " * (40 << 20)), "workbook-packed"),
    ("too large", lambda: packed({**parts(workbook(ROWS)), "a.bin": bytes(51 << 20)}, stored=True), "workbook-large"),
    ("entities", doctype, "workbook-entities"),
    ("entities in UTF-16", in_utf16, "workbook-entities"),
    ("a cell at the end of the world", far, "workbook-memory"),
    ("an encrypted part", encrypted_entry, "workbook-password"),
    ("a password", lambda: ole2("EncryptionInfo", "EncryptedPackage"), "workbook-password"),
    ("Excel 95", lambda: ole2("Book"), "workbook-old"),
    ("a letter of Word", lambda: ole2("WordDocument"), "workbook-other"),
    ("half a container", lambda: ole2("Workbook")[:700], "workbook-damaged"),
    ("an empty stream", lambda: ole2("Workbook"), "file-empty"),
    ("half a workbook", lambda: workbook(ROWS)[:2000], "workbook-damaged"),
    ("no sheet", lambda: packed({k: v for k, v in parts(workbook(ROWS)).items() if k != SHEET}), "workbook-damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_hostile_workbook_is_refused_by_name(office: Office, make: Callable[[], bytes], code: str) -> None:
    assert findings(office, make()) == f"error {code} file"


def test_many_pictures_and_sheets_are_no_bomb(office: Office) -> None:
    assert read(office, stored(300))[0] == DATA


def test_the_last_row_of_excel_is_read_and_one_more_is_not(office: Office) -> None:
    def at(row: int) -> bytes:
        line = "".join(
            f'<c r="{letter}{row}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for letter, cell in zip("ABCDEFGHIJ", ROW.replace("HT,Hộ tịch", "DD,Đất đai").split(","), strict=True)
        )
        return changed(workbook(ROWS), SHEET, ("</sheetData>", f'<row r="{row}">{line}</row></sheetData>'))

    assert findings(office, at(50_000)) == "note blank-rows file"
    found = findings(office, at(1_048_577))
    assert found.startswith("error workbook-")


@pytest.mark.parametrize("length", [10 << 20, (10 << 20) + 1])
def test_a_cell_of_ten_megabytes_is_a_long_cell(office: Office, length: int) -> None:
    found = parts(workbook(ROWS[:2], put(E2="DAI")))
    found[SHEET] = found[SHEET].replace(b"<t>DAI</t>", b"<t>" + b"x" * length + b"</t>")
    assert findings(office, packed(found, stored=True)) == "error cell-long E2"


def test_broken_workbooks_end_in_accept_or_refuse(office: Office, twins: Twins) -> None:
    chance = random.Random(5)
    for content in (workbook(ROWS), twins["xls"]["rich"], twins["ods"]["rich"]):
        for number in range(8):
            spoilt = bytearray(content)
            if number % 3 == 0:
                del spoilt[chance.randrange(40, len(spoilt)) :]
            for _ in range(1 + number * 3):
                place = chance.randrange(8, len(spoilt))
                spoilt[place] ^= 1 << chance.randrange(8)
            rows, problems = read(office, bytes(spoilt))
            assert all(len(cells) == len(CANONICAL) for _, cells in rows)
            assert rows or [p for p in problems if p.severity == "error"]


def test_the_directory_of_an_archive_cannot_lie_about_sizes(office: Office) -> None:
    content = bytearray(packed({**parts(workbook(ROWS)), "xl/media/a.png": b" " * (5 << 20)}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.getinfo("xl/media/a.png").file_size == 100
    assert read(office, bytes(content))[0] == DATA  # nobody reads that part, and nobody is harmed


# --- names, and rows as a person sees them


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.xlsx", ""),
        ("file (1) (2).XLSX", ""),
        ("a", ""),
        ("a.dat", ""),
        ("a.csv", "error ending-differs file"),
        ("a.xls", "error ending-differs file"),
        ("a.ods", "error ending-differs file"),
    ],
)
def test_an_ending_that_contradicts_the_content_is_refused(office: Office, name: str, expected: str) -> None:
    assert findings(office, workbook(ROWS), name=name) == expected


def test_a_text_called_a_workbook_is_refused(office: Office) -> None:
    for name in ("a.xlsx", "a.xls", "a.ods"):
        assert findings(office, TABLE.encode(), name=name) == "error ending-differs file"


def test_source_rows_are_what_a_person_sees(office: Office, tmp_path: Path) -> None:
    content = with_cell("Tỷ lệ", 0.985, "0.0%")
    assert source_rows(content, {2, 9}, sheet="So lieu") == {
        2: ["00004", "Phường Ba Đình", "2026-06", "HT", "Hộ tịch", "120", "80", "30", "4", "6", "98,5%"]
    }
    book = open_book(content, name="a.xlsx")
    assert source_rows(book, [1], sheet="So lieu")[1][:2] == ["ma_don_vi", "ten_don_vi"]
    path = tmp_path / "a.csv"
    path.write_text(TABLE.replace(",", ";") + '"mở\n', encoding="utf-8")
    assert source_rows(path, [2])[2][4] == "Hộ tịch"
    with pytest.raises(Refused):
        source_rows(b"PK\x03\x04", [1])


def test_an_open_book_is_read_without_opening_it_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    book = open_book(workbook(ROWS), name="so-lieu.xlsx")
    monkeypatch.setattr("publisher.sandbox.run", lambda *_: pytest.fail("opened again"))
    table = read_file(book, kind_of(office), office)
    assert (table.file, list(table.rows())) == ("so-lieu.xlsx", DATA)
    kind = guess_kind(book, office)
    assert kind is not None
    assert kind.name == "received"
