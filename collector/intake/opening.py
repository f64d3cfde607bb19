"""A file's rows as a person sees them, for the excerpt on the answer page."""

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from publisher.reading.decoding import Refused, decode
from publisher.reading.header import read_heads, split


def source_rows(source: Path, rows: Iterable[int], *, sheet: str = "") -> dict[int, list[str]]:  # noqa: ARG001
    """Rows of a file by the number that a spreadsheet shows; none when it cannot be read."""
    wanted, found = set(rows), {}
    with suppress(csv.Error, Refused):
        text = decode(source)
        head = max(read_heads(text), key=lambda one: sum(len(row) for row in one.rows))
        for number, row in enumerate(split(text, head.delimiter, strict=False), start=1):
            if number in wanted:
                found[number] = row  # noqa: PERF403 until the file breaks
    return found
