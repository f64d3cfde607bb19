"""Print a unit's bulletin of a month, the month's board, or both for all units:
`scripts/bulletin.py --period 2026-10 (--unit CODE | --board | --all) OUT.pdf`."""

import sys

from publisher.by_hand import Desk, write
from publisher.catalogue import open_office
from scripts import terminal
from scripts.accept import period_label


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the file was written; a Mistake otherwise."""
    parser = terminal.parser("bulletin")
    parser.add_argument(
        "--period", type=period_label, required=True, metavar="2026-10", help=terminal.help("bulletin.period")
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--unit", metavar="CODE", help=terminal.help("bulletin.unit"))
    which.add_argument("--board", action="store_true", help=terminal.help("bulletin.board"))
    which.add_argument("--all", action="store_true", help=terminal.help("bulletin.all"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT.pdf", help=terminal.help("bulletin.out"))
    options = parser.parse_args(argv)
    desk = Desk(open_office(options.office))
    if options.unit:
        pdf = desk.bulletin(options.unit, options.period)
    else:
        pdf = desk.board(options.period) if options.board else desk.whole(options.period)
    write(options.out, pdf)
    terminal.say("bulletin.done", style="bold green", file=options.out)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
