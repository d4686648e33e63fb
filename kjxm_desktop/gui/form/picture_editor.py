"""The dialog of a picture in prose: the picture beside its caption and its alternative text, replaced or removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.form.picture_field import DropArea, picture_from, read_file, size_in_words
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session

_WIDTH = 640
_WORDS = ("caption", "alt")


class PictureEditor(QDialog):
    """Edits a block of a picture; what was written is taken by OK, as one step for whoever shows this."""

    def __init__(self, session: Session, block: Json, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._block: dict[str, Json] = dict(block)
        self.is_removed = False
        self.setWindowTitle(strings.text("gui_prose.picture.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(_WIDTH)
        self.area = DropArea(strings.text("gui_form.picture.invitation"), self)
        self.area.setAccessibleName(strings.text("gui_prose.picture.title"))
        self.area.offered.connect(self._on_offered)
        self.caption = QLineEdit(self)
        self.alt = QPlainTextEdit(self)
        self._facts = Label("", "hint", "quiet")
        self._remark = Label("", "hint", "error", wraps=True)
        self.replace_button = Button(strings.text("gui_form.media.replace"), self)
        self.remove_button = Button(strings.text("gui_form.media.remove"), self)
        self.accept_button = PrimaryButton(strings.text("gui_prose.accept"), parent=self)
        self._lay_out()
        self._show_picture()
        self.caption.setFocus()

    @property
    def block(self) -> dict[str, Json]:
        """Return the block as it is written now."""
        written = {"caption": self.caption.text(), "alt": self.alt.toPlainText()}
        words = {key: rich_text.clean_line(told).strip()[: rich_text.MOST_CAPTION] for key, told in written.items()}
        rest = {key: value for key, value in self._block.items() if key not in _WORDS}
        return rest | {key: told for key, told in words.items() if told}

    # ---- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.SPACE_FIELDS, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        column.setSpacing(theme.SPACE_FIELDS)
        beside = QHBoxLayout()
        beside.setSpacing(theme.SPACE_FIELDS)
        beside.addLayout(self._picture_side(), 1)
        beside.addLayout(self._words_side(), 1)
        column.addLayout(beside)
        column.addWidget(self._remark)
        self._remark.hide()
        column.addLayout(self._buttons())

    def _picture_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(theme.SPACE_IN_FIELD)
        side.addWidget(self.area)
        side.addWidget(self._facts)
        line = QHBoxLayout()
        for button, act in ((self.replace_button, self._on_replace), (self.remove_button, self._on_remove)):
            button.setAutoDefault(False)
            button.clicked.connect(act)
            line.addWidget(button)
        line.addStretch(1)
        side.addLayout(line)
        side.addStretch(1)
        return side

    def _words_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(theme.SPACE_IN_FIELD)
        self.caption.setMaxLength(rich_text.MOST_CAPTION)
        self.caption.setText(str(self._block.get("caption", "")))
        self.alt.setPlainText(str(self._block.get("alt", "")))
        self.alt.setTabChangesFocus(True)
        self.alt.setFixedHeight(4 * self.alt.fontMetrics().lineSpacing() + 4 * theme.SPACE_GRID)
        for key, line in (("caption", self.caption), ("alt", self.alt)):
            line.setAccessibleName(strings.text(f"gui_form.picture.{key}"))
            theme.set_edged(line)
            label = Label(strings.text(f"gui_form.picture.{key}"), "label")
            label.setBuddy(line)
            side.addWidget(label)
            side.addWidget(line)
            side.addWidget(Label(strings.text(f"gui_prose.picture.{key}_hint"), "hint", "quiet", wraps=True))
            side.addSpacing(2 * theme.SPACE_GRID)
        side.addStretch(1)
        return side

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.addStretch(1)
        leave = Button(strings.text("gui_prose.leave"), self)
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        line.addWidget(leave)
        line.addWidget(self.accept_button)
        return line

    # ---- what happens

    def _show_picture(self) -> None:
        data = self._session.media(str(self._block.get("media", "")))
        picture = QPixmap()
        whole = bool(data) and picture.loadFromData(data or b"")
        self.area.show_picture(picture if whole else None, "" if whole else strings.text("gui_form.rich.lost_picture"))
        told = ""
        if data and whole:
            size = size_in_words(len(data))
            told = strings.text("gui_form.picture.facts", width=picture.width(), height=picture.height(), size=size)
        self._facts.setText(told)

    def _on_offered(self, source: QMimeData) -> None:
        self._replace(lambda: picture_from(source))

    def _on_replace(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, strings.text("gui_form.picture.choose"), "", strings.text("gui_form.picture.filter")
        )
        if name:
            self._replace(lambda: (read_file(Path(name)), Path(name).name))

    def _replace(self, read: Callable[[], tuple[bytes, str] | None]) -> None:
        """Take another picture through the one normaliser; its words stay. A refusal is told."""
        # Loaded when the first picture is brought: the picture library is none of the first page's business.
        from kjxm_desktop.core import pictures

        self._tell("")
        try:
            found = read()
            if found is not None:
                data, name = found
                media = self._session.add_media(pictures.normalise(data, name).data, name)
                self._block = {**self._block, "media": media}
                self._show_picture()
        except KjxmError as error:
            self._tell(strings.error_at(self._session.call, error))

    def _tell(self, sentence: str) -> None:
        self._remark.setText(sentence)
        self._remark.setVisible(bool(sentence))

    def _on_remove(self) -> None:
        self.is_removed = True
        self.accept()
