"""A published address is a citation: it stays, whatever happens to the tables."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from lxml import html

from publisher import proof, release
from publisher.catalogue import Office, addresses, open_office
from publisher.catalogue.text import slug
from publisher.errors import Mistake
from publisher.ledger import accept, read_ledger
from publisher.pages import reporting_units
from publisher.words import mistake
from tests.offices import FIELDS, UNITS, table
from tests.submitted import PROCEDURES, file_of

NAMESAKE = {"code": "00031", "name_vi": "Phường Ba Đình", "name_en": "Ba Dinh Ward", "level": "commune"}


def write_units(office: Office, units: list[Mapping[str, str]]) -> Office:
    """The office with other lines in units.csv."""
    (office.datasets / "units.csv").write_text(table("units", units), encoding="utf-8")
    return open_office(office.root)


def slugs(office: Office, name: str = "units") -> dict[str, str]:
    """The addresses of a table, by code."""
    return {entry.code: entry.slug for entry in office.table(name)}


def show(office: Office, *codes: str) -> None:
    """Keep the addresses of some units, as a build does that shows their pages."""
    shown = [(code, slugs(office)[code]) for code in codes]
    addresses.keep(office.addresses, {"units": shown, "fields": []})


# --- names change, addresses stay


def test_a_namesake_that_comes_later_leaves_the_first_its_address(office: Office) -> None:
    assert slugs(write_units(office, [*UNITS, NAMESAKE]))["00004"] == "phuong-ba-dinh-00004"
    show(write_units(office, list(UNITS)), "00004")
    found = slugs(write_units(office, [NAMESAKE, *UNITS]))
    assert (found["00004"], found["00031"]) == ("phuong-ba-dinh", "phuong-ba-dinh-00031")


def test_a_corrected_name_keeps_its_address_and_the_old_one_goes_to_nobody_else(office: Office) -> None:
    show(office, "00004")
    renamed = {**UNITS[0], "name_vi": "Phường Ba Đình Mới"}
    found = slugs(write_units(office, [renamed, *UNITS[1:], NAMESAKE]))
    assert (found["00004"], found["00031"]) == ("phuong-ba-dinh", "phuong-ba-dinh-00031")


def test_a_name_that_was_never_shown_may_still_change_its_address(office: Office) -> None:
    show(office, "00008")
    assert slugs(write_units(office, [{**UNITS[0], "name_vi": "Phường Mới"}, *UNITS[1:]]))["00004"] == "phuong-moi"


def test_what_was_published_cannot_silently_vanish_from_its_table(office: Office) -> None:
    show(office, "00004", "00008")
    with pytest.raises(Mistake) as caught:
        write_units(office, list(UNITS[1:]))
    assert (caught.value.code, caught.value.values["code"]) == ("address-gone", "00004")
    for sentence in mistake(caught.value):
        assert "phuong-ba-dinh" in sentence
        assert "valid_to" in sentence


@pytest.mark.parametrize(
    "lines",
    [
        "units,00004,phuong-ba-dinh\nunits,00004,phuong-khac",
        "units,00004,phuong-ba-dinh\nunits,00008,phuong-ba-dinh",
        "units,00004,../phuong",
        "units,00004,Phuong-Ba-Dinh",
        "units,00004,",
        "quay,00004,phuong-ba-dinh",
    ],
)
def test_a_spoilt_line_is_refused_with_its_row(office: Office, lines: str) -> None:
    office.addresses.write_text(f"table,code,slug\n{lines}\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        open_office(office.root)
    assert (caught.value.code, caught.value.values["row"]) == ("address-line", 2 + lines.count("\n"))


def test_keeping_adds_lines_and_changes_none(office: Office) -> None:
    show(office, "00008")
    first = office.addresses.read_bytes()
    assert first == b"table,code,slug\nunits,00008,phuong-ngoc-ha\n"
    show(office, "00008", "00004")
    assert office.addresses.read_bytes() == first + b"units,00004,phuong-ba-dinh\n"
    before = office.addresses.stat()
    show(office, "00008", "00004")
    assert office.addresses.stat() == before


# --- pages stay


@pytest.fixture
def accepted(office_folder: Path) -> Callable[..., Office]:
    """Accepts rows of dossiers, each given by what differs, and gives the office."""

    def submit(*rows: Mapping[str, str]) -> Office:
        office = open_office(office_folder)
        kind = office.kinds["procedures"]
        for row in rows:
            accept(office, kind, file_of(kind, {**PROCEDURES, **row}))
        return office

    return submit


def test_a_unit_that_ceased_keeps_its_page_and_one_that_ceased_before_never_had_one(office: Office) -> None:
    ceased = {"code": "001", "name_vi": "Quận Cũ", "level": "district", "valid_to": "2026-02-01"}
    before = {"code": "002", "name_vi": "Quận Xưa", "level": "district", "valid_to": "2025-06-30"}
    later = {"code": "00099", "name_vi": "Phường Sau", "level": "commune", "valid_from": "2026-08-01"}
    office = write_units(office, [*UNITS, ceased, before, later])
    codes = [unit.code for unit in reporting_units(office, read_ledger(office))]
    assert codes == ["00004", "00008", "00025", "001"]


def test_the_built_site_keeps_every_address_and_the_release_its_id(accepted: Callable[..., Office]) -> None:
    office = accepted({"period": "2026-05", "field_code": "XD"}, {"period": "2026-06"})
    first = release.build(office)
    with office.addresses.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines[0] == ["table", "code", "slug"]
    assert [line for line in lines[1:] if line[0] == "units"] == [
        ["units", u["code"], slug(u["name_vi"])] for u in UNITS
    ]
    assert [line for line in lines[1:] if line[0] == "fields"] == [
        ["fields", "HT", "ho-tich"],
        ["fields", "XD", "xay-dung"],
    ]
    ledger = read_ledger(office)
    again = open_office(office.root)
    assert proof.coming(again, ledger, release.identify(again, ledger)).id == first.id

    renamed = {**UNITS[0], "name_vi": "Phường Ba Đình Thủ Đô"}
    (office.datasets / "fields.csv").write_text(
        table("fields", [{**field, "name_vi": f"{field['name_vi']} mới"} for field in FIELDS]), encoding="utf-8"
    )
    site = release.build(write_units(office, [renamed, *UNITS[1:], NAMESAKE])).folder
    page = html.document_fromstring((site / "don-vi/phuong-ba-dinh/index.html").read_bytes())
    assert page.findtext(".//h1") == "Phường Ba Đình Thủ Đô"
    assert (site / "don-vi/phuong-ba-dinh-00031/index.html").exists()
    old = {p.relative_to(first.folder) for p in first.folder.rglob("*.html")}
    assert [path for path in sorted(old) if not (site / path).exists()] == []
    assert (site / "linh-vuc/xay-dung/index.html").exists()  # no dossier of it in the latest month
