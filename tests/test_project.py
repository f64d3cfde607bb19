"""The project's frame: what the documents promise stands in the repository, and the other way round."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import jinja2.meta
import pytest
import yaml
from pydantic import BaseModel

from publisher.catalogue import columns, kinds, measures, open_office, questions, rules
from publisher.catalogue.office import Publishing
from publisher.checking import check_file
from publisher.checking.rules import ALWAYS, PLACES
from publisher.pages.view import View
from tests.offices import make_office

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
COMMANDS = sorted(p for p in ROOT.glob("scripts/*.py") if p.stem not in ("__init__", "terminal"))
SHELL = sorted(ROOT.glob("scripts/*.sh"))
REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = re.compile(r"scripts/(\w+\.(?:py|sh))")


def text(name: str) -> str:
    """A file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def shell_lines(name: str) -> list[str]:
    """What a page tells people to type, without remarks."""
    blocks = [body for language, _, body in FENCE.findall(text(name)) if language == "sh"]
    return [line.split("#")[0].strip() for line in "\n".join(blocks).splitlines() if line.split("#")[0].strip()]


def targets() -> dict[str, list[str]]:
    """The Makefile's targets with their recipes."""
    found = re.findall(r"^([a-z]+):.*\n((?:\t.+\n)+)", text("Makefile"), re.MULTILINE)
    return {name: [line.strip() for line in recipe.splitlines()] for name, recipe in found}


# Commands


def test_every_command_of_the_readme_exists() -> None:
    lines = shell_lines("README.md")
    assert {"make site", "make test"} <= set(lines)
    for line in lines:
        if line.startswith("make "):
            assert line.removeprefix("make ") in targets()
        else:
            script = RUN.search(line)
            assert script, line
            assert (ROOT / "scripts" / script[1]).exists(), line


def test_every_recipe_of_the_makefile_is_one_command_that_exists() -> None:
    for name, recipe in targets().items():
        assert len(recipe) == 1, name
        assert not re.search(r"&&|;\s*\w+ ", recipe[0].split("'")[0]), name
        for script in RUN.findall(recipe[0]):
            assert (ROOT / "scripts" / script).exists(), name


def test_every_target_says_what_it_does() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in said.splitlines()] == list(targets())


def test_every_script_is_documented() -> None:
    documented = set(RUN.findall(text("docs/operating.md"))) | set(re.findall(r"`(\w+\.py)", text("docs/operating.md")))
    assert {p.name for p in [*COMMANDS, *SHELL]} <= documented


@pytest.mark.parametrize("script", COMMANDS, ids=lambda p: p.stem)
def test_every_option_of_a_command_is_documented(script: Path) -> None:
    options = re.findall(r"add_argument\(\s*\"(--[a-z-]+)\"", script.read_text(encoding="utf-8"))
    row = next(line for line in text("docs/operating.md").splitlines() if line.startswith(f"| `{script.name}"))
    for option in options:
        assert f"`{option}" in row or ("as above" in row and option in text("docs/operating.md")), option


def test_documents_name_no_script_that_does_not_exist() -> None:
    named = {script for page in PAGES for script in RUN.findall(page.read_text(encoding="utf-8"))}
    assert named <= {p.name for p in ROOT.glob("scripts/*")}


@pytest.mark.parametrize("script", COMMANDS, ids=lambda p: p.stem)
def test_a_script_is_a_thin_main_that_gives_an_exit_code(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    assert [argument.arg for argument in main.args.args] == ["argv"]
    assert ast.unparse(main.returns or ast.Constant(None)) == "int"
    assert ast.get_docstring(tree)
    assert main.end_lineno
    assert main.end_lineno - main.lineno <= 60


@pytest.mark.parametrize("script", SHELL, ids=lambda p: p.name)
def test_a_shell_script_is_plain_sh(script: Path) -> None:
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", script], check=True)


def test_a_python_that_is_too_old_is_refused_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "environment.sh").write_text(text("scripts/environment.sh"), encoding="utf-8")
    old = tmp_path / "python3.8"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["sh", tmp_path / "scripts" / "environment.sh"],
        env={"PYTHON": str(old), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("Cần Python 3.11 trở lên.")
    assert done.stderr.splitlines()[1].startswith("Python 3.11 or newer is needed.")


# Packages


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda p: p.name)
def test_every_requirement_is_pinned_with_hashes(path: Path) -> None:
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 10
    for line in lines:
        assert re.match(r"^[a-z0-9._-]+==\S+\s", line, re.IGNORECASE), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("path", [*REQUIREMENTS, *ROOT.glob("requirements*.in"), ROOT / "pyproject.toml"], ids=str)
