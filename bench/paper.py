"""Sheets to post: 150 bulletins of an office with many datasets, beside bare Typst, and the cost of one more unit."""

import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import clock, offices
from bench.clock import Spent
from bench.result import Result
from publisher.catalogue import open_office
from publisher.ledger import read_ledger
from publisher.measures import Book
from publisher.pages import posted
from publisher.pages.view import View
from publisher.print import publishing, sheets, typesetting
from publisher.print.kept import Kept
from publisher.tallies import tally_office

BULLETINS, BOUND = 150, 60
BARE = 12.0
FEW, MANY, EXPONENT = 150, 3000, 1.1
MONTHS = ["2026-09", "2026-10"]
SHORT = "0123-4567-89ab-cdef"

PLAIN = """
#let data = json(bytes(sys.inputs.data))
#set document(title: "x")
#set text(font: "Noto Sans", fallback: false)
= A table and a code
#table(columns: 6, table.header(..range(6).map(n => [#n])), ..range(72).map(n => [#(n + data.number)]))
#image(bytes(data.qr), format: "svg", width: 25mm, alt: "code")
"""
"""A page with a table of twelve rows and a code, as plain as Typst makes it."""


def set_bulletins(folder: Path, count: int) -> float:
    """Seconds in which so many bulletins of an office are set, stamped and written, with nothing kept from before: of
    its latest months, all units of a month together."""
    view = view_of(folder)
    months = posted.months(view.office, view.board)
    wanted = [
        sheets.bulletin_of(view, unit, period)
        for period in months
        for unit in posted.units(view.office, view.board, period)
    ][:count]
    if len(wanted) < count:
        raise ValueError(f"the office has {len(wanted)} bulletins, not {count}")
    typesetting.fonts(typesetting.FONTS)
    with tempfile.TemporaryDirectory() as out:
        begin = time.perf_counter()
        sheets.write_all(wanted, Kept(Path(out) / "kept", "pdf", ""), SHORT, Path(out))
        return time.perf_counter() - begin


def set_bare(count: int) -> float:
    """Seconds in which so many plain pages are set, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "plain.typ"
        template.write_text(PLAIN, encoding="utf-8")
        typesetting.fonts(typesetting.FONTS)
        begin = time.perf_counter()
        for number in range(count):
            code = typesetting.qr_code(f"https://congkhai.example.vn/don-vi/don-vi-so-{number}/")
            typesetting.pdf(template, typesetting.encode({"number": number, "qr": code["qr"]}))
        return time.perf_counter() - begin


def view_of(folder: Path) -> View:
    """What the sheets of an office ask."""
    office = open_office(folder)
    ledger = read_ledger(office)
    return publishing.view_of(office, Book(office, tally_office(office, ledger)), ledger, [])


def measured(*arguments: object) -> Callable[[], Spent]:
    """A process that prints its seconds; those count, not its start."""

    def work() -> Spent:
        spent = clock.process(["-m", "bench.paper", *map(str, arguments)])
        return Spent(float(spent.output), spent.cpu, spent.peak, "")

    return work


def of_paper(folder: Path, repeats: int) -> list[Result]:
    """150 bulletins of the demonstration, all its datasets on them; the same number of plain pages; and 150 and 3,000
    bulletins of offices that differ in nothing else. The 3,000 take minutes and are set once, however many rounds."""
    demonstration = offices.demonstration(folder / "demonstration")
    grown = [offices.grown(folder / f"units-{units}", units, MONTHS).root for units in (FEW, MANY)]
    many, plain, few_units = clock.interleave(
        [
            measured("bulletins", demonstration, BULLETINS),
            measured("bare", BULLETINS),
            measured("bulletins", grown[0], FEW),
        ],
        repeats,
    )
    many_units = measured("bulletins", grown[1], MANY)()
    shutil.rmtree(grown[1])
    seconds = [median(one.seconds for one in column) for column in (many, plain, few_units)]
    return [
        Result(
            f"{BULLETINS} bulletins, A4", seconds[0], BOUND, f"peak {max(one.peak for one in many):.0f} MB", unit=" s"
        ),
        Result(
            "A bulletin with its tables and charts ÷ a plain page by Typst",
            clock.ratio([one.seconds for one in many], [one.seconds for one in plain]),
            BARE,
            f"{seconds[0]:.1f} s on all cores ÷ {seconds[1]:.1f} s on one",
        ),
        Result(
            f"Exponent of bulletins from {FEW} to {MANY} units",
            math.log(many_units.seconds / seconds[2]) / math.log(MANY / FEW),
            EXPONENT,
            f"{seconds[2]:.1f} s and, in one round, {many_units.seconds:.0f} s; peak {many_units.peak:.0f} MB",
        ),
    ]


def main(arguments: list[str]) -> None:
    """Print the seconds of one work."""
    work, *rest = arguments
    print(set_bulletins(Path(rest[0]), int(rest[1])) if work == "bulletins" else set_bare(int(rest[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
