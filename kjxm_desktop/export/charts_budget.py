"""Amounts as bars: one bar a category with its share, or bars stacked of several sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kjxm_desktop.export.blocks import Drawing, Line, Shape
from kjxm_desktop.export.charts import (
    HAIR_MM,
    INK,
    QUIET,
    RULE,
    SMALL_PT,
    TEXT_PT,
    bar,
    legend,
    lengths,
    look_of,
    percent,
    plate,
    scale,
    tick,
)
from kjxm_desktop.export.charts_type import box_of, broken, stacked, width_of

Amounts = Mapping[tuple[str, str], Decimal]
"""Amounts by group and series."""

_LEAST_MM = 0.35  # what little is anything shows as
_LABEL_SHARE = 0.3
_ROW_MM, _ROW_LINE_MM = 6.6, 3.6
_ROW_BAR_MM = 4.0
_GAP_MM = 3.0
_HEAD_MM = 5.2
_PLOT_MM = 42.0
_THICKEST_MM = 18.0
_MOST_UPRIGHT = 12
_PLATE_MM = 2.9  # the height of a slice that its value fits in


@dataclass(frozen=True)
class Terms:
    """How amounts are told: in figures by `figure`, in `unit`, their sum under the name `total`."""

    figure: Callable[[Decimal], str]
    unit: str
    total: str


def bars(values: Sequence[tuple[str, Decimal]], width_mm: float, height_mm: float, terms: Terms) -> list[Drawing]:
    """Return a row for each value: its name, a bar, the amount and its share of the whole; the sum stands below.

    What is higher than `height_mm` goes on in further drawings on the same scale.
    """
    whole = sum((value for _, value in values), Decimal(0))
    told = [_Row(name, (value,), (terms.figure(value), percent(value, whole))) for name, value in values]
    sums = _Row(terms.total, (), (terms.figure(whole), "100%" if whole else ""))
    return _rows(told, sums, ("", terms.unit, ""), (), width_mm, height_mm)


def stacked_bars(
    groups: Sequence[str],
    series: Sequence[str],
    amounts: Amounts,
    width_mm: float,
    height_mm: float,
    terms: Terms,
) -> list[Drawing]:
    """Return a bar for each group, a slice for each series, with a legend and the sums.

    The bars stand upright where they and their names have room, else they lie and may go on in further drawings.
    """
    slices = [tuple(amounts.get((group, name), Decimal(0)) for name in series) for group in groups]
    sums = [sum(told, Decimal(0)) for told in slices]
    upright = _Upright.of(groups, sums, width_mm, terms)
    if upright is not None:
        return [upright.drawn(slices, series)]
    told = [
        _Row(group, values, (terms.figure(total),)) for group, values, total in zip(groups, slices, sums, strict=True)
    ]
    whole = _Row(terms.total, (), (terms.figure(sum(sums, Decimal(0))),))
    return _rows(told, whole, ("", terms.unit), series, width_mm, height_mm)


# --- bars that lie --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    """A row: its name, the slices of its bar, and what stands in the columns at the right."""

    name: str
    slices: tuple[Decimal, ...]
    cells: tuple[str, ...]


class _Columns:
    """Where the columns of lying bars stand, and how long the bars are."""

    def __init__(self, rows: Sequence[_Row], sums: _Row, heads: Sequence[str], width_mm: float) -> None:
        self.width_mm = width_mm
        widest = max(width_of(row.name, TEXT_PT) for row in (*rows, sums))
        self.label_mm = min(widest + 0.5, width_mm * _LABEL_SHARE)
        self.left = self.label_mm + 2.0
        self.rights: list[float] = []
        right = width_mm - 0.5
        for at in range(len(sums.cells) - 1, -1, -1):
            self.rights.insert(0, right)
            told = [width_of(row.cells[at], SMALL_PT) for row in rows]
            right -= max(*told, width_of(sums.cells[at], SMALL_PT, bold=True), width_of(heads[at + 1], SMALL_PT))
            right -= _GAP_MM
        self.room = max(right - self.left, 1.0)
        most = max((sum(row.slices, Decimal(0)) for row in rows), default=Decimal(0))
        self.mm_per_unit = Decimal(repr(self.room)) / most if most > 0 else Decimal(0)

    def lines(self, row: _Row) -> list[str]:
        """Return the name of a row in lines."""
        return broken(row.name, self.label_mm - 0.5, TEXT_PT)

    def height(self, row: _Row) -> float:
        """Return how high a row is."""
        return _ROW_MM + _ROW_LINE_MM * (len(self.lines(row)) - 1)

    def row(self, row: _Row, top: float, *, bold: bool = False) -> Iterator[Shape]:
        """Yield the row that begins at `top`."""
        middle = top + self.height(row) / 2
        yield from stacked(self.lines(row), self.label_mm, middle, TEXT_PT, "end", bold=bold, colour=INK)
        x = self.left
        for order, long in enumerate(lengths(row.slices, self.mm_per_unit, self.room, _LEAST_MM)):
            if long > 0:
                yield from bar(x, middle - _ROW_BAR_MM / 2, long, _ROW_BAR_MM, look_of(order))
                x += long
        for right, cell in zip(self.rights, row.cells, strict=True):
            yield from stacked([cell], right, middle, SMALL_PT, "end", bold=bold, colour=INK)

    def head(self, heads: Sequence[str], middle: float) -> Iterator[Shape]:
        """Yield what the columns at the right are."""
        for right, head in zip(self.rights, heads[1:], strict=True):
            yield from stacked([head], right, middle, SMALL_PT, "end", colour=QUIET)


def _rows(
    rows: Sequence[_Row],
    sums: _Row,
    heads: Sequence[str],
    series: Sequence[str],
    width_mm: float,
    height_mm: float,
) -> list[Drawing]:
    """Return `rows` in drawings no higher than `height_mm`; the sums stand below the last."""
    columns = _Columns(rows, sums, heads, width_mm)
    shown, legend_mm = legend(series, 0.0, columns.left + columns.room) if series else ([], 0.0)
    head_mm = max(legend_mm, _HEAD_MM)
    made: list[Drawing] = []
    part: list[_Row] = []
    used = head_mm
    for row in (*rows, None):
        tall = columns.height(row) if row else 0.0
        ends = row is None or (part and used + tall + columns.height(sums) > height_mm)
        if ends:
            made.append(_part(part, sums if row is None else None, columns, heads, (shown, head_mm)))
            part, used = [], head_mm
        if row is not None:
            part.append(row)
            used += tall
    return made


def _part(
    rows: Sequence[_Row],
    sums: _Row | None,
    columns: _Columns,
    heads: Sequence[str],
    head: tuple[Sequence[Shape], float],
) -> Drawing:
    shown, top = head
    shapes: list[Shape] = [*shown, *columns.head(heads, top - _HEAD_MM / 2)]
    begin = top
    for row in rows:
        shapes += columns.row(row, top)
        top += columns.height(row)
    shapes.append(Line(columns.left, begin, columns.left, top, INK, HAIR_MM * 3))
    if sums is not None:
        shapes.append(Line(0, top + 0.3, columns.width_mm, top + 0.3, RULE, HAIR_MM * 2))
        shapes += columns.row(sums, top + 0.3, bold=True)
        top += columns.height(sums) + 0.3
    return Drawing(columns.width_mm, top, tuple(shapes))


# --- bars that stand ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Upright:
    """Bars that stand: their names in lines, their sums, the axis, and how much room each has."""

    names: tuple[list[str], ...]
    sums: tuple[Decimal, ...]
    step: Decimal
    ticks: int
    left: float
    room: float
    width_mm: float
    terms: Terms

    @classmethod
    def of(cls, groups: Sequence[str], sums: Sequence[Decimal], width_mm: float, terms: Terms) -> _Upright | None:
        """Return the bars of `groups`; None when they, their sums or their names have no room beside one another."""
        step, ticks = scale(max(sums))
        told = [tick(step * at) for at in range(ticks + 1)]
        left = max(*(width_of(text, SMALL_PT) for text in told), width_of(terms.unit, SMALL_PT)) + 2.5
        room = (width_mm - left) / len(groups)
        names = tuple(broken(group, room - 2, TEXT_PT) for group in groups)
        widest = max(width_of(terms.figure(value), SMALL_PT, bold=True) for value in sums)
        if len(groups) > _MOST_UPRIGHT or widest + 2 > room or any(lines[-1].endswith("…") for lines in names):
            return None
        return cls(names, tuple(sums), step, ticks, left, room, width_mm, terms)

    def drawn(self, slices: Sequence[Sequence[Decimal]], series: Sequence[str]) -> Drawing:
        """Return the chart: legend, axis, bars with their sums above and their names below."""
        shapes, top = legend(series, self.left, self.width_mm)
        top += 5.0
        bottom = top + _PLOT_MM
        shapes += self._axis(top)
        for at, values in enumerate(slices):
            shapes += self._bar(at, values, bottom)
        lines = max(len(lines) for lines in self.names)
        return Drawing(self.width_mm, bottom + 1.6 + _ROW_LINE_MM * lines, tuple(shapes))

    def _axis(self, top: float) -> Iterator[Shape]:
        for at in range(self.ticks + 1):
            y = top + _PLOT_MM * (1 - at / self.ticks)
            yield Line(self.left, y, self.width_mm, y, RULE if at else INK, HAIR_MM if at else HAIR_MM * 3)
            yield from stacked([tick(self.step * at)], self.left - 1.5, y, SMALL_PT, "end", colour=QUIET)
        yield from stacked([self.terms.unit], self.left - 1.5, top - 4.2, SMALL_PT, "end", colour=QUIET)

    def _bar(self, at: int, values: Sequence[Decimal], bottom: float) -> Iterator[Shape]:
        middle, base = self.left + (at + 0.5) * self.room, bottom
        thick = min(self.room * 0.55, _THICKEST_MM)
        mm_per_unit = Decimal(repr(_PLOT_MM)) / (self.step * self.ticks)
        for order, tall in enumerate(lengths(values, mm_per_unit, _PLOT_MM, _LEAST_MM)):
            if tall <= 0:
                continue
            base -= tall
            yield from bar(middle - thick / 2, base, thick, tall, look_of(order))
            told = self.terms.figure(values[order])
            alone = values[order] == self.sums[at]  # the sum above says it
            if not alone and tall >= _PLATE_MM + 0.8 and width_of(told, SMALL_PT) + 1.6 <= thick:
                yield from _value(told, middle, base + tall / 2)
        yield from _value(self.terms.figure(self.sums[at]), middle, base - 2.0, bold=True)
        lines = self.names[at]
        yield from stacked(lines, middle, bottom + 1.2 + _ROW_LINE_MM * len(lines) / 2, TEXT_PT, "middle", colour=INK)


def _value(told: str, middle: float, y: float, *, bold: bool = False) -> Iterator[Shape]:
    for label in stacked([told], middle, y, SMALL_PT, "middle", bold=bold, colour=INK):
        left, top, right, bottom = box_of(label)
        yield from plate(label, (left - 0.5, top - 0.1, right + 0.5, bottom + 0.1))
