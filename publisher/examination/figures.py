"""The published data beside the ledger, and the figures of the pages beside each other."""

import csv
import html
import io
import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote

from publisher.examination.folder import MONTH, Folder
from publisher.examination.report import Finding
from publisher.ledger import Ledger, Line
from publisher.opendata.tables import unguard
from publisher.proof.manifest import Manifest
from publisher.proof.public import rows_hash

DATA = re.compile(r'<data value="([^"]*)" data-of="([^"]*)">([^<]*)</data>')
FOOT = 'class="ck-foot"'
MONTHLY = re.compile(r"du-lieu/(20\d\d-\d\d)/([^/]+)\.csv")

Row = Mapping[str, str]


def check_data(folder: Folder, manifest: Manifest, ledger: Ledger) -> tuple[list[Finding], int]:
    """Compare the monthly CSV of each kind with the ledger; gives the findings and how many submissions fit.

    The rows of each unit are hashed as the ledger hashed them; rows that the ledger does not know are found too.
    """
    wanted: dict[tuple[str, str], dict[str, Line]] = {}
    for line in ledger.current.values():
        wanted.setdefault((line.period, line.kind), {})[line.unit] = line
    there = {(match[1], match[2]) for name in folder.names if (match := MONTHLY.fullmatch(name))}
    found: list[Finding] = []
    fit = 0
    for period, kind in sorted(there | set(wanted)):
        if kind not in manifest.shown.columns:  # a reference table, or a kind that is no longer published
            continue
        path, lines = f"du-lieu/{period}/{kind}.csv", wanted.get((period, kind), {})
        rows = read_rows(folder.read(path), manifest.shown.columns[kind])
        for unit in sorted(rows.keys() | lines.keys()):
            # What is public may have been declared otherwise since: then the manifest has the hash.
            received = lines[unit].sha256 if unit in lines else ""
            if manifest.shown.since.get(f"{kind}/{unit}/{period}", received) == rows_hash(rows.get(unit, [])):
                fit += 1
            else:
                code = "data-differs" if unit in lines else "data-unknown"
                values = {"unit": unit_name(folder, period, unit), "kind": kind, "month": period, "path": path}
                found.append(Finding(code, values, frozenset({period}), path))
    return found, fit


def read_rows(data: bytes | None, columns: tuple[str, ...]) -> dict[str, list[Row]]:
    """The rows of a published CSV by unit, with the cells that were accepted; whatever cannot be read has none."""
    units: dict[str, list[Row]] = {}
    try:
        for row in csv.DictReader(io.StringIO((data or b"").decode("utf-8"), newline="")):
            cells = {name: unguard(row.get(name) or "") for name in columns}
            units.setdefault(cells.get("unit_code", ""), []).append(cells)
    except (UnicodeDecodeError, csv.Error):
        return {}
    return units


def unit_name(folder: Folder, period: str, code: str) -> str:
    """A unit's name as the month's table of units has it; its code when it is not there."""
    data = folder.read(f"du-lieu/{period}/units.csv")
    names = read_rows(data, ("unit_code", "code", "name_vi")).get("", [])
    return next((row["name_vi"] for row in names if row["code"] == code), code)


def check_pages(folder: Folder, code: str, changed: Collection[str]) -> tuple[list[Finding], int]:
    """Compare the figures of all pages with each other, and the code at their foot with the release's; gives the
    findings, each figure once, and how many different figures there are.

    A figure stands on several pages, in two languages: whoever changes one of them must find all. `changed` pages are
    read last, so that they are the ones that differ.
    """
    found: dict[str, Finding] = {}
    seen: dict[int, int] = {}
    for path in sorted((name for name in folder.names if name.endswith(".html")), key=lambda n: (n in changed, n)):
        text = (folder.read(path) or b"").decode("utf-8", "replace")
        if FOOT in text and code not in text:
            found[path] = Finding("code-other", {"path": path, "code": code}, path=path)
        lang = "en" if path.startswith("en/") else "vi"
        for value, address, shown in DATA.findall(text):
            # The machine's value is the same in both languages, the text in its own.
            for key, said in ((hash(address), hash(value)), (hash((lang, address)), hash(shown))):
                if seen.setdefault(key, said) != said and address not in found:
                    found[address] = differing(folder, path, address, html.unescape(shown))
    return list(found.values()), len(seen) // (1 + len({name.startswith("en/") for name in folder.names}))


def differing(folder: Folder, path: str, address: str, shown: str) -> Finding:
    """A figure that is not what other pages say."""
    kind, measure, unit, period = (*(unquote(part) for part in address.split("/")), "", "", "", "")[:4]
    values = {"path": path, "value": shown, "figure": f"{kind}/{measure}", "month": period}
    return Finding("figure-differs", {**values, "unit": unit_name(folder, period, unit)}, months_of(period), path)


def months_of(period: str) -> frozenset[str]:
    """The month that a period is; none for a quarter or a year."""
    return frozenset({period}) if MONTH.fullmatch(period) else frozenset()
