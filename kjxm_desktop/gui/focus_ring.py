"""The ring round a button, box or line that has the keys: the style's own is too pale to be seen on our ground."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
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
    if isinstance(widget, QLineEdit):
        return widget.hasFrame()  # those without one stand in a box of ours, which has its own
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        return False  # it was clicked
    draws_its_own = isinstance(widget, (Link, PrimaryButton))
    return isinstance(widget, QAbstractButton) and not draws_its_own and widget.parentWidget() is not None


class FocusRing(QWidget):
    """Lies over the parent of the widget it surrounds, and takes no clicks."""

    def __init__(self, target: QWidget) -> None:
        super().__init__(target.parentWidget())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._target = target
        target.installEventFilter(self)
        self._fit()
        self.show()

    def _fit(self) -> None:
        beside = self.parentWidget()
        if beside is not None:
            around = self._target.geometry().adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
            self.setGeometry(around.intersected(beside.rect()))
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
