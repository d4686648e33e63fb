"""Field rows one below another, short ones in pairs; what is not asked is not shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import fields
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.session import Session, touches


class FieldGrid(QWidget):
    """The rows of some controls that share a base: a group of a section, or one row of a table."""

    arranged = Signal()
    """Other rows are shown than before."""

    def __init__(
        self, session: Session, controls: Sequence[Control], base: str = "", parent: QWidget | None = None
    ) -> None:
        """Make the rows of `controls`; `base` is the pointer of the table's row they belong to, or empty."""
        super().__init__(parent)
        self._session = session
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE_FIELDS)
        self._grid.setVerticalSpacing(theme.SPACE_FIELDS - theme.SPACE_IN_FIELD)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.rows = [FieldRow(session, control, pointer_in(base, control), self) for control in controls]
        self._visible: list[bool] = []
        self.arrange()
        session.value_changed.connect(self._on_value_changed)

    def move_to(self, base: str) -> None:
        """Stand for another row of the table."""
        for row in self.rows:
            row.move_to(pointer_in(base, row.control))
        self.arrange()

    def row_at(self, pointer: str) -> FieldRow | None:
        """Return the row that asks for `pointer` or for a value it lies in, else the first of the group it names."""
        exact = next((row for row in self.rows if (pointer + "/").startswith(row.pointer + "/")), None)
        return exact or next((row for row in self.rows if row.pointer.startswith(pointer + "/")), None)

    def arrange(self) -> None:
        """Show what is asked and set it anew when that has changed."""
        visible = [self._session.shown(row.pointer) for row in self.rows]
        if visible == self._visible:
            return
        self._visible = visible
        for row in self.rows:
            self._grid.removeWidget(row)
        asked = [row for row, shown in zip(self.rows, visible, strict=True) if shown]
        for at, line in enumerate(_lines(asked)):
            for column, row in enumerate(line):
                self._grid.addWidget(row, at, column, 1, 1 if len(line) == 2 or fields.is_short(row.control) else 2)
        for row, shown in zip(self.rows, visible, strict=True):
            row.setVisible(shown)
        self.arranged.emit()

    def _on_value_changed(self, pointer: str) -> None:
        conditions = {condition.pointer for row in self.rows for condition in row.control.conditions}
        if any(touches(pointer, json_pointer.in_row_of(condition, self._base_of(pointer))) for condition in conditions):
            self.arrange()

    def _base_of(self, pointer: str) -> str:
        return self.rows[0].pointer if self.rows else pointer


def pointer_in(base: str, control: Control) -> str:
    """Return the pointer of a control; of a column in the row at `base`."""
    if not base:
        return control.pointer
    return base + control.pointer.partition("/*")[2]


def _lines(rows: Sequence[FieldRow]) -> Iterator[list[FieldRow]]:
    """Yield lines of one row, or of two short ones that follow each other."""
    waiting: list[FieldRow] = []
    for row in rows:
        if not fields.is_short(row.control):
            if waiting:
                yield waiting
                waiting = []
            yield [row]
            continue
        waiting.append(row)
        if len(waiting) == 2:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
