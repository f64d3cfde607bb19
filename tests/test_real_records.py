"""What real offices published, judged by the rules: golden/real_records.txt says which rule each record fails, at which
cell, and which sums and percentages hold (those whose figures were all published).

A person reviews that list. It is written anew by `python -m tests.test_real_records`, never by the tests.
"""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.rules import rule_columns
from publisher.checking import check_file
from publisher.checking.rules import compile_rule
from publisher.errors import Problem
from tests.conftest import SHARED
from tests.offices import make_office
from tests.submitted import FEEDBACK, file_of

GOLDEN = Path(__file__).parent / "golden" / "real_records.txt"

PROCEDURES: Mapping[str, Any] = {
    "title": {"vi": "Số liệu đã công bố"},
    "decimal": ".",
    "columns": {
        "unit_code": "unit_code", "period_label": "period", "period_from": "period_from", "period_to": "period_to",
        "received_total": "received_total", "received_online": "received_online", "received_direct": "received_offline",
        "received_postal": "received_postal", "carried_over": "carried_over", "resolved_total": "resolved_total",
        "resolved_early": "resolved_early", "resolved_on_time": "resolved_on_time", "resolved_late": "resolved_late",
        "pending_total": "pending_total", "pending_in_time": "pending_in_time", "pending_late": "pending_late",
        "returned_or_withdrawn": "returned", "stated_on_time_pct": "stated_on_time_pct",
        "stated_late_pct": "stated_late_pct", "note": "note",
    },
    "ignore": ["record_id", "source_id", "received_new", "resolved_early_or_on_time", "due_total",
               "approximate"],
    "constants": {"field_code": "HT"},
}  # fmt: skip
REPORTS: Mapping[str, Any] = {
    "title": {"vi": "Phản ánh, kiến nghị đã công bố"},
    "columns": {
        "unit_code": "unit_code", "as_of_or_period": "period", "received": "received_new",
        "processed": "processed_total",
        "rejected": "rejected", "in_progress": "in_progress", "waiting": "waiting", "forwarded": "forwarded",
        "overdue": "in_progress_overdue", "stated_pct": "stated_on_time_pct", "note": "note",
        "carried_over": "carried_over", "processed_on_time": "processed_on_time", "processed_late": "processed_late",
    },
    "ignore": ["record_id", "source_id", "kind"],
    "constants": {"feedback_type": "procedure_report"},
}  # fmt: skip
INDEX: Mapping[str, Any] = {
    "title": {"vi": "Điểm theo Quyết định 766"},
    "decimal": ".",
    "columns": {
        "MA_COQUAN": "unit_code", "TDGQ": "progress_score", "MDHL": "satisfaction_score", "MDSH": "digitisation_score",
        "TTTT": "online_payment_score", "CLGQ": "online_service_score", "CKMB": "transparency_score",
        "TONG_SCORE": "total_score",
    },
    "ignore": ["ID", "TEN", "TEN_COQUAN", "LOAI_COQUAN", "CAPDONVIID", "ID_COQUAN", "ROW_STT"],
}  # fmt: skip
LAYOUTS = {"procedures": PROCEDURES, "feedback": REPORTS, "service_quality": INDEX}


def records(path: Path) -> list[dict[str, str]]:
    """The lines of one of the files."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def widened(line: dict[str, str], layout: Mapping[str, Any]) -> bytes:
    """A file of one record: a code in place of the unit's name and level, a blank column for what was not given."""
    names = [name for name in dict.fromkeys([*line, *layout["columns"]]) if name not in ("unit", "system", "level")]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerow({**line, "unit_code": line["source_id"]})
    return text.getvalue().encode()


def real_office(root: Path, shared: Path) -> Office:
    """An office whose units are the sources of the records and those of the index, with the layouts above."""
    real = shared / "real"
    sources = [*records(real / "tthc_results_reported.csv"), *records(real / "pakn_reported.csv")]
    codes = dict.fromkeys(line["source_id"] for line in sources)
    units = [{"code": code, "name_vi": f"Nguồn {code}"} for code in codes]
    scores = {line["MA_COQUAN"]: line["TEN"] for path in real.glob("766_*.csv") for line in records(path)}
    units += [{"code": code, "name_vi": name} for code, name in scores.items()]
    make_office(root, units=units, first_period="2019-01")
    for kind, layout in LAYOUTS.items():
        folder = root / "datasets" / kind / "layouts"
        folder.mkdir(parents=True)
        (folder / "published.yaml").write_text(yaml.safe_dump(dict(layout), allow_unicode=True), encoding="utf-8")
    return open_office(root)


