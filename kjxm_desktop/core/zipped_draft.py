"""A draft that a mail program or a person has packed into a ZIP with other files: it is found and read inside it.

The ZIP is read from its list, within bounds, and nothing of it is ever unpacked to a file.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kjxm_desktop.core import container, storage
from kjxm_desktop.core.container import CENTRAL, DEFLATED, LIST_MARK, LOCAL, LOCAL_MARK, STORED
from kjxm_desktop.core.storage import Calls, Stored
from kjxm_desktop.errors import KjxmError

_SUFFIX: Final = b".kjxm"
_END: Final = struct.Struct("<4s4H2IH")
_END_MARK: Final = b"PK\x05\x06"
_MOST_COMMENT: Final = 65_535  # bytes behind the end of a ZIP
_MOST_LISTED: Final = 500
_MOST_LIST_BYTES: Final = 256 * 1024
_SHADOW: Final = b"__MACOSX/"  # macOS puts a second entry of each name there
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True)
class _Packed:
    """Where a file stands in the ZIP, and what the list tells of it."""

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def is_zip_of_drafts(path: Path) -> bool:
    """Tell whether the file at `path` is a ZIP with at least one draft in it, whole or not."""
    try:
        with storage.opened(path) as file:
            return bool(_drafts_in(file))
    except (OSError, KjxmError):
        return False


def read(path: Path, shelf: Calls) -> Stored:
    """Return the only draft in the ZIP at `path`.

    Raises KjxmError storage.* when the file cannot be opened, draft.zipped with `path` when it must be unpacked first
    (it holds several drafts, one above 64 MB, with a password or packed in another way), and draft.* for the draft.
    """
    refused = KjxmError("draft.zipped", path=str(path))
    try:
        with storage.opened(path) as file:
            found = _drafts_in(file)
            content = _content(file, found[0]) if len(found) == 1 else None
    except OSError as error:
        raise storage.unreadable(error, path) from error
    except KjxmError as error:
        raise storage.placed(error, path) from error
    if content is None:
        raise refused
    return storage.unpacked(content, str(path), shelf)


def _drafts_in(file: BinaryIO) -> list[_Packed]:
    """Return the drafts that the list of the ZIP names; none where there is no plain list within the bounds."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if file.read(len(LOCAL_MARK)) != LOCAL_MARK:
        return []
    first = max(0, size - _END.size - _MOST_COMMENT)
    file.seek(first)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if not 0 <= at <= len(tail) - _END.size:
        return []
    _, _, _, _, count, list_bytes, list_start, _ = _END.unpack_from(tail, at)
    if count > _MOST_LISTED or list_bytes > _MOST_LIST_BYTES or list_start + list_bytes > first + at:
        return []
    file.seek(list_start)
    return [packed for name, packed in _lines(file.read(list_bytes)) if _is_draft(name)]


def _is_draft(name: bytes) -> bool:
    return name.lower().endswith(_SUFFIX) and not name.startswith(_SHADOW)


def _lines(raw: bytes) -> Iterator[tuple[bytes, _Packed]]:
    """Yield the names in a list, as bytes: old programs write them in the code page of their system."""
    at = 0
    while at + CENTRAL.size <= len(raw):
        fields = CENTRAL.unpack_from(raw, at)
        mark, flags, method, crc, packed, size, name_bytes, extra, comment = (
            fields[0],
            fields[3],
            fields[4],
            *fields[7:13],
        )
        if mark != LIST_MARK:
            return
        start = at + CENTRAL.size
        yield raw[start : start + name_bytes], _Packed(flags, method, crc, packed, size, fields[16])
        at = start + name_bytes + extra + comment


def _content(file: BinaryIO, told: _Packed) -> bytes | None:
    """Return the bytes of a packed file; None when they are too many or cannot be read here."""
    most = container.LIMIT_PART_BYTES
    if told.flags & _ENCRYPTED or told.method not in (STORED, DEFLATED) or max(told.size, told.packed) > most:
        return None
    file.seek(told.offset)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(LOCAL_MARK):
        return None
    name_bytes, extra = LOCAL.unpack(header)[-2:]
    file.seek(name_bytes + extra, io.SEEK_CUR)
    content = file.read(told.packed)
    if told.method == DEFLATED:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, told.size + 1)
        except zlib.error:
            return None
    return content if len(content) == told.size and zlib.crc32(content) == told.crc else None
