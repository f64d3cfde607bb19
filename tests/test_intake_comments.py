"""Comments on the staff pages: each is read by a person, and nothing that may name somebody leaves."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.codes import Keys
from collector.store import Ballot, Store
from publisher.checking import personal_data
from tests.intake_app import URL, Desk, opened
from tests.survey_app import BEFORE, HERE, OTHER, make_survey_office

SAID = (
    "Chờ hai tiếng mới đến lượt.",
    "Chị Hồng Nhung hướng dẫn tận tình, gọi 0912 345 678 để hỏi.",
    "- Thêm ghế ngồi\n- Thêm quạt & đèn",
    "Nhân viên quát mắng.",
)


def fill(office: Path, said: tuple[str, ...] = SAID, people: int = 12) -> None:
    """Answers of one closed month at two units: enough at the first, three at the other."""
    store = Store(f"sqlite:///{office / 'var' / 'collector' / 'survey.sqlite'}", Keys(office / "var" / "keys"))
    store.start()
    for unit, counter, count in (("00004", HERE, people), ("00008", OTHER, 3)):
        for number in range(count):
            comments = {"comment": said[number]} if number < len(said) else {}
            store.submit(
                Ballot(
                    BEFORE, unit, counter, "small", "open", choices={"overall": "4"}, comments=comments,
                    key=f"{unit}-{number}",
                )
            )  # fmt: skip
    store.begin_close(BEFORE)
    store.finish_close(BEFORE, keep_from="2025-01")
    store.stop()


def make_office(root: Path) -> Path:
    """An office with a survey and staff pages."""
    return make_survey_office(root, intake={"url": URL})


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Comments of one closed month, an approver of every unit, an approver of another."""
    office = make_office(tmp_path / "office")
    fill(office)
    with opened(office) as found:
        found.join("approver", ("approver",), ("*",))
        found.join("other", ("approver",), ("00008",))
        yield found


def comment(page: object) -> str:
    """What was written, on the page of one comment."""
    (quote,) = page.tree.xpath("//blockquote")  # type: ignore[attr-defined]
    return str(quote.text_content())


def test_an_approver_reads_every_comment_and_says_what_becomes_of_it(desk: Desk) -> None:
    approver = desk.people["approver"]
    page = approver.open("/gop-y")
    assert "Phường Ba Đình" in page.text
    assert "3 góp ý đang đợi kỳ sau" in page.text, "three answers are too few to read what they wrote"
    page = approver.open("/gop-y/00004")
    assert "Góp ý thêm" in page.text, "what was asked stands with it"
    for left in (4, 3, 2, 1):
        assert f"Còn {left} góp ý chờ đọc" in page.text
        text = comment(page)
        if "quát" in text:
            page = approver.send(page, {"what": "withhold"}, action=page.tree.xpath("//main//form/@action")[0])
        else:
            page = approver.send(page, {"what": "publish"}, action=page.tree.xpath("//main//form/@action")[0])
    assert "Không còn góp ý nào chờ đọc" in page.text
    assert "Thêm ghế ngồi - Thêm quạt & đèn" in page.text
    assert "[…] hướng dẫn tận tình, gọi […] để hỏi." in page.text
    assert "Hồng Nhung" not in page.body
    assert "quát mắng" not in page.body
    row = [cell.text_content() for cell in approver.open("/gop-y").tree.xpath("//tbody/tr[1]/td")]
    assert row[1:] == ["4", "0", "2", "1", "1"], "received, to be read, whole, redacted, withheld"


