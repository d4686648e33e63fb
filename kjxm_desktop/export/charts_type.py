"""How wide the labels of drawings are, where they break, and the box that each of them keeps to.

The widths are those of the sans face that PDF and PNG set labels in. Whoever paints with another face, as the window
does, or meets a character from another one, sets a label smaller rather than wider than the box it was given here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

from kjxm_desktop.export.blocks import Label
from kjxm_desktop.export.page_style import MM_PER_POINT

ASCENT, DESCENT = 0.86, 0.14
"""How far Chinese type reaches above and below its base line, in sizes."""

LINE = 1.2
"""From one base line of a label to the next, in sizes."""

_ASCII_WIDTHS = (
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555, 555, 555, 555,
    555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812,
    723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620,
    554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338,
    270, 338, 555,
)  # fmt: skip
"""The characters from the space to the tilde, in thousandths of the size."""
_OTHER_LATIN = 0.66
_PICTURES, _IDEOGRAPHS = 0x1F000, 0x20000
"""Between them stand emoji: they and private characters print as 〔U+1F600〕."""
_BOLD = 1.07  # Latin letters and figures are so much wider in the bold face
_LATIN = r"[A-Za-z0-9.,%+/-]+(?: [A-Za-z/]{1,6}(?![A-Za-z]))?"  # a word, or a number with its unit
_WORD = re.compile(rf"[（《“‘]*(?:{_LATIN}|.)[、，。；：！？）》”’…]*", re.DOTALL)
_MARKS = "、，。；：！？）》”’…"
_JOINING, _NOT_JOINED = "与及和并", "参给以涉普温合"
_LEAST_EVEN = 0.3  # the shorter of two lines, as a part of the longer one
_SLACK = 1e-6
_MOST = 400  # characters; as many never fit on two lines


@cache
def _ems(sign: str, bold: bool = False) -> float:
    """Return the width of one character, in sizes."""
    if " " <= sign <= "~":
        return _ASCII_WIDTHS[ord(sign) - 32] / 1000 * (_BOLD if bold else 1.0)
    kind, code = unicodedata.category(sign), ord(sign)
    if kind in ("Mn", "Me", "Cf"):
        return 0.0
    if kind in ("Co", "Cn") or _PICTURES <= code < _IDEOGRAPHS:
        return sum(_ems(part) for part in f"〔U+{code:04X}〕")
    return 1.0 if unicodedata.east_asian_width(sign) in "WFA" or ord(sign) > 0x2E7F else _OTHER_LATIN


def width_of(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide `text` is, in millimetres."""
    return sum([_ems(sign, bold) for sign in text]) * size_pt * MM_PER_POINT


def box_of(label: Label) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of what `label` may cover, in millimetres."""
    wide = width_of(label.text, label.size_pt, bold=label.bold)
    left = label.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[label.anchor] * wide
    size = label.size_pt * MM_PER_POINT
    return left, label.y - ASCENT * size, left + wide, label.y + DESCENT * size


def stacked(
    lines: Sequence[str],
    x: float,
    middle: float,
    size_pt: float,
    anchor: Literal["start", "middle", "end"] = "start",
    *,
    bold: bool = False,
    colour: str = "#000000",
) -> Iterator[Label]:
    """Yield `lines` as labels one below another whose middle is at the height `middle`."""
    size = size_pt * MM_PER_POINT
    base = middle + (ASCENT - DESCENT) / 2 * size - (len(lines) - 1) / 2 * LINE * size
    for at, line in enumerate(lines):
        if line:
            yield Label(x, base + at * LINE * size, line, size_pt, anchor, bold, colour)


def broken(text: str, width_mm: float, size_pt: float) -> list[str]:
    """Return `text` on one line, or on two no wider than `width_mm`, with … for what does not fit.

    Where there is a choice the first line ends after a mark, or before a word that joins, and the two are about as
    long as one another. Numbers, their units and Latin words stay whole unless they are wide; no line begins with a
    closing mark.
    """
    text = text if len(text) <= _MOST else text[:_MOST] + "…"
    pieces = list(_pieces(" ".join(text.split()), width_mm, size_pt))
    total = sum(wide for _, wide in pieces)
    if total <= width_mm + _SLACK:
        return ["".join(piece for piece, _ in pieces)]
    used, best, chosen = 0.0, (-1, 0.0), 0
    for at in range(1, len(pieces)):
        used += pieces[at - 1][1]
        if used > width_mm + _SLACK:
            break
        rest = total - used
        evenness = min(used, rest) / max(used, rest)
        if rest > width_mm + _SLACK:
            rank = (0, used)  # what is left comes to an end in …: the more stands before it the better
        else:
            rank = (1 + (_ends_well(pieces[at - 1][0], pieces[at][0]) if evenness >= _LEAST_EVEN else 0), evenness)
        if rank > best:
            best, chosen = rank, at
    first, second = ("".join(piece for piece, _ in part) for part in (pieces[:chosen], pieces[chosen:]))
    return [first.rstrip(), shortened(second, width_mm, size_pt)]


def _ends_well(before: str, after: str) -> int:
    """Return how well a line ends between two pieces: 2 after a mark, 1 at a space or before a word that joins."""
    if before[-1] in _MARKS:
        return 2
    return int(before[-1] == " " or (after[0] in _JOINING and before[-1] not in _NOT_JOINED))


def shortened(text: str, width_mm: float, size_pt: float) -> str:
    """Return `text` on one line no wider than `width_mm`, with … for what does not fit."""
    text = " ".join(text.split())
    return text if width_of(text, size_pt) <= width_mm + _SLACK else _cut(text, width_mm, size_pt)


def _pieces(text: str, width_mm: float, size_pt: float) -> Iterator[tuple[str, float]]:
    """Yield what had better not be parted, with its width; what is wider than half a line comes apart."""
    for word in _WORD.findall(text):
        wide = width_of(word, size_pt)
        if wide <= width_mm / 2 or len(word) == 1:
            yield word, wide
        else:
            yield from ((sign, width_of(sign, size_pt)) for sign in word)


def _cut(line: str, width_mm: float, size_pt: float) -> str:
    """Return the start of `line` with … behind it, no wider than `width_mm`."""
    room = width_mm - width_of("…", size_pt)
    used, kept = 0.0, ""
    for sign in line:
        used += width_of(sign, size_pt)
        if used > room:
            break
        kept += sign
    return kept.rstrip(" 、，；：（《“‘") + "…"
