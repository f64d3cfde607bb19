"""Tell whether a published site was changed: `scripts/verify.py SITE|URL [--witness FILE] [--json]`."""

import sys
import tempfile
from pathlib import Path

from publisher.examination import Report, examine, read_witness
from publisher.examination.fetch import fetch, is_address
from publisher.examination.sentences import as_json, attested, finding, periods
from publisher.proof import short
from scripts import terminal


def tell(report: Report, *, witness: bool) -> None:
    """The report for a person: what was read, what fits, what does not, which months, what only a witness finds."""
    if report.id:
        terminal.say("verify.release", number=report.number, code=short(report.id), style="bold")
    terminal.say("verify.fits", **report.counts)
    if report.counts["since"]:
        terminal.say("verify.since", count=report.counts["since"])
    if report.findings:
        terminal.say("verify.wrong", count=len(report.findings), style="bold red")
        for found in report.findings:
            terminal.say_both(finding("vi", found), finding("en", found), indent=2)
        if report.months:
            terminal.say_both(periods("vi", report.months), periods("en", report.months), style="bold red")
        else:
            terminal.say("verify.months_unknown", style="bold red")
    else:
        terminal.say("verify.fine", style="bold green")
    for one in report.attested:
        terminal.say_both(attested("vi", one), attested("en", one), style="bold red" if one.what == "nothing" else "")
    terminal.say("verify.newest")
    if not witness:
        terminal.say("verify.no_witness", style="bold")


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything fits, 1 when something does not."""
    parser = terminal.Parser(prog="scripts/verify.py", description=terminal.help("verify.description"))
    parser.add_argument("site", metavar="SITE", help=terminal.help("verify.site"))
    parser.add_argument(
        "--witness", type=Path, action="append", default=[], metavar="FILE", help=terminal.help("verify.witness")
    )
    parser.add_argument("--json", action="store_true", help=terminal.help("verify.json"))
    parser.add_argument("--quiet", action="store_true", help=terminal.help("verify.quiet"))
    options = parser.parse_args(argv)
    witness = read_witness(options.witness) if options.witness else None
    quiet = options.quiet or options.json
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        site = Path(options.site)
        if is_address(options.site):
            with terminal.progress("verify.fetching", quiet=quiet) as progress:
                site = fetch(options.site, Path(folder), tell=progress)
        with terminal.progress("verify.steps", quiet=quiet) as progress:
            report = examine(site.resolve(), witness=witness, progress=progress)
    if options.json:
        sys.stdout.write(as_json(report) + "\n")
    else:
        tell(report, witness=bool(options.witness))
    return terminal.FINE if report.is_fine else terminal.PROBLEMS


if __name__ == "__main__":
    sys.exit(terminal.run(main))
