"""Results of the survey at the counters, as the month close writes them."""

import csv
import random
from functools import cache
from pathlib import Path

from publisher.catalogue import Unit
from publisher.demonstration.flaws import FLAWS, flaw
from publisher.demonstration.making import SEED, Maker, Row

RECEPTION = ("90001", "90003")
"""Communes that also ask those who came to the reception of citizens."""

PAPER = ("90018", "90024")
"""Communes in the mountains that count paper forms too."""

LEVELS = (5, 4, 3, 2, 1)
SURVEY_ROW = (
    "unit_code", "period", "contact_point", "form", "channel", "question", "question_vi", "question_en", "scale",
    "role", "answers", "satisfied", "points", "no_answer", *(f"level_{level}" for level in (*LEVELS, 0)),
    "unmarked_answers", "unmarked_satisfied", "slips_printed", "slips_used", "discarded", "old_posters",
)  # fmt: skip


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One unit's month of answers, after its dossiers of that month: few in the mountains, 100 % here and there."""
    chance = random.Random(f"survey{SEED}{unit.code}{period}")  # noqa: S311
    served = maker.resolved[unit.code]
    slips = round(served * chance.uniform(0.14, 0.3))
    opened = round(served * chance.uniform(0.03, 0.09))
    if flaw("few answers", "satisfaction", unit.code, period):
        slips, opened = chance.randint(5, 9), chance.randint(11, 16)
    if flaw("answers above dossiers", "satisfaction", unit.code, period):
        opened = served + 37
    happy = 1.0 if any(f.name == "all fives" and f.unit == unit.code for f in FLAWS) else 0.0
    found = answers(maker, unit, period, "procedures", "counter", "verified", slips, happy, chance)
    found += answers(maker, unit, period, "procedures", "counter", "open", opened, happy, chance)
    if unit.code in PAPER:
        found += answers(maker, unit, period, "procedures", "counter", "paper", chance.randint(8, 30), 0.0, chance)
    if unit.code in RECEPTION:
        found += answers(maker, unit, period, "reception", "reception", "open", chance.randint(6, 24), 0.0, chance)
    return found


def answers(
    maker: Maker,
    unit: Unit,
    period: str,
    point: str,
    form: str,
    channel: str,
    count: int,
    happy: float,
    chance: random.Random,
) -> list[Row]:
    """The rows of one form at one contact point through one channel, as the month close writes them: nothing is
    said of fewer than ten answers. `happy` is the share of those who choose the highest level whatever they are
    asked."""
    least = maker.office.settings.thresholds.small_group
    swarm = flaw("answers above dossiers", "satisfaction", unit.code, period) and channel == "open"
    marked = round(count * 0.72) if swarm else chance.choice((0, 0, 2, 10)) if count > 2 * least else 0
    care = maker.care(unit) * 3
    weights = (0.46 - care, 0.41, 0.08 + care / 2, 0.03 + care / 3, 0.02 + care / 6)
    key: Row = {"unit_code": unit.code, "period": period, "contact_point": point, "form": form, "channel": channel}

    def shown(number: int) -> str | int:
        return number if number == 0 or number >= least else ""

    whole: Row = {"question": "form", "role": "form", "answers": shown(count) or ""}
    if channel == "verified":
        whole |= {"slips_printed": -(-max(count * 2, 50) // 50) * 50, "slips_used": shown(count)}
    if channel == "open":
        whole |= {"discarded": chance.choice((0, 0, 1, 3, 12)), "old_posters": shown(chance.choice((0, 0, 2)))}
    rows: list[Row] = [{**dict.fromkeys(SURVEY_ROW, ""), **key, **whole}]
    for name, vi, en in survey_questions(maker.office.kinds["satisfaction"].folder / "surveys" / f"{form}.csv"):
        blank = 0 if name == "overall" else around_with(chance, count * 0.04)
        n = max(0, count - blank)
        if n < least:
            continue
        chosen = chance.choices(LEVELS, weights, k=n)
        chosen = [5 if chance.random() < happy else level for level in chosen]
        suspect = min(marked, n)
        if swarm:
            chosen = [5] * suspect + chosen[suspect:]
        levels = {f"level_{level}": chosen.count(level) for level in LEVELS}
        row: Row = {
            "question": name,
            "question_vi": vi,
            "question_en": en,
            "scale": "levels5",
            "role": "overall" if name == "overall" else "item",
            "answers": n,
            "satisfied": sum(level >= 4 for level in chosen),
            "points": sum(chosen),
            "no_answer": count - n,
            **levels,
        }
        if (suspect == 0 or suspect >= least) and n - suspect >= least:
            clean = chosen[suspect:]
            row |= {"unmarked_answers": len(clean), "unmarked_satisfied": sum(level >= 4 for level in clean)}
        rows.append({**dict.fromkeys(SURVEY_ROW, ""), **key, **row})
    return rows


def around_with(chance: random.Random, mean: float) -> int:
    """A count near a mean, from another source of chance: the other datasets' figures do not depend on it."""
    return max(0, round(chance.gauss(mean, mean**0.5)))


@cache
def survey_questions(path: Path) -> list[tuple[str, str, str]]:
    """The questions on five levels of one of the forms that come with the survey: (name, Vietnamese, English)."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    header = next(row for row in rows if "type" in row)
    kind, name = header.index("type"), header.index("name")
    vi, en = (next(i for i, title in enumerate(header) if title.endswith(f"({lang})")) for lang in ("vi", "en"))
    return [(row[name], row[vi], row[en]) for row in rows if len(row) > en and row[kind] == "select_one levels5"]
