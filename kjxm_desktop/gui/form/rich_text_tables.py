"""Tables in prose as they are drawn: how high their rows are, where their cells stand, a picture kept of each row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QMargins, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QApplication

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import prose_table, rich_text_document
from kjxm_desktop.gui.form.rich_text_document import JSON_PROPERTY, told_by
from kjxm_desktop.gui.labels import wrapping

MOST_ROWS = 200
"""So many rows of a table are drawn; the rest is told as a number."""
MOST_KEPT = 400
MOST_PIXELS_KEPT = 2_000_000
"""Pictures of rows are kept, so many and each so large at most; a larger one is drawn at each key."""
PAD = 4.0

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class Shape:
    """Where the parts of a table stand, counted from its upper left corner in pixels."""

    width: float
    caption_height: float
    heights: tuple[float, ...]
    columns: int
    texts: tuple[str, ...] = ()
    """The JSON of each row: what its picture is known by."""

    def cell(self, row: int, column: int) -> QRectF:
        """Return where a cell stands; that of the row of the caption is the whole caption."""
        if row == prose_table.CAPTION:
            return QRectF(0, 0, self.width, self.caption_height)
        wide = self.width / self.columns
        top = self.caption_height + sum(self.heights[:row])
        return QRectF(column * wide, top, wide, self.heights[row])

    def at(self, place: QPointF) -> tuple[int, int]:
        """Return row and column of the cell nearest to a place."""
        column = min(max(int(place.x() // (self.width / self.columns)), 0), self.columns - 1)
        if place.y() < self.caption_height:
            return prose_table.CAPTION, 0
        below = self.caption_height
        for row, height in enumerate(self.heights):
            below += height
            if place.y() < below:
                return row, column
        return len(self.heights) - 1, column

    @property
    def height(self) -> float:
        """Return how high caption and rows are together."""
        return self.caption_height + sum(self.heights)


class TableDrawing:
    """Draws the tables of one document. `cell` is a document of its own that sets one cell at a time."""

    def __init__(self, cell: QTextDocument) -> None:
        self._cell = cell
        cell.setUndoRedoEnabled(False)
        cell.setDocumentMargin(0)
        cell.setDefaultTextOption(wrapping_option())
        self._heights: dict[tuple[object, ...], float] = {}
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._rows: dict[tuple[object, ...], QPixmap] = {}

    def forget(self) -> None:
        """Measure and draw everything anew: formulas are set now, or citations have other numbers."""
        for kept in (self._heights, self._shapes, self._rows):
            kept.clear()

    # ---- measures

    def shape(self, made: QTextFormat, width: float) -> Shape:
        """Return where the parts of the table stand that `made` carries; Qt asks several times for each key."""
        font = QApplication.font().key()
        key = (made.stringProperty(JSON_PROPERTY), width, font)
        shape = self._shapes.get(key)
        if shape is None:
            told = told_by(made)
            rows: Sequence[Sequence[Json]] = told["rows"][:MOST_ROWS]
            room = width / len(rows[0]) - 2 * PAD
            texts = tuple([json.dumps(row) for row in rows])
            heads = [bool(told.get("header")) and at == 0 for at in range(len(rows))]
            heights: list[float] = []
            for row, text, head in zip(rows, texts, heads, strict=True):
                of_row = (text, room, head, font)
                if of_row not in self._heights:
                    high = max([self._cell_height(runs, room, head, font) for runs in row])
                    _keep(self._heights, of_row, high + 2 * PAD, 20 * MOST_KEPT)
                heights.append(self._heights[of_row])
            caption = caption_height(caption_of(told), width)
            shape = Shape(width, caption, tuple(heights), len(rows[0]), texts)
            _keep(self._shapes, key, shape)
        return shape

    def height(self, made: QTextFormat, width: float) -> float:
        """Return how high a table is with all that is told of it."""
        more = QFontMetricsF(theme.font("hint")).height() if len(told_by(made)["rows"]) > MOST_ROWS else 0.0
        return self.shape(made, width).height + more + 2 * PAD

    def _cell_height(self, runs: Sequence[Json], room: float, head: bool, font: str) -> float:
        of_cell = (json.dumps(runs), room, head, font, "cell")
        if of_cell not in self._heights:
            _keep(self._heights, of_cell, self._set_cell(runs, room, head), 20 * MOST_KEPT)
        return self._heights[of_cell]

    def _set_cell(self, runs: Sequence[Json], room: float, head: bool) -> float:
        """Set a cell and return how high it is: Qt lays it out when it is asked for that."""
        wanted = cell_font(head)
        if self._cell.defaultFont() != wanted:
            self._cell.setDefaultFont(wanted)
        self._cell.setTextWidth(room)
        rich_text_document.fill_line(self._cell, runs, bold=head)
        return self._cell.size().height()

    # ---- drawing

    def draw(self, painter: QPainter, rect: QRectF, made: QTextFormat) -> None:
        """Draw a table, of its rows those that are to be seen."""
        told, shape = told_by(made), self.shape(made, rect.width())
        seen = painter.clipBoundingRect() if painter.hasClipping() else rect
        above = QRectF(rect.topLeft(), shape.cell(prose_table.CAPTION, 0).size())
        draw_caption(painter, above, caption_of(told), str(told.get("caption", "")))
        y = rect.y() + shape.caption_height
        for at, height in enumerate(shape.heights):
            place = QRectF(rect.x(), y, rect.width(), height)
            if place.adjusted(0, 0, 1, 1).intersects(seen):
                self._draw_row(painter, place, told["rows"][at], shape.texts[at], at == 0 and bool(told.get("header")))
            y += height
        if len(told["rows"]) > MOST_ROWS:
            painter.setFont(theme.font("hint"))
            painter.setPen(theme.colour("quiet"))
            words = strings.text("gui_form.rich.more_rows", count=len(told["rows"]) - MOST_ROWS)
            painter.drawText(QRectF(rect.x(), y, rect.width(), rect.bottom() - y), Qt.AlignmentFlag.AlignLeft, words)

    def _draw_row(self, painter: QPainter, place: QRectF, row: Sequence[Sequence[Json]], text: str, head: bool) -> None:
        """Draw a row from the picture kept of it: each key in the text above draws it anew, somewhere else."""
        scale = painter.device().devicePixelRatioF()
        if place.width() * place.height() * scale**2 > MOST_PIXELS_KEPT:
            self._set_row(painter, place, row, head)
            return
        looks = (text, place.size().toTuple(), head, scale, theme.is_dark(), QApplication.font().key())
        if looks not in self._rows:
            picture = QPixmap((place.size() * scale).toSize().grownBy(QMargins(0, 0, 1, 1)))
            picture.setDevicePixelRatio(scale)
            picture.fill(Qt.GlobalColor.transparent)
            inner = QPainter(picture)
            self._set_row(inner, QRectF(QPointF(0, 0), place.size()), row, head)
            inner.end()
            _keep(self._rows, looks, picture)
        painter.drawPixmap(place.topLeft(), self._rows[looks])

    def _set_row(self, painter: QPainter, place: QRectF, row: Sequence[Sequence[Json]], head: bool) -> None:
        width = place.width() / len(row)
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, theme.colour("text"))
        context.palette = palette  # pyright: ignore[reportAttributeAccessIssue]  (the bindings' types leave it out)
        for across, runs in enumerate(row):
            box = QRectF(place.x() + across * width, place.y(), width, place.height())
            if head:
                painter.fillRect(box, theme.colour("shade"))
            painter.setPen(QPen(theme.colour("hairline"), 1))
            painter.drawRect(box)
            self._set_cell(runs, width - 2 * PAD, head)
            painter.save()
            painter.translate(box.topLeft() + QPointF(PAD, PAD))
            self._cell.documentLayout().draw(painter, context)
            painter.restore()


def _keep(kept: dict[tuple[object, ...], Kept], key: tuple[object, ...], value: Kept, most: int = MOST_KEPT) -> None:
    """Keep a value, in the place of the oldest one where there are too many."""
    if len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[key] = value


def wrapping_option() -> QTextOption:
    """Return how the lines of a cell break."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def cell_font(head: bool) -> QFont:
    """Return in what type a cell is set; that of a header is bold."""
    font = theme.font("body")
    font.setBold(head)
    return font


def cell_text(runs: Sequence[Json]) -> str:
    """Return what a cell says, formulas as their source."""
    return "".join(str(run.get("text", run.get("formula", ""))) for run in runs)


# ---- captions


def caption_of(told: Json) -> str:
    """Return the caption of a table, or the words that stand in its place."""
    return str(told.get("caption", "")) or strings.text("gui_prose.table.no_caption")


def caption_height(caption: str, width: float) -> float:
    """Return how high a caption is; an empty one takes no room."""
    if not caption:
        return 0.0
    return text_height(QFontMetricsF(theme.font("hint")), width, caption) + PAD


def text_height(metrics: QFontMetricsF, width: float, text: str) -> float:
    """Return how high a text is when it is broken at that width."""
    return metrics.boundingRect(QRectF(0, 0, width, 2000), int(wrapping(metrics, width, text)), text).height()


def draw_caption(painter: QPainter, room: QRectF, words: str, caption: str) -> None:
    """Draw a caption in its room; words in the place of one are paler."""
    if not words:
        return
    painter.setFont(theme.font("hint"))
    painter.setPen(theme.colour("quiet" if caption else "line"))
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    painter.drawText(room, flags | wrapping(QFontMetricsF(painter.font()), room.width(), words), words)
