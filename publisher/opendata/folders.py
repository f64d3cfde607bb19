"""Which files are published where: one folder a month, one for all time, one for the figures."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import months_in
from publisher.catalogue.text import Text
from publisher.ledger import Ledger, Line
from publisher.measures import Book
from publisher.measures.peers import last_months
from publisher.opendata import figures, formats, packages
from publisher.opendata.about import first_sheet
from publisher.opendata.records import columns, key, records, reference, said
from publisher.opendata.shelf import Kept, Shelf
from publisher.opendata.shelf import key as shelf_key
from publisher.opendata.tables import Table
from publisher.opendata.workbook import workbook_bytes
from publisher.words.format import period as name_of

ROOT = "du-lieu/"
ALL_TIME = "tat-ca"
FIGURES = "chi-so"

MOST_CELLS = 2_500_000
"""Above so many cells a table is published as CSV and Parquet only: what opens a workbook or a list of records as a
whole needs more memory than most machines have."""

Put = Callable[[str, bytes], None]
"""Writes a file at an address below the site's root."""


@dataclass(frozen=True, slots=True)
class File:
    """One published file: its address below the root, its format, size and hash."""

    path: str
    format: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Set:
    """One table in all its formats."""

    kind: Kind
    rows: int
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one month (`period`), of all time or of the figures (both ""), by kind; `package` describes them."""

    path: str
    period: str
    sets: Mapping[str, Set]
    package: File


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that is published for reuse: months newest first, all time, figures. The last two are None before the
    first submission. `rows` has the rows of figures of each kind, for what else is made of them."""

    months: tuple[Folder, ...]
    all_time: Folder | None
    figures: Folder | None
    rows: Mapping[str, Sequence[Sequence[str]]]


def publish(office: Office, book: Book, ledger: Ledger, put: Put) -> Published:
    """Write `du-lieu/<month>/`, `du-lieu/tat-ca/` and `du-lieu/chi-so/`: each table in its formats, the reference
    tables, and a `datapackage.json`. What was written before from the same inputs is taken from the cache."""
    return Publisher(office, book, ledger, put).publish()


def named(period: str) -> Text:
    """A period's name in both languages."""
    return Text(vi=name_of("vi", period), en=name_of("en", period))


def plain(table: Table) -> dict[str, bytes]:
    """A table as CSV and Parquet and, unless it is too large, JSON."""
    files = {"csv": formats.csv_bytes(table), "parquet": formats.parquet_bytes(table)}
    if len(table.rows) * len(table.columns) <= MOST_CELLS:
        files["json"] = formats.json_bytes(table)
    return {f"{table.name}.{ending}": data for ending, data in files.items()}


