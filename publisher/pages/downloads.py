"""The files people take away: one CSV a kind and month, and a Data Package v2 that describes them.

Only public columns are published. A text cell that a spreadsheet would run as a formula gets an apostrophe.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from publisher.catalogue import Entry, Kind, Office, Unit
from publisher.catalogue.tables import Table
from publisher.catalogue.text import one_line
from publisher.ledger import Ledger
from publisher.pages.shell import Writer
from publisher.words import format as formats
from publisher.words import say

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FREE_TEXT = 200
"""A string column that may be longer than this, or is named note, holds free text."""


@dataclass(frozen=True, slots=True)
class File:
    """One published file: its address below the root, its size and hash, how many rows it has."""

    kind: Kind | None
    path: str
    size: int
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class MonthFiles:
    """What is published for one month."""

    month: str
    files: tuple[File, ...]
    package: str


def guard(text: str) -> str:
    """A text cell that no spreadsheet runs: an apostrophe in front of a formula's first character.

    A formula behind apostrophes of its own gets one more, so that taking one off gives the text back.
    """
    return "'" + text if text.lstrip("'").startswith(FORMULA) else text


def read_rows(office: Office, kind: str, unit: str, period: str) -> list[dict[str, str]]:
    """The rows of an accepted file, column → text."""
    with office.data_file(kind, unit, period).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def text_columns(kind: Kind) -> list[str]:
    """The public columns in which a unit writes free text."""
    return [
        c.name
        for c in kind.schema_columns
        if c.public and c.type == "string" and int(c.constraints.get("maxLength", 0)) > FREE_TEXT
    ]


@lru_cache(maxsize=8)
def latest_rows(path: Path, changed: int) -> tuple[dict[str, str], ...]:  # noqa: ARG001 a changed file is read anew
    """The rows of one file as it was at `changed` (nanoseconds), kept while its pages in all languages are written."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream, strict=True))


def rows(office: Office, kind: Kind, unit: str, period: str) -> list[dict[str, str]]:
    """The public cells of an accepted file, column → text, in its order; none when there is no file."""
    path = office.data_file(kind.name, unit, period)
    if not path.exists():
        return []
    public = [column.name for column in kind.schema_columns if column.public]
    return [{name: row.get(name, "") for name in public} for row in latest_rows(path, path.stat().st_mtime_ns)]


def texts(office: Office, kind: Kind, unit: str, period: str, lang: str) -> list[tuple[str, str]]:
    """What a unit wrote in free-text cells: (where it belongs, text), in the file's order.

    `where` names the row by its breakdown's key, such as the field.
    """
    path = office.data_file(kind.name, unit, period)
    if not path.exists():
        return []
    found = []
    for row in latest_rows(path, path.stat().st_mtime_ns):
        if kind.is_private(row):
            continue
        where = [row_name(office, kind, name, row[name], lang) for name in kind.grain[2:] if row[name]]
        for column in text_columns(kind):
            if row[column]:
                label = " · ".join([*[w for w in where if w], kind.columns[column].titles[lang]])
                found.append((label, row[column]))
    return found


def row_name(office: Office, kind: Kind, name: str, value: str, lang: str) -> str:
    """A code of a row in words: the table's name, the category's title; "" for the plain month."""
    column = kind.columns[name]
    if name == "basis" and value == "month":
        return ""
    if column.table:
        entry = office.table(column.table).get(value)
        return entry.name[lang] if entry else value
    return next((c.titles[lang] for c in column.categories if c.value == value), value)


