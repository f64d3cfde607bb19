"""The clerk's own workbook comes back: red cells, comments, a list with links; nothing else is changed."""

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from publisher import sandbox
from publisher.catalogue import Office
from publisher.checking import check_file
from publisher.errors import Problem
from publisher.workbooks import marking
from publisher.workbooks.marked import listing, mark, marks
from scripts import terminal, validate
from tests.ten_columns import LABELS, ROW, kind_of, reading_office, told
from tests.workbooks import numbers, parts, saved_by_libreoffice, workbook

RED, AMBER = "FFF8B4B4", "FFFCE19A"
ROWS = numbers(f"{LABELS}\n{ROW}\n{ROW.replace('HT,Hộ tịch', 'CT,Chứng thực')}")
WRONG = [ROWS[0], [*ROWS[1][:8], "bốn", 6], [*ROWS[2][:9], 7]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return reading_office(tmp_path_factory.mktemp("marked") / "office")


def problems_of(office: Office, content: bytes, name: str = "so-lieu.xlsx") -> list[Problem]:
    return check_file(office, kind_of(office), content, name=name).problems


def marked(office: Office, content: bytes, name: str = "so-lieu.xlsx") -> tuple[bytes, Any]:
    """A file marked, and as openpyxl opens it."""
    found = mark(content, problems_of(office, content, name), kind_of(office), name=name)
    return found, openpyxl.load_workbook(io.BytesIO(found))


def colours(sheet: Worksheet) -> dict[str, str]:
    """The cells that are coloured."""
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid"]
    return {cell.coordinate: cell.fill.fgColor.rgb for cell in cells}


def lines(sheet: Worksheet) -> list[list[object]]:
    """The lines of the list below its header."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(number for number, row in enumerate(rows) if row[0] == "STT")
    return rows[start + 1 :]


def furnish(sheet: Worksheet) -> None:
    """What must still be there afterwards."""
    sheet["F2"].number_format = "#,##0"
    sheet["A1"].font = Font(bold=True, name="Times New Roman")
    sheet["A1"].fill = PatternFill("solid", fgColor="FFDDDDDD")
    sheet.column_dimensions["B"].width = 31
    sheet["I2"].comment = Comment("hỏi lại chị Hoa", "Lan")
    sheet.freeze_panes = "A2"
    sheet.parent.properties.creator = "Nguyễn Thị Lan"


def test_the_same_workbook_comes_back_with_red_cells_and_comments(office: Office) -> None:
    content, book = marked(office, workbook(WRONG, furnish, Bia=[["Bìa"]]))
    assert book.sheetnames == ["Danh sách lỗi", "So lieu", "Bia"]
    sheet = book["So lieu"]
    assert {cell: rgb for cell, rgb in colours(sheet).items() if rgb == RED} == {"I2": RED, "F3": RED}
    assert sheet["I2"].value == "bốn"
    assert sheet["I2"].comment.text.startswith("Ô I2 (cột “qua_han”): “bốn” không phải số.")
    assert "Cell I2" in sheet["I2"].comment.text
    assert sheet["I2"].comment.text.endswith("hỏi lại chị Hoa")
    assert (sheet["F2"].number_format, sheet["A1"].font.name, sheet["A1"].fill.fgColor.rgb) == (
        "#,##0", "Times New Roman", "FFDDDDDD",
    )  # fmt: skip
    assert (sheet.column_dimensions["B"].width, sheet.freeze_panes) == (31, "A2")
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [list(row) for row in WRONG]
    assert b"Nguy" not in parts(content)["docProps/core.xml"]


def test_the_list_says_the_verdict_first_and_links_each_line_to_its_cell(office: Office) -> None:
    _, book = marked(office, workbook(WRONG))
    sheet = book["Danh sách lỗi"]
    assert sheet["A1"].value == "Tệp chưa được nhận: 2 lỗi. Chưa có số liệu nào được công bố."
    assert book.active is sheet
    found = lines(sheet)
    assert [line[:3] for line in found] == [[1, "Lỗi", "Ô I2"], [2, "Lỗi", "Ô F3"]]
    assert "không phải số" in str(found[0][3])
    links = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'So lieu'!I2", "'So lieu'!F3"]


def test_warnings_are_amber_and_an_error_wins_over_them(office: Office) -> None:
    content = workbook(ROWS)
    warning = Problem("a", "V18", "warning", "Lạ.", "Odd.", sheet="So lieu", row=2, column="x", cell="F2")
    error = Problem("a", "V04", "error", "Sai.", "Wrong.", sheet="So lieu", row=3, column="x", cell="F3")
    both = Problem("a", "V18", "warning", "Lạ.", "Odd.", sheet="So lieu", row=3, column="x", cell="F3")
    row = Problem("a", "V99", "error", "Cả dòng.", "The row.", sheet="So lieu", row=2)
    note = Problem("a", "n", "note", "Đã đọc.", "Read.", sheet="So lieu", row=1, column="x", cell="J1")
    book = openpyxl.load_workbook(io.BytesIO(mark(content, [warning, error, both, row, note], kind_of(office))))
    assert colours(book["So lieu"]) == {"F2": AMBER, "F3": RED, "A2": RED}
    assert book["So lieu"]["F3"].comment.text == "Sai.\nWrong.\n\nLạ.\nOdd."


def test_a_csv_gets_a_workbook_with_the_same_cells_at_the_same_addresses(office: Office) -> None:
    text = f"sep=;\nBáo cáo\n{LABELS}\n{ROW.replace('120', '=1+1')}\n".replace(",", ";")
    _, book = marked(office, text.encode(), "thang-6.csv")
    assert book.sheetnames == ["Danh sách lỗi", "Số liệu"]
    sheet = book["Số liệu"]
    assert [cell.value for cell in sheet[3]] == ROW.replace("120", "=1+1").split(",")
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet["F3"].data_type == "s"
    assert sheet["F3"].number_format == "@"
    assert colours(sheet) == {"F3": RED}
    (link,) = [cell.hyperlink.location for row in book["Danh sách lỗi"].iter_rows() for cell in row
               if cell.hyperlink and cell.value == "Ô F3"]  # fmt: skip
    assert link == "'Số liệu'!F3"


def test_a_marked_file_that_was_corrected_is_accepted_and_marked_anew_without_old_marks(office: Office) -> None:
    for content, name in (
        (workbook(WRONG), "a.xlsx"),
        (f"{LABELS}\n{ROW.replace(',4,6', ',x,6')}\n".encode(), "a.csv"),
    ):
        _, book = marked(office, content, name)
        sheet = book.worksheets[1]
        sheet["I2"] = 4
        sheet["F3"] = 121 if name == "a.xlsx" else None
        out = io.BytesIO()
        book.save(out)
        again = problems_of(office, out.getvalue())
        assert [p for p in again if p.severity == "error"] == []
        assert {p.code for p in again} == {"sheets-passed", "comments-dropped"}
        _, clean = marked(office, out.getvalue())
        assert RED not in colours(clean.worksheets[1]).values()
        assert clean.worksheets[1]["I2"].comment is None
        assert clean.sheetnames.count("Danh sách lỗi") == 1
        assert clean["Danh sách lỗi"]["A1"].value == "Tệp hợp lệ, không có lỗi."


def test_the_bytes_depend_on_the_content_alone_and_name_nobody(office: Office) -> None:
    content = workbook(WRONG, furnish)
    problems = problems_of(office, content)
    first, second = (mark(content, problems, kind_of(office), name="a.xlsx") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        about = archive.read("docProps/core.xml") + archive.read("docProps/app.xml")
    for word in (b"creator", b"Company", b"openpyxl", b"created", b"modified"):
        assert word not in about


def test_text_that_begins_like_a_formula_stays_text_in_the_list(office: Office) -> None:
    evil = "=cmd|' /C calc'!A1"
    problem = Problem("a", "x", "error", evil, "+1\x07<script>", sheet="=So lieu'", row=2, column=evil, cell="A2")
    book = openpyxl.load_workbook(io.BytesIO(mark(workbook(ROWS), [problem], kind_of(office))))
    cells = [cell for row in book["Danh sách lỗi"].iter_rows() for cell in row if cell.value is not None]
    assert "f" not in {cell.data_type for cell in cells}
    assert evil in [cell.value for cell in cells]
    assert "+1\ufffd<script>" in [cell.value for cell in cells]


def test_a_file_that_cannot_be_read_gets_the_list_alone(office: Office) -> None:
    content = b"PK\x03\x04broken"
    _, book = marked(office, content)
    assert book.sheetnames == ["Danh sách lỗi"]
    assert [line[:3] for line in lines(book.active)] == [[1, "Lỗi", "Cả tệp"]]


def test_a_workbook_too_large_to_rewrite_is_built_from_its_cells(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, real, refused = workbook(WRONG, furnish), sandbox.run, []

    def run(job: str, source: Path | bytes, payload: Any = None, limits: Any = None) -> Any:
        if "marking" in job and payload["grid"] is None:
            refused.append(job)
            raise sandbox.Stopped("memory")
        return real(job, source, payload, limits)

    monkeypatch.setattr(sandbox, "run", run)
    _, book = marked(office, content)
    assert len(refused) == 1
    sheet = book["So lieu"]
    assert colours(sheet) == {"I2": RED, "F3": RED}
    assert (sheet["F2"].value, sheet["A2"].value) == (120, "00004")


def test_cells_of_a_grid_keep_what_people_see(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    days = ["\x022026-06-14", "\x022026-06-01\x1f2026-06"]
    row = ["\x01120", "\x010.985\x1f98.5%", "\x014\x1f00004", *days, "\x03#N/A", "=1", "\x04\x01x", "\x011.5"]
    marking.build(book.active, [row])
    cells = list(book.active[1])
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "d", "d", "s", "s", "s", "n"]
    assert [cell.number_format for cell in cells][1:5] == ["0.0##%", "00000", "dd/mm/yyyy", "mm/yyyy"]
    assert (cells[0].value, cells[5].value, cells[6].value) == (120, "#N/A", "=1")


def many(count: int) -> list[Problem]:
    return [
        Problem("a", "V09", "error", f"Sai {n}.", f"Wrong {n}.", sheet="", row=n, column="x", cell=f"C{n}")
        for n in range(2, 2 + count)
    ]


def test_repeats_are_one_group_of_which_no_line_is_missing(office: Office) -> None:
    said = listing(many(300), kind_of(office), "Số liệu")
    depths = [line[0] for line in said["lines"]]
    assert depths == [2, *[1] * 300]
    assert [line[2][0] for line in said["lines"][1:]] == list(range(1, 301))
    assert said["lines"][0][2][2:4] == ["Cột C, dòng 2–301", "300 chỗ giống nhau. Chỗ đầu tiên: Sai 2."]
    assert all(line[5] for line in said["lines"])


def test_the_limits_of_excel_are_kept_and_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "MOST_COMMENTS", 5)
    monkeypatch.setattr(marking, "MOST_LINKS", 7)
    problems = many(20)
    payload = {
        "list": listing(problems, kind_of(office), "Số liệu"),
        "marks": marks(problems, "Số liệu"),
        "grid": [("Số liệu", [["a", "b", "c"]] * 25)],
    }
    book = openpyxl.load_workbook(io.BytesIO(marking.mark_workbook(io.BytesIO(), payload)))
    sheet, first = book["Số liệu"], book["Danh sách lỗi"]
    assert len(colours(sheet)) == 20
    assert sum(1 for row in sheet.iter_rows() for cell in row if cell.comment) == 5
    assert sum(1 for row in first.iter_rows() for cell in row if cell.hyperlink) == 7
    head = [first.cell(row, 1).value for row in range(1, 9)]
    assert any("Có hơn 5.000 ô sai" in str(text) for text in head)
    assert any("65.000 dòng" in str(text) for text in head)
    assert len(lines(first)) == 21


def test_libreoffice_opens_what_was_marked(office: Office, tmp_path: Path) -> None:
    content, _ = marked(office, workbook(WRONG, furnish))
    saved = saved_by_libreoffice(tmp_path / "pdf", {"marked.xlsx": content}, "pdf")["marked"]
    text = pypdfium2.PdfDocument(saved)[0].get_textpage().get_text_range()
    assert "Tệp chưa được nhận: 2 lỗi." in text
    again = saved_by_libreoffice(tmp_path / "xlsx", {"marked.xlsx": content}, "xlsx")["marked"]
    errors = [p for p in problems_of(office, again) if p.severity == "error"]
    assert told(errors) == told([p for p in problems_of(office, workbook(WRONG)) if p.severity == "error"])


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_old_and_open_formats_get_an_xlsx_of_the_same_kind(office: Office, tmp_path: Path, ending: str) -> None:
    content = saved_by_libreoffice(tmp_path, {"a.xlsx": workbook(WRONG)}, ending)["a"]
    _, book = marked(office, content, f"a.{ending}")
    assert book.sheetnames == ["Danh sách lỗi", "So lieu"]
    assert colours(book["So lieu"]) == {"I2": RED, "F3": RED}


# --- the command


def typed(office: Office, *words: str) -> int:
    return terminal.run(validate.main, ["--office", str(office.root), *words])


def test_validate_writes_the_marked_workbook(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "a.xlsx", tmp_path / "loi.xlsx"
    path.write_bytes(workbook(WRONG))
    assert typed(office, "--marked", str(out), str(path)) == 1
    assert openpyxl.load_workbook(out).sheetnames == ["Danh sách lỗi", "So lieu"]
    assert f"Đã ghi bảng tính đánh dấu lỗi: {out}" in capsys.readouterr().out.replace("\n", "")


def test_a_marked_workbook_is_for_one_file_and_needs_a_place(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(ROWS))
    assert typed(office, "--marked", str(tmp_path / "b.xlsx"), str(path), str(path)) == 2
    assert typed(office, "--marked", str(tmp_path / "b.xlsx")) == 2
    assert typed(office, "--marked", str(tmp_path / "none" / "b.xlsx"), str(path)) == 1
    assert "Không ghi được tệp" in capsys.readouterr().err.replace("\n", " ")
