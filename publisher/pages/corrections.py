"""What was corrected: every public cell that a later file says otherwise, as pages and as a feed.

A correction stands for good at `dinh-chinh/<month>/#<its name>`, where month is the one in which it was accepted. The
first page shows the latest ones.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from publisher.catalogue import Kind, Office, Unit
from publisher.ledger import Change, Ledger, Line, revision_file, row_changes
from publisher.measures import Book, Corrected, Figure
from publisher.pages import feeds
from publisher.pages.shell import Writer
from publisher.pages.submissions import row_name
from publisher.pages.view import View
from publisher.proof import public_rows
from publisher.words import format as formats
from publisher.words import say

ROOT = "dinh-chinh/"

LATEST = 20
"""So many corrections stand on the first page."""

ON_PAGE = 200
"""So many stand on one page of a month; an office that corrects more gets a second one."""

IN_FEED = 50
CELLS_IN_FEED = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that was changed, in words; `was` or `now` is None where the whole row is new or gone."""

    row: str
    column: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One correction in one language: whose, of what, which one, when, why, and its cells. `page` is the address of
    the page where it stays, `name` its place there."""

    line: Line
    kind: Kind
    unit: str
    slug: str
    period: str
    at: dt.datetime
    page: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def number(self) -> int:
        """Which correction of its submission it is."""
        return self.line.revision - 1


def name_of(line: Line) -> str:
    """The place of a correction on its page: "procedures-2026-10-90003-1"."""
    return f"{line.kind}-{line.period}-{line.unit}-{line.revision - 1}"


class Corrections:
    """The corrections of an office, newest first, and where each of them stands."""

    def __init__(self, office: Office, book: Book, ledger: Ledger) -> None:
        self.office, self.ledger = office, ledger
        self.corrected = Corrected(office, book, ledger)
        lines = [line for line in ledger.lines if line.revision > 1 and line.kind in office.kinds]
        self.lines = tuple(reversed(lines))
        self.pages: dict[int, str] = {}
        self.months: dict[str, dict[str, list[Line]]] = {}
        for line in lines:
            month = line.accepted_at[:7]
            pages = self.months.setdefault(month, {})
            number = sum(map(len, pages.values())) // ON_PAGE + 1
            path = f"{ROOT}{month}/" + (f"phan-{number}/" if number > 1 else "")
            pages.setdefault(path, []).append(line)
            self.pages[line.number] = path

    def correction(self, figure: Figure) -> Line | None:
        """The latest correction because of which a figure is not what was first published; None where it is."""
        return self.corrected.correction(figure)

    def address(self, line: Line) -> str:
        """Where a correction stands for good, below a language's root."""
        return f"{self.pages[line.number]}#{name_of(line)}"

    def changed(self, line: Line) -> list[Change]:
        """What a correction changed of what is public: cells, rows that are new, rows that are gone."""
        kind = self.office.kinds[line.kind]
        before = self.ledger.revisions(*line.key)[line.revision - 2]
        return row_changes(kind, self.read(kind, before), self.read(kind, line))

    def read(self, kind: Kind, line: Line) -> Iterator[dict[str, str]]:
        """The public rows of a line's file, wherever it stands now."""
        current = self.ledger.current[line.key] is line
        path = self.office.data_file(*line.key) if current else revision_file(self.office, line)
        return public_rows(self.office, kind, path.read_bytes())


