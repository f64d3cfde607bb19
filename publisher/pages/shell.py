"""Where pages are written: the template environment, relative addresses, front matter."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
import yaml
from markupsafe import Markup, escape

from publisher.catalogue import Office
from publisher.catalogue.text import one_line
from publisher.words import LANGUAGES, PLACE, load, say
from publisher.words import format as formats

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
LANGUAGE_NAMES = {lang: load(lang)["pages.language"] for lang in LANGUAGES}
CHARTS_KEPT = 4096
"""How many charts stay drawn, about 3 kB each: one that stands on several pages is the same."""

EXCLUDED = " data-search-exclude"
"""The theme's mark for what its search leaves out; a heading needs one of its own, wherever it stands."""

UNSEARCHED = f"<ck-page{EXCLUDED}>"
HEADING = re.compile(r"<(h[2-6])(?=[ >])")
BLANK_LINES = re.compile(r"\n\s*\n+")


def rich(template: str, values: Mapping[str, Any]) -> Markup:
    """A sentence whose places may hold elements: everything that is not Markup becomes one line and is escaped."""
    said, end = Markup(), 0
    for match in PLACE.finditer(template):
        value = values[match[1]]
        shown = value if isinstance(value, Markup) else escape(one_line(str(value)))
        one, other = match[2], match[3]
        said += escape(template[end : match.start()])
        if one is None:
            said += shown
        else:
            said += shown.join(map(escape, (one if shown.striptags() == "1" else other).split("#")))
        end = match.end()
    return said + escape(template[end:])


def draw(environment: jinja2.Environment, drawn: Any, name: str) -> Markup:
    """A chart as SVG; `name` begins the ids in it. Equal charts are drawn once: they hold all their words."""
    text = environment.get_template("chart.svg.j2").render(drawn=drawn, id=name)
    return Markup(BLANK_LINES.sub("\n", text).strip())  # noqa: S704 the template escapes


@dataclass
class Page:
    """One page of one language: its address, and the way from it to others.

    `path` is the address below the language's root: "" for home, "don-vi/phuong-ba-dinh/" for a unit.
    """

    lang: str
    path: str

    @property
    def root(self) -> str:
        """The way up to the language's root: "../../" from a unit's page, "./" from home."""
        return "../" * self.path.count("/") or "./"

    def link(self, path: str) -> str:
        """A relative address of another page of the same language."""
        return self.root + path

    def other(self, lang: str) -> str:
        """A relative address of the same page in another language (Vietnamese stands at the root)."""
        below = "" if lang == "vi" else f"{lang}/"
        return self.file(f"{below}{self.path}")

    def address(self, root: str, path: str | None = None) -> str:
        """The page's address, or another page's of its language, as people type it: without `https://`."""
        below = "" if self.lang == "vi" else f"{self.lang}/"
        return root.partition("://")[2].rstrip("/") + "/" + below + (self.path if path is None else path)

    def file(self, path: str) -> str:
        """A relative address of a file that exists once for all languages."""
        up = "../" if self.lang != "vi" else ""
        return (self.root.removeprefix("./") + up + path) or "./"


@dataclass
class Writer:
    """Writes pages into `out`/<language>, each made by a template with autoescape and strict names."""

    office: Office
    out: Path
    frame: dict[str, Any]
    folders: set[Path] = field(default_factory=set)

    @cached_property
    def environment(self) -> jinja2.Environment:
        """Templates of the program, and each kind's own `page.html.j2` as `<kind>/page.html.j2`."""
        kinds = {name: jinja2.FileSystemLoader(kind.folder) for name, kind in self.office.kinds.items()}
        loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(TEMPLATES), jinja2.PrefixLoader(kinds)])
        environment = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: one_line(value) if type(value) is str else value,
        )
        environment.globals.update(date=formats.date, number=formats.number, language=LANGUAGE_NAMES)
        environment.globals.update(svg=lru_cache(CHARTS_KEPT)(partial(draw, environment)))
        return environment

    def page(
        self,
        lang: str,
        path: str,
        template: str,
        title: str,
        description: str,
        *,
        search: bool = True,
        head: Mapping[str, Any] | None = None,
        **context: Any,
    ) -> None:
        """Write one page made by `template` at `path` (with use_directory_urls: `<path>index.md`). What another page
        leads to, such as its long tables, is kept out of the `search`. `head` is what the theme puts into the page's
        head: `structured` (schema.org), `feeds`, `picture`; and `changed`, the day of its data for the sitemap."""
        body = self.render(lang, path, template, title, **context)
        if UNSEARCHED in body:
            body = HEADING.sub(rf"<\1{EXCLUDED}", body)
        self.write(lang, f"{path}index.md", front_matter(title, description, search=search, head=head) + body + "\n")

    def render(self, lang: str, path: str, template: str, title: str, **context: Any) -> str:
        """What a template makes of the page at `path`, without blank lines: Markdown would end an HTML block there."""
        page = Page(lang, path)
        words = load(lang)
        if "view" in context:
            context["view"].root = page.root

        def t(key: str, **values: Any) -> Markup:
            return rich(words[f"pages.{key}"], values)

        body = self.environment.get_template(template).render(
            **self.frame,
            **context,
            page=page,
            lang=lang,
            t=t,
            title=title,
            office=self.office,
            template=template.removesuffix(".html.j2"),
        )
        return BLANK_LINES.sub("\n", body).strip()

    def overview(self, lang: str, path: str, template: str, title: str, **context: Any) -> None:
        """Write one page whose description is its title and the office's name; further names as `page` takes them."""
        description = say(lang, "pages.description", title=title, office=self.office.settings.name[lang])
        self.page(lang, path, template, title, description, **context)

    def address(self, lang: str, path: str) -> str:
        """The absolute address of a page or file below a language's root."""
        return self.office.settings.site_url + ("" if lang == "vi" else f"{lang}/") + path

    def write(self, lang: str, path: str, content: str | bytes) -> None:
        """Write one file below a language's root."""
        target = self.out / lang / path
        if target.parent not in self.folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self.folders.add(target.parent)
        target.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    def json(self, lang: str, path: str, content: Any) -> None:
        """Write one JSON file, readable and with a fixed order."""
        self.write(lang, path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def front_matter(title: str, description: str, *, search: bool = True, head: Mapping[str, Any] | None = None) -> str:
    """The head of a page file. The theme does not escape titles, so they are escaped here; what stands in `head` is
    data, which the theme escapes where it prints it."""
    found: dict[str, Any] = {
        "title": html.escape(one_line(title)),
        "description": html.escape(one_line(description)),
        "hide": ["navigation", "toc"],
    }
    if not search:
        found["search"] = {"exclude": True}
    return (
        "---\n" + yaml.safe_dump(found | dict(head or {}), allow_unicode=True, sort_keys=False, width=10**6) + "---\n\n"
    )
