"""Periods and working blocks of the survey, and the counters from which nothing is heard."""

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.calendar import block_before, block_start, is_over, period_of, survey_kind, working_block
from collector.codes import Keys
from collector.silence import LISTENING, remembers, silent
from collector.store import Store
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.periods import WorkingDays
from publisher.errors import Mistake
from scripts import terminal
from scripts.silent_counters import main
from tests.offices import make_office

COUNTERS = (
    {"counter_code": "00004-01", "unit_code": "00004", "name_vi": "Quầy 1: Hộ tịch", "name_en": "Counter 1"},
    {"counter_code": "00004-02", "unit_code": "00004", "name_vi": "Quầy 2"},
    {"counter_code": "00008-01", "unit_code": "00008", "name_vi": "Quầy 1"},
)
MONDAY = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)


def lines(*changed: dict[str, str]) -> list[dict[str, str]]:
    """The three counters, some with other values."""
    shared = {"contact_point": "procedures", "form": "counter"}
    found = [{**shared, **line} for line in COUNTERS]
    for number, values in enumerate(changed):
        found[number].update(values)
    return found


def office_at(root: Path, *changed: dict[str, str], **settings: object) -> Office:
    """The small office with three counters."""
    return open_office(make_office(root, counters=lines(*changed), datasets={"satisfaction": {}}, **settings))


@pytest.fixture
def here(tmp_path: Path) -> Office:
    """That office as it stands in the tests of silence: blocks of five working days."""
    return office_at(tmp_path / "office")


def store_of(office: Office) -> Store:
    """The store in an office's own place, not started: enough to read."""
    return Store(f"sqlite:///{office.root}/var/collector/survey.sqlite", Keys(office.root / "var" / "keys"))


def hear(office: Office, day: dt.date, *counters: str) -> Store:
    """A collector is started, hears counters on a day, and stops. Gives its store, from which one can read."""
    store = store_of(office)
    store.start()
    for counter in counters:
        store.heard(counter, working_block(office, day))
    store.stop()
    return store


def codes(office: Office, store: Store, day: dt.date) -> list[str]:
    """The codes of the counters that are silent on a day."""
    return [counter.code for counter in silent(office, store, day)]


def working_days(office: Office, first: dt.date, count: int) -> list[dt.date]:
    """So many working days from a working day on."""
    return [first, *(office.working_days.after(first, n) for n in range(1, count))]


# Periods


@pytest.mark.parametrize(
    ("rule", "day", "period"),
    [
        (15, "2026-10-14", "2026-10"),
        (15, "2026-10-15", "2026-11"),
        (15, "2026-12-15", "2027-01"),
        (21, "2026-10-20", "2026-10"),
        (21, "2026-10-21", "2026-11"),
        ("calendar", "2026-10-31", "2026-10"),
        ("calendar", "2026-11-01", "2026-11"),
    ],
)
def test_an_answer_belongs_to_the_period_in_which_it_arrives(
    tmp_path: Path, rule: object, day: str, period: str
) -> None:
    office = office_at(tmp_path / "office", period_rule=rule)
    assert period_of(office, dt.date.fromisoformat(day)) == period


