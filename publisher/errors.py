"""What can go wrong because of a person: a problem in a file, or a mistake that ends a command.

Both carry data, never sentences: the sentences stand in `publisher/words` under the same code.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

VALUE_LIMIT = 60
"""How many characters of a cell a message repeats."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing the check found, where the person will look for it.

    `row` is the line as a spreadsheet numbers it (1 = first), `column` the header as it stands in the
    file (or the column's letter when there is none), `cell` the address such as `J2`. All three are
    empty or None for what concerns the whole file. `message_vi` and `message_en` are whole sentences:
    where, what was found, what to do.
    """

    file: str
    code: str
    severity: Severity
    message_vi: str
    message_en: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    cell: str = ""
    value: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The keys that `scripts/validate.py --json` prints, in their order."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "cell": self.cell,
            "value": self.value,
            "code": self.code,
            "severity": self.severity,
            "message_vi": self.message_vi,
            "message_en": self.message_en,
        }


@dataclass
class Mistake(Exception):
    """A person's mistake that stops the command: one sentence, an exit code, nothing lost.

    `code` is a key under `mistakes:` in the words; `values` fill its sentence. `problems` are what the
    check found, when that is why the command stops.
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict)
    exit_code: int = 1
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return f"{self.code} {self.values}"


def cut(value: object) -> str:
    """A cell as a message may repeat it: one line, at most 60 characters, controls made visible."""
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value))
    return text if len(text) <= VALUE_LIMIT else text[: VALUE_LIMIT - 1] + "…"


def column_letter(number: int) -> str:
    """A column's letter as a spreadsheet shows it: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
