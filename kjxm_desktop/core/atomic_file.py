"""Files that are replaced whole or not at all: the one way this program writes what must not be lost."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kjxm_desktop.errors import KjxmError, why

_BUSY: Final = (5, 32, 33)  # Windows: access denied, sharing violation, lock violation; virus scanners, sync clients
_FIRST_WAIT_S: Final = 0.05
_WAITS: Final = 7  # doubling each time: 6.35 s in all
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


def write(path: Path, data: bytes, *, verify: Callable[[Path], None] | None = None) -> None:
    """Put `data` at `path` so that whatever happens the old file or the new one stands there, whole.

    Written beside under a random name, synced, read back (and given to `verify`, which raises when it is not right),
    renamed, the folder synced. A link is followed; the permissions of a file that is replaced are kept, a new file is
    the user's alone. Raises KjxmError storage.* with `path`; then what stood there is untouched and nothing is left.
    """
    try:
        target = Path(os.path.realpath(path))
        mode = _mode_of(target)
        temporary = target.with_name(f".~{target.name[:40]}.{secrets.token_hex(4)}.tmp")
        try:
            _write_beside(temporary, data, mode)
            _read_back(temporary, data)
            if verify is not None:
                verify(temporary)
            _replace(temporary, target)
        except BaseException:
            _remove(temporary)
            raise
        _sync_folder(target.parent)
    except OSError as error:
        raise failure(error, path) from error
    except ValueError as error:  # a NUL in the path
        raise KjxmError("storage.name", path=str(path)) from error


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
        raise KjxmError("storage.write_protected", path=str(target))
    return stat.S_IMODE(mode)


def _write_beside(temporary: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(temporary, flags, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            written = os.write(descriptor, rest)
            if written <= 0:
                raise OSError(errno.ENOSPC, "nothing more was taken")
            rest = rest[written:]
        if mode != 0o600 and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        _sync(descriptor)
    finally:
        os.close(descriptor)


def _read_back(temporary: Path, data: bytes) -> None:
    if temporary.read_bytes() != data:
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


def _replace(temporary: Path, target: Path) -> None:
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
