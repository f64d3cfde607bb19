"""A survey form: an XLSForm file (xlsx, csv or md), held to what one page without script can ask.

XLSForm is the standard that Kobo, ODK and Enketo share (https://xlsform.org). pyxform must be able to turn the file
into an XForm; before that every row is looked at here, so that a refusal names the row as the person sees it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pyxform import xls2xform  # type: ignore[import-untyped] # pyxform ships no types
from pyxform.errors import PyXFormError  # type: ignore[import-untyped]

from collector.scales import SCALES
from collector.survey import expressions
from collector.survey.sheets import SUFFIXES, Book, Sheet, open_book
from publisher.catalogue.office import HOME, Office
from publisher.catalogue.text import Text
from publisher.errors import Mistake

Type = Literal["note", "select_one", "select_multiple", "integer", "text", "hidden"]

ASKED = ("select_one", "select_multiple", "integer", "text")
"""The types that a person answers."""

TEXT_LIMIT = 1000
"""How many characters a comment may have, as a reader counts them."""

OVERALL = "overall"
"""The name of the question on general satisfaction, whose share is the headline of the results."""

RESERVED = ("form",)
"""Names that the published results use for something else: `form` is the row of the whole form."""


@dataclass(frozen=True)
class Choice:
    """One answer that can be ticked: the value that is stored, the words that are shown."""

    value: str
    label: Text


@dataclass(frozen=True)
class Question:
    """One row of the form. `note` and `hidden` are not answered. A name matches `[a-z][a-z0-9_]*`, so a field of the
    page that begins with `_` can never be a question; `form` is reserved. `group` is "" or the name of a Group; `scale`
    is "" or a name in SCALES; `default` is the constant of a hidden row, seen by `relevant` and `constraint` only."""

    name: str
    type: Type
    label: Text
    hint: Text
    required: bool
    required_message: Text
    constraint: str
    constraint_message: Text
    relevant: str
    choices: tuple[Choice, ...]
    scale: str
    likert: bool
    group: str
    max_length: int
    default: str = ""


@dataclass(frozen=True)
class Group:
    """Questions under one heading; a group never stands in another."""

    name: str
    label: Text
    relevant: str


@dataclass(frozen=True)
class Form:
    """A questionnaire. `name` is the file's stem, `sha256` the hash of its bytes, `questions` stand in the order of the
    file, `overall` is the name of the question on general satisfaction ("" when the form has none)."""

    name: str
    title: Text
    sha256: str
    questions: tuple[Question, ...]
    groups: dict[str, Group]
    overall: str


def read_form(path: Path) -> Form:
    """The form of one file. Raises Mistake `survey-form…`, whose sentence names the file and the row."""
    book = open_book(path)
    if not book.sheet("survey").rows:
        raise Mistake("survey-form-no-survey", {"file": path.name})
    settings = _read_settings(book)
    lists = _read_choices(book)
    questions, groups = _read_survey(book, lists)
    if not any(q.type in ASKED for q in questions):
        raise Mistake("survey-form-empty", {"file": path.name})
    _ask_pyxform(book)
    return Form(
        name=path.stem,
        title=settings or Text(vi=path.stem),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        questions=questions,
        groups=groups,
        overall=OVERALL if any(q.name == OVERALL for q in questions) else "",
    )


def read_forms(office: Office) -> dict[str, Form]:
    """The forms by name: those of the repository's `datasets/satisfaction/surveys/`, replaced by the office's own files
    of the same name. Raises as read_form, and `survey-form-twice` when one folder holds a name in two files."""
    paths: dict[str, Path] = {}
    for root in dict.fromkeys([HOME, office.root]):
        here: dict[str, Path] = {}
        for path in sorted((root / "datasets" / "satisfaction" / "surveys").glob("*")):
            if path.suffix.lower() not in SUFFIXES or path.name.startswith(("~$", ".", "README")):
                continue  # Excel's own traces beside an open file, and what explains the folder
            if path.stem in here:
                raise Mistake("survey-form-twice", {"file": here[path.stem].name, "other": path.name})
            here[path.stem] = path
        paths.update(here)
    return {name: read_form(path) for name, path in sorted(paths.items())}


# Columns

LANGUAGE = re.compile(r"\((vi|en)\)$")
SAID = ("label", "hint", "required_message", "constraint_message")
SURVEY_COLUMNS = ("type", "name", "required", "constraint", "relevant", "appearance", "default", "comment")
CHOICE_COLUMNS = ("list_name", "name", "comment")
SETTINGS_COLUMNS = ("form_title", "form_title_en", "form_id", "version", "default_language", "comment")


def _columns(book: Book, sheet: Sheet, plain: tuple[str, ...], said: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Heading → (column, language): language is "" for what is not said to people. Refuses what is not supported, where
    it holds anything."""
    columns: dict[str, tuple[str, str]] = {}
    for heading in sheet.columns:
        base, _, language = (part.strip() for part in heading.partition("::"))
        code = LANGUAGE.search(language) or re.fullmatch("(vi|en)", language)
        key = (base.lower(), "")
        if base.lower() in said and (code or not language):
            key = (base.lower(), code[1] if code else "vi")
        elif base.lower() not in plain or language:
            continue
        if key in columns.values() or sheet.columns.count(heading) > 1:
            book.refuse("column-twice", sheet.name, sheet.header_rows[0], column=heading)
        columns[heading] = key
    for number, row in sheet.rows:
        for heading, cell in row.items():
            if cell and heading not in columns:
                code_name = "column" if heading else "heading"
                book.refuse(code_name, sheet.name, number, column=heading, value=cell)
    return columns


