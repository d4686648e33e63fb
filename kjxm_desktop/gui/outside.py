"""What happens outside to the file of the open draft: changed, renamed, gone, copies beside it; told, never asked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from kjxm_desktop import strings
from kjxm_desktop.core import siblings, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.siblings import Sibling, Sight, Standing
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.session import Session
from kjxm_desktop.settings import Settings

if TYPE_CHECKING:
    from kjxm_desktop.gui.main_window import MainWindow

LOOK_AGAIN_MS = 400
"""A change is believed when it is still there so much later, and nothing is being written by ourselves."""
MOST_TOLD = 3
MOST_REMEMBERED = 100
_FILE, _MOVED, _GONE = "file", "moved", "gone"


class Outside(QObject):
    """Looks at the file and its folder when the draft is opened and whenever the window gets the attention again.

    The looking happens on a thread of its own: a folder may lie on a slow share. Nothing here asks for a decision; what
    is not decided stays as it is, and the next save keeps both sides.
    """

    _looked = Signal(object, object)
    _marked = Signal(object, object)
    _loaded = Signal(object)

    def __init__(self, window: MainWindow, session: Session, settings: Settings, shelf: Shelf) -> None:
        super().__init__(session)
        self._window = window
        self._session = session
        self._settings = settings
        self._shelf = shelf
        self._path = session.path
        self._mark: siblings.Mark | None = None
        self._before = siblings.NEVER
        self._before_of: str | None = session.base_sha256
        self._doubted: str | Path | None = None
        self._told: set[str] = set()
        self._busy = False
        self._wanted = False
        self._is_gone_told = False
        self._looked.connect(self._on_looked)
        self._marked.connect(self._on_marked)
        self._loaded.connect(self._on_loaded)
        session.conflict_kept.connect(self._on_conflict)
        session.recreated.connect(self._on_recreated)
        session.name_refused.connect(self._on_name_refused)
        session.save_state_changed.connect(self._on_saved)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_state)

    # ---- looking

    def look(self) -> None:
        """Look at the file and its folder, once at a time; what is found is told by and by."""
        path = self._session.path
        self._wanted = self._busy
        if path is None or self._busy:
            return
        self._busy = True
        doc_id, sha256 = self._session.proposal.doc_id, self._session.base_sha256
        mark, before = self._mark, self._before

        def see() -> Sight:
            return siblings.look(path, doc_id, sha256, mark, before)

        self._apart(see, lambda sight: self._looked.emit((path, sha256), sight))

    def _apart(self, work: Callable[[], object], report: Callable[[object], None]) -> None:
        """Do `work` on a thread of its own, which nobody waits for: it may hang for as long as a share does."""

        def run() -> None:
            done = work()
            with contextlib.suppress(RuntimeError):  # the draft was closed meanwhile
                report(done)

        threading.Thread(target=run, name="outside", daemon=True).start()

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.look()

    def _on_looked(self, asked: tuple[Path, str | None], sight: Sight) -> None:
        self._busy = False
        if self._wanted:
            self.look()  # what was seen is from before somebody came back to the window
        if asked != (self._session.path, self._session.base_sha256):
            return  # it was saved meanwhile, or has another name
        if self._session.is_writing_file:
            QTimer.singleShot(LOOK_AGAIN_MS, self, self.look)  # what is new there may be ours
            return
        self._mark = sight.mark
        match sight.standing:
            case Standing.SAME:
                self._before = siblings.Before(sight.mark, sight.names)
                self._there()
            case Standing.CHANGED if sight.sha256 != self._doubted:
                self._doubted = sight.sha256
                QTimer.singleShot(LOOK_AGAIN_MS, self, self.look)
            case Standing.CHANGED:
                self._there()
                self._tell_changed(sight)
            case Standing.GONE:
                self._on_gone(asked[0], sight.moved_to)
            case Standing.NO_FOLDER:
                self._note(strings.text("gui_world.no_folder", name=asked[0].name))
        self._tell_others(sight.others)

    # ---- the file

    def _there(self) -> None:
        """Take back what was told of a file that was gone."""
        self._note("")
        self._is_gone_told = False
        self._forget(_GONE)

    def _on_gone(self, path: Path, moved_to: Path | None) -> None:
        """Follow the file to its new name, when that is still so a little later; else tell once, with both ways on."""
        if moved_to is not None and moved_to == self._doubted:
            self._follow(moved_to)
            return
        if moved_to is not None:
            self._doubted = moved_to
            QTimer.singleShot(LOOK_AGAIN_MS, self, self.look)
            return
        self._note(strings.text("gui_world.gone", name=path.name))
        if not self._is_gone_told:
            self._is_gone_told = True
            again = (strings.text("gui_world.write_again"), self._session.save)
            elsewhere = (strings.text("gui_window.save_elsewhere"), self._window.save_elsewhere)
            text = strings.text("gui_world.gone_where", name=path.name)
            self._tell(text, actions=[again, elsewhere], warns=True, topic=_GONE)

    def _tell_changed(self, sight: Sight) -> None:
        path, told = self._session.path, sight.sha256 or ""
        if path is None or told in self._told:
            return
        self._told.add(told)
        if sight.identity is None or sight.identity.doc_id != self._session.proposal.doc_id:
            self._tell(strings.text("gui_world.replaced", name=path.name), warns=True)
            return
        see = [self._compare(path)]
        if not self._session.is_in_file:
            self._tell(strings.text("gui_world.changed_both", name=path.name), looks=see, warns=True)
            return
        later = (strings.text("gui_world.later"), lambda: None)
        load = (strings.text("gui_world.load"), lambda: self._load(path))
        self._tell(strings.text("gui_world.changed", name=path.name), looks=see, actions=[load, later])

    def _load(self, path: Path) -> None:
        """Take over what the file says now; it can be taken back, as everything that is typed."""

        def read() -> object:
            try:
                return storage.read(path, self._shelf)
            except KjxmError as error:
                return error

        self._apart(read, self._loaded.emit)

    def _on_loaded(self, read: storage.Stored | KjxmError) -> None:
        if isinstance(read, KjxmError):
            self._tell(strings.error(read), warns=True)
        elif read.proposal.call.sha256 != self._session.call.sha256:
            self._window.reopen()
        else:
            self._session.catch_up(read.proposal, read.sha256)
            back = (strings.text("gui_window.undo"), self._session.undo)
            self._tell(strings.text("gui_world.loaded"), actions=[back], icon="state_done", token="done")

    def _follow(self, path: Path) -> None:
        self._session.follow(path)
        self._there()
        self._tell(strings.text("gui_world.moved", name=path.name), topic=_MOVED)

    def _on_conflict(self, path: str) -> None:
        """Tell of the copy that was made because somebody else had changed the file."""
        theirs = self._path
        told = strings.text("gui_window.conflict", name=Path(path).name)
        self._tell(told, looks=[self._compare(theirs)] if theirs is not None else [], warns=True)
        identity = siblings.identify(theirs) if theirs is not None else None
        if identity is not None:
            self._told.add(identity.answers)
        self._path = Path(path)

    def _on_recreated(self, path: str) -> None:
        self._there()
        self._tell(strings.text("gui_world.recreated", name=Path(path).name), topic=_MOVED)

    def _on_name_refused(self, error: KjxmError) -> None:
        """Tell it where it stays: the status bar goes on with what the working copy has."""
        elsewhere = (strings.text("gui_window.save_elsewhere"), self._window.save_elsewhere)
        reason = strings.error_at(self._session.call, error).rstrip("。.")
        self._tell(strings.text("gui_world.name_refused", reason=reason), actions=[elsewhere], warns=True)

    def _on_saved(self) -> None:
        """Keep up with where the draft lives: what was the file before a 另存为 is no stranger beside it."""
        former, self._path = self._path, self._session.path
        if former is not None and former != self._path:
            self._mark = None
            self._there()
            self._remember(siblings.identify(former))
        if self._path is not None and former is None:
            self._forget(_FILE)
        self._mark_anew()

    def _mark_anew(self) -> None:
        """Ask by what the file that was just written is known again should it be renamed."""
        path, sha256 = self._path, self._session.base_sha256
        if path is None or sha256 == self._before_of:
            return
        self._before_of, self._before = sha256, siblings.NEVER

        def mark() -> siblings.Mark | None:
            try:
                return siblings.mark_of(path)
            except (OSError, ValueError):
                return None

        self._apart(mark, lambda told: self._marked.emit(sha256, told))

    def _on_marked(self, sha256: str, mark: siblings.Mark | None) -> None:
        if sha256 == self._before_of and self._before.mark is None:
            self._before = siblings.Before(mark)

    # ---- copies beside it

    def _tell_others(self, others: tuple[Sibling, ...]) -> None:
        known = self._remembered() | self._told
        new = {other.identity.answers: other for other in others if other.identity.answers not in known}
        for answers, other in list(new.items())[:MOST_TOLD]:
            self._told.add(answers)
            later = (strings.text("gui_world.later"), lambda: None)
            text = strings.text("gui_world.sibling", name=other.path.name)
            self._tell(text, looks=[self._compare(other.path)], actions=[later], topic=answers)

    def _compare(self, path: Path) -> tuple[str, Callable[[], None]]:
        def compare() -> None:
            self._remember(siblings.identify(path))
            self._window.compare_with_file(path)

        return strings.text("gui_history.compare"), compare

    def _remembered(self) -> set[str]:
        """Return the states of other files of this draft that the person has seen."""
        told = cast("dict[str, Json]", self._settings.get("compared")).get(self._session.proposal.doc_id)
        return {str(answers) for answers in cast("list[Json]", told)} if isinstance(told, list) else set()

    def _remember(self, identity: siblings.Identity | None) -> None:
        doc_id = self._session.proposal.doc_id
        if identity is None or identity.doc_id != doc_id or identity.answers in self._remembered():
            return
        seen = {**cast("dict[str, Json]", self._settings.get("compared"))}
        seen[doc_id] = [identity.answers, *sorted(self._remembered())][:MOST_REMEMBERED]
        self._settings.set("compared", dict(list(seen.items())[-MOST_REMEMBERED:]))

    # ---- telling

    def _note(self, text: str) -> None:
        self._window.status.note(text)

    def _forget(self, topic: str) -> None:
        if self._window.desk is not None:
            self._window.desk.strip.forget(topic)

    def _tell(
        self,
        text: str,
        *,
        actions: list[tuple[str, Callable[[], None]]] | None = None,
        looks: list[tuple[str, Callable[[], None]]] | None = None,
        icon: str = "info",
        token: str = "accent",
        warns: bool = False,
        topic: str = _FILE,
    ) -> None:
        if self._window.desk is not None:
            icon, token = ("severity_warning", "warning") if warns else (icon, token)
            strip = self._window.desk.strip
            strip.tell(text, actions=actions or [], looks=looks or [], icon=icon, token=token, topic=topic)
