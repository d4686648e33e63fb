"""What a person pastes or drops into prose, with its pictures: formatted text, and the text of a Word or plain file.

Pictures pass the one gate. None is loaded from where a text says it lies; they come in the text itself, or in the rich
text that Word and WPS put beside it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from pathlib import Path
from typing import Final

from kjxm_desktop.core import pasted_html, pasted_rtf, pictures
from kjxm_desktop.core.pasted_html import Dropped, Pasted, TooMuchError
from kjxm_desktop.core.pictures import Picture
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming_bytes

SUFFIXES: Final = (".docx", ".txt", ".text", ".doc", ".wps", ".rtf", ".odt")
"""What is read as a text that is dropped; of those that cannot be it is said what to do."""
LIMIT_TEXT_BYTES: Final = 8 * 1024 * 1024
LIMIT_PICTURES_BYTES: Final = 64 * 1024 * 1024
_LONGEST_SOURCE: Final = 120_000_000  # characters of formatted text, pictures in it included

_HEADER = re.compile(r"\s*Version:[0-9.]+\s(?:[A-Za-z]+:[^\r\n<]*[\r\n]+)*(?=\s*<)")  # CF_HTML as it lies on Windows
_INSIDE = re.compile(r"data:image/[a-zA-Z0-9.+-]{1,40};base64,([A-Za-z0-9+/=\s]+)")
_PLACE = re.compile(r"data:#([0-9]+)")


def read_html(source: str, rtf: bytes = b"") -> Pasted:
    """Return the blocks of formatted text with the pictures that it, or the rich text beside it, brings along.

    Raises TooMuchError like `pasted_html.read`.
    """
    if len(source) > _LONGEST_SOURCE:
        raise TooMuchError
    header = _HEADER.match(source)
    source = source[header.end() :] if header else source
    inside: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        inside.append(found[1])
        return f"data:#{len(inside) - 1}"

    short = _INSIDE.sub(put_aside, source)
    gate = _Gate()
    beside = pasted_rtf.pictures(rtf) if rtf else []

    def picture_of(place: int, address: str) -> str | None:
        told = _PLACE.fullmatch(address.strip())
        if told is not None:
            return gate.take(_decoded(inside[int(told[1])]) if int(told[1]) < len(inside) else None)
        return gate.take(beside[place] if len(beside) == gate.named else None)

    gate.named = _named_in(short) if beside else -1
    pasted = pasted_html.read(short, picture_of)
    kept = {picture.sha256: picture.data for picture in gate.kept}
    return Pasted(pasted.blocks, pasted.dropped, tuple(kept.values()))


def without_pictures(offered: Pasted) -> Pasted:
    """Return what was offered for a place that holds no pictures: they are told as dropped."""
    blocks = [block for block in offered.blocks if block["type"] != "picture"]
    lost = len(offered.blocks) - len(blocks)
    if not lost:
        return offered
    return Pasted(blocks, {**offered.dropped, "picture": offered.dropped.get("picture", 0) + lost})


class _Gate:
    """Takes pictures through the one normaliser, each once, within bounds."""

    def __init__(self) -> None:
        self.kept: list[Picture] = []
        self.named = -1  # how many pictures the text names
        self._room = LIMIT_PICTURES_BYTES

    def take(self, data: bytes | None) -> str | None:
        """Return the digest of a picture that can be kept."""
        if not data or len(data) > self._room:
            return None
        self._room -= len(data)
        try:
            made = pictures.normalise(data, "")
        except KjxmError:
            return None
        self.kept.append(made)
        return made.sha256


def _named_in(source: str) -> int:
    """Return how many pictures a text names, between the marks of what was copied."""
    counted: list[int] = []
    pasted_html.read(source, lambda place, _: counted.append(place))
    return max(counted, default=-1) + 1


def _decoded(told: str) -> bytes | None:
    try:
        return base64.b64decode("".join(told.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


# ---- files


def is_text_file(path: Path) -> bool:
    """Tell by its name whether a file is dropped for its text."""
    return path.suffix.lower() in SUFFIXES


def read_file(path: Path) -> Pasted:
    """Return the blocks of a DOCX or a plain text file. May run on any thread.

    Raises KjxmError incoming.* with the name of the file: one for each kind that it is instead.
    """
    name = path.name
    data = incoming_bytes.read(path, name)
    if incoming_bytes.kind_of(data) == "other" and path.suffix.lower() in (".txt", ".text"):
        return pasted_html.read_plain(_text(data, name))
    # Loaded with the first document that is dropped.
    from kjxm_desktop.exchange import word_blocks, word_document

    document = word_document.read(data, name)
    made = word_blocks.blocks_of(document.items, document.pictures)
    dropped: Counter[Dropped] = Counter(document.dropped)
    dropped.update(made.dropped)
    kept = {picture.sha256: picture.data for picture in document.pictures.values()}
    return Pasted(made.blocks, dict(+dropped), tuple(kept.values()))


def _text(data: bytes, name: str) -> str:
    """Return a text in the encoding it is written in: with a mark, in UTF-8, or as Chinese Windows writes."""
    if len(data) > LIMIT_TEXT_BYTES:
        raise KjxmError("incoming.too_big", name=name, limit=LIMIT_TEXT_BYTES // (1024 * 1024))
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise KjxmError("incoming.no_text", name=name)
