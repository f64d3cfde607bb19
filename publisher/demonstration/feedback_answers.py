"""What citizens of three communes said, and what these did about it; counts of all that came."""

from publisher.catalogue import Unit
from publisher.demonstration.making import Maker, Row

PERIOD = "2026-10"

MONTHS = {
    "90001": (("2026-09", 4, 2, 1, 1), ("2026-10", 3, 1, 1, 2)),
    "90003": (("2026-09", 2, 0, 0, 0), ("2026-10", 1, 1, 3, 0)),
    "90009": (("2026-09", 1, 0, 0, 0),),
}
"""Unit → (month, published whole, with words taken out, withheld, to be read)."""

SAID = {
    "90001": (
        ("2026-09", "survey", "place", "Ghế chờ ít quá, người già phải đứng.", "done",
         "Đã đặt thêm 20 ghế và dành hai hàng đầu cho người cao tuổi.", "2026-10-06"),
        ("2026-09", "survey", "waiting", "Sáng thứ hai chờ gần hai tiếng.", "done",
         "Sáng thứ hai mở thêm quầy số 4 từ 7 giờ 30.", "2026-10-12"),
        ("2026-09", "survey", "guidance", "Giấy hướng dẫn làm khai sinh viết khó hiểu, nhà tôi phải đi lại ba lần.",
         "planned", "Viết lại tờ hướng dẫn khai sinh, khai tử trên một trang, có ví dụ.", "2026-11-30"),
        ("2026-09", "survey", "praise", "[…] hướng dẫn rất tận tình, cảm ơn phường.", "done",
         "Đã chuyển lời cảm ơn tới bộ phận.", "2026-10-02"),
        ("2026-09", "survey", "online", "Nộp qua mạng xong vẫn bị gọi lên nộp bản giấy.", "done",
         "Từ ngày 01/10 hồ sơ chứng thực nộp qua mạng không phải nộp thêm bản giấy.", "2026-10-01"),
        ("2026-09", "survey", "papers", "Sao […] bắt photo căn cước ba bản?", "done",
         "Không còn yêu cầu bản sao căn cước: cán bộ tra trên hệ thống.", "2026-10-08"),
        ("2026-10", "survey", "place", "Chỗ để xe không có mái che.", "not_possible",
         "", "Mái che nằm trong dự án sửa trụ sở năm 2027, năm nay chưa có vốn."),
        ("2026-10", "survey", "attitude", "Cán bộ quầy 2 nói chuyện riêng khi dân chờ.", "open", "", ""),
        ("2026-10", "survey", "trips", "Đất đai hẹn đi hẹn lại, lần nào cũng thiếu một tờ […].", "open", "", ""),
        ("2026-10", "survey", "praise", "Nhanh hơn năm ngoái nhiều.", "open", "", ""),
        ("2026-10", "other", "place", "Bảng niêm yết trước cổng bị mưa ướt, không đọc được.", "done",
         "Đã thay bảng có mái và in lại toàn bộ giấy niêm yết.", "2026-10-13"),
    ),
    "90003": (
        ("2026-09", "survey", "waiting", "Máy lấy số hay hỏng.", "done", "Đã thay máy lấy số.", "2026-10-09"),
        ("2026-09", "survey", "place", "Nên có nước uống cho người chờ.", "done", "Đã đặt bình nước ở sảnh.",
         "2026-10-03"),
        ("2026-10", "survey", "online", "Trang nộp hồ sơ báo lỗi buổi tối.", "planned",
         "Đã báo trung tâm công nghệ thông tin tỉnh; đơn vị quản lý hẹn nâng cấp máy chủ.", "2026-12-15"),
        ("2026-10", "survey", "guidance", "Hỏi […] thì bảo tự lên mạng xem.", "open", "", ""),
    ),
    "90009": (
        ("2026-09", "survey", "trips", "Xã xa, đi lại nửa ngày. Cho nộp ở nhà văn hóa thôn được không?", "planned",
         "Mỗi thứ năm có tổ lưu động nhận hồ sơ ở nhà văn hóa thôn Thượng.", "2026-11-19"),
    ),
}  # fmt: skip
"""Unit → (month, how it came, theme, words, state, answer, and the day, or why it is not possible)."""


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:  # noqa: ARG001 as the others
    """One unit's register: the counts of its months, then what was said."""
    if period != PERIOD or unit.code not in SAID:
        return []
    key: Row = {"unit_code": unit.code, "period": period}
    counts = ("published_whole", "published_redacted", "withheld", "waiting")
    texts = ("source", "theme", "said", "status", "answered", "done_on", "planned_on", "reason")
    found: list[Row] = []
    for month, *numbers in MONTHS[unit.code]:
        parts = dict(zip(counts, numbers, strict=True))
        about: Row = {**key, "row_kind": "month", "entry_code": f"T{month}", "said_in": month}
        found.append({**about, **dict.fromkeys(texts, ""), "received": sum(numbers), **parts})
    for number, (month, source, theme, said, status, answered, more) in enumerate(SAID[unit.code], start=1):
        about = {**key, "row_kind": "entry", "entry_code": f"G{number:02d}", "said_in": month}
        days = {"done": "done_on", "planned": "planned_on", "not_possible": "reason"}
        told = dict(zip(texts[:5], (source, theme, said, status, answered), strict=True))
        end = {name: more if days.get(status) == name else "" for name in days.values()}
        found.append({**about, **told, **end, "received": "", **dict.fromkeys(counts, "")})
    return found
