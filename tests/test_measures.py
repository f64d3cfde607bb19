"""From tallies to figures: the six forms, the bases, quarters and years, addresses."""

import csv
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue import Office, open_office
from publisher.catalogue.periods import between
from publisher.errors import Mistake
from publisher.ledger import Ledger
from publisher.measures import EVERY, Book, Figure, book
from publisher.tallies import tally_office
from tests.offices import UNITS, make_office
from tests.small_kinds import KINDS, Submissions, dataset, fields, measure, read_table, small_office, submit

BA_DINH, NGOC_HA, GIANG_VO = "00004", "00008", "00025"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for all tests here: each has its own ledger, which alone says what is accepted."""
    return small_office(tmp_path_factory.mktemp("figures") / "office")


def make_book(office: Office, submissions: Submissions) -> Book:
    return Book(office, tally_office(office, submit(office, submissions)))


def by_month(unit: str, column: str, values: Sequence[object], first: str = "2026-01") -> dict[Any, Any]:
    """One row a month with one figure; None leaves the month out."""
    months = between(first, "2026-12")
    return {
        ("work", unit, month): [{column: str(value)}]
        for month, value in zip(months, values, strict=False)
        if value is not None
    }


def parts(figure: Figure) -> tuple[object, object, object, str]:
    return figure.value, figure.numerator, figure.denominator, figure.state


# --- the four forms


def test_every_form_gives_its_value_its_parts_and_its_state(office: Office) -> None:
    rows = read_table("""
        field_code | effort | opening | received | by_web | on_time | late | pending | points
        HT         | hard   | 3       | 10       | 4      | 8       | 2    | 1       | 90.5
        CT         | easy   |         | 30       |        | 30      | 0    | 0       | 80
        DD         | easy   | 0       | 0        | 0      | 0       | 0    | 0       | 0
    """)
    found = make_book(office, {("work", BA_DINH, "2026-03"): rows})
    lines = read_table("""
        measure     | breakdown | key  | value | numerator | denominator | state
        received    |           |      | 40    | None      | None        | given
        received    | field     | HT   | 10    | None      | None        | given
        received    | way       | web  | 4     | None      | None        | given
        received    | way       | desk | None  | None      | None        | blank
        received    | field     | XD   | None  | None      | None        | blank
        busy        | field     | CT   | 30    | None      | None        | given
        hard        |           |      | 1     | None      | None        | given
        on_time_pct |           |      | 95.0  | 38        | 40          | given
        on_time_pct | field     | HT   | 80.0  | 8         | 10          | given
        on_time_pct | field     | DD   | None  | 0         | 0           | none
        on_time_pct | way       | web  | None  | None      | None        | blank
        web_pct     | field     | CT   | None  | 30        | None        | blank
        backlog     |           |      | 3     | 43        | 40          | given
        backlog     | field     | CT   | None  | None      | 30          | blank
        spare       | field     | HT   | 80.5  | 90.5      | 10          | given
        score       |           |      | 56.833333333333336 | 170.5 | 3 | given
        score       | field     | HT   | 90.5  | 90.5      | 1           | given
    """)
    for line in lines:
        figure = found.figure("work", line["measure"], BA_DINH, "2026-03", breakdown=line["breakdown"], key=line["key"])
        assert [repr(part) for part in parts(figure)[:3]] + [figure.state] == list(line.values())[3:], line


def test_a_denominator_of_0_is_never_100_per_cent(office: Office) -> None:
    found = make_book(office, {("work", BA_DINH, "2026-03"): [{"on_time": "0", "late": "0"}]})
    assert parts(found.figure("work", "on_time_pct", BA_DINH, "2026-03")) == (None, 0, 0, "none")
    assert parts(found.figure("work", "on_time_pct", EVERY, "2026-03")) == (None, 0, 0, "none")


def test_a_month_in_which_nothing_arose_counts_as_nought(office: Office) -> None:
    rows = by_month(BA_DINH, "received", [10, None, 20])
    found = make_book(office, {**rows, ("work", BA_DINH, "2026-02"): []})
    assert parts(found.figure("work", "received", BA_DINH, "2026-02")) == (0, None, None, "given")
    assert parts(found.figure("work", "on_time_pct", BA_DINH, "2026-02")) == (None, 0, 0, "none")
    assert found.figure("work", "received", BA_DINH, "2026-02").as_of == "2026-02-14"
    assert found.keys("work", "field", BA_DINH, "2026-02") == []
    assert found.figure("work", "received", BA_DINH, "2026-Q1").value == 30


def test_a_ratio_or_difference_with_a_blank_part_is_blank_but_a_sum_is_not(office: Office) -> None:
    found = make_book(office, {("work", BA_DINH, "2026-03"): [{"received": "5", "on_time": "4"}]})
    assert parts(found.figure("work", "busy", BA_DINH, "2026-03")) == (5, None, None, "given")
    assert parts(found.figure("work", "web_pct", BA_DINH, "2026-03")) == (None, 5, None, "blank")
    assert parts(found.figure("work", "backlog", BA_DINH, "2026-03")) == (None, None, 4, "blank")
    assert parts(found.figure("work", "opening", BA_DINH, "2026-03")) == (None, None, None, "blank")


def test_sums_of_points_are_rounded_to_six_decimals(office: Office) -> None:
    submissions = {("work", unit, "2026-03"): [{"points": text}] for unit, text in ((BA_DINH, "0.1"), (NGOC_HA, "0.2"))}
    figure = make_book(office, submissions).figure("work", "score", EVERY, "2026-03")
    assert (figure.numerator, figure.denominator) == (0.3, 2)


def test_what_is_absent_is_blank_and_what_is_unknown_is_an_error(office: Office) -> None:
    found = make_book(office, {("work", BA_DINH, "2026-03"): [{"received": "5"}]})
    assert found.figure("work", "received", NGOC_HA, "2026-03").state == "blank"
    assert found.figure("work", "received", BA_DINH, "2026-04").state == "blank"
    assert found.figure("work", "received", BA_DINH, "2026-03", basis="year_to_date").state == "blank"
    assert found.figure("answers", "answers", EVERY, "2026-03").state == "blank"
    with pytest.raises(KeyError):
        found.figure("work", "happiness", BA_DINH, "2026-03")
    with pytest.raises(KeyError):
        found.figure("play", "received", BA_DINH, "2026-03")
    for wrong in ("2026-13", "2026-Q5", "", "last month", "2026-03\n"):
        with pytest.raises(ValueError, match="not a period"):
            found.figure("work", "received", BA_DINH, wrong)


# --- bounds, totals, and what is held back

ASKED = {
    "dataset": dataset(
        tallies={
            "answers": {"sum": ["answers"]},
            "satisfied": {"sum": ["satisfied"]},
            "held_back": {"count": {"answers": ""}},
            "points": {"sum": ["points"]},
        },
        measures={
            "satisfied_pct": measure(
                ratio={"numerator": ["satisfied"], "denominator": ["answers"]}, interval="wilson", hidden=["held_back"]
            ),
            **{
                end: measure(
                    bound={"end": end, "part": ["satisfied"], "known": ["answers"], "whole": ["work.resolved"]}
                )
                for end in ("low", "high")
            },
            "score": measure(score={"points": ["points"], "per": ["answers"], "maximum": 5}),
            "share": measure(score={"points": ["satisfied"], "per": ["answers"], "maximum": 1}),
            "both": measure(total={"measures": ["score", "share"], "decimals": 1, "maximum": 6}),
        },
    ),
    "schema": fields(*({"name": name, "type": "integer"} for name in ("answers", "satisfied", "points"))),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that publishes dossiers and answers."""
    root = tmp_path_factory.mktemp("asked") / "office"
    return open_office(make_office(root, kinds={"work": KINDS["work"], "answers": ASKED}))


