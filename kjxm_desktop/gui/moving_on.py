"""The way to a newer version of a call for a draft that was begun with an older one: offered, looked at, agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call, Shelf, is_later
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.opening import Opened

if TYPE_CHECKING:
    from kjxm_desktop.core.moving import Moved
    from kjxm_desktop.gui.main_window import MainWindow


class MovingOn(QObject):
    """Offers the way where the program has a later version of the call of the open draft."""

    def __init__(self, window: MainWindow, shelf: Shelf) -> None:
        super().__init__(window)
        self._window = window
        self._shelf = shelf

    def offer(self) -> None:
        """Tell above the desk that there is a later version, if there is one."""
        session, desk = self._window.session, self._window.desk
        later = None if session is None else self._later_than(session.call)
        if session is None or desk is None or later is None:
            return
        told = strings.text("gui_call.later", there=session.call.version, version=later.version)
        desk.strip.tell(told, looks=[(strings.text("gui_call.see_later"), self.look)], topic="later")

    def look(self) -> None:
        """Show what would be other under the later version, and ask."""
        session = self._window.session
        later = None if session is None else self._later_than(session.call)
        if session is None or later is None:
            return
        # Loaded for whoever looks: most drafts never move.
        from kjxm_desktop.core import moving
        from kjxm_desktop.gui.moving_dialog import MovingDialog

        proposal = session.snapshot()
        try:
            moved = moving.move(proposal, later)
        except KjxmError as error:
            self._window.tell(strings.error(error))
            return
        dialog = MovingDialog(proposal, moved, self._window)
        dialog.accepted.connect(lambda: self._go(moved))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _later_than(self, call: Call) -> Call | None:
        at_hand = next((found for found in self._shelf.calls if found.id == call.id), None)
        return at_hand if at_hand is not None and is_later(at_hand, call) else None

    def _go(self, moved: Moved) -> None:
        window = self._window
        before = window.session.path if window.session is not None else None
        if window.open_here(Opened(moved.proposal, unsaved=True)) and window.desk is not None:
            key = "gui_call.moved" if before is None else "gui_call.moved_from"
            name = "" if before is None else before.name
            window.desk.strip.tell(strings.text(key, version=moved.proposal.call.version, name=name))
