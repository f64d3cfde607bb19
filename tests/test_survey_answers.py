"""What was posted, judged: the cases of a hostile survey page, and properties that hold whatever is posted."""

import time
import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.survey import expressions
from collector.survey.answers import (
    Answers,
    characters,
    clean,
    fault_sentence,
    judge,
    refill,
    shown_when,
    unknown_fields,
)
from collector.survey.forms import Choice, Form, Group, Question, Type, read_form
from publisher import words
from publisher.catalogue.text import Text

ROOT = Path(__file__).resolve().parents[1]
COUNTER = read_form(ROOT / "datasets" / "satisfaction" / "surveys" / "counter.csv")


def question(name: str, kind: Type, values: str = "", **more: object) -> Question:
    """A question as short as a test wants it."""
    given: dict[str, object] = {
        "label": Text(vi=f"Câu {name}", en=f"Question {name}"),
        "hint": Text(vi=""),
        "required": False,
        "required_message": Text(vi=""),
        "constraint": "",
        "constraint_message": Text(vi=""),
        "relevant": "",
        "choices": tuple(Choice(value, Text(vi=value)) for value in values.split()),
        "scale": "",
        "likert": False,
        "group": "",
        "max_length": 1000 if kind == "text" else 0,
    }
    return Question(name=name, type=kind, **{**given, **more})  # type: ignore[arg-type]


def form(*questions: Question, **groups: str) -> Form:
    """A form of these questions; `groups` are names with their `relevant`."""
    made = {name: Group(name, Text(vi=name), relevant) for name, relevant in groups.items()}
    return Form("thu", Text(vi="Phiếu thử"), "0" * 64, questions, made, "")


