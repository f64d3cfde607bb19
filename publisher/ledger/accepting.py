"""Accept a submission: check it, split it by unit and period, and write it down with its line."""

import csv
import datetime as dt
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.catalogue import Kind, Office
from publisher.catalogue.office import ZONE
from publisher.catalogue.periods import shift
from publisher.checking import Checked, check_file
from publisher.checking.personal_data import suspect
from publisher.checking.rules import names
from publisher.checking.submissions import read_accepted
from publisher.errors import Mistake, Problem, cut
from publisher.ledger.lines import Ledger, Line
from publisher.ledger.store import content, hold, read_ledger, store
from publisher.reading import Book, Source

REASON_LIMIT = 500
FORMULA_STARTS = ("=", "+", "-", "@")
ROLE = re.compile(r"[a-z](?:[a-z-]{0,30}[a-z])?")
SHOWN = 10
"""How many submissions a sentence names before it only counts them."""

Place = tuple[str, str]
"""(unit, period): what a submission is within its kind."""

Sentences = Mapping[str, str]
"""What a unit says in public about what the check noted: rule code → sentence."""


@dataclass(frozen=True)
class Accepted:
    """What `accept` did: the new lines, the (unit, period) whose bytes were there already, and what the check found
    beside errors (warnings and notes)."""

    lines: tuple[Line, ...]
    unchanged: tuple[Place, ...]
    problems: tuple[Problem, ...]


def accept(
    office: Office,
    kind: Kind,
    source: Source | Book,
    *,
    name: str | None = None,
    period: str | None = None,
    defaults: Mapping[str, str] | None = None,
    layout: str | None = None,
    sheet: str | None = None,
    reason: str = "",
    explanations: Sentences | None = None,
    role: str = "clerk",
    only_unit: str | None = None,
    now: dt.datetime | None = None,
) -> Accepted:
    """Accept one file: every (unit, period) in it becomes a canonical file and a line of the ledger, or none does.

    `name` is what the file is called in messages, `period` and `defaults` fill columns that it lacks, `layout` names
    how its headers are mapped, `sheet` the sheet of a workbook. `reason` is public text, needed where the file replaces
    an accepted one, and is kept on those lines only. `explanations` are public sentences about warnings, kept on the
    lines of the submissions that have a warning of that code. `role` says who accepts. `only_unit` refuses rows of any
    other unit. `now` (with a time zone) is the time written down; without it the time in Viet Nam, or the fixed day of
    a demonstration.

    The same bytes again change nothing, but put a lost or altered file back. Raises Mistake `refused` (with the
    problems), `not-your-unit`, `reason-needed`, `reason-…` for a sentence that cannot be published, `role`,
    `nothing-to-accept`, `clock-back`, `file-changed` when the file to be replaced is no longer what was accepted,
    `cannot-write`, and those of `read_ledger`. Nothing is accepted then.
    """
    reason, said = public_sentence(reason), public_sentences(explanations or {})
    check_role(role)
    name = name or (kind.name if isinstance(source, bytes) else source.name)

    def judge() -> Checked:
        checked = check_file(
            office,
            kind,
            source,
            name=name,
            period=period,
            defaults=defaults or {},
            layout=layout,
            sheet=sheet,
            collect=True,
        )
        return judged(checked, name, only_unit)

    seen = content(office)
    checked = judge()
    with hold(office):
        ledger = read_ledger(office)
        if content(office) != seen:  # what was accepted meanwhile may change what the check says
            checked = judge()
        files = {place: canonical(kind, rows) for place, rows in sorted(checked.submissions.items())}
        about = {place: {code: said[code] for code in sorted(said.keys() & warned(checked, place))} for place in files}
        lines, unchanged = enter(office, kind, ledger, files, reason=reason, about=about, role=role, now=now)
    return Accepted(lines, unchanged, tuple(p for p in checked.problems if p.severity != "error"))


def declare_nothing(
    office: Office,
    kind: Kind,
    unit: str,
    period: str,
    *,
    reason: str = "",
    role: str = "clerk",
    now: dt.datetime | None = None,
) -> Accepted:
    """Write down that nothing arose in a unit in a period ("không phát sinh"): a file without rows, all tallies 0.

    `reason`, `role` and `now` as for `accept`. Raises Mistake as `check_nothing` and `accept` do.
    """
    reason = public_sentence(reason)
    check_role(role)
    with hold(office):
        ledger = read_ledger(office)
        check_nothing(office, kind, unit, period)
        files = {(unit, period): canonical(kind, ())}
        lines, unchanged = enter(office, kind, ledger, files, reason=reason, about={}, role=role, now=now, nothing=True)
    return Accepted(lines, unchanged, ())


