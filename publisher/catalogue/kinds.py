"""A dataset kind: a folder that declares columns, rules, tallies, measures and words. No code in it."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from publisher.catalogue.columns import Column, Declared, Layout
from publisher.catalogue.measures import Breakdown, Measure, Tally, Where, one_of
from publisher.catalogue.periods import LABEL, span
from publisher.catalogue.questions import Question
from publisher.catalogue.registers import Agenda, Notice, OwnPage, Weeks
from publisher.catalogue.rules import Rule, rule_columns
from publisher.catalogue.text import Text, fold
from publisher.errors import Mistake
from publisher.words import parse_yaml

FIXED_COLUMNS = ("unit_code", "period", "period_from", "period_to")
"""Columns that every kind has: a submission is one (kind, unit, period)."""

RESERVED_TALLIES = frozenset({"unit", "period", "basis", "as_of", "breakdown", "key", "source"})
"""Names that a table of tallies has for its own columns."""

RESERVED_COLUMNS = frozenset({"revision"})
"""Names that published files have for a column of their own."""

StartDay = Annotated[int, Field(ge=1, le=28)]
"""The day of the month on which a period begins: every month has it."""


MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""How many months a submission speaks for, by how often one is due."""

SUBMISSION_TALLIES = ("due", "in_time", "late", "missing", "nothing", "corrected")
"""What is counted of a unit's submissions, by the month for which they were due, in a kind derived from them."""


class Law(Declared):
    """A text that a kind rests on, with the dates between which it is in force."""

    ref: str
    title: Text
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class Due(Declared):
    """When a submission is due: working days after the period's end, or a day of the month after the
    label's month."""

    working_days: int | None = Field(default=None, ge=1)
    day_of_month: StartDay | None = None

    @model_validator(mode="after")
    def one_way(self) -> "Due":
        """Exactly one of the two."""
        if (self.working_days is None) == (self.day_of_month is None):
            raise ValueError("due needs either working_days or day_of_month")
        return self


class Chart(Declared):
    """A chart of a unit's months: `stack` puts the measures on top of each other, `line` draws one."""

    form: Literal["stack", "line"]
    title: Text
    measures: tuple[str, ...]


class Line(Declared):
    """One key of a breakdown, such as the contact point `procedures`."""

    breakdown: str
    key: str


class MoreTable(Declared):
    """A further table, closed until somebody opens it: its measures, and the line that it shows in place of the kind's
    own. It is left out where it has no figures."""

    title: Text
    note: Text = Text(vi="")
    measures: tuple[str, ...]
    line: Line | None = None


