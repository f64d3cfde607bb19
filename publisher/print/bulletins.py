"""What stands on a unit's bulletin of one month: its page's words and figures, for a wall."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from publisher.catalogue import Kind, Measure, Unit
from publisher.pages import posted
from publisher.pages.status import Status
from publisher.pages.view import View
from publisher.print.said import LANG, Piece, Said, address, beside, headline, joined, laws, pieces, plain, sentences
from publisher.print.stamp import PLACEHOLDER
from publisher.print.typesetting import breakable, clean
from publisher.words import format as formats
from publisher.words import say

FRONT = 4
"""How many kinds stand on a front; of others only a line is printed, among the details."""

MONTHS = 12
"""How many months a chart shows."""

ROWS = 30
"""How many rows a table has; an office with more fields prints the first and says how many are left."""

TEXTS, TEXT_LIMIT, NAME_LIMIT = 12, 300, 400
"""How many explanations are printed, how long each may be, and how long a name."""


COUNT_WIDTH, SHARE_WIDTH = 25, 32
"""How wide a table's column of numbers and of percentages with their parts is, in millimetres."""


@dataclass(frozen=True)
class Card:
    """A figure of the front: its title, its value, and what stands beside it."""

    title: str
    value: Said
    beside: Said


@dataclass(frozen=True)
class Answer:
    """A question and the sentence that answers it."""

    ask: str
    said: Said


@dataclass(frozen=True)
class Row:
    """A line of a table: a name, a cell for each measure, and the lengths of its bar (0 to 1), one for each series."""

    name: str
    cells: tuple[Said, ...]
    bar: tuple[float, ...]


@dataclass(frozen=True)
class Grid:
    """A table by field or the like. `widths` are those of the columns of figures in millimetres; `keys` name the series
    of the bars; without bars there are none."""

    title: str
    first: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    more: str


@dataclass(frozen=True)
class Columns:
    """A chart of months: `bars` are the heights (0 to 1) of each month's series from the foot up, none where there are
    no data. `said` is its sentence, `top` what the highest bar stands for, `late` what stands above each
    bar: its last series, the one to be small."""

    title: str
    said: Said
    alt: str
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    bars: tuple[tuple[float, ...] | None, ...]
    late: tuple[str, ...]
    top: str
    empty: str


@dataclass(frozen=True)
class Part:
    """One kind on a bulletin: `answers` are what citizens ask first and what the figures say. `days` are the period's,
    and that of the figures where it is another. `state` says why there are no figures; then there is nothing else."""

    title: str
    days: tuple[str, ...]
    state: str
    answers: tuple[Answer, ...]
    marks: tuple[str, ...]
    cards: tuple[Card, ...]
    grid: Grid | None
    columns: Columns | None
    warnings: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    definitions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Other:
    """One kind of which only a line is printed."""

    title: str
    said: Said
    marks: tuple[str, ...]


def bulletin(view: View, unit: Unit, period: str) -> dict[str, Any]:
    """A bulletin as its template reads it. The place of the release's hash holds `PLACEHOLDER`."""
    office = view.office
    kinds = [
        kind
        for kind in posted.printed_kinds(office)
        if period in view.board.periods(kind) and view.board.concerns(kind, unit.code, period)
    ]
    front = in_front(kinds)
    parts = [part(view, kind, unit, period) for kind in front]
    received = [s.accepted for kind in kinds if (s := view.board.status(kind, unit.code, period)).accepted]
    name, office_name = clean(unit.name.vi, NAME_LIMIT), clean(office.settings.name.vi, NAME_LIMIT)
    heading = say(LANG, "print.heading", period=formats.period(LANG, period))
    page = address(office, f"don-vi/{unit.slug}/")
    texts, more = shortened(parts)
    return {
        "sort": "bulletin",
        "title": clean(say(LANG, "print.title", heading=heading, unit=unit.name.vi), NAME_LIMIT),
        "heading": heading,
        "name": name,
        "office": office_name,
        "front": parts,
        "others": [other(view, kind, unit, period) for kind in kinds if kind not in front],
        "texts": texts,
        "more_texts": more,
        "few": few_note(view, kinds),
        "pages": [say(LANG, "print.page", number=number, count=2) for number in (1, 2)],
        "law": laws(office, kinds, period),
        **foot(view, page, f"don-vi/{unit.slug}/", max(received, default=None)),
    }


def in_front(kinds: Sequence[Kind]) -> list[Kind]:
    """The kinds that stand on a front: the first ones that pages of many kinds do not keep short."""
    return [kind for kind in kinds if not kind.brief][:FRONT]


