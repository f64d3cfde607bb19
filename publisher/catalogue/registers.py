"""What a kind declares beside its figures, mostly registers: pages of its own, a calendar, sheets to post, weeks."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from publisher.catalogue.columns import Declared
from publisher.catalogue.measures import Where, one_of
from publisher.catalogue.text import Text


class OwnPage(Declared):
    """A page of a kind's own beside its figures: made by a template of the kind's folder for each unit with rows
    (`/don-vi/<slug>/<address>/`) or once for the office (`/so-lieu/<kind>/<address>/`)."""

    address: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    template: str = Field(pattern=r"^[a-z_]+\.html\.j2$")
    title: Text
    of: Literal["unit", "office"] = "unit"


class Agenda(Declared):
    """Which columns make a calendar that people can subscribe to: a day, times of day, what, where; and of which rows
    it says that they were called off."""

    date: str
    begins: str = ""
    ends: str = ""
    summary: str
    place: str = ""
    cancelled: Where = Field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, "" where none is named."""
        return self.date, self.begins, self.ends, self.summary, self.place, *self.cancelled

    def is_cancelled(self, row: Mapping[str, str]) -> bool:
        """Whether a row (column → text) was called off."""
        return bool(self.cancelled) and all(row[name] in one_of(value) for name, value in self.cancelled.items())


class Notice(Declared):
    """Which columns make sheets to post, one for each place of a unit, of what hangs there: `what` it is, its group,
    the number and day of its document, from when until when it hangs, and where its text is, a kept document or an
    address. A cell may name several places, parted by semicolons. `page` is the address of the unit's own page to which
    a sheet leads."""

    page: str
    what: str
    group: str = ""
    place: str = ""
    number: str = ""
    dated: str = ""
    begins: str = ""
    ends: str = ""
    document: str = ""
    link: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, "" where none is named."""
        dates = (self.dated, self.begins, self.ends)
        return self.what, self.group, self.place, self.number, *dates, self.document, self.link


class Weeks(Declared):
    """Which columns make a week's figures: its first and its last day, whose part a row is (a counter), and what is
    counted. With them the first week after each long holiday is set beside ordinary ones."""

    begins: str
    ends: str
    part: str
    counts: tuple[str, ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        return self.begins, self.ends, self.part, *self.counts
