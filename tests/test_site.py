"""From written pages to HTML: MkDocs' part."""

import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from lxml import html

from publisher import verify as verifying
from publisher import words
from publisher.catalogue import Measure, Office, open_office
from publisher.catalogue.office import HOME
from publisher.catalogue.text import Text
from publisher.errors import Mistake
from publisher.measures import Figure
from publisher.site import CONFIGS, build_html
from tests.hand_pages import fingerprint, write_hand_pages
from tests.offices import make_office

ID = "ab" * 32
EPOCH = 1_785_000_000
FIGURE = '<data value="98.529412" data-of="made/on_time_pct/00004/2026-03/month">98,5%</data>'


def build(office: Office, pages: Path, out: Path) -> Path:
    """The site of some pages."""
    build_html(office, pages, out, release_id=ID, epoch=EPOCH)
    return out


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built site of hand-made pages; tests that change it copy it first."""
    root = tmp_path_factory.mktemp("built")
    name = {"vi": 'Phường "A & B" <i>', "en": "A & B Ward"}
    office = open_office(make_office(root / "office", name=name))
    return build(office, write_hand_pages(root / "pages"), root / "site")


def page(site: Path, address: str) -> html.HtmlElement:
    """A page of a built site."""
    return html.document_fromstring((site / address / "index.html").read_bytes())


# --- building


def test_both_languages_stand_in_one_site_and_nothing_hidden_is_left(built: Path) -> None:
    assert page(built, "don-vi/phuong-ba-dinh").get("lang") == "vi"
    assert page(built, "en/don-vi/phuong-ba-dinh").get("lang") == "en"
    assert [p.name for p in built.rglob(".*")] == []


def test_the_offices_name_is_escaped_exactly_once_everywhere(built: Path) -> None:
    title = page(built, "").findtext(".//title") or ""
    assert 'Phường "A & B" <i>' in title
    source = (built / "index.html").read_text(encoding="utf-8")
    assert "&amp;amp;" not in source
    assert "&amp;lt;" not in source
    assert "B&#34; <i>" not in source


def test_addresses_of_the_site_come_from_the_office(built: Path) -> None:
    canonical = page(built, "en/don-vi/phuong-ba-dinh").xpath("//link[@rel='canonical']/@href")
    assert canonical == ["https://congkhai.example.vn/en/don-vi/phuong-ba-dinh/"]


def test_a_page_names_the_same_page_in_the_other_language(built: Path) -> None:
    unit = page(built, "don-vi/phuong-ba-dinh")
    others = unit.xpath("//link[normalize-space(@rel)='alternate'][@hreflang='en']/@href")
    assert others[-1].endswith("en/don-vi/phuong-ba-dinh/")


def test_the_sitemap_knows_no_clock_but_the_epoch(built: Path) -> None:
    packed = (built / "sitemap.xml.gz").read_bytes()
    assert b"<lastmod>2026-07-25</lastmod>" in gzip.decompress(packed)
    assert int.from_bytes(packed[4:8], "little") == 1_784_937_600  # midnight of that day


def test_unit_pages_stay_out_of_the_navigation(built: Path) -> None:
    linked = page(built, "").xpath("//nav//a/@href")
    assert "don-vi/" in linked
    assert "don-vi/phuong-ba-dinh/" not in linked


def test_an_office_of_one_language_offers_no_other(tmp_path: Path) -> None:
    office = open_office(make_office(tmp_path / "office", languages=["vi"]))
    site = build(office, write_hand_pages(tmp_path / "pages"), tmp_path / "site")
    assert not (site / "en").exists()
    assert page(site, "").xpath("//link[normalize-space(@rel)='alternate']") == []


def test_a_warning_of_mkdocs_is_a_failure_with_its_words(office: Office, tmp_path: Path) -> None:
    pages = write_hand_pages(tmp_path / "pages")
    (pages / "en" / "phap-ly.md").write_text("# Law\n\n[away](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        build(office, pages, tmp_path / "site")
    assert caught.value.code == "mkdocs-failed"
    assert caught.value.values["language"] == "en"
    assert "nowhere.md" in caught.value.values["detail"]
    assert "nowhere.md" in (office.build / "mkdocs.en.log").read_text(encoding="utf-8")
    for sentence in words.mistake(caught.value):
        assert "nowhere.md" in sentence


def test_a_builder_that_crashes_is_a_sentence_too(office: Office, tmp_path: Path) -> None:
    pages = write_hand_pages(tmp_path / "pages")
    (pages / "vi" / "phap-ly.md").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(Mistake) as caught:
        build(office, pages, tmp_path / "site")
    assert caught.value.code == "mkdocs-failed"
    assert caught.value.values["detail"]


def test_the_banner_of_the_theme_reaches_nobody(
    office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build(office, write_hand_pages(tmp_path / "pages"), tmp_path / "site")
    assert capfd.readouterr() == ("", "")
    log = (office.build / "mkdocs.vi.log").read_text(encoding="utf-8")
    assert [line.split()[0] for line in log.splitlines()] == ["Cleaning", "Building", "Documentation"]


def test_a_builder_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    folder = make_office(tmp_path / "office")
    pages = write_hand_pages(tmp_path / "pages")
    for number in range(3000):  # enough work to be met in the middle of it
        (pages / "vi" / "don-vi" / f"{number}.md").write_text(f"# {number}\n", encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from publisher.catalogue import open_office;"
        "from publisher.site import build_html;"
        "folder, pages, out = map(Path, sys.argv[1:]);"
        "build_html(open_office(folder), pages, out, release_id='x', epoch=0)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, folder, pages, tmp_path / "site"], cwd=HOME, start_new_session=True
    )
    log = folder / "build" / "mkdocs.vi.log"
    wait_for(lambda: log.exists() and log.stat().st_size > 0)
    parent.kill()
    parent.wait()
    wait_for(lambda: not group_lives(parent.pid))


def wait_for(true: Callable[[], bool]) -> None:
    """Wait at most 20 seconds for something to come true."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def group_lives(group: int) -> bool:
    """Whether a process of a process group is still there, and not only waiting to be buried."""
    lines = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout.splitlines()
    return any(pgid == str(group) and not stat.startswith("Z") for pgid, stat in map(str.split, lines))


