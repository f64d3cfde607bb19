"""Who submitted in time stands in public, unit by unit and month by month, and the same as CSV."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.ledger import accept, declare_nothing, read_ledger
from publisher.measures import Book
from publisher.pages import punctuality, write_pages
from publisher.pages.parts import parts as in_parts
from publisher.proof import coming
from publisher.tallies import tally_office
from tests.offices import UNITS, make_office
from tests.submitted import PROCEDURES, file_of

TODAY = dt.date(2026, 7, 31)


def on(day: str) -> dt.datetime:
    """Noon of a day of 2026, "21/5"."""
    number, month = day.split("/")
    return dt.datetime(2026, int(month), int(number), 12, tzinfo=ZONE)


def submit(office: Office, unit: str, period: str, day: str, reason: str = "", **cells: str) -> None:
    """Accept a unit's file of a period on a day."""
    kind = office.kinds["procedures"]
    row = {**PROCEDURES, "unit_code": unit, "period": period, **cells}
    accept(office, kind, file_of(kind, row), now=on(day), reason=reason)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three communes from March to July; one began in June. What is due: 20/3, 21/4, 21/5, 19/6 and 21/7."""
    units = [*UNITS[:2], {**UNITS[2], "valid_from": "2026-06-01"}]
    root = make_office(
        tmp_path_factory.mktemp("punctual") / "office",
        units=units,
        datasets={"procedures": {}, "feedback": {}},
        first_period="2026-03",
    )
    office = open_office(root)
    submit(office, "00004", "2026-03", "20/3")
    submit(office, "00008", "2026-03", "24/3")
    submit(office, "00004", "2026-04", "21/4")
    submit(office, "00008", "2026-05", "5/6")
    declare_nothing(office, office.kinds["procedures"], "00025", "2026-06", now=on("18/6"))
    submit(office, "00004", "2026-06", "19/6")
    submit(office, "00004", "2026-06", "24/6", reason="Nhập thiếu một thư xin lỗi", apologies_sent="1")
    return open_office(root)


@pytest.fixture(scope="module")
def pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's pages."""
    out = tmp_path_factory.mktemp("pages")
    ledger = read_ledger(office)
    write_pages(office, Book(office, tally_office(office, ledger)), ledger, [], coming(office, ledger, "0" * 64), out)
    return out


def table(pages: Path, name: str) -> list[list[str]]:
    """The table of a written page; a sign as what is read out."""
    text = (pages / name / "index.md").read_text(encoding="utf-8").split("\n---\n", 1)[1]
    page = html.document_fromstring(f"<html><body>{text}</body></html>")
    for sign in page.xpath("//*[@role='img']"):
        sign.text = sign.get("aria-label")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in page.iter("tr")]


def test_each_unit_stands_beside_each_month_with_what_it_did(pages: Path) -> None:
    assert table(pages, "vi/cong-bo/procedures") == [
        ["Đơn vị", "Đúng hạn / đến hạn", "7/26", "6/26", "5/26", "4/26", "3/26"],
        ["Phường Ba Đình", "3/5 thiếu 2", "thiếu, hạn 21/7", "đúng hạn đã đính chính", "thiếu, hạn 21/5", "đúng hạn",
         "đúng hạn"],
        ["Phường Giảng Võ", "1/2 thiếu 1", "thiếu, hạn 21/7", "đúng hạn đơn vị báo không phát sinh", "không phải nộp",
         "không phải nộp", "không phải nộp"],
        ["Phường Ngọc Hà", "0/5 muộn 2 thiếu 3", "thiếu, hạn 21/7", "thiếu, hạn 19/6", "muộn 15", "thiếu, hạn 21/4",
         "muộn 4"],
        ["Đúng hạn", "4", "0", "2", "0", "1", "1"],
        ["Muộn", "2", "0", "0", "1", "0", "1"],
        ["Chưa nộp", "6", "3", "1", "1", "1", "0"],
    ]  # fmt: skip


def test_all_datasets_together_say_how_many_of_how_many(pages: Path) -> None:
    rows = table(pages, "en/cong-bo")
    assert rows[1] == ["Ba Dinh Ward", "3/10 missing 7", "0/2 missing 2", "1/2 missing 1", "0/2 missing 2",
                       "1/2 missing 1", "1/2 missing 1"]  # fmt: skip
    assert rows[2][:4] == ["Giang Vo Ward", "1/4 missing 3", "0/2 missing 2", "1/2 missing 1"]
    assert rows[2][4:] == ["nothing to submit"] * 3


def test_the_same_stands_in_a_csv_file_with_days(pages: Path) -> None:
    data = (pages / "vi/cong-bo/procedures.csv").read_text(encoding="utf-8")
    rows = {(row["unit_code"], row["period"]): row for row in csv.DictReader(io.StringIO(data))}
    assert len(rows) == 12
    late = rows["00008", "2026-05"]
    assert [late[name] for name in punctuality.CSV_COLUMNS] == [
        "procedures", "00008", "Phường Ngọc Hà", "2026-05", "2026-04-15", "2026-05-14", "2026-05-21", "2026-06-05",
        "late", "15", "0", "0",
    ]  # fmt: skip
    assert (rows["00004", "2026-06"]["corrections"], rows["00025", "2026-06"]["nothing"]) == ("1", "1")
    assert rows["00004", "2026-07"]["state"] == "missing"
    assert rows["00004", "2026-07"]["days_late"] == rows["00004", "2026-07"]["accepted_on"] == ""


def test_a_page_does_not_change_because_a_day_went_by(office: Office, pages: Path, tmp_path: Path) -> None:
    """Nothing falls due between the two days: the release has the same id, so it must have the same bytes."""
    text = (office.datasets / "publishing.yaml").read_text(encoding="utf-8")
    assert "2026-07-31" in text
    later = open_office(office.root)
    settings = later.settings.model_copy(update={"today": TODAY + dt.timedelta(days=3)})
    later = Office(**{**{name: getattr(later, name) for name in later.__dataclass_fields__}, "settings": settings})
    ledger = read_ledger(later)
    book = Book(later, tally_office(later, ledger))
    write_pages(later, book, ledger, [], coming(later, ledger, "0" * 64), tmp_path)
    for name in ("vi/cong-bo", "vi/cong-bo/procedures", "en/cong-bo/feedback"):
        assert (tmp_path / name / "index.md").read_bytes() == (pages / name / "index.md").read_bytes()


def test_more_than_twelve_periods_have_a_page_for_each_year_and_many_units_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(punctuality, "parts", lambda units: in_parts(units, 2))
    root = make_office(tmp_path / "office", datasets={"procedures": {}}, first_period="2025-04")
    office = open_office(root)
    ledger = read_ledger(office)
    book = Book(office, tally_office(office, ledger))
    out = tmp_path / "out"
    write_pages(office, book, ledger, [], coming(office, ledger, "0" * 64), out)
    first, second = (table(out, f"vi/cong-bo/procedures{part}") for part in ("", "/phan-2"))
    assert len(first[0]) == 2 + 12
    assert [row[0] for row in first[1:3]] == ["Phường Ba Đình", "Phường Giảng Võ"]
    assert [row[0] for row in second[1:2]] == ["Phường Ngọc Hà"]
    assert first[-3:] == second[-3:]  # the sums are those of all units
    assert table(out, "vi/cong-bo/procedures/2025")[0][2:] == [f"{n}/25" for n in range(12, 3, -1)]
    assert (out / "vi/cong-bo/2025/phan-2/index.md").exists()
