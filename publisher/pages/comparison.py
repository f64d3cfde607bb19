"""Units of one level side by side: pages that say who differs from the whole by more than chance, and rank nobody."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from publisher import charts
from publisher.catalogue import Kind, Measure, Unit
from publisher.catalogue.text import slug
from publisher.measures.comparison import Comparison
from publisher.measures.peers import Group, last_months
from publisher.pages import figures
from publisher.pages.drawings import axis_text
from publisher.pages.parts import parts
from publisher.pages.shell import Writer
from publisher.words import format as formats
from publisher.words import say

if TYPE_CHECKING:
    from publisher.pages.view import View

ROOT = "so-sanh/"
STATES = ("better", "worse", "same", "few")
"""What can be said of a unit that has cases, in the order in which it is said."""


@dataclass(frozen=True, slots=True)
class DrawnFunnel:
    """A funnel plot with its words, all in one language; see `publisher.pages.drawings.Drawn`."""

    chart: charts.Funnel
    title: str
    desc: str
    note: str
    across: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit in one window: its figure with its parts, the limits, and what can be said. `state` is one of STATES,
    "none" for a unit without a figure, "" where units only stand side by side."""

    figure: Markup
    rate: Markup
    lower: Markup
    upper: Markup
    state: str


@dataclass(frozen=True)
class Window:
    """One period of a comparison. `whole` is an element ("" where there is none), `cells` by unit, `said` how many
    units each state has, `named` the units that stand out; `chart` the funnel plot, where it can be drawn."""

    period: str
    name: str
    whole: Markup
    looked_at: int
    cells: dict[str, Cell]
    said: dict[str, int]
    named: dict[str, list[Unit]]
    chart: DrawnFunnel | None


@dataclass(frozen=True)
class Side:
    """One measure of one group of units, in one language: what a page of its own shows."""

    view: View
    kind: Kind
    name: str
    group: Group
    members: tuple[Unit, ...]

    @property
    def measure(self) -> Measure:
        """The measure."""
        return self.kind.measures[self.name]

    @property
    def path(self) -> str:
        """The address of its page."""
        of = f"{ROOT}{self.kind.name}/{self.name}/{slug(self.group.level) or 'khac'}/"
        return f"{of}thuoc-{slug(self.group.parent)}/" if self.group.parent else of

    @property
    def group_name(self) -> str:
        """The group in words."""
        return group_name(self.view, self.group)

    @cached_property
    def last(self) -> str:
        """The latest period."""
        return self.view.last(self.kind)

    @cached_property
    def units(self) -> list[Unit]:
        """The units of the latest period: those that reported and those that should have, in the order of names."""
        awaited = self.view.board.expected(self.kind.name, self.last)
        there = set(self.view.book.units_with(self.kind.name, self.last))
        return self.view.ordered(u for u in self.members if u.code in awaited or u.code in there)

    @cached_property
    def windows(self) -> list[Window]:
        """The latest month, and for cases that add up the last twelve months together."""
        months = last_months(self.view.book, self.kind)
        together = [months] if months and self.adds_up() else []
        return [window(self, period) for period in (self.last, *together)]

    def adds_up(self) -> bool:
        """Whether months of it make a longer period: a ratio of what came and was done, not of what stood at an end."""
        named = (*self.measure.numerator, *self.measure.denominator)
        kinds = self.view.office.kinds
        found = [(of or self.kind.name, own) for of, _, own in (name.rpartition(".") for name in named)]
        return self.measure.of_cases and all(
            of in kinds and kinds[of].tallies[own].over_time == "flow" for of, own in found
        )


def sides(view: View) -> list[Side]:
    """Every comparison of the office: for each measure that declares one, each group of at least two units."""
    found = []
    for kind in view.office.kinds.values():
        names = [name for name, measure in kind.measures.items() if measure.compare]
        if names and view.last(kind):
            groups = view.peers.groups(kind)
            found += [Side(view, kind, n, g, tuple(units)) for n in names for g, units in groups.items()]
    return [side for side in found if len(side.units) > 1]


