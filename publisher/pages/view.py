"""What templates ask for, in one language: figures as elements, sentences, charts, names."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

from markupsafe import Markup

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.kinds import MoreTable
from publisher.catalogue.periods import LABEL
from publisher.catalogue.text import order
from publisher.errors import Problem
from publisher.ledger import Line
from publisher.measures import EVERY, Book, Figure, rounded
from publisher.measures.peers import Peers
from publisher.pages import answers, comparison, drawings, figures, submissions
from publisher.pages.answers import Answered
from publisher.pages.comparison import Side
from publisher.pages.drawings import Drawn
from publisher.pages.shell import rich
from publisher.pages.status import Board
from publisher.words import format as formats
from publisher.words import load, say

MONTHS_SHOWN = 24
BASES = ("month", "year_to_date")
MAIN_TABLE, HEADLINE = -1, -2
"""The numbers of a kind's own table and of its headline figures; further tables count from 0."""
ROWS_KEPT = 16_384
"""How many rows of tables stay written, about 2 kB each."""


class Fixes(Protocol):
    """Finds what was corrected (`publisher.pages.corrections`)."""

    def correction(self, figure: Figure) -> Line | None:
        """The correction that a figure carries."""

    def address(self, line: Line) -> str:
        """Where that correction stands, below a language's root."""


