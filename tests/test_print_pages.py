"""Pages on paper, as a real browser prints them: no navigation, black on white, heads repeated, a code on each one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import Browser

from publisher import release
from publisher.catalogue import open_office
from publisher.pages import release_css
from publisher.pages.shell import Writer
from tests import browser
from tests.pdfs import picture, text_of
from tests.posted_office import REASON, make_posted_office

UNIT, MONTH = "don-vi/phuong-ba-dinh/", "thang/2026-06/"
PAGES = {
    "": "Tìm đơn vị của bạn",
    UNIT: "Phải xác minh thực địa.",
    MONTH: "1 đơn vị chưa nộp: Phường Giảng Võ",
    "so-lieu/procedures/": "Cách tính từng chỉ số",
    "dinh-chinh/": REASON,
    f"en/{UNIT}": "Ba Dinh Ward",
}
"""Pages, and what each must say on paper."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> release.Release:
    """A site."""
    return release.build(make_posted_office(tmp_path_factory.mktemp("paper") / "office", paper=False))


@pytest.fixture(scope="module")
def address(built: release.Release) -> Iterator[str]:
    """Where it is served."""
    with browser.served(built.folder) as at:
        yield at


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the system."""
    with browser.chromium() as found:
        yield found


def printed(chromium: Browser, address: str, path: str, script: str = "", **options: str) -> bytes:
    """A page as the browser prints it, after a script has changed it."""
    with browser.visit(chromium, address, **options) as visitor:
        page = visitor.open(path)
        if script:
            page.evaluate(script)
        return page.pdf(prefer_css_page_size=True, format="A4")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_on_paper_says_what_it_is_without_navigation(
    chromium: Browser, address: str, built: release.Release, path: str
) -> None:
    pdf = printed(chromium, address, path)
    pages = [text_of(pdf, number) for number in range(len(pypdfium2.PdfDocument(pdf)))]
    whole = " ".join(pages)
    assert PAGES[path] in whole
    mark = "DEMONSTRATION DATA." if path.startswith("en/") else "SỐ LIỆU MINH HỌA."
    assert mark in pages[0]
    assert f"congkhai.example.vn/{path}" in whole
    for number, text in enumerate(pages, start=1):
        assert release.short(built.id) in text
        assert "congkhai.example.vn/" in text
        assert f"{number}/{len(pages)}" in text
    for word in ("Trang chủ", "Tìm kiếm", "Bỏ qua", "Search", "Home", "iframe", "Quay lên đầu trang"):
        assert word not in whole, word


def test_how_a_figure_is_counted_stands_beside_it_on_paper(chromium: Browser, address: str) -> None:
    pdf = printed(chromium, address, UNIT)
    assert "(Trước hạn + đúng hạn) ÷ tổng số hồ sơ đã giải quyết trong kỳ." in text_of(pdf)


def test_the_head_of_a_long_table_is_repeated_and_no_row_is_cut(chromium: Browser, address: str) -> None:
    longer = """() => {
      const body = document.querySelector("table.ck-table tbody"), row = body.rows[0];
      for (let n = 0; n < 150; n++) {
        const copy = row.cloneNode(true);
        copy.cells[0].textContent = `Đơn vị ${n} có tên dài hai dòng, để xem dòng có bị cắt giữa hai trang hay không`;
        body.append(copy);
      }
    }"""
    pdf = printed(chromium, address, MONTH, longer)
    pages = [text_of(pdf, number) for number in range(len(pypdfium2.PdfDocument(pdf)))]
    with_rows = [text for text in pages if "có tên dài hai dòng" in text]
    assert len(with_rows) > 2
    for text in with_rows:
        assert "Tỷ lệ đúng hạn" in text
        assert text.count("Đơn vị ") - text.count("Đơn vị Tiếp nhận") >= text.count("hay không")
        assert text.count("có tên dài hai dòng") == text.count("giữa hai trang hay không")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_white_and_letters_are_black_whatever_the_screen_shows(
    chromium: Browser, address: str, scheme: str
) -> None:
    pdf = printed(chromium, address, UNIT, color_scheme=scheme)
    for number in range(len(pypdfium2.PdfDocument(pdf))):
        shown = picture(pdf, number, 1)
        assert np.median(shown) == 255
        assert (shown > 250).mean() > 0.8
        assert shown.min() < 30


def test_every_language_has_the_style_sheet_of_its_release(built: release.Release) -> None:
    for below, said in (("", "Bản công bố"), ("en/", "Release")):
        style = (built.folder / below / "assets/stylesheets/release.css").read_text(encoding="utf-8")
        assert f"{said} {release.short(built.id)}" in style


def test_a_hostile_address_cannot_leave_its_string(tmp_path: Path) -> None:
    office = open_office(make_posted_office(tmp_path / "office", paper=False, languages=["vi"]).root)
    settings = office.settings.model_copy(update={"site_url": 'https://x.vn/"; } body { display: none } \\22 /'})
    object.__setattr__(office, "settings", settings)
    style = release_css(Writer(office, tmp_path, {}), "vi", "0123-4567-89ab-cdef")
    assert style.count('"') == 2
    assert "\\" not in style
