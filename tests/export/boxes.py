"""What stands where in a PDF: the characters of its pages with their boxes, as another program reads them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw

pdfium: Any = pypdfium2.raw  # its names are made when it is loaded

SIDE_BY_SIDE_PT = 0.5
"""How far a character may reach into the one before it and still stand beside it."""


@dataclass(frozen=True)
class Box:
    """A character, the place it takes in points from the left and the bottom of its page, and whether it is seen."""

    text: str
    page: int
    left: float
    right: float
    base: float
    top: float
    bottom: float
    has_ink: bool


def boxes_of(data: bytes) -> list[Box]:
    """Return the characters of a PDF in the order in which they are painted, white space aside."""
    document = pypdfium2.PdfDocument(data)
    try:
        return [box for page in range(len(document)) for box in _joined(_on(document[page], page))]
    finally:
        document.close()


def _on(page: Any, number: int) -> Iterator[Box]:
    text = page.get_textpage()
    room = pdfium.FS_RECTF()
    edges = [ctypes.c_double() for _ in range(4)]
    place = [ctypes.c_double() for _ in range(2)]
    for at in range(text.count_chars()):
        # A hyphen at the end of a line is told apart as one that the program would leave out when it joins the lines.
        is_hyphen = pdfium.FPDFText_IsHyphen(text, at) == 1
        character = "-" if is_hyphen else chr(pdfium.FPDFText_GetUnicode(text, at))
        if (pdfium.FPDFText_IsGenerated(text, at) and not is_hyphen) or character.isspace():
            continue
        pdfium.FPDFText_GetLooseCharBox(text, at, ctypes.byref(room))
        pdfium.FPDFText_GetCharBox(text, at, *edges)
        pdfium.FPDFText_GetCharOrigin(text, at, *place)
        left, right, bottom, top = (edge.value for edge in edges)
        inked = right > left and top > bottom
        yield Box(character, number, room.left, room.right, place[1].value, top, bottom, inked)


def _joined(boxes: Iterator[Box]) -> Iterator[Box]:
    """Yield `boxes`, the halves of a character beyond the BMP in one."""
    high: Box | None = None
    for box in boxes:
        if "\ud800" <= box.text < "\udc00":
            high = box
        elif high:
            joined = (high.text + box.text).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            yield Box(joined, high.page, high.left, high.right, high.base, high.top, high.bottom, high.has_ink)
            high = None
        else:
            yield box


def lines_of(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return the characters of text that is set in one column, line by line."""
    lines: list[list[Box]] = []
    for box in boxes:
        if lines and box.page == lines[-1][-1].page and box.left > lines[-1][-1].right - SIDE_BY_SIDE_PT:
            lines[-1].append(box)
        else:
            lines.append([box])
    return lines
