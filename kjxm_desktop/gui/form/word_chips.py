"""Free words, as keywords: each a chip that can be taken away, typed one after another."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import name_completion, spelling
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.flow_layout import FlowLayout
from kjxm_desktop.gui.form.text_fields import bare_line
from kjxm_desktop.gui.form.typing_watch import TypingWatch, row_height
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


class Chip(QWidget):
    """One word with a button that takes it away."""

    removed = Signal(str)

    def __init__(self, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.word = word
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * theme.SPACE_GRID, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(Label(word))
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setAccessibleName(strings.text("gui_form.chip.remove", word=word))
        button.setToolTip(tip(strings.text("gui_form.chip.remove", word=word)))
        theme.set_icon(button, "close", "quiet")
        button.clicked.connect(lambda: self.removed.emit(word))
        layout.addWidget(button)
        self.setFixedHeight(row_height() - 2 * theme.SPACE_GRID)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground of the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("selection"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.CORNER, theme.CORNER)


class ChipsField(Field):
    """Words typed freely: Enter or a comma ends one, Backspace in the empty line takes the last one back."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._words: list[str] = []
        self._chips: list[Chip] = []
        self._area = QWidget(self)
        self._line = bare_line(self._area)
        self._line.setMinimumWidth(120)
        self._line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._flow = FlowLayout(self._area)
        self._flow.addWidget(self._line)
        self._area.setFocusProxy(self._line)
        self._box = FieldBox(self._area, self)
        self._line.installEventFilter(self._box)
        lay_out(self, self._box)
        self._watch = TypingWatch(self._line, session)
        self._watch.left.connect(self._on_left)
        self._line.textEdited.connect(self._on_edited)
        self._line.installEventFilter(self)
        name_completion.offer_in_field(self._line, self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter as the end of a word and Backspace in the empty line as a wish to take the last one back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not self._watch.composing:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._line.text().strip():
                self._take(self._line.text())
                return True
            if event.key() == Qt.Key.Key_Backspace and not self._line.text() and self._words:
                self._put(self._words[:-1])
                return True
        return False

    @override
    def show_value(self, value: Json) -> None:
        """Show the words as chips."""
        listed: list[Json] = value or []
        words = [str(word) for word in listed]
        if words == self._words:
            return
        self._words = words
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self._chips = [Chip(word, self._area) for word in words]
        for at, chip in enumerate(self._chips):
            chip.removed.connect(self._on_removed)
            self._flow.insert_widget(at, chip)
            chip.show()
        self.updateGeometry()

    @override
    def input_widget(self) -> QWidget:
        """Return the line for the next word."""
        return self._line

    @override
    def count(self) -> int | None:
        """Return how many words there are."""
        return len(self._words)

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    def _on_removed(self, word: str) -> None:
        self._put([other for other in self._words if other != word])

    def _on_edited(self, text: str) -> None:
        self.noted.emit("")
        words = spelling.split_words(text)
        if len(words) > 1 or (words and text[-1:] in ",;，；、"):  # several pasted at once, or one ended
            self._take(text)

    def _take(self, text: str) -> None:
        self._line.clear()
        self._put([*self._words, *spelling.split_words(rich_text.clean_line(text))])

    def _put(self, words: list[str]) -> None:
        words = list(dict.fromkeys(words))
        if self.put(words, apart=True):
            self.show_value(words)
            self.edited.emit()

    def _on_left(self) -> None:
        if self._line.text().strip():
            self._take(self._line.text())
        self.session.seal()
        self.left.emit()
