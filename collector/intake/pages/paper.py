"""Paper forms: a clerk of the unit types a stack in, sheet by sheet, into the open period.

One types the number of the box that is ticked, counted from the left or from the top. What is typed is judged by the
code that judges what citizens send themselves. The journal says who typed a sheet of which counter, never what it says.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response

from collector.calendar import period_of
from collector.intake.here import address, here, language, say
from collector.intake.permissions import me
from collector.intake.redacting import one_line
from collector.silence import at_work
from collector.store import Ballot, Outcome, Store
from collector.survey.answers import Answers, fault_sentence, judge
from collector.survey.forms import Form, Question
from collector.survey.paper import blocks
from publisher.catalogue import Counter, Unit
from publisher.checking.personal_data import doubt

CHANNEL = "paper"

KEY, BATCH = "_key", "_batch"
"""The page's own fields; no question's name begins with `_`."""

KEY_LOOKS = re.compile(r"[0-9a-f]{32}")
BATCH_LOOKS = re.compile(r"[0-9A-Za-z./-]{0,20}")

NO_BOX = "?"
"""What is typed and is no box's number is judged as this: no form has such a choice."""

blueprint = Blueprint("paper", __name__, url_prefix="/phieu-giay")


@dataclass(frozen=True)
class Desk:
    """A counter of the person's, with its unit, its form, and the survey's store."""

    counter: Counter
    unit: Unit
    form: Form
    store: Store

    @property
    def period(self) -> str:
        """The open period into which its sheets go."""
        return self.store.first_open(period_of(here().office, here().today))


def desks() -> list[Counter]:
    """The counters at work of the person's units."""
    office = here().office
    return [
        one
        for one in office.counters
        if isinstance(one, Counter) and me().may(one.unit) and at_work(office, one, here().today)
    ]


def find_desk(code: str) -> Desk:
    """The counter of an address. Raises NotFound, Forbidden."""
    office = here().office
    counter = office.counters.get(code)
    if not isinstance(counter, Counter):
        raise NotFound
    if not me().may(counter.unit):
        here().accounts.note(me().login, "foreign-unit", f"paper/{code}"[:100])
        raise Forbidden("foreign-unit")
    unit, store = office.units.get(counter.unit), here().survey.to_write()
    form = here().survey.forms(office).get(counter.form)
    if store is None or form is None or not isinstance(unit, Unit) or not at_work(office, counter, here().today):
        raise NotFound
    return Desk(counter, unit, form, store)


@blueprint.get("")
def counters() -> Response:
    """The counters whose sheets the person may type in."""
    page = render_template("paper_counters.html.j2", survey=here().survey.store() is not None, counters=desks())
    return make_response(page)


@blueprint.route("/<counter>", methods=["GET", "POST"])
def sheet(counter: str) -> Response:
    """One sheet to be typed in, and how many there are already."""
    desk = find_desk(counter)
    return receive(desk) if request.method == "POST" else show(desk, batch=request.args.get("xap", ""))


def show(
    desk: Desk,
    *,
    batch: str = "",
    key: str = "",
    typed: Mapping[str, str] | None = None,
    faults: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> Response:
    """The page of a sheet, empty or with what was `typed`. `faults` are (field, sentence)."""
    period = desk.period
    page = render_template(
        "sheet_of_paper.html.j2",
        desk=desk,
        period=period,
        count=desk.store.count(period, desk.counter.code, CHANNEL),
        stored=request.method == "GET" and request.args.get("xong") == "1",
        lines=[line for block in blocks(desk.form) for line in block.lines],
        typed=typed or {},
        faults=faults,
        wrong={name for name, _ in faults},
        key=key or secrets.token_hex(16),
        batch=batch if BATCH_LOOKS.fullmatch(batch) else "",
    )
    return make_response(page, status)


def receive(desk: Desk) -> Response:
    """Judge and store a sheet; leads on to the next one of the stack. What is not stored is shown as it was typed."""
    given = request.form
    key, batch = given.get(KEY, ""), given.get(BATCH, "").strip()
    asked = {question.name: question for question in desk.form.questions}
    typed = {name: given[name] for name in asked if name in given}
    if not KEY_LOOKS.fullmatch(key):
        return show(desk, batch=batch, typed=typed, faults=[("", say("paper.unreadable"))], status=422)
    if not BATCH_LOOKS.fullmatch(batch):
        faults = [(BATCH, say("paper.wrong_batch"))]
        return show(desk, key=key, typed=typed, faults=faults, status=422)
    if not any(map(str.strip, typed.values())):
        return show(desk, batch=batch, key=key, faults=[("", say("paper.blank"))], status=422)
    answers, wrong = judge(desk.form, {name: read_boxes(asked[name], text) for name, text in typed.items()})
    if wrong:
        told = [(fault.question, fault_sentence(desk.form, fault, language())) for fault in wrong]
        return show(desk, batch=batch, key=key, typed=typed, faults=told, status=422)
    period = desk.period
    outcome = desk.store.submit(as_ballot(desk, period, answers, key))
    if outcome is Outcome.CONFLICT:
        return show(desk, batch=batch, typed=typed, faults=[("", say("paper.conflict"))], status=409)
    if outcome is Outcome.STORED:
        about = f"{desk.counter.code}/{period}" + (f" {batch}" if batch else "")
        here().accounts.note(me().login, "paper-typed", about)
    return redirect(address("paper.sheet", counter=desk.counter.code, xong=1, **({"xap": batch} if batch else {})), 303)


def read_boxes(question: Question, text: str) -> tuple[str, ...]:
    """What was typed for a question as a citizen's browser would send it: of boxes their numbers become the choices."""
    if not question.choices:
        return (text,)
    boxes = {str(number): choice.value for number, choice in enumerate(question.choices, start=1)}
    return tuple(boxes.get(one, NO_BOX) for one in one_line(text).replace(",", " ").split())


def as_ballot(desk: Desk, period: str, answers: Answers, key: str) -> Ballot:
    """What is stored of a sheet. It has no marks: when it was typed says nothing about whoever filled it in."""
    return Ballot(
        period=period,
        unit=desk.unit.code,
        counter=desk.counter.code,
        form=desk.form.name,
        channel=CHANNEL,
        choices=answers.choices,
        comments=answers.texts,
        suspect=any(doubt(text) for text in answers.texts.values()),
        key=key,
    )