def test_a_bare_mkdocs_build_cannot_touch_the_site(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(HOME / "publisher" / "theme", checkout / "publisher" / "theme")
    for config in CONFIGS.values():
        shutil.copy(HOME / config, checkout / config)
    (checkout / "site" / "releases" / "0001-abcdef01").mkdir(parents=True)
    (checkout / "site" / "releases" / "0001-abcdef01" / "index.html").write_text("yesterday", encoding="utf-8")
    (checkout / "site" / "current").symlink_to("releases/0001-abcdef01")
    write_hand_pages(checkout / "build" / "pages")
    before = fingerprint(checkout / "site")
    for lang, config in CONFIGS.items():
        mkdocs = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--config-file", config]
        subprocess.run(mkdocs, cwd=checkout, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
        assert (checkout / "build" / "html" / lang / "index.html").exists()
    assert fingerprint(checkout / "site") == before


def test_english_inherits_the_shell_and_says_the_same_pages() -> None:
    class Loader(yaml.SafeLoader):
        """Reads names of functions as text."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda loader, suffix, node: suffix)
    vi, en = (yaml.load((HOME / CONFIGS[lang]).read_text(encoding="utf-8"), Loader) for lang in ("vi", "en"))  # noqa: S506
    assert files_of(vi["nav"]) == files_of(en["nav"])
    assert [list(p) for p in vi["plugins"]] == [list(p) for p in en["plugins"]] == [["search"]]
    assert "hooks" not in vi
    assert "hooks" not in en


def files_of(nav: list[dict[str, object]]) -> list[str]:
    """The files of a navigation, in order."""
    found: list[str] = []
    for entry in nav:
        for value in entry.values():
            found += files_of(value) if isinstance(value, list) else [str(value)]
    return found


# --- reading the built site again


class OneFigure:
    """A book that knows one rate: 134 of 136 dossiers on time."""

    office = None

    def at(self, address: str) -> Figure:
        """The one figure."""
        if address != "made/on_time_pct/00004/2026-03/month":
            raise KeyError(address)
        return Figure(
            *("made", "on_time_pct", "00004", "2026-03", "", "", "month", "2026-03-14"),
            value=134 / 136 * 100,
            numerator=134,
            denominator=136,
            state="given",
        )


@pytest.fixture
def judged(office: Office) -> Office:
    """An office with a made-up kind that has the one measure."""
    measure = Measure.model_validate(
        {
            "title": Text(vi="Đúng hạn"),
            "definition": Text(vi="Đúng hạn ÷ đã giải quyết"),
            "ratio": {"numerator": ("on_time",), "denominator": ("resolved",)},
        }
    )
    return replace(office, kinds={"made": SimpleNamespace(measures={"on_time_pct": measure})})  # type: ignore[dict-item]


def findings(office: Office, site: Path) -> list[tuple[str, str, str]]:
    """What verify finds: code, file, value."""
    try:
        verifying.verify(office, OneFigure(), site)  # type: ignore[arg-type]
    except Mistake as mistake:
        return [(p.code, p.file, p.value) for p in mistake.problems]
    return []


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A copy of the built site."""
    return shutil.copytree(built, tmp_path / "site")


def put(site: Path, markup: str, address: str = "don-vi/phuong-ba-dinh") -> str:
    """Add HTML to a page's article; gives the page's file."""
    path = site / address / "index.html"
    text = path.read_text(encoding="utf-8")
    assert "</article>" in text
    path.write_text(text.replace("</article>", f"{markup}</article>"), encoding="utf-8")
    return f"{address}/index.html"


def test_a_site_as_the_theme_makes_it_is_in_order(judged: Office, site: Path) -> None:
    put(site, FIGURE)
    put(site, FIGURE.replace("98,5%", "98.5%"), "en/don-vi/phuong-ba-dinh")
    part = '<data value="134" data-of="made/on_time_pct/00004/2026-03/month#numerator">134</data>'
    put(site, part + '<a href="../../du-lieu/#trang-du-lieuindex">a</a> <a href="https://elsewhere.example/x#y">b</a>')
    assert findings(judged, site) == []


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        (FIGURE.replace('value="98.529412"', 'value="98.5"'), "site-figure"),
        (FIGURE.replace("98,5%", "99,5%"), "site-figure"),
        (FIGURE.replace("98,5%", "98.5%"), "site-figure"),
        (FIGURE.replace(' value="98.529412"', ""), "site-figure"),
        (FIGURE.replace("2026-03", "2026-04"), "site-figure-unknown"),
        (FIGURE.replace("/month", "/month#sum"), "site-figure-unknown"),
        ('<data value="5">5</data>', "site-figure-unknown"),
        ('<a href="../phuong-khong-co/">x</a>', "site-link"),
        ('<a href="../../du-lieu/thieu.csv">x</a>', "site-link"),
        ('<a href="../../../../etc/passwd">x</a>', "site-link"),
        ('<a href="/khong-co/">x</a>', "site-link"),
        ('<a href="https://congkhai.example.vn/khong-co/">x</a>', "site-link"),
        ('<a href="../../du-lieu/#khong-co">x</a>', "site-link"),
        ('<a href="#khong-co">x</a>', "site-link"),
        ('<a href="../../du-lieu">x</a>', "site-link"),
        ('<a href="javascript:alert(1)">x</a>', "site-link"),
        ('<a href="http://[">x</a>', "site-link"),
        ('<img src="khong-co.png">', "site-link"),
        ('<img src="https://elsewhere.example/a.png">', "site-foreign"),
        ('<img src="//elsewhere.example/a.png">', "site-foreign"),
        ('<img srcset="a.png 1x, https://elsewhere.example/a.png 2x">', "site-foreign"),
        ('<script src="https://elsewhere.example/a.js"></script>', "site-foreign"),
        ('<iframe src="https://elsewhere.example/"></iframe>', "site-foreign"),
        ('<object data="https://elsewhere.example/"></object>', "site-foreign"),
        ('<form action="https://elsewhere.example/"></form>', "site-foreign"),
        ('<button formaction="https://elsewhere.example/"></button>', "site-foreign"),
        ('<video poster="https://elsewhere.example/a.png"></video>', "site-foreign"),
        ('<link rel="stylesheet" href="https://elsewhere.example/a.css">', "site-foreign"),
        ('<link rel="preload" href="https://elsewhere.example/a.css">', "site-foreign"),
        ('<link href="https://elsewhere.example/a.css">', "site-foreign"),
        ('<p style="background: url(https://elsewhere.example/a.png)">x</p>', "site-foreign"),
        ('<style>@import "https://elsewhere.example/a.css";</style>', "site-foreign"),
        ('<svg><image href="https://elsewhere.example/a.svg"/></svg>', "site-foreign"),
        ('<svg><use xlink:href="https://elsewhere.example/a.svg#b"/></svg>', "site-foreign"),
        ('<meta http-equiv="Refresh" content="0; url=https://elsewhere.example/">', "site-foreign"),
        ("<h1>hai</h1>", "site-heading"),
        ("<script>alert(1)</script>", "site-policy"),
        ('<script type="module">alert(1)</script>', "site-policy"),
        ('<script type="text/JavaScript">alert(1)</script>', "site-policy"),
        ("<style>a { color: red }</style>", "site-policy"),
        ('<p style="color: red">x</p>', "site-policy"),
        ('<svg><rect style="fill: red"/></svg>', "site-policy"),
        ('<p onclick="alert(1)">x</p>', "site-policy"),
        ('<iframe srcdoc="x"></iframe>', "site-policy"),
        ('<base href="../">', "site-policy"),
    ],
)
def test_one_wrong_thing_on_a_page_is_found(judged: Office, site: Path, markup: str, code: str) -> None:
    file = put(site, markup)
    found = findings(judged, site)
    assert (code, file) in [(c, f) for c, f, _ in found]
    assert {c for c, _, _ in found} <= {code, "site-link", "site-policy"}


