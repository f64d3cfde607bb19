"""The survey's pages: the 46 awkward inputs that such an endpoint meets, each with the answer it must get, and what
the pages promise beside them.

The real server is in test_survey_server.py, a real browser in test_survey_browser.py."""

import datetime as dt
import gzip
import io
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector import database, limits, web
from collector.codes import typed
from collector.limits import Limits
from collector.settings import Settings, read_settings
from collector.survey import pages
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from publisher.words import load, mistake, say
from tests.survey_app import (
    BEFORE,
    CLOSED,
    GONE,
    HERE,
    OTHER,
    PERIOD,
    TODAY,
    Clock,
    Desk,
    make_survey_office,
    opened,
    read_page,
)

OPEN = f"/k/{HERE}"
FINE = {"overall": "5", "time": "3", "trips": "2", "wish": ["waiting", "trips"], "comment": "Chờ lâu quá."}
THANKS = "Đã nhận phiếu. Cảm ơn Ông/Bà!"
KEPT = "Câu trả lời vẫn còn đây"


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One running survey for many tries."""
    with opened(make_survey_office(tmp_path_factory.mktemp("one") / "office")) as found:
        yield found


@pytest.fixture
def desk(one_desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    """A running survey that has received nothing: the app of all tests with a store, keys, limits and a clock anew."""
    with one_desk.anew(tmp_path) as found:
        yield found


def said(key: str, **values: object) -> str:
    """A sentence of the pages, in Vietnamese."""
    return say("vi", f"survey.{key}", **values)


# The 46 cases of bad input


def test_01_a_whole_answer_is_thanked_and_none_of_it_is_repeated(desk: Desk) -> None:
    thanks = desk.send(OPEN, **FINE)
    assert (thanks.status, THANKS in thanks.text) == (200, True)
    assert "Chờ lâu quá" not in thanks.body
    assert "Rất hài lòng" not in thanks.body
    (ballot,) = desk.ballots()
    assert ballot.choices == {"overall": "5", "time": "3", "trips": "2", "wish": "trips waiting"}
    assert (ballot.unit, ballot.counter, ballot.form, ballot.channel) == ("00004", HERE, "small", "typed")
    assert desk.comments() == [("comment", "Chờ lâu quá.", 0)]


def test_02_the_same_form_with_the_same_answers_is_stored_once(desk: Desk) -> None:
    page = desk.open(OPEN)
    first, second = (desk.post(OPEN, {**page.fields, **FINE}) for _ in range(2))
    assert (first.status, second.status) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(desk.ballots()) == 1


def test_03_the_same_form_with_other_answers_is_a_conflict(desk: Desk) -> None:
    page = desk.open(OPEN)
    desk.post(OPEN, {**page.fields, "overall": "5"})
    other = desk.post(OPEN, {**page.fields, "overall": "1"})
    assert other.status == 409
    assert said("conflict.title") in other.text
    assert OPEN in other.links
    assert [ballot.choices for ballot in desk.ballots()] == [{"overall": "5"}]


def test_04_without_what_is_required_the_page_comes_again_with_the_answers_kept(desk: Desk) -> None:
    page = desk.open(OPEN)
    again = desk.post(OPEN, {**page.fields, **FINE, "overall": []})
    assert again.status == 422
    kept = {name: value for name, value in again.fields.items() if name in FINE}
    assert kept == {"time": ["3"], "trips": ["2"], "wish": ["waiting", "trips"], "comment": ["Chờ lâu quá."]}
    assert again.fields["_token"] == page.fields["_token"]
    assert len(again.faults) == 1
    assert desk.ballots() == []


NO_SCORES = [
    "abc",
    "6",
    "0",
    "-1",
    "5.0",
    "1_0",
    "٥",
    "５",
    " 5 ",
    "+5",
    "5\n",
    "5\x00",
    "9" * 30,
    "9" * 5000,
    "",
    "5,1",
]


@pytest.mark.parametrize("score", NO_SCORES, ids=lambda text: ascii(text)[:12])
def test_05_to_08_only_the_digits_of_the_scale_are_scores(desk: Desk, score: str) -> None:
    page = desk.open(OPEN)
    assert desk.post(OPEN, {**page.fields, "overall": score}).status == 422
    assert desk.ballots() == []


@pytest.mark.parametrize("number", ["5.0", "1_0", "٥", "21", "-1", "9" * 30, "9" * 5000, "hai"])
def test_05_to_08_numbers_are_plain_digits_within_their_limits(desk: Desk, number: str) -> None:
    page = desk.open(OPEN)
    assert desk.post(OPEN, {**page.fields, "overall": "5", "trips": number}).status == 422
    assert desk.ballots() == []


def test_09_a_score_given_twice_is_refused_and_neither_is_kept(desk: Desk) -> None:
    page = desk.open(OPEN)
    again = desk.post(OPEN, {**page.fields, "overall": ["5", "1"]})
    assert again.status == 422
    assert "overall" not in again.fields


def test_10_an_unknown_field_is_passed_over_and_counted(desk: Desk) -> None:
    desk.send(OPEN, overall="4", stars="5", admin="1")
    assert [ballot.choices for ballot in desk.ballots()] == [{"overall": "4"}]
    assert desk.discarded() == {(HERE, "unknown_field"): 2}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"overall": "5"}'),
        ("text/plain", b"overall=5"),
        (None, b"overall=5"),
        ("application/xml", b"<overall>5</overall>"),
    ],
)
def test_11_another_type_of_body_is_refused(desk: Desk, kind: str | None, body: bytes) -> None:
    page = read_page(desk.client.post(OPEN, data=body, content_type=kind))
    assert page.status == 415
    assert said("error.415") in page.text


def test_12_a_file_is_refused_and_the_form_shown_again(desk: Desk) -> None:
    token = desk.open(OPEN).fields["_token"][0]
    photograph = (io.BytesIO(b"anh"), "anh.jpg")
    page = read_page(desk.client.post(OPEN, data={"_token": token, "overall": "5", "comment": photograph}))
    assert page.status == 422
    assert page.fields["_token"]
    assert desk.ballots() == []


@pytest.mark.parametrize("size", [17_000, 600_000, 10_000_000])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_13_a_large_body_is_refused(desk: Desk, size: int, kind: str) -> None:
    page = read_page(desk.client.post(OPEN, data=b"comment=" + b"a" * size, content_type=kind))
    assert page.status == 413
    assert said("error.413") in page.text


def test_14_a_thousand_fields_are_refused(desk: Desk) -> None:
    assert desk.post(OPEN, {f"a{number}": "1" for number in range(1200)}).status == 413
    assert desk.post(OPEN, {"overall": ["5"] * 1200}).status == 413


@pytest.mark.parametrize("bytes_", [b"%ff", b"%ED%A0%80", b"\xff", b"%C3", b"%F4%90%80%80"])
def test_15_bytes_that_are_no_text_are_refused_and_what_could_be_read_is_shown_again(desk: Desk, bytes_: bytes) -> None:
    token = desk.open(OPEN).fields["_token"][0].encode()
    body = b"_token=" + token + b"&overall=4&comment=Xin+ch" + bytes_ + b"ao"
    page = read_page(desk.client.post(OPEN, data=body, content_type="application/x-www-form-urlencoded"))
    assert page.status == 422
    assert said("notice.unreadable") in page.text
    assert page.fields["overall"] == ["4"]
    assert desk.ballots() == []


def test_16_control_characters_are_removed_from_a_comment(desk: Desk) -> None:
    desk.send(OPEN, overall="5", comment="Chờ\x00 \x1b[31mlâu\x07\u202e quá\x85")
    ((_, comment, _),) = desk.comments()
    assert comment == "Chờ [31mlâu quá"


@pytest.mark.parametrize(
    ("comment", "status"),
    [
        ("ộ" * 1000, 303),
        ("o\u0323\u0302" * 1000, 303),
        ("a" * 1001, 422),
        ("ộ" * 1001, 422),
        ("ơi" + "🙂" * 998, 303),
        ("a" + "\u0301" * 500, 303),
    ],
    ids=["1,000", "1,000 in NFD", "1,001", "1,001 of three bytes", "1,000 emoji", "500 marks on one letter"],
)
def test_17_a_comment_of_a_thousand_characters_fits_and_nothing_is_cut(desk: Desk, comment: str, status: int) -> None:
    page = desk.open(OPEN)
    sent = desk.post(OPEN, {**page.fields, "overall": "5", "comment": comment})
    assert sent.status == status
    whole = unicodedata.normalize("NFC", comment)
    if status == 422:
        assert len(sent.faults) == 1
        assert sent.fields["comment"] == [whole]
    else:
        assert desk.comments() == [("comment", whole, 0)]


PERSONAL = {
    "phone": "Gọi tôi số 0912 345 678 nhé",
    "identity": "CCCD 001 099 012 345",
    "email": "viết cho toi@example.vn",
    "plate": "xe 29A-123.45 chắn cổng",
    "dossier": "hồ sơ H26.1-261015-0042 chậm",
}


@pytest.mark.parametrize("comment", PERSONAL.values(), ids=list(PERSONAL))
def test_18_a_comment_with_a_number_of_somebody_is_kept_as_suspect_and_the_person_is_told(
    desk: Desk, comment: str
) -> None:
    thanks = desk.send(OPEN, overall="5", comment=comment)
    assert thanks.status == 200
    assert said("thanks.numbers") in thanks.text
    assert desk.comments() == [("comment", comment, 1)]
    assert said("thanks.numbers") not in desk.send(OPEN, overall="5", comment="Cảm ơn chị Lan đã giúp").text


LITERAL = [
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "=cmd|' /C calc'!A0",
    "| 9 |",
    '--8<-- "a"',
    "</textarea>",
    "a" + "[" * 999,
]


@pytest.mark.parametrize("comment", LITERAL, ids=lambda text: text[:12])
def test_19_markup_of_any_kind_is_text(desk: Desk, comment: str) -> None:
    page = desk.open(OPEN)
    again = desk.post(OPEN, {**page.fields, "comment": comment})
    assert again.fields["comment"] == [comment]
    assert again.tree.xpath("//script") == []
    desk.send(OPEN, overall="5", comment=comment)
    assert desk.comments()[0][1] == comment


def test_20_a_comment_is_kept_in_one_form_of_unicode(desk: Desk) -> None:
    desk.send(OPEN, overall="5", comment="Phu\u031bo\u031b\u0300ng")
    desk.send(OPEN, overall="5", comment="CHO LAU QUA")
    assert {row[1] for row in desk.comments()} == {"Phường", "CHO LAU QUA"}


@pytest.mark.parametrize("comment", ["   \r\n\t ", "🙂👍🏽", "\u200b\ufeff", "\xa0"])
def test_21_spaces_and_emoji_alone_are_no_comment(desk: Desk, comment: str) -> None:
    assert desk.send(OPEN, overall="5", comment=comment).status == 200
    assert desk.comments() == []


def test_22_a_compressed_body_is_refused(desk: Desk) -> None:
    page = desk.open(OPEN)
    body = gzip.compress(b"overall=5&_token=" + page.fields["_token"][0].encode())
    kind = "application/x-www-form-urlencoded"
    sent = desk.client.post(OPEN, data=body, content_type=kind, headers={"Content-Encoding": "gzip"})
    assert sent.status_code == 415


def test_23_half_a_body_is_no_form(desk: Desk) -> None:
    page = desk.open(OPEN)
    body = f"_token={page.fields['_token'][0]}&overall=5".encode()
    for length in (len(body) + 400, 5000):
        sent = desk.client.post(
            OPEN,
            input_stream=io.BytesIO(body),
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": str(length)},
        )
        assert sent.status_code == 400
    chunked = desk.post(OPEN, {**page.fields, "overall": "5"}, headers={"Transfer-Encoding": "chunked"})
    assert chunked.status == 400
    assert desk.ballots() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT"])
def test_24_other_methods_are_refused(desk: Desk, method: str) -> None:
    for path in (OPEN, "/quay", "/p", f"/kiosk/{HERE}", "/healthz"):
        answer = desk.client.open(path, method=method)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_24_nothing_that_only_looks_changes_anything(desk: Desk) -> None:
    (code,) = desk.slips()
    before = desk.everything()
    for path in (OPEN, desk.poster(), f"/p/{code}", f"/p/{typed(code)}", f"/kiosk/{HERE}", "/quay", "/p", "/healthz"):
        for method in ("GET", "HEAD"):
            assert desk.client.open(path, method=method, query_string={"overall": "5"}).status_code == 200
    assert desk.everything() == before
    assert desk.ballots() == []


ORIGINS = [
    ({}, 303),
    ({"Origin": "null"}, 303),
    ({"Origin": "http://localhost"}, 303),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "http://localhost.evil.example"}, 403),
    ({"Origin": "http://["}, 403),
    ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
    ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
    ({"Sec-Fetch-Site": "none"}, 303),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
def test_25_a_form_on_another_site_is_refused(desk: Desk, headers: dict[str, str], status: int) -> None:
    page = desk.open(OPEN)
    assert desk.post(OPEN, {**page.fields, "overall": "5"}, headers=headers).status == status


@pytest.mark.parametrize("host", ["evil.example", "khaosat.example.vn.evil.example", "127.0.0.1.evil", "a b", ""])
def test_26_another_name_of_the_host_is_refused_and_not_repeated(desk: Desk, host: str) -> None:
    page = read_page(desk.client.get("/quay", headers={"Host": host}))
    assert page.status == 400
    assert "evil" not in page.body


@pytest.mark.parametrize("host", ["khaosat.example.vn", "localhost", "127.0.0.1:8080"])
def test_26_its_own_names_are_answered(desk: Desk, host: str) -> None:
    assert desk.client.get("/quay", headers={"Host": host}).status_code == 200


def test_26_forwarded_addresses_are_believed_only_behind_as_many_proxies_as_are_set(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office")
    chain = ", ".join(f"198.51.100.{number}" for number in range(50))
    for proxies, expected in ((0, 2), (1, 1), (2, 1)):
        with opened(office, proxies=proxies) as desk:
            ends = {0: ["192.0.2.1", "192.0.2.2"], 1: ["192.0.2.1"] * 2, 2: ["192.0.2.1, 10.0.0.1"] * 2}[proxies]
            for spoofed, end in zip((chain, ""), ends, strict=True):
                page = desk.open(OPEN)
                forwarded = f"{spoofed}, {end}".strip(", ")
                desk.post(OPEN, {**page.fields, "overall": "5"}, headers={"X-Forwarded-For": forwarded})
            assert len(desk.survey.limits.addresses.left) == (1 if expected == 1 or proxies == 0 else 2)
            (name,) = desk.survey.limits.addresses.left
            assert name == desk.survey.limits.name("127.0.0.1" if proxies == 0 else "192.0.2.1")


def test_27_a_forged_poster_always_gets_the_same_page(desk: Desk) -> None:
    right = desk.poster()
    head, mac = right.rsplit("-", 1)
    forged = [
        desk.poster(OTHER).replace(OTHER, HERE),
        desk.poster(period=BEFORE).replace(BEFORE, PERIOD),
        head + "-" + mac[:-1] + ("a" if mac[-1] != "a" else "b"),
        head + "-" + mac[:-1],
        head + "-",
        head,
        right + "0",
        f"{OPEN}/none-{mac}",
        f"{OPEN}/alg=none",
        f"{OPEN}/{PERIOD}-" + "0" * 5000,
        f"{OPEN}/％",
    ]
    texts = {read_page(desk.client.get(path)).text for path in forged}
    assert len(texts) == 1
    assert said("poster.title") in texts.pop()
    assert {desk.client.get(path).status_code for path in forged} == {404}
    assert {desk.post(path, {"overall": "5"}).status for path in forged} == {404}
    assert desk.open(right).status == 200


def test_28_a_slip_is_read_as_people_type_it(desk: Desk) -> None:
    (code,) = desk.slips()
    ways = [code, code.lower(), typed(code), typed(code).lower().replace("-", " "), typed(code).replace("0", "O")]
    ways.append(typed(code).replace("1", "l"))
    for way in ways:
        page = desk.post("/p", {"_code": f" {way} "})
        assert page.status == 303
        assert desk.open(page.headers["Location"]).status == 200


def test_28_a_code_that_is_used_expired_unknown_or_mistyped_gets_one_friendly_answer(desk: Desk) -> None:
    used, late = desk.slips()[0], desk.slips(expires=TODAY - dt.timedelta(days=1))[0]
    assert desk.send(f"/p/{used}", overall="5").status == 200
    unknown = "0" * 16
    answers = [desk.open(f"/p/{code}") for code in (used, late, unknown, typed(used), typed(late), "khong-phai-ma")]
    assert {page.status for page in answers} == {404}
    assert {page.text for page in answers} == {answers[0].text}
    assert said("slip.wrong") in answers[0].text
    assert "/quay" in answers[0].links


def test_28_who_filled_in_a_form_with_a_dead_code_can_send_it_without_the_code(desk: Desk) -> None:
    (code,) = desk.slips()
    first, second = desk.open(f"/p/{code}"), desk.open(f"/p/{typed(code)}")
    assert desk.post(first.action, {**first.fields, "overall": "5"}).status == 303
    again = desk.post(second.action, {**second.fields, **FINE})
    assert (again.status, again.action) == (409, OPEN)
    assert again.fields["comment"] == ["Chờ lâu quá."]
    sent = desk.post(again.action, again.fields)
    assert sent.status == 303
    assert Counter(ballot.channel for ballot in desk.ballots()) == {"verified": 1, "typed": 1}


def test_28_a_slip_that_expired_while_the_form_was_open_is_not_spent(desk: Desk) -> None:
    (code,) = desk.slips(expires=TODAY)
    page = desk.open(f"/p/{code}")
    office = desk.survey.office
    later = office.settings.model_copy(update={"today": TODAY + dt.timedelta(days=1)})
    desk.change(office=replace(office, settings=later))
    again = desk.post(page.action, {**page.fields, "overall": "5"})
    assert (again.status, again.action) == (409, OPEN)
    assert desk.ballots() == []


def test_28_a_slip_counts_for_its_own_counter_only(desk: Desk) -> None:
    (code,) = desk.slips(counter=OTHER)
    elsewhere = desk.open(OPEN)
    again = desk.post(f"/p/{code}", {**elsewhere.fields, "overall": "5"})
    assert (again.status, again.action) == (409, OPEN)
    assert desk.send(f"/p/{code}", overall="5").status == 200
    assert [ballot.counter for ballot in desk.ballots()] == [OTHER]


def test_29_of_fifty_who_send_one_code_at_once_one_is_counted(desk: Desk) -> None:
    (code,) = desk.slips()
    forms = [desk.open(f"/p/{code if number % 2 else typed(code)}") for number in range(50)]
    statuses: Counter[int] = Counter()
    gate = threading.Barrier(10)

    def send(number: int) -> None:
        gate.wait()
        for page in forms[number::10]:
            sent = desk.post(
                page.action, {**page.fields, "overall": "5"}, environ_base={"REMOTE_ADDR": f"10.0.{number}.1"}
            )
            statuses[sent.status] += 1

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.ballots()) == 1
    assert statuses[303] == 1
    assert set(statuses) <= {303, 404, 409}


def test_30_guessing_typed_codes_is_slowed_down_for_one_address_and_for_all(desk: Desk) -> None:
    (code,) = desk.slips()
    wrong = [typed(f"{number:08d}00000000") for number in range(400)]
    got = [desk.client.get(f"/p/{guess}").status_code for guess in wrong[:12]]
    assert got == [404] * 10 + [429] * 2
    busy = read_page(desk.client.get(f"/p/{typed(code)}"))
    assert (busy.status, busy.headers["Retry-After"]) == (429, "6")
    assert desk.open(f"/p/{code}").status == 200  # eighty bits need no limit
    desk.clock.move(seconds=7)
    page = desk.open(f"/p/{typed(code)}")
    assert page.status == 200
    assert desk.client.get(f"/p/{wrong[12]}").status_code == 404  # somebody else at the same address tries again
    kept = desk.post(page.action, {**page.fields, **FINE})
    assert (kept.status, kept.fields["comment"], kept.action) == (429, ["Chờ lâu quá."], page.action)
    desk.clock.move(seconds=7)
    assert desk.post(kept.action, kept.fields).status == 303
    everywhere = Counter(
        desk.client.get(f"/p/{guess}", environ_base={"REMOTE_ADDR": f"10.1.{number // 5}.1"}).status_code
        for number, guess in enumerate(wrong)
    )
    assert everywhere[429] > 100
    assert everywhere[404] <= limits.TYPED.burst


def test_31_a_robot_is_thanked_and_counted_apart(desk: Desk) -> None:
    thanks = desk.send(OPEN, overall="5", _website="http://spam.example")
    assert (thanks.status, THANKS in thanks.text) == (200, True)
    assert desk.ballots() == []
    assert desk.discarded() == {(HERE, "bot"): 1}


def test_32_a_form_filled_in_in_half_a_second_is_marked(desk: Desk) -> None:
    page = desk.open(OPEN)
    desk.clock.move(seconds=0.5)
    desk.post(OPEN, {**page.fields, "overall": "5"})
    desk.send(OPEN, overall="4")
    assert {(ballot.choices["overall"], ballot.marks) for ballot in desk.ballots()} == {
        ("5", frozenset({"fast"})),
        ("4", frozenset()),
    }


def test_32_a_form_opened_yesterday_counts_on_the_day_it_is_sent(desk: Desk) -> None:
    page = desk.open(OPEN)
    desk.clock.move(days=1, hours=3)
    assert desk.post(OPEN, {**page.fields, "overall": "5"}).status == 303
    assert len(desk.ballots()) == 1


def test_32_a_form_opened_before_the_close_and_sent_after_goes_into_the_next_period_and_says_so(desk: Desk) -> None:
    page = desk.open(OPEN)
    desk.store.begin_close(PERIOD)
    thanks = desk.open(desk.post(OPEN, {**page.fields, "overall": "5"}).headers["Location"])
    assert "kỳ tháng 9/2026" in thanks.text
    assert [ballot.period for ballot in desk.ballots("2026-09")] == ["2026-09"]


@pytest.mark.parametrize("code", [CLOSED, GONE, "99999-99", "..", "x" * 300, "%00", "' OR 1=1--"])
def test_33_a_counter_that_is_closed_or_unknown_leads_to_those_that_are_open(desk: Desk, code: str) -> None:
    for path in (f"/k/{code}", f"/kiosk/{code}", f"/giay/{code}", f"/thanks/{code}", f"/k/{code}/{PERIOD}-0000000000"):
        page = desk.open(path)
        assert page.status == 404
        assert OPEN in page.links
        assert f"/k/{CLOSED}" not in page.links
    assert desk.post(f"/k/{code}", {"overall": "5"}).status == 404


def test_33_a_closed_counter_leads_to_the_counters_of_its_own_unit(desk: Desk) -> None:
    assert f"/k/{OTHER}" not in desk.open(f"/k/{CLOSED}").links
    assert f"/k/{OTHER}" in desk.open(f"/k/{GONE}").links


def test_34_a_clock_that_goes_back_into_a_closed_period_loses_nothing(desk: Desk) -> None:
    desk.send(OPEN, overall="5")
    desk.store.begin_close(PERIOD)
    desk.store.finish_close(PERIOD, keep_from="2025-08")
    desk.clock.move(days=-1)
    assert "kỳ tháng 9/2026" in desk.send(OPEN, overall="4").text
    assert [len(desk.ballots(period)) for period in (PERIOD, "2026-09")] == [1, 1]


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A running survey whose store waits one second for its database, not ten."""
    monkeypatch.setattr(database, "PATIENCE_S", 1)
    with opened(make_survey_office(tmp_path / "office")) as found:
        yield found


