"""The published ledger: the ledger as it may be shown, with hashes that anyone can make again.

The ledger of the office holds the hash of each whole file. A file may have columns that are not published (how many
answers chose each level) or rows (a secret task); from its hash and the published cells somebody could try out the
few numbers that are left. So the published ledger has the same lines with the hash of what is published of each file,
and its own chain. It is only added to. When a definition later shows more or less of old files, the manifest lists the
hash of each as it is shown now (`Hashes`), and whoever checks the site is told so.
"""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from publisher.catalogue import Kind, Office, pooling, text
from publisher.catalogue.pooling import pooled, shown_lines
from publisher.catalogue.text import one_line
from publisher.errors import Mistake
from publisher.ledger import Ledger, Line
from publisher.proof.canonical import encode, sha256


def public_rows(office: Office, kind: Kind, content: bytes) -> Iterator[dict[str, str]]:
    """The rows of an accepted file as they are published: without the columns and the rows that are not public,
    sensitive matters put together."""
    header, *lines = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    public = {column.name for column in kind.schema_columns if column.public}
    for line in shown_lines(office, kind, header, lines):
        yield {name: one_line(cell) for name, cell in zip(header, line, strict=True) if name in public}


def public_hash(office: Office, kind: Kind, content: bytes) -> str:
    """The hash of what is published of an accepted file."""
    return rows_hash(public_rows(office, kind, content))


def rows_hash(rows: Iterable[Mapping[str, str]]) -> str:
    """The hash of rows (column → text) in their order: each as a line of JSON, blank cells left out, so that a column
    that is added later changes nothing."""
    return sha256(b"".join(encode({name: cell for name, cell in row.items() if cell}) + b"\n" for row in rows))


def continued(published: Ledger, ledger: Ledger, public: Callable[[Line], str]) -> Ledger:
    """The published ledger with what the office's ledger has beyond it; `public` gives the hash of what a line's file
    shows.

    Raises Mistake `ledger-rewritten` with the first published line that the office's ledger does not have, or has
    otherwise.
    """
    for shown, line in zip(published.lines, ledger.lines, strict=False):
        if replace(shown, previous=line.previous, sha256=line.sha256) != line:
            raise Mistake("ledger-rewritten", {"line": shown.number})
    if len(published.lines) > len(ledger.lines):
        raise Mistake("ledger-rewritten", {"line": len(ledger.lines) + 1})
    if len(published.lines) == len(ledger.lines):
        return published
    lines, head = list(published.lines), published.head
    current, history = dict(published.current), {key: list(of) for key, of in published.history.items()}
    for line in ledger.lines[len(lines) :]:
        shown = replace(line, previous=head, sha256=public(line))
        lines.append(shown)
        current[shown.key] = shown
        history.setdefault(shown.key, []).append(shown)
        head = shown.digest()
    return Ledger(lines, head, current, history)


class Hashes:
    """The public hashes of accepted files, kept in the cache under the file's hash: a build reads only new files.

    They are good for the definition, the sensitive matters and the program that they were made with.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.kept: dict[str, dict[str, str]] = {}
        self.asked: dict[str, dict[str, str]] = {}

    def of(self, line: Line, path: Path) -> str:
        """The hash of what is published of a line's file, which stands at `path`; that of nothing where the office does
        not publish its kind."""
        kind = self.office.kinds.get(line.kind)
        if kind is None:
            return rows_hash([])
        if kind.name not in self.kept:
            self.kept[kind.name] = self.read(kind)
        found = self.kept[kind.name].get(line.sha256) or public_hash(self.office, kind, path.read_bytes())
        self.kept[kind.name][line.sha256] = found
        self.asked.setdefault(kind.name, {})[line.sha256] = found
        return found

    def read(self, kind: Kind) -> dict[str, str]:
        """What the cache has for a kind; nothing when it was made with another definition."""
        try:
            content = json.loads(self.file(kind).read_bytes())
            return dict(content["hashes"]) if content["made_of"] == self.made_of(kind) else {}
        except (OSError, ValueError, TypeError, KeyError):
            return {}

    def keep(self) -> None:
        """Write what was asked for into the cache."""
        for name, hashes in self.asked.items():
            kind = self.office.kinds[name]
            path = self.file(kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(f".{os.getpid()}.tmp")
            unfinished.write_bytes(encode({"made_of": self.made_of(kind), "hashes": hashes}))
            unfinished.replace(path)

    def file(self, kind: Kind) -> Path:
        """Where the hashes of a kind are kept."""
        return self.office.cache / "public" / f"{kind.name}.json"

    def made_of(self, kind: Kind) -> str:
        """What the hashes of a kind depend on beside the files."""
        programs = [Path(module.__file__ or "").read_bytes() for module in (pooling, text, sys.modules[__name__])]
        return sha256(b"".join([kind.digest.encode(), repr(pooled(self.office, kind)).encode(), *programs]))
