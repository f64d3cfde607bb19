"""A release's id as people print, read out and type it."""

from textwrap import wrap

PRINTED = 16
"""How many hex digits of an id are printed: with 64 bits nobody finds a second set of figures with the same code, with
32 bits a patient person does."""

GROUP = 4


def short(release_id: str) -> str:
    """The beginning of an id in groups: "9143-6124-0af3-77c1". It stands on every page and on everything printed."""
    return "-".join(wrap(release_id[:PRINTED], GROUP))
