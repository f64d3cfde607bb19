"""What the collector takes from its environment: the `COLLECTOR_*` variables, read once when it starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from publisher.catalogue.office import HOME
from publisher.errors import Mistake

SECRET_LENGTH = 32
"""A shorter secret is refused: it could be guessed, and a form's token forged with it."""


@dataclass(frozen=True)
class Settings:
    """How one collector runs.

    `secret_key` signs the token in each form and nothing else; it is never shown. `trusted_hosts` are the names under
    which it answers (empty: the host of the office's `survey.url`, localhost and 127.0.0.1). `proxies` is how many
    proxies in front of it add the address they saw to X-Forwarded-For; with 0 that header is not looked at.
    """

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)  # it may hold a password
    office: Path
    keys: Path
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that stand in the environment; a blank variable counts as missing.

    `COLLECTOR_OFFICE` defaults to this repository, `COLLECTOR_DATABASE_URL` to SQLite in the office's `var/collector/`,
    `COLLECTOR_KEYS` to its `var/keys/`. Raises Mistake `collector-secret` without a secret of at least 32 characters,
    `collector-proxies` when that is not a whole number.
    """
    given = {name: text.strip() for name, text in environ.items() if name.startswith("COLLECTOR_") and text.strip()}
    secret = given.get("COLLECTOR_SECRET_KEY", "")
    if len(secret) < SECRET_LENGTH:
        raise Mistake("collector-secret", {"length": SECRET_LENGTH}, exit_code=2)
    proxies = given.get("COLLECTOR_PROXIES", "0")
    if not (proxies.isascii() and proxies.isdigit() and len(proxies) < 3):
        raise Mistake("collector-proxies", {"value": proxies}, exit_code=2)
    office = Path(given.get("COLLECTOR_OFFICE", HOME)).resolve()
    return Settings(
        secret_key=secret,
        database_url=given.get("COLLECTOR_DATABASE_URL", f"sqlite:///{office / 'var' / 'collector' / 'survey.sqlite'}"),
        office=office,
        keys=Path(given.get("COLLECTOR_KEYS", office / "var" / "keys")).resolve(),
        trusted_hosts=tuple(h.strip() for h in given.get("COLLECTOR_TRUSTED_HOSTS", "").split(",") if h.strip()),
        proxies=int(proxies),
    )
