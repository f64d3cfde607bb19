"""Whether the files on the disk are those that the ledger knows."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from publisher import words
from publisher.catalogue import Office
from publisher.errors import Mistake, Problem
from publisher.ledger.lines import Ledger, Line, revision_name


def check_files(office: Office, ledger: Ledger) -> None:
    """Compare every accepted and every replaced file with the ledger, and every kept document with its hash.

    Raises Mistake `file-changed`, `file-missing` or `file-unknown` with the first such path (relative to the office),
    how many files there are in all, and a Problem of the same code for each.
    """
    wanted = {
        data_name(line) if ledger.current[line.key] is line else revision_name(line): line.sha256
        for line in ledger.lines
    }
    found = {name: sha256(office.datasets / name) for name in csv_names(office.datasets)}
    for entry in office.documents:
        path = office.document(entry.code)
        name = path.relative_to(office.datasets).as_posix()
        wanted[name] = entry.code
        if path.exists():
            found[name] = sha256(path)
    wrong = [(name, "file-changed") for name in wanted if name in found and found[name] != wanted[name]]
    wrong += [(name, "file-missing") for name in wanted if name not in found]
    wrong += [(name, "file-unknown") for name in found if name not in wanted]
    if wrong:
        problems = tuple(differing(name, code) for name, code in wrong)
        first = problems[0]
        raise Mistake(first.code, {"path": first.file, "count": len(wrong)}, problems=problems)


def data_name(line: Line) -> str:
    """Where `Office.data_file` puts a line's file, as text inside datasets/: thousands of names are compared."""
    return f"{line.kind}/data/{line.period}/{line.unit}.csv"


def differing(name: str, code: str) -> Problem:
    """One file that is not as the ledger says."""
    return words.problem(code, "error", f"datasets/{name}")


def csv_names(datasets: Path) -> Iterator[str]:
    """Every CSV file under `data/` and `revisions/` of every dataset folder, by its path inside datasets/, in order."""
    for kind in sorted(path for path in datasets.iterdir() if path.is_dir()):
        for part in ("data", "revisions"):
            for folder, _, names in sorted(os.walk(kind / part)):
                inside = Path(folder).relative_to(datasets).as_posix()
                shown = (name for name in sorted(names) if not name.startswith("."))
                yield from (f"{inside}/{name}" for name in shown if name.lower().endswith(".csv"))


def sha256(path: Path) -> str:
    """The hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
