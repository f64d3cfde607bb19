"""The geometry of charts: a column is as high as its figure says, and a gap is a gap."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import charts
from publisher.charts import BOTTOM, HEIGHT, INNER_HEIGHT, LEFT, RIGHT, TOP, WIDTH

FOOT = HEIGHT - BOTTOM
ROUNDING = 0.11
"""Lengths are printed with one decimal."""

figures = st.one_of(st.none(), st.integers(0, 10**7), st.integers(0, 10**9).map(lambda cents: cents / 100))
months = st.lists(figures, min_size=1, max_size=36)
stacks = st.integers(1, 36).flatmap(
    lambda count: st.lists(st.lists(figures, min_size=count, max_size=count), min_size=1, max_size=2)
)


@given(stacks)
def test_columns_stay_inside_the_drawing(series: list[list[float | None]]) -> None:
    chart = charts.stack(series)
    for bar in chart.bars:
        assert bar.x >= LEFT - ROUNDING
        assert bar.x + bar.width <= WIDTH - RIGHT + ROUNDING
        assert bar.y >= TOP - ROUNDING
        assert bar.y + bar.height <= FOOT + ROUNDING


@given(stacks)
def test_a_columns_height_is_its_figures_share_of_the_axis(series: list[list[float | None]]) -> None:
    chart = charts.stack(series)
    top = chart.up[-1].value
    centres = [LEFT + (WIDTH - LEFT - RIGHT) / len(series[0]) * (i + 0.5) for i in range(len(series[0]))]
    for bar in chart.bars:
        month = min(range(len(centres)), key=lambda i: abs(centres[i] - (bar.x + bar.width / 2)))
        value = series[bar.series][month]
        assert value is not None
        assert bar.height == pytest.approx(INNER_HEIGHT * value / top, abs=ROUNDING)
    drawn = sum(bool(value) for values in series for value in values)
    assert len(chart.bars) == drawn


@given(stacks)
def test_segments_stand_on_each_other_from_the_foot(series: list[list[float | None]]) -> None:
    columns: dict[float, list[charts.Bar]] = {}
    for bar in charts.stack(series).bars:
        columns.setdefault(bar.x, []).append(bar)
    for bars in columns.values():
        foot = float(FOOT)
        for bar in bars:
            assert bar.y + bar.height == pytest.approx(foot, abs=2 * ROUNDING)
            foot = bar.y
        assert [bar.series for bar in bars] == sorted(bar.series for bar in bars)


@given(months)
def test_a_line_stays_inside_and_has_a_point_for_each_month_with_data(values: list[float | None]) -> None:
    chart = charts.line(values)
    top = chart.up[-1].value
    points = [point for run in chart.lines for point in run]
    given_values = [value for value in values if value is not None]
    assert len(points) == len(given_values)
    assert len(points) + len(chart.empty) == len(values)
    for (x, y), value in zip(points, given_values, strict=True):
        assert LEFT <= x <= WIDTH - RIGHT
        assert FOOT - y == pytest.approx(INNER_HEIGHT * value / top, abs=ROUNDING)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@given(months)
def test_a_month_without_data_breaks_the_line(values: list[float | None]) -> None:
    runs = "".join("." if value is None else "x" for value in values).replace(".", " ").split()
    assert [len(run) for run in charts.line(values).lines] == [len(run) for run in runs]


def test_a_month_without_data_is_marked_and_a_month_with_nothing_is_not() -> None:
    stacked = charts.stack([[5, 0, None], [1, 0, None]])
    assert len(stacked.bars) == 2
    assert len(stacked.empty) == 1
    assert stacked.empty[0] > stacked.across[1].at
    assert len(charts.stack([[5, 0, None], [1, 0, 2]]).empty) == 0
    assert charts.line([1, None, 0]).empty == (charts.line([1, None, 0]).across[1].at,)


def test_twice_the_figure_is_twice_the_height() -> None:
    small, large = charts.stack([[50, 100]]).bars
    assert large.height == 2 * small.height
    assert large.height == INNER_HEIGHT


@given(st.floats(0, 1e12))
def test_the_axis_begins_at_nothing_reaches_the_largest_and_has_few_round_steps(largest: float) -> None:
    top, ticks = charts.axis(largest)
    assert ticks[0].value == 0
    assert ticks[0].at == FOOT
    assert ticks[-1].value == top
    assert ticks[-1].at == TOP
    assert top >= largest * (1 - 1e-9)
    assert 1 <= len(ticks) - 1 <= 4
    step = ticks[1].value
    assert step >= 1
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9)) in (1, 2, 5)


def test_labels_name_every_month_of_a_few_and_every_sixth_of_many() -> None:
    assert charts.labels(3) == [0, 1, 2]
    assert charts.labels(24) == [5, 11, 17, 23]
    assert charts.labels(0) == []


def test_a_chart_of_a_short_history_draws_no_column_wider_than_a_thumb() -> None:
    assert {bar.width for bar in charts.stack([[3, 4]]).bars} == {46}
