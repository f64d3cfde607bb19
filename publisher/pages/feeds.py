"""Atom 1.0 (RFC 4287): one small writer for all feeds of the site.

Text goes out as plain text, never as markup. Ids are tag URIs (RFC 4151): they name a thing for good, wherever its page
may move.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from lxml import etree

from publisher.catalogue import Office
from publisher.catalogue.text import one_line

NAMESPACE = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What may not stand in an XML document at all (XML 1.0, production 2)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news: `id` as `tag` makes it, `link` an absolute address, `updated` with its zone."""

    id: str
    title: str
    updated: dt.datetime
    link: str
    summary: str = ""


def tag(office: Office, *names: str) -> str:
    """The permanent id of a thing of this office: tag("dinh-chinh", "procedures", "2026-10", "90003", "1").

    It is made of the site's host and the year of the first published period, which an office sets once.
    """
    host = urlsplit(office.settings.site_url).hostname or "localhost"
    path = "/".join(quote(name, safe="") for name in names)
    return f"tag:{host},{office.settings.first_period[:4]}:{path}"


def atom(
    office: Office,
    lang: str,
    *,
    id: str,  # noqa: A002  # Atom's own word
    title: str,
    page: str,
    address: str,
    entries: Sequence[Entry],
) -> bytes:
    """A feed as UTF-8 bytes, entries in the order given. `page` is the page that it follows, `address` its own: both
    absolute. `updated` is the newest entry's; the start of the office's first period where there is none."""
    begin = dt.datetime.fromisoformat(f"{office.settings.first_period}-01T00:00:00+07:00")
    feed = etree.Element("feed", {LANGUAGE: lang}, {None: NAMESPACE})  # type: ignore[dict-item]  # None is the default namespace
    add(feed, "id", id)
    add(feed, "title", title)
    add(feed, "updated", max((entry.updated for entry in entries), default=begin).isoformat(timespec="seconds"))
    etree.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    etree.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": page})
    add(etree.SubElement(feed, "author"), "name", office.settings.name[lang])
    add(feed, "rights", office.settings.licence.name)
    for entry in entries:
        found = etree.SubElement(feed, "entry")
        add(found, "id", entry.id)
        add(found, "title", entry.title)
        add(found, "updated", entry.updated.isoformat(timespec="seconds"))
        etree.SubElement(found, "link", {"rel": "alternate", "type": "text/html", "href": entry.link})
        if entry.summary:
            add(found, "summary", entry.summary)
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True, pretty_print=True)


def add(parent: etree._Element, name: str, text: str) -> None:
    """A child element with plain text of one line."""
    etree.SubElement(parent, name).text = NO_XML.sub(" ", one_line(text))
