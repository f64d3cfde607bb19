"""Posters and sheets of one-time slips, as PDF.

The pages are set by Typst from two templates beside this file, as all that is printed (`publisher.print.typesetting`).
The same poster is the same bytes whenever it is made. A sheet of slips is the only place where its codes stand: the
store gets their keyed hashes.
"""

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from collector.calendar import period_of, survey_rule
from collector.codes import Keys, new_batch, new_slip, poster_path, short, typed
from collector.store import Store
from publisher import words
from publisher.catalogue import Office
from publisher.catalogue.tables import Counter
from publisher.errors import Mistake
from publisher.print import typesetting
from publisher.print.typesetting import LackingLetters, breakable, qr_code, shown
from publisher.words import format as formats

Size = Literal["a4", "a5"]

HERE = Path(__file__).parent

NAME_LIMIT, SLIP_NAME_LIMIT = 400, 200
"""A longer name is cut on a poster and on a slip: what is left still fits, in small letters."""

SLIP_LIMIT = 1_000
"""Slips in one batch: 100 sheets, more than a counter hands out before they expire."""


@dataclass(frozen=True)
class Slips:
    """A batch that was made: its id, how many slips it has, and the last day on which they are good."""

    batch: str
    count: int
    expires_on: dt.date


# Posters


def poster_pdf(office: Office, keys: Keys, counters: Sequence[Counter], period: str, size: Size = "a4") -> bytes:
    """One page for each counter with the QR code of that period. Raises Mistake `survey-url`, `collector-keys`."""
    pages = [poster_page(office, keys, counter, period) for counter in counters]
    title = f"{words.say('vi', 'posters.poster.title')} · {clean(office.settings.name.vi)}"
    return compile_pdf(
        "poster.typ", {"size": size, "title": title, "office": clean(office.settings.name.vi), "pages": pages}
    )


def poster_page(office: Office, keys: Keys, counter: Counter, period: str) -> dict[str, Any]:
    """What stands on one poster: every text of it, and its QR code as SVG."""
    base = survey_url(office)
    unit = office.units.get(counter.unit)
    contact = office.settings.contact.phone
    span = survey_rule(office).period(period)
    values = {
        "domain": domain(base),
        "site": domain(office.settings.site_url),
        "counter": clean(counter.name.vi),
        "phone": contact,
        "code": counter.code,
    }
    dated = {
        lang: {
            "period": formats.period(lang, period),
            "first": formats.date(lang, span.start),
            "last": formats.date(lang, span.end),
        }
        for lang in words.LANGUAGES
    }
    said = sentences("posters.poster", values, dated)
    said["real"] = said["real_phone"] if contact else said["real"]
    said["real_en"] = said["real_phone_en"] if contact else said["real_en"]
    return {
        "office": clean(office.settings.name.vi),
        "unit": clean(unit.name.vi if unit else counter.unit),
        "counter": clean(counter.name.vi),
        "english": " · ".join(clean(name) for name in english_names(unit.name.en if unit else "", counter.name.en)),
        **qr_code(base + poster_path(keys, counter.code, period)),
        "address": breakable(shown(base) + f"k/{counter.code}", "/"),
        "domain": values["domain"],
        "mark": words.say("vi", "posters.specimen") if office.settings.demonstration else "",
        "words": said,
    }


def counters_in_force(office: Office) -> list[Counter]:
    """The counters that answer today. Raises Mistake `posters-none`."""
    found = [entry for entry in office.counters if isinstance(entry, Counter) and answers(office, entry)]
    if not found:
        raise Mistake("posters-none")
    return found


def answers(office: Office, counter: Counter) -> bool:
    """Whether a counter and its unit are in force today."""
    unit = office.units.get(counter.unit)
    return counter.is_valid(office.today) and unit is not None and unit.is_valid(office.today)


def counter_to_print(office: Office, code: str) -> Counter:
    """A counter by its code in any case; one that opens later may be printed already. Raises Mistake `posters-counter`,
    and `posters-counter-over` when it or its unit has ended."""
    counter = office.counters.get(office.counters.code(code) or "")
    if not isinstance(counter, Counter):
        raise Mistake("posters-counter", {"counter": code}, exit_code=2)
    ends = [entry.valid_to for entry in (counter, office.units.get(counter.unit)) if entry and entry.valid_to]
    if ends and min(ends) < office.today:
        raise Mistake("posters-counter-over", {"counter": counter.code, "day": min(ends).isoformat()}, exit_code=2)
    return counter


def current_period(office: Office) -> str:
    """The period for which posters are printed when nothing else is said: today's."""
    return period_of(office, office.today)


# Slips


