"""You said – we did on the staff pages: a clerk answers published comments, an approver publishes the register."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store.comments import Comments
from publisher.catalogue.office import ZONE
from publisher.ledger import read_ledger
from tests.intake_app import URL, Desk, Person, opened
from tests.survey_app import BEFORE, make_survey_office
from tests.test_intake_comments import fill

SAID = ("Chờ hai tiếng mới đến lượt.", "Nhân viên quát mắng.", "Thêm ghế ngồi.")
HERE = "/tra-loi/00004"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Three comments of July: one published, one withheld, one to be read; a clerk, a clerk of another, an approver."""
    office = make_survey_office(
        tmp_path / "office", datasets={"feedback_answers": {}}, intake={"url": URL}, first_period="2026-05"
    )
    fill(office, SAID)
    with opened(office) as found:
        found.clock.at = dt.datetime(2026, 7, 31, 9, tzinfo=ZONE)
        found.join("clerk", ("clerk",), ("00004",))
        found.join("other", ("clerk",), ("00008",))
        found.join("approver", ("approver",), ("*",))
        store = found.intake.survey.store()
        assert store
        comments = Comments(store.database, least=10)
        for one in comments.of_unit("00004"):
            if one.text == SAID[0]:
                comments.decide(one, "released", one.text)
            elif one.text == SAID[1]:
                comments.decide(one, "withheld")
        yield found


def answer(person: Person, path: str, **fields: str) -> object:
    """Save an entry with these fields."""
    form = {"theme": "waiting", "status": "done", "answered": "Thêm quầy số 4.", "done_on": "2026-07-10", **fields}
    return person.act(path, form)


def entry(person: Person) -> str:
    """The address of the one comment in the register."""
    (found,) = person.open(HERE).tree.xpath("//tbody/tr/th/a/@href")
    return str(found)


def test_a_published_comment_is_answered_handed_in_approved_and_stands_in_the_ledger(desk: Desk) -> None:
    clerk, approver = desk.people["clerk"], desk.people["approver"]
    assert "Phường Ba Đình 1 1" in clerk.open("/tra-loi").text, "one comment, not answered"
    page = clerk.open(entry(clerk))
    assert page.tree.xpath("//blockquote")[0].text_content() == SAID[0]
    assert not page.tree.xpath("//textarea[@name='said']"), "what a citizen wrote is not rewritten"
    page = answer(clerk, entry(clerk), said="Rất tốt!")
    assert f"{SAID[0]} Tháng 7/2026 Thêm quầy số 4. Đã làm, 10/07/2026" in page.text
    clerk.act(
        f"{HERE}/moi",
        {"said": "Bảng bị mưa ướt", "said_in": "2026-06", "theme": "place", "status": "open"},
    )
    page = clerk.act(f"{HERE}/nop")
    assert "Gửi duyệt" in page.text
    (upload,) = desk.intake.uploads.of_place("feedback_answers", "00004", BEFORE)
    assert upload.state == "checked", page.text
    clerk.act(f"/tep/{upload.key}/gui")
    approver.send(approver.open(f"/tep/{upload.key}"), action="/duyet")
    desk.intake.worker.take_in()
    line = read_ledger(desk.intake.office).current["feedback_answers", "00004", BEFORE]
    assert line.revision == 1
    file = desk.office / "datasets" / "feedback_answers" / "data" / BEFORE / "00004.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    counts = ("received", "published_whole", "published_redacted", "withheld", "waiting")
    assert [[row[name] for name in counts] for row in rows if row["row_kind"] == "month"] == [["3", "1", "0", "1", "1"]]
    told = [(r["said_in"], r["source"], r["said"], r["status"], r["done_on"]) for r in rows if r["said"]]
    assert sorted(told) == [
        ("2026-06", "other", "Bảng bị mưa ướt", "open", ""),
        (BEFORE, "survey", SAID[0], "done", "2026-07-10"),
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"theme": ""}, "Hãy chọn góp ý về việc gì"),
        ({"status": "perhaps"}, "Hãy chọn kết quả"),
        ({"answered": ""}, "Thiếu câu trả lời"),
        ({"done_on": "10/07/2026"}, "Thiếu ngày làm xong"),
        ({"done_on": "2026-08-01"}, "chưa tới"),
        ({"status": "planned", "planned_on": ""}, "Thiếu ngày hẹn"),
        ({"status": "not_possible", "reason": ""}, "Thiếu lý do"),
        ({"answered": "Chị Hồng Nhung đã xin lỗi."}, "tên người"),
        ({"answered": "<b>Xong</b>"}, "mã lệnh"),
        ({"answered": "x" * 1201}, "1200 ký tự"),
    ],
)
def test_an_answer_that_cannot_be_published_is_told_at_once_and_what_was_typed_stays(
    desk: Desk, fields: dict[str, str], why: str
) -> None:
    clerk = desk.people["clerk"]
    page = answer(clerk, entry(clerk), **fields)
    assert page.status == 422
    assert why in page.tree.xpath("//*[@role='alert']")[0].text_content()
    typed = page.tree.xpath("//textarea[@name='answered']")[0].text_content().removeprefix("\n")
    assert typed == fields.get("answered", "Thêm quầy số 4.")
    assert "Chưa trả lời" in clerk.open(HERE).text


def test_what_was_done_after_the_period_is_handed_in_as_promised_for_that_day(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    answer(clerk, entry(clerk), done_on="2026-07-28")
    clerk.act(f"{HERE}/nop")
    (upload,) = desk.intake.uploads.of_place("feedback_answers", "00004", BEFORE)
    assert upload.state == "checked"
    candidate = desk.intake.files.candidate(upload.key).read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(candidate.splitlines()) if row["said"]]
    assert [(row["status"], row["done_on"], row["planned_on"]) for row in rows] == [("planned", "", "2026-07-28")]


def test_only_what_staff_wrote_down_can_be_taken_out_and_only_by_the_unit(desk: Desk) -> None:
    clerk, other = desk.people["clerk"], desk.people["other"]
    assert clerk.act(f"{entry(clerk)}/bo").status == 404
    clerk.act(f"{HERE}/moi", {"said": "Bảng ướt", "said_in": "2026-06", "theme": "place", "status": "open"})
    (own,) = [a for a in clerk.open(HERE).tree.xpath("//tbody/tr/th/a") if a.text_content() == "Bảng ướt"]
    assert other.open(own.get("href")).status == 403
    assert other.act(f"{own.get('href')}/bo").status == 403
    assert "Bảng ướt" not in clerk.act(f"{own.get('href')}/bo").text
    assert "Bảng ướt" not in str(desk.journal())


def test_a_comment_that_is_read_again_leaves_the_register_and_comes_back_with_its_answer(desk: Desk) -> None:
    clerk, approver = desk.people["clerk"], desk.people["approver"]
    answer(clerk, entry(clerk))
    key = entry(clerk).rsplit("/", 1)[1]
    approver.act(f"/gop-y/00004/{key}/doc-lai")
    assert SAID[0] not in clerk.open(HERE).text
    approver.act(f"/gop-y/00004/{key}", {"what": "publish", "text": "Chờ [...] mới đến lượt."})
    assert "Chờ […] mới đến lượt. Tháng 7/2026 Thêm quầy số 4." in clerk.open(HERE).text
