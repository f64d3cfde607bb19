"""Finding an office as people type: without tone marks, without đ, with hoà and hòa, in a real Chromium with real keys;
from a disk too, without a network; and as a plain list where no script runs."""

import csv
import html
import json
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from publisher import offline, release
from publisher.catalogue import open_office
from publisher.catalogue.text import order, plain
from publisher.errors import Mistake
from publisher.ledger import accept
from scripts import offline as command
from tests import browser
from tests.hand_pages import fingerprint
from tests.offices import FIELDS, UNITS, make_office
from tests.submitted import PROCEDURES, file_of

OWN: tuple[dict[str, str], ...] = (
    *map(dict, UNITS),
    {"code": "04792", "name_vi": "Phường Hòa Bình", "name_en": "Hoa Binh Ward", "level": "commune"},
    {"code": "04231", "name_vi": "Phường Yên Hoà", "name_en": "Yen Hoa Ward", "level": "commune"},
    {"code": "00454", "name_vi": "Xã Đông Anh", "name_en": "Dong Anh Commune", "level": "commune"},
    {"code": "00006", "name_vi": "Xã Ái Nghĩa", "name_en": "Ai Nghia Commune", "level": "commune"},
    {
        "code": "00007",
        "name_vi": "Xã An Bình",
        "name_en": "An Binh Commune",
        "level": "commune",
        "also": "Xã Kỳ Sơn cũ",
    },
)
PAGES = {"khai-sinh": ("Đăng ký khai sinh", "Register a birth"), "qua-hen": ("Hồ sơ trễ hạn", "Late dossiers")}

# What people type, and the page that they mean. Names of communes as the state's list writes them, names of procedures
# as the national database does.
RECALL = """
phuong hoa binh                | Phường Hoà Bình
Phường Hòa Bình                | Phường Hoà Bình
phường hoà bình                | Phường Hoà Bình
hoa binh phuong                | Phường Hoà Bình
ubnd phuong hoa binh           | Phường Hoà Bình
phuong hoa bin                 | Phường Hoà Bình
xa ung hoa                     | Xã Ứng Hoà
Ứng Hòa                        | Xã Ứng Hoà
yen hoa                        | Phường Yên Hoà
Yên Hòa                        | Phường Yên Hoà
hoa lac                        | Xã Hoà Lạc
hòa lạc                        | Xã Hoà Lạc
hoan kiem                      | Phường Hoàn Kiếm
hoai duc                       | Xã Hoài Đức
hoa tham                       | Xã Hoa Thám
chiem hoa                      | Xã Chiêm Hoá
Chiêm Hóa                      | Xã Chiêm Hoá
hoa khanh                      | Phường Hoà Khánh
dong da                        | Phường Đống Đa
DONG DA                        | Phường Đống Đa
đống đa                        | Phường Đống Đa
đong đa                        | Phường Đống Đa
đông đa                        | Phường Đống Đa
dinh cong                      | Phường Định Công
dong anh                       | Xã Đông Anh
dong thai                      | Xã Đông Thái
dong ha                        | Phường Đông Hà
dai dong                       | Xã Đại Đồng
dat do                         | Xã Đất Đỏ
dat mui                        | Xã Đất Mũi
dak mil                        | Xã Đắk Mil
đăk mil                        | Xã Đắk Mil
m'drak                         | Xã M'Drắk
mdrak                          | Xã M'Drắk
ea h'leo                       | Xã Ea H'Leo
ea h’leo                       | Xã Ea H'Leo
ea hleo                        | Xã Ea H'Leo
cu mgar                        | Xã Cư M'gar
blao                           | Phường B'Lao
krong pac                      | Xã Krông Pắc
buon ma thuot                  | Phường Buôn Ma Thuột
dac khu phu quoc               | Đặc khu Phú Quốc
phu quoc                       | Đặc khu Phú Quốc
con dao                        | Đặc khu Côn Đảo
hoang sa                       | Đặc khu Hoàng Sa
ha giang 2                     | Phường Hà Giang 2
a luoi 3                       | Xã A Lưới 3
mong cai 1                     | Phường Móng Cái 1
thanh thủy                     | Xã Thanh Thuỷ
thanh thuy                     | Xã Thanh Thuỷ
điềm thụy                      | Xã Điềm Thuỵ
diem thuy                      | Xã Điềm Thuỵ
thuy hung                      | Xã Thuỵ Hùng
lạc thủy                       | Xã Lạc Thuỷ
quy nhon                       | Phường Quy Nhơn
quynh mai                      | Phường Quỳnh Mai
quynh luu                      | Xã Quỳnh Lưu
y yen                          | Xã Ý Yên
o dien                         | Xã Ô Diên
u minh                         | Xã U Minh
tu mo rong                     | Xã Tu Mơ Rông
ia hrung                       | Xã Ia Hrung
van mieu quoc tu giam          | Phường Văn Miếu - Quốc Tử Giám
xuan huong da lat              | Phường Xuân Hương - Đà Lạt
ngu chi son                    | Xã Ngũ Chỉ Sơn
tan son nhat                   | Phường Tân Sơn Nhất
ben thanh                      | Phường Bến Thành
thu duc                        | Phường Thủ Đức
nghia do                       | Xã Nghĩa Đô
ky anh                         | Xã Kỳ Anh
phuong vung tau                | Phường Vũng Tàu
dat dai                        | Đất đai
ho tich                        | Hộ tịch
hô tịch                        | Hộ tịch
chung thuc                     | Chứng thực
dang ky nghia vu quan su       | Thủ tục đăng ký nghĩa vụ quân sự lần đầu
nghia vu quan su tam vang      | Thủ tục đăng ký nghĩa vụ quân sự tạm vắng
san bay chuyen dung            | Thủ tục mở lại sân bay chuyên dùng
kham benh chua benh cap lai    | Thủ tục cấp lại giấy phép hành nghề khám bệnh, chữa bệnh.
dinh chi hanh nghe             | Thủ tục đình chỉ hành nghề người hành nghề khám bệnh, chữa bệnh.
khieu nai lan dau              | Thủ tục giải quyết đơn khiếu nại lần đầu cấp Bộ Quốc phòng
benh hiem ngheo                | Thủ tục xác nhận cán bộ Quân đội nghỉ hưu mắc bệnh hiểm nghèo
tuyen sinh cu tuyen            | Thủ tục tuyển sinh theo chế độ cử tuyển đại học, cao đẳng, trung cấp
"""
SHOWN = 5
"""What is found must stand among so many results: what a phone shows before anybody scrolls."""

