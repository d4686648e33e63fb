"""Where a comment, an answer or another wording is written: text, kind, and once the name to sign it with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.comments import COMMENT, KINDS, LONGEST_NAME, LONGEST_TEXT, clean_name, clean_text
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.comments import Comments, Draft
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override

_LEAST_LINES, _MOST_LINES = 3, 10


class CommentEditor(QFrame):
    """One editor. What stands in it is kept with the comments by `key`, so that nothing typed goes with the panel."""

    done = Signal(str, str)
    """It is to be kept: the text and its kind."""
    left = Signal()
    """Nothing of it is to be kept."""
    back_wanted = Signal()
    """The keys are wanted back where they were; what was typed stays."""

    def __init__(self, comments: Comments, key: tuple[str, ...], parent: QWidget, *, with_kind: bool = False) -> None:
        """Go on with what was typed under `key`; `with_kind` asks whether it is a to-do."""
        super().__init__(parent)
        self._comments = comments
        self.key = key
        self._first = ""
        self.text = _Text(self)
        self.text.setAccessibleName(strings.text("gui_comments.text"))
        self.places = QComboBox(self)
        self.places.setAccessibleName(strings.text("gui_comments.about"))
        self.places.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.places.setMinimumContentsLength(8)
        self.places.hide()
        self.places.activated.connect(self._on_place)
        self.name = QLineEdit(self)
        self.name.setMaxLength(LONGEST_NAME)
        theme.set_edged(self.name)
        self._name_label = Label(strings.text("gui_comments.name"), "hint", "quiet", wraps=True, parent=self)
        self._name_label.setBuddy(self.name)
        self.name.setAccessibleName(strings.text("gui_comments.name_short"))
        self.kinds = QButtonGroup(self)
        self.note = Label("", "hint", "warning", wraps=True, parent=self)
        self.note.hide()
        self.keep_button = PrimaryButton(strings.text(f"gui_comments.keep_{key[0]}"), parent=self)
        self.keep_button.clicked.connect(self.keep)
        self._leave_button = Button(strings.text("gui_comments.leave"), self)
        self._leave_button.clicked.connect(self._on_left)
        self._lay_out(with_kind=with_kind)
        draft = comments.drafts.get(key, Draft(""))
        self._choose(draft.kind)
        self.text.setPlainText(draft.text)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.textChanged.connect(self._on_typed)
        self.text.sent.connect(self.keep)
        self.text.escaped.connect(self._on_escape)
        self._on_typed()

    def _lay_out(self, *, with_kind: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE_GRID, 0, theme.SPACE_GRID)
        column.setSpacing(6)
        kinds = QHBoxLayout()
        kinds.setSpacing(16)
        for kind in KINDS:
            button = QRadioButton(strings.text(f"gui_comments.kind_{kind}"), self)
            button.setProperty("kind", kind)
            button.clicked.connect(self._on_typed)
            button.setVisible(with_kind)
            self.kinds.addButton(button)
            kinds.addWidget(button)
        kinds.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.keep_button)
        buttons.addWidget(self._leave_button)
        buttons.addStretch(1)
        column.addWidget(self.places)
        if with_kind:
            column.addLayout(kinds)
        column.addWidget(self.text)
        column.addWidget(self._name_label)
        column.addWidget(self.name)
        column.addWidget(self.note)
        column.addLayout(buttons)
        for widget in (self._name_label, self.name):
            widget.setVisible(not self._comments.author)

    # ---- what stands in it

    @property
    def kind(self) -> str:
        """Return which kind it is to be."""
        chosen = self.kinds.checkedButton()
        return str(chosen.property("kind")) if chosen is not None else COMMENT  # pyright: ignore[reportUnnecessaryComparison]

    def _choose(self, kind: str) -> None:
        for button in self.kinds.buttons():
            button.setChecked(button.property("kind") == kind)

    def show_places(self, told: Sequence[tuple[str, str]]) -> None:
        """Tell above the text what it may be about: places and their words, the first of them the one in hand."""
        for place, words in told:
            self.places.addItem(words, place)
            self.places.setItemData(self.places.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        self.places.setToolTip(tip(self.places.currentText()))
        self.places.show()

    @property
    def place(self) -> str:
        """Return what it is about (rows by id)."""
        return self.key[1]

    def _on_place(self, at: int) -> None:
        """Be about something else: the row, the table or the section that the cell stands in."""
        draft = self._comments.drafts.pop(self.key, None)
        self.key = (self.key[0], str(self.places.itemData(at)))
        if draft is not None:
            self._comments.drafts[self.key] = draft
        self.places.setToolTip(tip(self.places.currentText()))
        self.text.setFocus()

    def begin_with(self, text: str, kind: str) -> None:
        """Begin with what is to be reworded, unless something stands here already."""
        self._first = text
        if self.key not in self._comments.drafts:
            self._choose(kind)
            self.text.setPlainText(text)
            self.text.moveCursor(QTextCursor.MoveOperation.End)

    def tell(self, sentence: str) -> None:
        """Tell below the text what keeps it from being kept."""
        self.note.setText(sentence)
        self.note.show()

    def _on_typed(self) -> None:
        text = self.text.toPlainText()
        if text and text != self._first:
            self._comments.drafts[self.key] = Draft(text, self.kind)
        else:
            self._comments.drafts.pop(self.key, None)
        over = len(text) - LONGEST_TEXT
        self.note.hide()
        if over > 0:
            self.tell(strings.text("gui_comments.too_long", count=over, most=LONGEST_TEXT))
        self.keep_button.setEnabled(bool(clean_text(text)) and over <= 0)

    # ---- leaving it

    def keep(self) -> None:
        """Keep what was written, once it is signed: a name is asked for the first time, here and not in a box."""
        if not self.keep_button.isEnabled():
            return
        if not self._comments.author:
            if not clean_name(self.name.text()):
                self.tell(strings.text("gui_comments.name_first"))
                self.name.setFocus()
                return
            self._comments.sign(self.name.text())
        text, kind = self.text.toPlainText(), self.kind
        self._comments.drafts.pop(self.key, None)
        self.done.emit(text, kind)

    def _on_left(self) -> None:
        self._comments.drafts.pop(self.key, None)
        self.left.emit()

    def _on_escape(self) -> None:
        if self.text.toPlainText():
            self.back_wanted.emit()
        else:
            self._on_left()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Ctrl+Enter and Escape in the name and on the buttons as in the text."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (self.name.hasFocus() or _with_control(event)):
            self.keep()
        elif event.key() == Qt.Key.Key_Escape:
            self._on_escape()
        else:
            super().keyPressEvent(event)


class _Text(QPlainTextEdit):
    """The text, as high as what is written in it; Tab leaves it, Ctrl+Enter keeps it."""

    sent = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_edged(self)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        lines = max(_LEAST_LINES, min(_MOST_LINES, int(self.document().size().height())))
        edges = 2 * (self.frameWidth() + int(self.document().documentMargin()))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + edges + 2)

    @override
    def sizeHint(self) -> QSize:
        """Ask for what the lines need."""
        return QSize(200, self.height())

    @override
    def event(self, event: QEvent) -> bool:
        """Keep Ctrl+Z for the text: the window's own would take back an edit of the form."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_of_text(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Ctrl+Enter as the end and Escape as the way back."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and _with_control(event):
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


def _is_of_text(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Z, Qt.Key.Key_Y) and _with_control(event)


def _with_control(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
