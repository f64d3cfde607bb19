"""What is wrong with an installation, in sentences. It looks and changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from collector.keeping.doctor import data, machine, publishing, services
from collector.keeping.doctor.findings import SEVERITIES, Finding, Place, found, of_mistake
from publisher.catalogue import open_office
from publisher.errors import Mistake

__all__ = ["Finding", "Place", "look"]

CHECKS: tuple[Callable[[Place], Iterator[Finding]], ...] = (
    machine.python,
    machine.packages,
    machine.words,
    machine.fonts,
    machine.sandbox,
    machine.disk,
    machine.zone,
    data.rights,
    data.owners,
    data.ledger,
    data.clock,
    data.left_over,
    services.settings,
    services.keys,
    services.survey,
    services.staff,
    services.mail,
    publishing.addresses,
    publishing.day,
    publishing.site,
    publishing.builds,
    publishing.backups,
)
"""Everything that is looked at, in the order in which it is told."""


def look(place: Place) -> list[Finding]:
    """What is wrong, the worst first. A check that cannot even look is a finding, never an end."""
    findings = []
    try:
        place = replace(place, office=open_office(place.places.office))
    except Mistake as error:
        findings.append(of_mistake(error))
    for check in CHECKS:
        try:
            for finding in check(place):
                findings.append(finding)  # noqa: PERF402 what was found before a check ends in a mistake counts
        except Mistake as error:
            findings.append(of_mistake(error))
        except OSError as error:
            where = error.filename or place.places.office
            findings.append(found("unreadable", "error", path=where, detail=error.strerror or str(error)))
    return sorted(dict.fromkeys(findings), key=lambda one: SEVERITIES.index(one.severity))
