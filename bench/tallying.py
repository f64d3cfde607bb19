"""One changed file in two years of 150 units: only that file is tallied again."""

import datetime as dt
import shutil
import time
from pathlib import Path
from statistics import median

from bench import clock, offices
from bench.result import Result
from publisher.catalogue import Office
from publisher.catalogue.periods import between
from publisher.ledger import accept, read_ledger
from publisher.tallies import tally_office

UNITS = 150
MONTHS = between("2024-11", "2026-10")


def change(office: Office, unit: str, period: str, note: str) -> None:
    """Accept a correction of one file: another note in its first row."""
    kind = office.kinds[offices.KIND]
    header, first, *rest = office.data_file(kind.name, unit, period).read_text(encoding="utf-8").splitlines()
    first = first.rsplit(",", 1)[0] + f",{note}"
    content = "\n".join([header, first, *rest, ""]).encode()
    now = dt.datetime.fromisoformat(read_ledger(office).lines[-1].accepted_at)
    accept(office, kind, content, name="correction.csv", reason="Đính chính ghi chú.", now=now)


def tallied(office: Office) -> tuple[float, int]:
    """Seconds of a tally with the caches as they are, and how many files it read."""
    ledger = read_ledger(office)
    begin = time.perf_counter()
    rebuilt = tally_office(office, ledger).rebuilt
    return time.perf_counter() - begin, rebuilt


def of_one_change(folder: Path, repeats: int, *, units: int = UNITS, months: list[str] = MONTHS) -> list[Result]:
    """How many files are tallied anew after one was corrected, and what it takes beside a full tally."""
    office = offices.grown(folder / "changed", units, months)
    counts, full, changed = [], [], []
    for number in range(repeats):
        shutil.rmtree(office.cache, ignore_errors=True)
        full.append(tallied(office)[0])
        change(office, "00003", months[len(months) // 2], f"Lần {number + 1}")
        seconds, rebuilt = tallied(office)
        changed.append(seconds)
        counts.append(rebuilt)
    files = units * len(months)
    detail = f"of {files:,} files; {median(changed):.2f} s, {clock.ratio(changed, full):.2f} of a full tally"
    return [Result(f"Files tallied anew after one changed ({units} units, {len(months)} months)",
                   max(counts), 1, detail, exact=True)]  # fmt: skip
