"""scripts/accept.py: from a clerk's file to the ledger, with the real check and the real dataset kinds."""

from functools import cache
from pathlib import Path

import pytest

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.ledger import check_files, read_ledger
from scripts import terminal
from scripts.accept import main

FIGURES = (
    "received_total", "received_online", "received_offline", "carried_over", "resolved_total", "resolved_early",
    "resolved_on_time", "resolved_late", "pending_total", "pending_in_time", "pending_late",
)  # fmt: skip


@cache
def titles() -> list[str]:
    """The header as the form prints it: unit by name, period, field by code, figures."""
    columns = open_office(HOME).kinds["procedures"].columns
    return ["Đơn vị", *(columns[name].titles.vi for name in ("period", "field_code", *FIGURES))]


def write(folder: Path, *rows: str, header: str | None = None, name: str = "tháng 3.csv") -> str:
    """A clerk's file; gives its path."""
    path = folder / name
    path.write_text("\ufeff" + "\r\n".join([header or ";".join(titles()), *rows, ""]), encoding="utf-8")
    return str(path)


def row(unit: str = "Phường Ba Đình", period: str = "2026-03", *, resolved: int = 80, on_time: int = 50) -> str:
    """A line whose sums are right unless `on_time` says otherwise."""
    return f"{unit};{period};HT;100;60;30;10;{resolved};30;{on_time};0;20;20;0"


def run(office: Office, *arguments: str) -> int:
    """The command with its exit code."""
    return terminal.run(main, ["--office", str(office.root), "--dataset", "procedures", *arguments])


def test_a_good_file_is_accepted_and_said_by_unit(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, row(), row("Phường Ngọc Hà"))
    assert run(office, path) == 0
    said = capsys.readouterr().out
    assert "2 báo cáo mới, 0 đính chính, 0 không đổi." in said
    assert "• Phường Ba Đình (00004), kỳ 2026-03: đã nhận, lần nộp 1." in said
    assert "Ngoc Ha Ward (00008), period 2026-03: accepted, revision 1." in said
    ledger = read_ledger(office)
    check_files(office, ledger)
    assert [(line.kind, line.unit, line.period, line.role) for line in ledger.lines] == [
        ("procedures", "00004", "2026-03", "clerk"),
        ("procedures", "00008", "2026-03", "clerk"),
    ]
    content = office.data_file("procedures", "00004", "2026-03").read_text(encoding="utf-8").splitlines()
    assert content[0].split(",") == list(office.kinds["procedures"].columns)
    assert content[1].startswith("00004,2026-03,2026-02-15,2026-03-14,month,HT,")


def test_a_file_with_an_error_is_refused_with_the_cell_and_nothing_is_written(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, row(), row("Phường Ngọc Hà", on_time=49))
    assert run(office, path) == 1
    told = capsys.readouterr()
    assert "chưa được nhận: còn 1 lỗi" in told.err
    assert "H3" in told.out
    assert not office.ledger.exists()
    assert not (office.datasets / "procedures").exists()


def test_the_same_file_again_says_that_nothing_is_new(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, row())
    assert (run(office, path), run(office, path)) == (0, 0)
    assert "không có gì mới" in capsys.readouterr().out
    assert len(read_ledger(office).lines) == 1


