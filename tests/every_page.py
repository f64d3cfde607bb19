"""A small office whose site has a page of every kind, and how to find one of each kind."""

import datetime as dt
import re
from pathlib import Path

from publisher.catalogue import open_office
from publisher.catalogue.office import ZONE
from publisher.ledger import accept
from tests.offices import UNITS, make_office
from tests.submitted import BASES, COUNTER, PROCEDURES, file_of

KINDS = {name: BASES[name] for name in ("procedures", "feedback", "service_quality", "satisfaction", "one_stop_scores")}


def make_every_page(root: Path) -> Path:
    """Five kinds for two months and the others for one, with a unit that is missing, one that is late, a correction and
    an explanation; gives the office's folder."""
    root = make_office(
        root,
        counters=[COUNTER],
        datasets={kind: {} for kind in (*BASES, "punctuality", "ratings")},
        first_period="2026-05",
        last_period="2026-06",
        today="2026-07-10",
    )
    table = root / "datasets" / "fields.csv"
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    together = [f"{line},{'LD' if line.startswith('XD,') else ''}" for line in lines]
    table.write_text("\n".join([f"{head},shown_as", *together]) + "\n", encoding="utf-8")
    office = open_office(root)
    explained = {"resolved_early": "28", "resolved_late": "2", "apologies_sent": "2", "late_reason": "Phải xác minh."}
    for period, day in (("2026-05", dt.date(2026, 5, 18)), ("2026-06", dt.date(2026, 7, 8))):
        now = dt.datetime.combine(day, dt.time(8), ZONE)
        for name, base in KINDS.items():
            kind = office.kinds[name]
            where = {"period": period, **({"as_of": f"{period}-28"} if "as_of" in base else {})}
            units = [unit["code"] for unit in UNITS if (period, unit["code"]) != ("2026-06", "00025")]
            lines = [{**base, **where, "unit_code": unit} for unit in units]
            if name == "procedures":
                fields = ("HT", "CT", "DD")
                lines = [{**line, **explained, "field_code": field} for line in lines for field in fields]
            accept(office, kind, file_of(kind, *lines), now=now)
    for name in (name for name in BASES if name not in KINDS):  # rows that hold days are good for their own month only
        accept(office, office.kinds[name], file_of(office.kinds[name], BASES[name]), now=now)
    corrected = [{**PROCEDURES, **explained, "period": "2026-05", "field_code": field} for field in ("HT", "CT")]
    kind = office.kinds["procedures"]
    accept(office, kind, file_of(kind, *corrected), reason="Bỏ dòng đất đai ghi nhầm.", now=now)
    return root


def kinds_of_page(site: Path, root: str = "") -> list[str]:
    """One address for every kind of page of a language: the biggest page of each template, and each page written by
    hand. What is new is in it by itself."""
    chosen: dict[str, Path] = {}
    for path in sorted((site / root).rglob("index.html")):
        page = path.parent.relative_to(site / root)
        if page.parts[:1] != ("en",):
            kind = template_of(path) or page.as_posix()
            if kind not in chosen or path.stat().st_size > chosen[kind].stat().st_size:
                chosen[kind] = path
    return [f"{path.parent.relative_to(site).as_posix()}/".removeprefix("./") for path in chosen.values()]


def template_of(path: Path) -> str:
    """The template that a page is made by; "" for one that is written by hand."""
    found = re.search(r'<div class="ck" data-page="([^"]+)">', path.read_text(encoding="utf-8"))
    return found[1] if found else ""
