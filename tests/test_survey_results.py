"""What citizens read of the survey: known answers give exactly these figures, and what must not be printed is not."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from publisher.catalogue import Kind, Office, open_office
from publisher.catalogue.kinds import read_kind
from publisher.catalogue.office import HOME, ZONE
from publisher.checking import check_office
from publisher.errors import Mistake
from publisher.ledger import accept, read_ledger
from publisher.measures import EVERY, Book, wilson
from publisher.pages import figures, write_pages
from publisher.proof import coming
from publisher.tallies import tally_office
from publisher.verify import Figures
from tests.offices import make_office
from tests.submitted import PROCEDURES, Line, file_of

PERIOD = "2026-06"
BA_DINH, NGOC_HA, GIANG_VO = "00004", "00008", "00025"
SATISFACTION = read_kind(HOME / "datasets" / "satisfaction")
POINTS = {"levels5": (5, 4, 3, 2, 1), "levels3": (3, 2, 1), "points2": (2, 1, 0)}
UPPER = {"levels5": (5, 4), "levels3": (3, 2), "points2": ()}


def question(name: str, levels: dict[int, int], scale: str = "levels5", **changes: str) -> Line:
    """The row of one question, from how many chose each level; a level that is not named has none."""
    n = sum(levels.values())
    row = {
        "question": name, "question_vi": f"Câu {name}", "question_en": f"Question {name}", "scale": scale,
        "role": "overall" if name == "overall" else "item", "answers": str(n), "no_answer": "0",
        "points": str(sum(level * count for level, count in levels.items())),
        **{f"level_{level}": str(levels.get(level, 0)) for level in POINTS[scale]},
    }  # fmt: skip
    if UPPER[scale]:
        row["satisfied"] = str(sum(levels.get(level, 0) for level in UPPER[scale]))
    return {**row, **changes}


def answers(
    channel: str, ballots: int, *questions: Line, point: str = "procedures", unit: str = BA_DINH, **whole: str
) -> list[Line]:
    """The rows of one form through one channel as the month close writes them: below 10 answers none but the form's,
    without a number."""
    key = {"unit_code": unit, "period": PERIOD, "contact_point": point, "form": "counter", "channel": channel}
    form = {"question": "form", "role": "form", "answers": str(ballots) if ballots >= 10 else "", **whole}
    return [{**key, **form}, *({**key, **row} for row in questions if int(row["answers"]) >= 10)]


BA_DINH_ANSWERS = [
    # 120 slips: 60 + 48 satisfied = 90 %; 5·60 + 4·48 + 3·8 + 2·3 + 1 = 523 points; 20 of them marked, all satisfied
    *answers(
        "verified", 120,
        question("overall", {5: 60, 4: 48, 3: 8, 2: 3, 1: 1}, unmarked_answers="100", unmarked_satisfied="88"),
        question("time", {5: 50, 4: 40, 3: 15, 2: 5}, no_answer="10"),
        question("waiting", {2: 30, 1: 50, 0: 20}, "points2", no_answer="20"),
        slips_printed="250", slips_used="120",
    ),
    # exactly 10 open answers, 7 satisfied: printed
    *answers("open", 10, question("overall", {5: 7, 1: 3}), question("time", {5: 4, 4: 5}),
             discarded="3", old_posters=""),
    # 9 paper forms: held back
    *answers("paper", 9, question("overall", {5: 9})),
    *answers("open", 12, question("overall", {3: 6, 2: 5, 1: 1}, "levels3"), point="reception", discarded="0"),
]  # fmt: skip
NGOC_HA_ANSWERS = [
    *answers("verified", 9, question("overall", {5: 9}), unit=NGOC_HA, slips_printed="50", slips_used=""),
    *answers("open", 410, question("overall", {5: 400, 4: 5, 1: 5}), unit=NGOC_HA, discarded="44", old_posters="12"),
]


def make(root: Path, *lines: Line, small_group: int = 10, **settings: object) -> Office:
    """An office with dossiers (400 resolved in each of two communes) and these answers, all through the one door."""
    chosen = {
        "datasets": {"procedures": {}, "satisfaction": {}},
        "first_period": PERIOD,
        "last_period": PERIOD,
        "thresholds": {"small_denominator": 30, "small_group": small_group},
    }
    office = open_office(make_office(root, **{**chosen, **settings}))
    dossiers = {**PROCEDURES, "received_total": "406", "received_online": "102", "received_offline": "300",
                "resolved_total": "400", "resolved_early": "390"}  # fmt: skip
    submit(office, "procedures", dossiers, {**dossiers, "unit_code": NGOC_HA})
    if lines:
        submit(office, "satisfaction", *lines)
    return office


def submit(office: Office, kind: str, *lines: Line, reason: str = "") -> None:
    """Accept lines of one kind, columns that a line lacks blank."""
    now = dt.datetime(2026, 6, 17, 9, tzinfo=ZONE)
    accept(office, office.kinds[kind], file_of(office.kinds[kind], *lines), now=now, reason=reason)


def book_of(office: Office) -> Book:
    return Book(office, tally_office(office, read_ledger(office)))


def written(office: Office, out: Path) -> Path:
    """The pages of an office."""
    write_pages(
        office,
        book_of(office),
        read_ledger(office),
        check_office(office),
        coming(office, read_ledger(office), "0" * 64),
        out,
    )
    return out


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make(tmp_path_factory.mktemp("survey") / "office", *BA_DINH_ANSWERS, *NGOC_HA_ANSWERS)


@pytest.fixture(scope="module")
def book(office: Office) -> Book:
    return book_of(office)


@pytest.fixture(scope="module")
def pages(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(office, tmp_path_factory.mktemp("pages"))


def page(pages: Path, path: str) -> html.HtmlElement:
    """A page's HTML without its front matter."""
    return html.fragment_fromstring((pages / path / "index.md").read_text(encoding="utf-8").split("---\n\n", 1)[1])


