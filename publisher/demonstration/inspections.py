"""Inspections: every unit looks at itself, the team comes as planned each quarter and unannounced now and then."""

import random

from publisher.catalogue import Unit
from publisher.catalogue.periods import DAY
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-08"
KINDS = ("hours", "card", "dress", "attitude", "posting", "hygiene", "alcohol", "private", "reception", "other")
SHARES = (0.24, 0.14, 0.06, 0.06, 0.2, 0.12, 0.01, 0.08, 0.06, 0.03)


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month, a row a kind of inspection that took place or has something left to remedy."""
    if period < FIRST:
        return []
    chance = random.Random(f"inspections{SEED}{unit.code}{period}")  # noqa: S311 figures, not secrets
    here = maker.office.period(maker.office.kinds["inspections"], period)
    turn = int(unit.code, 36) % 3
    planned = {"planned": int(int(period[5:]) % 3 == turn), "unannounced": int(chance.random() < 0.35), "self": 1}
    found: list[Row] = []
    for name, inspections in planned.items():
        key = ("inspections", unit.code, name)
        (carried,) = maker.left.get(key, (0,))
        if not inspections and not carried:
            continue
        places = inspections * chance.randint(3, 6)
        faults = sum(chance.random() < 0.12 + maker.care(unit) * 4 for _ in range(places))
        kinds = chance.choices(KINDS, SHARES, k=faults + sum(chance.random() < 0.4 for _ in range(faults)))
        total = len(kinds)
        remedied = sum(chance.random() < 0.75 for _ in range(carried + total))
        still = carried + total - remedied
        maker.left[key] = (still,)
        outside = name != "self"
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "inspection_type": name,
                "first_on": (here.start + chance.randint(2, 26) * DAY).isoformat() if inspections else "",
                "inspections": inspections,
                "places_inspected": places,
                "places_with_findings": faults,
                "findings_total": total,
                **{f"finding_{kind}": kinds.count(kind) for kind in KINDS},
                "carried_open": carried,
                "remedied": remedied,
                "remedied_in_time": remedied - sum(chance.random() < 0.1 for _ in range(remedied)),
                "still_open": still,
                "still_overdue": sum(chance.random() < 0.2 for _ in range(still)),
                "remedy_due_on": (here.end + 15 * DAY).isoformat() if still else "",
                "reminders": int(outside and total > 2),
                "reviews": int(outside and total > 4),
                "disciplined": 0,
                "note": "",
            }
        )
    return found
