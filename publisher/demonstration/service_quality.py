"""The scores of Decision 766."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import Maker, Row


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's scores of the month; most have the maximum for satisfaction, as in reality."""
    age = (int(period[:4]) - 2024) * 12 + int(period[5:])
    steady = random.Random(f"score{unit.code}").random()  # noqa: S311
    scores = {
        "transparency_score": 18.0 if steady > 0.2 else 15 + steady * 10,
        "progress_score": 20 - maker.care(unit) * 60 - maker.chance.random(),
        "digitisation_score": min(22, 12 + steady * 4 + age * 0.18 + maker.chance.random()),
        "online_service_score": min(12, 5 + steady * 2 + age * 0.12 + maker.chance.random()),
        "online_payment_score": min(10, 4.5 + steady * 2 + age * 0.1 + maker.chance.random()),
        "satisfaction_score": 18.0 if steady > 0.1 else 17 + maker.chance.random(),
    }
    cents = {name: round(value * 100) for name, value in scores.items()}
    written = {name: f"{value / 100:g}" for name, value in cents.items()}
    end = maker.office.period(maker.office.kinds["service_quality"], period).end
    return [
        {
            "unit_code": unit.code,
            "period": period,
            "as_of": end.isoformat(),
            **written,
            "total_score": f"{sum(cents.values()) / 100:g}",
            "note": "",
        }
    ]
