"""The geometry of charts: a column is as high as its figure says, a gap is a gap, and nothing leaves the drawing."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import charts
from publisher.charts import axes
from publisher.charts.axes import LETTER, TOP, WIDTH
from publisher.charts.funnel import NAMES
from publisher.charts.months import FOOT, HAIRLINE, Values

PLOT = FOOT - TOP
ROUNDING = 0.11
"""Lengths are printed with one decimal."""

figures = st.one_of(st.none(), st.integers(0, 10**7), st.integers(0, 10**9).map(lambda cents: cents / 100))
months = st.lists(figures, min_size=1, max_size=36)
stacks = st.integers(1, 36).flatmap(
    lambda count: st.lists(st.lists(figures, min_size=count, max_size=count), min_size=1, max_size=2)
)


def write(value: float) -> str:
    """A number as an axis shows it."""
    return f"{value:,.0f}"


def labels(count: int) -> list[str]:
    """Names of months."""
    return [f"{month % 12 + 1}/{2020 + month // 12}" for month in range(count)]


def stack(series: list[list[float | None]]) -> charts.Months:
    """A stack with plain words."""
    return charts.stack(series, labels(len(series[0])), write, lambda s, i: write(series[s][i] or 0))


def line(values: Values, maximum: float | None = None) -> charts.Months:
    """A line with plain words."""
    return charts.line(values, labels(len(values)), write, lambda _, i: write(values[i] or 0), maximum=maximum)


def top(chart: charts.Months) -> float:
    """The value at the upper end of the axis."""
    return float(chart.up[-1].text.replace(",", ""))


@given(stacks)
def test_columns_stay_inside_the_drawing(series: list[list[float | None]]) -> None:
    chart = stack(series)
    assert chart.left < chart.right <= WIDTH
    for bar in chart.bars:
        assert bar.x >= chart.left - ROUNDING
        assert bar.x + bar.width <= chart.right + ROUNDING
        assert bar.y >= TOP - ROUNDING - HAIRLINE
        assert bar.y + bar.height <= FOOT + ROUNDING


@given(stacks)
def test_a_columns_height_is_its_figures_share_of_the_axis(series: list[list[float | None]]) -> None:
    chart = stack(series)
    slot = (chart.right - chart.left) / len(series[0])
    for bar in chart.bars:
        month = int((bar.x + bar.width / 2 - chart.left) / slot)
        value = series[bar.series][month]
        assert value is not None
        assert bar.height == pytest.approx(max(PLOT * value / top(chart), HAIRLINE), abs=ROUNDING)
    assert len(chart.bars) == sum(bool(value) for values in series for value in values)


@given(stacks)
def test_segments_stand_on_each_other_from_the_foot(series: list[list[float | None]]) -> None:
    columns: dict[float, list[charts.months.Bar]] = {}
    for bar in stack(series).bars:
        columns.setdefault(bar.x, []).append(bar)
    for bars in columns.values():
        foot = float(FOOT)
        for bar in bars:
            assert bar.y + bar.height == pytest.approx(foot, abs=2 * ROUNDING)
            foot = bar.y
        assert [bar.series for bar in bars] == sorted(bar.series for bar in bars)


@given(months)
def test_a_point_is_as_high_as_its_figure(values: Values) -> None:
    chart = line(values)
    given_values = [value for value in values if value is not None]
    points = [point for run in chart.lines for point in run]
    assert len(points) == len(given_values)
    for (x, y), value in zip(points, given_values, strict=True):
        assert chart.left <= x <= chart.right
        assert FOOT - y == pytest.approx(PLOT * value / top(chart), abs=ROUNDING)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=36))
def test_an_axis_of_shares_ends_at_100_and_says_where_it_begins(values: Values) -> None:
    chart = line(values, 100)
    given_values = [value for value in values if value is not None]
    assert chart.up[-1].text == "100"
    assert chart.floor <= min(given_values, default=0)
    assert (chart.floor == 0) == (min(given_values, default=0) < 50)
    for point, value in zip([p for run in chart.lines for p in run], given_values, strict=True):
        assert FOOT - point[1] == pytest.approx(PLOT * (value - chart.floor) / (100 - chart.floor), abs=ROUNDING)


def test_more_than_the_maximum_takes_an_axis_from_zero() -> None:
    chart = line([250, 90], 100)
    assert chart.floor == 0
    assert top(chart) >= 250


@given(months)
def test_a_month_without_data_breaks_the_line(values: Values) -> None:
    runs = "".join("." if value is None else "x" for value in values).replace(".", " ").split()
    assert [len(run) for run in line(values).lines] == [len(run) for run in runs]


def test_a_month_without_data_is_marked_and_a_month_with_nothing_is_not() -> None:
    stacked = stack([[5, 0, None], [1, 0, None]])
    assert len(stacked.bars) == 2
    assert len(stacked.empty) == 1
    x, width = stacked.empty[0]
    assert x + width == pytest.approx(stacked.right, abs=ROUNDING)
    assert len(stack([[5, 0, None], [1, 0, 2]]).empty) == 0
    assert len(line([1, None, 0]).empty) == 1


def test_twice_the_figure_is_twice_the_height() -> None:
    small, large = stack([[50, 100]]).bars
    assert large.height == 2 * small.height
    assert large.height == PLOT


def test_two_late_among_thousands_are_seen() -> None:
    assert stack([[9000], [2]]).bars[1].height == HAIRLINE


@given(st.floats(0, 1e12))
def test_an_axis_of_counts_begins_at_nothing_reaches_the_largest_and_has_few_round_steps(largest: float) -> None:
    steps = axes.from_zero(largest)
    assert steps[0] == 0
    assert steps[-1] >= largest * (1 - 1e-9)
    assert steps[-1] >= 5
    assert 1 <= len(steps) - 1 <= 5
    step = steps[1]
    assert step >= 1
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9)) in (1, 2, 5)


@given(st.sampled_from((2, 5, 10, 18, 20, 22, 100)), st.floats(0, 1))
def test_an_axis_of_points_ends_at_their_maximum_and_has_few_steps(maximum: float, share: float) -> None:
    steps = axes.up_to(maximum, maximum * share)
    assert steps[-1] == maximum
    assert steps == sorted(set(steps))
    assert 0 <= steps[0] <= maximum * share + 1e-9
    assert 3 <= len(steps) <= 6


def test_months_are_named_at_the_end_a_year_before_and_at_the_beginning() -> None:
    def named(count: int) -> list[str]:
        return [tick.text for tick in line([1] * count).across]

    assert named(24) == ["1/2020", "12/2020", "12/2021"]
    assert named(15) == ["3/2020", "3/2021"]
    assert named(8) == ["1/2020", "8/2020"]
    assert named(3) == ["3/2020"]


@given(months)
def test_labels_of_the_axes_stay_inside_the_drawing_and_apart(values: Values) -> None:
    chart = line(values)
    ends = []
    for tick in chart.across:
        width = len(tick.text) * LETTER * 0.58
        left = tick.at - {"start": 0, "middle": width / 2, "end": width}[tick.anchor]
        ends.append((left, left + width))
    assert all(0 <= left < right <= WIDTH for left, right in ends)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))
    for tick in chart.up:
        assert len(tick.text) * LETTER * 0.58 <= chart.left
    for call in chart.calls:
        assert call.x + len(call.text) * LETTER * 0.58 <= WIDTH


def test_the_last_month_with_data_is_written_beside_its_point_and_its_columns() -> None:
    chart = line([3, 7, None])
    (call,) = chart.calls
    assert call.text == "7"
    assert call.dot == chart.lines[0][-1]
    assert call.x > call.dot[0]
    late, in_time = sorted(stack([[3, 70], [1, 9]]).calls, key=lambda call: call.y)
    assert (late.text, in_time.text) == ("9", "70")
    assert in_time.y - late.y >= LETTER


@given(stacks)
def test_what_is_written_beside_columns_never_lies_over_itself(series: list[list[float | None]]) -> None:
    heights = sorted(call.y for call in stack(series).calls)
    assert all(after - before >= LETTER - ROUNDING for before, after in itertools.pairwise(heights))
    assert all(TOP - ROUNDING <= y <= FOOT + ROUNDING for y in heights)


def test_a_chart_of_a_short_history_draws_no_column_wider_than_a_thumb() -> None:
    assert {bar.width for bar in stack([[3, 4]]).bars} == {30}


# --- funnel plots


def funnel(units: list[tuple[str, int, float, str]], whole: float = 90.0) -> charts.Funnel:
    """A plot with limits that close as cases grow."""
    return charts.funnel(units, whole, lambda n: (whole - 90 / n, min(whole + 90 / n, 100.0)), write, write)


@given(
    st.lists(
        st.tuples(
            st.just("Xã"), st.integers(30, 9000), st.floats(0, 100), st.sampled_from(("better", "same", "worse"))
        ),
        min_size=1,
        max_size=40,
    )
)
def test_every_unit_and_both_limits_stand_inside_the_plot(units: list[tuple[str, int, float, str]]) -> None:
    plot = funnel(units)
    assert len(plot.dots) == len(units)
    for x, y in [*((dot.x, dot.y) for dot in plot.dots), *plot.lower, *plot.upper]:
        assert plot.left - ROUNDING <= x <= plot.right + ROUNDING
        assert TOP - ROUNDING <= y <= plot.foot + ROUNDING
    assert all(after[0] >= before[0] for before, after in zip(plot.lower, plot.lower[1:], strict=False))


def test_a_higher_rate_stands_higher_and_more_cases_stand_further_right() -> None:
    few, many = funnel([("a", 100, 80.0, "worse"), ("b", 400, 95.0, "better")]).dots
    assert few.x < many.x
    assert few.y > many.y


def test_only_units_that_stand_out_are_named_and_none_when_they_are_many() -> None:
    units = [("Xã Thường", 100, 90.0, "same"), ("Xã Kém", 100, 40.0, "worse"), ("Xã Tốt", 900, 99.0, "better")]
    assert sorted(name.text for name in funnel(units).names) == ["Xã Kém", "Xã Tốt"]
    assert {name.text: name.anchor for name in funnel(units).names} == {"Xã Kém": "start", "Xã Tốt": "end"}
    crowd = [(f"Xã {n}", 100, 40.0, "worse") for n in range(NAMES + 1)]
    assert funnel(crowd).names == ()


@given(st.lists(st.floats(0, 200), max_size=12))
def test_labels_that_would_lie_over_each_other_are_moved_apart_in_their_order(wanted: list[float]) -> None:
    found = axes.apart(wanted, 0, 200, LETTER)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    heights = [found[i] for i in order]
    assert all(after - before >= LETTER - ROUNDING for before, after in itertools.pairwise(heights))
    if len(wanted) * LETTER <= 200:
        assert all(-ROUNDING <= y <= 200 + ROUNDING for y in heights)
