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

from bench import builds, checker, tallying
from bench.result import Result
from publisher.catalogue.office import HOME

MEASURES: dict[str, Callable[[Path, int], list[Result]]] = {
    "build": builds.of_demonstration,
    "growth": builds.of_growth,
    "check": checker.of_checking,
    "change": tallying.of_one_change,
}
PAGE = HOME / "docs" / "benchmarks.md"
MARK = "<!-- table -->"
HEAD = "| What | Bound | Found | Holds | From |\n|---|---|---|---|---|"


def machine() -> str:
    """Processor, cores, memory, Python."""
    try:
        known = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        known = None
    model = known[1] if known else platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}"


def main() -> int:
    """Exit code 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASURES, action="append", help="measure only this (may be repeated)")
    parser.add_argument("--repeats", type=int, default=5, help="rounds, of which the median counts (5)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.relative_to(HOME)}")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write keeps the whole table: not with --only")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    print(f"{today}, {machine()}, median of {options.repeats}\n\n{HEAD}", flush=True)
    results: list[Result] = []
    for name, measure in MEASURES.items():
        if not options.only or name in options.only:
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                found = measure(Path(folder), options.repeats)
            results += found
            print("\n".join(result.row() for result in found), flush=True)
    if options.write:
        table = "\n".join([HEAD, *(result.row() for result in results)])
        said = f"Measured on {today}: {machine()}; median of {options.repeats} rounds."
        before, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
        PAGE.write_text(f"{before}{MARK}\n\n{said}\n\n{table}\n", encoding="utf-8")
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
