"""From a file to the site: handed in, checked, refused or previewed, submitted, approved, accepted, built."""

import io
import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from collector.intake import children, uploads
from publisher.catalogue import Office, open_office
from publisher.ledger import accept, read_ledger
from publisher.words import say
from tests.intake_app import URL, Desk, Person, make_staff_office, opened
from tests.submitted import PROCEDURES, Line, file_of
from tests.survey_app import Page

MAY, JUNE = "2026-05", "2026-06"
HERE = f"/nop/procedures/00004/{JUNE}"
OTHER = f"/nop/procedures/00008/{JUNE}"


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office with a clerk, another unit's clerk, two approvers and an administrator."""
    office = make_staff_office(tmp_path_factory.mktemp("files") / "office", datasets={"procedures": {}, "feedback": {}})
    with opened(office) as found:
        found.join("clerk", ("clerk",), ("00004",))
        found.join("other", ("clerk",), ("00008",))
        found.join("approver", ("approver",), ("*",))
        found.join("both", ("clerk", "approver"), ("00004",))
        found.join("administrator", ("administrator",))
        yield found


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """That office without figures and files, everybody signed in."""
    with one_desk.intake.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM uploads")
        connection.exec_driver_sql("DELETE FROM builds")
    for name in ("datasets/procedures", "datasets/feedback", "datasets/ledger.jsonl", "var/intake/uploads"):
        subprocess.run(["rm", "-rf", one_desk.office / name], check=True)
    one_desk.intake.offices.open = None
    one_desk.forgive()
    for person in one_desk.people.values():
        if person.open("/", follow=False).status != 200:
            person.sign_in()
    return one_desk


def office_of(desk: Desk) -> Office:
    """The office, opened."""
    return open_office(desk.office)


def csv_of(desk: Desk, *lines: Line, kind: str = "procedures") -> bytes:
    """A file with Vietnamese headers."""
    return file_of(office_of(desk).kinds[kind], *lines)


