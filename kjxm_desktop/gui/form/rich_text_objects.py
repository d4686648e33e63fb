"""What stands in prose and is not typed there: tables, pictures, formulas and citations, drawn as one piece."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontInfo,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPixmap,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import citation_numbers
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT, JSON_PROPERTY, RUN_OBJECT, told_by
from kjxm_desktop.gui.form.rich_text_tables import PAD, TableDrawing, caption_height, draw_caption
from kjxm_desktop.gui.form.set_formulas import SetFormula, SetFormulas
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

MOST_PICTURE_HEIGHT = 360
MOST_PICTURES_KEPT = 8
MOST_SIZES_KEPT = 500


class RichTextObjects(QPyTextObject):
    """Draws the objects of a document. Qt asks for the size of each, then for its drawing."""

    def __init__(self, session: Session, document: QTextDocument, formulas: SetFormulas | None = None) -> None:
        """Draw in `document`; `formulas` sets those of another document beside it as well."""
        super().__init__(document)
        self._session = session
        self._document = document
        self._pictures: dict[str, QPixmap] = {}
        self._shown: dict[tuple[object, ...], QPixmap] = {}
        self._numbers = citation_numbers.of(session)
        self._numbers.changed.connect(self._on_set_anew)
        self._formulas = formulas or SetFormulas(document)
        self._formulas.ready.connect(self._on_set_anew)
        self._sizes: dict[tuple[object, ...], QSizeF] = {}
        self._tables: TableDrawing | None = None

    @override
    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Return how large an object is in a document of this width; Qt asks that at every key, of every object."""
        if format.objectType() != BLOCK_OBJECT:
            told, metrics = told_by(format), QFontMetricsF(theme.font("prose"))
            if "formula" in told:
                return self._inline_size(told, format)
            return QSizeF(metrics.horizontalAdvance(self._run_text(told)) + 2 * PAD, metrics.height())
        looks = (format.stringProperty(JSON_PROPERTY), doc.textWidth(), QApplication.font().key())
        size = self._sizes.get(looks)
        if size is None:
            if len(self._sizes) >= MOST_SIZES_KEPT:
                self._sizes.clear()
            size = self._sizes[looks] = self.block_size(format, doc)
        return size

    def _block_size(self, made: QTextFormat, width: float) -> QSizeF:
        told = told_by(made)
        match told["type"]:
            case "table":
                return QSizeF(width, self.tables.height(made, width))
            case "picture":
                size = self._picture_size(told, width)
                return QSizeF(width, size.height() + caption_height(told.get("caption", ""), width) + 2 * PAD)
            case _:
                formula = self._formula(told, width)
                height = formula.outline.ascent + formula.outline.descent if formula else 0.0
                return QSizeF(width, max(QFontMetricsF(theme.font("prose")).height(), height) + 4 * PAD)

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
            self.tables.draw(painter, rect, format)
        elif told["type"] == "picture":
            self._draw_picture(painter, rect, told)
        else:
            self._draw_formula(painter, rect, told)
        painter.restore()

    @property
    def tables(self) -> TableDrawing:
        """Return what draws the tables; made with the first one."""
        if self._tables is None:
            cell = QTextDocument(self._document)
            self._tables = TableDrawing(cell)
            _register(cell, RichTextObjects(self._session, cell, self._formulas))
        return self._tables

    def block_size(self, made: QTextFormat, doc: QTextDocument) -> QSizeF:
        """Return how large a table, a picture or a formula on its own is drawn."""
        return self._block_size(made, max(120.0, doc.textWidth() - 4 * PAD))

    # ---- within a line

    def _run_text(self, run: Json) -> str:
        return self._numbers.words(str(run["cite"]))

    def _draw_run(self, painter: QPainter, rect: QRectF, run: Json) -> None:
        painter.setFont(theme.font("prose"))
        painter.setPen(theme.colour("accent"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._run_text(run))

    # ---- formulas: set, or their source where that cannot be

    def _on_set_anew(self) -> None:
        if self._tables is not None:
            self._tables.forget()
        self._sizes.clear()
        self._document.markContentsDirty(0, self._document.characterCount())

    def _formula(self, told: Json, width: float | None = None) -> SetFormula | None:
        size = QFontInfo(theme.font("prose")).pixelSize()
        latex = str(told.get("formula", told.get("latex", "")))
        return self._formulas.get(latex, size, display="formula" not in told, most_px=width)

    def _inline_size(self, run: Json, made: QTextFormat) -> QSizeF:
        formula, metrics, half = self._formula(run), QFontMetricsF(_source_font()), _half_x(made)
        above, below = metrics.ascent(), metrics.descent()
        width = metrics.horizontalAdvance(str(run["formula"])) + 2 * PAD
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
        painter.drawText(QPointF(rect.left() + PAD, base), str(run["formula"]))

    def _draw_formula(self, painter: QPainter, rect: QRectF, block: Json) -> None:
        formula = self._formula(block, rect.width())
        if formula is None:
            _draw_source(painter, rect.adjusted(0, PAD, 0, -PAD), str(block.get("latex", "")))
            return
        outline = formula.outline
        base = rect.center().y() + (outline.ascent - outline.descent) / 2
        place = QPointF(rect.center().x() - outline.width / 2, base)
        formula.draw(painter, place, theme.colour("text"))

    # ---- pictures

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

    def _scaled(self, sha256: str, size: QSize, scale: float) -> QPixmap:
        """Return a picture in the size it is shown in: made once, for each key above draws it anew, somewhere else."""
        key = (sha256, size.toTuple(), scale)
        if key not in self._shown:
            if len(self._shown) >= MOST_PICTURES_KEPT:
                self._shown.pop(next(iter(self._shown)))
            modes = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            made = self._picture(sha256).scaled(size, *modes)
            made.setDevicePixelRatio(scale)
            self._shown[key] = made
        return self._shown[key]

    def _draw_picture(self, painter: QPainter, rect: QRectF, block: Json) -> None:
        picture = self._picture(str(block.get("media", "")))
        size = self._picture_size(block, rect.width())
        place = QRectF(rect.x() + (rect.width() - size.width()) / 2, rect.y() + PAD, size.width(), size.height())
        if picture.isNull():
            _draw_lost(painter, place)
        else:
            scale = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.topLeft(), self._scaled(str(block["media"]), (size * scale).toSize(), scale))
        caption = str(block.get("caption", ""))
        room = QRectF(rect.x(), place.bottom() + PAD, rect.width(), rect.bottom() - place.bottom())
        draw_caption(painter, room, caption, caption)


def _draw_lost(painter: QPainter, place: QRectF) -> None:
    painter.setPen(theme.colour("line"))
    painter.drawRect(place)
    painter.setPen(theme.colour("quiet"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, strings.text("gui_form.rich.lost_picture"))


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
    _register(document, drawing)
    return drawing


def _register(document: QTextDocument, drawing: RichTextObjects) -> None:
    for kind in (BLOCK_OBJECT, RUN_OBJECT):
        document.documentLayout().registerHandler(kind, drawing)
