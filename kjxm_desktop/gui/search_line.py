"""A line of the search: what is looked for, or what takes its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

MOST = 200
"""No more characters are looked for or put in."""


class SearchLine(QLineEdit):
    """Takes words. Ctrl+Z takes back what was typed here; after a replacement it brings back what was replaced."""

    entered = Signal(bool)
    """Enter was pressed; with Shift or without."""
    left_downwards = Signal()
    """Arrow down was pressed."""

    def __init__(self, name: str, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.undoes_form = False
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setMinimumWidth(30 * theme.SPACE_GRID)
        self.setMaxLength(MOST)
        self.setTextMargins(theme.SPACE_GRID, 0, theme.SPACE_GRID, 0)
        theme.set_edged(self)
        TypingWatch(self, session)
        self.installEventFilter(self)  # after the watch, so that it is asked first

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter, arrow down and the keys of undo before the watch and the line do."""
        if not isinstance(event, QKeyEvent):
            return False
        undo, redo = event.matches(QKeySequence.StandardKey.Undo), event.matches(QKeySequence.StandardKey.Redo)
        if (undo or redo) and not self.undoes_form:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self.undo() if undo else self.redo()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        if event.key() == Qt.Key.Key_Down:
            self.left_downwards.emit()
            return True
        return False
