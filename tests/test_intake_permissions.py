"""Who may open which page: every address of the app, as everybody, against the table that stands here as text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from collector import web
from collector.intake.accounts import ROLES
from collector.intake.permissions import TABLE
from tests.intake_app import PEOPLE, Desk, Person, make_staff_office, opened

EXPECTED = """
address                            method  nobody   clerk  other  approver  administrator
/                                  GET     sign-in  200    200    200       200
/chua-nop                          GET     sign-in  403    403    200       200
/chua-nop                          POST    sign-in  403    403    200       200
/dang-nhap                         GET     200      303    303    303       303
/dang-nhap                         POST    422      303    303    303       303
/dang-nhap/ma                      GET     sign-in  sign-in  sign-in  sign-in  sign-in
/dang-nhap/ma                      POST    sign-in  sign-in  sign-in  sign-in  sign-in
/dang-nhap/thiet-lap               GET     sign-in  sign-in  sign-in  sign-in  sign-in
/dang-nhap/thiet-lap               POST    sign-in  sign-in  sign-in  sign-in  sign-in
/dang-xuat                         POST    sign-in  sign-in  sign-in  sign-in  sign-in
/duyet                             GET     sign-in  403    403    200       403
/dung-trang                        GET     sign-in  403    403    200       200
/dung-trang                        POST    sign-in  403    403    303       303
/gop-y                             GET     sign-in  403    403    200       403
/gop-y/<unit>                      GET     sign-in  403    403    404       403
/gop-y/<unit>/<key>                POST    sign-in  403    403    404       403
/gop-y/<unit>/<key>/doc-lai        POST    sign-in  403    403    404       403
/healthz                           GET     200      200    200    200       200
/mau-doc                           GET     sign-in  403    403    200       200
/mau-doc/<key>                     POST    sign-in  403    403    404       404
/moi/<token>                       GET     404      404    404    404       404
/moi/<token>                       POST    404      404    404    404       404
/nguoi-dung                        GET     sign-in  403    403    403       200
/nguoi-dung/<key>                  GET     sign-in  403    403    403       404
/nguoi-dung/<key>/hoat-dong        POST    sign-in  403    403    403       404
/nguoi-dung/<key>/ket-thuc-phien   POST    sign-in  403    403    403       404
/nguoi-dung/<key>/moi-lai          POST    sign-in  403    403    403       404
/nguoi-dung/<key>/quyen            POST    sign-in  403    403    403       404
/nguoi-dung/moi                    POST    sign-in  403    403    403       422
/nhat-ky                           GET     sign-in  403    403    403       200
/nop                               GET     sign-in  200    200    200       403
/nop/<kind>/<unit>/<period>        GET     sign-in  403    403    404       403
/nop/<kind>/<unit>/<period>        POST    sign-in  403    403    404       403
/nop/<kind>/<unit>/<period>/khong-phat-sinh  POST  sign-in  403  403  404  403
/nop/<kind>/<unit>/<period>/mau.xlsx  GET  sign-in  403  403  404  403
/tep/<key>                         GET     sign-in  404    404    404       403
/tep/<key>/cot                     GET     sign-in  404    404    404       403
/tep/<key>/cot                     POST    sign-in  404    404    404       403
/tep/<key>/danh-dau.xlsx           GET     sign-in  404    404    404       403
/tep/<key>/duyet                   POST    sign-in  403    403    404       403
/tep/<key>/gui                     POST    sign-in  404    404    404       403
/tep/<key>/kiem-tra-lai            POST    sign-in  404    404    404       403
/tep/<key>/rut                     POST    sign-in  404    404    404       403
/tep/<key>/tra-lai                 POST    sign-in  403    403    404       403
/tep/<key>/trang-tinh              POST    sign-in  404    404    404       403
/phieu-giay                        GET     sign-in  200    200    403       403
/phieu-giay/<counter>              GET     sign-in  404    404    403       403
/phieu-giay/<counter>              POST    sign-in  404    404    403       403
/quay-im-lang                      GET     sign-in  200    200    200       200
/tai-khoan                         GET     sign-in  200    200    200       200
/tai-khoan/ma-du-phong             POST    sign-in  404    404    200       200
/tai-khoan/ma-xac-thuc             GET     sign-in  200    200    200       200
/tai-khoan/ma-xac-thuc             POST    sign-in  422    422    422       422
/tai-khoan/mat-khau                GET     sign-in  200    200    200       200
/tai-khoan/mat-khau                POST    sign-in  422    422    422       422
/tai-khoan/phien/<id>/ket-thuc     POST    sign-in  404    404    404       404
/tra-loi                           GET     sign-in  200    200    200       403
/tra-loi/<unit>                    GET     sign-in  403    403    404       403
/tra-loi/<unit>/<key>              GET     sign-in  403    403    404       403
/tra-loi/<unit>/<key>              POST    sign-in  403    403    404       403
/tra-loi/<unit>/<key>/bo           POST    sign-in  403    403    404       403
/tra-loi/<unit>/moi                GET     sign-in  403    403    404       403
/tra-loi/<unit>/moi                POST    sign-in  403    403    404       403
/tra-loi/<unit>/nop                POST    sign-in  403    403    404       403
"""
"""`sign-in`: led to the page where one signs in. What an address names does not exist, so that nothing is changed."""


def rows() -> dict[tuple[str, str], dict[str, str]]:
    """The table: (address, method) → who → what."""
    head, *lines = EXPECTED.strip().splitlines()
    names = head.split()[2:]
    return {(path, method): dict(zip(names, found, strict=True)) for path, method, *found in map(str.split, lines)}


def addresses(app: Flask) -> set[tuple[str, str]]:
    """Every address of an app with every method that it takes."""
    return {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An office with somebody of each role."""
    office = make_staff_office(tmp_path_factory.mktemp("permissions") / "office")
    with opened(office) as found:
        for login, (roles, units) in PEOPLE.items():
            found.join(login, roles, units)
        found.people["nobody"] = found.nobody()
        found.join("everything", ROLES, ("*",))
        yield found


