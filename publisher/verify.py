"""A built site is read again before anyone sees it: its links, its figures, its hosts, its languages.

What is judged here is what stands in the files, not what the program meant to write.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from lxml import etree

from publisher import cores, words
from publisher.catalogue import Office
from publisher.errors import Mistake, Problem
from publisher.measures import Book
from publisher.measures.peers import Peers
from publisher.pages import figures

ROOT_LANGUAGE = words.LANGUAGES[0]
"""The language whose pages stand at the root of the site."""

SHOWN = 20
"""How many findings the failure carries; it counts them all."""

COMPARED = frozenset({"lower", "upper", "whole"})
"""What an address ends in that stands beside a figure where units are compared."""

FIGURES_KEPT = 1024
"""How many figures stay printed: those of a page."""

AT_ONCE = 50
"""How many pages a process reads before it takes more."""

NAVIGATION = frozenset({"license", "author", "help", "external"})
"""What a <link> may name on another host: nothing that a browser fetches."""

FRAMED = frozenset({"iframe", "frame", "object", "embed", "base"})
"""Elements that `policy.PAGE` forbids."""

CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s*["']([^"']+)""", re.IGNORECASE)
REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
PARSER = etree.HTMLParser(encoding="utf-8")

ADDRESSES = frozenset(
    {
        "action", "background", "content", "data", "formaction", "href", "imagesrcset", "poster", "src", "srcset",
        "style", "xlink:href",
    }
)  # fmt: skip
"""The attributes that hold addresses, on some elements or on all."""

NAMES = cast(Callable[[etree._Element], list[str]], etree.XPath("//@id | //a/@name", smart_strings=False))


