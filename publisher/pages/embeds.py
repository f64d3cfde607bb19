"""Figures that others put into a page of their own: one small page for each unit and kind, without script.

`/nhung/` is the only folder that may stand in a frame of another site: `publisher.policy.EMBED`.
"""

from dataclasses import dataclass

from markupsafe import escape

from publisher.catalogue import Kind, Unit
from publisher.pages.shell import Writer
from publisher.pages.view import View
from publisher.words import say

FOLDER = "nhung"
WIDTH, HEIGHT = 640, 680
"""The frame that the snippet proposes; the page fits itself into any other."""


@dataclass(frozen=True, slots=True)
class Embed:
    """A figure to be put elsewhere: its kind, and the HTML that does it."""

    kind: Kind
    snippet: str


def kinds_of(view: View, unit: Unit) -> list[Kind]:
    """The kinds of which a unit has figures to show elsewhere: those with a block of their own."""
    return [kind for kind in view.office.kinds.values() if not kind.brief and view.last(kind, unit.code)]


def embeds(writer: Writer, view: View, unit: Unit) -> list[Embed]:
    """The embeddable pages of a unit, with what to copy."""
    found = []
    for kind in kinds_of(view, unit):
        address = writer.address(view.lang, path_of(unit, kind))
        words = {"unit": unit.name[view.lang], "kind": kind.short[view.lang]}
        title = escape(say(view.lang, "pages.embed.title", **words))
        size = f'width="{WIDTH}" height="{HEIGHT}" loading="lazy"'
        found.append(Embed(kind, f'<iframe src="{escape(address)}" title="{title}" {size}></iframe>'))
    return found


def path_of(unit: Unit, kind: Kind) -> str:
    """The address of an embeddable page below its language's root."""
    return f"{FOLDER}/{unit.slug}/{kind.name}/"


def write_embeds(writer: Writer, view: View, unit: Unit) -> None:
    """Write `nhung/<slug>/<kind>/index.html`: the unit's latest figures of each kind."""
    for kind in kinds_of(view, unit):
        words = {"unit": unit.name[view.lang], "kind": kind.short[view.lang]}
        title = say(view.lang, "pages.embed.title", **words)
        context = {"view": view, "unit": unit, "kind": kind, "last": view.last(kind, unit.code)}
        text = writer.render(view.lang, path_of(unit, kind), "embed.html.j2", title, **context)
        writer.write(view.lang, f"{path_of(unit, kind)}index.html", text + "\n")
