"""The fixtures that serve all tests: a small office and its folder, a site with a page of every kind and its
office, and the folder of shared inputs."""

from pathlib import Path

import pytest

from publisher import release
from publisher.catalogue import Office, open_office
from publisher.measures import peers
from tests.every_page import make_every_page
from tests.offices import make_office

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture
def office_folder(tmp_path: Path) -> Path:
    """The folder of a small office with three communes and five fields, and no data."""
    return make_office(tmp_path / "office")


@pytest.fixture
def office(office_folder: Path) -> Office:
    """That office, opened."""
    return open_office(office_folder)


@pytest.fixture(scope="session")
def every_page_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office whose site has a page of every kind. A test that changes it copies it first."""
    return make_every_page(tmp_path_factory.mktemp("every_page") / "office")


@pytest.fixture(scope="session")
def every_page(every_page_office: Path) -> Path:
    """Its site; its few units and months are enough for a comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers, "FEWEST", 2)
        patch.setattr(peers, "FREEDOM", 1)
        return release.build(open_office(every_page_office)).folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real figures and awkward files beside the checkout; skips where it does not stand."""
    if not SHARED.is_dir():
        pytest.skip("the folder shared/ does not stand beside this checkout")
    return SHARED
