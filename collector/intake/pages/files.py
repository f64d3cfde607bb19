"""One file that was handed in, from the answer of the check to the site: refused, previewed, submitted, approved."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import Forbidden, NotFound, ServiceUnavailable
from werkzeug.wrappers import Response

from collector import web
from collector.intake.accounts import Account
from collector.intake.children import ChildFailed
from collector.intake.here import address, here, language, say, told
from collector.intake.permissions import APPROVER, me
from collector.intake.uploads import UnderWay, Upload
from publisher import words
from publisher.catalogue import Kind, Measure, Unit
from publisher.catalogue.periods import shift
from publisher.errors import Mistake
from publisher.ledger import Line, changes, public_sentence, read_ledger
from publisher.measures import Figure, preview
from publisher.pages import figures

REFRESH = 2
"""The page of a file that is being checked asks again after so many seconds."""

CHANGES_SHOWN = 200
"""So many changed cells of a correction are shown; all are counted."""

LAYOUT_CODES = frozenset({"header-missing", "column-missing", "column-unknown", "layout-lacks"})
"""Errors that a layout can mend: the file is right, and nobody has told yet what its columns mean."""

blueprint = Blueprint("files", __name__, url_prefix="/tep")


@dataclass(frozen=True)
class Shown:
    """An upload with what an address cannot know."""

    upload: Upload
    kind: Kind
    unit: Unit


def find(key: str) -> Shown:
    """The upload of an address. Raises NotFound, and Forbidden for a unit that is not the person's."""
    found = here().uploads.get(key)
    if found is None:
        raise Forbidden("foreign-unit") if key in here().checks.foreign else NotFound("upload")
    if not me().may(found.unit):
        here().accounts.note(me().login, "foreign-unit", key)
        raise Forbidden("foreign-unit")
    kind, unit = here().office.kinds.get(found.kind), here().office.units.get(found.unit)
    if kind is None or not isinstance(unit, Unit):
        raise NotFound
    return Shown(found, kind, unit)


def answer_of(upload: Upload) -> dict[str, Any]:
    """What the check said; a declaration that nothing arose has nothing to say about."""
    path = here().files.answer(upload.key)
    known: dict[str, Any] = {} if upload.nothing or not path.exists() else json.loads(path.read_text(encoding="utf-8"))
    kinds = ("error", "warning", "note")
    blank = {
        "groups": {key: [] for key in kinds},
        "hidden": dict.fromkeys(kinds, 0),
        "sheets": [],
        "codes": [],
        "names": [],
    }
    answer = {**blank, "empty": False, "others": [], **known}
    for groups in answer["groups"].values():
        for one in groups:
            one["to"] = anchor(one, answer["sheets"])
    return answer


def anchor(group: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]]) -> str:
    """Where the first cell of a group stands in the excerpt, as an id of the page; "" when it is not there."""
    for at, sheet in enumerate(sheets, start=1):
        if sheet["sheet"] == group["sheet"] and any(row["row"] == group["row"] for row in sheet["rows"]):
            return f"s{at}-{group['cell'] if group['letter'] in sheet['letters'] else group['row']}"
    return ""


@blueprint.get("/<key>")
def upload(key: str) -> Response:
    """The page of an upload as it stands: being checked, refused, or what it would publish."""
    return show(find(key))


def show(
    shown: Shown, wrong: str = "", field: str = "", status: int = 200, filled: Mapping[str, str] | None = None
) -> Response:
    """The page; with what is `wrong` about what was sent (at a `field`) and what was filled in."""
    found = shown.upload
    if found.state in ("waiting", "checking"):
        page = render_template("waiting.html.j2", shown=shown, ahead=here().uploads.ahead(found), refresh=REFRESH)
        return make_response(page, status)
    if found.state in ("refused", "failed"):
        answer = answer_of(found)
        page = render_template(
            "refused.html.j2",
            shown=shown,
            answer=answer,
            same=same_as_before(),
            limit=web.FILE_LIMIT // 2**20,
            unknown_layout=bool(LAYOUT_CODES & set(answer["codes"])),
        )
        return make_response(page, status)
    line = read_ledger(here().office).current.get((found.kind, found.unit, found.period))
    answer = answer_of(found)
    page = render_template(
        "preview.html.j2",
        shown=shown,
        answer=answer,
        same=same_as_before(),
        line=line,
        unchanged=bool(line and line.sha256 == found.candidate),
        rows=[] if found.state == "accepted" else figure_rows(shown),
        before=None if found.state == "accepted" else previous_period(shown),
        changed=changed_cells(shown, line) if line and found.state != "accepted" else [],
        changes_shown=CHANGES_SHOWN,
        warnings=by_code(answer["groups"]["warning"]),
        rights=rights_of(found, me()),
        minutes=here().office.settings.intake.build_after_minutes,
        two=here().office.settings.intake.approvals == 2,
        wrong=wrong,
        field=field,
        filled=filled or {},
    )
    return make_response(page, status)


