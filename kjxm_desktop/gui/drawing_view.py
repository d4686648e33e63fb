"""A drawing of the document painted in the window: the same shapes as on paper, in the colours of the theme."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop.export import charts
from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect
from kjxm_desktop.export.charts_type import box_of
from kjxm_desktop.export.page_style import MM_PER_POINT
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override

_TOKENS: Final = {
    charts.INK: "text",
    charts.QUIET: "quiet",
    charts.RULE: "hairline",
    charts.PAPER: "surface",
    charts.DARK: "accent",
    charts.LIGHT: "shade",
}
_MIDDLE_SHARE: Final = 0.45  # of the accent in what is half as dark on paper
_ANCHORS: Final = {"start": 0.0, "middle": 0.5, "end": 1.0}
_LEAST_PX: Final = 1.0  # a line thinner than that is a shadow


class DrawingView(QWidget):
    """Shows a drawing as wide as there is room; assistive technology reads its alternative text."""

    def __init__(self, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = drawing
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_drawing(drawing)

    @property
    def drawing(self) -> Drawing:
        """Return what is shown."""
        return self._drawing

    def show_drawing(self, drawing: Drawing) -> None:
        """Show another drawing; the same one is not painted again."""
        self.setAccessibleName(drawing.alt)
        if drawing != self._drawing:
            resized = (drawing.width_mm, drawing.height_mm) != (self._drawing.width_mm, self._drawing.height_mm)
            self._drawing = drawing
            if resized:
                self.updateGeometry()
            self.update()

    @property
    def px_per_mm(self) -> float:
        """Return how large it is shown."""
        return max(min(self.width(), theme.PAGE_WIDTH) - 1, 1) / self._drawing.width_mm  # the frame is inside

    @override
    def hasHeightForWidth(self) -> bool:
        """Keep the proportions."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Return the height at that width: all of the drawing, and the edge of its last line."""
        return round(min(width, theme.PAGE_WIDTH) * self._drawing.height_mm / self._drawing.width_mm) + 1

    @override
    def sizeHint(self) -> QSize:
        """Ask for the width of a page."""
        return QSize(theme.PAGE_WIDTH, self.heightForWidth(theme.PAGE_WIDTH))

    @override
    def minimumSizeHint(self) -> QSize:
        """Be content with half of it."""
        return QSize(theme.PAGE_WIDTH // 2, self.heightForWidth(theme.PAGE_WIDTH // 2))

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Paint anew in the colours of another mode."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shapes that the part to be painted shows."""
        painter = QPainter(self)
        brush = _Brush(painter, self.font(), self.px_per_mm)
        for shape in self._drawing.shapes:
            match shape:
                case Rect():
                    brush.rect(shape)
                case Line():
                    brush.line(shape)
                case Label():
                    brush.label(shape)
        painter.end()


class _Brush:
    """Draws shapes in millimetres with a painter whose units are pixels."""

    def __init__(self, painter: QPainter, font: QFont, scale: float) -> None:
        self._painter = painter
        self._scale = scale
        self._fonts: dict[tuple[float, bool], tuple[QFont, QFontMetricsF]] = {}
        self._base = font

    def rect(self, shape: Rect) -> None:
        """Fill and frame a rectangle on whole pixels: edges are sharp, and bars meet."""
        if shape.width <= 0 or shape.height <= 0:
            return
        left, top = round(shape.x * self._scale), round(shape.y * self._scale)
        right, bottom = round((shape.x + shape.width) * self._scale), round((shape.y + shape.height) * self._scale)
        area = QRectF(left, top, max(right - left, 1), max(bottom - top, 1))
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if shape.fill:
            self._painter.fillRect(area, colour_of(shape.fill))
        if shape.line:
            self._painter.setPen(self._pen(shape.line, shape.line_mm))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(area.adjusted(0, 0, 0 if area.width() > 1 else -1, 0))

    def line(self, shape: Line) -> None:
        """Draw a line: one that leans is smoothed."""
        ends = QLineF(shape.x1, shape.y1, shape.x2, shape.y2)
        leans = shape.x1 != shape.x2 and shape.y1 != shape.y2
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, leans)
        pen = self._pen(shape.colour, shape.width_mm)
        if shape.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self._painter.setPen(pen)
        first, second = ends.p1() * self._scale, ends.p2() * self._scale
        if not leans:
            first, second = QPointF(first.toPoint()), QPointF(second.toPoint())
        self._painter.drawLine(first, second)

    def label(self, shape: Label) -> None:
        """Set a label into its box, narrower where the font of the window is wider than that of the paper."""
        if not shape.text:
            return
        left, _, right, _ = (part * self._scale for part in box_of(shape))
        font, metrics = self._font(shape.size_pt, shape.bold)
        wide = metrics.horizontalAdvance(shape.text)
        squeeze = min(1.0, (right - left) / wide) if wide > 0 else 1.0
        x = left + (right - left - wide * squeeze) * _ANCHORS[shape.anchor]
        self._painter.setFont(font)
        self._painter.setPen(colour_of(shape.colour))
        if squeeze == 1.0:
            self._painter.drawText(QPointF(x, shape.y * self._scale), shape.text)
            return
        self._painter.save()
        self._painter.translate(x, shape.y * self._scale)
        self._painter.scale(squeeze, 1.0)
        self._painter.drawText(QPointF(0.0, 0.0), shape.text)
        self._painter.restore()

    def _pen(self, colour: str, width_mm: float) -> QPen:
        pen = QPen(colour_of(colour), max(round(width_mm * self._scale), _LEAST_PX))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        return pen

    def _font(self, size_pt: float, bold: bool) -> tuple[QFont, QFontMetricsF]:
        key = size_pt, bold
        if key not in self._fonts:
            font = QFont(self._base)
            font.setPixelSize(max(round(size_pt * MM_PER_POINT * self._scale), 1))
            font.setBold(bold)
            self._fonts[key] = font, QFontMetricsF(font)
        return self._fonts[key]


def colour_of(told: str) -> QColor:
    """Return the colour of the theme that stands for one of the paper; any other as it is."""
    if told == charts.MIDDLE:
        return _between(theme.colour("surface"), theme.colour("accent"), _MIDDLE_SHARE)
    token = _TOKENS.get(told)
    return theme.colour(token) if token else QColor(told)


def _between(one: QColor, other: QColor, share: float) -> QColor:
    pairs = zip((one.red(), one.green(), one.blue()), (other.red(), other.green(), other.blue()), strict=True)
    return QColor(*(round(first + (second - first) * share) for first, second in pairs))
