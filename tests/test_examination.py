"""Whether a published site was changed, told from its files: twelve falsifications, and what only a witness finds."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher import proof, release
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME, ZONE
from publisher.examination import Report, examine
from publisher.examination.fetch import take
from publisher.examination.folder import Folder
from publisher.examination.sentences import finding
from publisher.examination.witness import codes_in, known
from publisher.ledger import accept
from publisher.proof import File
from scripts import terminal
from scripts import verify as command
from tests import tampering
from tests.offices import UNITS, make_office
from tests.submitted import PROCEDURES, file_of

MAY, JUNE = tampering.MAY, tampering.JUNE
FIRST_DAY = dt.datetime(2026, 6, 20, tzinfo=ZONE)


def submit(office: Office, day: int, reason: str = "", **cells: str) -> None:
    """Accept a unit's month on a day after the first."""
    kind = office.kinds["procedures"]
    row = {**PROCEDURES, **cells}
    accept(office, kind, file_of(kind, row), now=FIRST_DAY + dt.timedelta(days=day), reason=reason)


def june(more: int) -> Mapping[str, str]:
    """June of a unit that carried six dossiers over, with so many more received, all of them still open."""
    numbers = {"received_total": 48, "received_online": 12, "pending_total": 8, "pending_in_time": 8}
    return {"unit_code": "00004", "period": JUNE, "carried_over": "6"} | {n: str(v + more) for n, v in numbers.items()}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with three releases: May and June of two units, a correction, one more month's file."""
    root = make_office(
        tmp_path_factory.mktemp("published") / "office",
        units=UNITS[:2],
        datasets={"procedures": {}},
        first_period=MAY,
        languages=["vi", "en"],
    )
    office = open_office(root)
    submit(office, 0, unit_code="00004", period=MAY, carried_over="4")
    submit(office, 0, **june(2))
    release.build(office)
    submit(office, 1, reason="Nhập sót bốn hồ sơ", **june(6))
    release.build(office)
    submit(office, 2, unit_code="00008", period=MAY, carried_over="4")
    release.build(office)
    return root


@pytest.fixture
def office(published: Path, tmp_path: Path) -> Path:
    """A copy of that office, made of links: files are never written in place."""
    root = tmp_path / "office"
    shutil.copytree(published, root, symlinks=True, copy_function=os.link)
    return root


def said(report: Report) -> str:
    """All sentences of a report."""
    return "\n".join(finding(lang, found) for found in report.findings for lang in ("vi", "en"))


def test_what_was_published_is_found_to_be_so_as_a_site_a_release_and_a_copy(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tampering.shown(published), copy, copy_function=os.link)
    older = next((published / "site" / "releases").glob("0002-*"))
    reports = [examine(path) for path in (published / "site", published, copy, older)]
    assert [(report.findings, report.is_fine) for report in reports] == [((), True)] * 4
    assert [report.number for report in reports] == [3, 3, 3, 2]
    counts = dict(reports[0].counts)
    assert counts.pop("files") > 100
    assert counts.pop("figures") > 100
    assert counts == {"releases": 3, "lines": 4, "submissions": 3, "since": 0}


# What each falsification must be called, and the months that must be named; (in the office's folder, in a lone copy).
FOUND = {
    "edit_a_csv_byte": ({"file-changed", "data-differs"}, {MAY}),
    "edit_an_html_figure": ({"file-changed", "figure-differs"}, {MAY}),
    "delete_a_page": ({"file-missing"}, {MAY}),
    "delete_a_manifest": ({"file-missing", "manifest-lost"}, set()),
    "reorder_two_ledger_lines": ({"file-changed", "ledger-broken"}, {JUNE}),
    "drop_a_release_from_the_chain": ({"file-changed", "chain-broken"}, set()),
    "drop_a_ledger_line_and_rechain": ({"file-changed", "ledger-other", "data-unknown"}, {MAY}),
    "change_a_reason": ({"file-changed", "ledger-broken"}, {MAY, JUNE}),
    "swap_two_months": ({"file-changed", "data-differs"}, {MAY, JUNE}),
    "add_a_file": ({"file-added"}, {JUNE}),
    "rewrite_one_release_and_its_manifest": ({"manifest-rewritten", "file-changed"}, {MAY}),
}
ONLY_BESIDE_THE_CHAIN = "rewrite_one_release_and_its_manifest"


def test_the_twelve_are_twelve() -> None:
    assert [function.__name__ for function in tampering.TWELVE] == [*FOUND, "rewrite_everything"]
    assert len(tampering.TWELVE) == 12