def public_columns(kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """The columns of a published file with their descriptors: public ones, names beside codes."""
    columns = []
    for column in kind.schema_columns:
        if column.public:
            columns.append((column.name, column.descriptor()))
            if column.table and column.named_by:
                name = column.name.removesuffix("_code") + "_name"
                columns.append((name, {"name": name, "type": "string", "title": column.named_by.titles.vi}))
    return columns


def month_csv(office: Office, kind: Kind, period: str, units: list[str]) -> tuple[bytes, int]:
    """All public rows of a kind and month as CSV bytes (UTF-8, LF), units by code; and how many rows."""
    columns = public_columns(kind)
    tables: dict[str, Table] = {c.name: office.table(c.table) for c in kind.schema_columns if c.table}
    named = {c.removesuffix("_code") + "_name": c for c in tables}
    figures = {c.name for c in kind.schema_columns if c.is_figure}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for name, _ in columns])
    count = 0
    for unit in units:
        for row in read_rows(office, kind.name, unit, period):
            if kind.is_private(row):
                continue
            cells = []
            for name, _ in columns:
                if name in named:
                    entry = tables[named[name]].get(row[named[name]])
                    cells.append(guard(one_line(entry.name.vi)) if entry else "")
                else:
                    cells.append(row[name] if name in figures else guard(one_line(row[name])))
            writer.writerow(cells)
            count += 1
    return text.getvalue().encode("utf-8"), count


def table_csv(entries: list[Entry]) -> bytes:
    """A reference table for reuse: code, name_vi, name_en, and level and parent for units."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code", "name_vi", "name_en", "level", "parent"])
    for e in entries:
        extra = (e.level, e.parent) if isinstance(e, Unit) else ("", "")
        writer.writerow([guard(one_line(cell)) for cell in (e.code, e.name.vi, e.name.en, *extra)])
    return text.getvalue().encode("utf-8")


TABLE_SCHEMA = {
    "fields": [
        {"name": "code", "type": "string", "constraints": {"required": True, "unique": True}},
        *({"name": name, "type": "string"} for name in ("name_vi", "name_en", "level", "parent")),
    ],
    "missingValues": [""],
}


def resource(name: str, path: str, title: str, data: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    """One resource of a Data Package v2."""
    return {
        "name": name,
        "type": "table",
        "path": path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
        "schema": schema,
    }


def write(writer: Writer, ledger: Ledger) -> list[MonthFiles]:
    """Write `du-lieu/<month>/<kind>.csv`, the reference tables and `datapackage.json`; newest month first."""
    office = writer.office
    settings = office.settings
    units: dict[tuple[str, str], list[str]] = {}
    for line in ledger.current.values():
        units.setdefault((line.period, line.kind), []).append(line.unit)
    tables = {"units": table_csv(list(office.units)), "fields": table_csv(list(office.fields))}
    months = []
    for month in sorted({period for period, _ in units}, reverse=True):
        folder = f"du-lieu/{month}/"
        files, resources = [], []
        for kind in office.kinds.values():
            codes = sorted(units.get((month, kind.name), []))
            if not codes:
                continue
            data, rows = month_csv(office, kind, month, codes)
            schema = {"fields": [d for _, d in public_columns(kind)], "missingValues": [""]}
            resources.append(resource(kind.name.replace("_", "-"), f"{kind.name}.csv", kind.title.vi, data, schema))
            writer.write("vi", f"{folder}{kind.name}.csv", data)
            sha = hashlib.sha256(data).hexdigest()
            files.append(File(kind, f"{folder}{kind.name}.csv", len(data), sha, rows))
        for name, data in tables.items():
            writer.write("vi", f"{folder}{name}.csv", data)
            resources.append(resource(name, f"{name}.csv", say("vi", f"pages.data.{name}"), data, TABLE_SCHEMA))
        package = {
            "$schema": PROFILE,
            "name": f"cong-khai-{month}",
            "title": f"{settings.name.vi}: {formats.period('vi', month)}",
            "homepage": settings.site_url,
            "version": hashlib.sha256("".join(r["hash"] for r in resources).encode()).hexdigest()[:12],
            "licenses": [{"name": settings.licence.name.replace(" ", "-"), "path": settings.licence.url}],
            "contributors": [{"title": settings.name.vi, "roles": ["publisher"]}],
            "resources": resources,
        }
        writer.json("vi", f"{folder}datapackage.json", package)
        months.append(MonthFiles(month, tuple(files), f"{folder}datapackage.json"))
    return months