def write_comparisons(writer: Writer, view: View) -> None:
    """`so-sanh/` and a page for each comparison, in parts where there are many units."""
    found = view.sides
    title = say(view.lang, "pages.compare.title")
    writer.overview(view.lang, ROOT, "compare_index.html.j2", title, view=view, sides=found)
    for side in found:
        all_parts = parts(side.units)
        for part in all_parts:
            name = side.measure.title[view.lang]
            of = {"measure": name, "group": group_name(view, side.group)}
            title = say(view.lang, "pages.compare.of", **of)
            if part.number > 1:
                title = say(view.lang, "pages.parts.name", title=title, number=part.number)
            others = [
                other for other in found if other is not side and (other.kind, other.group) == (side.kind, side.group)
            ]
            context = {"view": view, "side": side, "part": part, "parts": all_parts, "others": others}
            path = side.path + part.path
            head = {"changed": view.board.changed(side.kind.name)}
            writer.overview(view.lang, path, "compare.html.j2", title, search=part.number == 1, head=head, **context)


def group_name(view: View, group: Group) -> str:
    """A group in words: its level, and its parent where it has one."""
    known = ("commune", "department", "district", "province")
    level = say(view.lang, f"pages.level.{group.level}") if group.level in known else group.level
    name = level or say(view.lang, "pages.level.other")
    parent = view.office.units.get(group.parent)
    return f"{name}, {parent.name[view.lang] if parent else group.parent}" if group.parent else name


def window(side: Side, period: str) -> Window:
    """One period of a comparison."""
    view, lang = side.view, side.view.lang
    made = view.peers.comparison(side.kind.name, side.name, side.group, period)
    found = view.peers.figures(side.kind, side.name, side.group, period)
    cells, named = {}, {state: list[Unit]() for state in ("better", "worse")}
    beside: dict[str, str] = {}
    for unit in side.units:
        figure = found.get(unit.code) or view.figure(side.kind, side.name, unit.code, period, basis="month")
        one = made.units.get(unit.code) if made else None
        shown = figures.beside_whole(lang, side.measure, figure, view.peers.of(figure)) if one else {}
        beside = beside or shown
        state = "" if not made else one.state if one else "none"
        if state in named:
            named[state].append(unit)
        cells[unit.code] = Cell(
            Markup(figures.element(lang, side.measure, figure, view.small_group)),  # noqa: S704 escaped there
            Markup(figures.rate(lang, side.measure, figure)),  # noqa: S704
            Markup(shown.get("lower", "")),  # noqa: S704
            Markup(shown.get("upper", "")),  # noqa: S704
            state,
        )
    said = {state: sum(cell.state == state for cell in cells.values()) for state in (*STATES, "none")}
    return Window(
        period,
        view.period(period),
        Markup(beside.get("whole", "")),  # noqa: S704
        made.looked_at if made else 0,
        cells,
        said if made else {},
        named,
        draw(side, period, made) if made else None,
    )


def draw(side: Side, period: str, made: Comparison) -> DrawnFunnel:
    """The funnel plot of the judged units."""
    lang, measure = side.view.lang, side.measure
    judged = [(unit, made.units[unit.code]) for unit in side.units if unit.code in made.units]
    points = [(u.name[lang], one.denominator, one.rate, one.state) for u, one in judged if one.state != "few"]

    def write(value: float) -> str:
        """A rate under an axis."""
        return axis_text(lang, measure, value)

    def count(value: float) -> str:
        """A number of cases."""
        return formats.number(lang, value)

    chart = charts.funnel(points, made.rate, made.limits, write, count)
    cases = measure.cases[lang] or say(lang, "pages.answer.cases")
    name = {"measure": measure.title[lang], "period": side.view.period(period)}
    return DrawnFunnel(
        chart,
        say(lang, "pages.compare.chart", **name),
        say(lang, "pages.compare.chart_desc", **name, cases=cases),
        say(lang, "pages.chart.floor", floor=write(chart.floor)) if chart.floor else "",
        say(lang, "pages.compare.across", cases=cases),
    )
