"""What makes a release checkable by anyone who has the site's files.

A release's id stands for everything before it: `manifest.identify` makes it of the head of the release chain, the head
of the published ledger and all other inputs. `store` keeps the chain in the office.
"""

from publisher.proof.chain import Chain, Published
from publisher.proof.codes import short
from publisher.proof.manifest import FOLDER, MANIFESTS, File, Manifest
from publisher.proof.manifest import NAME as MANIFEST
from publisher.proof.public import public_rows
from publisher.proof.store import Coming, archived, coming, read_chain, record

__all__ = [
    "FOLDER",
    "MANIFEST",
    "MANIFESTS",
    "Chain",
    "Coming",
    "File",
    "Manifest",
    "Published",
    "archived",
    "coming",
    "public_rows",
    "read_chain",
    "record",
    "short",
]
