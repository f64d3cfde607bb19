"""What is published for reuse: the same rows in every format, described, kept, opened by other people's programs."""

import datetime as dt
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.text import Text
from publisher.ledger import accept, read_ledger
from publisher.measures import EVERY, Book, machine
from publisher.opendata import FORMULA, Published, figures, folders, formats, publish, shelf
from publisher.opendata.tables import Column, Table, cell
from publisher.opendata.workbook import CELL_LIMIT, NOT_XML, workbook_bytes
from publisher.tallies import tally_office
from tests import reuse
from tests.offices import make_office
from tests.small_kinds import submit
from tests.submitted import FEEDBACK, PROCEDURES, SERVICE_QUALITY, Line, file_of

NOTE = "Đã kiểm tra lại, “đúng”; xem thêm"


def send(office: Office, name: str, *lines: Line, day: str = "2026-06-16", reason: str = "") -> None:
    """Accept some lines of a kind."""
    now = dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZONE)
    accept(office, office.kinds[name], file_of(office.kinds[name], *lines), now=now, reason=reason)


def take(office: Office, out: Path) -> Published:
    """Write the office's files for reuse into a folder."""

    def put(path: str, data: bytes) -> None:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)

    ledger = read_ledger(office)
    return publish(office, Book(office, tally_office(office, ledger)), ledger, put)


