"""Forms: what an XLSForm file may say, how xlsx, csv and md are read, and what a person is told who wrote otherwise."""

import csv
import hashlib
import io
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform import xls2xform
from pyxform.xls2json_backends import md_table_to_workbook

from collector.scales import SCALES
from collector.survey.answers import judge
from collector.survey.forms import ASKED, Form, read_form, read_forms
from publisher import words
from publisher.catalogue import Office
from publisher.errors import Mistake

ROOT = Path(__file__).resolve().parents[1]
SURVEYS = ROOT / "datasets" / "satisfaction" / "surveys"
SHIPPED = ("counter", "reception", "sipas", "ward")

LEVELS5 = (
    "levels5,5,Rất hài lòng",
    "levels5,4,Hài lòng",
    "levels5,3,Bình thường",
    "levels5,2,Không hài lòng",
    "levels5,1,Rất không hài lòng",
)
OVERALL = "select_one levels5,overall,Hài lòng chung"
COLUMNS = "type,name,label"


def book(
    *rows: str,
    columns: str = COLUMNS,
    choices: tuple[str, ...] = LEVELS5,
    heads: str = "list_name,name,label",
    rest: str = "",
) -> str:
    """A form as csv: `survey` on row 1, its headings on row 2, its rows from row 3 on."""
    survey = ["survey", f",{columns}", *(f",{row}" for row in rows)]
    lists = ["choices", f",{heads}", *(f",{row}" for row in choices)]
    return "\n".join([*survey, *lists, rest]) + "\n"


