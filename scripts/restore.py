"""Bring an office back from a copy that scripts/backup.py made: `scripts/restore.py BACKUP --office DIR [--over]`."""

import datetime as dt
import os
import sys
from typing import Any

from collector.keeping import Backup, examine, restore
from collector.settings import read_places
from publisher.catalogue.office import ZONE
from publisher.errors import Mistake
from publisher.proof import short
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the office is back, or with --check when the copy is whole; a Mistake otherwise."""
    parser = terminal.parser("restore")
    parser.set_defaults(office=None)
    parser.add_argument("--over", action="store_true", help=terminal.help("restore.over"))
    parser.add_argument("--check", action="store_true", help=terminal.help("restore.check"))
    parser.add_argument("--quiet", action="store_true", help=terminal.help("restore.quiet"))
    parser.add_argument("backup", type=terminal.folder, metavar="BACKUP", help=terminal.help("restore.backup"))
    options = parser.parse_args(argv)
    if options.check:
        with terminal.progress("restore.progress", quiet=options.quiet) as progress:
            backup = examine(options.backup, progress)
        terminal.say("restore.whole", **about(backup), style="bold green")
        return terminal.FINE
    if not options.office:  # never a default: what is meant has to be said
        raise Mistake("usage", {"detail": "--office DIR"}, exit_code=terminal.USAGE)
    places = read_places({**os.environ, "COLLECTOR_OFFICE": str(options.office)})
    with terminal.progress("restore.progress", quiet=options.quiet) as progress:
        found = restore(options.backup, places, over=options.over, now=dt.datetime.now(ZONE), progress=progress)
    terminal.say("restore.done", office=places.office, **about(found.backup), style="bold green")
    for place in found.aside:
        terminal.say("restore.aside", place=place)
    for step in ("keys", "start", "build"):
        terminal.say(f"restore.next_{step}", office=places.office, keys=places.survey_keys)
    return terminal.FINE


def about(backup: Backup) -> dict[str, Any]:
    """From when a copy is, and what its ledger and its last release are."""
    facts = backup.facts
    made = dt.datetime.fromisoformat(facts.made_at).astimezone(ZONE)
    release = short(facts.release) if facts.release else "–"
    return {"made": f"{made:%d/%m/%Y %H:%M}", "files": len(backup.files), "lines": facts.lines, "release": release}


if __name__ == "__main__":
    sys.exit(terminal.run(main))
