"""What a page shows of a unit's accepted file itself: its public cells, and what the unit wrote in them."""

from functools import lru_cache
from pathlib import Path

from publisher.catalogue import Kind, Office
from publisher.catalogue.pooling import shown_lines
from publisher.opendata.records import read_file

FREE_TEXT = 200
"""A string column that may be longer than this holds free text."""


def rows(office: Office, kind: Kind, unit: str, period: str) -> list[dict[str, str]]:
    """The public cells of an accepted file's public rows, column → text, in its order; none when there is no file."""
    path = office.data_file(kind.name, unit, period)
    if not path.exists():
        return []
    public = [column.name for column in kind.schema_columns if column.public]
    header, lines = kept_file(path, path.stat().st_mtime_ns)
    given = (dict(zip(header, line, strict=True)) for line in shown_lines(office, kind, header, lines))
    return [{name: row.get(name, "") for name in public} for row in given]


@lru_cache(maxsize=8)
def kept_file(path: Path, changed: int) -> tuple[list[str], list[list[str]]]:  # noqa: ARG001 a changed file is read anew
    """One file as it was at `changed` (nanoseconds), kept while its pages in all languages are written."""
    return read_file(path)


def texts(office: Office, kind: Kind, unit: str, period: str, lang: str) -> list[tuple[str, str]]:
    """What a unit wrote in free-text cells: (where it belongs, text), in the file's order.

    `where` names the row by its breakdown's key, such as the field.
    """
    found = []
    for row in rows(office, kind, unit, period):
        where = [row_name(office, kind, name, row.get(name, ""), lang) for name in kind.grain[2:]]
        for column in text_columns(kind):
            if row[column]:
                label = " · ".join([*filter(None, where), kind.columns[column].titles[lang]])
                found.append((label, row[column]))
    return found


def text_columns(kind: Kind) -> list[str]:
    """The public columns in which a unit writes free text."""
    return [
        c.name
        for c in kind.schema_columns
        if c.public and c.type == "string" and int(c.constraints.get("maxLength", 0)) > FREE_TEXT
    ]


def row_name(office: Office, kind: Kind, name: str, value: str, lang: str) -> str:
    """A code of a row in words: the table's name, the category's title; "" for none and for the plain month."""
    column = kind.columns[name]
    if not value or (name == "basis" and value == "month"):
        return ""
    if column.table:
        entry = office.table(column.table).get(value)
        return entry.name[lang] if entry else value
    return next((c.titles[lang] for c in column.categories if c.value == value), value)
