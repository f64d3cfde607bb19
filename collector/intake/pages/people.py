"""The accounts of an office, for its administrators."""

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from collector.intake.accounts import EVERY_UNIT, INVITED_FOR, ROLES, Account
from collector.intake.here import address, here, language, say, told
from collector.intake.permissions import me
from publisher.catalogue import Unit
from publisher.errors import Mistake

blueprint = Blueprint("people", __name__, url_prefix="/nguoi-dung")


@blueprint.get("")
def people() -> Response:
    """Everybody, and the way to invite somebody."""
    return show_people()


def show_people(
    wrong: str = "", status: int = 200, login: str = "", name: str = "", roles: tuple[str, ...] = (), units: str = ""
) -> Response:
    """The page; with what is `wrong` about an invitation as it was filled in."""
    page = render_template(
        "people.html.j2",
        accounts=here().accounts.all(),
        roles=ROLES,
        every_unit=EVERY_UNIT,
        wrong=wrong,
        login=login,
        name=name,
        chosen=roles,
        chosen_units=units,
        unit_names=unit_names,
    )
    return make_response(page, status)


def unit_names(account: Account) -> str:
    """The units of an account as people know them."""
    if EVERY_UNIT in account.units:
        return say("people.every_unit")
    found = [unit for code in sorted(account.units) if (unit := here().office.units.get(code))]
    return ", ".join(f"{unit.name[language()]} ({unit.code})" for unit in found)


def sent_units() -> list[str]:
    """The units typed into a form: codes, with spaces or commas between."""
    return request.form.get("units", "").replace(",", " ").split()


def known_units() -> list[str]:
    """The codes of the office's units."""
    return [unit.code for unit in here().office.units if isinstance(unit, Unit)]


@blueprint.post("/moi")
def invite() -> Response:
    """Invite somebody; the link is shown once."""
    login, name = request.form.get("login", ""), request.form.get("name", "")
    roles, units = tuple(request.form.getlist("roles")), sent_units()
    try:
        token = here().accounts.invite(login, name, roles, units, known_units=known_units(), who=me().login)
    except Mistake as error:
        return show_people(told(error), 422, login, name, roles, " ".join(units))
    return show_invitation(here().accounts.known(login), token)


def show_invitation(account: Account, token: str) -> Response:
    """The page on which the link of an invitation stands, once."""
    base = here().office.settings.intake.url.rstrip("/") or request.host_url.rstrip("/")
    path = address("signing_in.invitation", token=token).partition("?")[0]
    hours = int(INVITED_FOR.total_seconds() // 3600)
    return make_response(render_template("invited.html.j2", account=account, link=base + path, hours=hours))


def asked_for(key: str) -> Account:
    """The account that an address names."""
    account = here().accounts.find_user(key=key)
    if account is None:
        raise NotFound
    return account


@blueprint.get("/<key>")
def person(key: str) -> Response:
    """One account: what it may do, and what can be done about it."""
    return show_person(asked_for(key))


def show_person(account: Account, wrong: str = "", status: int = 200) -> Response:
    """The page, with what is `wrong` about a change."""
    page = render_template(
        "person.html.j2",
        account=account,
        roles=ROLES,
        every_unit=EVERY_UNIT,
        wrong=wrong,
        sessions=len(here().sessions.of(account.key)),
        mine=account.key == me().key,
        unit_names=unit_names,
    )
    return make_response(page, status)


@blueprint.post("/<key>/quyen")
def change(key: str) -> Response:
    """Other roles and units. Nobody changes their own: an office must not end without an administrator by a slip."""
    account = not_mine(key)
    try:
        here().accounts.change(
            account, request.form.getlist("roles"), sent_units(), known_units=known_units(), who=me().login
        )
    except Mistake as error:
        return show_person(account, told(error), 422)
    return redirect(address("people.person", key=key), 303)


def not_mine(key: str) -> Account:
    """The account that an address names, when it is somebody else's."""
    account = asked_for(key)
    if account.key == me().key:
        raise NotFound("own-account")
    return account


@blueprint.post("/<key>/moi-lai")
def invite_again(key: str) -> Response:
    """A new invitation: for who lost the password or the phone."""
    account = not_mine(key)
    return show_invitation(account, here().accounts.invite_again(account, who=me().login))


@blueprint.post("/<key>/hoat-dong")
def set_active(key: str) -> Response:
    """Let somebody in again, or out."""
    account = not_mine(key)
    here().accounts.set_active(account, request.form.get("active") == "1", who=me().login)
    return redirect(address("people.person", key=key), 303)


@blueprint.post("/<key>/ket-thuc-phien")
def end_sessions(key: str) -> Response:
    """Sign somebody out everywhere."""
    here().accounts.end_sessions(not_mine(key), who=me().login)
    return redirect(address("people.person", key=key), 303)
