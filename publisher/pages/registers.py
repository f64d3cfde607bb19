"""What a kind shows beside its figures: pages of its own, kept documents, a calendar to subscribe to.

All of it is declared in the kind's folder: `pages:` and `calendar:` in dataset.yaml, templates beside it. Rows that the
kind keeps private never come here.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from icalendar import Calendar, Event

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import DAY
from publisher.catalogue.registers import OwnPage
from publisher.catalogue.text import one_line, order
from publisher.ledger import Ledger
from publisher.pages import posted, submissions
from publisher.pages.shell import Writer
from publisher.pages.status import last_change
from publisher.pages.view import View
from publisher.pages.weeks import FirstWeek, first_weeks
from publisher.words import format as formats

DOCUMENTS = "tai-lieu"
"""Where kept documents stand on the site, each under its hash."""

CALENDAR = "lich.ics"
"""A unit's calendar, beside its page."""

Row = dict[str, str]


@dataclass(frozen=True)
class Register:
    """The rows of one kind as its own templates see them, in one language: what stands, unit by unit."""

    kind: Kind
    view: View

    @property
    def office(self) -> Office:
        """The office."""
        return self.view.office

    def last(self, unit: str) -> str:
        """The label of the unit's latest submission, "" when it made none."""
        return self.view.last(self.kind, unit)

    def rows(self, unit: str, period: str = "") -> list[Row]:
        """The public rows of a unit's submission of a period, by default the latest one: column → text."""
        label = period or self.last(unit)
        return submissions.rows(self.office, self.kind, unit, label) if label else []

    def labels(self, unit: str) -> list[str]:
        """The labels of a unit's two latest submissions, older first: of a schedule the days just gone and those to
        come."""
        return self.view.book.unit_periods(self.kind.name, unit)[-2:]

    def recent(self, unit: str) -> list[Row]:
        """The public rows of a unit's two latest submissions."""
        return [row for label in self.labels(unit) for row in self.rows(unit, label)]

    def days(self, rows: list[Row], column: str) -> list[tuple[dt.date, list[Row]]]:
        """Rows by the day in a column, the first day first."""
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row[column], []).append(row)
        return [(dt.date.fromisoformat(day), found[day]) for day in sorted(found) if day]

    def weeks(self, rows: list[Row], column: str) -> list[tuple[dt.date, dt.date, list[tuple[dt.date, list[Row]]]]]:
        """Rows by the week and the day in a column: (Monday, Sunday, days with their rows), the first week first."""
        found: dict[dt.date, list[tuple[dt.date, list[Row]]]] = {}
        for day, rows_of_day in self.days(rows, column):
            found.setdefault(day - day.weekday() * DAY, []).append((day, rows_of_day))
        return [(monday, monday + 6 * DAY, days) for monday, days in found.items()]

    @cached_property
    def units(self) -> list[Unit]:
        """The units that have rows, in Vietnamese order."""
        found = [unit for unit in self.office.units if isinstance(unit, Unit) and self.last(unit.code)]
        return sorted(found, key=lambda unit: order(unit.name.vi))

    def name(self, column: str, value: str) -> str:
        """A cell in words: the name of a code, the title of a category, a day as people write it; else the text."""
        declared, lang = self.kind.columns[column], self.view.lang
        if not value:
            return ""
        if declared.table:
            entry = self.office.table(declared.table).get(value)
            return entry.name[lang] if entry else value
        if declared.type == "date":
            return formats.date(lang, dt.date.fromisoformat(value))
        return next((c.titles[lang] for c in declared.categories if c.value == value), value)

    def gathered(self, column: str) -> list[tuple[str, list[tuple[Unit, Row]]]]:
        """The rows that stand, of all units, put together by what a column says: (its text, units with their rows), in
        the order of the texts."""
        found: dict[str, list[tuple[Unit, Row]]] = {}
        for unit in self.units:
            for row in self.rows(unit.code):
                found.setdefault(row[column], []).append((unit, row))
        return sorted(found.items())

    def document(self, sha256: str) -> str:
        """The address of a kept document below the site's root; "" for a blank cell."""
        return f"{DOCUMENTS}/{sha256}.pdf" if sha256 else ""

    def calendar(self, unit: Unit) -> str:
        """The address of a unit's calendar below the site's root; "" when the kind makes none."""
        return f"don-vi/{unit.slug}/{CALENDAR}" if self.kind.calendar else ""

    def after_holidays(self, unit: str) -> list[FirstWeek]:
        """The unit's first working week after each long holiday, beside its ordinary weeks; first to last. None without
        `weeks`."""
        declared = self.kind.weeks
        return first_weeks(declared, self.rows(unit), self.office.working_days) if declared else []

    def hanging(self, unit: str) -> list[Row]:
        """The rows of a unit that hang on the release's day: all whose last day is not over; without a `notice` that
        names it, every row."""
        ends = self.kind.notice.ends if self.kind.notice else ""
        today = self.view.board.day.isoformat() if self.view.board.day else ""
        return [row for row in self.rows(unit) if not ends or not row[ends] or row[ends] >= today]

    def notice(self, unit: Unit) -> str:
        """The address of a unit's sheets to post below the site's root; "" when the kind makes none, nothing hangs, or
        the office wants no paper."""
        declared = self.kind.notice
        if not declared or not self.office.settings.paper or not self.hanging(unit.code):
            return ""
        return posted.notice_path(unit, declared.page)