# The worker of the theme answers in the order in which it is asked: when as many answers came as questions went, what
# stands on the page answers what stands in the box.
COUNTED = """
  window.asked = window.answered = 0;
  window.Worker = class extends Worker {
    constructor(address) {
      super(address);
      this.addEventListener("message", ({data}) => {
        window.answered += data.type === 3;
        window.ready ||= data.type === 1;
      });
    }
    postMessage(message) { window.asked += message.type === 2; super.postMessage(message); }
  };
"""


def recall() -> list[tuple[str, str]]:
    """The table above as (what is typed, what is meant)."""
    rows = (line.split("|") for line in RECALL.strip().splitlines())
    return [(query.strip(), title.strip()) for query, title in rows]


@pytest.fixture(scope="module")
def office_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office of eight communes with one month of procedures in five fields, and two hand-written pages."""
    root = make_office(
        tmp_path_factory.mktemp("search") / "office",
        units=OWN,
        datasets={"procedures": {}},
        first_period="2026-06",
        last_period="2026-06",
        today="2026-07-01",
    )
    for page, (vi, en) in PAGES.items():
        for lang, title in (("vi", vi), ("en", en)):
            path = root / "content" / lang / f"{page}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\ntitle: {title}\n---\n\n# {title}\n", encoding="utf-8")
    office = open_office(root)
    for unit in OWN:
        rows = [{**PROCEDURES, "unit_code": unit["code"], "field_code": field["code"]} for field in FIELDS]
        accept(office, office.kinds["procedures"], file_of(office.kinds["procedures"], *rows))
    return root


@pytest.fixture(scope="module")
def site(office_root: Path) -> Path:
    """Its site."""
    return release.build(open_office(office_root)).folder


@pytest.fixture(scope="module")
def unpacked(office_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its offline copy, unpacked where a person would: in a folder with blanks and Vietnamese letters."""
    folder = tmp_path_factory.mktemp("disk") / "Tải về của tôi"
    folder.mkdir()
    assert command.main(["--office", str(office_root), "--quiet", str(folder / "trang.zip")]) == 0
    with zipfile.ZipFile(folder / "trang.zip") as bundle:
        bundle.extractall(folder)
    (root,) = (path for path in folder.iterdir() if path.is_dir())
    return root


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    with browser.served(site) as at:
        yield at


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of the system."""
    with browser.chromium() as found:
        yield found


def press(page: Page, text: str, *, at_once: bool = False) -> None:
    """Type a text into the emptied search box, key by key or `at_once`; the last key is a real one in any case."""
    box = page.locator(".md-search__input")
    box.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    (page.keyboard.insert_text if at_once else page.keyboard.type)(text)
    page.keyboard.press("End")


def titles(page: Page) -> list[str]:
    """The titles of the pages found, in their order."""
    first = page.locator(".md-search-result__item > a:first-child :is(h1, h2)")
    return [text.strip() for text in first.all_text_contents()]


def found(page: Page, text: str, *, at_once: bool = False) -> list[str]:
    """What the search finds for a text, as soon as it has answered all keys."""
    press(page, text, at_once=at_once)
    page.wait_for_function("window.ready && window.asked > 0 && window.answered === window.asked")
    page.wait_for_function("!document.querySelector('.md-search-result__meta').textContent.includes('chuẩn bị')")
    return titles(page)


# --- spelled as people do

SPELLINGS = """
hòa     hòa hoà hoa
hoà     hoà hòa hoa
thuỷ    thuỷ thủy thuy
khoẻ    khoẻ khỏe khoe
quý     quý quy
quỳnh   quỳnh quynh
hoàng   hoàng hoang
đất     đất đât đat dat
ðất     đất đât đat dat
hộ      hộ hô ho
đắk     đắk đăk đak dak
của     của cua
2.062   2.062
m'gar   m'gar mgar gar
h’leo   h'leo hleo leo
m'drắk  m'drắk m'drăk m'drak mdrắk drắk mdrăk drăk mdrak drak
"""


def test_a_word_is_kept_in_every_spelling_that_people_type(chromium: Browser) -> None:
    page = chromium.new_page()
    page.evaluate("window.lunr = {Pipeline: {registerFunction() {}}, Query: class {}, Index: class {}}")
    page.add_script_tag(path=release.HOME / "publisher/theme/assets/javascripts/lunr/min/lunr.vi.min.js")
    for line in SPELLINGS.strip().splitlines():
        word, *expected = line.split()
        for form in ("NFC", "NFD"):
            assert page.evaluate("w => lunr.vi.spellings(w)", unicodedata.normalize(form, word)) == expected
    page.close()


def test_what_is_kept_without_marks_is_what_the_program_calls_plain(chromium: Browser) -> None:
    words = sorted({word.casefold() for _, title in recall() for word in re.findall(r"\w+", title)})
    page = chromium.new_page()
    page.evaluate("window.lunr = {Pipeline: {registerFunction() {}}, Query: class {}, Index: class {}}")
    page.add_script_tag(path=release.HOME / "publisher/theme/assets/javascripts/lunr/min/lunr.vi.min.js")
    for word in words:
        assert plain(word) in page.evaluate("w => lunr.vi.spellings(w)", word)
    page.close()


# --- on the site

QUERIES = (  # every second one from a disk too
    ("dat dai", "Đất đai"),
    ("Đất đai", "Đất đai"),
    ("ho tich", "Hộ tịch"),
    ("hộ tịch", "Hộ tịch"),
    ("dang ky", "Đăng ký khai sinh"),
    ("chung thuc", "Chứng thực"),
    ("tre han", "Hồ sơ trễ hạn"),
    ("hòa bình", "Phường Hòa Bình"),
    ("phuong hoa binh", "Phường Hòa Bình"),
    ("yên hòa", "Phường Yên Hoà"),
    ("hoà bình", "Phường Hòa Bình"),
    ("yen hoa", "Phường Yên Hoà"),
    ("dong anh", "Xã Đông Anh"),
    ("ky son", "Xã An Bình"),
)


@pytest.mark.parametrize(("query", "title"), QUERIES, ids=[query for query, _ in QUERIES])
def test_the_site_finds_it_key_by_key(chromium: Browser, address: str, query: str, title: str) -> None:
    with browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("")
        assert title in found(page, query)[:3]
        assert visitor.foreign == []
        assert visitor.errors == []


def test_the_page_stays_found_while_an_input_method_puts_the_marks(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("")
        for so_far in ("ho", "hô", "hộ", "hộ t", "hộ ti", "hộ tic", "hộ tich", "hộ tịch"):
            assert "Hộ tịch" in found(page, so_far), so_far
        for so_far in ("dat", "đat", "đât", "đất", "đất dai", "đất đai"):
            assert "Đất đai" in found(page, so_far), so_far


def test_what_was_found_is_marked_in_whole_letters(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("")
        for query in ("hoa", "hòa", "hoà", "h", "binh"):
            found(page, query)
            marked = page.locator(".md-search-result__link h1 mark").all_text_contents()
            assert marked, query
            assert all(word.strip().isalpha() for word in marked), (query, marked)
            names = {str(unit["name_vi"]) for unit in OWN} | {str(field["name_vi"]) for field in FIELDS}
            assert set(titles(page)) & names, query
            assert not any("mark>" in title or "k>" in title for title in titles(page)), query


def test_a_found_page_opens_on_enter(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("don-vi/")
        assert found(page, "phuong hoa binh")[0] == "Phường Hòa Bình"
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}don-vi/phuong-hoa-binh/")


def test_the_english_site_finds_without_marks_and_in_english(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("en/")
        for query, title in (("hoa binh ward", "Hoa Binh Ward"), ("land", "Land"), ("civil", "Civil status")):
            press(page, query)
            page.wait_for_function("window.asked > 0 && window.answered === window.asked")
            assert title in titles(page)[:3], query


# --- recall


def with_pages(site: Path, out: Path, names: Iterable[str]) -> Path:
    """A copy of a site in whose index every name has what the page of a real unit has there."""
    shutil.copytree(site, out)
    path = out / "search" / "search_index.json"
    index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    (pattern,) = [doc for doc in index["docs"] if doc["location"] == "don-vi/phuong-ba-dinh/"]
    kept = [doc for doc in index["docs"] if not re.match(r"don-vi/.|linh-vuc/.", doc["location"])]
    for number, name in enumerate(names):
        shown = html.escape(name, quote=False)
        doc = {key: value.replace("Phường Ba Đình", shown) for key, value in pattern.items()}
        kept.append({**doc, "location": f"don-vi/{number}/"})
    path.write_text(json.dumps({**index, "docs": kept}, ensure_ascii=False), encoding="utf-8")
    return out


def ranks(chromium: Browser, site: Path) -> list[tuple[str, str, int]]:
    """For every line of the table the place of what is meant among the results, from 1; 0 where it is not shown."""
    ranked = []
    with browser.served(site) as address, browser.visit(chromium, address) as visitor:
        visitor.page.add_init_script(COUNTED)
        page = visitor.open("gioi-thieu/")
        page.locator(".md-search__input").focus()
        page.wait_for_function("window.ready", timeout=120_000)
        for query, title in recall():
            results = found(page, query, at_once=True)
            ranked.append((query, title, results.index(title) + 1 if title in results else 0))
        assert visitor.errors == []
    return ranked


def judge(ranked: list[tuple[str, str, int]]) -> None:
    """Print how many were found where; every one must be among the first."""
    first = sum(rank == 1 for *_, rank in ranked)
    print(f"{len(ranked)} queries: {first} first, {sum(0 < rank <= SHOWN for *_, rank in ranked)} in the first {SHOWN}")
    missed = [f"{query} → {title}: {rank or 'not shown'}" for query, title, rank in ranked if not 0 < rank <= SHOWN]
    assert missed == []


def test_the_table_is_long_enough() -> None:
    assert len(recall()) >= 60
    assert len(set(recall())) == len(recall())


def test_everything_in_the_table_is_found(chromium: Browser, site: Path, tmp_path: Path) -> None:
    names = sorted({title for _, title in recall()})
    judge(ranks(chromium, with_pages(site, tmp_path / "site", names)))


def test_everything_in_the_table_is_found_among_all_communes_of_the_country(
    chromium: Browser, site: Path, tmp_path: Path, shared: Path
) -> None:
    communes = [row["commune_name"] for row in read(shared / "real" / "communes.csv")]
    procedures = [row["procedure_name"] for row in read(shared / "real" / "tthc_catalogue_sample.csv")]
    own = [str(field["name_vi"]) for field in FIELDS]
    assert {title for _, title in recall()} <= {*communes, *procedures, *own}
    judge(ranks(chromium, with_pages(site, tmp_path / "site", [*communes, *procedures, *own])))


def read(path: Path) -> list[dict[str, str]]:
    """A table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- without a network


