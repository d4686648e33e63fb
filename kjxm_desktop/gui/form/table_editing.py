"""The tables of one editor of prose, edited a cell at a time by the keys that tables have in word processors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QMenu

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import prose_table, rich_text_document, rich_text_tables
from kjxm_desktop.gui.form.prose_table import CAPTION, Table
from kjxm_desktop.gui.form.rich_text_cell import CellEdit
from kjxm_desktop.gui.form.rich_text_editor import RichTextEditor
from kjxm_desktop.gui.form.typed_text import line_of
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.session import Session

STEP_KEYS = {
    "row_above": "Ctrl+Shift+Return",
    "row_below": "Ctrl+Return",
    "row_up": "Alt+Up",
    "row_down": "Alt+Down",
    "row_delete": "Ctrl+Del",
    "column_left": "Ctrl+Alt+Left",
    "column_right": "Ctrl+Alt+Right",
    "column_back": "Alt+Left",
    "column_on": "Alt+Right",
    "column_delete": "Ctrl+Shift+Del",
    "header": "Ctrl+Shift+H",
}
"""The steps on a table, and their keys while one of its cells has the keys."""


class TableEditing(QObject):
    """Lays the small editor over one cell after another, and writes into the table what is typed there."""

    moved = Signal()
    """Another cell has the keys, or none."""

    def __init__(self, session: Session, editor: RichTextEditor) -> None:
        super().__init__(editor)
        self._session = session
        self._editor = editor
        self.cell = CellEdit(session, editor)
        self.watch = TypingWatch(self.cell, session)
        self.watch.more_entries = self._add_entries
        self._at: int | None = None
        self._row = 0
        self._column = 0
        self._writing = False
        self._refused = False
        self.cell.key_pressed.connect(self._on_key)
        self.cell.line_changed.connect(self._on_line_changed)
        self.cell.left.connect(self._on_left)
        editor.filled.connect(self._on_filled)
        editor.table_wanted.connect(self._on_table_wanted)
        editor.verticalScrollBar().valueChanged.connect(self.place)
        editor.document().documentLayout().documentSizeChanged.connect(self.place)
        self._steps: dict[str, Callable[[], None]] = {
            "row_above": lambda: self._put(prose_table.with_row(self.table, self.row), self._row, self._column),
            "row_below": lambda: self._put(
                prose_table.with_row(self.table, self._row + 1), self._row + 1, self._column
            ),
            "row_up": lambda: self._move_row(-1),
            "row_down": lambda: self._move_row(1),
            "row_delete": lambda: self._put(prose_table.without_row(self.table, self.row), self._row, self._column),
            "column_left": lambda: self._put(
                prose_table.with_column(self.table, self._column), self._row, self._column
            ),
            "column_right": lambda: self._put(
                prose_table.with_column(self.table, self._column + 1), self._row, self._column + 1
            ),
            "column_back": lambda: self._move_column(-1),
            "column_on": lambda: self._move_column(1),
            "column_delete": lambda: self._put(
                prose_table.without_column(self.table, self._column), self._row, self._column
            ),
            "header": self._toggle_header,
        }

    # ---- where it is

    @property
    def is_open(self) -> bool:
        """Tell whether a cell is being edited."""
        return self._at is not None

    @property
    def table(self) -> Table:
        """Return the table that is being edited."""
        assert self._at is not None
        return dict(self._editor.object_told(self._at))

    def _is_table(self) -> bool:
        return self._at is not None and self._editor.object_told(self._at).get("type") == "table"

    def _is_there(self) -> bool:
        """Tell whether the table has the cell: while undo puts another one in, it may not."""
        if not self._is_table():
            return False
        rows, columns = prose_table.size(self.table)
        return self._row < rows and self._column < columns

    @property
    def row(self) -> int:
        """Return the row that steps on rows mean: the first one while the caption is edited."""
        return max(0, self._row)

    @property
    def position(self) -> int | None:
        """Return where the table stands; None while none is edited."""
        return self._at

    def open(self, at: int, row: int = 0, column: int = 0, *, end: bool = True) -> None:
        """Put the keys into a cell of the table at a position, the cursor at its end or its start."""
        self._leave_line()
        at = self._settled(at)
        self._at = at
        rows, columns = prose_table.size(self.table)
        self._row = max(CAPTION, min(row, min(rows, rich_text_tables.MOST_ROWS) - 1))
        self._column = 0 if self._row == CAPTION else max(0, min(column, columns - 1))
        self._show()
        moves = QTextCursor.MoveOperation
        self.cell.moveCursor(moves.End if end else moves.Start)
        self.cell.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.stand_behind(at)
        self.scroll()
        self.moved.emit()

    def _settled(self, at: int) -> int:
        """Put in what is composed in the text, and return where the table stands then."""
        if not self._session.is_composing:
            return at
        kept = QTextCursor(self._editor.document())
        kept.setPosition(at)
        self._session.settle()
        moved = kept.position()
        # What is refused is filled in anew, as it was before: no cursor lives through that.
        return moved if self._editor.object_told(moved).get("type") == "table" else at

    def close(self, *, beside: bool = True) -> None:
        """End editing; `beside` gives the keys back to the text, the table selected."""
        if self._at is None:
            return
        at, self._at = self._at, None
        had_keys = self.cell.hasFocus()
        if beside and had_keys:
            self._editor.select_object(at)
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self.cell.hide()
        self._session.seal()
        self.moved.emit()

    def _show(self) -> None:
        table = self.table
        head = bool(table.get("header")) and self._row == 0
        self.cell.fill(prose_table.cell(table, self._row, self._column), bold=head)
        caption = self._row == CAPTION
        self.cell.setAlignment(Qt.AlignmentFlag.AlignHCenter if caption else Qt.AlignmentFlag.AlignLeft)
        self.cell.setAccessibleName(self._name(caption))
        self.place()
        self.cell.show()
        self.cell.raise_()

    def _name(self, caption: bool) -> str:
        if caption:
            return strings.text("gui_prose.table.caption")
        rows, columns = prose_table.size(self.table)
        return strings.text(
            "gui_prose.table.cell", row=self._row + 1, column=self._column + 1, rows=rows, columns=columns
        )

    def place(self) -> None:
        """Lay the small editor over its cell; not while the table is put in, or was taken away."""
        if self._at is not None and not self._writing and self._is_there():
            self.cell.setGeometry(self._rect().toAlignedRect())

    def _rect(self) -> QRectF:
        assert self._at is not None
        table = self._editor.object_rect(self._at)
        place = self._editor.table_shape(self._at).cell(self._row, self._column)
        return place.translated(table.topLeft())

    def scroll(self) -> None:
        """Bring the cell into view."""
        if self._at is None or not self._is_table():
            return
        place, view, bar = self._rect(), self._editor.viewport().height(), self._editor.verticalScrollBar()
        if place.top() < 0:
            bar.setValue(bar.value() + int(place.top()) - 2 * theme.SPACE_GRID)
        elif place.bottom() > view:
            bar.setValue(bar.value() + int(min(place.bottom() - view, place.top())) + 2 * theme.SPACE_GRID)
        self.place()

    # ---- what is written

    def _on_line_changed(self) -> None:
        if self._at is not None:
            self._write(prose_table.with_cell(self.table, self._row, self._column, self.cell.runs))

    def _write(self, table: Table) -> None:
        assert self._at is not None
        self._writing = True
        self._editor.put_object(self._at, table)
        self._writing = False
        if self._refused:
            self._refused = False
            self._on_filled()
        self.scroll()

    def _put(self, table: Table | None, row: int, column: int) -> None:
        """Put another table in the place of this one, as a step of its own, and go to a cell of it."""
        assert self._at is not None
        self._session.seal()
        at = self._at
        if table is None:
            self.close()
            self._editor.remove_object(at)
            return
        rows, columns = prose_table.size(table)
        self._row, self._column = min(row, rows - 1), min(column, columns - 1)
        self._write(table)
        self._session.seal()
        if self.is_open:
            self.open(at, self._row, self._column)

    def put_block(self, rows: list[list[list[Json]]]) -> None:
        """Put a block of cells in from the current cell on: one step."""
        if self._row == CAPTION:
            self._put(prose_table.with_caption(self.table, rich_text_tables.cell_text(rows[0][0])), CAPTION, 0)
        else:
            self._put(prose_table.with_block(self.table, self._row, self._column, rows), self._row, self._column)

    def put_line(self, blocks: list[Json]) -> None:
        """Put text in at the cursor of the cell, in one line: one step."""
        self._session.seal()
        cursor = self.cell.textCursor()
        rich_text_document.insert(cursor, [{"type": "paragraph", "runs": line_of(blocks)}])
        self.cell.setTextCursor(cursor)
        self._session.seal()

    def _leave_line(self) -> None:
        if self._at is not None:
            self.watch.commit()
            self._session.seal()

    # ---- steps on the table

    def step(self, name: str) -> None:
        """Take a step on the table: see `STEP_KEYS`."""
        if self._at is not None:
            self.watch.commit()
            self._steps[name]()

    def _add_entries(self, menu: QMenu) -> None:
        """Offer the steps on the table in the context menu of a cell, with their keys."""
        menu.addSeparator()
        for name, keys in STEP_KEYS.items():
            action = menu.addAction(strings.text(f"gui_prose.bar.{name}"))
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(partial(self._on_entry, name))

    def _on_entry(self, name: str, _checked: bool = False) -> None:
        self.step(name)

    def _move_row(self, by: int) -> None:
        if 0 <= self._row + by < prose_table.size(self.table)[0] and self._row != CAPTION:
            self._put(prose_table.row_moved(self.table, self._row, by), self._row + by, self._column)

    def _move_column(self, by: int) -> None:
        if 0 <= self._column + by < prose_table.size(self.table)[1] and self._row != CAPTION:
            self._put(prose_table.column_moved(self.table, self._column, by), self._row, self._column + by)

    def _toggle_header(self) -> None:
        self._put(prose_table.with_header(self.table, not self.table.get("header")), self._row, self._column)

    # ---- keys

    def _on_key(self, event: QKeyEvent) -> None:
        pressed = QKeySequence(event.keyCombination())
        step = next((name for name, keys in STEP_KEYS.items() if pressed == QKeySequence(keys)), "")
        key = event.key()
        if step:
            self.step(step)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            forward = key == Qt.Key.Key_Tab
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._leave(forward=forward)
            else:
                self._tab(1 if forward else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_down()
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif not self._go_by_arrow(event):
            return
        event.accept()

    def _tab(self, by: int) -> None:
        """Go to the next cell or the one before; behind the last one a new row is made."""
        assert self._at is not None
        rows, columns = prose_table.size(self.table)
        if self._row == CAPTION:
            self.open(self._at, 0, 0) if by > 0 else self._leave(forward=False)
            return
        place = self._row * columns + self._column + by
        if place < 0:
            self.open(self._at, CAPTION)
        elif place >= rows * columns:
            self._put(prose_table.with_row(self.table, rows), rows, 0)
        else:
            self.open(self._at, *divmod(place, columns))

    def _go_down(self) -> None:
        assert self._at is not None
        if self._row + 1 < prose_table.size(self.table)[0]:
            self.open(self._at, self._row + 1, self._column)
        else:
            self._leave(forward=True)

    def _leave(self, *, forward: bool) -> None:
        """Go on to the line of text behind the table, or before it."""
        at = self._at
        self.close()
        if at is not None:
            self._editor.leave_object(at, forward)

    def _go_by_arrow(self, event: QKeyEvent) -> bool:
        """Go to the next cell where the cursor can go no further in this one; False where it can."""
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        cursor, moves, key = self.cell.textCursor(), QTextCursor.MoveOperation, event.key()
        if cursor.hasSelection():
            return False
        moving = {
            Qt.Key.Key_Up: moves.Up, Qt.Key.Key_Down: moves.Down,
            Qt.Key.Key_Left: moves.Left, Qt.Key.Key_Right: moves.Right,
        }.get(Qt.Key(key))  # fmt: skip
        if moving is None or QTextCursor(cursor).movePosition(moving):
            return False
        self._go_beyond(Qt.Key(key))
        return True

    def _go_beyond(self, key: Qt.Key) -> None:
        assert self._at is not None
        rows, columns = prose_table.size(self.table)
        if key == Qt.Key.Key_Up:
            self.open(self._at, self._row - 1, self._column) if self._row > CAPTION else self._leave(forward=False)
        elif key == Qt.Key.Key_Down:
            self._go_down()
        elif key == Qt.Key.Key_Left and self._row != CAPTION and self._row * columns + self._column > 0:
            self.open(self._at, *divmod(self._row * columns + self._column - 1, columns))
        elif (
            key == Qt.Key.Key_Right and self._row != CAPTION and self._row * columns + self._column + 1 < rows * columns
        ):
            self.open(self._at, *divmod(self._row * columns + self._column + 1, columns), end=False)

    # ---- what happens around it

    def _on_table_wanted(self, at: int, place: QPointF) -> None:
        row, column = self._editor.table_shape(at).at(place)
        self.open(at, row, column)

    def _on_filled(self) -> None:
        """Follow the table after undo, or let go of it where it has gone."""
        at = self._at
        if at is None or self._writing:
            self._refused = self._writing
            return
        if not self._is_table():
            self._at = None
            had_keys = self.cell.hasFocus()
            if had_keys:
                self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self.cell.hide()
            self.moved.emit()
            return
        rows, columns = prose_table.size(self.table)
        self._row, self._column = min(self._row, rows - 1), min(self._column, columns - 1)
        if prose_table.cell(self.table, self._row, self._column) != self.cell.runs:
            self._show()
            self.cell.moveCursor(QTextCursor.MoveOperation.End)
        self.scroll()

    def _on_left(self) -> None:
        self.close(beside=False)
