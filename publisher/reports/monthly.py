"""The monthly report that Hà Nội's letter 3031/UBND-TKBT asks for before the 25th: tasks, inspections, whose
responsibility was reviewed, and who did not report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Unit
from publisher.catalogue.periods import LABEL
from publisher.errors import Mistake
from publisher.measures import EVERY
from publisher.pages import punctuality
from publisher.pages.view import View
from publisher.print.said import address, pieces, plain
from publisher.reports.letters import Block, Heading, Letter, Paragraph, Sender, Table, figure, heads, mark, receivers
from publisher.reports.stretch import LANG
from publisher.words import format as formats
from publisher.words import say


@dataclass(frozen=True)
class Units:
    """A table of the units for which one of the measures `where` is above 0, with a sum."""

    where: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """A table of the keys of a breakdown, with a sum."""

    breakdown: str
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A part of the report: its name in the words, the kind that it is about, whether the kind's own sentences open it,
    measures that are told one by one, and its tables."""

    name: str
    kind: str
    answers: bool = True
    told: tuple[str, ...] = ()
    tables: tuple[Units | Parts, ...] = ()


FOLLOWED = ("reminders", "reviews", "disciplined")
SECTIONS = (
    Section(
        "tasks",
        "tasks",
        tables=(
            Parts("class", ("tasks_total", "done_total", "done_late", "open_total", "open_overdue")),
            Units(("open_overdue", "done_late"), ("on_time_pct", "done_late", "open_overdue", "longest_overdue_days")),
        ),
    ),
    Section(
        "inspections",
        "inspections",
        tables=(
            Parts("type", ("inspections", "findings_pct", "findings_total")),
            Parts("finding", ("findings_total",)),
            Units(("findings_total", "still_open"), ("findings_total", "remedied", "still_open", "still_overdue")),
        ),
    ),
    Section("reviews", "inspections", answers=False, told=FOLLOWED, tables=(Units(FOLLOWED, FOLLOWED),)),
)


def monthly(view: View, period: str, sender: Sender, to: str) -> Letter:
    """The report of a month. Raises Mistake `report-month` for another period, `report-no-kind` when the office
    publishes none of the kinds that it is about, `report-nothing` when it has no figures of any part."""
    if not LABEL.fullmatch(period):
        raise Mistake("report-month", {"value": period}, exit_code=2)
    office = view.office
    kinds = [office.kinds[section.kind] for section in SECTIONS if section.kind in office.kinds]
    if not kinds:
        raise Mistake("report-no-kind", {"kinds": ", ".join(dict.fromkeys(section.kind for section in SECTIONS))})
    there = [kind for kind in kinds if view.book.units_with(kind.name, period)]
    if not there:
        known = ", ".join(dict.fromkeys(kind.title.vi for kind in kinds))
        raise Mistake("report-nothing", {"kind": known, "period": formats.period(LANG, period)}, exit_code=2)
    span = office.period(there[0], period)
    values = {
        "office": office.settings.name.vi,
        "period": view.inside(period),
        "start": formats.date(LANG, span.start),
        "end": formats.date(LANG, span.end),
        "today": formats.date(LANG, office.today),
        "address": address(office, f"thang/{period}/"),
    }
    blocks: list[Block] = [Paragraph(say(LANG, "reports.monthly.opening", **values))]
    for section in SECTIONS:
        blocks += [Heading(say(LANG, f"reports.monthly.sections.{section.name}")), *section_of(view, section, period)]
    blocks += [Heading(say(LANG, "reports.monthly.sections.reporting")), *reporting(view, period)]
    blocks.append(Paragraph(say(LANG, "reports.monthly.closing", **values)))
    return Letter(
        sender,
        say(LANG, "reports.monthly.number"),
        say(LANG, "reports.monthly.name"),
        say(LANG, "reports.monthly.subject", **values),
        to,
        tuple(blocks),
        receivers("reports.monthly.receivers", to),
        mark(office),
    )


