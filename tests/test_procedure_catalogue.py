"""The list of procedures that a unit posts: the 207 real ones come through as they stand; where they are found."""

import csv
import datetime as dt
import json
import unicodedata
from pathlib import Path

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.release import build
from tests.offices import as_yaml, make_office
from tests.submitted import PROCEDURE_CATALOGUE, file_of

LAYOUT = {
    "title": {"vi": "Cơ sở dữ liệu quốc gia về thủ tục hành chính"},
    "columns": {
        "procedure_code": "procedure_code", "procedure_name": "procedure_name", "level": "level", "field": "field",
        "decision_no": "decision_no", "implementing_agency": "agency", "subject": "applicants",
    },
    "ignore": ["procedure_type"],
    "constants": {"unit_code": "00004"},
}  # fmt: skip
COUNTERS = (
    {"counter_code": "00004-01", "unit_code": "00004", "name_vi": "Quầy 1: Hộ tịch", "contact_point": "procedures"},
    {"counter_code": "00008-01", "unit_code": "00008", "name_vi": "Quầy một cửa", "contact_point": "procedures"},
)
ACCEPTED = dt.datetime(2026, 6, 10, 9, tzinfo=ZONE)


def make(root: Path) -> Office:
    """Three communes that post their procedures; one of them has the layout of the national database."""
    kinds = {"procedures": {}, "procedure_catalogue": {}}
    make_office(root, counters=COUNTERS, datasets=kinds, today="2026-06-12", first_period="2026-05")
    folder = root / "datasets" / "procedure_catalogue" / "layouts"
    folder.mkdir(parents=True)
    (folder / "national_database.yaml").write_text(as_yaml(LAYOUT), encoding="utf-8")
    return open_office(root)


def lists(office: Office, *lines: dict[str, str]) -> bytes:
    """A file with changes of the base line."""
    return file_of(office.kinds["procedure_catalogue"], *[{**PROCEDURE_CATALOGUE, **line} for line in lines])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Office:
    """One commune lists the 207 real procedures, another three of its own."""
    office = make(tmp_path_factory.mktemp("lists") / "office")
    kind = office.kinds["procedure_catalogue"]
    accept(office, kind, shared / "real" / "tthc_catalogue_sample.csv", period="2026-06", now=ACCEPTED)
    own = lists(
        office,
        {"unit_code": "00008", "counter_code": "00008-01"},
        {"unit_code": "00008", "procedure_code": "1.013133", "procedure_name": "Đăng ký nghĩa vụ quân sự lần đầu",
         "time_limit": "", "online_level": "partial", "process_link": "https://example.vn/quy-trinh?id=1&x=2"},
    )  # fmt: skip
    accept(office, kind, own, now=ACCEPTED)
    build(office)
    return office


def visible(text: str) -> str:
    """A text as the reading keeps it: composed letters, nothing invisible, no blanks at its ends."""
    text = unicodedata.normalize("NFC", text).replace("\xa0", " ")
    return "".join(letter for letter in text if letter.isprintable()).strip()


