"""All accepted data of an office, checked with a memory: what is known by its hash is not checked again."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from publisher.catalogue import Kind, Office, Unit
from publisher.checking.checked import in_order
from publisher.checking.files import check_tables
from publisher.checking.periods import check_across, check_children
from publisher.checking.submissions import Submission, latest_label, read_accepted
from publisher.errors import Mistake, Problem
from publisher.reading import declares_nothing, read_file

Progress = Callable[[int, int], None]
"""Told how many of how many files are done."""

BATCH = 240
"""So many files go through one Frictionless run: enough to pay its start, few enough to show progress."""

PROGRAM = Path(__file__).parents[1]


def check_office(
    office: Office, *, kind: str | None = None, period: str | None = None, progress: Progress | None = None
) -> list[Problem]:
    """The problems of all accepted data: of each file, of a unit's months, of a unit beside its parts.

    `kind` and `period` choose. `file` of each problem is relative to the office's folder. Results are kept under
    `var/cache/checked`, by the hashes of the files, the definitions and the program. Raises Mistake `unknown-kind`.
    """
    if kind is not None and kind not in office.kinds:
        raise Mistake("unknown-kind", {"kind": kind, "known": ", ".join(sorted(office.kinds))}, exit_code=2)
    shelves = [Shelf(office, one) for one in office.kinds.values() if kind in (None, one.name)]
    total, done = sum(len(shelf.hashes) for shelf in shelves), 0
    problems: list[Problem] = []
    for shelf in shelves:
        for count in shelf.check_new_files():
            if progress:
                progress(done + count, total)
        done += len(shelf.hashes)
        shelf.check_units()
        shelf.save()
        problems.extend(shelf.problems(period))
    if progress:
        progress(total, total)
    return in_order(problems)


class Shelf:
    """The accepted files of one kind, with what an earlier run found in them."""

    def __init__(self, office: Office, kind: Kind) -> None:
        self.office, self.kind = office, kind
        self.path = office.cache / "checked" / f"{kind.name}.json"
        self.hashes = {
            path: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((office.datasets / kind.name / "data").glob("*/*.csv"))
        }
        self.program = hashlib.sha256(
            "\n".join([program_digest(), kind.digest, *table_digests(office)]).encode()
        ).hexdigest()
        self.files: dict[str, list[Any]] = {}
        self.units: dict[str, list[Any]] = {}
        self.by_key = {(path.stem, path.parent.name): path for path in self.hashes}
        self.names = {path: path.relative_to(office.root).as_posix() for path in self.hashes}
        tests = [(test, rule.test == "listed") for rule in kind.rules if (test := rule.beside or rule.listed)]
        self.beside = [(office.kinds[test["kind"]], latest) for test, latest in tests if test["kind"] in office.kinds]
        self.looks_at_others = any(rule.once for rule in kind.rules)
        self.changed = False
        self.load()

    def load(self) -> None:
        """Take over what is still good: the same program, definitions and tables. A broken cache is no cache."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            if kept["program"] == self.program:
                self.files, self.units = kept["files"], kept["units"]
        except (OSError, ValueError, KeyError, TypeError):
            self.files, self.units = {}, {}

    def save(self) -> None:
        """Keep the results, whole or not at all."""
        if not self.changed:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"program": self.program, "files": self.files, "units": self.units}, ensure_ascii=False)
        draft = self.path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.path)

    def check_new_files(self) -> Iterable[int]:
        """Check the files that no run has seen, in batches; yields how many files are done.

        What depends on today is not kept.
        """
        names = {name: path for path, name in self.names.items()}
        gone = set(self.files) - set(names)
        self.changed = bool(gone)
        for name in gone:
            del self.files[name]
        new = [n for n, path in names.items() if self.files.get(n, [""])[0] != self.hashes[path]]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            found = self.check_batch({name: names[name] for name in batch})
            for name in batch:
                today_matters = any(p["code"] == "period-future" for p in found[name])
                self.files[name] = ["" if today_matters else self.hashes[names[name]], found[name]]
            self.changed = True
            yield len(names) - len(new) + start + len(batch)

    def check_batch(self, paths: dict[str, Path]) -> dict[str, list[dict[str, Any]]]:
        """The problems of some files by name, from one run. A file that declares that nothing arose has none."""
        given = {name: path for name, path in paths.items() if not declares_nothing(path.read_bytes())}
        tables = [read_file(path, self.kind, self.office, name=name) for name, path in given.items()]
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in paths}
        for problem in check_tables(tables, self.office).problems if tables else ():
            found[problem.file].append(problem.as_dict())
        return found

    def check_units(self) -> None:
        """Check each unit's months beside each other, and beside its parts, where any of their files changed."""
        by_unit: dict[str, list[Path]] = {}
        for path in self.hashes:
            by_unit.setdefault(path.stem, []).append(path)
        children: dict[str, list[str]] = {}
        for entry in self.office.units:
            if isinstance(entry, Unit) and entry.parent and entry.code in by_unit:
                children.setdefault(entry.parent, []).append(entry.code)
        keys = {}
        for unit, paths in by_unit.items():
            near = paths + [path for child in children.get(unit, []) for path in by_unit[child]]
            state = [self.names[path] + self.hashes[path] for path in near]
            state += [sha256 for path in paths for sha256 in self.hashes_beside(path)]
            if self.looks_at_others:
                periods = {path.parent.name for path in paths}
                state += [self.hashes[path] for path in self.hashes if path.parent.name in periods]
            keys[unit] = hashlib.sha256("".join(state).encode()).hexdigest()
        self.changed = self.changed or set(self.units) != set(keys)
        self.units = {unit: kept for unit, kept in self.units.items() if unit in keys}
        read = lru_cache(maxsize=None)(self.read)
        for unit, key in keys.items():
            if self.units.get(unit, [""])[0] == key:
                continue
            problems = []
            for path in by_unit[unit]:
                here = read(path)
                problems.extend(check_across(here, Neighbours(self, read, here)))
                parts = [one for code in children.get(unit, []) if (one := self.other(read, code, here.period))]
                problems.extend(check_children(here, parts))
            self.units[unit] = [key, [problem.as_dict() for problem in problems]]
            self.changed = True

    def read(self, path: Path) -> Submission:
        """An accepted submission."""
        return read_accepted(path, self.kind, self.names[path])

    def other(self, read: Callable[[Path], Submission], unit: str, label: str) -> Submission | None:
        """A unit's submission of another period, None when there is none."""
        path = self.by_key.get((unit, label))
        return read(path) if path else None

    def hashes_beside(self, path: Path) -> list[str]:
        """The hashes of what a rule of this kind looks at beside a file, with the digest of its definition."""
        found = []
        for kind, latest in self.beside:
            label = latest_label(self.office, kind.name, path.stem, path.parent.name) if latest else path.parent.name
            other = self.office.data_file(kind.name, path.stem, label or path.parent.name)
            content = other.read_bytes() if other.exists() else b""
            found.append(kind.digest + label + hashlib.sha256(content).hexdigest())
        return found

    def problems(self, period: str | None) -> Iterable[Problem]:
        """All problems known, of one period or of all."""
        data = self.office.datasets / self.kind.name / "data"
        folder = (data / (period or "")).relative_to(self.office.root).as_posix()
        for _, found in (*self.files.values(), *self.units.values()):
            for one in found:
                if one["file"].startswith(f"{folder}/"):
                    yield Problem(**one)


