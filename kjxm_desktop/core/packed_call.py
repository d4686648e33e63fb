"""A call in one file, `.kjxmcall`: how the institute hands out a call without a new program.

A ZIP like that of a draft: `mimetype` first, `manifest.json` (format, id, version, sha256), then `call/<file>`. The
digest ties the parts together; it proves no origin.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kjxm_desktop.core import container, strict_json
from kjxm_desktop.errors import KjxmError

SUFFIX: Final = ".kjxmcall"
MIMETYPE: Final = b"application/vnd.kjxm.call"
FORMAT: Final = 1
LIMIT_BYTES: Final = 16 * 1024 * 1024

_MIMETYPE, _MANIFEST, _INSIDE = "mimetype", "manifest.json", "call/"
_NAME: Final = re.compile(rf"{_MIMETYPE}|{re.escape(_MANIFEST)}|{_INSIDE}[a-z0-9][a-z0-9.-]{{0,60}}")
_HEAD_BYTES: Final = 100


@dataclass(frozen=True)
class PackedCall:
    """What a packed call says it is, and the bytes of its files by name; whether that is so is for others to see."""

    id: str
    version: str
    sha256: str
    files: Mapping[str, bytes]


def pack(told: PackedCall) -> bytes:
    """Return the bytes of a packed call; the same call gives the same bytes."""
    manifest = {"format": FORMAT, "id": told.id, "version": told.version, "sha256": told.sha256}
    parts = [(_MIMETYPE, MIMETYPE, False), (_MANIFEST, strict_json.dumps(manifest), True)]
    return container.pack([*parts, *((_INSIDE + name, content, True) for name, content in sorted(told.files.items()))])


def is_packed(data: bytes) -> bool:
    """Tell whether `data` begins as a packed call does, whatever follows."""
    head = data[:_HEAD_BYTES]
    return head.startswith(container.LOCAL_MARK) and _MIMETYPE.encode("ascii") + MIMETYPE in head


def read(path: Path) -> PackedCall:
    """Return what the file at `path` holds.

    Raises KjxmError packed.unreadable when it cannot be opened, packed.foreign when it is no packed call,
    packed.damaged when it is not whole, packed.newer when it was made for a later program.
    """
    data = _bytes_of(path)
    if not is_packed(data):
        raise KjxmError("packed.foreign", name=path.name)
    try:
        parts = container.read(io.BytesIO(data), lambda name: _NAME.fullmatch(name) is not None)
        manifest = strict_json.loads(parts[_MANIFEST], limit_bytes=10_000)
        made_as = int(manifest["format"])
        inside = {name.removeprefix(_INSIDE): part for name, part in parts.items() if name.startswith(_INSIDE)}
        told = PackedCall(str(manifest["id"]), str(manifest["version"]), str(manifest["sha256"]), inside)
    except (KjxmError, KeyError, TypeError, ValueError) as error:
        raise KjxmError("packed.damaged", name=path.name) from error
    if made_as > FORMAT:
        raise KjxmError("packed.newer", name=path.name, needs=made_as, known=FORMAT)
    return told


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise KjxmError("packed.unreadable", path=str(path)) from error
    if len(data) > LIMIT_BYTES:
        raise KjxmError("packed.foreign", name=path.name)
    return data