def same_as_before() -> bool:
    """Whether this very file was handed in before."""
    return request.args.get("same") == "1"


def by_code(groups: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Warnings by their code: each code is explained once."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in groups:
        found.setdefault(one["code"], []).append(one)
    return found


def rights_of(upload: Upload, account: Account) -> dict[str, bool]:
    """What this person may do with an upload now."""
    approver = APPROVER in account.role_names
    mine = account.login in upload.hands
    alone = here().office.settings.intake.approvals == 1
    return {
        "submit": upload.state in ("checked", "returned"),
        "withdraw": upload.state in ("submitted", "approved") and (mine or approver),
        "decide": upload.state == "submitted" and approver and (alone or not mine),
        "waits_for_other": upload.state == "submitted" and approver and mine and not alone,
        "check_again": upload.state in ("checked", "returned") and not upload.nothing,
    }


# What would be published


@dataclass(frozen=True)
class FigureRow:
    """One measure as the page shows it: texts, the parts of a rate beneath, whether it jumps, and whether it differs
    from what is published."""

    title: str
    before: Markup
    published: Markup
    coming: Markup
    jump: bool
    changed: bool


def figure_rows(shown: Shown) -> list[FigureRow]:
    """The figures that the unit's page would show, printed by the code that prints that page."""
    office, found = here().office, shown.upload
    coming = preview(office, shown.kind, found.unit, found.period, here().files.candidate(found.key))
    lang, small = language(), office.settings.thresholds.small_group

    def printed(measure: Measure, figure: Figure) -> Markup:
        element = figures.element(lang, measure, figure, small)
        return Markup(element + figures.rate(lang, measure, figure))  # noqa: S704 escaped there

    rows = []
    for row in coming.rows:
        before, published, then = (printed(row.measure, figure) for figure in (row.before, row.published, row.coming))
        if any(figure.state != "blank" for figure in (row.before, row.published, row.coming)):
            changed = (row.published.value, row.published.state) != (row.coming.value, row.coming.state)
            rows.append(FigureRow(row.measure.title[lang], before, published, then, row.jump, changed))
    return rows


def previous_period(shown: Shown) -> str:
    """The label of the period before."""
    return shift(shown.upload.period, -shown.kind.months)


def changed_cells(shown: Shown, line: Line) -> list[dict[str, str]]:
    """What a correction changes, cell by cell, in the words of the page."""
    office, found, lang = here().office, shown.upload, language()
    standing = office.data_file(found.kind, found.unit, found.period)
    if not standing.exists() or line.sha256 == found.candidate:
        return []
    told = []
    for change in changes(shown.kind, standing.read_bytes(), here().files.candidate(found.key).read_bytes()):
        names = [name_of(shown.kind, column, text) for column, text in change.row.items() if text]
        whole = "new" if change.was is None else "gone" if change.now is None else ""
        told.append(
            {
                "row": ", ".join(names),
                "column": shown.kind.columns[change.column].titles[lang] if change.column else "",
                "was": change.was or "",
                "now": change.now or "",
                "whole": whole,
            }
        )
    return told


def name_of(kind: Kind, column: str, text: str) -> str:
    """A code or a category as people know it."""
    declared = kind.columns[column]
    if declared.table:
        entry = here().office.table(declared.table).get(text)
        return entry.name[language()] if entry else text
    return next((c.titles[language()] for c in declared.categories if c.value == text), text)


@blueprint.get("/<key>/danh-dau.xlsx")
def marked(key: str) -> Response:
    """The file itself, as a workbook with its wrong cells marked; made when it is asked for."""
    shown = find(key)
    found = shown.upload
    if found.nothing or found.state in ("waiting", "checking"):
        raise NotFound
    try:
        content = here().checks.marked(found)
    except (ChildFailed, Mistake) as error:
        raise ServiceUnavailable("marked", retry_after=60) from error
    return web.workbook(content, f"danh-dau-{found.kind}-{found.unit}-{found.period}.xlsx")


# What is done with it


@blueprint.post("/<key>/kiem-tra-lai")
def check_again(key: str) -> Response:
    """Check the same file again: a table or a rule may have changed, or the check had broken down."""
    shown = find(key)
    if shown.upload.nothing or not here().uploads.check_again(shown.upload, me().login):
        raise NotFound("moved-on")
    here().checks.wake()
    here().checks.wait(key, 2)
    return redirect(address("files.upload", key=key), 303)


@blueprint.post("/<key>/gui")
def submit(key: str) -> Response:
    """Hand a checked file to an approver: every warning ticked and explained, a correction with its reason."""
    shown = find(key)
    found = shown.upload
    line = read_ledger(here().office).current.get((found.kind, found.unit, found.period))
    filled = {name: text for name, text in request.form.items() if name != "csrf_token"}
    explanations: dict[str, str] = {}
    field = ""
    try:
        field = "reason"
        reason = public_sentence(request.form.get("reason", ""))
        if line and line.sha256 == found.candidate:
            return show(shown, say("preview.unchanged"), "", 422, filled)
        if line and not reason:
            return show(shown, say("preview.no_reason"), field, 422, filled)
        for code in by_code(answer_of(found)["groups"]["warning"]):
            field = f"say-{code}"
            sentence = public_sentence(request.form.get(field, ""))
            if request.form.get(f"seen-{code}") != "1" or not sentence:
                return show(shown, say("preview.no_explanation"), field, 422, filled)
            explanations[code] = sentence
        if not here().uploads.submit(found, me().login, reason=reason if line else "", explanations=explanations):
            raise NotFound("moved-on")
    except Mistake as error:
        return show(shown, told(error), field, 422, filled)
    except UnderWay:
        return show(shown, say("preview.under_way"), "", 409, filled)
    return redirect(address("files.upload", key=key), 303)


@blueprint.post("/<key>/rut")
def withdraw(key: str) -> Response:
    """Take back what no build has taken yet."""
    shown = find(key)
    if not rights_of(shown.upload, me())["withdraw"] or not here().uploads.withdraw(shown.upload, me().login):
        raise NotFound("moved-on")
    return redirect(address("files.upload", key=key), 303)


@blueprint.post("/<key>/duyet")
def approve(key: str) -> Response:
    """Let it onto the site with the next build. What is approved is what the person has seen: the form says what that
    was."""
    shown = deciding(key)
    if request.form.get("matter") != shown.upload.matter:
        return show(shown, say("preview.other_matter"), "", 409)
    if not here().uploads.approve(shown.upload, me().login):
        raise NotFound("moved-on")
    here().worker.wake()
    return redirect(address("files.upload", key=key), 303)


@blueprint.post("/<key>/tra-lai")
def give_back(key: str) -> Response:
    """Return it to who handed it in, with a sentence."""
    shown = deciding(key)
    said = " ".join(request.form.get("remark", "").split())
    if not said:
        return show(shown, say("preview.no_remark"), "remark", 422)
    remark = dict.fromkeys(words.LANGUAGES, said[:500])
    if not here().uploads.give_back(shown.upload, me().login, remark):
        raise NotFound("moved-on")
    return redirect(address("files.upload", key=key), 303)


def deciding(key: str) -> Shown:
    """The upload about which this person may decide. Raises NotFound when it has moved on, Forbidden when it is their
    own and two persons are asked for."""
    shown = find(key)
    if shown.upload.state != "submitted":
        raise NotFound("moved-on")
    if not rights_of(shown.upload, me())["decide"]:
        here().accounts.note(me().login, "own-approval", key)
        raise Forbidden("two-persons")
    return shown
