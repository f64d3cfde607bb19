"""Keep PDF documents under their hash, for registers to name."""

import sys
from pathlib import Path

from publisher.catalogue import open_office
from publisher.errors import Mistake
from publisher.ledger import keep_document
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 when every document is kept. Raises Mistake `usage` and those of `keep_document`."""
    parser = terminal.parser("attach")
    parser.add_argument("--name", default="", help=terminal.help("attach.name"))
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=terminal.help("attach.files"))
    options = parser.parse_args(argv)
    if options.name and len(options.files) > 1:
        raise Mistake("usage", {"detail": "--name"}, exit_code=terminal.USAGE)
    office = open_office(options.office)
    for path in options.files:
        terminal.say("attach.kept", file=str(path), sha256=keep_document(office, path, options.name))
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
