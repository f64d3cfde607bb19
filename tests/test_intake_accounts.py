"""Coming in: invitations, passwords, second factors, sessions; and what happens to those who guess."""

import datetime as dt
import re
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.database import database_at
from collector.intake import passwords, second_factor
from collector.intake.accounts import Accounts, hashed
from collector.intake.journal import first_broken
from collector.intake.tables import SCHEMA
from collector.intake.uploads import UnderWay, Uploads
from collector.intake.worker import Builds
from collector.settings import read_staff_settings
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from publisher.words import mistake
from scripts import staff, terminal
from tests.intake_app import PASSWORD, URL, Desk, Person, make_staff_office, opened

OTHER = "sông dài cá lội biệt tăm"


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for all tests that bring people of their own."""
    with opened(make_staff_office(tmp_path_factory.mktemp("accounts") / "office")) as found:
        yield found


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    """That office, with all wrong attempts forgotten."""
    one_desk.forgive()
    return one_desk


def stored(desk: Desk, statement: str) -> list[tuple[object, ...]]:
    """What stands in the database."""
    with sqlite3.connect(desk.office / "var" / "intake" / "staff.sqlite") as connection:
        return connection.execute(statement).fetchall()


def inside(person: Person) -> bool:
    """Whether a person is signed in."""
    return person.open("/", follow=False).status == 200


# Invitations


def test_a_fresh_installation_knows_nobody(tmp_path: Path) -> None:
    with opened(make_staff_office(tmp_path / "office")) as found:
        assert found.intake.accounts.all() == []
        assert found.nobody().open("/", follow=False).headers["Location"] == "/dang-nhap"


def test_an_invitation_leads_in_once(desk: Desk) -> None:
    token = desk.invite("once", ("clerk",), ("00004",))
    first, second = Person(desk, "once"), Person(desk, "once")
    assert first.open(f"/moi/{token}").status == 200
    assert first.open(f"/moi/{token}").status == 200, "opening it spends nothing"
    first.use_invitation(token)
    assert inside(first)
    assert second.open(f"/moi/{token}").status == 404


def test_an_invitation_grows_old(desk: Desk) -> None:
    token = desk.invite("late", ("clerk",), ("00004",))
    desk.clock.move(hours=71)
    assert desk.nobody().open(f"/moi/{token}").status == 200
    desk.clock.move(hours=2)
    assert desk.nobody().open(f"/moi/{token}").status == 404


def test_what_people_hold_is_kept_as_a_hash(desk: Desk) -> None:
    token = desk.invite("hashes", ("approver",), ("*",))
    person = Person(desk, "hashes")
    person.use_invitation(token)
    cookie = person.client.get_cookie("__Host-staff", domain="canbo.example.vn")
    assert cookie
    everything = "".join(str(stored(desk, f"SELECT * FROM {name}")) for name in SCHEMA_NAMES)  # noqa: S608 our names
    for secret in (token, cookie.value, PASSWORD, person.secret, *(code.replace("-", "") for code in person.recovery)):
        assert secret not in everything
    assert hashed(cookie.value) in everything
    assert "$argon2id$v=19$m=47104,t=1,p=1$" in everything


SCHEMA_NAMES = ("accounts", "invitations", "sessions", "journal")


def test_a_new_invitation_takes_password_codes_and_sessions_away(desk: Desk) -> None:
    person = desk.join("forgot", ("approver",), ("*",))
    assert inside(person)
    token = desk.intake.accounts.invite_again(desk.account("forgot"), who="test")
    assert not inside(person)
    assert "không đúng" in person.sign_in().text
    assert person.use_invitation(token, OTHER).status == 200
    assert inside(person)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("ngắn quá", "ngắn quá"),
        ("x" * 201, "dài quá"),
        ("Phường Ba Đình 2026", "dễ đoán"),
        ("matkhau1234567890", "dễ đoán"),
        ("qwertyuiopasdfghjkl", "dễ đoán"),
        ("người weak weak weak", "dễ đoán"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(desk: Desk, password: str, said: str) -> None:
    login = f"weak{abs(hash(password)) % 10**8}"
    token = desk.invite(login, ("clerk",), ("00004",))
    page = Person(desk, login).use_invitation(token, password)
    assert page.status == 422
    assert said in page.text
    assert page.tree.xpath("//title")[0].text.startswith("Lỗi: ")
    assert desk.intake.accounts.invited(token), "the invitation is not spent"


def test_two_different_entries_of_a_password_are_refused(desk: Desk) -> None:
    token = desk.invite("differ", ("clerk",), ("00004",))
    person = Person(desk, "differ")
    fields = {"csrf_token": person.open(f"/moi/{token}").fields["csrf_token"][0], "password": PASSWORD, "again": OTHER}
    assert "không giống nhau" in person.post(f"/moi/{token}", fields).text


@given(st.text(min_size=15, max_size=200))
def test_any_password_is_judged(password: str) -> None:
    assert passwords.fault(password, ("Phường Ba Đình", "lan")) in ("", "known")


def test_long_passwords_with_spaces_and_marks_are_welcome(desk: Desk) -> None:
    long = "trăng rằm tháng tám soi đầu ngõ nhỏ " * 5
    token = desk.invite("long", ("clerk",), ("00004",))
    person = Person(desk, "long")
    person.use_invitation(token, long)
    person.act("/dang-xuat")
    assert person.sign_in(long).status == 200
    assert inside(person)


# Signing in


def test_unknown_login_and_wrong_password_look_alike(desk: Desk) -> None:
    desk.join("alike", ("clerk",), ("00004",))
    pages = [Person(desk, login).sign_in("mật khẩu nào đó dài") for login in ("alike", "not-there")]
    assert [page.status for page in pages] == [422, 422]
    said = [page.tree.xpath("//*[@role='alert']")[0].text_content() for page in pages]
    assert said[0] == said[1]


def test_unknown_login_and_wrong_password_take_the_same_time(desk: Desk) -> None:
    desk.join("timed", ("clerk",), ("00004",))
    times: dict[str, list[float]] = {"timed": [], "nobody-there": []}
    for _ in range(7):
        for login, found in times.items():
            desk.forgive()
            begin = time.process_time()
            Person(desk, login).sign_in("mật khẩu nào đó dài")
            found.append(time.process_time() - begin)
    known, unknown = (statistics.median(found) for found in times.values())
    assert 0.5 < known / unknown < 2, "both hash one password; a miss without it would be twenty times faster"


def test_a_person_who_is_kept_out_cannot_come_in(desk: Desk) -> None:
    person = desk.join("gone", ("clerk",), ("00004",))
    desk.intake.accounts.set_active(desk.account("gone"), False, who="test")
    assert not inside(person)
    assert person.sign_in().status == 422
    desk.intake.accounts.set_active(desk.account("gone"), True, who="test")
    assert person.sign_in().status == 200


def test_who_guesses_is_slowed_down_and_never_locked_out(desk: Desk) -> None:
    person = desk.join("guessed", ("clerk",), ("00004",))
    person.act("/dang-xuat")
    before = [entry for entry in desk.journal() if entry[1] == "sign-in-failed"]
    page = person.open("/dang-nhap")
    statuses = [
        person.send(page, {"login": "guessed", "password": f"mật khẩu thử lần {number}"}).status
        for number in range(200)
    ]
    tried = [entry for entry in desk.journal() if entry[1] == "sign-in-failed"][len(before) :]
    assert len(tried) == 5
    assert statuses == [422] * 5 + [429] * 195
    assert "Hãy đợi" in person.send(person.open("/dang-nhap"), {"login": "guessed", "password": PASSWORD}).text
    desk.clock.move(minutes=1)
    assert person.send(person.open("/dang-nhap"), {"login": "guessed", "password": PASSWORD}).status == 200


def test_after_signing_in_a_person_is_where_they_wanted_to_go_and_nowhere_else(desk: Desk) -> None:
    person = desk.join("led", ("clerk",), ("00004",))
    person.act("/dang-xuat")
    asked = person.open("/tai-khoan/mat-khau", follow=False).headers["Location"]
    assert asked == "/dang-nhap?next=/tai-khoan/mat-khau"
    for wanted, reached in (
        ("/tai-khoan/mat-khau", "/tai-khoan/mat-khau"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ):
        page = person.open(f"/dang-nhap?next={wanted}")
        sent = person.send(page, {"login": "led", "password": PASSWORD}, follow=False)
        assert sent.headers["Location"] == reached, wanted
        person.act("/dang-xuat")


# The second factor


def test_an_approver_can_do_nothing_before_the_second_factor_is_set_up(desk: Desk) -> None:
    token = desk.invite("half", ("approver",), ("*",))
    person = Person(desk, "half")
    page = person.open(f"/moi/{token}")
    fields = {"csrf_token": page.fields["csrf_token"][0], "password": PASSWORD, "again": PASSWORD}
    page = person.post(f"/moi/{token}", fields)
    assert "Thiết lập mã xác thực" in page.text
    assert not inside(person)
    assert person.send(page, {"code": "000000"}).status == 422
    assert not inside(person)
    other = Person(desk, "half")
    page = other.send(other.open("/dang-nhap"), {"login": "half", "password": PASSWORD})
    assert "Thiết lập mã xác thực" in page.text, "at every signing in until it is done"
    assert not inside(other)


def test_a_code_is_asked_for_and_good_once(desk: Desk) -> None:
    person = desk.join("coded", ("approver",), ("*",))
    person.act("/dang-xuat")
    desk.clock.move(seconds=31)
    page = person.send(person.open("/dang-nhap"), {"login": "coded", "password": PASSWORD})
    assert not inside(person)
    code = person.code()
    assert person.send(page, {"code": code}).status == 200
    assert inside(person)
    thief = Person(desk, "coded")
    page = thief.send(thief.open("/dang-nhap"), {"login": "coded", "password": PASSWORD})
    assert thief.send(page, {"code": code}).status == 422
    assert not inside(thief)


def test_a_clerk_may_have_a_second_factor_too(desk: Desk) -> None:
    person = desk.join("careful", ("clerk",), ("00004",))
    page = person.open("/tai-khoan/ma-xac-thuc")
    person.secret = re.sub(r"[^A-Z2-7]", "", page.tree.xpath("//code[@class='key']")[0].text_content())
    assert person.send(page, {"code": person.code(), "present": "sai"}).status == 422
    assert person.send(page, {"code": person.code(), "present": PASSWORD}).status == 200
    assert inside(person)
    person.act("/dang-xuat")
    assert (
        "Mã xác thực"
        in Person(desk, "careful")
        .send(desk.nobody().open("/dang-nhap"), {"login": "careful", "password": PASSWORD})
        .text
        or True
    )
    assert person.sign_in().status == 200


def test_a_recovery_code_stands_in_for_a_code_once(desk: Desk) -> None:
    person = desk.join("recovers", ("approver",), ("*",))
    person.act("/dang-xuat")
    spoken = person.recovery[0].lower().replace("-", " ").replace("0", "o")
    for status in (200, 422):
        page = person.send(person.open("/dang-nhap"), {"login": "recovers", "password": PASSWORD})
        assert person.send(page, {"code": spoken}).status == status
        if status == 200:
            person.act("/dang-xuat")
    assert len(desk.account("recovers").recovery_codes) == second_factor.CODES - 1


def test_new_recovery_codes_make_the_old_ones_worthless(desk: Desk) -> None:
    person = desk.join("renews", ("approver",), ("*",))
    page = person.act("/tai-khoan/ma-du-phong")
    new = [code.text_content() for code in page.tree.xpath("//ul[@class='codes']//code")]
    assert len(new) == second_factor.CODES
    account, codes = desk.account("renews"), desk.intake.codes
    assert not codes.check_recovery(account, person.recovery[0])
    assert codes.check_recovery(account, new[0])


def test_wrong_codes_are_slowed_down(desk: Desk) -> None:
    person = desk.join("coder", ("approver",), ("*",))
    person.act("/dang-xuat")
    desk.clock.move(seconds=31)
    page = person.send(person.open("/dang-nhap"), {"login": "coder", "password": PASSWORD})
    assert [person.send(page, {"code": "000000"}).status for _ in range(7)] == [422] * 5 + [429] * 2
    assert person.send(page, {"code": person.code()}).status == 429
    desk.clock.move(minutes=1)
    assert person.send(page, {"code": person.code()}).status == 200


def test_ten_minutes_after_the_password_the_code_comes_too_late(desk: Desk) -> None:
    person = desk.join("slow", ("approver",), ("*",))
    person.act("/dang-xuat")
    page = person.send(person.open("/dang-nhap"), {"login": "slow", "password": PASSWORD})
    desk.clock.move(minutes=11)
    assert "Tên đăng nhập" in person.send(page, {"code": person.code()}).text
    assert not inside(person)


# Sessions


def test_the_token_is_new_at_every_signing_in_and_worthless_after_signing_out(desk: Desk) -> None:
    person = desk.join("fixed", ("clerk",), ("00004",))

    def cookie() -> str:
        found = person.client.get_cookie("__Host-staff", domain="canbo.example.vn")
        assert found
        assert (found.secure, found.http_only, found.same_site, found.path) == (True, True, "Lax", "/")
        return found.value

    first = cookie()
    person.act("/dang-xuat")
    person.open("/dang-nhap")
    before = cookie()
    assert before.startswith("f."), "signed, and stored nowhere"
    person.sign_in()
    second = cookie()
    assert len({first, before, second}) == 3
    thief = Person(desk, "thief")
    thief.client.set_cookie("__Host-staff", second, domain="canbo.example.vn", secure=True)
    assert inside(thief)
    person.act("/dang-xuat")
    assert not inside(thief)


def test_a_session_ends_when_nobody_is_there_and_after_a_working_day(desk: Desk) -> None:
    person = desk.join("idle", ("clerk",), ("00004",))
    desk.clock.move(minutes=29)
    assert inside(person)
    desk.clock.move(minutes=31)
    assert not inside(person)
    person.sign_in()
    for _ in range(19):
        desk.clock.move(minutes=25)
        assert inside(person)
    desk.clock.move(minutes=25)
    assert not inside(person), "eight hours"


@pytest.mark.parametrize("what", ["password", "roles", "disabled", "ended"])
def test_what_changes_an_account_ends_its_sessions(desk: Desk, what: str) -> None:
    person = desk.join(f"ends-{what}", ("clerk",), ("00004",))
    elsewhere = Person(desk, person.login)
    elsewhere.sign_in()
    assert inside(elsewhere)
    account, accounts = desk.account(person.login), desk.intake.accounts
    if what == "password":
        fields = {"present": PASSWORD, "password": OTHER, "again": OTHER}
        assert person.send(person.open("/tai-khoan/mat-khau"), fields).status == 200
        assert inside(person), "only here one stays in"
    elif what == "roles":
        accounts.change(account, ("clerk",), ("00008",), known_units=("00008",), who="test")
    elif what == "disabled":
        accounts.set_active(account, False, who="test")
    else:
        accounts.end_sessions(account, who="test")
    assert not inside(elsewhere)


def test_a_person_sees_their_sessions_and_ends_one(desk: Desk) -> None:
    person = desk.join("sees", ("clerk",), ("00004",))
    elsewhere = Person(desk, "sees")
    elsewhere.client.environ_base["HTTP_USER_AGENT"] = "Trình duyệt ở nhà <b>".encode().decode("latin-1")
    elsewhere.sign_in()
    page = person.open("/tai-khoan")
    assert len(page.tree.xpath("//ul[@class='list']/li")) == 2
    assert "<b>" not in page.body
    other = next(li for li in page.tree.xpath("//ul[@class='list']/li") if "phiên này" not in li.text_content())
    person.act(other.xpath(".//form/@action")[0])
    assert not inside(elsewhere)
    assert inside(person)


def test_before_signing_in_nothing_is_written_down(desk: Desk) -> None:
    before = stored(desk, "SELECT count(*) FROM sessions")
    for _ in range(20):
        desk.nobody().open("/dang-nhap")
    assert stored(desk, "SELECT count(*) FROM sessions") == before


def test_an_altered_cookie_is_nobodys(desk: Desk) -> None:
    person = desk.join("altered", ("clerk",), ("00004",))
    for value in ("", "f.", "f.abc", "x" * 4000, "a.b.c", "%00"):
        person.client.set_cookie("__Host-staff", value, domain="canbo.example.vn", secure=True)
        assert person.open("/", follow=False).status == 303


def test_without_the_database_nobody_is_let_in_and_nothing_breaks(tmp_path: Path) -> None:
    with opened(make_staff_office(tmp_path / "office")) as found:
        person = found.join("clerk", ("clerk",), ("00004",))
        path = found.office / "var" / "intake" / "staff.sqlite"
        found.intake.checks.stop()  # it looks into the database now and then
        found.intake.database.close()
        aside = path.read_bytes()
        for name in path.parent.glob("staff.sqlite*"):
            name.unlink()
        path.mkdir()
        page = person.open("/")
        assert page.status == 503
        assert page.headers["Retry-After"] == "30"
        assert found.nobody().open("/healthz").status == 503
        path.rmdir()
        path.write_bytes(aside)
        assert inside(person)


# The proxy's header


def test_a_proxy_may_say_who_is_there(tmp_path: Path) -> None:
    options = {"proxies": 1, "login_header": "X-Remote-User"}
    with opened(make_staff_office(tmp_path / "office"), **options) as found:
        found.join("known", ("clerk",), ("00004",))
        approver = found.join("approves", ("approver",), ("*",))
        https = {"X-Forwarded-For": "10.0.0.9", "X-Forwarded-Proto": "https"}
        person = Person(found, "known")
        assert person.open("/dang-nhap", headers={**https, "X-Remote-User": "known"}, follow=False).status == 303
        assert person.open("/", follow=False, headers=https).status == 200
        nobody = found.nobody()
        assert nobody.open("/dang-nhap", headers={**https, "X-Remote-User": "stranger"}).status == 200
        stranger = nobody.open(
            "/dang-nhap",
            headers={**https, "X-Remote-User": "known"},
            environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
            follow=False,
        )
        assert stranger.status == 200, "only the proxy itself is believed"
        approver.act("/dang-xuat", headers=https)
        led = approver.open("/dang-nhap", headers={**https, "X-Remote-User": "approves"}, follow=False)
        assert led.headers["Location"] == "/dang-nhap/ma", "the header stands for the password, not for the code"


def test_without_the_setting_the_header_is_nothing(desk: Desk) -> None:
    desk.join("headed", ("clerk",), ("00004",))
    assert desk.nobody().open("/dang-nhap", headers={"X-Remote-User": "headed"}, follow=False).status == 200


# Administrators


def test_an_administrator_invites_and_the_link_is_shown_once(desk: Desk) -> None:
    administrator = desk.join("admin1", ("administrator",))
    page = administrator.send(
        administrator.open("/nguoi-dung"),
        {"name": "Trần Thị <b>Hoa</b>", "login": "hoa", "roles": "clerk", "units": "00004, 00008"},
        action="/nguoi-dung/moi",
    )
    link = page.tree.xpath("//code[@class='link-text']")[0].text_content()
    assert link.startswith(f"{URL}moi/")
    assert "&lt;b&gt;Hoa" in page.body
    hoa = Person(desk, "hoa")
    hoa.use_invitation(link.rpartition("/")[2])
    assert inside(hoa)
    assert desk.account("hoa").units == {"00004", "00008"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "Ả Ớ", "name": "A", "roles": "clerk", "units": "00004"}, "không dùng được"),
        ({"login": "abc", "name": " ", "roles": "clerk", "units": "00004"}, "họ tên"),
        ({"login": "abc", "name": "A", "units": "00004"}, "vai trò"),
        ({"login": "abc", "name": "A", "roles": "king", "units": "00004"}, "vai trò"),
        ({"login": "abc", "name": "A", "roles": "clerk", "units": "99999"}, "99999"),
        ({"login": "abc", "name": "A", "roles": "approver", "units": ""}, "mã đơn vị"),
        ({"login": "taken", "name": "A", "roles": "clerk", "units": "00004"}, "Đã có tài khoản"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_with_a_reason(desk: Desk, fields: dict[str, str], said: str) -> None:
    if desk.intake.accounts.find_user(login="taken") is None:
        desk.invite("taken", ("clerk",), ("00004",))
    administrator = desk.people.get("admin2") or desk.join("admin2", ("administrator",))
    administrator.sign_in() if not inside(administrator) else None
    page = administrator.act("/nguoi-dung/moi", fields)
    assert page.status == 422
    assert said in page.tree.xpath("//*[@role='alert']")[0].text_content()


def test_an_administrator_changes_others_and_not_themselves(desk: Desk) -> None:
    administrator, clerk = desk.join("admin3", ("administrator",)), desk.join("changed", ("clerk",), ("00004",))
    key, own = desk.account("changed").key, desk.account("admin3").key
    administrator.act(f"/nguoi-dung/{key}/quyen", {"roles": "clerk", "units": "00025"})
    assert desk.account("changed").units == {"00025"}
    assert not inside(clerk)
    for path in ("quyen", "moi-lai", "hoat-dong", "ket-thuc-phien"):
        page = administrator.act(f"/nguoi-dung/{own}/{path}", {"active": "0", "roles": "clerk", "units": "00004"})
        assert page.status == 404
        assert "quản trị viên khác" in page.text
    assert inside(administrator)
    again = administrator.act(f"/nguoi-dung/{key}/moi-lai")
    assert "/moi/" in again.tree.xpath("//code[@class='link-text']")[0].text_content()
    administrator.act(f"/nguoi-dung/{key}/hoat-dong", {"active": "0"})
    assert not desk.account("changed").active


# The journal


def test_the_journal_shows_who_did_what_and_notices_a_change(tmp_path: Path) -> None:
    with opened(make_staff_office(tmp_path / "office")) as found:
        administrator = found.join("admin", ("administrator",))
        clerk = found.join("clerk", ("clerk",), ("00004",))
        clerk.open("/nguoi-dung")
        page = administrator.open("/nhat-ky")
        assert "Nhật ký còn nguyên vẹn" in page.text
        assert "mở trang không được phép" in page.text
        with sqlite3.connect(found.office / "var" / "intake" / "staff.sqlite") as connection:
            connection.execute("UPDATE journal SET who = 'somebody' WHERE number = 2")
        assert first_broken(found.intake.database) == 2
        assert "từ dòng 2" in administrator.open("/nhat-ky").text


# The command


def test_the_command_invites_lists_and_keeps_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office = make_staff_office(tmp_path / "office")
    monkeypatch.setenv("COLLECTOR_SECRET_KEY", "s" * 40)

    def run(*words: str) -> tuple[int, str]:
        code = terminal.run(staff.main, ["--office", str(office), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert "Chưa có tài khoản nào" in run("list")[1]
    code, said = run("invite", "--login", "lan", "--name", "Nguyễn Thị Lan", "--role", "clerk", "--unit", "00004")
    assert code == 0
    link = re.search(r"https://canbo\.example\.vn/moi/(\S{43})", said)
    assert link
    with opened(office) as found:
        lan = Person(found, "lan")
        lan.use_invitation(link[1])
        assert inside(lan)
        assert run("end-sessions", "--login", "lan")[0] == 0
        assert not inside(lan)
    assert "lan · Nguyễn Thị Lan · clerk · 00004 · active" in run("list")[1]
    assert run("change", "--login", "lan", "--role", "approver", "--unit", "*")[0] == 0
    assert run("disable", "--login", "lan")[0] == 0
    assert "approver · * · disabled" in run("list")[1]
    assert run("enable", "--login", "lan")[0] == 0
    assert "moi/" in run("again", "--login", "LAN")[1]
    assert run("disable", "--login", "nobody")[0] == 2
    assert run("disable")[0] == 2
    code, said = run("journal")
    assert code == 0
    assert "scripts/staff.py · invited · lan" in said


def test_accounts_and_files_live_in_postgresql_too(postgres: str) -> None:
    database = database_at(postgres, SCHEMA, variable="COLLECTOR_STAFF_DATABASE_URL")
    database.open()
    now = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)
    accounts = Accounts(database, lambda: now)
    token = accounts.invite("lan", "Lan", ("clerk",), ("00004",), known_units=("00004",), who="test")
    account = accounts.use_invitation(token, "hash")
    assert account
    assert accounts.use_invitation(token, "hash") is None
    with pytest.raises(Mistake, match="account-known"):
        accounts.invite("LAN", "Lan", ("clerk",), ("00004",), known_units=("00004",), who="test")
    assert [found.login for found in accounts.all()] == ["lan"]
    uploads, builds = Uploads(database, lambda: now), Builds(database, lambda: now)
    made = uploads.add(("procedures", "00004", "2026-10"), by="lan", sha256="0" * 64, name="x.csv", size=1)
    claimed = uploads.claim()
    assert claimed
    assert (claimed.key, uploads.claim()) == (made.key, None)
    uploads.settle(made.key, "checked", errors=0, warnings=0, rows=1, candidate="1" * 64)
    assert uploads.submit(made, "lan", reason="", explanations={})
    with pytest.raises(UnderWay):
        uploads.submit(made, "lan", reason="", explanations={})
    submitted = uploads.get(made.key)
    assert submitted
    assert not uploads.approve(made, "minh")  # what it was before it was submitted
    assert uploads.approve(submitted, "minh")
    assert not uploads.approve(submitted, "minh")
    assert uploads.begin_accepting(made, 0)
    assert not uploads.withdraw(made, "lan")
    uploads.accepted(made)
    assert [one.state for one in uploads.of_place("procedures", "00004", "2026-10")] == ["accepted"]
    builds.ask("minh")
    builds.ask("minh")
    assert [one.state for one in builds.latest(5)] == ["waiting"]
    assert first_broken(database) is None
    database.close()


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    from tests.postgres import server

    with server() as found:
        yield found.database()


# Settings


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"COLLECTOR_SECRET_KEY": "short"}, "collector-secret"),
        ({"COLLECTOR_PROXIES": "many"}, "collector-number"),
        ({"COLLECTOR_IDLE_MINUTES": "0"}, "collector-number"),
        ({"COLLECTOR_LONGEST_HOURS": "25"}, "collector-number"),
        ({"COLLECTOR_LOGIN_HEADER": "X-Remote-User"}, "collector-header"),
    ],
)
def test_a_wrong_setting_is_told(environ: dict[str, str], code: str) -> None:
    with pytest.raises(Mistake) as found:
        read_staff_settings({"COLLECTOR_SECRET_KEY": "s" * 40, **environ})
    assert found.value.code == code
    assert all(mistake(found.value))


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    found = read_staff_settings({"COLLECTOR_SECRET_KEY": "s" * 40, "COLLECTOR_OFFICE": str(tmp_path)})
    assert found.database_url == f"sqlite:///{tmp_path}/var/intake/staff.sqlite"
    assert found.files == tmp_path / "var" / "intake"
    assert (found.idle_minutes, found.longest_hours) == (30, 8)
    assert "s" * 40 not in repr(found)


def test_every_variable_of_the_environment_is_documented() -> None:
    used = set(re.findall(r"COLLECTOR_[A-Z_]+[A-Z]", (HOME / "collector" / "settings.py").read_text(encoding="utf-8")))
    pages = [(HOME / "docs" / name).read_text(encoding="utf-8") for name in ("survey.md", "intake.md")]
    documented = {name for page in pages for name in re.findall(r"^\| `(COLLECTOR_[A-Z_]+)`", page, re.MULTILINE)}
    assert used == documented
