"""The tests of rules.yaml that one row decides, compiled once to plain functions.

A row is anything that gives typed values by column: int, Decimal, str, or None where the cell is blank or could
not be read. The places that each test fills in its sentence stand in PLACES.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from operator import itemgetter
from typing import Any

from publisher.catalogue.measures import one_of
from publisher.catalogue.periods import DAY, WorkingDays
from publisher.catalogue.rules import Rule, rule_columns
from publisher.catalogue.text import Text
from publisher.checking.findings import Finding, date, decimals, sentence

Row = Mapping[str, Any]
Test = Callable[[Row], Finding | None]
Number = int | Decimal

ALWAYS = frozenset({"row", "column", "cell", "value", "file"})
PLACES = {
    "sum": ALWAYS | {"expected", "parts", "difference"},
    "at_most": ALWAYS | {"expected", "parts"},
    "needs": ALWAYS,
    "percent": ALWAYS | {"expected"},
    "shares": ALWAYS | {"parts"},
    "pattern": ALWAYS,
    "few": ALWAYS | {"parts"},
    "mean": ALWAYS | {"expected"},
    "empty": ALWAYS,
    "dates": ALWAYS | {"expected"},
    "days": ALWAYS | {"expected"},
    "weekday": ALWAYS | {"expected"},
    "carries": ALWAYS | {"expected", "parts", "previous", "period"},
    "adds_up": ALWAYS | {"expected", "period"},
    "jump": ALWAYS | {"expected", "period"},
    "repeats": ALWAYS | {"previous", "period"},
    "keeps": ALWAYS | {"expected", "previous", "period"},
    "stays": ALWAYS | {"parts", "previous", "period"},
    "once": ALWAYS | {"expected", "period"},
    "listed": ALWAYS | {"period"},
    "adds_to": ALWAYS | {"expected", "parts", "period"},
    "has_parent": ALWAYS | {"period"},
    "apart": ALWAYS | {"expected", "period"},
    "of_row": ALWAYS | {"expected", "parts", "period"},
    "beside": ALWAYS | {"expected", "parts", "period"},
}
"""The places that a rule's sentence may use, by its test."""


def compile_rule(rule: Rule, calendar: WorkingDays | None = None) -> Test:
    """The function that tests one row by a rule: a Finding, or None when the rule holds or cannot be decided.

    `calendar` says on which days the office works; without one only public holidays and weekends are free.
    """
    if rule.days:
        test = compile_days(rule, rule.days, calendar or WorkingDays())
    else:
        test = COMPILERS[rule.test](rule, rule.tests[rule.test])
    if not rule.where:
        return test
    where = [(name, one_of(value)) for name, value in rule.where.items()]
    return lambda row: test(row) if all(("" if row[n] is None else row[n]) in values for n, values in where) else None


def names(value: str | Sequence[str]) -> tuple[str, ...]:
    """A column or a list of columns as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def first_given(row: Row, columns: tuple[str, ...]) -> str:
    """The first of some columns that is filled, else the last: a day put off goes before the first one."""
    return next((name for name in columns if row[name] is not None), columns[-1])


def getter(columns: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    """A function that takes the values of columns out of a row, always as a tuple."""
    if len(columns) > 1:
        return itemgetter(*columns)
    if not columns:
        return lambda _row: ()
    (column,) = columns
    return lambda row: (row[column],)


def finding(rule: Rule, column: str, **values: Any) -> Finding:
    """A rule's finding at a column; a row whose cells were refused keeps it silent."""
    return Finding(rule.code, rule.severity, rule.message, column, tuple(rule_columns(rule)), values)


def compile_sum(rule: Rule, test: Mapping[str, Any]) -> Test:
    """Σ left = Σ right, or = Σ right + Σ optional that are given."""
    left, right = names(test["left"]), names(test["right"])
    optional = names(test.get("optional", ()))
    take_left, take_right = getter(left), getter(right)
    times = tuple(test.get("times", {}).get(name, 1) for name in right) if "times" in test else ()
    take_optional = getter(optional)
    within = Decimal(str(test.get("within", 0)))

    def check(row: Row) -> Finding | None:
        parts = take_right(row)
        whole = take_left(row)
        if times and None not in parts:
            parts = tuple(part * factor for part, factor in zip(parts, times, strict=True))
        try:
            value, expected = sum(whole), sum(parts)
        except TypeError:  # a blank: that a figure is missing is said by its own constraint
            return None
        if value == expected or abs(value - expected) <= within:
            return None
        if optional:
            given = [v for v in take_optional(row) if v is not None]
            if given and abs(value - expected - sum(given)) <= within:
                return None
        return finding(rule, left[0], value=value, expected=expected, parts=parts, difference=abs(value - expected))

    return check


