"""The time plan: a row for each piece of work, bars over a calendar, in as many drawings as pages need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from kjxm_desktop.export.blocks import Drawing, Line, Rect, Shape, Spot
from kjxm_desktop.export.charts import (
    DARK,
    EDGE_MM,
    FRAME_MM,
    HAIR_MM,
    INK,
    LIGHT,
    PAPER,
    QUIET,
    RULE,
    SMALL_PT,
    TEXT_PT,
    plate,
)
from kjxm_desktop.export.charts_type import box_of, broken, shortened, stacked, width_of

Month = tuple[int, int]
"""A year and a month from 1 to 12."""

_LABEL_SHARE = 0.38
_NUMBER_MM = 6.5
_TIE_SHARE = 0.12  # of the width, at most, for what a row belongs to
_YEAR_MM, _MONTH_MM = 5.2, 4.4
_ROW_MM, _LINE_MM = 6.4, 3.6
_BAR_MM = 3.6
_LEAST_LINE_MM = 4.5  # between two upright lines of the grid


@dataclass(frozen=True)
class Span:
    """One row: its number in the table it comes from, what is done, from when to when.

    Without `start` or `end` it has no bar; `note` then says why, else it stands at the bar. `tie` names what the row
    belongs to, "" for nothing.
    """

    number: int
    label: str
    start: Month | None
    end: Month | None
    note: str = ""
    tie: str = ""

    @property
    def has_bar(self) -> bool:
        """Tell whether it is drawn as a bar."""
        return self.start is not None and self.end is not None


@dataclass(frozen=True)
class _Calendar:
    """Where months stand: `origin` and the months after it from `left` on; months count from the year 0."""

    origin: int
    months: int
    left: float
    month_mm: float

    def x(self, month: int) -> float:
        """Return where `month` begins."""
        return self.left + (month - self.origin) * self.month_mm

    @property
    def step(self) -> int:
        """Return from how many months on the grid has an upright line: 1, 3, 6 or 12."""
        return next((step for step in (1, 3, 6) if step * self.month_mm >= _LEAST_LINE_MM), 12)

    @property
    def head_mm(self) -> float:
        """Return how high the calendar is: without months where only years have room."""
        return _YEAR_MM + (_MONTH_MM if self.step < 12 else 0.0)


def gantt(
    spans: Sequence[Span], width_mm: float, height_mm: float, year: str, part_mm: float | None = None
) -> list[Drawing]:
    """Return the time plan of `spans`, in their order, in drawings no higher than `height_mm` (of one row at least).

    A plan that is higher is drawn in parts no higher than `part_mm`, so that they fill pages together. `year` is how a
    year reads, with {year}. All drawings show the same calendar. None without any bar.
    """
    ends = [(_count(span.start), _count(span.end)) for span in spans if span.start and span.end]
    if not ends:
        return []
    origin, last = min(start for start, _ in ends), max(end for _, end in ends)
    left = width_mm * _LABEL_SHARE
    months = last - origin + 1
    calendar = _Calendar(origin, months, left, (width_mm - left) / months)
    tie_mm = min(max(width_of(span.tie, SMALL_PT) for span in spans), width_mm * _TIE_SHARE)
    rows = [_Row(span, left, tie_mm) for span in spans]
    room, part_room = height_mm - calendar.head_mm, (part_mm or height_mm) - calendar.head_mm
    return [_drawn(part, calendar, width_mm, year) for part in _parts(rows, room, part_room)]


class _Row:
    """A row with its label in lines: how high it is, and how it is drawn."""

    def __init__(self, span: Span, left: float, tie_mm: float) -> None:
        self.span = span
        self._tie_mm = tie_mm
        self._lines = broken(span.label, left - _NUMBER_MM - 2.5 - (tie_mm + 1.5 if tie_mm else 0.0), TEXT_PT)
        self.height = _ROW_MM + _LINE_MM * (len(self._lines) - 1)

    def shapes(self, top: float, calendar: _Calendar, width_mm: float) -> Iterator[Shape]:
        """Yield number, label, tie and bar of the row that begins at `top`."""
        span, middle = self.span, top + self.height / 2
        yield from stacked([str(span.number)], _NUMBER_MM - 1.5, middle, TEXT_PT, "end", colour=QUIET)
        yield from stacked(self._lines, _NUMBER_MM, middle, TEXT_PT, colour=INK)
        if span.tie:
            tie = shortened(span.tie, self._tie_mm, SMALL_PT)
            yield from stacked([tie], calendar.left - 1.5, middle, SMALL_PT, "end", colour=QUIET)
        if span.start is None or span.end is None:
            note = shortened(span.note, width_mm - calendar.left - 3, SMALL_PT)
            yield from _on_plate(note, calendar.left + 1.5, middle, "start", QUIET)
            return
        x, end = calendar.x(_count(span.start)), calendar.x(_count(span.end) + 1)
        yield Rect(x, middle - _BAR_MM / 2, end - x, _BAR_MM, DARK, INK, EDGE_MM)
        yield from self._note(x, end, middle, calendar.left, width_mm)

    def spot(self, top: float, calendar: _Calendar) -> Spot:
        """Return where the row that begins at `top` stands, and its bar."""
        span = self.span
        if span.start is None or span.end is None:
            return Spot(span.number - 1, top, self.height)
        first, last = _count(span.start), _count(span.end)
        return Spot(span.number - 1, top, self.height, _BAR_MM, first, last, calendar.x(first), calendar.month_mm)

    def _note(self, x: float, end: float, middle: float, left: float, width_mm: float) -> Iterator[Shape]:
        """Yield the note behind the bar, else before it, else on it; none where there is no room."""
        wide = width_of(self.span.note, SMALL_PT)
        if not wide:
            return
        if end + wide + 2.0 <= width_mm:
            yield from _on_plate(self.span.note, end + 1.2, middle, "start", INK)
        elif x - wide - 2.0 >= left:
            yield from _on_plate(self.span.note, x - 1.2, middle, "end", INK)
        elif end - x >= wide + 2.0:
            yield from stacked([self.span.note], (x + end) / 2, middle, SMALL_PT, "middle", colour=PAPER)


def _on_plate(text: str, x: float, middle: float, anchor: str, colour: str) -> Iterator[Shape]:
    side = "end" if anchor == "end" else "start"
    for label in stacked([text], x, middle, SMALL_PT, side, colour=colour):
        left, top, right, bottom = box_of(label)
        yield from plate(label, (left - 0.4, top, right + 0.4, bottom))


def _parts(rows: Sequence[_Row], height_mm: float, part_mm: float) -> Iterator[Sequence[_Row]]:
    """Yield `rows` in one part where it is no higher than `height_mm`, else in parts of about one height.

    Those are no higher than `part_mm`.
    """
    whole = sum(row.height for row in rows)
    height_mm = height_mm if whole <= height_mm else min(part_mm, height_mm)
    count = max(ceil(whole / max(height_mm, 1.0) - 1e-9), 1)
    part: list[_Row] = []
    used = done = 0.0
    ended = 1
    for row in rows:
        full = used + row.height > height_mm or done + row.height / 2 > whole * ended / count + 1e-6
        if part and full:
            yield part
            part, used, ended = [], 0.0, ended + 1
        part.append(row)
        used += row.height
        done += row.height
    yield part


def _drawn(rows: Sequence[_Row], calendar: _Calendar, width_mm: float, year: str) -> Drawing:
    head = calendar.head_mm
    bottom = head + sum(row.height for row in rows)
    shapes: list[Shape] = [Rect(0, 0, width_mm, head, LIGHT)]
    shapes += _grid(calendar, bottom)
    shapes += _years(calendar, year)
    shapes += _month_numbers(calendar)
    spots: list[Spot] = []
    top = head
    for row in rows:
        shapes.append(Line(0, top, width_mm, top, RULE, HAIR_MM))
        shapes += row.shapes(top, calendar, width_mm)
        spots.append(row.spot(top, calendar))
        top += row.height
    shapes.append(Line(0, head, width_mm, head, INK, EDGE_MM))
    shapes.append(Line(calendar.left, 0, calendar.left, bottom, INK, EDGE_MM))
    shapes.append(Rect(0, 0, width_mm, bottom, "", INK, FRAME_MM))
    return Drawing(width_mm, bottom, tuple(shapes), spots=tuple(spots))


def _grid(calendar: _Calendar, bottom: float) -> Iterator[Shape]:
    """Yield an upright line before each year, a lighter one before each quarter, half-year or month."""
    for month in range(calendar.origin + 1, calendar.origin + calendar.months):
        x = calendar.x(month)
        if month % 12 == 0:
            yield Line(x, 0, x, bottom, RULE, FRAME_MM)
        elif month % calendar.step == 0:
            yield Line(x, _YEAR_MM, x, bottom, RULE, HAIR_MM)


def _years(calendar: _Calendar, year: str) -> Iterator[Shape]:
    """Yield the years, all in the longest form that a whole year has room for; a part too small for it has none."""
    first, last = calendar.origin, calendar.origin + calendar.months
    whole = min(calendar.months, 12) * calendar.month_mm
    told = year.replace("{year}", str(first // 12))
    short = next((text for text in (told, str(first // 12)) if width_of(text, TEXT_PT, bold=True) + 1 <= whole), "")
    for number in range(first // 12, (last - 1) // 12 + 1):
        x, end = calendar.x(max(number * 12, first)), calendar.x(min(number * 12 + 12, last))
        text = (year if short == told else "{year}" if short else "{short}").replace("{year}", str(number))
        text = text.replace("{short}", f"{number % 100:02d}")
        if width_of(text, TEXT_PT, bold=True) + 0.6 <= end - x:
            middle = _YEAR_MM / 2
            yield from stacked([text], (x + end) / 2, middle, TEXT_PT, "middle", bold=True, colour=INK)


def _month_numbers(calendar: _Calendar) -> Iterator[Shape]:
    """Yield the number of the month that each field of the grid begins with; of every month where there is room."""
    if calendar.step == 12:
        return
    step = 1 if calendar.month_mm >= width_of("12 ", SMALL_PT) else max(calendar.step, 3)
    for month in range(calendar.origin, calendar.origin + calendar.months):
        if month % step == 0:
            told = str(month % 12 + 1)
            x = calendar.x(month) + (calendar.month_mm / 2 if step == 1 else 0.7 + width_of(told, SMALL_PT) / 2)
            if x + width_of(told, SMALL_PT) / 2 <= calendar.x(calendar.origin + calendar.months):
                middle = _YEAR_MM + _MONTH_MM / 2 - 0.2
                yield from stacked([told], x, middle, SMALL_PT, "middle", colour=QUIET)


def _count(month: Month | None) -> int:
    """Return how many months `month` is after the beginning of the year 0."""
    return month[0] * 12 + month[1] - 1 if month else 0
