"""Every rule has a file that breaks only it, and its own death: without the rule the same file is clean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.kinds import read_kind
from publisher.catalogue.office import HOME
from publisher.catalogue.tables import COLUMNS
from publisher.checking import check_file, files, rows, rules
from publisher.words import places
from tests.offices import UNITS, make_office
from tests.submitted import BASES, COUNTER, SAID_IN_MAY, WHOLE_FORM, Line, file_of, put

PROVINCE = {"code": "01", "name_vi": "Thành phố Hà Nội", "level": "province"}
CLOSED = {"code": "00100", "name_vi": "Phường Cũ", "level": "commune", "valid_to": "2025-12-31"}
DISTRICT = {"code": "001", "name_vi": "Quận Ba Đình", "level": "district"}


@dataclass(frozen=True)
class Case:
    """A file that breaks one rule: what it changes in the base's line, further lines, months accepted before."""

    kind: str
    changes: Line
    more: Sequence[Line] = ()
    before: Sequence[Line] = ()
    beside: Mapping[str, Line] = field(default_factory=dict)
    """Accepted files of other kinds, as changes of their bases."""
    without: Callable[[pytest.MonkeyPatch, Kind], Kind] | None = None
    """How a rule that stands in the program is switched off; a declared one is left out of the kind."""


def procedures(**changes: str) -> Case:
    return Case("procedures", changes)


def feedback(**changes: str) -> Case:
    return Case("feedback", changes)


def answers(**changes: str) -> Case:
    return Case("satisfaction", changes)


def tasks(**changes: str) -> Case:
    return Case("tasks", changes)


def register(**changes: str) -> Case:
    return Case("task_register", changes)


def inspections(**changes: str) -> Case:
    return Case("inspections", changes)


def reception(**changes: str) -> Case:
    return Case("reception", changes)


def commendations(**changes: str) -> Case:
    return Case("commendations", changes)


def said(**changes: str) -> Case:
    return Case("feedback_answers", changes)


def month_said(**changes: str) -> Case:
    return Case("feedback_answers", {**SAID_IN_MAY, **changes})


def procedure_list(**changes: str) -> Case:
    return Case("procedure_catalogue", changes)


def posted(**changes: str) -> Case:
    return Case("disclosures", changes)


def schedule(**changes: str) -> Case:
    return Case("work_schedule", changes)


def week(**changes: str) -> Case:
    return Case("counter_weeks", changes)


def budget(*more: Line, **changes: str) -> Case:
    return Case("budget", changes, more=more)


def form(**changes: str) -> Case:
    return Case("satisfaction", {**WHOLE_FORM, **changes})


def months(labels: Sequence[str], **changes: str) -> tuple[Line, ...]:
    """The same changes for several months."""
    return tuple({**changes, "period": label} for label in labels)


def no_check(name: str) -> Callable[[pytest.MonkeyPatch, Kind], Kind]:
    """Switch off one of the checks of rows."""

    def switch_off(patch: pytest.MonkeyPatch, kind: Kind) -> Kind:
        patch.setattr(getattr(rows, name), "validate_row", lambda self, row: iter(()))
        return kind

    return switch_off


def no_gaps(patch: pytest.MonkeyPatch, kind: Kind) -> Kind:
    patch.setattr("publisher.checking.periods.gaps", lambda here, near: iter(()))
    return kind


def no_children(patch: pytest.MonkeyPatch, kind: Kind) -> Kind:
    patch.setattr(files, "check_children", lambda parent, children: [])
    return kind


def column_with(name: str, **changes: object) -> Callable[[pytest.MonkeyPatch, Kind], Kind]:
    """Change what the schema says of a column."""

    def switch_off(patch: pytest.MonkeyPatch, kind: Kind) -> Kind:
        columns = [c.model_copy(update=changes) if c.name == name else c for c in kind.schema_columns]
        return Kind(**{**dict(kind), "schema_columns": columns})

    return switch_off