def compile_at_most(rule: Rule, test: Mapping[str, Any]) -> Test:
    """Σ part ≤ Σ whole; a blank part counts as nothing, since the others alone may not exceed the whole either."""
    part = names(test["part"])
    take_part, take_whole = getter(part), getter(names(test["whole"]))

    def check(row: Row) -> Finding | None:
        whole = take_whole(row)
        given = tuple(v for v in take_part(row) if v is not None)
        if not given or None in whole:
            return None
        value, limit = sum(given), sum(whole)
        if value <= limit:
            return None
        where = next(name for name in part if row[name] is not None)
        return finding(rule, where, value=value, expected=limit, parts=given)

    return check


def compile_needs(rule: Rule, test: Mapping[str, Any]) -> Test:
    """The column must be filled when the sum of `when` is above 0 (or at least `at_least`), or always without it. A
    file without the column is shown the figure that asks for it."""
    column, when = test["column"], names(test.get("when", ()))
    take, at_least = getter(when), test.get("at_least", 0)

    def check(row: Row) -> Finding | None:
        if row[column] is not None:
            return None
        value = sum(v for v in take(row) if v is not None) if when else 0
        if when and (value < at_least if at_least else value <= 0):
            return None
        reason = next((name for name in (*when, *rule.where) if row[name]), column)
        columns = tuple(rule_columns(rule))
        values = {"value": value} if when else {}
        return Finding(rule.code, rule.severity, rule.message, column, columns, values, instead=reason)

    return check


def compile_empty(rule: Rule, test: Mapping[str, Any]) -> Test:
    """The columns are blank."""
    columns = names(test["columns"])

    def check(row: Row) -> Finding | None:
        given = next((name for name in columns if row[name] is not None), None)
        return finding(rule, given) if given else None

    return check


def compile_dates(rule: Rule, test: Mapping[str, Any]) -> Test:
    """One day (or time of day) is not after another, or strictly before it; silent where either is blank."""
    first, then, strict = names(test["first"]), names(test["then"]), bool(test.get("strict"))

    def check(row: Row) -> Finding | None:
        start, end = first_given(row, first), first_given(row, then)
        one, other = row[start], row[end]
        if one is None or other is None or one < other or (one == other and not strict):
            return None
        return finding(rule, start, value=shown(one), expected=shown(other))

    return check


def shown(moment: dt.date | str) -> Text | str:
    """A day as each language writes it; a time of day as it stands."""
    return moment if isinstance(moment, str) else date(moment)


def compile_days(rule: Rule, test: Mapping[str, Any], calendar: WorkingDays) -> Test:
    """So many days lie from one day to another: as a column states, at least a number with both ends counted, or at
    most a number after the first one; with `working` only days on which the office works are counted."""
    begin, finish = names(test["from"]), names(test["to"])
    stated, at_least, at_most = test.get("stated"), test.get("at_least"), test.get("at_most")
    count = calendar.count if test.get("working") else lambda one, other: (other - one).days

    def check(row: Row) -> Finding | None:
        end = first_given(row, finish)
        one, other = row[first_given(row, begin)], row[end]
        if one is None or other is None or (stated and row[stated] is None):
            return None
        days = count(one, other) + (1 if at_least is not None else 0)
        if stated and days != row[stated]:
            return finding(rule, stated, value=row[stated], expected=days)
        if (at_least is not None and days < at_least) or (at_most is not None and days > at_most):
            return finding(rule, end, value=date(other), expected=days)
        return None

    return check