@pytest.mark.parametrize("name", FOUND)
def test_a_falsification_is_found_by_anyone_and_its_month_is_named(office: Path, tmp_path: Path, name: str) -> None:
    getattr(tampering, name)(office)
    codes, months = FOUND[name]
    copy = tmp_path / "copy"
    shutil.copytree(tampering.shown(office), copy, copy_function=os.link)
    places = [office / "site"] if name == ONLY_BESIDE_THE_CHAIN else [office / "site", copy]
    for place in places:
        report = examine(place)
        assert codes <= {found.code for found in report.findings}, said(report)
        assert set(report.months) == months
        assert not report.is_fine
        for month in months:
            assert month in said(report)


def test_an_added_or_changed_file_is_said_with_its_unit(office: Path) -> None:
    page = tampering.shown(office) / "don-vi" / "phuong-ba-dinh" / "index.html"
    tampering.change(page, "Phường Ba Đình", "Phường Ba Đình xinh đẹp")
    assert "Tệp don-vi/phuong-ba-dinh/index.html đã bị sửa. Đơn vị: Phường Ba Đình" in said(examine(office / "site"))


def test_rewriting_everything_is_found_with_a_witness_and_only_with_one(office: Path, tmp_path: Path) -> None:
    old = tampering.read_manifest(tampering.shown(office))
    chain = proof.read_chain(open_office(office))
    papers = [proof.short(line.id) for line in chain.lines]
    tampering.rewrite_everything(office)
    copy = tmp_path / "copy"
    shutil.copytree(tampering.shown(office), copy, copy_function=os.link)
    new = tampering.read_manifest(copy)
    assert new.id != old.id
    without = examine(copy)
    assert (without.findings, without.is_fine) == ((), True)  # nothing in the files tells
    witnesses = tuple(code for paper in papers for code in codes_in(paper))
    report = examine(copy, witness=witnesses[1:])
    assert report.findings == ()
    assert [one.what for one in report.attested] == ["nothing"] * 2
    assert not report.is_fine
    # The office's own chain is such a witness too, as long as it was not rewritten with the rest.
    assert {found.code for found in examine(office / "site").findings} >= {"chain-apart"}


def test_the_printed_code_is_the_witness_for_what_was_there_before_it(published: Path, office: Path) -> None:
    chain = proof.read_chain(open_office(published))
    for line in chain.lines:
        page = next((published / "site" / "releases").glob(f"{line.name}*")) / "index.html"
        assert proof.short(line.id) in page.read_text(encoding="utf-8")
    report = examine(published / "site", witness=[line.id[:16] for line in chain.lines])
    assert [(one.what, one.number) for one in report.attested] == [("release", 1), ("release", 2), ("release", 3)]
    assert report.is_fine


def test_a_code_proves_nothing_where_the_ledger_does_not_fit(office: Path) -> None:
    code = proof.read_chain(open_office(office)).lines[0].id[:16]
    tampering.drop_a_ledger_line_and_rechain(office)
    assert [one.what for one in examine(tampering.shown(office), witness=[code]).attested] == ["doubtful"]


def test_old_codes_cannot_be_kept_in_a_rewritten_chain(office: Path, tmp_path: Path) -> None:
    """Whoever rewrites everything but copies the printed ids into the new chain is found without a witness."""
    old = proof.read_chain(open_office(office))
    tampering.rewrite_everything(office)
    path = tampering.shown(office) / proof.FOLDER / "releases.jsonl"
    new = [json.loads(line) for line in path.read_bytes().splitlines()]
    new[0]["id"] = old.lines[0].id
    text = "\n".join(json.dumps(line, sort_keys=True, separators=(",", ":")) for line in new) + "\n"
    tampering.put(path, text.encode())
    assert "chain-broken" in {found.code for found in examine(tampering.shown(office)).findings}


def test_a_site_cut_back_to_an_older_release_is_found_only_with_a_witness(published: Path) -> None:
    chain = proof.read_chain(open_office(published))
    older = next((published / "site" / "releases").glob("0002-*"))
    assert examine(older).is_fine
    report = examine(older, witness=[chain.lines[2].id])
    assert [one.what for one in report.attested] == ["nothing"]


# --- the witness's text


def test_codes_are_found_in_any_text() -> None:
    text = """
    Tờ niêm yết tháng 10 (ảnh chụp 12/11/2026): 9143-6124-0af3-77c1.
    9143 6124 0af3 77c2, 9143612 40af377c3, B983–9764–1EBB–45BF; chữ O và l: 9l43-6124-Oaf3-77c4
    điện thoại 0912 345 678, tài khoản 1234 5678 9012 3456, ngày 2026-11-12
    """
    assert codes_in(text) == ["914361240af377c1", "914361240af377c2", "b98397641ebb45bf", "914361240af377c4"]
    whole = "9143" * 16
    assert codes_in(f"sha256 {whole}a b") == []
    assert codes_in("9143-6124-0af3-77c1 b983-9764-1ebb-45bf") == ["914361240af377c1", "b98397641ebb45bf"]
    assert codes_in("ab" * 32) == ["ab" * 32]


