"""The pages on which citizens answer: a form for each counter, its thanks, the list of counters, slips and the kiosk.

A GET writes nothing and spends nothing: link previews of chat programs open every address they see. A POST that is
stored leads to a GET (303), so that a reload sends nothing twice; one that is not stored shows the form again with all
that was filled in.
"""

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, make_response, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from collector import web
from collector.calendar import period_of, working_block
from collector.codes import SHORT_LENGTH, Keys, read_poster, read_slip, typed
from collector.limits import Limits
from collector.silence import LISTENING, silent
from collector.store import Ballot, Outcome, Store, Unavailable
from collector.survey.answers import Answers, fault_sentence, judge, refill, unknown_fields
from collector.survey.forms import Form, Question
from collector.survey.paper import STYLE as PAPER_STYLE
from collector.survey.paper import paper_form
from publisher import words
from publisher.catalogue import Counter, Office, Unit
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import LABEL
from publisher.checking.personal_data import DOUBTFUL, doubt
from publisher.errors import Mistake
from publisher.words import format as formats

FAST = 3.0
"""An answer filled in within so many seconds is marked `fast`."""

OFFICE_HOURS = (dt.time(7, 0), dt.time(17, 30))
"""An answer outside them, or on a day off, is marked `hours`."""

KIOSK_THANKS = 20
"""After so many seconds a tablet shows an empty form again."""

KIOSK_IDLE = 300
"""After so many seconds a tablet forgets a form that somebody left half filled in."""

WAIT = 30
"""After so many seconds a person may try again when the store does not answer."""

CODE_SHOWN = 40
"""Of a wrong code so many characters are shown again."""

UNSURE = DOUBTFUL | {"name", "unchecked"}
"""What a person is not told of after the form was sent: it may be no person's, or nobody knows."""

STYLE = web.read_style(Path(__file__).parent / "style.css")
"""The one style sheet of all pages, as it stands between <style> and </style>: its hash goes into their policy."""

TOKEN, TRAP = "_token", "_website"
"""The page's own fields; no question's name begins with `_`. Programs that fill in every field fill in the second one,
which people do not see."""

blueprint = Blueprint("survey", __name__, template_folder="templates")


@dataclass(frozen=True)
class Survey:
    """What the pages stand on. `now` gives the time in Việt Nam."""

    office: Office
    forms: Mapping[str, Form]
    store: Store
    keys: Keys
    limits: Limits
    signer: URLSafeSerializer
    now: Callable[[], dt.datetime]

    @property
    def today(self) -> dt.date:
        """Today, or the fixed day of a demonstration. Not `office.today`, which stays what it was at the start."""
        return self.office.settings.today or self.now().date()


@dataclass(frozen=True)
class Place:
    """A counter that can be asked about today, with its unit and its form."""

    counter: Counter
    unit: Unit
    form: Form


@dataclass(frozen=True)
class Visit:
    """One person at one form: whose it is, how they came, where the form is sent."""

    place: Place
    channel: str
    action: str
    slip: str = ""

    @property
    def kiosk(self) -> bool:
        """Whether the form stands on a tablet at the counter."""
        return self.channel == "kiosk"


@dataclass(frozen=True)
class Token:
    """What a form carries, signed: its random key, its counter, and when it was opened (seconds, never stored)."""

    key: str
    counter: str
    opened: float


@dataclass(frozen=True)
class Sent:
    """What a person sent, and the token of their form, None when it is not ours or another counter's."""

    fields: Mapping[str, tuple[str, ...]]
    readable: bool
    token: Token | None


def now() -> dt.datetime:
    """The time in Việt Nam."""
    return dt.datetime.now(ZONE)


