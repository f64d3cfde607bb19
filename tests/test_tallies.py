"""From accepted files to tallies: the sums themselves, and what the cache may and may not save."""

import csv
import shutil
from collections.abc import Iterator
from decimal import Decimal
from math import isnan
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import tallies
from publisher.catalogue import Office, open_office
from publisher.catalogue.periods import between
from publisher.ledger import Ledger
from publisher.measures import Book
from publisher.tallies import Tallies, tally_office
from tests.offices import make_office
from tests.small_kinds import KINDS, WORK, dataset, fields, line, measure, read_table, small_office, submit, words

UNITS = ("00004", "00008", "00025")
KEYS = ["unit", "period", "basis", "breakdown", "key", "as_of"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return small_office(tmp_path / "office")


@pytest.fixture(scope="module")
def used_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose cache holds whatever the examples before have left there."""
    return small_office(tmp_path_factory.mktemp("used") / "office")


def shown(number: float) -> str:
    return "-" if isnan(number) else f"{number:.6f}".rstrip("0").rstrip(".")


def as_table(found: Tallies, kind: str, columns: list[str]) -> list[list[str]]:
    lines = found.cubes[kind].frame[columns].itertuples(index=False)
    return [[cell if isinstance(cell, str) else shown(cell) for cell in cells] for cells in lines]


def expected(text: str) -> list[list[str]]:
    return [list(row.values()) for row in read_table(text)]


# --- the sums


def test_rows_become_one_line_for_each_breakdown_and_key(office: Office) -> None:
    rows = read_table("""
        field_code | effort | opening | received | by_web | by_desk | on_time | late | pending | points
        HT         | hard   | 1       | 10       | 7      | 3       | 8       | 1    | 2       | 1.5
        CT         | easy   | 0       | 5        |        | 5       | 5       |      | 0       |
        HT         | easy   |         | 2        | 0      | 2       | 2       | 0    | 0       | 2.25
    """)
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    columns = ["breakdown", "key", "opening", "received", "on_time", "resolved", "pending", "points", "rows", "hard"]
    assert as_table(found, "work", columns) == expected("""
        breakdown | key  | opening | received | on_time | resolved | pending | points | rows | hard
                  |      | 1       | 17       | 15      | 16       | 2       | 3.75   | 3    | 1
        effort    | easy | 0       | 7        | 7       | 7        | 0       | 2.25   | 2    | 0
        effort    | hard | 1       | 10       | 8       | 9        | 2       | 1.5    | 1    | 1
        field     | CT   | 0       | 5        | 5       | 5        | 0       | -      | 1    | 0
        field     | HT   | 1       | 12       | 10      | 11       | 2       | 3.75   | 2    | 1
        way       | desk | -       | 10       | -       | -        | -       | -      | -    | -
        way       | web  | -       | 7        | -       | -        | -       | -      | -    | -
    """)


def test_a_sum_with_where_leaves_the_other_rows_aside_and_is_blank_without_one(tmp_path: Path) -> None:
    kind = {
        "dataset": dataset(
            tallies={
                "hard": {"sum": ["received"], "where": {"effort": "hard"}},
                "of_two": {"sum": ["received"], "where": {"effort": ["hard", "easy"], "field_code": "HT"}},
                "rows": {"count": {}},
            },
            breakdowns={
                "field": {"title": words("field"), "column": "field_code"},
                "hard_field": {"title": words("field"), "column": "field_code", "where": {"effort": "hard"}},
            },
            measures={},
        ),
        "schema": WORK["schema"],
    }
    office = open_office(make_office(tmp_path / "office", kinds={"work": kind}))
    rows = read_table("""
        field_code | effort | received
        HT         | hard   | 10
        HT         | easy   | 5
        CT         | easy   | 2
        DD         | hard   |
    """)
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    assert as_table(found, "work", ["breakdown", "key", "hard", "of_two", "rows"]) == expected("""
        breakdown  | key | hard | of_two | rows
                   |     | 10   | 15     | 4
        field      | CT  | -    | -      | 1
        field      | DD  | -    | -      | 1
        field      | HT  | 10   | 15     | 2
        hard_field | DD  | -    | -      | 1
        hard_field | HT  | 10   | 10     | 1
    """)


def test_lines_tell_their_unit_period_basis_and_day(office: Office) -> None:
    found = tally_office(
        office,
        submit(
            office,
            {
                ("work", "00008", "2026-03"): [{"received": "1", "as_of": "2026-03-20"}],
                ("work", "00004", "2026-03"): [
                    {"received": "9", "basis": "year_to_date", "as_of": "2026-03-14"},
                    {"received": "2", "basis": "month"},
                ],
                ("answers", "00004", "2026-03"): [{"answers": "4"}],
            },
        ),
    )
    work = found.cubes["work"].frame
    whole = found.cubes["work"].frame[work["breakdown"] == ""]
    assert whole[[*KEYS, "received"]].to_numpy().tolist() == [
        ["00004", "2026-03", "month", "", "", "2026-03-14", 2],
        ["00004", "2026-03", "year_to_date", "", "", "2026-03-14", 9],
        ["00008", "2026-03", "month", "", "", "2026-03-20", 1],
    ]
    answers = found.cubes["answers"].frame
    assert answers[[*KEYS, "answers"]].to_numpy().tolist()[0] == ["00004", "2026-03", "month", "", "", "2026-03-14", 4]


def test_blank_is_not_zero(office: Office) -> None:
    rows = [{"received": "", "on_time": "0"}, {"received": "", "on_time": "", "late": ""}]
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    columns = ["breakdown", "received", "on_time", "resolved", "rows", "hard"]
    assert as_table(found, "work", columns)[0] == ["", "-", "0", "0", "2", "0"]


def test_sums_of_points_show_no_dust_of_binary_fractions(office: Office) -> None:
    rows = [{"points": text} for text in ("0.1", "0.2")]
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    assert sum(float(row["points"]) for row in rows) != 0.3
    assert found.cubes["work"].frame["points"].iloc[0] == 0.3


def test_whole_numbers_are_exact(office: Office) -> None:
    rows = [{"received": "9007199254740990"}, {"received": "1"}]
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    assert int(found.cubes["work"].frame["received"].iloc[0]) == 9007199254740991


def test_text_with_quotes_commas_and_line_ends_shifts_no_column(office: Office) -> None:
    note = 'một, "hai"\nba\r\nbốn\u2028năm\x0bsáu'
    rows = [{"received": "3", "note": note, "field_code": note}, {"received": "4"}]
    found = tally_office(office, submit(office, {("work", "00004", "2026-03"): rows}))
    frame = found.cubes["work"].frame
    assert frame["received"].iloc[0] == 7
    assert dict(zip(frame["key"], frame["received"], strict=True))[note] == 3


def test_a_column_that_an_older_file_lacks_is_blank(office: Office) -> None:
    path = office.data_file("work", "00004", "2026-03")
    path.parent.mkdir(parents=True)
    path.write_text("unit_code,period,period_from,period_to,received\n00004,2026-03,2026-02-15,2026-03-14,6\n")
    key = ("work", "00004", "2026-03")
    found = tally_office(office, Ledger(current={key: line(*key, path.read_bytes())}))
    whole = found.cubes["work"].frame.iloc[0]
    assert (whole["basis"], whole["as_of"], whole["received"]) == ("month", "2026-03-14", 6)
    assert isnan(whole["on_time"])


def test_an_office_without_data_has_empty_cubes_with_all_columns(office: Office) -> None:
    found = tally_office(office, Ledger())
    assert list(found.cubes["work"].frame.columns) == [*KEYS, *office.kinds["work"].tallies]
    assert (len(found.cubes["work"].frame), found.rebuilt) == (0, 0)


CELL = st.one_of(st.just(""), st.integers(0, 999).map(str))
POINTS = st.one_of(st.just(""), st.decimals(0, 100, places=2).map(str))
ROW = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(["month", "year_to_date"]),
        "field_code": st.sampled_from(["HT", "CT", "Đ|Đ", ""]),
        "effort": st.sampled_from(["hard", "easy"]),
        **dict.fromkeys(("opening", "received", "by_web", "by_desk", "on_time", "late", "pending"), CELL),
        "points": POINTS,
    }
)
ROWS = st.lists(ROW, min_size=1, max_size=6)
OFFICE = st.dictionaries(
    st.tuples(st.just("work"), st.sampled_from(UNITS), st.sampled_from(["2026-01", "2026-02"])), ROWS, max_size=5
)
Sums = dict[tuple[str, ...], Decimal | None]


def recount(office: Office, ledger: Ledger) -> Sums:
    """Every tally of the kind `work` again, from the files, with nothing but loops: (keys…, tally) → sum."""
    sums: Sums = {}

    def add(where: tuple[str, ...], cells: list[str]) -> None:
        for cell in cells:
            before = sums.setdefault(where, None)
            sums[where] = before if cell == "" else (before or Decimal(0)) + Decimal(cell)

    plain = {"opening": ["opening"], "received": ["received"], "on_time": ["on_time"], "pending": ["pending"]}
    plain |= {"points": ["points"], "resolved": ["on_time", "late"]}
    for kind, unit, period in ledger.current:
        for row in csv.DictReader(office.data_file(kind, unit, period).open(encoding="utf-8", newline="")):
            here = (unit, period, row["basis"])
            splits = (("field", row["field_code"]), ("effort", row["effort"]))
            for split in (("", ""), *(one for one in splits if one[1])):
                for tally, columns in plain.items():
                    add((*here, *split, tally), [row[column] for column in columns])
                add((*here, *split, "rows"), ["1"])
                add((*here, *split, "hard"), ["1" if row["effort"] == "hard" else "0"])
            add((*here, "way", "web", "received"), [row["by_web"]])
            add((*here, "way", "desk", "received"), [row["by_desk"]])
    return {where: value for where, value in sums.items() if value is not None}


def as_sums(frame: pd.DataFrame) -> Sums:
    """A cube's frame in the shape of `recount`."""
    by = KEYS[:-1]
    long = frame.drop(columns="as_of").melt(id_vars=by, var_name="tally", value_name="value").dropna()
    assert not long.duplicated([*by, "tally"]).any()
    lines = long[[*by, "tally"]].itertuples(index=False, name=None)
    return {tuple(where): Decimal(str(value)) for where, value in zip(lines, long["value"], strict=True)}


@given(OFFICE)
@settings(max_examples=40, deadline=None)
def test_an_independent_recount_finds_the_same_sums(
    used_office: Office, submissions: dict[tuple[str, str, str], list[dict[str, str]]]
) -> None:
    ledger = submit(used_office, submissions)
    recounted = recount(used_office, ledger)
    assert as_sums(tally_office(used_office, ledger).cubes["work"].frame) == recounted
    assert as_sums(tally_office(used_office, ledger).cubes["work"].frame) == recounted, "from the cache"


@given(ROWS, ROWS)
@settings(max_examples=40, deadline=None)
def test_the_tally_of_two_files_together_is_the_sum_of_their_tallies(
    used_office: Office, first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    def sums(rows: list[dict[str, str]]) -> Sums:
        ledger = submit(used_office, {("work", "00004", "2026-01"): rows})
        return as_sums(tally_office(used_office, ledger).cubes["work"].frame)

    one, two, both = sums(first), sums(second), sums(first + second)
    assert both == {where: (one.get(where) or 0) + (two.get(where) or 0) for where in {*one, *two}}


# --- the cache


PERIODS = between("2024-07", "2026-06")
FIVE = tuple(f"{number:05d}" for number in range(1, 6))


def full(office: Office) -> Ledger:
    """24 months of five units."""
    return submit(
        office,
        {
            ("work", unit, period): [{"field_code": "HT", "received": str(10 * u + p)}, {"field_code": "CT"}]
            for u, unit in enumerate(FIVE)
            for p, period in enumerate(PERIODS)
        },
    )


def cached(office: Office) -> dict[str, int]:
    """When each Parquet file of `work` was last written."""
    return {path.stem: path.stat().st_mtime_ns for path in (office.cache / "tallies" / "work").iterdir()}


def same(one: Tallies, other: Tallies) -> bool:
    return all(one.cubes[name].frame.equals(other.cubes[name].frame) for name in one.cubes)


def test_a_second_build_tallies_nothing_and_finds_the_same(office: Office) -> None:
    ledger = full(office)
    first, second = tally_office(office, ledger), tally_office(office, ledger)
    assert (first.rebuilt, second.rebuilt) == (120, 0)
    assert same(first, second)


def test_one_changed_file_in_24_months_of_five_units_is_tallied_alone(office: Office) -> None:
    ledger = full(office)
    tally_office(office, ledger)
    before = cached(office)
    ledger = submit(office, {("work", "00003", "2025-02"): [{"field_code": "HT", "received": "999"}]}, ledger)
    found = tally_office(office, ledger)
    assert found.rebuilt == 1
    after = cached(office)
    assert [period for period in after if after[period] != before.get(period)] == ["2025-02"]
    frame = found.cubes["work"].frame
    assert frame.query("unit == '00003' and period == '2025-02' and breakdown == ''")["received"].tolist() == [999]
    shutil.rmtree(office.cache)
    assert same(found, tally_office(office, ledger))


def test_a_new_month_leaves_the_others_alone(office: Office) -> None:
    ledger = full(office)
    tally_office(office, ledger)
    before = cached(office)
    ledger = submit(office, {("work", unit, "2026-07"): [{"received": "1"}] for unit in FIVE}, ledger)
    assert tally_office(office, ledger).rebuilt == 5
    assert {period: cached(office)[period] for period in before} == before


def test_what_is_no_longer_current_is_dropped(office: Office) -> None:
    ledger = full(office)
    tally_office(office, ledger)
    kept = {key: entry for key, entry in ledger.current.items() if key[1:] != ("00002", "2025-05")}
    found = tally_office(office, Ledger(current=kept))
    assert found.rebuilt == 0
    assert found.cubes["work"].frame.query("period == '2025-05'")["unit"].unique().tolist() == [
        "00001", "00003", "00004", "00005",
    ]  # fmt: skip
    stored = pd.read_parquet(office.cache / "tallies" / "work" / "2025-05.parquet")
    assert "00002" not in set(stored["unit"]), "nor does it stay in the cache"


def test_a_correction_and_its_withdrawal_give_the_first_figures_again(office: Office) -> None:
    first = submit(office, {("work", "00004", "2026-03"): [{"received": "3"}]})
    before = tally_office(office, first)
    second = submit(office, {("work", "00004", "2026-03"): [{"received": "8"}]})
    assert not same(before, tally_office(office, second))
    again = submit(office, {("work", "00004", "2026-03"): [{"received": "3"}]})
    assert same(before, tally_office(office, again))


@pytest.mark.parametrize("part", ["cache", "tallies", "work", "2025-01.parquet"])
def test_the_cache_can_be_deleted_at_any_time(office: Office, part: str) -> None:
    ledger = full(office)
    first = tally_office(office, ledger)
    path = next(p for p in [office.cache, *office.cache.rglob("*")] if p.name == part)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    second = tally_office(office, ledger)
    assert second.rebuilt == (5 if part.endswith("parquet") else 120)
    assert same(first, second)


def test_another_definition_tallies_everything_anew(office: Office, tmp_path: Path) -> None:
    ledger = full(office)
    tally_office(office, ledger)
    definition = office.kinds["work"].folder / "dataset.yaml"
    definition.write_text(definition.read_text(encoding="utf-8").replace("- late", "- pending"), encoding="utf-8")
    changed = open_office(office.root)
    assert changed.kinds["work"].tallies["resolved"].sum == ("on_time", "pending")
    assert tally_office(changed, ledger).rebuilt == 120
    assert tally_office(changed, ledger).rebuilt == 0


def test_another_version_of_the_program_tallies_everything_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = full(office)
    tally_office(office, ledger)
    monkeypatch.setattr(tallies, "program", lambda: "another")
    assert tally_office(office, ledger).rebuilt == 120


def damages(good: bytes) -> Iterator[bytes]:
    yield b""
    yield b"not a table"
    yield good[: len(good) // 2]
    yield good[:-1]
    for place in range(0, len(good), 97):
        yield good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]


def test_a_damaged_file_of_the_cache_is_never_believed(office: Office) -> None:
    ledger = submit(office, {("work", unit, "2026-03"): [{"received": "5", "field_code": "HT"}] for unit in UNITS})
    first = tally_office(office, ledger)
    path = office.cache / "tallies" / "work" / "2026-03.parquet"
    good = path.read_bytes()
    rebuilt = []
    for damaged in damages(good):
        path.write_bytes(damaged)
        again = tally_office(office, ledger)
        assert same(first, again)
        rebuilt.append(again.rebuilt)
    assert rebuilt[:4] == [3, 3, 3, 3]
    assert tally_office(office, ledger).rebuilt == 0


def test_a_foreign_table_in_the_cache_is_never_believed(office: Office) -> None:
    ledger = submit(office, {("work", "00004", "2026-03"): [{"received": "5"}]})
    first = tally_office(office, ledger)
    path = office.cache / "tallies" / "work" / "2026-03.parquet"
    pd.DataFrame({"unit": ["00004"], "received": [7.0]}).to_parquet(path)
    assert same(first, tally_office(office, ledger))
    pd.read_parquet(path).assign(received=7.0).to_parquet(path)  # the right columns, but nobody knows by whom
    again = tally_office(office, ledger)
    assert (again.rebuilt, same(first, again)) == (1, True)


def test_sums_of_a_file_that_is_not_the_ledgers_are_not_kept_under_the_ledgers_name(office: Office) -> None:
    key = ("work", "00004", "2026-03")
    ledger = submit(office, {key: [{"received": "5"}]})
    good = office.data_file(*key).read_bytes()
    submit(office, {key: [{"received": "6"}]})
    assert tally_office(office, ledger).cubes["work"].frame["received"].iloc[0] == 6
    office.data_file(*key).write_bytes(good)
    assert tally_office(office, ledger).cubes["work"].frame["received"].iloc[0] == 5


def test_nothing_unfinished_is_left_in_the_cache(office: Office) -> None:
    tally_office(office, full(office))
    assert {path.suffix for path in office.cache.rglob("*") if path.is_file()} == {".parquet"}


def test_files_are_grouped_in_batches_and_progress_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = full(office)
    whole = tally_office(office, ledger)
    shutil.rmtree(office.cache)
    monkeypatch.setattr(tallies, "BATCH", 50)
    told: list[tuple[int, int]] = []
    assert same(whole, tally_office(office, ledger, progress=lambda done, of: told.append((done, of))))
    assert told == [(50, 120), (100, 120), (120, 120)]


def test_equal_bytes_of_two_submissions_are_tallied_for_both(office: Office) -> None:
    ledger = submit(office, {("work", "00004", "2026-03"): [{"received": "5"}]})
    twin = office.data_file("work", "00008", "2026-03")
    shutil.copy(office.data_file("work", "00004", "2026-03"), twin)
    tally_office(office, ledger)
    key = ("work", "00008", "2026-03")
    found = tally_office(office, Ledger(current={**ledger.current, key: line(*key, twin.read_bytes())}))
    assert (found.rebuilt, found.cubes["work"].frame["unit"].unique().tolist()) == (1, ["00004", "00008"])


def test_a_kind_without_breakdowns_has_only_whole_lines(tmp_path: Path) -> None:
    plain = {**WORK, "dataset": {**WORK["dataset"], "breakdowns": {}}}
    office = open_office(make_office(tmp_path / "office", kinds={**KINDS, "work": plain}))
    found = tally_office(
        office, submit(office, {("work", "00004", "2026-03"): [{"field_code": "HT", "received": "5"}]})
    )
    assert as_table(found, "work", ["breakdown", "key", "received"]) == [["", "", "5"]]


# --- the greatest, and rows of no key

TASKS = {
    "dataset": dataset(
        grain=["unit_code", "period", "field_code"],
        tallies={
            "days": {"sum": ["days"]},
            "longest": {"max": ["days", "more_days"], "over_time": "last"},
            "longest_ever": {"max": ["days"], "over_time": "most", "where": {"state": ["late"]}},
        },
        breakdowns={"field": {"title": words("field"), "column": "field_code"}},
        measures={name: measure(sum=[name]) for name in ("days", "longest", "longest_ever")},
    ),
    "schema": fields(
        {"name": "field_code", "type": "string", "table": "fields"},
        {"name": "state", "type": "string"},
        {"name": "days", "type": "integer"},
        {"name": "more_days", "type": "integer"},
    ),
}


@pytest.fixture
def tasks(tmp_path: Path) -> tuple[Office, Tallies]:
    """Two units' tasks of two months, some of no field."""
    office = open_office(make_office(tmp_path / "tasks", kinds={"tasks": TASKS}))
    row = "field_code | state | days | more_days\n"
    return office, tally_office(
        office,
        submit(
            office,
            {
                ("tasks", "00004", "2026-01"): read_table(row + "HT | late | 40 |\nDD | late | 7 | 50\n | open | 90 |"),
                ("tasks", "00004", "2026-02"): read_table(row + "HT | open | 5 |\nDD | late | | "),
                ("tasks", "00008", "2026-02"): read_table(row + "HT | late | 3 | 12"),
            },
        ),
    )


def test_the_greatest_counts_where_a_kind_says_so(tasks: tuple[Office, Tallies]) -> None:
    office, found = tasks
    book = Book(office, found)
    values = {
        (name, unit, period): book.figure("tasks", name, unit, period).value
        for name in ("days", "longest", "longest_ever")
        for unit, period in (("00004", "2026-01"), ("00004", "2026-02"), ("all", "2026-02"), ("00004", "2026"))
    }
    assert [values["days", "00004", period] for period in ("2026-01", "2026-02", "2026")] == [137, 5, 142]
    assert [values["longest", "00004", period] for period in ("2026-01", "2026-02", "2026")] == [90, 5, 5]
    assert [values["longest_ever", "00004", period] for period in ("2026-01", "2026-02", "2026")] == [40, None, 40]
    assert values["longest", "all", "2026-02"] == 12
    assert values["longest_ever", "all", "2026-02"] == 3


def test_a_row_without_a_key_is_in_the_whole_and_in_no_part(tasks: tuple[Office, Tallies]) -> None:
    office, found = tasks
    book = Book(office, found)
    assert book.keys("tasks", "field", "00004", "2026-01") == ["HT", "DD"]
    parts = [book.figure("tasks", "days", "00004", "2026-01", breakdown="field", key=k).value for k in ("HT", "DD")]
    assert (parts, book.figure("tasks", "days", "00004", "2026-01").value) == ([40, 7], 137)
    assert set(found.cubes["tasks"].frame.query("breakdown == 'field'")["key"]) == {"HT", "DD"}


def test_where_no_row_means_none_a_sum_is_0_and_not_blank(tmp_path: Path) -> None:
    made = dataset(
        grain=["unit_code", "period", "state"],
        tallies={
            "late": {"sum": ["days"], "where": {"state": "late"}},
            "late_or_none": {"sum": ["days"], "where": {"state": "late"}, "else_zero": True},
        },
        measures={name: measure(sum=[name]) for name in ("late", "late_or_none")},
    )
    office = open_office(
        make_office(tmp_path / "office", kinds={"tasks": {"dataset": made, "schema": TASKS["schema"]}})
    )
    months = {
        ("tasks", "00004", "2026-01"): [{"state": "open", "days": "4"}],
        ("tasks", "00004", "2026-02"): [{"state": "late", "days": "3"}, {"state": "open", "days": "9"}],
        ("tasks", "00004", "2026-03"): [{"state": "late", "days": ""}],
    }
    book = Book(office, tally_office(office, submit(office, months)))
    for name, values in (("late", [None, 3, None, None]), ("late_or_none", [0, 3, None, None])):
        labels = ("2026-01", "2026-02", "2026-03", "2026-Q1")
        assert [book.figure("tasks", name, "00004", label).value for label in labels] == values, name
