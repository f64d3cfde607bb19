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


@dataclass(frozen=True)
class StaffSettings:
    """How the staff pages run.

    `secret_key` signs the forms of people who are not signed in and encrypts the secrets of second factors; it is never
    shown. `files` is the private folder for what is uploaded. `trusted_hosts` are the names under which the pages
    answer (empty: the host of the office's `intake.url`, localhost and 127.0.0.1). With a `login_header` the proxy says
    who is signed in: only a connection from `login_peers` is believed. `idle_minutes` and `longest_hours` end a
    session. `survey_database_url` and `survey_keys` are where the survey of the same office keeps its answers and keys.
    """

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    office: Path
    files: Path
    survey_database_url: str = field(repr=False)
    survey_keys: Path
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    login_header: str = ""
    login_peers: tuple[str, ...] = ("127.0.0.1", "::1")
    idle_minutes: int = 30
    longest_hours: int = 8


@dataclass(frozen=True)
class Places:
    """Where an office and the two programs keep what they know: what is backed up and restored, and the folder of keys,
    which never is."""

    office: Path
    survey_database_url: str = field(repr=False)
    survey_keys: Path
    staff_database_url: str = field(repr=False)
    staff_files: Path


def read_places(environ: Mapping[str, str] = os.environ) -> Places:
    """The same variables for who needs to know only where things lie, and no secret."""
    given = variables(environ)
    office = office_folder(given)
    return Places(
        office=office,
        survey_database_url=survey_database(given, office),
        survey_keys=survey_keys(given, office),
        staff_database_url=staff_database(given, office),
        staff_files=staff_files(given, office),
    )


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that stand in the environment; a blank variable counts as missing.

    `COLLECTOR_OFFICE` defaults to this repository, `COLLECTOR_DATABASE_URL` to SQLite in the office's `var/collector/`,
    `COLLECTOR_KEYS` to its `var/keys/`. Raises Mistake `collector-secret` without a secret of at least 32 characters,
    `collector-number` when the number of proxies is none.
    """
    given = variables(environ)
    office = office_folder(given)
    return Settings(
        secret_key=secret(given),
        database_url=survey_database(given, office),
        office=office,
        keys=survey_keys(given, office),
        trusted_hosts=listed(given, "COLLECTOR_TRUSTED_HOSTS"),
        proxies=whole(given, "COLLECTOR_PROXIES", 0, 0, 99),
    )


def read_staff_settings(environ: Mapping[str, str] = os.environ) -> StaffSettings:
    """The settings of the staff pages that stand in the environment; a blank variable counts as missing.

    `COLLECTOR_STAFF_DATABASE_URL` defaults to SQLite in the office's `var/intake/`, `COLLECTOR_STAFF_FILES` to that
    folder; where the survey is, its own variables say. Raises Mistake `collector-secret`, `collector-number` for a
    number that is none or out of bounds, and `collector-header` for a sign-in header without a proxy before us: whoever
    reaches us directly could send it.
    """
    given = variables(environ)
    office = office_folder(given)
    proxies, header = whole(given, "COLLECTOR_PROXIES", 0, 0, 99), given.get("COLLECTOR_LOGIN_HEADER", "")
    if header and not proxies:
        raise Mistake("collector-header", {"header": header}, exit_code=2)
    return StaffSettings(
        secret_key=secret(given),
        database_url=staff_database(given, office),
        office=office,
        files=staff_files(given, office),
        survey_database_url=survey_database(given, office),
        survey_keys=survey_keys(given, office),
        trusted_hosts=listed(given, "COLLECTOR_STAFF_HOSTS"),
        proxies=proxies,
        login_header=header,
        login_peers=listed(given, "COLLECTOR_LOGIN_PEERS") or ("127.0.0.1", "::1"),
        idle_minutes=whole(given, "COLLECTOR_IDLE_MINUTES", 30, 1, 480),
        longest_hours=whole(given, "COLLECTOR_LONGEST_HOURS", 8, 1, 24),
    )


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The `COLLECTOR_*` variables that are not blank."""
    return {name: text.strip() for name, text in environ.items() if name.startswith("COLLECTOR_") and text.strip()}


def office_folder(given: Mapping[str, str]) -> Path:
    """The office's folder."""
    return Path(given.get("COLLECTOR_OFFICE", HOME)).resolve()


def survey_database(given: Mapping[str, str], office: Path) -> str:
    """The address of the survey's database."""
    return given.get("COLLECTOR_DATABASE_URL", f"sqlite:///{office / 'var' / 'collector' / 'survey.sqlite'}")


def survey_keys(given: Mapping[str, str], office: Path) -> Path:
    """The folder of the survey's keys."""
    return Path(given.get("COLLECTOR_KEYS", office / "var" / "keys")).resolve()


def staff_files(given: Mapping[str, str], office: Path) -> Path:
    """The private folder of the staff pages."""
    return Path(given.get("COLLECTOR_STAFF_FILES", office / "var" / "intake")).resolve()


def staff_database(given: Mapping[str, str], office: Path) -> str:
    """The address of the staff pages' database."""
    return given.get("COLLECTOR_STAFF_DATABASE_URL", f"sqlite:///{staff_files(given, office) / 'staff.sqlite'}")


def secret(given: Mapping[str, str]) -> str:
    """The secret. Raises Mistake `collector-secret` without one of at least 32 characters."""
    found = given.get("COLLECTOR_SECRET_KEY", "")
    if len(found) < SECRET_LENGTH:
        raise Mistake("collector-secret", {"length": SECRET_LENGTH}, exit_code=2)
    return found


def listed(given: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A list with commas between its parts."""
    return tuple(part.strip() for part in given.get(name, "").split(",") if part.strip())


def whole(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number. Raises Mistake `collector-number`."""
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most):
        raise Mistake("collector-number", {"name": name, "value": text, "least": least, "most": most}, exit_code=2)
    return int(text)
