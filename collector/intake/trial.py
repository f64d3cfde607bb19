"""A trial of the staff pages: on a copy of an office, with three people invited, so that nothing real is touched."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from collector.database import database_at
from collector.intake import journal
from collector.intake.accounts import EVERY_UNIT, Accounts
from collector.intake.here import now
from collector.intake.tables import SCHEMA
from collector.settings import StaffSettings
from publisher.catalogue import Office, open_office
from publisher.ledger import read_ledger

COPIED = ("datasets", "content", "var/cache")
KIND = "procedures"


@dataclass(frozen=True)
class Invited:
    """Somebody who is invited to the trial: `path` is where the invitation opens."""

    login: str
    role: str
    unit: str
    path: str


def copy_office(office: Path) -> Path:
    """A fresh copy of an office in its own `var/trial`, without its sites and its private files; gives its folder."""
    copy = office / "var" / "trial"
    shutil.rmtree(copy, ignore_errors=True)
    for name in COPIED:
        if (office / name).is_dir():
            shutil.copytree(office / name, copy / name, ignore=shutil.ignore_patterns(".staged"))
    return copy


def invite(settings: StaffSettings) -> list[Invited]:
    """Invite a clerk, an approver and an administrator; the clerk's unit is one that has something to hand in.

    Raises Mistake for a database that cannot be used.
    """
    office = open_office(settings.office)
    unit = late_unit(office)
    known = list(office.units.entries)
    people = (("canbo", "clerk", unit), ("duyet", "approver", EVERY_UNIT), ("quantri", "administrator", ""))
    database = database_at(settings.database_url, SCHEMA, variable="COLLECTOR_STAFF_DATABASE_URL")
    database.open()
    try:
        accounts = Accounts(database, now)
        invited = []
        for login, role, code in people:
            units = [code] if code else []
            token = accounts.invite(login, login, [role], units, known_units=known, who=journal.COMMAND)
            entry = office.units.get(code)
            invited.append(Invited(login, role, entry.name.vi if entry else code, f"moi/{token}"))
        return invited
    finally:
        database.close()


def late_unit(office: Office) -> str:
    """A unit that has not handed in its latest figures; any unit where all have."""
    kind = office.kinds.get(KIND) or next(iter(office.kinds.values()))
    period = (office.due_periods(kind) or [office.settings.first_period])[-1]
    units = [unit.code for unit in office.expected_units(kind, period)]
    there = read_ledger(office).current
    return next((code for code in units if (kind.name, code, period) not in there), units[0])
