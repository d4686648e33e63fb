"""Clean MathML → the outlines of a set formula, by ziamath with the STIX Two Math that it brings.

Chinese characters, which that face does not have, are drawn from the face of the text beside it.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

from kjxm_desktop.export import formula_rules
from kjxm_desktop.export.formula_rules import COLUMNS, ROWS

MOST_WORK: Final = 3_000
"""So many elements may the library have to set, those it sets twice counted twice."""

_SIZE: Final = 100.0  # points at which formulas are set; what is drawn is this scaled
_AIR = 0.06  # of the size, on either side of the ink
_HIGHEST = 24.0  # sizes: what is higher is made smaller, so that it fits on any page
_LINE_GAP, _LEAST_LEADING = 0.25, 1.3  # sizes, between the ink of two lines and between their base lines
_LEAST_SMALL = 0.45  # of the size: no script of a script is smaller
_FENCES = frozenset("()[]{}|‖⌈⌉⌊⌋⟨⟩/\\∣∥↑↓↕")
_ROWS = frozenset(("math", "mrow", "mtd", "msqrt", "mphantom"))

Point = tuple[float, float]
Step = tuple[str, tuple[Point, ...]]
Steps = tuple[tuple[str, tuple[tuple[int, int], ...]], ...]

_turn = threading.Lock()
"""The library keeps the state of its face while it sets a formula."""


@dataclass(frozen=True)
class FormulaOutline:
    """A set formula: in points how wide it is and how far it reaches above and below its base line, and its outline.

    `steps` are "move", "line", "curve" and "close" steps of one filled path, in thousandths of `size_pt`; x counts from
    the left edge of the formula, y upwards from its base line.
    """

    width: float
    ascent: float
    descent: float
    size_pt: float
    steps: Steps

    def scaled(self, factor: float) -> FormulaOutline:
        """Return the formula `factor` times as large."""
        width, ascent, descent, size = self.width, self.ascent, self.descent, self.size_pt
        return FormulaOutline(width * factor, ascent * factor, descent * factor, size * factor, self.steps)


def outline(told: Element, chinese: Path) -> FormulaOutline:
    """Return clean MathML as outlines one point in size; `chinese` is the font file that sets what STIX has not.

    Raises ValueError where no face has a character, the work would be unbounded, or the library fails.
    """
    work(told)
    with _turn:
        picture = Element("g")
        try:
            _set(told, chinese).drawon(picture)
        except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ZeroDivisionError) as error:
            raise ValueError(error) from error
    return _bounded(list(_steps(picture)))


def stacked(lines: Sequence[FormulaOutline], indent: float) -> FormulaOutline:
    """Return the lines of one formula, each one point in size, below each other; those after the first `indent` in."""
    steps: list[tuple[str, tuple[tuple[int, int], ...]]] = []
    width = depth = 0.0
    for number, line in enumerate(lines):
        right = indent if number else 0.0
        depth += max(_LINE_GAP + lines[number - 1].descent + line.ascent, _LEAST_LEADING) if number else 0.0
        width = max(width, right + line.width)
        along, down = round(right * 1000), round(depth * 1000)
        unit = line.size_pt  # of a line that was too high
        steps += [
            (step, tuple([(round(x * unit) + along, round(y * unit) - down) for x, y in told]))
            for step, told in line.steps
        ]
    return FormulaOutline(width, lines[0].ascent, depth + lines[-1].descent, 1.0, tuple(steps))


def work(told: Element) -> int:
    """Return how many elements the library has to set: it sets a row with a fence twice. Raises ValueError if many."""
    done, waiting = 0, [(told, 1)]
    while waiting:
        element, times = waiting.pop()
        done += times
        if done > MOST_WORK:
            raise ValueError(done)
        twice = element.tag in _ROWS and _stretches(element)
        waiting += [(child, times * (2 if twice else 1)) for child in element]
    return done


def _stretches(row: Iterable[Element]) -> bool:
    """Tell whether something in a row grows with it."""
    return any(
        leaf.tag == "mo" and (leaf.text or "") in _FENCES and leaf.get("stretchy") != "false"
        for element in row
        for leaf in element.iter()
    )


def _set(told: Element, chinese: Path) -> Any:
    """Return the library's formula, set at its size from a copy of `told`."""
    zmath, face = _library(), _face(chinese)
    face.language("math", "")
    zmath.config.svg2 = False  # outlines rather than references to symbols
    zmath.config.minsizefraction = _LEAST_SMALL
    zmath.loadedfonts[str(chinese)] = face
    return zmath.Math(deepcopy(told), size=_SIZE, font=str(chinese))