def test_35_a_store_that_does_not_answer_leaves_the_answers_in_the_page(hasty: Desk) -> None:
    desk = hasty
    page = desk.open(OPEN)
    with desk.locked():
        sent = desk.post(OPEN, {**page.fields, **FINE})
        assert (sent.status, sent.headers["Retry-After"]) == (503, str(pages.WAIT))
        assert KEPT in sent.text
        assert sent.fields == {**page.fields, **{k: v if isinstance(v, list) else [v] for k, v in FINE.items()}}
    assert desk.post(OPEN, sent.fields).status == 303
    assert len(desk.ballots()) == 1


def test_36_sending_again_by_any_button_counts_once(desk: Desk) -> None:
    page = desk.open(OPEN)
    sent = [desk.post(OPEN, {**page.fields, "overall": "5"}) for _ in range(4)]  # double click, back and again
    for _ in range(3):
        assert desk.open(sent[0].headers["Location"]).status == 200
    assert len(desk.ballots()) == 1


def test_37_the_page_asks_nothing_of_the_browser(desk: Desk) -> None:
    for path in (OPEN, f"/kiosk/{HERE}", "/quay", "/p", f"/thanks/{HERE}?period={PERIOD}"):
        page = desk.open(path)
        assert "Set-Cookie" not in page.headers
        assert page.tree.xpath("//script | //img | //iframe | //@onclick | //@style | //@src") == []
        assert page.tree.xpath("//link/@href") == [web.ICON]
        assert re.findall(r"(?:https?:)?//[\w.]+", page.body.replace("https://congkhai.example.vn", "")) == []
        assert len(gzip.compress(page.body.encode())) < 10_000


