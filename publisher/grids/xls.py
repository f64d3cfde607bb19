"""What calamine does not tell of an XLS workbook (BIFF8), from the records of its stream.

Formats: [MS-CFB] for the container, [MS-XLS] for the records.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from publisher.grids.container import Unfit
from publisher.grids.look import Look, Place, join
from publisher.grids.number_formats import BUILT_IN, PLAIN, effect
from publisher.grids.xlsx import OLD_FONTS

SECTOR_LISTS = 109
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
BIFF8, GLOBALS = 0x0600, 0x0005

FORMULA, NUMBER, RK, MULRK, BOOLERR = 0x0006, 0x0203, 0x027E, 0x00BD, 0x0205
LABEL, LABELSST, RSTRING, ROW, COLINFO, NOTE = 0x0204, 0x00FD, 0x00D6, 0x0208, 0x007D, 0x001C
BOF, EOF, FILEPASS, FONT, FORMAT, XF, SUPBOOK = 0x0809, 0x000A, 0x002F, 0x0031, 0x041E, 0x00E0, 0x01AE
BOUNDSHEET = 0x0085
OWN_BOOKS = (0x0401, 0x3A01)
"""A supporting book that is the workbook itself, or an add-in; any other is a file elsewhere."""

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

Record = tuple[int, int, bytes]
"""(where it begins, type, data)."""


def stream_of(content: bytes) -> bytes:
    """The workbook's stream in an OLE2 container. Raises Unfit for what is encrypted, older than Excel 97, or no
    workbook."""
    try:
        names = Container(content).streams()
    except (struct.error, IndexError, ValueError, RecursionError) as error:
        raise Unfit("workbook-damaged") from error
    if "encryptedpackage" in names:
        raise Unfit("workbook-password")
    if "workbook" in names:
        return names["workbook"]
    raise Unfit("workbook-old" if "book" in names else "workbook-other")


class Container:
    """An OLE2 container: sectors in chains, and a directory of streams."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        shift, self.small_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or self.small_shift != 6:
            raise ValueError("sectors")
        self.size = 1 << int(shift)
        count, self.directory, _, self.smallest, small_table, _, more, more_count = struct.unpack_from(
            "<IIIIIIII", content, 44
        )
        lists = list(struct.unpack_from(f"<{SECTOR_LISTS}I", content, 76))
        for _ in range(min(more_count, len(content) // self.size)):
            if more in (END, FREE):
                break
            numbers = struct.unpack_from(f"<{self.size // 4}I", content, self.place(more))
            lists += numbers[:-1]
            more = numbers[-1]
        self.table: list[int] = []
        for number in lists[:count]:
            self.table += struct.unpack_from(f"<{self.size // 4}I", content, self.place(number))
        small = self.chain(small_table)
        self.small_table = struct.unpack_from(f"<{len(small) // 4}I", small)

    def place(self, sector: int) -> int:
        """Where a sector begins."""
        return int(sector + 1) * self.size

    def chain(self, sector: int) -> bytes:
        """The bytes of a chain of sectors. Raises ValueError for one that has no end."""
        pieces: list[bytes] = []
        while sector < FREE - 1:
            if len(pieces) > len(self.table):
                raise ValueError("endless")
            pieces.append(self.content[self.place(sector) : self.place(sector) + self.size])
            sector = self.table[sector]
        return b"".join(pieces)

    def streams(self) -> dict[str, bytes]:
        """The streams by name, lower case; only the workbook's is read."""
        directory = self.chain(self.directory)
        found: dict[str, bytes] = {}
        root = b""
        for at in range(0, len(directory) - 127, 128):
            entry = directory[at : at + 128]
            length, sort = struct.unpack_from("<HB", entry, 64)
            name = entry[: max(0, min(64, length) - 2)].decode("utf-16-le", errors="replace").casefold()
            start, size = struct.unpack_from("<II", entry, 116)
            if sort == 5:
                root = self.chain(start)
            elif sort == 2:
                wanted = name == "workbook"
                found[name] = (self.chain(start) if size >= self.smallest else self.small(root, start))[:size] * wanted
        return found

    def small(self, root: bytes, sector: int) -> bytes:
        """The bytes of a short stream, which stands in small sectors inside another one."""
        pieces: list[bytes] = []
        while sector < FREE - 1:
            if len(pieces) > len(self.small_table):
                raise ValueError("endless")
            pieces.append(root[sector << self.small_shift : (sector + 1) << self.small_shift])
            sector = self.small_table[sector]
        return b"".join(pieces)


def records(stream: bytes) -> Iterator[Record]:
    """The records of a stream."""
    at, end = 0, len(stream) - 4
    while at <= end:
        sort, length = struct.unpack_from("<HH", stream, at)
        yield at, sort, stream[at + 4 : at + 4 + length]
        at += 4 + length


@dataclass
class Styles:
    """Fonts, formats and the cell styles that refer to them; and where the sheets begin."""

    codes: dict[int, str] = field(default_factory=lambda: dict(BUILT_IN))
    fonts: list[str] = field(default_factory=list)
    cells: list[tuple[int, int]] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)

    def effects(self) -> dict[int, str]:
        """The styles that change what a figure shows."""
        found = {index: effect(self.codes.get(code, "")) for index, (_, code) in enumerate(self.cells)}
        return {index: shows for index, shows in found.items() if shows != PLAIN}

    def old_fonts(self) -> dict[int, str]:
        """The styles in an old font. Font 4 does not exist: those after it are counted one higher."""
        found = {}
        for index, (font, _) in enumerate(self.cells):
            number = font - 1 if font > 4 else font
            if number < len(self.fonts) and self.fonts[number].casefold().startswith(OLD_FONTS):
                found[index] = self.fonts[number]
        return found


def text(data: bytes, at: int, wide: bool) -> str:
    """A short text: its length, a byte of flags, its letters."""
    length = struct.unpack_from("<H" if wide else "<B", data, at)[0]
    at += 2 if wide else 1
    if data[at] & 1:
        return data[at + 1 : at + 1 + 2 * length].decode("utf-16-le", errors="replace")
    return data[at + 1 : at + 1 + length].decode("latin-1")


def looks_at(stream: bytes) -> list[Look]:
    """What there is to tell of each sheet beside its values, in their order. Raises Unfit."""
    styles = Styles()
    begun: dict[int, Look] = {}
    here: Look | None = None
    depth = 0
    try:
        for at, sort, data in records(stream):
            if sort == BOF:
                depth += 1
                version, content = struct.unpack_from("<HH", data)
                if version != BIFF8:
                    raise Unfit("workbook-old")
                if depth == 1 and content != GLOBALS:
                    here = begun[at] = Look()
                    effects, old_fonts = styles.effects(), styles.old_fonts()
            elif sort == EOF:
                depth -= 1
            elif depth == 1 and here is None:
                about_workbook(styles, sort, data)
            elif depth == 1 and here is not None:
                about_sheet(here, sort, data, effects, old_fonts)
    except (struct.error, IndexError) as error:
        raise Unfit("workbook-damaged") from error
    for look in begun.values():
        look.hidden_rows, look.hidden_columns = join(look.hidden_rows), join(look.hidden_columns)
    return [begun.get(start, Look()) for start in styles.sheets]


def about_workbook(styles: Styles, sort: int, data: bytes) -> None:
    """A record of the workbook itself. Raises Unfit for a password and for links to other files."""
    if sort == FILEPASS:
        raise Unfit("workbook-password")
    if sort == BOUNDSHEET:
        styles.sheets.append(struct.unpack_from("<I", data)[0])
    elif sort == FONT:
        styles.fonts.append(text(data, 14, wide=False))
    elif sort == FORMAT:
        styles.codes[struct.unpack_from("<H", data)[0]] = text(data, 2, wide=True)
    elif sort == XF:
        styles.cells.append(struct.unpack_from("<HH", data))
    elif sort == SUPBOOK and len(data) > 4 and struct.unpack_from("<H", data, 2)[0] not in OWN_BOOKS:
        raise Unfit("workbook-links")


def about_sheet(here: Look, sort: int, data: bytes, effects: dict[int, str], old_fonts: dict[int, str]) -> None:
    """A record of a sheet."""
    if sort == ROW:
        row, flags = struct.unpack_from("<H10xH", data)
        if flags & 0x20:
            here.hidden_rows.append((row + 1, row + 1))
    elif sort == COLINFO:
        first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
        if flags & 0x01:
            here.hidden_columns.append((first + 1, min(last, 255) + 1))
    elif sort == NOTE:
        here.comments += 1
    elif sort == MULRK:
        row, first = struct.unpack_from("<HH", data)
        for offset in range((len(data) - 6) // 6):
            style = struct.unpack_from("<H", data, 4 + 6 * offset)[0]
            if style in effects:
                here.effects[row + 1, first + 1 + offset] = effects[style]
    elif sort in (NUMBER, RK, FORMULA, BOOLERR, LABEL, LABELSST, RSTRING):
        row, column, style = struct.unpack_from("<HHH", data)
        at = (row + 1, column + 1)
        if sort in (LABEL, LABELSST, RSTRING):
            if style in old_fonts:
                here.old_fonts[at] = old_fonts[style]
            return
        if style in effects:
            here.effects[at] = effects[style]
        if sort == BOOLERR and data[7]:
            here.errors[at] = ERRORS.get(data[6], "#?")
        elif sort == FORMULA:
            about_formula(here, at, data)


def about_formula(here: Look, at: Place, data: bytes) -> None:
    """A formula and its stored result."""
    here.formulas += 1
    here.first_formula = here.first_formula if here.formulas > 1 else at
    if data[12:14] == b"\xff\xff" and data[6] == 2:
        here.errors[at] = ERRORS.get(data[8], "#?")
