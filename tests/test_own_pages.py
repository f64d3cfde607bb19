"""A register in a built site: pages of its own, kept documents, a calendar; private rows nowhere."""

import datetime as dt
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import icalendar
import pytest
from lxml import etree, html
from pypdfium2 import PdfDocument

from publisher.catalogue import Office, Unit, open_office
from publisher.errors import Mistake
from publisher.ledger import accept, keep_document
from publisher.print import sheets
from publisher.release import build
from tests.offices import as_yaml, make_office
from tests.pdfs import text_of
from tests.posted_office import view_of
from tests.small_kinds import dataset, fields, measure, words
from tests.submitted import BASES, file_of
from tests.test_documents import PDF

ABOUT = {
    key: value
    for key, value in dataset(
        every="change",
        grain=["unit_code", "period", "item_code"],
        tallies={"items": {"count": {}}},
        measures={"items": measure(sum=["items"])},
        headline=["items"],
        table=["items"],
        private={"visibility": ["internal"]},
        pages=[
            {"address": "bang-niem-yet", "template": "board.html.j2", "title": words("Bảng niêm yết")},
            {"address": "tat-ca", "template": "all.html.j2", "title": words("Tất cả"), "of": "office"},
        ],
        calendar={
            "date": "on",
            "begins": "begins_at",
            "summary": "item",
            "place": "place",
            "cancelled": {"item_code": "K3"},
        },
    ).items()
    if key != "due"
}
COLUMNS = fields(
    {"name": "item_code", "type": "string", "constraints": {"required": True}},
    {"name": "item", "type": "string", "constraints": {"maxLength": 300}},
    {"name": "visibility", "type": "string", "public": False},
    {"name": "on", "type": "date"},
    {"name": "begins_at", "type": "time"},
    {"name": "place", "type": "string"},
    {"name": "document_code", "type": "string", "table": "documents", "named_by": {"titles": words("Văn bản")}},
)
BOARD = """{% extends "base.html.j2" %}
{% block main %}<ul>
{% for row in register.rows(unit.code) %}
<li>{{ row.item }}, {{ register.name("on", row.on) }}
{% if row.document_code %}<a href="{{ page.file(register.document(row.document_code)) }}">PDF</a>{% endif %}</li>
{% endfor %}
</ul>{% endblock %}
"""
ALL = """{% extends "base.html.j2" %}
{% block main %}
<p>{% for unit in register.units %}{{ unit.name[lang] }} {{ register.rows(unit.code)|length }};{% endfor %}</p>
{% endblock %}
"""
SECRET = "Chuyện nội bộ không ai ngoài cơ quan đọc"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with one register, built."""
    folder = tmp_path_factory.mktemp("own")
    board = {"board": {"dataset": {}, "schema": COLUMNS}}
    published = {"board": {}, "procedures": {}}
    root = make_office(folder / "office", kinds=board, datasets=published, languages=["vi", "en"])
    (root / "datasets" / "board" / "board.html.j2").write_text(BOARD, encoding="utf-8")
    (root / "datasets" / "board" / "all.html.j2").write_text(ALL, encoding="utf-8")
    (root / "datasets" / "board" / "overview.html.j2").write_text("<p>Sổ có {{ register.units|length }} đơn vị.</p>\n")
    (root / "datasets" / "board" / "dataset.yaml").write_text(as_yaml(ABOUT), encoding="utf-8")
    pdf = folder / "ke-hoach.pdf"
    pdf.write_bytes(PDF)
    unused = folder / "khac.pdf"
    unused.write_bytes(PDF + b"\n")
    keep_document(open_office(root), pdf)
    keep_document(open_office(root), unused)
    opened = open_office(root)
    rows = [
        "00004;2026-05;K1;Kế hoạch <năm>;public;2026-05-04;8h30;Nhà văn hóa;ke-hoach.pdf",
        f"00004;2026-05;K2;{SECRET};internal;2026-05-05;;;khac.pdf",
        "00004;2026-05;K3;Lịch tiếp dân;public;2026-05-06;;;",
    ]
    head = "unit_code;period;item_code;item;visibility;on;begins_at;place;Văn bản"
    content = "\n".join([head, *rows]).replace("<năm>", "năm").encode()
    accept(opened, opened.kinds["board"], content, now=dt.datetime(2026, 7, 20, tzinfo=dt.UTC))
    dossiers = opened.kinds["procedures"]
    later = dt.datetime(2026, 7, 20, 20, tzinfo=dt.UTC)  # the next day in Vietnam
    accept(opened, dossiers, file_of(dossiers, BASES["procedures"]), now=later)
    build(opened)
    return opened


def read(office: Office, path: str) -> html.HtmlElement:
    """A built page."""
    return html.parse(str(office.site / "current" / path / "index.html")).getroot()


@pytest.mark.parametrize(("folder", "day"), [("", "04/05/2026"), ("en/", "4 May 2026")])
def test_a_declared_page_stands_under_the_unit_and_links_its_documents(office: Office, folder: str, day: str) -> None:
    tree = read(office, f"{folder}don-vi/phuong-ba-dinh/bang-niem-yet")
    items = [
        " ".join(item.text_content().split()) for item in tree.xpath("//main//li") if "Kế hoạch" in item.text_content()
    ]
    assert items == [f"Kế hoạch năm, {day} PDF"]
    (link,) = tree.xpath("//main//li/a[text()='PDF']/@href")
    page = office.site / "current" / folder / "don-vi/phuong-ba-dinh/bang-niem-yet"
    assert (page / link).resolve().read_bytes() == PDF


def test_the_page_is_reached_from_the_unit_and_from_the_dataset(office: Office) -> None:
    for path in ("don-vi/phuong-ba-dinh", "so-lieu/board"):
        assert any("bang-niem-yet/" in link for link in read(office, path).xpath("//main//a/@href")), path
    assert "Sổ có 1 đơn vị." in read(office, "so-lieu/board").text_content()
    assert "Phường Ba Đình 2;" in read(office, "so-lieu/board/tat-ca").text_content()
    assert not (office.site / "current/don-vi/phuong-ngoc-ha/bang-niem-yet").exists()


def test_the_sitemap_says_when_what_a_page_lists_changed(office: Office) -> None:
    tree = etree.parse(office.site / "current" / "sitemap.xml").getroot()
    said = {urlsplit(url[0].text).path: url[1].text for url in tree}
    for path in ("/don-vi/phuong-ba-dinh/bang-niem-yet/", "/so-lieu/board/tat-ca/"):
        assert said[path] == "2026-07-20" < said["/"], path


def test_private_rows_are_counted_and_shown_nowhere(office: Office) -> None:
    assert "3" in read(office, "don-vi/phuong-ba-dinh").xpath("string(//data[starts-with(@data-of, 'board/items')])")
    site = office.site / "current"
    for path in site.resolve().rglob("*"):
        if path.is_file() and path.suffix in (".html", ".csv", ".json", ".ics", ".xml"):
            assert SECRET not in path.read_text(encoding="utf-8"), path
    assert [p.read_bytes() for p in (site / "tai-lieu").glob("*.pdf")] == [PDF]


def test_the_calendar_is_read_by_a_calendar_program(office: Office) -> None:
    content = (office.site / "current/don-vi/phuong-ba-dinh/lich.ics").read_bytes()
    events = list(icalendar.Calendar.from_ical(content).walk("VEVENT"))
    assert [str(event["summary"]) for event in events] == ["Kế hoạch năm", "Lịch tiếp dân"]
    assert events[0].decoded("dtstart") == dt.datetime(2026, 5, 4, 1, 30, tzinfo=dt.UTC)
    assert events[1].decoded("dtstart") == dt.date(2026, 5, 6)
    assert str(events[0]["location"]) == "Nhà văn hóa"
    assert len({str(event["uid"]) for event in events}) == 2
    assert [str(event.get("status", "")) for event in events] == ["", "CANCELLED"]
    assert [event["sequence"] for event in events] == [0, 0]
    assert b"\r\n" in content


def test_an_entry_that_moves_stays_the_same_entry(office: Office, tmp_path: Path) -> None:
    """Programs that subscribed change it, in place of showing it twice."""
    root = tmp_path / "office"
    shutil.copytree(office.root, root, symlinks=True, ignore=shutil.ignore_patterns("site", "build", "var"))
    copy = open_office(root)
    path = copy.data_file("board", "00004", "2026-05")
    moved = path.read_text(encoding="utf-8").replace("2026-05-04,08:30", "2026-05-07,14:00")
    accept(copy, copy.kinds["board"], moved.encode(), reason="Dời ngày", now=dt.datetime(2026, 7, 21, tzinfo=dt.UTC))
    build(copy)
    before, after = (
        icalendar.Calendar.from_ical((one.site / "current/don-vi/phuong-ba-dinh/lich.ics").read_bytes()).walk("VEVENT")[
            0
        ]
        for one in (office, copy)
    )
    assert after["uid"] == before["uid"]
    assert after.decoded("dtstart") == dt.datetime(2026, 5, 7, 7, 0, tzinfo=dt.UTC)
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_a_page_without_its_template_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="definition"):
        open_office(make_office(tmp_path / "office", kinds={"board": {"dataset": ABOUT, "schema": COLUMNS}}))


@pytest.mark.parametrize(
    "notice",
    [{"page": "tat-ca", "what": "item"}, {"page": "bang-niem-yet", "what": "visibility"}],
    ids=["page", "private"],
)
def test_sheets_of_another_page_or_of_private_columns_are_a_mistake(tmp_path: Path, notice: dict[str, str]) -> None:
    root = make_office(tmp_path / "office", kinds={"board": {"dataset": {}, "schema": COLUMNS}})
    for name in ("board", "all"):
        (root / "datasets" / "board" / f"{name}.html.j2").write_text(BOARD, encoding="utf-8")
    (root / "datasets" / "board" / "dataset.yaml").write_text(as_yaml({**ABOUT, "notice": notice}), encoding="utf-8")
    with pytest.raises(Mistake, match="definition") as found:
        open_office(root)
    assert notice[{"tat-ca": "page"}.get(notice["page"], "what")] in str(found.value.values)


def test_a_register_without_days_and_documents_has_sheets_too(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office", kinds={"board": {"dataset": {}, "schema": COLUMNS}}, paper=True)
    for name in ("board", "all"):
        (root / "datasets" / "board" / f"{name}.html.j2").write_text(BOARD, encoding="utf-8")
    about = {**ABOUT, "notice": {"page": "bang-niem-yet", "what": "item", "place": "place"}}
    (root / "datasets" / "board" / "dataset.yaml").write_text(as_yaml(about), encoding="utf-8")
    office = open_office(root)
    head = "unit_code;period;item_code;item;visibility;on;begins_at;place"
    rows = ("K1;Kế hoạch năm;public;;;Nhà văn hóa", f"K2;{SECRET};internal;;;Nhà văn hóa", "K3;Lịch tiếp dân;public;;;")
    content = "\n".join([head, *(f"00004;2026-05;{row}" for row in rows)]).encode()
    accept(office, office.kinds["board"], content, now=dt.datetime(2026, 7, 20, tzinfo=dt.UTC))
    unit = office.units.get("00004")
    assert isinstance(unit, Unit)
    pdf = sheets.set_file(sheets.of_places(view_of(office), office.kinds["board"], unit))
    first, second = (text_of(pdf, number) for number in range(len(PdfDocument(pdf))))
    assert "Bảng niêm yết – Nhà văn hóa" in first
    assert "Kế hoạch năm" in first
    assert "Lịch tiếp dân Đọc tại bảng" in second
    assert SECRET not in first + second
