"""The columns of a dataset kind (schema.yaml), and how the headers of real files map to them (layouts/*.yaml)."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from publisher.catalogue.text import Text

TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
"""A time of day: 08:30."""


class Declared(BaseModel):
    """A part of a definition: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


CODE_RULES = {"units": "V16", "fields": "V17", "counters": "S05", "documents": "D02"}
"""The rule that a code of each reference table must satisfy: it is listed there, and in force."""


class Category(Declared):
    """One allowed value of a column, with the words people write for it."""

    value: str
    titles: Text
    aliases: tuple[str, ...] = ()


class NamedBy(Declared):
    """An input-only column that names an entry of the table instead of its code."""

    titles: Text
    aliases: tuple[str, ...] = ()


class Column(Declared):
    """One field of schema.yaml: Table Schema, and what the reader needs to find it in real files.

    `table` says that the value is a code of a reference table; `named_by` the column that may give the
    entry's name instead. `default` fills a column that a file lacks. `public: false` keeps it out of
    what is published. `persons` says what becomes of text that seems to name a person: a warning, a refusal, or
    nothing where a rule of the kind decides who may be named. `cut` is an expression: what it finds at the end of a
    text is left out and told in a note, such as the suffix that a province put behind a code.
    """

    name: str
    type: Literal["integer", "number", "string", "date", "time"]
    titles: Text
    description: Text = Text(vi="")
    aliases: tuple[str, ...] = ()
    constraints: dict[str, Any] = Field(default_factory=dict)
    categories: tuple[Category, ...] = ()
    table: Literal["", "units", "fields", "counters", "documents"] = ""
    named_by: NamedBy | None = None
    default: str = ""
    public: bool = True
    persons: Literal["warn", "refuse", "allow"] = "warn"
    pool: tuple[str, ...] = ()
    cut: str = ""

    def headers(self) -> list[tuple[str, str]]:
        """Every header that means this column or the input-only column that names its entries, as (column, header)."""
        found = [(self.name, text) for text in (self.name, self.titles.vi, self.titles.en, *self.aliases)]
        if self.named_by:
            name = self.name.removesuffix("_code") + "_name"
            found += [(name, text) for text in (name, self.named_by.titles.vi, self.named_by.titles.en)]
            found += [(name, text) for text in self.named_by.aliases]
        return found

    @property
    def required(self) -> bool:
        """Whether every row needs a value."""
        return bool(self.constraints.get("required"))

    @property
    def is_figure(self) -> bool:
        """Whether the column holds numbers."""
        return self.type in ("integer", "number")

    def descriptor(self) -> dict[str, Any]:
        """The field as a Table Schema descriptor, with the Vietnamese title."""
        constraints = dict(self.constraints)
        if self.categories:
            constraints["enum"] = [c.value for c in self.categories]
        found: dict[str, Any] = {"name": self.name, "type": self.type, "title": self.titles.vi}
        if self.description.vi:
            found["description"] = self.description.vi
        if self.type == "time":  # Table Schema's own time has seconds, which no schedule has
            found["type"] = "string"
            constraints.setdefault("pattern", TIME)
        if constraints:
            found["constraints"] = constraints
        return found


class Layout(Declared):
    """How the headers of a file as offices have it map to columns. A header of several rows is written as the form
    prints it, from above: "Số hồ sơ đã giải quyết - Quá hạn".

    `columns` maps a header to a column's name, `ignore` lists headers to leave aside, `constants` fill columns the file
    lacks, `decimal` is the mark its numbers use. `sums` makes a column of the headers that it is the sum of. `equals`
    says of a header that it is the sum of columns: where one of these is not in the file it is the difference,
    otherwise the header is checked. Nothing else is made up: a required column that none of these gives is named as
    lacking.

    A layout is used when all its headers but those of `equals` and `ignore` stand in the file, or when it is asked for
    by name.
    """

    name: str
    title: Text
    columns: dict[str, str]
    ignore: tuple[str, ...] = ()
    constants: dict[str, str] = Field(default_factory=dict)
    sums: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    equals: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    decimal: Literal[",", "."] = ","

    @property
    def added(self) -> tuple[str, ...]:
        """The headers that `sums` adds up."""
        return tuple(dict.fromkeys(label for labels in self.sums.values() for label in labels))

    @property
    def labels(self) -> tuple[str, ...]:
        """The headers by which the layout is known."""
        return tuple(dict.fromkeys((*self.columns, *self.added)))
