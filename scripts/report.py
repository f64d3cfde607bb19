"""Write a report to the office above: `scripts/report.py KIND 2026-Q3 [--unit CODE | --level commune] OUT.xlsx`."""

import sys

from publisher import reports
from publisher.catalogue import open_office
from publisher.errors import Mistake
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the file was written; a Mistake otherwise."""
    parser = terminal.parser("report")
    parser.add_argument("what", metavar="KIND", help=terminal.help("report.what"))
    parser.add_argument("period", metavar="2026-10", help=terminal.help("report.period"))
    parser.add_argument("--unit", default="", metavar="CODE", help=terminal.help("report.unit"))
    parser.add_argument("--level", default="", metavar="LEVEL", help=terminal.help("report.level"))
    parser.add_argument("--to", default="", metavar="NAME", help=terminal.help("report.to"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT.xlsx", help=terminal.help("report.out"))
    options = parser.parse_args(argv)
    if options.unit and options.level:
        raise Mistake("report-both", exit_code=terminal.USAGE)
    office = open_office(options.office)
    form = reports.form(office, options.what, options.period, unit=options.unit, level=options.level, to=options.to)
    terminal.write(options.out, form)
    terminal.say("report.done", style="bold green", file=options.out)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
