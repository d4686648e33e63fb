"""Last year's Word file, part by part: the person sees where each would go, corrects that, and imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.pasted_html import KINDS
from kjxm_desktop.exchange.word_import import FACTS, WITH_TEXT, Choice, Lost, Taken
from kjxm_desktop.exchange.word_pieces import Found, Piece
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.comparison_pane import fitting
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.import_word_rows import (
    CHOICE_WIDTH,
    INDENT,
    PieceRow,
    empty_facts,
    facts_places,
    held_at,
    model_of,
    table_places,
    text_places,
    title_of,
)
from kjxm_desktop.gui.labels import Icon, Label
from kjxm_desktop.gui.session import Session

SIZE: Final = (940, 660)
_LOST: Final[Sequence[Lost]] = ("columns", "cells", "filled", "pictures", "formulas")


class ImportWordDialog(QDialog):
    """Shows the parts of a file with a choice for each. Whoever imports accepts the dialog, or refuses."""

    import_wanted = Signal()
    """What was chosen is to be imported."""
    direct_wanted = Signal()
    """The file is to be opened as it is: it carries our own data."""

    def __init__(
        self,
        name: str,
        found: Found,
        session: Session,
        take: Callable[[Mapping[int, Choice]], Taken],
        parent: QWidget | None = None,
    ) -> None:
        """Show what was `found` in the file `name`; `take` tells what choices would make of the open proposal."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_import.title"))
        self.resize(fitting(SIZE, parent))
        self._found, self._session, self._take = found, session, take
        self.rows: list[PieceRow] = []
        self.summary = Label("", wraps=True, parent=self)
        self.none_button = Button(strings.text("gui_import.none"), self)
        self.none_button.setAutoDefault(False)
        self.none_button.clicked.connect(self._on_none)
        self.go_button = PrimaryButton(strings.text("gui_import.go"), parent=self)
        self.go_button.setDefault(True)
        self.go_button.clicked.connect(self.import_wanted)
        self._column = QVBoxLayout()
        self._lay_out(name)
        self._show_pieces()
        self._tell()
        (self.rows[0].place_box if self.rows else self.go_button).setFocus()

    def choices(self) -> dict[int, Choice]:
        """Return where each piece goes that there is a choice for."""
        return {row.at: row.choice for row in self.rows}

    def refuse(self, sentence: str) -> None:
        """Tell why nothing was imported; the dialog stays."""
        self.summary.setText(sentence)
        theme.set_colour(self.summary, "error")

    # ---- what is shown

    def _lay_out(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        told = [at for at in range(len(self._found.pieces)) if self._found.is_told(at)]
        proposed = sum(bool(self._proposed(at).place) for at in told)
        key = "gui_import.found" if proposed else "gui_import.found_none"
        column.addWidget(Label(strings.text(key, name=name, count=len(told), proposed=proposed), wraps=True))
        if self._found.carries_data:
            column.addWidget(self._carries())
        column.addLayout(self._head())
        column.addWidget(self._scrolled(), 1)
        dropped = [(kind, self._found.dropped.get(kind, 0)) for kind in KINDS]
        kinds = [strings.text(f"paste.dropped.{kind}", count=count) for kind, count in dropped if count]
        if kinds:
            left_out = strings.text("gui_import.dropped", kinds=spelling.listed(kinds))
            column.addWidget(Label(left_out, "hint", "quiet", wraps=True))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.none_button)
        foot.addSpacing(8)
        foot.addWidget(self.summary, 1)
        close = Button(strings.text("gui_window.close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        foot.addWidget(self.go_button)
        column.addLayout(foot)

    def _carries(self) -> QWidget:
        """Return the line that the file can be opened as it is."""
        frame = QFrame(self)
        line = QHBoxLayout(frame)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Icon("info", "accent", frame))
        line.addWidget(Label(strings.text("gui_import.carries"), wraps=True), 1)
        self.direct_button = Button(strings.text("gui_import.open_directly"), frame)
        self.direct_button.setAutoDefault(False)
        self.direct_button.clicked.connect(self._on_direct)
        line.addWidget(self.direct_button)
        return frame

    def _on_direct(self) -> None:
        self.reject()
        self.direct_wanted.emit()

    @staticmethod
    def _head() -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 24, 0)
        head.addWidget(Label(strings.text("gui_import.column_from"), "hint", "quiet"), 1)
        to = Label(strings.text("gui_import.column_to"), "hint", "quiet")
        to.setFixedWidth(CHOICE_WIDTH)
        head.addWidget(to)
        return head

    def _scrolled(self) -> QScrollArea:
        area = self.area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.StyledPanel)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(strings.text("gui_import.column_from"))
        inside = QWidget()
        inside.setBackgroundRole(QPalette.ColorRole.Base)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        area.setWidget(inside)
        return area

    def _show_pieces(self) -> None:
        form, data = self._session.form, self._session.data
        texts = model_of(text_places(form, data), self)
        for at, piece in enumerate(self._found.pieces):
            if not self._found.is_told(at):
                self._column.addWidget(self._heading(piece))
                continue
            model = texts
            if piece.kind == "facts":
                model = model_of(facts_places(piece, data), self)
            elif piece.kind == "table":
                beside = self._found.is_told(piece.within)
                model = model_of(table_places(form, data, piece, beside_text=beside), self)
            row = PieceRow(self._found, at, model, self._proposed(at), self.area.widget())
            row.chosen.connect(self._tell)
            self.rows.append(row)
            self._column.addWidget(row)
        self._column.addStretch(1)

    def _heading(self, piece: Piece) -> Label:
        heading = Label(title_of(piece), "label", wraps=True)
        heading.setContentsMargins(8 + INDENT * min(piece.level, 4), 10, 8, 4)
        return heading

    def _proposed(self, at: int) -> Choice:
        """Return the choice that a piece starts with; what is there is never replaced unasked."""
        piece = self._found.pieces[at]
        if piece.kind == "facts":
            return Choice(FACTS if empty_facts(piece, self._session.data) else "")
        if piece.kind == "table" and not piece.proposed:
            return Choice(WITH_TEXT if self._found.is_told(piece.within) else "")
        return Choice(piece.proposed)

    # ---- choosing

    def _on_none(self) -> None:
        """Begin with nothing chosen: whoever wants but one part of many has to choose but one."""
        for row in self.rows:
            row.place_box.setCurrentIndex(0)
        self._tell()
        self.rows[0].place_box.setFocus()

    def _tell(self) -> None:
        """Tell what the choices mean: at each place what stands there, below all of it together."""
        seen: set[str] = set()
        for row in self.rows:
            place = row.choice.place
            control = self._session.form.control(place) if place else None
            held = held_at(control, self._session.value(place)) if control is not None else None
            row.show_state(held, follows=place in seen and control is not None)
            seen.add(place)
        made = self._take(self.choices())
        theme.set_colour(self.summary, "text")
        self.go_button.setEnabled(bool(made.edits))
        if not made.edits:
            self.summary.setText(strings.text("gui_import.nothing_chosen"))
            return
        lost = lost_words(made)
        key = "gui_import.summary_without" if lost else "gui_import.summary"
        self.summary.setText(strings.text(key, pieces=made.pieces, places=len(made.edits), kinds=lost))


def lost_words(made: Taken) -> str:
    """Return what of the chosen pieces has no place, as a list in a sentence; empty for nothing."""
    kinds = [strings.text(f"gui_import.lost.{kind}", count=made.lost[kind]) for kind in _LOST if made.lost[kind]]
    return spelling.listed(kinds)
