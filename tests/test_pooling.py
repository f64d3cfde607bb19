"""Sensitive matters are shown together with others, everywhere, and nothing is lost from any sum."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.pooling import shown_lines
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import accept, read_ledger
from publisher.measures import EVERY, Book
from publisher.pages import write_pages
from publisher.proof import coming
from publisher.tallies import tally_office
from tests.offices import make_office
from tests.small_kinds import read_table
from tests.submitted import PROCEDURES, file_of

FIELDS = (
    {"code": "HT", "name_vi": "Hộ tịch", "name_en": "Civil status"},
    {"code": "NCN", "name_vi": "Nuôi con nuôi", "name_en": "Adoption", "shown_as": "KHAC"},
    {"code": "VH", "name_vi": "Văn hóa", "name_en": "Culture", "shown_as": "KHAC"},
    {"code": "KHAC", "name_vi": "Lĩnh vực khác", "name_en": "Other fields"},
)


def field_table(*lines: dict[str, str]) -> str:
    """fields.csv with its optional column."""
    text = io.StringIO()
    columns = ["code", "name_vi", "name_en", "aliases", "valid_from", "valid_to", "shown_as"]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def make(root: Path, *lines: dict[str, str]) -> Office:
    """A small office with these fields."""
    make_office(root, datasets={"procedures": {}}, first_period="2026-06", last_period="2026-06", today="2026-07-01")
    (root / "datasets" / "fields.csv").write_text(field_table(*(lines or FIELDS)), encoding="utf-8")
    return open_office(root)


class Known:
    """The office of these fields, for examples that need it again and again."""

    office: Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One commune with a month of four fields, one of them adoption."""
    office = make(tmp_path_factory.mktemp("pooling") / "office")
    kind = office.kinds["procedures"]
    late = {"resolved_early": "29", "resolved_late": "1", "apologies_sent": "1", "late_reason": "Chờ xác minh mẹ nuôi."}
    lines = [{**PROCEDURES, "field_code": code} for code in ("HT", "VH", "KHAC")]
    lines.append({**PROCEDURES, **late, "field_code": "NCN", "procedure_code": "2.001263"})
    accept(office, kind, file_of(kind, *lines), now=dt.datetime(2026, 6, 16, 8, tzinfo=ZONE))
    Known.office = office
    return office


