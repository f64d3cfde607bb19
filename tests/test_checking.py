"""The check of rows: what it finds where, in which words, over how many files."""

import subprocess
import sys

import frictionless
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import words
from publisher.catalogue import Office
from publisher.catalogue.kinds import read_kind
from publisher.catalogue.office import HOME
from publisher.checking import check_file, check_tables, group
from publisher.checking.findings import Finding, report, shown
from publisher.checking.frictionless_words import judge
from publisher.checking.rules import compile_rule
from publisher.checking.tables import ERROR_LIMIT, JudgedCells
from publisher.errors import Problem
from publisher.reading import read_file
from tests.submitted import FEEDBACK, PROCEDURES, SERVICE_QUALITY, Line, file_of


def check(office: Office, *lines: Line, kind: str = "procedures") -> list[Problem]:
    """The errors and warnings of a file with these lines."""
    found = office.kinds[kind]
    problems = check_file(office, found, file_of(found, *lines), name="tep.csv").problems
    return [problem for problem in problems if problem.severity != "note"]


def subclasses(cls: type[frictionless.Error]) -> set[type[frictionless.Error]]:
    """A class of errors and all below it."""
    return {cls}.union(*(subclasses(one) for one in cls.__subclasses__()))


ERROR_TYPES = sorted({c.type for c in subclasses(frictionless.Error) if c.__module__.startswith("frictionless")})


@pytest.mark.parametrize("error_type", ERROR_TYPES)
def test_every_error_type_of_frictionless_has_a_sentence_in_both_languages(error_type: str) -> None:
    for lang in words.LANGUAGES:
        assert f"problems.{error_type}" in words.load(lang)


@pytest.mark.parametrize("error_type", ERROR_TYPES)
def test_each_of_these_sentences_can_be_said(office: Office, error_type: str) -> None:
    kind = office.kinds["procedures"]
    for field in ("", "note"):
        finding = judge(kind, error_type, 'constraint "maxLength" is "500"', field, "x")
        known = {"row": 2, "column": "Ghi chú", "cell": "A2", "value": "x", "file": "a", **finding.values}
        for lang in words.LANGUAGES:
            assert "{" not in words.fill(finding.message[lang].replace("{where}", ""), known)


def test_a_problem_says_file_row_column_cell_value_and_both_sentences(office: Office) -> None:
    (found,) = check(office, {**PROCEDURES, "received_online": "1013"})
    assert found == Problem(
        file="tep.csv",
        code="V01",
        severity="error",
        message_vi="Dòng 2, ô E2 (Tổng số hồ sơ tiếp nhận): ghi 46, nhưng trực tuyến + trực tiếp, bưu chính + kỳ trước "
        "chuyển qua là 1.013 + 30 + 4 = 1.047. Hãy sửa ô này hoặc một trong các ô cộng vào.",
        message_en="Row 2, cell E2 (Tổng số hồ sơ tiếp nhận): 46 stands there, but online + in person or by post + "
        "carried over is 1,013 + 30 + 4 = 1,047. Correct this cell or one of those added.",
        sheet="",
        row=2,
        column="Tổng số hồ sơ tiếp nhận",
        cell="E2",
        value="46",
    )


def test_several_files_go_through_one_run_and_keep_their_own_rows(office: Office) -> None:
    kind = office.kinds["procedures"]
    wrong = {**PROCEDURES, "field_code": "CT", "received_online": "13"}
    sources = {
        "a.csv": file_of(kind, PROCEDURES, wrong),
        "rong.csv": file_of(kind, PROCEDURES).split(b"\n")[0] + b"\n",
        "hong.csv": b"\x00\x01\x02",
        "b.csv": file_of(kind, wrong, PROCEDURES),
    }
    tables = [read_file(source, kind, office, name=name) for name, source in sources.items()]
    checked = check_tables(tables, office, collect=True)
    assert [(p.file, p.row) for p in checked.errors if p.code == "V01"] == [("a.csv", 3), ("b.csv", 2)]
    assert any(p.file == "hong.csv" for p in checked.errors)
    assert checked.rows == 4
    assert checked.places == {("00004", "2026-06"): [(0, 2), (0, 3), (3, 2), (3, 3)]}


def test_the_same_row_in_two_files_is_no_repeat(office: Office) -> None:
    kind = office.kinds["procedures"]
    tables = [read_file(file_of(kind, PROCEDURES), kind, office, name=name) for name in ("a.csv", "b.csv")]
    assert check_tables(tables, office).problems == []


def test_a_repeated_row_names_the_row_that_it_repeats(office: Office) -> None:
    (found,) = check(office, PROCEDURES, {**PROCEDURES, "field_code": "CT"}, {**PROCEDURES, "field_code": "ht"})
    assert (found.code, found.row) == ("V07", 4)
    assert "trùng với dòng 2" in found.message_vi


def test_a_refused_cell_is_told_once_and_keeps_the_rules_silent(office: Office) -> None:
    assert [p.cell for p in check(office, {**PROCEDURES, "received_total": "bốn sáu"})] == ["E2"]


def test_a_blank_cell_is_told_once_and_is_no_zero(office: Office) -> None:
    line = {**PROCEDURES, "received_total": "42", "carried_over": "", "resolved_total": "36", "resolved_early": "26"}
    (found,) = check(office, line)
    assert (found.code, found.column) == ("constraint-error", "Kỳ trước chuyển qua")


