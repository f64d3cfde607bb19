"""The rows of an accepted file as they may be shown: none that is private, sensitive matters put together with others.

A commune may have one adoption a month: that there was one tells the neighbours whose. A field of fields.csv that is
`shown_as` another is published under that one, and a procedure that a column's `pool` names is published without its
code, as part of its field. Sums stay whole, so nothing that is overdue can be hidden in this way.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from publisher.catalogue.columns import Column
from publisher.catalogue.kinds import FIXED_COLUMNS, Kind
from publisher.catalogue.office import Office

Way = Callable[[Sequence[Decimal]], Decimal | int]
"""How figures of several rows become one: their sum or the greatest."""

Pooled = Mapping[str, Mapping[str, str]]
"""Column → what its sensitive values are shown as."""


def pooled(office: Office, kind: Kind) -> Pooled:
    """The columns of a kind that have sensitive values, and what those are shown as; "" for no code at all. A code
    of `pool` stands for all that begin with it."""
    found: dict[str, Mapping[str, str]] = {}
    for column in kind.schema_columns:
        if column.table in ("units", "fields"):
            known = {entry.code: entry.shown_as for entry in office.table(column.table) if entry.shown_as}
        else:
            known = dict.fromkeys(column.pool, "")
        if known:
            found[column.name] = known
    return found


def shown_as(known: Mapping[str, str], value: str) -> str | None:
    """What a value is shown as; None when it is shown as it is."""
    if value in known:
        return known[value]
    return next((to for begin, to in known.items() if not to and value.startswith(begin)), None)


def shown_lines(office: Office, kind: Kind, header: Sequence[str], lines: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of an accepted file that may be shown, in its order. Rows that become one are added up where the first
    of them stood; free text and what cannot be added up are left out of them."""
    if kind.private:
        lines = [line for line in lines if not kind.is_private(dict(zip(header, line, strict=True)))]
    known = {header.index(name): values for name, values in pooled(office, kind).items() if name in header}
    if not known:
        return [list(line) for line in lines]
    changed = [change(line, known) for line in lines]
    if all(line is None for line in changed):
        return [list(line) for line in lines]
    columns = [kind.columns[name] for name in header]
    at = [header.index(name) for name in kind.grain if name in header]
    groups: dict[tuple[str, ...], list[list[str]]] = {}
    sensitive = set()
    for line, to in zip(lines, changed, strict=True):
        shown = list(line) if to is None else without_text(columns, to)
        place = tuple(shown[i] for i in at)
        groups.setdefault(place, []).append(shown)
        if to is not None:
            sensitive.add(place)
    ways: dict[str, Way] = {name: sum for tally in kind.tallies.values() for name in tally.sum}
    ways |= {name: max for tally in kind.tallies.values() for name in tally.max}
    return [
        merged(columns, ways, group) if place in sensitive and len(group) > 1 else line
        for place, group in groups.items()
        for line in (group[:1] if place in sensitive else group)
    ]


def change(line: Sequence[str], known: Mapping[int, Mapping[str, str]]) -> list[str] | None:
    """A row with its sensitive values replaced; None when it has none."""
    found = {i: to for i, values in known.items() if (to := shown_as(values, line[i])) is not None}
    return [found.get(i, cell) for i, cell in enumerate(line)] if found else None


def without_text(columns: Sequence[Column], line: Sequence[str]) -> list[str]:
    """A row without what could tell what it was about: free text, and codes of no table."""
    return [cell if keeps(column) else "" for column, cell in zip(columns, line, strict=True)]


def keeps(column: Column) -> bool:
    """Whether a sensitive row keeps its cell of this column."""
    return column.type != "string" or bool(column.table or column.categories) or column.name in FIXED_COLUMNS


def merged(columns: Sequence[Column], ways: Mapping[str, Way], group: Sequence[Sequence[str]]) -> list[str]:
    """Several rows as one: figures are put together as tallies put them together, what all share stays, the rest is
    blank."""
    found = []
    for column, *cells in zip(columns, *group, strict=True):
        given = [Decimal(cell) for cell in cells if cell and column.is_figure]
        if column.name in ways and given:
            found.append(str(ways[column.name](given)))
        else:
            found.append(cells[0] if len(set(cells)) == 1 else "")
    return found
