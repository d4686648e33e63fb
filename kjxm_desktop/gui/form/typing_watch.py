"""What every text widget of the form has in common: input methods, undo that is the form's, a menu of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

TextWidget = QLineEdit | QPlainTextEdit | QTextEdit


class TypingWatch(QObject):
    """Filters the events of one text widget.

    Text being composed is told to the session and committed when the field is left; Ctrl+Z and Ctrl+Y go to the
    form's history; the context menu is ours, in the language in use.
    """

    entered = Signal()
    """The widget has the focus now."""
    left = Signal()
    """The widget lost the focus, its composed text is in."""

    def __init__(self, widget: TextWidget, session: Session) -> None:
        super().__init__(widget)
        self._widget = widget
        self._session = session
        self._preedit = ""
        self._menu_open = False
        self.more_entries: Callable[[QMenu], None] | None = None
        """Adds what else can be done here to the context menu."""
        widget.installEventFilter(self)
        session.settling.connect(self.commit)
        widget.destroyed.connect(lambda: self._note(""))  # a child of the widget is not asked any more by then

    @property
    def composing(self) -> bool:
        """Tell whether an input method composes in this widget."""
        return bool(self._preedit)

    def commit(self) -> None:
        """Bring text being composed into the widget, by the input method or, when it does not, by ourselves."""
        if not self._preedit:
            return
        if isValid(self._widget):
            QGuiApplication.inputMethod().commit()
        if self._preedit:
            self._put_in(self._preedit)
        if self._preedit:  # the widget is going, or has not taken it
            self._note("")

    def _put_in(self, text: str) -> None:
        """Commit `text` ourselves: through the grid while it passes on what is composed into its new editor."""
        for widget in (QApplication.focusWidget(), self._widget):
            if self._preedit and widget is not None and isValid(self._widget) and _passes_on(widget, self._widget):
                event = QInputMethodEvent()
                event.setCommitString(text)
                QApplication.sendEvent(widget, event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See an event before the widget does; True keeps it from the widget."""
        kind = event.type()
        if kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            self._on_composed(event)
        elif kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            return self._on_key(event)
        elif kind == QEvent.Type.FocusOut:
            self.commit()
            if not self._menu_open:
                self.left.emit()
        elif kind == QEvent.Type.Hide:  # a field taken away, or an editor of a cell that never had the focus
            self.commit()
        elif kind == QEvent.Type.FocusIn:
            self.entered.emit()
        elif kind == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            self._show_menu(event)
            return True
        return False

    def _on_composed(self, event: QInputMethodEvent) -> None:
        self._note(event.preeditString())

    def _note(self, preedit: str) -> None:
        before, self._preedit = self._preedit, preedit
        if bool(before) != bool(preedit) and isValid(self._session):
            self._session.composing(bool(preedit))

    def _on_key(self, event: QKeyEvent) -> bool:
        undo, redo = event.matches(QKeySequence.StandardKey.Undo), event.matches(QKeySequence.StandardKey.Redo)
        if not undo and not redo:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.ignore()  # left to the window's own shortcut, which asks the session
        elif undo:
            self._session.undo()
        else:
            self._session.redo()
        return True

    def _show_menu(self, event: QContextMenuEvent) -> None:
        widget = self._widget
        cursor_has = widget.hasSelectedText() if isinstance(widget, QLineEdit) else widget.textCursor().hasSelection()
        menu = QMenu(widget)
        entries = (
            ("undo", self._session.undo, self._session.can_undo),
            ("redo", self._session.redo, self._session.can_redo),
            None,
            ("cut", widget.cut, cursor_has),
            ("copy", widget.copy, cursor_has),
            ("paste", widget.paste, bool(QGuiApplication.clipboard().mimeData().formats())),
            None,
            ("select_all", widget.selectAll, True),
        )
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            name, act, enabled = entry
            action = menu.addAction(strings.text(f"gui_form.menu.{name}"))
            action.triggered.connect(lambda _checked=False, act=act: act())
            action.setEnabled(enabled)
        if self.more_entries is not None:
            self.more_entries(menu)
        self._menu_open = True
        menu.exec(event.globalPos())
        self._menu_open = False
        menu.deleteLater()


def _passes_on(focused: QWidget, widget: TextWidget) -> bool:
    """Tell whether what an input method sends to `focused` arrives in `widget`."""
    return focused is widget or (widget.isVisible() and focused.isAncestorOf(widget))


def select_to_type(widget: TextWidget) -> None:
    """Put the focus into a text widget, everything selected in a line, so that typing replaces it."""
    widget.setFocus()
    if isinstance(widget, QLineEdit):
        widget.selectAll()


def row_height() -> int:
    """Return the height of one line of input in px, growing with the font."""
    return max(theme.ROW_HEIGHT, QFontMetrics(QApplication.font()).height() + 3 * theme.SPACE_GRID)
