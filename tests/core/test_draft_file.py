"""A save never goes over what somebody else wrote, and what it replaces can be had again."""

import errno
import os
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop.core import atomic_file, storage
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.draft_file import DraftFile
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from tests.core import small_call

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))
THEIRS = b"what a colleague wrote"


@pytest.fixture
def shelf(tmp_path_factory):
    return small_call.shelf(tmp_path_factory.mktemp("schemas"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


@pytest.fixture
def path(folder):
    return folder / "甲.kjxm"


@pytest.fixture
def kept(tmp_path):
    return Backups(tmp_path / "backups")


@pytest.fixture
def proposal(shelf):
    made = Proposal(shelf.get("small"), {"project": {"title": "甲"}})
    made.revision = 4
    return made


@pytest.fixture
def draft(path, proposal, kept):
    """Return the file of a draft that was just opened."""
    sha256 = storage.write(path, proposal, program="test")
    return DraftFile(path, sha256, 4, backups=kept, program="test", conflict_name=lambda stem, _: f"{stem}（冲突）")


def title(path, shelf):
    return storage.read(path, shelf).proposal.get("/project/title")


def contents(kept):
    return [backup.path.read_bytes() for backup in kept.all()]


def save(draft, proposal, text, minutes=0):
    proposal.set("/project/title", text)
    return draft.save(proposal, NOW + timedelta(minutes=minutes))


def meanwhile(monkeypatch, when, do):
    """Let somebody else act just before what is `when` reads; once."""
    module, name = when
    real = getattr(module, name)

    def first_do(*arguments, **options):
        monkeypatch.setattr(module, name, real)
        do()
        return real(*arguments, **options)

    monkeypatch.setattr(module, name, first_do)


def test_a_save_goes_one_revision_on_and_the_next_one_from_there(draft, proposal, path, shelf):
    assert save(draft, proposal, "乙").revision == 5
    assert save(draft, proposal, "丙").revision == 6
    stored = storage.read(path, shelf)
    assert (stored.proposal.revision, stored.sha256) == (6, draft.base_sha256)
    assert title(path, shelf) == "丙"


def test_what_was_opened_is_kept_before_it_is_replaced_and_then_one_in_ten_minutes(draft, proposal, path, kept):
    opened = path.read_bytes()
    save(draft, proposal, "乙")
    assert contents(kept) == [opened]
    second = path.read_bytes()
    save(draft, proposal, "丙", 9)
    assert contents(kept) == [opened]
    third = path.read_bytes()
    save(draft, proposal, "丁", 11)
    assert contents(kept) == [third, opened]
    assert second not in contents(kept)


def test_a_file_changed_outside_is_left_alone_and_ours_goes_beside_it(draft, proposal, path, shelf):
    path.write_bytes(THEIRS)
    saved = save(draft, proposal, "乙")
    assert path.read_bytes() == THEIRS
    assert saved.conflict
    assert saved.path == draft.path == path.with_name("甲（冲突）.kjxm")
    assert title(saved.path, shelf) == "乙"
    assert not save(draft, proposal, "丙").conflict
    assert title(saved.path, shelf) == "丙"


def test_two_conflicts_have_two_names(draft, proposal, path):
    path.with_name("甲（冲突）.kjxm").write_bytes(b"of yesterday")
    path.write_bytes(THEIRS)
    assert save(draft, proposal, "乙").path.name == "甲（冲突） 2.kjxm"
    assert path.with_name("甲（冲突）.kjxm").read_bytes() == b"of yesterday"


def test_a_file_changed_while_we_wrote_is_left_alone_too(draft, proposal, path, shelf, monkeypatch):
    meanwhile(monkeypatch, (storage, "_verify"), lambda: path.write_bytes(THEIRS))
    saved = save(draft, proposal, "乙")
    assert path.read_bytes() == THEIRS
    assert saved.conflict
    assert title(saved.path, shelf) == "乙"
    assert sorted(file.suffix for file in path.parent.iterdir()) == [".kjxm", ".kjxm"]


def test_a_name_taken_while_we_wrote_beside_is_left_alone_too(draft, proposal, path, monkeypatch):
    beside = path.with_name("甲（冲突）.kjxm")
    path.write_bytes(THEIRS)
    meanwhile(monkeypatch, (storage, "_verify"), lambda: beside.write_bytes(b"somebody's"))
    assert save(draft, proposal, "乙").path.name == "甲（冲突） 2.kjxm"
    assert beside.read_bytes() == b"somebody's"


def test_a_file_that_is_gone_is_written_again_and_told(draft, proposal, path, shelf):
    path.rename(path.with_name("乙.kjxm"))
    saved = save(draft, proposal, "丙")
    assert (saved.recreated, saved.conflict) == (True, False)
    assert title(path, shelf) == "丙"
    assert title(path.with_name("乙.kjxm"), shelf) == "甲"
    assert not save(draft, proposal, "丁").recreated


def test_a_folder_that_is_gone_is_a_failed_save_and_the_next_one_goes(draft, proposal, folder, shelf):
    folder.rename(folder.with_name("moved"))
    with pytest.raises(KjxmError, match=r"storage\.folder_missing"):
        save(draft, proposal, "乙")
    assert proposal.revision == 4
    folder.with_name("moved").rename(folder)
    assert save(draft, proposal, "乙").revision == 5


def test_a_save_that_failed_after_it_had_replaced_the_file_is_not_taken_for_another_s(
    draft, proposal, path, folder, shelf, monkeypatch
):
    def fail(_folder):
        raise OSError(errno.EIO, "EIO")

    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, "_sync_folder", fail)
        with pytest.raises(KjxmError, match=r"storage\.disk"):
            save(draft, proposal, "乙")
    assert title(path, shelf) == "乙"
    assert not save(draft, proposal, "丙", 11).conflict
    assert title(path, shelf) == "丙"
    assert sorted(folder.iterdir()) == [path]


def test_saving_under_another_name_replaces_what_is_there_and_keeps_it(draft, proposal, path, kept, shelf):
    other = path.with_name("乙.kjxm")
    other.write_bytes(THEIRS)
    before = path.read_bytes()
    saved = draft.save_as(proposal, other, NOW)
    assert (saved.path, saved.conflict, saved.recreated) == (other, False, False)
    assert contents(kept) == [THEIRS]
    assert path.read_bytes() == before
    assert save(draft, proposal, "丙").path == other


def test_a_backup_that_fails_stops_no_save_and_is_told(draft, proposal, path, kept, shelf, monkeypatch):
    def refuse(*_):
        raise KjxmError("storage.full", path="backups")

    monkeypatch.setattr(Backups, "keep", refuse)
    saved = save(draft, proposal, "乙")
    assert saved.backup_error is not None
    assert saved.backup_error.key == "storage.full"
    assert title(path, shelf) == "乙"
    path.write_bytes(THEIRS)
    assert save(draft, proposal, "丙").conflict
    monkeypatch.undo()
    assert save(draft, proposal, "丁").backup_error is None
    assert len(contents(kept)) == 1


def test_a_link_is_written_through_and_what_it_led_to_is_kept(draft, proposal, path, kept, shelf):
    real = path.with_name("real.kjxm")
    path.rename(real)
    path.symlink_to(real)
    opened = real.read_bytes()
    save(draft, proposal, "乙")
    assert path.is_symlink()
    assert title(real, shelf) == "乙"
    assert contents(kept) == [opened]


def test_times_of_files_decide_nothing(draft, proposal, path, shelf):
    os.utime(path, (1, 1))
    assert not save(draft, proposal, "乙", -10_000_000).conflict
    os.utime(path, (4_000_000_000, 4_000_000_000))
    assert not save(draft, proposal, "丙").conflict
    assert storage.read(path, shelf).proposal.revision == 6


def test_a_draft_without_a_name_cannot_be_saved_but_gets_one(kept, proposal, path, shelf):
    draft = DraftFile(None, None, 0, backups=kept, program="test", conflict_name=lambda stem, _: stem)
    with pytest.raises(ValueError, match="without a name"):
        draft.save(proposal, NOW)
    saved = draft.save_as(proposal, path, NOW)
    assert (saved.revision, saved.recreated) == (1, False)
    assert title(path, shelf) == "甲"
    assert contents(kept) == []
