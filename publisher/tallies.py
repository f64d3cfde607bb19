"""Rows become tallies: sums for each (unit, period, basis, as-of day, breakdown, key). They add up; ratios come later.

What was once tallied is kept in `var/cache/tallies/<kind>/<period>.parquet`. Every line there carries the sha-256
of the file that it came from, and every Parquet file the digest of the kind's definition and of this module, so a
month's build reads only the files that changed. The folder can be deleted at any time.
"""

import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from publisher.catalogue import Kind, Office
from publisher.catalogue.measures import Breakdown, Tally, Where, one_of
from publisher.catalogue.pooling import Pooled, pooled, shown_as
from publisher.ledger import Ledger, count_submissions

ALL = ""
"""The breakdown and the key of the whole row set."""

MONTH = "month"
"""The basis of a kind whose rows do not name theirs."""

KEYS = ("unit", "period", "basis", "breakdown", "key", "as_of")
"""What a line of a cube is known by, in the order in which the lines are sorted."""

DECIMALS = 6
"""Sums are rounded to this, so that 19.0 + 18.01 is 37.01 and not 37.010000000000005."""

BATCH = 1000
"""How many files are grouped at once: grouping costs much a call and little a row."""

Progress = Callable[[int, int], None]
"""Told (files done, files to do) while the files of one kind are tallied."""


@dataclass(frozen=True)
class Cube:
    """The tallies of one kind.

    `frame` has the columns unit, period, basis, breakdown, key and as_of (ISO day), all text, then one float64 column
    for each tally: NaN where everything that it adds up is blank. Sorted by the first six.
    """

    kind: Kind
    frame: pd.DataFrame


@dataclass(frozen=True)
class Tallies:
    """The cubes of an office by kind; `rebuilt` is how many files had to be tallied anew."""

    cubes: dict[str, Cube]
    rebuilt: int


@dataclass(frozen=True, slots=True)
class Source:
    """One accepted file; `end` is the ISO day on which its period ends."""

    unit: str
    period: str
    path: Path
    end: str


def tally_office(office: Office, ledger: Ledger, *, progress: Progress | None = None) -> Tallies:
    """The tallies of every submission that the ledger holds as current, from the cache where that is still good.

    That the files are what the ledger says is the ledger's to check, before. Raises FileNotFoundError for a file
    that is not there and ValueError for a figure that is no number: neither can be an accepted file.
    """
    cubes, rebuilt = {}, 0
    for name, kind in office.kinds.items():
        if kind.derived:
            cubes[name] = derive(office, kind, ledger)
            continue
        wanted: dict[str, dict[str, str]] = {}
        for (of, unit, period), line in ledger.current.items():
            if of == name:
                wanted.setdefault(period, {})[unit] = line.sha256
        cubes[name], count = tally_kind(office, kind, wanted, progress)
        rebuilt += count
    return Tallies(cubes, rebuilt)


def tally_kind(
    office: Office, kind: Kind, wanted: Mapping[str, Mapping[str, str]], progress: Progress | None = None
) -> tuple[Cube, int]:
    """The cube of one kind, and how many files were tallied anew. `wanted` is period → unit → sha-256."""
    pools = pooled(office, kind)
    folder, schema = office.cache / "tallies" / kind.name, table_schema(kind, pools)
    tables: dict[str, list[pa.Table]] = {}
    touched: list[str] = []
    missing: list[Source] = []
    for period, units in sorted(wanted.items()):
        table, found = read_cached(folder / f"{period}.parquet", schema, units)
        new = [
            Source(unit, period, office.data_file(kind.name, unit, period), office.period(kind, period).end.isoformat())
            for unit, sha256 in units.items()
            if (unit, sha256) not in found
        ]
        if new or not found <= units.items():
            touched.append(period)
        tables[period] = [table]
        missing += new
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        for label, found_now in tally_files(kind, batch, pools).groupby("period", sort=False):
            tables[str(label)].append(pa.Table.from_pandas(found_now, schema=schema, preserve_index=False))
        if progress:
            progress(start + len(batch), len(missing))
    for period in touched:
        write_cached(folder / f"{period}.parquet", schema, tables[period])
    lines = pa.concat_tables([schema.empty_table(), *(table for parts in tables.values() for table in parts)])
    lines = lines.drop_columns(["source"]).sort_by([(name, "ascending") for name in KEYS])
    return Cube(kind, lines.replace_schema_metadata().to_pandas()), len(missing)


def tally_sources(office: Office, kind: Kind, sources: Sequence[Source]) -> Cube:
    """The cube of some files, wherever they stand: nothing is read from the cache or written to it."""
    pools = pooled(office, kind)
    table = table_schema(kind, pools).empty_table()
    if sources:
        table = pa.Table.from_pandas(tally_files(kind, sources, pools), schema=table.schema, preserve_index=False)
    lines = table.drop_columns(["source"]).sort_by([(name, "ascending") for name in KEYS])
    return Cube(kind, lines.replace_schema_metadata().to_pandas())


