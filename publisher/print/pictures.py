"""Pictures for link previews: whose page it is, and one key figure of its latest month, drawn without the network.

1,200 × 630 pixels, as Facebook, Zalo and X show them; sixteen shades in one colour, so that a picture has some 16 kB.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from publisher.catalogue import Kind, Unit
from publisher.measures import EVERY
from publisher.pages import previews
from publisher.pages.view import View
from publisher.print.kept import Kept
from publisher.print.said import LANG, beside, pieces, plain
from publisher.print.typesetting import FONTS, shown, visible
from publisher.words import format as formats
from publisher.words import say

WIDE, HIGH, EDGE = 1200, 630, 64
INK, ACCENT, QUIET = 0, 40, 90
"""Shades from 0 (the darkest) to 255 (paper)."""

DARKEST = (14, 58, 89)
"""What the darkest shade is in colour; the others lie between it and white."""

SHADES = 16

LEADING = 1.25
"""From one line to the next, in sizes of the letters: marks stand above and below Vietnamese ones."""

REGULAR, BOLD = FONTS / "NotoSans-Regular.ttf", FONTS / "NotoSans-Bold.ttf"


@dataclass(frozen=True)
class Picture:
    """What stands on a picture: whose it is, the month, a figure with what stands beside it, what it counts."""

    office: str
    name: str
    period: str
    value: str
    beside: str
    title: str
    mark: str
    site: str


def of_unit(view: View, unit: Unit) -> Picture:
    """A unit's picture."""
    return make(view, unit.code, unit.name.vi)


def of_office(view: View) -> Picture:
    """The office's picture: all its units together."""
    return make(view, EVERY, "")


def make(view: View, unit: str, name: str) -> Picture:
    """A picture with the first figure that is given: of the questions that citizens ask first, in their order."""
    settings = view.office.settings
    office = visible(settings.name.vi)
    found = next(figures(view, unit), None)
    return Picture(
        office=office if name else say(LANG, "pages.home.title"),
        name=visible(name) or office,
        period=formats.period(LANG, found[2]) if found else "",
        value=found[0] if found else "",
        beside=found[1] if found else "",
        title=found[3] if found else say(LANG, "pages.unit.nothing_yet" if name else "pages.home.nothing_yet"),
        mark=say(LANG, "print.mark") if settings.demonstration else "",
        site=shown(settings.site_url).rstrip("/"),
    )


def figures(view: View, unit: str) -> Iterator[tuple[str, str, str, str]]:
    """(value, what stands beside it, month, title) of the figures that may stand on a picture."""
    for kind in view.office.kinds.values():
        period = view.last(kind, unit)
        for measure in asked_first(kind) if period else ():
            if view.figure(kind, measure, unit, period).value is not None:
                value = plain(pieces(view.show(kind, measure, unit, period)))
                yield value, plain(beside(view, kind, measure, unit, period)), period, kind.measures[measure].title.vi


def asked_first(kind: Kind) -> Sequence[str]:
    """The measures of a kind that its first questions are about; its headline where nobody asks."""
    return [question.measure for question in kind.questions if question.first] or kind.headline


# --- drawing


@cache
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """A font of the repository. Letters are placed one by one (no shaping): Vietnamese in NFC needs no more, and the
    result depends on no other library."""
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def draw(picture: Picture) -> bytes:
    """A picture as PNG."""
    image = Image.new("L", (WIDE, HIGH), 255)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDE, 22), fill=ACCENT)
    room = WIDE - 2 * EDGE
    if picture.mark:
        wide = pen.textlength(picture.mark, font(BOLD, 26))
        pen.rectangle((WIDE - EDGE - wide - 24, 50, WIDE - EDGE, 96), outline=INK, width=3)
        pen.text((WIDE - EDGE - wide - 12, 73), picture.mark, font=font(BOLD, 26), fill=INK, anchor="lm")
        room -= int(wide) + 60
    whole = WIDE - 2 * EDGE
    y = lines(pen, picture.office, 52, (34, 30, 26), BOLD, ACCENT, (room, 45))
    y = lines(pen, picture.name, y + 14, (84, 76, 68, 60, 52, 44, 36), BOLD, INK, (whole, 180))
    lines(pen, picture.period, y + 8, (40,), REGULAR, QUIET, (whole, 50))
    if picture.value:
        big = font(BOLD, 130)
        pen.text((EDGE, 470), picture.value, font=big, fill=ACCENT, anchor="ls")
        after = EDGE + pen.textlength(picture.value, big) + 28
        pen.text((after, 470), picture.beside, font=font(REGULAR, 46), fill=INK, anchor="ls")
    lines(pen, picture.title, 490, (46, 42, 38, 34, 30), REGULAR, INK, (whole, 58))
    pen.text((EDGE, 598), picture.site, font=font(BOLD, 30), fill=QUIET, anchor="ls")
    return packed(image)


def lines(
    pen: ImageDraw.ImageDraw,
    text: str,
    y: int,
    sizes: Sequence[int],
    path: Path,
    shade: int,
    room: tuple[int, int],
) -> int:
    """Write a text at the largest size at which it fits into a room (width, height), cut at the smallest; gives where
    it ends."""
    width, height = room
    for size in sizes:
        face, most = font(path, size), int(height / (size * LEADING))
        found = wrapped(pen, text, face, width)
        if len(found) <= most and all(pen.textlength(one, face) <= width for one in found):
            break
    for one in cut(pen, found, most, face, width):
        pen.text((EDGE, y), one, font=face, fill=shade)
        y += round(size * LEADING)
    return y


def wrapped(pen: ImageDraw.ImageDraw, text: str, face: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """A text in lines no wider than `room`, but for single words that are."""
    found: list[str] = []
    for word in text.split():
        if found and pen.textlength(f"{found[-1]} {word}", face) <= room:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def cut(
    pen: ImageDraw.ImageDraw, found: list[str], most: int, face: ImageFont.FreeTypeFont, room: int
) -> Iterator[str]:
    """At most so many lines, each no wider than `room`; what is left out is three dots."""
    for number, one in enumerate(found[:most], start=1):
        short = one + ("…" if number == most < len(found) else "")
        while pen.textlength(short, face) > room:
            short = short.rstrip("…")[:-1] + "…"
        yield short


def packed(image: Image.Image) -> bytes:
    """A grey picture as a PNG of sixteen shades of one colour."""
    steps = image.point([(value * (SHADES - 1) + 127) // 255 for value in range(256)])
    shaded = Image.frombytes("P", steps.size, steps.tobytes())
    shaded.putpalette([low + (255 - low) * step // (SHADES - 1) for step in range(SHADES) for low in DARKEST])
    out = io.BytesIO()
    shaded.save(out, "PNG", bits=4, compress_level=6)
    return out.getvalue()


# --- a release


def write(view: View, units: Sequence[Unit], out: Path) -> None:
    """Write the pictures of a release into the folder of its site: the office's, and each unit's where they are not
    too many."""
    kept = Kept(view.office.cache / "pictures", "png", program())
    wanted = [(previews.OFFICE, of_office(view))]
    if len(units) <= previews.OWN:
        wanted += [(previews.picture_path(unit, len(units)), of_unit(view, unit)) for unit in units]
    for path, picture in wanted:
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(kept.get(repr(asdict(picture)), lambda picture=picture: draw(picture)))  # type: ignore[misc]
    kept.forget_others()


@cache
def program() -> str:
    """What a picture depends on beside its content: this module, the fonts, Pillow."""
    found = hashlib.sha256(version("pillow").encode())
    for path in (Path(__file__), REGULAR, BOLD):
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
