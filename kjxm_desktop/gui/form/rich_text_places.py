"""Places in the document of long text: what stands at one, and what is put there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT, OBJECT, RUN_OBJECT

KINDS = (BLOCK_OBJECT, RUN_OBJECT)


def format_at(document: QTextDocument, at: int) -> QTextCharFormat:
    """Return the format of the character at a position; an empty one beyond the ends."""
    if not 0 <= at < document.characterCount() - 1:
        return QTextCharFormat()
    cursor = QTextCursor(document)
    cursor.setPosition(at + 1)
    # At the start of a block Qt tells the format of what follows: it is asked from behind, where it is sure.
    return cursor.charFormat() if not cursor.atBlockStart() else QTextCharFormat()


def kind_at(document: QTextDocument, at: int) -> int:
    """Return what kind of object stands at a position; 0 for text."""
    kind = format_at(document, at).objectType()
    return kind if kind in KINDS and document.characterAt(at) == OBJECT else 0


def object_at(document: QTextDocument, at: int) -> dict[str, Json]:
    """Return the block or run of the object at a position; {} where there is none."""
    if not kind_at(document, at):
        return {}
    return rich_text_document.told_by(format_at(document, at))


def objects(document: QTextDocument) -> Iterator[int]:
    """Yield the positions of all objects that are lines of their own."""
    block = document.begin()
    while block.isValid():
        if OBJECT in block.text():
            for at in range(block.position(), block.position() + block.length() - 1):
                if kind_at(document, at) == BLOCK_OBJECT:
                    yield at
        block = block.next()


def object_in(block: QTextBlock) -> int | None:
    """Return where the first object that wants a line of its own stands in a text block; None for none."""
    if OBJECT not in block.text():
        return None
    for piece in rich_text_document.formats_of(block):
        if piece.format.objectType() == BLOCK_OBJECT:
            return block.position() + piece.start
    return None


def selected_object(cursor: QTextCursor) -> int | None:
    """Return where the object stands that is a line of its own and is selected alone; None for none."""
    if cursor.selectionEnd() - cursor.selectionStart() != 1:
        return None
    at = cursor.selectionStart()
    return at if kind_at(cursor.document(), at) == BLOCK_OBJECT else None


def put_object(document: QTextDocument, at: int, told: Json) -> None:
    """Put another block or run in the place of the object at a position: its format alone changes."""
    cursor = span(document, at, 1)
    cursor.setCharFormat(rich_text_document.object_format(kind_at(document, at), told))


def remove_line(cursor: QTextCursor) -> None:
    """Take the empty line of the cursor away, its neighbours' looks staying; the only one becomes a paragraph."""
    block = cursor.block()
    if block.previous().isValid():
        cursor.deletePreviousChar()
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        return
    following = block.next()
    made = following.blockFormat() if following.isValid() else rich_text_document.paragraph_format()
    cursor.deleteChar()
    cursor.setBlockFormat(made)
    cursor.setBlockCharFormat(rich_text_document.marked(()))


def insert_run(cursor: QTextCursor, run: Json) -> None:
    """Insert a formula or a citation at the cursor instead of what is selected; typing goes on as before."""
    made = QTextCharFormat(cursor.charFormat())
    cursor.beginEditBlock()
    cursor.insertText(OBJECT, rich_text_document.object_format(RUN_OBJECT, run))
    cursor.setCharFormat(rich_text_document.marked(rich_text_document.marks_of(made)))
    cursor.endEditBlock()


def span(document: QTextDocument, at: int, length: int) -> QTextCursor:
    """Return a cursor that selects a piece of the document."""
    cursor = QTextCursor(document)
    cursor.setPosition(at)
    cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def text_around(cursor: QTextCursor) -> tuple[str, str]:
    """Return the text of the paragraph before and after the cursor."""
    block, at = cursor.block(), cursor.positionInBlock()
    text = block.text()
    if len(text) == block.length() - 1:
        return text[:at], text[at:]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[: 2 * at].decode("utf-16-le", "replace"), units[2 * at :].decode("utf-16-le", "replace")


def corner_of(document: QTextDocument, at: int, height: float) -> QPointF:
    """Return where the upper left corner stands, in the pixels of the document, of an object of that height."""
    block = document.findBlock(at)
    document.documentLayout().blockBoundingRect(block)  # lays out what is not laid out yet
    layout = block.layout()
    line = layout.lineForTextPosition(at - block.position())
    if not line.isValid():
        return layout.position()
    # The bindings give the position asked for beside its place, which their types do not tell.
    x, _ = cast("tuple[float, int]", line.cursorToX(at - block.position()))
    return layout.position() + QPointF(x, line.y() + line.ascent() + line.descent() - height)
