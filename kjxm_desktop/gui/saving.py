"""Keeping what is typed: the working copy after each pause, the file every half minute, off the window's thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from kjxm_desktop import strings
from kjxm_desktop.core.history import Kind
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.writing import Named, Writer, Written, copy_of

QUIET_MS = 400
"""The working copy is written this long after the last edit …"""
FORCED_MS = 1_500
"""… and at the latest this long after the first one not yet stored."""
FILE_MS = 30_000
"""The file is written at the latest this long after the first edit it lacks."""
RETRY_MS = 10_000
"""After a failure it is tried again this much later."""
COMMIT_S = 2.0
"""The end of the desktop session is held up this long at most: a disk that does not answer would hold it for ever."""
TURN_S = 0.000_5
"""The writer gives way to the window after this long, not after Python's 5 ms, several of which a key would feel."""


class SaveKind(StrEnum):
    """What the status bar tells; its words are `gui_form.save.<value>`."""

    UNTOUCHED = "untouched"
    PENDING = "pending"
    KEPT = "kept"
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True)
class SaveState:
    """How safe everything typed is.

    `untouched` nothing was edited since opening · `pending` being stored just now · `kept` in the working copy of this
    computer, the file follows · `saved` in the file · `failed` not stored, for `reason`; tried again by itself.
    `at` is when it was last stored. `lacking`: it is stored, but its history or a backup is not, for that reason.
    """

    kind: SaveKind
    at: datetime | None = None
    reason: KjxmError | None = None
    named: bool = False
    lacking: KjxmError | None = None

    def words(self) -> str:
        """Return the sentence of the status bar."""
        words = self._words()
        if self.lacking is None:
            return words
        return strings.text("gui_form.save.lacking", saved=words, reason=strings.error(self.lacking).rstrip("。."))

    def _words(self) -> str:
        if self.reason is not None:
            return strings.text("gui_form.save.failed", reason=strings.error(self.reason).rstrip("。."))
        if self.at is None:
            return strings.text(f"gui_form.save.{self.kind}")
        unnamed = self.kind is SaveKind.KEPT and not self.named
        return strings.text(
            "gui_form.save.kept_unnamed" if unnamed else f"gui_form.save.{self.kind}", time=f"{self.at:%H:%M}"
        )


