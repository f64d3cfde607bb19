"""The pages, one module for each subject. A new page is a view in its subject's blueprint, a row in
`permissions.TABLE`, and, when everybody who may open it should see the way, a line in `NAVIGATION`.
"""

import datetime as dt
from pathlib import Path

from flask import Flask, g, make_response, request
from flask_security import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from collector import web
from collector.database import Unavailable
from collector.intake import here as ground
from collector.intake.pages import (
    account,
    approval,
    comments,
    files,
    hand_in,
    home,
    journal,
    layouts,
    missing,
    paper,
    people,
    replies,
    signing_in,
    silence,
)
from collector.intake.permissions import WAIT, may
from publisher.catalogue import Kind
from publisher.errors import Mistake
from publisher.words import format as formats
from publisher.words import load

STYLE = web.read_style(Path(__file__).parents[1] / "style.css")
"""The one style sheet of all pages, as it stands between <style> and </style>: its hash goes into their policy."""

SUBJECTS = (
    signing_in, home, hand_in, files, approval, comments, replies, paper, silence, missing, layouts, account, people,
    journal,
)  # fmt: skip

NAVIGATION = (
    ("home.home", "nav.home"),
    ("hand_in.choose", "nav.hand_in"),
    ("approval.queue", "nav.queue"),
    ("missing.missing", "nav.missing"),
    ("comments.overview", "nav.comments"),
    ("replies.overview", "nav.replies"),
    ("paper.counters", "nav.paper"),
    ("silence.counters", "nav.silence"),
    ("approval.builds", "nav.builds"),
    ("layouts.layouts", "nav.layouts"),
    ("people.people", "nav.people"),
    ("journal.journal", "nav.journal"),
    ("account.account", "nav.account"),
)
"""The ways to other pages, (endpoint, words): everybody sees those that they may open."""


def init_app(app: Flask) -> None:
    """Put the pages into an app."""
    for subject in SUBJECTS:
        app.register_blueprint(subject.blueprint)
    app.add_url_rule("/healthz", "health", health)
    app.context_processor(common)
    app.register_error_handler(Unavailable, tell_unavailable)
    app.register_error_handler(Mistake, tell_mistake)


def common() -> dict[str, object]:
    """The names that all templates know."""
    known, office = request.url_rule is not None, ground.here().office
    person = current_user if known and current_user.is_authenticated else None
    return {
        "office": office,
        "lang": ground.language(),
        "t": ground.say,
        "icon": web.ICON,
        "style": Markup(STYLE),  # noqa: S704  # our own file
        "other": ground.other_language() if known else None,
        "address": ground.address,
        "may": may,
        "person": person,
        "navigation": [(ground.address(to), ground.say(key), to) for to, key in NAVIGATION if may(to)]
        if person
        else [],
        "endpoint": request.endpoint,
        "token": token,
        "error_text": error_text,
        "said": g.get("said", ""),
        "stopped": request.args.get("dung") == "1",
        "date": lambda day: formats.date(ground.language(), day),
        "period_name": period_name,
        "number": lambda value: value if isinstance(value, str) else formats.number(ground.language(), value),
        "moment": moment,
        "unit_name": lambda code: entry.name[ground.language()] if (entry := office.units.get(code)) else code,
        "kind_name": lambda name: kind.short[ground.language()] if (kind := office.kinds.get(name)) else name,
    }


def moment(text: str) -> str:
    """A time as the tables hold it, as people read it: 14:05 12/11/2026."""
    at = dt.datetime.fromisoformat(text)
    return f"{at:%H:%M} {formats.date(ground.language(), at.date())}"


def period_name(label: str, kind: Kind | None = None) -> str:
    """A period's name: of a kind that is due by quarter or year, the quarter or year that ends with that month."""
    return formats.period(ground.language(), kind.span(label) if kind else label)


def token() -> Markup:
    """The field that every form of ours carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def error_text(status: int, why: str) -> str:
    """What an error page says: about `why` where there is something to say about it, else about the status."""
    known = load(ground.language())
    wanted = (f"intake.error.{key}" for key in (why, status, 500 if status >= 500 else 400))
    return known[next(key for key in wanted if key in known)]


def tell_unavailable(_error: Unavailable) -> Response:
    """The page for a database that does not answer: nothing is lost, and it may be tried again."""
    return web.tell_error(ServiceUnavailable(retry_after=WAIT))


def tell_mistake(error: Mistake) -> Response:
    """The page for something of the office that cannot be used, such as a ledger that was edited: whoever runs the
    program must see to it, and the sentence says what to."""
    g.said = ground.told(error)
    return web.tell_error(InternalServerError())


def health() -> Response:
    """Whether the database answers: for whoever watches over the server."""
    with ground.here().database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    page = make_response("ok\n")
    page.mimetype = "text/plain"
    return page
