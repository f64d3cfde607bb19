"""Build the site and publish it, or go back to the release before: `scripts/build.py [--office DIR] [--rollback]`."""

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack

from publisher import release, words
from publisher.catalogue import Office, open_office
from publisher.catalogue.office import HOME
from publisher.errors import Mistake
from publisher.words import format as formats
from scripts import terminal


class Bars:
    """The progress of the step at work; one step after the other."""

    def __init__(self, stack: ExitStack, quiet: bool) -> None:
        self.stack, self.quiet = stack, quiet
        self.step = ""
        self.tell: Callable[[int, int], None] = lambda _done, _total: None

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` parts of a step."""
        if step != self.step:
            self.stack.close()
            self.tell = self.stack.enter_context(terminal.progress(f"build.steps.{step}", quiet=self.quiet))
            self.step = step
        self.tell(done, total)


def durations(lang: str, seconds: dict[str, float]) -> str:
    """How long each step took, and all of them, in one sentence."""
    steps = [f"{words.say(lang, f'commands.build.steps.{s}')} {formats.number(lang, t, 1)}" for s, t in seconds.items()]
    total = formats.number(lang, sum(seconds.values()), 1)
    return words.say(lang, "commands.build.seconds", steps="; ".join(steps), total=total)


def serve_command(office: Office) -> str:
    """What to type to look at the site."""
    return ".venv/bin/python scripts/serve.py" + ("" if office.root == HOME else f" --office {office.root}")


def as_json(office: Office) -> int:
    """Build, and print what came of it for a program: `release` and `seconds`, or `mistake` (its code) with its
    sentence under `vi` and `en`."""
    try:
        made = release.build(office)
    except Mistake as error:
        print(json.dumps({"mistake": error.code} | dict(zip(words.LANGUAGES, words.mistake(error), strict=True))))
        return error.exit_code
    print(json.dumps({"release": made.folder.name, "seconds": made.seconds, "warnings": len(made.problems)}))
    return terminal.FINE


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the site was published or put back; a Mistake otherwise."""
    parser = terminal.parser("build")
    parser.add_argument("--rollback", action="store_true", help=terminal.help("build.rollback"))
    parser.add_argument("--quiet", action="store_true", help=terminal.help("build.quiet"))
    parser.add_argument("--json", action="store_true", help=terminal.help("build.json"))
    options = parser.parse_args(argv)
    office = open_office(options.office)
    if options.rollback:
        terminal.say("build.rolled_back", release=release.rollback(office).name)
        return terminal.FINE
    if options.json:
        return as_json(office)
    with ExitStack() as stack:
        made = release.build(office, progress=Bars(stack, options.quiet))
    if not options.quiet:
        terminal.say_both(durations("vi", made.seconds), durations("en", made.seconds))
        if made.problems:
            terminal.say("build.warnings", count=len(made.problems))
        page = office.site / "current" / "index.html"
        terminal.say("build.done", release=made.folder.name, page=page, serve=serve_command(office))
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
