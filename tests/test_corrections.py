"""A corrected figure is marked where it stands, and every changed cell is told: was, is, why, when."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import feedparser
import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_office
from publisher.ledger import accept, declare_nothing, read_ledger
from publisher.measures import EVERY, Book, Corrected
from publisher.pages import corrections, write_pages
from publisher.proof import coming
from publisher.tallies import tally_office
from tests.offices import UNITS, make_office
from tests.submitted import PROCEDURES, SATISFACTION, file_of

MAY, JUNE = "2026-05", "2026-06"
NOON = dt.datetime(2026, 6, 20, 12, tzinfo=ZONE)


def submit(office: Office, *rows: Mapping[str, str], reason: str = "", day: int = 0, kind: str = "procedures") -> None:
    """Accept a file of these rows on a day after the first."""
    of = office.kinds[kind]
    base = PROCEDURES if kind == "procedures" else SATISFACTION
    content = file_of(of, *({**base, **row} for row in rows))
    accept(office, of, content, now=NOON + dt.timedelta(days=day), reason=reason, explanations={})


def certification(late: int) -> Mapping[str, str]:
    """A second field's row, with so many of ten dossiers late."""
    return {
        "field_code": "CT", "received_total": "10", "received_online": "10", "received_offline": "0",
        "carried_over": "0", "resolved_total": "10", "resolved_early": "0", "resolved_on_time": str(10 - late),
        "resolved_late": str(late), "pending_total": "0", "pending_in_time": "0",
    }  # fmt: skip


def book_of(office: Office) -> Book:
    """The office's figures."""
    return Book(office, tally_office(office, read_ledger(office)))


def found(office: Office) -> corrections.Corrections:
    """The office's corrections."""
    return corrections.Corrections(office, book_of(office), read_ledger(office))


# --- which cells


def cells(office: Office, number: int = 0) -> list[tuple[str, str, str | None, str | None]]:
    """What the newest correction (or an older one) changed: field, column, was, now."""
    one = found(office)
    changed = one.changed(one.lines[number])
    return [(change.row["field_code"], change.column, change.was, change.now) for change in changed]


def test_only_the_cells_that_differ_are_told_and_rows_that_came_or_went(office: Office) -> None:
    submit(office, {}, certification(late=2))
    submit(office, certification(late=1), {"field_code": "XD"}, reason="Đồng hồ máy chủ chạy sai", day=1)
    assert cells(office) == [
        ("CT", "resolved_on_time", "8", "9"),
        ("CT", "resolved_late", "2", "1"),
        ("XD", "", None, ""),
        ("HT", "", "", None),
    ]


def test_another_order_of_the_rows_changes_no_cell(office: Office) -> None:
    submit(office, {}, certification(late=2))
    submit(office, certification(late=2), {}, reason="Sắp xếp lại các dòng", day=1)
    assert cells(office) == []


def test_columns_that_are_not_published_are_not_told(office: Office) -> None:
    submit(office, {}, kind="satisfaction")
    submit(
        office, {"level_3": "3", "level_2": "3", "level_1": "0"}, reason="Nhập nhầm hai mức", day=1, kind="satisfaction"
    )
    one = found(office)
    assert one.changed(one.lines[0]) == []


def test_of_several_corrections_each_is_told_against_the_one_before(office: Office) -> None:
    submit(office, certification(late=3))
    submit(office, certification(late=2), reason="Lần một", day=1)
    submit(office, certification(late=1), reason="Lần hai", day=2)
    assert [cell[2:] for cell in cells(office, 0)] == [("8", "9"), ("2", "1")]
    assert [cell[2:] for cell in cells(office, 1)] == [("7", "8"), ("3", "2")]


# --- which figures


def test_a_figure_is_corrected_when_its_value_is_not_the_first_one(office: Office) -> None:
    submit(office, {}, certification(late=2))
    submit(office, {"unit_code": "00008"})
    submit(office, {}, certification(late=1), reason="Đồng hồ máy chủ chạy sai", day=1)
    book, ledger = book_of(office), read_ledger(office)
    fixes = Corrected(office, book, ledger)

    def line(measure: str, unit: str = "00004", **where: str) -> int:
        found = fixes.correction(book.figure("procedures", measure, unit, JUNE, **where))
        return found.number if found else 0

    assert line("on_time_pct") == 3
    assert line("received_new") == 0  # the same as before
    assert line("on_time_pct", "00008") == 0  # another unit's
    assert line("on_time_pct", EVERY) == 3  # the whole has it in itself
    assert line("on_time_pct", breakdown="field", key="CT") == 3
    assert line("on_time_pct", breakdown="field", key="HT") == 0
    quarter = book.figure("procedures", "on_time_pct", EVERY, "2026-Q2")
    assert fixes.correction(quarter) is None or quarter.state != "blank"


