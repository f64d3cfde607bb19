"""What an examination found, in sentences."""

import datetime as dt
import json
from collections.abc import Sequence

from publisher.examination.report import Attested, Finding, Report
from publisher.words import LANGUAGES, say
from publisher.words import format as formats

PLAIN_KEYS = ("unit", "month")


def finding(lang: str, found: Finding) -> str:
    """One finding as a sentence: which file or line, what was done to it, whom and which month it concerns."""
    values = dict(found.values)
    if found.code.startswith("file-"):
        named = [name for name in PLAIN_KEYS if values.get(name)]
        said = (say(lang, f"examination.about_{name}", **{name: values[name]}) for name in named)
        values["about"] = "".join(f" {sentence}" for sentence in said)
    if "at" in values:
        values["at"] = moment(lang, values["at"])
    return say(lang, f"examination.{found.code}", **values)


def periods(lang: str, months: Sequence[str]) -> str:
    """The months that were touched, in one sentence."""
    return say(lang, "commands.verify.months", months=", ".join(formats.period(lang, month) for month in months))


def attested(lang: str, one: Attested) -> str:
    """What a code of the witness turned out to be."""
    if one.what == "nothing":
        sentence = say(lang, "commands.verify.not_kept", code=one.code)
        return sentence + (" " + say(lang, "commands.verify.near", number=one.number) if one.number else "")
    if one.what == "doubtful":
        return say(lang, "commands.verify.doubtful", code=one.code, number=one.number)
    at = say(lang, "commands.verify.at", time=moment(lang, one.at)) if one.at else ""
    return say(lang, f"commands.verify.{one.what}_kept", code=one.code, number=one.number, at=at)


def moment(lang: str, iso: str) -> str:
    """A time as people write it: "12/11/2026 08:30"."""
    at = dt.datetime.fromisoformat(iso)
    return f"{formats.date(lang, at.date())} {at:%H:%M}"


def as_json(report: Report) -> str:
    """The whole report for programs."""
    findings = [
        {"code": found.code, "path": found.path, "months": sorted(found.months)}
        | {f"message_{lang}": finding(lang, found) for lang in LANGUAGES}
        for found in report.findings
    ]
    content = {
        "release": report.number,
        "id": report.id,
        "fine": report.is_fine,
        "months": report.months,
        "findings": findings,
        "witness": [{"code": one.code, "is": one.what, "number": one.number, "at": one.at} for one in report.attested],
        "fits": dict(report.counts),
    }
    return json.dumps(content, ensure_ascii=False, indent=2)