@dataclass(frozen=True)
class _Row:
    """One row of a sheet by column."""

    number: int
    cells: dict[tuple[str, str], str]

    def get(self, column: str) -> str:
        return self.cells.get((column, ""), "")

    def text(self, column: str) -> Text:
        return Text(vi=self.cells.get((column, "vi"), ""), en=self.cells.get((column, "en"), ""))

    def filled(self) -> Iterator[str]:
        return (column for (column, _), cell in self.cells.items() if cell)


def _rows(book: Book, name: str, plain: tuple[str, ...], said: tuple[str, ...]) -> list[_Row]:
    """The rows of a sheet, without blank ones and those that hold a comment only."""
    sheet = book.sheet(name)
    columns = _columns(book, sheet, plain, said)
    rows = [_Row(number, {columns[h]: cell for h, cell in row.items() if cell}) for number, row in sheet.rows]
    rows = [row for row in rows if set(row.filled()) - {"comment"}]
    for row in rows:
        for (column, _), cell in row.cells.items():
            if column in SAID and "${" in cell:
                book.refuse("label-reference", name, row.number, value=cell)
    return rows


# The three sheets


def _read_settings(book: Book) -> Text | None:
    """The form's title; None when it has none."""
    rows = _rows(book, "settings", SETTINGS_COLUMNS, ())
    if len(rows) > 1:
        book.refuse("settings-rows", "settings", rows[1].number)
    title = Text(vi=rows[0].get("form_title"), en=rows[0].get("form_title_en")) if rows else Text(vi="")
    return title if title.vi else None


