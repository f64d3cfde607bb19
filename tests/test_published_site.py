"""A small office's whole site: what catalogues, search engines, feed readers and other people's pages take from it."""

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree, html
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, Literal, Namespace, URIRef

from publisher import release
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.ledger import accept
from tests import browser, reuse
from tests.offices import make_office
from tests.submitted import FEEDBACK, PROCEDURES, SERVICE_QUALITY, Line, file_of

ROOT = "https://congkhai.example.vn/"
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
KINDS = ("procedures", "feedback", "service_quality")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two months of three kinds: 00004 corrected its June, 00008 came late, 00025 submitted nothing."""
    root = make_office(
        tmp_path_factory.mktemp("whole") / "office",
        datasets={name: {} for name in KINDS},
        first_period="2026-05",
        last_period="2026-06",
        place={"vi": "Phường Thử Nghiệm", "en": "Thu Nghiem Ward"},
    )
    office = open_office(root)

    def send(day: str, name: str, *lines: Line, reason: str = "") -> None:
        now = dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZONE)
        accept(office, office.kinds[name], file_of(office.kinds[name], *lines), now=now, reason=reason)

    send("2026-05-18", "procedures", {**PROCEDURES, "period": "2026-05"})
    send("2026-06-16", "procedures", PROCEDURES)
    send("2026-06-16", "feedback", FEEDBACK)
    send("2026-06-25", "procedures", {**PROCEDURES, "unit_code": "00008", "field_code": "CT"})
    send("2026-07-02", "service_quality", SERVICE_QUALITY)
    send("2026-07-03", "procedures", {**PROCEDURES, "note": "Sửa."}, reason="Ghi nhầm một hồ sơ.")
    return office


@pytest.fixture(scope="module")
def site(office: Office) -> Path:
    """Its built site."""
    return release.build(office).folder


def below(address: str) -> str:
    """The path of an absolute address of the site."""
    assert address.startswith(ROOT), address
    return address.removeprefix(ROOT)


def stands(site: Path, address: str) -> bool:
    """Whether an absolute address leads to a page or a file of the site."""
    path = below(urlsplit(address)._replace(fragment="").geturl())
    return (site / path / "index.html").is_file() if path.endswith("/") or not path else (site / path).is_file()


def page(site: Path, path: str) -> html.HtmlElement:
    """A page of the site."""
    return html.document_fromstring((site / path / "index.html").read_bytes())


# --- the DCAT catalogue


@pytest.fixture(scope="module")
def graph(site: Path) -> Graph:
    """The catalogue as an RDF program reads it; its context stands in the file, so nothing is fetched."""
    return Graph().parse(site / "du-lieu/catalog.jsonld", format="json-ld")


DATASET = {
    "title": DCTERMS.title, "description": DCTERMS.description, "identifier": DCTERMS.identifier,
    "publisher": DCTERMS.publisher, "contact": DCAT.contactPoint, "theme": DCAT.theme, "keyword": DCAT.keyword,
    "frequency": DCTERMS.accrualPeriodicity, "temporal": DCTERMS.temporal, "spatial": DCTERMS.spatial,
    "issued": DCTERMS.issued, "modified": DCTERMS.modified, "page": DCAT.landingPage, "file": DCAT.distribution,
    "access": DCTERMS.accessRights, "language": DCTERMS.language,
}  # fmt: skip
"""What DCAT-AP 3 requires or recommends of a dataset."""

FILE = {
    "title": DCTERMS.title, "access": DCAT.accessURL, "download": DCAT.downloadURL, "media type": DCAT.mediaType,
    "licence": DCTERMS.license, "size": DCAT.byteSize, "checksum": SPDX.checksum,
}  # fmt: skip


def test_an_rdf_program_finds_everything_that_dcat_ap_asks_of_a_catalogue(graph: Graph) -> None:
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert catalogue == URIRef(f"{ROOT}du-lieu/catalog.jsonld")
    for wanted in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCTERMS.modified):
        assert graph.value(catalogue, wanted, any=True), wanted
    publisher = graph.value(catalogue, DCTERMS.publisher)
    assert Literal("Ủy ban nhân dân phường Thử Nghiệm", lang="vi") in graph.objects(publisher, FOAF.name)
    assert len(set(graph.objects(catalogue, DCAT.dataset))) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_dataset_of_the_catalogue_is_described_in_both_languages(graph: Graph, site: Path, kind: str) -> None:
    dataset = URIRef(f"{ROOT}so-lieu/{kind}/")
    assert (dataset, RDF.type, DCAT.Dataset) in graph
    assert [name for name, wanted in DATASET.items() if graph.value(dataset, wanted, any=True) is None] == []
    for wanted in (DCTERMS.title, DCTERMS.description):
        assert {text.language for text in graph.objects(dataset, wanted) if isinstance(text, Literal)} == {"vi", "en"}
    frequency = graph.value(dataset, DCTERMS.accrualPeriodicity)
    assert str(frequency).endswith("/frequency/MONTHLY")
    contact = graph.value(dataset, DCAT.contactPoint)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:lienhe@example.vn")
    names = {
        str(name) for node in graph.objects(dataset, DCTERMS.spatial) for name in graph.objects(node, SKOS.prefLabel)
    }
    assert names == {"Phường Thử Nghiệm", "Thu Nghiem Ward"}
    assert stands(site, str(graph.value(dataset, DCAT.landingPage)))


def test_a_dataset_covers_the_days_of_its_months(graph: Graph) -> None:
    when = graph.value(URIRef(f"{ROOT}so-lieu/procedures/"), DCTERMS.temporal)
    days = [graph.value(when, end) for end in (DCAT.startDate, DCAT.endDate)]
    assert [day.toPython() for day in days if isinstance(day, Literal)] == [dt.date(2026, 4, 15), dt.date(2026, 6, 14)]


def test_every_file_of_the_catalogue_is_there_with_its_size_and_hash(graph: Graph, site: Path) -> None:
    files = set(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(files) == len(KINDS) * 8
    for file in files:
        assert [name for name, wanted in FILE.items() if graph.value(file, wanted, any=True) is None] == []
        data = (site / below(str(graph.value(file, DCAT.downloadURL)))).read_bytes()
        size, checksum = graph.value(file, DCAT.byteSize), graph.value(file, SPDX.checksum)
        assert isinstance(size, Literal)
        assert size.toPython() == len(data)
        assert str(graph.value(checksum, SPDX.checksumValue)).lower() == hashlib.sha256(data).hexdigest()


def test_data_json_has_what_project_open_data_requires(site: Path) -> None:
    content = json.loads((site / "data.json").read_text(encoding="utf-8"))
    assert content["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    assert [entry["landingPage"] for entry in content["dataset"]] == [f"{ROOT}so-lieu/{kind}/" for kind in KINDS]
    required = {"title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel"}
    for entry in content["dataset"]:
        assert required <= set(entry)
        assert (entry["accessLevel"], entry["accrualPeriodicity"]) == ("public", "R/P1M")
        assert entry["contactPoint"]["hasEmail"] == "mailto:lienhe@example.vn"
        assert all(stands(site, file["downloadURL"]) for file in entry["distribution"])


# --- what search engines read


def structured(site: Path, path: str) -> Any:
    """The schema.org data in a page's head."""
    (script,) = page(site, path).xpath("//head/script[@type='application/ld+json']/text()")
    return json.loads(script)


