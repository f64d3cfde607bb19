"""The figures of one unit as one JSON file beside its page: what its page prints, as series over time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.periods import LABEL
from publisher.measures import Book
from publisher.opendata import figures
from publisher.opendata.figures import AS_OF, BASIS, BREAKDOWN, KEY, MEASURE, NUMBERS, PERIOD, STATE
from publisher.opendata.folders import FIGURES, ROOT, Published, Put
from publisher.opendata.formats import TYPES

NAME = "so-lieu.json"
"""The file's name, in the folder of the unit's page."""

Row = Sequence[str]


def publish_units(office: Office, book: Book, published: Published, units: Iterable[Unit], put: Put) -> None:
    """Write `don-vi/<slug>/so-lieu.json` for each of the units."""
    rows: dict[str, dict[str, list[Row]]] = {}
    for name, given in published.rows.items():
        for row in given:
            rows.setdefault(row[0], {}).setdefault(name, []).append(row)
    for unit in units:
        content = unit_file(office, book, unit, rows.get(unit.code, {}))
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        put(f"don-vi/{unit.slug}/{NAME}", f"{text}\n".encode())


def unit_file(office: Office, book: Book, unit: Unit, rows: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """The content of one file. `rows` are the unit's rows of the published figures by kind."""
    settings = office.settings
    return {
        "unit": {
            "code": unit.code,
            "name": unit.name.vi,
            "name_en": unit.name["en"],
            "level": unit.level,
            "parent": unit.parent or None,
            "valid_from": unit.valid_from and unit.valid_from.isoformat(),
            "valid_to": unit.valid_to and unit.valid_to.isoformat(),
            "page": f"{settings.site_url}don-vi/{unit.slug}/",
        },
        "publisher": settings.name.vi,
        "demonstration": settings.demonstration,
        "licence": {"name": settings.licence.name, "url": settings.licence.url},
        "described_by": f"{settings.site_url}{ROOT}{FIGURES}/datapackage.json",
        "datasets": {
            name: {
                "title": office.kinds[name].title.vi,
                "title_en": office.kinds[name].title["en"],
                "page": f"{settings.site_url}so-lieu/{name}/",
                "series": list(series(office, office.kinds[name], [*given, *split(office, book, unit, name)])),
            }
            for name, given in rows.items()
        },
    }


def split(office: Office, book: Book, unit: Unit, name: str) -> Iterator[Row]:
    """The rows of a unit's last month by every key of every breakdown: what its page shows below the headline."""
    kind = office.kinds[name]
    last = max(book.unit_periods(name, unit.code), default="")
    for basis in figures.BASES:
        if last and unit.code in book.units_with(name, last, basis):
            for figure in figures.by_keys(book, kind, unit.code, last, basis):
                if figure.state != "blank":
                    yield figures.row(figure, {})


def series(office: Office, kind: Kind, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows put together by measure, basis and breakdown: each with its values by period."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    ends: dict[str, str] = {}
    for row in rows:
        period = row[PERIOD]
        if period not in ends:
            ends[period] = office.period(kind, period).end.isoformat() if LABEL.fullmatch(period) else ""
        found.setdefault((row[MEASURE], row[BASIS], row[BREAKDOWN], row[KEY]), {})[period] = value(row, ends[period])
    for (measure, basis, breakdown, part), values in found.items():
        yield {"measure": measure, "basis": basis, "breakdown": breakdown, "key": part, "values": values}


def value(row: Row, end: str) -> dict[str, Any]:
    """One figure: its numbers where it has them; its state where that is not "given"; its day where that is not `end`,
    the month's last."""
    number = TYPES["number"]
    found: dict[str, Any] = {name: number(row[at]) for name, at in NUMBERS if row[at]}
    if row[STATE] != "given":
        found["state"] = row[STATE]
    if row[AS_OF] != end:
        found["as_of"] = row[AS_OF]
    return found
