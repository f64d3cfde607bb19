"""The three fixtures that serve all tests: a small office, its folder, and the folder of shared inputs."""

from pathlib import Path

import pytest

from publisher.catalogue import Office, open_office
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
def shared() -> Path:
    """The folder of real figures and awkward files beside the checkout; skips where it does not stand."""
    if not SHARED.is_dir():
        pytest.skip("the folder shared/ does not stand beside this checkout")
    return SHARED
