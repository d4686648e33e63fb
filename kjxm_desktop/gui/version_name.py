"""The dialog that asks for the name of a version: one line, with a proposal that is mostly right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.history import LONGEST_NAME
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, Link, PrimaryButton
from kjxm_desktop.gui.labels import Label


def stages() -> list[str]:
    """Return what a proposal is called on its way, in the order of that way."""
    return strings.text("gui_history.stages").split("|")


def proposed(today: date, names: Iterable[str]) -> tuple[str, str]:
    """Return the day and the stage to propose: the one after that of the latest of `names`, given latest first."""
    steps = stages()
    for name in names:
        at = next((number for number, stage in reversed(list(enumerate(steps))) if stage in name), None)
        if at is not None:
            return strings.day(today), steps[min(at + 1, len(steps) - 1)]
    return strings.day(today), steps[0]


class VersionName(QDialog):
    """Asks for the name; `name` is what was written."""

    def __init__(self, today: date, names: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_history.name_title"))
        self.setMinimumWidth(440)
        self._day, stage = proposed(today, names)
        self.line = QLineEdit(self)
        self.line.setMaxLength(LONGEST_NAME)
        self.line.setAccessibleName(strings.text("gui_history.name_label"))
        theme.set_edged(self.line)
        self.save_button = PrimaryButton(strings.text("gui_history.name_save"), parent=self)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self.accept)
        self.line.textChanged.connect(lambda: self.save_button.setEnabled(bool(self.name)))
        self._lay_out()
        self._propose(stage)

    @property
    def name(self) -> str:
        """Return the name in one line, without space round it."""
        return " ".join(self.line.text().split())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        label = Label(strings.text("gui_history.name_label"), "label")
        label.setBuddy(self.line)
        column.addWidget(label)
        column.addWidget(self.line)
        links = QHBoxLayout()
        links.setSpacing(16)
        for stage in stages():
            link = Link(stage, self)
            link.clicked.connect(lambda _checked=False, stage=stage: self._propose(stage))
            links.addWidget(link)
        links.addStretch(1)
        column.addLayout(links)
        column.addWidget(Label(strings.text("gui_history.name_note"), "hint", "quiet", wraps=True))
        column.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        leave = Button(strings.text("gui_history.name_leave"), self)
        leave.clicked.connect(self.reject)
        buttons.addWidget(leave)
        buttons.addWidget(self.save_button)
        column.addLayout(buttons)

    def _propose(self, stage: str) -> None:
        """Write the day and a stage; the stage is selected, so that another word takes its place."""
        self.line.setText(f"{self._day} {stage}")
        self.line.setSelection(len(self._day) + 1, len(stage))
        self.line.setFocus()
