"""A form filled in: its rows by field for one unit, by unit for a level or the office."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Unit
from publisher.catalogue.forms import FIRST, Form, form_on
from publisher.catalogue.text import order
from publisher.errors import Mistake
from publisher.measures.figures import Number
from publisher.pages.view import View
from publisher.reports.letters import mark
from publisher.reports.stretch import LANG, Stretch, find
from publisher.tallies import ALL
from publisher.words import format as formats
from publisher.words import load, say

LEVELS = ("province", "department", "district", "commune")
"""In this order levels stand in a form of several; others follow."""

Figures = tuple[Number, ...]
"""The figures of a row, one for each of the form's columns."""


@dataclass(frozen=True)
class Line:
    """A row: its name and its figures. A `heading` stands above the rows of its level and has their sums."""

    name: str
    figures: Figures
    heading: bool = False


@dataclass(frozen=True)
class Filled:
    """A form filled in. `code` is the reporting unit's, "" for more than one unit; `receiver` "" where it is not known;
    `notes` say what the figures do not hold, `mark` that they are made up ("" where they are not)."""

    form: Form
    stretch: Stretch
    reporter: str
    code: str
    receiver: str
    head: str
    lines: tuple[Line, ...]
    total: Figures
    notes: tuple[str, ...]
    mark: str


class Maker:
    """Fills the form of a kind for one period."""

    def __init__(self, view: View, kind: Kind, label: str) -> None:
        """Raises Mistake `report-no-form` when the kind has none in force, and what `find` raises."""
        self.view, self.office, self.book, self.kind = view, view.office, view.book, kind
        self.stretch = find(view, kind, label)
        form = form_on(kind, self.stretch.end)
        if form is None:
            raise Mistake("report-no-form", {"kind": kind.title.vi, "period": self.stretch.name}, exit_code=2)
        self.form = form

    def of_unit(self, unit: Unit, receiver: str = "") -> Filled:
        """One unit's form, by field. Raises Mistake `report-unit` when months of it are not there."""
        if lacking := self.lacking(unit):
            values = {"unit": unit.name.vi, "period": self.stretch.name, "months": self.named(lacking)}
            raise Mistake("report-unit", values)
        breakdown = self.form.rows.breakdown
        lines = tuple(
            Line(self.view.name(self.kind, breakdown, key), self.figures(unit.code, breakdown, key))
            for key in self.view.keys(self.kind, breakdown, unit.code, self.stretch.key)
        )
        notes = [*self.beside([unit]), *([] if lines else [say(LANG, "reports.form.nothing")])]
        return Filled(
            self.form, self.stretch, unit.name.vi, unit.code, receiver or self.office.settings.name.vi,
            self.form.rows.head, lines, self.figures(unit.code), tuple(notes), mark(self.office),
        )  # fmt: skip

    def of_units(self, level: str = "", receiver: str = "") -> Filled:
        """The form of all units of a level, or of the office, by unit. Raises Mistake `report-level` when there is no
        unit of that level, `report-none` when none of them has all of its months."""
        units = self.units(level)
        if not units:
            levels = sorted({unit.level for unit in self.units("")})
            raise Mistake("report-level", {"level": level, "known": ", ".join(levels)}, exit_code=2)
        there = [unit for unit in units if not self.lacking(unit)]
        if not there:
            raise Mistake("report-none", {"kind": self.kind.title.vi, "period": self.stretch.name})
        lines: list[Line] = []
        groups = {level: [unit for unit in there if unit.level == level] for level in levels_of(there)}
        for of, found in groups.items():
            rows = [Line(unit.name.vi, self.figures(unit.code)) for unit in found]
            if len(groups) > 1:
                lines.append(Line(level_name(of), added(line.figures for line in rows), heading=True))
            lines += rows
        total = added(line.figures for line in lines if not line.heading)
        return Filled(
            self.form, self.stretch, self.office.settings.name.vi, "", receiver, self.form.units, tuple(lines), total,
            (*self.beside(there), *self.left_out(units)), mark(self.office),
        )  # fmt: skip

    # --- how they are found

    def units(self, level: str) -> list[Unit]:
        """The units of a level ("" for all) that had to report in some month, by level and name."""
        found = {unit.code: unit for month in self.stretch.months for unit in self.office.units_of(self.kind, month)}
        chosen = [unit for unit in found.values() if level in ("", unit.level)]
        ranks = {of: rank for rank, of in enumerate(levels_of(chosen))}
        return sorted(chosen, key=lambda unit: (ranks[unit.level], order(unit.name.vi)))

    def lacking(self, unit: Unit) -> list[str]:
        """The months in which the unit was in force and that it has not submitted by month; all when it never was."""
        due = [month for month in self.stretch.months if unit in self.office.units_of(self.kind, month)]
        months = due or self.stretch.months
        return [month for month in months if unit.code not in self.book.units_with(self.kind.name, month)]

    def figures(self, unit: str, breakdown: str = ALL, key: str = ALL) -> Figures:
        """The figures of a row. A month that is there and has no line of a field says that nothing arose in it."""
        found: dict[int, Number] = {}
        for number, column in enumerate(self.form.columns, FIRST):
            tallies = (
                self.book.tally(self.kind.name, name, unit, self.stretch.key, breakdown=breakdown, key=key)
                for name in column.sum
            )
            found[number] = sum(value or 0 for value in tallies)
        for number, column in enumerate(self.form.columns, FIRST):
            if column.adds:
                found[number] = sum(found[part] for part in column.adds)
        return tuple(found.values())

    def beside(self, units: Sequence[Unit]) -> Iterator[str]:
        """What the form has no column for, where there was any."""
        found = []
        for name in self.form.beside:
            given = (self.book.figure(self.kind.name, name, unit.code, self.stretch.key).value for unit in units)
            if count := sum(value or 0 for value in given):
                found.append((self.kind.measures[name].title.vi, formats.number(LANG, count)))
        if found:
            listed = "; ".join(say(LANG, "reports.form.each", name=name, count=count) for name, count in found)
            yield say(LANG, "reports.form.beside", listed=listed)

    def left_out(self, units: Sequence[Unit]) -> Iterator[str]:
        """Which units the figures do not hold, and which of their months are not there."""
        found = [(unit.name.vi, self.named(lacking)) for unit in units if (lacking := self.lacking(unit))]
        if found and len(self.stretch.months) > 1:
            listed = "; ".join(say(LANG, "reports.form.unit_lacks", unit=unit, months=months) for unit, months in found)
        else:
            listed = "; ".join(unit for unit, _ in found)
        if found:
            yield say(LANG, "reports.form.left_out", count=len(found), units=listed)

    def named(self, months: Iterable[str]) -> str:
        """Months as people name them."""
        return ", ".join(formats.period(LANG, self.kind.span(month)) for month in months)


def levels_of(units: Iterable[Unit]) -> list[str]:
    """The levels of some units, in the order of a form."""
    levels = dict.fromkeys(unit.level for unit in units)
    return sorted(levels, key=lambda level: (LEVELS.index(level) if level in LEVELS else len(LEVELS), level))


def level_name(level: str) -> str:
    """A level as people name it."""
    words = load(LANG)
    return words.get(f"pages.level.{level}", words["pages.level.other"])


def added(rows: Iterable[Figures]) -> Figures:
    """The sums of rows, column by column."""
    return tuple(map(sum, zip(*rows, strict=True)))