VALUE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def _read_choices(book: Book) -> dict[str, tuple[Choice, ...]]:
    """The choices of each list, in the order of the sheet."""
    lists: dict[str, list[Choice]] = {}
    first_rows: dict[str, int] = {}
    for row in _rows(book, "choices", CHOICE_COLUMNS, ("label",)):
        name, value, label = row.get("list_name"), row.get("name"), row.text("label")
        if not name:
            book.refuse("choice-list", "choices", row.number)
        if not VALUE.fullmatch(value):
            book.refuse("choice-value", "choices", row.number, value=value)
        if not label.vi:
            book.refuse("label", "choices", row.number, name=value)
        if any(value == choice.value for choice in lists.get(name, [])):
            book.refuse("choice-twice", "choices", row.number, value=value, list=name)
        if name in SCALES and value not in SCALES[name].values:
            book.refuse("scale-value", "choices", row.number, value=value, list=name, values=_values(name))
        lists.setdefault(name, []).append(Choice(value, label))
        first_rows.setdefault(name, row.number)
    for name, choices in lists.items():
        values = tuple(choice.value for choice in choices)
        if name in SCALES and values not in (SCALES[name].values, SCALES[name].values[::-1]):
            book.refuse("scale", "choices", first_rows[name], list=name, values=_values(name))
        if len(choices) < 2:
            book.refuse("choice-alone", "choices", first_rows[name], list=name)
    return {name: tuple(choices) for name, choices in lists.items()}


def _values(scale: str) -> str:
    return ", ".join(SCALES[scale].values)


NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
TRUE = ("yes", "true", "true()")
FALSE = ("", "no", "false", "false()")

ALLOWED = {
    "begin_group": {"relevant"},
    "end_group": {"name"},
    "note": {"hint", "relevant"},
    "hidden": {"default"},
    "text": {"hint", "required", "required_message", "constraint", "constraint_message", "relevant"},
}
ALLOWED["integer"] = ALLOWED["select_multiple"] = ALLOWED["text"]
ALLOWED["select_one"] = ALLOWED["text"] | {"appearance"}


def _read_survey(book: Book, lists: Mapping[str, tuple[Choice, ...]]) -> tuple[tuple[Question, ...], dict[str, Group]]:
    """The questions in their order and the groups by name."""
    questions: list[Question] = []
    groups: dict[str, Group] = {}
    constraints: dict[int, str] = {}
    open_group = open_row = None
    for row in _rows(book, "survey", SURVEY_COLUMNS, SAID):
        kind, _, rest = (
            row.get("type").replace("begin group", "begin_group").replace("end group", "end_group").partition(" ")
        )
        if not kind:
            book.refuse("no-type", "survey", row.number)
        _check_cells(book, row, kind, rest)
        if kind == "end_group":
            if open_group is None:
                book.refuse("group-end", "survey", row.number)
            if not any(q.group == open_group for q in questions):
                book.refuse("group-empty", "survey", row.number, name=open_group)
            open_group = None
            continue
        _check_name(book, row, {q.name for q in questions} | set(groups))
        _check_relevant(book, row, questions)
        if kind == "begin_group":
            if open_group is not None:
                book.refuse("group-nested", "survey", row.number, name=row.get("name"))
            open_group, open_row = row.get("name"), row.number
            groups[open_group] = Group(open_group, row.text("label"), row.get("relevant"))
        else:
            questions.append(_question(book, row, kind, rest, lists, open_group or ""))
            constraints[row.number] = row.get("constraint")
    if open_group is not None:
        book.refuse("group-open", "survey", open_row or 0, name=open_group)
    _check_constraints(book, constraints, questions)
    return tuple(questions), groups


def _check_cells(book: Book, row: _Row, kind: str, rest: str) -> None:
    """The type is supported, and no cell says what this type cannot do."""
    if kind not in ALLOWED or (rest and not kind.startswith("select_")):
        book.refuse("type", "survey", row.number, value=row.get("type"))
    extra = set(row.filled()) - ALLOWED[kind] - {"type", "name", "label", "comment"}
    if "default" in extra:
        book.refuse("default", "survey", row.number)
    if extra:
        book.refuse("cell", "survey", row.number, column=sorted(extra)[0], type=kind)
    if row.get("appearance") not in ("", "likert"):
        book.refuse("appearance", "survey", row.number, value=row.get("appearance"))
    if row.get("required").lower() not in (*TRUE, *FALSE):
        book.refuse("required", "survey", row.number, value=row.get("required"))
    if kind not in ("hidden", "end_group") and not row.text("label").vi:
        book.refuse("label", "survey", row.number, name=row.get("name"))


