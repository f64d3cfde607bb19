"""What is posted: the words and figures of the pages on paper, for people of seventy, copiers and screen readers."""

import ast
import datetime as dt
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from publisher import by_hand, release
from publisher.catalogue import Office, Unit, open_office
from publisher.catalogue.text import Text
from publisher.errors import Mistake
from publisher.ledger import accept
from publisher.pages import posted
from publisher.pages.view import View
from publisher.print import sheets, typesetting
from publisher.print.bulletins import Piece, bulletin
from publisher.print.kept import Kept
from publisher.print.overviews import UNITS, overview
from publisher.print.publishing import print_release
from publisher.print.said import pieces, plain
from publisher.print.stamp import PLACEHOLDER, stamp
from scripts import bulletin as command
from scripts import terminal
from tests.offices import make_office
from tests.pdfs import MILLIMETRES, decoded, letters, picture, size_of, text_of
from tests.posted_office import REASON, TOO_LATE, make_posted_office, view_of
from tests.submitted import FEEDBACK, file_of

A4, A3 = (210, 297), (297, 420)
MAY, JUNE = "2026-05", "2026-06"
SITE = "https://congkhai.example.vn/"
BA_DINH, GIANG_VO, NGOC_HA = "don-vi/phuong-ba-dinh/", "don-vi/phuong-giang-vo/", "don-vi/phuong-ngoc-ha/"


@dataclass(frozen=True)
class Made:
    """A built office whose sheets are read."""

    office: Office
    view: View
    site: Path
    short: str

    def pdf(self, path: str) -> bytes:
        """A published sheet."""
        return (self.site / path).read_bytes()

    def page(self, path: str) -> html.HtmlElement:
        """A page of the site."""
        return html.document_fromstring((self.site / path / "index.html").read_bytes())

    def unit(self, code: str) -> Unit:
        """A unit of the office."""
        found = self.office.units.get(code)
        assert isinstance(found, Unit)
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The office with its site."""
    office = make_posted_office(tmp_path_factory.mktemp("posted") / "office")
    built = release.build(office)
    return Made(office, view_of(office), built.folder, release.short(built.id))


def all_text(pdf: bytes) -> str:
    """The text of all pages."""
    return " ".join(text_of(pdf, page) for page in range(len(pypdfium2.PdfDocument(pdf))))


def found_pieces(content: Any) -> Iterator[Piece]:
    """Every piece of a sheet's content, wherever it stands."""
    if isinstance(content, Piece):
        yield content
    elif isinstance(content, dict):
        yield from (piece for value in content.values() for piece in found_pieces(value))
    elif isinstance(content, (list, tuple)):
        yield from (piece for value in content for piece in found_pieces(value))
    elif hasattr(content, "__dataclass_fields__"):
        yield from found_pieces(vars(content))


def set_alone(content: dict[str, Any]) -> bytes:
    """A sheet as a file."""
    return sheets.set_file(sheets.together([content]))


# The words and figures of the page


@pytest.mark.parametrize(
    ("sheet", "page"),
    [
        (f"{BA_DINH}ban-tin/{JUNE}.pdf", BA_DINH),
        (f"{NGOC_HA}ban-tin/{JUNE}.pdf", NGOC_HA),
        (f"thang/{JUNE}/bang-tong-hop.pdf", f"thang/{JUNE}/"),
    ],
)
def test_every_figure_of_a_sheet_is_one_of_its_pages_in_the_same_words(made: Made, sheet: str, page: str) -> None:
    content = (
        overview(made.view, JUNE)
        if page.startswith("thang")
        else bulletin(made.view, next(u for u in made.office.units if isinstance(u, Unit) and u.slug in page), JUNE)
    )
    pages = [page] if page.startswith("thang") else [f"{page}tung-ky/", page]
    shown = {e.get("data-of"): e.text_content() for one in pages for e in made.page(one).iter() if e.get("data-of")}
    printed = [piece for piece in found_pieces(content) if piece.of]
    assert len({piece.of for piece in printed}) > 20
    assert {piece.of: shown.get(piece.of) for piece in printed} == {piece.of: piece.text for piece in printed}
    text = all_text(made.pdf(sheet))
    for piece in found_pieces(content):
        assert " ".join(piece.text.replace("\u200b", "").split()) in text


