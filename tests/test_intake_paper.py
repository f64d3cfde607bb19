"""Paper forms and silent counters on the staff pages: typed by box, judged like any answer, kept apart."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from collector.calendar import working_block
from collector.codes import Keys
from collector.silence import LISTENING
from collector.store import Store, tables
from publisher.catalogue import open_office
from publisher.catalogue.office import ZONE
from tests.intake_app import URL, Desk, Person, opened
from tests.survey_app import CLOSED, HERE, OTHER, PERIOD, TODAY, Page, make_survey_office

SHEET = f"/phieu-giay/{HERE}"
TYPED = {"overall": "2", "time": "5", "trips": "3", "wish": "1 2", "comment": "Gọi 0912345678 nhé"}


def make_store(office: Path) -> Store:
    """The survey's store, made."""
    store = Store(f"sqlite:///{office / 'var' / 'collector' / 'survey.sqlite'}", Keys(office / "var" / "keys"))
    store.start()
    return store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An office whose survey is at work, a clerk of the unit, a clerk of another, an approver, an administrator."""
    office = make_survey_office(tmp_path / "office", intake={"url": URL})
    make_store(office).stop()
    with opened(office) as found:
        found.clock.at = dt.datetime(2026, 7, 31, 9, tzinfo=ZONE)
        found.join("clerk", ("clerk",), ("00004",))
        found.join("other", ("clerk",), ("00008",))
        found.join("approver", ("approver",), ("*",))
        found.join("administrator", ("administrator",), ())
        yield found


def send(person: Person, fields: dict[str, str], page: Page | None = None) -> Page:
    """Fill in and store the sheet of a page, a fresh one without one."""
    return person.send(page or person.open(SHEET), fields, action=SHEET)


def stored(desk: Desk) -> list[tuple[str, str, str, dict[str, str]]]:
    """The answers: (period, counter, channel, choices)."""
    store = desk.intake.survey.store()
    assert store
    with store.database.reading() as connection:
        rows = connection.execute(sa.select(tables.answers)).all()
    return sorted(((r.period, r.counter, r.channel, json.loads(r.choices)) for r in rows), key=str)


def test_a_stack_is_typed_in_by_the_numbers_of_the_boxes(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    assert [a.get("href") for a in clerk.open("/phieu-giay").tree.xpath("//main//li/a")] == [
        SHEET,
        "/phieu-giay/00004-02",
    ]
    page = send(clerk, {**TYPED, "_batch": "2026-08/3"})
    assert "Đã lưu phiếu. Quầy này đã nhập 1 phiếu giấy cho tháng 8/2026." in page.text
    assert page.tree.xpath("//input[@name='_batch']/@value") == ["2026-08/3"], "the stack goes on"
    assert not any(page.tree.xpath("//input[@inputmode]/@value")), "the next sheet is blank"
    page = send(clerk, {"overall": "1"}, page)
    assert "đã nhập 2 phiếu giấy" in page.text
    assert stored(desk) == [
        (PERIOD, HERE, "paper", {"overall": "4", "time": "1", "trips": "3", "wish": "trips waiting"}),
        (PERIOD, HERE, "paper", {"overall": "5"}),
    ]
    typed = [(who, about) for who, action, about in desk.journal() if action == "paper-typed"]
    assert typed == [("clerk", f"{HERE}/{PERIOD} 2026-08/3"), ("clerk", f"{HERE}/{PERIOD} 2026-08/3")]
    assert "0912345678" not in str(desk.journal())


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"overall": "6"}, "không có trong phiếu"),
        ({"overall": "x"}, "không có trong phiếu"),
        ({"overall": "1 2"}, "hai câu trả lời"),
        ({"overall": ""}, "Xin chọn câu trả lời"),
        ({"trips": "21"}, "từ 0 đến 20"),
        ({"trips": "ba"}, "viết bằng chữ số"),
        ({"wish": "1 7"}, "không có trong phiếu"),
        ({"_batch": "<b>"}, "Số xấp"),
        ({"_key": "mine"}, "Không đọc được"),
    ],
)
def test_what_the_form_does_not_allow_is_not_stored_and_stays_as_it_was_typed(
    desk: Desk, fields: dict[str, str], why: str
) -> None:
    clerk = desk.people["clerk"]
    page = send(clerk, {**TYPED, **fields})
    assert page.status == 422
    assert why in page.tree.xpath("//*[@role='alert']")[0].text_content()
    for name, text in {**TYPED, **fields}.items():
        if not name.startswith("_"):
            (field,) = page.tree.xpath(f"//*[@name='{name}']")
            assert (field.get("value") or field.text_content().strip()) == text
    assert stored(desk) == []


def test_a_blank_sheet_is_no_answer_and_the_same_sheet_twice_is_one(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    assert "chưa có câu trả lời nào" in send(clerk, {}).text
    page = clerk.open(SHEET)
    send(clerk, TYPED, page)
    assert "đã nhập 1 phiếu giấy" in send(clerk, TYPED, page).text
    changed = send(clerk, {**TYPED, "overall": "1"}, page)
    assert changed.status == 409
    assert len(stored(desk)) == 1
    assert "đã nhập 2 phiếu giấy" in send(clerk, {}, changed).text, "stored once more it is another sheet"


def test_only_a_clerk_of_the_unit_types_in_and_only_for_a_counter_at_work(desk: Desk) -> None:
    assert desk.people["other"].open(SHEET).status == 403
    assert desk.people["other"].act(SHEET, TYPED).status == 403
    assert desk.people["approver"].open(SHEET).status == 403
    assert desk.people["clerk"].open(f"/phieu-giay/{CLOSED}").status == 404
    assert stored(desk) == []


def test_a_sheet_of_a_period_that_is_closing_goes_into_the_next(desk: Desk) -> None:
    store = desk.intake.survey.store()
    assert store
    store.begin_close(PERIOD)
    page = send(desk.people["clerk"], TYPED)
    assert "tháng 9/2026" in page.text
    assert [row[0] for row in stored(desk)] == ["2026-09"]


def test_enter_in_a_field_presses_a_button_that_is_off(desk: Desk) -> None:
    page = desk.people["clerk"].open(SHEET)
    (form,) = page.tree.xpath("//form[contains(@class, 'typing')]")
    assert form.xpath(".//button")[0].get("disabled") is not None, "the first button is the one that Enter presses"


def test_silent_counters_are_listed_for_those_who_can_go_and_look(desk: Desk) -> None:
    clerk, administrator = desk.people["clerk"], desk.people["administrator"]
    assert "Chưa biết được quầy nào im lặng" in clerk.open("/quay-im-lang").text
    office = open_office(desk.office)
    store = make_store(desk.office)
    store.heard(LISTENING, working_block(office, TODAY - dt.timedelta(days=60)))
    store.heard(OTHER, working_block(office, TODAY))
    store.stop()
    assert "Quầy 1: Hộ tịch, chứng thực (00004-01) Phường Ba Đình https://khaosat.example.vn/k/00004-01" in clerk.open(
        "/quay-im-lang"
    ).text  # fmt: skip
    assert HERE in administrator.open("/quay-im-lang").text
    assert OTHER not in administrator.open("/quay-im-lang").text, "it was heard"
    other = desk.people["other"].open("/quay-im-lang").text
    assert HERE not in other
    assert "Không có quầy nào im lặng" in other


def test_without_a_survey_both_pages_say_so(tmp_path: Path) -> None:
    with opened(make_survey_office(tmp_path / "office", intake={"url": URL})) as desk:
        clerk = desk.join("clerk", ("clerk",), ("00004",))
        for path in ("/phieu-giay", "/quay-im-lang"):
            assert "chưa có cơ sở dữ liệu" in clerk.open(path).text
        assert clerk.open(SHEET).status == 404
