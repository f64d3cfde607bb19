"""What harvesters read: a DCAT-AP 3 catalogue as JSON-LD, and `data.json` of Project Open Data 1.1.

One dataset is one kind; its distributions are the files of all time and of the published figures. The files of single
months are described by the Data Package in each month's folder.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from publisher.catalogue import Kind, Office
from publisher.catalogue.periods import LABEL
from publisher.catalogue.text import Text
from publisher.ledger import Ledger
from publisher.opendata.figures import PERIOD
from publisher.opendata.folders import File, Published
from publisher.opendata.formats import MEDIA
from publisher.opendata.records import said

DCAT = "du-lieu/catalog.jsonld"
DATA_JSON = "data.json"

EU = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""It stands in the file: a program that reads the catalogue fetches nothing else."""

EVERY = {
    "month": ("MONTHLY", "R/P1M"),
    "quarter": ("QUARTERLY", "R/P3M"),
    "half": ("BIANNUAL", "R/P6M"),
    "year": ("ANNUAL", "R/P1Y"),
    "change": ("IRREG", "irregular"),
}
"""How often a kind is due, as the European authority table and as ISO 8601 say it."""

FORMATS = {"csv": "CSV", "json": "JSON", "xlsx": "XLSX"}
"""The formats that the European authority table of file types lists."""

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """What a catalogue says of one kind: its files, the days it covers, when it was first and last added to (ISO)."""

    kind: Kind
    files: tuple[tuple[Text, File], ...]
    begin: str
    end: str
    issued: str
    modified: str


def about(office: Office, ledger: Ledger, published: Published) -> Iterator[About]:
    """The kinds that have figures, in the office's order. What a kind made of others says comes with any submission."""
    for kind in office.kinds.values():
        labels = sorted({row[PERIOD] for row in published.rows.get(kind.name, ()) if LABEL.fullmatch(row[PERIOD])})
        if not labels or not published.all_time or not published.figures:
            continue
        own = [line.accepted_at for line in ledger.lines if line.kind == kind.name]
        times = own or [line.accepted_at for line in ledger.lines]
        files = [
            (title, file)
            for title, folder in ((said("all_time"), published.all_time), (said("figures"), published.figures))
            if kind.name in folder.sets
            for file in folder.sets[kind.name].files
        ]
        begin, end = (office.period(kind, labels[at]) for at in (0, -1))
        yield About(kind, tuple(files), begin.start.isoformat(), end.end.isoformat(), times[0], times[-1])


def described(office: Office, kind: Kind) -> Text:
    """What a kind is, with the mark of a demonstration in front."""
    if not office.settings.demonstration:
        return kind.purpose
    mark = said("demonstration")
    return Text(vi=f"{mark.vi} {kind.purpose.vi}", en=f"{mark['en']} {kind.purpose['en']}")


# --- DCAT


def literals(text: Text) -> list[Node]:
    """A text in both languages."""
    return [{"@value": text.vi, "@language": "vi"}, {"@value": text["en"], "@language": "en"}]


def typed(kind: str, value: str) -> Node:
    """A value of an XML Schema type."""
    return {"@value": value, "@type": f"xsd:{kind}"}


def link(address: str) -> Node:
    """A node that is only named."""
    return {"@id": address}


def dcat(office: Office, kinds: list[About]) -> Node:
    """The catalogue. All addresses are absolute, below the office's `site_url`."""
    settings = office.settings
    root = settings.site_url
    dataset = {"dcat:dataset": [dcat_dataset(office, one) for one in kinds]} if kinds else {}
    modified = {"dct:modified": typed("dateTime", max(one.modified for one in kinds))} if kinds else {}
    return {
        "@context": CONTEXT,
        "@id": f"{root}{DCAT}",
        "@type": "dcat:Catalog",
        "dct:title": literals(Text(vi=f"{settings.name.vi}: {said('catalogue').vi}",
                                   en=f"{settings.name['en']}: {said('catalogue')['en']}")),
        "dct:description": literals(said("catalogue_is")),
        "dct:publisher": {"@id": root, "@type": "foaf:Agent", "foaf:name": literals(settings.name)},
        "foaf:homepage": link(f"{root}du-lieu/"),
        "dct:language": [link(f"{EU}/language/VIE"), link(f"{EU}/language/ENG")],
        "dct:license": link(settings.licence.url),
        "dct:spatial": spatial(office),
        **modified,
        **dataset,
    }  # fmt: skip