def faults(asked: Form, posted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Question → what is wrong with its answer."""
    return {fault.question: fault.key for fault in judge(asked, posted)[1]}


OVERALL = question("overall", "select_one", "5 4 3 2 1", scale="levels5", required=True)
COMMENT = question("comment", "text")
TRIPS = question("trips", "integer", constraint=". >= 1 and . <= 20")
SEVERAL = question("several", "select_multiple", "a b c")
SIMPLE = form(OVERALL, COMMENT, TRIPS, SEVERAL)


# Scores: the cases 1 and 4 to 10 of the catalogue of bad input


def test_a_whole_answer_comes_out_as_it_is_stored() -> None:
    posted = {"overall": ["4"], "comment": ["Cảm ơn cô Hoa."], "trips": ["02"], "several": ["c", "a", "c"]}
    answers, found = judge(SIMPLE, posted)
    assert found == ()
    assert answers == Answers({"overall": "4", "trips": "2", "several": "a c"}, {"comment": "Cảm ơn cô Hoa."})


@pytest.mark.parametrize("value", ["5", "4", "3", "2", "1"])
def test_every_level_is_taken(value: str) -> None:
    assert judge(SIMPLE, {"overall": [value]}) == (Answers({"overall": value}), ())


@pytest.mark.parametrize(
    "value",
    [
        *(
            "abc",
            "6",
            "0",
            "-1",
            "+5",
            "5.0",
            "5,0",
            "1_0",
            "٥",
            "५",
            "５",
            "⁵",
            "Ⅴ",
            "五",
            " 5 ",
            "5 ",
            "5\n",
            "05",
            "0x5",
        ),
        *(
            "5e0",
            "9" * 30,
            "5" * 5000,
            "5\x00",
            "\ufeff5",
            "5\u200b",
            "5\u0301",
            "\ud835",
            "\ufffd",
            "None",
            "[5]",
            "5;1",
        ),
    ],
)
def test_only_the_digits_of_the_scale_are_scores(value: str) -> None:
    answers, found = judge(SIMPLE, {"overall": [value]})
    assert answers == Answers()
    assert [fault.key for fault in found] == ["unknown_choice"]


def test_a_missing_required_answer_is_a_fault_and_the_rest_is_kept() -> None:
    for posted in ({}, {"overall": []}, {"overall": [""]}):
        answers, found = judge(SIMPLE, {**posted, "comment": ["Góp ý"]})
        assert [(fault.question, fault.key) for fault in found] == [("overall", "required_choice")]
        assert answers.texts == {"comment": "Góp ý"}
    assert faults(form(question("why", "text", required=True)), {"why": ["…"]}) == {"why": "required_text"}


def test_an_answer_given_twice_is_a_fault_even_when_it_is_the_same() -> None:
    assert faults(SIMPLE, {"overall": ["5", "1"]}) == {"overall": "twice"}
    assert faults(SIMPLE, {"overall": ["5", "5"]}) == {"overall": "twice"}
    assert faults(SIMPLE, {"overall": ["5"], "comment": ["a", "b"]}) == {"comment": "twice"}
    assert faults(SIMPLE, {"overall": ["5"], "trips": ["2", "2"]}) == {"trips": "twice"}


def test_unknown_fields_are_ignored_and_counted() -> None:
    posted = {"overall": ["5"], "is_admin": ["1"], "counter": ["x"], "_token": ["t"], "overall ": ["1"]}
    assert judge(SIMPLE, posted) == (Answers({"overall": "5"}), ())
    assert unknown_fields(SIMPLE, posted) == 3


def test_a_file_in_the_place_of_an_answer_is_a_fault() -> None:
    file: list[str] = [object()]  # type: ignore[list-item]
    assert faults(SIMPLE, {"overall": ["5"], "comment": file}) == {"comment": "file"}
    assert refill(SIMPLE, {"overall": ["5"], "comment": file}) == {"overall": ("5",)}


def test_several_choices_are_a_set_of_the_offered_ones() -> None:
    assert judge(SIMPLE, {"overall": ["5"], "several": ["b", "", "a"]})[0].choices["several"] == "a b"
    assert faults(SIMPLE, {"overall": ["5"], "several": ["a", "z"]}) == {"several": "unknown_choice"}
    assert faults(SIMPLE, {"overall": ["5"], "several": ["a b"]}) == {"several": "unknown_choice"}


@pytest.mark.parametrize("value", ["3,5", "3.0", "-3", "٣", "３", "1e3", "1 000", "3\n", "9" * 10, "ba"])
def test_a_number_is_written_in_ascii_digits(value: str) -> None:
    assert faults(SIMPLE, {"overall": ["5"], "trips": [value]}) == {"trips": "number"}


def test_a_number_is_stored_as_plain_digits() -> None:
    assert judge(SIMPLE, {"overall": ["5"], "trips": [" 007 "]})[0].choices["trips"] == "7"
    assert faults(SIMPLE, {"overall": ["5"], "trips": ["0"]}) == {"trips": "constraint"}
    assert faults(SIMPLE, {"overall": ["5"], "trips": ["21"]}) == {"trips": "constraint"}


# Comments: the cases 15 to 21


@pytest.mark.parametrize("value", ["xin \ufffd nhé", "xin \ud800", "\udfff 5", "a\ufffd", "\ud83d\ude00\ud83d"])
def test_bytes_that_were_no_text_are_a_fault_and_never_stored(value: str) -> None:
    answers, found = judge(SIMPLE, {"overall": ["5"], "comment": [value]})
    assert [fault.key for fault in found] == ["unreadable"]
    assert answers.texts == {}


def test_controls_are_removed_and_lines_stay_lines() -> None:
    text = "\ufeffMột\x00\x1b[31m\r\nhai\tba\u202e\u2066 bốn\x85năm\u200b\r\n\r\n\r\n\r\nsáu\u00a0bảy  "
    assert clean(text) == "Một[31m\nhai ba bốn\nnăm\n\nsáu bảy"


def test_decomposed_letters_are_composed_and_other_texts_kept() -> None:
    assert clean(unicodedata.normalize("NFD", "Thủ tục rườm rà")) == "Thủ tục rườm rà"
    for text in ("CAN BO NHIET TINH", "C¸n bé nhiÖt t×nh", "C\u1e43 \u0e17\u0e14\u0e2a\u0e2d\u0e1a", "👍 tốt"):
        assert judge(SIMPLE, {"overall": ["5"], "comment": [text]})[0].texts["comment"] == unicodedata.normalize(
            "NFC", text
        )


@pytest.mark.parametrize(
    "value", ["", "   ", "\r\n\t", "👍", "👍🏽❤️🇻🇳", "...", "\u200b\u200d", "\u0301\u0301", "———", "\x00"]
)
def test_a_comment_without_a_letter_or_digit_says_nothing(value: str) -> None:
    assert judge(SIMPLE, {"overall": ["5"], "comment": [value]}) == (Answers({"overall": "5"}), ())


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "{% x %}",
        "=cmd|' /C calc'!A0",
        "| 9 |",
        '--8<-- "x"',
        "a" + "[" * 900,
        "]]>&amp;",
    ],
)
def test_markup_stays_literal_text(value: str) -> None:
    answers, found = judge(SIMPLE, {"overall": ["5"], "comment": [value]})
    assert (answers.texts, found) == ({"comment": value}, ())


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("được", 4),
        (unicodedata.normalize("NFD", "được"), 4),
        ("👍", 1),
        ("👍🏽", 1),
        ("👨‍👩‍👧‍👦", 1),
        ("❤️", 1),
        ("🇻🇳", 1),
        ("🇻🇳🇻🇳", 2),
        ("🇻🇳🇻", 2),
        ("각", 1),
        ("a\nb", 3),
        ("กำ", 2),  # a spacing vowel that stands for itself
        ("นี้", 1),
        ("e" + "\u0301" * 9, 1),
        ("e" + "\u0301" * 500, 492),
        ("\u0301a", 2),
    ],
)
def test_a_character_is_what_a_reader_counts(text: str, length: int) -> None:
    assert characters(text) == length


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 1000, True),
        ("a" * 1001, False),
        ("a" * 100_000, False),
        ("ế" * 1000, True),
        (unicodedata.normalize("NFD", "ế" * 1000), True),
        ("x" + "👨‍👩‍👧‍👦" * 999, True),
        ("x" + "👨‍👩‍👧‍👦" * 1000, False),
        ("x" + "🇻🇳" * 999, True),
        ("Z" + "\u0335\u0334\u0322" * 600, False),
        ("  " + "a" * 1000 + "\r\n ", True),
        (("a" * 499 + "\r\n") * 2, True),
    ],
)
def test_a_comment_has_at_most_a_thousand_characters_and_is_never_cut(text: str, fits: bool) -> None:
    answers, found = judge(SIMPLE, {"overall": ["5"], "comment": [text]})
    assert answers.texts == ({"comment": clean(text)} if fits else {})
    assert [fault.key for fault in found] == ([] if fits else ["too_long"])
    assert refill(SIMPLE, {"comment": [text]}) == {"comment": (clean(text),)}, "what was written is shown again, whole"


def test_judging_the_longest_body_takes_no_time() -> None:
    begun = time.perf_counter()
    for text in ("a" * 16_384, "\u0301" * 8_000, "👍" * 4_000, "\r\n" * 8_000, " \n" * 8_000, "\u200d" * 5_000):
        judge(COUNTER, {"overall": ["5"], "comment": [text]})
    assert time.perf_counter() - begun < 1


# relevant and constraint


NOT_GOOD = question("why", "text", required=True, relevant="${overall} <= 2")
NESTED = form(
    OVERALL,
    question("online", "select_one", "yes no"),
    question("how", "select_multiple", "phone computer", required=True, group="web"),
    question("hard", "text", required=True, relevant="selected(${how}, 'phone')"),
    web="${online} = 'yes'",
)


def test_a_question_that_is_not_asked_is_not_required_and_its_answer_is_dropped() -> None:
    asked = form(OVERALL, NOT_GOOD)
    assert judge(asked, {"overall": ["5"], "why": ["Không nói"]}) == (Answers({"overall": "5"}), ())
    assert judge(asked, {"overall": ["5"], "why": ["a", "b", "\ufffd"]}) == (Answers({"overall": "5"}), ())
    assert faults(asked, {"overall": ["1"]}) == {"why": "required_text"}
    assert judge(asked, {"overall": ["1"], "why": ["Chờ lâu"]})[0].texts == {"why": "Chờ lâu"}
    assert faults(asked, {}) == {"overall": "required_choice"}, "no answer is no number, so it is not below 3"


def test_a_dropped_answer_decides_nothing_further_down() -> None:
    posted = {"overall": ["5"], "online": ["no"], "how": ["phone"], "hard": ["Khó"]}
    assert judge(NESTED, posted) == (Answers({"overall": "5", "online": "no"}), ())
    posted["online"] = ["yes"]
    assert judge(NESTED, posted) == (Answers({"overall": "5", "online": "yes", "how": "phone"}, {"hard": "Khó"}), ())
    assert faults(NESTED, {"overall": ["5"], "online": ["yes"]}) == {"how": "required_choice"}


def test_a_page_can_ask_which_questions_are_shown() -> None:
    shown = {q.name: shown_when(NESTED, q, {"online": "yes", "how": "computer"}) for q in NESTED.questions}
    assert shown == {"overall": True, "online": True, "how": True, "hard": False}
    assert not shown_when(NESTED, NESTED.questions[2], {"nonsense": "yes"})


def test_the_counter_form_takes_nothing_to_improve_or_things_to_improve() -> None:
    assert faults(COUNTER, {"overall": ["5"], "improve": ["nothing"]}) == {}
    assert faults(COUNTER, {"overall": ["5"], "improve": ["waiting", "trips"]}) == {}
    answers, found = judge(COUNTER, {"overall": ["5"], "improve": ["nothing", "trips"]})
    assert answers == Answers({"overall": "5"})
    assert (
        fault_sentence(COUNTER, found[0], "en")
        == "Choose “Nothing needs improving” or the things to improve, not both."
    )


def test_a_constraint_is_not_asked_of_no_answer() -> None:
    assert faults(form(TRIPS), {"trips": [""]}) == {}


def test_a_hidden_constant_decides_and_is_never_stored() -> None:
    asked = form(
        question("edition", "hidden", default="2"),
        question("new", "text", relevant="${edition} = 2"),
        question("old", "text", relevant="${edition} = 1"),
    )
    answers, _ = judge(asked, {"edition": ["1"], "new": ["mới"], "old": ["cũ"]})
    assert answers == Answers({}, {"new": "mới"})


VALUES = {"a": "5", "b": "", "m": "x y", "t": "Chờ lâu", "itself": "12"}


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("${a} = '5'", True),
        ("${a} = 5", True),
        ("${a} < 3", False),
        ("${b} < 3", False),
        ("${b} = ''", True),
        ("${a} != ${b}", True),
        ("not(${a} > 3) or ${b} = ''", True),
        ("selected(${m}, 'x') and selected(${m}, 'y')", True),
        ("selected(${m}, 'x y')", False),
        ("selected(${b}, '')", False),
        ("count-selected(${m}) = 2", True),
        ("count-selected(${b}) = 0", True),
        ("string-length(${t}) = 7", True),
        ("contains(${t}, 'lâu')", True),
        ("starts-with(${t}, 'lâu')", False),
        ("regex(., '[0-9]+')", True),
        ("regex(., '1')", False),
        ("if(${a} = 5, true(), false())", True),
        ("if(${a} = 4, true(), false())", False),
        ("if(${a} = 5, 1, 0) = 1", True),
        ("if(0 div 0, 1, 0) = 1", False),
        ("if(${m}, 1, 0) = 1", True),
        ("coalesce(${b}, ${a}) = 5", True),
        (". >= 1 and . <= 20", True),
        (". mod 5 = 2", True),
        ("${a} * 2 + 2 = .", True),
        ("0 div 0", False),
        ("1 div 0", True),
        ("''", False),
        ("concat(${a}, ${a}) = 55", True),
        ("substring(${t}, 1, 3) = 'Chờ'", True),
        ("round(. div 5) = 2", True),
        ("${a}\nand ${m} = 'x y'", True),
    ],
)
def test_expressions_say_what_xforms_say(text: str, truth: bool) -> None:
    assert expressions.fault(text) is None
    assert expressions.holds(text, VALUES, of="itself") is truth


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/data/a = 1", "part"),
        ("../a = 1", "part"),
        ("//a", "part"),
        ("${a}[1]", "part"),
        ("${a} | ${b}", "part"),
        ("@id = 1", "part"),
        ("${a} = “5”", "part"),
        ("name = 5", "part"),
        ("${a", "part"),
        ("${last-saved#a} = 5", "part"),
        ("instance('x') = 1", "function"),
        ("document('file:///etc/passwd')", "function"),
        ("pulldata('a', 'b', 'c', 'd')", "function"),
        ("today() > 1", "function"),
        ("count(.)", "function"),
        ("selected(.)", "arguments"),
        ("selected(., )", "arguments"),
        ("true(1)", "arguments"),
        ("not()", "arguments"),
        ("if(true(), 1)", "arguments"),
        ("regex(., ${a})", "pattern"),
        ("regex(., concat('a', 'b'))", "pattern"),
        ("regex(., '[')", "pattern"),
        ("regex(., '(a+)+')", "heavy"),
        ("regex(., '(\\w+\\s?)*x')", "heavy"),
        ("regex(., '(a|a){50}')", "heavy"),
        ("regex(., '.*.*.*x')", "heavy"),
        ("regex(., 'a?a?a?a?a?a?a?aaaaaaa')", "heavy"),
        ("regex(., '\\d{1,900}\\d{1,900}\\d{1,900}x')", "heavy"),
        ("${a} = ", "syntax"),
        ("1) or (1", "syntax"),
        ("(", "syntax"),
        ("${a} ${b}", "syntax"),
    ],
)
def test_what_two_programs_might_not_understand_alike_is_refused(text: str, code: str) -> None:
    found = expressions.fault(text)
    assert found is not None
    assert found[0] == code


def test_a_pattern_that_is_let_through_cannot_keep_the_page_busy() -> None:
    for pattern in (
        "[0-9]{4}",
        "[a-z]+[0-9]*x",
        "\\(?[0-9]{1,3}\\)? ?[0-9]{3}-[0-9]{4}",
        "(có|không)",
        ".*.*x",
        "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}",
    ):
        text = f"regex(., '{pattern}')"
        assert expressions.fault(text) is None, pattern
        begun = time.perf_counter()
        for answer in ("a" * 1000, "0" * 1000, "()" * 500):
            expressions.holds(text, {"itself": answer}, of="itself")
        assert time.perf_counter() - begun < 0.5, pattern


def test_expressions_are_evaluated_by_many_threads_at_once() -> None:
    def judge_often(value: str) -> bool:
        wanted = {"overall": value, **({"trips": "3"} if value == "2" else {})}
        asked = form(
            OVERALL, question("trips", "integer", relevant="if(${overall} = 2, selected('a b', 'b'), false())")
        )
        return all(judge(asked, {"overall": [value], "trips": ["3"]})[0].choices == wanted for _ in range(200))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(judge_often, "2345123451234512"))


# What the person is told


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_fault_has_a_sentence_that_names_the_question(lang: str) -> None:
    posted: dict[str, Sequence[str]] = {
        "overall": ["9"],
        "comment": ["a" * 1234],
        "trips": ["0"],
        "several": ["a"],
        "two": ["a", "b"],
        "odd": ["\ufffd"],
        "digits": ["x"],
        "file": [object()],  # type: ignore[list-item]
    }
    asked = form(
        *SIMPLE.questions,
        *(question(name, "text") for name in ("two", "odd", "file")),
        question("digits", "integer"),
        question("left", "text", required=True),
        question("unticked", "select_one", "a b", required=True),
    )
    _, found = judge(asked, posted)
    keys = {fault.key for fault in found}
    known = {key.split(".")[1] for key in words.load(lang) if key.startswith("survey_forms.") and key.count(".") == 1}
    assert keys == known
    for fault in found:
        sentence = fault_sentence(asked, fault, lang)
        label = next(q.label[lang] for q in asked.questions if q.name == fault.question)
        assert label in sentence
        assert sentence.endswith(".")
    too_long = next(fault for fault in found if fault.key == "too_long")
    numbers = ("1.000", "1.234") if lang == "vi" else ("1,000", "1,234")
    assert all(number in fault_sentence(asked, too_long, lang) for number in numbers)


def test_the_forms_own_message_comes_first() -> None:
    _, found = judge(COUNTER, {})
    assert fault_sentence(COUNTER, found[0], "vi") == "Xin chọn một mức hài lòng chung."


def test_faults_stand_in_the_order_of_the_form() -> None:
    _, found = judge(SIMPLE, {"several": ["z"], "trips": ["x"], "comment": ["\ufffd"]})
    assert [fault.question for fault in found] == ["overall", "comment", "trips", "several"]


def test_what_was_ticked_is_ticked_again_and_nothing_else() -> None:
    posted = {
        "overall": ["5", "1"],
        "several": ["b", "z", "b"],
        "comment": ["  Góp ý\x00 "],
        "trips": ["ba"],
        "x": ["y"],
    }
    assert refill(SIMPLE, posted) == {"several": ("b",), "comment": ("Góp ý",), "trips": ("ba",)}
    assert refill(SIMPLE, {"overall": ["9"]}) == {}


# Whatever is posted

WILD = st.one_of(
    st.text(alphabet=st.characters(), max_size=40),
    st.text(alphabet="12345 \n\x00٥５abc", max_size=6),
    st.text(alphabet="a\u0301\u0335\u200d\u202e\ufffd\ud800👍🏽🇻\r\n\t\x1b", max_size=30),
    st.sampled_from(["5", "1", "yes", "no", "a", "b", "c", "phone", "computer", "nothing", "trips", "3"]),
)
NAMES = sorted({q.name for f in (SIMPLE, NESTED, COUNTER) for q in f.questions} | {"_token", "other"})
POSTED = st.dictionaries(
    st.one_of(st.sampled_from(NAMES), st.text(max_size=5)), st.lists(WILD, max_size=4), max_size=12
)


@settings(deadline=None, max_examples=600)
@given(asked=st.sampled_from([SIMPLE, NESTED, COUNTER, form(OVERALL, NOT_GOOD)]), posted=POSTED)
def test_nothing_but_the_forms_own_values_ever_comes_out(asked: Form, posted: dict[str, list[str]]) -> None:
    answers, found = judge(asked, posted)
    by_name = {q.name: q for q in asked.questions}
    for name, value in answers.choices.items():
        offered = {choice.value for choice in by_name[name].choices}
        if by_name[name].type == "integer":
            assert value.isascii()
            assert value.isdecimal()
            assert str(int(value)) == value
        elif by_name[name].type == "select_one":
            assert value in offered
            assert posted[name] == [value]
        else:
            assert by_name[name].type == "select_multiple"
            assert value.split(" ") == sorted(set(value.split(" ")) & offered)
    for name, text in answers.texts.items():
        assert by_name[name].type == "text"
        assert text == clean(text)
        assert unicodedata.is_normalized("NFC", text)
        assert 0 < characters(text) <= by_name[name].max_length
        assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in text)
        text.encode()
    answered = set(answers.choices) | set(answers.texts)
    assert not answered & {fault.question for fault in found}
    for fault in found:
        assert all(fault_sentence(asked, fault, lang) for lang in words.LANGUAGES)
    again, _ = judge(
        asked, {**{k: v.split(" ") for k, v in answers.choices.items()}, **{k: [v] for k, v in answers.texts.items()}}
    )
    assert again.texts == answers.texts or found, "what was stored would be stored again"
    refill(asked, posted)
    unknown_fields(asked, posted)


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert characters(clean(text)) <= len(clean(text))


PIECES = st.sampled_from(
    [
        "${a}",
        "${b}",
        ".",
        "5",
        "''",
        "'x'",
        " and ",
        " or ",
        " = ",
        " < ",
        " != ",
        " + ",
        " * ",
        " mod ",
        "(",
        ")",
        ", ",
    ]
    + [f"{name}(" for name in expressions.FUNCTIONS]
    + ["true()", "false()", "not(true())", "selected(., 'x')", "regex(., 'x+')", "if(., ${a}, 'x')", "-1", " "]
)


@settings(deadline=None, max_examples=600)
@given(st.lists(PIECES, min_size=1, max_size=9), WILD, WILD)
def test_an_expression_without_a_fault_can_be_evaluated_whatever_is_answered(pieces: list[str], a: str, b: str) -> None:
    text = "".join(pieces)
    if expressions.fault(text) is None:
        values = {
            "a": clean(a.encode("utf-8", "ignore").decode()),
            "b": "",
            "itself": clean(b.encode("utf-8", "ignore").decode()),
        }
        assert expressions.holds(text, values, of="itself") in (True, False)
