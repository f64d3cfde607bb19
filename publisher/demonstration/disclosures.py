"""What the communes post: each a choice of the fourteen kinds, one item too briefly, one too late."""

import random

from publisher.catalogue import Unit
from publisher.demonstration.making import SEED, Maker, Row

PERIOD = "2026-10"
HALLS = "Trụ sở Ủy ban nhân dân; nhà văn hóa các tổ dân phố"
OFFICE = "Trụ sở Ủy ban nhân dân"
ITEMS = (
    ("c01", "Kết quả thực hiện kế hoạch phát triển kinh tế - xã hội 9 tháng năm 2026", "185/BC-UBND", "2026-10-05",
     "2026-10-07", "2026-11-07", HALLS, 0, "Văn phòng"),
    ("c02", "Tình hình thực hiện dự toán ngân sách quý III năm 2026", "61/QĐ-UBND", "2026-10-09", "2026-10-12",
     "2026-11-12", HALLS, 3, "Bộ phận tài chính - kế toán"),
    ("c02", "Quyết toán ngân sách năm 2025", "40/QĐ-UBND", "2026-07-15", "2026-07-20", "2026-08-20", HALLS, 3,
     "Bộ phận tài chính - kế toán"),
    ("c03", "Danh mục công trình đầu tư công năm 2026 và tiến độ thực hiện", "12/KH-UBND", "2026-01-15", "2026-01-19",
     "2026-03-02", HALLS, 0, "Bộ phận địa chính - xây dựng"),
    ("c04", "Quy tắc ứng xử của cán bộ, công chức, viên chức", "08/QĐ-UBND", "2026-01-08", "2026-01-12", "", OFFICE, 0,
     "Văn phòng"),
    ("c04", "Quy chế làm việc của Ủy ban nhân dân", "02/QĐ-UBND", "2026-01-05", "2026-01-09", "", OFFICE, 0,
     "Văn phòng"),
    ("c05", "Mức vận động và kết quả thu, chi Quỹ Đền ơn đáp nghĩa năm 2026", "33/TB-UBND", "2026-07-01", "2026-07-03",
     "2026-08-10", HALLS, 0, "Bộ phận văn hóa - xã hội"),
    ("c07", "Tiêu chí và mức hỗ trợ hộ nghèo, hộ cận nghèo sửa chữa nhà ở", "54/TB-UBND", "2026-09-16", "2026-09-18",
     "2026-10-30", HALLS, 5, "Bộ phận văn hóa - xã hội"),
    ("c10", "Kết quả kiểm tra công vụ sáu tháng đầu năm 2026", "47/BC-UBND", "2026-07-10", "2026-07-14", "2026-08-20",
     OFFICE, 3, "Văn phòng"),
    ("c12", "Mức thu phí, lệ phí thực hiện tại xã, phường", "21/TB-UBND", "2026-03-02", "2026-03-04", "2026-04-10",
     HALLS, 4, "Bộ phận tài chính - kế toán"),
    ("c13", "Danh mục thủ tục hành chính thuộc thẩm quyền giải quyết của Ủy ban nhân dân cấp xã", "215/QĐ-UBND",
     "2026-09-08", "2026-09-10", "", OFFICE, 0, "Bộ phận Tiếp nhận và Trả kết quả"),
)  # fmt: skip
"""(content, title, document, its day, posted from, until, where, days on the loudspeakers, who is in charge)."""

SHORT, LATE = "90004", "90011"
"""The communes of which one item hung for three weeks, and one was posted weeks after its document."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:  # noqa: ARG001 as the others
    """One commune's register, a row an item."""
    if period != PERIOD or unit.level != "commune":
        return []
    chance = random.Random(f"disclosures{SEED}{unit.code}")  # noqa: S311 figures, not secrets
    found: list[Row] = []
    for content, title, number, decided, begin, until, place, days, charge in ITEMS:
        if content in ("c03", "c05", "c10") and chance.random() < 0.3:
            continue
        hung_briefly = unit.code == SHORT and content == "c05"
        posted_late = unit.code == LATE and content == "c12"
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "item_code": f"{len(found) + 1:02d}",
                "content": content,
                "title": title,
                "decision_no": number,
                "decision_on": "2026-02-02" if posted_late else decided,
                "place": place,
                "posted_from": begin,
                "posted_to": "2026-07-24" if hung_briefly else until,
                "web_link": f"https://vanban.example.vn/van-ban/{unit.slug}/{content}" if chance.random() < 0.8 else "",
                "loudspeaker_days": days or "",
                "responsible": charge,
            }
        )
    return found
