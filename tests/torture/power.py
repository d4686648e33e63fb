"""The part `power`: the current fails while a draft is being written, on ext4 and on XFS.

The file system of a loop device of our own is shut down without its log being written, as when the current fails; then
it is unmounted, mounted again, and read. Whatever was acknowledged must be there.
"""

from __future__ import annotations

import fcntl
import os
import random
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.torture import ground, writers
from tests.torture.content import Place
from tests.torture.ground import BLOCKS, Mount, call, mounts
from tests.torture.judge import acknowledged, judge, open_again
from tests.torture.processes import BUG, PROCESSES, dealt, fork, side_by_side
from tests.torture.tally import Tally, total

ROUNDS, SHORT = 200, 4
SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2
"""FS_IOC_SHUTDOWN and its flag NOLOGFLUSH (linux/fs.h, the same number on XFS)."""
KINDS = ("ext4", "xfs")
MEGABYTES = {"ext4": 64, "xfs": 320}
LOOP_MAJOR = 7
FRESH_EVERY = 20
"""So many cuts hit the same disk before a new one is made."""
CHARACTERS = 12_000
LONGEST_S = 0.4
PATIENCE_S = 1.0


class RefusedError(Exception):
    """What was to be shut down is not beyond doubt a disk that this run has made."""


def lacks() -> str:
    """Return why this part cannot run here."""
    if not ground.is_root():
        return "mounting disks needs root"
    return ground.lacking("mkfs.ext4", "mkfs.xfs", "mount", "umount", "losetup")


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Cut the current half of the times on each file system."""
    jobs = [(kind, numbers) for kind in KINDS for numbers in dealt(rounds // len(KINDS), max(PROCESSES, rounds // 40))]
    tally = total("power", side_by_side(partial(_cuts, folder=folder, seed=seed), jobs))
    tally.told.append(f"{rounds // 2} cuts each on {' and '.join(KINDS)}, in file, working copy and history alike")
    return tally


def _cuts(job: tuple[str, range], *, folder: Path, seed: int) -> Tally:
    kind, numbers = job
    tally = Tally("power")
    for start in range(numbers.start, numbers.stop, FRESH_EVERY):
        disk = Disk(kind, folder / f"{kind}-{start}")
        disk.make()
        last = 0
        for number in range(start, min(start + FRESH_EVERY, numbers.stop)):
            last = _cut(disk, last, number, random.Random(f"{seed} {kind} {number}"), tally)
            tally.rounds += 1
        ground.remove(disk.folder)
    return tally


def _cut(disk: Disk, last: int, number: int, chance: random.Random, tally: Tally) -> int:
    """Let somebody write until the current fails; return the last number that is there after the next start."""
    how = f"cut {number} on {disk.kind}"
    with disk.mounted() as top:
        place = Place(top / "draft", CHARACTERS)
        place.folder.mkdir(exist_ok=True)
        child = fork(partial(writers.store_for_ever, place, last + 1))
        child.hear_until("history")
        time.sleep(chance.random() * LONGEST_S)
        # A process outlives this cut, which none does in the world: what it tells afterwards counts for nothing.
        # (XFS then lets the sync of a folder go well that has nothing more to write, its log being given up.)
        acks = acknowledged(child.heard())
        shut_down(top, disk.image)
        status, lines = child.end(PATIENCE_S)
    if status == BUG:
        tally.count("unexpected", f"{how}: {[line for line in lines if line.startswith('x ')]}")
    with disk.mounted() as top:
        place = Place(top / "draft", CHARACTERS)
        found = judge(place, acks, tally, how)
        return max(found, open_again(place, acks, tally, how), last, *acknowledged(lines).values())


# --- the disk -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disk:
    """A file system in a file: `folder` holds the image and where it is mounted."""

    kind: str
    folder: Path

    @property
    def image(self) -> Path:
        """Return the file that holds it."""
        return self.folder / "disk.img"

    def make(self) -> None:
        """Make the file and the file system in it."""
        self.folder.mkdir()
        with self.image.open("wb") as file:
            file.truncate(MEGABYTES[self.kind] << 20)
        call(f"mkfs.{self.kind}", "-q", self.image)

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        """Yield where it is mounted, on a loop device that goes with the mount."""
        top = self.folder / "top"
        top.mkdir(exist_ok=True)
        call("mount", "-t", self.kind, "-o", "loop", self.image, top)
        try:
            yield top
        finally:
            _unmount(top)


def _unmount(top: Path) -> None:
    """Unmount; whoever was killed in the middle of a call holds the disk for a moment."""
    for _ in range(100):
        try:
            call("umount", top)
        except RuntimeError:
            time.sleep(0.05)
        else:
            return
    call("umount", top)


# --- the cut --------------------------------------------------------------------------------------------------------


def shut_down(top: Path, image: Path) -> None:
    """Stop the file system at `top` as if the current had failed. Raises RefusedError unless it is the one in `image`.

    The same order on the disk of this machine would stop the machine: everything is asked twice, and of what is open.
    """
    device = checked_device(top, image)
    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_dev != device or checked_device(top, image) != device:
            raise RefusedError(f"{top} is another disk than a moment ago")
        fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
    finally:
        os.close(descriptor)


def _behind(name: str) -> str | None:
    """Return the file behind the loop device `name`; None when there is none."""
    backing = BLOCKS / name / "loop" / "backing_file"
    return backing.read_text("utf-8").rstrip("\n") if backing.is_file() else None


def checked_device(
    top: Path,
    image: Path,
    told: list[Mount] | None = None,
    device_of: Callable[[Path], int] = lambda path: path.stat().st_dev,
    behind: Callable[[str], str | None] = _behind,
) -> int:
    """Return the device mounted at `top`. Raises RefusedError unless it is a loop device on `image`, and nothing else.

    `told` are the mounts, `device_of` the device of a path, `behind` the file behind a loop device: tests bring theirs.
    """
    everything = mounts() if told is None else told
    here = [mount for mount in everything if mount.point == top]
    if top != Path(os.path.realpath(top)):
        raise RefusedError(f"{top} is reached through a link")
    if len(here) != 1:
        raise RefusedError(f"{top} is {'mounted more than once' if here else 'no mount point'}")
    [mount] = here
    try:
        device = device_of(top)
        places = {device_of(path) for path in (Path("/"), Path.home(), top.parent, image.parent)}
    except OSError as error:
        raise RefusedError(f"{top} cannot be looked at") from error
    name = mount.source.removeprefix("/dev/")
    for holds, why in (
        (mount.kind in KINDS, f"is of the kind {mount.kind}"),
        (mount.source.startswith("/dev/loop") and name.removeprefix("loop").isdigit(), f"is on {mount.source}"),
        (mount.device == f"{os.major(device)}:{os.minor(device)}", "is not the device that mountinfo tells"),
        (os.major(device) == LOOP_MAJOR, "is on no loop device"),
        (behind(name) == str(image), f"is not in {image}"),
        (device not in places, "is where all else is"),
        ([other.point for other in everything if other.device == mount.device] == [top], "is mounted elsewhere too"),
    ):
        if not holds:
            raise RefusedError(f"{top} {why}")
    return device