@pytest.mark.parametrize(
    ("resolved", "answers", "satisfied", "low", "high"),
    [
        (500, 100, 95, (19.0, 95, 500, "given"), (99.0, 495, 500, "given")),
        (100, 100, 95, (95.0, 95, 100, "given"), (95.0, 95, 100, "given")),
        (99, 100, 95, (None, 95, 99, "exceeded"), (None, 95, 99, "exceeded")),
        (10, 0, 0, (0.0, 0, 10, "given"), (100.0, 10, 10, "given")),
        (0, 0, 0, (None, 0, 0, "none"), (None, 0, 0, "none")),
        (None, 5, 5, (None, 5, None, "blank"), (None, 5, None, "blank")),
        (10, None, 5, (None, 5, 10, "blank"), (None, 5, 10, "blank")),
    ],
)
def test_a_bound_says_how_far_the_unknown_could_move_a_share(
    asked: Office, resolved: int | None, answers: int | None, satisfied: int, low: object, high: object
) -> None:
    submissions: dict[Any, Any] = {
        ("answers", BA_DINH, "2026-03"): [
            {"answers": "" if answers is None else str(answers), "satisfied": str(satisfied)}
        ]
    }
    if resolved is not None:
        submissions["work", BA_DINH, "2026-03"] = [{"on_time": str(resolved), "late": "0"}]
    found = make_book(asked, submissions)
    assert parts(found.figure("answers", "low", BA_DINH, "2026-03")) == low
    assert parts(found.figure("answers", "high", BA_DINH, "2026-03")) == high


