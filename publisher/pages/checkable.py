"""The page that tells how anyone checks the figures, with the chain and the ledger beside it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.pages.shell import Writer
from publisher.pages.view import View
from publisher.proof import FOLDER, Coming, Published, short
from publisher.words import say

SHOWN = 200
"""How many earlier releases the table has: those of some years."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """One line of the table: a release before this one."""

    number: int
    code: str
    day: dt.date
    time: str
    lines: int


def write(writer: Writer, views: Mapping[str, View], coming: Coming) -> None:
    """Write `ban-cong-bo/` in every language, and once the files `releases.jsonl` (the releases before) and
    `ledger.jsonl`."""
    writer.write("vi", f"{FOLDER}/releases.jsonl", coming.before.encode())
    writer.write("vi", f"{FOLDER}/ledger.jsonl", coming.published_ledger)
    lines = coming.before.lines
    for lang, view in views.items():
        title = say(lang, "pages.proof.title")
        writer.page(
            lang,
            f"{FOLDER}/",
            "proof.html.j2",
            title,
            say(lang, "pages.description", title=title, office=writer.office.settings.name[lang]),
            view=view,
            folder=FOLDER,
            code=short(coming.id),
            earlier=[earlier(line) for line in reversed(lines[-SHOWN:])],
            more=len(lines) > SHOWN,
        )


def earlier(line: Published) -> Earlier:
    """A release as the table shows it."""
    at = dt.datetime.fromisoformat(line.published_at)
    return Earlier(line.number, short(line.id), at.date(), f"{at:%H:%M}", line.lines)
