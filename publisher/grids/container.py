"""The outside of a workbook: a ZIP archive whose parts are few, small and where they belong.

Looked at before anything is unpacked (threats T14–T17). The sizes that the archive states bind the reading too: what is
read of a part ends at its stated size, and a part that holds more is refused as damaged.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.etree import ElementTree

MOST_PARTS = 1_000
"""A workbook of forty sheets with a picture on each has about 200."""

MOST_BYTES = 50 << 20
"""Unpacked. A sheet of 20,000 rows and 28 columns takes 20 MB."""

PACKED_FROM = 1 << 20
MOST_PACKED = 200
"""A part of a megabyte that was packed two hundredfold holds no figures: empty styled rows reach about a hundred."""

OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f]")
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)|\A(\xfe\xff|\xff\xfe|\x00<|<\x00)", re.IGNORECASE)
"""A declaration of entities, or a part in UTF-16, in which one could hide."""

HEAD = 1 << 16

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
ODS = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass
class Unfit(Exception):
    """A workbook that is not read: the code of the problem and what fills its sentence."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


class Archive:
    """The parts of a workbook by name, whatever the case and slashes of the names."""

    def __init__(self, source: BinaryIO) -> None:
        """Raises Unfit when the archive is not what a spreadsheet program writes."""
        try:
            self.file = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise Unfit("workbook-damaged") from error
        parts = [part for part in self.file.infolist() if not part.is_dir()]
        self.look(parts)
        self.parts = {plain_name(part.filename): part for part in parts}
        if len(self.parts) < len(parts):
            raise Unfit("workbook-strange", {"part": "ZIP"})

    def look(self, parts: list[zipfile.ZipInfo]) -> None:
        """Judge the directory. Raises Unfit."""
        if len(parts) > MOST_PARTS:
            raise Unfit("workbook-parts", {"count": len(parts), "limit": MOST_PARTS})
        size = sum(part.file_size for part in parts)
        for part in parts:
            if OUTSIDE.search(part.filename):
                raise Unfit("workbook-strange", {"part": part.filename})
            if part.flag_bits & 0x1:
                raise Unfit("workbook-password")
            if part.file_size > PACKED_FROM and part.file_size > MOST_PACKED * max(1, part.compress_size):
                raise Unfit("workbook-packed", {"part": part.filename, "size": megabytes(part.file_size)})
        if size > MOST_BYTES:
            raise Unfit("workbook-large", {"size": megabytes(size), "limit": megabytes(MOST_BYTES)})

    def __contains__(self, name: str) -> bool:
        return plain_name(name) in self.parts

    def names(self) -> Iterator[str]:
        """The names of the parts, lower case."""
        return iter(self.parts)

    def read(self, name: str) -> bytes:
        """A part's bytes; none when there is no such part. Raises Unfit."""
        part = self.parts.get(plain_name(name))
        if part is None:
            return b""
        try:
            return self.file.read(part)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
            raise Unfit("workbook-damaged") from error
        except Exception as error:
            if type(error).__name__ != "error":  # zlib.error has no better name
                raise
            raise Unfit("workbook-damaged") from error

    def refuse_declarations(self) -> None:
        """No part may declare entities. Raises Unfit `workbook-entities`."""
        for name in self.parts:
            if name.endswith((".xml", ".rels", ".vml")) and DECLARATION.search(self.head(name)):
                raise Unfit("workbook-entities", {"part": name})

    def head(self, name: str) -> bytes:
        """The beginning of a part."""
        try:
            with self.file.open(self.parts[name]) as stream:
                return stream.read(HEAD)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
            raise Unfit("workbook-damaged") from error

    def tree(self, name: str) -> ElementTree.Element | None:
        """A small part as a tree; None when there is no such part. Raises Unfit."""
        content = self.read(name)
        try:
            # entities were refused before
            return ElementTree.fromstring(content) if content else None  # noqa: S314
        except ElementTree.ParseError as error:
            raise Unfit("workbook-damaged") from error


def plain_name(name: str) -> str:
    """A part's name as programs compare it."""
    return name.replace("\\", "/").lstrip("/").casefold()


def megabytes(size: int) -> int:
    """Bytes as a sentence says them, at least 1."""
    return max(1, round(size / (1 << 20)))


def local(tag: str) -> str:
    """A tag or attribute without its namespace: strict and transitional workbooks differ in nothing else."""
    return tag.rpartition("}")[2]


def recognise(archive: Archive) -> str:
    """`xlsx` or `ods`. Raises Unfit for any other archive, for macros and for links to other files."""
    if archive.read("mimetype").strip().startswith(ODS.encode()):
        return "ods"
    types = archive.tree("[Content_Types].xml")
    declared = {value for part in (types if types is not None else ()) for value in part.attrib.values()}
    names = list(archive.names())
    if types is None or "xl/workbook.bin" in names:
        raise Unfit("workbook-binary" if "xl/workbook.bin" in names else "workbook-other")
    if any("vbaproject" in name for name in names) or any("macroEnabled" in value for value in declared):
        raise Unfit("workbook-macros")
    if not any(value.startswith(SPREADSHEET) and value.endswith(".main+xml") for value in declared):
        raise Unfit("workbook-other")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Unfit("workbook-links")
    return "xlsx"
