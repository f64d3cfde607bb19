"""What an office posts, in a built site: what hangs now, what has ended, what is lacking, the list of the quarter."""

import datetime as dt
from pathlib import Path

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept, keep_document
from publisher.release import build
from tests.offices import make_office
from tests.submitted import DISCLOSURES, Line, file_of
from tests.test_documents import PDF

UNIT = "don-vi/phuong-ba-dinh"
GONE = "https://congkhai.example.vn/khong-con"
"""An address below the site's own where nothing stands."""
LINES: tuple[Line, ...] = (
    {},
    {"item_code": "02", "content": "c04", "title": "Quy tắc ứng xử & giao tiếp", "posted_to": "",
     "loudspeaker_days": "", "web_link": ""},
    {"item_code": "03", "content": "c07", "title": "Mức hỗ trợ hộ nghèo", "web_link": GONE,
     "posted_from": "2026-06-01",
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
    root = make_office(folder / "office", datasets={"disclosures": {}}, first_period="2026-06", today="2026-07-30")
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
