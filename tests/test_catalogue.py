"""What an office declares: periods, due days, Vietnamese text as keys, tables, kinds, settings, words."""

import copy
import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from publisher import words
from publisher.catalogue import Office, PeriodRule, Unit, open_office
from publisher.catalogue.kinds import Line, read_kind
from publisher.catalogue.office import HOME
from publisher.catalogue.periods import WorkingDays, between, parts, public_holidays, shift
from publisher.catalogue.tables import COLUMNS, read_fields, read_lines, read_units, read_working_days
from publisher.catalogue.text import Text, fold, order, plain, slug
from publisher.errors import Mistake, column_letter, cut
from publisher.words import format as formats
from tests.offices import make_office

labels = st.builds(lambda y, m: f"{y:04d}-{m:02d}", st.integers(2005, 2094), st.integers(1, 12))
days = st.dates(dt.date(2001, 1, 1), dt.date(2098, 12, 31))


# Periods


@pytest.mark.parametrize(
    ("start_day", "label", "expected"),
    [
        (15, "2026-10", "2026-09-15 … 2026-10-14"),
        (15, "2026-01", "2025-12-15 … 2026-01-14"),
        (15, "2024-03", "2024-02-15 … 2024-03-14"),
        (21, "2026-10", "2026-09-21 … 2026-10-20"),
        (28, "2026-03", "2026-02-28 … 2026-03-27"),
        (1, "2024-02", "2024-02-01 … 2024-02-29"),
        (1, "2026-12", "2026-12-01 … 2026-12-31"),
    ],
)
def test_a_label_stands_for_these_days(start_day: int, label: str, expected: str) -> None:
    period = PeriodRule(start_day).period(label)
    assert f"{period.start} … {period.end}" == expected


@given(st.integers(1, 28), labels)
def test_periods_follow_each_other_without_gap_or_overlap(start_day: int, label: str) -> None:
    rule = PeriodRule(start_day)
    here, after = rule.period(label), rule.period(shift(label, 1))
    assert here.start <= here.end
    assert here.end + dt.timedelta(days=1) == after.start


@given(st.integers(1, 28), days)
def test_every_day_lies_in_the_period_that_its_label_names(start_day: int, day: dt.date) -> None:
    rule = PeriodRule(start_day)
    period = rule.period(rule.label_on(day))
    assert period.start <= day <= period.end


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-00", "2026-1", "26-10", "2026-10\n", "２０２６-10", "", "2026-Q3"]
)
def test_nothing_but_a_year_and_a_month_is_a_label(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        parts(text)


@given(labels, st.integers(-30, 30))
def test_shifting_there_and_back_is_no_shift(label: str, months: int) -> None:
    assert shift(shift(label, months), -months) == label


def test_between_counts_both_ends_and_is_empty_backwards() -> None:
    assert between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert between("2026-02", "2025-11") == []


# Working days and due days


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-01-24", True),  # Friday before Tết Ất Tỵ
        ("2025-01-27", False),
        ("2025-01-31", False),
        ("2025-02-03", True),
        ("2026-02-13", True),  # Friday before Tết Bính Ngọ
        ("2026-02-16", False),
        ("2026-02-20", False),
        ("2026-02-23", True),
        ("2026-04-26", False),  # Giỗ Tổ on a Sunday …
        ("2026-04-27", False),  # … is made up for on Monday
        ("2025-09-01", False),
        ("2026-09-01", False),
        ("2025-05-02", False),  # a Friday given free …
        ("2025-04-26", True),  # … is worked on the Saturday before
        ("2026-08-31", False),
        ("2026-08-22", True),
        ("2026-11-14", False),  # any Saturday
    ],
)
def test_the_national_calendar_is_known(day: str, expected: bool) -> None:
    assert WorkingDays().is_working(dt.date.fromisoformat(day)) is expected


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-10-14", 5, "2026-10-21"),  # an ordinary month: Wednesday + 5
        ("2025-01-14", 5, "2025-01-21"),
        ("2025-01-24", 5, "2025-02-07"),  # over Tết 2025
        ("2026-02-14", 5, "2026-02-27"),  # over Tết 2026
        ("2025-04-25", 5, "2025-05-06"),  # Saturday 26 April worked; 30 April to 4 May free
        ("2026-08-21", 2, "2026-08-24"),  # Saturday 22 August worked
    ],
)
def test_working_days_are_counted_over_holidays_and_swapped_days(start: str, count: int, expected: str) -> None:
    assert WorkingDays().after(dt.date.fromisoformat(start), count) == dt.date.fromisoformat(expected)


