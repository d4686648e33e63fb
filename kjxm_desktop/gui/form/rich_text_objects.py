"""What stands in prose and is not typed there: tables, pictures, formulas and citations, drawn as one piece."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QMargins, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT, JSON_PROPERTY, RUN_OBJECT, told_by
from kjxm_desktop.gui.form.set_formulas import SetFormula, SetFormulas
from kjxm_desktop.gui.labels import wrapping
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

MOST_ROWS = 40
"""So many rows of a table are drawn; the rest is told as a number."""
MOST_PICTURE_HEIGHT = 360
MOST_TABLES_KEPT = 8
MOST_PIXELS_KEPT = 4_000_000
"""Pictures of tables are kept, so many and each so large at most; a larger one is drawn at each key."""
MOST_SIZES_KEPT = 500
_PAD = 4.0


class RichTextObjects(QPyTextObject):
    """Draws the objects of a document. Qt asks for the size of each, then for its drawing."""

    def __init__(self, session: Session, document: QTextDocument) -> None:
        super().__init__(document)
        self._session = session
        self._pictures: dict[str, QPixmap] = {}
        self._numbers: dict[str, tuple[Json, dict[str, int]]] = {}
        self._tables: dict[tuple[object, ...], QPixmap] = {}
        self._formulas = SetFormulas(document)
        self._formulas.ready.connect(self._on_formulas_set)
        self._sizes: dict[tuple[object, ...], QSizeF] = {}

    @override
    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Return how large an object is in a document of this width; Qt asks that at every key, of every object."""
        if format.objectType() != BLOCK_OBJECT:
            told, metrics = told_by(format), QFontMetricsF(theme.font("prose"))
            if "formula" in told:
                return self._inline_size(told, format)
            return QSizeF(metrics.horizontalAdvance(self._run_text(told)) + 2 * _PAD, metrics.height())
        looks = (format.stringProperty(JSON_PROPERTY), doc.textWidth(), QApplication.font().key())
        size = self._sizes.get(looks)
        if size is None:
            if len(self._sizes) >= MOST_SIZES_KEPT:
                self._sizes.clear()
            size = self._sizes[looks] = self._block_size(format, max(120.0, doc.textWidth() - 4 * _PAD))
        return size

    def _block_size(self, made: QTextFormat, width: float) -> QSizeF:
        told = told_by(made)
        match told["type"]:
            case "table":
                return QSizeF(width, _table_height(told, self._row_heights(made, width), width))
            case "picture":
                size = self._picture_size(told, width)
                return QSizeF(width, size.height() + _caption_height(told.get("caption", ""), width) + 2 * _PAD)
            case _:
                formula = self._formula(told, width)
                height = formula.outline.ascent + formula.outline.descent if formula else 0.0
                return QSizeF(width, max(QFontMetricsF(theme.font("prose")).height(), height) + 4 * _PAD)

    @override
    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, posInDocument: int, format: QTextFormat
    ) -> None:
        """Draw an object."""
        told, rect = told_by(format), QRectF(rect)
        painter.save()
        if "formula" in told:
            self._draw_inline(painter, rect, told, format)
        elif format.objectType() != BLOCK_OBJECT:
            self._draw_run(painter, rect, told)
        elif told["type"] == "table":
            self._draw_table(painter, rect, format)
        elif told["type"] == "picture":
            self._draw_picture(painter, rect, told)
        else:
            self._draw_formula(painter, rect, told)
        painter.restore()

    # ---- within a line

    def _run_text(self, run: Json) -> str:
        number = self._row_number(str(run["cite"]))
        return f"[{number}]" if number else strings.text("gui_form.rich.lost_cite")

    def _row_number(self, row_id: str) -> int | None:
        """Return the number of the row of some table that has this id: what a citation is written as."""
        for control in self._session.form.controls:
            if control.kind == "table":
                rows: list[dict[str, Json]] | None = self._session.value(control.pointer)
                known = self._numbers.get(control.pointer)
                if known is None or known[0] is not rows:
                    known = (rows, {str(row.get("id")): at for at, row in enumerate(rows or (), 1)})
                    self._numbers[control.pointer] = known
                if row_id in known[1]:
                    return known[1][row_id]
        return None

    def _draw_run(self, painter: QPainter, rect: QRectF, run: Json) -> None:
        painter.setFont(theme.font("prose"))
        painter.setPen(theme.colour("accent"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._run_text(run))

    # ---- formulas: set, or their source where that cannot be

    def _on_formulas_set(self) -> None:
        document = self._formulas.parent()
        if isinstance(document, QTextDocument):
            self._sizes.clear()
            document.markContentsDirty(0, document.characterCount())

    def _formula(self, told: Json, width: float | None = None) -> SetFormula | None:
        size = QFontInfo(theme.font("prose")).pixelSize()
        latex = str(told.get("formula", told.get("latex", "")))
        return self._formulas.get(latex, size, display="formula" not in told, most_px=width)

    def _inline_size(self, run: Json, made: QTextFormat) -> QSizeF:
        formula, metrics, half = self._formula(run), QFontMetricsF(_source_font()), _half_x(made)
        above, below = metrics.ascent(), metrics.descent()
        width = metrics.horizontalAdvance(str(run["formula"])) + 2 * _PAD
        if formula:
            above, below = max(above, formula.outline.ascent), max(below, formula.outline.descent)
            width = formula.outline.width
        return QSizeF(width, max(2 * above - half, 2 * below + half))

    def _draw_inline(self, painter: QPainter, rect: QRectF, run: Json, made: QTextFormat) -> None:
        base = rect.top() + (rect.height() + _half_x(made)) / 2
        formula = self._formula(run)
        if formula:
            formula.draw(painter, QPointF(rect.left(), base), theme.colour("text"))
            return
        metrics = QFontMetricsF(_source_font())
        ground = QRectF(rect.x(), base - metrics.ascent(), rect.width(), metrics.height())
        painter.fillRect(ground, theme.colour("shade"))
        painter.setFont(_source_font())
        painter.setPen(theme.colour("text"))
        painter.drawText(QPointF(rect.left() + _PAD, base), str(run["formula"]))

    def _draw_formula(self, painter: QPainter, rect: QRectF, block: Json) -> None:
        formula = self._formula(block, rect.width())
        if formula is None:
            _draw_source(painter, rect.adjusted(0, _PAD, 0, -_PAD), str(block.get("latex", "")))
            return
        outline = formula.outline
        base = rect.center().y() + (outline.ascent - outline.descent) / 2
        place = QPointF(rect.center().x() - outline.width / 2, base)
        formula.draw(painter, place, theme.colour("text"))

    # ---- tables and pictures

    def _draw_table(self, painter: QPainter, rect: QRectF, made: QTextFormat) -> None:
        """Draw a table from the picture kept of it: each key in the text above draws it anew, somewhere else."""
        scale = painter.device().devicePixelRatioF()
        looks = (
            made.stringProperty(JSON_PROPERTY),
            rect.size().toTuple(),
            scale,
            theme.is_dark(),
            QApplication.font().key(),
        )
        if rect.width() * rect.height() * scale**2 > MOST_PIXELS_KEPT:
            _draw_table(painter, rect, told_by(made), self._row_heights(made, rect.width()))
            return
        if looks not in self._tables:
            if len(self._tables) >= MOST_TABLES_KEPT:
                self._tables.pop(next(iter(self._tables)))
            self._tables[looks] = self._table_picture(rect, made, scale)
        painter.drawPixmap(rect.topLeft(), self._tables[looks])

    def _table_picture(self, rect: QRectF, made: QTextFormat, scale: float) -> QPixmap:
        picture = QPixmap((rect.size() * scale).toSize().grownBy(QMargins(0, 0, 1, 1)))
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        place = QRectF(QPointF(0, 0), rect.size())
        _draw_table(painter, place, told_by(made), self._row_heights(made, rect.width()))
        painter.end()
        return picture

    @staticmethod
    def _row_heights(made: QTextFormat, width: float) -> tuple[float, ...]:
        return _row_heights(made.stringProperty(JSON_PROPERTY), width, QApplication.font().key())

    def _picture(self, sha256: str) -> QPixmap:
        if sha256 not in self._pictures:
            made = QPixmap()
            made.loadFromData(self._session.media(sha256) or b"")
            self._pictures[sha256] = made
        return self._pictures[sha256]

    def _picture_size(self, block: Json, width: float) -> QSizeF:
        picture = self._picture(str(block.get("media", "")))
        if picture.isNull():
            return QSizeF(width, 60)
        size = QSizeF(picture.size())
        if size.width() > width or size.height() > MOST_PICTURE_HEIGHT:
            size.scale(QSizeF(width, MOST_PICTURE_HEIGHT), Qt.AspectRatioMode.KeepAspectRatio)
        return size

    def _draw_picture(self, painter: QPainter, rect: QRectF, block: Json) -> None:
        picture = self._picture(str(block.get("media", "")))
        size = self._picture_size(block, rect.width())
        place = QRectF(rect.x() + (rect.width() - size.width()) / 2, rect.y() + _PAD, size.width(), size.height())
        if picture.isNull():
            _draw_lost(painter, place)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(place, picture, QRectF(picture.rect()))
        _draw_caption(painter, rect, place.bottom(), str(block.get("caption", "")))


def _draw_lost(painter: QPainter, place: QRectF) -> None:
    painter.setPen(theme.colour("line"))
    painter.drawRect(place)
    painter.setPen(theme.colour("quiet"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, strings.text("gui_form.rich.lost_picture"))


def _caption_height(caption: str, width: float) -> float:
    if not caption:
        return 0.0
    return _height(QFontMetricsF(theme.font("hint")), width, caption) + _PAD


def _height(metrics: QFontMetricsF, width: float, text: str) -> float:
    return metrics.boundingRect(QRectF(0, 0, width, 2000), int(wrapping(metrics, width, text)), text).height()


def _draw_caption(painter: QPainter, rect: QRectF, top: float, caption: str) -> None:
    if caption:
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.colour("quiet"))
        room = QRectF(rect.x(), top + _PAD, rect.width(), rect.bottom() - top)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, caption
        )


