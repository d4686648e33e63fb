"""Whether a disk has room for what is to be brought in, before it is brought in."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kjxm_desktop.errors import KjxmError

TIMES: Final = 3
"""So many times its size a draft needs: the file, the new one beside it, and the working copy."""
_TEXT_BYTES: Final = 1024 * 1024  # what is no picture and no file, at most in practice


def check_room(folders: Iterable[Path], media_bytes: int) -> None:
    """Raise KjxmError storage.no_room unless each of `folders` has room for a draft with so many bytes of media.

    A folder that cannot be asked counts as having room: saving tells what is wrong with it.
    """
    needed = TIMES * (media_bytes + _TEXT_BYTES)
    for folder in folders:
        try:
            free = shutil.disk_usage(folder).free
        except (OSError, ValueError):
            continue
        if free < needed:
            raise KjxmError("storage.no_room", path=str(folder), needed=-(-needed // 1024**2), free=free // 1024**2)