@dataclass(frozen=True, slots=True)
class Site:
    """A built site: its folder, its files (addresses without the first slash), and where it will stand."""

    folder: Path
    files: frozenset[str]
    address: SplitResult

    def inside(self, url: SplitResult) -> bool:
        """Whether an address is of this site: it names no host, or the site's own."""
        return not url.netloc or url.netloc == self.address.netloc

    def target(self, page: str, path: str) -> str:
        """The file that a path on a page means; "" when it leaves the site or is not there."""
        if path.startswith("/"):
            root = self.address.path.rstrip("/") + "/"
            if not path.startswith(root):
                return ""
            path = path[len(root) :]
        else:
            path = posixpath.join(posixpath.dirname(page), path)
        file = posixpath.normpath(path) if path else "."
        if path.endswith("/") or file == "." or posixpath.basename(path) in (".", ".."):
            file = posixpath.normpath(f"{file}/index.html")
        return file if file in self.files else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read back: its parts that can be linked to, and the links that name a part of a page."""

    file: str
    names: frozenset[str]
    fragments: tuple[tuple[str, str], ...]


def verify(office: Office, book: Book, out: Path) -> None:
    """Read a built site again, and stop when it is not what it must be.

    Every internal address (pages, files, parts of pages) exists; every `<data>` names a figure and has the book's value
    and text; nothing is fetched from another host; no page holds what its policy forbids; each page has its language, a
    title and one h1; all languages have the same pages. Raises Mistake `verify-failed` with the first findings and the
    count of all.
    """
    languages = office.settings.languages
    site = read_site(out, office.settings.site_url)
    judge = Figures(office, book)
    found: list[Problem] = list(check_languages(site, languages))

    def check(files: Sequence[str]) -> tuple[list[Problem], list[Page]]:
        problems: list[Problem] = []
        pages = []
        for file in files:
            if file.endswith(".css"):
                problems += Links(site, file).check_css((out / file).read_text(encoding="utf-8"))
                continue
            document = read_page(out / file)
            lang = language_of(file, languages)
            problems += check_frame(file, lang, document)
            problems += check_policy(file, document)
            problems += judge.check(file, lang, document)
            links = Links(site, file)
            problems += links.check(document)
            pages.append(Page(file, frozenset(NAMES(document)), tuple(links.fragments)))
        return problems, pages

    judged = sorted(file for file in site.files if file.endswith((".html", ".css")))
    pages: dict[str, Page] = {}
    for problems, read in cores.each(check, batches(judged)):
        found += problems
        pages.update((page.file, page) for page in read)
    found += check_fragments(pages)
    if found:
        raise Mistake("verify-failed", {"count": len(found)}, problems=tuple(found[:SHOWN]))


def batches(files: Sequence[str]) -> list[Sequence[str]]:
    """Files in their order, some at a time: neighbours show the same figures."""
    return [files[begin : begin + AT_ONCE] for begin in range(0, len(files), AT_ONCE)]


def read_page(file: Path) -> etree._Element:
    """A page as a tree; an empty file is a page with nothing in it."""
    return etree.fromstring(file.read_bytes().strip() or b"<html></html>", PARSER)


def read_site(out: Path, site_url: str) -> Site:
    """The files of a folder, and the address it is built for."""
    files = (p for p in out.rglob("*") if p.is_file())
    return Site(out, frozenset(p.relative_to(out).as_posix() for p in files), urlsplit(site_url))


def language_of(file: str, languages: Sequence[str]) -> str:
    """The language of a page: that of its first folder, else that of the root."""
    first = file.split("/", 1)[0]
    return first if first in languages and first != ROOT_LANGUAGE else ROOT_LANGUAGE


def finding(code: str, file: str, value: str = "", **values: Any) -> Problem:
    """One thing wrong with the site."""
    return words.problem(code, "error", file, value=value, **values)


def check_languages(site: Site, languages: Sequence[str]) -> Iterator[Problem]:
    """Every language has the pages of every other one."""
    pages: dict[str, set[str]] = {lang: set() for lang in languages}
    for file in site.files:
        if file.endswith(".html"):
            lang = language_of(file, languages)
            pages.setdefault(lang, set()).add(file if lang == ROOT_LANGUAGE else file.split("/", 1)[1])
    everywhere = set().union(*pages.values())
    for lang, own in pages.items():
        for file in sorted(everywhere - own):
            yield finding("site-language", file, language=lang)
        if "index.html" not in everywhere:
            yield finding("site-language", "index.html", language=lang)


def check_frame(file: str, lang: str, document: etree._Element) -> Iterator[Problem]:
    """A page says its language, has a title and one h1."""
    said = document.get("lang", "")
    if said != lang:
        yield finding("site-lang", file, said, language=lang)
    if not (document.findtext(".//title") or "").strip():
        yield finding("site-title", file)
    headings = len(document.findall(".//h1"))
    if headings != 1:
        yield finding("site-heading", file, str(headings))


def check_policy(file: str, document: etree._Element) -> Iterator[Problem]:
    """A page holds nothing that a browser will not run under `policy.PAGE`: no script or style of its own, no frame."""
    for element in document.iter(etree.Element):
        tag = str(element.tag)
        if tag in FRAMED or (tag == "style" and (element.text or "").strip()) or is_own_script(element):
            yield finding("site-policy", file, f"<{tag}>")
        for attribute in element.attrib:
            name = str(attribute)
            if name == "style" or name.startswith("on"):
                yield finding("site-policy", file, f"<{tag} {name}>")


def is_own_script(element: etree._Element) -> bool:
    """Whether an element is a script that stands in the page; a block of data is none."""
    if element.tag != "script" or "src" in element.attrib:
        return False
    kind = element.get("type", "").strip().lower()
    return kind in ("", "module", "importmap", "speculationrules") or kind.endswith("script")


class Figures:
    """Compares printed figures with the book. A rate's parts stand beside it: what was met lately is kept."""

    def __init__(self, office: Office, book: Book) -> None:
        self.office = office
        self.book = book
        self.printed = lru_cache(FIGURES_KEPT)(self.print_figure)
        self.peers = Peers(book)
        self.beside_whole = lru_cache(FIGURES_KEPT)(self.print_beside)

    def print_figure(self, lang: str, address: str) -> dict[str, figures.Printed]:
        """How a figure and its parts are printed, by address. Raises KeyError or ValueError where there is none."""
        figure = self.book.at(address)
        few = self.office.settings.thresholds.small_group
        return figures.printed(lang, self.office.kinds[figure.kind].measures[figure.measure], figure, few)

    def print_beside(self, lang: str, address: str) -> dict[str, figures.Printed]:
        """How what stands beside a figure that is compared is printed, by address. Raises as `print_figure` does."""
        figure = self.book.at(address)
        measure = self.office.kinds[figure.kind].measures[figure.measure]
        return figures.printed_beside(lang, measure, figure, self.peers.of(figure))

    def check(self, file: str, lang: str, document: etree._Element) -> Iterator[Problem]:
        """Every figure of a page: value and text are the book's, and no `<data>` is without an address."""
        for element in document.iter():
            address = element.get("data-of")
            if address is None:
                if element.tag != "data":
                    continue
                address = ""
            try:
                plain, _, part = address.partition("#")
                known = self.beside_whole if part in COMPARED else self.printed
                expected = known(lang, plain)[address]
            except (KeyError, ValueError):
                yield finding("site-figure-unknown", file, address)
                continue
            text = "".join(map(str, element.itertext()))
            printed = figures.Printed(element.tag, element.get("value", ""), text)
            if element.tag == "text":  # in a chart, where no <data> may stand
                printed = figures.Printed("data", element.get("data-value", ""), text)
            if printed != expected:
                yield finding("site-figure", file, str(printed), address=address, expected=str(expected))