def files(out: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two months of three kinds; 00004 corrected its June."""
    root = make_office(
        tmp_path_factory.mktemp("opendata") / "office",
        datasets={"procedures": {}, "feedback": {}, "service_quality": {}},
        first_period="2026-05",
        last_period="2026-06",
    )
    office = open_office(root)
    send(office, "procedures", {**PROCEDURES, "period": "2026-05"}, day="2026-05-18")
    send(office, "procedures", PROCEDURES, {**PROCEDURES, "unit_code": "00008", "field_code": "CT", "note": NOTE})
    send(office, "feedback", FEEDBACK)
    send(office, "service_quality", SERVICE_QUALITY, day="2026-07-02")
    send(office, "procedures", {**PROCEDURES, "note": "Sửa."}, day="2026-07-03", reason="Ghi nhầm một hồ sơ.")
    return office


@pytest.fixture(scope="module")
def out(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files for reuse."""
    folder = tmp_path_factory.mktemp("published")
    take(office, folder)
    return folder


TABLES = (
    *("2026-05/procedures", "2026-06/procedures", "2026-06/feedback", "2026-06/service_quality"),
    *("tat-ca/procedures", "tat-ca/feedback", "tat-ca/service_quality"),
    *("chi-so/procedures", "chi-so/feedback", "chi-so/service_quality"),
)


def test_the_folders_hold_every_kind_in_every_format_and_their_descriptions(out: Path) -> None:
    tables = {f"du-lieu/{name}.{ending}" for name in TABLES for ending in formats.MEDIA}
    folders = {f"du-lieu/{name.partition('/')[0]}" for name in TABLES}
    beside = {f"{folder}/{name}" for folder in folders for name in ("units.csv", "fields.csv", "datapackage.json")}
    assert set(files(out)) == tables | beside


# --- every format says the same


@pytest.mark.parametrize("name", TABLES)
def test_json_parquet_and_workbook_say_what_the_csv_file_says(out: Path, name: str) -> None:
    path = out / "du-lieu" / name
    wanted = reuse.of_csv(path.with_suffix(".csv"))
    assert wanted
    for read, ending in ((reuse.of_json, ".json"), (reuse.of_parquet, ".parquet"), (reuse.of_workbook, ".xlsx")):
        found = read(path.with_suffix(ending))
        assert [list(row) for row in found] == [list(row) for row in wanted]
        differing = [
            (column, text, row[column])
            for line, row in zip(wanted, found, strict=True)
            for column, text in line.items()
            if not reuse.same(text, row[column])
        ]
        assert differing == [], ending


def test_numbers_are_numbers_and_codes_are_text_everywhere(out: Path) -> None:
    path = out / "du-lieu/2026-06/procedures"
    for row in (reuse.of_json(path.with_suffix(".json"))[0], reuse.of_workbook(path.with_suffix(".xlsx"))[0]):
        assert (row["unit_code"], row["period"], row["received_total"], row["returned"]) == (
            "00004",
            "2026-06",
            46,
            None,
        )
    schema = pq.read_schema(path.with_suffix(".parquet"))
    assert {str(schema.field(name).type) for name in ("unit_code", "period", "note")} == {"string"}
    assert (str(schema.field("period_to").type), str(schema.field("received_total").type)) == ("date32[day]", "int64")
    assert schema.field("received_total").metadata[b"title"].decode() == "Tổng số hồ sơ tiếp nhận"


def test_all_time_is_the_months_put_together(out: Path) -> None:
    months = [reuse.of_csv(out / f"du-lieu/{month}/procedures.csv") for month in ("2026-05", "2026-06")]
    assert reuse.of_csv(out / "du-lieu/tat-ca/procedures.csv") == [*months[0], *months[1]]


def test_a_corrected_submission_says_its_revision(out: Path) -> None:
    rows = reuse.of_csv(out / "du-lieu/2026-06/procedures.csv")
    assert [(row["unit_code"], row["revision"], row["note"]) for row in rows] == [
        ("00004", "2", "Sửa."),
        ("00008", "1", NOTE),
    ]


def test_rows_and_columns_that_are_not_public_stand_in_no_format(tmp_path: Path) -> None:
    kind = {
        "dataset": {
            **{key: {"vi": "x", "en": "x"} for key in ("title", "short", "purpose", "owner")},
            "due": {"working_days": 5}, "grain": ["unit_code", "period", "place"], "headline": ["n"], "table": ["n"],
            "tallies": {"n": {"sum": ["n"]}}, "private": {"place": "inner"},
            "measures": {"n": {"title": {"vi": "n"}, "definition": {"vi": "n"}, "sum": ["n"]}},
        },
        "schema": {"fields": [
            {"name": name, "type": type_, "titles": {"vi": name}, **more}
            for name, type_, more in (
                ("unit_code", "string", {"table": "units"}), ("period", "string", {}), ("period_from", "date", {}),
                ("period_to", "date", {}), ("place", "string", {}), ("n", "integer", {}),
                ("told", "string", {"public": False}),
            )
        ]},
    }  # fmt: skip
    office = open_office(make_office(tmp_path / "office", kinds={"visits": kind}))
    rows = [{"place": "inner", "n": "7", "told": "SECRET-A"}, {"place": "open", "n": "5", "told": "SECRET-B"}]
    ledger = submit(office, {("visits", "00004", "2026-06"): rows})
    book, found = Book(office, tally_office(office, ledger)), {}
    publish(office, book, ledger, found.__setitem__)
    assert reuse.of_json(_write(tmp_path, found["du-lieu/2026-06/visits.json"]))[0]["n"] == 5
    assert found["du-lieu/tat-ca/visits.csv"].count(b"\n") == 2
    assert b",12," in found["du-lieu/chi-so/visits.csv"]  # the figure counts both
    for path, data in found.items():
        text = (
            b"".join(zipfile.ZipFile(_write(tmp_path, data)).read(n) for n in ("xl/worksheets/sheet2.xml",))
            if (path.endswith(".xlsx"))
            else data
        )
        assert b"SECRET" not in text
        assert b"inner" not in text, path


def _write(folder: Path, data: bytes) -> Path:
    """Bytes as a file."""
    path = folder / "taken"
    path.write_bytes(data)
    return path


# --- workbooks


def workbook(*texts: str) -> bytes:
    """A workbook with one text column, one number column and these texts."""
    columns = (Column("text", "string", Text(vi="Chữ")), Column("n", "integer", Text(vi="Số")))
    table = Table("x", Text(vi="Bảng"), Text(vi=""), columns, [[cell(text), "12"] for text in texts])
    return workbook_bytes(table, [["Giới thiệu", "=1+1"]], ("Giới thiệu", "Số liệu"))


PAYLOADS = (
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1+1",
    '=HYPERLINK("http://evil.example","x")', "_x0041_ _x000D_", "  hai đầu  ", "<b>&amp;</b>", "\ufffe\uffff",
    "á" * 40_000,
)  # fmt: skip


def shown(text: str) -> str:
    """A text as a workbook holds it."""
    return NOT_XML.sub("\ufffd", cell(text)[:CELL_LIMIT])


def payloads(shared: Path | None) -> list[str]:
    """Texts that spreadsheets would run, ours and those of the folder shared/."""
    found = [*PAYLOADS]
    if shared:
        found += (shared / "inputs/csv-injection/csv-payload.txt").read_text(encoding="utf-8").splitlines()
    return [text for text in found if text.strip()]


def test_every_text_of_a_workbook_is_text_and_no_cell_is_a_formula(shared: Path, tmp_path: Path) -> None:
    texts = payloads(shared)
    path = _write(tmp_path, workbook(*texts))
    for sheet in openpyxl.load_workbook(path.rename(tmp_path / "x.xlsx")).worksheets:
        for row in sheet.iter_rows():
            for found in row:
                assert found.data_type in ("n", "s", "inlineStr"), found.value
                if found.data_type == "n" and found.value is not None:
                    assert found.value == 12
    rows = reuse.of_workbook(tmp_path / "x.xlsx")
    # openpyxl leaves the escape for a character as it stands; the next test has it read.
    found_texts = [row["text"].replace("_x005F_", "_") for row in rows]
    assert found_texts == [shown(text) for text in texts]
    assert not any(row["text"].startswith(FORMULA) for row in rows)
    assert b"<f>" not in zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet2.xml")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), max_size=4))
@example(["_x0041_", "_x005F_x0041_", "a\x00b\x1bc", "]]>", " "])
def test_any_text_comes_back_from_a_workbook(texts: list[str]) -> None:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook(*texts))).get_sheet_by_index(1).to_python()
    assert rows == [["text", "n"], *([shown(text), 12.0] for text in texts)]


