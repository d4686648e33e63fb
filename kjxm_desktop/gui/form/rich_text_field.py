"""The field of long text: a slim toolbar over the editor, and the sentences that a paste deserves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Dropped, Pasted
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.rich_text_document import Block
from kjxm_desktop.gui.form.rich_text_editor import LIST_KEYS, MARK_KEYS, RichTextEditor
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

_DROPPED: tuple[Dropped, ...] = ("all", "looks", "hidden", "struck", "invisible", "table", "picture", "link", "other")


class RichTextField(Field):
    """Long text in blocks."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self.editor = RichTextEditor(session, self)
        self._shown: list[Block] = []
        self._bar = RichTextBar(self.editor, self)
        self._box = FieldBox(self.editor, self, above=self._bar)
        lay_out(self, self._box)
        self._watch = TypingWatch(self.editor, session)
        self._watch.left.connect(self._on_left)
        self.editor.blocks_changed.connect(self._on_changed)
        self.editor.pasted.connect(self._on_pasted)

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

    def _on_pasted(self, offered: Pasted) -> None:
        cap = cap_of(self.control)
        kept = len(rich_text.plain(self._shown)) - len(self.editor.textCursor().selectedText())
        if kept + len(rich_text.plain(offered.blocks)) > cap:
            self.noted.emit(strings.text("gui_form.refused.too_long", cap=cap))
            return
        if offered.blocks:
            self.session.seal()
            self.editor.accept_paste(offered.blocks)
            self.session.seal()
        if offered.dropped:
            self.noted.emit(_said_of(offered))

    def _on_left(self) -> None:
        self.session.seal()
        self.left.emit()


def _said_of(offered: Pasted) -> str:
    """Return the sentence that tells what a paste lost on its way."""
    counts = [(kind, offered.dropped.get(kind, 0)) for kind in _DROPPED]
    told = spelling.listed([strings.text(f"paste.dropped.{kind}", count=count) for kind, count in counts if count])
    return strings.text("paste.dropped" if offered.blocks else "paste.nothing", kinds=told)


class RichTextBar(QWidget):
    """The slim toolbar: marks and lists, as the text at the cursor has them."""

    def __init__(self, editor: RichTextEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.SPACE_GRID // 2, 0, theme.SPACE_GRID // 2, 0)
        line.setSpacing(theme.SPACE_GRID // 2)
        self.buttons: dict[str, QToolButton] = {}
        for name in MARK_KEYS:
            line.addWidget(self._button(name, partial(editor.toggle_mark, name)))
        line.addSpacing(2 * theme.SPACE_GRID)
        for name in LIST_KEYS:
            line.addWidget(self._button(name, partial(editor.toggle_list, name)))
        line.addStretch(1)
        editor.looks_changed.connect(self._show_looks)

    def _button(self, name: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        keys = ({**MARK_KEYS, **LIST_KEYS}[name]).toString(MARK_KEYS["bold"].SequenceFormat.NativeText)
        words = strings.text(f"gui_form.rich.{name}")
        button.setAccessibleName(words)
        button.setToolTip(tip(f"{words}  {keys}"))
        theme.set_icon(button, f"text_{name}")
        button.clicked.connect(act)
        self.buttons[name] = button
        return button

    def _show_looks(self) -> None:
        marks, listed = self._editor.marks(), self._editor.list_kind()
        for name, button in self.buttons.items():
            button.setChecked(name in marks or name == listed)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairline between toolbar and text."""
        painter = QPainter(self)
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
