"""Fields for words: one line, and plain text of several lines."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QTextOption
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import name_completion, spelling
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.typing_watch import TypingWatch, row_height
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


def bare_line(parent: QWidget | None = None) -> QLineEdit:
    """Return a line to type in, without an edge of its own: the box around it draws that."""
    line = QLineEdit(parent)
    line.setFrame(False)
    line.setTextMargins(theme.SPACE_GRID, 0, theme.SPACE_GRID, 0)
    line.setMinimumHeight(row_height() - 2 * theme.FOCUS_WIDTH)
    return line


class LineField(Field):
    """One line of words. What is pasted is cleaned; a paste beyond the storage cap is refused whole."""

    def __init__(
        self,
        session: Session,
        control: Control,
        pointer: str,
        parent: QWidget | None = None,
        *,
        width: int | None = None,
        beside: QWidget | None = None,
    ) -> None:
        super().__init__(session, control, pointer, parent)
        self._line = bare_line(self)
        self._box = FieldBox(self._line, self, beside=beside)
        self._box.setFixedWidth(width) if width else None
        lay_out(self, self._box)
        self._before = ""
        self._watch = TypingWatch(self._line, session)
        self._watch.left.connect(self._on_left)
        self._line.textEdited.connect(self._on_edited)
        name_completion.offer_in_field(self._line, self)

    @override
    def show_value(self, value: Json) -> None:
        """Show a value from elsewhere, the cursor staying where it was as far as that is possible."""
        text = self.written(value)
        if text != self._line.text():
            at = self._line.cursorPosition()
            self._line.setText(text)
            self._line.setCursorPosition(min(at, len(text)) if self._line.hasFocus() else 0)
        self._before = text

    @override
    def input_widget(self) -> QWidget:
        """Return the line."""
        return self._line

    @override
    def count(self) -> int | None:
        """Return the 字数 of the line where it has a limit."""
        return rich_text.word_count(self._line.text()) if self.control.limits.max_words else None

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    def written(self, value: Json) -> str:
        """Return how a stored value is written in the line."""
        return value if isinstance(value, str) else "" if value is None else str(value)

    def read(self, text: str) -> Json:
        """Return the value that stands for what was typed."""
        return rich_text.clean_line(text) or None

    def _on_edited(self, text: str) -> None:
        self.noted.emit("")
        if len(text) > cap_of(self.control):
            self._line.setText(self._before)
            self.noted.emit(strings.text("gui_form.refused.too_long", cap=cap_of(self.control)))
            return
        if self.put(self.read(text)):
            self._before = text

    def _on_left(self) -> None:
        self._tidy()
        self.show_value(self.session.value(self.pointer))
        self.session.seal()
        self.left.emit()

    def _tidy(self) -> None:
        """Write a code, a telephone number or an address in half-width characters without spaces, and say so."""
        typed = self._line.text()
        became = spelling.tidied(self.session.call, self.control, typed)
        if became != typed and self.put(became):
            self.noted.emit(strings.text("gui_form.read.became", typed=typed, became=became))


class PlainText(QPlainTextEdit):
    """Several lines of plain text that grow with what is written, from three lines to twelve."""

    LEAST_LINES = 3
    MOST_LINES = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setFont(theme.font("prose"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    @override
    def sizeHint(self) -> QSize:
        """Ask for the height of the text."""
        lines = max(self.LEAST_LINES, min(self.MOST_LINES, round(self.document().size().height())))
        height = QFontMetricsF(self.font()).lineSpacing() * lines + 2 * self.document().documentMargin() + 2
        return QSize(super().sizeHint().width(), round(height))

    @override
    def minimumSizeHint(self) -> QSize:
        """Keep the height in tight layouts too."""
        return QSize(100, self.sizeHint().height())


class TextField(Field):
    """Plain text of several lines."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._text = PlainText(self)
        self._box = FieldBox(self._text, self)
        lay_out(self, self._box)
        self._before = ""
        self._showing = False
        self._watch = TypingWatch(self._text, session)
        self._watch.left.connect(self._on_left)
        self._text.textChanged.connect(self._on_changed)
        name_completion.offer_in_field(self._text, self)

    @override
    def show_value(self, value: Json) -> None:
        """Show a value from elsewhere."""
        text = value if isinstance(value, str) else ""
        if text != self._text.toPlainText():
            self._showing = True
            at = self._text.textCursor().position()
            self._text.setPlainText(text)
            cursor = self._text.textCursor()
            cursor.setPosition(min(at, self._text.document().characterCount() - 1))
            self._text.setTextCursor(cursor)
            self._showing = False
        self._before = text

    @override
    def input_widget(self) -> QWidget:
        """Return the text."""
        return self._text

    @override
    def count(self) -> int | None:
        """Return the 字数 of the text."""
        return rich_text.word_count(self._text.toPlainText())

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    def _on_changed(self) -> None:
        # Qt sends this while an input method composes, too, with the text unchanged.
        text = self._text.toPlainText()
        if self._showing or text == self._before:
            return
        self.noted.emit("")
        if len(text) > cap_of(self.control):
            self.show_value(self._before)
            self.noted.emit(strings.text("gui_form.refused.too_long", cap=cap_of(self.control)))
        elif self.put(rich_text.clean_text(text).strip("\n") or None):
            self._before = text

    def _on_left(self) -> None:
        self.show_value(self.session.value(self.pointer))
        self.session.seal()
        self.left.emit()
