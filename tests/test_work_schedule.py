"""The schedule of the leaders in a built site: what is coming first, what was called off, a calendar, no person."""

import datetime as dt
from pathlib import Path

import icalendar
import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.release import build
from tests.offices import make_office
from tests.submitted import WORK_SCHEDULE, Line, file_of

UNIT = "don-vi/phuong-ba-dinh"
TODAY = dt.datetime(2026, 6, 16, 9, tzinfo=ZONE)
TITLE = "Họp về ngập úng; kiểm tra cống, mương \\ hồ điều hòa, trạm bơm, và việc phân công trực ban mùa mưa bão"
"""Longer than a line of a calendar, with every sign that it escapes."""
JUNE: tuple[Line, ...] = (
    {},
    {"entry_code": "02", "held_on": "2026-06-17", "begins_at": "14:00", "ends_at": "", "title": TITLE,
     "activity": "meeting", "leader": "vice_chair"},
    {"entry_code": "03", "held_on": "2026-06-16", "begins_at": "08:00", "status": "cancelled", "note": "Mưa lớn."},
    {"entry_code": "04", "held_on": "2026-06-25", "title": "Họp nội bộ kín", "visibility": "internal"},
)  # fmt: skip
JULY: tuple[Line, ...] = (
    {"period": "2026-07", "held_on": "2026-07-02", "title": "Đối thoại với thanh niên", "activity": "dialogue"},
    {"period": "2026-07", "entry_code": "02", "held_on": "2026-07-03", "title": "Giao ban tuần"},
)


def file(office: Office, *lines: Line) -> bytes:
    """A schedule from changes of the base line."""
    return file_of(office.kinds["work_schedule"], *[{**WORK_SCHEDULE, **line} for line in lines])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A ward with the schedules of June and, ahead of it, of July 2026; released on 16 June."""
    folder = tmp_path_factory.mktemp("schedule") / "office"
    settings = {"first_period": "2026-06", "today": "2026-06-16", "languages": ["vi", "en"]}
    found = open_office(make_office(folder, datasets={"work_schedule": {}}, **settings))
    for lines in (JUNE, JULY):
        accept(found, found.kinds["work_schedule"], file(found, *lines), now=TODAY)
    build(found)
    return found


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.parse(str(office.site / "current" / path / "index.html")).getroot()


def said(element: html.HtmlElement) -> str:
    """The text of an element with single spaces."""
    return " ".join(element.text_content().split())


def test_what_is_coming_comes_first_week_by_week_and_what_is_gone_is_closed(office: Office) -> None:
    main = page(office, f"{UNIT}/lich-cong-tac").xpath("//main")[0]
    weeks = [said(head) for head in main.xpath(".//h2[not(ancestor::details)]") if "Tuần" in said(head)]
    assert [week.replace("¶", "").strip() for week in weeks] == [
        "Tuần từ 15/06/2026 đến 21/06/2026",
        "Tuần từ 29/06/2026 đến 05/07/2026",
    ]
    text = said(main)
    in_order = ["Thứ Ba, 16/06/2026", "Thứ Tư, 17/06/2026", "Thứ Năm, 02/07/2026", "Thứ Sáu, 03/07/2026"]
    assert sorted(in_order, key=text.index) == in_order
    assert "Thứ Tư, 03/06/2026" in said(main.xpath(".//details")[-1])
    assert "Wednesday, 17 Jun 2026" in said(page(office, f"en/{UNIT}/lich-cong-tac"))


def test_what_was_called_off_stays_and_says_why(office: Office) -> None:
    (entry,) = page(office, f"{UNIT}/lich-cong-tac").xpath("//main//dd[span[@class='ck-flag ck-late']]")
    assert said(entry) == "Đã hủy Mưa lớn."


def test_the_unit_s_block_has_the_next_three_entries(office: Office) -> None:
    (block,) = page(office, UNIT).xpath("//section[h2[@id='work_schedule']]")
    days = [said(day) for day in block.xpath("./h3")]
    assert [day.replace("¶", "").strip() for day in days] == [
        "Thứ Ba, 16/06/2026", "Thứ Tư, 17/06/2026", "Thứ Năm, 02/07/2026",
    ]  # fmt: skip
    assert {link.rsplit("/", 2)[-2] or link for link in block.xpath(".//a/@href") if "lich-cong-tac" in link} == {
        "lich-cong-tac"
    }
    assert block.xpath(".//a[contains(@href, 'lich.ics')]")


def test_the_calendar_holds_both_months_and_survives_every_sign(office: Office) -> None:
    content = (office.site / "current" / UNIT / "lich.ics").read_bytes()
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    events = {str(event["summary"]): event for event in icalendar.Calendar.from_ical(content).walk("VEVENT")}
    assert len(events) == 4  # two entries of June have the same words
    event = events[TITLE]
    assert event.decoded("dtstart").astimezone(ZONE) == dt.datetime(2026, 6, 17, 14, 0, tzinfo=ZONE)
    assert event.decoded("dtstamp") == TODAY
    off = [event for event in icalendar.Calendar.from_ical(content).walk("VEVENT") if event.get("status")]
    assert [str(event["status"]) for event in off] == ["CANCELLED"]


def test_an_internal_entry_is_counted_and_stands_nowhere(office: Office) -> None:
    values = page(office, f"{UNIT}/tung-ky").xpath(
        "//data[@data-of='work_schedule/entries/00004/2026-06/month']/@value"
    )
    assert set(values) == {"4"}
    for path in (office.site / "current").resolve().rglob("*"):
        if path.is_file() and path.suffix in (".html", ".csv", ".json", ".ics", ".xml"):
            assert "Họp nội bộ kín" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("header", ["Họ và tên", "Người chủ trì", "Điện thoại liên hệ"])
def test_a_column_of_persons_is_refused(office: Office, header: str) -> None:
    head, row = file(office, {}).decode().splitlines()
    content = f"{head},{header}\n{row},Trần Thị B\n".encode()
    assert check_file(office, office.kinds["work_schedule"], content).errors


@pytest.mark.parametrize("column", ["title", "place", "note"])
@pytest.mark.parametrize("text", ["Ông Nguyễn Văn A", "gọi 0912 345 678", "CCCD 001 088 012 345"])
def test_no_person_slips_into_a_text(office: Office, column: str, text: str) -> None:
    found = check_file(office, office.kinds["work_schedule"], file(office, {column: text})).errors
    assert [p.code for p in found] == ["P06"]


def test_who_leads_is_a_position_of_the_list(office: Office) -> None:
    kind = office.kinds["work_schedule"]
    assert check_file(office, kind, file(office, {"leader": "Nguyễn Văn A"})).errors
    checked = check_file(office, kind, file(office, {"leader": "Phó Chủ tịch UBND"}), collect=True)
    assert checked.errors == []
    (rows,) = checked.submissions.values()
    assert rows[0][list(kind.columns).index("leader")] == "vice_chair"


def test_a_unit_whose_schedule_is_over_says_so(tmp_path: Path) -> None:
    settings = {"first_period": "2026-06", "today": "2026-07-20"}
    found = open_office(make_office(tmp_path / "office", datasets={"work_schedule": {}}, **settings))
    accept(found, found.kinds["work_schedule"], file(found, {}), now=dt.datetime(2026, 7, 10, 9, tzinfo=ZONE))
    build(found)
    for path in (UNIT, f"{UNIT}/lich-cong-tac"):
        assert "Không có việc nào từ hôm đó trở đi." in said(page(found, path))