class Kind(Declared):
    """Everything about one dataset kind. `name` is its folder, `folder` where it stands, `digest` the sha-256
    of its definition files: a cached result is good only for the definition it was made with.

    `line` is what its pages show where no key is named: figures of unlike things (dossiers and visits, say) are then
    never added up on a page. Without it they show all rows together. An `optional` kind is published only by an office
    that names it. One that is not `handed_in` is made by a program, as the survey's results are.

    `every` is how often a submission is due: a quarter's is labelled by its last month, a year's by December; with
    `change` it is a register that is handed in whole whenever it changes, is never awaited, and stands until the next
    one. `ahead` allows periods that are not over (a schedule speaks of days to come). `private` names rows that are
    counted and never published one by one. `brief` keeps its block short: pages that show many kinds print its answers
    and a way to the rest.

    A `derived` kind has no files: its figures are made of how submissions came (`submissions`), or they are points for
    other kinds' measures and totals of these (`measures`). `words` are sentences for its own templates.
    """

    name: str
    folder: Path
    digest: str
    title: Text
    short: Text
    purpose: Text
    owner: Text
    legal_basis: tuple[Law, ...] = ()
    period_rule: StartDay | Literal["calendar"] | None = None
    due: Due | None = None
    every: Literal["month", "quarter", "half", "year", "change"] = "month"
    ahead: bool = False
    private: Where = Field(default_factory=dict)
    optional: bool = False
    handed_in: bool = True
    brief: bool = False
    derived: Literal["submissions", "measures"] | None = None
    levels: tuple[str, ...] = ()
    grain: tuple[str, ...] = ()
    schema_columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    breakdowns: dict[str, Breakdown] = Field(default_factory=dict)
    tallies: dict[str, Tally]
    measures: dict[str, Measure]
    headline: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    table: tuple[str, ...]
    tables: tuple[MoreTable, ...] = ()
    line: Line | None = None
    charts: tuple[Chart, ...] = ()
    pages: tuple[OwnPage, ...] = ()
    calendar: Agenda | None = None
    notice: Notice | None = None
    weeks: Weeks | None = None
    layouts: tuple[Layout, ...] = ()
    words: dict[str, Text] = Field(default_factory=dict)
    changes: tuple[Text, ...] = ()

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns by name, in canonical order."""
        return {c.name: c for c in self.schema_columns}

    @cached_property
    def months(self) -> int:
        """How many months a submission speaks for."""
        return MONTHS_OF.get(self.every, 1)

    def reports(self, label: str) -> bool:
        """Whether a period of that label is one of this kind: a quarter's is that of its last month."""
        return int(label[5:7]) % self.months == 0

    def told_from(self, start: dt.date, end: dt.date) -> dt.date:
        """The day from which a period of these days can be handed in: its last one; of a register, which stands from
        the day on which it is handed in, the first."""
        return start if self.every == "change" else end

    def is_private(self, row: Mapping[str, str]) -> bool:
        """Whether a row (column → text) is counted and not published."""
        return bool(self.private) and all(row.get(name, "") in one_of(value) for name, value in self.private.items())

    def span(self, label: str) -> str:
        """The period that a label of this kind stands for: a quarterly kind's 2026-09 is the quarter 2026-Q3."""
        return span(label, self.months) if LABEL.fullmatch(label) else label

    def wider(self, labels: Iterable[str]) -> list[str]:
        """The quarters, then the years in which some of its periods lie, first to last; none for a register, whose
        periods do not add up, nor where its periods are as long themselves."""
        months = {label for label in labels if LABEL.fullmatch(label)}
        lengths = [length for length in (3, 12) if length > self.months and self.every != "change"]
        return [label for length in lengths for label in sorted({span(month, length) for month in months})]

    @cached_property
    def headers(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, ...], ...]]:
        """Every header that means a column, as (column, header), and the headers of each layout."""
        known = tuple(pair for column in self.schema_columns for pair in column.headers())
        return known, tuple(layout.labels for layout in self.layouts)

    @cached_property
    def own_figures(self) -> tuple[str, ...]:
        """The required figures of a period that do not come from the one before: without any of them a row says
        nothing."""
        carried = {rule.carries["column"] for rule in self.rules if rule.carries}
        return tuple(c.name for c in self.schema_columns if c.is_figure and c.required and c.name not in carried)

    @cached_property
    def has_basis(self) -> bool:
        """Whether rows say their basis (month or year to date) themselves."""
        return "basis" in self.columns

    @cached_property
    def month_rules(self) -> frozenset[str]:
        """The codes of the rules whose warnings stand on the month's page too."""
        return frozenset(rule.code for rule in self.rules if rule.month)

    @cached_property
    def has_ratios(self) -> bool:
        """Whether some measure is a share of cases: few of them are marked then."""
        return any(measure.of_cases for measure in self.measures.values())

    @cached_property
    def has_intervals(self) -> bool:
        """Whether some measure has an interval: what it is good for is said then."""
        return any(measure.interval for measure in self.measures.values())

    def descriptor(self) -> dict[str, Any]:
        """The Table Schema descriptor of a canonical file."""
        return {"fields": [c.descriptor() for c in self.schema_columns], "missingValues": [""]}

    @model_validator(mode="after")
    def templates_exist(self) -> "Kind":
        """Every declared page has its template."""
        lacking = [page.template for page in self.pages if not (self.folder / page.template).is_file()]
        if lacking:
            raise ValueError(f"pages: no file {', '.join(lacking)}")
        return self

    @model_validator(mode="after")
    def awaited(self) -> "Kind":
        """What is awaited has a day on which it is due; what is handed in has rows that can be told apart."""
        if (self.due is None) != (self.every == "change" or self.derived is not None):
            raise ValueError("due belongs to every kind but those with every: change and derived ones")
        if (self.derived is None) != bool(self.grain):
            raise ValueError("grain belongs to every kind but derived ones")
        return self

    @model_validator(mode="after")
    def names_exist(self) -> "Kind":
        """Every name that one part uses stands in another."""
        columns = {c.name for c in self.schema_columns}
        used: list[tuple[str, str]] = [("grain", name) for name in self.grain]
        used += [("fixed", name) for name in FIXED_COLUMNS if not self.derived]
        used += [("private", name) for name in self.private]
        used += [("calendar", name) for name in (self.calendar.columns if self.calendar else ()) if name]
        for key, tally in self.tallies.items():
            used += [(f"tallies.{key}", name) for name in (*tally.columns, *(tally.count or {}), *tally.where)]
        for key, breakdown in self.breakdowns.items():
            named = (breakdown.column, *breakdown.columns.values(), *breakdown.where)
            used += [(f"breakdowns.{key}", name) for name in named if name]
        for rule in self.rules:
            used += [(f"rules.{rule.code}", name) for name in rule_columns(rule)]
        for layout in self.layouts:
            named = (*layout.columns.values(), *layout.constants, *layout.sums, *chain(*layout.equals.values()))
            used += [(f"layouts.{layout.name}", name) for name in named]
        inputs = columns | {c.name.removesuffix("_code") + "_name" for c in self.schema_columns if c.named_by}
        missing = [f"{where}: {name}" for where, name in used if name not in inputs]
        for key, breakdown in self.breakdowns.items():
            if breakdown.of and not (breakdown.of in self.tallies and breakdown.of in self.measures):
                missing.append(f"breakdowns.{key}: {breakdown.of}")
        for key, measure in self.measures.items():
            named = (*measure.numerator, *measure.denominator, *measure.known, *measure.hidden)
            missing += [f"measures.{key}: {name}" for name in named if "." not in name and name not in self.tallies]
            if not measure.can_add_up(self.tallies):
                missing.append(f"measures.{key}: a max stands alone in a sum")
            parts = measure.total.measures if measure.total else ()
            missing += [f"measures.{key}: {name}" for name in parts if not self.has_score(name)]
        missing += [f"tallies: {name} is a reserved name" for name in self.tallies if name in RESERVED_TALLIES]
        missing += [f"columns: {name} is a reserved name" for name in columns & RESERVED_COLUMNS]
        shown = [*self.headline, *self.table, *(m for c in self.charts for m in c.measures)]
        shown += [m for table in self.tables for m in table.measures]
        shown += [m for question in self.questions for m in sorted(question.measures)]
        missing += [f"shown: {name}" for name in shown if name not in self.measures]
        divided = {name for question in self.questions for answer in question.answers for name in answer.divided}
        missing += [
            f"questions: {m}.denominator" for m in sorted(divided) if m in self.measures and not self.is_share(m)
        ]
        lines = [line for line in (self.line, *(table.line for table in self.tables)) if line]
        missing += [f"line: {line.breakdown}={line.key}" for line in lines if not self.has_key(line)]
        missing += self.unknown_values()
        public = {c.name for c in self.schema_columns if c.public}
        missing += [f"weeks: {name}" for name in (self.weeks.columns if self.weeks else ()) if name not in public]
        if self.notice:
            missing += [f"notice: {name}" for name in self.notice.columns if name and name not in public]
            if self.notice.page not in {page.address for page in self.pages if page.of == "unit"}:
                missing.append(f"notice.page: {self.notice.page}")
        if missing:
            raise ValueError("unknown names: " + "; ".join(missing))
        labels: dict[str, str] = {}
        for column in self.schema_columns:
            for name, text in column.headers():
                if text and labels.setdefault(fold(text), name) != name:
                    raise ValueError(f"the header {text!r} means two columns: {name}, {labels[fold(text)]}")
        return self

    def is_share(self, name: str) -> bool:
        """Whether a measure is printed with its numerator and denominator."""
        return self.measures[name].is_share

    def has_score(self, name: str) -> bool:
        """Whether a measure is there and has points that a total can add up."""
        return name in self.measures and self.measures[name].form in ("score", "points")

    def has_key(self, line: Line) -> bool:
        """Whether a breakdown is there and can have this key."""
        breakdown = self.breakdowns.get(line.breakdown)
        if breakdown is None:
            return False
        column = next((c for c in self.schema_columns if c.name == breakdown.column), None)
        known = [category.value for category in column.categories] if column else list(breakdown.columns)
        return line.key in known or not known

    def unknown_values(self) -> list[str]:
        """The values in `where` that their column's categories do not hold: such a row never comes."""
        known = {c.name: {category.value for category in c.categories} for c in self.schema_columns if c.categories}
        found = []
        for parts in (
            {f"tallies.{key}": tally.where for key, tally in self.tallies.items()},
            {f"breakdowns.{key}": breakdown.where for key, breakdown in self.breakdowns.items()},
            {f"rules.{rule.code}": rule.where for rule in self.rules},
            {"private": self.private},
            {"calendar": self.calendar.cancelled if self.calendar else {}},
        ):
            for where, conditions in parts.items():
                for name, value in conditions.items():
                    allowed = known.get(name)
                    named = [v for v in one_of(value) if v and allowed is not None and v not in allowed]
                    found += [f"{where}: {name}={v}" for v in named]
        return found


