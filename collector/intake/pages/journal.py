"""The journal, for administrators."""

import datetime as dt

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from collector.intake import journal as lines
from collector.intake.here import here

PAGE = 100

blueprint = Blueprint("journal", __name__, url_prefix="/nhat-ky")


@blueprint.get("")
def journal() -> Response:
    """Who did what when, the latest first; and whether the chain is whole."""
    text = request.args.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
    found = lines.entries(here().database, PAGE, before)
    page = render_template(
        "journal.html.j2",
        entries=[(entry, dt.datetime.fromisoformat(entry.at)) for entry in found],
        before=found[-1].number if len(found) == PAGE else None,
        broken=lines.first_broken(here().database),
    )
    return make_response(page)