class Sayer:
    """Says corrections in one language."""

    def __init__(self, view: View, corrections: Corrections) -> None:
        self.view, self.lang, self.office, self.corrections = view, view.lang, view.office, corrections
        self.known: dict[int, Shown] = {}

    def show(self, line: Line) -> Shown:
        """One correction with its cells."""
        if line.number not in self.known:
            kind = self.office.kinds[line.kind]
            unit = self.office.units.get(line.unit)
            self.known[line.number] = Shown(
                line=line,
                kind=kind,
                unit=unit.name[self.lang] if unit else line.unit,
                slug=unit.slug if isinstance(unit, Unit) else "",
                period=self.view.period(line.period, kind=kind),
                at=dt.datetime.fromisoformat(line.accepted_at),
                page=self.corrections.pages[line.number],
                name=name_of(line),
                cells=tuple(self.cell(kind, change) for change in self.corrections.changed(line)),
            )
        return self.known[line.number]

    def cell(self, kind: Kind, change: Change) -> Cell:
        """One change in words."""
        names = (row_name(self.office, kind, name, value, self.lang) for name, value in change.row.items())
        row = " · ".join(filter(None, names)) or say(self.lang, "pages.corrections.whole")
        if not change.column:
            return Cell(row, "", change.was, change.now)
        was, now = (self.value(kind, change.column, text or "") for text in (change.was, change.now))
        return Cell(row, kind.columns[change.column].titles[self.lang], was, now)

    def value(self, kind: Kind, column: str, text: str) -> str:
        """A cell's text as people read it; in words where it is blank."""
        declared = kind.columns[column]
        if not text:
            return say(self.lang, "pages.corrections.blank")
        if declared.is_figure:
            places = len(text.partition(".")[2])
            return formats.number(self.lang, float(text) if places else int(text), places)
        if declared.type == "date":
            return formats.date(self.lang, dt.date.fromisoformat(text))
        return row_name(self.office, kind, column, text, self.lang) or text

    @cached_property
    def latest(self) -> list[Shown]:
        """The newest corrections."""
        return [self.show(line) for line in self.corrections.lines[:LATEST]]

    def feed(self) -> bytes:
        """The newest corrections as an Atom feed of this language."""
        root = f"{self.office.settings.site_url.rstrip('/')}/" + ("" if self.lang == "vi" else f"{self.lang}/")
        entries = [self.entry(self.show(line), root) for line in self.corrections.lines[:IN_FEED]]
        title = say(self.lang, "pages.corrections.feed", office=self.office.settings.short_name[self.lang])
        return feeds.atom(
            self.office,
            self.lang,
            id=feeds.tag(self.office, "dinh-chinh", self.lang),
            title=title,
            page=root + ROOT,
            address=f"{root}{ROOT}atom.xml",
            entries=entries,
        )

    def entry(self, one: Shown, root: str) -> feeds.Entry:
        """One correction as news."""
        words = {"unit": one.unit, "kind": one.kind.short[self.lang], "period": one.period, "number": one.number}
        cells = [self.in_words(cell) for cell in one.cells[:CELLS_IN_FEED]]
        more = len(one.cells) - len(cells)
        cells += [say(self.lang, "pages.corrections.more", count=more)] if more else []
        return feeds.Entry(
            feeds.tag(self.office, "dinh-chinh", *one.line.key, str(one.number), self.lang),
            say(self.lang, "pages.corrections.entry", **words),
            one.at,
            f"{root}{one.page}#{one.name}",
            " ".join([say(self.lang, "pages.corrections.why", reason=one.line.reason), "; ".join(cells)]),
        )

    def in_words(self, cell: Cell) -> str:
        """One change on a line."""
        if not cell.column:
            key = "row_new" if cell.was is None else "row_gone"
            return f"{cell.row}: {say(self.lang, f'pages.corrections.{key}')}"
        return f"{cell.row}, {cell.column}: {cell.was} → {cell.now}"


def write(writer: Writer, views: Mapping[str, View], corrections: Corrections) -> None:
    """Write `dinh-chinh/`, a page for each month in which something was corrected, and a feed; in every language."""
    for lang, view in views.items():
        sayer = Sayer(view, corrections)
        title = say(lang, "pages.corrections.title")
        months = {
            month: (f"{ROOT}{month}/", sum(map(len, pages.values())))
            for month, pages in reversed(corrections.months.items())
        }
        writer.overview(
            lang, ROOT, "corrections.html.j2", title, view=view, found=sayer.latest, months=months, month="", pages=()
        )
        for month, pages in corrections.months.items():
            name = say(lang, "pages.corrections.month_title", month=formats.period(lang, month))
            for path, lines in pages.items():
                found = [sayer.show(line) for line in reversed(lines)]
                context = {"found": found, "months": {}, "month": month, "pages": tuple(pages)}
                writer.overview(lang, path, "corrections.html.j2", name, search=False, view=view, **context)
        writer.write(lang, f"{ROOT}atom.xml", sayer.feed())
