"""What the person is told of how a proposal came: a call from elsewhere, text brought back, another copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from kjxm_desktop import strings
from kjxm_desktop.core.kept_state import Rebuilt
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.instance import Answer
from kjxm_desktop.gui.opening import Opened
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.start_page import show_folder
from kjxm_desktop.gui.strip import Line, Strip

if TYPE_CHECKING:
    from kjxm_desktop.gui.looking_back import LookingBack

_MOST_PLACES: Final = 5


class Arrival(QObject):
    """Tells it above the desk, once; what asks for a decision is told until there is one."""

    def __init__(
        self, opened: Opened, session: Session, open_other: Callable[[str], None], looking_back: LookingBack
    ) -> None:
        super().__init__(session)
        self._opened = opened
        self._session = session
        self._open_other = open_other
        self._looking_back = looking_back
        self._line: Line | None = None

    def tell(self, strip: Strip) -> None:
        """Tell all of it."""
        opened = self._opened
        if opened.foreign_call:
            call = opened.proposal.call
            title = strings.pick(call.title)
            strip.tell(strings.text("gui_window.foreign_call", title=title, version=call.version))
        if opened.elsewhere is not None:
            name = opened.copied.name if opened.copied is not None else strings.text("gui_window.unnamed")
            hung = opened.elsewhere is Answer.SILENT
            told = strings.text("gui_world.copy_of_hung" if hung else "gui_world.copy_of_other", name=name)
            strip.tell(told, token="warning", icon="severity_warning")
        if opened.restored_at is not None:
            self._tell_restored(strip)
        self._tell_mended(strip)
        if opened.unreadable is not None:
            folder = opened.unreadable
            see = (strings.text("gui_window.open_folder"), lambda: show_folder(folder))
            strip.tell(strings.text("gui_world.copy_unreadable"), token="warning", icon="severity_warning", looks=[see])
        if opened.other_copy is not None:
            other = opened.other_copy
            told = strings.text("gui_window.other_copy", time=strings.moment(other.saved_at))
            keep = (strings.text("gui_window.open_other_copy"), lambda: self._open_other(other.doc_id))
            see = (strings.text("gui_history.compare"), lambda: self._compare_with(other.doc_id))
            strip.tell(told, token="warning", icon="severity_warning", actions=[keep], looks=[see])

    def tell_again(self, strip: Strip) -> None:
        """Tell on another desk what has not been decided yet."""
        if self._line is not None:
            self._tell_restored(strip)

    def accept(self) -> None:
        """Hear that the person has saved: what was brought back stays."""
        if self._line is not None:
            self._line.closed.emit()

    def _tell_restored(self, strip: Strip) -> None:
        opened = self._opened
        if opened.restored_at is None:
            return
        time = self._time(opened.restored_at)
        told = strings.text("gui_window.restored", time=time, count=opened.restored_count)
        if opened.restored_at > self._session.now():
            told = f"{told} {strings.text('gui_world.clock_back')}"
        stored = opened.stored
        if stored is None:
            strip.tell(told)
            return
        see = (strings.text("gui_history.see"), lambda: self._looking_back.compare_with_stored(self._session, stored))
        discard = (strings.text("gui_window.discard_restored"), lambda: self._discard(stored, strip))
        self._line = strip.tell(told, actions=[discard], looks=[see])
        self._line.closed.connect(self._on_closed)

    def _tell_mended(self, strip: Strip) -> None:
        """Tell what was damaged in the working copy, and how far it could be made good."""
        mended = self._opened.mended
        if mended is None:
            return
        told: list[str] = []
        if mended.kept.rebuilt is not None:
            whole = mended.kept.rebuilt is Rebuilt.WHOLE
            key = "gui_world.rebuilt" if whole else "gui_world.rebuilt_partly"
            told.append(strings.text(key, time=self._time(mended.kept.saved_at)))
        if mended.lost:
            places = [strings.label_path(mended.proposal.call, pointer) for pointer in mended.lost]
            where = ("；" if strings.language() == "zh" else "; ").join(places[:_MOST_PLACES])
            told.append(strings.text("gui_world.lost_media", count=len(places), where=where))
        if mended.other_call:
            told.append(strings.text("gui_world.damaged_call"))
        for sentence in told:
            strip.tell(sentence, token="warning", icon="severity_warning")

    def _time(self, moment: datetime) -> str:
        """Return a time of today to the second, another with its day."""
        at = moment.astimezone(self._session.now().tzinfo)
        today = at.date() == self._session.now().date()
        return f"{at:%H:%M:%S}" if today else strings.moment(at)

    def _compare_with(self, doc_id: str) -> None:
        self._looking_back.compare_with_copy(self._session, doc_id)

    def _discard(self, stored: Proposal, strip: Strip) -> None:
        """Go back to what the file said when it was opened, as one step: it may say something else by now."""
        self._session.replace_all(stored)
        back = (strings.text("gui_window.undo"), self._session.undo)
        strip.tell(strings.text("gui_history.discarded"), icon="state_done", token="done", actions=[back])

    def _on_closed(self) -> None:
        self._line = None
