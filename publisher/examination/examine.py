"""The examination of a site, from its files to a report."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from publisher.errors import Mistake
from publisher.examination.figures import check_data, check_pages
from publisher.examination.folder import Folder
from publisher.examination.history import History, read_history
from publisher.examination.report import Finding, Report
from publisher.examination.witness import attest, known
from publisher.proof import MANIFEST, Chain, Published, short
from publisher.proof.canonical import sha256
from publisher.proof.chain import build_chain

Progress = Callable[[int, int], None]
STEPS = 4

FOLDER = re.compile(r"\d{4,}-[0-9a-f]{8}(\.\d+)?$")
"""How an office calls the folder of a release."""


@dataclass(frozen=True)
class Site:
    """What was given: the release to read, and, where it is an office's own folder, its other releases and the chain
    that the office keeps."""

    folder: Folder
    others: tuple[Path, ...] = ()
    kept: Path | None = None


def examine(site: Path, *, witness: Sequence[str] | None = None, progress: Progress | None = None) -> Report:
    """Judge a site by its files. `site` is a release's folder, a copy of it, or an office's `site` folder, where all
    releases are judged; `witness` are the codes that somebody kept elsewhere (`read_witness`).

    Raises Mistake `no-release` when there is no site to read.
    """
    tell = progress or (lambda _done, _total: None)
    found = locate(site)
    folder, manifest = found.folder, found.folder.manifest
    findings: list[Finding] = []
    if manifest is None:
        code = "manifest-missing" if folder.read(MANIFEST) is None else "manifest-unreadable"
        findings.append(Finding(code, {"path": MANIFEST}, path=MANIFEST))
    tell(0, STEPS)
    history = read_history(folder, manifest)
    findings += history.findings
    changed = list(folder.compare(manifest.files)) if manifest else []
    findings += changed
    tell(1, STEPS)
    submissions = 0
    if manifest and not any(finding.code == "ledger-broken" for finding in history.findings):
        wrong, submissions = check_data(folder, manifest, history.ledger)
        findings += wrong
    tell(2, STEPS)
    code = short(manifest.id) if manifest else ""
    wrong, figures = check_pages(folder, code, {finding.path for finding in changed})
    findings += wrong
    tell(3, STEPS)
    chain, more = office_chain(found, history)
    findings += more
    findings += check_others(found, chain, history)
    tell(STEPS, STEPS)
    hashes = known(chain.lines, manifest, history.ledger)
    if any(finding.code.startswith(("chain-", "id-", "ledger-")) for finding in findings):
        hashes = {full: replace(one, what="doubtful") for full, one in hashes.items()}
    counts = {
        "files": len(manifest.files) - sum(f.code != "file-added" for f in changed) if manifest else 0,
        "releases": len(chain.lines),
        "lines": len(history.ledger.lines),
        "submissions": submissions,
        "figures": figures,
        "since": len(manifest.shown.since) if manifest else 0,
    }
    return Report(
        manifest.number if manifest else 0,
        manifest.id if manifest else "",
        manifest.version if manifest else "",
        tuple(findings),
        counts,
        tuple(attest(witness or (), hashes)),
    )


def locate(site: Path) -> Site:
    """What a path leads to. Raises Mistake `no-release`."""
    for base in (site, site / "site"):
        current = base / "current"
        if (base / "releases").is_dir() and current.is_dir():
            shown = current.resolve()
            others = tuple(p for p in sorted(base.glob("releases/*")) if FOLDER.match(p.name) and p.resolve() != shown)
            kept = base.parent / "datasets" / "releases.jsonl"
            return Site(Folder(shown), others, kept if kept.is_file() else None)
    if (site / MANIFEST).is_file() or (site / "index.html").is_file():
        return Site(Folder(site.resolve()))
    raise Mistake("no-release", {"folder": str(site)}, exit_code=2)


def office_chain(site: Site, history: History) -> tuple[Chain, list[Finding]]:
    """The longest chain there is: the office's own where it goes on from the published one; and what does not fit."""
    if site.kept is None:
        return history.chain, []
    try:
        chain = build_chain(site.kept.read_bytes())
    except Mistake as error:
        return history.chain, [Finding("chain-broken", error.values, path=f"datasets/{site.kept.name}")]
    if chain.lines[: len(history.chain.lines)] != history.chain.lines:
        return history.chain, [Finding("chain-apart", path=f"datasets/{site.kept.name}")]
    manifest = site.folder.manifest
    if manifest:
        line = chain.lines[manifest.number - 1] if 0 < manifest.number <= len(chain.lines) else None
        if line is None:
            return chain, [Finding("release-unknown", {"number": manifest.number, "code": short(manifest.id)})]
        if line.manifest != sha256(manifest.encode()):
            return chain, [rewritten(line)]
    return chain, []


def check_others(site: Site, chain: Chain, history: History) -> Iterator[Finding]:
    """The other releases in an office's folder: each is what the chain says it was, file by file."""
    lines = {line.name: line for line in chain.lines}
    for path in site.others:
        folder = Folder(path)
        line = lines.get(path.name.partition(".")[0])
        own = folder.manifest
        if line is None:
            yield Finding("release-unknown", {"number": int(path.name.split("-")[0]), "code": path.name})
            continue
        trusted = own if own and sha256(own.encode()) == line.manifest else history.manifests.get(line.number)
        if trusted is not own:
            yield rewritten(line)
        for finding in folder.compare(trusted.files) if trusted else ():
            values = {**finding.values, "path": f"{path.name}/{finding.path}"}
            yield Finding(finding.code, values, finding.months, f"{path.name}/{finding.path}")


def rewritten(line: Published) -> Finding:
    """A release whose manifest is not the one that the chain has."""
    return Finding("manifest-rewritten", {"number": line.number, "code": short(line.id), "at": line.published_at})
