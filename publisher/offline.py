"""The site as one ZIP file that opens from a disk or a USB stick: no network, no server, nothing to install.

A second build of what a release is made of, with the theme's `offline` plugin, which puts the search index into a
script. Checked and read again like a release, but it is none: `site/` is not touched.
"""

import datetime as dt
import html
import posixpath
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from publisher import proof, words
from publisher.catalogue import Office
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import check_files, read_ledger
from publisher.measures import Book
from publisher.pages import write_pages
from publisher.print.publishing import print_release
from publisher.release import Progress, Steps, disk_errors, epoch, fresh, identify, only_build
from publisher.site import build_html, site_url
from publisher.tallies import tally_office
from publisher.verify import verify

README = "DOC-TRUOC.txt"
"""How to open the copy, for whoever finds the folder."""

ONLINE = ("404.html", "sitemap.xml", "sitemap.xml.gz")
"""Files that only a server needs."""

CANONICAL = re.compile(r'\s*<link rel="canonical" href="[^"]*">')
ADDRESS = re.compile(r'(<(?:a|link)\b[^>]*?\shref=")([^"]*)(")')


@dataclass(frozen=True, slots=True)
class Pack:
    """A written ZIP file: how many pages it holds, how many bytes it has, the id of the release it shows."""

    file: Path
    pages: int
    size: int
    release: str


def pack(office: Office, out: Path, *, progress: Progress | None = None) -> Pack:
    """Build the office's site for reading without a network and write it to `out`, which is replaced as a whole.

    The same inputs give the same bytes. Raises Mistake: `offline-folder` when there is no folder to write to,
    and what `release.build` raises of data, building and verifying.
    """
    words.check()
    if not out.parent.is_dir():
        raise Mistake("offline-folder", {"folder": str(out.parent)})
    with only_build(office), disk_errors():
        steps = Steps(progress)
        with steps("ledger"):
            ledger = read_ledger(office)
            check_files(office, ledger)

        with steps("check") as parts:
            problems = check_office(office, progress=parts)
            errors = tuple(p for p in problems if p.severity == "error")
            if errors:
                raise Mistake("build-refused", {"count": len(errors)}, problems=errors)

        with steps("tally") as parts:
            book = Book(office, tally_office(office, ledger, progress=parts))

        coming, seconds = proof.coming(office, ledger, identify(office, ledger)), epoch(office, ledger)
        release_id = coming.id
        pages, site = fresh(office.build / "offline-pages"), fresh(office.build / "offline-html")
        try:
            with steps("pages"):
                write_pages(office, book, ledger, problems, coming, pages)
            with steps("html"):
                build_html(office, pages, site, release_id=release_id, epoch=seconds, offline=True)
                lead_to_files(site)
            with steps("paper") as parts:
                print_release(office, book, ledger, problems, proof.short(coming.id), site, progress=parts)
            with steps("verify"):
                verify(office, book, site)
            write_readme(office, site, release_id)
            return write_zip(site, out, release_id, seconds)
        finally:
            shutil.rmtree(pages)
            shutil.rmtree(site)


def lead_to_files(site: Path) -> None:
    """Make every link lead to a file: from a disk, a browser opens no `index.html` for a folder.

    The theme's plugin does so for what MkDocs links; our pages hold ready HTML, whose addresses end in a slash. What
    a copy does not need is removed.
    """
    for name in ONLINE:
        for path in site.rglob(name):
            path.unlink()
    files = frozenset(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())
    for page in sorted(files):
        if page.endswith(".html"):
            text = CANONICAL.sub("", (site / page).read_text(encoding="utf-8"))
            parts = ADDRESS.split(text)  # text, what stands before an address, the address, its quotation mark, text …
            parts[2::4] = [file_address(page, address, files) for address in parts[2::4]]
            (site / page).write_text("".join(parts), encoding="utf-8")


def file_address(page: str, address: str, files: frozenset[str]) -> str:
    """An address on a page (as it stands in the HTML) with the file's name in place of the folder's.

    A hand-written page stands as `about.html` here and as `about/` on the site, for which its frame was written: an
    address that leads out of the copy is taken from there. What is not found stays as it is; `verify` will say so.
    """
    url = urlsplit(html.unescape(address))
    if url.scheme or url.netloc or not url.path:
        return address
    here = posixpath.dirname(page)
    for base in (here, page.removesuffix(".html")):
        found = next((name for name in names(posixpath.join(base, unquote(url.path))) if name in files), "")
        if found:
            relative = quote(posixpath.relpath(found, here or "."))
            return html.escape(url._replace(path=relative).geturl())
    return address


def names(path: str) -> Iterator[str]:
    """The files that a path may mean, as in the site's folder."""
    file = posixpath.normpath(path)
    if not path.endswith("/"):
        yield file
    yield posixpath.normpath(f"{file}/index.html")
    yield f"{file}.html"


def write_readme(office: Office, site: Path, release_id: str) -> None:
    """How to open the copy, in every language, as a text that Windows shows right."""
    parts = []
    for lang in office.settings.languages:
        address = site_url(office.settings.site_url, lang)
        name = office.settings.name[lang]
        parts.append(
            words.say(lang, "pages.offline.readme", name=name, release=proof.short(release_id), address=address)
        )
    text = "\n\n\n".join(parts) + "\n"
    (site / README).write_text(text.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")


def write_zip(site: Path, out: Path, release_id: str, seconds: int) -> Pack:
    """The folder as a ZIP file, in a folder of its own inside, in a fixed order and with one date."""
    day = dt.datetime.fromtimestamp(seconds, dt.UTC).timetuple()[:6]
    files = sorted(p for p in site.rglob("*") if p.is_file())
    part = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
            for path in files:
                name = f"cong-khai-{release_id[:8]}/{path.relative_to(site).as_posix()}"
                entry = zipfile.ZipInfo(name, day)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(entry, path.read_bytes())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return Pack(out, sum(p.suffix == ".html" for p in files), out.stat().st_size, release_id)
