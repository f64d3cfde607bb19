"""The release chain: every release that was ever shown stands in it, whatever is killed on the way."""

import datetime as dt
import gzip
import json
import os
import shutil
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import proof, release
from publisher.catalogue import Office, open_office
from publisher.errors import Mistake
from publisher.ledger import accept, read_ledger
from publisher.ledger.lines import Ledger, build_ledger
from publisher.proof import manifest as manifests
from publisher.proof.canonical import FIRST, identify, sha256
from publisher.proof.chain import Chain, Published, build_chain
from publisher.proof.public import Hashes, continued, public_hash, rows_hash
from publisher.words import mistake
from tests.hand_pages import fingerprint
from tests.submitted import PROCEDURES, SATISFACTION, file_of
from tests.test_release import change

ID = "9143612".ljust(64, "a")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of one small page, without MkDocs: for what happens around it."""
    make_quick(monkeypatch)


def make_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is the id, so that the bytes follow from the inputs."""

    def build_html(office: Office, pages: Path, out: Path, **given: Any) -> None:
        (out / "index.html").write_text(given["release_id"], encoding="utf-8")

    monkeypatch.setattr(release, "write_pages", lambda *given: None)
    monkeypatch.setattr(release, "build_html", build_html)
    monkeypatch.setattr(release, "verify", lambda office, book, out: None)


def chain(office: Office) -> Chain:
    """The office's chain."""
    return proof.read_chain(office)


