"""Tasks, inspections, grades, commendations, ratings in a built site: what stands there, what must stand nowhere."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.release import build
from tests.offices import UNITS, make_office
from tests.submitted import BASES, Line, file_of

KINDS = (
    "procedures", "tasks", "task_register", "inspections", "reception", "self_assessment", "punctuality", "ratings",
    "par_index", "commendations",
)  # fmt: skip
SECRET = "Chuẩn bị phương án nhân sự của đơn vị"

GIVEN: Mapping[str, tuple[Line, ...]] = {
    "procedures": tuple({"unit_code": unit["code"]} for unit in UNITS),
    "tasks": (
        {},
        {"task_class": "no_due_report", "done_on_time": "0", "open_in_time": "0", "done_no_due": "12",
         "open_no_due": "8"},
        {"unit_code": "00008", "open_in_time": "5", "open_overdue": "3", "overdue_days_max": "40",
         "late_reason": "Chờ."},
    ),
    "task_register": (
        {"task_code": "NV-01", "title": "Còn trong hạn"},
        {"task_code": "NV-02", "title": "Quá hạn & gấp", "due_on": "2026-06-01", "status": "open_overdue",
         "days_overdue": "13"},
        {"task_code": "NV-03", "title": SECRET, "due_on": "2026-06-04", "status": "open_overdue", "days_overdue": "10",
         "visibility": "internal"},
        {"task_code": "NV-04", "title": "Được lùi", "due_on": "2026-05-20", "extended_to": "2026-06-10",
         "done_on": "2026-06-08", "status": "done_on_time"},
    ),
    "inspections": tuple({"unit_code": unit["code"], "carried_open": "0", "remedied": "1", "remedied_in_time": "1"}
                         for unit in UNITS),
    "reception": ({},),
    "self_assessment": (
        {},
        {"unit_code": "00008", "staff_total": "9", "graded_excellent": "", "graded_good": "", "graded_completed": "",
         "graded_failed": "", "not_graded": ""},
    ),
    "par_index": (
        {},
        {"component": "digital", "points": "16", "maximum": "18", "survey_points": "", "survey_maximum": ""},
    ),
    "commendations": (
        {},
        {"entry_code": "KT02", "recipient_type": "person", "recipient": "Nguyễn Văn Thử", "decision_no": "57/QĐ-UBND"},
        {"entry_code": "KT03", "recipient_type": "person", "recipient": "", "recipients": "4",
         "decision_no": "58/QĐ-UBND"},
    ),
}  # fmt: skip
"""What each kind's file changes in its base line."""


def file(office: Office, name: str, lines: tuple[Line, ...]) -> bytes:
    """A file of a kind from changes of its base line."""
    return file_of(office.kinds[name], *[{**BASES[name], **line} for line in lines])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three communes with one month of everything and one year of the index, built."""
    root = make_office(
        tmp_path_factory.mktemp("records") / "office",
        datasets={**{name: {} for name in KINDS}, "par_index": {"first_period": "2025-12"}},
        first_period="2026-06",
        today="2026-07-05",
    )
    found = open_office(root)
    for name, lines in GIVEN.items():
        accept(found, found.kinds[name], file(found, name, lines), now=dt.datetime(2026, 6, 16, 9, tzinfo=ZONE))
    build(found)
    return found


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.parse(str(office.site / "current" / path / "index.html")).getroot()


def text(tree: html.HtmlElement, where: str = "//main") -> str:
    """The text of a part of a page with single spaces."""
    return " ".join(tree.xpath(where)[0].text_content().split())


def section(office: Office, path: str, kind: str) -> str:
    """The text of a kind's block on a page."""
    return text(page(office, path), f"//section[h2[@id='{kind}']]")


UNIT = "don-vi/phuong-ba-dinh"


