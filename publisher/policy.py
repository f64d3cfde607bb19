"""What a browser may do with a page of the site: nothing that does not come from the site itself.

No page holds a script or a style of its own, so the policy needs no hash and is the same for every release: a web
server is told once. `publisher.verify` holds every built page to it. docs/decisions has the page on it.
"""

from collections.abc import Mapping, Sequence

PAGE: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
}
"""The directives of the Content-Security-Policy of a page. `data:` is for the pictures in the style sheet."""

EMBED: Mapping[str, str] = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
}
"""The same for figures that other sites may show in a frame (`nhung/`): they run nothing."""


def text(directives: Mapping[str, str], ancestors: Sequence[str] = ()) -> str:
    """A policy as its header says it. `ancestors` are the origins that may show the page in a frame; the policy that a
    page carries in itself cannot name them, and has none."""
    framed = {"frame-ancestors": " ".join(ancestors)} if ancestors else {}
    return "; ".join(f"{name} {sources}" for name, sources in {**directives, **framed}.items())