def test_a_total_adds_rounded_scores_and_leaves_out_what_is_blank(asked: Office) -> None:
    rows = {BA_DINH: {"answers": "20", "satisfied": "19", "points": "81"}, NGOC_HA: {"answers": "20", "points": "81"}}
    found = make_book(asked, {("answers", unit, "2026-03"): [row] for unit, row in rows.items()})
    # 81 ÷ 20 = 4.05 → 4.1 and 19 ÷ 20 = 0.95 → 1.0
    assert parts(found.figure("answers", "both", BA_DINH, "2026-03")) == (5.1, None, 6.0, "given")
    assert parts(found.figure("answers", "both", NGOC_HA, "2026-03")) == (4.1, None, 5.0, "given")
    assert found.figure("answers", "both", GIANG_VO, "2026-03").state == "blank"
    assert found.figure("answers", "both", BA_DINH, "2026-03").as_of


RATED = {
    "dataset": {
        key: value
        for key, value in dataset(
            every="change",
            tallies={"rows": {"count": {}}},
            measures={
                "on_time": measure(points={"of": "work.on_time_pct", "low": 80, "high": 100, "weight": 30}),
                "late": measure(points={"of": "work.pending", "low": 10, "high": 0, "weight": 20}),
                "elsewhere": measure(points={"of": "nowhere.share", "low": 0, "high": 1, "weight": 50}),
                "rating": measure(total={"measures": ["on_time", "late", "elsewhere"], "decimals": 1, "maximum": 100}),
            },
        ).items()
        if key != "due"
    },
    "schema": fields(),
}


def test_points_are_given_in_proportion_for_another_kinds_measure(tmp_path: Path) -> None:
    office = small_office(tmp_path / "rated", kinds={**KINDS, "rated": RATED})
    row = {"field_code": "HT", "on_time": "95", "late": "5", "pending": "4"}
    found = make_book(office, {("work", BA_DINH, "2026-03"): [row], ("work", NGOC_HA, "2026-03"): [{"pending": "30"}]})
    said = [
        parts(found.figure("rated", name, BA_DINH, "2026-03")) for name in ("on_time", "late", "elsewhere", "rating")
    ]
    assert said == [
        (22.5, 95.0, 30, "given"),
        (12, 4, 20, "given"),
        (None, None, None, "blank"),
        (34.5, None, 50, "given"),
    ]
    other = [found.figure("rated", name, NGOC_HA, "2026-03") for name in ("on_time", "late", "rating")]
    assert [(figure.value, figure.state) for figure in other] == [(None, "blank"), (0, "given"), (0, "given")]
    assert found.at("rated/rating/00004/2026-03/month").value == 34.5


def test_points_for_a_measure_that_is_not_there_are_a_mistake(tmp_path: Path) -> None:
    wrong = measure(points={"of": "work.nothing", "low": 0, "high": 1, "weight": 1})
    about = {**RATED["dataset"], "measures": {"rating": wrong}}
    office = small_office(tmp_path / "wrong", kinds={**KINDS, "rated": {**RATED, "dataset": about}})
    with pytest.raises(Mistake, match="definition"):
        make_book(office, {})


def test_what_is_held_back_is_neither_missing_nor_nought(asked: Office) -> None:
    month = {("answers", BA_DINH, f"2026-0{n}"): [{"answers": "20", "satisfied": "19"}] for n in (1, 2)}
    found = make_book(asked, {**month, ("answers", BA_DINH, "2026-03"): [{"answers": ""}]})
    assert found.figure("answers", "satisfied_pct", BA_DINH, "2026-03").state == "hidden"
    assert found.figure("answers", "satisfied_pct", BA_DINH, "2026-Q1").state == "blank"
    assert found.figure("answers", "satisfied_pct", EVERY, "2026-03").state == "blank"
    assert found.figure("answers", "satisfied_pct", NGOC_HA, "2026-03").state == "blank"
    assert found.figure("answers", "satisfied_pct", BA_DINH, "2026-02").state == "given"
    assert found.figure("answers", "score", BA_DINH, "2026-03").state == "blank"


