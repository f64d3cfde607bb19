"""Every published figure of a random office, computed once more from its CSV files by a program that shares nothing."""

import csv
import datetime as dt
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from publisher import release
from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.office import HOME, ZONE
from publisher.ledger import accept
from tests import recount, reuse
from tests.offices import make_office
from tests.small_kinds import dataset, fields, measure, words

SEED = int(os.environ.get("RECOUNT_SEED", "21"))
"""Another number makes another office: figures, gaps, blanks and units on the year to date."""

UNITS = [
    {"code": f"0{7000 + 13 * i}", "name_vi": f"Xã Thử {i}", "name_en": f"Thu {i} Commune", "level": "commune"}
    for i in range(1, 8)
]
CODES = ("HT", "CT", "DD", "XD", "LD")
PERIODS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")

INSPECTIONS = {
    "dataset": dataset(
        grain=["unit_code", "period", "basis", "field_code", "result", "place"],
        tallies={
            "visits": {"sum": ["visits"]},
            "found": {"sum": ["found"]},
            "fixed": {"sum": ["fixed"]},
            "fines": {"sum": ["fines"], "over_time": "last"},
            "reports": {"count": {}},
            "failed": {"count": {"result": "fail"}},
            "failed_here": {"count": {"result": "fail", "place": "street"}},
            "found_street": {"sum": ["found"], "where": {"place": "street"}},
            "fixed_street": {"sum": ["fixed"], "where": {"place": "street", "result": ["pass", "fail"]}},
            "not_counted": {"count": {"found": ""}},
        },
        breakdowns={
            "field": {"title": words("field"), "column": "field_code"},
            "place": {"title": words("place"), "column": "place"},
            "time": {"title": words("time"), "of": "visits", "columns": {"day": "by_day", "night": "by_night"},
                     "names": {"day": words("Day"), "night": words("Night")}},
            "street_result": {"title": words("street"), "column": "result", "where": {"place": "street"}},
        },
        measures={
            "visits": measure(sum=["visits"]),
            "found": measure(sum=["found", "failed"]),
            "fixed_pct": measure(ratio={"numerator": ["fixed"], "denominator": ["found"]}, decimals=2),
            "left": measure(difference={"plus": ["found"], "minus": ["fixed"]}),
            "failed": measure(sum=["failed"]),
            "failed_here_pct": measure(ratio={"numerator": ["failed_here"], "denominator": ["reports"]}),
            "fine_score": measure(score={"points": ["fines"], "per": ["reports"], "maximum": 100}, decimals=3),
            "per_resolved_pct": measure(
                ratio={"numerator": ["visits"], "denominator": ["procedures.resolved_total"]}
            ),
            "load": measure(sum=["visits", "procedures.resolved_total"]),
            "street_pct": measure(
                ratio={"numerator": ["fixed_street"], "denominator": ["found_street"]}, interval="wilson",
                hidden=["not_counted"],
            ),
            **{
                f"street_{end}": measure(bound={"end": end, "part": ["fixed_street"], "known": ["found_street"],
                                                "whole": ["procedures.resolved_total"]})
                for end in ("low", "high")
            },
            "visit_score": measure(score={"points": ["visits"], "per": ["reports"], "maximum": 2000}, decimals=1),
            "both_scores": measure(
                total={"measures": ["fine_score", "visit_score"], "decimals": 1, "maximum": 2100}, decimals=2
            ),
        },
        headline=["visits", "fixed_pct", "left", "fine_score"],
        table=["visits", "found", "fixed_pct", "left", "failed", "failed_here_pct", "fine_score", "per_resolved_pct",
               "load"],
        tables=[
            {"title": words("street"), "measures": ["street_pct", "street_low", "street_high", "visit_score",
                                                    "both_scores"]},
        ],
        charts=[{"form": "line", "title": words("visits"), "measures": ["visits"]}],
    ),
    "schema": fields(
        {"name": "basis", "type": "string", "default": "month"},
        {"name": "as_of", "type": "date"},
        {"name": "field_code", "type": "string", "table": "fields"},
        *(
            {"name": name, "type": "string", "categories": [{"value": v, "titles": words(v)} for v in values]}
            for name, values in (("result", ("pass", "fail")), ("place", ("street", "market")))
        ),
        *({"name": name, "type": "integer"} for name in ("visits", "by_day", "by_night", "found", "fixed")),
        {"name": "fines", "type": "number"},
        {"name": "note", "type": "string", "constraints": {"maxLength": 500}},
    ),
}  # fmt: skip
"""A kind made up by this test; its formulas stand a second time in recount.py."""


def without_files(derived: str, **parts: Any) -> dict[str, Any]:
    """A kind that is made of how submissions came, or of other kinds' measures."""
    about = dataset(derived=derived, brief=True, **parts)
    return {"dataset": {key: value for key, value in about.items() if key not in ("due", "grain")}}


