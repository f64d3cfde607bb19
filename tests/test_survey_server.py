"""The survey's real server: Granian as `scripts/serve_collector.py` starts it, met over sockets as by strangers."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html

from collector import web
from collector.codes import Keys, new_batch, new_slip, poster_path, typed
from collector.store import Store
from publisher import servers
from publisher.catalogue import open_office
from publisher.words import say
from tests.survey_app import HERE, PERIOD, TODAY, make_survey_office
from tests.survey_server import FORM, SECRET, Running, await_port, free_port, serving, start, stop

OPEN = f"/k/{HERE}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that leave it as it was."""
    with serving(tmp_path_factory.mktemp("server")) as found:
        yield found


def head(method: str = "POST", path: str = OPEN, *more: str) -> bytes:
    """The head of a request, with its end."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {FORM}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


# Headers and errors


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("GET", OPEN, {}, "", 200),
        ("HEAD", OPEN, {}, "", 200),
        ("GET", "/", {}, "", 303),
        ("GET", "/nothing", {}, "", 404),
        ("GET", "/k/none", {}, "", 404),
        ("PUT", OPEN, {}, "a=1", 405),
        ("TRACE", OPEN, {}, "", 405),
        ("OPTIONS", OPEN, {}, "", 405),
        ("POST", OPEN, {"Origin": "https://evil.example"}, "a=1", 403),
        ("POST", OPEN, {"Content_Type": "application/json"}, "{}", 415),
        ("POST", OPEN, {"Content_Encoding": "gzip"}, "a=1", 415),
        ("POST", OPEN, {}, "a=1", 422),
        ("POST", OPEN, {}, "a=" + "1" * 17_000, 413),
        ("GET", "/quay", {"Host": "evil.example"}, "", 400),
    ],
)
def test_every_response_of_the_app_carries_the_headers(
    server: Running, method: str, path: str, headers: dict[str, str], body: str, status: int
) -> None:
    response = server.ask(method, path, body, **headers)
    assert response.status == status
    for name, value in web.HEADERS.items():
        assert response.getheader(name) == value
    assert "default-src 'none'" in (response.getheader("Content-Security-Policy") or "")
    assert response.getheader("Set-Cookie") is None


def test_42_large_heads_are_refused_before_the_app(server: Running) -> None:
    cookies = [f"Cookie: a{number}=1" for number in range(200)]
    assert server.status(head("GET", "/quay", "X-Large: " + "a" * 65_536)) == 431
    assert server.status(head("GET", "/quay", *cookies)) == 431
    assert server.status(head("GET", "/" + "a" * 16_384)) in (414, 431)
    assert server.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize(
    "path",
    [b"/ks/../admin", b"//", b"/%2e%2e", b"/k/..", b"/k/%2e%2e/%2e%2e", f"{OPEN};a".encode(), b"/k/%E2%80%A4%E2%80%A4",
     b"/k/\xe2\x80\xa5/x", b"/k/%00", b"/k/%ff", b"//evil.example/quay", b"*", b"/k/..%2f..%2fetc%2fpasswd"],
)  # fmt: skip
def test_43_awkward_paths_lead_nowhere(server: Running, path: bytes) -> None:
    assert server.status(b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") == 404


@pytest.mark.parametrize(
    "request_",
    [
        head("POST", OPEN, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head("POST", OPEN, "Transfer-Encoding: chunked", "Content-Length: 5") + b"0\r\n\r\n",
        head("POST", OPEN, "Transfer-Encoding: chunked") + b"5\r\na=b&c\r\n0\r\n\r\n",
        head("POST", OPEN, "Transfer-Encoding: xchunked") + b"0\r\n\r\n",
        head("POST", OPEN, "Content-Length: 5", "Content-Length: 6") + b"abcdef",
        head("POST", OPEN, "Content-Length: -5") + b"abcdef",
        b"GET /quay HTTP/1.1\r\n\r\n",
        b"GET /quay HTTP/1.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
    ids=[
        "both lengths",
        "the other way round",
        "chunked",
        "unknown coding",
        "two lengths",
        "negative",
        "no host",
        "1.0",
        "TLS",
    ],
)
def test_44_a_request_that_can_be_read_in_two_ways_is_refused(server: Running, request_: bytes) -> None:
    assert server.status(request_) == 400


# Slow and broken bodies


def test_23_a_body_that_comes_byte_by_byte_is_taken(server: Running) -> None:
    before = server.stored()
    page = html.document_fromstring(server.ask("GET", OPEN).text)  # type: ignore[attr-defined]
    body = urlencode({"_token": page.xpath("//input[@name='_token']/@value")[0], "overall": "5"}).encode()
    parts = [body[place : place + 10] for place in range(0, len(body), 10)]
    assert server.status(head("POST", OPEN, f"Content-Length: {len(body)}"), *parts, pause=0.02) == 303
    assert server.stored() == before + 1


def test_23_half_a_form_is_not_stored(server: Running) -> None:
    before = server.stored()
    for _ in range(12):
        page = html.document_fromstring(server.ask("GET", OPEN).text)  # type: ignore[attr-defined]
        body = urlencode({"overall": "5", "_token": page.xpath("//input[@name='_token']/@value")[0]}).encode()
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=10)) as found:
            found.sendall(head("POST", OPEN, f"Content-Length: {len(body) + 100}") + body)
            found.shutdown(socket.SHUT_WR)
    time.sleep(0.3)
    assert server.ask("GET", "/healthz").status == 200
    assert server.stored() == before


def test_23_some_who_never_finish_do_not_hold_up_the_others(server: Running) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(6)]
    for found in slow:
        found.sendall(head("POST", OPEN, "Content-Length: 1000") + b"overall=")
    try:
        begin = time.monotonic()
        assert server.send(OPEN, overall="5") == 303
        assert time.monotonic() - begin < 5
    finally:
        for found in slow:
            found.close()


def test_heads_that_never_end_are_let_go(server: Running) -> None:
    begin = time.monotonic()
    assert server.raw(b"GET /quay HTTP/1.1\r\nHost: 127.0.0.1\r\n", wait=30) == b""
    assert time.monotonic() - begin < 20


def nginx_settings(port: int, server: Running, folder: Path) -> str:
    """The survey's server block as scripts/server_config.py writes it, on a free port and without TLS, inside a whole
    file of settings."""
    plan = servers.plan(open_office(server.office), certificate="/c.pem", key="/k.pem", survey_port=server.port)
    (block,) = (b for b in re.findall(r"^server \{.*?^\}", servers.write("nginx", plan), re.DOTALL | re.MULTILINE)
                if f"http://127.0.0.1:{server.port};" in b)  # fmt: skip
    block = re.sub(r"^\s*(listen|ssl_\w+) .*\n", "", block, flags=re.MULTILINE)
    block = block.replace("server {", f"server {{\n    listen 127.0.0.1:{port};", 1)
    assert "body_timeout 10s" in block
    block = block.replace("body_timeout 10s", "body_timeout 2s").replace("/dev/null", str(folder / "error.log"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr emerg;\n"
        f"events {{}}\nhttp {{\n{places}{block}\n}}\n"
    )


@contextmanager
def nginx(server: Running, folder: Path) -> Iterator[Running]:
    """nginx as it is set up for an office, before a server."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
    if not found:
        reason = "no nginx on this machine"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    folder.mkdir()
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(nginx_settings(port, server, folder), encoding="utf-8")
    log = folder / "nginx.log"
    with log.open("wb") as out:
        process = subprocess.Popen([found, "-c", str(settings)], stdout=out, stderr=subprocess.STDOUT)
    try:
        await_port(port, process, log)
        yield Running(port, folder / "error.log", server.office)
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_23_behind_the_proxy_as_we_set_it_up_slow_bodies_reach_no_thread(tmp_path: Path) -> None:
    with serving(tmp_path, COLLECTOR_PROXIES="1") as server, nginx(server, tmp_path / "nginx") as proxy:
        slow = [socket.create_connection(("127.0.0.1", proxy.port), timeout=20) for _ in range(40)]
        for found in slow:
            found.sendall(head("POST", OPEN, "Content-Length: 1000") + b"overall=")
        time.sleep(0.5)
        begin = time.monotonic()
        assert proxy.send(OPEN, overall="5", comment="Qua máy chủ trung gian") == 303
        assert time.monotonic() - begin < 2
        assert [found.recv(100) for found in slow] == [b""] * 40  # let go after the time of the settings
        assert proxy.send(OPEN, overall="4", comment="dài " * 240) == 303
        assert proxy.status(head("POST", OPEN, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n") == 400
        assert proxy.ask("POST", OPEN, "a=" + "1" * 17_000).status == 413
        zipped = proxy.ask("GET", OPEN + "?", Accept_Encoding="identity")
        assert zipped.getheader("Cache-Control") == "no-store"
        for found in slow:
            found.close()
        written = [path for path in (tmp_path / "nginx").rglob("*") if path.is_file() and path.stat().st_size]
        assert [path.name for path in written if path.name not in ("nginx.conf", "nginx.pid")] == []


# What is left behind


def test_after_a_whole_run_nothing_of_anybody_stands_in_any_file(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office")
    keys, code = Keys(office / "var" / "keys"), new_slip()
    with serving(tmp_path, COLLECTOR_PROXIES="1") as server:
        filled = Store(f"sqlite:///{office}/var/collector/survey.sqlite", keys)
        filled.start()
        filled.add_batch(new_batch(), HERE, [code], TODAY, period=PERIOD)
        filled.stop()
        poster = "/" + poster_path(keys, HERE, PERIOD)
        planted = {
            "X_Forwarded_For": "203.0.113.201",
            "User_Agent": "Planted-Agent/7.7",
            "Cookie": "planted=cookie-0987654321",
            "Referer": "http://planted.example/referer",
            "Accept_Language": "vi-planted",
        }
        number, identity = "0912345678", "001099012345"
        for path in (poster, OPEN, f"/p/{code}", f"/kiosk/{HERE}"):
            page = html.document_fromstring(server.ask("GET", f"{path}?so={number}", **planted).text)  # type: ignore[attr-defined]
            token = page.xpath("//input[@name='_token']/@value")[0]
            fields = {"_token": token, "overall": "4", "phone": number, "cccd": identity, "comment": "Chờ hơi lâu"}
            assert server.ask("POST", path, urlencode(fields), **planted).status == 303
            assert server.ask("POST", path, urlencode({**fields, "_website": number}), **planted).status == 303
            assert server.ask("POST", path, urlencode({**fields, "overall": number}), **planted).status == 422
            assert server.ask("POST", path, number, **planted, Content_Type="text/plain").status == 415
        assert server.ask("GET", f"/p/{typed(code)}", **planted).status == 404
        assert server.ask("GET", f"/k/{number}/{identity}", **planted).status == 404
        assert server.stored() == 4
    secrets = [number, identity, "203.0.113.201", "Planted-Agent", "cookie-0987654321", "planted.example", "vi-planted",
               code, typed(code), typed(code).replace("-", ""), poster.rsplit("-", 1)[1], token, SECRET]  # fmt: skip
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"server.log", "survey.sqlite"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes().lower()
        for secret in secrets:
            assert secret.encode().lower() not in content, (path, secret)
    said = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert "survey.form_poster 415" in said
    assert not re.search(r"\d\d:\d\d|2026", said)


# Starting and stopping


def test_without_a_secret_it_does_not_start_and_says_why(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office")
    for environ in ({}, {"COLLECTOR_SECRET_KEY": "too short"}):
        process = start(office, free_port(), tmp_path / "log", **environ)
        assert process.wait(timeout=60) == 2
        said = (tmp_path / "log").read_text(encoding="utf-8")
        assert said.splitlines()[0] == say("vi", "mistakes.collector-secret", length=32)
        assert "Traceback" not in said
        assert "too short" not in said
    assert not (office / "var" / "collector").exists()


def test_a_try_makes_up_a_secret_and_says_so(tmp_path: Path) -> None:
    office, port, log = make_survey_office(tmp_path / "office"), free_port(), tmp_path / "log"
    process = start(office, port, log, "--try")
    try:
        await_port(port, process, log)
        assert Running(port, log, office).send(OPEN, overall="5") == 303
    finally:
        assert stop(process) == 0
    said = log.read_text(encoding="utf-8")
    assert say("vi", "commands.serve_collector.tried") in said
    assert f"http://127.0.0.1:{port}/quay" in said
    assert "Traceback" not in said


def test_a_mistake_in_the_office_is_one_sentence(tmp_path: Path) -> None:
    office = make_survey_office(tmp_path / "office")
    counters = office / "datasets" / "counters.csv"
    counters.write_text(counters.read_text(encoding="utf-8").replace("small", "smal"), encoding="utf-8")
    process = start(office, free_port(), tmp_path / "log", COLLECTOR_SECRET_KEY=SECRET)
    assert process.wait(timeout=60) == 1
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert "“smal”" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_one_sentence(server: Running, tmp_path: Path) -> None:
    process = start(make_survey_office(tmp_path / "office"), server.port, tmp_path / "log", COLLECTOR_SECRET_KEY=SECRET)
    try:
        assert process.wait(timeout=60) == 1
    finally:
        stop(process)
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert str(server.port) in said
    assert "Traceback" not in said


def test_when_it_is_stopped_what_waits_is_written(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for _ in range(5):
            server.send(OPEN, overall="5", _website="x")
        assert server.send(OPEN, overall="5") == 303
    assert server.stored("SELECT n FROM discarded WHERE what = 'bot'") == 5
    assert server.stored() == 1
