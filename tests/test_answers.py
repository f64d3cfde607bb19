"""A citizen's question is answered by one sentence: the right one for the figures, in right grammar."""

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from publisher.catalogue import Kind, Office, Unit, open_office
from publisher.catalogue.kinds import read_kind
from publisher.catalogue.office import HOME, ZONE
from publisher.catalogue.questions import Question
from publisher.ledger import Ledger, accept, read_ledger
from publisher.measures import EVERY, Book, Figure
from publisher.measures.comparison import differ
from publisher.pages.shell import rich
from publisher.pages.status import Board
from publisher.pages.view import View
from publisher.tallies import tally_office
from publisher.words import fill, places
from tests.offices import UNITS, make_office
from tests.small_kinds import submit
from tests.submitted import FEEDBACK, PROCEDURES, SATISFACTION, file_of

KINDS = ("procedures", "feedback", "satisfaction", "service_quality", "one_stop_scores")
BA_DINH, NGOC_HA, GIANG_VO = (unit["code"] for unit in UNITS)


class Quiet:
    """An office that does not fill the screen when an example fails."""

    office: Office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three communes, all kinds, awaited in May and June."""
    root = make_office(
        tmp_path_factory.mktemp("answers") / "office",
        datasets={kind: {} for kind in KINDS},
        first_period="2026-05",
        today="2026-07-10",
    )
    Quiet.office = open_office(root)
    return Quiet.office


def views(office: Office, ledger: Ledger) -> dict[str, View]:
    """The view of an office in each language."""
    book, board = Book(office, tally_office(office, ledger)), Board(office, ledger, [])
    return {lang: View(lang, office, book, board) for lang in ("vi", "en")}


def said(view: View, kind: str, unit: str, period: str) -> list[str]:
    """The plain text of all answers of a kind."""
    of = view.office.units.get(unit)
    assert isinstance(of, Unit)
    return [answer.sentence.striptags() for answer in view.answers(view.office.kinds[kind], of, period)]


def dossiers(early: int, on_time: int, late: int, overdue: int, received: int = 9) -> dict[str, str]:
    """One row of the form."""
    return {
        "basis": "month", "field_code": "HT", "received_online": str(received), "received_offline": "0",
        "resolved_early": str(early), "resolved_on_time": str(on_time), "resolved_late": str(late),
        "resolved_total": str(early + on_time + late), "pending_total": str(overdue + 3),
        "pending_in_time": "3", "pending_late": str(overdue),
    }  # fmt: skip


SENTENCES = """
month before     | month            | vi                                                                     | en
                 | 400 51 34 5      | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn 451/485 hồ sơ (93,0%). Đến ngày 14/06/2026, Phường Ba Đình còn 5 hồ sơ quá hạn. | June 2026: Ba Dinh Ward resolved 451 of 485 dossiers in time (93.0%). On 14 Jun 2026, Ba Dinh Ward had 5 overdue dossiers.
                 | 1000 2000 0 0    | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn tất cả 3.000 hồ sơ đã giải quyết xong. Đến ngày 14/06/2026, Phường Ba Đình không có hồ sơ nào quá hạn. | June 2026: Ba Dinh Ward resolved all 3,000 dossiers in time. On 14 Jun 2026, Ba Dinh Ward had no overdue dossiers.
                 | 0 1 0 1          | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn hồ sơ duy nhất đã giải quyết xong. Đến ngày 14/06/2026, Phường Ba Đình còn 1 hồ sơ quá hạn. | June 2026: Ba Dinh Ward resolved the only dossier in time. On 14 Jun 2026, Ba Dinh Ward had 1 overdue dossier.
                 | 0 0 1 2          | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn 0/1 hồ sơ (0,0%). Đến ngày 14/06/2026, Phường Ba Đình còn 2 hồ sơ quá hạn. | June 2026: Ba Dinh Ward resolved 0 of 1 dossier in time (0.0%). On 14 Jun 2026, Ba Dinh Ward had 2 overdue dossiers.
                 | 0 0 0 0          | Tháng 6/2026, Phường Ba Đình không có hồ sơ nào giải quyết xong. Đến ngày 14/06/2026, Phường Ba Đình không có hồ sơ nào quá hạn. | June 2026: Ba Dinh Ward resolved no dossiers. On 14 Jun 2026, Ba Dinh Ward had no overdue dossiers.
