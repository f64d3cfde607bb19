"""How months make a quarter or a year."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import fsum, nan

from publisher.catalogue.periods import LABEL
from publisher.catalogue.periods import label as month_label

LONG_PERIOD = re.compile(r"(20\d\d)(?:-Q([1-4]))?")


@lru_cache(maxsize=4096)
def months_in(period: str) -> tuple[str, ...]:
    """The labels of the months of a month, quarter or year. Raises ValueError for anything else."""
    if LABEL.fullmatch(period):
        return (period,)
    match = LONG_PERIOD.fullmatch(period)
    if not match:
        raise ValueError(f"not a period: {period!r}")
    year, quarter = int(match[1]), int(match[2] or 0)
    numbers = range(3 * quarter - 2, 3 * quarter + 1) if quarter else range(1, 13)
    return tuple(month_label(year, number) for number in numbers)


def fold(over_time: str, values: Sequence[float | None]) -> float:
    """A tally over several months (rule V15), NaN when blank; None stands for a month without that line."""
    if over_time == "flow":
        return fsum(value for value in values if value is not None)
    value = values[0 if over_time == "first" else -1]
    return nan if value is None else value
