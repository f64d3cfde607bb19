"""Every sentence of the program for people, Vietnamese and English with the same keys.

The words stand in `vi/*.yaml` and `en/*.yaml`, one file for each part of the program that speaks. Inside a
file the first level says what kind of words follow (`problems`, `mistakes`, `pages`, `commands` …), so a key is
`problems.V09` wherever it stands. A key that one language lacks stops the program: `check()`.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from publisher.errors import Mistake, Problem, Severity, cut

LANGUAGES = ("vi", "en")
HERE = Path(__file__).parent
PLACE = re.compile(r"\{([\w.]+)(?:\|([^{}|]*)\|([^{}|]*))?\}")
"""A place in a sentence: `{name}`, or `{name|one form|other form}`, which prints a form by the number."""


def parse_yaml(text: str) -> Any:
    """YAML as plain values, with the C parser where it is there: ten times faster, the same safe loader."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested YAML as flat dotted keys; every leaf must be text."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{name}."))
        elif isinstance(value, str):
            flat[name] = value.strip()
        else:
            raise TypeError(f"words: {name} is not text: {value!r}")
    return flat


@cache
def load(lang: str) -> dict[str, str]:
    """All words of one language by dotted key. Raises TypeError when two files give the same key."""
    words: dict[str, str] = {}
    for path in sorted((HERE / lang).glob("*.yaml")):
        found = flatten(parse_yaml(path.read_text(encoding="utf-8")) or {})
        twice = set(found) & set(words)
        if twice:
            raise TypeError(f"words: {path.name} repeats {sorted(twice)}")
        words.update(found)
    return words


def check() -> None:
    """Stop when a sentence is missing in one language, or its places `{name}` differ.

    Raises Mistake `words-differ` naming the keys.
    """
    vi, en = load("vi"), load("en")
    wrong = sorted(set(vi) ^ set(en))
    wrong += [k for k in sorted(set(vi) & set(en)) if places(vi[k]) != places(en[k])]
    if wrong:
        raise Mistake("words-differ", {"keys": ", ".join(wrong[:10]), "count": len(wrong)})


@lru_cache(maxsize=4096)
def places(template: str) -> frozenset[str]:
    """The names of the places in a sentence."""
    return frozenset(name for name, _, _ in PLACE.findall(template))


def fill(template: str, values: Mapping[str, Any]) -> str:
    """A sentence with its places filled; nothing but names is looked up, so a word file runs no code.

    `{count|# unit|# units}` prints the first form for 1 and the second for any other number, # being the number.
    Raises KeyError when a value is missing.
    """
    return PLACE.sub(lambda match: form(match, shown := str(values[match[1]]), shown), template)


def form(match: re.Match[str], number: str, shown: str) -> str:
    """What stands in a place: `shown`, or the form that belongs to `number` (as people read it) with `shown` in it."""
    one, other = match[2], match[3]
    if one is None:
        return shown
    return (one if number == "1" else other).replace("#", shown)


def say(lang: str, key: str, /, **values: Any) -> str:
    """One sentence in one language. Raises KeyError for an unknown key or a missing value."""
    return fill(load(lang)[key], values)


def problem(
    code: str,
    severity: Severity,
    file: str,
    *,
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    cell: str = "",
    value: object = "",
    vi: str | None = None,
    en: str | None = None,
    **values: Any,
) -> Problem:
    """A Problem with its two sentences: from `problems.<code>`, or from `vi` and `en` where a dataset
    kind brings its own. The places `{row} {column} {cell} {value} {file}` are always filled."""
    known = {**values, "row": row or "", "column": column, "cell": cell, "value": cut(value), "file": file}
    return Problem(
        file=file,
        code=code,
        severity=severity,
        message_vi=fill(vi, known) if vi is not None else say("vi", f"problems.{code}", **known),
        message_en=fill(en, known) if en is not None else say("en", f"problems.{code}", **known),
        sheet=sheet,
        row=row,
        column=column,
        cell=cell,
        value=cut(value),
    )


def mistake(error: Mistake) -> tuple[str, str]:
    """A mistake's sentence, Vietnamese and English."""
    return (
        say("vi", f"mistakes.{error.code}", **error.values),
        say("en", f"mistakes.{error.code}", **error.values),
    )