def hand_in(person: Person, data: bytes, name: str = "thang-6.csv", path: str = HERE, follow: bool = True) -> Page:
    """Hand a file in."""
    page = person.act(path, {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data", follow=False)
    if page.status != 303 or not follow:
        return page
    return settled(person, page.headers["Location"])


def settled(person: Person, path: str) -> Page:
    """The page of an upload once it is checked."""
    for _ in range(600):
        page = person.open(path)
        if not page.tree.xpath("//meta[@http-equiv='refresh']"):
            return page
        time.sleep(0.1)
    raise AssertionError(page.text)


def key_of(page: Page) -> str:
    """The key in the addresses of an upload's page."""
    found = re.search(r"/tep/([0-9a-f]{16})/", page.body)
    assert found, page.text
    return found[1]


def state(desk: Desk, key: str) -> str:
    """How an upload stands."""
    found = desk.intake.uploads.get(key)
    assert found
    return found.state


def kept(desk: Desk) -> list[str]:
    """The names of the files that are kept as they came."""
    folder = desk.office / "var" / "intake" / "uploads"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def put(desk: Desk, *lines: Line, reason: str = "") -> None:
    """Accept lines by the command's way."""
    office = office_of(desk)
    accept(office, office.kinds["procedures"], file_of(office.kinds["procedures"], *lines), reason=reason)


def published(desk: Desk) -> list[tuple[str, str, int]]:
    """What the ledger has: (unit, period, revision)."""
    return [(line.unit, line.period, line.revision) for line in read_ledger(office_of(desk)).lines]


# Handing in


def test_a_good_file_is_previewed_and_nothing_is_published(desk: Desk) -> None:
    page = hand_in(desk.people["clerk"], csv_of(desk, PROCEDURES))
    assert page.status == 200
    assert "Tệp không có lỗi (1 dòng). Chưa gửi duyệt, chưa có gì được công bố." in page.text
    rows = {row.xpath("th")[0].text_content(): row for row in page.tree.xpath("//table[@class='figures']/tbody/tr")}
    on_time = rows["Tỷ lệ giải quyết đúng hạn"]
    assert "100,0%" in on_time.text_content()
    assert on_time.xpath(".//data/@data-of")[0] == f"procedures/on_time_pct/00004/{JUNE}/month"
    assert published(desk) == []
    assert len(kept(desk)) == 1


def test_a_refused_file_is_told_verdict_first_with_links_to_its_cells(desk: Desk) -> None:
    wrong = csv_of(desk, PROCEDURES, {**PROCEDURES, "field_code": "CT", "resolved_total": "4x", "pending_total": ""})
    page = hand_in(desk.people["clerk"], wrong)
    assert page.tree.xpath("//title")[0].text.startswith("Lỗi: ")
    assert re.match(r"Tệp chưa được nhận: \d+ lỗi\.", page.tree.xpath("//h1")[0].text)
    assert "Chưa có số liệu nào được công bố." in page.text
    links = page.tree.xpath("//*[@role='alert']//li/a/@href")
    assert links
    for link in links:
        (cell,) = page.tree.xpath(f"//*[@id='{link[1:]}']")
        assert cell.get("class") in ("bad", None)
    bad = {td.get("id").partition("-")[2] for td in page.tree.xpath("//td[@class='bad']")}
    letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(PROCEDURES).index("resolved_total")]
    assert f"{letter}3" in bad or any(cell.endswith("3") for cell in bad)
    assert "4x" in page.text
    assert published(desk) == []


def test_the_same_file_again_leads_to_its_answer(desk: Desk) -> None:
    clerk, data = desk.people["clerk"], csv_of(desk, PROCEDURES)
    first, second = hand_in(clerk, data), hand_in(clerk, data, name="ten khac.csv")
    assert key_of(first) == key_of(second)
    assert "Tệp này giống hệt tệp đã nộp trước đó" in second.text
    assert len(kept(desk)) == 1


def test_65_a_file_of_another_unit_is_refused_and_nothing_of_it_is_kept(desk: Desk) -> None:
    data = csv_of(desk, {**PROCEDURES, "unit_code": "00008"})
    page = hand_in(desk.people["clerk"], data)
    while page.status == 200:  # on a busy machine the answer takes longer than the page waits
        page = desk.people["clerk"].open(f"/tep/{key_of(page)}")
    assert page.status == 403
    assert "đơn vị đó" in page.text
    assert kept(desk) == []
    assert desk.intake.uploads.of_place("procedures", "00004", JUNE) == []
    assert desk.journal()[-1][1] == "foreign-unit"
    assert desk.people["clerk"].act(OTHER, {"file": (io.BytesIO(data), "x.csv")}).status == 403
    assert kept(desk) == []


def test_rows_of_another_unit_of_the_person_are_an_error_and_no_crime(desk: Desk) -> None:
    page = hand_in(desk.people["approver"], csv_of(desk, PROCEDURES, {**PROCEDURES, "unit_code": "00008"}))
    assert page.status == 200
    assert "số liệu của đơn vị khác (00008)" in page.text
    assert "Tệp chưa được nhận" in page.text


def test_a_file_without_unit_and_period_gets_those_of_the_page(desk: Desk) -> None:
    line = {name: text for name, text in PROCEDURES.items() if name not in ("unit_code", "period")}
    page = hand_in(desk.people["clerk"], csv_of(desk, line))
    assert "Tệp không có lỗi" in page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "Chưa chọn tệp"), ({"file": (io.BytesIO(b""), "")}, "Chưa chọn tệp")],
)
def test_without_a_file_the_page_says_so(desk: Desk, fields: Mapping[str, Any], said: str) -> None:
    page = desk.people["clerk"].act(HERE, fields, content_type="multipart/form-data")
    assert page.status == 422
    assert said in page.text


def test_an_empty_file_is_said_to_be_empty(desk: Desk) -> None:
    assert "Tệp rỗng" in hand_in(desk.people["clerk"], b"").text


def test_a_file_above_ten_megabytes_is_refused(desk: Desk) -> None:
    page = hand_in(desk.people["clerk"], b"x" * (10 * 2**20 + 20_000))
    assert page.status == 413
    assert "10 MB" in page.text
    assert kept(desk) == []


@pytest.mark.parametrize(
    "path",
    [
        "/nop/satisfaction/00004/2026-06",
        "/nop/nothing/00004/2026-06",
        "/nop/procedures/00004/2026-08",
        "/nop/procedures/00004/2025-12",
        "/nop/procedures/00004/2026-13",
        "/nop/procedures/00004/june",
    ],
)
def test_what_cannot_be_handed_in_has_no_page(desk: Desk, path: str) -> None:
    assert desk.people["clerk"].open(path).status == 404


NAMES = (
    "Báo cáo tháng 6.csv", "Ba\u0301o ca\u0301o tha\u0301ng 6.csv", "Đơn vị.csv", "đ.csv", "../../etc/passwd",
    "..\\..\\x.csv", "/abs.csv", "C:\\x.csv", "x.csv\0.exe", "x.csv%00.exe", ".htaccess", "con.csv", "a" * 300,
    "-rf.csv", "x.csv\r\nSet-Cookie:a=b", "\u202evsc.exe", "=cmd.csv", "..", "x.csv.exe",
    "<img src=x onerror=1>.csv", "{{7*7}}.csv", " ",
)  # fmt: skip
"""threats.md §5.3."""


