"""Silent counters: from which no answer has come for some working days, for those who can go and look."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from collector import silence
from collector.intake.accounts import EVERY_UNIT
from collector.intake.here import here
from collector.intake.permissions import ADMINISTRATOR, me

blueprint = Blueprint("silence", __name__, url_prefix="/quay-im-lang")


@blueprint.get("")
def counters() -> Response:
    """The silent counters of the person's units; an administrator sees all."""
    office, store, account = here().office, here().survey.store(), me()
    known = store is not None and silence.remembers(office, store, here().today)
    everywhere = ADMINISTRATOR in account.role_names or EVERY_UNIT in account.units
    found = silence.silent(office, store, here().today) if store and known else []
    page = render_template(
        "silent.html.j2",
        survey=store is not None,
        known=known,
        counters=[one for one in found if everywhere or account.may(one.unit)],
        days=office.settings.survey.silent_working_days,
        address_of=office.settings.survey.url,
    )
    return make_response(page)
