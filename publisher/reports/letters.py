"""A letter or report as offices write them (decree 30/2020/NĐ-CP, annex I): what stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Office
from publisher.pages.view import View
from publisher.print.said import pieces, plain
from publisher.print.typesetting import visible
from publisher.reports.stretch import LANG
from publisher.words import load, say

ONE_LINE = 24
"""A name of so many letters stands on one line of a letter's head."""


@dataclass(frozen=True)
class Heading:
    """The title of a part of the text."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table: its title, its heads, its rows of texts; the first column holds names, the others figures
    unless they are `worded`. With `total` the last row is a sum."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False
    worded: bool = False


Block = Heading | Paragraph | Table


@dataclass(frozen=True)
class Sender:
    """Who writes, line by line: the issuing office, the one `above` it (none where none is named), and as what somebody
    signs."""

    issuer: tuple[str, ...]
    above: tuple[str, ...]
    signer: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """What stands on a letter. A report has a `name` ("BÁO CÁO") and a `subject` below it, an official letter has no
    name and its subject below the number; `to` is "" where it is not addressed. Number, day
    and signature are left blank."""

    sender: Sender
    number: str
    name: str
    subject: str
    to: str
    blocks: tuple[Block, ...]
    receivers: tuple[str, ...]
    mark: str


def sender(office: Office, issuer: str, signer: str) -> Sender:
    """Who writes: the office itself by order of its chairman, or the `issuer` below it. `signer` is as what somebody
    signs, lines separated by a slash."""
    key = "below" if issuer else "office"
    lines = signer.split("/") if signer else say(LANG, f"reports.letter.signer_{key}").split("/")
    name = office.settings.name.vi
    signing = tuple(upper(line) for line in lines if line.strip())
    return Sender(halves(upper(issuer or name)), halves(upper(name)) if issuer else (), signing)


def upper(text: str) -> str:
    """A text in capitals, as names of offices and of posts stand."""
    return visible(text).strip().upper()


def halves(text: str) -> tuple[str, ...]:
    """A long name as two lines, about as long: where a name is broken is seen on every letter."""
    blanks = [place for place, letter in enumerate(text) if letter == " "]
    if len(text) <= ONE_LINE or not blanks:
        return (text,)
    middle = min(blanks, key=lambda place: abs(2 * place + 1 - len(text)))
    return text[:middle], text[middle + 1 :]


def mark(office: Office) -> str:
    """What marks figures that are made up; "" for a real office."""
    return say(LANG, "print.mark") if office.settings.demonstration else ""


def receivers(key: str, to: str) -> tuple[str, ...]:
    """To whom a letter goes, line by line: whom it is addressed to first."""
    above = (say(LANG, "reports.letter.as_above"),) if to else ()
    return (*above, *load(LANG)[key].splitlines())


def figure(view: View, kind: Kind, measure: str, unit: str, period: str, **where: str) -> str:
    """A figure as text with its parts, in the words of the pages: "98,5% (128/130)", "không phát sinh"."""
    value = plain(pieces(view.show(kind, measure, unit, period, **where)))
    parts = plain(pieces(view.rate(kind, measure, unit, period, **where)))
    return f"{value} ({parts})" if parts else value


def heads(kind: Kind, first: str, measures: Sequence[str]) -> tuple[str, ...]:
    """The heads of a table of measures."""
    return (first, *(kind.measures[name].short.vi or kind.measures[name].title.vi for name in measures))