@cache
def _library() -> Any:
    """Return the library, which a third of a second goes by to load: only when a formula is set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it finds its own font
        from ziamath import zmath
    return zmath


@lru_cache(maxsize=4)
def _face(chinese: Path) -> Any:
    """Return STIX Two Math, with what it has not drawn from another font file."""
    zmath = _library()
    from ziamath.mathfont import MathFont

    class Face(MathFont):
        """The mathematical face that borrows what it has not."""

        def findglyph(self, char: str, variant: Any) -> Any:
            found: Any = super().findglyph(char, variant)
            return found if found.index else _borrowed(char, chinese)

    _measure_once()
    _rule_tables()
    return Face(zmath.fontname, _SIZE)


def _measure_once() -> None:
    """Let the library measure a row before it sets it only where something grows with it: else time doubles by level.

    A class of a node takes its tag over, which is the library's own way.
    """
    from ziamath.nodes import mrow

    library: Any = mrow
    measured = library.Mrow._get_height_nostretch  # noqa: SLF001 - there is no other place to say it

    def measure(row: Any, line: list[Element], **kwargs: Any) -> tuple[float, float]:
        return measured(row, line, **kwargs) if _stretches(line) else (0.0, 0.0)

    type("Row", (library.Mrow,), {"_get_height_nostretch": measure}, tag="mrow")


def _rule_tables() -> None:
    """Let the library draw the lines of a table, in the same way."""
    from ziamath import drawable
    from ziamath.nodes import mtable

    library: Any = mtable
    lines: Any = drawable
    set_up = library.Mtable._setup  # noqa: SLF001 - there is no other place to say it

    def ruled(table: Any, **kwargs: Any) -> None:
        set_up(table, **kwargs)
        columns, rows = (formula_rules.positions(table.element, name) for name in (COLUMNS, ROWS))
        if columns or rows:
            _rule(table, lines, columns, rows)

    type("Table", (library.Mtable,), {"_setup": ruled}, tag="mtable")


def _rule(table: Any, lines: Any, columns: set[int], rows: set[int]) -> None:
    """Add the lines to a table of the library, which counts y downwards from the base line."""
    places: list[Any] = table.nodexy
    nodes: list[Any] = table.nodes
    cells = iter(list(zip(places, nodes, strict=True)))
    placed = [[next(cells) for _ in row] for row in table.element]
    air, gap = table.size_px("0.4em"), table.size_px("0.15em")
    thick = table.units_to_points(table.font.math.consts.fractionRuleThickness)
    upright = _edges(table, placed, air)
    tops: list[float] = [min(y - node.bbox.ymax for (_, y), node in row) for row in placed]
    lows: list[float] = [max(y - node.bbox.ymin for (_, y), node in row) for row in placed]
    between = [(low + top) / 2 for low, top in zip(lows, tops[1:], strict=False)]
    levels = [tops[0] - gap, *between, lows[-1] + gap]
    for at in sorted(number for number in columns if number < len(upright)):
        table.nodes.append(lines.VLine(levels[-1] - levels[0], thick, style=table.style))
        table.nodexy.append((upright[at], levels[0]))
    for at in sorted(number for number in rows if number < len(levels)):
        table.nodes.append(lines.HLine(upright[-1] - upright[0], thick, style=table.style))
        table.nodexy.append((upright[0], levels[at] - thick / 2))
    table.nodexy = [(x - upright[0], y) for x, y in table.nodexy]
    table.bbox = type(table.bbox)(0, upright[-1] - upright[0], -levels[-1], -levels[0])


def _edges(table: Any, placed: list[list[tuple[Any, Any]]], air: float) -> list[float]:
    """Return where lines may stand between the columns of a table, its left and right edge included."""
    wide = max(len(row) for row in placed)
    widths = [max(node.bbox.xmax for row in placed for _, node in row[at : at + 1]) for at in range(wide)]
    spacing = table.size_px(table.element.get("columnspacing", "0.8em").split()[0])
    start = (table.bbox.xmax - sum(widths) - spacing * (wide - 1)) / 2
    between = [start + sum(widths[:at]) + spacing * (at - 0.5) for at in range(1, wide)]
    return [start - air, *between, start + sum(widths) + spacing * (wide - 1) + air]


@lru_cache(maxsize=1024)
def _borrowed(character: str, chinese: Path) -> Any:
    """Return a glyph of another font as the library knows glyphs. Raises ValueError where that has none either."""
    from fontTools.pens.basePen import BasePen
    from ziafont import svgpath
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph

    font, names = _other(chinese)
    if ord(character) not in names:
        raise ValueError(character)
    plain: Any = _library().loadedfonts["default"]
    scale = plain.info.layout.unitsperem / font["head"].unitsPerEm
    wide = round(font["hmtx"][names[ord(character)]][0] * scale)
    steps: list[Any] = []

    def at(point: Point) -> Any:
        return svgpath.Point(point[0] * scale, point[1] * scale)

    class Pen(BasePen):
        """Writes down how a glyph is drawn, in the library's steps."""

        def _moveTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
            steps.append(svgpath.Moveto(at(pt)))

        def _lineTo(self, pt: Point) -> None:  # noqa: N802
            steps.append(svgpath.Lineto(at(pt)))

        def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802
            steps.append(svgpath.Cubic(at(pt1), at(pt2), at(pt3)))

    class Borrowed(SimpleGlyph):
        """A glyph that keeps no company: no kerning, no other form in scripts."""

        def advance(self, nextchr: Any = None) -> int:  # noqa: ARG002 - the library's own signature
            return wide

    outlines = font["glyf"]
    outlines[names[ord(character)]].draw(Pen(), outlines)
    ends = [(step.xmin(), step.xmax(), step.ymin(), step.ymax()) for step in steps] or [(0, 0, 0, 0)]
    left, right, low, high = zip(*ends, strict=True)
    return Borrowed(0, steps, BBox(min(left), max(right), min(low), max(high)), plain)


