"""What was typed is kept on this machine, comes back whole, and damage never takes anything with it."""

import hashlib
import os
import shutil
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop.core import atomic_file, history, pictures, strict_json, working_copy
from kjxm_desktop.core.call import load_files
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.core.kept_state import Rebuilt
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


def thin(copy):
    copy.drop_media(copy.thin())


def loaded(copy, shelf):
    found = copy.load(shelf)
    assert found is not None
    return found


def looked_at(copy):
    found = copy.look()
    assert found is not None
    return found


def unreadable(folder):
    return working_copy.unreadable(folder, working_copy.list_all(folder))


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
    thin(save(folder, proposal))
    assert not picture.exists()
    proposal.set("/project/figure", {"media": PICTURE.sha256})
    save(folder, proposal)
    proposal.set("/project/figure", None)
    copy = save(folder, proposal)
    thin(copy)
    assert picture.read_bytes() == PICTURE.data == copy.media(PICTURE.sha256)
    assert [copy.history().answers_at(moment.id) for moment in copy.history().moments()][1] == shown
    shutil.rmtree(folder / proposal.doc_id / "history")
    thin(save(folder, proposal))
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


def test_saving_looks_for_no_media_that_may_go_and_thinning_leaves_what_is_needed(folder, proposal, monkeypatch):
    picture = folder / proposal.doc_id / "media" / PICTURE.sha256
    copy = save(folder, proposal)
    with monkeypatch.context() as patch:
        patch.setattr(History, "media_named", None)  # it grows with the history
        patch.setattr(History, "thin", None)
        proposal.set("/project/figure", None)
        copy.save(proposal, path=None, base_sha256=None, saved_at=NOW, opened=Opened(copy_of(proposal), NOW))
    shutil.rmtree(folder / proposal.doc_id / "history")
    thinned = copy.thin()
    proposal.set("/project/figure", {"media": PICTURE.sha256})
    copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)  # it came back meanwhile
    copy.drop_media(thinned)
    assert picture.read_bytes() == PICTURE.data


def test_the_files_that_are_about_to_be_written_are_told(folder, proposal, tmp_path):
    home, other = tmp_path / "甲.kjxm", tmp_path / "乙.kjxm"
    copy = WorkingCopy(folder, proposal.doc_id)
    copy.save(proposal, path=home, base_sha256="0" * 64, saved_at=NOW, foreseen=[(home, "1" * 64), (other, "2" * 64)])
    kept = looked_at(copy)
    assert [kept.homes_of(digit * 64) for digit in "0123"] == [[home], [home], [other], []]
    save(folder, proposal, path=home, base="1" * 64)
    assert looked_at(copy).foreseen == ()


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


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[place % len(data)] ^= 4
    file.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize("place", range(0, 1000, 13))
def test_a_damaged_copy_is_made_anew_from_its_history_and_never_hides_the_others(folder, proposal, shelf, place):
    save(folder, proposal)
    other = Proposal(shelf.get("small"), {"project": {"title": "另一份"}})
    save(folder, other)
    state = state_of(folder, proposal)
    damaged = flip(state, place)
    assert {kept.doc_id for kept in working_copy.list_all(folder)} == {other.doc_id, proposal.doc_id}
    aside = state.with_name("state.replaced-1")
    assert working_copy.damaged(folder) == [aside]
    assert aside.read_bytes() == damaged
    recovered = loaded(WorkingCopy(folder, proposal.doc_id), shelf)
    assert recovered.proposal.data == proposal.data
    assert recovered.kept.rebuilt is not None
    assert recovered.kept.saved_at == NOW
    assert unreadable(folder) == []
    save(folder, recovered.proposal)
    assert loaded(WorkingCopy(folder, proposal.doc_id), shelf).kept.rebuilt is None


def test_damage_in_the_answers_loses_nothing_of_what_stands_around_them(folder, proposal, tmp_path):
    copy = save(folder, proposal, path=tmp_path / "甲.kjxm", base="0" * 64)
    before = looked_at(copy)
    state = state_of(folder, proposal)
    flip(state, state.read_bytes().index("余热".encode()))
    assert looked_at(copy) == replace(before, rebuilt=Rebuilt.WHOLE)


@pytest.mark.parametrize("where", [b'"notes"', b'"path"', b'"saved_at"'])
def test_damage_around_the_answers_leaves_them_and_the_file_they_belong_to(folder, proposal, shelf, tmp_path, where):
    copy = save(folder, proposal, path=tmp_path / "甲.kjxm", base="0" * 64)
    state = state_of(folder, proposal)
    flip(state, state.read_bytes().index(where))
    recovered = loaded(copy, shelf)
    assert recovered.proposal.data == proposal.data
    assert recovered.kept.rebuilt is Rebuilt.PARTLY
    assert recovered.kept.base_sha256 == "0" * 64