@dataclass(frozen=True)
class Neighbours:
    """What stands around one accepted submission."""

    shelf: Shelf
    read: Callable[[Path], Submission]
    here: Submission

    def earlier(self, label: str) -> Submission | None:
        """The unit's submission of another period."""
        return self.shelf.other(self.read, self.here.unit, label)

    def beside(self, kind: str) -> Submission | None:
        """The unit's submission of another kind for the same period."""
        return self.other_kind(kind, self.here.period)

    def latest(self, kind: str) -> Submission | None:
        """The unit's latest submission of another kind up to this period."""
        return self.other_kind(kind, latest_label(self.shelf.office, kind, self.here.unit, self.here.period))

    def others(self) -> Iterable[Submission]:
        """The submissions of the other units for the same period."""
        for unit, label in self.shelf.by_key:
            if label == self.here.period and unit != self.here.unit:
                yield self.read(self.shelf.by_key[unit, label])

    def other_kind(self, kind: str, label: str) -> Submission | None:
        """The unit's submission of another kind for a period, None when there is none or the office lacks the kind."""
        office = self.shelf.office
        path = office.data_file(kind, self.here.unit, label)
        if kind not in office.kinds or not path.exists():
            return None
        return read_accepted(path, office.kinds[kind], path.relative_to(office.root).as_posix())


@lru_cache(maxsize=1)
def program_digest() -> str:
    """sha-256 over what decides about a file: the sources that read and check it, the words, Frictionless's version."""
    found = hashlib.sha256(version("frictionless").encode())
    for folder in ("catalogue", "checking", "reading", "words"):
        for path in sorted((PROGRAM / folder).rglob("*")):
            if path.suffix in (".py", ".yaml"):
                found.update(path.relative_to(PROGRAM).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def table_digests(office: Office) -> list[str]:
    """sha-256 of the office's settings and tables: codes, their dates, the period rule, the working days."""
    names = ("publishing.yaml", "units.csv", "fields.csv", "counters.csv", "holidays.csv", "documents/index.csv")
    paths = [office.datasets / name for name in names]
    return [hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest() for path in paths]
