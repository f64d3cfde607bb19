"""Does work go on after Tết: weeks at the counters beside ordinary ones, and what was not reported stays so."""

import datetime as dt
from collections.abc import Iterator

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import DAY, WorkingDays
from publisher.catalogue.registers import Weeks
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.pages.weeks import first_weeks
from publisher.release import build
from tests.offices import make_office
from tests.submitted import COUNTER_WEEKS, Line, file_of

DECLARED = Weeks(begins="week_from", ends="week_to", part="counter_code", counts=("received", "resolved"))
TET = dt.date(2026, 2, 14), dt.date(2026, 2, 22)
COUNTERS = tuple(
    {"counter_code": code, "unit_code": unit, "name_vi": name, "name_en": english, "contact_point": "procedures"}
    for code, unit, name, english in (
        ("00004-01", "00004", "Quầy 1", "Counter 1"),
        ("00008-01", "00008", "Trung tâm Hành chính công", "Public service centre"),
    )
)
REPORTED: Line = {
    "unit_code": "00008", "period": "2024-02", "counter_code": "00008-01", "week_from": "2024-02-15",
    "week_to": "2024-02-19", "received": "2062", "pending_in_time": "1556",
}  # fmt: skip
"""The week after Tết 2024 as an order quotes it: what was resolved is not stated."""