def digest(paths: list[Path]) -> str:
    """sha-256 over names and bytes of files, in their order; a missing file counts as empty."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return found.hexdigest()


def read_yaml(path: Path) -> Any:
    """A YAML file's content. Raises Mistake `definition` when it is missing or not YAML."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        detail = " ".join(str(error).split())
        raise Mistake("definition", {"file": str(path), "detail": detail}) from error


def read_kind(folder: Path, office_folder: Path | None = None) -> Kind:
    """The kind that a folder declares, with the layouts that the office adds in its own folder of that kind.

    Raises Mistake `definition` naming file and key.
    """
    about = read_yaml(folder / "dataset.yaml")
    derived = about.get("derived") if isinstance(about, dict) else None
    if derived:
        counted = SUBMISSION_TALLIES if derived == "submissions" else ()
        about = {**about, "handed_in": False, "tallies": {name: {"count": {}} for name in counted}}
    schema = {"fields": []} if derived else read_yaml(folder / "schema.yaml")
    rules = read_yaml(folder / "rules.yaml") if (folder / "rules.yaml").exists() else []
    files = {p.stem: p for base in (folder, office_folder) if base for p in sorted(base.glob("layouts/*.yaml"))}
    definitions = [folder / name for name in ("dataset.yaml", "schema.yaml", "rules.yaml")]
    try:
        return Kind.model_validate(
            {
                **about,
                "name": folder.name,
                "folder": folder,
                "schema_columns": schema["fields"],
                "rules": rules or [],
                "layouts": [{"name": name, **read_yaml(path)} for name, path in files.items()],
                "digest": digest([*definitions, *files.values()]),
            }
        )
    except ValidationError as error:
        raise Mistake("definition", {"file": str(folder), "detail": first_fault(error)}) from error
    except (KeyError, TypeError) as error:
        raise Mistake("definition", {"file": str(folder), "detail": " ".join(str(error).split())}) from error


def first_fault(error: ValidationError) -> str:
    """The first of what is wrong in a definition, as "file: key: what", and how many more there are."""
    faults = error.errors()
    where = [str(part) for part in faults[0]["loc"]]
    files = {"schema_columns": "schema.yaml", "rules": "rules.yaml", "layouts": "layouts"}
    file = files.get(where[0], "dataset.yaml") if where else "dataset.yaml"
    more = f" (+{len(faults) - 1})" if len(faults) > 1 else ""
    return f"{file}: {'.'.join(where)}: {faults[0]['msg']}{more}"