def compile_weekday(rule: Rule, test: Mapping[str, Any]) -> Test:
    """The day in a column is that day of the week; silent where it is blank."""
    column, wanted = test["column"], int(test["is"])

    def check(row: Row) -> Finding | None:
        day = row[column]
        if day is None or day.isoweekday() == wanted:
            return None
        return finding(rule, column, value=date(day), expected=date(day - (day.isoweekday() - wanted) % 7 * DAY))

    return check


def compile_percent(rule: Rule, test: Mapping[str, Any]) -> Test:
    """A stated percentage equals the recomputed one, within the tolerance or half a unit of its last printed digit.

    With a denominator of 0 there is no percentage: a stated one above 0 is rule V12.
    """
    stated_column = test["stated"]
    take_numerator = getter(names(test["numerator"]))
    take_denominator = getter(names(test["denominator"]))
    within = Decimal(str(test.get("within", 0)))
    nothing = sentence("V12")
    columns = tuple(rule_columns(rule))

    def check(row: Row) -> Finding | None:
        stated = row[stated_column]
        if stated is None:
            return None
        above, below = take_numerator(row), take_denominator(row)
        if None in above or None in below:
            return None
        numerator, denominator = sum(above), sum(below)
        if denominator == 0:
            if stated == 0:
                return None
            return Finding("V12", "error", nothing, stated_column, columns, {"value": stated})
        exact = Decimal(numerator) * 100 / denominator
        last_digit = Decimal(1).scaleb(-decimals(stated)) / 2
        if abs(Decimal(stated) - exact) <= max(within, last_digit):
            return None
        return finding(rule, stated_column, value=stated, expected=round(exact, 2))

    return check


def compile_shares(rule: Rule, test: Mapping[str, Any]) -> Test:
    """The stated shares make 100, within the tolerance."""
    columns = names(test["columns"])
    take = getter(columns)
    within = Decimal(str(test.get("within", 0)))

    def check(row: Row) -> Finding | None:
        shares = take(row)
        if None in shares or abs(sum(shares) - 100) <= within:
            return None
        return finding(rule, columns[0], value=shares[0], parts=shares)

    return check


def compile_pattern(rule: Rule, test: Mapping[str, Any]) -> Test:
    """A text that is given has the form of the expression, from its first to its last character."""
    column, regex = test["column"], re.compile(test["regex"])

    def check(row: Row) -> Finding | None:
        text = row[column]
        if text is None or regex.fullmatch(str(text)):
            return None
        return finding(rule, column)

    return check


def compile_few(rule: Rule, test: Mapping[str, Any]) -> Test:
    """Σ columns − Σ minus is 0 or at least `below`; silent where one of them is blank."""
    columns, minus = names(test["columns"]), names(test.get("minus", ()))
    take, take_minus = getter(columns), getter(minus)
    below = test["below"]

    def check(row: Row) -> Finding | None:
        given, less = take(row), take_minus(row)
        if None in given or None in less:
            return None
        value = sum(given) - sum(less)
        if value == 0 or value >= below:
            return None
        return finding(rule, columns[0], value=value, parts=given)

    return check


def compile_mean(rule: Rule, test: Mapping[str, Any]) -> Test:
    """A stated mean equals Σ points ÷ Σ per, rounded half up as reports do; silent where there is nothing to divide."""
    stated_column = test["stated"]
    take_points, take_per = getter(names(test["points"])), getter(names(test["per"]))
    step = Decimal(1).scaleb(-int(test["decimals"]))

    def check(row: Row) -> Finding | None:
        stated, points, per = row[stated_column], take_points(row), take_per(row)
        if stated is None or None in points or None in per or sum(per) == 0:
            return None
        expected = (Decimal(sum(points)) / sum(per)).quantize(step, rounding=ROUND_HALF_UP)
        return None if stated == expected else finding(rule, stated_column, value=stated, expected=expected)

    return check


COMPILERS: dict[str, Callable[[Rule, Mapping[str, Any]], Test]] = {
    "sum": compile_sum,
    "at_most": compile_at_most,
    "needs": compile_needs,
    "percent": compile_percent,
    "shares": compile_shares,
    "pattern": compile_pattern,
    "few": compile_few,
    "mean": compile_mean,
    "empty": compile_empty,
    "dates": compile_dates,
    "weekday": compile_weekday,
}
