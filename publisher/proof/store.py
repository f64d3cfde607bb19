"""Where the chain stands in an office, and how a release is written into it.

    datasets/releases.jsonl             the chain: one line a release
    datasets/releases/0042-9f8e7d6c.json.gz   the manifest of each
    datasets/public_ledger.jsonl        the ledger as it is published

The line is written before the release is shown: whatever was ever shown is in the chain. After a kill at any moment the
next build finds either the chain as it was, or its own line at the end.
"""

import datetime as dt
import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from publisher import __version__
from publisher.catalogue import Office
from publisher.catalogue.office import ZONE
from publisher.errors import Mistake
from publisher.ledger import Ledger, Line, revision_file
from publisher.ledger.lines import build_ledger
from publisher.ledger.lines import encode as encode_ledger
from publisher.proof.canonical import FIRST, identify, sha256
from publisher.proof.chain import Chain, Published, build_chain
from publisher.proof.manifest import File, Manifest, Shape
from publisher.proof.public import Hashes, continued

SUFFIX = ".json.gz"


@dataclass(frozen=True)
class Coming:
    """The release that the inputs make: its number and id, the releases before it, the ledger as it will publish it.

    `last` is its line when the same inputs made the last release already: then nothing is added to the chain.
    """

    number: int
    id: str
    inputs: str
    before: Chain
    ledger: Ledger
    shown: Shape
    last: Published | None = None

    def anew(self) -> "Coming":
        """The same inputs as a release after the last one: for when they made other bytes than last time (another
        library of the system, say)."""
        if self.last is None:
            return self
        return made_of(self.inputs, Chain((*self.before.lines, self.last)), self.ledger, self.shown)

    def differs(self, files: Mapping[str, File]) -> bool:
        """Whether it was made before, with other files."""
        return bool(self.last and self.last.manifest != sha256(self.manifest(files).encode()))

    @property
    def published_ledger(self) -> bytes:
        """The bytes of the published ledger."""
        return encode_ledger(self.ledger.lines)

    def manifest(self, files: Mapping[str, File]) -> Manifest:
        """Its manifest, with these files."""
        lines = self.before.lines
        return Manifest(
            number=self.number,
            id=self.id,
            previous=lines[-1].manifest if lines else FIRST,
            chain=self.before.head,
            ledger=self.ledger.head,
            lines=len(self.ledger.lines),
            inputs=self.inputs,
            version=__version__,
            shown=self.shown,
            files=dict(sorted(files.items())),
        )


def coming(office: Office, ledger: Ledger, inputs: str) -> Coming:
    """What a build of these inputs makes: the last release again, or the next one. Writes nothing.

    `inputs` is the hash of all that pages depend on beside the chain. Raises Mistake `chain-broken` and
    `ledger-rewritten` when what was published is not what stands there; a demonstration, whose data are made anew,
    starts a new chain instead.
    """
    hashes = Hashes(office)

    def public(line: Line) -> str:
        return hashes.of(line, place(office, ledger, line))

    try:
        chain, published = read_chain(office), published_ledger(office, ledger, public)
    except Mistake:
        if not office.settings.demonstration:
            raise
        chain, published = Chain(), continued(Ledger(), ledger, public)
    shown = Shape(
        {name: tuple(c.name for c in k.schema_columns if c.public) for name, k in office.kinds.items()},
        {
            "/".join(line.key): now
            for line in ledger.current.values()
            if line.kind in office.kinds and (now := public(line)) != published.lines[line.number - 1].sha256
        },
    )
    hashes.keep()
    if chain.lines:
        again = made_of(inputs, Chain(chain.lines[:-1]), published, shown)
        if again.id == chain.lines[-1].id:
            return replace(again, last=chain.lines[-1])
    return made_of(inputs, chain, published, shown)


def made_of(inputs: str, before: Chain, ledger: Ledger, shown: Shape) -> Coming:
    """The release that follows these releases."""
    release_id = identify(chain=before.head, ledger=ledger.head, inputs=inputs)
    return Coming(len(before.lines) + 1, release_id, inputs, before, ledger, shown)