@lru_cache(maxsize=4)
def _other(chinese: Path) -> tuple[Any, dict[int, str]]:
    from fontTools.ttLib import TTFont

    font = TTFont(chinese, lazy=True)
    # The names that the font gives its glyphs are slow to come by, and any others do.
    font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
    return font, font.getBestCmap()


# ---- from the library's picture


def _steps(picture: Element) -> Iterator[Step]:
    """Yield the steps of all shapes of a picture, y upwards, in points of a formula one point in size."""
    for shape in picture.iter():
        if shape.tag == "path" and "stroke" in shape.attrib:
            yield from _stroke(list(_path(shape.get("d", ""))), float(shape.get("stroke-width", "0")) / _SIZE)
        elif shape.tag == "path":
            yield from _path(shape.get("d", ""))
        elif shape.tag == "rect":
            yield from _rect(shape)
        elif shape.tag != "g":
            raise ValueError(shape.tag)


def _path(told: str) -> Iterator[Step]:
    words = iter(told.split())
    now = (0.0, 0.0)

    def point() -> Point:
        return float(next(words)) / _SIZE, -float(next(words)) / _SIZE

    for word in words:
        if word in "ML":
            now = point()
            yield ("move" if word == "M" else "line", (now,))
        elif word == "Q":
            control, end = point(), point()
            yield ("curve", (_between(now, control), _between(end, control), end))
            now = end
        elif word == "C":
            first, second, now = point(), point(), point()
            yield ("curve", (first, second, now))
        else:
            yield ("close", ())


def _stroke(told: Sequence[Step], width: float) -> Iterator[Step]:
    """Yield a straight line as the outline of its ink."""
    (_, ((x, y),)), (_, ((right, low),)) = told
    length = math.hypot(right - x, low - y)
    if not length:
        return
    across, down = (low - y) / length * width / 2, -(right - x) / length * width / 2
    yield ("move", ((x + across, y + down),))
    for corner in ((right + across, low + down), (right - across, low - down), (x - across, y - down)):
        yield ("line", (corner,))
    yield ("close", ())


def _between(end: Point, control: Point) -> Point:
    """Return the control point of a cubic curve, two thirds of the way to that of a quadratic one."""
    return end[0] + (control[0] - end[0]) * 2 / 3, end[1] + (control[1] - end[1]) * 2 / 3


def _rect(shape: Element) -> Iterator[Step]:
    x, y, width, height = (float(shape.get(name, "0")) / _SIZE for name in ("x", "y", "width", "height"))
    if not (width > 0 and height > 0):
        return
    yield from _box(x, -y - height, width, height)
    line = float(shape.get("stroke-width", "0")) / _SIZE
    if shape.get("stroke") and line:  # a frame: its inside goes round the other way, so that it stays empty
        yield from _hole(x + line, -y - height + line, width - 2 * line, height - 2 * line)


def _box(x: float, y: float, width: float, height: float) -> Iterator[Step]:
    yield ("move", ((x, y),))
    for corner in ((x + width, y), (x + width, y + height), (x, y + height)):
        yield ("line", (corner,))
    yield ("close", ())


def _hole(x: float, y: float, width: float, height: float) -> Iterator[Step]:
    yield ("move", ((x, y),))
    for corner in ((x, y + height), (x + width, y + height), (x + width, y)):
        yield ("line", (corner,))
    yield ("close", ())


def _bounded(steps: list[Step]) -> FormulaOutline:
    """Return a formula no smaller than its ink."""
    points = [point for _, told in steps for point in told]
    if not points or not all(math.isfinite(value) for point in points for value in point):
        raise ValueError("empty")
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = max(y for _, y in points), min(y for _, y in points)
    moved = tuple(
        (step, tuple((round((x - left + _AIR) * 1000), round(y * 1000)) for x, y in told)) for step, told in steps
    )
    whole = FormulaOutline(right - left + 2 * _AIR, top, -bottom, 1.0, moved)
    return whole.scaled(min(1.0, _HIGHEST / (top - bottom))) if top > bottom else whole
