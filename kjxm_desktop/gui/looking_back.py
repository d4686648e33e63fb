"""Looking back from the window: the history, named versions, and comparing with what was recovered or another draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import naming, opening, returning
from kjxm_desktop.gui.difference_view import Purpose
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.core.call import Shelf
    from kjxm_desktop.core.history import Moment
    from kjxm_desktop.gui.compare_window import CompareWindow
    from kjxm_desktop.gui.history_window import HistoryWindow
    from kjxm_desktop.gui.main_window import MainWindow


class LookingBack(QObject):
    """Holds the windows that stand beside the main one; they go with the proposal that they are about.

    Their modules are loaded when they are first wanted, so that the first page is quick.
    """

    def __init__(self, window: MainWindow, shelf: Shelf, drafts: Path) -> None:
        super().__init__(window)
        self._window = window
        self._shelf = shelf
        self._drafts = drafts
        self._reading: Reading | None = None
        self.history: HistoryWindow | None = None
        self.comparison: CompareWindow | None = None

    def follow(self, session: Session) -> None:
        """Hear what becomes of the versions that are named in `session`."""
        session.version_named.connect(self._on_named)
        session.version_failed.connect(self._on_not_named)

    def show_history(self, session: Session) -> None:
        """Show the history, or bring it to the front."""
        if self.history is None or not isValid(self.history):
            from kjxm_desktop.gui.history_window import HistoryWindow

            session.settle()
            self.history = HistoryWindow(session, self._window)
            self.history.name_wanted.connect(lambda: self.name_version(session))
            self.history.other_wanted.connect(lambda: self.choose_and_compare(session))
        _bring_up(self.history)

    def name_version(self, session: Session) -> None:
        """Ask for a name and keep what is there now under it; what was named before tells what to propose."""
        self._reading = self._reading or Reading(self)
        history = session.history()
        self._reading.ask(
            "moments", history.moments, lambda moments: self._ask_name(session, moments), self._on_not_named
        )

    def _ask_name(self, session: Session, moments: list[Moment]) -> None:
        from kjxm_desktop.gui.version_name import VersionName

        above = self.history if self.history is not None and isValid(self.history) else self._window
        names = [moment.name for moment in moments if moment.name]
        dialog = VersionName(session.now().date(), names, above)
        dialog.accepted.connect(lambda: session.name_version(dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_named(self, moment: Moment) -> None:
        if self._window.desk is not None:
            told = strings.text("gui_history.named", name=moment.name)
            self._window.desk.strip.tell(told, icon="state_done", token="done")
        if self.history is not None and isValid(self.history):
            self.history.show_moment(moment.id)

    def _on_not_named(self, error: KjxmError) -> None:
        self._window.tell(strings.error(error))

    # ---- comparing with something else

    def choose_and_compare(self, session: Session) -> None:
        """Ask for a draft and compare with it."""
        path = naming.ask_which(self._window)
        if path is not None:
            self.compare_with_file(session, path)

    def compare_with_file(self, session: Session, path: Path) -> None:
        """Compare with the draft at `path`, pieces of which may be adopted."""
        shelf = self._shelf
        self._compare(session, path.name, lambda: returning.proposal_in(path, shelf), "adopt")

    def compare_with_copy(self, session: Session, doc_id: str) -> None:
        """Compare with a draft that lives in its working copy alone."""
        shelf, drafts = self._shelf, self._drafts
        name = strings.text("gui_history.copy_here")
        self._compare(session, name, lambda: opening.open_copy_apart(doc_id, shelf, drafts).proposal, "adopt")

    def compare_with_stored(self, session: Session, stored: Proposal) -> None:
        """Compare what was recovered with what the file said, so that pieces of it may be discarded."""
        self._compare(session, strings.text("gui_history.in_file"), lambda: stored, "discard")

    def _compare(self, session: Session, name: str, read: Callable[[], Proposal], purpose: Purpose) -> None:
        from kjxm_desktop.gui.compare_window import CompareWindow

        if self.comparison is not None and isValid(self.comparison):
            self.comparison.close()
        session.settle()
        title = strings.text("gui_history.discard_title" if purpose == "discard" else "gui_history.compare_title")
        self.comparison = CompareWindow(session, title, name, read, purpose, self._window)
        _bring_up(self.comparison)

    def close(self) -> None:
        """Put the windows away: the proposal they are about is left."""
        for beside in (self.history, self.comparison):
            if beside is not None and isValid(beside):
                beside.close()
        self.history = self.comparison = None
        if self._reading is not None:
            self._reading.stop()
            self._reading = None


def _bring_up(beside: HistoryWindow | CompareWindow) -> None:
    beside.show()
    beside.raise_()
    beside.activateWindow()
