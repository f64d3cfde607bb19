"""Accounts of staff: who may come in, as what, and for which units. Nobody registers; nobody is there by default.

An account begins with an invitation: a link that is good once and for a time. Whatever changes what a person may do
ends all their sessions, and every change is a line of the journal. The accounts are those of Flask-Security: it loads
the person of a session and hashes passwords (docs/decisions says why its own pages are not used).
"""

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_security import RoleMixin, UserDatastore, UserMixin

from collector.database import Database
from collector.intake import journal, tables
from publisher.errors import Mistake

ROLES = ("clerk", "approver", "administrator")
"""A clerk hands in figures of their units; an approver approves and builds; an administrator looks after accounts and
layouts, and does not publish. One person may have several."""

TWO_FACTORS = frozenset({"approver", "administrator"})
"""Who has one of these roles signs in with a code beside the password, and can do nothing before it is set up."""

EVERY_UNIT = "*"

LOGIN = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{1,58}[a-z0-9])")
NAME_LIMIT = 80

INVITED_FOR = dt.timedelta(hours=72)
"""So long an invitation is good."""


class Role(RoleMixin):
    """A role as Flask-Security knows it."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(eq=False)
class Account(UserMixin):
    """A person who may come in. `password`, `totp_secret` are blank where there is none; `units` holds codes or
    EVERY_UNIT; `key` is what other tables name."""

    key: str
    login: str
    name: str
    role_names: frozenset[str]
    units: frozenset[str]
    active: bool
    password: str
    totp_secret: str
    totp_counter: int
    recovery_codes: tuple[str, ...]
    fs_uniquifier: str = ""  # Flask-Security looks for the name on the class: hence a value

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # its declaration is a plain attribute
        """The roles as Flask-Security knows them."""
        return [Role(name) for name in sorted(self.role_names)]

    @property
    def needs_code(self) -> bool:
        """Whether a password alone is not enough."""
        return bool(self.totp_secret or self.role_names & TWO_FACTORS)

    def may(self, unit: str) -> bool:
        """Whether the account is for this unit."""
        return EVERY_UNIT in self.units or unit in self.units


def read_account(row: sa.Row[Any]) -> Account:
    """An account from its row."""
    return Account(
        key=row.key,
        login=row.login,
        name=row.name,
        role_names=frozenset(row.roles.split()),
        units=frozenset(row.units.split()),
        active=bool(row.active),
        password=row.password,
        fs_uniquifier=row.uniquifier,
        totp_secret=row.totp_secret,
        totp_counter=row.totp_counter,
        recovery_codes=tuple(row.recovery_codes.split()),
    )


def hashed(token: str) -> str:
    """What is kept of a random token that a person holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def joined(words: Iterable[str]) -> str:
    """Words as a column holds them."""
    return " ".join(sorted(words))


