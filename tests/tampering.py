"""Twelve ways to falsify what an office has published, each as somebody with the files would do it.

Each takes the office's folder; what is served is `site/current`. Files may be linked elsewhere: they are never written
in place.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from publisher.examination.figures import read_rows
from publisher.ledger.lines import Line, build_ledger
from publisher.ledger.lines import encode as encode_ledger
from publisher.proof import FOLDER, MANIFEST, MANIFESTS, short
from publisher.proof.canonical import FIRST, identify, sha256
from publisher.proof.chain import Chain, Published, build_chain
from publisher.proof.manifest import File, Manifest, decode
from publisher.proof.public import rows_hash

MAY, JUNE = "2026-05", "2026-06"


def shown(office: Path) -> Path:
    """The release that is served."""
    return (office / "site" / "current").resolve()


def put(path: Path, data: bytes) -> None:
    """A file anew."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def change(path: Path, old: str, new: str) -> None:
    """Replace the first such text in a file, which must have it."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    put(path, text.replace(old, new, 1).encode())


def lines_of(site: Path, name: str) -> list[bytes]:
    """The lines of a file of the proof."""
    return (site / FOLDER / name).read_bytes().splitlines(keepends=True)


def edit_a_csv_byte(office: Path) -> None:
    """One digit of a downloaded month."""
    path = shown(office) / "du-lieu" / MAY / "procedures.csv"
    data = path.read_bytes()
    at = data.rindex(b",46,")
    put(path, data[: at + 1] + b"9" + data[at + 2 :])


def edit_an_html_figure(office: Path) -> None:
    """One figure on one page."""
    page = shown(office) / "thang" / MAY / "index.html"
    text = page.read_text(encoding="utf-8")
    found = re.search(rf'<data value="\d+" data-of="procedures/[a-z_]+/00004/{MAY}/month">(\d+)<', text)
    assert found
    put(page, (text[: found.start(1)] + "77" + text[found.end(1) :]).encode())


def delete_a_page(office: Path) -> None:
    """A month's page."""
    (shown(office) / "thang" / MAY / "index.html").unlink()


def delete_a_manifest(office: Path) -> None:
    """The kept manifest of the first release."""
    next((shown(office) / MANIFESTS).glob("0001-*")).unlink()


def reorder_two_ledger_lines(office: Path) -> None:
    """The lines of May and June change places."""
    one, two, *rest = lines_of(shown(office), "ledger.jsonl")
    put(shown(office) / FOLDER / "ledger.jsonl", b"".join([two, one, *rest]))


def drop_a_release_from_the_chain(office: Path) -> None:
    """The first release never was."""
    _, *rest = lines_of(shown(office), "releases.jsonl")
    put(shown(office) / FOLDER / "releases.jsonl", b"".join(rest))


def rechained(lines: list[Line]) -> list[Line]:
    """Lines of a ledger with numbers and hashes that fit."""
    found: list[Line] = []
    for number, line in enumerate(lines, start=1):
        previous = found[-1].digest() if found else FIRST
        revision = 1 + sum(one.key == line.key for one in found)
        found.append(replace(line, number=number, previous=previous, revision=revision))
    return found


def drop_a_ledger_line_and_rechain(office: Path) -> None:
    """The first submission of May was never received."""
    site = shown(office)
    lines = build_ledger((site / FOLDER / "ledger.jsonl").read_bytes()).lines
    put(site / FOLDER / "ledger.jsonl", encode_ledger(rechained(lines[1:])))


def change_a_reason(office: Path) -> None:
    """A correction gets another reason."""
    change(shown(office) / FOLDER / "ledger.jsonl", "Nhập sót bốn hồ sơ", "Sửa lỗi chính tả")


def swap_two_months(office: Path) -> None:
    """May's downloads stand under June, and June's under May."""
    may, june = (shown(office) / "du-lieu" / month / "procedures.csv" for month in (MAY, JUNE))
    one, two = may.read_bytes(), june.read_bytes()
    put(may, two)
    put(june, one)


def add_a_file(office: Path) -> None:
    """Another table beside the real one."""
    put(shown(office) / "du-lieu" / JUNE / "procedures-sua.csv", b"unit_code\n00004\n")


