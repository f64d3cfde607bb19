"""Real nginx, Caddy and Apache with the configuration that `scripts/server_config.py` writes, on free ports."""

import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher import servers
from publisher.catalogue import open_office

PROGRAMS = {"nginx": "nginx", "caddy": "caddy", "apache": "apache2"}
APACHE_MODULES = (
    "mpm_event", "authz_core", "authz_host", "alias", "dir", "mime", "headers", "deflate", "filter", "ssl", "proxy",
    "proxy_http", "allowmethods", "socache_shmcb", "env", "unixd",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """An answer as it came: status, headers by their names in lower case, body as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, uncompressed."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode("utf-8")


@dataclass(frozen=True)
class Running:
    """A server at work: its name and its HTTPS port."""

    server: str
    port: int

    def fetch(
        self,
        path: str,
        *,
        host: str = "congkhai.example.vn",
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request over TLS to a host, whatever the name of this machine."""
        connection = http.client.HTTPConnection(host, self.port, timeout=20)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sock = context.wrap_socket(plain, server_hostname=host)
        connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own making for example.vn and all below it, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subject = ["-subj", "/CN=example.vn", "-addext", "subjectAltName=DNS:example.vn,DNS:*.example.vn"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


@contextmanager
def running(server: str, office: Path, folder: Path, *, inside: str = "", **ports: int) -> Iterator[Running]:
    """A server with an office's configuration; skips with the reason where it is not installed.

    `inside` is the block of a portal into which the configuration is put, with `{}` in its place.
    """
    program = shutil.which(PROGRAMS[server]) or shutil.which(PROGRAMS[server], path="/usr/sbin")
    if not program:
        reason = f"no {server} on this machine: apt-get install {PROGRAMS[server]}"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    certificate, key = make_certificate(folder)
    port = free_port()
    wanted = servers.plan(
        open_office(office),
        root=office / "site" / "current",
        certificate=str(certificate),
        key=str(key),
        port=port,
        **ports,
    )
    written = servers.write(server, wanted)
    if inside:
        written = inside.format(port=port, certificate=certificate, key=key, written=written)
    command = globals()[f"prepare_{server}"](program, folder, written, port)
    log = folder / "server.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "HOME": str(folder)}, cwd=folder
        )
    try:
        wait_for(port, process, log)
        yield Running(server, port)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until somebody listens on a port."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


def prepare_nginx(program: str, folder: Path, written: str, port: int) -> list[str]:
    """The command of nginx, as the system has it but for folders and the plain port."""
    shutil.copy("/etc/nginx/mime.types", folder)
    (folder / "site.conf").write_text(written.replace("listen 80;", f"listen {free_port()};").replace(
        "    listen [::]:80;\n", ""), encoding="utf-8")  # fmt: skip
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ access_log off; {places} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    return [program, "-c", str(folder / "nginx.conf")]


def prepare_caddy(program: str, folder: Path, written: str, port: int) -> list[str]:
    """The command of Caddy, without its control port."""
    head = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port {free_port()}\n\thttps_port {port}\n}}\n"
    (folder / "Caddyfile").write_text(head + written, encoding="utf-8")
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def prepare_apache(program: str, folder: Path, written: str, port: int) -> list[str]:
    """The command of Apache, with the modules that Debian loads and those that the configuration asks for."""
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in APACHE_MODULES
        if Path(f"/usr/lib/apache2/modules/mod_{name}.so").exists()
    )
    (folder / "apache.conf").write_text(
        f"{modules}ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog {folder}/error.log\nServerName localhost\n"
        f"DefaultRuntimeDir {folder}\nTypesConfig /etc/mime.types\nListen {port}\nMutex file:{folder}\n"
        f"<Directory />\nRequire all denied\n</Directory>\n"
        f"{written.replace('*:80>', f'*:{free_port()}>')}",
        encoding="utf-8",
    )
    return [program, "-D", "FOREGROUND", "-f", str(folder / "apache.conf")]


class Echo(BaseHTTPRequestHandler):
    """Stands where an app listens, and answers with what reached it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """What came: headers and length of the body."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        content = json.dumps({"headers": dict(self.headers.items()), "body": len(body)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 the name that the library gives it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the library gives it
        """Nothing."""


@contextmanager
def echoing() -> Iterator[int]:
    """The port of an Echo."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()
