"""Whatever happens while a file is written, the old one or the new one stands there, whole, and nothing beside it."""

import errno
import os
import stat
import time

import pytest

from kjxm_desktop.core import atomic_file
from kjxm_desktop.errors import KjxmError

OLD, NEW = b"old" * 1000, b"new" * 2000
STEPS = ("open", "write", "fchmod", "fsync", "close", "replace", "unlink")


@pytest.fixture
def target(tmp_path):
    file = tmp_path / "申报书.kjxm"
    file.write_bytes(OLD)
    file.chmod(0o640)
    return file


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


class WindowsError(OSError):
    def __init__(self, code):
        super().__init__(errno.EACCES, "sharing violation")
        self.winerror = code


def refusal(file, data=NEW, **options):
    with pytest.raises(KjxmError) as caught:
        atomic_file.write(file, data, **options)
    assert caught.value.params["path"] == str(file)
    return caught.value.key


def failing(code, *, name=None):
    def fail(*_, **__):
        raise OSError(code, os.strerror(code), name)

    return fail


def only(target):
    return [file.name for file in target.parent.iterdir()] == [target.name]


def test_a_file_is_replaced_and_nothing_is_left_beside_it(target):
    atomic_file.write(target, NEW)
    assert target.read_bytes() == NEW
    assert only(target)


