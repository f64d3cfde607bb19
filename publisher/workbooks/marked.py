"""The clerk's own workbook with what is wrong marked in it: red and amber cells, comments, and a list with links.

An XLSX keeps its formats, widths and other sheets. A CSV, XLS or ODS gets an XLSX with the same cells at the same
addresses; so does an XLSX that is too large to be rewritten. What cannot be read at all gets the list alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from publisher import sandbox
from publisher.catalogue import Kind
from publisher.checking import Group, group
from publisher.errors import Mistake, Problem
from publisher.grids.look import place
from publisher.reading import Book, Refused, Source, open_book, ranges, records_of
from publisher.sandbox import MEGABYTE, Limits
from publisher.words import LANGUAGES, say

JOB = "publisher.workbooks.marking:mark_workbook"
LIMITS = Limits(memory=1_200 * MEGABYTE, processor=90, clock=120, file=400 * MEGABYTE, answer=200 * MEGABYTE)
"""openpyxl needs 50 times a sheet's size; only one file at a time should be marked."""

FEW = 8
"""So many lines of a group stand open; more are folded away."""

Marks = dict[str, list[tuple[int, int, str, str]]]


def mark(source: Source | Book, problems: Sequence[Problem], kind: Kind, *, name: str | None = None) -> bytes:
    """An XLSX of the file with its problems marked.

    `problems` are those of this file; `kind` says which dataset it was meant for; `name` is the file's name. Raises
    Mistake `file-unreadable`, and `mark-failed` when even the grid alone is too much.
    """
    try:
        book: Book | None = open_book(source, name=name)
    except Refused:
        book = None
    first = first_sheet(book, problems)
    payload: dict[str, Any] = {
        "list": listing(problems, kind, first),
        "marks": marks(problems, first),
        "grid": None,
    }
    content = content_of(source)
    if book is not None and book.format == "xlsx":
        try:
            return bytes(sandbox.run(JOB, content, payload, LIMITS))
        except sandbox.Stopped:
            pass  # too large for openpyxl, or more than it understands: the figures themselves can still be shown
    try:
        return bytes(sandbox.run(JOB, b"", {**payload, "grid": grid(book, first)}, LIMITS))
    except sandbox.Stopped as stopped:
        raise Mistake("mark-failed", {"file": name or "-"}) from stopped


def content_of(source: Source | Book) -> Path | bytes:
    """The bytes of a source, or where they are."""
    return source.source if isinstance(source, Book) else source


def first_sheet(book: Book | None, problems: Sequence[Problem]) -> str:
    """The sheet that was read; of a text, the one that it becomes."""
    named = next((problem.sheet for problem in problems if problem.sheet), "")
    if named or book is None:
        return named
    return book.sheets[0].name if book.sheets else say("vi", "marked.text_sheet")


def grid(book: Book | None, first: str) -> list[tuple[str, list[list[str]]]]:
    """The visible sheets of a workbook, or the text as one sheet: name and rows."""
    if book is None:
        return []
    if book.text is not None:
        return [(first, list(records_of(book, "")))]
    return [(sheet.name, sheet.rows) for sheet in book.sheets if sheet.visible]


def marks(problems: Iterable[Problem], first: str) -> Marks:
    """Which cells are coloured, by sheet: row, column, severity, and the sentences of all that is wrong there. What
    concerns a whole row stands at its first cell; notes colour nothing."""
    found: dict[tuple[str, int, int], list[Problem]] = {}
    for problem in problems:
        at = place(problem.cell) or ((problem.row, 1) if problem.row else None)
        if at and problem.severity != "note":
            found.setdefault((problem.sheet or first, *at), []).append(problem)
    sheets: Marks = {}
    for (sheet, row, column), here in sorted(found.items()):
        severity = "error" if any(problem.severity == "error" for problem in here) else "warning"
        text = "\n\n".join(f"{problem.message_vi}\n{problem.message_en}" for problem in here)
        sheets.setdefault(sheet, []).append((row, column, severity, text))
    return sheets


def listing(problems: Sequence[Problem], kind: Kind, first: str) -> dict[str, Any]:
    """The first sheet: verdict, counts, how to use it, and a line for each problem."""
    count = {severity: sum(1 for p in problems if p.severity == severity) for severity in ("error", "warning", "note")}
    verdict = "refused" if count["error"] else "valid"
    head = [(verdict if verdict == "refused" else "verdict", say("vi", f"marked.{verdict}", **count))]
    head += [("other", say("en", f"marked.{verdict}", **count))]
    head += [("text", say("vi", "marked.counts", kind=kind.title.vi, **count))]
    head += [("text", say("vi", "marked.how")), ("other", say("en", "marked.how"))]
    return {
        "sheet": say("vi", "marked.sheet"),
        "head": head,
        "titles": [say("vi", f"marked.titles.{key}") for key in ("number", "severity", "where", "what", "english")],
        "lines": list(lines(problems, first)),
        "more_links": say("vi", "marked.more_links"),
        "more_comments": say("vi", "marked.more_comments"),
    }


def lines(problems: Sequence[Problem], first: str) -> Iterable[tuple[int, str, list[Any], str, str, bool]]:
    """A line for each problem, groups of the same under a line of their own; errors come first."""
    number = 0
    for one in group(problems):
        many = len(one.problems) > 1
        folded = len(one.problems) > FEW
        if many:
            yield 2, one.first.severity, group_cells(one), *target(one.first, first), folded
        for problem in one.problems:
            number += 1
            yield 1 if many else 0, problem.severity, cells(number, problem), *target(problem, first), folded


def target(problem: Problem, first: str) -> tuple[str, str]:
    """Where a line's link leads: sheet and address; both empty for what concerns the whole file."""
    address = problem.cell or (f"A{problem.row}" if problem.row else "")
    return (problem.sheet or first, address) if address and (problem.sheet or first) else ("", "")


def cells(number: int, problem: Problem) -> list[Any]:
    """The cells of a line: number, severity, where, what and what to do, the same in English."""
    keys: Mapping[str, Any] = {"sheet": problem.sheet, "cell": problem.cell, "row": problem.row or ""}
    place_of = "cell" if problem.cell else "row" if problem.row else "file"
    where = say("vi", f"marked.where.{place_of}", **keys)
    return [number, say("vi", f"marked.{problem.severity}"), where, problem.message_vi, problem.message_en]


def group_cells(one: Group) -> list[Any]:
    """The cells of a group's line: where all of them are, and the sentence of the first."""
    key = "column" if one.letter else "file"
    known = {"letter": one.letter, "rows": ranges(one.rows), "count": len(one.problems)}
    said = [
        say(lang, "marked.group.said", first=one.first.message_vi if lang == "vi" else one.first.message_en, **known)
        for lang in LANGUAGES
    ]
    return ["", say("vi", f"marked.{one.first.severity}"), say("vi", f"marked.group.{key}", **known), *said]