def read(folder: Path, text: str | bytes, name: str = "thu.csv") -> Form:
    """The form of a file with that content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_form(path)


def refused(folder: Path, text: str | bytes, name: str = "thu.csv") -> Mistake:
    """The mistake that such a file is refused with; both of its sentences can be said."""
    with pytest.raises(Mistake) as caught:
        read(folder, text, name)
    for lang in words.LANGUAGES:
        sentence = words.say(lang, f"mistakes.{caught.value.code}", **caught.value.values)
        assert sentence.endswith(".")
        assert name in sentence
    return caught.value


# The four forms


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_is_whole_in_both_languages(name: str) -> None:
    form = read_form(SURVEYS / f"{name}.csv")
    said = [form.title, *(group.label for group in form.groups.values())]
    for question in form.questions:
        said += [question.label, *(choice.label for choice in question.choices)]
        said += [t for t in (question.hint, question.required_message, question.constraint_message) if t.vi or t.en]
    assert all(text.vi and text.en and text.vi != text.en for text in said)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_asks_for_overall_satisfaction_on_the_official_levels(name: str) -> None:
    form = read_form(SURVEYS / f"{name}.csv")
    assert form.name == name
    assert form.overall == "overall"
    assert [(q.name, q.scale) for q in form.questions if q.required] == [("overall", "levels5")]
    labels = {c.value: c.label.vi for q in form.questions if q.scale for c in q.choices}
    assert labels == {
        "5": "Rất hài lòng",
        "4": "Hài lòng",
        "3": "Bình thường",
        "2": "Không hài lòng",
        "1": "Rất không hài lòng",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_is_an_xform_for_kobo_and_odk(name: str) -> None:
    text = (SURVEYS / f"{name}.csv").read_text(encoding="utf-8-sig")
    xform = xls2xform.convert(text.encode(), file_type=".csv", form_name="data").xform
    assert all(
        f"/data/{q.group + '/' if q.group else ''}{q.name}" in xform
        for q in read_form(SURVEYS / f"{name}.csv").questions
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_excel_sees_the_marks_of_a_shipped_form(name: str) -> None:
    assert (SURVEYS / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf"), (
        "without this mark Excel shows Tiáº¿ng Viá»‡t"
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_form_says_why_it_does_not_ask_who_answers(name: str) -> None:
    form = read_form(SURVEYS / f"{name}.csv")
    asked = " ".join(q.label.vi.casefold() for q in form.questions)
    assert not any(word in asked for word in ("giới tính", "độ tuổi", "trình độ", "nghề nghiệp", "họ tên"))
    assert "độ tuổi" in (SURVEYS / f"{name}.csv").read_text(encoding="utf-8")


def test_the_counter_form_has_five_questions_to_tick_and_a_comment() -> None:
    form = read_form(SURVEYS / "counter.csv")
    table = [(q.name, q.type, q.likert, q.max_length) for q in form.questions]
    assert table == [
        ("overall", "select_one", True, 0),
        ("time", "select_one", True, 0),
        ("attitude", "select_one", True, 0),
        ("clarity", "select_one", True, 0),
        ("improve", "select_multiple", False, 0),
        ("comment", "text", False, 1000),
    ]
    assert not any(q.relevant for q in form.questions), "one star takes as many taps as five"


def test_official_wordings_stand_letter_for_letter(shared: Path) -> None:
    def official(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((shared / "survey" / name).open(encoding="utf-8-sig")))

    sipas = read_form(SURVEYS / "sipas.csv")
    items = official("sipas_public_service_19_items.csv")
    assert [(q.name, q.label.vi) for q in sipas.questions if q.name.startswith("item_")] == [
        (f"item_{row['item_no']}", row["item_vi"]) for row in items
    ]
    assert {q.name: sipas.groups[q.group].label.vi for q in sipas.questions if q.name.startswith("item_")} == {
        f"item_{row['item_no']}": row["dimension_vi"] for row in items
    }
    ward = read_form(SURVEYS / "ward.csv")
    rows = official("ward_phu_luong_2026_mau_so_02.csv")
    assert [(q.name, q.label.vi, ward.groups[q.group].label.vi) for q in ward.questions if q.name.startswith("q_")] == [
        (row["field"], row["item_vi"], row["section_vi"]) for row in rows
    ]
    counter = {q.name: q.label.vi for q in read_form(SURVEYS / "counter.csv").questions}
    by_number = {row["item_no"]: row["item_vi"] for row in items}
    assert (counter["time"], counter["attitude"], counter["clarity"]) == (
        by_number["28"],
        by_number["23"],
        by_number["25"],
    )


def test_an_office_may_replace_a_form_and_add_one(office: Office) -> None:
    own = office.datasets / "satisfaction" / "surveys"
    own.mkdir(parents=True)
    (own / "counter.csv").write_text(book(OVERALL), encoding="utf-8")
    (own / "moi.md").write_text(MD, encoding="utf-8")
    (own / "~$counter.xlsx").write_bytes(b"what Excel leaves beside an open file")
    (own / "README.md").write_text("no form", encoding="utf-8")
    forms = read_forms(office)
    assert sorted(forms) == sorted([*SHIPPED, "moi"])
    assert len(forms["counter"].questions) == 1
    (own / "counter.md").write_text(MD, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_forms(office)
    assert caught.value.code == "survey-form-twice"
    assert words.mistake(caught.value)[0] == "Hai tệp counter.csv và counter.md cùng là một phiếu. Hãy giữ lại một tệp."


def test_the_scales_are_those_of_law_and_official_forms() -> None:
    table = [(s.name, s.values, sorted(s.satisfied), [s.points[v] for v in s.values]) for s in SCALES.values()]
    assert table == [
        ("levels5", ("5", "4", "3", "2", "1"), ["4", "5"], [5, 4, 3, 2, 1]),
        ("levels3", ("3", "2", "1"), ["2", "3"], [3, 2, 1]),
        ("points2", ("2", "1", "0"), [], [2, 1, 0]),
    ]
    assert all(name == scale.name for name, scale in SCALES.items())


# Three kinds of file, one form

MD = """
# Phiếu thử: mọi điều một phiếu có thể nói
| survey   |
|          | type                   | name    | label::Tiếng Việt (vi) | label::English (en) | hint::vi | required | required_message::vi | relevant          | constraint          | constraint_message::vi | appearance | default |
|          | note                   | hello   | Xin chào               | Hello               |          |          |                      |                   |                     |                        |            |         |
|          | hidden                 | edition |                        |                     |          |          |                      |                   |                     |                        |            | 2       |
|          | begin_group            | visit   | Lần đến này            | This visit          |          |          |                      |                   |                     |                        |            |         |
|          | select_one levels5     | overall | Hài lòng chung         | Overall             | Một mức  | yes      | Xin chọn một mức.    |                   |                     |                        | likert     |         |
|          | select_one yes_no      | online  | Có nộp trực tuyến?     | Online?             |          |          |                      | ${edition} = 2    |                     |                        |            |         |
|          | end_group              |         |                        |                     |          |          |                      |                   |                     |                        |            |         |
|          | integer                | trips   | Số lần đi lại          | Trips               |          | TRUE     |                      | ${online} = 'no'  | . >= 1 and . <= 20  | Từ 1 đến 20 lần.       |            |         |
|          | select_multiple yes_no | both    | Chọn nhiều             | Several             |          |          |                      |                   | count-selected(.)<2 |                        |            |         |
|          | text                   | comment | Góp ý                  | Comment             |          |          |                      |                   |                     |                        |            |         |
| choices  |
|          | list_name              | name    | label::Tiếng Việt (vi) | label::English (en) |
|          | levels5                | 1       | Rất không hài lòng     | Very dissatisfied   |
|          | levels5                | 2       | Không hài lòng         | Dissatisfied        |
|          | levels5                | 3       | Bình thường            | Neutral             |
|          | levels5                | 4       | Hài lòng               | Satisfied           |
|          | levels5                | 5       | Rất hài lòng           | Very satisfied      |
|          | yes_no                 | yes     | Có                     | Yes                 |
|          | yes_no                 | no      | Không                  | No                  |
| settings |
|          | form_title             | form_title_en | version          |
|          | Phiếu thử              | A trial       | 1                |
"""  # noqa: E501 a table


def as_xlsx(text: str) -> bytes:
    """The same form as a workbook with a sheet for each part."""
    stream = io.BytesIO()
    md_table_to_workbook(text).save(stream)
    return stream.getvalue()


def as_records(text: str) -> list[list[str | None]]:
    """The same form as rows, its sheets one below the other."""
    workbook = openpyxl.load_workbook(io.BytesIO(as_xlsx(text)))
    records: list[list[str | None]] = []
    for sheet in workbook.worksheets:
        records.append([sheet.title])
        records += [[None, *row] for row in sheet.iter_rows(values_only=True)]
    return records


def as_csv(text: str, delimiter: str = ",", width: int = 14) -> str:
    """The same form as Excel writes it: every row as wide as the widest."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows([[*r, *[""] * (width - len(r))] for r in as_records(text)])
    return stream.getvalue()


