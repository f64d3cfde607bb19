"""Kinds without files: how submissions came, and points for other kinds' figures; periods longer than a month."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import months_in, span
from publisher.checking import check_file
from publisher.errors import Mistake
from publisher.ledger import accept, declare_nothing, read_ledger
from publisher.measures import Book
from publisher.release import build
from publisher.tallies import tally_office
from publisher.words import format as formats
from tests.offices import make_office
from tests.small_kinds import dataset, fields, measure, words


def derived(what: str, **parts: Any) -> dict[str, Any]:
    """A dataset.yaml of a kind without files."""
    about = dataset(derived=what, **parts)
    return {"dataset": {key: value for key, value in about.items() if key not in ("due", "grain")}}


SPENT: dict[str, Any] = {
    "dataset": dataset(
        due={"day_of_month": 20},
        tallies={"spent": {"sum": ["spent"]}, "planned": {"sum": ["planned"]}},
        measures={"spent_pct": measure(ratio={"numerator": ["spent"], "denominator": ["planned"]})},
        headline=["spent_pct"],
        table=["spent_pct"],
    ),
    "schema": fields({"name": "spent", "type": "integer"}, {"name": "planned", "type": "integer"}),
}
YEARLY: dict[str, Any] = {
    "dataset": {**SPENT["dataset"], "every": "year", "levels": ["commune"]},
    "schema": SPENT["schema"],
}
PUNCTUAL = derived(
    "submissions",
    brief=True,
    measures={
        "in_time_pct": measure(ratio={"numerator": ["in_time"], "denominator": ["due"]}),
        **{name: measure(sum=[name]) for name in ("due", "late", "missing", "nothing", "corrected")},
    },
    headline=["in_time_pct", "missing"],
    table=["in_time_pct", "late", "missing"],
)
RATINGS = derived(
    "measures",
    brief=True,
    every="year",
    measures={
        "spent_points": measure(points={"of": "spent.spent_pct", "low": 0, "high": 100, "weight": 60}, decimals=1),
        "punctual_points": measure(
            points={"of": "punctual.in_time_pct", "low": 50, "high": 100, "weight": 40}, decimals=1
        ),
        "total": measure(
            total={"measures": ["spent_points", "punctual_points"], "decimals": 1, "maximum": 100, "needs": 50},
            decimals=1,
            bands=[{"at_least": 0, "title": words("kém")}, {"at_least": 50, "title": words("tốt")}],
        ),
    },
    headline=["total"],
    table=["spent_points", "punctual_points", "total"],
)
BLOCK = """<section><h2 id="{{ kind.name }}">{{ kind.title[lang] }}</h2>
{% set last = view.last(kind, unit.code) %}
<p>{{ view.period(last, kind=kind) }}: {{ view.show(kind, "total", unit.code, last) }}
{{ view.band(kind, "total", unit.code, last) }}</p>
</section>
"""
KINDS = {"spent": SPENT, "yearly": YEARLY, "punctual": PUNCTUAL, "ratings": RATINGS}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three communes, of which one is late, one misses a month and one declares that nothing arose."""
    root = make_office(
        tmp_path_factory.mktemp("derived") / "office",
        kinds=KINDS,
        datasets={**{name: {} for name in KINDS}, "spent": {"first_period": "2026-03"}},
        today="2026-06-21",
        first_period="2025-12",
    )
    (root / "datasets" / "ratings" / "page.html.j2").write_text(BLOCK, encoding="utf-8")
    found = open_office(root)
    spent = found.kinds["spent"]

    def submit(day: str, *rows: str, reason: str = "") -> None:
        content = "\n".join(["unit_code;period;spent;planned", *rows, ""]).encode()
        accept(found, spent, content, reason=reason, now=dt.datetime.fromisoformat(f"{day}T09:00:00+07:00"))

    submit("2026-04-10", "00004;2026-03;30;100", "00008;2026-03;90;100")
    submit("2026-04-22", "00025;2026-03;10;100")
    submit("2026-05-11", "00004;2026-04;50;100", "00025;2026-04;10;100")
    declare_nothing(found, spent, "00025", "2026-05", now=dt.datetime(2026, 6, 1, 9, tzinfo=ZONE))
    submit("2026-06-11", "00004;2026-05;70;100")
    submit("2026-06-12", "00004;2026-05;80;100", reason="Cộng sót một khoản.")
    return found


