"""Units beside the whole: who is told apart, and how seldom by chance."""

import random
from collections.abc import Callable
from math import comb, inf, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import Office, open_office
from publisher.ledger import Ledger
from publisher.measures import Figure, comparison
from publisher.measures.comparison import Comparison, Pair, Swing, compare, limits, student, swing, tail
from publisher.pages.comparison import sides, window
from publisher.pages.status import Board
from publisher.pages.view import View
from tests.offices import make_office


def at_most(k: int, cases: int, rate: float) -> float:
    """P(X ≤ k) of the binomial distribution, term by term."""
    return sum(comb(cases, i) * rate**i * (1 - rate) ** (cases - i) for i in range(k + 1))


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.floats(1e-5, 0.025))
def test_the_limits_are_those_of_the_binomial_distribution(cases: int, rate: float, outside: float) -> None:
    lower, upper = limits(cases, rate, outside)
    assert 0 <= lower <= upper <= cases
    assert at_most(lower, cases, rate) > outside * (1 - 1e-9)
    assert lower == 0 or at_most(lower - 1, cases, rate) <= outside * (1 + 1e-9)
    assert at_most(cases - upper, cases, 1 - rate) > outside * (1 - 1e-9)
    assert upper == cases or at_most(cases - upper - 1, cases, 1 - rate) <= outside * (1 + 1e-9)


@given(st.integers(1, 5000), st.sampled_from((0.0, 1.0)))
def test_where_all_or_none_count_there_is_nothing_to_tell(cases: int, rate: float) -> None:
    assert limits(cases, rate, 0.025) == (cases * rate, cases * rate)


def test_limits_of_a_large_unit_are_found_quickly_and_are_those_of_the_normal_curve() -> None:
    lower, upper = limits(1_000_000, 0.9, 0.025)
    assert lower == pytest.approx(900_000 - 1.96 * 300, abs=3)
    assert upper == pytest.approx(900_000 + 1.96 * 300, abs=3)


# --- what a page shows of equal units

MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]
Draw = Callable[[random.Random, int], int]
"""How many of so many cases are in time."""


def single(rate: float) -> Draw:
    """Each case by itself."""
    return lambda chance, cases: sum(chance.random() < rate for _ in range(cases))


def batches(rate: float, size: int) -> Draw:
    """Cases come in batches that share their fate."""
    return lambda chance, cases: sum(
        min(size, cases - start) for start in range(0, cases, size) if chance.random() < rate
    )


def bad_months(rate: float, known: float) -> Draw:
    """Each month has a rate of its own."""
    return lambda chance, cases: single(chance.betavariate(rate * known, (1 - rate) * known))(chance, cases)


