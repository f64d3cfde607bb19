"""Long lists in parts: a page of thousands of units would be too heavy for the phone of whoever looks for one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.catalogue import Unit

UNITS = 200
"""So many units stand on one page; an office with fewer has no second part."""

FIGURES = 4000
"""So many figures stand on one page of a full table: each takes some 250 bytes with its address and its parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a list: its number from 1, its units in the list's order and their codes, and its address below the
    list's own: "" for the first, "phan-2/" for the second."""

    number: int
    units: tuple[Unit, ...]
    codes: frozenset[str]
    path: str


def parts(units: Sequence[Unit], size: int = UNITS) -> list[Part]:
    """A list in parts of at most `size` units, all about as long; an empty list has one empty part."""
    count = max(1, math.ceil(len(units) / size))
    each = max(1, math.ceil(len(units) / count))
    found = []
    for number, first in enumerate(range(0, max(1, len(units)), each), start=1):
        chosen = tuple(units[first : first + each])
        found.append(Part(number, chosen, frozenset(u.code for u in chosen), f"phan-{number}/" if first else ""))
    return found


def size_for(figures: int) -> int:
    """How many units a page of a full table takes when each has so many figures on it."""
    return max(1, min(UNITS, FIGURES // max(1, figures)))
