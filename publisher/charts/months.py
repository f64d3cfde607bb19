"""Charts over months: columns on top of each other, or one line. A month without data is marked and breaks the line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publisher.charts.axes import BOTTOM, GAP, LETTER, TOP, WIDTH, Tick, Write, apart, from_zero, place, room, up_to

HEIGHT = 190
FOOT = HEIGHT - BOTTOM

HAIRLINE = 0.5
"""The least height of what is not nothing: two late among thousands are seen."""

Values = Sequence[float | None]

Said = Callable[[int, int], str]
"""How the figure of a series (from 0) in a month (from 0) is printed."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment of a column; `series` numbers the measure from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Call:
    """The value of the last month with data, beside its bar or point: of which series, where, as written. `dot` is
    where a line ends."""

    series: int
    x: float
    y: float
    text: str
    dot: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Months:
    """A drawn chart. `lines` are runs of points without a gap; `empty` the months without data as (x, width); `floor`
    where the value axis begins, 0 for all counts."""

    form: str
    left: float
    right: float
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    calls: tuple[Call, ...]
    empty: tuple[tuple[float, float], ...]
    bars: tuple[Bar, ...] = ()
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()
    floor: float = 0
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    foot: int = FOOT


@dataclass(frozen=True, slots=True)
class Plot:
    """The room that is left for bars and points, and the place of each month in it."""

    left: float
    right: float
    count: int

    @property
    def slot(self) -> float:
        """The width of a month."""
        return (self.right - self.left) / max(self.count, 1)

    def middle(self, month: int) -> float:
        """The middle of a month."""
        return round(self.left + self.slot * (month + 0.5), 1)

    def gap(self, month: int) -> tuple[float, float]:
        """(x, width) of a month."""
        return round(self.left + self.slot * month, 1), round(self.slot, 1)


def stack(series: Sequence[Values], labels: Sequence[str], write: Write, said: Said) -> Months:
    """Columns of the series on top of each other; series[s][i] is measure s in the month that labels[i] names."""
    totals = [sum(value or 0 for value in column) for column in zip(*series, strict=True)]
    steps = from_zero(max(totals, default=0))
    missing = [i for i in range(len(labels)) if all(values[i] is None for values in series)]
    last = max((i for i in range(len(labels)) if i not in missing), default=0)
    texts = {s: said(s, last) for s, values in enumerate(series) if values[last]}
    plot = make_plot(steps, list(texts.values()), len(labels), write)
    bars: list[Bar] = []
    ends: list[Bar] = []
    width = round(min(plot.slot * 0.72, 30), 1)
    for i in range(len(labels)):
        foot = float(FOOT)
        for s, values in enumerate(series):
            if values[i]:
                height = max(round((FOOT - TOP) * (values[i] or 0) / steps[-1], 1), HAIRLINE)
                foot = round(foot - height, 1)
                bars.append(Bar(round(plot.middle(i) - width / 2, 1), foot, width, height, s))
                ends += bars[-1:] if i == last else []
    heights = apart([bar.y + bar.height / 2 for bar in ends], TOP, FOOT, LETTER)
    calls = [
        Call(bar.series, round(bar.x + width + 3, 1), y, texts[bar.series])
        for bar, y in zip(ends, heights, strict=True)
    ]
    return Months(
        "stack",
        plot.left,
        plot.right,
        value_ticks(steps, write),
        month_ticks(plot, labels),
        tuple(calls),
        tuple(plot.gap(i) for i in missing),
        bars=tuple(bars),
    )


def line(values: Values, labels: Sequence[str], write: Write, said: Said, *, maximum: float | None = None) -> Months:
    """One line over the months: of counts from zero, or with a `maximum` of shares or points up to it."""
    given = [value for value in values if value is not None]
    most = max(given, default=0)
    steps = from_zero(most) if maximum is None or most > maximum else up_to(maximum, min(given, default=0))
    last = max((i for i, value in enumerate(values) if value is not None), default=None)
    text = "" if last is None else said(0, last)
    plot = make_plot(steps, [text], len(labels), write)
    runs: list[list[tuple[float, float]]] = [[]]
    missing = []
    for i, value in enumerate(values):
        if value is None:
            missing.append(i)
            runs.append([])
        else:
            runs[-1].append((plot.middle(i), place(value, steps, FOOT, TOP)))
    calls = []
    if last is not None:
        x, y = plot.middle(last), place(values[last] or 0, steps, FOOT, TOP)
        calls.append(Call(0, round(x + 7, 1), y, text, (x, y)))
    return Months(
        "line",
        plot.left,
        plot.right,
        value_ticks(steps, write),
        month_ticks(plot, labels),
        tuple(calls),
        tuple(plot.gap(i) for i in missing),
        lines=tuple(tuple(run) for run in runs if run),
        floor=steps[0],
    )


def make_plot(steps: Sequence[float], called: Sequence[str], count: int, write: Write) -> Plot:
    """The room between the labels of the value axis and what is written beside the last month."""
    return Plot(room(map(write, steps)), round(WIDTH - room(called) - GAP / 2, 1), count)


def value_ticks(steps: list[float], write: Write) -> tuple[Tick, ...]:
    """The marks of the value axis."""
    return tuple(Tick(place(step, steps, FOOT, TOP), write(step), "end") for step in steps)


def month_ticks(plot: Plot, labels: Sequence[str]) -> tuple[Tick, ...]:
    """The marks of the months: the last, the same month a year before, and the first where there is room for it."""
    last = len(labels) - 1
    if last < 0:
        return ()
    chosen = [month for month in (0, last - 12) if month >= 0 and last - month >= 6]
    if len(chosen) == 2 and chosen[1] - chosen[0] < 6:
        chosen = chosen[1:]
    ticks = [Tick(plot.middle(month), labels[month]) for month in chosen]
    if chosen[:1] == [0]:
        ticks[0] = Tick(plot.gap(0)[0], labels[0], "start")
    return (*ticks, Tick(round(plot.right, 1), labels[last], "end"))
