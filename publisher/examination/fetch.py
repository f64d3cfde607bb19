"""A published site taken from the web into a folder, file by file as its manifest names them."""

import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote

from publisher.errors import Mistake
from publisher.proof import MANIFEST
from publisher.proof.manifest import File, decode

AT_ONCE = 8
TIMEOUT = 60
LARGEST_MANIFEST = 64 * 2**20


def is_address(text: str) -> bool:
    """Whether somebody means a site on the web and not a folder."""
    return text.startswith(("https://", "http://"))


def fetch(address: str, folder: Path, *, tell: Callable[[int, int], None] = lambda _done, _total: None) -> Path:
    """Fetch `manifest.json` of a site and every file that it names into a folder; gives the folder.

    A file that is not there is left out: the examination will miss it. So is one whose name leads elsewhere. No more of
    a file is taken than one byte above the size that the manifest names. What stands on the server beside the named
    files cannot be seen. Raises Mistake `fetch-failed` when there is no manifest or no connection.
    """
    if not is_address(address):
        raise Mistake("fetch-failed", {"address": address, "detail": "https://"})
    base = address if address.endswith("/") else f"{address}/"
    data = read(base + MANIFEST, LARGEST_MANIFEST)
    if data is None:
        raise Mistake("fetch-failed", {"address": base + MANIFEST, "detail": "404"})
    (folder / MANIFEST).write_bytes(data)
    manifest = decode(data)
    files = manifest.files if manifest else {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done, _ in enumerate(pool.map(partial(take, base, folder), files.items()), start=1):
            tell(done, len(files))
    return folder


def take(base: str, folder: Path, named: tuple[str, File]) -> None:
    """Fetch one file into its place."""
    path, file = named
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        return
    data = read(base + quote(path), file.size + 1)
    if data is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def read(address: str, most: int) -> bytes | None:
    """At most so many bytes of an address; None when it is not there. Raises Mistake `fetch-failed`."""
    try:
        # As the server has it, not packed: the hash is that of the file.
        request = urllib.request.Request(address, headers={"Accept-Encoding": "identity"})  # noqa: S310 is_address
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 is_address
            return bytes(answer.read(most))
    except urllib.error.HTTPError as error:
        if error.code in (403, 404, 410):
            return None
        raise Mistake("fetch-failed", {"address": address, "detail": f"{error.code} {error.reason}"}) from error
    except (OSError, ValueError) as error:
        raise Mistake("fetch-failed", {"address": address, "detail": str(error)}) from error