def test_no_package_host_stands_in_the_repository(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "pip-compile" not in line]
    assert not re.search(r"\w+://|--(extra-)?index-url|--find-links|--trusted-host", "\n".join(lines))


def test_every_package_we_name_is_pinned_and_has_its_licence_in_the_decision() -> None:
    decision = text("docs/decisions/0005-requirements-with-hashes.md")
    for path in REQUIREMENTS:
        named = re.findall(r"^([\w-]+)[=>]=", text(path.with_suffix(".in").name), re.MULTILINE)
        assert named
        for name in named:
            assert re.search(rf"^{re.escape(name)}==", path.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE)
            assert name in decision


def test_mkdocs_stays_below_2() -> None:
    assert re.search(r"^mkdocs==1\.", text("requirements.txt"), re.MULTILINE)


# Documents


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, part = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if part:
            heads = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}, target


def test_the_readme_in_vietnamese_is_the_same_page() -> None:
    english, vietnamese = text("README.md"), text("README.vi.md")
    assert shell_lines("README.md") == shell_lines("README.vi.md")
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", vietnamese, re.MULTILINE))
    links = {frozenset(LINK.findall(page)) - {"README.md", "README.vi.md"} for page in (english, vietnamese)}
    assert len(links) == 1


def test_every_decision_is_listed() -> None:
    listed = set(LINK.findall(text("docs/decisions/README.md")))
    assert listed == {p.name for p in ROOT.glob("docs/decisions/0*.md")}


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_relative_to(ROOT):
            continue
        seen.add(page)
        links = (target.partition("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8")))
        waiting += [(page.parent / target).resolve() for target in links if target and "://" not in target]
    assert set(PAGES) <= seen


def test_the_changelog_speaks_of_the_version_that_stands_in_the_program() -> None:
    version = re.search(r'__version__ = "([^"]+)"', text("publisher/__init__.py"))
    assert version
    assert re.search(rf"^## {re.escape(version[1])}\b", text("CHANGELOG.md"), re.MULTILINE)


def test_hand_written_pages_exist_in_both_languages() -> None:
    vi, en = ({p.relative_to(folder) for p in folder.rglob("*.md")} for folder in ROOT.glob("content/*"))
    assert vi == en
    assert len(vi) >= 3


def test_every_order_is_answered(shared: Path) -> None:
    orders = text("docs/orders.md")
    named = re.findall(r"^## (\S+\.txt):", orders, re.MULTILINE)
    assert named == sorted(p.name for p in (shared / "orders").iterdir())


def test_every_answer_to_an_order_is_of_a_known_kind() -> None:
    rows = [line.split(" | ") for line in text("docs/orders.md").splitlines() if line.startswith("| ")]
    answers = [row[2] for row in rows if row[0] != "| Paragraph"]
    assert len(answers) > 50
    known = re.compile(r"\*\*(answered|not published)|^context\.", re.IGNORECASE)
    for answer in answers:
        assert known.search(answer), answer
        assert not re.search(r"\(#\d+\)", answer), answer  # nothing is left for later


# Settings


def keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """The keys of a settings class with those of the classes inside it, but for texts in two languages."""
    found: list[str] = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and inner.__name__ != "Text":
            found += keys(inner, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


@pytest.mark.parametrize("key", keys(Publishing))
def test_every_setting_is_documented(key: str) -> None:
    assert f"| `{key}` |" in text("docs/settings.md")


def test_no_setting_is_documented_that_does_not_exist() -> None:
    lists = re.findall(r"^\| `([\w.]+)` \|", text("docs/settings.md").split("## Reference tables")[0], re.MULTILINE)
    assert set(lists) == set(keys(Publishing))


@pytest.mark.parametrize("key", Publishing.model_fields)
def test_every_setting_is_explained_above_itself_in_the_demonstration(key: str) -> None:
    lines = text("datasets/publishing.yaml").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith((f"{key}:", f"# {key}:")))
    assert lines[place - 1].startswith("# ")
    assert lines[place - 2].startswith("# ")


# A kind made from its page


def example() -> dict[str, str]:
    """The files that docs/add-a-dataset.md writes out, by name."""
    return {title: body for _, title, body in FENCE.findall(text("docs/add-a-dataset.md")) if title}


