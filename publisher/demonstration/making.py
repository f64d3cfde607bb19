"""What the makers of all kinds share: one source of chance, and what a unit keeps from month to month."""

import csv
import io
import random
from dataclasses import dataclass, field

from publisher.catalogue import Office, Unit

SEED = 2026
FIRST, LAST = "2024-11", "2026-10"

MERGED = {"90027": "90026", "90028": "90026"}
"""Communes that merged on 2025-07-01: what they left pending is carried over by the new one."""

LATE_REASONS = (
    "Hồ sơ phải lấy ý kiến cơ quan khác.",
    "Phần mềm một cửa gián đoạn trong kỳ.",
    "Thiếu công chức phụ trách lĩnh vực.",
    "Phải xác minh thực địa.",
)

Row = dict[str, str | int]


@dataclass
class Maker:
    """Makes the figures month by month and keeps what is pending in between."""

    office: Office
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 figures, not secrets
    pending: dict[tuple[str, str], int] = field(default_factory=dict)
    backlog: dict[str, int] = field(default_factory=dict)
    before: dict[tuple[str, str], Row] = field(default_factory=dict)
    resolved: dict[str, int] = field(default_factory=dict)
    left: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)

    def size(self, unit: Unit) -> float:
        """How much work a unit has, the same in every month: wards twice what mountain communes have."""
        if unit.level == "department":
            return 1.4
        return 0.55 + random.Random(f"{SEED}{unit.code}").random() * (1.3 if "Phường" in unit.name.vi else 0.8)  # noqa: S311

    def care(self, unit: Unit) -> float:
        """The share of dossiers a unit resolves late."""
        return 0.004 + random.Random(f"late{unit.code}").random() ** 2 * 0.05  # noqa: S311

    def around(self, mean: float) -> int:
        """A count near a mean, spread like arrivals."""
        return max(0, round(self.chance.gauss(mean, mean**0.5)))

    def split(self, total: int, shares: tuple[float, ...]) -> list[int]:
        """A total cut into parts that add up to it."""
        return self.cut(self.chance, total, shares)

    def cut(self, chance: random.Random, total: int, shares: tuple[float, ...]) -> list[int]:
        """The same by another source of chance."""
        parts_found = [0] * len(shares)
        for _ in range(total):
            parts_found[chance.choices(range(len(shares)), shares)[0]] += 1
        return parts_found


def as_csv(rows: list[Row]) -> bytes:
    """Rows as a CSV file with the columns' names as header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
