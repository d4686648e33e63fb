"""A call in one file: packed by the institute, looked at, taken in, refused when it was changed on its way."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import container, packed_call
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.errors import KjxmError
from tests.cli_run import AGRI, CALLS, KJXM, kjxm

FOLDER = CALLS / AGRI


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Return the second call as one file."""
    out = tmp_path / "农业.kjxmcall"
    ran = kjxm("call", "pack", FOLDER, out)
    assert (ran.status, ran.out) == (0, f"{out}\n")
    return out


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Return the calls of the program, with room for those that are put into it."""
    return Shelf(paths.schemas(), kept=tmp_path / "calls")


def newer(folder: Path, version: str, source: Path = FOLDER) -> Path:
    """Return a copy of a call with another version."""
    copy = folder / f"{source.name}-{version}"
    shutil.copytree(source, copy)
    told = json.loads((copy / "call.json").read_bytes())
    (copy / "call.json").write_text(json.dumps({**told, "version": version}, ensure_ascii=False), "utf-8")
    return copy


def refusal(path: Path, shelf: Shelf) -> str:
    with pytest.raises(KjxmError) as caught:
        shelf.check_packed(path)
    return caught.value.key


def outcome(path: Path, shelf: Shelf) -> str:
    """Return why the file is refused, or that it holds the call as it was."""
    try:
        files = shelf.files_in(path)
    except KjxmError as error:
        return error.key
    return "as it was" if files == calls.read_folder(FOLDER) else "another call"


# -- packing ----------------------------------------------------------------------------------------------------------


def test_what_is_packed_is_said_with_its_digest(tmp_path: Path) -> None:
    call = calls.load(FOLDER)
    ran = kjxm("call", "pack", FOLDER, tmp_path / "a.kjxmcall")
    assert (call.id in ran.err, call.version in ran.err, call.sha256[:12] in ran.err) == (True, True, True)


def test_the_file_is_named_by_id_and_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call = calls.load(FOLDER)
    ran = kjxm("call", "pack", FOLDER)
    assert ran.out == f"{call.id}-{call.version}.kjxmcall\n"
    assert (tmp_path / ran.out.strip()).is_file()


def test_a_zip_tool_reads_it_and_the_same_call_gives_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["mimetype", "manifest.json"]
        inside = {name.removeprefix("call/"): archive.read(name) for name in archive.namelist()[2:]}
    assert inside == calls.read_folder(FOLDER)
    again = tmp_path / "again.kjxmcall"
    assert kjxm("call", "pack", FOLDER, again).status == 0
    assert again.read_bytes() == packed.read_bytes()


def test_a_file_that_is_there_is_not_replaced(packed: Path) -> None:
    before = packed.read_bytes()
    ran = kjxm("call", "pack", FOLDER, packed)
    assert (ran.status, ran.out) == (2, "")
    assert packed.name in ran.err
    assert packed.read_bytes() == before


def test_a_call_that_is_not_sound_is_not_packed(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(FOLDER, broken)
    (broken / "rules.json").write_text("{}", "utf-8")
    ran = kjxm("call", "pack", broken, tmp_path / "a.kjxmcall")
    assert (ran.status, ran.out) == (2, "")
    assert "rules.json" in ran.err
    assert not (tmp_path / "a.kjxmcall").exists()


# -- looking ----------------------------------------------------------------------------------------------------------


def test_a_packed_call_is_checked_and_used_where_a_folder_is(packed: Path, tmp_path: Path) -> None:
    assert kjxm("call", "check", packed).status == 0
    listed = kjxm("call", "list", "--calls", packed).out
    assert [line.split("\t")[0] for line in listed.splitlines()] == [AGRI, KJXM]
    assert kjxm("call", "list", "--calls", packed.parent).out == listed
    made = kjxm("new", "--calls", packed, "--call", AGRI, tmp_path / "a.kjxm")
    assert made.status == 0


def test_a_packed_call_that_says_it_is_another_version_does_not_pass_the_check_either(tmp_path: Path) -> None:
    call = calls.load(FOLDER)
    other = tmp_path / "a.kjxmcall"
    other.write_bytes(packed_call.pack(packed_call.PackedCall(call.id, "9.9", call.sha256, call.files)))
    ran = kjxm("call", "check", other)
    assert ran.status == 1
    assert "a.kjxmcall" in ran.out


@pytest.mark.parametrize("what", ["a digit of the digest", "a file", "a file more", "another id"])
def test_a_packed_call_that_was_tampered_with_is_refused(packed: Path, shelf: Shelf, what: str) -> None:
    with zipfile.ZipFile(packed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    match what:
        case "a digit of the digest":
            manifest["sha256"] = "0" * 64
        case "a file":
            parts["call/notice.txt"] += "。".encode()
        case "a file more":
            parts["call/more.json"] = b"{}"
        case _:
            manifest["id"] = "another-call"
    parts["manifest.json"] = json.dumps(manifest).encode()
    packed.write_bytes(container.pack((name, content, name != "mimetype") for name, content in parts.items()))
    assert refusal(packed, shelf) == "packed.damaged"
    ran = kjxm("call", "check", packed)
    assert ran.status == 1 or what == "another id"


def test_an_extra_file_is_refused_although_its_digest_is_right(packed: Path, shelf: Shelf) -> None:
    with zipfile.ZipFile(packed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["call/more.json"] = b"{}"
    inside = {name.removeprefix("call/"): part for name, part in parts.items() if name.startswith("call/")}
    manifest = {**json.loads(parts["manifest.json"]), "sha256": calls.sha256_of(inside)}
    parts["manifest.json"] = json.dumps(manifest).encode()
    packed.write_bytes(container.pack((name, content, name != "mimetype") for name, content in parts.items()))
    assert refusal(packed, shelf) == "packed.damaged"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_byte_or_a_cut_is_refused_or_changes_nothing(packed: Path, shelf: Shelf, data: st.DataObject) -> None:
    whole = packed.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] if data.draw(st.booleans()) else whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]
    other = packed.with_name("changed.kjxmcall")
    other.write_bytes(changed)
    # A byte that changes nothing tells a ZIP program how to mark the file on its disk.
    assert outcome(other, shelf) in ("packed.damaged", "packed.foreign", "as it was")


def test_what_is_no_packed_call_is_told(tmp_path: Path, shelf: Shelf) -> None:
    other = tmp_path / "图.kjxmcall"
    other.write_bytes(b"\x89PNG")
    assert refusal(other, shelf) == "packed.foreign"
    assert refusal(tmp_path / "gone.kjxmcall", shelf) == "packed.unreadable"
    with other.open("wb") as file:
        file.truncate(packed_call.LIMIT_BYTES + 1)
    assert refusal(other, shelf) == "packed.foreign"


def test_one_of_a_later_program_is_refused_with_what_it_needs(packed: Path, shelf: Shelf) -> None:
    with zipfile.ZipFile(packed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), "format": 2}).encode()
    packed.write_bytes(container.pack((name, content, name != "mimetype") for name, content in parts.items()))
    assert refusal(packed, shelf) == "packed.newer"


# -- taking in --------------------------------------------------------------------------------------------------------


def test_a_call_that_was_put_in_is_there_the_next_time(packed: Path, shelf: Shelf, tmp_path: Path) -> None:
    assert AGRI not in [call.id for call in shelf.calls]
    shelf.keep(shelf.check_packed(packed))
    assert AGRI in [call.id for call in shelf.calls]
    later = Shelf(paths.schemas(), kept=tmp_path / "calls")
    assert later.get(AGRI).sha256 == calls.load(FOLDER).sha256


def test_it_is_not_checked_again_at_every_start(
    packed: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.keep(shelf.check_packed(packed))
    later = Shelf(paths.schemas(), kept=tmp_path / "calls")
    monkeypatch.setattr(Shelf, "check", lambda *_: pytest.fail("it was checked when it was put in"))
    assert later.get(AGRI).id == AGRI


def test_a_file_that_somebody_else_laid_there_is_checked(packed: Path, tmp_path: Path) -> None:
    kept = tmp_path / "calls"
    kept.mkdir()
    shutil.copy(packed, kept / "agri.kjxmcall")
    seen: list[str] = []

    class Watching(Shelf):
        def check(self, files):
            seen.append(calls.sha256_of(files))
            return super().check(files)

    assert Watching(paths.schemas(), kept=kept).get(AGRI).id == AGRI
    assert seen == [calls.load(FOLDER).sha256]


def test_a_later_version_takes_the_place_of_the_one_before(packed: Path, shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(shelf.check_packed(packed))
    later, data = shelf.pack(newer(tmp_path, "1.10"))
    (tmp_path / "later.kjxmcall").write_bytes(data)
    target = shelf.keep(shelf.check_packed(tmp_path / "later.kjxmcall"))
    assert shelf.get(AGRI).version == "1.10"
    assert list((tmp_path / "calls").iterdir()) == [target]
    assert later.sha256[:32] in target.name


def test_of_the_programs_own_and_what_was_put_in_the_latest_version_counts(shelf: Shelf, tmp_path: Path) -> None:
    own = shelf.get(KJXM)
    older = shelf.check(calls.read_folder(newer(tmp_path, "0.1", paths.schemas() / KJXM)))
    shelf.keep(older)
    assert shelf.get(KJXM).sha256 == own.sha256
    later = shelf.check(calls.read_folder(newer(tmp_path, f"{own.version}.1", paths.schemas() / KJXM)))
    shelf.keep(later)
    assert shelf.get(KJXM).sha256 == later.sha256


def test_a_folder_that_a_person_named_wins_over_what_was_put_in(packed: Path, shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(shelf.check_packed(packed))
    named = newer(tmp_path, "0.1")
    assert Shelf(paths.schemas(), [named], tmp_path / "calls").get(AGRI).version == "0.1"
