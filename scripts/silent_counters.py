"""List the counters from which no answer has come for some working days."""

import json
import sys
from typing import Any

from collector.silence import remembers, silent
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.tables import Counter
from scripts import terminal
from scripts.accept import name
from scripts.close_month import opened, survey_settings


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 when no counter is silent (or it cannot be told yet), 1 when one is."""
    parser = terminal.parser("silent_counters")
    parser.set_defaults(office=None)
    parser.add_argument("--json", action="store_true", help=terminal.help("silent_counters.json"))
    options = parser.parse_args(argv)
    settings = survey_settings(options.office)
    office = open_office(settings.office)
    with opened(settings, writes=False) as store:
        found, known = silent(office, store, office.today), remembers(office, store, office.today)
    days = office.settings.survey.silent_working_days
    if not known:
        terminal.say("silent_counters.unknown", error=options.json, days=days)
    if options.json:
        json.dump([as_dict(office, counter) for counter in found], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    elif known:
        tell(office, found)
    return terminal.PROBLEMS if found else terminal.FINE


def as_dict(office: Office, counter: Counter) -> dict[str, Any]:
    """A silent counter for programs; nothing says since when, but that it is at least so many working days."""
    unit = office.units.entries[counter.unit]
    return {
        "counter_code": counter.code,
        "counter_name": counter.name["vi"],
        "unit_code": unit.code,
        "unit_name": unit.name["vi"],
        "at_least_working_days": office.settings.survey.silent_working_days,
    }


def tell(office: Office, found: list[Counter]) -> None:
    """The silent counters by name, and what to do."""
    days = office.settings.survey.silent_working_days
    if not found:
        terminal.say("silent_counters.none", style="bold green", days=days)
        return
    terminal.say("silent_counters.found", style="bold yellow", count=len(found), days=days)
    for counter in found:
        said = [
            words.say(
                lang,
                "commands.silent_counters.counter",
                unit=name(office, counter.unit, lang),
                counter=counter.name[lang],
                code=counter.code,
            )
            for lang in words.LANGUAGES
        ]
        terminal.say_both(f"• {said[0]}", f"  {said[1]}", indent=2)
    terminal.say("silent_counters.do")


if __name__ == "__main__":
    sys.exit(terminal.run(main))
