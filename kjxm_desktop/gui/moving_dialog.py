"""The page of changes for a draft that may move to a newer version of its call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import difference_words, strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.moving import Changed, Left, Moved
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.comparison_pane import fitting
from kjxm_desktop.gui.labels import Label

SIZE: Final = (760, 600)
LONGEST_SHOWN: Final = 400
"""Of an answer that has no place so many characters are shown; all of it is in the draft."""


class MovingDialog(QDialog):
    """Tells of answers without a place first, then of what is asked anew, otherwise, or no longer."""

    def __init__(self, proposal: Proposal, moved: Moved, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_call.moving_title"))
        self.resize(fitting(SIZE, parent))
        self._proposal, self._moved = proposal, moved
        self.go_button = PrimaryButton(strings.text("gui_call.move"), parent=self)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self.accept)
        self.stay_button = Button(strings.text("gui_call.stay"), self)
        self.stay_button.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(Label(self._summary(), wraps=True))
        column.addWidget(self._page(), 1)
        column.addWidget(Label(strings.text("gui_call.original_stays"), "hint", "quiet", wraps=True))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.stay_button)
        buttons.addWidget(self.go_button)
        column.addLayout(buttons)

    def _summary(self) -> str:
        moved = self._moved
        return strings.text(
            "gui_call.summary",
            there=self._proposal.call.version,
            version=moved.proposal.call.version,
            carried=moved.carried,
            left=len(moved.left),
        )

    def _page(self) -> QScrollArea:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(strings.text("gui_call.moving_title"))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 0)
        column.setSpacing(4)
        old, new = self._proposal.call, self._moved.proposal.call
        self._list(column, "left_unasked", map(self._answer, [one for one in self._moved.left if one.among_answers]))
        self._list(column, "left_beside", map(self._answer, [one for one in self._moved.left if not one.among_answers]))
        self._list(column, "became_plain", (strings.label_path(new, pointer) for pointer in self._moved.converted))
        self._list(column, "added", _names(new, self._moved.added))
        self._list(column, "changed", (_changed(new, one) for one in self._moved.changed))
        self._list(column, "gone", _names(old, self._moved.gone))
        if column.count() == 0:
            column.addWidget(Label(strings.text("gui_call.nothing_other"), "body", "quiet", wraps=True))
        column.addStretch(1)
        area.setWidget(inside)
        return area

    def _list(self, column: QVBoxLayout, key: str, lines: Iterable[str]) -> None:
        told = list(lines)
        if not told:
            return
        if column.count():
            column.addSpacing(12)
        column.addWidget(Label(strings.text(f"gui_call.{key}", count=len(told)), "label", wraps=True))
        for line in told:
            label = Label(line, "body", wraps=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)

    def _answer(self, left: Left) -> str:
        call, data = self._proposal.call, self._proposal.data
        words = difference_words.answer_words(call, data, left.pointer, left.value)
        shown = words if len(words) <= LONGEST_SHOWN else words[:LONGEST_SHOWN] + "…"
        return strings.text("gui_call.answer", label=strings.label_path(call, left.pointer), words=shown)


def _names(call: Call, controls: Sequence[Control]) -> list[str]:
    return [strings.label_path(call, control.pointer) for control in controls]


def _changed(call: Call, changed: Changed) -> str:
    what = "、".join(strings.text(f"gui_call.what_{what}") for what in changed.what)
    return strings.text("gui_call.answer", label=strings.label_path(call, changed.after.pointer), words=what)
