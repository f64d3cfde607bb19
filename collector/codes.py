"""The codes on posters and slips, and the keys on disk that stand behind them.

A poster carries its counter, its period and a short MAC: who has seen one poster cannot make another. A slip carries
sixteen random characters that mean nothing; the store keeps only their keyed hashes. People type codes from paper, so
both are written in Crockford's base 32 (no I, L, O, U) and read whatever the case, with O for 0 and I or L for 1.

The typed form of a slip is its first eight characters and a check digit: the one character that makes the sum of all
nine, each times its own power of a generator of GF(32), zero. It is the Reed-Solomon code with one check symbol. As
the nine weights differ, it catches every single wrong character, every swap of any two characters, and every pair of
equal characters typed as another pair; of other mistakes one in 32 passes. ISO 7064 for letters (MOD 37,36) would need
I, L, O and U as check digits, and Crockford's own MOD 37 the signs * ~ $ =, which nobody finds on a phone.
"""

import contextlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from publisher.catalogue.addresses import CODE
from publisher.catalogue.periods import LABEL
from publisher.errors import Mistake

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: ten digits and the letters without I, L, O, U."""

READ = (
    {c: c for c in ALPHABET} | {c.lower(): c for c in ALPHABET} | dict.fromkeys("Oo", "0") | dict.fromkeys("IiLl", "1")
)
"""What a person may have typed → the character that is meant."""

SLIP_LENGTH, SHORT_LENGTH, MAC_LENGTH = 16, 8, 10
"""Characters of a slip's code (80 bits), of the part that is typed (40 bits), and of a poster's MAC (50 bits)."""

READ_LIMIT = 64
"""Longer text is no code, however many spaces and hyphens it has."""

TELEX = {"\u0301": "S", "\u0300": "F", "\u0309": "R", "\u0303": "X", "\u0323": "J", "\u0306": "W", "\u0302": ""}
"""The marks of Vietnamese letters → the Telex key that sets them; the circumflex comes from typing its letter twice."""

HORN = "\u031b"
"""On U, the mark that Telex sets for W alone."""

LOST_LIMIT = 4
"""More lost keys than these are no longer looked for: five characters with four lost keys give some 400 readings."""

KEY_BYTES = 32
HASH_BYTES = 16

BATCH = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")
"""What the id of a batch may look like: it is a file's name."""

REDUCE = 0b100101
"""x⁵ + x² + 1, the polynomial over which GF(32) is made; x generates all its 31 elements but zero."""


class Keys:
    """The keys in a folder: one for posters, one for each open period, one for each batch of slips that is still good.

    The folder is 0700, each key a file of 32 random bytes, 0600, made when it is first asked for. Nothing is remembered
    in memory, so that a destroyed key is gone from a server that still runs. Every method raises Mistake
    `collector-keys` when a key cannot be read or written, has another length, or may be read by others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def poster(self) -> bytes:
        """The key of all posters. It lives long: without it every poster that hangs becomes worthless."""
        return self._key("", "poster")

    def period(self, label: str) -> bytes:
        """The key of the receipts of a period. Raises ValueError for anything but `YYYY-MM`."""
        return self._key("periods", checked(LABEL, label))

    def destroy_period(self, label: str) -> None:
        """Overwrite and remove the key of a period; nothing happens when it is gone already."""
        self._destroy("periods", checked(LABEL, label))

    def batch(self, batch: str) -> bytes:
        """The key of a batch of slips. Raises ValueError for an id of other than letters, digits, hyphens."""
        return self._key("batches", checked(BATCH, batch))

    def batches(self) -> tuple[str, ...]:
        """The ids of the batches whose key is there, sorted (ids are random, so the order tells nothing)."""
        folder = self.folder / "batches"
        try:
            return tuple(sorted(path.name for path in folder.iterdir() if BATCH.fullmatch(path.name)))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise unusable(folder, error.strerror) from error

    def destroy_batch(self, batch: str) -> None:
        """Overwrite and remove the key of a batch; nothing happens when it is gone already."""
        self._destroy("batches", checked(BATCH, batch))

    def _key(self, kind: str, name: str) -> bytes:
        folder = self.folder / kind
        try:
            for made in dict.fromkeys((self.folder, folder)):
                make_folder(made)
            try:
                return read_key(folder / name)
            except FileNotFoundError:
                make_key(folder / name)
                return read_key(folder / name)
        except OSError as error:
            raise unusable(Path(error.filename or folder), error.strerror) from error

    def _destroy(self, kind: str, name: str) -> None:
        path = self.folder / kind / name
        try:
            with contextlib.suppress(FileNotFoundError):
                handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    os.write(handle, bytes(KEY_BYTES))
                    os.fsync(handle)
                finally:
                    os.close(handle)
                path.unlink(missing_ok=True)
                sync_folder(path.parent)
        except OSError as error:
            raise unusable(path, error.strerror) from error


def unusable(path: Path, detail: object) -> Mistake:
    """The Mistake that says which key or folder cannot be used, and what the system says of it."""
    return Mistake("collector-keys", {"path": str(path), "detail": detail})


def checked(form: re.Pattern[str], name: str) -> str:
    """A name that may become a file's name. Raises ValueError."""
    if not form.fullmatch(name):
        raise ValueError(f"not the name of a key: {name!r}")
    return name


