"""What the columns of a strange file are: told once, used for that file, and kept as a layout of the office by an
approver or an administrator.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from collector.intake import children
from collector.intake.examining import OWN, Look, look
from collector.intake.here import address, here, language, say, told
from collector.intake.pages.files import Shown, find
from collector.intake.pages.hand_in import look as check
from collector.intake.permissions import me
from collector.intake.uploads import Upload
from publisher import words
from publisher.catalogue import Kind
from publisher.catalogue.columns import Layout
from publisher.catalogue.layouts import own_layouts, save_layout
from publisher.errors import Mistake

LOOK_SECONDS = 30
SAMPLES = 3
"""So many cells below a title are shown with it."""

IGNORED = "-"
"""The choice of a column that is left aside."""

CONSTANT = "all-"
"""How the field begins that gives one value for all rows of a column."""

blueprint = Blueprint("layouts", __name__)


@dataclass(frozen=True)
class Column:
    """A column of the file as the form shows it: its number, title, what it is taken for, and some cells."""

    number: int
    label: str
    chosen: str
    samples: tuple[str, ...]


def looked_at(shown: Shown, first: int, last: int, sheet: str) -> Look:
    """The first rows of a file. Raises NotFound when it cannot be opened at all: its page says why."""
    task = replace(here().checks.task(shown.upload), reading={"sheet": sheet} if sheet else {})
    try:
        answer: Look = children.run(look, task, first, last, seconds=LOOK_SECONDS)
    except (children.ChildFailed, Mistake) as error:
        raise NotFound("no-columns") from error
    return answer


def number_of(name: str) -> int:
    """A row number of the address or the form; 0 for anything else."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


@blueprint.route("/tep/<key>/cot", methods=["GET", "POST"], endpoint="columns")
def columns(key: str) -> Response:
    """What each column of a file is. The file is then read so, and the mapping may be kept for all."""
    shown = find(key)
    if shown.upload.nothing:
        raise NotFound
    first, last = number_of("first"), number_of("last")
    seen = looked_at(shown, first, max(first, last), request.values.get("sheet", ""))
    if request.method == "GET":
        return show_columns(shown, seen, {})
    filled = dict(request.form.items())
    try:
        made = make_layout(shown.kind, seen, filled)
    except Mistake as error:
        return show_columns(shown, seen, filled, told(error), 422)
    reading: dict[str, Any] = {"own": made.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)}
    if seen.sheet:
        reading["sheet"] = seen.sheet
    if not here().uploads.check_again(shown.upload, me().login, reading):
        raise NotFound("moved-on")
    return check(shown.upload)


def show_columns(shown: Shown, seen: Look, filled: Mapping[str, str], wrong: str = "", status: int = 200) -> Response:
    """The form, with what was filled in and what is `wrong` with it."""
    below = seen.rows[seen.last : seen.last + SAMPLES]
    found = [
        Column(
            number,
            label,
            filled.get(f"column-{number}", meant or IGNORED),
            tuple(row[number - 1] for row in below if number <= len(row)),
        )
        for number, (label, meant) in enumerate(seen.titles, start=1)
        if label
    ]
    page = render_template(
        "columns.html.j2",
        shown=shown,
        seen=seen,
        columns=found,
        choices=choices(shown.kind),
        constants=constants(shown.kind),
        filled=filled,
        ignored=IGNORED,
        constant=CONSTANT,
        wrong=wrong,
    )
    return make_response(page, status)


def choices(kind: Kind) -> list[tuple[str, str]]:
    """What a column may be, as (name, title): the kind's columns, and those that name an entry in place of its code."""
    found = []
    for column in kind.schema_columns:
        title = column.titles[language()]
        found.append((column.name, f"{title} *" if column.required and not column.default else title))
        if column.named_by:
            found.append((column.name.removesuffix("_code") + "_name", column.named_by.titles[language()]))
    return found


