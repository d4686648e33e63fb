"""From a hit to its place: the section shown, what is folded opened, the very words selected in their field."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from kjxm_desktop.core import json_pointer, rich_passages
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.search import Hit
from kjxm_desktop.gui import utf16
from kjxm_desktop.gui.desk import Desk
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.prose_table import CAPTION
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.session import Session

_TYPED = ("runs", "items")
"""The pieces of blocks that are lines of the editor; all others stand in objects."""


def lead(desk: Desk, session: Session, hit: Hit, *, keys: bool) -> QWidget | None:
    """Show the place of `hit` and select what was found; return the widget that holds it, None for the notice.

    The keys go into its field. With `keys` they are to stay there: a cell of a table in prose opens, and the form of
    a row where a cell is too large for the grid. Whoever wants them elsewhere takes them back and calls `select` again,
    since a line forgets what is selected in it when it loses them.
    """
    if hit.kind == "notice":
        desk.show_book(True)
        desk.book.show_in_notice(hit.start, hit.end)
        return None
    desk.go_to(_pointer_of(session, hit))
    if hit.kind == "guidance":
        control = session.form.control(hit.pointer)
        if control is not None:
            desk.show_book(True)
            desk.book.show_guidance(control, str(hit.part[0]), hit.start, hit.end)
    now = focused(desk)
    if keys and hit.kind == "answer":
        now = _opened(now, hit) or now
    select(now, session, hit, keys=keys)
    now = now if now is None else focused(now)
    if now is not None:
        held = now
        QTimer.singleShot(0, held, lambda: _bring_up(desk, held))  # after the page has scrolled to the field
    return now


def _opened(widget: QWidget | None, hit: Hit) -> QWidget | None:
    """Open the form of the row where a grid cannot show the words; return what has the keys in it, None otherwise."""
    row = row_of(widget)
    column = row.control.column(json_pointer.parse(hit.pointer)[-1]) if row is not None else None
    if row is None or column is None or column.kind != "rich" or not isinstance(row.field, TableField):
        return None
    number = int(json_pointer.parse(hit.pointer)[len(json_pointer.parse(row.pointer))])
    form = row.field.open_row(number)
    form.go_to(hit.pointer)
    form.activateWindow()
    return focused(form)


def focused(inside: QWidget) -> QWidget | None:
    """Return the widget that has the keys in the window of `inside`, whether or not that window is the active one."""
    return cast("QWidget | None", inside.window().focusWidget())  # the bindings' types promise one


def _pointer_of(session: Session, hit: Hit) -> str:
    """Return where a hit leads; the question of a column leads to its first cell, or to the table without rows."""
    if "*" not in hit.pointer:
        return hit.pointer
    cell = json_pointer.build(["0" if token == "*" else token for token in json_pointer.parse(hit.pointer)])
    table = hit.pointer.partition("/*")[0]
    return cell if session.value(table) else table


def select(widget: QWidget | None, session: Session, hit: Hit, *, keys: bool = False) -> None:
    """Select the words of a hit in the widget of its field; whatever else has the keys is left alone."""
    row = row_of(widget)
    if hit.kind != "answer" or row is None or row.pointer != hit.pointer:
        return
    start, length = utf16.units(hit.text[: hit.start]), utf16.units(hit.text[hit.start : hit.end])
    if isinstance(row.field, RichTextField):
        _select_in_prose(row.field, session.value(hit.pointer), hit, (start, length), keys=keys)
    elif isinstance(widget, QLineEdit):
        if widget.text() == hit.text:
            widget.setSelection(start, length)
    elif isinstance(widget, QPlainTextEdit) and widget.toPlainText() == hit.text:
        _select_span(widget, start, length)


def _select_span(editor: QTextEdit | QPlainTextEdit, start: int, length: int) -> None:
    cursor = QTextCursor(editor.document())
    cursor.setPosition(start)
    cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    editor.ensureCursorVisible()


def _select_in_prose(field: RichTextField, blocks: Json, hit: Hit, span: tuple[int, int], *, keys: bool) -> None:
    """Select the words in their line, or the object that they stand in; with `keys` go into the cell of a table."""
    field.tables.close()
    editor, (start, length) = field.editor, span
    line = _line_of(editor, blocks, hit)
    if line is None:
        return
    if hit.part[1] in _TYPED:
        if hit.part[-1] == "formula":
            runs = _value_at(blocks, hit.part[:-2])
            start, length = utf16.units(rich_passages.text_of(runs[: int(hit.part[-2])])), 1
        _select_span(editor, line.position() + start, length)
        return
    _select_span(editor, line.position(), 1)
    block = blocks[int(hit.part[0])]
    if keys and block["type"] == "table" and hit.part[-1] != "formula":
        place = (CAPTION, 0) if hit.part[1] == "caption" else (int(hit.part[2]), int(hit.part[3]))
        field.tables.open(line.position(), *place)
        if field.tables.cell.toPlainText() == hit.text:
            _select_span(field.tables.cell, start, length)


def _line_of(editor: QTextEdit, blocks: Json, hit: Hit) -> QTextBlock | None:
    """Return the line of the editor that a hit stands in.

    Lines are told by what they say, and equal ones by their order: an editor may keep more lines than there are pieces.
    """
    at = int(hit.part[0])
    if hit.part[1] not in _TYPED:
        number = sum(1 for block in blocks[:at] if block == blocks[at])
        found = [line for line in _lines(editor) if _is_object(line, blocks[at])]
    else:
        part = hit.part[: 3 if hit.part[1] == "items" else 2]
        text = rich_passages.text_of(_value_at(blocks, part))
        same = [piece for piece, said in rich_passages.passages(blocks) if said == text and piece[1] in _TYPED]
        number = [piece for piece in same if not rich_passages.is_fixed(piece)].index(part)
        found = [line for line in _lines(editor) if line.text() == text]
    return found[number] if number < len(found) else None


def _value_at(blocks: Json, part: rich_passages.Part) -> Json:
    for token in part:
        blocks = blocks[token]
    return blocks


def _lines(editor: QTextEdit) -> list[QTextBlock]:
    lines: list[QTextBlock] = []
    line = editor.document().begin()
    while line.isValid():
        lines.append(line)
        line = line.next()
    return lines


def _is_object(line: QTextBlock, block: Json) -> bool:
    return any(
        piece.format.objectType() == BLOCK_OBJECT and rich_text_document.told_by(piece.format) == block
        for piece in rich_text_document.formats_of(line)
    )


def _bring_up(desk: Desk, widget: QWidget) -> None:
    """Scroll the page so that the words selected are seen, a third below its top where they were out of sight."""
    page = desk.page
    inner, view = page.widget(), page.viewport()
    if not inner.isAncestorOf(widget):
        return
    place: QRect = widget.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    top = widget.mapTo(inner, QPoint(0, place.top())).y()
    bar = page.verticalScrollBar()
    if not bar.value() <= top <= bar.value() + view.height() - place.height():
        bar.setValue(max(0, top - view.height() // 3))