90 0 10 2        | 40 0 60 5        | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn 40/100 hồ sơ (40,0%), thấp hơn tháng trước (90,0%). Đến ngày 14/06/2026, Phường Ba Đình còn 5 hồ sơ quá hạn, nhiều hơn tháng trước (2). | June 2026: Ba Dinh Ward resolved 40 of 100 dossiers in time (40.0%), lower than the month before (90.0%). On 14 Jun 2026, Ba Dinh Ward had 5 overdue dossiers, more than the month before (2).
40 0 60 5        | 100 0 0 0        | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn tất cả 100 hồ sơ đã giải quyết xong, cao hơn tháng trước (40,0%). Đến ngày 14/06/2026, Phường Ba Đình không có hồ sơ nào quá hạn, ít hơn tháng trước (5). | June 2026: Ba Dinh Ward resolved all 100 dossiers in time, higher than the month before (40.0%). On 14 Jun 2026, Ba Dinh Ward had no overdue dossiers, fewer than the month before (5).
90 0 10 2        | 88 0 12 2        | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn 88/100 hồ sơ (88,0%), không khác rõ so với tháng trước (90,0%). Đến ngày 14/06/2026, Phường Ba Đình còn 2 hồ sơ quá hạn, bằng tháng trước. | June 2026: Ba Dinh Ward resolved 88 of 100 dossiers in time (88.0%), not clearly different from the month before (90.0%). On 14 Jun 2026, Ba Dinh Ward had 2 overdue dossiers, as in the month before.
29 0 0 0         | 50 0 50 0        | Tháng 6/2026, Phường Ba Đình giải quyết đúng hạn 50/100 hồ sơ (50,0%); ít hồ sơ nên không so với tháng trước. Đến ngày 14/06/2026, Phường Ba Đình không có hồ sơ nào quá hạn, bằng tháng trước. | June 2026: Ba Dinh Ward resolved 50 of 100 dossiers in time (50.0%); too few dossiers to compare with the month before. On 14 Jun 2026, Ba Dinh Ward had no overdue dossiers, as in the month before.
"""  # noqa: E501 a sentence is as long as it is


@pytest.mark.parametrize("row", SENTENCES.strip().splitlines()[1:], ids=lambda row: " ".join(row.split("|")[1].split()))
def test_was_it_on_time_and_what_is_overdue(tmp_path: Path, row: str) -> None:
    before, now, vi, en = (cell.strip() for cell in row.split("|"))
    office = open_office(make_office(tmp_path / "office", datasets={"procedures": {}}, first_period="2026-05"))
    months = {"2026-05": before, "2026-06": now}
    given_rows = {
        ("procedures", BA_DINH, month): [dossiers(*map(int, cells.split()))] for month, cells in months.items() if cells
    }
    found = views(office, submit(office, given_rows))
    assert " ".join(said(found["vi"], "procedures", BA_DINH, "2026-06")[:2]) == vi
    assert " ".join(said(found["en"], "procedures", BA_DINH, "2026-06")[:2]) == en


def test_what_is_blank_is_said_once_and_in_the_words_of_the_figure(office: Office) -> None:
    row = {**FEEDBACK, "received_new": "10", "processed_total": "", "processed_on_time": "", "in_progress_overdue": ""}
    found = views(office, submit(office, {("feedback", BA_DINH, "2026-06"): [row]}))
    assert said(found["vi"], "feedback", BA_DINH, "2026-06")[0] == "Tháng 6/2026, Phường Ba Đình: chưa có số liệu."
    assert said(found["en"], "feedback", BA_DINH, "2026-06")[0] == "June 2026, Ba Dinh Ward: no data yet."


def test_few_answers_are_held_back_and_the_other_channel_is_told(office: Office) -> None:
    few = {**SATISFACTION, **dict.fromkeys(("answers", "satisfied", "points", "unmarked_answers"), "")}
    rows = [
        {**SATISFACTION, "channel": "open"},
        {**few, "channel": "verified"},
        {**few, "question": "form", "role": "form", "scale": "", "channel": "verified"},
    ]
    found = views(office, submit(office, {("satisfaction", BA_DINH, "2026-06"): rows}))
    assert said(found["vi"], "satisfaction", BA_DINH, "2026-06")[0] == (
        "Tháng 6/2026, khi làm thủ tục tại Phường Ba Đình, 34/40 phiếu mở (85,0%) chọn hài lòng hoặc rất hài lòng; "
        "phiếu có mã: dưới 10 phiếu."
    )


def test_all_units_together_are_counted_and_compared_only_with_the_same_units(office: Office) -> None:
    rows = {
        ("procedures", BA_DINH, "2026-05"): [dossiers(50, 0, 0, 4)],
        ("procedures", BA_DINH, "2026-06"): [dossiers(30, 0, 20, 1)],
        ("procedures", NGOC_HA, "2026-06"): [dossiers(0, 50, 0, 0)],
    }
    found, kind = views(office, submit(office, rows)), office.kinds["procedures"]
    vi = [a.sentence.striptags() for a in found["vi"].answers_all(kind, "2026-06", "month", 2)]
    assert vi == [
        "Tháng 6/2026, 2 đơn vị của Phường Thử Nghiệm giải quyết đúng hạn 80/100 hồ sơ (80,0%), thấp hơn tháng trước "
        "(100,0%).",
        "Đến ngày 14/06/2026, 2 đơn vị của Phường Thử Nghiệm còn 1 hồ sơ quá hạn.",
        "Tháng 6/2026, 2 đơn vị của Phường Thử Nghiệm tiếp nhận 18 hồ sơ, giải quyết xong 100 hồ sơ.",
    ]
    en = [a.sentence.striptags() for a in found["en"].answers_all(kind, "2026-05", "month", 1)]
    assert en[1] == "On 14 May 2026, 1 unit of Thu Nghiem Ward had 4 overdue dossiers."


def test_a_unit_is_told_that_its_latest_report_is_missing_and_which_one_is_shown(office: Office) -> None:
    ledger = submit(office, {("procedures", BA_DINH, "2026-05"): [dossiers(50, 0, 0, 4)]})
    view, kind = views(office, ledger)["vi"], office.kinds["procedures"]
    units = {unit.code: unit for unit in office.units if isinstance(unit, Unit)}
    assert view.behind(kind, units[BA_DINH]) == (
        "Phường Ba Đình chưa nộp số liệu tháng 6/2026 (hạn 19/06/2026). Dưới đây là số liệu tháng 5/2026."
    )
    assert view.behind(kind, units[NGOC_HA]) == "Phường Ngọc Hà chưa nộp số liệu tháng 6/2026 (hạn 19/06/2026)."


def test_whether_reports_came_in_time_is_answered_for_a_unit_and_for_all(tmp_path: Path) -> None:
    root = make_office(
        tmp_path / "office", datasets={"procedures": {}, "feedback": {}}, first_period="2026-06", today="2026-07-10"
    )
    office = open_office(root)
    units = [unit for unit in office.units if isinstance(unit, Unit)]
    for name, base, unit, day in (
        ("procedures", PROCEDURES, BA_DINH, 16),
        ("feedback", FEEDBACK, BA_DINH, 16),
        ("procedures", PROCEDURES, NGOC_HA, 17),
        ("feedback", FEEDBACK, NGOC_HA, 30),
    ):
        kind, now = office.kinds[name], dt.datetime(2026, 6, day, 8, tzinfo=ZONE)
        accept(office, kind, file_of(kind, {**base, "unit_code": unit}), now=now)
    found = views(office, read_ledger(office))
    assert [str(found["vi"].submitted(unit)) for unit in units] == [
        "Ở kỳ gần nhất đã đến hạn, Phường Ba Đình nộp đúng hạn cả 2 báo cáo phải nộp.",
        "Ở kỳ gần nhất đã đến hạn, Phường Ngọc Hà nộp đúng hạn 1/2 báo cáo; nộp muộn: “Góp ý, phản ánh, kiến nghị”.",
        "Ở kỳ gần nhất đã đến hạn, Phường Giảng Võ nộp đúng hạn 0/2 báo cáo; chưa nộp: “Hồ sơ”, "
        "“Góp ý, phản ánh, kiến nghị”.",
    ]
    assert found["en"].submitted_all() == (
        "For the latest period due, the units submitted 3 of 6 reports in time; 1 came late; 2 are missing."
    )


# --- every sentence that can be


def numbers(most: int) -> st.SearchStrategy[int]:
    """Counts in which 0, 1 and large ones are frequent."""
    return st.sampled_from((0, 1, 2, most)) | st.integers(0, most)


class Given:
    """Any figures: what a book would give for them. (A real book gives the same few combinations.)"""

    def __init__(self, office: Office, kind: Kind, draw: Any) -> None:
        self.office, self.kind, self.draw = office, kind, draw
        self.known: dict[tuple[str, str], Figure] = {}

    def figure(self, kind: str, measure: str, unit: str = EVERY, period: str = "", **where: str) -> Figure:
        """One figure, the same when asked again."""
        if (measure, period) not in self.known:
            self.known[measure, period] = self.make(measure, unit, period)
        return self.known[measure, period]

    def make(self, measure: str, unit: str, period: str) -> Figure:
        """A figure of any state."""
        declared = self.kind.measures[measure]
        states = ["given"] * 4 + ["blank", "hidden", "none"] + ["exceeded"] * (declared.form == "bound")
        state = self.draw(st.sampled_from(states))
        whole = self.draw(numbers(12_345))
        value: float | None = None
        above: float | None = None
        below: float | None = None
        if state == "given" and declared.is_share:
            below = max(whole, 1)
            above = self.draw(st.integers(0, below))
            value = 100 * above / below
        elif state == "given":
            value = whole if declared.form == "sum" else whole / 7
        as_of = self.draw(st.sampled_from(("", "2026-06-14")))
        return Figure(self.kind.name, measure, unit, period, "", "", "month", as_of, value, above, below, state)

    def units_with(self, kind: str, period: str, basis: str) -> list[str]:
        """The units that reported, the same ones or not."""
        return [self.draw(st.sampled_from(("a", "b")))]


NOUNS = "dossier|piece|unit|report|case|slip|open answer|answer|rating|person|people"


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(st.data())
def test_every_sentence_is_whole_whatever_the_figures_are(kind: str, data: Any) -> None:
    office, ledger = Quiet.office, Ledger()
    declared = office.kinds[kind]
    unit = office.units.get(BA_DINH)
    assert isinstance(unit, Unit)
    assert declared.questions
    figures = Given(office, declared, data.draw)
    for lang in ("vi", "en"):
        view = View(lang, office, figures, Board(office, ledger, []))  # type: ignore[arg-type]
        count = data.draw(st.sampled_from((1, 2, 1234)))
        answers = view.answers(declared, unit, "2026-06") + view.answers_all(declared, "2026-06", "month", count)
        assert len(answers) == 2 * len(declared.questions)
        for answer in answers:
            text = answer.sentence.striptags()
            check_sentence(text, lang)
            assert text.count("chưa có số liệu") + text.count("no data yet") <= 1, text


def check_sentence(text: str, lang: str) -> None:
    """A sentence that people can read."""
    assert text.endswith("."), text
    assert not re.search(r"\s\s|\s[.,;)]|\(\s|\(\)|[{}|#]|\.\.|,,|;;|^[ ,;]", text), text
    for number in re.findall(r"\d{4,}", text):
        assert re.fullmatch("20[0-9]{2}", number), f"{number} has no separators: {text}"
    wrong = r"\d\.\d{1,2}(?!\d)" if lang == "vi" else r"\d,\d{1,2}(?!\d)"
    assert not re.search(wrong, text), text
    if lang == "en":
        assert not re.search(rf"(?<![\d.,])1 (?:overdue )?(?:{NOUNS})s\b|(?<![\d.,])1 people\b", text), text
        assert not re.search(rf"(?:(?<![\d.,])[02-9]|\d\d) (?:overdue )?(?:{NOUNS})\b(?<!people)", text), text


@given(st.integers(0, 3000), st.integers(1, 3000))
def test_a_form_is_chosen_by_the_number(count: int, other: int) -> None:
    template = "{count|one unit of|# units of} {other}"
    wanted = f"one unit of {other}" if count == 1 else f"{count} units of {other}"
    assert fill(template, {"count": count, "other": other}) == wanted
    assert rich(template, {"count": count, "other": other}) == wanted
    assert places(template) == {"count", "other"}


def test_a_form_holds_elements_and_escapes_what_is_around_them() -> None:
    assert rich("{n|it's # <b>|# & more}", {"n": "<1>"}) == "&lt;1&gt; &amp; more"
    assert rich("it's {n|#|#s}", {"n": 1}) == "it&#39;s 1"


# --- what cannot be declared


def question(**answer: Any) -> dict[str, Any]:
    """A question with one answer."""
    return {"ask": {"vi": "Sao?", "en": "Why?"}, "measure": "m", "answers": [answer]}


WRONG: Iterable[tuple[dict[str, Any], str]] = (
    (question(vi="{period"), "a place is written"),
    (question(vi="{m|một}"), "a place is written"),
    (question(vi="{m.median}"), "numerator and a denominator"),
    (question(vi="{m.numerator}", when={"m": "none"}), "only a given figure has parts"),
    (question(vi="x", when={"m": "often"}), "Input should be"),
    (question(vi="x", of="some"), "Input should be"),
)


@pytest.mark.parametrize(("declared", "why"), WRONG, ids=[why for _, why in WRONG])
def test_a_sentence_that_could_not_be_said_is_refused(declared: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Question.model_validate(declared)


def test_a_question_over_what_is_not_there_is_refused() -> None:
    kind = read_kind(HOME / "datasets" / "procedures").model_dump()
    for answer, why in (
        ({"vi": "{elsewhere}"}, "shown: elsewhere"),
        ({"vi": "{pending_late.denominator}"}, "questions: pending_late.denominator"),
    ):
        asked = {"ask": {"vi": "Sao?"}, "measure": "pending_late", "answers": [answer]}
        with pytest.raises(ValidationError, match=re.escape(why)):
            Kind.model_validate({**kind, "questions": [asked]})


# --- a difference that chance explains is none


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_the_same_share_never_differs_and_order_does_not_matter(a: int, more_a: int, b: int, more_b: int) -> None:
    first, second = (a, a + more_a), (b, b + more_b)
    assert not differ(first, first)
    assert differ(first, second) == differ(second, first)


@pytest.mark.parametrize(
    ("before", "now", "differs"),
    [((56, 70), (48, 80), True), ((9, 10), (3, 10), True), ((10, 10), (20, 20), False), ((0, 10), (0, 20), False)],
)
def test_newcombes_own_examples_come_out_as_he_printed_them(
    before: tuple[int, int], now: tuple[int, int], differs: bool
) -> None:
    """Table II of the paper: 56/70 − 48/80 is 0.0524 to 0.3339, 9/10 − 3/10 is 0.1705 to 0.8090, the others hold 0."""
    assert differ(before, now) is differs
