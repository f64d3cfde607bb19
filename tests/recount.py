"""The independent recount: every published figure computed once more, with nothing but the standard library.

`python -I -S recount.py OFFICE SITE` reads an office's accepted CSV files and the pages of its built site, and prints
what it found as JSON. It shares no line with the program: the formulas stand here a second time, in exact fractions.
"""

import csv
import json
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from statistics import NormalDist
from typing import Any
from urllib.parse import unquote

# A tally is a list of columns that are added up, a {column: value} that is counted, or (columns, {column: values}) that
# are added up where the row has one of the values.
TALLIES: dict[str, dict[str, Any]] = {
    "procedures": {
        "received_new": ["received_online", "received_offline"],
        "received_online": ["received_online"],
        "carried_over": ["carried_over"],
        "resolved_total": ["resolved_total"],
        "in_time": ["resolved_early", "resolved_on_time"],
        "resolved_late": ["resolved_late"],
        "pending_total": ["pending_total"],
        "pending_late": ["pending_late"],
        "returned": ["returned"],
        "withdrawn": ["withdrawn"],
        "apologies_sent": ["apologies_sent"],
    },
    "inspections": {
        "visits": ["visits"],
        "found": ["found"],
        "fixed": ["fixed"],
        "fines": ["fines"],
        "reports": {},
        "failed": {"result": "fail"},
        "failed_here": {"result": "fail", "place": "street"},
        "found_street": (["found"], {"place": ["street"]}),
        "fixed_street": (["fixed"], {"place": ["street"], "result": ["pass", "fail"]}),
        "not_counted": {"found": ""},
    },
    "punctual": {name: [name] for name in ("due", "in_time", "late", "missing", "nothing", "corrected")},
}
# A measure: its form, what is above and below the line (or added and taken off), and the places it is printed with. A
# bound has as a fifth part those who are known; a total lists measures, as a fifth part the places they are rounded to.
MEASURES: dict[str, dict[str, Any]] = {
    "procedures": {
        "received_new": ("sum", ["received_new"], [], 0),
        "online_pct": ("ratio", ["received_online"], ["received_new"], 1),
        "carried_over": ("sum", ["carried_over"], [], 0),
        "resolved_total": ("sum", ["resolved_total"], [], 0),
        "resolved_in_time": ("sum", ["in_time"], [], 0),
        "resolved_late": ("sum", ["resolved_late"], [], 0),
        "on_time_pct": ("ratio", ["in_time"], ["resolved_total"], 1),
        "pending_total": ("sum", ["pending_total"], [], 0),
        "pending_late": ("sum", ["pending_late"], [], 0),
        "pending_late_pct": ("ratio", ["pending_late"], ["pending_total"], 1),
        "returned": ("sum", ["returned"], [], 0),
        "withdrawn": ("sum", ["withdrawn"], [], 0),
        "apologies_sent": ("sum", ["apologies_sent"], [], 0),
    },
    "inspections": {
        "visits": ("sum", ["visits"], [], 0),
        "found": ("sum", ["found", "failed"], [], 0),
        "fixed_pct": ("ratio", ["fixed"], ["found"], 2),
        "left": ("difference", ["found"], ["fixed"], 0),
        "failed": ("sum", ["failed"], [], 0),
        "failed_here_pct": ("ratio", ["failed_here"], ["reports"], 1),
        "fine_score": ("score", ["fines"], ["reports"], 3),
        "per_resolved_pct": ("ratio", ["visits"], ["procedures.resolved_total"], 1),
        "load": ("sum", ["visits", "procedures.resolved_total"], [], 0),
        "street_pct": ("ratio", ["fixed_street"], ["found_street"], 1),
        "street_low": ("low", ["fixed_street"], ["procedures.resolved_total"], 1, ["found_street"]),
        "street_high": ("high", ["fixed_street"], ["procedures.resolved_total"], 1, ["found_street"]),
        "visit_score": ("score", ["visits"], ["reports"], 1),
        "both_scores": ("total", ["fine_score", "visit_score"], [], 2, 1),
    },
    "punctual": {
        "in_time_pct": ("ratio", ["in_time"], ["due"], 1),
        **{name: ("sum", [name], [], 0) for name in ("due", "late", "missing", "nothing", "corrected")},
    },
    # Points have the figure that they are given for, then where they begin, where all are given, and how many; a total
    # of points has the places they are rounded to, then how many must be possible.
    "ratings": {
        "online_points": ("points", ["procedures", "online_pct"], [0, 100, 50], 1),
        "late_points": ("points", ["procedures", "pending_late_pct"], [40, 0, 20], 1),
        "fixed_points": ("points", ["inspections", "fixed_pct"], [90, 100, 15], 1),
        "punctual_points": ("points", ["punctual", "in_time_pct"], [20, 90, 15], 1),
        "total": ("total", ["online_points", "late_points", "fixed_points", "punctual_points"], [], 1, 1, 65),
    },
}
# When a month's submission is due: on this day of the month after. Nothing is counted before that day is over.
DUE_DAY = {"procedures": 12, "inspections": 12}
TODAY = "2026-06-15"
# Ratios with a Wilson interval beside them, and what is held back where these rows are there but the figure is blank.
INTERVALS = {("inspections", "street_pct")}
HIDDEN = {("inspections", "street_pct"): "not_counted"}
# A breakdown: the column whose values split the rows, (tally, {key: column}), or (column, where this column, is this).
BREAKDOWNS: dict[str, dict[str, Any]] = {
    "procedures": {
        "field": "field_code",
        "channel": ("received_new", {"online": "received_online", "offline": "received_offline"}),
    },
    "inspections": {
        "field": "field_code",
        "place": "place",
        "time": ("visits", {"day": "by_day", "night": "by_night"}),
        "street_result": ("result", "place", "street"),
    },
    "punctual": {},
    "ratings": {},
}
# How months make a quarter or a year (rule V15): what is not named here adds up.
OVER_TIME = {
    "procedures": {"carried_over": "first", "pending_total": "last", "pending_late": "last"},
    "inspections": {"fines": "last"},
    "punctual": {},
}
FIRST_PERIOD = "2025-11"
# What a kind's long table must show for each unit and period.
TABLE = {
    "procedures": ["received_new", "online_pct", "resolved_total", "resolved_late", "on_time_pct", "pending_total",
                   "pending_late"],
    "inspections": list(MEASURES["inspections"])[:9],
    "punctual": [],
}  # fmt: skip

