"""The release's short hash on sheets that were set before it was known.

A sheet is set once for what stands on it and kept; a release comes with every accepted file. So sheets are set with a
placeholder in a font that nothing else uses, and each release writes its own hash over it: the same glyphs, the same
places. Only the page's drawing changes, not the tags nor the text that a reader's program gets from the font.
"""

import re
import zlib

PLACEHOLDER = "0123-4567-89ab-cdef"
"""It holds every hexadecimal digit, so that the font in the file has them all: a short hash has its form."""

GLYPHS = {char: number for number, char in enumerate(dict.fromkeys(PLACEHOLDER), start=1)}
"""The number of each character's glyph: those that a font in a PDF has are numbered as they are met."""

DRAWING = re.compile(rb"\d+ 0 obj\n<</Length (\d+)/Filter/FlateDecode>>\nstream\n")
"""How a page's drawing begins: no other stream in these files has a dictionary without more in it."""

TEXT = re.compile(rb"\[\(((?:[^\\()]|\\[^\n])*)\)\]TJ")
"""A line of text without kerning, as a font of one width has it."""

ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

ENTRY = re.compile(rb"(\d{10}) 00000 n\r\n")
START = re.compile(rb"startxref\n(\d+)\n%%EOF\s*\Z")


def stamp(pdf: bytes, short: str) -> bytes:
    """A sheet with a release's short hash in place of every placeholder.

    Raises ValueError for a hash of another form, and where no placeholder is found: nothing is printed without one.
    """
    if not re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", short):
        raise ValueError(f"not a short hash: {short!r}")
    parts: list[bytes] = []
    moved: list[tuple[int, int]] = []
    end = 0
    for match in DRAWING.finditer(pdf):
        begin, size = match.end(), int(match[1])
        drawing = zlib.decompress(pdf[begin : begin + size])
        changed = write_over(drawing, short)
        if changed != drawing:
            packed = zlib.compress(changed)
            head = match[0].replace(b"/Length %d" % size, b"/Length %d" % len(packed))
            parts += [pdf[end : match.start()], head, packed]
            end = begin + size
            moved.append((end, len(head) + len(packed) - (end - match.start())))
    if not parts:
        raise ValueError("no place for a release's hash in this file")
    return with_table(b"".join(parts) + pdf[end:], moved, pdf)


def write_over(drawing: bytes, short: str) -> bytes:
    """A page's drawing with the hash in place of the placeholder."""
    old, new = glyphs(PLACEHOLDER), glyphs(short)

    def line(match: re.Match[bytes]) -> bytes:
        return b"[<%s>]TJ" % new.hex().encode() if unescaped(match[1]) == old else match[0]

    return TEXT.sub(line, drawing)


def glyphs(text: str) -> bytes:
    """A text as the font's glyph numbers, two bytes each."""
    return b"".join(GLYPHS[char].to_bytes(2, "big") for char in text)


def unescaped(literal: bytes) -> bytes:
    """The bytes of a literal string of a PDF (ISO 32000-1, 7.3.4.2)."""
    return ESCAPE.sub(lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else ESCAPED.get(m[1], m[1]), literal)


def with_table(made: bytes, moved: list[tuple[int, int]], before: bytes) -> bytes:
    """A file whose table of objects says where each stands now. `moved`: what stood at or after this place of the file
    before has moved by so many bytes."""

    def now(place: int) -> int:
        return place + sum(by for at, by in moved if at <= place)

    start = START.search(before)
    if not start:
        raise ValueError("not a file that Typst made")
    table = now(int(start[1]))
    entries = ENTRY.sub(lambda m: b"%010d 00000 n\r\n" % now(int(m[1])), made[table:])
    return made[:table] + START.sub(b"startxref\n%d\n%%%%EOF" % table, entries)
