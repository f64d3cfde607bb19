"""The codes of posters and slips, and the keys behind them."""

import ast
import itertools
import os
import re
import stat
import string
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import codes
from collector.codes import ALPHABET, Keys, check_digit, new_slip, poster_path, read_poster, read_slip, slip_mac, typed
from publisher import words
from publisher.errors import Mistake

PARTS = st.text(ALPHABET, min_size=8, max_size=8)
SLIPS = st.text(ALPHABET, min_size=16, max_size=16)
PERIODS = st.dates().filter(lambda day: day.year >= 2000 and day.year < 2100).map(lambda day: f"{day:%Y-%m}")
COUNTERS = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """A folder of keys that the tests of this file share; those that harm keys make their own."""
    return Keys(tmp_path_factory.mktemp("office") / "var" / "keys")


def as_typed(part: str) -> str:
    """Eight characters and their check digit, without hyphens."""
    return part + check_digit(part)


def as_people_write(code: str, draw: st.DataObject) -> str:
    """A code as somebody may type it: any case, look-alike letters, spaces and hyphens anywhere."""
    said = ""
    for char in code:
        looks = {"0": "0Oo", "1": "1IiLl"}.get(char, char + char.lower())
        said += draw.draw(st.sampled_from(["", " ", "-", " – ", "\u00a0"])) + draw.draw(st.sampled_from(looks))
    return said


# Slips


def test_a_slip_has_80_random_bits_in_crockfords_alphabet() -> None:
    slips = {new_slip() for _ in range(500)}
    assert len(slips) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", slip) for slip in slips)
    assert set("".join(slips)) == set(ALPHABET)
    assert len(ALPHABET) ** codes.SLIP_LENGTH == 2**80


def test_codes_come_from_the_systems_source_of_secrets() -> None:
    tree = ast.parse(Path(codes.__file__).read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert "secrets" in imported
    assert not imported & {"random", "uuid", "time"}


def test_the_typed_form_looks_as_people_are_told() -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]", typed(new_slip()))
    assert typed("0000000000000000") == "0000-0000-0"
    assert typed("7X3K9M2P4QABCDEF") == typed("7X3K9M2P")


@given(SLIPS)
def test_a_slip_is_read_back_from_its_qr_code_and_from_what_is_typed(slip: str) -> None:
    assert read_slip(slip) == slip
    assert read_slip(slip.lower()) == slip
    assert read_slip(typed(slip)) == slip[:8] == codes.short(slip)


@given(st.one_of(SLIPS, PARTS.map(as_typed)), st.data())
def test_case_spaces_dashes_and_look_alike_letters_do_not_matter(code: str, data: st.DataObject) -> None:
    assert read_slip(as_people_write(code, data)) == (code if len(code) == 16 else code[:8])


def test_full_width_characters_of_a_phone_are_read() -> None:
    code = typed(new_slip())
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert read_slip(wide) == read_slip(code) is not None


