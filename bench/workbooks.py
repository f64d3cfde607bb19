"""A workbook of 20,000 rows, read and checked, beside the bare reading of its values by calamine."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import openpyxl  # type: ignore[import-untyped]

from bench import checker, clock, offices
from bench.result import Result
from publisher.catalogue import Office, open_office

ROWS, UNITS = 20_000, 200
MONTH = "2026-10"
BOUND = 4
"""The whole answer that a clerk gets may take six times the bare reading; two are left for the page."""


def write_file(office: Office, path: Path, count: int = ROWS) -> Path:
    """A workbook of one month with Vietnamese headers, in which every rule holds."""
    kind = office.kinds[offices.KIND]
    rows = list(checker.rows(office, count, 0, months=[MONTH]))
    names = [name for name in kind.columns if name in rows[0]]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([kind.columns[name].titles.vi for name in names])
    for row in rows:
        sheet.append([float(row[name]) if name.endswith("_pct") else row[name] for name in names])
    book.save(path)
    return path


def bare(_office: Office, path: Path) -> int:
    """calamine alone, in this process."""
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()) - 1


def ours(office: Office, path: Path) -> int:
    """All that is said of a file: in its sandbox, its form, its rows, and how they fit the accepted ones."""
    from publisher.checking import check_file

    checked = check_file(office, office.kinds[offices.KIND], path)
    assert not checked.problems, checked.problems[:3]
    return checked.rows


WAYS: dict[str, Callable[[Office, Path], int]] = {"bare": bare, "ours": ours}


def main(way: str, folder: str, file: str) -> None:
    """Read a workbook in one way, as a server does that has read one before."""
    office = open_office(Path(folder))
    WAYS[way](office, Path(file))
    begin = time.perf_counter()
    rows = WAYS[way](office, Path(file))
    print(json.dumps({"seconds": time.perf_counter() - begin, "rows": rows}))


def of_workbooks(folder: Path, repeats: int, *, count: int = ROWS) -> list[Result]:
    """Reading and checking over the bare reading. Raises AssertionError when the two did not read the same rows."""
    office = offices.empty(folder / "office", UNITS, [MONTH])
    path = write_file(office, folder / "rows.xlsx", count)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way in WAYS:
            said = json.loads(clock.process(["-m", "bench.workbooks", way, office.root, path]).output)
            assert said["rows"] == count, said
            seconds[way].append(said["seconds"])
    middle = {way: median(found) for way, found in seconds.items()}
    return [
        Result(f"A workbook of {count:,} rows read and checked ÷ its bare reading",
               clock.ratio(seconds["ours"], seconds["bare"]), BOUND, f"{middle['ours']:.2f} s ÷ {middle['bare']:.2f} s")
    ]  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