def test_a_bulletin_says_whose_figures_of_which_days_they_are_and_where_more_stands(made: Made) -> None:
    pdf = made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf")
    text = text_of(pdf)
    for said in (
        "Ủy ban nhân dân phường Thử Nghiệm", "Phường Ba Đình", "Kết quả công việc – Tháng 6/2026",
        "từ 15/05/2026 đến 14/06/2026", "Số liệu đến ngày 28/06/2026",
        "Hồ sơ có được giải quyết đúng hạn không?", "118/120", "Niêm yết từ ngày", "ít nhất 30 ngày liên tục",
        f"Bản công bố {made.short}, đối chiếu tại congkhai.example.vn/ban-cong-bo/", "Số liệu nhận đến ngày 16/06/2026",
    ):  # fmt: skip
        assert said in text, said
    back = text_of(pdf, 1)
    for said in (
        "Hộ tịch",
        "Đất đai: Phải xác minh thực địa.",
        "(Trước hạn + đúng hạn) ÷",
        "Càng thấp càng tốt",
        "Căn cứ: Thông tư 01/2020",
    ):
        assert said in back, said
    assert made.short in back


def test_what_is_missing_waits_or_was_corrected_is_said_where_the_figures_would_stand(made: Made) -> None:
    missing = text_of(made.pdf(f"{GIANG_VO}ban-tin/{JUNE}.pdf"))
    assert missing.count("Chưa nộp (hạn 19/06/2026)") == 3
    assert "Chưa đến hạn nộp (10/07/2026)" in missing
    assert REASON in text_of(made.pdf(f"{NGOC_HA}ban-tin/{MAY}.pdf"))
    board = text_of(made.pdf(f"thang/{JUNE}/bang-tong-hop.pdf"))
    assert "Hồ sơ: 1 đơn vị chưa nộp: Phường Giảng Võ." in board
    assert "đã đính chính: Hồ sơ" in text_of(made.pdf(f"thang/{MAY}/bang-tong-hop.pdf"))


