"""Posters and sheets of slips: rendered, every code decoded with a real decoder, the text read back from the PDF."""

import ast
import datetime as dt
import itertools
import os
import re
import stat
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import codes, posters
from collector.codes import Keys, read_poster, read_slip
from collector.store import Store
from publisher import words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.catalogue.tables import Counter
from publisher.catalogue.text import Text
from publisher.errors import Mistake
from publisher.print import typesetting
from scripts import posters as command
from scripts import terminal
from tests.offices import make_office
from tests.pdfs import MILLIMETRES, decoded, letters, picture, size_of, text_of

ROOT = Path(__file__).resolve().parents[1]
URL = "https://khaosat.example.vn/"
COUNTERS = (
    {
        "counter_code": "00004-01",
        "unit_code": "00004",
        "name_vi": "Quầy 1: Hộ tịch",
        "name_en": "Counter 1",
        "form": "counter",
    },
    {"counter_code": "00008-TD", "unit_code": "00008", "name_vi": "Phòng tiếp công dân", "form": "reception"},
    {"counter_code": "00025-01", "unit_code": "00025", "name_vi": "Quầy đã đóng", "valid_to": "2026-06-30"},
    {"counter_code": "00025-02", "unit_code": "00025", "name_vi": "Quầy sắp mở", "valid_from": "2026-09-01"},
)
A4, A5 = (210, 297), (148, 210)


def make_survey_office(root: Path, **changes: Any) -> Office:
    """An office with four counters, two of them in force, and an address for its survey."""
    lines = [{"contact_point": "procedures", **line} for line in COUNTERS]
    return open_office(make_office(root, counters=lines, survey={"url": URL}, **changes))


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """That office."""
    return make_survey_office(tmp_path_factory.mktemp("asking") / "office")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Its keys."""
    return Keys(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store in a file."""
    (tmp_path / "var").mkdir()
    found = Store(f"sqlite:///{tmp_path / 'var' / 'survey.sqlite'}", Keys(tmp_path / "keys"))
    found.start()
    yield found
    found.stop()


def counter(office: Office, code: str = "00004-01") -> Counter:
    """A counter of that office."""
    found = office.counters.get(code)
    assert isinstance(found, Counter)
    return found


# Posters


@pytest.mark.parametrize(("size", "paper", "least"), [("a4", A4, 70), ("a5", A5, 49)])
def test_the_code_of_a_poster_leads_to_its_counter_and_period(
    asking: Office, keys: Keys, size: posters.Size, paper: tuple[int, int], least: int
) -> None:
    pdf = posters.poster_pdf(asking, keys, [counter(asking)], "2026-08", size)
    assert size_of(pdf) == paper
    (found,) = decoded(pdf)
    assert found.text == URL + codes.poster_path(keys, "00004-01", "2026-08")
    assert read_poster(keys, "00004-01", found.text.rsplit("/", 1)[1]) == "2026-08"
    assert found.ec_level == "Q"
    corner = found.position
    width = (corner.top_right.x - corner.top_left.x) / 2 * MILLIMETRES
    assert width >= least


