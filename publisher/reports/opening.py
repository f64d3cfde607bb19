"""What reports are written from: the figures of what the office accepted."""

from publisher.catalogue import Office, Unit
from publisher.errors import Mistake
from publisher.ledger import check_files, read_ledger
from publisher.measures import Book
from publisher.pages.status import Board
from publisher.pages.view import View
from publisher.reports.stretch import LANG
from publisher.tallies import tally_office


def look(office: Office) -> View:
    """The office's figures and statuses. Raises what reading the ledger raises: figures that somebody changed behind it
    are reported nowhere."""
    ledger = read_ledger(office)
    check_files(office, ledger)
    return View(LANG, office, Book(office, tally_office(office, ledger)), Board(office, ledger, ()))


def find_unit(office: Office, code: str) -> Unit:
    """A unit by its code, in any case. Raises Mistake `print-unit` for one that is not listed."""
    unit = office.units.get(office.units.code(code) or "")
    if not isinstance(unit, Unit):
        raise Mistake("print-unit", {"unit": code}, exit_code=2)
    return unit