@pytest.fixture(scope="module")
def book(office: Office) -> Book:
    """Its figures."""
    return Book(office, tally_office(office, read_ledger(office)))


COUNTS = """
unit  | period  | due in_time late missing nothing corrected
00004 | 2025-12 | 1 0 0 1 0 0
00004 | 2026-01 | 0 0 0 0 0 0
00004 | 2026-03 | 1 1 0 0 0 0
00004 | 2026-05 | 1 1 0 0 0 1
00004 | 2026    | 3 3 0 0 0 1
00008 | 2026-03 | 1 1 0 0 0 0
00008 | 2026-04 | 1 0 0 1 0 0
00008 | 2026    | 3 1 0 2 0 0
00025 | 2026-03 | 1 0 1 0 0 0
00025 | 2026-05 | 1 1 0 0 1 0
00025 | 2026    | 3 2 1 0 1 0
all   | 2026    | 9 6 1 2 1 1
"""


@pytest.mark.parametrize("line", COUNTS.strip().splitlines()[1:], ids=lambda line: " ".join(line.split()[:3]))
def test_submissions_are_counted_by_the_month_for_which_they_were_due(book: Book, line: str) -> None:
    unit, period, counts = (cell.strip() for cell in line.split("|"))
    names = ("due", "in_time_pct", "late", "missing", "nothing", "corrected")
    found = [book.figure("punctual", name, unit, period) for name in names]
    assert [f.numerator if f.measure == "in_time_pct" else f.value for f in found] == [int(n) for n in counts.split()]


def test_what_is_not_due_yet_is_not_counted(office: Office, book: Book) -> None:
    assert office.due_on(office.kinds["spent"], "2026-05") == dt.date(2026, 6, 20)
    assert book.unit_periods("punctual", "00004") == ["2025-12", *(f"2026-0{n}" for n in range(1, 6))]
    assert book.figure("punctual", "due", "00004", "2026-06").state == "blank"


def test_points_are_given_for_a_years_figures_of_other_kinds(book: Book) -> None:
    found = {unit: book.figure("ratings", "total", unit, "2026") for unit in ("00004", "00008", "00025")}
    points = {
        (unit, name): book.figure("ratings", name, unit, "2026").value
        for unit in found
        for name in ("spent_points", "punctual_points")
    }
    # 160 of 300: 32 of 60 points; 100 % in time: 40 of 40
    assert points["00004", "spent_points"] == pytest.approx(60 * 160 / 300, abs=1e-6)
    assert points["00004", "punctual_points"] == 40
    assert found["00004"].value == 72.0
    # 20 of 200, the declared month counts as nothing: 6; two of three: a third of the way from 50 to 100
    assert points["00025", "spent_points"] == pytest.approx(6)
    assert points["00025", "punctual_points"] == pytest.approx(40 * (200 / 3 - 50) / 50)
    assert found["00025"].value == 19.3


def test_who_stops_reporting_gets_no_points_and_no_total(book: Book) -> None:
    assert book.figure("spent", "spent_pct", "00008", "2026").value == 90
    points = book.figure("ratings", "spent_points", "00008", "2026")
    assert (points.value, points.denominator, points.state) == (None, 60, "partial")
    total = book.figure("ratings", "total", "00008", "2026")
    assert (total.value, total.denominator, total.state) == (None, 40, "partial")


