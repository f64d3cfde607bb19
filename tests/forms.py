"""Files in the exact shape of the official form and of the exports that offices have: merged headers and all."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Header = Mapping[str, Any]
"""Titles from left to right; a title with titles below it is a group."""

II06A: Header = {
    "TT": None,
    "Lĩnh vực, công việc giải quyết theo cấp": None,
    "Số hồ sơ tiếp nhận": {
        "Tổng số": None,
        "Trong kỳ": {"Trực tuyến": None, "Trực tiếp, dịch vụ bưu chính": None},
        "Từ kỳ trước": None,
    },
    "Số hồ sơ đã giải quyết": {"Tổng số": None, "Trước hạn": None, "Đúng hạn": None, "Quá hạn": None},
    "Số hồ sơ đang giải quyết": {"Tổng số": None, "Trong hạn": None, "Quá hạn": None},
}
CLOSING_BALANCE: Header = {
    "STT": None,
    "Lĩnh vực": None,
    "Tổng": None,
    "Tiếp nhận": None,
    "Kỳ trước chuyển qua": None,
    "Đã giải quyết": {"Số hồ sơ": None, "Sớm": None, "Đúng": None, "Trễ": None},
    "Đang giải quyết": {"Số hồ sơ": None, "Chưa đến hạn": None, "Đã quá hạn": None},
    "CD rút hồ sơ": None,
    "Hồ sơ trả lại": None,
    "Tồn cuối": None,
}
OPENING_BALANCE: Header = {
    "STT": None,
    "Đơn vị": None,
    "Lĩnh vực": None,
    "Số đầu kỳ": None,
    "Kỳ trước chuyển qua": None,
    "Tiếp nhận trong kỳ": None,
    "Kết quả giải quyết": {
        "Đã giải quyết": None,
        "Sớm hạn": None,
        "Đúng hạn": None,
        "Trễ hạn": None,
        "Đang giải quyết": None,
    },
    "Tổng số trễ hạn": None,
    "Hồ sơ trả lại": None,
    "Hồ sơ rút": None,
}
LETTERS = {"Quá hạn đã có thư xin lỗi": None, "Quá hạn chưa có thư xin lỗi": None}
MERGED_SYSTEMS: Header = {
    "STT": None,
    "Đơn vị": None,
    "Lĩnh vực": None,
    "Tiếp nhận": {
        "Trực tiếp": None,
        "Trực tuyến toàn trình": None,
        "Trực tuyến một phần": None,
        "Trực tuyến hình thức khác": None,
        "Phi địa giới": None,
        "Kỳ trước": None,
        "BCCI": None,
    },
    "Đã giải quyết": {"Đúng và trước hạn": None, **LETTERS},
    "Đang giải quyết": {"Chưa đến hạn": None, **LETTERS},
    "Thanh toán trực tuyến": None,
    "Thanh toán trực tiếp": None,
    "Hồ sơ dừng xử lý": None,
    "Chờ tiếp nhận": {"Đúng hạn": None, "Quá hạn": None},
    "Không được tiếp nhận": None,
    "Hồ sơ rút": None,
    "Kết quả điện tử khác kết quả giấy": None,
}


def depth_of(header: Header | None) -> int:
    """How many rows a header has."""
    return 1 + max((depth_of(below) for below in header.values() if below), default=0) if header else 0


def width_of(header: Header | None) -> int:
    """How many columns a header has."""
    return sum(width_of(below) if below else 1 for below in header.values()) if header else 1


def draw(sheet: Worksheet, header: Header, row: int, column: int, last: int) -> None:
    """Write titles from a cell on, merged over their columns and down to the last row."""
    for title, below in header.items():
        width = width_of(below)
        sheet.cell(row, column, title)
        bottom = row if below else last
        if width > 1 or bottom > row:
            sheet.merge_cells(start_row=row, start_column=column, end_row=bottom, end_column=column + width - 1)
        if below:
            draw(sheet, below, row + 1, column, last)
        column += width


def form(
    header: Header,
    rows: Sequence[Sequence[Any]],
    above: Sequence[Sequence[Any]] = (),
    below: Sequence[Sequence[Any]] = (),
    *,
    numbered: bool = False,
    merged: bool = True,
) -> bytes:
    """A workbook: rows above, the header, the row of column numbers if the form has one, rows, and what stands below.

    Without `merged`, no cells are merged: as a CSV sees such a sheet.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    for line in above:
        sheet.append(list(line))
    first = len(above) + 1
    draw(sheet, header, first, 1, first + depth_of(header) - 1)
    if not merged:
        for one in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(one))
    place = first + depth_of(header)
    lines = [[f"({n})" for n in range(1, width_of(header) + 1)]] if numbered else []
    for number, line in enumerate([*lines, *rows, *below], start=place):
        for column, cell in enumerate(line, start=1):
            if cell is not None:
                sheet.cell(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ii06a(rows: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """Form II.06a of one unit for July 2026, with the official lines above and below."""
    above = options.pop(
        "above",
        [
            ["Biểu số II.06a/VPCP/KSTT", None, None, "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"],
            ["Ban hành kèm theo Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020"],
            ["Đơn vị báo cáo: UBND phường Ba Đình", None, None, None, "Đơn vị nhận báo cáo: UBND thành phố Hà Nội"],
            ["Kỳ báo cáo: Tháng 7/2026 (Từ ngày 15/6/2026 đến ngày 14/7/2026)"],
            [None, None, None, "Đơn vị tính: Số hồ sơ TTHC"],
        ],
    )
    below = [[], [None, "Người làm báo cáo", *[None] * 7, "Thủ trưởng đơn vị"], [None, "Nguyễn Văn A"]]
    return form(II06A, rows, above, options.pop("below", below), numbered=True, **options)
