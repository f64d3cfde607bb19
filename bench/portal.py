"""The whole build of today beside the build of before, which made tables only; every dataset beside a few."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median

from bench import builds, clock, offices
from bench.clock import Spent
from bench.result import Result
from publisher.catalogue.office import HOME

BEFORE = "d460b20"
"""The commit whose pages had tables only: no charts, no comparison, no files but CSV, no sheets to post."""

UNITS = 150
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025, 2026) for month in range(1, 13)][10:34]
COLD, MONTH = 3.0, 2.0

FIRST_KINDS = ("procedures", "feedback", "satisfaction", "service_quality")
KINDS = 1.5

GROW = """
import sys
from pathlib import Path
from bench import offices
from publisher.ledger import accept
folder, units, *months = sys.argv[1:]
offices.grown(Path(folder), int(units), months)
"""


def checkout(folder: Path) -> Path:
    """The project's files as of BEFORE. Raises CalledProcessError where the history is not there."""
    packed = subprocess.run(["git", "archive", BEFORE], cwd=HOME, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def leave_paper(office: Path, home: Path) -> None:
    """Say in the settings of an office that it wants no sheets to post, where the code knows such."""
    if home == HOME:
        with (office / "datasets" / "publishing.yaml").open("a", encoding="utf-8") as settings:
            settings.write("paper: false\n")


def build(office: Path, home: Path) -> Spent:
    """`scripts/build.py` of an office, by the code at `home`."""
    return clock.process([home / "scripts" / "build.py", "--office", office, "--quiet"], home=home)


def cold(office: Path, home: Path) -> Spent:
    """The same with nothing remembered, nothing written and nothing published."""
    for left in (office / "var" / "cache", office / "build", office / "site"):
        shutil.rmtree(left, ignore_errors=True)
    return build(office, home)


def of_portal(folder: Path, repeats: int) -> list[Result]:
    """One office of 150 units and 24 months, built by both: from nothing, and after a month came for every unit. The
    office is made by the older code, so that both can read it; sheets to post, which `of_paper` measures, are left to
    it."""
    homes = (checkout(folder / "before"), HOME)
    whole, short = folder / "whole", folder / "short"
    for made, months in ((whole, MONTHS), (short, MONTHS[:-1])):
        clock.process(["-c", GROW, made, str(UNITS), *months], cwd=homes[0], home=homes[0])
    states = []
    for number, home in enumerate(homes):
        office = folder / f"office-{number}"
        shutil.copytree(short, office)
        leave_paper(office, home)
        build(office, home)
        states.append(shutil.copytree(office, folder / f"built-{number}", symlinks=True))

    def month(number: int) -> Spent:
        """The build after the last month came, from a copy of what was built before it."""
        office = folder / f"office-{number}"
        shutil.rmtree(office)
        shutil.copytree(states[number], office, symlinks=True)
        shutil.copytree(whole / "datasets", office / "datasets", dirs_exist_ok=True)
        leave_paper(office, homes[number])
        return build(office, homes[number])

    def from_nothing(number: int) -> Spent:
        office = folder / f"cold-{number}"
        if not office.exists():
            shutil.copytree(whole, office)
            leave_paper(office, homes[number])
        return cold(office, homes[number])

    works: list[Callable[[], Spent]] = [
        lambda work=work, number=number: work(number)  # type: ignore[misc]
        for work in (from_nothing, month)
        for number in (0, 1)
    ]
    plain, full, plain_month, full_month = clock.interleave(works, repeats)
    what = f"Build of {UNITS} units and {len(MONTHS)} months ÷ the build of tables only"
    return [
        over(f"{what}, from nothing", COLD, full, plain),
        over(f"{what}, a month later", MONTH, full_month, plain_month),
    ]


def of_kinds(folder: Path, repeats: int) -> list[Result]:
    """The demonstration with every dataset over the one with the first four, both from nothing."""
    every = offices.demonstration(folder / "every")
    few = offices.demonstration(folder / "few", FIRST_KINDS)
    works: list[Callable[[], Spent]] = [lambda: builds.cold_build(every), lambda: builds.cold_build(few)]
    above, below = clock.interleave(works, repeats)
    return [over("Build of the demonstration with every dataset ÷ with the first four", KINDS, above, below)]


def over(what: str, bound: float, above: list[Spent], below: list[Spent]) -> Result:
    """The ratio of wall times, and from which seconds it came."""
    value = clock.ratio([one.seconds for one in above], [one.seconds for one in below])
    seconds = (median(one.seconds for one in column) for column in (above, below))
    cpu = clock.ratio([one.cpu for one in above], [one.cpu for one in below])
    return Result(what, value, bound, "{:.1f} s ÷ {:.1f} s".format(*seconds) + f"; processor time {cpu:.2f}")
