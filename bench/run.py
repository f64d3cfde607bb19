"""Print the table of measurements: `python bench/run.py [--only NAME] [--repeats 5] [--write]`."""

import argparse
import datetime as dt
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import builds, checker, collector, intake, paper, portal, tallying, workbooks
from bench.result import Result
from publisher.catalogue.office import HOME

MEASURES: dict[str, Callable[[Path, int], list[Result]]] = {
    "build": builds.of_demonstration,
    "growth": builds.of_growth,
    "portal": portal.of_portal,
    "kinds": portal.of_kinds,
    "check": checker.of_checking,
    "change": tallying.of_one_change,
    "paper": paper.of_paper,
    "collector": collector.of_collector,
    "workbooks": workbooks.of_workbooks,
    "intake": intake.of_intake,
}
PAGE = HOME / "docs" / "benchmarks.md"
MARK = "<!-- table -->"
HEAD = "| What | Bound | Found | Holds | From | Measured |\n|---|---|---|---|---|---|"


def machine() -> str:
    """Processor, cores, memory, Python."""
    try:
        known = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        known = None
    model = known[1] if known else platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}"


def with_rows(page: str, said: str, rows: dict[str, str]) -> str:
    """The page with these lines of its table put in or replaced, by what they measure; the others stay."""
    before, _, after = page.partition(MARK)
    kept = [line for line in after.splitlines() if line.startswith("| ") and line not in HEAD]
    table = {line.split(" | ")[0].removeprefix("| "): line for line in kept} | rows
    return f"{before}{MARK}\n\n{said}\n\n{HEAD}\n" + "".join(f"{line}\n" for line in table.values())


def main() -> int:
    """Exit code 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASURES, action="append", help="measure only this (may be repeated)")
    parser.add_argument("--repeats", type=int, default=5, help="rounds, of which the median counts (5)")
    parser.add_argument("--write", action="store_true", help=f"put the lines into {PAGE.relative_to(HOME)}")
    options = parser.parse_args()
    measured = f"{dt.datetime.now(dt.UTC).date().isoformat()} × {options.repeats}"
    print(f"{machine()}\n\n{HEAD}", flush=True)
    results: list[Result] = []
    for name, measure in MEASURES.items():
        if not options.only or name in options.only:
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                found = measure(Path(folder), options.repeats)
            results += found
            print("\n".join(result.row(measured) for result in found), flush=True)
    if options.write:
        rows = {result.what: result.row(measured) for result in results}
        page = with_rows(PAGE.read_text(encoding="utf-8"), f"{machine()}. Medians of so many rounds as “×” says.", rows)
        PAGE.write_text(page, encoding="utf-8")
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
