"""The ZIP around files of Word and Excel, looked over before a part is inflated: counted, bounded, nothing extracted.

Unlike the ZIP around a draft it may be written in any of the ways that office programs write theirs.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from kjxm_desktop.errors import KjxmError

LIMIT_PARTS: Final = 2_000
LIMIT_PART_BYTES: Final = 64 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_ENCRYPTED: Final = 0x1
_LOCAL: Final = struct.Struct("<26x2H")


class OfficeZip:
    """The parts of an office file. Raises KjxmError incoming.damaged, incoming.too_big or incoming.encrypted."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        # Counted first: the library would make an object for each of a million lines before one could be looked at.
        if data.count(b"PK\x01\x02") > 2 * LIMIT_PARTS:
            raise self._too_big()
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
            raise self._damaged() from error
        self._check(data)
        self._folded = {info.filename.casefold(): info for info in self._archive.infolist()}

    def _check(self, data: bytes) -> None:
        entries = sorted(self._archive.infolist(), key=lambda info: info.header_offset)
        if len(entries) > LIMIT_PARTS:
            raise self._too_big()
        if len({info.filename.casefold() for info in entries}) != len(entries):
            raise self._damaged()
        behind = 0
        for info in entries:
            if info.flag_bits & _ENCRYPTED:
                raise KjxmError("incoming.encrypted", name=self._name)
            at = info.header_offset
            if at < behind or at + 30 > len(data):
                raise self._damaged()  # one part inside another: a small file that would be read again and again
            name_bytes, extra_bytes = _LOCAL.unpack_from(data, at)
            behind = at + 30 + name_bytes + extra_bytes + info.compress_size
            if behind > len(data):
                raise self._damaged()

    @property
    def names(self) -> list[str]:
        """Return the names of the parts as they stand."""
        return [info.filename for info in self._archive.infolist()]

    def holds(self, part: str) -> bool:
        """Tell whether there is such a part; large and small letters are one, as Office has it."""
        return part.casefold() in self._folded

    def read(self, part: str, limit_bytes: int = LIMIT_PART_BYTES) -> bytes:
        """Return the content of `part`."""
        return b"".join(self.chunks(part, limit_bytes))

    def chunks(self, part: str, limit_bytes: int = LIMIT_PART_BYTES) -> Iterator[bytes]:
        """Yield the content of `part` piece by piece, counted whatever its header tells."""
        info = self._folded.get(part.casefold())
        if info is None:
            raise self._damaged()
        if info.file_size > limit_bytes:
            raise self._too_big()
        room = limit_bytes
        try:
            with self._archive.open(info) as file:
                while piece := file.read(_CHUNK):
                    room -= len(piece)
                    if room < 0:
                        raise self._too_big()
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise self._damaged() from error

    def _damaged(self) -> KjxmError:
        return KjxmError("incoming.damaged", name=self._name)

    def _too_big(self) -> KjxmError:
        return KjxmError("incoming.unfolds", name=self._name, limit=LIMIT_PART_BYTES // (1024 * 1024))
