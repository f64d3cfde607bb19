"""What an office posts, in a built site: what hangs now, what has ended, what is lacking, the list of the quarter."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from publisher.catalogue import Office, Unit, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.registers import Notice
from publisher.checking import check_file
from publisher.ledger import accept, keep_document
from publisher.pages.registers import Register
from publisher.print import sheets
from publisher.print.notices import Item, at_places, notices
from publisher.release import build
from tests.offices import make_office
from tests.pdfs import MILLIMETRES, decoded, letters, size_of, text_of
from tests.posted_office import view_of
from tests.submitted import DISCLOSURES, Line, file_of
from tests.test_documents import PDF

UNIT = "don-vi/phuong-ba-dinh"
SHEETS = f"{UNIT}/bang-niem-yet/to-niem-yet.pdf"
SITE = "https://congkhai.example.vn/"
GONE = "https://congkhai.example.vn/khong-con"
"""An address below the site's own where nothing stands."""
LINES: tuple[Line, ...] = (
    {},
    {"item_code": "02", "content": "c04", "title": "Quy tắc ứng xử & giao tiếp", "posted_to": "",
     "loudspeaker_days": "", "web_link": ""},
    {"item_code": "03", "content": "c07", "title": "Mức hỗ trợ hộ nghèo", "web_link": GONE,
     "posted_from": "2026-06-01", "place": "Nhà văn hóa tổ 5; trụ sở Ủy ban nhân dân  phường",
     "posted_to": "2026-07-10", "decision_on": "2026-05-28"},
    {"item_code": "04", "content": "c01", "title": "Kế hoạch năm 2025", "decision_on": "2025-01-06",
     "posted_from": "2025-01-07", "posted_to": "2025-02-28"},
)  # fmt: skip