@given(PARTS, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(part: str, place: int, wrong: str) -> None:
    code = as_typed(part)
    mistaken = code[:place] + wrong + code[place + 1 :]
    assert (read_slip(mistaken) is None) == (wrong != code[place])


@given(PARTS, st.integers(0, 7))
def test_every_swap_of_neighbours_is_caught(part: str, place: int) -> None:
    code = as_typed(part)
    mistaken = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (read_slip(mistaken) is None) == (code[place] != code[place + 1])


@given(PARTS, st.integers(0, 8), st.integers(0, 8))
def test_every_swap_of_any_two_characters_is_caught(part: str, one: int, other: int) -> None:
    code = list(as_typed(part))
    code[one], code[other] = code[other], code[one]
    assert (read_slip("".join(code)) is None) == ("".join(code) != as_typed(part))


@given(PARTS, st.integers(0, 7), st.sampled_from(ALPHABET), st.sampled_from(ALPHABET))
def test_every_pair_typed_as_another_pair_is_caught(part: str, place: int, one: str, other: str) -> None:
    code = as_typed(part)
    right = code[:place] + one * 2 + code[place + 2 :]
    mistaken = code[:place] + other * 2 + code[place + 2 :]
    assert one == other or None in (read_slip(right), read_slip(mistaken))


def test_all_mistakes_of_one_code_are_caught_without_exception() -> None:
    code = as_typed("7X3K9M2P")
    singles = {code[:n] + c + code[n + 1 :] for n in range(9) for c in ALPHABET} - {code}
    swaps = {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(8)} - {code}
    assert len(singles) == 9 * 31
    assert len(swaps) == 8
    assert [wrong for wrong in singles | swaps if read_slip(wrong)] == []


def test_a_character_lost_or_doubled_is_no_code() -> None:
    code = as_typed("7X3K9M2P")
    for place in range(9):
        assert read_slip(code[:place] + code[place + 1 :]) is None
        assert read_slip(code[:place] + code[place] + code[place:]) is None


def telex(text: str) -> tuple[str, int]:
    """What a Telex keyboard makes of keys, and how many of them vanish without a trace; words end at other signs."""
    tones = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
    made: list[str] = []
    begin = vanished = 0
    for key in text:
        if not key.isalpha():
            made.append(key)
            begin = len(made)
            continue
        vowels = [n for n in range(begin, len(made)) if made[n][0] in "AEYU"]
        twins = [n for n in range(begin, len(made)) if made[n] == key]
        if key in tones and vowels:
            last = made[vowels[-1]]
            vanished += any(mark in last for mark in tones.values())
            made[vowels[-1]] = "".join(c for c in last if c not in tones.values()) + tones[key]
        elif key in "AE" and twins:
            made[twins[-1]] += "\u0302"
        elif key == "D" and twins:
            made[twins[-1]] = "Đ"
        elif key == "W":
            plain = [n for n in range(begin, len(made)) if made[n] == "A"]
            if plain:
                made[plain[-1]] = "A\u0306"
            else:
                made.append("U\u031b")
        else:
            made.append(key)
    return unicodedata.normalize("NFC", "".join(made)), vanished


def test_telex_does_to_codes_what_people_see() -> None:
    assert telex("W4D9-AX1S")[0] == "Ư4D9-Ã1S"
    assert telex("DD8-AAS-AWJ")[0] == "Đ8-Ấ-Ặ"


@given(PARTS)
def test_a_code_that_a_telex_keyboard_has_turned_into_words_is_read_or_refused_but_never_mistaken(part: str) -> None:
    code = typed(part)
    written, vanished = telex(code)
    found = read_slip(written)
    assert found == part or vanished or found is None


def test_most_codes_survive_a_telex_keyboard() -> None:
    parts = [new_slip()[:8] for _ in range(2_000)]
    turned = [part for part in parts if telex(typed(part))[0] != typed(part)]
    assert 0.25 < len(turned) / len(parts) < 0.5
    read = [part for part in turned if read_slip(telex(typed(part))[0]) == part]
    assert len(read) / len(turned) > 0.85
    for part in ("W0000000", "DD000000", "0A0AA000", "E4000000"):
        assert read_slip(telex(typed(part))[0].lower()) == part


def test_a_text_full_of_marks_is_refused_at_once() -> None:
    assert read_slip("Ấ" * 64) is None
    assert read_slip("A" + "\u0301" * 63) is None
    assert read_slip("Ạ" * 4 + "B" * 56) is None
    assert list(codes.telex_keys("Ộ" * 9)) == []
    assert len(list(codes.telex_keys("ẠẠẠẠB"))) < 500


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_read_or_refused_and_never_raises(text: str) -> None:
    found = read_slip(text)
    assert found is None or len(found) in (8, 16)
    assert read_slip(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "\x00" * 9,
        "\ud800" * 9,
        "🙂" * 9,
        "U" * 16,
        "7X3K9M2P",
        "7X3K-9M2P-*",
        "’ OR 1=1--",
        "٧" * 9,
        " " * 10**6,
    ],
    ids=ascii,
)
def test_what_is_no_slip_is_none(text: str) -> None:
    assert read_slip(text) is None


def test_the_hash_of_a_slip_needs_the_key_and_is_another_for_the_typed_half() -> None:
    key, other, slip = bytes(32), bytes([1]) * 32, new_slip()
    hashes = [slip_mac(key, slip), slip_mac(key, slip[:8]), slip_mac(other, slip), slip_mac(other, slip[:8])]
    assert len(set(hashes)) == 4
    assert {len(found) for found in hashes} == {16}
    assert slip_mac(key, slip) == hashes[0]


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_two_different_lists_are_never_one_message(one: list[str], other: list[str]) -> None:
    assert (codes.mac(bytes(32), *one) == codes.mac(bytes(32), *other)) == (one == other)


