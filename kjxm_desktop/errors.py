"""The one exception for everything that may go wrong in the world outside the code."""

from __future__ import annotations

import errno
from typing import Final

_WHY: Final = {
    errno.ENOENT: "system.missing",
    errno.EACCES: "system.denied",
    errno.EPERM: "system.denied",
    errno.EEXIST: "system.exists",
    errno.ENOSPC: "system.full",
    errno.EROFS: "system.read_only",
    errno.EISDIR: "system.is_folder",
    errno.ENOTDIR: "system.no_folder",
    errno.EIO: "system.disk",
    errno.ENAMETOOLONG: "system.name_too_long",
    errno.EBUSY: "system.busy",
}


class KjxmError(Exception):
    """An expected failure: a key of `resources/strings/*/errors.json` and what fills its blanks.

    Raised early, caught only where a user's action starts, shown as text by `strings.error`.
    What a person wrote wrongly into the form is a `Diagnostic`, never this.
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        """Return the key and the parameters, for developers; users see `strings.error`."""
        return f"{self.key} {self.params}" if self.params else self.key


def why(error: BaseException) -> KjxmError:
    """Return in our words what the system said: its own are English, or those of the machine."""
    if not isinstance(error, OSError):  # a NUL in the path
        return KjxmError("system.name")
    number = error.errno or 0
    return KjxmError(_WHY[number]) if number in _WHY else KjxmError("system.other", number=number)
