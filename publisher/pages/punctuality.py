"""Who submitted in time: units beside months, for each dataset and for all of them, as pages and as CSV.

A page tells nothing that changes from one day to the next by itself: what is missing stands with its due day, not with
the days since.
"""

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.catalogue import Kind, Unit
from publisher.ledger import State
from publisher.opendata.tables import cell as safe
from publisher.pages.parts import Part, parts
from publisher.pages.shell import Writer
from publisher.pages.status import Status
from publisher.pages.view import View
from publisher.words import say

ROOT = "cong-bo/"

MONTHS = 12
"""So many periods stand on a dataset's first page; all of a year stand on the year's."""

DUE: tuple[State, ...] = ("in_time", "late", "missing")
"""The states of what was due; they are counted."""

CSV_COLUMNS = (
    *("dataset", "unit_code", "unit_name", "period", "period_from", "period_to", "due_on", "accepted_on"),
    *("state", "days_late", "corrections", "nothing"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit: its cells in the order of the periods (HTML), and how many of its submissions that were due came in
    time, came late and are missing."""

    unit: Unit
    cells: tuple[Markup, ...]
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Units beside periods. `totals` has the counts of each period over all units, also those of other parts."""

    periods: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Mapping[State, int], ...]


def write(writer: Writer, views: Mapping[str, View]) -> None:
    """Write `cong-bo/` for all datasets together and `cong-bo/<kind>/` for each, with a page for each year, and
    `cong-bo/<kind>.csv`."""
    office = writer.office
    kinds = [kind for kind in office.kinds.values() if not kind.derived and office.due_periods(kind)]
    for lang, view in views.items():
        title = say(lang, "pages.punctuality.title")
        labels = sorted({period for kind in kinds for period in awaited(view, kind)}, reverse=True)
        pages(writer, view, ROOT, title, kinds, labels, "")
        for kind in kinds:
            name = say(lang, "pages.punctuality.of", kind=kind.title[lang])
            pages(writer, view, f"{ROOT}{kind.name}/", name, [kind], list(reversed(awaited(view, kind))), kind.name)
    for kind in kinds:
        writer.write("vi", f"{ROOT}{kind.name}.csv", as_csv(next(iter(views.values())), kind))


def awaited(view: View, kind: Kind) -> list[str]:
    """The periods of a kind in which some unit had to submit and that are due or have data, first to last."""
    return [period for period in view.board.periods(kind) if view.board.expected(kind.name, period)]


def pages(
    writer: Writer, view: View, path: str, title: str, kinds: Sequence[Kind], labels: Sequence[str], name: str
) -> None:
    """The page of the latest periods, and one for each year, in parts where there are many units."""
    years = sorted({label[:4] for label in labels}, reverse=True) if len(labels) > MONTHS else []
    for year in ("", *years):
        shown = [label for label in labels if label.startswith(year)][: None if year else MONTHS]
        units = view.ordered(units_of(view, kinds, shown))
        all_parts = parts(units)
        totals = [total(view, kinds, period) for period in shown]
        for part in all_parts:
            rows = tuple(row(view, kinds, unit, shown) for unit in part.units)
            writer.overview(
                view.lang,
                path + (f"{year}/" if year else "") + part.path,
                "punctuality.html.j2",
                heading(view, title, year, part),
                search=not year and part.number == 1,
                view=view,
                matrix=Matrix(tuple(shown), rows, tuple(totals)),
                of=kinds,
                name=name,
                base=path,
                year=year,
                years=years,
                part=part,
                parts=all_parts,
            )


def heading(view: View, title: str, year: str, part: Part) -> str:
    """A page's own title: with its year and its part, where it has them."""
    title = say(view.lang, "pages.punctuality.year", title=title, year=year) if year else title
    return title if part.number == 1 else say(view.lang, "pages.punctuality.part", title=title, number=part.number)


def units_of(view: View, kinds: Iterable[Kind], periods: Sequence[str]) -> list[Unit]:
    """The units that had to submit something in these periods."""
    found: dict[str, Unit] = {}
    for kind in kinds:
        for period in periods:
            found |= view.board.expected(kind.name, period)
    return list(found.values())


def row(view: View, kinds: Sequence[Kind], unit: Unit, periods: Sequence[str]) -> Row:
    """One unit's cells and counts."""
    cells, counts = [], Counter[State]()
    for period in periods:
        stands = [one for kind in kinds if (one := due_of(view, kind, unit.code, period))]
        counts.update(one.state for one in stands)
        cells.append(together(view, stands) if len(kinds) > 1 else single(view, stands[0] if stands else None))
    return Row(unit, tuple(cells), counts)


def due_of(view: View, kind: Kind, unit: str, period: str) -> Status | None:
    """How a submission stands; None where the unit had nothing to submit."""
    if unit not in view.board.expected(kind.name, period):
        return None
    return view.board.status(kind, unit, period)


def total(view: View, kinds: Sequence[Kind], period: str) -> Mapping[State, int]:
    """How the submissions of all units stand for a period."""
    counts = Counter[State]()
    for kind in kinds:
        counts.update(view.board.status(kind, code, period).state for code in view.board.expected(kind.name, period))
    return counts


def single(view: View, status: Status | None) -> Markup:
    """One submission as a cell: a sign that is read out as words, or the words themselves."""
    lang = view.lang
    if status is None:
        return sign(lang, "–", "not_concerned")
    if status.state == "missing" and status.due:
        text = say(lang, "pages.punctuality.missing", due=day(status.due))
        return Markup('<span class="ck-missing ck-code"><strong>{}</strong></span>').format(text)
    if status.state == "waiting":
        return Markup("{}").format(say(lang, "pages.punctuality.waiting"))
    parts_ = [sign(lang, "✓", "in_time")]
    if status.state == "late":
        text = say(lang, "pages.punctuality.late", days=days_late(status))
        parts_ = [Markup('<span class="ck-late ck-code">{}</span>').format(text)]
    parts_ += [sign(lang, "0", "nothing")] if status.nothing else []
    parts_ += [sign(lang, say(lang, "pages.punctuality.sign_corrected"), "corrected")] if status.corrections else []
    return Markup(" ").join(parts_)


def together(view: View, stands: Sequence[Status]) -> Markup:
    """The submissions of one unit and period as a cell: how many of how many came in time, and what did not."""
    counts = Counter(one.state for one in stands)
    due = sum(counts[state] for state in DUE)
    if not stands:
        return sign(view.lang, "–", "not_concerned")
    if not due:
        return Markup("{}").format(say(view.lang, "pages.punctuality.waiting"))
    found = [Markup("{}/{}").format(counts["in_time"], due)]
    for state in DUE[1:]:
        if counts[state]:
            text = say(view.lang, f"pages.punctuality.count_{state}", count=counts[state])
            found.append(Markup('<span class="ck-{} ck-code">{}</span>').format(state, text))
    return Markup(" ").join(found)


def sign(lang: str, shown: str, key: str) -> Markup:
    """A sign that is read out as what it means; the legend explains it to the eye."""
    return Markup('<span role="img" aria-label="{}">{}</span>').format(say(lang, f"pages.punctuality.{key}"), shown)


def day(day_: dt.date) -> str:
    """A day of a narrow table: 21/10."""
    return f"{day_.day}/{day_.month}"


def days_late(status: Status) -> int:
    """By how many days a submission came late."""
    return (status.accepted - status.due).days if status.accepted and status.due else 0


def as_csv(view: View, kind: Kind) -> bytes:
    """Every submission that was due or came, as CSV: first to last period, units by code."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for period in awaited(view, kind):
        span = view.office.period(kind, period)
        for code, unit in sorted(view.board.expected(kind.name, period).items()):
            status = view.board.status(kind, code, period)
            writer.writerow(
                [
                    *(kind.name, code, safe(unit.name.vi), period, span.start.isoformat(), span.end.isoformat()),
                    *(iso(status.due), iso(status.accepted), status.state),
                    days_late(status) if status.state == "late" else "",
                    *(len(status.corrections), int(status.nothing)),
                ]
            )
    return text.getvalue().encode()


def iso(day_: dt.date | None) -> str:
    """A day as CSV has it."""
    return day_.isoformat() if day_ else ""
