"""Files that are replaced whole or not at all: the one way this program writes what must not be lost."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from kjxm_desktop.core import long_paths
from kjxm_desktop.errors import KjxmError, why

_BUSY: Final = (5, 32, 33)  # Windows: access denied, sharing violation, lock violation; virus scanners, sync clients
_FIRST_WAIT_S: Final = 0.05
_WAITS: Final = 7  # doubling each time: 6.35 s in all
_PIECE_BYTES: Final = 1024 * 1024
_OURS = re.compile(r"\.~.{0,40}\.[0-9a-f]{8}\.tmp", re.DOTALL)
_ORPHANED_S: Final = 3600.0
_NO_FOLDER_SYNC: Final = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM, errno.EBADF)

_KEYS: Final = {
    errno.ENOSPC: "storage.full",
    errno.EDQUOT: "storage.full",
    errno.EACCES: "storage.denied",
    errno.EPERM: "storage.denied",
    errno.EROFS: "storage.read_only",
    errno.ENOENT: "storage.folder_missing",
    errno.ENOTDIR: "storage.folder_missing",
    errno.ENAMETOOLONG: "storage.name_too_long",
    errno.ELOOP: "storage.link_loop",
    errno.EIO: "storage.disk",
    errno.EFBIG: "storage.file_too_big",
}


def write(
    path: Path,
    data: bytes | Sequence[bytes],
    *,
    verify: Callable[[Path], None] | None = None,
    last: Callable[[Path], None] | None = None,
) -> None:
    """Put `data`, in one or in pieces, at `path`: whatever happens, the old file or the new one stands there, whole.

    Written beside under a random name, synced, read back (and given to `verify`, which raises when it is not right),
    renamed, the folder synced. `last` hears which file is about to be replaced, and stops that by raising. A link is
    followed; the permissions of a file that is replaced are kept, a new file is the user's alone. Raises KjxmError
    storage.* with `path`; then what stood there is untouched and nothing is left.
    """
    pieces = _grouped([data] if isinstance(data, bytes) else data)
    try:
        target = Path(long_paths.reachable(os.path.realpath(path)))
        mode = _mode_of(target)
        temporary = target.with_name(f".~{target.name[:40]}.{secrets.token_hex(4)}.tmp")
        try:
            _write_beside(temporary, pieces, mode)
            _read_back(temporary, pieces)
            if verify is not None:
                verify(temporary)
            if last is not None:
                last(target)
            replace(temporary, target)
        except BaseException:
            _remove(temporary)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise failure(error, path) from error
    except ValueError as error:  # a NUL in the path
        raise KjxmError("storage.name", path=str(path)) from error


def copy(source: BinaryIO, folder: Path, named: Callable[[str], Path | None]) -> str:
    """Copy what `source` holds into `folder`, whole or not at all, and return its SHA-256.

    `named` gives the copy its name by the SHA-256, or None when none is wanted. Raises OSError.
    """
    temporary = folder / f".~copy.{secrets.token_hex(4)}.tmp"
    descriptor = _open_new(temporary)
    try:
        try:
            digest = hashlib.sha256()
            while piece := source.read(_PIECE_BYTES):
                digest.update(piece)
                _write_all(descriptor, piece)
            _sync(descriptor)
        finally:
            os.close(descriptor)
        target = named(digest.hexdigest())
        if target is not None:
            replace(temporary, target)
            _sync_folder(folder)
    finally:
        _remove(temporary)
    return digest.hexdigest()


def append(path: Path, data: bytes, end: int) -> None:
    """Add `data` to the file at `path`, which ends at `end`, and sync it; on a failure cut off what came of it.

    A kill may leave a part of `data` behind: what is appended must tell where it ends. Raises OSError.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        if os.fstat(descriptor).st_size != end:
            raise OSError(errno.EIO, "somebody else writes here")
        try:
            _write_all(descriptor, data)
            _sync(descriptor)
        except BaseException:
            with contextlib.suppress(OSError):  # the failure that led here is the one to tell
                os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)


