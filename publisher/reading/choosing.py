"""Which sheet of a workbook is read: the one visible sheet that holds the kind's header, or the one asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind
from publisher.catalogue.kinds import FIXED_COLUMNS
from publisher.errors import Mistake
from publisher.reading.book import Book, Sheet
from publisher.reading.header import Finding, Header, find_header


@dataclass(frozen=True, slots=True)
class Page:
    """What is read of a file: a sheet, or the text when there is none; its header, or why there is none; and what is to
    be told of the choice."""

    sheet: Sheet | None
    header: Header | list[Finding]
    findings: tuple[Finding, ...] = ()


def choose(book: Book, kind: Kind, layout: str | None, filled: frozenset[str], asked: str | None) -> Page:
    """What is read of a file. `layout` and `filled` as for find_header, `asked` is the sheet that is wanted.

    Raises Mistake `unknown-layout`, `unknown-sheet`.
    """

    def page(sheet: Sheet | None) -> Page:
        merged = sheet.look.merged if sheet else ()
        return Page(sheet, find_header(book.heads(sheet), kind, layout, filled, merged))

    if asked is not None and asked not in (sheet.name for sheet in book.sheets):
        raise Mistake("unknown-sheet", {"sheet": asked, "known": ", ".join(book.names) or "-"}, exit_code=2)
    if not book.sheets:
        return page(None)
    pages = [page(sheet) for sheet in book.sheets]
    if asked is not None:
        (only,) = (one for one in pages if one.sheet and one.sheet.name == asked)
        return only if only.sheet and only.sheet.visible else refused(only, "sheet-hidden", [only])
    visible = [one for one in pages if one.sheet and one.sheet.visible]
    best = best_of([one for one in visible if fits(one, kind)])
    if len(best) == 1:
        return with_notes(best[0], pages)
    if best:
        return refused(best[0], "sheets-several", best)
    hidden = [one for one in pages if one.sheet and not one.sheet.visible and fits(one, kind)]
    if hidden:
        return refused(hidden[0], "sheet-hidden", hidden)
    return max(visible or pages, key=lambda one: len(one.sheet.rows) if one.sheet else 0)


def fits(page: Page, kind: Kind) -> bool:
    """Whether a sheet has a header of the kind, with a column that not every kind has."""
    return isinstance(page.header, Header) and bool(set(page.header.columns) & (set(kind.columns) - set(FIXED_COLUMNS)))


def best_of(pages: Sequence[Page]) -> list[Page]:
    """The sheets with the fewest errors in their header; among sheets with errors, those with most known titles."""

    def rank(page: Page) -> tuple[int, int]:
        assert isinstance(page.header, Header)
        return (0, 0) if not page.header.errors else (-page.header.errors, page.header.hits)

    top = max(map(rank, pages), default=None)
    return [page for page in pages if rank(page) == top]


def refused(page: Page, code: str, pages: Sequence[Page]) -> Page:
    """A workbook of which no sheet can be chosen: the first sheet with what is wrong in place of its header."""
    names = ", ".join(f"“{one.sheet.name}”" for one in pages if one.sheet)
    return Page(page.sheet, [Finding(code, "error", values={"sheets": names, "count": len(pages)})])


def with_notes(page: Page, pages: Sequence[Page]) -> Page:
    """The chosen sheet, with a note on the others."""
    assert page.sheet is not None
    others = [one.sheet for one in pages if one.sheet and one.sheet is not page.sheet]
    passed = [sheet.name for sheet in others if sheet.visible and not sheet.is_empty]
    hidden = [sheet.name for sheet in others if not sheet.visible]
    findings = []
    for code, names in (("sheets-passed", passed), ("sheets-hidden", hidden)):
        if names:
            listed = ", ".join(f"“{name}”" for name in names)
            values = {"chosen": page.sheet.name, "sheets": listed, "count": len(names)}
            findings.append(Finding(code, "note", values=values))
    return Page(page.sheet, page.header, tuple(findings))