STATES = {
    "vi": {
        "none": "không phát sinh",
        "blank": "chưa có số liệu",
        "exceeded": "không tính được",
        "hidden": "dưới 10 phiếu",
        "partial": "không tính (thiếu số liệu)",
    },
    "en": {
        "none": "none to count",
        "blank": "no data yet",
        "exceeded": "cannot be computed",
        "hidden": "fewer than 10 answers",
        "partial": "not counted (figures are missing)",
    },
}

Row = dict[str, str]
Unknown = (KeyError, ValueError)


class Printed(HTMLParser):
    """The figures of a page: (address, value or None, text) for every element that has `data-of` or is a `<data>`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str | None, str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A figure begins."""
        given = dict(attrs)
        if tag == "data" or "data-of" in given:
            self.open.append(tag)
            self.found.append((given.get("data-of") or "", given.get("value", given.get("data-value")), ""))

    def handle_data(self, data: str) -> None:
        """The text of a figure."""
        if self.open:
            address, value, text = self.found[-1]
            self.found[-1] = (address, value, text + data)

    def handle_endtag(self, tag: str) -> None:
        """A figure ends; figures hold no elements."""
        if self.open and self.open[-1] == tag:
            self.open.pop()


class Office:
    """The rows of an office's accepted files by (kind, unit, period)."""

    def __init__(self, root: Path) -> None:
        self.rows: dict[tuple[str, str, str], list[Row]] = {}
        for path in sorted(root.glob("datasets/*/data/*/*.csv")):
            kind, _, period, _ = path.parts[-4:]
            with path.open(encoding="utf-8", newline="") as stream:
                self.rows[kind, path.stem, period] = list(csv.DictReader(stream, strict=True))
        with (root / "datasets" / "units.csv").open(encoding="utf-8", newline="") as stream:
            self.group = {row["code"]: (row["level"], row["parent"]) for row in csv.DictReader(stream)}
        self.due = {kind: due_months(day) for kind, day in DUE_DAY.items()}
        self.count_submissions(root / "datasets" / "ledger.jsonl")

    def count_submissions(self, ledger: Path) -> None:
        """How each unit's submissions came, from the ledger and the due days, as rows of the kind `punctual`."""
        days: dict[tuple[str, str, str], list[str]] = {}
        nothing: dict[tuple[str, str, str], bool] = {}
        for line in map(json.loads, ledger.read_text(encoding="utf-8").splitlines()):
            key = (line["kind"], line["unit"], line["period"])
            days.setdefault(key, []).append(line["accepted_at"][:10])
            nothing[key] = line.get("nothing", False)
        for unit in self.group:
            for period in sorted({month for months in self.due.values() for month in months}):
                row = dict.fromkeys(("due", "in_time", "late", "missing", "nothing", "corrected"), 0)
                for kind, months in self.due.items():
                    if period in months:
                        came = days.get((kind, unit, period), [])
                        row["due"] += 1
                        row["missing"] += not came
                        row["late"] += bool(came) and came[0] > due_on(period, DUE_DAY[kind])
                        row["in_time"] += bool(came) and came[0] <= due_on(period, DUE_DAY[kind])
                        row["corrected"] += len(came) > 1
                        row["nothing"] += nothing.get((kind, unit, period), False)
                self.rows["punctual", unit, period] = [{name: str(count) for name, count in row.items()}]

    def of(self, kind: str, unit: str, period: str, basis: str) -> list[Row]:
        """The rows of one unit or, for `all`, of every unit, on one basis."""
        return [
            row
            for (k, u, p), rows in self.rows.items()
            if (k, p) == (kind, period) and unit in (u, "all")
            for row in rows
            if (row.get("basis") or "month") == basis
        ]

    def tally(self, kind: str, name: str, rows: list[Row], split: tuple[str, str]) -> Fraction | None:
        """One tally over rows; None when everything that it adds up is blank."""
        breakdown, key = split
        declared = TALLIES[kind][name]
        if breakdown:
            how = BREAKDOWNS[kind][breakdown]
            if isinstance(how, str):
                rows = [row for row in rows if row[how] == key]
            elif len(how) == 3:
                rows = [row for row in rows if row[how[0]] == key and row[how[1]] == how[2]]
            else:
                declared = [how[1][key]] if how[0] == name else []
                if not declared:
                    return None
        if isinstance(declared, dict):
            count = sum(all(row[column] == value for column, value in declared.items()) for row in rows)
            return Fraction(count) if rows else None
        if isinstance(declared, tuple):
            declared, where = declared
            rows = [row for row in rows if all(row[column] in values for column, values in where.items())]
        cells = [Fraction(row[column]) for row in rows for column in declared if row.get(column)]
        return sum(cells, Fraction(0)) if cells else None

    def span(self, kind: str, unit: str, period: str) -> list[str]:
        """The months of a quarter, a year or a stretch; none when one of them is not there on the basis "month"."""
        there = {p for (k, u, p) in self.rows if k == kind and unit in (u, "all") and self.of(kind, unit, p, "month")}
        year, _, quarter = period.partition("-Q")
        if "--" in period:
            months = stretch(period)
        elif quarter:
            months = [f"{year}-{number:02d}" for number in range(3 * int(quarter) - 2, 3 * int(quarter) + 1)]
        else:
            last = max((p for p in there if p[:4] == year), default="")
            months = [f"{year}-{number:02d}" for number in range(1, 13)]
            months = [month for month in months if FIRST_PERIOD <= month <= last]
        return months if set(months) <= there else []

    def over(self, kind: str, name: str, unit: str, months: list[str]) -> Fraction | None:
        """One tally over the months of a quarter or year; None when a month that it needs is not there or blank."""
        found = [self.of(kind, unit, month, "month") for month in months]
        if not found or not all(found):
            return None
        values = [self.tally(kind, name, rows, ("", "")) for rows in found]
        how = OVER_TIME[kind].get(name, "flow")
        if how != "flow":
            return values[0 if how == "first" else -1]
        return None if None in values else sum(values, Fraction(0))  # type: ignore[arg-type]

    def figure(self, address: str) -> tuple[str, Fraction | None, Fraction | None, Fraction | None, int]:
        """(state, value, numerator, denominator, places) of an address. Raises KeyError, ValueError for no figure."""
        kind, measure, unit, period, basis, *rest = address.split("/")
        split = ("", "")
        if rest:
            (last,) = rest
            breakdown, _, key = last.partition("=")
            split = (unquote(breakdown), unquote(key))
        form, above, below, places, *more = MEASURES[kind][measure]
        if form == "total":
            return self.add_up(address, above, places, *more)
        if form == "points":
            return self.points(address, above, below, places)

        def look_up(tally: str) -> Fraction | None:
            of, _, name = tally.rpartition(".")
            of = of or kind
            if "-Q" in period or "--" in period or len(period) == 4:
                return self.over(of, name, unquote(unit), self.span(kind, unquote(unit), period))
            where = split if split[0] in BREAKDOWNS[of] else ("", "")
            return self.tally(of, name, self.of(of, unquote(unit), unquote(period), unquote(basis)), where)

        months = 0 if "-Q" in period or "--" in period or len(period) == 4 else 1

        def look_up_own(tally: str) -> Fraction | None:
            return look_up(tally) if tally else None

        top = [look_up(tally) for tally in above]
        bottom = [look_up(tally) for tally in below]
        if form == "sum":
            given = [value for value in top if value is not None]
            return ("given", sum(given), None, None, places) if given else ("blank", None, None, None, places)
        if None in top and months == 1 and unit != "all" and look_up_own(HIDDEN.get((kind, measure), "")):
            return "hidden", None, None, None, places
        if None in top or None in bottom:
            return "blank", None, None, None, places
        numerator, denominator = sum(top, Fraction(0)), sum(bottom, Fraction(0))  # type: ignore[arg-type]
        if form == "difference":
            return "given", numerator - denominator, numerator, denominator, places
        if denominator == 0:
            return "none", None, numerator, denominator, places
        if form in ("low", "high"):
            known = [look_up(tally) for tally in more[0]]
            if None in known:
                return "blank", None, None, None, places
            asked = sum(known, Fraction(0))  # type: ignore[arg-type]
            if asked > denominator:
                return "exceeded", None, None, None, places
            numerator += denominator - asked if form == "high" else 0
        value = numerator / denominator * (1 if form == "score" else 100)
        return "given", value, numerator, denominator, places

    def add_up(
        self, address: str, measures: list[str], places: int, rounding: int, needs: int = 0
    ) -> tuple[str, Fraction | None, None, None, int]:
        """A total: the given ones of other measures at the same address, each rounded first; none when those could make
        less than `needs` points."""
        kind, _, *rest = address.split("/")
        found = {measure: self.figure("/".join((kind, measure, *rest)))[1] for measure in measures}
        given = [Fraction(half_up(value, rounding)) for value in found.values() if value is not None]
        most = sum(MEASURES[kind][measure][2][2] for measure, value in found.items() if needs and value is not None)
        if given and most < needs:
            return "partial", None, None, None, places
        return ("given", sum(given, Fraction(0)), None, None, places) if given else ("blank", None, None, None, places)

    def points(
        self, address: str, of: list[str], scale: list[int], places: int
    ) -> tuple[str, Fraction | None, Fraction | None, Fraction | None, int]:
        """Points for another kind's figure of the same unit and period, in proportion between the ends of the scale;
        none while something that was due in the period has not been submitted."""
        _, _, unit, period, basis = address.split("/")
        state, value, *_ = self.figure("/".join((*of, unit, period, basis)))
        if value is None:
            return state, None, None, Fraction(scale[2]) if state == "none" else None, places
        there = self.span(of[0], unquote(unit), period)
        if {month for month in self.due.get(of[0], ()) if month[:4] == period} - set(there):
            return "partial", None, None, None, places
        low, high, weight = scale
        share = min(max((value - low) / (high - low), Fraction(0)), Fraction(1))
        return "given", weight * share, value, Fraction(weight), places


