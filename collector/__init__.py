"""The survey collector: citizens answer here; publisher counts next month."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from flask import Flask

    from collector.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The survey as a WSGI app, ready to serve: `collector:create_app` for any server, with what the environment says.

    Raises Mistake for whatever of the settings, the office, its forms, the keys or the database cannot be used.
    """
    # Imported here, because every module of the collector passes through this one, and most need no web framework.
    from flask import Flask

    from collector import web
    from collector.codes import Keys
    from collector.settings import read_settings
    from collector.store import Store
    from collector.survey import pages
    from collector.survey.forms import read_forms
    from publisher import words
    from publisher.catalogue import open_office

    words.check()
    settings = settings or read_settings()
    office = open_office(settings.office)
    forms = read_forms(office)
    keys = Keys(settings.keys)
    keys.poster()  # a folder that cannot be used is told now, not to the first citizen
    store = Store(settings.database_url, keys)
    survey = pages.make_survey(office, forms, store, keys, settings.secret_key)
    store.start()
    atexit.register(store.stop)

    app = Flask(__name__, static_folder=None)
    own = [urlsplit(office.settings.survey.url).hostname, "localhost", "127.0.0.1"]
    hosts = settings.trusted_hosts or [name for name in own if name]
    web.init_app(app, hosts=hosts, proxies=settings.proxies, style=pages.STYLE)
    pages.init_app(app, survey)
    return app
