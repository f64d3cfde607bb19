"""Small offices that tests make for themselves, in a folder of their own."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from publisher.catalogue.tables import COLUMNS, OPTIONAL

UNITS: tuple[Mapping[str, str], ...] = (
    {"code": "00004", "name_vi": "Phường Ba Đình", "name_en": "Ba Dinh Ward", "level": "commune"},
    {"code": "00008", "name_vi": "Phường Ngọc Hà", "name_en": "Ngoc Ha Ward", "level": "commune"},
    {"code": "00025", "name_vi": "Phường Giảng Võ", "name_en": "Giang Vo Ward", "level": "commune"},
)
FIELDS: tuple[Mapping[str, str], ...] = (
    {"code": "HT", "name_vi": "Hộ tịch", "name_en": "Civil status"},
    {"code": "CT", "name_vi": "Chứng thực", "name_en": "Certification"},
    {"code": "DD", "name_vi": "Đất đai", "name_en": "Land"},
    {"code": "XD", "name_vi": "Xây dựng", "name_en": "Construction"},
    {"code": "LD", "name_vi": "Lao động - Thương binh và Xã hội", "name_en": "Labour and social affairs"},
)
SETTINGS: Mapping[str, Any] = {
    "name": {"vi": "Ủy ban nhân dân phường Thử Nghiệm", "en": "Thu Nghiem Ward People's Committee"},
    "short_name": {"vi": "Phường Thử Nghiệm", "en": "Thu Nghiem Ward"},
    "contact": {"address": {"vi": "Số 1 phố Thử", "en": "1 Thu Street"}, "phone": "1022", "email": "lienhe@example.vn"},
    "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/deed.vi"},
    "site_url": "https://congkhai.example.vn/",
    "demonstration": True,
    "today": "2026-07-31",
    "first_period": "2026-01",
    "period_rule": 15,
    "keep_releases": 3,
    "paper": False,
}


def table(name: str, lines: Iterable[Mapping[str, str]]) -> str:
    """A reference table as CSV text; columns that a line lacks are blank."""
    text, lines = io.StringIO(), list(lines)
    optional = [column for column in OPTIONAL.get(name, ()) if any(column in line for line in lines)]
    writer = csv.DictWriter(text, [*COLUMNS[name], *optional], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def as_yaml(content: Any) -> str:
    """Content as YAML in the order in which it was declared."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def make_office(
    root: Path,
    *,
    units: Iterable[Mapping[str, str]] = UNITS,
    fields: Iterable[Mapping[str, str]] = FIELDS,
    counters: Iterable[Mapping[str, str]] = (),
    kinds: Mapping[str, Mapping[str, Any]] | None = None,
    **settings: Any,
) -> Path:
    """Write an office folder and give it back.

    `settings` replace keys of publishing.yaml. `kinds` maps a kind's name to its files (`dataset`, `schema`,
    `rules`), each a mapping that is written as YAML; when given, the office publishes only those.
    """
    datasets = root / "datasets"
    datasets.mkdir(parents=True)
    chosen = {**SETTINGS, **settings}
    for name, files in (kinds or {}).items():
        folder = datasets / name
        folder.mkdir()
        for part, content in files.items():
            (folder / f"{part}.yaml").write_text(as_yaml(content), encoding="utf-8")
    if kinds and "datasets" not in settings:
        chosen["datasets"] = {name: {} for name in kinds}
    (datasets / "publishing.yaml").write_text(as_yaml(chosen), encoding="utf-8")
    (datasets / "units.csv").write_text(table("units", units), encoding="utf-8")
    (datasets / "fields.csv").write_text(table("fields", fields), encoding="utf-8")
    (datasets / "counters.csv").write_text(table("counters", counters), encoding="utf-8")
    (datasets / "holidays.csv").write_text(table("holidays", []), encoding="utf-8")
    for name in ("site", "var"):
        (root / name).mkdir()
    return root