def section(pages: Path, path: str) -> html.HtmlElement:
    """The survey's block of a page."""
    (found,) = page(pages, path).xpath("//section[h2[@id='satisfaction']]")
    return found


def text(element: html.HtmlElement) -> str:
    """The text of an element, its pieces joined by single spaces."""
    return " ".join(" ".join(element.itertext()).split())


def cards(pages: Path, path: str) -> list[str]:
    """The text of the cards of a unit's block."""
    return [text(card) for card in section(pages, path).find_class("ck-card")]


# --- known answers


CARD = """
Phiếu có mã dùng một lần 90,0% chọn Hài lòng hoặc Rất hài lòng: 108 / 120 120 phiếu hợp lệ
Khoảng Wilson (độ tin cậy 95%): 83,3% – 94,2% .
Khoảng này chỉ đúng nếu phiếu là mẫu ngẫu nhiên; thực tế là phiếu tự nguyện.
Nếu tính cả những người không trả lời: từ 27,0% (nếu họ đều không hài lòng) đến 97,0% (nếu họ đều hài lòng).
Điểm trung bình, tính riêng: 4,36 trên 5. Khi bỏ phiếu có dấu hiệu bất thường: 88,0% ( 88 / 100 ).
Tỷ lệ trả lời: 30,0% số hồ sơ đơn vị đã giải quyết trong kỳ ( 120 / 400 ). Phiếu có mã: đã in 250 , đã dùng 120 .
"""


def test_a_unit_s_card_says_all_that_a_share_needs(pages: Path) -> None:
    verified, opened, paper, reception = cards(pages, "vi/don-vi/phuong-ba-dinh")
    assert verified.startswith(" ".join(CARD.split()))
    assert opened.startswith(
        "Phiếu mở (mã QR tại quầy) 70,0% * chọn Hài lòng hoặc Rất hài lòng: 7 / 10 10 phiếu hợp lệ"
    )
    assert "từ 1,8% (nếu họ đều không hài lòng) đến 99,3% (nếu họ đều hài lòng)" in opened
    assert "Lượt gửi tự động đã loại: 3" in opened
    assert paper.startswith("Phiếu giấy dưới 10 phiếu Có dưới 10 phiếu thì không công bố kết quả")
    assert "%" not in paper.replace("Khoảng Wilson (độ tin cậy 95%)", "")
    assert "Theo mẫu phiếu có 3 mức, tính riêng: 91,7% ( 11 / 12 )" in reception


def test_the_same_stands_in_english(pages: Path) -> None:
    verified, _, paper, _ = cards(pages, "en/don-vi/phuong-ba-dinh")
    assert "Wilson interval (95% confidence): 83.3% – 94.2%" in verified
    assert "in fact people chose to answer" in verified
    assert paper.startswith("Paper forms fewer than 10 answers")


