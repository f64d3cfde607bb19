"""The first page after coming in: what there is to do."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from collector.intake.accounts import EVERY_UNIT
from collector.intake.duties import Duty, duties, periods
from collector.intake.here import here
from collector.intake.permissions import APPROVER, CLERK, me
from publisher.ledger import read_ledger

SHOWN = 60

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Response:
    """What the person's units owe, and what waits for their approval."""
    account = me()
    owed = own_duties() if CLERK in account.role_names else None
    approver = APPROVER in account.role_names
    page = render_template(
        "home.html.j2",
        account=account,
        duties=owed[:SHOWN] if owed is not None else None,
        several=len({one.unit.code for one in owed or ()}) > 1,
        more=max(0, len(owed or ()) - SHOWN),
        submitted=len(here().uploads.in_states(["submitted"], account.units)) if approver else None,
        people=not approver and owed is None,
    )
    return make_response(page)


def own_duties() -> list[Duty]:
    """What the person's units owe, what somebody must act on first, then by due day."""
    office, account = here().office, me()
    units = list(office.units.entries) if EVERY_UNIT in account.units else sorted(account.units)
    labels = {label for kind in office.kinds.values() for label in periods(office, kind, here().today)}
    latest = here().uploads.latest(units, labels)
    found = duties(
        office, read_ledger(office), account.may, lambda *place: latest.get(place), here().today
    )  # fmt: skip
    return sorted(found, key=lambda one: (not one.is_open, one.period, one.kind.name, one.unit.code))