PUNCTUAL = without_files(
    "submissions",
    measures={
        "in_time_pct": measure(ratio={"numerator": ["in_time"], "denominator": ["due"]}),
        **{name: measure(sum=[name]) for name in ("due", "late", "missing", "nothing", "corrected")},
    },
    headline=["in_time_pct", "due", "late", "missing", "nothing", "corrected"],
    table=["in_time_pct"],
)
RATINGS = without_files(
    "measures",
    every="year",
    measures={
        **{
            name: measure(points={"of": ".".join(of), "low": low, "high": high, "weight": weight}, decimals=places)
            for name, (form, of, *rest) in recount.MEASURES["ratings"].items()
            if form == "points"
            for (low, high, weight), places in [rest]
        },
        "total": measure(
            total={
                "measures": recount.MEASURES["ratings"]["total"][1],
                "decimals": 1,
                "maximum": 100,
                "needs": recount.MEASURES["ratings"]["total"][5],
            },
            decimals=1,
        ),
    },
    headline=["total"],
    table=list(recount.MEASURES["ratings"]),
)
RATING = """<section><h2 id="{{ kind.name }}">{{ kind.title[lang] }}</h2>
<table><caption id="rating">{{ kind.title[lang] }}</caption>
{% for year in view.book.unit_periods(kind.name, unit.code) %}
<tr><th scope="row">{{ year }}</th>{{ view.cells(kind, unit.code, year, "month") }}</tr>
{% endfor %}
</table></section>
"""
"""How the small office shows its rating; the scales stand in recount.py alone."""

Row = Mapping[str, Any]


