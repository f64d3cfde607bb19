"""The published ledger: the ledger as it may be shown, with hashes that anyone can make again.

The ledger of the office holds the hash of each whole file. A file may have columns that are not published (how many
answers chose each level) or rows (a secret task); from its hash and the published cells somebody could try out the
few numbers that are left. So the published ledger has the same lines with the hash of what is published of each file,
and its own chain. It is only added to: what a definition makes public later does not change what was written before.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from publisher.catalogue import Kind
from publisher.catalogue.text import one_line
from publisher.errors import Mistake
from publisher.ledger import Ledger, Line
from publisher.ledger.lines import build_ledger
from publisher.proof.canonical import encode, sha256


def public_rows(kind: Kind, content: bytes) -> Iterator[dict[str, str]]:
    """The rows of an accepted file as they are published: without the columns and the rows that are not public."""
    public = {column.name for column in kind.schema_columns if column.public}
    rows = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    for row in rows:
        if not kind.is_private(row):
            yield {name: one_line(cell) for name, cell in row.items() if name in public}


def public_hash(kind: Kind, content: bytes) -> str:
    """The hash of what is published of an accepted file."""
    return rows_hash(public_rows(kind, content))


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
    lines, head = list(published.lines), published.head
    for line in ledger.lines[len(lines) :]:
        lines.append(replace(line, previous=head, sha256=public(line)))
        head = lines[-1].digest()
    return build_ledger(b"".join(line.encode() + b"\n" for line in lines)) if lines else published
