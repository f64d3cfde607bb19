"""Coming in and going out: password, second factor, invitation.

What somebody has shown so far who is not yet in (the right password, and that a code is owed) travels signed in the
cookie (`collector.intake.sessions`), and is good for ten minutes.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, g, make_response, redirect, render_template, request, session
from flask_security import current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from collector.intake.accounts import TWO_FACTORS, Account
from collector.intake.here import address, here, say
from collector.intake.passwords import LEAST, fault
from collector.intake.permissions import me
from collector.intake.qr import drawn
from collector.intake.security import hash_anew, is_right
from collector.intake.sessions import mine

PENDING_SECONDS = 600
"""So long the code may be typed after the password."""

LOCAL = re.compile(r"/(?![/\\])[^\s\\]*")
"""Where a person may be led after coming in: an address of ours."""

blueprint = Blueprint("signing_in", __name__)


@dataclass(frozen=True)
class Pending:
    """Somebody who has given the right password, or used an invitation, and what comes after: `next` is an address."""

    account: Account
    next: str


def remember(account: Account, to: str) -> None:
    """Remember in the cookie that this person has given the right password."""
    session["pending"] = [account.key, account.fs_uniquifier, here().now().timestamp(), to]


def pending() -> Pending | None:
    """Who has given the right password here; None when nobody has, or when the account has changed since."""
    key, uniquifier, at, to = session.get("pending", (None, None, 0.0, ""))
    if key is None or here().now().timestamp() - at > PENDING_SECONDS:
        return None
    account = here().accounts.find_user(key=key)
    if account is None or not account.active or account.fs_uniquifier != uniquifier:
        return None
    return Pending(account, to)


def come_in(account: Account) -> None:
    """Begin a session, under a token that nobody had before."""
    here().sessions.end(mine())
    g.pop("csrf_token", None)
    login_user(account, remember=False)
    generate_csrf()  # now, so that two pages opened at once agree on it
    here().sessions.start(mine(), account.key)
    here().accounts.note(account.login, "signed-in")


def go_on(account: Account, to: str) -> Response:
    """After the right password: straight in, or to where the second factor is asked for or set up."""
    if not account.needs_code:
        come_in(account)
        return redirect(to or address("home.home"), 303)
    remember(account, to)
    return redirect(address("signing_in.code" if account.totp_secret else "signing_in.set_up"), 303)


def wanted() -> str:
    """Where the person wanted to go, when that is an address of ours."""
    text = request.args.get("next", "")
    return text if LOCAL.fullmatch(text) and not urlsplit(text).netloc else ""


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
def sign_in() -> Response:
    """Login and password. With a sign-in header the proxy has asked for them already."""
    if current_user.is_authenticated:
        return redirect(wanted() or address("home.home"), 303)
    if account := known_to_proxy():
        return go_on(account, wanted())
    if request.method == "GET":
        return show_sign_in()
    login, password = request.form.get("login", "").strip().lower(), request.form.get("password", "")
    if wait := here().attempts.wait(login, request.remote_addr):
        return show_sign_in(login, say("sign_in.wait", seconds=wait), 429, wait)
    account = here().accounts.find_user(login=login)
    if not is_right(account, password) or account is None or not account.active:
        here().attempts.failed(login, request.remote_addr)
        # What is no login may be a password that was typed into the wrong field.
        here().accounts.note("", "sign-in-failed", login if account else "?")
        return show_sign_in(login, say("sign_in.wrong"), 422)
    return go_on(account, wanted())


def show_sign_in(login: str = "", wrong: str = "", status: int = 200, wait: int = 0) -> Response:
    """The page, with what is `wrong`."""
    page = make_response(render_template("sign_in.html.j2", login=login, wrong=wrong, to=wanted()), status)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def known_to_proxy() -> Account | None:
    """The person whom the proxy names in the sign-in header, when that is asked for and the connection is the
    proxy's."""
    settings = here().settings
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    peer = before.get("REMOTE_ADDR", "")
    if not settings.login_header or peer not in settings.login_peers:
        return None
    login = request.headers.get(settings.login_header, "")
    account = here().accounts.find_user(login=login) if login else None
    return account if account and account.active else None