# Posters


def test_a_posters_path_is_what_the_contract_says(keys: Keys) -> None:
    path = poster_path(keys, "90001-01", "2026-10")
    assert re.fullmatch(r"k/90001-01/2026-10-[0-9a-hjkmnp-tv-z]{10}", path)
    assert path == poster_path(keys, "90001-01", "2026-10")


@given(COUNTERS, PERIODS, st.data())
def test_a_poster_is_read_back(keys: Keys, counter: str, period: str, data: st.DataObject) -> None:
    code = poster_path(keys, counter, period).rsplit("/", 1)[1]
    assert read_poster(keys, counter, code) == period
    written = "".join(
        data.draw(st.sampled_from({"0": "0Oo", "1": "1IiLl"}.get(c, c + c.upper()))) for c in code.rsplit("-", 1)[1]
    )
    assert read_poster(keys, counter, f"{period}-{written}") == period


def test_no_part_of_a_poster_can_be_changed(keys: Keys, tmp_path: Path) -> None:
    code = poster_path(keys, "90001-01", "2026-10").rsplit("/", 1)[1]
    assert read_poster(keys, "90001-02", code) is None
    assert read_poster(keys, "90001-01", code.replace("2026-10", "2026-11")) is None
    assert read_poster(Keys(tmp_path / "other"), "90001-01", code) is None
    for place in range(8, 18):
        for wrong in set(ALPHABET.lower()) - {code[place]}:
            assert read_poster(keys, "90001-01", code[:place] + wrong + code[place + 1 :]) is None


def test_a_counter_cannot_borrow_the_characters_of_its_neighbour(keys: Keys) -> None:
    assert poster_path(keys, "90001-01", "2026-10")[-10:] != poster_path(keys, "90001-012026", "2026-10")[-10:]


@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=60))
def test_any_text_instead_of_a_poster_is_none(keys: Keys, counter: str, code: str) -> None:
    assert read_poster(keys, counter, code) is None


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026-10",
        "2026-10-",
        "2026-13-7x3k9m2p4q",
        "2026-10 7x3k9m2p4q",
        "2026-10-7x3k9m2p4\ud800",
        "2026-10-" + "u" * 10,
    ],
)
def test_malformed_posters_are_none(keys: Keys, code: str) -> None:
    assert read_poster(keys, "90001-01", code) is None
    assert read_poster(keys, "\ud800\x00/../", code) is None


def test_codes_are_compared_in_constant_time() -> None:
    tree = ast.parse(Path(codes.__file__).read_text(encoding="utf-8"))
    reads = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "read_poster")
    compared = [ast.unparse(node) for node in ast.walk(reads) if isinstance(node, ast.Compare)]
    assert "hmac.compare_digest" in ast.unparse(reads)
    assert [text for text in compared if "expected" in text] == []


# Keys


def test_keys_are_made_when_first_asked_for_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "var" / "keys")
    assert keys.batches() == ()
    assert not (tmp_path / "var").exists()
    found = {keys.poster(), keys.period("2026-10"), keys.period("2026-11"), keys.batch("7x3k9m")}
    assert len(found) == 4
    assert {len(key) for key in found} == {32}
    assert keys.batches() == ("7x3k9m",)
    for path in [keys.folder, *keys.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert len([path for path in keys.folder.rglob("*") if path.is_file()]) == 4


def test_keys_stay_the_same_for_another_process(tmp_path: Path) -> None:
    first = Keys(tmp_path / "keys")
    poster, period = first.poster(), first.period("2026-10")
    assert (Keys(tmp_path / "keys").poster(), Keys(tmp_path / "keys").period("2026-10")) == (poster, period)


def test_the_rights_of_a_key_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keys(tmp_path / "keys").period("2026-10")
    finally:
        os.umask(before)
    assert all(stat.S_IMODE(p.stat().st_mode) & 0o077 == 0 for p in (tmp_path / "keys").rglob("*"))


def test_many_threads_that_ask_at_once_get_one_key(tmp_path: Path) -> None:
    keys, found, together = Keys(tmp_path / "keys"), list[bytes](), threading.Barrier(8)

    def ask() -> None:
        together.wait()
        found.append(keys.poster())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in keys.folder.iterdir()] == ["poster"]