def submit(office: Office, *, received: str = "46", reason: str = "") -> None:
    """Accept a month of one unit."""
    kind = office.kinds["procedures"]
    pending = str(int(received) + 4 - 44)
    row = {**PROCEDURES, "received_total": str(int(received) + 4), "received_online": received, "received_offline": "0"}
    row |= {"resolved_total": "44", "resolved_on_time": "14", "pending_total": pending, "pending_in_time": pending}
    now = dt.datetime(2026, 6, 20, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    accept(office, kind, file_of(kind, row), now=now, reason=reason)


# --- the code


def test_a_code_has_sixteen_digits_in_groups_that_can_be_read_out() -> None:
    assert proof.short("914361240af377c1" + "0" * 48) == "9143-6124-0af3-77c1"
    assert release.short is proof.short


# --- the id


def test_the_id_can_be_made_again_from_what_the_manifest_says(quick: None, office: Office) -> None:
    made = release.build(office)
    found = manifests.decode((made.folder / proof.MANIFEST).read_bytes())
    assert found
    assert identify(chain=found.chain, ledger=found.ledger, inputs=found.inputs) == found.id == made.id


def test_the_id_changes_with_each_of_its_parts() -> None:
    parts = {"chain": FIRST, "ledger": FIRST, "inputs": FIRST}
    ids = {identify(**{**parts, name: "1" * 64}) for name in parts} | {identify(**parts)}
    assert len(ids) == 4


# --- the chain


def test_each_release_is_a_line_that_carries_the_one_before(quick: None, office: Office) -> None:
    made = [release.build(change(office, f"Office {number}")) for number in range(3)]
    lines = chain(office).lines
    assert [(line.number, line.id) for line in lines] == [(n, m.id) for n, m in enumerate(made, start=1)]
    assert [line.previous for line in lines] == [FIRST, lines[0].digest(), lines[1].digest()]
    assert [line.name for line in lines] == [m.folder.name for m in made]
    assert {line.published_at for line in lines} == {"2026-07-31T00:00:00+07:00"}


def test_each_manifest_names_every_file_and_the_manifest_before(quick: None, office: Office) -> None:
    first = release.build(office).folder
    second = release.build(change(office, "Office of today")).folder
    data = (second / proof.MANIFEST).read_bytes()
    found = manifests.decode(data)
    assert found
    assert found.previous == sha256((first / proof.MANIFEST).read_bytes()) == chain(office).lines[0].manifest
    assert sha256(data) == chain(office).lines[1].manifest
    files = {p.relative_to(second).as_posix(): p.read_bytes() for p in second.rglob("*") if p.is_file()}
    del files[proof.MANIFEST]
    assert {name: (file.size, file.sha256) for name, file in found.files.items()} == {
        name: (len(content), sha256(content)) for name, content in files.items()
    }
    archive = f"{proof.MANIFESTS}/{first.name}.json.gz"
    assert {"index.html", archive} <= set(files)
    assert gzip.decompress(files[archive]) == (first / proof.MANIFEST).read_bytes()


def test_the_same_inputs_again_add_nothing_and_give_the_same_bytes(quick: None, office: Office) -> None:
    release.build(office)
    changed = change(office, "Office of today")
    second = release.build(changed)
    before, kept = chain(office), fingerprint(second.folder)
    again = release.build(changed)
    assert (again.id, chain(office), fingerprint(again.folder)) == (second.id, before, kept)


def test_inputs_that_come_back_make_a_new_release_because_others_lie_between(quick: None, office: Office) -> None:
    first = release.build(change(office, "One"))
    release.build(change(office, "Two"))
    third = release.build(change(office, "One"))
    assert third.id != first.id
    assert [line.number for line in chain(office).lines] == [1, 2, 3]


def test_the_same_inputs_with_other_bytes_are_one_more_release(
    quick: None, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release.build(office)

    def other(office: Office, pages: Path, out: Path, **given: Any) -> None:
        (out / "page.html").write_text(f"{given['release_id']} by another library", encoding="utf-8")

    monkeypatch.setattr(release, "build_html", other)
    second = release.build(office)
    lines = chain(office).lines
    assert [line.id for line in lines] == [first.id, second.id]
    assert first.id != second.id
    assert second.folder.name == lines[1].name
    assert second.id in (second.folder / "page.html").read_text(encoding="utf-8")
    assert not (second.folder / "index.html").exists()
    found = manifests.decode((second.folder / proof.MANIFEST).read_bytes())
    assert found
    assert (found.number, found.previous) == (2, lines[0].manifest)
    assert sha256(found.encode()) == lines[1].manifest


def test_a_pruned_release_leaves_its_manifest(quick: None, office: Office) -> None:
    made = [release.build(change(office, f"Office {number}")) for number in range(5)]
    assert not made[0].folder.exists()
    archive = proof.archived(office, chain(office).lines[0])
    assert sha256(gzip.decompress(archive.read_bytes())) == chain(office).lines[0].manifest
    assert (made[4].folder / proof.MANIFESTS / archive.name).read_bytes() == archive.read_bytes()


def test_a_lost_manifest_comes_back_with_the_next_build_of_its_release(quick: None, office: Office) -> None:
    release.build(office)
    archive = proof.archived(office, chain(office).lines[0])
    archive.write_bytes(b"spoilt")
    release.build(office)
    assert sha256(gzip.decompress(archive.read_bytes())) == chain(office).lines[0].manifest


def real(office: Office) -> Office:
    """The office as a real one: it has no fixed day and its chain is not begun anew."""
    path = office.datasets / "publishing.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("demonstration: true", "demonstration: false"), encoding="utf-8")
    return open_office(office.root)


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda lines: [lines[1], lines[0], lines[2]], 1),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: [lines[0], lines[1].replace(b'"lines":0', b'"lines":1'), lines[2]], 3),
        (lambda lines: [lines[0], lines[1] + b" ", lines[2]], 2),
        (lambda lines: [lines[0]], 2),
        (lambda lines: [], 1),
    ],
    ids=["reordered", "dropped", "changed", "not as it is written", "end cut off", "emptied"],
)
def test_a_chain_that_is_not_what_was_written_stops_a_real_office_with_its_line(
    quick: None, office: Office, spoil: Any, line: int
) -> None:
    office = real(office)
    for number in range(3):
        release.build(change(office, f"Office {number}"))
    shown, path = (office.site / "current").readlink(), office.datasets / "releases.jsonl"
    path.write_bytes(b"".join(each + b"\n" for each in spoil(path.read_bytes().splitlines())))
    with pytest.raises(Mistake, match="chain-broken") as caught:
        release.build(change(office, "Office of today"))
    assert caught.value.values == {"line": line}
    assert f"dòng {line}" in mistake(caught.value)[0]
    assert (office.site / "current").readlink() == shown


def test_a_demonstration_begins_a_new_chain_when_its_data_are_made_anew(quick: None, office: Office) -> None:
    for number in range(3):
        release.build(change(office, f"Office {number}"))
    (office.datasets / "releases.jsonl").write_bytes(b"")
    made = release.build(change(office, "Office of today"))
    assert [line.id for line in chain(office).lines] == [made.id]
    assert [path.name for path in (office.datasets / "releases").iterdir()] == [f"{made.folder.name}.json.gz"]
    assert release.releases(office) == [made.folder]


HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def first_line(manifest: str, ledger: str, inputs: str, lines: int) -> Published:
    """The first line of a chain."""
    release_id = identify(chain=FIRST, ledger=ledger, inputs=inputs)
    return Published(1, FIRST, release_id, manifest, ledger, lines, inputs, "2026-11-12T00:00:00+07:00")


LINES = st.builds(first_line, HASHES, HASHES, HASHES, st.integers(0, 9))


@given(LINES, HASHES)
def test_no_line_can_bear_an_id_that_is_not_made_of_it(line: Published, other: str) -> None:
    """Or whoever rewrites the chain would copy the printed ids into it."""
    assert head_of(Chain((replace(line, id=other),)).encode()) in ("", line.digest())


