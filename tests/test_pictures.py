"""What a link to a page shows elsewhere: a picture with the unit's name and one figure, and the words beside it."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from PIL import Image

from publisher import release
from publisher.catalogue import Office, Unit, open_office
from publisher.pages import previews
from publisher.pages.view import View
from publisher.print import pictures
from publisher.print.pictures import EDGE, HIGH, WIDE, Picture
from tests.offices import make_office
from tests.posted_office import make_posted_office, view_of
from tests.test_print import HOSTILE

SITE = "https://congkhai.example.vn/"
UNIT = "don-vi/phuong-ba-dinh/"
LIMIT = 40_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with figures."""
    return make_posted_office(tmp_path_factory.mktemp("pictured") / "office", paper=False)


@pytest.fixture(scope="module")
def view(office: Office) -> View:
    """What its pages ask."""
    return view_of(office)


@pytest.fixture(scope="module")
def site(office: Office) -> Path:
    """Its site."""
    return release.build(office).folder


def unit_of(office: Office, code: str = "00004") -> Unit:
    """A unit."""
    found = office.units.get(code)
    assert isinstance(found, Unit)
    return found


def pixels(png: bytes) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """A picture in grey."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def assert_inside(png: bytes) -> None:
    """A picture of its size and weight with nothing but paper in its margins."""
    shown = pixels(png)
    assert shown.shape == (HIGH, WIDE)
    assert len(png) <= LIMIT
    for margin in (shown[30:, : EDGE - 8], shown[30:, WIDE - EDGE + 3 :], shown[HIGH - 20 :]):
        assert margin.min() == 255


# The picture


def test_a_picture_has_the_units_name_its_month_and_the_figure_of_its_page(
    office: Office, view: View, site: Path
) -> None:
    made = pictures.of_unit(view, unit_of(office))
    assert made == Picture(
        office="Ủy ban nhân dân phường Thử Nghiệm", name="Phường Ba Đình", period="Tháng 6/2026",
        value="98,3%", beside="118/120", title="Tỷ lệ giải quyết đúng hạn",
        mark="SỐ LIỆU MINH HỌA", site="congkhai.example.vn",
    )  # fmt: skip
    page = html.document_fromstring((site / UNIT / "index.html").read_bytes())
    (shown,) = {e.text_content() for e in page.iter("data") if e.get("data-of") == ADDRESS}
    assert shown == made.value
    assert_inside((site / UNIT / "xem-truoc.png").read_bytes())


ADDRESS = "procedures/on_time_pct/00004/2026-06/month"


def test_the_offices_picture_shows_all_units_together(view: View) -> None:
    made = pictures.of_office(view)
    assert (made.name, made.value, made.beside) == ("Ủy ban nhân dân phường Thử Nghiệm", "98,3%", "236/240")


def test_without_a_figure_the_picture_says_so(tmp_path: Path) -> None:
    empty = open_office(make_office(tmp_path / "empty"))
    made = pictures.of_unit(view_of(empty), unit_of(empty))
    assert (made.value, made.title) == ("", "Đơn vị chưa nộp số liệu nào.")
    assert_inside(pictures.draw(made))


def test_nothing_stands_on_something_else(office: Office, view: View) -> None:
    """Between the name with its month and the figure, and below the figure's words, lines of paper are left."""
    base = pictures.of_unit(view, unit_of(office))
    for name in ("Phường Lam Giang", "Trung tâm Phục vụ hành chính công liên phường " * 2, "Đ" * 300):
        shown = pixels(pictures.draw(replace(base, name=name)))
        blank = shown[:, EDGE : WIDE - EDGE].min(axis=1) == 255
        assert blank[300:390].any(), name
        assert blank[545:580].any(), name


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=25)
def test_any_name_stays_inside_the_picture(name: str) -> None:
    assert_inside(pictures.draw(Picture("Ủy ban", name, "Tháng 6/2026", "98,3%", "118/120", "Tỷ lệ", "", "x.vn")))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_drawn_and_nothing_else(name: str) -> None:
    assert_inside(pictures.draw(Picture(name, name, name, "98,3%", "118/120", name, "", "x.vn")))


def test_the_same_picture_is_the_same_bytes(office: Office, view: View) -> None:
    made = pictures.of_unit(view, unit_of(office))
    assert pictures.draw(made) == pictures.draw(replace(made))


def test_a_large_office_has_one_picture(
    office: Office, view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = [unit for unit in office.units if isinstance(unit, Unit)]
    pictures.write(view, units, tmp_path / "small")
    assert len(list((tmp_path / "small").rglob("*.png"))) == 1 + len(units)
    monkeypatch.setattr(previews, "OWN", 2)
    pictures.write(view, units, tmp_path / "large")
    assert [p.name for p in (tmp_path / "large").rglob("*.png")] == [previews.OFFICE]
    assert previews.picture_path(units[0], len(units)) == previews.OFFICE


# The words beside it


def said(page: Path) -> dict[str, str]:
    """What a page says of itself to other sites."""
    found = html.document_fromstring(page.read_bytes()).iter("meta")
    return {
        name: str(e.get("content")) for e in found if (name := str(e.get("property") or e.get("name"))) and ":" in name
    }


def test_a_page_says_its_title_its_words_its_address_and_its_picture(site: Path) -> None:
    meta = said(site / UNIT / "index.html")
    assert meta["og:title"] == "Phường Ba Đình"
    assert meta["og:description"].startswith("Phường Ba Đình: kết quả giải quyết hồ sơ")
    assert meta["og:url"] == SITE + UNIT
    assert meta["og:image"] == f"{SITE}{UNIT}xem-truoc.png"
    assert (meta["og:image:width"], meta["og:image:height"]) == (str(WIDE), str(HIGH))
    assert (meta["og:locale"], meta["twitter:card"]) == ("vi", "summary_large_image")
    english = said(site / "en" / UNIT / "index.html")
    assert (english["og:title"], english["og:locale"]) == ("Ba Dinh Ward", "en")
    assert english["og:image"] == meta["og:image"]


def test_every_page_leads_to_a_picture_that_is_there(site: Path) -> None:
    for page in site.rglob("index.html"):
        image = said(page).get("og:image")
        if image is None:  # an embeddable figure is no page of its own
            assert "nhung" in page.relative_to(site).parts
            continue
        assert image.startswith(SITE)
        assert (site / image.removeprefix(SITE)).is_file()


def test_the_name_of_a_page_is_escaped_exactly_once(site: Path, tmp_path: Path) -> None:
    name = "A \"quoted\" <b> & 'single'"
    units = [{"code": "00004", "name_vi": name, "level": "commune"}]
    built = release.build(open_office(make_office(tmp_path / "office", units=units, languages=["vi"])))
    (page,) = (built.folder / "don-vi").glob("*/index.html")
    assert said(page)["og:title"] == name
    assert said(page)["og:image:alt"] == name
