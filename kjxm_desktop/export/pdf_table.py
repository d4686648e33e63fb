"""Rows of tables as slabs: grid, ground, padding, cells whose text never leaves them, long rows split between pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kjxm_desktop.export.blocks import Cell, Row, Signature, Table
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle, TableStyle, TextStyle
from kjxm_desktop.export.pdf_canvas import Sheet
from kjxm_desktop.export.pdf_flow import Slab
from kjxm_desktop.export.pdf_text import Line, Setter

_SHORT_ROW = 0.5  # a row below this share of the page does not split
_SHORT_TABLE = 0.35  # a table below it stays together, unless that leaves much of a page empty
_HIGHEST_HEADER = 0.5  # a header above it does not repeat
_LEAST_LINES = 3  # of a row that splits, at the foot of a page

_AIR = 0.1  # points of a cell that rounding may take
_FRAME_SPACE = 4 / MM_PER_POINT

Draw = Callable[[Sheet, Line, float, float, float], None]
"""Draws a line of text from x in a strip whose top is y and whose height is the third number."""


@dataclass(frozen=True)
class _Box:
    """A cell that is set: its lines, how far apart they are, and where it stands."""

    x: float
    width: float
    lines: tuple[Line, ...]
    leading: float
    aligns: tuple[str, ...]
    head: bool = False
    fill: str = ""

    def height(self) -> float:
        return sum(self.leading + line.extra for line in self.lines)

    def fitting(self, room: float) -> int:
        """Return how many of its lines fit in that height."""
        count = 0
        for line in self.lines:
            room -= self.leading + line.extra
            if room < -0.01:
                break
            count += 1
        return count


@dataclass(frozen=True)
class _Strip:
    """A row that is set."""

    boxes: tuple[_Box, ...]
    look: TableStyle
    height: float
    top_aligned: bool = False


@dataclass(frozen=True)
class _Grid:
    """How the cells of a table are set, and how wide its columns are."""

    look: TableStyle
    text: TextStyle
    head: TextStyle
    widths: tuple[float, ...]


class TableSetter:
    """Sets tables and signature frames in the text area that begins at `left`."""

    def __init__(self, setter: Setter, style: PageStyle, draw: Draw) -> None:
        self._setter = setter
        self._style = style
        self._draw = draw
        self._page_height = style.text_height_mm / MM_PER_POINT

    def table(self, block: Table) -> list[Slab]:
        """Return a table: header rows repeat, only long rows split, a short table stays together."""
        grid = self._grid(block)
        header = [self._slab(self._strip(row, block, grid), glued=True) for row in block.header]
        rows = [self._slab(self._strip(row, block, grid), glued=_names_a_group(row)) for row in block.rows]
        if not header and not rows:
            return []
        repeated = sum(slab.height for slab in header) < self._page_height * _HIGHEST_HEADER
        short = sum(slab.height for slab in (*header, *rows)) < self._page_height * _SHORT_TABLE
        rows = [replace(slab, repeats=tuple(header) if repeated else ()) for slab in rows]
        # A single row at the top of a page looks lost, and so does one at its foot.
        first = next((at for at, row in enumerate(block.rows) if not _names_a_group(row)), 0)
        for at in {len(rows) - 2, first} if len(rows) > first + 2 else ():
            if not (rows[at].split or rows[at + 1].split):
                rows[at] = replace(rows[at], glued=True)
        told = [*header, *(replace(slab, glued=slab.glued or short, loose=not slab.glued) for slab in rows)]
        return [*told[:-1], replace(told[-1], glued=False, after=grid.look.after_mm / MM_PER_POINT)]

    def signature(self, block: Signature) -> list[Slab]:
        """Return a framed place to sign."""
        look = TableStyle(padding_x_mm=4, padding_y_mm=2, row_height_mm=block.height_mm)
        left, width = self._style.left_mm / MM_PER_POINT, self._style.text_width_mm / MM_PER_POINT
        across = look.padding_x_mm / MM_PER_POINT
        lines: list[Line] = []
        aligns: list[str] = []
        leading = 0.0
        for told in block.paragraphs:
            text = self._style.text(told.style)
            made = self._setter.lines(told.runs, text, width - 2 * across)
            lines += made
            aligns += [text.align] * len(made)
            leading = max(leading, text.leading_pt)
        box = _Box(left, width, tuple(lines), leading, tuple(aligns))
        slab = self._slab(self._sized((box,), look))
        return [replace(slab, after=_FRAME_SPACE)]

    def _grid(self, block: Table) -> _Grid:
        """Return the columns of a table: each holds a character, and where they are too many all type is smaller."""
        look = self._style.table(block.style)
        text, head = self._style.text(look.text), self._style.text(look.head)
        width = self._style.text_width_mm / MM_PER_POINT * look.width
        least = max(text.size_pt, head.size_pt) + 2 * look.padding_x_mm / MM_PER_POINT + _AIR
        scale = min(1.0, width / (least * max(len(block.columns), 1)))
        widths = _at_least([width * column.share for column in block.columns], least * scale)
        narrow = replace(look, padding_x_mm=look.padding_x_mm * scale)
        return _Grid(narrow, _smaller(text, scale), _smaller(head, scale), tuple(widths))

    def _strip(self, row: Row, block: Table, grid: _Grid) -> _Strip:
        whole = self._style.text_width_mm / MM_PER_POINT
        x = self._style.left_mm / MM_PER_POINT + whole * (1 - grid.look.width) / 2
        boxes: list[_Box] = []
        at = 0
        for cell in row.cells:
            columns = block.columns[at : at + cell.span]
            wide = sum(grid.widths[at : at + cell.span])
            text = grid.head if cell.head else grid.text
            align = cell.align or (text.align if cell.head else columns[0].align if columns else text.align)
            boxes.append(self._box(cell, text, (x, wide), align, grid.look))
            x += wide
            at += cell.span
        return self._sized(boxes, grid.look)

    def _box(self, cell: Cell, text: TextStyle, place: tuple[float, float], align: str, look: TableStyle) -> _Box:
        x, wide = place
        room = max(wide - 2 * look.padding_x_mm / MM_PER_POINT, text.size_pt)
        lines = [
            line for runs in cell.paragraphs or ((),) for line in self._setter.lines(runs, text, room, align=align)
        ]
        return _Box(
            x,
            wide,
            tuple(lines),
            text.leading_pt,
            (align,) * len(lines),
            cell.head,
            look.head_fill if cell.head else "",
        )

    def _sized(self, boxes: Sequence[_Box], look: TableStyle) -> _Strip:
        tallest = max((box.height() for box in boxes), default=0.0)
        height = tallest + 2 * look.padding_y_mm / MM_PER_POINT
        return _Strip(tuple(boxes), look, max(height, look.row_height_mm / MM_PER_POINT))

    def _slab(self, strip: _Strip, *, glued: bool = False) -> Slab:
        tall = strip.height >= self._page_height * _SHORT_ROW
        if not tall or (strip.look.row_height_mm and strip.height <= self._page_height):
            return Slab(strip.height, lambda sheet, y: self._paint(sheet, y, strip), glued=glued)
        return self._splitting(replace(strip, top_aligned=True))

    def _splitting(self, strip: _Strip) -> Slab:
        """Return a row that may split after a few of its lines."""
        leading = max(box.leading for box in strip.boxes)
        least = _LEAST_LINES * leading + 2 * strip.look.padding_y_mm / MM_PER_POINT
        return Slab(
            strip.height,
            lambda sheet, y: self._paint(sheet, y, strip),
            split=lambda room: self._split(strip, room),
            least=min(least, strip.height),
        )

    def _split(self, strip: _Strip, room: float) -> tuple[Slab, Slab] | None:
        """Return the lines of a row that fit in `room`, and the others."""
        inside = room - 2 * strip.look.padding_y_mm / MM_PER_POINT
        upper: list[_Box] = []
        lower: list[_Box] = []
        for box in strip.boxes:
            fitting = box.fitting(inside)
            if 0 < len(box.lines) - fitting < 2 and fitting > 2:
                fitting -= 1  # no single line on the next page
            upper.append(replace(box, lines=box.lines[:fitting], aligns=box.aligns[:fitting]))
            lower.append(replace(box, lines=box.lines[fitting:], aligns=box.aligns[fitting:]))
        if not any(box.lines for box in upper) or not any(box.lines for box in lower):
            return None
        look = replace(strip.look, row_height_mm=0.0)
        first, rest = self._sized(upper, look), self._sized(lower, look)
        above = replace(first, top_aligned=True)
        slab = Slab(above.height, lambda sheet, y: self._paint(sheet, y, above))
        return slab, self._splitting(replace(rest, top_aligned=True))

    def _paint(self, sheet: Sheet, y: float, strip: _Strip) -> None:
        look = strip.look
        for box in strip.boxes:
            if box.fill:
                sheet.rect((box.x, y, box.width, strip.height), box.fill)
        for x1, y1, x2, y2 in _rules(strip, y):
            sheet.line((x1, y1), (x2, y2), look.line_pt)
        across, down = look.padding_x_mm / MM_PER_POINT, look.padding_y_mm / MM_PER_POINT
        for box in strip.boxes:
            from_top = strip.top_aligned or look.lines == "values"
            top = y + (down if from_top else (strip.height - box.height()) / 2)
            for line, align in zip(box.lines, box.aligns, strict=True):
                free = box.width - 2 * across - line.width
                x = box.x + across + (free if align == "right" else free / 2 if align == "center" else 0.0)
                self._draw(sheet, line, x, top, box.leading)
                top += box.leading + line.extra


def _smaller(style: TextStyle, scale: float) -> TextStyle:
    line_pt = style.line_pt * scale if style.line_pt is not None else None
    return replace(style, size_pt=style.size_pt * scale, line_pt=line_pt)


def _at_least(widths: Sequence[float], least: float) -> list[float]:
    """Return `widths`, none of them below `least`; the others give what that takes, and all together stay as wide."""
    grown = [max(width, least) for width in widths]
    excess, spare = sum(grown) - sum(widths), sum(width - least for width in grown)
    return [width - (width - least) * excess / spare if spare else width for width in grown]


def _names_a_group(row: Row) -> bool:
    """Tell whether a row is one line across the table that names the rows below it."""
    return len(row.cells) == 1 and row.cells[0].head and row.cells[0].span > 1


def _rules(strip: _Strip, y: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield the lines of a row."""
    bottom = y + strip.height
    if strip.look.lines == "values":
        for box in strip.boxes:
            if not box.head:
                yield box.x, bottom, box.x + box.width, bottom
    elif strip.look.lines == "all" and strip.boxes:
        start, end = strip.boxes[0].x, strip.boxes[-1].x + strip.boxes[-1].width
        yield start, y, end, y
        yield start, bottom, end, bottom
        for box in strip.boxes:
            yield box.x, y, box.x, bottom
        yield end, y, end, bottom
