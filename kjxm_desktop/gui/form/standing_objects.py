"""Objects that stand on lines of their own in prose: selected as a whole, opened, taken out, by mouse and by keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QTextCursor
from PySide6.QtWidgets import QWidget

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import rich_text_document, rich_text_objects, rich_text_places
from kjxm_desktop.gui.form.rich_text_tables import Shape
from kjxm_desktop.gui.form.typed_text import TypedText
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

BACKWARD = (Qt.Key.Key_Left, Qt.Key.Key_Up)
FORWARD = (Qt.Key.Key_Right, Qt.Key.Key_Down)
PLAIN = Qt.KeyboardModifier.NoModifier


class StandingObjects(TypedText):
    """Text between which tables, pictures and formulas stand.

    Each is one character on its line. It is selected as a whole by a click or by the arrow keys; Delete takes it out,
    Enter, F2 or a double click opens it.
    """

    object_wanted = Signal(int)
    """The object at this position is to be opened."""
    table_wanted = Signal(int, QPointF)
    """The table at this position was clicked at a place, counted from its upper left corner in pixels."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._drawing = rich_text_objects.draw_in(session, self.document())

    # ---- what stands where

    def selected_object(self) -> int | None:
        """Return where the object stands that is selected; None for none."""
        return rich_text_places.selected_object(self.textCursor())

    def object_near(self) -> int | None:
        """Return where the object stands that is selected, or on whose line the cursor is; None for none."""
        at = self.selected_object()
        return rich_text_places.object_in(self.textCursor().block()) if at is None else at

    def select_object(self, at: int) -> None:
        """Select an object as a whole, and bring it into view."""
        self.setTextCursor(rich_text_places.span(self.document(), at, 1))
        self.ensureCursorVisible()

    def stand_behind(self, at: int) -> None:
        """Put the cursor behind an object, nothing selected."""
        cursor = self.textCursor()
        cursor.setPosition(at + 1)
        self.setTextCursor(cursor)

    def object_told(self, at: int) -> dict[str, Json]:
        """Return what the object at a position carries; {} where there is none."""
        return rich_text_places.object_at(self.document(), at)

    def put_object(self, at: int, told: Json) -> None:
        """Put another block or run in the place of the object at a position."""
        rich_text_places.put_object(self.document(), at, told)

    def remove_object(self, at: int) -> None:
        """Take an object out, and its line where nothing else stands in it: one step."""
        self._session.seal()
        cursor = rich_text_places.span(self.document(), at, 1)
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        if cursor.block().length() == 1:
            rich_text_places.remove_line(cursor)
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self._session.seal()

    def insert_inline(self, at: int, run: Json) -> None:
        """Put an object within a line in the place of one on its own, whose line becomes a paragraph: one step."""
        self._session.seal()
        cursor = rich_text_places.span(self.document(), at, 1)
        cursor.beginEditBlock()
        cursor.setBlockFormat(rich_text_document.paragraph_format())
        cursor.removeSelectedText()
        cursor.setCharFormat(rich_text_document.marked(()))
        rich_text_places.insert_run(cursor, run)
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self._session.seal()

    def object_rect(self, at: int) -> QRectF:
        """Return where an object on its own is drawn, in the pixels of the viewport."""
        document = self.document()
        size = self._drawing.block_size(rich_text_places.format_at(document, at), document)
        corner = rich_text_places.corner_of(document, at, size.height())
        return QRectF(corner - QPointF(self._scrolled()), size)

    def table_shape(self, at: int) -> Shape:
        """Return where the cells of the table at a position stand."""
        made = rich_text_places.format_at(self.document(), at)
        width = self._drawing.block_size(made, self.document()).width()
        return self._drawing.tables.shape(made, width)

    def _scrolled(self) -> QPointF:
        return QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def object_at_place(self, place: QPointF) -> int | None:
        """Return where the object stands that is drawn at a place of the viewport; None for none."""
        block = self.cursorForPosition(place.toPoint()).block()
        at = rich_text_places.object_in(block)
        return at if at is not None and self.object_rect(at).contains(place) else None

    def collapse(self) -> None:
        """Put the cursor behind a selected object: what is typed then takes nobody's place."""
        at = self.selected_object()
        if at is not None:
            self.stand_behind(at)

    @override
    def cut(self) -> None:
        """Cut what is selected; an object goes with its line."""
        at = self.selected_object()
        if at is None:
            super().cut()
            return
        self.copy()
        self.remove_object(at)

    # ---- mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select an object as a whole; a click into a table goes into its cell."""
        at = self._pressed_object(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if at is None or event.modifiers() != PLAIN:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.select_object(at)
        if self.object_told(at).get("type") == "table":
            self.table_wanted.emit(at, event.position() - self.object_rect(at).topLeft())

    def _pressed_object(self, place: QPointF) -> int | None:
        """Return where the object stands that is pressed, after what is composed was put in where it was composed."""
        at = self.object_at_place(place)
        if at is not None and self._session.is_composing:
            self._session.settle()
            at = self.object_at_place(place)
        return at

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep an object selected while the button is down on it."""
        if self.selected_object() is None or not event.buttons():
            super().mouseMoveEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the object that is clicked."""
        at = self.object_at_place(event.position())
        if at is None:
            at = self._run_at_place(event.position())
        if at is None:
            super().mouseDoubleClickEvent(event)
        else:
            self.object_wanted.emit(at)

    def _run_at_place(self, place: QPointF) -> int | None:
        self.setTextCursor(self.cursorForPosition(place.toPoint()))
        return self.run_at_cursor()

    # ---- keys

    def press_on_object(self, event: QKeyEvent) -> bool:
        """Take a key while an object is selected, F2 also beside one; False where there is none."""
        at, key = self.selected_object(), event.key()
        if key == Qt.Key.Key_F2:
            near = next((place for place in (self.run_at_cursor(), self.object_near()) if place is not None), None)
            if near is not None:
                self.object_wanted.emit(near)
            return near is not None
        opens = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if at is None:
            run = self.run_at_cursor() if opens and self.textCursor().hasSelection() else None
            if run is not None:
                self.object_wanted.emit(run)
            return run is not None
        if opens:
            self.object_wanted.emit(at)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_object(at)
        elif event.matches(QKeySequence.StandardKey.Cut):
            self.cut()
        elif key in (*BACKWARD, *FORWARD) and event.modifiers() == PLAIN:
            self.leave_object(at, key in FORWARD)
        else:
            return False
        return True

    def leave_object(self, at: int, forward: bool) -> None:
        """Go on from a selected object to the line before or after it; at the ends beside it."""
        cursor = self.textCursor()
        cursor.setPosition(at + 1 if forward else at)
        block = cursor.block()
        moves = QTextCursor.MoveOperation
        if forward and cursor.atBlockEnd() and block.next().isValid():
            cursor.movePosition(moves.NextBlock)
        elif not forward and cursor.atBlockStart() and block.previous().isValid():
            cursor.movePosition(moves.PreviousBlock)
            cursor.movePosition(moves.EndOfBlock)
        self.setTextCursor(cursor)
        if cursor.block() != block:
            self.select_reached()

    def select_reached(self) -> None:
        """Select the object on whose line the arrow keys have put the cursor."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            at = rich_text_places.object_in(cursor.block())
            if at is not None and cursor.position() in (at, at + 1):
                self.select_object(at)

    # ---- looks

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and a frame round the object that is selected."""
        super().paintEvent(event)
        at = self.selected_object()
        if at is not None:
            rect, document = self.object_rect(at), self.document()
            painter = QPainter(self.viewport())
            painter.fillRect(rect, theme.colour("surface"))  # Qt lays a veil over what is selected
            self._drawing.drawObject(painter, rect, document, at, rich_text_places.format_at(document, at))
            painter.setPen(QPen(theme.colour("accent"), theme.FOCUS_WIDTH))
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))
