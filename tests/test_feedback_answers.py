"""You said – we did, in a built site: what was said and answered by month, beside the score, and what was withheld."""

import datetime as dt
from pathlib import Path

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.release import build
from tests.offices import make_office
from tests.submitted import FEEDBACK_ANSWERS, SAID_IN_MAY, SATISFACTION, WHOLE_FORM, Line, file_of

ENTRIES: tuple[Line, ...] = (
    {},
    {"entry_code": "G2", "theme": "waiting", "said": "Chờ lâu quá & mệt, chị […] (quầy 2) quát",
     "answered": "Thêm quầy", "status": "planned", "done_on": "", "planned_on": "2026-09-01"},
    {"entry_code": "G3", "said_in": "2026-06", "source": "other", "theme": "other", "said": "Làm cả chủ nhật",
     "answered": "", "status": "not_possible", "done_on": "", "reason": "Chưa có biên chế"},
    {"entry_code": "G4", "said_in": "2026-06", "said": "Quạt hỏng", "answered": "", "status": "open", "done_on": ""},
)  # fmt: skip
PAGE = "don-vi/phuong-ba-dinh/ban-noi-chung-toi-lam"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A commune's register of two months and its survey, built."""
    root = make_office(
        tmp_path_factory.mktemp("said") / "office",
        datasets={"feedback_answers": {}, "satisfaction": {}},
        first_period="2026-05",
        today="2026-07-05",
    )
    found = open_office(root)
    at = dt.datetime(2026, 6, 16, 9, tzinfo=ZONE)
    answers = ({**line, "period": "2026-05"} for line in (WHOLE_FORM, SATISFACTION))
    survey = file_of(found.kinds["satisfaction"], *answers)
    accept(found, found.kinds["satisfaction"], survey, now=at)
    lines = [*({**FEEDBACK_ANSWERS, **line} for line in ENTRIES), SAID_IN_MAY]
    accept(found, found.kinds["feedback_answers"], file_of(found.kinds["feedback_answers"], *lines), now=at)
    build(found)
    return found


def text(office: Office, path: str, where: str = "//main") -> str:
    """The text of a part of a page with single spaces."""
    tree = html.parse(str(office.site / "current" / path / "index.html")).getroot()
    return " ".join(" ".join(part.text_content().split()) for part in tree.xpath(where))


def test_each_comment_stands_with_its_answer_under_its_month(office: Office) -> None:
    said = text(office, PAGE)
    assert said.index("Tháng 6/2026") < said.index("Tháng 5/2026"), "newest first"
    assert "“Ghế ngồi chờ quá ít” Chỗ ngồi, nơi để xe, trang thiết bị Đã làm ngày 10/06/2026: Đã thêm 20 ghế" in said
    assert "“Chờ lâu quá & mệt, chị […] (quầy 2) quát” Thời gian chờ Hẹn làm xong ngày 01/09/2026: Thêm quầy" in said
    assert "“Làm cả chủ nhật” Việc khác · không qua khảo sát Chưa làm được: Chưa có biên chế" in said
    assert "“Quạt hỏng”" in said
    assert "Chưa trả lời" in said
    assert "Done on 10 Jun 2026" in text(office, f"en/{PAGE}")


def test_what_was_withheld_stands_there_and_the_months_score_beside_it(office: Office) -> None:
    may = text(office, PAGE).partition("Tháng 5/2026")[2]
    counts = "Nhận 7 góp ý qua khảo sát: 3 công bố nguyên văn, 1 công bố sau khi bỏ bớt chữ, 2 giữ lại, 1 chưa đọc."
    assert counts in may
    assert "Trong tháng đó, người trả lời khảo sát hài lòng: 85,0% 34/40 (phiếu có mã)" in may
    tree = html.parse(str(office.site / "current" / PAGE / "index.html")).getroot()
    figures = {data.get("data-of"): data.get("value") for data in tree.xpath("//main//data")}
    assert figures["feedback_answers/withheld/00004/2026-06/month/said_in=2026-05"] == "2"


def test_the_units_page_answers_the_question_and_leads_there(office: Office) -> None:
    block = text(office, "don-vi/phuong-ba-dinh", "//section[h2[@id='feedback_answers']]")
    assert "Phường Ba Đình công bố 4 góp ý của người dân, đã trả lời 3, trong đó 1 việc đã làm xong và 1 việc" in block
    assert "2 góp ý giữ lại, không công bố" in block
    overview = text(office, "so-lieu/feedback_answers")
    assert "Mới làm theo góp ý “Ghế ngồi chờ quá ít” Đã làm ngày 10/06/2026: Đã thêm 20 ghế Phường Ba Đình" in overview


def test_a_phone_or_a_name_is_refused_at_the_door_in_what_was_said_and_what_is_answered(office: Office) -> None:
    kind = office.kinds["feedback_answers"]
    for column in ("said", "answered"):
        for words in ("Gọi 0912345678", "Gặp chị Lan"):
            checked = check_file(office, kind, file_of(kind, {**FEEDBACK_ANSWERS, column: words}))
            assert [problem.code for problem in checked.errors] == ["P06"], (column, words)


def test_the_folder_of_the_kind_is_all_that_it_is(office: Office) -> None:
    folder = office.kinds["feedback_answers"].folder
    assert isinstance(folder, Path)
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        "dataset.yaml", "schema.yaml", "rules.yaml", "list.html.j2", "overview.html.j2",
    }  # fmt: skip
