"""The checks of one row, as native Frictionless checks: rules, reference tables, periods, repeats, personal data.

Only this module and `tables` import Frictionless, which takes a while to load: a run that finds everything in the
cache does without.
"""

import datetime as dt
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, ClassVar

from frictionless import Check, errors
from frictionless.table.row import Row

from publisher.catalogue import Counter, Kind, Office, Unit
from publisher.catalogue.columns import CODE_RULES
from publisher.catalogue.periods import LABEL, label, parts
from publisher.checking.findings import Finding, date, month, sentence
from publisher.checking.personal_data import DOUBTFUL, suspect
from publisher.checking.rules import compile_rule
from publisher.errors import Severity

LAST_DISTRICT_DAY = dt.date(2025, 6, 30)
"""Districts were abolished on 2025-07-01 (Luật 72/2025/QH15); what they did before may still be published."""


class FoundError(errors.RowError):
    """A finding of one of our checks as Frictionless carries it."""

    type = "found"
    title = "Found"
    description = "A rule of the dataset kind does not hold."
    template = "{note}"
    finding: Finding
    value: str

    @classmethod
    def of(cls, row: Row, finding: Finding) -> "FoundError":
        """The error of a finding in a row."""
        error = cls(note=finding.code, cells=[], row_number=row.row_number)
        error.finding = finding
        error.value = row.cells[row.field_names.index(finding.column)]
        return error


class SourceRows:
    """Where the rows of one Frictionless run come from: it numbers them through, we know file and row.

    Frictionless counts the header as row 1, so that the first row of the first table is 2.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.numbers = array("L")

    def begin(self) -> None:
        """The rows that follow belong to the next table."""
        self.starts.append(len(self.numbers))

    def add(self, number: int) -> None:
        """One more row, by its number in its own file."""
        self.numbers.append(number)

    def locate(self, row_number: int) -> tuple[int, int]:
        """(which table, row number in its file) of Frictionless's row number."""
        index = row_number - 2
        return bisect_right(self.starts, index) - 1, self.numbers[index]


class RulesHold(Check):
    """The rules of rules.yaml that one row decides."""

    type = "rules-hold"
    Errors: ClassVar = [FoundError]

    def __init__(self, kind: Kind, office: Office) -> None:
        super().__init__()
        self.tests = [compile_rule(rule, office.working_days) for rule in kind.rules if rule.within_row]

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        for test in self.tests:
            found = test(row)
            if found is not None:
                yield FoundError.of(row, found)


class CodesAreListed(Check):
    """V16, V17, S05: a code stands in its reference table and is in force on the last day of the period; a counter is
    one of the row's unit."""

    type = "codes-are-listed"
    Errors: ClassVar = [FoundError]

    def __init__(self, kind: Kind, office: Office) -> None:
        super().__init__()
        self.office = office
        self.columns = [(n, c.name, c.table) for n, c in enumerate(kind.schema_columns) if c.table]
        self.known: dict[tuple[str, str, dt.date | None, str], Finding | None] = {}
        self.unit = list(kind.columns).index("unit_code")

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        cells, day = row.cells, row["period_to"]
        for number, column, table in self.columns:
            code = cells[number]
            if not code:
                continue
            key = (column, code, day, cells[self.unit] if table == "counters" else "")
            if key not in self.known:
                self.known[key] = self.judge(column, table, code, day) or self.judge_unit(column, code, key[3])
            found = self.known[key]
            if found is not None:
                yield FoundError.of(row, found)

    def judge(self, column: str, table: str, code: str, day: dt.date | None) -> Finding | None:
        """What is wrong with a code on a day, if anything."""
        rule = CODE_RULES[table]
        entry = self.office.table(table).get(code)
        if entry is None:
            return Finding(rule, "error", sentence(f"{rule}.unknown"), column, (column,))
        if day is None:
            return None
        columns = (column, "period_to")
        if isinstance(entry, Unit) and entry.level == "district" and day > LAST_DISTRICT_DAY:
            return Finding(rule, "error", sentence("V16.district"), column, columns, {"name": entry.name})
        if entry.is_valid(day):
            return None
        values = {"name": entry.name, "from": date(entry.valid_from), "to": date(entry.valid_to), "end": date(day)}
        return Finding(rule, "error", sentence(f"{rule}.expired"), column, columns, values)

    def judge_unit(self, column: str, code: str, unit: str) -> Finding | None:
        """Whether a counter is another unit's."""
        entry = self.office.counters.get(code) if unit else None
        if not isinstance(entry, Counter) or entry.unit == unit:
            return None
        values = {"name": entry.name, "unit": self.office.units.entries[entry.unit].name}
        return Finding("S05", "error", sentence("S05.unit"), column, (column, "unit_code"), values)


