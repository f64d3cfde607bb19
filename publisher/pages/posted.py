"""Which sheets a release publishes for posting, and where they stand: pages link to them, `publisher.print` makes them.

A bulletin hangs for a month or so: those of a unit's latest months are published, and its page has the figures of all.
A month's board stays at its address.
"""

from itertools import islice

from publisher.catalogue import Kind, Office, Unit
from publisher.catalogue.text import order
from publisher.pages.status import Board

BULLETINS = 2
"""How many months of a unit have a bulletin on the site: the one that hangs now and the one that comes."""

WHOLE = 200
"""A month's sheets are one file where so many units, or fewer, have one: about 400 pages."""


def printed_kinds(office: Office) -> list[Kind]:
    """The kinds that have something to print: figures of what was done. What lies ahead makes no month to post."""
    return [kind for kind in office.kinds.values() if kind.headline and not kind.ahead]


def months(office: Office, board: Board) -> list[str]:
    """The months that have a board, newest first; none where the office wants no paper."""
    if not office.settings.paper:
        return []
    return sorted({period for kind in printed_kinds(office) for period in board.periods(kind)}, reverse=True)


def concerns(office: Office, board: Board, unit: Unit, period: str) -> bool:
    """Whether a unit had to submit anything for a period, or did."""
    return any(
        period in board.labels(kind.name) and board.concerns(kind, unit.code, period) for kind in printed_kinds(office)
    )


def bulletins(office: Office, board: Board, unit: Unit) -> list[str]:
    """The months for which a unit's bulletin is published, newest first; none for a unit of which nothing was
    awaited."""
    return list(islice((p for p in months(office, board) if concerns(office, board, unit, p)), BULLETINS))


def units(office: Office, board: Board, period: str) -> list[Unit]:
    """The units that have a bulletin for a period, by level and in Vietnamese order."""
    found = [u for u in office.units if isinstance(u, Unit) and concerns(office, board, u, period)]
    levels = list(dict.fromkeys(unit.level for unit in found))
    return sorted(found, key=lambda unit: (levels.index(unit.level), order(unit.name.vi)))


def sheets(office: Office, board: Board, period: str) -> dict[str, str]:
    """The sheets of a month for all units by their names in the words: address below the root. All in one file is
    there for the office's latest month only, where they are not too many."""
    known = months(office, board)
    found = {"board": board_path(period)} if period in known else {}
    if known[:1] == [period] and 0 < len(units(office, board, period)) <= WHOLE:
        found["whole"] = whole_path(period)
    return found


def bulletin_path(unit: Unit, period: str) -> str:
    """The address of a unit's bulletin below the root."""
    return f"don-vi/{unit.slug}/ban-tin/{period}.pdf"


def board_path(period: str) -> str:
    """The address of a month's board below the root."""
    return f"thang/{period}/bang-tong-hop.pdf"


def whole_path(period: str) -> str:
    """The address of all sheets of a month in one file below the root."""
    return f"du-lieu/{period}/niem-yet.pdf"


def notice_path(unit: Unit, page: str) -> str:
    """The address below the root of the sheets of what a unit posts, beside the page that has the same list."""
    return f"don-vi/{unit.slug}/{page}/to-niem-yet.pdf"
