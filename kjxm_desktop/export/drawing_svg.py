"""A drawing as SVG 1.1: vectors for Word, which shows them in place of the PNG; fonts are only named.

Coordinates are hundredths of a millimetre, whole numbers: no program rounds small type, and the same drawing gives the
same bytes. It uses nothing but rect, line and text, which every program that reads SVG has.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect, Shape
from kjxm_desktop.export.page_style import FONT_NAMES, MM_PER_POINT

_UNITS = 100
_DASH = "100,100"
_FACE = FONT_NAMES["hei"]


def svg(drawing: Drawing) -> bytes:
    """Return `drawing` as a picture on a clear ground."""
    wide, tall = _number(drawing.width_mm), _number(drawing.height_mm)
    shapes = "".join(markup for shape in drawing.shapes for markup in _shape(shape))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{drawing.width_mm:.2f}mm" '
        f'height="{drawing.height_mm:.2f}mm" viewBox="0 0 {wide} {tall}">'
        f'<g font-family="{_FACE}, sans-serif">{shapes}</g></svg>\n'
    ).encode()


def _shape(shape: Shape) -> Iterator[str]:
    match shape:
        case Rect():
            if shape.width > 0 and shape.height > 0:
                yield _rect(shape)
        case Line():
            dash = f' stroke-dasharray="{_DASH}"' if shape.dashed else ""
            ends = zip(("x1", "y1", "x2", "y2"), (shape.x1, shape.y1, shape.x2, shape.y2), strict=True)
            yield f"<line {_numbers(ends)} {_stroke(shape.colour, shape.width_mm)}{dash}/>"
        case Label():
            yield _text(shape)


def _rect(shape: Rect) -> str:
    left, top = _number(shape.x), _number(shape.y)
    wide, tall = _number(shape.x + shape.width) - left, _number(shape.y + shape.height) - top
    line = f" {_stroke(shape.line, shape.line_mm)}" if shape.line else ""
    size = f'width="{max(wide, 1)}" height="{max(tall, 1)}"'
    return f'<rect x="{left}" y="{top}" {size} fill="{shape.fill or "none"}"{line}/>'


def _text(shape: Label) -> str:
    size = _number(shape.size_pt * MM_PER_POINT)
    anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
    bold = ' font-weight="bold"' if shape.bold else ""
    place = f'x="{_number(shape.x)}" y="{_number(shape.y)}" font-size="{size}"'
    return f'<text {place}{anchor}{bold} fill="{shape.colour}">{escape(shape.text)}</text>'


def _stroke(colour: str, width_mm: float) -> str:
    return f'stroke="{colour}" stroke-width="{max(_number(width_mm), 1)}"'


def _numbers(told: Iterator[tuple[str, float]] | zip[tuple[str, float]]) -> str:
    return " ".join(f'{name}="{_number(value)}"' for name, value in told)


def _number(mm: float) -> int:
    return round(mm * _UNITS)
