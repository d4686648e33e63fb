"""The torture in its short form: each part with few rounds, and that it would have noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kjxm_desktop.core import storage
from tests.torture import writers
from tests.torture.content import NOW, PROGRAM, Place
from tests.torture.ground import ROOT, Mount, mounts, sweep
from tests.torture.judge import judge
from tests.torture.power import LOOP_MAJOR, RefusedError, checked_device, shut_down
from tests.torture.run import PARTS
from tests.torture.tally import Tally, exit_status, table

ALL = dict.fromkeys(writers.LAYERS, 3)


@pytest.mark.parametrize("part", PARTS)
def test_the_short_form_of_each_part_finds_nothing(part: str, tmp_path: Path) -> None:
    # A process of its own: it forks, and the one of the tests has threads.
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.run", "--short", "--work", tmp_path / "work", part],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    left_out = PARTS[part].lacks()
    rows = [line for line in done.stdout.splitlines() if line.startswith(f"{part} ")]
    assert rows, done.stderr
    assert rows[0].endswith(f"left out: {left_out}" if left_out else "held"), done.stdout
    assert done.returncode == 0
    assert list((tmp_path / "work").glob("*")) == []


# --- it would have noticed ------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a draft that was stored three times."""
    place = Place(tmp_path / "draft", 200)
    place.folder.mkdir()
    layers = writers.Storage(place)
    for number in (1, 2, 3):
        layers.store(number, lambda _: None)
    return place


def faults(place: Place, acks: dict[str, int]) -> tuple[int, int, int, int]:
    tally = Tally("kills")
    judge(place, acks, tally, "round 1")
    return tally.lost, tally.torn, tally.silent, tally.unexpected


def test_what_was_acknowledged_and_is_there_is_no_finding(place: Place) -> None:
    assert faults(place, ALL) == (0, 0, 0, 0)


def test_what_was_acknowledged_and_is_older_is_lost(place: Place) -> None:
    assert faults(place, dict.fromkeys(writers.LAYERS, 4)) == (3, 0, 0, 0)


def test_a_file_that_is_gone_is_lost(place: Place) -> None:
    place.file.unlink()
    assert faults(place, ALL) == (1, 0, 0, 0)


def test_a_file_that_is_cut_is_torn(place: Place) -> None:
    place.file.write_bytes(place.file.read_bytes()[:-1])
    assert faults(place, ALL) == (0, 1, 0, 0)


def test_a_working_copy_that_is_damaged_is_torn_and_its_history_tells_what_it_held(place: Place) -> None:
    (place.own / "state").write_bytes(b"0" * 64 + b"\n{}")
    assert faults(place, ALL) == (0, 1, 0, 0)


def test_a_working_copy_that_is_damaged_is_lost_without_its_history(place: Place) -> None:
    (place.own / "state").write_bytes(b"0" * 64 + b"\n{}")
    shutil.rmtree(place.own / "history")
    lost, torn, silent, unexpected = faults(place, ALL)
    assert (torn, silent, unexpected) == (1, 0, 0)
    assert lost >= 1


def test_whole_answers_that_nobody_wrote_are_silent(place: Place) -> None:
    changed = place.proposal(3)
    changed.set("/budget/lines/0/amount", "7.00")
    storage.write(place.file, changed, program=PROGRAM)
    assert faults(place, ALL) == (0, 0, 1, 0)


def test_a_history_that_goes_on_from_something_else_is_silent(place: Place) -> None:
    changed = place.proposal(4)
    changed.set("/budget/lines/0/amount", "7.00")
    writers.WorkingCopy(place.drafts, changed.doc_id).history().keep(changed.data, NOW, 4)
    assert faults(place, ALL) == (0, 0, 1, 0)


