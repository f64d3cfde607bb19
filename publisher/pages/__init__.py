"""From figures to files: every page of the site as Markdown files that hold ready HTML, in each language.

Figures, names and free text go out as HTML blocks from autoescaped templates; Markdown never sees them.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from publisher import charts
from publisher.catalogue import Entry, Kind, Office, Unit
from publisher.catalogue.text import order
from publisher.errors import Problem
from publisher.ledger import Ledger
from publisher.measures import EVERY, Book, Figure
from publisher.pages import downloads, figures
from publisher.pages.shell import Page, Writer, rich
from publisher.pages.status import Board
from publisher.words import load, say
from publisher.words import format as formats

MONTHS_SHOWN = 24
BASES = ("month", "year_to_date")
ROWS_KEPT = 16_384
"""How many rows of tables stay written, about 2 kB each."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its words: the measures it shows and the months on its axis."""

    chart: charts.Chart
    title: str
    measures: tuple[str, ...]
    periods: tuple[str, ...]
    latest: str


class View:
    """What templates ask for, in one language: figures as elements, charts, names."""

    def __init__(self, lang: str, office: Office, book: Book, board: Board) -> None:
        self.lang, self.office, self.book, self.board = lang, office, book, board
        self.basis = lru_cache(4096)(self.find_basis)
        self.row = lru_cache(ROWS_KEPT)(self.make_row)

    def find_basis(self, kind: str, unit: str, period: str) -> str:
        """The basis a unit reported on for a period: its month if it did, else the year to date."""
        headline = self.office.kinds[kind].headline[0]
        for basis in BASES:
            if self.book.figure(kind, headline, unit, period, basis=basis).state != "blank":
                return basis
        return BASES[0]

    def figure(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Figure:
        """One figure; the basis is the unit's own unless it is given."""
        basis = where.pop("basis", "") or self.basis(kind.name, unit, period)
        return self.book.figure(kind.name, measure, unit, period, basis=basis, **where)

    def show(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """One figure as an element."""
        found = self.figure(kind, measure, unit, period, **where)
        return Markup(figures.element(self.lang, kind.measures[measure], found))  # noqa: S704 escaped there

    def rate(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """The numerator and denominator of a percentage as "128/130"; nothing for other measures."""
        found = self.figure(kind, measure, unit, period, **where)
        return Markup(figures.rate(self.lang, kind.measures[measure], found))  # noqa: S704 escaped there

    def cells(
        self, kind: Kind, unit: str, period: str, basis: str = "", breakdown: str = "", key: str = ""
    ) -> Markup:
        """The figures of one row of the kind's table, each in its `<td>`."""
        return self.row(kind.name, unit, period, basis or self.basis(kind.name, unit, period), breakdown, key)

    def make_row(self, name: str, unit: str, period: str, basis: str, breakdown: str, key: str) -> Markup:
        """The row that `cells` gives: it stands on the unit's page and on the month's."""
        kind = self.office.kinds[name]
        threshold = self.office.settings.thresholds.small_denominator
        cells = []
        for measure in kind.table:
            found = self.book.figure(name, measure, unit, period, basis=basis, breakdown=breakdown, key=key)
            cells.append(figures.cell(self.lang, kind.measures[measure], found, threshold))
        return Markup("".join(cells))  # noqa: S704 escaped there

    def sentence(self, kind: Kind, unit: Unit, period: str) -> Markup:
        """What one unit's headline figures say, in one sentence."""
        basis = self.basis(kind.name, unit.code, period)
        return self.say_figures(kind, kind.sentence[self.lang], unit.code, period, basis, {"unit": unit.name[self.lang]})

    def sentence_all(self, kind: Kind, period: str, basis: str, count: int) -> Markup:
        """What the headline figures of all units with one basis say; `count` is how many they are."""
        name = self.office.settings.short_name[self.lang]
        values = {"unit": name, "count": formats.number(self.lang, count)}
        return self.say_figures(kind, kind.sentence_all[self.lang], EVERY, period, basis, values)

    def say_figures(self, kind: Kind, template: str, unit: str, period: str, basis: str, values: dict[str, Any]) -> Markup:
        """A sentence with its figures as elements; a plain list where it has none or a figure is not there."""
        shown = {m: self.show(kind, m, unit, period, basis=basis) for m in kind.headline}
        states = {self.figure(kind, m, unit, period, basis=basis).state for m in kind.headline}
        when = self.period(period, basis)
        if template and states == {"given"}:
            return rich(template, {**shown, **values, "period": when})
        items = [Markup("{}: {}").format(kind.measures[m].title[self.lang], shown[m]) for m in kind.headline]
        return Markup("{}: {}.").format(when, Markup("; ").join(items))

    def as_of(self, kind: Kind, period: str, iso: str) -> str:
        """"Số liệu đến ngày …" where the figures do not stand at the period's end; else ""."""
        if not iso or dt.date.fromisoformat(iso) == self.office.period(kind, period).end:
            return ""
        return say(self.lang, "pages.unit.as_of", date=formats.date(self.lang, dt.date.fromisoformat(iso)))

    def period(self, period: str, basis: str = "month") -> str:
        """A period's name, with "lũy kế" where the figures run from the year's start."""
        name = formats.period(self.lang, period)
        return name if basis == "month" else say(self.lang, "pages.period.year_to_date", name=name)

    def days(self, kind: Kind, period: str) -> str:
        """The days of a period: "15/09/2026 – 14/10/2026"."""
        found = self.office.period(kind, period)
        return f"{formats.date(self.lang, found.start)} – {formats.date(self.lang, found.end)}"

    def last(self, kind: Kind, unit: str = EVERY) -> str:
        """The latest period for which a unit (or any unit) has data; "" when there is none."""
        periods = self.book.periods(kind.name) if unit == EVERY else self.book.unit_periods(kind.name, unit)
        return max(periods, default="")

    def shown(self, kind: Kind, unit: str = EVERY) -> list[str]:
        """The months of the long table and the charts, first to last: at most 24, and only those of the unit's time."""
        periods = self.board.periods(kind)[-MONTHS_SHOWN:]
        return [p for p in periods if unit == EVERY or self.board.concerns(kind, unit, p)]

    def drawings(self, kind: Kind, unit: str, **where: str) -> list[Drawn]:
        """The kind's charts for one unit; none when fewer than two months have data."""
        periods = self.shown(kind, unit)
        drawn = []
        for chart in kind.charts:
            series = [[self.figure(kind, m, unit, p, **where).value for p in periods] for m in chart.measures]
            given = [p for p, *values in zip(periods, *series, strict=True) if any(v is not None for v in values)]
            if len(given) >= 2:
                made = charts.stack(series) if chart.form == "stack" else charts.line(series[0])
                drawn.append(Drawn(made, chart.title[self.lang], chart.measures, tuple(periods), given[-1]))
        return drawn

    def tick(self, period: str) -> str:
        """A month under an axis: "10/26"."""
        return f"{int(period[5:7])}/{period[2:4]}"

    def name(self, kind: Kind, breakdown: str, key: str) -> str:
        """The name of one key of a breakdown: a field's, a category's, or a column's own."""
        declared = kind.breakdowns[breakdown]
        if key in declared.names:
            return declared.names[key][self.lang]
        column = kind.columns[declared.column]
        if column.table:
            entry = self.office.table(column.table).get(key)
            return entry.name[self.lang] if entry else key
        return next((c.titles[self.lang] for c in column.categories if c.value == key), key)

    def keys(self, kind: Kind, breakdown: str, unit: str, period: str) -> list[str]:
        """The keys that stand in a breakdown, fields in Vietnamese order, the others as declared."""
        basis = self.basis(kind.name, unit, period)
        keys = self.book.keys(kind.name, breakdown, unit, period, basis)
        declared = kind.breakdowns[breakdown]
        if declared.columns:
            return [key for key in declared.columns if key in keys]
        categories = [c.value for c in kind.columns[declared.column].categories]
        if categories:
            return [key for key in categories if key in keys]
        return sorted(keys, key=lambda key: order(self.name(kind, breakdown, key)))

    def bases(self, kind: Kind, period: str) -> list[tuple[str, str, list[Unit]]]:
        """The groups of units whose figures may stand side by side: one basis and one as-of date each."""
        groups: dict[tuple[str, str], list[Unit]] = {}
        for basis in BASES:
            for code in self.book.units_with(kind.name, period, basis):
                found = self.book.figure(kind.name, kind.headline[0], code, period, basis=basis)
                unit = self.office.units.get(code)
                if isinstance(unit, Unit):
                    groups.setdefault((basis, found.as_of), []).append(unit)
        return [(*key, sorted(units, key=lambda u: order(u.name.vi))) for key, units in groups.items()]

    def units_with_key(self, kind: Kind, breakdown: str, key: str, period: str) -> list[Unit]:
        """The units that have figures for one key of a breakdown in a period, in Vietnamese order."""
        found = []
        for code in self.book.units_with(kind.name, period, BASES[0]):
            unit = self.office.units.get(code)
            if isinstance(unit, Unit) and key in self.book.keys(kind.name, breakdown, code, period, BASES[0]):
                found.append(unit)
        return sorted(found, key=lambda u: order(u.name.vi))

    def warnings(self, kind: Kind, problems: tuple[Problem, ...]) -> list[str]:
        """What the check noted, as sentences for the public, each once with how often it came."""
        rules = {rule.code: rule for rule in kind.rules}
        words = load(self.lang)
        count: dict[str, int] = {}
        for problem in problems:
            rule = rules.get(problem.code)
            own = problem.message_vi if self.lang == "vi" else problem.message_en
            public = rule.public[self.lang] if rule else words.get(f"problems_public.{problem.code}", own)
            sentence = public or own
            count[sentence] = count.get(sentence, 0) + 1
        return [
            sentence if number == 1 else say(self.lang, "pages.unit.times", sentence=sentence, count=number)
            for sentence, number in count.items()
        ]

    def texts(self, kind: Kind, unit: str, period: str) -> list[tuple[str, str]]:
        """What the unit wrote itself in its latest file: (where, text) for every public free-text cell."""
        return downloads.texts(self.office, kind, unit, period, self.lang)


def write_pages(
    office: Office, book: Book, ledger: Ledger, problems: list[Problem], release_id: str, out: Path
) -> None:
    """Write every page of the office into `out`/vi and `out`/en, and the data files once under vi.

    The bytes depend on the arguments alone. Raises Mistake for a hand-written page that one language lacks.
    """
    board = Board(office, ledger, problems)
    kinds = list(office.kinds.values())
    views = {lang: View(lang, office, book, board) for lang in office.settings.languages}
    received = max((dt.datetime.fromisoformat(line.accepted_at).date() for line in ledger.lines), default=None)
    frame = {"kinds": kinds, "EVERY": EVERY, "release": release_id[:8], "received": received}
    writer = Writer(office, out, frame)
    packages = downloads.write(writer, ledger)

    for unit in sorted(reporting_units(office, ledger), key=lambda u: order(u.name.vi)):
        for lang, view in views.items():
            unit_page(writer, view, unit, lang)
    for lang, view in views.items():
        write_overviews(writer, view, lang, packages)
        copy_content(writer, lang)


def reporting_units(office: Office, ledger: Ledger) -> list[Unit]:
    """The units with a page: all that must report in some due period, and all that ever did."""
    codes = {line.unit for line in ledger.current.values()}
    for kind in office.kinds.values():
        due = office.due_periods(kind)
        for period in {due[0], due[-1]} if due else set():
            codes |= {unit.code for unit in office.expected_units(kind, period)}
    return [u for u in office.units if isinstance(u, Unit) and u.code in codes]


def unit_page(writer: Writer, view: View, unit: Unit, lang: str) -> None:
    """One unit: latest month, long table and charts, breakdowns, what is missing."""
    office, board = writer.office, view.board
    sections, missing, late = [], [], []
    for kind in office.kinds.values():
        for period in board.periods(kind):
            if board.concerns(kind, unit.code, period):
                status = board.status(kind, unit.code, period)
                missing += [(kind, status)] if status.state == "missing" else []
                late += [(kind, status)] if status.state == "late" else []
        if view.last(kind, unit.code) or any(k is kind for k, _ in missing):
            sections.append(kind)
    title = unit.name[lang]
    writer.page(
        lang,
        f"don-vi/{unit.slug}/",
        "unit.html.j2",
        title,
        say(lang, "pages.unit.description", unit=title, office=office.settings.name[lang]),
        view=view,
        unit=unit,
        sections=sections,
        missing=sorted(missing, key=lambda m: m[1].period, reverse=True),
        late=sorted(late, key=lambda m: m[1].period, reverse=True),
    )


def write_overviews(writer: Writer, view: View, lang: str, packages: list[downloads.MonthFiles]) -> None:
    """Home, the lists, the months, the dataset kinds, the fields, the data page."""
    office, book, board = writer.office, view.book, view.board
    settings = office.settings

    def page(path: str, template: str, title: str, **context: Any) -> None:
        description = say(lang, "pages.description", title=title, office=settings.name[lang])
        writer.page(lang, path, template, title, description, view=view, **context)

    units = [u for u in office.units if isinstance(u, Unit) and u.is_valid(office.today)]
    units.sort(key=lambda u: order(u.name.vi))
    levels = list(dict.fromkeys(u.level for u in units))
    months = sorted({p for kind in office.kinds.values() for p in board.periods(kind)}, reverse=True)
    used_fields = [f for f in office.fields if any(field_kinds(office, book, f))]
    used_fields.sort(key=lambda f: order(f.name.vi))

    page("", "home.html.j2", say(lang, "pages.home.title"), units=units, levels=levels, months=months)
    page("don-vi/", "units.html.j2", say(lang, "pages.units.title"), units=units, levels=levels)
    page("thang/", "months.html.j2", say(lang, "pages.months.title"), months=months)
    for month in months:
        chosen = [k for k in office.kinds.values() if month in board.periods(k)]
        page(f"thang/{month}/", "month.html.j2", formats.period(lang, month), month=month, chosen=chosen, months=months)
    page("so-lieu/", "datasets.html.j2", say(lang, "pages.datasets.title"))
    for kind in office.kinds.values():
        page(f"so-lieu/{kind.name}/", "dataset.html.j2", kind.title[lang], kind=kind)
    page("linh-vuc/", "fields.html.j2", say(lang, "pages.fields.title"), fields=used_fields)
    for entry in used_fields:
        page(f"linh-vuc/{entry.slug}/", "field.html.j2", entry.name[lang], entry=entry, of=list(field_kinds(office, book, entry)))
    page("du-lieu/", "data.html.j2", say(lang, "pages.data.title"), packages=packages)


def field_kinds(office: Office, book: Book, entry: Entry) -> list[tuple[Kind, str]]:
    """The (kind, breakdown) pairs in which a field has figures in the kind's latest period."""
    found = []
    for kind in office.kinds.values():
        for name, breakdown in kind.breakdowns.items():
            if breakdown.column and kind.columns[breakdown.column].table == "fields":
                last = max(book.periods(kind.name), default="")
                if last and entry.code in book.keys(kind.name, name, EVERY, last, BASES[0]):
                    found.append((kind, name))
    return found


def copy_content(writer: Writer, lang: str) -> None:
    """The hand-written pages of a language, with the demonstration mark above and the release below.

    A page of the office's own content/ replaces the repository's page of the same path.
    """
    words = load(lang)
    pages: dict[str, Path] = {}
    for folder in writer.office.content:
        pages.update({p.relative_to(folder / lang).as_posix(): p for p in (folder / lang).rglob("*.md")})

    def t(key: str, **values: Any) -> Markup:
        return rich(words[f"pages.{key}"], values)

    template = writer.environment.get_template("frame.html.j2")
    for name, path in sorted(pages.items()):
        page = Page(lang, name.removesuffix(".md").removesuffix("index").rstrip("/") + "/")
        frame = template.make_module({**writer.frame, "lang": lang, "office": writer.office, "t": t, "page": page})
        head, body = split_front_matter(path.read_text(encoding="utf-8"))
        above, below = (str(frame.above()).strip(), str(frame.below()).strip())  # type: ignore[attr-defined]
        writer.write(lang, name, f"{head}{above}\n\n{body.strip()}\n\n{below}\n")


def split_front_matter(text: str) -> tuple[str, str]:
    """A Markdown file as (front matter with its fences, body)."""
    if text.startswith("---\n") and "\n---\n" in text:
        head, body = text.split("\n---\n", 1)
        return head + "\n---\n\n", body
    return "", text
