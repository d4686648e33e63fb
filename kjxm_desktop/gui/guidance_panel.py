"""The reference book on the right: what is required, how to write it, the notice at its place, and leaves put in."""

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
from kjxm_desktop.gui import theme, utf16
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.notice_text import readable

PARTS = ("requirement", "writing", "example")


class GuidancePanel(QWidget):
    """Two leaves and those put in: 填写要求 for the control in hand, 通知原文 opened at the clause asked for."""

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

    def show_guidance(self, control: Control, part: str, start: int, end: int) -> None:
        """Open the book at `control` and mark some characters of its requirement, writing or example."""
        self.show_control(control)
        self._tabs.setCurrentWidget(self._guide)
        self._guide.mark(part, start, end)

    def show_in_notice(self, start: int, end: int) -> None:
        """Open the notice, as it is read on the screen, at the characters `start` to `end`, and mark them alone."""
        self._tabs.setCurrentWidget(self._notice)
        self._notice.mark(start, end, whole_lines=False)

    def add_leaf(self, leaf: QWidget, title: str) -> None:
        """Put in another leaf, behind those that are there."""
        leaf.setAccessibleName(title)
        self._tabs.addTab(leaf, title)

    def show_leaf(self, leaf: QWidget) -> None:
        """Open the book at a leaf that was put in."""
        self._tabs.setCurrentWidget(leaf)

    def entitle(self, leaf: QWidget, title: str) -> None:
        """Write another title on a leaf that was put in."""
        self._tabs.setTabText(self._tabs.indexOf(leaf), title)

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
        for name in PARTS:
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

    def mark(self, part: str, start: int, end: int) -> None:
        """Select some characters of one part, and bring them into sight once the words have their places."""
        body = self._parts[PARTS.index(part)][1]
        for _, other in self._parts:
            other.setSelection(0, 0)
        text = body.text()
        body.setSelection(utf16.units(text[:start]), utf16.units(text[start:end]))
        QTimer.singleShot(0, self, lambda: self._bring_up(body, start))

    def _bring_up(self, body: Label, start: int) -> None:
        """Scroll to where, by and large, a character of a part stands."""
        below = body.height() * start // max(1, len(body.text()))
        self.ensureVisible(0, body.y() + below, 0, self.viewport().height() // 3)


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
        self.mark(start, end, whole_lines=True)

    def mark(self, start: int, end: int, *, whole_lines: bool) -> None:
        """Scroll to the characters `start` to `end` of what is shown and mark them, or the lines they stand in."""
        text = self._notice.shown
        cursor = QTextCursor(self.document())
        # Qt counts UTF-16 units, the call counts characters.
        cursor.setPosition(utf16.units(text[:start]))
        top = QTextCursor(cursor)
        cursor.setPosition(utf16.units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue]
        marked = QTextCharFormat()
        marked.setBackground(theme.colour("selection"))
        marked.setProperty(QTextFormat.Property.FullWidthSelection, whole_lines)
        mark.format = marked  # pyright: ignore[reportAttributeAccessIssue]
        self.setExtraSelections([mark])
        self._bring_up(top)
        # A book that was folded away gets its width later, and its lines break anew.
        QTimer.singleShot(0, self, lambda: self._bring_up(top))

    def _bring_up(self, top: QTextCursor) -> None:
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.setTextCursor(top)
        self.ensureCursorVisible()
