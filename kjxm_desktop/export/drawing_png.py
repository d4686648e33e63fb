"""A drawing as a PNG, for programs that show no vectors: sharp at 300 dots an inch, small, and made fast.

It is painted in greys and coloured at the end: the colours of a drawing lie on one scale from ink to paper, so that
sixteen of them, four bits a dot, are enough. The same drawing gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from kjxm_desktop.export import glyphs
from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect
from kjxm_desktop.export.charts_type import box_of

DOTS_PER_INCH = 300
_DOTS_PER_MM = DOTS_PER_INCH / 25.4
_DASH_MM = 1.0
_LEVELS = 16
_PAPER = "#ffffff"
_FACE = "hei"
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_FALLBACK = ("rare", "mongolian")
_SURE = frozenset(
    [
        *range(0x20, 0x7F), *range(0x3000, 0x3012), *range(0x4E00, 0x9FA6), *range(0xFF01, 0xFF5F),
        *map(ord, "·×°±²³–—‘’“”…‰℃≤≥≈→㎡①②③④⑤⑥⑦⑧⑨⑩"),
    ]
)  # fmt: skip
"""What the sans faces are known to draw; whether they draw anything else is looked up, which takes a while."""


class Faces(Protocol):
    """Where the fonts are that labels are painted in."""

    def file(self, role: str) -> Path:
        """Return the file of the regular face of `role`: "hei", "rare" or "mongolian"."""
        ...

    def bold_file(self, role: str) -> Path:
        """Return the file of the bold face of `role`: "hei"."""
        ...


def png(drawing: Drawing, faces: Faces) -> bytes:
    """Return `drawing` painted on white."""
    size = (round(drawing.width_mm * _DOTS_PER_MM), round(drawing.height_mm * _DOTS_PER_MM))
    image = Image.new("L", size, 255)
    painter = _Painter(ImageDraw.Draw(image), faces)
    colours = {_PAPER}
    for shape in drawing.shapes:
        match shape:
            case Rect():
                painter.rect(shape)
                colours |= {shape.fill, shape.line}
            case Line():
                painter.line(shape)
                colours.add(shape.colour)
            case Label():
                painter.label(shape)
                colours.add(shape.colour)
    out = io.BytesIO()
    _coloured(image, colours - {""}).save(out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), bits=4, compress_level=4)
    return out.getvalue()


def _coloured(image: Image.Image, colours: set[str]) -> Image.Image:
    """Return `image` in the colours of the scale that its greys stand for."""
    known = sorted({_grey(colour): _parts(colour) for colour in (*colours, "#000000")}.items())
    levels = bytes([round(grey * (_LEVELS - 1) / 255) for grey in range(256)])
    few = Image.frombytes("P", image.size, image.tobytes().translate(levels))
    exact = {round(grey * (_LEVELS - 1) / 255): parts for grey, parts in known}
    scale = [exact.get(level) or _between(known, level * 255 / (_LEVELS - 1)) for level in range(_LEVELS)]
    few.putpalette([part for parts in scale for part in parts])
    return few


def _between(known: list[tuple[int, tuple[int, int, int]]], grey: float) -> tuple[int, int, int]:
    """Return the colour of `grey` on the scale."""
    upper = next(at for at, (at_grey, _) in enumerate(known) if at_grey >= grey)
    (low, dark), (high, light) = known[max(upper - 1, 0)], known[upper]
    share = (grey - low) / (high - low) if high > low else 0.0
    red, green, blue = (round(one + (other - one) * share) for one, other in zip(dark, light, strict=True))
    return red, green, blue


@lru_cache(maxsize=64)
def _grey(colour: str) -> int:
    """Return how light `colour` is, 0 to 255 (ITU-R BT.601, as Pillow counts)."""
    red, green, blue = _parts(colour)
    return round((299 * red + 587 * green + 114 * blue) / 1000)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


class _Painter:
    """Paints shapes in millimetres on a canvas of dots."""

    def __init__(self, canvas: ImageDraw.ImageDraw, faces: Faces) -> None:
        self._canvas = canvas
        self._faces = faces

    def rect(self, shape: Rect) -> None:
        if shape.width <= 0 or shape.height <= 0:
            return
        box = _dots(shape.x, shape.y) + _dots(shape.x + shape.width, shape.y + shape.height)
        fill = _grey(shape.fill) if shape.fill else None
        if shape.line:
            self._canvas.rectangle(box, fill, _grey(shape.line), _width(shape.line_mm))
        else:
            self._canvas.rectangle(box, fill)

    def line(self, shape: Line) -> None:
        colour, wide = _grey(shape.colour), _width(shape.width_mm)
        dashes = max(round(_length(shape) / _DASH_MM), 1) if shape.dashed else 1
        across, down = shape.x2 - shape.x1, shape.y2 - shape.y1
        for at in range(0, dashes, 2):
            start, end = at / dashes, (at + 1) / dashes
            ends = _dots(shape.x1 + across * start, shape.y1 + down * start)
            self._canvas.line(ends + _dots(shape.x1 + across * end, shape.y1 + down * end), colour, wide)

    def label(self, shape: Label) -> None:
        """Paint a label into its box: characters that the face lacks in another, smaller when that is wider."""
        if not shape.text.strip():
            return
        left, _, right, _ = (part * _DOTS_PER_MM for part in box_of(shape))
        size = shape.size_pt * DOTS_PER_INCH / 72
        own = self._own(shape)
        if not shape.bold and all(ord(character) in _SURE for character in shape.text):
            # The widths of the face are those of the box; which dots its letters begin at is Pillow's to say.
            place = (shape.x * _DOTS_PER_MM, shape.y * _DOTS_PER_MM)
            self._canvas.text(place, shape.text, _grey(shape.colour), _font(own, size), _ANCHORS[shape.anchor])
            return
        pieces = list(self._pieces(shape, size))
        wide = sum(font.getlength(text) for text, font in pieces)
        if wide > right - left:
            size *= (right - left) / wide
            pieces = list(self._pieces(shape, size))
            wide = sum(font.getlength(text) for text, font in pieces)
        x = left + (right - left - wide) * {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
        for text, font in pieces:
            self._canvas.text((x, shape.y * _DOTS_PER_MM), text, _grey(shape.colour), font, "ls")
            x += font.getlength(text)

    def _own(self, shape: Label) -> Path:
        return self._faces.bold_file(_FACE) if shape.bold else self._faces.file(_FACE)

    def _pieces(self, shape: Label, size: float) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
        """Yield the stretches of a label that one font sets."""
        own = self._own(shape)
        stretch, file = "", own
        for character in shape.text:
            told, found = self._set(character, own)
            if found != file and stretch:
                yield stretch, _font(file, size)
                stretch = ""
            stretch, file = stretch + told, found
        if stretch:
            yield stretch, _font(file, size)

    def _set(self, character: str, own: Path) -> tuple[str, Path]:
        """Return how `character` reads and the file that sets it: 〔U+1F600〕 for what none has, as in the PDF."""
        code = ord(character)
        if code in _SURE or code in _drawn(own):
            return character, own
        if glyphs.is_ignorable(character):
            return "", own
        for role in _FALLBACK:
            if code in _drawn(self._faces.file(role)):
                return character, self._faces.file(role)
        return ("　" if character.isspace() else f"〔U+{code:04X}〕"), own


@lru_cache(maxsize=8)
def _drawn(file: Path) -> frozenset[int]:
    """Return the characters that the font in `file` has; asked only for rare ones."""
    # fontTools takes its time to load, and few drawings need it.
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as face:
        return frozenset(face.getBestCmap())


@lru_cache(maxsize=64)
def _font(file: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def _length(line: Line) -> float:
    return ((line.x2 - line.x1) ** 2 + (line.y2 - line.y1) ** 2) ** 0.5


def _dots(x: float, y: float) -> tuple[float, float]:
    return x * _DOTS_PER_MM, y * _DOTS_PER_MM


def _width(mm: float) -> int:
    return max(round(mm * _DOTS_PER_MM), 1)
