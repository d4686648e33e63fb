"""What a picture file is made of, looked over before a decoder sees it: what would keep one busy is refused.

Decoders bound the pixels of a picture, not the parts around them: millions of comments, lists of a million strips.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

MOST_PARTS: Final = 20_000  # of a PNG, a JPEG or a GIF before its picture; cameras and programs write some dozens
_MOST_GIF_BLOCKS: Final = 200_000  # of 255 bytes
_MOST_SCANS: Final = 100
_MOST_STRIPS: Final = 100_000
_MOST_RUNS_BYTES: Final = 1024 * 1024
_MOST_EXIF_BYTES: Final = 64 * 1024  # all that fits into a JPEG

_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_ABOUT: Final = {b"tRNS": 1024, b"iCCP": 4 * 1024 * 1024, b"eXIf": _MOST_EXIF_BYTES}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers of JPEG without a length
_STRIPS: Final = frozenset({273, 279, 324, 325})
_TIFF_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


class DamagedError(Exception):
    """The file is not whole, or not as any program writes it."""


def decodable(data: bytes, source: str) -> bytes:
    """Return what of a file the decoder gets to see. Raises DamagedError.

    Of a PNG only pixels, palette, transparency, profile and orientation, their checksums looked at; other kinds as they
    are, when their parts can be counted.
    """
    match source:
        case "PNG":
            return _png(data)
        case "JPEG":
            _check_jpeg(data)
        case "GIF":
            _check_gif(data)
        case "TIFF":
            _check_tiff(data)
        case _:
            pass
    return data


def is_long_run_of_runs(data: bytes) -> bool:
    """Tell whether a BMP is packed as runs and so large that unpacking it, which is slow, would take seconds."""
    return len(data) > _MOST_RUNS_BYTES and data[14:18] >= b"\x28" and data[30:34] in (b"\1\0\0\0", b"\2\0\0\0")


def _png(data: bytes) -> bytes:
    kept = [data[:8]]
    seen: set[bytes] = set()
    at = 8
    for _ in range(MOST_PARTS):
        if at + 12 > len(data):
            raise DamagedError
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise DamagedError
        if name in _PIXELS or (name in _ABOUT and length <= _ABOUT[name] and name not in seen):
            part = memoryview(data)[at:end]
            if name in _PIXELS and zlib.crc32(part[4:-4]) != struct.unpack(">I", part[-4:])[0]:
                raise DamagedError
            kept.append(bytes(part))
            seen.add(name)
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise DamagedError


def _check_jpeg(data: bytes) -> None:
    if data.count(b"\xff\xda") > _MOST_SCANS:  # each is another pass over all pixels
        raise DamagedError
    at = 2
    for _ in range(MOST_PARTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            return  # what the decoder makes of it costs no more than reading on to the next marker
        marker = data[at + 1]
        if marker == 0xDA:
            return
        if marker == 0xFF:
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    raise DamagedError


def _check_gif(data: bytes) -> None:
    if len(data) < 13:
        raise DamagedError
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    blocks = 0
    for _ in range(MOST_PARTS):
        if at >= len(data) or data[at] != 0x21:
            return  # the first picture, or the end
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
            blocks += 1
            if blocks > _MOST_GIF_BLOCKS:
                raise DamagedError
        at += 1
    raise DamagedError


def _check_tiff(data: bytes) -> None:
    order = "<" if data.startswith(b"II") else ">"
    if len(data) < 8:
        raise DamagedError
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    if at + 2 > len(data):
        raise DamagedError
    (count,) = struct.unpack_from(f"{order}H", data, at)
    total = 0
    for number in range(count):
        entry = at + 2 + 12 * number
        if entry + 12 > len(data):
            raise DamagedError
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, entry)
        total += _TIFF_BYTES.get(kind, 1) * values
        if total > len(data) or (tag in _STRIPS and values > _MOST_STRIPS):
            raise DamagedError  # values that lie one in another, or more strips than a picture has rows
