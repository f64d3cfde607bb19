"""The forms on which an office above wants a kind's figures (forms/*.yaml): what stands in each column."""

import datetime as dt

from pydantic import Field, ValidationError, model_validator

from publisher.catalogue.columns import Declared
from publisher.catalogue.kinds import Kind, read_yaml
from publisher.errors import Mistake

FIRST = 3
"""The number of a form's first column of figures: 1 numbers the rows, 2 names them."""


class FormRows(Declared):
    """What the rows of one unit's form are: the keys of a breakdown, and the header of their names."""

    breakdown: str
    head: str


class FormColumn(Declared):
    """A column of figures: its titles from above, and the `sum` of tallies of the kind, or what it `adds`
    of the form's other columns, by their numbers."""

    head: tuple[str, ...] = Field(min_length=1)
    sum: tuple[str, ...] = ()
    adds: tuple[int, ...] = ()

    @model_validator(mode="after")
    def one_way(self) -> "FormColumn":
        """Exactly one of the two."""
        if bool(self.sum) == bool(self.adds):
            raise ValueError("a column of a form needs either sum or adds")
        return self


class Form(Declared):
    """A form: its code, the text that it is issued by and from when until when, its title, what is counted, the header
    of the column of units where several stand in one form, its columns, and the measures `beside` them that it has no
    column for. It is in Vietnamese, as it is issued.
    """

    name: str
    code: str
    issued: str
    title: str
    counted: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    rows: FormRows
    units: str
    columns: tuple[FormColumn, ...]
    beside: tuple[str, ...] = ()

    def is_valid(self, day: dt.date) -> bool:
        """Whether the form is in force on that day; both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    @property
    def depth(self) -> int:
        """How many rows its header has."""
        return max(len(column.head) for column in self.columns)

    def unknown(self, kind: Kind) -> list[str]:
        """The names that the kind lacks; tallies of columns that may be blank are among them, since a form has no place
        for what is not known."""
        numbers = {number for number, column in enumerate(self.columns, FIRST) if column.sum}
        found = [self.rows.breakdown] if self.rows.breakdown not in kind.breakdowns else []
        for column in self.columns:
            found += [str(number) for number in column.adds if number not in numbers]
            for name in column.sum:
                of = kind.tallies[name].columns if name in kind.tallies else ()
                if not of or not all(kind.columns[each].required for each in of):
                    found.append(name)
        return found + [name for name in self.beside if name not in kind.measures]


def read_forms(kind: Kind) -> list[Form]:
    """The forms that a kind declares, by name. Raises Mistake `definition`."""
    found = []
    for path in sorted(kind.folder.glob("forms/*.yaml")):
        try:
            form = Form.model_validate({"name": path.stem, **read_yaml(path)})
        except (ValidationError, TypeError) as error:
            detail = f"{path.name}: " + " ".join(str(error).split())
            raise Mistake("definition", {"file": str(kind.folder), "detail": detail}) from error
        if unknown := form.unknown(kind):
            detail = f"{path.name}: unknown names: {', '.join(unknown)}"
            raise Mistake("definition", {"file": str(kind.folder), "detail": detail})
        found.append(form)
    return found


def form_on(kind: Kind, day: dt.date) -> Form | None:
    """The form of a kind that is in force on a day, the latest where there are several; None where there is none."""
    found = [form for form in read_forms(kind) if form.is_valid(day)]
    return max(found, key=lambda form: form.valid_from or dt.date.min, default=None)