def test_a_destroyed_key_is_overwritten_and_gone_and_destroying_again_does_nothing(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    key = keys.period("2026-10")
    keys.batch("7x3k9m")
    path = tmp_path / "keys" / "periods" / "2026-10"
    witness = tmp_path / "witness"
    os.link(path, witness)  # the same bytes on disk under a second name
    keys.destroy_period("2026-10")
    assert not path.exists()
    assert witness.read_bytes() == bytes(32)
    keys.destroy_period("2026-10")
    keys.destroy_batch("7x3k9m")
    keys.destroy_batch("7x3k9m")
    assert keys.batches() == ()
    assert keys.period("2026-10") != key


def test_destroying_where_no_key_ever_was_makes_no_folder(tmp_path: Path) -> None:
    Keys(tmp_path / "keys").destroy_period("2026-10")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("path", "mode"), [("poster", 0o640), ("poster", 0o604), (".", 0o750), ("periods", 0o701)])
def test_rights_that_are_too_wide_are_refused(tmp_path: Path, path: str, mode: int) -> None:
    keys = Keys(tmp_path / "keys")
    keys.poster()
    keys.period("2026-10")
    (tmp_path / "keys" / path).chmod(mode)
    with pytest.raises(Mistake) as refused:
        keys.period("2026-10") if path == "periods" else keys.poster()
    assert refused.value.code == "collector-keys"
    assert f"{mode:04o}" in words.mistake(refused.value)[0]


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33)])
def test_a_key_of_another_length_is_refused(tmp_path: Path, content: bytes) -> None:
    keys = Keys(tmp_path / "keys")
    keys.poster()
    (tmp_path / "keys" / "poster").write_bytes(content)
    with pytest.raises(Mistake) as refused:
        keys.poster()
    assert refused.value.code == "collector-keys"


def test_a_link_or_a_folder_in_place_of_a_key_is_refused(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    keys.batch("7x3k9m")
    (tmp_path / "elsewhere").write_bytes(bytes(32))
    (tmp_path / "keys" / "poster").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "keys" / "batches" / "aaaaaa").mkdir()
    for ask in (keys.poster, lambda: keys.batch("aaaaaa")):
        with pytest.raises(Mistake) as refused:
            ask()
        assert refused.value.code == "collector-keys"


def test_destroying_a_link_harms_nothing_elsewhere(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    keys.batch("7x3k9m")
    (tmp_path / "elsewhere").write_bytes(b"wanted")
    (tmp_path / "keys" / "batches" / "aaaaaa").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Mistake) as refused:
        keys.destroy_batch("aaaaaa")
    assert refused.value.code == "collector-keys"
    assert (tmp_path / "elsewhere").read_bytes() == b"wanted"


def test_a_folder_that_cannot_be_made_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    for ask in (Keys(tmp_path / "keys").poster, Keys(tmp_path / "keys").batches):
        with pytest.raises(Mistake) as refused:
            ask()
        assert refused.value.code == "collector-keys"
        assert str(tmp_path) in words.mistake(refused.value)[1]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "2026-13", "2026-1", "2026-10\n", "a b", "a" * 65])
def test_a_name_that_is_no_file_is_never_used(tmp_path: Path, name: str) -> None:
    keys = Keys(tmp_path / "keys")
    for ask in (keys.period, keys.destroy_period):
        with pytest.raises(ValueError, match="not the name of a key"):
            ask(name)
    if name not in ("2026-13", "2026-1"):  # these two may name a batch
        for ask in (keys.batch, keys.destroy_batch):
            with pytest.raises(ValueError, match="not the name of a key"):
                ask(name)
    assert list(tmp_path.iterdir()) == []


def test_the_id_of_a_batch_is_random_and_no_date() -> None:
    batches = {codes.new_batch() for _ in range(200)}
    assert len(batches) == 200
    assert all(codes.BATCH.fullmatch(batch) for batch in batches)
    assert set("".join(batches)) <= set(string.digits + string.ascii_lowercase)
    firsts = [next(group)[0] for _, group in itertools.groupby(sorted(batches), key=lambda batch: batch[0])]
    assert len(firsts) > 20
