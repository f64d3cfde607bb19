"""Make a dataset kind: a folder with explained definitions in an office's datasets/."""

import sys

from publisher.catalogue.new_kind import new_kind
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Run the command. Raises Mistake `kind-name`, `kind-exists`, `no-office`, `usage`."""
    parser = terminal.parser("new_dataset")
    parser.add_argument("name", metavar="NAME", help=terminal.help("new_dataset.name"))
    options = parser.parse_args(argv)
    folder = new_kind(options.office, options.name)
    publishing = options.office / "datasets" / "publishing.yaml"
    terminal.say("new_dataset.done", style="bold green", folder=folder)
    terminal.say("new_dataset.publish", name=options.name, publishing=publishing)
    terminal.say("new_dataset.next", name=options.name, folder=folder)
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
