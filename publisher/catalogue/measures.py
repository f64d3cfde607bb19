"""The figures of a dataset kind: what is added up from rows, how it is split, and the formulas over it."""

from typing import Literal

from pydantic import Field, model_validator

from publisher.catalogue.columns import Declared
from publisher.catalogue.text import Text


class Breakdown(Declared):
    """A way to split figures: by a column's values, or over several columns of one tally.

    With `column`, every tally is split by that column (its categories or `table` give the names).
    With `columns`, only the tally `of` is split; `names` gives each key's name.
    """

    title: Text
    column: str = ""
    of: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    names: dict[str, Text] = Field(default_factory=dict)


class Tally(Declared):
    """What is added up from rows: `sum` of columns (blank counts as nothing, all blank stays blank), or a
    `count` of rows where column = value for each pair (an empty `count` counts all rows).

    `over_time`: how months make a quarter or a year (rule V15): `flow` adds, `first` takes the first
    month's, `last` takes the last month's.
    """

    sum: tuple[str, ...] = ()
    count: dict[str, str] | None = None
    over_time: Literal["flow", "first", "last"] = "flow"

    @model_validator(mode="after")
    def one_way(self) -> "Tally":
        """Exactly one of sum and count."""
        if bool(self.sum) == (self.count is not None):
            raise ValueError("a tally needs either sum or count")
        return self


class Ratio(Declared):
    """Σ numerator tallies ÷ Σ denominator tallies, as a percentage. A tally of another kind is
    `kind.tally`. A denominator of 0 gives no figure but "không phát sinh" (rule V12)."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]


class Difference(Declared):
    """Σ plus − Σ minus."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]


class Score(Declared):
    """Points of a published index out of `maximum`, the mean over reports when units are put together."""

    points: tuple[str, ...]
    per: tuple[str, ...]
    maximum: float


class Measure(Declared):
    """One published figure: its words, its formula over tallies, and which way is better."""

    title: Text
    short: Text = Text(vi="")
    definition: Text
    better: Literal["higher", "lower", "neither"] = "neither"
    sum: tuple[str, ...] = ()
    ratio: Ratio | None = None
    difference: Difference | None = None
    score: Score | None = None
    decimals: int | None = None

    @model_validator(mode="after")
    def one_formula(self) -> "Measure":
        """Exactly one formula."""
        given = [bool(self.sum), bool(self.ratio), bool(self.difference), bool(self.score)]
        if sum(given) != 1:
            raise ValueError("a measure needs exactly one of sum, ratio, difference, score")
        return self

    @property
    def form(self) -> Literal["sum", "ratio", "difference", "score"]:
        """Which formula it has."""
        if self.ratio:
            return "ratio"
        if self.difference:
            return "difference"
        return "score" if self.score else "sum"

    @property
    def numerator(self) -> tuple[str, ...]:
        """The tallies above the line (all of them for a sum)."""
        if self.ratio:
            return self.ratio.numerator
        if self.difference:
            return self.difference.plus
        return self.score.points if self.score else self.sum

    @property
    def denominator(self) -> tuple[str, ...]:
        """The tallies below the line; empty for a sum, the subtracted ones for a difference."""
        if self.ratio:
            return self.ratio.denominator
        if self.difference:
            return self.difference.minus
        return self.score.per if self.score else ()
