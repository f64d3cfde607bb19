"""A file whose columns nobody knows: told once, used for that file, kept for all."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook

from publisher.catalogue import open_office
from publisher.catalogue.columns import Layout
from publisher.catalogue.layouts import save_layout
from publisher.errors import Mistake
from tests.intake_app import Desk, Person, make_staff_office, opened
from tests.submitted import PROCEDURES
from tests.survey_app import Page
from tests.test_intake_files import hand_in, key_of, settled

STRANGE: Mapping[str, str] = {
    "LV": "field_code", "Tổng TN": "received_total", "TN online": "received_online", "TN khác": "received_offline",
    "Tồn đầu": "carried_over", "ĐGQ": "resolved_total", "Sớm": "resolved_early", "Đúng": "resolved_on_time",
    "Trễ": "resolved_late", "Tồn": "pending_total", "Tồn trong hạn": "pending_in_time", "Tồn quá hạn": "pending_late",
}  # fmt: skip
"""What some system calls the columns."""


def strange_rows() -> list[list[str]]:
    """A file of that system, with a title and a column that nobody needs."""
    return [
        ["BÁO CÁO TỪ PHẦN MỀM", *[""] * len(STRANGE)],
        [*STRANGE, "Người lập"],
        [*(PROCEDURES[name] for name in STRANGE.values()), "x"],
    ]


def strange_file() -> bytes:
    """That file as CSV."""
    return "\n".join(",".join(row) for row in strange_rows()).encode()


def workbook(**sheets: list[list[str]]) -> bytes:
    """A workbook of such sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An office with a clerk, an approver and an administrator."""
    office = make_staff_office(tmp_path_factory.mktemp("layouts") / "office", datasets={"procedures": {}})
    with opened(office) as found:
        found.join("clerk", ("clerk",), ("00004",))
        found.join("approver", ("approver",), ("*",))
        found.join("administrator", ("administrator",))
        yield found


def told(person: Person, page: Page, **changes: str) -> Page:
    """Tell what the columns are, and what comes of it."""
    form = person.open(f"/tep/{key_of(page)}/cot")
    fields = {name: values[0] for name, values in form.fields.items() if name not in ("csrf_token",)}
    for number, name in enumerate(STRANGE.values(), start=1):
        fields[f"column-{number}"] = name
    answer = person.act(f"/tep/{key_of(page)}/cot", {**fields, **changes}, follow=False)
    return settled(person, answer.headers["Location"]) if answer.status == 303 else answer


def test_a_strange_file_is_told_once_and_then_read_by_itself(desk: Desk) -> None:
    clerk, administrator = desk.people["clerk"], desk.people["administrator"]
    page = hand_in(clerk, strange_file())
    assert "Tệp chưa được nhận" in page.text
    (link,) = [href for href in page.links if href.endswith("/cot")]
    form = clerk.open(link)
    assert form.tree.xpath("//tr[@class='odd']/th/text()") == ["2"], "the header is found by itself"
    assert "BÁO CÁO TỪ PHẦN MỀM" in form.text
    page = told(clerk, page)
    assert "Tệp không có lỗi (1 dòng)" in page.text
    layouts = administrator.open("/mau-doc")
    assert "Tổng TN → Tổng số hồ sơ tiếp nhận" in layouts.text
    for name, title, said in (("Mẫu", "Một cửa", "không dùng làm tên"), ("mot_cua", "", "Chưa ghi tên mẫu")):
        assert said in administrator.act(f"/mau-doc/{key_of(page)}", {"name": name, "title": title}).text
    administrator.act(f"/mau-doc/{key_of(page)}", {"name": "mot_cua", "title": "Phần mềm một cửa"})
    (layout,) = [one for one in open_office(desk.office).kinds["procedures"].layouts if one.name == "mot_cua"]
    assert layout.columns == dict(STRANGE)
    assert layout.ignore == ("Người lập",)
    assert "Không có đề xuất nào." in administrator.open("/mau-doc").text
    again = hand_in(clerk, strange_file() + b"\n")
    assert "Tệp không có lỗi (1 dòng)" in again.text


def test_two_columns_told_to_be_one_are_refused_and_what_was_chosen_stays(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    page = hand_in(clerk, strange_file().replace(b"LV,", b"Lv,").replace("ĐGQ".encode(), b"Gq"))
    answer = told(clerk, page, **{"column-6": "received_total"})
    assert answer.status == 422
    assert "Hai cột" in answer.text or "hai cột" in answer.text
    chosen = answer.tree.xpath("//select[@name='column-6']/option[@selected]/@value")
    assert chosen == ["received_total"]
    nothing = {f"column-{number}": "-" for number in range(1, 14)}
    assert "Chưa chỉ cột nào" in told(clerk, page, **nothing).text


def test_a_header_of_two_rows_can_be_pointed_at(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    upper = ["", "Nhận", "Nhận", "Nhận", "Kỳ trước", "Xong", "Xong", "Xong", "Xong", "Còn", "Còn", "Còn", ""]
    rows = strange_rows()
    lower = [f"{cell} 2" for cell in rows[1]]
    page = hand_in(clerk, workbook(Bao_cao=[rows[0], upper, lower, rows[2]]), name="hai dong.xlsx")
    form = clerk.open(f"/tep/{key_of(page)}/cot?first=2&last=3")
    titles = [th.text_content() for th in form.tree.xpath("//th[starts-with(@id, 'c')]")]
    assert "Xong - Sớm 2" in titles
    answer = told(clerk, page, first="2", last="3")
    assert "Tệp không có lỗi (1 dòng)" in answer.text


def test_of_two_sheets_a_person_chooses_one(desk: Desk) -> None:
    clerk = desk.people["clerk"]
    kind = open_office(desk.office).kinds["procedures"]
    rows = [[kind.columns[name].titles.vi for name in PROCEDURES], list(PROCEDURES.values())]
    page = hand_in(clerk, workbook(Mot=rows, Hai=rows), name="hai trang.xlsx")
    assert page.tree.xpath("//select[@name='sheet']/option/text()") == ["Mot", "Hai"]
    answer = clerk.act(f"/tep/{key_of(page)}/trang-tinh", {"sheet": "Hai"}, follow=False)
    assert "Tệp không có lỗi" in settled(clerk, answer.headers["Location"]).text


@pytest.mark.parametrize("name", ["../x", "Tên", "a", "x" * 41, "1mau", ""])
def test_a_layout_is_kept_under_a_plain_name_only(desk: Desk, name: str) -> None:
    office = open_office(desk.office)
    layout = Layout.model_validate({"name": name, "title": {"vi": "Mẫu"}, "columns": {"A": "received_total"}})
    with pytest.raises(Mistake, match="layout-name"):
        save_layout(office, office.kinds["procedures"], layout)


def test_a_layout_that_cannot_be_read_is_not_kept_and_none_is_replaced_unasked(tmp_path: Path) -> None:
    office = open_office(make_staff_office(tmp_path / "office", datasets={"procedures": {}}))
    kind = office.kinds["procedures"]
    wrong = Layout.model_validate({"name": "wrong", "title": {"vi": "Mẫu"}, "columns": {"A": "no_such_column"}})
    with pytest.raises(Mistake, match="definition"):
        save_layout(office, kind, wrong)
    folder = office.datasets / "procedures" / "layouts"
    assert list(folder.iterdir()) == []
    right = wrong.model_copy(update={"name": "right", "columns": {"A": "received_total", "B": "note"}})
    path = save_layout(office, kind, right)
    again = open_office(office.root)
    with pytest.raises(Mistake, match="layout-known"):
        save_layout(again, again.kinds["procedures"], right)
    before = path.read_bytes()
    with pytest.raises(Mistake, match="definition"):
        save_layout(again, again.kinds["procedures"], wrong.model_copy(update={"name": "right"}), replace=True)
    assert path.read_bytes() == before
