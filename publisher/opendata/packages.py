"""Data Package v2 (datapackage.org): a folder of published files described for any program, with size and hash."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from publisher.catalogue import Office
from publisher.catalogue.text import Text
from publisher.opendata.formats import MEDIA
from publisher.opendata.records import said
from publisher.opendata.tables import Column, Table

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def schema(table: Table, known: Iterable[str]) -> dict[str, Any]:
    """A Table Schema with the words of every column; `known` are the resources whose codes a column may hold."""
    found: dict[str, Any] = {"fields": [field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        found["primaryKey"] = list(table.key)
    links = [
        {"fields": [column.name], "reference": {"resource": column.reference, "fields": ["code"]}}
        for column in table.columns
        if column.reference in set(known)
    ]
    if links:
        found["foreignKeys"] = links
    return found


def field(column: Column) -> dict[str, Any]:
    """One field of a Table Schema. The standard has one language; the English words stand beside the Vietnamese."""
    found: dict[str, Any] = {"name": column.name, "type": column.type, "title": column.title.vi}
    found["title_en"] = column.title["en"]
    if column.description.vi:
        found |= {"description": column.description.vi, "description_en": column.description["en"]}
    if column.categories:
        found["categories"] = [{"value": value, "label": title.vi} for value, title in column.categories]
    if column.constraints:
        found["constraints"] = dict(column.constraints)
    return found


def resource(table: Table, files: Mapping[str, tuple[int, str]], known: Iterable[str]) -> dict[str, Any]:
    """One table: its CSV file, and under `alternatives` the same table in other formats (file → bytes, sha-256).

    The standard knows one file a resource and only tables; programs that read it check the CSV file.
    """
    path = f"{table.name}.csv"
    size, sha256 = files[path]
    found = {
        "name": table.name.replace("_", "-"),
        "type": "table",
        "path": path,
        "title": table.title.vi,
        "title_en": table.title["en"],
        "description": table.about.vi,
        "description_en": table.about["en"],
        "format": "csv",
        "mediatype": MEDIA["csv"],
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "schema": schema(table, known),
    }
    others = [
        {"path": other, "mediatype": MEDIA[other.rpartition(".")[2]], "bytes": n, "hash": f"sha256:{sha}"}
        for other, (n, sha) in files.items()
        if other != path
    ]
    return {**found, "alternatives": others} if others else found


def package(
    office: Office, name: str, title: Text, about: Text, created: str, resources: list[dict[str, Any]], page: str
) -> dict[str, Any]:
    """The description of a folder. `created` is ISO time, `page` the address below the site's root of the page that
    shows the same."""
    settings = office.settings
    mark = [said("demonstration")] if settings.demonstration else []
    version = hashlib.sha256("".join(r["hash"] for r in resources).encode()).hexdigest()
    publisher = {"title": settings.name.vi, "path": settings.site_url, "roles": ["publisher"]}
    if settings.contact.email:
        publisher["email"] = settings.contact.email
    return {
        "$schema": PROFILE,
        "name": f"cong-khai-{name}",
        "id": settings.site_url + page,
        "title": f"{settings.name.vi}: {title.vi}",
        "title_en": f"{settings.name['en']}: {title['en']}",
        "description": " ".join([*(text.vi for text in mark), about.vi]),
        "description_en": " ".join([*(text["en"] for text in mark), about["en"]]),
        "homepage": settings.site_url + page,
        "version": version[:12],
        "created": created,
        "licenses": [
            {
                "name": settings.licence.name.replace(" ", "-"),
                "title": settings.licence.name,
                "path": settings.licence.url,
            }
        ],
        "contributors": [
            publisher,
            *(
                {"title": kind.owner.vi, "roles": ["collector"]}
                for kind in office.kinds.values()
                if kind.name.replace("_", "-") in {r["name"] for r in resources}
            ),
        ],
        "sources": [{"title": said("source").vi, "path": f"{settings.site_url}phuong-phap/"}],
        "keywords": [text for resource in resources for text in (resource["title"],)],
        "resources": resources,
    }
