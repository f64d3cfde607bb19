"""From figures to files: every page of the site as Markdown files that hold ready HTML, in each language.

Figures, names and free text go out as HTML blocks from autoescaped templates; Markdown never sees them.
"""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from publisher import cores
from publisher.catalogue import Entry, Kind, Office, Unit
from publisher.catalogue.text import one_line, order
from publisher.errors import Mistake, Problem
from publisher.ledger import Ledger
from publisher.measures import EVERY, Book
from publisher.opendata import Published, catalogues, publish, publish_units, structured
from publisher.pages import checkable, corrections, posted, previews, punctuality, registers
from publisher.pages.comparison import write_comparisons
from publisher.pages.embeds import embeds, write_embeds
from publisher.pages.months import part_title, write_months
from publisher.pages.news import feeds_of, write_news
from publisher.pages.parts import parts
from publisher.pages.shell import Page, Writer, rich
from publisher.pages.status import Board, last_change
from publisher.pages.view import BASES, View
from publisher.proof import Coming, short
from publisher.words import load, say

RELEASE_CSS = "assets/stylesheets/release.css"
"""A style sheet of each release, for paper only."""


def write_pages(office: Office, book: Book, ledger: Ledger, problems: list[Problem], coming: Coming, out: Path) -> None:
    """Write every page of the office into `out`/vi and `out`/en, and the data files once under vi.

    The bytes depend on the arguments alone. Raises Mistake `content-differs`.
    """
    board = Board(office, ledger, problems)
    kinds = list(office.kinds.values())
    content = content_pages(office)
    fixes = corrections.Corrections(office, book, ledger)
    views: dict[str, View] = {lang: View(lang, office, book, board, fixes) for lang in office.settings.languages}
    frame = {"kinds": kinds, "EVERY": EVERY, "release": short(coming.id), "received": board.day}
    writer = Writer(office, out, frame)
    for lang in views:
        writer.write(lang, RELEASE_CSS, release_css(writer, lang, short(coming.id)))
    published = publish(office, book, ledger, partial(writer.write, "vi"))
    registers.write_documents(writer, ledger)
    registers.write_calendars(writer, views[office.settings.languages[0]], ledger)
    checkable.write(writer, views, coming)
    corrections.write(writer, views, fixes)
    punctuality.write(writer, views)

    catalogued = list(catalogues.about(office, ledger, published))
    writer.json("vi", catalogues.DCAT, catalogues.dcat(office, catalogued))
    writer.json("vi", catalogues.DATA_JSON, catalogues.data_json(office, catalogued))

    units = sorted(reporting_units(office, ledger), key=lambda u: order(u.name.vi))
    publish_units(office, book, published, units, partial(writer.write, "vi"))

    def write_language(lang: str) -> None:
        view = views[lang]
        for unit in units:
            unit_page(writer, view, unit, lang, previews.picture_path(unit, len(units)))
            write_embeds(writer, view, unit)
        write_overviews(writer, view, lang, published, catalogued)
        write_news(writer, view, units)
        write_comparisons(writer, view)
        registers.write_own_pages(writer, view, lang)
        copy_content(writer, lang, content[lang])

    cores.each(write_language, views)


def release_css(writer: Writer, lang: str, code: str) -> str:
    """What a browser prints at the foot of every sheet: the release's code, and where it is compared."""
    check = Page(lang, "").address(writer.office.settings.site_url, "ban-cong-bo/")
    said = one_line(say(lang, "pages.posted.foot", id=code, check=check)).replace("\\", "").replace('"', "")
    return f'@page {{ @bottom-left {{ content: "{said}"; font: 8pt sans-serif; }} }}\n'


def reporting_units(office: Office, ledger: Ledger) -> list[Unit]:
    """The units with a page: all that were in force at any time from the first period until today, and all that ever
    submitted. Time adds units to it and takes none away: an address that was published stays."""
    begin = min(
        (office.period(kind, office.settings.first_period).start for kind in office.kinds.values()),
        default=dt.date(int(office.settings.first_period[:4]), int(office.settings.first_period[5:]), 1),
    )
    submitted = {line.unit for line in ledger.lines}
    return [
        u
        for u in office.units
        if isinstance(u, Unit)
        and (u.code in submitted or ((u.valid_from or begin) <= office.today and (u.valid_to or begin) >= begin))
    ]


def unit_page(writer: Writer, view: View, unit: Unit, lang: str, picture: str) -> None:
    """One unit: latest month, charts, breakdowns, what is missing; and on a page of their own its long tables.
    `picture` is what a link to it shows."""
    office, board = writer.office, view.board
    sections, missing, late, shown = [], [], [], []
    for kind in office.kinds.values():
        for period in board.periods(kind):
            if board.concerns(kind, unit.code, period):
                status = board.status(kind, unit.code, period)
                shown.append(status)
                missing += [(kind, status)] if status.state == "missing" else []
                late += [(kind, status)] if status.state == "late" else []
        if view.last(kind, unit.code) or any(k is kind for k, _ in missing):
            sections.append(kind)
    title, changed = unit.name[lang], last_change(shown)
    writer.page(
        lang,
        f"don-vi/{unit.slug}/",
        "unit.html.j2",
        title,
        say(lang, "pages.unit.description", unit=title, office=office.settings.name[lang]),
        view=view,
        unit=unit,
        sections=sections,
        registers={kind.name: registers.Register(kind, view) for kind in sections},
        bulletins=[(period, posted.bulletin_path(unit, period)) for period in posted.bulletins(office, board, unit)],
        missing=sorted(missing, key=lambda m: m[1].period, reverse=True),
        late=sorted(late, key=lambda m: m[1].period, reverse=True),
        embeds=embeds(writer, view, unit),
        head={
            "feeds": feeds_of(office, lang, Page(lang, f"don-vi/{unit.slug}/"), unit),
            "picture": picture,
            "changed": changed,
        },
    )
    given = [kind for kind in sections if view.last(kind, unit.code) and not kind.derived]
    if given:
        title = say(lang, "pages.unit.periods_title", unit=unit.name[lang])
        path = f"don-vi/{unit.slug}/tung-ky/"
        context = {"view": view, "unit": unit, "sections": given, "head": {"changed": changed}}
        writer.overview(lang, path, "unit_periods.html.j2", title, search=False, **context)


