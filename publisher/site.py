"""From written pages to HTML: the one module that knows MkDocs.

Each language is built by a process of its own (`python -m publisher.site`): MkDocs keeps its state in globals and its
log in one place, the languages run side by side, and zone, locale and hash seed are the same on every machine, so
that the same pages give the same bytes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from mkdocs.utils.yaml import yaml_load

from publisher import policy, styles, words
from publisher.errors import Mistake

if TYPE_CHECKING:  # the builder process needs no catalogue, and starts in a third of the time without it
    from publisher.catalogue import Office

CONFIGS = {"vi": "mkdocs.yml", "en": "mkdocs.en.yml"}
"""The shell of each language, in the repository's root."""

ROOT_LANGUAGE = words.LANGUAGES[0]
"""The language whose pages stand at the root of the site; another one stands in a folder of its name."""

STATEMENT = "kha-nang-tiep-can"
"""The hand-written page with the accessibility statement: every page links to it."""

SHIM = "assets/javascripts/iframe-worker.js"
"""What the search of an offline copy needs; the plugin, which would load it from another host, looks for this name."""

SCRIPT = "assets/javascripts/site.js"

UNUSED = ("assets/images/favicon.png", "**/*.map", "assets/javascripts/lunr/*.js", "assets/javascripts/lunr/min/*.js")
"""What the theme brings and no page asks for, but for the search's files of the language."""

DETAILS = 3
"""How many of MkDocs' warnings the sentence of a failure repeats; the log has them all."""


@dataclass(frozen=True, slots=True)
class Job:
    """One language of one site, as the builder process receives it. `site_name` and `copyright` are HTML."""

    config: str
    docs_dir: str
    site_dir: str
    site_name: str
    site_url: str
    copyright: str
    languages: list[str]
    offline: bool
    extra: dict[str, Any]


def build_html(
    office: Office,
    pages: Path,
    out: Path,
    *,
    release_id: str,
    epoch: int,
    languages: Sequence[str] | None = None,
    offline: bool = False,
) -> None:
    """Build `pages/vi` into `out` and `pages/en` into `out/en`, both at once; `out` must not be in use.

    `epoch` (seconds) is the only clock the pages and the sitemap know. The theme finds `release` and
    `demonstration` under `config.extra`, and under `preview` where pictures for link previews stand. MkDocs' log of
    each language stays in `build/mkdocs.<language>.log`. With `offline` the theme's plugin of that name makes pages
    that open from a disk; only `publisher.offline` asks for it. Raises Mistake `mkdocs-failed` with MkDocs' first
    warnings: its strict mode accepts none.
    """
    languages = languages or office.settings.languages
    office.build.mkdir(parents=True, exist_ok=True)
    # MkDocs empties its output but for hidden entries, so the inner site is built hidden and shown at the end.
    folders = {lang: out if lang == ROOT_LANGUAGE else out / f".{lang}" for lang in languages}
    running: dict[str, subprocess.Popen[str]] = {}
    try:
        for lang in languages:
            job = prepare(office, lang, languages, pages / lang, folders[lang], release_id, offline=offline)
            running[lang] = start(job, office.build / f"mkdocs.{lang}.log", epoch)
        for lang, process in running.items():
            finish(process, lang, office.build / f"mkdocs.{lang}.log")
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
    for lang, folder in folders.items():
        if folder != out:
            folder.rename(out / lang)
    for lang, folder in folders.items():
        remove_unused(out / lang if folder != out else out, lang, offline=offline)
    give_names(out, [out, *(out / lang for lang in languages if lang != ROOT_LANGUAGE)], release_id)


def remove_unused(folder: Path, lang: str, *, offline: bool) -> None:
    """Remove the theme's files that nothing of one language's site asks for."""
    needed = {f"lunr.{lang}.min.js", "lunr.stemmer.support.min.js"}
    for pattern in UNUSED if offline else (*UNUSED, SHIM):
        for path in folder.glob(pattern):
            if path.name not in needed:
                path.unlink()


