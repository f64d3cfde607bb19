"""The scales that law and official forms use. Answers on two scales are never added up nor drawn on one axis.

A select_one question of a form whose list bears a scale's name is a question on that scale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Scale:
    """A scale: its values, best first; which of them count as satisfied (none on a scale of points); the points of each
    value, whose mean is the mean score."""

    name: str
    values: tuple[str, ...]
    satisfied: frozenset[str]
    points: Mapping[str, int]


def _scale(name: str, values: str, satisfied: str) -> Scale:
    points = MappingProxyType({value: int(value) for value in values})
    return Scale(name, tuple(values), frozenset(satisfied), points)


SCALES: Mapping[str, Scale] = MappingProxyType(
    {
        # Rất hài lòng … Rất không hài lòng: the SIPAS questionnaires (Decision 2640/QĐ-BNV of 2017 and later ones);
        # the index is the share of the upper two.
        "levels5": _scale("levels5", "54321", "54"),
        # Rất hài lòng / Hài lòng / Không hài lòng: provincial one-stop systems.
        "levels3": _scale("levels3", "321", "32"),
        # The indicators of Circular 01/2018/TT-VPCP, articles 12 to 15: a mean of points, no share satisfied.
        "points2": _scale("points2", "210", ""),
    }
)
"""The scales by name: `levels5` ("5" … "1"), `levels3` ("3", "2", "1"), `points2` ("2", "1", "0")."""
