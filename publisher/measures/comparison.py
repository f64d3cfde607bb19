"""Which units differ from the whole by more than chance: the limits of a funnel plot.

A unit's rate is held against the rate of all units together, and the binomial distribution says how far chance alone
carries a unit of its size (Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
Medicine 24, 2005). Because many units are looked at, the limits are those of Šidák: were all units equal, the chance
that any one of them is told apart is at most 5 %, however many they are.

The cases of an office are not independent: one day without electricity makes twenty dossiers late. How much more than
chance the rates swing is taken from the months of each unit, held against the unit's own rate, so that lasting
differences between units do not widen the limits that are to find them (Spiegelhalter takes it from the differences
between units). Late dossiers may come in batches (a factor) or whole months may be bad (a variance between months): the
limits allow for whichever is more. docs/decisions/0019-fair-comparison.md has the simulations.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, inf, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Literal

from publisher.measures.figures import Number, wilson

State = Literal["better", "same", "worse", "few"]
Pair = tuple[int, int]
"""(numerator, denominator), both whole."""

CHANCE = 0.05
"""How often equal units may be told apart, all of them taken together."""

CLOSE = 1e-9
"""Two rates (per cent) nearer than this are the same number, computed in two ways."""


@dataclass(frozen=True, slots=True)
class Swing:
    """How rates move from month to month: the variance is `factor` times that of independent cases, or months differ by
    themselves with the variance `between` (of shares). `freedom`: of how many degrees of freedom this is known."""

    factor: float = 1.0
    between: float = 0.0
    freedom: float = inf

    def widening(self, cases: float, rate: float, months: int, normal: float) -> float:
        """By what factor the limits of so many cases, in so many months, are wider than those of independent cases.
        `normal` is how many standard deviations they are wide."""
        more = max(self.factor, 1 + self.between * cases / (months * rate * (1 - rate)))
        return 1.0 if more <= 1 else sqrt(more) * student(normal, self.freedom) / normal


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


@dataclass(frozen=True)
class Comparison:
    """Units beside the whole. `rate` is that of all together, per cent; `looked_at` how many units were judged; `swing`
    how rates move from month to month, and of how many `months` the cases are."""

    rate: float
    looked_at: int
    swing: Swing
    months: int
    units: Mapping[str, Compared] = field(default_factory=dict)

    def limits(self, cases: int) -> tuple[float, float]:
        """The two limits for so many cases, per cent."""
        rate, outside = self.rate / 100, tail(self.looked_at)
        if not 0 < rate < 1:
            return self.rate, self.rate
        lower, upper = limits(cases, rate, outside)
        wider = self.swing.widening(cases, rate, self.months, NormalDist().inv_cdf(1 - outside))
        middle = rate * cases
        low, high = middle - wider * (middle - lower), middle + wider * (upper - middle)
        return 100 * max(low, 0.0) / cases, 100 * min(high, float(cases)) / cases


def compare(
    cases: Mapping[str, Pair],
    *,
    better: Literal["higher", "lower"],
    at_least: int,
    swing: Swing | None = None,
    months: int = 1,
) -> Comparison | None:
    """Hold every unit against all together. A unit with a denominator of 0 is left out. Units with fewer than
    `at_least` cases are not judged, nor counted among those looked at; they are part of the whole all the same. Without
    `swing`, cases count as independent. None when there is no case at all.

    Raises ValueError for a numerator below 0 or above its denominator.
    """
    wrong = [unit for unit, (above, below) in cases.items() if not 0 <= above <= below]
    if wrong:
        raise ValueError(f"not a part of a whole: {wrong[0]}")
    given = {unit: pair for unit, pair in cases.items() if pair[1]}
    whole = sum(below for _, below in given.values())
    if not whole:
        return None
    rate = 100 * sum(above for above, _ in given.values()) / whole
    of = Comparison(rate, sum(below >= at_least for _, below in given.values()), swing or Swing(), months)
    known = {below: of.limits(below) for below in {below for _, below in given.values()}}
    found = {}
    for unit, (above, below) in given.items():
        lower, upper = known[below]
        share = 100 * above / below
        state: State = "same"
        if below < at_least:
            state = "few"
        elif share < lower - CLOSE or share > upper + CLOSE:
            state = "better" if (share > upper) == (better == "higher") else "worse"
        found[unit] = Compared(unit, above, below, share, lower, upper, state)
    return Comparison(of.rate, of.looked_at, of.swing, months, found)


def tail(looked_at: int) -> float:
    """The chance left outside each limit, when so many units are looked at together (Šidák)."""
    inside: float = (1 - CHANCE) ** (1 / max(looked_at, 1))
    return (1 - inside) / 2


def swing(history: Iterable[Sequence[Pair]]) -> Swing:
    """How rates move from month to month, from each unit's months: the squared deviations from the unit's own rate,
    measured in those of independent cases (Pearson), and what they leave for a variance between months (DerSimonian
    and Laird, Controlled Clinical Trials 7, 1986). A unit whose months are all alike at 0 or 100 % tells nothing."""
    squares = freedom = weight = 0.0
    for months in history:
        given = [(above, below) for above, below in months if below]
        above, below = sum(above for above, _ in given), sum(below for _, below in given)
        if len(given) < 2 or not 0 < above < below:
            continue
        rate = above / below
        each = rate * (1 - rate)
        squares += sum((x - n * rate) ** 2 / (n * each) for x, n in given)
        freedom += len(given) - 1
        weight += (below - sum(n * n for _, n in given) / below) / each
    if not freedom:
        return Swing(freedom=0)
    return Swing(max(1.0, squares / freedom), max(0.0, (squares - freedom) / weight) if weight else 0.0, freedom)


def student(normal: float, freedom: float) -> float:
    """The quantile of Student's distribution that belongs to one of the normal: Abramowitz and Stegun, 26.7.5. Below
    three degrees of freedom the series is no longer near; three are taken."""
    z, v = normal, max(freedom, 3.0)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def limits(cases: int, rate: float, outside: float) -> tuple[int, int]:
    """The least and the greatest numerator that chance explains, in so many cases of which each counts with the
    probability `rate`: below the one and above the other lies at most the probability `outside` (below one half)."""
    lower = first_beyond(cases, rate, outside)
    return lower, cases - first_beyond(cases, 1 - rate, outside)


def first_beyond(cases: int, rate: float, outside: float) -> int:
    """The least k for which P(X ≤ k) > outside, X binomial (cases, rate): the terms are made from the greatest one down
    until they no longer count, and added up from the least one."""
    if rate <= 0 or rate >= 1:
        return 0 if rate <= 0 else cases
    k = min(int((cases + 1) * rate), cases)
    term = exp(lgamma(cases + 1) - lgamma(k + 1) - lgamma(cases - k + 1) + k * log(rate) + (cases - k) * log1p(-rate))
    odds, terms = (1 - rate) / rate, []
    while k >= 0 and term > outside * 1e-12:
        terms.append(term)
        term *= odds * k / (cases - k + 1)
        k -= 1
    total = 0.0
    for above, term in enumerate(reversed(terms), start=1):
        total += term
        if total > outside:
            return k + above
    return k + len(terms)


def differ(before: tuple[Number, Number], now: tuple[Number, Number]) -> bool:
    """Whether two shares (part, whole) differ by more than chance explains: the 95 % interval of their difference, made
    of their Wilson intervals, leaves out 0 (Newcombe, Statistics in Medicine 17, 1998, method 10)."""
    (low_1, high_1), (low_2, high_2) = wilson(*before), wilson(*now)
    share_1, share_2 = 100 * before[0] / before[1], 100 * now[0] / now[1]
    gap = share_2 - share_1
    least = gap - sqrt((share_2 - low_2) ** 2 + (high_1 - share_1) ** 2)
    most = gap + sqrt((high_2 - share_2) ** 2 + (share_1 - low_1) ** 2)
    return not least <= 0 <= most
