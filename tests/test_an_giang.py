"""The example with real figures: what was downloaded is accepted as it is, and two bases never stand together."""

import shutil
from pathlib import Path

import pytest
from lxml import html

from publisher import release
from publisher.catalogue import open_office
from publisher.catalogue.office import HOME
from scripts import accept, terminal

EXAMPLE = HOME / "examples" / "an-giang"
DOWNLOADED = (
    ("year_to_date", "766_angiang_communes_2025_ytd_asof_2025-10-16.csv", 102),
    ("month", "766_angiang_departments_2025-10_asof_2025-10-16.csv", 15),
)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with the example's tables, into which the downloaded files were accepted as its README says."""
    root = tmp_path_factory.mktemp("an-giang") / "office"
    ignored = shutil.ignore_patterns("data", "revisions", "ledger.jsonl", "releases", "current", "build", "var")
    shutil.copytree(EXAMPLE, root, ignore=ignored)
    for basis, name, _ in DOWNLOADED:
        where = ["--office", str(root), "--dataset", "service_quality", "--period", "2025-10", "--layout", "dvcqg_766"]
        given = ["--set", f"basis={basis}", "--set", "as_of=2025-10-16"]
        done = terminal.run(accept.main, [*where, *given, str(EXAMPLE / "sources" / name)])
        assert done == 0
    return root


def test_the_downloaded_files_give_the_committed_figures_byte_for_byte(replayed: Path) -> None:
    committed = {p.relative_to(EXAMPLE): p.read_bytes() for p in EXAMPLE.glob("datasets/**/*.csv")}
    made = {p.relative_to(replayed): p.read_bytes() for p in replayed.glob("datasets/**/*.csv")}
    assert made == committed
    assert sum("data" in path.parts for path in made) == 117
    ledger = Path("datasets") / "ledger.jsonl"
    assert (replayed / ledger).read_bytes() == (EXAMPLE / ledger).read_bytes()


def test_the_shared_downloads_are_the_ones_kept_here(shared: Path) -> None:
    for _, name, _ in DOWNLOADED:
        assert (EXAMPLE / "sources" / name).read_bytes() == (shared / "real" / name).read_bytes()


def test_communes_and_departments_stand_in_tables_of_their_own(replayed: Path) -> None:
    made = release.build(open_office(replayed))
    page = html.parse(str(made.folder / "thang" / "2025-10" / "index.html"))
    tables = [table for table in page.findall(".//table") if table.find(".//data") is not None]
    assert [len(table.findall("tbody/tr")) for table in tables] == [15, 102]
    bases = [{element.get("data-of").split("/")[4] for element in table.iter("data")} for table in tables]
    assert bases == [{"month"}, {"year_to_date"}]
    assert "Số liệu đến ngày 16/10/2025" in page.getroot().text_content()