def found(office: Office, kind: str, content: bytes) -> list[Problem]:
    """The errors and warnings of a file read by the layout of published records."""
    problems = check_file(office, office.kinds[kind], content, layout="published").problems
    return [problem for problem in problems if problem.severity != "note"]


def holding(kind: Kind, rows: list[list[str]]) -> list[str]:
    """The codes of the sums and percentages that can be recomputed from the one row, and hold."""
    cells = dict(zip(kind.columns, rows[0], strict=True)) if rows else {}
    row = {name: Decimal(cells[name]) if cells[name] and kind.columns[name].is_figure else None for name in cells}
    held = []
    for rule in kind.rules:
        if row and rule.test in ("sum", "percent"):
            needed = [name for name in rule_columns(rule) if name not in rule.tests[rule.test].get("optional", ())]
            if all(row[name] is not None for name in needed) and compile_rule(rule)(row) is None:
                held.append(rule.code)
    return held


def judged(office: Office, shared: Path) -> Iterator[str]:
    """The list: record, code, severity, column, value for each problem; and the rules that hold."""
    for kind, name in (("procedures", "tthc_results_reported.csv"), ("feedback", "pakn_reported.csv")):
        for line in records(shared / "real" / name):
            content = widened(line, LAYOUTS[kind])
            checked = check_file(office, office.kinds[kind], content, layout="published", collect=True)
            for p in (*checked.errors, *checked.warnings):
                yield f"{line['record_id']} | {p.code} | {p.severity} | {p.cell} {p.column} | {p.value}".rstrip(" |")
            rows = [row for submission in checked.submissions.values() for row in submission]
            held = ", ".join(holding(office.kinds[kind], rows))
            yield f"{line['record_id']} | holds | {held or 'nothing can be recomputed'}"


def test_each_published_record_fails_and_holds_as_the_reviewed_list_says(tmp_path: Path, shared: Path) -> None:
    office = real_office(tmp_path / "office", shared)
    assert list(judged(office, shared)) == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_districts_of_lam_dong_fail_the_sum_of_resolved_dossiers(tmp_path: Path, shared: Path) -> None:
    office = real_office(tmp_path / "office", shared)
    lines = records(shared / "real" / "tthc_results_reported.csv")
    (line,) = [line for line in lines if line["record_id"] == "LD-HX-2019-10"]
    (problem,) = [p for p in found(office, "procedures", widened(line, PROCEDURES)) if p.code == "V02"]
    assert "ghi 17.651" in problem.message_vi
    assert "13.767 + 3.254 + 634 = 17.655" in problem.message_vi


def test_all_219_rows_of_the_766_index_add_up(tmp_path: Path, shared: Path) -> None:
    office = real_office(tmp_path / "office", shared)
    kind = office.kinds["service_quality"]
    rows = 0
    for path in sorted((shared / "real").glob("766_*.csv")):
        given = {"as_of": path.stem[-10:], "basis": "month"}
        checked = check_file(office, kind, path, period="2025-10", defaults=given, layout="published")
        assert checked.errors == []
        assert [p for p in checked.warnings if p.code == "Q01"] == []
        rows += checked.rows
    assert rows == 219


def test_one_wrong_score_of_them_is_found(tmp_path: Path, shared: Path) -> None:
    office = real_office(tmp_path / "office", shared)
    path = min((shared / "real").glob("766_*departments*.csv"))
    content = path.read_bytes().replace(b"93.75", b"93.57", 1)
    given = {"as_of": "2025-10-16"}
    kind = office.kinds["service_quality"]
    checked = check_file(office, kind, content, period="2025-10", defaults=given, layout="published")
    assert [(p.code, p.row) for p in checked.errors] == [("Q01", 2)]


def test_the_channels_of_quang_nam_add_up_to_its_total(office: Office, shared: Path) -> None:
    counts = [int(line["count"]) for line in records(shared / "real" / "pakn_channels_quangnam_2024-09.csv")]
    phone, email, facebook, zalo, web, chatbot = counts
    line = {
        **FEEDBACK, "carried_over": "0", "received_new": "1382", "processed_total": "1382", "processed_on_time": "1382",
        "in_progress": "0", "received_phone": str(phone), "received_email": str(email), "received_web": str(web),
        "received_social": str(facebook + zalo), "received_in_person": "0", "received_letter": "0",
        "received_other": str(chatbot),
    }  # fmt: skip
    kind = office.kinds["feedback"]
    assert check_file(office, kind, file_of(kind, line)).problems == []
    fewer = {**line, "received_phone": str(phone - 1)}
    assert [p.code for p in check_file(office, kind, file_of(kind, fewer)).problems] == ["P03a"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        judgement = "\n".join(judged(real_office(Path(folder) / "office", SHARED), SHARED))
        GOLDEN.write_text(f"{judgement}\n", encoding="utf-8")
