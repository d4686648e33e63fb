"""The line below a table that tells what the last step on its rows did, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.labels import Icon, Label
from kjxm_desktop.gui.session import Session


class StepLine(QWidget):
    """Stays until the next edit, whatever is found meanwhile: what a paste could not read must not be covered up."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = Label("", "hint", "quiet", wraps=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.undo_link = Link(strings.text("gui_table.undo"), self)
        self.undo_link.setFont(theme.font("hint"))
        self.undo_link.clicked.connect(session.undo)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE_GRID)
        line.addWidget(Icon("info", "quiet"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._words, 1)
        line.addWidget(self.undo_link, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()
        session.steps_changed.connect(self._on_steps_changed)

    @property
    def sentence(self) -> str:
        """Return what is told; "" when nothing is."""
        return "" if self.isHidden() else self._words.text()

    def tell_done(self, sentence: str) -> None:
        """Tell what the last step of the history did; call it after the step."""
        self._words.setText(sentence)
        self.undo_link.setVisible(True)
        self.show()

    def tell(self, sentence: str) -> None:
        """Tell of something that changed nothing; an empty sentence tells nothing any more."""
        self._words.setText(sentence)
        self.undo_link.setVisible(False)
        self.setVisible(bool(sentence))

    def _on_steps_changed(self) -> None:
        if not self.isHidden():
            self.hide()
