"""Where the torture takes place: folders, small disks and loop devices, all of which are gone afterwards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "torture"
MOUNTS = Path("/proc/self/mountinfo")
BLOCKS = Path("/sys/block")
_OURS = re.compile("run-([0-9]+)-")


@contextmanager
def ground(work: Path) -> Iterator[Path]:
    """Yield a fresh folder under `work`; whatever is mounted in it and the folder itself are gone afterwards."""
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=work))
    try:
        yield folder
    finally:
        remove(folder)


def sweep(work: Path) -> list[str]:
    """Take away what runs left that were killed, and return their names."""
    swept: list[str] = []
    for folder in sorted(work.glob("run-*")) if work.is_dir() else ():
        found = _OURS.match(folder.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            remove(folder)
            swept.append(folder.name)
    return swept


def remove(folder: Path) -> None:
    """Unmount everything under `folder`, free its loop devices and delete it; nothing is deleted through a mount."""
    for mount in reversed(mounts_under(folder)):
        call("umount", mount.point)
    for device, image in loops():
        if image.is_relative_to(folder):
            call("losetup", "-d", device)
    left = mounts_under(folder)
    if left:
        raise RuntimeError(f"still mounted: {left[0].point}")
    _open_up(folder)
    shutil.rmtree(folder)


def _open_up(folder: Path) -> None:
    """Give back the permissions that a part took away, so that everything can be deleted."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo: the device as major:minor, where, the file system, and what it was made from."""

    device: str
    point: Path
    kind: str
    source: str


def mounts(told: str | None = None) -> list[Mount]:
    """Return every mount, in the order in which they were made."""
    found: list[Mount] = []
    for line in (MOUNTS.read_text("utf-8") if told is None else told).splitlines():
        before, _, after = line.partition(" - ")
        fields, end = before.split(" "), after.split(" ")
        found.append(Mount(fields[2], Path(_plain(fields[4])), end[0], _plain(end[1])))
    return found


def _plain(escaped: str) -> str:
    """Return a path as it is: mountinfo writes a space as backslash 040."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), escaped)


def mounts_under(folder: Path) -> list[Mount]:
    """Return what is mounted at or beneath `folder`."""
    real = folder.resolve()
    return [mount for mount in mounts() if mount.point.is_relative_to(real)]


def loops() -> list[tuple[str, Path]]:
    """Return each loop device that is in use with the file behind it."""
    found: list[tuple[str, Path]] = []
    for device in sorted(BLOCKS.glob("loop*")):
        backing = device / "loop" / "backing_file"
        if backing.is_file():
            found.append((f"/dev/{device.name}", Path(backing.read_text("utf-8").rstrip("\n"))))
    return found


def call(*command: str | Path) -> None:
    """Run a command of the system. Raises RuntimeError with what it said when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Yield a folder on a disk of its own in memory, of that size."""
    folder.mkdir(parents=True)
    call("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", folder)
    try:
        yield folder
    finally:
        call("umount", folder)


@contextmanager
def read_only(folder: Path, at: Path) -> Iterator[Path]:
    """Yield `at`, where `folder` can be seen and not be written."""
    at.mkdir(parents=True)
    call("mount", "--bind", folder, at)
    try:
        call("mount", "-o", "remount,bind,ro", at)
        yield at
    finally:
        call("umount", at)


def is_root() -> bool:
    """Tell whether disks can be mounted here."""
    return os.geteuid() == 0


def lacking(*programs: str) -> str:
    """Return the sentence that says which of `programs` are not installed; empty when all are."""
    gone = [name for name in programs if shutil.which(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else ""
