"""What is printed and drawn for a release, beside its pages."""

from collections.abc import Sequence
from pathlib import Path

from publisher.catalogue import Office
from publisher.errors import Problem
from publisher.ledger import Ledger
from publisher.measures import Book
from publisher.pages import reporting_units
from publisher.pages.corrections import Corrections
from publisher.pages.status import Board
from publisher.pages.view import View
from publisher.print import pictures, sheets
from publisher.print.said import LANG


def view_of(office: Office, book: Book, ledger: Ledger, problems: Sequence[Problem]) -> View:
    """What sheets and pictures ask: the figures and words of the pages."""
    return View(LANG, office, book, Board(office, ledger, problems), Corrections(office, book, ledger))


def print_release(
    office: Office,
    book: Book,
    ledger: Ledger,
    problems: Sequence[Problem],
    short: str,
    out: Path,
    *,
    progress: sheets.Progress | None = None,
) -> None:
    """Write the pictures for link previews, and the sheets to post with the release's short hash on them, into the
    folder of a site; no sheets where the office wants no paper."""
    view = view_of(office, book, ledger, problems)
    pictures.write(view, reporting_units(office, ledger), out)
    if office.settings.paper:
        sheets.write(view, short, out, progress=progress)
