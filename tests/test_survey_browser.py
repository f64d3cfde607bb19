"""The survey in a real Chromium against the real server: phones of 360 and 320 pixels, without scripts, with the
keyboard alone, for screen readers, on a tablet.

Pictures go to the folder that SURVEY_PICTURES names, for people to look at."""

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from collector.codes import Keys, poster_path
from tests import browser
from tests.survey_app import HERE, PERIOD, make_survey_office
from tests.survey_server import Running, serving

OPEN = f"k/{HERE}"
PHONE: ViewportSize = {"width": 360, "height": 740}
SMALLEST: ViewportSize = {"width": 320, "height": 568}
TABLET: ViewportSize = {"width": 1280, "height": 800}
MODES: dict[str, dict[str, Any]] = {
    "light": {"viewport": PHONE, "color_scheme": "light"},
    "dark": {"viewport": PHONE, "color_scheme": "dark"},
    "320": {"viewport": SMALLEST, "color_scheme": "light"},
}
RULES: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
CLOSED, NOBODY = "k/00004-09", "nothing/here"
PAGES = (
    OPEN,
    f"kiosk/{HERE}",
    "k/00025-counter",
    "k/00025-ward",
    "k/00025-sipas",
    f"thanks/{HERE}?period={PERIOD}&numbers=1",
    f"kiosk/{HERE}/thanks?period={PERIOD}",
    "quay",
    "p",
    CLOSED,
    NOBODY,
    f"{OPEN}/{PERIOD}-0",
)
THANKS = "Đã nhận phiếu. Cảm ơn Ông/Bà!"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests here."""
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests here, with the small form of the tests and the four that are shipped."""
    folder = tmp_path_factory.mktemp("browser")
    office = make_survey_office(folder / "office")
    counters = office / "datasets" / "counters.csv"
    lines = [f"00025-{form},00025,Quầy dùng mẫu {form},,procedures,{form},," for form in ("counter", "ward", "sipas")]
    counters.write_text(counters.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    with serving(folder) as found:
        yield found


@pytest.fixture
def address(server: Running) -> str:
    """The server's address, with its last slash."""
    return f"http://127.0.0.1:{server.port}/"


def keep(page: Page, name: str) -> None:
    """A picture of the whole page where somebody wants to look at it."""
    if folder := os.environ.get("SURVEY_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def wider_than_screen(page: Page) -> int:
    """By how many pixels a page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("mode", MODES)
def test_a_person_without_scripts_and_cookies_answers_corrects_and_is_thanked(
    chromium: Browser, server: Running, address: str, mode: str
) -> None:
    before = server.stored()
    with browser.visit(chromium, address, java_script_enabled=False, **MODES[mode]) as visitor:
        page = visitor.open(OPEN)
        keep(page, f"form-{mode}")
        page.get_by_text("Giảm số lần đi lại").click()
        page.get_by_label("Góp ý thêm").fill("Chờ lâu quá,\nxin thêm ghế")
        page.get_by_role("button", name="Gửi phiếu").click()
        expect(page.get_by_role("alert")).to_contain_text("Phiếu chưa gửi được")
        expect(page.get_by_label("Giảm số lần đi lại")).to_be_checked()
        expect(page.get_by_label("Góp ý thêm")).to_have_value("Chờ lâu quá,\nxin thêm ghế")
        keep(page, f"faults-{mode}")
        page.get_by_role("group", name="hài lòng ở mức nào").get_by_text("Bình thường").click()
        page.get_by_role("button", name="Gửi phiếu").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
        keep(page, f"thanks-{mode}")
        page.reload()
        assert page.context.cookies() == []
        assert visitor.foreign == []
        assert [text for text in visitor.errors if "422" not in text] == []
    assert server.stored() == before + 1


def test_back_and_send_again_counts_once(chromium: Browser, server: Running, address: str) -> None:
    before = server.stored()
    with browser.visit(chromium, address, java_script_enabled=False, **MODES["light"]) as visitor:
        page = visitor.open(OPEN)
        page.get_by_role("group", name="hài lòng ở mức nào").get_by_text("Rất hài lòng").click()
        page.get_by_role("button", name="Gửi phiếu").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
        page.go_back()
        page.get_by_role("button", name="Gửi phiếu").click()
        page.wait_for_load_state()
    assert server.stored() == before + 1


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen_or_more_than_one_small_file(
    chromium: Browser, address: str, width: int
) -> None:
    with browser.visit(chromium, address, viewport={"width": width, "height": 568}) as visitor:
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        for path in PAGES:
            asked.clear()
            answer = visitor.page.goto(address + path)
            assert answer
            assert wider_than_screen(visitor.page) == 0, path
            assert asked == [address + path]
            assert len(gzip.compress(answer.body())) <= 10_000, path


@pytest.mark.parametrize("zoom", [200, 400])
def test_letters_of_another_size_break_nothing(chromium: Browser, address: str, zoom: int) -> None:
    size = {"width": 1280 * 100 // zoom, "height": 1024 * 100 // zoom}  # what a zoom leaves of a desk's screen
    with browser.visit(chromium, address, viewport=size) as visitor:
        assert wider_than_screen(visitor.open(OPEN)) == 0


def test_every_target_is_large_enough_for_a_thumb(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, **MODES["320"]) as visitor:
        page = visitor.open("k/00025-counter")
        for row in page.locator(".rows label, .button, textarea").all():
            box = row.bounding_box()
            assert box
            assert box["height"] >= 48
            assert box["width"] >= 200


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing(chromium: Browser, address: str, mode: str) -> None:
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        for path in (*PAGES, f"{OPEN}?lang=en", f"giay/{HERE}"):
            visitor.page.goto(address + path)
            found = Axe().run(visitor.page, options=axe_rules(path))
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"


def axe_rules(path: str) -> dict[str, Any]:
    """What axe is asked. A tablet clears itself: axe warns of that everywhere, and there it is what people need."""
    rules = dict(RULES["rules"])
    if path.startswith("kiosk/"):
        rules["meta-refresh"] = {"enabled": False}
    return {**RULES, "rules": rules}


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_a_form_with_faults(chromium: Browser, address: str, mode: str) -> None:
    with browser.visit(chromium, address, **MODES[mode]) as visitor:
        page = visitor.open(OPEN)
        page.get_by_label("mấy lần").fill("99")
        page.get_by_role("button", name="Gửi phiếu").click()
        expect(page.get_by_role("alert")).to_be_visible()
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()


def test_the_keyboard_alone_is_enough(chromium: Browser, server: Running, address: str) -> None:
    before = server.stored()
    with browser.visit(chromium, address, java_script_enabled=False, **MODES["light"]) as visitor:
        page = visitor.open(OPEN)
        press(page, "Tab", 10, until="textarea")
        page.keyboard.type("Góp ý bằng bàn phím")
        press(page, "Tab", 5, until="button")
        page.keyboard.press("Enter")
        summary = page.locator("[role=alert]")
        expect(summary).to_be_focused()  # the page opens on what is wrong
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#overall-0")).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(page.locator("#overall-1")).to_be_checked()
        outline = page.locator("label:has(#overall-1)").evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline == "solid"
        press(page, "Tab", 12, until="button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
    assert server.stored() == before + 1


def press(page: Page, key: str, times: int, *, until: str) -> None:
    """Press a key until such an element has the focus; the hidden field is never on the way."""
    for _ in range(times):
        page.keyboard.press(key)
        here = page.locator(":focus")
        assert here.get_attribute("name") != "_website"
        if here.evaluate("e => e.tagName.toLowerCase()") == until:
            return
    raise AssertionError(f"no {until} within {times} times {key}")


def test_a_screen_reader_hears_question_answers_hint_and_fault(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, **MODES["light"]) as visitor:
        page = visitor.open(OPEN)
        page.get_by_label("mấy lần").fill("99")
        page.get_by_role("button", name="Gửi phiếu").click()
        heard = page.locator("body").aria_snapshot()
    assert re.search(r'group "Ông/Bà hài lòng ở mức nào\?"', heard)
    assert re.search(r'radio "Rất không hài lòng"', heard)
    assert re.search(r'textbox "Ông/Bà phải đến mấy lần\?', heard)
    assert re.search(r"alert:?\s", heard)
    assert "Xin để trống ô này" not in heard


def test_the_trap_is_out_of_sight_and_out_of_reach(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, **MODES["light"]) as visitor:
        box = visitor.open(OPEN).locator("input[name=_website]").bounding_box()
        assert box
        assert box["x"] + box["width"] < 0


def test_a_tablet_returns_to_an_empty_form_and_nobody_sees_the_answers_of_another(
    chromium: Browser, server: Running, address: str
) -> None:
    before = server.stored()
    with browser.visit(chromium, address, java_script_enabled=False, viewport=TABLET) as visitor:
        page = visitor.open(f"kiosk/{HERE}")
        keep(page, "kiosk")
        for _ in range(2):
            page.get_by_role("group", name="hài lòng ở mức nào").get_by_text("Không hài lòng", exact=True).click()
            page.get_by_label("Góp ý thêm").fill("của người trước")
            page.get_by_role("button", name="Gửi phiếu").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(THANKS)
            keep(page, "kiosk-thanks")
            page.go_back()
            assert_empty(page)
            page.go_forward()
            page.get_by_role("link", name="Người tiếp theo").click()
            assert_empty(page)
        page.get_by_label("Góp ý thêm").fill("bỏ dở")
        page.get_by_role("button", name="Gửi phiếu").click()
        expect(page.get_by_label("Góp ý thêm")).to_have_value("bỏ dở")
        page.get_by_role("link", name="Xóa hết, làm lại từ đầu").click()
        assert_empty(page)
        page.get_by_label("Góp ý thêm").fill("bỏ dở")
        page.reload()  # what the clock of the page does after five minutes
        assert_empty(page)
    assert server.stored() == before + 2


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_answers_stand_on_the_screen_in_the_order_of_the_form(
    chromium: Browser, address: str, size: ViewportSize
) -> None:
    with browser.visit(chromium, address, viewport=size) as visitor:
        page = visitor.open(f"kiosk/{HERE}")
        for group in page.locator(".rows").all():
            boxes = [row.bounding_box() for row in group.locator("label").all()]
            places = [(round(box["y"]), round(box["x"])) for box in boxes if box]
            assert len(places) >= 2
            assert places == sorted(places)


def assert_empty(page: Page) -> None:
    """Nothing of anybody stands in the form."""
    expect(page.get_by_label("Góp ý thêm")).to_have_value("")
    assert page.locator(":checked").count() == 0


def test_the_thanks_of_a_tablet_go_away_by_themselves(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False, viewport=TABLET) as visitor:

        def sooner(route: Route) -> None:
            answer = route.fetch()
            assert 'content="20; url=' in answer.text()
            route.fulfill(response=answer, body=answer.text().replace('content="20; url=', 'content="1; url='))

        visitor.page.route("**/thanks*", sooner)
        page = visitor.open(f"kiosk/{HERE}/thanks?period={PERIOD}")
        expect(page.get_by_role("button", name="Gửi phiếu")).to_be_visible(timeout=5_000)


def test_a_swapped_code_shows_and_the_right_counter_is_two_taps_away(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False, **MODES["light"]) as visitor:
        page = visitor.open(OPEN)
        expect(page.get_by_text("Phường Ba Đình")).to_be_visible()
        expect(page.get_by_text("Quầy 1: Hộ tịch, chứng thực")).to_be_in_viewport()
        page.get_by_role("link", name="Chọn đúng quầy").click()
        keep(page, "counters")
        page.get_by_role("link", name="Bộ phận một cửa", exact=True).click()
        expect(page.get_by_text("Phường Ngọc Hà")).to_be_visible()


def test_pictures_of_the_other_pages(chromium: Browser, server: Running, address: str) -> None:
    keys = Keys(server.office / "var" / "keys")
    pages = {
        "closed": CLOSED,
        "nothing": NOBODY,
        "slip": "p",
        "poster": f"{OPEN}/{PERIOD}-0000000000",
        "thanks-numbers": f"thanks/{HERE}?period={PERIOD}&numbers=1",
        "sipas": "k/00025-sipas",
        "counter": "k/00025-counter",
        "english": poster_path(keys, HERE, PERIOD) + "?lang=en",
        "paper": f"giay/{HERE}",
    }
    for mode, options in MODES.items():
        with browser.visit(chromium, address, java_script_enabled=False, **options) as visitor:
            for name, path in pages.items():
                visitor.page.goto(address + path)
                expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
                keep(visitor.page, f"{name}-{mode}")
            assert visitor.foreign == []
