"""What waits for an approver, and the builds."""

import datetime as dt

from flask import Blueprint, make_response, redirect, render_template
from werkzeug.wrappers import Response

from collector.intake.here import address, here
from collector.intake.permissions import me

BUILDS_SHOWN = 20

REFRESH = 5
"""While a build is at work its page looks again after so many seconds."""

blueprint = Blueprint("approval", __name__)


@blueprint.get("/duyet")
def queue() -> Response:
    """What waits to be looked over, and what is approved and waits for a build."""
    found = here().uploads.in_states(["submitted", "approved", "accepting"], me().units)
    page = render_template(
        "queue.html.j2",
        submitted=[one for one in found if one.state == "submitted"],
        approved=[one for one in found if one.state != "submitted"],
    )
    return make_response(page)


@blueprint.get("/dung-trang")
def builds() -> Response:
    """The builds: what they took in, what came of them."""
    found = here().builds.latest(BUILDS_SHOWN)
    page = render_template(
        "builds.html.j2",
        builds=found,
        running=any(one.state in ("waiting", "running") for one in found),
        waiting=len(here().uploads.in_states(["approved"])),
        minutes=here().office.settings.intake.build_after_minutes,
        seconds=seconds,
        refresh=REFRESH,
    )
    return make_response(page)


def seconds(start: str, end: str) -> int:
    """How long it took."""
    return int((dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(start)).total_seconds())


@blueprint.post("/dung-trang")
def build_now() -> Response:
    """Have the site built now."""
    here().builds.ask(me().login)
    here().worker.wake()
    return redirect(address("approval.builds"), 303)
