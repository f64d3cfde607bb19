"""What a cell of a sheet means that is no text: a number, a day, an error. Text goes the way of any text.

A number is exact whatever the decimal mark of the file is; where its format shows another figure, only a percentage
in a column of percentages is taken as it shows itself.
"""

from publisher.catalogue.columns import Column
from publisher.catalogue.tables import Table
from publisher.grids import marks
from publisher.reading import values
from publisher.reading.values import Cell, Reader, fault


def reader(read: Reader, column: Column | None, table: Table | None) -> Reader:
    """A reader that knows marked cells, around the reader of a column's text. `column` is None for a column of names;
    `table` holds the codes of a column of codes."""

    def read_marked(raw: str) -> Cell:
        if not raw or raw[0] not in marks.MARKS:
            return read(raw)
        if raw[0] == marks.TEXT:
            return read(raw[1:])
        value, shown = marks.value(raw), marks.shown(raw)
        if raw[0] == marks.BROKEN:
            return fault("formula-error", error=value)
        if column is None:
            return read(value)
        if raw[0] == marks.DAY:
            return read_day(read, column, value, shown)
        if column.is_figure:
            return read_figure(column, value, shown)
        if table is not None:
            return read_code(table, value, shown)
        if column.name == "period" or column.type in ("date", "time"):
            return read(marks.bare(raw))
        return read(shown if shown.isdigit() else value)

    return read_marked


def read_figure(column: Column, value: str, shown: str) -> Cell:
    """A number in a column of figures."""
    if shown.endswith("%"):
        if not column.name.endswith("_pct"):
            return fault("V09", "percent")
        cell = values.read_number(column, ".", shown[:-1])
        return cell if cell.fault else values.repaired(cell, cell.value, "percent-shown")
    if shown == marks.OTHERWISE:
        return fault("shown-otherwise", figure=value.replace(".", ","))
    if column.type == "number":
        return values.read_number(column, ".", value)
    return fault("V09", "decimal") if "." in value else values.read_integer(column, ",", value)


def read_code(table: Table, value: str, shown: str) -> Cell:
    """A number in a column of codes: taken when what people see is a code, and refused otherwise (00004 became 4)."""
    text = shown or value
    code = table.code(text)
    return Cell(code) if code == text else fault("code-number", number=text.replace(".", ","))


def read_day(read: Reader, column: Column, value: str, shown: str) -> Cell:
    """A day or a time: in a column of days or times, or of months where its format shows the month alone (Excel makes
    10/2026 a day)."""
    if column.type == "date":
        return read(value)
    if column.type == "time":
        return read(value.removesuffix(":00"))
    if column.name == "period" and shown:
        cell = read(shown)
        return cell if cell.fault else values.repaired(cell, cell.value, "period-read")
    if column.is_figure:
        return fault("V09", "day")
    if column.table:
        return fault("code-number", number=value)
    return fault("period-unclear") if column.name == "period" else read(value)
