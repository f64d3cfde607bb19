"""What stands on the sheets of a register: what a unit posts at one place, and the way to each text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.catalogue import Kind, Unit
from publisher.catalogue.registers import Notice
from publisher.catalogue.text import fold
from publisher.pages.registers import Register, Row
from publisher.pages.view import View
from publisher.print.bulletins import NAME_LIMIT, foot
from publisher.print.said import LANG, address, laws, sentences
from publisher.print.typesetting import clean
from publisher.words import say


@dataclass(frozen=True)
class Item:
    """Something posted: what it is, lines about it, and the code that leads to its text: its address, its words for
    those who do not see it, and what stands below it. Without a text there is no code."""

    what: str
    lines: tuple[str, ...]
    url: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Group:
    """Items of one sort; `title` is "" where the kind has no sorts."""

    title: str
    items: tuple[Item, ...]


def notices(view: View, kind: Kind, unit: Unit) -> list[dict[str, Any]]:
    """The sheets of a unit as their template reads them, one for each place, in the order in which the register names
    them. The place of the release's hash holds `stamp.PLACEHOLDER`."""
    register, declared = Register(kind, view), kind.notice
    assert declared is not None
    return [notice(register, declared, unit, *found) for found in at_places(declared, register.hanging(unit.code))]


def at_places(declared: Notice, rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows of each place that they name, those without one together. A place that is spelt with other capitals or
    blanks is the same."""
    named: dict[str, str] = {}
    found: dict[str, list[Row]] = {}
    for row in rows:
        places = [part.strip() for part in row[declared.place].split(";")] if declared.place else []
        for key, place in {fold(place): place for place in places if fold(place)}.items() or [("", "")]:
            named.setdefault(key, place[:1].upper() + place[1:])
            found.setdefault(key, []).append(row)
    return [(named[key], here) for key, here in found.items()]


def notice(register: Register, declared: Notice, unit: Unit, place: str, rows: Sequence[Row]) -> dict[str, Any]:
    """The sheet of one place."""
    view, kind, office = register.view, register.kind, register.office
    page = next(page for page in kind.pages if page.address == declared.page)
    path = f"don-vi/{unit.slug}/{page.address}/"
    name, heading = clean(unit.name.vi, NAME_LIMIT), page.title.vi
    groups = tuple(grouped(register, declared, rows))
    last = register.last(unit.code)
    return {
        "sort": "notice",
        "title": clean(say(LANG, "print.title", heading=heading, unit=unit.name.vi), NAME_LIMIT),
        "heading": clean(say(LANG, "notices.heading", page=heading, place=place) if place else heading, NAME_LIMIT),
        "count": say(LANG, "notices.count", count=len(rows)),
        "name": name,
        "office": clean(office.settings.name.vi, NAME_LIMIT),
        "groups": groups,
        "links": tuple(dict.fromkeys(item.url for group in groups for item in group.items if item.url)),
        "law": laws(office, [kind], last),
        **foot(view, address(office, path), path, view.board.status(kind, unit.code, last).accepted),
        "words": sentences("print") | sentences("notices"),
    }


def grouped(register: Register, declared: Notice, rows: Sequence[Row]) -> Iterable[Group]:
    """What hangs, sort by sort in the order of the column's categories, the newest first."""
    if declared.begins:
        rows = sorted(rows, key=lambda row: row[declared.begins], reverse=True)
    column = declared.group
    if not column:
        yield Group("", tuple(item(register, declared, row) for row in rows))
        return
    known = [category.value for category in register.kind.columns[column].categories]
    values = dict.fromkeys([*known, *(row[column] for row in rows)])
    for value in values:
        here = tuple(item(register, declared, row) for row in rows if row[column] == value)
        if here:
            yield Group(clean(register.name(column, value), NAME_LIMIT), here)


def item(register: Register, declared: Notice, row: Row) -> Item:
    """One line of the register."""
    what = register.name(declared.what, row[declared.what])
    path = register.document(row[declared.document]) if declared.document else ""
    link = row[declared.link] if declared.link else ""
    url = register.office.settings.site_url.rstrip("/") + "/" + path if path else link
    sort = "document" if path else "link"
    return Item(
        what=clean(what, NAME_LIMIT),
        lines=tuple(lines(register, declared, row)),
        url=url,
        alt=clean(say(LANG, f"notices.{sort}_alt", what=what), NAME_LIMIT) if url else "",
        caption=say(LANG, f"notices.{sort}") if url else "",
    )


def lines(register: Register, declared: Notice, row: Row) -> Iterable[str]:
    """Its document and from when until when it hangs, as far as the register says."""

    def cell(column: str) -> str:
        return register.name(column, row[column]) if column else ""

    for key, values in (
        ("document", {"number": cell(declared.number), "date": cell(declared.dated)}),
        ("hangs", {"first": cell(declared.begins), "last": cell(declared.ends)}),
    ):
        given = [name for name, value in values.items() if value]
        if given:
            sentence = say(LANG, f"notices.{key}_{'_'.join(given)}", **{name: values[name] for name in given})
            yield clean(sentence, NAME_LIMIT)
