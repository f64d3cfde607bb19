"""Budgets of communes: two quarters of 2026, lines that add up, each with the same months of last year."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

FIRST = "2026-06"
LINES = (
    ("revenue", "I", "", "Tổng thu ngân sách", 0.0),
    ("revenue", "I.1", "I", "Các khoản thu hưởng 100%", 0.12),
    ("revenue", "I.2", "I", "Các khoản thu phân chia theo tỷ lệ", 0.18),
    ("revenue", "I.3", "I", "Thu bổ sung từ ngân sách cấp trên", 0.7),
    ("expenditure", "II", "", "Tổng chi ngân sách", 0.0),
    ("expenditure", "II.1", "II", "Chi đầu tư phát triển", 0.22),
    ("expenditure", "II.2", "II", "Chi thường xuyên", 0.75),
    ("expenditure", "II.3", "II", "Dự phòng ngân sách", 0.03),
)
"""(side, line, part of, what it is, its share of the whole); a line without a share is the sum of those below."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One commune's quarter, a row a line, in million đồng."""
    if period < FIRST or unit.level != "commune":
        return []
    chance = random.Random(f"budget{SEED}{unit.code}")  # noqa: S311 figures, not secrets
    whole = round(24_000 * maker.size(unit))
    gone = {"2026-06": 0.46, "2026-09": 0.71}[period]
    found: dict[str, Row] = {}
    for side, code, parent, title, part in LINES:
        planned = round(whole * part)
        done = round(planned * gone * chance.uniform(0.8, 1.1)) if title != "Dự phòng ngân sách" else 0
        found[code] = {
            "unit_code": unit.code,
            "period": period,
            "stage": "execution",
            "form_no": "113/CK TC-NSNN",
            "side": side,
            "line_code": code,
            "parent_code": parent,
            "title": title,
            "planned": planned,
            "done": done,
            "done_last_year": round(done * chance.uniform(0.85, 1.08)),
        }
        if parent:
            for column in ("planned", "done", "done_last_year"):
                found[parent][column] = int(found[parent][column]) + int(found[code][column])
    return list(found.values())
