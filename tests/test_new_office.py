"""scripts/new_office.py: an empty folder becomes an office that opens."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from publisher.catalogue import open_office
from publisher.catalogue.new_office import TEMPLATE, new_office
from publisher.catalogue.office import HOME
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import check_files, read_ledger
from scripts import build, terminal
from scripts.new_office import main


def test_a_new_office_opens_with_its_names_and_has_no_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "xã mới"
    assert terminal.run(main, [str(folder), "--name", 'UBND xã "Mới": #1', "--name-en", "New Commune"]) == 0
    assert str(folder) in capsys.readouterr().out
    office = open_office(folder)
    assert (office.settings.name.vi, office.settings.name.en) == ('UBND xã "Mới": #1', "New Commune")
    assert not office.settings.demonstration
    assert office.settings.today is None
    assert (len(office.units), len(office.fields)) == (0, 0)
    assert set(office.kinds) == {name for name, kind in open_office(HOME).kinds.items() if not kind.optional}
    check_files(office, read_ledger(office))
    assert check_office(office) == []


def test_a_new_office_builds_a_site(tmp_path: Path) -> None:
    new_office(tmp_path, name="UBND xã Mới")
    assert terminal.run(build.main, ["--office", str(tmp_path)]) == 0
    assert "UBND xã Mới" in (tmp_path / "site" / "current" / "index.html").read_text(encoding="utf-8")


def test_a_new_office_has_these_files_and_no_others(tmp_path: Path) -> None:
    new_office(tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert found == {
        ".gitignore",
        "content", "content/en", "content/en/.gitkeep", "content/vi", "content/vi/.gitkeep",
        "datasets", "datasets/README.md", "datasets/publishing.yaml",
        "datasets/units.csv", "datasets/fields.csv", "datasets/counters.csv", "datasets/holidays.csv",
        "site", "site/.gitkeep",
        "var",
    }  # fmt: skip
    assert "var/" in (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("today", "period"), [("2026-11-14", "2026-11"), ("2026-11-15", "2026-12"), ("2026-12-31", "2027-01")]
)
def test_the_first_period_is_the_one_of_the_day(tmp_path: Path, today: str, period: str) -> None:
    new_office(tmp_path, today=dt.date.fromisoformat(today))
    assert open_office(tmp_path).settings.first_period == period


def test_a_folder_with_a_file_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("x", encoding="utf-8")
    for target in (tmp_path, kept):
        assert terminal.run(main, [str(target)]) == 2
        assert str(target) in capsys.readouterr().err
        with pytest.raises(Mistake, match="folder-not-empty"):
            new_office(target)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_the_template_explains_what_the_demonstration_explains() -> None:
    def explained(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        left_out = ("# today:", "# place:", "#   ")  # keys that the template shows and leaves to the office
        return [line for line in lines if line.startswith("# ") and not line.startswith(left_out)]

    template = TEMPLATE / "publishing.yaml"
    assert explained(template) == explained(HOME / "datasets" / "publishing.yaml")
    keys = yaml.safe_load((HOME / "datasets" / "publishing.yaml").read_text(encoding="utf-8"))
    assert keys.keys() - yaml.safe_load(
        template.read_text(encoding="utf-8").replace("{", '"').replace("}", '"')
    ).keys() == {"today", "place"}


def test_a_key_that_there_is_not_is_named_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_office(tmp_path)
    path = tmp_path / "datasets" / "publishing.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "no_such_key: 1\n", encoding="utf-8")
    assert terminal.run(build.main, ["--office", str(tmp_path)]) == 1
    assert "sai ở mục no_such_key" in capsys.readouterr().err
