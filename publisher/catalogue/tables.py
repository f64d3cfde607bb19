"""The reference tables of an office: units, fields, counters, kept documents, swapped working days."""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from publisher.catalogue import addresses
from publisher.catalogue.addresses import Published, published, unique_slugs
from publisher.catalogue.periods import WorkingDays
from publisher.catalogue.text import Text, fold
from publisher.errors import Mistake

COLUMNS = {
    "units": ("code", "name_vi", "name_en", "level", "parent", "valid_from", "valid_to", "address"),
    "fields": ("code", "name_vi", "name_en", "aliases", "valid_from", "valid_to"),
    "counters": ("counter_code", "unit_code", "name_vi", "name_en", "contact_point", "form", "valid_from", "valid_to"),
    "holidays": ("date", "day_type", "decision"),
}

OPTIONAL = {"units": ("email", "also"), "fields": ("shown_as", "also")}
"""Columns that a table may have or lack."""

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
"""One plain address: what stands there goes into the head of a mail."""

DOCUMENTS = ("sha256", "name", "bytes", "kept_on")
"""The columns of the list of kept documents, which scripts/attach.py writes."""

CONTACT_POINTS = ("procedures", "work", "reception")
"""Where satisfaction is measured: handling procedures, handling other work, receiving citizens."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a reference table. `slug` is its address, unique in its table. `aliases` are names under which files
    know it, `also` what people look for when they mean it. `shown_as` is the code of the entry under which its figures
    are published, "" for its own."""

    code: str
    name: Text
    slug: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    aliases: tuple[str, ...] = ()
    shown_as: str = ""
    also: tuple[str, ...] = ()

    def is_valid(self, day: dt.date) -> bool:
        """Whether the entry is in force on that day; both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Unit(Entry):
    """A unit that reports: a commune, a department, a district until 2025-06-30 … `email` is where it is reminded of
    what it owes; it is not published."""

    level: str = ""
    parent: str = ""
    address: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Counter(Entry):
    """A place where citizens are served and asked: its unit, what is done there (one of CONTACT_POINTS), and the form
    (a file under `datasets/satisfaction/surveys/`)."""

    unit: str = ""
    contact_point: str = ""
    form: str = ""


@dataclass(frozen=True)
class Table:
    """Entries by code, found by code (any case) or by name or alias (folded)."""

    entries: dict[str, Entry]
    by_code: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, code: str) -> Entry | None:
        """The entry of an exact code."""
        return self.entries.get(code)

    def code(self, text: str) -> str | None:
        """The table's own spelling of a code, whatever its case; None when unknown."""
        return self.by_code.get(text.strip().casefold())

    def named(self, text: str) -> tuple[str, ...]:
        """The codes of the entries that bear this name or alias; empty when none, several when it repeats."""
        return self.by_name.get(fold(text), ())


def build_table(entries: list[Entry]) -> Table:
    """A Table with its two indexes."""
    names: dict[str, list[str]] = {}
    for entry in entries:
        for name in {fold(entry.name.vi), fold(entry.name.en), *map(fold, entry.aliases)} - {""}:
            names.setdefault(name, []).append(entry.code)
    return Table(
        {e.code: e for e in entries},
        {e.code.casefold(): e.code for e in entries},
        {name: tuple(codes) for name, codes in names.items()},
    )


