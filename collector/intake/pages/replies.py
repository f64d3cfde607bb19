"""You said – we did: a unit answers what citizens said, and hands its register in like any other file."""

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import asdict, replace

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from collector.intake import duties
from collector.intake.here import address, here, language, say
from collector.intake.pages.comments import found_comments
from collector.intake.pages.hand_in import keep, look
from collector.intake.permissions import me
from collector.intake.redacting import one_line
from collector.intake.replies import KIND, NEEDED, OPEN, Replies, Reply, as_file, first_month, new_key, register
from collector.intake.uploads import Busy
from collector.store.comments import Comment, CommentCount
from publisher.catalogue import Kind, Unit
from publisher.catalogue.periods import between
from publisher.checking.personal_data import doubt
from publisher.reading.values import read_text

TEXTS = ("said", "answered", "reason")
DAYS = ("done_on", "planned_on")
FIELDS = ("theme", "status", *TEXTS, *DAYS)

blueprint = Blueprint("replies", __name__, url_prefix="/tra-loi")


def the_kind() -> Kind | None:
    """The dataset, where the office publishes it."""
    return here().office.kinds.get(KIND)


def find_unit(code: str) -> Unit:
    """A unit of the person's. Raises NotFound, Forbidden."""
    unit = here().office.units.get(code)
    if not me().may(code):
        here().accounts.note(me().login, "foreign-unit", f"{KIND}/{code}"[:100])
        raise Forbidden("foreign-unit")
    if not isinstance(unit, Unit) or the_kind() is None:
        raise NotFound
    return unit


def latest_period() -> str:
    """The period for which a register is handed in now: the last one that is over, as a month's answers are known then.
    (Other registers are handed in for the period that runs, too.) Raises NotFound while there is none."""
    office, kind, today = here().office, the_kind(), here().today
    known = duties.periods(office, kind, today) if kind else []
    labels = [one for one in known if kind and office.period(kind, one).end < today]
    if not labels:
        raise NotFound("period")
    return labels[-1]


def since() -> str:
    """The first month of a register that is handed in now."""
    return first_month(latest_period(), here().office.settings.survey.keep_months)


def saved() -> Replies:
    """What units have answered so far."""
    return Replies(here().database, here().now)


def entries(unit: str) -> list[Reply]:
    """A unit's register as it stands now."""
    comments = found_comments()
    said: list[Comment] = comments.of_unit(unit) if comments else []
    return register(saved().of_unit(unit), said, since())


def find_entry(unit: str, key: str) -> Reply:
    """One entry of a register. Raises NotFound."""
    for one in entries(unit):
        if one.key == key:
            return one
    raise NotFound


def categories(column: str) -> list[tuple[str, str]]:
    """What a column may hold: (value, name)."""
    kind = the_kind()
    return [(one.value, one.titles[language()]) for one in kind.columns[column].categories] if kind else []


@blueprint.get("")
def overview() -> Response:
    """The registers of the person's units: those that hold something, and the way to another."""
    office, asked = here().office, request.args.get("unit", "").strip()
    if asked and (code := office.units.code(asked)):
        return redirect(address("replies.unit", unit=code), 303)
    units = [unit for unit in office.units if isinstance(unit, Unit) and me().may(unit.code)] if the_kind() else []
    comments = found_comments()
    kept = saved().units() | {one.unit for one in (comments.counts() if comments else []) if one.period}
    rows = []
    for unit in units:
        if unit.code in kept or len(units) == 1:
            found = entries(unit.code)
            rows.append((unit, len(found), sum(one.status == OPEN for one in found)))
    page = render_template(
        "registers.html.j2",
        kind=the_kind(),
        rows=rows,
        others=len(units) > len(rows),
        asked=asked,
        wrong=say("choose.unknown_unit", unit=asked[:20]) if asked else "",
    )
    return make_response(page, 422 if asked else 200)


@blueprint.get("/<unit>")
def unit(unit: str) -> Response:
    """A unit's register: what was said, what is answered, and the way to hand it in."""
    return show_register(find_unit(unit))


def show_register(found: Unit, wrong: str = "", status: int = 200) -> Response:
    """The page, with what is `wrong` about handing it in."""
    kind, period = the_kind(), latest_period()
    page = render_template(
        "register.html.j2",
        unit=found,
        kind=kind,
        period=period,
        entries=entries(found.code),
        states=dict(categories("status")),
        uploads=here().uploads.of_place(KIND, found.code, period),
        wrong=wrong,
    )
    return make_response(page, status)


@blueprint.route("/<unit>/moi", methods=["GET", "POST"])
def add(unit: str) -> Response:
    """Something that was said in another way than the survey."""
    found = find_unit(unit)
    blank = Reply(new_key(), found.code, latest_period(), "other", "", "")
    if request.method == "GET":
        return show_entry(found, blank, new=True)
    months = between(since(), latest_period())
    given = filled_in(blank)
    month = request.form.get("said_in", "")
    if month not in months:
        return show_entry(found, given, new=True, wrong=say("replies.wrong.said_in"), field="said_in", status=422)
    return save(found, replace(given, said_in=month), new=True)


