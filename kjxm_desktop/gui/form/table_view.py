"""The grid of a table: keys as spreadsheets have them, copy and paste, rows moved and made."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import table_rows
from kjxm_desktop.gui.form.row_header import RowHeader
from kjxm_desktop.gui.form.table_cells import TableCells
from kjxm_desktop.gui.form.table_header import TableCorner, TableHeader
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.table_steps import TableSteps
from kjxm_desktop.gui.import_table import path_in
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

WEIGHT_PX = 34
"""The least width of a column for each unit of its weight."""
CELL_PADDING = 16
MOST_LABEL_PX = 120
"""No heading and no option widens its column beyond this."""

_WITH_CTRL = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
)
_ENDS: dict[int, tuple[bool | None, bool | None]] = {
    Qt.Key.Key_Up: (False, None),
    Qt.Key.Key_Down: (True, None),
    Qt.Key.Key_Left: (None, False),
    Qt.Key.Key_Right: (None, True),
}
"""Where Ctrl and an arrow go: to the last row (True) or the first, to the last column or the first."""


class TableView(QTableView):
    """Enter goes down, Tab right; typing replaces, F2 edits; what is done with rows and cells stands in `steps`."""

    file_dropped = Signal(object)
    """The file at this path, a table by its name, was let go over the grid."""
    current_moved = Signal()

    def __init__(self, session: Session, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self._tabbed_from: int | None = None
        self.setModel(model)
        self.setItemDelegate(TableCells(session, model, self.go_on, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setHorizontalHeader(TableHeader(Qt.Orientation.Horizontal, self))
        rows = RowHeader(self)
        self.setVerticalHeader(rows)
        self.setCornerButtonEnabled(False)
        corner = self.findChild(QAbstractButton)
        if corner is not None:
            TableCorner(corner)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAcceptDrops(True)
        self._dress_headers()
        self.steps = TableSteps(session, model, self)
        rows.dropped.connect(self.steps.move_rows_to)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.steps.show_possible()

    def _dress_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setMinimumSectionSize(40)
        across.setFixedHeight(theme.DENSE_ROW_HEIGHT)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(max(theme.DENSE_ROW_HEIGHT, self.fontMetrics().height() + 2 * theme.SPACE_GRID))
        down.setMinimumWidth(8 * theme.SPACE_GRID)
        for header, show in ((across, self._on_header_menu), (down, self._on_row_menu)):
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            header.customContextMenuRequested.connect(show)

    def _on_current_changed(self) -> None:
        self._tabbed_from = None
        self.steps.show_possible()
        self.current_moved.emit()

    # ---- menus

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done here, with the keys for it; a click on what is not chosen chooses it first."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if index.isValid() and not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
            where = event.globalPos()
        else:
            where = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        self.show_menu(where)

    def _on_header_menu(self, at: QPoint) -> None:
        """Offer to sort by the column whose heading was clicked."""
        column = self.horizontalHeader().logicalIndexAt(at)
        if column >= 0 and self._model.rows:
            if column not in self.steps.chosen_columns():
                self._select_column(column)
            self.show_menu(self.horizontalHeader().mapToGlobal(at))

    def _on_row_menu(self, at: QPoint) -> None:
        row = self.verticalHeader().logicalIndexAt(at)
        if row >= 0:
            if row not in self.steps.chosen_rows():
                self.select_rows(row, row, max(0, self.currentIndex().column()))
            self.show_menu(self.verticalHeader().mapToGlobal(at))

    def show_menu(self, where: QPoint) -> None:
        """Show all steps in a menu at a place of the screen."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.steps.fill_menu(menu)
        menu.popup(where)

    # ---- keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of a spreadsheet; at the ends of the table Tab leaves it."""
        key, index = event.key(), self.currentIndex()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.matches(QKeySequence.StandardKey.Undo):
            self._session.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self._session.redo()
        elif key == Qt.Key.Key_Backspace and plain:
            self.steps.clear_cells()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid() and plain:
            self._go_down(back=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key in _ENDS and index.isValid() and modifiers in _WITH_CTRL:
            self._jump(key, choosing=bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
        elif key == Qt.Key.Key_Space and index.isValid() and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self._choose((index.row(), 0), (index.row(), self._model.columnCount() - 1))
        elif key == Qt.Key.Key_Space and index.isValid() and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._choose((0, index.column()), (self._model.rowCount() - 1, index.column()))
        elif index.isValid() and self._is_large(index) and (key == Qt.Key.Key_F2 or _types(event)):
            self.steps.open_row()
        else:
            super().keyPressEvent(event)
            if key == Qt.Key.Key_F2:
                _go_to_end(QApplication.focusWidget())
            return
        event.accept()

    def _jump(self, key: int, *, choosing: bool) -> None:
        """Go to the first or last row or column; choosing takes along all between there and where choosing began."""
        index, (down, right) = self.currentIndex(), _ENDS[key]
        last_row, last_column = self._model.rowCount() - 1, self._model.columnCount() - 1
        row = index.row() if down is None else last_row if down else 0
        column = index.column() if right is None else last_column if right else 0
        if not choosing:
            self.select(row, column)
            return
        rows, columns = self.steps.chosen_rows(), self.steps.chosen_columns()
        began = (
            rows[0] if index.row() == rows[-1] else rows[-1],
            columns[0] if index.column() == columns[-1] else columns[-1],
        )
        target = self._model.index(row, column)
        self.selectionModel().setCurrentIndex(target, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._choose((min(row, began[0]), min(column, began[1])), (max(row, began[0]), max(column, began[1])))
        self.scrollTo(target)

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Put in what an input method commits without composing it, as 。: Qt opens the editor, but leaves it out."""
        opens = bool(event.commitString()) and self.state() != QAbstractItemView.State.EditingState
        super().inputMethodEvent(event)
        editor = QApplication.focusWidget()
        if opens and editor is not None and self.viewport().isAncestorOf(editor):
            again = QInputMethodEvent()
            again.setCommitString(event.commitString())
            QApplication.sendEvent(editor, again)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring in what is being composed before another cell becomes the current one."""
        if self._session.is_composing:
            self._session.settle()
        super().mousePressEvent(event)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        """Let Tab go through the cells first; Ctrl+Tab always leaves the table."""
        return self._tab(back=not next) or super().focusNextPrevChild(next)

    def go_on(self, key: int, back: bool) -> None:
        """Go on, or back, after an edit was ended by Return or Tab; Tab at the very end makes a new row."""
        if not self.currentIndex().isValid():
            return
        self.setFocus()
        if key == Qt.Key.Key_Return:
            self._go_down(back=back)
        elif not self._tab(back=back) and not back:
            self.steps.add_row()

    def _go_down(self, *, back: bool) -> None:
        """Go one row down or up: behind a row that was filled with Tab to the column where that began."""
        index, first = self.currentIndex(), self._tabbed_from
        row = index.row() + (-1 if back else 1)
        self._tabbed_from = None
        if 0 <= row < self._model.rowCount():
            self.select(row, index.column() if first is None or back else first)

    def _tab(self, *, back: bool) -> bool:
        """Go one cell on; False at the end of the table."""
        index = self.currentIndex()
        width = self._model.columnCount()
        if not index.isValid():
            return False
        place = index.row() * width + index.column() + (-1 if back else 1)
        if not 0 <= place < width * self._model.rowCount():
            return False
        first = index.column() if self._tabbed_from is None else self._tabbed_from
        row, column = divmod(place, width)
        self.select(row, column)
        self._tabbed_from = None if back else 0 if row != index.row() else first
        return True

    def select(self, row: int, column: int) -> None:
        """Go to a cell and choose it alone, whatever keys are held down just now."""
        if 0 <= row < self._model.rowCount():
            index = self._model.index(row, column)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def select_rows(self, first: int, last: int, column: int) -> None:
        """Choose whole rows, the keys in one of their cells."""
        self.select(first, column)
        self._choose((first, 0), (last, self._model.columnCount() - 1))

    def select_block(self, corner: tuple[int, int], end: tuple[int, int]) -> None:
        """Choose the cells between two, each row and column; the keys are in the first."""
        self.select(*corner)
        self._choose(corner, end)

    def _select_column(self, column: int) -> None:
        self.select(max(0, self.currentIndex().row()), column)
        self._choose((0, column), (self._model.rowCount() - 1, column))

    def _choose(self, corner: tuple[int, int], end: tuple[int, int]) -> None:
        block = QItemSelection(self._model.index(*corner), self._model.index(*end))
        self.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _is_large(self, index: QModelIndex) -> bool:
        return self._model.columns[index.column()].kind in ("rich", "choices", "picture", "file")

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if self._is_large(index):
            self.steps.open_row()

    # ---- files

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file that is a table by its name; leave others to the window."""
        if path_in(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on taking it."""
        if path_in(event.mimeData()) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Hand the file on."""
        path = path_in(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped.emit(path)
        else:
            event.ignore()

    # ---- widths

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the columns by weight, none narrower than its heading."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.share_width()

    def share_width(self) -> None:
        """Set all columns to their share of the width, or to the least they need and scroll."""
        least = [self._least_width(column) for column in self._model.columns]
        spare = max(0, self.viewport().width() - sum(least))
        weights = sum(column.width for column in self._model.columns) or 1
        for at, column in enumerate(self._model.columns):
            self.setColumnWidth(at, least[at] + spare * column.width // weights)

    def _least_width(self, column: Control) -> int:
        words = [table_rows.heading(column), *(strings.pick(option.label) for option in column.options)]
        metrics = self.horizontalHeader().fontMetrics()
        needed = max(min(metrics.horizontalAdvance(word), MOST_LABEL_PX) for word in words)
        return max(WEIGHT_PX * column.width, needed + CELL_PADDING)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells and the hairlines between them; an empty table says how to fill it."""
        super().paintEvent(event)
        if self._model.rows:
            self._draw_lines(event)
        else:
            painter = QPainter(self.viewport())
            painter.setPen(theme.colour("quiet"))
            room = self.viewport().rect().adjusted(theme.SPACE_GRID, 0, -theme.SPACE_GRID, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, strings.text("gui_form.table.empty"))

    def _draw_lines(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        painter.setPen(QPen(theme.colour("hairline"), 0))  # one dot, whatever the scale
        across, down = self.horizontalHeader(), self.verticalHeader()
        last = self.rowAt(self.viewport().height() - 1)
        last = self._model.rowCount() - 1 if last < 0 else last
        bottom = self.rowViewportPosition(last) + self.rowHeight(last) - 1
        right = min(self.viewport().width(), across.length() - across.offset()) - 1
        for column in range(self._model.columnCount()):
            x = self.columnViewportPosition(column) + self.columnWidth(column) - 1
            painter.drawLine(x, 0, x, bottom)
        for row in range(max(0, self.rowAt(0)), last + 1):
            y = self.rowViewportPosition(row) + down.sectionSize(row) - 1
            painter.drawLine(0, y, right, y)


def _types(event: QKeyEvent) -> bool:
    """Tell whether a key writes something."""
    command = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    return event.text().isprintable() and bool(event.text()) and not event.modifiers() & command


def _go_to_end(editor: QWidget | None) -> None:
    """Put the caret behind what stands in an editor, so that typing goes on there."""
    if isinstance(editor, QLineEdit):
        editor.end(False)
    elif isinstance(editor, QPlainTextEdit):
        editor.moveCursor(QTextCursor.MoveOperation.End)