def section_of(view: View, section: Section, period: str) -> Iterator[Block]:
    """A part of the report: what its kind's figures say, who is not in them, its tables."""
    kind = view.office.kinds.get(section.kind)
    if kind is None or not view.book.units_with(kind.name, period):
        yield Paragraph(say(LANG, "reports.monthly.no_figures", period=view.inside(period)))
        return
    if section.answers:
        for basis, _, units in view.bases(kind, period):
            for one in view.answers_all(kind, period, basis, len(units)):
                yield Paragraph(plain(pieces(one.sentence)))
        lacking = ", ".join(unit.name.vi for unit in view.missing_units(kind, period))
        if lacking:
            yield Paragraph(say(LANG, "reports.monthly.lacking", units=lacking))
    for measure in section.told:
        shown = view.figure(kind, measure, EVERY, period)
        value = (
            say(LANG, "reports.monthly.none_arose") if shown.value == 0 else figure(view, kind, measure, EVERY, period)
        )
        yield Paragraph(say(LANG, "reports.letter.item", name=kind.measures[measure].title.vi, value=value))
    for number, table in enumerate(section.tables):
        title = say(LANG, f"reports.monthly.tables.{section.name}_{number + 1}")
        if isinstance(table, Parts):
            yield parts_table(view, kind, table, period, title)
        elif found := [unit for unit in view.rated(kind, period) if concerned(view, kind, unit, table.where, period)]:
            yield units_table(view, kind, table, found, period, title)
        else:
            yield Paragraph(say(LANG, "reports.monthly.no_units", title=title))


def concerned(view: View, kind: Kind, unit: Unit, measures: Sequence[str], period: str) -> bool:
    """Whether one of the measures of a unit is above 0."""
    return any((view.figure(kind, name, unit.code, period).value or 0) > 0 for name in measures)


def parts_table(view: View, kind: Kind, table: Parts, period: str, title: str) -> Table:
    """The keys of a breakdown, and the sum of the office."""
    rows = [
        (
            view.name(kind, table.breakdown, key),
            *(figure(view, kind, m, EVERY, period, breakdown=table.breakdown, key=key) for m in table.measures),
        )
        for key in view.keys(kind, table.breakdown, EVERY, period)
    ]
    first = kind.breakdowns[table.breakdown].title.vi
    return Table(
        title, heads(kind, first, table.measures), (*rows, whole(view, kind, table.measures, period)), total=True
    )


def units_table(view: View, kind: Kind, table: Units, units: Sequence[Unit], period: str, title: str) -> Table:
    """Some units, and the whole office below them."""
    rows = [(unit.name.vi, *(figure(view, kind, m, unit.code, period) for m in table.measures)) for unit in units]
    first = say(LANG, "reports.letter.unit")
    return Table(
        title, heads(kind, first, table.measures), (*rows, whole(view, kind, table.measures, period)), total=True
    )


def whole(view: View, kind: Kind, measures: Sequence[str], period: str) -> tuple[str, ...]:
    """The row of the whole office."""
    return say(LANG, "reports.letter.whole"), *(figure(view, kind, name, EVERY, period) for name in measures)


def reporting(view: View, period: str) -> Iterator[Block]:
    """Who submitted late or not at all, over all kinds that were due for the period."""
    kinds = [
        kind for kind in view.office.kinds.values() if not kind.derived and period in punctuality.awaited(view, kind)
    ]
    counts = {
        state: sum(punctuality.total(view, [kind], period).get(state, 0) for kind in kinds) for state in punctuality.DUE
    }
    values = {state: formats.number(LANG, count) for state, count in counts.items()}
    due = formats.number(LANG, sum(counts.values()))
    today = formats.date(LANG, view.office.today)
    yield Paragraph(say(LANG, "reports.monthly.punctuality", due=due, today=today, **values))
    rows = [
        row
        for unit in view.ordered(punctuality.units_of(view, kinds, [period]))
        if (row := late(view, kinds, unit, period))
    ]
    if rows:
        named = ("reports.letter.unit", "reports.monthly.missing", "reports.monthly.late")
        title = say(LANG, "reports.monthly.tables.reporting")
        yield Table(title, tuple(say(LANG, key) for key in named), tuple(rows), worded=True)


def late(view: View, kinds: Sequence[Kind], unit: Unit, period: str) -> tuple[str, ...]:
    """A unit with what it did not submit and what came late; nothing for one that did all in time."""
    missing, came = [], []
    for kind in kinds:
        status = punctuality.due_of(view, kind, unit.code, period)
        if status and status.state == "missing":
            missing.append(kind.short.vi)
        elif status and status.state == "late":
            days = formats.number(LANG, punctuality.days_late(status))
            came.append(say(LANG, "reports.monthly.days_late", name=kind.short.vi, days=days))
    none = say(LANG, "reports.letter.nothing")
    return (unit.name.vi, ", ".join(missing) or none, ", ".join(came) or none) if missing or came else ()
