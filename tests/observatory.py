"""What the Mozilla HTTP Observatory would say of an answer: its twelve tests and their points (scoring.md of 2024-07),
as far as they can be asked of one answer over HTTPS without cookies."""

import re

PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_YEAR = 15_768_000


def directives(text: str) -> dict[str, list[str]]:
    """A Content-Security-Policy as directive → sources."""
    parts = [part.split() for part in text.lower().split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def of_policy(text: str) -> int:
    """Content-Security-Policy."""
    if not text:
        return -25
    said = directives(text)
    default = said.get("default-src", ["*"])
    scripts, styles = said.get("script-src", default), said.get("style-src", default)
    if "'unsafe-inline'" in scripts or "*" in scripts or "https:" in scripts or "data:" in scripts:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if default == ["'none'"] else 5


def of_transport(text: str) -> int:
    """Strict-Transport-Security."""
    age = re.search(r"max-age=(\d+)", text)
    return 0 if age and int(age[1]) >= HALF_YEAR else -20 if not age else -10


def of_frames(headers: dict[str, str]) -> int:
    """X-Frame-Options, or frame-ancestors in its place."""
    ancestors = directives(headers.get("content-security-policy", "")).get("frame-ancestors", ["*"])
    if "*" not in ancestors:
        return 5
    return 5 if headers.get("x-frame-options", "").upper() in ("DENY", "SAMEORIGIN") else -20


def of_scripts(page: str) -> int:
    """Subresource Integrity: asked only of scripts of other hosts."""
    foreign = re.findall(r"<script[^>]+src=\"(?:https?:)?//[^\"]+\"[^>]*>", page)
    bad = [tag for tag in foreign if "integrity=" not in tag]
    return -5 if bad else 0


def score(headers: dict[str, str], page: str) -> tuple[int, dict[str, int]]:
    """(points, points by test) of an answer; headers by their names in lower case."""
    parts = {
        "content-security-policy": of_policy(headers.get("content-security-policy", "")),
        "strict-transport-security": of_transport(headers.get("strict-transport-security", "")),
        "x-frame-options": of_frames(headers),
        "x-content-type-options": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
        "referrer-policy": 5
        if headers.get("referrer-policy") in PRIVATE
        else -5
        if "referrer-policy" in headers
        else 0,
        "cross-origin-resource-policy": 10
        if headers.get("cross-origin-resource-policy") in ("same-origin", "same-site")
        else 0,
        "cross-origin-resource-sharing": -50 if headers.get("access-control-allow-credentials") else 0,
        "cookies": 0 if "set-cookie" not in headers else -20,
        "subresource-integrity": of_scripts(page),
    }
    penalty = 100 + sum(points for points in parts.values() if points < 0)
    bonus = sum(points for points in parts.values() if points > 0)
    return penalty + (bonus if penalty >= 90 else 0), parts