def test_the_office_own_decisions_go_before_the_national_calendar() -> None:
    saturday, tet, monday = dt.date(2026, 1, 10), dt.date(2026, 2, 17), dt.date(2026, 3, 2)
    calendar = WorkingDays(off=frozenset({monday, dt.date(2026, 8, 22)}), working=frozenset({saturday, tet}))
    assert calendar.is_working(saturday)
    assert calendar.is_working(tet)
    assert not calendar.is_working(monday)
    assert not calendar.is_working(dt.date(2026, 8, 22))


def test_the_demonstration_knows_the_swap_at_new_year_2026() -> None:
    calendar = open_office(HOME).working_days
    assert not calendar.is_working(dt.date(2026, 1, 2))
    assert calendar.is_working(dt.date(2026, 1, 10))


@given(days, st.integers(1, 15))
def test_exactly_so_many_working_days_lie_in_between(day: dt.date, count: int) -> None:
    calendar = WorkingDays()
    end = calendar.after(day, count)
    passed = (day + dt.timedelta(days=n) for n in range(1, (end - day).days + 1))
    assert sum(map(calendar.is_working, passed)) == count
    assert calendar.is_working(end)


def test_tet_is_five_working_days_or_more_every_year() -> None:
    for year in range(2024, 2031):
        tet = [d for d in public_holidays(year) if d.month in (1, 2) and d != dt.date(year, 1, 1) and d.weekday() < 5]
        assert len(tet) >= 5, year


def due_days(office: Office, kind: str, *periods: str) -> list[str]:
    """Due days as text."""
    return [office.due_on(office.kinds[kind], period).isoformat() for period in periods]


def test_the_due_day_counts_working_days_after_the_period_end(office: Office) -> None:
    assert due_days(office, "procedures", "2026-02", "2026-07") == ["2026-02-27", "2026-07-21"]


def test_an_office_may_set_its_own_due_day_and_period(tmp_path: Path) -> None:
    settings = {"procedures": {"due": {"day_of_month": 5}, "period_rule": "calendar"}, "feedback": {"period_rule": 21}}
    office = open_office(make_office(tmp_path / "office", datasets=settings))
    assert due_days(office, "procedures", "2026-02", "2026-12") == ["2026-03-05", "2027-01-05"]
    assert str(office.period(office.kinds["procedures"], "2026-02").end) == "2026-02-28"
    assert str(office.period(office.kinds["feedback"], "2026-02").end) == "2026-02-20"


def test_due_periods_end_with_the_last_one_whose_due_day_is_over(tmp_path: Path) -> None:
    for today, last in (("2026-07-21", "2026-06"), ("2026-07-22", "2026-07")):
        office = open_office(make_office(tmp_path / today, today=today, first_period="2026-05"))
        assert office.due_periods(office.kinds["procedures"]) == between("2026-05", last)


def test_units_are_expected_while_they_are_in_force() -> None:
    office = open_office(HOME)
    kind = office.kinds["procedures"]

    def names(period: str) -> set[str]:
        return {u.name.vi for u in office.expected_units(kind, period)}

    assert names("2025-06") - names("2025-07") == {"Xã Vân Hội", "Xã Xuyên Lộc"}
    assert names("2025-07") - names("2025-06") == {"Xã Vân Xuyên"}
    assert len(names("2026-10")) == 30


