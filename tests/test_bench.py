"""The measurements compare works that do the same: no seconds here."""

from pathlib import Path

import pytest

from bench import checker, clock, intake, offices, run, tallying, workbooks
from bench.clock import Spent
from bench.result import Result
from publisher.catalogue import Office


@pytest.fixture
def large(tmp_path: Path) -> Office:
    """The office whose large file is checked, before the file is written."""
    return offices.empty(tmp_path / "large", checker.UNITS, checker.MONTHS)


def test_the_formulas_are_the_kinds_row_rules_but_for_the_regular_expression(large: Office) -> None:
    rules = {rule.code for rule in large.kinds[offices.KIND].rules if rule.within_row}
    assert rules - set(checker.FORMULAS) == {"V17b"}
    assert set(checker.FORMULAS) <= rules


def test_plain_frictionless_finds_the_same_problems_in_the_same_rows(large: Office, tmp_path: Path) -> None:
    kind = large.kinds[offices.KIND]
    path = checker.write_file(large, tmp_path / "rows.csv", 2000, bad=0.05)
    found, rows = checker.ours(large, kind, path)
    assert rows == 2000
    assert {code for _, code in found} == set(checker.FORMULAS)
    assert checker.plain(large, kind, path) == (found, rows)
    assert checker.everything(large, kind, path) == (found, rows)


def test_a_file_without_seeded_faults_has_no_problem(large: Office, tmp_path: Path) -> None:
    path = checker.write_file(large, tmp_path / "rows.csv", 500, bad=0)
    assert checker.ours(large, large.kinds[offices.KIND], path) == (set(), 500)


def test_the_measured_workbook_is_read_whole_by_both(tmp_path: Path) -> None:
    office = offices.empty(tmp_path / "office", 5, [workbooks.MONTH])
    path = workbooks.write_file(office, tmp_path / "rows.xlsx", 60)
    assert workbooks.ours(office, path) == workbooks.bare(office, path) == 60


def test_one_changed_file_is_the_only_one_tallied_again(tmp_path: Path) -> None:
    (result,) = tallying.of_one_change(tmp_path, 2, units=4, months=["2026-08", "2026-09", "2026-10"])
    assert (result.value, result.bound, result.holds) == (1, 1, True)
    assert "of 12 files" in result.detail


def test_files_handed_in_at_once_are_all_answered_beside_the_survey(tmp_path: Path) -> None:
    ratio, unanswered, survey = intake.of_intake(tmp_path, 1, count=24, clerks=2, load_s=3)
    assert (unanswered.value, unanswered.holds) == (0, True)
    assert "300 of 300 acknowledged" in survey.detail
    assert ratio.value > 0


def test_rounds_are_interleaved_and_the_median_of_their_ratios_counts() -> None:
    order: list[str] = []

    def work(name: str, *seconds: float) -> list[Spent]:
        return [Spent(second, 0, 0, name) for second in seconds]

    first, second = iter(work("a", 2, 9, 4)), iter(work("b", 1, 1, 1))

    def take(name: str) -> Spent:
        order.append(name)
        return next(first if name == "a" else second)

    above, below = clock.interleave([lambda: take("a"), lambda: take("b")], 3)
    assert order == ["a", "b"] * 3
    assert clock.ratio([one.seconds for one in above], [one.seconds for one in below]) == 4


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        clock.process(["-c", "raise SystemExit(3)"])


def test_a_line_says_whether_its_bound_is_kept() -> None:
    row = Result("Build", 1.51, 1.5, "3 s ÷ 2 s").row("2026-11-02 × 5")
    assert row == "| Build | ≤ 1.5 | 1.51 | **no** | 3 s ÷ 2 s | 2026-11-02 × 5 |"
    assert Result("Memory", 480.4, 500, "", unit=" MB").row("") == "| Memory | ≤ 500 MB | 480 MB | yes |  |  |"
    assert Result("Files", 2, 1, "of 9", exact=True).row("") == "| Files | = 1 | 2 | **no** | of 9 |  |"


def test_a_measure_taken_alone_replaces_its_own_lines_only() -> None:
    page = f"Words.\n\n{run.MARK}\n\nMachine A.\n\n{run.HEAD}\n| One | ≤ 1 | old |\n| Two | ≤ 2 | kept |\n"
    written = run.with_rows(page, "Machine B.", {"One": "| One | ≤ 1 | new |", "Three": "| Three | ≤ 3 | first |"})
    assert written == (
        f"Words.\n\n{run.MARK}\n\nMachine B.\n\n{run.HEAD}\n"
        "| One | ≤ 1 | new |\n| Two | ≤ 2 | kept |\n| Three | ≤ 3 | first |\n"
    )


def test_the_page_of_the_last_measurements_has_the_place_for_the_table() -> None:
    assert run.PAGE.read_text(encoding="utf-8").count(run.MARK) == 1