def test_a_slip_of_the_pen_is_told_from_a_code_of_nowhere(published: Path) -> None:
    code = proof.read_chain(open_office(published)).lines[1].id[:16]
    slip = ("0" if code[0] != "0" else "1") + code[1:]
    found = examine(published / "site", witness=[slip, "f" * 16]).attested
    assert [(one.what, one.number) for one in found] == [("nothing", 2), ("nothing", 0)]


def test_a_line_of_the_ledger_is_a_witness_too(published: Path) -> None:
    folder = Folder(tampering.shown(published))
    ledger = tampering.build_ledger((folder.root / proof.FOLDER / "ledger.jsonl").read_bytes())
    assert known([], None, ledger)[ledger.lines[1].digest()].number == 2
    found = examine(published / "site", witness=[ledger.lines[1].digest()]).attested
    assert [(one.what, one.number) for one in found] == [("ledger", 2)]


# --- the command


def test_the_command_says_what_was_touched_and_what_only_a_witness_finds(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.run(command.main, [str(office / "site"), "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "Không thấy chỗ nào bị sửa." in out
    assert "Chưa có nhân chứng." in out
    tampering.edit_a_csv_byte(office)
    assert terminal.run(command.main, [str(office / "site"), "--quiet"]) == 1
    out = capsys.readouterr().out
    assert "Tháng bị động đến: Tháng 5/2026." in out
    assert "Months that were touched: May 2026." in out
    assert "Số liệu tải về của Phường Ngọc Hà, kỳ 2026-05" in out


def test_the_command_takes_witnesses_from_files_and_speaks_to_programs(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = proof.short(proof.read_chain(open_office(published)).lines[0].id)
    paper, letter = tmp_path / "giay.txt", tmp_path / "thu.txt"
    paper.write_text(f"Tờ niêm yết ở nhà văn hóa: {code}\n", encoding="utf-8")
    letter.write_text("Thư ngày 1/7: 0000-1111-2222-333a\n", encoding="utf-8")
    options = [str(published / "site"), "--json", "--witness", str(paper), "--witness", str(letter)]
    assert terminal.run(command.main, options) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["is"]) for one in found["witness"]] == [
        (code, "release"),
        ("0000-1111-2222-333a", "nothing"),
    ]
    assert (found["fine"], found["findings"]) == (False, [])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["."], "không có bản công bố nào"),
        (["SITE", "--witness", "nowhere.txt"], "Không đọc được tệp nhân chứng"),
        (["SITE", "--witness", "empty.txt"], "không có mã nào"),
    ],
    ids=["no site", "no witness", "no code"],
)
def test_a_mistake_is_one_sentence(
    published: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("không có gì", encoding="utf-8")
    given = [str(published / "site") if option == "SITE" else option for option in options]
    assert terminal.run(command.main, given) == 2
    assert sentence in capsys.readouterr().err


def test_a_reporter_needs_nothing_but_the_files(published: Path, tmp_path: Path) -> None:
    """No office stands around them: the command runs in another folder, on a copy that is read-only."""
    copy = tmp_path / "copy"
    shutil.copytree(tampering.shown(published), copy)
    done = subprocess.run(
        [sys.executable, HOME / "scripts" / "verify.py", copy, "--quiet"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_folder_that_lies_about_its_files_is_not_followed_out_of_itself(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "link").symlink_to(tmp_path / "secret")
    folder = Folder(tmp_path / "site")
    assert folder.read("../secret") is None
    assert folder.read("link") is None


# --- from the web


@pytest.fixture
def served(office: Path) -> Iterator[str]:
    """The address of the office's site on a real server."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tampering.shown(office)))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_site_is_taken_from_the_web_and_judged(
    office: Path, served: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *given: None)
    assert terminal.run(command.main, [served, "--quiet"]) == 0
    assert "3 tệp báo cáo" in capsys.readouterr().out
    tampering.edit_a_csv_byte(office)
    tampering.delete_a_page(office)
    assert terminal.run(command.main, [served.rstrip("/"), "--quiet"]) == 1
    out = capsys.readouterr().out
    assert "Tệp thang/2026-05/index.html đã bị xóa." in out
    assert "Tháng bị động đến: Tháng 5/2026." in out


def test_a_manifest_cannot_make_the_fetcher_write_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    take("http://127.0.0.1:9/", tmp_path / "copy", ("../evil", File(1, "0" * 64)))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://[::1"])
def test_a_site_that_cannot_be_reached_is_a_sentence(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.run(command.main, [address, "--quiet"]) == 1
    assert "Không tải được" in capsys.readouterr().err