# --- the whole office


def test_the_whole_office_is_the_sum_of_its_units_and_its_ratio_that_of_the_sums(office: Office) -> None:
    found = make_book(
        office,
        {
            ("work", BA_DINH, "2026-03"): [{"on_time": "1", "late": "1", "received": "2", "field_code": "HT"}],
            ("work", NGOC_HA, "2026-03"): [{"on_time": "98", "late": "0", "field_code": "HT"}],
        },
    )
    figure = found.figure("work", "on_time_pct", period="2026-03")
    assert (figure.unit, parts(figure)) == ("all", (99.0, 99, 100, "given"))  # the mean of 50 % and 100 % is 75 %
    assert parts(found.figure("work", "received", EVERY, "2026-03")) == (2, None, None, "given")
    assert found.figure("work", "on_time_pct", EVERY, "2026-03", breakdown="field", key="HT").value == 99.0


def test_figures_of_different_bases_are_never_added(office: Office) -> None:
    found = make_book(
        office,
        {
            ("work", BA_DINH, "2026-03"): [
                {"basis": "month", "received": "10"},
                {"basis": "year_to_date", "received": "35"},
            ],
            ("work", NGOC_HA, "2026-03"): [{"basis": "year_to_date", "received": "700"}],
        },
    )
    values = {
        (unit, basis): found.figure("work", "received", unit, "2026-03", basis=basis).value
        for unit in (BA_DINH, NGOC_HA, EVERY)
        for basis in ("month", "year_to_date")
    }
    assert list(values.values()) == [10, 35, None, 700, 10, 735]
    assert found.units_with("work", "2026-03") == [BA_DINH]
    assert found.units_with("work", "2026-03", "year_to_date") == [BA_DINH, NGOC_HA]
    assert found.bases("work", "2026-03") == [("month", "2026-03-14"), ("year_to_date", "2026-03-14")]
    assert found.bases("work", "2026-04") == []
    assert found.unit_periods("work", BA_DINH) == ["2026-03"], "once, although on two bases"


def test_the_day_of_a_total_of_several_days_is_left_out(office: Office) -> None:
    found = make_book(
        office,
        {
            ("work", BA_DINH, "2026-03"): [{"received": "1", "as_of": "2026-03-10"}],
            ("work", NGOC_HA, "2026-03"): [
                {"received": "2", "as_of": "2026-03-12", "field_code": "HT"},
                {"received": "4", "as_of": "2026-03-14", "field_code": "CT"},
            ],
        },
    )

    def day(unit: str, **where: str) -> tuple[object, str]:
        figure = found.figure("work", "received", unit, "2026-03", **where)
        return figure.value, figure.as_of

    assert day(BA_DINH) == (1, "2026-03-10")
    assert day(NGOC_HA) == (6, "")
    assert day(NGOC_HA, breakdown="field", key="HT") == (2, "2026-03-12")
    assert day(EVERY) == (7, "")
    assert found.bases("work", "2026-03") == [("month", "")]


# --- quarters and years: rule V15


def test_a_quarter_adds_flows_and_takes_the_ends_of_stocks(office: Office) -> None:
    submissions = {
        ("work", BA_DINH, month): [{"opening": a, "received": b, "on_time": c, "late": d, "pending": e}]
        for month, a, b, c, d, e in (
            ("2026-04", "7", "10", "1", "1", "8"),
            ("2026-05", "8", "20", "0", "0", "9"),
            ("2026-06", "9", "30", "98", "0", "4"),
        )
    }
    found = make_book(office, submissions)

    def quarter(measure: str) -> object:
        return found.figure("work", measure, BA_DINH, "2026-Q2").value

    assert [quarter(name) for name in ("opening", "received", "pending")] == [7, 60, 4]
    assert quarter("on_time_pct") == 99.0, "of the sums, not the mean of 50 % and 100 %"
    assert found.figure("work", "received", BA_DINH, "2026-Q2").as_of == "2026-06-14"
    assert type(quarter("received")) is int


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_quarter_without_one_of_its_months_is_blank(office: Office, missing: int) -> None:
    values: list[object] = [1, 2, 3]
    values[missing] = None
    other = by_month(NGOC_HA, "received", [10, 20, 30])
    found = make_book(office, {**by_month(BA_DINH, "received", values), **other})
    assert found.figure("work", "received", BA_DINH, "2026-Q1").state == "blank"
    assert found.figure("work", "received", NGOC_HA, "2026-Q1").value == 60
    assert found.units_with("work", "2026-Q1") == [NGOC_HA]


