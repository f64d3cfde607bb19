"""A commune's budget: lines that add up, quarters as people write them, shares with both their numbers beside them."""

import datetime as dt

import pytest
from lxml import html

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.checking import check_file
from publisher.ledger import accept
from publisher.release import build
from tests.offices import make_office
from tests.submitted import BASES, BUDGET, Line, file_of

TREE: tuple[Line, ...] = (
    {},
    {"line_code": "2.1", "parent_code": "2", "title": "Chi lương & phụ cấp", "planned": "6000", "done": "2800",
     "done_last_year": ""},
    {"line_code": "2.2", "parent_code": "2", "title": "Chi hoạt động", "planned": "3000", "done": "1400",
     "done_last_year": "1600"},
    {"side": "revenue", "line_code": "1", "title": "Thu tại địa bàn", "planned": "10000", "done": "6000"},
    {"stage": "estimate", "line_code": "2", "done": "", "done_last_year": "", "decision_no": "12/NQ-HĐND"},
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A commune with the second quarter of 2026."""
    root = make_office(
        tmp_path_factory.mktemp("budget") / "office",
        datasets={"budget": {}},
        first_period="2026-06",
        languages=["vi", "en"],
    )
    found = open_office(root)
    accept(found, found.kinds["budget"], file(found), now=dt.datetime(2026, 7, 10, tzinfo=ZONE))
    build(found)
    return found


def file(office: Office, *changes: Line, period: str = "Quý II/2026") -> bytes:
    """The tree as a file; changes are put over its first lines."""
    lines = [{**BUDGET, "period": period, **line} for line in TREE]
    for number, change in enumerate(changes):
        lines[number] |= change
    return file_of(office.kinds["budget"], *lines)


def errors(office: Office, *changes: Line, **more: str) -> list[tuple[str, str | None]]:
    """(code, cell) of the errors that the changed tree has."""
    return [(p.code, p.cell) for p in check_file(office, office.kinds["budget"], file(office, *changes, **more)).errors]


@pytest.mark.parametrize("said", ["Quý II/2026", "quý 2/2026", "Quý II năm 2026", "2026-Q2", "Q2/2026", "2026-06"])
def test_a_quarter_is_read_as_people_write_it(office: Office, said: str) -> None:
    checked = check_file(office, office.kinds["budget"], file(office, period=said), collect=True)
    assert not checked.errors
    assert set(checked.submissions) == {("00004", "2026-06")}


@pytest.mark.parametrize("said", ["Quý V/2026", "Quý 0/2026", "2026-Q5", "Quý II"])
def test_what_is_no_quarter_is_refused(office: Office, said: str) -> None:
    assert {code for code, _ in errors(office, period=said)} == {"period-unclear"}


def test_a_monthly_kind_still_refuses_a_quarter(tmp_path_factory: pytest.TempPathFactory) -> None:
    office = open_office(make_office(tmp_path_factory.mktemp("monthly") / "office"))
    kind = office.kinds["feedback"]
    content = file_of(kind, {**BASES["feedback"], "period": "Quý II/2026"})
    assert [p.code for p in check_file(office, kind, content).errors] == ["period-unclear"]


def test_lines_add_up_where_all_are_given(office: Office) -> None:
    assert errors(office) == []  # last year's line 2.1 is blank: nothing is added up there
    assert [code for code, _ in errors(office, {"done": "4201"})] == ["B01"]
    assert errors(office, {"done": "4200,4"}) == []  # rounded to half a million
    assert [code for code, _ in errors(office, {}, {"done_last_year": "2400"})] == []
    assert [code for code, _ in errors(office, {}, {"done_last_year": "2500"})] == ["B01"]


@pytest.mark.parametrize(("first", "second"), [("2", ""), ("2.1", "2"), ("9", "2"), ("1", "2")])
def test_a_line_is_part_of_another_one_of_its_side(office: Office, first: str, second: str) -> None:
    found = errors(office, {"parent_code": first}, {"parent_code": second})
    assert "B02" in {code for code, _ in found}


def page(office: Office, path: str) -> str:
    """The text of a page with single spaces."""
    tree = html.parse(str(office.site / "current" / path / "index.html")).getroot()
    return " ".join(tree.xpath("//main")[0].text_content().split())


def test_the_unit_s_page_says_how_much_of_the_year_is_done(office: Office) -> None:
    said = page(office, "don-vi/phuong-ba-dinh")
    assert "thu 6.000 triệu đồng (60,0% dự toán năm) và chi 4.200 triệu đồng (46,7% dự toán năm)" in said
    assert "Quý II/2026" in said


def test_the_own_page_has_every_line_below_the_one_it_is_part_of(office: Office) -> None:
    said = page(office, "don-vi/phuong-ba-dinh/ngan-sach")
    top, first, second = (
        said.index(name) for name in ("Chi thường xuyên9.000", "– Chi lương & phụ cấp", "– Chi hoạt động")
    )
    assert top < first < second
    assert "4.20046,7%4.000105,0%" in said
    assert "2.80046,7%chưa có số liệuchưa có số liệu" in said
    assert "triệu đồng" in said
    assert "12/NQ-HĐND" in said
    assert "Budget, line by line" in html.tostring(
        html.parse(str(office.site / "current/en/don-vi/phuong-ba-dinh/ngan-sach/index.html")).getroot(),
        encoding="unicode",
    )