def test_a_workbook_names_no_person_and_no_clock(out: Path) -> None:
    for path in out.rglob("*.xlsx"):
        bundle = zipfile.ZipFile(path)
        assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(name.startswith("docProps") for name in bundle.namelist())


def test_a_workbook_says_on_its_first_sheet_what_it_is_and_how_to_cite_it(out: Path) -> None:
    book = openpyxl.load_workbook(out / "du-lieu/2026-06/procedures.xlsx")
    assert book.sheetnames == ["Giới thiệu", "Số liệu"]
    said = {str(row[0]): row for row in book.worksheets[0].iter_rows(values_only=True) if row[0]}
    assert "SỐ LIỆU MINH HỌA" in str(list(book.worksheets[0].iter_rows(values_only=True))[1])
    version = hashlib.sha256((out / "du-lieu/2026-06/procedures.csv").read_bytes()).hexdigest()[:12]
    assert said["Giấy phép dùng lại"][1] == "CC BY 4.0"
    assert said["Cách ghi nguồn"][1] == (
        "Ủy ban nhân dân phường Thử Nghiệm. Kết quả giải quyết thủ tục hành chính, Tháng 6/2026. "
        f"Phiên bản số liệu {version}. https://congkhai.example.vn/thang/2026-06/"
    )
    assert said["received_total"][1:] == ("Tổng số hồ sơ tiếp nhận", "Received in all", "số nguyên")


# --- figures


def test_a_row_of_figures_is_what_the_book_says(office: Office, out: Path) -> None:
    book = Book(office, tally_office(office, read_ledger(office)))
    count = 0
    for kind in office.kinds:
        for row in reuse.of_csv(out / f"du-lieu/chi-so/{kind}.csv"):
            where = {name: row[name] for name in ("breakdown", "key", "basis")}
            found = book.figure(kind, row["measure"], row["unit_code"], row["period"], **where)
            numbers = [found.value, found.numerator, found.denominator]
            assert [row[n] for n in ("value", "numerator", "denominator")] == [
                "" if number is None else machine(number) for number in numbers
            ]
            assert (row["state"], row["as_of"]) == (found.state, found.as_of)
            count += 1
    assert count > 100


FIGURES = """
unit_code | unit_name         | period  | breakdown | key | measure        | value     | numerator | denominator | state
all       | Phường Thử Nghiệm | 2026-06 |           |     | on_time_pct    | 100       | 80        | 80          | given
00004     | Phường Ba Đình    | 2026-06 |           |     | on_time_pct    | 100       | 40        | 40          | given
00008     | Phường Ngọc Hà    | 2026-06 |           |     | online_pct     | 28.571429 | 12        | 42          | given
00004     | Phường Ba Đình    | 2026    |           |     | resolved_total | 80        |           |             | given
all       | Phường Thử Nghiệm | 2026-06 | field     | CT  | resolved_total | 40        |           |             | given
"""


