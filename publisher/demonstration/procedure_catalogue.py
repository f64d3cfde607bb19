"""The communes' lists of procedures: a choice of what communes handle, at the counter that handles its field."""

from publisher.catalogue import Counter, Unit
from publisher.demonstration.making import Maker, Row

PERIOD = "2026-10"
DECISION, DECIDED_ON, PROCESS = "215/QĐ-UBND", "2026-09-08", "233/QĐ-UBND"
FREE = "Không"
LISTED = (
    ("1.001193", "Đăng ký khai sinh", "Hộ tịch", "Ngay trong ngày làm việc", FREE, "full",
     "Tờ khai đăng ký khai sinh; giấy chứng sinh"),
    ("1.000894", "Đăng ký kết hôn", "Hộ tịch", "Ngay trong ngày làm việc", FREE, "partial",
     "Tờ khai đăng ký kết hôn; giấy tờ tùy thân của hai bên"),
    ("1.000656", "Đăng ký khai tử", "Hộ tịch", "Ngay trong ngày làm việc", FREE, "full",
     "Tờ khai đăng ký khai tử; giấy báo tử hoặc giấy tờ thay giấy báo tử"),
    ("1.004873", "Cấp giấy xác nhận tình trạng hôn nhân", "Hộ tịch", "03 ngày làm việc", "15.000 đồng", "full",
     "Tờ khai cấp giấy xác nhận tình trạng hôn nhân"),
    ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực", "Ngay trong ngày làm việc",
     "2.000 đồng một trang", "partial", "Bản chính; bản sao cần chứng thực"),
    ("2.000884", "Chứng thực chữ ký trong giấy tờ, văn bản", "Chứng thực", "Ngay trong ngày làm việc",
     "10.000 đồng một trường hợp", "information", "Giấy tờ tùy thân; giấy tờ, văn bản sẽ ký"),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", "Thành lập và hoạt động của hộ kinh doanh", "03 ngày làm việc",
     "100.000 đồng", "full", "Giấy đề nghị đăng ký hộ kinh doanh; giấy tờ pháp lý của chủ hộ"),
    ("1.001776", "Thực hiện, điều chỉnh, thôi hưởng trợ cấp xã hội hằng tháng", "Bảo trợ xã hội", "", FREE, "full",
     "Tờ khai theo mẫu"),
    ("1.001699", "Xác định, xác định lại mức độ khuyết tật và cấp giấy xác nhận khuyết tật", "Bảo trợ xã hội",
     "25 ngày làm việc", FREE, "partial", "Đơn đề nghị theo mẫu; giấy tờ y tế có liên quan, nếu có"),
    ("1.013133", "Đăng ký nghĩa vụ quân sự lần đầu", "Nghĩa vụ quân sự", "10 ngày", FREE, "partial",
     "Phiếu tự khai sức khỏe; bản chụp giấy tờ tùy thân"),
)  # fmt: skip
"""(code, name, field, time limit, fee, how far online, papers); figures of a demonstration, not advice."""

COUNTERS = {"Hộ tịch": "01", "Chứng thực": "01"}


def rows(maker: Maker, unit: Unit, period: str) -> list[Row]:
    """One commune's list, a row a procedure."""
    if period != PERIOD or unit.level != "commune":
        return []
    known = {entry.code for entry in maker.office.counters if isinstance(entry, Counter) and entry.unit == unit.code}
    found: list[Row] = []
    for code, name, field, time_limit, fee, online, papers in LISTED:
        counter = f"{unit.code}-{COUNTERS.get(field, '02')}"
        found.append(
            {
                "unit_code": unit.code,
                "period": period,
                "procedure_code": code,
                "procedure_name": name,
                "field": field,
                "level": "Cấp Xã",
                "decision_no": DECISION,
                "decision_on": DECIDED_ON,
                "applicants": "Công dân Việt Nam",
                "time_limit": time_limit,
                "fee": fee,
                "documents_needed": papers,
                "online_level": online,
                "counter_code": counter if counter in known else "",
                "process_no": PROCESS if unit.code <= "90012" else "",
            }
        )
    return found
