"""What all commands share when they speak to a person: arguments, sentences in two languages, progress, exit codes."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from publisher import words
from publisher.catalogue.office import HOME
from publisher.errors import Mistake

FINE, PROBLEMS, USAGE = 0, 1, 2
"""Exit codes."""

PLAIN_STEPS = 10
"""In a log a long work says how far it is about so many times."""


class Parser(argparse.ArgumentParser):
    """Arguments whose mistakes are ours to tell."""

    def error(self, message: str) -> NoReturn:
        """Raises Mistake `usage`."""
        raise Mistake("usage", {"detail": message}, exit_code=USAGE)


def parser(command: str) -> Parser:
    """The arguments of a command (words `commands.<command>.description`), with `--office`, an absolute folder."""
    found = Parser(prog=f"scripts/{command}.py", description=help(f"{command}.description"))
    found.add_argument("--office", type=folder, default=HOME, metavar="DIR", help=help("terminal.office"))
    return found


def folder(text: str) -> Path:
    """A folder as typed, absolute."""
    return Path(text).resolve()


def write(path: Path, content: bytes) -> None:
    """Write the file that was asked for. Raises Mistake `out-file`."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Mistake("out-file", {"file": str(path), "detail": error.strerror or ""}) from error


def help(key: str) -> str:  # noqa: A001  # read as terminal.help(...)
    """The help of an option in both languages on one line: "vi / en"; `key` is under `commands`."""
    both = (words.say(lang, f"commands.{key}") for lang in words.LANGUAGES)
    return " / ".join(both).replace("%", "%%")


def console(*, error: bool = False) -> Console:
    """Where to speak: coloured on a terminal (unless NO_COLOR), plain text with whole lines elsewhere."""
    return Console(stderr=error, highlight=False, markup=False, emoji=False, soft_wrap=True)


def visible(text: str) -> str:
    """Text in which nothing can steer the terminal: control characters are shown, not obeyed."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def say_both(vi: str, en: str, *, style: str = "", indent: int = 0, error: bool = False) -> None:
    """A sentence in Vietnamese, the English one dimmed beneath it."""
    out = console(error=error)
    for text, look in [(vi, style)] + [(en, "dim")] * (en != vi):
        if out.is_terminal:  # wrapped here, so that the next line of a sentence stands under its first
            out.print(Padding(Text(visible(text), style=look), (0, 0, 0, indent)), soft_wrap=False)
        else:
            out.print(" " * indent + visible(text))


def say(key: str, *, style: str = "", error: bool = False, **values: object) -> None:
    """The sentence `commands.<key>` in both languages."""
    vi, en = (words.say(lang, f"commands.{key}", **values) for lang in words.LANGUAGES)
    say_both(vi, en, style=style, error=error)


def run(main: Callable[[list[str] | None], int], argv: list[str] | None = None) -> int:
    """A command's exit code; a person's mistake is told on stderr with its problems, a bug stays a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")  # a terminal without Vietnamese letters still gets the sentence
    try:
        return main(argv)
    except Mistake as error:
        tell_mistake(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def tell_mistake(error: Mistake) -> None:
    """A mistake's sentence and the problems it carries, on stderr."""
    say_both(*words.mistake(error), style="bold red", error=True)
    for problem in error.problems:
        say_both(f"{problem.file}: {problem.message_vi}", problem.message_en, indent=2, error=True)


@contextmanager
def progress(key: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Progress of one long work on stderr: call what it gives with (done, total).

    A bar on a terminal, a line for every tenth elsewhere, nothing when quiet. `key` is under `commands`.
    """
    out, label = console(error=True), words.say("vi", f"commands.{key}")
    if quiet:
        yield lambda _done, _total: None
    elif out.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=out, transient=True) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        last = 0

        def tell(done: int, total: int) -> None:
            nonlocal last
            step = done * PLAIN_STEPS // total if total else 0
            if step > last:
                last = step
                out.print(f"{label}: {done}/{total}")

        yield tell
