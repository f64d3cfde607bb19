"""Documents that registers name: kept under their hash, found by name, missed when they change."""

from pathlib import Path

import pytest

from publisher.catalogue import Office, open_office
from publisher.checking import check_file
from publisher.errors import Mistake
from publisher.ledger import accept, check_files, keep_document, read_ledger
from scripts import terminal
from scripts.attach import main
from tests.offices import make_office
from tests.small_kinds import dataset, fields, measure, words

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"

POSTED = {
    "dataset": dataset(
        grain=["unit_code", "period", "document_code"],
        tallies={"posted": {"count": {}}},
        measures={"posted": measure(sum=["posted"])},
        headline=["posted"],
        table=["posted"],
    ),
    "schema": fields(
        {
            "name": "document_code",
            "type": "string",
            "table": "documents",
            "named_by": {"titles": words("Văn bản")},
            "constraints": {"required": True},
        }
    ),
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office with a register of documents."""
    return open_office(make_office(tmp_path / "office", kinds={"posted": POSTED}))


def pdf(folder: Path, name: str = "QĐ 12.pdf", content: bytes = PDF) -> Path:
    """A file as it comes from the scanner."""
    path = folder / name
    path.write_bytes(content)
    return path


def refused(office: Office, path: Path, name: str = "") -> str:
    """The code of the mistake in which keeping a file ends; nothing is kept then."""
    with pytest.raises(Mistake) as caught:
        keep_document(office, path, name)
    assert not list((office.datasets / "documents").glob("*.new"))
    return caught.value.code


def test_a_document_is_kept_under_its_hash_and_found_by_its_name(office: Office, tmp_path: Path) -> None:
    sha256 = keep_document(office, pdf(tmp_path))
    assert office.document(sha256).read_bytes() == PDF
    assert keep_document(office, pdf(tmp_path)) == sha256
    again = open_office(office.root)
    assert [(entry.code, entry.name.vi) for entry in again.documents] == [(sha256, "QĐ 12.pdf")]
    done = accept(again, again.kinds["posted"], "unit_code,period,Văn bản\n00004,2026-05,qđ 12.PDF\n".encode())
    assert sha256 in again.data_file("posted", "00004", "2026-05").read_text(encoding="utf-8")
    assert len(done.lines) == 1


def test_a_register_that_names_an_unknown_document_is_refused(office: Office) -> None:
    checked = check_file(office, office.kinds["posted"], "unit_code,period,Văn bản\n00004,2026-05,khác.pdf\n".encode())
    assert [(p.code, p.cell) for p in checked.errors] == [("D02", "C2")]
    code = f"unit_code,period,document_code\n00004,2026-05,{'0' * 64}\n".encode()
    assert [(p.code, p.cell) for p in check_file(office, office.kinds["posted"], code).errors] == [("D02", "C2")]


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(PDF + b" "), lambda path: path.unlink()])
def test_a_kept_document_that_changes_stops_the_build(office: Office, tmp_path: Path, spoil: object) -> None:
    sha256 = keep_document(office, pdf(tmp_path))
    again = open_office(office.root)
    check_files(again, read_ledger(again))
    assert callable(spoil)
    spoil(again.document(sha256))
    with pytest.raises(Mistake, match=r"file-(changed|missing)"):
        check_files(again, read_ledger(again))


def test_only_whole_documents_to_be_read_are_kept(office: Office, tmp_path: Path) -> None:
    assert refused(office, tmp_path / "nothing.pdf") == "document-unreadable"
    assert refused(office, pdf(tmp_path, content=b"<html>")) == "document-format"
    assert refused(office, pdf(tmp_path, content=PDF[:30])) == "document-format"
    assert refused(office, pdf(tmp_path, content=PDF.replace(b"/Type", b"/Encrypt 2 0 R /Type"))) == "document-locked"
    for active in (b"/JavaScript (x)", b"/JS (x)", b"/Launch", b"/EmbeddedFile"):
        assert refused(office, pdf(tmp_path, content=PDF.replace(b"/Type", active + b" /Type"))) == "document-active"
    with pdf(tmp_path, "large.pdf").open("r+b") as file:
        file.truncate(21 * 2**20)
    assert refused(office, tmp_path / "large.pdf") == "document-large"
    for name in ("=cmd.pdf", "<img>.pdf", "a" * 201):
        assert refused(office, pdf(tmp_path), name) == "document-name"
    assert not (office.datasets / "documents").exists()


def test_two_documents_do_not_share_a_name(office: Office, tmp_path: Path) -> None:
    keep_document(office, pdf(tmp_path))
    assert refused(office, pdf(tmp_path, content=PDF + b"\n")) == "document-taken"
    keep_document(office, pdf(tmp_path, content=PDF + b"\n"), "QĐ 12 sửa đổi")
    assert len(open_office(office.root).documents) == 2


def test_the_command_says_under_which_code(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(pdf(tmp_path))
    assert terminal.run(main, ["--office", str(office.root), path]) == 0
    assert keep_document(office, Path(path)) in capsys.readouterr().out
    assert terminal.run(main, ["--office", str(office.root), "--name", "x", path, path]) == 2