def test_nine_answers_are_nowhere_and_ten_are_printed(pages: Path, office: Office) -> None:
    row = month_row(pages, "vi", "Phường Ngọc Hà")
    assert row[0] == "dưới 10 phiếu"
    assert row[2] == "dưới 10 phiếu"
    addresses = {e.get("data-of") for path in pages.rglob("index.md") for e in page(path.parent, "").iter("data")}
    assert f"satisfaction/open_pct/{BA_DINH}/{PERIOD}/month/contact_point=procedures" in addresses
    assert not [a for a in addresses if a and "/paper_" in a and f"/{BA_DINH}/" in a]
    assert not [a for a in addresses if a and "/verified_" in a and f"/{NGOC_HA}/" in a]
    published = (pages / f"vi/du-lieu/{PERIOD}/satisfaction.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(published)):
        assert row["answers"] == "" or int(row["answers"]) >= 10
        assert not [name for name in row if name.startswith("level_")]


def month_row(pages: Path, lang: str, unit: str) -> list[str]:
    """The cells of a unit in the month's full table of the survey."""
    table = page(pages, f"{lang}/thang/{PERIOD}/satisfaction").find(".//table")
    (found,) = [row for row in table.xpath(".//tbody/tr") if text(row.find("th/a")) == unit]
    return [text(cell) for cell in found.findall("td")]


def test_the_month_shows_each_channel_with_its_parts_and_its_interval(pages: Path) -> None:
    assert month_row(pages, "vi", "Phường Ba Đình") == [
        "90,0% 108 / 120 [ 83,3% – 94,2% ]", "70,0% * 7 / 10 [ 39,7% – 89,2% ]", "30,0% 120 / 400", "2,5% 10 / 400",
        "250", "120",
    ]  # fmt: skip
    table = page(pages, f"vi/thang/{PERIOD}/satisfaction").find(".//table")
    foot = [text(cell) for cell in table.xpath(".//tfoot//td")]
    assert foot[:2] == ["90,0% 108 / 120 [ 83,3% – 94,2% ]", "98,1% 412 / 420 [ 96,3% – 99,0% ]"]


def test_further_tables_stand_where_they_have_figures_and_nowhere_else(pages: Path) -> None:
    bounds = "Giới hạn khi tính cả người không trả lời; điểm trung bình"
    marked, paper = "Khi bỏ phiếu có dấu hiệu bất thường; lượt gửi đã loại", "Phiếu giấy"
    for path in (f"vi/thang/{PERIOD}/satisfaction", "vi/don-vi/phuong-ba-dinh/tung-ky"):
        shown = [text(s) for s in page(pages, path).xpath("//details/summary")]
        assert [title for title in shown if not title.startswith("Xem bảng")] == [
            bounds, marked, "Điểm 0, 1, 2 (Thông tư 01/2018/TT-VPCP), mọi câu hỏi",
            "Tiếp công dân, câu đánh giá chung (thang 3 mức)", "Tiếp công dân, mọi câu hỏi và số phiếu",
        ]  # fmt: skip
    found = [text(s) for s in page(pages, "vi/so-lieu/satisfaction").xpath("//details/summary")]
    assert bounds in found
    assert paper not in found  # nothing of it is printed for the office
    assert not [title for title in found if title.startswith("Giải quyết công việc")]


def test_questions_stand_by_their_words_each_scale_in_a_table_of_its_own(pages: Path) -> None:
    tables = section(pages, "vi/don-vi/phuong-ba-dinh").xpath(".//table[contains(caption/@id, '-question-')]")
    assert [text(table.find("caption")) for table in tables] == [
        "Từng câu hỏi, Giải quyết thủ tục hành chính (5 mức), Tháng 6/2026",
        "Từng câu hỏi, Giải quyết thủ tục hành chính (Điểm 0, 1, 2), Tháng 6/2026",
    ]
    assert text(tables[0].find(".//tbody")) == "Câu time 81,8% 90 / 110 [ 73,6% – 87,9% ]"
    assert text(tables[1].find(".//tbody")) == "Câu waiting 1,1"


def test_a_question_of_fewer_than_ten_answers_says_so_beside_the_channel_that_has_them(tmp_path: Path) -> None:
    lines = [
        *answers("verified", 20, question("overall", {5: 20}), question("time", {5: 20})),
        *answers("open", 20, question("overall", {5: 20}), question("clarity", {5: 20})),
    ]
    pages = written(make(tmp_path / "office", *lines), tmp_path / "pages")
    rows = section(pages, "vi/don-vi/phuong-ba-dinh").xpath(".//table[contains(caption/@id, '-question-')]//tbody/tr")
    assert [[text(cell)[:13] for cell in row] for row in rows] == [
        ["Câu time", "100,0% * 20 /", "dưới 10 phiếu"],
        ["Câu clarity", "dưới 10 phiếu", "100,0% * 20 /"],
    ]


def test_more_answers_than_dossiers_are_warned_of_and_give_no_bounds(pages: Path) -> None:
    assert "Số phiếu nhiều hơn số hồ sơ đã giải quyết trong kỳ" in cards(pages, "vi/don-vi/phuong-ngoc-ha")[1]
    for path in ("vi/don-vi/phuong-ngoc-ha", f"vi/thang/{PERIOD}"):
        (note,) = section(pages, path).xpath("./div[contains(., 'Hãy đọc kết quả này một cách dè dặt.')]")
        assert "ck-note" in note.get("class")
    assert month_row(pages, "vi", "Phường Ngọc Hà")[3] == "102,5% 410 / 400"


def test_the_threshold_of_the_office_stands_in_the_words(tmp_path: Path) -> None:
    lines = answers("verified", 9, question("overall", {5: 9}), slips_printed="50", slips_used="")
    office = make(tmp_path / "office", *lines, small_group=20)
    pages = written(office, tmp_path / "pages")
    assert cards(pages, "vi/don-vi/phuong-ba-dinh")[0].startswith("Phiếu có mã dùng một lần dưới 20 phiếu")
    assert month_row(pages, "vi", "Phường Ba Đình")[0] == "dưới 20 phiếu"
    judge = Figures(office, book_of(office))
    assert list(judge.check("x", "vi", page(pages, f"vi/thang/{PERIOD}"))) == []


def test_a_quarter_with_a_month_that_is_held_back_has_no_figure(tmp_path: Path) -> None:
    office = make(tmp_path / "office", first_period="2026-04")
    for period, ballots in (("2026-04", 50), ("2026-05", 9), ("2026-06", 50)):
        lines = answers("verified", ballots, question("overall", {5: ballots}), slips_printed="50", slips_used="")
        lines += answers("open", 10, question("overall", {5: 10}))
        submit(office, "satisfaction", *({**line, "period": period} for line in lines))
    book, where = book_of(office), {"breakdown": "contact_point", "key": "procedures"}
    assert book.figure("satisfaction", "verified_pct", BA_DINH, "2026-05", **where).state == "hidden"
    assert book.figure("satisfaction", "verified_pct", BA_DINH, "2026-Q2", **where).state == "blank"
    assert book.figure("satisfaction", "open_pct", BA_DINH, "2026-Q2", **where).denominator == 30


def test_words_of_a_form_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    hostile = "1 < 2 & 3 > 2 | \"a\" 'b' `c` **d**"
    lines = answers("verified", 20, question("time", {5: 20}, question_vi=hostile, question_en=hostile))
    pages = written(make(tmp_path / "office", *lines), tmp_path / "pages")
    for lang in ("vi", "en"):
        source = (pages / lang / "don-vi/phuong-ba-dinh/index.md").read_text(encoding="utf-8")
        assert "1 <" not in source
        assert "1 &lt; 2 &amp; 3" in source
        assert hostile in text(section(pages, f"{lang}/don-vi/phuong-ba-dinh"))


# --- what may not be


def channels(kind: Kind, tallies: Iterable[str]) -> set[str]:
    """The channels that the rows of some tallies belong to; "" for all."""
    found = set()
    for name in tallies:
        tally = kind.tallies.get(name)
        if tally and (tally.sum == ("answers",) or "satisfied" in name or "points" in name):
            found.add(str(tally.where.get("channel", "")))
    return found


def test_no_figure_adds_answers_of_two_channels_or_of_two_scales() -> None:
    counted = 0
    for name, measure in SATISFACTION.measures.items():
        own = [t for t in (*measure.numerator, *measure.denominator, *measure.known) if "." not in t]
        found = channels(SATISFACTION, own)
        assert found in ({name.split("_")[0].rstrip("3")}, set()), name
        scales = {SATISFACTION.tallies[t].where.get("scale", "") for t in own}
        assert len(scales) == 1, name
        counted += bool(found)
    assert counted == 36
    assert all(len(chart.measures) == 1 for chart in SATISFACTION.charts)


def test_pages_show_no_figure_of_all_contact_points_together(pages: Path) -> None:
    found = {e.get("data-of") for path in pages.rglob("index.md") for e in page(path.parent, "").iter("data", "span")}
    own = [address.partition("#")[0] for address in found if address and address.startswith("satisfaction/")]
    assert len(own) > 150
    assert [address for address in own if "=" not in address] == []


def test_the_response_rate_and_the_bounds_are_of_the_counters_for_procedures_only(book: Book) -> None:
    for measure in ("open_response_pct", "open_low_pct", "open_high_pct"):
        found = book.figure("satisfaction", measure, BA_DINH, PERIOD, breakdown="contact_point", key="reception")
        assert found.value is None
        assert found.state == "blank"


def test_a_file_with_nine_answers_is_not_accepted(tmp_path: Path) -> None:
    office = make(tmp_path / "office")
    nine = [{**line, "answers": "9"} for line in answers("open", 10, discarded="0")]
    with pytest.raises(Mistake) as caught:
        submit(office, "satisfaction", *nine)
    assert {problem.code for problem in caught.value.problems} == {"S02f"}


# --- the warning follows the dossiers


def test_dossiers_that_come_or_change_later_are_looked_at_again(tmp_path: Path) -> None:
    office = make(tmp_path / "office", *answers("open", 390, question("overall", {5: 390}), discarded="0"))

    def warned() -> set[str]:
        return {problem.code for problem in check_office(office) if problem.file.endswith(f"{PERIOD}/{BA_DINH}.csv")}

    assert "S04a" not in warned()
    fewer = {**PROCEDURES, "received_total": "386", "received_online": "82", "received_offline": "300",
             "resolved_total": "380", "resolved_early": "370"}  # fmt: skip
    submit(office, "procedures", fewer, reason="Đếm lại hồ sơ của tháng.")
    assert "S04a" in warned()
    assert "S04a" in warned()  # from the cache
    office.data_file("procedures", BA_DINH, PERIOD).unlink()
    assert "S04a" not in warned()


def test_only_answers_at_the_counters_for_procedures_are_held_against_the_dossiers(tmp_path: Path) -> None:
    lines = answers("open", 410, question("overall", {5: 410}), point="reception", discarded="0")
    problems = check_office(make(tmp_path / "office", *lines))
    assert "S04a" not in {problem.code for problem in problems}
    more = answers("open", 410, question("overall", {5: 410}), discarded="0")
    problems = check_office(make(tmp_path / "other", *lines, *more))
    assert [p.message_vi.count("410 phiếu") for p in problems if p.code == "S04a"] == [1]


# --- the two ranges


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(5, 5, "56,6%", "100,0%"), (9, 10, "59,6%", "98,2%"), (95, 100, "88,8%", "97,8%"), (100, 100, "96,3%", "100,0%"),
     (0, 10, "0,0%", "27,8%"), (1, 1, "20,7%", "100,0%")],
)  # fmt: skip
def test_the_wilson_interval_is_the_published_one(part: int, whole: int, low: str, high: str) -> None:
    measure = SATISFACTION.measures["verified_pct"]
    assert tuple(figures.limit_text("vi", measure, end) for end in wilson(part, whole)) == (low, high)