@blueprint.route("/<unit>/<key>", methods=["GET", "POST"])
def entry(unit: str, key: str) -> Response:
    """One entry: what was said, and the answer to write."""
    found = find_unit(unit)
    reply = find_entry(unit, key)
    return show_entry(found, reply) if request.method == "GET" else save(found, filled_in(reply))


def show_entry(
    found: Unit, reply: Reply, *, new: bool = False, wrong: str = "", field: str = "", status: int = 200
) -> Response:
    """The page of an entry, with what is `wrong` about what was filled in."""
    kind = the_kind()
    assert kind
    page = render_template(
        "reply.html.j2",
        unit=found,
        reply=reply,
        new=new,
        longest={name: int(kind.columns[name].constraints["maxLength"]) for name in TEXTS},
        themes=[("", "–"), *categories("theme")],
        states=categories("status"),
        months=list(reversed(between(since(), latest_period()))),
        wrong=wrong,
        field=field,
    )
    return make_response(page, status)


def filled_in(reply: Reply) -> Reply:
    """The entry with what the form says. What a citizen wrote in the survey stays as it was approved."""
    given = {name: one_line(request.form.get(name, "")) for name in FIELDS}
    if reply.source == "survey":
        given["said"] = reply.said
    return replace(reply, **given)


def save(found: Unit, reply: Reply, *, new: bool = False) -> Response:
    """Keep an entry, without what its state does not have."""
    wrong, field = fault(reply)
    if wrong:
        return show_entry(found, reply, new=new, wrong=wrong, field=field, status=422)
    kept = {*NEEDED[reply.status], *(("answered",) if reply.status == "not_possible" else ())}
    blank = {name: "" for name in ("answered", "reason", *DAYS) if name not in kept}
    saved().put(replace(reply, **blank), me().login)
    return redirect(address("replies.unit", unit=found.code), 303)


def fault(reply: Reply) -> tuple[str, str]:
    """What is wrong with an entry, and in which field; ("", "") for nothing."""
    kind = the_kind()
    assert kind
    for name in ("theme", "status"):
        if getattr(reply, name) not in dict(categories(name)):
            return say(f"replies.wrong.{name}"), name
    values: Mapping[str, str] = asdict(reply)
    for name in ("said", *NEEDED[reply.status]):
        if not values[name]:
            return say(f"replies.wrong.{name}"), name
    for name in DAYS:
        if name in NEEDED[reply.status] and not is_day(values[name]):
            return say(f"replies.wrong.{name}"), name
    if reply.status == "done" and dt.date.fromisoformat(reply.done_on) > here().today:
        return say("replies.wrong.future"), "done_on"
    for name in TEXTS:
        longest = int(kind.columns[name].constraints["maxLength"])
        if read_text(values[name], longest).fault:
            return say("replies.wrong.text", limit=longest), name
        if found := doubt(values[name]):
            return say("replies.wrong.person", what=say(f"comments.doubt.{found}")), name
    return "", ""


def is_day(text: str) -> bool:
    """Whether a text is a day as a form sends it."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@blueprint.post("/<unit>/<key>/bo")
def remove(unit: str, key: str) -> Response:
    """Take an entry out that staff wrote down themselves."""
    find_unit(unit)
    reply = find_entry(unit, key)
    if reply.source == "survey":
        raise NotFound
    saved().remove(reply, me().login)
    return redirect(address("replies.unit", unit=unit), 303)


@blueprint.post("/<unit>/nop")
def hand_in(unit: str) -> Response:
    """Make the register a file and have it checked; from there it goes its way like any other file."""
    found, kind, period = find_unit(unit), the_kind(), latest_period()
    assert kind
    end = here().office.period(kind, period).end
    ready = [one if not one.done_on or one.done_on <= end.isoformat() else until_then(one) for one in entries(unit)]
    data = as_file(kind, unit, period, ready, month_counts(unit))
    place = (KIND, unit, period)
    sha256 = hashlib.sha256(data).hexdigest()
    if same := here().uploads.same(place, by=me().login, sha256=sha256, reading={}):
        return redirect(address("files.upload", key=same.key, same=1), 303)
    keep(io.BytesIO(data))
    name = f"{KIND}-{unit}-{period}.csv"
    try:
        made = here().uploads.add(place, by=me().login, name=name, sha256=sha256, size=len(data))
    except Busy:
        return show_register(found, say("place.busy"), 429)
    return look(made)


def until_then(reply: Reply) -> Reply:
    """What was done after the period is, at its end, planned for that day: the register of a month does not know what
    came later."""
    return replace(reply, status="planned", planned_on=reply.done_on, done_on="")


def month_counts(unit: str) -> list[CommentCount]:
    """How many comments came in each month of a unit's register, and what became of them."""
    comments, first = found_comments(), since()
    counts = comments.counts() if comments else []
    return [one for one in counts if one.unit == unit and one.period and one.period >= first]