def foot(view: View, page: str, path: str, received: dt.date | None) -> dict[str, Any]:
    """What stands at the foot of every sheet: where its figures stand on the site, and how it is compared with them.
    The day of a sheet is that on which the last of its figures arrived."""
    settings = view.office.settings
    contact = [settings.contact.phone, settings.contact.email, settings.contact.address[LANG]]
    return {
        "mark": say(LANG, "print.mark") if settings.demonstration else "",
        "url": settings.site_url.rstrip("/") + "/" + path,
        "qr_alt": say(LANG, "print.qr_alt", address=page),
        "address": breakable(page, "/"),
        "check": breakable(address(view.office, "ban-cong-bo/"), "/"),
        "release": PLACEHOLDER,
        "received": say(LANG, "print.received", date=formats.date(LANG, received)) if received else "",
        "day": [received.year, received.month, received.day] if received else None,
        "contact": clean(say(LANG, "print.contact", contact=" · ".join(filter(None, contact))), NAME_LIMIT),
        "words": sentences("print"),
    }


def part(view: View, kind: Kind, unit: Unit, period: str) -> Part:
    """What a bulletin says of one kind."""
    status = view.board.status(kind, unit.code, period)
    span = view.office.period(kind, period)
    days = say(LANG, "print.days", first=formats.date(LANG, span.start), last=formats.date(LANG, span.end))
    if not status.accepted:
        return Part(kind.title.vi, (days,), state(status), (), (), (), None, None, (), (), ())
    as_of = view.as_of(kind, period, view.figure(kind, kind.headline[0], unit.code, period).as_of)
    return Part(
        title=kind.title.vi,
        days=tuple(filter(None, (days, as_of))),
        state="",
        answers=tuple(Answer(one.ask, pieces(one.sentence)) for one in view.answers(kind, unit, period) if one.first),
        marks=tuple(marks(status)),
        cards=tuple(card(view, kind, measure, unit, period) for measure in kind.headline),
        grid=grid(view, kind, unit, period),
        columns=columns(view, kind, unit, period),
        warnings=tuple(clean(one, TEXT_LIMIT) for one in view.warnings(kind, status.warnings, status.explanations)),
        texts=tuple((clean(where, NAME_LIMIT), text) for where, text in grouped(view.texts(kind, unit.code, period))),
        definitions=tuple(definition(m) for name in kind.headline if needs_definition(m := kind.measures[name])),
    )


def other(view: View, kind: Kind, unit: Unit, period: str) -> Other:
    """What a bulletin says of a kind that has no place on the front: its headline figures in one line."""
    status = view.board.status(kind, unit.code, period)
    if not status.accepted:
        return Other(kind.title.vi, (Piece(state(status)),), ())
    figures = [
        (
            Piece(f"{kind.measures[measure].title.vi}: "),
            *headline(view, kind, measure, unit.code, period),
            *((Piece(" "), *found) if (found := beside(view, kind, measure, unit.code, period)) else ()),
        )
        for measure in kind.headline
    ]
    return Other(kind.title.vi, tuple(joined(figures, "; ")), tuple(marks(status)))


def state(status: Status) -> str:
    """Why there are no figures."""
    due = formats.date(LANG, status.due) if status.due else ""
    return say(LANG, f"pages.status.{status.state}", due=due)


def marks(status: Status) -> Iterable[str]:
    """What is said beside the figures: late, corrected, nothing to report."""
    if status.nothing:
        yield say(LANG, "pages.status.nothing")
    if status.state == "late" and status.accepted and status.due:
        late, due = formats.date(LANG, status.accepted), formats.date(LANG, status.due)
        yield say(LANG, "pages.status.late", date=late, due=due)
    for one in status.corrections:
        day, reason = formats.date(LANG, one.day), clean(one.reason, TEXT_LIMIT)
        yield say(LANG, "pages.status.corrected", number=one.number, date=day, reason=reason)


def card(view: View, kind: Kind, measure: str, unit: Unit, period: str) -> Card:
    """A headline figure as the page's card has it."""
    return Card(
        kind.measures[measure].title.vi,
        headline(view, kind, measure, unit.code, period),
        beside(view, kind, measure, unit.code, period),
    )


def needs_definition(measure: Measure) -> bool:
    """Whether a wall has room for how it is counted: all but plain sums of which neither more nor less is better."""
    return measure.form != "sum" or measure.better != "neither"


def definition(measure: Measure) -> tuple[str, str]:
    """A measure and how it is counted, with which way is better."""
    better = "" if measure.better == "neither" else f" {say(LANG, f'pages.better.{measure.better}')}."
    return measure.title.vi, measure.definition.vi + better


