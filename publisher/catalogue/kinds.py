"""A dataset kind: a folder that declares columns, rules, tallies, measures and words. No code in it."""

import datetime as dt
import hashlib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from publisher.catalogue.text import Text, fold
from publisher.errors import Mistake
from publisher.words import parse_yaml

FIXED_COLUMNS = ("unit_code", "period", "period_from", "period_to")
"""Columns that every kind has: a submission is one (kind, unit, period)."""


StartDay = Annotated[int, Field(ge=1, le=28)]
"""The day of the month on which a period begins: every month has it."""


class Declared(BaseModel):
    """A part of a definition: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(Declared):
    """One allowed value of a column, with the words people write for it."""

    value: str
    titles: Text
    aliases: tuple[str, ...] = ()


class NamedBy(Declared):
    """An input-only column that names an entry of the table instead of its code."""

    titles: Text
    aliases: tuple[str, ...] = ()


class Column(Declared):
    """One field of schema.yaml: Table Schema, and what the reader needs to find it in real files.

    `table` says that the value is a code of a reference table; `named_by` the column that may give the
    entry's name instead. `default` fills a column that a file lacks. `public: false` keeps it out of
    what is published.
    """

    name: str
    type: Literal["integer", "number", "string", "date"]
    titles: Text
    description: Text = Text(vi="")
    aliases: tuple[str, ...] = ()
    constraints: dict[str, Any] = Field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    table: Literal["", "units", "fields"] = ""
    named_by: NamedBy | None = None
    default: str = ""
    public: bool = True

    def headers(self) -> list[tuple[str, str]]:
        """Every header that means this column or the input-only column that names its entries, as (column, header)."""
        found = [(self.name, text) for text in (self.name, self.titles.vi, self.titles.en, *self.aliases)]
        if self.named_by:
            name = self.name.removesuffix("_code") + "_name"
            found += [(name, text) for text in (name, self.named_by.titles.vi, self.named_by.titles.en)]
            found += [(name, text) for text in self.named_by.aliases]
        return found

    @property
    def required(self) -> bool:
        """Whether every row needs a value."""
        return bool(self.constraints.get("required"))

    @property
    def is_figure(self) -> bool:
        """Whether the column holds numbers."""
        return self.type in ("integer", "number")

    def descriptor(self) -> dict[str, Any]:
        """The field as a Table Schema descriptor, with the Vietnamese title."""
        constraints = dict(self.constraints)
        if self.categories:
            constraints["enum"] = [c.value for c in self.categories]
        found: dict[str, Any] = {"name": self.name, "type": self.type, "title": self.titles.vi}
        if self.description.vi:
            found["description"] = self.description.vi
        if constraints:
            found["constraints"] = constraints
        return found


class Rule(Declared):
    """One rule of rules.yaml: a stable code, a severity, a sentence in two languages, and one test.

    `title` says what must hold and where that comes from; `message` speaks to the clerk and names cells; `public` says beside the published figure what does not fit.

    Tests within a row (a figure that is blank makes a test silent unless it says otherwise):
    - `sum`: `{left, right: [...], optional: [...]}` left = Σ right, or = Σ right + Σ optional that are given;
      `left` may be a list (its sum); `within` is its tolerance. Fills {expected} = Σ right, {parts}, {difference}
    - `at_most`: `{part: [...], whole: [...]}` Σ part ≤ Σ whole; a blank part counts as nothing. Fills
      {expected} = Σ whole, {parts} of the part
    - `needs`: `{column, when: [...]}` column must be filled when the sum of `when`, {value}, is above 0
    - `percent`: `{stated, numerator, denominator, within}` a stated percentage equals the recomputed one, {expected},
      within the tolerance or half a unit of its last digit; with a denominator of 0 it is rule V12
    - `shares`: `{columns: [...], within}` the stated shares make 100. Fills {parts}
    - `pattern`: `{column, regex}` a text that is given has this form from its first to its last character
    Tests across periods of one unit (over rows with the same grain and basis); all fill {period}, such as 10/2026:
    - `carries`: `{column, from: [...]}` column = Σ from, {expected}, {parts}, of the period before, {previous}; what is
      blank there counts as nothing
    - `adds_up`: `{flow: [...], first: [...], last: [...]}` year-to-date rows agree with their months, {expected}
    - `jump`: `{columns: [...], ratio, at_least, periods}` a change beyond ratio × the median, {expected}, of the
      periods before, three of which must be there; silent below `at_least`
    - `repeats`: `{columns: [...], at_least}` the same figures as the period before, {previous}
    Every sentence may use {row} {column} {cell} {value} {file}: the place and the figure of the left, part, stated or
    needed column; {parts} looks like "12 + 30 + 4 = 46". Numbers are written as the sentence's language writes them.
    `within` is an absolute tolerance.
    """

    code: str
    severity: Literal["error", "warning"]
    message: Text
    public: Text = Text(vi="")
    title: Text = Text(vi="")
    sum: dict[str, Any] | None = None
    at_most: dict[str, Any] | None = None
    needs: dict[str, Any] | None = None
    percent: dict[str, Any] | None = None
    shares: dict[str, Any] | None = None
    pattern: dict[str, Any] | None = None
    carries: dict[str, Any] | None = None
    adds_up: dict[str, Any] | None = None
    jump: dict[str, Any] | None = None
    repeats: dict[str, Any] | None = None

    @model_validator(mode="after")
    def one_test(self) -> "Rule":
        """Exactly one test a rule."""
        if len(self.tests) != 1:
            raise ValueError(f"rule {self.code} needs exactly one test, has {sorted(self.tests)}")
        return self

    @property
    def tests(self) -> dict[str, dict[str, Any]]:
        """The tests that the rule names."""
        given = {name: getattr(self, name) for name in ROW_TESTS + PERIOD_TESTS}
        return {name: test for name, test in given.items() if test is not None}

    @property
    def test(self) -> str:
        """The name of its one test."""
        return next(iter(self.tests))

    @property
    def within_row(self) -> bool:
        """Whether one row is enough to decide."""
        return self.test in ROW_TESTS


ROW_TESTS = ("sum", "at_most", "needs", "percent", "shares", "pattern")
PERIOD_TESTS = ("carries", "adds_up", "jump", "repeats")


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


class Breakdown(Declared):
    """A way to split figures: by a column's values, or over several columns of one tally.

    With `column`, every tally is split by that column (its categories or `table` give the names).
    With `columns`, only the tally `of` is split; `names` gives each key's name.
    """

    title: Text
    column: str = ""
    of: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    names: dict[str, Text] = Field(default_factory=dict)


class Tally(Declared):
    """What is added up from rows: `sum` of columns (blank counts as nothing, all blank stays blank), or a
    `count` of rows where column = value for each pair (an empty `count` counts all rows).

    `over_time`: how months make a quarter or a year (rule V15): `flow` adds, `first` takes the first
    month's, `last` takes the last month's.
    """

    sum: tuple[str, ...] = ()
    count: dict[str, str] | None = None
    over_time: Literal["flow", "first", "last"] = "flow"

    @model_validator(mode="after")
    def one_way(self) -> "Tally":
        """Exactly one of sum and count."""
        if bool(self.sum) == (self.count is not None):
            raise ValueError("a tally needs either sum or count")
        return self


class Ratio(Declared):
    """Σ numerator tallies ÷ Σ denominator tallies, as a percentage. A tally of another kind is
    `kind.tally`. A denominator of 0 gives no figure but "không phát sinh" (rule V12)."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]


