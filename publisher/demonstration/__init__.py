"""The demonstration's figures: two years of a fictional province, with the flaws that real offices have.

Everything comes from one seed, so the same program writes the same bytes. The figures are made like a commune's:
dossiers arrive by field and season, most are resolved in time, the rest is pending and carried over to the next month.
Each kind has a module of its name; a kind that came later draws from chance of its own, so that the figures of the
others stay as they are.
"""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import DAY, between, shift
from publisher.demonstration import (
    budget,
    commendations,
    counter_weeks,
    disclosures,
    feedback,
    feedback_answers,
    inspections,
    par_index,
    procedure_catalogue,
    procedures,
    reception,
    satisfaction,
    self_assessment,
    service_quality,
    task_register,
    tasks,
    work_schedule,
)
from publisher.demonstration.flaws import FLAWS, Flaw, flaw
from publisher.demonstration.making import FIRST, LAST, LATE_REASONS, Maker, Row, as_csv
from publisher.ledger import accept

__all__ = ["FLAWS", "Flaw", "make_demonstration"]

Rows = Callable[[Maker, Unit, str], list[Row]]

SOURCES: dict[str, Rows] = {
    "procedures": procedures.rows,
    "feedback": feedback.rows,
    "service_quality": service_quality.rows,
    "satisfaction": satisfaction.rows,
    "tasks": tasks.rows,
    "task_register": task_register.rows,
    "inspections": inspections.rows,
    "reception": reception.rows,
    "self_assessment": self_assessment.rows,
    "par_index": par_index.rows,
    "commendations": commendations.rows,
    "feedback_answers": feedback_answers.rows,
    "procedure_catalogue": procedure_catalogue.rows,
    "disclosures": disclosures.rows,
    "work_schedule": work_schedule.rows,
    "counter_weeks": counter_weeks.rows,
    "budget": budget.rows,
}
"""What makes one unit's rows of a period, by kind; none when it has nothing to submit. The kinds before others are made
first: answers follow dossiers."""


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """One file that comes in: when, for which kind and period, why (a correction), its rows."""

    at: dt.datetime
    kind: str
    period: str
    reason: str
    content: bytes


def deliveries(office: Office) -> list[Delivery]:
    """Every file of the two years in the order in which it came: one a kind and month, late ones, corrections."""
    maker = Maker(office)
    found: list[Delivery] = []
    for period in between(FIRST, shift(LAST, 1)):
        for name, make in SOURCES.items():
            kind = office.kinds.get(name)
            if kind is None or not kind.reports(period) or (period > LAST and not kind.ahead):
                continue
            days = office.period(kind, period)
            due = office.due_on(kind, period) or days.end + DAY
            day = days.start - 2 * DAY if kind.ahead else max(days.end + DAY, due - DAY)
            noon = dt.datetime.combine(day, dt.time(9, 30), ZONE)
            in_time: list[Row] = []
            for unit in office.units_of(kind, period):
                rows = make(maker, unit, period)
                if not rows or flaw("missing", name, unit.code, period):
                    continue
                if flaw("late", name, unit.code, period):
                    found.append(Delivery(noon + 9 * DAY, name, period, "", as_csv(rows)))
                elif flaw("corrected", name, unit.code, period):
                    first, wrong = correction(kind, rows)
                    found.append(Delivery(noon, name, period, "", as_csv(wrong)))
                    found.append(Delivery(noon + 6 * DAY, name, period, first, as_csv(rows)))
                else:
                    in_time += rows
            if in_time:
                found.append(Delivery(noon, name, period, "", as_csv(in_time)))
    return sorted(found)


def correction(kind: Kind, rows: list[Row]) -> tuple[str, list[Row]]:
    """The reason of a correction, and the rows as they were submitted before it (every sum right, one figure wrong)."""
    wrong = [dict(row) for row in rows]
    busiest = max(wrong, key=lambda row: int(row["received_total" if kind.name == "procedures" else "received_new"]))
    if kind.name == "procedures":
        busiest["resolved_early"] = int(busiest["resolved_early"]) - 3
        busiest["resolved_late"] = int(busiest["resolved_late"]) + 3
        busiest["late_reason"], busiest["apologies_sent"] = LATE_REASONS[1], busiest["resolved_late"]
        return "Ba hồ sơ chứng thực bị ghi nhầm là quá hạn do đồng hồ máy chủ chạy sai.", wrong
    busiest["satisfied"] = int(busiest["satisfied"]) - 1
    return "Bổ sung một đánh giá hài lòng gửi qua điện thoại.", wrong


def make_demonstration(office: Office, progress: Callable[[int, int], None] = lambda _done, _of: None) -> int:
    """Write the demonstration's data anew, through the one door that every submission takes; gives the number of files.

    What the ledger, data/ and revisions/ held is removed first. `progress` is told how many files of how many are done.
    """
    office.ledger.unlink(missing_ok=True)
    for kind in office.kinds.values():
        for name in ("data", "revisions"):
            shutil.rmtree(office.datasets / kind.name / name, ignore_errors=True)
    files = deliveries(office)
    for number, file in enumerate(files, start=1):
        name = f"{file.kind}-{file.period}.csv"
        accept(office, office.kinds[file.kind], file.content, name=name, reason=file.reason, now=file.at)
        progress(number, len(files))
    return len(files)
