"""The flaws that real offices have, put into the demonstration on purpose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw that was put in on purpose: what it is, where, and the code of the warning it causes (if one)."""

    name: str
    kind: str
    unit: str
    period: str
    code: str = ""


FLAWS = (
    Flaw("late", "procedures", "90012", "2026-09"),
    Flaw("late", "feedback", "90012", "2026-09"),
    Flaw("missing", "feedback", "90015", "2026-10"),
    Flaw("missing", "procedures", "90021", "2026-10"),
    Flaw("missing", "procedures", "90018", "2026-03"),
    Flaw("missing", "service_quality", "90009", "2026-02"),
    Flaw("corrected", "procedures", "90003", "2026-10"),
    Flaw("corrected", "feedback", "90007", "2026-08"),
    Flaw("carried over differs", "procedures", "90005", "2026-10", "V05"),
    Flaw("no reason", "procedures", "90010", "2026-10", "V14a"),
    Flaw("no apologies", "procedures", "90011", "2026-10", "V14b"),
    Flaw("jump", "procedures", "90014", "2026-10", "V18a"),
    Flaw("same as before", "procedures", "90016", "2026-10", "V18b"),
    Flaw("missing", "tasks", "90017", "2026-10"),
    Flaw("carried over differs", "tasks", "90004", "2026-10", "N03"),
    Flaw("nothing to count", "feedback", "90022", "2026-10"),
    Flaw("answers above dossiers", "satisfaction", "90020", "2026-10", "S04a"),
    Flaw("few answers", "satisfaction", "90019", "2026-10"),
    Flaw("all fives", "satisfaction", "90013", "2026-10"),
)


def flaw(name: str, kind: str, unit: str, period: str) -> bool:
    """Whether this flaw was put here."""
    return any((f.name, f.kind, f.unit, f.period) == (name, kind, unit, period) for f in FLAWS)
