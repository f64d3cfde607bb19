"""scripts/validate.py as a person types it: verdict, sentences, JSON, exit codes."""

import json
import shutil
from pathlib import Path

import pytest

from publisher.catalogue import Office
from publisher.ledger import accept
from scripts import terminal, validate
from tests.submitted import PROCEDURES, SERVICE_QUALITY, file_of

KEYS = ["file", "sheet", "row", "column", "cell", "value", "code", "severity", "message_vi", "message_en"]


@pytest.fixture
def files(office: Office, tmp_path: Path) -> dict[str, str]:
    """A good file, one with three wrong rows, and one with a warning."""
    kind = office.kinds["procedures"]
    wrong = [{**PROCEDURES, "field_code": code, "received_online": "13"} for code in ("HT", "CT", "DD")]
    late = {**PROCEDURES, "resolved_on_time": "9", "resolved_late": "1", "apologies_sent": "1"}
    contents = {
        "tot.csv": file_of(kind, PROCEDURES),
        "sai.csv": file_of(kind, *wrong),
        "canh-bao.csv": file_of(kind, late),
        "766.csv": file_of(office.kinds["service_quality"], SERVICE_QUALITY),
        "la.csv": b"A,B\n1,2\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in contents}


def typed(office: Office, *words: str) -> int:
    """The exit code of the command."""
    return terminal.run(validate.main, ["--office", str(office.root), *words])


def test_a_good_file_is_valid_and_the_dataset_is_found_by_its_header(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office, files["tot.csv"], files["766.csv"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [
        f"Tệp {files['tot.csv']} hợp lệ: 1 dòng, 0 cảnh báo.",
        f"File {files['tot.csv']} is valid (rows: 1, warnings: 0).",
        f"Tệp {files['766.csv']} hợp lệ: 1 dòng, 0 cảnh báo.",
        f"File {files['766.csv']} is valid (rows: 1, warnings: 0).",
    ]


def test_a_refused_file_gets_its_verdict_first_then_repeats_as_one(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office, "--dataset", "procedures", files["sai.csv"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"Tệp {files['sai.csv']} chưa được nhận: 3 lỗi.")
    assert out[2:4] == ["Lỗi", "Errors"]
    assert out[4].startswith("  • cột E (Tổng số hồ sơ tiếp nhận): 3 dòng (dòng 2, 3, 4). Dòng đầu tiên: Dòng 2, ô E2")
    assert out[5].startswith("    column E (Tổng số hồ sơ tiếp nhận): 3 rows (rows 2, 3, 4). The first: Row 2, cell E2")
    assert len(out) == 6


def test_a_warning_leaves_the_file_valid(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office, files["canh-bao.csv"]) == 0
    out = capsys.readouterr().out
    assert "hợp lệ: 1 dòng, 1 cảnh báo." in out
    assert "Cảnh báo (vẫn công bố được)" in out


def test_json_is_a_list_of_problems_with_exactly_these_keys(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office, "--json", files["sai.csv"], files["tot.csv"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [list(one) for one in found] == [KEYS] * 3
    assert [(one["code"], one["row"], one["cell"]) for one in found] == [("V01", n, f"E{n}") for n in (2, 3, 4)]
    assert typed(office, "--json", files["tot.csv"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["la.csv"], "Không rõ tệp"),
        (["--dataset", "khong-co", "tot.csv"], "khong-co"),
        (["--period", "10/2026", "tot.csv"], "không phải kỳ báo cáo"),
        (["--set", "unit_code", "tot.csv"], "--set cần dạng"),
        (["--set", "mau=xanh", "tot.csv"], "không có cột “mau”"),
        (["--layout", "x"], "chỉ dùng khi kiểm tra tệp"),
        (["--dataset", "procedures", "--layout", "khong-co", "tot.csv"], "khong-co"),
        (["--nothing"], "Lệnh gõ chưa đúng"),
        (["--dataset", "procedures", "khong-thay.csv"], "khong-thay.csv"),
    ],
)
def test_wrong_usage_is_one_sentence_in_two_languages_and_exit_2(
    office: Office, files: dict[str, str], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office, *[files.get(word, word) for word in words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert len(lines) == 2
    assert said in lines[0]


def test_a_period_and_a_unit_can_be_given_for_a_file_without_them(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {name: value for name, value in PROCEDURES.items() if name not in ("unit_code", "period", "basis")}
    path = tmp_path / "khong-ky.csv"
    path.write_bytes(file_of(office.kinds["procedures"], line))
    given = ["--dataset", "procedures", "--period", "2026-06", "--set", "unit_code=00004"]
    assert typed(office, *given, str(path)) == 0
    given[-1] = "unit_code=99999"
    assert typed(office, *given, str(path)) == 1
    assert "Dòng 2, cột “Mã đơn vị”: không có đơn vị nào mang mã “99999”" in capsys.readouterr().out


def test_without_files_the_whole_office_is_checked(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(office) == 0
    accept(office, office.kinds["procedures"], Path(files["canh-bao.csv"]))
    assert typed(office) == 0
    assert "Số liệu đã nhận hợp lệ, 1 cảnh báo." in capsys.readouterr().out


def test_a_file_that_the_ledger_does_not_know_is_a_problem(
    office: Office, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    accept(office, office.kinds["procedures"], Path(files["tot.csv"]))
    known = office.data_file("procedures", "00004", "2026-06")
    shutil.copy(known, known.with_name("00008.csv"))
    assert typed(office, "--json") == 1
    codes = {one["code"]: one["file"] for one in json.loads(capsys.readouterr().out)}
    assert codes["file-unknown"] == "datasets/procedures/data/2026-06/00008.csv"


def test_a_file_s_text_cannot_steer_the_terminal(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    codes = ("[red]x", ":smile:")
    lines = [{**PROCEDURES, "unit_code": code} for code in codes]
    content = file_of(office.kinds["procedures"], *lines)
    path.write_bytes(content.replace("Mã đơn vị".encode(), "Mã\x1b[2Jđơn vị".encode()))
    typed(office, "--dataset", "procedures", str(path))
    assert "\x1b" not in capsys.readouterr().out
    path.write_bytes(content)
    assert typed(office, "--dataset", "procedures", str(path)) == 1
    assert "“[red]x”" in capsys.readouterr().out
    assert terminal.visible("\x1b[2J đ") == "\\x1b[2J đ"


def test_help_speaks_both_languages(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        typed(office, "--help")
    assert stop.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Kiểm tra tệp trước khi nộp" in out
    assert "Check files before handing them in" in out


def test_progress_in_a_log_is_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress("validate.checking") as progress:
        for done in range(1001):
            progress(done, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "Kiểm tra số liệu: 1000/1000"