def test_a_state_that_was_not_in_the_history_yet_goes_back_to_the_moment_before(folder, proposal, shelf, monkeypatch):
    save(folder, proposal)
    known = proposal.data
    proposal.set("/project/title", "尚未记入历史")
    monkeypatch.setattr(History, "keep", lambda *_, **__: None)
    copy = save(folder, proposal, at=NOW + timedelta(hours=1))
    state = state_of(folder, proposal)
    flip(state, state.read_bytes().index("尚未".encode()))
    recovered = loaded(copy, shelf)
    assert recovered.proposal.data == known
    assert (recovered.kept.rebuilt, recovered.kept.saved_at) == (Rebuilt.PARTLY, NOW)
    assert recovered.proposal.notes == proposal.notes


def test_a_damaged_copy_that_cannot_be_written_anew_is_told_all_the_same(folder, proposal, monkeypatch):
    copy = save(folder, proposal)
    damaged = flip(state_of(folder, proposal), 300)

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(atomic_file, "write", refuse)
    assert looked_at(copy).data == proposal.data
    assert state_of(folder, proposal).read_bytes() == damaged


@pytest.mark.parametrize("place", range(0, 1000, 137))
def test_a_damaged_copy_without_a_history_is_moved_aside_and_told(folder, proposal, shelf, place):
    save(folder, proposal)
    other = Proposal(shelf.get("small"), {"project": {"title": "另一份"}})
    save(folder, other)
    shutil.rmtree(folder / proposal.doc_id / "history")
    flip(state_of(folder, proposal), place + 65)
    assert [kept.doc_id for kept in working_copy.list_all(folder)] == [other.doc_id]
    assert unreadable(folder) == [folder / proposal.doc_id]
    assert WorkingCopy(folder, proposal.doc_id).load(shelf) is None
    save(folder, proposal)
    assert unreadable(folder) == []


def test_damage_in_the_seal_alone_needs_no_history(folder, proposal):
    copy = save(folder, proposal)
    shutil.rmtree(folder / proposal.doc_id / "history")
    before = looked_at(copy)
    flip(state_of(folder, proposal), 7)
    assert looked_at(copy) == replace(before, rebuilt=Rebuilt.WHOLE)


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"[]", b"{}", b'{"format":1}', b'{"doc_id":5,"path":[],"saved_at":"x"}', b'{"a":' * 5000, b"\xff\xfe"],
)
def test_a_state_that_is_sealed_and_yet_nonsense_is_kept_beside(folder, proposal, text):
    copy = save(folder, proposal)
    state = state_of(folder, proposal)
    sealed = hashlib.sha256(text).hexdigest().encode() + b"\n" + text
    state.write_bytes(sealed)
    assert looked_at(copy).data == proposal.data
    assert [file.read_bytes() for file in working_copy.damaged(folder)] == [sealed]


def test_a_second_damaged_copy_does_not_write_over_the_first(folder, proposal):
    for number in (1, 2):
        copy = save(folder, proposal)
        state_of(folder, proposal).write_bytes(b"%d" % number)
        assert looked_at(copy).data == proposal.data
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
    assert unreadable(folder) == [folder / proposal.doc_id]
    assert state.read_bytes() == sealed