def make_folder(folder: Path) -> None:
    """A folder that only its owner may enter, made when it is not there. Raises OSError, Mistake `collector-keys`."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
    judge_rights(folder, folder.stat())


def judge_rights(path: Path, found: os.stat_result) -> None:
    """Refuse what group or others may read, write or enter. Raises Mistake `collector-keys`."""
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        raise unusable(path, f"{mode:04o}")


def read_key(path: Path) -> bytes:
    """A key. Raises FileNotFoundError, OSError, Mistake `collector-keys`."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        judge_rights(path, os.fstat(handle))
        key = os.read(handle, KEY_BYTES + 1)
    finally:
        os.close(handle)
    if len(key) != KEY_BYTES:
        raise unusable(path, f"{len(key)} B")
    return key


def make_key(path: Path) -> None:
    """Write 32 random bytes that survive a power cut, whole or not at all; a key that is there already stays.

    Two processes may come at once: each writes a file of its own, and the link that comes first is the key.
    """
    own = path.with_name(f".{secrets.token_hex(8)}")
    handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.write(handle, secrets.token_bytes(KEY_BYTES))
            os.fsync(handle)
        finally:
            os.close(handle)
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was made or removed in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mac(key: bytes, purpose: str, *parts: str) -> bytes:
    """HMAC-SHA256 over a purpose and parts; each is preceded by its length, so that no two lists read the same."""
    said = b"".join(len(part).to_bytes(2, "big") + part for part in (text.encode() for text in (purpose, *parts)))
    return hmac.digest(key, said, "sha256")


def poster_mac(key: bytes, counter: str, period: str) -> str:
    """The ten characters of a poster, as read."""
    bits = int.from_bytes(mac(key, "poster", counter, period)) >> (256 - 5 * MAC_LENGTH)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (MAC_LENGTH - 1), -1, -5))


def poster_path(keys: Keys, counter: str, period: str) -> str:
    """The path in a poster's QR code, without the first slash: `k/90001-01/2026-10-7x3k9m2p4q`."""
    code = poster_mac(keys.poster(), checked(CODE, counter), checked(LABEL, period))
    return f"k/{counter}/{period}-{code.lower()}"


def read_poster(keys: Keys, counter: str, code: str) -> str | None:
    """The period of a poster's code (`2026-10-7x3k9m2p4q`) when it is one of this counter, else None.

    The time it takes does not tell how much of a code was right. Any text may come.
    """
    label, hyphen, written = code[:7], code[7:8], code[8:]
    read = [READ.get(c) for c in written[: MAC_LENGTH + 1]]
    if hyphen != "-" or len(read) != MAC_LENGTH or not LABEL.fullmatch(label) or not CODE.fullmatch(counter):
        return None
    expected = poster_mac(keys.poster(), counter, label)
    return label if hmac.compare_digest("".join(c or "?" for c in read), expected) else None


