"""Lighthouse gives every kind of page full marks for accessibility, best practices and findability.

It is a program for Node of 185 MB and takes ten seconds a page, so it runs where somebody has installed it:
`npm ci --ignore-scripts --prefix tests/lighthouse`.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import browser
from tests.every_page import kinds_of_page

HERE = Path(__file__).parent / "lighthouse"
PROGRAM = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("accessibility", "best-practices", "seo")
EMBEDS = "nhung/"
"""Figures for the frames of other sites are no pages to be found by themselves: they ask not to be indexed."""


@pytest.fixture(scope="module")
def address(every_page: Path) -> Iterator[str]:
    """Where the site with a page of every kind is served."""
    with browser.served(every_page) as at:
        yield at


def lowered(address: str) -> dict[str, str]:
    """What keeps a page from full marks, by the name of the audit."""
    node, chromium = shutil.which("node"), next(filter(None, map(shutil.which, browser.NAMES)), None)
    assert node
    assert chromium
    command = [node, str(PROGRAM), address, "--quiet", "--output=json", "--no-enable-error-reporting"]
    options = [f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    done = subprocess.run(
        [*command, *options], check=True, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": chromium}
    )
    report = json.loads(done.stdout)
    assert set(report["categories"]) == set(CATEGORIES)
    if all(category["score"] == 1 for category in report["categories"].values()):
        return {}
    return {
        name: json.dumps(audit.get("details", {}).get("items", []), ensure_ascii=False)[:400]
        for name, audit in report["audits"].items()
        if audit["score"] is not None and audit["score"] < 1
    }


def test_every_kind_of_page_has_full_marks(request: pytest.FixtureRequest) -> None:
    if not PROGRAM.is_file() or not shutil.which("node"):
        reason = "Lighthouse is not installed: npm ci --ignore-scripts --prefix tests/lighthouse"
        print(f"SKIPPED: {reason}")
        pytest.skip(reason)
    site, address = request.getfixturevalue("every_page"), request.getfixturevalue("address")
    paths = [path for path in kinds_of_page(site) if not path.startswith(EMBEDS)] + ["en/", "en/don-vi/phuong-ba-dinh/"]
    assert len(paths) > 20
    bad = {path: found for path in paths if (found := lowered(address + path))}
    assert bad == {}
