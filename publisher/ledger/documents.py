"""Documents that a register names: PDF files kept under the hash of their bytes, with a list of their names.

The list is `datasets/documents/index.csv`. What a register's cell holds is the hash, so the ledger's line of that
register stands for the document too: other bytes have another name.
"""

import csv
import hashlib
import io
import re
import unicodedata
from pathlib import Path

from publisher.catalogue import Office
from publisher.catalogue.tables import DOCUMENTS, read_documents
from publisher.catalogue.text import one_line
from publisher.errors import Mistake, cut
from publisher.ledger.store import hold, write, writing

LARGEST = 20 * 2**20
"""Bytes of a document: a scanned decision of some fifty pages."""

NAME_LIMIT = 200
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
"""What a document to be read has no use for."""


def keep_document(office: Office, path: Path, name: str = "") -> str:
    """Keep a PDF file under its hash and put it into the list; gives the hash. The same file again changes nothing.

    `name` is what registers call it, by default the file's name. Raises Mistake `document-unreadable`,
    `document-large`, `document-format`, `document-active`, `document-locked`, `document-name` for what is no name,
    `document-taken` for a name that another document has, `cannot-write`.
    """
    name = unicodedata.normalize("NFC", one_line(name or path.name)).strip()
    content = read_pdf(path)
    sha256 = hashlib.sha256(content).hexdigest()
    if not name or len(name) > NAME_LIMIT or name.startswith(("=", "+", "-", "@")) or "<" in name:
        raise Mistake("document-name", {"name": cut(name)})
    index = office.datasets / "documents" / "index.csv"
    with hold(office), writing(index):
        known = read_documents(index)
        if known.get(sha256) is None:
            if known.named(name):
                raise Mistake("document-taken", {"name": cut(name)})
            index.parent.mkdir(parents=True, exist_ok=True)
            write(office.document(sha256), content)
            before = index.read_bytes() if index.exists() else line(DOCUMENTS)
            draft = index.with_suffix(".new")
            write(draft, before + line((sha256, name, str(len(content)), office.today.isoformat())))
            draft.replace(index)
    return sha256


def read_pdf(path: Path) -> bytes:
    """The bytes of a PDF file to be read and nothing else. Raises as `keep_document` does."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Mistake("document-large", {"file": path.name, "megabytes": LARGEST // 2**20})
        content = path.read_bytes()
    except OSError as error:
        raise Mistake(
            "document-unreadable", {"file": str(path), "detail": error.strerror or ""}, exit_code=2
        ) from error
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise Mistake("document-format", {"file": path.name})
    if b"/Encrypt" in content:
        raise Mistake("document-locked", {"file": path.name})
    if found := ACTIVE.search(content):
        raise Mistake("document-active", {"file": path.name, "what": found[1].decode()})
    return content


def line(cells: tuple[str, ...]) -> bytes:
    """One line of the list."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