def due_on(period: str, day: int) -> str:
    """The last day on which a month's submission is in time."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}-{day:02d}"


def due_months(day: int) -> list[str]:
    """The months from the office's first one whose due day is over."""
    year, month = int(FIRST_PERIOD[:4]), int(FIRST_PERIOD[5:])
    labels = [f"{year + (month - 1 + n) // 12:04d}-{(month - 1 + n) % 12 + 1:02d}" for n in range(24)]
    return [label for label in labels if due_on(label, day) < TODAY]


def half_up(value: Fraction, places: int) -> Decimal:
    """A fraction as reports round it."""
    sign = -1 if value < 0 else 1
    scaled = abs(value) * 10**places
    return sign * Decimal(int(scaled + Fraction(1, 2))).scaleb(-places)


def written(lang: str, value: Decimal, places: int) -> str:
    """A rounded number as the page must show it."""
    text = f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def wilson(above: Fraction, below: Fraction) -> dict[str, Fraction]:
    """The ends of the Wilson interval (95 %) in per cent, with thirty digits, by the textbook's quadratic equation:
    the shares p with (x/n − p)² = z² p (1 − p) / n."""
    with localcontext() as context:
        context.prec = 30
        x, n, z = (Decimal(v.numerator) / Decimal(v.denominator) for v in (above, below, Fraction("1.959963984540054")))
        a, b, c = 1 + z * z / n, 2 * x / n + z * z / n, (x / n) ** 2
        root = (b * b - 4 * a * c).sqrt()
        low, high = (Fraction((b + sign * root) / (2 * a)) * 100 for sign in (-1, 1))
    return {"low": Fraction(0) if above == 0 else low, "high": Fraction(100) if above == below else high}


