"""The editor of long text: keys, marks, lists, and a clipboard that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCharFormat, QTextCursor, QTextListFormat
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import rich_text_document, rich_text_objects, rich_text_paste
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT, OBJECT, Block, Reader
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

LEAST_LINES = 5
MOST_LINES = 24
MARK_KEYS = {
    "bold": QKeySequence("Ctrl+B"),
    "italic": QKeySequence("Ctrl+I"),
    "underline": QKeySequence("Ctrl+U"),
    "sub": QKeySequence("Ctrl+="),
    "sup": QKeySequence("Ctrl+Shift+="),
}
LIST_KEYS = {"bullets": QKeySequence("Ctrl+Shift+8"), "numbers": QKeySequence("Ctrl+Shift+7")}


class RichTextEditor(QTextEdit):
    """Edits blocks. It grows with what is written, from 5 lines to 24, then scrolls."""

    blocks_changed = Signal()
    """The person has changed something."""
    looks_changed = Signal()
    """The cursor stands in text of other marks, or in or out of a list."""
    pasted = Signal(object)
    """Blocks are about to be inserted, and something may have been dropped: a `Pasted`. See `accept_paste`."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("prose"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        document = self.document()
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(2 * theme.SPACE_GRID)
        self._drawing = rich_text_objects.draw_in(session, document)
        self._reader = Reader(document)
        self._height = 0
        document.contentsChanged.connect(self._on_contents_changed)
        document.documentLayout().documentSizeChanged.connect(self._on_size_changed)
        self.cursorPositionChanged.connect(self.looks_changed)
        self.currentCharFormatChanged.connect(self._on_format_changed)
        self.fill([])

    # ---- blocks

    def fill(self, blocks: Sequence[Block]) -> None:
        """Show `blocks`, the cursor at the end of what differs from what was shown."""
        at = _end_of_change(self.toPlainText(), _shown_text(blocks)) if self.hasFocus() else 0
        self._filling = True
        rich_text_document.fill(self.document(), blocks)
        self._reader.read_all()
        self._filling = False
        cursor = self.textCursor()
        cursor.setPosition(min(at, self.document().characterCount() - 1))
        self.setTextCursor(cursor)

    def blocks(self) -> list[Block]:
        """Return what is written, as blocks."""
        return self._reader.blocks()

    def word_count(self) -> int:
        """Return its 字数."""
        return self._reader.word_count()

    def _on_contents_changed(self) -> None:
        if not self._filling:
            self.blocks_changed.emit()

    def _on_format_changed(self) -> None:
        self.looks_changed.emit()

    # ---- marks and lists

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
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        cursor.beginEditBlock()
        for at, length, made in self._pieces(start, end):
            part = QTextCursor(self.document())
            part.setPosition(at)
            part.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
            part.setCharFormat(rich_text_document.with_mark(made, mark, on))
        cursor.endEditBlock()
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

    def list_kind(self) -> str:
        """Return in what kind of list the cursor stands: "bullets", "numbers" or ""."""
        listed = rich_text_document.list_at(self.textCursor())
        if listed is None:
            return ""
        return "numbers" if listed.format().style() == QTextListFormat.Style.ListDecimal else "bullets"

    def toggle_list(self, kind: str) -> None:
        """Make the selected lines items of a list, or plain lines again when they are that already."""
        cursor = self.textCursor()
        leave = self.list_kind() == kind
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(cursor.selectionEnd())
        self._filling = True
        cursor.beginEditBlock()
        listed = None
        block = first
        while block.isValid() and block.position() <= last.position():
            part = QTextCursor(block)
            if rich_text_document.list_at(part) is not None:
                self._leave_list(part)
            if not leave and not self._holds_object(block.text()):
                if listed is None:
                    listed = part.createList(rich_text_document.list_format(kind == "numbers"))
                else:
                    listed.add(block)
            block = block.next()
        cursor.endEditBlock()
        self._after_lists()

    def _leave_list(self, cursor: QTextCursor) -> None:
        listed = rich_text_document.list_at(cursor)
        if listed is not None:
            listed.remove(cursor.block())
            cursor.setBlockFormat(rich_text_document.paragraph_format())

    def _after_lists(self) -> None:
        """Read everything anew: a step on a list touches the looks of its other lines as well."""
        self._filling = False
        self._reader.read_all()
        self.blocks_changed.emit()
        self.looks_changed.emit()

    def _holds_object(self, text: str) -> bool:
        return text == OBJECT and self.textCursor().charFormat().objectType() == BLOCK_OBJECT

    # ---- keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of marks and lists; keep objects on lines of their own."""
        pressed = QKeySequence(event.keyCombination())
        for mark, keys in MARK_KEYS.items():
            if pressed == keys:
                self.toggle_mark(mark)
                return
        for kind, keys in LIST_KEYS.items():
            if pressed == keys:
                self.toggle_list(kind)
                return
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._break_line()
        elif key == Qt.Key.Key_Backspace and self._at_start_of_item():
            self._filling = True
            self._leave_list(self.textCursor())
            self._after_lists()
        else:
            if event.text() and event.text().isprintable():
                self._step_off_object()
            super().keyPressEvent(event)

    def _break_line(self) -> None:
        cursor = self.textCursor()
        if self._at_start_of_item() and cursor.block().length() == 1:
            self._filling = True
            self._leave_list(cursor)
            self._after_lists()
            return
        cursor.insertBlock()
        if rich_text_document.list_at(cursor) is None:
            cursor.setBlockFormat(rich_text_document.paragraph_format())
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _at_start_of_item(self) -> bool:
        cursor = self.textCursor()
        return not cursor.hasSelection() and cursor.atBlockStart() and rich_text_document.list_at(cursor) is not None

    def _step_off_object(self) -> None:
        """Open a line of its own for what is typed beside a table, a picture or a formula."""
        cursor = self.textCursor()
        block = cursor.block()
        if cursor.hasSelection() or OBJECT not in block.text():
            return
        if not any(piece.format.objectType() == BLOCK_OBJECT for piece in rich_text_document.formats_of(block)):
            return
        before = cursor.atBlockStart()
        cursor.insertBlock(rich_text_document.paragraph_format(), rich_text_document.marked(()))
        if before:
            cursor.movePosition(QTextCursor.MoveOperation.PreviousBlock)
            cursor.setBlockFormat(rich_text_document.paragraph_format())
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(rich_text_document.marked(()))

    # ---- clipboard

    @override
    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Load nothing, whatever a text names."""
        return QByteArray()

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take what has text."""
        return rich_text_paste.can_read(source)

    @override
    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy as blocks for ourselves, as HTML and as plain text for others."""
        return rich_text_paste.write(rich_text_document.selected_blocks(self.textCursor()))

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        """Offer what blocks can hold of a paste or a drop; whoever owns the editor takes or refuses it."""
        offered = rich_text_paste.read(source, lambda digest: self._session.media(digest) is not None)
        if offered.blocks or offered.dropped:
            self.pasted.emit(offered)

    def accept_paste(self, blocks: Sequence[Block]) -> None:
        """Insert blocks at the cursor."""
        cursor = self.textCursor()
        self._filling = True
        rich_text_document.insert(cursor, blocks)
        self.setTextCursor(cursor)
        self._after_lists()
        self.ensureCursorVisible()

    # ---- size

    def _on_size_changed(self) -> None:
        height = self.sizeHint().height()
        if height != self._height:
            self._height = height
            self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        """Ask for the height of what is written, within bounds."""
        line = self.fontMetrics().height() * theme.PROSE_LINE_PERCENT // 100
        margin = round(2 * self.document().documentMargin())
        wanted = round(self.document().size().height())
        return QSize(300, max(LEAST_LINES * line + margin, min(MOST_LINES * line + margin, wanted)))

    @override
    def minimumSizeHint(self) -> QSize:
        """Keep the height in tight layouts too."""
        return QSize(120, self.sizeHint().height())


def _shown_text(blocks: Sequence[Block]) -> str:
    """Return what `toPlainText` will say of blocks: an object is one character."""
    lines: list[str] = []
    for block in blocks:
        if block["type"] == "paragraph":
            lines.append(_line_text(block["runs"]))
        elif block["type"] == "list":
            lines += [_line_text(item) for item in block["items"]]
        else:
            lines.append(OBJECT)
    return "\n".join(lines)


def _line_text(runs: Sequence[Json]) -> str:
    return "".join(run.get("text", OBJECT) for run in runs)


def _end_of_change(before: str, after: str) -> int:
    """Return where the change from one text to another ends, in UTF-16 units of the second."""
    same_end = 0
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    while same_end < most - start and before[-1 - same_end] == after[-1 - same_end]:
        same_end += 1
    return len(after[: len(after) - same_end].encode("utf-16-le")) // 2
