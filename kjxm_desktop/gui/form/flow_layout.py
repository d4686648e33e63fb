"""A layout that sets widgets side by side and breaks them into lines, like words."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override


class FlowLayout(QLayout):
    """Sets widgets in lines; in `columns` all get the width of the widest, so that they stand in columns."""

    def __init__(self, parent: QWidget | None = None, *, columns: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._columns = columns
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(theme.SPACE_GRID)

    def insert_widget(self, at: int, widget: QWidget) -> None:
        """Put a widget at a place among the others."""
        self.addWidget(widget)
        self._items.insert(at, self._items.pop())
        self.invalidate()

    @override
    def addItem(self, item: QLayoutItem) -> None:
        """Take an item in at the end."""
        self._items.append(item)

    @override
    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return the item at `index`."""
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem:
        """Take the item at `index` out."""
        taken = self._items.pop(index) if 0 <= index < len(self._items) else None
        return cast("QLayoutItem", taken)  # Qt asks until it gets none, which the bindings' types do not tell

    @override
    def expandingDirections(self) -> Qt.Orientation:
        """Take no more room than needed."""
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        """Depend on the width."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at `width`."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    @override
    def setGeometry(self, rect: QRect) -> None:
        """Set everything into `rect`."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    @override
    def sizeHint(self) -> QSize:
        """Ask for the widest item."""
        return self.minimumSize()

    @override
    def minimumSize(self) -> QSize:
        """Ask for room for the widest and the highest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, line_height = rect.x(), rect.y(), 0
        shown = [item for item in self._items if not _is_hidden(item)]
        widest = max((item.sizeHint().width() for item in shown), default=0) if self._columns else 0
        for item in shown:
            width = min(max(widest, item.sizeHint().width()), rect.width())
            height = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            if x > rect.x() and x + width > rect.x() + rect.width():
                x, y, line_height = rect.x(), y + line_height + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, height)))
            x += width + (3 * self.spacing() if self._columns else self.spacing())
            line_height = max(line_height, height)
        return y + line_height - rect.y()


def _is_hidden(item: QLayoutItem) -> bool:
    widget = cast("QWidget | None", item.widget())  # the bindings' types promise a widget where there may be none
    return widget is not None and widget.isHidden()
