"""Accept a file: check it, split it by unit and period, and write it down in the ledger."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.periods import LABEL
from publisher.checking import group
from publisher.errors import Mistake
from publisher.ledger import Accepted, accept, declare_nothing
from scripts import terminal
from scripts.validate import kind_of, tell

FEW = 10
"""Up to so many submissions are named one by one; more are counted by period."""

Outcome = tuple[str, str, str, int]
"""(what happened, unit, period, revision): what happened is a key under `commands.accept`."""


def main(argv: list[str] | None = None) -> int:
    """Run the command. Gives 0 when the file was accepted or was there already, 1 when it was refused."""
    options = arguments(argv)
    office = open_office(options.office)
    if options.nothing:
        return declare(office, options)
    defaults = dict(options.set)
    kind = kind_of(office, options.dataset, options.file, defaults)
    try:
        accepted = accept(
            office,
            kind,
            options.file,
            name=str(options.file),
            period=options.period,
            defaults=defaults,
            layout=options.layout,
            sheet=options.sheet,
            reason=options.reason,
            explanations=dict(options.explain),
            role=options.role,
            only_unit=unit_code(office, options.unit),
        )
    except Mistake as error:
        if not error.problems:
            raise
        terminal.say_both(*words.mistake(error), style="bold red", error=True)
        tell(group(error.problems), files=False)
        return error.exit_code
    tell_accepted(office, str(options.file), accepted)
    return terminal.FINE


def declare(office: Office, options: argparse.Namespace) -> int:
    """Write down that nothing arose in a unit and period. Raises Mistake `unknown-kind` and those of the ledger."""
    if options.dataset not in office.kinds:
        values = {"kind": options.dataset, "known": ", ".join(sorted(office.kinds))}
        raise Mistake("unknown-kind", values, exit_code=terminal.USAGE)
    unit = unit_code(office, options.unit) or ""
    kind = office.kinds[options.dataset]
    declared = declare_nothing(office, kind, unit, options.period, reason=options.reason, role=options.role)
    said = [
        words.say(
            lang,
            f"commands.accept.{'declared' if declared.lines else 'declared_before'}",
            unit=name(office, unit, lang),
            period=options.period,
            kind=kind.title[lang],
        )
        for lang in words.LANGUAGES
    ]
    terminal.say_both(*said, style="bold green")
    return terminal.FINE


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was typed. Raises Mistake `usage`, `period-label`, `set-form`, `nothing-what`, `file-needed`."""
    parser = terminal.parser("accept")
    parser.add_argument("--dataset", required=True, metavar="KIND", help=terminal.help("accept.dataset"))
    parser.add_argument("--period", type=period_label, metavar="2026-10", help=terminal.help("accept.period"))
    parser.add_argument("--layout", metavar="NAME", help=terminal.help("accept.layout"))
    parser.add_argument("--sheet", metavar="NAME", help=terminal.help("accept.sheet"))
    parser.add_argument(
        "--set", action="append", type=setting, default=[], metavar="COLUMN=VALUE", help=terminal.help("accept.set")
    )
    parser.add_argument("--unit", metavar="CODE", help=terminal.help("accept.unit"))
    parser.add_argument("--reason", default="", help=terminal.help("accept.reason"))
    parser.add_argument(
        "--explain",
        action="append",
        type=setting,
        default=[],
        metavar="CODE=TEXT",
        help=terminal.help("accept.explain"),
    )
    parser.add_argument("--nothing", action="store_true", help=terminal.help("accept.nothing_help"))
    parser.add_argument("--role", default="clerk", help=terminal.help("accept.role"))
    parser.add_argument("file", type=Path, metavar="FILE", nargs="?", help=terminal.help("accept.file"))
    options = parser.parse_args(argv)
    if options.nothing and (options.file or not (options.unit and options.period)):
        raise Mistake("nothing-what", exit_code=terminal.USAGE)
    if not options.nothing and not options.file:
        raise Mistake("file-needed", exit_code=terminal.USAGE)
    return options


def period_label(text: str) -> str:
    """A period as typed. Raises Mistake `period-label`."""
    if not LABEL.fullmatch(text):
        raise Mistake("period-label", {"value": text}, exit_code=terminal.USAGE)
    return text


def setting(text: str) -> tuple[str, str]:
    """COLUMN=VALUE as typed. Raises Mistake `set-form`."""
    column, equals, value = text.partition("=")
    if not equals:
        raise Mistake("set-form", {"value": text}, exit_code=terminal.USAGE)
    return column, value


def unit_code(office: Office, text: str | None) -> str | None:
    """A unit's code as the table spells it. Raises Mistake `unknown-unit`."""
    code = office.units.code(text) if text is not None else None
    if text is not None and code is None:
        raise Mistake("unknown-unit", {"unit": text}, exit_code=terminal.USAGE)
    return code


def tell_accepted(office: Office, file: str, accepted: Accepted) -> None:
    """What was accepted, by unit or (when many) by period; then warnings and notes."""
    outcomes: list[Outcome] = [
        ("new" if line.revision == 1 else "corrected", line.unit, line.period, line.revision) for line in accepted.lines
    ]
    outcomes += [("unchanged", unit, period, 0) for unit, period in accepted.unchanged]
    counts = counted(outcomes)
    terminal.say("accept.accepted" if accepted.lines else "accept.nothing", style="bold green", file=file, **counts)
    if len(outcomes) <= FEW:
        for key, unit, period, revision in sorted(outcomes, key=lambda found: (found[2], found[1])):
            said = [
                words.say(
                    lang, f"commands.accept.{key}", unit=name(office, unit, lang), period=period, revision=revision
                )
                for lang in words.LANGUAGES
            ]
            terminal.say_both(f"• {said[0]}", f"  {said[1]}", indent=2)
    else:
        for period in sorted({found[2] for found in outcomes}):
            within = counted([found for found in outcomes if found[2] == period])
            terminal.say("accept.by_period", period=period, **within)
    tell(group(accepted.problems), files=False)


def counted(outcomes: list[Outcome]) -> dict[str, Any]:
    """How many submissions are new, corrected and unchanged."""
    count = Counter(key for key, *_ in outcomes)
    return {key: count[key] for key in ("new", "corrected", "unchanged")}


def name(office: Office, code: str, lang: str) -> str:
    """A unit as people know it, with its code."""
    unit = office.units.get(code)
    return f"{unit.name[lang]} ({code})" if unit else code


if __name__ == "__main__":
    sys.exit(terminal.run(main))