class Equal:
    """A book of units that are equal but for chance and size."""

    def __init__(self, office: Office, draw: Draw, seed: int) -> None:
        self.office = office
        chance = random.Random(seed)
        self.cases: dict[tuple[str, str], Pair] = {}
        for unit in office.units:
            size = 120 * chance.lognormvariate(0, 0.8)
            for month in MONTHS:
                below = max(1, int(chance.gauss(size, sqrt(size))))
                self.cases[unit.code, month] = (draw(chance, below), below)

    def periods(self, kind: str) -> list[str]:
        """The months."""
        return MONTHS

    def unit_periods(self, kind: str, unit: str) -> list[str]:
        """The months of a unit."""
        return MONTHS

    def units_with(self, kind: str, period: str, basis: str = "month") -> list[str]:
        """All units."""
        return [unit.code for unit in self.office.units]

    def figure(self, kind: str, measure: str, unit: str, period: str, **where: str) -> Figure:
        """A share of one month or of all."""
        months = [period] if period in MONTHS else MONTHS if "--" in period else []
        above, below = (sum(self.cases[unit, month][i] for month in months) for i in (0, 1))
        state = "given" if below else "blank"
        value = 100 * above / below if below else None
        return Figure(kind, measure, unit, period, "", "", "month", "", value, above, below, state)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def equal(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Twenty communes."""
    units = [{"code": f"C{n:02d}", "name_vi": f"Xã {n}", "name_en": "", "level": "commune"} for n in range(20)]
    root = make_office(
        tmp_path_factory.mktemp("equal") / "office",
        units=units, datasets={"procedures": {}}, first_period=MONTHS[0], today="2026-01-20",
    )  # fmt: skip
    return open_office(root)


@pytest.mark.parametrize(
    "draw",
    [single(0.9), single(0.97), batches(0.9, 4), batches(0.97, 3), bad_months(0.95, 60)],
    ids=["chance alone", "nearly all in time", "batches", "batches, nearly all in time", "bad months"],
)
def test_equal_units_are_told_apart_on_a_page_at_most_one_time_in_twenty(equal: Office, draw: Draw) -> None:
    rounds, apart = 60, {0: 0, 1: 0}
    for seed in range(rounds):
        view = View("vi", equal, Equal(equal, draw, seed), Board(equal, Ledger(), []))  # type: ignore[arg-type]
        side = next(side for side in sides(view) if side.name == "on_time_pct")
        for number, shown in enumerate(side.windows):
            assert set(shown.said) >= {"better", "worse"}
            apart[number] += shown.said["better"] + shown.said["worse"] > 0
    # Three standard deviations of the simulation itself.
    most = 0.05 + 3 * (0.05 * 0.95 / rounds) ** 0.5
    assert max(apart.values()) / rounds <= most, apart


def test_without_the_months_units_whose_cases_come_in_batches_would_be_told_apart(
    equal: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.measures.peers.swing", lambda history: Swing())
    apart = 0
    for seed in range(20):
        view = View("vi", equal, Equal(equal, batches(0.9, 4), seed), Board(equal, Ledger(), []))  # type: ignore[arg-type]
        side = next(side for side in sides(view) if side.name == "on_time_pct")
        apart += window(side, MONTHS[-1]).said["worse"] > 0
    assert apart > 10


def test_without_the_correction_for_many_units_they_would_be_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "tail", lambda looked_at: 0.025)
    chance, apart = random.Random(2026), 0
    for _ in range(40):
        drawn = {str(unit): (single(0.9)(chance, 100), 100) for unit in range(30)}
        apart += any(one.state != "same" for one in found(drawn).units.values())
    assert apart > 12


def test_a_unit_that_is_really_worse_is_told_apart_however_much_all_of_them_swing(equal: Office) -> None:
    told = 0
    for seed in range(10):
        book = Equal(equal, bad_months(0.95, 60), seed)
        chance = random.Random(seed)
        for month in MONTHS:
            book.cases["C07", month] = (bad_months(0.88, 60)(chance, 300), 300)
        view = View("vi", equal, book, Board(equal, Ledger(), []))  # type: ignore[arg-type]
        side = next(side for side in sides(view) if side.name == "on_time_pct")
        told += side.windows[1].cells["C07"].state == "worse"
    assert told >= 9


# --- how much rates swing


def test_independent_cases_swing_no_more_than_they_must() -> None:
    chance = random.Random(5)
    history = [[(single(0.9)(chance, 80), 80) for _ in range(12)] for _ in range(40)]
    moved = swing(history)
    assert moved.factor < 1.15
    assert moved.between < 0.0003
    assert moved.freedom == 40 * 11


def test_batches_make_a_factor_and_bad_months_a_variance() -> None:
    chance = random.Random(5)
    in_batches = swing([[(batches(0.9, 4)(chance, 80), 80) for _ in range(12)] for _ in range(40)])
    assert in_batches.factor == pytest.approx(4, rel=0.15)
    bad = swing([[(bad_months(0.9, 60)(chance, 400), 400) for _ in range(12)] for _ in range(40)])
    assert bad.between == pytest.approx(0.9 * 0.1 / 61, rel=0.25)


def test_lasting_differences_between_units_are_no_swing() -> None:
    history: list[list[Pair]] = [[(rate, 100)] * 12 for rate in (60, 80, 99)]
    assert swing(history) == Swing(1.0, 0.0, 33)


def test_a_unit_that_is_always_in_time_tells_nothing_of_the_swing() -> None:
    assert swing([[(50, 50)] * 12, [(0, 9)] * 3, [(3, 9)], []]) == Swing(freedom=0)


@pytest.mark.parametrize(("freedom", "exact"), [(5, 2.5706), (10, 2.2281), (30, 2.0423), (120, 1.9799), (inf, 1.96)])
def test_the_quantiles_of_students_distribution_are_those_of_the_tables(freedom: float, exact: float) -> None:
    assert student(1.959964, freedom) == pytest.approx(exact, abs=0.004)


@given(st.integers(30, 3000), st.floats(0.02, 0.98), st.floats(1, 20), st.floats(0, 0.01), st.sampled_from((1, 12)))
def test_limits_are_never_narrower_than_those_of_independent_cases(
    cases: int, rate: float, factor: float, between: float, months: int
) -> None:
    plain = Comparison(100 * rate, 20, Swing(), months).limits(cases)
    wide = Comparison(100 * rate, 20, Swing(factor, between, 100), months).limits(cases)
    assert 0 <= wide[0] <= plain[0] + 1e-9
    assert plain[1] - 1e-9 <= wide[1] <= 100


# --- who is told apart


def found(cases: dict[str, Pair], **options: object) -> Comparison:
    """A comparison in which more is better."""
    made = compare(cases, **{"better": "higher", "at_least": 30, **options})  # type: ignore[arg-type]
    assert made
    return made


def states(cases: dict[str, Pair], **options: object) -> dict[str, str]:
    """What is said of each unit."""
    return {unit: one.state for unit, one in found(cases, **options).units.items()}


def test_a_unit_that_really_differs_is_told_apart_and_in_which_direction() -> None:
    cases = {f"u{n}": (90, 100) for n in range(9)} | {"bad": (600, 1000), "good": (999, 1000), "small": (0, 29)}
    said = states(cases)
    assert {unit: said[unit] for unit in ("bad", "good", "small")} == {"bad": "worse", "good": "better", "small": "few"}
    assert states(cases, better="lower")["bad"] == "better"


def test_three_cases_are_listed_and_never_judged() -> None:
    one = found({"a": (0, 3), "b": (300, 300), "c": (290, 300)}).units["a"]
    assert (one.state, one.rate) == ("few", 0)


def test_a_unit_without_cases_is_left_out_and_nothing_at_all_is_nothing() -> None:
    assert compare({"a": (0, 0)}, better="higher", at_least=30) is None
    assert list(found({"a": (0, 0), "b": (5, 9)}, at_least=1).units) == ["b"]


def test_where_all_are_perfect_nobody_is_told_apart() -> None:
    assert set(states({"a": (500, 500), "b": (40, 40)}).values()) == {"same"}


def test_a_part_greater_than_its_whole_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="not a part"):
        compare({"a": (5, 4)}, better="higher", at_least=1)


@given(st.integers(1, 4000))
def test_more_units_make_wider_limits(looked_at: int) -> None:
    assert tail(looked_at + 1) < tail(looked_at) <= 0.025 + 1e-12
