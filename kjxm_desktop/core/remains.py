"""What is left of a ZIP that `container` refuses: each part that is still as it was written, and pieces of the others.

Nothing is believed that no checksum bears out. Work and memory have the bounds of the reader: every byte of the file is
looked at a fixed number of times, and no more is inflated than the reader would.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from kjxm_desktop.core import container
from kjxm_desktop.core.container import CENTRAL, DEFLATED, LIST_MARK, LOCAL, LOCAL_MARK, STORED

_CHUNK: Final = 1024 * 1024
_LONGEST_NAME: Final = 400
_CUT: Final = b"\x00\x00\xff\xff"  # ends what can be inflated by itself, see `container.pack`
_MOST_PIECES: Final = 1_000
_MOST_MARKS: Final = 20_000  # that look like the beginning of a part and are none


@dataclass(frozen=True)
class Remains:
    """What is left of one part.

    `content` is all of it, borne out by its checksum; None where that fails. Then `pieces` is what still inflates, from
    each place where reading can begin anew. `cut`: the file ends inside the part, and nothing speaks against what is
    there.
    """

    name: str
    content: bytes | None
    pieces: tuple[bytes, ...] = ()
    cut: bool = False


@dataclass(frozen=True)
class _Told:
    """What a header in front of a part, or a line of the list at the end, tells of it."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int  # of its content

    @property
    def end(self) -> int:
        """Return where its content ends."""
        return self.start + self.packed

    @property
    def header(self) -> int:
        """Return where its header begins, before the file when that was cut off."""
        return self.start - LOCAL.size - len(self.name)


def remains(file: BinaryIO, allowed: Callable[[str], bool]) -> list[Remains]:
    """Return what is left of the parts whose names are `allowed`, in the order in which they stand."""
    end = file.seek(0, io.SEEK_END)
    return list(_Search(file, end, allowed).parts())


