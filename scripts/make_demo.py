"""Make the demonstration's figures anew: `scripts/make_demo.py [--office DIR]`."""

import sys

from publisher.catalogue import open_office
from publisher.demonstration import make_demonstration
from publisher.errors import Mistake
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the figures were written. Raises Mistake `not-a-demonstration` for a real office."""
    office = open_office(terminal.parser("make_demo").parse_args(argv).office)
    if not office.settings.demonstration:
        raise Mistake("not-a-demonstration", {"folder": office.root}, exit_code=terminal.USAGE)
    with terminal.progress("make_demo.progress") as progress:
        count = make_demonstration(office, progress)
    terminal.say("make_demo.done", count=count, folder=office.datasets)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
