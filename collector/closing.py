"""The month close: the answers of a period that is over become one submission per unit, once, and the keys that could
tell one answer from another are destroyed.

It goes in five steps (STEPS), each of which may be repeated. A close that was cut off anywhere goes on when the command
is given again, and ends with the same files, the same ledger and the same database as one that was not.

1. `begin`: no answer goes into the period any more.
2. `mark`: answers that are suspiciously alike get the mark `same`.
3. `count`: answers are counted by level, and what is below `thresholds.small_group` is left blank or out.
4. `accept`: one file with every unit's rows goes through the ledger's one door: all units, or none.
5. `finish`: receipts, expired answers and keys are deleted, the tables rewritten, the period called closed.

Comments are left where they are: they wait for a person.
"""

import csv
import datetime as dt
import fcntl
import io
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from collector.calendar import is_over, period_of, survey_kind
from collector.codes import Keys
from collector.database import Sqlite
from collector.scales import SCALES
from collector.store import Ballot, SlipCount, Store
from collector.survey.forms import Form, Question, read_forms
from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import between, shift
from publisher.catalogue.tables import Counter as Desk
from publisher.catalogue.tables import Unit
from publisher.checking import check_file
from publisher.errors import Mistake
from publisher.ledger import Accepted, accept, read_ledger
from publisher.ledger.accepting import judged
from publisher.words.format import date

STEPS = ("begin", "mark", "count", "accept", "finish")
"""What a close does, in this order."""

ROLE = "survey"
"""Who accepts, as the ledger names it."""

GROUPS: Mapping[str, str] = {
    "open": "open",
    "old": "open",
    "typed": "open",
    "kiosk": "open",
    "verified": "verified",
    "paper": "paper",
}
"""A stored channel → the group in which it is published. Groups are never added together."""

WHOLE = "form"
"""The row of a whole form, in the place of a question's name."""

TITLE_LIMIT = 200
"""Longer words of a question are cut in the submission (schema.yaml)."""

ALIKE_QUESTIONS = 3
"""Answers to fewer questions on a scale are alike by nature."""
ALIKE_ANSWERS = 5
"""Up to so many identical answers at one counter are no wonder."""
ALIKE_SHARE = 0.1
"""Below three times this share of a counter's answers they are none either."""
ALIKE_TIMES = 3
"""How many times its usual share a set of answers must reach."""
ALIKE_OTHERS = 3
"""So many other counters with the same form must be there to say what is usual."""

Progress = Callable[[str, int, int], None]
"""Told (step, done, total)."""

Row = dict[str, str | int]
"""A row of the submission: column → value; a column that is not there is blank."""


@dataclass(frozen=True, order=True)
class Cell:
    """What is counted together: one unit, contact point, form and group of channels."""

    unit: str
    contact_point: str
    form: str
    channel: str


@dataclass(frozen=True)
class Shown:
    """What a submission says of one unit and channel, as the command prints it: answers and answers to the overall
    question that are satisfied (with how many there were) of the parts that have numbers, how many parts have none,
    and how many numbers were held back because they stand for fewer than `thresholds.small_group` answers."""

    unit: str
    channel: str
    answers: int
    overall: int
    satisfied: int
    parts_hidden: int
    hidden: int


@dataclass(frozen=True)
class Closed:
    """What a close did, or would do.

    `already`: the period was closed before, and nothing was done; the rest is empty then. `shown` is in the order of
    units.csv. `left_out` are units with answers that are not in force on the period's last day: the publisher takes no
    submission of theirs. `unread` are (form, question) whose answers do not fit the form as it stands now.
    """

    period: str
    already: bool = False
    shown: tuple[Shown, ...] = ()
    comments: int = 0
    left_out: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    accepted: Accepted | None = None


