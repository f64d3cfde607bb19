"""Pages of many units are cut into parts that a phone can load; whoever is on the list is on exactly one of them."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from publisher.catalogue import Office, Unit, open_office
from publisher.catalogue.text import Text
from publisher.ledger import accept, read_ledger
from publisher.measures import Book
from publisher.pages import write_pages
from publisher.pages.parts import UNITS, parts, size_for
from publisher.proof import coming
from publisher.tallies import tally_office
from tests.offices import make_office
from tests.submitted import PROCEDURES, file_of

MANY = 401
MONTH = "vi/thang/2026-06"


def made_up(count: int) -> list[Unit]:
    """So many units."""
    return [Unit(f"{n:05d}", Text(vi=f"Xã {n}"), f"xa-{n}") for n in range(count)]


@given(st.integers(0, 900), st.integers(1, 300))
def test_every_unit_is_on_exactly_one_part_in_the_lists_order(count: int, size: int) -> None:
    units = made_up(count)
    found = parts(units, size)
    assert [unit for part in found for unit in part.units] == units
    assert len(found) == max(1, math.ceil(count / size))
    assert all(len(part.units) <= size and part.codes == {u.code for u in part.units} for part in found)
    assert max(len(part.units) for part in found) - min(len(part.units) for part in found) < len(found)
    assert [part.path for part in found] == ["", *(f"phan-{n}/" for n in range(2, len(found) + 1))]


@given(st.integers(0, 10_000))
def test_a_page_of_wide_tables_takes_fewer_units(figures: int) -> None:
    assert 1 <= size_for(figures) <= UNITS
    assert size_for(figures + 1) <= size_for(figures)


def test_an_office_of_at_most_two_hundred_units_has_one_part() -> None:
    assert [part.path for part in parts(made_up(UNITS))] == [""]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """More communes than one page takes, with one month of procedures in one field."""
    units = [{"code": f"{n:05d}", "name_vi": f"Xã Số {n}", "level": "commune"} for n in range(1, MANY + 1)]
    root = make_office(
        tmp_path_factory.mktemp("parts") / "office",
        units=units,
        datasets={"procedures": {}},
        first_period="2026-06",
        last_period="2026-06",
        languages=["vi"],
        today="2026-07-01",
    )
    office = open_office(root)
    kind = office.kinds["procedures"]
    accept(office, kind, file_of(kind, *({**PROCEDURES, "unit_code": u["code"]} for u in units)))
    return office


@pytest.fixture(scope="module")
def pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its pages."""
    ledger = read_ledger(office)
    out = tmp_path_factory.mktemp("pages")
    write_pages(office, Book(office, tally_office(office, ledger)), ledger, [], coming(office, ledger, "ab" * 32), out)
    return out


def page(pages: Path, path: str) -> html.HtmlElement:
    """A written page as a tree."""
    return html.fragment_fromstring((pages / path / "index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1])


@pytest.mark.parametrize("path", [MONTH, f"{MONTH}/procedures", "vi/linh-vuc/ho-tich"])
def test_a_long_list_stands_on_pages_that_lead_to_each_other(pages: Path, path: str) -> None:
    paths = [path, f"{path}/phan-2", f"{path}/phan-3"]
    assert not (pages / path / "phan-4").exists()
    named = []
    for here in paths:
        assert (pages / here / "index.md").stat().st_size < 400_000
        document = page(pages, here)
        named += [a.text_content() for a in document.xpath("(//table)[1]/tbody/tr/th/a")]
        links = document.xpath("//nav[@class='ck-parts']//a/@href")
        up = "../" * here.count("/")
        assert links == [f"{up}{to.removeprefix('vi/')}/" for to in paths]
        assert document.xpath("//nav[@class='ck-parts']//a/@aria-current") == ["page"]
        assert document.xpath("string((//table)[1]/tfoot//th)")
    assert len(named) == len(set(named)) == MANY


def test_what_is_said_of_all_is_said_on_the_first_part_only(pages: Path) -> None:
    said = [" ".join(page(pages, path).text_content().split()) for path in (MONTH, f"{MONTH}/phan-2")]
    assert ["Hạn nộp: " in text for text in said] == [True, False]


def test_only_the_first_part_is_searched(pages: Path) -> None:
    said = [(pages / path / "index.md").read_text(encoding="utf-8") for path in (MONTH, f"{MONTH}/phan-2")]
    assert ["exclude: true" in text.split("---\n\n")[0] for text in said] == [False, True]


def test_a_part_says_which_it_is_in_its_title(pages: Path) -> None:
    assert page(pages, MONTH).findtext(".//h1") == "Tháng 6/2026"
    assert page(pages, f"{MONTH}/phan-2").findtext(".//h1") == "Tháng 6/2026, phần 2"
