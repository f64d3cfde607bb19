"""Whole builds beside bare MkDocs, and the cost of one more unit."""

import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import clock, offices
from bench.clock import Spent
from bench.result import Result

WARM, COLD = 1.5, 3.0
GROWTH = 1.15
FEW, MANY = 150, 3000
MONTHS = ["2026-09", "2026-10"]


def build(folder: Path) -> Spent:
    """`scripts/build.py` of an office."""
    return clock.process(["scripts/build.py", "--office", folder, "--quiet"])


def cold_build(folder: Path) -> Spent:
    """The same with nothing remembered and nothing written."""
    for left in (folder / "var" / "cache", folder / "build"):
        shutil.rmtree(left, ignore_errors=True)
    return build(folder)


def bare(folder: Path) -> Spent:
    """`mkdocs build` of the pages that the last build wrote, one language after the other."""
    files = ("mkdocs.yml", "mkdocs.en.yml")
    return clock.together([clock.process(["-m", "mkdocs", "build", "-q", "-f", name], cwd=folder) for name in files])


def of_demonstration(folder: Path, repeats: int) -> list[Result]:
    """The demonstration's build with cold and with warm caches, over bare MkDocs of the same pages."""
    office = offices.demonstration(folder / "demonstration")
    works: list[Callable[[], Spent]] = [lambda: cold_build(office), lambda: bare(office), lambda: build(office)]
    cold, plain, warm = clock.interleave(works, repeats)
    return [over("Build of the demonstration, warm caches ÷ bare MkDocs", WARM, warm, plain),
            over("Build of the demonstration, cold caches ÷ bare MkDocs", COLD, cold, plain)]  # fmt: skip


def over(what: str, bound: float, builds: list[Spent], plain: list[Spent]) -> Result:
    """The ratio of wall times; the detail has the processor's too, which does not profit from a second core."""
    wall = clock.ratio([one.seconds for one in builds], [one.seconds for one in plain])
    cpu = clock.ratio([one.cpu for one in builds], [one.cpu for one in plain])
    seconds = (median(one.seconds for one in column) for column in (builds, plain))
    detail = "{:.1f} s ÷ {:.1f} s".format(*seconds) + f"; processor time {cpu:.2f}"
    return Result(what, wall, bound, detail)


def of_growth(folder: Path, repeats: int) -> list[Result]:
    """What one more unit costs in an office of 3,000, over one of 150: same months, fields and language.

    The build of an office of one unit is taken off both, so that what every build costs cannot hide growth. Sheets to
    post have a measure of their own.
    """
    made = [offices.grown(folder / f"units-{units}", units, MONTHS).root for units in (1, FEW, MANY)]
    for office in made:
        settings = office / "datasets" / "publishing.yaml"
        settings.write_text(
            settings.read_text(encoding="utf-8").replace("paper: true", "paper: false"), encoding="utf-8"
        )
        build(office)
    works: list[Callable[[], Spent]] = [lambda office=office: build(office) for office in made]  # type: ignore[misc]
    one, few, many = ([spent.seconds for spent in column] for column in clock.interleave(works, repeats))
    each_many = [(all_of - base) / (MANY - 1) for all_of, base in zip(many, one, strict=True)]
    each_few = [(all_of - base) / (FEW - 1) for all_of, base in zip(few, one, strict=True)]
    detail = f"{median(each_many) * 1000:.1f} ms ÷ {median(each_few) * 1000:.1f} ms a unit; whole builds " + ", ".join(
        f"{median(column):.1f} s" for column in (one, few, many)
    )
    return [Result(f"Cost of a unit at {MANY} units ÷ at {FEW}", clock.ratio(each_many, each_few), GROWTH, detail)]