def test_nothing_to_count_and_nothing_sent_are_told_apart(made: Made) -> None:
    text = all_text(made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf"))
    assert "phiếu mở: chưa có số liệu" in text


def test_the_explanation_of_a_warning_stands_beside_it(made: Made) -> None:
    key = ("feedback", "00004", JUNE)
    status = made.view.board.status(made.office.kinds["feedback"], "00004", JUNE)
    assert [problem.code for problem in status.warnings] == ["V05b", "V05b"]
    made.view.board.known[key] = replace(status, explanations={"V05b": "Đã nhập trùng hai phiếu."})
    try:
        text = all_text(set_alone(bulletin(made.view, made.unit("00004"), JUNE)))
    finally:
        made.view.board.known[key] = status
    assert "Điểm cần lưu ý trong số liệu kỳ này" in text
    assert "Đơn vị giải thích: “Đã nhập trùng hai phiếu.”" in text


def test_a_corrected_figure_is_marked_where_it_stands(made: Made) -> None:
    content = bulletin(made.view, made.unit("00008"), MAY)
    received, _, _, pending = content["front"][0].cards
    assert plain(received.beside) == "đính chính"
    assert plain(pending.beside) == ""


def test_kinds_that_are_kept_short_get_a_line(made: Made) -> None:
    kinds = {name: kind.model_copy(update={"brief": name == "feedback"}) for name, kind in made.office.kinds.items()}
    view = View("vi", replace(made.office, kinds=kinds), made.view.book, made.view.board)
    content = bulletin(view, made.unit("00004"), JUNE)
    assert [part.title for part in content["front"]] == [
        kind.title.vi for name, kind in kinds.items() if name != "feedback"
    ]
    (line,) = content["others"]
    assert plain(line.said).startswith("Góp ý, phản ánh, kiến nghị tiếp nhận: 20; Ý kiến đã xử lý: 18; ")
    assert "Các số liệu khác" in all_text(set_alone(content))


def test_figures_made_up_are_called_so_on_every_page_and_real_ones_are_not(made: Made) -> None:
    for path in made.site.rglob("*.pdf"):
        for page in range(len(pypdfium2.PdfDocument(path))):
            assert "SỐ LIỆU MINH HỌA" in text_of(path.read_bytes(), page)
    real = replace(made.office, settings=made.office.settings.model_copy(update={"demonstration": False}))
    view = View("vi", real, made.view.book, made.view.board)
    assert "MINH HỌA" not in all_text(set_alone(bulletin(view, made.unit("00004"), JUNE)))


def test_what_a_page_prints_comes_back_as_text_and_addresses() -> None:
    markup = 'Có <data data-of="a/b">2</data> &lt;b&gt; <span class="x">và <span data-of="c">dưới 10</span></span>.'
    found = pieces(markup)
    assert plain(found) == "Có 2 <b> và dưới 10."
    assert [(piece.text, piece.of) for piece in found if piece.of] == [("2", "a/b"), ("dưới 10", "c")]


# Paper


@pytest.mark.parametrize(
    ("path", "size", "target"),
    [
        (f"{BA_DINH}ban-tin/{JUNE}.pdf", A4, BA_DINH),
        (f"{GIANG_VO}ban-tin/{JUNE}.pdf", A4, GIANG_VO),
        (f"thang/{JUNE}/bang-tong-hop.pdf", A3, f"thang/{JUNE}/"),
    ],
)
def test_a_sheet_has_its_size_and_its_code_leads_to_its_page(
    made: Made, path: str, size: tuple[int, int], target: str
) -> None:
    pdf = made.pdf(path)
    assert size_of(pdf) == size
    assert [code.text for code in decoded(pdf)] == [SITE + target]
    assert (made.site / target / "index.html").exists()
    assert f"congkhai.example.vn/{target}" in text_of(pdf)


def test_a_bulletin_takes_two_pages_at_most_and_everything_stands_inside_them(made: Made) -> None:
    for path in made.site.rglob("ban-tin/*.pdf"):
        assert_inside(path.read_bytes(), pages=2)


def assert_inside(pdf: bytes, pages: int) -> None:
    """No more than so many pages, and no letter beyond their margins or in another's place."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) <= pages
    for number in range(len(document)):
        wide, high = document[number].get_size()
        for char, (left, bottom, right, top) in letters(pdf, number):
            assert left * MILLIMETRES > 10, char
            assert right < wide - 10 / MILLIMETRES, char
            assert bottom * MILLIMETRES > 3, char
            assert top < high - 8 / MILLIMETRES, char


def test_what_matters_is_large_enough_for_a_wall(made: Made) -> None:
    """Even with four kinds on a front: digits of the sentences and figures are 3 mm high and more, none is tiny."""
    pdf = made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf")
    high = [(top - bottom) * MILLIMETRES for char, (_, bottom, _, top) in letters(pdf) if char in "0123456789"]
    assert len([size for size in high if size > 3]) > 60
    assert min(high) > 2.2


def test_series_are_told_apart_without_colour(made: Made) -> None:
    """The bar of a field with 28 in time and 2 late: a dark block, then a white one in a dark outline."""
    content = bulletin(made.view, made.unit("00004"), JUNE)
    part = replace(content["front"][0], columns=None)
    row = replace(part.grid.rows[0], bar=(0.5, 0.5))
    pdf = set_alone({**content, "front": [replace(part, grid=replace(part.grid, rows=(row,)))]})
    pages = [picture(pdf, page, 4) for page in range(len(pypdfium2.PdfDocument(pdf)))]
    band = next(line for page in reversed(pages) for line in page if is_bar(line))
    assert is_bar(band)


def is_bar(line: "np.ndarray[Any, np.dtype[np.uint8]]") -> bool:
    """Whether a line of pixels crosses a solid block and a hollow one of the same length beside it."""
    runs = re.findall(r"(D{80,})(L{60,})D", "".join("D" if pixel < 100 else "L" for pixel in line))
    return any(abs(len(dark) - len(light)) < 20 for dark, light in runs)


def test_grey_text_keeps_its_contrast_on_grey_ground() -> None:
    source = (sheets.TEMPLATE.parent / "parts.typ").read_text(encoding="utf-8")
    colours = dict(re.findall(r'#let (\w+) = rgb\("#(\w{6})"\)', source))
    ground = int(re.findall(r"#let ground = luma\((\d+)%\)", source)[0]) / 100

    def brightness(parts: tuple[float, ...]) -> float:
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name in ("accent", "quiet"):
        text = brightness(tuple(int(colours[name][n : n + 2], 16) / 255 for n in (0, 2, 4)))
        for behind in (1.0, ground):
            assert (brightness((behind,) * 3) + 0.05) / (text + 0.05) > 7, name


@pytest.mark.parametrize("length", [110, 260, 400])
def test_a_long_name_still_fits(made: Made, length: int) -> None:
    name = ("Trung tâm Phục vụ hành chính công liên phường " * 10)[: length - 1] + "Đ"
    unit = replace(made.unit("00004"), name=Text(vi=name))
    pdf = set_alone(bulletin(made.view, unit, JUNE))
    assert " ".join(name.split()) in text_of(pdf)
    assert_inside(pdf, pages=2)


def test_a_unit_with_many_fields_and_long_explanations_still_takes_two_pages(made: Made) -> None:
    content = bulletin(made.view, made.unit("00004"), JUNE)
    part = content["front"][0]
    rows = tuple(replace(part.grid.rows[0], name=f"Lĩnh vực có tên dài thứ {n}, và các việc khác") for n in range(30))
    texts = tuple(("Hộ tịch, Đất đai", "Vì nhiều lý do khác nhau. " * 11) for _ in range(12))
    full = {
        **content,
        "front": [replace(part, grid=replace(part.grid, rows=rows)), *content["front"][1:]],
        "texts": texts,
    }
    assert_inside(set_alone(full), pages=2)


def test_an_office_with_more_units_takes_more_sheets_and_adds_up_on_the_last(tmp_path: Path) -> None:
    many = [{"code": f"U{n:03d}", "name_vi": f"Phường Số {n:03d}", "level": "commune"} for n in range(2 * UNITS + 5)]
    office = open_office(make_office(tmp_path / "many", units=many, first_period=JUNE, paper=True))
    content = overview(view_of(office), JUNE)
    assert [sum(len(lines) for _, lines in sheet.groups) for sheet in content["sheets"]] == [UNITS, UNITS, 5]
    pdf = set_alone(content)
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    assert "Phường Số 000" in text_of(pdf)
    assert "Phường Số 064" in text_of(pdf, 2)
    assert_inside(pdf, pages=3)


# Screen readers


@pytest.mark.parametrize(
    "path", [f"{BA_DINH}ban-tin/{JUNE}.pdf", f"thang/{JUNE}/bang-tong-hop.pdf", f"du-lieu/{JUNE}/niem-yet.pdf"]
)
def test_a_sheet_is_tagged_in_vietnamese_with_a_title_and_words_for_pictures(made: Made, path: str) -> None:
    pdf = made.pdf(path)
    for mark in (
        b"/StructTreeRoot",
        b"/MarkInfo<</Marked true",
        b"/Lang(vi-VN)",
        b"/DisplayDocTitle true",
        b"/FontFile",
    ):
        assert mark in pdf, mark
    assert b"/S/H1" in pdf
    assert b"/S/TH" in pdf
    metadata = "".join(part.decode("utf-8", "ignore") for part in streams(pdf) if b"pdfuaid" in part)
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    title = pypdfium2.PdfDocument(pdf).get_metadata_dict()["Title"]
    assert "Tháng 6/2026" in title
    spoken = [
        alt.decode("utf-16-be")
        for alt in re.findall(rb"/Alt<FEFF([0-9A-F]+)>", pdf)
        for alt in [bytes.fromhex(alt.decode())]
    ]
    assert any("Mã QR mở trang congkhai.example.vn" in alt for alt in spoken)


def test_a_chart_says_in_words_what_it_shows(made: Made) -> None:
    pdf = made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf")
    spoken = [bytes.fromhex(alt.decode()).decode("utf-16-be") for alt in re.findall(rb"/Alt<FEFF([0-9A-F]+)>", pdf)]
    (chart,) = [alt for alt in spoken if alt.startswith("Biểu đồ cột theo tháng: Hồ sơ đã giải quyết mỗi tháng")]
    assert "Tháng 5/2026 đến Tháng 6/2026" in chart
    assert "quá hạn, Tháng 6/2026: 2" in chart


def streams(pdf: bytes) -> Iterator[bytes]:
    """The streams of a file, unpacked."""
    for match in re.finditer(rb"<<([^>]*)>>\nstream\n", pdf):
        size = re.search(rb"/Length (\d+)", match[1])
        assert size
        packed = pdf[match.end() : match.end() + int(size[1])]
        yield zlib.decompress(packed) if b"/FlateDecode" in match[1] else packed


def test_only_the_fonts_of_the_repository_are_used(made: Made) -> None:
    for path in made.site.rglob("*.pdf"):
        names = set(re.findall(rb"/BaseFont/[A-Z]{6}\+([\w-]+)", path.read_bytes()))
        assert names <= {b"NotoSans-Regular", b"NotoSans-Bold", b"NotoSansMono-Bold"}
        assert b"NotoSans-Regular" in names


# One file for a month


def test_a_months_sheets_are_one_file_with_bookmarks(made: Made) -> None:
    pdf = pypdfium2.PdfDocument(made.pdf(f"du-lieu/{JUNE}/niem-yet.pdf"))
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc() if mark.level == 0]
    assert [title for title, _ in marks] == [
        "Bảng tổng hợp kết quả công việc – Tháng 6/2026", "Phường Ba Đình", "Phường Giảng Võ", "Phường Ngọc Hà",
    ]  # fmt: skip
    for (title, page), name in zip(marks, ("Bảng tổng hợp", "Ba Đình", "Giảng Võ", "Ngọc Hà"), strict=True):
        assert name in text_of(made.pdf(f"du-lieu/{JUNE}/niem-yet.pdf"), page), title


def test_an_office_with_very_many_units_has_no_such_file(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(posted.sheets(made.office, made.view.board, JUNE)) == {"board", "whole"}
    monkeypatch.setattr(posted, "WHOLE", 2)
    assert set(posted.sheets(made.office, made.view.board, JUNE)) == {"board"}


def test_pages_lead_to_the_sheets_that_are_published(made: Made) -> None:
    def links(path: str) -> set[str]:
        found = (str(a.get("href")) for a in made.page(path).iter("a") if str(a.get("href")).endswith(".pdf"))
        return {((made.site / path / href).resolve()).relative_to(made.site.resolve()).as_posix() for href in found}

    assert links(BA_DINH) == {f"{BA_DINH}ban-tin/{period}.pdf" for period in (MAY, JUNE)}
    assert links(f"thang/{JUNE}/") == {f"thang/{JUNE}/bang-tong-hop.pdf", f"du-lieu/{JUNE}/niem-yet.pdf"}
    assert links(f"thang/{MAY}/") == {f"thang/{MAY}/bang-tong-hop.pdf"}
    assert links(f"en/{BA_DINH}") == links(BA_DINH)


def test_an_office_that_wants_no_paper_gets_none(made: Made, tmp_path: Path) -> None:
    settings = made.office.settings.model_copy(update={"paper": False})
    office = replace(made.office, settings=settings)
    assert posted.months(office, made.view.board) == []
    assert posted.sheets(office, made.view.board, JUNE) == {}
    print_release(office, made.view.book, made.view.board.ledger, [], made.short, tmp_path)
    assert list(tmp_path.rglob("*.pdf")) == []


# The same bytes, and nothing set twice


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the files that are set from now on."""
    titles: list[str] = []
    real: Callable[[sheets.Content], bytes] = sheets.set_file

    def set_file(content: sheets.Content) -> bytes:
        titles.append(f"{content['title']} ({len(content['sheets'])})")
        return real(content)

    monkeypatch.setattr(sheets, "set_file", set_file)
    return titles


def test_a_correction_sets_anew_what_it_changes_and_every_sheet_gets_the_new_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_posted_office(tmp_path / "office")
    titles = counting(monkeypatch)
    first = release.build(office)
    assert len(titles) == 2 + 1 + 6
    before = {p.relative_to(first.folder): p.read_bytes() for p in first.folder.rglob("*.pdf")}
    titles.clear()
    kind = office.kinds["feedback"]
    changed = file_of(kind, {**FEEDBACK, "unit_code": "00008", "period": JUNE})
    accept(office, kind, changed, reason="Ghi thừa một dòng.", now=TOO_LATE)
    second = release.build(open_office(office.root))
    assert sorted(titles) == [
        "Bản niêm yết Tháng 6/2026: Ủy ban nhân dân phường Thử Nghiệm (4)",
        "Bảng tổng hợp kết quả công việc – Tháng 6/2026: Ủy ban nhân dân phường Thử Nghiệm (1)",
        "Kết quả công việc – Tháng 6/2026: Phường Ngọc Hà (1)",
    ]
    changed_sheets = {f"{NGOC_HA}ban-tin/{JUNE}.pdf", f"thang/{JUNE}/bang-tong-hop.pdf", f"du-lieu/{JUNE}/niem-yet.pdf"}
    for path, content in before.items():
        now = (second.folder / path).read_bytes()
        assert release.short(second.id) in all_text(now), path
        assert release.short(first.id) not in all_text(now), path
        same = stamp_off(now, release.short(second.id)) == stamp_off(content, release.short(first.id))
        assert same == (path.as_posix() not in changed_sheets), path


def stamp_off(pdf: bytes, short: str) -> str:
    """The text of a sheet without its hash."""
    return all_text(pdf).replace(short, "")


def test_a_build_without_the_kept_sheets_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        office = replace(made.office, root=tmp_path / folder)
        office.cache.mkdir(parents=True)
        view = View("vi", office, made.view.book, made.view.board)
        sheets.write(view, made.short, tmp_path / "out" / folder)
    one, two = tmp_path / "out" / "first", tmp_path / "out" / "second"
    names = {p.relative_to(one) for p in one.rglob("*.pdf")}
    assert names == {p.relative_to(two) for p in two.rglob("*.pdf")} != set()
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_sheets_that_nobody_asks_for_any_more_are_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "pdf", "")
    (tmp_path / "old.pdf").write_bytes(b"")
    kept.forget_others()
    assert list(tmp_path.iterdir()) == []