def make_slips(
    office: Office, store: Store, counter: Counter, count: int, expires_on: dt.date | None, out: Path
) -> Slips:
    """Print a batch of slips into a new file and make them known to the store.

    The file is there under its own name only when the store knows its slips; nobody but its owner may read it. Without
    `expires_on` slips are good for `survey.slip_days` days. Raises Mistake `slips-count`, `slips-expiry` (over already,
    or later than 62 days from now), `slips-file` when the file is there already or cannot be written, `survey-url`, and
    what the store raises; then no file stands there and no slip is known.
    """
    longest = dt.timedelta(days=62)
    last = expires_on or office.today + dt.timedelta(days=office.settings.survey.slip_days)
    if not 1 <= count <= SLIP_LIMIT:
        raise Mistake("slips-count", {"count": count, "limit": SLIP_LIMIT}, exit_code=2)
    if not office.today <= last <= office.today + longest:
        both = {
            "day": last.isoformat(),
            "first": office.today.isoformat(),
            "last": (office.today + longest).isoformat(),
        }
        raise Mistake("slips-expiry", both, exit_code=2)
    batch, codes = new_batch(), new_codes(count)
    pdf = slips_pdf(office, counter, batch, codes, last)
    part = out.with_name(f".{out.name}.part")
    try:
        write_private(part, pdf)
        try:
            if out.exists():
                raise FileExistsError(17, os.strerror(17), str(out))
            # sorted, so that the order in which the store takes them says nothing about the serial numbers
            store.add_batch(batch, counter.code, sorted(codes), last, period=current_period(office))
            part.rename(out)
        except BaseException:
            store.keys.destroy_batch(batch)  # without their key the hashes fit no code
            raise
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Mistake("slips-file", {"file": str(out), "detail": error.strerror}) from error
    return Slips(batch, count, last)


def new_codes(count: int) -> list[str]:
    """Codes of which no two begin alike: the typed part must be one slip's."""
    codes: dict[str, str] = {}
    while len(codes) < count:
        code = new_slip()
        codes.setdefault(short(code), code)
    return list(codes.values())


def slips_pdf(office: Office, counter: Counter, batch: str, codes: Sequence[str], expires_on: dt.date) -> bytes:
    """Numbered slips on A4, ten to a sheet, to be cut apart. Raises Mistake `survey-url`."""
    base = survey_url(office)
    unit = office.units.get(counter.unit)
    width = max(4, len(str(len(codes))))
    values = {
        "address": breakable(shown(base) + "p", "/"),
        "batch": batch,
        "code": counter.code,
        "counter": clean(counter.name.vi, SLIP_NAME_LIMIT),
        "total": f"{len(codes):0{width}d}",
    }
    dated = {lang: {"day": formats.date(lang, expires_on)} for lang in words.LANGUAGES}
    data = {
        "title": f"{words.say('vi', 'posters.slip.title')} · {batch}",
        "office": clean(office.settings.name.vi),
        "unit": clean(unit.name.vi if unit else counter.unit, SLIP_NAME_LIMIT),
        "counter": clean(counter.name.vi, SLIP_NAME_LIMIT),
        "address": values["address"],
        "mark": words.say("vi", "posters.specimen") if office.settings.demonstration else "",
        "words": sentences("posters.slip", values, dated),
        "slips": [
            {"number": f"{number:0{width}d}", "typed": typed(code), **qr_code(f"{base}p/{code}")}
            for number, code in enumerate(codes, start=1)
        ],
    }
    return compile_pdf("slips.typ", data)


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read. Raises OSError."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)


# What both need


def survey_url(office: Office) -> str:
    """The address of the survey pages with a slash at its end. Raises Mistake `survey-url` when publishing.yaml has
    none or it is no http address."""
    url = office.settings.survey.url.strip()
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good or any(not c.isascii() or c.isspace() for c in url):
        raise Mistake("survey-url", {"value": url}, exit_code=2)
    return url.rstrip("/") + "/"


def domain(url: str) -> str:
    """The host of an address, with its port when it has one."""
    return urlsplit(url).netloc


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """A name as it is set (`typesetting.clean`)."""
    return typesetting.clean(text, limit)


def english_names(*names: str) -> Iterable[str]:
    """Those names that are there."""
    return (name for name in names if name)


def sentences(prefix: str, values: Mapping[str, str], dated: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Every sentence under a prefix by its short name, Vietnamese as it is and English with `_en` at its end; a name
    that ends in `_list` is split at its bars. `dated` are values that each language writes in its own way."""
    found: dict[str, Any] = {}
    for lang, ending in (("vi", ""), ("en", "_en")):
        for key in words.load(lang):
            if key.startswith(f"{prefix}."):
                name = key.removeprefix(f"{prefix}.")
                said = words.say(lang, key, **values, **dated[lang])
                found[name + ending] = [part.strip() for part in said.split("|")] if name.endswith("_list") else said
    return found


def compile_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """A template of this folder filled with data, as an accessible PDF. Raises Mistake `posters-letters` for a name in
    letters that the fonts lack."""
    try:
        return typesetting.pdf(HERE / template, typesetting.encode(data))
    except LackingLetters as error:
        raise Mistake("posters-letters", {"letters": error.letters}) from error
