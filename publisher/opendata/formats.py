"""One table as the bytes of a file: CSV, JSON, Parquet, a workbook. The same table gives the same bytes."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from publisher.opendata.tables import Column, Table

MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
"""The formats in which a table is published, in the order in which pages name them, and their media types."""

TYPES: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": lambda text: int(text) if text.lstrip("-").isdigit() else float(text),
    "string": str,
    "date": str,
}
"""How JSON has a cell; a date is ISO text there."""

ARROW = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string(), "date": pa.date32()}


def csv_bytes(table: Table) -> bytes:
    """UTF-8 without a mark, comma, LF, a header of names, cells quoted where they must be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.names)
    writer.writerows(table.rows)
    return text.getvalue().encode("utf-8")


def read_csv(data: bytes) -> list[list[str]]:
    """The rows that `csv_bytes` wrote. What comes again is one text in memory: tables repeat their codes."""
    lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    next(lines)
    same: dict[str, str] = {}
    return [[same.setdefault(text, text) for text in line] for line in lines]


def json_bytes(table: Table) -> bytes:
    """A list of records, one on each line: numbers as numbers, days as ISO text, null where there is no value."""
    names = [f"{json.dumps(name)}:" for name in table.names]
    types = [column.type for column in table.columns]
    lines = [
        "{"
        + ",".join([name + json_cell(type_, text) for name, type_, text in zip(names, types, row, strict=True)])
        + "}"
        for row in table.rows
    ]
    return ("[\n" + ",\n".join(lines) + ("\n]\n" if lines else "]\n")).encode("utf-8")


@lru_cache(maxsize=65_536)
def json_cell(type_: str, text: str) -> str:
    """A cell as JSON has it. (Kept: a table repeats the same codes, names and small numbers in every row.)"""
    return json.dumps(TYPES[type_](text), ensure_ascii=False) if text else "null"


def parquet_bytes(table: Table) -> bytes:
    """Typed columns, zstd; each column's titles stand in its metadata, null where there is no value."""
    fields = [
        pa.field(column.name, ARROW[column.type], metadata={"title": column.title.vi, "title_en": column.title["en"]})
        for column in table.columns
    ]
    schema = pa.schema(fields, metadata={"title": table.title.vi, "title_en": table.title["en"]})
    columns = list(zip(*table.rows, strict=True)) or [()] * len(fields)
    arrays = [
        pa.array(typed(column, cells), type=field.type)
        for column, cells, field in zip(table.columns, columns, fields, strict=True)
    ]
    return parquet(pa.Table.from_arrays(arrays, schema=schema))


def typed(column: Column, cells: Sequence[str]) -> list[Any]:
    """The cells of a column as Parquet has them."""
    types: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "number": float,
        "string": str,
        "date": dt.date.fromisoformat,
    }
    type_ = types[column.type]
    return [type_(text) if text else None for text in cells]


def join(ending: str, parts: Sequence[bytes]) -> bytes:
    """Files of one format (csv, json, parquet) with the same columns as one file: what the function that wrote them
    would write of all their rows, without reading them as text again."""
    if ending == "csv":
        return parts[0][: parts[0].index(b"\n") + 1] + b"".join(part[part.index(b"\n") + 1 :] for part in parts)
    if ending == "json":
        inside = [part.removeprefix(b"[\n").removesuffix(b"]\n").removesuffix(b"\n") for part in parts]
        lines = b",\n".join(filter(None, inside))
        return b"[\n" + lines + (b"\n]\n" if lines else b"]\n")
    return parquet(pa.concat_tables([pq.read_table(io.BytesIO(part), use_threads=False) for part in parts]))


def parquet(table: pa.Table) -> bytes:
    """A table of Arrow as a file."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def pretty(content: Any) -> bytes:
    """A description as JSON that people can read too."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
