"""Pages say what the figures are, what is missing, late or corrected; the files beside them can be taken away."""

import csv
import datetime as dt
import hashlib
import html as html_module
import io
import json
import os
import shutil
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html
from markupsafe import Markup

from publisher.catalogue import Measure, Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_office
from publisher.ledger import accept, read_ledger
from publisher.measures import Book, Figure
from publisher.opendata import FORMULA, guard
from publisher.pages import figures, shell, write_pages
from publisher.pages.shell import Page, front_matter, one_line, rich
from publisher.proof import coming
from publisher.tallies import tally_office
from tests.offices import make_office
from tests.submitted import FEEDBACK, PROCEDURES, Line, file_of

WORDS = {"vi": "x", "en": "x"}
SUM = Measure.model_validate({"title": WORDS, "definition": WORDS, "sum": ["a"]})
RATIO = Measure.model_validate(
    {"title": WORDS, "definition": WORDS, "ratio": {"numerator": ["a"], "denominator": ["b"]}}
)
SCORE = SUM.model_copy(update={"decimals": 2})


def figure(value: float | None, state: str = "given", above: float | None = None, below: float | None = None) -> Figure:
    """A figure of no office."""
    return Figure("k", "m", "u", "2026-06", "", "", "month", "", value, above, below, state)  # type: ignore[arg-type]


# --- figures


TEXTS = """
measure | value       | vi          | en
sum     | 0           | 0           | 0
sum     | 1234        | 1.234       | 1,234
sum     | 1234567     | 1.234.567   | 1,234,567
sum     | -12         | -12         | -12
sum     | 2.5         | 3           | 3
sum     | 3.5         | 4           | 4
ratio   | 100         | 100,0%      | 100.0%
ratio   | 99.96       | 99,9%       | 99.9%
ratio   | 99.999999   | 99,9%       | 99.9%
ratio   | 99.94       | 99,9%       | 99.9%
ratio   | 0           | 0,0%        | 0.0%
ratio   | 0.04        | 0,1%        | 0.1%
ratio   | 0.000001    | 0,1%        | 0.1%
ratio   | 98.25       | 98,3%       | 98.3%
ratio   | 98.35       | 98,4%       | 98.4%
ratio   | 100.04      | 100,0%      | 100.0%
ratio   | 250.0       | 250,0%      | 250.0%
score   | 92.755      | 92,76       | 92.76
score   | 92.745      | 92,75       | 92.75
score   | 1000.5      | 1.000,50    | 1,000.50
"""


@pytest.mark.parametrize("line", TEXTS.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()))
def test_a_figure_is_printed_as_people_read_it(line: str) -> None:
    name, value, vi, en = (cell.strip() for cell in line.split("|"))
    measure = {"sum": SUM, "ratio": RATIO, "score": SCORE}[name]
    given_figure = figure(float(value) if "." in value else int(value))
    assert figures.text("vi", measure, given_figure) == vi
    assert figures.text("en", measure, given_figure) == en


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_only_all_of_them_is_100_per_cent_and_only_none_of_them_is_0(part: int, rest: int) -> None:
    whole = part + rest
    text = figures.text("vi", RATIO, figure(100 * part / whole, "given", part, whole))
    assert text != "100,0%"
    assert (text == "0,0%") == (part == 0)
    assert figures.text("vi", RATIO, figure(100.0, "given", whole, whole)) == "100,0%"


def test_nothing_to_divide_by_is_never_100_per_cent() -> None:
    empty = figure(None, "none", 0, 0)
    assert figures.text("vi", RATIO, empty) == "không phát sinh"
    element = html.fragment_fromstring(str(figures.element("vi", RATIO, empty)))
    assert (element.tag, element.get("value"), element.text) == ("span", None, "không phát sinh")


def test_no_data_is_said_and_is_no_zero() -> None:
    assert figures.text("vi", SUM, figure(None, "blank")) == "chưa có số liệu"


@given(st.integers(-(10**8), 10**8), st.integers(0, 3))
def test_halves_are_rounded_away_from_zero(thousandths: int, places: int) -> None:
    exact = Decimal(thousandths) / 1000
    wanted = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert figures.rounded(float(exact), places) == float(wanted)


@pytest.mark.parametrize(
    ("value", "text"),
    [(98, "98"), (98.0, "98"), (0, "0"), (98.5, "98.5"), (200 / 3, "66.666667"), (1e6, "1000000"), (-0.25, "-0.25")],
)
def test_a_machine_reads_plain_digits(value: float, text: str) -> None:
    assert figures.machine(value) == text


