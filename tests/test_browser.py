"""What a person meets: a real Chromium on a small office, with or without scripts, on a phone, in the dark, printed."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from publisher import release
from publisher.catalogue import open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import between
from publisher.ledger import accept
from tests import browser
from tests.offices import FIELDS, UNITS, make_office
from tests.submitted import FEEDBACK, PROCEDURES, file_of

UNIT = "don-vi/phuong-ba-dinh/"
MONTH = "thang/2026-06/"
GENERATED = ("", UNIT, MONTH, "don-vi/", "thang/", "so-lieu/procedures/", "linh-vuc/ho-tich/", "du-lieu/")
PAGES = (*GENERATED, "so-lieu/", "linh-vuc/", "gioi-thieu/", "phuong-phap/", "phap-ly/")
READ = ("h1", ".ck-lead", ".ck-small", ".ck-demo", "tbody td data", "tbody th a", "thead th", "tfoot td data",
        ".ck-flag", ".ck-none", ".ck-rate data", ".ck-foot p", "summary", ".ck-note p")  # fmt: skip
PHONE = {"width": 320, "height": 568}
NAMES = {"": "Phường Ba Đình", "en/": "Ba Dinh Ward"}

CONTRAST = """element => {
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const pixels = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const grounds = [];
  for (let e = element; e; e = e.parentElement) grounds.unshift(getComputedStyle(e).backgroundColor);
  const ground = ["white", ...grounds];
  const [light, dark] = [luminance(pixels(ground)), luminance(pixels([...ground, getComputedStyle(element).color]))]
    .sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six months of two kinds for three communes and five fields, built."""
    periods = between("2026-01", "2026-06")
    root = make_office(
        tmp_path_factory.mktemp("browser") / "office",
        datasets={"procedures": {}, "feedback": {}},
        first_period=periods[0],
        last_period=periods[-1],
        today="2026-07-01",
    )
    office = open_office(root)
    late = {"resolved_early": "28", "resolved_late": "2", "apologies_sent": "2", "late_reason": "Phải xác minh."}
    now = dt.datetime(2026, 6, 15, 8, tzinfo=ZONE)
    for period in periods:
        units = [unit["code"] for unit in UNITS if (period, unit["code"]) != (periods[-1], "00025")]
        rows = [
            {**PROCEDURES, **late, "unit_code": unit, "period": period, "field_code": field["code"]}
            for unit in units
            for field in FIELDS
        ]
        accept(office, office.kinds["procedures"], file_of(office.kinds["procedures"], *rows), now=now)
        feedback = [{**FEEDBACK, "unit_code": unit, "period": period} for unit in units]
        accept(office, office.kinds["feedback"], file_of(office.kinds["feedback"], *feedback), now=now)
    return release.build(office).folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with browser.served(site) as at:
        yield at


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the system."""
    with browser.chromium() as found:
        yield found


def width(page: Page) -> int:
    """How wide the page is laid out."""
    found: int = page.evaluate("document.scrollingElement.scrollWidth")
    return found


def test_no_request_leaves_and_nothing_fails_on_any_page(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, bypass_csp=False) as visitor:
        for root in ("", "en/"):
            for path in PAGES:
                visitor.open(root + path)
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.foreign == []
        assert visitor.errors == []


def test_every_page_says_its_language(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False) as visitor:
        for root, lang in (("", "vi"), ("en/", "en")):
            for path in PAGES:
                page = visitor.open(root + path)
                assert page.locator("html").get_attribute("lang") == lang, path
                assert page.locator("h1").count() == 1, path


def test_figures_are_read_without_javascript(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False) as visitor:
        page = visitor.open(UNIT)
        assert page.locator("h1").inner_text() == "Phường Ba Đình"
        assert "tiếp nhận 210 hồ sơ" in page.locator(".ck-lead").first.inner_text()
        assert page.locator(".ck-big data").first.is_visible()
        assert page.locator("svg.ck-svg").first.is_visible()
        folded = page.locator(".ck-more").first
        folded.locator("summary").click()
        assert folded.locator("tbody tr").first.is_visible()
        page.locator("#procedures ~ p a", has_text="số liệu tất cả các kỳ").click()
        page.wait_for_url(f"{address}{UNIT}tung-ky/#procedures")
        rows = page.locator("#procedures + .ck-scroll tbody tr")
        assert rows.count() == 6
        assert rows.first.is_visible()
        assert "Tháng 6/2026" in rows.first.inner_text()
        page.locator("a:visible", has_text="Tháng 5/2026").first.click()
        assert page.url == f"{address}thang/2026-05/"
        assert page.locator("table").first.is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_page_is_wider_than_the_smallest_phone(chromium: Browser, address: str, scripts: bool) -> None:
    with browser.visit(chromium, address, viewport=PHONE, java_script_enabled=scripts) as visitor:
        for root in ("", "en/"):
            for path in PAGES:
                page = visitor.open(root + path)
                page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
                assert width(page) <= PHONE["width"], root + path


def test_a_wide_table_scrolls_with_the_keyboard(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, viewport=PHONE) as visitor:
        page = visitor.open(MONTH)
        region = page.locator(".ck-scroll").first
        before, inside = region.evaluate("e => [e.scrollLeft, e.clientWidth < e.scrollWidth]")
        assert (before, inside) == (0, True)
        for _ in range(80):
            page.keyboard.press("Tab")
            if region.evaluate("e => e === document.activeElement"):
                break
        assert region.evaluate("e => e === document.activeElement"), "the Tab key never comes to the table"
        assert region.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        page.wait_for_function("document.querySelector('.ck-scroll').scrollLeft > 20")
        name = region.locator("tbody th").first
        assert name.bounding_box()["x"] >= 0, "the unit's name goes out of sight"  # type: ignore[index]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(chromium: Browser, address: str, scheme: str) -> None:
    with browser.visit(chromium, address, color_scheme=scheme) as visitor:
        for path in (UNIT, MONTH):
            page = visitor.open(path)
            assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme
            page.locator("details.ck-more").evaluate_all("all => all.forEach(one => one.open = true)")
            for selector in READ:
                for element in page.locator(f"article {selector}").all()[:4]:
                    if element.is_visible():
                        ratio = element.evaluate(CONTRAST)
                        assert ratio >= 4.5, (path, selector, element.inner_text()[:40], ratio)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_light_and_dark_differ_and_paper_is_light(chromium: Browser, address: str, scripts: bool) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        with browser.visit(chromium, address, color_scheme=scheme, java_script_enabled=scripts) as visitor:
            page = visitor.open(UNIT)
            for media in ("screen", "print"):
                page.emulate_media(media=media)  # type: ignore[arg-type]
                grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, light_paper, dark, dark_paper = grounds
    assert light != dark
    assert light == light_paper == dark_paper


def test_the_language_link_leads_to_the_same_page_and_back(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        for path in ("", UNIT, MONTH, "du-lieu/", "phap-ly/"):
            page = visitor.open(path)
            page.locator(".ck-lang a").click()
            page.wait_for_url(f"{address}en/{path}")
            page.locator(".ck-lang a").click()
            page.wait_for_url(address + path)
        assert visitor.open("en/" + UNIT).locator("h1").inner_text() == "Ba Dinh Ward"
        assert visitor.errors == []


def test_the_long_table_opens_on_a_click_and_with_the_keyboard(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        page = visitor.open(UNIT)
        summary, table = page.locator(".ck-more > summary").first, page.locator(".ck-more table").first
        assert not table.is_visible()
        summary.click()
        assert table.is_visible()
        summary.click()
        assert not table.is_visible()
        summary.focus()
        page.keyboard.press("Enter")
        assert table.is_visible()


@pytest.mark.parametrize("root", ["", "en/"], ids=["vi", "en"])
def test_search_finds_a_unit(chromium: Browser, address: str, root: str) -> None:
    with browser.visit(chromium, address) as visitor:
        page = visitor.open(root)
        page.locator(".md-search__input").click()
        page.keyboard.type("Dinh" if root else "Ba Đình")
        page.locator(".md-search-result__link", has_text=NAMES[root]).first.click()
        page.wait_for_url(f"{address}{root}{UNIT}**")
        assert visitor.foreign == []
        assert visitor.errors == []


def test_paper_has_the_tables_and_the_mark_and_not_the_header(chromium: Browser, address: str, tmp_path: Path) -> None:
    with browser.visit(chromium, address) as visitor:
        for path in (MONTH, UNIT, "so-lieu/procedures/"):
            page = visitor.open(path)
            page.emulate_media(media="print")
            assert page.locator(".ck-demo").is_visible()
            assert page.locator("table:visible").count() >= 1
            for hidden in (".md-header", ".md-tabs", ".md-footer", ".ck-lang"):
                assert page.locator(f"{hidden}:visible").count() == 0, hidden
            for region in page.locator(".ck-scroll:visible").all():
                assert region.evaluate("e => getComputedStyle(e).overflowX") == "visible", "a table is cut off on paper"
            page.pdf(path=tmp_path / "page.pdf", format="A4")
            assert "SỐ LIỆU MINH HỌA" in printed(tmp_path / "page.pdf", page)
            page.emulate_media(media="screen")
        assert visitor.errors == []


def printed(pdf: Path, page: Page) -> str:
    """The text of a PDF file; what the page shows in print where no pdftotext is installed."""
    if not shutil.which("pdftotext"):
        print("SKIPPED: no pdftotext on this machine; the printed text is taken from the page")
        return page.locator("article").inner_text()
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())
