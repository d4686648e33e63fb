"""The editor of long text: lines, lists, objects that stand between them, and a clipboard that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QTextCursor,
    QTextDocument,
    QTextListFormat,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import rich_text_document, rich_text_paste, rich_text_places
from kjxm_desktop.gui.form.rich_text_document import OBJECT, Block, Reader
from kjxm_desktop.gui.form.standing_objects import BACKWARD, FORWARD, PLAIN, StandingObjects
from kjxm_desktop.gui.form.typed_text import types
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

LEAST_LINES = 5
MOST_LINES = 24
LIST_KEYS = {"bullets": QKeySequence("Ctrl+Shift+8"), "numbers": QKeySequence("Ctrl+Shift+7")}


class RichTextEditor(StandingObjects):
    """Edits blocks. It grows with what is written, from 5 lines to 24, then scrolls."""

    blocks_changed = Signal()
    """The person has changed something."""
    filled = Signal()
    """Blocks from elsewhere are shown now."""
    pasted = Signal(object)
    """Blocks are about to be inserted, and something may have been dropped: a `Pasted`. See `accept_paste`."""
    file_offered = Signal(object)
    """The path of a Word or text file that was pasted or dropped."""
    reading_offered = Signal(object)
    """What reads a paste that takes a while, to be called on another thread: it returns a `Pasted`."""
    pictures_offered = Signal(object)
    """A QMimeData with pictures was pasted or dropped."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._filling = False
        self.setTabChangesFocus(True)
        self.setFont(theme.font("prose"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        document = self.document()
        document.setDocumentMargin(2 * theme.SPACE_GRID)
        self._reader = Reader(document)
        self._height = 0
        document.contentsChanged.connect(self._on_contents_changed)
        document.documentLayout().documentSizeChanged.connect(self._on_size_changed)
        self.fill([])

    # ---- blocks

    def fill(self, blocks: Sequence[Block]) -> None:
        """Show `blocks`, the cursor at the end of what differs from what was shown."""
        before, after = self.toPlainText(), _shown_text(blocks)
        line = _changed_line(self.blocks(), blocks) if before == after else None
        at = _end_of_change(before, after) if self.hasFocus() and before != after else 0
        kept = self.textCursor().position()
        self._filling = True
        rich_text_document.fill(self.document(), blocks)
        self._reader.read_all()
        self._filling = False
        if before == after:
            at = kept if line is None else self.document().findBlockByNumber(line).position()
        cursor = self.textCursor()
        cursor.setPosition(min(at, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.filled.emit()

    def blocks(self) -> list[Block]:
        """Return what is written, as blocks."""
        return self._reader.blocks()

    def word_count(self) -> int:
        """Return its 字数."""
        return self._reader.word_count()

    def _on_contents_changed(self) -> None:
        if not self._filling:
            self.blocks_changed.emit()

    # ---- lists

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
        self._session.seal()
        self._filling = True
        cursor.beginEditBlock()
        listed = None
        block = first
        while block.isValid() and block.position() <= last.position():
            part = QTextCursor(block)
            if rich_text_document.list_at(part) is not None:
                self._leave_list(part)
            if rich_text_places.object_in(block) is not None:
                listed = None
            elif not leave:
                if listed is None:
                    listed = part.createList(rich_text_document.list_format(kind == "numbers"))
                else:
                    listed.add(block)
            block = block.next()
        cursor.endEditBlock()
        self._read_anew()
        self._session.seal()

    def _leave_list(self, cursor: QTextCursor) -> None:
        listed = rich_text_document.list_at(cursor)
        if listed is not None:
            listed.remove(cursor.block())
            cursor.setBlockFormat(rich_text_document.paragraph_format())

    def _read_anew(self) -> None:
        """Read everything anew: a step on a list touches the looks of its other lines as well."""
        _part_lists(self.document())
        self._filling = False
        self._reader.read_all()
        self.blocks_changed.emit()
        self.looks_changed.emit()

    # ---- objects that stand by themselves

    def insert_blocks(self, blocks: Sequence[Block]) -> int:
        """Insert blocks on lines of their own at the cursor, as one step; return where the last one stands."""
        self._session.seal()
        self.collapse()
        cursor = self.textCursor()
        self._filling = True
        cursor.beginEditBlock()
        rich_text_document.insert(cursor, blocks)
        at = cursor.position() - 1
        if not cursor.movePosition(QTextCursor.MoveOperation.NextBlock):  # there must be a line to go on writing in
            cursor.insertBlock(rich_text_document.paragraph_format(), rich_text_document.marked(()))
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self._read_anew()
        self._session.seal()
        self.ensureCursorVisible()
        return at

    # ---- keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of marks, lists and objects; keep objects on lines of their own."""
        kind = next((kind for kind, keys in LIST_KEYS.items() if QKeySequence(event.keyCombination()) == keys), "")
        if kind:
            self.toggle_list(kind)
        elif self.press_mark(event) or self.press_on_object(event) or self._press_beside_object(event):
            return
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._break_line()
        elif event.key() == Qt.Key.Key_Backspace and self._at_start_of_item():
            self._filling = True
            self._leave_list(self.textCursor())
            self._read_anew()
        else:
            if types(event):
                self._step_off_object()
            super().keyPressEvent(event)
            if event.key() in (*BACKWARD, *FORWARD) and event.modifiers() == PLAIN:
                self.select_reached()

    def _press_beside_object(self, event: QKeyEvent) -> bool:
        """Select the object that a deleting key would pull a line onto; False for everything else."""
        cursor, key = self.textCursor(), event.key()
        if cursor.hasSelection() or event.modifiers() != PLAIN:
            return False
        block = cursor.block()
        if key == Qt.Key.Key_Backspace and cursor.atBlockStart() and not self._at_start_of_item():
            beside = block.previous()
        elif key == Qt.Key.Key_Delete and cursor.atBlockEnd():
            beside = block.next()
        else:
            return False
        at = rich_text_places.object_in(beside) if beside.isValid() else None
        if at is None or rich_text_places.object_in(block) is not None:
            return False
        if block.length() == 1 and block.document().blockCount() > 2:
            self._delete_line(cursor, backward=key == Qt.Key.Key_Backspace)
            at = at if key == Qt.Key.Key_Backspace else at - 1
        self.select_object(at)
        return True

    def _delete_line(self, cursor: QTextCursor, *, backward: bool) -> None:
        """Take an empty line away, the looks of its neighbour staying what they are."""
        self._filling = True
        cursor.beginEditBlock()
        if backward:
            cursor.deletePreviousChar()
        else:
            made = cursor.block().next().blockFormat()
            cursor.deleteChar()
            cursor.setBlockFormat(made)
        cursor.endEditBlock()
        self._read_anew()

    def _break_line(self) -> None:
        cursor = self.textCursor()
        if self._at_start_of_item() and cursor.block().length() == 1:
            self._filling = True
            self._leave_list(cursor)
            self._read_anew()
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
        """Open a line of its own for what is typed on or beside a table, a picture or a formula."""
        self.collapse()
        cursor = self.textCursor()
        if cursor.hasSelection() or rich_text_places.object_in(cursor.block()) is None:
            return
        before = cursor.atBlockStart()
        cursor.insertBlock(rich_text_document.paragraph_format(), rich_text_document.marked(()))
        if before:
            cursor.movePosition(QTextCursor.MoveOperation.PreviousBlock)
            cursor.setBlockFormat(rich_text_document.paragraph_format())
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(rich_text_document.marked(()))

    @override
    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Let nothing that is composed take the place of an object, and give what is put in a line of its own."""
        if self.object_near() is not None:
            self.collapse()
            if event.commitString():
                super().inputMethodEvent(QInputMethodEvent())  # what was composed beside the object goes
                self._step_off_object()
        super().inputMethodEvent(event)

    # ---- clipboard

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take what has text or pictures; a file of another kind is the window's."""
        if source.urls() and not source.hasHtml():
            return rich_text_paste.has_pictures(source) or rich_text_paste.text_file(source) is not None
        return rich_text_paste.can_read(source) or rich_text_paste.has_pictures(source)

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        """Offer what blocks can hold of a paste or a drop; whoever owns the editor takes or refuses it."""
        if rich_text_paste.is_picture(source):
            self.pictures_offered.emit(source)
            return
        path = rich_text_paste.text_file(source)
        if path is not None:
            self.file_offered.emit(path)
            return
        reader = rich_text_paste.heavy_reader(source)
        if reader is not None:
            self.reading_offered.emit(reader)
            return
        offered = rich_text_paste.read(source, lambda digest: self._session.media(digest) is not None)
        if not offered.blocks and rich_text_paste.has_pictures(source):
            self.pictures_offered.emit(source)
        elif offered.blocks or offered.dropped:
            self.pasted.emit(offered)

    def accept_paste(self, blocks: Sequence[Block]) -> None:
        """Insert blocks at the cursor."""
        self.collapse()
        self._step_off_object()
        cursor = self.textCursor()
        self._filling = True
        rich_text_document.insert(cursor, blocks)
        self.setTextCursor(cursor)
        self._read_anew()
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


def _part_lists(document: QTextDocument) -> None:
    """Make the items behind a line that is none of their list a list of their own, as they are kept."""
    begun: set[int] = set()
    key, part, block = -1, None, document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        listed = rich_text_document.list_at(cursor)
        before, key = key, listed.objectIndex() if listed is not None else -1
        if listed is not None and key != before:
            part = cursor.createList(QTextListFormat(listed.format().toListFormat())) if key in begun else None
            begun.add(key)
        elif listed is not None and part is not None:
            part.add(block)
        block = block.next()


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


def _changed_line(before: Sequence[Block], after: Sequence[Block]) -> int | None:
    """Return the line of the first object that is another one, as a table with another cell; None for none."""
    line = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            return line if other["type"] not in ("paragraph", "list") else None
        line += len(other["items"]) if other["type"] == "list" else 1
    return None


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
