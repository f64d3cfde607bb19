"""Published files read back by the programs that people use."""

import csv
import datetime as dt
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

Rows = list[dict[str, Any]]


def of_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), strict=True))


def of_json(path: Path) -> Rows:
    """The rows of a JSON file."""
    rows: Rows = json.loads(path.read_text(encoding="utf-8"))
    return rows


def of_parquet(path: Path) -> Rows:
    """The rows of a Parquet file."""
    rows: Rows = pq.read_table(path).to_pylist()
    return rows


def of_workbook(path: Path) -> Rows:
    """The rows of a workbook's second sheet, as openpyxl reads it."""
    header, *rows = openpyxl.load_workbook(path, read_only=True).worksheets[1].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def as_text(value: Any) -> str:
    """A value as the CSV file has it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def same(text: str, value: Any) -> bool:
    """Whether a value is what a CSV cell says: a number may be written with more or fewer zeros."""
    if isinstance(value, int | float):
        return text != "" and float(text) == value
    return text == as_text(value)


def libreoffice(path: Path, out: Path, to: str) -> Path:
    """A file as LibreOffice converts it; skips with the reason where there is none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found:
        reason = "no LibreOffice on this machine: neither soffice nor libreoffice is on the path"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    profile = f"-env:UserInstallation=file://{out / 'profile'}"
    done = subprocess.run(
        [found, profile, "--headless", "--convert-to", to, "--outdir", out, path],
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return out / f"{path.stem}.{to.partition(':')[0]}"
