"""Total rows: every figure of one must be the sum of its column (rule V07), and no total is ever published as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from publisher.catalogue.kinds import Column

TOLERANCE = Decimal("0.005")
"""For figures with decimals, which a total row may have rounded."""


def adds_up(column: Column) -> bool:
    """Whether a column's total is the sum of its rows: shares in per cent have no sum."""
    return column.is_figure and not column.name.endswith("_pct")


@dataclass
class Totals:
    """Sums of figure columns while rows pass; `names` are the columns summed, in the order of the values given.

    A total may stand below the rows it adds (all of the file, or those since the total before), or above all rows.
    """

    names: Sequence[str]
    all_rows: list[Decimal] = field(init=False)
    since: list[Decimal] = field(init=False)
    unknown: set[str] = field(default_factory=set)
    rows: int = 0
    above: list[tuple[int, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.all_rows = [Decimal(0)] * len(self.names)
        self.since = [Decimal(0)] * len(self.names)

    def add(self, values: Sequence[str]) -> None:
        """Count a data row; a blank adds nothing."""
        self.rows += 1
        for index, value in enumerate(values):
            if value:
                amount = Decimal(value)
                self.all_rows[index] += amount
                self.since[index] += amount

    def spoil(self, name: str) -> None:
        """A cell of that column was refused, so its sum is not known and no total of it is judged."""
        self.unknown.add(name)

    def check(self, row: int, stated: list[str]) -> Iterator[tuple[int, str, str, str]]:
        """A total row: (row, column, stated, sum) for each figure that does not agree. Blank figures say nothing.

        A total above all rows waits for `finish`.
        """
        if not self.rows:
            self.above.append((row, stated))
            return
        wrong = min((list(self.differences(row, stated, sums)) for sums in (self.all_rows, self.since)), key=len)
        self.since = [Decimal(0)] * len(self.names)
        yield from wrong

    def finish(self) -> Iterator[tuple[int, str, str, str]]:
        """What is wrong with totals that stand above the rows."""
        for row, stated in self.above:
            yield from self.differences(row, stated, self.all_rows)

    def differences(self, row: int, stated: list[str], sums: list[Decimal]) -> Iterator[tuple[int, str, str, str]]:
        """The figures of a total row that differ from the sums."""
        for name, text, total in zip(self.names, stated, sums, strict=True):
            if text and name not in self.unknown and abs(Decimal(text) - total) > TOLERANCE:
                yield row, name, text, f"{total:f}"