def derive(office: Office, kind: Kind, ledger: Ledger) -> Cube:
    """The cube of a kind without files: how submissions came, counted; or no line where all is made of other kinds'
    measures."""
    counts = list(count_submissions(office, ledger, kind)) if kind.derived == "submissions" else []
    keys = [(one.unit, one.period, MONTH, ALL, ALL, one.end.isoformat()) for one in counts]
    frame = pd.DataFrame(keys, columns=list(KEYS), dtype=str)
    figures = pd.DataFrame([one.counts for one in counts], columns=list(kind.tallies), dtype=np.float64)
    return Cube(kind, pd.concat([frame, figures], axis=1).sort_values(list(KEYS), ignore_index=True))


# --- the cache


@cache
def program() -> str:
    """sha-256 of this module: what another version of it tallied is not trusted."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def table_schema(kind: Kind, pools: Pooled) -> pa.Schema:
    """The columns of a cached table; its metadata name the definition and the program that made it, and what was
    counted under what."""
    fields = [(name, pa.string()) for name in (*KEYS, "source")] + [(name, pa.float64()) for name in kind.tallies]
    made_of = {"definition": kind.digest, "program": program(), "pools": json.dumps(pools, sort_keys=True)}
    return pa.schema(fields, metadata=made_of)


def read_cached(path: Path, schema: pa.Schema, current: Mapping[str, str]) -> tuple[pa.Table, set[tuple[str, str]]]:
    """The lines of a cached file whose source is current (unit → sha-256), and all the (unit, sha-256) it holds.

    A file that is missing, damaged or made by another definition or program holds nothing.
    """
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read(use_threads=False)
    except (OSError, ValueError, pa.ArrowException):  # ValueError: names in the file that are not UTF-8
        return schema.empty_table(), set()
    if not table.schema.equals(schema, check_metadata=True):
        return schema.empty_table(), set()
    pairs = list(zip(table["unit"].to_pylist(), table["source"].to_pylist(), strict=True))
    if stale := set(pairs) - current.items():
        table = table.filter(pa.array([pair not in stale for pair in pairs]))
    return table, set(pairs)


def write_cached(path: Path, schema: pa.Schema, tables: Sequence[pa.Table]) -> None:
    """Replace a cached file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    table = pa.concat_tables([t.replace_schema_metadata(schema.metadata) for t in tables])
    pq.write_table(table, unfinished, write_page_checksum=True)
    unfinished.replace(path)


# --- from files to sums


def tally_files(kind: Kind, sources: Sequence[Source], pools: Pooled) -> pd.DataFrame:
    """The tallies of some files: the columns of a cube and `source`, the sha-256 of the bytes that were read.

    The hash is not taken from the ledger: were a file another one than the ledger says, its sums would stay in the
    cache under a name that is not theirs. A file without rows says that nothing arose: each of its tallies is 0.
    `pools` says what sensitive values are counted under in a breakdown.
    """
    columns, lengths, hashes = read_columns(kind, sources)
    month, ends = [MONTH] * sum(lengths), columns["period_to"]
    nothing = nothing_arose(kind, [(n, source.end) for n, source in enumerate(sources) if not lengths[n]])
    ids = pd.DataFrame(
        {
            "file": np.repeat(np.arange(len(sources)), lengths),
            "basis": [given or MONTH for given in columns.get("basis", month)],
            "as_of": [given or end for given, end in zip(columns.get("as_of", ends), ends, strict=True)],
        }
    )
    table = Table(columns, len(ids))
    figures = pd.DataFrame({name: table.tally(tally) for name, tally in kind.tallies.items()}, index=ids.index)
    most = maxima(kind)
    parts = [nothing, add_up(figures, ids.assign(breakdown=ALL, key=ALL), most)]
    for name, breakdown in kind.breakdowns.items():
        parts.append(split(name, breakdown, table, figures, ids, most, pools.get(breakdown.column, {})))
    lines = pd.concat(parts, ignore_index=True)
    file = lines.pop("file")
    lines["unit"] = file.map(dict(enumerate(s.unit for s in sources)))
    lines["period"] = file.map(dict(enumerate(s.period for s in sources)))
    lines["source"] = file.map(dict(enumerate(hashes)))
    return lines


def nothing_arose(kind: Kind, files: Sequence[tuple[int, str]]) -> pd.DataFrame:
    """The line of each file without rows, from (its number, the day on which its period ends)."""
    lines = pd.DataFrame(files, columns=["file", "as_of"]).astype({"file": np.int64, "as_of": str})
    return lines.assign(basis=MONTH, breakdown=ALL, key=ALL, **dict.fromkeys(kind.tallies, 0.0))


