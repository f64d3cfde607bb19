"""Pages that hold units against each other: three states in words, nobody ranked, nothing that cannot be looked up."""

import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path

import html5lib
import pytest
from lxml import html

from publisher import charts
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import between
from publisher.checking import check_office
from publisher.ledger import Ledger, accept, read_ledger
from publisher.measures import Book, Figure
from publisher.measures.peers import Group, Peers
from publisher.pages import write_pages
from publisher.pages.comparison import DrawnFunnel, write_comparisons
from publisher.pages.shell import Writer
from publisher.pages.status import Board
from publisher.pages.view import View
from publisher.proof import coming
from publisher.tallies import tally_office
from publisher.verify import Figures
from tests.offices import make_office
from tests.submitted import SERVICE_QUALITY, file_of

UNITS = (
    *({"code": f"C{n}", "name_vi": f"Xã {name}", "name_en": f"{name} Commune", "level": "commune"}
      for n, name in enumerate(("Đông", "An", "Bình", "Hòa", "Lũng", "Vắng", "Nhỏ"))),
    {"code": "S1", "name_vi": "Sở Nội vụ", "name_en": "Interior", "level": "department"},
    {"code": "S2", "name_vi": "Sở Tư pháp", "name_en": "Justice", "level": "department"},
)  # fmt: skip
MONTHS = between("2025-10", "2026-06")
LAST = MONTHS[-1]
PAGE = "so-sanh/procedures/on_time_pct/commune/"


def row(unit: str, period: str, cases: int, late: int) -> dict[str, str]:
    """One month of a unit's dossiers."""
    return {
        "unit_code": unit, "period": period, "basis": "month", "field_code": "HT", "received_total": str(cases + 3),
        "received_online": str(cases), "received_offline": "0", "carried_over": "3", "resolved_total": str(cases),
        "resolved_early": "0", "resolved_on_time": str(cases - late), "resolved_late": str(late),
        "pending_total": "3", "pending_in_time": "3", "pending_late": "0", "late_reason": "Phải xác minh.",
        "apologies_sent": str(late),
    }  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Seven communes and two departments over nine months: Lũng is late much more often than the others, Nhỏ has few
    dossiers, Vắng did not submit its last month."""
    root = make_office(
        tmp_path_factory.mktemp("side") / "office",
        units=UNITS, datasets={"procedures": {}, "service_quality": {}},
        first_period=MONTHS[0], last_period=LAST, today="2026-07-15",
    )  # fmt: skip
    office, chance = open_office(root), random.Random(3)
    kind = office.kinds["procedures"]
    for period in MONTHS:
        rows = []
        for unit in UNITS:
            cases = chance.randint(3, 8) if unit["code"] == "C6" else chance.randint(180, 260)
            share = 0.3 if unit["code"] == "C4" else 0.06
            if (unit["code"], period) != ("C5", LAST):
                rows.append(row(unit["code"], period, cases, sum(chance.random() < share for _ in range(cases))))
        year, month = int(period[:4]), int(period[5:])
        accept(office, kind, file_of(kind, *rows), now=dt.datetime(year, month, 16, 8, tzinfo=ZONE))
    kind = office.kinds["service_quality"]
    scores = [{**SERVICE_QUALITY, "unit_code": unit["code"], "period": LAST, "as_of": "2026-06-30"} for unit in UNITS]
    accept(office, kind, file_of(kind, *scores), now=dt.datetime(2026, 7, 2, 8, tzinfo=ZONE))
    return office


@pytest.fixture(scope="module")
def book(office: Office) -> Book:
    """Its figures."""
    return Book(office, tally_office(office, read_ledger(office)))


@pytest.fixture(scope="module")
def pages(office: Office, book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its written pages."""
    out, ledger = tmp_path_factory.mktemp("written"), read_ledger(office)
    write_pages(office, book, ledger, check_office(office), coming(office, ledger, "0" * 64), out)
    return out


