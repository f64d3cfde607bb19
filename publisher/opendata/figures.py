"""The published figures as tables: what the pages print, ready to be used without computing anything again.

One row is one figure: of a unit or of the whole office, for a month, a quarter or a year. Rows of the whole office are
also there for each key of each breakdown, month by month. A figure without data has no row.
"""

from collections.abc import Iterator, Sequence

from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import LABEL
from publisher.catalogue.text import Text
from publisher.measures import EVERY, Book, Figure, machine
from publisher.opendata.records import said
from publisher.opendata.tables import Column, Table, cell
from publisher.tallies import ALL, MONTH

BASES = (MONTH, "year_to_date")
STATES = ("given", "none", "hidden", "exceeded", "partial")
"""The states that a row can have: a figure that is blank has no row."""

PERIOD, BASIS, AS_OF, BREAKDOWN, KEY, MEASURE, STATE = 2, 3, 4, 5, 6, 7, 11
NUMBERS = (("value", 8), ("numerator", 9), ("denominator", 10))
"""The places of some columns in a row."""

REQUIRED = (("required", True),)


def columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind's table of figures."""
    measures = tuple((name, measure.title) for name, measure in kind.measures.items())
    breakdowns = tuple((name, breakdown.title) for name, breakdown in kind.breakdowns.items())

    def column(
        name: str, type_: str = "string", *, required: bool = False, values: Sequence[tuple[str, Text]] = ()
    ) -> Column:
        constraints = REQUIRED if required else ()
        if values:
            constraints = (*constraints, ("enum", [value for value, _ in values]))
        title, about = said(f"figure.{name}"), said(f"figure.{name}_is")
        return Column(name, type_, title, about, tuple(values), constraints=constraints)  # type: ignore[arg-type]

    return (
        column("unit_code", required=True),
        column("unit_name", required=True),
        column("period", required=True),
        column("basis", required=True, values=[(basis, said(f"basis.{basis}")) for basis in BASES]),
        column("as_of", "date"),
        column("breakdown", values=breakdowns),
        column("key"),
        column("measure", required=True, values=measures),
        column("value", "number"),
        column("numerator", "number"),
        column("denominator", "number"),
        column("state", required=True, values=[(state, said(f"state.{state}")) for state in STATES]),
    )


def lines(kind: Kind) -> dict[tuple[str, str], tuple[str, ...]]:
    """(breakdown, key) → measures: what a unit's pages show of a kind where no breakdown is opened."""
    own = (kind.line.breakdown, kind.line.key) if kind.line else (ALL, ALL)
    found = {own: dict.fromkeys(kind.measures)}
    for more in kind.tables:
        if more.line:
            found.setdefault((more.line.breakdown, more.line.key), {}).update(dict.fromkeys(more.measures))
    return {where: tuple(measures) for where, measures in found.items()}


def of_unit(book: Book, kind: Kind, unit: str, period: str, basis: str) -> Iterator[Figure]:
    """A unit's figures of one period, as its tables have them."""
    for (breakdown, key), measures in lines(kind).items():
        for measure in measures:
            yield book.figure(kind.name, measure, unit, period, breakdown=breakdown, key=key, basis=basis)


def by_keys(book: Book, kind: Kind, unit: str, period: str, basis: str) -> Iterator[Figure]:
    """A unit's figures of one month by every key of every breakdown; those that `of_unit` gives are left out."""
    shown = lines(kind)
    for breakdown in kind.breakdowns:
        for key in book.keys(kind.name, breakdown, unit, period, basis):
            for measure in kind.measures:
                if measure not in shown.get((breakdown, key), ()):
                    yield book.figure(kind.name, measure, unit, period, breakdown=breakdown, key=key, basis=basis)


def table(kind: Kind, rows: Sequence[Sequence[str]]) -> Table:
    """The rows of figures as a table."""
    return Table(kind.name, kind.title, said("figures_is"), columns(kind), rows)


def rows_of(office: Office, book: Book, kind: Kind, period: str) -> list[list[str]]:
    """The rows of one month, quarter or year: the whole office first, then its units by code."""
    names = {unit.code: cell(unit.name.vi) for unit in office.units} | {EVERY: cell(office.settings.short_name.vi)}
    found = []
    for basis in BASES:
        for unit in (EVERY, *book.units_with(kind.name, period, basis)):
            given = list(of_unit(book, kind, unit, period, basis))
            if unit == EVERY and LABEL.fullmatch(period):
                given += by_keys(book, kind, unit, period, basis)
            found += [row(figure, names) for figure in given if figure.state != "blank"]
    return found


def row(figure: Figure, names: dict[str, str]) -> list[str]:
    """One figure in the order of the columns."""
    shown = figure.state in ("given", "none")  # of few people nothing is told, not even of how many
    numbers = (
        "" if n is None or not shown else machine(n) for n in (figure.value, figure.numerator, figure.denominator)
    )
    return [
        figure.unit,
        names.get(figure.unit, ""),
        figure.period,
        figure.basis,
        figure.as_of,
        figure.breakdown,
        cell(figure.key),
        figure.measure,
        *numbers,
        figure.state,
    ]
