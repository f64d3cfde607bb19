"""A built site is read again before anyone sees it: its links, its figures, its hosts, its languages.

What is judged here is what stands in the files, not what the program meant to write.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from lxml import etree, html

from publisher import words
from publisher.catalogue import Office
from publisher.errors import Mistake, Problem
from publisher.measures import Book
from publisher.pages import figures

ROOT_LANGUAGE = words.LANGUAGES[0]
"""The language whose pages stand at the root of the site."""

SHOWN = 20
"""How many findings the failure carries; it counts them all."""

FIGURES_KEPT = 65_536
"""How many figures stay computed: all of a province's, and a few hundred units' of a larger site."""

NAVIGATION = frozenset({"license", "author", "help", "external"})
"""What a <link> may name on another host: nothing that a browser fetches."""

CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s*["']([^"']+)""", re.IGNORECASE)
REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
PARSER = html.HTMLParser(encoding="utf-8")


def elements(path: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """A compiled XPath that finds elements."""
    return cast(Callable[[html.HtmlElement], list[html.HtmlElement]], etree.XPath(path))


def texts(path: str) -> Callable[[html.HtmlElement], list[str]]:
    """A compiled XPath that finds attributes or text."""
    return cast(Callable[[html.HtmlElement], list[str]], etree.XPath(path, smart_strings=False))


# What a browser fetches or sends to by itself; <a> and <area> wait for a person, <link> depends on what it says.
FETCHED = texts(
    "//@src | //@action | //@formaction | //@poster | //@background | //object/@data"
    " | (//use | //image | //feimage | //script)/@*[name() = 'xlink:href']"
    " | //*[@href][not(self::a or self::area or self::link)]/@href"
)
FOLLOWED = texts("//a/@href | //area/@href")
LINKS = elements("//link[@href]")
FIGURES = elements("//*[self::data or @data-of]")
STYLES = texts("//style/text() | //@style")
SOURCE_SETS = texts("//@srcset | //@imagesrcset")
REFRESHES = texts("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']/@content")
NAMES = texts("//@id | //a/@name")

FIGURE = re.compile(r'<(\w+)(?: class="[^"]*")?(?: value="([^"]*)")? data-of="([^"]*)">([^<]*)</')
"""A figure as `publisher.pages.figures` writes it."""


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
class Printed:
    """A figure as it stands in a page: the element's name, its `value` (empty where there is none), its text."""

    tag: str
    value: str
    text: str

    def __str__(self) -> str:
        return f"{self.value} ({self.text})"


def read_printed(element: html.HtmlElement) -> Printed:
    """A figure read from its element."""
    return Printed(element.tag, element.get("value", ""), element.text_content())


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read back: its parts that can be linked to, and the links that name a part of a page."""

    file: str
    names: frozenset[str]
    fragments: tuple[tuple[str, str], ...]


def verify(office: Office, book: Book, out: Path) -> None:
    """Read a built site again, and stop when it is not what it must be.

    Every internal address (pages, files, parts of pages) exists; every `<data>` names a figure and has the book's value
    and text; nothing is fetched from another host; each page has its language, a title and one h1; all
    languages have the same pages. Raises Mistake `verify-failed` with the first findings and the count of all.
    """
    languages = office.settings.languages
    site = read_site(out, office.settings.site_url)
    judge = Figures(office, book)
    found: list[Problem] = list(check_languages(site, languages))
    pages: dict[str, Page] = {}
    for file in sorted(site.files):
        if file.endswith(".html"):
            document = html.document_fromstring((out / file).read_bytes() or b"<html></html>", parser=PARSER)
            lang = language_of(file, languages)
            found += check_frame(file, lang, document)
            found += judge.check(file, lang, document)
            links = Links(site, file)
            found += links.check(document)
            pages[file] = Page(file, frozenset(NAMES(document)), tuple(links.fragments))
        elif file.endswith(".css"):
            found += Links(site, file).check_css((out / file).read_text(encoding="utf-8"))
    found += check_fragments(pages)
    if found:
        raise Mistake("verify-failed", {"count": len(found)}, problems=tuple(found[:SHOWN]))


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


def check_frame(file: str, lang: str, document: html.HtmlElement) -> Iterator[Problem]:
    """A page says its language, has a title and one h1."""
    said = document.get("lang", "")
    if said != lang:
        yield finding("site-lang", file, said, language=lang)
    if not (document.findtext(".//title") or "").strip():
        yield finding("site-title", file)
    headings = len(document.findall(".//h1"))
    if headings != 1:
        yield finding("site-heading", file, str(headings))


class Figures:
    """Compares printed figures with the book; an address that was met lately is not looked up again."""

    def __init__(self, office: Office, book: Book) -> None:
        self.office = office
        self.at = lru_cache(FIGURES_KEPT)(book.at)
        self.printed = lru_cache(FIGURES_KEPT)(self.print_figure)

    def print_figure(self, lang: str, address: str) -> dict[str, Printed]:
        """How a figure and its parts are printed, by address. Raises KeyError or ValueError where there is none."""
        figure = self.at(address)
        measure = self.office.kinds[figure.kind].measures[figure.measure]
        markup = figures.element(lang, measure, figure) + figures.rate(lang, measure, figure)
        return {unescape(of): Printed(tag, value, unescape(text)) for tag, value, of, text in FIGURE.findall(markup)}

    def check(self, file: str, lang: str, document: html.HtmlElement) -> Iterator[Problem]:
        """Every figure of a page: value and text are the book's, and no `<data>` is without an address."""
        for element in FIGURES(document):
            address = element.get("data-of", "")
            try:
                expected = self.printed(lang, address.partition("#")[0])[address]
            except (KeyError, ValueError):
                yield finding("site-figure-unknown", file, address)
                continue
            printed = read_printed(element)
            if printed != expected:
                yield finding("site-figure", file, str(printed), address=address, expected=str(expected))


class Links:
    """Judges the addresses of one file; keeps those that name a part of a page for later."""

    def __init__(self, site: Site, file: str) -> None:
        self.site = site
        self.file = file
        self.fragments: list[tuple[str, str]] = []

    def check(self, document: html.HtmlElement) -> Iterator[Problem]:
        """All addresses of a page, each once."""
        for address in sorted({*FOLLOWED(document)}):
            yield from self.judge(address, fetched=False)
        for address in sorted({*FETCHED(document)}):
            yield from self.judge(address, fetched=True)
        for link in LINKS(document):
            says = set(link.get("rel", "").lower().split())
            yield from self.judge(link.get("href", ""), fetched=not says or not says <= NAVIGATION)
        for text in SOURCE_SETS(document):
            for part in text.split(","):
                yield from self.judge(part.split()[0] if part.strip() else "", fetched=True)
        for text in REFRESHES(document):
            for address in REFRESH.findall(text):
                yield from self.judge(address, fetched=True)
        for text in STYLES(document):
            yield from self.check_css(text)

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
