"""The words by which the reader knows totals, notes, signature blocks, row numbers and personal data (labels.yaml)."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from publisher.catalogue.text import fold, plain


@dataclass(frozen=True)
class Labels:
    """labels.yaml, folded for comparison; `vietnamese_words` keep their marks, `look_alikes` their case. `above`
    are the labels of what stands above a table: `unit_code`, `unit_name`, `period`."""

    totals: frozenset[str]
    total_beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    groups: frozenset[str]
    above: dict[str, frozenset[str]]
    unit_beginnings: tuple[str, ...]
    row_numbers: frozenset[str]
    personal: tuple[str, ...]
    look_alikes: dict[int, str]
    nothing: frozenset[str]
    magnitudes: frozenset[str]
    vietnamese_words: frozenset[str]
    initials: frozenset[str]

    def is_total(self, text: str) -> bool:
        """Whether a cell says that its row is a total."""
        key = folded(text)
        return key in self.totals or key.startswith(self.total_beginnings)

    def is_ending(self, text: str) -> bool:
        """Whether a row that begins with this cell is a note or a part of the signature block."""
        return folded(text).startswith(self.endings)

    def is_group(self, text: str) -> bool:
        """Whether a cell heads a group of rows."""
        return folded(text) in self.groups

    def may_be_aside(self, text: str) -> bool:
        """Whether a cell begins with a letter with which a total or an ending begins: cheap, never wrongly False."""
        first = text.lstrip()[:1]
        return bool(first) and not first.isdigit() and (not first.isalpha() or plain(first)[:1] in self.initials)

    def is_row_number(self, text: str) -> bool:
        """Whether a header names a column that only numbers the rows."""
        return text.strip() == "#" or folded(text) in self.row_numbers

    def is_personal(self, text: str) -> bool:
        """Whether a header names data about a person."""
        key = f" {folded(text)} "
        return any(f" {words} " in key for words in self.personal)

    def latin(self, text: str) -> str:
        """A header with look-alike letters of other scripts replaced by the Latin ones."""
        return text.translate(self.look_alikes)


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """`fold`, remembered: the same headers and names come back in every file."""
    return fold(text)


@cache
def labels() -> Labels:
    """labels.yaml, read once."""
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "labels.yaml").read_text(encoding="utf-8"))

    def keys(name: str) -> tuple[str, ...]:
        return tuple(key for key in map(fold, map(str, read[name])) if key)

    asides = (*keys("totals"), *keys("total_beginnings"), *keys("endings"), *keys("groups"))
    return Labels(
        initials=frozenset(key[0] for key in asides),
        totals=frozenset(keys("totals")),
        total_beginnings=keys("total_beginnings"),
        endings=keys("endings"),
        groups=frozenset(keys("groups")),
        above={name: frozenset(map(fold, words)) for name, words in read["above"].items()},
        unit_beginnings=keys("unit_beginnings"),
        row_numbers=frozenset(keys("row_numbers")),
        personal=keys("personal"),
        look_alikes=str.maketrans(read["look_alikes"]),
        nothing=frozenset(keys("nothing")),
        magnitudes=frozenset(keys("magnitudes")),
        vietnamese_words=frozenset(read["vietnamese_words"].split()),
    )