@pytest.mark.parametrize(
    ("column", "constraint", "value", "said"),
    [
        ("received_total", "minimum", "-1", "-1 nhỏ hơn mức thấp nhất cho phép là 0."),
        ("received_total", "maximum", "2000000", "lớn hơn mức cao nhất cho phép là 1.000.000."),
        ("received_total", "required", "", "bắt buộc phải có. Hãy điền vào; không phát sinh thì ghi 0."),
        ("field_code", "required", "", "bắt buộc phải có. Hãy điền vào."),
        ("note", "maxLength", "xx", "dài hơn 500 ký tự"),
        ("basis", "enum", "quý", "các giá trị cho phép: Trong tháng; Lũy kế từ đầu năm."),
        ("period", "pattern", "10/26", "“10/26” không phải kỳ báo cáo."),
        ("note", "new-one", "xx", "“xx” không đạt điều kiện"),
    ],
)
def test_a_constraint_has_a_sentence_of_its_own(
    office: Office, column: str, constraint: str, value: str, said: str
) -> None:
    finding = judge(office.kinds["procedures"], "constraint-error", f'constraint "{constraint}" is "?"', column, value)
    place = {"sheet": "", "row": 2, "column": "Cột", "cell": "B2"}
    assert finding.code == "constraint-error"
    assert said in report(finding, "tep.csv", place, value).message_vi


def test_a_unit_out_of_force_is_shown_with_its_days(office: Office) -> None:
    (found,) = [p for p in check(office, {**PROCEDURES, "unit_code": "99999"}) if p.code == "V16"]
    assert "không có đơn vị nào mang mã “99999”" in found.message_vi


def test_a_file_without_the_asked_for_column_is_shown_the_figure_that_asks_for_it(office: Office) -> None:
    found = check(office, {**PROCEDURES, "resolved_on_time": "9", "resolved_late": "1"})
    assert {p.code: (p.column, p.cell) for p in found} == {
        "V14a": ("Đã giải quyết quá hạn", "L2"), "V14b": ("Đã giải quyết quá hạn", "L2"),
    }  # fmt: skip


def test_a_stated_percentage_may_be_rounded_to_its_last_digit(office: Office) -> None:
    late = {**PROCEDURES, "resolved_on_time": "9", "resolved_late": "1", "apologies_sent": "1", "late_reason": "Lỗi"}
    assert check(office, {**late, "stated_late_pct": "3"}) == []
    assert check(office, {**late, "stated_late_pct": "2,5"}) == []
    assert [p.code for p in check(office, {**late, "stated_late_pct": "2,4"})] == ["V11b"]


def test_nothing_handled_has_no_percentage_and_100_is_refused(office: Office) -> None:
    zero = {**FEEDBACK, "carried_over": "0", "received_new": "0", "processed_total": "0", "processed_on_time": "0",
            "in_progress": "0"}  # fmt: skip
    assert check(office, {**zero, "stated_on_time_pct": ""}, kind="feedback") == []
    (found,) = check(office, {**zero, "stated_on_time_pct": "100"}, kind="feedback")
    assert (found.code, found.severity) == ("V12", "error")
    assert "không phát sinh" in found.message_vi


def test_the_index_may_differ_by_a_hundredth_from_its_parts(office: Office) -> None:
    assert check(office, {**SERVICE_QUALITY, "total_score": "92,76"}, kind="service_quality") == []


def test_a_thousand_wrong_rows_are_one_group_with_all_of_them_counted(office: Office) -> None:
    lines = [{**PROCEDURES, "procedure_code": f"1.{n:06d}", "received_online": "13"} for n in range(1000)]
    groups = group(check(office, *lines))
    found = [(one.first.code, one.letter, len(one.problems), one.rows[-1]) for one in groups]
    assert found == [("V01", "F", 1000, 1001)]


def test_the_check_says_where_it_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.checking.tables.ERROR_LIMIT", 5)
    lines = [{**PROCEDURES, "procedure_code": f"1.{n:06d}", "received_online": "13"} for n in range(20)]
    problems = check(office, *lines)
    assert [p.row for p in problems if p.code == "V01"] == [2, 3, 4, 5, 6]
    assert [p.row for p in problems if p.code == "too-many"] == [6]
    assert ERROR_LIMIT >= 100_000


def test_the_memory_of_judged_cells_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.checking.tables.REMEMBERED_CELLS", 3)
    cells = JudgedCells(lambda text: (int(text), None))
    assert [cells[str(n)] for n in range(10)] == list(range(10))
    assert len(cells) == 3


def test_numbers_in_a_sentence_are_written_as_its_language_writes_them() -> None:
    assert shown("vi", (12, 1030)) == "12 + 1.030 = 1.042"
    assert shown("en", (12, 1030)) == "12 + 1,030 = 1,042"
    assert shown("vi", (7,)) == "7"


RULES = {rule.code: rule for rule in read_kind(HOME / "datasets" / "procedures").rules}


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3), st.integers(-2, 2))
def test_a_sum_holds_exactly_when_the_left_is_the_sum(parts: list[int], off: int) -> None:
    rule = RULES["V02"]
    row = dict(zip(("resolved_early", "resolved_on_time", "resolved_late"), parts, strict=True))
    found = compile_rule(rule)({**row, "resolved_total": sum(parts) + off})
    assert (found is None) == (off == 0)
    if isinstance(found, Finding):
        assert found.values["parts"] == tuple(parts)
        assert found.values["difference"] == abs(off)


def test_a_warm_office_does_not_load_frictionless(office: Office) -> None:
    code = "import sys, publisher.checking; sys.exit('frictionless' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