@pytest.fixture
def street_lights(tmp_path: Path) -> Path:
    """An office that publishes the kind of the page, with the page's files as they stand."""
    root = make_office(tmp_path / "office", datasets={"street_lights": {}})
    for name, body in example().items():
        path = root / "datasets" / "street_lights" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    return root


def test_the_example_of_the_page_is_a_kind(street_lights: Path) -> None:
    kind = open_office(street_lights).kinds["street_lights"]
    assert kind.title.vi == "Sự cố đèn đường"
    assert list(kind.measures) == ["reported", "in_time_pct", "open"]
    assert [rule.code for rule in kind.rules] == ["L01", "L02", "L03"]
    assert [layout.name for layout in kind.layouts] == ["works_system"]


def test_the_sample_of_the_page_is_accepted_by_the_check(street_lights: Path) -> None:
    office = open_office(street_lights)
    sample = street_lights / "datasets" / "street_lights" / "sample.csv"
    checked = check_file(office, office.kinds["street_lights"], sample)
    assert [p for p in checked.problems if p.severity != "note"] == []
    assert checked.rows == 2


def test_each_rule_of_the_page_finds_what_breaks_it(street_lights: Path) -> None:
    office = open_office(street_lights)
    sample = example()["sample.csv"].replace("2,10,12,11,9,1", "2,10,12,11,12,2")
    checked = check_file(office, office.kinds["street_lights"], sample.encode())
    assert [(p.code, p.cell) for p in checked.problems if p.severity == "error"] == [("L01", "F2"), ("L02", "H2")]


DEFINITIONS: dict[str, type[BaseModel]] = {
    "dataset.yaml": kinds.Kind,
    "schema.yaml": columns.Column,
    "rules.yaml": rules.Rule,
    "Layouts": columns.Layout,
    "measures": measures.Measure,
    "breakdowns": measures.Breakdown,
    "tallies": measures.Tally,
    "charts": kinds.Chart,
    "questions": questions.Question,
    "answers": questions.Answer,
}
MADE = {"name", "folder", "digest", "schema_columns", "rules", "layouts"}
"""What is not written as a key: it comes from the folder, or from the other files."""


@pytest.mark.parametrize("part", DEFINITIONS)
def test_every_key_of_a_definition_is_documented(part: str) -> None:
    page = text("docs/add-a-dataset.md")
    for key in set(DEFINITIONS[part].model_fields) - MADE:
        assert re.search(rf"`{{?{key}\b", page), f"{part}: {key}"


def test_the_places_of_each_rule_are_documented() -> None:
    rows = re.findall(r"^\| `(\w+): \{[^|]*\|[^|]*\|([^|]*)\|$", text("docs/add-a-dataset.md"), re.MULTILINE)
    documented = {name: set(re.findall(r"\{(\w+)\}", places)) for name, places in rows if name in PLACES}
    assert documented == {name: set(places - ALWAYS) for name, places in PLACES.items()}
    assert set(documented) == {*rules.ROW_TESTS, *rules.PERIOD_TESTS}


def test_the_demonstration_reads_its_own_definitions() -> None:
    named: Any = yaml.safe_load(text("datasets/publishing.yaml"))["datasets"]
    found = [kinds.read_kind(path.parent) for path in ROOT.glob("datasets/*/dataset.yaml")]
    assert {kind.name for kind in found if not kind.optional} <= set(named)
    assert {kind.name for kind in found} - set(named) == {"one_stop_scores"}


def names_in_templates() -> set[str]:
    """Every name that a template takes from outside: what its page, the view and the environment give it."""
    environment = jinja2.Environment(autoescape=True)
    found = set()
    for path in [*ROOT.glob("publisher/templates/*.j2"), *ROOT.glob("datasets/*/*.html.j2")]:
        tree = environment.parse(path.read_text(encoding="utf-8"))
        own = {name.name for name in tree.find_all(jinja2.nodes.Name) if name.ctx == "store"}
        found |= jinja2.meta.find_undeclared_variables(tree) - own
    return found


def test_every_name_that_templates_use_is_documented() -> None:
    page = text("docs/templates.md")
    used = names_in_templates()
    assert {"view", "kind", "t", "unit", "published"} <= used
    assert [name for name in sorted(used) if not re.search(rf"`{name}\b", page)] == []


def test_everything_that_the_view_gives_is_documented_and_nothing_else() -> None:
    documented = set(re.findall(r"`view\.(\w+)", text("docs/templates.md")))
    given = {name for name, value in vars(View).items() if callable(value) and not name.startswith("_")}
    assert documented == (given - {"find_basis", "make_row", "fix_mark"}) | {"basis", "board"}
