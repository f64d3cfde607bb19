"""The demonstration is what its program makes, and each of its flaws stands where a citizen would look for it."""

import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from publisher import release
from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.office import HOME
from publisher.demonstration import FLAWS, Flaw, make_demonstration
from publisher.ledger import read_ledger
from publisher.words import format as formats
from publisher.words import say
from tests import browser
from tests.test_search import COUNTED, found

TABLES = ("publishing.yaml", "units.csv", "fields.csv", "counters.csv", "holidays.csv")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The demonstration made anew: two years through the one door (about ten seconds)."""
    root = tmp_path_factory.mktemp("demonstration") / "office"
    (root / "datasets").mkdir(parents=True)
    for name in TABLES:
        shutil.copy(HOME / "datasets" / name, root / "datasets" / name)
    office = open_office(root)
    assert make_demonstration(office) > 70
    return office


@pytest.fixture(scope="module")
def site(made: Office) -> Path:
    """Its built site (under a minute)."""
    return release.build(made).folder


def accepted(office: Office) -> dict[str, bytes]:
    """Every accepted and replaced file, and the ledger."""
    folders = (office.datasets / kind / part for kind in office.kinds for part in ("data", "revisions"))
    files = [office.ledger, *(path for folder in folders for path in folder.rglob("*.csv"))]
    return {path.relative_to(office.datasets).as_posix(): path.read_bytes() for path in files}


def page(site: Path, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.document_fromstring((site / path / "index.html").read_bytes())


def text(element: html.HtmlElement) -> str:
    """The text of an element with single spaces."""
    return " ".join(element.text_content().split())


def section(site: Path, path: str, kind: str) -> html.HtmlElement:
    """The part of a page that speaks of one kind."""
    (found,) = page(site, path).xpath(f"//section[h2[@id='{kind}']]")
    return found


def test_the_committed_figures_are_what_the_program_makes(made: Office) -> None:
    committed, anew = accepted(open_office(HOME)), accepted(made)
    assert sorted(committed) == sorted(anew)
    assert [name for name in anew if committed[name] != anew[name]] == []
    assert len(anew) > 2000


# --- every flaw where it should be found


def unit_page(office: Office, flaw: Flaw) -> str:
    """The address of the page of a flaw's unit."""
    unit = office.units.get(flaw.unit)
    assert unit
    return f"don-vi/{unit.slug}"


def unit_row(office: Office, site: Path, flaw: Flaw) -> str:
    """What stands at the unit's name in the table of the flaw's month."""
    rows = section(site, f"thang/{flaw.period}", flaw.kind).xpath(".//tbody//th[@scope='row']")
    unit = office.units.get(flaw.unit)
    assert unit
    (found,) = [text(row) for row in rows if text(row.find("a")) == unit.name.vi]
    return found


def label(kind: Kind, flaw: Flaw) -> str:
    """How the list of missing and late submissions names one."""
    return f"{kind.short.vi}, {formats.period('vi', flaw.period)}: "


def late(office: Office, site: Path, flaw: Flaw) -> None:
    """On the unit's page and beside its name in the month."""
    kind = office.kinds[flaw.kind]
    assert f"{label(kind, flaw)}Nộp muộn ngày " in text(page(site, unit_page(office, flaw)))
    assert "Nộp muộn ngày " in unit_row(office, site, flaw)


def missing(office: Office, site: Path, flaw: Flaw) -> None:
    """On the unit's page, in its long table, and named on the month's page, where it has no row."""
    kind, unit = office.kinds[flaw.kind], office.units.get(flaw.unit)
    assert unit
    due = formats.date("vi", office.due_on(kind, flaw.period))
    assert f"{label(kind, flaw)}Chưa nộp (hạn {due})" in text(page(site, unit_page(office, flaw)))
    rows = section(site, f"{unit_page(office, flaw)}/tung-ky", flaw.kind).find(".//table").findall("tbody/tr")
    (row,) = [row for row in rows if text(row.find("th")) == formats.period("vi", flaw.period)]
    assert f"Chưa nộp (hạn {due})" in text(row)
    assert row.xpath(".//data") == []
    month = section(site, f"thang/{flaw.period}", flaw.kind)
    (note,) = month.find_class("ck-note-missing")
    assert unit.name.vi in text(note)
    assert unit.name.vi not in [text(a) for a in month.xpath(".//tbody//th/a")]


def corrected(office: Office, site: Path, flaw: Flaw) -> None:
    """With its number and its public reason beside the unit in the month."""
    found = unit_row(office, site, flaw)
    assert "Đính chính lần 1, ngày " in found
    assert len(found.rpartition(": ")[2]) > 20


