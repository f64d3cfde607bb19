"""The figures of a dataset kind: what is added up from rows, how it is split, and the formulas over it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from publisher.catalogue.columns import Declared
from publisher.catalogue.text import Text

Where = dict[str, str | tuple[str, ...]]
"""Which rows are meant: those where each column has the value, or one of the values."""


def one_of(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """The values that a column may have, as a tuple."""
    return (value,) if isinstance(value, str) else value


class Breakdown(Declared):
    """A way to split figures: by a column's values, or over several columns of one tally.

    With `column`, every tally is split by that column (its categories or `table` give the names); a row in which it is
    blank belongs to none of its keys.
    With `columns`, only the tally `of` is split; `names` gives each key's name. `where` leaves the other rows aside.
    """

    title: Text
    where: Where = Field(default_factory=dict)
    column: str = ""
    of: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    names: dict[str, Text] = Field(default_factory=dict)


class Tally(Declared):
    """What is made of rows: `sum` of columns (blank counts as nothing, all blank stays blank), a `count` of rows where
    column = value for each pair (an empty `count` counts all rows), or the greatest value in columns (`max`). A sum or
    a maximum with `where` looks at the rows where these hold: the others are blank, or 0 with `else_zero`, where a
    submission without such a row says that there was none.

    `over_time`: how months make a quarter or a year (rule V15): `flow` adds, `first` takes the first month's, `last`
    the last month's, `most` the greatest. A maximum is never added up.
    """

    sum: tuple[str, ...] = ()
    count: dict[str, str] | None = None
    max: tuple[str, ...] = ()
    where: Where = Field(default_factory=dict)
    else_zero: bool = False
    over_time: Literal["flow", "first", "last", "most"] = "flow"

    @model_validator(mode="after")
    def one_way(self) -> "Tally":
        """Exactly one of sum, count and max; a count says itself which rows it means."""
        if [bool(self.sum), self.count is not None, bool(self.max)].count(True) != 1:
            raise ValueError("a tally needs either sum, count or max")
        if self.where and self.count is not None:
            raise ValueError("where belongs to a sum or a max")
        if self.else_zero and not (self.where and self.sum):
            raise ValueError("else_zero belongs to a sum with where")
        if self.over_time == "flow" if self.max else self.over_time == "most":
            raise ValueError("over_time of a max is first, last or most; most belongs to a max")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose numbers it takes."""
        return self.sum or self.max


class Ratio(Declared):
    """Σ numerator tallies ÷ Σ denominator tallies, as a percentage. A tally of another kind is `kind.tally`.

    A denominator of 0 gives no figure but "không phát sinh" (rule V12). Where it is not `of_cases` (points of a
    maximum, money of a plan), few are not marked and no change is put down to chance."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    of_cases: bool = True


class Difference(Declared):
    """Σ plus − Σ minus."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]


class Score(Declared):
    """Points of a published index out of `maximum`, the mean over reports when units are put together."""

    points: tuple[str, ...]
    per: tuple[str, ...]
    maximum: float


class Bound(Declared):
    """How small or large a share can be when only some of the whole are known: `low` as if nobody of the others
    belonged to the part, `high` as if all did, as a percentage. Nothing is assumed of those who are not known.

    Σ part of those `known`, of the `whole`. Where more are known than there are, there is no bound.
    """

    end: Literal["low", "high"]
    part: tuple[str, ...]
    known: tuple[str, ...]
    whole: tuple[str, ...]


class Points(Declared):
    """Points for another kind's measure, `kind.measure`: none at `low` or beyond, all `weight` at `high` or beyond, in
    proportion between. Where less is better, `low` is the larger. The other kind's `line` says which of its rows."""

    of: str = Field(pattern=r"^\w+\.\w+$")
    low: float
    high: float
    weight: float = Field(gt=0)

    @model_validator(mode="after")
    def apart(self) -> "Points":
        """The two ends differ."""
        if self.low == self.high:
            raise ValueError("low and high must differ")
        return self

    def worth(self, value: float) -> float:
        """How many points a value of the other measure is worth."""
        return self.weight * min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