def test_38_the_page_speaks_to_screen_readers(desk: Desk) -> None:
    page = desk.open(OPEN)
    again = desk.post(OPEN, {**page.fields, "trips": "99"})
    tree = again.tree
    assert tree.get("lang") == "vi"
    assert len(tree.xpath("//h1")) == 1
    groups = tree.xpath("//fieldset")
    assert len(groups) == 3
    assert all(group.xpath("./legend") for group in groups)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for control in tree.xpath("//input[not(@type='hidden')] | //textarea"):
        assert control.xpath("ancestor::label") or tree.xpath("//label[@for=$id]", id=control.get("id"))
    for described in tree.xpath("//@aria-describedby"):
        assert set(described.split()) <= set(ids)
    (summary,) = tree.xpath("//*[@role='alert']")
    assert (summary.get("tabindex"), summary.get("autofocus")) == ("-1", "")
    assert [link.lstrip("#") for link in summary.xpath(".//a/@href")] == ["overall-0", "trips"]
    assert {link.lstrip("#") for link in summary.xpath(".//a/@href")} <= set(ids)
    assert tree.xpath("//fieldset[legend[contains(., 'hài lòng')]]/@aria-describedby") == ["overall-fault"]
    assert tree.xpath("//input[@id='trips']/@aria-invalid") == ["true"]
    assert str(tree.findtext(".//title")).startswith("Lỗi: ")


