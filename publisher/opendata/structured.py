"""What a search engine reads in a page's head: schema.org Dataset, of a kind or of one month."""

from collections.abc import Iterable
from typing import Any

from publisher.catalogue import Office
from publisher.catalogue.text import Text
from publisher.opendata.catalogues import About, described
from publisher.opendata.folders import File, Folder
from publisher.opendata.formats import MEDIA
from publisher.opendata.records import said
from publisher.words.format import period as name_of

Node = dict[str, Any]


def of_kind(office: Office, lang: str, one: About) -> Node:
    """The head of a kind's page."""
    kind = one.kind
    return {
        **dataset(office, lang, kind.title[lang], described(office, kind)[lang], f"so-lieu/{kind.name}/"),
        "keywords": [kind.short[lang]],
        "temporalCoverage": f"{one.begin}/{one.end}",
        "datePublished": one.issued,
        "dateModified": one.modified,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": measure.title[lang], "description": measure.definition[lang]}
            for name, measure in kind.measures.items()
            if name in kind.table
        ],
        "distribution": downloads(office, (file for _, file in one.files)),
    }


def of_month(office: Office, lang: str, folder: Folder) -> Node:
    """The head of a month's page. Of the files it names the CSV ones; the Data Package has them all."""
    kinds = [found.kind for found in folder.sets.values()]
    days = [office.period(kind, folder.period) for kind in kinds]
    mark = f"{said('demonstration')[lang]} " if office.settings.demonstration else ""
    about = f"{mark}{said('month_is')[lang]} {'; '.join(kind.title[lang] for kind in kinds)}."
    title = f"{office.settings.name[lang]}: {name_of(lang, folder.period)}"
    return {
        **dataset(office, lang, title, about, f"thang/{folder.period}/"),
        "keywords": [kind.short[lang] for kind in kinds],
        "temporalCoverage": f"{min(day.start for day in days)}/{max(day.end for day in days)}",
        "distribution": downloads(
            office, (file for found in folder.sets.values() for file in found.files if file.format == "csv")
        ),
    }


def dataset(office: Office, lang: str, name: str, description: str, page: str) -> Node:
    """What both have: whose, where, under which licence. `page` is its address below the language's root."""
    settings = office.settings
    place = settings.place or Text(vi="Việt Nam", en="Viet Nam")
    below = "" if lang == "vi" else f"{lang}/"
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "url": f"{settings.site_url}{below}{page}",
        "identifier": settings.site_url + page,
        "inLanguage": lang,
        "license": settings.licence.url,
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": settings.name[lang], "url": settings.site_url},
        "spatialCoverage": {"@type": "Place", "name": place[lang]},
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": f"{settings.name[lang]}: {said('catalogue')[lang]}",
            "url": f"{settings.site_url}{below}du-lieu/",
        },
    }


def downloads(office: Office, files: Iterable[File]) -> list[Node]:
    """Files as schema.org has them."""
    return [
        {
            "@type": "DataDownload",
            "contentUrl": office.settings.site_url + file.path,
            "encodingFormat": MEDIA[file.format],
            "contentSize": f"{file.size} B",
            "sha256": file.sha256,
        }
        for file in files
    ]
