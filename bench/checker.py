"""The checker beside plain Frictionless with the same rules as row-constraints, on one large file.

As a process it checks one file in one way and prints the seconds, the rows and a hash of what it found.
"""

import csv
import hashlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median

from bench import clock, offices
from bench.result import Result
from publisher.catalogue import Kind, Office, Unit, open_office
from publisher.catalogue.periods import between

ROWS = 400_000
BAD = 0.001
TIME, MEMORY = 0.35, 500
MONTHS = between("2024-11", "2026-10")
UNITS = 25

FORMULAS = {
    "V01": "received_total == received_online + received_offline + carried_over",
    "V02": "resolved_total == resolved_early + resolved_on_time + resolved_late",
    "V03": "pending_total == pending_in_time + pending_late",
    "V04": "received_total == resolved_total + pending_total or "
    "received_total == resolved_total + pending_total + (returned or 0) + (withdrawn or 0)",
    "V10a": "(received_in_person or 0) + (received_postal or 0) <= received_offline",
    "V10b": "(received_non_local or 0) <= received_online + received_offline",
    "V11a": "stated_on_time_pct is None or resolved_total == 0 or "
    "-0.05 <= float(stated_on_time_pct) - 100 * (resolved_early + resolved_on_time) / resolved_total <= 0.05",
    "V11b": "stated_late_pct is None or resolved_total == 0 or "
    "-0.05 <= float(stated_late_pct) - 100 * resolved_late / resolved_total <= 0.05",
    "V13": "stated_on_time_pct is None or stated_late_pct is None or "
    "-0.1 <= float(stated_on_time_pct) + float(stated_late_pct) - 100 <= 0.1",
    "V14a": "late_reason or resolved_late == 0",
    "V14b": "apologies_sent is not None or resolved_late == 0",
    "V14c": "(apologies_sent or 0) <= resolved_late + pending_late",
}
"""The kind's row rules as Frictionless writes them. V17b is a regular expression, which its formulas do not have."""

Row = dict[str, str | int]
Found = set[tuple[int, str]]
"""(row number as a spreadsheet counts, code)."""

FAULTS: tuple[Callable[[Row], Row], ...] = (
    lambda row: {"received_total": int(row["received_total"]) + 1},
    lambda row: {"resolved_early": int(row["resolved_early"]) + 40},
    lambda row: {"pending_late": int(row["pending_late"]) + 3},
    lambda row: {"received_in_person": int(row["received_offline"]) + 1},
    lambda row: {"received_non_local": int(row["received_online"]) + int(row["received_offline"]) + 1},
    lambda _row: {"stated_on_time_pct": "12.5"},
    lambda _row: {"stated_late_pct": "77"},
    lambda _row: {"late_reason": ""},
    lambda _row: {"apologies_sent": ""},
    lambda row: {"apologies_sent": int(row["resolved_late"]) + int(row["pending_late"]) + 9},
)  # fmt: skip
"""What goes wrong in a row; each breaks at least one rule."""


