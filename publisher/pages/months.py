"""The pages of the months: all units of a month with their headline figures, and each kind's full tables."""

from typing import Any

from publisher.catalogue import Kind, Unit
from publisher.opendata import Folder, Published, structured
from publisher.pages import posted
from publisher.pages.parts import Part, parts, size_for
from publisher.pages.shell import Writer
from publisher.pages.status import last_change
from publisher.pages.view import View
from publisher.words import format as formats
from publisher.words import say

Groups = list[tuple[str, str, list[Unit]]]
"""The units of a kind and month that may stand side by side: what `View.bases` gives."""


def write_months(writer: Writer, view: View, months: list[str], published: Published) -> None:
    """`thang/`, `thang/<month>/` and `thang/<month>/<kind>/`, in parts where there are many units. The first part of a
    month names its files for reuse."""
    folders = {folder.period: folder for folder in published.months}
    title = say(view.lang, "pages.months.title")
    writer.overview(view.lang, "thang/", "months.html.j2", title, view=view, months=months)
    for month in months:
        chosen = [k for k in writer.office.kinds.values() if month in view.board.periods(k)]
        groups = {kind.name: view.bases(kind, month) for kind in chosen}
        month_page(writer, view, month, chosen, groups, folders.get(month))
        for kind in chosen:
            if groups[kind.name]:
                full_page(writer, view, month, kind, groups[kind.name])


def month_page(
    writer: Writer, view: View, month: str, chosen: list[Kind], groups: dict[str, Groups], folder: Folder | None
) -> None:
    """One month: what is missing, the sentence and the headline figures of every kind."""
    all_parts = parts(units_of(view, [group for of in groups.values() for group in of]))
    for part in all_parts:
        title = part_title(view.lang, formats.period(view.lang, month), part)
        path = f"thang/{month}/{part.path}"
        context: dict[str, Any] = {"month": month, "chosen": chosen, "groups": groups, "part": part, "parts": all_parts}
        context |= {"view": view, "folder": folder if part.number == 1 else None}
        context["head"] = {"changed": changed(view, month, chosen)}
        if folder and part.number == 1:
            context["head"]["structured"] = structured.of_month(view.office, view.lang, folder)
        context |= {"sheets": posted.sheets(view.office, view.board, month) if part.number == 1 else {}}
        writer.overview(view.lang, path, "month.html.j2", title, search=part.number == 1, **context)


def full_page(writer: Writer, view: View, month: str, kind: Kind, groups: Groups) -> None:
    """All tables of one kind and month."""
    figures = len(kind.table) + sum(len(more.measures) for more in kind.tables)
    all_parts = parts(units_of(view, groups), size_for(figures))
    for part in all_parts:
        title = part_title(view.lang, f"{kind.title[view.lang]}, {view.period(month, kind=kind)}", part)
        path = f"thang/{month}/{kind.name}/{part.path}"
        context = {"month": month, "kind": kind, "groups": groups, "part": part, "parts": all_parts, "view": view}
        context["head"] = {"changed": changed(view, month, [kind])}
        writer.overview(view.lang, path, "month_kind.html.j2", title, search=False, **context)


def changed(view: View, month: str, kinds: list[Kind]) -> str:
    """The day of the last submission, correction or missed due day of some kinds in a month."""
    units = [unit.code for unit in view.office.units]
    board = view.board
    return last_change(
        board.status(kind, unit, month) for kind in kinds for unit in units if board.concerns(kind, unit, month)
    )


def units_of(view: View, groups: Groups) -> list[Unit]:
    """The units of some groups, each once, in the order of their names."""
    return view.ordered({unit.code: unit for _, _, units in groups for unit in units}.values())


def part_title(lang: str, title: str, part: Part) -> str:
    """A page's title, with its number from the second part on."""
    return title if part.number == 1 else say(lang, "pages.parts.name", title=title, number=part.number)
