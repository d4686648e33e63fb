"""Files that are written together or not at all: all beside first, then each in its place.

A kill between the first place and the last leaves some of them new; every one of them is whole at any moment.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kjxm_desktop.core import atomic_file
from kjxm_desktop.errors import KjxmError, why


def make_folder(folder: Path) -> list[Path]:
    """Make `folder` and what lies above it, and return those that were not there, the innermost first."""
    missing = list(itertools.takewhile(lambda path: not os.path.lexists(path), (folder, *folder.parents)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except BaseException:
        remove_folders(missing)
        raise
    return missing


def remove_folders(folders: Sequence[Path]) -> None:
    """Remove folders that were made for nothing; one that holds something by now stays."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def write(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Put `files` by name into `folder`, replacing those of the same name, and return their paths.

    Raises KjxmError export.target_busy, export.write_failed; then all is as it was before.
    """
    work = _Replacing(folder)
    try:
        return work.done(files)
    except BaseException as error:
        work.take_back()
        if isinstance(error, PermissionError) and work.target is not None:
            raise KjxmError("export.target_busy", path=str(work.target)) from error
        if isinstance(error, OSError):
            raise KjxmError("export.write_failed", path=str(work.target or folder), why=why(error)) from error
        raise
    finally:
        work.clean_up()


class _Replacing:
    """One replacement under way: what was written beside, what stood in its place, how far it has come."""

    def __init__(self, folder: Path) -> None:
        self.target: Path | None = None
        self._folder = folder
        self._new_folders: list[Path] = []
        self._beside: dict[Path, Path] = {}
        self._earlier: dict[Path, Path] = {}
        self._replaced: set[Path] = set()

    def done(self, files: Mapping[str, bytes]) -> list[Path]:
        self._new_folders = make_folder(self._folder)
        for name, data in files.items():
            target = self._folder / name
            self._beside[target] = _free_beside(target)
            write_whole(self._beside[target], data)
        for target in self._beside:
            self.target = target
            if os.path.lexists(target):
                self._earlier[target] = _free_beside(target)
                _keep(target, self._earlier[target])
        for target, temporary in self._beside.items():
            self.target = target
            self._replaced.add(target)
            atomic_file.replace(temporary, target)
        return list(self._beside)

    def take_back(self) -> None:
        """Put back what was replaced: what stood there lies beside on the same disk, so that this takes no room."""
        for target in self._beside:
            if target not in self._replaced or os.path.lexists(self._beside[target]):
                continue  # the new one never took its place
            if target in self._earlier:
                os.replace(self._earlier[target], target)
            else:
                target.unlink(missing_ok=True)

    def clean_up(self) -> None:
        """Remove what lies beside, and folders that were made for nothing."""
        for path in (*self._beside.values(), *self._earlier.values()):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        remove_folders(self._new_folders)


def _free_beside(target: Path) -> Path:
    """Return a name that `atomic_file.remove_orphans` knows: what a kill leaves goes when a draft is opened here."""
    return target.with_name(f".~{target.name[:40]}.{secrets.token_hex(4)}.tmp")


def _keep(target: Path, beside: Path) -> None:
    """Let what stands at `target` stand `beside` as well: the same file, or a copy where a disk knows no links."""
    try:
        os.link(target, beside, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(target, beside, follow_symlinks=False)


def write_whole(path: Path, data: bytes) -> None:
    """Write a new file and sync it, and read it again: what a disk has swallowed is no file. Raises OSError."""
    with path.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    if path.read_bytes() != data:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def place_folder(folder: Path, free_name: Callable[[Path], Path], contents: Mapping[str, bytes]) -> Path:
    """Write `contents` into a folder beside, then give it the name that `free_name` finds in `folder`.

    Raises KjxmError export.write_failed; then nothing is left.
    """
    beside = folder / f".~{secrets.token_hex(6)}.tmp"
    new_folders: list[Path] = []
    try:
        new_folders = make_folder(folder)
        beside.mkdir()
        for name, data in contents.items():
            (beside / name).parent.mkdir(exist_ok=True)
            write_whole(beside / name, data)
        target = free_name(folder)
        beside.rename(target)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        remove_folders(new_folders)
        if isinstance(error, OSError):
            raise KjxmError("export.write_failed", path=str(folder), why=why(error)) from error
        raise
    return target
