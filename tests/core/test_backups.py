"""What a save replaced can be had again: every copy whole, the disk not filled, the newest never deleted."""

import hashlib
import os
import stat
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    assert backup.path.name == f"20240601T120341+0800_r7_{digest[:16]}_n1.kjxm"
    assert backup.path.read_bytes() == b"one"


def test_the_same_bytes_are_kept_once(kept, file):
    keep(kept, file, b"one")
    assert keep(kept, file, b"one", NOW + timedelta(hours=1)) == hashlib.sha256(b"one").hexdigest()
    assert times(kept) == [NOW]


def test_the_latest_is_told_first_and_other_files_are_none(kept, file):
    for minute in (0, 10, 20):
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
    kept.all()[0].path.unlink()
    for hour in range(0, 24 * 120, 6):
        at = NOW + timedelta(hours=hour)
        (folder / f"{at:%Y%m%dT%H%M%S%z}_r1_{hour:016x}.kjxm").write_bytes(b"x")
    latest = times(kept)[0]
    kept.thin()
    found = times(kept)
    last_of_day = {at.date(): at for at in reversed(found)}
    assert sum(latest - at <= timedelta(days=2) for at in found) == 9
    assert sum(latest - at > timedelta(days=3) for at in found) == len({at.date() for at in found}) - 4
    assert {at.date() for at in found} >= {(latest - timedelta(days=day)).date() for day in range(14)}
    older = [at for at in found if latest - at > timedelta(days=14)]
    assert len({at.isocalendar()[:2] for at in found}) == 8
    assert all(at == last_of_day[at.date()] for at in older)
    assert latest - found[-1] < timedelta(weeks=8)


@pytest.mark.parametrize("wrong_days", [-1600, -3, 365, 10])
def test_a_day_of_work_stays_though_the_clock_is_wrong_for_a_while(kept, file, wrong_days):
    for number in range(60):
        wrong = wrong_days if 30 <= number < 40 else 0
        keep(kept, file, b"%d" % number, NOW.replace(hour=0) + timedelta(days=wrong, minutes=15 * number))
        kept.thin()
    assert [backup.path.read_bytes() for backup in kept.all()] == [b"%d" % number for number in reversed(range(60))]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.just(0) | st.integers(-3000, 3000)), min_size=1, max_size=30))
def test_the_newest_stay_whatever_the_clock_does(tmp_path_factory, days):
    folder = tmp_path_factory.mktemp("backups")
    kept, file, day = Backups(folder / "id"), folder / "甲.kjxm", 0
    for number, (pause, wrong) in enumerate(days):
        day += pause
        keep(kept, file, b"%d" % number, NOW + timedelta(days=day + wrong), number)
        kept.thin()
    newest = [backup.path.read_bytes() for backup in kept.all()[:3]]
    assert newest == [b"%d" % number for number in reversed(range(max(0, len(days) - 3), len(days)))]


def test_those_that_an_earlier_program_made_are_older_than_all_of_today(kept, file):
    folder = kept._folder
    folder.mkdir(parents=True)
    for hour in (1, 2):
        (folder / f"{NOW + timedelta(hours=hour):%Y%m%dT%H%M%S%z}_r{hour}_{hour:016x}.kjxm").write_bytes(b"x")
    keep(kept, file, b"now", NOW)
    assert [(backup.number, backup.at) for backup in kept.all()] == [
        (1, NOW),
        (0, NOW + timedelta(hours=2)),
        (0, NOW + timedelta(hours=1)),
    ]


def test_a_revision_of_any_length_is_known_again_and_thinned(kept, file):
    for number in range(6):
        keep(kept, file, b"%d" % number, NOW + timedelta(days=number), 10**18 + number)
    kept.thin()
    assert [backup.revision - 10**18 for backup in kept.all()] == [5, 4, 3, 2, 1, 0]
    assert keep(kept, file, b"0", NOW, 7)
    assert len(kept.all()) == 6


def test_too_many_bytes_cost_first_what_is_not_the_last_of_its_day_then_the_oldest(kept, file, monkeypatch):
    hours = [1, 2, 3, 25, 26, 27]
    for hour in hours:
        keep(kept, file, b"%02d" % hour * 50, NOW.replace(hour=0) + timedelta(hours=hour))

    def left(cap):
        monkeypatch.setattr(backups, "CAP_BYTES", cap)
        kept.thin()
        return sorted(int(backup.path.read_bytes()[:2]) for backup in kept.all())

    assert left(600) == hours
    assert left(400) == [3, 25, 26, 27]
    assert left(200) == [3, 27]
    assert left(100) == [27]
    assert left(0) == [27]