class Accounts(UserDatastore):
    """The accounts in the staff database. `now` gives the time in Việt Nam; `who` in every change is a login or
    `journal.COMMAND`. Raises Unavailable when the database does not answer."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        super().__init__(Account, Role)
        self.database, self.now = database, now

    # What Flask-Security asks for.

    def find_user(self, case_insensitive: bool = False, **by: Any) -> Account | None:  # noqa: ARG002 as asked for
        """The account with this `login`, `key` or `fs_uniquifier`; a login is found whatever its case."""
        ((name, value),) = by.items()
        column = tables.accounts.c["uniquifier" if name == "fs_uniquifier" else name]
        text = str(value).strip().lower() if name == "login" else str(value)
        with self.database.reading() as connection:
            row = connection.execute(sa.select(tables.accounts).where(column == text)).first()
        return read_account(row) if row else None

    def find_role(self, role: str) -> RoleMixin | None:
        """A role of that name."""
        return Role(role) if role in ROLES else None

    def put(self, model: Account) -> Account:
        """Keep a password that was hashed anew."""
        values = {"password": model.password}
        with self.database.writing() as connection:
            connection.execute(sa.update(tables.accounts).where(tables.accounts.c.key == model.key).values(values))
        return model

    # What the pages and the command use.

    def all(self) -> list[Account]:
        """Every account, by login."""
        with self.database.reading() as connection:
            return [
                read_account(row)
                for row in connection.execute(sa.select(tables.accounts).order_by(tables.accounts.c.login))
            ]

    def known(self, login: str) -> Account:
        """The account of a login. Raises Mistake `account-unknown`."""
        found = self.find_user(login=login)
        if found is None:
            raise Mistake("account-unknown", {"login": login}, exit_code=2)
        return found

    def invite(self, login: str, name: str, roles: Iterable[str], units: Iterable[str], *, known_units: Iterable[str],
               who: str) -> str:  # fmt: skip
        """Make an account that waits for its person; gives the token of the invitation.

        Raises Mistake `account-login`, `account-name`, `account-role`, `account-units`, `account-known`.
        """
        login, name = login.strip().lower(), " ".join(name.split())
        if not LOGIN.fullmatch(login):
            raise Mistake("account-login", {"login": login}, exit_code=2)
        if not name.isprintable() or not 0 < len(name) <= NAME_LIMIT:
            raise Mistake("account-name", {"limit": NAME_LIMIT}, exit_code=2)
        may = rights(roles, units, known_units)
        account = {
            "key": secrets.token_hex(8), "login": login, "name": name, **may, "active": 1, "password": "",
            "uniquifier": secrets.token_hex(16), "totp_secret": "", "totp_counter": 0, "recovery_codes": "",
        }  # fmt: skip
        try:
            with self.database.writing() as connection:
                connection.execute(sa.insert(tables.accounts), account)
                token = self._invitation(connection, str(account["key"]))
                journal.add(connection, self.now(), who, "invited", login, **may)
        except sa.exc.IntegrityError as error:
            raise Mistake("account-known", {"login": login}, exit_code=2) from error
        return token

    def invite_again(self, account: Account, *, who: str) -> str:
        """A new invitation for a person who lost password or second factor: both are gone, and all sessions; gives the
        token."""
        blank = {"password": "", "totp_secret": "", "recovery_codes": ""}
        with self.database.writing() as connection:
            self._change(connection, account, blank)
            token = self._invitation(connection, account.key)
            journal.add(connection, self.now(), who, "invited-again", account.login)
        return token

    def change(self, account: Account, roles: Iterable[str], units: Iterable[str], *, known_units: Iterable[str],
               who: str) -> None:  # fmt: skip
        """Give an account other roles and units. Raises Mistake `account-role`, `account-units`."""
        may = rights(roles, units, known_units)
        with self.database.writing() as connection:
            self._change(connection, account, may)
            journal.add(connection, self.now(), who, "changed", account.login, **may)

    def set_active(self, account: Account, active: bool, *, who: str) -> None:
        """Let an account in again, or out."""
        with self.database.writing() as connection:
            self._change(connection, account, {"active": int(active)})
            self._forget_invitations(connection, account)
            journal.add(connection, self.now(), who, "enabled" if active else "disabled", account.login)

    def end_sessions(self, account: Account, *, who: str) -> None:
        """Sign a person out everywhere."""
        with self.database.writing() as connection:
            self._change(connection, account, {})
            journal.add(connection, self.now(), who, "sessions-ended", account.login)

    def invited(self, token: str) -> Account | None:
        """Whom an invitation is for; None when it is unknown, used or too old."""
        found = tables.invitations.c
        query = sa.select(tables.accounts).join_from(
            tables.accounts, tables.invitations, found.account == tables.accounts.c.key
        )
        good = (found.token_hash == hashed(token)) & (found.expires_at > self.now().isoformat(timespec="seconds"))
        with self.database.reading() as connection:
            row = connection.execute(query.where(good)).first()
        return read_account(row) if row and row.active else None

    def use_invitation(self, token: str, password: str) -> Account | None:
        """Spend an invitation by setting the password, given hashed; the account as it is then, or None when somebody
        was faster."""
        account = self.invited(token)
        if account is None:
            return None
        with self.database.writing() as connection:
            spent = sa.delete(tables.invitations).where(tables.invitations.c.token_hash == hashed(token))
            if connection.execute(spent).rowcount != 1:
                return None
            self._forget_invitations(connection, account)
            self._change(connection, account, {"password": password})
            journal.add(connection, self.now(), account.login, "came", account.login)
        return self.find_user(key=account.key)

    def set_password(self, account: Account, password: str) -> Account:
        """Another password, given hashed; all sessions end. Gives the account as it is then."""
        with self.database.writing() as connection:
            self._change(connection, account, {"password": password})
            journal.add(connection, self.now(), account.login, "password-changed", account.login)
        return self.known(account.login)

    def set_second_factor(self, account: Account, secret: str, recovery: Iterable[str]) -> Account:
        """Another second factor with its recovery codes, given encrypted and hashed; all sessions end. Gives the
        account as it is then."""
        values = {"totp_secret": secret, "recovery_codes": joined(recovery)}
        with self.database.writing() as connection:
            self._change(connection, account, values)
            journal.add(connection, self.now(), account.login, "second-factor-set", account.login)
        return self.known(account.login)

    def set_recovery_codes(self, account: Account, recovery: Iterable[str]) -> None:
        """Other recovery codes, given hashed."""
        with self.database.writing() as connection:
            connection.execute(self._update(account).values(recovery_codes=joined(recovery)))
            journal.add(connection, self.now(), account.login, "recovery-codes-made", account.login)

    def use_step(self, account: Account, step: int) -> bool:
        """Spend the code of a time step; False when it, or a later one, was used."""
        with self.database.writing() as connection:
            fresh = self._update(account).where(tables.accounts.c.totp_counter < step)
            return connection.execute(fresh.values(totp_counter=step)).rowcount == 1

    def use_recovery_code(self, account: Account, code_hash: str) -> bool:
        """Spend a recovery code; False when it is none or used."""
        with self.database.writing() as connection:
            row = connection.execute(sa.select(tables.accounts).where(tables.accounts.c.key == account.key)).one()
            left = read_account(row).recovery_codes
            if code_hash not in left:
                return False
            kept = joined(code for code in left if code != code_hash)
            connection.execute(self._update(account).values(recovery_codes=kept))
            journal.add(connection, self.now(), account.login, "recovery-code-used", account.login)
            return True

    def note(self, who: str, action: str, about: str = "", **detail: str | int) -> None:
        """A line of the journal for something that changes nothing else."""
        with self.database.writing() as connection:
            journal.add(connection, self.now(), who, action, about, **detail)

    # How it is done.

    def _update(self, account: Account) -> sa.Update:
        return sa.update(tables.accounts).where(tables.accounts.c.key == account.key)

    def _change(self, connection: sa.Connection, account: Account, values: dict[str, Any]) -> None:
        """Change a row and end the sessions: a new uniquifier, so that none can be used that is not deleted yet."""
        connection.execute(self._update(account).values(values | {"uniquifier": secrets.token_hex(16)}))
        connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.account == account.key))

    def _invitation(self, connection: sa.Connection, key: str) -> str:
        """A new invitation in place of any earlier one."""
        token = secrets.token_urlsafe(32)
        expires = (self.now() + INVITED_FOR).isoformat(timespec="seconds")
        connection.execute(sa.delete(tables.invitations).where(tables.invitations.c.account == key))
        row = {"token_hash": hashed(token), "account": key, "expires_at": expires}
        connection.execute(sa.insert(tables.invitations), row)
        return token

    def _forget_invitations(self, connection: sa.Connection, account: Account) -> None:
        connection.execute(sa.delete(tables.invitations).where(tables.invitations.c.account == account.key))


def rights(roles: Iterable[str], units: Iterable[str], known_units: Iterable[str]) -> dict[str, str]:
    """Roles and units as the row holds them. A clerk needs a unit, an approver too; an administrator may be without.

    Raises Mistake `account-role`, `account-units`.
    """
    chosen, places, known = set(roles), set(units), set(known_units)
    if not chosen or not chosen <= set(ROLES):
        raise Mistake("account-role", {"roles": ", ".join(ROLES)}, exit_code=2)
    wrong = sorted(places - known - {EVERY_UNIT})
    if wrong or (not places and chosen & {"clerk", "approver"}):
        raise Mistake("account-units", {"units": ", ".join(wrong) or "-"}, exit_code=2)
    return {"roles": joined(chosen), "units": joined(places)}
