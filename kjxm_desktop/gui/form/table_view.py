"""The grid of a table: keys as spreadsheets have them, copy and paste, rows moved and made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QFrame, QHeaderView, QTableView, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import table_rows
from kjxm_desktop.gui.form.table_cells import TableCells
from kjxm_desktop.gui.form.table_header import TableCorner, TableHeader
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.table_rows import Row
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

WEIGHT_PX = 34
"""The least width of a column for each unit of its weight."""
CELL_PADDING = 16
MOST_LABEL_PX = 120
"""No heading and no option widens its column beyond this."""


class TableView(QTableView):
    """Enter goes down, Tab right; typing replaces, F2 edits; Ctrl+C, V, X, D, Delete; rows: Insert, Alt+Up and Down."""

    row_wanted = Signal(int)
    """The row should be opened as a form: one of its cells is too large for the grid."""
    told = Signal(str)
    """A sentence on what a paste did or why something was refused; empty: nothing any more."""
    current_moved = Signal()

    def __init__(self, session: Session, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = model
        self.setModel(model)
        self.setItemDelegate(TableCells(session, model, self.go_on, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setHorizontalHeader(TableHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(TableHeader(Qt.Orientation.Vertical, self))
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
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._dress_headers()
        self._add_actions()
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self._show_steps)
        self._show_steps()

    def _dress_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setMinimumSectionSize(40)
        across.setFixedHeight(theme.DENSE_ROW_HEIGHT)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(max(theme.DENSE_ROW_HEIGHT, self.fontMetrics().height() + 2 * theme.SPACE_GRID))
        down.setMinimumWidth(8 * theme.SPACE_GRID)

    def _add_actions(self) -> None:
        steps: Sequence[tuple[str, str, Callable[[], None]] | None] = (
            ("insert", "Ins", self.insert_row),
            ("duplicate", "Ctrl+Shift+D", self.duplicate_rows),
            ("up", "Alt+Up", partial(self.move_rows, -1)),
            ("down", "Alt+Down", partial(self.move_rows, 1)),
            ("delete", "Ctrl+Del", self.delete_rows),
            None,
            ("open", "Ctrl+Return", self.open_row),
            ("fill", "Ctrl+D", self.fill_down),
            ("cut", "Ctrl+X", self.cut),
            ("copy", "Ctrl+C", self.copy),
            ("paste", "Ctrl+V", self.paste),
        )
        self.steps: dict[str, QAction] = {}
        for step in steps:
            action = QAction(self)
            self.addAction(action)
            if step is None:
                action.setSeparator(True)
                continue
            name, keys, act = step
            action.setText(strings.text(f"gui_form.table.{name}"))
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(act)
            self.steps[name] = action

    def _on_current_changed(self) -> None:
        self._show_steps()
        self.current_moved.emit()

    def _show_steps(self) -> None:
        """Offer only what can be done with the current row."""
        row, count = self.currentIndex().row(), self._model.rowCount()
        for name, action in self.steps.items():
            action.setEnabled(name in ("insert", "paste") or 0 <= row < count)
        self.steps["up"].setEnabled(0 < row < count)
        self.steps["down"].setEnabled(0 <= row < count - 1)

    # ---- keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of a spreadsheet; at the ends of the table Tab leaves it."""
        key, plain = (
            event.key(),
            event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier),
        )
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Undo):
            self._session.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self._session.redo()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and plain:
            self.clear_cells()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid() and plain:
            self._select(index.row() + 1, index.column())
        elif index.isValid() and self._is_large(index) and (key == Qt.Key.Key_F2 or _types(event)):
            self.open_row()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

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

    def go_on(self, key: int) -> None:
        """Go to the next cell after an edit was ended by `key`; Tab at the very end makes a new row."""
        index = self.currentIndex()
        if not index.isValid():
            return
        self.setFocus()
        if key == Qt.Key.Key_Return:
            if index.row() == self._model.rowCount() - 1:
                return
            self._select(index.row() + 1, index.column())
        elif not self._tab(back=key == Qt.Key.Key_Backtab) and key == Qt.Key.Key_Tab:
            self.add_row()

    def _tab(self, *, back: bool) -> bool:
        """Go one cell on; False at the end of the table."""
        index = self.currentIndex()
        width = self._model.columnCount()
        if not index.isValid():
            return False
        place = index.row() * width + index.column() + (-1 if back else 1)
        if not 0 <= place < width * self._model.rowCount():
            return False
        self._select(*divmod(place, width))
        return True

    def _select(self, row: int, column: int) -> None:
        if 0 <= row < self._model.rowCount():
            index = self._model.index(row, column)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _is_large(self, index: QModelIndex) -> bool:
        return self._model.columns[index.column()].kind in ("rich", "choices", "picture", "file")

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if self._is_large(index):
            self.open_row()

    # ---- rows

    def chosen_rows(self) -> list[int]:
        """Return the rows of the selection, or the one the keys are in."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        current = self.currentIndex()
        return rows or ([current.row()] if current.isValid() else [])

    def _chosen_columns(self) -> list[int]:
        columns = sorted({index.column() for index in self.selectedIndexes()})
        current = self.currentIndex()
        return columns or ([current.column()] if current.isValid() else [])

    def _settled_rows(self) -> list[Row]:
        """Return the rows once what is typed in a cell is in and its editor closed: before any step on them."""
        self._session.settle()
        now = QApplication.focusWidget()
        if now is not None and self.viewport().isAncestorOf(now):
            self.setFocus()
        return self._model.rows

    def add_row(self) -> None:
        """Add a row at the end and go into its first cell."""
        rows = self._settled_rows()
        at = len(rows)
        if self._model.put_rows(table_rows.inserted(rows, at)):
            self.setFocus()
            self._select(at, 0)

    def insert_row(self) -> None:
        """Put an empty row before the current one."""
        chosen = self.chosen_rows()
        if not chosen:
            self.add_row()
        elif self._model.put_rows(table_rows.inserted(self._settled_rows(), chosen[0])):
            self._select(chosen[0], 0)

    def duplicate_rows(self) -> None:
        """Copy the chosen rows below them."""
        if chosen := self.chosen_rows():
            column = max(0, self.currentIndex().column())
            if self._model.put_rows(table_rows.duplicated(self._settled_rows(), chosen)):
                self._select(chosen[-1] + 1, column)

    def move_rows(self, by: int) -> None:
        """Move the chosen rows up or down by one."""
        if chosen := self.chosen_rows():
            column = max(0, self.currentIndex().column())
            rows = table_rows.moved(self._settled_rows(), chosen, by)
            if rows != self._model.rows and self._model.put_rows(rows):
                self._select_rows(chosen[0] + by, chosen[-1] + by, column)

    def delete_rows(self) -> None:
        """Take the chosen rows out; Ctrl+Z brings them back."""
        if chosen := self.chosen_rows():
            column = max(0, self.currentIndex().column())
            if self._model.put_rows(table_rows.deleted(self._settled_rows(), chosen)):
                self._select(min(chosen[0], self._model.rowCount() - 1), column)
                self.told.emit(strings.text("gui_form.table.deleted", count=len(chosen)))

    def open_row(self) -> None:
        """Open the current row as a form."""
        if self.currentIndex().isValid():
            self.row_wanted.emit(self.currentIndex().row())

    def _select_rows(self, first: int, last: int, column: int) -> None:
        self._select(first, column)
        block = QItemSelection(self._model.index(first, 0), self._model.index(last, self._model.columnCount() - 1))
        self.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    # ---- cells

    def fill_down(self) -> None:
        """Put the answers of the first chosen row into the others; one row alone takes those of the row above."""
        rows, columns = self.chosen_rows(), self._chosen_columns()
        if len(rows) == 1 and rows[0] > 0:
            rows = [rows[0] - 1, rows[0]]
        if len(rows) > 1:
            names = [self._model.columns[column].name for column in columns]
            self._model.put_rows(table_rows.filled_down(self._settled_rows(), rows, names))

    def clear_cells(self) -> None:
        """Empty the chosen cells."""
        cells = [(index.row(), self._model.columns[index.column()].name) for index in self.selectedIndexes()]
        if cells:
            self._model.put_rows(table_rows.cleared(self._settled_rows(), cells))

    def copy(self) -> None:
        """Put the chosen cells on the clipboard, as spreadsheets take them."""
        columns = [self._model.columns[column] for column in self._chosen_columns()]
        lines = [[self._written(row, column) for column in columns] for row in self.chosen_rows()]
        if lines:
            QGuiApplication.clipboard().setText(table_rows.write_block(lines))

    def _written(self, row: int, column: Control) -> str:
        if column.kind == "yes_no":
            value = self._model.value_of(row, column)
            return "" if value is None else strings.text("gui_form.yes" if value else "gui_form.no")
        return self._model.text_of(row, column)

    def cut(self) -> None:
        """Copy the chosen cells and empty them."""
        self.copy()
        self.clear_cells()

    def paste(self) -> None:
        """Lay the block on the clipboard over the cells from the current one on, as one step."""
        cells = table_rows.parse_block(QGuiApplication.clipboard().text())
        if not cells:
            return
        row, column = self._corner()
        columns = self._model.columns[column:]
        if len(cells) == 1 and len(cells[0]) == 1 and len(self.chosen_rows()) > 1:
            cells = cells * len(self.chosen_rows())
        options = {each.name: self._model.options_of(each) for each in self._model.columns}
        made = table_rows.pasted(self._settled_rows(), cells, row, columns, options)
        if self._model.put_rows(made.rows):
            key = "gui_form.table.pasted_some" if made.refused else "gui_form.table.pasted"
            self.told.emit(strings.text(key, rows=len(cells), filled=made.filled, refused=made.refused))
            self._select(row, column)

    def _corner(self) -> tuple[int, int]:
        rows, columns = self.chosen_rows(), self._chosen_columns()
        return (rows[0] if rows else self._model.rowCount(), columns[0] if columns else 0)

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
        """Draw the cells; an empty table says how to fill it."""
        super().paintEvent(event)
        if not self._model.rows:
            painter = QPainter(self.viewport())
            painter.setPen(theme.colour("quiet"))
            room = self.viewport().rect().adjusted(theme.SPACE_GRID, 0, -theme.SPACE_GRID, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, strings.text("gui_form.table.empty"))


def _types(event: QKeyEvent) -> bool:
    """Tell whether a key writes something."""
    command = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    return event.text().isprintable() and bool(event.text()) and not event.modifiers() & command
