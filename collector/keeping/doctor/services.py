"""The survey, the staff pages, and what they need: settings, keys, databases, the mail server."""

import smtplib
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import sqlalchemy as sa

from collector import settings as variables
from collector.codes import judge_rights, read_key
from collector.database import Database
from collector.intake import journal
from collector.intake.worker import Builds
from collector.keeping.doctor.findings import Finding, Place, found
from collector.keeping.rows import STAFF, SURVEY, Kept, answering, databases, is_there
from collector.store import tables
from publisher import reminders

ANY = "-" * variables.SECRET_LENGTH
"""In place of a secret that was not given: the other settings are judged all the same."""


def settings(place: Place) -> Iterator[Finding]:
    """The variables can be read, and do not contradict what publishing.yaml says. Raises Mistake as the settings do."""
    given = variables.variables(place.environ)
    if "COLLECTOR_SECRET_KEY" not in given:
        yield found("secret", "note")
    staff = variables.read_staff_settings({"COLLECTOR_SECRET_KEY": ANY, **given})
    survey = variables.read_settings({"COLLECTOR_SECRET_KEY": ANY, **given})
    if place.office is None:
        return
    known = place.office.settings
    for variable, hosts, key, url in (
        ("COLLECTOR_TRUSTED_HOSTS", survey.trusted_hosts, "survey.url", known.survey.url),
        ("COLLECTOR_STAFF_HOSTS", staff.trusted_hosts, "intake.url", known.intake.url),
    ):
        host = urlsplit(url).hostname
        if hosts and host and host not in hosts:
            yield found("hosts", "error", variable=variable, host=host, key=key)
    urls = {"survey.url": known.survey.url, "intake.url": known.intake.url}
    public = [key for key, url in urls.items() if url.startswith("https:")]
    if public and "COLLECTOR_SECRET_KEY" in given and not survey.proxies:
        yield found("proxies", "warning", key=public[0])


def keys(place: Place) -> Iterator[Finding]:
    """The keys are closed to others, and that of the posters is there once there are answers. Makes none, unlike the
    programs. Raises Mistake `collector-keys`."""
    folder = place.places.survey_keys
    if folder.is_dir():
        for path in sorted(path for path in folder.rglob("*") if not path.name.startswith(".")):
            if path.is_dir():
                judge_rights(path, path.stat())
            else:
                read_key(path)
    if not (folder / "poster").exists() and has_rows(databases(place.places)[SURVEY], tables.answers):
        yield found("poster", "error", path=folder / "poster")


def has_rows(database: Database, table: sa.Table) -> bool:
    """Whether a database is there and a table of it has a row."""
    if not is_there(database):
        return False
    with answering(database), database.reading() as connection:
        return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None


def survey(place: Place) -> Iterator[Finding]:
    """The survey's database answers, is whole, and is of this version."""
    expected = bool(place.office and place.office.settings.survey.url)
    yield from database(SURVEY, databases(place.places)[SURVEY], expected=expected)


def staff(place: Place) -> Iterator[Finding]:
    """The same of the staff pages, with the journal's chain and the last build."""
    there = databases(place.places)[STAFF]
    expected = bool(place.office and place.office.settings.intake.url)
    yield from database(STAFF, there, expected=expected)
    if is_there(there):
        with answering(there), closing(there):
            broken = journal.first_broken(there)
            last = Builds(there, lambda: place.now).latest(1)
        if broken:
            yield found("journal", "error", number=broken)
        if last and last[0].state == "failed":
            said = last[0].said
            yield found("build_failed", "error", at=last[0].ended_at[:16].replace("T", " "), detail=said.get("vi", ""))


def database(kept: Kept, there: Database, *, expected: bool) -> Iterator[Finding]:
    """Whether a database is there, whole and of this version. Raises Mistake as `is_there` does."""
    if not is_there(there):
        if expected:
            yield found(f"no_{kept.name}", "note", where=there.name)
        return
    with answering(there):
        there.look_over()
        if not there.is_current():
            yield found("older", "warning", where=there.name)


def mail(place: Place) -> Iterator[Finding]:
    """The mail server answers, where one is named. Raises Mistake `smtp-url`."""
    url = place.environ.get(reminders.URL, "")
    if url:
        try:
            reminders.connected(url).quit()
        except (OSError, smtplib.SMTPException) as error:
            yield found("mail", "error", variable=reminders.URL, detail=reminders.reason(error))
