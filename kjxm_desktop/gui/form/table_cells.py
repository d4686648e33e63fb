"""How the cells of a table are drawn and typed into."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QLine,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QCheckBox,
    QFrame,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.choice_fields import ChoiceBox
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

Index = QModelIndex | QPersistentModelIndex


class _Placed(Protocol):
    """Where a cell stands and how it is to look; the bindings' types do not tell of it."""

    rect: QRect
    palette: QPalette
    state: QStyle.StateFlag


_TOKENS = {"error": "error", "warning": "warning", "advice": "quiet", "missing": "quiet"}
TEXT_CELL_LINES = 4


class TableCells(QStyledItemDelegate):
    """Draws cells with what was found in them, and edits them in place; what is typed is stored key by key.

    Tab and Enter end an edit and go on through `go_on`, Escape takes the edit back.
    """

    def __init__(self, session: Session, model: TableModel, go_on: Callable[[int], None], view: QTableView) -> None:
        """`go_on` is told the key that ended an edit (Tab, Backtab, Return) and moves to the next cell."""
        super().__init__(view)
        self._view = view
        self._tick = QCheckBox(view)
        self._tick.hide()  # it is there for its palette, which follows light and dark
        self._session = session
        self._model = model
        self._go_on = go_on
        self._before: Json = None

    # ---- drawing

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Give boxes to tick the edge they have elsewhere."""
        super().initStyleOption(option, index)
        if self._model.columns[index.column()].kind == "yes_no":
            told = cast("_Placed", option)
            edge = self._tick.palette().color(QPalette.ColorRole.Window)
            told.palette.setColor(QPalette.ColorRole.Window, edge)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the cell, then its hairline, its mark and, where the keys are, the focus."""
        super().paint(painter, option, index)
        told = cast("_Placed", option)
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(told.rect.topRight(), told.rect.bottomRight())
        painter.drawLine(told.rect.bottomLeft(), told.rect.bottomRight())
        self._draw_mark(painter, told.rect, index)
        if told.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), theme.FOCUS_WIDTH))
            painter.drawRect(told.rect.adjusted(1, 1, -2, -2))

    def _draw_mark(self, painter: QPainter, room: QRect, index: Index) -> None:
        column = self._model.columns[index.column()]
        found = self._model.finding_at(index.row(), column)
        if found is None and index.column() == 0:
            found = self._model.finding_at(index.row(), None)
        if found is None:
            if not self._model.asked(index.row(), column):
                painter.fillRect(room, theme.colour("shade"))
            return
        if found.severity == "missing":
            painter.setPen(theme.colour("quiet"))
            words = strings.text("gui_form.severity.missing")
            painter.drawText(room.adjusted(6, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, words)
            return
        painter.save()
        painter.setPen(QPen(theme.colour(_TOKENS[found.severity]), 2))
        painter.drawLine(QLine(room.left() + 1, room.bottom() - 1, room.right() - 1, room.bottom() - 1))
        icon = theme.pixmap(f"severity_{found.severity}", _TOKENS[found.severity], 12)
        at = QPoint(room.left() + 1, room.top() + 1)
        if column.kind not in ("money", "number"):
            at = QPoint(room.right() - 13, room.top() + 1)
        painter.drawPixmap(at, icon)
        painter.restore()

    # ---- editing

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return the editor of a cell; cells too large for one have none and open their row instead."""
        column = self._model.columns[index.column()]
        self._before = self._model.value_of(index.row(), column)
        if column.kind == "choice":
            return self._choice_editor(parent, index, column)
        if column.kind == "text":
            return self._text_editor(parent, index, column)
        if column.kind in ("line", "money", "number", "month", "day"):
            return self._line_editor(parent, index, column)
        return cast("QWidget", None)  # Qt takes none as an answer, which the bindings' types do not tell

    def _line_editor(self, parent: QWidget, index: Index, column: Control) -> QWidget:
        line = QLineEdit(parent)
        line.setFrame(False)
        line.setAutoFillBackground(True)
        if column.kind in ("money", "number"):
            line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.setFont(theme.font("money"))
        line.setAccessibleName(strings.pick(column.label))
        TypingWatch(line, self._session)
        place = QPersistentModelIndex(index)
        line.textEdited.connect(partial(self._on_typed, place, column))
        return line

    def _text_editor(self, parent: QWidget, index: Index, column: Control) -> QWidget:
        text = QPlainTextEdit(parent)
        text.setFrameShape(QFrame.Shape.Box)
        text.setTabChangesFocus(True)
        text.setUndoRedoEnabled(False)
        text.setAccessibleName(strings.pick(column.label))
        TypingWatch(text, self._session)
        place = QPersistentModelIndex(index)
        text.textChanged.connect(lambda: self._on_typed(place, column, text.toPlainText()))
        return text

    def _choice_editor(self, parent: QWidget, index: Index, column: Control) -> QWidget:
        box = ChoiceBox(parent)
        box.setAutoFillBackground(True)
        box.setAccessibleName(strings.pick(column.label))
        box.show_options(self._model.options_at(index.row(), column), self._model.value_of(index.row(), column))
        place = QPersistentModelIndex(index)
        box.activated.connect(lambda: self._on_chosen(place, column, box))
        return box

    def _on_typed(self, place: QPersistentModelIndex, column: Control, text: str) -> None:
        if place.isValid():
            self._model.put(place.row(), column, spelling.read(column, text).value, apart=False)

    def _on_chosen(self, place: QPersistentModelIndex, column: Control, box: ChoiceBox) -> None:
        if place.isValid():
            self._model.put(place.row(), column, box.value)
        self.closeEditor.emit(box, QAbstractItemDelegate.EndEditHint.NoHint)

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the stored answer, unless the editor means it already: what is being typed is never rewritten."""
        column = self._model.columns[index.column()]
        value = self._model.value_of(index.row(), column)
        if isinstance(editor, QLineEdit):
            if not editor.text() or spelling.read(column, editor.text()).value != value:
                editor.setText(spelling.write(column, value))
        elif isinstance(editor, QPlainTextEdit):
            if rich_text.clean_text(editor.toPlainText()) != (value or ""):
                editor.blockSignals(True)
                editor.setPlainText(value or "")
                editor.selectAll()
                editor.blockSignals(False)
        elif isinstance(editor, ChoiceBox) and editor.value != value:
            editor.show_options(self._model.options_at(index.row(), column), value)

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Tidy what was typed as a code or a number of a telephone; every key is stored already."""
        column = self._model.columns[index.column()]
        value = self._model.value_of(index.row(), column)
        if column.kind == "line" and isinstance(value, str):
            self._model.put(index.row(), column, spelling.tidied(self._session.call, column, value), apart=False)
        self._session.seal()

    @override
    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lay a line over its cell; text of several lines grows below it."""
        room = cast("_Placed", option).rect
        if isinstance(editor, QPlainTextEdit):
            height = editor.fontMetrics().lineSpacing() * TEXT_CELL_LINES + 2 * theme.SPACE_GRID
            within = self._view.viewport().rect()
            below = room.top() + height <= within.height()
            top = room.top() if below else max(0, room.bottom() - height)
            room = QRect(room.left(), top, max(room.width(), 280), height)
            room.moveRight(min(room.right(), within.width() - 1))
        editor.setGeometry(room)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Tab, Enter and Escape in an editor as the ways to end an edit."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return super().eventFilter(watched, event)
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._take_back(watched)
            return True
        breaks = event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(watched, QPlainTextEdit) and breaks:
            watched.insertPlainText("\n")
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self._end(watched)
            self._go_on(Qt.Key.Key_Return if key == Qt.Key.Key_Enter else key)
            return True
        return super().eventFilter(watched, event)

    def _end(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def _take_back(self, editor: QWidget) -> None:
        index = self._view.currentIndex()
        if index.isValid():
            column = self._model.columns[index.column()]
            self._model.put(index.row(), column, self._before, apart=False)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Ask for one dense row."""
        return QSize(super().sizeHint(option, index).width(), theme.DENSE_ROW_HEIGHT)
