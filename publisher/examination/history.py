"""The chain of releases and the ledger, as a release publishes them."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.errors import Mistake
from publisher.examination.folder import MONTH, Folder
from publisher.examination.report import Finding
from publisher.ledger import Ledger
from publisher.ledger.lines import build_ledger
from publisher.proof import FOLDER, MANIFESTS, Chain, Manifest, Published, short
from publisher.proof.canonical import FIRST, identify, sha256
from publisher.proof.chain import build_chain
from publisher.proof.manifest import decode

NAMED = 6
"""Up to so many months are listed where only a range of the ledger is known to be another one."""


@dataclass(frozen=True)
class History:
    """The chain, the ledger and the manifests of the releases before, as far as they could be read; and what is wrong
    with them."""

    chain: Chain
    ledger: Ledger
    manifests: dict[int, Manifest]
    findings: tuple[Finding, ...]


def read_history(folder: Folder, manifest: Manifest | None) -> History:
    """Read and judge what a release says of all that was before it."""
    found: list[Finding] = []
    chain, ledger = Chain(), Ledger()
    data = folder.read(f"{FOLDER}/releases.jsonl")
    try:
        chain = build_chain(data or b"")
    except Mistake as error:
        found.append(Finding("chain-broken", error.values, path=f"{FOLDER}/releases.jsonl"))
    written = folder.read(f"{FOLDER}/ledger.jsonl")
    try:
        ledger = build_ledger(written or b"")
    except Mistake as error:
        found.append(broken_ledger(written or b"", error.values["line"]))
    whole = not found
    if manifest and whole:
        found += check_id(manifest, chain, ledger)
        found += check_ledger(chain, ledger)
    manifests: dict[int, Manifest] = {}
    for line in chain.lines:
        kept = read_manifest(folder, line)
        if kept is None:
            found.append(lost(folder, line))
        else:
            manifests[line.number] = kept
    return History(chain, ledger, manifests, tuple(found))


def broken_ledger(data: bytes, number: int) -> Finding:
    """A ledger whose line does not go on from the one before: either may be the one that was altered."""
    lines = data.split(b"\n")
    months = {month for raw in lines[max(number - 2, 0) : number] if (month := month_of(raw))}
    named = ", ".join(sorted(months)) or "?"
    return Finding("ledger-broken", {"line": number, "months": named}, frozenset(months), f"{FOLDER}/ledger.jsonl")


def month_of(raw: bytes) -> str:
    """The period that a line of the ledger names; "" when it cannot be read."""
    try:
        period = json.loads(raw)["period"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return period if isinstance(period, str) and MONTH.fullmatch(period) else ""


def check_id(manifest: Manifest, chain: Chain, ledger: Ledger) -> Iterator[Finding]:
    """Whether the release's id is made of the chain and the ledger that stand beside it."""
    if manifest.id != identify(chain=manifest.chain, ledger=manifest.ledger, inputs=manifest.inputs):
        yield Finding("id-forged", {"code": short(manifest.id)})
    previous = chain.lines[-1].manifest if chain.lines else FIRST
    if (manifest.chain, manifest.number, manifest.previous) != (chain.head, len(chain.lines) + 1, previous):
        yield Finding("chain-other", {"code": short(manifest.id), "count": len(chain.lines)})
    if (manifest.ledger, manifest.lines) != (ledger.head, len(ledger.lines)):
        at = chain.lines[-1].lines if chain.lines else 0
        yield altered(ledger, min(at, len(ledger.lines)), len(ledger.lines), short(manifest.id))


def check_ledger(chain: Chain, ledger: Ledger) -> Iterator[Finding]:
    """Whether each release named the ledger as it still stands: the first that did not tells where it was rewritten."""
    right = 0
    for line in chain.lines:
        head = ledger.lines[line.lines - 1].digest() if 0 < line.lines <= len(ledger.lines) else FIRST
        if line.lines > len(ledger.lines) or head != line.ledger:
            yield altered(ledger, right, line.lines, short(line.id))
            return
        right = line.lines


def altered(ledger: Ledger, after: int, until: int, code: str) -> Finding:
    """The ledger is another one somewhere between two lines. Which month that touches, the data beside it tell."""
    months = sorted({line.period for line in ledger.lines[after:until]})
    few = ", ".join(months) if 0 < len(months) <= NAMED else "?"
    values = {"first": after + 1, "last": max(until, after + 1), "code": code, "months": few}
    return Finding("ledger-other", values, frozenset(), f"{FOLDER}/ledger.jsonl")


def read_manifest(folder: Folder, line: Published) -> Manifest | None:
    """The kept manifest of a release, when it is the one that the chain names."""
    data = folder.read(f"{MANIFESTS}/{line.name}.json.gz")
    try:
        content = gzip.decompress(data) if data is not None else b""
    except (OSError, EOFError, zlib.error):
        return None
    return decode(content) if sha256(content) == line.manifest else None


def lost(folder: Folder, line: Published) -> Finding:
    """A release whose manifest is not there, or is another one."""
    path = f"{MANIFESTS}/{line.name}.json.gz"
    code = "manifest-lost" if folder.read(path) is None else "manifest-other"
    values = {"number": line.number, "code": short(line.id), "at": line.published_at, "path": path}
    return Finding(code, values, frozenset(), path)