def mondays(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every seventh day."""
    while first <= last:
        yield first
        first += 7 * DAY


def line(monday: dt.date, received: object, resolved: object, counter: str = "1") -> dict[str, str]:
    """A week at a counter."""
    figures = {"received": str(received), "resolved": str(resolved)}
    return {"counter_code": counter, "week_from": str(monday), "week_to": str(monday + 6 * DAY), **figures}


def weeks(*changed: dict[str, str]) -> list[dict[str, str]]:
    """The weeks of January to March 2026, a hundred dossiers received and ninety resolved in each; some are changed."""
    usual = [line(monday, 100, 90) for monday in mondays(dt.date(2026, 1, 5), dt.date(2026, 3, 30))]
    given = {(row["week_from"], row["counter_code"]): row for row in changed}
    kept = [row for row in usual if (row["week_from"], row["counter_code"]) not in given]
    return kept + list(given.values())


def test_long_holidays_are_days_off_running_after_which_work_begins_again() -> None:
    calendar = WorkingDays()
    assert calendar.breaks(dt.date(2026, 2, 1), dt.date(2026, 3, 1)) == [TET]
    assert calendar.breaks(dt.date(2026, 2, 16), dt.date(2026, 2, 23)) == [TET]
    assert calendar.breaks(dt.date(2026, 2, 1), dt.date(2026, 2, 22)) == []
    longer = WorkingDays(off=frozenset({dt.date(2026, 2, 23)}))
    assert longer.breaks(dt.date(2026, 2, 1), dt.date(2026, 3, 1)) == [(TET[0], TET[1] + DAY)]


def test_the_first_week_is_set_beside_the_median_of_ordinary_ones_by_working_day() -> None:
    slow = line(dt.date(2026, 2, 23), 60, 30)
    (found,) = [w for w in first_weeks(DECLARED, weeks(slow), WorkingDays()) if w.off == TET]
    assert (found.days_off, found.working_days) == (9, 5)
    assert found.week == (dt.date(2026, 2, 23), dt.date(2026, 3, 1))
    assert (found.pace["received"].total, found.pace["received"].first) == (60, 12)
    assert (found.pace["resolved"].first, found.pace["resolved"].ordinary) == (6, 18)
    assert (
        found.pace["received"].weeks == 10
    )  # of 13: the two that touch the days off and the one after are not ordinary


def test_what_one_counter_did_not_report_is_not_reported_for_the_unit() -> None:
    second = [line(monday, 10, 9, "2") for monday in mondays(dt.date(2026, 1, 5), dt.date(2026, 3, 30))]
    blank = line(dt.date(2026, 2, 23), 5, "", "2")
    (whole,) = first_weeks(DECLARED, [*weeks(), *second], WorkingDays())[-1:]
    assert (whole.pace["received"].total, whole.pace["resolved"].total) == (110, 99)
    rows = [*weeks(), *(row for row in second if row["week_from"] != "2026-02-23")]
    (lacking,) = first_weeks(DECLARED, rows, WorkingDays())[-1:]
    assert (lacking.pace["received"].total, lacking.pace["received"].first) == (None, None)
    (unknown,) = first_weeks(DECLARED, [*rows, blank], WorkingDays())[-1:]
    assert (unknown.pace["received"].total, unknown.pace["resolved"].total) == (105, None)


def test_of_too_few_ordinary_weeks_nothing_is_called_ordinary() -> None:
    few = [line(monday, 100, 90) for monday in mondays(dt.date(2026, 2, 23), dt.date(2026, 3, 16))]
    (found,) = first_weeks(DECLARED, few, WorkingDays())
    assert (found.pace["received"].ordinary, found.pace["received"].weeks) == (None, 3)
    assert first_weeks(DECLARED, [], WorkingDays()) == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two offices' registers: the weeks around Tết 2026 of one, of the other the one week that the order quotes."""
    root = make_office(
        tmp_path_factory.mktemp("weeks") / "office",
        counters=COUNTERS,
        datasets={"counter_weeks": {}},
        first_period="2024-02",
        languages=["vi", "en"],
    )
    found = open_office(root)
    kind = found.kinds["counter_weeks"]
    rows = [
        {
            **COUNTER_WEEKS, "period": "2026-03", **row, "counter_code": "00004-01", "resolved_in_time": "",
            "resolved_late": "",
        }
        for row in weeks(line(dt.date(2026, 2, 23), 60, ""))
    ]  # fmt: skip
    for given, day in (
        ([REPORTED], dt.datetime(2024, 3, 4, tzinfo=ZONE)),
        (rows, dt.datetime(2026, 4, 2, tzinfo=ZONE)),
    ):
        accept(found, kind, file_of(kind, *given), now=day)
    build(found)
    return found


def read(office: Office, path: str) -> str:
    """The text of a page's main part with single spaces."""
    tree = html.parse(str(office.site / "current" / path / "index.html")).getroot()
    return " ".join(tree.xpath("//main")[0].text_content().split())


def test_the_week_of_the_order_is_accepted_and_what_it_does_not_say_stays_blank(office: Office) -> None:
    kind = office.kinds["counter_weeks"]
    checked = check_file(office, kind, file_of(kind, REPORTED))
    assert {(p.severity, p.code) for p in checked.problems if p.severity != "note"} == {
        ("warning", "Z01")
    }  # a Thursday
    for path in ("don-vi/phuong-ngoc-ha/theo-tuan", "so-lieu/counter_weeks/sau-ky-nghi", "don-vi/phuong-ngoc-ha"):
        said = read(office, path)
        assert [text in said for text in ("2.062", "chưa có số liệu", "506", "75")] == [True, True, False, False], path
    assert "1.556" in read(office, "don-vi/phuong-ngoc-ha/theo-tuan")


def test_the_office_s_page_says_one_sentence_of_each_unit(office: Office) -> None:
    assert (
        "Phường Ba Đình: tuần đầu sau kỳ nghỉ 9 ngày (14/02/2026 – 22/02/2026), mỗi ngày làm việc tiếp nhận: 12,0 "
        "(tuần thường: 20,0); giải quyết: chưa có số liệu (tuần thường: 18,0)."
    ) in read(office, "so-lieu/counter_weeks/sau-ky-nghi")
    assert (
        "Ba Dinh Ward: in the first week after 9 days off (14 Feb 2026 – 22 Feb 2026), received per working day: 12.0 "
        "(ordinary week: 20.0); resolved: not reported (ordinary week: 18.0)."
    ) in read(office, "en/so-lieu/counter_weeks/sau-ky-nghi")
    assert "Does work go on after Tết?" in read(office, "en/so-lieu/counter_weeks")
