"""What a sheet holds that is no value: the same for every format, in rows and columns counted from 1."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Place = tuple[int, int]
"""(row, column)."""

Span = tuple[int, int]
"""First and last row, or first and last column."""

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column of merged cells."""

ADDRESS = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass
class Look:
    """What is to be told or refused. `effects` says what a cell's number format does to its figure; `no_result` are
    formulas without a stored result; `errors` are cells with #N/A and the like; `old_fonts` cells in a font of the time
    before Unicode."""

    hidden_rows: list[Span] = field(default_factory=list)
    hidden_columns: list[Span] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    formulas: int = 0
    first_formula: Place = (0, 0)
    no_result: list[Place] = field(default_factory=list)
    errors: dict[Place, str] = field(default_factory=dict)
    effects: dict[Place, str] = field(default_factory=dict)
    old_fonts: dict[Place, str] = field(default_factory=dict)
    comments: int = 0

    def as_plain(self) -> dict[str, Any]:
        """The keys that travel between processes."""
        return vars(self)


def place(address: str) -> Place | None:
    """`AB12` → (12, 28); None when it is no address."""
    found = ADDRESS.fullmatch(address)
    if not found:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def join(spans: Iterable[Span]) -> list[Span]:
    """Spans in order with neighbours put together."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
