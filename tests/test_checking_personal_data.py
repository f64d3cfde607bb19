"""Personal data in free text: what must be found, what must not, and that no text can stop the check."""

import time

import pytest

from publisher.checking import personal_data
from publisher.checking.personal_data import MARK, doubt, suspect, taken_out

FOUND = """
phone     | Liên hệ 0912345678
phone     | +84 912 345 678
phone     | (+84) 91-234-5678
phone     | 0912.345.678
phone     | 0 9 1 2 3 4 5 6 7 8
phone     | 09\u200b12345678
phone     | ０９１２３４５６７８
phone     | 024 3825 3536
phone     | (024) 3825 3536
identity  | CCCD 001203012345
identity  | 001 203 012 345
identity  | 079.201.000.123
identity  | CMND số 123456789
identity  | cmt: 123 456 789
email     | lan@example.vn
email     | lan (at) example.vn
email     | Lan.Nguyen+1@mail.gov.vn
plate     | xe 29A-123.45
plate     | 30F 12345
plate     | 51-F1 234.56
dossier   | 000.00.53.H48-220921-0099
dossier   | H21.65-220914-0011
passport  | C1234567
land      | thửa đất số 12, tờ bản đồ 5
address   | số nhà 12
address   | ngõ 45
person    | ông Nguyễn Văn A
person    | chị Lan
"""

SILENT = """
1.234.567.890 đồng
0912345678 đồng
91/2025/QH15
Nghị định 118/2025/NĐ-CP
Quyết định 766/QĐ-TTg
1.004222
hồ sơ 1.001193 và 2.000815
2.000884.000.00.00.H55
000.00.00.H00
gọi 1022
0235.1022
cảm ơn anh ấy, chị ấy và ông ấy
tổng đài 1900 1234
19001022
1800 6131
ngày 15/10/2026
15-09-2026 đến 14-10-2026
03-09-2026 15 hồ sơ
03.09.2026 10 giờ
kỳ 2026-10
12.345 hồ sơ
98,53%
Nguyên nhân: 03 12 hồ sơ
Bà Rịa - Vũng Tàu
bà con nhân dân
tiếng Anh
do lỗi phần mềm, chưa liên thông
"""

HOSTILE = ("0", "0 ", "0-", "(0)", "09 ", "a@", "a", "a.a@a.", "cmnd ", "ông ", "H12.1", "A1", "\u200b0", "số nhà")


@pytest.mark.parametrize("line", FOUND.strip().splitlines())
def test_personal_data_is_found(line: str) -> None:
    kind, text = line.split("|", 1)
    assert suspect(text.strip()) == kind.strip()


@pytest.mark.parametrize("text", SILENT.strip().splitlines())
def test_what_offices_write_every_day_is_left_alone(text: str) -> None:
    assert suspect(text) is None


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hundred_kilobytes_of_anything_take_no_time(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    start = time.process_time()
    suspect(text)
    assert time.process_time() - start < 0.5


# What strangers wrote

HELD = """
Cảm ơn Nguyễn Thị Lan đã giúp      | name       | Cảm ơn […] đã giúp
CẢM ƠN TRẦN VĂN BÌNH               | name       | CẢM ƠN […]
Cô ơi, gọi 0912 345 678 cho em nhé | phone      | Cô ơi, gọi […] cho em nhé
Gặp anh Hùng Cường ở quầy 2        | person     | Gặp […] ở quầy 2
Nhà ở ngõ 45, xe 29A-123.45 bị giữ | plate      | Nhà ở […], xe […] bị giữ
viết cho lan@example.vn            | email      | viết cho […]
"""


@pytest.mark.parametrize("line", HELD.strip().splitlines())
def test_a_comment_that_may_name_somebody_is_held_back_with_a_proposal_without_it(line: str) -> None:
    text, kind, proposed = (part.strip() for part in line.split("|"))
    assert doubt(text) == kind
    assert taken_out(text) == proposed
    assert doubt(proposed) is None


@pytest.mark.parametrize(
    "text",
    [
        "Chờ hai tiếng mới đến lượt, ghế ngồi quá ít.",
        "Từ Hà Nội về, thấy ở đây làm nhanh hơn.",
        "Mai tôi quay lại có được không?",
        "Hồ sơ đất đai giải thích chưa rõ",
        "TÔI RẤT HÀI LÒNG",
    ],
)
def test_a_comment_about_the_service_is_not_held_back(text: str) -> None:
    assert doubt(text) is None
    assert taken_out(text) == text


def test_a_search_that_fails_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(personal_data, "suspect", fails)
    assert doubt("Ghế ngồi quá ít") == "unchecked"


def test_characters_that_are_read_as_others_are_found_and_left_to_the_person() -> None:
    text = "Gọi ０９１２３４５６７８"
    assert doubt(text) == "phone"
    assert taken_out(text) == text
    assert MARK not in text
