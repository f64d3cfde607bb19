"""Who may open which page: one table, and what is not in it nobody may open.

A page needs a row here and nothing else; what a person may see on it (their units, their own file) is asked where it is
shown, by `Account.may`. A test walks every address as everybody against a table of its own.
"""

from collections.abc import Mapping

from flask import current_app, redirect, request
from flask_security import current_user
from werkzeug.exceptions import Forbidden, ServiceUnavailable, UnsupportedMediaType
from werkzeug.wrappers import Response

from collector import web
from collector.intake.accounts import Account
from collector.intake.here import address, here, local_hosts
from collector.intake.sessions import mine

ANYONE, PERSON = "anyone", "person"
"""Everybody, and everybody who is signed in; the other words of a row are roles."""

CLERK, APPROVER, ADMINISTRATOR = "clerk", "approver", "administrator"

WAIT = 30
"""After so many seconds a person may try again when the database does not answer."""

TABLE: Mapping[str, frozenset[str]] = {
    endpoint: frozenset(who.split())
    for endpoint, who in {
        "health": "anyone",
        "signing_in.sign_in": "anyone",
        "signing_in.code": "anyone",
        "signing_in.set_up": "anyone",
        "signing_in.invitation": "anyone",
        "signing_in.sign_out": "person",
        "home.home": "person",
        "hand_in.choose": "clerk approver",
        "hand_in.place": "clerk approver",
        "hand_in.upload": "clerk approver",
        "hand_in.nothing": "clerk approver",
        "hand_in.template": "clerk approver",
        "files.upload": "clerk approver",
        "files.marked": "clerk approver",
        "files.check_again": "clerk approver",
        "files.submit": "clerk approver",
        "files.withdraw": "clerk approver",
        "files.approve": "approver",
        "files.give_back": "approver",
        "approval.queue": "approver",
        "approval.builds": "approver administrator",
        "approval.build_now": "approver administrator",
        "missing.missing": "approver administrator",
        "missing.remind": "approver administrator",
        "comments.overview": "approver",
        "comments.unit": "approver",
        "comments.decide": "approver",
        "comments.reopen": "approver",
        "replies.overview": "clerk approver",
        "replies.unit": "clerk approver",
        "replies.add": "clerk approver",
        "replies.entry": "clerk approver",
        "replies.remove": "clerk approver",
        "replies.hand_in": "clerk approver",
        "paper.counters": "clerk",
        "paper.sheet": "clerk",
        "silence.counters": "clerk approver administrator",
        "layouts.columns": "clerk approver",
        "layouts.sheet": "clerk approver",
        "layouts.layouts": "approver administrator",
        "layouts.save": "approver administrator",
        "account.account": "person",
        "account.password": "person",
        "account.second_factor": "person",
        "account.recovery_codes": "person",
        "account.end_session": "person",
        "people.people": "administrator",
        "people.invite": "administrator",
        "people.person": "administrator",
        "people.change": "administrator",
        "people.invite_again": "administrator",
        "people.set_active": "administrator",
        "people.end_sessions": "administrator",
        "journal.journal": "administrator",
    }.items()
}


def me() -> Account:
    """The person who is signed in. Raises Forbidden for nobody: a page for everybody must not ask."""
    if not current_user.is_authenticated:
        raise Forbidden
    found = current_user._get_current_object()
    assert isinstance(found, Account)
    return found


def may(endpoint: str) -> bool:
    """Whether whoever is here may open a page."""
    allowed = TABLE.get(endpoint, frozenset())
    if ANYONE in allowed:
        return True
    return bool(current_user.is_authenticated and (PERSON in allowed or allowed & me().role_names))


def guard() -> Response | None:
    """Before every request: an unsafe connection, an unknown page, a person without the right, a form that is none of
    ours. Who is not signed in is led to where one signs in. Raises HTTPException."""
    if request.endpoint is None:
        return None  # an address that there is not, or a way of asking that it does not know, is told as such
    if not request.is_secure and request.host.rpartition(":")[0] not in local_hosts() and request.endpoint != "health":
        raise Forbidden("insecure")
    if mine().lost:
        raise ServiceUnavailable(retry_after=WAIT)
    view = current_app.view_functions[request.endpoint]
    if request.mimetype == web.PARTS and not web.takes_files(view):
        raise UnsupportedMediaType
    if may(request.endpoint):
        return None
    if not current_user.is_authenticated and request.endpoint in TABLE:
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(address("signing_in.sign_in", **({"next": back} if back and back != "/" else {})), 303)
    if current_user.is_authenticated:
        here().accounts.note(me().login, "denied", request.endpoint)
    raise Forbidden
