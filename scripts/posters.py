"""Print survey posters for counters, or a batch of one-time slips for one counter."""

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from collector.codes import Keys
from collector.posters import counter_to_print, counters_in_force, current_period, make_slips, poster_pdf
from collector.settings import SECRET_LENGTH, Settings, read_settings
from collector.store import Store, Unavailable
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.tables import Counter
from publisher.errors import Mistake
from publisher.words import format as formats
from scripts import terminal
from scripts.accept import period_label


def main(argv: list[str] | None = None) -> int:
    """Run the command. Raises Mistake `posters-…`, `slips-…`, `survey-url`, `collector-…`, `usage`."""
    options = arguments(argv)
    settings = settings_for(options.office)
    office = open_office(settings.office)
    counters = chosen(office, options.counter)
    if options.slips is None:
        print_posters(office, settings, counters, options)
    else:
        print_slips(office, settings, counters, options)
    return terminal.FINE


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was typed. Raises Mistake `usage`, `period-label`, `slips-counter`, `slips-options`."""
    parser = terminal.parser("posters")
    parser.set_defaults(office=None)
    parser.add_argument("--period", type=period_label, metavar="2026-10", help=terminal.help("posters.period"))
    parser.add_argument("--counter", action="append", default=[], metavar="CODE", help=terminal.help("posters.counter"))
    parser.add_argument("--size", choices=("a4", "a5"), help=terminal.help("posters.size"))
    parser.add_argument("--slips", type=int, metavar="N", help=terminal.help("posters.slips"))
    parser.add_argument("--expires", type=dt.date.fromisoformat, metavar="DAY", help=terminal.help("posters.expires"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT.pdf", help=terminal.help("posters.out"))
    options = parser.parse_args(argv)
    slips = options.slips is not None
    if slips and len(options.counter) != 1:
        raise Mistake("slips-counter", exit_code=terminal.USAGE)
    for name, belongs in (("period", not slips), ("size", not slips), ("expires", slips)):
        if getattr(options, name) is not None and not belongs:
            key = "slips-options-slips" if slips else "slips-options-posters"
            raise Mistake(key, {"option": f"--{name}"}, exit_code=terminal.USAGE)
    return options


def settings_for(office: Path | None) -> Settings:
    """Where the office, its keys and its survey database are: as the running collector's environment says, unless
    `--office` names another. The secret that signs forms is not needed here, so none is asked for."""
    named = {"COLLECTOR_OFFICE": str(office)} if office else {}
    return read_settings({**os.environ, **named, "COLLECTOR_SECRET_KEY": "-" * SECRET_LENGTH})


def chosen(office: Office, codes: Sequence[str]) -> list[Counter]:
    """The counters that were named, each once, or all that are in force."""
    if codes:
        return list({counter.code: counter for counter in (counter_to_print(office, code) for code in codes)}.values())
    return counters_in_force(office)


def print_posters(office: Office, settings: Settings, counters: list[Counter], options: argparse.Namespace) -> None:
    """Write the posters and say so."""
    current = current_period(office)
    period = options.period or current
    pdf = poster_pdf(office, Keys(settings.keys), counters, period, options.size or "a4")
    write(options.out, pdf)
    if period < current:
        terminal.say("posters.old_period", style="yellow", period=period, current=current)
    terminal.say("posters.done", style="bold green", count=len(counters), period=period, file=options.out)


def write(path: Path, pdf: bytes) -> None:
    """Write the posters. Raises Mistake `posters-file`."""
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise Mistake("posters-file", {"file": str(path), "detail": error.strerror}) from error


def print_slips(office: Office, settings: Settings, counters: list[Counter], options: argparse.Namespace) -> None:
    """Make the slips and say where their codes stand."""
    store = Store(settings.database_url, Keys(settings.keys))
    store.start()
    try:
        made = make_slips(office, store, counters[0], options.slips, options.expires, options.out)
    except Unavailable as error:
        raise Mistake("slips-store") from error
    finally:
        store.stop()
    said = [
        words.say(
            lang,
            "commands.posters.done_slips",
            count=made.count,
            counter=counters[0].code,
            batch=made.batch,
            day=formats.date(lang, made.expires_on),
            file=options.out,
        )
        for lang in words.LANGUAGES
    ]
    terminal.say_both(*said, style="bold green")


if __name__ == "__main__":
    sys.exit(terminal.run(main))
