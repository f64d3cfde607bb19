"""The geometry of charts: where each bar, point and label stands. The drawing is `templates/chart.svg.j2`.

All lengths are in the units of the viewBox. A month without data has no bar and breaks the line.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 230
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 16, 36
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment of a stacked column; `series` numbers the measure from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: a position and the value or label index it stands for."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart. `lines` are runs of points without a gap; `empty` the places of months without data."""

    form: str
    bars: tuple[Bar, ...]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    empty: tuple[float, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def nice_step(largest: float, count: int = 4) -> float:
    """A round step (1, 2 or 5 × a power of ten, at least 1) that reaches `largest` in about `count` steps."""
    raw = max(largest, 1) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw)
    return max(step, 1.0)


def axis(largest: float) -> tuple[float, tuple[Tick, ...]]:
    """The top of the value axis and its ticks, from zero: a column cut off at the foot would lie."""
    step = nice_step(largest)
    steps = max(1, math.ceil(largest / step - 1e-9))
    top = steps * step
    return top, tuple(Tick(HEIGHT - BOTTOM - INNER_HEIGHT * n / steps, n * step) for n in range(steps + 1))


def labels(count: int) -> list[int]:
    """Which months get a label: the last, and every sixth before it (every one when there are few)."""
    every = 1 if count <= 8 else 6
    return [i for i in range(count) if (count - 1 - i) % every == 0]


def stack(series: Sequence[Sequence[float | None]]) -> Chart:
    """Columns of the series on top of each other; series[s][i] is measure s in month i."""
    count = len(series[0])
    totals = [sum(v or 0 for v in column) for column in zip(*series, strict=True)]
    top, up = axis(max(totals, default=0))
    slot = INNER_WIDTH / max(count, 1)
    width = min(slot * 0.7, 46)
    bars, empty = [], []
    for i in range(count):
        x = LEFT + slot * (i + 0.5) - width / 2
        foot = float(HEIGHT - BOTTOM)
        if all(values[i] is None for values in series):
            empty.append(round(x + width / 2, 1))
        for s, values in enumerate(series):
            height = INNER_HEIGHT * (values[i] or 0) / top
            if height > 0:
                foot -= height
                bars.append(Bar(round(x, 1), round(foot, 1), round(width, 1), round(height, 1), s))
    across = tuple(Tick(round(LEFT + slot * (i + 0.5), 1), i) for i in labels(count))
    return Chart("stack", tuple(bars), (), tuple(empty), across, up)


def line(values: Sequence[float | None]) -> Chart:
    """One line over the months, from zero."""
    count = len(values)
    top, up = axis(max((v for v in values if v is not None), default=0))
    slot = INNER_WIDTH / max(count, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    empty = []
    for i, value in enumerate(values):
        x = round(LEFT + slot * (i + 0.5), 1)
        if value is None:
            empty.append(x)
            runs.append([])
        else:
            runs[-1].append((x, round(HEIGHT - BOTTOM - INNER_HEIGHT * value / top, 1)))
    across = tuple(Tick(round(LEFT + slot * (i + 0.5), 1), i) for i in labels(count))
    return Chart("line", (), tuple(tuple(run) for run in runs if run), tuple(empty), across, up)