def page(pages: Path, path: str) -> html.HtmlElement:
    """A page's block of HTML."""
    return html.fragment_fromstring((pages / path / "index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1])


def words(element: html.HtmlElement) -> str:
    """The text of an element, its pieces joined by single spaces."""
    return " ".join(" ".join(element.itertext()).split())


def table(pages: Path, path: str) -> list[list[str]]:
    """The rows of a comparison's table as text."""
    rows = page(pages, path).xpath("//table[caption[@id='compare-table']]/tbody/tr")
    return [[words(cell) for cell in line.xpath("./th|./td")] for line in rows]


def test_each_unit_has_a_state_in_words_and_stands_in_alphabetical_order(pages: Path) -> None:
    rows = table(pages, f"vi/{PAGE}")
    assert [line[0] for line in rows] == [
        "Xã An", "Xã Bình", "Xã Đông", "Xã Hòa", "Xã Lũng", "Xã Nhỏ", "Xã Vắng",
    ]  # fmt: skip
    assert {line[0]: line[1] for line in rows} == {
        **dict.fromkeys(("Xã An", "Xã Bình", "Xã Đông", "Xã Hòa"), "● chưa thấy khác biệt"),
        "Xã Lũng": "▼ kém hơn mức chung",
        "Xã Nhỏ": "○ không xếp: dưới 30 hồ sơ",
        "Xã Vắng": "– không so sánh được",
    }
    assert next(line[2] for line in rows if line[0] == "Xã Vắng") == "chưa có số liệu"
    assert {line[0]: line[4] for line in rows}["Xã An"] == "▲ tốt hơn mức chung"


def test_nobody_has_a_rank(pages: Path) -> None:
    text = words(page(pages, f"vi/{PAGE}"))
    assert "Vì sao không xếp hạng?" in text
    heads = page(pages, f"vi/{PAGE}").xpath("//table//th[@scope='col']")
    assert [words(head) for head in heads] == [
        "Đơn vị", *["Kết luận", "Tỷ lệ đúng hạn", "Mức ngẫu nhiên"] * 2,
    ]  # fmt: skip


def test_the_page_says_first_how_many_units_stand_out_and_which(pages: Path) -> None:
    text = words(page(pages, f"vi/{PAGE}"))
    assert (
        "Tháng 6/2026: 1 đơn vị kém hơn mức chung; 4 đơn vị chưa thấy khác biệt; 1 đơn vị có dưới 30 hồ sơ nên không "
        "so sánh; 1 đơn vị chưa đủ số liệu." in text
    )
    assert "▼ Kém hơn mức chung: Xã Lũng ." in text
    english = words(page(pages, f"en/{PAGE}"))
    assert (
        "June 2026: 1 unit is worse than the whole; of 4 units no difference can be told; 1 unit has fewer than 30 "
        "dossiers and is not compared; 1 unit lacks figures." in english
    )


def test_the_plot_marks_states_by_shape_and_names_who_stands_out(pages: Path) -> None:
    month, together = page(pages, f"vi/{PAGE}").xpath("//figure//svg")
    assert month.get("role") == "img"
    assert words(month.find("title")) == "Tỷ lệ giải quyết đúng hạn, Tháng 6/2026"
    assert "Từng con số có trong bảng bên dưới." in words(month.find("desc"))
    assert [words(name) for name in month.find_class("ck-name")] == ["Xã Lũng"]
    assert len(month.find_class("ck-worse")) == 1
    assert month.find_class("ck-same")[0].get("d").count("M") == 4
    assert len(together.find_class("ck-better")) >= 1


def test_too_few_units_stand_side_by_side_and_nothing_is_concluded(pages: Path) -> None:
    found = page(pages, "vi/so-sanh/procedures/on_time_pct/department/")
    assert "chỉ đặt các đơn vị cạnh nhau, không kết luận" in words(found)
    assert found.xpath("//svg") == []
    assert [len(line) for line in table(pages, "vi/so-sanh/procedures/on_time_pct/department/")] == [3, 3]


def test_scores_stand_side_by_side_because_nobody_knows_of_how_many_cases_they_are(pages: Path) -> None:
    found = page(pages, "vi/so-sanh/service_quality/total_score/commune/")
    assert "Điểm số không cho biết đã tính trên bao nhiêu trường hợp" in words(found)
    assert [line[1:] for line in table(pages, "vi/so-sanh/service_quality/total_score/commune/")] == [["92,75"]] * 7


def test_a_share_of_what_stands_at_an_end_is_compared_for_the_month_alone(pages: Path) -> None:
    found = page(pages, "vi/so-sanh/procedures/pending_late_pct/commune/")
    assert "10/2025" not in words(found)
    assert "Tháng 10/2025 – Tháng 6/2026" in words(page(pages, f"vi/{PAGE}"))


def test_months_and_units_lead_to_the_comparisons_and_say_what_they_say(pages: Path) -> None:
    unit = words(page(pages, "vi/don-vi/xa-lung"))
    assert "Tỷ lệ đúng hạn : ▼ kém hơn mức chung;" in unit
    for path in ("vi/don-vi/xa-lung", f"vi/thang/{LAST}", "vi"):
        assert page(pages, path).xpath(f"//a[contains(@href, '{PAGE}')]"), path
    assert not page(pages, "vi/thang/2026-05").xpath("//a[contains(@href, 'so-sanh/procedures')]")
    index = page(pages, "vi/so-sanh")
    assert [a.get("href") for a in index.xpath("//dt/a")] == [
        f"../so-sanh/procedures/{name}/{level}/"
        for name in ("online_pct", "on_time_pct", "pending_late_pct")
        for level in ("commune", "department")
    ] + [f"../so-sanh/service_quality/total_score/{level}/" for level in ("commune", "department")]


def test_every_limit_can_be_looked_up_and_a_changed_one_is_found(pages: Path, office: Office, book: Book) -> None:
    document = page(pages, f"vi/{PAGE}")
    judge = Figures(office, book)
    assert list(judge.check("x.html", "vi", document)) == []
    limit = document.xpath("//td//data[contains(@data-of, '#lower')]")[0]
    limit.set("value", "12.5")
    assert [problem.code for problem in judge.check("x.html", "vi", document)] == ["site-figure"]
    limit.set("data-of", "procedures/resolved_total/C0/2026-06/month#lower")
    assert [problem.code for problem in judge.check("x.html", "vi", document)] == ["site-figure-unknown"]


def test_only_figures_of_one_day_and_by_months_are_held_against_each_other(tmp_path: Path) -> None:
    root = make_office(
        tmp_path / "office", datasets={"service_quality": {}}, first_period="2026-06", today="2026-07-15"
    )
    office = open_office(root)
    kind = office.kinds["service_quality"]
    days = {"00004": "2026-06-30", "00008": "2026-06-30", "00025": "2026-06-28"}
    rows = [{**SERVICE_QUALITY, "unit_code": unit, "as_of": day} for unit, day in days.items()]
    accept(office, kind, file_of(kind, *rows), now=dt.datetime(2026, 7, 2, 8, tzinfo=ZONE))
    peers = Peers(Book(office, tally_office(office, read_ledger(office))))
    assert list(peers.figures(kind, "total_score", Group("commune", ""), "2026-06")) == ["00004", "00008"]


HOSTILE = (
    "Xã <script>alert(1)</script>",
    'Xã "&quot; onload=x',
    "Xã {{ 7*7 }} {% raw %}",
    "Xã ]]> <!-- ",
    "Xã </text></svg><b>",
)


def test_a_hostile_name_is_plain_text_in_the_plot(office: Office, tmp_path: Path) -> None:
    limits = (90.0, 99.0)
    units = [(name, 100 + n, 50.0, "worse") for n, name in enumerate(HOSTILE)]
    chart = charts.funnel(units, 95.0, lambda cases: limits, lambda rate: f"{rate:.0f}%", lambda cases: f"{cases:.0f}")
    drawn = DrawnFunnel(chart, HOSTILE[0], HOSTILE[1], "", HOSTILE[2])
    svg = Writer(office, tmp_path, {}).environment.globals["svg"](drawn, "x")
    page = html5lib.parse(str(svg), namespaceHTMLElements=False)
    assert sorted(text.text for text in page.iter() if text.get("class") == "ck-name") == sorted(HOSTILE)
    names = {element.tag.rpartition("}")[2] for element in page.iter()}
    assert names == {"html", "head", "body", "svg", "title", "desc", "path", "g", "text"}
    assert not [name for element in page.iter() for name in element.attrib if str(name).startswith("on")]


# --- thousands of communes


class Many:
    """The figures of many units, without files."""

    def __init__(self, office: Office) -> None:
        self.office = office
        chance = random.Random(1)
        self.cases = {unit.code: (int(n * chance.uniform(0.85, 1)), n) for unit in office.units
                      for n in [chance.randint(20, 600)]}  # fmt: skip

    def periods(self, kind: str) -> list[str]:
        """Two months."""
        return ["2026-05", "2026-06"]

    def unit_periods(self, kind: str, unit: str) -> list[str]:
        """Both."""
        return self.periods(kind)

    def units_with(self, kind: str, period: str, basis: str = "month") -> list[str]:
        """All."""
        return list(self.cases)

    def figure(self, kind: str, measure: str, unit: str, period: str, **where: str) -> Figure:
        """A share; the month before is a little lower."""
        above, below = self.cases[unit]
        above -= period == "2026-05"
        return Figure(kind, measure, unit, period, "", "", "month", "", 100 * above / below, above, below, "given")


def test_pages_of_three_thousand_communes_stay_below_a_megabyte(tmp_path: Path) -> None:
    units: list[Mapping[str, str]] = [
        {"code": f"{n:05d}", "name_vi": f"Xã Vĩnh Thạnh Trung Thứ {n}", "name_en": "", "level": "commune"}
        for n in range(3000)
    ]
    root = make_office(tmp_path / "office", units=units, datasets={"procedures": {}}, first_period="2026-05",
                       languages=["vi"])  # fmt: skip
    office = open_office(root)
    view = View("vi", office, Many(office), Board(office, Ledger(), []))  # type: ignore[arg-type]
    view.sides = [side for side in view.sides if side.name == "on_time_pct"]
    frame = {"kinds": list(office.kinds.values()), "EVERY": "all", "release": "", "received": None}
    writer = Writer(office, tmp_path / "out", frame)
    write_comparisons(writer, view)
    sizes = {p.relative_to(tmp_path / "out").as_posix(): p.stat().st_size for p in tmp_path.rglob("index.md")}
    assert len(sizes) == 1 + 15
    assert max(sizes.values()) < 1_000_000, sizes
    first = page(tmp_path / "out", f"vi/{PAGE}")
    assert len(first.xpath("//svg")) == 2
    assert first.find_class("ck-name") == []
