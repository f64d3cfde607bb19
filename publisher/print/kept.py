"""Files that were made once and are kept under the hash of what stands in them; the folder can be deleted any time."""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path


class Kept:
    """A folder of made files of one sort. `program` says which version of the program made them."""

    def __init__(self, folder: Path, ending: str, program: str) -> None:
        self.folder, self.ending, self.program = folder, ending, program
        self.used: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, content: str, make: Callable[[], bytes]) -> bytes:
        """The file with this content, made now where it does not stand in the folder. Threads may ask at one time."""
        name = hashlib.sha256(f"{self.program}{content}".encode()).hexdigest() + f".{self.ending}"
        self.used.add(name)
        path = self.folder / name
        if path.exists():
            return path.read_bytes()
        made = make()
        part = path.with_name(f".{name}.{os.getpid()}.{threading.get_ident()}")
        part.write_bytes(made)
        part.replace(path)
        return made

    def forget_others(self) -> None:
        """Delete what was not asked for: last month's files, and those of figures that were corrected."""
        for path in self.folder.iterdir():
            if path.name not in self.used:
                path.unlink(missing_ok=True)
