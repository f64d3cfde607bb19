"""Awkward, broken and hostile files, where they stand beside the checkout: each ends in accept or refuse."""

import csv
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.catalogue import Office
from publisher.checking import check_file
from publisher.errors import Mistake
from publisher.ledger import accept
from tests.ten_columns import kind_of, reading_office

SETTLED = {
    "21_title_row_above_header.csv": "accept+note",
    "23_footnote_rows.csv": "accept+note",
    "95_delimiter_pipe.csv": "accept+note",
}
"""What was settled otherwise than CASES.csv: rows that are no data, and the bar, are accepted with a note."""

FOUND = """
03_ok_semicolon_vi_excel.csv         note delimiter-read
07_mixed_newlines.csv                note newlines-mixed
09_utf16le_bom.csv                   note utf16-read
11_cp1258.csv                        error encoding-1258
13_invalid_utf8_byte.csv             error encoding-byte 2
15_nfd_names.csv                     note letters-composed 2 B2
17_only_bom.csv                      error file-empty
19_blank_lines_inside.csv            note blank-rows
21_title_row_above_header.csv        note title-rows 3
23_footnote_rows.csv                 note ending-rows 7
25_header_wrong_name.csv             error column-unknown 1 F1
27_header_duplicate.csv              error column-twice 1 H1
29_header_trailing_space_case.csv    note header-loose
31_header_homoglyph_cyrillic.csv     error column-script 1 I1
33_column_extra.csv                  error column-personal 1 K1
35_ragged_extra_value_all_rows.csv   error row-long 2
37_unclosed_quote.csv                error quote-open 2
39_newline_in_cell.csv               error line-break 2 E2
41_control_chars.csv                 error control 2 E2
43_rtl_override.csv                  error direction 2 E2
45_nbsp_in_number.csv                note number-grouped 2 F2
47_thousands_comma_quoted.csv        error V09 2 F2
49_float_that_is_int.csv             note number-zeros 2 F2
51_unicode_minus_en_dash.csv         error V09 2 I2
53_text_in_number.csv                error V09 2 I2
55_huge_integer.csv                  error V09 2 F2
57_arabic_digits.csv                 error V09 2 F2
59_nan_inf.csv                       error V09 2 F2
61_sum_mismatch.csv                  error V04 2 F2
63_unit_code_unknown.csv             error V16 2 A2
67_unit_old_merged.csv               error V16 2 A2
71_month_slash_forms.csv             note period-read 2 C2
73_month_ddmmyy_ambiguous.csv        error period-unclear 2 C2
79_name_md_link.csv                  error markup 2 E2
81_name_jinja.csv                    error markup 2 E2
83_formula_cmd.csv                   error formula 2 E2
85_formula_plus_at_tab.csv           error formula 2 E2
91_cols_2000.csv                     error columns-many
95_delimiter_pipe.csv                note delimiter-read
93_html_named_xls.xls                error file-html
99_xlsx_merged_unit.xlsx             error cells-merged 2 A2
101_xlsx_data_very_hidden.xlsx       error sheet-hidden
103_xlsx_two_sheets.xlsx             error sheets-several
105_xlsx_code_as_number.xlsx         error code-number 2 A2
107_xlsx_comment_pii.xlsx            note comments-dropped
111_xlsx_billion_laughs.xlsx         error workbook-entities
113_xlsx_zip_slip_entry.xlsx         error workbook-strange
115_xlsm_extension.xlsm              error workbook-macros
117_xlsx_is_csv.xlsx                 error ending-differs
119_csv_is_xlsx.csv                  error ending-differs
"""
"""What must be told of each case: severity, code, row, cell."""

LIMIT_SECONDS = 20
LIMIT_MEMORY = 512 << 20

READ_ALL = """
import re, resource, sys, time
from pathlib import Path
from publisher.catalogue import open_office
from publisher.checking import check_file
from publisher.reading import Refused, open_book
office = open_office(Path(sys.argv[1]))
for line in sys.stdin:
    path = Path(line.rstrip("\\n"))
    start = time.monotonic()
    try:
        book = open_book(path)
        found = [check_file(office, kind, book).errors for kind in office.kinds.values()]
        verdicts = ["refused" if errors else "accepted" for errors in found]
    except Refused as refused:
        verdicts = [refused.code]
    print(f"{time.monotonic() - start:.3f}", *verdicts, path, sep="\\t", flush=True)
own = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print((int(own) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024)
"""
"""The memory at the end is that of this process and of the largest one that it started, together. (What the system says
of a process itself by getrusage counts what started it, too.)"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return reading_office(tmp_path_factory.mktemp("awkward") / "office")


def cases(shared: Path) -> dict[str, str]:
    """The cases with the outcome that is wanted."""
    with (shared / "inputs" / "vietnamese" / "CASES.csv").open(encoding="utf-8", newline="") as lines:
        listed = {row["file"]: row["expected"] for row in csv.DictReader(lines)}
    return {name: SETTLED.get(name, outcome) for name, outcome in listed.items()}


def test_every_case_ends_as_listed(shared: Path, office: Office) -> None:
    wrong = []
    for name, wanted in cases(shared).items():
        if wanted.startswith("reject-403"):
            continue
        checked = check_file(office, kind_of(office), shared / "inputs" / "vietnamese" / name)
        outcome = "reject" if checked.errors else "accept+note" if checked.notes else "accept"
        if not wanted.startswith(outcome) or (outcome == "accept") != (wanted == "accept"):
            wrong.append((name, wanted, outcome, [(p.code, p.row, p.cell) for p in checked.problems]))
    assert wrong == []


def test_what_is_told_of_a_case_names_the_place(shared: Path, office: Office) -> None:
    listed = cases(shared)
    wrong = []
    for line in FOUND.strip().splitlines():
        name, wanted = line.split(maxsplit=1)
        assert name in listed
        checked = check_file(office, kind_of(office), shared / "inputs" / "vietnamese" / name)
        found = [" ".join(filter(None, (p.severity, p.code, str(p.row or ""), p.cell))) for p in checked.problems]
        if wanted not in found:
            wrong.append((name, wanted, found))
    assert wrong == []


def test_a_case_that_needs_the_check_names_its_repeat_and_its_person(shared: Path, office: Office) -> None:
    folder = shared / "inputs" / "vietnamese"
    for name, row in (("75_duplicate_key_rows.csv", 7), ("77_code_case_dup.csv", 7), ("87_pii_phone.csv", 2)):
        checked = check_file(office, kind_of(office), folder / name)
        assert row in [p.row for p in checked.errors], name


def test_a_file_of_another_unit_is_refused_by_the_ledger(shared: Path, office: Office) -> None:
    path = shared / "inputs" / "vietnamese" / "65_unit_not_mine.csv"
    with pytest.raises(Mistake, match="not-your-unit"):
        accept(office, kind_of(office), path, only_unit="00004")
    assert not list(office.datasets.glob("received/data/*/*.csv"))


def test_every_file_of_every_format_ends_in_accept_or_refuse(shared: Path, office: Office, tmp_path: Path) -> None:
    files = sorted(path for path in (shared / "inputs").rglob("*") if path.is_file())
    assert len(files) > 300

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (600, 600))

    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(office.root)],
        input="".join(f"{path}\n" for path in files),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        preexec_fn=limited,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *lines, memory = done.stdout.splitlines()
    assert len(lines) == len(files)
    assert list(tmp_path.iterdir()) == []
    slow = [line for line in lines if float(line.split("\t")[0]) > LIMIT_SECONDS]
    assert slow == []
    assert int(memory) < LIMIT_MEMORY
