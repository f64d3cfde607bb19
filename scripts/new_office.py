"""Make an office: a new folder with explained settings and empty reference tables."""

import sys

from publisher.catalogue.new_office import new_office
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Run the command. Raises Mistake `folder-not-empty`, `usage`."""
    parser = terminal.Parser(prog="scripts/new_office.py", description=terminal.help("new_office.description"))
    parser.add_argument("folder", type=terminal.folder, metavar="DIR", help=terminal.help("new_office.folder"))
    parser.add_argument("--name", default="", help=terminal.help("new_office.name"))
    parser.add_argument("--name-en", default="", help=terminal.help("new_office.name_en"))
    options = parser.parse_args(argv)
    new_office(options.folder, name=options.name, name_en=options.name_en)
    terminal.say("new_office.done", style="bold green", folder=options.folder)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
