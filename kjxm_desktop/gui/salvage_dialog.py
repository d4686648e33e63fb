"""The dialog that shows what came back of a damaged draft and what did not, and lets the person choose what to open."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QRadioButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.form import Section
from kjxm_desktop.core.other_states import OtherState, completed
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.salvage import Piece, Salvaged, State
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.labels import Label

_LOOKS: Final = {
    State.WHOLE: ("state_done", "done"),
    State.PARTLY: ("state_half", "warning"),
    State.DOUBTFUL: ("severity_warning", "warning"),
}
_LOST: Final = ("severity_error", "error")


@dataclass(frozen=True)
class _Choice:
    """One thing that may be opened."""

    words: str
    proposal: Proposal
    foreign_call: bool


class SalvageDialog(QDialog):
    """Shows it section by section; `accepted` when the person wants to open what `chosen` returns then."""

    def __init__(
        self, name: str, found: Salvaged | None, others: Sequence[OtherState], parent: QWidget | None = None
    ) -> None:
        """Show what was `found` in the file `name` (None: nothing) and whole states elsewhere; one of both is there."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_salvage.title"))
        self.setMinimumSize(640, 480)
        self._found = found
        self._others = others
        self.table = QTreeWidget(self)
        self.doubtful = QCheckBox(strings.text("gui_salvage.take_doubtful"), self)
        self.doubtful.setVisible(found is not None and found.with_doubtful is not None)
        self._group = QButtonGroup(self)
        self.choices = [QRadioButton(choice.words, self) for choice in self._choices()]
        for number, button in enumerate(self.choices):
            self._group.addButton(button, number)
        self.choices[0].setChecked(True)
        self.open_button = PrimaryButton(strings.text("gui_salvage.open"), parent=self)
        self.open_button.clicked.connect(self.accept)
        self._fill()
        self._lay_out(name)

    def chosen(self) -> tuple[Proposal, bool]:
        """Return what is to be opened, a draft of its own, and whether its call is not an installed one."""
        choice = self._choices()[self._group.checkedId()]
        proposal = choice.proposal
        proposal.doc_id = str(uuid.uuid4())  # what lies elsewhere under the old id stays as it is
        return proposal, choice.foreign_call

    # -- what may be opened -----------------------------------------------------------------------------------------

    def _choices(self) -> list[_Choice]:
        """Return what may be opened, with or without what may be wrong."""
        choices: list[_Choice] = []
        if self._found is not None:
            found, foreign = self._salvaged(self._found), self._found.foreign_call
            choices.append(_Choice(strings.text("gui_salvage.from_file"), found, foreign))
            for other in self._others:
                whole = completed(found, self._wanting(self._found), other.proposal)
                if whole is not None:
                    words = strings.text("gui_salvage.completed", source=_source(other))
                    choices.append(_Choice(words, whole, foreign))
                    break
        choices += [_Choice(_source(other), other.proposal, other.foreign_call) for other in self._others]
        return choices

    def _salvaged(self, found: Salvaged) -> Proposal:
        taken = self.doubtful.isChecked() and found.with_doubtful is not None
        return found.with_doubtful if taken and found.with_doubtful is not None else found.proposal

    def _wanting(self, found: Salvaged) -> list[str]:
        """Return the sections that another state may bring back better."""
        parts = [piece.section for piece in (*found.kept, *found.doubtful) if piece.state is not State.WHOLE]
        return [*found.lost, *parts]

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _lay_out(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(Label(self._summary(name), wraps=True, parent=self))
        column.addWidget(self.table, 1)
        column.addWidget(self.doubtful)
        if len(self.choices) > 1:
            column.addSpacing(4)
            column.addWidget(Label(strings.text("gui_salvage.which"), "label", parent=self))
        for button in self.choices:
            button.setVisible(len(self.choices) > 1)
            column.addWidget(button)
        column.addWidget(Label(strings.text("gui_salvage.untouched"), "hint", "quiet", wraps=True, parent=self))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        close = Button(strings.text("gui_window.close"), self)
        close.clicked.connect(self.reject)
        buttons.addWidget(close)
        buttons.addWidget(self.open_button)
        self.open_button.setDefault(True)
        column.addLayout(buttons)
        self.open_button.setFocus()

    def _summary(self, name: str) -> str:
        found = self._found
        if found is None:
            return strings.text("gui_salvage.nothing_in_file", name=name)
        pieces = (*found.kept, *found.doubtful)
        told = strings.text(
            "gui_salvage.came_back",
            name=name,
            sections=len(pieces),
            rows=sum(piece.rows for piece in pieces),
            pictures=sum(piece.pictures for piece in pieces),
        )
        if found.replaced:
            told += f"\n{strings.text('gui_salvage.replaced', count=found.replaced)}"
        if found.guessed:
            call = strings.pick(found.proposal.call.title)
            told += f"\n{strings.text('gui_salvage.guessed', call=call)}"
        return told

    def _fill(self) -> None:
        table = self.table
        table.setVisible(self._found is not None)
        table.setHeaderLabels([strings.text(f"gui_salvage.{name}") for name in ("section", "state", "amount")])
        table.setAccessibleName(strings.text("gui_salvage.title"))
        table.setRootIsDecorated(False)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setUniformRowHeights(True)
        header = table.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        found = self._found
        if found is None:
            return
        pieces = {piece.section: piece for piece in (*found.kept, *found.doubtful)}
        for section in sorted((*pieces, *found.lost), key=self._place):
            piece = pieces.get(section)
            if piece is None:
                self._row(self._title(section), *_LOST, "state_lost")
            else:
                self._row(self._title(section), *_LOOKS[piece.state], f"state_{piece.state}", _amount(piece))
        if found.more_lost:
            self._row(strings.text("gui_salvage.others"), *_LOST, "state_unknown")
        if found.pictures_lost:
            count = strings.text("gui_salvage.lacking", count=found.pictures_lost)
            self._row(strings.text("gui_salvage.pictures"), *_LOST, "state_lost", count)
        if found.notes_lost:
            self._row(strings.text("gui_salvage.notes"), *_LOST, "state_lost")

    def _row(self, title: str, icon: str, token: str, state: str, amount: str = "") -> None:
        row = QTreeWidgetItem([title, strings.text(f"gui_salvage.{state}"), amount])
        row.setIcon(1, theme.icon(icon, token))
        row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        self.table.addTopLevelItem(row)

    def _place(self, section_id: str) -> int:
        ids = [section.id for section in self._call_sections()]
        return ids.index(section_id) if section_id in ids else len(ids)

    def _title(self, section_id: str) -> str:
        """Return the title of a section; one that a later program wrote has none."""
        titles = [section.title for section in self._call_sections() if section.id == section_id]
        return strings.pick(titles[0]) if titles else strings.text("gui_salvage.others")

    def _call_sections(self) -> Sequence[Section]:
        return self._found.proposal.call.form.sections if self._found is not None else ()


def _source(other: OtherState) -> str:
    time = strings.moment(other.at)
    return strings.text("gui_salvage.from_backup" if other.is_backup else "gui_salvage.from_copy", time=time)


def _amount(piece: Piece) -> str:
    """Return how much there is in a section beside its text."""
    told = [strings.text("gui_salvage.rows", count=piece.rows)] if piece.rows else []
    told += [strings.text("gui_salvage.media", count=piece.pictures)] if piece.pictures else []
    return "，".join(told) if strings.language() == "zh" else ", ".join(told)
