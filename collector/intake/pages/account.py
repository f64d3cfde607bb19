"""A person's own account: sessions, password, second factor. The password is asked again before it or the second factor
changes: a page left open at a counter must not be enough.
"""

import datetime as dt

from flask import Blueprint, make_response, redirect, render_template, request, session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from collector.intake.accounts import TWO_FACTORS, Account, hashed
from collector.intake.here import address, here, say
from collector.intake.pages.signing_in import come_in, password_fault
from collector.intake.passwords import LEAST
from collector.intake.permissions import me
from collector.intake.qr import drawn
from collector.intake.security import hash_anew, is_right
from collector.intake.sessions import mine

blueprint = Blueprint("account", __name__, url_prefix="/tai-khoan")


@blueprint.get("")
def account() -> Response:
    """What is known of the person, and where they are signed in."""
    this = hashed(mine().token)
    rows = [(row, dt.datetime.fromisoformat(row.started_at), row.id == this) for row in here().sessions.of(me().key)]
    return make_response(
        render_template("account.html.j2", account=me(), sessions=rows, required=bool(me().role_names & TWO_FACTORS))
    )


def password_wrong(found: Account) -> tuple[str, int, int] | None:
    """What is wrong with the present password, as (sentence, status, seconds to wait); None when it is right."""
    if wait := here().attempts.wait(found.login, request.remote_addr):
        return say("sign_in.wait", seconds=wait), 429, wait
    if not is_right(found, request.form.get("present", "")):
        here().attempts.failed(found.login, request.remote_addr)
        return say("account.present_wrong"), 422, 0
    return None


@blueprint.route("/mat-khau", methods=["GET", "POST"])
def password() -> Response:
    """Another password. All other sessions end."""
    found = me()
    if request.method == "GET":
        return show_password()
    if wrong := password_wrong(found):
        return show_password(*wrong)
    new = request.form.get("password", "")
    if fault := password_fault(found, new, request.form.get("again", "")):
        return show_password(fault, 422)
    come_in(here().accounts.set_password(found, hash_anew(new)))
    return redirect(address("account.account"), 303)


def show_password(wrong: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page, with what is `wrong`."""
    page = make_response(render_template("password.html.j2", wrong=wrong, least=LEAST), status)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


@blueprint.route("/ma-xac-thuc", methods=["GET", "POST"])
def second_factor() -> Response:
    """Another second factor, or the first one of somebody who need not have one. The old one holds until the new one
    has given a right code."""
    found = me()
    secret = session.get("secret")
    if request.method == "GET" or not secret:
        session["secret"] = secret = here().codes.generate_totp_secret()
        return show_second_factor(found, secret)
    if wrong := password_wrong(found):
        return show_second_factor(found, secret, *wrong)
    if wait := here().attempts.wait_code(found.key):
        return show_second_factor(found, secret, say("code.wait", seconds=wait), 429, wait)
    if not here().codes.check(found, request.form.get("code", ""), secret):
        here().attempts.failed_code(found.key)
        return show_second_factor(found, secret, say("code.wrong"), 422)
    shown, stored = here().codes.make_recovery()
    come_in(here().accounts.set_second_factor(found, secret, stored))
    return make_response(render_template("recovery_codes.html.j2", codes=shown, to=address("account.account")))


def show_second_factor(found: Account, secret: str, wrong: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page with the QR code that an authenticator app reads, and the same to type."""
    codes = here().codes
    page = make_response(
        render_template(
            "second_factor.html.j2",
            qr=drawn(codes.get_totp_uri(found.login, secret)),
            key=codes.get_totp_pretty_key(secret),
            login=found.login,
            wrong=wrong,
        ),
        status,
    )
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


@blueprint.post("/ma-du-phong")
def recovery_codes() -> Response:
    """New recovery codes; the old ones are worth nothing from now on."""
    found = me()
    if not found.totp_secret:
        raise NotFound
    shown, stored = here().codes.make_recovery()
    here().accounts.set_recovery_codes(found, stored)
    return make_response(render_template("recovery_codes.html.j2", codes=shown, to=address("account.account")))


@blueprint.post("/phien/<id>/ket-thuc")
def end_session(id: str) -> Response:  # noqa: A002 the name of the address's part
    """End one of the person's sessions, be it this one."""
    if not here().sessions.end_one(me().key, id):
        raise NotFound
    here().accounts.note(me().login, "session-ended")
    return redirect(address("account.account"), 303)
