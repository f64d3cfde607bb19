"""What the check says of one file, as the answer page needs it. It runs in a child (`collector.intake.children`).

An answer is plain data: verdict, counts, problems in groups, and the faulty rows as they stand in the file.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.columns import Layout
from publisher.checking import Checked, Group, check_file, group
from publisher.errors import Mistake, Problem, column_letter
from publisher.grids.marks import bare
from publisher.ledger import canonical
from publisher.reading import Book, Refused, open_book, source_rows
from publisher.reading.header import count_hits, known_headers
from publisher.reading.titles import DEEPEST, joined, single, trimmed
from publisher.workbooks.marked import mark

GROUPS = 50
"""So many groups of errors are shown; all are counted, and the workbook has them all."""

ROWS = 50
"""So many faulty rows are shown."""

FIRST_ROWS = 12
"""So many row numbers of a group are named."""

COLUMNS = 60
"""So many columns of a row are shown at least; further ones only where something is wrong."""

CELL = 80
"""So many characters of a cell are shown."""

OWN = "own-layout"
"""The name of a layout that was made for one file."""


@dataclass(frozen=True)
class Task:
    """One file to be looked at: where it stands, what it was called, for which place, how it is read, and for which
    units its person may hand in (every unit when None)."""

    office: Path
    source: Path
    name: str
    kind: str
    unit: str
    period: str
    reading: Mapping[str, Any]
    units: tuple[str, ...] | None
    answer: Path
    candidate: Path


def examine(task: Task) -> dict[str, Any]:
    """Check a file and write the answer, and the canonical file where nothing stands in the way; gives the counts, or
    under `foreign` the units that are not the person's: nothing is written then.

    Raises Mistake for what cannot be read at all.
    """
    office, kind, book = prepared(task)
    checked = check(task, office, kind, book, {"unit_code": task.unit})
    found = {unit for unit, _ in checked.submissions if office.units.get(unit)}
    if any(problem.code == "unit-differs" for problem in checked.errors):
        found |= {unit for unit, _ in check(task, office, kind, book, {}).submissions}
    if task.units is not None and (foreign := sorted(found - set(task.units))):
        return {"foreign": foreign}
    answer = make_answer(checked, book)
    others = sorted(found - {task.unit})
    if others:
        answer["others"] = others
    rows = checked.submissions.get((task.unit, task.period), [])
    accepted = not checked.errors and not others and bool(rows)
    answer["verdict"] = "refused" if not accepted else "warned" if checked.warnings else "clean"
    answer["empty"] = not checked.errors and not rows and not others
    task.answer.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    sha256 = ""
    if accepted:
        data = canonical(kind, rows)
        sha256 = hashlib.sha256(data).hexdigest()
        task.candidate.write_bytes(data)
    return {
        "errors": len(checked.errors) + len(others) + answer["empty"],
        "warnings": len(checked.warnings),
        "rows": checked.rows,
        "candidate": sha256,
    }


def marked(task: Task) -> bytes:
    """The file itself as a workbook with what is wrong marked in it. Raises Mistake as `mark` does."""
    office, kind, book = prepared(task)
    checked = check(task, office, kind, book, {"unit_code": task.unit})
    return mark(book, checked.problems, kind, name=task.name)


def prepared(task: Task) -> tuple[Office, Kind, Book | Path]:
    """The office with the kind as this file is read, and the file."""
    office = open_office(task.office)
    kind = read_as(office, task.kind, task.reading)
    return replace(office, kinds={**office.kinds, kind.name: kind}), kind, opened(task)


def check(task: Task, office: Office, kind: Kind, book: Book | Path, defaults: Mapping[str, str]) -> Checked:
    """The check of the file; `defaults` fill columns that it lacks."""
    return check_file(
        office, kind, book, name=task.name, period=task.period, defaults=defaults,
        layout=OWN if task.reading.get("own") else task.reading.get("layout"), sheet=task.reading.get("sheet"),
        collect=True,
    )  # fmt: skip


def opened(task: Task) -> Book | Path:
    """The file, opened once for the check and the excerpt; as it is when it cannot be opened: the check says why."""
    try:
        return open_book(task.source, name=task.name, sheet=task.reading.get("sheet"))
    except (Refused, Mistake):
        return task.source


@dataclass(frozen=True)
class Look:
    """What somebody needs to tell a program what the columns are: the first rows of a sheet, and the titles of its
    columns (with the column that is meant where that is known) when the header stands in rows `first` to `last`."""

    sheets: tuple[str, ...]
    sheet: str
    rows: tuple[tuple[str, ...], ...]
    first: int
    last: int
    titles: tuple[tuple[str, str], ...]


def look(task: Task, first: int, last: int) -> Look:
    """The first rows of a file and the titles of its columns; with `first` 0 the header is guessed: the row with most
    text among those with most known titles.

    Raises Mistake and Refused for what cannot be opened.
    """
    office = open_office(task.office)
    kind = office.kinds[task.kind]
    book = open_book(task.source, name=task.name)
    visible = [sheet for sheet in book.sheets if sheet.visible]
    wanted = task.reading.get("sheet")
    sheet = next((one for one in visible if one.name == wanted), visible[0] if visible else None)
    head = max(book.heads(sheet), key=lambda one: sum(len(trimmed(row)) for row in one.rows))
    known = known_headers(kind)
    if not 1 <= first <= last <= min(len(head.rows), first + DEEPEST - 1):
        first = last = 1 + max(
            range(len(head.rows)), key=lambda n: (count_hits(single(head.rows, n), known), texts(head.rows[n]))
        )
    merged = sheet.look.merged if sheet else ()
    titles = joined(head.rows, first - 1, last - 1, merged, known) if last > first else single(head.rows, first - 1)
    meant = [
        (title.label, next((known.names[k] for k in title.keys if k in known.names), "")) for title in titles.titles
    ]
    return Look(
        sheets=tuple(one.name for one in visible),
        sheet=sheet.name if sheet else "",
        rows=tuple(tuple(shorten(bare(cell)) for cell in trimmed(row)[:COLUMNS]) for row in head.rows),
        first=first,
        last=last,
        titles=tuple(meant[:COLUMNS]),
    )


def texts(row: Iterable[str]) -> int:
    """How many cells of a row hold words."""
    return sum(any(c.isalpha() for c in cell) for cell in row)


def read_as(office: Office, name: str, reading: Mapping[str, Any]) -> Kind:
    """The kind, with the layout that was made for one file, if one was."""
    kind = office.kinds[name]
    own = reading.get("own")
    if not own:
        return kind
    made = Layout.model_validate({**own, "name": OWN})
    return kind.model_copy(update={"layouts": (*kind.layouts, made)})


# The answer


def make_answer(checked: Checked, book: Book | Path) -> dict[str, Any]:
    """The problems of a check in groups, and the rows that they are about."""
    groups = group(checked.problems)
    parts = {severity: [g for g in groups if g.first.severity == severity] for severity in ("error", "warning", "note")}
    shown = [*parts["error"][:GROUPS], *parts["warning"][:GROUPS]]
    return {
        "counts": {s: sum(len(g.problems) for g in found) for s, found in parts.items()},
        "groups": {s: [told(g) for g in found[:GROUPS]] for s, found in parts.items()},
        "hidden": {s: max(0, len(found) - GROUPS) for s, found in parts.items()},
        "sheets": excerpt(shown, book) if isinstance(book, Book) else [],
        "codes": sorted({p.code for p in checked.errors}),
        "names": list(book.names) if isinstance(book, Book) else [],
    }


def told(found: Group) -> dict[str, Any]:
    """A group as the page needs it."""
    first = found.first
    return {
        "code": first.code,
        "vi": first.message_vi,
        "en": first.message_en,
        "count": len(found.problems),
        "sheet": first.sheet,
        "column": first.column,
        "letter": found.letter,
        "cell": first.cell,
        "row": first.row,
        "rows": list(found.rows[:FIRST_ROWS]),
    }


def excerpt(groups: Iterable[Group], book: Book) -> list[dict[str, Any]]:
    """The faulty rows of each sheet, as a person sees them: the first row of every group, then others, to fifty."""
    first = [g.first for g in groups if g.first.row]
    more = [p for g in groups for p in g.problems[1:] if p.row]
    wanted: dict[tuple[str, int], list[Problem]] = {}
    for problem in (*first, *more):
        assert problem.row
        place = (problem.sheet, problem.row)
        if place in wanted or len(wanted) < ROWS:
            wanted.setdefault(place, []).append(problem)
    return [
        shown_sheet(book, sheet, {row: found for (of, row), found in sorted(wanted.items()) if of == sheet})
        for sheet in dict.fromkeys(sheet for sheet, _ in wanted)
    ]


def shown_sheet(book: Book, sheet: str, problems: Mapping[int, Collection[Problem]]) -> dict[str, Any]:
    """Some rows of a sheet with what is wrong with them, cell by cell."""
    cells = source_rows(book, problems, sheet=sheet)
    width = max((len(row) for row in cells.values()), default=0)
    letters = [column_letter(number + 1) for number in range(width)]
    wrong = {p.cell.rstrip("0123456789") for found in problems.values() for p in found}
    kept = [n for n, letter in enumerate(letters) if n < COLUMNS or letter in wrong]
    rows = []
    for number, found in problems.items():
        row = cells.get(number, [])
        at: dict[str, list[Problem]] = {}
        for problem in found:
            at.setdefault(problem.cell.rstrip("0123456789"), []).append(problem)
        known = {letters[n] for n in kept}
        rows.append(
            {
                "row": number,
                "cells": [
                    {"text": shorten(row[n]) if n < len(row) else "", "problems": said(at.get(letters[n], ()))}
                    for n in kept
                ],
                "whole": [one for letter, some in at.items() if letter not in known for one in said(some)],
            }
        )
    return {"sheet": sheet, "letters": [letters[n] for n in kept], "rows": rows}


def said(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as a cell shows them, each once."""
    found = {(p.severity, p.message_vi): p for p in problems}
    return [{"severity": p.severity, "vi": p.message_vi, "en": p.message_en} for p in found.values()]


def shorten(text: str) -> str:
    """A cell as the excerpt shows it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= CELL else flat[: CELL - 1] + "…"