@pytest.fixture(scope="module")
def pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its written pages and files."""
    out = tmp_path_factory.mktemp("written")
    ledger = read_ledger(office)
    book = Book(office, tally_office(office, ledger))
    write_pages(office, book, ledger, check_office(office), coming(office, ledger, "0" * 64), out)
    return out


ROWS = """
field | procedure | online | late | reason       | note
HT    |           | 12     | 0    |              | Đủ.
NCN   | 2.001263  | 1      | 1    | Chờ mẹ nuôi. |
NCN   | 1.003005  | 2      |      |              |
HT    | 2.001255  | 3      | 1    | Xác minh.    | Một trẻ.
KHAC  |           | 4      | 0    |              | Riêng.
VH    |           | 5      | 2    | Mưa.         |
"""
SHOWN = """
field | procedure | online | late | reason | note
HT    |           | 15     | 1    |        |
KHAC  |           | 12     | 3    |        |
"""
NAMES = {"field": "field_code", "procedure": "procedure_code", "online": "received_online", "late": "resolved_late",
         "reason": "late_reason", "note": "note"}  # fmt: skip


def test_rows_that_would_tell_on_somebody_become_one_with_others(office: Office) -> None:
    rows = read_table(ROWS)
    header = ["unit_code", "period", "basis", *NAMES.values()]
    lines = [["00004", "2026-06", "month", *row.values()] for row in rows]
    found = shown_lines(office, office.kinds["procedures"], header, lines)
    assert [line[3:] for line in found] == [list(row.values()) for row in read_table(SHOWN)]


def test_a_file_without_sensitive_rows_is_shown_as_it_is(office: Office) -> None:
    header = ["unit_code", "period", "basis", *NAMES.values()]
    lines = [["00004", "2026-06", "month", "HT", "1.001193", "12", "0", "", "Đủ."]] * 2
    assert shown_lines(office, office.kinds["procedures"], header, lines) == lines


CELLS = st.tuples(
    st.sampled_from(("HT", "NCN", "VH", "KHAC")),
    st.sampled_from(("", "2.001263", "2.001263.000.00.00.H40", "1.001193")),
    st.just("") | st.integers(0, 99).map(str),
)


@pytest.mark.usefixtures("office")
@settings(deadline=None)
@given(st.lists(CELLS, max_size=12, unique_by=lambda cells: cells[:2]))
def test_no_sum_changes_and_no_sensitive_code_is_left(cells: list[tuple[str, str, str]]) -> None:
    office, header = Known.office, ["unit_code", "period", "basis", "field_code", "procedure_code", "resolved_late"]
    lines = [["00004", "2026-06", "month", *line] for line in cells]
    found = shown_lines(office, office.kinds["procedures"], header, lines)
    assert sum(int(line[5] or 0) for line in found) == sum(int(line[5] or 0) for line in lines)
    assert {line[3] for line in found} <= {"HT", "KHAC"}
    assert not any(line[4].startswith("2.001263") for line in found)
    assert not any(line[4] for line in found if line[3] == "KHAC" and ("KHAC", line[4]) not in {c[:2] for c in cells})
    assert (not any(line[5] for line in found)) == (not any(line[5] for line in lines))


def test_a_breakdown_counts_sensitive_fields_under_the_other_and_the_total_stays(office: Office) -> None:
    book = Book(office, tally_office(office, read_ledger(office)))
    assert book.keys("procedures", "field", "00004", "2026-06") == ["HT", "KHAC"]
    other = book.figure("procedures", "resolved_late", "00004", "2026-06", breakdown="field", key="KHAC")
    assert other.value == 1
    assert book.figure("procedures", "resolved_total", EVERY, "2026-06").value == 160
    resolved = [
        book.figure("procedures", "resolved_total", "00004", "2026-06", breakdown="field", key=key).value
        for key in ("HT", "KHAC", "NCN")
    ]
    assert resolved == [40, 120, None]


def test_neither_a_page_nor_a_download_tells_of_the_adoption(pages: Path) -> None:
    told = ("mẹ nuôi", "2.001263", "field=NCN", "NCN,")
    for path in sorted(pages.rglob("*")):
        if path.suffix in (".md", ".csv", ".json", ".svg"):
            text = path.read_text(encoding="utf-8")
            if path.name not in ("fields.csv", "fields.json"):
                assert not [word for word in told if word in text], path
    with (pages / "vi/du-lieu/2026-06/procedures.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["field_code"]: row for row in csv.DictReader(stream)}
    assert {code: row["resolved_total"] for code, row in rows.items()} == {"HT": "40", "KHAC": "120"}
    assert rows["KHAC"]["field_name"] == "Lĩnh vực khác"


def test_the_fields_page_says_where_its_figures_are(pages: Path) -> None:
    text = (pages / "vi/linh-vuc/nuoi-con-nuoi/index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1]
    page = html.fragment_fromstring(text)
    assert page.xpath("//data") == []
    assert page.xpath("//a/@href[contains(., 'linh-vuc-khac')]")
    other = (pages / "vi/linh-vuc/linh-vuc-khac/index.md").read_text(encoding="utf-8")
    assert "Gồm cả: Nuôi con nuôi, Văn hóa." in other


def test_what_was_tallied_before_a_field_became_sensitive_is_tallied_anew(tmp_path: Path) -> None:
    plain = [{name: cell for name, cell in line.items() if name != "shown_as"} for line in FIELDS]
    office = make(tmp_path / "office", *plain)
    kind = office.kinds["procedures"]
    line = {**PROCEDURES, "field_code": "NCN"}
    accept(office, kind, file_of(kind, line), now=dt.datetime(2026, 6, 16, 8, tzinfo=ZONE))
    book = Book(office, tally_office(office, read_ledger(office)))
    assert book.keys("procedures", "field", "00004", "2026-06") == ["NCN"]
    (office.datasets / "fields.csv").write_text(field_table(*FIELDS), encoding="utf-8")
    office = open_office(office.root)
    tallies = tally_office(office, read_ledger(office))
    assert tallies.rebuilt == 1
    assert Book(office, tallies).keys("procedures", "field", "00004", "2026-06") == ["KHAC"]


@pytest.mark.parametrize("other", ["KHONG-CO", "VH"])
def test_a_field_can_only_be_shown_as_one_that_stands_for_itself(tmp_path: Path, other: str) -> None:
    wrong = [{**line, "shown_as": other} if line["code"] == "NCN" else line for line in FIELDS]
    with pytest.raises(Mistake) as caught:
        make(tmp_path / "office", *wrong)
    assert (caught.value.code, caught.value.values["row"]) == ("field-shown-as", 3)


def test_a_table_without_the_column_is_read_as_before(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office"))
    assert {entry.shown_as for entry in office.fields} == {""}