def read_lines(
    path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a reference table as (row number, column → text in NFC). A missing file has none; an `optional`
    column that the file lacks is blank.

    Rows are numbered as a spreadsheet shows them, blank ones are passed over. Raises Mistake `table-columns` when a
    column is missing, repeated or unknown, `table-encoding` when the file is not UTF-8, `table-line` for a row
    with another number of cells or a quotation mark out of place.
    """
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake("table-encoding", {"file": path.name}) from error
    reader = csv.reader(io.StringIO(unicodedata.normalize("NFC", text), newline=""), strict=True)
    rows = enumerate(reader, start=1)
    number = 1
    try:
        _, header = next(rows, (1, []))
        found = [cell.strip() for cell in header]
        wanted = (*columns, *(name for name in optional if name in found))
        if sorted(found) != sorted(wanted):
            repeated = {name for name in found if found.count(name) > 1}
            wrong = ", ".join(sorted(set(found) ^ set(wanted) | repeated))
            raise Mistake("table-columns", {"file": path.name, "columns": ",".join(columns), "wrong": wrong})
        for number, cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(found):
                raise Mistake("table-line", {"file": path.name, "row": number})
            yield number, dict.fromkeys(optional, "") | {n: cell.strip() for n, cell in zip(found, cells, strict=True)}
    except csv.Error as error:
        raise Mistake("table-line", {"file": path.name, "row": number + 1}) from error


def day(path: Path, row: int, column: str, text: str) -> dt.date | None:
    """An ISO day of a reference table, or None when blank. Raises Mistake `table-date`."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Mistake("table-date", {"file": path.name, "row": row, "column": column, "value": text}) from error


def read_addresses(path: Path) -> dict[str, dict[str, str]]:
    """addresses.csv → table → code → slug of what was published; nothing before the first build."""
    return published(read_lines(path, addresses.COLUMNS), ("units", "fields"))


def listed(text: str) -> tuple[str, ...]:
    """The names of a cell, which `|` separates."""
    return tuple(name.strip() for name in text.split("|") if name.strip())


def read_units(path: Path, known: Published | None = None) -> Table:
    """units.csv → Table of Unit. `known` are the addresses under which units were published.

    Raises Mistake `units-email` for what can be no e-mail address.
    """
    lines = list(read_lines(path, COLUMNS["units"], OPTIONAL["units"]))
    for number, v in lines:
        if v["email"] and not EMAIL.fullmatch(v["email"]):
            raise Mistake("units-email", {"file": path.name, "row": number, "value": v["email"]})
    slugs = unique_slugs(path, [(v["code"], v["name_vi"]) for _, v in lines], known)
    return build_table(
        [
            Unit(
                code=v["code"],
                name=Text(vi=v["name_vi"], en=v["name_en"]),
                slug=s,
                valid_from=day(path, n, "valid_from", v["valid_from"]),
                valid_to=day(path, n, "valid_to", v["valid_to"]),
                level=v["level"],
                parent=v["parent"],
                address=v["address"],
                email=v["email"],
                also=listed(v["also"]),
            )
            for (n, v), s in zip(lines, slugs, strict=True)
        ]
    )


def read_fields(path: Path, known: Published | None = None) -> Table:
    """fields.csv → Table of Entry; `known` as for units.

    Raises Mistake `field-shown-as` where a field is shown as one that is not there, or that is shown as another itself.
    """
    lines = list(read_lines(path, COLUMNS["fields"], OPTIONAL["fields"]))
    own = {v["code"] for _, v in lines if not v["shown_as"]}
    for number, v in lines:
        if v["shown_as"] and v["shown_as"] not in own:
            raise Mistake("field-shown-as", {"file": path.name, "row": number, "value": v["shown_as"]})
    slugs = unique_slugs(path, [(v["code"], v["name_vi"]) for _, v in lines], known)
    return build_table(
        [
            Entry(
                code=v["code"],
                name=Text(vi=v["name_vi"], en=v["name_en"]),
                slug=s,
                valid_from=day(path, n, "valid_from", v["valid_from"]),
                valid_to=day(path, n, "valid_to", v["valid_to"]),
                aliases=listed(v["aliases"]),
                shown_as=v["shown_as"],
                also=listed(v["also"]),
            )
            for (n, v), s in zip(lines, slugs, strict=True)
        ]
    )


def read_counters(path: Path, units: Table) -> Table:
    """counters.csv → Table of Counter. A counter's address is its code: it is printed on posters.

    Raises Mistake `counter-line` for a unit that is not listed or a contact point that is not one.
    """
    lines = list(read_lines(path, COLUMNS["counters"]))
    unique_slugs(path, [(v["counter_code"], v["counter_code"]) for _, v in lines])
    for number, v in lines:
        for column, known in (("unit_code", list(units.entries)), ("contact_point", list(CONTACT_POINTS))):
            if v[column] not in known:
                raise Mistake("counter-line", {"file": path.name, "row": number, "column": column, "value": v[column]})
    return build_table(
        [
            Counter(
                code=v["counter_code"],
                name=Text(vi=v["name_vi"], en=v["name_en"]),
                slug=v["counter_code"],
                valid_from=day(path, n, "valid_from", v["valid_from"]),
                valid_to=day(path, n, "valid_to", v["valid_to"]),
                unit=v["unit_code"],
                contact_point=v["contact_point"],
                form=v["form"],
            )
            for n, v in lines
        ]
    )


def read_documents(path: Path) -> Table:
    """documents/index.csv → Table of the documents that are kept under their hash; a missing list has none."""
    lines = list(read_lines(path, DOCUMENTS))
    return build_table(
        [
            Entry(
                code=v["sha256"],
                name=Text(vi=v["name"]),
                slug=v["sha256"],
                valid_from=None,
            )
            for _, v in lines
        ]
    )


def read_working_days(path: Path) -> WorkingDays:
    """holidays.csv → the working calendar; `day_type` is `off` or `working`.

    Raises Mistake `table-day-type`.
    """
    days: dict[str, set[dt.date]] = {"off": set(), "working": set()}
    for number, line in read_lines(path, COLUMNS["holidays"]):
        when = day(path, number, "date", line["date"])
        if when is None or line["day_type"] not in days:
            raise Mistake("table-day-type", {"file": path.name, "row": number, "value": line["day_type"]})
        days[line["day_type"]].add(when)
    return WorkingDays(off=frozenset(days["off"]), working=frozenset(days["working"]))
