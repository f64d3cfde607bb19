"""Offices to measure with, each in a folder of its own: the repository's is never touched."""

import csv
import datetime as dt
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import yaml

from publisher.catalogue import Office, Unit, open_office
from publisher.catalogue.office import HOME, ZONE
from publisher.catalogue.tables import COLUMNS
from publisher.demonstration import make_demonstration, procedures
from publisher.demonstration.making import Maker, as_csv
from publisher.ledger import accept

KIND = "procedures"
"""The kind whose rows are many."""

TABLES = ("units.csv", "fields.csv", "counters.csv", "holidays.csv")


def demonstration(folder: Path, only: Sequence[str] = ()) -> Path:
    """The demonstration office: a copy of the committed figures, or made anew where there are none or `only` some kinds
    are wanted."""
    datasets = folder / "datasets"
    datasets.mkdir(parents=True)
    for name in TABLES:
        shutil.copy(HOME / "datasets" / name, datasets / name)
    settings = yaml.safe_load((HOME / "datasets" / "publishing.yaml").read_text(encoding="utf-8"))
    if only:
        settings["datasets"] = {name: settings["datasets"][name] for name in only}
    (datasets / "publishing.yaml").write_text(
        yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    office = open_office(folder)
    if only or not (HOME / "datasets" / "ledger.jsonl").exists():
        make_demonstration(office)
        return with_shell(folder)
    shutil.copy(HOME / "datasets" / "ledger.jsonl", office.ledger)
    for name in office.kinds:
        for part in ("data", "revisions"):
            if (HOME / "datasets" / name / part).is_dir():
                shutil.copytree(HOME / "datasets" / name / part, datasets / name / part)
    return with_shell(folder)


def with_shell(folder: Path) -> Path:
    """Put the repository's MkDocs files beside an office, so that a bare `mkdocs build` there builds its pages."""
    for name in ("mkdocs.yml", "mkdocs.en.yml"):
        shutil.copy(HOME / name, folder / name)
    (folder / "publisher").symlink_to(HOME / "publisher")
    return folder


def empty(folder: Path, units: int, months: list[str]) -> Office:
    """An office of so many communes with the demonstration's fields and settings, without data; it publishes
    `procedures` in Vietnamese."""
    datasets = folder / "datasets"
    datasets.mkdir(parents=True)
    settings = yaml.safe_load((HOME / "datasets" / "publishing.yaml").read_text(encoding="utf-8"))
    settings |= {"languages": ["vi"], "datasets": {KIND: {}}, "first_period": months[0], "last_period": months[-1]}
    (datasets / "publishing.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    for name in ("fields.csv", "holidays.csv"):
        shutil.copy(HOME / "datasets" / name, datasets / name)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS["units"], restval="", lineterminator="\n")
    writer.writeheader()
    for number in range(1, units + 1):
        writer.writerow({"code": f"{number:05d}", "name_vi": f"Phường Số {number}", "level": "commune"})
    (datasets / "units.csv").write_text(text.getvalue(), encoding="utf-8")
    return open_office(folder)


def grown(folder: Path, units: int, months: list[str]) -> Office:
    """An office of so many communes that all submitted in each month, in one file a month."""
    office = empty(folder, units, months)
    maker, kind = Maker(office), office.kinds[KIND]
    communes = [unit for unit in office.units if isinstance(unit, Unit)]
    for period in months:
        rows = [row for unit in communes for row in procedures.rows(maker, unit, period)]
        now = dt.datetime.combine(office.period(kind, period).end + dt.timedelta(days=2), dt.time(9), ZONE)
        accept(office, kind, as_csv(rows), name=f"{period}.csv", now=now)
    return office