def new_slip() -> str:
    """A slip's code: sixteen random characters, 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SLIP_LENGTH))


def new_batch() -> str:
    """A batch's id: random, so that it tells neither a day nor an order."""
    return "".join(secrets.choice(ALPHABET) for _ in range(6)).lower()


def short(code: str) -> str:
    """The part of a slip's code that is typed: the first eight characters."""
    return code[:SHORT_LENGTH]


def typed(code: str) -> str:
    """What is printed to type: `XXXX-XXXX-C`, from a slip's code."""
    part = short(code)
    return f"{part[:4]}-{part[4:]}-{check_digit(part)}"


def times_x(element: int) -> int:
    """An element of GF(32) times the generator."""
    element <<= 1
    return element ^ REDUCE if element & 32 else element


def check_digit(part: str) -> str:
    """The check digit of characters of ALPHABET: the one that makes the weighted sum over GF(32) zero."""
    total = 0
    for char in part:
        total = times_x(total ^ ALPHABET.index(char))
    return ALPHABET[total]


def read_slip(text: str) -> str | None:
    """A slip's code as the store knows it: sixteen characters, or the eight of a typed code whose check digit is right.

    Lower case, white space, hyphens and dashes of any kind, O for 0 and I or L for 1 are understood, full-width
    characters of a phone, and what a Telex keyboard made of the keys when only one reading fits the check digit. None
    for anything else; any text may come.
    """
    if len(text) > READ_LIMIT:
        return None
    written = "".join(" " if is_spacing(c) else c for c in unicodedata.normalize("NFKC", text))
    found = {code for keys in telex_keys(written) if (code := read_keys(keys))}
    return found.pop() if len(found) == 1 else None


def read_keys(keys: str) -> str | None:
    """A slip's code from the keys that were typed; see `read_slip`."""
    code = "".join(READ.get(key, "?") for key in keys if key != " ")
    if len(code) == SLIP_LENGTH and "?" not in code:
        return code
    if len(code) == SHORT_LENGTH + 1 and "?" not in code and check_digit(code[:SHORT_LENGTH]) == code[SHORT_LENGTH]:
        return code[:SHORT_LENGTH]
    return None


def telex_keys(text: str) -> Iterator[str]:
    """The keys that a Vietnamese keyboard may have turned into a text; the text itself when it has no mark.

    One in three codes meets it: W alone becomes Ư, DD becomes Đ, and A…S becomes Á wherever in the word the S comes, so
    the lost key is put back at each place where it may have been.
    """
    kept: list[str] = []
    lost: list[tuple[int, str]] = []
    for char in unicodedata.normalize("NFD", text):
        if char in TELEX and kept:
            lost.append((len(kept), TELEX[char] or kept[-1]))
        elif char == HORN and kept and kept[-1] in "Uu":
            kept[-1] = "W"
        else:
            kept.append("D" if char in "Đđ" else char)
            lost += [(len(kept), "D")] * (char in "Đđ")
    length = len(kept) - kept.count(" ") + len(lost)
    if not lost or (length == SHORT_LENGTH + 1 and len(lost) <= LOST_LIMIT):
        yield from put_back("".join(kept), lost)


def put_back(keys: str, lost: list[tuple[int, str]]) -> Iterator[str]:
    """The keys with each lost one put back in every way: at its place, or later in the same run of letters."""
    if not lost:
        yield keys
        return
    *rest, (place, key) = lost
    for at in range(place, len(keys) + 1):
        yield from put_back(keys[:at] + key + keys[at:], rest)
        if at < len(keys) and not keys[at].isalpha():
            break


def is_spacing(char: str) -> bool:
    """White space, a hyphen or dash, or a mark that shows nothing and that copying leaves behind."""
    return char.isspace() or char == "−" or unicodedata.category(char) in {"Pd", "Cf"}


def slip_mac(key: bytes, code: str) -> bytes:
    """What the store keeps of a slip's code: 16 bytes that say nothing without the batch's key. The code of sixteen
    characters and its typed part give hashes that have nothing in common."""
    return mac(key, "slip", code)[:HASH_BYTES]