class Saving(QObject):
    """Stores the proposal by itself: 400 ms after the last edit in the working copy, within 30 s in its file.

    All writing happens on one thread of its own, in order. What belongs to that thread, the file and the working copy,
    is not touched by the window's: a job that waits behind a 另存为 goes where that one has led.
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
        working_folder: Path,
        program: str,
        now: Callable[[], datetime],
        path: Path | None,
        base_sha256: str | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.path = path
        self.state = SaveState(SaveKind.UNTOUCHED, named=path is not None)
        self._proposal = proposal
        self._now = now
        self._writer = Writer(proposal, working_folder, program, now, path, base_sha256)
        self._kind = Kind.EDITED
        self._file_error: KjxmError | None = None
        self._copy_error: KjxmError | None = None
        self._history_error: KjxmError | None = None
        self._backup_error: KjxmError | None = None
        self._jobs = 0
        self._edits = 0
        self._edits_kept = 0
        self._edits_in_file = 0
        self._edits_at_failure = 0
        self._held = False
        self._closed = False
        sys.setswitchinterval(TURN_S)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saving")
        self._reported.connect(self._on_reported)
        self._quiet = self._timer(QUIET_MS, self._keep)
        self._at_once = self._timer(0, self._keep)
        self._forced = self._timer(FORCED_MS, self._keep)
        self._file_due = self._timer(FILE_MS, self.save_file)
        self._retry = self._timer(RETRY_MS, self._try_again)
        self._thread.submit(self._writer.tidy)

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
        if self._edits > self._edits_kept and self._jobs == 0 and not self._held:
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
        if self.path is not None and self._edits > self._edits_in_file:
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
        self._submit(self._writer.write_copy, copy_of(self._proposal), self._edits, self._kind_of_next())

    def save_file(self) -> None:
        """Write the file, or the working copy while there is no name."""
        if self.path is None or self._held:
            self._keep()
            return
        self._file_due.stop()
        self._tell_pending()
        self._submit(self._writer.write_file, copy_of(self._proposal), self._edits, self._kind_of_next(), None)

    def save_as(self, path: Path) -> None:
        """Write the file at `path`, whatever is there, and keep it there from now on."""
        self._tell_pending()
        self._submit(self._writer.write_file, copy_of(self._proposal), self._edits, self._kind_of_next(), path)

    def name_version(self, name: str) -> None:
        """Keep everything as it is now in the history, under `name`; `version_named` or `version_failed` tells."""
        self._submit(self._writer.name_version, copy_of(self._proposal), name)

    def _kind_of_next(self) -> Kind:
        kind, self._kind = self._kind, Kind.EDITED
        return kind

    def commit(self) -> bool:
        """Write the working copy at once, wait for it a little, and tell whether it holds everything.

        For when nothing can be asked and little time is left: the desktop session ends, the program has a bug.
        """
        self._held = False
        if self._closed:
            return True
        if self._edits > self._edits_kept:
            self._keep()
        self._wait(COMMIT_S)
        return self._edits <= self._edits_kept

    def follow(self, path: Path) -> None:
        """Hear that the file has been renamed and is now at `path`."""
        self._submit(self._writer.move, copy_of(self._proposal), self._edits_in_file, path, None)

    def catch_up(self, sha256: str, revision: int) -> None:
        """Hear that what is open is what somebody else has put into the file."""
        self._submit(self._writer.move, copy_of(self._proposal), self._edits, None, (sha256, revision))

    @property
    def base_sha256(self) -> str | None:
        """Return the digest of the file as it was last read or written here."""
        return self._writer.file.base_sha256

    @property
    def is_in_file(self) -> bool:
        """Tell whether the file, as it was last read or written here, holds everything."""
        return self.path is not None and self._edits <= self._edits_in_file

    def close(self) -> SaveState:
        """Store everything, wait for it and return the last state; the thread ends when nothing failed."""
        self._held = False
        if self._closed:
            return self.state
        self._wait()  # a file may be on its way; only then is known what is still to store
        if self.path is not None and self._file_error is not None:
            self.save_file()  # a 另存为 may have failed while the file it came from holds everything
        else:
            self.leave()
        self._wait()
        for timer in (self._quiet, self._at_once, self._forced, self._file_due, self._retry):
            timer.stop()
        if self.state.kind is not SaveKind.FAILED:
            self._closed = True
            self._thread.shutdown()
        return self.state

    def abandon(self) -> None:
        """End the thread without storing anything more: the person has decided so."""
        self._closed = True
        self._thread.shutdown()

    def _wait(self, most_s: float | None = None) -> None:
        """Wait for what was submitted, at most so long, and take in its reports."""
        with suppress(TimeoutError):
            self._thread.submit(lambda: None).result(most_s)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _submit(self, job: Callable[..., Written | Named], *arguments: object) -> None:
        self._jobs += 1
        self._thread.submit(job, *arguments).add_done_callback(self._report)

    def _report(self, done: Future[Written | Named]) -> None:
        """Hand the outcome to the window's thread; a bug in the job arrives there as what it is."""
        self._reported.emit(done)

    def _try_again(self) -> None:
        if self._edits > self._edits_kept:
            self._keep()
        if self.path is not None and self._edits > self._edits_in_file:
            self.save_file()

    # ---- what the writer thread reports

    def _on_reported(self, done: Future[Written | Named]) -> None:
        self._jobs -= 1
        try:
            written = done.result()
        except Exception:  # a bug, which is told as one; the next try may go well
            self._retry.start()
            self._tell(SaveState(SaveKind.FAILED, self.state.at, KjxmError("storage.bug"), self.path is not None))
            raise
        if isinstance(written, Named):
            self._on_named(written)
            return
        path = self.path
        self._take_in(written)
        if written.saved is not None and written.saved.conflict:
            self.conflict_kept.emit(str(self.path))
        if written.saved is not None and written.saved.recreated:
            self.recreated.emit(str(self.path))
        if self.path != path:
            self.changed.emit()
        failure = self._failure()
        if failure is None:
            self._retry.stop()
            lacking = self._history_error or self._backup_error
            self._tell(SaveState(self._kind_of_state(), self._now(), None, self.path is not None, lacking))
        else:
            self._retry.start()
            self._tell(SaveState(SaveKind.FAILED, self.state.at, failure, self.path is not None))
        if written.copy_error is None:
            self.moments_changed.emit()

    def _on_named(self, named: Named) -> None:
        if named.moment is not None:
            self.moments_changed.emit()
            self.version_named.emit(named.moment)
        else:
            self.version_failed.emit(named.error)

    def _take_in(self, written: Written) -> None:
        self._copy_error, self._history_error = written.copy_error, written.history_error
        if written.file_error is not None:
            self._file_error, self._edits_at_failure = written.file_error, self._edits
            if self.path is None:
                self.name_refused.emit(written.file_error)
        if written.saved is not None:
            self.path = written.saved.path
            self._proposal.revision = written.saved.revision
            self._file_error, self._backup_error = None, written.saved.backup_error
            self._edits_in_file = max(self._edits_in_file, written.edits)
            if self._edits > self._edits_in_file:
                self._file_due.start()
        if written.saved is not None or written.copy_error is None:
            if self.path is None and written.file_error is None and written.edits > self._edits_at_failure:
                self._file_error = None  # a name was wanted and could not be had; writing went on without one
            self._edits_kept = max(self._edits_kept, written.edits)

    def _failure(self) -> KjxmError | None:
        """Return what is to be mended: the file that could not be written, or else the copy that holds too little."""
        return self._file_error or (self._copy_error if self._edits > self._edits_kept else None)

    def _kind_of_state(self) -> SaveKind:
        if self._edits > self._edits_kept:
            return SaveKind.PENDING
        return SaveKind.SAVED if self.path is not None and self._edits <= self._edits_in_file else SaveKind.KEPT

    def _tell_pending(self) -> None:
        """Say that something is being stored, unless something failed: that stays in sight until it is mended."""
        if self.state.kind is not SaveKind.FAILED:
            self._tell(SaveState(SaveKind.PENDING, self.state.at, None, self.path is not None))

    def _tell(self, state: SaveState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()
