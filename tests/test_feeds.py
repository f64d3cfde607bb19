"""Atom feeds are read by a real reader, and their ids last."""

import datetime as dt

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import Office, open_office
from publisher.catalogue.office import ZONE
from publisher.catalogue.text import one_line
from publisher.pages import feeds
from tests.offices import make_office

PAGE, ADDRESS = "https://congkhai.example.vn/dinh-chinh/", "https://congkhai.example.vn/dinh-chinh/atom.xml"
NOON = dt.datetime(2026, 7, 3, 12, tzinfo=ZONE)


def feed(office: Office, *entries: feeds.Entry) -> bytes:
    """A feed of the office with these entries."""
    name = feeds.tag(office, "dinh-chinh")
    return feeds.atom(office, "vi", id=name, title="Đính chính", page=PAGE, address=ADDRESS, entries=entries)


def entry(**given: str) -> feeds.Entry:
    """An entry of that noon."""
    return feeds.Entry(**{"id": "tag:x,2026:1", "title": "Một", "updated": NOON, "link": PAGE, **given})


def test_a_feed_reader_finds_everything_that_a_feed_must_say(office: Office) -> None:
    later = feeds.Entry("tag:x,2026:2", "Hai", NOON + dt.timedelta(days=1), PAGE + "#hai")
    found = feedparser.parse(feed(office, later, entry(summary="120 → 12")))
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.language == "vi"
    assert found.feed.title == "Đính chính"
    assert found.feed.author == "Ủy ban nhân dân phường Thử Nghiệm"
    assert {link.rel: link.href for link in found.feed.links} == {"self": ADDRESS, "alternate": PAGE}
    assert found.feed.updated == "2026-07-04T12:00:00+07:00"
    assert [(e.id, e.title, e.link, e.updated) for e in found.entries] == [
        ("tag:x,2026:2", "Hai", PAGE + "#hai", "2026-07-04T12:00:00+07:00"),
        ("tag:x,2026:1", "Một", PAGE, "2026-07-03T12:00:00+07:00"),
    ]
    assert found.entries[1].summary == "120 → 12"


def test_a_feed_without_news_is_whole(office: Office) -> None:
    found = feedparser.parse(feed(office))
    assert (found.bozo, found.entries, found.feed.updated) == (False, [], "2026-01-01T00:00:00+07:00")


def test_an_id_names_the_thing_and_not_the_place_where_it_stands(office: Office) -> None:
    assert feeds.tag(office, "dinh-chinh", "procedures", "2026-10", "90003/1") == (
        "tag:congkhai.example.vn,2026:dinh-chinh/procedures/2026-10/90003%2F1"
    )


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A small office for many examples."""
    return open_office(make_office(tmp_path_factory.mktemp("feeds") / "office"))


@given(text=st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_comes_back_as_text(opened: Office, text: str) -> None:
    written = feed(opened, entry(title=text, summary=text))
    title = feeds.etree.fromstring(written).findtext(f"{{{feeds.NAMESPACE}}}entry/{{{feeds.NAMESPACE}}}title")
    assert (title or "") == feeds.NO_XML.sub(" ", one_line(text))


def test_markup_in_a_reason_stays_text(office: Office) -> None:
    written = feed(office, entry(summary="<script>alert(1)</script> & ]]>"))
    assert b"<script" not in written
    assert feedparser.parse(written).entries[0].summary_detail.type == "text/plain"