class _Search:
    """Walks over the file from its beginning; what lies inside a part (a draft within a draft) is none of its parts."""

    def __init__(self, file: BinaryIO, end: int, allowed: Callable[[str], bool]) -> None:
        self._file = file
        self._end = end
        self._allowed = allowed
        self._inflatable = container.LIMIT_INFLATED_BYTES
        self._readable = 3 * end
        self._chunk_start, self._chunk = 0, b""
        self._listed = self._list()

    def parts(self) -> Iterator[Remains]:
        at, seen = 0, set[str]()
        for _ in range(_MOST_MARKS):
            offset = self._next(at)
            if offset is None or len(seen) > container.LIMIT_PARTS:
                return
            told = [
                told for told in dict.fromkeys((self._header(offset), self._listed.get(offset))) if told is not None
            ]
            if not told:
                at = offset + 1
                continue
            part, at = self._part(told)
            if part.name not in seen:  # the first of a name is ours, see above
                seen.add(part.name)
                yield part

    def _next(self, at: int) -> int | None:
        """Return where a part may begin from `at` on: as its own header or the list has it."""
        listed = min((offset for offset in self._listed if offset >= at), default=self._end)
        here = self._find(LOCAL_MARK, at, min(self._end, listed + len(LOCAL_MARK)))
        offset = listed if here is None else here
        return offset if offset < self._end else None

    def _part(self, told: list[_Told]) -> tuple[Remains, int]:
        """Return what is left of a part by what is told of it, and where to look on."""
        for one in told:
            content = self._whole(one)
            if content is not None:
                return Remains(one.name, content), one.end
        for one in told:
            if one.end <= self._end and self._begins(one.end):
                return self._damaged(one, one.end, cut=False), one.end
        one = told[-1]
        if one.end > self._end:  # the file ends here: whatever looks like a header further on lies inside this part
            return self._damaged(one, self._end, cut=True), self._end
        ends = [self._find(mark, one.start, self._end) for mark in (LOCAL_MARK, LIST_MARK)]
        end = min((end for end in ends if end is not None), default=self._end)
        return self._damaged(one, end, cut=False), end

    def _whole(self, told: _Told) -> bytes | None:
        if told.end > self._end or told.size > container.LIMIT_PART_BYTES:
            return None
        content = self._take(told.start, told.packed)
        if told.method == DEFLATED:
            content, _, whole = self._inflate(content, told.size + 1)
            if not whole:
                return None
        return content if len(content) == told.size and zlib.crc32(content) == told.crc else None

    def _damaged(self, told: _Told, end: int, *, cut: bool) -> Remains:
        """Return the pieces of a part; of one that is not compressed nothing tells right from wrong."""
        if told.method != DEFLATED:
            return Remains(told.name, None, (), cut)
        packed = self._take(told.start, min(end - told.start, container.LIMIT_PART_BYTES))
        *first, last = packed.split(_CUT, _MOST_PIECES)
        inflated = [
            self._inflate(piece, container.LIMIT_PART_BYTES) for piece in [*(one + _CUT for one in first), last]
        ]
        sound = all(not faulty for _, faulty, _ in inflated)
        return Remains(told.name, None, tuple(piece for piece, _, _ in inflated if piece), cut and sound)

    def _inflate(self, packed: bytes, most: int) -> tuple[bytes, bool, bool]:
        """Return what inflates, at most so much, whether a fault ended it, and whether the stream came to its end."""
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        done: list[bytes] = []
        view = memoryview(packed)
        size = 0
        try:
            for start in range(0, len(view), _CHUNK):
                waiting: bytes | memoryview = view[start : start + _CHUNK]
                while waiting and not stream.eof:
                    room = min(most - size, self._inflatable, _CHUNK)
                    if room <= 0:
                        return b"".join(done), False, False
                    piece = stream.decompress(waiting, room)
                    waiting = stream.unconsumed_tail
                    done.append(piece)
                    size += len(piece)
                    self._inflatable -= len(piece)
        except zlib.error:
            return b"".join(done), True, False
        return b"".join(done), False, stream.eof and not stream.unused_data

    # -- headers and list -------------------------------------------------------------------------------------------

    def _header(self, offset: int) -> _Told | None:
        raw = self._read(offset, LOCAL.size + _LONGEST_NAME)
        if len(raw) < LOCAL.size or not raw.startswith(LOCAL_MARK):
            return None
        _, _, _, method, _, _, crc, packed, size, name_bytes, extra = LOCAL.unpack_from(raw)
        name = _name(raw[LOCAL.size : LOCAL.size + name_bytes])
        if not self._takes(name, method) or extra:
            return None
        return _Told(name, method, crc, packed, size, offset + LOCAL.size + name_bytes)

    def _list(self) -> dict[int, _Told]:
        """Return the lines of the list at the end by where their parts begin.

        Of several runs of lines the last one counts: a ZIP inside a part has a list of its own.
        """
        found: list[_Told] = []
        most = container.LIMIT_PARTS * (CENTRAL.size + _LONGEST_NAME)
        first = max(0, self._end - most)
        raw = self._read(first, most)
        at, list_start, last_end = raw.find(LIST_MARK), 0, -1
        while 0 <= at <= len(raw) - CENTRAL.size and len(found) < container.LIMIT_PARTS:
            fields = CENTRAL.unpack_from(raw, at)
            method, crc, packed, size, name_bytes, offset = (fields[4], *fields[7:11], fields[16])
            name = _name(raw[at + CENTRAL.size : at + CENTRAL.size + name_bytes])
            if at != last_end:
                found, list_start = [], first + at
            if self._takes(name, method):
                found.append(_Told(name, method, crc, packed, size, offset + LOCAL.size + name_bytes))
            last_end = at + CENTRAL.size + name_bytes
            at = raw.find(LIST_MARK, at + len(LIST_MARK))
        return self._placed(found, list_start)

    def _placed(self, listed: list[_Told], list_start: int) -> dict[int, _Told]:
        """Return lines of the list by where their parts begin in this file.

        Where something was put before the draft or cut from its front, they lie as much further on or back: the list
        itself, which stands right behind the last part, tells how much, and the marks of the parts bear it out.
        """
        shift = list_start - max((told.end for told in listed), default=list_start)
        marked = [[self._read(told.header + by, 4) == LOCAL_MARK for told in listed] for by in (0, shift)]
        usual = shift if sum(marked[1]) > sum(marked[0]) else 0
        moved = [
            replace(told, start=told.start + (usual if here == there else shift if there else 0))
            for told, here, there in zip(listed, *marked, strict=True)
        ]
        return {max(0, told.header): told for told in moved if told.start >= 0 and told.header < self._end}

    def _takes(self, name: str, method: int) -> bool:
        return method in (STORED, DEFLATED) and self._allowed(name)

    # -- bytes ------------------------------------------------------------------------------------------------------

    def _begins(self, offset: int) -> bool:
        """Tell whether a part, or the list, begins at `offset`."""
        return offset in self._listed or self._read(offset, len(LOCAL_MARK)) in (LOCAL_MARK, LIST_MARK)

    def _find(self, mark: bytes, start: int, end: int) -> int | None:
        """Return where `mark` stands first from `start` on, whole before `end`."""
        while start < end:
            if not self._chunk_start <= start <= self._chunk_start + len(self._chunk) - len(mark):
                self._chunk_start, self._chunk = start, self._read(start, _CHUNK)
            inside = self._chunk.find(mark, start - self._chunk_start, end - self._chunk_start)
            if inside >= 0:
                return self._chunk_start + inside
            if len(self._chunk) < _CHUNK:
                return None
            start = self._chunk_start + len(self._chunk) - len(mark) + 1
        return None

    def _take(self, start: int, size: int) -> bytes:
        """Return bytes while the file was not yet read several times: headers may claim the same again and again."""
        if size > self._readable:
            return b""
        self._readable -= size
        return self._read(start, size)

    def _read(self, start: int, size: int) -> bytes:
        if start < 0:
            return b""
        self._file.seek(start)
        return self._file.read(size)


def _name(raw: bytes) -> str:
    return raw.decode("ascii", "replace") if len(raw) <= _LONGEST_NAME else ""
