"""The pictures that a link to a page shows elsewhere: where they stand. `publisher.print.pictures` draws them."""

from publisher.catalogue import Unit

OWN = 300
"""In an office with so many unit pages, or fewer, each unit has a picture of its own; in a larger one all pages show
the office's."""

OFFICE = "xem-truoc.png"
"""The address of the office's picture below the root: for every page without one of its own."""


def picture_path(unit: Unit, pages: int) -> str:
    """The address of a unit's picture below the root; `pages` is how many units have a page."""
    return f"don-vi/{unit.slug}/{OFFICE}" if pages <= OWN else OFFICE
