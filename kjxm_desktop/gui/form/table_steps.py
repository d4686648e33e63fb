"""What can be done with the chosen rows and cells of a table: each an action with its key, and one step to undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QItemSelectionRange, QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import table_clipboard, table_rows, table_sort
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.table_rows import Row
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.gui.form.table_view import TableView

_ALWAYS = ("insert", "insert_below", "paste", "import", "select_all")
"""What can be done where no row is chosen."""
_WITH_ICON = ("insert", "duplicate", "up", "down", "delete", "open")


class TableSteps(QObject):
    """The actions of one grid. Each puts the whole table anew, so that one Ctrl+Z takes it back."""

    done = Signal(str)
    """A sentence on what a step did, which can be taken back."""
    told = Signal(str)
    """A sentence on why nothing was done."""
    row_wanted = Signal(int)
    """The row should be opened as a form."""
    import_wanted = Signal()
    """A file should be chosen and brought in."""

    def __init__(self, session: Session, model: TableModel, view: TableView) -> None:
        super().__init__(view)
        self._session = session
        self._model = model
        self._view = view
        self.actions: dict[str, QAction] = {}
        self._groups = self._add_actions()
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self.show_possible)

    # ---- the actions

    def _add_actions(self) -> Sequence[Sequence[QAction]]:
        rows: Sequence[tuple[str, str, Callable[[], None]]] = (
            ("insert", "Ins", self.insert_row),
            ("insert_below", "Alt+Ins", self.insert_below),
            ("duplicate", "Ctrl+J|Ctrl+Shift+D", self.duplicate_rows),
            ("up", "Alt+Up", partial(self.move_rows, -1)),
            ("down", "Alt+Down", partial(self.move_rows, 1)),
            ("delete", "Ctrl+Del|Ctrl+-", self.delete_rows),
            ("open", "Ctrl+Return", self.open_row),
        )
        cells: Sequence[tuple[str, str, Callable[[], None]]] = (
            ("cut", "Ctrl+X", self.cut),
            ("copy", "Ctrl+C", self.copy),
            ("copy_headings", "Ctrl+Shift+C", partial(self.copy, headings=True)),
            ("paste", "Ctrl+V", self.paste),
            ("fill", "Ctrl+D", self.fill_down),
            ("clear", "Del", self.clear_cells),
            ("select_all", "Ctrl+A", self._view.selectAll),
        )
        order: Sequence[tuple[str, str, Callable[[], None]]] = (
            ("sort_up", "", partial(self.sort, descending=False)),
            ("sort_down", "", partial(self.sort, descending=True)),
        )
        come: Sequence[tuple[str, str, Callable[[], None]]] = (("import", "Ctrl+Shift+I", self.import_wanted.emit),)
        return [[self._action(*told) for told in group] for group in (rows, cells, order, come)]

    def _action(self, name: str, keys: str, act: Callable[[], None]) -> QAction:
        action = QAction(strings.text(f"gui_table.{name}", label=""), self)
        action.setShortcuts([QKeySequence(part) for part in keys.split("|") if part])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _checked=False: act())
        if name in _WITH_ICON:
            theme.set_icon(action, f"row_{name}")
        self._view.addAction(action)
        self.actions[name] = action
        return action

    def fill_menu(self, menu: QMenu) -> None:
        """Put all actions into a menu, in their groups; sorting names the column it goes by."""
        column = self._current_column()
        for name in ("sort_up", "sort_down"):
            label = strings.pick(column.label) if column is not None else ""
            self.actions[name].setText(strings.text(f"gui_table.{name}", label=label.replace("&", "&&")))
        for group in self._groups:
            menu.addActions(list(group))
            menu.addSeparator()

    def show_possible(self) -> None:
        """Offer only what can be done with the current row."""
        row, count = self._view.currentIndex().row(), self._model.rowCount()
        for name, action in self.actions.items():
            action.setEnabled(name in _ALWAYS or 0 <= row < count)
        self.actions["up"].setEnabled(0 < row < count)
        self.actions["down"].setEnabled(0 <= row < count - 1)

    # ---- what is chosen

    def chosen_rows(self) -> list[int]:
        """Return the rows of the selection, or the one the keys are in."""
        rows = sorted({row for one in self._ranges() for row in range(one.top(), one.bottom() + 1)})
        current = self._view.currentIndex()
        return rows or ([current.row()] if current.isValid() else [])

    def chosen_columns(self) -> list[int]:
        """Return the columns of the selection, or the one the keys are in."""
        columns = sorted({column for one in self._ranges() for column in range(one.left(), one.right() + 1)})
        current = self._view.currentIndex()
        return columns or ([current.column()] if current.isValid() else [])

    def _ranges(self) -> list[QItemSelectionRange]:
        """Return the blocks of the selection: not its cells, of which a long table has tens of thousands."""
        # The library's stubs do not know that a selection is a list of them.
        return cast("list[QItemSelectionRange]", self._view.selectionModel().selection())

    def _current_column(self) -> Control | None:
        current = self._view.currentIndex()
        return self._model.columns[current.column()] if current.isValid() else None

    def _settled_rows(self) -> list[Row]:
        """Return the rows once what is typed in a cell is in and its editor closed: before any step on them."""
        self._session.settle()
        now = QApplication.focusWidget()
        if now is not None and self._view.viewport().isAncestorOf(now):
            self._view.setFocus()
        return self._model.rows

    def _options(self) -> table_rows.Options:
        return {each.name: self._model.options_of(each) for each in self._model.columns}

    # ---- rows

    def add_row(self) -> None:
        """Add a row at the end and go into its first cell."""
        rows = self._settled_rows()
        at = len(rows)
        if self._model.put_rows(table_rows.inserted(rows, at)):
            self._view.setFocus()
            self._view.select(at, 0)

    def insert_row(self) -> None:
        """Put an empty row before the first chosen one."""
        self._insert(after=False)

    def insert_below(self) -> None:
        """Put an empty row behind the last chosen one."""
        self._insert(after=True)

    def _insert(self, *, after: bool) -> None:
        chosen = self.chosen_rows()
        if not chosen:
            self.add_row()
            return
        at = chosen[-1] + 1 if after else chosen[0]
        if self._model.put_rows(table_rows.inserted(self._settled_rows(), at)):
            self._view.select(at, 0)

    def duplicate_rows(self) -> None:
        """Copy the chosen rows below them."""
        if chosen := self.chosen_rows():
            column = max(0, self._view.currentIndex().column())
            if self._model.put_rows(table_rows.duplicated(self._settled_rows(), chosen)):
                if len(chosen) == 1:
                    self._view.select(chosen[-1] + 1, column)
                else:
                    self._view.select_rows(chosen[-1] + 1, chosen[-1] + len(chosen), column)

    def move_rows(self, by: int) -> None:
        """Move the chosen rows up or down by one."""
        if chosen := self.chosen_rows():
            before = chosen[0] - 1 if by < 0 else chosen[-1] + 2
            if 0 <= before <= self._model.rowCount():
                self.move_rows_to(before)

    def move_rows_to(self, before: int) -> None:
        """Move the chosen rows before what is now row `before`; the number of rows means the end."""
        if chosen := self.chosen_rows():
            column = max(0, self._view.currentIndex().column())
            rows = table_rows.moved_to(self._settled_rows(), chosen, before)
            if rows != self._model.rows and self._model.put_rows(rows):
                count = chosen[-1] - chosen[0] + 1
                first = before if before < chosen[0] else before - count
                self._view.select_rows(first, first + count - 1, column)

    def delete_rows(self) -> None:
        """Take the chosen rows out; Ctrl+Z brings them back."""
        if chosen := self.chosen_rows():
            column = max(0, self._view.currentIndex().column())
            if self._model.put_rows(table_rows.deleted(self._settled_rows(), chosen)):
                self._view.select(min(chosen[0], self._model.rowCount() - 1), column)
                self.done.emit(strings.text("gui_form.table.deleted", count=len(chosen)))

    def sort(self, column: Control | None = None, *, descending: bool) -> None:
        """Sort all rows by one column, that of the current cell unless told; the keys stay with their row."""
        column = column or self._current_column()
        if column is None:
            return
        current = self._view.currentIndex()
        rows = self._settled_rows()
        here = rows[current.row()].get("id") if 0 <= current.row() < len(rows) else None
        options = self._model.options_of(column)
        made = table_sort.sorted_rows(rows, column, options, descending=descending)
        label = strings.pick(column.label)
        if made == rows:
            self.told.emit(strings.text("gui_table.sorted_already", label=label))
        elif self._model.put_rows(made):
            at = next((number for number, row in enumerate(made) if row.get("id") == here), 0)
            self._view.select(at, max(0, current.column()))
            key = "gui_table.sorted_down" if descending else "gui_table.sorted_up"
            self.done.emit(strings.text(key, label=label))

    def open_row(self) -> None:
        """Open the current row as a form."""
        if self._view.currentIndex().isValid():
            self.row_wanted.emit(self._view.currentIndex().row())

    # ---- cells

    def fill_down(self) -> None:
        """Put the answers of the first chosen row into the others; one row alone takes those of the row above."""
        rows, columns = self.chosen_rows(), self.chosen_columns()
        if len(rows) == 1 and rows[0] > 0:
            rows = [rows[0] - 1, rows[0]]
        if len(rows) > 1:
            names = [self._model.columns[column].name for column in columns]
            self._model.put_rows(table_rows.filled_down(self._settled_rows(), rows, names))

    def clear_cells(self) -> None:
        """Empty the chosen cells."""
        names = [self._model.columns[column].name for column in self.chosen_columns()]
        cells = [(row, name) for row in self.chosen_rows() for name in names]
        if cells:
            self._model.put_rows(table_rows.cleared(self._settled_rows(), cells))

    def copy(self, *, headings: bool = False) -> None:
        """Put the chosen cells on the clipboard, as spreadsheets take them; with a line of headings where asked."""
        columns = [self._model.columns[column] for column in self.chosen_columns()]
        chosen = self.chosen_rows()
        if chosen and columns:
            rows = self._settled_rows()
            made = table_clipboard.write(
                [rows[at] for at in chosen], columns, self._options(), headings=headings
            )  # fmt: skip
            QGuiApplication.clipboard().setMimeData(made)

    def cut(self) -> None:
        """Copy the chosen cells and empty them."""
        self.copy()
        self.clear_cells()

    def paste(self) -> None:
        """Lay the block on the clipboard over the cells from the first chosen one on, as one step, and tell of it."""
        found = table_clipboard.read(QGuiApplication.clipboard().mimeData())
        if not found.cells:
            self.told.emit(strings.text("gui_table.nothing"))
            return
        rows, columns = self.chosen_rows(), self.chosen_columns()
        cells = table_rows.tiled(found.cells, len(rows), len(columns)) if rows else found.cells
        corner = (rows[0] if rows else self._model.rowCount(), columns[0] if columns else 0)
        made = table_rows.pasted(
            self._settled_rows(), cells, corner, self._model.columns, self._options(), self._has_media
        )  # fmt: skip
        before = self._model.rows
        if self._model.put_rows(made.rows):
            if self._model.rowCount():
                self._view.select_block(made.corner, made.end)
            signal = self.done if self._model.rows is not before else self.told
            signal.emit(table_clipboard.told(made, found))

    def _has_media(self, sha256: str) -> bool:
        return self._session.media(sha256) is not None