def write_overviews(
    writer: Writer, view: View, lang: str, published: Published, catalogued: list[catalogues.About]
) -> None:
    """Home, the lists, the months, the dataset kinds, the fields, the data page."""
    office, book, board = writer.office, view.book, view.board

    def page(path: str, template: str, title: str, **context: Any) -> None:
        writer.overview(lang, path, template, title, view=view, **context)

    units = view.ordered(u for u in office.units if isinstance(u, Unit) and u.is_valid(office.today))
    levels = list(dict.fromkeys(u.level for u in units))
    months = sorted({p for kind in office.kinds.values() for p in board.periods(kind)}, reverse=True)
    used_fields = [f for f in office.fields if field_kinds(office, book, f)]
    used_fields.sort(key=lambda f: order(f.name[lang]))

    def feeds(path: str) -> dict[str, Any]:
        return {"feeds": feeds_of(office, lang, Page(lang, path))}

    title = say(lang, "pages.home.title")
    head = {**feeds(""), "changed": board.changed(*office.kinds)}
    page("", "home.html.j2", title, units=units, levels=levels, months=months, head=head)
    page("don-vi/", "units.html.j2", say(lang, "pages.units.title"), units=units, levels=levels)
    write_months(writer, view, months, published)
    page("so-lieu/", "datasets.html.j2", say(lang, "pages.datasets.title"))
    heads = {one.kind.name: {"structured": structured.of_kind(office, lang, one)} for one in catalogued}
    for kind in office.kinds.values():
        page(
            f"so-lieu/{kind.name}/",
            "dataset.html.j2",
            kind.title[lang],
            kind=kind,
            head={**heads.get(kind.name, {}), "changed": board.changed(kind.name)},
            published=published,
            register=registers.Register(kind, view),
        )
    page("linh-vuc/", "fields.html.j2", say(lang, "pages.fields.title"), fields=used_fields)
    for entry in used_fields:
        field_page(writer, view, entry)
    for entry in office.fields:
        if entry.shown_as:  # its page may have been published before
            other = office.fields.entries[entry.shown_as]
            context = {"entry": entry, "other": other, "fields": used_fields}
            page(f"linh-vuc/{entry.slug}/", "field_together.html.j2", entry.name[lang], **context)
    page("du-lieu/", "data.html.j2", say(lang, "pages.data.title"), published=published, head=feeds("du-lieu/"))


def field_page(writer: Writer, view: View, entry: Entry) -> None:
    """One field: each unit's latest figures, in parts where there are many units, and the trend of all."""
    of = field_kinds(writer.office, view.book, entry)
    found = {u.code: u for kind, name, last in of for u in view.units_with_key(kind, name, entry.code, last)}
    all_parts = parts(view.ordered(found.values()))
    for part in all_parts:
        title = part_title(view.lang, entry.name[view.lang], part)
        path = f"linh-vuc/{entry.slug}/{part.path}"
        context = {"entry": entry, "of": of, "part": part, "parts": all_parts, "view": view}
        context["head"] = {"changed": view.board.changed(*(kind.name for kind, _, _ in of))}
        writer.overview(view.lang, path, "field.html.j2", title, search=part.number == 1, **context)


def field_kinds(office: Office, book: Book, entry: Entry) -> list[tuple[Kind, str, str]]:
    """(kind, breakdown, last period) for every breakdown in which a field ever had figures: its page stays."""
    found = []
    for kind in office.kinds.values():
        for name, breakdown in kind.breakdowns.items():
            if breakdown.column and kind.columns[breakdown.column].table == "fields":
                periods = [p for p in book.periods(kind.name) if entry.code in field_keys(book, kind, name, p)]
                found += [(kind, name, periods[-1])] if periods else []
    return found


def field_keys(book: Book, kind: Kind, breakdown: str, period: str) -> list[str]:
    """The fields that have figures in a period of the whole office."""
    return book.keys(kind.name, breakdown, EVERY, period, BASES[0])


def content_pages(office: Office) -> dict[str, dict[str, Path]]:
    """The hand-written pages as language → path below it → file; the office's own replaces the repository's.

    Raises Mistake `content-differs` when one language lacks a page.
    """
    found: dict[str, dict[str, Path]] = {}
    for lang in office.settings.languages:
        pages = found.setdefault(lang, {})
        for folder in office.content:
            pages.update({p.relative_to(folder / lang).as_posix(): p for p in (folder / lang).rglob("*.md")})
    names = {name for pages in found.values() for name in pages}
    lacking = sorted(name for name in names if not all(name in pages for pages in found.values()))
    if lacking:
        raise Mistake("content-differs", {"pages": ", ".join(lacking[:5]), "count": len(lacking)})
    return found


def copy_content(writer: Writer, lang: str, pages: dict[str, Path]) -> None:
    """The hand-written pages of a language, with the demonstration mark above and the release below."""
    words = load(lang)

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
