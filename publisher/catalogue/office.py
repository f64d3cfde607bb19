"""An office: a folder with `datasets/`, `content/`, `site/` and `var/`, and what it declares."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from publisher.catalogue import addresses, tables
from publisher.catalogue.columns import Declared
from publisher.catalogue.kinds import Due, Kind, StartDay, read_kind, read_yaml
from publisher.catalogue.periods import (
    Period,
    PeriodRule,
    WorkingDays,
    between,
    label,
    months_in,
    next_month,
    parts,
    shift,
)
from publisher.catalogue.text import Text
from publisher.errors import Mistake

HOME = Path(__file__).resolve().parents[2]
"""The repository: the demonstration office, and the source of what another office lacks."""

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Contact(Declared):
    """How people reach the office."""

    address: Text
    phone: str = ""
    email: str = ""


class Licence(Declared):
    """Under which licence the figures are published."""

    name: str
    url: str


class Thresholds(Declared):
    """Numbers below which a figure is marked or held back: a percentage of fewer cases gets an asterisk; survey results
    of fewer answers than `small_group` are not published."""

    small_denominator: int = 30
    small_group: int = Field(default=10, ge=10)


class Survey(Declared):
    """How citizens are asked: the collector's public address, after how many working days without an answer a counter
    is called silent, how long a slip is good for, how long answers are kept."""

    url: str = ""
    silent_working_days: int = Field(default=5, ge=1)
    slip_days: int = Field(default=14, ge=1, le=62)
    keep_months: int = Field(default=12, ge=1)


class Intake(Declared):
    """How staff hand files in: the staff pages' own address, how many different persons a submission needs (1: who
    hands it in may also approve it), and after how many minutes at most an approved one is built into the site."""

    url: str = ""
    approvals: Literal[1, 2] = 2
    build_after_minutes: int = Field(default=10, ge=0, le=1440)


class DatasetSettings(Declared):
    """What an office sets otherwise than the kind's own definition."""

    due: Due | None = None
    period_rule: StartDay | Literal["calendar"] | None = None
    first_period: str = Field(default="", pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")
    levels: tuple[str, ...] = ()


class Publishing(Declared):
    """publishing.yaml; each key is explained in the file above it."""

    name: Text
    short_name: Text
    place: Text | None = None
    contact: Contact
    licence: Licence
    site_url: str
    languages: tuple[Literal["vi", "en"], ...] = ("vi", "en")
    demonstration: bool = False
    today: dt.date | None = None
    first_period: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")
    last_period: str = Field(default="", pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$")
    period_rule: StartDay | Literal["calendar"] = 15
    datasets: dict[str, DatasetSettings] = Field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    survey: Survey = Survey()
    intake: Intake = Intake()
    paper: bool = True
    keep_releases: int = Field(default=12, ge=2)


@dataclass(frozen=True)
class Office:
    """An open office: its folders, its settings, its tables and its kinds (by name)."""

    root: Path
    settings: Publishing
    units: tables.Table
    fields: tables.Table
    counters: tables.Table
    documents: tables.Table
    working_days: WorkingDays
    kinds: dict[str, Kind]

    @property
    def datasets(self) -> Path:
        """Where the numbers stand."""
        return self.root / "datasets"

    @property
    def ledger(self) -> Path:
        """The ledger file."""
        return self.datasets / "ledger.jsonl"

    @property
    def site(self) -> Path:
        """What citizens see: releases/ and the link current."""
        return self.root / "site"

    @property
    def cache(self) -> Path:
        """Machine-made results that can be deleted at any time."""
        return self.root / "var" / "cache"

    @property
    def build(self) -> Path:
        """Written pages and unfinished sites; can be deleted at any time."""
        return self.root / "build"

    @property
    def content(self) -> list[Path]:
        """The folders of hand-written pages; a page of a later one replaces the same page before it."""
        return [p for p in dict.fromkeys([HOME / "content", self.root / "content"]) if p.is_dir()]

    @cached_property
    def today(self) -> dt.date:
        """Today in Việt Nam; the demonstration has a fixed day (publishing.yaml `today`)."""
        return self.settings.today or dt.datetime.now(ZONE).date()

    @property
    def addresses(self) -> Path:
        """The addresses that were published."""
        return self.datasets / addresses.FILE

    def table(self, name: str) -> tables.Table:
        """A reference table by the name that a column's `table` gives."""
        return {
            "units": self.units,
            "fields": self.fields,
            "counters": self.counters,
            "documents": self.documents,
        }[name]

    def document(self, sha256: str) -> Path:
        """Where a kept document stands, under the hash of its bytes."""
        return self.datasets / "documents" / f"{sha256}.pdf"

    def data_file(self, kind: str, unit: str, period: str) -> Path:
        """Where a submission stands."""
        return self.datasets / kind / "data" / period / f"{unit}.csv"

    def period_rule(self, kind: Kind) -> PeriodRule:
        """The kind's period rule: the office's setting for it, the kind's own, or the office's rule."""
        setting = self.settings.datasets.get(kind.name, DatasetSettings()).period_rule
        chosen = setting or kind.period_rule or self.settings.period_rule
        return PeriodRule(1 if chosen == "calendar" else chosen)

    def period(self, kind: Kind, text: str) -> Period:
        """The period of a kind with that label, or a whole quarter or year: a quarter begins with its first month.
        Raises ValueError for what is not a period."""
        rule, months = self.period_rule(kind), months_in(text)
        first = shift(text, 1 - kind.months) if len(months) == 1 else months[0]
        return Period(text, rule.period(first).start, rule.period(months[-1]).end)

    def first_period(self, kind: Kind) -> str:
        """The first period that is awaited of a kind: its own, or the office's."""
        return self.settings.datasets.get(kind.name, DatasetSettings()).first_period or self.settings.first_period

    def due_on(self, kind: Kind, text: str) -> dt.date | None:
        """The last day on which a submission is in time (rule V19); None for a kind that is never awaited."""
        due = self.settings.datasets.get(kind.name, DatasetSettings()).due or kind.due
        if due is None or kind.derived:
            return None
        if due.working_days is not None:
            return self.working_days.after(self.period(kind, text).end, due.working_days)
        return dt.date(*next_month(*parts(text)), due.day_of_month or 1)

    def due_periods(self, kind: Kind) -> list[str]:
        """The labels, first to last, whose due day is over: what is not there by now is missing.

        `last_period` in publishing.yaml closes an office: nothing is awaited after it.
        """
        last = self.settings.last_period or shift(label(self.today.year, self.today.month), 1)
        labels = [text for text in between(self.first_period(kind), last) if kind.reports(text)]
        return [text for text in labels if (due := self.due_on(kind, text)) and due < self.today]

    def expected_units(self, kind: Kind, text: str) -> list[tables.Unit]:
        """The units that must submit: of the kind's levels, in force on the period's last day; none for a kind that is
        never awaited."""
        return self.units_of(kind, text) if self.due_on(kind, text) else []

    def units_of(self, kind: Kind, text: str) -> list[tables.Unit]:
        """The units of the kind's levels (or of those that the office sets for it) that are in force on the period's
        last day."""
        end = self.period(kind, text).end
        levels = self.settings.datasets.get(kind.name, DatasetSettings()).levels or kind.levels
        return [
            u
            for u in self.units
            if isinstance(u, tables.Unit) and u.is_valid(end) and (not levels or u.level in levels)
        ]


def open_office(root: Path) -> Office:
    """Read an office's settings, tables and kinds.

    A kind that the office lacks comes from the repository; `datasets:` in publishing.yaml says which
    kinds it publishes (all that are not optional when empty). Raises Mistake `no-office`, `settings`, `unknown-kind`,
    and those of the tables and definitions.
    """
    root = root.resolve()
    path = root / "datasets" / "publishing.yaml"
    if not path.exists():
        raise Mistake("no-office", {"folder": str(root)}, exit_code=2)
    try:
        settings = Publishing.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise Mistake("settings", {"key": where, "detail": first["msg"]}) from error
    folders = {p.parent.name: p.parent for base in (HOME, root) for p in (base / "datasets").glob("*/dataset.yaml")}
    names = list(settings.datasets) or sorted(folders)
    unknown = [name for name in names if name not in folders]
    if unknown:
        raise Mistake("unknown-kind", {"kind": unknown[0], "known": ", ".join(sorted(folders))}, exit_code=2)
    base = root / "datasets"
    kinds = {name: read_kind(folders[name], base / name) for name in names}
    known = tables.read_addresses(base / addresses.FILE)
    units = tables.read_units(base / "units.csv", known["units"])
    return Office(
        root=root,
        settings=settings,
        units=units,
        fields=tables.read_fields(base / "fields.csv", known["fields"]),
        counters=tables.read_counters(base / "counters.csv", units),
        documents=tables.read_documents(base / "documents" / "index.csv"),
        working_days=tables.read_working_days(base / "holidays.csv"),
        kinds={name: kind for name, kind in kinds.items() if name in settings.datasets or not kind.optional},
    )