def no_rule(code: str) -> Callable[[pytest.MonkeyPatch, Kind], Kind]:
    """Leave a declared rule out of the kind."""

    def switch_off(patch: pytest.MonkeyPatch, kind: Kind) -> Kind:
        return kind.model_copy(update={"rules": tuple(rule for rule in kind.rules if rule.code != code)})

    return switch_off


BEFORE = ("2026-01", "2026-02", "2026-03", "2026-04")
CHANNELS = {f"received_{channel}": "1" for channel in ("phone", "email", "web", "social", "in_person", "letter")}
BUSY = {
    "received_total": "146", "received_online": "42", "received_offline": "100", "resolved_total": "140",
    "resolved_early": "130",
}  # fmt: skip

LEVELS3 = {
    "scale": "levels3", "level_5": "", "level_4": "", "level_3": "20", "level_2": "14", "level_1": "6", "points": "94",
}  # fmt: skip
POINTS2 = {
    "scale": "points2", "level_5": "", "level_4": "", "level_3": "", "level_2": "20", "level_1": "14", "level_0": "6",
    "points": "54", "satisfied": "", "unmarked_satisfied": "", "role": "item", "question": "waiting",
}  # fmt: skip
NO_LEVELS = {**dict.fromkeys([f"level_{level}" for level in range(1, 6)], ""), "points": ""}
ONE_MORE = {"answers": "41", "unmarked_answers": "41"}
NINE = {
    "answers": "9", "level_5": "4", "level_4": "3", "level_3": "1", "level_2": "1", "level_1": "0", "satisfied": "7",
    "points": "37", "unmarked_answers": "", "unmarked_satisfied": "",
}  # fmt: skip

OVERDUE_TASK = {"open_in_time": "7", "open_overdue": "1", "overdue_days_max": "12"}
GRADES = ("graded_excellent", "graded_good", "graded_completed", "graded_failed", "not_graded")
MANY = {"received_new": "29", "processed_total": "29", "processed_on_time": "29"}

