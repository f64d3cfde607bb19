"""One line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured, its bound, and what was found: `value` must be at most `bound` (exactly it where `exact`).

    `unit` follows the number ("" for a ratio); `detail` says from which seconds it came.
    """

    what: str
    value: float
    bound: float
    detail: str
    unit: str = ""
    exact: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.value == self.bound if self.exact else self.value <= self.bound

    def row(self, measured: str) -> str:
        """The line in Markdown; `measured` says when and how often."""
        digits = 0 if self.exact or self.unit else 2
        bound = f"{'=' if self.exact else '≤'} {self.bound:g}{self.unit}"
        found = f"{self.value:.{digits}f}{self.unit}"
        return f"| {self.what} | {bound} | {found} | {'yes' if self.holds else '**no**'} | {self.detail} | {measured} |"