class PeriodsFit(Check):
    """V06 within a row: the dates are in order, over, and those which the office's period rule gives the label."""

    type = "periods-fit"
    Errors: ClassVar = [FoundError]

    def __init__(self, kind: Kind, office: Office) -> None:
        super().__init__()
        self.kind, self.office = kind, office
        self.known: dict[tuple[Any, ...], list[Finding]] = {}

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        basis = row["basis"] if self.kind.has_basis else "month"
        key = (row["period"], row["period_from"], row["period_to"], basis)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = list(self.judge(*key))
        for one in found:
            yield FoundError.of(row, one)

    def judge(self, text: str | None, start: dt.date | None, end: dt.date | None, basis: str) -> Iterator[Finding]:
        """What is wrong with a label and its two days."""
        days = ("period_from", "period_to")
        if text and LABEL.fullmatch(text) and not self.kind.reports(text):
            yield Finding("period-every", "error", sentence(f"period-every.{self.kind.every}"), "period", ("period",))
            return
        if start and end and not self.kind.ahead and self.kind.told_from(start, end) > self.office.today:
            values = {"end": date(end), "today": date(self.office.today)}
            columns: tuple[str, ...] = ("period", "period_to")
            yield Finding("period-future", "error", sentence("period-future"), "period", columns, values)
        if start and end and start > end:
            values = {"start": date(start), "end": date(end)}
            yield Finding("V06", "error", sentence("V06.order"), "period_from", days, values)
        elif start and end and text and LABEL.fullmatch(text):
            period = self.office.period(self.kind, text)
            starts = {period.start}
            if basis == "year_to_date":
                starts.add(self.office.period(self.kind, label(parts(text)[0], self.kind.months)).start)
            if start not in starts or end != period.end:
                values = {"start": date(period.start), "end": date(period.end), "period": month(text)}
                columns = ("period", *days)
                yield Finding("V06", "warning", sentence("V06.rule"), "period_from", columns, values)


class RowsAreUnique(Check):
    """V07: no two rows of one file say the same thing about the same unit, period and so on (the kind's grain)."""

    type = "rows-are-unique"
    Errors: ClassVar = [FoundError]

    def __init__(self, kind: Kind, source: SourceRows) -> None:
        super().__init__()
        places = {name: number for number, name in enumerate(kind.columns)}
        self.grain = kind.grain
        self.numbers = [places[name] for name in kind.grain]
        self.column = next((n for n in reversed(kind.grain) if kind.columns[n].required), kind.grain[-1])
        self.source = source
        self.table = -1
        self.seen: dict[str, int] = {}

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        table, number = self.source.locate(row.row_number)
        if table != self.table:
            self.table, self.seen = table, {}
        cells = row.cells
        first = self.seen.setdefault("\x1f".join([cells[n] for n in self.numbers]), number)
        if first != number:
            values = {"first": str(first)}
            found = Finding("V07", "error", sentence("V07"), self.column, self.grain, values)
            yield FoundError.of(row, found)


class NothingPersonal(Check):
    """P06: no personal data in the free text that would be published."""

    type = "nothing-personal"
    Errors: ClassVar = [FoundError]

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.columns = [
            (number, column.name, column.persons)
            for number, column in enumerate(kind.schema_columns)
            if column.type == "string" and column.public and not column.table and not column.categories
            if column.name != "period"
        ]

    def validate_row(self, row: Row) -> Iterator[errors.RowError]:
        cells = row.cells
        for number, column, persons in self.columns:
            if cells[number]:
                found = suspect(cells[number])
                if found and not (found == "person" and persons == "allow"):
                    doubtful = found in DOUBTFUL and (found != "person" or persons == "warn")
                    severity: Severity = "warning" if doubtful else "error"
                    yield FoundError.of(row, Finding("P06", severity, sentence(f"P06.{found}"), column, (column,)))


def row_checks(kind: Kind, office: Office, source: SourceRows) -> list[Check]:
    """The checks of one run; they remember what they saw, so each run has its own."""
    return [
        RulesHold(kind, office),
        CodesAreListed(kind, office),
        PeriodsFit(kind, office),
        RowsAreUnique(kind, source),
        NothingPersonal(kind),
    ]