def grid(view: View, kind: Kind, unit: Unit, period: str) -> Grid | None:
    """The table of the kind's first breakdown by a column, with bars where the kind has a stacked chart."""
    name = next((name for name, declared in kind.breakdowns.items() if declared.column), "")
    keys = view.keys(kind, name, unit.code, period) if name else []
    if not keys:
        return None
    series = next((chart.measures for chart in kind.charts if chart.form == "stack"), ())
    values = {
        key: [view.figure(kind, m, unit.code, period, breakdown=name, key=key).value or 0 for m in series]
        for key in keys
    }
    most = max((sum(column) for column in values.values()), default=0) or 1
    rows = tuple(
        Row(
            clean(view.name(kind, name, key), NAME_LIMIT),
            tuple(
                tuple(
                    joined(
                        [
                            headline(view, kind, m, unit.code, period, breakdown=name, key=key),
                            pieces(view.rate(kind, m, unit.code, period, breakdown=name, key=key)),
                        ],
                        " ",
                    )
                )
                for m in kind.headline
            ),
            tuple(value / most for value in values[key]),
        )
        for key in keys[:ROWS]
    )
    left = len(keys) - ROWS
    return Grid(
        title=kind.short.vi,
        first=kind.breakdowns[name].title.vi,
        heads=tuple(kind.measures[m].short.vi or kind.measures[m].title.vi for m in kind.headline),
        widths=tuple(SHARE_WIDTH if kind.measures[m].is_share else COUNT_WIDTH for m in kind.headline),
        keys=tuple(kind.measures[m].short.vi or kind.measures[m].title.vi for m in series),
        rows=rows,
        more=say(LANG, "print.more_rows", count=left) if left > 0 else "",
    )


def columns(view: View, kind: Kind, unit: Unit, period: str) -> Columns | None:
    """The kind's stacked chart over the last months; none when fewer than two have data."""
    chart = next((chart for chart in kind.charts if chart.form == "stack"), None)
    periods = [p for p in view.board.periods(kind) if p <= period and view.board.concerns(kind, unit.code, p)][-MONTHS:]
    if not chart:
        return None
    series = [[view.figure(kind, m, unit.code, p).value for m in chart.measures] for p in periods]
    given = [sum(value or 0 for value in values) for values in series if any(v is not None for v in values)]
    if len(given) < 2:
        return None
    top = max(given) or 1
    said = tuple(
        joined(
            [
                (
                    Piece(f"{kind.measures[m].title.vi}, {view.period(period, kind=kind)}: "),
                    *pieces(view.show(kind, m, unit.code, period)),
                )
                for m in chart.measures
            ],
            "; ",
        )
    )
    keys = [kind.measures[m].short.vi or kind.measures[m].title.vi for m in chart.measures]
    first, last = (view.period(p, kind=kind) for p in (periods[0], periods[-1]))
    return Columns(
        title=chart.title.vi,
        said=said,
        alt=say(LANG, "print.chart_alt", title=chart.title.vi, first=first, last=last, said=plain(said)),
        keys=(*keys[:-1], say(LANG, "print.above", name=keys[-1])),
        labels=tuple(formats.short_month(LANG, p) for p in periods),
        bars=tuple(
            tuple((value or 0) / top for value in values) if any(v is not None for v in values) else None
            for values in series
        ),
        late=tuple(
            "" if values[-1] is None else plain(pieces(view.show(kind, chart.measures[-1], unit.code, p)))
            for p, values in zip(periods, series, strict=True)
        ),
        top=formats.number(LANG, top),
        empty=say(LANG, "pages.chart.empty") if len(given) < len(periods) else "",
    )


def grouped(texts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Explanations with the same words as one: (where they belong, text)."""
    places: dict[str, list[str]] = {}
    for where, text in texts:
        places.setdefault(clean(text, TEXT_LIMIT), []).append(where.partition(" · ")[0])
    for text, found in places.items():
        yield ", ".join(dict.fromkeys(found)), text


def shortened(parts: Iterable[Part]) -> tuple[list[tuple[str, str]], str]:
    """The explanations that are printed, and how many more there are, in words."""
    found = [text for one in parts for text in one.texts]
    left = len(found) - TEXTS
    return found[:TEXTS], say(LANG, "print.more_texts", count=left) if left > 0 else ""


def few_note(view: View, kinds: Iterable[Kind]) -> str:
    """What the asterisk behind a percentage means, where one may stand."""
    if not any(kind.has_ratios for kind in kinds):
        return ""
    return say(LANG, "pages.few", threshold=view.office.settings.thresholds.small_denominator)
