"""Make the workbook that a unit fills in for a period."""

import sys

from publisher import words
from publisher.catalogue import open_office
from publisher.errors import Mistake
from publisher.workbooks.template import make
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the workbook was written. Raises Mistake `unknown-kind`, `out-file`, and those of `make`."""
    parser = terminal.parser("template")
    parser.add_argument("--dataset", required=True, metavar="KIND", help=terminal.help("template.dataset"))
    parser.add_argument("--unit", required=True, metavar="CODE", help=terminal.help("template.unit"))
    parser.add_argument("--period", required=True, metavar="2026-10", help=terminal.help("template.period"))
    parser.add_argument("out", type=terminal.folder, metavar="OUT.xlsx", help=terminal.help("template.out"))
    options = parser.parse_args(argv)
    office = open_office(options.office)
    kind = office.kinds.get(options.dataset)
    if kind is None:
        known = ", ".join(sorted(office.kinds))
        raise Mistake("unknown-kind", {"kind": options.dataset, "known": known}, exit_code=terminal.USAGE)
    code = office.units.code(options.unit) or options.unit
    terminal.write(options.out, make(office, kind, code, options.period))
    unit = office.units.entries[code]
    said = {
        lang: words.say(
            lang, "commands.template.done",
            kind=kind.title[lang], unit=unit.name[lang], period=options.period, file=options.out,
        )
        for lang in words.LANGUAGES
    }  # fmt: skip
    terminal.say_both(said["vi"], said["en"], style="bold green")
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
