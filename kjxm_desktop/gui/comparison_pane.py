"""Two states side by side: their differences, and taking some of them into the open proposal, one step each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.comparison import Difference, Run
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import pieces
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.difference_view import DifferenceView, Purpose
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.marked_words import MarkedWords
from kjxm_desktop.gui.pieces import Piece, State
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.strip import Line, Strip

AGAIN_MS: Final = 300
"""After an edit in the window the comparison follows when so long nothing more was edited."""

_LEFT_FREE: Final = 64


@dataclass(frozen=True)
class Comparison:
    """What is compared: the open proposal with `other`, or two other states (`earlier` and `other`) to be looked at.

    `purpose` is what may be done with the differences. `other_first`: what `other` says is the older of the two.
    """

    other: State
    purpose: Purpose | None
    other_first: bool = True
    earlier: State | None = None


class ComparisonPane(QWidget):
    """Shows one comparison and keeps it true while the proposal is written on."""

    compared = Signal()
    """What is shown is true again."""

    def __init__(self, session: Session, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._reading = reading
        self._comparison: Comparison | None = None
        self._pieces: list[Piece] | None = None
        self._line: Line | None = None
        self._taking = False
        self.strip = Strip(self)
        self.title = Label("", "group", wraps=True, parent=self)
        self.note = Label("", token="quiet", wraps=True, parent=self)
        self.legend = _Legend(parent=self)
        self.all_button = Button("", self)
        self.all_button.clicked.connect(self._on_all)
        self.view = DifferenceView(self)
        self.view.piece_wanted.connect(self._on_piece)
        self.view.section_wanted.connect(self._on_section)
        self._lay_out()
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        session.value_changed.connect(self._on_value)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.activated.connect(self._undo)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.note)
        head.addLayout(words, 1)
        head.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.legend)
        column.addWidget(self.view, 1)
        column.addWidget(self.strip)  # below: what is being read does not move
        self.view.stand_after(self.all_button)

    # ---- comparing

    def show_comparison(self, told: Comparison | None) -> None:
        """Compare something else; nothing for None."""
        if told is not None and told == self._comparison:
            return
        self._comparison, self._pieces = told, None
        if self._line is not None:
            self._line.closed.emit()
        self.refresh()

    @property
    def pieces(self) -> list[Piece]:
        """Return the differences shown."""
        return self._pieces or []

    @property
    def is_busy(self) -> bool:
        """Tell whether a comparison is under way or due."""
        return self._again.isActive() or self._reading.is_busy or not self.view.is_whole

    def refresh(self) -> None:
        """Compare again, off the window's thread."""
        self._again.stop()
        told = self._comparison
        if told is None:
            self._show([], None)
            self.title.setText("")
            self.note.setText("")
            return
        if self._pieces is None:
            self.note.setText(strings.text("gui_history.comparing"))
        now = told.earlier.title if told.earlier is not None else strings.text("gui_history.now")
        self.legend.explain(by_time=told.other_first)
        first, second = (told.other.title, now) if told.other_first else (now, told.other.title)
        self.title.setText(strings.text("gui_history.from_to", first=first, second=second))
        call, data = self._session.call, self._session.data

        def compare() -> list[Piece]:
            here = told.earlier.read() if told.earlier is not None else data
            return pieces.pieces_of(call, here, told.other.read(), wanted_first=told.other_first)

        self._reading.ask("comparison", compare, self._on_compared, self._on_failed)

    def _on_value(self, _pointer: str) -> None:
        if self._line is not None and not self._taking:
            self._line.closed.emit()  # its way back would take back something else by now
        if self._comparison is not None and self._comparison.earlier is None:
            self._again.start()

    def _on_compared(self, found: list[Piece]) -> None:
        told = self._comparison
        if told is None:
            return
        self._pieces = found
        count = len(found)
        self.note.setText(strings.text("gui_history.found" if count else "gui_history.no_difference", count=count))
        self._show(found, told.purpose)
        self.compared.emit()

    def _on_failed(self, error: KjxmError) -> None:
        self._pieces = None
        self.note.setText(strings.error_at(self._session.call, error))
        self._show([], None)

    def _show(self, found: list[Piece], purpose: Purpose | None) -> None:
        self.all_button.setVisible(bool(found) and purpose is not None)
        if purpose is not None:
            self.all_button.setText(strings.text(f"gui_history.{purpose}_all"))
        self.legend.setVisible(bool(found))
        self.view.show_pieces(found, purpose)

    # ---- taking

    def _on_piece(self, piece: Piece) -> None:
        name = f"{piece.section_title} › {piece.where}"
        self._take([piece.difference], name)

    def _on_section(self, section_id: str) -> None:
        of_section = [piece for piece in self.pieces if piece.difference.section == section_id]
        self._take([piece.difference for piece in of_section], of_section[0].section_title)

    def _on_all(self) -> None:
        self._take([piece.difference for piece in self.pieces], strings.text("gui_history.everything"))

    def _take(self, differences: Iterable[Difference], name: str) -> None:
        """Take over what `differences` tell, as one step, and say so with a way back."""
        told = self._comparison
        if told is None or told.purpose is None:
            return
        try:
            self._session.settle()
            after, edits = pieces.edits_of(self._session.data, differences)
            self._bring_media(after, told.other)
            self._taking = True
            if self._session.edit_together(edits) and told.purpose == "take":
                self._session.mark_restored()
        except KjxmError as error:
            self._tell(strings.error_at(self._session.call, error), wrong=True)
        else:
            self._tell(strings.text(f"gui_history.{told.purpose}_done", name=name), wrong=False)
        finally:
            self._taking = False
        self.refresh()

    def _bring_media(self, data: Json, state: State) -> None:
        """Take in the pictures and files that `data` names from `state`. Raises KjxmError history.media."""
        lacking = [sha for sha in pieces.media_of(self._session.call, data) if self._session.media(sha) is None]
        for sha256 in lacking:
            content = state.media(sha256)
            if content is None:
                raise KjxmError("history.media", part=sha256[:12])
            self._session.add_media(content)

    def _tell(self, sentence: str, *, wrong: bool) -> None:
        if self._line is not None:
            self._line.closed.emit()
        if wrong:
            line = self.strip.tell(sentence, icon="severity_warning", token="warning")
        else:
            back = (strings.text("gui_window.undo"), self._undo)
            line = self.strip.tell(sentence, icon="state_done", token="done", actions=[back])
        self._line = line
        line.closed.connect(self._on_line_closed)

    def _on_line_closed(self) -> None:
        self._line = None

    def _undo(self) -> None:
        if self._line is not None:
            self._line.closed.emit()
        self._session.undo()


def fitting(wanted: tuple[int, int], parent: QWidget | None) -> QSize:
    """Return the size of a window that stands before another and leaves some of it to be seen."""
    room = QSize(wanted[0], wanted[1])
    return room if parent is None else room.boundedTo(parent.size() - QSize(_LEFT_FREE, _LEFT_FREE))


class _Legend(MarkedWords):
    """Says how to read the marks, in the marks themselves."""

    def explain(self, *, by_time: bool) -> None:
        """Explain them as what happened since, or as what the other draft says instead."""
        removed = strings.text("gui_history.legend_removed" if by_time else "gui_history.legend_here")
        added = strings.text("gui_history.legend_added" if by_time else "gui_history.legend_there")
        self.set_runs([Run("removed", removed), Run("same", "　"), Run("added", added)])
        self.setAccessibleName(f"{removed}，{added}")
