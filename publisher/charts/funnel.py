"""A funnel plot: each unit's rate over its number of cases, between the limits of what chance explains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publisher.charts.axes import BOTTOM, GAP, LETTER, TOP, WIDTH, Tick, Write, apart, from_zero, place, room, up_to

HEIGHT = 250
NAMES = 6
"""How many units that stand out are named in the chart; were there more, the table alone names them."""

CURVE = 48
"""Of how many points a limit is drawn."""

Limits = Callable[[int], tuple[float, float]]
"""The two limits (per cent) for a number of cases."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit: `state` is better, same or worse."""

    x: float
    y: float
    state: str


@dataclass(frozen=True, slots=True)
class Name:
    """A unit's name beside its mark; `anchor` is the end of the text that stands there."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """A drawn funnel plot; `whole` is the height of the rate of all together, `floor` where the value axis begins."""

    left: float
    right: float
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    lower: tuple[tuple[float, float], ...]
    upper: tuple[tuple[float, float], ...]
    whole: float
    dots: tuple[Dot, ...]
    names: tuple[Name, ...]
    floor: float
    form: str = "funnel"
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    foot: int = HEIGHT - BOTTOM - LETTER


def funnel(
    units: Sequence[tuple[str, int, float, str]],
    whole: float,
    limits: Limits,
    write: Write,
    count: Callable[[float], str],
) -> Funnel:
    """The plot of units as (name, cases, rate in per cent, state). `write` writes a rate, `count` a number of cases."""
    cases = [n for _, n, _, _ in units]
    across = from_zero(max(cases))
    grid = sorted({max(1, round(min(cases) + (across[-1] - min(cases)) * i / CURVE)) for i in range(CURVE + 1)})
    ends = [(n, *limits(n)) for n in grid]
    values = [rate for _, _, rate, _ in units] + [whole]
    least = min([*values, *(low for n, low, _ in ends if n >= 1)])
    up = from_zero(max(values)) if max(values) > 100 else up_to(100, least)
    left, right, foot = room(map(write, up)), WIDTH - GAP * 2, HEIGHT - BOTTOM - LETTER

    def spot(n: float, rate: float) -> tuple[float, float]:
        return place(n, across, left, right), place(min(rate, up[-1]), up, foot, TOP)

    dots = [Dot(*spot(n, rate), state) for _, n, rate, state in units]
    return Funnel(
        left,
        right,
        tuple(Tick(place(step, up, foot, TOP), write(step), "end") for step in up),
        case_ticks(across, left, right, count),
        tuple(spot(n, low) for n, low, _ in ends),
        tuple(spot(n, high) for n, _, high in ends),
        place(whole, up, foot, TOP),
        tuple(dots),
        names([name for name, *_ in units], dots, left, right, foot),
        up[0],
    )


def case_ticks(steps: list[float], left: float, right: float, count: Callable[[float], str]) -> tuple[Tick, ...]:
    """The marks of the cases; the last one's text ends where the plot ends."""
    ends = ["middle"] * (len(steps) - 1) + ["end"]
    return tuple(Tick(place(step, steps, left, right), count(step), end) for step, end in zip(steps, ends, strict=True))


def names(texts: Sequence[str], dots: Sequence[Dot], left: float, right: float, foot: float) -> tuple[Name, ...]:
    """The names of the units that stand out, each on the side where there is more room; none when they are many."""
    chosen = [i for i, dot in enumerate(dots) if dot.state != "same"]
    if len(chosen) > NAMES:
        return ()
    found = []
    for side in ("start", "end"):
        here = [i for i in chosen if (dots[i].x < (left + right) / 2) == (side == "start")]
        heights = apart([dots[i].y for i in here], TOP + LETTER / 2, foot - LETTER / 2, LETTER)
        shift = 8 if side == "start" else -8
        found += [Name(round(dots[i].x + shift, 1), y, texts[i], side) for i, y in zip(here, heights, strict=True)]
    return tuple(found)
