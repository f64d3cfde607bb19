"""The first page after coming in."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from collector.intake.permissions import me

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """What there is to do."""
    return make_response(render_template("home.html.j2", account=me()))
