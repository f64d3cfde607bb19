"""The pages, one module for each subject. A new page is a view in its subject's blueprint, a row in
`permissions.TABLE`, and, when everybody who may open it should see the way, a line in `NAVIGATION`.
"""

from pathlib import Path

from flask import Flask, make_response, request
from flask_security import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from collector import web
from collector.database import Unavailable
from collector.intake import here as ground
from collector.intake.pages import account, home, journal, people, signing_in
from collector.intake.permissions import WAIT, may
from publisher.words import format as formats
from publisher.words import load

STYLE = web.read_style(Path(__file__).parents[1] / "style.css")
"""The one style sheet of all pages, as it stands between <style> and </style>: its hash goes into their policy."""

SUBJECTS = (signing_in, home, account, people, journal)

NAVIGATION = (
    ("home.home", "nav.home"),
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


def common() -> dict[str, object]:
    """The names that all templates know."""
    known = request.url_rule is not None
    person = current_user if known and current_user.is_authenticated else None
    return {
        "office": ground.here().office,
        "lang": ground.language(),
        "t": ground.say,
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
        "date": lambda day: formats.date(ground.language(), day),
        "period_name": lambda label: formats.period(ground.language(), label),
        "number": lambda value: formats.number(ground.language(), value),
    }


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


def health() -> Response:
    """Whether the database answers: for whoever watches over the server."""
    with ground.here().database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    page = make_response("ok\n")
    page.mimetype = "text/plain"
    return page