def warned(office: Office, site: Path, flaw: Flaw) -> None:
    """The rule's sentence for the public on the unit's page, in both languages."""
    (rule,) = [rule for rule in office.kinds[flaw.kind].rules if rule.code == flaw.code]
    for root, lang in (("", "vi"), ("en/", "en")):
        notes = section(site, root + unit_page(office, flaw), flaw.kind).find_class("ck-note")
        assert any(rule.public[lang] in text(note) for note in notes), lang


def nothing_to_count(office: Office, site: Path, flaw: Flaw) -> None:
    """A rate of nothing is no 100 per cent."""
    big = section(site, unit_page(office, flaw), flaw.kind).find_class("ck-big")
    assert "không phát sinh" in [text(element) for element in big]
    assert not any("100" in text(element) for element in big)


def survey_cards(office: Office, site: Path, flaw: Flaw) -> dict[str, str]:
    """The text of the survey's cards on the unit's page, by channel, for the counters for procedures."""
    cards = section(site, unit_page(office, flaw), flaw.kind).find_class("ck-cards")[0].find_class("ck-card")
    return {text(card.find("dt")): text(card) for card in cards}


def more_answers_than_dossiers(office: Office, site: Path, flaw: Flaw) -> None:
    """With the warning on the unit's page and on the month's, a rate above 100 %, no bounds, and beside the share the
    one without marked answers."""
    warned(office, site, flaw)
    unit = office.units.get(flaw.unit)
    assert unit
    notes = section(site, f"thang/{flaw.period}", flaw.kind).find_class("ck-note")
    assert any(unit.name.vi in text(note) and "Số phiếu trả lời nhiều hơn" in text(note) for note in notes)
    card = survey_cards(office, site, flaw)["Phiếu mở (mã QR tại quầy)"]
    assert "Số phiếu nhiều hơn số hồ sơ đã giải quyết trong kỳ" in card
    assert "Nếu tính cả những người không trả lời" not in card
    assert "Khi bỏ phiếu có dấu hiệu bất thường" in card


def few_answers(office: Office, site: Path, flaw: Flaw) -> None:
    """Held back, and said so; the other channel's figures stand."""
    cards = survey_cards(office, site, flaw)
    assert "dưới 10 phiếu" in cards["Phiếu có mã dùng một lần"]
    assert "%" not in cards["Phiếu có mã dùng một lần"]
    assert "Khoảng Wilson (độ tin cậy 95%)" in cards["Phiếu mở (mã QR tại quầy)"]


def all_fives(office: Office, site: Path, flaw: Flaw) -> None:
    """100 %, with a range below it and the bounds of those who did not answer."""
    card = survey_cards(office, site, flaw)["Phiếu có mã dùng một lần"]
    assert "100,0%" in card
    assert "5,00 trên 5" in card
    assert "(nếu họ đều hài lòng)" in card


WHERE: dict[str, Callable[[Office, Path, Flaw], None]] = {
    "late": late,
    "missing": missing,
    "corrected": corrected,
    "carried over differs": warned,
    "no reason": warned,
    "no apologies": warned,
    "jump": warned,
    "same as before": warned,
    "nothing to count": nothing_to_count,
    "answers above dossiers": more_answers_than_dossiers,
    "few answers": few_answers,
    "all fives": all_fives,
}


def test_every_kind_of_flaw_is_in_the_demonstration() -> None:
    assert {flaw.name for flaw in FLAWS} == set(WHERE)
    with_warning = {name for name, find in WHERE.items() if find in (warned, more_answers_than_dossiers)}
    assert {flaw.name for flaw in FLAWS if flaw.code} == with_warning


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: f"{flaw.name}-{flaw.kind}-{flaw.unit}-{flaw.period}")
def test_a_seeded_flaw_stands_where_the_site_should_show_it(made: Office, site: Path, flaw: Flaw) -> None:
    WHERE[flaw.name](made, site, flaw)


def test_what_was_not_seeded_as_late_or_missing_is_neither(made: Office, site: Path) -> None:
    flawed = {flaw.unit for flaw in FLAWS if flaw.name in ("late", "missing")}
    for unit in made.units:
        if (site / "don-vi" / unit.slug).exists() and unit.code not in flawed:
            assert "Chưa nộp" not in text(page(site, f"don-vi/{unit.slug}").find(".//article")), unit.code


# --- the mark


