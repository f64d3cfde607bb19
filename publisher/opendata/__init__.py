"""Open data: the accepted rows and the published figures as files that anyone can take, in four formats.

Every file depends on the data, the definitions and the settings, never on the clock: what did not change keeps its
bytes, and its address for good. docs/static-api.md is the promise; tests hold the built site to it.
"""

from publisher.opendata import catalogues, structured
from publisher.opendata.folders import File, Folder, Published, Set, publish
from publisher.opendata.tables import FORMULA, guard
from publisher.opendata.units import publish_units

__all__ = [
    "FORMULA",
    "File",
    "Folder",
    "Published",
    "Set",
    "catalogues",
    "guard",
    "publish",
    "publish_units",
    "structured",
]