def test_the_offices_quarter_is_what_its_published_months_add_up_to(office: Office) -> None:
    some = {**by_month(BA_DINH, "received", [1, None, 3]), **by_month(NGOC_HA, "received", [10, 20, 30])}
    found = make_book(office, some)
    months = [figure.value for figure in found.trend("work", "received", EVERY, between("2026-01", "2026-03"))]
    assert months == [11, 20, 33]
    assert found.figure("work", "received", EVERY, "2026-Q1").value == 64
    gap = make_book(office, by_month(BA_DINH, "received", [1, None, 3]))
    assert gap.figure("work", "received", EVERY, "2026-Q1").state == "blank"


def test_a_year_runs_from_january_to_the_last_month_of_the_unit(office: Office) -> None:
    found = make_book(
        office, {**by_month(BA_DINH, "received", [1, 2, 3, 4, 5]), **by_month(NGOC_HA, "received", [10, None, 30])}
    )
    figure = found.figure("work", "received", BA_DINH, "2026")
    assert (figure.value, figure.as_of) == (15, "2026-05-14")
    assert found.figure("work", "received", NGOC_HA, "2026").state == "blank"
    assert found.figure("work", "received", EVERY, "2026").value == 11 + 2 + 33 + 4 + 5
    assert found.figure("work", "received", BA_DINH, "2025").state == "blank"


def test_a_year_begins_with_the_offices_first_period(tmp_path: Path) -> None:
    office = small_office(tmp_path / "office", first_period="2026-04")
    submissions = by_month(BA_DINH, "received", [None, None, 1000, 4, 5])
    found = make_book(office, submissions)
    assert found.figure("work", "received", BA_DINH, "2026").value == 9
    assert found.figure("work", "received", BA_DINH, "2026-Q2").state == "blank"


def test_a_year_begins_with_the_first_period_in_which_the_unit_is_in_force(tmp_path: Path) -> None:
    units = [{**UNITS[0], "valid_from": "2026-03-01"}, *UNITS[1:]]
    office = small_office(tmp_path / "office", units=units)
    submissions = {
        **by_month(BA_DINH, "received", [None, None, 3, 4]),
        **by_month(NGOC_HA, "received", [None, None, 3, 4]),
    }
    found = make_book(office, submissions)
    assert found.figure("work", "received", BA_DINH, "2026").value == 7
    assert found.figure("work", "received", NGOC_HA, "2026").state == "blank"


def test_a_blank_month_leaves_the_quarter_blank_but_a_missing_line_does_not(office: Office) -> None:
    found = make_book(
        office,
        {
            ("work", BA_DINH, "2026-01"): [{"field_code": "HT", "received": "1", "pending": "5", "opening": "2"}],
            ("work", BA_DINH, "2026-02"): [{"field_code": "CT", "received": "4", "pending": "0", "opening": ""}],
            ("work", BA_DINH, "2026-03"): [{"field_code": "HT", "received": "2", "pending": "6", "opening": "1"}],
            ("work", NGOC_HA, "2026-01"): [{"received": "1"}],
            ("work", NGOC_HA, "2026-02"): [{"received": ""}],
            ("work", NGOC_HA, "2026-03"): [{"received": "2"}],
        },
    )

    def quarter(measure: str, unit: str, key: str = "") -> object:
        return found.figure("work", measure, unit, "2026-Q1", breakdown="field" if key else "", key=key).value

    assert quarter("received", NGOC_HA) is None
    assert [quarter("received", BA_DINH, key) for key in ("HT", "CT", "DD")] == [3, 4, None]
    assert [quarter("pending", BA_DINH, key) for key in ("HT", "CT")] == [6, None]
    assert [quarter("opening", BA_DINH, key) for key in ("HT", "CT")] == [2, None]


