"""Who has not handed in what was due, and the e-mail that reminds them."""

import os

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from collector import web
from collector.intake.here import here, say, told
from collector.intake.permissions import me
from publisher import reminders
from publisher.errors import Mistake
from publisher.ledger import read_ledger
from publisher.reminders import Owed

blueprint = Blueprint("missing", __name__, url_prefix="/chua-nop")


def mine() -> list[Owed]:
    """What the person's units owe; an administrator sees all."""
    office = here().office
    found = reminders.owed(office, read_ledger(office))
    return found if not me().units else [one for one in found if me().may(one.unit.code)]


@blueprint.get("")
def missing() -> Response:
    """The units that owe something, each with what and since when."""
    return show()


def show(wrong: str = "", done: str = "", status: int = 200) -> Response:
    """The page, with what is `wrong` about sending, or what was `done`."""
    office, owed = here().office, mine()
    fresh = {one.key for one in reminders.not_yet_today(office, owed)}
    page = render_template(
        "missing.html.j2",
        server=bool(os.environ.get(reminders.URL)),
        units=reminders.reminders(office, owed),
        count=len(owed),
        unwarned=len({one.unit.code for one in owed if one.key in fresh and one.unit.email}),
        wrong=wrong,
        done=done,
    )
    return make_response(page, status)


@blueprint.post("")
def remind() -> Response:
    """Send every unit that owes something and was not reminded today a message, where it has an address. Without a
    mail server the messages of all come as files, to be sent by hand."""
    office = here().office
    if not os.environ.get(reminders.URL):
        everyone = reminders.reminders(office, mine())
        sender = reminders.sender_of(office, os.environ) or "congkhai@localhost"
        here().accounts.note(me().login, "reminders-taken", count=len(everyone))
        content = reminders.archive(office, everyone, sender)
        return web.attachment(content, "application/zip", f"thu-nhac-{here().today:%Y-%m-%d}.zip")
    messages = reminders.reminders(office, reminders.not_yet_today(office, mine()))
    try:
        sent = reminders.send(office, messages, os.environ)
    except Mistake as error:
        return show(wrong=told(error), status=422)
    here().accounts.note(me().login, "reminded", count=sent)
    return show(done=say("missing.sent", count=sent))
