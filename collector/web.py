"""What holds for every request and every response: names, origin, methods, sizes, headers, error pages, the log.

Nothing that a person sent is ever logged: neither body nor code nor address, only a route's name and a status.
"""

import base64
import hashlib
import logging
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    InternalServerError,
    NotFound,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.middleware.proxy_fix import ProxyFix

import publisher

log = logging.getLogger("collector")

BODY_LIMIT = 16 * 1024
"""Bytes of a body: a full comment with every letter percent-encoded, and room for the answers."""

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of a file that staff hand in."""

FIELD_LIMIT = 200
"""Fields of a body: the longest form has some thirty."""

ICON_FILE = Path(publisher.__file__).parent / "theme" / "assets" / "images" / "favicon.svg"

ICON = "data:image/svg+xml;base64," + base64.b64encode(ICON_FILE.read_bytes()).decode()
"""The public site's icon, in the page itself: without one a browser asks for /favicon.ico and is told 404."""

POINTLESS = re.compile(r"/\*.*?\*/|\n\s*", re.DOTALL)

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers of every response, beside its Content-Security-Policy."""

UNTOLD = frozenset({404, 405, 409, 422})
"""What people's own slips lead to. It is not logged, and neither is what went well: whoever runs the program stamps
each line with a time, and a list of the times of answers is what we do not keep."""


Page = TypeVar("Page", bound=Callable[..., object])


def with_file(page: Page) -> Page:
    """Mark a page that takes a file: its body may be longer by that, and in parts."""
    page.takes_files = True  # type: ignore[attr-defined]
    return page


def takes_files(page: Callable[..., object]) -> bool:
    """Whether a page is marked so."""
    return getattr(page, "takes_files", False)


@dataclass(frozen=True)
class Posted:
    """The fields of a body in the order sent, each with all its values. `readable` is false when some of it was not
    text; then `fields` hold what could be made of it, to be shown again and never to be stored."""

    fields: Mapping[str, tuple[str, ...]]
    readable: bool = True


def read_style(own: Path) -> str:
    """The style sheet of an app: what all share, then its own, without what it says to people and not to browsers."""
    sheets = (Path(__file__).parent / "style.css", own)
    return POINTLESS.sub("", "".join(sheet.read_text(encoding="utf-8") for sheet in sheets))


def policy(style: str) -> str:
    """The Content-Security-Policy of a page without script whose only style sheet is that text: it names its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


def init_app(app: Flask, *, hosts: Sequence[str], proxies: int, style: str) -> None:
    """Hold an app to all this. It answers under `hosts` only, behind so many `proxies`; its pages use `style`. Errors
    are told by the template `error.html.j2`, which gets `status` and `why`, a word where there is more to say."""
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=list(hosts),
    )
    app.url_map.merge_slashes = False
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    common = {**HEADERS, "Content-Security-Policy": policy(style)}

    def finish(response: Response) -> Response:
        for name, value in common.items():
            response.headers.setdefault(name, value)
        if response.status_code >= 400 and response.status_code not in UNTOLD:
            log.warning("%s %s", request.endpoint or "-", response.status_code)
        return response

    app.before_request(check_request)
    app.after_request(finish)
    app.register_error_handler(HTTPException, tell_error)
    app.register_error_handler(Exception, tell_bug)


def check_request() -> None:
    """Refuse a request that no page of ours and no server in front of us makes. Raises HTTPException."""
    if "Transfer-Encoding" in request.headers:
        raise BadRequest  # no browser sends a form so, and with a second length beside it a proxy may believe that one
    if "//" in request.environ.get("PATH_INFO", ""):
        raise NotFound
    if takes_files(current_app.view_functions.get(request.endpoint or "", check_request)):
        request.max_content_length = FILE_LIMIT + BODY_LIMIT
    if request.method == "POST" and is_foreign(request.headers, request.host):
        raise Forbidden


def is_foreign(headers: Headers, host: str) -> bool:
    """Whether another site's page sends this form. In the survey, without a session, a forged request can do no more
    than an honest one; all the same, nobody votes by visiting somebody's page. The staff pages ask for a token besides.

    `Origin: null` alone says nothing: it is what browsers send from our own pages because of `no-referrer`. Newer ones
    tell more by Sec-Fetch-Site.
    """
    if headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("Origin", "null")
    if origin == "null":
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


def read_body() -> Posted:
    """The fields of the request's body. Raises UnsupportedMediaType for anything but a plain form that is not
    compressed, RequestEntityTooLarge for too many bytes or fields."""
    if request.mimetype not in (FORM, PARTS) or request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType
    body = request.get_data(cache=False)
    if len(body) != (request.content_length or 0):
        raise BadRequest  # the connection broke: half a form must not count as a whole one
    if request.mimetype == PARTS:  # our forms have no file to send
        return Posted({}, readable=False)
    if body.count(b"&") >= FIELD_LIMIT:
        raise RequestEntityTooLarge
    try:
        return Posted(fields(body, "strict"))
    except UnicodeDecodeError:
        return Posted(fields(body, "replace"), readable=False)


def fields(body: bytes, errors: str) -> dict[str, tuple[str, ...]]:
    """The fields of a urlencoded body in UTF-8. Raises UnicodeDecodeError when `errors` is "strict"."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(body.decode(errors=errors), keep_blank_values=True, errors=errors):
        found[name] = (*found.get(name, ()), value)
    return found


def workbook(content: bytes, name: str) -> Response:
    """A workbook to be saved, under a plain name."""
    return attachment(content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name)


def attachment(content: bytes, mimetype: str, name: str) -> Response:
    """A file to be saved, under a plain name."""
    answer = make_response(content)
    answer.mimetype = mimetype
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def tell_error(error: HTTPException) -> Response:
    """The page of an error, with the headers that belong to it (Allow, Retry-After); a redirect stays one."""
    told = error.get_response()
    if error.code is None or error.code < 400:
        return make_response(told)
    why = error.description if error.description and error.description != type(error).description else ""
    page = make_response(render_template("error.html.j2", status=error.code, why=why), error.code)
    for name in ("Allow", "Retry-After"):
        if name in told.headers:
            page.headers[name] = told.headers[name]
    return page


def tell_bug(error: Exception) -> Response:
    """The page of a bug. The log gets where it happened and its kind, never its message: that may repeat what was
    sent."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    log.error("%s: %s: %s", request.endpoint or "-", type(error).__name__, where)
    return tell_error(InternalServerError())
