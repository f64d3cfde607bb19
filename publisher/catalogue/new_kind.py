"""A new dataset kind: a folder with definitions that explain themselves, good as it is and waiting to be changed."""

import csv
import io
import re
from pathlib import Path

from publisher.catalogue.kinds import read_kind
from publisher.catalogue.new_office import TEMPLATE
from publisher.catalogue.office import HOME
from publisher.errors import Mistake

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""A kind's name: it is part of public addresses and of programs."""

PLACE = "<name>"
"""Where the name belongs in the templates. No brace: the sentences of a kind have places of their own."""

EXAMPLE = "sample.csv"
"""The header of a file that the kind takes, as people write it."""

FOLLOWING = ("period_from", "period_to")
"""Columns that a file need not have: they follow from the period."""


def new_kind(office: Path, name: str) -> Path:
    """Write a kind into an office's datasets/ and give its folder: dataset.yaml, schema.yaml and rules.yaml with every
    key explained, one measure, one rule, and the header of a file. Nothing else is touched.

    Raises Mistake `no-office`, `kind-name`, and `kind-exists` where the office or the repository has a folder of that
    name.
    """
    if not (office / "datasets" / "publishing.yaml").exists():
        raise Mistake("no-office", {"folder": str(office)}, exit_code=2)
    if not NAME.fullmatch(name):
        raise Mistake("kind-name", {"name": name}, exit_code=2)
    folder = office / "datasets" / name
    taken = next((path for path in (folder, HOME / "datasets" / name) if path.exists()), None)
    if taken or name == "documents":
        raise Mistake("kind-exists", {"name": name, "folder": str(taken or folder)}, exit_code=2)
    folder.mkdir()
    for template in sorted((TEMPLATE / "kind").glob("*.yaml")):
        (folder / template.name).write_text(template.read_text(encoding="utf-8").replace(PLACE, name), encoding="utf-8")
    asked = [column for column in read_kind(folder).schema_columns if column.name not in FOLLOWING]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow((column.named_by or column).titles.vi for column in asked)
    (folder / EXAMPLE).write_text(written.getvalue(), encoding="utf-8")
    return folder
