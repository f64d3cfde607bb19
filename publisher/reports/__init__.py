"""Reports to the office above, and letters to units: written from the same figures as the pages.

`stretch` says which months a report is about; `tables` fills a form that a kind declares, `workbook` writes it.
`monthly` and `reminding` say what stands on a letter (`letters`); `word` and `paper` write it as DOCX and PDF.
"""

import datetime as dt

from publisher.catalogue import Office
from publisher.catalogue.forms import read_forms
from publisher.errors import Mistake
from publisher.reports import paper, word, workbook
from publisher.reports.letters import Letter, sender
from publisher.reports.monthly import monthly
from publisher.reports.opening import find_unit, look
from publisher.reports.reminding import reminder
from publisher.reports.tables import Maker

LETTERS = ("inspections", "reminder")
"""What is written as a letter; all else is a form of a kind."""

ENDINGS = (".docx", ".pdf")
"""What a letter is written as."""


def form(office: Office, kind: str, label: str, *, unit: str = "", level: str = "", to: str = "") -> bytes:
    """The form of a kind as XLSX: of a unit, of all units of a level, or of the office; `to` is who receives it.

    Raises Mistake `report-what` for a kind without forms, `print-unit`, and what `Maker` raises.
    """
    known = [name for name, declared in office.kinds.items() if read_forms(declared)]
    if kind not in known:
        raise Mistake("report-what", {"what": kind, "known": ", ".join((*known, *LETTERS))}, exit_code=2)
    asked = find_unit(office, unit) if unit else None
    maker = Maker(look(office), office.kinds[kind], label)
    return workbook.make(maker.of_unit(asked, to) if asked else maker.of_units(level, to))


def monthly_letter(office: Office, period: str, *, issuer: str = "", signer: str = "", to: str = "") -> Letter:
    """The monthly report on tasks and inspections. `issuer` is an office below this one that writes it, `signer` as
    what somebody signs. Raises what `monthly` raises."""
    return monthly(look(office), period, sender(office, issuer, signer), to)


def reminder_letter(
    office: Office, unit: str, period: str = "", *, issuer: str = "", signer: str = "", by: dt.date | None = None
) -> Letter:
    """The written reminder to a unit, which reports back until `by`. Raises Mistake `print-unit`, and what `reminder`
    raises."""
    return reminder(look(office), find_unit(office, unit), period, sender(office, issuer, signer), by)


def files(letter: Letter) -> dict[str, bytes]:
    """A letter by its endings: to be worked on and to be printed."""
    return {".docx": word.make(letter), ".pdf": paper.make(letter)}