@dataclass
class Count:
    """The answers of one cell as they are counted: forms, those without a mark, those through older posters, and for
    each question how often each value was chosen, in all and without a mark."""

    forms: int = 0
    unmarked: int = 0
    old: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unmarked_values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def close(
    office: Office,
    store: Store,
    period: str,
    *,
    reason: str = "",
    now: dt.datetime | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _step, _done, _total: None,
) -> Closed:
    """Close a period: count its answers, hand them to the ledger, delete what is not needed any more.

    With `dry_run` nothing is written anywhere, and the file is only checked. `reason` is public text, needed only where
    figures of the same unit and period were accepted before in another way. `now` is the time for the ledger, as in
    `accept`. A closed period is left as it is.

    Raises Mistake `closing-not-over`, `closing-order` when an earlier period is open, `closing-empty` when nothing
    says that anybody was asked in this period, `closing-unknown` when units.csv, counters.csv or the forms lack what
    answers were given to, `closing-lost` when the period is closed but the ledger knows nothing of it, those of
    `survey_kind`, `read_forms`, `accept` and `Store.finish_close`; and Unavailable; ValueError for no period.
    """
    kind = survey_kind(office)
    if not is_over(office, period, office.today):
        days = {"end": office.period(kind, period).end, "today": office.today}
        raise Mistake("closing-not-over", {"period": period, **{k: date("vi", day) for k, day in days.items()}})
    with nobody_else(office, dry_run):
        if store.state(period) == "closed":
            if not dry_run:
                check_known(office, store, kind, period)
            return Closed(period, already=True)
        check_order(office, store, period)
        return carry_out(office, store, kind, period, reason, now, dry_run, progress)


def carry_out(
    office: Office,
    store: Store,
    kind: Kind,
    period: str,
    reason: str,
    now: dt.datetime | None,
    dry_run: bool,
    progress: Progress,
) -> Closed:
    """The five steps."""

    def at(step: str) -> None:
        progress(step, STEPS.index(step), len(STEPS))

    forms = read_forms(office)
    desks = check_desks(office, store, forms, period)
    at("begin")
    if not dry_run:
        store.begin_close(period)
    at("mark")
    if not dry_run:
        store.mark(find_alike(store.ballots(period), forms), "same")
    at("count")
    slips = store.slips(period)
    counts, unread = count(store.ballots(period), forms, desks)
    for cell in expected(office, kind, period, slips, forms):
        counts.setdefault(cell, Count())
    end = office.period(kind, period).end
    left_out = {cell.unit for cell in counts if not office.units.entries[cell.unit].is_valid(end)}
    totals = Totals(office, kind, period, forms, desks, slips, store.discarded(period))
    rows = [row for cell in sorted(counts) if cell.unit not in left_out for row in totals.rows(cell, counts[cell])]
    shown = tuple(show(office, forms, rows))
    comments = store.comments_waiting(period)
    accepted = None
    at("accept")
    if rows:
        data, name = as_csv(kind, rows), f"{kind.name}-{period}.csv"
        if dry_run:
            judged(check_file(office, kind, data, name=name, collect=True), name, None)
        else:
            accepted = accept(office, kind, data, name=name, reason=reason, role=ROLE, now=now)
    at("finish")
    if not dry_run:
        keep_from = shift(period_of(office, office.today), -office.settings.survey.keep_months)
        store.forget_expired(office.today)
        store.finish_close(period, keep_from=min(keep_from, period))
    progress(STEPS[-1], len(STEPS), len(STEPS))
    return Closed(period, False, shown, comments, tuple(sorted(left_out)), tuple(sorted(unread)), accepted)


def existing_store(url: str, keys: Keys) -> Store:
    """The store at an address, not started: for commands that only read, and before one that writes.

    Raises Mistake `survey-no-database` when it is a file that is not there, for these commands never make one, and
    `collector-database-url`.
    """
    store = Store(url, keys)
    if isinstance(store.database, Sqlite) and not store.database.path.exists():
        raise Mistake("survey-no-database", {"where": store.database.path})
    return store


