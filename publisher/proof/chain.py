"""The release chain: one line a release, each with the hash of the line before. Nothing here reads or writes files."""

import json
import re
from dataclasses import asdict, dataclass, fields

from publisher.errors import Mistake
from publisher.proof.canonical import FIRST, encode, identify, sha256

SHA256 = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+07:00")


@dataclass(frozen=True, slots=True)
class Published:
    """One release in the chain.

    `number` counts from 1; `previous` is the sha-256 of the line before (its bytes without the line end); `manifest`
    that of its manifest.json; `ledger` is the head of the ledger as published with it, `lines` how many lines that has;
    `inputs` the hash of all else that it was made of; `id` what `identify` makes of `previous`, `ledger` and `inputs`;
    `published_at` the office's clock just before it was shown, ISO to the second with +07:00.
    """

    number: int
    previous: str
    id: str
    manifest: str
    ledger: str
    lines: int
    inputs: str
    published_at: str

    @property
    def name(self) -> str:
        """What its folder and its archived manifest are called: "0042-9f8e7d6c"."""
        return f"{self.number:04d}-{self.id[:8]}"

    def encode(self) -> bytes:
        """The line as it stands in the file, without the line end."""
        return encode(asdict(self))

    def digest(self) -> str:
        """What the next line carries in `previous`."""
        return sha256(self.encode())


TYPES = {field.name: field.type for field in fields(Published)}


@dataclass(frozen=True)
class Chain:
    """All releases in their order. `head` is the hash of the last line: it stands for all of them."""

    lines: tuple[Published, ...] = ()

    @property
    def head(self) -> str:
        """The hash of the last line."""
        return self.lines[-1].digest() if self.lines else FIRST

    def encode(self) -> bytes:
        """The bytes of releases.jsonl."""
        return b"".join(line.encode() + b"\n" for line in self.lines)


def build_chain(content: bytes) -> Chain:
    """The chain that a file's bytes hold, every link verified.

    Raises Mistake `chain-broken` with the number of the first line that does not fit.
    """
    *raw_lines, rest = content.split(b"\n")
    lines: list[Published] = []
    head, last_time, last_lines = FIRST, "", 0
    for number, raw in enumerate(raw_lines, start=1):
        line = decode(raw)
        if line is None or not fits(line, number, head, last_time, last_lines):
            raise Mistake("chain-broken", {"line": number})
        head, last_time, last_lines = line.digest(), line.published_at, line.lines
        lines.append(line)
    if rest:
        raise Mistake("chain-broken", {"line": len(lines) + 1})
    return Chain(tuple(lines))


def fits(line: Published, number: int, head: str, last_time: str, last_lines: int) -> bool:
    """Whether a line goes on from the one before."""
    return (
        line.number == number
        and line.previous == head
        # A printed id is worth something because no other line can bear it: it is made of what the line says.
        and line.id == identify(chain=line.previous, ledger=line.ledger, inputs=line.inputs)
        and line.published_at >= last_time
        and line.lines >= last_lines  # the ledger is only added to
    )


def decode(raw: bytes) -> Published | None:
    """One line from its bytes; None when it is not exactly what `Published.encode` writes."""
    try:
        content = json.loads(raw)
        if not isinstance(content, dict) or set(content) != set(TYPES):
            return None
        if any(type(content[name]) is not kind for name, kind in TYPES.items()):
            return None
        line = Published(**content)
        whole = all(SHA256.fullmatch(text) for text in hashes_of(line))
        return line if whole and TIME.fullmatch(line.published_at) and line.encode() == raw else None
    except (ValueError, TypeError, RecursionError):
        return None


def hashes_of(line: Published) -> tuple[str, ...]:
    """The hashes that stand in a line."""
    return line.previous, line.id, line.manifest, line.ledger, line.inputs
