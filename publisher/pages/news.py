"""Feeds of what is new: of the whole office and of each unit, in each language."""

import datetime as dt
from collections.abc import Iterator

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.text import one_line
from publisher.ledger import Line
from publisher.pages.feeds import Entry, atom, tag
from publisher.pages.shell import Page, Writer
from publisher.pages.view import View
from publisher.words import format as formats
from publisher.words import say

FEED = "atom.xml"
NEWEST = 50
"""How many entries the office's feed has."""

NEWEST_OF_UNIT = 12
"""How many entries a unit's feed has: readers ask for it every day, and a year's months are enough."""


def write_news(writer: Writer, view: View, units: list[Unit]) -> None:
    """`atom.xml` of the office and `don-vi/<slug>/atom.xml` of each of the units, in the view's language."""
    lang, settings = view.lang, view.office.settings
    title = say(lang, "pages.news.title", office=settings.name[lang])
    feed(writer, view, "", ("tin",), title, [*of_months(writer, view), *of_late(writer, view)])
    for unit in units:
        title = say(lang, "pages.news.unit_title", unit=unit.name[lang], office=settings.name[lang])
        feed(writer, view, f"don-vi/{unit.slug}/", ("tin", unit.code), title, list(of_unit(writer, view, unit)))


def feeds_of(office: Office, lang: str, page: Page, unit: Unit | None = None) -> list[dict[str, str]]:
    """The feeds that a page leads to in its head: its unit's, and the office's."""
    name = office.settings.name[lang]
    found = []
    if unit:
        title = say(lang, "pages.news.unit_title", unit=unit.name[lang], office=name)
        found.append({"title": one_line(title), "href": FEED})
    title = one_line(say(lang, "pages.news.title", office=name))
    return [*found, {"title": title, "href": page.link(FEED)}]


def feed(writer: Writer, view: View, page: str, names: tuple[str, ...], title: str, entries: list[Entry]) -> None:
    """Write one feed: its newest entries, those of one moment in the order of their ids."""
    newest = sorted(sorted(entries, key=lambda e: e.id), key=lambda e: e.updated, reverse=True)[:NEWEST]
    data = atom(
        view.office,
        view.lang,
        id=tag(view.office, *names, view.lang),
        title=title,
        page=writer.address(view.lang, page),
        address=writer.address(view.lang, page + FEED),
        entries=newest,
    )
    writer.write(view.lang, page + FEED, data)


def when(line: Line) -> dt.datetime:
    """The time at which a line was accepted."""
    return dt.datetime.fromisoformat(line.accepted_at)


def of_months(writer: Writer, view: View) -> Iterator[Entry]:
    """One entry for each kind and period with figures: how many units reported, and what all of them say. It comes
    anew when a unit reports later or corrects."""
    lang, office = view.lang, view.office
    for kind in office.kinds.values():
        lines: dict[str, list[Line]] = {}
        for line in view.board.ledger.current.values():
            if line.kind == kind.name:
                lines.setdefault(line.period, []).append(line)
        for period in sorted(lines)[-NEWEST:]:
            summary = say(lang, "pages.news.month_is", count=formats.number(lang, len(lines[period])))
            yield Entry(
                tag(office, "tin", "thang", kind.name, period, lang),
                say(lang, "pages.news.month", kind=kind.title[lang], period=view.period(period, kind=kind)),
                max(map(when, lines[period])),
                f"{writer.address(lang, f'thang/{period}/')}#{kind.name}",
                " ".join([summary, *sentences_all(view, kind, period)]),
            )


def sentences_all(view: View, kind: Kind, period: str) -> Iterator[str]:
    """What the units together say of a period, on each basis, as plain text."""
    for basis, _, units in view.bases(kind, period):
        for answer in view.answers_all(kind, period, basis, len(units)):
            if answer.first:
                yield answer.sentence.striptags()


def of_late(writer: Writer, view: View) -> Iterator[Entry]:
    """One entry for each submission that came after its due day."""
    lang, office = view.lang, view.office
    for kind, unit, period in view.board.ledger.current:
        entry = office.units.get(unit)
        if kind not in office.kinds or not isinstance(entry, Unit):
            continue
        status = view.board.status(office.kinds[kind], unit, period)
        if status.state == "late" and status.accepted and status.due:
            names = {
                "unit": entry.name[lang],
                "kind": office.kinds[kind].title[lang],
                "period": view.period(period, kind=office.kinds[kind]),
            }
            days = {"date": formats.date(lang, status.accepted), "due": formats.date(lang, status.due)}
            yield Entry(
                tag(office, "tin", "nop-muon", kind, period, unit, lang),
                say(lang, "pages.news.late", **names),
                when(view.board.ledger.revisions(kind, unit, period)[0]),
                f"{writer.address(lang, f'don-vi/{entry.slug}/')}#{kind}",
                say(lang, "pages.status.late", **days),
            )


def of_unit(writer: Writer, view: View, unit: Unit) -> Iterator[Entry]:
    """One entry for each of the unit's latest submissions: what its figures say, when it came late, and the latest
    correction. What is made of other kinds' submissions is no news of its own."""
    lang, office, ledger = view.lang, view.office, view.board.ledger
    current = [
        line
        for kind in office.kinds
        for period in view.book.unit_periods(kind, unit.code)
        for line in ledger.revisions(kind, unit.code, period)[-1:]
    ]
    for line in sorted(current, key=lambda line: line.number)[-NEWEST_OF_UNIT:]:
        kind, period = office.kinds[line.kind], line.period
        status = view.board.status(kind, unit.code, period)
        answers = view.answers(kind, unit, period)
        first = [answer for answer in answers if answer.first] or answers[:1]
        said = [answer.sentence.striptags() for answer in first]
        if status.state == "late" and status.accepted and status.due:
            days = {"date": formats.date(lang, status.accepted), "due": formats.date(lang, status.due)}
            said.append(f"{say(lang, 'pages.status.late', **days)}.")
        for made in status.corrections[-1:]:
            words = {"number": made.number, "date": formats.date(lang, made.day), "reason": made.reason}
            said.append(say(lang, "pages.status.corrected", **words))
        yield Entry(
            tag(office, "tin", "don-vi", kind.name, period, unit.code, lang),
            say(lang, "pages.news.month", kind=kind.title[lang], period=view.period(period, kind=kind)),
            when(line),
            f"{writer.address(lang, f'don-vi/{unit.slug}/')}#{kind.name}",
            " ".join(said),
        )
