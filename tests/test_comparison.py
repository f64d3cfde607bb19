"""Units beside the whole: who is told apart, and how seldom by chance."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.measures import comparison
from publisher.measures.comparison import at_most, compare, limits, tail


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_tail_is_that_of_the_binomial_distribution(k: int, cases: int, rate: float) -> None:
    exact = sum(comb(cases, i) * rate**i * (1 - rate) ** (cases - i) for i in range(min(k, cases) + 1))
    assert at_most(k, cases, rate) == pytest.approx(exact, rel=1e-9, abs=1e-12)


@given(st.integers(1, 5000), st.floats(0.0, 1.0))
def test_beyond_the_limits_lies_no_more_than_was_allowed(cases: int, rate: float) -> None:
    lower, upper = limits(cases, rate, 0.025)
    assert 0 <= lower <= upper <= cases
    if 0 < rate < 1:
        assert lower == 0 or at_most(lower - 1, cases, rate) <= 0.025
        assert upper == cases or 1 - at_most(upper, cases, rate) <= 0.025 + 1e-12


def test_limits_of_a_large_unit_are_found_quickly_and_are_those_of_the_normal_curve() -> None:
    lower, upper = limits(1_000_000, 0.9, 0.025)
    assert lower == pytest.approx(900_000 - 1.96 * 300, abs=3)
    assert upper == pytest.approx(900_000 + 1.96 * 300, abs=3)


def simulate(units: int, cases: int, rate: float, rounds: int, seed: int) -> tuple[float, float]:
    """(share of rounds in which any of equal units was told apart, share of all units that were)."""
    chance = random.Random(seed)
    any_apart = apart = 0
    for _ in range(rounds):
        drawn = {
            str(unit): (sum(chance.random() < rate for _ in range(size)), size)
            for unit in range(units)
            for size in [max(1, int(cases * chance.uniform(0.2, 3)))]
        }
        states = [found.state for found in compare(drawn, better="higher", at_least=30).values()]
        told = sum(state in ("better", "worse") for state in states)
        any_apart += told > 0
        apart += told
    return any_apart / rounds, apart / (rounds * units)


@pytest.mark.parametrize(("units", "cases", "rate"), [(10, 100, 0.9), (30, 60, 0.97), (60, 40, 0.5)])
def test_equal_units_are_told_apart_at_most_one_time_in_twenty(units: int, cases: int, rate: float) -> None:
    any_apart, each = simulate(units, cases, rate, rounds=300, seed=2026)
    # Three standard deviations of the simulation itself: 0.05 ± 0.0126 each.
    assert any_apart <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
    assert each <= 0.05


def test_without_the_correction_for_many_units_they_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "tail", lambda looked_at: 0.025)
    any_apart, _ = simulate(30, 100, 0.9, rounds=100, seed=2026)
    assert any_apart > 0.3


def test_a_unit_that_really_differs_is_told_apart_and_in_which_direction() -> None:
    cases = {f"u{n}": (90, 100) for n in range(9)} | {"bad": (600, 1000), "good": (999, 1000), "small": (0, 29)}
    found = compare(cases, better="higher", at_least=30)
    assert {unit: found[unit].state for unit in ("bad", "good", "small")} == {
        "bad": "worse",
        "good": "better",
        "small": "few",
    }
    assert compare(cases, better="lower", at_least=30)["bad"].state == "better"


def test_three_cases_are_listed_and_never_judged() -> None:
    found = compare({"a": (0, 3), "b": (300, 300), "c": (290, 300)}, better="higher", at_least=30)
    assert found["a"].state == "few"
    assert found["a"].rate == 0


def test_a_unit_without_cases_is_left_out_and_nothing_at_all_is_nothing() -> None:
    assert compare({"a": (0, 0)}, better="higher", at_least=30) == {}
    assert list(compare({"a": (0, 0), "b": (5, 9)}, better="higher", at_least=1)) == ["b"]


def test_where_all_are_perfect_nobody_is_told_apart() -> None:
    found = compare({"a": (500, 500), "b": (40, 40)}, better="higher", at_least=30)
    assert {one.state for one in found.values()} == {"same"}


def test_a_part_greater_than_its_whole_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="not a part"):
        compare({"a": (5, 4)}, better="higher", at_least=1)


@given(st.integers(1, 4000))
def test_more_units_make_wider_limits(looked_at: int) -> None:
    assert tail(looked_at + 1) < tail(looked_at) <= 0.025 + 1e-12