@given(LINES, st.integers(0, 400), st.binary(min_size=1, max_size=2))
def test_any_change_of_a_line_is_noticed(line: Published, at: int, put: bytes) -> None:
    whole = Chain((line,)).encode()
    assert build_chain(whole) == Chain((line,))
    changed = whole[: at % len(whole)] + put + whole[at % len(whole) + 1 :]
    assert (head_of(changed) == line.digest()) == (changed == whole)


def head_of(data: bytes) -> str:
    """The head of a chain; "" where it is broken."""
    try:
        return build_chain(data).head
    except Mistake:
        return ""


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_manifest_that_was_not_written_so(data: bytes) -> None:
    assert manifests.decode(data) is None


# --- killed on the way


def build_and_die(office: Office, at: int) -> bool:
    """Build in a child process that is killed just before its `at`th effect on the disk: a rename, a removal, a new
    folder, a link, a wait for the disk. Gives whether it was killed."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    seen, lock = 0, threading.Lock()

    def effect() -> None:
        nonlocal seen
        with lock:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink"):
            effect()

    fsync = os.fsync
    os.fsync = lambda handle: (effect(), fsync(handle))[1]  # type: ignore[func-returns-value]
    sys.addaudithook(watch)
    try:
        release.build(office)
    except BaseException:
        os._exit(1)
    os._exit(0)


def names(office: Office) -> list[str]:
    """What stands in the office that a release could be made of, by path."""
    found = [*office.site.rglob("*"), *office.datasets.rglob("*")]
    return sorted(p.relative_to(office.root).as_posix() for p in found)


def test_killed_at_any_moment_the_chain_is_whole_and_the_next_build_heals_it(
    quick: None, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inputs(office: Office, ledger: Ledger) -> str:
        return sha256(f"{office.settings} {ledger.head}".encode())

    monkeypatch.setattr(release, "identify", inputs)  # without the program's files: reading them is most of the time
    office = real(office)
    submit(office)
    release.build(office)
    submit(office, received="50", reason="Nhập sót bốn hồ sơ")
    expected = None
    killed, at = 0, 1
    while True:
        root = tmp_path / f"killed-{at}"
        shutil.copytree(office.root, root, symlinks=True)
        here = replace(office, root=root)
        first = chain(here).lines
        alive = not build_and_die(here, at)
        lines = chain(here).lines
        assert lines[:1] == first, at
        assert len(lines) <= 2, at
        shown = (here.site / "current").resolve()
        assert (shown / "index.html").exists(), at
        assert shown.name in {line.name for line in lines}, at  # what was shown is in the chain
        if alive:
            break
        killed += 1
        other = tmp_path / "other"
        shutil.copytree(root, other, symlinks=True)
        # Either the same inputs come again …
        again = release.build(here)
        lines = chain(here).lines
        assert [line.number for line in lines] == [1, 2], at
        assert lines[1].id == again.id, at
        expected = expected or again.id
        assert again.id == expected, at
        assert (here.site / "current").resolve() == again.folder, at
        assert [p.name.partition(".")[0] for p in release.releases(here)] == [line.name for line in lines], at
        assert {p.name for p in (here.datasets / "releases").iterdir()} == {f"{line.name}.json.gz" for line in lines}
        assert [name for name in names(here) if ".partial" in name or ".unfinished" in name] == [], at
        # … or others do, before the release that was cut off is ever built again.
        changed = replace(office, root=other, settings=office.settings.model_copy(update={"keep_releases": 4}))
        made = release.build(changed)
        lines = chain(changed).lines
        assert lines[-1].id == made.id, at
        assert {p.name for p in (changed.datasets / "releases").iterdir()} == {f"{line.name}.json.gz" for line in lines}
        assert (changed.site / "current").resolve() == made.folder, at
        shutil.rmtree(root)
        shutil.rmtree(other)
        at += 1
    print(f"killed at {killed} places")
    assert killed > 15


# --- the published ledger


def test_the_published_ledger_has_every_line_with_hashes_that_anyone_can_make(quick: None, office: Office) -> None:
    submit(office)
    submit(office, received="50", reason="Nhập sót bốn hồ sơ")
    release.build(office)
    shown = build_ledger((office.datasets / "public_ledger.jsonl").read_bytes())
    ledger = read_ledger(office)
    assert [(line.key, line.revision, line.reason) for line in shown.lines] == [
        (line.key, line.revision, line.reason) for line in ledger.lines
    ]
    cells = {
        "unit_code": "00004", "period": "2026-06", "period_from": "2026-05-15", "period_to": "2026-06-14",
        "basis": "month", "field_code": "HT", "received_total": "54", "received_online": "50", "received_offline": "0",
        "carried_over": "4", "resolved_total": "44", "resolved_early": "30", "resolved_on_time": "14",
        "resolved_late": "0", "pending_total": "10", "pending_in_time": "10", "pending_late": "0",
    }  # fmt: skip
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert shown.lines[1].sha256 == sha256(text.encode() + b"\n")


def test_a_ledger_that_goes_on_is_the_one_that_would_be_read(office: Office) -> None:
    submit(office)
    submit(office, received="50", reason="Nhập sót bốn hồ sơ")
    ledger = read_ledger(office)
    begun = continued(Ledger(), replace(ledger, lines=ledger.lines[:1]), lambda line: "1" * 64)
    both = continued(begun, ledger, lambda line: "2" * 64)
    assert both == build_ledger(b"".join(line.encode() + b"\n" for line in both.lines))
    assert [line.sha256[0] for line in both.lines] == ["1", "2"]
    assert continued(both, ledger, lambda line: "3" * 64) is both


def test_what_is_not_published_has_no_part_in_the_hash(office: Office) -> None:
    kind = office.kinds["satisfaction"]
    header = ",".join(kind.columns)

    def file(**cells: str) -> bytes:
        row = {**SATISFACTION, "question_vi": "Hài lòng?", **cells}
        return f"{header}\n{','.join(row.get(name, '') for name in kind.columns)}\n".encode()

    one, other = file(level_2="1", level_1="1"), file(level_2="2", level_1="0")
    assert one != other
    assert public_hash(office, kind, one) == public_hash(office, kind, other)
    assert public_hash(office, kind, one) != public_hash(office, kind, file(satisfied="35"))
    secret = kind.model_copy(update={"private": {"channel": "verified"}})
    assert public_hash(office, secret, one) == rows_hash([])


def test_a_column_that_is_added_later_changes_no_hash(office: Office) -> None:
    kind = office.kinds["procedures"]
    assert public_hash(office, kind, b"unit_code,period\n00004,2026-06\n") == public_hash(
        office, kind, b"unit_code,period,note\n00004,2026-06,\n"
    )


def test_a_ledger_that_was_rewritten_stops_a_real_office_with_its_line(
    quick: None, office: Office, tmp_path: Path
) -> None:
    office = real(office)
    submit(office)
    submit(office, received="50", reason="Nhập sót bốn hồ sơ")
    ledger = read_ledger(office)
    published = continued(Ledger(), ledger, lambda line: line.sha256)
    rewritten = replace(ledger, lines=[ledger.lines[0], replace(ledger.lines[1], reason="Lý do khác")])
    for now, line in ((rewritten, 2), (replace(ledger, lines=ledger.lines[:1]), 2), (Ledger(), 1)):
        with pytest.raises(Mistake, match="ledger-rewritten") as caught:
            continued(published, now, lambda line: line.sha256)
        assert caught.value.values == {"line": line}
    release.build(office)
    backup = tmp_path / "backup"
    shutil.copytree(office.datasets, backup)
    submit(office, received="51", reason="Nhập sót một hồ sơ")
    release.build(office)
    for name in ("ledger.jsonl", "procedures"):  # an older backup, but for what was published since
        source, target = backup / name, office.datasets / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    with pytest.raises(Mistake, match="ledger-rewritten") as caught:
        release.build(office)
    assert "sao lưu mới nhất" in mistake(caught.value)[0]


def test_the_hashes_are_kept_and_forgotten_with_the_definition(quick: None, office: Office) -> None:
    submit(office)
    release.build(office)
    line = read_ledger(office).lines[0]
    kept = Hashes(office)
    assert (
        kept.of(line, Path("not read"))
        == build_ledger((office.datasets / "public_ledger.jsonl").read_bytes()).lines[0].sha256
    )
    kind = office.kinds["procedures"].model_copy(update={"digest": "another"})
    other = Hashes(replace(office, kinds={"procedures": kind}))
    with pytest.raises(FileNotFoundError):
        other.of(line, Path("not there"))


def test_what_is_shown_otherwise_later_is_named_and_the_ledger_stays(quick: None, office: Office) -> None:
    office = real(office)
    submit(office)
    first = release.build(office)
    before = (office.datasets / "public_ledger.jsonl").read_bytes()
    fields = office.datasets / "fields.csv"
    header, *lines = fields.read_text(encoding="utf-8").splitlines()
    columns = header.split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines]
    for row in rows:
        row["shown_as"] = "CT" if row["code"] == "HT" else ""
    names = [*dict.fromkeys([*columns, "shown_as"])]
    text = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    fields.write_text("\n".join(text) + "\n", encoding="utf-8")
    second = release.build(open_office(office.root))
    assert (office.datasets / "public_ledger.jsonl").read_bytes() == before
    one, two = (manifests.decode((made.folder / proof.MANIFEST).read_bytes()) for made in (first, second))
    assert one
    assert two
    assert dict(one.shown.since) == {}
    assert list(two.shown.since) == ["procedures/00004/2026-06"]
    assert two.ledger == one.ledger
