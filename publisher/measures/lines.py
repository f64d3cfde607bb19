"""The lines of a cube, found by submission."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from publisher.tallies import together


class Cell(NamedTuple):
    """The tallies of one line of a cube, in the order in which the kind declares them; NaN where blank. (A tuple, not a
    dataclass: a large office unpacks millions.)"""

    as_of: str
    values: Sequence[float]


Cells = Mapping[tuple[str, str], Cell]
"""The lines of one submission by (breakdown, key)."""


class Lines:
    """The lines of a cube, found by submission without looking at the others."""

    def __init__(self, frame: pd.DataFrame, tallies: Sequence[str], most: Sequence[str] = ()) -> None:
        """`frame` as a Cube has it, `most` its tallies of which the greatest counts. Lines that differ only in their
        as-of day are put together."""
        frame = one_line_each(frame, tallies, most)
        self.values = frame[list(tallies)].to_numpy(dtype=np.float64)
        columns = {name: pd.factorize(frame[name]) for name in ("unit", "period", "basis", "breakdown", "key", "as_of")}
        unit, period, basis, breakdown, key, as_of = columns.values()
        self.breakdown, self.breakdowns = breakdown[0], breakdown[1].tolist()
        self.key, self.keys = key[0], key[1].tolist()
        self.as_of, self.days = as_of[0], as_of[1].tolist()
        starts = np.flatnonzero(changes(unit[0], period[0], basis[0]))
        names = [column[1].take(column[0][starts]).tolist() for column in (unit, period, basis)]
        ends = np.append(starts, len(frame))[1:]
        self.places = dict(zip(zip(*names, strict=True), zip(starts.tolist(), ends.tolist(), strict=True), strict=True))
        self.periods: dict[str, list[str]] = {}
        self.units: dict[tuple[str, str], list[str]] = {}
        for of, label, on in self.places:
            self.units.setdefault((label, on), []).append(of)
            labels = self.periods.setdefault(of, [])
            if label not in labels[-1:]:
                labels.append(label)

    def cells(self, unit: str, period: str, basis: str) -> Cells:
        """The lines of one submission; empty when there is none."""
        start, end = self.places.get((unit, period, basis), (0, 0))
        breakdowns, keys, days = self.breakdowns, self.keys, self.days
        here = slice(start, end)
        return {
            (breakdowns[b], keys[k]): Cell(days[d], values)
            for b, k, d, values in zip(
                self.breakdown[here].tolist(),
                self.key[here].tolist(),
                self.as_of[here].tolist(),
                self.values[here].tolist(),
                strict=True,
            )
        }


def changes(*codes: np.ndarray) -> np.ndarray:
    """Where a line differs from the one before in any of the columns; the first always does."""
    found = np.ones(len(codes[0]), dtype=bool)
    if len(found):
        found[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in codes])
    return found


def one_line_each(frame: pd.DataFrame, tallies: Sequence[str], most: Sequence[str] = ()) -> pd.DataFrame:
    """A cube's frame with one line for each unit, period, basis, breakdown and key."""
    by = ["unit", "period", "basis", "breakdown", "key"]
    if changes(*(pd.factorize(frame[name])[0] for name in by)).all():
        return frame
    return put_together(frame, by, tallies, most)


def put_together(
    frame: pd.DataFrame, by: Sequence[str], tallies: Sequence[str], most: Sequence[str] = ()
) -> pd.DataFrame:
    """The sums over lines that share the columns `by`, of the tallies in `most` the greatest: blank counts as nothing,
    all blank stays blank. `as_of` is the day that they share, "" when they do not."""
    days, names = pd.factorize(frame["as_of"], sort=True)
    grouped = frame.assign(first_day=days, last_day=days).groupby(list(by))
    sums = together(grouped, tallies, most)
    first, last = grouped["first_day"].min().to_numpy(), grouped["last_day"].max().to_numpy()
    sums["as_of"] = names.take(first).where(first == last, "")
    return sums.reset_index()