@pytest.mark.parametrize("root", ["", "en/"], ids=["vi", "en"])
@pytest.mark.parametrize("kind", sorted(open_office(HOME).kinds))
def test_every_kind_has_its_page_and_a_block_on_a_unit_s_page(site: Path, kind: str, root: str) -> None:
    assert (site / root / "so-lieu" / kind / "index.html").is_file()
    units = (site / root / "don-vi").glob("*/index.html")
    assert any(f'id="{kind}"' in path.read_text(encoding="utf-8") for path in units)


def test_every_page_says_that_the_figures_are_made_up(site: Path) -> None:
    pages = [path for path in site.rglob("*.html") if path.name != "404.html"]
    assert len(pages) > 150
    for path in pages:
        lang = "en" if "en" in path.relative_to(site).parts[:1] else "vi"
        marks = html.document_fromstring(path.read_bytes()).find_class("ck-demo")
        assert len(marks) == 1, path
        assert say(lang, "pages.frame.demonstration") in text(marks[0]), path
    assert say("vi", "pages.frame.demonstration").startswith("SỐ LIỆU MINH HỌA")


def test_lines_of_registers_are_marked_as_vietnamese_on_english_pages(site: Path) -> None:
    """WCAG 2.2, 3.1.2: a reader's voice changes its language there."""
    own = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
    lines = 0
    for path in (site / "en/don-vi").glob("*/*/index.html"):
        for line in html.document_fromstring(path.read_bytes()).xpath("//dl[contains(@class, 'ck-list')]/dt"):
            rest = line.xpath(".//text()[not(ancestor::*[@lang='vi'])]")
            assert not own.search(" ".join(rest)), path
            lines += 1
    assert lines > 200


def test_the_mark_is_printed_too(site: Path) -> None:
    with (
        browser.served(site) as address,
        browser.chromium() as chromium,
        browser.visit(chromium, address) as visitor,
    ):
        for path in ("", "don-vi/phuong-lam-giang/", "thang/2026-10/", "so-lieu/feedback/", "gioi-thieu/", "du-lieu/"):
            shown = visitor.open(path)
            shown.emulate_media(media="print")
            mark = shown.locator(".ck-demo")
            assert mark.is_visible(), path
            assert "SỐ LIỆU MINH HỌA" in mark.inner_text(), path


# --- addresses

ADDRESS = re.compile(r"^\| `(/[^`]*)` \|", re.MULTILINE)
PLACES = {
    "month": r"20\d\d-\d\d",
    "kind": "|".join(sorted(path.parent.name for path in (HOME / "datasets").glob("*/dataset.yaml"))),
    "unit": r"[a-z0-9-]+",
    "field": r"[a-z0-9-]+",
    "part": r"phan-\d+",
    "year": r"20\d\d",
    "measure": r"\w+",
    "level": r"[a-z0-9-]+",
    "parent": r"thuoc-[a-z0-9-]+",
    "page": "|".join(sorted(path.stem for path in (HOME / "content" / "vi").glob("*.md"))),
    "own": r"[a-z0-9-]+",
    "file": r".+",
    "release": r"\d{4}-[0-9a-f]{8}",
}


def addresses(table: str) -> list[str]:
    """The addresses of one table of docs/static-api.md."""
    document = (HOME / "docs" / "static-api.md").read_text(encoding="utf-8")
    return ADDRESS.findall(document.split(f"### {table}\n")[1].split("\n#")[0])


def pattern(address: str) -> re.Pattern[str]:
    """An address of the table as an expression; a folder's is that of its page."""
    parts = re.split(r"\{(\w+)\}", f"{address}index.html" if address.endswith("/") else address)
    made = "".join(f"(?:{PLACES[part]})" if number % 2 else re.escape(part) for number, part in enumerate(parts))
    return re.compile(made)


def test_every_address_of_the_site_is_documented_and_every_documented_one_is_there(site: Path) -> None:
    """A published address is a citation: docs/static-api.md is the checked-in list of them."""
    data, pages = addresses("Data"), addresses("Pages, feeds and figures for other pages")
    elsewhere = addresses("Only where an office has them")
    known = {address: pattern(address) for address in (*data, *pages, *elsewhere)}
    seen: dict[str, set[str]] = {"": set(), "/en": set()}
    unknown = []
    for path in sorted(site.rglob("*")):
        if path.is_file():
            file = f"/{path.relative_to(site).as_posix()}"
            root = "/en" if file.startswith("/en/") else ""
            found = next((name for name, one in known.items() if one.fullmatch(file.removeprefix(root))), "")
            seen[root].add(found)
            unknown += [] if found and not (root and found in data) else [file]
    assert unknown == [], "docs/static-api.md does not list these"
    assert set(data) | set(pages) <= seen[""], "docs/static-api.md lists addresses that are not there"
    assert set(pages) <= seen["/en"]


