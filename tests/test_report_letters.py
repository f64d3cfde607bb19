"""The monthly report of order 003 and the written reminder of order 002, as DOCX and PDF."""

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import docx
import pypdfium2
import pytest

from publisher import reports
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.errors import Mistake
from publisher.ledger import accept
from publisher.reports import paper, word
from publisher.reports.letters import Letter, Paragraph, Table
from scripts import report as command
from scripts import terminal
from tests.offices import UNITS, make_office
from tests.pdfs import size_of, text_of
from tests.submitted import INSPECTIONS, PROCEDURES, TASKS, file_of

HOSTILE = "Phường #eval(1) {{ 7*7 }} PAGE <w:fldSimple/>"
OVERDUE = {"done_on_time": "11", "done_late": "1", "open_in_time": "6", "open_overdue": "2", "overdue_days_max": "9"}
FOLLOWED = {"reminders": "1", "reviews": "2", "disciplined": "0"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three wards in June: the first is late and at fault, the second did all, the third owes its tasks."""
    units = [{**unit, "name_vi": HOSTILE} if unit["code"] == "00025" else unit for unit in UNITS]
    kinds = {"procedures": {}, "tasks": {}, "inspections": {}}
    root = make_office(
        tmp_path_factory.mktemp("letters") / "office", units=units, datasets=kinds, first_period="2026-06",
        today="2026-06-24",
    )  # fmt: skip
    office = open_office(root)
    clean = {name: "0" for name in INSPECTIONS if name.startswith("finding") or name in ("carried_open", "still_open")}
    submit(office, "procedures", PROCEDURES, *({"unit_code": code} for code in ("00008", "00025")))
    submit(office, "procedures", PROCEDURES, {"unit_code": "00004", "pending_in_time": "2", "pending_late": "4"})
    submit(office, "tasks", TASKS, {"unit_code": "00004", **OVERDUE}, {"unit_code": "00008"})
    nothing = {**clean, "places_with_findings": "0", "remedied": "0", "remedied_in_time": "0", "remedy_due_on": ""}
    wards = [{"unit_code": code, **nothing, **dict.fromkeys(FOLLOWED, "0")} for code in ("00008", "00025")]
    submit(office, "inspections", INSPECTIONS, {"unit_code": "00004", **FOLLOWED}, *wards)
    return office


def submit(office: Office, name: str, base: Mapping[str, str], *changes: Mapping[str, str]) -> None:
    """Some units' files of June."""
    kind = office.kinds[name]
    accept(office, kind, file_of(kind, *({**base, **change} for change in changes)),
           now=dt.datetime(2026, 6, 16, 8, tzinfo=ZONE))  # fmt: skip


@pytest.fixture(scope="module")
def report(office: Office) -> Letter:
    """The report of June."""
    return reports.monthly_letter(office, "2026-06")


def tables(letter: Letter) -> dict[str, list[str]]:
    """The rows of a letter's tables by title, cells joined."""
    return {one.title: [" | ".join(row) for row in one.rows] for one in letter.blocks if isinstance(one, Table)}


def text(letter: Letter) -> str:
    """What a letter says beside its tables."""
    return "\n".join(one.text for one in letter.blocks if not isinstance(one, Table))


def words(content: bytes) -> str:
    """Every text of a DOCX, whitespace as single blanks."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        said = re.findall(r"<w:t[ >][^<]*", parts.read("word/document.xml").decode())
    return " ".join(" ".join(html.unescape(re.sub("<[^>]*>", "", one)) for one in said).split())


# --- the monthly report


def test_the_report_has_tasks_inspections_reviews_and_who_did_not_report(report: Letter) -> None:
    said = text(report)
    assert re.findall(r"^I+V?\. .*", said, re.MULTILINE) == [
        "I. THỰC HIỆN NHIỆM VỤ ĐƯỢC GIAO",
        "II. KẾT QUẢ KIỂM TRA",
        "III. XEM XÉT TRÁCH NHIỆM (tính theo lượt, không nêu tên người)",
        "IV. CHẤP HÀNH CHẾ ĐỘ BÁO CÁO",
    ]
    assert "hoàn thành đúng hạn 23/26 nhiệm vụ đến hạn" in said
    assert f"Chưa có số liệu của: {HOSTILE}." in said
    assert (
        "- Số văn bản nhắc nhở: 1.\n- Số lượt kiểm điểm trách nhiệm: 2.\n- Số lượt xử lý kỷ luật: không phát sinh."
        in said
    )
    assert "Có 9 báo cáo đến hạn: 8 nộp đúng hạn, 0 nộp muộn, 1 chưa nộp (tính đến ngày 24/06/2026)." in said


def test_its_tables_name_only_the_units_concerned_and_end_with_the_sum(report: Letter) -> None:
    found = tables(report)
    assert found["Đơn vị có nhiệm vụ quá hạn hoặc hoàn thành quá hạn"] == [
        "Phường Ba Đình | 78,6% (11/14) | 1 | 2 | 9",
        "Cộng | 88,5% (23/26) | 1 | 2 | 9",
    ]
    assert found["Đơn vị có lỗi và kết quả khắc phục"] == ["Phường Ba Đình | 3 | 2 | 2 | 0", "Cộng | 3 | 2 | 2 | 0"]
    assert found["Đơn vị có nhắc nhở, kiểm điểm, kỷ luật"] == ["Phường Ba Đình | 1 | 2 | 0", "Cộng | 1 | 2 | 0"]
    assert found["Đơn vị nộp muộn hoặc chưa nộp báo cáo"] == [f"{HOSTILE} | Nhiệm vụ | –"]


def test_a_part_without_figures_says_so(office: Office, tmp_path: Path) -> None:
    kinds = {"tasks": {}, "inspections": {}}
    bare = open_office(make_office(tmp_path / "office", datasets=kinds, first_period="2026-06", today="2026-06-24"))
    submit(bare, "inspections", INSPECTIONS, {"unit_code": "00004"})
    assert "I. THỰC HIỆN NHIỆM VỤ ĐƯỢC GIAO\nChưa có số liệu tháng 6/2026." in text(
        reports.monthly_letter(bare, "2026-06")
    )


def test_an_office_without_these_datasets_is_told_which_it_lacks(tmp_path: Path) -> None:
    bare = open_office(make_office(tmp_path / "office", datasets={"procedures": {}}))
    with pytest.raises(Mistake) as told:
        reports.monthly_letter(bare, "2026-06")
    assert (told.value.code, told.value.values) == ("report-no-kind", {"kinds": "tasks, inspections"})


# --- the reminder


def test_a_reminder_names_what_is_late_and_found_with_figures_and_address(office: Office) -> None:
    said = text(reports.reminder_letter(office, "00004"))
    for line in (
        "- Hồ sơ đang quá hạn: 4;", "- Nhiệm vụ đang quá hạn: 2;", "- Nhiệm vụ hoàn thành quá hạn: 1;",
        "- Số lỗi phát hiện: 3;", "congkhai.example.vn/don-vi/phuong-ba-dinh/",
        "- Báo cáo kết quả thực hiện về Ủy ban nhân dân phường Thử Nghiệm trước ngày 01/07/2026.",
    ):  # fmt: skip
        assert line in said
    assert "Nộp các báo cáo còn thiếu" not in said


def test_a_reminder_asks_for_what_was_not_submitted(office: Office) -> None:
    letter = reports.reminder_letter(office, "00025", by=dt.date(2026, 6, 30))
    said = text(letter)
    assert "1. Chưa nộp báo cáo đã đến hạn\n- Nhiệm vụ được giao, Tháng 6/2026" in said
    assert "trước ngày 30/06/2026" in said
    assert "Khắc phục các lỗi" not in said
    assert (letter.to, letter.receivers[0], letter.sender.signer) == (
        HOSTILE, "- Như trên;", ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"),
    )  # fmt: skip


def test_nothing_to_remind_of_is_no_letter(office: Office) -> None:
    with pytest.raises(Mistake) as told:
        reports.reminder_letter(office, "00008")
    assert told.value.code == "report-no-ground"


# --- what they are written as


@pytest.mark.parametrize("which", ["report", "reminder"])
def test_both_files_say_the_same_in_the_layout_of_the_decree(office: Office, report: Letter, which: str) -> None:
    letter = report if which == "report" else reports.reminder_letter(office, "00025")
    made = reports.files(letter)
    pages = range(len(pypdfium2.PdfDocument(made[".pdf"])))
    printed, written = " ".join(text_of(made[".pdf"], page) for page in pages), words(made[".docx"])
    said = [one.text for one in letter.blocks if isinstance(one, Paragraph)]
    for wanted in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "ỦY BAN NHÂN DÂN", "Nơi nhận:",
                   "TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG", "SỐ LIỆU MINH HỌA", letter.subject, *said):  # fmt: skip
        assert "".join(wanted.split()) in "".join(printed.split())  # lines break where they are full
        assert wanted in written or wanted == "SỐ LIỆU MINH HỌA"
    assert size_of(made[".pdf"]) == (210, 297)
    assert reports.files(letter) == made


def test_the_docx_keeps_margins_letters_and_has_no_field_but_the_page(report: Letter) -> None:
    made = word.make(report)
    document = docx.Document(io.BytesIO(made))
    section = document.sections[0]
    sizes = (section.page_width, section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    assert [round((size or 0) / 36000) for size in sizes] == [210, 30, 20, 20, 20]
    assert document.styles["Normal"].font.name == "Times New Roman"
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist() if name.endswith(".xml")).decode()
        about = parts.read("docProps/core.xml").decode()
    assert re.findall(r"<w:instrText[^>]*>([^<]*)", everything) == ["PAGE"]
    assert "<w:fldSimple" not in everything
    assert not re.search("creator|author|modified", about, re.IGNORECASE)
    assert section.first_page_footer.paragraphs[0].text == "SỐ LIỆU MINH HỌA"


def test_letters_that_the_font_lacks_do_not_stop_a_letter(report: Letter) -> None:
    assert paper.make(replace(report, to="Phường 漢"))[:5] == b"%PDF-"


def test_the_fonts_licence_goes_with_them() -> None:
    assert "SIL OPEN FONT LICENSE" in (paper.LETTERS / "OFL.txt").read_text(encoding="utf-8")


# --- the command


def test_the_command_writes_both_files_for_another_office_that_reports(office: Office, tmp_path: Path) -> None:
    given = ["--from", "Sở Nội vụ", "--to", "Chủ tịch Ủy ban nhân dân", "--signer", "Giám đốc"]
    out = tmp_path / "bao-cao.docx"
    assert terminal.run(command.main, ["--office", str(office.root), "inspections", *given, "2026-06", str(out)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bao-cao.docx", "bao-cao.pdf"]
    said = words(out.read_bytes())
    for wanted in ("SỞ NỘI VỤ", "Kính gửi: Chủ tịch Ủy ban nhân dân", "GIÁM ĐỐC", "- Như trên;"):
        assert wanted in said
    assert "CHÁNH VĂN PHÒNG" not in said


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["inspections", "2026-Q2"], 2),
        (["inspections", "2026-07"], 2),
        (["inspections"], 2),
        (["inspections", "2026-06", "--unit", "00004"], 2),
        (["procedures", "2026-06", "--from", "Sở Nội vụ"], 2),
        (["reminder", "--unit", "00008"], 1),
        (["reminder", "--unit", "99999"], 2),
        (["reminder"], 2),
        (["reminder", "--unit", "00004", "--by", "2026-06-24"], 2),
        (["reminder", "--unit", "00004", "2026-Q2"], 2),
    ],
)
def test_what_cannot_be_written_is_told_and_writes_nothing(
    office: Office, tmp_path: Path, given: list[str], code: int
) -> None:
    out = [str(tmp_path / "out")]
    assert terminal.run(command.main, ["--office", str(office.root), *given, *out]) == code
    assert not list(tmp_path.iterdir())
