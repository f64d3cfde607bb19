"""Which units differ from the whole by more than chance: the limits of a funnel plot.

A unit's rate is held against the rate of all units together, and the binomial distribution says how far chance alone
carries a unit of its size (Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
Medicine 24, 2005). Because many units are looked at, the limits are those of Šidák: were all units equal, the chance
that any one of them is told apart is at most 5 %, however many they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from typing import Literal

from publisher.measures.figures import Number, wilson

State = Literal["better", "same", "worse", "few"]

CHANCE = 0.05
"""How often equal units may be told apart, all of them taken together."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One unit beside the whole: its cases, its rate in per cent, and what can be said.

    `state`: "better" or "worse" than the whole; "same": no difference that can be told; "few": too few cases to be
    compared, the unit is listed and not judged. `lower` and `upper` are the rates (per cent) between which chance alone
    may carry a unit of this size.
    """

    unit: str
    numerator: int
    denominator: int
    rate: float
    lower: float
    upper: float
    state: State


def compare(
    cases: Mapping[str, tuple[int, int]], *, better: Literal["higher", "lower"], at_least: int
) -> dict[str, Compared]:
    """Hold every unit against all together. `cases` maps a unit to (numerator, denominator), both whole; a unit with a
    denominator of 0 is left out. Units with fewer than `at_least` cases are not judged, nor counted among those looked
    at; they are part of the whole all the same.

    Raises ValueError for a numerator below 0 or above its denominator.
    """
    wrong = [unit for unit, (above, below) in cases.items() if not 0 <= above <= below]
    if wrong:
        raise ValueError(f"not a part of a whole: {wrong[0]}")
    given = {unit: pair for unit, pair in cases.items() if pair[1]}
    whole = sum(below for _, below in given.values())
    if not whole:
        return {}
    rate = sum(above for above, _ in given.values()) / whole
    looked_at = sum(below >= at_least for _, below in given.values())
    each = tail(looked_at)
    found = {}
    for unit, (above, below) in given.items():
        lower, upper = limits(below, rate, each)
        state: State = "same"
        if below < at_least:
            state = "few"
        elif above < lower or above > upper:
            state = "better" if (above > upper) == (better == "higher") else "worse"
        found[unit] = Compared(unit, above, below, 100 * above / below, 100 * lower / below, 100 * upper / below, state)
    return found


def tail(looked_at: int) -> float:
    """The chance left outside each limit, when so many units are looked at together (Šidák)."""
    inside: float = (1 - CHANCE) ** (1 / max(looked_at, 1))
    return (1 - inside) / 2


def limits(cases: int, rate: float, outside: float) -> tuple[int, int]:
    """The least and the greatest numerator that chance explains, in so many cases of which each counts with the
    probability `rate`: below the one and above the other lies at most the probability `outside`."""
    lower = first_beyond(cases, rate, outside)
    return lower, cases - first_beyond(cases, 1 - rate, outside)


def first_beyond(cases: int, rate: float, outside: float) -> int:
    """The least k for which P(X ≤ k) > outside, X binomial (cases, rate)."""
    low, high = 0, cases
    while low < high:
        middle = (low + high) // 2
        if at_most(middle, cases, rate) > outside:
            high = middle
        else:
            low = middle + 1
    return low


def at_most(k: int, cases: int, rate: float) -> float:
    """P(X ≤ k), X binomial (cases, rate): summed from the greatest term down until nothing is added."""
    if k >= cases or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    if k > cases * rate:
        return 1.0 - at_most(cases - k - 1, cases, 1 - rate)
    term = exp(lgamma(cases + 1) - lgamma(k + 1) - lgamma(cases - k + 1) + k * log(rate) + (cases - k) * log1p(-rate))
    total, odds = 0.0, (1 - rate) / rate
    while k >= 0 and term > total * 1e-17:
        total += term
        term *= odds * k / (cases - k + 1)
        k -= 1
    return min(total, 1.0)


def differ(before: tuple[Number, Number], now: tuple[Number, Number]) -> bool:
    """Whether two shares (part, whole) differ by more than chance explains: the 95 % interval of their difference, made
    of their Wilson intervals, leaves out 0 (Newcombe, Statistics in Medicine 17, 1998, method 10)."""
    (low_1, high_1), (low_2, high_2) = wilson(*before), wilson(*now)
    share_1, share_2 = 100 * before[0] / before[1], 100 * now[0] / now[1]
    gap = share_2 - share_1
    least = gap - sqrt((share_2 - low_2) ** 2 + (high_1 - share_1) ** 2)
    most = gap + sqrt((high_2 - share_2) ** 2 + (share_1 - low_1) ** 2)
    return not least <= 0 <= most
