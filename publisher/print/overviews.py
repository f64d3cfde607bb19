"""What stands on the board of a month: all units side by side on A3, what is missing by name, and the sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.catalogue import Kind, Unit
from publisher.measures import EVERY
from publisher.pages import posted
from publisher.pages.view import BASES, View
from publisher.print.bulletins import NAME_LIMIT, Answer, few_note, foot, in_front, state
from publisher.print.said import LANG, Piece, Said, address, headline, laws, pieces
from publisher.print.typesetting import clean
from publisher.words import format as formats
from publisher.words import say

UNITS = 30
"""How many units stand on a sheet; more of them make more sheets."""

SHARE_WIDTH = 1.4
"""How much wider than a count's a percentage's column is."""


@dataclass(frozen=True)
class Head:
    """The columns of one kind: its name, how many units submitted of those awaited, its figures' names and how wide
    they are beside each other."""

    title: str
    days: str
    count: str
    heads: tuple[str, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Cell:
    """A figure with its parts below it; `span` columns wide where something else is said."""

    value: Said
    below: Said = ()
    span: int = 1


@dataclass(frozen=True)
class Line:
    """A unit, or a sum: what it is called, what is said below its name, its cells."""

    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its columns, its lines in groups by level, and the sums where it is the last of its columns."""

    kinds: tuple[Head, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    sums: tuple[Line, ...]


def overview(view: View, period: str) -> dict[str, Any]:
    """A month's board as its template reads it. The place of the release's hash holds `PLACEHOLDER`."""
    office = view.office
    kinds = [kind for kind in posted.printed_kinds(office) if period in view.board.periods(kind)]
    front = in_front(kinds)
    units = posted.units(office, view.board, period)
    name = clean(office.settings.name.vi, NAME_LIMIT)
    heading = say(LANG, "print.board", period=formats.period(LANG, period))
    path = f"thang/{period}/"
    received = [s.accepted for k in kinds for u in units if (s := view.board.status(k, u.code, period)).accepted]
    return {
        "sort": "overview",
        "title": clean(say(LANG, "print.title", heading=heading, unit=office.settings.name.vi), NAME_LIMIT),
        "heading": heading,
        "name": name,
        "office": name,
        "answers": [said for kind in front for said in answers(view, kind, period)],
        "missing": [said for kind in kinds if (said := missing(view, kind, period))],
        "sheets": sheets(view, front, units, period),
        "few": few_note(view, front),
        "law": laws(office, front, period),
        **foot(view, address(office, path), path, max(received, default=None)),
    }


def answers(view: View, kind: Kind, period: str) -> Iterable[Answer]:
    """What citizens ask first, answered for each group of units that may be added up."""
    for basis, _, units in view.bases(kind, period):
        for one in view.answers_all(kind, period, basis, len(units)):
            if one.first:
                yield Answer(one.ask, pieces(one.sentence))


def missing(view: View, kind: Kind, period: str) -> tuple[str, str] | None:
    """A kind, and the units that did not submit it although the due day is over, by name."""
    units = view.board.missing_units(kind, period)
    if not units:
        return None
    names = ", ".join(clean(unit.name.vi, NAME_LIMIT) for unit in units)
    return kind.short.vi, f"{say(LANG, 'pages.month.missing', count=len(units))} {names}."


def sheets(view: View, kinds: Sequence[Kind], units: Sequence[Unit], period: str) -> list[Sheet]:
    """The sheets of a board: the columns of some kinds, the lines of all units."""
    heads = tuple(head(view, kind, period) for kind in kinds)
    made = []
    for start in range(0, max(len(units), 1), UNITS):
        here = units[start : start + UNITS]
        groups = tuple(
            (level(name), tuple(line(view, kinds, unit, period) for unit in here if unit.level == name))
            for name in dict.fromkeys(unit.level for unit in here)
        )
        last = start + UNITS >= len(units)
        made.append(Sheet(heads, groups, tuple(sums(view, kinds, period)) if last else ()))
    return made


def head(view: View, kind: Kind, period: str) -> Head:
    """The head of a kind's columns."""
    span = view.office.period(kind, period)
    given = {code for basis in BASES for code in view.book.units_with(kind.name, period, basis)}
    awaited = given | {unit.code for unit in view.office.expected_units(kind, period)}
    return Head(
        kind.short.vi,
        say(LANG, "print.days", first=formats.date(LANG, span.start), last=formats.date(LANG, span.end)),
        say(LANG, "print.submitted", given=len(given), awaited=len(awaited)),
        tuple(kind.measures[m].short.vi or kind.measures[m].title.vi for m in kind.headline),
        tuple(SHARE_WIDTH if kind.measures[m].is_share else 1 for m in kind.headline),
    )


def level(name: str) -> str:
    """A level of units in words."""
    known = ("commune", "department", "district", "province")
    return say(LANG, f"pages.level.{name}") if name in known else name or say(LANG, "pages.level.other")


def line(view: View, kinds: Sequence[Kind], unit: Unit, period: str) -> Line:
    """A unit's line."""
    cells: list[Cell] = []
    notes: dict[str, list[str]] = {}
    for kind in kinds:
        wide = len(kind.headline)
        status = view.board.status(kind, unit.code, period)
        if not view.board.concerns(kind, unit.code, period):
            cells.append(Cell((Piece("–"),), span=wide))
        elif not status.accepted:
            cells.append(Cell((Piece(state(status)),), span=wide))
        else:
            cells += figures(view, kind, unit.code, period, view.basis(kind.name, unit.code, period))
            said = {
                "late": status.state == "late",
                "corrected": bool(status.corrections),
                "nothing_short": status.nothing,
                "year_to_date": view.basis(kind.name, unit.code, period) != BASES[0],
            }
            for name, true in said.items():
                if true:
                    notes.setdefault(name, []).append(kind.short.vi)
    note = "; ".join(say(LANG, f"print.{name}", kinds=", ".join(of)) for name, of in notes.items())
    return Line(clean(unit.name.vi, NAME_LIMIT), note, tuple(cells))


def figures(view: View, kind: Kind, unit: str, period: str, basis: str) -> list[Cell]:
    """A kind's figures for a unit or all of them."""
    return [
        Cell(headline(view, kind, m, unit, period, basis=basis), pieces(view.rate(kind, m, unit, period, basis=basis)))
        for m in kind.headline
    ]


def sums(view: View, kinds: Sequence[Kind], period: str) -> Iterable[Line]:
    """The whole office, once for each basis that some unit reported on."""
    for basis in BASES:
        cells: list[Cell] = []
        for kind in kinds:
            if view.book.units_with(kind.name, period, basis):
                cells += figures(view, kind, EVERY, period, basis)
            else:
                cells.append(Cell((Piece("–"),), span=len(kind.headline)))
        if any(cell.span == 1 for cell in cells):
            yield Line(say(LANG, "print.sum" if basis == BASES[0] else "print.sum_year_to_date"), "", tuple(cells))
