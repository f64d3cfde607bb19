"""The page of units that owe figures, and the messages that it sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.reminders import URL
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
    without = approver.act("/chua-nop")
    assert without.status == 422
    assert URL in without.text
    monkeypatch.setenv(URL, f"smtp://{address}")
    assert "Đã gửi thư nhắc 2 đơn vị." in approver.act("/chua-nop").text
    assert {str(mail["X-To"]) for mail in kept.mails} == set(ADDRESSES.values())
    assert "đều đã được nhắc" in approver.open("/chua-nop").text
    approver.act("/chua-nop")
    assert len(kept.mails) == 2
    assert ("approver", "reminded", "") in desk.journal()


def test_an_approver_of_some_units_sees_those(desk: Desk) -> None:
    some = desk.join("some", ("approver",), ("00008",))
    page = some.open("/chua-nop")
    assert "Phường Ngọc Hà" in page.text
    assert "Phường Ba Đình" not in page.text


def test_where_no_unit_has_an_address_nobody_is_said_to_be_reminded(tmp_path: Path) -> None:
    root = make_staff_office(tmp_path / "office", datasets={"procedures": {}}, first_period="2026-06")
    with opened(root) as desk:
        page = desk.join("approver", ("approver",), ("*",)).open("/chua-nop")
        assert "Chưa đơn vị nào có địa chỉ thư." in page.text
        assert "đều đã được nhắc" not in page.text