def rows(office: Office, count: int, bad: float, months: Sequence[str] = MONTHS) -> Iterable[Row]:
    """Rows of `procedures` by procedure, month after month, in which every rule holds but for a share of bad ones
    (from one seed)."""
    chance = random.Random(7)
    kind = office.kinds[offices.KIND]
    units = [unit.code for unit in office.units if isinstance(unit, Unit)]
    periods = [office.period(kind, month) for month in months]
    fields = [entry.code for entry in office.fields]
    pending = 0
    for number in range(count):
        period, place = periods[number % len(periods)], number // len(periods)
        online, offline = chance.randrange(20, 40), chance.randrange(10, 20)
        carried = pending if number % len(periods) else chance.randrange(20)
        total = online + offline + carried
        late, pending = chance.randrange(1, 3), chance.randrange(20)
        resolved = total - pending
        early = (resolved - late) // 2
        row: Row = {
            "unit_code": units[place % len(units)], "period": period.label,
            "period_from": period.start.isoformat(), "period_to": period.end.isoformat(), "basis": "month",
            "field_code": fields[place // len(units) % len(fields)],
            "procedure_code": f"1.{place // len(units) // len(fields):06d}",
            "received_total": total, "received_online": online, "received_offline": offline,
            "received_in_person": offline // 2, "received_postal": offline - offline // 2, "carried_over": carried,
            "resolved_total": resolved, "resolved_early": early, "resolved_on_time": resolved - late - early,
            "resolved_late": late, "pending_total": pending, "pending_in_time": pending - pending // 9,
            "pending_late": pending // 9, "apologies_sent": late, "late_reason": "Phải xác minh thực địa.",
            "stated_on_time_pct": f"{100 * (resolved - late) / resolved:.2f}",
            "stated_late_pct": f"{100 * late / resolved:.2f}",
        }  # fmt: skip
        if chance.random() < bad:
            row |= chance.choice(FAULTS)(row)
        yield row


def write_file(office: Office, path: Path, count: int, bad: float = BAD) -> Path:
    """A file of `procedures` with all columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(office.kinds[offices.KIND].columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(office, count, bad))
    return path


def ours(office: Office, kind: Kind, path: Path) -> tuple[Found, int]:
    """What the checker finds in a file, and how many rows it read."""
    from publisher.checking import check_tables
    from publisher.reading import read_file

    checked = check_tables([read_file(path, kind, office)], office)
    return {(problem.row or 0, problem.code) for problem in checked.problems}, checked.rows


def everything(office: Office, kind: Kind, path: Path) -> tuple[Found, int]:
    """What `scripts/validate.py` does with a file: the rows kept, and each month compared with those before."""
    from publisher.checking import check_file

    checked = check_file(office, kind, path)
    within = {rule.code for rule in kind.rules if rule.within_row}
    return {(problem.row or 0, problem.code) for problem in checked.problems if problem.code in within}, checked.rows


def plain(_office: Office, kind: Kind, path: Path) -> tuple[Found, int]:
    """What plain Frictionless finds with the kind's Table Schema and its rules as row-constraints."""
    from frictionless import Check, Checklist, Resource, Schema
    from frictionless.checks.row.row_constraint import row_constraint

    codes = {f'the row constraint to conform is "{formula}"': code for code, formula in FORMULAS.items()}
    resource = Resource(
        path=path.name,
        basepath=str(path.parent),
        encoding="utf-8",
        schema=Schema.from_descriptor(kind.descriptor()),
    )
    checks: list[Check] = [row_constraint(formula=formula) for formula in FORMULAS.values()]
    task = resource.validate(Checklist(checks=checks), limit_errors=1_000_000).task
    found = {(error.row_number, codes.get(error.note, error.type)) for error in task.errors}
    return found, int(task.stats["rows"] or 0)


WAYS = {"ours": ours, "everything": everything, "plain": plain}


def main(way: str, folder: str, file: str) -> None:
    """Check a file in one way, in this process."""
    office = open_office(Path(folder))
    begin = time.perf_counter()
    found, count = WAYS[way](office, office.kinds[offices.KIND], Path(file))
    seconds = time.perf_counter() - begin
    digest = hashlib.sha256(repr(sorted(found)).encode()).hexdigest()
    print(json.dumps({"seconds": seconds, "rows": count, "problems": len(found), "digest": digest}))


def of_checking(folder: Path, repeats: int, *, count: int = ROWS) -> list[Result]:
    """The checker's time over plain Frictionless's, and the memory of a whole check.

    Raises AssertionError when the two did not read the same rows and find the same problems.
    """
    office = offices.empty(folder / "large", UNITS, MONTHS)
    path = write_file(office, folder / "large.csv", count)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    peaks: dict[str, list[float]] = {way: [] for way in WAYS}
    problems = 0
    for _ in range(repeats):
        said = {}
        for way in WAYS:
            spent = clock.process(["-m", "bench.checker", way, office.root, path])
            said[way] = json.loads(spent.output)
            seconds[way].append(said[way]["seconds"])
            peaks[way].append(spent.peak)
        problems = said["ours"]["problems"]
        for key in ("rows", "problems", "digest"):
            assert len({answer[key] for answer in said.values()}) == 1, f"not the same {key}: {said}"
    middle = {way: median(found) for way, found in seconds.items()}
    speed, whole = (clock.ratio(seconds[way], seconds["plain"]) for way in ("ours", "everything"))
    return [
        Result(f"Checker ÷ plain Frictionless with row-constraints, {count:,} rows", speed, TIME,
               f"{middle['ours']:.1f} s ÷ {middle['plain']:.1f} s; the same {problems:,} problems"),
        Result("The same with each month compared with those before", whole, TIME, f"{middle['everything']:.1f} s"),
        Result(f"Peak memory of that check, {count:,} rows", max(peaks["everything"]), MEMORY,
               f"rows alone {max(peaks['ours']):.0f} MB, plain Frictionless {max(peaks['plain']):.0f} MB", unit=" MB"),
    ]  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