def test_the_copy_on_a_disk_finds_too(chromium: Browser, unpacked: Path) -> None:
    root = unpacked.as_uri() + "/"
    for query, title in QUERIES[::2]:
        with browser.visit(chromium, root) as visitor:
            page = visitor.page
            page.goto(root + "index.html")
            press(page, query)
            page.wait_for_selector(".md-search-result__item")
            page.wait_for_function(
                "([title]) => [...document.querySelectorAll('.md-search-result__item > a:first-child h1')].slice(0, 3)"
                ".some(found => found.textContent.trim() === title)",
                arg=[title],
            )
            page.locator(".md-search-result__link", has_text=title).first.click()
            page.wait_for_function("wanted => document.querySelector('article h1')?.textContent === wanted", arg=title)
            assert page.url.startswith(root)
            assert visitor.foreign == []
            assert visitor.errors == []


def test_every_link_of_the_copy_leads_to_a_file(unpacked: Path) -> None:
    addresses = re.compile(r'<(?:a|link|script)\b[^>]*?\s(?:href|src)="([^"#]+)')
    pages = list(unpacked.rglob("*.html"))
    assert len(pages) > 40
    for path in pages:
        for address in addresses.findall(path.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", address):
                assert (path.parent / html.unescape(address)).is_file(), (path.relative_to(unpacked), address)


def test_the_copy_is_read_without_scripts_in_both_languages(chromium: Browser, unpacked: Path) -> None:
    root = unpacked.as_uri() + "/"
    with browser.visit(chromium, root, java_script_enabled=False) as visitor:
        page = visitor.page
        page.goto(root + "index.html")
        assert "Đây là bản lưu" in page.locator(".md-banner").inner_text()
        for link, to in (
            (page.locator(".md-tabs__link", has_text="Đơn vị"), "don-vi/index.html"),
            (page.locator("article a", has_text="Phường Ba Đình"), "don-vi/phuong-ba-dinh/index.html"),
            (page.locator(".ck-lang a"), "en/don-vi/phuong-ba-dinh/index.html"),
            (page.locator(".md-tabs__link", has_text="About"), "en/gioi-thieu.html"),
            (page.locator(".ck-lang a"), "gioi-thieu.html"),
        ):
            link.click()
            page.wait_for_url(root + to)
        assert page.locator("h1").inner_text() == "Giới thiệu"
        assert visitor.foreign == []


def test_the_copy_has_what_a_person_needs_and_nothing_that_only_a_server_does(unpacked: Path) -> None:
    readme = (unpacked / offline.README).read_bytes()
    assert readme.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in readme
    assert "https://congkhai.example.vn/" in readme.decode("utf-8-sig")
    names = {path.name for path in unpacked.rglob("*")}
    assert {"index.html", "procedures.csv", "search_index.js"} <= names
    assert not names & {"404.html", "sitemap.xml", "sitemap.xml.gz"}
    assert "canonical" not in (unpacked / "index.html").read_text(encoding="utf-8")


def test_the_copy_shows_the_release_that_the_site_shows(unpacked: Path, site: Path) -> None:
    assert unpacked.name == f"cong-khai-{site.name.split('-')[1]}"


def test_the_same_inputs_make_the_same_copy_and_leave_the_site_alone(
    office_root: Path, site: Path, tmp_path: Path
) -> None:
    office = open_office(office_root)
    before = fingerprint(office.site)
    made = [offline.pack(office, tmp_path / name) for name in ("one.zip", "two.zip")]
    assert made[0].file.read_bytes() == made[1].file.read_bytes()
    assert made[0].size == made[0].file.stat().st_size
    assert fingerprint(office.site) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"]
    assert not list(office.build.glob("offline-*"))


def test_a_folder_that_is_not_there_is_named(office_root: Path, tmp_path: Path) -> None:
    with pytest.raises(Mistake) as caught:
        offline.pack(open_office(office_root), tmp_path / "nowhere" / "site.zip")
    assert caught.value.code == "offline-folder"
    assert str(tmp_path / "nowhere") in str(caught.value.values["folder"])


def test_the_site_itself_carries_nothing_of_the_offline_copy(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "iframe-worker" not in page
        assert "md-banner" not in page
    assert not list(site.rglob("search_index.js"))


# --- without a script, and in order


def test_without_scripts_the_units_are_a_plain_list_and_no_dead_box_is_shown(chromium: Browser, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False) as visitor:
        page = visitor.open("")
        assert not page.locator(".md-search__input").is_visible()
        page.locator(".md-tabs__link", has_text="Đơn vị").click()
        page.wait_for_url(f"{address}don-vi/")
        names = page.locator(".ck-units a").all_inner_texts()
        assert names == [
            "Phường Ba Đình", "Phường Giảng Võ", "Phường Hòa Bình", "Phường Ngọc Hà", "Phường Yên Hoà",
            "Xã Ái Nghĩa", "Xã An Bình", "Xã Đông Anh",
        ]  # fmt: skip
        page.locator(".ck-units a", has_text="Phường Hòa Bình").click()
        page.wait_for_url(f"{address}don-vi/phuong-hoa-binh/")
        assert page.locator("h1").inner_text() == "Phường Hòa Bình"


TRICKY = (
    "Xã An Bình", "Xã Ái Nghĩa", "Xã Ăn Hòa", "Xã Ấp Bắc", "Xã Âu Cơ", "Xã Dương Lâm", "Xã Đông Thái", "Xã Đại Đồng",
    "Xã Đá Bạc", "Xã Da Lộc", "Xã Hòa", "Xã Hoà", "Xã Hoa", "Xã Họa", "Xã Hóa", "Xã Hỏa", "Xã Hõa", "Xã Ô Mễ",
    "Xã Ơn", "Xã O Lâm", "Xã Ước Lễ", "Xã Uông", "Xã Ưng", "Xã Êa", "Xã Ea", "Xã Ý Yên", "Xã Yên Mỹ", "Xã Zuôich",
    "Phường 1", "Phường 2", "Phường An", "xã an bình", "Xã Ba", "Xã Bà", "Xã Bả", "Xã Bã", "Xã Bá", "Xã Bạ",
)  # fmt: skip


def in_browsers_order(chromium: Browser, names: list[str]) -> list[str]:
    """Names in the order in which Chromium (ICU, CLDR) sorts Vietnamese."""
    page = chromium.new_page()
    found: list[str] = page.evaluate("names => names.sort(new Intl.Collator('vi').compare)", names)
    page.close()
    return found


def test_lists_are_ordered_as_vietnamese_is(chromium: Browser) -> None:
    names = [name for name in TRICKY if not name.islower()]
    assert sorted(names, key=order) == in_browsers_order(chromium, names)


def test_all_communes_are_ordered_as_vietnamese_is(chromium: Browser, shared: Path) -> None:
    names = sorted({row["commune_name"] for row in read(shared / "real" / "communes.csv")})
    assert sorted(names, key=order) == in_browsers_order(chromium, names)


def test_every_list_of_names_on_the_site_is_in_that_order(chromium: Browser, site: Path, address: str) -> None:
    with browser.visit(chromium, address, java_script_enabled=False) as visitor:
        for path, names in (
            ("don-vi/", ".ck-units"),
            ("", ".ck-units"),
            ("linh-vuc/", ".ck-units"),
            ("thang/2026-06/", "#procedures ~ .ck-scroll tbody"),
            ("linh-vuc/ho-tich/", "#procedures ~ .ck-scroll:first-of-type tbody"),
        ):
            page = visitor.open(path)
            for part in page.locator(names).all():
                shown = part.locator("a").all_inner_texts()
                assert shown == in_browsers_order(chromium, list(shown)), path
