"""The weeks of 2026 at the counters of a few wards: fewer dossiers just after Tết, some figures not reported."""

import datetime as dt
import random

from publisher.catalogue import Unit
from publisher.catalogue.periods import DAY
from publisher.catalogue.tables import Counter
from publisher.demonstration.making import SEED, Maker, Row

PERIOD = "2026-10"
FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 10, 26)
"""The first and the last Monday of the register."""

SLOW = {"90001": 1.0, "90002": 0.55, "90003": 0.85}
"""The units that keep it, and how much of their usual pace they have in the first week after a long holiday."""

SILENT = "90003", dt.date(2026, 2, 23)
"""The unit and week, the first after Tết, of which nobody counted what was resolved."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's register, a row a week and counter."""
    if period != PERIOD or unit.code not in SLOW:
        return []
    chance = random.Random(f"counter_weeks{SEED}{unit.code}")  # noqa: S311 figures, not secrets
    calendar = maker.office.working_days
    known = (counter for counter in maker.office.counters if isinstance(counter, Counter))
    counters = [counter.code for counter in known if (counter.unit, counter.contact_point) == (unit.code, "procedures")]
    breaks = calendar.breaks(FIRST, LAST)
    found: list[Row] = []
    for number in range((LAST - FIRST).days // 7 + 1):
        monday = FIRST + 7 * number * DAY
        sunday = monday + 6 * DAY
        days = calendar.count(monday - DAY, sunday)
        slow = SLOW[unit.code] if any(monday <= off[1] + DAY <= sunday for off in breaks) else 1.0
        for counter in counters:
            received = max(0, round(chance.gauss(9 * maker.size(unit) * days * slow, days**0.5)))
            resolved = max(0, round(received * slow * chance.uniform(0.88, 1.05)))
            late = sum(chance.random() < maker.care(unit) for _ in range(resolved))
            counted = (unit.code, monday) != SILENT
            found.append(
                {
                    "unit_code": unit.code,
                    "period": period,
                    "counter_code": counter,
                    "week_from": monday.isoformat(),
                    "week_to": sunday.isoformat(),
                    "received": received,
                    "resolved": resolved if counted else "",
                    "resolved_in_time": resolved - late if counted else "",
                    "resolved_late": late if counted else "",
                    "pending_in_time": round(received * chance.uniform(0.3, 0.6)),
                    "pending_late": sum(chance.random() < 0.1 for _ in range(5)),
                }
            )
    return found
