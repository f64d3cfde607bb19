"""How months make a quarter or a year."""

from collections.abc import Sequence
from math import fsum, nan


def fold(over_time: str, values: Sequence[float | None]) -> float:
    """A tally over several months (rule V15), NaN when blank; None stands for a month without that line."""
    if over_time == "flow":
        return fsum(value for value in values if value is not None)
    if over_time == "most":  # a month without anything to measure says nothing against the others
        return max((value for value in values if value is not None and value == value), default=nan)
    value = values[0 if over_time == "first" else -1]
    return nan if value is None else value
