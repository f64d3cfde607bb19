"""Flask-Security as we use it: it finds the person of a session and hashes passwords. Its pages are not registered."""

import threading
from typing import TYPE_CHECKING

from flask import Flask
from flask_security import Security, hash_password, verify_password

if TYPE_CHECKING:
    from collector.intake.accounts import Account, Accounts

ARGON2 = {"argon2__type": "ID", "argon2__memory_cost": 47_104, "argon2__time_cost": 1, "argon2__parallelism": 1}
"""argon2id with 46 MiB, one pass: OWASP's first choice."""

AT_ONCE = threading.Semaphore(4)
"""So many passwords are hashed at once: each takes its memory."""


def init_security(app: Flask, accounts: "Accounts") -> None:
    """Put Flask-Security into an app: its core without its pages, its commands and its ways in by token."""
    app.config.update(
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"login": {"mapper": str, "case_insensitive": True}}],
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 the name of a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # no pepper: a new secret key must not lock everybody out
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=ARGON2,
        SECURITY_CLI_USERS_NAME=False,
        SECURITY_CLI_ROLES_NAME=False,
        SESSION_PROTECTION=None,
    )
    security = Security(app, accounts, register_blueprint=False)
    security.login_manager.request_loader(lambda _request: None)


def hash_anew(password: str) -> str:
    """A password as it is stored."""
    with AT_ONCE:
        return hash_password(normal(password))


def is_right(account: "Account | None", password: str) -> bool:
    """Whether a password is an account's. For somebody unknown, and for somebody without a password, it takes the same
    time."""
    with AT_ONCE:
        if account is None or not account.password:
            hash_password(normal(password))
            return False
        return bool(verify_password(normal(password), account.password))


def normal(password: str) -> str:
    """A password whatever keyboard it came from."""
    from flask_security.proxies import _security

    return str(_security.password_util.normalize(password[:1000]))
