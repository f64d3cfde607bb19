"""The files of one release as they stand in a folder, and what a file is about."""

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from publisher.examination.report import Finding
from publisher.proof import MANIFEST
from publisher.proof.manifest import File, Manifest, decode

MONTH = re.compile(r"(?<!\d)20\d\d-(?:0[1-9]|1[0-2])(?!\d)")
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
UNIT = re.compile(r"(?:en/)?don-vi/([^/]+)/")
TAG = re.compile(r"<[^>]*>")


class Folder:
    """A release's folder, or a copy of it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def names(self) -> frozenset[str]:
        """The paths of its files."""
        return frozenset(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file())

    @cached_property
    def manifest(self) -> Manifest | None:
        """Its own manifest; None when it is missing or not what is ever written."""
        data = self.read(MANIFEST)
        return decode(data) if data is not None else None

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None when it is not there. A name that leads out of the folder is not there."""
        path = self.root / name
        inside = path.resolve().is_relative_to(self.root.resolve())
        return path.read_bytes() if inside and path.is_file() else None

    def heading(self, name: str) -> str:
        """What a page calls itself; "" when it does not."""
        found = HEADING.search((self.read(name) or b"").decode("utf-8", "replace"))
        return " ".join(html.unescape(TAG.sub("", found[1])).split()) if found else ""

    def about(self, path: str) -> dict[str, str]:
        """What a file is about: `unit` (its name) and `month` (a period), "" for each that it does not name."""
        unit = UNIT.match(path)
        month = MONTH.search(path)
        name = ""
        if unit:
            pages = (f"don-vi/{unit[1]}/index.html", f"en/don-vi/{unit[1]}/index.html")
            name = next(filter(None, map(self.heading, pages)), unit[1])
        return {"unit": name, "month": month[0] if month else ""}

    def compare(self, files: Mapping[str, File]) -> Iterator[Finding]:
        """Every file that is not as a manifest has it: changed, missing, or there without being named."""
        for path, file in files.items():
            data = self.read(path)
            if data is None:
                yield self.finding("file-missing", path)
            elif (len(data), hashlib.sha256(data).hexdigest()) != (file.size, file.sha256):
                yield self.finding("file-changed", path)
        for path in sorted(self.names - set(files) - {MANIFEST}):
            yield self.finding("file-added", path)

    def finding(self, code: str, path: str) -> Finding:
        """A finding about a file, with the months that its path names."""
        return Finding(code, {"path": path, **self.about(path)}, frozenset(MONTH.findall(path)), path)
