"""What every editor of runs shares: marks and their keys, objects within a line, help with Chinese punctuation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QScrollArea, QTextEdit, QWidget

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import (
    chinese_typing,
    citation_numbers,
    rich_text_document,
    rich_text_paste,
    rich_text_places,
)
from kjxm_desktop.gui.form.rich_text_document import RUN_OBJECT
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

MARK_KEYS = {
    "bold": QKeySequence("Ctrl+B"),
    "italic": QKeySequence("Ctrl+I"),
    "underline": QKeySequence("Ctrl+U"),
    "sub": QKeySequence("Ctrl+="),
    "sup": QKeySequence("Ctrl+Shift+="),
}
_CONTROL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class TypedText(QTextEdit):
    """Edits runs. It loads nothing that a text names, and its own history is off: undo is the form's."""

    looks_changed = Signal()
    """The cursor stands in text of other marks, or in another surrounding."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setUndoRedoEnabled(False)
        self.cursorPositionChanged.connect(self.looks_changed)
        self.currentCharFormatChanged.connect(self._on_format_changed)
        # After the layout that a key brings about: the text may have grown by a line.
        self._moved = QTimer(self, singleShot=True, interval=0)
        self._moved.timeout.connect(self._reveal)
        self.cursorPositionChanged.connect(self._moved.start)

    def _reveal(self) -> None:
        """Bring the cursor into view on the page: Qt does so within this text alone, which may be higher than that."""
        if not self.hasFocus():
            return
        place, above = self.cursorRect(), self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea) and above.widget().isAncestorOf(self):
            middle = self.viewport().mapTo(above.widget(), place.center())
            above.ensureVisible(middle.x(), middle.y(), 0, place.height())

    def _on_format_changed(self) -> None:
        self.looks_changed.emit()

    # ---- marks

    def marks(self) -> tuple[str, ...]:
        """Return the marks that typing would have now."""
        return rich_text_document.marks_of(self.currentCharFormat())

    def toggle_mark(self, mark: str) -> None:
        """Set or take away a mark of what is selected, or of what is typed next."""
        on = mark not in self.marks()
        cursor = self.textCursor()
        if not cursor.hasSelection():
            self.setCurrentCharFormat(rich_text_document.with_mark(self.currentCharFormat(), mark, on))
            return
        self._session.seal()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        cursor.beginEditBlock()
        for at, length, made in self._pieces(start, end):
            part = QTextCursor(self.document())
            part.setPosition(at)
            part.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
            part.setCharFormat(rich_text_document.with_mark(made, mark, on))
        cursor.endEditBlock()
        self._session.seal()
        self.looks_changed.emit()

    def _pieces(self, start: int, end: int) -> list[tuple[int, int, QTextCharFormat]]:
        """Return the pieces of text of one format between two positions, without objects."""
        pieces: list[tuple[int, int, QTextCharFormat]] = []
        block = self.document().findBlock(start)
        while block.isValid() and block.position() < end:
            for piece in rich_text_document.formats_of(block):
                first = max(start, block.position() + piece.start)
                last = min(end, block.position() + piece.start + piece.length)
                if first < last and piece.format.objectType() == 0:
                    # A copy: the format is part of the list of pieces and goes with it.
                    pieces.append((first, last - first, QTextCharFormat(piece.format)))
            block = block.next()
        return pieces

    def press_mark(self, event: QKeyEvent) -> bool:
        """Take the key of a mark; False for any other key."""
        pressed = QKeySequence(event.keyCombination())
        mark = next((mark for mark, keys in MARK_KEYS.items() if pressed == keys), "")
        if mark:
            self.toggle_mark(mark)
        return bool(mark)

    # ---- objects within a line

    def insert_run(self, run: Json) -> None:
        """Insert a formula or a citation where the cursor stands, instead of what is selected: one step."""
        self._session.seal()
        cursor = self.textCursor()
        rich_text_places.insert_run(cursor, run)
        self.setTextCursor(cursor)
        self._session.seal()

    def run_at_cursor(self) -> int | None:
        """Return where the object within a line stands that is selected, or beside the cursor; None for none."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            one = cursor.selectionEnd() - cursor.selectionStart() == 1
            places = [cursor.selectionStart()] if one else []
        else:
            places = [cursor.position() - 1, cursor.position()]
        return next((at for at in places if rich_text_places.kind_at(self.document(), at) == RUN_OBJECT), None)

    # ---- typing

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put in what is typed, and help with punctuation."""
        if event.key() == Qt.Key.Key_Backspace and self._delete_pair():
            return
        self._leave_object_format()
        super().keyPressEvent(event)
        if types(event):
            self.help_typing(event.text())

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Help with punctuation that an input method puts in; nothing is touched while it composes."""
        self._leave_object_format()
        super().inputMethodEvent(event)
        if not event.preeditString():
            self.help_typing(event.commitString())

    def _leave_object_format(self) -> None:
        """Let what is typed behind an object look like text: Qt would go on in the looks of the object."""
        if not self.textCursor().hasSelection() and rich_text_document.is_of_object(self.currentCharFormat()):
            self.setCurrentCharFormat(rich_text_document.marked(()))

    def help_typing(self, typed: str) -> None:
        """Turn the sign just typed into what is meant where that is plain: a step of its own."""
        if len(typed) != 1 or typed not in chinese_typing.TRIGGERS or not chinese_typing.is_on():
            return
        cursor = self.textCursor()
        before, after = rich_text_places.text_around(cursor)
        turn = chinese_typing.turned(before, after)
        if turn is None or cursor.hasSelection():
            return
        self._session.seal()
        made = QTextCharFormat(cursor.charFormat())
        at = cursor.position() - turn.taken
        cursor.beginEditBlock()
        cursor.setPosition(at)
        cursor.setPosition(at + turn.taken + turn.dropped, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(turn.before + turn.after, made)
        cursor.setPosition(at + len(turn.before))
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self._session.seal()

    def _delete_pair(self) -> bool:
        """Take both brackets away when nothing stands between them; False when that is not so."""
        cursor = self.textCursor()
        if cursor.hasSelection() or not chinese_typing.is_on():
            return False
        if not chinese_typing.is_empty_pair(*rich_text_places.text_around(cursor)):
            return False
        cursor.setPosition(cursor.position() - 1)
        cursor.setPosition(cursor.position() + 2, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        return True

    # ---- clipboard

    @override
    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Load nothing, whatever a text names."""
        return QByteArray()

    @override
    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as blocks for ourselves, as HTML and as plain text for others."""
        selected = rich_text_document.selected_blocks(self.textCursor())
        return rich_text_paste.write(selected, citation_numbers.of(self._session).words)

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take what has text."""
        return rich_text_paste.can_read(source)


def types(event: QKeyEvent) -> bool:
    """Tell whether a key puts a character in; Ctrl and Alt together are AltGr, which does."""
    held = event.modifiers() & (_CONTROL | _ALT | Qt.KeyboardModifier.MetaModifier)
    return bool(event.text()) and event.text().isprintable() and held in (Qt.KeyboardModifier(0), _CONTROL | _ALT)


def line_of(blocks: Sequence[Json]) -> list[Json]:
    """Return blocks as the runs of one line, their lines a space apart; pictures have none."""
    runs: list[Json] = []
    for told in _runs_of(blocks):
        runs += [{"text": " "}] if runs and told else []
        runs += told
    return runs


def _runs_of(blocks: Sequence[Json]) -> list[list[Json]]:
    found: list[list[Json]] = []
    for block in blocks:
        match block["type"]:
            case "paragraph":
                found.append(block["runs"])
            case "list":
                found += block["items"]
            case "table":
                found += [cell for row in block["rows"] for cell in row]
            case "formula":
                found.append([{"formula": block["latex"]}])
            case _:
                pass
    return found
