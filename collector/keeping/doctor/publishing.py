"""What citizens see, how it got there, and whether it could be brought back."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from collector.keeping.backup import NOTE
from collector.keeping.copies import NAME
from collector.keeping.doctor.findings import Finding, Place, found, mode_of
from publisher import proof, release
from publisher.catalogue.office import ZONE

EXAMPLE = "example.vn"
LOCAL = ("localhost", "127.0.0.1")

QUIET_DAYS = 2
"""A site that is built every night was built, and an office that is copied every night was copied, within two days."""

LONGEST_DAYS = 31
"""Copies are kept for a month at most: docs/decisions/0008."""


def addresses(place: Place) -> Iterator[Finding]:
    """The addresses in publishing.yaml are real, closed to listeners, and apart from each other."""
    if place.office is None:
        return
    known = place.office.settings
    urls = {"site_url": known.site_url, "survey.url": known.survey.url, "intake.url": known.intake.url}
    hosts = {key: urlsplit(url).hostname or "" for key, url in urls.items() if url}
    for key, host in hosts.items():
        if host.endswith(EXAMPLE) and not known.demonstration:
            yield found("example", "error", key=key, url=urls[key])
        if not urls[key].startswith("https://") and host not in LOCAL:
            yield found("plain", "warning" if key == "site_url" else "error", key=key, url=urls[key])
    for one, other in (("survey.url", "site_url"), ("intake.url", "site_url"), ("intake.url", "survey.url")):
        if hosts.get(one) and hosts.get(one) == hosts.get(other) and hosts[one] not in LOCAL:
            yield found("same_host", "warning", one=one, other=other)


def day(place: Place) -> Iterator[Finding]:
    """Only a demonstration has a fixed day."""
    if place.office and place.office.settings.today and not place.office.settings.demonstration:
        yield found("fixed_day", "error", day=place.office.settings.today)


def site(place: Place) -> Iterator[Finding]:
    """There is a site, it is the last release, and the web server may read it."""
    if place.office is None:
        return
    link = place.office.site / "current"
    if not link.exists():
        yield found("link" if link.is_symlink() else "no_site", "error" if link.is_symlink() else "warning", path=link)
        return
    current, last = release.shown(place.office), proof.read_chain(place.office).lines[-1:]
    assert current
    if last and current.name.partition(".")[0] != last[0].name:
        yield found("rolled_back", "warning", current=current.name, last=last[0].name)
    closed = next(closed_to_others(current), None)
    if closed:
        yield found("closed", "warning", path=closed, mode=mode_of(closed))


def closed_to_others(current: Path) -> Iterator[Path]:
    """What a web server that is neither owner nor in the group cannot read: folders above, folders and files."""
    for above in reversed(current.parents):
        if not above.stat().st_mode & 0o001:
            yield above
    for path in (current, *current.rglob("*")):
        needed = 0o005 if path.is_dir() else 0o004
        if path.stat().st_mode & needed != needed:
            yield path


def builds(place: Place) -> Iterator[Finding]:
    """The site is built often enough to show what became overdue."""
    if place.office is None or place.office.settings.demonstration:
        return
    link = place.office.site / "current"
    if link.exists():
        built = dt.datetime.fromtimestamp(link.lstat().st_mtime, ZONE)
        if (place.now - built).days >= QUIET_DAYS:
            yield found("built_long_ago", "warning", at=f"{built:%d/%m/%Y}")


def backups(place: Place) -> Iterator[Finding]:
    """There is a recent copy, on another disk, and none that is too old."""
    try:
        note = json.loads((place.places.office / NOTE).read_text(encoding="utf-8"))
        folder, made = Path(note["folder"]), dt.datetime.fromisoformat(note["made_at"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        yield found("no_backup", "warning")
        return
    if not folder.is_dir():
        yield found("backup_gone", "warning", folder=folder)
        return
    if note.get("wrong"):
        yield found("backup_wrong", "error", folder=folder)
    if (place.now - made).days >= QUIET_DAYS:
        yield found("backup_long_ago", "warning", at=f"{made:%d/%m/%Y}")
    if folder.stat().st_dev == place.places.office.stat().st_dev:
        yield found("backup_here", "note", folder=folder)
    oldest = f"{place.now - dt.timedelta(days=LONGEST_DAYS):%Y-%m-%d}"
    old = sorted(path for path in folder.parent.iterdir() if NAME.fullmatch(path.name) and path.name < oldest)
    if old:
        yield found("backup_old", "warning", folder=old[0], count=len(old))
