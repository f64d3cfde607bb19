"""Workbooks that tests make: sheets from rows, and parts of the archive changed by hand."""

import atexit
import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Sequence[Any]]
Edit = Callable[[Worksheet], object]

SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: Rows, edit: Edit | None = None, **others: Rows) -> bytes:
    """An XLSX with a sheet "So lieu" of these rows, changed by `edit`, and further sheets by name."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "So lieu"
    for row in rows:
        sheet.append(list(row))
    for name, lines in others.items():
        other = book.create_sheet(name)
        for row in lines:
            other.append(list(row))
    if edit:
        edit(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def numbers(text: str) -> list[list[Any]]:
    """CSV text as rows of a sheet: counts of one to four digits are numbers, everything else is text."""
    lines = [line.split(",") for line in text.strip("\n").split("\n")]
    return [[int(cell) if cell.isdigit() and len(cell) < 5 else cell or None for cell in line] for line in lines]


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: Mapping[str, bytes | str], *, stored: bool = False) -> bytes:
    """An archive of parts, compressed unless they are to be `stored` as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return out.getvalue()


def changed(content: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """A workbook with texts of one part replaced; each must stand there."""
    found = parts(content)
    text = found[part].decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return packed({**found, part: text})


@cache
def profile() -> Path:
    """LibreOffice's own folder, one for all conversions of this process: to make one takes as long as to convert."""
    folder = Path(tempfile.mkdtemp(prefix="libreoffice-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def saved_by_libreoffice(folder: Path, files: Mapping[str, bytes], ending: str) -> dict[str, bytes]:
    """Files (name → content) as LibreOffice saves them with that ending, by name without ending; one start for all.

    Skips with the reason where there is no LibreOffice.
    """
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        reason = "no LibreOffice on this machine: neither soffice nor libreoffice is on the path"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    words = ["--headless", "--norestore", f"-env:UserInstallation={profile().as_uri()}"]
    subprocess.run(
        [office, *words, "--convert-to", ending, "--outdir", str(folder / "out"), *(str(folder / n) for n in files)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return {path.stem: path.read_bytes() for path in (folder / "out").iterdir()}
