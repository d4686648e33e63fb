"""What was typed is kept on this machine, comes back whole, and damage never takes anything with it."""

import hashlib
import os
import stat
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop.core import atomic_file, pictures, working_copy
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests.core import small_call

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))
PICTURE = pictures.normalise(small_call.photograph(), "a")


@pytest.fixture
def shelf(tmp_path):
    return small_call.shelf(tmp_path / "schemas")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "drafts"


@pytest.fixture
def proposal(shelf):
    made = Proposal(shelf.get("small"), {}, {PICTURE.sha256: PICTURE.data})
    made.set("/project/title", "余热利用")
    made.set("/project/figure", {"media": PICTURE.sha256})
    made.notes = {**made.notes, "done": ["project"]}
    made.revision = 3
    return made


def save(folder, proposal, *, path=None, base=None, at=NOW):
    copy = WorkingCopy(folder, proposal.doc_id)
    copy.save(proposal, path=path, base_sha256=base, saved_at=at)
    return copy


def loaded(copy, shelf):
    found = copy.load(shelf)
    assert found is not None
    return found


def looked_at(copy):
    found = copy.look()
    assert found is not None
    return found


def state_of(folder, proposal):
    return folder / proposal.doc_id / "state"


def test_a_working_copy_comes_back_as_it_was_kept(folder, proposal, shelf, tmp_path):
    copy = save(folder, proposal, path=tmp_path / "甲.kjxm", base="0" * 64)
    recovered = loaded(copy, shelf)
    assert recovered.proposal.data == proposal.data
    assert recovered.proposal.media == proposal.media
    assert recovered.proposal.notes == proposal.notes
    assert (recovered.proposal.doc_id, recovered.proposal.revision) == (proposal.doc_id, 3)
    assert (recovered.kept.path, recovered.kept.base_sha256, recovered.kept.saved_at) == (
        tmp_path / "甲.kjxm",
        "0" * 64,
        NOW,
    )
    assert not recovered.foreign_call


def test_there_is_no_working_copy_before_the_first(folder, proposal, shelf):
    copy = WorkingCopy(folder, proposal.doc_id)
    assert copy.look() is None
    assert copy.load(shelf) is None
    assert working_copy.list_all(folder) == []


def test_a_second_save_replaces_the_first_and_writes_media_once(folder, proposal, monkeypatch):
    save(folder, proposal)
    written, write = [], atomic_file.write

    def noted(path, data):
        written.append(path.name)
        write(path, data)

    monkeypatch.setattr(atomic_file, "write", noted)
    proposal.set("/project/title", "新题目")
    copy = save(folder, proposal)
    assert written == ["state"]
    assert looked_at(copy).data["project"]["title"] == "新题目"


def test_a_picture_that_was_taken_out_leaves_the_disk_and_comes_back_with_undo(folder, proposal, shelf):
    picture = folder / proposal.doc_id / "media" / PICTURE.sha256
    proposal.set("/project/figure", None)
    save(folder, proposal)
    assert not picture.exists()
    proposal.set("/project/figure", {"media": PICTURE.sha256})
    copy = save(folder, proposal)
    assert picture.read_bytes() == PICTURE.data
    proposal.set("/project/figure", None)
    save(folder, proposal)
    assert not picture.exists()
    assert loaded(copy, shelf).proposal.data == proposal.data


def test_nobody_else_can_read_it(folder, proposal):
    save(folder, proposal)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_all_copies_are_listed_the_latest_first_and_unnamed_ones_apart(folder, proposal, shelf, tmp_path):
    save(folder, proposal, at=NOW)
    other = Proposal(shelf.get("small"), {"project": {"title": "另一份"}})
    save(folder, other, path=tmp_path / "a.kjxm", at=NOW + timedelta(minutes=1))
    (folder / "notes.txt").write_text("x")
    assert [kept.doc_id for kept in working_copy.list_all(folder)] == [other.doc_id, proposal.doc_id]
    assert [kept.doc_id for kept in working_copy.unnamed(folder)] == [proposal.doc_id]


