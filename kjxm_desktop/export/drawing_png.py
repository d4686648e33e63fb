"""A drawing as a PNG, for the writers of formats without shapes: sharp in Word at 300 dots an inch."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect

DOTS_PER_INCH = 300
_DOTS_PER_MM = DOTS_PER_INCH / 25.4
_DASH_MM = 1.0
_WHITE = [255, 255, 255]
_NEARLY_WHITE = 250


def png(drawing: Drawing, font: Path) -> bytes:
    """Return `drawing` painted on white with the labels in `font` (a TrueType file)."""
    size = (round(drawing.width_mm * _DOTS_PER_MM), round(drawing.height_mm * _DOTS_PER_MM))
    image = Image.new("RGB", size, "#ffffff")
    painter = _Painter(ImageDraw.Draw(image), font)
    for shape in drawing.shapes:
        match shape:
            case Rect():
                painter.rect(shape)
            case Line():
                painter.line(shape)
            case Label():
                painter.label(shape)
    out = io.BytesIO()
    _few_colours(image).save(out, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return out.getvalue()


def _few_colours(image: Image.Image) -> Image.Image:
    """Return `image` in 64 colours, a third of the size; its white stays the white of the paper."""
    few = image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = few.getpalette() or []
    entries = [palette[at : at + 3] for at in range(0, len(palette), 3)]
    few.putpalette([part for entry in entries for part in (_WHITE if min(entry) >= _NEARLY_WHITE else entry)])
    return few


class _Painter:
    """Paints shapes in millimetres on a canvas of dots, keeping the sizes of the font it has opened."""

    def __init__(self, canvas: ImageDraw.ImageDraw, font: Path) -> None:
        self._canvas = canvas
        self._font = font
        self._sizes: dict[float, ImageFont.FreeTypeFont] = {}

    def rect(self, shape: Rect) -> None:
        box = _dots(shape.x, shape.y) + _dots(shape.x + shape.width, shape.y + shape.height)
        wide = _width(shape.line_mm) if shape.line else 0
        if shape.width > 0 and shape.height > 0:
            self._canvas.rectangle(box, shape.fill or None, shape.line or None, wide)

    def line(self, shape: Line) -> None:
        if not shape.dashed:
            ends = _dots(shape.x1, shape.y1) + _dots(shape.x2, shape.y2)
            self._canvas.line(ends, shape.colour, _width(shape.width_mm))
            return
        across, down = shape.x2 - shape.x1, shape.y2 - shape.y1
        dashes = max(round((across**2 + down**2) ** 0.5 / _DASH_MM), 1)
        for at in range(0, dashes, 2):
            start, end = at / dashes, min((at + 1) / dashes, 1.0)
            ends = _dots(shape.x1 + across * start, shape.y1 + down * start) + _dots(
                shape.x1 + across * end, shape.y1 + down * end
            )
            self._canvas.line(ends, shape.colour, _width(shape.width_mm))

    def label(self, shape: Label) -> None:
        """Paint a label; a bold one is stroked, as the drawing brings one face only."""
        if not shape.text:
            return
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
        self._canvas.text(
            _dots(shape.x, shape.y),
            shape.text,
            shape.colour,
            self._size(shape.size_pt),
            anchor,
            stroke_width=0.5 if shape.bold else 0,
            stroke_fill=shape.colour,
        )

    def _size(self, size_pt: float) -> ImageFont.FreeTypeFont:
        if size_pt not in self._sizes:
            dots = size_pt * DOTS_PER_INCH / 72
            self._sizes[size_pt] = ImageFont.truetype(str(self._font), dots, layout_engine=ImageFont.Layout.BASIC)
        return self._sizes[size_pt]


def _dots(x: float, y: float) -> tuple[float, float]:
    return x * _DOTS_PER_MM, y * _DOTS_PER_MM


def _width(mm: float) -> int:
    return max(round(mm * _DOTS_PER_MM), 1)
