"""What a person does not see in a sheet, or sees otherwise than it is: told where it touches the table's figures."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from publisher.errors import column_letter
from publisher.grids.look import Look, Place, Range, Span
from publisher.reading.book import Sheet
from publisher.reading.header import Finding, Header
from publisher.reading.legacy import VIETNAMESE
from publisher.reading.structure import Shape, ranges

Fault = tuple[int | None, Finding]


def faults(sheet: Sheet, header: Header, shape: Shape) -> Iterator[Fault]:
    """The errors of a sheet as (row, finding): hidden columns and rows of the table, merged cells in it, formulas
    without a result, letters that only an old font makes readable."""
    rows = Rows(sheet, header, shape)
    yield from hidden_columns(sheet.look.hidden_columns, header)
    hidden = [row for first, last in sheet.look.hidden_rows for row in rows.within(first, last)]
    if hidden:
        yield hidden[0], Finding("rows-hidden", "error", values={"count": len(hidden), "rows": ranges(hidden)})
    for merged in sheet.look.merged:
        touched = rows.within(merged[0], merged[2])
        if touched and any(merged[1] <= number <= merged[3] for number in header.used):
            values = {"range": written(merged)}
            yield touched[0], Finding("cells-merged", "error", column_letter(merged[1]), merged[1], values)
    yield from without_result(sheet.look.no_result, header, shape)
    yield from old_fonts(sheet)


class Rows:
    """The rows of a sheet that are data."""

    def __init__(self, sheet: Sheet, header: Header, shape: Shape) -> None:
        self.sheet, self.header, self.shape = sheet, header, shape

    def within(self, first: int, last: int) -> list[int]:
        """The rows of data from one row to another."""
        numbers = range(max(first, self.header.row + 1), min(last, len(self.sheet.rows)) + 1)
        return [
            number
            for number in numbers
            if number not in self.shape.aside and any(cell.strip() for cell in self.sheet.rows[number - 1])
        ]


def hidden_columns(spans: Iterable[Span], header: Header) -> Iterator[Fault]:
    """The hidden columns that hold figures, codes or names of the table."""
    for first, last in spans:
        for number, label in sorted(header.used.items()):
            if first <= number <= last:
                values = {"letter": column_letter(number)}
                yield header.row, Finding("column-hidden", "error", label, number, values)


def written(merged: Range) -> str:
    """A range as a spreadsheet writes it: A2:A6."""
    return f"{column_letter(merged[1])}{merged[0]}:{column_letter(merged[3])}{merged[2]}"


def without_result(places: Iterable[Place], header: Header, shape: Shape) -> Iterator[Fault]:
    """The formulas of the table whose result is not stored, each column once."""
    labels = header.used
    inside = [
        (column, row) for row, column in places if column in labels and row > header.row and row not in shape.aside
    ]
    for column, found in groupby(sorted(inside), key=lambda place: place[0]):
        rows = [row for _, row in found]
        values = {"count": len(rows), "rows": ranges(rows)}
        yield rows[0], Finding("formula-empty", "error", labels[column], column, values)


def old_fonts(sheet: Sheet) -> Iterator[Fault]:
    """The first cell whose letters are those of an old code page, shown as Vietnamese by its font."""
    found = [
        (place, font)
        for place, font in sorted(sheet.look.old_fonts.items())
        if not VIETNAMESE.search(sheet.rows[place[0] - 1][place[1] - 1])
    ]
    if found:
        (row, column), font = found[0]
        values = {"font": font, "count": len(found)}
        yield row, Finding("font-old", "error", column_letter(column), column, values)


def notes(look: Look) -> Iterator[Finding]:
    """What was passed over or taken as it is."""
    if look.formulas:
        row, column = look.first_formula
        values = {"count": look.formulas}
        yield Finding("formulas-read", "note", column_letter(column), column, values, row=row)
    if look.comments:
        yield Finding("comments-dropped", "note", values={"count": look.comments})
