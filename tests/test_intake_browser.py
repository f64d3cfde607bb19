"""The staff pages in a real browser on the real server: the clerk's month from the messy workbook to the public page,
and every kind of page for everybody (axe, keyboard, phone).
"""

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page

from collector.codes import Keys
from collector.store import Store
from collector.store.comments import Comments
from publisher.catalogue import open_office
from publisher.ledger import accept, read_ledger
from tests import browser
from tests.intake_app import PASSWORD, URL
from tests.intake_server import Running, serving
from tests.submitted import PROCEDURES, file_of
from tests.survey_app import HERE, make_survey_office
from tests.test_accessibility import MODES, violations
from tests.test_intake_comments import SAID, fill
from tests.test_intake_permissions import rows

HEADER = (
    ("STT", "Lĩnh vực", "Tổng số tiếp nhận", "Trong kỳ", "", "Từ kỳ trước", "Đã giải quyết", "", "", "",
     "Đang giải quyết", "", ""),
    ("", "", "", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "",
     "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"),
    tuple(f"({number})" for number in range(1, 14)),
)  # fmt: skip
ROWS = (
    (1, "Hộ tịch", "1.246", "1.200", 40, 6, 1240, 1200, 40, 0, 6, 6, 0),
    (2, "Chứng thực", 100, 60, 40, 0, 95, 80, 15, 0, "5 hs", 5, 0),
    (3, "Đất đai", 51, 11, 40, 0, 47, 40, 5, 3, 3, 3, 0),
)
TOTAL = ("", "Tổng cộng", 1397, 1271, 120, 6, 1383, 1320, 60, 3, 14, 14, 0)

NO_PAGE = {"/healthz", "/nop/<kind>/<unit>/<period>/mau.xlsx", "/tep/<key>/danh-dau.xlsx"}
"""What is opened by GET and is no page that somebody reads."""