def file(office: Office, *lines: Line) -> bytes:
    """A register from changes of the base line."""
    return file_of(office.kinds["disclosures"], *[{**DISCLOSURES, **line} for line in lines])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A commune with four posted items, one of them with its document; accepted, and so released, on 16 June 2026."""
    folder = tmp_path_factory.mktemp("board")
    root = make_office(
        folder / "office", datasets={"disclosures": {}}, first_period="2026-06", today="2026-07-30", paper=True
    )
    pdf = folder / "quy-tac.pdf"
    pdf.write_bytes(PDF)
    keep_document(open_office(root), pdf)
    found = open_office(root)
    content = file(found, *LINES[:1], {**LINES[1], "document_code": next(iter(found.documents)).code}, *LINES[2:])
    accept(found, found.kinds["disclosures"], content, now=dt.datetime(2026, 6, 16, 9, tzinfo=ZONE))
    build(found)
    return found


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.parse(str(office.site / "current" / path / "index.html")).getroot()


def said(element: html.HtmlElement) -> str:
    """The text of an element with single spaces."""
    return " ".join(element.text_content().split())


def after(tree: html.HtmlElement, heading: str) -> list[str]:
    """The terms or items between a heading of the second level and the next one."""
    return [
        said(one) for one in tree.xpath("//main//dt | //main//ul/li") if one.xpath("preceding::h2[1]/@id") == [heading]
    ]


def test_what_hangs_and_what_has_ended_goes_by_the_release_s_day(office: Office) -> None:
    tree = page(office, f"{UNIT}/bang-niem-yet")
    assert after(tree, "dang-niem-yet") == ["Quy tắc ứng xử & giao tiếp", "Mức hỗ trợ hộ nghèo"]
    assert after(tree, "da-het") == ["Dự toán ngân sách năm 2026", "Kế hoạch năm 2025"]
    text = said(tree)
    assert "Tính đến ngày 16/06/2026." in text
    assert "Văn bản 12/QĐ-UBND ngày 28/05/2026 · niêm yết từ 01/06/2026 đến 10/07/2026" in text
    assert "Document 12/QĐ-UBND of 28 May 2026" in said(page(office, f"en/{UNIT}/bang-niem-yet"))


def test_the_kinds_of_the_law_that_are_not_in_the_register_are_named(office: Office) -> None:
    lacking = after(page(office, f"{UNIT}/bang-niem-yet"), "chua-co")
    assert len(lacking) == 10
    assert "Thủ tục hành chính" in lacking
    assert "Ngân sách: dự toán, thực hiện, quyết toán" not in lacking


def test_the_document_itself_stands_under_its_hash(office: Office) -> None:
    (link,) = page(office, f"{UNIT}/bang-niem-yet").xpath("//main//dd/a[contains(@href, 'tai-lieu/')]/@href")
    assert (office.site / "current" / UNIT / "bang-niem-yet" / link).resolve().read_bytes() == PDF


def test_a_clerk_s_dead_link_keeps_no_release_back(office: Office) -> None:
    assert GONE in page(office, f"{UNIT}/bang-niem-yet").xpath("//main//dd/a/@href")


def test_the_list_of_the_quarter_holds_all_that_hung_in_it(office: Office) -> None:
    tree = page(office, f"{UNIT}/danh-muc-cong-khai")
    (table,) = tree.xpath("//main//table")
    assert said(table.find("caption")) == "Phường Ba Đình: danh mục nội dung công khai, quý II/2026"
    rows = [[said(cell) for cell in row] for row in table.xpath("tbody/tr[td]")]
    assert [row[0].split(" Văn bản")[0] for row in rows] == [
        "Dự toán ngân sách năm 2026",
        "Quy tắc ứng xử & giao tiếp",
        "Mức hỗ trợ hộ nghèo",
    ]
    assert rows[0][1:] == [
        "niêm yết; cổng thông tin điện tử; loa truyền thanh 3 ngày",
        "Trụ sở Ủy ban nhân dân phường",
        "05/05/2026 – 10/06/2026",
    ]
    assert rows[1][1:] == ["niêm yết", "Trụ sở Ủy ban nhân dân phường", "từ 05/05/2026, chưa định ngày gỡ"]


def test_the_office_s_board_has_a_row_for_each_unit(office: Office) -> None:
    (table,) = page(office, "so-lieu/disclosures/tinh-hinh").xpath("//main//table")
    assert [[said(cell) for cell in row] for row in table.xpath("tbody/tr")] == [["Phường Ba Đình", "2", "2", "4/14"]]


def test_the_unit_s_block_leads_to_the_board_and_names_no_item(office: Office) -> None:
    (block,) = page(office, UNIT).xpath("//section[h2[@id='disclosures']]")
    assert "Sổ công khai của Phường Ba Đình có 4 nội dung; 3 nội dung có trên cổng thông tin điện tử." in said(block)
    assert block.xpath(".//a[contains(@href, 'bang-niem-yet/')]")
    assert "Quy tắc ứng xử" not in said(block)


@pytest.mark.parametrize("header", ["Họ và tên", "Người phụ trách", "Số CCCD", "Điện thoại liên hệ"])
def test_a_column_of_persons_is_refused(office: Office, header: str) -> None:
    head, row = file(office, {}).decode().splitlines()
    content = f"{head},{header}\n{row},Trần Thị B\n".encode()
    assert "column-personal" in [p.code for p in check_file(office, office.kinds["disclosures"], content).errors]


@pytest.mark.parametrize("column", ["title", "place", "other_form", "responsible"])
@pytest.mark.parametrize("text", ["Ông Nguyễn Văn A", "gọi 0912 345 678", "CCCD 001 088 012 345"])
def test_no_person_slips_into_a_text(office: Office, column: str, text: str) -> None:
    found = check_file(office, office.kinds["disclosures"], file(office, {column: text})).errors
    assert [p.code for p in found] == ["P06"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://example.vn/a", "https://example.vn/a b"])
def test_only_a_plain_https_address_is_a_link(office: Office, link: str) -> None:
    assert check_file(office, office.kinds["disclosures"], file(office, {"web_link": link})).errors


def test_the_kinds_may_be_written_as_the_law_numbers_them(office: Office) -> None:
    checked = check_file(office, office.kinds["disclosures"], file(office, {"content": "Khoản 2"}), collect=True)
    assert checked.errors == []
    (rows,) = checked.submissions.values()
    assert rows[0][list(office.kinds["disclosures"].columns).index("content")] == "c02"


def test_an_office_that_has_posted_nothing_yet_has_its_page(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", datasets={"disclosures": {}}, first_period="2026-06", today="2026-07-30")
    build(open_office(root))
    assert "Chưa có" in said(page(open_office(root), "so-lieu/disclosures/tinh-hinh").xpath("//main")[0])


# --- sheets to post


@pytest.fixture(scope="module")
def posted(office: Office) -> bytes:
    """The unit's sheets."""
    return (office.site / "current" / SHEETS).read_bytes()


def content_of(office: Office) -> list[dict[str, Any]]:
    """What stands on the unit's sheets."""
    unit = office.units.get("00004")
    assert isinstance(unit, Unit)
    return notices(view_of(office), office.kinds["disclosures"], unit)