def test_a_code_has_its_white_border_and_is_read_with_a_fifth_of_it_gone(asking: Office, keys: Keys) -> None:
    pdf = posters.poster_pdf(asking, keys, [counter(asking)], "2026-08")
    page = picture(pdf).copy()
    corner = decoded(pdf)[0].position
    left, right = corner.top_left.x, corner.top_right.x
    top, bottom = corner.top_left.y, corner.bottom_left.y
    border = round((right - left) / 37 * 4) - 2  # 37 modules: 56 characters at level Q
    for beside in (
        page[top : bottom + 1, left - border : left - 2],
        page[top : bottom + 1, right + 3 : right + border],
        page[top - border : top - 2, left : right + 1],
        page[bottom + 3 : bottom + border, left : right + 1],
    ):
        assert beside.size
        assert beside.min() == 255
    third = (right - left) // 3
    page[top + third : top + 2 * third, left + third : left + third * 8 // 5] = 128  # a thumb
    again = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    assert [found.text for found in again] == [URL + codes.poster_path(keys, "00004-01", "2026-08")]


def test_a_poster_says_who_asks_what_for_and_what_is_never_asked(asking: Office, keys: Keys) -> None:
    said = text_of(posters.poster_pdf(asking, keys, [counter(asking)], "2026-08"))
    for sentence in (
        "Ủy ban nhân dân phường Thử Nghiệm",
        "Phường Ba Đình",
        "Quầy 1: Hộ tịch",
        "Ba Dinh Ward · Counter 1",
        "Hôm nay ông/bà được phục vụ thế nào?",
        "kết quả được công khai hằng tháng tại congkhai.example.vn.",
        "khaosat.example.vn/k/00004-01",
        "Trang khảo sát không bao giờ hỏi:",
        "Mã thật in liền trên tờ giấy này, không phải miếng dán.",
        "điện thoại phải hiện khaosat.example.vn và đúng tên quầy này; nếu khác, xin đừng trả lời và gọi 1022.",
        "Tháng 8/2026 (từ 15/07/2026 đến 14/08/2026) · Mã quầy 00004-01",
        "BẢN MINH HỌA",
        "We never ask for:",
    ):
        assert sentence in said, sentence
    asked = said.split("Trang khảo sát không bao giờ hỏi:")[1].split("Mã thật")[0]
    assert re.findall("Họ tên|Số điện thoại|Số định danh|Tiền", asked) == [
        "Họ tên",
        "Số điện thoại",
        "Số định danh",
        "Tiền",
    ]


def test_every_sentence_of_a_poster_and_a_slip_is_printed(asking: Office, keys: Keys) -> None:
    pdfs = {
        "poster": posters.poster_pdf(asking, keys, [counter(asking)], "2026-08"),
        "slip": posters.slips_pdf(asking, counter(asking), "7x3k9m", posters.new_codes(1), dt.date(2026, 8, 14)),
    }
    hidden = {"title", "qr_alt", "real"}  # in the document's title, behind the code, for offices without a telephone
    alone: dict[str, set[str]] = {"vi": set(), "en": {"period", "ask", "scan", "number", "of", "sheet", "page"}}
    for (prefix, pdf), lang in itertools.product(pdfs.items(), words.LANGUAGES):
        said = text_of(pdf)
        for key in words.load(lang):
            name = key.removeprefix(f"posters.{prefix}.")
            if name != key and name not in hidden | alone[lang]:
                pieces = [part.strip() for part in re.split(r"\{\w+\}|\|", words.load(lang)[key])]
                assert [part for part in pieces if " ".join(part.split()) not in said] == [], (lang, key)


def test_the_words_are_there_in_both_languages() -> None:
    vi, en = (
        {k: v for k, v in words.load(lang).items() if re.search("poster|slip|collector-keys", k)}
        for lang in words.LANGUAGES
    )
    assert set(vi) == set(en)
    assert [key for key in vi if words.places(vi[key]) != words.places(en[key])] == []


def test_an_office_without_a_telephone_and_not_for_show_says_so(tmp_path: Path, keys: Keys) -> None:
    contact = {"address": {"vi": "Số 1"}, "phone": "", "email": "a@example.vn"}
    office = make_survey_office(tmp_path / "office", contact=contact, demonstration=False)
    said = text_of(posters.poster_pdf(office, keys, [counter(office)], "2026-08"))
    assert "xin đừng trả lời và báo cho cơ quan." in said
    assert "1022" not in said
    assert "MINH HỌA" not in said


def test_each_counter_has_a_page_of_its_own(asking: Office, keys: Keys) -> None:
    chosen = [counter(asking), counter(asking, "00008-TD")]
    pdf = posters.poster_pdf(asking, keys, chosen, "2026-08")
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    for page, expected in enumerate(chosen):
        assert [found.text for found in decoded(pdf, page)] == [URL + codes.poster_path(keys, expected.code, "2026-08")]
        assert expected.name.vi in text_of(pdf, page)


def test_the_demonstration_offices_posters_fit_and_decode(keys: Keys) -> None:
    office = open_office(HOME)
    chosen = posters.counters_in_force(office)
    assert chosen
    pdf = posters.poster_pdf(office, keys, chosen, "2026-11", "a5")
    assert len(pypdfium2.PdfDocument(pdf)) == len(chosen)
    for page, expected in enumerate(chosen):
        (found,) = decoded(pdf, page)
        assert f"/k/{expected.code}/2026-11-" in found.text


def test_the_same_poster_is_the_same_bytes_on_any_day_and_in_any_zone(
    asking: Office, keys: Keys, tmp_path: Path
) -> None:
    here = posters.poster_pdf(asking, keys, posters.counters_in_force(asking), "2026-08")
    program = (
        "import sys; from pathlib import Path; from collector import posters; from collector.codes import Keys\n"
        "from publisher.catalogue import open_office; office = open_office(Path(sys.argv[1]))\n"
        "pdf = posters.poster_pdf(office, Keys(Path(sys.argv[2])), posters.counters_in_force(office), '2026-08')\n"
        "Path(sys.argv[3]).write_bytes(pdf)"
    )
    out = tmp_path / "there.pdf"
    arguments = [sys.executable, "-c", program, str(asking.root), str(keys.folder), str(out)]
    environ = {**os.environ, "TZ": "America/Los_Angeles", "SOURCE_DATE_EPOCH": "1", "LANG": "C"}
    subprocess.run(arguments, check=True, cwd=ROOT, env=environ)
    assert out.read_bytes() == here
    assert b"CreationDate" not in here


def test_a_poster_uses_the_projects_fonts_and_tells_screen_readers_its_language(asking: Office, keys: Keys) -> None:
    pdf = posters.poster_pdf(asking, keys, [counter(asking)], "2026-08")
    assert set(re.findall(rb"/BaseFont ?/[A-Z]{6}\+([\w-]+)", pdf)) == {b"NotoSans-Bold", b"NotoSans-Regular"}
    assert set(re.findall(rb"/Lang ?\((\w\w)", pdf)) == {b"vi", b"en"}
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_value("Title") == "Áp phích khảo sát · Ủy ban nhân dân phường Thử Nghiệm"
    assert document.is_tagged()


def test_the_fonts_hold_every_vietnamese_letter_and_their_licence_goes_with_them() -> None:
    marks = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    vowels = [unicodedata.normalize("NFC", vowel + mark) for vowel in "aăâeêioôơuưy" for mark in marks]
    wanted = {ord(c) for c in "".join(vowels) + "đ" for c in (c, c.upper())} | {ord(c) for c in "“”–…·’₫"}
    fonts = sorted(typesetting.FONTS.glob("*.ttf"))
    assert [font.name for font in fonts] == ["NotoSans-Bold.ttf", "NotoSans-Regular.ttf", "NotoSansMono-Bold.ttf"]
    for font in fonts:
        assert wanted <= characters(font.read_bytes()), font.name
    licence = (typesetting.FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert licence.startswith("Copyright ")
    assert "SIL OPEN FONT LICENSE" in licence


def characters(font: bytes) -> set[int]:
    """The characters of a TrueType font: the segments (format 4) of its `cmap`."""
    tables = struct.unpack(">H", font[4:6])[0]
    entries = [struct.unpack(">4sIII", font[12 + 16 * n : 28 + 16 * n]) for n in range(tables)]
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (count,) = struct.unpack(">H", font[start + 2 : start + 4])
    kinds = [struct.unpack(">HHI", font[start + 4 + 8 * n : start + 12 + 8 * n]) for n in range(count)]
    at = start + next(offset for platform, encoding, offset in kinds if (platform, encoding) == (3, 1))
    assert struct.unpack(">H", font[at : at + 2]) == (4,)
    (double,) = struct.unpack(">H", font[at + 6 : at + 8])
    ends = struct.unpack(f">{double // 2}H", font[at + 14 : at + 14 + double])
    starts = struct.unpack(f">{double // 2}H", font[at + 16 + double : at + 16 + 2 * double])
    return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1)}