def _check_name(book: Book, row: _Row, known: set[str]) -> None:
    name = row.get("name")
    if not NAME.fullmatch(name):
        book.refuse("name", "survey", row.number, name=name)
    if name in RESERVED:
        book.refuse("name-reserved", "survey", row.number, name=name)
    if name in known:
        book.refuse("name-twice", "survey", row.number, name=name)


def _question(
    book: Book, row: _Row, kind: str, rest: str, lists: Mapping[str, tuple[Choice, ...]], group: str
) -> Question:
    name, scale = row.get("name"), ""
    choices: tuple[Choice, ...] = ()
    if kind.startswith("select_"):
        if rest not in lists:
            book.refuse("list", "survey", row.number, type=kind, list=rest)
        choices = lists[rest]
        scale = rest if rest in SCALES else ""
        if scale and kind == "select_multiple":
            book.refuse("scale-multiple", "survey", row.number, list=rest)
    if name == OVERALL and (not scale or not SCALES[scale].satisfied):
        book.refuse("overall", "survey", row.number)
    assert kind in get_args(Type)
    return Question(
        name=name,
        type=kind,  # type: ignore[arg-type] # one of them, as just asserted
        label=row.text("label"),
        hint=row.text("hint"),
        required=row.get("required").lower() in TRUE,
        required_message=row.text("required_message"),
        constraint=row.get("constraint"),
        constraint_message=row.text("constraint_message"),
        relevant=row.get("relevant"),
        choices=choices,
        scale=scale,
        likert=row.get("appearance") == "likert",
        group=group,
        max_length=TEXT_LIMIT if kind == "text" else 0,
        default=row.get("default"),
    )


def _check_expression(book: Book, row: int, column: str, text: str, known: Iterable[str]) -> None:
    found = expressions.fault(text)
    if found is not None:
        book.refuse(f"expression-{found[0]}", "survey", row, column=column, part=found[1])
    for name in expressions.references(text):
        if name not in known:
            book.refuse(f"{column}-reference", "survey", row, column=column, name=name)


def _check_relevant(book: Book, row: _Row, before: list[Question]) -> None:
    """`relevant` looks at questions before it only, so that one reading from top to bottom settles what is asked."""
    text = row.get("relevant")
    if text:
        _check_expression(book, row.number, "relevant", text, {q.name for q in before if q.type != "note"})
        if expressions.uses_itself(text):
            book.refuse("relevant-itself", "survey", row.number)


def _check_constraints(book: Book, constraints: Mapping[int, str], questions: list[Question]) -> None:
    """`constraint` by row; it may look at any question of the form."""
    known = {q.name for q in questions if q.type != "note"}
    for row, text in constraints.items():
        if text:
            _check_expression(book, row, "constraint", text, known)


def _ask_pyxform(book: Book) -> None:
    """What pyxform cannot turn into an XForm could not run in Kobo or ODK either: refused with its own words."""
    data: dict[str, Any] = {"sheet_names": list(book.sheets), "fallback_form_name": "data"}
    for name, sheet in book.sheets.items():
        data[name] = [dict(row) for _, row in sheet.rows]
        data[f"{name}_header"] = [dict.fromkeys(c for c in sheet.columns if c)]
    try:
        xls2xform.convert(data, form_name="data")
    except PyXFormError as error:
        rows = book.sheet("survey").rows
        found = re.match(r"\[row : (\d+)\]\s*(.*)", " ".join(str(error).split()))
        if found and 0 <= int(found[1]) - 2 < len(rows):
            values = {"sheet": "survey", "row": rows[int(found[1]) - 2][0], "detail": found[2]}
            raise Mistake("survey-form-pyxform", {"file": book.file, **values}) from error
        raise Mistake("survey-form-unreadable", {"file": book.file, "detail": str(error)}) from error
