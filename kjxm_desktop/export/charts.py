"""What all charts are made of: their colours, how series are told apart without colour, hatching, axes, figures.

A chart is a `Drawing` of neutral shapes in millimetres: the same one in the window, the DOCX and the PDF. It is read in
black and white: what differs by grey also differs by its hatching, and what a bar says stands beside it in figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from kjxm_desktop.export.blocks import Label, Line, Rect, Shape
from kjxm_desktop.export.charts_type import shortened, stacked, width_of

SMALL_PT = 7.5
TEXT_PT = 8.5
INK, QUIET, RULE, PAPER = "#1f2328", "#57606a", "#c4cad1", "#ffffff"
DARK, MIDDLE, LIGHT = "#3d5c7d", "#a9bbcd", "#e6ebf0"

EDGE_MM, HAIR_MM, FRAME_MM = 0.15, 0.1, 0.25
LEGEND_LINE_MM = 5.0
_BOX_MM = (5.0, 3.2)  # of a sample in the legend
_LEGEND_NAME_MM = 60.0
_HATCH_MM = 1.4
_HATCH_LINE_MM = 0.16


@dataclass(frozen=True)
class Look:
    """How one series of bars is told apart: its ground and its hatching.

    `hatch` is "rising", "falling", "level", "upright", "crossed" or "" for none.
    """

    fill: str
    hatch: str


LOOKS = (
    Look(DARK, ""),
    Look(PAPER, "rising"),
    Look(MIDDLE, ""),
    Look(PAPER, "level"),
    Look(LIGHT, "falling"),
    Look(PAPER, "crossed"),
    Look(MIDDLE, "upright"),
    Look(PAPER, ""),
)


def look_of(order: int) -> Look:
    """Return the look of the series that comes at `order`, from 0 on; they come round after the last."""
    return LOOKS[order % len(LOOKS)]


def percent(value: Decimal, whole: Decimal) -> str:
    """Return the share of `value` in `whole`; one that would round to nothing or to all of it reads <0.1%, >99.9%."""
    if not whole:
        return "0.0%"
    share = (value * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if value > 0 and not share:
        return "<0.1%"
    return ">99.9%" if value < whole and share == 100 else f"{share}%"


def lengths(values: Sequence[Decimal], mm_per_unit: Decimal, room: float, least: float) -> list[float]:
    """Return how long the slices of `values` are: together no longer than `room`, none that is something under `least`.

    What little ones are drawn too long is taken off the longest.
    """
    told = [max(float(value * mm_per_unit), least) if value > 0 else 0.0 for value in values]
    over = sum(told) - room
    if over > 0:
        longest = max(range(len(told)), key=told.__getitem__)
        told[longest] = max(told[longest] - over, 0.0)
    return told


def scale(most: Decimal) -> tuple[Decimal, int]:
    """Return the step of an axis and how many steps reach `most`: up to five of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return Decimal(1), 1
    rough = most / 5
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return step, max(ceil(most / step), 1)


def tick(value: Decimal) -> str:
    """Return a value of an axis as short as can be: 0.5, 20, 1000."""
    return f"{value.normalize():f}"


# --- the pieces of a drawing ----------------------------------------------------------------------------------------


def bar(x: float, y: float, width: float, height: float, look: Look) -> Iterator[Shape]:
    """Yield a bar or a slice of one."""
    yield Rect(x, y, width, height, look.fill)
    yield from _hatching(x, y, width, height, look.hatch)
    yield Rect(x, y, width, height, "", INK, EDGE_MM)


def plate(label: Label, box: tuple[float, float, float, float]) -> Iterator[Shape]:
    """Yield a label on a white plate, so that no line or hatching runs through it."""
    left, top, right, bottom = box
    yield Rect(left, top, right - left, bottom - top, PAPER)
    yield label


def legend(series: Sequence[str], left: float, width_mm: float) -> tuple[list[Shape], float]:
    """Return samples of all series with their names, in lines from `left` on, and the height they take."""
    shapes: list[Shape] = []
    x, y = left, 0.0
    for order, name in enumerate(series):
        text = shortened(name, min(_LEGEND_NAME_MM, width_mm - left - _BOX_MM[0] - 2), TEXT_PT)
        wide = _BOX_MM[0] + 1.5 + width_of(text, TEXT_PT)
        if x > left and x + wide > width_mm:
            x, y = left, y + LEGEND_LINE_MM
        middle = y + LEGEND_LINE_MM / 2
        shapes += bar(x, middle - _BOX_MM[1] / 2, *_BOX_MM, look_of(order))
        shapes += stacked([text], x + _BOX_MM[0] + 1.5, middle, TEXT_PT, colour=INK)
        x += wide + 5.0
    return shapes, y + LEGEND_LINE_MM


def _hatching(x: float, y: float, width: float, height: float, hatch: str) -> Iterator[Shape]:
    """Yield lines that fill a rectangle and end at its edges."""
    if hatch == "level":
        for row in range(1, ceil(height / _HATCH_MM)):
            yield Line(x, y + row * _HATCH_MM, x + width, y + row * _HATCH_MM, INK, _HATCH_LINE_MM)
    elif hatch == "upright":
        for column in range(1, ceil(width / _HATCH_MM)):
            yield Line(x + column * _HATCH_MM, y, x + column * _HATCH_MM, y + height, INK, _HATCH_LINE_MM)
    elif hatch == "crossed":
        yield from _slanted(x, y, width, height, falling=False)
        yield from _slanted(x, y, width, height, falling=True)
    elif hatch:
        yield from _slanted(x, y, width, height, falling=hatch == "falling")


def _slanted(x: float, y: float, width: float, height: float, *, falling: bool) -> Iterator[Shape]:
    for column in range(1, ceil((width + height) / _HATCH_MM)):
        run = column * _HATCH_MM
        x1, y1 = min(run, width), max(run - width, 0.0)
        x2, y2 = max(run - height, 0.0), min(run, height)
        if falling:
            x1, x2 = width - x1, width - x2
        yield Line(x + x1, y + y1, x + x2, y + y2, INK, _HATCH_LINE_MM)
