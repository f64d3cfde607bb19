"""`relevant` and `constraint` of a form: XPath 1.0, evaluated by lxml over the answers.

The language is XLSForm's. `fault` lets through what two programs must understand alike, and what can be evaluated
whatever anyone answers: operators, `.`, `${question}`, and the functions of XPath and XForms listed in FUNCTIONS.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lxml import etree
from pyxform.parsing.expression import parse_expression  # type: ignore[import-untyped] # pyxform ships no types

FUNCTIONS = {
    # XPath 1.0, with the least and the greatest number of arguments
    "not": (1, 1),
    "true": (0, 0),
    "false": (0, 0),
    "boolean": (1, 1),
    "number": (1, 1),
    "string": (1, 1),
    "string-length": (1, 1),
    "contains": (2, 2),
    "starts-with": (2, 2),
    "substring": (2, 3),
    "normalize-space": (1, 1),
    "concat": (2, 99),
    "round": (1, 1),
    "floor": (1, 1),
    "ceiling": (1, 1),
    # XForms and ODK
    "selected": (2, 2),
    "count-selected": (1, 1),
    "regex": (2, 2),
    "if": (3, 3),
    "coalesce": (2, 2),
}

PARTS = {
    "NUMBER",
    "OPS_MATH",
    "OPS_COMP",
    "OPS_BOOL",
    "OPEN_PAREN",
    "CLOSE_PAREN",
    "SELF_REF",
    "SYSTEM_LITERAL",
    "COMMA",
    "PYXFORM_REF",
    "FUNC_CALL",
    "WHITESPACE",
}


def references(text: str) -> tuple[str, ...]:
    """The questions that an expression names as `${question}`, in the order in which they stand."""
    return tuple(str(token)[2:-1] for token in _tokens(text) if token.type == "PYXFORM_REF")


def uses_itself(text: str) -> bool:
    """Whether an expression looks at the answer of its own question, as `.`."""
    return any(token.type == "SELF_REF" for token in _tokens(text))


def fault(text: str) -> tuple[str, str] | None:
    """What is wrong with an expression: a code and the part that it is about; None when it can be evaluated.

    Codes: `part` (paths, brackets and whatever else is not supported), `function` (an unknown function), `arguments`
    (too many or too few), `pattern` (a regex() whose pattern is not written out, or does not compile), `heavy` (a
    pattern that a long answer could keep busy for minutes), `syntax`.
    """
    tokens = _tokens(text)
    for token in tokens:
        if token.type not in PARTS or (token.type == "PYXFORM_REF" and "#" in token):
            return "part", str(token)
    found = _check_calls(tokens)
    if found is not None:
        return found
    try:
        names = set(references(text)) | {"itself"}
        for value in ("", "1"):
            holds(text, dict.fromkeys(names, value), of="itself")
    except (etree.XPathError, TypeError) as error:
        return "syntax", str(error)
    return None


def holds(text: str, values: Mapping[str, str], of: str = "") -> bool:
    """Whether an expression is true of the answers: `values` has every question of the form ("" where unanswered), `of`
    is the question that `.` means. Raises nothing for an expression without a fault."""
    root = etree.Element("data")
    for name, value in values.items():
        etree.SubElement(root, name).text = value
    result = _compile(text)(next((node for node in root if node.tag == of), root))
    if isinstance(result, float):
        return result != 0 and not math.isnan(result)
    return bool(result)


@lru_cache(maxsize=1024)
def _compile(text: str) -> etree.XPath:
    # In parentheses, so that two names beside each other do not become one path.
    parts = [f"(/data/{str(t)[2:-1]})" if t.type == "PYXFORM_REF" else str(t) for t in _tokens(text)]
    extensions = {(None, name): function for name, function in EXTENSIONS.items()}
    return etree.XPath("".join(parts), extensions=extensions, regexp=False, smart_strings=False)


def _tokens(text: str) -> tuple[Any, ...]:
    # Line ends in a cell are spaces; ` and ` is an operator only between spaces.
    tokens: tuple[Any, ...] = parse_expression(re.sub(r"[\r\n\t]", " ", text))
    return tokens


def _check_calls(tokens: tuple[Any, ...]) -> tuple[str, str] | None:
    """Names, numbers of arguments and patterns of the calls; parentheses that do not fit are left to lxml."""
    calls: list[tuple[str, list[list[Any]]]] = []
    for token in tokens:
        if token.type == "WHITESPACE":
            continue
        if token.type == "FUNC_CALL":
            name = str(token)[:-1]
            if name not in FUNCTIONS:
                return "function", f"{name}()"
            _argument(calls, token)
            calls.append((name, [[]]))
        elif token.type == "OPEN_PAREN":
            _argument(calls, token)
            calls.append(("", [[]]))
        elif token.type == "CLOSE_PAREN" and calls:
            name, arguments = calls.pop()
            found = _check_call(name, arguments) if name else None
            if found is not None:
                return found
        elif token.type == "COMMA" and calls:
            calls[-1][1].append([])
        else:
            _argument(calls, token)
    return None


def _argument(calls: list[tuple[str, list[list[Any]]]], token: Any) -> None:
    """A token belongs to the last argument of the innermost call."""
    if calls:
        calls[-1][1][-1].append(token)


def _check_call(name: str, arguments: list[list[Any]]) -> tuple[str, str] | None:
    least, greatest = FUNCTIONS[name]
    count = 0 if arguments == [[]] else len(arguments)
    if not least <= count <= greatest or (count and not all(arguments)):
        return "arguments", f"{name}()"
    if name == "regex":
        if [token.type for token in arguments[1]] != ["SYSTEM_LITERAL"]:
            return "pattern", f"{name}()"
        pattern = str(arguments[1][0])[1:-1]
        try:
            re.compile(pattern)
        except (re.error, OverflowError):
            return "pattern", pattern
        if _is_heavy(pattern):
            return "heavy", pattern
    return None


def _is_heavy(pattern: str) -> bool:
    """Whether matching could take much more than the square of the answer's length: a repeated group, more than two
    long repetitions, or many short ones. Python's re has no time limit and would stop every other answer meanwhile."""
    bare = re.sub(r"\\.", "x", pattern)
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "x", bare).replace("(?", "(")
    ranges = re.findall(r"[*+?]|\{\d*,\d*\}", bare)
    long = [r for r in ranges if r != "?" and int(r.rstrip("}").partition(",")[2] or SHORT) >= SHORT]
    return bool(re.search(r"\)[*+{]", bare)) or len(long) > 2 or len(ranges) > 6


SHORT = 20
"""A repetition of fewer times than this is short."""


# The functions that XForms adds to XPath 1.0. Each gets lxml's context first; a node set comes as a list of elements.


def _text(value: Any) -> str:
    if isinstance(value, list):
        return (value[0].text or "") if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
    return str(value)


def _truth(value: Any) -> bool:
    return value != 0 and not math.isnan(value) if isinstance(value, float) else bool(value)


def _selected(_: Any, answer: Any, value: Any) -> bool:
    return _text(value) in _text(answer).split()


def _count_selected(_: Any, answer: Any) -> float:
    return float(len(_text(answer).split()))


def _regex(_: Any, answer: Any, pattern: Any) -> bool:
    """The whole answer must match, as the specification of ODK says."""
    return re.fullmatch(_text(pattern), _text(answer)) is not None


def _if(_: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    """The chosen value as it is: a truth stays a truth."""
    return then if _truth(condition) else otherwise


def _coalesce(_: Any, first: Any, second: Any) -> str:
    return _text(first) or _text(second)


EXTENSIONS = {
    "selected": _selected,
    "count-selected": _count_selected,
    "regex": _regex,
    "if": _if,
    "coalesce": _coalesce,
}
