"""A form's file as sheets of text, every row with the number under which a person finds it.

An xlsx has a sheet for each part. A csv holds them one below the other, each name in the first column, as pyxform has
it; an xlsx saved from such a csv is read the same way. An md is a table whose first column names the sheets.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

import openpyxl  # type: ignore[import-untyped] # openpyxl ships no types
from pyxform.errors import PyXFormError  # type: ignore[import-untyped] # pyxform ships no types
from pyxform.xls2json_backends import get_xlsform  # type: ignore[import-untyped]

from publisher.errors import Mistake, cut

SUFFIXES = (".xlsx", ".csv", ".md")
SHEETS = ("survey", "choices", "settings")
UNSUPPORTED = ("external_choices", "entities", "osm")


@dataclass(frozen=True)
class Sheet:
    """One sheet. `columns`: its headings, on the row `header_rows[0]`; `rows`: (row number, heading → cell), where
    cells under no heading stand under ""."""

    name: str
    header_rows: list[int] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """The sheets of one file that make a form: survey, choices, settings."""

    file: str
    sheets: dict[str, Sheet]

    def sheet(self, name: str) -> Sheet:
        """A sheet; an empty one where the file lacks it."""
        return self.sheets.get(name, Sheet(name))

    def refuse(self, code: str, sheet: str, row: int, **values: object) -> NoReturn:
        """Raises Mistake `survey-form-<code>` with the place and the values, shortened for a sentence."""
        shown = {key: cut(value) for key, value in values.items()}
        raise Mistake(f"survey-form-{code}", {"file": self.file, "sheet": sheet, "row": row, **shown})


def open_book(path: Path) -> Book:
    """The sheets of a file. Raises Mistake `survey-form-suffix`, `-encoding`, `-unreadable` or `-sheet`."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise Mistake("survey-form-suffix", {"file": path.name})
    try:
        raw = path.read_bytes()
        if suffix == ".xlsx":
            records = _only_sheet(raw)
            sheets = _stacked(records) if _is_stacked(records) else _by_pyxform(raw, suffix)
        elif suffix == ".csv":
            sheets = _stacked(_csv_records(_decode(raw, path.name)))
        else:
            text = _decode(raw, path.name)
            sheets = _by_pyxform(text.encode(), suffix, _md_numbers(text))
    except (
        PyXFormError,
        csv.Error,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        LookupError,
        SyntaxError,
        ValueError,
        TypeError,
    ) as error:
        raise Mistake("survey-form-unreadable", {"file": path.name, "detail": cut(error)}) from error
    for name in UNSUPPORTED:
        if name in sheets:
            raise Mistake("survey-form-sheet", {"file": path.name, "sheet": name})
    return Book(path.name, {name: sheets[name] for name in SHEETS if name in sheets})


def _decode(raw: bytes, file: str) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise Mistake("survey-form-encoding", {"file": file}) from error


def _by_pyxform(raw: bytes, suffix: str, numbers: Mapping[str, list[int]] | None = None) -> dict[str, Sheet]:
    """The sheets as pyxform reads them. `numbers` are the rows of each sheet, its heading first, where they do not
    simply count from 1."""
    data = asdict(get_xlsform(raw, file_type=suffix))
    sheets = {}
    for name in (*SHEETS, *UNSUPPORTED):
        if data.get(name) is None:
            continue
        rows = data[name]
        counted = (numbers or {}).get(name, [])
        if len(counted) != len(rows) + 1:
            counted = list(range(1, len(rows) + 2))
        columns = [key or "" for key in (data[f"{name}_header"] or [{}])[0]]
        found = [(n, {k or "": _clean(v) for k, v in row.items()}) for n, row in zip(counted[1:], rows, strict=True)]
        sheets[name] = Sheet(name, [counted[0]], columns, found)
    return sheets


def _md_numbers(text: str) -> dict[str, list[int]]:
    """The lines of a Markdown table on which the rows of each sheet stand, by pyxform's rules for such a table."""
    numbers: dict[str, list[int]] = {}
    sheet = ""
    for number, line in enumerate(text.split("\n"), start=1):
        inner = re.match(r"\s*\|(.*)\|\s*", re.sub(r"#[^|]+$", "", line))
        if re.match(r"\s*#", line) or not inner or re.match(r"^[|-]+$", inner[1]):
            continue
        first, *cells = (cell.strip() for cell in re.split(r"(?<!\\)\|", inner[1]))
        if first:
            sheet = first.lower()
            numbers[sheet] = []
        if sheet and any(cells):
            numbers[sheet].append(number)
    return numbers


def _only_sheet(raw: bytes) -> list[list[str]]:
    """The rows of a workbook that has one sheet only; none otherwise."""
    workbook = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    try:
        if len(workbook.sheetnames) != 1:
            return []
        rows = workbook[workbook.sheetnames[0]].iter_rows(values_only=True)
        return [[_cell_text(value) for value in row] for row in rows]
    finally:
        workbook.close()


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _csv_records(text: str) -> list[list[str]]:
    """The rows of a csv, whichever delimiter Excel writes in its country. Raises csv.Error when none reads."""
    failed: csv.Error | None = None
    for delimiter in ",;\t":
        try:
            found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            failed = failed or error
            continue
        if _is_stacked(found):
            return found
    if failed:
        raise failed
    return []


def _is_stacked(records: list[list[str]]) -> bool:
    """Whether the first column holds names of sheets and nothing else: the heading `type` stands further right."""
    return any(r and not r[0].strip() and "type" in (_clean(cell).lower() for cell in r[1:]) for r in records)


def _stacked(records: Iterable[list[str]]) -> dict[str, Sheet]:
    """Sheets that stand one below the other: a name in the first column begins one, its next row is the heading."""
    sheets: dict[str, Sheet] = {}
    sheet = Sheet("")
    columns: list[str] = []
    for number, record in enumerate(records, start=1):
        first, *cells = map(_clean, record or [""])
        if first:
            sheet, columns = sheets.setdefault(first.lower(), Sheet(first.lower())), []
        if not any(cells):
            continue
        if not columns:
            columns = cells
            sheet.columns.extend(cells)
            sheet.header_rows.append(number)
            continue
        pairs = zip_longest(columns, cells, fillvalue="")
        sheet.rows.append((number, {heading: cell for heading, cell in pairs if cell}))
    return sheets


def _clean(cell: object) -> str:
    return "" if cell is None else unicodedata.normalize("NFC", str(cell).replace("\xa0", " ")).strip()