def check_nothing(office: Office, kind: Kind, unit: str, period: str) -> None:
    """Whether it can be that nothing arose in a unit in a period.

    Raises Mistake `unknown-unit`, `nothing-expected` where the unit has nothing to submit, `period-open` while the
    period is not over, `nothing-carried` when something was still open at the end of the period before.
    """
    if office.units.get(unit) is None:
        raise Mistake("unknown-unit", {"unit": unit}, exit_code=2)
    end = office.period(kind, period).end
    if end >= office.today:
        raise Mistake("period-open", {"period": period, "end": end.isoformat()})
    if unit not in {expected.code for expected in office.expected_units(kind, period)}:
        raise Mistake("nothing-expected", {"unit": unit, "period": period, "kind": kind.title.vi})
    if open_before := carried(office, kind, unit, before := shift(period, -kind.months)):
        values = {"unit": unit, "period": period, "previous": before, "count": open_before}
        raise Mistake("nothing-carried", values)


def carried(office: Office, kind: Kind, unit: str, period: str) -> int:
    """How much a unit left open at the end of a period, by the columns that the kind's rules carry over; 0 when nothing
    was submitted."""
    path = office.data_file(kind.name, unit, period)
    columns = {name for rule in kind.rules if rule.carries for name in names(rule.carries["from"])}
    if not columns or not path.exists():
        return 0
    rows = read_accepted(path, kind, path.name).monthly()
    return int(max(sum(row.figures[name] or 0 for row in rows) for name in columns))


def warned(checked: Checked, place: Place) -> set[str]:
    """The codes of the warnings that stand in the rows of a submission, or concern the whole file."""
    rows = {row for _, row in checked.places[place]}
    return {problem.code for problem in checked.warnings if problem.row is None or problem.row in rows}


def enter(
    office: Office,
    kind: Kind,
    ledger: Ledger,
    files: Mapping[Place, bytes],
    *,
    reason: str,
    about: Mapping[Place, Sentences],
    role: str,
    now: dt.datetime | None,
    nothing: bool = False,
) -> tuple[tuple[Line, ...], tuple[Place, ...]]:
    """Write canonical files down with their lines; gives these and the places whose bytes were there already.

    The caller holds the lock. `about` are the explanations of each place. Raises as `accept` does.
    """
    shas = {place: hashlib.sha256(data).hexdigest() for place, data in files.items()}
    current = {place: ledger.current.get((kind.name, *place)) for place in files}
    unchanged = tuple(place for place, line in current.items() if line and line.sha256 == shas[place])
    changed = [place for place in files if place not in unchanged]
    replaced = {place: line for place in changed if (line := current[place])}
    if replaced and not reason:
        raise Mistake("reason-needed", {"submissions": listing(replaced), "count": len(replaced)})
    check_replaced(office, replaced.values())
    entries = [
        Entry(place, shas[place], reason if place in replaced else "", about.get(place, {}), nothing)
        for place in changed
    ]
    lines = next_lines(ledger, kind, entries, role, now, office)
    lost = [place for place in unchanged if not stands(office, kind, place, shas[place])]
    if lines or lost:
        store(
            office,
            lines,
            files={shas[place]: files[place] for place in [*changed, *lost]},
            restored={office.data_file(kind.name, *place): shas[place] for place in lost},
        )
    return tuple(lines), unchanged


@dataclass(frozen=True, slots=True)
class Entry:
    """What goes into one line, beside its place in the chain."""

    place: Place
    sha256: str
    reason: str
    explanations: Sentences
    nothing: bool


def check_role(role: str) -> None:
    """Raises Mistake `role` for what cannot stand in the ledger as a role."""
    if not ROLE.fullmatch(role):
        raise Mistake("role", {"role": role}, exit_code=2)


