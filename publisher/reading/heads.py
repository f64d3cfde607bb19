"""Something that gives records: a text split by one delimiter, or a sheet. What follows does not ask which."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice

from publisher.reading.decoding import Text

HEADER_WITHIN = 15
"""The header stands within the first rows of a file."""

DELIMITERS = (",", ";", "\t", "|")
SEP_LINE = re.compile(r'^"?sep=([,;|\t])"?\r?\n?$', re.IGNORECASE)

Row = list[str]


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of something that gives records, and the way to all of them.

    `delimiter` is empty for a sheet, whose `sheet` is its name. `read` gives the records from the first on, each a list
    of its own; a text's raises csv.Error while it is read.
    """

    rows: tuple[Row, ...]
    read: Callable[[], Iterator[Row]]
    delimiter: str = ""
    sheet: str = ""

    @property
    def is_sheet(self) -> bool:
        """Whether the records are those of a sheet: cells have types then, and all rows are as long."""
        return not self.delimiter


def split(text: Text, delimiter: str, *, strict: bool = True) -> Iterator[Row]:
    """The records of a text, blank lines as []; a `sep=` line before them is left out, as a spreadsheet does.

    Raises csv.Error while it is read.
    """
    with text.open() as stream:
        if not SEP_LINE.match(stream.readline()):
            stream.seek(0)
        yield from csv.reader(stream, delimiter=delimiter, strict=strict)


def heads_of_text(text: Text) -> Iterator[Head]:
    """The first rows of a text by each delimiter; only by that of the `sep=` line where there is one."""
    with text.open() as stream:
        sep = SEP_LINE.match(stream.readline(20))
    for delimiter in (sep[1],) if sep else DELIMITERS:
        rows: list[Row] = []
        # A quote that never closes ends it early: what stands before may still hold the header.
        with suppress(csv.Error):
            rows.extend(islice(split(text, delimiter, strict=False), HEADER_WITHIN))
        yield Head(tuple(rows), partial(split, text, delimiter), delimiter)


def head_of_sheet(name: str, rows: list[Row]) -> Head:
    """The first rows of a sheet."""
    return Head(tuple(rows[:HEADER_WITHIN]), lambda: map(list.copy, rows), sheet=name)