def test_the_periods_of_the_survey_are_those_of_its_dataset(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office", datasets={"satisfaction": {"period_rule": "calendar"}}))
    assert survey_kind(office).name == "satisfaction"
    assert period_of(office, dt.date(2026, 10, 15)) == "2026-10"


def test_an_office_without_the_dataset_has_periods_by_its_own_rule_and_no_kind(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office", datasets={"procedures": {}}, period_rule="calendar"))
    assert period_of(office, dt.date(2026, 10, 15)) == "2026-10"
    with pytest.raises(Mistake) as found:
        survey_kind(office)
    assert "procedures" in words.mistake(found.value)[0]


def test_a_period_is_over_on_the_day_after_its_last_one(here: Office) -> None:
    assert not is_over(here, "2026-10", dt.date(2026, 10, 14))
    assert is_over(here, "2026-10", dt.date(2026, 10, 15))
    with pytest.raises(ValueError, match="10/2026"):
        is_over(here, "10/2026", dt.date(2026, 10, 15))


# Working blocks


@pytest.fixture(scope="module")
def any_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The small office again, for tests that try many days."""
    return office_at(tmp_path_factory.mktemp("any") / "office")


def with_blocks(office: Office, length: int, calendar: WorkingDays) -> Office:
    """The office with blocks of that length and those days off."""
    survey = office.settings.survey.model_copy(update={"silent_working_days": length})
    return replace(office, settings=office.settings.model_copy(update={"survey": survey}), working_days=calendar)


@settings(deadline=None)  # the holidays of a new year are looked up once
@given(
    start=st.dates(dt.date(2020, 1, 1), dt.date(2029, 1, 1)),
    length=st.integers(1, 30),
    off=st.sets(st.integers(0, 90)),
)
def test_each_block_has_as_many_working_days_as_the_office_says_and_a_later_one_sorts_later(
    any_office: Office, start: dt.date, length: int, off: set[int]
) -> None:
    calendar = WorkingDays(off=frozenset(start + DAY * n for n in off))
    office = with_blocks(any_office, length, calendar)
    days = [start + DAY * n for n in range(140)]
    blocks = [working_block(office, day) for day in days]
    assert blocks == sorted(blocks)
    whole = sorted(set(blocks))[1:-1]  # the first and the last may be cut off
    for label in whole:
        inside = [day for day, block in zip(days, blocks, strict=True) if block == label and calendar.is_working(day)]
        assert len(inside) == length
        assert block_start(office, label) == days[blocks.index(label)]
        assert block_before(office, inside[0]) < label


def test_a_day_off_belongs_to_the_block_of_the_working_day_before(here: Office) -> None:
    tet = [dt.date(2026, 2, 13) + DAY * n for n in range(10)]  # Friday to the Sunday after the Lunar New Year
    assert len({working_block(here, day) for day in tet}) == 1


def test_the_name_of_a_block_is_a_number_and_no_date(here: Office) -> None:
    assert working_block(here, MONDAY) == "001595"
    assert block_before(here, MONDAY) == "001590"
    assert working_block(here, dt.date(1999, 1, 1)) == "000000"


# Silence


def test_a_counter_that_is_heard_in_this_block_or_the_one_before_is_not_silent(here: Office) -> None:
    days = working_days(here, block_start(here, working_block(here, MONDAY)), 20)
    hear(here, days[0], LISTENING, "00004-01", "00004-02", "00008-01")
    store = hear(here, days[5], "00004-01", "00008-01")
    assert codes(here, store, days[9]) == []
    hear(here, days[10], "00004-01")
    assert codes(here, store, days[10]) == ["00004-02"]
    assert codes(here, store, days[14]) == ["00004-02"]
    hear(here, days[15], "00004-02")
    assert codes(here, store, days[15]) == ["00008-01"]


@settings(deadline=None)
@given(quiet=st.integers(1, 40), last=st.integers(0, 14))
def test_silence_is_called_between_n_and_2n_working_days_after_the_last_answer(
    any_office: Office, quiet: int, last: int
) -> None:
    office = any_office
    days = working_days(office, MONDAY, last + quiet + 1)
    heard = {
        LISTENING: {working_block(office, day) for day in (MONDAY - DAY * 40, *days[-7:])},
        "00004-01": {working_block(office, days[last])},
    }
    found = codes(office, memory(heard), days[-1])
    if quiet < 5:
        assert "00004-01" not in found
    if quiet >= 10:
        assert "00004-01" in found


def memory(heard: dict[str, set[str]]) -> Store:
    """A store that remembers so much, without a database."""
    store = Store.__new__(Store)
    store.blocks = lambda: heard  # type: ignore[method-assign]
    return store


def test_when_nobody_answers_anywhere_every_counter_is_silent(here: Office) -> None:
    days = working_days(here, block_start(here, working_block(here, MONDAY)), 20)
    store = hear(here, days[0], "00004-01", "00004-02", "00008-01")
    assert codes(here, store, days[9]) == []
    assert codes(here, store, days[10]) == ["00004-01", "00004-02", "00008-01"]
    assert codes(here, store, days[19]) == ["00004-01", "00004-02", "00008-01"]


def test_nothing_is_called_silent_before_the_survey_has_listened(here: Office) -> None:
    days = working_days(here, block_start(here, working_block(here, MONDAY)), 20)
    store = hear(here, days[0])
    assert (codes(here, store, days[0]), remembers(here, store, days[0])) == ([], False)
    hear(here, days[2], LISTENING)
    assert (codes(here, store, days[4]), remembers(here, store, days[4])) == ([], False)
    assert codes(here, store, days[7]) == ["00004-01", "00004-02", "00008-01"]
    assert remembers(here, store, days[7])


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"valid_from": "2026-06-02"}, True),  # the first day of the block before
        ({"valid_from": "2026-06-03"}, False),  # new: it was not yet there all the time
        ({"valid_to": "2026-06-11"}, True),
        ({"valid_to": "2026-06-10"}, False),  # closed
    ],
)
def test_a_counter_that_is_new_or_closed_is_not_silent(tmp_path: Path, changed: dict[str, str], expected: bool) -> None:
    office = office_at(tmp_path / "office", {}, {}, changed)
    today = dt.date(2026, 6, 11)
    assert block_start(office, block_before(office, today)) == dt.date(2026, 6, 2)
    store = memory({"00004-01": {"000000", working_block(office, today)}})
    assert ("00008-01" in codes(office, store, today)) is expected


def test_counters_of_a_unit_that_has_ended_are_not_silent(tmp_path: Path) -> None:
    units = [
        {"code": "00004", "name_vi": "Phường Ba Đình", "level": "commune"},
        {"code": "00008", "name_vi": "Phường Ngọc Hà", "level": "commune", "valid_to": "2026-05-31"},
    ]
    office = office_at(tmp_path / "office", units=units)
    assert codes(office, memory({LISTENING: {"000000"}}), dt.date(2026, 6, 11)) == ["00004-01", "00004-02"]


def test_a_clock_that_went_back_calls_nobody_silent_who_was_heard_later(here: Office) -> None:
    later = working_block(here, dt.date(2026, 6, 30))
    store = memory({LISTENING: {"000000"}, "00004-01": {later}})
    assert codes(here, store, dt.date(2026, 6, 11)) == ["00004-02", "00008-01"]


def test_a_longer_block_finds_what_a_shorter_one_wrote(tmp_path: Path) -> None:
    five = office_at(tmp_path / "five")
    ten = office_at(tmp_path / "ten", survey={"silent_working_days": 10})
    today = dt.date(2026, 6, 11)
    store = memory({LISTENING: {"000000"}, "00004-01": {working_block(five, today)}})
    assert codes(ten, store, today) == ["00004-02", "00008-01"]


# The command


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings of a collector."""
    for name in [name for name in os.environ if name.startswith("COLLECTOR_")]:
        monkeypatch.delenv(name)


def run(office: Office, *arguments: str) -> int:
    """The command's exit code."""
    return terminal.run(main, ["--office", str(office.root), *arguments])


def heard_only(office: Office, counters: Sequence[str]) -> None:
    """Counters that are heard on the office's day, after a collector that has listened for long."""
    hear(office, office.today - DAY * 60, LISTENING)
    hear(office, office.today, LISTENING, *counters)


def test_the_command_names_silent_counters_and_says_what_to_do(
    here: Office, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    heard_only(here, ["00004-02"])
    before = sorted(path.name for path in (here.root / "var").rglob("*"))
    assert run(here) == 1
    assert capsys.readouterr().out.splitlines() == [
        "2 quầy đã ít nhất 5 ngày làm việc không có phiếu nào:",
        "2 counters have had no answer for at least 5 working days:",
        "  • Phường Ba Đình (00004): Quầy 1: Hộ tịch (00004-01)",
        "    Ba Dinh Ward (00004): Counter 1 (00004-01)",
        "  • Phường Ngọc Hà (00008): Quầy 1 (00008-01)",
        "    Ngoc Ha Ward (00008): Quầy 1 (00008-01)",
        *(words.say(lang, "commands.silent_counters.do") for lang in words.LANGUAGES),
    ]
    assert sorted(path.name for path in (here.root / "var").rglob("*")) == before


def test_the_list_for_programs_says_at_least_how_long_and_never_since_when(
    here: Office, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    heard_only(here, ["00004-02", "00008-01"])
    assert run(here, "--json") == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "counter_code": "00004-01",
            "counter_name": "Quầy 1: Hộ tịch",
            "unit_code": "00004",
            "unit_name": "Phường Ba Đình",
            "at_least_working_days": 5,
        }
    ]


def test_the_command_is_content_when_every_counter_is_heard(
    here: Office, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    heard_only(here, [line["counter_code"] for line in COUNTERS])
    assert run(here) == 0
    assert "Không có quầy nào im lặng" in capsys.readouterr().out


def test_the_command_does_not_claim_to_know_before_it_can(
    here: Office, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    hear(here, here.today)
    assert run(here) == 0
    assert "Chưa biết được quầy nào im lặng" in capsys.readouterr().out
    assert run(here, "--json") == 0
    said = capsys.readouterr()
    assert (json.loads(said.out), "Chưa biết được" in said.err) == ([], True)


def test_an_office_whose_survey_never_ran_is_told_so_and_gets_no_database(
    here: Office, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(here) == 1
    assert "Không thấy cơ sở dữ liệu phiếu khảo sát" in capsys.readouterr().err
    assert not (here.root / "var" / "collector").exists()
