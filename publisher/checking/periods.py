"""The rules that need more than one submission: month after month of one unit, and a unit beside its parts.

Only rows of one series are compared: same unit, same grain, same basis. What cannot be decided because a month, a
row or a figure is missing stays silent; that a month is missing is said elsewhere.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from statistics import median
from typing import Any, Protocol

from publisher.catalogue import Kind
from publisher.catalogue.measures import one_of
from publisher.catalogue.periods import DAY, between, shift
from publisher.catalogue.rules import Rule
from publisher.checking.findings import Finding, date, month, sentence
from publisher.checking.rules import names
from publisher.checking.submissions import MONTH, NO_KEY, YEAR_TO_DATE, Line, Number, Submission
from publisher.errors import Problem


class Near(Protocol):
    """What else was submitted, as one submission sees it. Nothing is read before it is asked for."""

    def earlier(self, label: str) -> Submission | None:
        """The unit's submission of another period."""

    def beside(self, kind: str) -> Submission | None:
        """The unit's submission of another kind for the same period."""

    def latest(self, kind: str) -> Submission | None:
        """The unit's latest submission of another kind up to this period."""

    def others(self) -> Iterable[Submission]:
        """The submissions of the other units for the same period."""


MONTHS_FOR_MEDIAN = 3
"""So many of the months before must be there before a jump is judged."""


def check_across(here: Submission, near: Near) -> list[Problem]:
    """What a submission says that does not fit the unit's earlier ones (V05, V06, V15, V18 …), its own other rows, what
    the unit submitted of another kind (S04), or other units' submissions."""
    problems = [*gaps(here, near)]
    for rule in here.kind.rules:
        if not rule.within_row:
            for line, found in TESTS[rule.test](rule, rule.tests[rule.test], here, near):
                if not rule.where or meant(rule, here, line):
                    problems.append(here.problem(line, found))
    return problems


def before(here: Submission, near: Near, count: int = 1) -> Submission | None:
    """The unit's submission of the period so many before: a quarter before for a quarterly kind."""
    return near.earlier(shift(here.period, -count * here.kind.months))


def meant(rule: Rule, here: Submission, line: Line) -> bool:
    """Whether a rule's `where` holds for a row."""
    columns = list(here.kind.columns)
    return all(line.cells[columns.index(name)] in one_of(value) for name, value in rule.where.items())


def finding(rule: Rule, column: str, here: Submission, **values: Any) -> Finding:
    """A rule's finding at a column, with the submission's period among its values."""
    return Finding(rule.code, rule.severity, rule.message, column, (column,), {**values, "period": month(here.period)})


def gaps(here: Submission, near: Near) -> Iterator[Problem]:
    """V06: a period starts on the day after the end of the period before. Only neighbouring labels are compared: a
    missing month in between is no gap of the dates."""
    last = before(here, near)
    if last is None or not last.monthly() or not here.monthly():
        return
    line = here.monthly()[0]
    start, end = day(here.kind, line, "period_from"), day(here.kind, last.monthly()[-1], "period_to")
    if start is None or end is None or start == end + DAY:
        return
    values = {
        "start": date(start),
        "end": date(end),
        "expected": date(end + DAY),
        "previous": month(last.period),
    }
    message = sentence("V06.gap" if start > end else "V06.overlap")
    yield here.problem(line, Finding("V06", "warning", message, "period_from", ("period_from",), values))


def day(kind: Kind, line: Line, column: str) -> dt.date | None:
    """A row's day in a column, None when it is not a date."""
    try:
        return dt.date.fromisoformat(line.cells[list(kind.columns).index(column)])
    except ValueError:
        return None


Found = Iterator[tuple[Line, Finding]]