def test_year_to_date_figures_make_no_quarter(office: Office) -> None:
    rows = [{"basis": "year_to_date", "received": "5"}]
    found = make_book(office, {("work", BA_DINH, month): rows for month in between("2026-01", "2026-03")})
    assert found.figure("work", "received", BA_DINH, "2026-Q1", basis="year_to_date").state == "blank"
    assert found.figure("work", "received", BA_DINH, "2026-Q1").state == "blank"
    assert found.bases("work", "2026-Q1") == []
    monthly = make_book(office, by_month(BA_DINH, "received", [1, 2, 3]))
    assert monthly.figure("work", "received", BA_DINH, "2026-Q1").value == 6
    assert monthly.figure("work", "received", BA_DINH, "2026-Q1", basis="year_to_date").state == "blank"
    assert monthly.bases("work", "2026-Q1") == [("month", "2026-03-14")]


# --- an independent recount

CELL = st.one_of(st.just(""), st.integers(0, 50).map(str))
COLUMNS = ("opening", "received", "on_time", "late", "pending")
ROW = st.fixed_dictionaries({"field_code": st.sampled_from(["HT", "CT"]), **dict.fromkeys(COLUMNS, CELL)})
HALF_YEAR = st.dictionaries(
    st.tuples(st.just("work"), st.sampled_from([BA_DINH, NGOC_HA]), st.sampled_from(between("2026-01", "2026-06"))),
    st.lists(ROW, min_size=1, max_size=3),
    min_size=6,
)
OVER_TIME = {"opening": "first", "received": "flow", "on_time": "flow", "resolved": "flow", "pending": "last"}
PERIODS = {
    "2026-02": ["2026-02"],
    "2026-Q1": ["2026-01", "2026-02", "2026-03"],
    "2026-Q2": ["2026-04", "2026-05", "2026-06"],
    "2026": between("2026-01", "2026-06"),
}
MEASURES = {
    "received": (["received"], None),
    "pending": (["pending"], None),
    "opening": (["opening"], None),
    "on_time_pct": (["on_time"], ["resolved"]),
}
Sum = int | None


def plus(one: Sum, other: Sum) -> Sum:
    """Blank counts as nothing."""
    return other if one is None else one if other is None else one + other


def recount(office: Office, ledger: Ledger, unit: str, period: str, tally: str, field: str) -> Sum:
    """One tally again from the files with loops; None when it is not known."""
    totals: dict[str, Sum] = {}
    there, with_line = set(), set()
    for kind, of, month in ledger.current:
        if month not in PERIODS[period] or unit not in (of, EVERY):
            continue
        there.add(month)
        for row in csv.DictReader(office.data_file(kind, of, month).open(encoding="utf-8", newline="")):
            if field in ("", row["field_code"]):
                with_line.add(month)
                for column in ["on_time", "late"] if tally == "resolved" else [tally]:
                    totals[month] = plus(totals.get(month), int(row[column]) if row[column] else None)
    last = max(there, default="")
    months = [month for month in PERIODS[period] if month <= last] if period == "2026" else PERIODS[period]
    if not set(months) <= there or not months:
        return None
    if OVER_TIME[tally] != "flow":
        return totals.get(months[0 if OVER_TIME[tally] == "first" else -1])
    values = [totals[month] for month in months if month in with_line]
    return None if None in values or not values else sum(value for value in values if value is not None)


@given(HALF_YEAR)
@settings(max_examples=40, deadline=None)
def test_an_independent_recount_finds_the_same_figures(office: Office, submissions: dict[Any, Any]) -> None:
    ledger = submit(office, submissions)
    found = Book(office, tally_office(office, ledger))
    for unit in (BA_DINH, NGOC_HA, EVERY):
        for period in PERIODS:
            for field in ("", "HT"):
                where = {"breakdown": "field", "key": field} if field else {}
                for name, (above, below) in MEASURES.items():
                    figure = found.figure("work", name, unit, period, **where)
                    top = recount(office, ledger, unit, period, above[0], field)
                    bottom = recount(office, ledger, unit, period, below[0], field) if below else None
                    if not below:
                        assert (figure.value, figure.state) == (top, "blank" if top is None else "given")
                        continue
                    assert (figure.numerator, figure.denominator) == (top, bottom)
                    state = "blank" if top is None or bottom is None else "none" if bottom == 0 else "given"
                    assert figure.state == state
                    if state == "given":
                        assert figure.value == float(Fraction(100 * (top or 0), bottom or 1))
                    else:
                        assert figure.value is None
                assert found.at(figure.address) == figure


