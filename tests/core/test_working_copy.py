"""What was typed is kept on this machine, comes back whole, and damage never takes anything with it."""

import hashlib
import os
import shutil
import stat
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop.core import atomic_file, pictures, strict_json, working_copy
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import Opened, WorkingCopy
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


def copy_of(proposal):
    return Proposal(proposal.call, proposal.data, proposal.media)


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
    assert written == ["state"]  # the history is appended to
    assert looked_at(copy).data["project"]["title"] == "新题目"


def test_the_state_is_the_canonical_json_of_what_it_tells(folder, proposal):
    save(folder, proposal)
    seal, _, text = state_of(folder, proposal).read_bytes().partition(b"\n")
    told = strict_json.loads(text)
    assert told["data"] == proposal.data
    assert text == strict_json.dumps(told)
    assert seal.decode("ascii") == hashlib.sha256(text).hexdigest()


def test_only_the_section_that_was_edited_is_written_as_json_again(folder, proposal, monkeypatch):
    copy = save(folder, proposal)
    proposal.set("/project/title", "又一个题目")
    written = []
    dumps = strict_json.dumps
    monkeypatch.setattr(strict_json, "dumps", lambda value: written.append(value) or dumps(value))
    copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)
    answers = [value for value in written if any(value is section for section in proposal.data.values())]
    assert answers
    assert all(value is proposal.data["project"] for value in answers)


def test_a_picture_that_was_taken_out_stays_while_the_history_names_it_and_then_leaves_the_disk(folder, proposal):
    picture = folder / proposal.doc_id / "media" / PICTURE.sha256
    shown = dict(proposal.data)
    proposal.set("/project/figure", None)
    save(folder, proposal)
    assert not picture.exists()
    proposal.set("/project/figure", {"media": PICTURE.sha256})
    save(folder, proposal)
    proposal.set("/project/figure", None)
    copy = save(folder, proposal)
    assert picture.read_bytes() == PICTURE.data == copy.media(PICTURE.sha256)
    assert [copy.history().answers_at(moment.id) for moment in copy.history().moments()][1] == shown
    shutil.rmtree(folder / proposal.doc_id / "history")
    save(folder, proposal)
    assert not picture.exists()


def test_pictures_of_the_history_alone_are_not_read_with_the_draft(folder, proposal, shelf):
    save(folder, proposal)
    proposal.set("/project/figure", None)
    recovered = loaded(save(folder, proposal), shelf)
    assert recovered.proposal.media == {}
    assert recovered.proposal.data == proposal.data


def test_the_history_begins_with_the_draft_as_it_was_opened(folder, proposal):
    copy = WorkingCopy(folder, proposal.doc_id)
    opened = Opened(copy_of(proposal), NOW)
    proposal.set("/project/figure", None)
    for text in ("甲", "乙"):
        proposal.set("/project/title", text)
        assert copy.save(proposal, path=None, base_sha256=None, saved_at=NOW, opened=opened) is None
    moments = copy.history().moments()
    assert [moment.kind for moment in moments] == [Kind.EDITED, Kind.EDITED, Kind.OPENED]
    assert copy.opened_moment == moments[-1].id
    assert copy.history().answers_at(moments[-1].id) == opened.proposal.data
    assert copy.media(PICTURE.sha256) == PICTURE.data


def test_a_named_version_keeps_its_pictures(folder, proposal):
    copy = WorkingCopy(folder, proposal.doc_id)
    named = copy.name_version(proposal, "送审稿", NOW)
    proposal.set("/project/figure", None)
    copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)
    assert copy.history().answers_at(named.id)["project"]["figure"] == {"media": PICTURE.sha256}
    assert copy.media(PICTURE.sha256) == PICTURE.data


@pytest.mark.parametrize("sha256", ["", "../state", "00" * 32, "甲"])
def test_media_that_are_not_there_are_none(folder, proposal, sha256):
    assert save(folder, proposal).media(sha256) is None


def test_a_history_that_cannot_be_kept_is_told_and_fails_no_save(folder, proposal, shelf, monkeypatch):
    def refuse(*_, **__):
        raise KjxmError("storage.full", path="history")

    monkeypatch.setattr(History, "keep", refuse)
    copy = WorkingCopy(folder, proposal.doc_id)
    told = copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)
    assert told is not None
    assert told.key == "storage.full"
    assert loaded(copy, shelf).proposal.data == proposal.data


def test_the_state_can_go_and_leave_its_history(folder, proposal):
    copy = save(folder, proposal)
    copy.remove_state()
    assert copy.look() is None
    assert len(copy.history().moments()) == 1


def test_a_copy_moved_aside_leaves_its_history_with_its_pictures(folder, proposal):
    copy = save(folder, proposal)
    before = state_of(folder, proposal).read_bytes()
    for number in (1, 2):
        copy.move_aside()
        aside = folder / f"{proposal.doc_id}.unreadable-{number}"
        assert (aside / "media" / PICTURE.sha256).read_bytes() == PICTURE.data
        assert copy.look() is None
    assert (folder / f"{proposal.doc_id}.unreadable-1" / "state").read_bytes() == before
    assert len(copy.history().moments()) == 1
    assert copy.media(PICTURE.sha256) == PICTURE.data


def test_what_killed_writing_left_is_tidied_away(folder, proposal):
    copy = save(folder, proposal)
    left = [state_of(folder, proposal).with_name(".~state.0123abcd.tmp")]
    left.append(folder / proposal.doc_id / "history" / ".~000001.log.0123abcd.tmp")
    for file in left:
        file.write_bytes(b"half")
    copy.tidy(left[0].stat().st_mtime + 3000)
    assert all(file.exists() for file in left)
    copy.tidy(left[0].stat().st_mtime + 4000)
    assert not any(file.exists() for file in left)
    assert copy.look() is not None


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
