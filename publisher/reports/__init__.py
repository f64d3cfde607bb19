"""Reports to the office above, and letters to units: written from the same figures as the pages.

`stretch` says which months a report is about; `tables` fills a form that a kind declares, `workbook` writes it.
"""

from publisher.catalogue import Office
from publisher.catalogue.forms import read_forms
from publisher.errors import Mistake
from publisher.reports import workbook
from publisher.reports.opening import find_unit, look
from publisher.reports.tables import Maker


def form(office: Office, kind: str, label: str, *, unit: str = "", level: str = "", to: str = "") -> bytes:
    """The form of a kind as XLSX: of a unit, of all units of a level, or of the office; `to` is who receives it.

    Raises Mistake `report-what` for a kind without forms, `print-unit`, and what `Maker` raises.
    """
    known = [name for name, declared in office.kinds.items() if read_forms(declared)]
    if kind not in known:
        raise Mistake("report-what", {"what": kind, "known": ", ".join(known)}, exit_code=2)
    asked = find_unit(office, unit) if unit else None
    maker = Maker(look(office), office.kinds[kind], label)
    return workbook.make(maker.of_unit(asked, to) if asked else maker.of_units(level, to))