def judged(checked: Checked, name: str, only_unit: str | None) -> Checked:
    """A check that leaves nothing in the way. Raises Mistake `not-your-unit`, `refused`, `nothing-to-accept`."""
    others = sorted({unit for unit, _ in checked.submissions} - {only_unit}) if only_unit is not None else []
    if others:
        named = ", ".join(cut(unit) for unit in others[:SHOWN])
        raise Mistake("not-your-unit", {"unit": only_unit, "others": named, "count": len(others)})
    if checked.errors:
        raise Mistake("refused", {"file": name, "count": len(checked.errors)}, problems=tuple(checked.problems))
    if not checked.submissions:
        raise Mistake("nothing-to-accept", {"file": name}, problems=tuple(checked.problems))
    return checked


def canonical(kind: Kind, rows: Iterable[Sequence[str]]) -> bytes:
    """A canonical file: UTF-8, LF, comma, every column of the schema in its order, cells quoted where they must be."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(kind.columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def next_lines(
    ledger: Ledger,
    kind: Kind,
    entries: Sequence[Entry],
    role: str,
    now: dt.datetime | None,
    office: Office,
) -> list[Line]:
    """The lines that go on the ledger's end. Raises Mistake `clock-back`."""
    last = ledger.lines[-1].accepted_at if ledger.lines else ""
    at = accepted_at(office, now, last)
    lines: list[Line] = []
    head = ledger.head
    for entry in entries:
        unit, period = entry.place
        line = Line(
            number=len(ledger.lines) + len(lines) + 1,
            previous=head,
            kind=kind.name,
            unit=unit,
            period=period,
            revision=len(ledger.revisions(kind.name, unit, period)) + 1,
            sha256=entry.sha256,
            accepted_at=at,
            reason=entry.reason,
            role=role,
            explanations=dict(entry.explanations),
            nothing=entry.nothing,
        )
        head = line.digest()
        lines.append(line)
    if lines and at < last:
        raise Mistake("clock-back", {"now": at[:19].replace("T", " "), "last": last[:19].replace("T", " ")})
    return lines


def accepted_at(office: Office, now: dt.datetime | None, last: str) -> str:
    """The time to write down, ISO to the second with +07:00. A demonstration's day stands still: there the time is the
    start of that day, or that of the last line when it is later. Raises ValueError for a time without a zone."""
    if now is None and office.settings.today:
        day = dt.datetime.combine(office.settings.today, dt.time(), ZONE).isoformat(timespec="seconds")
        return max(day, last)
    now = now or dt.datetime.now(ZONE)
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    return now.astimezone(ZONE).isoformat(timespec="seconds")


def check_replaced(office: Office, lines: Iterable[Line]) -> None:
    """What a correction replaces must still be what was accepted, or it could not be kept.

    Raises Mistake `file-changed`.
    """
    for line in lines:
        if not stands(office, office.kinds[line.kind], (line.unit, line.period), line.sha256):
            path = office.data_file(line.kind, line.unit, line.period).relative_to(office.root).as_posix()
            raise Mistake("file-changed", {"path": path, "count": 1})


def stands(office: Office, kind: Kind, place: Place, sha256: str) -> bool:
    """Whether the accepted file stands in its place with the bytes that were accepted."""
    path = office.data_file(kind.name, *place)
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def public_sentences(given: Sentences) -> dict[str, str]:
    """Explanations as they will be published; blank ones are left out. Raises as `public_sentence`."""
    return {code: said for code, text in given.items() if (said := public_sentence(text))}


def public_sentence(text: str) -> str:
    """A reason or an explanation as it will be published: NFC, spaces at the ends taken off; empty when there is none.

    Raises Mistake `reason-control` for characters that are not shown, `reason-formula` for a start that a spreadsheet
    takes for a formula, `reason-long`, `reason-words` when no letter is in it, `reason-personal` for what seems to
    identify a person.
    """
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        return ""
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in text):
        raise Mistake("reason-control")
    if unicodedata.normalize("NFKC", text[0]) in FORMULA_STARTS:
        raise Mistake("reason-formula", {"start": text[0]})
    if len(text) > REASON_LIMIT:
        raise Mistake("reason-long", {"length": len(text), "limit": REASON_LIMIT})
    if not any(char.isalpha() for char in text):
        raise Mistake("reason-words")
    if suspect(text):
        raise Mistake("reason-personal")
    return text


def listing(places: Iterable[Place]) -> str:
    """(unit, period) pairs as a sentence names them."""
    named = [f"{unit} ({period})" for unit, period in places]
    rest = len(named) - SHOWN
    return ", ".join(named[:SHOWN]) + (f", … +{rest}" if rest > 0 else "")
