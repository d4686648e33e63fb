"""A lock ends with whoever took it, and is nobody else's before that, whatever the clock says."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from kjxm_desktop.core.file_lock import FileLock

HOLD = """
import sys, time
from pathlib import Path
from kjxm_desktop.core.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


@pytest.fixture
def holder(path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"True\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lock_is_taken_once_and_given_up(path):
    one, other = FileLock(path), FileLock(path)
    assert one.take()
    assert one.take()
    assert not other.take()
    one.release()
    one.release()
    assert other.take()
    other.release()


def test_another_process_holds_it_as_long_as_it_lives(path, holder):
    lock = FileLock(path)
    assert not lock.take()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert lock.take()
    lock.release()


def test_an_old_lock_is_not_stolen(path, holder):
    os.utime(path, (1, 1))
    assert not FileLock(path).take()


def test_a_lock_file_left_behind_is_no_lock(path):
    path.write_bytes(b"4711 some-other-computer")
    lock = FileLock(path)
    assert lock.take()
    lock.release()


def test_a_lock_whose_file_was_removed_does_not_keep_others_from_a_new_one(path):
    one, other = FileLock(path), FileLock(path)
    assert one.take()
    path.unlink()
    assert other.take()
    one.release()
    other.release()


def test_a_lock_file_is_the_users_alone(path):
    lock = FileLock(path)
    lock.take()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lock.release()


def test_where_no_file_can_be_made_there_is_no_lock(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        FileLock(tmp_path / "missing" / "lock").take()