# Hostile names

HOSTILE = (
    '#panic("no")',
    "$x^2$ *bold* _thin_ `code` = Heading",
    '#{sys.inputs} #import "a": * \\u{41} \\ // no',
    "“Quầy” \"1\" 'a' <script>alert(1)</script> & | {domain} {counter}",
    "- + / [link](https://x.example) @label <label> ~ ---",
    "https://khaosat.example.vn/k/00004-01",
)


def named(asking: Office, name: str) -> tuple[Office, Counter]:
    """The office with that name for itself, its units and a counter."""
    text = Text(vi=name)
    entries = {code: replace(unit, name=text) for code, unit in asking.units.entries.items()}
    office = replace(
        asking,
        settings=asking.settings.model_copy(update={"name": text}),
        units=replace(asking.units, entries=entries),
    )
    return office, replace(counter(asking), name=text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_printed_as_it_stands_whatever_it_holds(asking: Office, keys: Keys, name: str) -> None:
    office, hostile = named(asking, name)
    for pdf in (
        posters.poster_pdf(office, keys, [hostile], "2026-08"),
        posters.slips_pdf(office, hostile, "7x3k9m", posters.new_codes(1), dt.date(2026, 8, 14)),
    ):
        bare = re.sub(r"\s", "", text_of(pdf))
        assert bare.count(re.sub(r"\s", "", name)) >= 2  # at least the unit's and the counter's


def test_letters_written_in_parts_are_printed_whole(asking: Office, keys: Keys) -> None:
    name = "Quầy tiếp nhận hồ sơ đất đai"
    office, parted = named(asking, unicodedata.normalize("NFD", name))
    assert text_of(posters.poster_pdf(office, keys, [parted], "2026-08")).count(name) == 3
    assert posters.poster_pdf(office, keys, [parted], "2026-08") == posters.poster_pdf(
        *(lambda found: (found[0], keys, [found[1]], "2026-08"))(named(asking, name))
    )


def test_marks_that_turn_or_hide_text_are_left_out(asking: Office, keys: Keys) -> None:
    office, turned = named(asking, "Quầy\u202e 1\u200f\u0000\u2028 một\ufeff\u00ad")
    said = text_of(posters.poster_pdf(office, keys, [turned], "2026-08"))
    assert said.count("Quầy 1 một") == 3


@pytest.mark.parametrize("name", ["Quầy 1 🙂", "បញ្ជរ", "窓口", "Quầy \ue000"])
def test_letters_that_the_fonts_lack_are_told_before_anything_is_printed(asking: Office, keys: Keys, name: str) -> None:
    office, odd = named(asking, name)
    if name.endswith("\ue000"):  # for private use: nobody can know what it should look like
        assert "Quầy" in text_of(posters.poster_pdf(office, keys, [odd], "2026-08"))
        return
    with pytest.raises(Mistake) as refused:
        posters.poster_pdf(office, keys, [odd], "2026-08")
    assert refused.value.code == "posters-letters"
    assert set(refused.value.values["letters"]) & set(name)
    assert refused.value.values["letters"] in words.mistake(refused.value)[0]


LONG = (
    "Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục hành chính " * 6,
    "W" * 400,
    "Quầy " + "ĐẤTĐAI" * 60,
    "a" * 10_000,
)


@pytest.mark.parametrize("name", LONG, ids=["words", "W", "one word", "endless"])
@pytest.mark.parametrize("size", ["a4", "a5"])
def test_a_very_long_name_fits(asking: Office, keys: Keys, name: str, size: posters.Size) -> None:
    office, long = named(asking, name)
    pdf = posters.poster_pdf(office, keys, [long], "2026-08", size)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    stays_inside(pdf)
    assert len(decoded(pdf)) == 1
    begin = re.sub(r"\s", "", name)[:300]
    assert re.sub(r"\s", "", text_of(pdf)).count(begin) >= 3


@pytest.mark.parametrize("name", LONG, ids=["words", "W", "one word", "endless"])
def test_a_very_long_name_fits_on_a_slip(asking: Office, name: str) -> None:
    office, long = named(asking, name)
    pdf = posters.slips_pdf(office, long, "7x3k9m", posters.new_codes(10), dt.date(2026, 8, 14))
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    stays_inside(pdf)
    assert len(decoded(pdf, scale=4)) == 10
    lines = [297 - 8 - n * 277 / 5 for n in range(6)]  # the broken lines, from below
    for char, (_, bottom, _, top) in letters(pdf):
        over = [line for line in lines if bottom * MILLIMETRES < 297 - line < top * MILLIMETRES]
        assert over == [], char


def stays_inside(pdf: bytes, page: int = 0) -> None:
    """No letter may stand outside the paper, nor may letters of two lines stand on each other."""
    width, height = pypdfium2.PdfDocument(pdf)[page].get_size()
    boxes = list(letters(pdf, page))
    assert len(boxes) > 100
    for char, (left, bottom, right, top) in boxes:
        assert left >= 10, char
        assert bottom >= 10, char
        assert right <= width - 10, char
        assert top <= height - 10, char
    ordered = sorted((box for _, box in boxes), key=lambda box: box[0])
    for n, (left, bottom, right, top) in enumerate(ordered):
        for other in ordered[n + 1 : n + 400]:
            if other[0] >= right:
                break
            over = min(right, other[2]) - max(left, other[0])
            high = min(top, other[3]) - max(bottom, other[1])
            smaller = min((right - left) * (top - bottom), (other[2] - other[0]) * (other[3] - other[1]))
            assert over <= 0 or high <= 0 or over * high <= smaller / 2, ((left, bottom, right, top), other)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_name_makes_a_poster_that_decodes_or_is_told(asking: Office, keys: Keys, name: str) -> None:
    office, odd = named(asking, name)
    try:
        pdf = posters.poster_pdf(office, keys, [odd], "2026-08")
    except Mistake as refused:
        if refused.code != "posters-letters":
            raise
        return
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert len(decoded(pdf, scale=1.5)) == 1


def test_no_text_is_ever_part_of_a_template() -> None:
    tree = ast.parse(Path(posters.__file__).read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "typesetting.pdf"
    ]
    assert [ast.unparse(call.args[0]) for call in calls] == ["HERE / template"]
    for template in posters.HERE.glob("*.typ"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\beval\b|@preview|#import|\bread\(", source)
        assert re.findall(r"\bsys\.\w+\.?\w*", source) == ["sys.inputs.data"]


# The address of the survey


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://khaosat.example.vn", "khaosat.example.vn/k/00004-01"),
        ("https://dichvucong.lamgiang.example.vn/khaosat/", "dichvucong.lamgiang.example.vn/khaosat/k/00004-01"),
        ("http://192.168.1.10:8080/", "192.168.1.10:8080/k/00004-01"),
        (f"https://{'mot-ten-mien-rat-dai.' * 8}example.vn/", f"{'mot-ten-mien-rat-dai.' * 8}example.vn/k/00004-01"),
    ],
)
def test_the_address_is_printed_without_its_scheme_and_fits(tmp_path: Path, keys: Keys, url: str, shown: str) -> None:
    office = open_office(
        make_office(tmp_path / "o", counters=[{"contact_point": "work", **COUNTERS[0]}], survey={"url": url})
    )
    pdf = posters.poster_pdf(office, keys, [counter(office)], "2026-08")
    assert shown in re.sub(r"\s", "", text_of(pdf))
    stays_inside(pdf)
    (found,) = decoded(pdf, scale=3)
    assert found.text == url.rstrip("/") + "/" + codes.poster_path(keys, "00004-01", "2026-08")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "khaosat.example.vn",
        "ftp://x.example/",
        "https://",
        "https://x.example/?a=1",
        "https://[::1",
        "https://khảo-sát.vn/",
    ],
)
def test_an_office_without_a_proper_address_prints_nothing(tmp_path: Path, keys: Keys, url: str) -> None:
    office = open_office(
        make_office(tmp_path / "o", counters=[{"contact_point": "work", **COUNTERS[0]}], survey={"url": url})
    )
    with pytest.raises(Mistake) as refused:
        posters.poster_pdf(office, keys, [counter(office)], "2026-08")
    assert refused.value.code == "survey-url"
    assert "survey.url" in words.mistake(refused.value)[0]


