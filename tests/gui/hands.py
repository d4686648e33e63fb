"""What a person does with the window: go to a field, type, add a row, press a button, look at what stands there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.gui.desk import Desk
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.session import Session

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def session_of(window: MainWindow) -> Session:
    assert window.session is not None
    return window.session


def desk_of(window: MainWindow) -> Desk:
    assert window.desk is not None
    return window.desk


def row_at(window: MainWindow, pointer: str) -> FieldRow:
    """Return the row of a control, on its page, which is shown for it."""
    section = pointer.split("/")[1]
    desk = desk_of(window)
    if desk.section_id != section:
        desk.show_section(section)
    row = next(row for row in desk.page.rows() if row.pointer == pointer)
    assert row.isVisible(), pointer
    return row


def keys_of(window: MainWindow, pointer: str) -> QWidget:
    """Put the keys into the field of a control and return what takes them."""
    row_at(window, pointer).take_focus()
    row = row_at(window, pointer)
    assert row.isAncestorOf(focused()), pointer
    return row.field.input_widget()


def put_in(widget: QWidget, text: str) -> None:
    """Type as an input method does. keyClicks with Chinese aborts the interpreter."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def type_in(window: MainWindow, pointer: str, text: str) -> QWidget:
    """Type `text` at the end of the field of a control."""
    keys = keys_of(window, pointer)
    QTest.keyClick(keys, Key.Key_End)
    put_in(keys, text)
    return keys


def focused() -> QWidget:
    now = QApplication.focusWidget()
    assert now is not None
    return now


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    """Press a button with the mouse, once it is where it belongs."""
    QApplication.processEvents()
    assert button.isVisible()
    assert button.isEnabled(), button.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def button_of(widget: QWidget, text: str) -> QAbstractButton:
    """Return the visible button with these words."""
    QApplication.processEvents()
    return next(b for b in widget.findChildren(QAbstractButton) if b.text() == text and b.isVisible())


def add_row(qtbot: QtBot, window: MainWindow, pointer: str) -> QTableView:
    """Add a row to a table by its button and return the grid with the keys in the first cell of it."""
    field = row_at(window, pointer).field
    press(qtbot, next(iter(field.findChildren(QPushButton))))
    grid = field.findChild(QTableView)
    assert grid is not None
    assert grid.currentIndex().column() == 0
    return grid


def fill_cell(qtbot: QtBot, grid: QTableView, column: int, text: str) -> None:
    """Go to a cell of the current row by the keyboard and write `text` into it; the keys stay on the row."""
    while grid.currentIndex().column() < column:
        qtbot.keyClick(grid, Key.Key_Tab)
    row = grid.currentIndex().row()
    qtbot.keyClick(grid, Key.Key_F2)
    put_in(focused(), text)
    grid.setFocus()
    assert grid.currentIndex().row() == row


def column_of(window: MainWindow, pointer: str) -> int:
    """Return which column of its grid a column of a table stands in."""
    table, _, name = pointer.partition("/*/")
    field = row_at(window, table).field
    grid = field.findChild(QTableView)
    assert grid is not None
    control = field.control
    names = [column.pointer.rpartition("/")[2] for column in control.columns]
    return names.index(name)


def wait_until(qtbot: QtBot, happened: Callable[[], object]) -> None:
    """Let the window work until `happened` tells something true."""
    qtbot.waitUntil(lambda: bool(happened()))


def wait_checked(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the check after the last edit has ended."""
    with qtbot.waitSignal(session_of(window).diagnostics_changed):
        session_of(window).check_soon()


def pointer_in_hand() -> str:
    """Return where the field with the keys stands."""
    row = row_of(focused())
    assert row is not None
    return row.pointer
