"""Where a mailed document says something else than its data: the person chooses, place by place, which side counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import returned_words, strings
from kjxm_desktop.core import comparison, json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.comparison import Run
from kjxm_desktop.exchange.returned import Difference, Returned
from kjxm_desktop.gui import pieces, theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.comparison_pane import fitting
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.marked_words import MarkedWords
from kjxm_desktop.gui.override import override

SIZE: Final = (900, 640)
PAGE: Final = 100
"""So many places are shown before the person asks for more."""

Side = Literal["data", "printed"]


class ReturnedDialog(QDialog):
    """Shows the places by section; `accepted` once every place that leaves a choice has one."""

    def __init__(self, name: str, found: Returned, adoptable: Sequence[bool], parent: QWidget | None = None) -> None:
        """Show where the file `name` differs; `adoptable` tells of each place whether its words can be taken over."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_returned.title"))
        self.resize(fitting(SIZE, parent))
        self._found = found
        self._chosen: dict[int, Side] = {}
        self._open_to_choice = [at for at, taken in enumerate(adoptable) if taken]
        self.cards: list[Card] = []
        self._more: Button | None = None
        self._column = QVBoxLayout()
        self.note = Label("", "hint", "quiet", wraps=True, parent=self)
        self.rest_buttons = {side: self._rest_button(side) for side in ("data", "printed")}
        self.open_button = PrimaryButton(strings.text("gui_returned.open"), parent=self)
        self.open_button.clicked.connect(self._on_open)
        # Of one section all places stand together, in the order in which it is first met.
        sections = {section: at for at, section in enumerate(returned_words.places(found))}
        self._order = sorted(range(len(found.differences)), key=lambda at: (sections[self._section(at)], at))
        self._lay_out(name)
        self._show(0)
        self._tell()
        self.rest_buttons["data"].setVisible(bool(self._open_to_choice))
        self.rest_buttons["printed"].setVisible(bool(self._open_to_choice))
        self._first_stop().setFocus()

    def adopted(self) -> list[Difference]:
        """Return the differences whose printed side was chosen."""
        return [self._found.differences[at] for at, side in sorted(self._chosen.items()) if side == "printed"]

    @property
    def undecided(self) -> list[int]:
        """Return the numbers of the places that still wait for a choice."""
        return [at for at in self._order if at in self._open_to_choice and at not in self._chosen]

    # ---- what is shown

    def _lay_out(self, name: str) -> None:
        found = self._found
        count, code = len(found.differences), found.check_code
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        told = strings.text("gui_returned.found", name=name, count=count, code=code)
        column.addWidget(Label(told, wraps=True, parent=self))
        legend = MarkedWords(
            [
                Run("removed", strings.text("gui_returned.legend_data")),
                Run("same", "　"),
                Run("added", strings.text("gui_returned.legend_printed")),
            ],
            self,
        )
        column.addWidget(legend)
        column.addWidget(self._scrolled(), 1)
        column.addWidget(self.note)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in self.rest_buttons.values():
            buttons.addWidget(button)
        buttons.addStretch(1)
        close = Button(strings.text("gui_window.close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        buttons.addWidget(close)
        buttons.addWidget(self.open_button)
        column.addLayout(buttons)

    def _scrolled(self) -> QScrollArea:
        area = self.area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(strings.text("gui_returned.differences"))
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        area.setWidget(inside)
        return area

    def _show(self, start: int) -> None:
        """Show the places from `start` on, and how to see more."""
        shown = self._order[start : start + PAGE]
        for section, group in groupby(shown, key=self._section):
            self._add(Label(section, "group"))
            for at in group:
                self._add(self._card(at))
        left = len(self._order) - start - len(shown)
        if left:
            self._more = Button(strings.text("gui_returned.more", count=left))
            self._more.setAutoDefault(False)
            self._more.clicked.connect(self._on_more)
            self._add(self._more)

    def _show_more(self) -> None:
        """Show the next places in place of the button that asks for them."""
        if self._more is not None:
            self._column.removeWidget(self._more)
            self._more.hide()
            self._more.deleteLater()
            self._more = None
        self._show(len(self.cards))

    def _on_more(self) -> None:
        at = len(self.cards)
        self._show_more()
        self.cards[at].take_keys()

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _card(self, at: int) -> Card:
        difference = self._found.differences[at]
        call = self._found.proposal.call
        card = Card(difference, place_of(call, difference), has_choice=at in self._open_to_choice)
        card.choose(self._chosen.get(at))
        card.chosen.connect(partial(self._on_chosen, at))
        self.cards.append(card)
        return card

    def _section(self, at: int) -> str:
        return returned_words.place(self._found.proposal.call, self._found.differences[at])

    def _rest_button(self, side: Side) -> Button:
        button = Button(strings.text(f"gui_returned.rest_{side}"), self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._on_rest(side))
        return button

    # ---- choosing

    def _on_chosen(self, at: int, side: Side) -> None:
        self._chosen[at] = side
        self._tell()

    def _on_rest(self, side: Side) -> None:
        for at in self.undecided:
            self._chosen[at] = side
        for at, card in zip(self._order, self.cards, strict=False):
            card.choose(self._chosen.get(at))
        self._tell()
        self.open_button.setFocus()

    def _tell(self) -> None:
        count = len(self.undecided)
        decided = "gui_returned.decided" if self._open_to_choice else "gui_returned.no_choice"
        self.note.setText(strings.text("gui_returned.undecided" if count else decided, count=count))

    def _on_open(self) -> None:
        """Open, once everything is chosen; else lead to the first place that is not."""
        waiting = self.undecided
        if not waiting:
            self.accept()
            return
        self.note.setText(strings.text("gui_returned.choose_first", count=len(waiting)))
        at = self._order.index(waiting[0])
        while at >= len(self.cards):
            self._show_more()
        self.area.ensureWidgetVisible(self.cards[at], 0, 24)
        self.cards[at].take_keys()

    def _first_stop(self) -> QWidget:
        return next((card.buttons["data"] for card in self.cards if card.buttons), self.open_button)


class Card(QFrame):
    """One place: where, both versions in one text, and the choice between them where there is one."""

    chosen = Signal(str)
    """A Side, by the person's own hand."""

    def __init__(self, difference: Difference, where: str, *, has_choice: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        data, printed = returned_words.versions(difference)
        self.words = MarkedWords(pieces.shortened(comparison.text_runs(data, printed)), self)
        self.buttons: dict[Side, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(theme.SPACE_GRID)
        head = QHBoxLayout()
        head.addWidget(Label(where, "label", wraps=True), 1)
        kind = "added" if not data else "removed" if not printed else "changed"
        head.addWidget(Label(strings.text(f"gui_returned.kind_{kind}"), "hint", "quiet"))
        column.addLayout(head)
        column.addWidget(self.words)
        if not has_choice:
            is_text = difference.kind in ("text", "marks")
            told = strings.text("gui_returned.by_hand" if is_text else "gui_returned.beside")
            column.addWidget(Label(told, "hint", "quiet", wraps=True))
            return
        choices = QHBoxLayout()
        choices.setSpacing(20)
        for side in ("data", "printed"):
            choices.addWidget(self._choice(side, where))
        choices.addStretch(1)
        column.addLayout(choices)

    def _choice(self, side: Side, where: str) -> QRadioButton:
        button = QRadioButton(strings.text(f"gui_returned.take_{side}"), self)
        button.setAccessibleName(f"{button.text()}：{where}")
        button.clicked.connect(lambda: self.chosen.emit(side))
        self.buttons[side] = button
        self._group.addButton(button)
        return button

    def choose(self, side: Side | None) -> None:
        """Show what was chosen."""
        if side is not None and side in self.buttons:
            self.buttons[side].setChecked(True)

    def take_keys(self) -> None:
        """Put the keys on the choice."""
        if self.buttons:
            self.buttons["data"].setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and its edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("hairline"))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), theme.CORNER, theme.CORNER)


def place_of(call: Call, difference: Difference) -> str:
    """Return in words which answer a difference lies in; the words of the layout belong to none."""
    if difference.kind not in ("text", "marks"):
        return strings.text(f"gui_returned.of_{difference.kind}")
    owner = call.form.owner(difference.pointer) if difference.pointer else None
    if owner is None:
        return strings.text("gui_returned.layout")
    path = strings.label_path(call, json_pointer.in_row_of(owner.pointer, difference.pointer))
    section = call.form.section(difference.section)
    return path.removeprefix(f"{strings.pick(section.title)} › ") if section is not None else path
