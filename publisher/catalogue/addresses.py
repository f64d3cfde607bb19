"""Addresses that last: what a unit or a field was published under stays its address, whatever happens to its name.

`datasets/addresses.csv` (table, code, slug) holds them. The build adds the line of a page just before it is shown for
the first time; nothing ever changes a line. An entry without a line gets its address from its name.
"""

import collections
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from publisher.catalogue.text import slug
from publisher.errors import Mistake

FILE = "addresses.csv"
COLUMNS = ("table", "code", "slug")

CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""What a code may look like: it becomes a file's name and a part of an address."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What an address may look like."""

RESERVED = frozenset({"all"})
"""Codes that figures use for the whole office (`measures.EVERY`)."""

SLUG_LIMIT = 100
"""A longer name is cut in addresses: file systems take no more than 255 bytes for a folder's name."""

Published = Mapping[str, str]
"""code → slug of the entries of one table that were published."""


def published(lines: Iterable[tuple[int, Mapping[str, str]]], tables: Iterable[str]) -> dict[str, dict[str, str]]:
    """table → code → slug, from the numbered lines of addresses.csv.

    Raises Mistake `address-line` for an unknown table, for what can be no address, and for a code or an address that
    stands twice in its table.
    """
    found: dict[str, dict[str, str]] = {table: {} for table in tables}
    for row, line in lines:
        known = found.get(line["table"])
        wrong = known is None or line["code"] in known or line["slug"] in known.values()
        if known is None or wrong or not SLUG.fullmatch(line["slug"]):
            raise Mistake("address-line", {"file": FILE, "row": row, "value": ",".join(line.values())})
        known[line["code"]] = line["slug"]
    return found


def unique_slugs(path: Path, names: list[tuple[str, str]], known: Published | None = None) -> list[str]:
    """Slugs for the (code, name) pairs of a table: the one that an entry was published under; else the name's, with the
    code appended where the name repeats or its address belongs to another entry.

    Raises Mistake `table-code` for a code that is blank, repeated, reserved or not made of letters, digits, dots and
    hyphens, and for two entries that would share an address all the same; `address-gone` where an entry with a
    published address is no longer there: its page would vanish.
    """
    known = known or {}
    codes = collections.Counter(code.casefold() for code, _ in names)
    wrong = [
        code
        for code, _ in names
        if codes[code.casefold()] > 1 or code.casefold() in RESERVED or not CODE.fullmatch(code)
    ]
    for code in sorted(set(known) - {code for code, _ in names}):
        raise Mistake("address-gone", {"file": path.name, "code": code, "slug": known[code]})
    plain = [known.get(code) or slug(name)[:SLUG_LIMIT].strip("-") or slug(code) for code, name in names]
    count = collections.Counter(plain)
    slugs = [
        s if code in known or count[s] == 1 else f"{s}-{slug(code)}" for s, (code, _) in zip(plain, names, strict=True)
    ]
    count = collections.Counter(slugs)
    wrong += [code for s, (code, _) in zip(slugs, names, strict=True) if count[s] > 1]
    if wrong:
        raise Mistake("table-code", {"file": path.name, "value": wrong[0]})
    return slugs


def keep(path: Path, shown: Mapping[str, Iterable[tuple[str, str]]]) -> None:
    """Add the addresses that are about to be shown (table → (code, slug)) to addresses.csv, in one step.

    What stands there already is left as it is, to the byte; without anything new the file is not touched.
    """
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    there = {tuple(cells[:2]) for cells in csv.reader(io.StringIO(before, newline=""))}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(new_lines(shown, there))
    if not text.getvalue():
        return
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        file.write(before or ",".join(COLUMNS) + "\n")
        file.write("" if not before or before.endswith("\n") else "\n")
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def new_lines(
    shown: Mapping[str, Iterable[tuple[str, str]]], there: set[tuple[str, ...]]
) -> Iterator[tuple[str, str, str]]:
    """The lines that are not there yet, in the order of the tables."""
    for table, entries in shown.items():
        yield from ((table, code, slug) for code, slug in entries if (table, code) not in there)
