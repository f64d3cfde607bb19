"""Write a report to the office above, or a reminder to a unit:

`scripts/report.py KIND 2026-Q3 [--unit CODE | --level commune] OUT.xlsx`, `scripts/report.py inspections 2026-10 OUT`,
`scripts/report.py reminder --unit CODE [2026-10] OUT`; the last two write OUT.docx and OUT.pdf.
"""

import argparse
import datetime as dt
import sys
from pathlib import Path

from publisher import reports
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake
from scripts import terminal

FORM = ("unit", "level", "to")
TAKES = {"inspections": ("to", "issuer", "signer"), "reminder": ("unit", "issuer", "signer", "by")}
"""What each of them takes: a form, and the letters."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the files were written; a Mistake otherwise."""
    parser = terminal.parser("report")
    parser.add_argument("what", metavar="WHAT", help=terminal.help("report.what"))
    parser.add_argument("period", nargs="?", default="", metavar="2026-10", help=terminal.help("report.period"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT", help=terminal.help("report.out"))
    parser.add_argument("--unit", default="", metavar="CODE", help=terminal.help("report.unit"))
    parser.add_argument("--level", default="", metavar="LEVEL", help=terminal.help("report.level"))
    parser.add_argument("--to", default="", metavar="NAME", help=terminal.help("report.to"))
    parser.add_argument("--from", default="", dest="issuer", metavar="NAME", help=terminal.help("report.from"))
    parser.add_argument("--signer", default="", metavar="A/B", help=terminal.help("report.signer"))
    parser.add_argument("--by", type=day, metavar="2026-12-01", help=terminal.help("report.by"))
    options = parser.parse_intermixed_args(argv)
    if options.unit and options.level:
        raise Mistake("report-both", exit_code=terminal.USAGE)
    unused = [name for name in ("unit", "level", "to", "issuer", "signer", "by") if getattr(options, name)]
    unused = [name for name in unused if name not in TAKES.get(options.what, FORM)]
    if unused:
        named = ", ".join("--from" if name == "issuer" else f"--{name}" for name in unused)
        raise Mistake("report-option", {"what": options.what, "options": named}, exit_code=terminal.USAGE)
    for path, content in written(open_office(options.office), options).items():
        terminal.write(path, content)
        terminal.say("report.done", style="bold green", file=path)
    return terminal.FINE


def written(office: Office, options: argparse.Namespace) -> dict[Path, bytes]:
    """The files that were asked for, by path."""
    asked = {"issuer": options.issuer, "signer": options.signer}
    if options.what not in reports.LETTERS:
        where = {"unit": options.unit, "level": options.level, "to": options.to}
        return {options.out: reports.form(office, options.what, options.period, **where)}
    if options.what == "reminder":
        letter = reports.reminder_letter(office, options.unit, options.period, by=options.by, **asked)
    else:
        letter = reports.monthly_letter(office, options.period, to=options.to, **asked)
    out: Path = options.out
    name = out.stem if out.suffix in reports.ENDINGS else out.name
    return {out.with_name(name + ending): content for ending, content in reports.files(letter).items()}


def day(text: str) -> dt.date:
    """A day as typed."""
    return dt.date.fromisoformat(text)


if __name__ == "__main__":
    sys.exit(terminal.run(main))