@given(st.lists(st.tuples(*[st.integers(0, 999)] * 4), min_size=3, max_size=3))
@settings(max_examples=25, deadline=None)
def test_a_quarter_is_the_fold_of_its_months(office: Office, months: list[tuple[int, ...]]) -> None:
    names = ("opening", "received", "on_time", "pending")
    submissions = {
        ("work", BA_DINH, label): [dict(zip(names, map(str, values), strict=True))]
        for label, values in zip(between("2026-01", "2026-03"), months, strict=True)
    }
    found = make_book(office, submissions)
    quarter = {
        name: found.figure("work", name, BA_DINH, "2026-Q1").value for name in ("opening", "received", "pending")
    }
    monthly = {
        name: [figure.value for figure in found.trend("work", name, BA_DINH, between("2026-01", "2026-03"))]
        for name in quarter
    }
    assert quarter["opening"] == monthly["opening"][0]
    assert quarter["received"] == sum(value or 0 for value in monthly["received"])
    assert quarter["pending"] == monthly["pending"][-1]


# --- tallies of another kind


@pytest.fixture
def surveyed(office: Office) -> Book:
    return make_book(
        office,
        {
            ("work", BA_DINH, "2026-01"): [
                {"field_code": "HT", "on_time": "40", "late": "0"},
                {"field_code": "CT", "on_time": "10", "late": "0"},
            ],
            ("work", BA_DINH, "2026-02"): [{"field_code": "HT", "on_time": "30", "late": "20"}],
            ("work", NGOC_HA, "2026-01"): [{"field_code": "HT", "on_time": "50", "late": "0"}],
            ("answers", BA_DINH, "2026-01"): [
                {"field_code": "HT", "place": "desk", "answers": "4"},
                {"field_code": "XD", "place": "hall", "answers": "1"},
            ],
        },
    )


def test_a_tally_of_another_kind_is_that_of_the_same_unit_and_month(surveyed: Book) -> None:
    assert parts(surveyed.figure("answers", "response_pct", BA_DINH, "2026-01")) == (10.0, 5, 50, "given")
    assert parts(surveyed.figure("answers", "response_pct", BA_DINH, "2026-02")) == (None, None, 50, "blank")
    assert parts(surveyed.figure("answers", "response_pct", EVERY, "2026-01")) == (5.0, 5, 100, "given")


def test_a_tally_of_another_kind_follows_a_breakdown_that_both_kinds_have(surveyed: Book) -> None:
    def split(breakdown: str, key: str) -> tuple[object, ...]:
        return parts(surveyed.figure("answers", "response_pct", BA_DINH, "2026-01", breakdown=breakdown, key=key))

    assert split("field", "HT") == (10.0, 4, 40, "given")
    assert split("field", "XD") == (None, 1, None, "blank")
    assert split("place", "desk") == (8.0, 4, 50, "given")


def test_a_tally_of_a_kind_that_the_office_lacks_is_blank(surveyed: Book) -> None:
    assert parts(surveyed.figure("answers", "absent_pct", BA_DINH, "2026-01")) == (None, 5, None, "blank")


def test_a_quarter_over_two_kinds_needs_the_same_months_of_both(office: Office) -> None:
    answers = {("answers", BA_DINH, month): [{"answers": "1"}] for month in between("2026-01", "2026-04")}
    found = make_book(office, {**answers, **by_month(BA_DINH, "on_time", [10, 10, 10])})
    assert parts(found.figure("answers", "response_pct", BA_DINH, "2026-Q1")) == (10.0, 3, 30, "given")
    assert parts(found.figure("answers", "response_pct", BA_DINH, "2026")) == (None, 4, None, "blank")


def test_a_measure_over_a_tally_that_its_kind_lacks_is_a_mistake(tmp_path: Path) -> None:
    wrong = dataset(
        tallies=KINDS["answers"]["dataset"]["tallies"],
        measures={"odd": measure(ratio={"numerator": ["answers"], "denominator": ["work.resolvd"]})},
    )
    kinds = {**KINDS, "answers": {**KINDS["answers"], "dataset": wrong}}
    office = open_office(make_office(tmp_path / "office", kinds=kinds))
    with pytest.raises(Mistake) as caught:
        make_book(office, {})
    assert caught.value.code == "definition"
    assert "measures.odd: work.resolvd" in caught.value.values["detail"]


# --- addresses


