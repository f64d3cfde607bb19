"""The questions that citizens ask of a kind, and the sentences that answer them: data, with no code in them."""

from functools import cached_property
from typing import Literal

from pydantic import field_validator, model_validator

from publisher.catalogue.columns import Declared
from publisher.catalogue.text import Text
from publisher.words import PLACE, places

State = Literal["given", "zero", "one", "all", "none", "blank", "hidden", "exceeded", "partial"]
"""What can be said of a figure: it is given; it is 0 or 1, or all of its whole (then it is given, too); or why there is
none: nothing arose, not reported, held back, more are known than there are, too much of a total is not known."""

GIVEN: frozenset[State] = frozenset({"given", "zero", "one", "all"})
"""The states of which one has a value."""

PARTS = ("numerator", "denominator")
"""What a place may name of a figure beside its value: `{on_time_pct.denominator}`."""

KNOWN = frozenset({"period", "day", "who", "change"})
"""Places that every sentence may use: the period and its last day, whose figures they are, and how the figure that the
question is about differs from the month before."""


class Answer(Text):
    """One sentence, and when it is the right one: `when` names measures and what must hold of each; `of` says that it
    speaks of one unit only, or of all together only.

    A measure that stands in the sentence and not in `when` must be given. `{measure|form|forms}` prints the first form
    for 1 and the second for any other number; # in a form is the number.
    """

    of: Literal["unit", "all", ""] = ""
    when: dict[str, tuple[State, ...]] = {}  # noqa: RUF012 pydantic copies it

    @field_validator("when", mode="before")
    @classmethod
    def one_or_more(cls, when: object) -> object:
        """A single state may stand without brackets."""
        if isinstance(when, dict):
            return {name: (states,) if isinstance(states, str) else states for name, states in when.items()}
        return when

    @cached_property
    def measures(self) -> set[str]:
        """The measures that it names, in the sentences and in `when`."""
        named = places(self.vi) | places(self.en)
        return {name.partition(".")[0] for name in named - KNOWN} | set(self.when)

    @cached_property
    def divided(self) -> set[str]:
        """The measures of which it prints a part."""
        return {name.partition(".")[0] for name in places(self.vi) | places(self.en) if "." in name}


class Question(Declared):
    """What a citizen asks, the measure that answers it, and the sentences of which the first that fits is said.

    A `first` question stands at the top of the home page and of each unit's page, the others open the kind's block.
    """

    ask: Text
    measure: str
    first: bool = False
    answers: tuple[Answer, ...]

    @model_validator(mode="after")
    def can_be_said(self) -> "Question":
        """Places name parts of figures that there are, and braces close."""
        for answer in self.answers:
            for text in (answer.vi, answer.en):
                if set("{}|") & set(PLACE.sub("", text)):
                    raise ValueError(f"a place is written {{name}} or {{name|one form|other form}}: {text}")
                for name in places(text):
                    measure, dot, part = name.partition(".")
                    if dot and part not in PARTS:
                        raise ValueError(f"a figure has a numerator and a denominator, not {part!r}: {text}")
                    if dot and not set(answer.when.get(measure, ("given",))) <= GIVEN:
                        raise ValueError(f"only a given figure has parts: {text}")
        return self

    @property
    def measures(self) -> set[str]:
        """Every measure that the question names."""
        return {self.measure}.union(*(answer.measures for answer in self.answers))
