"""The lines of the ledger and the chain that they make. Nothing here reads or writes files."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from publisher.catalogue import Office
from publisher.errors import Mistake

FIRST = "0" * 64
"""What the first line carries in place of the hash of a line before it."""

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
SHA256 = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+07:00")

ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Key = tuple[str, str, str]
"""(kind, unit, period): what a submission is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One accepted submission.

    `number` counts lines from 1; `previous` is the sha-256 of the line before (its bytes without the line end);
    `revision` counts what was accepted for the same kind, unit and period from 1; `sha256` is that of the canonical
    file; `accepted_at` is ISO time to the second with +07:00; `reason` is public text and empty unless the file
    replaced another; `role` says who accepted (no name of a person). `explanations` are the unit's public sentences
    about what the check noted, by rule code; `nothing` says that the unit declared that nothing arose: its file has no
    rows. These two stand in a line only where there is something to say.
    """

    number: int
    previous: str
    kind: str
    unit: str
    period: str
    revision: int
    sha256: str
    accepted_at: str
    reason: str
    role: str
    explanations: Mapping[str, str] = field(default_factory=dict, hash=False)
    nothing: bool = False

    @property
    def key(self) -> Key:
        """The submission of which this is a revision."""
        return self.kind, self.unit, self.period

    def encode(self) -> bytes:
        """The line as it stands in the file, without the line end: fixed key order, no spaces, UTF-8."""
        content = {name: getattr(self, name) for name in NAMES}
        content |= {name: value for name in OPTIONAL if (value := getattr(self, name))}
        return ENCODER.encode(content).encode()

    def digest(self) -> str:
        """What the next line carries in `previous`."""
        return hashlib.sha256(self.encode()).hexdigest()


OPTIONAL = ("explanations", "nothing")
NAMES = tuple(f.name for f in fields(Line) if f.name not in OPTIONAL)
TYPES = {f.name: f.type for f in fields(Line) if f.name in NAMES}


@dataclass(frozen=True)
class Ledger:
    """All lines in their order. `head` is the hash of the last one: it stands for the whole ledger. `current` has the
    line in force for each (kind, unit, period)."""

    lines: list[Line] = field(default_factory=list)
    head: str = FIRST
    current: dict[Key, Line] = field(default_factory=dict)
    history: dict[Key, list[Line]] = field(default_factory=dict)

    def revisions(self, kind: str, unit: str, period: str) -> list[Line]:
        """Every line of one submission, the first one first; empty when nothing was accepted."""
        return list(self.history.get((kind, unit, period), ()))


def build_ledger(content: bytes) -> Ledger:
    """The ledger that a file's bytes hold, every link verified.

    Raises Mistake `ledger-broken` with the number of the first line that does not fit: not the canonical form, not the
    next number, not the hash of the line before, not the next revision, or a time before the line before.
    """
    *raw_lines, rest = content.split(b"\n")
    lines: list[Line] = []
    current: dict[Key, Line] = {}
    history: dict[Key, list[Line]] = {}
    head, last_time = FIRST, ""
    for number, raw in enumerate(raw_lines, start=1):
        line = decode(raw)
        fits = line is not None and (
            line.number == number
            and line.previous == head
            and line.revision == len(history.get(line.key, ())) + 1
            and line.accepted_at >= last_time
        )
        if line is None or not fits:
            raise Mistake("ledger-broken", {"line": number})
        head, last_time = hashlib.sha256(raw).hexdigest(), line.accepted_at
        lines.append(line)
        current[line.key] = line
        history.setdefault(line.key, []).append(line)
    if rest:
        raise Mistake("ledger-broken", {"line": len(lines) + 1})
    return Ledger(lines, head, current, history)


def decode(raw: bytes) -> Line | None:
    """One line from its bytes; None when it is not exactly what `Line.encode` writes."""
    try:
        content = json.loads(raw)
        if not isinstance(content, dict) or tuple(content)[: len(NAMES)] != NAMES:
            return None
        if any(type(content[name]) is not TYPES[name] for name in NAMES):
            return None
        if set(content) - {*NAMES, *OPTIONAL} or content.get("nothing", True) is not True:
            return None
        if not explains(content.get("explanations", {})):
            return None
        line = Line(**content)
        names = (line.kind, line.unit, line.period, line.role)
        well_formed = (
            all(NAME.fullmatch(name) for name in names)  # they become paths: nothing climbs out of the folder
            and SHA256.fullmatch(line.previous)
            and SHA256.fullmatch(line.sha256)
            and TIME.fullmatch(line.accepted_at)
        )
        return line if well_formed and line.encode() == raw else None
    except (ValueError, RecursionError):
        return None


def explains(given: object) -> bool:
    """Whether explanations are sentences by rule code, codes in order."""
    if not isinstance(given, dict) or list(given) != sorted(given):
        return False
    return all(NAME.fullmatch(code) and isinstance(text, str) and text for code, text in given.items())


def encode(lines: Iterable[Line]) -> bytes:
    """Lines as they are appended to the file."""
    return b"".join(line.encode() + b"\n" for line in lines)


def revision_name(line: Line) -> str:
    """Where the file of a line stands once another has replaced it: its path inside datasets/."""
    return f"{line.kind}/revisions/{line.period}/{line.unit}.{line.revision}.csv"


def revision_file(office: Office, line: Line) -> Path:
    """Where the file of a line stands once another has replaced it."""
    return office.datasets / revision_name(line)
