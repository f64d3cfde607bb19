"""Two small dataset kinds for tests of figures, and a way to have files accepted without the check."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publisher.catalogue import Office, open_office
from publisher.ledger import Ledger, Line
from tests.offices import make_office

FIXED = (
    {"name": "unit_code", "type": "string", "table": "units"},
    {"name": "period", "type": "string"},
    {"name": "period_from", "type": "date"},
    {"name": "period_to", "type": "date"},
)


def words(name: str) -> dict[str, str]:
    """A title that needs no translation."""
    return {"vi": name, "en": name}


def fields(*columns: Mapping[str, Any]) -> dict[str, Any]:
    """A schema.yaml: the fixed columns and some more, each titled by its name."""
    return {"fields": [{**column, "titles": words(column["name"])} for column in (*FIXED, *columns)]}


def measure(**formula: Any) -> dict[str, Any]:
    """A measure with words."""
    return {"title": words("figure"), "definition": words("what it is"), **formula}


def dataset(**parts: Any) -> dict[str, Any]:
    """A dataset.yaml with words."""
    about = {"title": "kind", "short": "kind", "purpose": "why", "owner": "who"}
    rest = {"due": {"working_days": 5}, "grain": ["unit_code", "period"], "headline": [], "table": []}
    return {**{key: words(text) for key, text in about.items()}, **rest, **parts}


WORK = {
    "dataset": dataset(
        tallies={
            "opening": {"sum": ["opening"], "over_time": "first"},
            "received": {"sum": ["received"]},
            "on_time": {"sum": ["on_time"]},
            "resolved": {"sum": ["on_time", "late"]},
            "pending": {"sum": ["pending"], "over_time": "last"},
            "points": {"sum": ["points"], "over_time": "last"},
            "rows": {"count": {}, "over_time": "last"},
            "hard": {"count": {"effort": "hard"}},
        },
        breakdowns={
            "field": {"title": words("field"), "column": "field_code"},
            "effort": {"title": words("effort"), "column": "effort"},
            "way": {"title": words("way"), "of": "received", "columns": {"web": "by_web", "desk": "by_desk"}},
        },
        measures={
            "received": measure(sum=["received"]),
            "busy": measure(sum=["opening", "received"]),
            "pending": measure(sum=["pending"]),
            "opening": measure(sum=["opening"]),
            "hard": measure(sum=["hard"]),
            "on_time_pct": measure(ratio={"numerator": ["on_time"], "denominator": ["resolved"]}),
            "web_pct": measure(ratio={"numerator": ["received"], "denominator": ["received", "opening"]}),
            "backlog": measure(difference={"plus": ["opening", "received"], "minus": ["resolved"]}),
            "spare": measure(difference={"plus": ["points"], "minus": ["received"]}),
            "score": measure(score={"points": ["points"], "per": ["rows"], "maximum": 100}),
        },
    ),
    "schema": fields(
        {"name": "basis", "type": "string", "default": "month"},
        {"name": "as_of", "type": "date"},
        {"name": "field_code", "type": "string", "table": "fields"},
        {
            "name": "effort",
            "type": "string",
            "categories": [{"value": value, "titles": words(value)} for value in ("hard", "easy")],
        },
        *(
            {"name": name, "type": "integer"}
            for name in ("opening", "received", "by_web", "by_desk", "on_time", "late")
        ),
        {"name": "pending", "type": "integer"},
        {"name": "points", "type": "number"},
        {"name": "note", "type": "string"},
    ),
}
"""Work by field: stocks and flows, whole numbers and points, both sorts of breakdown."""

ANSWERS = {
    "dataset": dataset(
        tallies={"answers": {"sum": ["answers"]}},
        breakdowns={
            "field": {"title": words("field"), "column": "field_code"},
            "place": {"title": words("place"), "column": "place"},
        },
        measures={
            "answers": measure(sum=["answers"]),
            "response_pct": measure(ratio={"numerator": ["answers"], "denominator": ["work.resolved"]}),
            "absent_pct": measure(ratio={"numerator": ["answers"], "denominator": ["elsewhere.resolved"]}),
        },
    ),
    "schema": fields(
        {"name": "field_code", "type": "string"},
        {"name": "place", "type": "string"},
        {"name": "answers", "type": "integer"},
    ),
}
"""Answers to a survey: no basis of its own, and a measure over a tally of the other kind."""

KINDS = {"work": WORK, "answers": ANSWERS}

Row = Mapping[str, str]
Submissions = Mapping[tuple[str, str, str], Iterable[Row]]
"""(kind, unit, period) → rows by column; columns that a row lacks are blank, the fixed ones are filled in."""


def small_office(root: Path, **settings: Any) -> Office:
    """An office with the two kinds, three units and five fields."""
    return open_office(make_office(root, **{"kinds": KINDS, **settings}))


def submit(office: Office, submissions: Submissions, ledger: Ledger | None = None) -> Ledger:
    """Write canonical files, and a ledger in which they stand as current beside those of `ledger`."""
    current = dict(ledger.current) if ledger else {}
    for (name, unit, period), rows in submissions.items():
        kind, dates = office.kinds[name], office.period(office.kinds[name], period)
        fixed = {
            "unit_code": unit,
            "period": period,
            "period_from": dates.start.isoformat(),
            "period_to": dates.end.isoformat(),
        }
        path = office.data_file(name, unit, period)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(kind.columns), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({**fixed, **row} for row in rows)
        current[name, unit, period] = line(name, unit, period, path.read_bytes())
    return Ledger(current=current)


def line(kind: str, unit: str, period: str, content: bytes) -> Line:
    """A line of the ledger for these bytes."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Line(1, "0" * 64, kind, unit, period, 1, sha256, "2026-07-01T08:00:00+07:00", "", "clerk")


def read_table(text: str) -> list[dict[str, str]]:
    """A table written with `|` between its cells as rows by column."""
    header, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(header, cells, strict=True)) for cells in lines]