# Slips


def made(asking: Office, store: Store, out: Path, count: int = 23) -> tuple[posters.Slips, bytes]:
    """A batch of slips and its PDF."""
    slips = posters.make_slips(asking, store, counter(asking), count, None, out)
    return slips, out.read_bytes()


def codes_of(pdf: bytes) -> list[str]:
    """The codes in the QR codes of a sheet, page by page."""
    pages = range(len(pypdfium2.PdfDocument(pdf)))
    found = [code.text for page in pages for code in decoded(pdf, page, scale=4)]
    assert all(text.startswith(f"{URL}p/") for text in found)
    return [text.removeprefix(f"{URL}p/") for text in found]


def test_every_slip_has_a_code_that_the_store_knows_in_both_forms(asking: Office, store: Store, tmp_path: Path) -> None:
    slips, pdf = made(asking, store, tmp_path / "slips.pdf")
    assert size_of(pdf) == A4
    assert len(pypdfium2.PdfDocument(pdf)) == 3
    found = codes_of(pdf)
    assert len(set(found)) == slips.count == 23
    said = " ".join(text_of(pdf, page) for page in range(3))
    written = re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b", said)
    assert sorted(written) == sorted(codes.typed(code) for code in found)
    for code in found:
        for text in (code, codes.typed(code)):
            slip = store.find_slip(read_slip(text) or "", asking.today)
            assert slip
            assert (slip.batch, slip.counter) == (slips.batch, "00004-01")
    assert store.find_slip(codes.new_slip(), asking.today) is None


