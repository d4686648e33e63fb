"""A save never goes over what somebody else wrote, and what it replaces can be had again."""

import errno
import os
import re
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


MARK = re.compile(r"（冲突 20240601-[0-9]{6}）")


def conflicts(path, proposal, kept, count, pattern="{}（冲突 {:%Y%m%d-%H%M%S}）"):
    """Let somebody else write the file before each of `count` saves, and return how ours is called each time."""
    sha256 = storage.write(path, proposal, program="test")
    draft = DraftFile(path, sha256, 4, backups=kept, program="test", conflict_name=pattern.format)
    names = []
    for at in range(count):
        assert draft.path is not None
        draft.path.write_bytes(b"theirs %d" % at)
        saved = save(draft, proposal, f"ours {at}", at)
        assert saved.conflict
        names.append(saved.path.name)
    return names


@pytest.mark.parametrize("stem", ["申" * 78, "a" * 250, "葵" * 40, "😀" * 60, "甲"])
def test_conflicts_in_turn_never_make_a_name_that_no_disk_takes(stem, folder, proposal, kept):
    names = conflicts(folder / f"{stem}.kjxm", proposal, kept, 9)
    for name in names:
        assert len(MARK.findall(name)) == 1
        assert name.startswith(stem[:20])
        assert len(name.encode()) <= 240
        assert len(name.encode("utf-16-le")) // 2 <= 240
    assert len(list(folder.iterdir())) == 10


@pytest.mark.parametrize(
    "stem",
    [
        "甲（冲突 20230101-000000）",
        "甲 (conflict 20230101-000000) 2",
        "甲（冲突 20230101-000000）（冲突 20230102-000000）",
    ],
)
def test_a_conflict_takes_the_place_of_an_earlier_one_in_the_name(stem, folder, proposal, kept):
    assert conflicts(folder / f"{stem}.kjxm", proposal, kept, 1) == ["甲（冲突 20240601-120341）.kjxm"]


def test_a_name_that_only_ends_like_a_conflict_stays(folder, proposal, kept):
    for stem in ("（冲突 20230101-000000）", "甲（2023）", "甲（冲突 20230101-000000）修订"):
        assert conflicts(folder / f"{stem}.kjxm", proposal, kept, 1) == [f"{stem}（冲突 20240601-120341）.kjxm"]


def test_a_disk_that_takes_shorter_names_gets_shorter_ones(folder, proposal, kept, monkeypatch):
    write = atomic_file.write

    def narrow(path, *arguments, **options):
        if len(path.name.encode()) > 143:
            raise KjxmError("storage.name_too_long", path=str(path))
        return write(path, *arguments, **options)

    monkeypatch.setattr(atomic_file, "write", narrow)
    (name,) = conflicts(folder / f"{'申' * 40}.kjxm", proposal, kept, 1)
    assert MARK.search(name)
    assert len(name.encode()) <= 140


def test_a_name_that_cannot_be_looked_at_is_told_as_what_it_is(folder, proposal, kept):
    path = folder / "甲.kjxm"
    sha256 = storage.write(path, proposal, program="test")
    draft = DraftFile(path, sha256, 4, backups=kept, program="test", conflict_name=lambda stem, _: stem + "x" * 300)
    path.write_bytes(THEIRS)
    with pytest.raises(KjxmError, match=r"storage\.name_too_long"):
        save(draft, proposal, "乙")
    assert path.read_bytes() == THEIRS


@pytest.mark.parametrize("revision", [10**9, 10**15, 10**15 + 1, 10**18, 9_999_999_999_999_999_999])
def test_a_draft_of_any_revision_opens_and_is_saved_and_opens_again(path, proposal, kept, shelf, revision):
    proposal.revision = revision
    sha256 = storage.write(path, proposal, program="test")
    for minutes in (0, 20, 40):
        read = storage.read(path, shelf)
        draft = DraftFile(
            path, read.sha256, read.proposal.revision, backups=kept, program="test", conflict_name=lambda stem, _: stem
        )
        for more in (0, 1):
            saved = save(draft, read.proposal, f"{minutes} {more}", minutes + more)
            assert saved.backup_error is None
    assert storage.read(path, shelf).sha256 != sha256
    assert len(contents(kept)) == 3


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


def test_what_is_about_to_stand_there_is_told_before_it_does(path, proposal, kept, draft, shelf):
    told = []
    foreseeing = DraftFile(
        path,
        draft.base_sha256,
        4,
        backups=kept,
        program="test",
        conflict_name=lambda stem, _: f"{stem}（冲突）",
        foresee=lambda target, sha256: told.append((target, sha256, title(path, shelf))),
    )
    save(foreseeing, proposal, "乙")
    assert told == [(path, storage.sha256_of(path), "甲")]
    foreseeing.save_as(proposal, other := path.with_name("丙.kjxm"), NOW)
    assert told[-1] == (other, storage.sha256_of(other), "乙")
