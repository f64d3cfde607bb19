"""The figures of one unit as they would stand if a file were accepted: before anything of it is published."""

from dataclasses import dataclass
from pathlib import Path

from publisher.catalogue import Kind, Measure, Office
from publisher.catalogue.periods import shift
from publisher.measures.book import Book
from publisher.measures.figures import Figure
from publisher.tallies import MONTH, Cube, Source, Tallies, tally_sources

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

    Only this unit's files of the two periods are read: of the kind, and of those at which its measures look.
    """
    earlier = shift(period, -kind.months)
    standing = {
        name: cube(office, other, unit, (earlier, period))
        if name in (kind.name, *looked_at(kind))
        else tally_sources(office, other, ())
        for name, other in office.kinds.items()
    }
    replaced = {**standing, kind.name: cube(office, kind, unit, (earlier, period), candidate)}
    now, then = Book(office, Tallies(standing, 0)), Book(office, Tallies(replaced, 0))
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


def looked_at(kind: Kind) -> set[str]:
    """The other kinds whose tallies the kind's measures look at."""
    named = (
        (*measure.numerator, *measure.denominator, *measure.known, *measure.hidden)
        for measure in kind.measures.values()
    )
    return {tally.partition(".")[0] for tallies in named for tally in tallies if "." in tally}


def cube(office: Office, kind: Kind, unit: str, periods: tuple[str, ...], candidate: Path | None = None) -> Cube:
    """The tallies of one unit's accepted files of some periods; a candidate stands in place of that of the last one."""
    paths = {period: office.data_file(kind.name, unit, period) for period in periods}
    if candidate:
        paths[periods[-1]] = candidate
    sources = [
        Source(unit, period, path, office.period(kind, period).end.isoformat())
        for period, path in paths.items()
        if path.exists()
    ]
    return tally_sources(office, kind, sources)


def jumps(measure: Measure, before: Figure, coming: Figure) -> bool:
    """Whether a figure is far from that of the period before."""
    if before.value is None or coming.value is None:
        return False
    if measure.is_share:
        return abs(coming.value - before.value) >= POINTS
    small, large = sorted((before.value, coming.value))
    return large >= LEAST and large >= TIMES * small