def test_a_code_stands_beside_its_own_typed_form_and_number(asking: Office, store: Store, tmp_path: Path) -> None:
    _, pdf = made(asking, store, tmp_path / "slips.pdf", 10)
    page = pypdfium2.PdfDocument(pdf)[0]
    shown = page.get_textpage()
    height = page.get_size()[1]
    for code in decoded(pdf, scale=4):
        right, top, bottom = (code.position.top_right.x, code.position.top_right.y, code.position.bottom_right.y)
        beside = shown.get_text_bounded(right / 4, height - bottom / 4, right / 4 + 170, height - top / 4)
        assert codes.typed(code.text.removeprefix(f"{URL}p/")) in beside


def test_slips_are_numbered_and_say_for_whom_and_until_when(asking: Office, store: Store, tmp_path: Path) -> None:
    slips, pdf = made(asking, store, tmp_path / "slips.pdf")
    said = [text_of(pdf, page) for page in range(3)]
    numbers = [int(n) for page in said for n in re.findall(r"Số (\d{4})/0023", page)]
    assert numbers == list(range(1, 24))
    assert slips.expires_on == asking.today + dt.timedelta(days=14) == dt.date(2026, 8, 14)
    for n, page in enumerate(said, start=1):
        assert f"Tờ {n}/3" in page
        assert f"Lô {slips.batch} · quầy 00004-01 · Quầy 1: Hộ tịch" in page
        on_page = 10 if n < 3 else 3
        assert page.count("Dùng một lần, đến hết 14/08/2026") == on_page
        assert page.count("Survey, one use, until 14 Aug 2026.") == on_page
        assert page.count("khaosat.example.vn/p và gõ:") == on_page
        assert page.count("Không hỏi họ tên, số điện thoại, số định danh, tiền.") == on_page
        assert page.count("Phường Ba Đình") == on_page
    stays_inside(pdf)