class Total(Declared):
    """The sum of other measures of the kind, each rounded to `decimals` first; those without data are left out.
    `maximum` is that of all together; where those with data can make less than `needs`, there is no total."""

    measures: tuple[str, ...]
    decimals: int
    maximum: float
    needs: float = 0


class Band(Declared):
    """A grade: from this value on, up to the next higher band."""

    at_least: float
    title: Text


Form = Literal["sum", "ratio", "difference", "score", "bound", "points", "total"]
FORMS: tuple[Form, ...] = ("sum", "ratio", "difference", "score", "bound", "points", "total")


class Measure(Declared):
    """One published figure: its words, its formula over tallies, and which way is better.

    `interval: wilson` puts the Wilson score interval (95 %) beside a ratio. `hidden` names tallies: a figure that is
    blank although their sum is above 0 is not missing but held back, since too few people stand behind it. `bands` name
    grades of its values; a total has one only when none of its measures is left out. `cases` is the word for what a
    ratio counts, such as dossiers; `hidden_text` what is said of a figure held back, with the place {count}. `compare`
    puts units side by side on pages of their own; `also` is what people call it besides.
    """

    title: Text
    short: Text = Text(vi="")
    cases: Text = Text(vi="")
    definition: Text
    better: Literal["higher", "lower", "neither"] = "neither"
    sum: tuple[str, ...] = ()
    ratio: Ratio | None = None
    difference: Difference | None = None
    score: Score | None = None
    bound: Bound | None = None
    points: Points | None = None
    total: Total | None = None
    decimals: int | None = None
    interval: Literal["wilson"] | None = None
    hidden: tuple[str, ...] = ()
    hidden_text: Text = Text(vi="")
    bands: tuple[Band, ...] = ()
    compare: bool = False
    also: Text = Text(vi="")

    @model_validator(mode="after")
    def one_formula(self) -> "Measure":
        """Exactly one formula, and an interval only where there is a share of cases."""
        if sum(bool(getattr(self, form)) for form in FORMS) != 1:
            raise ValueError(f"a measure needs exactly one of {', '.join(FORMS)}")
        if self.interval and not self.ratio:
            raise ValueError("an interval belongs to a ratio")
        if self.compare and not (self.ratio or self.score or self.total):
            raise ValueError("only a ratio, a score or a total of scores is compared")
        if self.compare and self.better == "neither":
            raise ValueError("what is compared must say which way is better")
        return self

    @cached_property
    def form(self) -> Form:
        """Which formula it has."""
        return next(form for form in FORMS if getattr(self, form))

    @property
    def of_cases(self) -> bool:
        """Whether it is a share of cases, which may be few."""
        return self.ratio is not None and self.ratio.of_cases

    @cached_property
    def is_share(self) -> bool:
        """Whether it is printed as a percentage with its numerator and denominator."""
        return self.form in ("ratio", "bound")

    def can_add_up(self, tallies: Mapping[str, Tally]) -> bool:
        """Whether no maximum is added to something, or stands in a fraction."""
        named = [*self.numerator, *self.denominator, *self.known]
        greatest = [name for name in named if name in tallies and tallies[name].max]
        return not greatest or (self.form == "sum" and len(named) == 1)

    @property
    def maximum(self) -> float | None:
        """The most that a score, points or their total can be."""
        if self.points:
            return self.points.weight
        declared = self.score or self.total
        return declared.maximum if declared else None

    @property
    def numerator(self) -> tuple[str, ...]:
        """The tallies above the line (all of them for a sum)."""
        if self.ratio:
            return self.ratio.numerator
        if self.difference:
            return self.difference.plus
        if self.bound:
            return self.bound.part
        return self.score.points if self.score else self.sum

    @property
    def denominator(self) -> tuple[str, ...]:
        """The tallies below the line; empty for a sum, the subtracted ones for a difference."""
        if self.ratio:
            return self.ratio.denominator
        if self.difference:
            return self.difference.minus
        if self.bound:
            return self.bound.whole
        return self.score.per if self.score else ()

    @property
    def known(self) -> tuple[str, ...]:
        """The tallies of those who are known, for a bound."""
        return self.bound.known if self.bound else ()