@given(st.floats(-1e6, 1e6))
def test_what_a_machine_reads_is_the_figure_to_six_decimals(value: float) -> None:
    text = figures.machine(value)
    assert abs(float(text) - value) <= 5.01e-7
    assert "e" not in text
    assert not text.endswith(".")


# --- addresses, titles, sentences


ADDRESSES = """
lang | path                | link to thang/      | file du-lieu/x.csv      | other language
vi   |                     | ./thang/            | du-lieu/x.csv           | en/
vi   | don-vi/             | ../thang/           | ../du-lieu/x.csv        | ../en/don-vi/
vi   | don-vi/phuong-a/    | ../../thang/        | ../../du-lieu/x.csv     | ../../en/don-vi/phuong-a/
en   |                     | ./thang/            | ../du-lieu/x.csv        | ../
en   | don-vi/             | ../thang/           | ../../du-lieu/x.csv     | ../../don-vi/
en   | don-vi/phuong-a/    | ../../thang/        | ../../../du-lieu/x.csv  | ../../../don-vi/phuong-a/
"""


@pytest.mark.parametrize("line", ADDRESSES.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()[:3]))
def test_a_page_knows_the_way_to_others(line: str) -> None:
    lang, path, link, file, other = (cell.strip() for cell in line.split("|"))
    page = Page(lang, path)
    assert page.link("thang/") == link
    assert page.file("du-lieu/x.csv") == file
    assert page.other("en" if lang == "vi" else "vi") == other


@given(st.text(max_size=60), st.text(max_size=60))
def test_front_matter_gives_its_title_back_and_nothing_else(title: str, description: str) -> None:
    text = front_matter(title, description)
    head = text.removeprefix("---\n").removesuffix("---\n\n")
    read = yaml.safe_load(head)
    assert set(read) == {"title", "description", "hide"}
    assert html_module.unescape(read["title"]) == one_line(title)
    assert html_module.unescape(read["description"]) == one_line(description)
    assert not set("<>\"'") & set(read["title"] + read["description"])
    assert "\n---" not in head


@given(st.text(max_size=60))
def test_a_sentence_escapes_what_it_is_given_and_keeps_it_on_one_line(value: str) -> None:
    found = rich("{name} & <b>", {"name": value})
    assert found.endswith(" &amp; &lt;b&gt;")
    assert not set("<>\n\r\x00\x1b") & set(found)
    assert html_module.unescape(str(Markup.escape(one_line(value)))) + " & <b>" == found.unescape()
    assert rich("{figure}", {"figure": Markup("<data>1</data>")}) == "<data>1</data>"


# --- files to take away


def unguard(cell: str) -> str:
    """A guarded cell as it was."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


@given(st.text(max_size=12) | st.text(alphabet="'=+-@\t＝a", max_size=6))
@example("'=1+1")
def test_a_guarded_cell_is_no_formula_and_gives_its_text_back(text: str) -> None:
    assert not guard(text).startswith(FORMULA)
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("start", FORMULA)
def test_every_start_of_a_formula_is_guarded(start: str) -> None:
    assert guard(f"{start}1") == f"'{start}1"
    assert guard(f"1{start}") == f"1{start}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three communes: 00004 in time with a correction and late dossiers, 00008 late, 00025 has submitted nothing."""
    root = make_office(
        tmp_path_factory.mktemp("pages") / "office",
        datasets={"procedures": {}, "feedback": {}},
        first_period="2026-05",
        last_period="2026-06",
        today="2026-07-31",
    )
    office = open_office(root)
    procedures = office.kinds["procedures"]
    late = {"resolved_early": "29", "resolved_late": "1", "apologies_sent": "1", "stated_on_time_pct": "97,5"}

    def submit(day: str, *lines: Line, reason: str = "", kind: str = "procedures") -> None:
        now = dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZONE)
        accept(office, office.kinds[kind], file_of(office.kinds[kind], *lines), now=now, reason=reason)

    assert office.due_on(procedures, "2026-06") == dt.date(2026, 6, 19)
    submit("2026-05-18", {**PROCEDURES, "period": "2026-05", "carried_over": "4"})
    submit("2026-06-16", PROCEDURES)
    submit("2026-06-16", FEEDBACK, kind="feedback")
    submit("2026-06-25", {**PROCEDURES, "unit_code": "00008", "note": "Mưa lũ."})
    submit("2026-06-29", {**PROCEDURES, **late, "note": "Đã kiểm tra lại."}, reason="Ghi nhầm một hồ sơ.")
    return office


