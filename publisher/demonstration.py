"""The demonstration's figures: two years of a fictional province, with the flaws that real offices have.

Everything comes from one seed, so the same program writes the same bytes. The figures are made like a commune's:
dossiers arrive by field and season, most are resolved in time, the rest is pending and carried over to the next month.
"""

import csv
import datetime as dt
import io
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import DAY, between
from publisher.ledger import accept

SEED = 2026
FIRST, LAST = "2024-11", "2026-10"
SEASON = (0.95, 0.6, 1.05, 1.1, 1.0, 1.05, 1.0, 1.05, 1.1, 1.05, 1.0, 1.05)
"""How busy a month is, January first; Tết empties February."""

MERGED = {"90027": "90026", "90028": "90026"}
"""Communes that merged on 2025-07-01: what they left pending is carried over by the new one."""

MONTHLY_DOSSIERS = {
    "HT": 62,
    "CT": 120,
    "DD": 34,
    "XD": 9,
    "BTXH": 16,
    "NCC": 6,
    "HKD": 11,
    "GD": 4,
    "VH": 3,
    "MT": 3,
    "YT": 4,
    "NCN": 1,
}
DEPARTMENT_FIELDS = {"SNV": ("NCC", "VH"), "STC": ("HKD",), "STP": ("HT", "NCN", "CT"), "SXD": ("XD", "MT")}
LATE_REASONS = (
    "Hồ sơ phải lấy ý kiến cơ quan khác.",
    "Phần mềm một cửa gián đoạn trong kỳ.",
    "Thiếu công chức phụ trách lĩnh vực.",
    "Phải xác minh thực địa.",
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw that was put in on purpose: what it is, where, and the code of the warning it causes (if one)."""

    name: str
    kind: str
    unit: str
    period: str
    code: str = ""


FLAWS = (
    Flaw("late", "procedures", "90012", "2026-09"),
    Flaw("late", "feedback", "90012", "2026-09"),
    Flaw("missing", "feedback", "90015", "2026-10"),
    Flaw("missing", "procedures", "90021", "2026-10"),
    Flaw("missing", "procedures", "90018", "2026-03"),
    Flaw("missing", "service_quality", "90009", "2026-02"),
    Flaw("corrected", "procedures", "90003", "2026-10"),
    Flaw("corrected", "feedback", "90007", "2026-08"),
    Flaw("carried over differs", "procedures", "90005", "2026-10", "V05"),
    Flaw("no reason", "procedures", "90010", "2026-10", "V14a"),
    Flaw("no apologies", "procedures", "90011", "2026-10", "V14b"),
    Flaw("jump", "procedures", "90014", "2026-10", "V18a"),
    Flaw("same as before", "procedures", "90016", "2026-10", "V18b"),
    Flaw("nothing to count", "feedback", "90022", "2026-10"),
    Flaw("answers above dossiers", "satisfaction", "90020", "2026-10", "S04a"),
    Flaw("few answers", "satisfaction", "90019", "2026-10"),
    Flaw("all fives", "satisfaction", "90013", "2026-10"),
)


def flaw(name: str, kind: str, unit: str, period: str) -> bool:
    """Whether this flaw was put here."""
    return any((f.name, f.kind, f.unit, f.period) == (name, kind, unit, period) for f in FLAWS)


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

    def procedures(self, unit: Unit, period: str) -> list[Row]:
        """One unit's month of dossiers, a row a field."""
        rows = []
        month = int(period[5:])
        age = (int(period[:4]) - 2024) * 12 + month
        for code, monthly in MONTHLY_DOSSIERS.items():
            if unit.level == "department" and code not in DEPARTMENT_FIELDS[unit.code]:
                continue
            mean = monthly * self.size(unit) * SEASON[month - 1]
            new = self.around(mean)
            if flaw("jump", "procedures", unit.code, period) and code == "CT":
                new = round(mean * 5.2)
            carried = self.pending.get((unit.code, code), round(monthly * self.size(unit) * 0.15))
            if period == "2025-07" and unit.code in MERGED.values():
                carried = sum(self.pending.pop((old, code), 0) for old in MERGED)
            online = min(new, round(new * min(0.93, 0.40 + 0.012 * age + self.chance.uniform(-0.06, 0.06))))
            slow = 0.22 if code in ("DD", "XD") else 0.07
            total = new + carried
            returned = self.around(total * 0.006)
            withdrawn = self.around(total * 0.004)
            pending = min(max(0, total - returned - withdrawn), self.around(total * slow))
            resolved = total - returned - withdrawn - pending
            late = min(resolved, self.around(resolved * self.care(unit) * (3 if code == "DD" else 1)))
            pending_late = min(pending, self.around(pending * self.care(unit) * (6 if code == "DD" else 2)))
            early = round((resolved - late) * self.chance.uniform(0.6, 0.8))
            row: Row = {
                "unit_code": unit.code,
                "period": period,
                "field_code": code,
                "received_total": total,
                "received_online": online,
                "received_offline": new - online,
                "carried_over": carried,
                "resolved_total": resolved,
                "resolved_early": early,
                "resolved_on_time": resolved - late - early,
                "resolved_late": late,
                "pending_total": pending,
                "pending_in_time": pending - pending_late,
                "pending_late": pending_late,
                "returned": returned,
                "withdrawn": withdrawn,
                "apologies_sent": late if late else "",
                "late_reason": self.chance.choice(LATE_REASONS) if late else "",
                "note": "",
            }
            if flaw("same as before", "procedures", unit.code, period) and code == "CT":
                row = {**self.before[unit.code, code], "period": period}
            self.before[unit.code, code] = row
            self.pending[unit.code, code] = int(row["pending_total"])
            rows.append(row)
        self.spoil(rows, unit, period)
        self.resolved[unit.code] = sum(int(row["resolved_total"]) for row in rows)
        return rows

    def spoil(self, rows: list[Row], unit: Unit, period: str) -> None:
        """Put in the flaws that need a row changed; every sum stays right."""

        def busiest() -> Row:
            return max(rows, key=lambda row: int(row["resolved_total"]))

        if flaw("carried over differs", "procedures", unit.code, period):
            row = busiest()
            for column in ("carried_over", "received_total", "pending_total", "pending_in_time"):
                row[column] = int(row[column]) + 4
        for name, column in (("no reason", "late_reason"), ("no apologies", "apologies_sent")):
            if flaw(name, "procedures", unit.code, period):
                row = busiest()
                if not row["resolved_late"]:
                    row["resolved_late"], row["resolved_on_time"] = 2, int(row["resolved_on_time"]) - 2
                    row["late_reason"], row["apologies_sent"] = LATE_REASONS[0], 2
                row[column] = ""

    def feedback(self, unit: Unit, period: str) -> list[Row]:
        """One unit's month of feedback, a row a kind of feedback."""
        rows: list[Row] = []
        quiet = flaw("nothing to count", "feedback", unit.code, period)
        for kind, monthly in (("comment", 4), ("recommendation", 3), ("procedure_report", 5), ("field_report", 14)):
            new = 0 if quiet else self.around(monthly * self.size(unit))
            key = f"{unit.code}{kind}"
            if period == "2025-07" and unit.code in MERGED.values():
                self.backlog[key] = sum(self.backlog.pop(f"{old}{kind}", 0) for old in MERGED)
            carried = self.backlog.get(key, 0)
            total = carried + new
            progress = min(total, self.around(total * 0.12)) if not quiet else total
            forwarded = min(total - progress, self.around(total * 0.08)) if not quiet else 0
            rejected = min(total - progress - forwarded, self.around(total * 0.03)) if not quiet else 0
            processed = total - progress - forwarded - rejected
            late = min(processed, self.around(processed * self.care(unit) * 2))
            overdue = min(progress, self.around(progress * self.care(unit) * 4))
            rated = round(processed * self.chance.uniform(0.3, 0.7))
            happy = round(rated * self.chance.uniform(0.75, 0.98))
            channels = self.split(new, (0.2, 0.03, 0.32, 0.22, 0.14, 0.06, 0.03))
            classes = self.split(new, (0.12, 0.08, 0.02, 0.78) if kind == "field_report" else (0.4, 0.3, 0.1, 0.2))
            self.backlog[key] = progress
            rows.append(
                {
                    "unit_code": unit.code,
                    "period": period,
                    "feedback_type": kind,
                    "carried_over": carried,
                    "received_new": new,
                    **dict(
                        zip(
                            (
                                "received_phone",
                                "received_email",
                                "received_web",
                                "received_social",
                                "received_in_person",
                                "received_letter",
                                "received_other",
                            ),
                            channels,
                            strict=True,
                        )
                    ),
                    **dict(
                        zip(("class_conduct", "class_regulation", "class_both", "class_other"), classes, strict=True)
                    ),
                    "under_authority": total - forwarded - rejected,
                    "processed_total": processed,
                    "processed_on_time": processed - late,
                    "processed_late": late,
                    "in_progress": progress,
                    "in_progress_overdue": overdue,
                    "waiting": 0,
                    "awaiting_info": 0,
                    "rejected": rejected,
                    "forwarded": forwarded,
                    "forwarded_on_time": forwarded,
                    "published_results": round(processed * 0.9),
                    "satisfied": happy,
                    "dissatisfied": rated - happy,
                    "late_reason": self.chance.choice(LATE_REASONS) if late or overdue else "",
                    "note": "",
                }
            )
        return rows

    def split(self, total: int, shares: tuple[float, ...]) -> list[int]:
        """A total cut into parts that add up to it."""
        parts_found = [0] * len(shares)
        for _ in range(total):
            parts_found[self.chance.choices(range(len(shares)), shares)[0]] += 1
        return parts_found

    def service_quality(self, unit: Unit, period: str) -> list[Row]:
        """One unit's scores of the month; most have the maximum for satisfaction, as in reality."""
        age = (int(period[:4]) - 2024) * 12 + int(period[5:])
        steady = random.Random(f"score{unit.code}").random()  # noqa: S311
        scores = {
            "transparency_score": 18.0 if steady > 0.2 else 15 + steady * 10,
            "progress_score": 20 - self.care(unit) * 60 - self.chance.random(),
            "digitisation_score": min(22, 12 + steady * 4 + age * 0.18 + self.chance.random()),
            "online_service_score": min(12, 5 + steady * 2 + age * 0.12 + self.chance.random()),
            "online_payment_score": min(10, 4.5 + steady * 2 + age * 0.1 + self.chance.random()),
            "satisfaction_score": 18.0 if steady > 0.1 else 17 + self.chance.random(),
        }
        cents = {name: round(value * 100) for name, value in scores.items()}
        written = {name: f"{value / 100:g}" for name, value in cents.items()}
        end = self.office.period(self.office.kinds["service_quality"], period).end
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

    def satisfaction(self, unit: Unit, period: str) -> list[Row]:
        """One unit's month of answers, after its dossiers of that month: few in the mountains, 100 % here and there."""
        chance = random.Random(f"survey{SEED}{unit.code}{period}")  # noqa: S311
        served = self.resolved[unit.code]
        slips = round(served * chance.uniform(0.14, 0.3))
        opened = round(served * chance.uniform(0.03, 0.09))
        if flaw("few answers", "satisfaction", unit.code, period):
            slips, opened = chance.randint(5, 9), chance.randint(11, 16)
        if flaw("answers above dossiers", "satisfaction", unit.code, period):
            opened = served + 37
        happy = 1.0 if any(f.name == "all fives" and f.unit == unit.code for f in FLAWS) else 0.0
        rows = self.answers(unit, period, "procedures", "counter", "verified", slips, happy, chance)
        rows += self.answers(unit, period, "procedures", "counter", "open", opened, happy, chance)
        if unit.code in PAPER:
            rows += self.answers(unit, period, "procedures", "counter", "paper", chance.randint(8, 30), 0.0, chance)
        if unit.code in RECEPTION:
            rows += self.answers(unit, period, "reception", "reception", "open", chance.randint(6, 24), 0.0, chance)
        return rows

    def answers(
        self,
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
        least = self.office.settings.thresholds.small_group
        swarm = flaw("answers above dossiers", "satisfaction", unit.code, period) and channel == "open"
        marked = round(count * 0.72) if swarm else chance.choice((0, 0, 2, 10)) if count > 2 * least else 0
        care = self.care(unit) * 3
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
        for name, vi, en in survey_questions(self.office.kinds["satisfaction"].folder / "surveys" / f"{form}.csv"):
            blank = 0 if name == "overall" else self.around_with(chance, count * 0.04)
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

    def around_with(self, chance: random.Random, mean: float) -> int:
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


def as_csv(rows: list[Row]) -> bytes:
    """Rows as a CSV file with the columns' names as header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """One file that comes in: when, for which kind and period, why (a correction), its rows."""

    at: dt.datetime
    kind: str
    period: str
    reason: str
    content: bytes


def deliveries(office: Office) -> list[Delivery]:
    """Every file of the two years in the order in which it came: one a kind and month, late ones, corrections."""
    maker = Maker(office)
    makers: dict[str, Callable[[Unit, str], list[Row]]] = {
        "procedures": maker.procedures,
        "feedback": maker.feedback,
        "service_quality": maker.service_quality,
        "satisfaction": maker.satisfaction,
    }
    found: list[Delivery] = []
    for period in between(FIRST, LAST):
        for name, make in makers.items():
            kind = office.kinds[name]
            end = office.period(kind, period).end
            due = office.due_on(kind, period) or end + DAY
            noon = dt.datetime.combine(max(end + DAY, due - DAY), dt.time(9, 30), ZONE)
            in_time: list[Row] = []
            for unit in office.expected_units(kind, period):
                rows = make(unit, period)
                if flaw("missing", name, unit.code, period):
                    continue
                if flaw("late", name, unit.code, period):
                    found.append(Delivery(noon + 9 * DAY, name, period, "", as_csv(rows)))
                elif flaw("corrected", name, unit.code, period):
                    first, wrong = correction(kind, rows)
                    found.append(Delivery(noon, name, period, "", as_csv(wrong)))
                    found.append(Delivery(noon + 6 * DAY, name, period, first, as_csv(rows)))
                else:
                    in_time += rows
            found.append(Delivery(noon, name, period, "", as_csv(in_time)))
    return sorted(found)


def correction(kind: Kind, rows: list[Row]) -> tuple[str, list[Row]]:
    """The reason of a correction, and the rows as they were submitted before it (every sum right, one figure wrong)."""
    wrong = [dict(row) for row in rows]
    busiest = max(wrong, key=lambda row: int(row["received_total" if kind.name == "procedures" else "received_new"]))
    if kind.name == "procedures":
        busiest["resolved_early"] = int(busiest["resolved_early"]) - 3
        busiest["resolved_late"] = int(busiest["resolved_late"]) + 3
        busiest["late_reason"], busiest["apologies_sent"] = LATE_REASONS[1], busiest["resolved_late"]
        return "Ba hồ sơ chứng thực bị ghi nhầm là quá hạn do đồng hồ máy chủ chạy sai.", wrong
    busiest["satisfied"] = int(busiest["satisfied"]) - 1
    return "Bổ sung một đánh giá hài lòng gửi qua điện thoại.", wrong


def make_demonstration(office: Office, progress: Callable[[int, int], None] = lambda _done, _of: None) -> int:
    """Write the demonstration's data anew, through the one door that every submission takes; gives the number of files.

    What the ledger, data/ and revisions/ held is removed first. `progress` is told how many files of how many are done.
    """
    office.ledger.unlink(missing_ok=True)
    for kind in office.kinds.values():
        for name in ("data", "revisions"):
            shutil.rmtree(office.datasets / kind.name / name, ignore_errors=True)
    files = deliveries(office)
    for number, file in enumerate(files, start=1):
        name = f"{file.kind}-{file.period}.csv"
        accept(office, office.kinds[file.kind], file.content, name=name, reason=file.reason, now=file.at)
        progress(number, len(files))
    return len(files)
