"""Pack the site as a ZIP file that opens without a network: `scripts/offline.py [--office DIR] OUT.zip`."""

import sys
from contextlib import ExitStack

from publisher import offline, release
from publisher.catalogue import open_office
from scripts import terminal
from scripts.build import Bars

KILOBYTE = 1000


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the ZIP file was written; a Mistake otherwise."""
    parser = terminal.parser("offline")
    parser.add_argument("out", type=terminal.folder, metavar="OUT.zip", help=terminal.help("offline.out"))
    parser.add_argument("--quiet", action="store_true", help=terminal.help("offline.quiet"))
    options = parser.parse_args(argv)
    with ExitStack() as stack:
        made = offline.pack(open_office(options.office), options.out, progress=Bars(stack, options.quiet))
    if not options.quiet:
        size = round(made.size / KILOBYTE)
        terminal.say("offline.done", out=made.file, size=size, pages=made.pages, release=release.short(made.release))
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