def test_one_number_above_zero_is_exit_status_1_and_stands_in_the_table() -> None:
    held, broke = Tally("kills", rounds=1000), Tally("power", rounds=2)
    broke.count("lost", "cut 1 on xfs: file 9 → 8")
    assert exit_status([held, Tally("small", left_out="skipped")]) == 0
    assert exit_status([held, broke]) == 1
    assert exit_status([Tally("kills")]) == 1
    told = table([held, broke, Tally("small", left_out="skipped")]).splitlines()
    assert told[2].split() == ["kills", "1,000", "0", "0", "0", "0", "0", "s", "held"]
    assert told[3].split() == ["power", "2", "1", "0", "0", "0", "0", "s", "BROKE"]
    assert told[4].split() == ["small", "left", "out:", "skipped"]
    assert told[5] == "power: lost: cut 1 on xfs: file 9 → 8"


def test_what_a_killed_run_left_is_swept_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    for number in (process.pid, os.getpid()):
        (tmp_path / f"run-{number}-a" / "draft").mkdir(parents=True)
        (tmp_path / f"run-{number}-a" / "draft").chmod(0o500)
    assert sweep(tmp_path) == [f"run-{process.pid}-a"]
    assert [path.name for path in tmp_path.iterdir()] == [f"run-{os.getpid()}-a"]


# --- only a disk of its own is ever shut down -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/proc", "/dev", "/tmp", str(Path.home())])
def test_no_folder_of_this_machine_is_shut_down(path: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        shut_down(Path(path), tmp_path / "disk.img")


def test_a_folder_that_is_no_mount_point_is_not_shut_down(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no mount point"):
        shut_down(tmp_path, tmp_path / "disk.img")


def test_no_mount_that_is_there_now_is_shut_down(tmp_path: Path) -> None:
    for mount in mounts():
        with pytest.raises(RefusedError):
            checked_device(mount.point, tmp_path / "disk.img")


LOOP = os.makedev(LOOP_MAJOR, 3)
ELSEWHERE = os.makedev(8, 1)


def checked(
    top: Path,
    *others: Mount,
    kind: str = "ext4",
    source: str = "/dev/loop3",
    told: str = "7:3",
    device: int = LOOP,
    behind: str = "",
) -> int:
    """Return what the guard says of a mount at `top` that is sound but for what is told here."""
    mount = Mount(told, top, kind, source)
    file = top.parent / "disk.img"
    return checked_device(
        top,
        file,
        [mount, *others],
        lambda path: device if path == top else ELSEWHERE,
        lambda name: behind or (str(file) if name == "loop3" else None),
    )


def test_a_loop_device_on_the_image_of_this_run_may_be_shut_down(tmp_path: Path) -> None:
    assert checked(tmp_path) == LOOP


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "btrfs"},
        {"source": "/dev/vda"},
        {"source": "/dev/loop3p1"},
        {"source": "/dev/loop4"},
        {"told": "7:4"},
        {"told": "8:1", "source": "/dev/sda1"},
        {"behind": "/var/lib/somebody.img"},
    ],
)
def test_a_mount_that_differs_in_anything_is_not_shut_down(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        checked(tmp_path, **changed)


def test_a_disk_that_is_not_on_a_loop_device_is_not_shut_down(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        checked(tmp_path, device=ELSEWHERE, told="8:1")


def test_a_disk_that_is_mounted_twice_is_not_shut_down(tmp_path: Path) -> None:
    for other in (tmp_path, tmp_path / "b"):
        with pytest.raises(RefusedError):
            checked(tmp_path, Mount("7:3", other, "ext4", "/dev/loop3"))


def test_a_disk_that_is_reached_through_a_link_is_not_shut_down(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(RefusedError, match="link"):
        checked(tmp_path / "link")


def test_the_device_of_the_root_is_never_shut_down(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        checked_device(
            tmp_path,
            tmp_path / "disk.img",
            [Mount("7:3", tmp_path, "ext4", "/dev/loop3")],
            lambda _: LOOP,
            lambda _: str(tmp_path / "disk.img"),
        )
