"""Sheets that a clerk prints without a build: any unit and month, as the site would print them.

The hash on a sheet is that of the release which shows these figures, so there must be one.
"""

from pathlib import Path

from publisher.catalogue import Office, Unit
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import check_files, read_ledger
from publisher.measures import Book
from publisher.pages import posted
from publisher.print import sheets
from publisher.print.publishing import view_of
from publisher.print.stamp import stamp
from publisher.proof import coming, short
from publisher.release import identify, shown
from publisher.tallies import tally_office


class Desk:
    """An office's sheets, one at a time."""

    def __init__(self, office: Office) -> None:
        """Raises Mistake `print-unpublished` when the release that citizens see shows other figures or none, and what
        reading the ledger raises."""
        ledger = read_ledger(office)
        check_files(office, ledger)
        self.office, self.id = office, coming(office, ledger, identify(office, ledger)).id
        current = shown(office)
        if current is None or not current.name.endswith(self.id[:8]):
            raise Mistake("print-unpublished", {"folder": str(office.site / "current")})
        book = Book(office, tally_office(office, ledger))
        self.view = view_of(office, book, ledger, check_office(office))

    def bulletin(self, code: str, period: str) -> bytes:
        """One unit's bulletin of a month. Raises Mistake `print-unit` for an unknown code, `print-nothing` when nothing
        was awaited of the unit in that month."""
        unit = self.office.units.get(self.office.units.code(code) or "")
        if not isinstance(unit, Unit):
            raise Mistake("print-unit", {"unit": code}, exit_code=2)
        if not posted.concerns(self.office, self.view.board, unit, period):
            raise Mistake("print-nothing", {"unit": unit.code, "period": period}, exit_code=2)
        return self.set(sheets.one_bulletin(self.view, unit, period))

    def board(self, period: str) -> bytes:
        """A month's board. Raises Mistake `print-month` when no unit had to submit anything for it."""
        self.check(period)
        return self.set(sheets.one_board(self.view, period))

    def whole(self, period: str) -> bytes:
        """A month's board and all bulletins. Raises Mistake `print-month`."""
        self.check(period)
        return self.set(sheets.whole(self.view, period))

    def check(self, period: str) -> None:
        """Raises Mistake `print-month`."""
        if not posted.units(self.office, self.view.board, period):
            raise Mistake("print-month", {"period": period}, exit_code=2)

    def set(self, content: sheets.Content) -> bytes:
        """A file with the hash of the release."""
        return stamp(sheets.set_file(content), short(self.id))


def write(path: Path, pdf: bytes) -> None:
    """Write a file of sheets. Raises Mistake `print-file`."""
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise Mistake("print-file", {"file": str(path), "detail": error.strerror}) from error