# --- units held against each other: the limits of a funnel plot, a second time

FEW_CASES, FEW_UNITS, FEW_FREEDOM, MONTHS_BACK, CHANCE = 30, 5, 30, 12, 0.05
COMPARED = {("procedures", "on_time_pct"), ("procedures", "online_pct"), ("procedures", "pending_late_pct")}


def shifted(month: str, by: int) -> str:
    """A month moved by some months."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year}-{number + 1:02d}"


def stretch(period: str) -> list[str]:
    """The months of a stretch."""
    first, last = period.split("--")
    months = [first]
    while months[-1] < last:
        months.append(shifted(months[-1], 1))
    return months


def parts_of_group(office: Office, address: str, period: str) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of every unit beside the one of an address."""
    kind, measure, unit, *_ = address.split("/")
    found = {}
    for code, group in office.group.items():
        if group == office.group[unquote(unit)]:
            _, _, above, below, _ = office.figure(f"{kind}/{measure}/{code}/{period}/month")
            if above is not None and below is not None and 0 <= above <= below:
                found[code] = (int(above), int(below))
    return found


def swings(history: dict[str, list[tuple[int, int]]]) -> tuple[float, float, int]:
    """(factor, variance between months, degrees of freedom) of the units' months against their own rates."""
    squares, freedom, weight = Fraction(0), 0, Fraction(0)
    for months in history.values():
        given = [(x, n) for x, n in months if n]
        x_all, n_all = sum(x for x, _ in given), sum(n for _, n in given)
        if len(given) > 1 and 0 < x_all < n_all:
            p = Fraction(x_all, n_all)
            squares += sum((x - n * p) ** 2 / (n * p * (1 - p)) for x, n in given)
            freedom += len(given) - 1
            weights = [n / (p * (1 - p)) for _, n in given]
            weight += sum(weights) - sum(w * w for w in weights) / sum(weights)
    if not freedom:
        return 1.0, 0.0, 0
    return max(1.0, float(squares / freedom)), max(0.0, float((squares - freedom) / weight)), freedom