def test_what_is_added_or_still_names_somebody_is_not_published(desk: Desk) -> None:
    approver = desk.people["approver"]
    page = approver.open("/gop-y/00004")
    for _ in range(4):
        if "Nhung" in comment(page):
            break
        page = approver.open(str(page.tree.xpath("//main//a[contains(@href, 'sau=')]/@href")[0]))
    action = page.tree.xpath("//main//form/@action")[0]
    for text, why in (
        (comment(page), "vẫn có thể có số điện thoại"),
        ("Chị Hồng Nhung hướng dẫn tận tình, gọi [...] để hỏi.", "vẫn có thể có tên người"),
        ("[...] hướng dẫn rất tận tình [...]", "chữ không nằm trong góp ý"),
        ("Hướng dẫn tận tình", "chữ không nằm trong góp ý"),
        ("[...]", "không còn gì để công bố"),
    ):
        answer = approver.act(action, {"what": "publish", "text": text})
        assert answer.status == 422
        assert why in answer.text
        assert answer.tree.xpath("//textarea")[0].text_content().strip() == text, "what was typed is still there"
    assert "Còn 4 góp ý chờ đọc" in approver.open("/gop-y/00004").text


def test_code_in_a_comment_is_text_on_the_page_and_does_not_leave(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office")
    fill(office, ("Ghế <script>alert(1)</script> hỏng {{ 7*7 }}",))
    with opened(office) as found:
        approver = found.join("approver", ("approver",), ("*",))
        page = approver.open("/gop-y/00004")
        assert comment(page) == "Ghế <script>alert(1)</script> hỏng {{ 7*7 }}"
        assert not page.tree.xpath("//script")
        action = page.tree.xpath("//main//form/@action")[0]
        refused = approver.act(action, {"what": "publish", "text": comment(page)})
        assert refused.status == 422
        assert "mã lệnh hoặc liên kết" in refused.text
        page = approver.act(action, {"what": "publish", "text": "Ghế [...] hỏng [...]"})
        assert "Ghế […] hỏng […]" in page.text


def test_a_detector_that_fails_publishes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(personal_data, "suspect", fails)
    approver = desk.people["approver"]
    page = approver.open("/gop-y/00004")
    assert "chưa kiểm tra được" in page.text
    answer = approver.act(page.tree.xpath("//main//form/@action")[0], {"what": "publish", "text": comment(page)})
    assert answer.status == 422


def test_a_decision_can_be_taken_back_and_two_people_do_not_decide_twice(desk: Desk) -> None:
    approver = desk.people["approver"]
    page = approver.open("/gop-y/00004")
    action = page.tree.xpath("//main//form/@action")[0]
    assert approver.act(action, {"what": "withhold"}, follow=False).status == 303
    late = approver.act(action, {"what": "publish", "text": comment(page)})
    assert late.status == 404
    assert "đã có người quyết định" in late.text
    assert approver.act(f"{action}/doc-lai", follow=False).status == 303
    assert "Còn 4 góp ý chờ đọc" in approver.open("/gop-y/00004").text


def test_comments_of_another_unit_and_those_of_few_people_are_not_shown(desk: Desk) -> None:
    other = desk.people["other"]
    assert other.open("/gop-y/00004").status == 403
    assert "Phường Ba Đình" not in other.open("/gop-y").text
    own = other.open("/gop-y/00008")
    assert own.status == 200
    assert not own.tree.xpath("//blockquote")
    assert all(text not in own.text for text in SAID)


def test_nothing_that_a_comment_says_is_in_the_journal_or_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    approver = desk.people["approver"]
    page = approver.open("/gop-y/00004")
    page = approver.act(page.tree.xpath("//main//form/@action")[0], {"what": "publish", "text": "[...] x"})
    page = approver.act(page.tree.xpath("//main//form/@action")[0], {"what": "withhold"})
    everything = f"{desk.journal()}{caplog.text}"
    assert "comment-withheld" in everything
    for word in ("Chờ hai", "Nhung", "0912", "ghế", "quát"):
        assert word not in everything


def test_an_office_without_a_survey_says_so(tmp_path: Path) -> None:
    with opened(make_office(tmp_path / "office")) as found:
        approver = found.join("approver", ("approver",), ("*",))
        assert "chưa có cơ sở dữ liệu" in approver.open("/gop-y").text
        assert approver.open("/gop-y/00004").status == 404
        assert not (tmp_path / "office" / "var" / "collector").exists(), "the staff pages make none"
