"""The answer to a citizen's question: the first declared sentence that fits the figures, and what stands in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from publisher.catalogue import Kind, Measure, Unit
from publisher.catalogue.periods import LABEL, shift
from publisher.catalogue.questions import Answer, Question, State
from publisher.measures import EVERY, Figure
from publisher.measures.comparison import differ
from publisher.pages import figures
from publisher.pages.shell import rich
from publisher.words import format as formats
from publisher.words import load, places

if TYPE_CHECKING:
    from publisher.pages.view import View

MONTH = "month"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question in one language with its answer. `first` as the question declares it."""

    ask: str
    sentence: Markup
    measure: str
    first: bool


def answers(view: View, kind: Kind, unit: str, period: str, basis: str, who: Markup | str) -> list[Answered]:
    """The answers to all questions of a kind, in their order; `who` is whose figures they are, in words."""
    found = []
    for question in kind.questions:
        said = Sentence(view, kind, question, unit, period, basis, who)
        found.append(Answered(question.ask[view.lang], said.text(), question.measure, question.first))
    return found


def states(measure: Measure, figure: Figure) -> set[State]:
    """Everything that can be said of a figure in a `when`."""
    if figure.value is None:
        return {figure.state}
    found: set[State] = {"given"}
    if figure.value == 0:
        found.add("zero")
    elif measure.is_share and figure.numerator == figure.denominator:
        found.add("all")
    elif not measure.is_share and figure.value == 1:
        found.add("one")
    return found


@dataclass(frozen=True, slots=True)
class Sentence:
    """One answer in the making: the figures of one unit (or of all) in one period, on one basis."""

    view: View
    kind: Kind
    question: Question
    unit: str
    period: str
    basis: str
    who: Markup | str

    def text(self) -> Markup:
        """The first declared sentence that fits; where none does, the figure itself in plain words."""
        lang = self.view.lang
        answer = next((one for one in self.question.answers if self.fits(one)), None)
        if answer:
            template = answer[lang]
            frame = self.frame()
            return rich(
                template, {name: frame[name] if name in frame else self.place(name) for name in places(template)}
            )
        figure = self.view.show(self.kind, self.question.measure, self.unit, self.period, basis=self.basis)
        return rich(load(lang)["pages.answer.plain"], {**self.frame(), "figure": figure})

    def fits(self, answer: Answer) -> bool:
        """Whether a sentence speaks of this unit (or of all), and of figures as they are."""
        if answer.of and (answer.of == "all") != (self.unit == EVERY):
            return False
        return all(
            states(self.kind.measures[name], self.figure(name)) & set(answer.when.get(name, ("given",)))
            for name in answer.measures
        )

    def figure(self, measure: str, period: str = "") -> Figure:
        """A figure of the kind for the sentence's unit; of its period, unless another is named."""
        return self.view.figure(self.kind, measure, self.unit, period or self.period, basis=self.basis)

    def frame(self) -> dict[str, Markup | str]:
        """The places that every sentence may use, but for `{change}`."""
        as_of = self.figure(self.question.measure).as_of
        day = dt.date.fromisoformat(as_of) if as_of else self.view.office.period(self.kind, self.period).end
        return {
            "period": self.view.period(self.period, self.basis, self.kind),
            "day": formats.date(self.view.lang, day),
            "who": self.who,
        }

    def place(self, name: str) -> Markup | str:
        """What stands in one place that is not of the frame."""
        measure, _, part = name.partition(".")
        if name == "change":
            return self.change()
        if part:
            return Markup(figures.part(self.view.lang, self.figure(measure), part))  # noqa: S704 escaped there
        return self.view.show(self.kind, measure, self.unit, self.period, basis=self.basis)

    def change(self) -> Markup | str:
        """How the figure differs from the month before, as the end of a clause; "" when it cannot be told."""
        if self.basis != MONTH or not LABEL.fullmatch(self.period):
            return ""
        name, before = self.question.measure, shift(self.period, -self.kind.months)
        measure = self.kind.measures[name]
        how = self.compare(measure, self.figure(name, before), self.figure(name))
        if not how:
            return ""
        words = load(self.view.lang)
        shown = self.view.show(self.kind, name, self.unit, before, basis=self.basis)
        cases = measure.cases[self.view.lang] or words["pages.answer.cases"]
        than = words["pages.answer.month_before" if self.kind.months == 1 else "pages.answer.period_before"]
        said = rich(words[f"pages.answer.change.{how}"], {"before": shown, "cases": cases, "than": than})
        return Markup('<span class="ck-change">{}</span>').format(said)

    def compare(self, measure: Measure, before: Figure, now: Figure) -> str:
        """The word for a difference: a share is higher or lower only where chance does not explain it, and not compared
        where the cases are few; counts are more or fewer as they are, those of all units only where the same units
        reported."""
        if before.value is None or now.value is None:
            return ""
        if measure.is_share and (measure.of_cases or not measure.ratio):
            pairs = [(figure.numerator or 0, figure.denominator or 0) for figure in (before, now)]
            if not all(0 <= above <= below for above, below in pairs):
                return ""
            if min(below for _, below in pairs) < self.view.small_denominator:
                return "few"
            if self.printed(measure, before) == self.printed(measure, now):
                return "equal"
            if differ(*pairs):
                return "higher" if now.value > before.value else "lower"
            return "near"
        if self.unit == EVERY and self.reporting(before.period) != self.reporting(now.period):
            return ""
        if self.printed(measure, before) == self.printed(measure, now):
            return "equal"
        words = ("more", "fewer") if measure.form == "sum" else ("higher", "lower")
        return words[0] if now.value > before.value else words[1]

    def printed(self, measure: Measure, figure: Figure) -> str:
        """A figure as it is printed."""
        return figures.text(self.view.lang, measure, figure, self.view.small_group)

    def reporting(self, period: str) -> list[str]:
        """The units whose figures make those of all."""
        return self.view.book.units_with(self.kind.name, period, self.basis)


