"""Which figures say something else than when they were first published, because a file was replaced since."""

from functools import cached_property

import pandas as pd

from publisher.catalogue import Office
from publisher.catalogue.periods import months_in
from publisher.ledger import Ledger, Line, revision_file
from publisher.measures.book import EVERY, Book
from publisher.measures.figures import Figure
from publisher.tallies import KEYS, Cube, Source, Tallies, tally_sources

Place = tuple[str, str]
"""(kind, period)."""


class Corrected:
    """Finds the correction that a figure carries. Nothing is computed before a figure of a corrected submission is
    asked for."""

    def __init__(self, office: Office, book: Book, ledger: Ledger) -> None:
        self.office, self.book, self.ledger = office, book, ledger
        self.lines: dict[Place, list[Line]] = {}
        for line in ledger.current.values():
            if line.revision > 1 and line.kind in book.cubes:
                self.lines.setdefault((line.kind, line.period), []).append(line)

    def correction(self, figure: Figure) -> Line | None:
        """The latest correction because of which a figure differs from the one that was first published; None where it
        does not. A figure of a quarter, a year or the whole office carries those of its months and units."""
        if not self.lines:
            return None
        kinds = (figure.kind, *self.book.formulas[figure.kind, figure.measure].others)
        found = [
            line
            for kind in kinds
            for month in months_in(figure.period)
            for line in self.lines.get((kind, month), ())
            if figure.unit in (EVERY, line.unit)
        ]
        if not found or self.same(figure):
            return None
        return max(found, key=lambda line: line.number)

    def same(self, figure: Figure) -> bool:
        """Whether a figure is what its first files made it."""
        where = {"breakdown": figure.breakdown, "key": figure.key, "basis": figure.basis}
        first = self.first.figure(figure.kind, figure.measure, figure.unit, figure.period, **where)
        parts = (first.value, first.numerator, first.denominator, first.state)
        return parts == (figure.value, figure.numerator, figure.denominator, figure.state)

    @cached_property
    def first(self) -> Book:
        """The figures as the first file of each submission made them."""
        cubes = dict(self.book.cubes)
        for name in {kind for kind, _ in self.lines}:
            kind, cube = self.office.kinds[name], cubes[name]
            lines = [line for (of, _), lines in self.lines.items() if of == name for line in lines]
            firsts = [self.ledger.revisions(*line.key)[0] for line in lines]
            sources = [
                Source(one.unit, one.period, revision_file(self.office, one), self.end(name, one.period))
                for one in firsts
            ]
            replaced = pd.MultiIndex.from_tuples([(line.unit, line.period) for line in lines])
            others = cube.frame[~pd.MultiIndex.from_frame(cube.frame[["unit", "period"]]).isin(replaced)]
            frame = pd.concat([others, tally_sources(self.office, kind, sources).frame]).sort_values(
                list(KEYS), ignore_index=True
            )
            cubes[name] = Cube(kind, frame)
        return Book(self.office, Tallies(cubes, 0))

    def end(self, kind: str, period: str) -> str:
        """The ISO day on which a period ends."""
        return self.office.period(self.office.kinds[kind], period).end.isoformat()
