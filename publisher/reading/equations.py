"""Columns that a layout makes of others: sums of headers, and headers that are the sum of columns.

Nothing is made up: a column is given only where the figures beside it determine it exactly, and a header that repeats
what other columns say is checked against them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.catalogue.columns import Layout
from publisher.reading.labels import folded
from publisher.reading.titles import SourceColumn
from publisher.reading.values import Cell, fault


@dataclass(frozen=True, slots=True)
class Sum:
    """A column that is the sum of others of the file."""

    name: str
    sources: tuple[SourceColumn, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    """A column of the file that is the sum of columns; `gives` is the one that the file lacks, if any."""

    source: SourceColumn
    parts: tuple[str, ...]
    gives: str


@dataclass(frozen=True, slots=True)
class Equations:
    """What is to be added up in each row."""

    sums: tuple[Sum, ...] = ()
    equals: tuple[Equal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sums or self.equals)

    @property
    def sources(self) -> list[SourceColumn]:
        """The columns of the file that are read for the equations alone."""
        found = [source for one in self.sums for source in one.sources]
        return list(dict.fromkeys([*found, *(one.source for one in self.equals)]))

    @property
    def makes(self) -> frozenset[str]:
        """The columns that are made."""
        return frozenset((*(one.name for one in self.sums), *(one.gives for one in self.equals))) - {""}

    def stand_ins(self) -> dict[str, SourceColumn]:
        """Where a column that is made is to be looked for in the file."""
        made = {one.name: one.sources[0] for one in self.sums}
        return made | {one.gives: one.source for one in self.equals if one.gives}

    def fill(self, cells: dict[str, str], figures: Mapping[int, str]) -> list[tuple[SourceColumn, Cell]]:
        """Fill in the columns that are made, in place; gives what is wrong, with the column of the file where it is.

        `cells` are the row's canonical cells by column, `figures` those of the file's other columns by place.
        """
        wrong: list[tuple[SourceColumn, Cell]] = []
        for one in self.sums:
            given = [figures[source.number] for source in one.sources]
            if all(given):
                cells[one.name] = str(sum(map(int, given)))
            elif any(given):
                blank = next(source for source, text in zip(one.sources, given, strict=True) if not text)
                wrong.append((blank, fault("part-blank")))
        for equal in self.equals:
            parts = [cells[name] for name in equal.parts if name != equal.gives]
            whole = figures[equal.source.number]
            if not whole or not all(parts):
                continue
            rest = int(whole) - sum(map(int, parts))
            if not equal.gives:
                if rest:
                    wrong.append((equal.source, fault("layout-equal", total=str(int(whole) - rest))))
            elif rest < 0:
                wrong.append((equal.source, fault("layout-equal", total=str(int(whole) - rest))))
            else:
                cells[equal.gives] = str(rest)
        return wrong


def equations_of(
    layout: Layout | None, columns: Mapping[str, SourceColumn], others: Mapping[str, SourceColumn]
) -> Equations:
    """The equations of a layout that the file has the columns for, in the order in which they can be solved."""
    if layout is None:
        return Equations()
    sums = tuple(
        Sum(name, tuple(others[folded(label)] for label in labels))
        for name, labels in layout.sums.items()
        if name not in columns and all(folded(label) in others for label in labels)
    )
    known = {*columns, *(one.name for one in sums)}
    wanted = {label: parts for label, parts in layout.equals.items() if folded(label) in others}
    equals: list[Equal] = []
    while ready := next(
        (label for label, parts in wanted.items() if len(known.intersection(parts)) >= len(parts) - 1), ""
    ):
        parts = wanted.pop(ready)
        gives = next((name for name in parts if name not in known), "")
        equals.append(Equal(others[folded(ready)], parts, gives))
        known.add(gives)
    return Equations(sums, tuple(equals))