def carries(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """A monthly row's column = Σ from of the same row in the month before. What is blank there is a state that the unit
    does not use; all blank stays silent."""
    last = before(here, near)
    if last is None:
        return
    column, source = test["column"], names(test["from"])
    for line in here.monthly():
        previous = last.lines.get((MONTH, line.key))
        value = line.figures[column]
        if previous is None or value is None:
            continue
        parts = tuple(part for name in source if (part := previous.figures[name]) is not None)
        if parts and value != sum(parts):
            values = {"value": value, "expected": sum(parts), "parts": parts, "previous": month(last.period)}
            yield line, finding(rule, column, here, **values)


def adds_up(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """A year-to-date row agrees with its months: flows add up, stocks take the first or the last month's."""
    lines = [line for line in here.lines.values() if line.basis == YEAR_TO_DATE]
    if not lines:
        return
    labels = [label for label in between(f"{here.period[:4]}-01", here.period) if here.kind.reports(label)]
    months = [here if label == here.period else near.earlier(label) for label in labels]
    for line in lines:
        parts = [one.lines.get((MONTH, line.key)) if one else None for one in months]
        if None in parts:
            continue
        given = [part for part in parts if part]
        for mode, chosen in (("flow", given), ("first", given[:1]), ("last", given[-1:])):
            for column in names(test.get(mode, ())):
                value, terms = line.figures[column], [part.figures[column] for part in chosen]
                if value is None or None in terms:
                    continue
                expected = sum(term for term in terms if term is not None)
                if value != expected:
                    yield line, finding(rule, column, here, value=value, expected=expected)


def jump(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """A monthly figure beyond `ratio` × the median of the months before, or below its `ratio`th part.

    Silent where neither reaches `at_least`, or where fewer than three of the months are there.
    """
    ratio, at_least = test["ratio"], test.get("at_least", 0)
    months = [one for n in range(1, test["periods"] + 1) if (one := before(here, near, n))]
    if len(months) < MONTHS_FOR_MEDIAN:
        return
    for line in here.monthly():
        series = [found for one in months if (found := one.lines.get((MONTH, line.key)))]
        for column in names(test["columns"]):
            value = line.figures[column]
            known = [v for past in series if (v := past.figures[column]) is not None]
            if value is None or len(known) < MONTHS_FOR_MEDIAN:
                continue
            middle = Decimal(str(median(float(v) for v in known)))
            if max(value, middle) >= at_least and (value > ratio * middle or value * ratio < middle):
                yield line, finding(rule, column, here, value=value, expected=middle.normalize() + 0)


def repeats(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """A monthly row with the very figures of the month before, together at least `at_least`."""
    last = before(here, near)
    if last is None:
        return
    columns = names(test["columns"])
    for line in here.monthly():
        previous = last.lines.get((MONTH, line.key))
        if previous is None:
            continue
        now = [line.figures[column] for column in columns]
        same = now == [previous.figures[column] for column in columns]
        if same and sum(v for v in now if v is not None) >= test.get("at_least", 0):
            yield line, finding(rule, columns[0], here, previous=month(last.period))


def text(here: Submission, line: Line, column: str) -> str:
    """The cell of a row in a column."""
    return line.cells[list(here.kind.columns).index(column)]


def keeps(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """What a row says in a column is what its row of the period before said; silent where either is blank."""
    last, column = before(here, near), test["column"]
    if last is None:
        return
    for key, line in here.lines.items():
        old = text(last, previous, column) if (previous := last.lines.get(key)) else ""
        if old and text(here, line, column) not in ("", old):
            yield line, finding(rule, column, here, expected=old, previous=month(last.period))


def stays(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """The rows of the period before for which `while` holds are there again; told at the first row of this one."""
    last = before(here, near)
    if last is None or not here.lines:
        return
    open_then = {
        name: one_of(value if isinstance(value, str) else tuple(value)) for name, value in test["while"].items()
    }
    gone = [
        key
        for (basis, key), line in last.lines.items()
        if all(text(last, line, name) in values for name, values in open_then.items())
        and (basis, key) not in here.lines
    ]
    if gone:
        values = {"parts": ", ".join(" ".join(filter(None, key)) for key in gone), "previous": month(last.period)}
        column = next(name for name in reversed(here.kind.grain) if name not in NO_KEY)
        yield next(iter(here.lines.values())), finding(rule, column, here, **values)


def once(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """No other unit has the same text in a column in this period."""
    column, taken = test["column"], dict[str, str]()
    for other in near.others():
        taken |= {text(other, line, column): other.unit for line in other.lines.values()}
    for line in here.lines.values():
        found = text(here, line, column)
        if found and found in taken:
            yield line, finding(rule, column, here, expected=taken[found])


def listed(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """What stands in a column stands in the latest submission of another kind too; silent while there is none."""
    known = near.latest(test["kind"])
    if known is None:
        return
    there = {text(known, line, test["of"]) for line in known.lines.values()}
    for line in here.lines.values():
        if (found := text(here, line, test["column"])) and found not in there:
            yield line, finding(rule, test["column"], here)


def of_row(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:  # noqa: ARG001 as the others
    """Σ part of a row is at most Σ whole of the row that differs from it only in the columns that `row` names."""
    part, whole, columns = names(test["part"]), names(test["whole"]), list(here.kind.columns)
    keys = [name for name in here.kind.grain if name not in NO_KEY]
    for (basis, _), line in here.lines.items():
        key = tuple([test["row"].get(name, line.cells[columns.index(name)]) for name in keys])
        other = here.lines.get((basis, key))
        given = tuple(value for name in part if (value := line.figures[name]) is not None)
        limit = [other.figures[name] for name in whole] if other else [None]
        if given and None not in limit and sum(given) > sum(value for value in limit if value is not None):
            values = {"value": sum(given), "expected": added(limit), "parts": given}
            yield line, finding(rule, part[0], here, **values)


def apart(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:  # noqa: ARG001 as the others
    """Rows that say the same in some columns do not overlap in time; told at the later row, with the time of the one
    before. A row without an end is a moment, one without a beginning is left out."""
    same: dict[tuple[str, ...], list[tuple[str, str, Line]]] = {}
    for line in here.lines.values():
        begins, ends = text(here, line, test["begins"]), text(here, line, test["ends"])
        if begins and meant(rule, here, line):
            key = tuple(text(here, line, name) for name in names(test["columns"]))
            same.setdefault(key, []).append((begins, ends or begins, line))
    for rows in same.values():
        rows.sort(key=lambda row: row[:2])
        busy_from, busy_to = "", ""
        for begins, ends, line in rows:
            if begins == busy_from or begins < busy_to:
                yield line, finding(rule, test["begins"], here, expected=f"{busy_from}–{busy_to}")
            if ends >= busy_to:
                busy_from, busy_to = begins, ends


def families(test: dict[str, Any], here: Submission) -> dict[tuple[str, ...], dict[str, Line]]:
    """The rows that say the same in `by`, by their code."""
    found: dict[tuple[str, ...], dict[str, Line]] = {}
    for line in here.lines.values():
        key = tuple(text(here, line, name) for name in names(test.get("by", ())))
        found.setdefault(key, {})[text(here, line, test["code"])] = line
    return found


def adds_to(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:  # noqa: ARG001 as the others
    """Rows add up to the row that they are part of; told at that row, in each column where they do not."""
    for family in families(test, here).values():
        below: dict[str, list[Line]] = {}
        for line in family.values():
            below.setdefault(text(here, line, test["parent"]), []).append(line)
        for code, head in family.items():
            for column in names(test["columns"]):
                value, parts = head.figures[column], tuple(line.figures[column] for line in below.get(code, ()))
                given = tuple(part for part in parts if part is not None)
                if value is None or not parts or len(given) < len(parts):
                    continue
                if abs(value - sum(given)) > test.get("within", 0):
                    yield head, finding(rule, column, here, value=value, expected=sum(given), parts=given)


def has_parent(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:  # noqa: ARG001 as the others
    """What a row is part of is another row, and nothing is part of itself by any way."""
    for family in families(test, here).values():
        for code, line in family.items():
            above, seen = text(here, line, test["parent"]), {code}
            first = above
            while above in family and above not in seen:
                seen.add(above)
                above = text(here, family[above], test["parent"])
            if first and (first not in family or above in seen):
                yield line, finding(rule, test["parent"], here, value=first)


def beside(rule: Rule, test: dict[str, Any], here: Submission, near: Near) -> Found:
    """Σ part of a monthly row is at most Σ of over the monthly rows of another kind in the same period (rule S04)."""
    other = near.beside(test["kind"])
    limit = added(line.figures[name] for line in other.monthly() for name in names(test["of"])) if other else None
    if limit is None:
        return
    for line in here.monthly():
        given = tuple(value for name in names(test["part"]) if (value := line.figures[name]) is not None)
        if given and sum(given) > limit:
            values = {"value": sum(given), "expected": limit, "parts": given}
            yield line, finding(rule, names(test["part"])[0], here, **values)


TESTS: dict[str, Callable[[Rule, dict[str, Any], Submission, Near], Found]] = {
    "carries": carries,
    "adds_up": adds_up,
    "jump": jump,
    "repeats": repeats,
    "keeps": keeps,
    "stays": stays,
    "of_row": of_row,
    "beside": beside,
    "once": once,
    "listed": listed,
    "apart": apart,
    "adds_to": adds_to,
    "has_parent": has_parent,
}


def check_children(parent: Submission, children: Sequence[Submission]) -> list[Problem]:
    """V08: a row that equals the sum of the children's rows in every figure that is added up: together they would
    count twice. Needs two children with such a row and a figure that is not 0."""
    columns = sorted({column for tally in parent.kind.tallies.values() for column in tally.sum})
    problems = []
    for key, line in parent.lines.items():
        parts = [row for child in children if (row := child.lines.get(key))]
        if len(parts) < 2 or not any(line.figures[column] for column in columns):
            continue
        if all(line.figures[c] == added(part.figures[c] for part in parts) for c in columns):
            column = next(c for c in columns if line.figures[c])
            found = Finding("V08", "warning", sentence("V08"), column, (column,), {"count": str(len(parts))})
            problems.append(parent.problem(line, found))
    return problems


def added(figures: Iterable[Number | None]) -> Number | None:
    """The sum of the figures that are given; None when all are blank."""
    given = [figure for figure in figures if figure is not None]
    return sum(given) if given else None