def test_a_correction_is_refused_without_a_reason_and_accepted_with_one(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(office, write(tmp_path, row()))
    right = f"{row()[:-7]}20;19;1"
    path = write(tmp_path, right, name="sửa.csv")
    assert run(office, path) == 1
    assert "00004 (2026-03)" in capsys.readouterr().err
    assert run(office, path, "--reason", "Một hồ sơ quá hạn bị tính là trong hạn", "--role", "one-stop-desk") == 0
    assert "đã đính chính, lần nộp 2" in capsys.readouterr().out
    last = read_ledger(office).lines[-1]
    assert (last.revision, last.reason, last.role) == (2, "Một hồ sơ quá hạn bị tính là trong hạn", "one-stop-desk")


def test_columns_that_the_file_lacks_are_given_on_the_command_line(office: Office, tmp_path: Path) -> None:
    header = ";".join(titles()[2:])
    path = write(tmp_path, row().removeprefix("Phường Ba Đình;2026-03;"), header=header)
    assert run(office, path, "--period", "2026-04", "--set", "unit_code=00025") == 0
    assert set(read_ledger(office).current) == {("procedures", "00025", "2026-04")}


def test_a_warning_is_said_and_does_not_keep_the_file_out(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = "Phường Ba Đình;2026-03;HT;100;60;30;10;80;30;40;10;20;20;0"
    assert run(office, write(tmp_path, late)) == 0
    assert "Cảnh báo" in capsys.readouterr().out
    assert len(read_ledger(office).lines) == 1


def test_many_submissions_are_counted_by_period(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("Phường Ba Đình", "Phường Ngọc Hà", "Phường Giảng Võ")
    rows = [row(name, f"2026-{month:02d}") for name in names for month in range(1, 6)]
    assert run(office, write(tmp_path, *rows)) == 0
    said = capsys.readouterr().out
    assert "15 báo cáo mới" in said
    assert "Kỳ 2026-05: 3 đơn vị nộp mới, 0 đính chính, 0 không đổi." in said
    assert "(00004), kỳ" not in said


def test_a_unit_may_submit_for_itself_only(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, row(), row("Phường Ngọc Hà"))
    assert run(office, path, "--unit", "00004") == 1
    assert "00008" in capsys.readouterr().err
    assert not office.ledger.exists()
    assert run(office, write(tmp_path, row()), "--unit", "00004") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "There is no file to accept"),
        (["--nothing", "--unit", "00004"], "--period"),
        (["--nothing", "--unit", "00004", "--period", "2026-06", "x.csv"], "no file"),
        (["--nothing", "--unit", "12345", "--period", "2026-06"], "12345"),
        (["--explain", "V18a", "x.csv"], "V18a"),
        (["--period", "10/2026", "x.csv"], "10/2026"),
        (["--set", "unit_code", "x.csv"], "unit_code"),
        (["--set", "colour=red", "x.csv"], "colour"),
        (["--unit", "12345", "x.csv"], "12345"),
    ],
)
def test_what_was_typed_wrongly_is_said_with_exit_code_2(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    write(tmp_path, row(), name="x.csv")
    arguments = [str(tmp_path / "x.csv") if part == "x.csv" else part for part in arguments]
    assert run(office, *arguments) == 2
    assert said in capsys.readouterr().err
    assert not office.ledger.exists()


def test_an_unknown_dataset_and_a_missing_file_are_said(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office_option = ["--office", str(office.root)]
    assert terminal.run(main, [*office_option, "--dataset", "weather", str(tmp_path / "x.csv")]) == 2
    assert "procedures" in capsys.readouterr().err
    assert run(office, str(tmp_path / "nothing.csv")) in (1, 2)
    assert "nothing.csv" in capsys.readouterr().err


def test_that_nothing_arose_is_declared_in_place_of_a_file(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    what = ["--nothing", "--unit", "00004", "--period", "2026-06"]
    assert run(office, *what) == 0
    assert "Phường Ba Đình (00004) không phát sinh trong kỳ 2026-06" in capsys.readouterr().out
    assert '"nothing":true' in office.ledger.read_text(encoding="utf-8")
    assert run(office, *what) == 0
    assert "nothing has changed" in capsys.readouterr().out


def test_a_warning_is_explained_in_public(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, row(period="2026-04"))
    assert run(office, write(tmp_path, row(), name="before.csv")) == 0
    assert run(office, path, "--explain", "V05=Đối chiếu lại hồ sơ tồn", "--explain", "V01=Không có") == 0
    assert [dict(line.explanations) for line in read_ledger(office).lines] == [{}, {"V05": "Đối chiếu lại hồ sơ tồn"}]