# Vietnamese text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phường Đức Thắng", "phuong-duc-thang"),
        ("Ðông Thái", "dong-thai"),  # Icelandic Ð from old keyboards
        ("Lao động - Thương binh & Xã hội", "lao-dong-thuong-binh-xa-hoi"),
        ("  Xã  Ô Mễ (mới) ", "xa-o-me-moi"),
        ("Phươ\u0300ng Ho\u0300a Bi\u0300nh", "phuong-hoa-binh"),  # decomposed
        ("‼", ""),
    ],
)
def test_a_name_becomes_this_part_of_an_address(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_is_always_safe_in_an_address(text: str) -> None:
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(slug(text)) == slug(text)


@pytest.mark.parametrize(
    "text", ["ten_don_vi", "TÊN ĐƠN VỊ ", "Tên đơn vị", "Tên  đơn-vị:", "Te\u0302n \u0111\u01a1n vi\u0323"]
)
def test_headers_that_people_take_for_one_are_one_key(text: str) -> None:
    assert fold(text) == "ten don vi"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_plain_keeps_no_mark_of_any_vietnamese_letter() -> None:
    letters = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ"
    assert set(plain(letters + letters.upper())) == set("adeiouy")


def test_vietnamese_order_puts_d_before_dd_and_tones_in_their_order() -> None:
    names = [
        "10",
        "2",
        "An",
        "Ăn",
        "Ân",
        "Ba",
        "Bà",
        "Bả",
        "Bã",
        "Bá",
        "Bạ",
        "Bắc",
        "Dương",
        "Đông",
        "Đức",
        "Em",
        "Ê",
        "Fa",
        "Giang",
        "Hoa",
        "Hòa",
        "Hòa Bình",
        "Ô Mễ",
        "Ơ",
        "Ước",
        "Va",
        "Wa",
        "Y",
        "Zô",
    ]
    shuffled = sorted(names, key=lambda name: name[::-1])
    assert sorted(shuffled, key=order) == names


@given(st.text(), st.text())
def test_two_texts_always_have_an_order(one: str, two: str) -> None:
    assert (order(one) < order(two)) or (order(one) >= order(two))


def test_a_text_falls_back_to_vietnamese() -> None:
    assert Text(vi="Đất đai")["en"] == "Đất đai"
    assert Text(vi="Đất đai", en="Land")["en"] == "Land"
    assert Text(vi="Đất đai", en="Land")["vi"] == "Đất đai"


# Reference tables


def units_table(tmp_path: Path, *lines: str, header: str = ",".join(COLUMNS["units"])) -> Path:
    """A units.csv with these lines."""
    path = tmp_path / "units.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def test_units_are_found_by_code_in_any_case_and_by_name(tmp_path: Path) -> None:
    table = read_units(units_table(tmp_path, "90001,Phường Hòa Bình,Hoa Binh Ward,commune,,,,", "SNV,Sở Nội vụ,,,,,,"))
    assert table.code("snv") == "SNV"
    assert table.code("XXX") is None
    assert table.named("PHƯỜNG HÒA BÌNH") == ("90001",)
    assert table.named("hoa binh ward") == ("90001",)
    unit = table.get("90001")
    assert isinstance(unit, Unit)
    assert (unit.slug, unit.level, unit.name["en"]) == ("phuong-hoa-binh", "commune", "Hoa Binh Ward")


def test_a_name_that_repeats_is_ambiguous_and_gets_the_code_in_its_address(tmp_path: Path) -> None:
    table = read_units(units_table(tmp_path, "1,Xã X,,,,,2025-06-30,", "2,Xã X,,,,2025-07-01,,", "3,Xã Y,,,,,,"))
    assert table.named("xã x") == ("1", "2")
    assert [entry.slug for entry in table] == ["xa-x-1", "xa-x-2", "xa-y"]


def test_an_entry_is_in_force_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    unit = next(iter(read_units(units_table(tmp_path, "1,Xã X,,,,2025-01-01,2025-06-30,"))))
    valid = [
        str(d)
        for d in ("2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01")
        if unit.is_valid(dt.date.fromisoformat(d))
    ]
    assert valid == ["2025-01-01", "2025-06-30"]


def test_fields_are_found_by_alias(tmp_path: Path) -> None:
    path = tmp_path / "fields.csv"
    path.write_text(
        "code,name_vi,name_en,aliases,valid_from,valid_to\nHT,Hộ tịch,,Tư pháp | Đăng ký hộ tịch|,,\n", "utf-8"
    )
    assert read_fields(path).named("dang ky ho tich") == ("HT",)


@pytest.mark.parametrize(
    ("content", "code", "values"),
    [
        ("code,name_vi\n1,Xã X\n", "table-columns", {"wrong": "address, level, name_en, parent, valid_from, valid_to"}),
        (",".join((*COLUMNS["units"], "phone")) + "\n", "table-columns", {"wrong": "phone"}),
        (",".join((*COLUMNS["units"], "code")) + "\n", "table-columns", {"wrong": "code"}),
        ("", "table-columns", {}),
        (",".join(COLUMNS["units"]) + "\n1,Xã X,,,,,,\n2,Xã Y,,,,,\n", "table-line", {"row": 3}),
        (",".join(COLUMNS["units"]) + "\n\n2,Xã Y,,,,,,,\n", "table-line", {"row": 3}),
        (",".join(COLUMNS["units"]) + '\n1,"Xã "X",,,,,,\n', "table-line", {"row": 2}),
        (",".join(COLUMNS["units"]) + "\n1,Xã X,,,,01/07/2025,,\n", "table-date", {"row": 2, "column": "valid_from"}),
        (",".join(COLUMNS["units"]) + "\n1,Xã X,,,,,2025-02-30,\n", "table-date", {"value": "2025-02-30"}),
        (",".join(COLUMNS["units"]) + "\n,Xã X,,,,,,\n", "table-code", {"value": ""}),
        (",".join(COLUMNS["units"]) + "\na1,X,,,,,,\nA1,Y,,,,,,\n", "table-code", {"value": "a1"}),
        (",".join(COLUMNS["units"]) + "\n../1,X,,,,,,\n", "table-code", {"value": "../1"}),
        (",".join(COLUMNS["units"]) + "\nĐ1,X,,,,,,\n", "table-code", {"value": "Đ1"}),
        (",".join(COLUMNS["units"]) + "\nALL,X,,,,,,\n", "table-code", {"value": "ALL"}),
        (",".join(COLUMNS["units"]) + "\n1,X,,,,,,\n2,X,,,,,,\n3,X 1,,,,,,\n", "table-code", {"value": "1"}),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(
    tmp_path: Path, content: str, code: str, values: dict[str, Any]
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_units(path)
    assert caught.value.code == code
    assert caught.value.values["file"] == "units.csv"
    assert values.items() <= caught.value.values.items()
    assert all("{" not in sentence for sentence in words.mistake(caught.value))


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes((",".join(COLUMNS["units"]) + "\n1,Xã X,,,,,,\n").encode("utf-16"))
    with pytest.raises(Mistake) as caught:
        read_units(path)
    assert caught.value.code == "table-encoding"


def test_a_table_may_have_a_mark_other_line_ends_blank_lines_and_line_breaks_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('\ufeffa,b\r\n1,"x\u2028y\nz"\r\n\r\n,\r\n 2 ,Ho\u0300a\r\n'.encode())
    assert list(read_lines(path, ("a", "b"))) == [
        (2, {"a": "1", "b": "x\u2028y\nz"}),
        (5, {"a": "2", "b": "Hòa"}),
    ]


def test_a_table_that_does_not_exist_has_no_lines(tmp_path: Path) -> None:
    assert len(read_units(tmp_path / "units.csv")) == 0


def test_swapped_days_are_read_and_anything_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "holidays.csv"
    path.write_text("date,day_type,decision\n2026-01-02,off,TB\n2026-01-10,working,TB\n", encoding="utf-8")
    calendar = read_working_days(path)
    assert calendar == WorkingDays(frozenset({dt.date(2026, 1, 2)}), frozenset({dt.date(2026, 1, 10)}))
    for line in ("2026-01-02,nghỉ,", ",off,"):
        path.write_text(f"date,day_type,decision\n{line}\n", encoding="utf-8")
        with pytest.raises(Mistake) as caught:
            read_working_days(path)
        assert caught.value.code == "table-day-type"


# Kinds


def definition() -> dict[str, Any]:
    """The smallest kind."""
    fixed = {"unit_code": "string", "period": "string", "period_from": "date", "period_to": "date", "count": "integer"}
    return {
        "dataset": {
            "title": {"vi": "Thử"},
            "short": {"vi": "Thử"},
            "purpose": {"vi": "Thử"},
            "owner": {"vi": "Thử"},
            "due": {"working_days": 5},
            "grain": ["unit_code", "period"],
            "tallies": {"count": {"sum": ["count"]}, "longest": {"max": ["count"], "over_time": "most"}},
            "measures": {"count": {"title": {"vi": "Số"}, "definition": {"vi": "Số"}, "sum": ["count"]}},
            "headline": ["count"],
            "table": ["count"],
        },
        "schema": {"fields": [{"name": n, "type": t, "titles": {"vi": f"Cột {n}"}} for n, t in fixed.items()]},
        "rules": [
            {
                "code": "X1",
                "severity": "error",
                "message": {"vi": "Sai"},
                "at_most": {"part": ["count"], "whole": ["count"]},
            }
        ],
    }


TWICE = {"title": {"vi": "Hai lần"}, "definition": {"vi": "Hai lần"}}
TOTAL = {"measures": ["count"], "decimals": 1, "maximum": 18}


def write_kind(tmp_path: Path, files: dict[str, Any]) -> Path:
    """A kind's folder with these files."""
    folder = tmp_path / "things"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_the_smallest_kind_is_read(tmp_path: Path) -> None:
    kind = read_kind(write_kind(tmp_path, definition()))
    assert kind.name == "things"
    assert list(kind.columns) == ["unit_code", "period", "period_from", "period_to", "count"]
    assert not kind.has_basis
    assert kind.measures["count"].form == "sum"
    assert kind.rules[0].test == "at_most"
    assert kind.descriptor()["fields"][4] == {"name": "count", "type": "integer", "title": "Cột count"}


def spoil(files: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path of a definition."""
    *way, last = path.split(".")
    here: Any = files
    for step in way:
        here = here[int(step) if step.isdigit() else step]
    here[int(last) if last.isdigit() else last] = value


def test_an_optional_kind_is_published_by_an_office_that_names_it(tmp_path: Path) -> None:
    assert "one_stop_scores" not in open_office(make_office(tmp_path / "all")).kinds
    named = make_office(tmp_path / "named", datasets={"one_stop_scores": {}})
    assert list(open_office(named).kinds) == ["one_stop_scores"]


def test_where_names_a_value_that_its_column_can_have(tmp_path: Path) -> None:
    files = definition()
    categories = [{"value": "web", "titles": {"vi": "Trang web"}}]
    files["schema"]["fields"].append(
        {"name": "way", "type": "string", "titles": {"vi": "Cách"}, "categories": categories}
    )
    files["dataset"]["breakdowns"] = {"way": {"title": {"vi": "Cách"}, "column": "way"}}
    files["dataset"]["tallies"]["online"] = {"sum": ["count"], "where": {"way": ["web"]}}
    files["dataset"]["line"] = {"breakdown": "way", "key": "web"}
    assert read_kind(write_kind(tmp_path, files)).line == Line(breakdown="way", key="web")
    for path in ("dataset.tallies.online.where", "rules.0.where"):
        spoiled = copy.deepcopy(files)
        spoil(spoiled, path, {"way": ["web", "webb"]})
        with pytest.raises(Mistake) as caught:
            read_kind(write_kind(tmp_path, spoiled))
        assert "way=webb" in caught.value.values["detail"]
    files["dataset"]["line"]["key"] = "webb"
    with pytest.raises(Mistake) as caught:
        read_kind(write_kind(tmp_path, files))
    assert "line: way=webb" in caught.value.values["detail"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("dataset.colour", "red", "colour"),
        ("dataset.grain", ["unit_code", "nothing"], "grain: nothing"),
        ("dataset.headline", ["nothing"], "shown: nothing"),
        ("dataset.tallies.count", {"sum": ["nothing"]}, "tallies.count: nothing"),
        ("dataset.tallies.count", {"sum": ["count"], "count": {}}, "either sum, count or max"),
        ("dataset.measures.count.sum", ["nothing"], "measures.count: nothing"),
        ("dataset.measures.count.ratio", {"numerator": ["count"], "denominator": ["count"]}, "exactly one of"),
        ("dataset.measures.count.interval", "wilson", "an interval belongs to a ratio"),
        ("dataset.measures.count.hidden", ["nothing"], "measures.count: nothing"),
        ("dataset.measures.all", {**TOTAL, "measures": ["count"]}, "title"),
        ("dataset.measures.count.total", TOTAL, "exactly one of"),
        ("dataset.tallies.count", {"sum": ["count"], "where": {"nothing": "1"}}, "tallies.count: nothing"),
        ("dataset.tallies.count", {"count": {}, "where": {"count": "1"}}, "where belongs to a sum"),
        ("dataset.tallies.count", {"max": ["count"]}, "over_time of a max"),
        ("dataset.tallies.count", {"sum": ["count"], "over_time": "most"}, "most belongs to a max"),
        ("dataset.tallies.count", {"max": ["nothing"], "over_time": "last"}, "tallies.count: nothing"),
        ("dataset.measures.twice", {**TWICE, "sum": ["count", "longest"]}, "a max stands alone"),
        ("dataset.measures.twice", {**TWICE, "difference": {"plus": ["longest"], "minus": ["count"]}}, "a max stands"),
        ("dataset.grain", [], "grain belongs to every kind"),
        ("dataset.derived", "figures", "derived"),
        ("dataset.derived", "measures", "due belongs to every kind"),
        ("dataset.line", {"breakdown": "way", "key": "web"}, "line: way=web"),
        ("dataset.tables", [{"title": {"vi": "Thêm"}, "measures": ["nothing"]}], "shown: nothing"),
        ("rules.0.where", {"nothing": "1"}, "rules.X1: nothing"),
        ("dataset.due", {}, "working_days or day_of_month"),
        ("dataset.due", {"day_of_month": 31}, "day_of_month"),
        ("dataset.period_rule", 31, "period_rule"),
        ("dataset.breakdowns", {"way": {"title": {"vi": "Cách"}, "of": "nothing"}}, "breakdowns.way: nothing"),
        ("rules.0.at_most.part", ["nothing"], "rules.X1: nothing"),
        ("rules.0.sum", {"left": "count", "right": ["count"]}, "exactly one test"),
        ("schema.fields.4.name", "revision", "revision is a reserved name"),
        ("schema.fields.4.titles", {"vi": "COT PERIOD"}, "means two columns"),
        ("schema.fields.0.named_by", {"titles": {"vi": "Cột count"}}, "means two columns"),
        ("schema", {}, "fields"),
        ("schema", [], "list"),
        ("schema.fields.4.type", "float", "type"),
    ],
)
def test_a_wrong_definition_is_refused_with_the_name(tmp_path: Path, path: str, value: Any, said: str) -> None:
    files = definition()
    spoil(files, path, value)
    with pytest.raises(Mistake) as caught:
        read_kind(write_kind(tmp_path, files))
    assert caught.value.code == "definition"
    assert said in caught.value.values["detail"]


def test_a_definition_that_is_missing_or_no_yaml_is_refused(tmp_path: Path) -> None:
    folder = write_kind(tmp_path, definition())
    (folder / "schema.yaml").write_text("fields: [", encoding="utf-8")
    with pytest.raises(Mistake, match="definition"):
        read_kind(folder)
    (folder / "schema.yaml").unlink()
    with pytest.raises(Mistake, match="definition"):
        read_kind(folder)


def test_an_empty_layout_is_refused_and_a_good_one_of_the_office_is_added(tmp_path: Path) -> None:
    folder = write_kind(tmp_path, definition())
    own = tmp_path / "own"
    (own / "layouts").mkdir(parents=True)
    layout = own / "layouts" / "old.yaml"
    layout.write_text("", encoding="utf-8")
    with pytest.raises(Mistake, match="definition"):
        read_kind(folder, own)
    layout.write_text("title: {vi: Cũ}\ncolumns: {TONG: count}\n", encoding="utf-8")
    assert [found.name for found in read_kind(folder, own).layouts] == ["old"]


def test_the_digest_follows_every_definition_file(tmp_path: Path) -> None:
    files = definition()
    seen = {read_kind(write_kind(tmp_path, files)).digest}
    for part in ("dataset", "schema", "rules"):
        folder = write_kind(tmp_path, files)
        with (folder / f"{part}.yaml").open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        seen.add(read_kind(folder).digest)
    assert len(seen) == 4


def test_the_kinds_of_the_repository_are_good() -> None:
    assert {"procedures", "feedback", "service_quality"} <= set(open_office(HOME).kinds)


# Settings


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"first_period": "2026-13"}, "first_period"),
        ({"first_period": "2026"}, "first_period"),
        ({"period_rule": 31}, "period_rule"),
        ({"period_rule": 0}, "period_rule"),
        ({"keep_releases": 1}, "keep_releases"),
        ({"colour": "red"}, "colour"),
        ({"name": {"en": "Only English"}}, "name.vi"),
        ({"datasets": {"procedures": {"due": {}}}}, "datasets.procedures.due"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, settings: dict[str, Any], key: str) -> None:
    root = make_office(tmp_path / "office", **settings)
    with pytest.raises(Mistake) as caught:
        open_office(root)
    assert caught.value.code == "settings"
    assert caught.value.values["key"].startswith(key)


def test_a_folder_that_is_no_office_and_a_kind_that_does_not_exist_are_mistakes_of_use(tmp_path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        open_office(tmp_path)
    assert (caught.value.code, caught.value.exit_code) == ("no-office", 2)
    root = make_office(tmp_path / "office", datasets={"weather": {}})
    with pytest.raises(Mistake) as caught:
        open_office(root)
    assert (caught.value.code, caught.value.exit_code) == ("unknown-kind", 2)
    assert "procedures" in caught.value.values["known"]


def test_every_setting_of_the_demonstration_is_explained_in_two_languages() -> None:
    lines = (HOME / "datasets" / "publishing.yaml").read_text(encoding="utf-8").splitlines()
    keys = [n for n, line in enumerate(lines) if line[:1].isalpha()]
    assert len(keys) >= 13
    for number in keys:
        above = list(itertools.takewhile(lambda line: line.startswith("# "), reversed(lines[:number])))
        assert len(above) >= 2, lines[number]


def test_the_tables_of_the_demonstration_are_what_they_should_be() -> None:
    office = open_office(HOME)
    assert (len(office.units), len(office.fields)) == (32, 13)
    assert office.settings.demonstration
    units = {unit.code for unit in office.units}
    counters = [line for _, line in read_lines(office.datasets / "counters.csv", COLUMNS["counters"])]
    assert {line["unit_code"] for line in counters} <= units
    assert len({line["counter_code"] for line in counters}) == len(counters)
    names = sorted((unit.name.vi for unit in office.units), key=order)
    assert names.index("Xã Dương Lâm") < names.index("Xã Đồng Mận") < names.index("Xã Đông Thái")


# Words


def test_both_languages_have_the_same_keys_and_places() -> None:
    words.check()


def test_a_missing_sentence_or_another_place_stops_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    vi, en = dict(words.load("vi")), dict(words.load("en"))
    for key, sentence in (("mistakes.settings", None), ("mistakes.settings", "No place")):
        spoiled = {k: v for k, v in en.items() if k != key} | ({key: sentence} if sentence else {})
        languages = {"vi": vi, "en": spoiled}
        monkeypatch.setattr(words, "load", languages.__getitem__)
        with pytest.raises(Mistake) as caught:
            words.check()
        assert caught.value.values == {"keys": "mistakes.settings", "count": 1}


def test_no_sentence_is_blank() -> None:
    for lang in words.LANGUAGES:
        assert [key for key, sentence in words.load(lang).items() if not sentence] == []


def test_a_key_in_two_files_is_a_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "vi").mkdir()
    for name in ("a", "b"):
        (tmp_path / "vi" / f"{name}.yaml").write_text("pages: {x: chữ}\n", encoding="utf-8")
    monkeypatch.setattr(words, "HERE", tmp_path)
    with pytest.raises(TypeError, match="repeats"):
        words.load.__wrapped__("vi")


def test_filling_looks_names_up_and_nothing_more() -> None:
    assert words.fill("{a} {a[0]} {{a}} {b}", {"a": "{b}", "b": 1}) == "{b} {a[0]} {{b}} 1"
    assert words.fill("{a.upper}", {"a.upper": "plain name"}) == "plain name"
    with pytest.raises(KeyError):
        words.fill("{missing}", {})


@pytest.mark.parametrize(
    ("lang", "value", "decimals", "expected"),
    [
        ("vi", 1234567, 0, "1.234.567"),
        ("en", 1234567, 0, "1,234,567"),
        ("vi", 98.529, 1, "98,5"),
        ("en", -0.5, 2, "-0.50"),
    ],
)
def test_numbers_are_written_as_people_of_the_language_do(
    lang: str, value: float, decimals: int, expected: str
) -> None:
    assert formats.number(lang, value, decimals) == expected


def test_days_and_shares_are_written_as_people_of_the_language_do() -> None:
    assert formats.date("vi", dt.date(2026, 7, 1)) == "01/07/2026"
    assert formats.date("en", dt.date(2026, 7, 1)) == "1 Jul 2026"
    assert formats.percent("vi", 98.53) == "98,5%"


@pytest.mark.parametrize(
    ("label", "vi", "en"),
    [
        ("2026-10", "Tháng 10/2026", "October 2026"),
        ("2026-01", "Tháng 1/2026", "January 2026"),
        ("2026-Q3", "Quý III/2026", "Quarter 3, 2026"),
        ("2026", "Năm 2026", "2026"),
    ],
)
def test_periods_are_named_as_people_of_the_language_do(label: str, vi: str, en: str) -> None:
    assert (formats.period("vi", label), formats.period("en", label)) == (vi, en)


# Errors


@pytest.mark.parametrize(
    ("number", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_have_the_letters_of_a_spreadsheet(number: int, letter: str) -> None:
    assert column_letter(number) == letter


@given(st.text())
def test_a_cell_in_a_message_is_one_short_line(text: str) -> None:
    assert len(cut(text)) <= 60
    assert all(char.isprintable() for char in cut(text))