def as_flat_xlsx(text: str) -> bytes:
    """That csv opened in Excel and saved as a workbook: everything on one sheet, digits become numbers."""
    workbook = openpyxl.Workbook()
    for record in as_records(text):
        workbook.worksheets[0].append([int(c) if c and c.isdecimal() else c for c in record])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def test_everything_that_is_supported_is_read(tmp_path: Path) -> None:
    form = read(tmp_path, MD, "thu.md")
    table = [(q.name, q.type, q.label.en, q.group, q.scale, q.required, q.relevant) for q in form.questions]
    assert table == [
        ("hello", "note", "Hello", "", "", False, ""),
        ("edition", "hidden", "", "", "", False, ""),
        ("overall", "select_one", "Overall", "visit", "levels5", True, ""),
        ("online", "select_one", "Online?", "visit", "", False, "${edition} = 2"),
        ("trips", "integer", "Trips", "", "", True, "${online} = 'no'"),
        ("both", "select_multiple", "Several", "", "", False, ""),
        ("comment", "text", "Comment", "", "", False, ""),
    ]
    by_name = {q.name: q for q in form.questions}
    assert by_name["overall"].likert
    assert by_name["overall"].hint.vi == "Một mức"
    assert by_name["overall"].required_message.vi == "Xin chọn một mức."
    assert by_name["trips"].constraint_message.vi == "Từ 1 đến 20 lần."
    assert by_name["edition"].default == "2"
    assert (form.title.vi, form.title.en) == ("Phiếu thử", "A trial")
    assert form.groups["visit"].label["en"] == "This visit"


def test_the_same_form_is_read_from_xlsx_csv_and_md(tmp_path: Path) -> None:
    wanted = read(tmp_path, MD, "thu.md")
    files: dict[str, str | bytes] = {
        "a.xlsx": as_xlsx(MD),
        "b.xlsx": as_flat_xlsx(MD),
        "c.csv": as_csv(MD),
        "d.csv": "\ufeff" + as_csv(MD),
        "e.csv": as_csv(MD, ";"),
        "f.csv": as_csv(MD, "\t").encode("utf-16"),
        "g.md": "\ufeff" + MD,
    }
    for name, content in files.items():
        form = read(tmp_path, content, name)
        assert (form.title, form.questions, form.groups) == (wanted.title, wanted.questions, wanted.groups), name


def test_labels_in_decomposed_letters_are_composed(tmp_path: Path) -> None:
    form = read(tmp_path, unicodedata.normalize("NFD", book(OVERALL)))
    assert form.questions[0].label.vi == "Hài lòng chung"


def test_the_hash_of_a_form_is_that_of_its_bytes(tmp_path: Path) -> None:
    text = book(OVERALL)
    assert read(tmp_path, text).sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert read(tmp_path, text).title.vi == "thu", "without a title the file's name stands in"


