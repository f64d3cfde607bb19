"""From bytes to text: UTF-8 with or without a mark, UTF-16 with a mark; anything else is named and refused.

No conversion is guessed: a wrong guess changes names and figures in silence.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from publisher.errors import Mistake
from publisher.reading import legacy

Source = Path | bytes

CHUNK = 1 << 20
SAMPLE = 1 << 16
LONGEST_LINE = 4 << 20
"""Bytes of one line beyond which a file is not a table that a person made."""

HTML = re.compile(rb"\s*<(!doctype|html|\?xml|table|head|meta|style|body)", re.IGNORECASE)
SIGNATURES = (
    (b"\xff\xfe\x00\x00", "encoding-utf32"),
    (b"\x00\x00\xfe\xff", "encoding-utf32"),
    (b"%PDF", "file-binary"),
    (b"\x1f\x8b", "file-binary"),
    (b"{\\rtf", "file-binary"),
)


@dataclass
class Refused(Exception):
    """The file cannot be read: the code of the problem, the line as an editor counts it, what fills the sentence;
    `variant` chooses among the sentences of one code."""

    code: str
    row: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A source that was read once to its end and is known to be good text."""

    source: Source
    encoding: str
    mixed_newlines: bool

    def open(self) -> TextIO:
        """Its characters from the beginning, line ends untouched, the mark left out."""
        return io.TextIOWrapper(open_bytes(self.source), encoding=self.encoding, newline="")


def open_bytes(source: Source) -> BinaryIO:
    """The bytes of a source from the beginning. Raises Mistake `file-unreadable`."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return source.open("rb")
    except OSError as error:
        raise Mistake("file-unreadable", {"file": str(source), "detail": error.strerror or ""}, exit_code=2) from error


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream in pieces of 1 MB; CR and LF of one line end stay in one piece."""
    while piece := stream.read(CHUNK):
        yield piece + stream.read(1) if piece.endswith(b"\r") else piece


def decode(source: Source) -> Text:
    """Read a source to its end without keeping it, and say how its text is to be read.

    Raises Refused with `file-…`, `encoding-…` or `line-long`.
    """
    with open_bytes(source) as stream:
        sample = stream.read(SAMPLE)
    refuse_format(sample)
    utf16 = sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if utf16 else "utf-8-sig"
    seen = Seen()
    decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))()
    position = 0
    with open_bytes(source) as stream:
        for piece in chunks(stream):
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                raise wrong_byte(source, sample, utf16, position - waiting + error.start) from error
            position += len(piece)
            seen.add(text)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise wrong_byte(source, sample, utf16, position - len(error.object) + error.start) from error
    seen.refuse()
    return Text(source, encoding, seen.mixed_newlines)


def refuse_format(sample: bytes) -> None:
    """Refuse what is no text at all, by its first bytes. Raises Refused."""
    if not sample.removeprefix(codecs.BOM_UTF8).strip():
        raise Refused("file-empty")
    for signature, code in SIGNATURES:
        if sample.startswith(signature):
            raise Refused(code)
    if HTML.match(sample.removeprefix(codecs.BOM_UTF8)):
        raise Refused("file-html")
    if b"\0" in sample and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        zeros = sample.count(0) / len(sample)
        odd, even = sample[1::2].count(0) * 2 / len(sample), sample[::2].count(0) * 2 / len(sample)
        if zeros > 0.7:
            raise Refused("encoding-utf32")
        if max(odd, even) > 0.5 and min(odd, even) < 0.05:
            raise Refused("encoding-utf16-bare")
        raise Refused("file-binary")


def wrong_byte(source: Source, sample: bytes, utf16: bool, position: int) -> Refused:
    """Why a source is no good text, given the place of its first wrong byte."""
    line, byte = 1, position + 1
    done = 0
    with open_bytes(source) as stream:
        for piece in chunks(stream):
            before = piece[: max(0, position - done)]
            line += before.count(b"\n")
            if b"\n" in before:
                byte = position - done - before.rfind(b"\n")
            done += len(piece)
            if done > position:
                break
        stream.seek(max(0, position - SAMPLE // 2))
        around = stream.read(SAMPLE)
    place = {"byte": byte, "line": line}
    if utf16:
        return Refused("encoding-utf16-broken", line, place)
    if not legacy.VIETNAMESE.search(around.decode("utf-8", errors="ignore")):
        guess = legacy.guess_bytes(sample) or legacy.guess_bytes(around)
        if guess:
            return Refused(f"encoding-{guess}", None, place)
    return Refused("encoding-byte", line, place)


class Seen:
    """What a text shows while it passes: its line ends, zero bytes, lost letters, letters of old fonts."""

    def __init__(self) -> None:
        self.crlf = self.lf = self.cr = self.lost = self.line = 0
        self.blank = True
        self.vietnamese = False
        self.guess: str | None = None

    def add(self, text: str) -> None:
        """Look at the next piece. Raises Refused `file-binary`, `line-long`."""
        if "\0" in text:
            raise Refused("file-binary")
        crlf = text.count("\r\n")
        lf, cr = text.count("\n") - crlf, text.count("\r") - crlf
        self.crlf, self.lf, self.cr = self.crlf + crlf, self.lf + lf, self.cr + cr
        self.line = 0 if crlf or lf or cr else self.line + len(text)
        if self.line > LONGEST_LINE:
            raise Refused("line-long")
        self.blank = self.blank and not text.strip("\ufeff \t\r\n\xa0")
        self.look(text)

    def look(self, text: str) -> None:
        """Look at the letters of the next piece."""
        if self.guess is None:
            self.guess = legacy.guess_text(text[:SAMPLE])
        if not self.vietnamese:
            self.vietnamese = not text.isascii() and bool(legacy.VIETNAMESE.search(text))
            self.lost += len(legacy.LOST.findall(text)) if "?" in text else 0

    def refuse(self) -> None:
        """What can be said only at the end. Raises Refused."""
        if self.blank:
            raise Refused("file-empty")
        self.refuse_letters()

    def refuse_letters(self) -> None:
        """Refuse letters of an old code page, and letters that were lost. Raises Refused."""
        if self.guess and not self.vietnamese:
            raise Refused(f"encoding-{self.guess}")
        if self.lost > 3 and not self.vietnamese:
            raise Refused("encoding-lossy")

    @property
    def mixed_newlines(self) -> bool:
        """Whether lines end in more than one way."""
        return sum(map(bool, (self.crlf, self.lf, self.cr))) > 1