DECLARED: Mapping[str, Case] = {
    "V01": procedures(received_online="13"),
    "V02": procedures(resolved_early="31"),
    "V03": procedures(pending_in_time="7"),
    "V04": procedures(pending_total="7", pending_in_time="7"),
    "V05": Case("procedures", {}, before=({"period": "2026-05", "pending_total": "5", "pending_in_time": "5",
                                           "resolved_total": "41", "resolved_early": "31"},)),
    "V10a": procedures(received_in_person="20", received_postal="11"),
    "V10b": procedures(received_non_local="43"),
    "V11a": procedures(stated_on_time_pct="90"),
    "V11b": procedures(stated_late_pct="2"),
    "V13": procedures(resolved_on_time="9", resolved_late="1", late_reason="Do lỗi phần mềm", apologies_sent="1",
                      stated_on_time_pct="97", stated_late_pct="2"),
    "V14a": procedures(resolved_on_time="9", resolved_late="1", apologies_sent="1"),
    "V14b": procedures(resolved_on_time="9", resolved_late="1", late_reason="Do lỗi phần mềm"),
    "V14c": procedures(apologies_sent="1"),
    "V15": Case(
        "procedures", {"period": "2026-02"},
        more=({"period": "2026-02", "basis": "year_to_date", "received_total": "89", "received_online": "24",
               "received_offline": "61", "resolved_total": "83", "resolved_early": "63", "resolved_on_time": "20"},),
        before=({"period": "2026-01", "resolved_total": "42", "resolved_early": "32", "pending_total": "4",
                 "pending_in_time": "4"},),
    ),
    "V17b": procedures(procedure_code="1.1193"),
    "V17c": Case("procedures", {"procedure_code": "2.000815"}, beside={"procedure_catalogue": {}}),
    "V18a": Case("procedures", BUSY, before=months(BEFORE)),
    "V18b": Case("procedures", {"carried_over": "6", "received_total": "48", "resolved_total": "42",
                                "resolved_early": "32"},
                 before=({"period": "2026-05", "carried_over": "4", "resolved_total": "42", "resolved_early": "32",
                          "pending_total": "6", "pending_in_time": "6", "received_total": "48"},)),
    "P01": feedback(in_progress="4"),
    "P02a": feedback(processed_on_time="8"),
    "P02b": feedback(in_progress_overdue="4", late_reason="Chờ cơ quan khác trả lời"),
    "P03a": feedback(**CHANNELS, received_other="5"),
    "P03b": feedback(class_conduct="1", class_regulation="2", class_both="3", class_other="5"),
    "P04": feedback(stated_on_time_pct="90"),
    "P05a": feedback(published_results="10"),
    "P05b": feedback(forwarded="2", forwarded_on_time="1"),
    "V10c": feedback(satisfied="8", dissatisfied="2"),
    "V10d": feedback(forwarded="2", forwarded_on_time="3"),
    "V14d": feedback(in_progress_overdue="1"),
    "V05b": Case("feedback", {}, before=({"period": "2026-05", "received_new": "11"},)),
    "V18c": Case("feedback", {"received_new": "100", "processed_total": "9", "in_progress": "93"},
                 before=months(BEFORE)),
    "V18d": Case("feedback", {**MANY, "carried_over": "3"}, before=months(["2026-05"], **MANY, carried_over="3")),
    "S01a": answers(**ONE_MORE),
    "S01b": answers(**LEVELS3, **ONE_MORE),
    "S01c": answers(**POINTS2, **ONE_MORE),
    "S01d": answers(level_0="1"),
    "S01e": answers(**LEVELS3 | {"level_5": "1"}),
    "S01f": answers(**POINTS2 | {"level_3": "1"}),
    "S01g": Case("satisfaction", {}, more=({**WHOLE_FORM, "answers": "39"},)),
    "S02a": answers(satisfied="33", unmarked_satisfied="33"),
    "S02b": answers(**LEVELS3, satisfied="33", unmarked_satisfied="33"),
    "S02c": answers(**NO_LEVELS, satisfied="41"),
    "S02d": answers(unmarked_answers="30", unmarked_satisfied="31"),
    "S02e": answers(unmarked_satisfied="35"),
    "S02f": answers(**NINE),
    "S02g": answers(unmarked_answers="9", unmarked_satisfied="8"),
    "S02h": answers(unmarked_answers="35", unmarked_satisfied="30"),
    "S02i": form(answers="", slips_used="9"),
    "S02j": form(channel="open", slips_printed="", slips_used="", old_posters="3"),
    "S03a": answers(points="168"),
    "S03b": answers(**LEVELS3 | {"points": "95"}),
    "S03c": answers(**POINTS2 | {"points": "55"}),
    "S03d": answers(scale=""),
    "S03e": form(scale="levels5"),
    "S04a": Case("satisfaction", {**WHOLE_FORM, "answers": "41", "slips_used": "41"},
                 beside={"procedures": {"resolved_total": "40"}}),
    "S04b": form(slips_used="101"),
    "S04c": form(answers="41"),
    "S05": form(question="whole"),
    "S06a": Case("one_stop_scores", {"points": "81", "stated_score": ""}),
    "S06b": Case("one_stop_scores", {"stated_score": "1,4"}),
    "S06c": Case("one_stop_scores", {"indicator": "5", "points": "3", "assessed": "2"}),
    "Q01": Case("service_quality", {"total_score": "92,77"}),
    "N01a": tasks(carried_over="6"),
    "N01b": tasks(open_in_time="7"),
    "N01c": tasks(task_class="no_due_report"),
    "N01d": tasks(open_no_due="8", open_in_time="0"),
    "N01e": tasks(extended="21"),
    "N02": tasks(**OVERDUE_TASK | {"overdue_days_max": ""}, late_reason="Chờ ý kiến phối hợp"),
    "N03": Case("tasks", {}, before=({"period": "2026-05", "open_in_time": "6", "done_on_time": "14"},)),
    "N04": tasks(**OVERDUE_TASK),
    "N05": tasks(stated_due_done_pct="99"),
    "N11": register(status="done_on_time"),
    "N12": register(done_on="2026-06-10"),
    "N13": register(due_on="", status="open_no_due"),
    "N14": register(task_class="no_due_report"),
    "N15": register(status="open_no_due"),
    "N16": register(task_class="no_due_report", due_on=""),
    "N17": register(due_on="2026-06-01", done_on="2026-06-10", status="done_on_time"),
    "N18": register(due_on="2026-06-10", done_on="2026-06-10", status="done_late"),
    "N19": register(due_on="2026-06-01"),
    "N20": register(due_on="2026-06-14", status="open_overdue"),
    "N21": register(due_on="2026-06-01", done_on="2026-06-10", status="done_late", days_overdue="8"),
    "N22": register(due_on="2026-06-01", status="open_overdue", days_overdue="12"),
    "N23": register(days_overdue="3"),
    "N24": register(assigned_on="2026-07-02"),
    "N25": register(extended_to="2026-06-30"),
    "N26": register(done_on="2026-06-20", status="done_on_time"),
    "N27": register(done_on="2026-05-10", status="done_on_time"),
    "N28": Case("task_register", {"due_on": "2026-07-15"}, before=({"period": "2026-05"},)),
    "N29": Case("task_register", {}, before=({"period": "2026-05"}, {"period": "2026-05", "task_code": "NV-02/2026"})),
    "N30": Case("task_register", {}, before=({"unit_code": "00008"},)),
    "N31": register(secrecy="Mật"),
    "N32": register(title="Phương án bảo vệ (Mật)"),
    "K01a": inspections(places_inspected="1"),
    "K01b": inspections(finding_card="2"),
    "K01c": inspections(places_with_findings="4"),
    "K02": inspections(remedied="3"),
    "K03a": inspections(remedied_in_time="3"),
    "K03b": inspections(still_overdue="3"),
    "K04": inspections(remedy_due_on=""),
    "K05": Case("inspections", {}, before=({"period": "2026-05", "first_on": "2026-05-04", "carried_open": "0"},)),
    "K06a": inspections(first_on="2026-05-02"),
    "K06b": inspections(first_on="2026-06-20"),
    "K07": inspections(first_on=""),
    "T01": reception(persons="97"),
    "T02": reception(complaints="4"),
    "T03": reception(pending="2"),
    "T04a": reception(large_groups="99"),
    "T04b": reception(large_group_persons="116"),
    "T05": reception(days_by_head="3"),
    "T06": reception(large_group_persons=""),
    "H01": Case("self_assessment", {"staff_total": "21"}),
    "H02": Case("self_assessment", {"staff_total": "9", "graded_good": "3"}),
    "H03": Case("self_assessment", dict.fromkeys(GRADES, "")),
    "I01": Case("par_index", {"points": "15,25"}),
    "I02": Case("par_index", {"survey_points": "11,5"}),
    "I03": Case("par_index", {"points": "9"}),
    "I04": Case("par_index", {"survey_maximum": "16"}),
    "I05": Case("par_index", {"decision_on": "2025-12-14"}),
    "C01": commendations(recipient=""),
    "C02a": commendations(recipient_type="person", decision_no=""),
    "C02b": commendations(recipient_type="person", decision_on=""),
    "C03": commendations(decision_no=""),
    "C04": commendations(decision_on="2026-06-20"),
    "Y01a": said(said=""),
    "Y01b": said(source=""),
    "Y01c": said(theme=""),
    "Y01d": said(status=""),
    "Y02a": said(answered=""),
    "Y02b": said(done_on=""),
    "Y02c": said(status="planned", done_on=""),
    "Y02d": said(status="not_possible", done_on=""),
    "Y03": said(status="open", done_on=""),
    "Y04": said(done_on="2026-06-20"),
    "Y05": said(status="planned", done_on="", planned_on="2026-06-01"),
    "Y06a": month_said(received=""),
    "Y06b": month_said(received="9"),
    "Y07": said(received="7"),
    "Y08": month_said(theme="place"),
    "L01": procedure_list(decision_on="2026-06-20"),
    "L02": procedure_list(process_no="", process_link="https://example.vn/quy-trinh/1"),
    "D01": posted(posted_to="2026-06-02"),
    "D03": posted(content="c14", posted_to="2026-05-04"),
    "D04": posted(decision_on="2026-05-06"),
    "D05": posted(decision_on="2026-04-22"),  # after 23 April, 5 May is the fifth working day
    "D06a": posted(content="c12", loudspeaker_days=""),
    "D06b": posted(content="c12", loudspeaker_days="2"),
    "D07": posted(content="c13"),
    "D08": posted(posted_from="2026-06-15", posted_to="", decision_on="2026-06-12"),
    "D09": posted(decision_on=""),
    "W01": schedule(ends_at="07:30"),
    "W02": Case("work_schedule", {}, more=({"entry_code": "02", "begins_at": "10:00", "ends_at": "12:00"},)),
    "W03": schedule(held_on="2026-05-31"),
    "W04": schedule(held_on="2026-07-01"),
    "W05": schedule(status="moved"),
    "Z01": week(week_from="2026-06-02"),
    "Z02": week(week_to="2026-05-31"),
    "Z03": week(week_to="2026-06-08"),
    "Z04": week(week_from="2026-07-06", week_to="2026-07-12"),
    "Z05": week(resolved="51"),
    "Z06a": week(resolved="47", resolved_late=""),
    "Z06b": week(resolved="1", resolved_in_time=""),
    "Z07": Case("counter_weeks", {"received": "61"}, before=({"period": "2026-05", "week_from": "2026-06-01"},)),
    "B01": budget({"line_code": "2.1", "parent_code": "2", "planned": "8999"}),
    "B02": budget(parent_code="3"),
    "B03": budget(done=""),
    "B04": budget(stage="estimate", decision_no="1/QĐ-UBND", done_last_year=""),
    "B05": budget(stage="final"),
}  # fmt: skip

