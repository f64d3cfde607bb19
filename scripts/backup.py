"""Copy an office, its databases included, while everything runs: `scripts/backup.py OUT_DIR [--office DIR]`."""

import datetime as dt
import os
import sys

from collector.keeping import Made, back_up
from collector.settings import read_places
from publisher import words
from publisher.catalogue import open_office
from publisher.catalogue.office import ZONE
from publisher.proof import short
from scripts import terminal

KEPT = 7
"""So many copies stay when nothing else is asked for: an answer that the close has deleted lives no longer in them."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything was copied; 1 when the copy was made but something in it is not as it should be; a
    Mistake when there is no copy."""
    parser = terminal.parser("backup")
    parser.set_defaults(office=None)
    parser.add_argument("--keep", type=at_least_one, default=KEPT, metavar="N", help=terminal.help("backup.keep"))
    parser.add_argument("--quiet", action="store_true", help=terminal.help("backup.quiet"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT_DIR", help=terminal.help("backup.out"))
    options = parser.parse_args(argv)
    asked = {"COLLECTOR_OFFICE": str(options.office)} if options.office else {}
    places = read_places({**os.environ, **asked})
    office = open_office(places.office)
    with terminal.progress("backup.progress", quiet=options.quiet) as progress:
        now = dt.datetime.now(ZONE)
        made = back_up(office, places, options.out, keep=options.keep, now=now, progress=progress)
    if not options.quiet:
        tell(made)
    if made.wrong:
        terminal.tell_mistake(made.wrong)
        terminal.say("backup.not_right", folder=made.backup.folder, style="bold yellow", error=True)
    return terminal.PROBLEMS if made.wrong else terminal.FINE


def at_least_one(text: str) -> int:
    """A number of copies. Raises ValueError, which the parser tells."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def tell(made: Made) -> None:
    """What is in the copy, what is not, and what has to be kept elsewhere."""
    facts = made.backup.facts
    release = short(facts.release) if facts.release else "–"
    terminal.say("backup.done", folder=made.backup.folder, files=len(made.backup.files), style="bold green")
    terminal.say("backup.office", lines=facts.lines, release=release)
    for name, rows in facts.databases.items():
        both = [words.say(lang, f"commands.backup.databases.{name}") for lang in words.LANGUAGES]
        said = [
            words.say(lang, "commands.backup.database", database=database, rows=sum(rows.values()))
            for lang, database in zip(words.LANGUAGES, both, strict=True)
        ]
        terminal.say_both(*said)
    for name in made.missing:
        terminal.say(f"backup.missing.{name}", style="yellow")
    if made.removed:
        terminal.say("backup.removed", count=len(made.removed))
    terminal.say("backup.keys")


if __name__ == "__main__":
    sys.exit(terminal.run(main))
