"""What pages say, as sheets print it: the same words and figures, piece by piece."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.catalogue import Kind, Office
from publisher.pages.view import View
from publisher.print.typesetting import shown, soft
from publisher.words import format as formats
from publisher.words import load, say

LANG = "vi"
"""Sheets are posted at Vietnamese offices: they speak Vietnamese."""


@dataclass(frozen=True)
class Piece:
    """A piece of a sentence. `of` is the address of the figure that it is, "" for words."""

    text: str
    of: str = ""


Said = tuple[Piece, ...]


TAG = re.compile(r"<(/?)\w+([^>]*)>")
"""A tag as `pages.figures` writes it: a > in an attribute is escaped there."""

ADDRESS = re.compile(r' data-of="([^"]*)"')


def pieces(markup: str) -> Said:
    """What a page prints as pieces of plain text: what stands in an element that names a figure, and what beside."""
    found: list[Piece] = []
    within = [""]
    place = 0
    for tag in TAG.finditer(markup):
        if tag.start() > place:
            found.append(Piece(soft(html.unescape(markup[place : tag.start()])), within[-1]))
        place = tag.end()
        if tag[1]:
            within.pop()
        else:
            named = ADDRESS.search(tag[2])
            within.append(named[1] if named else within[-1])
    if place < len(markup):
        found.append(Piece(soft(html.unescape(markup[place:]))))
    return tuple(found)


def plain(said: Iterable[Piece]) -> str:
    """A sentence as one text, without places where long words may break."""
    return "".join(piece.text for piece in said).replace("\u200b", "")


def headline(view: View, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Said:
    """A figure with the mark of few cases behind it."""
    shown_figure = pieces(view.show(kind, measure, unit, period, **where))
    return shown_figure + pieces(view.mark(kind, measure, unit, period, **where))


def beside(view: View, kind: Kind, name: str, unit: str, period: str, **where: str) -> Said:
    """What stands beside a figure: its parts, its maximum, its grade, and that it was corrected."""
    measure = kind.measures[name]
    said = [pieces(view.rate(kind, name, unit, period, **where))]
    if measure.maximum:
        said.append((Piece(say(LANG, "pages.of_maximum", maximum=formats.number(LANG, measure.maximum))),))
    if measure.bands:
        said.append((Piece(view.band(kind, name, unit, period, **where)),))
    said.append(pieces(view.corrected(kind, name, unit, period, **where)))
    return tuple(joined([part for part in said if any(piece.text for piece in part)], " · "))


def joined(said: Iterable[Said], between: str) -> Iterator[Piece]:
    """Sentences one behind the other, with something between them."""
    for number, part in enumerate(said):
        if number:
            yield Piece(between)
        yield from part


def sentences(prefix: str) -> dict[str, str]:
    """The words of a sheet that have no places, by their short names."""
    return {
        key.removeprefix(f"{prefix}."): text
        for key, text in load(LANG).items()
        if key.startswith(f"{prefix}.") and "{" not in text
    }


def laws(office: Office, kinds: Iterable[Kind], period: str) -> str:
    """The texts that some kinds rest on, those in force at a period's end, each once."""
    refs = [
        law.ref
        for kind in kinds
        for law in kind.legal_basis
        if (law.valid_from is None or law.valid_from <= office.period(kind, period).end)
        and (law.valid_to is None or law.valid_to >= office.period(kind, period).start)
    ]
    return say(LANG, "print.law", laws="; ".join(dict.fromkeys(refs))) if refs else ""


def address(office: Office, path: str) -> str:
    """An address of the site as people type it."""
    return shown(office.settings.site_url.rstrip("/") + "/" + path)