def test_the_permissions_of_the_old_file_are_kept(target):
    atomic_file.write(target, NEW)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_is_the_users_alone(tmp_path):
    atomic_file.write(tmp_path / "new", NEW)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_link_is_followed_and_stays_a_link(target, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(target.name)
    atomic_file.write(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW


def test_the_file_and_then_its_folder_are_synced(target, monkeypatch):
    synced = []
    sync = os.fsync

    def noted(descriptor):
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    atomic_file.write(target, NEW)
    assert synced == [False, True]


def test_a_disk_that_takes_a_little_at_a_time_gets_everything(target, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    atomic_file.write(target, NEW)
    assert target.read_bytes() == NEW


def test_a_disk_that_keeps_something_else_is_noticed(target, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, b"\0" * len(data)))
    assert refusal(target) == "storage.disk"
    assert target.read_bytes() == OLD
    assert only(target)


def test_a_disk_that_takes_nothing_more_is_full(target, monkeypatch):
    monkeypatch.setattr(os, "write", lambda *_: 0)
    assert refusal(target) == "storage.full"
    assert only(target)


@pytest.mark.parametrize(
    ("step", "code", "key"),
    [
        ("write", errno.ENOSPC, "storage.full"),
        ("write", errno.EDQUOT, "storage.full"),
        ("fsync", errno.EIO, "storage.disk"),
        ("fsync", errno.ENOSPC, "storage.full"),
        ("close", errno.EIO, "storage.disk"),
        ("open", errno.EROFS, "storage.read_only"),
        ("open", errno.EACCES, "storage.denied"),
        ("open", errno.EPERM, "storage.denied"),
        ("replace", errno.EXDEV, "storage.failed"),
        ("replace", errno.EPERM, "storage.denied"),
    ],
)
def test_a_failure_at_any_step_leaves_the_old_file_and_says_why(target, monkeypatch, step, code, key):
    monkeypatch.setattr(os, step, failing(code))
    assert refusal(target) == key
    monkeypatch.undo()
    assert target.read_bytes() == OLD
    assert only(target)


def test_a_folder_that_cannot_be_synced_is_a_failed_save(target, monkeypatch):
    sync = os.fsync

    def fail(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "EIO")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    assert refusal(target) == "storage.disk"
    assert only(target)


def test_a_file_system_that_cannot_sync_folders_is_taken_as_it_is(target, monkeypatch):
    sync = os.fsync

    def fail(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "EINVAL")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    atomic_file.write(target, NEW)
    assert target.read_bytes() == NEW


def test_a_check_that_fails_keeps_the_old_file(target):
    def check(file):
        assert file.read_bytes() == NEW
        raise KjxmError("draft.damaged", path=str(target), part="a")

    assert refusal(target, verify=check) == "draft.damaged"
    assert target.read_bytes() == OLD
    assert only(target)


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_in_use_on_windows_is_tried_again(target, monkeypatch, code):
    waits, replace = [], os.replace

    def busy(source, destination):
        if len(waits) < 3:
            raise WindowsError(code)
        replace(source, destination)

    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(os, "replace", busy)
    atomic_file.write(target, NEW)
    assert waits == [0.05, 0.1, 0.2]
    assert target.read_bytes() == NEW


def test_a_file_that_stays_in_use_is_given_up_and_left_alone(target, monkeypatch):
    waits = []

    def busy(source, destination):
        raise WindowsError(32)

    monkeypatch.setattr(time, "sleep", waits.append)
    monkeypatch.setattr(os, "replace", busy)
    assert refusal(target) == "storage.busy"
    assert sum(waits) == pytest.approx(6.35)
    assert target.read_bytes() == OLD
    assert only(target)


def test_a_write_protected_file_is_not_replaced(target, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refusal(target) == "storage.write_protected"
    assert target.read_bytes() == OLD


def test_a_disk_that_can_only_be_read_is_told_from_a_locked_file(target, monkeypatch):
    class ReadOnly:
        f_flag = os.ST_RDONLY

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(os, "statvfs", lambda _: ReadOnly)
    assert refusal(target) == "storage.read_only"
    assert target.read_bytes() == OLD


def test_where_no_file_can_stand_is_said(tmp_path):
    assert refusal(tmp_path) == "storage.is_folder"
    assert refusal(tmp_path / "none" / "a") == "storage.folder_missing"
    assert refusal(tmp_path / "文".join(["", "x" * 300])) == "storage.name_too_long"
    assert refusal(tmp_path / "a\0b") == "storage.name"
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "storage.no_file"
    (tmp_path / "loop").symlink_to("loop")
    assert refusal(tmp_path / "loop") == "storage.link_loop"


def test_a_long_chinese_name_is_written(tmp_path):
    file = tmp_path / ("科" * 80 + ".kjxm")
    atomic_file.write(file, NEW)
    assert file.read_bytes() == NEW


def killed_at(monkeypatch, step):
    """Let every step run until `step` of them have begun; from then on nothing runs any more."""
    begun = 0

    def counted(real):
        def run(*arguments, **options):
            nonlocal begun
            begun += 1
            if begun > step:
                raise Killed
            return real(*arguments, **options)

        return run

    for name in STEPS:
        monkeypatch.setattr(os, name, counted(getattr(os, name)))


def test_killed_at_any_step_the_old_or_the_new_file_stands_there(target, monkeypatch):
    outcomes = []
    for step in range(100):
        target.write_bytes(OLD)
        with monkeypatch.context() as patch:
            killed_at(patch, step)
            try:
                atomic_file.write(target, NEW)
                finished = True
            except Killed:
                finished = False
        outcomes.append(target.read_bytes())
        if finished:
            break
    assert finished
    assert set(outcomes) == {OLD, NEW}
    assert outcomes == sorted(outcomes, key=lambda content: content == NEW)
    assert outcomes[-1] == NEW
    assert len(outcomes) > 6


def test_what_hears_last_sees_the_old_file_and_can_stop_the_save(target, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(target)
    heard = []

    def stop(file):
        heard.append((file, file.read_bytes()))
        raise LookupError("no")

    with pytest.raises(LookupError):
        atomic_file.write(link, NEW, last=stop)
    assert heard == [(target, OLD)]
    assert target.read_bytes() == OLD
    assert len(list(tmp_path.iterdir())) == 2


# ---- appending


def test_what_is_appended_stands_behind_what_was_there(target):
    atomic_file.append(target, NEW, len(OLD))
    assert target.read_bytes() == OLD + NEW


def test_an_append_that_fails_is_cut_off_again(target, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        atomic_file.append(target, NEW, len(OLD))
    assert target.read_bytes() == OLD


def test_nothing_is_appended_where_somebody_else_has_written(target):
    with pytest.raises(OSError, match="somebody else"):
        atomic_file.append(target, NEW, len(OLD) - 1)
    assert target.read_bytes() == OLD


# ---- what killed writing leaves


def test_orphans_of_ours_go_after_an_hour_and_nothing_else_does(tmp_path):
    ours = [f".~{name}.0123abcd.tmp" for name in ("甲.kjxm", "a" * 40, "甲\n.kjxm")]
    others = [".~甲.kjxm.tmp", ".~甲.kjxm.0123abcd.tmp~", "甲.0123abcd.tmp", ".~甲.kjxm.0123ABCD.tmp", "~$甲.tmp"]
    for name in (*ours, *others):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".~folder.0123abcd.tmp").mkdir()
    (tmp_path / ".~link.0123abcd.tmp").symlink_to(tmp_path / others[0])
    written_s = (tmp_path / ours[0]).stat().st_mtime
    atomic_file.remove_orphans(tmp_path, written_s + 3500)
    assert all((tmp_path / name).exists() for name in ours)
    atomic_file.remove_orphans(tmp_path, written_s + 3700)
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {*others, ".~folder.0123abcd.tmp", ".~link.0123abcd.tmp"}
    atomic_file.remove_orphans(tmp_path / "missing", written_s)


def test_a_folder_is_made_for_the_user_alone_with_those_above_it(tmp_path):
    folder = tmp_path / "a" / "b" / "c"
    atomic_file.private_folder(folder)
    atomic_file.private_folder(folder)
    assert {stat.S_IMODE(made.stat().st_mode) for made in (folder, folder.parent, folder.parent.parent)} == {0o700}
