"""The titles of a header of one, two or three rows: a group's title stands before the titles below it.

"Số hồ sơ đã giải quyết" over "Quá hạn" is the column "Số hồ sơ đã giải quyết - Quá hạn" (form II.06a has three rows).
A group's title spreads over the columns that are merged with its cell; where nothing is merged, as in a CSV that was
saved from such a sheet, over the blank cells right of it.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publisher.grids.look import Range
from publisher.grids.marks import bare
from publisher.reading.heads import Row
from publisher.reading.labels import folded

BETWEEN = " - "
"""Between the titles of a group and of its column, also in aliases and layouts."""

DEEPEST = 3


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a file: canonical name, header as it stands in the file, 1-based place."""

    name: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Title:
    """The title of one column: as people read it, where its own cell stands (row from 0), and the keys that it may be
    known by, the whole path first."""

    label: str = ""
    row: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Titles:
    """The titles of a header's columns; the header's first and last row count from 0."""

    first: int
    last: int
    titles: tuple[Title, ...]

    @property
    def keys(self) -> set[str]:
        """Every key of every column."""
        return {key for title in self.titles for key in title.keys}

    @property
    def whole(self) -> set[str]:
        """The key of every column's whole path."""
        return {title.keys[0] for title in self.titles if title.keys}


@dataclass(frozen=True)
class Known:
    """The headers that mean something: folded header → column, the folded titles of groups, and the folded headers of
    each layout.

    Below a known group, or below a title that is itself a column's, a title alone means nothing: "Đúng hạn" under
    "Đang giải quyết" is not the column "Đúng hạn".
    """

    names: Mapping[str, str]
    groups: frozenset[str]
    layouts: tuple[tuple[str, ...], ...]


def known_of(headers: Sequence[tuple[str, str]], layouts: Sequence[Sequence[str]]) -> Known:
    """What is known by headers given as (column, header), and by the headers of layouts."""
    paths = [text for _, text in headers] + [label for labels in layouts for label in labels]
    groups = {folded(part) for text in paths for part in text.split(BETWEEN)[:-1]}
    return Known(
        {folded(text): name for name, text in headers if text},
        frozenset(groups),
        tuple(tuple(map(folded, labels)) for labels in layouts),
    )


def single(rows: Sequence[Row], index: int) -> Titles:
    """The titles of a header of one row."""
    row = trimmed(rows[index])
    return Titles(index, index, tuple(title_of([(cell, index)]) for cell in row))


def title_of(path: Sequence[tuple[str, int]], known: Known | None = None) -> Title:
    """The title of a column given its cells from above, with their rows."""
    parts: list[str] = []
    for cell, _ in path:
        text = unicodedata.normalize("NFC", " ".join(bare(cell).split()))
        if text and (not parts or folded(text) != folded(parts[-1])):
            parts.append(text)
    if not parts:
        return Title()
    keys = [folded(" ".join(parts))]
    for number, part in enumerate(parts[:-1], start=1):
        key = folded(part)
        if known and (key in known.groups or key in known.names):
            break
        keys.append(folded(" ".join(parts[number:])))
    return Title(BETWEEN.join(parts), path[-1][1], tuple(dict.fromkeys(keys)))


def joined(rows: Sequence[Row], first: int, last: int, merged: Sequence[Range], known: Known) -> Titles:
    """The titles of a header of several rows. `merged` are the sheet's merged cells; without any, blanks belong to the
    left."""
    width = max(len(trimmed(rows[index])) for index in range(first, last + 1))
    anchors = {(a - 1, c): (a - 1, b - 1) for a, b, _, d in merged for c in range(b - 1, min(d, width))}
    groups: list[Row] = []
    for index in range(first, last):
        above = groups[-1] if groups else None
        groups.append(spread(rows, index, width, anchors if merged else None, above))
    titles = []
    for column in range(width):
        path = [(groups[index - first][column], index) for index in range(first, last)]
        path.append((cell_of(rows, last, column), last))
        own = [row for row in range(first, last + 1) if cell_of(rows, row, column).strip()]
        path = [(cell, row) for cell, row in path if cell.strip() and row <= max(own, default=-1)]
        titles.append(title_of([*path[:-1], (path[-1][0], max(own))], known) if path and own else Title())
    return Titles(first, last, tuple(titles))


def spread(
    rows: Sequence[Row],
    index: int,
    width: int,
    anchors: Mapping[tuple[int, int], tuple[int, int]] | None,
    above: Row | None,
) -> Row:
    """A row of group titles with each title in all its columns."""
    found: Row = []
    for column in range(width):
        cell = cell_of(rows, index, column)
        if cell.strip() or column == 0:
            found.append(cell)
        elif anchors is not None:
            anchor = anchors.get((index, column))
            found.append(cell_of(rows, *anchor) if anchor else "")
        else:
            within = above is None or above[column] == above[column - 1]
            found.append(found[-1] if within else "")
    return found


def cell_of(rows: Sequence[Row], row: int, column: int) -> str:
    """A cell; blank beyond the row's end."""
    return rows[row][column] if column < len(rows[row]) else ""


def trimmed(row: Row) -> Row:
    """A row without the blank cells at its end."""
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return row[:width]
