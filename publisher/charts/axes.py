"""Axes: round steps, where their labels stand, and how much room those need."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

WIDTH = 340
"""The width of every chart: a phone's."""

LETTER = 13
"""The height of letters; the style sheet makes them smaller on wide screens, never larger."""

TOP, BOTTOM, GAP = 12, 26, 6
"""Room above the plot and below it, and between a label and what it labels."""

LEAST = 5
"""The least that an axis of counts reaches."""

Write = Callable[[float], str]
"""How a value is written under an axis or beside a point."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what stands there. `anchor` is the end of the text that stands at the mark."""

    at: float
    text: str
    anchor: str = "middle"


def room(texts: Iterable[str]) -> float:
    """How wide the widest of some labels is, with the gap beside it: a bold digit takes 0.63 of its height."""
    return round(max((len(text) + text.count("%") / 2 for text in texts), default=0) * LETTER * 0.63 + GAP, 1)


def nice_step(span: float, count: int = 4) -> float:
    """A round step (1, 2 or 5 × a power of ten) of which about `count` make the span."""
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    return next(round(m * power, 10) for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))


def from_zero(largest: float) -> list[float]:
    """The steps of an axis of counts: from zero, for a column cut off at its foot would lie, in whole numbers; and not
    so short that a single case fills the chart."""
    reach = max(largest, LEAST)
    step = max(nice_step(reach), 1.0)
    return [n * step for n in range(math.ceil(reach / step - 1e-9) + 1)]


def up_to(maximum: float, least: float) -> list[float]:
    """The steps of an axis of shares or points, which end at their maximum: from zero when the least value is below
    half of it, else from a round value below the least, so that a difference between 95 and 98 % can be seen."""
    if least < maximum / 2:
        step = nice_step(maximum)
        return [n * step for n in range(math.floor(maximum / step + 1e-9))] + [maximum]
    step = nice_step(max(maximum - least, maximum / 10), 3)
    count = math.ceil((maximum - least) / step - 1e-9)
    return [round(maximum - n * step, 10) for n in range(max(count, 2), -1, -1)]


def place(value: float, steps: list[float], low: float, high: float) -> float:
    """Where a value stands between the two ends of an axis, to a tenth."""
    return round(low + (high - low) * (value - steps[0]) / (steps[-1] - steps[0]), 1)


def apart(wanted: list[float], low: float, high: float, least: float) -> list[float]:
    """Places for labels as near to the wanted ones as can be, at least so far from each other, in the same order."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    found = dict.fromkeys(order, 0.0)
    at = low - least
    for i in order:
        at = found[i] = max(wanted[i], at + least)
    edge = high + least
    for i in reversed(order):
        edge = found[i] = min(found[i], edge - least)
    return [round(found[i], 1) for i in range(len(wanted))]