def test_each_place_has_a_sheet_of_what_hangs_there(posted: bytes) -> None:
    assert len(pypdfium2.PdfDocument(posted)) == 2
    assert size_of(posted) == (210, 297)
    house, hall = sorted((text_of(posted, page) for page in range(2)), key=lambda text: "Trụ sở" in text)
    assert "Phường Ba Đình" in house
    assert "Bảng niêm yết – Nhà văn hóa tổ 5" in house
    assert "1 nội dung đang niêm yết tại đây." in house
    assert "Mức hỗ trợ hộ nghèo" in house
    assert "Quy tắc ứng xử" not in house
    assert "Bảng niêm yết – Trụ sở Ủy ban nhân dân phường" in hall
    for said in (
        "2 nội dung đang niêm yết tại đây.",
        "Chính sách hỗ trợ người nghèo, trợ giúp xã hội",
        "Mức hỗ trợ hộ nghèo Văn bản 12/QĐ-UBND ngày 28/05/2026 Niêm yết từ 01/06/2026 đến 10/07/2026",
        "Quy tắc ứng xử & giao tiếp",
        "Niêm yết từ 05/05/2026, chưa định ngày gỡ",
        "Căn cứ: Luật Thực hiện dân chủ ở cơ sở",
        "Ngày treo tờ này",
    ):
        assert said in hall, said
    for ended in ("Dự toán ngân sách năm 2026", "Kế hoạch năm 2025"):
        assert ended not in house + hall


def test_the_codes_lead_to_the_board_and_to_each_text(office: Office, posted: bytes) -> None:
    document = f"tai-lieu/{next(iter(office.documents)).code}.pdf"
    board = f"{SITE}{UNIT}/bang-niem-yet/"
    found = [sorted(code.text for code in decoded(posted, page, 3)) for page in range(2)]
    assert sorted(found) == sorted([sorted([board, GONE]), sorted([board, GONE, SITE + document])])
    assert (office.site / "current" / document).read_bytes() == PDF


def test_the_board_leads_to_its_sheets_in_both_languages(office: Office) -> None:
    for folder in ("", "en/"):
        (link,) = page(office, f"{folder}{UNIT}/bang-niem-yet").xpath(
            "//main//a[@hreflang='vi'][contains(@href, 'niem-yet.pdf')]/@href"
        )
        target = office.site / "current" / folder / UNIT / "bang-niem-yet" / link
        assert target.resolve() == (office.site / "current" / SHEETS).resolve()


def test_a_sheet_carries_the_release_s_code_and_is_tagged(office: Office, posted: bytes) -> None:
    (code,) = set(re.findall(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){3}", text_of(posted)))
    assert code in said(page(office, UNIT))
    assert text_of(posted, 1).count(code) == 2
    for mark in (b"/StructTreeRoot", b"/Lang(vi-VN)", b"/S/H1", b"/S/TH"):
        assert mark in posted, mark
    assert set(re.findall(rb"D:\d{8}", posted)) == {b"D:20260616"}


def test_the_same_register_gives_the_same_bytes(office: Office) -> None:
    first, second = (sheets.set_file(sheets.together(content_of(office))) for _ in range(2))
    assert first == second


def test_a_long_register_takes_more_pages_and_loses_nothing(office: Office) -> None:
    sheet = content_of(office)[0]
    group = sheet["groups"][0]
    items = tuple(
        Item(f"Nội dung thứ {n} " + "có tên rất dài " * (n % 20), group.items[0].lines, SITE, "Mã", "Toàn văn")
        for n in range(40)
    )
    pdf = sheets.set_file(sheets.together([{**sheet, "groups": (replace(group, items=items),), "links": (SITE,)}]))
    document = pypdfium2.PdfDocument(pdf)
    assert 4 < len(document) < 10
    text = " ".join(text_of(pdf, number) for number in range(len(document)))
    assert [n for n in range(40) if f"Nội dung thứ {n} " not in text] == []
    for number in range(len(document)):
        assert f"Tờ {number + 1}" in text_of(pdf, number)
        for char, (left, bottom, right, _) in letters(pdf, number):
            assert left * MILLIMETRES > 14, char
            assert right * MILLIMETRES < 196, char
            assert bottom * MILLIMETRES > 4, char


def test_an_office_that_wants_no_paper_has_no_sheets_and_no_way_to_them(office: Office) -> None:
    without = replace(office, settings=office.settings.model_copy(update={"paper": False}))
    unit = without.units.get("00004")
    assert isinstance(unit, Unit)
    assert Register(without.kinds["disclosures"], view_of(without)).notice(unit) == ""
    assert Register(office.kinds["disclosures"], view_of(office)).notice(unit) == SHEETS


@given(st.lists(st.lists(st.sampled_from(["Trụ sở", "trụ  sở", "Nhà văn hóa", "nhà Văn hóa", "", " "]), max_size=4)))
def test_every_row_hangs_once_at_each_place_that_it_names(places: list[list[str]]) -> None:
    declared = Notice(page="bang-niem-yet", what="item", place="place")
    rows = [{"item": str(n), "place": ";".join(named)} for n, named in enumerate(places)]
    found = at_places(declared, rows)
    assert len({place.casefold().replace("  ", " ") for place, _ in found}) == len(found) <= 3
    for row, named in zip(rows, places, strict=True):
        wanted = {" ".join(place.casefold().split()) for place in named} - {""} or {""}
        shown = [" ".join(place.casefold().split()) for place, here in found for one in here if one is row]
        assert sorted(shown) == sorted(wanted)