@blueprint.route("/dang-nhap/ma", methods=["GET", "POST"])
def code() -> Response:
    """The second factor, or a recovery code in its place."""
    found = pending()
    if found is None or not found.account.totp_secret:
        return redirect(address("signing_in.sign_in"), 303)
    if request.method == "GET":
        return make_response(render_template("code.html.j2", wrong=""))
    account, typed = found.account, request.form.get("code", "")
    if wait := here().attempts.wait_code(account.key):
        page = make_response(render_template("code.html.j2", wrong=say("code.wait", seconds=wait)), 429)
        page.headers["Retry-After"] = str(wait)
        return page
    if not (here().codes.check(account, typed) or here().codes.check_recovery(account, typed)):
        here().attempts.failed_code(account.key)
        here().accounts.note("", "code-failed", account.login)
        return make_response(render_template("code.html.j2", wrong=say("code.wrong")), 422)
    come_in(account)
    return redirect(found.next or address("home.home"), 303)


@blueprint.route("/dang-nhap/thiet-lap", methods=["GET", "POST"])
def set_up() -> Response:
    """The second factor of somebody who must have one and does not yet: nothing else can be done before."""
    found = pending()
    if found is None or found.account.totp_secret:
        return redirect(address("signing_in.sign_in"), 303)
    account = found.account
    secret = session.get("secret")
    if request.method == "GET" or not secret:
        session["secret"] = secret = here().codes.generate_totp_secret()
        return show_set_up(account, secret)
    if wait := here().attempts.wait_code(account.key):
        return show_set_up(account, secret, say("code.wait", seconds=wait), 429)
    if not here().codes.check(account, request.form.get("code", ""), secret):
        here().attempts.failed_code(account.key)
        return show_set_up(account, secret, say("code.wrong"), 422)
    shown, stored = here().codes.make_recovery()
    come_in(here().accounts.set_second_factor(account, secret, stored))
    return make_response(render_template("recovery_codes.html.j2", codes=shown, to=found.next or address("home.home")))


def show_set_up(account: Account, secret: str, wrong: str = "", status: int = 200) -> Response:
    """The page with the QR code that an authenticator app reads, and the same to type."""
    codes = here().codes
    page = render_template(
        "set_up.html.j2",
        qr=drawn(codes.get_totp_uri(account.login, secret)),
        key=codes.get_totp_pretty_key(secret),
        login=account.login,
        wrong=wrong,
        required=bool(account.role_names & TWO_FACTORS),
    )
    return make_response(page, status)


@blueprint.route("/moi/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Response:
    """The page of an invitation, where a person sets a password. Opening it spends nothing."""
    account = here().accounts.invited(token)
    if account is None:
        raise NotFound("invitation")
    if request.method == "GET":
        return show_invitation(account)
    password = request.form.get("password", "")
    if wrong := password_fault(account, password, request.form.get("again", "")):
        return show_invitation(account, wrong, 422)
    came = here().accounts.use_invitation(token, hash_anew(password))
    if came is None:
        raise NotFound("invitation")
    return go_on(came, "")


def show_invitation(account: Account, wrong: str = "", status: int = 200) -> Response:
    """The page, with what is `wrong` about the password."""
    return make_response(render_template("invitation.html.j2", account=account, wrong=wrong, least=LEAST), status)


def password_fault(account: Account, password: str, again: str) -> str:
    """What is wrong with a new password, in words; "" when nothing is."""
    office = here().office
    units = [unit.name.vi for code in account.units if (unit := office.units.get(code))]
    own = (account.login, account.name, office.settings.name.vi, office.settings.short_name.vi, *units)
    if found := fault(password, own):
        return say(f"password.{found}", least=LEAST)
    return "" if password == again else say("password.differ")


@blueprint.post("/dang-xuat")
def sign_out() -> Response:
    """End this session."""
    here().accounts.note(me().login, "signed-out")
    here().sessions.end(mine())
    return redirect(address("signing_in.sign_in"), 303)
