"""The reform index of 2025, announced in the spring of 2026."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2025-12"
AREAS = {
    "direction": (10.0, 0.0),
    "institutions": (9.0, 1.5),
    "procedures": (17.0, 3.0),
    "organisation": (10.0, 1.5),
    "civil_service": (12.0, 2.0),
    "finance": (9.0, 1.0),
    "digital": (18.0, 2.0),
    "impact": (15.0, 11.0),
}
"""The maximum of each area, and how much of it comes from surveys."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:  # noqa: ARG001 as the others
    """One unit's year, a row an area."""
    if period < FIRST:
        return []
    chance = random.Random(f"reform{SEED}{unit.code}{period}")  # noqa: S311 figures, not secrets
    level = chance.uniform(0.78, 0.95)
    found: list[Row] = []
    for area, (maximum, surveyed) in AREAS.items():
        survey = round(surveyed * min(1, level * chance.uniform(0.92, 1.05)), 2)
        own = round((maximum - surveyed) * min(1, level * chance.uniform(0.93, 1.08)), 2)
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "component": area,
                "points": f"{own + survey:g}",
                "maximum": f"{maximum:g}",
                "survey_points": f"{survey:g}",
                "survey_maximum": f"{surveyed:g}",
                "decision_no": "412/QĐ-UBND",
                "decision_on": "2026-03-27",
                "note": "",
            }
        )
    return found