def test_figures_are_rows_that_need_no_computing(out: Path) -> None:
    header, *lines = ([cell.strip() for cell in line.split("|")] for line in FIGURES.strip().splitlines())
    rows = [[row[name] for name in header] for row in reuse.of_csv(out / "du-lieu/chi-so/procedures.csv")]
    assert [line for line in lines if line not in rows] == []


def test_every_figure_is_one_row_and_none_is_without_data(out: Path) -> None:
    rows = reuse.of_csv(out / "du-lieu/chi-so/procedures.csv")
    keys = [tuple(row[n] for n in ("unit_code", "period", "basis", "breakdown", "key", "measure")) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["state"] for row in rows} <= {"given", "none", "hidden", "exceeded"}
    assert all(row["value"] for row in rows if row["state"] == "given")
    assert {row["unit_code"] for row in rows if row["breakdown"]} == {EVERY}


def test_a_rows_places_are_those_of_the_columns(office: Office) -> None:
    names = [column.name for column in figures.columns(office.kinds["procedures"])]
    places = (
        figures.PERIOD,
        figures.BASIS,
        figures.AS_OF,
        figures.BREAKDOWN,
        figures.KEY,
        figures.MEASURE,
        figures.STATE,
    )
    assert [names[at] for at in places] == ["period", "basis", "as_of", "breakdown", "key", "measure", "state"]
    assert [names[at] for _, at in figures.NUMBERS] == [name for name, _ in figures.NUMBERS]


# --- what describes the files