def test_forms_on_three_levels_and_on_points_are_read(tmp_path: Path) -> None:
    three = ("levels3,3,Rất hài lòng", "levels3,2,Hài lòng", "levels3,1,Không hài lòng")
    form = read(tmp_path, book("select_one levels3,overall,Chung", choices=three))
    assert (form.overall, form.questions[0].scale) == ("overall", "levels3")
    points = ("points2,2,Không lần nào", "points2,1,Một lần", "points2,0,Hơn một lần")
    form = read(tmp_path, book("select_one points2,contacts,Số lần liên hệ", choices=points))
    assert (form.overall, form.questions[0].scale) == ("", "points2")
    assert [c.value for c in form.questions[0].choices] == list(SCALES["points2"].values)


def test_comments_of_the_author_are_passed_over(tmp_path: Path) -> None:
    rows = (",,,Vì sao không hỏi tuổi", f"{OVERALL},câu chính", ",,,")
    assert len(read(tmp_path, book(*rows, columns=f"{COLUMNS},comment")).questions) == 1


# What is refused: the code, the row, and what is written there instead of a good form

TEXT = "text,note_it,Góp ý"
MORE = f"{COLUMNS},relevant,constraint"
REFUSED = {
    # the file
    "no-survey": (None, "choices\n,list_name,name,label,type\n,a,1,Một,x\n"),
    "empty": (None, book("note,hello,Xin chào")),
    # columns and cells
    "column": (3, book(f"{OVERALL},x", columns=f"{COLUMNS},calculation")),
    "heading": (3, book(f"{OVERALL},x")),
    "column-twice": (2, book(f"{OVERALL},Chung", columns=f"{COLUMNS},label::Tiếng Việt (vi)")),
    "cell": (4, book(OVERALL, f"{TEXT},likert", columns=f"{COLUMNS},appearance")),
    "label": (3, book("text,a,,Comment", columns=f"{COLUMNS},label::English (en)")),
    "label-reference": (4, book(OVERALL, "text,a,Vì sao chọn ${overall}?")),
    "settings-rows": (14, book(OVERALL, rest="settings\n,form_title\n,Một\n,Hai")),
    # questions
    "no-type": (4, book(OVERALL, ",a,Câu này")),
    "type": (4, book(OVERALL, "geopoint,where,Ở đâu")),
    "name": (3, book("text,Tên hồ sơ,Góp ý")),
    "name-reserved": (3, book("text,form,Góp ý")),
    "name-twice": (4, book(OVERALL, "text,overall,Góp ý")),
    "default": (3, book(f"{OVERALL},5", columns=f"{COLUMNS},default")),
    "appearance": (3, book(f"{OVERALL},minimal", columns=f"{COLUMNS},appearance")),
    "required": (3, book(f"{OVERALL},${{a}}='1'", columns=f"{COLUMNS},required")),
    "overall": (3, book("text,overall,Chung")),
    # groups
    "group-nested": (4, book("begin_group,a,A", "begin_group,b,B", OVERALL, "end_group,,", "end_group,,")),
    "group-end": (4, book(OVERALL, "end_group,,")),
    "group-empty": (5, book(OVERALL, "begin_group,a,A", "end_group,,")),
    "group-open": (3, book("begin_group,a,A", OVERALL)),
    # choices and scales
    "list": (3, book("select_one hai_long,a,Chung")),
    "choice-list": (6, book(TEXT, choices=(",1,Một",))),
    "choice-value": (6, book(TEXT, choices=("a,một hai,Một",))),
    "choice-twice": (7, book(TEXT, choices=("a,1,Một", "a,1,Hai"))),
    "choice-alone": (6, book(TEXT, choices=("a,1,Một",))),
    "scale-value": (11, book(OVERALL, choices=(*LEVELS5, "levels5,9,Không ý kiến"))),
    "scale": (6, book(OVERALL, choices=LEVELS5[:-1])),
    "scale-multiple": (3, book("select_multiple levels5,a,Chung")),
    # expressions
    "expression-part": (4, book(OVERALL, f"{TEXT},/data/overall = 5,", columns=MORE)),
    "expression-function": (4, book(OVERALL, f"{TEXT},,. != today()", columns=MORE)),
    "expression-arguments": (4, book(OVERALL, f"{TEXT},,selected(.)", columns=MORE)),
    "expression-pattern": (4, book(OVERALL, f"{TEXT},,\"regex(., '[a-')\"", columns=MORE)),
    "expression-heavy": (4, book(OVERALL, f"{TEXT},,\"regex(., '(a+)+')\"", columns=MORE)),
    "expression-syntax": (4, book(OVERALL, f"{TEXT},,. = = 1", columns=MORE)),
    "relevant-reference": (3, book(f"{TEXT},${{overall}} = 5,", f"{OVERALL},,", columns=MORE)),
    "relevant-itself": (4, book(OVERALL, f"{TEXT},. = 5,", columns=MORE)),
    "constraint-reference": (3, book(f"{TEXT},,. = ${{nowhere}}", columns=MORE)),
}
ELSEWHERE = {"suffix", "encoding", "unreadable", "sheet", "twice", "pyxform"}


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_not_supported_is_refused_by_its_row(tmp_path: Path, code: str) -> None:
    row, text = REFUSED[code]
    mistake = refused(tmp_path, text)
    assert (mistake.code, mistake.values.get("row")) == (f"survey-form-{code}", row)
    if row is not None:
        assert f"dòng {row}" in words.mistake(mistake)[0]


