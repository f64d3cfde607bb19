"""The site for everybody: no violation that axe can find, and what it cannot: keys, focus, small screens, big letters.

WCAG 2.2 AA, and Thông tư 32/2017/TT-BTTTT, điều 18. What only people can judge: content/vi/kha-nang-tiep-can.md.
"""

import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from playwright.sync_api import Browser, Locator, Page

from publisher import offline
from publisher.catalogue import open_office
from publisher.catalogue.office import HOME
from tests import browser
from tests.every_page import kinds_of_page, template_of

UNIT, MONTH = "don-vi/phuong-ba-dinh/", "thang/2026-06/"
DESKTOP, PHONE, SMALLEST = {"width": 1280, "height": 800}, {"width": 390, "height": 844}, {"width": 320, "height": 568}
MODES = {
    "light, desktop": {"color_scheme": "light", "viewport": DESKTOP},
    "dark, desktop": {"color_scheme": "dark", "viewport": DESKTOP},
    "light, phone": {"color_scheme": "light", "viewport": PHONE},
    "dark, phone": {"color_scheme": "dark", "viewport": PHONE},
}
RULES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # WCAG 2.2, 2.5.8: axe leaves it off unless asked
}


EMBEDS = "nhung/"
"""The folder of figures for the frames of other sites: pages without header and footer."""

SEEN = """e => {
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const middle = (Math.max(box.y, 0) + Math.min(box.bottom, innerHeight)) / 2;  // of what is on the screen
  const free = [.1, .5, .9].some(x => {
    const at = document.elementFromPoint(box.x + box.width * x, middle);
    return at && (e.contains(at) || at.contains(e));
  });
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {there: box.width > 0 && box.height > 0 && style.opacity > 0, free, outlined};
}"""


@pytest.fixture(scope="module")
def site(every_page: Path) -> Path:
    """The site with a page of every kind."""
    return every_page


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


def violations(page: Page) -> str:
    """What axe finds on a page as it stands, as text; "" when it finds nothing."""
    found = Axe().run(page, options=RULES)
    return found.generate_report() if found.violations_count else ""


def settled(visitor: browser.Watched, path: str) -> Page:
    """A page with everything on it unfolded and nothing moving."""
    page = visitor.open(path)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    page.wait_for_load_state("networkidle")
    return page


def test_every_kind_of_page_is_looked_at(site: Path) -> None:
    vi, en = kinds_of_page(site), kinds_of_page(site, "en")
    whole = re.compile(r'{% extends "base.html.j2" %}|<!doctype html>')
    written = {path.name: path for path in (HOME / "publisher" / "templates").glob("*.html.j2")}
    written |= {f"{path.parent.name}/{path.name}": path for path in (HOME / "datasets").glob("*/*.html.j2")}
    templates = {name for name, path in written.items() if whole.search(path.read_text(encoding="utf-8"))}
    assert {f"{template_of(site / path / 'index.html')}.html.j2" for path in vi} - {".html.j2"} == templates
    by_hand = {f"{path.stem}/" for path in (HOME / "content" / "vi").rglob("*.md")}
    assert by_hand <= set(vi)
    assert len(en) == len(vi) == len(templates) + len(by_hand)


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_any_kind_of_page(chromium: Browser, address: str, site: Path, mode: str) -> None:
    bad = {}
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        for path in kinds_of_page(site):
            if found := violations(settled(visitor, path)):
                bad[path] = found
    assert not bad, "\n".join(f"{path or 'home'}: {found}" for path, found in bad.items())


@pytest.mark.parametrize("mode", ["light, desktop", "dark, phone"])
def test_axe_finds_nothing_on_the_english_pages(chromium: Browser, address: str, site: Path, mode: str) -> None:
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        for path in kinds_of_page(site, "en"):
            assert violations(settled(visitor, path)) == "", path


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_while_somebody_searches(chromium: Browser, address: str, mode: str) -> None:
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        page = visitor.open("")
        search(page, "phuong")
        assert violations(page) == ""


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_the_page_for_what_is_not_there(
    chromium: Browser, address: str, site: Path, mode: str
) -> None:
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        assert violations(settled(visitor, "404.html")) == ""