class Publisher:
    """Writes the files of one office."""

    def __init__(self, office: Office, book: Book, ledger: Ledger, put: Put) -> None:
        self.office, self.book, self.put, self.head = office, book, put, ledger.head
        self.shelf = Shelf(office.cache / "opendata")
        self.lines: dict[tuple[str, str], dict[str, Line]] = {}
        for line in sorted(ledger.current.values(), key=lambda line: line.unit):
            self.lines.setdefault((line.kind, line.period), {})[line.unit] = line
        self.periods = sorted({period for _, period in self.lines})

    @cached_property
    def base(self) -> list[Any]:
        """What every file depends on: definitions, settings, names."""
        tables = [
            [(e.code, e.name.vi, e.name.en, str(e.valid_from), e.shown_as) for e in table]
            for table in (self.office.units, self.office.fields)
        ]
        settings = self.office.settings.model_dump(mode="json", exclude={"today", "survey", "keep_releases"})
        return [settings, tables, {name: kind.digest for name, kind in self.office.kinds.items()}]

    def publish(self) -> Published:
        """All folders."""
        self.references = [
            reference("units", self.office.units),
            reference("fields", self.office.fields),
        ]
        if not self.periods:
            return Published((), None, None, {})
        months = tuple(self.month(period) for period in reversed(self.periods))
        rows = {kind.name: self.figure_rows(kind) for kind in self.office.kinds.values()}
        return Published(months, self.all_time(), self.all_figures(rows), rows)

    # --- the accepted rows

    def sources(self, kind: Kind, periods: Sequence[str]) -> list[Any]:
        """The files of some months, by hash and revision."""
        return [
            (line.unit, line.period, line.sha256, line.revision)
            for period in periods
            for line in self.lines.get((kind.name, period), {}).values()
        ]

    def month_set(self, kind: Kind, period: str) -> Kept:
        """The rows of a kind and month in all formats."""

        def make() -> tuple[Mapping[str, bytes], int]:
            revisions = {unit: line.revision for unit, line in self.lines[kind.name, period].items()}
            table = records(self.office, kind, period, revisions)
            return self.written(table, named(period), f"thang/{period}/"), len(table.rows)

        made_of = shelf_key(self.base, kind.name, self.sources(kind, [period]))
        return self.shelf.get(f"{kind.name}/{period}", made_of, make)

    def month(self, period: str) -> Folder:
        """The folder of one month."""
        given = [kind for kind in self.office.kinds.values() if (kind.name, period) in self.lines]
        sets = {kind.name: self.month_set(kind, period) for kind in given}
        tables = [Table(kind.name, kind.title, kind.purpose, columns(kind), key=key(kind)) for kind in given]
        created = max(line.accepted_at for kind in given for line in self.lines[kind.name, period].values())
        return self.folder(period, period, named(period), said("month_is"), created, tables, sets, f"thang/{period}/")

    def all_time(self) -> Folder:
        """The folder with all months of each kind in one table."""
        sets, tables = {}, []
        for kind in self.office.kinds.values():
            periods = [period for period in self.periods if (kind.name, period) in self.lines]
            if periods:
                sets[kind.name] = self.all_time_set(kind, periods)
                tables.append(Table(kind.name, kind.title, kind.purpose, columns(kind), key=key(kind)))
        created = max(line.accepted_at for lines in self.lines.values() for line in lines.values())
        return self.folder(ALL_TIME, "", said("all_time"), said("all_time_is"), created, tables, sets, ROOT)

    def all_time_set(self, kind: Kind, periods: Sequence[str]) -> Kept:
        """All months of a kind, first to last, in all formats."""

        def make() -> tuple[Mapping[str, bytes], int]:
            table = Table(kind.name, kind.title, kind.purpose, columns(kind), key=key(kind))
            parts = [partial(self.month_set, kind, period) for period in periods]
            return self.together(table, parts, said("all_time"), f"so-lieu/{kind.name}/")

        made_of = shelf_key(self.base, kind.name, self.sources(kind, periods))
        return self.shelf.get(f"{kind.name}/{ALL_TIME}", made_of, make)

    # --- the published figures

    def standing(self, kind: Kind) -> list[Any]:
        """What a kind's figures depend on beside files where they are made of how submissions came: the ledger and what
        is due by now."""
        if not any(self.office.kinds[name].derived for name in self.book.made_of(kind.name)):
            return []
        return [self.head, [self.office.due_periods(other) for other in self.office.kinds.values()]]

    def labels(self, kind: Kind) -> list[str]:
        """The periods of a kind's figures: months, then quarters, years, and the latest months together."""
        periods = self.book.periods(kind.name)
        return [*periods, *kind.wider(periods), *filter(None, [last_months(self.book, kind)])]

    def figure_set(self, kind: Kind, period: str) -> Kept:
        """The figures of one period, as parts of the table of all."""

        def make() -> tuple[Mapping[str, bytes], int]:
            table = figures.table(kind, figures.rows_of(self.office, self.book, kind, period))
            return plain(table), len(table.rows)

        months = [month for month in months_in(period) if month in self.periods]
        everything = [self.sources(other, months) for other in self.office.kinds.values()] + self.standing(kind)
        return self.shelf.get(f"{kind.name}/{FIGURES}-{period}", shelf_key(self.base, kind.name, everything), make)

    def figure_rows(self, kind: Kind) -> list[list[str]]:
        """The rows of all figures of a kind."""
        parts = [self.figure_set(kind, period).files[f"{kind.name}.csv"] for period in self.labels(kind)]
        return formats.read_csv(formats.join("csv", parts)) if parts else []

    def all_figures(self, rows: Mapping[str, Sequence[Sequence[str]]]) -> Folder:
        """The folder with the figures of each kind."""
        sets, tables = {}, []
        for kind in self.office.kinds.values():
            if rows[kind.name]:
                tables.append(figures.table(kind, []))
                sets[kind.name] = self.all_figures_set(kind)
        created = max(line.accepted_at for lines in self.lines.values() for line in lines.values())
        return self.folder(FIGURES, "", said("figures"), said("figures_is"), created, tables, sets, "so-lieu/")

    def all_figures_set(self, kind: Kind) -> Kept:
        """All figures of a kind in all formats."""

        def make() -> tuple[Mapping[str, bytes], int]:
            parts = [partial(self.figure_set, kind, period) for period in self.labels(kind)]
            return self.together(figures.table(kind, []), parts, said("figures"), f"so-lieu/{kind.name}/")

        everything = [self.sources(other, self.periods) for other in self.office.kinds.values()] + self.standing(kind)
        return self.shelf.get(f"{kind.name}/{FIGURES}", shelf_key(self.base, kind.name, everything), make)

    # --- writing

    def written(self, table: Table, when: Text, page: str) -> dict[str, bytes]:
        """A table in its formats; `page` is the address of the page that shows it."""
        return self.with_workbook(table, plain(table), when, page)

    def together(
        self, table: Table, parts: Sequence[Callable[[], Kept]], when: Text, page: str
    ) -> tuple[dict[str, bytes], int]:
        """Tables with the same columns as one (described by `table`, which has no rows) in its formats, and how many
        rows it has. The parts are asked for one after the other: a large office's do not stand in memory at once."""
        count = sum(part().rows for part in parts)
        endings = ("csv", "json", "parquet") if count * len(table.columns) <= MOST_CELLS else ("csv", "parquet")
        files = {}
        for ending in endings:
            name = f"{table.name}.{ending}"
            files[name] = formats.join(ending, [part().files[name] for part in parts])
        if "json" in endings:
            table = replace(table, rows=formats.read_csv(files[f"{table.name}.csv"]))
            files = self.with_workbook(table, files, when, page)
        return files, count

    def with_workbook(self, table: Table, files: dict[str, bytes], when: Text, page: str) -> dict[str, bytes]:
        """The files of a table and, unless it is too large, the workbook; in the order in which pages name them."""
        if f"{table.name}.json" in files:
            version = hashlib.sha256(files[f"{table.name}.csv"]).hexdigest()[:12]
            sheets = (said("sheet_about").vi, said("sheet_data").vi)
            about = first_sheet(self.office, table, when, version, page)
            files[f"{table.name}.xlsx"] = workbook_bytes(table, about, sheets)
        names = [f"{table.name}.{ending}" for ending in formats.MEDIA]
        return {name: files[name] for name in names if name in files}

    def folder(
        self,
        name: str,
        period: str,
        title: Text,
        about: Text,
        created: str,
        tables: Sequence[Table],
        sets: Mapping[str, Kept],
        page: str,
    ) -> Folder:
        """Put the files of one folder in their places, the reference tables and the description beside them."""
        path = f"{ROOT}{name}/"
        known = [table.name for table in self.references]
        resources, found = [], {}
        for table in tables:
            kept = sets[table.name]
            for file, data in kept.files.items():
                self.put(path + file, data)
            sizes = {file: (len(data), kept.sha256[file]) for file, data in kept.files.items()}
            resources.append(packages.resource(table, sizes, known))
            found[table.name] = Set(
                self.office.kinds[table.name],
                kept.rows,
                tuple(File(path + f, f.rpartition(".")[2], n, sha) for f, (n, sha) in sizes.items()),
            )
        for table in self.references:
            data = formats.csv_bytes(table)
            self.put(f"{path}{table.name}.csv", data)
            sizes = {f"{table.name}.csv": (len(data), hashlib.sha256(data).hexdigest())}
            resources.append(packages.resource(table, sizes, ()))
        described = formats.pretty(packages.package(self.office, name, title, about, created, resources, page))
        self.put(f"{path}datapackage.json", described)
        package = File(f"{path}datapackage.json", "json", len(described), hashlib.sha256(described).hexdigest())
        return Folder(path, period, found, package)
