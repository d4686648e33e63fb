"""How the history lies on the disk: framed records, each with a digest of its own, so that damage stays where it is.

A record is the frame (a mark, the lengths of head and body), the head (JSON), the body, and the SHA-256 of all that.
What is not a whole record is passed over up to the next mark: a write cut short, a flipped bit, a block of zeros.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, cast

from kjxm_desktop.core import strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_MARK: Final = b"\x93KJHIS1\n"
_FRAME: Final = struct.Struct(">8sII")
_DIGEST_BYTES: Final = 32
_HEAD_LIMIT_BYTES: Final = 4 * 1024 * 1024
_LEVEL: Final = 6
_RAW: Final = -15  # deflate without a frame: records have their own
_MEDIA = re.compile(rb'"([0-9a-f]{64})"')
_AT = re.compile(rb'"at":"([0-9T:.+-]{10,40})"')  # quotes within what somebody wrote are escaped
_MEDIA_BYTES: Final = 66
_REACH: Final = 16 * 1024  # of the text before and after the change; deflate looks back 32 KB and no further


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record: what its head tells, and where its body and itself end in the bytes it was found in."""

    head: Mapping[str, Json]
    body_start: int
    body_end: int


def scan(raw: bytes, start: int = 0) -> tuple[list[Record], bool]:
    """Return the whole records in `raw` from `start` on, and whether there is nothing besides them."""
    found: list[Record] = []
    sound, at = True, start
    while at < len(raw):
        record = _record_at(raw, at)
        if record is None:
            sound = False
            following = raw.find(_MARK, at + 1)
            at = following if following >= 0 else len(raw)
        else:
            found.append(record)
            at = record.body_end + _DIGEST_BYTES
    return found, sound


def heads(file: BinaryIO, start: int, size: int) -> tuple[list[bytes], int]:
    """Return the heads of the records from `start` on in a file of `size` bytes, and where the last of them ends.

    Nothing but the heads is read, and nothing is checked: for what may be told too much, and never too little. What
    stands behind the end is no whole record. Raises OSError.
    """
    found: list[bytes] = []
    file.seek(start)
    at = start
    while len(frame := file.read(_FRAME.size)) == _FRAME.size:
        mark, head_length, body_length = _FRAME.unpack(frame)
        end = at + _FRAME.size + head_length + body_length + _DIGEST_BYTES
        if mark != _MARK or head_length > _HEAD_LIMIT_BYTES or end > size:
            break
        found.append(file.read(head_length))
        file.seek(body_length + _DIGEST_BYTES, os.SEEK_CUR)  # within what is buffered it costs no call of the system
        at = end
    return found, at


def times_in(text: bytes) -> list[datetime]:
    """Return when the moments were that heads, or what is left of them, tell of; each with its zone."""
    found: list[datetime] = []
    for told in _AT.findall(text):
        with contextlib.suppress(ValueError):  # damaged
            found.append(datetime.fromisoformat(told.decode("ascii")))
    return [at for at in found if at.tzinfo is not None]


def _record_at(raw: bytes, at: int) -> Record | None:
    if at + _FRAME.size > len(raw):
        return None
    mark, head_length, body_length = _FRAME.unpack_from(raw, at)
    head_start = at + _FRAME.size
    body_start = head_start + head_length
    body_end = body_start + body_length
    if mark != _MARK or head_length > _HEAD_LIMIT_BYTES or body_end + _DIGEST_BYTES > len(raw):
        return None
    digest = hashlib.sha256(memoryview(raw)[at:body_end]).digest()
    if raw[body_end : body_end + _DIGEST_BYTES] != digest:
        return None
    try:
        head = strict_json.loads(raw[head_start:body_start])
    except KjxmError:
        return None
    return Record(cast("dict[str, Json]", head), body_start, body_end) if isinstance(head, dict) else None


# --- sections -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the answers, and its text. Values are compared by identity, which spares most sections the rest."""

    value: Json
    text: bytes


def sections_of(data: Json, last: Mapping[str, Section]) -> dict[str, Section]:
    """Return each section of `data`, taken over from `last` where it is the same object: answers never change."""
    made: dict[str, Section] = {}
    for name, value in cast("dict[str, Json]", data).items():
        known = last.get(name)
        made[name] = known if known is not None and known.value is value else Section(value, strict_json.dumps(value))
    return made


def differing(sections: Mapping[str, Section], last: Mapping[str, Section]) -> list[str]:
    """Return the sorted names of the sections that were changed, are new, or are gone."""
    return [name for name in sorted(sections.keys() | last.keys()) if _text(sections, name) != _text(last, name)]


def media_in(text: bytes) -> set[str]:
    """Return the SHA-256 of the pictures and files that a text names."""
    return {sha256.decode("ascii") for sha256 in _MEDIA.findall(text)}


def drops_media(name: str, sections: Mapping[str, Section], last: Mapping[str, Section]) -> bool:
    """Tell whether a section no longer names a picture or file that it named last; only what changed is read."""
    old, new = _text(last, name), _text(sections, name)
    before = _same_start(old, new)
    after = _same_end(old[before:], new[before:])
    return any(f'"{sha256}"'.encode("ascii") not in new for sha256 in media_in(_around(old, before, after)))


