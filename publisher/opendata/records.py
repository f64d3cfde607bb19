"""The accepted rows as published: public columns, public rows, sensitive matters put together with others, names beside
codes, and which revision they are."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from publisher.catalogue import Entry, Kind, Office, Unit
from publisher.catalogue.pooling import shown_lines
from publisher.catalogue.text import Text
from publisher.opendata.tables import Column, Table, cell
from publisher.words import load

REVISION = "revision"
"""The column that says how often a submission was accepted for its unit and period: above 1 it was corrected."""

NAME = "_name"


def said(key: str) -> Text:
    """Words of the published data in both languages."""
    return Text(vi=load("vi")[f"opendata.{key}"], en=load("en")[f"opendata.{key}"])


def columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind's published files: the public ones, the name beside each code, and last the revision."""
    found = []
    for column in kind.schema_columns:
        if not column.public:
            continue
        described = column.descriptor()
        found.append(
            Column(
                column.name,
                described["type"],
                column.titles,
                column.description,
                tuple((category.value, category.titles) for category in column.categories),
                column.table,
                tuple(described.get("constraints", {}).items()),
            )
        )
        if column.table and column.named_by:
            found.append(Column(column.name.removesuffix("_code") + NAME, "string", column.named_by.titles))
    revision = Column(
        REVISION, "integer", said("revision"), said("revision_is"), constraints=(("required", True), ("minimum", 1))
    )
    return (*found, revision)


def key(kind: Kind) -> tuple[str, ...]:
    """The columns that make a published row one; none where one of them may be blank or is not public."""
    named = [kind.columns[name] for name in kind.grain]
    return kind.grain if all(column.required and column.public for column in named) else ()


def records(office: Office, kind: Kind, period: str, revisions: Mapping[str, int]) -> Table:
    """All public rows of a kind and month, units in the order of `revisions` (unit → its revision in force)."""
    shown = columns(kind)
    tables = {column.name: office.table(column.reference) for column in shown if column.reference}
    sources: list[tuple[str, bool, dict[str, str] | None]] = []
    for column in shown[:-1]:
        code = column.name.removesuffix(NAME) + "_code"
        if column.name not in kind.columns and code in tables:
            names = {entry.code: cell(entry.name.vi) for entry in tables[code]}
            sources.append((code, False, names))
        else:
            sources.append((column.name, column.is_figure, None))
    rows = []
    for unit, revision in revisions.items():
        header, lines = read_file(office.data_file(kind.name, unit, period))
        place = {name: number for number, name in enumerate(header)}
        ways = [(place.get(name), as_is, names) for name, as_is, names in sources]
        for line in shown_lines(office, kind, header, lines):
            cells = [published(line[at] if at is not None else "", as_is, names) for at, as_is, names in ways]
            rows.append([*cells, str(revision)])
    return Table(kind.name, kind.title, kind.purpose, shown, rows, key(kind))


def published(text: str, as_is: bool, names: Mapping[str, str] | None) -> str:
    """A cell as published: a figure as it is, a code's name where `names` has them, any other text made safe."""
    if names is not None:
        return names.get(text, "")
    return text if as_is else cell(text)


def read_file(path: Path) -> tuple[list[str], list[list[str]]]:
    """An accepted file: its header, and its rows as text. A column that is newer than the file is not in it."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *lines = csv.reader(stream, strict=True)
    return header, lines


TABLE_COLUMNS = ("code", "name_vi", "name_en", "level", "parent", "valid_from", "valid_to", "slug")


def reference(name: str, entries: Iterable[Entry]) -> Table:
    """A reference table for reuse: codes, names, validity and the last part of the page's address; level and parent
    for units."""
    shown = [
        Column(column, "date" if column.startswith("valid") else "string", said(f"table.{column}"))
        for column in TABLE_COLUMNS
    ]
    shown[0] = Column("code", "string", said("table.code"), constraints=(("required", True), ("unique", True)))
    rows = []
    for e in entries:
        extra = (e.level, e.parent) if isinstance(e, Unit) else ("", "")
        days = (day.isoformat() if day else "" for day in (e.valid_from, e.valid_to))
        rows.append([*(cell(text) for text in (e.code, e.name.vi, e.name.en, *extra)), *days, e.slug])
    return Table(name, said(name), said(f"{name}_is"), tuple(shown), rows, ("code",))