def test_39_a_flood_from_one_address_is_refused_with_the_answers_kept(desk: Desk) -> None:
    page = desk.open(OPEN)
    got: Counter[int] = Counter()
    for _ in range(1000):
        sent = desk.post(OPEN, {**page.fields, "overall": "5", "comment": "giữ lấy"})
        got[sent.status] += 1
        desk.clock.move(seconds=0.06)
    assert got == {303: 89, 429: 911}
    assert sent.fields["comment"] == ["giữ lấy"]
    assert KEPT in sent.text
    assert int(sent.headers["Retry-After"]) <= 2
    elsewhere = desk.post(OPEN, {**page.fields, "overall": "5"}, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert elsewhere.status != 429


def test_39_a_flood_from_everywhere_to_one_counter_leaves_others_and_slips_alone(desk: Desk) -> None:
    (code,) = desk.slips()
    got: Counter[int] = Counter()
    for number in range(300):
        page = desk.open(OPEN)
        origin = {"REMOTE_ADDR": f"10.2.{number // 250}.{number % 250}"}
        got[desk.post(OPEN, {**page.fields, "overall": "5"}, environ_base=origin).status] += 1
    assert got == {303: limits.COUNTER.burst, 429: 300 - limits.COUNTER.burst}
    assert desk.post(OPEN, {**desk.open(OPEN).fields, "overall": "5"}).status == 429
    for path in (f"/k/{OTHER}", f"/p/{code}"):
        assert desk.post(path, {**desk.open(path).fields, "overall": "5"}).status == 303


def test_40_twelve_people_in_ten_minutes_behind_one_address_always_pass(desk: Desk) -> None:
    for at_once in (True, False):
        for _ in range(12):
            refused = desk.post(OPEN, desk.open(OPEN).fields)  # each forgets something first
            assert refused.status == 422
            assert desk.send(OPEN, overall="4").status == 200
            desk.clock.move(seconds=0 if at_once else 50)
    assert len(desk.ballots()) == 24


def test_41_a_form_replayed_counts_once_and_no_puzzle_is_set(desk: Desk) -> None:
    page = desk.open(OPEN)
    got = Counter(desk.post(OPEN, {**page.fields, "overall": str(score)}).status for score in (5, 4, 3, 5))
    assert got == {303: 2, 409: 2}
    assert len(desk.ballots()) == 1


# 42 is the server's: test_survey_server.py


@pytest.mark.parametrize(
    "path",
    ["/ks/../admin", "//", "/%2e%2e", "/k/%2e%2e/%2e%2e", f"{OPEN};a=1", "/k/․․", "/k/‥/admin", f"//k/{HERE}",
     f"/k//{HERE}", "/admin", "/k", "/k/", f"{OPEN}/", "/.git/config", "/static/x", "/k/a/b/c", "/kiosk", "/p/a/b"],
)  # fmt: skip
def test_43_awkward_paths_lead_nowhere(desk: Desk, path: str) -> None:
    raw = path.encode().decode("latin-1")  # as WSGI hands it over
    assert desk.client.get("/", environ_overrides={"PATH_INFO": raw}).status_code == 404


def test_44_a_request_with_two_lengths_is_refused(desk: Desk) -> None:
    page = desk.open(OPEN)
    sent = desk.post(OPEN, {**page.fields, "overall": "5"}, headers={"Transfer-Encoding": "chunked"})
    assert sent.status == 400
    assert desk.ballots() == []


def test_45_a_hundred_people_answer_on_one_tablet_in_a_day(desk: Desk) -> None:
    for _ in range(100):
        thanks = desk.send(f"/kiosk/{HERE}", overall="5")
        assert thanks.status == 200
        (refresh,) = thanks.tree.xpath("//meta[@http-equiv='refresh']/@content")
        assert refresh == f"20; url=/kiosk/{HERE}"
        assert thanks.links == [f"/kiosk/{HERE}", f"/kiosk/{HERE}/thanks?period={PERIOD}&lang=en"][::-1]
        desk.clock.move(minutes=4)
    assert Counter(ballot.channel for ballot in desk.ballots()) == {"kiosk": 100}


def test_46_an_answer_whose_thanks_were_lost_is_received_when_it_is_sent_again(desk: Desk) -> None:
    (code,) = desk.slips()
    for path in (OPEN, f"/p/{code}"):
        page = desk.open(path)
        desk.post(page.action, {**page.fields, "overall": "5"})  # the answer to this is lost
        again = desk.open(desk.post(page.action, {**page.fields, "overall": "5"}).headers["Location"])
        assert (again.status, THANKS in again.text) == (200, True)
    assert len(desk.ballots()) == 2


# What the pages say


def test_the_form_says_who_asks_why_for_how_long_and_what_is_not_wanted(desk: Desk) -> None:
    page = desk.open(OPEN)
    for part in ("Ủy ban nhân dân phường Thử Nghiệm", "Phường Ba Đình", "Quầy 1: Hộ tịch, chứng thực", "tự nguyện",
                 "12 tháng", "số điện thoại", "công bố kết quả hằng tháng"):  # fmt: skip
        assert part in page.text
    assert page.tree.xpath("//input[@checked]") == []
    assert page.tree.xpath("//input[@name='_website' and not(@value)]")


def test_one_star_takes_as_many_taps_as_five(desk: Desk) -> None:
    for score in "12345":
        assert desk.send(OPEN, overall=score).status == 200


def test_english_is_behind_a_link_that_keeps_the_address_and_stays_english(desk: Desk) -> None:
    for path in (OPEN, desk.poster(), f"/kiosk/{HERE}", "/quay", "/p"):
        (link,) = desk.open(path).tree.xpath("//header//a/@href")
        assert link == f"{path}?lang=en"
        page = desk.open(link)
        assert page.tree.get("lang") == "en"
        assert list(page.tree.xpath("//header//a/@href")) == [path]
    page = desk.open(f"{OPEN}?lang=en")
    assert "How satisfied are you?" in page.text
    sent = desk.post(page.action, {**page.fields, "overall": "5"})
    thanks = desk.open(sent.headers["Location"])
    assert "Thank you!" in thanks.text
    assert "https://congkhai.example.vn/en/don-vi/phuong-ba-dinh/" in thanks.links
    (back,) = thanks.tree.xpath("//header//a/@href")
    assert back == f"/thanks/{HERE}?period={PERIOD}"


def test_an_office_without_english_shows_none(tmp_path: Path) -> None:
    with opened(make_survey_office(tmp_path / "office", languages=["vi"])) as desk:
        page = desk.open(f"{OPEN}?lang=en")
        assert page.tree.get("lang") == "vi"
        assert page.tree.xpath("//header//a") == []


def test_the_thanks_lead_to_the_published_results_of_the_unit(desk: Desk) -> None:
    assert "https://congkhai.example.vn/don-vi/phuong-ba-dinh/" in desk.send(OPEN, overall="1").links


@pytest.mark.parametrize("period", ["", "2026-13", "<b>x</b>", "2026-08' OR", "kỳ này"])
def test_the_thanks_believe_of_their_address_only_what_looks_right(desk: Desk, period: str) -> None:
    page = read_page(desk.client.get(f"/thanks/{HERE}", query_string={"period": period, "numbers": "<script>"}))
    assert page.status == 200
    assert THANKS in page.text
    assert "Phiếu được tính vào" not in page.text
    assert "<b>" not in page.body


def test_each_way_to_the_form_is_a_channel_of_its_own(desk: Desk) -> None:
    (code, other) = desk.slips(2)
    ways = {
        OPEN: "typed",
        desk.poster(): "open",
        desk.poster(period="2026-09"): "open",
        desk.poster(period=BEFORE): "old",
        f"/kiosk/{HERE}": "kiosk",
        f"/p/{code}": "verified",
        f"/p/{typed(other)}": "verified",
    }
    for path in ways:
        assert desk.send(path, overall="5").status == 200
    assert Counter(ballot.channel for ballot in desk.ballots()) == Counter(ways.values())


def test_posters_are_read_whatever_the_case(desk: Desk) -> None:
    assert desk.open(desk.poster().upper().replace("/K/", "/k/")).status == 200


@pytest.mark.parametrize(
    ("at", "marked"),
    [("07:00", False), ("17:29", False), ("06:59", True), ("17:30", True), ("23:00", True)],
)
def test_an_answer_outside_office_hours_is_marked(desk: Desk, at: str, marked: bool) -> None:
    desk.clock.at = dt.datetime.combine(TODAY, dt.time.fromisoformat(at), desk.clock.at.tzinfo) - dt.timedelta(
        seconds=10
    )
    desk.send(OPEN, overall="5")
    assert ("hours" in desk.ballots()[0].marks) == marked


@pytest.mark.parametrize(("today", "marked"), [("2026-08-01", True), ("2026-09-02", True), ("2026-07-31", False)])
def test_an_answer_on_a_day_off_is_marked(tmp_path: Path, today: str, marked: bool) -> None:
    with opened(make_survey_office(tmp_path / "office", today=today)) as desk:
        desk.send(OPEN, overall="5")
        (marks,) = desk.rows("SELECT marks FROM answers")[0]
        assert ("hours" in str(marks)) == marked


def test_from_the_eleventh_answer_in_ten_minutes_on_a_counter_is_in_a_burst(desk: Desk) -> None:
    desk.clock.move(minutes=10 - desk.clock.at.minute % 10)
    for _ in range(13):
        desk.send(OPEN, overall="5")
    desk.send(f"/k/{OTHER}", overall="5")
    desk.clock.move(minutes=10)
    desk.send(OPEN, overall="5")
    assert Counter("burst" in ballot.marks for ballot in desk.ballots()) == {False: 12, True: 3}


def test_without_a_fixed_day_the_calendar_goes_on_while_the_app_runs(tmp_path: Path) -> None:
    with opened(make_survey_office(tmp_path / "office", today=None)) as desk:
        desk.send(OPEN, overall="5")
        desk.clock.move(days=20)
        desk.send(OPEN, overall="5")
        assert [len(desk.ballots(period)) for period in (PERIOD, "2026-09")] == [1, 1]


def test_a_token_of_another_counter_or_another_secret_is_asked_for_again(desk: Desk, tmp_path: Path) -> None:
    other = desk.open(f"/k/{OTHER}").fields["_token"][0]
    for token in (other, "", "x", other[:-2], "a.b.c", "\x00", [other, other]):
        page = desk.post(OPEN, {"_token": token, "overall": "5", "comment": "giữ lấy"})
        assert page.status == 422
        assert KEPT in page.text or said("notice.unreadable") in page.text
        assert page.fields["overall"] == ["5"]
    assert desk.post(OPEN, page.fields).status == 303
    with opened(make_survey_office(tmp_path / "second"), secret_key="u" * 40) as second:
        assert second.post(OPEN, {"_token": desk.open(OPEN).fields["_token"][0], "overall": "5"}).status == 422


def test_all_counters_are_listed_and_silent_ones_marked(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office", today="2026-03-02")
    with opened(office) as desk:
        desk.send(f"/k/{OTHER}", overall="5")
    with opened(office) as desk:
        later = desk.survey.office.settings.model_copy(update={"today": dt.date(2026, 3, 16)})
        desk.change(office=replace(desk.survey.office, settings=later))
        desk.send(f"/k/{OTHER}", overall="5")
        desk.store.stop()
        page = desk.open("/quay")
        rows = {row.xpath("./a/@href")[0]: row.text_content() for row in page.tree.xpath("//ul[@class='list']/li")}
        mark = said("counters.silent", days=5)
        assert [path for path, text in rows.items() if mark not in text] == [f"/k/{OTHER}"]
        assert len(rows) == 5


def test_the_paper_form_is_a_page_under_the_same_policy(desk: Desk) -> None:
    page = desk.open(f"/giay/{HERE}")
    assert page.status == 200
    assert "Ông/Bà hài lòng ở mức nào?" in page.text
    styles = page.tree.xpath("//style/text()")
    assert len(styles) == 1
    assert page.headers["Content-Security-Policy"] == web.policy(styles[0])
    assert "How satisfied are you?" in desk.open(f"/giay/{HERE}?lang=en").text


def test_the_kiosk_forgets_a_form_that_was_left(desk: Desk) -> None:
    page = desk.open(f"/kiosk/{HERE}?lang=en")
    assert page.tree.xpath("//meta[@http-equiv='refresh']/@content") == [f"300; url=/kiosk/{HERE}?lang=en"]
    assert page.tree.xpath("//form/@autocomplete") == ["off"]
    assert all(not link.startswith("http") for link in page.links)
    again = desk.post(page.action, {**page.fields, "time": "3"})
    assert again.tree.xpath("//meta[@http-equiv='refresh']/@content") == [f"300; url=/kiosk/{HERE}?lang=en"]


@pytest.mark.parametrize("path", [OPEN, "/quay", "/p", f"/thanks/{HERE}"])
def test_only_the_tablet_moves_on_by_itself(desk: Desk, path: str) -> None:
    page = desk.open(path)
    assert "http-equiv" not in page.body
    assert "Refresh" not in page.headers


# Headers, errors, logs


SITUATIONS = [
    ("GET", OPEN, 200),
    ("GET", "/", 303),
    ("GET", "/quay", 200),
    ("GET", "/healthz", 200),
    ("GET", "/nothing", 404),
    ("GET", f"/k/{CLOSED}", 404),
    ("GET", f"{OPEN}/2026-08-0000000000", 404),
    ("GET", f"/giay/{HERE}", 200),
    ("GET", f"/thanks/{HERE}", 200),
    ("PUT", OPEN, 405),
    ("POST", OPEN, 415),
    ("POST", "/p", 415),
]


@pytest.mark.parametrize(("method", "path", "status"), SITUATIONS)
def test_every_response_carries_the_headers(desk: Desk, method: str, path: str, status: int) -> None:
    response = desk.client.open(path, method=method)
    assert response.status_code == status
    for name, value in web.HEADERS.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(
        policy.split("; ")
    )
    assert "script-src" not in policy
    assert "charset=utf-8" in response.headers["Content-Type"]


def test_every_route_is_in_the_table_of_situations_or_a_case(desk: Desk) -> None:
    routes = {rule.rule for rule in desk.app.url_map.iter_rules()}
    assert routes == {
        "/", "/quay", "/k/<counter>", "/k/<counter>/<code>", "/kiosk/<counter>", "/kiosk/<counter>/thanks",
        "/thanks/<counter>", "/p", "/p/<code>", "/giay/<counter>", "/healthz",
    }  # fmt: skip


def test_a_bug_is_a_page_and_a_line_without_what_was_sent(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = desk.open(desk.poster())

    def broken(*_: object) -> None:
        raise RuntimeError("0912345678 Chờ lâu quá")

    monkeypatch.setattr(pages, "judge", broken)
    sent = desk.post(page.action, {**page.fields, **FINE}, environ_base={"REMOTE_ADDR": "203.0.113.77"})
    assert sent.status == 500
    assert said("error.500") in sent.text
    assert "RuntimeError" not in sent.body
    assert sent.headers["Content-Security-Policy"]
    assert "RuntimeError" in caplog.text
    assert "survey.form_poster" in caplog.text
    for secret in ("0912345678", "Chờ lâu", page.action.rsplit("-", 1)[1], "203.0.113.77"):
        assert secret not in caplog.text


def test_what_goes_well_and_what_people_mistype_is_not_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.send(OPEN, overall="5")
    desk.post(OPEN, desk.open(OPEN).fields)
    desk.open("/nothing")
    assert caplog.text == ""
    desk.client.post(OPEN, data=b"x", content_type="text/plain")
    assert [record.getMessage() for record in caplog.records] == ["survey.form_typed 415"]


def test_health_says_whether_the_store_answers(desk: Desk) -> None:
    assert read_page(desk.client.get("/healthz")).body == "ok\n"


def test_a_form_by_slip_is_not_lost_while_the_store_does_not_answer(hasty: Desk) -> None:
    desk = hasty
    (code,) = desk.slips()
    page = desk.open(f"/p/{code}")
    with desk.locked():
        sent = desk.post(page.action, {**page.fields, **FINE})
        assert sent.status == 503
        assert sent.fields["comment"] == ["Chờ lâu quá."]
        assert sent.action == f"/p/{code}"
    assert desk.post(sent.action, sent.fields).status == 303
    assert [ballot.channel for ballot in desk.ballots()] == ["verified"]


# Settings and limits


GIVEN = {"COLLECTOR_SECRET_KEY": "s" * 32, "COLLECTOR_OFFICE": "/srv/office"}


def test_settings_come_from_the_environment_with_defaults_in_the_office() -> None:
    found = read_settings({**GIVEN, "COLLECTOR_KEYS": " ", "HOME": "/root"})
    assert found == Settings(
        secret_key="s" * 32,
        database_url="sqlite:////srv/office/var/collector/survey.sqlite",
        office=Path("/srv/office"),
        keys=Path("/srv/office/var/keys"),
    )
    assert read_settings({"COLLECTOR_SECRET_KEY": "s" * 32}).office == HOME
    other = read_settings(
        {
            **GIVEN,
            "COLLECTOR_DATABASE_URL": "postgresql://survey:hidden@db/survey",
            "COLLECTOR_KEYS": "/srv/keys",
            "COLLECTOR_TRUSTED_HOSTS": "a.example.vn, b.example.vn,",
            "COLLECTOR_PROXIES": "2",
        }
    )
    assert (other.keys, other.trusted_hosts, other.proxies) == (
        Path("/srv/keys"),
        ("a.example.vn", "b.example.vn"),
        2,
    )
    assert "hidden" not in repr(other)
    assert "sss" not in repr(other)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"COLLECTOR_SECRET_KEY": ""}, "collector-secret"),
        ({"COLLECTOR_SECRET_KEY": "s" * 31}, "collector-secret"),
        ({"COLLECTOR_SECRET_KEY": " " * 40}, "collector-secret"),
        ({"COLLECTOR_PROXIES": "one"}, "collector-number"),
        ({"COLLECTOR_PROXIES": "-1"}, "collector-number"),
        ({"COLLECTOR_PROXIES": "٢"}, "collector-number"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_a_sentence(changed: dict[str, str], code: str) -> None:
    with pytest.raises(Mistake) as refused:
        read_settings({**GIVEN, **changed})
    assert refused.value.code == code
    assert all(mistake(refused.value))


def test_a_counter_whose_form_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office")
    (office / "datasets" / "satisfaction" / "surveys" / "small.csv").unlink()
    with pytest.raises(Mistake) as refused, opened(office):
        pass
    assert refused.value.code == "counter-form"
    assert not (office / "var" / "survey.sqlite").exists()


def test_an_address_is_known_by_a_hash_that_differs_from_run_to_run() -> None:
    one, other = Limits(), Limits()
    assert one.name("192.0.2.1") == one.name("192.0.2.1") == one.name("::ffff:192.0.2.1")
    assert one.name("192.0.2.1") != one.name("192.0.2.2")
    assert one.name("192.0.2.1") != other.name("192.0.2.1")
    assert len(one.name("192.0.2.1")) == 8
    assert one.name("2001:db8:0:1::1") == one.name("2001:db8:0:1:ffff::9")
    assert one.name("2001:db8:0:1::1") != one.name("2001:db8:0:2::1")
    assert one.name(None) == one.name("unix") != one.name("192.0.2.1")
    one.post("192.0.2.1")
    assert b"192.0.2.1" not in repr(vars(one.addresses)).encode()


def test_a_bucket_fills_up_again_and_forgets_whom_it_has_not_seen_for_longest() -> None:
    clock = Clock()
    bucket = limits.Buckets(limits.Rate(burst=3, per_minute=6), clock.seconds, known=2)
    assert [bucket.take(b"a") for _ in range(5)] == [0, 0, 0, 10, 10]
    clock.move(seconds=4)
    assert (bucket.wait(b"a"), bucket.take(b"a")) == (6, 6)
    clock.move(seconds=6)
    assert [bucket.take(b"a") for _ in range(2)] == [0, 10]
    clock.move(hours=1)
    assert [bucket.take(b"a") for _ in range(4)] == [0, 0, 0, 10]
    assert (bucket.take(b"b"), bucket.take(b"c")) == (0, 0)
    assert set(bucket.left) == {b"b", b"c"}


def test_every_sentence_of_the_pages_is_said_somewhere() -> None:
    folder = Path(pages.__file__).parent
    sources = [*folder.glob("*.py"), *folder.glob("templates/*.j2")]
    spoken = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    made = ("survey.error.", "survey.notice.", "survey.poster.", "survey.conflict.")  # put together from two parts
    keys = [key for key in load("vi") if key.startswith("survey.") and not key.startswith(made)]
    assert len(keys) >= 40
    assert [key for key in keys if f'"{key.removeprefix("survey.")}"' not in spoken] == []


ANY_FIELD = st.sampled_from(["overall", "time", "trips", "wish", "comment", "_token", "_website", "x", "", "\x00"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(ANY_FIELD, st.text(max_size=60)), max_size=12), st.booleans())
def test_whatever_is_posted_is_answered_and_escaped(
    one_desk: Desk, sent: list[tuple[str, str]], with_token: bool
) -> None:
    one_desk.clock.move(hours=1)
    fields: dict[str, list[str]] = {}
    for name, value in sent:
        fields.setdefault(name, []).append(value.encode(errors="replace").decode())
    if with_token:
        fields["_token"] = one_desk.open(OPEN).fields["_token"]
    page = one_desk.post(OPEN, fields)
    assert page.status in {303, 409, 422}
    assert page.tree.xpath("//script") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_whatever_bytes_are_posted_are_answered(one_desk: Desk, body: bytes) -> None:
    one_desk.clock.move(hours=1)
    page = one_desk.client.post(OPEN, data=body, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 422


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_whatever_address_is_opened_is_answered(one_desk: Desk, text: str) -> None:
    one_desk.clock.move(hours=1)
    name = text.lstrip("/")  # the test's browser would take what follows two slashes for a host
    for path in (f"/p/{text}", f"/k/{text}", f"/k/{HERE}/{text}", f"/thanks/{text}", f"/{name}"):
        status = one_desk.client.get(path.encode(errors="replace").decode()).status_code
        assert status in {200, 303, 308, 404, 429}