BUILT_IN: Mapping[str, Case] = {
    "V06": Case("procedures", {"period_from": "2026-05-10", "period_to": "2026-06-14"}, without=no_check("PeriodsFit")),
    "V06 gap": Case(
        "procedures",
        {"carried_over": "6", "received_total": "48", "resolved_total": "42", "resolved_early": "32"},
        before=({"period": "2026-05", "period_from": "2026-04-15", "period_to": "2026-05-13"},),
        without=no_gaps,
    ),
    "V07": Case("procedures", {}, more=({},), without=no_check("RowsAreUnique")),
    "V08": Case(
        "procedures",
        {"unit_code": "01", "received_total": "92", "received_online": "24", "received_offline": "60",
         "carried_over": "8", "resolved_total": "80", "resolved_early": "60", "resolved_on_time": "20",
         "pending_total": "12", "pending_in_time": "12"},
        before=({"unit_code": "00004"}, {"unit_code": "00008"}),
        without=no_children,
    ),
    "V09": Case("procedures", {"received_non_local": "1,5"}, without=column_with("received_non_local", type="number")),
    "V10 blank": Case("service_quality", {"satisfaction_score": ""},
                      without=column_with("satisfaction_score", constraints={})),
    "V12": Case("procedures", {
        "received_total": "6", "received_online": "1", "received_offline": "1", "resolved_total": "0",
        "resolved_early": "0", "resolved_on_time": "0", "stated_on_time_pct": "100"}, without=no_rule("V11a")),
    "V16": Case("procedures", {"unit_code": "99999"}, without=no_check("CodesAreListed")),
    "V16 closed": Case("procedures", {"unit_code": "00100"}, without=no_check("CodesAreListed")),
    "V16 district": Case("procedures", {"unit_code": "001"}, without=no_check("CodesAreListed")),
    "V17": Case("procedures", {"field_code": "ZZ"}, without=no_check("CodesAreListed")),
    "S05 contact point": Case("satisfaction", {"contact_point": "quay_3"},
                              without=column_with("contact_point", categories=())),
    "S05 period": Case("satisfaction", {"period_from": "2026-05-10", "period_to": "2026-06-14"},
                       without=no_check("PeriodsFit")),
    "P06": Case("procedures", {"note": "Liên hệ 0912 345 678"}, without=no_check("NothingPersonal")),
    "P06b": Case("feedback", {"feedback_type": "Tố cáo"}, without=column_with("feedback_type", categories=())),
    "period-future": Case("procedures", {"period": "2026-08"}, without=no_check("PeriodsFit")),
}  # fmt: skip

