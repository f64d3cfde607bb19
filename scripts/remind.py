"""Who owes data that were due, and mail that reminds them: `scripts/remind.py [--send | --out DIR]`."""

import os
import sys
from pathlib import Path

from publisher import reminders
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake
from publisher.ledger import read_ledger
from publisher.words import LANGUAGES, say
from publisher.words import format as formats
from scripts import terminal

SHOWN = 10
"""How many units a sentence names before it only counts them."""


def tell(found: list[reminders.Owed]) -> None:
    """The list of what is owed."""
    terminal.say("remind.owed", count=len(found), units=len({one.unit.code for one in found}), style="bold")
    for one in found:
        vi, en = (
            say(
                lang,
                "commands.remind.item",
                unit=one.unit.name[lang],
                kind=one.kind.short[lang],
                period=formats.period(lang, one.kind.span(one.period)),
                due=formats.date(lang, one.due),
                days=one.late,
            )
            for lang in LANGUAGES
        )
        terminal.say_both(vi, en, indent=2)


def deliver(office: Office, messages: list[reminders.Reminder], folder: Path | None) -> None:
    """Send the messages, or write them to files; say which units have no address."""
    if folder:
        sender = reminders.sender_of(office, os.environ) or "congkhai@localhost"
        written = reminders.write_files(office, messages, folder, sender)
        terminal.say("remind.written", count=len(written), folder=folder)
    else:
        with terminal.progress("remind.steps") as progress:
            sent = reminders.send(office, messages, os.environ, progress)
        terminal.say("remind.sent", count=sent)
    missing = list(reminders.without_address(messages))
    if missing:
        named = ", ".join(unit.name.vi for unit in missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        terminal.say("remind.unreachable", count=len(missing), units=named)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when it was told, sent or written; a Mistake otherwise."""
    parser = terminal.parser("remind")
    parser.add_argument("--dataset", default="", metavar="KIND", help=terminal.help("remind.dataset"))
    parser.add_argument("--period", default="", metavar="P", help=terminal.help("remind.period"))
    parser.add_argument("--send", action="store_true", help=terminal.help("remind.send"))
    parser.add_argument("--out", type=terminal.folder, metavar="DIR", help=terminal.help("remind.out"))
    parser.add_argument("--again", action="store_true", help=terminal.help("remind.again"))
    options = parser.parse_args(argv)
    if options.send and options.out:
        raise Mistake("remind-both", exit_code=terminal.USAGE)
    office = open_office(options.office)
    found = reminders.owed(office, read_ledger(office), kind=options.dataset, period=options.period)
    if not found:
        terminal.say("remind.none", style="green")
        return terminal.FINE
    tell(found)
    chosen = found if options.again else reminders.not_yet_today(office, found)
    if len(chosen) < len(found):
        terminal.say("remind.already", count=len(found) - len(chosen))
    if not (options.send or options.out):
        terminal.say("remind.how")
    elif chosen:
        deliver(office, reminders.reminders(office, chosen), options.out)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
