"""The schedules of a few units' leaders: every week the same frame, one entry called off, one moved, one internal."""

import datetime as dt

from publisher.catalogue import Unit
from publisher.catalogue.periods import DAY
from publisher.demonstration.making import Maker, Row

PERIODS = ("2026-10", "2026-11")
COMMUNES, DEPARTMENTS = ("90001", "90002", "90009"), ("STP",)

HALL = "Phòng họp tầng 2, trụ sở Ủy ban nhân dân"
COMMUNE = (
    (0, "08:00", "09:30", "meeting", "Giao ban đầu tuần", HALL, "chair"),
    (1, "14:00", "16:30", "inspection", "Kiểm tra Bộ phận Tiếp nhận và Trả kết quả", "Bộ phận một cửa", "vice_chair"),
    (
        3,
        "07:30",
        "11:30",
        "reception",
        "Chủ tịch Ủy ban nhân dân tiếp công dân",
        "Phòng tiếp công dân",
        "chair",
    ),
)
DEPARTMENT = (
    (0, "08:00", "10:00", "meeting", "Giao ban các phòng chuyên môn", "Phòng họp số 1, trụ sở sở", "director"),
    (2, "07:30", "11:30", "reception", "Giám đốc sở tiếp công dân", "Phòng tiếp công dân của sở", "director"),
    (4, "14:00", "16:00", "inspection", "Làm việc với xã về hộ tịch, chứng thực", "Trụ sở xã", "deputy_director"),
)
"""(weekday, from, to, kind of entry, what, where, who leads) of every week."""

CALLED_OFF = {("90001", "2026-11-10"): "Đoàn kiểm tra đi khắc phục hậu quả mưa lũ."}
MOVED = {("90001", "2026-11-12"): "Chuyển từ buổi chiều sang buổi sáng.", ("STP", "2026-10-14"): "Đổi phòng."}
ONCE = {
    "2026-10-16": ("dialogue", "Đối thoại với Nhân dân về thu gom rác thải", "Nhà văn hóa trung tâm"),
    "2026-11-20": ("dialogue", "Đối thoại với thanh niên về việc làm", "Nhà văn hóa trung tâm"),
    "2026-11-25": ("meeting", "Họp nội bộ về công tác cán bộ", HALL),
}
"""What a commune's chair does once, by day: (kind of entry, what, where). The last one is internal."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's schedule of a month, a row an entry."""
    if period not in PERIODS or unit.code not in (*COMMUNES, *DEPARTMENTS):
        return []
    days = maker.office.period(maker.office.kinds["work_schedule"], period)
    found: list[Row] = []
    day = days.start
    while day <= days.end:
        if maker.office.working_days.is_working(day):
            for entry in entries(unit.code, day):
                number = {"unit_code": unit.code, "period": period, "entry_code": f"{len(found) + 1:02d}"}
                found.append({**number, **entry})
        day += DAY
    return found


def entries(unit: str, day: dt.date) -> list[Row]:
    """What stands in a unit's schedule on a day."""
    key = (unit, day.isoformat())
    frame = DEPARTMENT if unit in DEPARTMENTS else COMMUNE
    planned = [entry[1:] for entry in frame if entry[0] == day.weekday()]
    once = ONCE.get(key[1]) if unit in COMMUNES else None
    if once:
        planned.append(("14:00", "16:30", *once, "chair"))
    status = "cancelled" if key in CALLED_OFF else "moved" if key in MOVED else "planned"
    return [
        {
            "held_on": key[1],
            "begins_at": begins,
            "ends_at": ends,
            "title": what,
            "activity": activity,
            "place": place,
            "leader": leader,
            "status": status,
            "note": CALLED_OFF.get(key) or MOVED.get(key, ""),
            "visibility": "internal" if "nội bộ" in what else "public",
        }
        for begins, ends, activity, what, place, leader in planned
    ]