STABLE = {"V10 blank": "constraint-error", "S05 contact point": "constraint-error", "S05 period": "V06"}
"""The code that the check gives, where it is not the rule's own."""

CASES = {**DECLARED, **BUILT_IN}


def declared_codes() -> list[tuple[str, str]]:
    """(kind, code) of every rule that stands in a rules.yaml of the repository."""
    return [(kind.name, rule.code) for kind in kinds() for rule in kind.rules]


def kinds() -> list[Kind]:
    """All kinds of the repository, those that the demonstration does not publish among them."""
    return [read_kind(path.parent) for path in sorted(HOME.glob("datasets/*/dataset.yaml"))]


@pytest.fixture
def town(tmp_path: Path) -> Office:
    """An office with a province above its communes, a closed commune and a district."""
    units = [{**unit, "parent": "01"} for unit in UNITS]
    datasets = {name: {} for name in BASES}  # the optional kinds too
    every = [PROVINCE, CLOSED, DISTRICT, *units]
    return open_office(make_office(tmp_path / "office", units=every, counters=[COUNTER], datasets=datasets))


def found_codes(office: Office, kind: Kind, case: Case) -> set[str]:
    """The codes of the errors and warnings that a case's file has."""
    base = BASES[case.kind]
    checked = check_file(office, kind, file_of(kind, *[{**base, **one} for one in (case.changes, *case.more)]))
    return {problem.code for problem in checked.problems if problem.severity != "note"}


