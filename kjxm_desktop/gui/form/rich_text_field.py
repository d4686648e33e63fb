"""The field of long text: a slim toolbar over the editor, and the sentences that a paste deserves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import KINDS, Pasted
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.form import name_completion, spelling
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.file_text import FileText
from kjxm_desktop.gui.form.prose_objects import ProseObjects
from kjxm_desktop.gui.form.rich_text_bar import RichTextBar
from kjxm_desktop.gui.form.rich_text_document import Block
from kjxm_desktop.gui.form.rich_text_editor import RichTextEditor
from kjxm_desktop.gui.form.table_editing import TableEditing
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


class RichTextField(Field):
    """Long text in blocks."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self.editor = RichTextEditor(session, self)
        self.tables = TableEditing(session, self.editor)
        self.objects = ProseObjects(session, self.editor, self.tables, self)
        self._shown: list[Block] = []
        self._bar = RichTextBar(self.editor, self.tables, self.objects, self)
        self._box = FieldBox(self.editor, self, above=self._bar)
        lay_out(self, self._box)
        self._watch = TypingWatch(self.editor, session)
        for watch in (self._watch, self.tables.watch):
            watch.left.connect(self._on_left)
        self.editor.blocks_changed.connect(self._on_changed)
        self.editor.pasted.connect(self._on_pasted)
        self.tables.cell.pasted.connect(self._on_pasted_in_cell)
        self.tables.moved.connect(self._box.update)
        self.texts = FileText(self.editor, self)
        for source in (self.objects, self.texts):
            source.refused.connect(self.refuse)
            source.told.connect(self.noted)
        for words in (self.editor, self.tables.cell):
            name_completion.offer_in_field(words, self)

    @override
    def show_value(self, value: Json) -> None:
        """Show blocks that came from elsewhere."""
        blocks: list[Block] = value or []
        if blocks != self._shown:
            self._shown = blocks
            if blocks != self.editor.blocks():
                self.editor.fill(blocks)

    @override
    def input_widget(self) -> QWidget:
        """Return the editor."""
        return self.editor

    @override
    def go_to(self, pointer: str) -> None:
        """Put the keys into the text; a cell that has them keeps them."""
        if self.tables.is_open:
            self.tables.cell.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().go_to(pointer)

    @override
    def count(self) -> int | None:
        """Return the 字数."""
        return self.editor.word_count()

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    def _on_changed(self) -> None:
        blocks = self.editor.blocks()
        if blocks == self._shown:  # Qt tells of a change while an input method composes, too
            return
        before, self._shown = self._shown, blocks
        self.noted.emit("")
        if not self.put(blocks):
            self._shown = before
            self.editor.fill(before)

    # ---- pastes

    def _on_pasted(self, offered: Pasted) -> None:
        if not self._has_room(offered.blocks, self.editor.textCursor().selectedText()):
            return
        if offered.blocks:
            try:
                for picture in offered.pictures:
                    self.session.add_media(picture)
            except KjxmError as error:
                self.refuse(error)
                return
            self.session.seal()
            self.editor.accept_paste(offered.blocks)
            self.session.seal()
        self._tell(offered)

    def _on_pasted_in_cell(self, offered: Pasted) -> None:
        """Put a table in cell by cell, and anything else as one line."""
        if not self.tables.is_open or not self._has_room(offered.blocks, self.tables.cell.textCursor().selectedText()):
            return
        if [block["type"] for block in offered.blocks] == ["table"]:
            self.tables.put_block(offered.blocks[0]["rows"])
        elif offered.blocks:
            self.tables.put_line(offered.blocks)
        self._tell(offered)

    def _has_room(self, blocks: Sequence[Json], replaced: str) -> bool:
        """Tell whether blocks fit below the storage cap; say so where they do not."""
        cap = cap_of(self.control)
        kept = len(rich_text.plain(self._shown)) - len(replaced)
        fits = kept + len(rich_text.plain(list(blocks))) <= cap
        if not fits:
            self.noted.emit(strings.text("gui_form.refused.too_long", cap=cap))
        return fits

    def _tell(self, offered: Pasted) -> None:
        if offered.dropped:
            self.noted.emit(_said_of(offered))

    def _on_left(self) -> None:
        self.session.seal()
        now = QApplication.focusWidget()
        if now is None or not self.isAncestorOf(now):
            self.left.emit()


def _said_of(offered: Pasted) -> str:
    """Return the sentence that tells what a paste lost on its way."""
    counts = [(kind, offered.dropped.get(kind, 0)) for kind in KINDS]
    told = spelling.listed([strings.text(f"paste.dropped.{kind}", count=count) for kind, count in counts if count])
    return strings.text("paste.dropped" if offered.blocks else "paste.nothing", kinds=told)
