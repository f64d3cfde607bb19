"""Assigned tasks by class: some are carried over every month, most are done on time."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.flaws import flaw
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-08"
CLASSES = {"due_report": 7, "due_no_report": 4, "no_due_report": 2, "no_due_no_report": 1}
"""How many tasks of each class a unit is assigned in a month."""

REASONS = (
    "Chờ ý kiến của cơ quan phối hợp.",
    "Khối lượng công việc tăng đột biến trong kỳ.",
    "Phải khảo sát lại tại thực địa.",
)


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month of tasks, a row a class."""
    if period < FIRST:
        return []
    chance = random.Random(f"tasks{SEED}{unit.code}{period}")  # noqa: S311 figures, not secrets
    found: list[Row] = []
    for name, monthly in CLASSES.items():
        carried = sum(maker.left.get(("tasks", unit.code, name), (round(monthly * 0.6), 0)))
        new = max(0, round(chance.gauss(monthly * maker.size(unit), 1.2)))
        total = carried + new
        done = min(total, round(total * chance.uniform(0.55, 0.75)))
        late = sum(chance.random() < maker.care(unit) * 6 for _ in range(done))
        overdue = sum(chance.random() < maker.care(unit) * 5 for _ in range(total - done))
        has_due = name.startswith("due_")
        if not has_due:
            late = overdue = 0
        in_time = total - done - overdue
        maker.left["tasks", unit.code, name] = (in_time, overdue)
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "task_class": name,
                "carried_over": carried,
                "assigned_new": new,
                "tasks_total": total,
                "done_on_time": done - late if has_due else 0,
                "done_late": late,
                "done_no_due": 0 if has_due else done,
                "open_in_time": in_time if has_due else 0,
                "open_overdue": overdue,
                "open_no_due": 0 if has_due else in_time,
                "cancelled": 0,
                "extended": sum(chance.random() < 0.06 for _ in range(total)) if has_due else 0,
                "overdue_days_max": chance.randint(3, 45) if overdue else 0,
                "late_reason": chance.choice(REASONS) if late or overdue else "",
                "note": "",
            }
        )
    if flaw("carried over differs", "tasks", unit.code, period):
        for column in ("carried_over", "tasks_total", "open_in_time"):
            found[0][column] = int(found[0][column]) + 2
    return found
