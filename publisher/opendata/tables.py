"""A published table: columns with their words, rows of text. Every file of it says the same in its own format."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from publisher.catalogue.text import Text, one_line

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


def guard(text: str) -> str:
    """A text cell that no spreadsheet runs: an apostrophe in front of a formula's first character.

    A formula behind apostrophes of its own gets one more, so that taking one off gives the text back.
    """
    return "'" + text if text.lstrip("'").startswith(FORMULA) else text


def unguard(text: str) -> str:
    """A text as it was before `guard`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def cell(text: str) -> str:
    """A text as it stands in every published file: one line, and no formula."""
    return guard(one_line(text))


NOTHING = Text(vi="")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a published table, with its words in Vietnamese and English.

    `categories` are its allowed values with their titles; `reference` is the published table (`units`, `fields`) whose
    codes it holds. `descriptor` has what its Table Schema constrains.
    """

    name: str
    type: Literal["integer", "number", "string", "date"]
    title: Text
    description: Text = NOTHING
    categories: tuple[tuple[str, Text], ...] = ()
    reference: str = ""
    constraints: tuple[tuple[str, Any], ...] = ()

    @property
    def is_figure(self) -> bool:
        """Whether it holds numbers."""
        return self.type in ("integer", "number")


@dataclass(frozen=True)
class Table:
    """A table ready to be written: `rows` are text in the order of `columns`, "" where there is no value; texts have
    gone through `cell`, numbers are plain digits with a dot, days ISO. `key` names the columns that make a row one."""

    name: str
    title: Text
    about: Text
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return [column.name for column in self.columns]
