"""The figures of one unit as they would stand if a file were accepted: before anything of it is published."""

from dataclasses import dataclass
from pathlib import Path

from publisher.catalogue import Kind, Measure, Office
from publisher.catalogue.periods import shift
from publisher.measures.book import Book
from publisher.measures.figures import Figure
from publisher.tallies import MONTH, Source, Tallies, tally_sources

BASES = (MONTH, "year_to_date")

TIMES, LEAST, POINTS = 2, 30, 10
"""A jump: a number twice or half of the period before when one of them is at least thirty; a percentage ten points up
or down. A person looks at it; nothing is refused for it."""


@dataclass(frozen=True)
class Beside:
    """One measure in the period before, as it is published now (blank where nothing is) and as it would be."""

    measure: Measure
    before: Figure
    published: Figure
    coming: Figure
    jump: bool


@dataclass(frozen=True)
class Preview:
    """The figures that a unit's page would show for one kind and period, each beside that of the period `before`."""

    kind: Kind
    unit: str
    period: str
    before: str
    rows: tuple[Beside, ...]


def preview(office: Office, kind: Kind, unit: str, period: str, candidate: Path) -> Preview:
    """What accepting a canonical file would put on the unit's page: the measures of the kind's table and headline, on
    the basis that the unit reports, computed and rounded as the page does.

    Only this unit's files of the two periods are read, of every kind, because a measure may look at another kind.
    """
    earlier = shift(period, -kind.months)
    now, then = book(office, unit, (earlier, period)), book(office, unit, (earlier, period), (kind.name, candidate))
    names = list(dict.fromkeys((*kind.headline, *kind.table, *(m for more in kind.tables for m in more.measures))))
    basis = next((b for b in BASES if figure(then, kind, kind.headline[0], unit, period, b).state != "blank"), MONTH)
    rows = []
    for name in names:
        before, published = (figure(now, kind, name, unit, label, basis) for label in (earlier, period))
        coming = figure(then, kind, name, unit, period, basis)
        rows.append(Beside(kind.measures[name], before, published, coming, jumps(kind.measures[name], before, coming)))
    return Preview(kind, unit, period, earlier, tuple(rows))


def figure(of: Book, kind: Kind, measure: str, unit: str, period: str, basis: str) -> Figure:
    """A figure as the unit's page shows it: of the kind's own line where it has one."""
    where = {"breakdown": kind.line.breakdown, "key": kind.line.key} if kind.line else {}
    return of.figure(kind.name, measure, unit, period, basis=basis, **where)


def book(office: Office, unit: str, periods: tuple[str, ...], candidate: tuple[str, Path] | None = None) -> Book:
    """The figures of one unit in some periods; `candidate` is (kind, file), which stands in place of that kind's file
    of the last period."""
    cubes = {}
    for name, kind in office.kinds.items():
        sources = []
        for period in periods:
            path = office.data_file(name, unit, period)
            if candidate and candidate[0] == name and period == periods[-1]:
                path = candidate[1]
            if path.exists():
                sources.append(Source(unit, period, path, office.period(kind, period).end.isoformat()))
        cubes[name] = tally_sources(office, kind, sources)
    return Book(office, Tallies(cubes, 0))


def jumps(measure: Measure, before: Figure, coming: Figure) -> bool:
    """Whether a figure is far from that of the period before."""
    if before.value is None or coming.value is None:
        return False
    if measure.is_share:
        return abs(coming.value - before.value) >= POINTS
    small, large = sorted((before.value, coming.value))
    return large >= LEAST and large >= TIMES * small