def prepare(office: Office, case: Case) -> Kind:
    """The case's kind, with its earlier months accepted."""
    kind = office.kinds[case.kind]
    for line in case.before:
        put(office, kind, {**BASES[case.kind], **line})
    for name, line in case.beside.items():
        put(office, office.kinds[name], {**BASES[name], **line})
    return kind


@pytest.mark.parametrize("kind", BASES)
def test_the_base_of_each_kind_is_clean(town: Office, kind: str) -> None:
    assert found_codes(town, town.kinds[kind], Case(kind, {})) == set()


@pytest.mark.parametrize(("kind", "code"), declared_codes())
def test_every_declared_rule_has_its_breaking_file(kind: str, code: str) -> None:
    assert code in DECLARED, f"rule {code} of {kind} has no file that breaks it in this test"
    assert DECLARED[code].kind == kind


@pytest.mark.parametrize("code", CASES)
def test_a_file_that_breaks_a_rule_breaks_only_it(town: Office, code: str) -> None:
    case = CASES[code]
    kind = prepare(town, case)
    assert found_codes(town, kind, case) == {STABLE.get(code, code.split()[0])}


@pytest.mark.parametrize("code", CASES)
def test_with_the_rule_switched_off_the_file_is_clean(town: Office, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[code]
    kind = prepare(town, case)
    switch_off = case.without or no_rule(code)
    assert found_codes(town, switch_off(monkeypatch, kind), case) == set()


@pytest.mark.parametrize(("kind", "code"), declared_codes())
def test_a_rule_s_sentence_uses_only_the_places_that_its_test_fills(kind: str, code: str) -> None:
    rule = next(rule for rule in read_kind(HOME / "datasets" / kind).rules if rule.code == code)
    for lang in ("vi", "en"):
        assert places(rule.message[lang]) <= rules.PLACES[rule.test]


def test_the_units_of_this_test_fit_the_table() -> None:
    assert {*PROVINCE, *CLOSED, *DISTRICT} <= set(COLUMNS["units"])