def constants(kind: Kind) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The columns of which a file may be silent because one value holds for all its rows, as (name, title, values):
    those with categories, and fields. Unit and period are those of the page."""
    found = []
    for column in kind.schema_columns:
        known = [(c.value, c.titles[language()]) for c in column.categories]
        if column.table == "fields":
            known = [(entry.code, entry.name[language()]) for entry in here().office.fields]
        if known and column.required:
            found.append((column.name, column.titles[language()], known))
    return found


def make_layout(kind: Kind, seen: Look, filled: Mapping[str, str]) -> Layout:
    """The layout that the form describes. Raises Mistake `columns-none`, `columns-twice`."""
    known = {name for name, _ in choices(kind)}
    mapped: dict[str, str] = {}
    ignored: list[str] = []
    for number, (label, _) in enumerate(seen.titles, start=1):
        chosen = filled.get(f"column-{number}", IGNORED)
        if not label:
            continue
        if chosen not in known:
            ignored.append(label)
        elif chosen in mapped.values():
            title = dict(choices(kind))[chosen].removesuffix(" *")
            raise Mistake("columns-twice", {"column": title})
        else:
            mapped[label] = chosen
    if not mapped:
        raise Mistake("columns-none")
    fixed = {
        name: value
        for name, _, values in constants(kind)
        if (value := filled.get(f"{CONSTANT}{name}", "")) in {code for code, _ in values}
    }
    return Layout.model_validate(
        {
            "name": OWN,
            "title": {lang: words.say(lang, "intake.columns.layout") for lang in words.LANGUAGES},
            "columns": mapped,
            "ignore": [label for label in dict.fromkeys(ignored) if label not in mapped],
            "constants": fixed,
            "decimal": "." if filled.get("decimal") == "." else ",",
        }
    )


@blueprint.post("/tep/<key>/trang-tinh")
def sheet(key: str) -> Response:
    """Read another sheet of the workbook."""
    shown = find(key)
    reading = {**shown.upload.reading, "sheet": request.form.get("sheet", "")[:100]}
    if shown.upload.nothing or not here().uploads.check_again(shown.upload, me().login, reading):
        raise NotFound("moved-on")
    return check(shown.upload)


# The office's layouts


@dataclass(frozen=True)
class Proposal:
    """A mapping that somebody made for one file and that read it without errors: it may be kept for all."""

    upload: Upload
    kind: Kind
    layout: Layout


def proposals() -> list[Proposal]:
    """The mappings that worked, each once, the latest first; those that are kept already are left out."""
    found: dict[str, Proposal] = {}
    states = here().uploads.in_states(["checked", "submitted", "returned", "approved", "accepting", "accepted"])
    for upload in states:
        kind = here().office.kinds.get(upload.kind)
        own = upload.reading.get("own")
        if not own or kind is None:
            continue
        try:
            layout = Layout.model_validate({**own, "name": OWN})
        except ValidationError:
            continue
        same = [known for known in kind.layouts if known.columns == layout.columns]
        if not same:
            found.setdefault(json.dumps([upload.kind, own], sort_keys=True), Proposal(upload, kind, layout))
    return list(found.values())


@blueprint.get("/mau-doc", endpoint="layouts")
def layouts() -> Response:
    """The office's own layouts, and those that are proposed."""
    return show_layouts()


def show_layouts(wrong: str = "", status: int = 200, filled: Mapping[str, str] | None = None) -> Response:
    """The page, with what is `wrong` about what was to be kept."""
    office = here().office
    known = [(kind, layout) for kind in office.kinds.values() for layout in own_layouts(office, kind)]
    page = render_template("layouts.html.j2", known=known, proposals=proposals(), wrong=wrong, filled=filled or {})
    return make_response(page, status)


@blueprint.post("/mau-doc/<key>")
def save(key: str) -> Response:
    """Keep a proposed mapping as a layout of the office, under a name and a title."""
    found = next((one for one in proposals() if one.upload.key == key), None)
    if found is None:
        raise NotFound
    name, title = request.form.get("name", "").strip(), " ".join(request.form.get("title", "").split())
    filled = {"key": key, "name": name, "title": title}
    if not title:
        return show_layouts(say("layouts.no_title"), 422, filled)
    layout = found.layout.model_copy(update={"name": name, "title": found.layout.title.model_copy(
        update={"vi": title[:120], "en": ""})})  # fmt: skip
    try:
        save_layout(here().office, found.kind, layout, replace=request.form.get("replace") == "1")
    except Mistake as error:
        return show_layouts(told(error), 422, filled)
    here().accounts.note(me().login, "layout-saved", f"{found.kind.name}/{name}")
    return redirect(address("layouts.layouts"), 303)