def quantiles(n: int, p: Fraction, outside: float) -> tuple[int, int]:
    """The least k with more than `outside` at and below it, and the greatest with more at and above it."""
    with localcontext() as context:
        context.prec = 40
        share = Decimal(p.numerator) / Decimal(p.denominator)
        terms = [(1 - share) ** n]
        for k in range(1, n + 1):
            terms.append(terms[-1] * (n - k + 1) / k * share / (1 - share))
        ends, limit = [], Decimal(outside)
        for order in (terms, terms[::-1]):
            total, k = Decimal(0), -1
            while total <= limit:
                k += 1
                total += order[k]
            ends.append(k)
    return ends[0], n - ends[1]


def beside(office: Office, address: str) -> dict[str, Fraction]:
    """The limits and the whole that stand beside a figure; empty where it is not compared."""
    kind, measure, unit, period, basis, *split = address.split("/")
    if (kind, measure) not in COMPARED or basis != "month" or split or unit == "all":
        return {}
    cases = {code: pair for code, pair in parts_of_group(office, address, period).items() if pair[1]}
    months = stretch(period) if "--" in period else [period]
    history: dict[str, list[tuple[int, int]]] = {}
    for back in range(MONTHS_BACK):
        for code, pair in parts_of_group(office, address, shifted(months[-1], -back)).items():
            history.setdefault(code, []).append(pair)
    factor, between, freedom = swings(history)
    judged = sum(n >= FEW_CASES for _, n in cases.values())
    if unquote(unit) not in cases or judged < FEW_UNITS or freedom < FEW_FREEDOM:
        return {}
    p = Fraction(sum(x for x, _ in cases.values()), sum(n for _, n in cases.values()))
    outside = (1 - (1 - CHANCE) ** (1 / judged)) / 2
    z, n = NormalDist().inv_cdf(1 - outside), cases[unquote(unit)][1]
    wider = max(factor, 1 + between * n / (len(months) * float(p * (1 - p))))
    by = 1.0
    if wider > 1:
        v = max(freedom, 3)
        t = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        t += (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        by = wider**0.5 * t / z
    low, high = quantiles(n, p, outside)
    lower, upper = (p * n + Fraction(by) * (end - p * n) for end in (low, high))
    return {"lower": 100 * max(lower, Fraction(0)) / n, "upper": 100 * min(upper, Fraction(n)) / n, "whole": 100 * p}


def expected(office: Office, lang: str, address: str) -> tuple[Fraction | None, set[str]]:
    """The value that an element must have, and the texts that are right for it."""
    plain, _, part = address.partition("#")
    state, value, numerator, denominator, places = office.figure(plain)
    kind, measure = plain.split("/")[:2]
    form = MEASURES[kind][measure][0]
    if part in ("low", "high"):
        if (kind, measure) not in INTERVALS or numerator is None or denominator is None:
            raise ValueError(f"there is no interval: {address}")
        value = wilson(numerator, denominator)[part]
        return value, {percentage(lang, value, places)}
    if part in ("lower", "upper", "whole"):
        value = beside(office, plain)[part]
        return value, {percentage(lang, value, places)}
    if part:
        if form not in ("ratio", "low", "high"):
            raise ValueError(f"only a rate shows its parts: {address}")
        value = {"numerator": numerator, "denominator": denominator}[part]
        if value is None:
            raise ValueError(f"there is no such part: {address}")
        places = 0 if value.denominator == 1 else 2
        return value, {written(lang, half_up(value, places), places)}
    if value is None:
        return None, {STATES[lang][state]}
    if form in ("ratio", "low", "high"):
        return value, {percentage(lang, value, places)}
    return value, {written(lang, half_up(value, places), places)}


def percentage(lang: str, value: Fraction, places: int) -> str:
    """A percentage as the page must show it: 100 only for all of them, 0 only for none."""
    shown, step = half_up(value, places), Decimal(1).scaleb(-places)
    if value < 100 <= shown:
        shown = 100 - step
    if shown <= 0 < value:
        shown = step
    return written(lang, shown, places) + "%"


def compare(office: Office, site: Path) -> dict[str, object]:
    """Every figure of every page against its recount."""
    differences: list[str] = []
    seen: Counter[str] = Counter()
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        lang = "en" if name.startswith("en/") else "vi"
        page = Printed()
        page.feed(path.read_text(encoding="utf-8"))
        for address, value, text in page.found:
            seen[address] += 1
            try:
                wanted, texts = expected(office, lang, address)
            except Unknown as error:
                differences.append(f"{name}: {address!r} is no figure ({error!r})")
                continue
            # Six decimals stand in the attribute: half a millionth is as near as it can be.
            right = value is None if wanted is None else value is not None and near(value, wanted)
            if not right or text not in texts:
                differences.append(f"{name}: {address} is {value} ({text}), recounted {wanted} ({texts})")
    return {"compared": sum(seen.values()), "addresses": sorted(seen), "differences": differences}


def near(value: str, wanted: Fraction) -> bool:
    """Whether an attribute holds a number, exact to six decimals and with no needless digit."""
    if not value.replace("-", "", 1).replace(".", "", 1).isdigit():
        return False
    tidy = "." not in value or not value.endswith(("0", "."))
    return tidy and abs(Fraction(value) - wanted) <= Fraction(1, 2_000_000) + Fraction(1, 10**9)


def must_appear(office: Office) -> list[str]:
    """The address of every figure that the accepted files make, by the declared tables: nothing may be left out."""
    wanted = set()
    bases: dict[tuple[str, str, str], set[str]] = {}
    for (kind, unit, period), rows in office.rows.items():
        for row in rows:
            for who in (unit, "all"):
                bases.setdefault((kind, who, period), set()).add(row.get("basis") or "month")
    for (kind, unit, period), found in bases.items():
        for basis in found:
            wanted |= {f"{kind}/{measure}/{unit}/{period}/{basis}" for measure in TABLE[kind]}
    last: dict[tuple[str, str], str] = {}
    for kind, unit, period in bases:
        last[kind, unit] = max(period, last.get((kind, unit), ""))
    for (kind, unit), period in last.items():
        if unit == "all":
            continue
        basis = "month" if "month" in bases[kind, unit, period] else "year_to_date"
        rows = office.of(kind, unit, period, basis)
        for name, how in BREAKDOWNS[kind].items():
            if isinstance(how, str) or len(how) == 3:
                column, *where = (how,) if isinstance(how, str) else how
                keys = {row[column] for row in rows if not where or row[where[0]] == where[1]}
                wanted |= {f"{kind}/{m}/{unit}/{period}/{basis}/{name}={key}" for m in TABLE[kind] for key in keys}
            else:
                keys = {key for key, column in how[1].items() if any(row[column] for row in rows)}
                wanted |= {f"{kind}/{how[0]}/{unit}/{period}/{basis}/{name}={key}" for key in keys}
    for kind, unit in last:
        for period in {
            p for month in office.rows for p in (month[2][:4], f"{month[2][:4]}-Q{(int(month[2][5:]) + 2) // 3}")
        }:
            if office.span(kind, unit, period):
                wanted |= {f"{kind}/{measure}/{unit}/{period}/month" for measure in TABLE[kind]}
    return sorted(wanted)


def downloads(office: Office, site: Path) -> list[str]:
    """What differs between the published CSV files and the accepted rows, in the columns that they share."""
    wrong = []
    for name in {kind for kind, _, _ in office.rows} - {"punctual"}:  # of which there are no files
        for folder in sorted({period for kind, _, period in office.rows if kind == name} | {"tat-ca"}):
            rows = [
                r for (k, _, p), found in office.rows.items() if k == name and folder in (p, "tat-ca") for r in found
            ]
            published = read(site / "du-lieu" / folder / f"{name}.csv")
            names = [column for column in rows[0] if column in published[0]]
            left, right = (Counter(tuple(row[n] for n in names) for row in part) for part in (rows, published))
            if left != right or len(names) < 8:
                wrong.append(f"{folder}/{name}.csv: {left - right} is missing, {right - left} is too much")
    return wrong


def read(path: Path) -> list[Row]:
    """A published CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def published_figures(office: Office, site: Path, printed: list[str]) -> dict[str, object]:
    """Every row of the published tables of figures against its recount; and which figures of the pages (`printed`) that
    are not split have no row there though they have data."""
    wrong, there = [], set()
    for kind in {kind for kind, _, _ in office.rows} | {"ratings"}:
        for row in read(site / "du-lieu" / "chi-so" / f"{kind}.csv"):
            address = "/".join((kind, *(row[name] for name in ("measure", "unit_code", "period", "basis"))))
            there.add(address)
            if row["breakdown"]:
                address += f"/{row['breakdown']}={row['key']}"
            state, value, numerator, denominator, _ = office.figure(address)
            if MEASURES[kind][row["measure"]][0] == "total":
                denominator = None if row["denominator"] == "" else Fraction(row["denominator"])
            given = {"value": value, "numerator": numerator, "denominator": denominator}
            right = state == row["state"] and all(
                row[name] == "" if number is None else near(row[name], number) for name, number in given.items()
            )
            if not right:
                wrong.append(f"{address}: {row} is not {state, given}")
    whole = {address for address in printed if address.count("/") == 4 and "#" not in address}
    return {
        "wrong": wrong,
        "rows": len(there),
        "absent": [a for a in sorted(whole - there) if office.figure(a)[0] != "blank"],
    }


def main() -> int:
    """Print the recount of an office (first argument) and its built site (second) as JSON."""
    office, site = Office(Path(sys.argv[1])), Path(sys.argv[2])
    found = compare(office, site)
    found["downloads"] = downloads(office, site)
    found["figures"] = published_figures(office, site, found["addresses"])  # type: ignore[arg-type]
    found["missing"] = sorted(set(must_appear(office)) - set(found["addresses"]))  # type: ignore[call-overload]
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
