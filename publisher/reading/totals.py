"""Total rows: every figure of one must be the sum of its column (rule V07), and no total is ever published as data."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from publisher.catalogue.columns import Column

TOLERANCE = Decimal("0.005")
"""For figures with decimals, which a total row may have rounded."""

Amount = int | Decimal
Wrong = tuple[int, str, str, str]
"""(row, column, stated, sum) of a figure that does not agree."""


def adds_up(column: Column) -> bool:
    """Whether a column's total is the sum of its rows: shares in per cent have no sum."""
    return column.is_figure and not column.name.endswith("_pct")


def amount(text: str) -> Amount:
    """A canonical figure."""
    return Decimal(text) if "." in text else int(text)


class Totals:
    """Sums of figure columns while rows pass; `names` are the columns summed, in the order of the values given.

    A total may stand below the rows it adds (all of the file, or those since the total before), or above all rows.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.rows = 0
        self.sums: list[Amount] = [0] * len(names)
        self.at_last: list[Amount] = [0] * len(names)
        self.unknown: set[str] = set()
        self.above: list[tuple[int, list[str]]] = []

    def add(self, values: Sequence[str]) -> None:
        """Count a data row; a blank adds nothing."""
        self.rows += 1
        self.sums = [total + amount(value) if value else total for total, value in zip(self.sums, values, strict=True)]

    def spoil(self, name: str) -> None:
        """A cell of that column was refused, so its sum is not known and no total of it is judged."""
        self.unknown.add(name)

    def check(self, row: int, stated: list[str]) -> list[Wrong]:
        """The figures of a total row that do not agree; blank ones say nothing. A total above all rows waits."""
        if not self.rows:
            self.above.append((row, stated))
            return []
        since = [total - before for total, before in zip(self.sums, self.at_last, strict=True)]
        self.at_last = self.sums
        return min((list(self.differences(row, stated, sums)) for sums in (self.sums, since)), key=len)

    def finish(self) -> list[Wrong]:
        """The figures that do not agree in totals above all rows."""
        return [wrong for row, stated in self.above for wrong in self.differences(row, stated, self.sums)]

    def differences(self, row: int, stated: list[str], sums: list[Amount]) -> Iterator[Wrong]:
        """The figures of a total row that differ from the sums."""
        for name, text, total in zip(self.names, stated, sums, strict=True):
            if text and name not in self.unknown and abs(Decimal(text) - total) > TOLERANCE:
                yield row, name, text, str(total)
