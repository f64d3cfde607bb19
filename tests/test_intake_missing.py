"""The page of units that owe figures, and the messages that it sends."""

import io
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from publisher.reminders import URL
from tests.intake_app import URL as AT
from tests.intake_app import Desk, make_staff_office, opened
from tests.test_reminders import ADDRESSES, Server
from tests.test_reminders import server as server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An office whose three units owe May and June; two have an address."""
    root = make_staff_office(
        tmp_path / "office", datasets={"procedures": {}}, first_period="2026-05", last_period="2026-06"
    )
    path = root / "datasets" / "units.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{line},{ADDRESSES.get(line[:5], '')}" for line in lines]
    path.write_text("\n".join([f"{header},email", *lines]) + "\n", encoding="utf-8")
    with opened(root) as found:
        found.join("approver", ("approver",), ("*",))
        yield found


def test_whoever_owes_is_listed_and_reminded_once_a_day(
    desk: Desk, server: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, address = server
    approver = desk.people["approver"]
    page = approver.open("/chua-nop")
    assert "3 đơn vị còn nợ 6 báo cáo đã quá hạn." in page.text
    assert "Hồ sơ, tháng 5/2026: quá hạn" in page.text
    assert "chưa có trong units.csv" in page.text
    monkeypatch.setenv(URL, f"smtp://{address}")
    assert "Đã gửi thư nhắc 2 đơn vị." in approver.act("/chua-nop").text
    assert {str(mail["X-To"]) for mail in kept.mails} == set(ADDRESSES.values())
    assert "đều đã được nhắc" in approver.open("/chua-nop").text
    approver.act("/chua-nop")
    assert len(kept.mails) == 2
    assert ("approver", "reminded", "") in desk.journal()


def test_without_a_mail_server_the_messages_come_as_files(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL, raising=False)
    approver = desk.people["approver"]
    page = approver.open("/chua-nop")
    assert "Tải 3 thư nhắc" in page.text
    for _ in range(2):  # nobody knows whether they were sent: they can be had again
        response = approver.client.post("/chua-nop", data={"csrf_token": approver.token()}, base_url=AT)
        assert response.mimetype == "application/zip"
        with zipfile.ZipFile(io.BytesIO(response.data)) as files:
            mails = [message_from_bytes(files.read(name), policy=default) for name in sorted(files.namelist())]
        assert [str(mail["To"] or "") for mail in mails].count("") == 1
        assert {str(mail["To"]) for mail in mails if mail["To"]} == set(ADDRESSES.values())
        assert all("tháng 5/2026" in mail.get_content().lower() for mail in mails)
    assert [entry[1] for entry in desk.journal()][-2:] == ["reminders-taken", "reminders-taken"]


def test_an_approver_of_some_units_sees_those(desk: Desk) -> None:
    some = desk.join("some", ("approver",), ("00008",))
    page = some.open("/chua-nop")
    assert "Phường Ngọc Hà" in page.text
    assert "Phường Ba Đình" not in page.text


def test_where_no_unit_has_an_address_nobody_is_said_to_be_reminded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_staff_office(tmp_path / "office", datasets={"procedures": {}}, first_period="2026-06")
    monkeypatch.setenv(URL, "smtp://127.0.0.1:2525")
    with opened(root) as desk:
        page = desk.join("approver", ("approver",), ("*",)).open("/chua-nop")
        assert "Chưa đơn vị nào có địa chỉ thư." in page.text
        assert "đều đã được nhắc" not in page.text