def test_every_refusal_has_a_case() -> None:
    known = {
        key.removeprefix("mistakes.survey-form-") for key in words.load("vi") if key.startswith("mistakes.survey-form")
    }
    assert known == set(REFUSED) | ELSEWHERE


@pytest.mark.parametrize(
    "kind",
    [
        *("begin_repeat", "end_repeat", "calculate", "date", "time", "dateTime", "decimal", "range", "rank", "image"),
        *("audio", "video", "file", "barcode", "geopoint", "acknowledge", "start", "end", "today", "deviceid", "email"),
        *("phonenumber", "username", "audit", "select_one_from_file", "xml-external", "string", "int"),
    ],
)
def test_types_that_a_page_without_script_cannot_ask_are_refused(tmp_path: Path, kind: str) -> None:
    assert refused(tmp_path, book(OVERALL, f"{kind},a,Câu")).code == "survey-form-type"
    assert refused(tmp_path, book(OVERALL, f"{kind} levels5,a,Câu")).code == "survey-form-type"


def test_or_other_is_no_list(tmp_path: Path) -> None:
    assert refused(tmp_path, book("select_one levels5 or_other,a,Câu")).code == "survey-form-list"


@pytest.mark.parametrize(
    "column",
    [
        *(
            "calculation",
            "read_only",
            "trigger",
            "choice_filter",
            "parameters",
            "repeat_count",
            "media::image",
            "bind::x",
        ),
        *(
            "guidance_hint",
            "label::Français (fr)",
            "body::accuracyThreshold",
            "save_to",
            "instance::x",
            "label:English",
        ),
    ],
)
def test_columns_that_would_do_something_else_are_refused(tmp_path: Path, column: str) -> None:
    assert refused(tmp_path, book(f"{OVERALL},x", columns=f"{COLUMNS},{column}")).code == "survey-form-column"
    assert read(tmp_path, book(f"{OVERALL},", columns=f"{COLUMNS},{column}")).overall, "an empty column harms nobody"


@pytest.mark.parametrize(
    "setting", ["submission_url", "public_key", "instance_name", "style", "allow_choice_duplicates"]
)
def test_settings_that_would_send_answers_elsewhere_are_refused(tmp_path: Path, setting: str) -> None:
    mistake = refused(tmp_path, book(OVERALL, rest=f"settings\n,form_title,{setting}\n,Phiếu,x"))
    assert (mistake.code, mistake.values["sheet"], mistake.values["row"]) == ("survey-form-column", "settings", 13)


def test_the_row_is_the_one_that_the_person_sees(tmp_path: Path) -> None:
    bad = MD.replace("| integer ", "| decimal ")
    sheet_rows = {"thu.md": 11, "thu.xlsx": 8, "flat.xlsx": 9, "thu.csv": 9}
    assert bad.splitlines()[10].startswith("|          | decimal")
    contents: dict[str, str | bytes] = {
        "thu.md": bad,
        "thu.xlsx": as_xlsx(bad),
        "flat.xlsx": as_flat_xlsx(bad),
        "thu.csv": as_csv(bad),
    }
    for name, row in sheet_rows.items():
        assert refused(tmp_path, contents[name], name).values["row"] == row, name


def test_blank_rows_and_cells_of_several_lines_do_not_shift_the_row(tmp_path: Path) -> None:
    text = book(OVERALL, '"text",a,"Góp ý\ntrên hai dòng"', "", ",,,", "decimal,b,Số")
    assert refused(tmp_path, text).values["row"] == 7


