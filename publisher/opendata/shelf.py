"""Written files kept under `var/cache/opendata/`, each set under the hash of what it was made from.

A month that did not change is not written again. The folder can be deleted at any time; a damaged file counts as none.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

HERE = Path(__file__).resolve().parents[1]
PROGRAM = ("opendata/*.py", "measures/*.py", "catalogue/*.py", "tallies.py", "words/*.py", "words/*/opendata.yaml")
"""The parts of the program that can change a published file."""

LABEL = "about.json"
"""What stands in a set's folder beside its files: the key, the number of rows, each file's hash."""


@dataclass(frozen=True)
class Kept:
    """A set of files: name → bytes, name → sha-256, and how many rows they hold."""

    files: Mapping[str, bytes]
    sha256: Mapping[str, str]
    rows: int


def key(*parts: Any) -> str:
    """The hash of what a set of files is made from: anything that JSON can write, and the program with its
    libraries."""
    text = json.dumps([program(), *parts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def program() -> str:
    """The hash of the program's parts, and the versions of the libraries that write bytes."""
    found = hashlib.sha256(f"{pa.__version__} {zlib.ZLIB_RUNTIME_VERSION}".encode())
    for pattern in PROGRAM:
        for path in sorted(HERE.glob(pattern)):
            found.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


class Shelf:
    """The kept files of an office."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, name: str, key: str, make: Callable[[], tuple[Mapping[str, bytes], int]]) -> Kept:
        """The set of that name when it was made from the same; else what `make` gives (files, rows), put on the
        shelf in its place."""
        folder = self.folder / name
        found = read(folder, key)
        if found is None:
            files, rows = make()
            found = Kept(files, {n: hashlib.sha256(data).hexdigest() for n, data in files.items()}, rows)
            write(folder, key, found)
        return found


def read(folder: Path, key: str) -> Kept | None:
    """A set as it stands on the shelf; None when it is not there, not of this key, or not whole."""
    try:
        label = json.loads((folder / LABEL).read_bytes())
        if label["key"] != key:
            return None
        files = {name: (folder / name).read_bytes() for name in label["sha256"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = all(hashlib.sha256(data).hexdigest() == label["sha256"][name] for name, data in files.items())
    return Kept(files, label["sha256"], label["rows"]) if whole else None


def write(folder: Path, key: str, kept: Kept) -> None:
    """Put a set on the shelf; its label comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LABEL).unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    for name, data in kept.files.items():
        (folder / name).write_bytes(data)
    unfinished = folder / f"{LABEL}.{os.getpid()}.tmp"
    label = {"key": key, "rows": kept.rows, "sha256": dict(kept.sha256)}
    unfinished.write_text(json.dumps(label), encoding="utf-8")
    unfinished.replace(folder / LABEL)