def record(head: Mapping[str, Json], sections: Mapping[str, Section], last: Mapping[str, Section] | None) -> bytes:
    """Return the record, told by `head`, of what differs in `sections` from `last`: of all of them without `last`."""
    parts: list[Json] = []
    bodies: list[bytes] = []
    media: set[str] = set()
    for name in differing(sections, last or {}):
        if name not in sections:
            continue
        text = sections[name].text
        made = _change(_text(last or {}, name), text)
        media |= media_in(_around(text, made.before, made.after))
        bodies.append(made.squeezed)
        parts.append([name, made.before, made.after, len(made.squeezed), len(text), _seal(text)])
    gone = sorted((last or {}).keys() - sections.keys())
    told = {**head, "whole": last is None, "parts": parts, "gone": gone, "media": sorted(media)}
    return _packed({key: value for key, value in told.items() if value not in ("", [])}, b"".join(bodies))


def texts_at(raw: bytes, last: int) -> tuple[Mapping[str, Json], dict[str, bytes]]:
    """Return the head of the record that counts as `last` in a file of these bytes, and all texts as they were then.

    Raises LookupError when there is no such record, ValueError when damage hides it or one that it builds on.
    """
    records, sound = scan(raw)
    found = next((at for at, told in enumerate(records) if told.head.get("count") == last), None)
    if found is None:
        raise LookupError(last) if sound else ValueError(last)
    return records[found].head, texts_after(raw, records[: found + 1])


def texts_after(raw: bytes, records: Sequence[Record]) -> dict[str, bytes]:
    """Return all texts as they were after the last of `records`, which were found in `raw`.

    Only what came out is checked, not every text on the way to it: in a long section there are many. Raises ValueError
    when it is not what it was, LookupError when a record tells no count.
    """
    found = len(records) - 1
    first = next((at for at in range(found, -1, -1) if records[at].head.get("whole")), found)
    texts: dict[str, bytes] = {}
    seals: dict[str, str] = {}
    for at in range(first, found + 1):
        if records[at].head["count"] != records[found].head["count"] - (found - at):
            raise ValueError("a record before this one is missing")
        texts = _after(texts, records[at], raw)
        seals |= {part[0]: part[5] for part in records[at].head.get("parts", ())}
    if any(_seal(text) != seals.get(name) for name, text in texts.items()):
        raise ValueError("what was before is not what it was")
    return texts


def _after(texts: Mapping[str, bytes], told: Record, raw: bytes) -> dict[str, bytes]:
    """Return the texts of all sections after a record. Raises ValueError where it cannot follow on `texts`."""
    made = {} if told.head.get("whole") else dict(texts)
    at = told.body_start
    for name, before, after, size, length, _ in told.head.get("parts", ()):
        made[name] = _changed(made.get(name, b""), before, after, raw[at : at + size], length)
        at += size
    for name in told.head.get("gone", ()):
        made.pop(name, None)
    return made


def _around(text: bytes, before: int, after: int) -> bytes:
    """Return a text without so many bytes of its start and its end, and what may name something across the cuts."""
    return text[max(0, before - _MEDIA_BYTES) : len(text) - max(0, after - _MEDIA_BYTES)]


def _packed(head: Json, body: bytes) -> bytes:
    told = strict_json.dumps(head)
    framed = b"".join((_FRAME.pack(_MARK, len(told), len(body)), told, body))
    return framed + hashlib.sha256(framed).digest()


def _text(sections: Mapping[str, Section], name: str) -> bytes:
    section = sections.get(name)
    return b"" if section is None else section.text


def _seal(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]


# --- one text against the one before --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """How a text came from an older one: how much of both ends stayed, and what stands between, squeezed."""

    before: int
    after: int
    squeezed: bytes


def _change(old: bytes, new: bytes) -> _Change:
    """Return what makes `new` of `old`."""
    before = _same_start(old, new)
    after = _same_end(old[before:], new[before:])
    near = _near(old, before)
    packer = zlib.compressobj(_LEVEL, wbits=_RAW, zdict=near) if near else zlib.compressobj(_LEVEL, wbits=_RAW)
    squeezed = packer.compress(new[before : len(new) - after])
    return _Change(before, after, squeezed + packer.flush())


def _changed(old: bytes, before: int, after: int, squeezed: bytes, length: int) -> bytes:
    """Return the text of `length` bytes that a change makes of `old`. Raises ValueError when it cannot."""
    room = length - before - after
    if min(before, after, room) < 0 or before + after > len(old):
        raise ValueError("not a change of this text")
    near = _near(old, before)
    unpacker = zlib.decompressobj(_RAW, zdict=near) if near else zlib.decompressobj(_RAW)
    try:
        between = unpacker.decompress(squeezed, room + 1)
    except zlib.error as error:
        raise ValueError("not a change of this text") from error
    if len(between) != room:
        raise ValueError("not a change of this text")
    return old[:before] + between + old[len(old) - after :]


def _near(old: bytes, before: int) -> bytes:
    """Return what the packer may expect to meet again: the old text around the change."""
    return old[max(0, before - _REACH) : before + _REACH]


def _same_start(one: bytes, other: bytes) -> int:
    """Return how many bytes are the same from the start, by halves: Python compares slices at the speed of memory."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_end(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
