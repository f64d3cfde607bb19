"""The dataset kind that the tests of reading make: ten columns as in a commune's monthly table, and files of it."""

from collections.abc import Iterable
from pathlib import Path

from publisher.catalogue import Kind, Office, open_office
from publisher.errors import Problem
from publisher.reading import ReadTable, read_file
from tests.offices import UNITS, make_office
from tests.small_kinds import dataset, measure, words

FIGURES = {
    "received": ("Tiếp nhận", "tiep_nhan"),
    "early": ("Trước hạn", "truoc_han"),
    "on_time": ("Đúng hạn", "dung_han"),
    "late": ("Quá hạn", "qua_han"),
    "pending": ("Đang giải quyết", "dang_giai_quyet"),
}
LABELS = "ma_don_vi,ten_don_vi,thang,ma_linh_vuc,ten_linh_vuc,tiep_nhan,truoc_han,dung_han,qua_han,dang_giai_quyet"
ROW = "00004,Phường Ba Đình,2026-06,HT,Hộ tịch,120,80,30,4,6"
CANONICAL = ["00004", "2026-06", "2026-05-15", "2026-06-14", "HT", "120", "80", "30", "4", "6", "", "", "", ""]
REQUIRED = {"required": True}

KIND = {
    "dataset": dataset(
        grain=["unit_code", "period", "field_code"],
        tallies={"received": {"sum": ["received"]}},
        measures={"received": measure(sum=["received"])},
    ),
    "schema": {
        "fields": [
            {
                "name": "unit_code",
                "type": "string",
                "titles": words("Mã đơn vị"),
                "aliases": ["ma_don_vi"],
                "table": "units",
                "named_by": {"titles": words("Tên đơn vị"), "aliases": ["ten_don_vi"]},
                "constraints": REQUIRED,
            },
            {
                "name": "period",
                "type": "string",
                "titles": words("Tháng"),
                "aliases": ["thang"],
                "constraints": REQUIRED,
            },
            {"name": "period_from", "type": "date", "titles": words("Từ ngày"), "constraints": REQUIRED},
            {"name": "period_to", "type": "date", "titles": words("Đến ngày"), "constraints": REQUIRED},
            {
                "name": "field_code",
                "type": "string",
                "titles": words("Mã lĩnh vực"),
                "aliases": ["ma_linh_vuc"],
                "table": "fields",
                "named_by": {"titles": words("Tên lĩnh vực"), "aliases": ["ten_linh_vuc"]},
                "constraints": REQUIRED,
            },
            *(
                {
                    "name": name,
                    "type": "integer",
                    "titles": words(title),
                    "aliases": [alias],
                    "constraints": {"required": True, "minimum": 0, "maximum": 1_000_000},
                }
                for name, (title, alias) in FIGURES.items()
            ),
            {"name": "on_time_pct", "type": "number", "titles": words("Tỷ lệ"), "constraints": {"maximum": 100}},
            {"name": "hours", "type": "number", "titles": words("Giờ làm")},
            {
                "name": "channel",
                "type": "string",
                "titles": words("Kênh"),
                "categories": [{"value": "web", "titles": {"vi": "Trực tuyến", "en": "Online"}, "aliases": ["Mạng"]}],
            },
            {"name": "note", "type": "string", "titles": words("Ghi chú"), "constraints": {"maxLength": 40}},
        ]
    },
    "rules": [
        {
            "code": "V04",
            "severity": "error",
            "message": words("{where}: tổng khác số liệu thành phần."),
            "sum": {"left": "received", "right": ["early", "on_time", "late", "pending"]},
        }
    ],
}

OLD_UNIT = {"code": "00001", "name_vi": "Phường Phúc Xá", "level": "commune", "valid_to": "2025-06-30"}


def reading_office(root: Path) -> Office:
    """An office with that kind alone, and a unit that was merged into another one."""
    return open_office(make_office(root, kinds={"received": KIND}, units=[*UNITS, OLD_UNIT]))


def kind_of(office: Office) -> Kind:
    """The kind of ten columns."""
    return office.kinds["received"]


def table_of(office: Office, content: bytes | str, **options: str) -> ReadTable:
    """A file being read."""
    source = content.encode() if isinstance(content, str) else content
    period = {"defaults": {"period": options.pop("period")}} if "period" in options else {}
    return read_file(source, kind_of(office), office, name="a.csv", **period, **options)


def read(office: Office, content: bytes | str, **options: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """A file read to its end: its rows and its problems."""
    table = table_of(office, content, **options)
    rows = list(table.rows())
    return rows, table.problems


def told(problems: Iterable[Problem]) -> str:
    """Problems as text: severity, code, cell or row."""
    lines = (f"{p.severity} {p.code} {p.cell or (f'row {p.row}' if p.row else 'file')}" for p in problems)
    return "\n".join(lines)
