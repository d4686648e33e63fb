r"""The pictures in rich text (RTF 1.9.1, \pict) of Word and WPS: beside it their HTML names but files of their own."""

from __future__ import annotations

import re
from typing import Final

MOST_PICTURES: Final = 100
LIMIT_SOURCE_BYTES: Final = 128 * 1024 * 1024
"""So long rich text is looked at; a picture in it takes twice its bytes."""
_LOOKED_BACK: Final = 60  # bytes before a picture
_LONGEST_HEAD: Final = 20_000  # bytes of a group before the digits of the picture

_PICTURE = re.compile(rb"\{\\pict(?![a-z])")
_BESIDE = re.compile(  # pictures that no text shows: for old programs, of formulas, of list signs
    rb"\{(?:\\\*)?\\(?:nonshppict|mmathPict|listpicture)\s*(?:\{\\\*\\shppict\s*)?\Z"
)
_WORD = re.compile(rb"\\(?:\*|[a-z]+(?:-?[0-9]+)? ?)|\s+")
_BRACE = re.compile(rb"[{}]")
_TAKEN: Final = (b"\\pngblip", b"\\jpegblip")


def pictures(source: bytes) -> list[bytes | None]:
    r"""Return the pictures in rich text in their order; None for one of a kind that cannot be taken, as EMF.

    Pictures that stand in for something (\nonshppict, \mmathPict) or mark a list are none. Of more than 100, and of
    rich text beyond 128 MB, none are looked at.
    """
    if len(source) > LIMIT_SOURCE_BYTES:
        return []
    found: list[bytes | None] = []
    for start in _PICTURE.finditer(source):
        if _BESIDE.search(source[max(0, start.start() - _LOOKED_BACK) : start.start()]):
            continue
        if len(found) == MOST_PICTURES:
            return []
        found.append(_bytes(source, start.end()))
    return found


def _bytes(source: bytes, start: int) -> bytes | None:
    """Return the bytes of the picture whose group goes on at `start`; None where there are none to be had."""
    begin = _digits(source, start)
    end = source.find(b"}", begin)
    head = source[start:begin]
    if end < 0 or not any(kind in head for kind in _TAKEN):
        return None
    try:
        return bytes.fromhex(source[begin:end].decode("ascii")) or None
    except ValueError:
        return None


def _digits(source: bytes, at: int) -> int:
    """Return where the digits of a picture begin, behind its properties and the groups among them."""
    most, deep = min(len(source), at + _LONGEST_HEAD), 0
    while at < most:
        if deep or source[at] in b"{}":
            brace = _BRACE.search(source, at, most)
            if brace is None or (not deep and brace.group() == b"}"):
                return at
            deep += 1 if brace.group() == b"{" else -1
            at = brace.end()
            continue
        word = _WORD.match(source, at, most)
        if word is None:
            return at
        at = word.end()
    return at
