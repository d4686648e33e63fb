"""The ZIP around a draft: written the same way each time, read so strictly that it can hold nothing unseen.

The file is exactly its parts one behind the other, then the list of them, then the end: no gap, no overlap, nothing
before or behind. Sizes are counted while reading, whatever the headers say.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from kjxm_desktop.errors import KjxmError

LIMIT_PARTS: Final = 2_000
LIMIT_PART_BYTES: Final = 64 * 1024 * 1024
LIMIT_BYTES: Final = 512 * 1024 * 1024
LIMIT_INFLATED_BYTES: Final = 64 * 1024 * 1024  # of all parts that are compressed; pictures and files are not

LOCAL: Final = struct.Struct("<4s5H3I2H")  # in front of each part
CENTRAL: Final = struct.Struct("<4s6H3I5H2I")  # one line of the list at the end
_END: Final = struct.Struct("<4s4H2IH")
_LIST_BYTES: Final = LIMIT_PARTS * (CENTRAL.size + 400)
LOCAL_MARK: Final = b"PK\x03\x04"
LIST_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_VERSION: Final = 20
_UNIX: Final = 3 << 8
_SAVED: Final = 1 << 5 | 1  # 1 January 1980: when a part was saved means nothing here
_PRIVATE: Final = 0o600 << 16
_ENCRYPTED, _UTF8 = 0x1, 0x800
STORED: Final = 0
DEFLATED: Final = 8
_WHOLE: Final = "ZIP"  # what a message names when the fault lies in no single part


@dataclass(frozen=True)
class _Entry:
    """One line of the list at the end of the file."""

    name: str
    flags: int
    method: int
    saved: tuple[int, int]  # time and day, as a ZIP writes them: they mean nothing here, but both tell the same
    crc: int
    packed: int
    size: int
    offset: int


def pack(parts: Iterable[tuple[str, bytes, bool]], cuts: Mapping[str, Sequence[int]] | None = None) -> bytes:
    """Return the ZIP that `pieces` makes of parts."""
    return b"".join(pieces(parts, cuts))


def pieces(parts: Iterable[tuple[str, bytes, bool]], cuts: Mapping[str, Sequence[int]] | None = None) -> list[bytes]:
    """Return the ZIP of parts (name, content, whether to compress), in their order; equal parts give equal bytes.

    It comes in pieces, pictures and files as they were given: to put 45 MB together lets no other thread run meanwhile.
    `cuts` names places in the content of a compressed part from which it can be read by itself: what is damaged in
    front of one does not spoil what stands behind it (`remains` reads them so).
    Raises KjxmError draft.too_many, draft.part_too_big or draft.too_big when they are more than `read` would take.
    """
    made: list[bytes] = []
    listed: list[bytes] = []
    total = offset = 0
    for count, (name, content, compressed) in enumerate(parts, 1):
        total += len(content)
        _check_room(count, name, len(content), total)
        packed = _deflated(content, (cuts or {}).get(name, ())) if compressed else content
        told = (_SAVED, zlib.crc32(content), len(packed), len(content), len(name), 0)
        method = DEFLATED if compressed else STORED
        raw_name = name.encode("ascii")
        made += [LOCAL.pack(LOCAL_MARK, _VERSION, 0, method, 0, *told) + raw_name, packed]
        listed.append(
            CENTRAL.pack(LIST_MARK, _UNIX | _VERSION, _VERSION, 0, method, 0, *told, 0, 0, 0, _PRIVATE, offset)
            + raw_name
        )
        offset += len(made[-2]) + len(packed)
    entries = b"".join(listed)
    made.append(entries + _END.pack(_END_MARK, 0, 0, len(listed), len(listed), len(entries), offset, 0))
    return made


def _deflated(content: bytes, cuts: Sequence[int]) -> bytes:
    stream = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed: list[bytes] = []
    start = 0
    for cut in cuts:
        packed += [stream.compress(content[start:cut]), stream.flush(zlib.Z_FULL_FLUSH)]
        start = cut
    return b"".join([*packed, stream.compress(content[start:]), stream.flush()])


def read(file: BinaryIO, allowed: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the parts of the ZIP in `file` by name, in the order in which they stand.

    Raises KjxmError draft.*, mostly with `part`, on anything that is not a plain ZIP within the limits whose names are
    all `allowed`.
    """
    entries, list_start = _list(file)
    _check_names(entries, allowed)
    _check_sizes(entries)
    parts: dict[str, bytes] = {}
    file.seek(0)
    for entry in entries:
        if entry.offset != file.tell():
            raise KjxmError("draft.layout", part=entry.name)
        parts[entry.name] = _content(file, entry)
    if file.tell() != list_start:
        raise KjxmError("draft.layout", part=_WHOLE)
    return parts


def peek(file: BinaryIO, name: str) -> bytes | None:
    """Return the part `name` alone, whatever else the file may hold; None when there is none. Raises as `read` does."""
    for entry in _list(file)[0]:
        if entry.name == name:
            _check_room(1, name, entry.size, entry.size)
            file.seek(entry.offset)
            return _content(file, entry)
    return None


