"""Charts as neutral shapes in millimetres: one drawing for the window, the DOCX and the PDF.

They are read in black and white: what differs by grey also differs by its hatching, and each bar says its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor, log10
from typing import Literal

from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect, Shape
from kjxm_desktop.export.page_style import MM_PER_POINT

SMALL_PT = 7.5
TEXT_PT = 8.5
INK, QUIET, RULE = "#1f2328", "#57606a", "#c4cad1"
DARK, MIDDLE, LIGHT = "#4d6a88", "#a9bbcd", "#e6ebf0"
_ASCENT = 0.35  # half the height of a Chinese character above the base line, in ems
_LATIN = r"[A-Za-z0-9.,%+/-]+(?: [A-Za-z/]{1,6}(?![A-Za-z]))?"  # a word, or a number with its unit
_WORD = re.compile(rf"[（《“‘]*(?:{_LATIN}|.)[、，。；：！？）》”’…]*", re.DOTALL)
_WIDE = set("—…“”‘’")
_NARROW = set("iljtfrI.,:;'|!()[] ")


@dataclass(frozen=True)
class Look:
    """How one series of bars is told apart: its ground and its hatching, "rising", "falling", "level" or ""."""

    fill: str
    hatch: str


LOOKS = (Look(DARK, ""), Look("#ffffff", "rising"), Look(MIDDLE, ""), Look("#ffffff", "level"), Look(LIGHT, "falling"))


@dataclass(frozen=True)
class Span:
    """One bar of a Gantt chart: from the beginning of one month to the end of another, each (year, month)."""

    label: str
    start: tuple[int, int]
    end: tuple[int, int]


def width_of(text: str, size_pt: float) -> float:
    """Return about how wide `text` is, in millimetres: close enough to break and to place labels."""
    ems = sum(1.0 if ord(sign) > 0x2E7F or sign in _WIDE else 0.32 if sign in _NARROW else 0.6 for sign in text)
    return ems * size_pt * MM_PER_POINT


def broken(text: str, width_mm: float, size_pt: float, lines: int) -> list[str]:
    """Return `text` in at most `lines` lines no wider than `width_mm`, about as long as one another.

    What does not fit ends in …. Numbers, their units and Latin words stay whole unless they are wider
    than the line; no line begins with a closing mark.
    """
    done = _filled(text, width_mm, size_pt, lines)
    if len(done) == 1 or done[-1].endswith("…"):
        return done
    evener = (_filled(text, width_mm * part / 20, size_pt, len(done)) for part in range(10, 20))
    return next((tried for tried in evener if not tried[-1].endswith("…")), done)


def _filled(text: str, width_mm: float, size_pt: float, lines: int) -> list[str]:
    """Return `text` in lines each as full as can be."""
    done = [""]
    for piece in _pieces(text, width_mm, size_pt):
        if not done[-1] or width_of(done[-1] + piece, size_pt) <= width_mm:
            done[-1] += piece
        elif len(done) == lines:
            return [*done[:-1], _shortened(done[-1] + piece, width_mm, size_pt)]
        else:
            done.append(piece.lstrip())
    return done


def _pieces(text: str, width_mm: float, size_pt: float) -> Iterator[str]:
    for word in _WORD.findall(text):
        if width_of(word, size_pt) <= width_mm:
            yield word
        else:
            yield from word


def _shortened(line: str, width_mm: float, size_pt: float) -> str:
    while line and width_of(line + "…", size_pt) > width_mm:
        line = line[:-1]
    return line + "…"


# --- Gantt ----------------------------------------------------------------------------------------------------------


def gantt(spans: Sequence[Span], width_mm: float) -> Drawing:
    """Return the time plan: a row for each span with its label, bars over months, years and quarters above."""
    label_mm = width_mm * 0.37
    first = min(span.start for span in spans)
    last = max(max(span.start, span.end) for span in spans)
    origin, months = first[0] * 12 + first[1] - 1, _months(first, last)
    month_mm = (width_mm - label_mm) / months
    labels = [broken(span.label, label_mm - 8, TEXT_PT, 2) for span in spans]
    tops = [10.0]
    for lines in labels:
        tops.append(tops[-1] + 6.0 + 3.4 * (len(lines) - 1))
    shapes = [*_calendar(origin, months, label_mm, month_mm), *_grid(origin, months, label_mm, month_mm, tops[-1])]
    for at, span in enumerate(spans):
        middle = (tops[at] + tops[at + 1]) / 2
        shapes.append(Line(0, tops[at + 1], width_mm, tops[at + 1], RULE, 0.1))
        shapes += [*_labels([str(at + 1)], 5, middle, "end"), *_labels(labels[at], 6.5, middle)]
        start = span.start[0] * 12 + span.start[1] - 1 - origin
        long = max(_months(span.start, span.end), 1) * month_mm
        shapes.append(Rect(label_mm + start * month_mm, middle - 1.7, long, 3.4, DARK, INK, 0.15))
    shapes += [Rect(0, 0, width_mm, tops[-1], "", INK, 0.25), Line(label_mm, 0, label_mm, tops[-1], INK, 0.25)]
    return Drawing(width_mm, tops[-1] + 0.5, tuple(shapes))


def _months(start: tuple[int, int], end: tuple[int, int]) -> int:
    return (end[0] - start[0]) * 12 + end[1] - start[1] + 1


def _calendar(origin: int, months: int, left: float, month_mm: float) -> Iterator[Shape]:
    yield Rect(0, 0, left + months * month_mm, 10, LIGHT)
    for year in range(origin // 12, (origin + months - 1) // 12 + 1):
        begin, end = max(year * 12 - origin, 0), min(year * 12 + 12 - origin, months)
        text = f"{year}年" if (end - begin) * month_mm >= width_of(f"{year}年", TEXT_PT) else ""
        yield Label(left + (begin + end) / 2 * month_mm, 4.2, text, TEXT_PT, "middle", bold=True, colour=INK)
    step = next((s for s in (1, 2, 3, 6, 12) if s * month_mm >= width_of("12 ", SMALL_PT)), 12)
    for month in range(months):
        if (origin + month) % step == 0:
            x = left + (month + 0.5) * month_mm
            yield Label(x, 8.6, str((origin + month) % 12 + 1), SMALL_PT, "middle", colour=QUIET)


def _grid(origin: int, months: int, left: float, month_mm: float, bottom: float) -> Iterator[Shape]:
    """Yield an upright line before each year, a lighter one before each quarter."""
    for month in range(1, months):
        x = left + month * month_mm
        if (origin + month) % 12 == 0:
            yield Line(x, 0, x, bottom, RULE, 0.25)
        elif (origin + month) % 3 == 0:
            yield Line(x, 5.4, x, bottom, RULE, 0.1, dashed=True)


def _labels(
    lines: Sequence[str], x: float, middle: float, anchor: Literal["start", "end"] = "start"
) -> Iterator[Shape]:
    """Yield `lines` as labels that stand around the height `middle`."""
    distance = TEXT_PT * MM_PER_POINT * 1.15
    base = middle + _ASCENT * TEXT_PT * MM_PER_POINT - distance * (len(lines) - 1) / 2
    for at, line in enumerate(lines):
        yield Label(x, base + at * distance, line, TEXT_PT, anchor, colour=INK)


# --- bars -----------------------------------------------------------------------------------------------------------


def bars(values: Sequence[tuple[str, Decimal]], width_mm: float, unit: str) -> Drawing:
    """Return a row for each value, largest scale across: label, bar, value and its share of the whole."""
    row_mm = 8.0
    label_mm = min(max((width_of(name, TEXT_PT) for name, _ in values), default=0.0) + 4, width_mm * 0.24)
    most = max((value for _, value in values), default=Decimal(0)) or Decimal(1)
    whole = sum((value for _, value in values), Decimal(0)) or Decimal(1)
    told = [f"{value:.2f} {unit}（{_percent(value, whole)}）" for _, value in values]
    room = width_mm - label_mm - max((width_of(text, SMALL_PT) for text in told), default=0.0) - 3
    shapes: list[Shape] = []
    for at, (name, value) in enumerate(values):
        middle = (at + 0.5) * row_mm
        shapes += _labels(broken(name, label_mm - 3, TEXT_PT, 2), label_mm - 2, middle, "end")
        long = max(float(value / most), 0.0) * room
        shapes.append(Rect(label_mm, middle - 2.3, long, 4.6, DARK, INK, 0.15))
        shapes.append(Label(label_mm + long + 1.5, middle + 1.1, told[at], SMALL_PT, colour=INK))
    bottom = len(values) * row_mm
    shapes.append(Line(label_mm, 0, label_mm, bottom, INK, 0.3))
    return Drawing(width_mm, bottom + 0.5, tuple(shapes))


def _percent(value: Decimal, whole: Decimal) -> str:
    return f"{(value * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def stacked_bars(
    groups: Sequence[str], series: Sequence[str], values: Mapping[tuple[str, str], Decimal], width_mm: float, unit: str
) -> Drawing:
    """Return an upright bar for each group, one slice for each series, with a legend; `values` by (group, series)."""
    left, top, height = 14.0, 14.0, 38.0
    sums = [sum((values.get((group, name), Decimal(0)) for name in series), Decimal(0)) for group in groups]
    step, ticks = _scale(float(max(sums, default=Decimal(0))))
    mm_per_unit = height / (step * ticks)
    shapes = list(_axis(step, ticks, left, top, height, width_mm, unit))
    room = (width_mm - left) / max(len(groups), 1)
    thick = min(room * 0.5, 22.0)
    for at, group in enumerate(groups):
        middle, base = left + (at + 0.5) * room, top + height
        for order, name in enumerate(series):
            tall = float(values.get((group, name), Decimal(0))) * mm_per_unit
            if tall > 0:
                shapes += _slice(middle - thick / 2, base - tall, thick, tall, LOOKS[order % len(LOOKS)])
                base -= tall
                told = f"{values[group, name]:.2f}"
                if tall >= 3.4 and width_of(told, SMALL_PT) < thick - 2:
                    shapes += _plate(told, middle, base + tall / 2)
        shapes.append(Label(middle, base - 1.2, f"{sums[at]:.2f}", SMALL_PT, "middle", bold=True, colour=INK))
        for down, line in enumerate(broken(group, room - 1, TEXT_PT, 2)):
            shapes.append(Label(middle, top + height + 4.2 + 3.4 * down, line, TEXT_PT, "middle", colour=INK))
    shapes += _legend(series, left, width_mm)
    return Drawing(width_mm, top + height + 9.0, tuple(shapes))


def _scale(most: float) -> tuple[float, int]:
    """Return a round step and how many of them reach `most`: four to six of 1, 2 or 5 times a power of ten."""
    rough = max(most, 1e-6) / 5
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return step, max(ceil(most / step - 1e-9), 1)


def _axis(
    step: float, ticks: int, left: float, top: float, height: float, width_mm: float, unit: str
) -> Iterator[Shape]:
    for tick in range(ticks + 1):
        y = top + height * (1 - tick / ticks)
        yield Line(left, y, width_mm, y, INK if tick == 0 else RULE, 0.3 if tick == 0 else 0.1)
        yield Label(left - 1.5, y + 1.0, f"{step * tick:g}", SMALL_PT, "end", colour=QUIET)
    yield Label(left - 1.5, top - 3.2, unit, SMALL_PT, "end", colour=QUIET)


def _legend(series: Sequence[str], left: float, width_mm: float) -> Iterator[Shape]:
    room = (width_mm - left) / max(len(series), 1)
    for order, name in enumerate(series):
        text = broken(name, room - 9, TEXT_PT, 1)[0]
        x = left + order * min(room, 40.0)
        yield from _slice(x, 1.0, 5.0, 3.4, LOOKS[order % len(LOOKS)])
        yield Label(x + 6.5, 3.9, text, TEXT_PT, colour=INK)


def _plate(text: str, middle: float, y: float) -> Iterator[Shape]:
    """Yield a value on a white plate, so that no hatching runs through it."""
    wide = width_of(text, SMALL_PT) + 1
    yield Rect(middle - wide / 2, y - 1.5, wide, 3.0, "#ffffff")
    yield Label(middle, y + 1.0, text, SMALL_PT, "middle", colour=INK)


def _slice(x: float, y: float, width: float, height: float, look: Look) -> Iterator[Shape]:
    yield Rect(x, y, width, height, look.fill)
    yield from _hatching(x, y, width, height, look.hatch)
    yield Rect(x, y, width, height, "", INK, 0.15)


def _hatching(x: float, y: float, width: float, height: float, hatch: str) -> Iterator[Shape]:
    """Yield lines 1.4 mm apart that fill a rectangle and end at its edges."""
    if hatch == "level":
        for row in range(1, ceil(height / 1.4)):
            yield Line(x, y + row * 1.4, x + width, y + row * 1.4, INK, 0.12)
    elif hatch:
        for column in range(1, ceil((width + height) / 1.4)):
            run = column * 1.4
            x1, y1 = min(run, width), max(run - width, 0.0)
            x2, y2 = max(run - height, 0.0), min(run, height)
            if hatch == "falling":
                x1, x2 = width - x1, width - x2
            yield Line(x + x1, y + y1, x + x2, y + y2, INK, 0.12)
