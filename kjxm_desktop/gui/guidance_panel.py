"""The reference book on the right: what is required, how to write it, an example, and the notice at its place."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QScrollArea,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.notice_text import readable


class GuidancePanel(QWidget):
    """Two leaves: 填写要求 for the control in hand, 通知原文 opened at the clause asked for."""

    def __init__(self, call: Call, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call = call
        self._control: Control | None = None
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        self._guide = _Guide(self)
        self._guide.clause_button.clicked.connect(self._on_clause)
        self._notice = _Notice(call, self)
        self._tabs.addTab(self._guide, strings.text("gui_window.guidance"))
        self._tabs.tabBar().setAccessibleName(strings.text("gui_window.show_book"))
        self._guide.setAccessibleName(strings.text("gui_window.guidance"))
        self._tabs.addTab(self._notice, strings.text("gui_window.notice"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._tabs)

    def show_control(self, control: Control) -> None:
        """Open the book at `control`."""
        if control is not self._control:
            self._control = control
            self._guide.show_control(control)

    def show_clause(self, clause: str) -> None:
        """Open the notice where `clause` stands, and mark it."""
        place = self._call.clause_place(clause)
        if place is not None:
            self._tabs.setCurrentWidget(self._notice)
            self._notice.show_place(*place)

    def _on_clause(self) -> None:
        if self._control is not None and self._control.clause:
            self.show_clause(self._control.clause)


class _Guide(QScrollArea):
    """One control's guidance, as wrapped text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        self._title = Label("", "group", wraps=True)
        self.clause_button = Link()
        self._empty = Label(strings.text("gui_window.guidance_empty"), "body", "quiet", wraps=True)
        column.addWidget(self._title)
        column.addWidget(self.clause_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._empty)
        self._parts: list[tuple[Label, Label]] = []
        for name in ("requirement", "writing", "example"):
            head = Label(strings.text(f"gui_window.{name}"), "label", "quiet")
            body = Label("", "body", wraps=True)
            body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addSpacing(8)
            column.addWidget(head)
            column.addWidget(body)
            self._parts.append((head, body))
            head.hide()
        column.addStretch(1)
        self.clause_button.hide()
        self.setWidget(inner)

    def show_control(self, control: Control) -> None:
        """Write what is known of `control`."""
        self._empty.hide()
        self._title.setText(strings.pick(control.label))
        self.clause_button.setVisible(control.clause is not None)
        if control.clause:
            self.clause_button.setText(strings.text("gui_window.open_clause", clause=control.clause))
        guidance = control.guidance
        texts = (guidance.requirement, guidance.writing, guidance.example)
        for (head, body), text in zip(self._parts, texts, strict=True):
            head.setVisible(bool(text))
            body.setVisible(bool(text))
            body.setText(text)
        self.verticalScrollBar().setValue(0)


class _Notice(QPlainTextEdit):
    """The notice itself, to be read, with one clause marked."""

    def __init__(self, call: Call, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(strings.text("gui_window.notice"))
        self._notice = readable(call.notice)
        self.setPlainText(self._notice.shown)
        self.document().setDocumentMargin(14)

    def show_place(self, start: int, end: int) -> None:
        """Scroll to the characters `start` to `end` of the notice and mark them."""
        text = self._notice.shown
        start = self._notice.place(start)
        end = start + len(text[start : self._notice.place(end)].rstrip())
        cursor = QTextCursor(self.document())
        # Qt counts UTF-16 units, the call counts characters.
        cursor.setPosition(len(text[:start].encode("utf-16-le")) // 2)
        top = QTextCursor(cursor)
        cursor.setPosition(len(text[:end].encode("utf-16-le")) // 2, QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue]
        marked = QTextCharFormat()
        marked.setBackground(theme.colour("selection"))
        marked.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.format = marked  # pyright: ignore[reportAttributeAccessIssue]
        self.setExtraSelections([mark])
        self._bring_up(top)
        # A book that was folded away gets its width later, and its lines break anew.
        QTimer.singleShot(0, self, lambda: self._bring_up(top))

    def _bring_up(self, top: QTextCursor) -> None:
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.setTextCursor(top)
        self.ensureCursorVisible()
