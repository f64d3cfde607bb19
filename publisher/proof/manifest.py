"""The manifest of a release: every file of it with its size and hash, and what the release's id is made of."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publisher.proof.canonical import encode

NAME = "manifest.json"
"""Where it stands in a release; the one file that it does not list."""

FOLDER = "ban-cong-bo"
"""Where a release has the chain and the ledger up to it."""

MANIFESTS = f"{FOLDER}/manifests"
"""Where it has the manifests of the releases before, packed by gzip."""

FORMAT = 1
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release: its size in bytes, its sha-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the accepted files is shown: the published `columns` of each dataset kind, and `since`, the submissions
    ("kind/unit/period") of which something else is shown now than when they were received, with the hash of that: what
    is public was declared otherwise since."""

    columns: Mapping[str, tuple[str, ...]]
    since: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release holds.

    `number` counts releases from 1; `previous` is the sha-256 of the manifest before; `chain`, `ledger` and `inputs`
    are what the id is the hash of (`identify`); `lines` is how many lines the published ledger has; `shown` tells
    how its hashes are made again; `files` are all other files, by path.
    """

    number: int
    id: str
    previous: str
    chain: str
    ledger: str
    lines: int
    inputs: str
    version: str
    shown: Shape
    files: Mapping[str, File]

    def encode(self) -> bytes:
        """The bytes of manifest.json."""
        content = {name: getattr(self, name) for name in PLAIN}
        columns = {kind: list(names) for kind, names in self.shown.columns.items()}
        shown = {"columns": columns, "since": dict(self.shown.since)}
        files = {path: {"bytes": file.size, "sha256": file.sha256} for path, file in self.files.items()}
        return encode({"format": FORMAT, **content, "shown": shown, "files": files}) + b"\n"


PLAIN = ("number", "id", "previous", "chain", "ledger", "lines", "inputs", "version")


def decode(data: bytes) -> Manifest | None:
    """A manifest from its bytes; None when they are not exactly what `Manifest.encode` writes."""
    try:
        content: dict[str, Any] = json.loads(data)
        found = Manifest(
            number=int(content["number"]),
            id=str(content["id"]),
            previous=str(content["previous"]),
            chain=str(content["chain"]),
            ledger=str(content["ledger"]),
            lines=int(content["lines"]),
            inputs=str(content["inputs"]),
            version=str(content["version"]),
            shown=Shape(
                {kind: tuple(names) for kind, names in content["shown"]["columns"].items()},
                {name: str(now) for name, now in content["shown"]["since"].items()},
            ),
            files={path: File(int(file["bytes"]), file["sha256"]) for path, file in content["files"].items()},
        )
        hashes = (found.id, found.previous, found.chain, found.ledger, found.inputs)
        whole = all(SHA256.fullmatch(text) for text in (*hashes, *(file.sha256 for file in found.files.values())))
        return found if whole and found.encode() == data else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
