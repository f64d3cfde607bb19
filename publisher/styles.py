"""One style sheet for the site: of the theme's, only what its pages can use.

The theme's sheets are made for everything that it can do: 138 kB, which a phone must load before it shows a figure. A
rule stays when each class and part of a page that its selector names occurs in a built page, or is given to an element
by the theme's program; a custom property stays when something asks for it. tests/test_styles.py compares what Chromium
makes of both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinycss2

THEIRS = ("main.*.min.css", "palette.*.min.css")
"""The theme's sheets in assets/stylesheets, in the order in which they count."""

OURS = "site.css"

NAMED = re.compile(r'\s(?:class|id)="([^"]*)"')
FIXED = re.compile(r'\s(dir|data-md-color-[a-z]+)="([^"]*)"')
"""Attributes that no program changes: a rule for another value of theirs can go."""

GIVEN = re.compile(r"""class(?:Name)?[:=](["`])(.*?)\1|classList\.(?:add|toggle)\(["`]([^"`]*)""")
"""How the theme's program gives classes to elements."""

NEVER = ("md-annotation", "md-code", "md-source", "md-tag", "md-tooltip", "md-version", "mermaid", "tabbed")
"""How the classes begin that the program gives in features which this site does not switch on."""

WORD = re.compile(r"[\w-]+")
ASKED = re.compile(r"--[\w-]+")


@dataclass(frozen=True)
class Used:
    """What occurs in the pages: classes and ids; and (attribute, value) pairs of the FIXED ones, with their names."""

    names: frozenset[str]
    pairs: frozenset[tuple[str, str]]


def used(pages: Iterable[str], programs: Iterable[str]) -> Used:
    """What occurs in some pages and programs, as texts."""
    names: set[str] = set()
    lists: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for page in pages:
        lists.update(NAMED.findall(page))
        pairs.update(FIXED.findall(page))
    for program in programs:
        for _, quoted, added in GIVEN.findall(program):
            names.update(name for name in WORD.findall(quoted or added) if not name.startswith(NEVER))
    for found in lists:
        names.update(found.split())
    return Used(frozenset(names | {"js", "no-js"}), frozenset(pairs))


def combine(out: Path, folders: Iterable[Path], name: str) -> None:
    """Write the sheet `name` into assets/stylesheets of each of the `folders` of a built site `out`, in place of the
    theme's and ours."""
    pages = (path.read_text(encoding="utf-8") for path in out.rglob("*.html"))
    programs = [path.read_text(encoding="utf-8") for path in sorted(out.rglob("bundle.*.min.js"))]
    found = used(pages, programs)
    for folder in folders:
        sheets = folder / "assets" / "stylesheets"
        theirs = [path for pattern in THEIRS for path in sorted(sheets.glob(pattern))]
        ours = sheets / OURS
        text = "".join(path.read_text(encoding="utf-8") for path in (*theirs, ours))
        asked = {name for program in programs for name in ASKED.findall(program)}
        (sheets / name).write_text(slim(text, found, asked), encoding="utf-8")
        for path in (*theirs, ours):
            path.unlink()


def slim(text: str, found: Used, asked: Iterable[str] = ()) -> str:
    """A style sheet with the rules that can match something of what was found, and the custom properties that these, or
    `asked`, ask for."""
    rules = list(matching(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), found))
    wanted = set(asked)
    while True:
        kept = [rule for rule in (without_properties(rule, wanted) for rule in rules) if rule]
        more = {name for rule in kept for name in asks(rule)}
        if more <= wanted:
            return "".join(kept)
        wanted |= more


def matching(rules: Iterable[Any], found: Used) -> Iterator[Any]:
    """The rules that can match, those inside @media and @supports judged one by one."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in split(rule.prelude) if can_match(s, found)]
            if selectors:
                yield Rule(",".join(tinycss2.serialize(s).strip() for s in selectors), declarations(rule))
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = list(matching(tinycss2.parse_rule_list(rule.content, True, True), found))
            if inner:
                yield Block(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}", inner)
        elif rule.type == "at-rule" and rule.lower_at_keyword not in ("charset", "import"):
            yield rule.serialize()


@dataclass(frozen=True)
class Rule:
    """A rule: its selectors, and its declarations as (name, text)."""

    selectors: str
    declarations: list[tuple[str, str]]


@dataclass(frozen=True)
class Block:
    """Rules under a condition."""

    condition: str
    rules: list[Any]


def declarations(rule: Any) -> list[tuple[str, str]]:
    """The declarations of a rule as (name, text)."""
    parsed = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return [(d.name, d.serialize()) for d in parsed if d.type == "declaration"]


def without_properties(rule: Any, wanted: set[str]) -> str:
    """A rule as text, without the custom properties that nothing asks for; "" when nothing is left."""
    if isinstance(rule, Block):
        inner = "".join(without_properties(part, wanted) for part in rule.rules)
        return f"{rule.condition}{{{inner}}}" if inner else ""
    if isinstance(rule, Rule):
        kept = [text for name, text in rule.declarations if not name.startswith("--") or name in wanted]
        return f"{rule.selectors}{{{';'.join(kept)}}}" if kept else ""
    return str(rule)


def asks(rule: str) -> set[str]:
    """The custom properties that a rule's values ask for."""
    return set(re.findall(r"var\(\s*(--[\w-]+)", rule))


def split(prelude: Iterable[Any]) -> list[list[Any]]:
    """The selectors of a list, at its commas."""
    found: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append([])
        else:
            found[-1].append(token)
    return found


def can_match(selector: list[Any], found: Used) -> bool:
    """Whether everything that a selector names occurs. What stands in :not() need not."""
    before = ""
    for token in selector:
        if token.type == "hash" and token.value not in found.names:
            return False
        if token.type == "ident" and before == "." and token.value not in found.names:
            return False
        if token.type == "[] block" and not attribute_occurs(token.content, found):
            return False
        any_of = split(token.arguments) if token.type == "function" and token.lower_name in ("is", "where") else []
        if any_of and not any(can_match(part, found) for part in any_of):
            return False
        before = token.value if token.type == "literal" else ""
    return True


def attribute_occurs(content: list[Any], found: Used) -> bool:
    """Whether an attribute may have the value that a selector asks for; only the FIXED ones are judged."""
    parts = [token for token in content if token.type in ("ident", "string", "literal")]
    if len(parts) != 3 or parts[1].value != "=" or not FIXED.fullmatch(f' {parts[0].value}="{parts[2].value}"'):
        return True
    return (parts[0].value, parts[2].value) in found.pairs