def remove_orphans(folder: Path, now_s: float) -> None:
    """Remove what a killed `write` has left in `folder`: files named as it names them, older than an hour.

    `now_s` is the time in seconds of the system's clock. What cannot be read or removed is left.
    """
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if _OURS.fullmatch(file.name):
                told = file.lstat()
                if stat.S_ISREG(told.st_mode) and now_s - told.st_mtime > _ORPHANED_S:
                    _remove(file)


def private_folder(folder: Path) -> None:
    """Make `folder` and those above it that are missing, the user's alone; `mkdir` opens the ones above to all.

    Raises OSError.
    """
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)


def failure(error: OSError, path: Path) -> KjxmError:
    """Return what to tell the user when the system refused to store something at `path`."""
    if getattr(error, "winerror", None) in (32, 33):
        return KjxmError("storage.busy", path=str(path))
    key = _KEYS.get(error.errno or 0)
    if key is None:
        return KjxmError("storage.failed", path=str(path), why=why(error))
    return KjxmError(key, path=str(path))


def _mode_of(target: Path) -> int:
    """Return the permissions the new file gets. Raises KjxmError where no file can stand or the old one is locked."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return 0o600
    if stat.S_ISDIR(mode):
        raise KjxmError("storage.is_folder", path=str(target))
    if not stat.S_ISREG(mode):
        raise KjxmError("storage.no_file", path=str(target))
    if not os.access(target, os.W_OK):
        if hasattr(os, "statvfs") and os.statvfs(target).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, "a disk that can only be read")
        raise KjxmError("storage.write_protected", path=str(target))
    return stat.S_IMODE(mode)


def _open_new(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)


def _grouped(pieces: Sequence[bytes]) -> list[bytes]:
    """Return the pieces, small neighbours put together: the system is asked once for many."""
    grouped: list[bytes] = []
    small: list[bytes] = []
    for piece in pieces:
        if len(piece) < _PIECE_BYTES:
            small.append(piece)
        else:
            grouped += [b"".join(small), piece]
            small = []
    return [piece for piece in (*grouped, b"".join(small)) if piece]


def _write_beside(temporary: Path, pieces: Sequence[bytes], mode: int) -> None:
    descriptor = _open_new(temporary)
    try:
        for piece in pieces:
            _write_all(descriptor, piece)
        if mode != 0o600 and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        written = os.write(descriptor, rest)
        if written <= 0:
            raise OSError(errno.ENOSPC, "nothing more was taken")
        rest = rest[written:]


def _read_back(temporary: Path, pieces: Sequence[bytes]) -> None:
    """Raise OSError unless the file holds `pieces`; compared little by little: no other thread runs meanwhile."""
    with temporary.open("rb") as file:
        for piece in pieces:
            for start in range(0, len(piece), _PIECE_BYTES):
                expected = piece[start : start + _PIECE_BYTES]
                if file.read(len(expected)) != expected:
                    raise OSError(errno.EIO, "what was written reads differently")
        if file.read(1):
            raise OSError(errno.EIO, "what was written reads differently")


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":  # fsync there stops at the disk's own cache
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:  # a file system that knows no such order
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def replace(temporary: Path, target: Path) -> None:
    """Put `temporary` in the place of `target` in one step, waiting for who holds it for a moment on Windows.

    Raises OSError.
    """
    wait = _FIRST_WAIT_S
    for _ in range(_WAITS):
        try:
            temporary.replace(target)
        except OSError as error:
            if getattr(error, "winerror", None) not in _BUSY:
                raise
            time.sleep(wait)
            wait *= 2
        else:
            return
    temporary.replace(target)


def _sync_folder(folder: Path) -> None:
    """Make the new name last. Some file systems, and Windows, have no such order."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # may be entered and written to, not listed
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _remove(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:
        return  # the failure that led here is the one to tell; the name shows what is left
