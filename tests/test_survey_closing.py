"""The month close: known answers become known figures once, whatever is killed on the way, and nothing else stays."""

import csv
import datetime as dt
import hashlib
import multiprocessing
import os
import re
import secrets
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from collector.closing import STEPS, Closed, close, existing_store
from collector.codes import Keys, new_slip
from collector.store import Ballot, Outcome, Store, tables
from collector.survey.forms import read_forms
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake
from publisher.ledger import accept, check_files, read_ledger
from scripts import terminal
from scripts.close_month import main
from tests.offices import make_office, table
from tests.postgres import Server, server

PERIOD = "2026-07"
"""The period that is over on the small office's day, 31 July 2026: 15 June to 14 July."""

COUNTERS = (
    ("00004-01", "procedures", "counter", "Quầy 1: Hộ tịch"),
    ("00004-02", "procedures", "counter", "Quầy 2: Đất đai"),
    ("00004-03", "reception", "reception", "Phòng tiếp công dân"),
    ("00008-01", "procedures", "counter", "Quầy 1"),
    ("00025-01", "work", "ward", "Phòng chuyên môn"),
)
FORM = """\
survey
,type,name,label::Tiếng Việt (vi),label::English (en),required
,select_one levels5,overall,Nhìn chung?,Overall?,yes
,select_one levels3,wait,Thời gian chờ?,The wait?,
,select_one points2,help,Hướng dẫn?,The help?,
,select_one other,where,Ở đâu?,Where?,
,text,comment,Góp ý?,Anything to add?,
choices
,list_name,name,label::Tiếng Việt (vi),label::English (en)
,levels5,5,Rất hài lòng,
,levels5,4,Hài lòng,
,levels5,3,Bình thường,
,levels5,2,Không hài lòng,
,levels5,1,Rất không hài lòng,
,levels3,3,Rất hài lòng,
,levels3,2,Hài lòng,
,levels3,1,Không hài lòng,
,points2,2,Tốt,
,points2,1,Được,
,points2,0,Kém,
,other,here,Đây,
,other,there,Kia,
settings
,form_title,form_title_en,form_id,version,default_language
,Phiếu thử,A trial,trial,1,Tiếng Việt (vi)
"""
FIGURES = (
    "answers", "satisfied", "points", "no_answer", "level_5", "level_4", "level_3", "level_2", "level_1", "level_0",
    "unmarked_answers", "unmarked_satisfied",
)  # fmt: skip
BESIDE = ("slips_printed", "slips_used", "discarded", "old_posters")


@dataclass
class Survey:
    """An office that surveys, and its store."""

    root: Path
    url: str
    store: Store
    forms: Mapping[str, str]

    @property
    def office(self) -> Office:
        return open_office(self.root)

    def give(self, n: int, counter: str = "00004-01", *, comment: str = "", **changed: Any) -> None:
        """`n` answers to a counter: keywords that a ballot has not are questions, `_1` stands for the answer 1."""
        fields = {name: changed.pop(name) for name in ("period", "unit", "form", "channel", "marks") if name in changed}
        plain = Ballot(PERIOD, counter[:5], counter, self.forms.get(counter, "counter"), "open")
        for _ in range(n):
            slip = ""
            if fields.get("channel") == "verified":
                slip = new_slip()
                self.print([slip], counter, fields.get("period", PERIOD))
            ballot = replace(plain, **fields, choices=changed, key=secrets.token_hex(16), slip=slip)
            ballot = replace(ballot, comments={"comment": comment} if comment else {})
            assert self.store.submit(ballot) is Outcome.STORED

    def print(self, slips: list[str], counter: str, period: str = PERIOD, *, last: str = "2026-07-28") -> str:
        """A batch of slips of a counter; gives its id."""
        batch = secrets.token_hex(4)
        self.store.add_batch(batch, counter, slips, dt.date.fromisoformat(last), period=period)
        return batch

    def close(self, period: str = PERIOD, **options: Any) -> Closed:
        return close(self.office, self.store, period, **options)

    def rows(self, unit: str, period: str = PERIOD) -> list[dict[str, str]]:
        """The rows of a unit's submission."""
        path = self.office.data_file("satisfaction", unit, period)
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def figures(self, unit: str, *columns: str) -> list[str]:
        """The rows as `contact point/form/channel/question: column=value …`, blanks left out."""
        wanted = columns or (*FIGURES, *BESIDE)
        return [
            "/".join(row[name] for name in ("contact_point", "form", "channel", "question"))
            + ":"
            + "".join(f" {name}={row[name]}" for name in wanted if row[name])
            for row in self.rows(unit)
        ]