def test_codes_stand_in_the_pdf_and_nowhere_else(asking: Office, store: Store, tmp_path: Path) -> None:
    _, pdf = made(asking, store, tmp_path / "slips.pdf", 10)
    found = codes_of(pdf)
    store.stop()
    looked = 0
    for path in [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "slips.pdf"]:
        content = path.read_bytes().upper()
        looked += 1
        for code in found:
            for text in (code, code[:8], codes.typed(code), codes.typed(code).replace("-", "")):
                assert text.encode() not in content, path
    assert looked >= 2  # the database and a key


def test_a_sheet_of_slips_is_its_owners_alone_and_replaces_nothing(
    asking: Office, store: Store, tmp_path: Path
) -> None:
    out = tmp_path / "slips.pdf"
    made(asking, store, out, 1)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before, batches = out.read_bytes(), store.keys.batches()
    with pytest.raises(Mistake) as refused:
        posters.make_slips(asking, store, counter(asking), 1, None, out)
    assert refused.value.code == "slips-file"
    assert out.read_bytes() == before
    assert store.keys.batches() == batches
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["slips.pdf"]


def test_when_the_store_refuses_no_sheet_is_left(
    asking: Office, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posters, "new_codes", lambda count: ["7X3K9M2P4QABCDEF"] * count)  # two that are alike
    with pytest.raises(ValueError, match="alike"):
        posters.make_slips(asking, store, counter(asking), 2, None, tmp_path / "slips.pdf")
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    assert store.keys.batches() == ()
    assert store.find_slip("7X3K9M2P", asking.today) is None


