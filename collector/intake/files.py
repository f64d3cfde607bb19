"""Files that staff hand in, on disk: private, under the hash of their bytes, never under the name they came with.

`uploads/` holds them as they came, `answers/` what the check said, `candidates/` the canonical file that would be
accepted. A file is whole or absent, whatever happens while it is written.
"""

import hashlib
import os
import secrets
from pathlib import Path
from typing import IO

CHUNK = 1 << 20


class Files:
    """The folder of one office's staff pages; made, for its owner only, when it is first written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def upload(self, sha256: str) -> Path:
        """A file as it came."""
        return self.folder / "uploads" / sha256

    def answer(self, key: str) -> Path:
        """What the check said of an upload."""
        return self.folder / "answers" / f"{key}.json"

    def candidate(self, key: str) -> Path:
        """The canonical file that would be accepted."""
        return self.folder / "candidates" / f"{key}.csv"

    def keep(self, source: IO[bytes]) -> tuple[str, int]:
        """Keep what is sent; gives its hash and its length. Raises OSError, and then nothing is left."""
        part = self._part("uploads")
        found, size = hashlib.sha256(), 0
        try:
            with part.open("wb") as target:
                while chunk := source.read(CHUNK):
                    found.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            part.replace(self.upload(found.hexdigest()))
        finally:
            part.unlink(missing_ok=True)
        return found.hexdigest(), size

    def write(self, path: Path, data: bytes) -> None:
        """Write a file of ours. Raises OSError, and then it is as it was."""
        part = self._part(path.parent.name)
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file of ours, if it is there."""
        path.unlink(missing_ok=True)

    def clear_parts(self) -> None:
        """Remove what a program that was killed left half written."""
        for part in self.folder.glob("*/.part-*"):
            part.unlink(missing_ok=True)

    def _part(self, name: str) -> Path:
        """A new name beside the files of a folder."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f".part-{secrets.token_hex(8)}"
