"""Keeping what is typed: the working copy after each pause, the file every half minute, off the window's thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from kjxm_desktop.core.history import Kind
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.save_state import SaveKind, SaveState
from kjxm_desktop.gui.writing import Copied, Filed, Named, Writer

QUIET_MS = 400
"""The working copy is written this long after the last edit …"""
FORCED_MS = 1_500
"""… and at the latest this long after the first one not yet stored."""
FILE_MS = 30_000
"""The file is written at the latest this long after the first edit it lacks."""
RETRY_MS = 10_000
"""After a failure it is tried again this much later."""
THIN_MS = 20_000
"""After this long without an edit what the history need not keep longer is deleted, once while a draft is open."""
COMMIT_S = 2.0
"""The end of the desktop session is held up this long at most: a disk that does not answer would hold it for ever."""
TURN_S = 0.000_1
"""The writers give way to the window after this long, not after Python's 5 ms. Handling a key calls Python from Qt many
times, and each call waits for its turn."""


class Saving(QObject):
    """Stores the proposal by itself: 400 ms after the last edit in the working copy, within 30 s in its file.

    All writing happens on the two threads of the `Writer`: the working copy is written while a file still is, which
    on a stick or a share may take long. What belongs to them is not touched by the window's: a file that waits behind a
    另存为 goes where that one has led. What `state` tells is what they have reported.
    """

    changed = Signal()
    """`state` is new."""
    conflict_kept = Signal(str)
    """The file had been changed outside; ours was written to this path and is kept there from now on."""
    recreated = Signal(str)
    """The file had been moved or deleted; it was written again at this path."""
    name_refused = Signal(object)
    """A draft without a name was to get one, and could not be written there, for this KjxmError."""
    moments_changed = Signal()
    """There may be new moments in the history."""
    version_named = Signal(object)
    """A version was named: its Moment."""
    version_failed = Signal(object)
    """A version could not be named, for this KjxmError."""
    _reported = Signal(object)

    def __init__(
        self,
        proposal: Proposal,
        writer: Writer,
        now: Callable[[], datetime],
        parent: QObject | None = None,
    ) -> None:
        """Keep `proposal` by `writer`, which stands before it as it was opened."""
        super().__init__(parent)
        self.path, self.base_sha256 = writer.opened_home.path, writer.opened_home.base_sha256
        """The file, and its digest as it was last read or written here; None while there is no name."""
        self.state = SaveState(SaveKind.UNTOUCHED, named=self.path is not None)
        self._proposal = proposal
        self._now = now
        self._writer = writer
        self._kind = Kind.EDITED
        self._file_error: KjxmError | None = None
        self._copy_error: KjxmError | None = None
        self._history_error: KjxmError | None = None
        self._backup_error: KjxmError | None = None
        self._copies: set[object] = set()  # under way
        self._files: dict[object, int] = {}  # under way, each with the edits it will hold
        self._edits = 0
        self._edits_kept = 0
        self._edits_in_file = 0
        self._edits_at_failure = 0
        self._held = False
        self._closed = False
        sys.setswitchinterval(TURN_S)
        self._reported.connect(self._on_reported)
        self._quiet = self._timer(QUIET_MS, self._keep)
        self._at_once = self._timer(0, self._keep)
        self._forced = self._timer(FORCED_MS, self._keep)
        self._file_due = self._timer(FILE_MS, self.save_file)
        self._retry = self._timer(RETRY_MS, self._try_again)
        self._thin_due = self._timer(THIN_MS, self._thin)
        self._is_thinned = False
        self._writer.tidy()

    def _timer(self, interval_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=interval_ms)
        timer.timeout.connect(then)
        return timer

    # ---- what happens outside

    def touched(self) -> None:
        """Hear that something was edited."""
        self._edits += 1
        self._quiet.start()
        if not self._forced.isActive():
            self._forced.start()
        if self.path is not None and not self._file_due.isActive():
            self._file_due.start()
        if self._thin_due.isActive():
            self._thin_due.start()
        if self._held:
            self._quiet.stop()

    def hold(self, held: bool) -> None:
        """Wait for no quiet while held (an input method composes): what is there is written when that is forced.

        Who writes Chinese composes nearly all the time; a clock that began anew with each word would never run out.
        """
        self._held = held
        if held:
            self._quiet.stop()
        elif self._edits > self._edits_kept:
            self._quiet.start()
            if not self._forced.isActive():
                self._forced.start()

    def hurry(self) -> None:
        """Hear that something ended: a field was left, a paste, a picture. Store it without waiting for quiet."""
        if self._edits > self._edits_kept and not self._copies and not self._held:
            self._at_once.start()

    def mark_restored(self) -> None:
        """Hear that what is stored next was taken back from the history."""
        self._kind = Kind.RESTORED

    @property
    def working(self) -> WorkingCopy:
        """Return the working copy; only what it says is for other threads is for the window's."""
        return self._writer.working

    def leave(self) -> None:
        """Hear that the window lost the attention: store what is not stored."""
        if self.path is not None and self._edits > max(self._edits_in_file, self._edits_on_the_way()):
            self.save_file()
        elif self._edits > self._edits_kept:
            self._keep()

    # ---- writing

    def _keep(self) -> None:
        """Write the working copy."""
        self._quiet.stop()
        self._forced.stop()
        self._at_once.stop()
        if self._closed:
            return
        self._tell_pending()
        self._copy()

    def save_file(self) -> None:
        """Write the file, or the working copy while there is no name."""
        if self.path is None or self._held:
            self._keep()
            return
        self._file_due.stop()
        self._tell_pending()
        self._copy()
        self._file(self._writer.write_file(self._proposal, self._edits, None), self._edits)

    def save_as(self, path: Path) -> None:
        """Write the file at `path`, whatever is there, and keep it there from now on."""
        self._tell_pending()
        self._copy()
        self._file(self._writer.write_file(self._proposal, self._edits, path), self._edits)

    def name_version(self, name: str) -> None:
        """Keep everything as it is now in the history, under `name`; `version_named` or `version_failed` tells."""
        job = self._writer.name_version(self._proposal, name)
        self._copies.add(job)
        job.add_done_callback(self._report)

    def _copy(self) -> None:
        job = self._writer.write_copy(self._proposal, self._edits, self._kind_of_next())
        self._copies.add(job)
        job.add_done_callback(self._report)

    def _file(self, job: Future[Filed], edits: int) -> None:
        self._files[job] = edits
        job.add_done_callback(self._report)

    def _edits_on_the_way(self) -> int:
        """Return how many edits the file will hold when all is done that is on its way."""
        return max(self._files.values(), default=0)

    def _kind_of_next(self) -> Kind:
        kind, self._kind = self._kind, Kind.EDITED
        return kind

    def commit(self) -> bool:
        """Write the working copy at once, wait for it a little, and tell whether it holds everything.

        For when nothing can be asked and little time is left: the desktop session ends, the program has a bug. A file
        that is on its way is not waited for.
        """
        self._held = False
        if self._closed:
            return True
        if self._edits > self._edits_kept:
            self._keep()
        self._writer.wait_for_copy(COMMIT_S)
        self._take_in_reports()
        return self._edits <= self._edits_kept

    def follow(self, path: Path) -> None:
        """Hear that the file has been renamed and is now at `path`."""
        self._file(self._writer.move(self._edits_in_file, path, None), self._edits_in_file)

    def catch_up(self, sha256: str, revision: int) -> None:
        """Hear that what is open is what somebody else has put into the file."""
        self._copy()
        self._file(self._writer.move(self._edits, None, (sha256, revision)), self._edits)

    @property
    def is_writing_file(self) -> bool:
        """Tell whether the file is being written just now: what is new there may be ours."""
        return bool(self._files)

    @property
    def is_in_file(self) -> bool:
        """Tell whether the file, as it was last read or written here, holds everything."""
        return self.path is not None and self._edits <= self._edits_in_file

    def close(self) -> SaveState:
        """Store everything, wait for it and return the last state; the threads end when nothing failed."""
        self._held = False
        if self._closed:
            return self.state
        if self._files and self._edits > self._edits_kept:
            self._keep()  # first of all: a file may be on its way for long, and whoever waits for us may lose patience
        self._wait()  # only then is known what is still to store
        if self.path is not None and self._file_error is not None:
            self.save_file()  # a 另存为 may have failed while the file it came from holds everything
        else:
            self.leave()
        self._wait()
        if self._thin_due.isActive():
            self._thin()
        for timer in (self._quiet, self._at_once, self._forced, self._file_due, self._retry, self._thin_due):
            timer.stop()
        if self.state.kind is not SaveKind.FAILED:
            self._closed = True
            self._writer.end()
        return self.state

    def abandon(self) -> None:
        """End the threads without storing anything more: the person has decided so."""
        self._closed = True
        self._writer.end()

    def _wait(self) -> None:
        """Wait for all that is on its way, and take in the reports."""
        self._writer.wait()
        self._take_in_reports()

    def _take_in_reports(self) -> None:
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _report(self, done: Future[Copied] | Future[Filed] | Future[Named]) -> None:
        """Hand the outcome to the window's thread; a bug in the job arrives there as what it is."""
        self._reported.emit(done)

    def _try_again(self) -> None:
        if self._edits > self._edits_kept:
            self._keep()
        if self.path is not None and self._edits > self._edits_in_file:
            self.save_file()

    def _thin(self) -> None:
        """Delete what need not be kept longer; media go then, and are never looked for while somebody types."""
        if self._copies or self._files:
            self._thin_due.start()
        else:
            self._is_thinned = True
            self._writer.thin()

    # ---- what the writer's threads report

    def _on_reported(self, done: Future[Copied] | Future[Filed] | Future[Named]) -> None:
        of_file = done in self._files
        self._copies.discard(done)
        self._files.pop(done, None)
        try:
            told = done.result()
        except Exception:  # a bug, which is told as one; the next try may go well
            bug = KjxmError("storage.bug")
            if of_file:  # a copy that goes well afterwards does not mend it
                self._file_error, self._edits_at_failure = bug, self._edits
            self._fail(bug)
            raise
        match told:
            case Named():
                self._on_named(told)
                return
            case Filed():
                self._on_filed(told)
            case Copied():
                self._take_in_copy(told)
        failure = self._failure()
        if failure is not None:
            self._fail(failure)
        else:
            self._retry.stop()
            lacking = self._history_error or self._backup_error
            self._tell(SaveState(self._kind_of_state(), self._now(), None, self.path is not None, lacking))

    def _fail(self, reason: KjxmError) -> None:
        if not self._retry.isActive():  # what goes well meanwhile must not put it off for ever
            self._retry.start()
        self._tell(SaveState(SaveKind.FAILED, self.state.at, reason, self.path is not None))

    def _on_named(self, named: Named) -> None:
        if named.moment is not None:
            self.moments_changed.emit()
            self.version_named.emit(named.moment)
        else:
            self.version_failed.emit(named.error)

    def _on_filed(self, filed: Filed) -> None:
        path = self.path
        self._take_in_file(filed)
        if filed.copied is not None:
            self._take_in_copy(filed.copied)
        if filed.saved is not None and filed.saved.conflict:
            self.conflict_kept.emit(str(self.path))
        if filed.saved is not None and filed.saved.recreated:
            self.recreated.emit(str(self.path))
        if self.path != path:
            self.changed.emit()

    def _take_in_file(self, filed: Filed) -> None:
        if filed.home is not None:
            self.path, self.base_sha256 = filed.home.path, filed.home.base_sha256
            self._proposal.revision = filed.home.revision
        if filed.error is not None:
            self._file_error, self._edits_at_failure = filed.error, self._edits
            if self.path is None:
                self.name_refused.emit(filed.error)
        if filed.saved is not None:
            self._file_error, self._backup_error = None, filed.saved.backup_error
            self._edits_in_file = max(self._edits_in_file, filed.edits)
            self._edits_kept = max(self._edits_kept, filed.edits)
            if self._edits > self._edits_in_file:
                self._file_due.start()

    def _take_in_copy(self, copied: Copied) -> None:
        self._copy_error, self._history_error = copied.error, copied.history_error
        if copied.error is not None:
            return
        if self.path is None and not self._files and copied.edits > self._edits_at_failure:
            self._file_error = None  # a name was wanted and could not be had; writing went on without one
        self._edits_kept = max(self._edits_kept, copied.edits)
        if not self._is_thinned and not self._thin_due.isActive():
            self._thin_due.start()
        self.moments_changed.emit()

    def _failure(self) -> KjxmError | None:
        """Return what is to be mended: the file that could not be written, or else the copy that holds too little."""
        stored = max(self._edits_kept, self._edits_on_the_way())
        return self._file_error or (self._copy_error if self._edits > stored else None)

    def _kind_of_state(self) -> SaveKind:
        if self._edits > self._edits_kept:
            return SaveKind.PENDING
        if self.is_in_file:
            return SaveKind.SAVED
        return SaveKind.PENDING if self._edits <= self._edits_on_the_way() else SaveKind.KEPT

    def _tell_pending(self) -> None:
        """Say that something is being stored, unless something failed: that stays in sight until it is mended."""
        if self.state.kind is not SaveKind.FAILED:
            self._tell(SaveState(SaveKind.PENDING, self.state.at, None, self.path is not None))

    def _tell(self, state: SaveState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()
