"""What a file becomes when it is read: rows in canonical order, repairs told, the rest refused at its cell."""

import csv
import io
from pathlib import Path

import pytest

from publisher import words
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake
from publisher.reading import guess_kind, read_file
from publisher.reading.values import Attention, Remembered, read_text
from tests.offices import UNITS, make_office
from tests.small_kinds import dataset, fields
from tests.ten_columns import CANONICAL, KIND, LABELS, ROW, kind_of, read, reading_office, table_of, told

FILE = f"{LABELS}\n{ROW}\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return reading_office(tmp_path_factory.mktemp("reading") / "office")


def with_figure(text: str) -> str:
    """The file whose count of late dossiers is that text."""
    row = ROW.split(",")
    row[8] = text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([LABELS.split(","), row])
    return out.getvalue()


def with_column(title: str, text: str) -> str:
    """The file with one more column, K."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[*LABELS.split(","), title], [*ROW.split(","), text]])
    return out.getvalue()


# --- rows


def test_a_good_file_gives_canonical_rows_and_nothing_to_say(office: Office) -> None:
    assert read(office, FILE) == ([(2, CANONICAL)], [])


def test_columns_are_found_by_title_in_any_order(office: Office) -> None:
    content = "Đang giải quyết,Quá hạn,Đúng hạn,Trước hạn,Tiếp nhận,Tên lĩnh vực,Tháng,Tên đơn vị\n"
    content += "6,4,30,80,120,Hộ tịch,2026-06,Phường Ba Đình\n"
    assert read(office, content) == ([(2, CANONICAL)], [])


def test_a_canonical_file_is_read_as_it_stands_with_decimal_points(office: Office) -> None:
    names = ",".join(kind_of(office).columns)
    cells = [
        "00004",
        "2026-06",
        "2026-05-15",
        "2026-06-14",
        "HT",
        "120",
        "80",
        "30",
        "4",
        "6",
        "98.5",
        "7.25",
        "web",
        "a",
    ]
    assert read(office, f"{names}\n{','.join(cells)}\n") == ([(2, cells)], [])


def test_the_caller_gives_what_the_file_lacks(office: Office) -> None:
    labels = LABELS.replace("thang,", "")
    rows, problems = read(office, f"{labels}\n{ROW.replace('2026-06,', '')}\n", period="2026-06")
    assert (rows, problems) == ([(2, CANONICAL)], [])


def test_a_file_for_another_period_than_asked_is_refused_at_the_cell(office: Office) -> None:
    rows, problems = read(office, FILE, period="2026-07")
    assert told(problems) == "error period-differs C2"
    assert rows[0][1][1] == ""


def test_refused_cells_are_blank_and_remembered(office: Office) -> None:
    table = table_of(office, with_figure("–"))
    assert [cells[8] for _, cells in table.rows()] == [""]
    assert table.refused == {(2, "late")}
    assert table.place(2, "late") == {"sheet": "", "row": 2, "column": "qua_han", "cell": "I2"}
    assert table.place(2, "period_to") == {"sheet": "", "row": 2, "column": "Đến ngày", "cell": ""}


def test_a_refused_name_refuses_the_code_it_stands_for(office: Office) -> None:
    content = "Tên đơn vị,Tháng,Tên lĩnh vực,Tiếp nhận,Trước hạn,Đúng hạn,Quá hạn,Đang giải quyết\n"
    table = table_of(office, content + "Phường Lạ,2026-06,Hộ tịch,120,80,30,4,6\n")
    assert [cells[0] for _, cells in table.rows()] == [""]
    assert told(table.problems) == "error V16 A2"
    assert (2, "unit_code") in table.refused
    assert table.place(2, "unit_code")["cell"] == "A2"


def test_rows_are_numbered_as_a_spreadsheet_does(office: Office) -> None:
    rows, problems = read(office, f"sep=;\nBáo cáo\n\n{FILE}\n\n{ROW}\n".replace(",", ";"))
    assert [number for number, _ in rows] == [4, 7]
    assert told(problems) == "note delimiter-read file\nnote title-rows row 3\nnote blank-rows file"


def test_a_code_in_another_case_gets_the_spelling_of_the_table(office: Office) -> None:
    rows, problems = read(office, FILE.replace("HT,", "ht,"))
    assert rows == [(2, CANONICAL)]
    assert told(problems) == "note code-spelled D2"


def test_an_unknown_code_passes_for_the_check_to_judge(office: Office) -> None:
    rows, problems = read(office, FILE.replace("00004,Phường Ba Đình", "99999,Phường Ba Đình"))
    assert (rows[0][1][0], problems) == ("99999", [])


def test_a_blank_code_is_found_by_the_name_beside_it(office: Office) -> None:
    assert read(office, FILE.replace("00004,", ",").replace("HT,", ",")) == ([(2, CANONICAL)], [])


def test_a_name_that_two_units_bear_needs_a_code(tmp_path: Path) -> None:
    twin = {"code": "00099", "name_vi": "Phường Ba Đình", "level": "commune"}
    office = open_office(make_office(tmp_path / "o", kinds={"received": KIND}, units=[*UNITS, twin]))
    assert read(office, FILE) == ([(2, CANONICAL)], [])
    assert told(read(office, FILE.replace("00004,", ","))[1]) == "error V16 B2"


def test_a_name_that_two_fields_bear_needs_a_code(tmp_path: Path) -> None:
    twins = [{"code": code, "name_vi": "Hộ tịch"} for code in ("HT", "H2")]
    office = open_office(make_office(tmp_path / "o", kinds={"received": KIND}, fields=twins))
    (problem,) = read(office, FILE.replace("HT,", ","))[1]
    assert told([problem]) == "error V17 E2"
    assert "(H2, HT)" in problem.message_vi


def test_a_category_is_known_by_value_title_and_alias(office: Office) -> None:
    for text in ("web", "Trực tuyến", "TRUC TUYEN", "Online", "mạng"):
        assert read(office, with_column("Kênh", text))[0][0][1][12] == "web"
    assert read(office, with_column("Kênh", "Bồ câu"))[0][0][1][12] == "Bồ câu"


def test_what_hangs_on_a_refused_cell_is_refused_with_it(office: Office) -> None:
    for content, wanted in (
        (FILE.replace("Hộ tịch", "Đất đai"), {(2, "field_name"), (2, "field_code")}),
        (FILE.replace("HT,", "=1,"), {(2, "field_code")}),
        (FILE.replace("2026-06", "6-26"), {(2, "period"), (2, "period_from"), (2, "period_to")}),
    ):
        table = table_of(office, content)
        ((_, cells),) = table.rows()
        assert table.refused == wanted
        assert all(cells[list(kind_of(office).columns).index(name)] == "" for _, name in wanted if name != "field_name")


# --- figures, days, months: one line a case: text → canonical, or what it is refused for

INTEGERS = """
4            4
0            0
2.062        2062     number-grouped
1.234.567    V09
1 234        1234     number-grouped
1\u00a0234   1234     number-grouped
1\u202f234   1234     number-grouped
100.000      100000   number-grouped
1.234,0      1234     number-grouped
120.0        120      number-zeros
120,0        120      number-zeros
120.00       120      number-zeros
05           5        number-padded
00           0        number-padded
004          V09
0,000        V09
1200.000     V09
120,000      V09
1,234        V09
1,234,567.0  V09
1.5          V09
1,5          V09
12.34        V09
0.123        V09
–            V09
-            V09
không        V09
NaN          V09
inf          V09
1e3          V09
1_000        V09
١٢٠          V09
１２０       V09
12²          V09
2 ngàn       V09
2k           V09
-5           V09
−5           V09
5%           V09
mười         V09
1 2345       V09
12 34        V09
1000001      V09
99999999999999999999999999  V09
=1+1         formula
+5           formula
1\u202e2     direction
1\u00071     control
1\ufffd      letter-lost
"""

NUMBERS = """
19,81        19.81
7            7
05,5         05.5
1.234        1234     number-grouped
1.234,5      1234.5   number-grouped
1 234,5      1234.5   number-grouped
19.81        V09
1,234.5      V09
1,234        V09
5%           V09
-1,5         V09
a            V09
2000000000   V09
"""

SHARES = """
99,7%        99.7
99,7 %       99.7
100          100
0,125        0.125
1,234        1.234
2.062        V09
100,1        V09
"""

DATES = """
2026-06-14   2026-06-14
14/06/2026   2026-06-14
14/6/2026    date-unclear
06-07-26     date-unclear
31/02/2026   date-unclear
20260614     date-unclear
2026/06/14   date-unclear
"""

PERIODS = """
2026-06              2026-06
06/2026              2026-06  period-read
6/2026               2026-06  period-read
Tháng 6/2026         2026-06  period-read
tháng 06 năm 2026    2026-06  period-read
06-07-26             period-unclear
2026-13              period-unclear
13/2026              period-unclear
Quý 2/2026           period-unclear
２０２６-06          period-unclear
"""


def outcomes(table: str) -> list[tuple[str, str, str]]:
    """(text, canonical value, note) or (text, "", refused code) of each line of a table of cases."""
    found = []
    for line in table.strip("\n").splitlines():
        text, _, rest = line.partition("  ")
        value, _, note = rest.strip().partition(" ")
        refused = value[:1].isalpha()
        found.append((text, "" if refused else value, value if refused else note.strip()))
    return found


@pytest.mark.parametrize(("text", "value", "told_of"), outcomes(INTEGERS))
def test_a_count_is_read_as_vietnamese_people_write_it_or_refused(
    office: Office, text: str, value: str, told_of: str
) -> None:
    rows, problems = read(office, with_figure(text))
    assert (rows[0][1][8], [p.code for p in problems]) == (value, [told_of] if told_of else [])


@pytest.mark.parametrize(
    ("title", "place", "cases"), [("Giờ làm", 11, NUMBERS), ("Tỷ lệ", 10, SHARES), ("Đến ngày", 3, DATES)]
)
def test_numbers_shares_and_days_are_read_or_refused(office: Office, title: str, place: int, cases: str) -> None:
    for text, value, told_of in outcomes(cases):
        rows, problems = read(office, with_column(title, text))
        assert (text, rows[0][1][place], [p.code for p in problems]) == (text, value, [told_of] if told_of else [])


def test_months_are_read_or_refused(office: Office) -> None:
    for text, value, told_of in outcomes(PERIODS):
        rows, problems = read(office, FILE.replace("2026-06", text))
        assert (text, rows[0][1][1], [p.code for p in problems]) == (text, value, [told_of] if told_of else [])


def test_each_sort_of_wrong_figure_has_its_own_sentence(office: Office) -> None:
    said = {}
    for text in ("–", "không", "１", "-5", "2 ngàn", "5%", "mười", "1,234", "1,5", "2000000"):
        (problem,) = read(office, with_figure(text))[1]
        assert "I2" in problem.message_vi
        assert "I2" in problem.message_en
        said[problem.message_vi.split(":")[-1].split("”")[-1]] = text
    assert len(said) == 10


# --- text

TEXTS = """
Bình thường                 Bình thường
a | b                       a | b
Q&A 5 < 7                   Q&A 5 < 7
a\u00a0b                    a b          spaces-replaced
a\u200bb                    ab           invisible-removed
\ufeffab                    ab           invisible-removed
Tie\u0302\u0301ng           Tiếng        letters-composed
=1+1                        formula
+84                         formula
-x                          formula
@SUM(1)                     formula
\t=1                        formula
\u200b=1                    formula
＝1                         formula
[x](javascript:1)           markup
{{ config }}                markup
{% include %}               markup
a <script>                  markup
--8<-- "x"                  formula
xx --8<-- "x"               markup
a\u202eb                    direction
a\u2066b                    direction
a\x07b                      control
a\x85b                      line-break
a\u2028b                    line-break
a\ufffdb                    letter-lost
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  cell-long
"""


def test_text_stands_as_it_is_or_is_refused(office: Office) -> None:
    codes = {key.split(".")[1] for key in words.load("vi") if key.startswith("problems.")}
    # split at "\n" alone: some of the cells hold characters at which splitlines() would also split
    for line in TEXTS.strip("\n").split("\n"):
        text, _, rest = line.partition("  ")
        parts = rest.strip().rsplit("  ", 1)
        note = parts[1].strip() if len(parts) > 1 else parts[0] if parts[0] in codes else ""
        value = parts[0].strip() if parts[0] not in codes else ""
        rows, problems = read(office, with_column("Ghi chú", text))
        assert (text, rows[0][1][13], [p.code for p in problems]) == (text, value, [note] if note else [])


def test_spaces_around_a_cell_are_taken_off_with_a_note(office: Office) -> None:
    rows, problems = read(office, FILE.replace("HT,", " HT ,"))
    assert rows == [(2, CANONICAL)]
    assert told(problems) == "note spaces-trimmed D2"


def test_one_repair_in_many_rows_is_one_note_with_its_count(office: Office) -> None:
    content = LABELS + "\n" + "".join(ROW.replace("120", "1.120") + "\n" for _ in range(30))
    (note,) = read(office, content)[1]
    assert told([note]) == "note number-grouped F2"
    assert "30 ô" in note.message_vi
    assert "“1.120” hiểu là 1120" in note.message_vi


# --- header and structure: one file for each code

TOTAL = ",,,,Tổng cộng,120,80,30,4,6\n"
MANY = ",".join(f"c{n}" for n in range(300))

STRUCTURE: list[tuple[str, bytes | str, str]] = [
    ("nothing", b"", "error file-empty file"),
    ("a mark alone", b"\xef\xbb\xbf", "error file-empty file"),
    ("line ends alone", "\n\n \n", "error file-empty file"),
    ("a workbook", b"PK\x03\x04aaaa", "error workbook-damaged file"),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1", "error workbook-damaged file"),
    ("a page", " <html><table>", "error file-html file"),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "error file-binary file"),
    ("a PDF", b"%PDF-1.7", "error file-binary file"),
    ("a zero byte", FILE.replace("Hộ", "H\0").encode(), "error file-binary file"),
    ("UTF-32", FILE.encode("utf-32"), "error encoding-utf32 file"),
    ("UTF-16 without mark", FILE.encode("utf-16-le"), "error encoding-utf16-bare file"),
    ("half a UTF-16", FILE.encode("utf-16")[:-1], "error encoding-utf16-broken row 2"),
    ("Latin-1", FILE.replace("Phường Ba Đình", "Café").replace("Hộ tịch", "x").encode("latin-1"),
     "error encoding-byte row 2"),
    ("one wrong byte", FILE.encode().replace("ộ".encode(), b"\xff"), "error encoding-byte row 2"),
    ("a cut end", FILE.encode() + "ộ".encode()[:2], "error encoding-byte row 3"),
    ("lost letters", "Ph??ng Ba Ð?nh, H? t?ch, d?ng, th?ng, b?o\n".encode("latin-1"), "error encoding-lossy file"),
    ("lost letters in UTF-8", "Ph??ng Ba Ð?nh, H? t?ch, d?ng, th?ng, b?o\n", "error encoding-lossy file"),
    ("one long line", "a" * 6_000_000, "error line-long file"),
    ("too many columns", f"{MANY}\n{MANY}\n", "error columns-many file"),
    ("no header", "1,2,3\n4,5,6\n", "error header-missing file"),
    ("a column missing", FILE.replace("qua_han", "").replace(",4,6", ",,6"), "error column-missing file"),
    ("a wrong name", FILE.replace("qua_han", "qua_hann"), "error column-unknown I1\nerror column-missing file"),
    ("the only wrong name", FILE.replace("tiep_nhan", "so_luong"),
     "error column-unknown F1\nerror column-missing file"),
    ("a stranger", with_column("Thời tiết", "nắng"), "error column-unknown K1"),
    ("personal data", with_column("Số điện thoại", "0912"), "error column-personal K1"),
    ("a name of a person", with_column("Họ và tên người nộp", "A"), "error column-personal K1"),
    ("twice", with_column("Quá hạn", "4"), "error column-twice K1"),
    ("another script", FILE.replace("qua_han", "quа_hаn"), "error column-script I1"),
    ("untitled",
     FILE.replace("qua_han", "").replace("dang_giai_quyet", "dang_giai_quyet,qua_han").replace(",4,6", ",4,6,4"),
     "error column-untitled I2"),
    ("longer rows", FILE.replace(ROW, f"{ROW},9\n{ROW}\n{ROW},9"), "error row-long row 2"),
    ("shorter rows", FILE.replace(",6\n", "\n"), "error row-short row 2"),
    ("a wrong delimiter below", f"{LABELS}\n{ROW.replace(',', ';')}\n", "error row-short row 2"),
    ("an open quote", FILE.replace("Phường", '"Phường') + f"{ROW}\n{ROW}\n", "error quote-open row 2"),
    ("a stray quote", FILE.replace("Hộ tịch", '"Hộ" tịch'), "error quote-wrong row 2"),
    ("no rows", f"{LABELS}\n\n", "error no-rows file"),
    ("a line break", FILE.replace("Hộ tịch", '"Hộ\ntịch"'), "error line-break E2"),
    ("a name of another code", FILE.replace("Hộ tịch", "Đất đai"), "error name-code-differ E2"),
    ("an unknown field", FILE.replace("HT,Hộ tịch", ",Thiên văn"), "error V17 E2"),
    ("semicolons", FILE.replace(",", ";"), "note delimiter-read file"),
    ("tabs", FILE.replace(",", "\t"), "note delimiter-read file"),
    ("bars", FILE.replace(",", "|"), "note delimiter-read file"),
    ("sep", "sep=;\n" + FILE.replace(",", ";"), "note delimiter-read file"),
    ("UTF-16 with mark", FILE.encode("utf-16"), "note utf16-read file"),
    ("UTF-8 with mark", FILE.encode("utf-8-sig"), ""),
    ("line ends of Windows", FILE.replace("\n", "\r\n"), ""),
    ("line ends of old", FILE.replace("\n", "\r"), ""),
    ("several line ends", FILE + ROW.replace("HT,Hộ tịch", "DD,Đất đai") + "\r\n", "note newlines-mixed file"),
    ("a loose header", FILE.replace("qua_han", " QUÁ HẠN "), "note header-loose file"),
    ("row numbers", "STT," + FILE.replace("\n0", "\n1,0"), "note column-aside file"),
    ("titles", "BÁO CÁO THÁNG 6,,,,,,,,,\nUBND phường Ba Đình\n" + FILE, "note title-rows row 3"),
    ("column numbers", FILE.replace("\n0", "\n(1),(2),(3),(4),(5),(6),(7),(8),(9),(10)\n0"), "note number-row row 2"),
    ("column formulas", FILE.replace("\n0", "\nA,B,C,D,E,1=2+3,2,3,4,5\n0"), "note number-row row 2"),
    ("blank rows", FILE.replace("\n0", "\n\n,,,,,,,,,\n \n0"), "note blank-rows file"),
    ("notes", FILE + "Ghi chú: đến 30/6\nNgười lập biểu,,,,,,Nguyễn Văn A,,,\nBùi Văn B,,,,,,,,,\n",
     "note ending-rows row 3"),
    ("a day line", FILE + ",,,,,,,\"Ngày … tháng … năm …\",,\n,,,,,,,THỦ TRƯỞNG,,\n", "note ending-rows row 3"),
    ("a total", FILE + TOTAL, "note total-row row 3"),
    ("a total above", FILE.replace(f"{ROW}\n", f"{TOTAL}{ROW}\n"), "note total-row row 2"),
    ("a wrong total", FILE + TOTAL.replace("120", "121"), "error V07 F3\nnote total-row row 3"),
    ("a wrong total above", FILE.replace(f"{ROW}\n", f"{TOTAL}{ROW}\n").replace(",120,80,30,4,6\n0", ",1,80,30,4,6\n0"),
     "error V07 F2\nnote total-row row 2"),
    ("blank columns at the end", FILE.replace("\n", ",,,\n"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in STRUCTURE], ids=[case[0] for case in STRUCTURE])
def test_each_fault_of_a_file_is_told_once_where_it_is(office: Office, content: bytes | str, expected: str) -> None:
    rows, problems = read(office, content)
    assert told(problems) == expected
    if any(p.severity == "error" and not p.cell.endswith(("2", "3")) for p in problems):
        assert rows == []
    if all(p.severity == "note" for p in problems):
        assert [cells for _, cells in rows if cells[4] == "HT"] == [CANONICAL]
        assert {cells[0] for _, cells in rows} == {"00004"}


@pytest.mark.parametrize(
    ("encode", "code"),
    [
        (lambda text: text.encode("utf-8").decode("cp1252", errors="replace").encode(), "encoding-twice"),
        (lambda text: old_font(text), "encoding-tcvn3"),
        (lambda text: old_font(text).decode("latin-1").encode(), "encoding-tcvn3"),
        (lambda text: "Phöôøng Ba Ñình, Hoä tòch, Ñaát ñai".encode("latin-1"), "encoding-vni"),
        (lambda text: "Phöôøng Ba Ñình, Hoä tòch, Ñaát ñai".encode(), "encoding-vni"),
        (lambda text: b"Ph\xfd\xf5\xccng Ba \xd0i\xccnh, H\xf4\xf2 ti\xf2ch, \xd0\xe2\xect \xf0ai", "encoding-1258"),
    ],
)
def test_an_old_code_page_is_named_and_never_converted(office: Office, encode, code: str) -> None:  # type: ignore[no-untyped-def]
    rows, problems = read(office, encode("Phường Ba Đình, Hộ tịch, Đất đai, Chứng thực\n" * 3))
    assert [p.code for p in problems] == [code]
    assert rows == []


TCVN3 = {"ư": 0xAD, "ờ": 0xEA, "Đ": 0xA7, "ì": 0xD7, "ộ": 0xE9, "ị": 0xDE, "ấ": 0xCA, "đ": 0xAE, "ứ": 0xF8, "ự": 0xF9}


def old_font(text: str) -> bytes:
    """A text as TCVN3 bytes, for the letters that the test uses."""
    return bytes(TCVN3.get(char, ord(char) if ord(char) < 128 else 63) for char in text)


def test_two_units_with_subtotals_and_a_grand_total_add_up(office: Office) -> None:
    second = ROW.replace("00004,Phường Ba Đình", "00008,Phường Ngọc Hà")
    sub = ",Cộng,,,,120,80,30,4,6\n"
    grand = ",TỔNG SỐ:,,,,240,160,60,8,12\n"
    rows, problems = read(office, f"{LABELS}\n{ROW}\n{sub}{second}\n{sub}{grand}")
    assert [number for number, _ in rows] == [2, 4]
    assert told(problems) == "note total-row row 3"


def test_a_total_of_refused_cells_is_not_judged(office: Office) -> None:
    content = FILE.replace("120", "x") + TOTAL
    assert told(read(office, content)[1]) == "error V09 F2\nnote total-row row 3"


def test_a_total_may_be_larger_than_a_cell_may_be(office: Office) -> None:
    big = FILE.replace("120,80", "900000,80") + ROW.replace("HT,Hộ tịch,120", "DD,Đất đai,900000")
    assert told(read(office, big + "\n,,,,Tổng cộng,1.800.000,160,60,8,12\n")[1]) == "note total-row row 4"


def test_a_free_text_is_no_total_and_no_ending(office: Office) -> None:
    for text in ("Tổng cộng", "Ghi chú: không", "Người lập biểu"):
        assert len(read(office, with_column("Ghi chú", text))[0]) == 1


def test_a_row_with_figures_is_data_whatever_it_begins_with(office: Office) -> None:
    for first in ("Ghi chú", "Người lập biểu"):
        assert [cells[0] for _, cells in read(office, FILE.replace("00004", first))[0]] == [first]


def test_a_declared_name_that_reads_like_a_total_is_data(tmp_path: Path) -> None:
    sums = [{"code": "T", "name_vi": "Tổng cộng"}]
    office = open_office(make_office(tmp_path / "o", kinds={"received": KIND}, fields=sums))
    rows, problems = read(office, FILE.replace("HT,Hộ tịch", ",Tổng cộng"))
    assert ([cells[4] for _, cells in rows], problems) == (["T"], [])


def test_the_only_strange_header_is_taken_for_the_only_missing_one(office: Office) -> None:
    unknown, missing = read(office, FILE.replace("tiep_nhan", "so_luong"))[1]
    assert "Có phải ý bạn là “Tiếp nhận”?" in unknown.message_vi
    assert "Thiếu cột “Tiếp nhận”" in missing.message_vi


def test_a_wrong_byte_is_found_wherever_the_file_is_cut(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    content = FILE.encode() + b"00004,Ph\xc6\xb0\xff\n"
    for size in range(1, 12):
        monkeypatch.setattr("publisher.reading.decoding.CHUNK", size)
        (problem,) = read(office, content)[1]
        assert problem.message_vi.startswith("Dòng 3, byte 11:")


def test_what_is_remembered_of_a_column_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Remembered, "MOST", 10)
    memory = Remembered(read_text)
    for number in range(100):
        assert memory[f"văn bản {number}"] == f"văn bản {number}"
        with pytest.raises(Attention):
            memory[f"={number}"]
    assert len(memory) + len(memory.told) <= 10


def test_a_wrong_delimiter_is_one_message_naming_the_rows(office: Office) -> None:
    content = FILE + "".join(f"{ROW},9\n" if n in (0, 1, 4) else f"{ROW}\n" for n in range(6))
    (problem,) = read(office, content)[1]
    assert "3 dòng" in problem.message_vi
    assert "dòng 3–4, 7;" in problem.message_vi


def test_a_huge_cell_is_a_sentence_whatever_the_limit_of_the_csv_module(office: Office) -> None:
    content = FILE.replace("Hộ tịch", "A" * 1_000_000)
    before = csv.field_size_limit(131_072)
    try:
        assert told(read(office, content)[1]) == "error row-huge row 2"
        csv.field_size_limit(10_000_000)
        assert told(read(office, content)[1]) == "error cell-long E2"
    finally:
        csv.field_size_limit(before)


def test_a_file_of_nothing_but_faults_is_read_only_so_far(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.reading.body.MOST_PROBLEMS", 20)
    rows, problems = read(office, LABELS + "\n" + (ROW.replace("120", "x") + "\n") * 100)
    assert len(rows) == 21
    assert told(problems[-1:]) == "error problems-many row 22"


# --- layouts, kinds, mistakes


@pytest.fixture
def laid_out(tmp_path: Path) -> Office:
    """An office that has a layout for the export of a system."""
    folder = make_office(tmp_path / "office", kinds={"received": KIND})
    layout = folder / "datasets" / "received" / "layouts" / "system.yaml"
    layout.parent.mkdir()
    layout.write_text(
        "title: {vi: Hệ thống, en: System}\n"
        "columns: {TEN_COQUAN: unit_name, TN: received, TH: early, DH: on_time, QH: late, DGQ: pending, GIO: hours}\n"
        "ignore: [ID, ROW_STT]\nconstants: {field_code: HT}\ndecimal: '.'\n",
        encoding="utf-8",
    )
    return open_office(folder)


SYSTEM = "ID,TEN_COQUAN,TN,TH,DH,QH,DGQ,GIO,ROW_STT\n9,Phường Ba Đình,120,80,30,4,6,7.25,1\n"


def test_a_layout_is_used_when_all_its_headers_are_there(laid_out: Office) -> None:
    table = table_of(laid_out, SYSTEM, period="2026-06")
    assert [cells for _, cells in table.rows()] == [[*CANONICAL[:11], "7.25", "", ""]]
    assert (table.layout, table.problems) == ("system", [])


def test_a_layout_asked_for_by_name_names_the_headers_it_misses(laid_out: Office) -> None:
    table = table_of(laid_out, SYSTEM.replace("GIO", "GIỜ LÀM"), layout="system", period="2026-06")
    assert told(table.problems) == "error layout-column file"
    assert table.stopped


def test_dots_between_thousands_are_not_trusted_where_the_dot_is_the_decimal_mark(laid_out: Office) -> None:
    table = table_of(laid_out, SYSTEM.replace("120", "2.062"), period="2026-06")
    assert [cells[5] for _, cells in table.rows()] == [""]
    assert told(table.problems) == "error V09 C2"


def test_an_unknown_layout_is_a_mistake(laid_out: Office) -> None:
    with pytest.raises(Mistake, match="unknown-layout") as caught:
        table_of(laid_out, SYSTEM, layout="none")
    assert "system" in words.mistake(caught.value)[0]


def test_a_file_that_cannot_be_opened_is_a_mistake(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="file-unreadable"):
        read_file(tmp_path / "none.csv", kind_of(office), office)


def test_a_file_is_named_by_its_path_unless_another_name_is_given(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "tháng 6.csv"
    path.write_text(FILE, encoding="utf-8")
    assert read_file(path, kind_of(office), office).file == "tháng 6.csv"
    assert list(read_file(path, kind_of(office), office).rows()) == [(2, CANONICAL)]


def test_the_kind_of_a_file_is_guessed_by_its_header(tmp_path: Path) -> None:
    other = {"dataset": dataset(tallies={}, measures={}), "schema": fields({"name": "rainfall", "type": "number"})}
    office = open_office(make_office(tmp_path / "office", kinds={"received": KIND, "rain": other}))
    guesses = {
        FILE: "received",
        "unit_code,period,rainfall\n1,2,3\n": "rain",
        "unit_code,period\n1,2\n": None,
        "a,b\n": None,
        "": None,
    }
    for content, expected in guesses.items():
        kind = guess_kind(content.encode(), office)
        assert (kind.name if kind else None) == expected


def test_every_sentence_says_what_to_do_in_both_languages() -> None:
    words.check()
