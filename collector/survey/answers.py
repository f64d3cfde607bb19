"""What was posted, judged by the form: answers that may be stored, and faults that the person is told.

Nothing that is not a value of the form, a short number or a cleaned comment ever comes out, and nothing that anyone can
post raises an exception.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collector.survey import expressions
from collector.survey.forms import ASKED, Form, Question
from publisher import words
from publisher.catalogue.text import Text
from publisher.words.format import number


@dataclass(frozen=True)
class Answers:
    """What may be stored. `choices`: question → value (select_multiple: its values sorted and joined by a space;
    integer: plain digits). `texts`: question → comment (NFC, no controls but line feeds). Unanswered questions are
    absent."""

    choices: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer: `survey_forms.<key>` in the words, filled with `values`; or the form's own
    message where it has one. `fault_sentence` makes the sentence."""

    question: str
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    message: Text | None = None


def judge(form: Form, posted: Mapping[str, Sequence[str]]) -> tuple[Answers, tuple[Fault, ...]]:
    """The answers and the faults, in the form's order. `posted` maps a field to all its values, as
    `dict(request.form.lists())` does; unknown fields are ignored, a value that is not text (a file) is a fault.

    A question whose `relevant` does not hold is not required, and what was posted for it is dropped. With faults the
    answers hold only what is right so far: store nothing, show `refill` again.
    """
    faults: dict[str, Fault] = {}
    values = _blank(form)
    for question in form.questions:  # `relevant` looks at questions before it only
        if question.type in ASKED and _is_shown(form, question, values):
            found = _read(question, posted.get(question.name, ()))
            if isinstance(found, Fault):
                faults[question.name] = found
            else:
                values[question.name] = found
    for question in form.questions:  # `constraint` may look at all of them
        if question.name in faults or question.type not in ASKED:
            continue
        if values[question.name]:
            if question.constraint and not expressions.holds(question.constraint, values, of=question.name):
                faults[question.name] = _fault(question, "constraint", question.constraint_message)
        elif question.required and _is_shown(form, question, values):
            key = "required_text" if question.type in ("text", "integer") else "required_choice"
            faults[question.name] = _fault(question, key, question.required_message)
    right = {q: values[q.name] for q in _asked(form) if values[q.name] and q.name not in faults}
    answers = Answers(
        choices={q.name: value for q, value in right.items() if q.type != "text"},
        texts={q.name: value for q, value in right.items() if q.type == "text"},
    )
    return answers, tuple(faults[q.name] for q in form.questions if q.name in faults)