@pytest.mark.parametrize("root", ["", "en/"])
@pytest.mark.parametrize("path", ["so-lieu/procedures", "thang/2026-06"])
def test_a_page_says_in_its_head_which_dataset_it_is(site: Path, root: str, path: str) -> None:
    data = structured(site, root + path)
    assert (data["@type"], data["url"], data["identifier"]) == ("Dataset", f"{ROOT}{root}{path}/", f"{ROOT}{path}/")
    assert 50 <= len(data["description"]) <= 5000
    assert data["creator"]["@type"] == "GovernmentOrganization"
    assert data["license"].startswith("https://creativecommons.org/licenses/by/4.0/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", data["temporalCoverage"])
    assert data["distribution"]
    for file in data["distribution"]:
        found = (site / below(file["contentUrl"])).read_bytes()
        assert (file["contentSize"], file["sha256"]) == (f"{len(found)} B", hashlib.sha256(found).hexdigest())


def test_other_pages_claim_to_be_no_dataset(site: Path) -> None:
    for path in ("", "don-vi/phuong-ba-dinh", "gioi-thieu", "du-lieu"):
        assert page(site, path).xpath("//script[@type='application/ld+json']") == []


@pytest.mark.parametrize("path", ["du-lieu", "thang/2026-06", "so-lieu/procedures", "en/thang/2026-06"])
def test_a_page_says_how_to_cite_it(office: Office, site: Path, path: str) -> None:
    (cite,) = page(site, path).find_class("ck-cite")
    text = " ".join(cite.text_content().split())
    code = (site / "index.html").read_text(encoding="utf-8")
    lang = "en" if path.startswith("en/") else "vi"
    assert office.settings.name[lang] in text
    assert page(site, path).findtext(".//h1") in text
    assert text.endswith(f"{ROOT}{path}/")
    (release_code,) = re.findall(r"[0-9a-f]{4}(?:-[0-9a-f]{4}){3}", text)
    assert release_code in code


