"""Ready configurations of web servers for an office's site and, where it has them, the survey and the staff pages.

What is sent is decided here and in `publisher.policy` once; the templates beside this module say it in each server's
own language. A release changes nothing in them: no header depends on what a page holds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jinja2

from publisher import policy
from publisher.catalogue import Office
from publisher.errors import Mistake

SERVERS = ("nginx", "caddy", "apache")

HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
FOLDER = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*")
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?")
PLAIN = re.compile(r"[^\"'\\$;{}<>`\x00-\x1f]+")
"""What a path may look like: nothing that one of the servers would read as its own language."""

SHORT = "public, max-age=300"
"""How long a page or a file may be kept unasked: a correction is seen five minutes later."""

FOR_GOOD = "public, max-age=31536000, immutable"

NEVER_CHANGED = r"assets/.+\.[0-9a-f]{8}\.(?:min\.)?(?:css|js)$"
"""Files whose name says what is in them, below a language's root."""

REUSED = r"\.(?:csv|json|jsonld|parquet|xlsx|xml|ics|gz)$"
"""Files for programs: those of any site may read them."""

PAPER = r"\.pdf$"

TYPES: Mapping[str, str] = {
    "text/csv": "csv",
    "text/calendar": "ics",
    "application/ld+json": "jsonld",
    "application/vnd.apache.parquet": "parquet",
}
"""Kinds of files that servers do not know by themselves, by the ending of their names."""

TEXTS = (
    "text/css", "text/csv", "text/plain", "text/xml", "text/calendar", "text/javascript", "application/javascript",
    "application/json", "application/ld+json", "application/xml", "image/svg+xml",
)  # fmt: skip
"""What is sent as text in UTF-8, and compressed, beside HTML."""

ALWAYS: Mapping[str, str] = {
    "Permissions-Policy": "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Headers of every answer."""

ENCRYPTED: Mapping[str, str] = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
"""What a host of the site's own says beside them; the host of a portal says it for itself, or not."""


@dataclass(frozen=True)
class Rule:
    """What is sent with the files whose address, below the site's folder, matches `address`; "" is all others."""

    name: str
    address: str
    headers: Mapping[str, str]

    def beside(self, general: "Rule") -> dict[str, str]:
        """What it sends otherwise than the general rule; "" for a header that it does not send."""
        names = [*self.headers, *(name for name in general.headers if name not in self.headers)]
        own = {name: self.headers.get(name, "") for name in names}
        return {name: value for name, value in own.items() if general.headers.get(name) != value}


@dataclass(frozen=True)
class App:
    """A program behind the server: its host, and where it listens on this machine."""

    host: str
    port: int


@dataclass(frozen=True)
class Plan:
    """What a configuration is written from: where the site is asked for (`folder` is "/" for a host of its own), where
    its files stand, which origins may show it in a frame, the certificate where it is not that of Let's Encrypt, and
    the apps."""

    host: str
    folder: str
    root: str
    ancestors: tuple[str, ...]
    certificate: str
    key: str
    port: int
    survey: App | None
    intake: App | None

    def certificate_of(self, host: str) -> tuple[str, str]:
        """The files of a host's certificate and of its key."""
        of = f"/etc/letsencrypt/live/{host}"
        return self.certificate or f"{of}/fullchain.pem", self.key or f"{of}/privkey.pem"

    @property
    def is_own_host(self) -> bool:
        """Whether the host is the site's own, not a portal in whose folder it stands."""
        return self.folder == "/"

    @property
    def rules(self) -> list[Rule]:
        """What is sent with what, the general rule first; the last that matches counts."""
        encrypted = ENCRYPTED if self.is_own_host else {}
        always = {**ALWAYS, **encrypted}
        framed = {"X-Frame-Options": "SAMEORIGIN"} if self.ancestors == ("'self'",) else {}
        page = {
            **always,
            **framed,
            "Cache-Control": SHORT,
            "Content-Security-Policy": policy.text(policy.PAGE, self.ancestors),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        anyone = {"Cross-Origin-Resource-Policy": "cross-origin"}
        reused = {"Access-Control-Allow-Origin": "*", **anyone, "Cache-Control": SHORT}
        embed = {"Content-Security-Policy": policy.text(policy.EMBED, ["*"]), **anyone, "Cache-Control": SHORT}
        paper = {"Content-Security-Policy": policy.text({}, self.ancestors), **anyone, "Cache-Control": SHORT}
        return [
            Rule("page", "", page),
            Rule("fixed", rf"^(?:en/)?{NEVER_CHANGED}", {**page, "Cache-Control": FOR_GOOD}),
            Rule("reused", REUSED, {**always, **reused, "Content-Security-Policy": "default-src 'none'"}),
            Rule("paper", PAPER, {**always, **paper}),
            Rule("embed", r"^(?:en/)?nhung/", {**always, **embed}),
        ]


def plan(
    office: Office,
    *,
    root: Path | None = None,
    ancestors: Sequence[str] = (),
    certificate: str = "",
    key: str = "",
    port: int = 443,
    survey_port: int = 8080,
    intake_port: int = 8081,
) -> Plan:
    """The plan of an office: addresses from publishing.yaml, files from `root` (else `site/current`).

    Raises Mistake `server-value` for an address or path that cannot stand in a configuration.
    """
    settings = office.settings
    url = urlsplit(settings.site_url)
    host, folder = url.hostname or "", url.path.rstrip("/") + "/"
    place = str(root or office.site.resolve() / "current").rstrip("/")
    for value, form in ((host, HOST), (folder, FOLDER), (place, PLAIN)):
        hold(value, form)
    for file in filter(None, (certificate, key)):
        hold(file, PLAIN)
    for origin in ancestors:
        hold(origin, ORIGIN)
    survey, intake = app(settings.survey.url, survey_port), app(settings.intake.url, intake_port)
    framed = ("'self'", *ancestors)
    return Plan(host, folder, place, framed, certificate, key, port, survey, intake)


def app(url: str, port: int) -> App | None:
    """The app of an address in publishing.yaml; none where there is no address."""
    if not url:
        return None
    host = urlsplit(url).hostname or ""
    hold(host, HOST)
    return App(host, port)


def hold(value: str, form: re.Pattern[str]) -> None:
    """Raises Mistake `server-value` for a value that has not this form."""
    if not form.fullmatch(value):
        raise Mistake("server-value", {"value": value})


def write(server: str, wanted: Plan) -> str:
    """The configuration of one of the SERVERS, as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701  # no HTML; what is not ours was held to a form that no server reads as its own
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = environment.get_template(f"{server}.conf.j2").render(plan=wanted, types=TYPES, texts=TEXTS)
    return re.sub(r"\n{3,}", "\n\n", text)