def record(office: Office, release: Coming, files: Mapping[str, File]) -> Manifest:
    """Write a release that is about to be shown into the chain; gives its manifest.

    One that stands there already is left as it is, but for a manifest that was lost.
    """
    manifest = release.manifest(files)
    line = release.last or line_of(office, release.before, manifest)
    write(office.datasets / "public_ledger.jsonl", release.published_ledger)
    archive = archived(office, line)
    for left in archives(office):  # a manifest whose line was never written, or of a chain that was begun anew
        if number(left) >= line.number and left != archive:
            left.unlink()
    if not holds(archive, line):
        archive.parent.mkdir(exist_ok=True)
        write(archive, gzip.compress(manifest.encode(), 9, mtime=0))
    write(chain_file(office), Chain((*release.before.lines, line)).encode())
    return manifest


def line_of(office: Office, before: Chain, manifest: Manifest) -> Published:
    """The line of a release at the end of a chain."""
    last = before.lines[-1].published_at if before.lines else ""
    return Published(
        number=manifest.number,
        previous=before.head,
        id=manifest.id,
        manifest=sha256(manifest.encode()),
        ledger=manifest.ledger,
        lines=manifest.lines,
        inputs=manifest.inputs,
        published_at=max(moment(office), last),  # a clock that went back must not keep an office from publishing
    )


def moment(office: Office) -> str:
    """Now in Việt Nam; for a demonstration the start of its fixed day."""
    day = office.settings.today
    now = dt.datetime.combine(day, dt.time(), ZONE) if day else dt.datetime.now(ZONE)
    return now.isoformat(timespec="seconds")


def read_chain(office: Office) -> Chain:
    """The office's chain, every link verified. Raises Mistake `chain-broken`, also when its end was cut off."""
    path = chain_file(office)
    chain = build_chain(path.read_bytes() if path.exists() else b"")
    if any(number(archive) > len(chain.lines) + 1 for archive in archives(office)):
        raise Mistake("chain-broken", {"line": len(chain.lines) + 1})
    return chain


def published_ledger(office: Office, ledger: Ledger, public: Callable[[Line], str]) -> Ledger:
    """The ledger as it is published, with the new lines at its end."""
    path = office.datasets / "public_ledger.jsonl"
    try:
        known = build_ledger(path.read_bytes() if path.exists() else b"")
    except Mistake as error:
        raise Mistake("ledger-rewritten", {"line": error.values["line"]}) from error
    return continued(known, ledger, public)


def place(office: Office, ledger: Ledger, line: Line) -> Path:
    """Where a line's file stands now."""
    current = ledger.current[line.key] is line
    return office.data_file(*line.key) if current else revision_file(office, line)


def chain_file(office: Office) -> Path:
    """Where the chain stands."""
    return office.datasets / "releases.jsonl"


def archived(office: Office, line: Published) -> Path:
    """Where the manifest of a release is kept for good."""
    return office.datasets / "releases" / f"{line.name}{SUFFIX}"


def holds(archive: Path, line: Published) -> bool:
    """Whether an archived manifest is there and is the one that its line names."""
    try:
        return sha256(gzip.decompress(archive.read_bytes())) == line.manifest
    except (OSError, EOFError, zlib.error):
        return False


def archives(office: Office) -> Iterator[Path]:
    """The manifests that are kept, in the order of their numbers."""
    found = (p for p in office.datasets.glob(f"releases/*{SUFFIX}") if p.name.split("-")[0].isdigit())
    return iter(sorted(found, key=number))


def number(archive: Path) -> int:
    """The number of the release whose manifest this is."""
    return int(archive.name.split("-")[0])


def write(path: Path, data: bytes) -> None:
    """Replace a file in one step, and wait for the disk; nothing happens when it has these bytes."""
    if path.exists() and path.read_bytes() == data:
        return
    unfinished = path.with_name(".unfinished")  # one name: what a kill leaves is used up by the next write
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
