"""The field of a table: a grid, the steps on its rows, its totals."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.row_form import RowForm
from kjxm_desktop.gui.form.step_line import StepLine
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.table_totals import TableTotals, summed_columns
from kjxm_desktop.gui.form.table_view import TableView
from kjxm_desktop.gui.import_table import TableImport
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

LEAST_ROWS = 2
MOST_ROWS = 12
"""A table shows so many rows and scrolls the others."""


class TableField(Field):
    """A table of records in a grid. Edits enter the session cell by cell, steps on rows as one edit of the table."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self.model = TableModel(session, control, pointer, self)
        self.view = TableView(session, self.model, self)
        self.totals = TableTotals(self.view, self.model, self) if summed_columns(self.model) else None
        self._row_form: RowForm | None = None
        self.coming = TableImport(self)
        self._box = FieldBox(self.view, self, below=self.totals)
        self.line = StepLine(session, self)
        lay_out(self, self._box, self._toolbar(), self.line)
        self.view.steps.row_wanted.connect(self.open_row)
        self.view.steps.told.connect(self.line.tell)
        self.view.steps.done.connect(self.line.tell_done)
        self.coming.told.connect(self.line.tell)
        self.coming.imported.connect(self._on_imported)
        self.view.steps.import_wanted.connect(self.coming.choose)
        self.view.file_dropped.connect(self.coming.read)
        self.view.current_moved.connect(self.left)
        self.model.refused.connect(self.noted)
        self.model.noted.connect(self.noted)
        self.model.cell_edited.connect(self.edited)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            changed.connect(self._fit)
        self.view.horizontalScrollBar().rangeChanged.connect(self._fit)
        self.view.installEventFilter(self)
        session.settling.connect(self._on_settling)
        self._fit()

    def _toolbar(self) -> QWidget:
        bar = QWidget(self)
        line = QHBoxLayout(bar)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE_GRID)
        add = QPushButton(strings.pick(self.control.add_label or {}) or strings.text("gui_form.table.add"), bar)
        theme.set_icon(add, "add")
        add.clicked.connect(self.view.steps.add_row)
        line.addWidget(add)
        bring = QPushButton(strings.text("gui_table.import"), bar)
        theme.set_icon(bring, "open")
        bring.setToolTip(tip(strings.text("gui_table.import_tip")))
        bring.clicked.connect(self.coming.choose)
        line.addWidget(bring)
        line.addStretch(1)
        for name in ("insert", "duplicate", "up", "down", "delete", "open"):
            line.addWidget(self._step_button(name, bar))
        line.addWidget(self._menu_button(bar))
        return bar

    def _menu_button(self, bar: QWidget) -> QToolButton:
        """Return the button that offers every step, for whoever does not look behind a right click."""
        button = QToolButton(bar)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setText(strings.text("gui_table.more"))
        button.setToolTip(tip(strings.text("gui_table.more_tip")))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(partial(self._fill_menu, menu))
        button.setMenu(menu)
        return button

    def _on_imported(self, first: int, count: int, sentence: str) -> None:
        """Choose the rows that came in, in sight, and tell of them."""
        self.view.setFocus()
        self.view.select_rows(first, first + count - 1, 0)
        self.view.scrollTo(self.model.index(first, 0), self.view.ScrollHint.PositionAtCenter)
        self.edited.emit()
        self.line.tell_done(sentence)

    def _fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        self.view.steps.fill_menu(menu)

    def _step_button(self, name: str, bar: QWidget) -> QToolButton:
        action = self.view.steps.actions[name]
        button = QToolButton(bar)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_icon(button, f"row_{name}")
        button.setAccessibleName(action.text())
        keys = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
        button.setToolTip(tip(f"{action.text()}  {keys}"))
        button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        return button

    # ---- what a field is asked

    @override
    def show_value(self, value: Json) -> None:
        """Follow to another row of an outer table; the model follows the session by itself."""
        if self.model.pointer != self.pointer:
            self.model.move_to(self.pointer)

    @override
    def input_widget(self) -> QWidget:
        """Return the grid."""
        return self.view

    @override
    def count(self) -> int | None:
        """Return the number of rows where it has a limit."""
        return len(self.model.rows) if self.control.limits.max_items else None

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    @override
    def findings(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """Return what is told below the table: first of the current cell and row, then of the table, then the worst."""
        here, _ = self.live()
        return sorted(
            super().findings(found),
            key=lambda d: not (d.pointer == here or (here.startswith(d.pointer + "/") and d.pointer != self.pointer)),
        )

    def _inside(self, pointer: str) -> list[str]:
        """Return the tokens of `pointer` beyond the table: row and column."""
        return list(json_pointer.parse(pointer))[len(json_pointer.parse(self.pointer)) :]

    @override
    def live(self) -> tuple[str, Control]:
        """Return the current cell."""
        current = self.view.currentIndex()
        if not current.isValid():
            return super().live()
        column = self.model.columns[current.column()]
        return self.model.cell_pointer(current.row(), column), column

    @override
    def placed(self, pointer: str, sentence: str) -> str:
        """Lead the sentence by row and column."""
        tokens = self._inside(pointer)
        if not tokens:
            return sentence
        column = self.control.column(tokens[1]) if len(tokens) > 1 else None
        key = "gui_form.table.place" if column else "gui_form.table.place_row"
        label = strings.pick(column.label) if column else ""
        return strings.text(key, number=int(tokens[0]) + 1, label=label, sentence=sentence)

    @override
    def go_to(self, pointer: str) -> None:
        """Put the keys into the cell that `pointer` names."""
        tokens = self._inside(pointer)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if tokens and int(tokens[0]) < self.model.rowCount():
            names = [column.name for column in self.model.columns]
            across = names.index(tokens[1]) if len(tokens) > 1 and tokens[1] in names else 0
            index = self.model.index(int(tokens[0]), across)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        elif not self.view.currentIndex().isValid() and self.model.rows:
            self.view.setCurrentIndex(self.model.index(0, 0))
        else:
            self.view.scrollTo(self.view.currentIndex())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go into the first cell when the grid is entered by keys; tell when it is left."""
        if event.type() == QEvent.Type.FocusIn and not self.view.currentIndex().isValid() and self.model.rows:
            self.view.setCurrentIndex(self.model.index(0, 0))
        elif event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return False

    def open_row(self, row: int) -> RowForm:
        """Open a row as a form and return it."""
        if self._row_form is None:
            self._row_form = RowForm(self.session, self.control, self.pointer, row, self.window())
            self._row_form.destroyed.connect(self._on_form_closed)
            self._row_form.addActions(self.window().actions())
            self._row_form.row_shown.connect(self._on_form_moved)
        self._row_form.show_row(row)
        self._row_form.show()
        self._row_form.raise_()
        current = self.view.currentIndex()
        if current.isValid():
            self._row_form.go_to(self.model.cell_pointer(row, self.model.columns[current.column()]))
        return self._row_form

    def _on_form_moved(self, row: int) -> None:
        """Keep the grid at the row that its form shows."""
        self.view.select(row, max(0, self.view.currentIndex().column()))

    def _on_form_closed(self) -> None:
        self._row_form = None

    def _on_settling(self) -> None:
        """End the edit of a cell; what was typed is stored already."""
        now = QApplication.focusWidget()
        if now is not None and now is not self.view and self.view.viewport().isAncestorOf(now):
            now.clearFocus()

    def _fit(self) -> None:
        """Give the grid the height of its rows."""
        rows = max(LEAST_ROWS, min(MOST_ROWS, self.model.rowCount()))
        height = theme.DENSE_ROW_HEIGHT + rows * self.view.verticalHeader().defaultSectionSize()
        bar = self.view.horizontalScrollBar()
        self.view.setFixedHeight(height + (bar.sizeHint().height() if bar.maximum() > 0 else 0))
