"""What an examination found, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit. `code` is a key under `examination` in the words, `values` fill its sentence,
    `months` are the periods that it touches (none where that cannot be told), `path` the file it is about, if one."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    months: frozenset[str] = frozenset()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Attested:
    """A code that a witness kept, and what it is the code of: a `release` or a line of the `ledger`, with its number
    and when it was published or accepted; `doubtful` where chain or ledger do not fit in themselves, so that nothing
    follows from it; or `nothing`."""

    code: str
    what: Literal["release", "ledger", "doubtful", "nothing"]
    number: int = 0
    at: str = ""


@dataclass(frozen=True)
class Report:
    """What an examination of a site says.

    `number`, `id` and `version` are those of the release that was read (0 and "" when its manifest cannot be); `counts`
    how much was found to fit: files, ledger lines, releases, submissions, figures. `attested` is what the codes of the
    witness were found to be.
    """

    number: int
    id: str
    version: str
    findings: tuple[Finding, ...]
    counts: Mapping[str, Any]
    attested: tuple[Attested, ...] = ()

    @property
    def months(self) -> list[str]:
        """The periods that the findings touch, first to last."""
        return sorted({month for finding in self.findings for month in finding.months})

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong, and every code of the witness was found."""
        return not self.findings and all(one.what != "nothing" for one in self.attested)


def every(*parts: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of several checks in one tuple."""
    return tuple(finding for part in parts for finding in part)