def damage(file):
    return flip(file, file.stat().st_size // 2)


def test_a_damaged_picture_is_left_out_and_told(folder, proposal, shelf):
    copy = save(folder, proposal)
    damage(folder / proposal.doc_id / "media" / PICTURE.sha256)
    recovered = loaded(copy, shelf)
    assert recovered.proposal.data == {"project": {"title": "余热利用"}}
    assert recovered.lost == ("/project/figure",)
    assert recovered.is_mended


def test_of_a_long_text_the_damaged_picture_alone_is_left_out(folder, proposal, shelf):
    said = {"type": "paragraph", "runs": [{"text": "正文"}]}
    other = pictures.normalise(small_call.photograph(7), "b")
    proposal.media[other.sha256] = other.data
    shown = [{"type": "picture", "media": sha256, "width_mm": 60} for sha256 in (PICTURE.sha256, other.sha256)]
    proposal.set("/project/text", [said, *shown])
    copy = save(folder, proposal)
    damage(folder / proposal.doc_id / "media" / other.sha256)
    recovered = loaded(copy, shelf)
    assert recovered.proposal.get("/project/text") == [said, shown[0]]
    assert recovered.lost == ("/project/text",)


def test_a_damaged_picture_comes_from_another_copy_or_from_the_file(folder, proposal, shelf):
    copy = save(folder, proposal)
    damage(folder / proposal.doc_id / "media" / PICTURE.sha256)
    assert loaded(WorkingCopy(folder, proposal.doc_id), shelf).lost
    beside = copy.load(shelf, copy_of(proposal))
    assert beside is not None
    assert beside.proposal.media == proposal.media
    save(folder, copy_of(proposal))
    recovered = loaded(copy, shelf)
    assert (recovered.proposal.data, recovered.proposal.media) == (proposal.data, proposal.media)
    assert not recovered.lost


def test_what_is_damaged_beside_the_state_is_written_anew_by_the_next_save(folder, proposal, shelf):
    copy = save(folder, proposal)
    picture = folder / proposal.doc_id / "media" / PICTURE.sha256
    of_call = folder / proposal.doc_id / "call" / proposal.call.sha256
    damaged = [damage(picture), damage(of_call / "notice.txt")]
    copy.tidy(NOW.timestamp())
    save(folder, proposal)
    assert picture.read_bytes() == PICTURE.data
    assert {file.name: file.read_bytes() for file in of_call.iterdir()} == proposal.call.files
    kept = [
        picture.with_name(f"{picture.name}.damaged-1"),
        of_call.with_name(f"{of_call.name}.damaged-1") / "notice.txt",
    ]
    assert [file.read_bytes() for file in kept] == damaged
    assert not loaded(copy, shelf).is_mended


@pytest.mark.parametrize("name", ["form.json", "notice.txt", "call.json", "rules.json"])
def test_a_damaged_call_is_the_installed_one_of_that_digest(folder, proposal, shelf, name):
    copy = save(folder, proposal)
    damage(folder / proposal.doc_id / "call" / proposal.call.sha256 / name)
    recovered = loaded(copy, shelf)
    assert recovered.proposal.call.sha256 == proposal.call.sha256
    assert not recovered.foreign_call
    assert not recovered.other_call


def test_a_lost_call_is_the_installed_one_of_that_digest(folder, proposal, shelf):
    copy = save(folder, proposal)
    shutil.rmtree(folder / proposal.doc_id / "call")
    assert loaded(copy, shelf).proposal.data == proposal.data


class Stranger:
    """A shelf with nothing on it."""

    calls = ()

    def from_draft(self, files):
        return load_files(files), False


def test_a_damaged_call_that_is_not_installed_comes_from_another_copy_or_is_told(folder, proposal, shelf):
    copy = save(folder, proposal)
    notice = folder / proposal.doc_id / "call" / proposal.call.sha256 / "notice.txt"
    notice.write_bytes(notice.read_bytes().replace("。".encode(), "，".encode(), 1) + b" ")
    told = loaded(copy, Stranger())
    assert told.other_call
    assert told.foreign_call
    assert told.proposal.data == proposal.data
    save(folder, copy_of(proposal))
    assert not loaded(copy, Stranger()).other_call


def test_a_call_of_which_nothing_is_left_is_refused(folder, proposal, shelf):
    copy = save(folder, proposal)
    shutil.rmtree(folder / proposal.doc_id / "call")
    with pytest.raises(KjxmError, match=r"draft\.call"):
        copy.load(Stranger())


def test_a_copy_brings_its_call_along(folder, proposal, shelf):
    recovered = loaded(save(folder, proposal), Stranger())
    assert recovered.foreign_call
    assert recovered.proposal.call.files == proposal.call.files


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


def test_attachments_replaced_in_turn_do_not_fill_the_disk_and_those_of_named_versions_stay(
    folder, proposal, monkeypatch
):
    monkeypatch.setattr(history, "KEPT_BYTES", 550_000)
    copy, media, named = WorkingCopy(folder, proposal.doc_id), folder / proposal.doc_id / "media", ""
    opened = Opened(copy_of(proposal), NOW)
    for number in range(20):
        content = bytes([number]) * 100_000
        sha256 = hashlib.sha256(content).hexdigest()
        proposal.media = {sha256: content}
        proposal.set("/project/figure", {"media": sha256})
        copy.save(proposal, path=None, base_sha256=None, saved_at=NOW, opened=opened)
        if number == 3:
            named = sha256
            copy.name_version(proposal, "送审稿", NOW)
    thin(copy)
    assert len(list(media.iterdir())) == 21  # nothing goes while the draft is open in which it was written
    again = WorkingCopy(folder, proposal.doc_id)
    again.save(proposal, path=None, base_sha256=None, saved_at=NOW, opened=Opened(copy_of(proposal), NOW))
    thin(again)
    left = {file.name for file in media.iterdir()}
    assert len(left) <= 7
    assert {named, sha256} <= left
    assert left == again.history().media_named()
