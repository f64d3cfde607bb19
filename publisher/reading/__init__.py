"""From the bytes of a file to rows of text by canonical column: strictly, streamed, nothing guessed.

A file is gone over three times: its bytes (is it text?), its records (is it a table?), its cells.
"""

from collections.abc import Mapping
from pathlib import Path

from publisher.catalogue import Kind, Office
from publisher.catalogue.columns import Layout
from publisher.catalogue.kinds import FIXED_COLUMNS
from publisher.errors import column_letter
from publisher.reading.decoding import Refused, Source, Text, decode
from publisher.reading.header import Finding, Header, SourceColumn, count_hits, find_header, known_headers
from publisher.reading.rows import DERIVED, ReadTable, tell

__all__ = ["ReadTable", "Source", "SourceColumn", "declares_nothing", "guess_kind", "read_csv"]

NAMES = {";": ";", "\t": "TAB", "|": "|"}


def read_csv(
    source: Path | bytes,
    kind: Kind,
    office: Office,
    *,
    name: str | None = None,
    defaults: Mapping[str, str] | None = None,
    layout: str | None = None,
) -> ReadTable:
    """A CSV file as a ReadTable of its kind.

    `name` is the file's name in messages; `defaults` give columns that the file lacks (a `period` there must agree
    with the file's own); `layout` asks for a layout by name. What is wrong with the file stands in `problems`.
    Raises Mistake `file-unreadable`, `unknown-layout`.
    """
    file = name or (source.name if isinstance(source, Path) else "-")
    table = ReadTable(file, kind, office)
    given = dict(defaults or {})
    try:
        text = decode(source)
    except Refused as refused:
        return table.stop(tell(refused.code, "error", file, row=refused.row, **refused.values))
    header = find_header(text, kind, layout, frozenset((*given, *DERIVED)))
    if isinstance(header, Header):
        describe(table, text, header)
    else:
        tell_findings(table, header)
    if isinstance(header, Header) and not table.stopped:
        table.attach(text, header, constants(kind, header.layout, given))
    return table


def declares_nothing(canonical: bytes) -> bool:
    """Whether an accepted file has a header and no rows: the unit declared that nothing arose."""
    return canonical.find(b"\n") == len(canonical) - 1


def constants(kind: Kind, layout: Layout | None, given: Mapping[str, str]) -> dict[str, str]:
    """The value of each column for rows that do not say it: the column's default, the layout's, the caller's."""
    found = {name: column.default for name, column in kind.columns.items() if column.default}
    return {**found, **(layout.constants if layout else {}), **given}


def describe(table: ReadTable, text: Text, header: Header) -> None:
    """Tell how the file was read, and what is wrong with its header."""
    file = table.file
    if text.encoding == "utf-16":
        table.problems.append(tell("utf16-read", "note", file))
    if header.head.delimiter in NAMES:
        table.problems.append(tell("delimiter-read", "note", file, value=NAMES[header.head.delimiter]))
    if text.mixed_newlines:
        table.problems.append(tell("newlines-mixed", "note", file))
    if header.titles:
        table.problems.append(tell("title-rows", "note", file, row=header.row, count=header.titles))
    tell_findings(table, header.findings, header.row)


def tell_findings(table: ReadTable, findings: list[Finding] | tuple[Finding, ...], row: int | None = None) -> None:
    """Put findings about the header among the table's problems; an error stops the file."""
    for found in findings:
        cell = f"{column_letter(found.number)}{row}" if found.number and row else ""
        problem = tell(
            found.code, found.severity, table.file, variant=found.variant,
            row=row if found.number else None, column=found.label, cell=cell, value=found.label, **found.values,
        )  # fmt: skip
        table.problems.append(problem)
        table.stopped = table.stopped or found.severity == "error"


def guess_kind(source: Path | bytes, office: Office) -> Kind | None:
    """The kind whose header the file has; None when no kind or more than one fits best."""
    try:
        text = decode(source)
    except Refused:
        return None
    found: list[tuple[int, int, str]] = []
    for name, kind in office.kinds.items():
        header = find_header(text, kind, None, frozenset((*DERIVED, "period", "unit_code")))
        if isinstance(header, Header) and set(header.columns) & (set(kind.columns) - set(FIXED_COLUMNS)):
            hits = count_hits(header.head.rows[header.row - 1], kind, known_headers(kind))
            errors = sum(1 for finding in header.findings if finding.severity == "error")
            found.append((-errors, hits, name))
    found.sort(reverse=True)
    if not found or (len(found) > 1 and found[0][:2] == found[1][:2]):
        return None
    return office.kinds[found[0][2]]