@given(st.integers(1, 10**6), st.data())
def test_an_interval_holds_its_share_and_narrows_with_more_answers(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = wilson(part, whole)
    wider_low, wider_high = wilson(part, whole) if whole < 2 else wilson(part // 2, whole // 2)
    assert 0 <= low <= 100 * part / whole <= high <= 100
    assert wider_high - wider_low >= (high - low) * 0.999 or part in (0, 1, whole, whole - 1)


@pytest.mark.parametrize(("served", "low", "high"), [(500, "19,0%", "99,0%"), (120, "79,2%", "95,8%")])
def test_the_bounds_assume_nothing_of_those_who_did_not_answer(
    tmp_path: Path, served: int, low: str, high: str
) -> None:
    lines = answers("verified", 100, question("overall", {5: 95, 1: 5}), slips_printed="100", slips_used="100")
    office = make(tmp_path / "office", *lines)
    dossiers = {**PROCEDURES, "received_total": str(served + 6), "received_online": "2", "resolved_total": str(served),
                "received_offline": str(served), "resolved_early": str(served - 10)}  # fmt: skip
    submit(office, "procedures", dossiers, reason="Đếm lại hồ sơ của tháng.")
    card = cards(written(office, tmp_path / "pages"), "vi/don-vi/phuong-ba-dinh")[0]
    assert f"từ {low} (nếu họ đều không hài lòng) đến {high} (nếu họ đều hài lòng)" in card


@pytest.mark.parametrize("end", ["low", "high"])
def test_a_limit_that_was_changed_on_a_page_is_found(office: Office, book: Book, end: str) -> None:
    found = book.figure("satisfaction", "verified_pct", BA_DINH, PERIOD, breakdown="contact_point", key="procedures")
    judge, measure = Figures(office, book), SATISFACTION.measures["verified_pct"]
    right = "".join(figures.ends("vi", measure, found))
    assert list(judge.check("x", "vi", html.fromstring(f"<p>{right}</p>"))) == []
    value = figures.machine(figures.limits(measure, found)[end])
    wrong = right.replace(f'value="{value}"', 'value="99"')
    assert wrong != right
    assert [p.code for p in judge.check("x", "vi", html.fromstring(f"<p>{wrong}</p>"))] == ["site-figure"]
    lone = figures.data(50, f"{found.address}#middle", "50,0%")
    assert [p.code for p in judge.check("x", "vi", html.fromstring(f"<p>{lone}</p>"))] == ["site-figure-unknown"]


# --- the nine indicators of Circular 01/2018/TT-VPCP (rule S06)


def scores(points: dict[int, tuple[int, int]]) -> list[Line]:
    """Indicator → (points, dossiers)."""
    key = {"unit_code": BA_DINH, "period": PERIOD}
    return [{**key, "indicator": str(n), "points": str(p), "assessed": str(of)} for n, (p, of) in points.items()]


FULL = dict.fromkeys(range(1, 10), (2, 1))
GRADES = {
    "xuất sắc": {**FULL, 1: (0, 7), 2: (10, 10)},  # 0,0 + 1,0 + 7 × 2,0 = 15,0
    "tốt": {**FULL, 1: (0, 7), 2: (47, 50)},  # 0,94 → 0,9: 14,9
    "khá": {**FULL, 1: (0, 3), 2: (0, 3), 3: (0, 3), 4: (9, 10)},  # 0,9 + 5 × 2,0 = 10,9
    "trung bình": {n: (1, 1) if n in (5, 8, 9) else (10, 10) for n in range(1, 10)} | {1: (0, 5)},  # 8,0
    "yếu": {**dict.fromkeys(range(1, 10), (0, 1)), 7: (59, 30), 5: (2, 1), 8: (1, 1)},  # 1,9666 → 2,0 + 3 = 5,0
}


@pytest.mark.parametrize(
    ("grade", "total"), [("xuất sắc", "15,0"), ("tốt", "14,9"), ("khá", "10,9"), ("trung bình", "8,0"), ("yếu", "5,0")]
)
def test_the_nine_indicators_give_the_total_and_the_grade_of_the_circular(
    tmp_path: Path, grade: str, total: str
) -> None:
    office = make(tmp_path / "office", datasets={"procedures": {}, "one_stop_scores": {}})
    submit(office, "one_stop_scores", *scores(GRADES[grade]))
    pages = written(office, tmp_path / "pages")
    card = page(pages, "vi/don-vi/phuong-ba-dinh").xpath("//section[h2[@id='one_stop_scores']]//*[@class='ck-card']")[0]
    assert text(card).startswith(f"Tổng điểm chín chỉ số {total} trên 18 điểm · {grade} · Càng cao càng tốt")


def test_an_indicator_without_data_is_left_out_and_then_there_is_no_grade(tmp_path: Path) -> None:
    office = make(tmp_path / "office", datasets={"procedures": {}, "one_stop_scores": {}})
    submit(office, "one_stop_scores", *scores(dict.fromkeys(range(1, 9), (2, 1))))
    found = book_of(office).figure("one_stop_scores", "total_score", BA_DINH, PERIOD)
    assert (found.value, found.denominator) == (16.0, 16.0)
    assert book_of(office).figure("one_stop_scores", "indicator_9", BA_DINH, PERIOD).state == "blank"
    page_text = text(page(written(office, tmp_path / "pages"), "vi/don-vi/phuong-ba-dinh"))
    assert "16,0 trên 18 điểm · Càng cao càng tốt" in page_text


def test_the_office_s_total_is_of_its_dossiers_not_of_its_units_scores(tmp_path: Path) -> None:
    office = make(tmp_path / "office", datasets={"procedures": {}, "one_stop_scores": {}})
    lines = scores({1: (30, 30)}) + [{**line, "unit_code": NGOC_HA} for line in scores({1: (20, 10)})]
    submit(office, "one_stop_scores", *lines)
    found = book_of(office).figure("one_stop_scores", "indicator_1", EVERY, PERIOD)
    assert found.value == 1.25
    assert book_of(office).figure("one_stop_scores", "total_score", EVERY, PERIOD).value == 1.3