def test_no_sheet_knows_the_clock(made: Made) -> None:
    pdf = made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf")
    assert set(re.findall(rb"D:\d{8}", pdf)) == {b"D:20260616"}
    assert str(dt.datetime.now(dt.UTC).year).encode() + b"-" not in b"".join(
        part for part in streams(pdf) if b"pdfuaid" in part
    ).replace(b"2026-06-16", b"")


# The hash of the release


@pytest.fixture(scope="module")
def unstamped(made: Made) -> bytes:
    """A sheet without a hash."""
    return set_alone(bulletin(made.view, made.unit("00025"), JUNE))


@settings(deadline=None)
@given(st.text("0123456789abcdef", min_size=16, max_size=16))
def test_any_hash_stands_where_the_placeholder_stood(unstamped: bytes, digits: str) -> None:
    short = "-".join(digits[n : n + 4] for n in (0, 4, 8, 12))
    stamped = stamp(unstamped, short)
    assert all_text(stamped) == all_text(unstamped).replace(PLACEHOLDER, short)
    assert_table(stamped)


def assert_table(pdf: bytes) -> None:
    """Every object stands where the table says."""
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF", pdf)[-1])
    assert pdf[start : start + 4] == b"xref"
    entries = re.findall(rb"(\d{10}) \d{5} n", pdf[start:])
    for number, entry in enumerate(entries, start=1):
        assert pdf[int(entry) :].startswith(b"%d 0 obj\n" % number)


