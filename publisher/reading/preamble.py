"""What stands above a table instead of in it: "Đơn vị báo cáo: UBND phường Lam Giang", "Kỳ báo cáo: Tháng 10/2026",
"(Từ ngày 15/9/2026 đến ngày 14/10/2026)".

It fills the unit and the period of a table that has no column for them. What is read there is told with its cell;
what contradicts the caller, or cannot be read one way only, is an error.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import label
from publisher.errors import Severity
from publisher.grids.marks import bare
from publisher.reading.heads import Row
from publisher.reading.labels import folded, labels
from publisher.reading.values import QUARTER, quarter_label

MONTH = re.compile(
    r"(?<![\d/-])(?:(0?[1-9]|1[0-2])\s*/\s*(20[0-9]{2})|(20[0-9]{2})-(0[1-9]|1[0-2])|"
    r"(0?[1-9]|1[0-2])\s+n[aă]m\s+(20[0-9]{2}))(?![\d/-])",
    re.IGNORECASE,
)
TITLE_MONTH = re.compile(r"(?<!\w)th[aá]ng\s+(0?[1-9]|1[0-2])\s*(?:/|-|n[aă]m)\s*(20[0-9]{2})", re.IGNORECASE)
BEFORE_NO_MONTH = re.compile(r"(?:ng[aà]y\s+\S+|qu[yý])\s*$", re.IGNORECASE)
"""What makes of the next number a day or a quarter."""
DAY = (
    r"(?:ng[aà]y\s+)?(?:([0-9]{1,2})\s*(?:/|-|\s+th[aá]ng\s+)\s*([0-9]{1,2})\s*(?:/|-|\s+n[aă]m\s+)\s*(20[0-9]{2})"
    r"|(20[0-9]{2})-([0-9]{2})-([0-9]{2}))"
)
SPAN = re.compile(rf"t[uừ]\s+{DAY}\s+đ[eế]n\s+(?:h[eế]t\s+)?{DAY}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that stands above the table: its text, and its row and column counted from 1."""

    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Told:
    """A Problem to be made: code, severity, the sentence's variant, where, and what fills it."""

    code: str
    severity: Severity
    said: Said
    values: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""


@dataclass
class Preamble:
    """What was read: values of columns, and what is to be told; `failed` are the columns whose value something
    that is told keeps from being known."""

    values: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def fail(self, column: str, code: str, said: Said, variant: str, **values: Any) -> None:
        """What keeps a column's value from being known."""
        self.failed.add(column)
        self.told.append(Told(code, "error", said, values, variant))

    def find(self, column: str, code: str, said: Said, value: str, **values: Any) -> None:
        """A column's value, with the note that tells of it."""
        self.values[column] = value
        self.told.append(Told(code, "note", said, {"result": value, **values}))


def read_above(
    rows: Sequence[Row], kind: Kind, office: Office, given: Mapping[str, str], own: Collection[str]
) -> Preamble:
    """What the rows above a table say. `given` are the values that the caller gives, `own` the columns that the table
    gives itself: for those nothing is taken from above."""
    found = Preamble()
    cells = [Said(bare(cell), row, place) for row, line in enumerate(rows, 1) for place, cell in enumerate(line, 1)]
    cells = [said for said in cells if said.text.strip()]
    if "unit_code" not in own:
        read_unit(found, cells, office, given)
    if "period" not in own:
        read_period(found, cells, kind, office, given)
    return found


def after_label(cells: Sequence[Said], name: str) -> Iterator[Said]:
    """What stands after a label: in its cell behind a colon, on the same line, or in the next cell of its row."""
    wanted = labels().above[name]
    for number, said in enumerate(cells):
        for line in said.text.splitlines():
            key, colon, value = line.partition(":")
            if folded(key) not in wanted:
                continue
            if value.strip():
                yield Said(value.strip(), said.row, said.column)
            elif number + 1 < len(cells) and cells[number + 1].row == said.row and (colon or value == ""):
                yield cells[number + 1]


