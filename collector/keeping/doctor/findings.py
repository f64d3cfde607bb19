"""What is found, and what every check is given."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from collector.settings import Places
from publisher import words
from publisher.catalogue import Office
from publisher.errors import Mistake

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: a stable code, how bad it is, and a sentence in each language that says what it is and what to do."""

    code: str
    severity: Severity
    vi: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """The keys that `scripts/doctor.py --json` prints."""
        return {"code": self.code, "severity": self.severity, "message_vi": self.vi, "message_en": self.en}


@dataclass(frozen=True)
class Place:
    """What is looked at: where things lie, the environment, the time; the office, unless it cannot be opened."""

    places: Places
    environ: Mapping[str, str]
    now: dt.datetime
    office: Office | None = None


def found(code: str, severity: Severity, **values: Any) -> Finding:
    """A finding with its sentences (words `doctor.<code>`)."""
    vi, en = (words.say(lang, f"doctor.{code}", **values) for lang in words.LANGUAGES)
    return Finding(code, severity, vi, en)


def of_mistake(error: Mistake) -> Finding:
    """A mistake that the programs would end with."""
    return Finding(error.code, "error", *words.mistake(error))


def mode_of(path: Path) -> str:
    """The rights of a file or folder as `chmod` takes them."""
    return f"{path.stat().st_mode & 0o7777:04o}"
