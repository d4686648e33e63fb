"""One row of a table as a form of its own, for what is too long for a cell."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import comments, fixing, theme
from kjxm_desktop.gui.form import comment_mark
from kjxm_desktop.gui.form.field_grid import FieldGrid
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.session import Session, touches

_NATIVE = QKeySequence.SequenceFormat.NativeText


class RowForm(QDialog):
    """The fields of one row; what is typed is stored at once, as everywhere. Two buttons go from row to row."""

    row_shown = Signal(int)
    """Another row is shown than before."""

    def __init__(self, session: Session, table: Control, pointer: str, row: int, parent: QWidget) -> None:
        """Show row number `row` of the table at `pointer`."""
        super().__init__(parent)
        self._session = session
        self._table = table
        self._pointer = pointer
        self._row = row
        self._place = ""
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title = Label("", "group")
        self._grid = FieldGrid(session, table.columns, f"{pointer}/{row}")
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        paper = QWidget()
        column = QVBoxLayout(paper)
        column.addWidget(self._grid)
        column.addStretch(1)
        area.setWidget(paper)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        layout.addWidget(self._title)
        layout.addWidget(area, 1)
        layout.addLayout(self._buttons())
        self.resize(640, 560)
        session.value_changed.connect(self._on_value_changed)
        self.show_row(row)

    @property
    def row(self) -> int:
        """Return the number of the row shown."""
        return self._row

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self._previous = QPushButton(strings.text("gui_form.row.previous"), self)
        self._next = QPushButton(strings.text("gui_form.row.next"), self)
        close = QPushButton(strings.text("gui_form.row.close"), self)
        for button, by, keys in ((self._previous, -1, "Ctrl+PgUp"), (self._next, 1, "Ctrl+PgDown")):
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._go_by, by))
            button.setToolTip(tip(f"{button.text()}  {QKeySequence(keys).toString(_NATIVE)}"))
            QShortcut(QKeySequence(keys), self).activated.connect(partial(self._go_by, by))
        QShortcut(QKeySequence(fixing.KEYS), self).activated.connect(self._fix)
        QShortcut(QKeySequence(comment_mark.KEYS), self).activated.connect(self._comment)
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        line.addWidget(self._previous)
        line.addWidget(self._next)
        line.addStretch(1)
        line.addWidget(close)
        return line

    def _fix(self) -> None:
        row = row_of(self.focusWidget())
        if row is not None:
            row.take_fix()

    def _comment(self) -> None:
        """Let a comment be written in the window on the field with the keys."""
        row = row_of(self.focusWidget())
        above = self.parentWidget()
        if above is not None:
            above.activateWindow()
        pointer = row.pointer if row is not None else f"{self._pointer}/{self._row}"
        comments.of(self._session).compose_wanted.emit(pointer)

    def _go_by(self, by: int) -> None:
        """Go to another row and stay in the column of the keys."""
        row = row_of(self.focusWidget())
        name = json_pointer.parse(row.pointer)[-1] if row is not None else None
        self.show_row(self._row + by)
        if name is not None:
            self.go_to(f"{self._pointer}/{self._row}/{name}")

    def show_row(self, row: int) -> None:
        """Go to another row; beyond the ends nothing happens."""
        count = len(self._session.value(self._pointer) or [])
        if not 0 <= row < count:
            return
        self._session.settle()
        self._stand_at(row, count)

    def _stand_at(self, row: int, count: int) -> None:
        before, self._row = self._row, row
        self._place = json_pointer.by_row_id(self._session.data, f"{self._pointer}/{row}")
        self._grid.move_to(f"{self._pointer}/{row}")
        label = strings.pick(self._table.label)
        self.setWindowTitle(label)
        self._title.setText(strings.text("gui_form.row.title", label=label, number=row + 1, count=count))
        self._previous.setEnabled(row > 0)
        self._next.setEnabled(row < count - 1)
        if row != before:
            self.row_shown.emit(row)

    def go_to(self, pointer: str) -> None:
        """Put the keys into the field of a column."""
        row = self._grid.row_at(pointer)
        if row is not None:
            row.take_focus()

    def _on_value_changed(self, pointer: str) -> None:
        """Follow the row to where it has moved; close when it is gone."""
        if not touches(pointer, self._pointer):
            return
        here = json_pointer.by_index(self._session.data, self._place)
        if here is None or self._session.value(here) is None:
            self.close()
            return
        rows = self._session.value(self._pointer)
        self._stand_at(int(json_pointer.parse(here)[-1]), len(rows))
