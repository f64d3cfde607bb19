"""The paper form: the same questions as a printable page, A4, with boxes to tick."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from collector import web
from collector.survey.forms import ASKED, Choice, Form, Question
from publisher import words
from publisher.catalogue.text import Text

HERE = Path(__file__).parent

STYLE = (HERE / "paper.css").read_text(encoding="utf-8")
"""The page's only style sheet, as it stands between <style> and </style>: its hash goes into the policy of the page."""

VERSION_LENGTH = 8
"""How much of the form's hash is printed: enough to tell which wording was answered."""

Kind = Literal["levels", "one", "several", "lines", "digits", "note"]


@dataclass(frozen=True)
class Line:
    """One question on paper: its number (0 for a note), its group's heading where it is the group's first, and whether
    it is for some people only."""

    number: int
    question: Question
    heading: Text | None
    conditional: bool


@dataclass(frozen=True)
class Block:
    """What is drawn together: a table of levels with a line for each question, or one question of another kind."""

    kind: Kind
    choices: tuple[Choice, ...]
    lines: tuple[Line, ...]


KINDS: dict[str, Kind] = {
    "select_one": "one",
    "select_multiple": "several",
    "text": "lines",
    "integer": "digits",
    "note": "note",
}


def paper_form(form: Form, lang: str, office_name: str, counter_name: str) -> str:
    """A whole HTML page of the form to be printed on A4, without script, without a request to anywhere."""
    return _template().render(
        form=form,
        lang=lang,
        office=office_name,
        counter=counter_name,
        blocks=blocks(form),
        version=form.sha256[:VERSION_LENGTH],
        icon=web.ICON,
        style=Markup(STYLE),  # noqa: S704 the project's own file
        t=lambda key, **values: words.say(lang, f"survey_forms.paper.{key}", **values),
    )


def blocks(form: Form) -> list[Block]:
    """The form as it is drawn: likert questions in a row with the same levels share one table."""
    found: list[Block] = []
    for line in _lines(form):
        kind: Kind = "levels" if line.question.likert else KINDS[line.question.type]
        block = Block(kind, line.question.choices, (line,))
        if kind == "levels" and found and _goes_on(found[-1], line):
            block = Block(kind, block.choices, (*found[-1].lines, line))
            found.pop()
        found.append(block)
    return found


def _goes_on(block: Block, line: Line) -> bool:
    """Whether a line stands in the table before it; not under the heading of a group to which it does not belong."""
    left = block.lines[-1].question.group and not line.question.group
    return block.kind == "levels" and block.choices == line.question.choices and not left


def _lines(form: Form) -> list[Line]:
    lines: list[Line] = []
    number, group = 0, ""
    for question in form.questions:
        if question.type == "hidden":
            continue
        number += question.type in ASKED
        heading = form.groups[question.group].label if question.group and question.group != group else None
        group = question.group
        conditional = bool(question.relevant or (question.group and form.groups[question.group].relevant))
        lines.append(Line(number if question.type in ASKED else 0, question, heading, conditional))
    return lines


@cache
def _template() -> Template:
    """Autoescape is on whatever the file's name: words of a form are data."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("paper.html.j2")
