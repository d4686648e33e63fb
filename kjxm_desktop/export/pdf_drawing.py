"""Drawings as vectors, and the mark of a draft as a path that is no text."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians, sin
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect
from kjxm_desktop.export.charts_type import box_of
from kjxm_desktop.export.fonts import Face, FontSet
from kjxm_desktop.export.page_style import MM_PER_POINT
from kjxm_desktop.export.pdf_canvas import Sheet

MARK_COLOUR = "#ececec"
_MARK_ANGLE = 45
_MARK_SHARE = 0.62  # of the width of the page
_EM, _MIDDLE = 1000, 380  # the units of a Chinese character, and where its middle is above the base line
_DASH = (2.8, 2.8)
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}

Point = tuple[float, float]


def paint(drawing: Drawing, sheet: Sheet, fonts: FontSet, place: tuple[float, float, float]) -> None:
    """Draw `drawing` at x, y, every length times the third number."""
    x, y, scale = place
    unit = scale / MM_PER_POINT
    sheet.begin_described(drawing.alt)
    for shape in drawing.shapes:
        match shape:
            case Rect():
                box = (x + shape.x * unit, y + shape.y * unit, shape.width * unit, shape.height * unit)
                if shape.width > 0 and shape.height > 0:
                    sheet.rect(box, shape.fill, shape.line, shape.line_mm * unit)
            case Line():
                start = (x + shape.x1 * unit, y + shape.y1 * unit)
                end = (x + shape.x2 * unit, y + shape.y2 * unit)
                sheet.line(start, end, shape.width_mm * unit, shape.colour, _DASH if shape.dashed else ())
            case Label():
                _label(shape, sheet, fonts, (x, y, unit))
    sheet.end_described()


def _label(shape: Label, sheet: Sheet, fonts: FontSet, place: tuple[float, float, float]) -> None:
    """Set a label into its box: in the sans face, what that lacks in another, smaller when this is wider."""
    x, y, unit = place
    pieces = list(_pieces(shape, fonts))
    left, _, right, _ = (part * unit for part in box_of(shape))
    wide = sum(face.width(text) for text, face in pieces)
    size = min(shape.size_pt * MM_PER_POINT * unit, (right - left) / wide if wide else 0.0)
    at = x + left + (right - left - wide * size) * _ANCHORS[shape.anchor]
    sheet.colour(shape.colour)
    for text, face in pieces:
        sheet.text(at, y + shape.y * unit, text, face.name, size)
        at += face.width(text) * size
    sheet.colour("#000000")


def _pieces(shape: Label, fonts: FontSet) -> Iterator[tuple[str, Face]]:
    """Yield the stretches of a label that one face sets; 〔U+1F600〕 stands for what none has."""
    own = fonts.own("hei", bold=shape.bold)
    stretch, face = "", own
    for character in shape.text:
        found = own if own.has(character) else fonts.pick(character, "hei", bold=shape.bold, italic=False)
        told = character if found else f"〔U+{ord(character):04X}〕"
        found = found or own
        if stretch and found is not face:
            yield stretch, face
            stretch = ""
        stretch, face = stretch + told, found
    if stretch:
        yield stretch, face


def draft_mark(text: str, font: Path, size: tuple[float, float]) -> list[tuple[str, list[Point]]]:
    """Return the outlines of `text`, slanted in the middle of a page of that size, as steps of a path."""
    with TTFont(font, lazy=True) as face:
        # The names that the font gives its glyphs are slow to come by, and any others do.
        face.setGlyphOrder([f"g{number}" for number in range(face["maxp"].numGlyphs)])
        names, outlines = face.getBestCmap(), face["glyf"]
        known = [names[ord(character)] for character in text if ord(character) in names]
        pens = [_Steps() for _ in known]
        for pen, name in zip(pens, known, strict=True):
            outlines[name].draw(pen, outlines)
    scale = size[0] * _MARK_SHARE / (_EM * max(len(known), 3))
    turn = radians(_MARK_ANGLE)
    steps: list[tuple[str, list[Point]]] = []
    for at, pen in enumerate(pens):
        left = (at - len(known) / 2) * _EM
        for step, points in pen.steps:
            moved = [((x + left) * scale, (y - _MIDDLE) * scale) for x, y in points]
            turned = [(x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)) for x, y in moved]
            steps.append((step, [(size[0] / 2 + x, size[1] / 2 + y) for x, y in turned]))
    return steps


class _Steps(BasePen):
    """Writes down how a glyph is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[str, list[Point]]] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
        self.steps.append(("move", [pt]))

    def _lineTo(self, pt: Point) -> None:  # noqa: N802
        self.steps.append(("line", [pt]))

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802
        self.steps.append(("curve", [pt1, pt2, pt3]))

    def _closePath(self) -> None:  # noqa: N802
        self.steps.append(("close", []))
