"""Reception of citizens: every working day, and the head's days twice a month."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-09"
TYPES = {"regular": (20, 11.0), "scheduled": (2, 5.0), "unexpected": (1, 0.4)}
"""Days of reception and visits of a month."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month, a row a kind of reception that took place."""
    if period < FIRST:
        return []
    chance = random.Random(f"reception{SEED}{unit.code}{period}")  # noqa: S311 figures, not secrets
    found: list[Row] = []
    for name, (days, monthly) in TYPES.items():
        visits = max(0, round(chance.gauss(monthly * maker.size(unit), 1.5)))
        if name == "unexpected" and not visits:
            continue
        groups = int(visits > 3 and chance.random() < 0.08)
        group_persons = groups * chance.randint(5, 14)
        persons = visits + sum(chance.random() < 0.25 for _ in range(visits)) + max(0, group_persons - groups)
        parts = maker.cut(chance, visits, (0.25, 0.04, 0.45, 0.26))
        outcomes = maker.cut(chance, visits, (0.3, 0.22, 0.38, 0.1))
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "reception_type": name,
                "field_code": "",
                "days_held": days,
                "days_by_head": {"regular": 0, "scheduled": 2 if chance.random() < 0.85 else 1, "unexpected": 1}[name],
                "visits": visits,
                "persons": persons,
                "large_groups": groups,
                "large_group_persons": group_persons,
                "matters_total": visits,
                **dict(zip(("complaints", "denunciations", "recommendations", "reports"), parts, strict=True)),
                **dict(zip(("accepted", "forwarded", "explained", "pending"), outcomes, strict=True)),
                "note": "",
            }
        )
    return found