@pytest.mark.parametrize("kind", ["application/json", "application/ld+json", "text/plain"])
def test_a_block_of_data_is_no_script(judged: Office, site: Path, kind: str) -> None:
    put(site, f'<script type="{kind}">{{"a": 1}}</script>')
    assert findings(judged, site) == []


def test_a_style_sheet_may_fetch_only_what_is_there(judged: Office, site: Path) -> None:
    sheet = site / "assets" / "own.css"
    sheet.write_text("a{background:url(thieu.png)} b{background:url('https://elsewhere.example/a.png')}")
    assert findings(judged, site) == [
        ("site-link", "assets/own.css", "thieu.png"),
        ("site-foreign", "assets/own.css", "https://elsewhere.example/a.png"),
    ]


def test_a_page_that_one_language_lacks_is_found(judged: Office, site: Path) -> None:
    (site / "en" / "phap-ly" / "index.html").unlink()
    assert ("site-language", "phap-ly/index.html", "") in findings(judged, site)


def test_a_language_that_is_missing_is_found(judged: Office, site: Path) -> None:
    shutil.rmtree(site / "en")
    assert "site-language" in {code for code, _, _ in findings(judged, site)}


def test_an_empty_site_is_not_in_order(judged: Office, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert {code for code, _, _ in findings(judged, tmp_path / "empty")} == {"site-language"}


def test_a_page_says_its_language_and_title(judged: Office, site: Path) -> None:
    path = site / "en" / "phap-ly" / "index.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('lang="en"', 'lang="vi"', 1).replace("<title>", "<title></title><b>", 1), "utf-8")
    assert {code for code, _, _ in findings(judged, site)} >= {"site-lang", "site-title"}


def test_an_empty_page_is_found_without_a_traceback(judged: Office, site: Path) -> None:
    (site / "phap-ly" / "index.html").write_bytes(b"")
    assert {code for code, file, _ in findings(judged, site) if file == "phap-ly/index.html"} >= {"site-heading"}


def test_every_finding_is_counted_and_the_first_are_told(judged: Office, site: Path) -> None:
    put(site, "".join(f'<a href="{n}/">x</a>' for n in range(500)))
    with pytest.raises(Mistake) as caught:
        verifying.verify(judged, OneFigure(), site)  # type: ignore[arg-type]
    assert caught.value.code == "verify-failed"
    assert caught.value.values["count"] == 500
    assert len(caught.value.problems) == verifying.SHOWN