def test_overdue_tasks_come_first_with_their_days_and_extensions_stand_beside_the_first_term(office: Office) -> None:
    tree = page(office, f"{UNIT}/nhiem-vu")
    assert [" ".join(dt.text_content().split()) for dt in tree.xpath("//main//dt")] == [
        "Quá hạn & gấp",
        "Còn trong hạn",
        "Được lùi",
    ]
    said = text(tree)
    assert "quá hạn 13 ngày · Thời hạn 01/06/2026" in said
    assert "xong ngày 08/06/2026 · Thời hạn 10/06/2026 · thời hạn đầu 20/05/2026" in said
    assert "Tháng 6/2026, sổ của Phường Ba Đình có 4 nhiệm vụ, 2 nhiệm vụ đang quá hạn." in said
    english = text(page(office, f"en/{UNIT}/nhiem-vu"))
    assert "13 days overdue · Due on 1 Jun 2026" in english


def test_a_register_shows_its_rows_on_its_own_page_only(office: Office) -> None:
    block = section(office, UNIT, "task_register")
    assert "4 nhiệm vụ" in block
    assert "Được lùi" not in block
    assert page(office, UNIT).xpath("//section[h2[@id='task_register']]//a[contains(@href, 'nhiem-vu/')]")


def test_an_internal_task_is_counted_and_its_content_stands_nowhere(office: Office) -> None:
    for path in (office.site / "current").resolve().rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert "lâu nhất 40 ngày" in section(office, ".", "khac")


def test_tasks_are_said_in_one_sentence_each_way(office: Office) -> None:
    assert "hoàn thành đúng hạn tất cả 12 nhiệm vụ đến hạn; không có nhiệm vụ nào quá hạn." in section(
        office, UNIT, "tasks"
    )
    assert "hoàn thành đúng hạn 12/15 nhiệm vụ đến hạn (80,0%); 3 nhiệm vụ đang quá hạn, lâu nhất 40 ngày." in section(
        office, "don-vi/phuong-ngoc-ha", "tasks"
    )
    english = section(office, "en/don-vi/phuong-ngoc-ha", "tasks")
    assert "12 of 15 tasks of Ngoc Ha Ward that fell due were done on time (80.0%); 3 are overdue" in english


def test_a_unit_of_fewer_than_ten_gives_no_grades_and_no_sum_tells_them(office: Office) -> None:
    small = section(office, "don-vi/phuong-ngoc-ha", "self_assessment")
    assert "có dưới 10 người nên không công bố xếp loại" in small
    assert "dưới 10 người" in small
    assert "19/20 người" in section(office, ".", "khac")


def test_the_reform_index_is_that_of_its_year(office: Office) -> None:
    said = section(office, UNIT, "par_index")
    assert "Năm 2025, Phường Ba Đình đạt 88,64% điểm tối đa" in said
    assert "29,25/33" in said
    assert "*" not in said


def test_collectives_and_persons_are_commended_with_their_decisions(office: Office) -> None:
    tree = page(office, f"{UNIT}/khen-thuong")
    named = [" ".join(dt.text_content().split()) for dt in tree.xpath("//main//dt")]
    assert named == ["Bộ phận một cửa", "Nguyễn Văn Thử", "4 cá nhân"]
    assert "Giấy khen · Quyết định 57/QĐ-UBND ngày 01/06/2026" in text(tree)


def test_a_rating_shows_every_input_and_sorts_by_name(office: Office) -> None:
    table = page(office, "so-lieu/ratings").xpath("//table[caption[@id='ratings-2026']]")[0]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in table.xpath("tbody/tr")]
    assert [row[0] for row in rows] == ["Phường Ba Đình", "Phường Giảng Võ", "Phường Ngọc Hà"]
    dossiers, satisfaction, tasks, punctual, inspected, total, grade = rows[0][1:]
    assert (dossiers, tasks, inspected) == ("35,0 100,0%", "20,0 100,0%", "3,3 33,3%")
    assert (satisfaction, grade) == ("chưa có số liệu", "chưa xếp loại")
    # all six reports that were due for June came in time; that of the year 2025 belongs to 2025
    assert (punctual, total) == ("15,0 100,0%", "73,3")