# --- what people type

TYPED = {
    "tre han": "Kết quả giải quyết thủ tục hành chính",
    "hồ sơ quá hạn": "Kết quả giải quyết thủ tục hành chính",
    "khai sinh": "Hộ tịch",
    "dang ky ket hon": "Hộ tịch",
    "sổ đỏ": "Đất đai",
    "giay phep xay dung": "Xây dựng",
    "mai tang phi": "Bảo trợ xã hội",
    "phường hoà bình": "Phường Hòa Bình",
    "so noi vu": "Sở Nội vụ",
    "hai long": "Mức độ hài lòng của người dân",
    "phan anh kien nghi": "Tiếp nhận, xử lý góp ý, phản ánh, kiến nghị",
    "2026-10": "Tháng 10/2026",
}


def test_what_people_type_finds_the_page_that_they_mean(site: Path) -> None:
    with browser.served(site) as address, browser.chromium() as chromium, browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        at = visitor.open("gioi-thieu/")
        results = {typed: found(at, typed, at_once=True)[:3] for typed in TYPED}
        assert {typed: titles for typed, titles in results.items() if TYPED[typed] not in titles} == {}
        assert visitor.errors == []


# --- what a phone must load

READABLE, WHOLE, LONG_TABLES = 35_000, 100_000, 60_000
"""Bytes as gzip sends them: of a page that is read without JavaScript, and with all that a search loads; and of a page
with the tables of all periods."""

PAGES = {
    "home": "index.html",
    "unit": "don-vi/*/index.html",
    "month": "thang/*/index.html",
}


def packed(*files: Path) -> int:
    """How many bytes a web server sends for some files."""
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)


@pytest.mark.parametrize("root", ["", "en"], ids=["vi", "en"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_light_and_the_search_with_it(site: Path, kind: str, root: str) -> None:
    programs = [*(site / root / "assets").rglob("*.js"), site / root / "search" / "search_index.json"]
    assert {file.name.split(".")[0] for file in programs} == {"site", "bundle", "search", "lunr", "search_index"}
    heaviest = max((site / root).glob(PAGES[kind]), key=packed)
    shown, scripts = loaded(heaviest)
    assert {file.name.split(".")[0] for file in scripts} == {"site"}
    readable = packed(heaviest, *shown)
    whole = readable + packed(*programs)
    name = heaviest.relative_to(site).parent.as_posix()
    print(f"{name}: {readable} bytes readable, {whole} with the search")
    assert readable <= READABLE, name
    assert whole <= WHOLE, name


def test_what_lies_ahead_makes_no_month_to_post(made: Office, site: Path) -> None:
    """The file of a month's sheets is that of the last month with figures, though schedules speak of the next one."""
    ledger = read_ledger(made)
    ahead = {line.period for line in ledger.lines if made.kinds[line.kind].ahead}
    done = {line.period for line in ledger.lines if not made.kinds[line.kind].ahead}
    assert max(ahead) > max(done)
    assert [path.parent.name for path in site.glob("du-lieu/*/niem-yet.pdf")] == [max(done)]
    assert not list(site.glob(f"**/{max(ahead)}*.pdf"))


def test_no_page_weighs_more_than_a_long_table_does(site: Path) -> None:
    """Tables of all periods and the words of a dataset are one tap behind the pages above; they have their bound."""
    heaviest = max((path for path in site.rglob("*.html")), key=packed)
    weight = packed(heaviest, *loaded(heaviest)[0])
    print(f"{heaviest.relative_to(site).parent.as_posix()}: {weight} bytes readable")
    assert weight <= LONG_TABLES, heaviest


def loaded(path: Path) -> tuple[list[Path], list[Path]]:
    """The files that a browser asks for when it shows a page, and the scripts among them apart."""
    document = html.document_fromstring(path.read_bytes())
    shown = document.xpath("//link[contains('stylesheet icon preload', @rel)]/@href | //img/@src | //source/@srcset")
    scripts = document.xpath("//script[not(ancestor::template)]/@src")
    return [(path.parent / file).resolve() for file in shown], [(path.parent / file).resolve() for file in scripts]


def test_no_page_is_heavier_than_a_megabyte(site: Path) -> None:
    heavy = [path.relative_to(site).as_posix() for path in site.rglob("*.html") if path.stat().st_size > 1_000_000]
    assert heavy == []
