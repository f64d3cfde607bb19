"""A new office: an empty folder becomes one that opens and builds."""

import datetime as dt
import json
from pathlib import Path

from publisher import words
from publisher.catalogue.office import HOME, ZONE
from publisher.catalogue.periods import PeriodRule
from publisher.catalogue.tables import COLUMNS
from publisher.errors import Mistake

TEMPLATE = Path(__file__).parent / "template"
KEPT = ("content/vi", "content/en", "site")
"""Folders that are empty at first and that git should keep."""


def new_office(folder: Path, *, name: str = "", name_en: str = "", today: dt.date | None = None) -> None:
    """Write an office into a folder that is empty or does not exist yet: settings with every key explained, the four
    reference tables with their headers, and the folders for words, the site and what is private.

    The first period is the one in which `today` falls. Raises Mistake `folder-not-empty`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Mistake("folder-not-empty", {"folder": str(folder)}, exit_code=2)
    datasets = folder / "datasets"
    datasets.mkdir(parents=True)
    blank = {
        "name_vi": name or words.say("vi", "commands.new_office.blank_name"),
        "name_en": name_en or name or words.say("en", "commands.new_office.blank_name"),
        "address_vi": words.say("vi", "commands.new_office.blank_address"),
        "address_en": words.say("en", "commands.new_office.blank_address"),
        "first_period": PeriodRule().label_on(today or dt.datetime.now(ZONE).date()),
    }
    template = (TEMPLATE / "publishing.yaml").read_text(encoding="utf-8")
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in blank.items()}  # JSON text is YAML text
    (datasets / "publishing.yaml").write_text(words.fill(template, quoted), encoding="utf-8")
    for table, columns in COLUMNS.items():
        (datasets / f"{table}.csv").write_text(",".join(columns) + "\n", encoding="utf-8")
    for source, target in (
        (HOME / "datasets" / "README.md", datasets / "README.md"),
        (TEMPLATE / "gitignore", folder / ".gitignore"),
    ):
        target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    for kept in KEPT:
        (folder / kept).mkdir(parents=True)
        (folder / kept / ".gitkeep").touch()
    (folder / "var").mkdir()
