"""Who is held against whom: units of one level and one parent, for one period, by months, with figures of one day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from publisher.catalogue import Kind, Unit
from publisher.catalogue.periods import months_in, shift, stretch
from publisher.measures.book import Book
from publisher.measures.comparison import Comparison, Pair, Swing, compare, swing
from publisher.measures.figures import Figure
from publisher.tallies import ALL, MONTH

KEPT = 1024
"""How many comparisons stay computed: a page in a second language, and its reading back, ask for the same."""

FEWEST = 5
"""Of how many judged units a comparison is made: the whole of fewer is mostly the unit itself."""

HISTORY = 12
"""From how many periods it is seen how much rates swing."""

FREEDOM = 30
"""Of how many degrees of freedom that must be known: 26 units after three months, 5 units after seven."""


@dataclass(frozen=True, slots=True)
class Group:
    """Units that may be compared: of one level, under one parent ("" where units.csv names none)."""

    level: str
    parent: str


def last_months(book: Book, kind: Kind) -> str:
    """The stretch of the last twelve months of a kind in which units are compared; "" for another kind, and before it
    has two months."""
    months = book.periods(kind.name) if kind.months == 1 and any(m.compare for m in kind.measures.values()) else []
    first = max(shift(months[-1], 1 - HISTORY), months[0]) if months else ""
    return stretch(first, months[-1]) if months and first < months[-1] else ""


class Peers:
    """Comparisons of the units of an office, each made once."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.office = book.office
        self.comparison = lru_cache(KEPT)(self.make)

    def group(self, unit: Unit) -> Group:
        """The group of a unit."""
        return Group(unit.level, unit.parent)

    def groups(self, kind: Kind) -> dict[Group, list[Unit]]:
        """The groups of a kind, the largest first, with the units that ever reported it."""
        found: dict[Group, list[Unit]] = {}
        for unit in self.office.units:
            if isinstance(unit, Unit) and self.book.unit_periods(kind.name, unit.code):
                found.setdefault(self.group(unit), []).append(unit)
        return dict(sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0].level, pair[0].parent)))

    def figures(self, kind: Kind, measure: str, group: Group, period: str) -> dict[str, Figure]:
        """The figures of a group's units for a period, all of the day that most of them have; others are left out."""
        line = kind.line
        where = {"breakdown": line.breakdown, "key": line.key} if line else {"breakdown": ALL, "key": ALL}
        found = {}
        for code in self.book.units_with(kind.name, period, MONTH):
            unit = self.office.units.get(code)
            if isinstance(unit, Unit) and self.group(unit) == group:
                found[code] = self.book.figure(kind.name, measure, code, period, **where)
        days = Counter(figure.as_of for figure in found.values()).most_common()
        day = max((day for day, count in days if count == days[0][1]), default="")
        return {code: figure for code, figure in found.items() if figure.as_of == day}

    def make(self, kind: str, measure: str, group: Group, period: str) -> Comparison | None:
        """The comparison of a ratio; None where fewer than FEWEST units have cases enough to be judged, or where it is
        not known yet how much rates swing."""
        declared = self.office.kinds[kind].measures[measure]
        if not declared.compare or not declared.of_cases or declared.better == "neither":
            return None
        cases = pairs(self.figures(self.office.kinds[kind], measure, group, period))
        months = months_in(period)
        least, moved = self.office.settings.thresholds.small_denominator, self.swing(kind, measure, group, months[-1])
        found = compare(cases, better=declared.better, at_least=least, swing=moved, months=len(months))
        return found if found and found.looked_at >= FEWEST and moved.freedom >= FREEDOM else None

    def swing(self, kind: str, measure: str, group: Group, last: str) -> Swing:
        """How the rates of a group's units moved over the periods up to `last`."""
        declared = self.office.kinds[kind]
        history: dict[str, list[Pair]] = {}
        for back in range(HISTORY):
            found = pairs(self.figures(declared, measure, group, shift(last, -back * declared.months)))
            for code, pair in found.items():
                history.setdefault(code, []).append(pair)
        return swing(history.values())

    def of(self, figure: Figure) -> dict[str, float]:
        """What is printed beside a figure that is compared, in per cent, by the names after the # of an address:
        `lower` and `upper` (the limits) and `whole` (the rate of all); empty where it is not compared."""
        kind, unit = self.office.kinds[figure.kind], self.office.units.get(figure.unit)
        line = (kind.line.breakdown, kind.line.key) if kind.line else (ALL, ALL)
        if not isinstance(unit, Unit) or (figure.breakdown, figure.key, figure.basis) != (*line, MONTH):
            return {}
        made = self.comparison(kind.name, figure.measure, self.group(unit), figure.period)
        if not made or unit.code not in made.units:
            return {}
        one = made.units[unit.code]
        return {"lower": one.lower, "upper": one.upper, "whole": made.rate}


def pairs(found: Mapping[str, Figure]) -> dict[str, Pair]:
    """The figures that are parts of a whole, as whole numbers."""
    known: dict[str, Pair] = {}
    for code, figure in found.items():
        above, below = figure.numerator, figure.denominator
        if isinstance(above, int) and isinstance(below, int) and 0 <= above <= below:
            known[code] = (above, below)
    return known