@contextmanager
def nobody_else(office: Office, dry_run: bool) -> Iterator[None]:
    """No other close is at work in this office while inside; others wait. A dry run waits for nobody.

    The operating system frees the lock of a process that dies.
    """
    if dry_run:
        yield
        return
    path = office.root / "var" / "closing.lock"
    path.parent.mkdir(exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def check_known(office: Office, store: Store, kind: Kind, period: str) -> None:
    """A closed period must stand in the ledger if it had answers.

    Raises Mistake `closing-lost`: then datasets/ came back from a backup that is older than the close.
    """
    lines = read_ledger(office).lines
    if not any(line.kind == kind.name and line.period == period for line in lines) and has_answers(store, period):
        raise Mistake("closing-lost", {"period": period})


def has_answers(store: Store, period: str) -> bool:
    """Whether there are answers of a period."""
    return any(True for _ in store.ballots(period))


def check_order(office: Office, store: Store, period: str) -> None:
    """Periods are closed one after the other: what is kept of an earlier one would grow old uncounted.

    Raises Mistake `closing-order` naming the first that is not closed and has answers.
    """
    last = shift(store.first_open(shift(period, -office.settings.survey.keep_months - 1)), -1)
    for label in between(last, shift(period, -1)):
        state = store.state(label)
        if state == "closing" or (state == "open" and has_answers(store, label)):
            raise Mistake("closing-order", {"period": period, "earlier": label})


def check_desks(office: Office, store: Store, forms: Mapping[str, Form], period: str) -> dict[str, Desk]:
    """The counters by code, once it is sure that every answer's unit, counter and form is known.

    Raises Mistake `closing-unknown` naming file and code, and `closing-empty` for a period without any answer unless
    the one before was closed: a mistyped period or a wrong database would otherwise publish that nobody answered.
    """
    desks = {desk.code: desk for desk in office.counters if isinstance(desk, Desk)}
    found = {(ballot.unit, ballot.counter, ballot.form) for _, ballot in store.ballots(period)}
    if not found and store.state(shift(period, -1)) != "closed":
        raise Mistake("closing-empty", {"period": period})
    known: tuple[tuple[str, Container[str]], ...] = (
        ("units.csv", office.units.entries),
        ("counters.csv", desks),
        ("satisfaction/surveys/", forms),
    )
    for codes in sorted(found):
        for code, (file, entries) in zip(codes, known, strict=True):
            if code not in entries:
                raise Mistake("closing-unknown", {"period": period, "file": f"datasets/{file}", "code": code})
    return desks


def scaled(form: Form) -> list[Question]:
    """The questions of a form that are answered on a scale, in its order: what is counted."""
    return [question for question in form.questions if question.scale]


def find_alike(ballots: Iterable[tuple[bytes, Ballot]], forms: Mapping[str, Form]) -> set[bytes]:
    """The answers that are alike more often than chance and habit explain: the same values for all of at least three
    questions on a scale, given more than five times at one counter in the period, there by at least three tenths of the
    answers, and by more than three times the share that is usual.

    Usual is the median share of those very values over the other counters with the same form and at least as many
    answers as are needed here; with fewer than three such counters nothing is marked, for where everybody is content
    "all very satisfied" is what honest people write.
    """
    alike: dict[tuple[str, str], dict[tuple[str, ...], list[bytes]]] = defaultdict(lambda: defaultdict(list))
    asked = {name: [question.name for question in scaled(form)] for name, form in forms.items()}
    for key, ballot in ballots:
        names = asked[ballot.form]
        if len(names) >= ALIKE_QUESTIONS:
            values = tuple(ballot.choices.get(name, "") for name in names)
            alike[ballot.form, ballot.counter][values].append(key)
    sizes = {place: sum(map(len, found.values())) for place, found in alike.items()}
    marked: set[bytes] = set()
    for (form, counter), found in alike.items():
        others = [place for place in alike if place[0] == form and place[1] != counter and sizes[place] > ALIKE_ANSWERS]
        if len(others) < ALIKE_OTHERS:
            continue
        for values, keys in found.items():
            if len(keys) > ALIKE_ANSWERS:
                usual = median(len(alike[place].get(values, ())) / sizes[place] for place in others)
                share = len(keys) / sizes[form, counter]
                if share >= ALIKE_TIMES * ALIKE_SHARE and share > ALIKE_TIMES * usual:
                    marked.update(keys)
    return marked


def count(
    ballots: Iterable[tuple[bytes, Ballot]],
    forms: Mapping[str, Form],
    desks: Mapping[str, Desk],
) -> tuple[dict[Cell, Count], set[tuple[str, str]]]:
    """The answers by cell, and the (form, question) with answers that the form as it stands now cannot read: the
    question is gone, or the value is not on its scale. Those count as not answered."""
    counts: dict[Cell, Count] = defaultdict(Count)
    unread: set[tuple[str, str]] = set()
    readable = {name: {q.name: SCALES[q.scale].values for q in scaled(form)} for name, form in forms.items()}
    names = {name: {question.name for question in form.questions} for name, form in forms.items()}
    for _, ballot in ballots:
        cell = Cell(ballot.unit, desks[ballot.counter].contact_point, ballot.form, GROUPS[ballot.channel])
        here = counts[cell]
        unmarked = not ballot.marks
        here.forms += 1
        here.unmarked += unmarked
        here.old += ballot.channel == "old"
        for question, value in ballot.choices.items():
            if value in readable[ballot.form].get(question, ()):
                here.values[question][value] += 1
                here.unmarked_values[question][value] += unmarked
            elif question in readable[ballot.form] or question not in names[ballot.form]:
                unread.add((ballot.form, question))
    return counts, unread


def expected(
    office: Office,
    kind: Kind,
    period: str,
    slips: Mapping[str, SlipCount],
    forms: Mapping[str, Form],
) -> Iterator[Cell]:
    """The cells that have a row even without an answer: the open channel of every counter at work in the period, and
    the verified one of those for which slips were printed. So that a row is there does not tell that somebody answered.
    """
    days = office.period(kind, period)
    for desk in office.counters:
        unit = office.units.get(desk.unit) if isinstance(desk, Desk) else None
        if not isinstance(desk, Desk) or unit is None or desk.form not in forms or not unit.is_valid(days.end):
            continue
        if any(desk.is_valid(days.start + dt.timedelta(days=n)) for n in range((days.end - days.start).days + 1)):
            yield Cell(desk.unit, desk.contact_point, desk.form, "open")
            if desk.code in slips:
                yield Cell(desk.unit, desk.contact_point, desk.form, "verified")


@dataclass(frozen=True)
class Totals:
    """What turns a cell's count into rows."""

    office: Office
    kind: Kind
    period: str
    forms: Mapping[str, Form]
    desks: Mapping[str, Desk]
    slips: Mapping[str, SlipCount]
    discarded: Mapping[tuple[str, str], int]

    @property
    def least(self) -> int:
        """The smallest number of answers that is published."""
        return self.office.settings.thresholds.small_group

    def rows(self, cell: Cell, found: Count) -> Iterator[Row]:
        """The row of the form, with numbers if there are enough answers, and a row of each question that has enough."""
        days = self.office.period(self.kind, self.period)
        form = self.forms[cell.form]
        place: Row = {
            "unit_code": cell.unit,
            "period": self.period,
            "period_from": days.start.isoformat(),
            "period_to": days.end.isoformat(),
            "contact_point": cell.contact_point,
            "form": cell.form,
            "channel": cell.channel,
        }
        if cell.channel == "paper" and found.forms < self.least:
            return  # nothing but the answers themselves makes a row of paper expected
        yield {
            **place,
            "question": WHOLE,
            "question_vi": cut(form.title.vi),
            "question_en": cut(form.title.en),
            "role": WHOLE,
            **self.enough(found.forms, {"answers": found.forms}),
            **self.enough_unmarked(found.forms, found.unmarked, {"unmarked_answers": found.unmarked}),
            **self.beside(cell, found),
        }
        for question in scaled(form):
            values, unmarked = found.values[question.name], found.unmarked_values[question.name]
            if values.total() >= self.least:
                yield {
                    **place,
                    "question": question.name,
                    "question_vi": cut(question.label.vi),
                    "question_en": cut(question.label.en),
                    "scale": question.scale,
                    "role": "overall" if question.name == form.overall else "item",
                    "no_answer": found.forms - values.total(),
                    **figures(question.scale, values, unmarked, self.enough_unmarked),
                }

    def beside(self, cell: Cell, found: Count) -> Row:
        """What stands beside the answers of a form: slips printed and used, posts of robots, answers through older
        posters. How many people used a slip or an old poster is as small a number as any other."""
        desks = [
            desk.code
            for desk in self.desks.values()
            if (desk.unit, desk.contact_point, desk.form) == (cell.unit, cell.contact_point, cell.form)
        ]
        if cell.channel == "verified":
            printed = sum(self.slips.get(code, SlipCount()).printed for code in desks)
            return {"slips_printed": printed, **self.none_or_enough("slips_used", found.forms)}
        if cell.channel == "open":
            bots = sum(self.discarded.get((code, "bot"), 0) for code in desks)
            return {"discarded": bots, **self.none_or_enough("old_posters", found.old)}
        return {}

    def enough(self, n: int, row: Row) -> Row:
        """The row's numbers when n answers are enough to publish them."""
        return row if n >= self.least else {}

    def none_or_enough(self, column: str, n: int) -> Row:
        """A number that is published when it is 0 or large enough."""
        return {column: n} if n == 0 or n >= self.least else {}

    def enough_unmarked(self, n: int, unmarked: int, row: Row) -> Row:
        """Numbers of the answers without a mark, when neither they nor those with one are few: who knows all answers
        and those without a mark knows the difference."""
        return row if unmarked >= self.least and (n == unmarked or n - unmarked >= self.least) else {}


def figures(
    scale_name: str,
    values: Counter[str],
    unmarked: Counter[str],
    enough_unmarked: Callable[[int, int, Row], Row],
) -> Row:
    """The numbers of a question with enough answers: how many, how many satisfied (on scales that know it), the sum of
    points, each level, and the same without marked answers."""
    scale = SCALES[scale_name]
    row: Row = {
        "answers": values.total(),
        "points": sum(scale.points[value] * n for value, n in values.items()),
        **{f"level_{value}": values[value] for value in scale.values},
    }
    beside: Row = {"unmarked_answers": unmarked.total()}
    if scale.satisfied:
        row["satisfied"] = sum(values[value] for value in scale.satisfied)
        beside["unmarked_satisfied"] = sum(unmarked[value] for value in scale.satisfied)
    return row | enough_unmarked(values.total(), unmarked.total(), beside)


def cut(text: str) -> str:
    """Words as the submission holds them."""
    return text if len(text) <= TITLE_LIMIT else text[: TITLE_LIMIT - 1] + "…"


def as_csv(kind: Kind, rows: Iterable[Row]) -> bytes:
    """The rows as a file with every column of the kind. Raises ValueError for a column that it does not have."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(kind.columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def show(office: Office, forms: Mapping[str, Form], rows: Iterable[Row]) -> Iterator[Shown]:
    """The rows by unit and channel, in the order of units.csv."""
    by_place: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_place[str(row["unit_code"]), str(row["channel"])].append(row)
    order = {unit.code: number for number, unit in enumerate(office.units) if isinstance(unit, Unit)}
    for unit, channel in sorted(by_place, key=lambda place: (order[place[0]], place[1])):
        found = by_place[unit, channel]
        whole = [row for row in found if row["role"] == WHOLE]
        overall = [row for row in found if row["role"] == "overall"]
        wanted = sum(1 + len(scaled(forms[str(row["form"])])) for row in whole)
        yield Shown(
            unit=unit,
            channel=channel,
            answers=total(whole, "answers"),
            overall=total(overall, "answers"),
            satisfied=total(overall, "satisfied"),
            parts_hidden=sum("answers" not in row for row in whole),
            hidden=wanted - sum("answers" in row for row in found),
        )


def total(rows: Iterable[Row], column: str) -> int:
    """The sum of a column; what is blank counts as nothing."""
    return sum(int(row.get(column, 0)) for row in rows)