def _check_room(count: int, name: str, size: int, total: int) -> None:
    if count > LIMIT_PARTS:
        raise KjxmError("draft.too_many", limit=LIMIT_PARTS)
    if size > LIMIT_PART_BYTES:
        raise KjxmError("draft.part_too_big", part=name, limit=LIMIT_PART_BYTES // (1024 * 1024))
    if total > LIMIT_BYTES:
        raise KjxmError("draft.too_big", limit=LIMIT_BYTES // (1024 * 1024))


def _check_sizes(entries: list[_Entry]) -> None:
    total = 0
    for entry in entries:
        total += entry.size
        _check_room(len(entries), entry.name, entry.size, total)
    if sum(entry.size for entry in entries if entry.method == DEFLATED) > LIMIT_INFLATED_BYTES:
        raise KjxmError("draft.too_big", limit=LIMIT_INFLATED_BYTES // (1024 * 1024))


def _list(file: BinaryIO) -> tuple[list[_Entry], int]:
    """Return the entries of the list at the end, in the order in which their parts stand, and where it begins."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size))
    tail = file.read(_END.size)
    file.seek(0)
    start = file.read(4)
    if not start.startswith(b"PK"):
        raise KjxmError("draft.no_draft")
    if len(tail) < _END.size or not tail.startswith(_END_MARK):
        raise KjxmError("draft.cut")
    _, disk, list_disk, here, count, list_bytes, list_start, comment = _END.unpack(tail)
    if disk or list_disk or comment or here != count or list_start + list_bytes + _END.size != size:
        raise KjxmError("draft.layout", part=_WHOLE)
    if count > LIMIT_PARTS or list_bytes > _LIST_BYTES:
        raise KjxmError("draft.too_many", limit=LIMIT_PARTS)
    file.seek(list_start)
    raw = file.read(list_bytes)
    entries: list[_Entry] = []
    at = 0
    for _ in range(count):
        entry, at = _entry(raw, at)
        entries.append(entry)
    if at != len(raw) or not entries:
        raise KjxmError("draft.layout", part=_WHOLE)
    entries.sort(key=lambda entry: entry.offset)
    return entries, list_start


def _entry(raw: bytes, at: int) -> tuple[_Entry, int]:
    if at + CENTRAL.size > len(raw):
        raise KjxmError("draft.layout", part=_WHOLE)
    fields = CENTRAL.unpack_from(raw, at)
    mark, _, _, flags, method, time, day, crc, packed, size, name_bytes, extra, comment, disk, _, _, offset = fields
    end = at + CENTRAL.size + name_bytes
    if mark != LIST_MARK or disk or extra or comment or end > len(raw):
        raise KjxmError("draft.layout", part=_WHOLE)
    name = _name(raw[at + CENTRAL.size : end])
    return _Entry(name, flags, method, (time, day), crc, packed, size, offset), end


def _name(raw: bytes) -> str:
    try:
        return raw.decode("ascii")
    except UnicodeDecodeError:
        raise KjxmError("draft.name", part=raw[:60].decode("ascii", "replace")) from None


def _check_names(entries: list[_Entry], allowed: Callable[[str], bool]) -> None:
    seen: set[str] = set()
    for entry in entries:
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in entry.name[:80])
        if entry.flags & _ENCRYPTED:
            raise KjxmError("draft.encrypted", part=shown)
        if not allowed(entry.name):
            raise KjxmError("draft.name", part=shown)
        if entry.name in seen:
            raise KjxmError("draft.doubled", part=shown)
        if entry.flags & ~_UTF8 or entry.method not in (STORED, DEFLATED):
            raise KjxmError("draft.layout", part=shown)
        seen.add(entry.name)


def _content(file: BinaryIO, entry: _Entry) -> bytes:
    """Return the content of the part that begins here, after its own header has told the same as the list."""
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size:
        raise KjxmError("draft.layout", part=entry.name)
    mark, _, flags, method, time, day, crc, packed, size, name_bytes, extra = LOCAL.unpack(header)
    told = (flags, method, (time, day), crc, packed, size)
    same = told == (entry.flags, entry.method, entry.saved, entry.crc, entry.packed, entry.size)
    if mark != LOCAL_MARK or not same or extra or name_bytes != len(entry.name):
        raise KjxmError("draft.layout", part=entry.name)
    if file.read(name_bytes) != entry.name.encode("ascii"):
        raise KjxmError("draft.layout", part=entry.name)
    packed_bytes = file.read(entry.packed)
    if len(packed_bytes) != entry.packed:
        raise KjxmError("draft.cut")
    content = _inflated(packed_bytes, entry) if entry.method == DEFLATED else packed_bytes
    if len(content) != entry.size:
        raise KjxmError("draft.size", part=entry.name)
    if zlib.crc32(content) != entry.crc:
        raise KjxmError("draft.damaged", part=entry.name)
    return content


def _inflated(packed: bytes, entry: _Entry) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, entry.size + 1)
    except zlib.error:
        raise KjxmError("draft.damaged", part=entry.name) from None
    if len(content) != entry.size or not stream.eof or stream.unused_data:
        raise KjxmError("draft.size", part=entry.name)
    return content
