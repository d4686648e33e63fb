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
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QStaticText, QTransform
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
from kjxm_desktop.gui.form import name_completion, spelling
from kjxm_desktop.gui.form.choice_fields import ChoiceBox
from kjxm_desktop.gui.form.comment_mark import CellComments
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.form.typing_watch import TextWidget, TypingWatch
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
_CELL_MARGIN = 3
_MOST_LAID = 4_000
_NUMBERS = ("money", "number")
_IS_SELECTED = QStyle.StateFlag.State_Selected.value
_HAS_KEYS = QStyle.StateFlag.State_HasFocus.value


class _Inks:
    """The colours that cells are drawn in, made once for each mode."""

    def __init__(self, of: theme.Colours) -> None:
        self.of = of
        self.text = theme.colour("text")
        self.selection = theme.colour("selection")
        self.shade = theme.colour("shade")
        self.focus = QPen(theme.colour("accent"), theme.FOCUS_WIDTH)


def _laid_out(text: str, font: QFont, width: int) -> QStaticText:
    laid = QStaticText(QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width))
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.setPerformanceHint(QStaticText.PerformanceHint.ModerateCaching)
    laid.prepare(QTransform(), font)
    return laid


class TableCells(QStyledItemDelegate):
    """Draws cells with what was found in them, and edits them in place; what is typed is stored key by key.

    Tab and Enter end an edit and go on through `go_on`, Escape takes the edit back.
    """

    def __init__(
        self, session: Session, model: TableModel, go_on: Callable[[int, bool], None], view: QTableView
    ) -> None:
        """`go_on` is told the key that ended an edit, Tab or Return, and whether to go back, and moves on."""
        super().__init__(view)
        self._view = view
        self._tick = QCheckBox(view)
        self._tick.hide()  # it is there for its palette, which follows light and dark
        self._session = session
        self._model = model
        self._go_on = go_on
        self.remarks = CellComments(session, model, view)
        self._before: Json = None
        self._inks = _Inks(theme.colours())
        self._laid: dict[tuple[str, int, bool], QStaticText] = {}

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
        """Draw the cell, its mark and, where the keys are, the focus; the grid draws the hairlines.

        Not through the style, which asks seven times for each cell: a screen full of them must be there in a frame.
        """
        told = cast("_Placed", option)
        room, state, column = told.rect, told.state.value, self._model.columns[index.column()]
        if self._inks.of is not theme.colours():
            self._inks = _Inks(theme.colours())
        if column.kind == "yes_no":
            super().paint(painter, option, index)
        else:
            if state & _IS_SELECTED:
                painter.fillRect(room, self._inks.selection)
            self._draw_text(painter, room, self._model.text_of(index.row(), column), column.kind in _NUMBERS)
        self._draw_offer(painter, room, index)
        self._draw_mark(painter, room, index)
        self.remarks.draw(painter, room, index)
        if state & _HAS_KEYS:
            painter.setPen(self._inks.focus)
            painter.drawRect(room.adjusted(1, 1, -2, -2))

    def _draw_text(self, painter: QPainter, room: QRect, text: str, is_number: bool) -> None:
        """Draw what a cell says in one line: laid out once, since setting text is what costs most of a screen."""
        if not text:
            return
        key = (text, room.width(), is_number)
        font = self._model.money_font if is_number else self._view.font()
        laid = self._laid.get(key)
        if laid is None:
            if len(self._laid) >= _MOST_LAID:
                self._laid.clear()
            laid = self._laid[key] = _laid_out(text, font, room.width() - 2 * _CELL_MARGIN - 1)
        size = laid.size()
        left = room.right() - _CELL_MARGIN - size.width() if is_number else room.left() + _CELL_MARGIN + 1
        painter.setFont(font)
        painter.setPen(self._inks.text)
        painter.drawStaticText(QPointF(left, room.top() + (room.height() - size.height()) / 2), laid)

    def _draw_offer(self, painter: QPainter, room: QRect, index: Index) -> None:
        """Draw in the empty cell of the row in hand what its row offers for it, as a shadow: it is not in yet."""
        column = self._model.columns[index.column()]
        if not column.offer or index.row() != self._view.currentIndex().row():
            return
        words = self._model.offer_of(index.row(), column)
        if words:
            painter.setPen(theme.colour("quiet"))
            painter.setFont(self._view.font())
            room = room.adjusted(_CELL_MARGIN + 1, 0, -theme.ICON_SIZE, 0)
            told = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, told)

    def _draw_mark(self, painter: QPainter, room: QRect, index: Index) -> None:
        column = self._model.columns[index.column()]
        found = self._model.finding_at(index.row(), column)
        if found is None and index.column() == 0:
            found = self._model.finding_at(index.row(), None)
        if found is None:
            if not self._model.asked(index.row(), column):
                painter.fillRect(room, self._inks.shade)
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
        self._offer_names(line, place, column)
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
        self._offer_names(text, place, column)
        return text

    def _choice_editor(self, parent: QWidget, index: Index, column: Control) -> QWidget:
        box = ChoiceBox(parent)
        box.setAutoFillBackground(True)
        box.setAccessibleName(strings.pick(column.label))
        box.show_options(column, self._model.options_at(index.row(), column), self._model.value_of(index.row(), column))
        place = QPersistentModelIndex(index)
        box.activated.connect(lambda: self._on_chosen(place, column, box))
        return box

    def _offer_names(self, editor: TextWidget, place: QPersistentModelIndex, column: Control) -> None:
        model = self._model
        name_completion.offer_in(editor, self._session, column, lambda: model.cell_pointer(place.row(), column))

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
            editor.show_options(column, self._model.options_at(index.row(), column), value)

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Tidy what was typed as a code or a number of a telephone; every key is stored already."""
        column = self._model.columns[index.column()]
        value = self._model.value_of(index.row(), column)
        if isinstance(editor, QLineEdit) and column.kind in ("money", "number", "month", "day"):
            typed = editor.text()
            self._model.noted.emit(spelling.note_sentence(column, typed, spelling.read(column, typed)) if typed else "")
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
            tab = key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            self._go_on(Qt.Key.Key_Tab if tab else Qt.Key.Key_Return, key == Qt.Key.Key_Backtab or bool(breaks))
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
