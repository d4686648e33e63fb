"""Draw labelled charts and diagrams as small palette PNG files."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]
Box = tuple[float, float, float, float]

SCALE = 3
WIDTH = 1500
INK, QUIET, LINE, GRID = "#1F2328", "#57606A", "#808A94", "#DDE2E7"
BLUE, TEAL, OCHRE, BRICK, SLATE = "#1B5E9E", "#2A7F6F", "#C98B2B", "#B5523B", "#6B7A8C"
PALE = {BLUE: "#DCE9F7", TEAL: "#DDF0EB", OCHRE: "#F8ECD6", BRICK: "#F6E0DA", SLATE: "#E8ECF0"}
SUBSCRIPT = re.compile("([₀-₉]+)")
PLAIN_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def font_file(folder: Path, bold: bool) -> Path:
    """Return the Noto Sans SC file of `folder`, searched in its sub-folders too."""
    name = "NotoSansSC-Bold.ttf" if bold else "NotoSansSC-Regular.ttf"
    found = sorted(folder.rglob(name))
    if not found:
        raise SystemExit(f"{name} is not in {folder}; run `make run` once to fetch the fonts")
    return found[0]


class Sheet:
    """A white sheet `WIDTH` units wide; all measures are in these units, origin top left."""

    def __init__(self, fonts: Path, height: int, width: int = WIDTH) -> None:
        self.width, self.height = width, height
        self._files = {bold: str(font_file(fonts, bold)) for bold in (False, True)}
        self._faces: dict[tuple[int, bool], ImageFont.FreeTypeFont] = {}
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), "white")
        self._draw = ImageDraw.Draw(self._image)

    def face(self, size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
        """Return the typeface at `size` units."""
        key = (size, bold)
        if key not in self._faces:
            self._faces[key] = ImageFont.truetype(self._files[bold], size * SCALE)
        return self._faces[key]

    def line(self, points: Sequence[Point], colour: str = LINE, thick: float = 2, dash: float = 0) -> None:
        """Draw a line through `points`; `dash` units on, as many off."""
        if dash:
            for start, end in pairwise(points):
                self._dashes(start, end, colour, thick, dash)
            return
        self._draw.line(_scaled(points), fill=colour, width=round(thick * SCALE), joint="curve")

    def _dashes(self, start: Point, end: Point, colour: str, thick: float, dash: float) -> None:
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        at = 0.0
        while at < length:
            ends = [at / length, min(at + dash, length) / length]
            piece = [(start[0] + f * (end[0] - start[0]), start[1] + f * (end[1] - start[1])) for f in ends]
            self._draw.line(_scaled(piece), fill=colour, width=round(thick * SCALE))
            at += 2 * dash

    def rect(self, box: Box, fill: str | None = None, edge: str | None = None, radius: float = 0) -> None:
        """Draw a rectangle (left, top, right, bottom)."""
        scaled = tuple(value * SCALE for value in box)
        self._draw.rounded_rectangle(scaled, radius * SCALE, fill=fill, outline=edge, width=2 * SCALE)

    def polygon(self, points: Sequence[Point], fill: str) -> None:
        """Fill a polygon."""
        self._draw.polygon(_scaled(points), fill=fill)

    def dot(self, at: Point, colour: str, radius: float = 7) -> None:
        """Draw a filled dot with a white rim."""
        for size, fill in ((radius + 2, "white"), (radius, colour)):
            box = [(at[0] - size) * SCALE, (at[1] - size) * SCALE, (at[0] + size) * SCALE, (at[1] + size) * SCALE]
            self._draw.ellipse(box, fill=fill)

    def text(
        self, at: Point, words: str, size: int = 27, colour: str = INK, bold: bool = False, anchor: str = "mm"
    ) -> None:
        """Write `words`, lines split at newlines; `anchor` as in Pillow, of the whole block."""
        lines = words.split("\n")
        for number, line in enumerate(lines):
            y = at[1] + (number - (len(lines) - 1) / 2) * size * 1.35
            self._write((at[0], y), line, size, colour, bold, anchor)

    def _write(self, at: Point, line: str, size: int, colour: str, bold: bool, anchor: str) -> None:
        """Write one line; the digits ₀ to ₉, which the typeface lacks, become small lowered ones."""
        pieces = [(part, bool(SUBSCRIPT.fullmatch(part))) for part in SUBSCRIPT.split(line) if part]
        faces = [self.face(round(size * 0.66) if low else size, bold) for _part, low in pieces]
        words = [part.translate(PLAIN_DIGITS) if low else part for part, low in pieces]
        lengths = [face.getlength(word) for face, word in zip(faces, words, strict=True)]
        x = at[0] * SCALE - sum(lengths) * {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
        for (_part, low), face, word, length in zip(pieces, faces, words, lengths, strict=True):
            y = (at[1] + (size * 0.25 if low else 0)) * SCALE
            self._draw.text((x, y), word, colour, face, anchor="l" + anchor[1])
            x += length

    def text_width(self, words: str, size: int = 27, bold: bool = False) -> float:
        """Return the width of one line in units."""
        return self.face(size, bold).getlength(words) / SCALE

    def turned(self, at: Point, words: str, size: int = 27, colour: str = INK) -> None:
        """Write `words` from bottom to top, centred at `at`."""
        face = self.face(size)
        long, high = round(face.getlength(words)) + 4, round(size * 1.5 * SCALE)
        strip = Image.new("RGB", (long, high), "white")
        ImageDraw.Draw(strip).text((long / 2, high / 2), words, colour, face, anchor="mm")
        strip = strip.rotate(90, expand=True)
        self._image.paste(strip, (round(at[0] * SCALE - high / 2), round(at[1] * SCALE - long / 2)))

    def arrow(self, points: Sequence[Point], colour: str = SLATE, thick: float = 3) -> None:
        """Draw a line through `points` that ends in an arrow head."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        head, half = 16, 8
        base = (x1 - ux * head, y1 - uy * head)
        self.line([*points[:-1], base], colour, thick)
        self.polygon(
            [(x1, y1), (base[0] - uy * half, base[1] + ux * half), (base[0] + uy * half, base[1] - ux * half)], colour
        )

    def box(self, box: Box, words: str, colour: str = BLUE, size: int = 27, bold: bool = False) -> None:
        """Draw a rounded box in the pale tone of `colour` with centred words."""
        self.rect(box, PALE[colour], colour, 8)
        self.text(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), words, size, INK, bold)

    def legend(self, at: Point, entries: Sequence[tuple[str, str]], size: int = 26, gap: float = 40) -> None:
        """Write a row of colour keys that starts at `at`."""
        x, y = at
        for name, colour in entries:
            self.rect((x, y - 11, x + 22, y + 11), colour, None, 3)
            self.text((x + 32, y), name, size, INK, anchor="lm")
            x += 32 + self.text_width(name, size) + gap

    def save(self, path: Path, colours: int = 48) -> None:
        """Write the sheet as a palette PNG of at most `colours` colours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        small = self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        small.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True, dpi=(240, 240))

    def save_pdf(self, path: Path) -> None:
        """Write the sheet as a one-page black-and-white PDF, A4 when it is 1240 × 1754 units."""
        path.parent.mkdir(parents=True, exist_ok=True)
        small = self._image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        day = time.strptime("2024-06-12", "%Y-%m-%d")
        small.convert("L").point(lambda grey: 255 if grey > 150 else 0).convert("1").save(
            path, resolution=150.0, creationDate=day, modDate=day
        )


def letter(fonts: Path, title: str, lines: Sequence[str], signer: str, day: str) -> Sheet:
    """Set a one-page letter on A4: title, left-aligned lines, signer with an invented seal, day."""
    sheet = Sheet(fonts, 1754, 1240)
    sheet.text((620, 200), title, 50, INK, True)
    for number, line in enumerate(lines):
        sheet.text((150, 340 + number * 58), line, 32, INK, anchor="lm")
    foot = 440 + len(lines) * 58
    sheet.text((1090, foot), signer, 32, INK, anchor="rm")
    sheet.text((1090, foot + 60), day, 32, INK, anchor="rm")
    sheet.rect((150, foot - 50, 430, foot + 90), None, BRICK, 8)
    sheet.text((290, foot + 20), "示例印章\n非真实签章", 30, BRICK)
    sheet.text((620, 1660), "本页为程序示例附件，单位、人员与数据均为虚构", 26, QUIET)
    return sheet


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


@dataclass(frozen=True)
class Axes:
    """A plot area on a sheet with linear scales; `x_of` and `y_of` turn values into units."""

    sheet: Sheet
    box: Box
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x_of(self, value: float) -> float:
        """Return the horizontal place of `value`."""
        low, high = self.x_range
        return self.box[0] + (value - low) / (high - low) * (self.box[2] - self.box[0])

    def y_of(self, value: float) -> float:
        """Return the vertical place of `value`."""
        low, high = self.y_range
        return self.box[3] - (value - low) / (high - low) * (self.box[3] - self.box[1])

    def scale_y(self, ticks: Sequence[float], title: str, form: str = "{:g}") -> None:
        """Draw grid lines, labels and the title of the vertical scale."""
        for tick in ticks:
            y = self.y_of(tick)
            self.sheet.line([(self.box[0], y), (self.box[2], y)], GRID if tick != self.y_range[0] else LINE)
            self.sheet.text((self.box[0] - 14, y), form.format(tick), 26, QUIET, anchor="rm")
        self.sheet.turned((self.box[0] - 108, (self.box[1] + self.box[3]) / 2), title, 27, QUIET)

    def scale_x(self, ticks: Sequence[float], title: str, form: str = "{:g}") -> None:
        """Draw tick marks, labels and the title of the horizontal scale."""
        for tick in ticks:
            x = self.x_of(tick)
            self.sheet.line([(x, self.box[3]), (x, self.box[3] + 8)], LINE)
            self.sheet.text((x, self.box[3] + 30), form.format(tick), 26, QUIET)
        self.sheet.text(((self.box[0] + self.box[2]) / 2, self.box[3] + 76), title, 27, QUIET)

    def curve(self, function: Callable[[float], float], colour: str, steps: int = 160) -> None:
        """Draw `function` over the whole horizontal range."""
        low, high = self.x_range
        values = [low + (high - low) * step / steps for step in range(steps + 1)]
        self.sheet.line([(self.x_of(x), self.y_of(function(x))) for x in values], colour, 4)

    def series(self, points: Sequence[Point], colour: str, dash: float = 0) -> None:
        """Draw points joined by a line."""
        places = [(self.x_of(x), self.y_of(y)) for x, y in points]
        self.sheet.line(places, colour, 4, dash)
        for place in places:
            self.sheet.dot(place, colour)

    def bar(self, at: float, half: float, low: float, high: float, colour: str) -> None:
        """Draw a vertical bar `2 × half` units wide, centred on the horizontal value `at`."""
        x = self.x_of(at)
        self.sheet.rect((x - half, self.y_of(high), x + half, self.y_of(low)), colour)


def grouped_bars(
    axes: Axes, names: Sequence[str], groups: Sequence[tuple[str, str, Sequence[float]]], form: str = "{:g}"
) -> None:
    """Draw bars side by side; `groups` are (legend, colour, one value a name), x runs from 0 to len(names)."""
    half = min(46.0, 0.36 * (axes.x_of(1) - axes.x_of(0)) / len(groups))
    for place, name in enumerate(names):
        centre = axes.x_of(place + 0.5)
        for number, (_legend, colour, values) in enumerate(groups):
            x = centre + (number - (len(groups) - 1) / 2) * (2 * half + 6)
            top = axes.y_of(values[place])
            axes.sheet.rect((x - half, top, x + half, axes.y_of(axes.y_range[0])), colour)
            axes.sheet.text((x, top - 22), form.format(values[place]), 26, INK)
        axes.sheet.text((centre, axes.box[3] + 32), name, 27)