def messy_workbook() -> bytes:
    """What the system exports: a title, merged headers of two rows, column numbers, "1.246" as text, a total row, a
    signature; with a word where a number belongs and a sum that is one too small."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Báo cáo"
    sheet["A1"] = "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH"
    sheet["A2"] = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
    sheet["A2"].font = Font(bold=True)
    sheet["A3"] = "Kỳ báo cáo: Tháng 6/2026 (Từ ngày 15/5/2026 đến ngày 14/6/2026)"
    for row in HEADER:
        sheet.append(row)
    for merged in ("A1:M1", "A2:M2", "A3:M3", "A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:F5", "G4:J4", "K4:M4"):
        sheet.merge_cells(merged)
    for line in (*ROWS, TOTAL):
        sheet.append(line)
    sheet.append([])
    sheet.append(["", "Người lập biểu", *[""] * 8, "THỦ TRƯỞNG ĐƠN VỊ"])
    sheet.append(["", "(Ký, họ tên)", *[""] * 8, "(Ký, đóng dấu)"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of a small office where May is published, a survey asks, and one of its comments is published."""
    root = make_survey_office(
        tmp_path_factory.mktemp("browser") / "office", datasets={"procedures": {}, "feedback_answers": {}},
        intake={"url": URL}, first_period="2026-05", last_period="2026-07",
    )  # fmt: skip
    fill(root)
    store = Store(f"sqlite:///{root / 'var' / 'collector' / 'survey.sqlite'}", Keys(root / "var" / "keys"))
    store.start()
    comments = Comments(store.database, least=10)
    (first,) = [one for one in comments.of_unit("00004") if one.text == SAID[0]]
    comments.decide(first, "released", first.text)
    store.stop()
    office = open_office(root)
    kind = office.kinds["procedures"]
    may = {**PROCEDURES, "period": "2026-05", "field_code": "HT"}
    accept(office, kind, file_of(kind, may))
    with serving(root) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the system."""
    with browser.chromium() as found:
        yield found


def come(page: Page, link: str) -> str:
    """Use an invitation; gives the key of the second factor where one had to be set up."""
    page.goto(link)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("main button")
    if not page.locator("code.key").count():
        return ""
    key = re.sub(r"[^A-Z2-7]", "", page.inner_text("code.key"))
    page.fill("#code", str(TOTP(key=key).generate().token))
    page.click("main button")
    assert page.locator("ul.codes li").count() == 8
    page.click("text=Đã cất mã, tiếp tục")
    return key


def checked(page: Page) -> None:
    """Wait until a file is checked: the page asks again by itself."""
    for _ in range(60):
        if not page.locator("meta[http-equiv='refresh']").count():
            return
        time.sleep(1)
        page.reload()
    raise AssertionError(page.inner_text("main"))


def test_a_clerk_with_the_messy_workbook_publishes_the_month(
    server: Running, chromium: Browser, tmp_path: Path
) -> None:
    messy = tmp_path / "Báo cáo tháng 6 (1).xlsx"
    messy.write_bytes(messy_workbook())
    with browser.visit(chromium, server.address, java_script_enabled=False, accept_downloads=True) as clerk:
        page = clerk.page
        come(page, server.invite("lan.nguyen", "Nguyễn Thị Lan", "clerk", "00004"))
        assert "quá hạn" in page.inner_text("main")
        page.click("main a:has-text('Hồ sơ') >> nth=0")

        page.set_input_files("#file", messy)
        page.click("button:has-text('Nộp và kiểm tra')")
        checked(page)
        assert re.fullmatch(r"Tệp chưa được nhận: \d+ lỗi\.", page.inner_text("h1"))
        assert "Chưa có số liệu nào được công bố." in page.inner_text("main")
        summary = page.inner_text("[role=alert]")
        assert "K8" in summary, summary
        assert "5 hs" in summary
        page.click("[role=alert] a >> nth=0")
        assert page.url.partition("#")[2] == "s1-K8"

        with page.expect_download(timeout=120_000) as coming:
            page.click("text=Tải tệp đã đánh dấu")
        marked = tmp_path / "marked.xlsx"
        coming.value.save_as(marked)
        book = load_workbook(marked)
        assert book.sheetnames[0] == "Danh sách lỗi"
        sheet = book["Báo cáo"]
        assert sheet["K8"].comment is not None
        sheet["K8"], sheet["G9"] = 5, 48
        marked_again = tmp_path / "đã sửa.xlsx"
        book.save(marked_again)

        page.set_input_files("#file", marked_again)
        page.click("button:has-text('Nộp và kiểm tra')")
        checked(page)
        assert page.inner_text("h1").startswith("Xem trước"), page.inner_text("main")
        figures = page.inner_text("table.figures")
        assert "99,8%" in figures, figures
        for box in page.locator("fieldset.warning").all():
            box.locator("input[type=checkbox]").check()
            box.locator("textarea").fill("Số hồ sơ tăng vì kỳ này nhận cả hồ sơ của phường cũ.")
        page.click("button:has-text('Gửi duyệt')")
        assert "Đang chờ duyệt" in page.inner_text(".verdict")
        assert not clerk.foreign
        assert [error for error in clerk.errors if "favicon" not in error and "404 (Not Found)" not in error] == []

    with browser.visit(chromium, server.address, java_script_enabled=False) as approver:
        page = approver.page
        key = come(page, server.invite("minh.tran", "Trần Văn Minh", "approver", "*"))
        page.click("text=Đăng xuất")
        page.fill("#login", "minh.tran")
        page.fill("#password", PASSWORD)
        page.click("main button")
        later = TOTP(key=key).generate(time=time.time() + 30)  # that of now was used to set it up
        page.fill("#code", str(later.token))
        page.click("main button")
        page.click("text=1 tệp đang chờ duyệt")
        page.click("main tbody a")
        assert "99,8%" in page.inner_text("table.figures")
        page.click("button:has-text('Duyệt và cho công bố')")
        assert "Đã duyệt" in page.inner_text(".verdict")
        assert not (server.office / "site" / "current").exists()
        page.goto(server.address + "dung-trang")
        page.click("button:has-text('Dựng ngay')")
        for _ in range(120):
            if "xong, bản" in page.inner_text("main"):
                break
            assert "chưa dựng được" not in page.inner_text("main"), page.inner_text("main")
            time.sleep(1)
            page.reload()
        assert re.search(r"xong, bản 0001-[0-9a-f]{8}", page.inner_text("main")), page.inner_text("main")

    (_, line) = read_ledger(open_office(server.office)).lines
    assert (line.unit, line.period, line.role) == ("00004", "2026-06", "approver")
    with browser.served(server.office / "site" / "current") as at, browser.visit(chromium, at) as citizen:
        page = citizen.open("don-vi/phuong-ba-dinh/")
        found = page.locator("data[data-of='procedures/on_time_pct/00004/2026-06/month']").first
        assert found.inner_text() == "99,8%"
        assert "của phường cũ" in page.content() or not line.explanations


def test_axe_finds_nothing_on_any_page(server: Running, chromium: Browser, tmp_path: Path) -> None:
    messy, good = tmp_path / "x.xlsx", tmp_path / "fixed.xlsx"
    messy.write_bytes(messy_workbook())
    book = load_workbook(messy)
    book.active["K8"], book.active["G9"] = 5, 48
    book.save(good)
    looked, bad = set(), {}

    def look(page: Page, name: str) -> None:
        looked.add(page.url.removeprefix(server.address).partition("?")[0].partition("#")[0])
        for mode, options in MODES.items():
            page.emulate_media(color_scheme=options["color_scheme"])
            page.set_viewport_size(options["viewport"])
            if report := violations(page):
                bad[f"{name}, {mode}"] = report
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                bad[f"{name}, {mode}: wider than the screen"] = page.url

    def press(page: Page, button: str) -> None:
        with page.expect_navigation():
            page.click(button)

    def each(page: Page, *paths: str) -> None:
        for path in paths:
            page.goto(server.address + path)
            look(page, path or "home")

    def hand_in(page: Page, file: Path) -> None:
        page.goto(f"{server.address}nop/procedures/00008/2026-06")
        page.set_input_files("#file", file)
        press(page, "button:has-text('Nộp và kiểm tra')")
        checked(page)

    with browser.visit(chromium, server.address) as visitor:
        page = visitor.page
        each(page, "dang-nhap")
        page.goto(server.invite("axe-1", "Lê Thị Hạnh", "administrator"))
        look(page, "invitation")
        page.fill("#password", "ngắn")
        page.fill("#again", "ngắn")
        press(page, "main button")
        look(page, "invitation with a fault")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        press(page, "main button")
        look(page, "second factor")
        key = re.sub(r"[^A-Z2-7]", "", page.inner_text("code.key"))
        page.fill("#code", str(TOTP(key=key).generate().token))
        press(page, "main button")
        look(page, "recovery codes")
        each(page, "nguoi-dung", "tai-khoan", "tai-khoan/mat-khau", "tai-khoan/ma-xac-thuc", "nhat-ky")
        page.goto(server.address + "nguoi-dung")
        press(page, "main tbody a >> nth=0")
        look(page, "a person")
        press(page, "text=Đăng xuất")
        page.fill("#login", "axe-1")
        page.fill("#password", PASSWORD)
        press(page, "main button")
        look(page, "code")
    with browser.visit(chromium, server.address) as visitor:
        page = visitor.page
        come(page, server.invite("axe-2", "Lê Thị Hạnh", "clerk", "*"))
        each(page, "nop", "nop/procedures/00008/2026-06", "khong-co", "duyet")
        hand_in(page, messy)
        look(page, "refused")
        page.goto(page.url.partition("?")[0].partition("#")[0] + "/cot")
        look(page, "columns")
        hand_in(page, good)
        look(page, "preview")
        press(page, "button:has-text('Gửi duyệt')")
        look(page, "preview with a fault")
        for box in page.locator("fieldset.warning").all():
            box.locator("input[type=checkbox]").check()
            box.locator("textarea").fill("Phải xác minh ở nơi khác.")
        press(page, "button:has-text('Gửi duyệt')")
        look(page, "submitted")
        submitted = page.url.partition("?")[0]
        each(page, "", "?lang=en", "tra-loi", "tra-loi/00004", "tra-loi/00004/moi", "quay-im-lang")
        page.goto(server.address + "tra-loi/00004")
        press(page, "main tbody th a >> nth=0")
        look(page, "an answer")
        press(page, "main button")
        look(page, "an answer with a fault")
        each(page, "phieu-giay", f"phieu-giay/{HERE}")
        press(page, "main button.button >> nth=-1")
        look(page, "a sheet of paper with a fault")
    with browser.visit(chromium, server.address) as visitor:
        page = visitor.page
        come(page, server.invite("axe-3", "Lê Văn Hòa", "approver", "*"))
        each(page, "", "duyet", "chua-nop", "dung-trang", "mau-doc", "gop-y", "gop-y/00004")
        page.goto(submitted)
        look(page, "to approve")
        press(page, "button:has-text('Trả lại')")
        look(page, "returned without a word")
    wanted = {path for path, method in rows() if method == "GET"} - NO_PAGE
    looks = {path: re.compile(re.sub("<.+?>", "[^/]+", path[1:])) for path in wanted}
    missed = [path for path in wanted if not any(map(looks[path].fullmatch, looked))]
    assert sorted(missed) == []
    assert not bad, "\n".join(f"{name}:\n{report}" for name, report in bad.items())


def test_the_server_stops_in_order_and_leaves_nothing_behind(server: Running) -> None:
    log = server.log.read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "Trang cán bộ: http://127.0.0.1:" in log
