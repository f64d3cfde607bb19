"""Accounts of staff: invite, list, change, keep out. Whoever may run this on the machine may; the journal says so."""

import argparse
import os
import sys
from collections.abc import Callable

from collector.database import database_at
from collector.intake import journal
from collector.intake.accounts import INVITED_FOR, Account, Accounts
from collector.intake.here import now
from collector.intake.tables import SCHEMA
from collector.settings import StaffSettings, read_staff_settings
from publisher.catalogue import open_office
from publisher.errors import Mistake
from scripts import terminal

ACTIONS = ("invite", "again", "list", "change", "disable", "enable", "end-sessions", "journal")
SHOWN = 100
"""So many lines of the journal are printed."""


def main(argv: list[str] | None = None) -> int:
    """Do one thing to the accounts. Raises Mistake `usage` and those of the settings, the database and the accounts."""
    parser = terminal.parser("staff")
    parser.add_argument("action", choices=ACTIONS, help=terminal.help("staff.action"))
    parser.add_argument("--login", default="", help=terminal.help("staff.login"))
    parser.add_argument("--name", default="", help=terminal.help("staff.name"))
    parser.add_argument("--role", action="append", default=[], help=terminal.help("staff.role"))
    parser.add_argument("--unit", action="append", default=[], help=terminal.help("staff.unit"))
    parser.set_defaults(office=None)
    options = parser.parse_args(argv)
    if not options.login and options.action not in ("list", "journal"):
        raise Mistake("usage", {"detail": f"{options.action} … --login"}, exit_code=terminal.USAGE)
    environ = dict(os.environ)
    if options.office:
        environ["COLLECTOR_OFFICE"] = str(options.office)
    settings = read_staff_settings(environ)
    database = database_at(settings.database_url, SCHEMA, variable="COLLECTOR_STAFF_DATABASE_URL")
    database.open()
    try:
        return DO[options.action](options, settings, Accounts(database, now))
    finally:
        database.close()


def invite(options: argparse.Namespace, settings: StaffSettings, accounts: Accounts) -> int:
    """Invite somebody, or somebody again, and print the link."""
    office = open_office(settings.office)
    if options.action == "invite":
        units = list(office.units.entries)
        token = accounts.invite(
            options.login, options.name, options.role, options.unit, known_units=units, who=journal.COMMAND
        )
    else:
        token = accounts.invite_again(accounts.known(options.login), who=journal.COMMAND)
    hours = int(INVITED_FOR.total_seconds() // 3600)
    terminal.say("staff.invited", style="bold green", login=options.login, hours=hours)
    terminal.say("staff.link", link=f"{office.settings.intake.url.rstrip('/')}/moi/{token}")
    return terminal.FINE


def change(options: argparse.Namespace, settings: StaffSettings, accounts: Accounts) -> int:
    """Give an account other roles and units."""
    units = list(open_office(settings.office).units.entries)
    account = accounts.known(options.login)
    accounts.change(account, options.role, options.unit, known_units=units, who=journal.COMMAND)
    return done(options)


def switch(options: argparse.Namespace, _settings: StaffSettings, accounts: Accounts) -> int:
    """Keep an account out, let it in again, or end its sessions."""
    account = accounts.known(options.login)
    if options.action == "end-sessions":
        accounts.end_sessions(account, who=journal.COMMAND)
    else:
        accounts.set_active(account, options.action == "enable", who=journal.COMMAND)
    return done(options)


def done(options: argparse.Namespace) -> int:
    """Say that it is done."""
    terminal.say("staff.done", style="bold green", action=options.action, login=options.login)
    return terminal.FINE


def list_all(_options: argparse.Namespace, _settings: StaffSettings, accounts: Accounts) -> int:
    """Print every account on a line."""
    found = accounts.all()
    for account in found:
        terminal.say(
            "staff.line",
            login=account.login,
            name=account.name,
            roles=" ".join(sorted(account.role_names)),
            units=" ".join(sorted(account.units)) or "-",
            state=state(account),
        )
    if not found:
        terminal.say("staff.nobody")
    return terminal.FINE


def state(account: Account) -> str:
    """In a word how an account stands."""
    return "disabled" if not account.active else "active" if account.password else "invited"


def show_journal(_options: argparse.Namespace, _settings: StaffSettings, accounts: Accounts) -> int:
    """Print the latest lines of the journal, the oldest of them first, and whether the chain is whole: exit code 1 when
    it is not."""
    for entry in reversed(journal.entries(accounts.database, SHOWN)):
        detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
        terminal.say(
            "staff.entry",
            number=entry.number,
            at=entry.at,
            who=entry.who or "-",
            action=entry.action,
            about=entry.about,
            detail=detail,
        )
    broken = journal.first_broken(accounts.database)
    if broken:
        terminal.say("staff.broken", style="bold red", error=True, number=broken)
    return terminal.PROBLEMS if broken else terminal.FINE


DO: dict[str, Callable[[argparse.Namespace, StaffSettings, Accounts], int]] = {
    "invite": invite,
    "again": invite,
    "list": list_all,
    "change": change,
    "disable": switch,
    "enable": switch,
    "end-sessions": switch,
    "journal": show_journal,
}


if __name__ == "__main__":
    sys.exit(terminal.run(main))