def rewrite_one_release_and_its_manifest(office: Path) -> None:
    """An earlier release, which is still kept, gets other downloads and a manifest that fits them."""
    site = next((office / "site" / "releases").glob("0002-*"))
    name = f"du-lieu/{MAY}/procedures.csv"
    change(site / name, ",46,", ",96,")
    manifest = read_manifest(site)
    data = (site / name).read_bytes()
    files = {**manifest.files, name: File(len(data), sha256(data))}
    put(site / MANIFEST, replace(manifest, files=files).encode())


def rewrite_everything(office: Path) -> None:
    """May is another month, on every page and in every hash: the ledger, the chain, the manifests, the codes."""
    site = shown(office)
    manifest = read_manifest(site)
    chain = build_chain((site / FOLDER / "releases.jsonl").read_bytes())
    ledger = build_ledger((site / FOLDER / "ledger.jsonl").read_bytes())
    change(site / "du-lieu" / MAY / "procedures.csv", ",46,", ",96,")
    rows = read_rows((site / "du-lieu" / MAY / "procedures.csv").read_bytes(), manifest.shown.columns["procedures"])
    hashes = {("procedures", unit, MAY): rows_hash(of) for unit, of in rows.items()}
    current = {id(line) for line in ledger.current.values()}
    lines = rechained(
        [replace(one, sha256=hashes.get(one.key, one.sha256)) if id(one) in current else one for one in ledger.lines]
    )
    put(site / FOLDER / "ledger.jsonl", encode_ledger(lines))
    again, manifests, codes = list(rechain(site, chain, lines)), site / MANIFESTS, {}
    for old, (line, kept) in zip(chain.lines, again, strict=True):
        (manifests / f"{old.name}.json.gz").unlink()
        put(manifests / f"{line.name}.json.gz", gzip.compress(kept.encode()))
        codes[short(old.id)] = short(line.id)
    new = Chain(tuple(line for line, _ in again))
    put(site / FOLDER / "releases.jsonl", new.encode())
    made = identify(chain=new.head, ledger=lines[-1].digest(), inputs=manifest.inputs)
    codes[short(manifest.id)] = short(made)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for old_code, code in codes.items():
            text = text.replace(old_code, code)
        put(page, text.encode())
    files = {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    del files[MANIFEST]
    listed = {name: File(len(data), sha256(data)) for name, data in sorted(files.items())}
    last = {"chain": new.head, "ledger": lines[-1].digest(), "previous": new.lines[-1].manifest}
    put(site / MANIFEST, replace(manifest, id=made, files=listed, **last).encode())


def rechain(site: Path, chain: Chain, lines: list[Line]) -> Iterator[tuple[Published, Manifest]]:
    """The releases with hashes that fit another ledger."""
    previous, before = FIRST, FIRST
    for old in chain.lines:
        kept = decode(gzip.decompress((site / MANIFESTS / f"{old.name}.json.gz").read_bytes()))
        assert kept
        ledger = lines[old.lines - 1].digest() if old.lines else FIRST
        made = identify(chain=previous, ledger=ledger, inputs=old.inputs)
        kept = replace(kept, id=made, chain=previous, ledger=ledger, previous=before)
        line = replace(old, previous=previous, id=made, ledger=ledger, manifest=sha256(kept.encode()))
        previous, before = line.digest(), line.manifest
        yield line, kept


def read_manifest(site: Path) -> Manifest:
    """A release's manifest."""
    found = decode((site / MANIFEST).read_bytes())
    assert found
    return found


def months_in_ledger(site: Path) -> list[str]:
    """The periods of the ledger's lines, in their order."""
    return [json.loads(line)["period"] for line in lines_of(site, "ledger.jsonl")]


TWELVE: tuple[Callable[[Path], None], ...] = (
    edit_a_csv_byte,
    edit_an_html_figure,
    delete_a_page,
    delete_a_manifest,
    reorder_two_ledger_lines,
    drop_a_release_from_the_chain,
    drop_a_ledger_line_and_rechain,
    change_a_reason,
    swap_two_months,
    add_a_file,
    rewrite_one_release_and_its_manifest,
    rewrite_everything,
)
