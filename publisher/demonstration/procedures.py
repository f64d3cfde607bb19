"""Dossiers: they arrive by field and season, most are resolved in time, the rest is carried over."""

from publisher.catalogue import Unit
from publisher.demonstration.flaws import flaw
from publisher.demonstration.making import LATE_REASONS, MERGED, Maker, Row

SEASON = (0.95, 0.6, 1.05, 1.1, 1.0, 1.05, 1.0, 1.05, 1.1, 1.05, 1.0, 1.05)
"""How busy a month is, January first; Tết empties February."""

MONTHLY_DOSSIERS = {
    "HT": 62,
    "CT": 120,
    "DD": 34,
    "XD": 9,
    "BTXH": 16,
    "NCC": 6,
    "HKD": 11,
    "GD": 4,
    "VH": 3,
    "MT": 3,
    "YT": 4,
    "NCN": 1,
}
DEPARTMENT_FIELDS = {"SNV": ("NCC", "VH"), "STC": ("HKD",), "STP": ("HT", "NCN", "CT"), "SXD": ("XD", "MT")}


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month of dossiers, a row a field."""
    found = []
    month = int(period[5:])
    age = (int(period[:4]) - 2024) * 12 + month
    for code, monthly in MONTHLY_DOSSIERS.items():
        if unit.level == "department" and code not in DEPARTMENT_FIELDS[unit.code]:
            continue
        mean = monthly * maker.size(unit) * SEASON[month - 1]
        new = maker.around(mean)
        if flaw("jump", "procedures", unit.code, period) and code == "CT":
            new = round(mean * 5.2)
        carried = maker.pending.get((unit.code, code), round(monthly * maker.size(unit) * 0.15))
        if period == "2025-07" and unit.code in MERGED.values():
            carried = sum(maker.pending.pop((old, code), 0) for old in MERGED)
        online = min(new, round(new * min(0.93, 0.40 + 0.012 * age + maker.chance.uniform(-0.06, 0.06))))
        slow = 0.22 if code in ("DD", "XD") else 0.07
        total = new + carried
        returned = maker.around(total * 0.006)
        withdrawn = maker.around(total * 0.004)
        pending = min(max(0, total - returned - withdrawn), maker.around(total * slow))
        resolved = total - returned - withdrawn - pending
        late = min(resolved, maker.around(resolved * maker.care(unit) * (3 if code == "DD" else 1)))
        pending_late = min(pending, maker.around(pending * maker.care(unit) * (6 if code == "DD" else 2)))
        early = round((resolved - late) * maker.chance.uniform(0.6, 0.8))
        row: Row = {
            "unit_code": unit.code,
            "period": period,
            "field_code": code,
            "received_total": total,
            "received_online": online,
            "received_offline": new - online,
            "carried_over": carried,
            "resolved_total": resolved,
            "resolved_early": early,
            "resolved_on_time": resolved - late - early,
            "resolved_late": late,
            "pending_total": pending,
            "pending_in_time": pending - pending_late,
            "pending_late": pending_late,
            "returned": returned,
            "withdrawn": withdrawn,
            "apologies_sent": late if late else "",
            "late_reason": maker.chance.choice(LATE_REASONS) if late else "",
            "note": "",
        }
        if flaw("same as before", "procedures", unit.code, period) and code == "CT":
            row = {**maker.before[unit.code, code], "period": period}
        maker.before[unit.code, code] = row
        maker.pending[unit.code, code] = int(row["pending_total"])
        found.append(row)
    spoil(found, unit, period)
    maker.resolved[unit.code] = sum(int(row["resolved_total"]) for row in found)
    return found


def spoil(rows: list[Row], unit: Unit, period: str) -> None:
    """Put in the flaws that need a row changed; every sum stays right."""

    def busiest() -> Row:
        return max(rows, key=lambda row: int(row["resolved_total"]))

    if flaw("carried over differs", "procedures", unit.code, period):
        row = busiest()
        for column in ("carried_over", "received_total", "pending_total", "pending_in_time"):
            row[column] = int(row[column]) + 4
    for name, column in (("no reason", "late_reason"), ("no apologies", "apologies_sent")):
        if flaw(name, "procedures", unit.code, period):
            row = busiest()
            if not row["resolved_late"]:
                row["resolved_late"], row["resolved_on_time"] = 2, int(row["resolved_on_time"]) - 2
                row["late_reason"], row["apologies_sent"] = LATE_REASONS[0], 2
            row[column] = ""
