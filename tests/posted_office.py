"""A small office whose sheets are printed: what is late, missing, corrected, explained and held back stands in it."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_office
from publisher.ledger import accept, read_ledger
from publisher.measures import Book
from publisher.pages.view import View
from publisher.print import publishing
from publisher.tallies import tally_office
from tests.offices import make_office
from tests.submitted import FEEDBACK, PROCEDURES, SATISFACTION, SERVICE_QUALITY, WHOLE_FORM, file_of

KINDS = ("procedures", "feedback", "service_quality", "satisfaction")
LATE = {"resolved_early": "28", "resolved_late": "2", "late_reason": "Phải xác minh thực địa."}
IN_TIME, TOO_LATE = dt.datetime(2026, 6, 16, 8, tzinfo=ZONE), dt.datetime(2026, 7, 8, 8, tzinfo=ZONE)
REASON = "Bỏ dòng đất đai ghi nhầm."


def make_posted_office(root: Path, **settings: Any) -> Office:
    """Three wards, two months, four kinds. In June ward 00025 sent nothing; in May ward 00008 corrected its dossiers;
    ward 00004 explained delays, and had too few answers at one place."""
    chosen: dict[str, Any] = {"datasets": {kind: {} for kind in KINDS}, "first_period": "2026-05", "paper": True}
    office = open_office(make_office(root, **{**chosen, "today": "2026-07-10", **settings}))
    for period, now in (("2026-05", IN_TIME - dt.timedelta(days=31)), ("2026-06", IN_TIME)):
        units = ["00004", "00008", *(["00025"] if period == "2026-05" else [])]
        for unit in units:
            submit(office, unit, period, now)
    changed = [line(PROCEDURES, unit_code="00008", period="2026-05", field_code="HT")]
    kind = office.kinds["procedures"]
    accept(office, kind, file_of(kind, *changed), reason=REASON, now=TOO_LATE)
    return office


def submit(office: Office, unit: str, period: str, now: dt.datetime) -> None:
    """What one ward sends for a month."""
    fields = ("HT", "CT", "DD")
    lines: Mapping[str, list[dict[str, str]]] = {
        "procedures": [line(PROCEDURES, **(LATE if field == "DD" else {}), field_code=field) for field in fields],
        "feedback": [line(FEEDBACK, feedback_type=sort) for sort in ("comment", "recommendation")],
        "service_quality": [line(SERVICE_QUALITY, as_of=f"{period}-28")],
        "satisfaction": [line(SATISFACTION), line(WHOLE_FORM)],
    }
    for name, found in lines.items():
        kind = office.kinds[name]
        content = file_of(kind, *(line(each, unit_code=unit, period=period) for each in found))
        accept(office, kind, content, now=now)


def line(base: Mapping[str, str], **changes: str) -> dict[str, str]:
    """A row with some cells changed."""
    return {**base, **changes}


def view_of(office: Office) -> View:
    """What pages and sheets ask of that office."""
    ledger = read_ledger(office)
    return publishing.view_of(office, Book(office, tally_office(office, ledger)), ledger, check_office(office))