# --- feeds


FEEDS = ("atom.xml", "en/atom.xml", "don-vi/phuong-ba-dinh/atom.xml", "en/don-vi/phuong-ba-dinh/atom.xml")


def feed(site: Path, path: str) -> Any:
    """A feed as a feed reader has it."""
    return feedparser.parse((site / path).read_bytes())


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_reader_takes_every_feed_and_finds_its_pages(site: Path, path: str) -> None:
    found = feed(site, path)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    assert found.feed.links[0].href == ROOT + path
    ids = [entry.id for entry in found.entries]
    assert len(set(ids)) == len(ids) >= 4
    assert all(id_.startswith("tag:congkhai.example.vn,2026:tin/") for id_ in [found.feed.id, *ids])
    assert all(stands(site, entry.link) for entry in found.entries)
    times = [entry.updated for entry in found.entries]
    assert times == sorted(times, reverse=True)


def test_the_news_tell_of_months_and_of_who_came_late(site: Path) -> None:
    entries = {entry.id.partition("tin/")[2]: entry for entry in feed(site, "atom.xml").entries}
    june = entries["thang/procedures/2026-06/vi"]
    assert june.title == "Kết quả giải quyết thủ tục hành chính, Tháng 6/2026"
    assert june.summary.startswith("2 đơn vị đã nộp. ")
    assert june.updated == "2026-07-03T09:00:00+07:00"  # corrected then
    late = entries["nop-muon/procedures/2026-06/00008/vi"]
    assert late.title.startswith("Nộp muộn: Phường Ngọc Hà. ")
    assert late.updated == "2026-06-25T09:00:00+07:00"
    assert "nop-muon/procedures/2026-06/00004/vi" not in entries


def test_a_units_feed_says_its_figures_and_why_they_were_corrected(site: Path) -> None:
    entries = {entry.id.partition("tin/")[2]: entry for entry in feed(site, "don-vi/phuong-ba-dinh/atom.xml").entries}
    june = entries["don-vi/procedures/2026-06/00004/vi"]
    assert "Phường Ba Đình" in june.summary
    assert june.summary.endswith("Ghi nhầm một hồ sơ.")
    assert "<" not in june.summary
    assert feed(site, "don-vi/phuong-giang-vo/atom.xml").entries == []


def test_pages_lead_to_their_feeds_in_the_head(site: Path) -> None:
    def heads(path: str) -> list[str]:
        return list(page(site, path).xpath("//head/link[@type='application/atom+xml']/@href"))

    assert heads("don-vi/phuong-ba-dinh") == ["atom.xml", "../../atom.xml"]
    assert heads("en/du-lieu") == ["../atom.xml"]
    assert heads("") == ["./atom.xml"]


# --- one unit's figures