def described(out: Path, folder: str) -> Any:
    """The Data Package of a folder."""
    return json.loads((out / f"du-lieu/{folder}/datapackage.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", ["2026-06", "tat-ca", "chi-so"])
def test_stock_frictionless_accepts_a_folder_and_refuses_it_when_one_figure_changes(
    out: Path, tmp_path: Path, folder: str
) -> None:
    copy = tmp_path / folder
    shutil.copytree(out / "du-lieu" / folder, copy)
    report = frictionless.validate(str(copy / "datapackage.json"))
    assert report.valid, report.flatten(["code", "message"])
    assert report.stats["tasks"] == 5
    path = copy / "procedures.csv"
    path.write_bytes(path.read_bytes().replace(b",40,", b",41,", 1))
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


@pytest.mark.parametrize("folder", ["2026-05", "2026-06", "tat-ca", "chi-so"])
def test_a_description_gives_size_and_hash_of_every_file_beside_it(out: Path, folder: str) -> None:
    named = {}
    for resource in described(out, folder)["resources"]:
        for file in (resource, *resource.get("alternatives", ())):
            named[file["path"]] = (file["bytes"], file["hash"])
    for path in (out / "du-lieu" / folder).iterdir():
        if path.name != "datapackage.json":
            data = path.read_bytes()
            assert named.pop(path.name) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"), path.name
    assert named == {}


def test_a_description_says_whose_from_when_and_under_which_licence(out: Path) -> None:
    package = described(out, "2026-06")
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["name"] == "cong-khai-2026-06"
    assert package["created"] == "2026-07-03T09:00:00+07:00"
    assert package["licenses"] == [
        {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/deed.vi"}
    ]
    roles = [(who["title"], who["roles"]) for who in package["contributors"]]
    assert roles[0] == ("Ủy ban nhân dân phường Thử Nghiệm", ["publisher"])
    assert {tuple(role) for _, role in roles[1:]} == {("collector",)}
    assert package["description"].startswith("SỐ LIỆU MINH HỌA")
    assert described(out, "2026-05")["created"] == "2026-05-18T09:00:00+07:00"


def test_every_column_is_described_in_both_languages_with_its_values_and_its_table(out: Path) -> None:
    resource = next(r for r in described(out, "2026-06")["resources"] if r["name"] == "procedures")
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    assert list(fields) == list(reuse.of_csv(out / "du-lieu/2026-06/procedures.csv")[0])
    assert all(field["title"] and field["title_en"] for field in fields.values())
    assert {"value": "month", "label": "Trong tháng"} in fields["basis"]["categories"]
    assert fields["received_total"]["constraints"]["minimum"] == 0
    assert {link["fields"][0]: link["reference"]["resource"] for link in resource["schema"]["foreignKeys"]} == {
        "unit_code": "units",
        "field_code": "fields",
    }


# --- other people's programs


def test_pandas_reads_every_format_alike(out: Path) -> None:
    path = out / "du-lieu/tat-ca/procedures"
    codes = {"unit_code": str, "field_code": str, "procedure_code": str}
    frames = [
        pd.read_csv(path.with_suffix(".csv"), dtype=codes),
        pd.read_json(path.with_suffix(".json"), dtype=codes),
        pd.read_parquet(path.with_suffix(".parquet")),
        pd.read_excel(path.with_suffix(".xlsx"), sheet_name="Số liệu", dtype=codes, engine="calamine"),
    ]
    for frame in frames:
        assert list(frame["unit_code"]) == ["00004", "00004", "00008"]
        assert frame["resolved_total"].sum() == 120
        assert frame["returned"].isna().all()
        assert list(frame["note"].fillna("")) == ["", "Sửa.", NOTE]


def test_duckdb_asks_csv_parquet_and_json_the_same_question(out: Path) -> None:
    for ending in ("csv", "parquet", "json"):
        path = out / f"du-lieu/chi-so/procedures.{ending}"
        found = duckdb.sql(
            f"select unit_code, value from '{path}' where measure = 'on_time_pct' and period = '2026-06' "  # noqa: S608
            "and breakdown is null or measure = 'none' order by unit_code"
            if ending != "json"
            else f"select unit_code, value from read_json('{path}') where measure = 'on_time_pct' "  # noqa: S608
            "and period = '2026-06' and breakdown is null order by unit_code"
        ).fetchall()
        assert found == [("00004", 100.0), ("00008", 100.0), ("all", 100.0)], ending


def test_libreoffice_opens_a_workbook_and_saves_the_rows_that_the_csv_file_has(out: Path, tmp_path: Path) -> None:
    second_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    found = reuse.libreoffice(out / "du-lieu/2026-06/procedures.xlsx", tmp_path, second_sheet)
    (saved,) = tmp_path.glob("*.csv")
    assert reuse.of_csv(saved) == reuse.of_csv(out / "du-lieu/2026-06/procedures.csv"), found


# --- kept files


def test_the_same_office_gives_the_same_bytes_with_and_without_what_was_kept(
    office: Office, out: Path, tmp_path: Path
) -> None:
    take(office, tmp_path / "again")
    shutil.rmtree(office.cache / "opendata")
    take(office, tmp_path / "anew")
    assert files(tmp_path / "again") == files(tmp_path / "anew") == files(out)


def test_a_month_that_did_not_change_is_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = open_office(make_office(tmp_path / "office", datasets={"procedures": {}, "feedback": {}}))
    for period in ("2026-04", "2026-05"):
        send(office, "procedures", {**PROCEDURES, "period": period})
    take(office, tmp_path / "out")
    made: list[str] = []
    original = shelf.write
    monkeypatch.setattr(shelf, "write", lambda folder, *rest: (made.append(folder.name), original(folder, *rest)))
    take(office, tmp_path / "out")
    assert made == []
    send(office, "procedures", {**PROCEDURES, "period": "2026-06"})
    take(office, tmp_path / "out")
    figures = ["chi-so", "chi-so-2026", "chi-so-2026-04--2026-06", "chi-so-2026-06", "chi-so-2026-Q2"]
    assert sorted(made) == ["2026-06", *figures, "tat-ca"]


def test_a_damaged_file_is_written_again(office: Office, out: Path, tmp_path: Path) -> None:
    take(office, tmp_path / "out")
    for path in (office.cache / "opendata").rglob("*.csv"):
        path.write_bytes(path.read_bytes()[:-2] + b"9\n")
    (office.cache / "opendata/procedures/2026-05/about.json").write_text("{", encoding="utf-8")
    take(office, tmp_path / "anew")
    assert files(tmp_path / "anew") == files(out)


def test_a_table_that_is_too_long_for_a_workbook_has_csv_and_parquet(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST_CELLS", 75)
    shutil.rmtree(office.cache / "opendata", ignore_errors=True)
    found = take(office, tmp_path)
    assert found.all_time
    assert [file.format for file in found.all_time.sets["procedures"].files] == ["csv", "parquet"]
    assert [file.format for file in found.all_time.sets["feedback"].files] == ["csv", "xlsx", "json", "parquet"]
    shutil.rmtree(office.cache / "opendata")


def test_an_office_without_data_has_no_files(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office"))
    assert take(office, tmp_path / "out").months == ()
    assert not (tmp_path / "out").exists()
