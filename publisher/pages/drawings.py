"""Charts with their words: what a kind's charts show of one unit over the months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher import charts
from publisher.catalogue import Kind, Measure
from publisher.catalogue.kinds import Chart
from publisher.measures import Figure, machine
from publisher.pages import figures
from publisher.words import format as formats
from publisher.words import say

if TYPE_CHECKING:
    from publisher.pages.view import View

FEWEST = 2
"""How many months make a chart."""


@dataclass(frozen=True, slots=True)
class Called:
    """A figure that is printed inside a chart: its address, and its value as a machine reads it."""

    address: str
    value: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its words, all in one language, so that equal charts are equal: they are rendered once.

    `measures` are those it shows, `latest` the last month with data; `highest` and `lowest` are months, "" for
    columns. `called` are the figures printed in it, `note` says where its axis begins if that is not 0.
    """

    chart: charts.Months
    title: str
    desc: str
    measures: tuple[str, ...]
    periods: tuple[str, ...]
    latest: str
    called: tuple[Called, ...]
    highest: str = ""
    lowest: str = ""
    note: str = ""


def drawings(view: View, kind: Kind, unit: str, **where: str) -> list[Drawn]:
    """The kind's charts for one unit; none of those for which fewer than two months have data."""
    periods = tuple(view.shown(kind, unit))
    drawn = (draw(view, kind, chart, unit, periods, **where) for chart in kind.charts)
    return [one for one in drawn if one]


def draw(view: View, kind: Kind, chart: Chart, unit: str, periods: tuple[str, ...], **where: str) -> Drawn | None:
    """One chart, or none when it has too few months."""
    found = [[view.figure(kind, m, unit, p, **where) for p in periods] for m in chart.measures]
    values = [[figure.value for figure in of_measure] for of_measure in found]
    given = [i for i, column in enumerate(zip(*values, strict=True)) if any(value is not None for value in column)]
    if len(given) < FEWEST:
        return None
    measures = [kind.measures[name] for name in chart.measures]
    labels = [formats.short_month(view.lang, period) for period in periods]

    def write(value: float) -> str:
        """A step of the value axis."""
        return axis_text(view.lang, measures[0], value)

    def said(series: int, month: int) -> str:
        """The figure of a month as it is printed everywhere."""
        return figures.text(view.lang, measures[series], found[series][month], view.small_group)

    if chart.form == "stack":
        made = charts.stack(values, labels, write, said)
    else:
        made = charts.line(values[0], labels, write, said, maximum=100 if measures[0].is_share else measures[0].maximum)
    first, last = view.period(periods[0]), view.period(periods[-1])
    return Drawn(
        made,
        chart.title[view.lang],
        say(view.lang, "pages.chart.desc", first=first, last=last),
        chart.measures,
        periods,
        periods[given[-1]],
        tuple(called(of_measure[given[-1]]) for of_measure in found),
        *extremes(chart, found[0]),
        note=say(view.lang, "pages.chart.floor", floor=write(made.floor)) if made.floor else "",
    )


def called(figure: Figure) -> Called:
    """A figure as it can be looked up."""
    return Called(figure.address, machine(figure.value or 0))


def extremes(chart: Chart, found: list[Figure]) -> tuple[str, str]:
    """The months of the highest and the lowest value of a line, the later one of equals; "" where all are the same."""
    given = [(figure.value, figure.period) for figure in found if figure.value is not None]
    if chart.form != "line" or len({value for value, _ in given}) < FEWEST:
        return "", ""
    return max(given)[1], min(given, key=lambda pair: (pair[0], -found_at(found, pair[1])))[1]


def found_at(found: list[Figure], period: str) -> int:
    """The place of a month in a row of figures."""
    return next(i for i, figure in enumerate(found) if figure.period == period)


def axis_text(lang: str, measure: Measure, value: float) -> str:
    """A step of an axis: with the places that it needs, and a percent sign for a share."""
    places = 0 if value == int(value) else len(f"{value:.4f}".rstrip("0").partition(".")[2])
    return formats.percent(lang, value, places) if measure.is_share else formats.number(lang, value, places)