@pytest.mark.parametrize("place", range(0, 1000, 37))
def test_a_damaged_copy_is_moved_aside_and_never_hides_the_others(folder, proposal, shelf, place):
    save(folder, proposal)
    other = Proposal(shelf.get("small"), {"project": {"title": "另一份"}})
    save(folder, other)
    state = state_of(folder, proposal)
    data = bytearray(state.read_bytes())
    data[place % len(data)] ^= 4
    state.write_bytes(data)
    assert [kept.doc_id for kept in working_copy.list_all(folder)] == [other.doc_id]
    aside = state.with_name("state.damaged-1")
    assert working_copy.damaged(folder) == [aside]
    assert aside.read_bytes() == data
    assert WorkingCopy(folder, proposal.doc_id).load(shelf) is None


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"[]", b"{}", b'{"format":1}', b'{"doc_id":5,"path":[],"saved_at":"x"}', b'{"a":' * 5000, b"\xff\xfe"],
)
def test_a_state_that_is_sealed_and_yet_nonsense_is_moved_aside(folder, proposal, text):
    copy = save(folder, proposal)
    state = state_of(folder, proposal)
    state.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    assert copy.look() is None
    assert len(working_copy.damaged(folder)) == 1


def test_a_second_damaged_copy_does_not_write_over_the_first(folder, proposal):
    for number in (1, 2):
        copy = save(folder, proposal)
        state_of(folder, proposal).write_bytes(b"%d" % number)
        assert copy.look() is None
    assert [file.read_bytes() for file in working_copy.damaged(folder)] == [b"1", b"2"]


def test_a_copy_that_a_later_program_left_is_not_touched(folder, proposal, shelf):
    copy = save(folder, proposal)
    state = state_of(folder, proposal)
    text = state.read_bytes().partition(b"\n")[2].replace(b'"format":1', b'"format":9')
    sealed = hashlib.sha256(text).hexdigest().encode() + b"\n" + text
    state.write_bytes(sealed)
    with pytest.raises(KjxmError, match=r"draft\.newer"):
        copy.load(shelf)
    assert working_copy.list_all(folder) == []
    assert state.read_bytes() == sealed


def test_a_picture_that_is_damaged_is_refused_by_name(folder, proposal, shelf):
    copy = save(folder, proposal)
    (folder / proposal.doc_id / "media" / PICTURE.sha256).write_bytes(b"x" * len(PICTURE.data))
    with pytest.raises(KjxmError, match=r"draft\.media"):
        copy.load(shelf)
    assert state_of(folder, proposal).exists()


def test_a_copy_brings_its_call_along(folder, proposal):
    class Stranger:
        """A shelf with nothing on it."""

        def from_draft(self, files):
            assert files == proposal.call.files
            return proposal.call, False

    assert loaded(save(folder, proposal), Stranger()).foreign_call


@pytest.mark.parametrize("doc_id", ["../x", "", "a", "A3BB189E-8BF9-4C92-9E2D-6A5C1D0F7B11", "/etc"])
def test_only_a_uuid_names_a_folder(folder, doc_id):
    with pytest.raises(KjxmError, match=r"draft\.manifest"):
        WorkingCopy(folder, doc_id)


def test_a_removed_copy_is_gone_with_everything_beside_it(folder, proposal):
    copy = save(folder, proposal)
    copy.remove()
    copy.remove()
    assert list(folder.iterdir()) == []


def test_a_full_disk_keeps_the_copy_of_before(folder, proposal, shelf, monkeypatch):
    copy = save(folder, proposal)
    before = looked_at(copy).data

    def fail(*_):
        raise OSError(28, "No space left on device")

    proposal.set("/project/title", "更新")
    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(KjxmError, match=r"storage\.full"):
        save(folder, proposal)
    monkeypatch.undo()
    assert loaded(copy, shelf).proposal.data == before
