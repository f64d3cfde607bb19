"""The rules of a dataset kind (rules.yaml): what must hold in a row, and from one period to the next."""

from typing import Any, Literal

from pydantic import Field, model_validator

from publisher.catalogue.columns import Declared
from publisher.catalogue.measures import Where
from publisher.catalogue.text import Text


class Rule(Declared):
    """One rule of rules.yaml: a stable code, a severity, a sentence in two languages, and one test.

    `title` says what must hold and where that comes from; `message` speaks to the clerk and names cells; `public` says
    beside the published figure what does not fit. `where` leaves all other rows alone. With `month` the public
    sentence stands on the month's page too, beside the other units.

    Tests within a row (a figure that is blank makes a test silent unless it says otherwise):
    - `sum`: `{left, right: [...], optional: [...]}` left = Σ right, or = Σ right + Σ optional that are given;
      `left` may be a list (its sum); `within` is its tolerance; `times` multiplies columns of right. Fills
      {expected} = Σ right, {parts}, {difference}
    - `at_most`: `{part: [...], whole: [...]}` Σ part ≤ Σ whole; a blank part counts as nothing. Fills
      {expected} = Σ whole, {parts} of the part
    - `needs`: `{column, when: [...], at_least}` column must be filled when the sum of `when`, {value}, is above 0 (or
      at least `at_least`); without `when`
      it must be filled in every row that `where` means
    - `empty`: `{columns: [...]}` the columns must be blank
    - `dates`: `{first, then, strict}` the day (or time of day) in column `first`, {value}, is not after that in column
      `then`, {expected}; with `strict` it is before it. A list of columns means the first of them that is filled, here
      and in `days`
    - `days`: `{from, to, stated, at_least, at_most, working}` from one day to another lie `stated` days (a column), or
      `at_least` so many (a number), both days counted, or `at_most` so many after the first; with `working: true`
      working days. Fills {expected}, the days that lie there
    - `weekday`: `{column, is}` the day in the column is that day of the week, 1 for Monday to 7 for Sunday. Fills
      {expected}, the last such day before it
    - `percent`: `{stated, numerator, denominator, within}` a stated percentage equals the recomputed one, {expected},
      within the tolerance or half a unit of its last digit; with a denominator of 0 it is rule V12
    - `shares`: `{columns: [...], within}` the stated shares make 100. Fills {parts}
    - `pattern`: `{column, regex}` a text that is given has this form from its first to its last character
    - `few`: `{columns: [...], minus: [...], below}` Σ columns − Σ minus, {value}, is 0 or at least `below`: so few
      people stand behind no published figure, nor behind the difference of two
    - `mean`: `{stated, points: [...], per: [...], decimals}` a stated mean equals Σ points ÷ Σ per, {expected}, rounded
      half up
    Tests across periods of one unit (over rows with the same grain and basis); all fill {period}, such as 10/2026:
    - `carries`: `{column, from: [...]}` column = Σ from, {expected}, {parts}, of the period before, {previous}; what is
      blank there counts as nothing
    - `adds_up`: `{flow: [...], first: [...], last: [...]}` year-to-date rows agree with their months, {expected}
    - `jump`: `{columns: [...], ratio, at_least, periods}` a change beyond ratio × the median, {expected}, of the
      periods before, three of which must be there; silent below `at_least`
    - `repeats`: `{columns: [...], at_least}` the same figures as the period before, {previous}
    - `keeps`: `{column}` the same text as in the row of the period before, {expected}, {previous}; silent where either
      is blank
    - `stays`: `{while: {column: value}}` a row of the period before, {previous}, for which this holds is there again.
      The finding stands at the first row of the file; fills {parts}, the keys that are gone
    Tests beside other rows of the same unit and period:
    - `of_row`: `{part: [...], whole: [...], row: {column: value}}` Σ part ≤ Σ whole of the row that differs from this
      one only in these columns of the grain. Fills {expected} = Σ whole, {parts} of the part
    - `apart`: `{columns: [...], begins, ends}` rows that say the same in these columns, such as day and position, do
      not overlap in time; without an end a row is a moment. Fills {expected}, the time of the row before
    - `beside`: `{part: [...], kind, of: [...]}` Σ part ≤ Σ of over the monthly rows of another kind, {expected}; silent
      while that has not been submitted
    - `once`: `{column}` no other unit has the same text in that column in this period. Fills {expected}, the other unit
    - `adds_to`: `{columns: [...], code, parent, by: [...], within}` rows whose `parent` is another row's `code` add up
      to it in each column; with `by` among rows that say the same there. Silent where one of them is blank. Fills
      {expected} = their sum, {parts}
    - `has_parent`: `{code, parent, by: [...]}` a row's `parent`, {value}, is another row's `code`, and no row is part
      of itself
    - `listed`: `{column, kind, of}` what stands in column stands in column `of` of the latest submission of another
      kind too; silent while there is none
    Every sentence may use {row} {column} {cell} {value} {file}: the place and the figure of the left, part, stated or
    needed column; {parts} looks like "12 + 30 + 4 = 46". Numbers are written as the sentence's language writes them.
    `within` is an absolute tolerance.
    """

    code: str
    severity: Literal["error", "warning"]
    message: Text
    public: Text = Text(vi="")
    title: Text = Text(vi="")
    sum: dict[str, Any] | None = None
    at_most: dict[str, Any] | None = None
    needs: dict[str, Any] | None = None
    percent: dict[str, Any] | None = None
    shares: dict[str, Any] | None = None
    pattern: dict[str, Any] | None = None
    carries: dict[str, Any] | None = None
    adds_up: dict[str, Any] | None = None
    jump: dict[str, Any] | None = None
    repeats: dict[str, Any] | None = None
    few: dict[str, Any] | None = None
    mean: dict[str, Any] | None = None
    of_row: dict[str, Any] | None = None
    beside: dict[str, Any] | None = None
    empty: dict[str, Any] | None = None
    dates: dict[str, Any] | None = None
    days: dict[str, Any] | None = None
    weekday: dict[str, Any] | None = None
    keeps: dict[str, Any] | None = None
    stays: dict[str, Any] | None = None
    once: dict[str, Any] | None = None
    listed: dict[str, Any] | None = None
    adds_to: dict[str, Any] | None = None
    has_parent: dict[str, Any] | None = None
    apart: dict[str, Any] | None = None
    where: Where = Field(default_factory=dict)
    month: bool = False

    @model_validator(mode="after")
    def one_test(self) -> "Rule":
        """Exactly one test a rule."""
        if len(self.tests) != 1:
            raise ValueError(f"rule {self.code} needs exactly one test, has {sorted(self.tests)}")
        return self

    @property
    def tests(self) -> dict[str, dict[str, Any]]:
        """The tests that the rule names."""
        given = {name: getattr(self, name) for name in ROW_TESTS + PERIOD_TESTS}
        return {name: test for name, test in given.items() if test is not None}

    @property
    def test(self) -> str:
        """The name of its one test."""
        return next(iter(self.tests))

    @property
    def within_row(self) -> bool:
        """Whether one row is enough to decide."""
        return self.test in ROW_TESTS


ROW_TESTS = (
    *("sum", "at_most", "needs", "percent", "shares", "pattern", "few", "mean"),
    *("empty", "dates", "days", "weekday"),
)
PERIOD_TESTS = (
    *("carries", "adds_up", "jump", "repeats", "keeps", "stays"),
    *("of_row", "apart", "beside", "once", "listed", "adds_to", "has_parent"),
)


def rule_columns(rule: Rule) -> list[str]:
    """The columns that a rule's test speaks of."""
    test = rule.tests[rule.test]
    names: list[str] = [*rule.where]
    for key in (
        "left",
        "right",
        "optional",
        "part",
        "whole",
        "column",
        "when",
        "stated",
        "numerator",
        "points",
        "per",
        "denominator",
        "columns",
        "from",
        "flow",
        "first",
        "last",
        "minus",
        "times",
        "row",
        "then",
        "to",
        "while",
        "code",
        "parent",
        "by",
        "begins",
        "ends",
    ):
        value = test.get(key, [])
        names += [value] if isinstance(value, str) else list(value)
    return names
