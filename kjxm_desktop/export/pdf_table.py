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
        return len(self.lines) * self.leading


@dataclass(frozen=True)
class _Strip:
    """A row that is set."""

    boxes: tuple[_Box, ...]
    look: TableStyle
    height: float
    top_aligned: bool = False


class TableSetter:
    """Sets tables and signature frames in the text area that begins at `left`."""

    def __init__(self, setter: Setter, style: PageStyle, draw: Draw) -> None:
        self._setter = setter
        self._style = style
        self._draw = draw
        self._page_height = style.text_height_mm / MM_PER_POINT

    def table(self, block: Table) -> list[Slab]:
        """Return a table: header rows repeat, only long rows split, a short table stays together."""
        look = self._style.table(block.style)
        header = [self._slab(self._strip(row, block, look), glued=True) for row in block.header]
        rows = [self._slab(self._strip(row, block, look), glued=_names_a_group(row)) for row in block.rows]
        if not header and not rows:
            return []
        repeated = sum(slab.height for slab in header) < self._page_height * _HIGHEST_HEADER
        short = sum(slab.height for slab in (*header, *rows)) < self._page_height * _SHORT_TABLE
        rows = [replace(slab, repeats=tuple(header) if repeated else ()) for slab in rows]
        # A single row at the top of a page looks lost, and so does one at its foot.
        for at in {len(rows) - 2, 0} if len(rows) > 2 else ():
            if not (rows[at].split or rows[at + 1].split):
                rows[at] = replace(rows[at], glued=True)
        told = [*header, *(replace(slab, glued=slab.glued or short, loose=not slab.glued) for slab in rows)]
        return [*told[:-1], replace(told[-1], glued=False, after=look.after_mm / MM_PER_POINT)]

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

    def _strip(self, row: Row, block: Table, look: TableStyle) -> _Strip:
        whole = self._style.text_width_mm / MM_PER_POINT
        width = whole * look.width
        x = self._style.left_mm / MM_PER_POINT + (whole - width) / 2
        boxes: list[_Box] = []
        at = 0
        for cell in row.cells:
            columns = block.columns[at : at + cell.span]
            wide = width * sum(column.share for column in columns)
            text = self._style.text(look.head if cell.head else look.text)
            align = cell.align or (text.align if cell.head else columns[0].align if columns else text.align)
            boxes.append(self._box(cell, text, (x, wide), align, look))
            x += wide
            at += cell.span
        return self._sized(boxes, look)

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
            fitting = max(int((inside + 0.01) / box.leading), 0)
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
            for at, (line, align) in enumerate(zip(box.lines, box.aligns, strict=True)):
                free = box.width - 2 * across - line.width
                x = box.x + across + (free if align == "right" else free / 2 if align == "center" else 0.0)
                self._draw(sheet, line, x, top + at * box.leading, box.leading)


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
