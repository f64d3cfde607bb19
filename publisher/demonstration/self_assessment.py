"""Grades of the monthly self-assessment: small communes give none."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-10"
SMALL = {"90018": 8, "90024": 9}
"""Communes in the mountains with fewer than ten people."""

GRADES = ("graded_excellent", "graded_good", "graded_completed", "graded_failed", "not_graded")


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month in one row."""
    if period < FIRST:
        return []
    chance = random.Random(f"staff{SEED}{unit.code}{period}")  # noqa: S311 figures, not secrets
    staff = SMALL.get(unit.code, round(22 + 18 * maker.size(unit)))
    grades: list[int] | list[str] = maker.cut(chance, staff, (0.17, 0.66, 0.12, 0.01, 0.04))
    if unit.code in SMALL:
        grades = [""] * len(GRADES)
    return [
        {
            "unit_code": unit.code,
            "period": period,
            "staff_total": staff,
            **dict(zip(GRADES, grades, strict=True)),
        }
    ]