def test_a_units_file_has_the_figures_of_the_published_table_and_the_parts_of_its_last_month(site: Path) -> None:
    content = json.loads((site / "don-vi/phuong-ba-dinh/so-lieu.json").read_text(encoding="utf-8"))
    assert content["unit"]["page"] == f"{ROOT}don-vi/phuong-ba-dinh/"
    assert content["demonstration"] is True
    for kind in KINDS:
        rows = [row for row in reuse.of_json(site / f"du-lieu/chi-so/{kind}.json") if row["unit_code"] == "00004"]
        series = {
            (one["measure"], one["basis"], one["breakdown"] or None, one["key"] or None): one["values"]
            for one in content["datasets"][kind]["series"]
        }
        for row in rows:
            value = series[row["measure"], row["basis"], row["breakdown"], row["key"]][row["period"]]
            assert value.get("value") == row["value"]
            assert value.get("numerator") == row["numerator"]
            assert value.get("state", "given") == row["state"]
            if len(row["period"]) == 4:
                assert value["as_of"] == row["as_of"]
    split = {(one["breakdown"], one["key"]) for one in content["datasets"]["procedures"]["series"]} - {("", "")}
    assert {("field", "HT"), ("channel", "online")} <= split


def test_a_unit_without_figures_has_a_file_that_says_so(site: Path) -> None:
    content = json.loads((site / "don-vi/phuong-giang-vo/so-lieu.json").read_text(encoding="utf-8"))
    assert content["unit"]["code"] == "00025"
    assert content["datasets"] == {}


# --- figures in other people's pages


def test_an_embeddable_page_has_no_script_and_loads_nothing_but_its_style(site: Path) -> None:
    pages = sorted(site.rglob("nhung/**/index.html"))
    assert len(pages) == 8  # 00004 has three kinds and 00008 one, in two languages
    for path in pages:
        document = html.document_fromstring(path.read_bytes())
        assert document.xpath("//script | //style | //img | //iframe | //@style | //@onload") == []
        assert [link.get("href").lstrip("./") for link in document.xpath("//link")] == [
            "assets/images/favicon.svg",
            "assets/stylesheets/embed.css",
        ]
        assert len(document.xpath("//data")) >= 2
        assert len(path.read_bytes()) < 20_000


def test_what_is_copied_shows_the_figures_in_another_site_without_a_request_to_a_third(
    site: Path, tmp_path: Path
) -> None:
    codes = [code.text_content() for code in page(site, "don-vi/phuong-ba-dinh").xpath("//p[@class='ck-snippet']/code")]
    assert len(codes) == 3
    assert codes[0].startswith(f'<iframe src="{ROOT}nhung/phuong-ba-dinh/procedures/" title="Phường Ba Đình: ')
    with browser.served(site) as address, browser.served(tmp_path) as other, browser.chromium() as chromium:
        text = f"<!doctype html><title>Báo</title><h1>Bài báo</h1>{codes[0].replace(ROOT, address)}"
        (tmp_path / "index.html").write_text(f'<meta charset="utf-8">{text}', encoding="utf-8")
        shown = chromium.new_page()
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(other)
        frame = shown.frame_locator("iframe")
        assert frame.locator("h1").inner_text() == "Phường Ba Đình: Hồ sơ"
        assert "40" in frame.locator("table").inner_text()
        hosts = {urlsplit(url).netloc for url in asked}
        assert hosts == {urlsplit(address).netloc, urlsplit(other).netloc}


# --- the sitemap


def test_the_sitemap_says_when_a_pages_figures_changed(office: Office, site: Path) -> None:
    said = {}
    for root in ("", "en/"):
        tree = etree.parse(site / root / "sitemap.xml")
        said |= {below(url[0].text): url[1].text for url in tree.getroot()}
    pages = {path.parent.relative_to(site).as_posix().removeprefix(".") for path in site.rglob("index.html")}
    assert {path.rstrip("/") for path in said} == {path for path in pages if "nhung/" not in path}
    due = office.due_on(office.kinds["procedures"], "2026-05")
    assert due
    assert said["don-vi/phuong-ba-dinh/"] == said["en/don-vi/phuong-ba-dinh/"] == "2026-07-03"  # its correction
    assert said["thang/2026-05/procedures/"] == (due + dt.timedelta(1)).isoformat()  # two were found missing
    assert said["thang/2026-06/procedures/"] == "2026-07-03"
    assert said["en/thang/2026-06/feedback/"] < "2026-07-03"
    assert said["so-lieu/procedures/"] == said["so-sanh/procedures/on_time_pct/commune/"] == "2026-07-03"
    assert said["so-lieu/feedback/"] < said["en/linh-vuc/ho-tich/"] == said["so-lieu/procedures/"]
    assert said[""] == max(day for path, day in said.items() if path.startswith("so-lieu/"))
