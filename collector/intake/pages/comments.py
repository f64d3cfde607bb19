"""Comments from the survey: an approver reads each one and says what becomes of it.

Where the detector sees that a comment may name somebody, or cannot look, it is published only with those words taken
out, and what is left is looked at again. What a comment says stands in no log and no journal.
"""

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from collector.intake.here import address, here, language, say
from collector.intake.permissions import me
from collector.intake.redacting import one_line, redact
from collector.store.comments import Comment, Comments, Decision
from publisher.catalogue import Counter, Unit
from publisher.checking.personal_data import Doubt, doubt, taken_out
from publisher.reading.values import read_text

ID_SHOWN = 8
"""So many digits of a comment's random id stand in the journal."""

LONGEST = 1200
"""So many characters the register takes of what was said (datasets/feedback_answers/schema.yaml)."""

blueprint = Blueprint("comments", __name__, url_prefix="/gop-y")


@dataclass(frozen=True)
class Shown:
    """A comment as it is read: on one line, with what is doubtful about it and the words that are proposed."""

    comment: Comment
    text: str
    doubt: Doubt | None
    proposed: str
    question: str


def found_comments() -> Comments | None:
    """The comments of the survey, None where there is no survey."""
    store = here().survey.store()
    return Comments(store.database, here().office.settings.thresholds.small_group) if store else None


def of_unit(code: str) -> tuple[Unit, list[Comment]]:
    """A unit of the person's with its comments that may be read. Raises NotFound, Forbidden."""
    unit, comments = here().office.units.get(code), found_comments()
    if not me().may(code):
        here().accounts.note(me().login, "foreign-unit", f"comments/{code}"[:100])
        raise Forbidden("foreign-unit")
    if not isinstance(unit, Unit) or comments is None:
        raise NotFound
    return unit, [one for one in comments.of_unit(code) if one.period]


def read(comment: Comment) -> Shown:
    """A comment with what the detector says of it."""
    text = one_line(comment.text)
    found = doubt(text)
    return Shown(comment, text, found, taken_out(text) if found else text, question_of(comment))


def question_of(comment: Comment) -> str:
    """What was asked, in the words of the unit's forms; the question's name where they no longer have it."""
    office, forms = here().office, here().survey.forms(here().office)
    desks = (desk for desk in office.counters if isinstance(desk, Counter))
    used = {desk.form for desk in desks if desk.unit == comment.unit}
    labels = {
        question.label[language()]
        for name, form in forms.items()
        if name in used
        for question in form.questions
        if question.name == comment.question
    }
    return " / ".join(sorted(labels)) or comment.question


@blueprint.get("")
def overview() -> Response:
    """What became of comments, by unit and month, and what waits."""
    comments = found_comments()
    counts = [one for one in comments.counts() if me().may(one.unit)] if comments else []
    page = render_template(
        "comments.html.j2",
        survey=comments is not None,
        counts=[one for one in counts if one.received],
        waiting={one.unit for one in counts if one.period and one.waiting},
        least=here().office.settings.thresholds.small_group,
    )
    return make_response(page)


@blueprint.get("/<unit>")
def unit(unit: str) -> Response:
    """The next comment of a unit that waits, and those that somebody has decided about."""
    return show(unit)


def show(code: str, *, wrong: str = "", at: str = "", filled: str = "", status: int = 200) -> Response:
    """The page of a unit; with what is `wrong` about what was sent of the comment `at`, and what was `filled` in."""
    found, comments = of_unit(code)
    after = at or request.args.get("sau", "")
    waiting = [one for one in comments if one.state == "waiting"]
    later = [one for one in waiting if one.id >= at] if at else [one for one in waiting if one.id > after]
    shown = read((later or waiting)[0]) if waiting else None
    page = render_template(
        "comment.html.j2",
        unit=found,
        shown=shown,
        waiting=len(waiting),
        decided=[one for one in comments if one.state != "waiting"],
        wrong=wrong,
        filled=filled or (shown.proposed if shown else ""),
    )
    return make_response(page, status)


@blueprint.post("/<unit>/<key>")
def decide(unit: str, key: str) -> Response:
    """Publish a comment, as it stands or with words taken out, or withhold it; leads on to the next."""
    comment = waiting_comment(unit, key)
    decision: Decision = "withheld"
    published = ""
    if request.form.get("what") != "withhold":
        text, edited = one_line(comment.text), request.form.get("text", "")
        left = redact(text, edited)
        if not left:
            wrong = say("comments.nothing_left" if left == "" else "comments.added")
            return show(unit, wrong=wrong, at=key, filled=edited, status=422)
        if still := doubt(left):
            wrong = say("comments.still", what=say(f"comments.doubt.{still}"))
            return show(unit, wrong=wrong, at=key, filled=edited, status=422)
        if read_text(left, LONGEST).fault:  # the ledger's door would refuse it
            return show(unit, wrong=say("comments.code", limit=LONGEST), at=key, filled=edited, status=422)
        decision, published = "released" if left == text else "redacted", left
    comments = found_comments()
    if comments is None or not comments.decide(comment, decision, published):
        raise NotFound("comment-decided")
    note(comment, decision)
    return redirect(address("comments.unit", unit=unit, sau=key), 303)


@blueprint.post("/<unit>/<key>/doc-lai")
def reopen(unit: str, key: str) -> Response:
    """Have a comment wait again."""
    comment = one_comment(unit, key)
    comments = found_comments()
    if comments is None or not comments.reopen(comment):
        raise NotFound("comment-decided")
    note(comment, "reopened")
    return redirect(address("comments.unit", unit=unit), 303)


def one_comment(unit: str, key: str) -> Comment:
    """The comment of an address. Raises NotFound, Forbidden."""
    _, comments = of_unit(unit)
    for comment in comments:
        if comment.id == key:
            return comment
    raise NotFound


def waiting_comment(unit: str, key: str) -> Comment:
    """The same, while nobody has decided about it."""
    comment = one_comment(unit, key)
    if comment.state != "waiting":
        raise NotFound("comment-decided")
    return comment


def note(comment: Comment, action: str) -> None:
    """A line of the journal: which comment, never what it says."""
    about = f"{comment.unit}/{comment.period} {comment.id[:ID_SHOWN]}"
    here().accounts.note(me().login, f"comment-{action}", about)