def refill(form: Form, posted: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """What the page shows again after a fault: question → the values to tick (only the form's own), or the text as
    written (cleaned, never cut). Given twice where one answer is wanted: nothing is ticked."""
    filled: dict[str, tuple[str, ...]] = {}
    for question in _asked(form):
        given = [value for value in posted.get(question.name, ()) if isinstance(value, str)]
        offered = {choice.value for choice in question.choices}
        if question.type == "select_multiple":
            shown = tuple(sorted({value for value in given if value in offered}))
        elif question.type == "select_one":
            shown = tuple(given) if len(given) == 1 and given[0] in offered else ()
        else:
            shown = tuple(clean(value) for value in given[:1])
        if any(shown):
            filled[question.name] = shown
    return filled


def unknown_fields(form: Form, posted: Mapping[str, Sequence[str]]) -> int:
    """How many posted fields are no question of the form; names that begin with `_` are the page's own."""
    known = {question.name for question in form.questions}
    return sum(name not in known and not name.startswith("_") for name in posted)


def shown_when(form: Form, question: Question, choices: Mapping[str, str]) -> bool:
    """Whether a question is asked, given the answers before it (its own `relevant` and its group's)."""
    return _is_shown(form, question, {**_blank(form), **{k: v for k, v in choices.items() if k in _blank(form)}})


def fault_sentence(form: Form, fault: Fault, lang: str) -> str:
    """The sentence of a fault in one language; it names the question."""
    if fault.message is not None:
        return fault.message[lang]
    label = next((q.label[lang] for q in form.questions if q.name == fault.question), fault.question)
    values = {key: number(lang, int(value)) if value.isdecimal() else value for key, value in fault.values.items()}
    return words.say(lang, f"survey_forms.{fault.key}", label=label, **values)


# Whether a question is asked


def _asked(form: Form) -> list[Question]:
    return [question for question in form.questions if question.type in ASKED]


def _blank(form: Form) -> dict[str, str]:
    """Every question without an answer; hidden rows with their constant."""
    return {question.name: question.default for question in form.questions}


def _is_shown(form: Form, question: Question, values: Mapping[str, str]) -> bool:
    conditions = [question.relevant]
    if question.group:
        conditions.append(form.groups[question.group].relevant)
    return all(not condition or expressions.holds(condition, values) for condition in conditions)


# One answer

DIGITS = re.compile(r"[0-9]{1,9}")


def _fault(question: Question, key: str, message: Text | None = None, **values: str) -> Fault:
    return Fault(question.name, key, values, message if message is not None and message.vi else None)


def _read(question: Question, given: Sequence[str]) -> str | Fault:
    """The value as it may be stored, "" for none; or what is wrong with it."""
    if not all(isinstance(value, str) for value in given):
        return _fault(question, "file")
    if question.type == "select_multiple":
        return _read_several(question, given)
    if len(given) > 1:
        return _fault(question, "twice")
    value = given[0] if given else ""
    if question.type == "text":
        return _read_text(question, value)
    if question.type == "integer":
        value = value.strip(" ")
        if not value:
            return ""
        return str(int(value)) if DIGITS.fullmatch(value) else _fault(question, "number")
    if value and value not in {choice.value for choice in question.choices}:
        return _fault(question, "unknown_choice")
    return value


def _read_several(question: Question, given: Sequence[str]) -> str | Fault:
    chosen = {value for value in given if value}
    if chosen - {choice.value for choice in question.choices}:
        return _fault(question, "unknown_choice")
    return " ".join(sorted(chosen))


def _read_text(question: Question, value: str) -> str | Fault:
    if UNREADABLE.search(value):
        return _fault(question, "unreadable")
    text = clean(value)
    if not WORD.search(text):  # only spaces, only emoji, only dots: nobody said anything
        return ""
    length = characters(text)
    if length > question.max_length:
        return _fault(question, "too_long", limit=str(question.max_length), length=str(length))
    return text


# Text

UNREADABLE = re.compile("[\ud800-\udfff\ufffd]")
"""Lone halves of a character, and the mark that a decoder leaves where bytes were no UTF-8."""

WORD = re.compile(r"[^\W_]")

LINE = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

# Control characters but the line feed; marks that turn the direction of writing or are not seen at all, which can make
# a page read otherwise than it stands; codes that are no characters. Joiners of emoji and of other scripts stay.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)

CLUSTER_LIMIT = 10
"""How many code points one character may take: an emoji of a family takes seven. What a letter carries beyond that
counts as characters of their own, so that stacked marks cannot hide a long text."""


def clean(text: str) -> str:
    """A comment as it may be stored: NFC, line ends as line feeds, tabs as spaces, other controls removed, no more than
    one blank line at a stretch, nothing around it."""
    lines = LINE.sub("\n", text).replace("\t", " ")
    kept = unicodedata.normalize("NFC", UNSEEN.sub("", lines).replace("\xa0", " "))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", kept)).strip()


def characters(text: str) -> int:
    """How long a text is to its reader: clusters of Unicode (UAX 29) as far as comments need them. Marks, joined emoji,
    skin colours, flags and Hangul syllables make one character with what they follow."""
    count = size = 0
    previous = ""
    for char in text:
        if previous and _continues(previous, char) and not (_is_flag(char) and size % 2 == 0):
            size += 1
            count += size > CLUSTER_LIMIT
        else:
            count, size = count + 1, 1
        previous = char
    return count


def _continues(previous: str, char: str) -> bool:
    """Whether a code point belongs to the character that the one before it began or went on with."""
    if (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200c\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    ):
        return previous != "\n"
    if previous == "\u200d":
        return unicodedata.category(char) == "So"
    if "\u1160" <= char <= "\u11ff":  # vowels and finals of Hangul after their consonant
        return "\u1100" <= previous <= "\u11ff" or "\uac00" <= previous <= "\ud7a3"
    return _is_flag(previous) and _is_flag(char)


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
