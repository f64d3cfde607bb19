"""Commendations of a few units: collectives by name, persons without."""

from publisher.catalogue import Unit
from publisher.demonstration.making import Maker, Row

PERIOD = "2026-10"
LISTS = {
    "90001": (
        ("collective", "Bộ phận Tiếp nhận và Trả kết quả phường Lam Giang", 1, "province",
         "Giải quyết thủ tục hành chính đúng hạn ba năm liền", "1187/QĐ-UBND", "2026-09-02"),
        ("person", "", 4, "commune", "Hoàn thành xuất sắc nhiệm vụ số hóa hồ sơ hộ tịch", "56/QĐ-UBND", "2026-08-18"),
    ),
    "90009": (
        ("collective", "Ủy ban nhân dân xã Ái Nghĩa Thượng", 1, "province",
         "Dẫn đầu phong trào thi đua cải cách hành chính năm 2025", "402/QĐ-UBND", "2026-03-25"),
    ),
    "STP": (
        ("collective", "Phòng Hành chính tư pháp", 1, "prime_minister",
         "Thành tích trong đăng ký hộ tịch điện tử", "915/QĐ-TTg", "2026-07-15"),
        ("collective", "Trung tâm Trợ giúp pháp lý", 1, "title", "Tập thể lao động xuất sắc", "88/QĐ-STP",
         "2026-01-20"),
    ),
}  # fmt: skip


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:  # noqa: ARG001 as the others
    """One unit's list, a row a commendation."""
    if period != PERIOD:
        return []
    return [
        {
            "unit_code": unit.code,
            "period": period,
            "entry_code": f"KT{number:02d}",
            "recipient_type": kind,
            "recipient": name,
            "recipients": count,
            "award": award,
            "what_for": what_for,
            "decision_no": decision,
            "decision_on": day,
        }
        for number, (kind, name, count, award, what_for, decision, day) in enumerate(LISTS.get(unit.code, ()), start=1)
    ]