# ---- tables


def _cell_font(block: Json, row: int) -> QFont:
    font = theme.font("body")
    font.setBold(bool(block.get("header")) and row == 0)
    return font


@lru_cache(maxsize=256)
def _row_heights(told: str, width: float, _font: str) -> tuple[float, ...]:
    """Return how high the rows are of the table that `told` is the JSON of: Qt asks several times for each key."""
    block: Json = json.loads(told)
    rows: Sequence[Sequence[Json]] = block["rows"][:MOST_ROWS]
    column = width / max(1, len(rows[0]))
    heights: list[float] = []
    for at, row in enumerate(rows):
        metrics = QFontMetricsF(_cell_font(block, at))
        room = column - 2 * _PAD
        heights.append(max(_height(metrics, room, cell_text(cell) or " ") for cell in row) + 2 * _PAD)
    return tuple(heights)


def _table_height(block: Json, heights: Sequence[float], width: float) -> float:
    more = QFontMetricsF(theme.font("hint")).height() if len(block["rows"]) > MOST_ROWS else 0.0
    return sum(heights) + _caption_height(block.get("caption", ""), width) + more + 2 * _PAD


def _draw_table(painter: QPainter, rect: QRectF, block: Json, heights: Sequence[float]) -> None:
    y = rect.y()
    if caption := str(block.get("caption", "")):
        _draw_caption(painter, rect, y - _PAD, caption)
        y += _caption_height(caption, rect.width())
    edge, text, shade = QPen(theme.colour("hairline"), 1), theme.colour("text"), theme.colour("shade")
    for at, (row, height) in enumerate(zip(block["rows"], heights, strict=False)):
        width = rect.width() / len(row)
        painter.setFont(_cell_font(block, at))
        metrics = QFontMetricsF(painter.font())
        for across, cell in enumerate(row):
            place = QRectF(rect.x() + across * width, y, width, height)
            if block.get("header") and at == 0:
                painter.fillRect(place, shade)
            painter.setPen(edge)
            painter.drawRect(place)
            painter.setPen(text)
            room = place.adjusted(_PAD, _PAD, -_PAD, -_PAD)
            painter.drawText(room, int(wrapping(metrics, room.width(), cell_text(cell))), cell_text(cell))
        y += height
    if len(block["rows"]) > MOST_ROWS:
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.colour("quiet"))
        told = strings.text("gui_form.rich.more_rows", count=len(block["rows"]) - MOST_ROWS)
        painter.drawText(QRectF(rect.x(), y, rect.width(), rect.bottom() - y), Qt.AlignmentFlag.AlignLeft, told)


def cell_text(runs: Sequence[Json]) -> str:
    """Return what a cell says, formulas as their source."""
    return "".join(str(run.get("text", run.get("formula", ""))) for run in runs)


# ---- formulas


def _source_font() -> QFont:
    font = theme.font("prose")
    font.setItalic(True)
    return font


def _half_x(made: QTextFormat) -> float:
    """Return half the height of an x as Qt takes it for what it sets in the middle of a line."""
    return QFontMetrics(made.toCharFormat().font()).xHeight() / 2


def _draw_source(painter: QPainter, place: QRectF, latex: str) -> None:
    painter.fillRect(place, theme.colour("shade"))
    painter.setFont(_source_font())
    painter.setPen(theme.colour("text"))
    text = painter.fontMetrics().elidedText(latex, Qt.TextElideMode.ElideRight, int(place.width()))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def draw_in(session: Session, document: QTextDocument) -> RichTextObjects:
    """Let `document` draw its objects, and return what draws them: it must live as long as the document."""
    drawing = RichTextObjects(session, document)
    for kind in (BLOCK_OBJECT, RUN_OBJECT):
        document.documentLayout().registerHandler(kind, drawing)
    return drawing