def as_csv(kind: Kind, rows: list[Row]) -> bytes:
    """Rows as a file with canonical headers; the days of the period are left to the office's rule."""
    text = io.StringIO()
    used = [name for name in kind.columns if any(name in row for row in rows)]
    writer = csv.DictWriter(text, used, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def procedures(chance: random.Random, unit: str, period: str) -> list[Row]:
    """One unit's month of dossiers: every sum is right, the rest is chance, with fields that had nothing to do."""
    rows = []
    for code in chance.sample(CODES, chance.randint(2, len(CODES))):
        most = chance.choice((0, 3, 40, 2500))
        early, on_time, late = (chance.randint(0, most) for _ in range(3))
        if chance.random() < 0.3:
            late = 0
        pending = [chance.randint(0, most), chance.randint(0, most // 3)]
        back = [chance.choice(("", 0, most // 9)), chance.choice(("", most // 12))]
        total = early + on_time + late + sum(pending) + sum(int(n or 0) for n in back)
        carried = chance.randint(0, total)
        online = chance.randint(0, total - carried)
        row = {
            "unit_code": unit, "period": period, "basis": "month", "field_code": code, "received_total": total,
            "received_online": online, "received_offline": total - carried - online, "carried_over": carried,
            "resolved_total": early + on_time + late, "resolved_early": early, "resolved_on_time": on_time,
            "resolved_late": late, "pending_total": sum(pending), "pending_in_time": pending[0],
            "pending_late": pending[1], "returned": back[0], "withdrawn": back[1],
            "late_reason": "Phải xác minh." if late else "", "apologies_sent": late or "",
        }  # fmt: skip
        rows.append(row)
    return rows


def inspections(chance: random.Random, unit: str, period: str, office: Office) -> list[Row]:
    """One unit's month of inspections, sometimes on the year to date, with blanks where a kind allows them."""
    to_date = chance.random() < 0.2
    end = office.period(office.kinds["inspections"], period).end
    rows = []
    for code in chance.sample(CODES, chance.randint(1, 3)):
        for result in chance.sample(("pass", "fail"), chance.randint(1, 2)):
            visits = chance.choice((0, 1, 7, 1234))
            day = chance.randint(0, visits)
            found = chance.choice(("", 0, 1, 3, 7, 1999, 2000))
            row = {
                "unit_code": unit, "period": period, "basis": "year_to_date" if to_date else "month",
                "as_of": end.isoformat(), "field_code": code, "result": result,
                "place": chance.choice(("street", "market")), "visits": visits, "by_day": day,
                "by_night": visits - day, "found": found,
                "fixed": "" if found == "" else chance.randint(0, int(found)) if int(found) < 1000 else 1999,
                "fines": chance.choice(("", f"{chance.randint(0, 9999)}.{chance.randint(1, 99):02d}")),
            }  # fmt: skip
            rows.append(row)
    return rows


def fill(office: Office) -> int:
    """Submit seven months of both kinds, with gaps and one correction; gives how many submissions there are."""
    chance = random.Random(SEED)
    day = dt.datetime(2025, 12, 1, 8, tzinfo=ZONE)
    count = 0
    for period in PERIODS:
        for name in ("procedures", "inspections"):
            kind, rows = office.kinds[name], []
            for unit in UNITS:
                if chance.random() < (0.97 if name == "procedures" else 0.85):
                    count += 1
                    here = (unit["code"], period)
                    rows += procedures(chance, *here) if name == "procedures" else inspections(chance, *here, office)
            day += dt.timedelta(days=9)
            accept(office, kind, as_csv(kind, rows), now=day)
    corrected = inspections(chance, UNITS[0]["code"], PERIODS[-1], office)
    added = accept(office, kind, as_csv(kind, corrected), reason="Đếm lại cả kỳ.", now=day)
    return count + sum(line.revision == 1 for line in added.lines)


@pytest.fixture(scope="module")
def recounted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What recount.py says of the built site of the random office; it may import nothing but the standard library."""
    root = make_office(
        tmp_path_factory.mktemp("recount") / "office",
        units=UNITS,
        kinds={"inspections": INSPECTIONS, "punctual": PUNCTUAL, "ratings": RATINGS},
        datasets={
            **{name: {"due": {"day_of_month": day}} for name, day in recount.DUE_DAY.items()},
            "punctual": {},
            "ratings": {},
        },
        period_rule=21,
        first_period=PERIODS[0],
        today=recount.TODAY,
    )
    (root / "datasets" / "ratings" / "page.html.j2").write_text(RATING, encoding="utf-8")
    office = open_office(root)
    submissions = fill(office)
    made = release.build(office)
    done = subprocess.run(
        [sys.executable, "-I", "-S", HOME / "tests" / "recount.py", root, made.folder],
        capture_output=True,
        text=True,
        check=True,
    )
    return {**json.loads(done.stdout), "submissions": submissions, "root": root}


def test_every_published_figure_equals_its_recount(recounted: dict[str, Any]) -> None:
    assert recounted["differences"] == []


def test_the_recount_compared_thousands_of_elements(recounted: dict[str, Any]) -> None:
    assert recounted["submissions"] > 70
    assert recounted["compared"] > 5_000
    assert len(recounted["addresses"]) > 1_500


def test_every_figure_that_the_files_make_is_published(recounted: dict[str, Any]) -> None:
    assert recounted["missing"] == []


def test_the_recount_met_every_form_basis_breakdown_and_part(recounted: dict[str, Any]) -> None:
    addresses = set(recounted["addresses"])
    texts = (
        *("/all/", "/year_to_date", "/field=", "/place=street", "/time=night", "/channel=online"),
        *("#numerator", "#denominator", "/fine_score/", "/left/", "/load/", "/per_resolved_pct/"),
        *("#low", "#high", "/street_low/", "/street_high/", "/both_scores/", "/street_result=fail"),
        *("/2025/", "/2026/", "/2026-Q1/", "/2025-11--2026-05/"),
        *("ratings/total/", "ratings/late_points/", "punctual/missing/", "punctual/in_time_pct/"),
        *("/2026-05/month#lower", "/2026-05/month#upper", "/2026-05/month#whole", "/2025-11--2026-05/month#lower"),
    )
    for text in texts:
        assert any(text in address for address in addresses), text


def test_the_published_files_hold_the_accepted_rows(recounted: dict[str, Any]) -> None:
    assert recounted["downloads"] == []


def test_the_published_tables_of_figures_equal_their_recount_and_lack_none_that_a_page_prints(
    recounted: dict[str, Any],
) -> None:
    found = recounted["figures"]
    assert (found["wrong"], found["absent"]) == ([], [])
    assert found["rows"] > 1_000


def test_json_parquet_and_workbooks_say_what_the_csv_files_say(recounted: dict[str, Any]) -> None:
    paths = [
        path
        for folder in ("2026-03", "tat-ca", "chi-so")
        for path in (recounted["root"] / "site/current/du-lieu" / folder).glob("*.csv")
        if path.with_suffix(".json").exists()
    ]
    assert len(paths) == 8
    for path in paths:
        wanted = reuse.of_csv(path)
        for read, ending in ((reuse.of_json, ".json"), (reuse.of_parquet, ".parquet"), (reuse.of_workbook, ".xlsx")):
            for line, row in zip(wanted, read(path.with_suffix(ending)), strict=True):
                assert all(reuse.same(text, row[column]) for column, text in line.items()), (path, line, row)


def test_periods_run_from_the_21st_to_the_20th(recounted: dict[str, Any]) -> None:
    found = set()
    for path in recounted["root"].glob("datasets/*/data/2026-03/*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            found |= {(row["period_from"], row["period_to"]) for row in csv.DictReader(stream)}
    assert found == {("2026-02-21", "2026-03-20")}
    page = (recounted["root"] / "site/current/thang/2026-03/index.html").read_text(encoding="utf-8")
    assert "21/02/2026 – 20/03/2026" in page


def test_the_recount_would_notice_a_wrong_figure(recounted: dict[str, Any], tmp_path: Path) -> None:
    page = next(Path(recounted["root"]).glob("site/current/don-vi/xa-thu-1/index.html")).read_text(encoding="utf-8")
    (tmp_path / "site").mkdir()
    wrong = page.replace('<data value="', '<data value="1', 1)
    (tmp_path / "site" / "index.html").write_text(wrong, encoding="utf-8")
    found = recount.compare(recount.Office(recounted["root"]), tmp_path / "site")
    assert len(found["differences"]) == 1  # type: ignore[arg-type]