def test_a_folder_that_is_not_there_is_a_mistake_and_no_slip_is_known(
    asking: Office, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(Mistake) as refused:
        posters.make_slips(asking, store, counter(asking), 2, None, tmp_path / "nowhere" / "slips.pdf")
    assert refused.value.code == "slips-file"
    assert store.keys.batches() == ()


@pytest.mark.parametrize(
    ("count", "days", "code"),
    [
        (0, 14, "slips-count"),
        (-3, 14, "slips-count"),
        (1001, 14, "slips-count"),
        (1, -1, "slips-expiry"),
        (1, 63, "slips-expiry"),
    ],
)
def test_too_many_slips_and_days_that_will_not_do_are_refused(
    asking: Office, store: Store, tmp_path: Path, count: int, days: int, code: str
) -> None:
    last = asking.today + dt.timedelta(days=days)
    with pytest.raises(Mistake) as refused:
        posters.make_slips(asking, store, counter(asking), count, last, tmp_path / "slips.pdf")
    assert refused.value.code == code
    assert list(tmp_path.glob("*.pdf")) == []


def test_two_slips_of_a_batch_never_begin_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter(["AAAAAAAA00000000", "AAAAAAAA11111111", "BBBBBBBB00000000", "AAAAAAAA22222222", "CCCCCCCC00000000"])
    monkeypatch.setattr(posters, "new_slip", lambda: next(waiting))
    assert [code[:8] for code in posters.new_codes(3)] == ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"]


# The command


def run(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """The command's exit code and what it said."""
    code = terminal.run(command.main, [str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office's folder; no variable of the environment speaks of a collector."""
    for name in [name for name in os.environ if name.startswith("COLLECTOR_")]:
        monkeypatch.delenv(name)
    return make_survey_office(tmp_path / "office").root


def test_the_command_prints_all_counters_in_force_for_this_period(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "posters.pdf"
    code, said, _ = run("--office", folder, out, capsys=capsys)
    assert code == 0
    assert said.splitlines()[0] == f"Đã ghi áp phích kỳ 2026-08 cho 2 quầy: {out}."
    pdf = out.read_bytes()
    assert size_of(pdf) == A4
    found = [decoded(pdf, page)[0].text.removeprefix(URL) for page in range(2)]
    keys = Keys(folder / "var" / "keys")
    assert found == [codes.poster_path(keys, name, "2026-08") for name in ("00004-01", "00008-TD")]


def test_the_command_prints_what_was_chosen(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "posters.pdf"
    chosen = ["--counter", "00008-td", "--counter", "00025-02", "--counter", "00008-TD"]
    code, said, _ = run("--office", folder, *chosen, "--size", "a5", "--period", "2026-07", out, capsys=capsys)
    assert code == 0
    assert "Kỳ 2026-07 đã qua; kỳ hiện tại là 2026-08." in said
    pdf = out.read_bytes()
    assert size_of(pdf) == A5
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    assert "/k/00008-TD/2026-07-" in decoded(pdf)[0].text


def test_the_command_prints_slips_and_says_where_their_codes_stand(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "slips.pdf"
    monkeypatch.setenv("COLLECTOR_KEYS", str(tmp_path / "elsewhere"))
    arguments = ["--slips", "12", "--counter", "00004-01", "--expires", "2026-08-31"]
    code, said, _ = run("--office", folder, *arguments, out, capsys=capsys)
    assert code == 0
    assert "Mã của các phiếu chỉ có trong tệp PDF này" in said
    assert "Their codes stand only in this PDF" in said
    assert "đến hết ngày 31/08/2026" in said
    found = codes_of(out.read_bytes())
    assert len(found) == 12
    assert not any(slip in said or slip[:8] in said for slip in found)
    assert len(Keys(tmp_path / "elsewhere").batches()) == 1
    store = Store(f"sqlite:///{folder / 'var' / 'collector' / 'survey.sqlite'}", Keys(tmp_path / "elsewhere"))
    store.start()
    try:
        assert all(store.find_slip(slip, dt.date(2026, 8, 31)) for slip in found)
        assert not any(store.find_slip(slip, dt.date(2026, 9, 1)) for slip in found)
    finally:
        store.stop()


MISTAKES: Mapping[str, tuple[list[str], int]] = {
    "slips-counter": (["--slips", "5"], 2),
    "slips-options-slips": (["--slips", "5", "--counter", "00004-01", "--size", "a4"], 2),
    "slips-options-posters": (["--expires", "2026-08-31"], 2),
    "posters-counter": (["--counter", "no"], 2),
    "posters-counter-over": (["--counter", "00025-01"], 2),
    "period-label": (["--period", "10/2026"], 2),
    "usage": (["--size", "a3"], 2),
    "slips-count": (["--slips", "0", "--counter", "00004-01"], 2),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told_and_nothing_is_written(
    mistake: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, expected = MISTAKES[mistake]
    out = tmp_path / "out.pdf"
    code, said, error = run("--office", folder, *arguments, out, capsys=capsys)
    assert (code, said) == (expected, "")
    begin = words.load("vi")[f"mistakes.{mistake}"].split("{")[0]
    assert error.startswith(begin)
    assert not out.exists()


def test_an_office_without_counters_has_nothing_to_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_office(tmp_path / "office", survey={"url": URL})
    code, _, error = run("--office", root, tmp_path / "out.pdf", capsys=capsys)
    assert code == 1
    assert error.startswith("Hôm nay không có quầy nào đang hoạt động")


def test_posters_that_cannot_be_written_are_a_mistake(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run("--office", folder, tmp_path, capsys=capsys)
    assert code == 1
    assert error.startswith(f"Không ghi được tệp {tmp_path}")