def test_who_lacks_too_much_is_not_rated_and_is_told_why(office: Office) -> None:
    said = section(office, "don-vi/phuong-giang-vo", "ratings")
    assert "không được xếp loại vì thiếu số liệu: Người dân hài lòng, Hoàn thành nhiệm vụ đúng hạn." in said
    partly = section(office, UNIT, "ratings")
    assert "điểm của các nội dung có số liệu; chưa xếp loại vì thiếu số liệu: Người dân hài lòng." in partly
    assert "80% không điểm, 100% đủ điểm" in partly


def test_the_month_says_short_datasets_in_sentences(office: Office) -> None:
    tree = page(office, "thang/2026-06")
    (short,) = tree.xpath("//section[h2[@id='inspections']]")
    assert short.xpath(".//table") == []
    assert "được kiểm tra 3 cuộc" in text(tree, "//section[h2[@id='inspections']]")
    assert page(office, "thang/2026-06/inspections").xpath("//main//table")


def test_what_was_submitted_in_time_is_counted(office: Office) -> None:
    assert "Phường Ngọc Hà nộp đúng hạn" in section(office, "don-vi/phuong-ngoc-ha", "punctuality")
    for path in ("don-vi/phuong-ngoc-ha", "so-lieu/punctuality"):
        links = page(office, path).xpath("//main//section[h2[@id='punctuality']]//a/@href | //main//p/a/@href")
        assert "../../cong-bo/" in links, path


# --- what may not come in


@pytest.mark.parametrize("kind", [name for name in GIVEN if name != "procedures"])
@pytest.mark.parametrize("header", ["Họ và tên", "Người thực hiện", "Số CCCD", "Điện thoại liên hệ"])
def test_a_column_of_persons_is_refused_in_every_record(office: Office, kind: str, header: str) -> None:
    head, *rows = file(office, kind, ({},)).decode().splitlines()
    content = "\n".join([f"{head},{header}", *(f"{row},Trần Thị B" for row in rows), ""])
    assert "column-personal" in [p.code for p in check_file(office, office.kinds[kind], content.encode()).errors]


TEXTS = {
    "tasks": "late_reason", "task_register": "title", "inspections": "note", "reception": "note",
    "par_index": "note", "commendations": "what_for",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "column"), TEXTS.items())
@pytest.mark.parametrize("said", ["Ông Nguyễn Văn A đi muộn", "gọi 0912 345 678", "CCCD 001 088 012 345"])
def test_no_name_phone_or_identity_number_slips_into_a_text(office: Office, kind: str, column: str, said: str) -> None:
    found = check_file(office, office.kinds[kind], file(office, kind, ({column: said},))).errors
    assert [p.code for p in found] == ["P06"]


def test_a_person_is_commended_by_name_only_with_the_decision(office: Office) -> None:
    kind = office.kinds["commendations"]
    named = {"recipient_type": "person", "recipient": "Ông Nguyễn Văn Thử"}
    assert check_file(office, kind, file(office, "commendations", (named,))).problems == []
    without = {**named, "decision_no": "", "decision_on": ""}
    codes = [p.code for p in check_file(office, kind, file(office, "commendations", (without,))).errors]
    assert codes == ["C02a", "C02b"]


def test_a_secret_is_refused_with_the_reason(office: Office) -> None:
    found = check_file(office, office.kinds["task_register"], file(office, "task_register", ({"secrecy": "Tối mật"},)))
    (problem,) = found.errors
    assert "bí mật nhà nước không được đưa vào hệ thống này" in problem.message_vi


def test_kinds_of_few_offices_are_published_by_those_that_name_them(tmp_path: Path) -> None:
    assert set(KINDS) - set(open_office(make_office(tmp_path / "office")).kinds) == set(KINDS) - {"procedures"}