def survey_at(
    root: Path, url: str = "", counters: Iterable[tuple[str, str, str, str]] = COUNTERS, **settings: Any
) -> Survey:
    """An office with counters, and its started store; SQLite in its var/ unless another address is given."""
    names = ("counter_code", "contact_point", "form", "name_vi")
    lines = [{**dict(zip(names, line, strict=True)), "unit_code": line[0][:5]} for line in counters]
    make_office(root, counters=lines, **{"datasets": {"satisfaction": {}}, **settings})
    url = url or f"sqlite:///{root}/var/collector/survey.sqlite"
    store = Store(url, Keys(root / "var" / "keys"))
    store.start()
    return Survey(root, url, store, {line["counter_code"]: line["form"] for line in lines})


@pytest.fixture
def survey(tmp_path: Path) -> Iterable[Survey]:
    """The small office with five counters of three units."""
    made = survey_at(tmp_path / "office")
    yield made
    made.store.stop()


def refused(survey: Survey, code: str, period: str = PERIOD, **options: Any) -> Mistake:
    """The Mistake of a close that must be refused; its sentence is there in both languages."""
    with pytest.raises(Mistake) as found:
        survey.close(period, **options)
    assert found.value.code == code
    assert all(words.mistake(found.value))
    return found.value


def tree(root: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def bytes_on_disk(root: Path) -> bytes:
    """Everything that stands in files below a folder, names included."""
    return b"\n".join(
        path.as_posix().encode() + b"\n" + path.read_bytes() for path in root.rglob("*") if path.is_file()
    )


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with store.database.reading() as connection:
        return {
            name: sorted(tuple(row) for row in connection.execute(sa.select(one)))
            for name, one in tables.metadata.tables.items()
        }


# Figures


def test_ten_answers_are_counted_and_nine_are_not(survey: Survey) -> None:
    survey.give(7, "00008-01", overall="5", time="5", attitude="3", clarity="4")
    survey.give(2, "00008-01", overall="2", time="1")
    survey.give(1, "00008-01", overall="1", attitude="1", clarity="1")
    survey.give(9, "00025-01", overall="5", q_1="5")
    survey.close()
    assert survey.figures("00008") == [
        "procedures/counter/open/form: answers=10 unmarked_answers=10 discarded=0 old_posters=0",
        "procedures/counter/open/overall: answers=10 satisfied=7 points=40 no_answer=0"
        " level_5=7 level_4=0 level_3=0 level_2=2 level_1=1 unmarked_answers=10 unmarked_satisfied=7",
    ]
    assert survey.figures("00025") == ["work/ward/open/form: discarded=0 old_posters=0"]


def test_a_question_is_held_back_by_its_own_answers_and_not_by_those_of_the_form(survey: Survey) -> None:
    survey.give(9, overall="4", time="3")
    survey.give(1, overall="4", time="2", clarity="1")
    survey.give(5, overall="3")
    survey.close()
    assert survey.figures("00004", "answers", "satisfied", "no_answer")[:3] == [
        "procedures/counter/open/form: answers=15",
        "procedures/counter/open/overall: answers=15 satisfied=10 no_answer=0",
        "procedures/counter/open/time: answers=10 satisfied=0 no_answer=5",
    ]
    assert [row["question"] for row in survey.rows("00004")] == ["form", "overall", "time", "form"]


def test_counters_of_one_contact_point_are_counted_together_and_contact_points_apart(survey: Survey) -> None:
    survey.give(5, "00004-01", overall="5")
    survey.give(5, "00004-02", overall="1")
    survey.give(9, "00004-03", overall="5")
    survey.close()
    assert survey.figures("00004", "answers", "satisfied") == [
        "procedures/counter/open/form: answers=10",
        "procedures/counter/open/overall: answers=10 satisfied=5",
        "reception/reception/open/form:",
    ]


def test_three_scales_are_counted_each_by_its_own_levels(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", counters=[("00004-01", "work", "trial", "Quầy")])
    folder = survey.root / "datasets" / "satisfaction" / "surveys"
    folder.mkdir(parents=True)
    (folder / "trial.csv").write_text(FORM, encoding="utf-8")
    survey.give(4, form="trial", overall="4", wait="3", help="2", where="here")
    survey.give(8, form="trial", overall="3", wait="1", help="0")
    survey.give(1, form="trial", overall="1", wait="2", help="1")
    survey.close()
    survey.store.stop()
    assert survey.figures("00004", "scale", "role", *FIGURES[:10]) == [
        "work/trial/open/form: role=form answers=13",
        "work/trial/open/overall: scale=levels5 role=overall answers=13 satisfied=4 points=41 no_answer=0"
        " level_5=0 level_4=4 level_3=8 level_2=0 level_1=1",
        "work/trial/open/wait: scale=levels3 role=item answers=13 satisfied=5 points=22 no_answer=0"
        " level_3=4 level_2=1 level_1=8",
        "work/trial/open/help: scale=points2 role=item answers=13 points=9 no_answer=0 level_2=4 level_1=1 level_0=8",
    ]
    first = survey.rows("00004")[0]
    assert (first["question_vi"], first["question_en"]) == ("Phiếu thử", "A trial")
    assert (first["period_from"], first["period_to"]) == ("2026-06-15", "2026-07-14")


def test_channels_are_published_in_three_groups_that_are_never_added(survey: Survey) -> None:
    for channel in ("open", "old", "typed", "kiosk"):
        survey.give(10, overall="4", channel=channel)
    survey.give(11, overall="5", channel="verified")
    survey.give(12, overall="1", channel="paper")
    survey.give(9, "00008-01", overall="1", channel="paper")
    survey.close()
    assert survey.figures("00004", "answers", "satisfied", *BESIDE)[:6] == [
        "procedures/counter/open/form: answers=40 discarded=0 old_posters=10",
        "procedures/counter/open/overall: answers=40 satisfied=40",
        "procedures/counter/paper/form: answers=12",
        "procedures/counter/paper/overall: answers=12 satisfied=0",
        "procedures/counter/verified/form: answers=11 slips_printed=11 slips_used=11",
        "procedures/counter/verified/overall: answers=11 satisfied=11",
    ]
    assert survey.figures("00008") == ["procedures/counter/open/form: discarded=0 old_posters=0"]


def test_what_stands_beside_the_answers_is_never_a_small_number_of_people(survey: Survey) -> None:
    survey.print([new_slip() for _ in range(30)], "00008-01")
    survey.give(3, "00008-01", overall="5", channel="verified")
    survey.give(9, "00008-01", overall="5", channel="old")
    survey.print([new_slip() for _ in range(5)], "00025-01")
    survey.store.tell(PERIOD, "00008-01", "bot", 3)
    survey.store.tell(PERIOD, "00008-01", "unknown_field", 8)
    survey.give(1, "00008-01", overall="5")  # the counts are written with the next answer at the latest
    survey.close()
    assert survey.figures("00008", "answers", *BESIDE) == [
        "procedures/counter/open/form: answers=10 discarded=3",
        "procedures/counter/open/overall: answers=10",
        "procedures/counter/verified/form: slips_printed=33",
    ]
    assert survey.figures("00025", "answers", *BESIDE) == [
        "work/ward/open/form: discarded=0 old_posters=0",
        "work/ward/verified/form: slips_printed=5 slips_used=0",
    ]


@pytest.mark.parametrize(
    ("marked", "plain", "shown"),
    [(0, 12, "unmarked_answers=12 unmarked_satisfied=12"), (9, 12, ""), (10, 9, ""), (1, 40, ""),
     (10, 12, "unmarked_answers=12 unmarked_satisfied=12")],
)  # fmt: skip
def test_figures_without_marked_answers_never_give_away_a_few_marked_ones(
    survey: Survey, marked: int, plain: int, shown: str
) -> None:
    survey.give(plain, "00008-01", overall="5")
    survey.give(marked, "00008-01", overall="1", marks=frozenset({"fast", "hours"}))
    survey.close()
    found = survey.figures("00008", "answers", "satisfied", "unmarked_answers", "unmarked_satisfied")[1]
    expected = f"procedures/counter/open/overall: answers={marked + plain} satisfied={plain} {shown}"
    assert found == expected.strip()


def test_an_office_may_hold_back_more(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", thresholds={"small_group": 20})
    survey.give(19, "00008-01", overall="5")
    survey.give(20, "00025-01", overall="5")
    survey.close()
    survey.store.stop()
    assert survey.figures("00008", "answers") == ["procedures/counter/open/form:"]
    assert survey.figures("00025", "answers")[0] == "work/ward/open/form: answers=20"


def test_every_counter_at_work_in_the_period_has_a_row_and_no_other(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", counters=[])
    lines = [
        {"counter_code": f"00004-0{n}", "unit_code": "00004", "name_vi": f"Quầy {n}", "contact_point": "procedures",
         "form": form, "valid_from": start, "valid_to": end}
        for n, form, start, end in [
            (1, "counter", "", "2026-06-15"), (2, "ward", "2026-07-14", ""), (3, "reception", "", "2026-06-14"),
            (4, "sipas", "2026-07-15", ""),
        ]
    ]  # fmt: skip
    (survey.root / "datasets" / "counters.csv").write_text(table("counters", lines), encoding="utf-8")
    survey.give(1, overall="5")
    survey.close()
    survey.store.stop()
    assert [row["form"] for row in survey.rows("00004")] == ["counter", "ward"]
    assert not survey.office.data_file("satisfaction", "00008", PERIOD).exists()


def test_a_unit_that_ended_within_the_period_is_left_out_and_said(tmp_path: Path) -> None:
    units = [
        {"code": "00004", "name_vi": "Phường Ba Đình", "level": "commune", "valid_to": "2026-06-30"},
        {"code": "00008", "name_vi": "Phường Ngọc Hà", "level": "commune"},
    ]
    counters = [line for line in COUNTERS if not line[0].startswith("00025")]
    survey = survey_at(tmp_path / "office", counters=counters, units=units)
    survey.give(12, "00004-01", overall="5")
    survey.give(12, "00008-01", overall="5")
    closed = survey.close()
    survey.store.stop()
    assert closed.left_out == ("00004",)
    assert {line.unit for line in read_ledger(survey.office).lines} == {"00008"}


def test_answers_that_the_form_cannot_read_any_more_are_said_and_count_as_unanswered(survey: Survey) -> None:
    survey.give(10, "00008-01", overall="5", time="4")
    survey.give(3, "00008-01", overall="5", time="9", gone="5", improve="waiting trips")
    closed = survey.close()
    assert closed.unread == (("counter", "gone"), ("counter", "time"))
    assert survey.figures("00008", "answers", "no_answer")[2] == (
        "procedures/counter/open/time: answers=10 no_answer=3"
    )


# Answers that are alike


SAME = {"overall": "5", "time": "5", "attitude": "5", "clarity": "5"}


def several(tmp_path: Path, form: str = "counter") -> Survey:
    """An office with four counters of one form, all of one ward."""
    return survey_at(
        tmp_path / "office", counters=[(f"00004-0{n}", "procedures", form, f"Quầy {n}") for n in range(1, 5)]
    )


def marked(survey: Survey) -> dict[str, int]:
    """How many answers of each counter bear the mark `same`."""
    found: dict[str, int] = {}
    for _, ballot in survey.store.ballots(PERIOD):
        if "same" in ballot.marks:
            found[ballot.counter] = found.get(ballot.counter, 0) + 1
    survey.store.stop()
    return found


def different(survey: Survey, n: int, counter: str) -> None:
    """`n` answers with different values."""
    for number in range(n):
        survey.give(1, counter, overall=str(1 + number % 5), time=str(1 + number // 5), attitude="3", clarity="4")


def test_one_counter_with_the_same_answers_again_and_again_is_marked(tmp_path: Path) -> None:
    survey = several(tmp_path)
    for counter in ("00004-01", "00004-02", "00004-03", "00004-04"):
        different(survey, 10, counter)
        survey.give(1, counter, **SAME)
    survey.give(9, "00004-02", **SAME)
    closed = survey.close()
    assert marked(survey) == {"00004-02": 10}
    assert closed.shown[0].answers == 53
    assert survey.figures("00004", "answers", "unmarked_answers")[0] == (
        "procedures/counter/open/form: answers=53 unmarked_answers=43"
    )


def test_where_everybody_is_content_the_same_answers_are_no_wonder(tmp_path: Path) -> None:
    survey = several(tmp_path)
    for counter in ("00004-01", "00004-02", "00004-03", "00004-04"):
        survey.give(20, counter, **SAME)
    survey.close()
    assert marked(survey) == {}


def test_five_equal_answers_and_few_counters_to_compare_with_are_no_wonder_either(tmp_path: Path) -> None:
    survey = several(tmp_path)
    for counter in ("00004-01", "00004-02", "00004-03", "00004-04"):
        different(survey, 8, counter)
    survey.give(5, "00004-02", **SAME)
    survey.close()
    assert marked(survey) == {}


def test_three_counters_are_too_few_to_say_what_is_usual(tmp_path: Path) -> None:
    survey = several(tmp_path)
    for counter in ("00004-01", "00004-02", "00004-03"):
        different(survey, 8, counter)
    survey.give(9, "00004-02", **SAME)
    survey.close()
    assert marked(survey) == {}


# What is refused


def test_a_period_that_is_not_over_is_refused_until_its_last_day_has_passed(survey: Survey) -> None:
    survey.give(12, overall="5", period="2026-08")
    for dry_run in (True, False):
        error = refused(survey, "closing-not-over", "2026-08", dry_run=dry_run)
        assert (error.values["end"], error.values["today"]) == ("14/08/2026", "31/07/2026")
    assert survey.store.state("2026-08") == "open"
    assert not survey.office.ledger.exists()
    with pytest.raises(ValueError, match="2026-7"):
        survey.close("2026-7")


def test_a_clock_that_went_back_refuses_and_changes_nothing(survey: Survey) -> None:
    survey.give(12, overall="5")
    settings = survey.root / "datasets" / "publishing.yaml"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(good.replace("2026-07-31", "2026-07-14"), encoding="utf-8")
    refused(survey, "closing-not-over")
    assert survey.store.state(PERIOD) == "open"
    settings.write_text(good, encoding="utf-8")
    assert not survey.close().already


def test_a_clock_behind_the_ledger_stops_the_close_and_the_next_try_ends_it(survey: Survey) -> None:
    survey.give(12, overall="5")
    survey.close(now=dt.datetime(2026, 7, 31, 12, tzinfo=dt.UTC))
    survey.give(12, overall="5", period="2026-08")
    settings = survey.root / "datasets" / "publishing.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("2026-07-31", "2026-08-20"), encoding="utf-8")
    refused(survey, "clock-back", "2026-08", now=dt.datetime(2026, 7, 30, tzinfo=dt.UTC))
    assert survey.store.state("2026-08") == "closing"
    survey.close("2026-08", now=dt.datetime(2026, 8, 20, tzinfo=dt.UTC))
    assert survey.store.state("2026-08") == "closed"
    check_files(survey.office, read_ledger(survey.office))


def test_periods_are_closed_in_their_order(survey: Survey) -> None:
    survey.give(12, overall="5", period="2026-05")
    survey.give(12, overall="5")
    assert refused(survey, "closing-order").values["earlier"] == "2026-05"
    survey.close("2026-05")
    survey.close()
    assert {line.period for line in read_ledger(survey.office).lines} == {"2026-05", "2026-07"}


def test_an_earlier_close_that_was_cut_off_comes_first(survey: Survey) -> None:
    survey.give(12, overall="5", period="2026-06")
    survey.give(12, overall="5")
    survey.store.begin_close("2026-06")
    assert refused(survey, "closing-order").values["earlier"] == "2026-06"


def test_a_period_in_which_nobody_was_asked_is_refused_and_a_quiet_one_is_not(survey: Survey) -> None:
    refused(survey, "closing-empty")
    assert survey.store.state(PERIOD) == "open"
    survey.give(12, overall="5", period="2026-06")
    survey.close("2026-06")
    assert {(one.unit, one.answers, one.parts_hidden) for one in survey.close().shown} == {
        ("00004", 0, 2),
        ("00008", 0, 1),
        ("00025", 0, 1),
    }


@pytest.mark.parametrize(
    ("changed", "file"),
    [
        ({"unit": "00099"}, "datasets/units.csv"),
        ({"counter": "00004-09"}, "datasets/counters.csv"),
        ({"form": "old"}, "datasets/satisfaction/surveys/"),
    ],
)
def test_answers_to_what_the_office_does_not_list_any_more_are_not_thrown_away(
    survey: Survey, changed: Mapping[str, Any], file: str
) -> None:
    survey.give(12, overall="5")
    survey.give(1, overall="5", **changed)
    error = refused(survey, "closing-unknown")
    assert (error.values["file"], error.values["code"]) == (file, next(iter(changed.values())))
    assert survey.store.state(PERIOD) == "open"


def test_an_office_that_does_not_publish_satisfaction_is_told_so(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", datasets={"procedures": {}})
    survey.give(12, overall="5")
    refused(survey, "survey-not-published")
    survey.store.stop()


def test_figures_accepted_in_another_way_are_replaced_with_a_reason_only(survey: Survey) -> None:
    survey.give(12, "00008-01", overall="5")
    twin = survey_at(survey.root.parent / "twin")
    twin.give(10, "00008-01", overall="1")
    twin.close()
    twin.store.stop()
    by_hand = twin.office.data_file("satisfaction", "00008", PERIOD)
    accept(survey.office, survey.office.kinds["satisfaction"], by_hand)
    refused(survey, "reason-needed")
    assert survey.store.state(PERIOD) == "closing"
    survey.close(reason="Thay số liệu nhập tay bằng phiếu khảo sát đã đếm")
    assert [(line.unit, line.revision, line.role) for line in read_ledger(survey.office).lines] == [
        ("00008", 1, "clerk"),
        ("00004", 1, "survey"),
        ("00008", 2, "survey"),
        ("00025", 1, "survey"),
    ]


def test_a_closed_period_that_the_ledger_does_not_know_is_said(survey: Survey) -> None:
    survey.give(12, overall="5")
    survey.close()
    shutil.rmtree(survey.root / "datasets" / "satisfaction")
    survey.office.ledger.unlink()
    refused(survey, "closing-lost")


# Once, whatever happens


def test_closing_twice_is_closing_once(survey: Survey) -> None:
    survey.give(12, overall="5")
    first = survey.close()
    assert first.accepted
    assert [line.unit for line in first.accepted.lines] == ["00004", "00008", "00025"]
    before, rows = tree(survey.root / "datasets"), content(survey.store)
    again = survey.close()
    assert again == Closed(PERIOD, already=True)
    assert (tree(survey.root / "datasets"), content(survey.store)) == (before, rows)


def test_answers_that_come_when_the_close_has_begun_go_into_the_next_period(survey: Survey) -> None:
    survey.give(12, overall="5")

    def late(step: str, done: int, total: int) -> None:
        if step == "count":
            survey.give(30, overall="1")

    survey.close(progress=late)
    assert survey.figures("00004", "answers", "satisfied")[1] == (
        "procedures/counter/open/overall: answers=12 satisfied=12"
    )
    assert len(list(survey.store.ballots("2026-08"))) == 30


def test_progress_names_each_step_once_and_ends_with_all(survey: Survey) -> None:
    survey.give(12, overall="5")
    told: list[tuple[str, int, int]] = []
    survey.close(progress=lambda *one: told.append(one))
    assert told == [(step, n, len(STEPS)) for n, step in enumerate(STEPS)] + [("finish", 5, 5)]


def test_a_dry_run_shows_the_same_and_writes_nothing_anywhere(survey: Survey) -> None:
    survey.give(12, overall="5", comment="Ghế chờ ít quá")
    survey.print([new_slip()], "00008-01", "2026-05", last="2026-05-20")
    survey.store.stop()
    reader = existing_store(survey.url, survey.store.keys)
    before = tree(survey.root)
    tried = close(survey.office, reader, PERIOD, dry_run=True)
    reader.database.close()
    assert tree(survey.root) == before
    survey.store = existing_store(survey.url, survey.store.keys)
    closed = survey.close()
    survey.store.database.close()
    assert replace(closed, accepted=None) == tried
    assert tried.comments == 12


def test_a_dry_run_says_what_the_check_would_refuse(survey: Survey) -> None:
    survey.give(12, overall="5")
    folder = survey.root / "datasets" / "satisfaction" / "surveys"
    folder.mkdir(parents=True)
    form = (
        (FORM.replace("Phiếu thử", "Gọi 0912 345 678 để trả lời"))
        .replace(",levels3", ",x")
        .replace("one levels3", "one x")
    )
    (folder / "counter.csv").write_text(form, encoding="utf-8")
    error = refused(survey, "refused", dry_run=True)
    assert "P06" in {problem.code for problem in error.problems}


def copy_of(prepared: Survey, root: Path) -> Survey:
    """The same office with the same answers in another folder; its store is not started."""
    shutil.copytree(prepared.root, root)
    url = f"sqlite:///{root}/var/collector/survey.sqlite"
    return Survey(root, url, existing_store(url, Keys(root / "var" / "keys")), prepared.forms)


def crowded(root: Path) -> Survey:
    """An office in which a close has everything to do: marks, slips that are over, answers that are too old."""
    survey = survey_at(root, survey={"keep_months": 1})
    for counter in ("00004-01", "00004-02", "00008-01"):
        survey.give(11, counter, **SAME, comment="Cần thêm ghế")
    survey.give(10, "00004-01", overall="2", channel="verified")
    survey.give(10, "00025-01", overall="4")
    survey.give(4, "00025-01", period="2026-06", overall="3", comment="Kỳ trước")
    survey.print([new_slip() for _ in range(3)], "00008-01", "2026-06", last="2026-07-10")
    survey.store.stop()
    survey.store = existing_store(survey.url, survey.store.keys)
    survey.close("2026-06")
    survey.store.database.close()
    return survey


def state_of(survey: Survey) -> tuple[dict[str, str], dict[str, list[tuple[Any, ...]]], list[str]]:
    """What a close leaves: files under datasets/, rows of every table, and the names of all other files but the log
    that SQLite keeps beside its file while it is open."""
    rows = content(survey.store)
    survey.store.database.close()
    others = [name for name in tree(survey.root) if not name.startswith("datasets/") and "sqlite-" not in name]
    return tree(survey.root / "datasets"), rows, others


def close_and_die(survey: Survey, at: int) -> bool:
    """Close in a child process that is killed just before its `at`th effect on the disk: a statement or commit in the
    database, a rename, a removal, a new folder, a wait for the disk. Gives whether it was killed."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    seen = 0
    lock = threading.Lock()

    def effect() -> None:
        nonlocal seen
        with lock:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"):
            effect()

    fsync = os.fsync
    os.fsync = lambda handle: (effect(), fsync(handle))[1]  # type: ignore[func-returns-value]
    engine = survey.store.database.engine

    @sa.event.listens_for(engine, "before_cursor_execute")
    def statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN")):
            effect()

    sa.event.listen(engine, "commit", lambda *_: effect())
    sys.addaudithook(watch)
    try:
        survey.close()
    except BaseException:
        os._exit(1)
    os._exit(0)


def test_a_close_killed_at_any_effect_on_the_disk_ends_like_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = crowded(tmp_path / "prepared")
    forms = read_forms(prepared.office)
    monkeypatch.setattr("collector.closing.read_forms", lambda _office: forms)  # read once: it is half of the time
    whole = copy_of(prepared, tmp_path / "whole")
    whole.close()
    expected = state_of(whole)
    assert [line.unit for line in read_ledger(whole.office).lines[3:]] == ["00004", "00008", "00025"]
    assert not expected[1]["receipts"]
    killed, at = 0, 1
    while True:
        survey = copy_of(prepared, tmp_path / f"killed-{at}")
        if not close_and_die(survey, at):
            break
        killed += 1
        again = survey.close()
        assert (again.already, state_of(survey)) == (False, expected), at
        check_files(survey.office, read_ledger(survey.office))
        shutil.rmtree(survey.root)
        at += 1
    print(f"killed at {killed} places")
    assert killed > 40


def test_a_close_killed_before_each_step_and_twice_over_ends_like_one_that_was_not(tmp_path: Path) -> None:
    prepared = crowded(tmp_path / "prepared")
    whole = copy_of(prepared, tmp_path / "whole")
    whole.close()
    expected = state_of(whole)
    for step in STEPS:
        survey = copy_of(prepared, tmp_path / step)
        for _ in range(2):
            child = os.fork()
            if not child:
                survey.close(progress=lambda here, _done, _total, step=step: here == step and os._exit(9))
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        survey.close()
        assert state_of(survey) == expected, step


def close_in_a_process(root: Path, go: Any, said: Any) -> None:
    """A close in a process of its own; says whether it found the period closed already."""
    url = f"sqlite:///{root}/var/collector/survey.sqlite"
    store = existing_store(url, Keys(root / "var" / "keys"))
    go.wait()
    said.put(close(open_office(root), store, PERIOD).already)


def test_of_several_closes_at_the_same_time_one_does_it(tmp_path: Path) -> None:
    prepared = crowded(tmp_path / "prepared")
    whole = copy_of(prepared, tmp_path / "whole")
    whole.close()
    context = multiprocessing.get_context("fork")
    go, said = context.Event(), context.Queue()
    processes = [context.Process(target=close_in_a_process, args=(prepared.root, go, said)) for _ in range(3)]
    for process in processes:
        process.start()
    go.set()
    assert sorted(said.get(timeout=60) for _ in processes) == [False, True, True]
    for process in processes:
        process.join()
    prepared.store = existing_store(prepared.url, prepared.store.keys)
    assert state_of(prepared) == state_of(whole)


@pytest.fixture(scope="module")
def postgres() -> Iterable[Server]:
    """A PostgreSQL server for this module."""
    with server() as running:
        yield running


def test_the_close_does_the_same_on_postgresql(tmp_path: Path, postgres: Server) -> None:
    made = []
    for name, url in (("sqlite", ""), ("postgres", postgres.database())):
        survey = survey_at(tmp_path / name, url)
        survey.give(12, overall="5")
        survey.give(9, "00008-01", overall="2", comment="Chờ lâu")
        survey.give(10, "00025-01", overall="4", channel="verified")
        survey.close()
        assert survey.close().already
        assert not content(survey.store)["receipts"]
        made.append(tree(survey.root / "datasets"))
        survey.store.stop()
    assert made[0] == made[1]


# What stays, and what does not


def test_after_the_close_nothing_can_tell_whose_answer_was_which(survey: Survey) -> None:
    keys = [secrets.token_hex(16) for _ in range(12)]
    slips = [new_slip() for _ in range(12)]
    batch = survey.print(slips, "00004-01", last="2026-07-30")
    good = survey.print([new_slip()], "00004-01", last="2026-08-05")
    for key, slip in zip(keys, slips[:11], strict=False):
        ballot = Ballot(
            PERIOD, "00004", "00004-01", "counter", "verified", choices={"overall": "5"}, key=key, slip=slip
        )
        assert survey.store.submit(ballot) is Outcome.STORED
    assert len(content(survey.store)["receipts"]) == 11
    receipt_key = survey.store.keys.period(PERIOD)
    survey.close()
    assert not content(survey.store)["receipts"]
    assert survey.store.keys.batches() == (good,)
    assert batch != good
    assert not list((survey.root / "var" / "keys" / "periods").iterdir())
    everything = bytes_on_disk(survey.root)
    for trace in (receipt_key, *(text.encode() for text in (*keys, *slips))):
        assert trace not in everything


def test_what_people_wrote_waits_where_it_is_and_nothing_of_it_gets_out(
    survey: Survey, capfd: pytest.CaptureFixture[str]
) -> None:
    planted = ("0912 345 678", "079203001234", "số nhà 12 ngõ 5 Đội Cấn", "10.20.30.40")
    for text in planted:
        survey.give(3, overall="1", comment=f"Gọi cho tôi: {text}")
    survey.store.stop()
    assert main_at(survey, PERIOD) == 0
    shown = capfd.readouterr()
    survey.store = existing_store(survey.url, survey.store.keys)
    rows = content(survey.store)
    survey.store.database.close()
    state = list(tables.metadata.tables["comments"].columns.keys()).index("state")
    waiting = [row for row in rows["comments"] if row[state] == "waiting"]
    assert (len(waiting), len(rows["comments"])) == (12, 12)
    assert "Ý kiến bằng chữ đang chờ người đọc: 12." in shown.out
    (survey.root / "var" / "collector" / "survey.sqlite").rename(survey.root.parent / "kept.sqlite")
    everything = bytes_on_disk(survey.root) + shown.out.encode() + shown.err.encode()
    for text in planted:
        assert text.encode() not in everything
    # In the database they stand among the comments and in no other table.
    others = repr({name: lines for name, lines in rows.items() if name != "comments"})
    assert not any(text in others for text in planted)


def test_answers_and_comments_older_than_the_office_promised_are_gone_from_the_disk(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", survey={"keep_months": 2})
    for period, text in (
        ("2026-05", "Lời của tháng năm"),
        ("2026-06", "Lời của tháng sáu"),
        (PERIOD, "Lời của tháng bảy"),
    ):
        survey.give(12, overall="5", period=period, comment=text)
        survey.close(period)
    survey.store.stop()
    found = bytes_on_disk(survey.root / "var")
    assert "Lời của tháng năm".encode() not in found
    assert "Lời của tháng sáu".encode() in found
    with sqlite3.connect(survey.root / "var" / "collector" / "survey.sqlite") as connection:
        periods = {period for (period,) in connection.execute("SELECT DISTINCT period FROM answers")}
    assert periods == {"2026-06", PERIOD}
    # Figures that were published stay.
    assert {line.period for line in read_ledger(survey.office).lines} == {"2026-05", "2026-06", PERIOD}


def test_a_close_that_comes_very_late_does_not_delete_what_it_counts(tmp_path: Path) -> None:
    survey = survey_at(tmp_path / "office", survey={"keep_months": 1})
    survey.give(12, overall="5", period="2026-01")
    survey.close("2026-01")
    assert survey.rows("00004", "2026-01")[0]["answers"] == "12"
    assert len(list(survey.store.ballots("2026-01"))) == 12
    survey.store.stop()


# The command


def main_at(survey: Survey, *arguments: str) -> int:
    """The command's exit code for this office."""
    return terminal.run(main, ["--office", str(survey.root), *arguments])


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings of a collector."""
    for name in [name for name in os.environ if name.startswith("COLLECTOR_")]:
        monkeypatch.delenv(name)


def shown_by(survey: Survey, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints when it succeeds; the store is let go first."""
    survey.store.stop()
    assert main_at(survey, *arguments) == 0
    return capsys.readouterr().out


def test_the_command_shows_each_unit_what_was_held_back_and_what_to_do_next(
    survey: Survey, plain: None, capsys: pytest.CaptureFixture[str]
) -> None:
    survey.give(30, overall="5", time="5", attitude="5", clarity="5")
    survey.give(10, overall="1", channel="verified")
    survey.give(9, "00004-03", overall="1")
    survey.give(12, "00025-01", overall="4")
    tried = shown_by(survey, capsys, PERIOD, "--dry-run")
    assert "Xem trước kỳ 2026-07: sẽ ghi kết quả của 3 đơn vị. Chưa có gì được ghi." in tried
    assert f"scripts/close_month.py 2026-07 --office {survey.root}" in tried
    lines = [re.sub(r"\s{2,}", " | ", line.strip()) for line in tried.splitlines()]
    assert lines[2:8] == [
        "Đơn vị | Kênh | Số phiếu | Hài lòng | Không công bố",
        "Unit | Channel | Answers | Satisfied | Held back",
        "Phường Ba Đình (00004) | phiếu mở / open | 30 + <10 | 30/30 | 11",
        "phiếu có mã / slips | 10 | 0/10 | 3",
        "Phường Ngọc Hà (00008) | phiếu mở / open | <10 | – | 5",
        "Phường Giảng Võ (00025) | phiếu mở / open | 12 | 12/12 | 9",
    ]
    done = shown_by(survey, capsys, PERIOD)
    assert "Đã chốt kỳ 2026-07: kết quả của 3 đơn vị đã vào sổ nhận." in done
    assert f"scripts/build.py --office {survey.root}" in done
    assert [line for line in done.splitlines() if "phiếu" in line][:4] == [
        line for line in tried.splitlines() if "phiếu" in line
    ][:4]
    again = shown_by(survey, capsys, PERIOD)
    assert "Kỳ 2026-07 đã chốt từ trước. Không có gì thay đổi." in again
    assert len(read_ledger(survey.office).lines) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["2026-08"], 1, "Kỳ 2026-08 đến hết ngày 14/08/2026 mới kết thúc"),
        (["2026-13"], 2, "“2026-13” không phải kỳ báo cáo"),
        ([], 2, "Lệnh gõ chưa đúng"),
    ],
)
def test_what_cannot_be_closed_is_said_in_one_sentence(
    survey: Survey, plain: None, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main_at(survey, *arguments) == code
    assert said in capsys.readouterr().err


def test_the_command_makes_no_database_where_there_is_none(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = survey.root / "var" / "elsewhere.sqlite"
    monkeypatch.setenv("COLLECTOR_DATABASE_URL", f"sqlite:///{elsewhere}")
    for arguments in ([PERIOD], [PERIOD, "--dry-run"]):
        assert main_at(survey, *arguments) == 1
        assert f"Không thấy cơ sở dữ liệu phiếu khảo sát {elsewhere}" in capsys.readouterr().err
    assert not elsewhere.exists()


def test_a_locked_database_is_a_sentence_and_the_next_try_closes(
    survey: Survey, plain: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey.give(12, overall="5")
    survey.store.stop()
    monkeypatch.setattr("collector.database.PATIENCE_S", 0.2)
    other = sqlite3.connect(survey.root / "var" / "collector" / "survey.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert main_at(survey, PERIOD) == 1
    assert "chưa trả lời" in capsys.readouterr().err
    other.execute("ROLLBACK")
    other.close()
    assert main_at(survey, PERIOD) == 0