class Links:
    """Judges the addresses of one file; keeps those that name a part of a page for later."""

    def __init__(self, site: Site, file: str) -> None:
        self.site = site
        self.file = file
        self.fragments: list[tuple[str, str]] = []

    def check(self, document: etree._Element) -> Iterator[Problem]:
        """All addresses of a page, each once."""
        followed: set[str] = set()
        fetched: set[str] = set()
        styles: list[str] = []
        for element in document.iter(etree.Element):
            for name, value in element.items():
                if name in ADDRESSES:
                    self.sort(element, name, str(value), followed, fetched, styles)
            if element.tag == "style":
                styles.append(element.text or "")
        for address in sorted(followed):
            yield from self.judge(address, fetched=False)
        for address in sorted(fetched):
            yield from self.judge(address, fetched=True)
        for text in styles:
            yield from self.check_css(text)

    def sort(
        self, element: etree._Element, name: str, value: str, followed: set[str], fetched: set[str], styles: list[str]
    ) -> None:
        """Put the addresses of one attribute where they belong: what a browser fetches or sends to by itself, and
        what waits for a person."""
        tag = element.tag
        if name == "href" and tag == "a" and value.startswith("https://") and "external" in element.get("rel", ""):
            return  # a clerk typed it: an address that is gone must not keep a release back
        if name in ("href", "xlink:href") and tag in ("a", "area"):
            followed.add(value)
        elif tag == "link" and name == "href":
            says = set(element.get("rel", "").lower().split())
            (fetched if not says or not says <= NAVIGATION else followed).add(value)
        elif name in ("srcset", "imagesrcset"):
            fetched.update(part.split()[0] for part in value.split(",") if part.strip())
        elif name == "style":
            styles.append(value)
        elif name == "content":
            if tag == "meta" and element.get("http-equiv", "").strip().lower() == "refresh":
                fetched.update(REFRESH.findall(value))
        elif name != "data" or tag == "object":
            fetched.add(value)

    def check_css(self, text: str) -> Iterator[Problem]:
        """All addresses of a style sheet; they are relative to its own file."""
        for quoted, imported in CSS_ADDRESS.findall(text):
            yield from self.judge((quoted or imported).strip(), fetched=True)

    def judge(self, address: str, *, fetched: bool) -> Iterator[Problem]:
        """One address: of this site and there, or a plain link to elsewhere."""
        try:
            url = urlsplit(address.strip())
        except ValueError:
            yield finding("site-link", self.file, address)
            return
        if url.scheme == "data" and fetched:
            return
        if url.scheme not in ("", "http", "https") or not self.site.inside(url):
            if fetched:
                yield finding("site-foreign", self.file, address)
            elif url.scheme not in ("", "http", "https", "mailto", "tel"):
                yield finding("site-link", self.file, address)
            return
        target = self.file if not url.path and not url.netloc else self.find(url.path or "/")
        if not target:
            yield finding("site-link", self.file, address)
        elif url.fragment:
            self.fragments.append((target, url.fragment))

    def find(self, path: str) -> str:
        """The file of a path, percent signs undone."""
        return self.site.target(self.file, unquote(path))


def check_fragments(pages: dict[str, Page]) -> Iterator[Problem]:
    """Every part of a page that a link names is there."""
    for page in pages.values():
        for target, fragment in page.fragments:
            if target in pages and fragment != "top":
                names = pages[target].names
                if fragment not in names and unquote(fragment) not in names:
                    yield finding("site-link", page.file, f"{target}#{fragment}")