def test_a_figure_that_was_corrected_back_is_what_it_was(office: Office) -> None:
    submit(office, certification(late=2))
    submit(office, certification(late=1), reason="Lần một", day=1)
    submit(office, certification(late=2), reason="Lần hai: số cũ đúng", day=2)
    book = book_of(office)
    fixes = Corrected(office, book, read_ledger(office))
    assert fixes.correction(book.figure("procedures", "on_time_pct", "00004", JUNE)) is None


def test_without_corrections_nothing_is_computed_twice(office: Office) -> None:
    submit(office, {})
    book = book_of(office)
    fixes = Corrected(office, book, read_ledger(office))
    assert fixes.correction(book.figure("procedures", "on_time_pct", "00004", JUNE)) is None
    assert "first" not in vars(fixes)


# --- pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of an office with corrections in two months, a declared nothing and an explanation."""
    root = make_office(tmp_path_factory.mktemp("corrections") / "office", units=UNITS[:2], first_period=MAY)
    office = open_office(root)
    kind = office.kinds["procedures"]
    submit(office, {"period": MAY, "unit_code": "00008"})
    submit(office, {"carried_over": "6", "received_total": "48", "pending_total": "8", "pending_in_time": "8"},
           certification(late=2))  # fmt: skip
    submit(
        office,
        {"carried_over": "6", "received_total": "48", "pending_total": "8", "pending_in_time": "8"},
        certification(late=1),
        reason="Đồng hồ <máy chủ> chạy sai & sửa",
        day=1,
    )
    submit(office, {"period": MAY, "unit_code": "00008", "note": "Có"}, reason="Thêm ghi chú", day=20)
    late = file_of(kind, {**PROCEDURES, "unit_code": "00008", "carried_over": "9", "received_total": "51",
                          "pending_total": "11", "pending_in_time": "11"})  # fmt: skip
    accept(office, kind, late, now=NOON + dt.timedelta(days=21), explanations={"V05": "Hệ thống cũ đếm thiếu ba hồ sơ"})
    declare_nothing(office, office.kinds["feedback"], "00004", JUNE, now=NOON + dt.timedelta(days=22))
    ledger = read_ledger(office)
    out = tmp_path_factory.mktemp("pages")
    release = coming(office, ledger, "0" * 64)
    write_pages(office, book_of(office), ledger, check_office(office), release, out)
    return out


def read(pages: Path, name: str) -> html.HtmlElement:
    """A written page."""
    text = (pages / name / "index.md").read_text(encoding="utf-8").split("\n---\n", 1)[1]
    return html.document_fromstring(f"<html><body>{text}</body></html>")


def words(element: html.HtmlElement) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())


def test_a_correction_has_its_place_with_cells_reason_and_day(pages: Path) -> None:
    page = read(pages, "vi/dinh-chinh/2026-06")
    section = page.get_element_by_id("procedures-2026-06-00004-1")
    assert words(section).startswith(
        "Phường Ba Đình, Tháng 6/2026: Hồ sơ Đính chính lần 1, 21/06/2026. Lý do: Đồng hồ <máy chủ> chạy sai & sửa"
    )
    rows = [[words(cell) for cell in row] for row in section.iter("tr")]
    assert rows == [
        ["Dòng", "Cột", "Trước", "Nay"],
        ["Chứng thực", "Đã giải quyết đúng hạn", "8", "9"],
        ["Chứng thực", "Đã giải quyết quá hạn", "2", "1"],
    ]


def test_the_first_page_shows_the_newest_first_and_the_months(pages: Path) -> None:
    page = read(pages, "vi/dinh-chinh")
    heads = [words(head) for head in page.iter("h2")]
    assert heads[:2] == ["Phường Ngọc Hà, Tháng 5/2026: Hồ sơ", "Phường Ba Đình, Tháng 6/2026: Hồ sơ"]
    links = [a.get("href") for a in page.iter("a")]
    assert "../dinh-chinh/2026-06/#procedures-2026-06-00004-1" in links
    assert {"../dinh-chinh/2026-06/", "../dinh-chinh/2026-07/"} <= set(links)
    assert "để trống" in words(page)