def test_a_derived_kind_is_there_for_the_years_of_its_sources(book: Book) -> None:
    assert book.figure("ratings", "total", "all", "2025").state == "partial"
    assert book.unit_periods("ratings", "00004") == book.unit_periods("ratings", "00008") == ["2026"]
    assert book.periods("ratings") == ["2026"]
    assert book.unit_periods("ratings", "99999") == []


def test_a_derived_kind_takes_no_file_and_awaits_none(office: Office) -> None:
    for name in ("punctual", "ratings"):
        kind = office.kinds[name]
        assert (office.due_periods(kind), office.expected_units(kind, "2026-05")) == ([], [])
        with pytest.raises(Mistake, match="derived-kind"):
            check_file(office, kind, io.BytesIO(b"unit_code;period\n00004;2026-05\n").getvalue())


def test_an_office_may_begin_later_with_one_kind(office: Office) -> None:
    assert office.due_periods(office.kinds["spent"]) == ["2026-03", "2026-04", "2026-05"]
    assert office.due_periods(office.kinds["yearly"]) == ["2025-12"]


@pytest.fixture(scope="module")
def site(office: Office) -> Path:
    """The built site."""
    return build(office).folder


def page(site: Path, path: str) -> html.HtmlElement:
    """A page of it."""
    return html.parse(str(site / path / "index.html")).getroot()


def test_brief_kinds_take_one_line_of_the_home_page(site: Path) -> None:
    home = page(site, ".")
    assert {section.get("id") for section in home.xpath("//main//section/h2")} >= {"spent", "khac"}
    assert home.xpath("//main//section/h2[@id='punctual']") == []
    assert [a.get("href") for a in home.xpath("//h2[@id='khac']/..//a")] == [
        "./so-lieu/punctual/",
        "./so-lieu/ratings/",
    ]


def test_the_unit_shows_points_and_grade_of_the_year(site: Path) -> None:
    unit = page(site, "don-vi/phuong-ba-dinh")
    text = " ".join(unit.xpath("//h2[@id='ratings']/..")[0].text_content().split())
    assert text.endswith("Năm 2026: 72,0 tốt")
    assert unit.xpath("string(//data[@data-of='ratings/total/00004/2026/month']/@value)") == "72"


def test_a_derived_kind_has_a_page_with_its_definitions_and_no_columns(site: Path) -> None:
    tree = page(site, "so-lieu/punctual")
    assert [h.get("id") for h in tree.xpath("//main//h2")][:2] == ["definitions", "legal"]
    assert not tree.xpath("//h2[@id='columns']")
    assert not (site / "thang/2026-05/punctual").exists()


def test_a_period_is_named_as_its_kind_counts(site: Path) -> None:
    text = " ".join(page(site, "don-vi/phuong-ba-dinh").xpath("string(//main)").split())
    assert "Năm 2025" in text
    assert "Tháng 12/2025: Chưa nộp" not in text


@pytest.mark.parametrize(
    ("label", "months", "wanted", "vi", "en"),
    [
        ("2026-09", 1, "2026-09", "Tháng 9/2026", "September 2026"),
        ("2026-09", 3, "2026-Q3", "Quý III/2026", "Quarter 3, 2026"),
        ("2026-06", 6, "2026-H1", "6 tháng đầu năm 2026", "First half of 2026"),
        ("2026-12", 6, "2026-H2", "6 tháng cuối năm 2026", "Second half of 2026"),
        ("2026-12", 12, "2026", "Năm 2026", "2026"),
    ],
)
def test_a_label_ends_the_period_it_stands_for(label: str, months: int, wanted: str, vi: str, en: str) -> None:
    assert span(label, months) == wanted
    assert months_in(wanted)[-1] == label
    assert len(months_in(wanted)) == months
    assert (formats.period("vi", wanted), formats.period("en", wanted)) == (vi, en)


@pytest.mark.parametrize("label", ["2026-Q5", "2026-H3", "2026-13", "26", "2026-Q", "2026-X1"])
def test_what_is_no_period_is_an_error(label: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        months_in(label)
