"""One thread in the panel of comments: where, who, when, what was said and answered, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.comments import TODO, Answer
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.comment_editor import CommentEditor
from kjxm_desktop.gui.comments import Comments, Placed
from kjxm_desktop.gui.labels import Icon, Label, tip
from kjxm_desktop.gui.override import override

_INDENT = 12


class CommentCard(QFrame):
    """Shows one thread. Enter leads to its place, Up and Down to its neighbours, F2 rewords it, Delete takes it out."""

    place_wanted = Signal(str)
    """The person wants to see what the comment is about."""
    step_wanted = Signal(int)
    """The next (+1) or previous (−1) card should have the keys."""
    undo_wanted = Signal()
    """The last step on the comments should be taken back."""
    told = Signal(str)
    """Something was done that can be taken back, or could not be done: a sentence on it."""
    back_wanted = Signal()
    """The keys are wanted back in the form."""

    def __init__(self, comments: Comments, parent: QWidget) -> None:
        super().__init__(parent)
        self._comments = comments
        self._shown: tuple[Placed, str, str] | None = None
        self._editor: CommentEditor | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(10, 8, 10, 8)
        self._column.setSpacing(0)
        self._inner = QWidget(self)
        self._column.addWidget(self._inner)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    # ---- what is shown

    @property
    def placed(self) -> Placed:
        """Return the thread shown."""
        assert self._shown is not None
        return self._shown[0]

    @property
    def editor(self) -> CommentEditor | None:
        """Return the editor that stands in the card; None for none."""
        return self._editor

    def show_thread(self, placed: Placed) -> None:
        """Show a thread as it is now; an editor that stands in it stays."""
        wanted = (placed, self._comments.author, strings.language())
        if wanted == self._shown:
            return
        self._shown = wanted
        now = QApplication.focusWidget()
        had_keys = now is not None and self._inner.isAncestorOf(now)
        self._editor = None
        inner = QWidget(self)
        self._column.replaceWidget(self._inner, inner)
        self._inner.hide()
        self._inner.deleteLater()
        self._inner = inner
        self._build()
        inner.show()
        self._go_on_writing()
        if had_keys and self._editor is None:
            self.setFocus()
        self.setAccessibleName(self._spoken())
        self.update()

    def _build(self) -> None:
        thread = self.placed.thread
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._head())
        if self.placed.pointer is None:
            column.addWidget(Label(strings.text("gui_comments.gone"), "hint", "warning", wraps=True))
        self._add_said(column, thread.first, "", indent=0)
        for answer in thread.answers:
            self._add_said(column, answer, answer.id, indent=_INDENT)
        if thread.resolved:
            column.addLayout(self._resolution())
        column.addWidget(self._actions())

    def _head(self) -> QHBoxLayout:
        """Return the line that tells where: a way there, or words where the place is gone."""
        head, thread = QHBoxLayout(), self.placed.thread
        head.setSpacing(6)
        kind = strings.text(f"gui_comments.kind_{thread.kind}")
        icon = Icon("todo" if thread.kind == TODO else "comment", "quiet" if thread.resolved else "accent")
        icon.setToolTip(tip(kind))
        head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        where = Label(f"{kind} · {self.placed.where}" if self.placed.where else kind, "hint", "quiet", wraps=True)
        head.addWidget(where, 1)
        if self.placed.pointer is not None:
            go = QToolButton()
            go.setAutoRaise(True)
            theme.set_icon(go, "next", "accent")
            go.setAccessibleName(strings.text("gui_comments.go", where=self.placed.where))
            go.setToolTip(tip(go.accessibleName()))
            go.clicked.connect(self._go)
            head.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _add_said(self, column: QVBoxLayout, said: Answer, answer_id: str, *, indent: int) -> None:
        block = QWidget()
        lines = QVBoxLayout(block)
        lines.setContentsMargins(indent, 3 if indent else 0, 0, 0)
        lines.setSpacing(1)
        lines.addWidget(Label(_signature(said), "hint", "quiet", wraps=True))
        words = Label(said.text + ("…" if said.cut else ""), wraps=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines.addWidget(words)
        if answer_id and self._comments.may_edit(said.by):
            ways = [("reword", lambda: self._write(("edit", self.placed.thread.id, answer_id)))] if not said.cut else []
            ways.append(("delete", lambda: self._delete(answer_id)))
            lines.addWidget(self._links(ways, said.by))
        column.addWidget(block)

    def _resolution(self) -> QHBoxLayout:
        line, thread = QHBoxLayout(), self.placed.thread
        line.setSpacing(6)
        line.addWidget(Icon("state_done", "done"), 0, Qt.AlignmentFlag.AlignTop)
        who = thread.resolved_by or strings.text("gui_comments.unsigned")
        when = moment(thread.resolved_at)
        key = "gui_comments.resolved_by" if thread.kind != TODO else "gui_comments.done_by"
        line.addWidget(Label(strings.text(key, name=who, time=when).strip(), "hint", "done", wraps=True), 1)
        return line

    def _actions(self) -> QWidget:
        thread = self.placed.thread
        ways: list[tuple[str, Callable[[], None]]] = [("answer", lambda: self._write(("answer", thread.id)))]
        if thread.resolved:
            ways.append(("reopen", self._reopen))
        else:
            ways.append(("tick" if thread.kind == TODO else "resolve", self._resolve))
        if self._comments.may_edit(thread.first.by):
            if not thread.first.cut:
                ways.append(("reword", self._reword))
            ways.append(("delete", lambda: self._delete("")))
        return self._links(ways, thread.first.by)

    def _links(self, ways: list[tuple[str, Callable[[], None]]], by: str) -> QWidget:
        line = QWidget()
        side_by_side = QHBoxLayout(line)  # one line, whatever the width: four short words
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(2 * theme.SPACE_GRID)
        for name, act in ways:
            words = strings.text(f"gui_comments.{name}")
            link = Link(words, line)
            link.setFont(theme.font("hint"))
            whose = by or strings.text("gui_comments.unsigned")
            link.setAccessibleName(strings.text("gui_comments.of", action=words, name=whose))
            link.clicked.connect(act)
            side_by_side.addWidget(link)
        side_by_side.addStretch(1)
        return line

    def _spoken(self) -> str:
        thread = self.placed.thread
        parts = [
            strings.text(f"gui_comments.kind_{thread.kind}"),
            *([strings.text("gui_comments.gone")] if self.placed.pointer is None else []),
            self.placed.where,
            _signature(thread.first),
            thread.first.text,
            *(f"{_signature(answer)}：{answer.text}" for answer in thread.answers),
            *([strings.text("gui_comments.filter_resolved")] if thread.resolved else []),
        ]
        return "，".join(part for part in parts if part)

    # ---- what is done with it

    def _go(self) -> None:
        if self.placed.pointer is not None:
            self.place_wanted.emit(self.placed.pointer)

    def _resolve(self) -> None:
        self.setFocus()
        self._comments.resolve(self.placed.thread.id, resolved=True)
        self.told.emit(strings.text("gui_comments.told_resolved"))

    def _reopen(self) -> None:
        self.setFocus()
        self._comments.resolve(self.placed.thread.id, resolved=False)
        self.told.emit(strings.text("gui_comments.told_reopened"))

    def _delete(self, answer_id: str) -> None:
        self.setFocus()
        self._comments.delete(self.placed.thread.id, answer_id)
        self.told.emit(strings.text("gui_comments.told_deleted"))

    def _reword(self) -> None:
        self._write(("edit", self.placed.thread.id, ""))

    def _write(self, key: tuple[str, ...]) -> None:
        """Open the editor for an answer or another wording, or go on in it."""
        if self._editor is None or self._editor.key != key:
            self._close_editor()
            self._open(key)
        assert self._editor is not None
        self._editor.text.setFocus()

    def _open(self, key: tuple[str, ...]) -> None:
        thread = self.placed.thread
        is_first = key == ("edit", thread.id, "")
        editor = CommentEditor(self._comments, key, self._inner, with_kind=is_first)
        if key[0] == "edit":
            said = next((told for told in thread.answers if told.id == key[2]), thread.first)
            editor.begin_with(said.text, thread.kind)
        editor.done.connect(self._on_done)
        editor.left.connect(self._on_left)
        editor.back_wanted.connect(self.back_wanted)
        layout = self._inner.layout()
        assert isinstance(layout, QLayout)
        layout.addWidget(editor)
        editor.show()
        self._editor = editor

    def _go_on_writing(self) -> None:
        """Open the editor anew that was written in before the panel was built again."""
        own = self.placed.thread.id
        key = next((key for key in self._comments.drafts if len(key) > 1 and key[0] != "new" and key[1] == own), None)
        if key is not None:
            self._open(key)

    def _close_editor(self) -> None:
        if self._editor is not None:
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None

    def _on_left(self) -> None:
        self._close_editor()
        self.setFocus()

    def _on_done(self, text: str, kind: str) -> None:
        assert self._editor is not None
        key, thread_id = list(self._editor.key), self.placed.thread.id
        self._close_editor()
        self.setFocus()
        try:
            if key[0] == "answer":
                self._comments.answer(thread_id, text)
            else:
                self._comments.edit(thread_id, key[2], text, kind)
        except KjxmError as error:
            self.told.emit(strings.error(error))

    # ---- keys and looks

    @override
    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Z for the comments while the keys are on a card."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_undo(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of a list."""
        if not self.hasFocus():
            super().keyPressEvent(event)
            return
        thread, key = self.placed.thread, event.key()
        if _is_undo(event):
            self.undo_wanted.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step_wanted.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        elif key == Qt.Key.Key_Escape:
            self.back_wanted.emit()
        elif key == Qt.Key.Key_Delete and self._comments.may_edit(thread.first.by):
            self._delete("")
        elif key == Qt.Key.Key_F2 and self._comments.may_edit(thread.first.by) and not thread.first.cut:
            self._reword()
        elif key == Qt.Key.Key_Space:
            (self._reopen if thread.resolved else self._resolve)()
        else:
            super().keyPressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Lead to the place."""
        self._go()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the paper of the card and its edge, twice as wide where the keys are."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = theme.FOCUS_WIDTH if self.hasFocus() else 1
        painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "hairline"), width))
        painter.setBrush(theme.colour("surface"))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), theme.CORNER, theme.CORNER)


def moment(told: datetime | None) -> str:
    """Return a time as it stands beside a comment; empty for none."""
    return strings.moment(told) if told is not None else ""


def _signature(said: Answer) -> str:
    name = said.by or strings.text("gui_comments.unsigned")
    told = f"{name} · {moment(said.at)}" if said.at is not None else name
    return strings.text("gui_comments.edited", told=told) if said.edited else told


def _is_undo(event: QKeyEvent) -> bool:
    plain = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return event.key() == Qt.Key.Key_Z and plain
