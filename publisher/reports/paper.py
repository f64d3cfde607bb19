"""A letter as PDF, set by Typst: A4, margins and letters of decree 30/2020/NĐ-CP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from publisher.print import typesetting
from publisher.reports.letters import Heading, Letter, Paragraph, Table
from publisher.reports.stretch import LANG
from publisher.words import say

TEMPLATE = Path(__file__).with_name("letter.typ")

LETTERS = Path(__file__).with_name("fonts")
"""Liberation Serif: as wide as Times New Roman, and free."""


def make(letter: Letter) -> bytes:
    """A letter as PDF/UA-1; where a name has letters that the font lacks, a plain PDF that shows boxes for them."""
    data = typesetting.encode(content(letter))
    try:
        return typesetting.pdf(TEMPLATE, data, letters=LETTERS)
    except typesetting.LackingLetters:
        return typesetting.pdf(TEMPLATE, data, letters=LETTERS, standard="1.7")


def content(letter: Letter) -> Mapping[str, Any]:
    """A letter as its template reads it: every text as it is set."""
    soft = typesetting.soft
    return {
        "title": typesetting.visible(" ".join(filter(None, (letter.name, letter.subject)))),
        "office": " ".join(letter.sender.issuer),
        "issuer": [soft(line) for line in letter.sender.issuer],
        "above": [soft(line) for line in letter.sender.above],
        "signer": [soft(line) for line in letter.sender.signer],
        "number": soft(letter.number),
        "name": soft(letter.name),
        "subject": soft(letter.subject),
        "to": soft(letter.to),
        "receivers": [soft(line) for line in letter.receivers],
        "mark": soft(letter.mark),
        "blocks": [block(one) for one in letter.blocks],
        "words": {key: soft(say(LANG, f"reports.letter.{key}")) for key in ("country", "motto", "to", "receivers")}
        | {"day": soft(say(LANG, "reports.form.day"))},
    }


def block(one: Heading | Paragraph | Table) -> Mapping[str, Any]:
    """A piece of the text as its template reads it."""
    soft = typesetting.soft
    if isinstance(one, Table):
        rows = [[soft(cell) for cell in row] for row in one.rows]
        heads = [soft(head) for head in one.heads]
        return {"sort": "table", "title": soft(one.title), "heads": heads, "rows": rows, "total": one.total,
                "worded": one.worded}  # fmt: skip
    return {"sort": "heading" if isinstance(one, Heading) else "paragraph", "text": soft(one.text)}