def test_whatever_a_file_is_called_it_is_kept_under_its_hash_and_its_name_is_only_shown(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    for number, name in enumerate(NAMES):
        data = csv_of(desk, {**PROCEDURES, "late_reason": f"Lần thử {number}."})
        page = hand_in(clerk, data, name=name)
        assert page.status in (200, 422), name
        assert not page.tree.xpath("//img"), name
        assert "49.csv" not in page.text
        assert "Set-Cookie:a" not in str(page.headers)
    assert all(re.fullmatch(r"[0-9a-f]{64}", name) for name in kept(desk))
    assert not list((desk.office / "var").rglob("*passwd*"))
    shown = clerk.open(HERE)
    assert "<img src=x onerror=1>.csv" in shown.text
    assert "aaa" in shown.text
    assert "a" * 150 not in shown.text


def test_an_answer_that_echoes_the_file_never_runs_it(desk: Desk) -> None:
    payloads = ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", "=HYPERLINK(1)", "javascript:x")
    for payload in payloads:
        page = hand_in(desk.people["clerk"], csv_of(desk, {**PROCEDURES, "resolved_total": payload}))
        assert not page.tree.xpath("//script | //img | //*[@onerror]")
        assert payload[:20] in page.text
        assert "49" not in {cell.text_content() for cell in page.tree.xpath("//td")}


def test_fifty_files_at_once_all_get_an_answer(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    token = clerk.token()
    found: list[str] = []

    def one(number: int) -> None:
        person = Person(desk, "clerk")
        cookie = clerk.client.get_cookie("__Host-staff", domain="canbo.example.vn")
        assert cookie
        person.client.set_cookie("__Host-staff", cookie.value, domain="canbo.example.vn", secure=True)
        data = csv_of(desk, {**PROCEDURES, "late_reason": f"Lần {number}."})
        fields = {"csrf_token": token, "file": (io.BytesIO(data), f"{number}.csv")}
        page = person.post(HERE, fields, content_type="multipart/form-data", follow=False)
        assert page.status == 303
        found.append(settled(person, page.headers["Location"]).text)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(found) == 50
    assert all("Tệp không có lỗi" in text for text in found)


def test_a_person_has_one_check_at_a_time_and_so_many_files_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = desk.intake.uploads
    for number in range(3):
        queue.add(("procedures", "00004", JUNE), by="x", sha256=f"{number:064x}", name="a.csv", size=1)
    assert queue.claim()
    assert queue.claim() is None
    monkeypatch.setattr(uploads, "A_DAY", 3)
    with pytest.raises(uploads.Busy):
        queue.add(("procedures", "00004", JUNE), by="x", sha256="f" * 64, name="a.csv", size=1)


def test_while_a_file_waits_the_page_says_so_and_asks_again(desk: Desk) -> None:
    made = desk.intake.uploads.add(("procedures", "00004", JUNE), by="clerk", sha256="0" * 64, name="a.csv", size=1)
    with desk.intake.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE uploads SET state = 'checking' WHERE key = '{made.key}'")  # noqa: S608
    page = desk.people["clerk"].open(f"/tep/{made.key}")
    assert "Đang kiểm tra tệp" in page.text
    assert page.tree.xpath("//meta[@http-equiv='refresh']/@content") == ["2"]
    (stop,) = [link for link in page.links if "dung=1" in link]
    stopped = desk.people["clerk"].open(stop)
    assert not stopped.tree.xpath("//meta[@http-equiv='refresh']"), "who reads slowly may take the time"
    assert stop in stopped.links, "and look when they like"


def sleep_for_ever() -> None:
    """A check that hangs."""
    threading.Event().wait()


def die() -> None:
    """A check that ends its process."""
    import os

    os.abort()


def eat_memory() -> int:
    """A check that wants more memory than it may have."""
    return len(bytearray(4 << 30))


@pytest.mark.parametrize(
    ("job", "seconds", "why"), [(sleep_for_ever, 2, "time"), (die, 60, "ended"), (eat_memory, 60, "ended")]
)
def test_a_child_that_hangs_or_dies_is_told_and_nothing_is_left(job: Any, seconds: float, why: str) -> None:
    with pytest.raises(children.ChildFailed, match=why):
        children.run(job, seconds=seconds)


def test_a_check_that_breaks_down_is_said_and_can_be_repeated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise children.ChildFailed("ended")

    with monkeypatch.context() as patched:
        patched.setattr(children, "run", broken)
        page = hand_in(desk.people["clerk"], csv_of(desk, PROCEDURES))
    assert "Việc kiểm tra tệp bị ngắt giữa chừng" in page.text
    desk.people["clerk"].act(f"/tep/{key_of(page)}/kiem-tra-lai")
    assert "Tệp không có lỗi" in settled(desk.people["clerk"], f"/tep/{key_of(page)}").text


def test_a_full_disk_is_said_and_nothing_is_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("collector.intake.files.os.fsync", full)
    page = hand_in(desk.people["clerk"], csv_of(desk, PROCEDURES))
    assert page.status == 503
    assert "Đĩa của máy chủ đã đầy" in page.text
    assert kept(desk) == []
    monkeypatch.undo()
    assert "Tệp không có lỗi" in hand_in(desk.people["clerk"], csv_of(desk, PROCEDURES)).text


# Submitting and approving


def submitted(desk: Desk, *lines: Line, by: str = "clerk", **fields: str) -> str:
    """A file that waits for approval; its key."""
    page = hand_in(desk.people[by], csv_of(desk, *(lines or (PROCEDURES,))))
    key = key_of(page)
    page = desk.people[by].act(f"/tep/{key}/gui", fields)
    assert state(desk, key) == "submitted", page.text
    return key


def approved(desk: Desk, key: str, by: str = "approver") -> Page:
    """Look at a file that waits for approval and approve it; the page after that."""
    person = desk.people[by]
    return person.send(person.open(f"/tep/{key}"), action="/duyet")


def build(desk: Desk) -> None:
    """What the worker does when it is time."""
    desk.clock.move(minutes=11)
    desk.intake.worker.round()


@pytest.fixture
def no_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker accepts, and the site is not built: it takes seconds."""

    def done(self: Any, found: Any) -> None:
        self.queue.change(found.number, state="done", ended_at=uploads.stamp(self.now()), release="0001-test")

    monkeypatch.setattr("collector.intake.worker.Worker.build", done)


@pytest.mark.usefixtures("no_build")
def test_approval_does_not_touch_the_ledger_the_build_does(desk: Desk) -> None:
    key = submitted(desk)
    assert published(desk) == []
    page = approved(desk, key)
    assert "Đã duyệt" in page.text
    desk.intake.worker.round()
    assert published(desk) == [], "not before its time"
    build(desk)
    assert published(desk) == [("00004", JUNE, 1)]
    assert state(desk, key) == "accepted"
    (line,) = read_ledger(office_of(desk)).lines
    assert line.role == "approver"
    assert "đã nhận" in desk.people["clerk"].open(HERE).text
    build(desk)
    assert len(desk.intake.builds.latest(10)) == 1, "nothing is built twice"


def test_nobody_approves_what_they_handed_in_themselves(desk: Desk) -> None:
    key = submitted(desk, by="both")
    page = desk.people["both"].open(f"/tep/{key}")
    assert "cần một người khác duyệt" in page.text
    assert desk.people["both"].act(f"/tep/{key}/duyet").status == 403
    assert state(desk, key) == "submitted"
    assert approved(desk, key).status == 200
    assert state(desk, key) == "approved"


def test_where_one_pair_of_eyes_is_enough_the_same_person_may(tmp_path: Path) -> None:
    office = make_staff_office(
        tmp_path / "office", datasets={"procedures": {}}, intake={"url": "https://canbo.example.vn/", "approvals": 1}
    )
    with opened(office) as alone:
        alone.join("both", ("clerk", "approver"), ("00004",))
        key = submitted(alone, by="both")
        approved(alone, key, by="both")
        assert state(alone, key) == "approved"


@pytest.mark.parametrize("who", ["clerk", "other", "administrator"])
def test_only_an_approver_approves(desk: Desk, who: str) -> None:
    key = submitted(desk)
    assert desk.people[who].act(f"/tep/{key}/duyet").status == 403
    assert state(desk, key) == "submitted"


def test_a_clerk_of_another_unit_sees_nothing_of_it(desk: Desk) -> None:
    key = submitted(desk)
    other = desk.people["other"]
    for path in (f"/tep/{key}", HERE):
        assert other.open(path).status == 403
    for action in ("gui", "rut", "kiem-tra-lai"):
        assert other.act(f"/tep/{key}/{action}").status == 403


def test_a_file_is_returned_with_a_sentence_and_submitted_again(desk: Desk) -> None:
    key = submitted(desk)
    approver = desk.people["approver"]
    assert "Hãy viết một câu" in approver.act(f"/tep/{key}/tra-lai").text
    approver.act(f"/tep/{key}/tra-lai", {"remark": "Xem lại số hồ sơ <b>đất đai</b>."})
    page = desk.people["clerk"].open(f"/tep/{key}")
    assert "approver ghi: Xem lại số hồ sơ <b>đất đai</b>." in page.text
    assert "bị trả lại" in desk.people["clerk"].open("/").text
    desk.people["clerk"].act(f"/tep/{key}/gui")
    assert state(desk, key) == "submitted"


@pytest.mark.parametrize("who", ["clerk", "approver"])
def test_until_the_build_takes_it_a_file_can_be_withdrawn(desk: Desk, who: str) -> None:
    key = submitted(desk)
    approved(desk, key)
    desk.people[who].act(f"/tep/{key}/rut")
    assert state(desk, key) == "checked"
    build(desk)
    assert published(desk) == []


def test_of_two_files_for_one_month_one_is_under_way(desk: Desk) -> None:
    first = submitted(desk)
    page = hand_in(desk.people["clerk"], csv_of(desk, {**PROCEDURES, "note": "Khác."}))
    page = desk.people["clerk"].act(f"/tep/{key_of(page)}/gui")
    assert page.status == 409
    assert "Đã có một tệp khác" in page.text
    assert state(desk, first) == "submitted"


def test_two_approvers_at_once_approve_once(desk: Desk) -> None:
    key = submitted(desk)
    token = desk.people["approver"].token()
    (matter,) = desk.people["approver"].open(f"/tep/{key}").tree.xpath("//input[@name='matter']/@value")
    cookie = desk.people["approver"].client.get_cookie("__Host-staff", domain="canbo.example.vn")
    assert cookie
    statuses: list[int] = []

    def press() -> None:
        person = Person(desk, "approver")
        person.client.set_cookie("__Host-staff", cookie.value, domain="canbo.example.vn", secure=True)
        statuses.append(person.post(f"/tep/{key}/duyet", {"csrf_token": token, "matter": matter}, follow=False).status)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, *[404] * 7]
    assert [entry for entry in desk.journal() if entry[1] == "approved" and key in entry[2]].__len__() == 1


def test_what_is_approved_is_what_the_approver_has_seen(desk: Desk) -> None:
    put(desk, PROCEDURES)
    key = key_of(hand_in(desk.people["clerk"], csv_of(desk, {**PROCEDURES, "note": "Khác."})))
    desk.people["clerk"].act(f"/tep/{key}/gui", {"reason": "Ghi thêm chú thích."})
    seen = desk.people["approver"].open(f"/tep/{key}")
    desk.people["clerk"].act(f"/tep/{key}/rut")
    desk.people["clerk"].act(f"/tep/{key}/gui", {"reason": "Lý do mà người duyệt chưa đọc."})
    page = desk.people["approver"].send(seen, action="/duyet")
    assert page.status == 409
    assert "đã thay đổi sau khi Ông/Bà mở trang này" in page.text
    assert "Lý do mà người duyệt chưa đọc." in page.text
    assert state(desk, key) == "submitted"
    assert desk.people["approver"].act(f"/tep/{key}/duyet").status == 409, "nor without having seen anything"
    stale = desk.intake.uploads.get(key)
    assert stale
    desk.people["approver"].act(f"/tep/{key}/tra-lai", {"remark": "Xem lại."})
    desk.people["clerk"].act(f"/tep/{key}/gui", {"reason": "Một lý do khác."})
    assert not desk.intake.uploads.approve(stale, "approver"), "not even between the look and the step"
    assert state(desk, key) == "submitted"
    approved(desk, key)
    assert state(desk, key) == "approved"


# Warnings and corrections

WARNED = {
    **PROCEDURES, "carried_over": "9", "received_total": "51", "pending_total": "11", "pending_in_time": "11",
}  # fmt: skip
"""Carried over does not agree with what was pending in May: a warning."""


@pytest.mark.usefixtures("no_build")
def test_a_warning_needs_a_tick_and_a_sentence_which_is_published(desk: Desk) -> None:
    put(desk, {**PROCEDURES, "period": MAY})
    clerk = desk.people["clerk"]
    page = hand_in(clerk, csv_of(desk, WARNED))
    key = key_of(page)
    (box,) = page.tree.xpath("//fieldset[contains(@class, 'warning')]")
    code = box.xpath(".//textarea/@name")[0].removeprefix("say-")
    for fields in ({}, {f"say-{code}": "Kỳ trước đã đính chính."}, {f"seen-{code}": "1"}):
        page = clerk.act(f"/tep/{key}/gui", fields)
        assert page.status == 422
        assert "Mỗi cảnh báo" in page.text
    assert page.tree.xpath(f"//input[@name='seen-{code}']/@checked"), "what was filled in stays"
    page = clerk.act(f"/tep/{key}/gui", {f"seen-{code}": "1", f"say-{code}": "Liên hệ 0912 345 678."})
    assert "thông tin cá nhân" in page.text
    page = clerk.act(f"/tep/{key}/gui", {f"seen-{code}": "1", f"say-{code}": "Kỳ trước đã đính chính."})
    assert state(desk, key) == "submitted"
    assert "Kỳ trước đã đính chính." in desk.people["approver"].open(f"/tep/{key}").text
    approved(desk, key)
    build(desk)
    line = read_ledger(office_of(desk)).lines[-1]
    assert dict(line.explanations) == {code: "Kỳ trước đã đính chính."}


@pytest.mark.usefixtures("no_build")
def test_a_correction_shows_what_changes_and_needs_a_reason(desk: Desk) -> None:
    put(desk, PROCEDURES)
    late = {"resolved_on_time": "8", "resolved_late": "2", "apologies_sent": "2", "late_reason": "Phải xác minh."}
    clerk = desk.people["clerk"]
    page = hand_in(clerk, csv_of(desk, {**PROCEDURES, **late}))
    key = key_of(page)
    cells = [[cell.text_content() for cell in row] for row in page.tree.xpath("//table")[1].xpath("tbody/tr")]
    assert ["Hộ tịch, Trong kỳ", "Giải quyết quá hạn", "0", "2"] in [
        [first, column, was, now] for first, column, was, now in cells
    ] or any(row[2:] == ["0", "2"] for row in cells)
    assert "100,0%" in page.text
    assert "95,0%" in page.text
    warned = {
        name: value
        for box in page.tree.xpath("//fieldset[contains(@class, 'warning')]//textarea/@name")
        for name, value in ((box, "Số đúng."), (box.replace("say-", "seen-"), "1"))
    }
    assert "Chưa ghi lý do đính chính" in clerk.act(f"/tep/{key}/gui", warned).text
    clerk.act(f"/tep/{key}/gui", {**warned, "reason": "Bổ sung 2 hồ sơ quá hạn."})
    approved(desk, key)
    build(desk)
    assert published(desk) == [("00004", JUNE, 1), ("00004", JUNE, 2)]
    assert read_ledger(office_of(desk)).lines[-1].reason == "Bổ sung 2 hồ sơ quá hạn."


@pytest.mark.usefixtures("no_build")
def test_a_correction_that_was_wrong_is_taken_back_with_the_first_file(desk: Desk) -> None:
    clerk, data = desk.people["clerk"], csv_of(desk, PROCEDURES)
    first = key_of(hand_in(clerk, data))
    clerk.act(f"/tep/{first}/gui")
    approved(desk, first)
    build(desk)
    assert f"/tep/{first}" in hand_in(clerk, data, follow=False).headers["Location"], "it is what is published"
    put(desk, {**PROCEDURES, "note": "Nhầm."}, reason="Ghi thêm chú thích.")
    again = key_of(hand_in(clerk, data))
    assert again != first
    clerk.act(f"/tep/{again}/gui", {"reason": "Lần đính chính trước nhầm."})
    approved(desk, again)
    build(desk)
    lines = read_ledger(office_of(desk)).lines
    assert [line.revision for line in lines] == [1, 2, 3]
    assert lines[2].sha256 == lines[0].sha256


def test_a_file_that_changes_nothing_cannot_be_submitted(desk: Desk) -> None:
    put(desk, PROCEDURES)
    page = hand_in(desk.people["clerk"], csv_of(desk, PROCEDURES))
    assert "giống hệt số liệu đã nhận" in page.text
    assert not page.tree.xpath("//form[contains(@action, '/gui')]")
    assert desk.people["clerk"].act(f"/tep/{key_of(page)}/gui").status == 422


@pytest.mark.usefixtures("no_build")
def test_a_month_without_anything_is_declared_and_approved_like_a_file(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    page = clerk.act(f"{HERE}/khong-phat-sinh")
    key = key_of(page)
    assert "Xem trước" in page.text
    clerk.act(f"/tep/{key}/gui")
    approved(desk, key)
    build(desk)
    (line,) = read_ledger(office_of(desk)).lines
    assert line.nothing
    assert "đã báo không phát sinh" in clerk.open(HERE).text


def test_a_template_filled_in_is_accepted(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    response = clerk.client.get(f"{HERE}/mau.xlsx", base_url=URL)
    assert response.headers["Content-Disposition"] == f'attachment; filename="mau-procedures-00004-{JUNE}.xlsx"'
    page = hand_in(clerk, response.data, name="mau.xlsx")
    assert "Tệp chưa được nhận" in page.text, "unfilled"
    book = load_workbook(io.BytesIO(response.data))
    sheet = book[book.sheetnames[0]]
    (row,) = [n for n in range(1, sheet.max_row + 1) if "Hộ tịch" in [cell.value for cell in sheet[n]]]
    assert row


def test_the_marked_file_of_a_csv_is_a_workbook_with_the_list_of_errors(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    page = hand_in(clerk, csv_of(desk, {**PROCEDURES, "resolved_total": "=HYPERLINK(1)"}))
    response = clerk.client.get(f"/tep/{key_of(page)}/danh-dau.xlsx", base_url=URL)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    book = load_workbook(io.BytesIO(response.data))
    assert book.sheetnames[0] == "Danh sách lỗi"
    assert not [
        cell
        for sheet in book
        for row in sheet
        for cell in row
        if cell.data_type == "f" and "HYPERLINK(1)" in str(cell.value)
    ]


def test_a_full_disk_leaves_no_declaration_without_its_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(desk.intake.files, "write", full)
        page = desk.people["clerk"].act(f"{HERE}/khong-phat-sinh")
    assert page.status == 503
    assert "Đĩa của máy chủ đã đầy" in page.text
    assert desk.intake.uploads.of_place("procedures", "00004", JUNE) == []
    assert "Xem trước" in desk.people["clerk"].act(f"{HERE}/khong-phat-sinh").text


def test_nothing_is_not_declared_while_something_is_pending(desk: Desk) -> None:
    put(desk, {**PROCEDURES, "period": MAY})
    page = desk.people["clerk"].act(f"{HERE}/khong-phat-sinh")
    assert page.status == 422
    assert page.tree.xpath("//*[@role='alert']")


# The door, the build, and crashes


@pytest.mark.usefixtures("no_build")
def test_what_the_ledger_refuses_at_the_door_goes_back_with_the_sentence(desk: Desk) -> None:
    key = submitted(desk)
    approved(desk, key)
    put(desk, {**PROCEDURES, "note": "Đã nhận bằng lệnh."})
    build(desk)
    assert state(desk, key) == "returned"
    assert "lý do đính chính" in desk.people["clerk"].open(f"/tep/{key}").text
    assert published(desk) == [("00004", JUNE, 1)]


@pytest.mark.usefixtures("no_build")
def test_what_was_approved_is_what_is_accepted_or_nothing_is(desk: Desk) -> None:
    key = submitted(desk)
    approved(desk, key)
    candidate = desk.intake.files.candidate(key)
    candidate.write_bytes(candidate.read_bytes().replace(b",40,30,10,0,", b",40,31,9,0,"))
    build(desk)
    assert state(desk, key) == "returned"
    assert published(desk) == []
    assert "không còn đúng như lúc được duyệt" in desk.people["clerk"].open(f"/tep/{key}").text


@pytest.mark.usefixtures("no_build")
@pytest.mark.parametrize("killed", ["before the ledger", "after the ledger"])
def test_a_program_killed_while_accepting_accepts_exactly_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    key = submitted(desk)
    approved(desk, key)

    class Killed(BaseException):
        pass

    def kill(*_: Any, **__: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        if killed == "before the ledger":
            patched.setattr(children, "run", kill)
        else:
            patched.setattr(desk.intake.uploads, "accepted", kill)
        with pytest.raises(Killed):
            build(desk)
    assert state(desk, key) == "accepting"
    assert len(published(desk)) == (killed == "after the ledger")
    assert desk.people["clerk"].act(f"/tep/{key}/rut").status == 404, "too late to withdraw"
    build(desk)
    assert state(desk, key) == "accepted"
    assert published(desk) == [("00004", JUNE, 1)]


def test_a_build_publishes_and_says_how_long_it_took(desk: Desk) -> None:
    key = submitted(desk)
    approver = desk.people["approver"]
    approved(desk, key)
    page = approver.act("/dung-trang")
    assert "Đang dựng trang" in page.text
    assert page.tree.xpath("//meta[@http-equiv='refresh']")
    assert not approver.open("/dung-trang?dung=1").tree.xpath("//meta[@http-equiv='refresh']")
    desk.intake.worker.round()
    page = approver.open("/dung-trang")
    assert re.search(r"xong, bản 0001-[0-9a-f]{8}, \d+ giây", page.text), page.text
    html = (desk.office / "site" / "current" / "don-vi" / "phuong-ba-dinh" / "index.html").read_text(encoding="utf-8")
    assert f'data-of="procedures/on_time_pct/00004/{JUNE}/month"' in html


def test_a_build_that_fails_says_why_and_the_next_one_may_succeed(desk: Desk) -> None:
    put(desk, PROCEDURES)
    path = office_of(desk).data_file("procedures", "00004", JUNE)
    before = path.read_bytes()
    path.write_bytes(before.replace(b"40", b"41"))
    approver = desk.people["approver"]
    approver.act("/dung-trang")
    desk.intake.worker.round()
    assert "không còn đúng như khi được nhận" in approver.open("/dung-trang").text
    path.write_bytes(before)


def test_another_build_at_work_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Busy:
        returncode = 1

        def __init__(self, *_: Any, **__: Any) -> None:
            pass

        def communicate(self, timeout: float = 0) -> tuple[str, str]:
            return json.dumps({"mistake": "build-running", "vi": "", "en": ""}), ""

        def poll(self) -> int:
            return 1

    desk.people["approver"].act("/dung-trang")
    with monkeypatch.context() as patched:
        patched.setattr("collector.intake.worker.subprocess.Popen", Busy)
        desk.intake.worker.round()
        assert desk.intake.builds.latest(1)[0].state == "waiting"
        assert not desk.intake.worker.due(), "not again within the minute"
    desk.clock.move(seconds=61)
    assert desk.intake.worker.due()


def test_two_workers_of_one_office_do_not_work_at_once(desk: Desk) -> None:
    from collector.intake.worker import only_worker

    folder = desk.intake.files.folder
    with only_worker(folder) as first, only_worker(folder) as second:
        assert (first, second) == (True, False)


# What there is to do


def test_the_first_page_lists_what_is_owed_and_how_far_it_is(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    page = clerk.open("/")
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.tree.xpath("//tbody/tr")]
    assert ["Tháng 6/2026", "Hồ sơ"] in [row[:2] for row in rows]
    assert all("quá hạn" in row[3] for row in rows if row[0] == "Tháng 6/2026")
    assert "Phường Ngọc Hà" not in page.text
    submitted(desk)
    assert "đang chờ duyệt" in clerk.open("/").text
    assert "1 tệp đang chờ duyệt" in desk.people["approver"].open("/").text
    assert "Phường Ba Đình" in desk.people["approver"].open("/duyet").text


def test_the_way_to_another_month_leads_to_its_page(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    page = clerk.open("/nop")
    assert page.tree.xpath("//select[@name='unit']/option/@value") == ["00004"]
    assert "satisfaction" not in page.tree.xpath("//select[@name='kind']/option/@value")
    led = clerk.open(f"/nop?kind=procedures&unit=00004&period={MAY}")
    assert "tháng 5/2026" in led.text
    assert clerk.open(f"/nop?kind=procedures&unit=99999&period={MAY}").status == 422


def test_every_page_of_a_file_is_there_in_english_too(desk: Desk) -> None:
    key = submitted(desk)
    for path in (f"/tep/{key}", HERE, "/", "/nop"):
        page = desk.people["clerk"].open(f"{path}?lang=en")
        assert page.status == 200
        assert page.tree.get("lang") == "en"
    assert say("en", "intake.verdict.submitted") in desk.people["clerk"].open(f"/tep/{key}?lang=en").text


# What was made unusable meanwhile


def test_a_ledger_that_was_edited_is_said_in_words_and_nothing_is_built(desk: Desk) -> None:
    put(desk, PROCEDURES)
    ledger = desk.office / "datasets" / "ledger.jsonl"
    before = ledger.read_bytes()
    ledger.write_bytes(before.replace(b'"revision":1', b'"revision":2'))
    page = desk.people["clerk"].open("/")
    assert page.status == 500
    assert "ledger.jsonl sai từ dòng 1" in page.text
    ledger.write_bytes(before)
    assert desk.people["clerk"].open("/").status == 200


def test_settings_that_cannot_be_read_leave_the_pages_as_they_were(desk: Desk) -> None:
    settings = desk.office / "datasets" / "publishing.yaml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + "no_such_key: 1\n", encoding="utf-8")
    assert desk.people["clerk"].open("/").status == 200
    settings.write_text(before.replace("Phường Thử Nghiệm", "Phường Đổi Tên"), encoding="utf-8")
    assert "Phường Đổi Tên" in desk.people["clerk"].open("/").text
    settings.write_text(before, encoding="utf-8")
    assert "Phường Thử Nghiệm" in desk.people["clerk"].open("/").text


def test_another_host_name_is_not_answered(desk: Desk) -> None:
    assert desk.app.test_client().get("/dang-nhap", base_url="https://evil.example/").status_code == 400
