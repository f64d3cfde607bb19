"""Say what is wrong with an installation: `scripts/doctor.py [--office DIR] [--json]`. It changes nothing."""

import datetime as dt
import json
import os
import sys

from collector.keeping.doctor import Finding, Place, look
from collector.settings import read_places
from publisher.catalogue.office import ZONE
from scripts import terminal

LOOKS = {"error": "bold red", "warning": "yellow", "note": ""}


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 without errors (there may be warnings), 1 with one."""
    parser = terminal.parser("doctor")
    parser.set_defaults(office=None)
    parser.add_argument("--json", action="store_true", help=terminal.help("doctor.json"))
    options = parser.parse_args(argv)
    environ = {**os.environ, **({"COLLECTOR_OFFICE": str(options.office)} if options.office else {})}
    findings = look(Place(read_places(environ), environ, dt.datetime.now(ZONE)))
    if options.json:
        json.dump([finding.as_dict() for finding in findings], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        tell(findings)
    return terminal.PROBLEMS if any(finding.severity == "error" for finding in findings) else terminal.FINE


def tell(findings: list[Finding]) -> None:
    """The verdict, then each finding under how bad it is."""
    counts = {severity: sum(one.severity == severity for one in findings) for severity in LOOKS}
    verdict = "wrong" if counts["error"] else "look" if counts["warning"] else "fine"
    style = {"wrong": "bold red", "look": "bold yellow", "fine": "bold green"}[verdict]
    terminal.say(f"doctor.{verdict}", style=style, errors=counts["error"], warnings=counts["warning"])
    for severity, style in LOOKS.items():
        if counts[severity]:
            terminal.say(f"doctor.{severity}", style="bold")
        for one in findings:
            if one.severity == severity:
                terminal.say_both(f"• {one.vi}", f"  {one.en}", style=style, indent=2)


if __name__ == "__main__":
    sys.exit(terminal.run(main))