class Difference(Declared):
    """Σ plus − Σ minus."""

    plus: tuple[str, ...]
    minus: tuple[str, ...]


class Score(Declared):
    """Points of a published index out of `maximum`, the mean over reports when units are put together."""

    points: tuple[str, ...]
    per: tuple[str, ...]
    maximum: float


class Measure(Declared):
    """One published figure: its words, its formula over tallies, and which way is better."""

    title: Text
    short: Text = Text(vi="")
    definition: Text
    better: Literal["higher", "lower", "neither"] = "neither"
    sum: tuple[str, ...] = ()
    ratio: Ratio | None = None
    difference: Difference | None = None
    score: Score | None = None
    decimals: int | None = None

    @model_validator(mode="after")
    def one_formula(self) -> "Measure":
        """Exactly one formula."""
        given = [bool(self.sum), bool(self.ratio), bool(self.difference), bool(self.score)]
        if sum(given) != 1:
            raise ValueError("a measure needs exactly one of sum, ratio, difference, score")
        return self

    @property
    def form(self) -> Literal["sum", "ratio", "difference", "score"]:
        """Which formula it has."""
        if self.ratio:
            return "ratio"
        if self.difference:
            return "difference"
        return "score" if self.score else "sum"

    @property
    def numerator(self) -> tuple[str, ...]:
        """The tallies above the line (all of them for a sum)."""
        if self.ratio:
            return self.ratio.numerator
        if self.difference:
            return self.difference.plus
        return self.score.points if self.score else self.sum

    @property
    def denominator(self) -> tuple[str, ...]:
        """The tallies below the line; empty for a sum, the subtracted ones for a difference."""
        if self.ratio:
            return self.ratio.denominator
        if self.difference:
            return self.difference.minus
        return self.score.per if self.score else ()


