"""What a check found, and its way to the two sentences that a person reads."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from publisher import words
from publisher.catalogue.text import Text
from publisher.errors import Problem, Severity, cut
from publisher.words import format as formats

Shown = str | int | Decimal | tuple[int | Decimal, ...] | Text
"""A value for a place in a sentence: text as it stands, a number in the reader's notation, the parts of a sum, or
words in two languages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one row.

    `code` and `severity` as in Problem. `message` is the sentence in two languages, with places. `column` is where
    the person should look; `columns` are all that were read to decide, so that a finding about a cell which could not
    even be read is left out. `values` fill the places of the sentence beside `{row} {column} {cell} {value}`.
    """

    code: str
    severity: Severity
    message: Text
    column: str
    columns: tuple[str, ...]
    values: Mapping[str, Shown] = field(default_factory=dict)
    instead: str = ""


def sentence(key: str) -> Text:
    """The sentence `problems.<key>` in both languages, its places still open."""
    return Text(vi=words.load("vi")[f"problems.{key}"], en=words.load("en")[f"problems.{key}"])


def decimals(value: int | Decimal) -> int:
    """How many digits stand after the decimal mark."""
    return 0 if isinstance(value, int) else max(0, -int(value.as_tuple().exponent))


def shown(lang: str, value: Shown) -> str:
    """A value as a sentence in that language prints it: 17655 → "17.655"; (12, 30) → "12 + 30 = 42"."""
    if isinstance(value, tuple):
        parts = " + ".join(shown(lang, part) for part in value)
        return parts if len(value) == 1 else f"{parts} = {shown(lang, total(value))}"
    if isinstance(value, int | Decimal):
        return formats.number(lang, value, decimals(value))
    return value[lang] if isinstance(value, Text) else value


def total(parts: tuple[int | Decimal, ...]) -> int | Decimal:
    """Their sum."""
    return sum(parts)


def date(day: dt.date | None) -> Text:
    """A day as each language writes it; an ellipsis for an open end."""
    return Text(vi=formats.date("vi", day), en=formats.date("en", day)) if day else Text(vi="…", en="…")


def month(label: str) -> Text:
    """A period in a sentence after the word for it: 10/2026 in Vietnamese, 2026-10 in English."""
    year, number = label.split("-")
    return Text(vi=f"{number}/{year}", en=label)


def report(finding: Finding, file: str, place: Mapping[str, Any], value: str) -> Problem:
    """The Problem of a finding.

    `place` gives sheet, row, column and cell; `value` is the cell's text. The place `{where}` of a sentence becomes the
    cell's address with its header, or the header alone when the file has no such column.
    """
    where = "checking.where.cell" if place["cell"] else "checking.where.column"
    said = {}
    for lang in words.LANGUAGES:
        known = {"file": file, "value": cut(value), **place}
        known |= {name: shown(lang, given) for name, given in finding.values.items()}
        said[lang] = words.fill(finding.message[lang].replace("{where}", words.load(lang)[where]), known)
    return Problem(file, finding.code, finding.severity, said["vi"], said["en"], **place, value=cut(value))