def page(office: Office, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.parse(str(office.site / "current" / path / "index.html")).getroot()


def test_the_207_real_procedures_are_accepted_and_stand_as_they_are(built: Office, shared: Path) -> None:
    with (shared / "real" / "tthc_catalogue_sample.csv").open(encoding="utf-8-sig", newline="") as lines:
        real = {line["procedure_code"]: line for line in csv.DictReader(lines)}
    with built.data_file("procedure_catalogue", "00004", "2026-06").open(encoding="utf-8", newline="") as lines:
        kept = {line["procedure_code"]: line for line in csv.DictReader(lines)}
    assert len(real) == 207
    assert list(kept) == list(real)
    for code, line in real.items():
        same = {"procedure_name": "procedure_name", "field": "field", "level": "level", "decision_no": "decision_no",
                "agency": "implementing_agency", "applicants": "subject"}  # fmt: skip
        for ours, theirs in same.items():
            assert kept[code][ours] == visible(line[theirs]), (code, ours)


def test_every_real_name_stands_on_the_unit_s_page(built: Office) -> None:
    tree = page(built, "don-vi/phuong-ba-dinh/thu-tuc")
    assert len(tree.xpath("//main//dl[@class='ck-list']/dt")) == 207
    assert "niêm yết 207 thủ tục hành chính; 207 thủ tục chưa ghi thời hạn" in " ".join(tree.text_content().split())


def test_a_unit_s_page_goes_by_counter_and_field_and_leads_to_the_process(built: Office) -> None:
    tree = page(built, "don-vi/phuong-ngoc-ha/thu-tuc")
    assert [" ".join(h.text_content().split()) for h in tree.xpath("//main//h2")] == [
        "Chưa ghi quầy (1)",
        "Quầy một cửa (1)",
    ]
    assert tree.xpath("//main//a[contains(@href, 'example.vn')]/@href") == ["https://example.vn/quy-trinh?id=1&x=2"]
    said = " ".join(tree.text_content().split())
    assert "1.001193 · Cấp Xã · Trực tuyến toàn trình" in said
    assert "Thời hạn giải quyết: Ngay trong ngày làm việc · Phí, lệ phí: Không" in said
    assert "Danh mục đăng ngày 10/06/2026" in said


def test_the_search_knows_each_procedure_once_and_where_it_is_handled(built: Office) -> None:
    index = json.loads((built.site / "current" / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = [doc for doc in index["docs"] if "nghĩa vụ quân sự lần đầu" in doc["title"].casefold()]
    assert [doc["location"] for doc in found] == ["so-lieu/procedure_catalogue/tim/#tt-1-013133"]
    assert not [doc for doc in index["docs"] if "/thu-tuc/" in doc["location"] and doc["text"]]
    heading = page(built, "so-lieu/procedure_catalogue/tim").xpath("//h3[@id='tt-1-013133']")[0]
    where = heading.getnext().getnext()
    assert [a.text for a in where.iter("a")] == ["Phường Ba Đình", "Phường Ngọc Hà"]


def test_the_suffix_of_a_province_is_left_out_and_told(tmp_path: Path) -> None:
    office = make(tmp_path / "office")
    kind = office.kinds["procedure_catalogue"]
    content = lists(office, {"procedure_code": "2.000884.000.00.00.H55"}, {"procedure_code": "1.001193"})
    checked = check_file(office, kind, content, collect=True)
    assert checked.errors == []
    (note,) = [p for p in checked.problems if p.code == "end-cut"]
    assert "đã bỏ phần đuôi trong 1 ô" in note.message_vi
    (rows,) = checked.submissions.values()
    at = list(kind.columns).index("procedure_code")
    assert [row[at] for row in rows] == ["2.000884", "1.001193"]
    accept(office, kind, content, now=ACCEPTED)
    handled = file_of(office.kinds["procedures"], {**HANDLED, "procedure_code": "2.000884.000.00.00.H22"})
    assert [p.code for p in check_file(office, office.kinds["procedures"], handled).warnings] == []


HANDLED = {
    "unit_code": "00004", "period": "2026-06", "field_code": "HT", "received_total": "1", "received_online": "0",
    "received_offline": "1", "carried_over": "0", "resolved_total": "1", "resolved_early": "1", "resolved_on_time": "0",
    "resolved_late": "0", "pending_total": "0", "pending_in_time": "0", "pending_late": "0",
}  # fmt: skip


def test_a_counter_of_another_unit_is_refused_by_name(tmp_path: Path) -> None:
    office = make(tmp_path / "office")
    found = check_file(office, office.kinds["procedure_catalogue"], lists(office, {"counter_code": "00008-01"})).errors
    assert [(p.code, p.value) for p in found] == [("S05", "00008-01")]
    assert "Quầy một cửa (mã 00008-01) thuộc đơn vị Phường Ngọc Hà" in found[0].message_vi


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://example.vn/a", "https://example.vn/a b", "data:text/html,x"]
)
def test_only_a_plain_https_address_is_a_link(tmp_path: Path, link: str) -> None:
    office = make(tmp_path / "office")
    assert check_file(office, office.kinds["procedure_catalogue"], lists(office, {"process_link": link})).errors


def test_a_list_may_be_handed_in_before_its_period_is_over_but_not_before_it_begins(tmp_path: Path) -> None:
    office = make(tmp_path / "office")  # on 12 June; the period 2026-06 ends on 14 June
    kind = office.kinds["procedure_catalogue"]
    assert check_file(office, kind, lists(office, {})).errors == []
    codes = [p.code for p in check_file(office, kind, lists(office, {"period": "2026-07"})).errors]
    assert codes == ["period-future"]
