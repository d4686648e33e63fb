"""The numbers of a table's rows: clicked they choose rows, and rows that are chosen can be dragged to another place."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QTableView, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.table_header import TableHeader
from kjxm_desktop.gui.override import override

SCROLL_MS = 60
"""While rows are held above or below the table it scrolls by one row in so many milliseconds."""


class RowHeader(TableHeader):
    """The numbers of the rows. A drag on a row that is not chosen chooses rows, on one that is moves them all."""

    dropped = Signal(int)
    """The chosen rows were let go before this row; the number of rows means behind the last."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._view = view
        self._pressed: QPoint | None = None
        self._target: int | None = None
        self._mark = _DropMark(view.viewport())
        self._scrolling = QTimer(self, interval=SCROLL_MS)
        self._scrolling.timeout.connect(self._on_scroll_on)
        self._last = QPoint()
        self.setMouseTracking(True)

    @property
    def target(self) -> int | None:
        """Return the row before which the rows being dragged would be let go; None while none are."""
        return self._target

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of rows that are chosen; choose others."""
        row = self.logicalIndexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() == Qt.MouseButton.LeftButton and plain and row >= 0 and self._is_chosen(row):
            self._pressed = event.position().toPoint()
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
            self.grabKeyboard()
            return
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show where rows that are held would go; scroll when they are held outside."""
        at = event.position().toPoint()
        if self._pressed is None:
            row = self.logicalIndexAt(at)
            hand = row >= 0 and self._is_chosen(row)
            self.setCursor(Qt.CursorShape.OpenHandCursor if hand else Qt.CursorShape.ArrowCursor)
            super().mouseMoveEvent(event)
            return
        if self._target is None and (at - self._pressed).manhattanLength() < QApplication.startDragDistance():
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self._last = at
        outside = not 0 <= at.y() < self.viewport().height()
        if outside and not self._scrolling.isActive():
            self._scrolling.start()
        elif not outside:
            self._scrolling.stop()
        self._aim(at)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the rows go; a click without a drag chooses the row that was clicked."""
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        target, row = self._target, self.logicalIndexAt(self._pressed)
        self._let_go()
        if target is not None:
            self.dropped.emit(target)
        elif row >= 0:
            self._choose(row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up a drag on Escape."""
        if self._pressed is not None:
            if event.key() == Qt.Key.Key_Escape:
                self._let_go()
            event.accept()
            return
        super().keyPressEvent(event)

    def _let_go(self) -> None:
        self._pressed = self._target = None
        self._scrolling.stop()
        self._mark.hide()
        self.releaseKeyboard()
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def _choose(self, row: int) -> None:
        model, chosen = self._view.model(), self._view.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        chosen.setCurrentIndex(model.index(row, max(0, self._view.currentIndex().column())), flags.NoUpdate)
        chosen.select(model.index(row, 0), flags.ClearAndSelect | flags.Rows)

    def _is_chosen(self, row: int) -> bool:
        return self._view.selectionModel().isRowSelected(row, QModelIndex())

    def _aim(self, at: QPoint) -> None:
        """Mark the gap between rows that is nearest to `at`."""
        count = self.count()
        row = self.logicalIndexAt(QPoint(at.x(), max(0, min(at.y(), self.viewport().height() - 1))))
        if row < 0:
            self._target = count
        else:
            top, height = self.sectionViewportPosition(row), self.sectionSize(row)
            self._target = row + (at.y() > top + height // 2)
        end = self.sectionViewportPosition(count - 1) + self.sectionSize(count - 1) if count else 0
        y = self.sectionViewportPosition(self._target) if self._target < count else end
        self._mark.setGeometry(0, y - 1, self._view.viewport().width(), 2)
        self._mark.show()
        self._mark.raise_()

    def _on_scroll_on(self) -> None:
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + (-1 if self._last.y() < 0 else 1))
        self._aim(self._last)


class _DropMark(QWidget):
    """The line between two rows where what is dragged would go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it in the accent colour."""
        QPainter(self).fillRect(self.rect(), theme.colour("accent"))