def read_unit(found: Preamble, cells: Sequence[Said], office: Office, given: Mapping[str, str]) -> None:
    """The unit by its code or by its name."""
    for said in (*after_label(cells, "unit_code"), *after_label(cells, "unit_name")):
        code = office.units.code(said.text)
        codes = (code,) if code else named(said.text, office)
        asked = found.values.get("unit_code") or given.get("unit_code")
        if len(codes) != 1:
            if not asked:
                variant = "above-names" if codes else "above-name"
                found.fail("unit_code", "V16", said, variant, codes=", ".join(sorted(codes)))
                return
        elif asked and codes[0] != asked:
            found.fail("unit_code", "unit-differs", said, "", expected=asked)
            return
        elif not asked:
            entry = office.units.get(codes[0])
            found.find("unit_code", "unit-above", said, codes[0], name=entry.name.vi if entry else "")


def named(text: str, office: Office) -> tuple[str, ...]:
    """The codes of the units that a text names, with "UBND" before the name or the province behind it."""
    for candidate in (text, re.split(r",|\s[-–]\s|\(", text)[0]):
        key = folded(candidate)
        for beginning in ("", *labels().unit_beginnings):
            if key.startswith(beginning):
                codes = office.units.named(key.removeprefix(beginning))
                if codes:
                    return codes
    return ()


def read_period(found: Preamble, cells: Sequence[Said], kind: Kind, office: Office, given: Mapping[str, str]) -> None:
    """The period's label and its days."""
    labelled = list(after_label(cells, "period"))
    months = [(month, said) for said in labelled if (month := period_of(kind, MONTH, said.text))]
    spans = [(span, said) for said in cells if (span := span_of(said.text))]
    if not months:
        months = [(month, said) for said in cells if (month := period_of(kind, TITLE_MONTH, said.text))]
    different = {month for month, _ in months}
    asked = given.get("period", "")
    if asked:
        for month, said in months:
            if month != asked:
                found.fail("period", "period-differs", said, "above", expected=asked)
                return
    elif len(different) > 1:
        other = next(said for month, said in months if month != months[0][0])
        found.fail("period", "period-unclear", other, "above-two", other=months[0][0])
        return
    elif months:
        found.find("period", "period-above", months[0][1], months[0][0])
    elif labelled and not spans:
        found.fail("period", "period-unclear", labelled[0], "above")
        return
    for (start, end), said in spans[:1]:
        read_days(found, start, end, said, kind, office, asked or found.values.get("period", ""))


def read_days(
    found: Preamble, start: dt.date, end: dt.date, said: Said, kind: Kind, office: Office, period: str
) -> None:
    """The days of the period: they stand as they are; without a label they must be those of one period."""
    month = label(end.year, end.month)
    known = office.period(kind, month)
    exact = (known.start, known.end) == (start, end)
    if period and exact and month != period:
        found.fail("period", "period-differs", said, "above", expected=period)
        return
    if not period and not exact:
        found.fail("period", "period-unclear", said, "above-days")
        return
    if not period:
        found.find("period", "period-above", said, month)
    found.values |= {"period_from": start.isoformat(), "period_to": end.isoformat()}


def period_of(kind: Kind, pattern: re.Pattern[str], text: str) -> str:
    """The period that a text names: of a quarterly kind a quarter goes before a month; empty when none."""
    quarter = QUARTER.search(text) if kind.months == 3 else None
    return quarter_label(quarter) if quarter else month_of(pattern, text)


def month_of(pattern: re.Pattern[str], text: str) -> str:
    """The month that a text names; empty when none, or when it is the month of a day or a
    quarter."""
    for one in pattern.finditer(text):
        numbers = [part for part in one.groups() if part]
        if not BEFORE_NO_MONTH.search(text[: one.start()]):
            year, month = sorted(numbers, key=len, reverse=True)
            return label(int(year), int(month))
    return ""


def span_of(text: str) -> tuple[dt.date, dt.date] | None:
    """The two days that a text names."""
    one = SPAN.search(text)
    if not one:
        return None
    groups = one.groups()
    try:
        first, last = (day_of(groups[at : at + 6]) for at in (0, 6))
    except ValueError:
        return None
    return (first, last) if first <= last else None


def day_of(groups: Sequence[str | None]) -> dt.date:
    """A day from (day, month, year, or year, month, day). Raises ValueError."""
    numbers = [int(part) for part in groups if part]
    return dt.date(*numbers) if groups[3] else dt.date(numbers[2], numbers[1], numbers[0])
