"""The sheets of a release: set once for what stands on them, kept, and stamped with each release that shows them.

What was set is kept in `var/cache/print/` under the hash of all that stands on it; the folder can be deleted at any
time. Setting needs no other process: Typst works outside Python's lock, so threads use all cores with one load of
fonts.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from publisher.catalogue import Kind, Unit
from publisher.pages import posted
from publisher.pages.registers import Register
from publisher.pages.view import View
from publisher.print import typesetting
from publisher.print.bulletins import NAME_LIMIT, bulletin
from publisher.print.kept import Kept
from publisher.print.notices import notices
from publisher.print.overviews import overview
from publisher.print.said import LANG
from publisher.print.stamp import stamp
from publisher.print.typesetting import clean
from publisher.words import format as formats
from publisher.words import say

TEMPLATE = Path(__file__).with_name("sheets.typ")

AHEAD = 16
"""So many sheets are made ready before they can be set: thousands must not wait in memory."""

Progress = Callable[[int, int], None]
"""Told (sheets set, sheets to set)."""

Content = Mapping[str, Any]
"""What stands on a sheet, as `bulletins`, `overviews` and `notices` give it."""


@dataclass(frozen=True)
class Published:
    """A sheet that a release publishes: its address below the root, and what makes its content."""

    path: str
    make: Callable[[], Content]


def published(view: View) -> list[Published]:
    """Everything that is printed for a release; the longest work first, so that no core waits for it at the end."""
    office, board = view.office, view.board
    found = []
    for period in posted.months(office, board):
        paths = posted.sheets(office, board, period)
        found += [
            Published(paths[name], partial(make, view, period)) for name, make in MONTHLY.items() if name in paths
        ]
    for unit in office.units:
        if isinstance(unit, Unit):
            for period in posted.bulletins(office, board, unit):
                found.append(bulletin_of(view, unit, period))
    for kind in office.kinds.values():
        register = Register(kind, view)
        found += [
            Published(path, partial(of_places, view, kind, unit))
            for unit in register.units
            if (path := register.notice(unit))
        ]
    return found


def bulletin_of(view: View, unit: Unit, period: str) -> Published:
    """A unit's bulletin of a month."""
    return Published(posted.bulletin_path(unit, period), partial(one_bulletin, view, unit, period))


def one_bulletin(view: View, unit: Unit, period: str) -> Content:
    """A file of one unit's bulletin."""
    return together([bulletin(view, unit, period)])


def of_places(view: View, kind: Kind, unit: Unit) -> Content:
    """A file of what a unit posts, a sheet for each place."""
    return together(notices(view, kind, unit))


def one_board(view: View, period: str) -> Content:
    """A file of one month's board."""
    return together([overview(view, period)])


def whole(view: View, period: str) -> Content:
    """A file of a month's sheets: the board, then each unit's bulletin in the order of the board."""
    units = posted.units(view.office, view.board, period)
    title = say(LANG, "print.whole", period=formats.period(LANG, period), office=view.office.settings.name.vi)
    return together([overview(view, period), *(bulletin(view, unit, period) for unit in units)], title)


def together(made: Sequence[Content], title: str = "") -> Content:
    """Sheets as one file. Its day is that on which the last of its figures arrived."""
    days = [sheet["day"] for sheet in made if sheet["day"]]
    first = made[0]
    return {
        "title": clean(title, NAME_LIMIT) or first["title"],
        "office": first["office"],
        "day": max(days, default=None),
        "sheets": made,
    }


MONTHLY: dict[str, Callable[[View, str], Content]] = {"whole": whole, "board": one_board}
"""What makes the sheets of a month for all units."""

# --- setting


def set_file(content: Content) -> bytes:
    """A file of sheets without a release's hash. PDF/UA-1; where somebody wrote in letters that the fonts lack, a plain
    tagged PDF that shows boxes for them: one name must not keep a month's sheets from the wall."""
    urls = [url for sheet in content["sheets"] for url in (sheet["url"], *sheet.get("links", ()))]
    codes = {url: typesetting.qr_code(url) for url in urls}
    data = typesetting.encode({**content, "codes": codes})
    try:
        return typesetting.pdf(TEMPLATE, data)
    except typesetting.LackingLetters:
        return typesetting.pdf(TEMPLATE, data, standard="1.7")


def write(view: View, short: str, out: Path, *, progress: Progress | None = None) -> None:
    """Write every sheet of a release into the folder of its site, each with the release's short hash on it."""
    write_all(published(view), Kept(view.office.cache / "print", "pdf", program()), short, out, progress)


def write_all(todo: Sequence[Published], kept: Kept, short: str, out: Path, progress: Progress | None = None) -> None:
    """Write some sheets below a folder, on all cores; what was kept and is none of them is forgotten."""
    room, counter = BoundedSemaphore(AHEAD), count(1)

    def work(path: str, content: Content) -> None:
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(stamp(kept.get(typesetting.encode(content), lambda: set_file(content)), short))

    def over(_: Future[None]) -> None:
        room.release()
        if progress:
            progress(next(counter), len(todo))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = []
        for sheet in todo:
            room.acquire()
            running.append(pool.submit(work, sheet.path, sheet.make()))
            running[-1].add_done_callback(over)
    for future in running:
        future.result()
    kept.forget_others()


@cache
def program() -> str:
    """What a sheet depends on beside its content: templates, fonts, Typst."""
    found = hashlib.sha256(version("typst").encode())
    for path in sorted([*TEMPLATE.parent.glob("*.typ"), *typesetting.FONTS.glob("*.ttf")]):
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