def write_own_pages(writer: Writer, view: View, lang: str) -> None:
    """Every page that a kind declares, of each unit with rows or of the office."""
    for kind in view.office.kinds.values():
        if not kind.pages:
            continue
        register = Register(kind, view)
        for page in kind.pages:
            for path, title, context in places(register, page, lang):
                template = f"{kind.name}/{page.template}"
                context["head"] = {"changed": changed(register, context.get("unit"))}
                writer.overview(lang, path, template, title, view=view, kind=kind, register=register, **context)


def changed(register: Register, unit: Unit | None) -> str:
    """The day on which what an own page lists last changed: of one unit, or of all."""
    board, kind = register.view.board, register.kind
    if unit is None or kind.derived:
        return board.changed(kind.name)
    return last_change([board.status(kind, unit.code, label) for label in register.labels(unit.code)])


def places(register: Register, page: OwnPage, lang: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(address, title, further names of the template) of one declared page."""
    if page.of == "office":
        yield f"so-lieu/{register.kind.name}/{page.address}/", page.title[lang], {"own": page}
        return
    for unit in register.units:
        title = f"{page.title[lang]}: {unit.name[lang]}"
        yield f"don-vi/{unit.slug}/{page.address}/", title, {"own": page, "unit": unit}


def write_documents(writer: Writer, ledger: Ledger) -> None:
    """Every document that a public row of a submission in force names, once, under its hash."""
    office = writer.office
    wanted: set[str] = set()
    for kind in office.kinds.values():
        columns = [c.name for c in kind.schema_columns if c.table == "documents" and c.public]
        if columns:
            for of, unit, period in ledger.current:
                if of == kind.name:
                    rows = submissions.rows(office, kind, unit, period)
                    wanted |= {row[name] for row in rows for name in columns if row[name]}
    for sha256 in sorted(wanted):
        writer.write("vi", f"{DOCUMENTS}/{sha256}.pdf", office.document(sha256).read_bytes())


def write_calendars(writer: Writer, view: View, ledger: Ledger) -> None:
    """One calendar a unit (RFC 5545)."""
    for kind in view.office.kinds.values():
        if not kind.calendar:
            continue
        register = Register(kind, view)
        for unit in register.units:
            content = make_calendar(register, unit, ledger)
            writer.write("vi", register.calendar(unit), content)


def make_calendar(register: Register, unit: Unit, ledger: Ledger) -> bytes:
    """The calendar of a unit, of what `Register.recent` gives; the same rows give the same bytes. What was called off
    stays and says so, since who subscribed would otherwise still come."""
    kind, declared = register.kind, register.kind.calendar
    assert declared is not None
    found = Calendar()
    found.add("prodid", "-//cong-khai//VI")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"{kind.title.vi}: {one_line(unit.name.vi)}")
    found.add("x-wr-timezone", ZONE.key)
    for label in register.labels(unit.code):
        line = ledger.current[kind.name, unit.code, label]
        stamp = dt.datetime.fromisoformat(line.accepted_at).astimezone(dt.UTC)
        for row in register.rows(unit.code, label):
            event = Event()
            said = "\0".join([kind.name, *(row[name] for name in kind.grain)])  # what moves or is called off keeps it
            event.add("uid", f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@cong-khai")
            event.add("dtstamp", stamp)
            event.add("sequence", line.revision - 1)
            if declared.is_cancelled(row):
                event.add("status", "CANCELLED")
            day = dt.date.fromisoformat(row[declared.date])
            for name, key in ((declared.begins, "dtstart"), (declared.ends, "dtend")):
                if name and row[name]:
                    event.add(key, dt.datetime.combine(day, dt.time.fromisoformat(row[name]), ZONE).astimezone(dt.UTC))
                elif key == "dtstart":
                    event.add(key, day)
            event.add("summary", row[declared.summary])
            if declared.place and row[declared.place]:
                event.add("location", row[declared.place])
            found.add_component(event)
    return bytes(found.to_ical())