class Chart(Declared):
    """A chart of a unit's months: `stack` puts the measures on top of each other, `line` draws one."""

    form: Literal["stack", "line"]
    title: Text
    measures: tuple[str, ...]


class Layout(Declared):
    """How the headers of a file as offices have it map to columns.

    `columns` maps a header to a column's name, `ignore` lists headers to leave aside, `constants`
    fill columns the file lacks, `decimal` is the mark its numbers use. A layout is used when all
    its `columns` headers stand in the file, or when it is asked for by name.
    """

    name: str
    title: Text
    columns: dict[str, str]
    ignore: tuple[str, ...] = ()
    constants: dict[str, str] = Field(default_factory=dict)
    decimal: Literal[",", "."] = ","


class Kind(Declared):
    """Everything about one dataset kind. `name` is its folder, `folder` where it stands, `digest` the sha-256
    of its definition files: a cached result is good only for the definition it was made with."""

    name: str
    folder: Path
    digest: str
    title: Text
    short: Text
    purpose: Text
    owner: Text
    legal_basis: tuple[Law, ...] = ()
    period_rule: StartDay | Literal["calendar"] | None = None
    due: Due
    levels: tuple[str, ...] = ()
    grain: tuple[str, ...]
    schema_columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    breakdowns: dict[str, Breakdown] = Field(default_factory=dict)
    tallies: dict[str, Tally]
    measures: dict[str, Measure]
    headline: tuple[str, ...]
    sentence: Text = Text(vi="")
    sentence_all: Text = Text(vi="")
    table: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    layouts: tuple[Layout, ...] = ()
    changes: tuple[Text, ...] = ()

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The columns by name, in canonical order."""
        return {c.name: c for c in self.schema_columns}

    @cached_property
    def has_basis(self) -> bool:
        """Whether rows say their basis (month or year to date) themselves."""
        return "basis" in self.columns

    def descriptor(self) -> dict[str, Any]:
        """The Table Schema descriptor of a canonical file."""
        return {"fields": [c.descriptor() for c in self.schema_columns], "missingValues": [""]}

    @model_validator(mode="after")
    def names_exist(self) -> "Kind":
        """Every name that one part uses stands in another."""
        columns = {c.name for c in self.schema_columns}
        used: list[tuple[str, str]] = [("grain", name) for name in self.grain]
        used += [("fixed", name) for name in FIXED_COLUMNS]
        for key, tally in self.tallies.items():
            used += [(f"tallies.{key}", name) for name in (*tally.sum, *(tally.count or {}))]
        for key, breakdown in self.breakdowns.items():
            used += [(f"breakdowns.{key}", n) for n in (breakdown.column, *breakdown.columns.values()) if n]
        for rule in self.rules:
            used += [(f"rules.{rule.code}", name) for name in rule_columns(rule)]
        for layout in self.layouts:
            used += [(f"layouts.{layout.name}", n) for n in (*layout.columns.values(), *layout.constants)]
        inputs = columns | {c.name.removesuffix("_code") + "_name" for c in self.schema_columns if c.named_by}
        missing = [f"{where}: {name}" for where, name in used if name not in inputs]
        for key, breakdown in self.breakdowns.items():
            if breakdown.of and breakdown.of not in self.tallies:
                missing.append(f"breakdowns.{key}: {breakdown.of}")
        for key, measure in self.measures.items():
            named = (*measure.numerator, *measure.denominator)
            missing += [f"measures.{key}: {name}" for name in named if "." not in name and name not in self.tallies]
        shown = [*self.headline, *self.table, *(m for c in self.charts for m in c.measures)]
        missing += [f"shown: {name}" for name in shown if name not in self.measures]
        if missing:
            raise ValueError("unknown names: " + "; ".join(missing))
        labels: dict[str, str] = {}
        for column in self.schema_columns:
            for name, text in column.headers():
                if text and labels.setdefault(fold(text), name) != name:
                    raise ValueError(f"the header {text!r} means two columns: {name}, {labels[fold(text)]}")
        return self


def rule_columns(rule: Rule) -> list[str]:
    """The columns that a rule's test speaks of."""
    test = rule.tests[rule.test]
    names: list[str] = []
    for key in (
        "left",
        "right",
        "optional",
        "part",
        "whole",
        "column",
        "when",
        "stated",
        "numerator",
        "denominator",
        "columns",
        "from",
        "flow",
        "first",
        "last",
    ):
        value = test.get(key, [])
        names += [value] if isinstance(value, str) else list(value)
    return names


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
    schema = read_yaml(folder / "schema.yaml")
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
    except (ValidationError, KeyError, TypeError) as error:
        detail = " ".join(str(error).split())
        raise Mistake("definition", {"file": str(folder), "detail": detail}) from error
