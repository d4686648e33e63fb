"""The ring round a button, box, line or list that has the keys: the style's own is too pale for our ground."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link, PrimaryButton
from kjxm_desktop.gui.override import override

_ROOM = theme.FOCUS_WIDTH + 1


def follow(application: QApplication) -> None:
    """Draw the ring wherever the keys come to a button, in every window; a button that is clicked gets none."""
    if application.property("ringed"):
        return
    application.setProperty("ringed", True)
    rings: list[FocusRing] = []

    def moved(_before: QWidget | None, now: QWidget | None) -> None:
        while rings:
            ring = rings.pop()
            if isValid(ring):
                ring.hide()
                ring.deleteLater()
        if now is not None and _wants_one(now):
            rings.append(FocusRing(now))

    application.focusChanged.connect(moved)


def _wants_one(widget: QWidget) -> bool:
    """Tell whether to surround a widget: those without a frame stand in a box of ours, which shows the keys itself."""
    if widget.parentWidget() is None or widget.window().windowType() == Qt.WindowType.Popup:
        return False
    if isinstance(widget, QLineEdit):
        return widget.hasFrame()
    if isinstance(widget, (QPlainTextEdit, QTextEdit)):
        return _has_edge(widget)
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        return False  # it was clicked
    if isinstance(widget, QAbstractItemView):
        return _has_edge(widget)
    if isinstance(widget, QComboBox):
        return widget.hasFrame()
    return isinstance(widget, QAbstractButton) and not isinstance(widget, (Link, PrimaryButton))


def _has_edge(widget: QFrame) -> bool:
    """Tell whether a frame is drawn as the style does it; the plain one is that of an editor in a cell."""
    return widget.frameShape() == QFrame.Shape.StyledPanel


def _ground_of(target: QWidget) -> QWidget | None:
    """Return what the ring lies on: what the widget stands in, but nothing that would give it a side of its own."""
    ground = target.parentWidget()
    while isinstance(ground, QSplitter):
        ground = ground.parentWidget()
    return ground


class FocusRing(QWidget):
    """Lies over the parent of the widget it surrounds, and takes no clicks."""

    def __init__(self, target: QWidget) -> None:
        super().__init__(_ground_of(target))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._target = target
        target.installEventFilter(self)
        self._fit()
        self.show()

    def _fit(self) -> None:
        beside = self.parentWidget()
        if beside is not None:
            place = self._target.rect().translated(self._target.mapTo(beside, QPoint(0, 0)))
            self.setGeometry(place.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM).intersected(beside.rect()))
            # Only its edge lies over the widget: what is typed or scrolled inside never paints the ring anew.
            edge = 2 * theme.FOCUS_WIDTH
            self.setMask(QRegion(self.rect()).subtracted(self.rect().adjusted(edge, edge, -edge, -edge)))
            self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay round the widget."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._fit()
        elif event.type() in (QEvent.Type.Hide, QEvent.Type.Show):
            self.setVisible(event.type() == QEvent.Type.Show)
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("accent"), theme.FOCUS_WIDTH))
        inset = theme.FOCUS_WIDTH / 2
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(area, theme.CORNER, theme.CORNER)