def test_a_corrected_figure_bears_a_mark_that_leads_to_its_correction(pages: Path) -> None:
    deep = ("vi/don-vi/phuong-ba-dinh", "vi/thang/2026-06", "en/thang/2026-06")
    for name, root in (*((name, "../../") for name in deep), ("vi", "./")):
        page = read(pages, name)
        marks = page.xpath("//sup[@class='ck-fix']/a")
        assert marks, name
        assert {mark.get("href") for mark in marks} == {f"{root}dinh-chinh/2026-06/#procedures-2026-06-00004-1"}, name
        for mark in marks:
            before = mark.getparent().getprevious()
            assert before.tag == "data", name
            assert not mark.xpath("ancestor::data")
    english = read(pages, "en/thang/2026-06").xpath("//sup[@class='ck-fix']/a")[0]
    assert english.text == "corrected"
    assert english.get("aria-label") == "corrected on 21 Jun 2026: Đồng hồ <máy chủ> chạy sai & sửa"


def test_a_figure_that_did_not_change_bears_no_mark(pages: Path) -> None:
    page = read(pages, "vi/thang/2026-06")
    marked = {sup.getprevious().get("data-of") for sup in page.xpath("//sup[@class='ck-fix']")}
    assert "procedures/on_time_pct/00004/2026-06/month" in marked
    assert not any("received_new" in address or "/00008/" in address for address in marked)


def test_what_a_unit_explains_stands_beside_the_warning(pages: Path) -> None:
    page = read(pages, "vi/don-vi/phuong-ngoc-ha")
    notes = [words(item) for item in page.xpath("//div[contains(@class, 'ck-note')]//li")]
    assert any(note.endswith("Đơn vị giải thích: “Hệ thống cũ đếm thiếu ba hồ sơ”") for note in notes), notes


def test_a_declared_nothing_is_said_to_be_one(pages: Path) -> None:
    for name in ("vi/don-vi/phuong-ba-dinh", "vi/thang/2026-06"):
        assert "Đơn vị báo không phát sinh" in words(read(pages, name)), name


def test_a_feed_tells_of_corrections_under_ids_that_last(pages: Path) -> None:
    feed = feedparser.parse((pages / "vi" / "dinh-chinh" / "atom.xml").read_bytes())
    assert [entry.id for entry in feed.entries] == [
        "tag:congkhai.example.vn,2026:dinh-chinh/procedures/00008/2026-05/1/vi",
        "tag:congkhai.example.vn,2026:dinh-chinh/procedures/00004/2026-06/1/vi",
    ]
    last = feed.entries[1]
    assert last.link == "https://congkhai.example.vn/dinh-chinh/2026-06/#procedures-2026-06-00004-1"
    assert last.updated == "2026-06-21T12:00:00+07:00"
    assert last.summary == (
        "Lý do: Đồng hồ <máy chủ> chạy sai & sửa "
        "Chứng thực, Đã giải quyết đúng hạn: 8 → 9; Chứng thực, Đã giải quyết quá hạn: 2 → 1"
    )
    english = feedparser.parse((pages / "en" / "dinh-chinh" / "atom.xml").read_bytes())
    assert english.feed.links[1].href == "https://congkhai.example.vn/en/dinh-chinh/"
    assert re.match(r"Ba Dinh Ward, June 2026: \w+, correction 1", english.entries[1].title)


def test_many_corrections_of_a_month_stand_on_pages_that_stay(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "ON_PAGE", 2)
    submit(office, certification(late=5))
    for number in range(1, 6):
        submit(
            office,
            certification(late=5 - number),
            reason=f"Lần {['một', 'hai', 'ba', 'bốn', 'năm'][number - 1]}",
            day=1,
        )
        one = found(office)
        assert [one.address(line) for line in reversed(one.lines)] == [
            f"dinh-chinh/2026-06/{part}#procedures-2026-06-00004-{n}"
            for n, part in enumerate(["", "", "phan-2/", "phan-2/", "phan-3/"][:number], start=1)
        ]
