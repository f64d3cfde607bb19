"""The book of an office: every figure by its name."""

from collections.abc import Sequence
from functools import cache, lru_cache

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.periods import is_stretch, months_in, span
from publisher.measures.figures import Figure, Number, Part, State, compute, decode, prepare, rounded, total
from publisher.measures.lines import Cell, Cells, Lines, put_together
from publisher.measures.months import fold
from publisher.tallies import ALL, DECIMALS, MONTH, Cube, Tallies, maxima

EVERY = "all"
"""The unit name of the whole office."""

FIGURES_KEPT = 65_536
"""How many figures stay computed: a page in a second language, and the month's beside the unit's, ask for the same."""

SUBMISSIONS_KEPT = 8192
"""How many submissions stay unpacked. A unit page asks for 24 months of a few kinds, one unit after the other;
a field's page asks for one month of every unit, and the next field's page for the same again."""


class Book:
    """All figures of an office.

    Periods are months `2026-10`, quarters `2026-Q3`, half years `2026-H2` and years `2026`. A longer one is made of
    months on the basis "month" (rule V15): flows add up, `first` and `last` take the first and the last month's, `most`
    the greatest. It is given only when every month is there: all three of a quarter; for a year all from January (later
    where the kind's first period or the unit's first day in force is later) to the last that the unit has submitted,
    which `as_of` tells. In a month that is there, a line that is missing (no dossier of that field) counts as nothing
    in a flow, but a blank tally leaves the flow of the whole quarter blank.

    The whole office is the plain sum over the units; a unit that already includes another is the check's to find
    (V08). For the office a month is there when any unit has submitted it: a quarter is what the published totals of
    its months make, so that a reader can add them up; which units are missing stands on the page of each month.
    """

    def __init__(self, office: Office, tallies: Tallies) -> None:
        """Raises Mistake `definition` when a measure names a tally that another kind of the office lacks."""
        self.office = office
        self.cubes: dict[str, Cube] = tallies.cubes
        self.formulas = {
            (kind.name, measure): prepare(office, kind, measure)
            for kind in office.kinds.values()
            for measure in kind.measures
        }
        self._figure = lru_cache(FIGURES_KEPT)(self._make_figure)
        self._lines = cache(self._make_lines)
        self._cells = lru_cache(SUBMISSIONS_KEPT)(self._read_cells)
        self._fold = lru_cache(SUBMISSIONS_KEPT)(self._read_fold)
        self._due = cache(lambda kind: frozenset(office.due_periods(office.kinds[kind])))
        self._months = lru_cache(SUBMISSIONS_KEPT)(self._find_months)

    # --- figures

    def figure(
        self,
        kind: str,
        measure: str,
        unit: str = EVERY,
        period: str = "",
        *,
        breakdown: str = ALL,
        key: str = ALL,
        basis: str = MONTH,
    ) -> Figure:
        """One figure; "blank" when there is no data for it.

        - A sum is blank when all its tallies are. A ratio, a bound, a difference and a score are blank when any of
          theirs is: made of some of its parts only, the figure would lie. A total leaves blank measures out, and its
          denominator says how much the others could make.
        - A unit's month whose own part is blank is "hidden" when a tally that the measure names as `hidden` is above 0.
        - A ratio is in per cent, of sums: a quarter's is never the mean of its months', the office's never the mean
          of its units'.
        - A tally of another kind is looked up for the same unit, months and basis, and under the same breakdown where
          that kind has it, else over all its rows.

        Raises KeyError for an unknown kind or measure, ValueError for what is not a period.
        """
        return self._figure(kind, measure, unit, period, breakdown, key, basis)

    def at(self, address: str) -> Figure:
        """The figure of an address, as `Figure.address` writes it. Raises KeyError and ValueError as `figure` does."""
        kind, measure, unit, period, basis, *split = address.split("/")
        if len(split) > 1:
            raise ValueError(f"not the address of a figure: {address!r}")
        breakdown, _, key = split[0].partition("=") if split else (ALL, "", ALL)
        return self.figure(
            decode(kind),
            decode(measure),
            decode(unit),
            decode(period),
            breakdown=decode(breakdown),
            key=decode(key),
            basis=decode(basis),
        )

    def trend(
        self,
        kind: str,
        measure: str,
        unit: str,
        periods: Sequence[str],
        *,
        breakdown: str = ALL,
        key: str = ALL,
        basis: str = MONTH,
    ) -> list[Figure]:
        """One figure for each of the periods, in their order."""
        return [self.figure(kind, measure, unit, p, breakdown=breakdown, key=key, basis=basis) for p in periods]

    def tally(
        self, kind: str, name: str, unit: str = EVERY, period: str = "", *, breakdown: str = ALL, key: str = ALL
    ) -> Number | None:
        """What a tally adds up to, month by month as figures are made (rule V15); None when it is blank or a month is
        not there. For forms that ask for more columns than are published as measures.

        Raises KeyError for an unknown kind or tally, ValueError for what is not a period.
        """
        declared = self.office.kinds[kind]
        columns = [declared.columns[column].type for column in declared.tallies[name].columns]
        part = Part(kind, list(declared.tallies).index(name), set(columns) <= {"integer"})
        months = self._months(kind, unit, period, MONTH)
        cell = self._cell(kind, unit, months, MONTH, (breakdown, key))
        return total((part,), {kind: cell}, all_given=False)

    # --- what there is

    def periods(self, kind: str) -> list[str]:
        """The months for which the office has data, first to last."""
        return self.unit_periods(kind, EVERY)

    def unit_periods(self, kind: str, unit: str) -> list[str]:
        """The months that a unit has submitted, first to last. For a kind that is made of other kinds' measures: the
        periods (years, say) for which the office has a value of its first headline measure, and the unit one or a part
        of one."""
        declared = self.office.kinds[kind]
        if declared.derived != "measures":
            return list(self._lines(kind, unit == EVERY).periods.get(unit, []))
        entry = self.office.units.get(unit)
        if declared.levels and isinstance(entry, Unit) and entry.level not in declared.levels:
            return []
        sources = {source[0] for measure in declared.measures if (source := self.formulas[kind, measure].source)}
        months = {month for source in sources for month in self.unit_periods(source, unit)}
        labels = sorted({span(month, declared.months) for month in months})
        first = declared.headline[0]
        labels = [label for label in labels if self.figure(kind, first, EVERY, label).value is not None]
        return [label for label in labels if self.figure(kind, first, unit, label).state != "blank"]

    def made_of(self, kind: str) -> set[str]:
        """The kinds whose figures or tallies a kind's measures look at, itself among them."""
        formulas = [formula for (of, _), formula in self.formulas.items() if of == kind]
        sources = {formula.source[0] for formula in formulas if formula.source}
        return {kind, *sources, *(other for formula in formulas for other in formula.others)}

    def units_with(self, kind: str, period: str, basis: str = MONTH) -> list[str]:
        """The codes of the units that have data of that basis for a month, or for a whole quarter or year; sorted."""
        if self.office.kinds[kind].derived == "measures":
            rated = [unit.code for unit in self.office.units if period in self.unit_periods(kind, unit.code)]
            return sorted(rated) if basis == MONTH else []
        lines = self._lines(kind, False)
        if len(months_in(period)) == 1:
            return list(lines.units.get((period, basis), []))
        return [unit for unit in sorted(lines.periods) if self._months(kind, unit, period, basis)]

    def keys(self, kind: str, breakdown: str, unit: str, period: str, basis: str = MONTH) -> list[str]:
        """The keys of a breakdown under which at least one tally is not blank, in the order in which the kind or the
        reference table declares them; others follow, sorted."""
        found = {
            key
            for month in self._months(kind, unit, period, basis)
            for (name, key), cell in self._cells(kind, unit, month, basis).items()
            if name == breakdown and any(value == value for value in cell.values)
        }
        known = [key for key in declared_keys(self.office, self.office.kinds[kind], breakdown) if key in found]
        return known + sorted(found.difference(known))

    def bases(self, kind: str, period: str) -> list[tuple[str, str]]:
        """The bases on which the office has data for a period, each with its as-of day ("" when units differ)."""
        found = sorted({basis for _, _, basis in self._lines(kind, True).places})
        cells = [(basis, self._months(kind, EVERY, period, basis)) for basis in found]
        whole = [(basis, self._cell(kind, EVERY, months, basis, (ALL, ALL))) for basis, months in cells]
        return [(basis, cell.as_of) for basis, cell in whole if cell]

    # --- how they are found

    def _make_figure(
        self, kind: str, measure: str, unit: str, period: str, breakdown: str, key: str, basis: str
    ) -> Figure:
        formula = self.formulas[kind, measure]
        months = self._months(kind, unit, period, basis)
        own = self._cell(kind, unit, months, basis, (breakdown, key))
        cells = {kind: own}
        for of in formula.others:
            where = (breakdown, key) if breakdown in self.office.kinds[of].breakdowns else (ALL, ALL)
            cells[of] = self._cell(of, unit, months, basis, where)
        if formula.form == "total":
            value, above, below, state = self._add_up(kind, measure, unit, period, breakdown, key, basis)
        elif formula.form == "points":
            value, above, below, state = self._give_points(kind, measure, unit, period, basis)
        else:
            value, above, below, state = compute(formula, cells)
        if formula.hidden and state == "blank" and above is None and len(months) == 1 and unit != EVERY:
            state = "hidden" if total(formula.hidden, cells, all_given=False) else state
        as_of = own.as_of if own else self._day(kind, measure, unit, period, basis)
        return Figure(kind, measure, unit, period, breakdown, key, basis, as_of, value, above, below, state)

    def _add_up(
        self, kind: str, measure: str, unit: str, period: str, breakdown: str, key: str, basis: str
    ) -> tuple[Number | None, None, Number | None, State]:
        """(value, none, the most that it could be, state) of a total: the given ones of its measures, each rounded."""
        measures = self.office.kinds[kind].measures
        declared = measures[measure].total
        value = most = 0.0
        for name in declared.measures if declared else ():
            part, score = (
                self.figure(kind, name, unit, period, breakdown=breakdown, key=key, basis=basis),
                measures[name],
            )
            if declared and score.maximum and part.value is not None:
                value, most = value + rounded(part.value, declared.decimals), most + score.maximum
        if not most:
            return None, None, None, "blank"
        if declared and most < declared.needs:
            return None, None, most, "partial"
        return round(value, DECIMALS), None, most, "given"

    def _give_points(
        self, kind: str, measure: str, unit: str, period: str, basis: str
    ) -> tuple[Number | None, Number | None, Number | None, State]:
        """(points, the value that they are given for, the most that they could be, state)."""
        declared = self.office.kinds[kind].measures[measure].points
        found = self.source(kind, measure, unit, period, basis)
        if not declared or not found:
            return None, None, None, "blank"
        if found.value is None:
            return None, None, declared.weight, found.state
        if self._lags(found.kind, unit, period):
            return None, None, declared.weight, "partial"
        return round(declared.worth(found.value), DECIMALS), found.value, declared.weight, "given"

    def source(self, kind: str, measure: str, unit: str, period: str, basis: str = MONTH) -> Figure | None:
        """The figure of another kind for which points are given; None where the office lacks that kind."""
        source = self.formulas[kind, measure].source
        if not source:
            return None
        line = self.office.kinds[source[0]].line
        where = {"breakdown": line.breakdown, "key": line.key} if line else {}
        return self.figure(*source, unit, period, basis=basis, **where)

    def _lags(self, kind: str, unit: str, period: str) -> bool:
        """Whether a unit's figures stop before a submission that was due in the period: whoever stops after a good
        month gets no points for it."""
        due = self._due(kind).intersection(months_in(period)).difference(self._months(kind, unit, period, MONTH))
        return any(self._is_due(kind, unit, month) for month in due)

    def _day(self, kind: str, measure: str, unit: str, period: str, basis: str) -> str:
        """The day of a figure that has no tallies of its own: that of the figures it is made of, "" when they are of
        several days."""
        total_of = self.office.kinds[kind].measures[measure].total
        names = total_of.measures if total_of else (measure,)
        found = [self.source(kind, name, unit, period, basis) for name in names]
        days = {figure.as_of for figure in found if figure and figure.value is not None}
        return days.pop() if len(days) == 1 else ""

    def _make_lines(self, kind: str, together: bool) -> Lines:
        frame, tallies = self.cubes[kind].frame, list(self.office.kinds[kind].tallies)
        most = maxima(self.office.kinds[kind])
        if together:
            frame = put_together(frame, ["period", "basis", "breakdown", "key"], tallies, most).assign(unit=EVERY)
        return Lines(frame, tallies, most)

    def _read_cells(self, kind: str, unit: str, month: str, basis: str) -> Cells:
        return self._lines(kind, unit == EVERY).cells(unit, month, basis)

    def _find_months(self, kind: str, unit: str, period: str, basis: str) -> tuple[str, ...]:
        """The months that make the figure of a period, or none when they do not make one."""
        months = months_in(period)
        if len(months) == 1:
            return months
        if basis != MONTH:
            return ()
        stretch = is_stretch(period)
        whole_year = len(months) == 12 and not stretch
        months = tuple(month for month in months if self.office.kinds[kind].reports(month))
        places = self._lines(kind, unit == EVERY).places
        there = [month for month in months if (unit, month, MONTH) in places]
        if whole_year:
            last = there[-1] if there else ""
            months = tuple(month for month in months if month <= last and self._is_due(kind, unit, month))
        if stretch:
            months = tuple(month for month in months if self._is_due(kind, unit, month))
        return months if months and set(months) <= set(there) else ()

    def _is_due(self, kind: str, unit: str, month: str) -> bool:
        """Whether a year's figure must hold this month: the office had begun with the kind, and the unit was in
        force."""
        entry, declared = self.office.units.get(unit), self.office.kinds[kind]
        end = self.office.period(declared, month).end
        return month >= self.office.first_period(declared) and (entry is None or entry.is_valid(end))

    def _cell(self, kind: str, unit: str, months: tuple[str, ...], basis: str, where: tuple[str, str]) -> Cell | None:
        if len(months) == 1:
            return self._cells(kind, unit, months[0], basis).get(where)
        return self._fold(kind, unit, months, where) if months else None

    def _read_fold(self, kind: str, unit: str, months: tuple[str, ...], where: tuple[str, str]) -> Cell | None:
        cells = [self._cells(kind, unit, month, MONTH) for month in months]
        if not all(cells):
            return None
        lines = [of_month.get(where) for of_month in cells]
        if not any(lines):
            return None
        overs = [tally.over_time for tally in self.office.kinds[kind].tallies.values()]
        values = [fold(over, [line.values[i] if line else None for line in lines]) for i, over in enumerate(overs)]
        return Cell(cells[-1][ALL, ALL].as_of, values)


def declared_keys(office: Office, kind: Kind, breakdown: str) -> list[str]:
    """The keys of a breakdown in the order of its declaration. Raises KeyError for an unknown breakdown."""
    declared = kind.breakdowns[breakdown]
    if not declared.column:
        return list(declared.columns)
    column = kind.columns[declared.column]
    if column.table:
        return list(office.table(column.table).entries)
    return [category.value for category in column.categories]
