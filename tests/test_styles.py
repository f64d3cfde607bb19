"""The one style sheet of a site: what no page can use of the theme's is gone, and no page looks different for it."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import material
import pytest
from playwright.sync_api import Browser, Page

from publisher import styles
from publisher.catalogue.office import HOME
from publisher.styles import Used, slim, used
from tests import browser
from tests.every_page import kinds_of_page

THEIRS = Path(material.__file__).parent / "templates" / "assets" / "stylesheets"
OURS = HOME / "publisher" / "theme" / "assets" / "stylesheets" / "site.css"
MODES = {
    "light, desktop": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark, phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}

# The look of every element as Chromium works it out, with what stands before and after it: a line an element.
LOOK = """() => {
  const hash = text => [...text].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) | 0, 0)
  const names = [...getComputedStyle(document.body)].filter(name => !name.startsWith("--"))
  return [...document.querySelectorAll("html, body, body *")].map(element => {
    const look = ["", "::before", "::after"].map(part => {
      const style = getComputedStyle(element, part)
      return part && style.content === "none" ? "" : hash(names.map(name => style.getPropertyValue(name)).join())
    })
    return `${element.tagName}#${element.id} ${look}`
  })
}"""

SEEN = Used(frozenset({"md-tabs", "md-tabs__item", "ck-card", "js"}), frozenset({("dir", "ltr")}))
CASES = """
.md-tabs{color:red}                          | .md-tabs{color:red}
.md-tags{color:red}                          |
.md-tabs,.md-tags{color:red}                 | .md-tabs{color:red}
.md-tabs .md-tags{color:red}                 |
.md-tabs:not(.md-tags){color:red}            | .md-tabs:not(.md-tags){color:red}
:is(.md-tags,.md-tabs) a{color:red}          | :is(.md-tags,.md-tabs) a{color:red}
:is(.md-tags,.md-tag) a{color:red}           |
#__nav{color:red}                            |
[dir=rtl] .md-tabs{color:red}                |
[dir=ltr] .md-tabs{color:red}                | [dir=ltr] .md-tabs{color:red}
[data-md-visible] .md-tabs{color:red}        | [data-md-visible] .md-tabs{color:red}
[data-md-color-primary=red]{color:red}       |
a:hover{color:red}                           | a:hover{color:red}
.md-tabs\\:x{color:red}                      |
@media print{.md-tags{color:red}}            |
@media print{.md-tags{a:b}.md-tabs{a:b}}     | @media print{.md-tabs{a:b}}
@keyframes up{0%{top:0}}                     | @keyframes up{0%{top:0}}
.js a{content:"}.md-tags{"}                  | .js a{content:"}.md-tags{"}
:root{--a:1;--b:2}a{top:var(--a)}            | :root{--a:1}a{top:var(--a)}
:root{--a:var(--b);--b:2}a{top:var(--a)}     | :root{--a:var(--b);--b:2}a{top:var(--a)}
:root{--a:1}.md-tags{top:var(--a)}           |
:root{--asked:1}                             | :root{--asked:1}
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_a_rule_stays_when_all_that_it_names_occurs(line: str) -> None:
    given, _, expected = (part.strip() for part in line.rpartition("|"))
    assert slim(given, SEEN, ["--asked"]) == expected


def test_names_come_from_pages_and_from_what_a_program_gives() -> None:
    page = '<body dir="ltr"><p class="a  b" id="c" data-class="no">class="x" </p><p id="">'
    program = 'h("div",{class:"d e--f"});k.classList.add("g");l.className="h i";m.classList.toggle(`j`,n);q(".no")'
    found = used([page], [program])
    assert found.names == {"a", "b", "c", "d", "e--f", "g", "h", "i", "j", "js", "no-js"}
    assert found.pairs == {("dir", "ltr")}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the system."""
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(every_page: Path) -> Iterator[str]:
    """Where the site is served."""
    with browser.served(every_page) as at:
        yield at


def whole() -> str:
    """The theme's sheets and ours, uncut."""
    sheets = [next(THEIRS.glob(pattern)) for pattern in styles.THEIRS]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*sheets, OURS])


def looks(page: Page, *, searching: bool) -> list[str]:
    """How everything on a page looks when all is unfolded and nothing moves; with the search at work if asked."""
    page.add_style_tag(content="*, ::before, ::after { transition: none !important; animation: none !important }")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    if searching:
        page.locator(".md-search__input").focus()
        page.keyboard.type("phuong")
        page.wait_for_selector(".md-search-result__item")
        page.wait_for_load_state("networkidle")
    found: list[str] = page.evaluate(LOOK)
    return found


@pytest.mark.parametrize("mode", MODES)
def test_no_element_of_any_page_looks_different_for_what_was_left_out(
    chromium: Browser, address: str, every_page: Path, mode: str
) -> None:
    with (
        browser.visit(chromium, address, **MODES[mode]) as cut,
        browser.visit(chromium, address, **MODES[mode]) as full,
    ):
        full.page.route("**/site.*.css", lambda route: route.fulfill(content_type="text/css", body=whole()))
        for number, path in enumerate([*kinds_of_page(every_page), "404.html"]):
            ours, theirs = (looks(visitor.open(path), searching=number == 0) for visitor in (cut, full))
            assert len(ours) > 50
            differ = [pair for pair in zip_longest(ours, theirs) if pair[0] != pair[1]]
            assert not differ, (path, len(differ), differ[:3])


def test_every_page_asks_for_one_sheet_that_is_there_and_no_other_is_left(every_page: Path) -> None:
    for folder in (every_page, every_page / "en"):
        (sheet,) = (folder / "assets" / "stylesheets").glob("site*")
        assert {path.name for path in sheet.parent.iterdir()} == {sheet.name, "embed.css", "release.css"}
        for path in kinds_of_page(folder) if folder == every_page else [""]:
            page = (folder / path / "index.html").read_text(encoding="utf-8")
            assert page.count('rel="stylesheet"') == 1 + page.count('rel="stylesheet" media="print"')
            name = "embed.css" if path.startswith("nhung/") else sheet.name
            assert f"assets/stylesheets/{name}" in page


def test_the_sheet_is_less_than_two_thirds_of_what_it_was(every_page: Path) -> None:
    (sheet,) = (every_page / "assets" / "stylesheets").glob("site*")
    assert sheet.stat().st_size < len(whole().encode()) * 2 / 3
