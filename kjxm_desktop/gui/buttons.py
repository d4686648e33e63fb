"""Push buttons with room beside their words, the one primary button of a page, and links that stand flush with text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override

_ROOM = 4 * theme.SPACE_GRID


class Button(QPushButton):
    """A push button that leaves some room on both sides of its words."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)

    @override
    def sizeHint(self) -> QSize:
        """Ask for more than the words need."""
        return super().sizeHint() + QSize(_ROOM, 2)

    @override
    def minimumSizeHint(self) -> QSize:
        """Give none of it away."""
        return self.sizeHint()


class PrimaryButton(Button):
    """A push button in the accent colour. Painted here: the style would lighten the colour below what can be read."""

    def __init__(self, text: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon_name = icon

    @override
    def sizeHint(self) -> QSize:
        """Ask for room for the icon too."""
        icon = theme.ICON_SIZE + theme.SPACE_GRID if self._icon_name else 0
        return super().sizeHint() + QSize(icon, 0)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the pointer is on it."""
        super().enterEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon, words, and a ring when it has the keys."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour("accent" if self.isEnabled() else "line"), 1))
        painter.setBrush(self._ground())
        painter.drawRoundedRect(area, theme.CORNER, theme.CORNER)
        token = "on_accent" if self.isEnabled() else "quiet"
        if self.hasFocus() and self.isEnabled():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour(token), 1))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), theme.CORNER - 1, theme.CORNER - 1)
        self._draw_words(painter, token)

    def _ground(self) -> QColor:
        if not self.isEnabled():
            return theme.colour("window")
        accent = theme.colour("accent")
        if self.isDown():
            return accent.darker(125)
        # Darker in the light, lighter in the dark: the words on it must not lose contrast.
        return (accent.lighter(112) if theme.is_dark() else accent.darker(112)) if self.underMouse() else accent

    def _draw_words(self, painter: QPainter, token: str) -> None:
        words = self.fontMetrics().horizontalAdvance(self.text())
        icon = theme.ICON_SIZE + theme.SPACE_GRID if self._icon_name else 0
        left = (self.width() - words - icon) / 2
        if self._icon_name:
            at = QPointF(left, (self.height() - theme.ICON_SIZE) / 2)
            painter.drawPixmap(at, theme.pixmap(self._icon_name, token))
        painter.setPen(theme.colour(token))
        room = QRectF(left + icon, 0, words + 1, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())


class Link(QToolButton):
    """Words in the accent colour that lead somewhere; they begin where the text above and below them begins."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, token: str = "accent") -> None:
        super().__init__(parent)
        self._token = token
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def sizeHint(self) -> QSize:
        """Ask for the words and a little room above and below."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.height() + 2 * theme.SPACE_GRID)

    @override
    def minimumSizeHint(self) -> QSize:
        """Give none of it away."""
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words: underlined under the pointer, in a ring when it has the keys."""
        painter = QPainter(self)
        painter.setPen(theme.colour(self._token))
        if self.hasFocus():
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        font = self.font()
        font.setUnderline(self.underMouse() or self.hasFocus())
        painter.setFont(font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
