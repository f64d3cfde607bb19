"""Units that owe data are reminded by e-mail: one message each, to a real mail server, once a day."""

import datetime as dt
import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from publisher import reminders
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.errors import Mistake
from publisher.ledger import accept, read_ledger
from scripts import remind as command
from scripts import terminal
from tests.offices import make_office
from tests.submitted import PROCEDURES, file_of

ADDRESSES = {"00004": "badinh@phuong.example.vn", "00008": "ngocha@phuong.example.vn"}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Three communes that owe May and June; the first has submitted June. The third has no address."""
    root = make_office(tmp_path / "office", datasets={"procedures": {}}, first_period="2026-05", last_period="2026-06")
    path = root / "datasets" / "units.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{line},{ADDRESSES.get(line[:5], '')}" for line in lines]
    path.write_text("\n".join([f"{header},email", *lines]) + "\n", encoding="utf-8")
    office = open_office(root)
    kind = office.kinds["procedures"]
    accept(office, kind, file_of(kind, PROCEDURES), now=dt.datetime(2026, 6, 20, tzinfo=ZONE))
    return office


class Server:
    """A mail server that keeps what it is given; after `most` messages it takes no more."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.most = 1000
        self.logins: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if len(self.mails) >= self.most:
            return "452 Insufficient storage"
        found = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        found["X-To"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(found)
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Take one name and password."""
        self.logins.append(data.login.decode())
        return AuthResult(success=(data.login, data.password) == (b"gui thu", b"m@t/khau"))


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    """The server, and its address."""
    kept = Server()
    controller = Controller(kept, hostname="127.0.0.1", port=0, authenticator=kept.authenticate, auth_require_tls=False)
    controller.port = free_port()
    controller.start()
    yield kept, f"127.0.0.1:{controller.port}"
    controller.stop()


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def chosen(office: Office, **which: str) -> list[reminders.Owed]:
    """What is owed."""
    return reminders.owed(office, read_ledger(office), **which)


def test_what_is_owed_is_named_with_its_due_day_oldest_first(office: Office) -> None:
    assert [(o.unit.code, o.period, o.due.isoformat(), o.late) for o in chosen(office)] == [
        ("00004", "2026-05", "2026-05-21", 71),
        ("00025", "2026-05", "2026-05-21", 71),
        ("00008", "2026-05", "2026-05-21", 71),
        ("00025", "2026-06", "2026-06-19", 42),
        ("00008", "2026-06", "2026-06-19", 42),
    ]
    assert {o.unit.code for o in chosen(office, period="2026-06")} == {"00008", "00025"}
    assert chosen(office, kind="procedures") == chosen(office)
    with pytest.raises(Mistake, match="unknown-kind"):
        chosen(office, kind="x")


def test_one_message_a_unit_says_what_and_since_when_and_how(office: Office) -> None:
    messages = reminders.reminders(office, chosen(office))
    assert [m.unit.code for m in messages] == ["00004", "00025", "00008"]
    assert messages[2].subject == "Nhắc nộp số liệu công khai: 2 báo cáo quá hạn – Phường Ngọc Hà"
    text = messages[2].text
    assert (
        "- Kết quả giải quyết thủ tục hành chính, Tháng 5/2026 (từ 15/04/2026 đến 14/05/2026): hạn nộp 21/05/2026, "
        "đã quá 71 ngày.\n- Kết quả giải quyết thủ tục hành chính, Tháng 6/2026"
    ) in text
    assert "https://congkhai.example.vn/don-vi/phuong-ngoc-ha/" in text
    assert "khai “Không phát sinh”" in text
    assert "1022 · lienhe@example.vn" in text


def test_a_real_server_receives_them_in_vietnamese(office: Office, server: tuple[Server, str]) -> None:
    kept, address = server
    messages = reminders.reminders(office, chosen(office))
    assert reminders.send(office, messages, {reminders.URL: f"smtp://{address}"}) == 2
    assert [m["X-To"] for m in kept.mails] == ["badinh@phuong.example.vn", "ngocha@phuong.example.vn"]
    one = kept.mails[1]
    assert (one["From"], one["Subject"]) == ("lienhe@example.vn", messages[2].subject)
    assert one["Message-ID"].endswith("@congkhai.example.vn>")
    assert one["Auto-Submitted"] == "auto-generated"
    assert one.get_content().replace("\r\n", "\n") == messages[2].text
    assert [u.code for u in reminders.without_address(messages)] == ["00025"]


def test_a_server_that_wants_a_name_and_a_password_gets_them(office: Office, server: tuple[Server, str]) -> None:
    kept, address = server
    messages = reminders.reminders(office, chosen(office))
    sender = {reminders.FROM: "cong-khai@tinh.example.vn"}
    reminders.send(office, messages, {reminders.URL: f"smtp://gui%20thu:m%40t%2Fkhau@{address}", **sender})
    assert kept.logins == ["gui thu"]
    assert kept.mails[0]["From"] == "cong-khai@tinh.example.vn"
    with pytest.raises(Mistake, match="smtp-failed") as caught:
        reminders.send(office, messages, {reminders.URL: f"smtp://gui%20thu:sai@{address}"})
    assert "sai" not in str(caught.value.values["detail"])


def test_nobody_is_reminded_twice_a_day_of_the_same(office: Office, server: tuple[Server, str]) -> None:
    kept, address = server
    environment = {reminders.URL: f"smtp://{address}"}
    first = reminders.not_yet_today(office, chosen(office, period="2026-05"))
    reminders.send(office, reminders.reminders(office, first), environment)
    again = reminders.not_yet_today(office, chosen(office))
    assert {o.key for o in again} == {
        "procedures/00008/2026-06", "procedures/00025/2026-06",  # not reminded of yet
        "procedures/00025/2026-05",  # it has no address: nothing was sent
    }  # fmt: skip
    assert len(kept.mails) == 2


def test_a_server_that_breaks_off_is_taken_up_where_it_broke_off(office: Office, server: tuple[Server, str]) -> None:
    kept, address = server
    kept.most = 1
    environment = {reminders.URL: f"smtp://{address}"}
    with pytest.raises(Mistake, match="smtp-failed") as caught:
        reminders.send(office, reminders.reminders(office, chosen(office)), environment)
    assert (caught.value.values["sent"], caught.value.values["count"]) == (1, 2)
    kept.most = 1000
    rest = reminders.reminders(office, reminders.not_yet_today(office, chosen(office)))
    assert reminders.send(office, rest, environment) == 1
    assert [m["X-To"] for m in kept.mails] == ["badinh@phuong.example.vn", "ngocha@phuong.example.vn"]


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example.vn", "smtp://host:port", "smtp://[::1"])
def test_a_wrong_server_address_is_a_sentence_without_the_password(office: Office, url: str) -> None:
    with pytest.raises(Mistake, match="smtp-url") as caught:
        reminders.send(office, reminders.reminders(office, chosen(office)), {reminders.URL: url})
    assert caught.value.values == {"url": "CONG_KHAI_SMTP_URL"}


# --- the command


def test_without_a_server_the_messages_are_files_that_a_mail_program_opens(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "thu"
    assert terminal.run(command.main, ["--office", str(office.root), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Đã ghi 3 thư nhắc" in said
    assert "1 đơn vị không có địa chỉ thư trong units.csv (cột email): Phường Giảng Võ." in said
    files = sorted(out.iterdir())
    assert [f.name for f in files] == [
        f"2026-07-31-{slug}.eml" for slug in ("phuong-ba-dinh", "phuong-giang-vo", "phuong-ngoc-ha")
    ]
    one = email.message_from_bytes(files[2].read_bytes(), policy=email.policy.default)
    assert (one["To"], one["Content-Language"]) == ("ngocha@phuong.example.vn", "vi")
    assert email.message_from_bytes(files[1].read_bytes())["To"] is None
    assert terminal.run(command.main, ["--office", str(office.root), "--out", str(out)]) == 0
    assert "hôm nay đã nhắc rồi" in capsys.readouterr().out
    assert terminal.run(command.main, ["--office", str(office.root), "--out", str(out), "--again"]) == 0
    assert "Đã ghi 3 thư nhắc" in capsys.readouterr().out


def test_the_command_tells_who_owes_what_and_sends_nothing_by_itself(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.run(command.main, ["--office", str(office.root), "--period", "2026-06"]) == 0
    out = capsys.readouterr().out
    assert "2 báo cáo của 2 đơn vị đã quá hạn mà chưa nộp:" in out
    assert "Phường Ngọc Hà: Hồ sơ, Tháng 6/2026, hạn 19/06/2026, quá 42 ngày" in out
    assert not reminders.state_file(office).exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--send"], "Chưa biết gửi thư qua máy chủ nào."),
        (["--send", "--out", "x"], "Chỉ chọn một"),
        (["--dataset", "x"], "x"),
    ],
    ids=["no server", "both", "unknown"],
)
def test_a_mistake_of_the_command_is_one_sentence(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    sentence: str,
) -> None:
    monkeypatch.delenv(reminders.URL, raising=False)
    assert terminal.run(command.main, ["--office", str(office.root), *options]) == 2
    assert sentence in capsys.readouterr().err


# --- units.csv


@pytest.mark.parametrize("address", ["a@b", "x y@z.vn", "a@b.vn\r\nBcc: c@d.vn", "a@b.vn,c@d.vn"])
def test_what_is_no_plain_address_is_refused_with_its_row(office: Office, address: str) -> None:
    path = office.datasets / "units.csv"
    text = path.read_text(encoding="utf-8").replace("ngocha@phuong.example.vn", f'"{address}"')
    path.write_bytes(text.encode())
    with pytest.raises(Mistake, match="units-email") as caught:
        open_office(office.root)
    assert caught.value.values["row"] == 3


def test_a_table_without_the_column_is_read_as_before(office_folder: Path) -> None:
    assert {getattr(unit, "email", None) for unit in open_office(office_folder).units} == {""}
