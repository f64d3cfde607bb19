"""The staff pages: a clerk hands a file in, an approver publishes it, an administrator looks after accounts.

An app of its own beside the survey, in a process of its own and under a host name of its own: docs/intake.md.
"""

from __future__ import annotations

import atexit
import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from flask import Flask

    from collector.settings import StaffSettings


def create_app(settings: StaffSettings | None = None, *, work: bool = True) -> Flask:
    """The staff pages as a WSGI app, ready to serve: `collector.intake:create_app` for any server with one process,
    with what the environment says. Without `work` nothing is checked and built by itself: tests do it step by step.

    Raises Mistake for whatever of the settings, the office or the database cannot be used.
    """
    from flask import Flask
    from flask_wtf import CSRFProtect
    from jinja2 import StrictUndefined

    from collector import web
    from collector.database import database_at
    from collector.intake import here, pages, permissions
    from collector.intake.accounts import Accounts
    from collector.intake.attempts import Attempts
    from collector.intake.checks import Checks
    from collector.intake.files import Files
    from collector.intake.second_factor import SecondFactor
    from collector.intake.security import init_security
    from collector.intake.sessions import Sessions
    from collector.intake.survey import Survey
    from collector.intake.tables import SCHEMA
    from collector.intake.uploads import Uploads
    from collector.intake.worker import Builds, Worker
    from collector.settings import read_staff_settings
    from publisher import words

    words.check()
    settings = settings or read_staff_settings()
    offices = here.Offices(settings.office, here.now)
    office = offices.current()
    database = database_at(settings.database_url, SCHEMA, variable="COLLECTOR_STAFF_DATABASE_URL")
    database.open()
    accounts = Accounts(database, here.now)
    sessions = Sessions(
        database,
        settings.secret_key,
        here.now,
        idle=dt.timedelta(minutes=settings.idle_minutes),
        longest=dt.timedelta(hours=settings.longest_hours),
    )
    codes = SecondFactor(accounts, settings.secret_key, office.settings.short_name.vi)

    files = Files(settings.files)
    uploads, builds = Uploads(database, here.now), Builds(database, here.now)
    intake = here.Intake(
        settings, offices, database, accounts, sessions, codes, Attempts(), files, uploads,
        Checks(settings.office, uploads, accounts, files), builds,
        Worker(settings.office, uploads, builds, files, here.now), Survey(settings), here.now,
    )  # fmt: skip

    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.secret_key
    app.session_interface = sessions
    app.jinja_options = {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.extensions["intake"] = intake
    own = [urlsplit(office.settings.intake.url).hostname, *here.local_hosts()]
    hosts = settings.trusted_hosts or [name for name in own if name]
    web.init_app(app, hosts=hosts, proxies=settings.proxies, style=pages.STYLE)
    app.before_request(permissions.guard)
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)  # the origin is looked at in `web`
    CSRFProtect(app)
    init_security(app, accounts)
    pages.init_app(app)
    if work:
        intake.start()
    atexit.register(intake.stop)
    return app
