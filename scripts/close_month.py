"""Close a survey period: `scripts/close_month.py 2026-10 [--office DIR] [--dry-run]`.

Run again, it goes on where it was cut off, and does nothing when it was not.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.table import Table
from rich.text import Text

from collector.closing import Closed, Shown, close, existing_store
from collector.codes import Keys
from collector.settings import Settings, read_settings
from collector.store import Store, Unavailable
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.checking import group
from publisher.errors import Mistake
from publisher.words.format import number
from scripts import terminal
from scripts.accept import name, period_label
from scripts.validate import tell

UNSIGNED = "-" * 32
"""In place of the secret that signs forms: these commands sign nothing, and need not know it."""


def main(argv: list[str] | None = None) -> int:
    """Run the command. Gives 0 when the period is closed, now or before; a Mistake otherwise."""
    options = arguments(argv)
    settings = survey_settings(options.office)
    office = open_office(settings.office)
    with opened(settings, writes=not options.dry_run) as store, terminal.progress("close_month.progress") as progress:
        closed = close(
            office,
            store,
            options.period,
            reason=options.reason,
            dry_run=options.dry_run,
            progress=lambda _step, done, total: progress(done, total),
        )
    tell_closed(office, closed, dry_run=options.dry_run)
    return terminal.FINE


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """What was typed. Raises Mistake `usage`, `period-label`."""
    parser = terminal.parser("close_month")
    parser.set_defaults(office=None)
    parser.add_argument("--dry-run", action="store_true", help=terminal.help("close_month.dry_run"))
    parser.add_argument("--reason", default="", help=terminal.help("close_month.reason"))
    parser.add_argument("period", type=period_label, metavar="2026-10", help=terminal.help("close_month.period"))
    return parser.parse_args(argv)


def survey_settings(office: Path | None) -> Settings:
    """The collector's settings from the environment, for the office asked for. Raises those of `read_settings` but for
    a missing secret."""
    asked = {"COLLECTOR_OFFICE": str(office)} if office else {}
    return read_settings({**os.environ, **asked, "COLLECTOR_SECRET_KEY": UNSIGNED})


@contextmanager
def opened(settings: Settings, *, writes: bool) -> Iterator[Store]:
    """The store, which must exist; its tables are brought up to date only when it `writes`.

    Raises Mistake `survey-no-database`, `survey-unavailable`, and those of `Store.start`.
    """
    store = existing_store(settings.database_url, Keys(settings.keys))
    try:
        if writes:
            store.start()
            try:
                yield store
            finally:
                store.stop()
        else:
            try:
                yield store
            finally:
                store.database.close()
    except Unavailable as error:
        raise Mistake("survey-unavailable", {"detail": error}) from error


def tell_closed(office: Office, closed: Closed, *, dry_run: bool) -> None:
    """The verdict, the table, what was not counted, and what to do next."""
    if closed.already:
        terminal.say("close_month.already", style="bold green", period=closed.period)
        return
    units = len({shown.unit for shown in closed.shown})
    key = "tried" if dry_run else "closed" if units else "closed_none"
    terminal.say(f"close_month.{key}", style="bold green", period=closed.period, count=units)
    if closed.shown:
        terminal.console().print(table(office, closed.shown))
        terminal.say("close_month.reading", least=office.settings.thresholds.small_group)
    for form, question in closed.unread:
        terminal.say("close_month.unread", style="yellow", form=form, question=question)
    if closed.left_out:
        both = [", ".join(name(office, unit, lang) for unit in closed.left_out) for lang in words.LANGUAGES]
        said = [
            words.say(lang, "commands.close_month.left_out", units=units)
            for lang, units in zip(words.LANGUAGES, both, strict=True)
        ]
        terminal.say_both(*said, style="yellow")
    if closed.comments:
        terminal.say("close_month.comments", count=closed.comments)
    if closed.accepted:
        tell(group(closed.accepted.problems), files=False)
    if dry_run:
        terminal.say("close_month.next_close", command=command(office, "close_month", closed.period))
    elif units:
        terminal.say("close_month.next", command=command(office, "build"))


def table(office: Office, shown: tuple[Shown, ...]) -> Table:
    """The results by unit and channel, headings in both languages."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("unit", "channel", "answers", "satisfied", "hidden"):
        heading = "\n".join(words.say(lang, f"commands.close_month.columns.{column}") for lang in words.LANGUAGES)
        made.add_column(heading, justify="left" if column in ("unit", "channel") else "right", vertical="bottom")
    least, before = office.settings.thresholds.small_group, ""
    for one in shown:
        unit = name(office, one.unit, "vi") if one.unit != before else ""
        before = one.unit
        channel = " / ".join(
            words.say(lang, f"commands.close_month.channels.{one.channel}") for lang in words.LANGUAGES
        )
        cells = (unit, channel, answers(one, least), satisfied(one), number("vi", one.hidden))
        made.add_row(*(Text(terminal.visible(cell)) for cell in cells))
    return made


def answers(one: Shown, least: int) -> str:
    """How many answers: what has a number, and the parts that have too few for one ("120 + <10")."""
    few = [f"<{least}" if one.parts_hidden == 1 else f"{one.parts_hidden} × <{least}"] if one.parts_hidden else []
    return " + ".join([number("vi", one.answers)] * bool(one.answers) + few)


def satisfied(one: Shown) -> str:
    """How many were satisfied, of how many ("95/118"); a dash without a number."""
    return f"{number('vi', one.satisfied)}/{number('vi', one.overall)}" if one.overall else "–"


def command(office: Office, script: str, *arguments: str) -> str:
    """What to type next."""
    words_typed = [".venv/bin/python", f"scripts/{script}.py", *arguments]
    return " ".join(words_typed + ([] if office.root == HOME else ["--office", str(office.root)]))


if __name__ == "__main__":
    sys.exit(terminal.run(main))
