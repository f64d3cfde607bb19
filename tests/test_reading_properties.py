"""What holds for every file: figures come back, no text changes in silence, and nothing makes the reader fall."""

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.catalogue import Office
from publisher.errors import Problem
from publisher.reading import guess_kind, read_file
from publisher.reading.legacy import from_tcvn3, from_vni
from tests.ten_columns import FIGURES, LABELS, ROW, kind_of, read, reading_office

many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF])
WIDE = dict.fromkeys((160, *range(8192, 8203), 8239, 8287, 12288), " ")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return reading_office(tmp_path_factory.mktemp("properties") / "office")


def written(labels: str, *rows: list[str], delimiter: str = ",") -> str:
    """A file as a spreadsheet writes it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([labels.split(","), *rows])
    return out.getvalue()


def vietnamese(value: int, mark: str) -> str:
    """A count with a mark between thousands."""
    return f"{value:,}".replace(",", mark)


@many
@given(value=st.integers(0, 1_000_000), mark=st.sampled_from(["", ".", " ", "\u00a0", "\u202f"]), zeros=st.booleans())
def test_a_count_written_in_vietnamese_comes_back(office: Office, value: int, mark: str, zeros: bool) -> None:
    text = vietnamese(value, mark) + (",0" if zeros and mark in ("", ".") else "")
    rows, problems = read(office, written(LABELS, [*ROW.split(",")[:5], text, "80", "30", "4", "6"]))
    assert rows[0][1][5] == str(value)
    assert {p.code for p in problems} == ({"number-zeros"} if text == f"{value},0" else {"number-grouped"}) - (
        {"number-grouped"} if text == str(value) else set()
    )


@many
@given(value=st.decimals(0, 999_999, places=2, allow_nan=False))
def test_a_number_as_babel_writes_it_in_vietnamese_comes_back(office: Office, value: Decimal) -> None:
    text = format_decimal(value, locale="vi")
    rows, problems = read(office, written(f"{LABELS},Giờ làm", [*ROW.split(","), text]))
    assert Decimal(rows[0][1][11]) == value
    assert [p for p in problems if p.severity == "error"] == []


@many
@given(text=st.text("0123456789.,- %\u00a0\u2013٣５eE+_", min_size=1, max_size=12))
def test_a_figure_is_a_plain_number_or_refused(office: Office, text: str) -> None:
    rows, problems = read(office, written(LABELS, [*ROW.split(",")[:5], text, "80", "30", "4", "6"]))
    ((_, cells),) = rows
    refused = [p for p in problems if p.severity == "error"]
    if refused:
        assert (len(refused), refused[0].cell, cells[5]) == (1, "F2", "")
        return
    assert cells[5] == "" or (cells[5].isascii() and cells[5].isdigit())
    digits = "".join(char for char in text if char.isdigit())
    assert digits.startswith(cells[5]) or digits.lstrip("0").startswith(cells[5].lstrip("0"))
    if cells[5] != text:
        assert [p.cell for p in problems] == ["F2"] * len(problems)
        assert problems


@many
@given(text=st.text(max_size=40))
def test_no_text_changes_in_silence(office: Office, text: str) -> None:
    rows, problems = read(
        office, written(f"{LABELS},Ghi chú", [*ROW.split(","), text]).encode("utf-8", "surrogatepass")
    )
    if any(p.severity == "error" for p in problems):
        assert not rows or rows[0][1][13] == ""
        return
    cell = rows[0][1][13]
    assert cell == unicodedata.normalize("NFC", text).translate(INVISIBLE).translate(WIDE).strip(" ")
    assert (cell == text) == (problems == [])


def well_formed(rows: list[tuple[int, list[str]]], problems: list[Problem], width: int) -> None:
    """Rows have all columns, numbers go up, problems have their two sentences."""
    assert all(len(cells) == width for _, cells in rows)
    numbers = [number for number, _ in rows]
    assert numbers == sorted(set(numbers))
    assert all(p.message_vi and p.message_en for p in problems)


@many
@given(content=st.binary(max_size=300))
def test_arbitrary_bytes_end_in_accept_or_refuse(office: Office, content: bytes) -> None:
    rows, problems = read(office, content)
    assert rows == []
    assert [p.severity for p in problems] == ["error"] * len(problems) != []
    assert guess_kind(content, office) is None


@many
@given(content=st.binary(max_size=200), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_arbitrary_bytes_below_a_header_end_in_accept_or_refuse(office: Office, content: bytes, encoding: str) -> None:
    rows, problems = read(office, f"{LABELS}\n{ROW}\n".encode(encoding) + content)
    well_formed(rows, problems, len(kind_of(office).columns))


cell = st.text("0123456789.,;|\t\"' \n\r\u00a0-–%=+@(aTổngcộnghichúNg)/\ufeff", max_size=10)


@many
@given(lines=st.lists(st.lists(cell, max_size=12), max_size=8), delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_arbitrary_cells_below_a_header_end_in_accept_or_refuse(
    office: Office, lines: list[list[str]], delimiter: str
) -> None:
    rows, problems = read(office, written(LABELS, *lines, delimiter=delimiter))
    well_formed(rows, problems, len(kind_of(office).columns))


@some
@given(lines=st.lists(st.text(max_size=60), max_size=12))
def test_arbitrary_lines_end_in_accept_or_refuse(office: Office, lines: list[str]) -> None:
    rows, problems = read(office, "\n".join(lines).encode("utf-8", "surrogatepass"))
    well_formed(rows, problems, len(kind_of(office).columns))


@some
@given(
    figures=st.lists(st.lists(st.integers(0, 9999), min_size=5, max_size=5), min_size=1, max_size=6),
    wrong=st.sampled_from([None, *range(5)]),
    slip=st.integers(1, 50),
)
def test_a_total_row_is_judged_by_the_sum_of_its_column(
    office: Office, figures: list[list[int]], wrong: int | None, slip: int
) -> None:
    sums = [sum(column) for column in zip(*figures, strict=True)]
    if wrong is not None:
        sums[wrong] += slip
    rows = [["00004", "", "2026-06", "HT", "", *map(str, line)] for line in figures]
    found, problems = read(office, written(LABELS, *rows, ["", "", "", "", "Tổng cộng", *map(str, sums)]))
    assert len(found) == len(figures)
    expected = [] if wrong is None else [("V07", list(FIGURES)[wrong])]
    names = {"tiep_nhan": "received", "truoc_han": "early", "dung_han": "on_time", "qua_han": "late"}
    told = [(p.code, names.get(p.column, "pending")) for p in problems if p.severity == "error"]
    assert told == expected


@some
@given(count=st.integers(0, 40), blank=st.integers(0, 3))
def test_all_rows_come_with_their_numbers(office: Office, count: int, blank: int) -> None:
    content = (LABELS + "\n" + ("\n" * blank + ROW + "\n") * count).encode()
    table = read_file(content, kind_of(office), office)
    assert [number for number, _ in table.rows()] == [2 + blank + (blank + 1) * n for n in range(count)]
    assert list(table.rows()) == []


def test_the_tables_of_old_fonts_give_the_words_that_they_stand_for() -> None:
    assert from_tcvn3("§¬n vÞ: Ph­êng Gi¶ng Vâ, quËn Ba §×nh; ®óng h¹n, trÔ h¹n") == (
        "Đơn vị: Phường Giảng Võ, quận Ba Đình; đúng hạn, trễ hạn"
    )
    assert from_vni("Ñôn vò: Phöôøng Giaûng Voõ, quaän Ba Ñình; ñuùng haïn, treã haïn; möùc ñoä, naêm, kyø") == (
        "Đơn vị: Phường Giảng Võ, quận Ba Đình; đúng hạn, trễ hạn; mức độ, năm, kỳ"
    )
