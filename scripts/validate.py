"""Check files before they are handed in, or everything that was accepted. Nothing is written but the cache, and the
marked workbook that was asked for."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from publisher import words
from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.periods import LABEL
from publisher.checking import Group, check_office, check_read, group
from publisher.errors import Mistake, Problem, Severity
from publisher.ledger import check_files, read_ledger
from publisher.reading import Book, Refused, guess_kind, open_book, read_file
from publisher.workbooks.marked import mark
from scripts import terminal

FIRST_ROWS = 12
"""So many row numbers of a group are printed; the others are counted."""

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 when clean (warnings and notes allowed), 1 with errors. Raises Mistake for wrong usage."""
    options = arguments(argv)
    office = open_office(options.office)
    handed_in: list[HandedIn] = []
    if options.files:
        problems, handed_in = check_handed_in(office, options)
    else:
        problems = check_accepted(office, options)
    if options.marked:
        one = handed_in[0]
        terminal.write(options.marked, mark(one.source, problems, one.kind, name=one.name))
    if options.json:
        json.dump([p.as_dict() for p in problems], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    elif options.files:
        for one in handed_in:
            tell_file(one.name, one.rows, [p for p in problems if p.file == one.name])
        if options.marked:
            terminal.say("validate.marked_done", file=options.marked)
    else:
        tell_office(problems)
    return terminal.PROBLEMS if any(p.severity == "error" for p in problems) else terminal.FINE


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was typed. Raises Mistake `usage`, `period-label`, `set-form`."""
    parser = terminal.parser("validate")
    parser.add_argument("--dataset", metavar="KIND", help=terminal.help("validate.dataset"))
    parser.add_argument("--period", metavar="2026-10", help=terminal.help("validate.period"))
    parser.add_argument("--layout", metavar="NAME", help=terminal.help("validate.layout"))
    parser.add_argument("--sheet", metavar="NAME", help=terminal.help("validate.sheet"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help=terminal.help("validate.set")
    )
    parser.add_argument("--json", action="store_true", help=terminal.help("validate.json"))
    parser.add_argument("--marked", type=terminal.folder, metavar="OUT.xlsx", help=terminal.help("validate.marked"))
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=terminal.help("validate.files"))
    options = parser.parse_args(argv)
    if options.period is not None and not LABEL.fullmatch(options.period):
        raise Mistake("period-label", {"value": options.period}, exit_code=terminal.USAGE)
    for pair in options.set:
        if "=" not in pair:
            raise Mistake("set-form", {"value": pair}, exit_code=terminal.USAGE)
    if not options.files and (options.layout or options.sheet or options.set):
        raise Mistake("files-needed", exit_code=terminal.USAGE)
    if options.marked and len(options.files) != 1:
        raise Mistake("marked-one", exit_code=terminal.USAGE)
    return options


@dataclass
class HandedIn:
    """A file that is checked: what it is called, what it is read from, its kind, how many of its rows were read."""

    name: str
    source: Path | Book
    kind: Kind
    rows: int = 0


def check_handed_in(office: Office, options: argparse.Namespace) -> tuple[list[Problem], list[HandedIn]]:
    """The problems of the files, and the files in the order in which they were typed."""
    defaults = dict(pair.split("=", 1) for pair in options.set)
    if options.period:
        defaults["period"] = options.period
    sources = [opened(path, options.sheet) for path in options.files]
    files = [HandedIn(called(one), one, kind_of(office, options.dataset, one, defaults)) for one in sources]
    problems: list[Problem] = []
    for kind in {one.kind.name: one.kind for one in files}.values():
        same = [one for one in files if one.kind is kind]
        given: Any = {"defaults": defaults, "layout": options.layout, "sheet": options.sheet}
        checked = check_read(
            [read_file(one.source, kind, office, name=one.name, **given) for one in same], office, collect=True
        )
        problems.extend(checked.problems)
        for places in checked.places.values():
            for table, _ in places:
                same[table].rows += 1
    return problems, files


def opened(path: Path, sheet: str | None) -> Path | Book:
    """A file opened once for all that is done with it; one that cannot be read stays a path, and reading says why.

    Raises Mistake `file-unreadable`, `unknown-sheet`.
    """
    try:
        return open_book(path, name=str(path), sheet=sheet)
    except Refused:
        return path


def called(source: Path | Book) -> str:
    """What a file is called in messages: as it was typed."""
    return source.name if isinstance(source, Book) else str(source)


def kind_of(office: Office, asked: str | None, source: Path | Book, defaults: dict[str, str]) -> Kind:
    """The kind of a file: the one asked for, or the one whose header it has.

    Raises Mistake `unknown-kind`, `file-unreadable`, `kind-unclear`, `set-column`.
    """
    known = ", ".join(sorted(office.kinds))
    if asked is not None and asked not in office.kinds:
        raise Mistake("unknown-kind", {"kind": asked, "known": known}, exit_code=terminal.USAGE)
    kind = office.kinds[asked] if asked else guess_kind(source, office)
    if kind is None:
        raise Mistake("kind-unclear", {"file": called(source), "known": known}, exit_code=terminal.USAGE)
    for column in defaults:
        if column not in kind.columns:
            values = {"column": column, "known": ", ".join(kind.columns)}
            raise Mistake("set-column", values, exit_code=terminal.USAGE)
    return kind


def check_accepted(office: Office, options: argparse.Namespace) -> list[Problem]:
    """The problems of all accepted data, and of the files that the ledger does not know."""
    problems: list[Problem] = []
    try:
        check_files(office, read_ledger(office))
    except Mistake as error:
        if not error.problems:
            raise
        problems.extend(error.problems)
    with terminal.progress("validate.checking", quiet=options.json) as progress:
        problems.extend(check_office(office, kind=options.dataset, period=options.period, progress=progress))
    return problems


def tell_file(file: str, rows: int, problems: list[Problem]) -> None:
    """Verdict first, then errors, warnings, notes."""
    count = {severity: sum(1 for p in problems if p.severity == severity) for severity in STYLES}
    if count["error"]:
        terminal.say("validate.refused", style="bold red", file=file, count=count["error"])
    else:
        terminal.say("validate.valid", style="bold green", file=file, rows=rows, warnings=count["warning"])
    tell(group(problems), files=False)


def tell_office(problems: list[Problem]) -> None:
    """The same for all accepted data."""
    errors = sum(1 for p in problems if p.severity == "error")
    warnings = sum(1 for p in problems if p.severity == "warning")
    if errors:
        terminal.say("validate.office-refused", style="bold red", count=errors, warnings=warnings)
    else:
        terminal.say("validate.office-valid", style="bold green", warnings=warnings)
    tell(group(problems), files=True)


def tell(groups: Iterable[Group], *, files: bool) -> None:
    """The groups under a heading for each severity; `files` prints each group's file."""
    heading = ""
    for one in groups:
        problem = one.first
        if problem.severity != heading:
            heading = problem.severity
            terminal.say(f"validate.headings.{heading}", style=STYLES[problem.severity])
        said = [sentence(lang, one, files=files) for lang in words.LANGUAGES]
        terminal.say_both(f"• {said[0]}", f"  {said[1]}", indent=2)


def sentence(lang: str, one: Group, *, files: bool) -> str:
    """A group in one language: the problem's sentence, after how often and in which rows it stands."""
    problem = one.first
    said = problem.message_vi if lang == "vi" else problem.message_en
    if len(one.problems) > 1:
        shown = ", ".join(str(row) for row in one.rows[:FIRST_ROWS]) + (", …" if len(one.rows) > FIRST_ROWS else "")
        key = "column" if problem.column else "file"
        values = {"letter": one.letter or "–", "column": problem.column, "count": len(one.problems), "rows": shown}
        said = words.say(lang, f"commands.validate.group.{key}", **values, first=said)
    return f"{problem.file}: {said}" if files else said


if __name__ == "__main__":
    sys.exit(terminal.run(main))
