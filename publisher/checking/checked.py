"""The result of a check, and its problems grouped for people."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from publisher.catalogue import Kind
from publisher.errors import Problem, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Checked:
    """What one check of files of one kind gives.

    `submissions` maps (unit, period) to the canonical rows, in the files' order; `places` to the same rows' (which
    table, row number in it). Both stay empty unless the check was asked to collect. `rows` counts all rows read.
    """

    kind: Kind
    problems: list[Problem]
    rows: int
    submissions: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    places: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """What keeps a file from being accepted."""
        return of_severity(self.problems, "error")

    @property
    def warnings(self) -> list[Problem]:
        """What is published with the figures."""
        return of_severity(self.problems, "warning")

    @property
    def notes(self) -> list[Problem]:
        """What the reader did that a person may want to know."""
        return of_severity(self.problems, "note")


@dataclass(frozen=True, slots=True)
class Group:
    """The same problem in many rows of one column of one file, in the order of rows; none is left out."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        """The first of them, whose sentence stands for all."""
        return self.problems[0]

    @property
    def letter(self) -> str:
        """The column's letter as a spreadsheet shows it; empty when the file has no such column."""
        return self.first.cell.rstrip("0123456789")

    @property
    def rows(self) -> tuple[int, ...]:
        """The row numbers."""
        return tuple(p.row for p in self.problems if p.row is not None)


def of_severity(problems: Iterable[Problem], severity: Severity) -> list[Problem]:
    """The problems of one severity."""
    return [p for p in problems if p.severity == severity]


def group(problems: Iterable[Problem]) -> list[Group]:
    """Problems of one severity, file, sheet, code and column put together, errors first, then warnings, then notes;
    inside a severity in the order of the sheet: by row, then by column. What concerns a whole file stands alone."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for problem in sorted(problems, key=lambda p: (SEVERITIES.index(p.severity), *place(p))):
        alone = problem.message_vi if problem.row is None else ""
        key = (problem.severity, problem.file, problem.sheet, problem.code, problem.column, alone)
        groups.setdefault(key, []).append(problem)
    return [Group(tuple(found)) for found in groups.values()]


def place(problem: Problem) -> tuple[str, str, int, int, str]:
    """Where a problem stands, to sort by: file, sheet, row (0 for the whole file), column from left to right."""
    letters = problem.cell.rstrip("0123456789")
    return problem.file, problem.sheet, problem.row or 0, len(letters), letters


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by file, row and column, what concerns the whole file first."""
    return sorted(problems, key=place)
