"""The written configurations in the servers themselves: what is sent with what, and a browser finds nothing wrong."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from publisher import policy, servers
from publisher.catalogue import open_office
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from scripts import server_config as command
from tests import browser
from tests.every_page import kinds_of_page
from tests.observatory import score
from tests.offices import make_office
from tests.web_servers import Running, echoing, running

HOST, SURVEY, STAFF = "congkhai.example.vn", "khaosat.example.vn", "canbo.example.vn"
PORTAL = {
    "nginx": "server {{ listen 80; }} server {{ listen {port} ssl; server_name example.vn;"
    " ssl_certificate {certificate}; ssl_certificate_key {key};\n{written}\n}}",
    "caddy": "https://congkhai.example.vn:{port} {{\n\ttls {certificate} {key}\n{written}\n}}",
    "apache": "<VirtualHost *:{port}>\nServerName example.vn\nSSLEngine on\nSSLCertificateFile {certificate}\n"
    "SSLCertificateKeyFile {key}\n{written}\n</VirtualHost>",
}
"""A portal of a province that has other things to serve."""

NEVER = ("server", "x-powered-by")
SENT = {
    "permissions-policy": servers.ALWAYS["Permissions-Policy"],
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}
PAGE = {
    **SENT,
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": policy.text(policy.PAGE, ["'self'"]),
}
SHORT, FOR_GOOD = "public, max-age=300", "public, max-age=31536000, immutable"


@pytest.fixture(scope="module", params=servers.SERVERS)
def server(
    request: pytest.FixtureRequest, every_page: Path, every_page_office: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Each server with the site of all kinds of pages, as a host of its own."""
    with running(request.param, every_page_office, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def differs(answer: dict[str, str], expected: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The headers that are not as they should be: name → (sent, expected)."""
    names = {*expected, "x-frame-options", "access-control-allow-origin", "cross-origin-opener-policy"}
    pairs = {name: (answer.get(name, ""), expected.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def test_every_kind_of_page_comes_with_every_header(server: Running, every_page: Path) -> None:
    for path in [*kinds_of_page(every_page), *kinds_of_page(every_page, "en")]:
        answer = server.fetch(f"/{path}")
        assert answer.status == 200, path
        assert answer.headers["content-type"].lower() == "text/html; charset=utf-8"
        expected = {**PAGE, "cache-control": SHORT}
        if "nhung/" in path:
            expected = {
                **SENT,
                "cache-control": SHORT,
                "cross-origin-resource-policy": "cross-origin",
                "content-security-policy": policy.text(policy.EMBED, ["*"]),
            }
        assert differs(dict(answer.headers), expected) == {}, path


def test_what_never_changes_is_kept_for_good_and_the_rest_for_five_minutes(server: Running, every_page: Path) -> None:
    assets = [p for p in every_page.rglob("assets/**/*") if p.is_file()]
    fixed = [
        p for p in assets if p.name.split(".")[-2:-1] and p.suffix in (".css", ".js") and len(p.name.split(".")) > 2
    ]
    assert {p.name.split(".")[0] for p in fixed} >= {"site", "bundle", "search"}
    for path in assets:
        answer = server.fetch(f"/{path.relative_to(every_page).as_posix()}")
        named = path in fixed and "lunr." not in path.name
        assert answer.headers["cache-control"] == (FOR_GOOD if named else SHORT), path.name
        assert answer.status == 200


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("du-lieu/2026-06/*.csv", "text/csv; charset=utf-8"),
        ("du-lieu/2026-06/*.json", "application/json"),
        ("du-lieu/*.jsonld", "application/ld+json"),
        ("du-lieu/2026-06/*.parquet", "application/vnd.apache.parquet"),
        ("du-lieu/2026-06/*.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("atom.xml", "/xml; charset=utf-8"),
    ],
)
def test_data_may_be_read_by_programs_of_any_site(server: Running, every_page: Path, pattern: str, kind: str) -> None:
    path = next(every_page.glob(pattern)).relative_to(every_page).as_posix()
    answer = server.fetch(f"/{path}")
    assert kind in answer.headers["content-type"].lower()
    assert answer.body == (every_page / path).read_bytes()
    expected = {
        **SENT,
        "cache-control": SHORT,
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "content-security-policy": "default-src 'none'",
    }
    assert differs(dict(answer.headers), expected) == {}


def test_a_sheet_of_paper_is_shown_by_the_browsers_own_viewer(server: Running, every_page: Path) -> None:
    sheet = every_page / "to-giay.pdf"
    sheet.write_bytes(b"%PDF-1.7")
    answer = server.fetch(f"/{sheet.name}")
    sheet.unlink()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize(
    ("path", "words"), [("khong-co/", "Không có trang này"), ("en/nowhere/", "There is no such page")]
)
def test_what_is_not_there_is_told_in_the_language_of_the_address(server: Running, path: str, words: str) -> None:
    answer = server.fetch(f"/{path}")
    assert answer.status == 404
    assert words in answer.text
    assert differs(dict(answer.headers), PAGE) == {}


def test_text_is_compressed_and_other_files_are_not(server: Running, every_page: Path) -> None:
    accept = {"Accept-Encoding": "gzip"}
    for path in ("", "du-lieu/2026-06/procedures.csv", "search/search_index.json"):
        answer = server.fetch(f"/{path}", headers=accept)
        assert answer.headers["content-encoding"] == "gzip", path
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert len(answer.body) < len(answer.text) / 2
    parquet = next(every_page.glob("du-lieu/2026-06/*.parquet")).relative_to(every_page).as_posix()
    assert "content-encoding" not in server.fetch(f"/{parquet}", headers=accept).headers


def test_an_address_without_its_last_slash_leads_to_the_one_with_it(server: Running) -> None:
    answer = server.fetch("/don-vi")
    assert answer.status in (301, 308)
    assert answer.headers["location"].removeprefix(f"https://{HOST}").removeprefix(f":{server.port}") == "/don-vi/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_nothing_can_be_sent_to_the_site(server: Running, method: str) -> None:
    assert server.fetch("/", method=method, body=b"x=1" if method != "TRACE" else None).status in (403, 404, 405)


def test_a_folder_shows_no_list_of_its_files_and_nothing_lies_outside(server: Running) -> None:
    for path in ("/assets/", "/assets/javascripts/", "/../publishing.yaml", "/%2e%2e/%2e%2e/datasets/publishing.yaml"):
        answer = server.fetch(path)
        assert answer.status in (400, 403, 404), path
        assert b"site_url" not in answer.body


def test_the_server_does_not_say_which_version_it_is(server: Running) -> None:
    said = " ".join(server.fetch("/").headers.get(name, "") for name in NEVER)
    assert not any(letter.isdigit() for letter in said), said


def test_the_headers_score_at_least_105_of_the_observatory(server: Running, every_page: Path) -> None:
    for path in kinds_of_page(every_page):
        if not path.startswith("nhung/"):
            answer = server.fetch(f"/{path}")
            total, parts = score(dict(answer.headers), answer.text)
            assert total >= 105, (path, total, parts)


def test_a_browser_finds_nothing_wrong_on_any_page_and_searches(server: Running, every_page: Path) -> None:
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{server.port}"
    with browser.chromium(rules) as chromium:
        address = f"https://{HOST}/"
        with browser.visit(chromium, address, bypass_csp=False, ignore_https_errors=True) as visitor:
            for path in [*kinds_of_page(every_page), *kinds_of_page(every_page, "en")]:
                visitor.open(path)
            for root, typed, wanted in (("", "ngoc ha", "Phường Ngọc Hà"), ("en/", "Ngoc Ha", "Ngoc Ha Ward")):
                page = visitor.open(root)
                page.locator(".md-search__input").focus()
                page.keyboard.type(typed)
                page.locator(".md-search-result__link", has_text=wanted).first.click()
                page.wait_for_url(f"**/{root}don-vi/phuong-ngoc-ha/**")
            assert visitor.foreign == []
            assert visitor.errors == []


def test_a_browser_runs_nothing_that_gets_into_a_page(server: Running, every_page: Path) -> None:
    bad = every_page / "xau"
    shutil.copytree(every_page / "gioi-thieu", bad)
    try:
        text = (bad / "index.html").read_text(encoding="utf-8")
        text = text[: text.index("<meta http-equiv")] + text[text.index('<meta name="theme-color"') :]
        text = text.replace(
            "</article>",
            "<script>document.title = 'xau'</script><img src=x onerror=\"document.title='xau'\"></article>",
        )
        (bad / "index.html").write_text(text, encoding="utf-8")
        with (
            browser.chromium(f"--host-resolver-rules=MAP * 127.0.0.1:{server.port}") as chromium,
            browser.visit(chromium, f"https://{HOST}/", bypass_csp=False, ignore_https_errors=True) as visitor,
        ):
            page = visitor.open("xau/")
            assert page.title() != "xau"
            assert sum("Content Security Policy" in error for error in visitor.errors) >= 2
    finally:
        shutil.rmtree(bad)


# --- in a folder of a portal


@pytest.fixture(scope="module")
def in_folder(every_page_office: Path, every_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office of all kinds of pages at home in a folder of a portal, with the site as it was built."""
    root = tmp_path_factory.mktemp("folder") / "office"
    shutil.copytree(every_page_office, root, symlinks=True)
    settings = root / "datasets" / "publishing.yaml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["site_url"] = f"https://{HOST}/tinh/cong-khai/"
    settings.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    from publisher import release

    release.build(open_office(root))
    return root


@pytest.mark.parametrize("name", servers.SERVERS)
def test_the_site_works_in_a_folder_of_a_portal(name: str, in_folder: Path, tmp_path: Path) -> None:
    with running(name, in_folder, tmp_path, inside=PORTAL[name]) as server:
        assert server.fetch("/tinh/cong-khai").headers["location"].endswith("/tinh/cong-khai/")
        answer = server.fetch("/tinh/cong-khai/")
        assert "strict-transport-security" not in answer.headers  # the portal's own affair
        assert answer.headers["content-security-policy"] == PAGE["content-security-policy"]
        for path, words in (("khong-co/", "Không có trang này"), ("en/nowhere/", "There is no such page")):
            answer = server.fetch(f"/tinh/cong-khai/{path}")
            assert (answer.status, words in answer.text) == (404, True)
        assert b"cong-khai" not in server.fetch("/").body
        with browser.chromium(f"--host-resolver-rules=MAP * 127.0.0.1:{server.port}") as chromium:
            address = f"https://{HOST}/tinh/cong-khai/"
            with browser.visit(chromium, address, bypass_csp=False, ignore_https_errors=True) as visitor:
                for path in ("", "don-vi/phuong-ba-dinh/", "en/thang/2026-06/"):
                    visitor.open(path)
                page = visitor.open("linh-vuc/ho-tich/")
                page.locator(".md-search__input").focus()
                page.keyboard.type("ngoc ha")
                page.locator(".md-search-result__link", has_text="Phường Ngọc Hà").first.click()
                page.wait_for_url("**/tinh/cong-khai/don-vi/phuong-ngoc-ha/**")
                assert visitor.foreign == []
                assert visitor.errors == []


# --- the survey and the staff pages behind it


@pytest.mark.parametrize("name", servers.SERVERS)
def test_the_apps_stand_behind_hosts_of_their_own(
    name: str, every_page_office: Path, every_page: Path, tmp_path: Path
) -> None:
    root = tmp_path / "office"
    shutil.copytree(every_page_office, root, symlinks=True)
    settings = root / "datasets" / "publishing.yaml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content |= {"survey": {"url": f"https://{SURVEY}/"}, "intake": {"url": f"https://{STAFF}/"}}
    settings.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    refused = {413, 502} if name == "caddy" else {413}  # Caddy 2.6 notices while it passes the body on
    with echoing() as port, running(name, root, work, survey_port=port, intake_port=port) as server:
        for host, small, large in ((SURVEY, 20_000, 40_000), (STAFF, 5_000_000, 12_000_000)):
            spoofed = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"}
            answer = server.fetch("/k/1", host=host, method="POST", body=b"x" * small, headers=spoofed)
            assert answer.status == 200, (host, answer.status)
            reached = json.loads(answer.text)
            said = {key.lower(): value for key, value in reached["headers"].items()}
            assert reached["body"] == small
            assert said["host"].split(":")[0] == host
            assert said["x-forwarded-for"] == "127.0.0.1"
            assert said["x-forwarded-proto"] == "https"
            assert "transfer-encoding" not in said
            assert server.fetch("/k/1", host=host, method="POST", body=b"x" * large).status in refused
        assert "Phường Ba Đình" in server.fetch("/don-vi/").text


# --- the command


def test_the_command_prints_what_is_tested(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    for name in servers.SERVERS:
        assert command.main([name, "--office", str(root), "--framed-by", "https://tinh.gov.vn"]) == 0
        said = capsys.readouterr().out
        assert HOST in said
        assert f"{root / 'site' / 'current'}" in said
        assert "frame-ancestors 'self' https://tinh.gov.vn" in said
        assert "X-Frame-Options" not in said.replace("unset X-Frame-Options", "").replace("-X-Frame-Options", "")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("site_url", "https://a b.vn/"),
        ("site_url", "https://a.vn/x;y/"),
        ("site_url", "https://a.vn/{x}/"),
        ("survey", {"url": 'https://a".vn/'}),
    ],
)
def test_what_a_server_would_read_as_its_own_language_is_refused(tmp_path: Path, setting: str, value: object) -> None:
    office = open_office(make_office(tmp_path / "office", **{setting: value}))
    with pytest.raises(Mistake) as caught:
        servers.plan(office)
    assert caught.value.code == "server-value"
    with pytest.raises(Mistake):
        servers.plan(open_office(HOME), root=Path('/srv/"; return 200; #'))
    with pytest.raises(Mistake):
        servers.plan(open_office(HOME), ancestors=["*; script-src *"])
