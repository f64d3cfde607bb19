"""A file that a person hands in: read, checked by itself, and against what was accepted before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.periods import LABEL
from publisher.checking.checked import Checked, in_order
from publisher.checking.periods import check_across, check_children
from publisher.checking.submissions import Placer, Submission, latest_label, place, read_accepted
from publisher.errors import Mistake, Problem
from publisher.reading import Book, ReadTable, Source, read_file


def check_tables(tables: Sequence[ReadTable], office: Office, *, collect: bool = False) -> Checked:
    """Check the rows of files of one kind: schema, row rules, codes, periods, repeats, personal data.

    Gives the problems of reading and of checking, by file and row. `collect` keeps the canonical rows by
    submission. After 100,000 problems it stops and says where. Raises ValueError for tables of several kinds or none.
    """
    from publisher.checking.tables import run_tables  # loads Frictionless: not before it is needed

    return run_tables(tables, office, collect=collect)


def check_file(
    office: Office,
    kind: Kind,
    source: Source | Book,
    *,
    name: str | None = None,
    period: str | None = None,
    defaults: Mapping[str, str] | None = None,
    layout: str | None = None,
    sheet: str | None = None,
    collect: bool = False,
) -> Checked:
    """Everything that can be said about one file of a kind: its form, its rows, and how they fit the accepted ones.

    `period` fills or must agree with the file's own; `defaults` fill other columns that it lacks; `layout` names the
    layout to read it by, `sheet` the sheet of a workbook. `collect` keeps its canonical rows. Nothing is written.
    Raises Mistake `derived-kind`.
    """
    if kind.derived:
        raise Mistake("derived-kind", {"kind": kind.title.vi}, exit_code=2)
    given = {**(defaults or {}), **({"period": period} if period else {})}
    table = read_file(source, kind, office, name=name, defaults=given, layout=layout, sheet=sheet)
    return check_read([table], office, collect=collect)


def check_read(tables: Sequence[ReadTable], office: Office, *, collect: bool = False) -> Checked:
    """The same for files of one kind that are already opened; they also stand beside each other: a month among them is
    compared with the month before among them."""
    checked = check_tables(tables, office, collect=True)
    history = History(office, checked, tables)
    problems = [*checked.problems]
    for submissions in history.by_unit():
        for submission in submissions:
            problems.extend(history.problems(submission))
        history.forget(submissions)
    kept = (checked.submissions, checked.places) if collect else ({}, {})
    return Checked(checked.kind, in_order(problems), checked.rows, *kept)


class History:
    """The submissions of the files at hand, in front of those that were accepted."""

    def __init__(self, office: Office, checked: Checked, tables: Sequence[ReadTable]) -> None:
        self.office, self.kind = office, checked.kind
        self.accepted: dict[tuple[str, str], Submission | None] = {}
        self.incoming: dict[tuple[str, str], Submission] = {}
        self.children: dict[str, list[str]] = {}
        for entry in office.units:
            if isinstance(entry, Unit):
                self.children.setdefault(entry.parent, []).append(entry.code)
        for (unit, period), rows in checked.submissions.items():
            if office.units.get(unit) and LABEL.fullmatch(period):
                places = checked.places[unit, period]
                last = places[-1][0]  # two files for one submission: the later one stands
                chosen = [n for n, (table, _) in enumerate(places) if table == last]
                where = locator(tables[last], [places[n][1] for n in chosen])
                found = Submission(self.kind, unit, period, tables[last].file, [rows[n] for n in chosen], where)
                self.incoming[unit, period] = found

    def get(self, unit: str, period: str) -> Submission | None:
        """A unit's submission of a period, the incoming one first."""
        key = (unit, period)
        if key in self.incoming:
            return self.incoming[key]
        if key not in self.accepted:
            self.accepted[key] = self.read(self.kind, unit, period)
        return self.accepted[key]

    def read(self, kind: Kind, unit: str, period: str) -> Submission | None:
        """What a unit submitted of a kind for a period, accepted; None when nothing was."""
        path = self.office.data_file(kind.name, unit, period)
        return read_accepted(path, kind, str(path)) if path.exists() else None

    def by_unit(self) -> list[list[Submission]]:
        """The incoming submissions, those of one unit together."""
        found: dict[str, list[Submission]] = {}
        for submission in self.incoming.values():
            found.setdefault(submission.unit, []).append(submission)
        return list(found.values())

    def forget(self, submissions: Sequence[Submission]) -> None:
        """Let go of the figures of a unit that is done: those of a large file would fill the memory. Who asks for
        them again (a parent does) has them read anew."""
        for submission in submissions:
            submission.__dict__.pop("lines", None)
        self.accepted.clear()

    def problems(self, here: Submission) -> list[Problem]:
        """What does not fit between an incoming submission and the others."""
        problems = check_across(here, Beside(self, here))
        found = [one for code in self.children.get(here.unit, []) if (one := self.get(code, here.period))]
        return problems + check_children(here, found)


@dataclass(frozen=True)
class Beside:
    """What stands around one incoming submission: other incoming ones first, then what was accepted."""

    history: History
    here: Submission

    def earlier(self, label: str) -> Submission | None:
        """The unit's submission of another period."""
        return self.history.get(self.here.unit, label)

    def beside(self, kind: str) -> Submission | None:
        """The unit's submission of another kind for the same period; None when the office lacks the kind."""
        found = self.history.office.kinds.get(kind)
        return self.history.read(found, self.here.unit, self.here.period) if found else None

    def latest(self, kind: str) -> Submission | None:
        """The unit's latest submission of another kind up to this period."""
        found = self.history.office.kinds.get(kind)
        label = latest_label(self.history.office, kind, self.here.unit, self.here.period)
        return self.history.read(found, self.here.unit, label) if found and label else None

    def others(self) -> Iterable[Submission]:
        """The submissions of the other units for the same period."""
        for entry in self.history.office.units:
            if entry.code != self.here.unit and (found := self.history.get(entry.code, self.here.period)):
                yield found


def locator(table: ReadTable, numbers: Sequence[int]) -> Placer:
    """Where the rows of one incoming submission stand in their file."""
    return lambda index, finding: place(table, numbers[index], finding)
