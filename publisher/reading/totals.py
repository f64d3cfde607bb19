"""Total rows: every figure of one must be the sum of its column (rule V07), and no total is ever published as data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from publisher.catalogue.columns import Column

TOLERANCE = Decimal("0.005")
"""For figures with decimals, which a total row may have rounded."""

Amount = int | Decimal


@dataclass(frozen=True, slots=True)
class Wrong:
    """A figure that does not agree: its row and column, what stands there, and the sum of its rows."""

    row: int
    name: str
    stated: str
    total: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading above its rows: its row, the sort of its number, its figures, and the sums before its rows."""

    row: int
    level: str
    stated: list[str]
    before: list[Amount]


def adds_up(column: Column) -> bool:
    """Whether a column's total is the sum of its rows: shares in per cent have no sum."""
    return column.is_figure and not column.name.endswith("_pct")


def amount(text: str) -> Amount:
    """A canonical figure."""
    return Decimal(text) if "." in text else int(text)


class Totals:
    """Sums of figure columns while rows pass; `names` are the columns summed, in the order of the values given.

    A total may stand below the rows it adds (all of the file, or those since the total before), or above all rows.
    Headings stand above theirs, which end at the next heading of the same sort, or of the sort around it.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.rows = 0
        self.sums: list[Amount] = [0] * len(names)
        self.at_last: list[Amount] = [0] * len(names)
        self.unknown: set[str] = set()
        self.above: list[tuple[int, list[str]]] = []
        self.open: list[Heading] = []

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
        closed = self.close(0)
        since = [total - before for total, before in zip(self.sums, self.at_last, strict=True)]
        self.at_last = self.sums
        return closed + min((list(self.differences(row, stated, sums)) for sums in (self.sums, since)), key=len)

    def head(self, row: int, stated: list[str], level: str) -> list[Wrong]:
        """A heading begins: the figures that do not agree in the headings that it ends."""
        levels = [heading.level for heading in self.open]
        wrong = self.close(levels.index(level)) if level in levels else []
        self.open.append(Heading(row, level, stated, self.sums))
        return wrong

    def close(self, depth: int) -> list[Wrong]:
        """End the headings from that depth on: the figures that do not agree."""
        ended, self.open = self.open[depth:], self.open[:depth]
        return [
            wrong
            for heading in ended
            for wrong in self.differences(
                heading.row,
                heading.stated,
                [total - before for total, before in zip(self.sums, heading.before, strict=True)],
            )
        ]

    def finish(self) -> list[Wrong]:
        """The figures that do not agree in the last headings, and in totals above all rows."""
        above = [wrong for row, stated in self.above for wrong in self.differences(row, stated, self.sums)]
        return above + self.close(0)

    def differences(self, row: int, stated: list[str], sums: list[Amount]) -> Iterator[Wrong]:
        """The figures of a total row that differ from the sums."""
        for name, text, total in zip(self.names, stated, sums, strict=True):
            if text and name not in self.unknown and abs(Decimal(text) - total) > TOLERANCE:
                yield Wrong(row, name, text, str(total))
