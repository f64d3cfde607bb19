"""The written reminder to a unit whose work is late or at fault, signed by order of the chairman (Vĩnh Hưng's letter
455/UBND-NV)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from publisher import reminders
from publisher.catalogue import Unit
from publisher.catalogue.periods import LABEL
from publisher.errors import Mistake
from publisher.pages.view import View
from publisher.print.said import address
from publisher.reports.letters import Block, Heading, Letter, Paragraph, Sender, figure, mark, receivers
from publisher.reports.stretch import LANG
from publisher.words import format as formats
from publisher.words import say

GROUNDS = {
    "procedures": ("pending_late", "resolved_late"),
    "feedback": ("in_progress_overdue", "processed_late"),
    "tasks": ("open_overdue", "done_late"),
    "inspections": ("findings_total", "still_open", "still_overdue"),
}
"""What a unit is reminded of when it is above 0, by kind."""

FOUND = "inspections"
"""The kind whose grounds are faults to be remedied; those of the others are work that is late."""

DAYS = 5
"""In so many working days the unit reports back, unless another day is given."""


@dataclass(frozen=True)
class Ground:
    """What a unit is reminded of: of which kind ("" for reports it owes), the title with the period, line by line."""

    kind: str
    title: str
    lines: tuple[str, ...]


def reminder(view: View, unit: Unit, period: str, sender: Sender, by: dt.date | None) -> Letter:
    """The letter to a unit, of one period or ("") of the latest period of each kind.

    Raises Mistake `report-month` for what is not a month, `report-no-ground` when there is nothing to remind of,
    `report-by` when the day `by` is not to come.
    """
    office = view.office
    if period and not LABEL.fullmatch(period):
        raise Mistake("report-month", {"value": period}, exit_code=2)
    if by and by <= office.today:
        raise Mistake(
            "report-by", {"day": formats.date(LANG, by), "today": formats.date(LANG, office.today)}, exit_code=2
        )
    grounds = list(figures(view, unit, period))
    owed = [one for one in reminders.owed(office, view.board.ledger, period=period) if one.unit.code == unit.code]
    if not grounds and not owed:
        of = view.inside(period) if period else say(LANG, "reports.reminder.latest")
        raise Mistake("report-no-ground", {"unit": unit.name.vi, "period": of}, exit_code=1)
    by = by or office.working_days.after(office.today, DAYS)
    values = {
        "unit": unit.name.vi,
        "office": office.settings.name.vi,
        "today": formats.date(LANG, office.today),
        "by": formats.date(LANG, by),
    }
    lines = tuple(reminders.line(office, one) for one in owed)
    if lines:
        grounds.append(Ground("", say(LANG, "reports.reminder.owed"), lines))
    blocks: list[Block] = [Paragraph(say(LANG, "reports.reminder.opening", **values))]
    for number, ground in enumerate(grounds, 1):
        blocks.append(Heading(say(LANG, "reports.reminder.ground", number=number, title=ground.title)))
        blocks += [Paragraph(say(LANG, "reports.letter.line", line=line)) for line in ground.lines]
    where = address(office, f"don-vi/{unit.slug}/")
    blocks.append(Paragraph(say(LANG, "reports.reminder.address", address=where)))
    blocks.append(Paragraph(say(LANG, "reports.reminder.asked", **values)))
    kinds = {ground.kind for ground in grounds}
    asked = {"late": bool(kinds - {FOUND, ""}), "found": FOUND in kinds, "owed": bool(lines), "report": True}
    for key, true in asked.items():
        if true:
            blocks.append(
                Paragraph(say(LANG, "reports.letter.line", line=say(LANG, f"reports.reminder.ask_{key}", **values)))
            )
    blocks.append(Paragraph(say(LANG, "reports.reminder.closing", **values)))
    return Letter(
        sender,
        say(LANG, "reports.reminder.number"),
        "",
        say(LANG, "reports.reminder.subject"),
        unit.name.vi,
        tuple(blocks),
        receivers("reports.reminder.receivers", unit.name.vi),
        mark(office),
    )


def figures(view: View, unit: Unit, period: str) -> Iterator[Ground]:
    """What the unit's figures give grounds for."""
    for name, measures in GROUNDS.items():
        kind = view.office.kinds.get(name)
        label = period or (view.last(kind, unit.code) if kind else "")
        if kind is None or not label:
            continue
        found = [m for m in measures if (view.figure(kind, m, unit.code, label).value or 0) > 0]
        if found:
            lines = tuple(
                say(LANG, "reports.reminder.figure", name=kind.measures[m].title.vi,
                    value=figure(view, kind, m, unit.code, label))
                for m in found
            )  # fmt: skip
            title = say(
                LANG, "reports.reminder.of", kind=kind.title.vi, period=view.inside(label), days=view.days(kind, label)
            )
            yield Ground(name, title, lines)