class View:
    """What templates ask for, in one language: figures as elements, charts, names."""

    def __init__(self, lang: str, office: Office, book: Book, board: Board, fixes: Fixes | None = None) -> None:
        """`fixes` finds what was corrected; without it nothing is marked. `root` is the way up from the page that is
        being written: a row that stands on several pages is written for each depth."""
        self.lang, self.office, self.book, self.board, self.fixes = lang, office, book, board, fixes
        self.root = "./"
        self.small_group = office.settings.thresholds.small_group
        self.small_denominator = office.settings.thresholds.small_denominator
        self.peers = Peers(book)
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
        if kind.line and not where.get("breakdown"):
            where |= {"breakdown": kind.line.breakdown, "key": kind.line.key}
        return self.book.figure(kind.name, measure, unit, period, basis=basis, **where)

    def show(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """One figure as an element."""
        found = self.figure(kind, measure, unit, period, **where)
        shown = figures.element(self.lang, kind.measures[measure], found, self.small_group)
        return Markup(shown)  # noqa: S704 escaped there

    def rate(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """The numerator and denominator of a percentage as "128/130"; nothing for other measures."""
        found = self.figure(kind, measure, unit, period, **where)
        return Markup(figures.rate(self.lang, kind.measures[measure], found))  # noqa: S704 escaped there

    def cell(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """One figure in its `<td>`, as a row of a table has it."""
        found = self.figure(kind, measure, unit, period, **where)
        cell = figures.cell(self.lang, kind.measures[measure], found, self.small_denominator, self.small_group)
        return Markup(cell)  # noqa: S704 escaped there

    def interval(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """The interval of a ratio in words, with what it is good for; nothing where none is declared or given."""
        found = self.figure(kind, measure, unit, period, **where)
        ends = figures.ends(self.lang, kind.measures[measure], found)
        if not ends:
            return Markup()
        low, high = (Markup(end) for end in ends)  # noqa: S704 escaped there
        return rich(load(self.lang)["pages.interval"], {"low": low, "high": high})

    def mark(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """The asterisk behind a percentage of few cases; nothing behind others."""
        found = self.figure(kind, measure, unit, period, **where)
        return Markup(figures.few(kind.measures[measure], found, self.small_denominator))  # noqa: S704 no data in it

    def corrected(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> Markup:
        """The mark behind a figure that is not what was first published, leading to its correction; else nothing."""
        return self.fix_mark(self.root, self.figure(kind, measure, unit, period, **where))

    def fix_mark(self, root: str, figure: Figure) -> Markup:
        """That mark on a page from which `root` leads up."""
        line = self.fixes.correction(figure) if self.fixes else None
        if self.fixes is None or line is None:
            return Markup()
        day = formats.date(self.lang, dt.datetime.fromisoformat(line.accepted_at).date())
        says = say(self.lang, "pages.corrections.mark_says", date=day, reason=line.reason)
        address, name = root + self.fixes.address(line), say(self.lang, "pages.corrections.mark")
        link = Markup('<sup class="ck-fix"><a href="{}" title="{}" aria-label="{}">{}</a></sup>')
        return link.format(address, says, says, name)

    def band(self, kind: Kind, measure: str, unit: str, period: str, **where: str) -> str:
        """The grade of a figure: that of the highest band that it reaches; "" where none is declared or the figure
        lacks a part."""
        found, declared = self.figure(kind, measure, unit, period, **where), kind.measures[measure]
        whole = declared.total is None or found.denominator == declared.total.maximum
        if found.value is None or not whole:
            return ""
        value = rounded(found.value, figures.decimals(declared))
        reached = [band for band in declared.bands if value >= band.at_least]
        return max(reached, key=lambda band: band.at_least).title[self.lang] if reached else ""

    def source(self, kind: Kind, measure: str) -> tuple[Kind | None, str]:
        """The kind and the measure that points are given for; no kind where the office does not publish it."""
        found = self.book.formulas[kind.name, measure].source
        return (self.office.kinds[found[0]], found[1]) if found else (None, "")

    def lacking(self, kind: Kind, measure: str, unit: str, period: str) -> list[str]:
        """The names of the parts of a total that have no value."""
        declared = kind.measures[measure].total
        parts = declared.measures if declared else ()
        return [kind.measures[p].title[self.lang] for p in parts if self.figure(kind, p, unit, period).value is None]

    def rated(self, kind: Kind, period: str) -> list[Unit]:
        """The units with figures of a kind for a period, by name."""
        codes = self.book.units_with(kind.name, period)
        return self.ordered(unit for code in codes if isinstance(unit := self.office.units.get(code), Unit))

    def cells(
        self,
        kind: Kind,
        unit: str,
        period: str,
        basis: str = "",
        breakdown: str = "",
        key: str = "",
        more: MoreTable | None = None,
        headline: bool = False,
    ) -> Markup:
        """The figures of one row of the kind's table, or of a further one, or the headline ones, each in its `<td>`.
        Beside headline figures of many units stands no interval: the whole table has it."""
        number = kind.tables.index(more) if more else HEADLINE if headline else MAIN_TABLE
        basis = basis or self.basis(kind.name, unit, period)
        return self.row(self.root, kind.name, unit, period, basis, breakdown, key, number)

    def make_row(
        self, root: str, name: str, unit: str, period: str, basis: str, breakdown: str, key: str, number: int
    ) -> Markup:
        """The row that `cells` gives: it stands on the unit's page and on the month's. `root` is the way up there."""
        kind = self.office.kinds[name]
        measures, line = kind.headline if number == HEADLINE else kind.table, kind.line
        if number >= 0:
            more = kind.tables[number]
            measures, line = more.measures, more.line or line
        if line and not breakdown:
            breakdown, key = line.breakdown, line.key
        cells = []
        for measure in measures:
            found = self.book.figure(name, measure, unit, period, basis=basis, breakdown=breakdown, key=key)
            behind = self.fix_mark(root, found)
            cells.append(
                figures.cell(
                    self.lang,
                    kind.measures[measure],
                    found,
                    self.small_denominator,
                    self.small_group,
                    behind,
                    interval=number != HEADLINE,
                )
            )
        return Markup("".join(cells))  # noqa: S704 escaped there

    def tables(self, kind: Kind, units: Sequence[str], periods: Sequence[str], basis: str = "month") -> list[MoreTable]:
        """The further tables of a kind that have a figure for one of these units and periods."""
        return [more for more in kind.tables if self._has_figures(kind, more, units, periods, basis)]

    def _has_figures(
        self, kind: Kind, more: MoreTable, units: Sequence[str], periods: Sequence[str], basis: str
    ) -> bool:
        """Whether a further table has a figure; what is held back alone needs no table."""
        line = more.line or kind.line
        where = {"breakdown": line.breakdown, "key": line.key} if line else {}
        return any(
            self.book.figure(kind.name, measure, unit, period, basis=basis, **where).value is not None
            for unit in units
            for period in periods
            for measure in more.measures
        )

    def answers(self, kind: Kind, unit: Unit, period: str) -> list[Answered]:
        """What citizens ask of one unit, and what its figures of a period answer."""
        basis = self.basis(kind.name, unit.code, period)
        return answers.answers(self, kind, unit.code, period, basis, unit.name[self.lang])

    def answers_all(self, kind: Kind, period: str, basis: str, count: int) -> list[Answered]:
        """The same of all units with one basis together; `count` is how many they are."""
        name: Markup | str = self.office.settings.short_name[self.lang]
        if count > 1 or len(self.office.units) > 1:
            shown = formats.number(self.lang, count)
            name = rich(load(self.lang)["pages.answer.who"], {"count": shown, "office": name})
        return answers.answers(self, kind, EVERY, period, basis, name)

    def submitted(self, unit: Unit) -> Markup | str:
        """Whether a unit submitted its latest reports in time, in a sentence; "" when none was due yet."""
        return answers.submitted(self, unit)

    def submitted_all(self) -> Markup | str:
        """The same of all units together."""
        return answers.submitted_all(self, [unit for unit in self.office.units if isinstance(unit, Unit)])

    def behind(self, kind: Kind, unit: Unit) -> str:
        """That a unit has not submitted its latest report that was due, and which one is shown; else ""."""
        status, last = self.board.latest(kind, unit.code), self.last(kind, unit.code)
        if not status or not status.due or status.state != "missing":
            return ""
        values = {
            "unit": unit.name[self.lang],
            "period": self.inside(status.period, kind=kind),
            "due": formats.date(self.lang, status.due),
        }
        if not last:
            return say(self.lang, "pages.answer.behind_never", **values)
        return say(self.lang, "pages.answer.behind", **values, last=self.inside(last, kind=kind))

    @cached_property
    def sides(self) -> list[Side]:
        """Every comparison of units that has a page."""
        return comparison.sides(self)

    def comparisons(self, kind: Kind, period: str = "", unit: str = "") -> list[tuple[Side, str]]:
        """The comparisons of a kind's latest month and what they say of a unit; none for an earlier period or for a
        unit that is in none of them. Where no unit is named, that of the largest group for each measure, with ""."""
        found = [side for side in self.sides if side.kind is kind and period in ("", side.last)]
        if not unit:
            return [(side, "") for side in {side.name: side for side in reversed(found)}.values()][::-1]
        return [(side, side.windows[0].cells[unit].state) for side in found if unit in side.windows[0].cells]

    def as_of(self, kind: Kind, period: str, iso: str) -> str:
        """ "Số liệu đến ngày …" where the figures do not stand at the period's end; else ""."""
        if not iso or dt.date.fromisoformat(iso) == self.office.period(kind, period).end:
            return ""
        return say(self.lang, "pages.unit.as_of", date=formats.date(self.lang, dt.date.fromisoformat(iso)))

    def period(self, period: str, basis: str = "month", kind: Kind | None = None) -> str:
        """A period's name, as the kind counts periods (a quarter, say), with "lũy kế" where the figures run from the
        year's start."""
        name = formats.period(self.lang, kind.span(period) if kind else period)
        return name if basis == "month" else say(self.lang, "pages.period.year_to_date", name=name)

    def inside(self, period: str, kind: Kind | None = None) -> str:
        """A period's name inside a sentence: Vietnamese then begins it with a small letter, English does not."""
        name = self.period(period, kind=kind)
        return name[:1].lower() + name[1:] if self.lang == "vi" else name

    def month_head(self, kinds: Sequence[Kind], period: str) -> str:
        """A period over a narrow column: "10/26"; its name where the only kind counts in quarters or years."""
        if len(kinds) == 1 and kinds[0].months > 1:
            return self.period(period, kind=kinds[0])
        return f"{int(period[5:7])}/{period[2:4]}"

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

    def wider(self, kind: Kind, unit: str = EVERY) -> list[str]:
        """The quarters and years for which every period of the kind is there (rule V15), newest first."""
        labels = kind.wider(self.board.periods(kind))
        found = [p for p in labels if self.figure(kind, kind.headline[0], unit, p, basis=BASES[0]).state != "blank"]
        return sorted(found, key=lambda label: label if "-" in label else f"{label}-Q9", reverse=True)

    def wider_name(self, kind: Kind, unit: str, period: str) -> str:
        """A quarter's or year's name; a year that is not over says how far its figures go."""
        name = formats.period(self.lang, period)
        iso = self.figure(kind, kind.headline[0], unit, period, basis=BASES[0]).as_of
        if "-" in period or not iso or iso >= self.office.period(kind, f"{period}-12").end.isoformat():
            return name
        return say(self.lang, "pages.until", name=name, date=formats.date(self.lang, dt.date.fromisoformat(iso)))

    def drawings(self, kind: Kind, unit: str, **where: str) -> list[Drawn]:
        """The kind's charts for one unit; none of those for which fewer than two months have data."""
        return drawings.drawings(self, kind, unit, **where)

    def name(self, kind: Kind, breakdown: str, key: str) -> str:
        """The name of one key of a breakdown: a field's, a category's, a month's, or a column's own."""
        declared = kind.breakdowns[breakdown]
        if key in declared.names:
            return declared.names[key][self.lang]
        column = kind.columns[declared.column]
        if column.table:
            entry = self.office.table(column.table).get(key)
            return entry.name[self.lang] if entry else key
        if LABEL.fullmatch(key):
            return formats.period(self.lang, key)
        return next((c.titles[self.lang] for c in column.categories if c.value == key), key)

    def keys(self, kind: Kind, breakdown: str, unit: str, period: str) -> list[str]:
        """The keys that stand in a breakdown, fields in Vietnamese order, months first to last, others as declared."""
        basis = self.basis(kind.name, unit, period)
        keys = self.book.keys(kind.name, breakdown, unit, period, basis)
        declared = kind.breakdowns[breakdown]
        if declared.columns:
            return [key for key in declared.columns if key in keys]
        categories = [c.value for c in kind.columns[declared.column].categories]
        if categories:
            return [key for key in categories if key in keys]
        if all(map(LABEL.fullmatch, keys)):
            return sorted(keys)
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
        return [(*key, self.ordered(units)) for key, units in groups.items()]

    def ordered(self, units: Iterable[Unit]) -> list[Unit]:
        """Units in the order of their names in this language."""
        return sorted(units, key=lambda unit: order(unit.name[self.lang]))

    def missing_units(self, kind: Kind, period: str) -> list[Unit]:
        """The units that had to submit for a period and did not, in the order of their names."""
        return self.ordered(self.board.missing_units(kind, period))

    def units_with_key(self, kind: Kind, breakdown: str, key: str, period: str) -> list[Unit]:
        """The units that have figures for one key of a breakdown in a period, in the order of their names."""
        found = []
        for code in self.book.units_with(kind.name, period, BASES[0]):
            unit = self.office.units.get(code)
            if isinstance(unit, Unit) and key in self.book.keys(kind.name, breakdown, code, period, BASES[0]):
                found.append(unit)
        return self.ordered(found)

    def say(self, kind: Kind, key: str, **values: object) -> Markup:
        """A sentence of the kind's own words, its places filled and escaped. Raises KeyError for an unknown one."""
        return rich(kind.words[key][self.lang], values)

    def warnings(
        self, kind: Kind, problems: tuple[Problem, ...], explanations: Mapping[str, str] | None = None
    ) -> list[str]:
        """What the check noted, as sentences for the public, each once with how often it came, and with what the unit
        says about it (`explanations`, by rule code)."""
        rules = {rule.code: rule for rule in kind.rules}
        words = load(self.lang)
        count: dict[tuple[str, str], int] = {}
        for problem in problems:
            rule = rules.get(problem.code)
            own = problem.message_vi if self.lang == "vi" else problem.message_en
            public = rule.public[self.lang] if rule else words.get(f"problems_public.{problem.code}", own)
            key = (public or own, (explanations or {}).get(problem.code, ""))
            count[key] = count.get(key, 0) + 1
        found = []
        for (sentence, explanation), number in count.items():
            said = sentence if number == 1 else say(self.lang, "pages.unit.times", sentence=sentence, count=number)
            found.append(f"{said} {say(self.lang, 'pages.unit.explains', text=explanation)}" if explanation else said)
        return found

    def month_warnings(self, kind: Kind, units: Sequence[Unit], period: str) -> list[tuple[Unit, list[str]]]:
        """The warnings that stand on the month's page too, by unit: those of rules that ask for it (`month: true`)."""
        found = []
        for unit in units:
            status = self.board.status(kind, unit.code, period)
            problems = status.warnings
            loud = tuple(problem for problem in problems if problem.code in kind.month_rules)
            if loud:
                found.append((unit, self.warnings(kind, loud, status.explanations)))
        return found

    def rows(self, kind: Kind, unit: str, period: str) -> list[dict[str, str]]:
        """The public cells of a unit's file, column → text, in its order: for names and for what there is. Figures are
        printed by `show`, which can be looked up."""
        return submissions.rows(self.office, kind, unit, period)

    def texts(self, kind: Kind, unit: str, period: str) -> list[tuple[str, str]]:
        """What the unit wrote itself in its latest file: (where, text) for every public free-text cell."""
        return submissions.texts(self.office, kind, unit, period, self.lang)
