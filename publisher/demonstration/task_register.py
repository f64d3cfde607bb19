"""The register of tasks of the departments: each task from the month in which it was assigned to that in which it is
done."""

import datetime as dt
import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-09"
TITLES = (
    ("Xây dựng kế hoạch kiểm tra công vụ quý IV năm 2026", "due_report"),
    ("Rà soát, công khai danh mục thủ tục hành chính tại các bộ phận một cửa", "due_report"),
    ("Báo cáo kết quả thực hiện chuyển đổi số chín tháng", "due_report"),
    ("Hướng dẫn các xã, phường số hóa hồ sơ hộ tịch", "due_no_report"),
    ("Kiểm kê tài sản công sau sắp xếp đơn vị hành chính", "due_report"),
    ("Sửa chữa trụ sở tiếp công dân của tỉnh", "due_no_report"),
    ("Theo dõi việc niêm yết phí, lệ phí tại các xã, phường", "no_due_report"),
    ("Duy trì đường dây nóng tiếp nhận phản ánh, kiến nghị", "no_due_no_report"),
)


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One department's month of tasks, a row a task."""
    if period < FIRST:
        return []
    kind = maker.office.kinds["task_register"]
    here = maker.office.period(kind, period)
    found: list[Row] = []
    for number, (title, task_class) in enumerate(TITLES, start=1):
        chance = random.Random(f"register{SEED}{unit.code}{number}")  # noqa: S311 figures, not secrets
        assigned = dt.date(2026, 8, 3) + dt.timedelta(days=chance.randint(0, 55))
        due = assigned + dt.timedelta(days=chance.choice((14, 21, 30, 45)))
        put_off = due + dt.timedelta(days=15) if chance.random() < 0.2 else None
        done = assigned + dt.timedelta(days=chance.randint(10, 70))
        has_due = task_class.startswith("due_")
        if assigned > here.end or done < here.start:
            continue
        term = (put_off or due) if has_due else None
        is_done = done <= here.end
        row: Row = {
            "unit_code": unit.code,
            "period": period,
            "task_code": f"{unit.code}-{number:02d}/2026",
            "title": title,
            "assigned_by_no": f"{chance.randint(100, 900)}/UBND-VP",
            "assigned_on": assigned.isoformat(),
            "task_class": task_class,
            "due_on": due.isoformat() if has_due else "",
            "report_on": due.isoformat() if task_class == "due_report" else "",
            "extended_to": put_off.isoformat() if has_due and put_off else "",
            "done_on": done.isoformat() if is_done else "",
            "status": status(term, done if is_done else None, here.end),
            "days_overdue": max(0, ((done if is_done else here.end) - term).days) if term else 0,
            "visibility": "internal" if number == 6 else "public",
            "note": "",
        }
        found.append(row)
    return found


def status(term: dt.date | None, done: dt.date | None, end: dt.date) -> str:
    """What the days of a task say."""
    if term is None:
        return "done_no_due" if done else "open_no_due"
    if done:
        return "done_late" if done > term else "done_on_time"
    return "open_overdue" if end > term else "open_in_time"