def test_what_only_pyxform_refuses_has_its_row_too(tmp_path: Path) -> None:
    # pyxform has a group `meta` of its own, whose name no question may bear.
    mistake = refused(tmp_path, book(OVERALL, "text,meta,Góp ý"))
    assert (mistake.code, mistake.values["row"]) == ("survey-form-pyxform", 4)
    assert "'meta' is invalid" in words.mistake(mistake)[1]


def test_headings_may_begin_with_capitals(tmp_path: Path) -> None:
    assert read(tmp_path, book(OVERALL, columns="Type,Name,Label::Tiếng Việt (vi)")).overall == "overall"


@pytest.mark.parametrize("part", ["external_choices", "entities", "osm"])
def test_a_sheet_that_is_not_supported_is_refused(tmp_path: Path, part: str) -> None:
    assert refused(tmp_path, book(OVERALL, rest=f"{part}\n,list_name,name\n,a,b")).code == "survey-form-sheet"


def test_a_file_that_is_no_form_is_refused_in_words(tmp_path: Path) -> None:
    whole = as_xlsx(MD)
    assert refused(tmp_path, "x", "thu.ods").code == "survey-form-suffix"
    assert refused(tmp_path, book(OVERALL).encode("cp1258", "replace")).code == "survey-form-encoding"
    assert refused(tmp_path, b"", "thu.csv").code == "survey-form-no-survey"
    assert refused(tmp_path, b"not a zip", "thu.xlsx").code == "survey-form-unreadable"
    assert refused(tmp_path, whole[: len(whole) // 2], "thu.xlsx").code == "survey-form-unreadable"
    assert refused(tmp_path, book(OVERALL).replace("overall", 'o"v"').replace("Hài lòng chung", '"x"y'), "thu.csv").code
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<broken")
    assert refused(tmp_path, stream.getvalue(), "thu.xlsx").code == "survey-form-unreadable"
    with pytest.raises(Mistake):
        read_form(tmp_path / "nowhere.csv")


def test_words_of_a_form_that_look_like_markup_stay_words(tmp_path: Path) -> None:
    label = "<script>alert(1)</script> {{ 7*7 }} =cmd() | 9 |"
    form = read(tmp_path, book(f"text,a,{label}"))
    assert form.questions[0].label.vi == label


def test_a_form_has_something_to_answer_in_every_shipped_file() -> None:
    for name in SHIPPED:
        form = read_form(SURVEYS / f"{name}.csv")
        assert (
            sum(q.type in ASKED for q in form.questions)
            == {"counter": 6, "reception": 11, "sipas": 21, "ward": 11}[name]
        )


# Whatever is written in the cells


CELL = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                "text",
                "note",
                "select_one levels5",
                "select_multiple levels5",
                "begin_group",
                "end_group",
                "hidden",
            ),
            *(
                "a",
                "b",
                "overall",
                "yes",
                "likert",
                "levels5",
                "${a}",
                "${overall} = 5",
                "selected(., 'a')",
                "not(",
                "5",
            ),
            *(
                "regex(., '[a-z]+')",
                "if(${a} = 1, true(), 'x')",
                ". + 1 div 0",
                "concat(${a}, 'x') != ''",
                "${",
                "..",
                "1,5",
            ),
        ]
    ),
    st.text(max_size=12),
)
HEADINGS = [
    "type",
    "name",
    "label",
    "relevant",
    "constraint",
    "required",
    "appearance",
    "hint::English (en)",
    "comment",
]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=10), max_size=6), headings=st.permutations(HEADINGS))
def test_any_table_is_a_form_or_a_refusal(tmp_path: Path, rows: list[list[str]], headings: list[str]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows([["survey"], ["", *headings], *(["", *row] for row in rows), ["choices"]])
    writer.writerows([["", "list_name", "name", "label"], *(["", *choice.split(",")] for choice in LEVELS5)])
    try:
        form = read(tmp_path, stream.getvalue().encode("utf-8", "replace"))
    except Mistake as mistake:
        words.mistake(mistake)
    else:
        judge(form, {question.name: ["5"] for question in form.questions})


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".md", ".xlsx"]))
def test_any_bytes_are_a_form_or_a_refusal(tmp_path: Path, content: bytes, suffix: str) -> None:
    with pytest.raises(Mistake):
        read(tmp_path, content, f"thu{suffix}")