def example(path: str) -> str:
    """An address whose parts name nothing that there is."""
    return re.sub(r"<(?:\w+:)?\w+>", "0000", path)


def ask(person: Person, path: str, method: str) -> str:
    """What a person gets: a status, or `sign-in`."""
    person.desk.forgive()
    page = person.open(example(path), follow=False) if method == "GET" else person.act(example(path), follow=False)
    return (
        "sign-in"
        if page.headers.get("Location", "").startswith("/dang-nhap") and page.status == 303
        else str(page.status)
    )


def test_the_table_has_every_address_and_no_other(desk: Desk) -> None:
    assert addresses(desk.app) == set(rows())


@pytest.mark.parametrize("who", ["nobody", "clerk", "other", "approver", "administrator"])
def test_everybody_gets_what_the_table_says(desk: Desk, who: str) -> None:
    person = desk.people[who]
    found = {}
    for path, method in rows():
        if person.login and person.open("/", follow=False).status != 200:
            person.sign_in()
        found[path, method] = ask(person, path, method)
    assert found == {place: expected[who] for place, expected in rows().items()}


def test_what_is_not_in_the_table_of_permissions_nobody_may_open(tmp_path: Path) -> None:
    with opened(make_staff_office(tmp_path / "office")) as desk:
        desk.app.add_url_rule("/moi-viet", "forgotten", lambda: "opened")
        administrator = desk.join("administrator", ("clerk", "approver", "administrator"), ("*",))
        assert administrator.open("/moi-viet").status == 403
        assert desk.nobody().open("/moi-viet").status == 403
        assert ("administrator", "denied", "forgotten") in desk.journal()


def test_every_row_of_the_table_of_permissions_is_a_page(desk: Desk) -> None:
    assert set(TABLE) == {rule.endpoint for rule in desk.app.url_map.iter_rules()}
    assert {word for row in TABLE.values() for word in row} <= {
        "anyone",
        "person",
        *("clerk", "approver", "administrator"),
    }


# What every response carries


@pytest.mark.parametrize("who", ["nobody", "administrator"])
def test_every_response_carries_the_headers(desk: Desk, who: str) -> None:
    person = desk.people[who]
    for path, method in sorted(rows()):
        if path == "/dang-xuat":
            continue
        page = person.open(example(path), follow=False) if method == "GET" else person.post(example(path), follow=False)
        for name, value in web.HEADERS.items():
            assert page.headers.get(name) == value, path
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path


def test_a_form_without_its_token_is_refused(desk: Desk) -> None:
    for path, method in rows():
        if method == "POST":
            assert desk.people["everything"].post(example(path), follow=False).status == 400, path


def test_a_form_of_another_site_is_refused_even_with_the_token(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    token = clerk.token()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
    ):
        page = clerk.post("/tai-khoan/mat-khau", {"csrf_token": token}, headers=headers)
        assert page.status == 403


def test_pages_that_take_no_file_take_no_body_in_parts_and_no_large_one(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    token = clerk.token()
    parts = clerk.post("/tai-khoan/mat-khau", {"csrf_token": token}, content_type="multipart/form-data")
    assert parts.status == 415
    assert clerk.post("/tai-khoan/mat-khau", {"csrf_token": token, "present": "x" * 20_000}).status == 413


def test_what_an_address_names_is_a_units_own(desk: Desk) -> None:
    """The same addresses again, with a unit and a month that there are."""
    place = "/nop/procedures/00004/2026-06"
    expected = {"clerk": 200, "other": 403, "approver": 200, "administrator": 403}
    assert {who: desk.people[who].open(place).status for who in expected} == expected
    tried = {who: desk.people[who].act(f"{place}/khong-phat-sinh", follow=False).status for who in expected}
    assert tried == {"clerk": 303, "other": 403, "approver": 303, "administrator": 403}
    (key, _) = sorted(one.key for one in desk.intake.uploads.of_place("procedures", "00004", "2026-06"))
    assert {who: desk.people[who].open(f"/tep/{key}").status for who in expected} == expected
    for action in ("rut", "gui", "kiem-tra-lai", "duyet", "tra-lai"):
        assert desk.people["other"].act(f"/tep/{key}/{action}", follow=False).status == 403, action


def test_get_changes_nothing(desk: Desk) -> None:
    before = desk.journal()
    for path, method in rows():
        if method == "GET":
            desk.people["everything"].open(example(path))
    assert desk.journal() == before


def test_a_plain_connection_is_refused_but_on_the_machine_itself(desk: Desk) -> None:
    client = desk.app.test_client()
    outside = client.get("/dang-nhap", base_url="http://canbo.example.vn/")
    assert outside.status_code == 403
    assert "https://" in outside.get_data(as_text=True)
    assert client.get("/dang-nhap", base_url="http://127.0.0.1:8081/").status_code == 200
    assert client.get("/healthz", base_url="http://canbo.example.vn/").status_code == 200