def test_every_page_of_a_months_file_has_the_hash(made: Made) -> None:
    pdf = made.pdf(f"du-lieu/{JUNE}/niem-yet.pdf")
    assert_table(pdf)
    for page in range(len(pypdfium2.PdfDocument(pdf))):
        assert made.short in text_of(pdf, page)
        assert PLACEHOLDER not in text_of(pdf, page)


@pytest.mark.parametrize(
    "short", ["", "0123-4567-89ab-cde", "0123-4567-89AB-CDEF", "0123456789abcdef", "))]TJ-0000-0000-0000"]
)
def test_what_is_no_hash_is_not_printed(made: Made, short: str) -> None:
    with pytest.raises(ValueError, match="not a short hash"):
        stamp(made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf"), short)


def test_nothing_is_printed_without_a_hash(made: Made) -> None:
    with pytest.raises(ValueError, match="no place"):
        stamp(made.pdf(f"{BA_DINH}ban-tin/{JUNE}.pdf"), made.short)  # it has one already


# Hostile text


HOSTILE = (
    '#panic("x") #{sys.inputs} #import "a": * \\u{41} \\ // no', "$ x^2 $ *đậm* _nghiêng_ `mã`", "= Tiêu đề\n== Hai",
    "#set page(width: 1pt)", "<nhãn> @nhãn", "\\#escape", "[" * 60, "]) #context", "*/ /* // ", "' OR 1=1 --",
    "<script>alert(1)</script>", "{{7*7}} {% x %}", "0123-4567-89ab-cdef",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_printed_as_it_stands_and_never_read(made: Made, text: str) -> None:
    unit = replace(made.unit("00025"), name=Text(vi=text))
    pdf = stamp(set_alone(bulletin(made.view, unit, JUNE)), made.short)
    assert size_of(pdf) == A4
    assert " ".join(typesetting.visible(text).split()) in text_of(pdf)
    assert made.short in text_of(pdf)


def test_every_string_of_the_big_list_comes_out_as_text(made: Made, shared: Path) -> None:
    lines = (shared / "inputs" / "blns" / "blns.txt").read_text(encoding="utf-8").splitlines()
    strings = [line for line in lines if line.strip() and not line.startswith("#")]
    content = bulletin(made.view, made.unit("00025"), JUNE)
    for start in range(0, len(strings), 12):
        here = [typesetting.clean(line, 300) for line in strings[start : start + 12]]
        pdf = set_alone({**content, "texts": [("Nơi", line) for line in here if line]})
        text = readable(all_text(pdf))
        for line in here:
            assert readable(line) in text or not is_read_in_order(line), line


def readable(text: str) -> str:
    """The letters, digits and signs of a text that a reader gives back without blanks and marks of its own."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if char.isascii() and not char.isspace())


def is_read_in_order(text: str) -> bool:
    """Whether a reader of PDFs gives a text back as it was: neither from right to left nor under towers of marks."""
    piled = any(unicodedata.combining(a) and unicodedata.combining(b) for a, b in pairwise(text))
    return not piled and not any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)


def test_letters_that_the_fonts_lack_do_not_stop_a_month(made: Made) -> None:
    unit = replace(made.unit("00025"), name=Text(vi="Phường 漢字 Hòa Bình"))
    content = bulletin(made.view, unit, JUNE)
    with pytest.raises(typesetting.LackingLetters, match="漢"):
        typesetting.pdf(sheets.TEMPLATE, typesetting.encode({**sheets.together([content]), "codes": codes(content)}))
    pdf = set_alone(content)
    assert "Hòa Bình" in text_of(pdf)
    assert b"/StructTreeRoot" in pdf


def codes(content: dict[str, Any]) -> dict[str, Any]:
    """The codes that a sheet needs."""
    return {content["url"]: typesetting.qr_code(content["url"])}


def test_no_text_is_ever_part_of_a_template() -> None:
    folder = sheets.TEMPLATE.parent
    calls = [
        ast.unparse(node.args[0])
        for path in Path(release.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typst.compile", "typesetting.pdf")
    ]
    assert sorted(set(calls)) == ["TEMPLATE", "template"]
    for template in folder.glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\beval\b|@preview|\bread\(|\bplugin\b", source)
        assert set(re.findall(r'#import "([^"]+)"', source)) <= {
            "parts.typ",
            "bulletin.typ",
            "notice.typ",
            "overview.typ",
        }
        code = re.sub(r"//[^\n]*", "", source)
        assert not re.search("[À-ÖØ-öø-ỹ]", code), "no sentence stands in a template"


# By hand


def test_a_sheet_printed_by_hand_is_the_one_that_is_published(made: Made, tmp_path: Path) -> None:
    for arguments, path in (
        (["--unit", "00004"], f"{BA_DINH}ban-tin/{JUNE}.pdf"),
        (["--board"], f"thang/{JUNE}/bang-tong-hop.pdf"),
        (["--all"], f"du-lieu/{JUNE}/niem-yet.pdf"),
    ):
        out = tmp_path / "out.pdf"
        assert command.main(["--office", str(made.office.root), "--period", JUNE, *arguments, str(out)]) == 0
        assert out.read_bytes() == made.pdf(path)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--unit", "99999"], "print-unit"),
        (["--unit", "00004", "--period", "2024-01"], "print-nothing"),
        (["--board", "--period", "2024-01"], "print-month"),
        (["--all", "--period", "2024-01"], "print-month"),
    ],
)
def test_what_cannot_be_printed_is_one_sentence(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    base = ["--office", str(made.office.root), *([] if "--period" in arguments else ["--period", JUNE])]
    with pytest.raises(Mistake) as caught:
        command.main([*base, *arguments, str(tmp_path / "out.pdf")])
    assert caught.value.code == code
    assert terminal.run(command.main, [*base, *arguments, str(tmp_path / "out.pdf")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
    assert not (tmp_path / "out.pdf").exists()


def test_figures_that_no_release_shows_are_not_printed(tmp_path: Path) -> None:
    office = make_posted_office(tmp_path / "office")
    with pytest.raises(Mistake) as caught:
        by_hand.Desk(office)
    assert caught.value.code == "print-unpublished"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        by_hand.write(tmp_path / "no" / "out.pdf", b"")
    assert caught.value.code == "print-file"
