"""What somebody kept elsewhere: any text in which codes of releases occur, and what each of them attests."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.errors import Mistake
from publisher.examination.report import Attested
from publisher.ledger import Ledger
from publisher.proof import Manifest, Published, short
from publisher.proof.codes import PRINTED

RUN = re.compile(r"(?<![\w-])(?:[0-9a-fA-FOolI]{4}[-–—.\u00a0 ]?){3,15}[0-9a-fA-FOolI]{4}(?![\w])")
LOOKS_LIKE = str.maketrans("OolI", "0011")
NEAR = 2
"""So many digits may be copied wrongly and the code still be recognised as a slip."""

Known = dict[str, Attested]
"""Whole hashes and what they are the hash of."""


def read_witness(paths: Iterable[Path]) -> tuple[str, ...]:
    """The codes in some files of text. Raises Mistake `witness-unreadable` and, when there is none, `witness-empty`."""
    found: dict[str, None] = {}
    for path in paths:
        try:
            found |= dict.fromkeys(codes_in(path.read_text(encoding="utf-8", errors="replace")))
        except OSError as error:
            raise Mistake("witness-unreadable", {"file": str(path), "detail": error.strerror}, exit_code=2) from error
    if not found:
        raise Mistake("witness-empty", exit_code=2)
    return tuple(found)


def codes_in(text: str) -> list[str]:
    """The codes in a text, as hex digits in lower case, each once, in their order.

    A code is printed in groups of four, 16 digits or more; hyphens, dots or blanks may stand between the groups, and a
    letter O or l in place of a digit. Numbers with blanks between them (a telephone number, an account) are none.
    """
    found: dict[str, None] = {}
    for run in RUN.findall(text):
        digits = re.sub(r"[^0-9a-fA-FOolI]", "", run).translate(LOOKS_LIKE).lower()
        if digits.isdigit() and "-" not in run:
            continue
        whole = len(digits) == 64 or len(digits) % PRINTED
        parts = [digits] if whole else [digits[at : at + PRINTED] for at in range(0, len(digits), PRINTED)]
        found |= dict.fromkeys(parts)
    return list(found)


def known(lines: Iterable[Published], manifest: Manifest | None, ledger: Ledger) -> Known:
    """Every hash that somebody may have kept: of releases by id, by manifest and by line of the chain; of the ledger by
    line."""
    found: Known = {line.digest(): Attested("", "ledger", line.number, line.accepted_at) for line in ledger.lines}
    if manifest:
        found[manifest.id] = Attested("", "release", manifest.number)
    for line in lines:
        release = Attested("", "release", line.number, line.published_at)
        found |= dict.fromkeys((line.id, line.manifest, line.digest()), release)
    return found


def attest(codes: Iterable[str], hashes: Known) -> Iterator[Attested]:
    """What each code attests; `nothing` for one that is not known, with the number of the release whose code
    is so near that it may have been copied wrongly."""
    by_beginning = {full[:PRINTED]: (full, what) for full, what in hashes.items()}
    for code in codes:
        full, what = by_beginning.get(code[:PRINTED], ("", None))
        printed = short(code) if len(code) <= PRINTED else code
        if what and full.startswith(code):
            yield Attested(printed, what.what, what.number, what.at)
        else:
            near = (w.number for b, (_, w) in by_beginning.items() if w.what != "ledger" and is_near(b, code))
            yield Attested(printed, "nothing", next(near, 0))


def is_near(one: str, other: str) -> bool:
    """Whether two codes differ in few digits."""
    return sum(a != b for a, b in zip(one, other, strict=False)) <= NEAR
