"""What a save replaced can be had again: every copy whole, the disk not filled, the newest never deleted."""

import hashlib
import os
import stat
from datetime import datetime, timedelta, timezone

import pytest

from kjxm_desktop.core import atomic_file, backups
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.errors import KjxmError

NOW = datetime(2024, 6, 1, 12, 3, 41, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "甲.kjxm"


@pytest.fixture
def kept(tmp_path):
    return Backups(tmp_path / "backups" / "id")


def keep(kept, file, content, at=NOW, revision=1):
    file.write_bytes(content)
    return kept.keep(file, at, revision)


def times(kept):
    return [backup.at for backup in kept.all()]


def test_a_copy_tells_when_it_was_made_its_revision_and_what_it_holds(kept, file):
    digest = keep(kept, file, b"one", revision=7)
    assert digest == hashlib.sha256(b"one").hexdigest()
    (backup,) = kept.all()
    assert (backup.at, backup.revision, backup.size) == (NOW, 7, 3)
    assert digest.startswith(backup.sha256_start)
    assert backup.path.name == f"20240601T120341+0800_r7_{digest[:16]}.kjxm"
    assert backup.path.read_bytes() == b"one"


def test_the_same_bytes_are_kept_once(kept, file):
    keep(kept, file, b"one")
    assert keep(kept, file, b"one", NOW + timedelta(hours=1)) == hashlib.sha256(b"one").hexdigest()
    assert times(kept) == [NOW]


def test_the_latest_is_told_first_and_other_files_are_none(kept, file):
    for minute in (0, 20, 10):
        keep(kept, file, b"%d" % minute, NOW + timedelta(minutes=minute))
    (kept.all()[0].path.parent / "notes.txt").write_bytes(b"mine")
    (kept.all()[0].path.parent / "20249901T120341+0800_r7_0123456789abcdef.kjxm").write_bytes(b"no such day")
    assert times(kept) == [NOW + timedelta(minutes=minute) for minute in (20, 10, 0)]


def test_a_copy_is_due_ten_minutes_after_the_last_and_after_a_jump_of_the_clock(kept, file):
    assert kept.due(NOW)
    keep(kept, file, b"one")
    assert not kept.due(NOW + timedelta(minutes=9))
    assert kept.due(NOW + timedelta(minutes=10))
    assert kept.due(NOW - timedelta(days=400))


def test_nobody_else_can_read_them(kept, file):
    keep(kept, file, b"one")
    file.chmod(0o644)
    keep(kept, file, b"two")
    folder = kept.all()[0].path.parent
    for path in (folder.parent, folder, *folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_missing_file_is_told_from_a_failed_copy(kept, file):
    with pytest.raises(FileNotFoundError):
        kept.keep(file, NOW, 1)
    assert kept.all() == []


@pytest.mark.parametrize(("code", "key"), [(28, "storage.full"), (5, "storage.disk"), (30, "storage.read_only")])
def test_a_copy_that_fails_leaves_nothing_behind(kept, file, monkeypatch, code, key):
    def fail(*_):
        raise OSError(code, os.strerror(code))

    keep(kept, file, b"one")
    monkeypatch.setattr(atomic_file.os, "fsync", fail)
    with pytest.raises(KjxmError) as caught:
        keep(kept, file, b"two")
    assert caught.value.key == key
    monkeypatch.undo()
    (backup,) = kept.all()
    assert [path.name for path in backup.path.parent.iterdir()] == [backup.path.name]


def test_all_of_two_days_stay_then_one_a_day_then_one_a_week(kept, file):
    keep(kept, file, b"0")
    folder = kept.all()[0].path.parent
    for hour in range(6, 24 * 120, 6):
        at = NOW + timedelta(hours=hour)
        (folder / f"{at:%Y%m%dT%H%M%S%z}_r1_{hour:016x}.kjxm").write_bytes(b"x")
    latest = times(kept)[0]
    kept.thin(latest)
    found = times(kept)
    last_of_day = {at.date(): at for at in reversed(found)}
    assert sum(latest - at <= timedelta(days=2) for at in found) == 9
    assert {at.date() for at in found} >= {(latest - timedelta(days=day)).date() for day in range(14)}
    older = [at for at in found if latest - at > timedelta(days=14)]
    assert len({at.isocalendar()[:2] for at in found}) == 8
    assert all(at == last_of_day[at.date()] for at in older)
    assert latest - found[-1] < timedelta(weeks=8)


def test_a_clock_set_to_next_year_deletes_nothing(kept, file):
    for hour in range(0, 24, 6):
        keep(kept, file, b"%d" % hour, NOW + timedelta(hours=hour))
    kept.thin(NOW + timedelta(days=400))
    assert len(times(kept)) == 4


def test_too_many_bytes_cost_first_what_is_not_the_last_of_its_day_then_the_oldest(kept, file, monkeypatch):
    hours = [1, 2, 3, 25, 26, 27]
    for hour in hours:
        keep(kept, file, b"%02d" % hour * 50, NOW.replace(hour=0) + timedelta(hours=hour))

    def left(cap):
        monkeypatch.setattr(backups, "CAP_BYTES", cap)
        kept.thin(NOW + timedelta(hours=30))
        return sorted(int(backup.path.read_bytes()[:2]) for backup in kept.all())

    assert left(600) == hours
    assert left(400) == [3, 25, 26, 27]
    assert left(200) == [3, 27]
    assert left(100) == [27]
    assert left(0) == [27]