def test_axe_finds_nothing_in_the_offline_copy(chromium: Browser, every_page_office: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(offline.pack(open_office(every_page_office), tmp_path / "site.zip").file) as bundle:
        bundle.extractall(tmp_path)
    root = next(path for path in tmp_path.iterdir() if path.is_dir()).as_uri()
    for mode in MODES.values():
        with browser.visit(chromium, root, **mode) as visitor:
            for path in ("index.html", f"{UNIT}index.html", "kha-nang-tiep-can.html"):
                visitor.page.goto(f"{root}/{path}")
                assert violations(visitor.page) == "", path


def search(page: Page, text: str) -> None:
    """Type into the search with the keys, from wherever the focus is, and wait for what it finds."""
    page.locator(".md-search__input").focus()
    page.keyboard.type(text)
    page.wait_for_selector(".md-search-result__item")
    page.wait_for_timeout(500)  # the theme slides its box in


# --- what axe does not see


def focused(page: Page) -> Locator:
    """The element that has the focus."""
    return page.locator("*:focus")


def tab_stops(page: Page, limit: int = 250) -> Iterator[Locator]:
    """Every element that the Tab key comes to, until it has come round."""
    page.evaluate("document.activeElement.blur()")
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return
        yield focused(page)
    raise AssertionError("the Tab key does not come round")


def test_the_first_tab_stop_leads_over_the_header(chromium: Browser, address: str, site: Path) -> None:
    with browser.visit(chromium, address) as visitor:
        for path in kinds_of_page(site):
            if path.startswith(EMBEDS):
                continue
            page = visitor.open(path)
            page.keyboard.press("Tab")
            assert focused(page).inner_text().strip() == "Đến nội dung chính", path
            page.wait_for_function("getComputedStyle(document.activeElement).opacity === '1'")
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
            assert focused(page).evaluate("e => !!e.closest('main, footer')"), path


@pytest.mark.parametrize("viewport", [DESKTOP, SMALLEST], ids=["desktop", "smallest phone"])
def test_every_tab_stop_can_be_seen_and_says_where_it_is(
    chromium: Browser, address: str, site: Path, viewport: dict[str, int]
) -> None:
    with browser.visit(chromium, address, viewport=viewport) as visitor:
        for path in ("", UNIT, MONTH, "phap-ly/"):
            page = visitor.open(path)
            lost = 0
            for stop in tab_stops(page):
                if stop.count() == 0:  # the theme's search folds and may take the focus with it, once
                    lost += 1
                    assert lost == 1, path
                    continue
                for _ in range(20):  # it unfolds and folds
                    seen = stop.evaluate(SEEN)
                    if all(seen.values()):
                        break
                    page.wait_for_timeout(100)
                assert all(seen.values()), (path, seen, stop.evaluate("e => e.outerHTML.slice(0, 200)"))


@pytest.mark.parametrize("viewport", [DESKTOP, SMALLEST], ids=["desktop", "smallest phone"])
def test_going_back_with_the_keys_nothing_hides_under_the_header(
    chromium: Browser, address: str, viewport: dict[str, int]
) -> None:
    with browser.visit(chromium, address, viewport=viewport) as visitor:
        page = visitor.open(UNIT)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        page.keyboard.press("End")
        for _ in range(200):
            page.keyboard.press("Shift+Tab")
            if not page.evaluate("!!document.activeElement.closest('main, footer')"):
                break
            page.wait_for_function(
                "document.activeElement.getBoundingClientRect().bottom"
                " > document.querySelector('.md-header').getBoundingClientRect().bottom"
            )


@pytest.mark.parametrize("viewport", [DESKTOP, SMALLEST], ids=["desktop", "smallest phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_every_main_page_is_reached_with_the_keyboard_alone(
    chromium: Browser, address: str, viewport: dict[str, int], scripts: bool
) -> None:
    with browser.visit(chromium, address, viewport=viewport, java_script_enabled=scripts) as visitor:
        page = visitor.open(UNIT)
        names = ["Trang chủ", "Đơn vị", "Tháng", "Số liệu", "Lĩnh vực", "Dữ liệu mở", "Giới thiệu"]
        links = page.locator(".md-tabs__link")
        assert [name.strip() for name in links.all_inner_texts()] == names
        assert all(link.is_visible() for link in links.all())
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.locator("*:focus").inner_text().strip() == "Tháng":
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}thang/")


def test_a_single_letter_does_nothing(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        page = visitor.open("phuong-phap/")
        for key in "fsnp/.,":
            page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert page.url == f"{address}phuong-phap/"
        assert page.evaluate("document.activeElement === document.body")
        page.locator(".md-search__input").focus()
        page.keyboard.type("fs")
        assert page.locator(".md-search__input").input_value() == "fs"


def test_the_search_is_used_with_the_keyboard_alone(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        page = visitor.open("")
        for _ in range(10):
            page.keyboard.press("Tab")
            if focused(page).evaluate("e => e.matches('.md-search__input')"):
                break
        page.keyboard.type("ngoc ha")
        page.wait_for_selector(".md-search-result__item")
        page.keyboard.press("ArrowDown")
        assert focused(page).evaluate("e => e.matches('.md-search-result__link')")
        assert focused(page).evaluate("e => getComputedStyle(e).outlineStyle") != "none"
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}don-vi/phuong-ngoc-ha/")


def test_the_search_says_how_much_it_found_and_how_to_go_on(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        page = visitor.open("")
        search(page, "ngoc ha")
        status = page.get_by_role("status")
        assert status.inner_text().startswith("Tìm thấy ")
        field = page.locator(".md-search__input")
        keys = page.locator(f"#{field.get_attribute('aria-describedby')}")
        assert "Phím mũi tên" in (keys.text_content() or "")


def test_bigger_gaps_between_letters_and_lines_hide_nothing(chromium: Browser, address: str, site: Path) -> None:
    """WCAG 2.2, 1.4.12."""
    gaps = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
              p { margin-bottom: 2em !important; }"""
    with browser.visit(chromium, address, viewport=SMALLEST) as visitor:
        for path in kinds_of_page(site):
            page = settled(visitor, path)
            page.add_style_tag(content=gaps)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= SMALLEST["width"], path
            for text in page.locator("article :is(p, dt, dd, li, h1, h2, summary, caption):visible").all():
                cut = text.evaluate("e => e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== "
                                    "'visible'")  # fmt: skip
                assert not cut, (path, text.inner_text()[:60])


LETTERS = """e => {
  const svg = e.ownerSVGElement, drawn = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return parseFloat(getComputedStyle(e).fontSize) * drawn;
}"""


COMPARISON = "so-sanh/procedures/on_time_pct/commune/"


def test_letters_in_charts_are_no_smaller_than_eleven_pixels(chromium: Browser, address: str) -> None:
    for viewport in (SMALLEST, PHONE, DESKTOP):
        with browser.visit(chromium, address, viewport=viewport) as visitor:
            for path in (UNIT, COMPARISON):
                texts = visitor.open(path).locator("svg.ck-svg text").all()
                assert len(texts) > 10, path
                assert min(text.evaluate(LETTERS) for text in texts) >= 11, path


def test_letters_twice_as_big_stay_on_the_page(chromium: Browser, address: str, site: Path) -> None:
    """WCAG 2.2, 1.4.4: a window of 640 points with letters twice as big."""
    with browser.visit(chromium, address, viewport={"width": 640, "height": 800}) as visitor:
        for path in kinds_of_page(site):
            page = settled(visitor, path)
            page.add_style_tag(content="html { font-size: 250% !important; }")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 640, path


def test_every_table_has_a_caption_and_says_which_heads_are_whose(site: Path) -> None:
    """Thông tư 32/2017/TT-BTTTT, điều 18: a summary, names of heads, and cells bound to them."""
    tables = 0
    for path in site.rglob("index.html"):
        for table in html.fromstring(path.read_bytes()).iter("table"):
            name = path.relative_to(site).as_posix()
            heads = table.xpath(".//th")
            assert heads, name
            tables += 1
            assert table.findtext("caption"), name
            assert all(head.get("scope") in ("col", "row", "colgroup", "rowgroup") for head in heads), name
    assert tables > 20


def test_every_table_is_summed_up_for_those_who_hear_it(site: Path) -> None:
    said = set()
    for path in site.rglob("index.html"):
        document = html.fromstring(path.read_bytes())
        for table in document.xpath("//div[@data-page]//table"):
            (summary,) = document.xpath(f"//p[@id='{table.get('aria-describedby')}']")
            assert summary.text_content().startswith(("Mỗi hàng là", "Each row is")), path
            said.add(summary.get("id"))
    assert len(said) >= 4


def test_an_address_that_is_not_there_is_explained_in_both_languages(site: Path) -> None:
    for folder, first in (("", "vi"), ("en", "en")):
        document = html.fromstring((site / folder / "404.html").read_bytes())
        said = document.xpath("//article//p[@lang]")
        assert [one.get("lang") for one in said] == sorted(("vi", "en"), key=first.__ne__)
        assert {one.find("a").get("href") for one in said} == {"/", "/en/"}


def test_every_picture_and_button_has_words(site: Path) -> None:
    for path in site.rglob("*.html"):
        document = html.fromstring(path.read_bytes())
        name = path.relative_to(site).as_posix()
        for chart in document.xpath("//svg[@role='img']"):
            ids = (chart.get("aria-labelledby") or "").split()
            assert ids, name
            assert all((document.xpath(f"string(//*[@id='{part}'])")).strip() for part in ids), name
        for picture in document.xpath("//article//img"):
            assert picture.get("alt") is not None, name
        for button in document.xpath("//button"):
            assert (button.get("aria-label") or button.text_content()).strip(), name


def test_every_page_has_a_title_of_its_own_and_its_headings_skip_no_level(site: Path) -> None:
    titles: dict[str, str] = {}
    for path in site.rglob("index.html"):
        document = html.fromstring(path.read_bytes())
        name = path.relative_to(site).as_posix()
        title = document.findtext(".//title")
        assert title not in titles, (name, titles.get(title or ""))
        titles[title or ""] = name
        levels = [int(e.tag[1]) for e in document.xpath("//article//*[self::h1 or self::h2 or self::h3 or self::h4]")]
        assert levels[:1] == [1], name
        assert all(after <= before + 1 for before, after in pairwise(levels)), (name, levels)


def test_the_statement_is_one_link_away_from_every_page(site: Path) -> None:
    for lang, folder, words in (("vi", site, "Khả năng tiếp cận"), ("en", site / "en", "Accessibility")):
        for path in [*folder.rglob("index.html"), folder / "404.html"]:
            if (lang == "vi" and path.is_relative_to(site / "en")) or path.is_relative_to(folder / EMBEDS):
                continue
            links = html.fromstring(path.read_bytes()).xpath("//footer//a[not(@rel)]")
            assert [link.text_content() for link in links] == [words], path
            assert links[0].get("href").endswith("kha-nang-tiep-can/") or path.parent.name == "kha-nang-tiep-can"


def test_the_theme_says_nothing_in_another_language(site: Path) -> None:
    """Every word that the theme can say in English, our file says in Vietnamese."""
    import material

    folder = Path(material.__file__).parent / "templates" / "partials" / "languages"
    english = said((folder / "en.html").read_text(encoding="utf-8"))
    ours = said((HOME / "publisher/theme/partials/languages/vi.html").read_text(encoding="utf-8"))
    assert list(ours) == list(english)
    for key, text in ours.items():
        if not key.startswith("search.config") and key not in ("language", "direction"):
            assert text != english[key], key
            assert ("#" in text) == ("#" in english[key]), key


def said(template: str) -> dict[str, str]:
    """The words of one of the theme's language files, by key."""
    lines = (line.strip().rstrip(",") for line in template.splitlines() if line.startswith('  "'))
    pairs = (line.split(": ", 1) for line in lines)
    return {key.strip('"'): value.strip('"') for key, value in pairs}