def make_survey(
    office: Office,
    forms: Mapping[str, Form],
    store: Store,
    keys: Keys,
    secret: str,
    now: Callable[[], dt.datetime] = now,
) -> Survey:
    """What the pages stand on. Raises Mistake `counter-form` for a counter whose form does not exist."""
    for counter in office.counters:
        if isinstance(counter, Counter) and counter.form not in forms:
            known = ", ".join(sorted(forms))
            raise Mistake("counter-form", {"counter": counter.code, "form": counter.form, "known": known})
    return Survey(office, forms, store, keys, Limits(), URLSafeSerializer(secret, salt="survey-form"), now)


def init_app(app: Flask, survey: Survey) -> None:
    """Put the pages into an app, and note that the collector is at work: silence counts from there."""
    app.extensions["survey"] = survey
    app.jinja_options = {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.register_blueprint(blueprint)
    with contextlib.suppress(Unavailable):
        survey.store.heard(LISTENING, working_block(survey.office, survey.today))


def here() -> Survey:
    """What the pages of this app stand on."""
    return cast(Survey, current_app.extensions["survey"])


# What every template may use


def language() -> str:
    """The language of the request: Vietnamese, or what `?lang=` says when the office has it."""
    wanted = request.args.get("lang", "")
    return wanted if wanted in here().office.settings.languages else words.LANGUAGES[0]


def say(key: str, **values: object) -> str:
    """A sentence `survey.<key>` in the language of the request."""
    return words.say(language(), f"survey.{key}", **values)


def address(endpoint: str, **values: object) -> str:
    """The address of a page of ours in the language of the request."""
    given = {**values, "lang": language()} if language() != words.LANGUAGES[0] else values
    return url_for(f"survey.{endpoint}", **cast(dict[str, Any], given))


def other_language() -> dict[str, str] | None:
    """The same address in the other language; None where the office has only one."""
    other = next((lang for lang in here().office.settings.languages if lang != language()), None)
    if other is None:
        return None
    given = {name: request.args[name] for name in ("period", "numbers") if name in request.args}
    given |= {"lang": other} if other != words.LANGUAGES[0] else {}
    return {"lang": other, "address": f"{request.path}?{urlencode(given)}" if given else request.path}


@blueprint.app_context_processor
def common() -> dict[str, object]:
    """The names that all templates know."""
    return {
        "office": here().office,
        "lang": language(),
        "t": say,
        "icon": web.ICON,
        "style": Markup(STYLE),  # noqa: S704  # our own file
        "kiosk": False,
        "other": other_language() if request.url_rule else None,
        "counters_address": "/quay" + ("" if language() == words.LANGUAGES[0] else f"?lang={language()}"),
        "address": address,
        "error_text": error_text,
    }


def error_text(status: int) -> str:
    """What an error page says."""
    known = f"survey.error.{status}" in words.load(language())
    return say(f"error.{status if known else 500 if status >= 500 else 400}")


# Where a person is


def find_place(code: str) -> Place | None:
    """The counter of that code when it and its unit are valid today."""
    survey = here()
    counter = survey.office.counters.get(code)
    unit = survey.office.units.get(counter.unit) if isinstance(counter, Counter) else None
    if not isinstance(counter, Counter) or not isinstance(unit, Unit):
        return None
    if not (counter.is_valid(survey.today) and unit.is_valid(survey.today)):
        return None
    return Place(counter, unit, survey.forms[counter.form])


def places() -> list[Place]:
    """Every counter that can be asked about today, in the order of counters.csv."""
    return [place for counter in here().office.counters if (place := find_place(counter.code))]


def no_such_counter(code: str) -> Response:
    """The page for a counter that is closed or unknown: the counters of its unit that are open, or all."""
    counter = here().office.counters.get(code)
    unit = counter.unit if isinstance(counter, Counter) else ""
    found = [place for place in places() if place.unit.code == unit]
    text = say("counters.unit_text", unit=found[0].unit.name[language()]) if found else say("counters.unknown_text")
    return show_counters(found or places(), say("counters.unknown"), text, 404, partial=bool(found))


def show_counters(found: Sequence[Place], title: str, text: str, status: int, *, partial: bool) -> Response:
    """A list of counters under their units; silent ones are marked."""
    survey = here()
    units: dict[str, list[Place]] = {}
    for place in found:
        units.setdefault(place.unit.code, []).append(place)
    try:
        quiet = {counter.code for counter in silent(survey.office, survey.store, survey.today)}
    except Unavailable:  # the way to the form matters more than the mark
        quiet = set()
    page = render_template(
        "counters.html.j2",
        title=title,
        text=text,
        units=[(group[0].unit, group) for group in units.values()],
        silent=quiet & {place.counter.code for place in found},
        partial=partial,
    )
    return make_response(page, status)


# The form


def make_token(counter: str) -> Token:
    """The token of a form that is opened now."""
    return Token(secrets.token_hex(16), counter, round(here().now().timestamp(), 1))


def sign(token: Token) -> str:
    """A token as it stands in the form."""
    return str(here().signer.dumps([token.key, token.counter, token.opened]))


def read_token(text: str) -> Token | None:
    """A token of ours, None for anything else."""
    try:
        key, counter, opened = here().signer.loads(text)
    except (BadData, ValueError, TypeError):
        return None
    return Token(str(key), str(counter), float(opened))


def unbound(question: Question, lang: str) -> UnboundField | None:
    """A question as a field; None for what is not asked. Whether a value is one of the form's is for `judge` to say."""
    choices = [SelectChoice(choice.value, choice.label[lang]) for choice in question.choices]
    match question.type:
        case "select_one":
            return cast(UnboundField, RadioField(choices=choices, validate_choice=False))
        case "select_multiple":
            return cast(UnboundField, SelectMultipleField(choices=choices, validate_choice=False))
        case "integer":
            return cast(UnboundField, StringField())
        case "text":
            return cast(UnboundField, TextAreaField())
        case _:
            return None


def make_fields(form: Form, lang: str, filled: Mapping[str, Sequence[str]], token: str) -> BaseForm:
    """The fields of a form, filled with what the person chose and wrote, and with nothing else."""
    asked = {question.name: unbound(question, lang) for question in form.questions}
    fields = BaseForm({name: field for name, field in asked.items() if field})
    own = BaseForm({TOKEN: HiddenField(), TRAP: StringField()})
    fields.process(formdata=MultiDict([(name, value) for name, values in filled.items() for value in values]))
    own.process(data={TOKEN: token, TRAP: ""})
    fields._fields.update(own._fields)
    return fields


def show_form(
    visit: Visit,
    *,
    token: Token | None = None,
    filled: Mapping[str, Sequence[str]] | None = None,
    faults: Sequence[tuple[str, str]] = (),
    notice: str = "",
    status: int = 200,
    wait: int = 0,
) -> Response:
    """The form, empty or with what was `filled` in. `faults` are (question, sentence); `notice` is why else it was not
    stored; with `wait` the browser learns after how many seconds to come back."""
    form, lang = visit.place.form, language()
    fields = make_fields(form, lang, filled or {}, sign(token or make_token(visit.place.counter.code)))
    first = {q.name: f"{q.name}-0" if q.choices else q.name for q in form.questions}
    page = make_response(
        render_template(
            "form.html.j2",
            form=form,
            place=visit.place,
            fields=fields,
            faults=faults,
            wrong={name: [text for q, text in faults if q == name] for name, _ in faults},
            anchors=first,
            notice=notice,
            verified=visit.channel == "verified",
            kiosk=visit.kiosk,
            action=visit.action,
            idle=KIOSK_IDLE,
        ),
        status,
    )
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def again(visit: Visit, sent: Sent, why: str, status: int, *, wait: int = 0) -> Response:
    """The form as it was sent, which could not be stored for the reason `survey.notice.<why>`."""
    filled = refill(visit.place.form, sent.fields)
    notice = say(f"notice.{why}", seconds=wait)
    return show_form(visit, token=sent.token, filled=filled, notice=notice, status=status, wait=wait)


# What is sent


def read_sent(place: Place | None) -> Sent:
    """What the request brings, with its token when that is of this counter (of any counter when None is given). Raises
    HTTPException for a body that is no form."""
    posted = web.read_body()
    token = read_token(posted.fields.get(TOKEN, ("",))[-1])
    if token and place and token.counter != place.counter.code:
        token = None
    return Sent(posted.fields, posted.readable, token)


def receive(visit: Visit, sent: Sent) -> Response:
    """Judge and store what was sent; every way out but one keeps what the person filled in."""
    survey, place = here(), visit.place
    if wait := survey.limits.post(request.remote_addr):
        return again(visit, sent, "busy", 429, wait=wait)
    if not sent.readable:
        return again(visit, sent, "unreadable", 422)
    if sent.token is None:
        return again(visit, sent, "token", 422)
    period = period_of(survey.office, survey.today)
    if any(sent.fields.get(TRAP, ())):
        count(period, place, "bot", 1)
        return thank(visit, period)
    count(period, place, "unknown_field", unknown_fields(place.form, sent.fields))
    answers, faults = judge(place.form, sent.fields)
    if faults:
        lang = language()
        told = [(fault.question, fault_sentence(place.form, fault, lang)) for fault in faults]
        return show_form(visit, token=sent.token, filled=refill(place.form, sent.fields), faults=told, status=422)
    if not visit.slip and (wait := survey.limits.answer(place.counter.code)):
        return again(visit, sent, "busy", 429, wait=wait)
    try:
        outcome = survey.store.submit(make_ballot(visit, sent.token, period, answers))
        period = survey.store.first_open(period)
    except Unavailable:
        return again(visit, sent, "unavailable", 503, wait=WAIT)
    match outcome:
        case Outcome.STORED | Outcome.SAME:
            with contextlib.suppress(Unavailable):
                survey.store.heard(place.counter.code, working_block(survey.office, survey.today))
            return thank(visit, period, numbers=has_numbers(answers))
        case Outcome.CONFLICT:
            fresh = address("kiosk", counter=place.counter.code) if visit.kiosk else own_address()
            return show_message("conflict", 409, [(fresh, say("conflict.again"))])
        case Outcome.SLIP_USED:
            return without_slip(visit, sent)


def count(period: str, place: Place, what: str, n: int) -> None:
    """Have discarded things counted; nobody waits for that."""
    if n:
        with contextlib.suppress(Unavailable):
            here().store.tell(period, place.counter.code, what, n)


def make_ballot(visit: Visit, token: Token, period: str, answers: Answers) -> Ballot:
    """What is stored of an answer."""
    return Ballot(
        period=period,
        unit=visit.place.unit.code,
        counter=visit.place.counter.code,
        form=visit.place.form.name,
        channel=visit.channel,
        marks=find_marks(visit.place, token),
        choices=answers.choices,
        comments=answers.texts,
        suspect=any(doubt(text) for text in answers.texts.values()),
        key=token.key,
        slip=visit.slip,
    )


def find_marks(place: Place, token: Token) -> frozenset[str]:
    """What is notable about an answer that arrives now. Only the marks are kept, not the time."""
    survey = here()
    now, (opens, shuts) = survey.now(), OFFICE_HOURS
    at_work = survey.office.working_days.is_working(survey.today) and opens <= now.time() < shuts
    found = {
        "fast": 0 <= now.timestamp() - token.opened < FAST,
        "hours": not at_work,
        "burst": survey.limits.is_burst(place.counter.code),
    }
    return frozenset(mark for mark, applies in found.items() if applies)


def has_numbers(answers: Answers) -> bool:
    """Whether a comment surely holds what was asked not to be written; a name or a place may be an official's."""
    return any(kind and kind not in UNSURE for kind in map(doubt, answers.texts.values()))


def thank(visit: Visit, period: str, *, numbers: bool = False) -> Response:
    """Lead on to the thanks, whose address tells what they say: nothing is remembered of who is thanked."""
    given: dict[str, object] = {"counter": visit.place.counter.code, "period": period}
    given |= {"numbers": 1} if numbers else {}
    return redirect(address("kiosk_thanks" if visit.kiosk else "thanks", **given), 303)


def without_slip(visit: Visit, sent: Sent) -> Response:
    """A slip that cannot be used any more: the same answers can be sent without it."""
    survey = here()
    if len(visit.slip) == SHORT_LENGTH:
        survey.limits.wrong_code(request.remote_addr)
    action = address("form_typed", counter=visit.place.counter.code)
    return again(replace(visit, channel="typed", action=action, slip=""), sent, "slip", 409)


def own_address() -> str:
    """The address of the request, in its language."""
    assert request.endpoint
    return address(request.endpoint.removeprefix("survey."), **(request.view_args or {}))


def show_message(what: str, status: int, links: Sequence[tuple[str, str]], **values: object) -> Response:
    """A page with one heading and one sentence, `survey.<what>.title` and `.text`, and where to go from there."""
    title, text = say(f"{what}.title"), say(f"{what}.text", **values)
    return make_response(render_template("message.html.j2", title=title, text=text, links=links), status)


def ask(visit: Visit) -> Response:
    """A form on GET, what was sent on POST."""
    if request.method == "POST":
        return receive(visit, read_sent(visit.place))
    return show_form(visit)


# The addresses


@blueprint.get("/")
def root() -> Response:
    """The list of counters."""
    return redirect(address("counters"), 303)


@blueprint.get("/quay")
def counters() -> Response:
    """Every counter that is asked about; those that have been silent for some working days are marked."""
    return show_counters(places(), say("counters.title"), say("counters.lead"), 200, partial=False)


@blueprint.route("/k/<counter>", methods=["GET", "POST"])
def form_typed(counter: str) -> Response:
    """The form of a counter at its short address."""
    place = find_place(counter)
    return ask(Visit(place, "typed", own_address())) if place else no_such_counter(counter)


@blueprint.route("/k/<counter>/<code>", methods=["GET", "POST"])
def form_poster(counter: str, code: str) -> Response:
    """The form of a counter at its poster's address. An old poster counts, and is told apart."""
    place = find_place(counter)
    if not place:
        return no_such_counter(counter)
    survey = here()
    printed = read_poster(survey.keys, place.counter.code, code)
    if printed is None:
        name = place.counter.name[language()]
        links = [
            (address("form_typed", counter=counter), say("poster.open", counter=name)),
            (address("counters"), say("counters.title")),
        ]
        return show_message("poster", 404, links)
    current = period_of(survey.office, survey.today)
    return ask(Visit(place, "old" if printed < current else "open", own_address()))


@blueprint.route("/kiosk/<counter>", methods=["GET", "POST"])
def kiosk(counter: str) -> Response:
    """The form of a counter on a tablet that stands there."""
    place = find_place(counter)
    return ask(Visit(place, "kiosk", own_address())) if place else no_such_counter(counter)


@blueprint.get("/kiosk/<counter>/thanks")
def kiosk_thanks(counter: str) -> Response:
    """The thanks on a tablet; it returns to an empty form by itself."""
    return show_thanks(counter, on_kiosk=True)


@blueprint.get("/thanks/<counter>")
def thanks(counter: str) -> Response:
    """The thanks, and where the results are published."""
    return show_thanks(counter, on_kiosk=False)


def show_thanks(counter: str, *, on_kiosk: bool) -> Response:
    """The thanks of one counter. What stands in the address is believed only where it looks right."""
    place = find_place(counter)
    if not place:
        return no_such_counter(counter)
    lang = language()
    period = request.args.get("period", "")
    site = here().office.settings.site_url + ("" if lang == words.LANGUAGES[0] else f"{lang}/")
    page = render_template(
        "thanks.html.j2",
        place=place,
        period=formats.period(lang, period).lower() if LABEL.fullmatch(period) else "",
        numbers=request.args.get("numbers") == "1",
        kiosk=on_kiosk,
        idle=KIOSK_THANKS,
        form_address=address("kiosk", counter=counter),
        results=f"{site}don-vi/{place.unit.slug}/",
    )
    return make_response(page)


@blueprint.route("/p", methods=["GET", "POST"])
def type_code() -> Response:
    """Where the code of a slip is typed; it leads on to the slip's own address."""
    if request.method != "POST":
        return ask_code()
    written = web.read_body().fields.get("_code", ("",))[-1]
    code = read_slip(written)
    if code is None:
        return ask_code(written, wrong=say("slip.wrong"), status=422)
    return redirect(address("form_slip", code=typed(code) if len(code) == SHORT_LENGTH else code), 303)


@blueprint.route("/p/<code>", methods=["GET", "POST"])
def form_slip(code: str) -> Response:
    """The form that belongs to a slip. Opening it spends nothing."""
    read = read_slip(code)
    if read is None:
        return ask_code(code, wrong=say("slip.wrong"), status=404)
    survey = here()
    guessable = len(read) == SHORT_LENGTH
    sent = read_sent(None) if request.method == "POST" else None
    opened = find_place(sent.token.counter) if sent and sent.token else None
    if guessable and (wait := survey.limits.typing(request.remote_addr)):
        if sent and opened:
            return again(Visit(opened, "verified", own_address(), read), sent, "busy", 429, wait=wait)
        return ask_code(code, wrong=say("slip.busy", seconds=wait), status=429, wait=wait)
    try:
        slip = survey.store.find_slip(read, survey.today)
        # A slip that only ran out is not spent; one that is used may be this very form, sent again after a crash.
        is_late = slip is None and survey.store.find_slip(read, dt.date.min) is not None
    except Unavailable:
        if not sent or not opened:
            raise ServiceUnavailable(retry_after=WAIT) from None
        return again(Visit(opened, "verified", own_address(), read), sent, "unavailable", 503, wait=WAIT)
    if sent is None:
        place = find_place(slip.counter) if slip else None
        if place:
            return show_form(Visit(place, "verified", own_address(), read))
        if guessable:
            survey.limits.wrong_code(request.remote_addr)
        return ask_code(code, wrong=say("slip.wrong"), status=404)
    place = opened or (find_place(slip.counter) if slip else None)
    if not place:
        return ask_code(code, wrong=say("slip.wrong"), status=404)
    visit = Visit(place, "verified", own_address(), read)
    if is_late:
        return without_slip(visit, sent)
    return receive(visit, sent)


def ask_code(written: str = "", *, wrong: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page on which a slip's code is typed, with the one that was `written` and what is `wrong` about it."""
    page = make_response(render_template("slip.html.j2", code=written[:CODE_SHOWN], wrong=wrong), status)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


@blueprint.get("/giay/<counter>")
def paper(counter: str) -> Response:
    """The form of a counter to be printed."""
    place = find_place(counter)
    if not place:
        return no_such_counter(counter)
    lang = language()
    page = make_response(paper_form(place.form, lang, place.unit.name[lang], place.counter.name[lang]))
    page.headers["Content-Security-Policy"] = web.policy(PAPER_STYLE)
    return page


@blueprint.get("/healthz")
def health() -> Response:
    """Whether the store answers: for whoever watches over the server."""
    try:
        here().store.first_open(period_of(here().office, here().today))
    except Unavailable:
        raise ServiceUnavailable(retry_after=WAIT) from None
    page = make_response("ok\n")
    page.mimetype = "text/plain"
    return page
