"""The small window that asks how large a new table is: a field of squares, chosen by arrow keys or the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override

MOST_ROWS, MOST_COLUMNS = 10, 8
FIRST_ROWS, FIRST_COLUMNS = 3, 3
_SQUARE = 20


class SizeGrid(QWidget):
    """Squares; those from the corner to the chosen one are filled."""

    changed = Signal()
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows, self.columns = FIRST_ROWS, FIRST_COLUMNS
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setFixedSize(self.sizeHint())

    def choose(self, rows: int, columns: int) -> None:
        """Choose so many rows and columns, as far as there are squares."""
        self.rows = max(1, min(rows, MOST_ROWS))
        self.columns = max(1, min(columns, MOST_COLUMNS))
        self.changed.emit()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Ask for all squares."""
        return QSize(MOST_COLUMNS * _SQUARE + 1, MOST_ROWS * _SQUARE + 1)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take arrows and Enter."""
        key = event.key()
        steps = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        if key in steps:
            down, across = steps[Qt.Key(key)]
            self.choose(self.rows + down, self.columns + across)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose up to the square under the pointer."""
        self._choose_at(event.position().toPoint())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose and be done."""
        self._choose_at(event.position().toPoint())
        self.chosen.emit()

    def _choose_at(self, place: QPoint) -> None:
        self.choose(place.y() // _SQUARE + 1, place.x() // _SQUARE + 1)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the squares."""
        painter = QPainter(self)
        for row in range(MOST_ROWS):
            for column in range(MOST_COLUMNS):
                inside = row < self.rows and column < self.columns
                painter.setPen(QPen(theme.colour("accent" if inside else "hairline"), 1))
                painter.setBrush(theme.colour("selection" if inside else "surface"))
                painter.drawRect(QRect(column * _SQUARE, row * _SQUARE, _SQUARE - 3, _SQUARE - 3))


class TableSize(QDialog):
    """Asks for the size; Enter takes it, Esc leaves everything as it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_prose.table.size_title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.grid = SizeGrid(self)
        self.grid.setAccessibleName(strings.text("gui_prose.table.size_title"))
        self._told = Label("", "label")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.SPACE_FIELDS, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        column.setSpacing(2 * theme.SPACE_GRID)
        column.addWidget(self._told)
        column.addWidget(self.grid)
        column.addWidget(Label(strings.text("gui_prose.table.size_hint"), "hint", "quiet", wraps=True))
        self.grid.changed.connect(self._tell)
        self.grid.chosen.connect(self.accept)
        self._tell()
        self.grid.setFocus()

    def _tell(self) -> None:
        told = strings.text("gui_prose.table.size", rows=self.grid.rows, columns=self.grid.columns)
        self._told.setText(told)
        self.grid.setAccessibleDescription(told)
