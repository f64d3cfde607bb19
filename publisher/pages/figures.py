"""A figure as it stands on a page: its text, and the `<data>` element that a machine reads."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import escape

from publisher.catalogue import Measure
from publisher.measures import Figure, machine, rounded, wilson
from publisher.words import fill, say
from publisher.words import format as formats


def decimals(measure: Measure) -> int:
    """How many places a measure is printed with: as declared, else 1 for a percentage and 0 for a count."""
    if measure.decimals is not None:
        return measure.decimals
    return 1 if measure.is_share else 0


def percentage(value: float, places: int) -> float:
    """A percentage for print. What is not all is never printed as 100 %, and what is not none never as 0 %."""
    shown = rounded(value, places)
    step = 10.0**-places
    if shown >= 100 > value:
        return 100 - step
    if shown <= 0 < value:
        return step
    return shown


def text(lang: str, measure: Measure, figure: Figure, small_group: int = 10) -> str:
    """A figure as people read it; "không phát sinh" where there is nothing to divide by, "chưa có số liệu" where there
    is no data, "dưới 10 phiếu" (or what the measure says) where fewer than `small_group` people stand behind it."""
    if figure.value is None:
        if figure.state == "hidden" and measure.hidden_text.vi:
            return fill(measure.hidden_text[lang], {"count": small_group})
        return say(lang, f"pages.figure.{figure.state}", count=small_group)
    places = decimals(measure)
    if measure.is_share:
        return formats.percent(lang, percentage(figure.value, places), places)
    return number(lang, figure.value, places)


def number(lang: str, value: float, places: int) -> str:
    """A number as people read it; a whole one needs no rounding."""
    return formats.number(lang, value if isinstance(value, int) else rounded(value, places), places)


def parts(figure: Figure) -> dict[str, float]:
    """The numerator and the denominator that are printed beside a rate, by their names after the # of an address;
    empty where there is nothing to divide."""
    known = {"numerator": figure.numerator, "denominator": figure.denominator}
    return {name: value for name, value in known.items() if value is not None and figure.value is not None}


def limits(measure: Measure, figure: Figure) -> dict[str, float]:
    """The ends of a ratio's interval in per cent, by their names after the # of an address; empty where none is
    declared, and where more are above the line than below: those are no cases of one whole."""
    above, below = figure.numerator, figure.denominator
    if not measure.interval or figure.value is None or above is None or not below or not 0 <= above <= below:
        return {}
    return dict(zip(("low", "high"), wilson(above, below), strict=True))


def limit_text(lang: str, measure: Measure, value: float) -> str:
    """An end of an interval as people read it."""
    places = decimals(measure)
    return formats.percent(lang, percentage(value, places), places)


def part_text(lang: str, value: float) -> str:
    """A numerator or denominator as people read it."""
    return number(lang, value, 0 if value == int(value) else 2)


def data(value: float, address: str, shown: str) -> str:
    """A `<data>` element as HTML text. An address is percent-encoded and a number is digits: neither can end its
    attribute."""
    return f'<data value="{machine(value)}" data-of="{address}">{escape(shown)}</data>'


def element(lang: str, measure: Measure, figure: Figure, small_group: int = 10) -> str:
    """The figure as `<data value data-of>`; without data a `<span>` that says so."""
    shown = text(lang, measure, figure, small_group)
    if figure.value is None:
        return f'<span class="ck-none" data-of="{figure.address}">{escape(shown)}</span>'
    return data(figure.value, figure.address, shown)


def rate(lang: str, measure: Measure, figure: Figure) -> str:
    """The numerator and denominator of a percentage as "128/130", each an element whose address ends in
    `#numerator` or `#denominator`; "" for other measures and where there is nothing to divide."""
    if not measure.is_share or figure.value is None:
        return ""
    shown = (part(lang, figure, name) for name in parts(figure))
    return f'<span class="ck-rate">{"/".join(shown)}</span>'


def part(lang: str, figure: Figure, name: str) -> str:
    """One part of a rate by its name, as an element whose address ends in `#numerator` or `#denominator`.

    Raises KeyError where there is no such part.
    """
    value = parts(figure)[name]
    return data(value, f"{figure.address}#{name}", part_text(lang, value))


def ends(lang: str, measure: Measure, figure: Figure) -> list[str]:
    """The two ends of an interval, each an element whose address ends in `#low` or `#high`; none without interval."""
    found = limits(measure, figure)
    return [data(v, f"{figure.address}#{name}", limit_text(lang, measure, v)) for name, v in found.items()]


def beside_whole(lang: str, measure: Measure, figure: Figure, found: Mapping[str, float]) -> dict[str, str]:
    """What is printed of a figure that is compared, by name: the limits and the rate of the whole, each an element
    whose address ends in `#` and the name. `found` is what `Peers.of` gives."""
    return {
        name: data(value, f"{figure.address}#{name}", limit_text(lang, measure, value)) for name, value in found.items()
    }


class Printed(NamedTuple):
    """A figure as it stands in a page: the element's name, its `value` ("" where there is none), its text."""

    tag: str
    value: str
    text: str

    def __str__(self) -> str:
        return f"{self.value} ({self.text})"


def printed(lang: str, measure: Measure, figure: Figure, small_group: int = 10) -> dict[str, Printed]:
    """What `element`, `rate` and `ends` print of a figure, by address: what a built page is compared with."""
    address, shown = figure.address, text(lang, measure, figure, small_group)
    if figure.value is None:
        return {address: Printed("span", "", shown)}
    found = {address: Printed("data", machine(figure.value), shown)}
    if measure.is_share:
        for name, value in parts(figure).items():
            found[f"{address}#{name}"] = Printed("data", machine(value), part_text(lang, value))
    if measure.interval:
        for name, value in limits(measure, figure).items():
            found[f"{address}#{name}"] = Printed("data", machine(value), limit_text(lang, measure, value))
    return found


def printed_beside(lang: str, measure: Measure, figure: Figure, found: Mapping[str, float]) -> dict[str, Printed]:
    """What `beside_whole` prints, by address."""
    return {
        f"{figure.address}#{name}": Printed("data", machine(value), limit_text(lang, measure, value))
        for name, value in found.items()
    }


def few(measure: Measure, figure: Figure, threshold: int) -> str:
    """A mark behind a percentage of fewer cases than the office's threshold; its meaning stands at the table."""
    if not measure.of_cases or figure.value is None or (figure.denominator or 0) >= threshold:
        return ""
    return '<span class="ck-few">*</span>'


def cell(
    lang: str,
    measure: Measure,
    figure: Figure,
    threshold: int,
    small_group: int = 10,
    mark: str = "",
    *,
    interval: bool = True,
) -> str:
    """One figure in its `<td>`, a percentage with its parts and, if asked for, its interval beneath and a mark when
    they are small; `mark` is HTML that stands behind the figure."""
    below = f"{few(measure, figure, threshold)}{rate(lang, measure, figure)}"
    if interval and measure.interval and (shown := ends(lang, measure, figure)):
        below += f'<span class="ck-rate">[{" – ".join(shown)}]</span>'
    return f'<td class="ck-num">{element(lang, measure, figure, small_group)}{mark}{below}</td>'
