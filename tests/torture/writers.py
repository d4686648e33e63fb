"""Those who write under torture: the storage of the program in a tight loop, and its window with its own timers."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from kjxm_desktop.core import storage
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.draft_file import DraftFile
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests.torture.content import DOC_ID, NOW, PROGRAM, Place, shelf
from tests.torture.processes import Tell

if TYPE_CHECKING:  # Qt is loaded by those who need it, after the fork
    from kjxm_desktop.gui.opening import Opened
    from kjxm_desktop.gui.session import Session

FILE, COPY, HISTORY = "file", "copy", "history"
LAYERS: tuple[str, ...] = (FILE, COPY, HISTORY)
STEPS: dict[str, tuple[str, ...]] = {FILE: (FILE,), COPY: (COPY, HISTORY)}
"""What is written in one go, and what is acknowledged by it: the working copy brings its history along."""


class Storage:
    """The layers of one draft, written by the functions and in the order of the window: copy, file, copy."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._working = WorkingCopy(place.drafts, DOC_ID)
        self._file = DraftFile(
            place.file,
            storage.sha256_of(place.file),
            0,
            backups=Backups(place.drafts.with_name("backups") / DOC_ID),
            program=PROGRAM,
            conflict_name=lambda stem, _now: f"{stem} 冲突",
        )

    def store(self, number: int, tell: Tell) -> None:
        """Write draft `number` into every layer, each told once it returned."""
        for step in (COPY, FILE, COPY):
            self.store_one(step, number)
            for layer in STEPS[step]:
                tell(f"{layer} {number}")

    def store_one(self, step: str, number: int) -> None:
        """Write draft `number` into its file, or into the working copy. Raises KjxmError."""
        proposal = self._place.proposal(number)
        if step == FILE:
            saved = self._file.save(proposal, NOW)
            assert not saved.conflict, "the file was taken for another's"
            refused = saved.backup_error
        else:
            base_sha256 = self._file.base_sha256
            refused = self._working.save(proposal, path=self._place.file, base_sha256=base_sha256, saved_at=NOW)
        if refused is not None:
            raise refused


def store_for_ever(place: Place, first: int, tell: Tell) -> None:
    """Store one draft after the other, as fast as it goes."""
    layers = Storage(place)
    for number in count(first):
        layers.store(number, tell)


def type_for_ever(place: Place, first: int, seed: int, tell: Tell) -> None:
    """Open the draft as the window does and edit it now and then, until killed; the session saves by its own timers."""
    from PySide6.QtCore import QCoreApplication, QTimer

    from kjxm_desktop.gui.save_state import SaveKind

    app = QCoreApplication([])
    session = open_session(place, first)
    moods = random.Random(seed)
    numbers = count(first)
    at = {"number": next(numbers)}

    def edit() -> None:
        at["number"] = number = next(numbers)
        put(session, place, number)
        if moods.random() < 0.2:
            session.save()
        QTimer.singleShot(moods.choice((1, 20, 60, 450, 700)), edit)

    def on_state() -> None:
        if session.save_state.kind in (SaveKind.KEPT, SaveKind.SAVED):
            # Saved means the file; the working copy may have failed, and then says nothing.
            tell(f"{FILE if session.save_state.kind is SaveKind.SAVED else COPY} {at['number']}")

    session.save_state_changed.connect(on_state)
    QTimer.singleShot(0, edit)
    tell("ready")
    app.exec()


def save_once(place: Place, number: int, ready: Callable[[], None]) -> KjxmError | None:
    """Edit and save once as the window does, then once more when that failed; return why the first one did."""
    from PySide6.QtCore import QCoreApplication

    from kjxm_desktop.gui.save_state import SaveKind

    app = QCoreApplication([])
    session = open_session(place, number - 1)
    ready()
    put(session, place, number)
    session.save()
    state = session.close()
    if state.kind is not SaveKind.FAILED:
        return None
    put(session, place, number + 1)
    again = session.close()
    if again.reason is not None:
        raise again.reason
    del app
    return state.reason


def open_session(place: Place, number: int) -> Session:
    """Return a session on the draft as the window opens it; where there is none yet, on draft `number`."""
    if not place.file.exists():
        Storage(place).store_one(FILE, number)
    return open_as_window(place)[1]


def open_as_window(place: Place) -> tuple[Opened, Session]:
    """Return what the window opens, and a session on it."""
    from kjxm_desktop.gui import opening
    from kjxm_desktop.gui.session import Session

    opened = opening.open_file(place.file, shelf(), place.drafts)
    session = Session(
        opened.proposal,
        working_folder=place.drafts,
        program=PROGRAM,
        now=lambda: NOW,
        path=opened.path,
        base_sha256=opened.base_sha256,
    )
    return opened, session


def look(place: Place, tell: Tell) -> None:
    """Open the draft as the window does, tell which one is shown and whether a copy was put apart, and close it."""
    from PySide6.QtCore import QCoreApplication

    app = QCoreApplication([])
    opened, session = open_as_window(place)
    tell(f"opened {place.number_of(opened.proposal.data)}")
    if opened.other_copy is not None:
        tell("other")
    state = session.close()
    if state.reason is not None:
        raise state.reason
    del app


def put(session: Session, place: Place, number: int) -> None:
    """Edit everything so that the answers are those of draft `number`."""
    proposal = place.proposal(number)
    for data in proposal.media.values():
        session.add_media(data)
    session.edit_together([(f"/{name}", value) for name, value in proposal.data.items()])