def stamped(name: str, release_id: str) -> str:
    """The name of a file of ours in one release: browsers may keep it for good, the next release has another."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{release_id[:8]}{path.suffix}"))


def give_names(out: Path, folders: Sequence[Path], release_id: str) -> None:
    """Give the style sheet and the script of a built site the names under which its pages ask for them."""
    styles.combine(out, folders, Path(stamped(styles.OURS, release_id)).name)
    for folder in folders:
        (folder / SCRIPT).rename(folder / stamped(SCRIPT, release_id))


def prepare(
    office: Office,
    lang: str,
    languages: Sequence[str],
    docs: Path,
    folder: Path,
    release_id: str,
    *,
    offline: bool = False,
) -> Job:
    """What differs from mkdocs.yml: the office's name, address and licence, and where the files stand."""
    from publisher.catalogue.office import HOME
    from publisher.pages.previews import OFFICE
    from publisher.proof import short

    settings = office.settings
    licence = Markup('<a href="{}" rel="license">{}</a>').format(settings.licence.url, settings.licence.name)
    home = escape(site_url(settings.site_url, lang))
    note = words.say(lang, "pages.offline.note", release=short(release_id), address=home) if offline else ""
    own_first = [lang, *(other for other in languages if other != lang)]
    statement = {"address": f"{STATEMENT}/", "name": words.say(lang, "pages.theme.statement")}
    return Job(
        config=str(HOME / CONFIGS[lang]),
        docs_dir=str(docs.resolve()),
        site_dir=str(folder.resolve()),
        site_name=str(escape(settings.name[lang])),
        site_url=site_url(settings.site_url, lang),
        copyright=words.say(lang, "pages.shell.copyright", name=escape(settings.name[lang]), licence=licence),
        languages=list(languages),
        offline=offline,
        extra={
            "not_found": [not_found(settings.site_url, other, settings.name[other]) for other in own_first],
            "policy": "" if offline else policy.text(policy.PAGE),
            "release": release_id,
            "script": stamped(SCRIPT, release_id),
            "stylesheet": stamped(f"assets/stylesheets/{styles.OURS}", release_id),
            "demonstration": settings.demonstration,
            "search_keys": words.say(lang, "pages.theme.search_keys"),
            "statement": statement if (docs / f"{STATEMENT}.md").is_file() else None,
            "offline": note,
            "preview": None if offline else {"root": site_url(settings.site_url, ROOT_LANGUAGE), "picture": OFFICE},
        },
    )


def not_found(root: str, lang: str, name: str) -> dict[str, str]:
    """What the page for an address that is not there says in a language: a host that only takes uploads has one such
    page for all languages."""
    home = urlsplit(site_url(root, lang)).path
    return {"lang": lang, "text": words.say(lang, "pages.shell.not_found"), "home": home, "name": str(escape(name))}


def site_url(root: str, lang: str) -> str:
    """The public address of a language's home page, with its last slash."""
    return f"{root.rstrip('/')}/" + ("" if lang == ROOT_LANGUAGE else f"{lang}/")


def start(job: Job, log: Path, epoch: int) -> subprocess.Popen[str]:
    """The builder process of one language, at work. It ends by itself when this process dies."""
    from publisher.catalogue.office import HOME

    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": str(epoch),
        "TZ": "UTC",
    }
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "publisher.site"],
            cwd=HOME,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once: finish() says why
        process.stdin.write(json.dumps(asdict(job)) + "\n")
        process.stdin.flush()
    return process


def finish(process: subprocess.Popen[str], lang: str, log: Path) -> None:
    """Wait for a builder. Raises Mistake `mkdocs-failed`."""
    assert process.stdout is not None
    detail = " ".join(process.stdout.read().split())
    if process.wait() != 0:
        values = {"language": lang, "detail": detail or f"exit {process.returncode}", "log": str(log)}
        raise Mistake("mkdocs-failed", values)


class Collector(logging.Handler):
    """Keeps what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one warning."""
        self.found.append(record.getMessage())


def run(job: Job) -> str:
    """Build one language in this process. Gives "" or, in MkDocs' words, why it failed; the rest is on stderr."""
    collector = Collector()
    logger = logging.getLogger("mkdocs")
    logger.setLevel(logging.INFO)
    logger.addHandler(collector)
    logger.addHandler(logging.StreamHandler(sys.stderr))
    try:
        config = load_config(
            job.config,
            docs_dir=job.docs_dir,
            site_dir=job.site_dir,
            # Some of the theme's places escape the name, others print it as it is: Markup is right in both.
            site_name=Markup(job.site_name),  # noqa: S704  # prepare() has escaped it
            site_url=job.site_url,
            copyright=job.copyright,
            extra_css=[],  # theirs and ours are one sheet
            strict=True,
            **(with_offline_plugin(job.config) if job.offline else {}),
        )
        others = [entry for entry in config.extra["languages"] if entry["lang"] in job.languages]
        config.extra["languages"] = others if len(others) > 1 else []
        config.extra.update(job.extra)
        if job.offline:
            config.extra["polyfills"] = [SHIM]
        mkdocs_build(config)
    except Abort as error:
        return "; ".join(collector.found[:DETAILS]) or str(error)
    except Exception as error:  # whatever it is, the site of yesterday stays and the person reads one sentence
        traceback.print_exc()
        return "; ".join([*collector.found[:DETAILS], f"{type(error).__name__}: {error}"])
    return ""


def with_offline_plugin(config: str) -> dict[str, Any]:
    """What an offline copy adds to a configuration file: the theme's plugin for it. The site itself never has it."""
    with Path(config).open(encoding="utf-8") as file:
        return {"plugins": [*yaml_load(file)["plugins"], "offline"]}


def end_with_parent() -> None:
    """Wait until the parent's end of the pipe closes, then end: nobody is left to receive this site."""
    os.read(0, 1)
    os._exit(1)


def main() -> int:
    """The builder process: one Job as a line of JSON on stdin, the reason of a failure on stdout."""
    job = Job(**json.loads(sys.stdin.readline()))
    threading.Thread(target=end_with_parent, daemon=True).start()
    answer = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        detail = run(job)
    answer.write(detail)
    answer.flush()
    return 1 if detail else 0


if __name__ == "__main__":
    sys.exit(main())
