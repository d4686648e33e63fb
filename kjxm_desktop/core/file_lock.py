"""A lock that the system keeps: it ends with the process that took it, however that ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_TRIES = 10  # the file may be removed between opening and locking it, by whoever just gave the lock up


class FileLock:
    """The lock on one file, which need not exist. Nothing in the file counts, and no time: nobody steals a lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take the lock and return whether it is ours now; it is not when another one has it, in any process.

        Raises OSError when no file can be made there, or its file system knows no locks.
        """
        for _ in range(_TRIES):
            if self._descriptor is not None:
                return True
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self._path, flags, 0o600)
            try:
                if not _lock(descriptor):
                    return False
                if _is_at(descriptor, self._path):
                    self._descriptor, descriptor = descriptor, -1
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock up, if it is ours."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _is_at(_descriptor: int, _path: Path) -> bool:
        """Return True: Windows lets nobody remove a file that is open."""
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_at(descriptor: int, path: Path) -> bool:
        """Tell whether what was locked is still what others will find there."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))  # noqa: PTH116
        except FileNotFoundError:
            return False