def test_addresses_read_as_a_person_would_write_them(office: Office) -> None:
    found = make_book(office, {})
    whole = found.figure("work", "on_time_pct", BA_DINH, "2026-10")
    assert whole.address == "work/on_time_pct/00004/2026-10/month"
    split = found.figure("work", "on_time_pct", EVERY, "2026-Q3", breakdown="field", key="HT", basis="year_to_date")
    assert split.address == "work/on_time_pct/all/2026-Q3/year_to_date/field=HT"


NAME = st.text(max_size=12) | st.sampled_from(["a/b", "a=b", "100%", "Đ|Đ", "..", "%2F", "é", "é", "<b>", '"'])


@given(unit=NAME, basis=NAME, breakdown=NAME, key=NAME)
@settings(deadline=None)
def test_any_names_come_back_from_an_address(office: Office, unit: str, basis: str, breakdown: str, key: str) -> None:
    found = make_book(office, {})
    figure = found.figure("work", "received", unit, "2026-10", breakdown=breakdown, key=key, basis=basis)
    assert found.at(figure.address) == figure
    assert figure.address.isascii()


def test_what_is_no_address_is_an_error(office: Office) -> None:
    found = make_book(office, {})
    for wrong in ("", "work", "work/received/00004/2026-10", "work/received/00004/2026-10/month/field=HT/x"):
        with pytest.raises(ValueError, match=r"unpack|address"):
            found.at(wrong)
    with pytest.raises(KeyError):
        found.at("work/joy/00004/2026-10/month")


# --- what there is


def test_the_book_tells_what_there_is(office: Office) -> None:
    found = make_book(
        office, {**by_month(NGOC_HA, "received", [1, None, 3]), **by_month(BA_DINH, "received", [None, 2, 3])}
    )
    assert found.periods("work") == ["2026-01", "2026-02", "2026-03"]
    assert found.unit_periods("work", NGOC_HA) == ["2026-01", "2026-03"]
    assert found.unit_periods("work", GIANG_VO) == []
    assert found.units_with("work", "2026-03") == [BA_DINH, NGOC_HA]
    assert found.units_with("work", "2026-01") == [NGOC_HA]
    assert found.periods("answers") == []
    trend = found.trend("work", "received", NGOC_HA, found.periods("work"))
    assert [(figure.period, figure.value) for figure in trend] == [("2026-01", 1), ("2026-02", None), ("2026-03", 3)]


def test_keys_come_in_their_declared_order_and_only_with_figures(office: Office) -> None:
    found = make_book(
        office,
        {
            ("work", BA_DINH, "2026-01"): [
                {"field_code": "ZZ", "effort": "easy", "received": "1", "by_desk": "1"},
                {"field_code": "DD", "effort": "hard", "received": "1"},
                {"field_code": "AA", "effort": "easy", "received": "1"},
                {"field_code": "HT", "effort": "easy", "received": "1"},
            ],
            ("work", BA_DINH, "2026-02"): [{"field_code": "CT", "by_web": "0"}],
            ("work", BA_DINH, "2026-03"): [{"field_code": "CT"}],
        },
    )
    assert found.keys("work", "field", BA_DINH, "2026-01") == ["HT", "DD", "AA", "ZZ"]
    assert found.keys("work", "effort", BA_DINH, "2026-01") == ["hard", "easy"]
    assert found.keys("work", "way", BA_DINH, "2026-01") == ["desk"]
    assert sorted(found.keys("work", "way", EVERY, "2026-Q1")) == ["desk", "web"]
    assert found.keys("work", "field", EVERY, "2026-Q1") == ["HT", "CT", "DD", "AA", "ZZ"]
    assert found.keys("work", "field", NGOC_HA, "2026-01") == []
    with pytest.raises(KeyError):
        found.keys("work", "colour", BA_DINH, "2026-01")


def test_figures_are_the_same_when_nothing_stays_unpacked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    submissions = {**by_month(NGOC_HA, "received", range(12)), **by_month(BA_DINH, "received", range(20, 32))}

    def all_figures() -> list[Figure]:
        found = make_book(office, submissions)
        periods = [*found.periods("work"), "2026-Q1", "2026"]
        return [found.figure("work", "received", unit, p) for p in periods for unit in (BA_DINH, NGOC_HA, EVERY)]

    before = all_figures()
    monkeypatch.setattr(book, "SUBMISSIONS_KEPT", 1)
    assert all_figures() == before
