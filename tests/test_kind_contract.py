"""What every dataset kind of the repository owes its readers, and what scripts/new_dataset.py makes owes them as well.

That names exist, that what is awaited has a due day and that rows can be told apart is refused when a kind is read
(tests/test_catalogue.py); that each rule has a file that breaks only it stands in tests/test_rules.py.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from publisher.catalogue import Kind, open_office
from publisher.catalogue.kinds import read_kind, read_yaml
from publisher.catalogue.new_kind import NAME, new_kind
from publisher.catalogue.office import HOME
from scripts import accept, build, new_dataset, terminal, validate
from tests.offices import make_office

NEW = "parks"
"""The kind that the command makes, in an office of its own."""
KINDS = sorted(path.parent.name for path in HOME.glob("datasets/*/dataset.yaml"))
PARTS = ("dataset", "schema", "rules")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each kind."""
    made = new_kind(make_office(tmp_path_factory.mktemp("contract") / "office"), NEW)
    return {**{name: HOME / "datasets" / name for name in KINDS}, NEW: made}


@pytest.fixture(params=[*KINDS, NEW])
def folder(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Path:
    """One kind's folder."""
    return folders[request.param]


@pytest.fixture
def kind(folder: Path) -> Kind:
    """The kind that it declares."""
    return read_kind(folder)


def one_sided(content: Any, where: str) -> Iterator[str]:
    """Where a text lacks its Vietnamese or its English half."""
    if isinstance(content, dict):
        if {"vi", "en"} & content.keys() and not all(str(content.get(lang) or "").strip() for lang in ("vi", "en")):
            yield where
        for key, value in content.items():
            yield from one_sided(value, f"{where}.{key}")
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from one_sided(value, f"{where}.{number}")


def test_everything_is_said_in_vietnamese_and_english(folder: Path) -> None:
    parts = {name: read_yaml(folder / f"{name}.yaml") for name in PARTS if (folder / f"{name}.yaml").exists()}
    assert [where for name, content in parts.items() for where in one_sided(content, name)] == []


def test_it_says_what_it_rests_on_and_since_when(kind: Kind) -> None:
    assert NAME.fullmatch(kind.name)
    assert kind.legal_basis
    assert [law.ref for law in kind.legal_basis if not law.valid_from] == []


def test_every_figure_has_its_definition(kind: Kind) -> None:
    assert kind.measures
    assert kind.headline
    assert [name for name, measure in kind.measures.items() if len(measure.definition.vi.split()) < 3] == []


def test_every_rule_says_what_must_hold_and_a_warning_what_readers_are_told(kind: Kind) -> None:
    assert [rule.code for rule in kind.rules if not rule.title.vi] == []
    assert [rule.code for rule in kind.rules if rule.severity == "warning" and not rule.public.vi] == []


def test_a_rule_s_code_means_one_rule(folders: dict[str, Path]) -> None:
    codes = Counter(rule.code for folder in folders.values() for rule in read_kind(folder).rules)
    assert [code for code, count in codes.items() if count > 1] == []


@pytest.mark.parametrize("name", KINDS)
def test_the_list_of_datasets_says_which_sentence_it_serves(name: str) -> None:
    page = (HOME / "docs" / "datasets.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| \[{name}\]\(\.\./datasets/{name}/dataset\.yaml\) \|(.*)\|$", page, re.MULTILINE)
    assert len([cell for cell in row.split("|") if cell.strip()]) == 3
    assert ("*optional*" in row) is read_kind(HOME / "datasets" / name).optional


@pytest.mark.parametrize("name", sorted(open_office(HOME).kinds))
def test_the_demonstration_has_figures_of_it(name: str) -> None:
    if not open_office(HOME).kinds[name].derived:
        assert list((HOME / "datasets" / name / "data").glob("*/*.csv"))


# --- a kind without Python

SAMPLE = "Đơn vị,Kỳ báo cáo,Số việc tiếp nhận,Số việc đã giải quyết\n"


def files(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office to which somebody added a kind: the command, one line of publishing.yaml, a file, a build."""
    root = make_office(tmp_path_factory.mktemp("grown") / "office", datasets={"feedback": {}}, languages=["vi", "en"])
    before = files(root)
    assert terminal.run(new_dataset.main, [NEW, "--office", str(root)]) == 0
    publishing = root / "datasets" / "publishing.yaml"
    text = publishing.read_text(encoding="utf-8")
    publishing.write_text(text.replace("datasets:\n", f"datasets:\n  {NEW}: {{}}\n"), encoding="utf-8")
    after = files(root)
    touched = {path for path in after if after[path] != before.get(path)}
    folder = f"datasets/{NEW}"
    assert touched == {"datasets/publishing.yaml", *(f"{folder}/{name}.yaml" for name in PARTS), f"{folder}/sample.csv"}
    assert before.keys() <= after.keys()
    sample = root / folder / "sample.csv"
    assert sample.read_text(encoding="utf-8") == SAMPLE
    given = root.parent / "june.csv"
    given.write_text(f"{SAMPLE}Phường Ba Đình,2026-06,12,9\nPhường Ngọc Hà,2026-06,0,0\n", encoding="utf-8")
    for command in (validate.main, accept.main):
        assert terminal.run(command, ["--office", str(root), "--dataset", NEW, str(given)]) == 0
    assert terminal.run(build.main, ["--office", str(root), "--quiet"]) == 0
    return root / "site" / "current"


def read(site: Path, path: str) -> html.HtmlElement:
    """A page of the built site."""
    return html.parse(str(site / path / "index.html")).getroot()


@pytest.mark.parametrize(
    ("root", "said"),
    [
        ("", "Tháng 6/2026, Phường Ba Đình đã giải quyết 9/12 việc (75,0%)."),
        ("en/", "June 2026: Ba Dinh Ward did 9 of 12 matters (75.0%)."),
    ],
)
def test_a_kind_without_python_has_its_page_its_block_and_its_figure(grown: Path, root: str, said: str) -> None:
    assert NEW in read(grown, f"{root}so-lieu/{NEW}").xpath("string(//h1)")
    (block,) = read(grown, f"{root}don-vi/phuong-ba-dinh").xpath(f"//section[h2[@id='{NEW}']]")
    assert said in " ".join(block.text_content().split())
    (value, *_) = block.xpath(f".//data[@data-of='{NEW}/done_pct/00004/2026-06/month']/@value")
    assert float(value) == 75


def test_what_a_kind_without_python_publishes_can_be_downloaded(grown: Path) -> None:
    (link,) = [link for link in read(grown, "du-lieu").xpath("//a/@href") if link.endswith(f"{NEW}.csv")][:1]
    assert "00004" in (grown / "du-lieu" / link).resolve().read_text(encoding="utf-8-sig")


def test_what_breaks_its_rule_is_told_with_the_cell(grown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = grown.parent.parent
    given = office.parent / "wrong.csv"
    given.write_text(f"{SAMPLE}Phường Giảng Võ,2026-06,12,13\n", encoding="utf-8")
    assert terminal.run(validate.main, ["--office", str(office), "--dataset", NEW, str(given)]) == 1
    assert "ô D2" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Parks", "công_viên", "1park", "../parks", "a" * 41, ""])
def test_an_ill_named_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    root = make_office(tmp_path / "office")
    before = files(root)
    assert terminal.run(new_dataset.main, ["--office", str(root), name]) == 2
    assert f"“{name}”" in capsys.readouterr().err
    assert files(root) == before


@pytest.mark.parametrize("name", ["feedback", "documents", NEW])
def test_a_name_that_is_taken_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    root = make_office(tmp_path / "office")
    new_kind(root, NEW)
    before = files(root)
    assert terminal.run(new_dataset.main, ["--office", str(root), name]) == 2
    assert f"“{name}”" in capsys.readouterr().err
    assert files(root) == before
