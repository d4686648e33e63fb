"""What is wrong with a drawing as shapes, and with a picture that somebody painted of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from PIL import Image, ImageDraw

from kjxm_desktop.export import charts, charts_budget, charts_gantt
from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect, Shape
from kjxm_desktop.export.charts_budget import Terms
from kjxm_desktop.export.charts_gantt import Span
from kjxm_desktop.export.charts_type import box_of
from kjxm_desktop.export.compose_values import figure

WIDTH, HEIGHT = 156.0, 160.0
TERMS = Terms(figure, "万元", "合计")
YEAR = "{year}年"
TASKS = (
    "完成全部考核指标的第三方检测并编制综合验收材料",
    "开展 360 只羔羊饲养试验、酸奶与果酱产线试用",
    "中试",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "https://example.org/a/very/long/address/without/any/blank",
    "㛃䶮𬶋𠮷𡋾 ᠮᠣᠩᠭᠣᠯ CO₂ m² ℃ 😀 <b>&amp;",
)
Box = tuple[float, float, float, float]

_TOLERANCE_MM = 0.05
_NEAR_MM = 0.7  # so far from its shapes a picture may have ink: edges are smoothed, type reaches over its box
_INKLESS = 225
_CONTRAST = 50


def span(number: int, label: str, first: int, months: int, tie: str = "") -> Span:
    """Return a row that begins `first` months after the beginning of 2024."""
    start, last = first, first + months - 1
    return Span(number, label, (2024 + start // 12, start % 12 + 1), (2024 + last // 12, last % 12 + 1), "2024.01", tie)


def plan(count: int, months: int = 6, tie: str = "任务1") -> list[Drawing]:
    """Return the time plan of `count` rows, each of which begins a month after the one before."""
    rows = [span(at + 1, TASKS[at % len(TASKS)], at, months, tie) for at in range(count)]
    return charts_gantt.gantt(rows, WIDTH, HEIGHT, YEAR)


def money(series: int = 3, groups: int = 3, name: str = "{}") -> list[Drawing]:
    """Return bars that are stacked of `series` sources."""
    names, sources = [name.format(2024 + at) for at in range(groups)], [f"来源{at}" for at in range(series)]
    values = {
        (group, source): Decimal(100 * at + 37 * other + 5) / 7 // Decimal("0.01") / 100
        for at, group in enumerate(names)
        for other, source in enumerate(sources)
    }
    return charts_budget.stacked_bars(names, sources, values, WIDTH, HEIGHT, TERMS)


def specimens() -> list[Drawing]:
    """Return one drawing of each kind, with what is hard to paint."""
    shares = [("设备费", Decimal("12345.67")), (TASKS[0] * 2, Decimal("0.01")), (TASKS[5], Decimal(0))]
    return [
        *plan(1, 24),
        *plan(7),
        *charts_budget.bars(shares, WIDTH, HEIGHT, TERMS),
        *money(8),
        *money(3, 5, "{}年度示范推广与技术服务及培训支出"),
    ]


# --- as shapes ------------------------------------------------------------------------------------------------------


def labels(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Label)]


def bars_of(drawing: Drawing) -> list[Rect]:
    return [shape for shape in drawing.shapes if isinstance(shape, Rect) and shape.fill == charts.DARK]


def extent(shape: Shape) -> Box:
    """Return left, top, right and bottom of a shape."""
    match shape:
        case Rect():
            return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        case Line():
            (left, right), (top, bottom) = sorted((shape.x1, shape.x2)), sorted((shape.y1, shape.y2))
            return left, top, right, bottom
        case Label():
            return box_of(shape)


def faults(drawing: Drawing) -> Iterator[str]:
    """Yield what lies outside of the drawing, is negative, or overlaps."""
    for shape in drawing.shapes:
        left, top, right, bottom = extent(shape)
        if min(left, top) < -_TOLERANCE_MM or max(right - drawing.width_mm, bottom - drawing.height_mm) > _TOLERANCE_MM:
            yield f"outside: {shape}"
        if isinstance(shape, Rect) and min(shape.width, shape.height) < 0:
            yield f"negative: {shape}"
    told = [(box_of(shape), shape) for shape in drawing.shapes if isinstance(shape, Label) and shape.text]
    for at, (one, label) in enumerate(told):
        for other, beside in told[at + 1 :]:
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            if across > _TOLERANCE_MM and down > _TOLERANCE_MM:
                yield f"overlap: {label.text} and {beside.text}"


# --- as a picture ---------------------------------------------------------------------------------------------------


def picture_faults(picture: Image.Image, drawing: Drawing) -> Iterator[str]:
    """Yield labels and bars that a grey picture of the drawing on white does not show, and ink that has no shape."""
    scale = picture.width / drawing.width_mm
    for shape in drawing.shapes:
        low, high = _levels(picture, extent(shape), scale)
        if isinstance(shape, Label) and high - low < _CONTRAST:
            yield f"not to be seen: {shape.text}"
        elif isinstance(shape, Rect) and shape.fill == charts.DARK and shape.width > 1 and low > _INKLESS - _CONTRAST:
            yield f"no bar: {shape}"
    left_over = picture.copy()
    canvas = ImageDraw.Draw(left_over)
    for left, top, right, bottom in (box for shape in drawing.shapes for box in _inked(shape)):
        near = (left - _NEAR_MM, top - _NEAR_MM, right + _NEAR_MM, bottom + _NEAR_MM)
        canvas.rectangle([part * scale for part in near], 255)
    where = left_over.point([255 if level < _INKLESS else 0 for level in range(256)]).getbbox()
    if where:
        yield f"ink without a shape at {where}"


def _inked(shape: Shape) -> list[Box]:
    """Return the boxes that a shape may have ink in: of a frame its four sides."""
    left, top, right, bottom = extent(shape)
    if isinstance(shape, Rect) and not shape.fill:
        return [(left, top, left, bottom), (right, top, right, bottom), (left, top, right, top),
                (left, bottom, right, bottom)]  # fmt: skip
    return [(left, top, right, bottom)]


def _levels(picture: Image.Image, box: Box, scale: float) -> tuple[int, int]:
    left, top, right, bottom = (round(part * scale) for part in box)
    part = picture.crop((max(left, 0), max(top, 0), max(right, left + 1), max(bottom, top + 1)))
    low, high = part.getextrema()
    assert isinstance(low, int)
    assert isinstance(high, int)
    return low, high