@pytest.fixture(scope="module")
def pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The written pages of that office."""
    out = tmp_path_factory.mktemp("written")
    ledger = read_ledger(office)
    write_pages(
        office,
        Book(office, tally_office(office, ledger)),
        ledger,
        check_office(office),
        coming(office, ledger, "0" * 64),
        out,
    )
    return out


def section(pages: Path, path: str, kind: str) -> html.HtmlElement:
    """The part of a page that speaks of one kind."""
    text = (pages / path / "index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1]
    found = html.fragment_fromstring(text).xpath(f"//section[h2[@id='{kind}']]")
    assert len(found) == 1, path
    return found[0]


def words(element: html.HtmlElement) -> str:
    """The text of an element, its pieces joined by single spaces."""
    return " ".join(" ".join(element.itertext()).split())


def test_a_month_names_the_unit_that_did_not_submit(pages: Path) -> None:
    (note,) = section(pages, "vi/thang/2026-06", "procedures").find_class("ck-note-missing")
    assert words(note) == "1 đơn vị chưa nộp: Phường Giảng Võ ."
    assert [a.get("href") for a in note.iter("a")] == ["../../don-vi/phuong-giang-vo/"]
    (note,) = section(pages, "vi/thang/2026-06", "feedback").find_class("ck-note-missing")
    assert words(note) == "2 đơn vị chưa nộp: Phường Giảng Võ , Phường Ngọc Hà ."
    (note,) = section(pages, "en/thang/2026-06", "procedures").find_class("ck-note-missing")
    assert "Giang Vo Ward" in words(note)


def test_a_month_lists_only_units_that_submitted_and_adds_them_up(pages: Path) -> None:
    table = section(pages, "vi/thang/2026-06", "procedures").find(".//table")
    names = [words(th.find("a")) for th in table.xpath(".//tbody/tr/th")]
    assert names == ["Phường Ba Đình", "Phường Ngọc Hà"]
    totals = {d.get("data-of"): d.get("value") for d in table.xpath(".//tfoot//data")}
    assert totals["procedures/resolved_total/all/2026-06/month"] == "80"
    assert totals["procedures/on_time_pct/all/2026-06/month"] == "98.75"


def test_what_came_late_and_what_was_corrected_is_said_beside_the_unit(pages: Path) -> None:
    rows = section(pages, "vi/thang/2026-06", "procedures").xpath(".//tbody/tr/th")
    assert [words(row) for row in rows] == [
        "Phường Ba Đình Đính chính lần 1, ngày 29/06/2026",
        "Phường Ngọc Hà Nộp muộn ngày 25/06/2026 (hạn 19/06/2026)",
    ]
    page = words(section(pages, "vi/don-vi/phuong-ba-dinh", "procedures"))
    assert "Đính chính lần 1, ngày 29/06/2026: Ghi nhầm một hồ sơ." in page


def test_a_unit_that_never_submitted_has_a_page_that_says_so(pages: Path) -> None:
    text = (pages / "vi/don-vi/phuong-giang-vo/index.md").read_text(encoding="utf-8")
    assert "Hồ sơ, Tháng 6/2026: Chưa nộp (hạn 19/06/2026)" in " ".join(html.fromstring(text).text_content().split())
    assert words(section(pages, "vi/don-vi/phuong-giang-vo", "procedures")).endswith("Đơn vị chưa nộp số liệu nào.")


def test_a_month_that_is_missing_stands_in_the_long_table_as_missing(pages: Path) -> None:
    rows = section(pages, "vi/don-vi/phuong-ngoc-ha/tung-ky", "procedures").xpath("./div[@class='ck-scroll']//tbody/tr")
    assert [words(row.find("th")) for row in rows] == ["Tháng 6/2026", "Tháng 5/2026"]
    assert "Chưa nộp (hạn" in words(rows[1])
    assert rows[1].xpath(".//data") == []


def test_warnings_stand_beside_the_figures_in_words_for_the_public(pages: Path) -> None:
    notes = section(pages, "vi/don-vi/phuong-ba-dinh", "procedures").find_class("ck-note")
    assert "Có hồ sơ giải quyết quá hạn nhưng đơn vị chưa nêu nguyên nhân." in words(notes[0])
    assert "Dòng" not in words(notes[0])


def test_what_the_unit_wrote_stands_on_its_page(pages: Path) -> None:
    notes = section(pages, "vi/don-vi/phuong-ba-dinh", "procedures").find_class("ck-note")
    assert "Hộ tịch · Ghi chú Đã kiểm tra lại." in words(notes[-1])


def test_tables_have_captions_scopes_and_a_region_that_a_keyboard_reaches(pages: Path) -> None:
    for path in ("vi/don-vi/phuong-ba-dinh", "vi/thang/2026-06", "en/so-lieu/procedures", "vi/linh-vuc/ho-tich"):
        text = (pages / path / "index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1]
        page = html.fragment_fromstring(text)
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        tables = list(page.iter("table"))
        assert tables
        for table in tables:
            region = table.getparent()
            assert (region.get("role"), region.get("tabindex")) == ("region", "0")
            assert region.get("aria-labelledby") == table.find("caption").get("id")
            assert words(table.find("caption"))
            assert {th.get("scope") for th in table.iter("th")} <= {"col", "row"}


def test_every_figure_of_a_page_can_be_looked_up(pages: Path, office: Office) -> None:
    book = Book(office, tally_office(office, read_ledger(office)))
    count = 0
    for path in sorted(pages.rglob("index.md")):
        for element in html.fromstring(path.read_text(encoding="utf-8")).xpath("//data"):
            address, _, part = element.get("data-of").partition("#")
            found = book.at(address)
            value = getattr(found, part or "value")
            assert element.get("value") == figures.machine(value)
            count += 1
    assert count > 500


def test_a_chart_that_stands_on_several_pages_is_drawn_once(
    office: Office, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[Any, str]] = []

    def draw(environment: Any, what: Any, name: str) -> Markup:
        drawn.append((what, name))
        return once(environment, what, name)

    once = shell.draw
    monkeypatch.setattr(shell, "draw", draw)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})  # on one core no other process draws unseen
    ledger = read_ledger(office)
    write_pages(
        office,
        Book(office, tally_office(office, ledger)),
        ledger,
        check_office(office),
        coming(office, ledger, "0" * 64),
        tmp_path,
    )
    assert len(drawn) == len(set(drawn)) > 10
    shown = [chart.get("aria-labelledby") for path in ("vi/index.md", "vi/so-lieu/procedures/index.md")
             for chart in html.fromstring((tmp_path / path).read_text(encoding="utf-8")).xpath("//svg")]  # fmt: skip
    assert len(shown) > len(set(shown))


def test_what_a_chart_prints_can_be_looked_up(pages: Path) -> None:
    page = section(pages, "vi/don-vi/phuong-ba-dinh", "procedures")
    printed = {
        text.get("data-of"): (text.get("data-value"), text.text) for text in page.xpath(".//svg//text[@data-of]")
    }
    assert printed["procedures/on_time_pct/00004/2026-06/month"] == ("97.5", "97,5%")
    assert printed["procedures/resolved_late/00004/2026-06/month"] == ("1", "1")


def test_the_same_office_gives_the_same_bytes(office: Office, pages: Path, tmp_path: Path) -> None:
    ledger = read_ledger(office)
    write_pages(
        office,
        Book(office, tally_office(office, ledger)),
        ledger,
        check_office(office),
        coming(office, ledger, "0" * 64),
        tmp_path,
    )
    files = {p.relative_to(pages): p.read_bytes() for p in pages.rglob("*") if p.is_file()}
    assert {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == files


def test_the_data_package_is_valid_for_anyone_with_frictionless(pages: Path, tmp_path: Path) -> None:
    folder = tmp_path / "2026-06"
    shutil.copytree(pages / "vi/du-lieu/2026-06", folder)
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["code", "message"])
    assert report.stats["tasks"] == 4
    path = folder / "procedures.csv"
    path.write_bytes(path.read_bytes().replace(b",46,", b",47,", 1))
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


def test_the_data_package_names_size_and_hash_of_every_file(pages: Path) -> None:
    folder = pages / "vi/du-lieu/2026-06"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {p.name for p in folder.glob("*.csv")}
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()


def test_published_rows_name_their_units_keep_their_figures_and_their_notes(pages: Path) -> None:
    text = (pages / "vi/du-lieu/2026-06/procedures.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["unit_code"], row["unit_name"], row["resolved_total"], row["note"]) for row in rows] == [
        ("00004", "Phường Ba Đình", "40", "Đã kiểm tra lại."),
        ("00008", "Phường Ngọc Hà", "40", "Mưa lũ."),
    ]
    assert "stated_on_time_pct" not in rows[0]