def read_columns(kind: Kind, sources: Iterable[Source]) -> tuple[dict[str, list[str]], list[int], list[str]]:
    """The columns that tallies need as text, one file after the other; each file's number of rows and sha-256.

    A column that a file lacks (it was accepted before the column was declared) is blank. The kind's `basis` and `as_of`
    are there when it declares them.
    """
    used = {"period_to", "basis", "as_of"} & set(kind.columns)
    used |= {name for tally in kind.tallies.values() for name in (*tally.columns, *(tally.count or {}), *tally.where)}
    used |= {name for b in kind.breakdowns.values() for name in (b.column, *b.columns.values(), *b.where) if name}
    columns: dict[str, list[str]] = {name: [] for name in sorted(used)}
    lengths, hashes = [], []
    for source in sources:
        content = source.path.read_bytes()
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        given = dict(zip(header, zip(*rows, strict=True), strict=False))
        for name, cells in columns.items():
            cells.extend(given.get(name, ("",) * len(rows)))
        lengths.append(len(rows))
        hashes.append(hashlib.sha256(content).hexdigest())
    return columns, lengths, hashes


def numbers(cells: Iterable[str]) -> NDArray[np.float64]:
    """Canonical text as numbers, blank as NaN. Whole numbers are exact to 2⁵³."""
    return np.array([float(cell) if cell else nan for cell in cells], dtype=np.float64)


class Table:
    """The columns of some files as text, and what tallies make of them: a column is read as numbers once, however many
    tallies add it up."""

    def __init__(self, columns: Mapping[str, list[str]], length: int) -> None:
        self.columns, self.length = columns, length
        self.read: dict[str, NDArray[np.float64]] = {}
        self.found: dict[tuple[str, str | tuple[str, ...]], NDArray[np.bool_]] = {}

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as numbers."""
        if name not in self.read:
            self.read[name] = numbers(self.columns[name])
        return self.read[name]

    def rows(self, where: Where) -> NDArray[np.bool_]:
        """The rows where each column has the value, or one of the values."""
        chosen = np.ones(self.length, dtype=bool)
        for name, value in where.items():
            if (name, value) not in self.found:
                values = one_of(value)
                self.found[name, value] = np.array([cell in values for cell in self.columns[name]], dtype=bool)
            chosen &= self.found[name, value]
        return chosen

    def tally(self, tally: Tally) -> NDArray[np.float64]:
        """What each row gives to a tally: the sum or the greatest of its cells, NaN when all are blank or the row is
        not meant; or 1 when it is counted, else 0."""
        if tally.count is not None:
            return self.rows(dict(tally.count)).astype(np.float64)
        cells = np.array([self.numbers(name) for name in tally.columns])
        blank = np.isnan(cells).all(axis=0)
        if tally.where and not tally.else_zero:
            blank |= ~self.rows(tally.where)
        if tally.max:
            return np.where(blank, nan, np.where(np.isnan(cells), -np.inf, cells).max(axis=0))
        sums = np.nansum(cells, axis=0)
        if tally.else_zero:
            sums, blank = np.where(self.rows(tally.where), sums, 0.0), blank & self.rows(tally.where)
        return np.where(blank, nan, sums)


def maxima(kind: Kind) -> list[str]:
    """The tallies of which the greatest counts, not the sum."""
    return [name for name, tally in kind.tallies.items() if tally.max]


def add_up(figures: pd.DataFrame, by: pd.DataFrame, most: Sequence[str] = ()) -> pd.DataFrame:
    """The sums of figures for each different line of `by`, of those in `most` the greatest: blank counts as nothing,
    all blank stays blank."""
    grouped = figures.groupby([by[name] for name in by], sort=False)
    return together(grouped, figures.columns.tolist(), most).round(DECIMALS).reset_index()


def together(
    grouped: "pd.api.typing.DataFrameGroupBy[Any, Any]", tallies: Sequence[str], most: Sequence[str]
) -> pd.DataFrame:
    """One line for each group: what sums and maxima make of the group's lines."""
    sums = grouped[list(tallies)].sum(min_count=1)
    for name in most:
        if name in sums:
            sums[name] = grouped[name].max()
    return sums


def split(
    name: str,
    breakdown: Breakdown,
    table: Table,
    figures: pd.DataFrame,
    ids: pd.DataFrame,
    most: Sequence[str],
    known: Mapping[str, str],
) -> pd.DataFrame:
    """The lines of one breakdown: all tallies by a column's values, or one tally by several columns. A row whose cell
    is blank belongs to no key; `known` says what sensitive values are shown as."""
    if breakdown.column:
        cells = table.columns[breakdown.column]
        shown = {cell: cell if (to := shown_as(known, cell)) is None else to for cell in set(cells)}
        by = ids.assign(breakdown=name, key=[shown[cell] for cell in cells])
        given = np.array([shown[cell] != "" for cell in cells], dtype=bool)
        parts = [(figures, by)] if given.all() else [(figures[given], by[given])]
    else:
        parts = [
            (pd.DataFrame({breakdown.of: table.numbers(column)}, index=ids.index), ids.assign(breakdown=name, key=key))
            for key, column in breakdown.columns.items()
        ]
    if breakdown.where:
        chosen = pd.Series(table.rows(breakdown.where), index=ids.index)
        parts = [(of[chosen[of.index]], by[chosen[by.index]]) for of, by in parts]
    return pd.concat([add_up(of, by, most) for of, by in parts])
