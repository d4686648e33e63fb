"""The line at the bottom: whether all is stored, until when, how much is written, and the two ways on."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QStatusBar, QToolButton, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.labels import Elided, Label
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.session import Session

SLOW_MS = 300
"""That something is being stored is told when it takes longer than this: a word that flashes by is noise."""

_TOKENS = {SaveKind.SAVED: "done", SaveKind.KEPT: "done", SaveKind.FAILED: "error"}


class StatusBar(QStatusBar):
    """Tells the state of the open proposal; empty while there is none."""

    check_wanted = Signal()
    export_wanted = Signal()
    problems_wanted = Signal()
    elsewhere_wanted = Signal()
    """The person wants to save what could not be saved where it belongs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._told: tuple[SaveKind, str] | None = None
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._show_saved)
        self._counts: dict[int, tuple[Json, int]] = {}
        self.setSizeGripEnabled(False)
        self.setContentsMargins(2 * theme.SPACE_GRID, 0, 2 * theme.SPACE_GRID, 0)
        self.saved = Elided("", "hint", "quiet")
        self.elsewhere = Button()
        self.elsewhere.clicked.connect(self.elsewhere_wanted)
        self.noted = Elided("", "hint", "warning")
        self.noted.setContentsMargins(4 * theme.SPACE_GRID, 0, 0, 0)
        self._deadline = Label("", "hint", "quiet")
        self._deadline.setIndent(4 * theme.SPACE_GRID)
        self._words = Label("", "hint", "quiet")
        self._problems = QToolButton()
        self._problems.setAutoRaise(True)
        self._problems.clicked.connect(self.problems_wanted)
        self._return = QToolButton()
        self._return.setAutoRaise(True)
        theme.set_colour(self._return, "accent")
        self._return.clicked.connect(self._on_return)
        self._check = Button()
        self._check.clicked.connect(self.check_wanted)
        self._export = Button()
        self._export.clicked.connect(self.export_wanted)
        for widget in (self.saved, self.elsewhere, self.noted, self._deadline):
            self.addWidget(widget)
        self.addWidget(QWidget(), 1)
        for label in (self.saved, self.noted):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in (self._return, self._problems, self._words, self._check, self._export):
            self.addPermanentWidget(widget)
        self.rebuild()

    def rebuild(self) -> None:
        """Write everything in the language in use."""
        self._check.setText(strings.text("gui_window.check_button"))
        self._export.setText(strings.text("gui_window.export_button"))
        self._return.setText(strings.text("gui_window.back_to_check"))
        self.elsewhere.setText(strings.text("gui_window.save_elsewhere"))
        self.show_session(self._session)

    def show_session(self, session: Session | None) -> None:
        """Tell of `session` from now on."""
        if session is not None and session is not self._session:
            session.save_state_changed.connect(self._on_saved)
            session.diagnostics_changed.connect(self._show_counts)
            self.note("")
        self._session = session
        self._return.hide()
        self.elsewhere.hide()
        self.noted.setVisible(session is not None and bool(self.noted.text()))
        for widget in (self.saved, self._deadline, self._problems, self._words, self._check, self._export):
            widget.setVisible(session is not None)
        if session is not None:
            self._told = None
            self._show_saved()
            self._show_deadline(session)
            self._show_counts()

    def offer_return(self) -> None:
        """Offer the way back to the check page."""
        self._return.show()

    def _on_return(self) -> None:
        self._return.hide()
        self.check_wanted.emit()

    def _on_saved(self) -> None:
        if self._session is not None and self._session.save_state.kind is SaveKind.PENDING:
            self._slow.start()
        else:
            self._slow.stop()
            self._show_saved()

    def _show_saved(self) -> None:
        if self._session is not None:
            state = self._session.save_state
            words = state.words()
            if (state.kind, words) == self._told:
                return  # as after most pauses in typing
            self._told = (state.kind, words)
            failed = state.kind is SaveKind.FAILED
            theme.set_colour(self.saved, _TOKENS.get(state.kind, "quiet"))
            self.saved.setFont(theme.font("label" if failed else "hint"))
            self.saved.setText(words)
            self.elsewhere.setVisible(failed)
            self._deadline.setVisible(not failed)  # what failed needs the room

    def note(self, text: str) -> None:
        """Tell what became of the file outside, until it is so no longer; empty for nothing."""
        self.noted.setText(text)
        self.noted.setVisible(bool(text))

    def _show_deadline(self, session: Session) -> None:
        deadline = session.call.deadline
        passed = session.now().date() > deadline
        key = "gui_window.deadline_passed" if passed else "gui_window.deadline"
        self._deadline.setText(strings.text(key, day=strings.day(deadline)))

    def _show_counts(self) -> None:
        session = self._session
        if session is None:
            return
        self._words.setText(strings.text("gui_window.words", count=f"{self._word_count(session):,}"))
        self._problems.setVisible(session.checked)
        self._problems.setText(strings.text("gui_window.problem_count", count=len(session.diagnostics)))

    def _word_count(self, session: Session) -> int:
        """Return the 字数 of all prose; answers that did not change are not counted again."""
        counts: dict[int, tuple[Json, int]] = {}
        for control in session.form.controls:
            if control.kind not in ("rich", "text"):
                continue
            for pointer in json_pointer.expand(session.data, control.pointer):
                value = session.value(pointer)
                if value is not None:
                    known = self._counts.get(id(value))
                    count = known[1] if known is not None and known[0] is value else rich_text.word_count(value)
                    counts[id(value)] = (value, count)
        self._counts = counts
        return sum(count for _, count in counts.values())