def dcat_dataset(office: Office, one: About) -> Node:
    """One kind."""
    settings, kind = office.settings, one.kind
    page = f"{settings.site_url}so-lieu/{kind.name}/"
    contact: Node = {"@type": "vcard:Organization", "vcard:fn": settings.name.vi}
    if settings.contact.email:
        contact["vcard:hasEmail"] = link(f"mailto:{quote(settings.contact.email, safe='@')}")
    if phone := re.sub(r"[^0-9+]", "", settings.contact.phone):
        contact["vcard:hasTelephone"] = link(f"tel:{phone}")
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:title": literals(kind.title),
        "dct:description": literals(described(office, kind)),
        "dct:identifier": page,
        "dct:publisher": link(settings.site_url),
        "dcat:contactPoint": contact,
        "dcat:theme": link(f"{EU}/data-theme/GOVE"),
        "dcat:keyword": literals(kind.short),
        "dct:accrualPeriodicity": link(f"{EU}/frequency/{EVERY[kind.every][0]}"),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": typed("date", one.begin),
            "dcat:endDate": typed("date", one.end),
        },
        "dct:spatial": spatial(office),
        "dct:issued": typed("dateTime", one.issued),
        "dct:modified": typed("dateTime", one.modified),
        "dct:language": link(f"{EU}/language/VIE"),
        "dct:accessRights": link(f"{EU}/access-right/PUBLIC"),
        "dcat:landingPage": link(page),
        "dcat:distribution": [distribution(office, kind, title, file) for title, file in one.files],
    }


def distribution(office: Office, kind: Kind, title: Text, file: File) -> Node:
    """One file of a kind."""
    address = office.settings.site_url + file.path
    listed = {"dct:format": link(f"{EU}/file-type/{FORMATS[file.format]}")} if file.format in FORMATS else {}
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": literals(Text(vi=f"{kind.title.vi}: {title.vi}", en=f"{kind.title['en']}: {title['en']}")),
        "dcat:accessURL": link(f"{office.settings.site_url}so-lieu/{kind.name}/"),
        "dcat:downloadURL": link(address),
        "dcat:mediaType": link(f"http://www.iana.org/assignments/media-types/{MEDIA[file.format]}"),
        **listed,
        "dcat:byteSize": typed("nonNegativeInteger", str(file.size)),
        "dct:license": link(office.settings.licence.url),
        "dcatap:availability": link(f"{EU}/planned-availability/STABLE"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": link("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": typed("hexBinary", file.sha256),
        },
    }


def spatial(office: Office) -> list[Node]:
    """Việt Nam, and the office's own place by name where the settings give one."""
    country: list[Node] = [link(f"{EU}/country/VNM")]
    place = office.settings.place
    return [*country, {"@type": "dct:Location", "skos:prefLabel": literals(place)}] if place else country


# --- Project Open Data


def data_json(office: Office, kinds: list[About]) -> Node:
    """`data.json` (https://resources.data.gov/resources/dcat-us/): one entry a kind."""
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@id": f"{office.settings.site_url}{DATA_JSON}",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
        "dataset": [data_json_dataset(office, one) for one in kinds],
    }


def data_json_dataset(office: Office, one: About) -> Node:
    """One kind."""
    settings, kind = office.settings, one.kind
    page = f"{settings.site_url}so-lieu/{kind.name}/"
    contact = {"@type": "vcard:Contact", "fn": settings.name.vi}
    if settings.contact.email:
        contact["hasEmail"] = f"mailto:{settings.contact.email}"
    return {
        "@type": "dcat:Dataset",
        "identifier": page,
        "title": kind.title.vi,
        "description": described(office, kind).vi,
        "keyword": [kind.short.vi, kind.short["en"]],
        "issued": one.issued,
        "modified": one.modified,
        "publisher": {"@type": "org:Organization", "name": settings.name.vi},
        "contactPoint": contact,
        "accessLevel": "public",
        "license": settings.licence.url,
        "spatial": (settings.place or Text(vi="Việt Nam")).vi,
        "temporal": f"{one.begin}/{one.end}",
        "accrualPeriodicity": EVERY[kind.every][1],
        "language": ["vi"],
        "landingPage": page,
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "title": f"{title.vi} ({file.format.upper()})",
                "downloadURL": settings.site_url + file.path,
                "mediaType": MEDIA[file.format],
            }
            for title, file in one.files
        ],
    }
