"""A figure, its address, and the four forms in which it is computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import fsum, isfinite, nan, sqrt
from typing import Literal
from urllib.parse import quote, unquote

from publisher.catalogue import Kind, Office
from publisher.catalogue.measures import Form
from publisher.errors import Mistake
from publisher.measures.lines import Cell
from publisher.tallies import DECIMALS

Number = int | float
State = Literal["given", "none", "blank", "hidden", "exceeded", "partial"]

NORMAL_95 = 1.959963984540054
"""Between minus and plus so many standard deviations lie 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is published.

    `value` is a number of things, points, or per cent (98.5), not rounded for people; whole where the columns are
    whole. A ratio, a bound, a difference and a score have a `numerator` and a `denominator` (what is added and what is
    taken off; points and reports); a sum has neither; the `denominator` of a total is the most that it could be.
    `as_of` is the ISO day of the figures, "" when they are of several days.
    Points have the value that they are given for as `numerator` and the most that they could be as `denominator`.
    `state`: "given"; "none": the denominator is 0, nothing arose ("không phát sinh", rule V12); "blank": not all
    that it is made of is known; "hidden": it is known, but of too few people to be published; "exceeded": a bound of
    more known ones than there are; "partial": a total of which too much is not known, or points
    for figures of which something that was due is missing. Only a given figure has a value.
    """

    kind: str
    measure: str
    unit: str
    period: str
    breakdown: str
    key: str
    basis: str
    as_of: str
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    state: State

    @property
    def address(self) -> str:
        """`procedures/on_time_pct/00004/2026-10/month`, with `/field=HT` where it is split. What could be mistaken for
        a separator is percent-encoded, so that any name comes back from it."""
        parts = (self.kind, self.measure, self.unit, self.period, self.basis)
        address = "/".join(map(encode, parts))
        if self.breakdown or self.key:
            address += f"/{encode(self.breakdown)}={encode(self.key)}"
        return address


@lru_cache(maxsize=65_536)
def encode(part: str) -> str:
    """A part of an address, percent-encoded. (Kept: the same few names stand in a hundred thousand addresses.)"""
    return quote(part, safe="")


@lru_cache(maxsize=65_536)
def decode(part: str) -> str:
    """The name that a part of an address stands for."""
    return unquote(part)


@dataclass(frozen=True, slots=True)
class Part:
    """One tally of a formula: of which kind, which one, and whether it is always a whole number."""

    kind: str
    index: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """A measure ready to be computed. `others` are the other kinds that it looks at."""

    form: Form
    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...]
    others: tuple[str, ...]
    known: tuple[Part, ...] = ()
    high: bool = False
    hidden: tuple[Part, ...] = ()
    source: tuple[str, str] | None = None
    """The (kind, measure) that points are given for; None where the office lacks the kind."""


def prepare(office: Office, kind: Kind, name: str) -> Formula:
    """A measure with its tallies found. A tally of a kind that the office does not publish is always blank.

    Raises Mistake `definition` for a tally that its kind lacks.
    """
    measure = kind.measures[name]

    def part(tally: str) -> Part:
        of, _, own = tally.rpartition(".")
        if of and of not in office.kinds:
            return Part(of, 0, True)
        where = office.kinds[of or kind.name]
        if own not in where.tallies:
            raise Mistake("definition", {"file": str(kind.folder), "detail": f"measures.{name}: {tally}"})
        columns = [where.columns[column].type for column in where.tallies[own].columns]
        return Part(where.name, list(where.tallies).index(own), set(columns) <= {"integer"})

    above, below = tuple(map(part, measure.numerator)), tuple(map(part, measure.denominator))
    known, hidden = tuple(map(part, measure.known)), tuple(map(part, measure.hidden))
    others = {p.kind for p in (*above, *below, *known, *hidden)} & set(office.kinds) - {kind.name}
    high = bool(measure.bound and measure.bound.end == "high")
    return Formula(
        measure.form, above, below, tuple(sorted(others)), known, high, hidden, source_of(office, kind, name)
    )


def source_of(office: Office, kind: Kind, name: str) -> tuple[str, str] | None:
    """The (kind, measure) that a measure gives points for. Raises Mistake `definition` for a measure that is not."""
    declared = kind.measures[name].points
    of, _, measure = declared.of.partition(".") if declared else ("", "", "")
    if of not in office.kinds:
        return None
    if measure not in office.kinds[of].measures:
        raise Mistake("definition", {"file": str(kind.folder), "detail": f"measures.{name}: {of}.{measure}"})
    return of, measure


def compute(
    formula: Formula, cells: Mapping[str, Cell | None]
) -> tuple[Number | None, Number | None, Number | None, State]:
    """(value, numerator, denominator, state) of a formula over the lines of its kinds; a total is made by the book."""
    if formula.form == "sum":
        value = total(formula.numerator, cells, all_given=False)
        return value, None, None, "blank" if value is None else "given"
    above = total(formula.numerator, cells, all_given=True)
    below = total(formula.denominator, cells, all_given=True)
    if above is None or below is None:
        return None, above, below, "blank"
    if formula.form == "difference":
        taken = above - below
        return taken if isinstance(taken, int) else round(taken, DECIMALS), above, below, "given"
    if below == 0:
        return None, above, below, "none"
    if formula.form == "bound":
        return bound(formula, above, below, total(formula.known, cells, all_given=True))
    return (100 * above if formula.form == "ratio" else above) / below, above, below, "given"


def bound(
    formula: Formula, part: Number, whole: Number, known: Number | None
) -> tuple[Number | None, Number | None, Number | None, State]:
    """The share of the whole if none, or all, of those who are not known belonged to the part; no value when more are
    known than there are."""
    if known is None:
        return None, part, whole, "blank"
    if known > whole:
        return None, part, whole, "exceeded"
    most = part + whole - known if formula.high else part
    return 100 * most / whole, most, whole, "given"


def wilson(part: Number, whole: Number) -> tuple[float, float]:
    """The Wilson score interval (95 %) of part ÷ whole in per cent: Wilson, JASA 22 (1927), 209–212. It stays within 0
    and 100 and holds for few cases too. It speaks of a random sample and of nothing else."""
    share, z2 = part / whole, NORMAL_95**2
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = NORMAL_95 / (1 + z2 / whole) * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    return 0.0 if part == 0 else 100 * (centre - reach), 100.0 if part == whole else 100 * (centre + reach)


def rounded(value: float, places: int) -> float:
    """Half away from zero, the rounding of official reports; on the decimal digits as written."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def machine(value: float) -> str:
    """A value as machines read it: plain digits, a dot, at most six decimals."""
    if isinstance(value, int) or (isfinite(value) and value == int(value)):
        return str(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")


def total(parts: Sequence[Part], cells: Mapping[str, Cell | None], *, all_given: bool) -> Number | None:
    """The sum of some tallies, whole when all are whole; None when all are blank, or with `all_given` when any is."""
    lines = [(part, cells.get(part.kind)) for part in parts]
    values = [cell.values[part.index] if cell else nan for part, cell in lines]
    given = [value for value in values if value == value]
    if not given or (all_given and len(given) < len(values)):
        return None
    return int(sum(given)) if all(part.whole for part in parts) else round(fsum(given), DECIMALS)