# --- who submitted in time


def submitted(view: View, unit: Unit) -> Markup | str:
    """Whether one unit submitted its latest reports in time, in a sentence; "" when none was due yet."""
    due = {kind.short[view.lang]: view.board.latest(kind, unit.code) for kind in view.office.kinds.values()}
    found = {name: status.state for name, status in due.items() if status}
    names = {state: [name for name, of in found.items() if of == state] for state in ("late", "missing")}
    values = {
        "unit": unit.name[view.lang],
        "due": len(found),
        "in_time": len(found) - len(names["late"]) - len(names["missing"]),
        **{state: clause(view, f"{state}_names", names=quoted(view, of)) if of else "" for state, of in names.items()},
    }
    return answer_submitted(view, "unit", values)


def submitted_all(view: View, units: Iterable[Unit]) -> Markup | str:
    """The same of many units together: how many reports were due, and how they came."""
    statuses = [view.board.latest(kind, unit.code) for unit in units for kind in view.office.kinds.values()]
    count = Counter(status.state for status in statuses if status)
    values = {
        "due": formats.number(view.lang, count.total()),
        "in_time": formats.number(view.lang, count["in_time"]),
        **{
            state: clause(view, state, count=formats.number(view.lang, count[state])) if count[state] else ""
            for state in ("late", "missing")
        },
    }
    return answer_submitted(view, "all", values)


def answer_submitted(view: View, who: str, values: Mapping[str, object]) -> Markup | str:
    """The sentence for a unit or for all."""
    if values["due"] in (0, "0"):
        return ""
    whole = "" if values["late"] or values["missing"] else "_in_time"
    return rich(load(view.lang)[f"pages.answer.submitted.{who}{whole}"], values)


def clause(view: View, key: str, **values: object) -> Markup:
    """A clause of the sentence."""
    return rich(load(view.lang)[f"pages.answer.submitted.{key}"], values)


def quoted(view: View, names: Sequence[str]) -> str:
    """Names in quotation marks, so that their own commas do not run into each other."""
    return ", ".join(load(view.lang)["pages.answer.submitted.quoted"].replace("{name}", name) for name in names)
